#include "../check.h"
#include "proto/radius.h"

/*
 * Made by FreeRADIUS's radclient with the secret "testing123": a Start of anna's, with two
 * Proxy-State attributes.
 */
static const uint8_t start[] = { 0x04, 0xca, 0x00, 0x7a, 0xd4, 0xac, 0xf4, 0x7a, 0xe7, 0x0b, 0xa4,
	0xcf, 0x72, 0x8a, 0x2a, 0xfa, 0x58, 0x4e, 0x42, 0x4f, 0x01, 0x06, 0x61, 0x6e, 0x6e, 0x61,
	0x2c, 0x06, 0x35, 0x61, 0x62, 0x31, 0x28, 0x06, 0x00, 0x00, 0x00, 0x01, 0x1f, 0x13, 0x30,
	0x30, 0x2d, 0x31, 0x31, 0x2d, 0x32, 0x32, 0x2d, 0x33, 0x33, 0x2d, 0x34, 0x34, 0x2d, 0x35,
	0x35, 0x20, 0x06, 0x61, 0x70, 0x2d, 0x31, 0x29, 0x06, 0x00, 0x00, 0x00, 0x03, 0x08, 0x06,
	0x0a, 0x00, 0x00, 0x07, 0xa8, 0x12, 0x20, 0x01, 0x0d, 0xb8, 0x00, 0x01, 0x00, 0x00, 0x00,
	0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x07, 0x61, 0x14, 0x00, 0x40, 0x20, 0x01, 0x0d, 0xb8,
	0x00, 0x02, 0x00, 0x01, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x21, 0x04, 0x01,
	0x02, 0x21, 0x05, 0x03, 0x04, 0x05 };

/* What radclient took for the authenticator of the response. */
static const uint8_t response[] = { 0xbc, 0x46, 0xa1, 0xa6, 0x9e, 0x93, 0x0a, 0xfa, 0xe6, 0xb1,
	0x04, 0x89, 0x55, 0x59, 0x1d, 0xf9 };

/* An unsigned packet of these attributes. */
static struct bdl_view request(uint8_t *room, const char *attributes, size_t n)
{
	memset(room, 0, 20);
	room[0] = 4;
	room[1] = 9;
	room[2] = (uint8_t)((20 + n) >> 8);
	room[3] = (uint8_t)(20 + n);
	memcpy(room + 20, attributes, n);
	return bdl_view_at((const char *)room, 20 + n);
}

static void reads_what_radclient_sends(void **state)
{
	(void)state;
	struct bdl_view packet = bdl_view_at((const char *)start, sizeof(start));
	struct bdl_radius r;
	struct bdl_err err;

	if (bdl_radius_parse(packet, &r, &err) < 0)
		fail_msg("%s", err.text);
	check_view("user", r.user, "anna");
	check_view("session", r.session, "5ab1");
	check_view("device", r.device, "00-11-22-33-44-55");
	check_view("server", r.server[0], "ap-1");
	check_long("status", r.status, BDL_RADIUS_START);
	check_long("delay", r.delay_s, 3);
	assert_false(r.has_lasted);
	assert_int_equal(r.n_addresses, 3);
	assert_memory_equal(r.addresses[0].ip, "\0\0\0\0\0\0\0\0\0\0\xff\xff\x0a\0\0\x07", 16);
	assert_int_equal(r.addresses[0].bits, 128);
	assert_memory_equal(r.addresses[1].ip, "\x20\x01\x0d\xb8\0\x01\0\0\0\0\0\0\0\0\0\x07", 16);
	assert_int_equal(r.addresses[1].bits, 128);
	assert_memory_equal(r.addresses[2].ip, "\x20\x01\x0d\xb8\0\x02\0\x01\0\0\0\0\0\0\0\0", 16);
	assert_int_equal(r.addresses[2].bits, 64);
}

static void tells_genuine_packets(void **state)
{
	(void)state;
	uint8_t copy[sizeof(start)];
	struct bdl_radius r;

	for (size_t i = 0; i < sizeof(start); i++) {
		memcpy(copy, start, sizeof(copy));
		copy[i] ^= 1;
		/* Some of these no longer parse; none that does is genuine. */
		if (bdl_radius_parse(bdl_view_at((char *)copy, sizeof(copy)), &r, NULL) == 0 &&
		    bdl_radius_is_genuine(&r, BDL_LIT("testing123")))
			fail_msg("byte %zu may be changed", i);
	}
	assert_int_equal(
	    bdl_radius_parse(bdl_view_at((const char *)start, sizeof(start)), &r, NULL), 0);
	assert_true(bdl_radius_is_genuine(&r, BDL_LIT("testing123")));
	assert_false(bdl_radius_is_genuine(&r, BDL_LIT("testing124")));
	assert_false(bdl_radius_is_genuine(&r, BDL_LIT("")));
}

static void responses_carry_the_proxies_state(void **state)
{
	(void)state;
	uint8_t out[BDL_RADIUS_MAX];
	struct bdl_radius r;

	assert_int_equal(
	    bdl_radius_parse(bdl_view_at((const char *)start, sizeof(start)), &r, NULL), 0);
	size_t n = bdl_radius_write_response(&r, BDL_LIT("testing123"), out);
	assert_int_equal(n, 20 + 4 + 5);
	assert_int_equal(out[0], 5);
	assert_int_equal(out[1], start[1]);
	assert_int_equal(out[2] << 8 | out[3], (int)n);
	assert_memory_equal(out + 20, "\x21\x04\x01\x02\x21\x05\x03\x04\x05", 9);
	assert_memory_equal(out + 4, response, 16);
}

static void bytes_after_the_packet_are_no_part_of_it(void **state)
{
	(void)state;
	uint8_t longer[sizeof(start) + 3] = { 0 };
	struct bdl_radius r;

	memcpy(longer, start, sizeof(start));
	assert_int_equal(
	    bdl_radius_parse(bdl_view_at((char *)longer, sizeof(longer)), &r, NULL), 0);
	assert_int_equal(r.packet.n, sizeof(start));
	assert_true(bdl_radius_is_genuine(&r, BDL_LIT("testing123")));
}

#define STATUS(n) "\x28\x06\0\0\0" n

static const struct {
	const char *name, *attributes;
	size_t n;
	long addresses; /* -1: refused */
} rows[] = {
#define ROW(name, text, addresses)                      \
	{                                               \
		name, text, sizeof(text) - 1, addresses \
	}
	ROW("nothing else", STATUS("\x01"), 0),
	ROW("no status",
	    "\x01\x06"
	    "anna",
	    -1),
	ROW("an empty name", STATUS("\x01") "\x01\x02", 0),
	ROW("an attribute of no bytes", STATUS("\x01") "\x01\x00", -1),
	ROW("an attribute of one byte", STATUS("\x01") "\x01\x01", -1),
	ROW("an attribute past the end",
	    STATUS("\x01") "\x01\x07"
			   "anna",
	    -1),
	ROW("a type alone", STATUS("\x01") "\x01", -1),
	ROW("a short number", "\x28\x05\0\0\x01", -1),
	ROW("a long number", "\x28\x07\0\0\0\0\x01", -1),
	ROW("an address", STATUS("\x01") "\x08\x06\x0a\0\0\x07", 1),
	ROW("a short address", STATUS("\x01") "\x08\x05\x0a\0\0", -1),
	ROW("to be chosen", STATUS("\x01") "\x08\x06\xff\xff\xff\xff\x08\x06\xff\xff\xff\xfe", 0),
	ROW("no address yet", STATUS("\x01") "\x08\x06\0\0\0\0", 0),
	ROW("a prefix", STATUS("\x01") "\x61\x06\0\x10\x20\x01", 1),
	ROW("an empty prefix", STATUS("\x01") "\x61\x04\0\0", 0),
	ROW("a prefix of 129 bits", STATUS("\x01") "\x61\x06\0\x81\x20\x01", -1),
	ROW("a prefix without a length", STATUS("\x01") "\x61\x03\0", -1),
	ROW("a prefix of 17 bytes",
	    STATUS("\x01") "\x61\x15\0\x80"
			   "abcdefghijklmnopq",
	    -1),
	ROW("a short NAS address", STATUS("\x01") "\x04\x05\x0a\0\0", -1),
	ROW("others' attributes",
	    STATUS("\x01") "\x1a\x08\0\0\0\x09"
			   "ab\x2a\x03x",
	    0),
};

static void odd_attributes(void **state)
{
	(void)state;
	for (size_t i = 0; i < BDL_ARRAY_LEN(rows); i++) {
		uint8_t room[BDL_RADIUS_MAX];
		struct bdl_radius r;
		struct bdl_err err = { 0 };
		int rc = bdl_radius_parse(request(room, rows[i].attributes, rows[i].n), &r, &err);

		check_long(rows[i].name, rc, rows[i].addresses < 0 ? BDL_E_INVALID : 0);
		if (rc == 0)
			check_long(rows[i].name, (long)r.n_addresses, rows[i].addresses);
	}
}

static void bits_after_a_prefix_are_cleared(void **state)
{
	(void)state;
	uint8_t room[BDL_RADIUS_MAX];
	struct bdl_radius r;
	static const char text[] = STATUS("\x03") "\x61\x08\0\x1b\xff\xff\xff\xff";

	assert_int_equal(bdl_radius_parse(request(room, text, sizeof(text) - 1), &r, NULL), 0);
	assert_int_equal(r.addresses[0].bits, 27);
	assert_memory_equal(r.addresses[0].ip, "\xff\xff\xff\xe0\0\0\0\0\0\0\0\0\0\0\0\0", 16);
}

static void odd_heads(void **state)
{
	(void)state;
	uint8_t packet[20] = { 4, 1, 0, 20 };
	struct bdl_radius r;
	struct bdl_err err;

	/* Of itself it lacks the status only, and each change is found before that. */
	assert_int_equal(
	    bdl_radius_parse(bdl_view_at((char *)packet, 20), &r, &err), BDL_E_INVALID);
	assert_string_equal(err.text, "no Acct-Status-Type");
	assert_int_equal(
	    bdl_radius_parse(bdl_view_at((char *)packet, 19), &r, &err), BDL_E_INVALID);
	assert_string_equal(err.text, "not an Accounting-Request");
	packet[3] = 19;
	assert_int_equal(
	    bdl_radius_parse(bdl_view_at((char *)packet, 20), &r, &err), BDL_E_INVALID);
	assert_string_equal(err.text, "a packet of 20 bytes that says 19");
	packet[3] = 21;
	assert_int_equal(
	    bdl_radius_parse(bdl_view_at((char *)packet, 20), &r, &err), BDL_E_INVALID);
	assert_string_equal(err.text, "a packet of 20 bytes that says 21");
	packet[0] = 1;
	assert_int_equal(
	    bdl_radius_parse(bdl_view_at((char *)packet, 20), &r, &err), BDL_E_INVALID);
	assert_string_equal(err.text, "not an Accounting-Request");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_what_radclient_sends),
		cmocka_unit_test(tells_genuine_packets),
		cmocka_unit_test(responses_carry_the_proxies_state),
		cmocka_unit_test(bytes_after_the_packet_are_no_part_of_it),
		cmocka_unit_test(odd_attributes),
		cmocka_unit_test(bits_after_a_prefix_are_cleared),
		cmocka_unit_test(odd_heads),
	};
	return cmocka_run_group_tests_name("proto/radius", tests, NULL, NULL);
}
