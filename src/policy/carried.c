/*
 * What this build does of what the language can say. One table: what a door tells of every act, and
 * which verdicts it gives. The door takes its facts.told from here, and rules that ask for more are
 * in no ruleset of a door.
 */
#include "policy/facts.h"

struct carried {
	uint64_t told;    /* bits of enum bdl_fact */
	uint32_t actions; /* bits of enum bdl_action */
};

static const struct carried doors[BDL_DOORS] = {
	[BDL_DOOR_WEB] = {
		.told = BDL_TOLD(PERSON) | BDL_TOLD(CATEGORY) | BDL_TOLD(HOST) | BDL_TOLD(PATH) |
		    BDL_TOLD(METHOD) | BDL_TOLD(TIME) | BDL_TOLD(WORDS) | BDL_TOLD(SEARCH) |
		    BDL_TOLD(UPLOAD) | BDL_TOLD(PLACE) | BDL_TOLD(DEVICE),
		.actions = 1u << BDL_ALLOW | 1u << BDL_NOTE | 1u << BDL_COACH | 1u << BDL_BLOCK,
	},
};

uint64_t bdl_door_told(enum bdl_door door)
{
	BDL_BUG_IF((unsigned)door >= BDL_DOORS);
	return doors[door].told;
}

const struct bdl_phrase *bdl_rule_phrase(const struct bdl_rule *rule, enum bdl_phrase_form form)
{
	for (size_t i = 0; i < rule->n_phrases; i++)
		if (rule->phrases[i].form == form)
			return &rule->phrases[i];
	return NULL;
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
	return phrase->form == BDL_PHRASE_ALWAYS || phrase->form == BDL_PHRASE_OVER;
}

static bool tells(enum bdl_door door, enum bdl_fact fact)
{
	return fact != BDL_FACTS && (doors[door].told >> fact & 1);
}

/* Of the web's texts only the words of a search are known; what stands on a page is not. */
static bool knows(const struct bdl_rule *rule, const struct bdl_phrase *phrase)
{
	if (phrase->form == BDL_PHRASE_WORDS && rule->deeds != 1u << BDL_DEED_WEB_SEARCH)
		return false;
	return tells(rule->door, bdl_fact_of(phrase));
}

/* The first of these conditions or exceptions that the door does not know, or NULL. */
static const struct bdl_phrase *first_untold(
    const struct bdl_rule *rule, const struct bdl_phrase *phrases, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (!knows(rule, &phrases[i]))
			return &phrases[i];
	return NULL;
}

static const struct bdl_phrase *first_undone(const struct bdl_rule *rule)
{
	for (size_t i = 0; i < rule->n_phrases; i++)
		if (!is_done(&rule->phrases[i]))
			return &rule->phrases[i];
	return NULL;
}

/* Of what is kept, this build has visits and violations, which go in time, and versions, which stay. */
static bool keeps(const struct bdl_rule *rule)
{
	const struct bdl_list *kept = &rule->head.lists[0];

	if (rule->head.form == BDL_PHRASE_KEEP_AFTER_END)
		return false;
	for (size_t i = 0; i < kept->n; i++) {
		struct bdl_view name = kept->words[i].text;
		bool goes = bdl_view_is(name, "visits") || bdl_view_is(name, "violations");

		if (!goes &&
		    !(bdl_view_is(name, "versions") && rule->head.form == BDL_PHRASE_KEEP_EVER))
			return false;
	}
	return true;
}

static const char *head_beyond(const struct bdl_rule *rule)
{
	if (rule->kind == BDL_RULE_KEEP && keeps(rule))
		return NULL;
	if (rule->kind != BDL_RULE_VERDICT)
		return bdl_phrase_info(rule->head.form)->words;
	if (!doors[rule->door].actions)
		return bdl_door_word(rule->door);
	if (!(doors[rule->door].actions >> rule->action & 1))
		return bdl_action_word(rule->action);
	for (uint32_t deeds = rule->deeds; deeds; deeds &= deeds - 1) {
		enum bdl_deed deed = (enum bdl_deed)__builtin_ctz(deeds);

		if (!tells(rule->door, bdl_fact_of_deed(deed)))
			return bdl_deed_info(deed)->word;
	}
	return NULL;
}

struct bdl_view bdl_rule_beyond(const struct bdl_rule *rule)
{
	const char *head = head_beyond(rule);
	const struct bdl_phrase *phrase;

	if (head)
		return bdl_view_of(head);
	phrase = first_untold(rule, rule->conds, rule->n_conds);
	if (!phrase)
		phrase = first_untold(rule, rule->unless, rule->n_unless);
	if (!phrase)
		phrase = first_undone(rule);
	return bdl_view_of(phrase ? bdl_phrase_info(phrase->form)->words : NULL);
}

bool bdl_rule_carried_out(const struct bdl_rule *rule)
{
	return bdl_rule_beyond(rule).n == 0;
}
