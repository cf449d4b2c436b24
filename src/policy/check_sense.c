/* Rules that say nothing, contradict themselves, or stand in the shadow of another. */
#include "base/near.h"
#include "lists/lists.h"
#include "policy/check_int.h"

#define EXPECTED_MAX 256

/* Two conditions that never hold together; two exceptions are no matter. */
static void check_contradiction(
    const struct bdl_checker *c, const struct bdl_phrase *later, const struct bdl_phrase *first)
{
	const char *words = bdl_phrase_info(later->form)->words;
	struct bdl_buf expected BDL_AUTO_IN(bdl_buf_done) = BDL_BUF(EXPECTED_MAX);

	if (!bdl_phrases_exclude(later, first))
		return;
	(void)bdl_buf_printf(&expected, "one '%s' with a comma between the %s", words,
	    later->form == BDL_PHRASE_TIME ? "periods" : "names");
	bdl_find(c->findings, BDL_ERROR, later->line, later->column, bdl_buf_str(&expected), NULL,
	    "this and another '%s' never come together: the rule can never apply", words);
}

static void check_exception(
    const struct bdl_checker *c, const struct bdl_phrase *unless, const struct bdl_phrase *cond)
{
	if (bdl_phrase_lies_in(cond, unless))
		bdl_find(c->findings, BDL_ERROR, unless->line, unless->column,
		    "an exception that is narrower than the rule", NULL,
		    "the exception takes back a condition: the rule can never apply");
	else if (bdl_phrases_exclude(unless, cond))
		bdl_find(c->findings, BDL_WARNING, unless->line, unless->column,
		    "an exception that is narrower than the rule", NULL,
		    "this and the rule's own '%s' never come together: nothing to except",
		    bdl_phrase_info(cond->form)->words);
}

/* An exception for every group that the policy binds, where no `by` says whom the rule is for. */
static void check_everyone_excepted(
    const struct bdl_checker *c, const struct bdl_rule *rule, const struct bdl_phrase *unless)
{
	const struct bdl_front *front = &c->d->front;

	if (unless->form != BDL_PHRASE_BY || front->n_binds == 0)
		return;
	for (size_t i = 0; i < rule->n_conds; i++)
		if (rule->conds[i].form == BDL_PHRASE_BY)
			return;
	for (size_t i = 0; i < front->n_binds; i++)
		if (!bdl_phrase_names(unless, front->binds[i]))
			return;
	bdl_find(c->findings, BDL_WARNING, unless->line, unless->column,
	    "a narrower exception, or a rule 'by unknown'", NULL,
	    "everyone whom the policy binds is excepted: the rule is for unknown people only");
}

/* Conditions and exceptions against each other. */
static void check_conditions(const struct bdl_checker *c, const struct bdl_rule *rule)
{
	for (size_t i = 0; i < rule->n_conds; i++)
		for (size_t j = 0; j < i; j++)
			check_contradiction(c, &rule->conds[i], &rule->conds[j]);
	for (size_t i = 0; i < rule->n_unless; i++) {
		for (size_t j = 0; j < rule->n_conds; j++)
			check_exception(c, &rule->unless[i], &rule->conds[j]);
		check_everyone_excepted(c, rule, &rule->unless[i]);
	}
}

static bool is_door_rule(const struct bdl_rule *rule)
{
	return rule->kind <= BDL_RULE_FORCE;
}

/* "'block', 'coach' or 'note'": the words of those that the door takes. */
static void list_words(struct bdl_buf *out, const char *const *words, uint32_t which)
{
	size_t n = (size_t)__builtin_popcount(which), said = 0;

	for (unsigned i = 0; which >> i; i++) {
		if (!(which >> i & 1))
			continue;
		(void)bdl_buf_printf(out, "%s'%s'",
		    said == 0          ? ""
			: said + 1 < n ? ", "
				       : " or ",
		    words[i]);
		said++;
	}
}

/* People are meant by "to" where there is mail; at the web door it is a slip for a place. */
static const char *place_meant(const struct bdl_checker *c, const struct bdl_phrase *phrase)
{
	const struct bdl_check_context *context = c->context;
	const char *kind = "category";
	struct bdl_view name = bdl_text_cut(phrase->lists[0].words[0].text, BDL_QUOTE_MAX);

	if (name.p[0] == '/') {
		kind = "path";
	} else if (bdl_view_find(name, '.') < name.n) {
		kind = "host";
	} else if (context && context->categories) {
		const char *near = bdl_near_miss(name, context->categories, context->n_categories);

		if (!near)
			return NULL;
		name = bdl_view_of(near);
	}
	return bdl_region_printf(c->findings->region, "to %s %.*s", kind, BDL_FMT(name));
}

void bdl_check_misfit(
    const struct bdl_checker *c, const struct bdl_rule *rule, const struct bdl_phrase *phrase)
{
	const struct bdl_phrase_info *info = bdl_phrase_info(phrase->form);
	bool place = phrase->form == BDL_PHRASE_RECIPIENTS && rule->door == BDL_DOOR_WEB;
	struct bdl_buf expected BDL_AUTO_IN(bdl_buf_done) = BDL_BUF(EXPECTED_MAX);

	(void)bdl_buf_add_str(
	    &expected, place ? "'to category', 'to host' or 'to path'" : "it at the door ");
	if (!place)
		list_words(&expected, bdl_door_words, info->doors);
	bdl_find(c->findings, BDL_ERROR, phrase->line, phrase->column, bdl_buf_str(&expected),
	    place ? place_meant(c, phrase) : NULL, "'%s' does not fit the door '%s'", info->words,
	    bdl_door_word(rule->door));
}

/* The verdicts that the door takes, as bits. */
static uint32_t verdicts_of(enum bdl_door door)
{
	uint32_t verdicts = 0;

	for (unsigned i = 0; i < BDL_ACTIONS; i++)
		verdicts |= (uint32_t)bdl_action_fits((enum bdl_action)i, door) << i;
	return verdicts;
}

static void check_verdict(const struct bdl_checker *c, const struct bdl_rule *rule)
{
	const char *action = bdl_action_word(rule->action), *door = bdl_door_word(rule->door);
	struct bdl_buf verdicts BDL_AUTO_IN(bdl_buf_done) = BDL_BUF(EXPECTED_MAX);

	list_words(&verdicts, bdl_action_words, verdicts_of(rule->door));
	if (!bdl_action_fits(rule->action, rule->door))
		bdl_find(c->findings, BDL_ERROR, rule->line, rule->column, bdl_buf_str(&verdicts),
		    NULL, "'%s' does not fit the door '%s'", action, door);
	else if (rule->n_conds == 0 && rule->deeds == 0 && rule->n_unless == 0)
		bdl_find(c->findings, BDL_WARNING, rule->line, rule->column,
		    "a condition such as 'to category gambling'", NULL,
		    "this rule applies to everything at the door '%s'", door);
}

/* Whether the lists know the category and have nothing in it. */
static bool is_empty(const struct bdl_checker *c, struct bdl_view category)
{
	const struct bdl_check_context *context = c->context;

	if (!context || !context->categories || !context->empty)
		return false;
	for (size_t i = 0; i < context->n_categories; i++)
		if (bdl_view_is(category, context->categories[i]))
			return context->empty[i];
	return false;
}

/* A rule on categories that have no entries does not do what it says, and nobody would notice. */
static void check_entries(const struct bdl_checker *c, const struct bdl_rule *rule,
    const struct bdl_phrase *phrase, bool lifts)
{
	const struct bdl_list *names = &phrase->lists[0];
	bool stops = rule->kind == BDL_RULE_VERDICT && rule->action > BDL_NOTE;
	bool all = true;

	for (size_t i = 0; i < names->n; i++)
		all = all && is_empty(c, names->words[i].text);
	for (size_t i = 0; i < names->n; i++) {
		const struct bdl_word *word = &names->words[i];

		if (is_empty(c, word->text))
			bdl_find(c->findings, BDL_WARNING, word->line, word->column,
			    "a list of it: beadle lists compile", NULL,
			    "category '%.*s' has no entries%s", BDL_FMT(word->text),
			    lifts       ? ": it excepts nothing yet"
				: !all  ? ""
				: stops ? ": this rule stops nothing yet"
					: ": this rule does nothing yet");
	}
}

/* The law blocks what is in that category for everyone: a milder rule only reads as if it did not. */
static void check_law(const struct bdl_checker *c, const struct bdl_rule *rule,
    const struct bdl_phrase *phrase, bool lifts)
{
	const struct bdl_list *names = &phrase->lists[0];
	bool blocks = rule->kind == BDL_RULE_VERDICT && rule->action == BDL_BLOCK;

	if (rule->door != BDL_DOOR_WEB || rule->kind == BDL_RULE_FORCE || (blocks && !lifts))
		return;
	for (size_t i = 0; i < names->n; i++)
		if (bdl_view_is(names->words[i].text, BDL_CATEGORY_ILLEGAL))
			bdl_find(c->findings, BDL_WARNING, names->words[i].line,
			    names->words[i].column, "'block', and no exception", NULL,
			    "what is in the category '" BDL_CATEGORY_ILLEGAL
			    "' is blocked for everyone, whatever this rule says");
}

static void check_categories(const struct bdl_checker *c, const struct bdl_rule *rule)
{
	for (size_t i = 0; i < rule->n_conds + rule->n_unless; i++) {
		bool lifts = i >= rule->n_conds;
		const struct bdl_phrase *phrase =
		    lifts ? &rule->unless[i - rule->n_conds] : &rule->conds[i];

		if (phrase->form != BDL_PHRASE_CATEGORY)
			continue;
		check_entries(c, rule, phrase, lifts);
		check_law(c, rule, phrase, lifts);
	}
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
		bdl_find(c->findings, BDL_ERROR, rule->unless[0].line, rule->unless[0].column,
		    "no 'unless', or no 'always'", NULL, "an exception to what is 'always'");
	if (keeping && keeping->manner == BDL_MANNER_PICTURE && rule->door != BDL_DOOR_SCREEN)
		bdl_find(c->findings, BDL_ERROR, keeping->line, keeping->column, NULL, NULL,
		    "only at the door 'screen' can a picture be kept");
}

/* DNS knows no person, and what it has said is kept by others: nothing may lift it. */
static void check_names_rule(const struct bdl_checker *c, const struct bdl_rule *rule)
{
	if (rule->n_unless)
		bdl_find(c->findings, BDL_ERROR, rule->unless[0].line, rule->unless[0].column,
		    "a rule that holds for everyone, always", NULL,
		    "the door 'dns' takes no exceptions");
	if (rule->kind == BDL_RULE_FORCE && rule->n_conds)
		bdl_find(c->findings, BDL_ERROR, rule->conds[0].line, rule->conds[0].column,
		    "'force dns' alone, which is for everyone", NULL,
		    "at the door 'dns' a switch takes no conditions");
	if (rule->kind == BDL_RULE_VERDICT && rule->can_be_lifted &&
	    !bdl_rule_phrase(rule, BDL_PHRASE_ALWAYS))
		bdl_find(c->findings, BDL_WARNING, rule->line, rule->column,
		    "'always', or nothing that lifts the clause", NULL,
		    "what can be lifted is not blocked at the door 'dns': this rule does nothing");
}

static void check_door(const struct bdl_checker *c, const struct bdl_rule *rule)
{
	if (rule->kind == BDL_RULE_VERDICT)
		check_verdict(c, rule);
	else if (rule->door != BDL_DOOR_WEB &&
	    !(rule->kind == BDL_RULE_FORCE && rule->door == BDL_DOOR_DNS))
		bdl_find(c->findings, BDL_ERROR, rule->line, rule->column,
		    rule->kind == BDL_RULE_FORCE ? "'web' or 'dns'" : "'web'", NULL,
		    "'%s' does not fit the door '%s'", bdl_rule_kind_word(rule->kind),
		    bdl_door_word(rule->door));
	if (rule->kind == BDL_RULE_VERDICT && bdl_action_fits(rule->action, rule->door))
		check_results(c, rule);
	check_conditions(c, rule);
	check_categories(c, rule);
	if (rule->door == BDL_DOOR_DNS)
		check_names_rule(c, rule);
}

/* A phrase that may stand once stands twice. */
static void check_once(const struct bdl_checker *c, const struct bdl_rule *rule)
{
	for (size_t i = 0; i < rule->n_phrases; i++) {
		const struct bdl_phrase *phrase = &rule->phrases[i];
		const struct bdl_phrase_info *info = bdl_phrase_info(phrase->form);

		if (info->once && bdl_rule_phrase(rule, phrase->form) != phrase)
			bdl_find(c->findings, BDL_ERROR, phrase->line, phrase->column,
			    "one that says it all", NULL, "'%s' can be said only once",
			    info->words);
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
