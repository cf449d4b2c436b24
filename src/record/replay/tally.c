#include "base/alloc.h"
#include "base/hash.h"
#include "record/replay/replay_int.h"

#define SET_FIRST 16

/* Numbers that came, each once. */
struct set {
	uint32_t *slots; /* number plus one; 0: free */
	size_t n, n_slots;
};

/* What came to one outcome, but for what is the same in all of its acts. */
struct sum {
	struct bdl_replay_change of; /* views of the rulesets and of the names */
	uint64_t untold;             /* bits of enum bdl_fact */
	struct set people, addresses, hosts;
};

struct bdl_replay_sums {
	const struct bdl_replay *p;
	struct sum *sums; /* the first of what is the same, and of nothing else */
	size_t n, cap;
	struct set people[BDL_REPLAY_UNKNOWN + 1]; /* by kind; of what is the same: of all */
	struct set addresses[BDL_REPLAY_UNKNOWN + 1], hosts[BDL_REPLAY_UNKNOWN + 1];
};

/* --- sets --- */

static void set_put_new(struct set *s, uint32_t number)
{
	size_t at = bdl_hash64(&number, sizeof(number), 0) & (s->n_slots - 1);

	while (s->slots[at])
		at = (at + 1) & (s->n_slots - 1);
	s->slots[at] = number + 1;
}

static void set_grow(struct set *s)
{
	uint32_t *old = s->slots;
	size_t n_old = s->n_slots;

	s->n_slots = n_old ? 2 * n_old : SET_FIRST;
	s->slots = bdl_xcalloc(s->n_slots, sizeof(*s->slots));
	for (size_t i = 0; i < n_old; i++)
		if (old[i])
			set_put_new(s, old[i] - 1);
	free(old);
}

static void set_put(struct set *s, uint32_t number)
{
	size_t at = bdl_hash64(&number, sizeof(number), 0);

	if (2 * s->n >= s->n_slots)
		set_grow(s);
	for (at &= s->n_slots - 1; s->slots[at]; at = (at + 1) & (s->n_slots - 1))
		if (s->slots[at] == number + 1)
			return;
	s->slots[at] = number + 1;
	s->n++;
}

/* --- sums --- */

struct bdl_replay_sums *bdl_replay_sums_new(const struct bdl_replay *p)
{
	struct bdl_replay_sums *t = bdl_xalloc(sizeof(*t));

	t->p = p;
	t->sums = bdl_xgrow(NULL, 0, &t->cap, sizeof(*t->sums));
	t->sums[t->n++] = (struct sum){ .of.kind = BDL_REPLAY_SAME };
	return t;
}

void bdl_replay_sums_free(struct bdl_replay_sums *t)
{
	if (!t)
		return;
	for (size_t i = 0; i < t->n; i++) {
		free(t->sums[i].people.slots);
		free(t->sums[i].addresses.slots);
		free(t->sums[i].hosts.slots);
	}
	for (size_t i = 0; i < BDL_ARRAY_LEN(t->people); i++) {
		free(t->people[i].slots);
		free(t->addresses[i].slots);
		free(t->hosts[i].slots);
	}
	free(t->sums);
	free(t);
}

static void name_clause(const struct bdl_replay *p, enum bdl_replay_side side, uint16_t rule,
    struct bdl_view *ret_policy, struct bdl_view *ret_clause)
{
	if (rule == BDL_NO_RULE)
		return;
	struct bdl_rule_ref ref = bdl_ruleset_rule(bdl_replay_ruleset(p, side), rule);
	*ret_policy = ref.policy_name;
	*ret_clause = ref.clause->id;
}

static struct bdl_replay_change change_of(
    const struct bdl_replay *p, const struct bdl_replay_outcome *o)
{
	struct bdl_replay_change c = { .kind = o->kind, .from = o->from, .to = o->to };

	name_clause(p, BDL_REPLAY_NOW, o->from_rule, &c.from_policy, &c.from_clause);
	if (o->kind == BDL_REPLAY_CHANGED) {
		name_clause(p, BDL_REPLAY_THEN, o->to_rule, &c.to_policy, &c.to_clause);
		return c;
	}
	c.to = c.from;
	c.dropped = o->doubt_side == BDL_REPLAY_NOW;
	name_clause(p, o->doubt_side, o->doubt_rule, &c.to_policy, &c.to_clause);
	return c;
}

/* Of what is unknown the kinds of fact that are missing are gathered, not told apart. */
static bool is_like(const struct bdl_replay_change *a, const struct bdl_replay_change *b)
{
	return a->kind == b->kind && a->from == b->from && a->to == b->to &&
	    a->dropped == b->dropped && bdl_view_eq(a->from_policy, b->from_policy) &&
	    bdl_view_eq(a->from_clause, b->from_clause) &&
	    bdl_view_eq(a->to_policy, b->to_policy) && bdl_view_eq(a->to_clause, b->to_clause);
}

uint32_t bdl_replay_sum_of(struct bdl_replay_sums *t, const struct bdl_replay_outcome *o)
{
	size_t i = 1;

	if (o->kind == BDL_REPLAY_SAME)
		return 0;
	struct bdl_replay_change c = change_of(t->p, o);
	while (i < t->n && !is_like(&t->sums[i].of, &c))
		i++;
	if (i == t->n) {
		t->sums = bdl_xgrow(t->sums, t->n, &t->cap, sizeof(*t->sums));
		t->sums[t->n++] = (struct sum){ .of = c };
	}
	t->sums[i].untold |= o->untold;
	return (uint32_t)i;
}

/* The newest of each of the first few hosts. */
static void add_example(struct bdl_replay_change *c, int64_t at_ms, struct bdl_view host)
{
	size_t i = 0;

	while (i < c->n_examples && !bdl_view_eq(c->examples[i].host, host))
		i++;
	if (i == BDL_REPLAY_EXAMPLES)
		return;
	c->n_examples += i == c->n_examples;
	c->examples[i] = (struct bdl_replay_example){ at_ms, host };
}

static void add_who(struct set *people, struct set *addresses, struct set *hosts,
    const struct bdl_replay_row *row, uint32_t host)
{
	set_put(row->client.is_address ? addresses : people, row->client.who);
	set_put(hosts, host);
}

void bdl_replay_sum_add(struct bdl_replay_sums *t, uint32_t sum, const struct bdl_replay_row *row,
    uint32_t host, struct bdl_view host_name)
{
	struct sum *s = &t->sums[sum];

	s->of.n.acts += !row->parts;
	s->of.n.parts += row->parts;
	add_who(&t->people[BDL_REPLAY_SAME], &t->addresses[BDL_REPLAY_SAME],
	    &t->hosts[BDL_REPLAY_SAME], row, host);
	if (sum == 0)
		return;
	add_who(&s->people, &s->addresses, &s->hosts, row, host);
	add_who(
	    &t->people[s->of.kind], &t->addresses[s->of.kind], &t->hosts[s->of.kind], row, host);
	add_example(&s->of, row->at_ms, host_name);
}

/* --- the report --- */

static int by_number(const void *a, const void *b)
{
	const struct bdl_replay_change *x = a, *y = b;

	if (x->kind != y->kind)
		return x->kind < y->kind ? -1 : 1;
	if (x->n.acts != y->n.acts)
		return x->n.acts > y->n.acts ? -1 : 1;
	if (x->n.parts != y->n.parts)
		return x->n.parts > y->n.parts ? -1 : 1;
	int rc = bdl_view_cmp(x->from_clause, y->from_clause);
	return rc ? rc : bdl_view_cmp(x->to_clause, y->to_clause);
}

static void copy_texts(struct bdl_replay_change *c, struct bdl_region *region)
{
	c->from_policy = bdl_region_view(region, c->from_policy);
	c->from_clause = bdl_region_view(region, c->from_clause);
	c->to_policy = bdl_region_view(region, c->to_policy);
	c->to_clause = bdl_region_view(region, c->to_clause);
	for (size_t i = 0; i < c->n_examples; i++)
		c->examples[i].host = bdl_region_view(region, c->examples[i].host);
}

static struct bdl_view missing(uint64_t untold, struct bdl_region *region)
{
	struct bdl_buf text BDL_AUTO_IN(bdl_buf_done) = BDL_BUF(8192); /* for all kinds of fact */

	for (uint64_t rest = untold; rest; rest &= rest - 1)
		(void)bdl_buf_printf(&text, "%s%s", text.n ? ", " : "",
		    bdl_fact_words((enum bdl_fact)__builtin_ctzll(rest)));
	return bdl_region_view(region, bdl_buf_view(&text));
}

static void total(
    const struct bdl_replay_sums *t, enum bdl_replay_kind kind, struct bdl_replay_count *ret)
{
	for (size_t i = 0; i < t->n; i++) {
		if (kind != BDL_REPLAY_SAME && t->sums[i].of.kind != kind)
			continue;
		ret->acts += t->sums[i].of.n.acts;
		ret->parts += t->sums[i].of.n.parts;
	}
	ret->people = (int64_t)t->people[kind].n;
	ret->addresses = (int64_t)t->addresses[kind].n;
	ret->hosts = (int64_t)t->hosts[kind].n;
}

int bdl_replay_sums_report(const struct bdl_replay_sums *t, struct bdl_region *region,
    struct bdl_replay_report *ret, struct bdl_err *err)
{
	struct bdl_replay_change *changes BDL_AUTO_FREE = bdl_xcalloc(t->n, sizeof(*changes));
	size_t n = 0;

	for (size_t i = 1; i < t->n; i++) {
		const struct sum *s = &t->sums[i];

		if (!s->of.n.acts && !s->of.n.parts)
			continue;
		changes[n] = s->of;
		changes[n].missing = missing(s->untold, region);
		changes[n].n.people = (int64_t)s->people.n;
		changes[n].n.addresses = (int64_t)s->addresses.n;
		changes[n++].n.hosts = (int64_t)s->hosts.n;
	}
	qsort(changes, n, sizeof(*changes), by_number);
	ret->n_changes = n < BDL_REPLAY_CHANGES_MAX ? n : BDL_REPLAY_CHANGES_MAX;
	ret->n_left_out = n - ret->n_changes;
	ret->changes = bdl_region_array(region, ret->n_changes + 1, sizeof(*ret->changes));
	if (ret->changes)
		memcpy(ret->changes, changes, ret->n_changes * sizeof(*changes));
	for (size_t i = 0; ret->changes && i < ret->n_changes; i++)
		copy_texts(&ret->changes[i], region);
	total(t, BDL_REPLAY_SAME, &ret->all);
	total(t, BDL_REPLAY_CHANGED, &ret->changed);
	total(t, BDL_REPLAY_UNKNOWN, &ret->unknown);
	return bdl_region_broken(region)
	    ? bdl_fail(err, BDL_E_LIMIT, "the report does not fit into memory")
	    : 0;
}
