#include "base/alloc.h"
#include "base/hash.h"
#include "record/store/store_int.h"
#include "record/visits/rollup_int.h"

#define PATH_SHORT 4 /* a number takes as much */

_Static_assert(BDL_ROLLUP_ACTS_MAX < UINT32_MAX, "an index fits its slot");

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
	free(r->visits);
	free(r->loads);
	bdl_figures_free(r->figures);
	free(r->visit_puts);
	free(r->day_puts);
	free(r->load_puts);
	free(r->strict);
	free(r->heads);
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
	for (size_t i = 0; i < r->n_visits; i++)
		r->slots[r->visits[i].slot] = 0;
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
	if (a->door != BDL_DOOR_WEB || bdl_act_is_probe(a))
		return false;
	return a->kind == BDL_KIND_PART ||
	    (a->action == BDL_ALLOW && !a->clause.n && !a->clauses.n && !a->passed);
}

/* --- counting --- */

static struct bdl_visit_count *visit_of(struct bdl_rollup *r, const struct bdl_visit_key *key)
{
	size_t at = bdl_hash64(key, sizeof(*key), 0) & (BDL_ROLLUP_SLOTS - 1);

	for (; r->slots[at]; at = (at + 1) & (BDL_ROLLUP_SLOTS - 1)) {
		struct bdl_visit_count *v = &r->visits[r->slots[at] - 1];
		if (!memcmp(&v->key, key, sizeof(*key)))
			return v;
	}
	r->visits = bdl_xgrow(r->visits, r->n_visits, &r->cap_visits, sizeof(*r->visits));
	struct bdl_visit_count *v = &r->visits[r->n_visits++];
	*v = (struct bdl_visit_count){ .key = *key, .slot = (uint32_t)at };
	r->slots[at] = (uint32_t)r->n_visits;
	return v;
}

void bdl_rollup_add(struct bdl_rollup *r, const struct bdl_act *a)
{
	bool is_part = a->kind == BDL_KIND_PART, is_first;
	struct bdl_visit_key key = {
		.ten = a->at_ms / BDL_TEN_MS,
		.client = bdl_names_client(r->names, a),
		.site = bdl_names_site(r->names, a),
		.basis = bdl_names_basis(r->names, a, false),
	};

	BDL_BUG_IF(r->n_visits == BDL_ROLLUP_ACTS_MAX || r->n_loads == BDL_ROLLUP_ACTS_MAX);
	struct bdl_visit_count *v = visit_of(r, &key);
	if (!v->pages && !v->parts)
		v->first_ms = a->at_ms;
	v->strict = a->action >= BDL_COACH;
	v->pages += !is_part;
	v->parts += is_part;
	if (is_part)
		return;
	r->loads = bdl_xgrow(r->loads, r->n_loads, &r->cap_loads, sizeof(*r->loads));
	r->loads[r->n_loads++] = (struct bdl_load){
		.at_ms = a->at_ms,
		.kind = a->kind,
		.client = key.client,
		.site = key.site,
		.basis = bdl_names_basis(r->names, a, true),
		.path = bdl_names_text(r->names, a->at_ms, a->path, &is_first),
		.kept = a->kept.n ? bdl_names_text(r->names, a->at_ms, a->kept, NULL) : 0,
		.has_kept = a->kept.n > 0,
		.has_own_path = is_first || a->path.n <= PATH_SHORT,
	};
}
