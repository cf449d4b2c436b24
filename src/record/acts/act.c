#include "record/acts/act.h"
#include "base/clock.h"
#include <stdio.h>

#define ACT_FORMAT    2
#define ACT_FORMAT_1  1               /* which a journal may hold that an older door wrote */
#define ACT_TEXTS_1   13              /* of that format */
#define ACT_FIXED     48              /* bytes before the texts */
#define ACT_LATEST_MS 253402300799999 /* the end of the year 9999 */

#define WEEK_MINUTES (7 * 24 * 60)
#define EPOCH_MINUTE (3 * 24 * 60) /* 1970 began on a Thursday */

enum act_flag { FLAG_CRITICAL = 1, FLAG_KNOWN = 2, FLAG_PASSED = 4, FLAGS_ALL = 7 };

/* The texts in the order in which they are written; a new one needs a new format number. */
static const size_t act_texts[] = {
	offsetof(struct bdl_act, person),
	offsetof(struct bdl_act, groups),
	offsetof(struct bdl_act, address),
	offsetof(struct bdl_act, method),
	offsetof(struct bdl_act, scheme),
	offsetof(struct bdl_act, host),
	offsetof(struct bdl_act, path),
	offsetof(struct bdl_act, categories),
	offsetof(struct bdl_act, policy),
	offsetof(struct bdl_act, clause),
	offsetof(struct bdl_act, clauses),
	offsetof(struct bdl_act, tell),
	offsetof(struct bdl_act, reason),
	offsetof(struct bdl_act, source),
	offsetof(struct bdl_act, place),
	offsetof(struct bdl_act, equipment),
	offsetof(struct bdl_act, kept),
};

const char *bdl_kind_word(enum bdl_act_kind k)
{
	static const char *const words[BDL_KINDS] = { "page", "part", "upload", "download",
		"search" };

	return (unsigned)k < BDL_KINDS ? words[k] : "unknown";
}

bool bdl_act_is_probe(const struct bdl_act *a)
{
	return bdl_view_is(a->source, "probe");
}

static struct bdl_view text_of(const struct bdl_act *a, size_t i)
{
	struct bdl_view v;

	memcpy(&v, (const char *)a + act_texts[i], sizeof(v));
	return v;
}

/* Numbers are little-endian whatever the machine, so that a segment can be read elsewhere. */
static void put_number(unsigned char *p, uint64_t v, size_t n)
{
	for (size_t i = 0; i < n; i++)
		p[i] = (unsigned char)(v >> (8 * i));
}

static uint64_t get_number(const char *p, size_t n)
{
	uint64_t v = 0;

	for (size_t i = 0; i < n; i++)
		v |= (uint64_t)(unsigned char)p[i] << (8 * i);
	return v;
}

static void put_fixed(unsigned char *p, const struct bdl_act *a)
{
	p[0] = ACT_FORMAT;
	p[1] = (unsigned char)a->door;
	p[2] = (unsigned char)a->kind;
	p[3] = (unsigned char)a->action;
	p[4] = (unsigned char)((a->critical ? FLAG_CRITICAL : 0) | (a->known ? FLAG_KNOWN : 0) |
	    (a->passed ? FLAG_PASSED : 0));
	p[5] = a->weekday;
	put_number(p + 6, a->minute, 2);
	put_number(p + 8, (uint64_t)a->at_ms, 8);
	memcpy(p + 16, a->version.b, sizeof(a->version.b));
}

int64_t bdl_act_offset(const struct bdl_act *a)
{
	int64_t utc = (a->at_ms / BDL_MINUTE_MS + EPOCH_MINUTE) % WEEK_MINUTES;
	int64_t ahead = a->weekday * 24 * 60 + a->minute - utc;

	if (ahead < -WEEK_MINUTES / 2)
		ahead += WEEK_MINUTES;
	return ahead >= WEEK_MINUTES / 2 ? ahead - WEEK_MINUTES : ahead;
}

void bdl_act_local(int64_t at_ms, int64_t utc_offset, uint8_t *ret_weekday, uint16_t *ret_minute)
{
	int64_t minute =
	    (at_ms / BDL_MINUTE_MS + EPOCH_MINUTE + utc_offset + WEEK_MINUTES) % WEEK_MINUTES;

	*ret_weekday = (uint8_t)(minute / (24 * 60));
	*ret_minute = (uint16_t)(minute % (24 * 60));
}

int bdl_act_encode(const struct bdl_act *a, struct bdl_buf *out)
{
	size_t n = ACT_FIXED;

	for (size_t i = 0; i < BDL_ARRAY_LEN(act_texts); i++) {
		struct bdl_view v = text_of(a, i);
		if (v.n > BDL_ACT_BYTES_MAX)
			return BDL_E_LIMIT;
		n += 2 + v.n;
	}
	if (n > BDL_ACT_BYTES_MAX)
		return BDL_E_LIMIT;
	unsigned char *p = (unsigned char *)bdl_buf_room(out, n);
	if (!p)
		return BDL_E_LIMIT;
	put_fixed(p, a);
	p += ACT_FIXED;
	for (size_t i = 0; i < BDL_ARRAY_LEN(act_texts); i++) {
		struct bdl_view v = text_of(a, i);
		put_number(p, v.n, 2);
		if (v.n)
			memcpy(p + 2, v.p, v.n);
		p += 2 + v.n;
	}
	bdl_buf_commit(out, n);
	return 0;
}

static int get_fixed(const char *p, struct bdl_act *a, struct bdl_err *err)
{
	const unsigned char *u = (const unsigned char *)p;

	if (u[0] != ACT_FORMAT && u[0] != ACT_FORMAT_1)
		return bdl_fail(
		    err, BDL_E_INVALID, "an act of format %u, expected 1 to %d", u[0], ACT_FORMAT);
	if (u[1] >= BDL_DOORS || u[2] >= BDL_KINDS || u[3] >= BDL_ACTIONS)
		return bdl_fail(
		    err, BDL_E_INVALID, "an act of door %u, kind %u, action %u", u[1], u[2], u[3]);
	a->door = (enum bdl_door)u[1];
	a->kind = (enum bdl_act_kind)u[2];
	a->action = (enum bdl_action)u[3];
	a->critical = u[4] & FLAG_CRITICAL;
	a->known = u[4] & FLAG_KNOWN;
	a->passed = u[4] & FLAG_PASSED;
	a->weekday = u[5];
	a->minute = (uint16_t)get_number(p + 6, 2);
	a->at_ms = (int64_t)get_number(p + 8, 8);
	memcpy(a->version.b, p + 16, sizeof(a->version.b));
	if (a->at_ms < 0 || a->at_ms > ACT_LATEST_MS)
		return bdl_fail(
		    err, BDL_E_INVALID, "an act of the time %lld ms", (long long)a->at_ms);
	if ((u[4] & ~FLAGS_ALL) || a->weekday > 6 || a->minute >= 24 * 60)
		return bdl_fail(err, BDL_E_INVALID, "an act with flags %u, weekday %u, minute %u",
		    u[4], a->weekday, a->minute);
	return 0;
}

int bdl_act_decode(struct bdl_view bytes, struct bdl_act *ret, struct bdl_err *err)
{
	struct bdl_act a = { 0 };

	if (bytes.n < ACT_FIXED || bytes.n > BDL_ACT_BYTES_MAX)
		return bdl_fail(err, BDL_E_INVALID, "an act of %zu bytes", bytes.n);
	int rc = get_fixed(bytes.p, &a, err);
	if (rc)
		return rc;
	size_t at = ACT_FIXED;
	size_t n_texts = bytes.p[0] == ACT_FORMAT_1 ? ACT_TEXTS_1 : BDL_ARRAY_LEN(act_texts);
	for (size_t i = 0; i < n_texts; i++) {
		if (bytes.n - at < 2)
			return bdl_fail(err, BDL_E_INVALID, "an act cut before its text %zu", i);
		size_t n = (size_t)get_number(bytes.p + at, 2);
		at += 2;
		if (bytes.n - at < n)
			return bdl_fail(err, BDL_E_INVALID, "an act cut in its text %zu", i);
		struct bdl_view v = bdl_view_at(bytes.p + at, n);
		memcpy((char *)&a + act_texts[i], &v, sizeof(v));
		at += n;
	}
	if (at != bytes.n)
		return bdl_fail(err, BDL_E_INVALID, "an act with %zu bytes too many", bytes.n - at);
	*ret = a;
	return 0;
}

/* --- references --- */

/* The last two digits of a number that is not negative. */
static char *put_two(char *to, int v)
{
	*to++ = (char)('0' + v / 10 % 10);
	*to++ = (char)('0' + v % 10);
	return to;
}

void bdl_reference_write(int64_t at_ms, char out[BDL_REFERENCE_LEN])
{
	struct bdl_civil c = bdl_civil_local(at_ms);
	char *p = put_two(out, c.year);

	p = put_two(p, c.month);
	p = put_two(p, c.day);
	*p++ = '-';
	p = put_two(p, c.minute / 60);
	p = put_two(p, c.minute % 60);
	p = put_two(p, c.second);
	*p++ = '-';
	p = put_two(p, (int)(at_ms % 1000) / 10);
	*p++ = (char)('0' + at_ms % 10);
	*p = '\0';
}

size_t bdl_reference_read(struct bdl_view text, int64_t ret_ms[BDL_REFERENCE_MOMENTS])
{
	char iso[32], again[BDL_REFERENCE_LEN];
	const char *p = text.p;
	int64_t at_ms;
	size_t n = 0;

	if (text.n != BDL_REFERENCE_LEN - 1)
		return 0;
	(void)snprintf(iso, sizeof(iso), "20%.2s-%.2s-%.2sT%.2s:%.2s:%.2s.%.3s", p, p + 2, p + 4,
	    p + 7, p + 9, p + 11, p + 14);
	if (!bdl_time_parse(bdl_view_of(iso), &at_ms))
		return 0;
	/* Of an hour that comes twice the parser knows one; of one that is left out, none is right. */
	for (int hours = -1; hours <= 1 && n < BDL_REFERENCE_MOMENTS; hours++) {
		int64_t moment_ms = at_ms + hours * BDL_HOUR_MS;
		bdl_reference_write(moment_ms, again);
		if (bdl_view_is(text, again))
			ret_ms[n++] = moment_ms;
	}
	return n;
}
