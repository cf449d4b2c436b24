/* Whether what the document says makes sense: the second reading, after the grammar's. */
#include "base/near.h"
#include "lists/lists.h"
#include "policy/document.h"
#include "policy/text_int.h"
#include "proto/url.h"

struct checker {
	const struct bdl_document *d;
	const struct bdl_check_context *context;
	struct bdl_findings *findings;
};

static void complain(const struct checker *c, const struct bdl_word *at, const char *expected,
    const char *suggestion, const char *what)
{
	struct bdl_view shown = bdl_text_cut(at->text, BDL_QUOTE_MAX);

	bdl_find(c->findings, BDL_ERROR, at->line, at->column, expected, suggestion, "%s '%.*s'",
	    what, BDL_FMT(shown));
}

static void check_front(const struct checker *c)
{
	const struct bdl_front *front = &c->d->front;
	const struct {
		const char *key;
		bool given;
	} keys[] = {
		{ "title", front->title.n > 0 },
		{ "school", front->school.n > 0 },
		{ "owner", front->owner.n > 0 },
		{ "approver", front->approver.n > 0 },
		{ "review", front->review.n > 0 },
		{ "binds", front->n_binds > 0 },
	};

	if (!front->whole)
		return; /* what is wrong with it was said already */
	for (size_t i = 0; i < BDL_ARRAY_LEN(keys); i++)
		if (!keys[i].given)
			bdl_find(c->findings, BDL_ERROR, 1, 1, NULL, NULL,
			    "the front matter does not say '%s'", keys[i].key);
}

static void check_ids(const struct checker *c)
{
	const struct bdl_clause *clauses = c->d->clauses;

	for (size_t i = 0; i < c->d->n_clauses; i++) {
		size_t j = 0;

		while (j < i && !bdl_view_eq(clauses[i].id, clauses[j].id))
			j++;
		if (j < i)
			bdl_find(c->findings, BDL_ERROR, clauses[i].line, 1, "an id of its own",
			    NULL, "the id '%.*s' is that of the clause on line %u",
			    BDL_FMT(clauses[i].id), clauses[j].line);
	}
}

static bool binds(const struct bdl_document *d, struct bdl_view group)
{
	for (size_t i = 0; i < d->front.n_binds; i++)
		if (bdl_view_eq(d->front.binds[i], group))
			return true;
	return false;
}

/* The closest group that the policy binds. Their texts are ended by a NUL: copies in the region. */
static const char *near_group(const struct bdl_document *d, struct bdl_view group)
{
	for (size_t i = 0; i < d->front.n_binds; i++) {
		const char *near = bdl_near_miss(group, &d->front.binds[i].p, 1);

		if (near)
			return near;
	}
	return bdl_near_miss(group, bdl_group_words, BDL_GROUPS_BUILT_IN);
}

static void check_group(const struct checker *c, const struct bdl_word *word, bool lifts)
{
	struct bdl_view shown = bdl_text_cut(word->text, BDL_QUOTE_MAX);

	if (c->d->front.n_binds == 0 || binds(c->d, word->text))
		return;
	if (bdl_group_find(word->text) < 0)
		complain(c, word, "one of the groups that the policy binds",
		    near_group(c->d, word->text), "unknown group");
	else
		bdl_find(c->findings, lifts ? BDL_WARNING : BDL_ERROR, word->line, word->column,
		    "one of the groups that the policy binds", NULL,
		    lifts ? "this policy does not bind %.*s: nothing to except"
			  : "this policy does not bind %.*s: the rule can never apply",
		    BDL_FMT(shown));
}

static void check_category(const struct checker *c, const struct bdl_word *word)
{
	const char *const *known = c->context ? c->context->categories : NULL;
	size_t n = known ? c->context->n_categories : 0;

	if (!bdl_is_category(word->text)) {
		complain(c, word, "lower-case letters, digits and hyphens", NULL,
		    "no category is named");
		return;
	}
	for (size_t i = 0; i < n; i++)
		if (bdl_view_is(word->text, known[i]))
			return;
	if (known)
		complain(c, word, "a category that the lists have",
		    bdl_near_miss(word->text, known, n), "unknown category");
}

static bool has_byte(struct bdl_view v, char c)
{
	return bdl_view_find(v, c) < v.n;
}

/* The host inside what people write for one: "*.x.example", "https://x.example/page". */
static struct bdl_view host_inside(struct bdl_view v)
{
	struct bdl_view rest = v, head;
	size_t scheme = bdl_view_find(v, ':');

	if (scheme + 2 < v.n && v.p[scheme + 1] == '/' && v.p[scheme + 2] == '/')
		rest = bdl_view_from(v, scheme + 3);
	if (bdl_view_cut(&rest, '/', &head))
		v = head;
	if (bdl_view_starts(v, BDL_LIT("*.")))
		v = bdl_view_from(v, 2);
	return v;
}

static void check_host(const struct checker *c, const struct bdl_word *word)
{
	struct bdl_view inside = host_inside(word->text);
	char host[BDL_HOST_MAX + 1];
	bool is_ip;
	int rc = bdl_host_normalise(word->text, host, &is_ip, NULL);

	if (rc == 0 && !has_byte(word->text, '*'))
		return;
	if (bdl_host_normalise(inside, host, &is_ip, NULL) < 0 || has_byte(inside, '*'))
		host[0] = '\0';
	complain(c, word, "a plain host, which stands for itself and all below it",
	    host[0] ? host : NULL, "no host is named");
}

static void check_words(const struct checker *c, const struct bdl_cond *cond, bool lifts)
{
	for (size_t i = 0; i < cond->n_words; i++) {
		const struct bdl_word *word = &cond->words[i];

		for (size_t j = 0; j < i; j++) {
			if (!bdl_view_eq(word->text, cond->words[j].text))
				continue;
			bdl_find(c->findings, BDL_WARNING, word->line, word->column, NULL, NULL,
			    "'%.*s' is named twice",
			    BDL_FMT(bdl_text_cut(word->text, BDL_QUOTE_MAX)));
			break;
		}
		if (cond->kind == BDL_COND_CATEGORY)
			check_category(c, word);
		else if (cond->kind == BDL_COND_GROUP)
			check_group(c, word, lifts);
		else if (cond->kind == BDL_COND_HOST)
			check_host(c, word);
	}
}

static bool has_word(const struct bdl_cond *cond, struct bdl_view word)
{
	for (size_t i = 0; i < cond->n_words; i++)
		if (bdl_view_eq(cond->words[i].text, word))
			return true;
	return false;
}

static bool has_period(const struct bdl_cond *cond, const struct bdl_period *p)
{
	for (size_t i = 0; i < cond->n_periods; i++) {
		const struct bdl_period *q = &cond->periods[i];

		if (p->from == q->from && p->to == q->to && (p->days & ~q->days) == 0)
			return true;
	}
	return false;
}

/* Whether whatever meets `a` plainly meets `b`: each value of `a` is one of `b`. */
static bool is_part_of(const struct bdl_cond *a, const struct bdl_cond *b)
{
	if (a->kind != b->kind)
		return false;
	for (size_t i = 0; i < a->n_words; i++)
		if (!has_word(b, a->words[i].text))
			return false;
	for (size_t i = 0; i < a->n_periods; i++)
		if (!has_period(b, &a->periods[i]))
			return false;
	return true;
}

/* Two periods that share a minute on a day; those past midnight are taken to. */
static bool overlap(const struct bdl_period *p, const struct bdl_period *q)
{
	if (p->from > p->to || q->from > q->to)
		return true;
	return (p->days & q->days) && p->from < q->to && q->from < p->to;
}

static bool never_both(const struct bdl_cond *a, const struct bdl_cond *b)
{
	if (a->kind != b->kind || a->kind != BDL_COND_TIME)
		return false;
	for (size_t i = 0; i < a->n_periods; i++)
		for (size_t j = 0; j < b->n_periods; j++)
			if (overlap(&a->periods[i], &b->periods[j]))
				return false;
	return true;
}

/* Conditions and exceptions against each other. */
static void check_sense(const struct checker *c, const struct bdl_rule *rule)
{
	for (size_t i = 0; i < rule->n_conds; i++)
		for (size_t j = 0; j < i; j++)
			if (never_both(&rule->conds[i], &rule->conds[j]))
				bdl_find(c->findings, BDL_WARNING, rule->conds[i].line,
				    rule->conds[i].column,
				    "one 'during' with a comma between the periods", NULL,
				    "these times and others of the rule never come together");
	for (size_t i = 0; i < rule->n_unless; i++)
		for (size_t j = 0; j < rule->n_conds; j++)
			if (is_part_of(&rule->conds[j], &rule->unless[i]))
				bdl_find(c->findings, BDL_ERROR, rule->unless[i].line,
				    rule->unless[i].column,
				    "an exception that is narrower than the rule", NULL,
				    "the exception takes back a condition: the rule can never apply");
}

static void check_tell(const struct checker *c, const struct bdl_rule *rule)
{
	for (size_t i = 0; i < rule->n_tell; i++) {
		const struct bdl_word *role = &rule->tell[i];
		size_t j = 0;

		if (bdl_role_find(role->text) < 0) {
			complain(c, role, "a role such as technicians or safeguarding-lead",
			    bdl_near_miss(role->text, bdl_role_words, BDL_ROLES), "unknown role");
			continue;
		}
		while (j < i && !bdl_view_eq(rule->tell[j].text, role->text))
			j++;
		if (j < i)
			bdl_find(c->findings, BDL_WARNING, role->line, role->column, NULL, NULL,
			    "'%.*s' is told twice", BDL_FMT(role->text));
	}
}

/* What the language knows and this build does. Widening it begins here. */
static bool is_carried_out(const struct bdl_rule *rule)
{
	return rule->door == BDL_DOOR_WEB && rule->action != BDL_ALLOW;
}

static void check_verdict(const struct checker *c, const struct bdl_rule *rule)
{
	const char *action = bdl_action_word(rule->action), *door = bdl_door_word(rule->door);

	if (!bdl_action_fits(rule->action, rule->door))
		bdl_find(c->findings, BDL_ERROR, rule->line, rule->column, NULL, NULL,
		    "'%s' does not fit the door '%s'", action, door);
	else if (!is_carried_out(rule))
		bdl_find(c->findings, BDL_ERROR, rule->line, rule->column,
		    "block, coach or note at the door web", NULL,
		    "this build cannot carry out '%s %s'", action, door);
	else if (rule->n_conds == 0)
		bdl_find(c->findings, BDL_WARNING, rule->line, rule->column,
		    "a condition such as 'to category gambling'", NULL,
		    "this rule applies to everything at the door '%s'", door);
}

static void check_rule(const struct checker *c, const struct bdl_rule *rule)
{
	for (size_t i = 0; i < rule->n_conds; i++)
		check_words(c, &rule->conds[i], false);
	for (size_t i = 0; i < rule->n_unless; i++)
		check_words(c, &rule->unless[i], true);
	check_tell(c, rule);
	if (rule->broken)
		return; /* only some of its verdict and conditions may have been read */
	check_verdict(c, rule);
	check_sense(c, rule);
}

void bdl_document_check(const struct bdl_document *d, const struct bdl_check_context *context,
    struct bdl_findings *findings)
{
	struct checker c = { d, context, findings };

	check_front(&c);
	check_ids(&c);
	for (size_t i = 0; i < d->n_clauses; i++) {
		const struct bdl_clause *clause = &d->clauses[i];

		if (clause->n_rules && !clause->text.n)
			bdl_find(findings, BDL_ERROR, clause->line, 1,
			    "a first paragraph, which the block page shows", NULL,
			    "the clause '%.*s' has rules but no sentence",
			    BDL_FMT(bdl_text_cut(clause->id, BDL_QUOTE_MAX)));
		for (size_t j = 0; j < clause->n_rules; j++)
			check_rule(&c, &clause->rules[j]);
	}
}
