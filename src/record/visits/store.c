/* What was rolled up goes to the store: each table's rows in the order of its key, in one statement. */
#include "base/alloc.h"
#include "record/acts/acts.h"
#include "record/store/store_int.h"
#include "record/visits/rollup_int.h"

#define TENS      (BDL_HOUR_MS / BDL_TEN_MS)
#define DAY_HOURS 24

/* Room for `n` items, whose contents do not matter. */
static void *room(void *items, size_t n, size_t *cap, size_t size)
{
	if (n <= *cap)
		return items;
	free(items);
	*cap = n;
	return bdl_xcalloc(n, size);
}

/* --- names --- */

static int numbers_find(struct bdl_rollup *r, struct bdl_store *s, struct bdl_err *err)
{
	int rc = bdl_names_begin(r->names, s, err);

	if (rc)
		return rc;
	for (size_t i = 0; i < r->n_visits; i++) {
		const struct bdl_visit_key *key = &r->visits[i].key;
		int64_t day = key->ten / (DAY_HOURS * TENS);
		bdl_names_need(r->names, key->client, day);
		bdl_names_need(r->names, key->site, day);
		bdl_names_need(r->names, key->basis, day);
	}
	for (size_t i = 0; i < r->n_loads; i++) {
		const struct bdl_load *l = &r->loads[i];
		int64_t day = l->at_ms / BDL_DAY_MS;
		bdl_names_need(r->names, l->client, day);
		bdl_names_need(r->names, l->site, day);
		bdl_names_need(r->names, l->basis, day);
		if (!l->has_own_path)
			bdl_names_need(r->names, l->path, day);
		if (l->has_kept)
			bdl_names_need(r->names, l->kept, day);
	}
	return bdl_names_resolve(r->names, s, err);
}

/* --- visits --- */

static int compare(int64_t a, int64_t b)
{
	return (a > b) - (a < b);
}

static int by_visit(const void *a, const void *b)
{
	const struct bdl_visit_put *x = a, *y = b;
	int c = compare(x->hour, y->hour);

	c = c ? c : compare(x->client, y->client);
	c = c ? c : compare(x->site, y->site);
	return c ? c : compare(x->basis, y->basis);
}

/* Those of an hour that differ in their ten minutes only become one. */
static void visits_join(struct bdl_rollup *r)
{
	struct bdl_visit_put *all =
	    room(r->visit_puts, r->n_visits, &r->cap_visit_puts, sizeof(*all));
	size_t n = 0;

	r->visit_puts = all;
	for (size_t i = 0; i < r->n_visits; i++) {
		const struct bdl_visit_count *v = &r->visits[i];
		all[i] = (struct bdl_visit_put){
			.hour = v->key.ten / TENS,
			.client = bdl_names_number(r->names, v->key.client),
			.site = bdl_names_number(r->names, v->key.site),
			.basis = bdl_names_number(r->names, v->key.basis),
			.tens = 1 << (v->key.ten % TENS),
			.pages = v->pages,
			.parts = v->parts,
		};
	}
	if (r->n_visits)
		qsort(all, r->n_visits, sizeof(*all), by_visit);
	for (size_t i = 0; i < r->n_visits; i++) {
		if (n && !by_visit(&all[n - 1], &all[i])) {
			all[n - 1].tens |= all[i].tens;
			all[n - 1].pages += all[i].pages;
			all[n - 1].parts += all[i].parts;
		} else {
			all[n++] = all[i];
		}
	}
	r->n_visit_puts = n;
}

static void bind_visit(struct bdl_stmt *st, size_t i, void *arg)
{
	const struct bdl_rollup *r = arg;
	const struct bdl_visit_put *v = &r->visit_puts[i];

	bdl_bind_int(st, 1, BDL_SCHOOL);
	bdl_bind_int(st, 2, v->hour);
	bdl_bind_int(st, 3, v->client);
	bdl_bind_int(st, 4, v->site);
	bdl_bind_int(st, 5, v->basis);
	bdl_bind_int(st, 6, v->tens);
	bdl_bind_int(st, 7, v->pages);
	bdl_bind_int(st, 8, v->parts);
}

static int visits_store(struct bdl_rollup *r, struct bdl_store *s, struct bdl_err *err)
{
	visits_join(r);
	return bdl_stmt_each(s,
	    "INSERT INTO visit (school, hour, client, site, basis, tens, pages, parts)"
	    " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)"
	    " ON CONFLICT (school, hour, client, site, basis) DO UPDATE SET"
	    " tens = visit.tens | excluded.tens, pages = visit.pages + excluded.pages,"
	    " parts = visit.parts + excluded.parts",
	    r->n_visit_puts, bind_visit, NULL, r, err);
}

/* --- for who looks for a site: in which hours it is --- */

static int by_site_day(const void *a, const void *b)
{
	const struct bdl_day_put *x = a, *y = b;
	int c = compare(x->site, y->site);

	return c ? c : compare(x->day, y->day);
}

static void days_join(struct bdl_rollup *r)
{
	struct bdl_day_put *all = room(r->day_puts, r->n_visits, &r->cap_day_puts, sizeof(*all));
	size_t n = 0, joined = 0;

	r->day_puts = all;
	for (size_t i = 0; i < r->n_visits; i++) {
		const struct bdl_visit_count *v = &r->visits[i];
		int64_t hour = v->key.ten / TENS, bit = INT64_C(1) << (hour % DAY_HOURS);
		if (bdl_names_hour(r->names, v->key.site, hour, v->pages > 0))
			all[n++] = (struct bdl_day_put){ bdl_names_number(r->names, v->key.site),
				hour / DAY_HOURS, bit, v->pages > 0 ? bit : 0 };
	}
	if (n)
		qsort(all, n, sizeof(*all), by_site_day);
	for (size_t i = 0; i < n; i++) {
		if (joined && !by_site_day(&all[joined - 1], &all[i])) {
			all[joined - 1].hours |= all[i].hours;
			all[joined - 1].page_hours |= all[i].page_hours;
		} else {
			all[joined++] = all[i];
		}
	}
	r->n_day_puts = joined;
}

static void bind_day(struct bdl_stmt *st, size_t i, void *arg)
{
	const struct bdl_rollup *r = arg;

	bdl_bind_int(st, 1, BDL_SCHOOL);
	bdl_bind_int(st, 2, r->day_puts[i].site);
	bdl_bind_int(st, 3, r->day_puts[i].day);
	bdl_bind_int(st, 4, r->day_puts[i].hours);
	bdl_bind_int(st, 5, r->day_puts[i].page_hours);
}

static int days_store(struct bdl_rollup *r, struct bdl_store *s, struct bdl_err *err)
{
	days_join(r);
	return bdl_stmt_each(s,
	    "INSERT INTO site_day (school, site, day, hours, page_hours)"
	    " VALUES (?1, ?2, ?3, ?4, ?5)"
	    " ON CONFLICT (school, site, day) DO UPDATE SET"
	    " hours = site_day.hours | excluded.hours,"
	    " page_hours = site_day.page_hours | excluded.page_hours",
	    r->n_day_puts, bind_day, NULL, r, err);
}

/* --- strict parts --- */

static void bind_strict(struct bdl_stmt *st, size_t i, void *arg)
{
	const struct bdl_rollup *r = arg;
	const struct bdl_visit_count *v = &r->visits[r->strict[i]];
	struct bdl_act a = { .kind = BDL_KIND_PART, .at_ms = v->first_ms };

	bdl_names_act(r->names, v->key.client, v->key.site, v->key.basis, &a);
	bdl_violation_bind(st, &a);
}

static void read_strict(struct bdl_stmt *st, size_t i, void *arg)
{
	struct bdl_rollup *r = arg;

	(void)st; /* that there is one is what was asked */
	r->visits[r->strict[i]].is_told = true;
}

/*
 * Parts that broke a clause are counted on the violation they belong to. Most have none, which is asked
 * for all of them at once; the others may belong to the same.
 */
static int parts_count(struct bdl_rollup *r, struct bdl_store *s, struct bdl_err *err)
{
	r->strict = room(r->strict, r->n_visits, &r->cap_strict, sizeof(*r->strict));
	r->n_strict = 0;
	for (size_t i = 0; i < r->n_visits; i++)
		if (r->visits[i].strict)
			r->strict[r->n_strict++] = (uint32_t)i;
	int rc =
	    bdl_stmt_each(s, BDL_VIOLATION_FIND, r->n_strict, bind_strict, read_strict, r, err);
	for (size_t i = 0; !rc && i < r->n_strict; i++) {
		const struct bdl_visit_count *v = &r->visits[r->strict[i]];
		struct bdl_act a = { .kind = BDL_KIND_PART, .at_ms = v->first_ms };
		if (!v->is_told)
			continue;
		bdl_names_act(r->names, v->key.client, v->key.site, v->key.basis, &a);
		rc = bdl_violation_parts(s, &a, v->parts, err);
	}
	return rc;
}

/* --- page loads --- */

static int by_load(const void *a, const void *b)
{
	const struct bdl_load_put *x = a, *y = b;
	int c = compare(x->hour, y->hour);

	c = c ? c : compare(x->client, y->client);
	return c ? c : compare(x->load, y->load); /* as they came */
}

/* In the order of the key, and where each client's hour begins. */
static void loads_sort(struct bdl_rollup *r)
{
	struct bdl_load_put *all = room(r->load_puts, r->n_loads, &r->cap_load_puts, sizeof(*all));

	r->load_puts = all;
	r->heads = room(r->heads, r->n_loads, &r->cap_heads, sizeof(*r->heads));
	for (size_t i = 0; i < r->n_loads; i++)
		all[i] = (struct bdl_load_put){
			.hour = r->loads[i].at_ms / BDL_HOUR_MS,
			.client = bdl_names_number(r->names, r->loads[i].client),
			.load = (uint32_t)i,
		};
	if (r->n_loads)
		qsort(all, r->n_loads, sizeof(*all), by_load);
	r->n_heads = 0;
	for (size_t i = 0; i < r->n_loads; i++)
		if (!i || all[i].hour != all[i - 1].hour || all[i].client != all[i - 1].client)
			r->heads[r->n_heads++] = (uint32_t)i;
}

static void bind_head(struct bdl_stmt *st, size_t i, void *arg)
{
	const struct bdl_rollup *r = arg;

	bdl_bind_int(st, 1, BDL_SCHOOL);
	bdl_bind_int(st, 2, r->load_puts[r->heads[i]].hour);
	bdl_bind_int(st, 3, r->load_puts[r->heads[i]].client);
}

/* The highest number of a client's hour: from there on they are counted. */
static void read_head(struct bdl_stmt *st, size_t i, void *arg)
{
	struct bdl_rollup *r = arg;
	size_t end = i + 1 < r->n_heads ? r->heads[i + 1] : r->n_loads;
	int64_t id = bdl_col_int(st, 0);

	for (size_t k = r->heads[i]; k < end; k++)
		r->load_puts[k].id = ++id;
}

static void bind_load(struct bdl_stmt *st, size_t i, void *arg)
{
	const struct bdl_rollup *r = arg;
	const struct bdl_load_put *put = &r->load_puts[i];
	const struct bdl_load *l = &r->loads[put->load];

	bdl_bind_int(st, 1, BDL_SCHOOL);
	bdl_bind_int(st, 2, put->hour);
	bdl_bind_int(st, 3, put->client);
	bdl_bind_int(st, 4, put->id);
	bdl_bind_int(st, 5, l->at_ms % BDL_HOUR_MS);
	bdl_bind_int(st, 6, l->kind);
	bdl_bind_int(st, 7, bdl_names_number(r->names, l->site));
	bdl_bind_int(st, 8, bdl_names_number(r->names, l->basis));
	bdl_bind_int(st, 9, l->has_own_path ? 0 : bdl_names_number(r->names, l->path));
	bdl_bind_int(st, 10, l->has_kept ? bdl_names_number(r->names, l->kept) : 0);
	bdl_bind_text(st, 11,
	    l->has_own_path ? bdl_names_text_of(r->names, l->path) : (struct bdl_view){ 0 });
}

static int loads_store(struct bdl_rollup *r, struct bdl_store *s, struct bdl_err *err)
{
	loads_sort(r);
	int rc = bdl_stmt_each(s,
	    "SELECT coalesce(max(id), 0) FROM page_load WHERE school = ?1 AND hour = ?2"
	    " AND client = ?3",
	    r->n_heads, bind_head, read_head, r, err);

	if (rc)
		return rc;
	return bdl_stmt_each(s,
	    "INSERT INTO page_load (school, hour, client, id, hour_ms, kind, site, basis, path,"
	    " kept, own_path) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)",
	    r->n_loads, bind_load, NULL, r, err);
}

static int figures_store(struct bdl_rollup *r, struct bdl_store *s, struct bdl_err *err)
{
	bdl_figures_clear(r->figures);
	for (size_t i = 0; i < r->n_visits; i++) {
		const struct bdl_visit_count *v = &r->visits[i];
		struct bdl_act a = { .kind = BDL_KIND_PART, .at_ms = v->first_ms };
		bdl_names_act(r->names, v->key.client, v->key.site, v->key.basis, &a);
		bdl_figures_add(r->figures, &a, v->pages + v->parts);
	}
	return bdl_figures_store(r->figures, s, err);
}

int bdl_rollup_store(struct bdl_rollup *r, struct bdl_store *s, struct bdl_err *err)
{
	int rc = numbers_find(r, s, err);

	if (!rc)
		rc = visits_store(r, s, err);
	if (!rc)
		rc = days_store(r, s, err);
	if (!rc)
		rc = parts_count(r, s, err);
	if (!rc)
		rc = loads_store(r, s, err);
	return rc ? rc : figures_store(r, s, err);
}
