#include "record/acts/figures.h"
#include "base/alloc.h"
#include "base/ascii.h"
#include "base/clock.h"
#include "record/acts/figures_int.h"
#include "record/store/store_int.h"

#define SLOTS_MIN       256
#define FIGURE_NAME_MAX 256 /* bytes: longer ones are counted by these, as an index takes no more */
#define TEXTS_MAX       (16 * 1024 * 1024) /* of names, of one transaction */

/* What the column `kind` says: what is counted by the name. */
enum kind { BY_HOUR, BY_CLAUSE, BY_CATEGORY };

struct key {
	enum kind kind;
	int64_t day;
	struct bdl_view policy, name;
	enum bdl_action action;
};

/* --- the figures of an act --- */

/* The school's hour of the act: two digits, and the day that they belong to. */
struct hour {
	int64_t day;
	char text[2];
};

static struct hour hour_of(const struct bdl_act *a)
{
	int64_t local_ms = a->at_ms + bdl_act_offset(a) * BDL_MINUTE_MS;
	unsigned hour = a->minute / 60u;

	return (struct hour){
		.day = local_ms / BDL_DAY_MS,
		.text = { (char)('0' + hour / 10 % 10), (char)('0' + hour % 10) },
	};
}

/* One after the other: the hour, the clause if there is one, each category. */
struct each {
	const struct bdl_act *act;
	const struct hour *hour;
	struct bdl_view categories;
	enum kind kind;
	bool is_over;
};

static bool each_next(struct each *e, struct key *ret)
{
	const struct bdl_act *a = e->act;
	struct bdl_view name = { 0 }, policy = { 0 };
	enum kind kind = e->kind;

	if (kind == BY_CLAUSE && !a->clause.n)
		kind = BY_CATEGORY;
	if (e->is_over)
		return false;
	switch (kind) {
	case BY_HOUR:
		name = bdl_view_at(e->hour->text, sizeof(e->hour->text));
		e->kind = BY_CLAUSE;
		break;
	case BY_CLAUSE:
		name = a->clause;
		policy = a->policy;
		e->kind = BY_CATEGORY;
		break;
	case BY_CATEGORY:
		(void)bdl_view_cut(&e->categories, ' ', &name); /* none is a category as well */
		e->kind = BY_CATEGORY;
		e->is_over = !e->categories.n;
		break;
	}
	if (name.n > FIGURE_NAME_MAX)
		name.n = FIGURE_NAME_MAX;
	*ret = (struct key){ kind, e->hour->day, policy, name, a->action };
	return true;
}

#define FIGURE_STORE                                                                     \
	"INSERT INTO figure (school, kind, day, policy, name, action, acts, violations)" \
	" VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)"                                       \
	" ON CONFLICT (school, kind, day, policy, name, action) DO UPDATE SET"           \
	" acts = figure.acts + excluded.acts,"                                           \
	" violations = figure.violations + excluded.violations"

static void figure_bind(
    struct bdl_stmt *st, const struct key *key, int64_t acts, int64_t violations)
{
	bdl_bind_int(st, 1, BDL_SCHOOL);
	bdl_bind_int(st, 2, key->kind);
	bdl_bind_int(st, 3, key->day);
	bdl_bind_text(st, 4, key->policy);
	bdl_bind_text(st, 5, key->name);
	bdl_bind_int(st, 6, key->action);
	bdl_bind_int(st, 7, acts);
	bdl_bind_int(st, 8, violations);
}

int bdl_figures_act(
    struct bdl_store *s, const struct bdl_act *a, bool began_violation, struct bdl_err *err)
{
	struct hour hour = hour_of(a);
	struct each e = { .act = a, .hour = &hour, .categories = a->categories };
	struct bdl_stmt *st BDL_AUTO(bdl_stmt_rest) = NULL;
	struct key key;

	int rc = bdl_stmt_get(s, FIGURE_STORE, &st, err);
	while (!rc && each_next(&e, &key)) {
		figure_bind(st, &key, 1, began_violation);
		rc = bdl_stmt_run(s, st, err);
	}
	return rc;
}

/* --- many, in memory --- */

struct count {
	uint64_t hash;
	struct key key; /* texts in the region */
	int64_t acts;
};

struct bdl_figures {
	struct bdl_region *texts;
	struct count *counts;
	size_t n, cap;
	uint32_t *slots; /* index of a count plus one; 0: free */
	size_t n_slots;  /* a power of two, at least twice n */
};

struct bdl_figures *bdl_figures_new(void)
{
	struct bdl_figures *f = bdl_xalloc(sizeof(*f));

	f->texts = bdl_region_new(TEXTS_MAX);
	f->n_slots = SLOTS_MIN;
	f->slots = bdl_xcalloc(f->n_slots, sizeof(*f->slots));
	return f;
}

void bdl_figures_free(struct bdl_figures *f)
{
	if (!f)
		return;
	bdl_region_free(f->texts);
	free(f->counts);
	free(f->slots);
	free(f);
}

void bdl_figures_clear(struct bdl_figures *f)
{
	bdl_region_reset(f->texts);
	memset(f->slots, 0, f->n_slots * sizeof(*f->slots));
	f->n = 0;
}

static uint64_t key_hash(const struct key *k)
{
	uint64_t numbers = ((uint64_t)k->day * 4 + k->kind) * 16 + k->action;

	return bdl_hash64(k->name.p, k->name.n, bdl_hash64(k->policy.p, k->policy.n, numbers));
}

static bool key_same(const struct key *a, const struct key *b)
{
	return a->kind == b->kind && a->day == b->day && a->action == b->action &&
	    bdl_view_eq(a->name, b->name) && bdl_view_eq(a->policy, b->policy);
}

static void slots_double(struct bdl_figures *f)
{
	f->n_slots *= 2;
	free(f->slots);
	f->slots = bdl_xcalloc(f->n_slots, sizeof(*f->slots));
	for (size_t i = 0; i < f->n; i++) {
		size_t at = f->counts[i].hash & (f->n_slots - 1);
		while (f->slots[at])
			at = (at + 1) & (f->n_slots - 1);
		f->slots[at] = (uint32_t)i + 1;
	}
}

static struct count *count_of(struct bdl_figures *f, const struct key *key)
{
	uint64_t hash = key_hash(key);
	size_t at = hash & (f->n_slots - 1);

	for (; f->slots[at]; at = (at + 1) & (f->n_slots - 1)) {
		struct count *c = &f->counts[f->slots[at] - 1];
		if (c->hash == hash && key_same(&c->key, key))
			return c;
	}
	f->counts = bdl_xgrow(f->counts, f->n, &f->cap, sizeof(*f->counts));
	f->counts[f->n] = (struct count){ .hash = hash, .key = *key };
	f->counts[f->n].key.name = bdl_region_view(f->texts, key->name);
	f->counts[f->n].key.policy = bdl_region_view(f->texts, key->policy);
	BDL_BUG_IF(bdl_region_broken(f->texts)); /* a batch's bytes are fewer */
	f->slots[at] = (uint32_t)++f->n;
	if (2 * f->n > f->n_slots)
		slots_double(f);
	return &f->counts[f->n - 1];
}

void bdl_figures_add(struct bdl_figures *f, const struct bdl_act *a, int64_t acts)
{
	struct hour hour = hour_of(a);
	struct each e = { .act = a, .hour = &hour, .categories = a->categories };
	struct key key;

	while (each_next(&e, &key))
		count_of(f, &key)->acts += acts;
}

static void count_bind(struct bdl_stmt *st, size_t i, void *arg)
{
	const struct count *c = &((const struct bdl_figures *)arg)->counts[i];

	figure_bind(st, &c->key, c->acts, 0);
}

int bdl_figures_store(struct bdl_figures *f, struct bdl_store *s, struct bdl_err *err)
{
	return bdl_stmt_each(s, FIGURE_STORE, f->n, count_bind, NULL, f, err);
}

/* --- lists --- */

_Static_assert(BDL_ACTIONS == 5, "the columns below are one for each action");
#define SUMS                                               \
	", sum(CASE WHEN action = 0 THEN acts ELSE 0 END)" \
	", sum(CASE WHEN action = 1 THEN acts ELSE 0 END)" \
	", sum(CASE WHEN action = 2 THEN acts ELSE 0 END)" \
	", sum(CASE WHEN action = 3 THEN acts ELSE 0 END)" \
	", sum(CASE WHEN action = 4 THEN acts ELSE 0 END)" \
	", sum(violations) FROM figure WHERE school = ?1 AND kind = ?2 AND day >= ?3 AND day < ?4"

static const struct {
	enum kind kind;
	const char *sql;
} lists[] = {
	[BDL_FIGURES_BY_DAY] = { BY_HOUR,
	    "SELECT day, '', ''" SUMS " GROUP BY day ORDER BY day LIMIT ?5" },
	[BDL_FIGURES_BY_HOUR] = { BY_HOUR,
	    "SELECT 0, '', name" SUMS " GROUP BY name ORDER BY name LIMIT ?5" },
	[BDL_FIGURES_BY_CLAUSE] = { BY_CLAUSE,
	    "SELECT 0, policy, name" SUMS " GROUP BY policy, name"
	    " ORDER BY sum(violations) DESC, sum(acts) DESC, policy, name LIMIT ?5" },
	[BDL_FIGURES_BY_CATEGORY] = { BY_CATEGORY,
	    "SELECT 0, '', name" SUMS " GROUP BY name"
	    " ORDER BY sum(violations) DESC, sum(acts) DESC, name LIMIT ?5" },
};

static int figure_row(
    struct bdl_stmt *st, struct bdl_region *region, void *row, struct bdl_err *err)
{
	struct bdl_figure *ret = row;

	(void)err; /* any numbers will do */
	ret->day = bdl_col_int(st, 0);
	ret->policy = bdl_col_text(st, 1, region);
	ret->name = bdl_col_text(st, 2, region);
	for (int i = 0; i < BDL_ACTIONS; i++)
		ret->acts[i] = bdl_col_int(st, 3 + i);
	ret->violations = bdl_col_int(st, 3 + BDL_ACTIONS);
	return 0;
}

int bdl_figures_list(struct bdl_store *s, enum bdl_figures_by by, int64_t from_day,
    int64_t before_day, struct bdl_region *region, struct bdl_figure **ret, size_t *ret_n,
    struct bdl_err *err)
{
	struct bdl_stmt *st BDL_AUTO(bdl_stmt_rest) = NULL;
	void *rows;

	int rc = bdl_stmt_get(s, lists[by].sql, &st, err);
	if (rc)
		return rc;
	bdl_bind_int(st, 1, BDL_SCHOOL);
	bdl_bind_int(st, 2, lists[by].kind);
	bdl_bind_int(st, 3, from_day);
	bdl_bind_int(st, 4, before_day);
	bdl_bind_int(st, 5, BDL_FIGURE_ROWS_MAX);
	rc = bdl_rows_read(s, st, region, sizeof(struct bdl_figure), figure_row, &rows, ret_n, err);
	if (!rc)
		*ret = rows;
	return rc;
}
