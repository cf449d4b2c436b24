#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "base/buf.h"
#include "proto/certificate.h"
#include <stdio.h>

#define MS INT64_C(1000)

/* The way to the dates and nothing behind it: version, number, algorithm, issuer, validity. */
static const unsigned char plain[] =
    "\x30\x30\x30\x2e\xa0\x03\x02\x01\x02\x02\x01\x07\x30\x00\x30\x00"
    "\x30\x20\x17\x0d"
    "261121114001Z"
    "\x18\x0f"
    "20810704053000Z";
#define PLAIN_N (sizeof(plain) - 1)

/* In PEM, in lines of `width`, with a word before it. */
static struct bdl_buf as_pem(const unsigned char *der, size_t n, size_t width)
{
	static const char digits[] =
	    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	struct bdl_buf out = BDL_BUF(65536);
	size_t column = 0;

	(void)bdl_buf_add_str(&out, "made by hand\n-----BEGIN CERTIFICATE-----\n");
	for (size_t i = 0; i < n; i += 3) {
		uint32_t bits = (uint32_t)der[i] << 16;
		bits |= i + 1 < n ? (uint32_t)der[i + 1] << 8 : 0;
		bits |= i + 2 < n ? der[i + 2] : 0;
		for (size_t k = 0; k < 4; k++) {
			bool pads = i + k > n;
			(void)bdl_buf_add_char(
			    &out, pads ? '=' : digits[bits >> (18 - 6 * k) & 63]);
			if (++column % width == 0)
				(void)bdl_buf_add_char(&out, '\n');
		}
	}
	(void)bdl_buf_add_str(&out, "\n-----END CERTIFICATE-----\n");
	assert_false(bdl_buf_broken(&out));
	return out;
}

static void dates_of_both_forms_are_read(void **state)
{
	int64_t from_ms, until_ms;
	struct bdl_err err;

	(void)state;
	for (size_t width = 1; width <= 64; width += 21) {
		struct bdl_buf pem BDL_AUTO_IN(bdl_buf_done) = as_pem(plain, PLAIN_N, width);
		if (bdl_certificate_dates(bdl_buf_view(&pem), &from_ms, &until_ms, &err) < 0)
			fail_msg("width %zu: %s", width, err.text);
		assert_int_equal(from_ms, 1795261201 * MS);
		assert_int_equal(until_ms, 3518832600 * MS);
	}
}

static void whatever_is_cut_or_changed_is_refused(void **state)
{
	int64_t from_ms = 1, until_ms = 2;

	(void)state;
	for (size_t n = 0; n < PLAIN_N; n++) {
		struct bdl_buf pem BDL_AUTO_IN(bdl_buf_done) = as_pem(plain, n, 64);
		struct bdl_err err;
		assert_int_equal(
		    bdl_certificate_dates(bdl_buf_view(&pem), &from_ms, &until_ms, &err),
		    BDL_E_INVALID);
	}
	for (size_t i = 0; i < PLAIN_N; i++) {
		unsigned char other[PLAIN_N];
		memcpy(other, plain, PLAIN_N);
		other[i] = 0xff;
		struct bdl_buf pem BDL_AUTO_IN(bdl_buf_done) = as_pem(other, PLAIN_N, 64);
		int rc = bdl_certificate_dates(bdl_buf_view(&pem), &from_ms, &until_ms, NULL);
		/* What stands within the version and the number is not looked at. */
		assert_int_equal(rc, (i >= 6 && i <= 8) || i == 11 ? 0 : BDL_E_INVALID);
	}
}

static void what_is_no_certificate_is_refused(void **state)
{
	static const char *const texts[] = { "", "-----BEGIN CERTIFICATE-----",
		"-----BEGIN CERTIFICATE-----\n-----END CERTIFICATE-----",
		"-----BEGIN CERTIFICATE-----\nMA?=\n-----END CERTIFICATE-----",
		"-----BEGIN PRIVATE KEY-----\nMAA=\n-----END PRIVATE KEY-----" };
	static unsigned char much[BDL_CERTIFICATE_MAX + 1];
	struct bdl_buf pem BDL_AUTO_IN(bdl_buf_done) = as_pem(much, sizeof(much), 64);
	int64_t from_ms, until_ms;

	(void)state;
	for (size_t i = 0; i < BDL_ARRAY_LEN(texts); i++)
		assert_int_equal(
		    bdl_certificate_dates(bdl_view_of(texts[i]), &from_ms, &until_ms, NULL),
		    BDL_E_INVALID);
	assert_int_equal(
	    bdl_certificate_dates(bdl_buf_view(&pem), &from_ms, &until_ms, NULL), BDL_E_LIMIT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(dates_of_both_forms_are_read),
		cmocka_unit_test(whatever_is_cut_or_changed_is_refused),
		cmocka_unit_test(what_is_no_certificate_is_refused),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
