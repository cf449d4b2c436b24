/* Page loads among the visits, each with its moment and its facts. */
#include "record/visits/list_int.h"
#include "record/visits/visits_int.h"

#define COLUMNS                                                                            \
	"SELECT r.hour, r.client, r.id, r.hour_ms, r.kind, b.door, b.utc_offset, b.action" \
	", c.known, c.person, c.person_groups, c.address, b.method, b.scheme, i.host"      \
	", coalesce(p.text, r.own_path), i.categories, s.digest, c.source, c.place, c.equipment, k.text"

#define NAMES                                                                                     \
	" JOIN client c ON c.school = r.school AND c.id = r.client"                               \
	" JOIN site i ON i.school = r.school AND i.id = r.site"                                   \
	" JOIN basis b ON b.school = r.school AND b.id = r.basis"                                 \
	" JOIN ruleset s ON s.school = b.school AND s.id = b.ruleset"                             \
	" LEFT JOIN page_text p ON p.school = r.school AND p.day = r.hour / 24 AND p.id = r.path" \
	" LEFT JOIN page_text k ON k.school = r.school AND k.day = r.hour / 24 AND k.id = r.kept"

static int load_row(struct bdl_stmt *st, struct bdl_region *region, void *row, struct bdl_err *err)
{
	struct bdl_load_row *ret = row;
	struct bdl_act *a = &ret->act;

	ret->place.hour = bdl_col_int(st, 0);
	ret->place.client = bdl_col_int(st, 1);
	ret->place.id = bdl_col_int(st, 2);
	ret->place.hour_ms = bdl_col_int(st, 3);
	a->at_ms = ret->place.hour * BDL_HOUR_MS + ret->place.hour_ms;
	a->kind = (enum bdl_act_kind)bdl_col_int(st, 4);
	a->door = (enum bdl_door)bdl_col_int(st, 5);
	bdl_act_local(a->at_ms, bdl_col_int(st, 6), &a->weekday, &a->minute);
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
	a->source = bdl_col_text(st, 18, region);
	a->place = bdl_col_text(st, 19, region);
	a->equipment = bdl_col_text(st, 20, region);
	a->kept = bdl_col_text(st, 21, region);
	return bdl_col_digest(st, 17, &a->version, err);
}

static struct bdl_list_place load_place(const void *row)
{
	const struct bdl_load_place *p = &((const struct bdl_load_row *)row)->place;

	return (struct bdl_list_place){ .hour = p->hour, .key = { p->hour_ms, p->client, p->id } };
}

/* An hour's rows lie by client: the newest are chosen first, and only they get their names. */
static const struct bdl_list loads = {
	.select = COLUMNS " FROM (SELECT * FROM page_load r WHERE r.school = ?1 AND r.hour = ?2",
	.behind = " AND (r.hour_ms, r.client, r.id) < (?6, ?7, ?8)",
	.behind_compared = " AND (r.hour_ms, +r.client, r.id) < (?6, ?7, ?8)",
	.order = " ORDER BY r.hour_ms DESC, r.client DESC, r.id DESC",
	.rest = ") r" NAMES " ORDER BY r.hour_ms DESC, r.client DESC, r.id DESC",
	.of_pages = true,
	.read = load_row,
	.row_size = sizeof(struct bdl_load_row),
	.place = load_place,
};

int bdl_loads_list(struct bdl_store *s, const struct bdl_visits_filter *f,
    struct bdl_load_place after, struct bdl_region *region, struct bdl_load_row **ret,
    size_t *ret_n, struct bdl_load_place *ret_next, struct bdl_err *err)
{
	const struct bdl_list_place place = {
		.hour = after.hour ? after.hour : INT64_MAX,
		.key = { after.hour_ms, after.client, after.id },
		.whole = !after.client,
	};
	struct bdl_list_place next;
	void *rows;

	int rc = bdl_list_read(s, &loads, f, place, region, &rows, ret_n, &next, err);
	if (rc)
		return rc;
	*ret = rows;
	*ret_next = (struct bdl_load_place){ 0 };
	if (next.hour > 0)
		*ret_next =
		    (struct bdl_load_place){ next.hour, next.key[1], next.key[2], next.key[0] };
	return 0;
}

int bdl_loads_get(struct bdl_store *s, struct bdl_load_place place, struct bdl_region *region,
    struct bdl_load_row *ret, struct bdl_err *err)
{
	struct bdl_stmt *st BDL_AUTO(bdl_stmt_rest) = NULL;
	struct bdl_load_row row = { 0 };

	int rc = bdl_stmt_get(s,
	    COLUMNS " FROM page_load r" NAMES
		    " WHERE r.school = ?1 AND r.hour = ?2 AND r.client = ?3 AND r.id = ?4",
	    &st, err);
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
