/* What differs between two documents; diff_write.c says it. */
#include "policy/diff_int.h"
#include "policy/document_int.h"
#include "policy/format.h"

#define TEXT_MAX (2 * BDL_DOCUMENT_MAX)

/* What stands in a clause besides its heading and its rules, as it was written. */
struct prose {
	struct bdl_view first; /* its first paragraph */
	struct bdl_view rest;
};

/* A document whose prose is gathered. */
struct gatherer {
	const struct bdl_document *d;
	struct bdl_region *region;
	struct bdl_body body;
	struct bdl_buf rest;    /* of the clause that is being read */
	struct bdl_buf outside; /* what belongs to no clause */
	struct prose *prose;    /* of each clause */
	size_t at;              /* the clause being read, or d->n_clauses */
	bool has_first;
};

static int no_room(struct bdl_err *err)
{
	return bdl_fail(err, BDL_E_LIMIT, "the documents do not fit into memory");
}

/* The lines of a node up to the next one, without those that are blank at the end. */
static struct bdl_view source_of(const struct gatherer *g, cmark_node *node)
{
	cmark_node *next = cmark_node_next(node);
	unsigned from = bdl_body_line(&g->body, node);
	unsigned to = next ? bdl_body_line(&g->body, next) - 1 : g->body.lines.n;

	while (to > from && !bdl_view_trim(bdl_lines_get(&g->body.lines, to)).n)
		to--;
	return bdl_lines_range(&g->body.lines, from, to);
}

static void clause_end(struct gatherer *g)
{
	if (g->at < g->d->n_clauses)
		g->prose[g->at].rest = bdl_region_view(g->region, bdl_buf_view(&g->rest));
	bdl_buf_clear(&g->rest);
}

static size_t clause_at_line(const struct bdl_document *d, unsigned line)
{
	size_t i = 0;

	while (i < d->n_clauses && d->clauses[i].line != line)
		i++;
	return i;
}

static void gather_node(struct gatherer *g, cmark_node *node)
{
	cmark_node_type type = cmark_node_get_type(node);
	struct bdl_view source = source_of(g, node);

	if (type == CMARK_NODE_HEADING) {
		clause_end(g);
		g->at = clause_at_line(g->d, bdl_body_line(&g->body, node));
		g->has_first = false;
		if (g->at < g->d->n_clauses)
			return;
	}
	if (bdl_node_is_rules(node))
		return;
	if (g->at == g->d->n_clauses) {
		(void)bdl_buf_add_view(&g->outside, source); /* holds more than a document */
	} else if (type == CMARK_NODE_PARAGRAPH && !g->has_first) {
		g->prose[g->at].first = source;
		g->has_first = true;
	} else {
		(void)bdl_buf_add_view(&g->rest, source);
	}
}

static void gatherer_done(struct gatherer *g)
{
	bdl_body_close(&g->body);
	bdl_buf_done(&g->rest);
	bdl_buf_done(&g->outside);
}

static int gather(struct gatherer *g, struct bdl_err *err)
{
	g->rest = g->outside = BDL_BUF(TEXT_MAX);
	g->at = g->d->n_clauses;
	g->prose = bdl_region_array(g->region, g->d->n_clauses + 1, sizeof(*g->prose));
	if (!g->prose || !bdl_body_open(g->d, g->region, &g->body))
		return no_room(err);
	for (cmark_node *node = cmark_node_first_child(g->body.root); node;
	     node = cmark_node_next(node))
		gather_node(g, node);
	clause_end(g);
	return bdl_region_broken(g->region) ? no_room(err) : 0;
}

/* The same names, in whatever order. */
static bool same_list(const struct bdl_view *a, size_t n_a, const struct bdl_view *b, size_t n_b)
{
	for (size_t i = 0; i < n_a; i++) {
		size_t j = 0;

		while (j < n_b && !bdl_view_eq(a[i], b[j]))
			j++;
		if (j == n_b)
			return false;
	}
	return n_a == n_b;
}

static bool same_front(const struct bdl_front *a, const struct bdl_front *b)
{
	return bdl_view_eq(a->title, b->title) && bdl_view_eq(a->school, b->school) &&
	    bdl_view_eq(a->owner, b->owner) && bdl_view_eq(a->approver, b->approver) &&
	    bdl_view_eq(a->review, b->review) &&
	    same_list(a->binds, a->n_binds, b->binds, b->n_binds) &&
	    same_list(a->companions, a->n_companions, b->companions, b->n_companions);
}

static bool all_among(const struct bdl_list *a, const struct bdl_list *b)
{
	for (size_t i = 0; i < a->n; i++) {
		size_t j = 0;

		while (j < b->n && !bdl_view_eq(a->words[i].text, b->words[j].text))
			j++;
		if (j == b->n)
			return false;
	}
	return true;
}

/* The same names in whatever order; one that stands twice says nothing more. */
static bool same_words(const struct bdl_list *a, const struct bdl_list *b)
{
	return all_among(a, b) && all_among(b, a);
}

static bool same_periods(const struct bdl_phrase *a, const struct bdl_phrase *b)
{
	for (size_t i = 0; i < a->n_periods && i < b->n_periods; i++) {
		const struct bdl_period *p = &a->periods[i], *q = &b->periods[i];

		if (p->from != q->from || p->to != q->to || p->days != q->days)
			return false;
	}
	return a->n_periods == b->n_periods;
}

static bool same_phrase(const struct bdl_phrase *a, const struct bdl_phrase *b)
{
	bool same = a->form == b->form && a->manner == b->manner && a->number == b->number &&
	    a->span.n == b->span.n && a->span.unit == b->span.unit && same_periods(a, b);

	for (size_t i = 0; same && i < BDL_PHRASE_LISTS; i++)
		same = same_words(&a->lists[i], &b->lists[i]);
	return same;
}

static size_t copies_of(const struct bdl_phrase *phrases, size_t n, const struct bdl_phrase *phrase)
{
	size_t copies = 0;

	for (size_t i = 0; i < n; i++)
		copies += same_phrase(&phrases[i], phrase);
	return copies;
}

/* The same phrases in whatever order. */
static bool same_phrases(
    const struct bdl_phrase *a, size_t n_a, const struct bdl_phrase *b, size_t n_b)
{
	for (size_t i = 0; i < n_a; i++)
		if (copies_of(a, n_a, &a[i]) != copies_of(b, n_b, &a[i]))
			return false;
	return n_a == n_b;
}

/* Of a rule with a mistake only its words are known for certain. */
static bool same_text(const struct bdl_rule *a, const struct bdl_rule *b)
{
	struct bdl_buf one BDL_AUTO_IN(bdl_buf_done) = BDL_BUF(TEXT_MAX);
	struct bdl_buf two BDL_AUTO_IN(bdl_buf_done) = BDL_BUF(TEXT_MAX);

	bdl_rule_on_one_line(a->text, &one);
	bdl_rule_on_one_line(b->text, &two);
	return bdl_view_eq(bdl_buf_view(&one), bdl_buf_view(&two));
}

bool bdl_rule_same(const struct bdl_rule *a, const struct bdl_rule *b)
{
	if (a->broken || b->broken)
		return same_text(a, b);
	return a->kind == b->kind && a->action == b->action && a->door == b->door &&
	    a->deeds == b->deeds && same_phrase(&a->head, &b->head) &&
	    same_phrases(a->conds, a->n_conds, b->conds, b->n_conds) &&
	    same_phrases(a->unless, a->n_unless, b->unless, b->n_unless) &&
	    same_phrases(a->phrases, a->n_phrases, b->phrases, b->n_phrases);
}

size_t bdl_rule_copies(const struct bdl_clause *c, size_t n, const struct bdl_rule *rule)
{
	size_t copies = 0;

	for (size_t i = 0; i < n; i++)
		copies += bdl_rule_same(&c->rules[i], rule);
	return copies;
}

static bool same_rules(const struct bdl_clause *a, const struct bdl_clause *b)
{
	if (a->n_rules != b->n_rules)
		return false;
	for (size_t i = 0; i < a->n_rules; i++)
		if (bdl_rule_copies(a, a->n_rules, &a->rules[i]) !=
		    bdl_rule_copies(b, b->n_rules, &a->rules[i]))
			return false;
	return true;
}

/* For each clause of `now`, the number of the old one with its id, or n_clauses. */
static bool match(const struct bdl_diff *d, struct bdl_region *region, size_t **ret)
{
	size_t n = d->now->n_clauses, none = d->old->n_clauses;
	size_t *partner = bdl_region_array(region, n + 1, sizeof(*partner));
	bool *taken = bdl_region_array(region, none + 1, sizeof(*taken));

	if (!partner || !taken)
		return false;
	for (size_t i = 0; i < n; i++) {
		size_t j = 0;

		while (j < none &&
		    (taken[j] || !bdl_view_eq(d->old->clauses[j].id, d->now->clauses[i].id)))
			j++;
		partner[i] = j;
		taken[j] = true; /* the place past the last is nobody's */
	}
	*ret = partner;
	return true;
}

/*
 * Which clauses stay in their order: a longest run of clauses of `now` whose partners follow each
 * other. What is in both and not in it has moved.
 */
static bool find_staying(
    const size_t *partner, size_t n, size_t none, struct bdl_region *region, bool **ret)
{
	size_t *length = bdl_region_array(region, n + 1, sizeof(*length));
	size_t *before = bdl_region_array(region, n + 1, sizeof(*before));
	bool *stays = bdl_region_array(region, n + 1, sizeof(*stays));
	size_t last = n;

	if (!length || !before || !stays)
		return false;
	for (size_t i = 0; i < n; i++) {
		before[i] = n;
		if (partner[i] == none)
			continue;
		for (size_t j = 0; j < i; j++)
			if (partner[j] < partner[i] && length[j] > length[i]) {
				length[i] = length[j];
				before[i] = j;
			}
		length[i]++;
		if (last == n || length[i] > length[last])
			last = i;
	}
	for (; last < n; last = before[last])
		stays[last] = true;
	*ret = stays;
	return true;
}

static struct bdl_clause_diff compare(const struct bdl_clause *old, const struct bdl_clause *now,
    const struct prose *before, const struct prose *after)
{
	struct bdl_clause_diff c = { .old = old, .now = now };

	c.moved = !bdl_view_eq(old->number, now->number);
	c.title = !bdl_view_eq(old->title, now->title);
	c.sentence = !bdl_view_eq(old->text, now->text);
	c.rules = !same_rules(old, now);
	c.text = !bdl_view_eq(before->rest, after->rest) ||
	    (!c.sentence && !bdl_view_eq(before->first, after->first));
	return c;
}

static void keep(struct bdl_diff *d, struct bdl_clause_diff c)
{
	bool changed = c.title || c.sentence || c.rules || c.text;

	if (!c.old)
		d->n_added++;
	else if (!c.now)
		d->n_removed++;
	else if (changed)
		d->n_changed++;
	else if (c.moved)
		d->n_moved++;
	else
		return;
	d->clauses[d->n++] = c;
}

static int compare_clauses(struct bdl_diff *d, const struct gatherer *before,
    const struct gatherer *after, struct bdl_region *region, struct bdl_err *err)
{
	size_t none = d->old->n_clauses, n = d->now->n_clauses;
	size_t *partner;
	bool *stays;

	d->clauses = bdl_region_array(region, none + n + 1, sizeof(*d->clauses));
	if (!d->clauses || !match(d, region, &partner) ||
	    !find_staying(partner, n, none, region, &stays))
		return no_room(err);
	for (size_t i = 0; i < n; i++) {
		const struct bdl_clause *now = &d->now->clauses[i];
		struct bdl_clause_diff c = { .now = now };

		if (partner[i] < none) {
			c = compare(&d->old->clauses[partner[i]], now, &before->prose[partner[i]],
			    &after->prose[i]);
			c.moved |= !stays[i];
		}
		keep(d, c);
	}
	for (size_t j = 0; j < none; j++) {
		size_t i = 0;

		while (i < n && partner[i] != j)
			i++;
		if (i == n)
			keep(d, (struct bdl_clause_diff){ .old = &d->old->clauses[j] });
	}
	return 0;
}

int bdl_diff_make(const struct bdl_document *old, const struct bdl_document *now,
    struct bdl_region *region, struct bdl_diff *ret, struct bdl_err *err)
{
	struct gatherer before BDL_AUTO_IN(gatherer_done) = { .d = old, .region = region };
	struct gatherer after BDL_AUTO_IN(gatherer_done) = { .d = now, .region = region };
	struct bdl_diff d = { .old = old, .now = now };

	int rc = gather(&before, err);
	if (rc == 0)
		rc = gather(&after, err);
	if (rc == 0)
		rc = compare_clauses(&d, &before, &after, region, err);
	if (rc < 0)
		return rc;
	d.front = !same_front(&old->front, &now->front);
	d.outside = !bdl_view_eq(bdl_buf_view(&before.outside), bdl_buf_view(&after.outside));
	*ret = d;
	return 0;
}
