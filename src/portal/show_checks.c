/* What the checks of itself came to: the last results, and the record of an academic year. */
#include "base/clock.h"
#include "checks.tmpl.h"
#include "policy/own_checks.h"
#include "record/checks/checks.h"
#include "state_int.h"

#include <inttypes.h>

#define YEAR_BEGINS 9 /* September */
#define YEARS_MAX   8

static const char *outcome_title(enum bdl_check_outcome o)
{
	static const char *const titles[] = { "", "Passed", "Failed", "Could not run" };

	return titles[o];
}

static const char *shade(enum bdl_check_outcome o)
{
	static const char *const shades[] = { "none", "up", "critical", "coach" };

	return shades[o];
}

/* "pupils at library"; empty where a check is nobody's. */
static const char *who_of(const struct bdl_request *r, struct bdl_view who, struct bdl_view place)
{
	return bdl_region_printf(r->region, "%.*s%s%.*s",
	    BDL_FMT(bdl_view_is(who, "unknown") ? BDL_LIT("unknown people") : who),
	    place.n ? " at " : "", BDL_FMT(place));
}

static const char *title_of(struct bdl_view name)
{
	int check = bdl_own_check_find(name);

	return check < 0 ? "" : bdl_own_check_title((enum bdl_own_check)check);
}

/* --- the last results --- */

static struct bdl_page_checks_result result_of(
    const struct bdl_request *r, const struct bdl_check_row *row)
{
	return (struct bdl_page_checks_result){
		.title = title_of(row->key.name),
		.name = row->key.name,
		.policy = row->key.policy,
		.clause = row->key.clause,
		.heading = bdl_clause_title(r, row->key.policy, 0, row->key.clause),
		.who = who_of(r, row->who, row->place),
		.outcome = outcome_title(row->outcome),
		.shade = shade(row->outcome),
		.when = bdl_when(r, row->began_ms),
		.measured = bdl_region_printf(
		    r->region, "%" PRId64 " tried, in %" PRId64 " ms", row->asked, row->took_ms),
		.said = row->said,
		.mend = row->mend,
		.host = row->key.host,
	};
}

static int add_last(struct bdl_request *r, struct bdl_page_checks *v, struct bdl_err *err)
{
	struct bdl_check_row *rows;
	size_t n;

	int rc = bdl_checks_last(r->store, r->region, &rows, &n, err);
	if (rc < 0)
		return rc;
	struct bdl_page_checks_result *out = bdl_region_array(r->region, n, sizeof(*out));
	for (size_t i = 0; out && i < n; i++) {
		out[i] = result_of(r, &rows[i]);
		v->passing += rows[i].outcome == BDL_CHECK_PASSED;
		v->failing += rows[i].outcome == BDL_CHECK_FAILED;
		v->idle += rows[i].outcome == BDL_CHECK_NOT_RUN;
	}
	v->last = out;
	v->n_last = out ? n : 0;
	v->any = n > 0;
	v->cut = n == BDL_CHECK_ROWS_MAX;
	return 0;
}

/* --- a year --- */

/* The academic year that a moment lies in, by the year that it begins in. */
static int year_of(int64_t at_ms)
{
	struct bdl_civil c = bdl_civil_local(at_ms);

	return c.month >= YEAR_BEGINS ? c.year : c.year - 1;
}

/* Its first moment, by the school's clocks. */
static int64_t begins_ms(int year)
{
	char text[32];
	int64_t at_ms = 0;

	(void)snprintf(text, sizeof(text), "%04d-%02d-01T00:00", year, YEAR_BEGINS); /* fits */
	BDL_BUG_IF(!bdl_time_parse(bdl_view_of(text), &at_ms));
	return at_ms;
}

static const char *label_of(const struct bdl_request *r, int year)
{
	return bdl_region_printf(r->region, "%d/%02d", year, (year + 1) % 100);
}

/* From the first that is on record to this one. */
static int add_years(
    struct bdl_request *r, int year, struct bdl_page_checks *v, struct bdl_err *err)
{
	struct bdl_page_checks_year *out = bdl_region_array(r->region, YEARS_MAX, sizeof(*out));
	int64_t oldest_ms = 0;
	size_t n = 0;

	int rc = bdl_checks_oldest(r->store, &oldest_ms, err);
	if (rc < 0)
		return rc;
	int now = year_of(r->now_ms), first = oldest_ms ? year_of(oldest_ms) : now;
	for (int y = now; out && y >= first && n < YEARS_MAX; y--)
		out[n++] = (struct bdl_page_checks_year){ label_of(r, y), y, y == year };
	v->years = out;
	v->n_years = n;
	v->any_years = n > 1 || year != now;
	v->label = label_of(r, year);
	return 0;
}

static int add_sums(struct bdl_request *r, int year, struct bdl_page_checks *v, struct bdl_err *err)
{
	struct bdl_check_sum *rows;
	size_t n;

	int rc = bdl_checks_sums(
	    r->store, begins_ms(year), begins_ms(year + 1), r->region, &rows, &n, err);
	if (rc < 0)
		return rc;
	struct bdl_page_checks_sum *out = bdl_region_array(r->region, n, sizeof(*out));
	for (size_t i = 0; out && i < n; i++)
		out[i] = (struct bdl_page_checks_sum){
			.name = rows[i].key.name,
			.policy = rows[i].key.policy,
			.clause = rows[i].key.clause,
			.heading = bdl_clause_title(r, rows[i].key.policy, 0, rows[i].key.clause),
			.who = who_of(r, rows[i].who, rows[i].place),
			.passed = rows[i].passed,
			.failed = rows[i].failed,
			.idle = rows[i].not_run,
			.first = bdl_when(r, rows[i].first_ms),
			.last = bdl_when(r, rows[i].last_ms),
		};
	v->sums = out;
	v->n_sums = out ? n : 0;
	v->cut = v->cut || n == BDL_CHECK_ROWS_MAX;
	return 0;
}

static int add_changes(
    struct bdl_request *r, int year, struct bdl_page_checks *v, struct bdl_err *err)
{
	struct bdl_check_row *rows;
	size_t n;

	int rc = bdl_checks_changes(
	    r->store, begins_ms(year), begins_ms(year + 1), r->region, &rows, &n, err);
	if (rc < 0)
		return rc;
	struct bdl_page_checks_change *out = bdl_region_array(r->region, n, sizeof(*out));
	for (size_t i = 0; out && i < n; i++)
		out[i] = (struct bdl_page_checks_change){
			.when = bdl_when(r, rows[i].began_ms),
			.name = rows[i].key.name,
			.clause = rows[i].key.clause,
			.who = who_of(r, rows[i].who, rows[i].place),
			.outcome = outcome_title(rows[i].outcome),
			.shade = shade(rows[i].outcome),
			.said = rows[i].said,
		};
	v->changes = out;
	v->n_changes = out ? n : 0;
	v->cut = v->cut || n == BDL_CHECK_ROWS_MAX;
	return 0;
}

/* --- who reviewed them --- */

static int add_reviewed(const struct bdl_request *r, struct bdl_page_checks *v, struct bdl_err *err)
{
	struct bdl_check_review *rows;
	size_t n;

	int rc = bdl_checks_reviews(r->store, 0, INT64_MAX, r->region, &rows, &n, err);
	if (rc == 0 && n > 0)
		v->reviewed = bdl_region_printf(
		    r->region, "%s by %.*s", bdl_when(r, rows[0].at_ms), BDL_FMT(rows[0].person));
	return rc;
}

static int add_reviews(
    const struct bdl_request *r, int year, struct bdl_page_checks *v, struct bdl_err *err)
{
	struct bdl_check_review *rows;
	size_t n;

	int rc = bdl_checks_reviews(
	    r->store, begins_ms(year), begins_ms(year + 1), r->region, &rows, &n, err);
	if (rc < 0)
		return rc;
	struct bdl_page_checks_review *out = bdl_region_array(r->region, n, sizeof(*out));
	for (size_t i = 0; out && i < n; i++)
		out[i] = (struct bdl_page_checks_review){
			.when = bdl_when(r, rows[i].at_ms),
			.person = rows[i].person,
			.found = bdl_region_printf(r->region,
			    "%" PRId64 " passed, %" PRId64 " failed, %" PRId64 " could not run",
			    rows[i].passed, rows[i].failed, rows[i].not_run),
			.note = rows[i].note,
		};
	v->reviews = out;
	v->n_reviews = out ? n : 0;
	return 0;
}

int bdl_show_checks(struct bdl_request *r, struct bdl_reply *reply, struct bdl_err *err)
{
	int64_t asked = bdl_request_number(r, "year");
	int year = asked >= 2000 && asked < 3000 ? (int)asked : year_of(r->now_ms);
	struct bdl_page_checks v = {
		.portal = bdl_frame(r, BDL_LIT("Checks"), BDL_AT_STATE),
		.links = bdl_state_links(BDL_STATE_CHECKS),
	};

	int rc = add_last(r, &v, err);
	if (rc == 0)
		rc = add_years(r, year, &v, err);
	if (rc == 0)
		rc = add_reviewed(r, &v, err);
	if (rc == 0)
		rc = add_reviews(r, year, &v, err);
	if (rc == 0)
		rc = add_sums(r, year, &v, err);
	if (rc == 0)
		rc = add_changes(r, year, &v, err);
	if (rc == 0 && !bdl_region_broken(r->region))
		bdl_page_checks(&reply->body, &v);
	return rc;
}
