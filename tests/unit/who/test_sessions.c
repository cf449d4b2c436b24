#include "../check.h"
#include "../sys/place.h"
#include "base/hash.h"
#include "doors/who/sessions.h"

#define NOW    INT64_C(1795262400000)
#define SECOND INT64_C(1000)
#define HOUR   (3600 * SECOND)
#define LIMIT  (12 * HOUR)

/* One thing that happens, `at` seconds after NOW; then who has 10.0.0.7, 10.0.0.8, 2001:db8::7. */
struct step {
	enum bdl_news news;
	const char *session, *login; /* the session's id is its first letter */
	const char *addresses[3];
	int at, delay;
	int lasted; /* -1: the news does not say */
	const char *then[3];
};

#define BEGINS BDL_NEWS_BEGINS
#define ON     BDL_NEWS_GOES_ON
#define ENDS   BDL_NEWS_ENDS
#define A4     "10.0.0.7"
#define B4     "10.0.0.8"
#define A6     "2001:db8::7"

struct scenario {
	const char *name;
	struct step steps[6]; /* ended by one without a session */
};

static const struct scenario scenarios[] = {
	{ "a session from its beginning to its end",
	    { { BEGINS, "1", "anna", { A4, A6 }, 0, 0, -1, { "anna", "", "anna" } },
		{ ON, "1", "anna", { A4 }, 300, 0, 300, { "anna", "", "anna" } },
		{ ENDS, "1", "anna", { A4 }, 600, 0, 600, { "", "", "" } } } },
	{ "an end without addresses ends all of them",
	    { { BEGINS, "1", "anna", { A4, A6 }, 0, 0, -1, { "anna", "", "anna" } },
		{ ENDS, "1", "anna", { NULL }, 9, 0, 9, { "", "", "" } } } },
	{ "an address that is learnt later",
	    { { BEGINS, "1", "anna", { NULL }, 0, 0, -1, { "", "", "" } },
		{ ON, "1", "anna", { A4 }, 9, 0, 9, { "anna", "", "" } } } },
	{ "the same session at a new address",
	    { { BEGINS, "1", "anna", { A4, A6 }, 0, 0, -1, { "anna", "", "anna" } },
		{ ON, "1", "anna", { B4 }, 9, 0, 9, { "", "anna", "anna" } } } },
	{ "a newer person at the address",
	    { { BEGINS, "1", "anna", { A4 }, 0, 0, -1, { "anna", "", "" } },
		{ BEGINS, "2", "ben", { A4 }, 9, 0, -1, { "ben", "", "" } },
		{ ON, "1", "anna", { A4 }, 10, 0, 10, { "ben", "", "" } },
		{ ON, "1", "anna", { A4 }, 11, 0, -1, { "ben", "", "" } },
		{ ENDS, "1", "anna", { A4 }, 12, 0, 12, { "ben", "", "" } },
		{ ON, "2", "ben", { A4 }, 13, 0, 4, { "ben", "", "" } } } },
	{ "a computer's own account ends the person before it",
	    { { BEGINS, "1", "anna", { A4 }, 0, 0, -1, { "anna", "", "" } },
		{ BEGINS, "2", "", { A4 }, 9, 0, -1, { "", "", "" } } } },
	{ "a beginning that comes twice, the second time after the end",
	    { { BEGINS, "1", "anna", { A4 }, 0, 0, -1, { "anna", "", "" } },
		{ BEGINS, "1", "anna", { A4 }, 1, 0, -1, { "anna", "", "" } },
		{ ENDS, "1", "anna", { A4 }, 9, 0, 9, { "", "", "" } },
		{ BEGINS, "1", "anna", { A4 }, 10, 0, -1, { "", "", "" } },
		{ ON, "1", "anna", { A4 }, 11, 0, 11, { "", "", "" } } } },
	{ "an end that overtook its beginning",
	    { { ENDS, "1", "anna", { A4 }, 0, 0, 5, { "", "", "" } },
		{ BEGINS, "1", "anna", { A4 }, 1, 5, -1, { "", "", "" } } } },
	{ "a beginning that comes late, by its own account",
	    { { BEGINS, "2", "ben", { A4 }, 9, 0, -1, { "ben", "", "" } },
		{ BEGINS, "1", "anna", { A4 }, 10, 9, -1, { "ben", "", "" } } } },
	{ "a session that was not heard of before goes on",
	    { { ON, "1", "anna", { A4 }, 0, 0, -1, { "anna", "", "" } },
		{ ON, "2", "ben", { A4 }, 9, 0, 2, { "ben", "", "" } } } },
	{ "a number that is used again",
	    { { BEGINS, "1", "anna", { A4 }, 0, 0, -1, { "anna", "", "" } },
		{ ENDS, "1", "anna", { A4 }, 9, 0, 9, { "", "", "" } },
		{ BEGINS, "1", "ben", { A4 }, 610, 0, -1, { "ben", "", "" } } } },
	{ "nothing more is heard",
	    { { BEGINS, "1", "anna", { A4 }, 0, 0, -1, { "anna", "", "" } },
		{ ON, "1", "anna", { NULL }, 11 * 3600, 0, -1, { "anna", "", "" } },
		{ BEGINS, "2", "ben", { B4 }, 22 * 3600, 0, -1, { "anna", "ben", "" } },
		{ BEGINS, "2", "ben", { B4 }, 23 * 3600, 0, -1, { "", "ben", "" } } } },
};

static struct bdl_addresses *open_at(const struct place *p)
{
	struct bdl_addresses *t = NULL;
	struct bdl_err err;

	if (bdl_addresses_open(place_path(p, "addresses"), true, &t, &err) < 0)
		fail_msg("%s", err.text);
	return t;
}

static void take(struct bdl_addresses *t, const struct step *step)
{
	struct bdl_session_address addresses[3];
	int64_t now_ms = NOW + step->at * SECOND, at_ms = now_ms - step->delay * SECOND;
	struct bdl_session s = { .news = step->news,
		.source = BDL_KNOWN_BY_RADIUS,
		.id = (uint64_t)step->session[0],
		.server = 5,
		.login = step->login,
		.device = "00-11-22-33-44-55",
		.at_ms = at_ms,
		.addresses = addresses };

	if (step->lasted >= 0)
		s.began_ms = at_ms - step->lasted * SECOND;
	else if (step->news == BDL_NEWS_BEGINS)
		s.began_ms = at_ms;
	while (s.n_addresses < 3 && step->addresses[s.n_addresses]) {
		struct bdl_session_address *a = &addresses[s.n_addresses];

		assert_true(bdl_ip_parse(bdl_view_of(step->addresses[s.n_addresses++]), a->ip));
		a->bits = 128;
	}
	assert_int_equal(bdl_sessions_take(t, &s, now_ms, LIMIT), 0);
}

static void check_who(const char *name, int number, const struct bdl_addresses *t,
    const char *const want[3], int64_t now_ms)
{
	static const char *const asked[3] = { A4, B4, A6 };

	for (int i = 0; i < 3; i++) {
		struct bdl_presence p;
		uint8_t ip[BDL_IP_SIZE];
		const char *got = "";

		assert_true(bdl_ip_parse(bdl_view_of(asked[i]), ip));
		if (bdl_addresses_find(t, ip, now_ms, &p))
			got = p.login;
		if (strcmp(got, want[i]) != 0)
			fail_msg("%s, step %d: %s is '%s', not '%s'", name, number, asked[i], got,
			    want[i]);
	}
}

/* With a sweep between all steps it comes out the same. */
static void play(const struct scenario *s, bool sweeping)
{
	PLACE(p);
	BDL_AUTO(bdl_addresses_close) struct bdl_addresses *t = open_at(&p);

	for (int i = 0; i < 6 && s->steps[i].session; i++) {
		int64_t now_ms = NOW + s->steps[i].at * SECOND;

		take(t, &s->steps[i]);
		if (sweeping)
			(void)bdl_sessions_sweep(t, now_ms);
		check_who(s->name, i + 1, t, s->steps[i].then, now_ms);
	}
}

static void news_come_in_any_order(void **state)
{
	(void)state;
	for (size_t i = 0; i < BDL_ARRAY_LEN(scenarios); i++) {
		play(&scenarios[i], false);
		play(&scenarios[i], true);
	}
}

static void a_server_ends_its_own(void **state)
{
	(void)state;
	PLACE(p);
	BDL_AUTO(bdl_addresses_close) struct bdl_addresses *t = open_at(&p);
	const struct step one = { BEGINS, "1", "anna", { A4, A6 }, 0, 0, -1, { NULL } };
	const char *const all[3] = { "anna", "", "anna" }, *const none[3] = { "", "", "" };

	take(t, &one);
	assert_int_equal(bdl_sessions_end_server(t, 6, NOW), 0);
	check_who("another server", 1, t, all, NOW);
	assert_int_equal(bdl_sessions_end_server(t, 5, NOW), 2);
	check_who("its server", 2, t, none, NOW);
	assert_int_equal(bdl_sessions_end_server(t, 5, NOW), 0);
}

static void a_person_ends_their_own(void **state)
{
	(void)state;
	PLACE(p);
	BDL_AUTO(bdl_addresses_close) struct bdl_addresses *t = open_at(&p);
	const struct step one = { BEGINS, "1", "anna", { A4 }, 0, 0, -1, { NULL } };
	uint8_t ip[BDL_IP_SIZE];

	take(t, &one);
	assert_true(bdl_ip_parse(bdl_view_of(A4), ip));
	assert_false(bdl_sessions_end_person(t, ip, "ben", NOW));
	assert_true(bdl_sessions_end_person(t, ip, "anna", NOW));
	assert_false(bdl_sessions_end_person(t, ip, "anna", NOW));
}

static void sweeping_leaves_nothing_behind(void **state)
{
	(void)state;
	PLACE(p);
	BDL_AUTO(bdl_addresses_close) struct bdl_addresses *t = open_at(&p);
	const struct step one = { BEGINS, "1", "anna", { A4 }, 0, 0, -1, { NULL } };
	const struct step two = { BEGINS, "2", "ben", { B4 }, 0, 0, -1, { NULL } };
	const struct step end = { ENDS, "1", "anna", { A4 }, 1, 0, -1, { NULL } };
	struct bdl_presence got;

	take(t, &one);
	take(t, &two);
	assert_int_equal(bdl_sessions_sweep(t, NOW), 2);
	take(t, &end);
	assert_int_equal(bdl_sessions_sweep(t, NOW + SECOND), 1);
	assert_true(bdl_addresses_next(t, 0, &got) >= 0);
	assert_int_equal(bdl_sessions_sweep(t, NOW + LIMIT), 0);
	assert_int_equal(bdl_addresses_next(t, 0, &got), -1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(news_come_in_any_order),
		cmocka_unit_test(a_server_ends_its_own),
		cmocka_unit_test(a_person_ends_their_own),
		cmocka_unit_test(sweeping_leaves_nothing_behind),
	};
	return cmocka_run_group_tests_name("who/sessions", tests, NULL, NULL);
}
