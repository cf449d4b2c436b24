/* One question of DNS, and replies as resolvers give them. */
#include "../check.h"
#include "proto/dns.h"

static size_t ask(const char *host, enum bdl_dns_type type, uint8_t out[BDL_DNS_QUESTION_MAX])
{
	size_t n = 0;

	assert_int_equal(bdl_dns_question_write(0x1234, bdl_view_of(host), type, out, &n, NULL), 0);
	return n;
}

static void a_question_is_written_as_resolvers_read_it(void **state)
{
	static const uint8_t wanted[] = "\x12\x34\x01\x00\x00\x01\x00\x00\x00\x00\x00\x00"
					"\x06"
					"casino\x07"
					"example\x00\x00\x1c\x00\x01";
	uint8_t q[BDL_DNS_QUESTION_MAX];
	size_t n;
	(void)state;

	assert_int_equal(ask("casino.example", BDL_DNS_AAAA, q), sizeof(wanted) - 1);
	assert_memory_equal(q, wanted, sizeof(wanted) - 1);
	const char *const none[] = { "", ".", "a..b", ".a",
		"a123456789012345678901234567890123456789012345678901234567890123.example" };
	for (size_t i = 0; i < BDL_ARRAY_LEN(none); i++)
		assert_int_equal(
		    bdl_dns_question_write(1, bdl_view_of(none[i]), BDL_DNS_A, q, &n, NULL),
		    BDL_E_INVALID);
}

/* A reply with these answers behind the question. */
static size_t reply_of(const uint8_t *q, size_t n, unsigned rcode, unsigned answers,
    const char *rest, size_t n_rest, uint8_t out[BDL_DNS_REPLY_MAX])
{
	memcpy(out, q, n);
	out[2] |= 0x80;
	out[3] = (uint8_t)(0x80 | rcode);
	out[7] = (uint8_t)answers;
	memcpy(out + n, rest, n_rest);
	return n + n_rest;
}

static int read_it(
    const uint8_t *d, size_t n, const uint8_t *q, size_t n_q, struct bdl_dns_reply *ret)
{
	return bdl_dns_reply_read(
	    bdl_view_at((const char *)d, n), bdl_view_at((const char *)q, n_q), ret, NULL);
}

static void addresses_are_read_and_aliases_passed_over(void **state)
{
	/* "casino.example" is an alias of "page.example", which has an address; and one in full. */
	static const char rest[] =
	    "\xc0\x0c\x00\x05\x00\x01\x00\x00\x00\x3c\x00\x07"
	    "\x04page\xc0\x13"
	    "\xc0\x2c\x00\x01\x00\x01\x00\x00\x00\x3c\x00\x04\x0a\x14\x00\x05"
	    "\x01x\x00\x00\x01\x00\x01\x00\x00\x00\x3c\x00\x04\x0a\x14\x00\x06";
	static const uint8_t first[16] = { [10] = 0xff, 0xff, 10, 20, 0, 5 };
	uint8_t q[BDL_DNS_QUESTION_MAX], d[BDL_DNS_REPLY_MAX];
	size_t n_q = ask("casino.example", BDL_DNS_A, q);
	size_t n = reply_of(q, n_q, 0, 3, rest, sizeof(rest) - 1, d);
	struct bdl_dns_reply r;
	(void)state;

	d[13] = 'C'; /* some repeat a name in other letters */
	assert_int_equal(read_it(d, n, q, n_q, &r), 0);
	assert_int_equal(r.rcode, 0);
	assert_int_equal(r.n, 2);
	assert_memory_equal(r.addresses[0], first, 16);
	assert_int_equal(r.addresses[1][15], 6);
	/* Cut anywhere behind the question it is none. */
	for (size_t i = 0; i < n; i++)
		assert_int_equal(read_it(d, i, q, n_q, &r), BDL_E_INVALID);
}

static void another_reply_is_none(void **state)
{
	uint8_t q[BDL_DNS_QUESTION_MAX], d[BDL_DNS_REPLY_MAX];
	size_t n_q = ask("casino.example", BDL_DNS_A, q), n = reply_of(q, n_q, 3, 0, "", 0, d);
	struct bdl_dns_reply r;
	(void)state;

	assert_int_equal(read_it(d, n, q, n_q, &r), 0);
	assert_int_equal(r.rcode, 3);
	static const size_t places[] = { 0, 1, 2, 5, 14, 29 };
	for (size_t i = 0; i < BDL_ARRAY_LEN(places);
	     i++) { /* the id, what it is, the name, the type */
		d[places[i]] ^= places[i] == 2 ? 0x80 : 0x02;
		assert_int_equal(read_it(d, n, q, n_q, &r), BDL_E_INVALID);
		d[places[i]] ^= places[i] == 2 ? 0x80 : 0x02;
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_question_is_written_as_resolvers_read_it),
		cmocka_unit_test(addresses_are_read_and_aliases_passed_over),
		cmocka_unit_test(another_reply_is_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
