/*
 * What this build does of what the language can say. One table: what a door tells of every act, and
 * which verdicts it gives. The door takes its facts.told from here, and rules that ask for more are
 * in no ruleset of a door.
 */
#include "policy/facts.h"
#include "policy/own_checks.h"

struct carried {
	uint64_t told;     /* of every act: bits of enum bdl_fact */
	uint64_t at_times; /* of acts or at moments that have it: the same */
	uint32_t actions;  /* bits of enum bdl_action */
	uint32_t kinds;    /* other rules: bits of enum bdl_rule_kind */
};

static const struct carried doors[BDL_DOORS] = {
	[BDL_DOOR_WEB] = {
		.told = BDL_TOLD(PERSON) | BDL_TOLD(CATEGORY) | BDL_TOLD(HOST) | BDL_TOLD(PATH) |
		    BDL_TOLD(METHOD) | BDL_TOLD(TIME) | BDL_TOLD(WORDS) | BDL_TOLD(SEARCH) |
		    BDL_TOLD(UPLOAD) | BDL_TOLD(PLACE) | BDL_TOLD(DEVICE),
		.at_times = BDL_TOLD(DOWNLOAD) | BDL_TOLD(TYPES) | BDL_TOLD(FILES) |
		    BDL_TOLD(SIZE) | BDL_TOLD(TIMES) | BDL_TOLD(VOLUME) | BDL_TOLD(PHRASES) |
		    BDL_TOLD(UNREAD),
		.kinds = 1u << BDL_RULE_SPLICE | 1u << BDL_RULE_FORCE,
		.actions = 1u << BDL_ALLOW | 1u << BDL_NOTE | 1u << BDL_COACH | 1u << BDL_BLOCK,
	},
	[BDL_DOOR_DNS] = {
		.told = BDL_TOLD(CATEGORY) | BDL_TOLD(HOST),
		.kinds = 1u << BDL_RULE_FORCE,
		.actions = 1u << BDL_BLOCK,
	},
};

uint64_t bdl_door_told(enum bdl_door door)
{
	BDL_BUG_IF((unsigned)door >= BDL_DOORS);
	return doors[door].told;
}

/* Counters know no terms: those are of the calendar. */
static bool counts_within(const struct bdl_phrase *phrase)
{
	return phrase->span.n == 0 || phrase->span.unit != BDL_UNIT_TERM;
}

static bool asks_phrases(const struct bdl_rule *rule)
{
	for (size_t i = 0; i < rule->n_conds; i++)
		if (rule->conds[i].form == BDL_PHRASE_PHRASES)
			return true;
	return false;
}

/*
 * `keeping facts` is what this build does anyway; of words it keeps those around the phrases of a text.
 * `always` and `over` are the compiler's, which lets no rule `allow` lift what is always.
 */
static bool is_done(const struct bdl_rule *rule, const struct bdl_phrase *phrase)
{
	if (phrase->form == BDL_PHRASE_TELL)
		return phrase->manner != BDL_MANNER_LATE && counts_within(phrase) &&
		    (phrase->number > 0 || phrase->span.n == 0);
	if (phrase->form == BDL_PHRASE_KEEPING)
		return phrase->manner == BDL_MANNER_FACTS || phrase->manner == BDL_MANNER_NOTHING ||
		    (phrase->manner == BDL_MANNER_WORDS && asks_phrases(rule));
	if (phrase->form == BDL_PHRASE_ALLOWING)
		return bdl_own_check_is_of_age(
		    (enum bdl_own_check)bdl_own_check_find(rule->head.lists[0].words[0].text));
	return phrase->form == BDL_PHRASE_ALWAYS || phrase->form == BDL_PHRASE_OVER;
}

/*
 * What is told where this kind of rule is judged: a tunnel is sealed when only its host is known, a
 * request is changed before there is an answer.
 */
static uint64_t told_of(const struct bdl_rule *rule)
{
	const struct carried *door = &doors[rule->door];

	if (rule->kind == BDL_RULE_SPLICE)
		return door->told & ~BDL_TOLD_BY_REQUESTS;
	if (rule->kind == BDL_RULE_FORCE)
		return door->told;
	return door->told | door->at_times;
}

/* Contents are not looked at: a kind of file that only they tell is none that the door knows. */
static bool is_in_contents(const struct bdl_phrase *phrase)
{
	const struct bdl_list *names = &phrase->lists[0];

	for (size_t i = 0; phrase->form == BDL_PHRASE_FILES && i < names->n; i++)
		if (bdl_view_is(names->words[i].text, "infected") ||
		    bdl_view_is(names->words[i].text, "locked-archive"))
			return true;
	return false;
}

static bool tells(const struct bdl_rule *rule, enum bdl_fact fact)
{
	return fact != BDL_FACTS && (told_of(rule) >> fact & 1);
}

/*
 * Of the web's texts only the words of a search are known; what stands on a page is not. Whether a text
 * can be read is told of what is sent: an answer that cannot be is no matter of rules.
 */
static bool knows(const struct bdl_rule *rule, const struct bdl_phrase *phrase)
{
	if (phrase->form == BDL_PHRASE_WORDS && rule->deeds != 1u << BDL_DEED_WEB_SEARCH)
		return false;
	if (phrase->form == BDL_PHRASE_UNREAD && rule->deeds == 1u << BDL_DEED_WEB_DOWNLOAD)
		return false;
	return tells(rule, bdl_fact_of(phrase)) && !is_in_contents(phrase) && counts_within(phrase);
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
		if (!is_done(rule, &rule->phrases[i]))
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

/* Only what is done in people's places and names can be done in some of them. */
static bool checks(const struct bdl_rule *rule)
{
	int check = bdl_own_check_find(rule->head.lists[0].words[0].text);

	return rule->head.form == BDL_PHRASE_CHECK && check >= 0 &&
	    (rule->n_conds == 0 || bdl_own_check_is_of_people((enum bdl_own_check)check));
}

static bool names_illegal(const struct bdl_rule *rule)
{
	for (size_t i = 0; i < rule->n_conds; i++) {
		const struct bdl_phrase *phrase = &rule->conds[i];

		for (size_t j = 0; phrase->form == BDL_PHRASE_CATEGORY && j < phrase->lists[0].n;
		     j++)
			if (bdl_view_is(phrase->lists[0].words[j].text, BDL_CATEGORY_ILLEGAL))
				return true;
	}
	return false;
}

/*
 * At the door dns names are written out beforehand, for everyone and for as long as others keep them:
 * there have to be names, and nothing may take them back.
 */
static const char *names_beyond(const struct bdl_rule *rule)
{
	if (rule->kind == BDL_RULE_FORCE)
		return rule->n_conds ? bdl_phrase_info(rule->conds[0].form)->words : NULL;
	if (rule->n_conds == 0)
		return "all names";
	if (names_illegal(rule))
		return "names of illegal content"; /* its list holds no names */
	if (rule->can_be_lifted && !bdl_rule_phrase(rule, BDL_PHRASE_ALWAYS))
		return "names that can be lifted";
	return NULL;
}

static const char *head_beyond(const struct bdl_rule *rule)
{
	bool verdict = rule->kind == BDL_RULE_VERDICT;

	if (rule->kind == BDL_RULE_KEEP && keeps(rule))
		return NULL;
	if (rule->kind == BDL_RULE_CHECK && checks(rule))
		return NULL;
	if (rule->kind > BDL_RULE_FORCE)
		return bdl_phrase_info(rule->head.form)->words;
	if (!doors[rule->door].actions)
		return bdl_door_word(rule->door);
	if (!verdict && !(doors[rule->door].kinds >> rule->kind & 1))
		return bdl_phrase_info(rule->head.form)->words;
	if (verdict && !(doors[rule->door].actions >> rule->action & 1))
		return bdl_action_word(rule->action);
	for (uint32_t deeds = rule->deeds; deeds; deeds &= deeds - 1) {
		enum bdl_deed deed = (enum bdl_deed)__builtin_ctz(deeds);

		if (!tells(rule, bdl_fact_of_deed(deed)))
			return bdl_deed_info(deed)->word;
	}
	return rule->door == BDL_DOOR_DNS ? names_beyond(rule) : NULL;
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
