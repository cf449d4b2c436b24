#include "record/visits/visits.h"
#include "record/visits/list_int.h"

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
	ret->bytes_down = bdl_col_int(st, 16);
	ret->bytes_up = bdl_col_int(st, 17);
	if (ret->action >= BDL_ACTIONS)
		return bdl_fail(err, BDL_E_STORE, "store: a visit has values that are none");
	return 0;
}

static struct bdl_list_place visit_place(const void *row)
{
	const struct bdl_visit_place *p = &((const struct bdl_visit_row *)row)->place;

	return (struct bdl_list_place){ .hour = p->hour, .key = { p->client, p->site, p->basis } };
}

static const struct bdl_list visits = {
	.select = "SELECT r.hour, r.client, r.site, r.basis, r.tens, r.pages, r.parts, b.action"
		  ", c.known, c.person, c.person_groups, c.address, i.host, i.categories, b.policy"
		  ", b.clause, r.bytes_down, r.bytes_up FROM visit r"
		  " JOIN client c ON c.school = r.school AND c.id = r.client"
		  " JOIN site i ON i.school = r.school AND i.id = r.site"
		  " JOIN basis b ON b.school = r.school AND b.id = r.basis"
		  " WHERE r.school = ?1 AND r.hour = ?2",
	.behind = " AND (r.client, r.site, r.basis) > (?6, ?7, ?8)",
	.behind_compared = " AND (+r.client, r.site, r.basis) > (?6, ?7, ?8)",
	.order = " ORDER BY r.client, r.site, r.basis",
	.rest = "",
	.read = visit_row,
	.row_size = sizeof(struct bdl_visit_row),
	.place = visit_place,
};

int bdl_visits_list(struct bdl_store *s, const struct bdl_visits_filter *f,
    struct bdl_visit_place after, struct bdl_region *region, struct bdl_visit_row **ret,
    size_t *ret_n, struct bdl_visit_place *ret_next, struct bdl_err *err)
{
	const struct bdl_list_place place = {
		.hour = after.hour ? after.hour : INT64_MAX,
		.key = { after.client, after.site, after.basis },
		.whole = !after.client,
	};
	struct bdl_list_place next;
	void *rows;

	int rc = bdl_list_read(s, &visits, f, place, region, &rows, ret_n, &next, err);
	if (rc)
		return rc;
	*ret = rows;
	*ret_next = (struct bdl_visit_place){ 0 };
	if (next.hour > 0)
		*ret_next =
		    (struct bdl_visit_place){ next.hour, next.key[0], next.key[1], next.key[2] };
	return 0;
}

/* --- of one person, by the hour --- */

int bdl_visits_hours(struct bdl_store *s, struct bdl_view person, int64_t from_hour,
    int64_t before_hour, struct bdl_region *region, struct bdl_visit_hour **ret, size_t *ret_n,
    struct bdl_err *err)
{
	struct bdl_stmt *st BDL_AUTO(bdl_stmt_rest) = NULL;
	size_t n = 0, max = before_hour > from_hour ? (size_t)(before_hour - from_hour) : 0;
	struct bdl_visit_hour *hours = bdl_region_array(region, max, sizeof(*hours));

	int rc = bdl_stmt_get(s,
	    "SELECT sum(pages), sum(parts), count(DISTINCT site), sum(bytes_down), sum(bytes_up)"
	    " FROM visit WHERE school = ?1"
	    " AND hour = ?2 AND client IN (SELECT id FROM client WHERE school = ?1 AND person = ?3)",
	    &st, err);
	if (!rc && max && !hours)
		rc = bdl_fail(err, BDL_E_LIMIT, "the hours do not fit into memory");
	for (int64_t hour = from_hour; !rc && hour < before_hour; hour++) {
		bdl_bind_int(st, 1, BDL_SCHOOL);
		bdl_bind_int(st, 2, hour);
		bdl_bind_text(st, 3, person);
		rc = bdl_stmt_step(s, st, err);
		if (rc < 0)
			return rc;
		rc = 0;
		hours[n] = (struct bdl_visit_hour){
			.from_ms = hour * BDL_HOUR_MS,
			.pages = bdl_col_int(st, 0),
			.parts = bdl_col_int(st, 1),
			.sites = bdl_col_int(st, 2),
			.bytes_down = bdl_col_int(st, 3),
			.bytes_up = bdl_col_int(st, 4),
		};
		n += hours[n].sites > 0;
		bdl_stmt_rest(st);
	}
	*ret = hours;
	*ret_n = n;
	return rc;
}

int bdl_visits_newest(
    struct bdl_store *s, struct bdl_view person, int64_t *ret_hour, struct bdl_err *err)
{
	struct bdl_region *region BDL_AUTO(bdl_region_free) = bdl_region_new(64 * 1024);
	const struct bdl_visits_filter f = { .persons = &person, .n_persons = 1, .limit = 1 };
	struct bdl_visit_place next;
	struct bdl_visit_row *rows;
	size_t n;

	int rc =
	    bdl_visits_list(s, &f, (struct bdl_visit_place){ 0 }, region, &rows, &n, &next, err);
	if (!rc)
		*ret_hour = n ? rows[0].place.hour : 0;
	return rc;
}
