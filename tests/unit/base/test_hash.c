#include "base/hash.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

/* FIPS 180-2, appendix B, and the empty message. */
static const struct {
	const char *text, *want;
} known[] = {
	{ "", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855" },
	{ "abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad" },
	{ "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
	    "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1" },
};

static void digests(void **state)
{
	(void)state;
	for (size_t i = 0; i < BDL_ARRAY_LEN(known); i++) {
		struct bdl_digest d = bdl_digest_of(known[i].text, strlen(known[i].text)), back;
		char got[BDL_DIGEST_HEX];

		bdl_digest_hex(&d, got);
		assert_string_equal(got, known[i].want);
		assert_true(bdl_digest_parse(bdl_view_of(got), &back));
		assert_true(bdl_digest_eq(&d, &back));
		back.b[31] ^= 1;
		assert_false(bdl_digest_eq(&d, &back));
	}
}

/* In whatever pieces the bytes come, empty ones too, the digest is that of all of them. */
static void digests_what_comes_in_pieces(void **state)
{
	(void)state;
	char bytes[1000];

	for (size_t i = 0; i < sizeof(bytes); i++)
		bytes[i] = (char)(i * 31);
	struct bdl_digest whole = bdl_digest_of(bytes, sizeof(bytes));
	for (size_t piece = 1; piece < 200; piece += 13) {
		struct bdl_digesting d;
		bdl_digest_begin(&d);
		for (size_t at = 0, n; at < sizeof(bytes); at += n) {
			n = sizeof(bytes) - at < piece ? sizeof(bytes) - at : piece;
			bdl_digest_add(&d, bytes + at, n);
			bdl_digest_add(&d, NULL, 0);
		}
		struct bdl_digest got = bdl_digest_end(&d);
		assert_true(bdl_digest_eq(&got, &whole));
	}
}

static void refuses_what_is_no_digest(void **state)
{
	(void)state;
	struct bdl_digest d;
	char hex[BDL_DIGEST_HEX + 1];

	for (size_t at = 0; at < 64; at += 9) {
		memcpy(hex, known[1].want, BDL_DIGEST_HEX);
		hex[at] = 'A';
		assert_false(bdl_digest_parse(bdl_view_of(hex), &d));
		hex[at] = 'g';
		assert_false(bdl_digest_parse(bdl_view_of(hex), &d));
	}
	assert_false(bdl_digest_parse(bdl_view_at(known[1].want, 63), &d));
	assert_false(bdl_digest_parse(bdl_view_of(""), &d));
	memcpy(hex, known[1].want, BDL_DIGEST_HEX);
	hex[64] = '0';
	assert_false(bdl_digest_parse(bdl_view_at(hex, 65), &d));
}

static void hashes(void **state)
{
	(void)state;
	/* The value that XXH3's specification gives for nothing with seed 0. */
	assert_true(bdl_hash64("", 0, 0) == UINT64_C(0x2d06800538d394c2));
	assert_true(bdl_hash64("beadle", 6, 1) == bdl_hash64("beadle", 6, 1));
	assert_true(bdl_hash64("beadle", 6, 1) != bdl_hash64("beadle", 6, 2));
	assert_true(bdl_hash64("beadle", 6, 1) != bdl_hash64("beadlf", 6, 1));
}

static void random_bytes_differ(void **state)
{
	(void)state;
	unsigned char a[600] = { 0 }, b[600] = { 0 }, all = 0;

	bdl_random(a, sizeof(a));
	bdl_random(b, sizeof(b));
	assert_memory_not_equal(a, b, sizeof(a));
	/* The last ones as well: it fills all that was asked for. */
	for (size_t i = sizeof(a) - 32; i < sizeof(a); i++)
		all |= a[i];
	assert_int_not_equal(all, 0);
	bdl_random(NULL, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(digests),
		cmocka_unit_test(digests_what_comes_in_pieces),
		cmocka_unit_test(refuses_what_is_no_digest),
		cmocka_unit_test(hashes),
		cmocka_unit_test(random_bytes_differ),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
