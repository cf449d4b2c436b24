/* The differences between two documents, as people read them. */
#include "policy/check_int.h"
#include "policy/diff_int.h"
#include "policy/format.h"

static void put(struct bdl_buf *out, const char *s)
{
	(void)bdl_buf_add_str(out, s); /* the buffer's owner looks once whether it broke */
}

static void put_view(struct bdl_buf *out, struct bdl_view v)
{
	(void)bdl_buf_add_view(out, v);
}

static void put_list(struct bdl_buf *out, const struct bdl_view *list, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		put(out, i > 0 ? ", " : "");
		put_view(out, list[i]);
	}
}

static void put_words(
    struct bdl_buf *out, const struct bdl_word *words, size_t n, const char *between)
{
	for (size_t i = 0; i < n; i++) {
		put(out, i > 0 ? between : "");
		put_view(out, words[i].text);
	}
}

/* Of what may be asked for and seen: who may. */
static const struct bdl_list *who_may(const struct bdl_rule *rule)
{
	const struct bdl_phrase *asked = bdl_rule_phrase(rule, BDL_PHRASE_ASKED);

	if (rule->kind == BDL_RULE_PERMIT && asked)
		return &asked->lists[0];
	return rule->kind == BDL_RULE_LET ? &rule->head.lists[0] : NULL;
}

static bool is_excepted(const struct bdl_rule *rule, struct bdl_view group)
{
	for (size_t i = 0; i < rule->n_unless; i++)
		if (rule->unless[i].form == BDL_PHRASE_BY &&
		    bdl_phrase_names(&rule->unless[i], group))
			return true;
	return false;
}

/* All whom the policy binds, but for the groups that the rule excepts. */
static void put_bound(
    struct bdl_buf *out, const struct bdl_rule *rule, const struct bdl_document *d)
{
	const char *between = "";

	for (size_t i = 0; i < d->front.n_binds; i++) {
		if (is_excepted(rule, d->front.binds[i]))
			continue;
		put(out, between);
		put_view(out, d->front.binds[i]);
		between = ", ";
	}
	if (!*between) /* what is left is for people whom nobody knows */
		put(out, "all");
}

/*
 * Whom a rule is for: its `by`, or all whom its policy binds. DNS asks nobody who they are: what it
 * refuses it refuses to everyone.
 */
static void put_whom(struct bdl_buf *out, const struct bdl_rule *rule, const struct bdl_document *d)
{
	const struct bdl_list *may = who_may(rule);
	bool first = true;

	if (rule->kind == BDL_RULE_VERDICT && rule->door == BDL_DOOR_DNS) {
		put(out, "everyone on the network");
		return;
	}
	if (may) {
		put_words(out, may->words, may->n, ", ");
		return;
	}
	for (size_t i = 0; i < rule->n_conds; i++) {
		const struct bdl_phrase *c = &rule->conds[i];

		if (c->form != BDL_PHRASE_BY)
			continue;
		put(out, first ? "" : " who are also ");
		put_words(out, c->lists[0].words, c->lists[0].n, ", ");
		first = false;
	}
	if (first)
		put_bound(out, rule, d);
	for (size_t i = 0; i < rule->n_unless; i++) {
		const struct bdl_phrase *c = &rule->unless[i];

		if (c->form != BDL_PHRASE_BY)
			continue;
		put(out, " but not ");
		put_words(out, c->lists[0].words, c->lists[0].n, ", ");
	}
}

static void put_rule(struct bdl_buf *out, const char *what, const struct bdl_rule *rule,
    const struct bdl_document *d)
{
	put(out, what);
	put_whom(out, rule, d);
	put(out, ":\n      ");
	bdl_rule_on_one_line(rule->text, out);
	put(out, "\n");
}

bool bdl_diff_rule_is_new(const struct bdl_clause *clause, size_t i, const struct bdl_clause *other)
{
	const struct bdl_rule *rule = &clause->rules[i];

	return !other ||
	    bdl_rule_copies(clause, i + 1, rule) > bdl_rule_copies(other, other->n_rules, rule);
}

/* The rules of `a` that are not as often in `b`. */
static void put_rules_beyond(struct bdl_buf *out, const char *what, const struct bdl_clause *a,
    const struct bdl_clause *b, const struct bdl_document *d)
{
	for (size_t i = 0; i < a->n_rules; i++)
		if (bdl_diff_rule_is_new(a, i, b))
			put_rule(out, what, &a->rules[i], d);
}

static void put_name(struct bdl_buf *out, const struct bdl_clause *c)
{
	put_view(out, c->number);
	put(out, c->number.n ? " " : "");
	put_view(out, c->title);
	(void)bdl_buf_printf(out, " {#%.*s}", BDL_FMT(c->id));
}

static void put_sentence(struct bdl_buf *out, const char *label, struct bdl_view sentence)
{
	put(out, label);
	if (sentence.n)
		put_view(out, sentence);
	else
		put(out, "(none)");
	put(out, "\n");
}

static void put_head(
    struct bdl_buf *out, const char *what, const struct bdl_clause *c, const struct bdl_document *d)
{
	put(out, what);
	put_name(out, c);
	put(out, "\n  whom it binds: ");
	put_list(out, d->front.binds, d->front.n_binds);
	put(out, "\n");
}

static void put_whole(
    struct bdl_buf *out, const char *what, const struct bdl_clause *c, const struct bdl_document *d)
{
	put_head(out, what, c, d);
	put_sentence(out, "  sentence: ", c->text);
	put_rules_beyond(out, "  rule for ", c, NULL, d);
}

static void put_moved(struct bdl_buf *out, const struct bdl_clause_diff *c)
{
	if (bdl_view_eq(c->old->number, c->now->number))
		put(out, "  stands at another place\n");
	else
		(void)bdl_buf_printf(out, "  was number %.*s\n", BDL_FMT(c->old->number));
}

static void put_changed(
    struct bdl_buf *out, const struct bdl_diff *d, const struct bdl_clause_diff *c)
{
	put_head(out, "Changed: ", c->now, d->now);
	if (c->moved)
		put_moved(out, c);
	if (c->title)
		put_sentence(out, "  title was: ", c->old->title);
	if (c->sentence) {
		put_sentence(out, "  sentence was: ", c->old->text);
		put_sentence(out, "  sentence is:  ", c->now->text);
	}
	if (c->text)
		put(out, "  its other text has changed\n");
	if (c->rules) {
		put_rules_beyond(out, "  rule taken out, for ", c->old, c->now, d->old);
		put_rules_beyond(out, "  rule put in, for ", c->now, c->old, d->now);
	}
}

static void put_clause(
    struct bdl_buf *out, const struct bdl_diff *d, const struct bdl_clause_diff *c)
{
	if (!c->old) {
		put_whole(out, "Added: ", c->now, d->now);
	} else if (!c->now) {
		put_whole(out, "Removed: ", c->old, d->old);
	} else if (c->title || c->sentence || c->rules || c->text) {
		put_changed(out, d, c);
	} else {
		put(out, "Moved: ");
		put_name(out, c->now);
		put(out, "\n");
		put_moved(out, c);
	}
	put(out, "\n");
}

static void put_key(struct bdl_buf *out, const char *key, struct bdl_view old, struct bdl_view now)
{
	if (!bdl_view_eq(old, now))
		(void)bdl_buf_printf(
		    out, "  %s: %.*s (before: %.*s)\n", key, BDL_FMT(now), BDL_FMT(old));
}

static bool has(const struct bdl_view *list, size_t n, struct bdl_view what)
{
	for (size_t i = 0; i < n; i++)
		if (bdl_view_eq(list[i], what))
			return true;
	return false;
}

/* "  no longer binds: supply": what is in the one list and not in the other. */
static void put_beyond(struct bdl_buf *out, const char *what, const struct bdl_view *a, size_t n_a,
    const struct bdl_view *b, size_t n_b)
{
	bool any = false;

	for (size_t i = 0; i < n_a; i++) {
		if (has(b, n_b, a[i]))
			continue;
		put(out, any ? ", " : what);
		put_view(out, a[i]);
		any = true;
	}
	put(out, any ? "\n" : "");
}

static void put_front(struct bdl_buf *out, const struct bdl_diff *d)
{
	const struct bdl_front *old = &d->old->front, *now = &d->now->front;

	put(out, "The whole policy\n");
	put_key(out, "title", old->title, now->title);
	put_key(out, "school", old->school, now->school);
	put_key(out, "owner", old->owner, now->owner);
	put_key(out, "approver", old->approver, now->approver);
	put_key(out, "review", old->review, now->review);
	put_beyond(out, "  now also binds, by every clause: ", now->binds, now->n_binds, old->binds,
	    old->n_binds);
	put_beyond(out, "  no longer binds: ", old->binds, old->n_binds, now->binds, now->n_binds);
	put_beyond(out, "  companion added: ", now->companions, now->n_companions, old->companions,
	    old->n_companions);
	put_beyond(out, "  companion removed: ", old->companions, old->n_companions,
	    now->companions, now->n_companions);
	put(out, "\n");
}

void bdl_diff_write(const struct bdl_diff *d, struct bdl_buf *out)
{
	if (d->front)
		put_front(out, d);
	for (size_t i = 0; i < d->n; i++)
		put_clause(out, d, &d->clauses[i]);
	if (d->outside)
		put(out, "Text that belongs to no clause has changed.\n\n");
	bdl_diff_summary(d, out);
	put(out, ".\n");
}

void bdl_diff_summary(const struct bdl_diff *d, struct bdl_buf *out)
{
	const struct {
		size_t n;
		const char *word;
	} parts[] = { { d->n_added, "added" }, { d->n_changed, "changed" }, { d->n_moved, "moved" },
		{ d->n_removed, "removed" } };
	bool any = false;

	for (size_t i = 0; i < BDL_ARRAY_LEN(parts); i++) {
		if (!parts[i].n)
			continue;
		if (any)
			(void)bdl_buf_printf(out, ", %zu %s", parts[i].n, parts[i].word);
		else
			(void)bdl_buf_printf(out, "%zu %s %s", parts[i].n,
			    parts[i].n == 1 ? "clause" : "clauses", parts[i].word);
		any = true;
	}
	if (!any)
		put(out, d->front || d->outside ? "no clause changed" : "nothing changed");
}
