#include "proto/certificate.h"
#include "base/ascii.h"
#include "base/clock.h"

#define BEGIN "-----BEGIN CERTIFICATE-----"
#define END   "-----END CERTIFICATE-----"

/* Tags of DER, of those that stand on the way. */
enum tag {
	TAG_INTEGER = 0x02,
	TAG_UTC_TIME = 0x17,
	TAG_TIME = 0x18,
	TAG_SEQUENCE = 0x30,
	TAG_VERSION = 0xa0, /* [0], explicit */
};

static int digit_of(char c)
{
	static const char digits[] =
	    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	const char *at = c ? strchr(digits, c) : NULL;

	return at ? (int)(at - digits) : -1;
}

/* Base64 with line breaks and padding; what is left over at the end is padding's. */
static int decode(struct bdl_view text, unsigned char *out, size_t *ret_n, struct bdl_err *err)
{
	uint32_t bits = 0;
	unsigned held = 0;
	size_t n = 0;

	for (size_t i = 0; i < text.n && text.p[i] != '='; i++) {
		int digit = digit_of(text.p[i]);
		if (digit < 0 && memchr(" \t\r\n", text.p[i], 4))
			continue;
		if (digit < 0)
			return bdl_fail(
			    err, BDL_E_INVALID, "a certificate with a byte of no base64");
		bits = (bits << 6 | (uint32_t)digit) & 0xffffff;
		held += 6;
		if (held < 8)
			continue;
		if (n == BDL_CERTIFICATE_MAX)
			return bdl_fail(err, BDL_E_LIMIT, "a certificate is too long");
		held -= 8;
		out[n++] = (unsigned char)(bits >> held);
	}
	*ret_n = n;
	return 0;
}

/* Take the next value of `in`, which is to have this tag; its length as DER writes it. */
static bool take(struct bdl_view *in, enum tag tag, struct bdl_view *ret)
{
	const unsigned char *p = (const unsigned char *)in->p;
	size_t head = 2, n;

	if (in->n < 2 || p[0] != tag)
		return false;
	n = p[1];
	if (n & 0x80) {
		size_t more = n & 0x7f;
		if (more == 0 || more > 2 || in->n < 2 + more)
			return false;
		n = more == 1 ? p[2] : (size_t)p[2] << 8 | p[3];
		head += more;
	}
	if (n > in->n - head)
		return false;
	*ret = bdl_view_at(in->p + head, n);
	*in = bdl_view_at(in->p + head + n, in->n - head - n);
	return true;
}

/* "261121114001Z" or, with all of its year, "20261121114001Z". */
static bool take_time(struct bdl_view *in, int64_t *ret_ms)
{
	static const uint8_t places[] = { 0, 1, 2, 3, 5, 6, 8, 9, 11, 12, 14, 15, 17, 18 };
	char text[] = "2000-00-00T00:00:00Z";
	struct bdl_view v;
	size_t at = 0;

	if (take(in, TAG_UTC_TIME, &v))
		at = 2; /* RFC 5280, section 4.1.2.5.1: 50 to 99 are of the last century */
	else if (!take(in, TAG_TIME, &v))
		return false;
	if (v.n != sizeof(places) - at + 1 || v.p[v.n - 1] != 'Z')
		return false;
	if (at && v.p[0] >= '5')
		memcpy(text, "19", 2);
	for (size_t i = 0; i + 1 < v.n; i++) {
		if (!bdl_is_digit(v.p[i]))
			return false;
		text[places[at + i]] = v.p[i];
	}
	return bdl_time_parse(bdl_view_of(text), ret_ms);
}

static bool read_dates(struct bdl_view der, int64_t *ret_from_ms, int64_t *ret_until_ms)
{
	struct bdl_view certificate, signed_part, skipped, validity;

	if (!take(&der, TAG_SEQUENCE, &certificate) ||
	    !take(&certificate, TAG_SEQUENCE, &signed_part))
		return false;
	(void)take(&signed_part, TAG_VERSION, &skipped);    /* the first version leaves it out */
	return take(&signed_part, TAG_INTEGER, &skipped) && /* its number */
	    take(&signed_part, TAG_SEQUENCE, &skipped) &&   /* how it is signed */
	    take(&signed_part, TAG_SEQUENCE, &skipped) &&   /* by whom */
	    take(&signed_part, TAG_SEQUENCE, &validity) && take_time(&validity, ret_from_ms) &&
	    take_time(&validity, ret_until_ms);
}

static bool cut_at(struct bdl_view *in, struct bdl_view mark, struct bdl_view *ret)
{
	for (size_t i = 0; i + mark.n <= in->n; i++) {
		if (!bdl_view_eq(bdl_view_at(in->p + i, mark.n), mark))
			continue;
		*ret = bdl_view_at(in->p, i);
		*in = bdl_view_from(*in, i + mark.n);
		return true;
	}
	return false;
}

int bdl_certificate_dates(
    struct bdl_view pem, int64_t *ret_from_ms, int64_t *ret_until_ms, struct bdl_err *err)
{
	unsigned char der[BDL_CERTIFICATE_MAX];
	struct bdl_view before, text;
	int64_t from_ms, until_ms;
	size_t n = 0;

	if (!cut_at(&pem, BDL_LIT(BEGIN), &before) || !cut_at(&pem, BDL_LIT(END), &text))
		return bdl_fail(err, BDL_E_INVALID, "there is no certificate in PEM");
	int rc = decode(text, der, &n, err);
	if (rc < 0)
		return rc;
	if (!read_dates(bdl_view_at((const char *)der, n), &from_ms, &until_ms))
		return bdl_fail(err, BDL_E_INVALID, "a certificate without dates that can be read");
	*ret_from_ms = from_ms;
	*ret_until_ms = until_ms;
	return 0;
}
