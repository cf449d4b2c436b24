#include "base/clock.h"
#include "base/ascii.h"
#include <stdio.h>
#include <time.h>

#define MS_PER_S  1000
#define S_PER_DAY 86400

/* What four digits of a year can say: 0000-01-01 to 9999-12-31. */
#define FIRST_MS (INT64_C(-62167219200) * MS_PER_S)
#define LAST_MS  (INT64_C(253402300799) * MS_PER_S + 999)

static int64_t read_clock(clockid_t id)
{
	struct timespec ts;

	BDL_BUG_IF(clock_gettime(id, &ts) != 0);
	return (int64_t)ts.tv_sec * MS_PER_S + ts.tv_nsec / 1000000;
}

int64_t bdl_now_ms(void)
{
	return read_clock(CLOCK_REALTIME);
}

int64_t bdl_tick_ms(void)
{
	return read_clock(CLOCK_MONOTONIC);
}

int64_t bdl_tick_us(void)
{
	struct timespec ts;

	BDL_BUG_IF(clock_gettime(CLOCK_MONOTONIC, &ts) != 0);
	return (int64_t)ts.tv_sec * 1000000 + ts.tv_nsec / 1000;
}

/* Seconds and the milliseconds over, within what four digits of a year can say. */
static time_t split(int64_t at_ms, int *ret_ms)
{
	if (at_ms < FIRST_MS)
		at_ms = FIRST_MS;
	if (at_ms > LAST_MS)
		at_ms = LAST_MS;
	int64_t ms = at_ms % MS_PER_S;
	if (ms < 0)
		ms += MS_PER_S;
	*ret_ms = (int)ms;
	return (time_t)((at_ms - ms) / MS_PER_S);
}

static struct bdl_civil civil_of(const struct tm *tm)
{
	return (struct bdl_civil){
		.year = tm->tm_year + 1900,
		.month = tm->tm_mon + 1,
		.day = tm->tm_mday,
		.weekday = (tm->tm_wday + 6) % 7,
		.minute = tm->tm_hour * 60 + tm->tm_min,
		.second = tm->tm_sec,
	};
}

struct bdl_civil bdl_civil_local(int64_t at_ms)
{
	struct tm tm = { 0 };
	int ms;
	time_t at = split(at_ms, &ms);

	BDL_BUG_IF(!localtime_r(&at, &tm));
	return civil_of(&tm);
}

int64_t bdl_civil_day(const struct bdl_civil *c)
{
	struct tm tm = { .tm_year = c->year - 1900, .tm_mon = c->month - 1, .tm_mday = c->day };

	return (int64_t)timegm(&tm) / S_PER_DAY; /* a midnight: no remainder, also before 1970 */
}

struct bdl_civil bdl_civil_of_day(int64_t day)
{
	struct tm tm = { 0 };
	int ms;
	bool far = day > LAST_MS / MS_PER_S / S_PER_DAY || day < FIRST_MS / MS_PER_S / S_PER_DAY;
	time_t at = split(far ? (day < 0 ? FIRST_MS : LAST_MS) : day * S_PER_DAY * MS_PER_S, &ms);

	BDL_BUG_IF(!gmtime_r(&at, &tm));
	return civil_of(&tm);
}

/* The decimal digits of v, `width` of them, and what ends them; returns where to go on. */
static char *put_digits(char *to, int width, int v, char end)
{
	for (int i = width - 1; i >= 0; i--, v /= 10)
		to[i] = (char)('0' + v % 10);
	to[width] = end;
	return to + width + 1;
}

void bdl_time_iso(int64_t at_ms, char out[BDL_ISO_LEN])
{
	struct tm tm = { 0 };
	int ms;
	time_t at = split(at_ms, &ms);

	BDL_BUG_IF(!gmtime_r(&at, &tm));
	char *p = put_digits(out, 4, tm.tm_year + 1900, '-');
	p = put_digits(p, 2, tm.tm_mon + 1, '-');
	p = put_digits(p, 2, tm.tm_mday, 'T');
	p = put_digits(p, 2, tm.tm_hour, ':');
	p = put_digits(p, 2, tm.tm_min, ':');
	p = put_digits(p, 2, tm.tm_sec, '.');
	p = put_digits(p, 3, ms, 'Z');
	*p = '\0';
}

static char *put_text(char *to, const char *s, char end)
{
	size_t n = strlen(s);

	memcpy(to, s, n);
	to[n] = end;
	return to + n + 1;
}

void bdl_time_long(int64_t at_ms, char out[BDL_LONG_LEN])
{
	/* Not strftime's: a page is in British English whatever the machine's locale. */
	static const char *const days[] = { "Monday", "Tuesday", "Wednesday", "Thursday", "Friday",
		"Saturday", "Sunday" };
	static const char *const months[] = { "January", "February", "March", "April", "May",
		"June", "July", "August", "September", "October", "November", "December" };
	struct bdl_civil c = bdl_civil_local(at_ms);

	char *p = put_text(out, days[c.weekday], ' ');
	p = put_digits(p, c.day < 10 ? 1 : 2, c.day, ' ');
	p = put_text(p, months[c.month - 1], ' ');
	p = put_digits(p, 4, c.year > 9999 ? 9999 : c.year, ',');
	*p++ = ' ';
	p = put_digits(p, 2, c.minute / 60, ':');
	(void)put_digits(p, 2, c.minute % 60, '\0'); /* the end of the text */
}

const char *bdl_time_short(int64_t at_ms, char out[BDL_SHORT_LEN])
{
	struct bdl_civil c = bdl_civil_local(at_ms);

	char *p = put_digits(out, 4, c.year > 9999 ? 9999 : c.year, '-');
	p = put_digits(p, 2, c.month, '-');
	p = put_digits(p, 2, c.day, ' ');
	p = put_digits(p, 2, c.minute / 60, ':');
	(void)put_digits(p, 2, c.minute % 60, '\0'); /* the end of the text */
	return out;
}

/* Exactly `width` digits at the front of *v and, where `end` is not 0, that byte after them. */
static bool eat_digits(struct bdl_view *v, size_t width, char end, int *ret)
{
	uint64_t n;
	size_t whole = width + (end ? 1 : 0);

	if (v->n < whole || (end && v->p[width] != end))
		return false;
	if (!bdl_view_uint(bdl_view_at(v->p, width), 9999, &n))
		return false;
	*ret = (int)n;
	*v = bdl_view_from(*v, whole);
	return true;
}

/* ".234": up to nine digits, of which three count. */
static bool eat_fraction(struct bdl_view *v, int *ret_ms)
{
	size_t n = 1;
	int ms = 0, scale = 100;

	for (; n < v->n && bdl_is_digit(v->p[n]); n++, scale /= 10)
		ms += (v->p[n] - '0') * scale;
	if (n == 1 || n > 10)
		return false;
	*ret_ms = ms;
	*v = bdl_view_from(*v, n);
	return true;
}

static int days_in(int year, int month)
{
	static const int days[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
	bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;

	return month == 2 && leap ? 29 : days[month - 1];
}

static bool is_civil(const struct tm *tm)
{
	return tm->tm_mon >= 1 && tm->tm_mon <= 12 && tm->tm_mday >= 1 &&
	    tm->tm_mday <= days_in(tm->tm_year, tm->tm_mon) && tm->tm_hour <= 23 &&
	    tm->tm_min <= 59 && tm->tm_sec <= 59;
}

bool bdl_time_parse(struct bdl_view v, int64_t *ret_ms)
{
	struct tm tm = { .tm_isdst = -1 };
	int ms = 0;

	if (!eat_digits(&v, 4, '-', &tm.tm_year) || !eat_digits(&v, 2, '-', &tm.tm_mon) ||
	    !eat_digits(&v, 2, 'T', &tm.tm_mday) || !eat_digits(&v, 2, ':', &tm.tm_hour) ||
	    !eat_digits(&v, 2, 0, &tm.tm_min))
		return false;
	if (v.n && v.p[0] == ':') {
		v = bdl_view_from(v, 1);
		if (!eat_digits(&v, 2, 0, &tm.tm_sec))
			return false;
		if (v.n && v.p[0] == '.' && !eat_fraction(&v, &ms))
			return false;
	}
	bool utc = bdl_view_is(v, "Z");
	if ((v.n && !utc) || !is_civil(&tm))
		return false;
	tm.tm_year -= 1900;
	tm.tm_mon -= 1;
	/* -1 is also the second before 1970; no time that we are given lies there. */
	time_t at = utc ? timegm(&tm) : mktime(&tm);
	if (at == (time_t)-1)
		return false;
	*ret_ms = (int64_t)at * MS_PER_S + ms;
	return true;
}

bool bdl_day_parse(struct bdl_view v, int64_t *ret_ms)
{
	char whole[] = "2026-11-21T00:00";
	const size_t day_n = strlen("2026-11-21");

	if (v.n != day_n)
		return false;
	memcpy(whole, v.p, day_n);
	return bdl_time_parse(bdl_view_of(whole), ret_ms);
}

int64_t bdl_midnight(int64_t at_ms)
{
	struct bdl_civil c = bdl_civil_local(at_ms);
	char text[64];
	int64_t at = at_ms;
	int n = snprintf(text, sizeof(text), "%04d-%02d-%02dT00:00", c.year, c.month, c.day);
	BDL_BUG_IF(!bdl_time_parse(bdl_view_at(text, (size_t)n), &at));
	return at;
}
