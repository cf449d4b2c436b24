/*
 * Time. Instants are milliseconds since 1970 UTC in an int64_t, named `_ms`; durations too. The
 * judge and the parsers never read a clock: a door reads it once per act and hands it on.
 */
#ifndef BDL_BASE_CLOCK_H
#define BDL_BASE_CLOCK_H

#include "base/defs.h"
#include "base/view.h"

#define BDL_MINUTE_MS INT64_C(60000)
#define BDL_HOUR_MS   (60 * BDL_MINUTE_MS)
#define BDL_DAY_MS    (24 * BDL_HOUR_MS)

int64_t bdl_now_ms(void);  /* wall clock; may jump */
int64_t bdl_tick_ms(void); /* monotonic, for durations */
int64_t bdl_tick_us(void); /* the same in microseconds, for what takes few */

/* Local civil time at an instant, by the process's time zone (TZ, else the system's). */
struct bdl_civil {
	int year, month, day; /* 2026, 1..12, 1..31 */
	int weekday;          /* 0 Monday .. 6 Sunday */
	int minute;           /* of the day, 0..1439 */
	int second;
};
struct bdl_civil bdl_civil_local(int64_t at_ms);

/* The last local midnight, as the school's clocks show it. */
int64_t bdl_midnight(int64_t at_ms);

/* The number of a date, counted from 1970, and the date of a number, at its first minute. */
int64_t bdl_civil_day(const struct bdl_civil *c);
struct bdl_civil bdl_civil_of_day(int64_t day);

#define BDL_ISO_LEN   25 /* "2026-11-21T11:40:01.234Z" and NUL */
#define BDL_LONG_LEN  40 /* "Saturday 21 November 2026, 11:40" and NUL */
#define BDL_SHORT_LEN 17 /* "2026-11-21 11:40" and NUL */
void bdl_time_iso(int64_t at_ms, char out[BDL_ISO_LEN]);            /* UTC, RFC 3339 */
void bdl_time_long(int64_t at_ms, char out[BDL_LONG_LEN]);          /* local, as people read it */
const char *bdl_time_short(int64_t at_ms, char out[BDL_SHORT_LEN]); /* local, for tables; `out` */

/* A local "2026-11-21T09:30" or a UTC RFC 3339 time with Z; false when it is neither. */
bool bdl_time_parse(struct bdl_view v, int64_t *ret_ms);

/* A local day, "2026-11-21": its first minute. */
bool bdl_day_parse(struct bdl_view v, int64_t *ret_ms);

#endif
