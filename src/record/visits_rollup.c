#include "base/alloc.h"
#include "base/hash.h"
#include "record/acts.h"
#include "record/figures_int.h"
#include "record/store_int.h"
#include "record/visits_int.h"

#define SLOTS (2 * BDL_ROLLUP_ACTS_MAX) /* a power of two, twice what there can be */

#define TENS (BDL_HOUR_MS / BDL_TEN_MS)

/* Counted by ten minutes, as violations are; the store then joins those of an hour. */
struct key {
	int64_t ten; /* minutes, counted from 1970 */
	uint32_t client, site, basis, padding;
};

struct visit {
	struct key key;
	int64_t pages, parts;
	int64_t first_ms; /* of its acts as they came */
	bool strict;      /* its parts belong to a violation */
};

struct load {
	int64_t at_ms;
	enum bdl_act_kind kind;
	uint32_t client, site, basis, path, kept;
	bool has_kept; /* else there is nothing to look up */
};

struct bdl_rollup {
	struct bdl_names *names;
	struct visit visits[BDL_ROLLUP_ACTS_MAX];
	struct load loads[BDL_ROLLUP_ACTS_MAX];
	uint16_t slots[SLOTS]; /* index of a visit plus one; 0: free */
	struct bdl_figures *figures;
	size_t n_visits, n_loads;
};

_Static_assert(sizeof(struct key) == 24, "a key that is hashed has no hidden bytes");
_Static_assert(BDL_ROLLUP_ACTS_MAX < UINT16_MAX, "an index fits its slot");

struct bdl_rollup *bdl_rollup_new(void)
{
	struct bdl_rollup *r = bdl_xalloc(sizeof(*r));

	r->names = bdl_names_new();
	r->figures = bdl_figures_new();
	return r;
}

void bdl_rollup_free(struct bdl_rollup *r)
{
	if (!r)
		return;
	bdl_names_free(r->names);
	bdl_figures_free(r->figures);
	free(r);
}

size_t bdl_rollup_visits(const struct bdl_rollup *r)
{
	return r->n_visits;
}

size_t bdl_rollup_loads(const struct bdl_rollup *r)
{
	return r->n_loads;
}

void bdl_rollup_clear(struct bdl_rollup *r)
{
	memset(r->slots, 0, sizeof(r->slots));
	r->n_visits = r->n_loads = 0;
	if (bdl_names_are_many(r->names))
		bdl_names_forget(r->names);
}

void bdl_rollup_reset(struct bdl_rollup *r)
{
	bdl_rollup_clear(r);
	bdl_names_forget(r->names);
}

bool bdl_visits_take(const struct bdl_act *a)
{
	if (a->door != BDL_DOOR_WEB)
		return false;
	return a->kind == BDL_KIND_PART ||
	    (a->action == BDL_ALLOW && !a->clause.n && !a->clauses.n && !a->passed);
}

/* --- counting --- */

static struct visit *visit_of(struct bdl_rollup *r, const struct key *key)
{
	size_t at = bdl_hash64(key, sizeof(*key), 0) & (SLOTS - 1);

	for (; r->slots[at]; at = (at + 1) & (SLOTS - 1)) {
		struct visit *v = &r->visits[r->slots[at] - 1];
		if (!memcmp(&v->key, key, sizeof(*key)))
			return v;
	}
	struct visit *v = &r->visits[r->n_visits++];
	*v = (struct visit){ .key = *key };
	r->slots[at] = (uint16_t)r->n_visits;
	return v;
}

void bdl_rollup_add(struct bdl_rollup *r, const struct bdl_act *a)
{
	bool is_part = a->kind == BDL_KIND_PART;
	struct key key = {
		.ten = a->at_ms / BDL_TEN_MS,
		.client = bdl_names_client(r->names, a),
		.site = bdl_names_site(r->names, a),
		.basis = bdl_names_basis(r->names, a, false),
	};

	BDL_BUG_IF(r->n_visits == BDL_ROLLUP_ACTS_MAX || r->n_loads == BDL_ROLLUP_ACTS_MAX);
	struct visit *v = visit_of(r, &key);
	if (!v->pages && !v->parts)
		v->first_ms = a->at_ms;
	v->strict = a->action >= BDL_COACH;
	v->pages += !is_part;
	v->parts += is_part;
	if (is_part)
		return;
	r->loads[r->n_loads++] = (struct load){
		.at_ms = a->at_ms,
		.kind = a->kind,
		.client = key.client,
		.site = key.site,
		.basis = bdl_names_basis(r->names, a, true),
		.path = bdl_names_text(r->names, a->at_ms, a->path),
		.kept = a->kept.n ? bdl_names_text(r->names, a->at_ms, a->kept) : 0,
		.has_kept = a->kept.n > 0,
	};
}

/* --- into the store --- */

struct numbers {
	int64_t client, site, basis;
};

static int numbers_get(struct bdl_rollup *r, struct bdl_store *s, uint32_t client, uint32_t site,
    uint32_t basis, int64_t day, struct numbers *ret, struct bdl_err *err)
{
	int rc = bdl_names_number(r->names, s, client, day, &ret->client, err);

	if (!rc)
		rc = bdl_names_number(r->names, s, site, day, &ret->site, err);
	return rc ? rc : bdl_names_number(r->names, s, basis, day, &ret->basis, err);
}

/* In the figures; and parts that broke a clause are counted on the violation they belong to. */
static int visit_count(
    struct bdl_rollup *r, struct bdl_store *s, const struct visit *v, struct bdl_err *err)
{
	struct bdl_act a = { .kind = BDL_KIND_PART, .at_ms = v->first_ms };

	bdl_names_act(r->names, v->key.client, v->key.site, v->key.basis, &a);
	bdl_figures_add(r->figures, &a, v->pages + v->parts);
	return v->strict ? bdl_violation_parts(s, &a, v->parts, err) : 0;
}

/* For who looks for a site: in which hours it is. */
static int site_hour_store(struct bdl_rollup *r, struct bdl_store *s, const struct visit *v,
    int64_t site, struct bdl_err *err)
{
	struct bdl_stmt *st BDL_AUTO(bdl_stmt_rest) = NULL;
	int64_t hour = v->key.ten / TENS;

	if (!bdl_names_hour(r->names, v->key.site, hour, v->pages > 0))
		return 0;
	int rc = bdl_stmt_get(s,
	    "INSERT INTO site_hour (school, site, hour, has_pages) VALUES (?1, ?2, ?3, ?4)"
	    " ON CONFLICT (school, site, hour) DO UPDATE SET"
	    " has_pages = site_hour.has_pages | excluded.has_pages",
	    &st, err);
	if (rc)
		return rc;
	bdl_bind_int(st, 1, BDL_SCHOOL);
	bdl_bind_int(st, 2, site);
	bdl_bind_int(st, 3, hour);
	bdl_bind_int(st, 4, v->pages > 0);
	return bdl_stmt_run(s, st, err);
}

static int visits_store(struct bdl_rollup *r, struct bdl_store *s, struct bdl_err *err)
{
	struct bdl_stmt *st BDL_AUTO(bdl_stmt_rest) = NULL;
	struct numbers n;

	int rc = bdl_stmt_get(s,
	    "INSERT INTO visit (school, hour, client, site, basis, tens, pages, parts)"
	    " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)"
	    " ON CONFLICT (school, hour, client, site, basis) DO UPDATE SET"
	    " tens = visit.tens | excluded.tens, pages = visit.pages + excluded.pages,"
	    " parts = visit.parts + excluded.parts",
	    &st, err);
	for (size_t i = 0; !rc && i < r->n_visits; i++) {
		const struct visit *v = &r->visits[i];
		rc = numbers_get(r, s, v->key.client, v->key.site, v->key.basis,
		    v->key.ten / (24 * TENS), &n, err);
		if (rc)
			break;
		bdl_bind_int(st, 1, BDL_SCHOOL);
		bdl_bind_int(st, 2, v->key.ten / TENS);
		bdl_bind_int(st, 3, n.client);
		bdl_bind_int(st, 4, n.site);
		bdl_bind_int(st, 5, n.basis);
		bdl_bind_int(st, 6, 1 << (v->key.ten % TENS));
		bdl_bind_int(st, 7, v->pages);
		bdl_bind_int(st, 8, v->parts);
		rc = bdl_stmt_run(s, st, err);
		if (!rc)
			rc = site_hour_store(r, s, v, n.site, err);
		if (!rc)
			rc = visit_count(r, s, v, err);
	}
	return rc;
}

static int loads_store(struct bdl_rollup *r, struct bdl_store *s, struct bdl_err *err)
{
	struct bdl_stmt *st BDL_AUTO(bdl_stmt_rest) = NULL;
	struct numbers n;
	int64_t path, kept;

	int rc = bdl_stmt_get(s,
	    "INSERT INTO page_load (school, hour, client, id, hour_ms, kind, site, basis, path,"
	    " kept) SELECT ?1, ?2, ?3, coalesce(max(id), 0) + 1, ?4, ?5, ?6, ?7, ?8, ?9 FROM page_load"
	    " WHERE school = ?1 AND hour = ?2 AND client = ?3",
	    &st, err);
	for (size_t i = 0; !rc && i < r->n_loads; i++) {
		const struct load *l = &r->loads[i];
		int64_t day = l->at_ms / BDL_DAY_MS;
		rc = numbers_get(r, s, l->client, l->site, l->basis, day, &n, err);
		if (!rc)
			rc = bdl_names_number(r->names, s, l->path, day, &path, err);
		kept = 0;
		if (!rc && l->has_kept)
			rc = bdl_names_number(r->names, s, l->kept, day, &kept, err);
		if (rc)
			break;
		bdl_bind_int(st, 1, BDL_SCHOOL);
		bdl_bind_int(st, 2, l->at_ms / BDL_HOUR_MS);
		bdl_bind_int(st, 3, n.client);
		bdl_bind_int(st, 4, l->at_ms % BDL_HOUR_MS);
		bdl_bind_int(st, 5, l->kind);
		bdl_bind_int(st, 6, n.site);
		bdl_bind_int(st, 7, n.basis);
		bdl_bind_int(st, 8, path);
		bdl_bind_int(st, 9, kept);
		rc = bdl_stmt_run(s, st, err);
	}
	return rc;
}

int bdl_rollup_store(struct bdl_rollup *r, struct bdl_store *s, struct bdl_err *err)
{
	int rc = bdl_names_begin(r->names, s, err);

	bdl_figures_clear(r->figures);
	if (!rc)
		rc = visits_store(r, s, err);
	if (!rc)
		rc = loads_store(r, s, err);
	return rc ? rc : bdl_figures_store(r->figures, s, err);
}
