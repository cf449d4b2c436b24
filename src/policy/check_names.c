/* The names in a rule: whether there is what they name, and what was meant where there is not. */
#include "base/ascii.h"
#include "base/near.h"
#include "lists/lists.h"
#include "policy/check_int.h"

static void complain(const struct bdl_checker *c, const struct bdl_word *at, const char *expected,
    const char *suggestion, const char *what)
{
	bdl_check_word(c, BDL_ERROR, at, expected, suggestion, what);
}

static bool binds(const struct bdl_document *d, struct bdl_view group)
{
	for (size_t i = 0; i < d->front.n_binds; i++)
		if (bdl_view_eq(d->front.binds[i], group))
			return true;
	return false;
}

/*
 * The closest group that the policy binds, else the closest of the words of the language for groups
 * and roles. The former's texts are ended by a NUL: copies in the region.
 */
static const char *near_group(const struct bdl_document *d, struct bdl_view group)
{
	for (size_t i = 0; i < d->front.n_binds; i++) {
		const char *near = bdl_near_miss(group, &d->front.binds[i].p, 1);

		if (near)
			return near;
	}
	const char *near = bdl_near_miss(group, bdl_group_words, BDL_GROUPS_BUILT_IN);

	return near ? near : bdl_near_miss(group, bdl_role_words, BDL_ROLES);
}

static void check_group(const struct bdl_checker *c, const struct bdl_word *word, bool lifts)
{
	struct bdl_view shown = bdl_text_cut(word->text, BDL_QUOTE_MAX);

	if (lifts && bdl_view_is(word->text, "unknown")) {
		complain(c, word, "a group or a role: who is unknown is held to the strictest",
		    NULL, "nobody is excepted for being");
		return;
	}
	if (c->d->front.n_binds == 0 || binds(c->d, word->text) || bdl_role_find(word->text) >= 0 ||
	    bdl_view_is(word->text, "unknown"))
		return;
	if (bdl_group_find(word->text) < 0)
		complain(c, word, "one of the groups that the policy binds, or a role",
		    near_group(c->d, word->text), "unknown group");
	else
		bdl_find(c->findings, lifts ? BDL_WARNING : BDL_ERROR, word->line, word->column,
		    "one of the groups that the policy binds", NULL,
		    lifts ? "this policy does not bind %.*s: nothing to except"
			  : "this policy does not bind %.*s: the rule can never apply",
		    BDL_FMT(shown));
}

static void check_category(const struct bdl_checker *c, const struct bdl_word *word)
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

/* Words that a class knows beside what the policy and the lists have. */
struct known {
	const char *what, *expected;
	bool groups, roles, categories, open; /* open: the school may call it as it likes */
	const char *const *words;             /* ended by NULL */
};

#define WORDS(...)                \
	(const char *const[])     \
	{                         \
		__VA_ARGS__, NULL \
	}

static const struct known knowns[BDL_NAME_CLASSES] = {
	[BDL_NAMES_PEOPLE] = { "unknown people", "groups or roles, such as staff or head",
	    .groups = true, .roles = true,
	    .words = WORDS("person", "holder", "parent", "parents", "own-class") },
	[BDL_NAMES_ROLE] = { "unknown role", "a role such as technicians or safeguarding-lead",
	    .roles = true },
	[BDL_NAMES_OFFICER] = { "unknown role", "a role such as technicians or safeguarding-lead",
	    .roles = true, .words = WORDS("person", "holder") },
	[BDL_NAMES_CALENDAR] = { "unknown time", "a time of the calendar such as contact or term",
	    .open = true,
	    .words = WORDS("contact", "lessons", "breaks", "school-day", "night", "term",
		"holidays", "weekends") },
	[BDL_NAMES_PLACE] = { "unknown place", "a place of the register of places", .open = true },
	[BDL_NAMES_RECIPIENT] = { "unknown recipients", "people such as parents or all-staff",
	    .groups = true, .words = WORDS("all-staff", "parents") },
	[BDL_NAMES_SENDER] = { "unknown senders", "senders such as strangers or private-addresses",
	    .groups = true,
	    .words = WORDS("forged", "nobody", "others", "private-addresses", "strangers") },
	[BDL_NAMES_DEVICE] = { "unknown devices", "own-devices, school-devices or unknown-devices",
	    .words = WORDS("own-devices", "school-devices", "unknown-devices") },
	[BDL_NAMES_FILE] = { "unknown kind of file", "a kind of file such as picture or program",
	    .words = WORDS("any", "audio", "book", "document", "infected", "locked-archive",
		"macro", "picture", "program", "video") },
	[BDL_NAMES_LINK] = { "unknown kind of link",
	    "any, look-alike, mismatched or a category of the lists", .categories = true,
	    .words = WORDS("any", "look-alike", "mismatched") },
	[BDL_NAMES_PICTURE] = { "unknown kind of picture", "adult or violence",
	    .words = WORDS("adult", "violence") },
	[BDL_NAMES_PROGRAM] = { "unknown kind of program", "bypass, hidden or self-starting",
	    .words = WORDS("bypass", "hidden", "self-starting") },
	[BDL_NAMES_DATA] = { "unknown kind of data",
	    "a kind of data such as health or bank-details",
	    .words =
		WORDS("bank-details", "birth-dates", "card", "health", "nhs-number", "ni-number",
		    "own-account", "own-address", "own-number", "pupil-number", "safeguarding") },
	[BDL_NAMES_METHOD] = { "unknown method", "a method such as post or put",
	    .words = WORDS("delete", "get", "head", "options", "patch", "post", "put") },
	[BDL_NAMES_WAY] = { "unknown way", "a way such as portal, mail or in-person",
	    .words = WORDS("block-page", "button", "in-person", "mail", "portal", "telephone") },
	[BDL_NAMES_OCCASION] = { "unknown occasion", "block-page, booking, log-on or signing",
	    .words = WORDS("block-page", "booking", "log-on", "signing") },
	[BDL_NAMES_KEPT] = { "nothing is kept as", "what is kept, such as visits or violations",
	    .words = WORDS("cases", "false-alarms", "mistakes", "pictures", "registers", "reports",
		"versions", "violations", "visits") },
	[BDL_NAMES_SIGHT] = { "there is nothing to see as",
	    "own-case, own-record, pictures, screens or visits",
	    .words = WORDS("own-case", "own-record", "pictures", "screens", "visits") },
	[BDL_NAMES_SWITCH] = { "unknown switch", "safe-search", .words = WORDS("safe-search") },
};

#define NEAR_MAX 256

/* All that a name of this class may be, for suggestions. */
static size_t all_known(
    const struct bdl_checker *c, const struct known *known, const char *words[NEAR_MAX])
{
	size_t n = 0;

	for (size_t i = 0; known->words && known->words[i] && n < NEAR_MAX; i++)
		words[n++] = known->words[i];
	for (size_t i = 0; known->roles && i < BDL_ROLES && n < NEAR_MAX; i++)
		words[n++] = bdl_role_words[i];
	for (size_t i = 0; known->groups && i < BDL_GROUPS_BUILT_IN && n < NEAR_MAX; i++)
		words[n++] = bdl_group_words[i];
	/* Their texts are ended by a NUL: copies in the region. */
	for (size_t i = 0; known->groups && i < c->d->front.n_binds && n < NEAR_MAX; i++)
		words[n++] = c->d->front.binds[i].p;
	for (size_t i = 0;
	     known->categories && c->context && i < c->context->n_categories && n < NEAR_MAX; i++)
		words[n++] = c->context->categories[i];
	return n;
}

static void check_known(
    const struct bdl_checker *c, const struct known *known, const struct bdl_word *word)
{
	const char *words[NEAR_MAX], *near;
	size_t n = all_known(c, known, words);
	bool open = known->open || (known->categories && !(c->context && c->context->categories));

	for (size_t i = 0; i < n; i++)
		if (bdl_view_is(word->text, words[i]))
			return;
	near = bdl_near_miss(word->text, words, n);
	if (open && !near)
		return;
	bdl_check_word(c, open ? BDL_WARNING : BDL_ERROR, word, known->expected, near, known->what);
}

/* Places and the calendar are registers: where the caller knows them, there are no others. */
static void check_listed(const struct bdl_checker *c, const struct known *known,
    const char *const *names, size_t n, const struct bdl_word *word)
{
	if (!names) {
		check_known(c, known, word);
		return;
	}
	for (size_t i = 0; i < n; i++)
		if (bdl_view_is(word->text, names[i]))
			return;
	complain(c, word, known->expected, bdl_near_miss(word->text, names, n), known->what);
}

/* The closest name of those that the document describes. */
static const char *near_described(const struct bdl_checker *c, const struct bdl_document *d,
    enum bdl_rule_kind kind, struct bdl_view name)
{
	for (size_t i = 0; i < d->n_clauses; i++)
		for (size_t j = 0; j < d->clauses[i].n_rules; j++) {
			const struct bdl_rule *rule = &d->clauses[i].rules[j];
			const char *described;

			if (rule->kind != kind || rule->head.lists[0].n == 0)
				continue;
			described =
			    bdl_region_str(c->findings->region, rule->head.lists[0].words[0].text);
			if (described && bdl_near_miss(name, &described, 1))
				return described;
		}
	return NULL;
}

/* A permission or register: described here or, where several policies are read, in another. */
static void check_described(
    const struct bdl_checker *c, enum bdl_rule_kind kind, const struct bdl_word *word)
{
	size_t others = c->context ? c->context->n_others : 0;
	bool permit = kind == BDL_RULE_PERMIT;
	const char *near;

	if (bdl_document_describes(c->d, kind, word->text))
		return;
	near = near_described(c, c->d, kind, word->text);
	for (size_t i = 0; i < others; i++) {
		if (bdl_document_describes(c->context->others[i], kind, word->text))
			return;
		if (!near)
			near = near_described(c, c->context->others[i], kind, word->text);
	}
	bdl_check_word(c, others || near ? BDL_ERROR : BDL_WARNING, word,
	    permit ? "one that a rule 'permit' describes" : "one that a rule 'register' describes",
	    near, permit ? "unknown permission" : "unknown register");
}

static void check_clause_id(const struct bdl_checker *c, const struct bdl_word *word)
{
	const char *near = NULL;

	if (bdl_document_clause(c->d, word->text))
		return;
	for (size_t i = 0; c->context && i < c->context->n_others; i++) {
		const struct bdl_document *other = c->context->others[i];

		if (!bdl_document_clause(other, word->text))
			continue;
		bdl_find(c->findings, BDL_ERROR, word->line, word->column,
		    "the id of a clause of this policy", NULL,
		    "the clause '%.*s' is one of the policy '%.*s', which alone can lift it",
		    BDL_FMT(bdl_text_cut(word->text, BDL_QUOTE_MAX)),
		    BDL_FMT(bdl_policy_title(other)));
		return;
	}
	for (size_t i = 0; i < c->d->n_clauses && !near; i++) {
		const char *id = bdl_region_str(c->findings->region, c->d->clauses[i].id);

		near = id && bdl_near_miss(word->text, &id, 1) ? id : NULL;
	}
	complain(c, word, "the id of a clause of this policy", near, "unknown clause");
}

/* Names that are written in a way of their own. */
static void (*const checks[BDL_NAME_CLASSES])(
    const struct bdl_checker *c, const struct bdl_word *word) = {
	[BDL_NAMES_CATEGORY] = check_category,
	[BDL_NAMES_HOST] = bdl_check_host,
	[BDL_NAMES_PATH] = bdl_check_path,
	[BDL_NAMES_TYPE] = bdl_check_type,
	[BDL_NAMES_CLAUSE] = check_clause_id,
};

static void check_name(
    const struct bdl_checker *c, enum bdl_name_class class, const struct bdl_word *word, bool lifts)
{
	const struct bdl_check_context *context = c->context;

	if (class == BDL_NAMES_TEXT || class == BDL_NAMES_NONE)
		return;
	if (checks[class])
		checks[class](c, word);
	else if (class == BDL_NAMES_GROUP)
		check_group(c, word, lifts);
	else if (class == BDL_NAMES_METHOD) /* POST is a slip for post, and no name of its own */
		check_known(c, &knowns[class], word);
	else if (!bdl_is_category(word->text))
		complain(
		    c, word, "lower-case letters, digits and hyphens", NULL, "no name is like");
	else if (class == BDL_NAMES_CALENDAR && bdl_is_digit(word->text.p[0]))
		complain(c, word, "a period such as 08:45-12:15, or a name such as contact", NULL,
		    "no such time");
	else if (class == BDL_NAMES_PERMISSION)
		check_described(c, BDL_RULE_PERMIT, word);
	else if (class == BDL_NAMES_REGISTER)
		check_described(c, BDL_RULE_REGISTER, word);
	else if (class == BDL_NAMES_PLACE)
		check_listed(c, &knowns[class], context ? context->places : NULL,
		    context ? context->n_places : 0, word);
	else if (class == BDL_NAMES_CALENDAR)
		check_listed(c, &knowns[class], context ? context->times : NULL,
		    context ? context->n_times : 0, word);
	else if (class != BDL_NAMES_OWN)
		check_known(c, &knowns[class], word);
}

static void check_twice(
    const struct bdl_checker *c, const struct bdl_list *list, size_t i, const char *what)
{
	const struct bdl_word *word = &list->words[i];

	for (size_t j = 0; j < i; j++) {
		if (!bdl_view_eq(word->text, list->words[j].text))
			continue;
		bdl_find(c->findings, BDL_WARNING, word->line, word->column, NULL, NULL,
		    "'%.*s' is %s twice", BDL_FMT(bdl_text_cut(word->text, BDL_QUOTE_MAX)), what);
		return;
	}
}

/* Results fit every door but DNS. Of a broken rule it may not be known which door it is of. */
static bool fits_door(const struct bdl_rule *rule, const struct bdl_phrase_info *info)
{
	bool asked = info->part == BDL_PART_RESULT ? rule->door == BDL_DOOR_DNS
						   : info->part != BDL_PART_HEAD;

	return rule->kind > BDL_RULE_FORCE || rule->broken || !asked ||
	    (info->doors >> rule->door & 1);
}

static void check_phrase(const struct bdl_checker *c, const struct bdl_rule *rule,
    const struct bdl_phrase *phrase, bool lifts)
{
	const struct bdl_phrase_info *info = bdl_phrase_info(phrase->form);

	if (!fits_door(rule, info)) {
		bdl_check_misfit(c, rule, phrase);
		return;
	}
	for (size_t l = 0; l < BDL_PHRASE_LISTS; l++) {
		enum bdl_name_class class = info->names[l];

		/* What happens at a door tells officers of the school, and nobody by their place. */
		if (class == BDL_NAMES_OFFICER && rule->kind == BDL_RULE_VERDICT)
			class = BDL_NAMES_ROLE;
		for (size_t i = 0; i < phrase->lists[l].n; i++) {
			check_twice(c, &phrase->lists[l], i,
			    phrase->form == BDL_PHRASE_TELL ? "told" : "named");
			check_name(c, class, &phrase->lists[l].words[i], lifts);
			if (phrase->form == BDL_PHRASE_WORDS)
				bdl_check_words(c, &phrase->lists[l].words[i]);
		}
	}
}

void bdl_check_names(const struct bdl_checker *c, const struct bdl_rule *rule)
{
	if (rule->head.form != BDL_PHRASE_NONE)
		check_phrase(c, rule, &rule->head, false);
	for (size_t i = 0; i < rule->n_conds; i++)
		check_phrase(c, rule, &rule->conds[i], false);
	for (size_t i = 0; i < rule->n_unless; i++)
		check_phrase(c, rule, &rule->unless[i], true);
	for (size_t i = 0; i < rule->n_phrases; i++)
		check_phrase(c, rule, &rule->phrases[i], false);
}
