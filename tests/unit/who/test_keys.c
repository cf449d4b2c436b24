#include "../check.h"
#include "../sys/place.h"
#include "doors/who/keys.h"
#include "sys/file.h"

#define CLIENTS "network,name,secret\n"
#define SENDERS "name,network,token\n"
/* SHA-256 of "token". */
#define DIGEST "3c469e9d6c5875d37a43f353d4f88e61fcf812c66eee3457465a40b0da4153e0"

static struct bdl_keys *parse(const char *clients, const char *senders)
{
	struct bdl_keys *k = NULL;
	struct bdl_err err;

	if (bdl_keys_parse(bdl_view_of(clients), bdl_view_of(senders), &k, &err) < 0)
		fail_msg("%s", err.text);
	return k;
}

static const uint8_t *ip(const char *text)
{
	static uint8_t ring[4][BDL_IP_SIZE];
	static unsigned next;
	uint8_t *out = ring[next++ % 4];

	assert_true(bdl_ip_parse(bdl_view_of(text), out));
	return out;
}

static void the_nearest_client_counts(void **state)
{
	(void)state;
	BDL_AUTO(bdl_keys_free)
	struct bdl_keys *k = parse(CLIENTS "10.0.0.0/8,all,eight bytes\n"
					   "10.0.0.5,one,\"a secret, with a comma\"\n"
					   "2001:db8::/32,six,eight bytes\n",
	    "");
	static const struct {
		const char *address, *name;
	} rows[] = { { "10.0.0.4", "all" }, { "10.0.0.5", "one" }, { "::ffff:10.0.0.5", "one" },
		{ "2001:db8::1", "six" }, { "11.0.0.1", NULL } };

	assert_int_equal(bdl_keys_clients(k), 3);
	assert_int_equal(bdl_keys_senders(k), 0);
	for (size_t i = 0; i < BDL_ARRAY_LEN(rows); i++) {
		const struct bdl_client *c = bdl_keys_client(k, ip(rows[i].address));

		check_long(rows[i].address, c != NULL, rows[i].name != NULL);
		if (c)
			check_view(rows[i].address, c->name, rows[i].name);
	}
	check_view("secret", bdl_keys_client(k, ip("10.0.0.5"))->secret, "a secret, with a comma");
}

static void senders_are_known_by_their_token(void **state)
{
	(void)state;
	BDL_AUTO(bdl_keys_free)
	struct bdl_keys *k = parse("", SENDERS "pcs,own," DIGEST "\n");

	const struct bdl_sender *s = bdl_keys_sender(k, BDL_LIT("token"));
	assert_non_null(s);
	check_view("name", s->name, "pcs");
	assert_null(bdl_keys_sender(k, BDL_LIT("Token")));
	assert_null(bdl_keys_sender(k, BDL_LIT(DIGEST)));
	assert_null(bdl_keys_sender(k, BDL_LIT("")));
}

static void a_sender_speaks_for_its_network(void **state)
{
	(void)state;
	BDL_AUTO(bdl_keys_free)
	struct bdl_keys *own = parse("", SENDERS "a,own," DIGEST "\n");
	BDL_AUTO(bdl_keys_free)
	struct bdl_keys *net = parse("", SENDERS "a,10.1.0.0/16," DIGEST "\n");
	const struct bdl_sender *s = bdl_keys_sender(own, BDL_LIT("token"));

	assert_true(bdl_sender_may(s, ip("10.1.0.1"), ip("10.1.0.1")));
	assert_true(bdl_sender_may(s, ip("::ffff:10.1.0.1"), ip("10.1.0.1")));
	assert_false(bdl_sender_may(s, ip("10.1.0.1"), ip("10.1.0.2")));
	s = bdl_keys_sender(net, BDL_LIT("token"));
	assert_true(bdl_sender_may(s, ip("192.0.2.1"), ip("10.1.0.2")));
	assert_false(bdl_sender_may(s, ip("10.2.0.1"), ip("10.2.0.1")));
}

static void mistakes_are_named(void **state)
{
	(void)state;
	static const struct {
		const char *clients, *senders, *want;
	} rows[] = {
		{ "a\n", "", "clients.csv:1: the first line must be network,name,secret" },
		{ CLIENTS "10.0.0.0/8,a\n", "",
		    "clients.csv:2: 2 fields, not the 3 of network,name,secret" },
		{ CLIENTS "here,a,eight bytes\n", "",
		    "clients.csv:2: 'here' is not an address range, such as 10.0.0.0/8 or ::1" },
		{ CLIENTS "10.0.0.0/8,,eight bytes\n", "", "clients.csv:2: a client needs a name" },
		{ CLIENTS "10.0.0.0/8,a,short\n", "",
		    "clients.csv:2: a secret has at least 8 bytes" },
		{ "", SENDERS "a,mine," DIGEST "\n",
		    "senders.csv:2: 'mine' is neither own nor an address range such as 10.0.0.0/8" },
		{ "", SENDERS ",own," DIGEST "\n", "senders.csv:2: a sender needs a name" },
		{ "", SENDERS "\na,own,token\n",
		    "senders.csv:3: a token's digest has 64 hexadecimal digits: beadle who token "
		    "NAME makes one" },
	};

	for (size_t i = 0; i < BDL_ARRAY_LEN(rows); i++) {
		struct bdl_keys *k = NULL;
		struct bdl_err err = { .text = "" };

		assert_int_equal(bdl_keys_parse(bdl_view_of(rows[i].clients),
				     bdl_view_of(rows[i].senders), &k, &err),
		    BDL_E_INVALID);
		assert_string_equal(err.text, rows[i].want);
		assert_null(k);
	}
}

static void files_that_all_may_read_are_refused(void **state)
{
	(void)state;
	PLACE(p);
	BDL_AUTO(bdl_keys_free) struct bdl_keys *none = NULL;
	BDL_AUTO(bdl_keys_free) struct bdl_keys *k = NULL;
	struct bdl_err err;
	static const char text[] = CLIENTS "10.0.0.0/8,a,eight bytes\n";

	assert_int_equal(bdl_keys_read(p.dir, &none, &err), 0); /* no files, and nobody */
	assert_int_equal(bdl_keys_clients(none), 0);
	assert_int_equal(
	    bdl_file_replace(place_path(&p, "clients.csv"), text, strlen(text), 0644, &err), 0);
	assert_int_equal(bdl_keys_read(p.dir, &k, &err), BDL_E_DENIED);
	assert_non_null(strstr(err.text, "chmod 640"));
	assert_int_equal(
	    bdl_file_replace(place_path(&p, "clients.csv"), text, strlen(text), 0640, &err), 0);
	assert_int_equal(bdl_keys_read(p.dir, &k, &err), 0);
	assert_int_equal(bdl_keys_clients(k), 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_nearest_client_counts),
		cmocka_unit_test(senders_are_known_by_their_token),
		cmocka_unit_test(a_sender_speaks_for_its_network),
		cmocka_unit_test(mistakes_are_named),
		cmocka_unit_test(files_that_all_may_read_are_refused),
	};
	return cmocka_run_group_tests_name("who/keys", tests, NULL, NULL);
}
