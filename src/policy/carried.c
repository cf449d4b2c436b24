/* What this build does of what the language can say. Widening it begins here, and in the judge. */
#include "policy/rule.h"

const struct bdl_phrase *bdl_rule_phrase(const struct bdl_rule *rule, enum bdl_phrase_form form)
{
	for (size_t i = 0; i < rule->n_phrases; i++)
		if (rule->phrases[i].form == form)
			return &rule->phrases[i];
	return NULL;
}

/* A name after `by` that the roll does not give as a group. */
static bool names_no_group(const struct bdl_phrase *phrase)
{
	for (size_t i = 0; i < phrase->lists[0].n; i++) {
		struct bdl_view name = phrase->lists[0].words[i].text;

		if (bdl_role_find(name) >= 0 || bdl_view_is(name, "unknown"))
			return true;
	}
	return false;
}

static bool is_judged(const struct bdl_phrase *phrase)
{
	if (phrase->form == BDL_PHRASE_BY)
		return !names_no_group(phrase);
	return phrase->form == BDL_PHRASE_CATEGORY || phrase->form == BDL_PHRASE_HOST ||
	    phrase->form == BDL_PHRASE_TIME;
}

/*
 * `always` and `keeping facts` are what this build does anyway: it knows no permission that could
 * lift a rule, and keeps no content.
 */
static bool is_done(const struct bdl_phrase *phrase)
{
	if (phrase->form == BDL_PHRASE_TELL)
		return !phrase->span.n && !phrase->number &&
		    (phrase->manner == BDL_MANNER_NONE || phrase->manner == BDL_MANNER_CRITICAL);
	if (phrase->form == BDL_PHRASE_KEEPING)
		return phrase->manner == BDL_MANNER_FACTS;
	return phrase->form == BDL_PHRASE_ALWAYS;
}

static const struct bdl_phrase *first_beyond(
    const struct bdl_phrase *phrases, size_t n, bool (*fine)(const struct bdl_phrase *phrase))
{
	for (size_t i = 0; i < n; i++)
		if (!fine(&phrases[i]))
			return &phrases[i];
	return NULL;
}

static struct bdl_view head_beyond(const struct bdl_rule *rule)
{
	if (rule->kind != BDL_RULE_VERDICT)
		return bdl_view_of(bdl_phrase_info(rule->head.form)->words);
	if (rule->door != BDL_DOOR_WEB)
		return bdl_view_of(bdl_door_word(rule->door));
	if (rule->action == BDL_ALLOW || rule->action == BDL_HOLD)
		return bdl_view_of(bdl_action_word(rule->action));
	if (rule->deeds)
		return bdl_view_of(bdl_deed_info((enum bdl_deed)__builtin_ctz(rule->deeds))->word);
	return (struct bdl_view){ NULL, 0 };
}

struct bdl_view bdl_rule_beyond(const struct bdl_rule *rule)
{
	struct bdl_view head = head_beyond(rule);
	const struct bdl_phrase *phrase;

	if (head.n)
		return head;
	phrase = first_beyond(rule->conds, rule->n_conds, is_judged);
	if (!phrase)
		phrase = first_beyond(rule->unless, rule->n_unless, is_judged);
	if (!phrase)
		phrase = first_beyond(rule->phrases, rule->n_phrases, is_done);
	return phrase ? bdl_view_of(bdl_phrase_info(phrase->form)->words)
		      : (struct bdl_view){ NULL, 0 };
}

bool bdl_rule_carried_out(const struct bdl_rule *rule)
{
	return bdl_rule_beyond(rule).n == 0;
}
