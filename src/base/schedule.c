#include "base/schedule.h"
#include "base/clock.h"
#include <inttypes.h>
#include <stdio.h>

#define DAY_MIN    (24 * 60)
#define RETRY_MS   (15 * BDL_MINUTE_MS)
#define RETRY_MOST (16 * RETRY_MS)

static const struct unit {
	const char *one, *many;
	int64_t ms;
} units[] = {
	{ "week", "weeks", 7 * BDL_DAY_MS },
	{ "day", "days", BDL_DAY_MS },
	{ "hour", "hours", BDL_HOUR_MS },
	{ "minute", "minutes", BDL_MINUTE_MS },
};

static bool next_word(struct bdl_view *rest, struct bdl_view *ret)
{
	*rest = bdl_view_trim(*rest);
	return bdl_view_cut(rest, ' ', ret);
}

static bool parse_every(struct bdl_view rest, struct bdl_schedule *ret)
{
	struct bdl_view number, word, more;
	uint64_t n;

	if (!next_word(&rest, &number) || !next_word(&rest, &word) || next_word(&rest, &more) ||
	    !bdl_view_uint(number, BDL_SCHEDULE_LONGEST_MS / BDL_SCHEDULE_LEAST_MS, &n) || n == 0)
		return false;
	for (size_t i = 0; i < BDL_ARRAY_LEN(units); i++) {
		int64_t ms = units[i].ms * (int64_t)n;
		if (!bdl_view_is(word, units[i].one) && !bdl_view_is(word, units[i].many))
			continue;
		if (ms > BDL_SCHEDULE_LONGEST_MS)
			return false;
		*ret = (struct bdl_schedule){ .kind = BDL_SCHEDULE_EVERY, .every_ms = ms };
		return true;
	}
	return false;
}

static bool parse_at(struct bdl_view rest, struct bdl_schedule *ret)
{
	struct bdl_view time, hours, more;
	uint64_t hour, minute;

	if (!next_word(&rest, &time) || next_word(&rest, &more) || time.n != 5 || time.p[2] != ':')
		return false;
	(void)bdl_view_cut(&time, ':', &hours); /* it has one */
	if (!bdl_view_uint(hours, 23, &hour) || !bdl_view_uint(time, 59, &minute))
		return false;
	*ret =
	    (struct bdl_schedule){ .kind = BDL_SCHEDULE_AT, .minute = (int)(hour * 60 + minute) };
	return true;
}

bool bdl_schedule_parse(struct bdl_view text, struct bdl_schedule *ret)
{
	struct bdl_view word, more;

	if (!next_word(&text, &word))
		return false;
	if (bdl_view_is(word, "every"))
		return parse_every(text, ret);
	if (bdl_view_is(word, "at"))
		return parse_at(text, ret);
	if (!bdl_view_is(word, "never") || next_word(&text, &more))
		return false;
	*ret = (struct bdl_schedule){ .kind = BDL_SCHEDULE_NEVER };
	return true;
}

static void write_every(int64_t every_ms, char out[BDL_SCHEDULE_TEXT])
{
	for (size_t i = 0; i < BDL_ARRAY_LEN(units); i++) {
		int64_t n = every_ms / units[i].ms;
		if (every_ms % units[i].ms != 0)
			continue;
		(void)snprintf(out, BDL_SCHEDULE_TEXT, "every %" PRId64 " %s", n,
		    n == 1 ? units[i].one : units[i].many); /* fits */
		return;
	}
	BDL_BUG_IF(true); /* the parser makes whole minutes */
}

void bdl_schedule_write(const struct bdl_schedule *s, char out[BDL_SCHEDULE_TEXT])
{
	if (s->kind == BDL_SCHEDULE_EVERY)
		write_every(s->every_ms, out);
	else if (s->kind == BDL_SCHEDULE_AT)
		(void)snprintf(out, BDL_SCHEDULE_TEXT, "at %02d:%02d", s->minute / 60,
		    s->minute % 60); /* fits */
	else
		(void)snprintf(out, BDL_SCHEDULE_TEXT, "never"); /* fits */
}

/* Minutes from the one to the other, forwards, within a day. */
static int64_t ahead(int from, int to)
{
	return (to - from + DAY_MIN) % DAY_MIN;
}

/* The next moment at which the clock on the wall shows that minute. */
static int64_t next_minute(int minute, int64_t now_ms)
{
	struct bdl_civil now = bdl_civil_local(now_ms);
	int64_t begun_ms = now_ms - now_ms % BDL_MINUTE_MS; /* zones differ by whole minutes */
	int64_t wait = ahead(now.minute, minute);
	int64_t at_ms = begun_ms + (wait ? wait : DAY_MIN) * BDL_MINUTE_MS;
	int64_t off = ahead(bdl_civil_local(at_ms).minute, minute);

	/* The clocks were changed on the way: back and forth by as much, where such a minute is. */
	if (off > DAY_MIN / 2)
		off -= DAY_MIN;
	int64_t better_ms = at_ms + off * BDL_MINUTE_MS;
	if (better_ms > now_ms && bdl_civil_local(better_ms).minute == minute)
		return better_ms;
	return at_ms;
}

int64_t bdl_schedule_after(const struct bdl_schedule *s, int64_t now_ms)
{
	if (s->kind == BDL_SCHEDULE_EVERY)
		return now_ms + s->every_ms;
	return s->kind == BDL_SCHEDULE_AT ? next_minute(s->minute, now_ms) : INT64_MAX;
}

int64_t bdl_schedule_first(const struct bdl_schedule *s, int64_t now_ms)
{
	return s->kind == BDL_SCHEDULE_EVERY ? now_ms : bdl_schedule_after(s, now_ms);
}

int64_t bdl_schedule_retry(const struct bdl_schedule *s, int64_t now_ms, int64_t failures)
{
	int64_t due_ms = bdl_schedule_after(s, now_ms);
	int64_t pause_ms = RETRY_MS;

	if (s->kind == BDL_SCHEDULE_NEVER)
		return due_ms;
	for (int64_t i = 1; i < failures && pause_ms < RETRY_MOST; i++)
		pause_ms *= 2;
	return due_ms < now_ms + pause_ms ? due_ms : now_ms + pause_ms;
}

int64_t bdl_schedule_mend(const struct bdl_schedule *s, int64_t next_ms, int64_t now_ms)
{
	int64_t latest_ms = bdl_schedule_after(s, now_ms);

	return next_ms > latest_ms ? latest_ms : next_ms;
}
