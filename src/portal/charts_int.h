/* Figures as charts with their tables, for the page of figures and the overview. */
#ifndef BDL_PORTAL_CHARTS_INT_H
#define BDL_PORTAL_CHARTS_INT_H

#include "charts.tmpl.h"
#include "portal/request.h"
#include "record/acts/figures.h"

#define BDL_DAYS_A_WEEK 7

/* Whole weeks of the school's days, counted from 1970. */
struct bdl_weeks {
	int64_t from_day; /* a Monday */
	int64_t n;
};

/* So many weeks, up to and with that of the day. */
struct bdl_weeks bdl_weeks_of(int64_t day, int64_t weeks);
int64_t bdl_weeks_before_day(const struct bdl_weeks *s);

/* "16 to 22 November 2026"; in the region. */
const char *bdl_weeks_title(const struct bdl_request *r, const struct bdl_weeks *s);

/* The school's day of a moment, as a number; and a number as addresses have it, "2026-11-21". */
int64_t bdl_day_number(int64_t at_ms);
const char *bdl_day_word(const struct bdl_request *r, int64_t day);

/*
 * Two charts, of requests and of violations, and the table of both: day by day, where there are more
 * than BDL_WEEKS_BY_DAY week by week; or by the hours of the day, of the whole time together.
 */
#define BDL_WEEKS_BY_DAY 4
int bdl_charts_by_day(const struct bdl_request *r, const struct bdl_weeks *s,
    struct bdl_part_charts *ret, struct bdl_err *err) BDL_MUST_USE;
int bdl_charts_by_hour(const struct bdl_request *r, int64_t from_day, int64_t before_day,
    struct bdl_part_charts *ret, struct bdl_err *err) BDL_MUST_USE;

/* A bar for a row of a table (portal/chart.h), in the region. */
struct bdl_view bdl_bar(const struct bdl_request *r, int64_t value, int64_t most);

#endif
