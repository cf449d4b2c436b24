#include "../check.h"
#include "../sys/place.h"
#include "doors/who/logon.h"

#define NOW  INT64_C(1795262400000)
#define HOUR INT64_C(3600000)

static const struct {
	const char *json;
	const char *want; /* NULL: it is taken */
} events[] = {
	{ "{\"event\":\"logon\",\"login\":\"anna\"}", NULL },
	{ " {\"login\":\"NORTHGATE\\\\anna\",\n\"event\":\"logoff\",\"device\":\"PC-12\","
	  "\"address\":\"2001:db8::7\"} ",
	    NULL },
	{ "", "no JSON" },
	{ "{", "no JSON: line 1, column 1" },
	{ "{\"event\":\"logon\",\"login\":\"anna\"} x", "no JSON: line 1, column 34" },
	{ "[1]", "an event is one JSON object" },
	{ "{\"event\":\"logon\"}", "\"event\" and \"login\" must both be there" },
	{ "{\"login\":\"anna\"}", "\"event\" and \"login\" must both be there" },
	{ "{\"event\":1,\"login\":\"anna\"}", "\"event\" must be \"logon\" or \"logoff\"" },
	{ "{\"event\":\"logon\",\"event\":\"logoff\",\"login\":\"anna\"}", "no JSON: line 1" },
	{ "{\"event\":\"logon\",\"login\":null}", "\"login\" must be a plain text" },
	{ "{\"event\":\"logon\",\"login\":\"a\\u0000b\"}", "no JSON" },
	{ "{\"event\":\"logon\",\"login\":\"a\\nb\"}", "\"login\" must be a plain text" },
	{ "{\"event\":\"logon\",\"login\":\"a\",\"device\":\"\"}", "\"device\" must be a plain" },
	{ "{\"event\":\"logon\",\"login\":\"a\",\"device\":\"12345678901234567890123456789012\"}",
	    "\"device\" must be a plain text of 1 to 31 bytes" },
	{ "{\"event\":\"logon\",\"login\":\"a\",\"address\":\"10.0.0\"}",
	    "\"address\" must be an address" },
	{ "{\"event\":\"logon\",\"login\":\"a\",\"address\":7}", "\"address\" must be an address" },
	{ "{\"event\":\"logon\",\"login\":\"a\",\"time\":\"now\"}",
	    "there is a name that is none of" },
};

static void events_are_read(void **state)
{
	(void)state;
	for (size_t i = 0; i < BDL_ARRAY_LEN(events); i++) {
		struct bdl_logon l;
		struct bdl_err err = { .text = "" };
		int rc = bdl_logon_parse(bdl_view_of(events[i].json), &l, &err);

		if (events[i].want)
			check_refused(events[i].json, rc, err.text, events[i].want);
		else
			check_long(events[i].json, rc, 0);
	}
}

static void all_of_an_event_is_read(void **state)
{
	(void)state;
	struct bdl_logon l;
	uint8_t ip[BDL_IP_SIZE];

	assert_int_equal(bdl_logon_parse(bdl_view_of(events[0].json), &l, NULL), 0);
	assert_false(l.off || l.has_address);
	assert_string_equal(l.login, "anna");
	assert_string_equal(l.device, "");
	assert_int_equal(bdl_logon_parse(bdl_view_of(events[1].json), &l, NULL), 0);
	assert_true(l.off && l.has_address);
	assert_string_equal(l.login, "NORTHGATE\\anna");
	assert_string_equal(l.device, "PC-12");
	assert_true(bdl_ip_parse(BDL_LIT("2001:db8::7"), ip));
	assert_memory_equal(l.ip, ip, sizeof(ip));
}

static void a_size_too_many_is_refused(void **state)
{
	(void)state;
	char text[BDL_LOGON_MAX + 2];
	struct bdl_logon l;

	memset(text, ' ', sizeof(text));
	memcpy(text, events[0].json, strlen(events[0].json));
	assert_int_equal(bdl_logon_parse(bdl_view_at(text, BDL_LOGON_MAX), &l, NULL), 0);
	assert_int_equal(
	    bdl_logon_parse(bdl_view_at(text, BDL_LOGON_MAX + 1), &l, NULL), BDL_E_INVALID);
}

/* --- into the table --- */

struct fixture {
	struct bdl_who_books books;
	struct bdl_sender sender;
	uint8_t ip[BDL_IP_SIZE];
};

static void open_books(const struct place *p, struct fixture *f)
{
	*f = (struct fixture){ .books = { .realms = BDL_LIT("NORTHGATE"), .limit_ms = HOUR },
		.sender = { .own = true } };
	assert_int_equal(
	    bdl_addresses_open(place_path(p, "addresses"), true, &f->books.table, NULL), 0);
	assert_true(bdl_ip_parse(BDL_LIT("10.0.0.7"), f->ip));
}

static int take(struct fixture *f, bool off, const char *login, int64_t now_ms, struct bdl_err *err)
{
	struct bdl_logon event = { .off = off };
	struct bdl_presence p;

	(void)snprintf(event.login, sizeof(event.login), "%s", login);
	return bdl_logon_take(&f->books, &f->sender, f->ip, &event, now_ms, &p, err);
}

static const char *who(const struct fixture *f, int64_t now_ms)
{
	static struct bdl_presence p;

	return bdl_addresses_find(f->books.table, f->ip, now_ms, &p) ? p.login : "";
}

static void people_come_and_go(void **state)
{
	(void)state;
	PLACE(p);
	struct fixture f;
	struct bdl_err err;

	open_books(&p, &f);
	assert_int_equal(take(&f, false, "NORTHGATE\\Anna", NOW, &err), 0);
	assert_string_equal(who(&f, NOW), "anna");
	assert_int_equal(take(&f, true, "ben", NOW, &err), 0);
	assert_string_equal(who(&f, NOW), "anna");
	assert_int_equal(take(&f, false, "anna", NOW + HOUR / 2, &err), 0); /* unlocked, say */
	assert_string_equal(who(&f, NOW + HOUR + 1), "anna");
	assert_int_equal(take(&f, false, "ben", NOW + HOUR, &err), 0);
	assert_string_equal(who(&f, NOW + HOUR), "ben");
	assert_int_equal(take(&f, true, "anna", NOW + HOUR, &err), 0);
	assert_string_equal(who(&f, NOW + HOUR), "ben");
	assert_int_equal(take(&f, true, "BEN@northgate", NOW + HOUR, &err), 0);
	assert_string_equal(who(&f, NOW + HOUR), "");
	assert_int_equal(take(&f, false, "ben", NOW + HOUR, &err), 0);
	assert_string_equal(who(&f, NOW + HOUR), "ben");
	assert_int_equal(take(&f, false, "j.smith@other", NOW + HOUR, &err), 0);
	assert_string_equal(who(&f, NOW + HOUR), "j.smith@other");
	bdl_addresses_close(f.books.table);
}

static void who_is_nobody_changes_nothing(void **state)
{
	(void)state;
	PLACE(p);
	struct fixture f;
	struct bdl_err err;

	open_books(&p, &f);
	assert_int_equal(take(&f, false, "anna", NOW, &err), 0);
	assert_int_equal(take(&f, false, "PC-12$", NOW, &err), BDL_E_INVALID);
	assert_int_equal(take(&f, false, "-", NOW, &err), BDL_E_INVALID);
	assert_string_equal(err.text, "\"login\" names nobody");
	f.sender.own = false;
	assert_int_equal(bdl_net_parse(BDL_LIT("10.1.0.0/16"), &f.sender.net, NULL), 0);
	assert_int_equal(take(&f, true, "anna", NOW, &err), BDL_E_DENIED);
	assert_string_equal(who(&f, NOW), "anna");
	bdl_addresses_close(f.books.table);
}

/* By RADIUS it also ends when the device leaves the network, which no log-off would say. */
static void radius_keeps_whom_it_has(void **state)
{
	(void)state;
	PLACE(p);
	struct fixture f;
	struct bdl_err err;
	struct bdl_presence there = { .bits = 128,
		.source = BDL_KNOWN_BY_RADIUS,
		.login = "anna",
		.since_ms = NOW,
		.until_ms = NOW + 1000,
		.session = 5 },
			    got;

	open_books(&p, &f);
	memcpy(there.ip, f.ip, sizeof(there.ip));
	(void)bdl_addresses_put(f.books.table, &there, NOW);
	assert_int_equal(take(&f, false, "anna", NOW, &err), 0);
	assert_true(bdl_addresses_find(f.books.table, f.ip, NOW + 2000, &got));
	assert_int_equal(got.session, 5);
	assert_int_equal(got.source, BDL_KNOWN_BY_RADIUS);
	bdl_addresses_close(f.books.table);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(events_are_read),
		cmocka_unit_test(all_of_an_event_is_read),
		cmocka_unit_test(a_size_too_many_is_refused),
		cmocka_unit_test(people_come_and_go),
		cmocka_unit_test(who_is_nobody_changes_nothing),
		cmocka_unit_test(radius_keeps_whom_it_has),
	};
	return cmocka_run_group_tests_name("who/logon", tests, NULL, NULL);
}
