/* Rules that say nothing, contradict themselves, or stand in the shadow of another. */
#include "policy/check_int.h"

static bool has_word(const struct bdl_phrase *cond, struct bdl_view word)
{
	for (size_t i = 0; i < cond->lists[0].n; i++)
		if (bdl_view_eq(cond->lists[0].words[i].text, word))
			return true;
	return false;
}

static bool has_period(const struct bdl_phrase *cond, const struct bdl_period *p)
{
	for (size_t i = 0; i < cond->n_periods; i++) {
		const struct bdl_period *q = &cond->periods[i];

		if (p->from == q->from && p->to == q->to && (p->days & ~q->days) == 0)
			return true;
	}
	return false;
}

/* Whether whatever meets `a` plainly meets `b`: each value of `a` is one of `b`. */
static bool is_part_of(const struct bdl_phrase *a, const struct bdl_phrase *b)
{
	if (a->form != b->form || a->manner < b->manner || a->number < b->number ||
	    a->span.n != b->span.n || a->span.unit != b->span.unit ||
	    (a->lists[0].n == 0 && b->lists[0].n > 0))
		return false;
	for (size_t i = 0; i < a->lists[0].n; i++)
		if (b->lists[0].n && !has_word(b, a->lists[0].words[i].text))
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

static bool never_both(const struct bdl_phrase *a, const struct bdl_phrase *b)
{
	if (a->form != b->form || a->form != BDL_PHRASE_TIME)
		return false;
	for (size_t i = 0; i < a->n_periods; i++)
		for (size_t j = 0; j < b->n_periods; j++)
			if (overlap(&a->periods[i], &b->periods[j]))
				return false;
	return true;
}

/* Conditions and exceptions against each other. */
static void check_conditions(const struct bdl_checker *c, const struct bdl_rule *rule)
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

static bool is_door_rule(const struct bdl_rule *rule)
{
	return rule->kind <= BDL_RULE_FORCE;
}

/* The phrase belongs to rules of the doors, but not to this door. */
static void check_fits_door(
    const struct bdl_checker *c, const struct bdl_rule *rule, const struct bdl_phrase *phrase)
{
	const struct bdl_phrase_info *info = bdl_phrase_info(phrase->form);

	if (!(info->doors >> rule->door & 1))
		bdl_find(c->findings, BDL_ERROR, phrase->line, phrase->column, NULL, NULL,
		    "'%s' does not fit the door '%s'", info->words, bdl_door_word(rule->door));
}

static void check_verdict(const struct bdl_checker *c, const struct bdl_rule *rule)
{
	const char *action = bdl_action_word(rule->action), *door = bdl_door_word(rule->door);

	if (!bdl_action_fits(rule->action, rule->door))
		bdl_find(c->findings, BDL_ERROR, rule->line, rule->column, NULL, NULL,
		    "'%s' does not fit the door '%s'", action, door);
	else if (rule->n_conds == 0 && rule->deeds == 0 && rule->n_unless == 0)
		bdl_find(c->findings, BDL_WARNING, rule->line, rule->column,
		    "a condition such as 'to category gambling'", NULL,
		    "this rule applies to everything at the door '%s'", door);
}

/* A rule of a door must have, or must not have, this phrase. */
static void check_has(const struct bdl_checker *c, const struct bdl_rule *rule,
    enum bdl_phrase_form form, bool wanted, const char *why)
{
	const struct bdl_phrase *phrase = bdl_rule_phrase(rule, form);

	if (wanted && !phrase)
		bdl_find(c->findings, BDL_ERROR, rule->line, rule->column, NULL, NULL,
		    "'%s' is missing: %s", bdl_phrase_info(form)->words, why);
	else if (!wanted && phrase)
		bdl_find(c->findings, BDL_ERROR, phrase->line, phrase->column, NULL, NULL,
		    "'%s' says nothing here: %s", bdl_phrase_info(form)->words, why);
}

/* What a verdict needs beside it. */
static void check_results(const struct bdl_checker *c, const struct bdl_rule *rule)
{
	bool hold = rule->action == BDL_HOLD, allow = rule->action == BDL_ALLOW;
	const struct bdl_phrase *keeping = bdl_rule_phrase(rule, BDL_PHRASE_KEEPING);

	check_has(c, rule, BDL_PHRASE_RELEASED, hold,
	    hold ? "somebody must be able to release what is held"
		 : "only what is held is released");
	check_has(c, rule, BDL_PHRASE_RETURNED, hold,
	    hold ? "what nobody releases must go back" : "only what is held goes back");
	check_has(c, rule, BDL_PHRASE_OVER, allow,
	    allow ? "a rule says which clauses it lifts" : "only 'allow' lifts clauses");
	if (bdl_rule_phrase(rule, BDL_PHRASE_ALWAYS) && rule->n_unless)
		bdl_find(c->findings, BDL_ERROR, rule->unless[0].line, rule->unless[0].column, NULL,
		    NULL, "an exception to what is 'always'");
	if (keeping && keeping->manner == BDL_MANNER_PICTURE && rule->door != BDL_DOOR_SCREEN)
		bdl_find(c->findings, BDL_ERROR, keeping->line, keeping->column, NULL, NULL,
		    "only at the door 'screen' can a picture be kept");
}

/* DNS knows no person, and what it has said is kept by others: nothing may lift it. */
static void check_dns(const struct bdl_checker *c, const struct bdl_rule *rule)
{
	if (rule->n_unless)
		bdl_find(c->findings, BDL_ERROR, rule->unless[0].line, rule->unless[0].column, NULL,
		    NULL, "the door 'dns' takes no exceptions");
	for (size_t i = 0; i < rule->n_conds; i++)
		check_fits_door(c, rule, &rule->conds[i]);
	for (size_t i = 0; i < rule->n_phrases; i++)
		check_fits_door(c, rule, &rule->phrases[i]);
}

static void check_door(const struct bdl_checker *c, const struct bdl_rule *rule)
{
	if (rule->kind == BDL_RULE_VERDICT)
		check_verdict(c, rule);
	else if (rule->door != BDL_DOOR_WEB)
		bdl_find(c->findings, BDL_ERROR, rule->line, rule->column, "'web'", NULL,
		    "'%s' does not fit the door '%s'", bdl_rule_kind_word(rule->kind),
		    bdl_door_word(rule->door));
	if (rule->kind == BDL_RULE_VERDICT && bdl_action_fits(rule->action, rule->door))
		check_results(c, rule);
	check_conditions(c, rule);
	if (rule->door == BDL_DOOR_DNS) {
		check_dns(c, rule);
		return;
	}
	for (size_t i = 0; i < rule->n_conds; i++)
		check_fits_door(c, rule, &rule->conds[i]);
	for (size_t i = 0; i < rule->n_unless; i++)
		check_fits_door(c, rule, &rule->unless[i]);
}

/* A phrase that may stand once stands twice. */
static void check_once(const struct bdl_checker *c, const struct bdl_rule *rule)
{
	for (size_t i = 0; i < rule->n_phrases; i++) {
		const struct bdl_phrase *phrase = &rule->phrases[i];
		const struct bdl_phrase_info *info = bdl_phrase_info(phrase->form);

		if (info->once && bdl_rule_phrase(rule, phrase->form) != phrase)
			bdl_find(c->findings, BDL_ERROR, phrase->line, phrase->column, NULL, NULL,
			    "'%s' can be said only once", info->words);
	}
}

void bdl_check_sense(const struct bdl_checker *c, const struct bdl_rule *rule)
{
	check_once(c, rule);
	if (is_door_rule(rule))
		check_door(c, rule);
	else if (rule->kind == BDL_RULE_CHECK && !bdl_rule_phrase(rule, BDL_PHRASE_TELL))
		bdl_find(c->findings, BDL_ERROR, rule->line, rule->column,
		    "a phrase such as 'tell head'", NULL, "nobody hears of this check");
}

/* Rules against each other. */

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
	return phrase->form == form && has_word(phrase, name);
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
	return is_part_of(a, b) && is_part_of(b, a);
}

/* What may be said once is said otherwise where the same thing was described before. */
static void check_descriptions(const struct bdl_checker *c, const struct bdl_rule *rule)
{
	for (size_t i = 0; i < rule->n_phrases; i++) {
		const struct bdl_phrase *phrase = &rule->phrases[i];
		const struct bdl_phrase_info *info = bdl_phrase_info(phrase->form);
		const struct bdl_phrase *first = described_by(c->d, rule, phrase->form);

		if (info->once && first && first->line < rule->line && !same_values(first, phrase))
			bdl_find(c->findings, BDL_ERROR, phrase->line, phrase->column, NULL, NULL,
			    "'%s' is otherwise on line %u", info->words, first->line);
	}
}

static bool lies_in(const struct bdl_rule *weak, const struct bdl_phrase *cond)
{
	for (size_t i = 0; i < weak->n_conds; i++)
		if (is_part_of(&weak->conds[i], cond))
			return true;
	return false;
}

/*
 * Whether the strong rule applies whenever the weak one does. A verdict may be recorded beside a
 * stricter one, and those it tells are told: such a rule still does something.
 */
static bool overrules(const struct bdl_rule *strong, const struct bdl_rule *weak)
{
	if (strong->door != weak->door || strong->action <= weak->action || strong->n_unless ||
	    weak->n_phrases || weak->action == BDL_ALLOW ||
	    (strong->deeds && (!weak->deeds || (weak->deeds & ~strong->deeds))))
		return false;
	for (size_t i = 0; i < strong->n_conds; i++)
		if (!lies_in(weak, &strong->conds[i]))
			return false;
	return true;
}

static void check_overruled(const struct bdl_checker *c, const struct bdl_rule *weak)
{
	struct every every = { .d = c->d };
	const struct bdl_rule *strong;

	while ((strong = next_rule(&every)))
		if (strong->kind == BDL_RULE_VERDICT && !strong->broken &&
		    overrules(strong, weak)) {
			bdl_find(c->findings, BDL_WARNING, weak->line, weak->column, NULL, NULL,
			    "the rule on line %u always overrules this one", strong->line);
			return;
		}
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
				bdl_check_word(c, BDL_ERROR, word, NULL, NULL,
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
			check_overruled(c, rule);
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
