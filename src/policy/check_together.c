/* Rules against each other, of one policy and of those read together with it. */
#include "policy/check_int.h"

/* All rules of the document, one after the other. */
struct every {
	const struct bdl_document *d;
	size_t clause, next;
};

static const struct bdl_rule *next_rule(struct every *e)
{
	for (; e->clause < e->d->n_clauses; e->clause++, e->next = 0)
		if (e->next < e->d->clauses[e->clause].n_rules)
			return &e->d->clauses[e->clause].rules[e->next++];
	return NULL;
}

static bool same_subject(const struct bdl_rule *a, const struct bdl_rule *b)
{
	return a->kind == b->kind && a->head.form == b->head.form && a->head.lists[0].n &&
	    b->head.lists[0].n &&
	    bdl_view_eq(a->head.lists[0].words[0].text, b->head.lists[0].words[0].text);
}

/* A phrase of this form in any description of what the rule describes. */
static const struct bdl_phrase *described_by(
    const struct bdl_document *d, const struct bdl_rule *rule, enum bdl_phrase_form form)
{
	struct every every = { .d = d };
	const struct bdl_rule *other;

	while ((other = next_rule(&every))) {
		const struct bdl_phrase *phrase = bdl_rule_phrase(other, form);

		if (phrase && same_subject(rule, other))
			return phrase;
	}
	return NULL;
}

static bool list_has(
    const struct bdl_phrase *phrase, enum bdl_phrase_form form, struct bdl_view name)
{
	return phrase->form == form && bdl_phrase_names(phrase, name);
}

static bool uses_permission(const struct bdl_rule *rule, struct bdl_view name)
{
	if (list_has(&rule->head, BDL_PHRASE_CHECK_GRANTS, name))
		return true;
	for (size_t i = 0; i < rule->n_unless; i++)
		if (list_has(&rule->unless[i], BDL_PHRASE_GRANTED, name))
			return true;
	for (size_t i = 0; i < rule->n_phrases; i++)
		if (list_has(&rule->phrases[i], BDL_PHRASE_NEEDING_GRANTED, name))
			return true;
	return false;
}

static bool is_used(const struct bdl_document *d, struct bdl_view name)
{
	struct every every = { .d = d };
	const struct bdl_rule *rule;

	while ((rule = next_rule(&every)))
		if (uses_permission(rule, name))
			return true;
	return false;
}

static bool is_used_anywhere(const struct bdl_checker *c, struct bdl_view name)
{
	for (size_t i = 0; c->context && i < c->context->n_others; i++)
		if (is_used(c->context->others[i], name))
			return true;
	return is_used(c->d, name);
}

static void check_permission(const struct bdl_checker *c, const struct bdl_rule *rule)
{
	const struct bdl_word *name = &rule->head.lists[0].words[0];

	if (!described_by(c->d, rule, BDL_PHRASE_ASKED) ||
	    !described_by(c->d, rule, BDL_PHRASE_DECIDED))
		bdl_check_word(c, BDL_ERROR, name, "'asked by' and 'decided by'", NULL,
		    "nobody asks for or decides the permission");
	if (!described_by(c->d, rule, BDL_PHRASE_LIFTING) &&
	    !described_by(c->d, rule, BDL_PHRASE_RECORDED_ONLY) && !is_used_anywhere(c, name->text))
		bdl_check_word(c, BDL_WARNING, name,
		    "'unless granted' in a rule, or 'recorded only' here", NULL,
		    "nothing uses the permission");
}

static void check_recipient(const struct bdl_checker *c, const struct bdl_rule *rule)
{
	if (!described_by(c->d, rule, BDL_PHRASE_TELL) &&
	    !described_by(c->d, rule, BDL_PHRASE_ESCALATE))
		bdl_check_word(c, BDL_ERROR, &rule->head.lists[0].words[0],
		    "a phrase such as 'tell head'", NULL, "nobody gets the report");
}

static void check_keeper(const struct bdl_checker *c, const struct bdl_rule *rule)
{
	if (!described_by(c->d, rule, BDL_PHRASE_KEPT_BY) &&
	    !described_by(c->d, rule, BDL_PHRASE_ENTERED) &&
	    !described_by(c->d, rule, BDL_PHRASE_BOOKED))
		bdl_check_word(c, BDL_ERROR, &rule->head.lists[0].words[0],
		    "'kept by', 'entered by' or 'booked by'", NULL, "nobody keeps the register");
}

static bool same_values(const struct bdl_phrase *a, const struct bdl_phrase *b)
{
	return bdl_phrase_lies_in(a, b) && bdl_phrase_lies_in(b, a);
}

/*
 * The school keeps one list of grants and one register of a name, whatever the policies say. Of
 * reports and cases each policy may have its own way.
 */
static void check_description_elsewhere(
    const struct bdl_checker *c, const struct bdl_rule *rule, const struct bdl_phrase *phrase)
{
	bool shared = rule->kind == BDL_RULE_PERMIT || rule->kind == BDL_RULE_REGISTER;

	for (size_t i = 0; shared && c->context && i < c->context->n_others; i++) {
		const struct bdl_document *other = c->context->others[i];
		const struct bdl_phrase *theirs = described_by(other, rule, phrase->form);

		if (theirs && !same_values(theirs, phrase))
			bdl_find(c->findings, BDL_WARNING, phrase->line, phrase->column,
			    "the same in both, or two names", NULL,
			    "'%s' is otherwise on line %u of the policy '%.*s'",
			    bdl_phrase_info(phrase->form)->words, theirs->line,
			    BDL_FMT(bdl_policy_title(other)));
	}
}

/* What may be said once is said otherwise where the same thing was described before. */
static void check_descriptions(const struct bdl_checker *c, const struct bdl_rule *rule)
{
	for (size_t i = 0; i < rule->n_phrases; i++) {
		const struct bdl_phrase *phrase = &rule->phrases[i];
		const struct bdl_phrase_info *info = bdl_phrase_info(phrase->form);
		const struct bdl_phrase *first = described_by(c->d, rule, phrase->form);

		if (info->once && first && first->line < rule->line && !same_values(first, phrase))
			bdl_find(c->findings, BDL_ERROR, phrase->line, phrase->column,
			    "the same in both places, or two names", NULL,
			    "'%s' is otherwise on line %u", info->words, first->line);
		if (info->once && first)
			check_description_elsewhere(c, rule, phrase);
	}
}

static bool any_lies_in(const struct bdl_phrase *phrases, size_t n, const struct bdl_phrase *wide)
{
	for (size_t i = 0; i < n; i++)
		if (bdl_phrase_lies_in(&phrases[i], wide))
			return true;
	return false;
}

static bool lies_in_any(const struct bdl_phrase *narrow, const struct bdl_phrase *phrases, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (bdl_phrase_lies_in(narrow, &phrases[i]))
			return true;
	return false;
}

/* Whether the strong rule plainly applies whenever the weak one does: both of one door. */
static bool covers(const struct bdl_rule *strong, const struct bdl_rule *weak)
{
	if (strong->deeds && (!weak->deeds || (weak->deeds & ~strong->deeds)))
		return false;
	for (size_t i = 0; i < strong->n_conds; i++)
		if (!any_lies_in(weak->conds, weak->n_conds, &strong->conds[i]))
			return false;
	for (size_t i = 0; i < strong->n_unless; i++)
		if (!lies_in_any(&strong->unless[i], weak->unless, weak->n_unless))
			return false;
	return true;
}

/* Whether an `allow` or a permission may lift the rule, by its clause: then it leaves the others. */
static bool may_be_lifted(
    const struct bdl_document *d, const struct bdl_clause *clause, const struct bdl_rule *rule)
{
	struct every every = { .d = d };
	const struct bdl_rule *other;

	if (bdl_rule_phrase(rule, BDL_PHRASE_ALWAYS))
		return false;
	while ((other = next_rule(&every)))
		for (size_t i = 0; i < other->n_phrases; i++)
			if (list_has(&other->phrases[i], BDL_PHRASE_OVER, clause->id) ||
			    list_has(&other->phrases[i], BDL_PHRASE_LIFTING, clause->id))
				return true;
	return false;
}

/*
 * A verdict may be recorded beside a stricter one, and those it tells are told: such a rule still
 * does something. So does one that says the same under another clause, which is then recorded.
 */
static bool leaves_nothing_to(
    const struct bdl_rule *strong, const struct bdl_rule *weak, bool same_clause)
{
	bool stricter = strong->action > weak->action;

	if (strong == weak || strong->kind != BDL_RULE_VERDICT || strong->broken ||
	    strong->door != weak->door || weak->action == BDL_ALLOW || weak->n_phrases ||
	    !(stricter || (same_clause && strong->action == weak->action)) || !covers(strong, weak))
		return false;
	/* Of two that say the same the second is one too many. */
	return stricter || !covers(weak, strong) || strong->line < weak->line;
}

static bool binds_all_of(const struct bdl_document *d, const struct bdl_document *of)
{
	for (size_t i = 0; i < of->front.n_binds; i++) {
		size_t j = 0;

		while (j < d->front.n_binds && !bdl_view_eq(d->front.binds[j], of->front.binds[i]))
			j++;
		if (j == d->front.n_binds)
			return false;
	}
	return true;
}

/* By a rule of another policy, which binds the same people and perhaps more. */
static void check_overruled_elsewhere(const struct bdl_checker *c, const struct bdl_rule *weak)
{
	for (size_t i = 0; c->context && i < c->context->n_others; i++) {
		struct every every = { .d = c->context->others[i] };
		const struct bdl_rule *strong;

		if (!binds_all_of(every.d, c->d))
			continue;
		while ((strong = next_rule(&every)))
			if (leaves_nothing_to(strong, weak, false) &&
			    !may_be_lifted(every.d, &every.d->clauses[every.clause], strong)) {
				bdl_find(c->findings, BDL_WARNING, weak->line, weak->column,
				    "a stricter verdict here, or a narrower rule there", NULL,
				    "the rule on line %u of the policy '%.*s' always overrules this one",
				    strong->line, BDL_FMT(bdl_policy_title(every.d)));
				return;
			}
	}
}

static void check_overruled(
    const struct bdl_checker *c, const struct bdl_clause *clause, const struct bdl_rule *weak)
{
	struct every every = { .d = c->d };
	const struct bdl_rule *strong;

	while ((strong = next_rule(&every))) {
		const struct bdl_clause *theirs = &c->d->clauses[every.clause];

		/* What lifts one rule of a clause lifts the other too. */
		if (leaves_nothing_to(strong, weak, theirs == clause) &&
		    (theirs == clause || !may_be_lifted(c->d, theirs, strong))) {
			bdl_find(c->findings, BDL_WARNING, weak->line, weak->column,
			    strong->action > weak->action
				? "a stricter verdict here, or a narrower rule there"
				: "one of the two",
			    NULL,
			    strong->action > weak->action
				? "the rule on line %u always overrules this one"
				: "the rule on line %u says this already",
			    strong->line);
			return;
		}
	}
	check_overruled_elsewhere(c, weak);
}

/* Every rule of a door under the clause is `always`: nothing can lift it. */
static bool is_always(const struct bdl_clause *clause)
{
	bool any = false;

	for (size_t i = 0; i < clause->n_rules; i++) {
		if (clause->rules[i].kind != BDL_RULE_VERDICT)
			continue;
		if (!bdl_rule_phrase(&clause->rules[i], BDL_PHRASE_ALWAYS))
			return false;
		any = true;
	}
	return any;
}

static void check_lifting(const struct bdl_checker *c, const struct bdl_rule *rule)
{
	for (size_t i = 0; i < rule->n_phrases; i++) {
		const struct bdl_phrase *phrase = &rule->phrases[i];

		if (phrase->form != BDL_PHRASE_OVER && phrase->form != BDL_PHRASE_LIFTING)
			continue;
		for (size_t j = 0; j < phrase->lists[0].n; j++) {
			const struct bdl_word *word = &phrase->lists[0].words[j];
			const struct bdl_clause *clause = bdl_document_clause(c->d, word->text);

			if (clause && is_always(clause))
				bdl_check_word(c, BDL_ERROR, word,
				    "a clause that something may lift", NULL,
				    "an exception to what is 'always': the clause");
		}
	}
}

void bdl_check_together(const struct bdl_checker *c)
{
	struct every every = { .d = c->d };
	const struct bdl_rule *rule;

	while ((rule = next_rule(&every))) {
		if (rule->broken)
			continue;
		check_lifting(c, rule);
		if (rule->kind == BDL_RULE_VERDICT)
			check_overruled(c, &c->d->clauses[every.clause], rule);
		else if (rule->kind == BDL_RULE_PERMIT)
			check_permission(c, rule);
		else if (rule->kind == BDL_RULE_REPORT)
			check_recipient(c, rule);
		else if (rule->kind == BDL_RULE_REGISTER)
			check_keeper(c, rule);
		if (rule->kind > BDL_RULE_FORCE)
			check_descriptions(c, rule);
	}
}
