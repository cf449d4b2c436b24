#include "base/buf.h"
#include "base/clock.h"
#include "record/acts/acts.h"
#include "record/acts/figures.h"
#include "record/store/store_int.h"

#define SQL_MAX    16384
#define TOTALS_MAX 4096 /* the one row of a day */

/*
 * A statement put together from our own words: which conditions stand in it depends on the
 * filter, what they compare with is always bound. ?1 is the school; each condition has its number.
 */
enum param {
	P_SCHOOL = 1,
	P_PERSON,
	P_HOST,
	P_CLAUSE,
	P_ACTION,
	P_KIND,
	P_VIOLATION,
	P_BEFORE,
	P_BEHIND,
	P_LIMIT,
	P_MOMENT,
	P_OTHER_MOMENT,
	P_FROM,
	P_UNTIL,
	P_PERSONS, /* and those after it */
	P_HOSTS = P_PERSONS + BDL_FILTER_VALUES_MAX,
};

/* "?12, ?13": as many as there are values. */
static void add_params(struct bdl_buf *sql, int first, size_t n)
{
	for (size_t i = 0; i < n; i++)
		(void)bdl_buf_printf(sql, "%s?%d", i > 0 ? ", " : "", first + (int)i);
}

static void where_any(struct bdl_buf *sql, const char *column, int first, size_t n)
{
	if (n == 0)
		return;
	(void)bdl_buf_printf(sql, " AND %s IN (", column);
	add_params(sql, first, n);
	(void)bdl_buf_add_str(sql, ")");
}

/* A value is asked for that few rows have. */
static bool is_narrow(const struct bdl_acts_filter *f)
{
	return f->person.n || f->host.n || f->clause.n || f->violation || f->n_moments ||
	    f->n_persons || f->n_hosts;
}

/*
 * The conditions that both lists share. The unary plus keeps an index on a common value (a kind, a
 * verdict) from being chosen where a person, host or clause is given, which has far fewer rows; and
 * `plus` the indexes on those where something else finds the rows.
 */
static void where_common(struct bdl_buf *sql, const struct bdl_acts_filter *f, const char *plus)
{
	bool narrow = is_narrow(f) || f->from_ms || f->before_ms;

	if (f->person.n)
		(void)bdl_buf_printf(sql, " AND %sperson = ?%d AND person <> ''", plus, P_PERSON);
	if (f->host.n)
		(void)bdl_buf_printf(sql, " AND %shost = ?%d", plus, P_HOST);
	if (f->clause.n)
		(void)bdl_buf_printf(sql, " AND %sclause = ?%d AND clause <> ''", plus, P_CLAUSE);
	if (f->action >= 0 && narrow)
		(void)bdl_buf_printf(sql, " AND +action = ?%d", P_ACTION);
	else if (f->action >= 0)
		(void)bdl_buf_printf(
		    sql, " AND action = ?%d%s", P_ACTION, f->action ? " AND action <> 0" : "");
}

static void where_time(struct bdl_buf *sql, const struct bdl_acts_filter *f, const char *column)
{
	if (f->from_ms)
		(void)bdl_buf_printf(sql, " AND %s >= ?%d", column, P_FROM);
	if (f->before_ms)
		(void)bdl_buf_printf(sql, " AND %s < ?%d", column, P_UNTIL);
}

static void bind_numbers(struct bdl_stmt *st, const struct bdl_acts_filter *f)
{
	const struct {
		enum param param;
		bool is_given;
		int64_t value;
	} numbers[] = {
		{ P_ACTION, f->action >= 0, f->action },
		{ P_KIND, f->kind >= 0, f->kind },
		{ P_VIOLATION, f->violation != 0, f->violation },
		{ P_BEFORE, f->before_id != 0, f->before_id },
		{ P_BEHIND, f->behind_ms != 0, f->behind_ms },
		{ P_FROM, f->from_ms != 0, f->from_ms },
		{ P_UNTIL, f->before_ms != 0, f->before_ms },
		{ P_MOMENT, f->n_moments > 0, f->moments_ms[0] },
		{ P_OTHER_MOMENT, f->n_moments > 0, f->moments_ms[f->n_moments > 1] },
	};

	for (size_t i = 0; i < BDL_ARRAY_LEN(numbers); i++)
		if (numbers[i].is_given)
			bdl_bind_int(st, (int)numbers[i].param, numbers[i].value);
}

/* Prepare, and bind what the filter gives. */
static int list_begin(struct bdl_store *s, const struct bdl_buf *sql,
    const struct bdl_acts_filter *f, struct bdl_stmt **ret, struct bdl_err *err)
{
	struct bdl_stmt *st;

	BDL_BUG_IF(bdl_buf_broken(sql) || f->n_persons > BDL_FILTER_VALUES_MAX ||
	    f->n_hosts > BDL_FILTER_VALUES_MAX);
	int rc = bdl_stmt_get(s, bdl_buf_str(sql), &st, err);
	if (rc)
		return rc;
	bdl_bind_int(st, P_SCHOOL, BDL_SCHOOL);
	bdl_bind_int(
	    st, P_LIMIT, f->limit < BDL_PAGE_ROWS_MAX ? (int64_t)f->limit : BDL_PAGE_ROWS_MAX);
	if (f->person.n)
		bdl_bind_text(st, P_PERSON, f->person);
	if (f->host.n)
		bdl_bind_text(st, P_HOST, f->host);
	for (size_t i = 0; i < f->n_persons; i++)
		bdl_bind_text(st, P_PERSONS + (int)i, f->persons[i]);
	for (size_t i = 0; i < f->n_hosts; i++)
		bdl_bind_text(st, P_HOSTS + (int)i, f->hosts[i]);
	if (f->clause.n)
		bdl_bind_text(st, P_CLAUSE, f->clause);
	bind_numbers(st, f);
	*ret = st;
	return 0;
}

/* --- acts --- */

/* Of the act's policy, as the act's ruleset has it; the last, where the same text came twice. */
#define ISSUE_SELECT                                                          \
	" (SELECT max(v.issue) FROM ruleset_policy p JOIN policy_version v"   \
	" ON v.school = p.school AND v.name = p.name AND v.digest = p.digest" \
	" WHERE p.school = a.school AND p.ruleset = a.ruleset AND p.name = a.policy)"

#define ACT_SELECT                                                                                                   \
	"SELECT a.id, at_ms, door, kind, action, critical, known, passed, weekday, minute, person,"                  \
	" person_groups, address, method, scheme, host, path, categories, policy, clause, clauses,"                  \
	" tell, reason, (SELECT digest FROM ruleset r WHERE r.school = a.school AND r.id = a.ruleset)," ISSUE_SELECT \
	", source, place, equipment, kept, coalesce(a.violation, 0)"                                                 \
	" FROM act a WHERE school = ?1"

static int act_row(struct bdl_stmt *st, struct bdl_region *region, void *row, struct bdl_err *err)
{
	struct bdl_act_row *ret = row;
	struct bdl_act *a = &ret->act;

	ret->id = bdl_col_int(st, 0);
	a->at_ms = bdl_col_int(st, 1);
	a->door = (enum bdl_door)bdl_col_int(st, 2);
	a->kind = (enum bdl_act_kind)bdl_col_int(st, 3);
	a->action = (enum bdl_action)bdl_col_int(st, 4);
	a->critical = bdl_col_int(st, 5);
	a->known = bdl_col_int(st, 6);
	a->passed = bdl_col_int(st, 7);
	a->weekday = (uint8_t)bdl_col_int(st, 8);
	a->minute = (uint16_t)bdl_col_int(st, 9);
	a->person = bdl_col_text(st, 10, region);
	a->groups = bdl_col_text(st, 11, region);
	a->address = bdl_col_text(st, 12, region);
	a->method = bdl_col_text(st, 13, region);
	a->scheme = bdl_col_text(st, 14, region);
	a->host = bdl_col_text(st, 15, region);
	a->path = bdl_col_text(st, 16, region);
	a->categories = bdl_col_text(st, 17, region);
	a->policy = bdl_col_text(st, 18, region);
	a->clause = bdl_col_text(st, 19, region);
	a->clauses = bdl_col_text(st, 20, region);
	a->tell = bdl_col_text(st, 21, region);
	a->reason = bdl_col_text(st, 22, region);
	a->source = bdl_col_text(st, 25, region);
	a->place = bdl_col_text(st, 26, region);
	a->equipment = bdl_col_text(st, 27, region);
	a->kept = bdl_col_text(st, 28, region);
	if (a->door >= BDL_DOORS || a->kind >= BDL_KINDS || a->action >= BDL_ACTIONS)
		return bdl_fail(err, BDL_E_STORE, "store: act %lld has values that are none",
		    (long long)ret->id);
	ret->issue = bdl_col_int(st, 24);
	ret->violation = bdl_col_int(st, 29);
	return bdl_col_digest(st, 23, &a->version, err);
}

/* What finds the rows: the first of these that the filter asks for. */
enum way { BY_MOMENT, BY_VIOLATION, BY_TIME, BY_VALUES, BY_ID };

static enum way way_of(const struct bdl_acts_filter *f)
{
	if (f->n_moments)
		return BY_MOMENT;
	if (f->violation)
		return BY_VIOLATION;
	if (f->from_ms || f->before_ms)
		return BY_TIME;
	return f->n_persons || f->n_hosts ? BY_VALUES : BY_ID;
}

/*
 * Of kinds that few acts have the index is taken where nothing narrower is asked for, and one of hosts
 * where they are what finds the rows; its words stand in the condition, so that the database knows it again.
 */
static void where_kind(struct bdl_buf *sql, const struct bdl_acts_filter *f, enum way way)
{
	bool few = f->kind == BDL_KIND_UPLOAD || f->kind == BDL_KIND_DOWNLOAD;
	bool by_kind = few &&
	    (way == BY_ID ? !is_narrow(f) && f->action < 0 : way == BY_VALUES && !f->n_persons);

	(void)bdl_buf_printf(sql, " AND %skind = ?%d%s", by_kind ? "" : "+", P_KIND,
	    by_kind ? " AND kind <> 0 AND kind <> 4" : "");
}

/* All conditions, but for the value that BY_VALUES looks up. */
static void where_all(struct bdl_buf *sql, const struct bdl_acts_filter *f, enum way way)
{
	where_common(sql, f, way == BY_ID || way == BY_VIOLATION ? "" : "+");
	if (way != BY_VALUES)
		where_any(sql, "+person", P_PERSONS, f->n_persons);
	if (way != BY_VALUES || f->n_persons)
		where_any(sql, "+host", P_HOSTS, f->n_hosts);
	if (f->before_id)
		(void)bdl_buf_printf(sql, " AND %sid < ?%d", way == BY_TIME ? "+" : "", P_BEFORE);
	where_time(sql, f, way == BY_TIME ? "at_ms" : "+at_ms");
	if (f->kind >= 0)
		where_kind(sql, f, way);
	if (f->no_probes)
		(void)bdl_buf_add_str(sql, " AND +source <> 'probe'");
	if (f->violation)
		(void)bdl_buf_printf(
		    sql, " AND %sviolation = ?%d", f->n_moments ? "+" : "", P_VIOLATION);
	if (f->n_moments)
		(void)bdl_buf_printf(sql, " AND at_ms IN (?%d, ?%d)", P_MOMENT, P_OTHER_MOMENT);
}

/*
 * Of a time, and of each of several values, the ids are chosen first, of each as many as are wanted:
 * whole rows are not sorted. The unary plus of the order keeps the time's index.
 */
static void where_ids(struct bdl_buf *sql, const struct bdl_acts_filter *f, enum way way)
{
	const char *column = f->n_persons ? "person" : "host";
	int first = f->n_persons ? P_PERSONS : P_HOSTS;
	size_t n = way == BY_TIME ? 1 : f->n_persons ? f->n_persons : f->n_hosts;

	(void)bdl_buf_add_str(sql, " AND a.id IN ("); /* looked at once, by list_begin */
	for (size_t i = 0; i < n; i++) {
		(void)bdl_buf_printf(sql, "%sSELECT id FROM (SELECT id FROM act WHERE school = ?1",
		    i > 0 ? " UNION ALL " : "");
		if (way == BY_VALUES)
			(void)bdl_buf_printf(
			    sql, " AND %s = ?%d AND %s <> ''", column, first + (int)i, column);
		where_all(sql, f, way);
		(void)bdl_buf_printf(
		    sql, " ORDER BY %sid DESC LIMIT ?%d) n", way == BY_TIME ? "+" : "", P_LIMIT);
	}
	(void)bdl_buf_add_str(sql, ")");
}

int bdl_acts_list(struct bdl_store *s, const struct bdl_acts_filter *f, struct bdl_region *region,
    struct bdl_act_row **ret, size_t *ret_n, struct bdl_err *err)
{
	struct bdl_buf sql BDL_AUTO_IN(bdl_buf_done) = BDL_BUF(SQL_MAX);
	struct bdl_stmt *st BDL_AUTO(bdl_stmt_rest) = NULL;
	enum way way = way_of(f);
	void *rows;

	(void)bdl_buf_add_str(&sql, ACT_SELECT); /* looked at once, by list_begin */
	if (way == BY_TIME || way == BY_VALUES)
		where_ids(&sql, f, way);
	else
		where_all(&sql, f, way);
	/* The few of a moment are sorted; elsewhere an index gives the order. */
	(void)bdl_buf_printf(
	    &sql, " ORDER BY %sid DESC LIMIT ?%d", way == BY_MOMENT ? "+" : "", P_LIMIT);
	int rc = list_begin(s, &sql, f, &st, err);
	if (rc)
		return rc;
	rc = bdl_rows_read(s, st, region, sizeof(struct bdl_act_row), act_row, &rows, ret_n, err);
	if (!rc)
		*ret = rows;
	return rc;
}

int bdl_acts_get(struct bdl_store *s, int64_t id, struct bdl_region *region,
    struct bdl_act_row *ret, struct bdl_err *err)
{
	struct bdl_stmt *st BDL_AUTO(bdl_stmt_rest) = NULL;
	struct bdl_act_row row = { 0 };

	int rc = bdl_stmt_find_by(s, ACT_SELECT " AND a.id = ?2", id, &st, err);
	if (rc < 0)
		return rc;
	if (!rc)
		return bdl_fail(err, BDL_E_MISSING, "no act %lld", (long long)id);
	rc = act_row(st, region, &row, err);
	if (!rc && bdl_region_broken(region))
		rc = bdl_fail(err, BDL_E_LIMIT, "the act does not fit into memory");
	if (!rc)
		*ret = row;
	return rc;
}

/* --- violations --- */

static int violation_row(
    struct bdl_stmt *st, struct bdl_region *region, void *row, struct bdl_err *err)
{
	struct bdl_violation_row *ret = row;

	ret->id = bdl_col_int(st, 0);
	ret->first_ms = bdl_col_int(st, 1);
	ret->last_ms = bdl_col_int(st, 2);
	ret->acts = bdl_col_int(st, 3);
	ret->parts = bdl_col_int(st, 4);
	ret->action = (enum bdl_action)bdl_col_int(st, 5);
	ret->critical = bdl_col_int(st, 6);
	ret->person = bdl_col_text(st, 7, region);
	ret->address = bdl_col_text(st, 8, region);
	ret->host = bdl_col_text(st, 9, region);
	ret->policy = bdl_col_text(st, 10, region);
	ret->clause = bdl_col_text(st, 11, region);
	ret->tell = bdl_col_text(st, 12, region);
	ret->first_act = bdl_col_int(st, 13);
	ret->issue = bdl_col_int(st, 14);
	if (ret->action >= BDL_ACTIONS)
		return bdl_fail(err, BDL_E_STORE, "store: violation %lld has values that are none",
		    (long long)ret->id);
	return 0;
}

int bdl_violations_list(struct bdl_store *s, const struct bdl_acts_filter *f,
    struct bdl_region *region, struct bdl_violation_row **ret, size_t *ret_n, struct bdl_err *err)
{
	struct bdl_buf sql BDL_AUTO_IN(bdl_buf_done) = BDL_BUF(SQL_MAX);
	struct bdl_stmt *st BDL_AUTO(bdl_stmt_rest) = NULL;
	struct bdl_acts_filter of_violations = *f;
	void *rows;

	of_violations.kind = -1; /* a violation has no kind, and more than one moment */
	of_violations.n_moments = 0;
	(void)bdl_buf_add_str(&sql,
	    "SELECT id, first_ms, last_ms, acts, parts, action, critical,"
	    " person, address, host, policy, clause, tell, first_act,"
	    " (SELECT" ISSUE_SELECT " FROM act a WHERE a.school = violation.school"
	    " AND a.id = violation.first_act)"
	    " FROM violation WHERE school = ?1");
	where_common(&sql, &of_violations, "");
	where_any(&sql, "person", P_PERSONS, f->n_persons);
	where_any(&sql, "host", P_HOSTS, f->n_hosts);
	if (f->before_id)
		(void)bdl_buf_printf(&sql, " AND (last_ms, id) < (?%d, ?%d)", P_BEHIND, P_BEFORE);
	if (f->violation)
		(void)bdl_buf_printf(&sql, " AND id = ?%d", P_VIOLATION);
	where_time(&sql, f, "last_ms");
	(void)bdl_buf_printf(&sql, " ORDER BY last_ms DESC, id DESC LIMIT ?%d", P_LIMIT);
	int rc = list_begin(s, &sql, &of_violations, &st, err);
	if (rc)
		return rc;
	rc = bdl_rows_read(
	    s, st, region, sizeof(struct bdl_violation_row), violation_row, &rows, ret_n, err);
	if (!rc)
		*ret = rows;
	return rc;
}

/* --- totals --- */

int bdl_acts_totals(
    struct bdl_store *s, int64_t at_ms, struct bdl_acts_totals *ret, struct bdl_err *err)
{
	struct bdl_region *region BDL_AUTO(bdl_region_free) = bdl_region_new(TOTALS_MAX);
	struct bdl_civil local = bdl_civil_local(at_ms);
	int64_t day = bdl_civil_day(&local);
	struct bdl_figure *f;
	size_t n;

	int rc = bdl_figures_list(s, BDL_FIGURES_BY_DAY, day, day + 1, region, &f, &n, err);
	if (rc)
		return rc;
	*ret = (struct bdl_acts_totals){ 0 };
	if (n)
		*ret = (struct bdl_acts_totals){
			.acts = bdl_figure_acts(f),
			.blocked = f->acts[BDL_BLOCK],
			.coached = f->acts[BDL_COACH],
			.noted = f->acts[BDL_NOTE],
			.violations = f->violations,
		};
	return 0;
}
