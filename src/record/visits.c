#include "record/visits.h"
#include "base/buf.h"
#include "record/store_int.h"
#include "record/visits_int.h"

#define SQL_MAX 4096

/* --- lists, an hour at a time --- */

/* How a list's statement for one hour is made; a parameter's number is its own. */
enum param { P_SCHOOL = 1, P_PERSON, P_HOST, P_HOUR, P_LIMIT, P_CLIENT, P_THIRD, P_FOURTH };

struct list {
	const char *select;          /* the rows of a school's hour */
	const char *behind;          /* behind the place given */
	const char *behind_compared; /* the same, where a person's clients find the rows */
	const char
	    *by_host; /* a host's own index or, as here, what the client's rows are compared with */
	const char *in_order;
	bool has_fourth; /* its places have four parts */
	bdl_row_fn *read;
	size_t row_size;
};

/* Where the hour begins for one who reads on. */
struct place {
	int64_t hour, client, third, fourth;
};

struct rows {
	struct bdl_region *region;
	char *rows;
	size_t n, limit;
};

/* The newest hour that has visits, up to `hour`; -1: none. */
static int hour_find(struct bdl_store *s, int64_t hour, int64_t *ret, struct bdl_err *err)
{
	struct bdl_stmt *st BDL_AUTO(bdl_stmt_rest) = NULL;

	int rc = bdl_stmt_get(s,
	    "SELECT coalesce(max(hour), -1) FROM visit WHERE school = ?1 AND hour <= ?2", &st, err);
	if (rc)
		return rc;
	bdl_bind_int(st, 1, BDL_SCHOOL);
	bdl_bind_int(st, 2, hour);
	rc = bdl_stmt_step(s, st, err);
	if (rc < 0)
		return rc;
	*ret = bdl_col_int(st, 0);
	return 0;
}

/*
 * A person or a host is turned into numbers first. Of a person's clients the key finds the rows; a
 * host's are found by its index, but among a person's they are only compared.
 */
static void hour_sql(
    struct bdl_buf *sql, const struct list *l, const struct bdl_visits_filter *f, bool is_behind)
{
	(void)bdl_buf_add_str(sql, l->select); /* looked at once, by hour_list */
	if (f->person.n)
		(void)bdl_buf_printf(sql,
		    " AND r.client IN (SELECT id FROM client WHERE school = ?%d AND person = ?%d)",
		    P_SCHOOL, P_PERSON);
	if (f->host.n)
		(void)bdl_buf_printf(sql,
		    " AND %sr.site IN (SELECT id FROM site WHERE school = ?%d AND host = ?%d)",
		    f->person.n ? "+" : l->by_host, P_SCHOOL, P_HOST);
	if (is_behind)
		(void)bdl_buf_add_str(sql, f->person.n ? l->behind_compared : l->behind);
	(void)bdl_buf_printf(sql, "%s LIMIT ?%d", l->in_order, P_LIMIT);
}

/* The rows of one hour, as many as there is room for; behind the place where it names a client. */
static int hour_list(struct bdl_store *s, const struct list *l, const struct bdl_visits_filter *f,
    struct place at, struct rows *out, struct bdl_err *err)
{
	struct bdl_buf sql BDL_AUTO_IN(bdl_buf_done) = BDL_BUF(SQL_MAX);
	struct bdl_stmt *st BDL_AUTO(bdl_stmt_rest) = NULL;

	hour_sql(&sql, l, f, at.client != 0);
	BDL_BUG_IF(bdl_buf_broken(&sql));
	int rc = bdl_stmt_get(s, bdl_buf_str(&sql), &st, err);
	if (rc)
		return rc;
	bdl_bind_int(st, P_SCHOOL, BDL_SCHOOL);
	bdl_bind_int(st, P_HOUR, at.hour);
	bdl_bind_int(st, P_LIMIT, (int64_t)(out->limit - out->n));
	if (f->person.n)
		bdl_bind_text(st, P_PERSON, f->person);
	if (f->host.n)
		bdl_bind_text(st, P_HOST, f->host);
	if (at.client) {
		bdl_bind_int(st, P_CLIENT, at.client);
		bdl_bind_int(st, P_THIRD, at.third);
		if (l->has_fourth)
			bdl_bind_int(st, P_FOURTH, at.fourth);
	}
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

static int list_read(struct bdl_store *s, const struct list *l, const struct bdl_visits_filter *f,
    struct place after, struct rows *out, struct bdl_err *err)
{
	int64_t hour = after.client ? after.hour - 1 : INT64_MAX;
	int rc = 0;

	out->limit = f->limit < BDL_VISIT_ROWS_MAX ? f->limit : BDL_VISIT_ROWS_MAX;
	out->rows = bdl_region_array(out->region, out->limit, l->row_size);
	if (!out->rows)
		return bdl_fail(err, BDL_E_LIMIT, "the rows do not fit into memory");
	if (after.client)
		rc = hour_list(s, l, f, after, out, err);
	for (int i = 0; !rc && i < BDL_VISIT_HOURS_MAX && out->n < out->limit; i++) {
		rc = hour_find(s, hour, &hour, err);
		if (rc || hour < 0)
			break;
		rc = hour_list(s, l, f, (struct place){ .hour = hour }, out, err);
		hour--;
	}
	return rc;
}

/* --- visits --- */

static int visit_row(struct bdl_stmt *st, struct bdl_region *region, void *row, struct bdl_err *err)
{
	struct bdl_visit_row *ret = row;

	ret->place.hour = bdl_col_int(st, 0);
	ret->place.client = bdl_col_int(st, 1);
	ret->place.site = bdl_col_int(st, 2);
	ret->place.basis = bdl_col_int(st, 3);
	ret->from_ms = ret->place.hour * BDL_HOUR_MS;
	ret->tens = (unsigned)bdl_col_int(st, 4);
	ret->pages = bdl_col_int(st, 5);
	ret->parts = bdl_col_int(st, 6);
	ret->action = (enum bdl_action)bdl_col_int(st, 7);
	ret->known = bdl_col_int(st, 8);
	ret->person = bdl_col_text(st, 9, region);
	ret->groups = bdl_col_text(st, 10, region);
	ret->address = bdl_col_text(st, 11, region);
	ret->host = bdl_col_text(st, 12, region);
	ret->categories = bdl_col_text(st, 13, region);
	ret->policy = bdl_col_text(st, 14, region);
	ret->clause = bdl_col_text(st, 15, region);
	if (ret->action >= BDL_ACTIONS)
		return bdl_fail(err, BDL_E_STORE, "store: a visit has values that are none");
	return 0;
}

static const struct list visits = {
	.select = "SELECT r.hour, r.client, r.site, r.basis, r.tens, r.pages, r.parts, b.action"
		  ", c.known, c.person, c.person_groups, c.address, i.host, i.categories, b.policy"
		  ", b.clause FROM visit r"
		  " JOIN client c ON c.school = r.school AND c.id = r.client"
		  " JOIN site i ON i.school = r.school AND i.id = r.site"
		  " JOIN basis b ON b.school = r.school AND b.id = r.basis"
		  " WHERE r.school = ?1 AND r.hour = ?4",
	.behind = " AND (r.client, r.site, r.basis) > (?6, ?7, ?8)",
	.behind_compared = " AND (+r.client, r.site, r.basis) > (?6, ?7, ?8)",
	.by_host = "+",
	.in_order = " ORDER BY r.client, r.site, r.basis",
	.has_fourth = true,
	.read = visit_row,
	.row_size = sizeof(struct bdl_visit_row),
};

int bdl_visits_list(struct bdl_store *s, const struct bdl_visits_filter *f,
    struct bdl_visit_place after, struct bdl_region *region, struct bdl_visit_row **ret,
    size_t *ret_n, struct bdl_err *err)
{
	const struct place place = { after.hour, after.client, after.site, after.basis };
	struct rows out = { .region = region };

	int rc = list_read(s, &visits, f, place, &out, err);
	if (rc)
		return rc;
	*ret = (void *)out.rows;
	*ret_n = out.n;
	return 0;
}

/* --- page loads --- */

#define LOADS_SELECT                                                                              \
	"SELECT r.hour, r.client, r.id, r.hour_ms, r.kind, b.door, b.utc_offset, b.action"        \
	", c.known, c.person, c.person_groups, c.address, b.method, b.scheme, i.host, p.path"     \
	", i.categories, s.digest FROM page_load r"                                               \
	" JOIN client c ON c.school = r.school AND c.id = r.client"                               \
	" JOIN site i ON i.school = r.school AND i.id = r.site"                                   \
	" JOIN basis b ON b.school = r.school AND b.id = r.basis"                                 \
	" JOIN ruleset s ON s.school = b.school AND s.id = b.ruleset"                             \
	" LEFT JOIN page_path p ON p.school = r.school AND p.day = r.hour / 24 AND p.id = r.path" \
	" WHERE r.school = ?1"

static int load_row(struct bdl_stmt *st, struct bdl_region *region, void *row, struct bdl_err *err)
{
	struct bdl_load_row *ret = row;
	struct bdl_act *a = &ret->act;

	ret->place.hour = bdl_col_int(st, 0);
	ret->place.client = bdl_col_int(st, 1);
	ret->place.id = bdl_col_int(st, 2);
	a->at_ms = ret->place.hour * BDL_HOUR_MS + bdl_col_int(st, 3);
	a->kind = (enum bdl_act_kind)bdl_col_int(st, 4);
	a->door = (enum bdl_door)bdl_col_int(st, 5);
	bdl_visits_local(a->at_ms, bdl_col_int(st, 6), &a->weekday, &a->minute);
	a->action = (enum bdl_action)bdl_col_int(st, 7);
	a->known = bdl_col_int(st, 8);
	a->person = bdl_col_text(st, 9, region);
	a->groups = bdl_col_text(st, 10, region);
	a->address = bdl_col_text(st, 11, region);
	a->method = bdl_col_text(st, 12, region);
	a->scheme = bdl_col_text(st, 13, region);
	a->host = bdl_col_text(st, 14, region);
	a->path = bdl_col_text(st, 15, region);
	a->categories = bdl_col_text(st, 16, region);
	if (a->door >= BDL_DOORS || a->kind >= BDL_KINDS || a->action >= BDL_ACTIONS)
		return bdl_fail(err, BDL_E_STORE, "store: a page load has values that are none");
	return bdl_col_digest(st, 17, &a->version, err);
}

static const struct list loads = {
	.select = LOADS_SELECT " AND r.hour = ?4",
	.behind = " AND r.client >= ?6 AND (r.client > ?6 OR r.id < ?7)",
	.behind_compared = " AND +r.client >= ?6 AND (+r.client > ?6 OR r.id < ?7)",
	.by_host = "",
	.in_order = " ORDER BY r.client, r.id DESC",
	.read = load_row,
	.row_size = sizeof(struct bdl_load_row),
};

int bdl_loads_list(struct bdl_store *s, const struct bdl_visits_filter *f,
    struct bdl_load_place after, struct bdl_region *region, struct bdl_load_row **ret,
    size_t *ret_n, struct bdl_err *err)
{
	const struct place place = { after.hour, after.client, after.id, 0 };
	struct rows out = { .region = region };

	int rc = list_read(s, &loads, f, place, &out, err);
	if (rc)
		return rc;
	*ret = (void *)out.rows;
	*ret_n = out.n;
	return 0;
}

int bdl_loads_get(struct bdl_store *s, struct bdl_load_place place, struct bdl_region *region,
    struct bdl_load_row *ret, struct bdl_err *err)
{
	struct bdl_stmt *st BDL_AUTO(bdl_stmt_rest) = NULL;
	struct bdl_load_row row = { 0 };

	int rc = bdl_stmt_get(
	    s, LOADS_SELECT " AND r.hour = ?2 AND r.client = ?3 AND r.id = ?4", &st, err);
	if (rc)
		return rc;
	bdl_bind_int(st, 1, BDL_SCHOOL);
	bdl_bind_int(st, 2, place.hour);
	bdl_bind_int(st, 3, place.client);
	bdl_bind_int(st, 4, place.id);
	rc = bdl_stmt_step(s, st, err);
	if (rc < 0)
		return rc;
	if (!rc)
		return bdl_fail(err, BDL_E_MISSING, "no such page load");
	rc = load_row(st, region, &row, err);
	if (!rc && bdl_region_broken(region))
		rc = bdl_fail(err, BDL_E_LIMIT, "the page load does not fit into memory");
	if (!rc)
		*ret = row;
	return rc;
}

/* --- deleting --- */

int bdl_visits_delete(
    struct bdl_store *s, int64_t before_day, size_t limit, size_t *ret_n, struct bdl_err *err)
{
	/* By the key, which begins with the time: the rows lie together. */
	static const struct {
		const char *sql;
		int64_t a_day; /* in what the table counts */
	} tables[] = {
		{ "DELETE FROM page_load WHERE (school, hour, client, id) IN"
		  " (SELECT school, hour, client, id FROM page_load WHERE school = ?1"
		  " AND hour < ?2 ORDER BY hour, client, id LIMIT ?3) RETURNING 1",
		    24 },
		{ "DELETE FROM page_path WHERE (school, day, id) IN (SELECT school, day, id"
		  " FROM page_path WHERE school = ?1 AND day < ?2 ORDER BY day, id LIMIT ?3)"
		  " RETURNING 1",
		    1 },
		{ "DELETE FROM visit WHERE (school, hour, client, site, basis) IN"
		  " (SELECT school, hour, client, site, basis FROM visit WHERE school = ?1"
		  " AND hour < ?2 ORDER BY hour, client, site, basis LIMIT ?3) RETURNING 1",
		    24 },
	};
	size_t n = 0;

	for (size_t i = 0; i < BDL_ARRAY_LEN(tables) && n < limit; i++) {
		struct bdl_stmt *st BDL_AUTO(bdl_stmt_rest) = NULL;
		int rc = bdl_stmt_get(s, tables[i].sql, &st, err);
		if (rc)
			return rc;
		bdl_bind_int(st, 1, BDL_SCHOOL);
		bdl_bind_int(st, 2, before_day * tables[i].a_day);
		bdl_bind_int(st, 3, (int64_t)(limit - n));
		while ((rc = bdl_stmt_step(s, st, err)) > 0)
			n++;
		if (rc)
			return rc;
	}
	*ret_n = n;
	return 0;
}
