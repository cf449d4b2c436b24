#include "record/visits/list_int.h"

#define SQL_MAX   8192
#define DAY_HOURS 24

/* Of a host or a category without a person all rows of an hour are compared: one hour for a list. */
#define HOURS_COMPARED 1

struct rows {
	struct bdl_region *region;
	char *rows;
	size_t n, limit;
};

/* "?12, ?13": as many as there are values. */
static void add_params(struct bdl_buf *sql, int first, size_t n)
{
	for (size_t i = 0; i < n; i++)
		(void)bdl_buf_printf(sql, "%s?%d", i > 0 ? ", " : "", first + (int)i);
}

static bool is_of_sites(const struct bdl_visits_filter *f)
{
	return f->n_hosts || f->category.n;
}

/* As the index has them: the first of a list of categories, which at that length may be cut off. */
#define FIRST       "substr(categories, 1, " FIRST_CHARS ")"
#define FIRST_CHARS "600"
#define ANY         "categories <> ''"

/*
 * Uploads and downloads are few, and have an index of their own: its words stand in the condition, so
 * that the database knows it again.
 */
static bool is_of_few(const struct bdl_visits_filter *f)
{
	return f->kinds == 1u << BDL_KIND_UPLOAD || f->kinds == 1u << BDL_KIND_DOWNLOAD;
}

static void where_few(struct bdl_buf *sql, const char *of, const struct bdl_visits_filter *f)
{
	int kind = f->kinds == 1u << BDL_KIND_UPLOAD ? BDL_KIND_UPLOAD : BDL_KIND_DOWNLOAD;

	(void)bdl_buf_printf(sql, " AND %skind = %d AND %skind <> 0 AND %skind <> 4", of, kind, of,
	    of); /* looked at once, with the rest */
}

/* The numbers of the sites that the filter asks for. */
static void add_sites(struct bdl_buf *sql, const struct bdl_visits_filter *f)
{
	(void)bdl_buf_add_str(sql, "(SELECT id FROM site WHERE school = ?1"); /* looked at once */
	if (f->n_hosts) {
		(void)bdl_buf_add_str(sql, " AND host IN (");
		add_params(sql, BDL_LIST_HOSTS, f->n_hosts);
		(void)bdl_buf_add_str(sql, ")");
	}
	if (f->category.n)
		(void)bdl_buf_printf(sql,
		    " AND " ANY " AND " FIRST " IN (WITH RECURSIVE v(x) AS ("
		    " SELECT min(" FIRST ") FROM site WHERE school = ?1 AND " ANY
		    " UNION ALL SELECT (SELECT min(" FIRST ") FROM site WHERE school = ?1 AND " ANY
		    " AND " FIRST " > v.x) FROM v WHERE v.x IS NOT NULL)"
		    " SELECT x FROM v WHERE instr(' ' || x || ' ', ' ' || ?%d || ' ') > 0"
		    " OR length(x) = " FIRST_CHARS ")"
		    " AND instr(' ' || categories || ' ', ' ' || ?%d || ' ') > 0",
		    BDL_LIST_CATEGORY, BDL_LIST_CATEGORY);
	(void)bdl_buf_add_str(sql, ")");
}

static void bind_filter(struct bdl_stmt *st, const struct bdl_visits_filter *f)
{
	bdl_bind_int(st, BDL_LIST_SCHOOL, BDL_SCHOOL);
	if (f->category.n)
		bdl_bind_text(st, BDL_LIST_CATEGORY, f->category);
	for (size_t i = 0; i < f->n_hosts; i++)
		bdl_bind_text(st, BDL_LIST_HOSTS + (int)i, f->hosts[i]);
}

/*
 * Of each site the newest day with hours up to those asked for, and these hours as the lower bits of one
 * number: of two days the newer has the higher, and within a day the newest hour the highest bit.
 */
static void sites_hour_sql(
    struct bdl_buf *sql, const struct bdl_list *l, const struct bdl_visits_filter *f)
{
	const char *hours = l->of_pages ? "d.page_hours" : "d.hours";

	(void)bdl_buf_printf(sql,
	    "SELECT coalesce(max((SELECT d.day * %lld + CASE WHEN d.day < ?%d THEN %s"
	    " ELSE %s & ?%d END FROM site_day d WHERE d.school = ?1 AND d.site = i.id"
	    " AND d.day <= ?%d AND %s <> 0 AND (d.day < ?%d OR (%s & ?%d) <> 0)"
	    " ORDER BY d.day DESC LIMIT 1)), -1) FROM site i WHERE i.school = ?1 AND i.id IN ",
	    1LL << DAY_HOURS, BDL_LIST_DAY, hours, hours, BDL_LIST_DAY_HOURS, BDL_LIST_DAY, hours,
	    BDL_LIST_DAY, hours, BDL_LIST_DAY_HOURS); /* looked at with the rest */
	add_sites(sql, f);
}

static void sites_hour_bind(struct bdl_stmt *st, const struct bdl_visits_filter *f, int64_t hour)
{
	bind_filter(st, f);
	bdl_bind_int(st, BDL_LIST_DAY, hour / DAY_HOURS);
	bdl_bind_int(st, BDL_LIST_DAY_HOURS, (2LL << (hour % DAY_HOURS)) - 1);
}

/* What such a number says: the hour counted from 1970; -1: none. */
static int64_t sites_hour_of(int64_t number)
{
	int64_t hours = number & ((1LL << DAY_HOURS) - 1);

	if (number < 0 || !hours)
		return -1;
	return (number >> DAY_HOURS) * DAY_HOURS + 63 - __builtin_clzll((uint64_t)hours);
}

/* The newest hour up to `hour` with visits, or pages, of the sites if any are given and asked for; -1: none. */
static int hour_find(struct bdl_store *s, const struct bdl_list *l,
    const struct bdl_visits_filter *f, int64_t hour, bool any, int64_t *ret, struct bdl_err *err)
{
	struct bdl_buf sql BDL_AUTO_IN(bdl_buf_done) = BDL_BUF(SQL_MAX);
	struct bdl_stmt *st BDL_AUTO(bdl_stmt_rest) = NULL;
	bool by_sites = is_of_sites(f) && !any;

	if (by_sites) {
		sites_hour_sql(&sql, l, f);
	} else if (l->of_pages && is_of_few(f)) {
		(void)bdl_buf_printf(&sql,
		    "SELECT coalesce(max(hour), -1) FROM page_load WHERE school = ?1"
		    " AND hour <= ?%d",
		    BDL_LIST_HOUR);
		where_few(&sql, "", f);
	} else {
		(void)bdl_buf_printf(&sql,
		    "SELECT coalesce(max(hour), -1) FROM visit WHERE school = ?1 AND hour <= ?%d",
		    BDL_LIST_HOUR);
	}
	BDL_BUG_IF(bdl_buf_broken(&sql));
	int rc = bdl_stmt_get(s, bdl_buf_str(&sql), &st, err);
	if (rc)
		return rc;
	bdl_bind_int(st, BDL_LIST_SCHOOL, BDL_SCHOOL);
	if (by_sites)
		sites_hour_bind(st, f, hour);
	else
		bdl_bind_int(st, BDL_LIST_HOUR, hour);
	rc = bdl_stmt_step(s, st, err);
	if (rc < 0)
		return rc;
	*ret = by_sites ? sites_hour_of(bdl_col_int(st, 0)) : bdl_col_int(st, 0);
	return 0;
}

/* Of a person's few rows each looks its site up. */
static void has_site(struct bdl_buf *sql, const struct bdl_visits_filter *f)
{
	(void)bdl_buf_add_str(
	    sql, " AND EXISTS (SELECT 1 FROM site x WHERE x.school = ?1 AND x.id = r.site");
	if (f->n_hosts) {
		(void)bdl_buf_add_str(sql, " AND x.host IN (");
		add_params(sql, BDL_LIST_HOSTS, f->n_hosts);
		(void)bdl_buf_add_str(sql, ")");
	}
	if (f->category.n)
		(void)bdl_buf_printf(sql,
		    " AND instr(' ' || x.categories || ' ', ' ' || ?%d || ' ') > 0",
		    BDL_LIST_CATEGORY);
	(void)bdl_buf_add_str(sql, ")");
}

/*
 * Persons and hosts are turned into numbers first. Of a person's clients the key finds the rows; the
 * rows of sites are compared among those of an hour that is known to have some.
 */
static void hour_sql(struct bdl_buf *sql, const struct bdl_list *l,
    const struct bdl_visits_filter *f, bool is_behind)
{
	(void)bdl_buf_add_str(sql, l->select); /* looked at once, by hour_list */
	if (f->n_persons) {
		(void)bdl_buf_add_str(sql,
		    " AND r.client IN (SELECT id FROM client WHERE school = ?1 AND person IN (");
		add_params(sql, BDL_LIST_PERSONS, f->n_persons);
		(void)bdl_buf_add_str(sql, "))");
	}
	if (is_of_sites(f) && f->n_persons) {
		has_site(sql, f);
	} else if (is_of_sites(f)) {
		(void)bdl_buf_add_str(sql, " AND +r.site IN ");
		add_sites(sql, f);
	}
	if (l->of_pages && is_of_few(f))
		where_few(sql, "r.", f);
	else if (f->kinds && l->of_pages)
		(void)bdl_buf_printf(sql, " AND ((1 << r.kind) & ?%d) <> 0", BDL_LIST_KINDS);
	if (is_behind)
		(void)bdl_buf_add_str(sql, f->n_persons ? l->behind_compared : l->behind);
	(void)bdl_buf_printf(sql, "%s LIMIT ?%d%s", l->order, BDL_LIST_LIMIT, l->rest);
}

static void bind_hour(struct bdl_stmt *st, const struct bdl_list *l,
    const struct bdl_visits_filter *f, const struct bdl_list_place *at, size_t room)
{
	bind_filter(st, f);
	bdl_bind_int(st, BDL_LIST_HOUR, at->hour);
	bdl_bind_int(st, BDL_LIST_LIMIT, (int64_t)room);
	if (f->kinds && l->of_pages && !is_of_few(f))
		bdl_bind_int(st, BDL_LIST_KINDS, f->kinds);
	for (size_t i = 0; i < f->n_persons; i++)
		bdl_bind_text(st, BDL_LIST_PERSONS + (int)i, f->persons[i]);
	for (int i = 0; !at->whole && i < 3; i++)
		bdl_bind_int(st, BDL_LIST_AFTER + i, at->key[i]);
}

/* The rows of one hour, as many as there is room for; behind the place within it, if one is given. */
static int hour_list(struct bdl_store *s, const struct bdl_list *l,
    const struct bdl_visits_filter *f, struct bdl_list_place at, struct rows *out,
    struct bdl_err *err)
{
	struct bdl_buf sql BDL_AUTO_IN(bdl_buf_done) = BDL_BUF(SQL_MAX);
	struct bdl_stmt *st BDL_AUTO(bdl_stmt_rest) = NULL;

	hour_sql(&sql, l, f, !at.whole);
	BDL_BUG_IF(bdl_buf_broken(&sql));
	int rc = bdl_stmt_get(s, bdl_buf_str(&sql), &st, err);
	if (rc)
		return rc;
	bind_hour(st, l, f, &at, out->limit - out->n);
	while ((rc = bdl_stmt_step(s, st, err)) > 0) {
		rc = l->read(st, out->region, out->rows + out->n * l->row_size, err);
		if (rc)
			return rc;
		if (bdl_region_broken(out->region))
			return bdl_fail(err, BDL_E_LIMIT, "the rows do not fit into memory");
		out->n++;
	}
	return rc;
}

/* Hour by hour until there are rows enough, no hours, or no time. *ret_next as below, but for full rows. */
static int hours_list(struct bdl_store *s, const struct bdl_list *l,
    const struct bdl_visits_filter *f, struct bdl_list_place after, struct rows *out,
    struct bdl_list_place *ret_next, struct bdl_err *err)
{
	int hours = is_of_sites(f) && !f->n_persons ? HOURS_COMPARED : BDL_VISIT_HOURS_MAX;
	/* A category has many sites to look up, or few: of many the newest hour has some. */
	bool any_hour = f->category.n && !f->n_hosts;
	int64_t hour = after.hour;
	int rc = 0;

	if (!after.whole) {
		rc = hour_list(s, l, f, after, out, err);
		hour--;
		hours--;
	}
	for (; !rc && out->n < out->limit; hour--) {
		rc = hour_find(s, l, f, hour, any_hour, &hour, err);
		if (rc || hour < f->from_hour)
			hour = -1;
		if (rc || hour < 0 || hours-- <= 0)
			break;
		struct bdl_list_place at = { .hour = hour, .whole = true };
		rc = hour_list(s, l, f, at, out, err);
		hours += any_hour && !out->n;
		any_hour = false;
	}
	*ret_next = (struct bdl_list_place){ .hour = hour, .whole = true };
	return rc;
}

int bdl_list_read(struct bdl_store *s, const struct bdl_list *l, const struct bdl_visits_filter *f,
    struct bdl_list_place after, struct bdl_region *region, void **ret, size_t *ret_n,
    struct bdl_list_place *ret_next, struct bdl_err *err)
{
	size_t limit = f->limit < BDL_VISIT_ROWS_MAX ? f->limit : BDL_VISIT_ROWS_MAX;
	struct rows out = { .region = region, .limit = limit + 1 };
	struct bdl_list_place next;

	BDL_BUG_IF(f->n_persons > BDL_FILTER_VALUES_MAX || f->n_hosts > BDL_FILTER_VALUES_MAX);
	if (after.whole && f->before_hour && after.hour >= f->before_hour)
		after.hour = f->before_hour - 1;
	out.rows = bdl_region_array(region, out.limit, l->row_size);
	if (!out.rows)
		return bdl_fail(err, BDL_E_LIMIT, "the rows do not fit into memory");
	int rc = hours_list(s, l, f, after, &out, &next, err);
	if (rc)
		return rc;
	if (out.n > limit) { /* one more was asked for, to know that there is one */
		out.n = limit;
		next = limit ? l->place(out.rows + (limit - 1) * l->row_size) : after;
	}
	*ret = out.rows;
	*ret_n = out.n;
	*ret_next = next;
	return 0;
}
