/* What the grammar would have taken, in words: read off its own tables. */
#include "base/near.h"
#include "policy/rules_int.h"
#include "policy/text_int.h"
#include "rules.h"

#define EXPECTED_MAX 512
#define TOKENS_MAX   256
#define NAMED_MAX    13 /* so many words are named; of more, only some phrases */

bool bdl_begins_phrase(int kind)
{
	static const int kinds[] = { BDL_TK_TO, BDL_TK_BY, BDL_TK_FROM, BDL_TK_USING, BDL_TK_AT,
		BDL_TK_DURING, BDL_TK_WITH, BDL_TK_OF, BDL_TK_FORWARDED, BDL_TK_AFTER,
		BDL_TK_UNLESS, BDL_TK_TELL, BDL_TK_ALWAYS, BDL_TK_KEEPING, BDL_TK_RELEASED,
		BDL_TK_RETURNED, BDL_TK_MARKED, BDL_TK_OPENING, BDL_TK_OVER, BDL_TK_ASKED,
		BDL_TK_STATING, BDL_TK_NEEDING, BDL_TK_ADVISED, BDL_TK_DECIDED, BDL_TK_ANSWERED,
		BDL_TK_LASTING, BDL_TK_ENDED, BDL_TK_REMINDING, BDL_TK_LIFTING, BDL_TK_RECORDED,
		BDL_TK_NAMING, BDL_TK_REACHED, BDL_TK_ANONYMOUS, BDL_TK_THEN, BDL_TK_AGREED,
		BDL_TK_UNTIL, BDL_TK_DUE, BDL_TK_PRINTED, BDL_TK_KEPT, BDL_TK_HOLDING, BDL_TK_ABOUT,
		BDL_TK_FOR, BDL_TK_ENTERED, BDL_TK_BOOKED, BDL_TK_SEEN, BDL_TK_CONFIRMED,
		BDL_TK_CHECKED, BDL_TK_WHEN, BDL_TK_REVIEWED, BDL_TK_EXCEPT, BDL_TK_GROUPED,
		BDL_TK_HIDING, BDL_TK_WITHOUT, BDL_TK_SHOWN, BDL_TK_ALLOWING, BDL_TK_AHEAD,
		BDL_TK_WITHIN, BDL_TK_AGAIN };

	for (size_t i = 0; i < BDL_ARRAY_LEN(kinds); i++)
		if (kinds[i] == kind)
			return true;
	return false;
}

/* What the values after a word are. */
static const char *value_after(int word, enum bdl_rule_kind kind)
{
	switch (word) {
	case BDL_TK_CATEGORY:
		return "a category such as gambling";
	case BDL_TK_HOST:
		return "a host such as example.org";
	case BDL_TK_PATH:
		return "a path such as /live";
	case BDL_TK_METHOD:
		return "a method such as post";
	case BDL_TK_TYPES:
		return "a media type such as video/mp4";
	case BDL_TK_BY:
		return kind <= BDL_RULE_FORCE ? "a group such as staff" : "a role such as head";
	case BDL_TK_TO:
		return "people such as parents";
	case BDL_TK_DURING:
		return "a period such as 08:45-12:15 or a name such as contact";
	case BDL_TK_ON:
		return "days such as mon-fri";
	case BDL_TK_TELL:
	case BDL_TK_ELSE:
		return "a role such as technicians";
	default:
		return "a name";
	}
}

/* What stands in the place of a token that is no word. */
static const char *value_of(int token, int after, enum bdl_rule_kind kind)
{
	switch (token) {
	case BDL_TK_WORD_:
		return value_after(after, kind);
	case BDL_TK_ACTION_:
		return "a verdict: block, coach or note";
	case BDL_TK_DOOR_:
		return "a door such as web";
	case BDL_TK_NUMBER_:
		return "a number";
	case BDL_TK_UNIT_:
		return "a length of time such as days";
	case BDL_TK_SIZE_:
		return "'MB' or 'GB'";
	case BDL_TK_CLOCK_:
		return "a time such as 15:30";
	case BDL_TK_QUOTED_:
		return "words in quotes";
	case BDL_TK_RANGE_: /* after `during` the names of times are said with it */
		return after == BDL_TK_DURING ? NULL : "a period such as 08:45-12:15";
	default:
		return NULL;
	}
}

struct expectation {
	char spellings[TOKENS_MAX][BDL_SPELLING_MAX];
	const char *words[TOKENS_MAX]; /* to suggest from */
	size_t n_words;
	struct {
		const char *text;
		bool is_word; /* of the language: it is quoted */
	} items[NAMED_MAX];   /* to name */
	size_t n_items;
	bool too_many;
	bool phrases;    /* any phrase may come: some are named */
	bool conditions; /* the same of conditions */
	bool whole;      /* what was read is whole: a phrase may begin */
	bool acts;       /* the words of what comes in at a door are not named one by one */
	struct bdl_buf text;
};

static void expect_item(struct expectation *e, const char *text, bool is_word)
{
	if (e->n_items == NAMED_MAX) {
		e->too_many = true;
		return;
	}
	e->items[e->n_items].text = text;
	e->items[e->n_items++].is_word = is_word;
}

static void expect_words(struct expectation *e, const char *const *words, size_t n)
{
	for (size_t i = 0; i < n && e->n_words < TOKENS_MAX; i++)
		e->words[e->n_words++] = words[i];
}

/* What comes in at the doors may follow: too much to name, but not to suggest from. */
static void expect_acts(struct expectation *e)
{
	e->acts = true;
	for (int i = 0; i < BDL_DEEDS && e->n_words < TOKENS_MAX; i++)
		e->words[e->n_words++] = bdl_deed_info((enum bdl_deed)i)->word;
}

/* One token that the grammar would take. */
static void expect_token(struct expectation *e, int token, int after, enum bdl_rule_kind kind)
{
	const char *value = value_of(token, after, kind);

	if (value)
		expect_item(e, value, false);
	if (token == BDL_TK_ACTION_)
		expect_words(e, bdl_action_words, BDL_ACTIONS);
	else if (token == BDL_TK_DOOR_)
		expect_words(e, bdl_door_words, BDL_DOORS);
	else if (token == BDL_TK_WORD_ && after == BDL_TK_BY)
		expect_words(e, bdl_group_words, BDL_GROUPS_BUILT_IN);
	else if (token == BDL_TK_WORD_ && after == BDL_TK_TELL)
		expect_words(e, bdl_role_words, BDL_ROLES);
	else if (token == BDL_TK_COMMA_)
		expect_item(e, "a comma and another", false);
	else if (e->n_words < TOKENS_MAX && bdl_grammar_spell(token, e->spellings[token])) {
		e->words[e->n_words++] = e->spellings[token];
		if (bdl_begins_phrase(token) && e->whole)
			e->phrases = true;
		else if (bdl_begins_phrase(token) && after == BDL_TK_UNLESS)
			e->conditions = true;
		else if (!e->acts &&
		    token != BDL_TK_DAYS) /* a length of time, of which one was named */
			expect_item(e, e->spellings[token], true);
	}
}

/* What phrases there are, for those who read the message; the whole list is on the manual page. */
const char *bdl_expect_phrases(enum bdl_rule_kind kind)
{
	static const char *const phrases[BDL_RULE_KINDS] = {
		[BDL_RULE_VERDICT] = "a phrase such as 'to', 'by', 'during', 'unless' or 'tell'",
		[BDL_RULE_SPLICE] = "a phrase such as 'to', 'by' or 'using'",
		[BDL_RULE_FORCE] = "a phrase such as 'unless'",
		[BDL_RULE_PERMIT] =
		    "a phrase such as 'asked by', 'stating', 'decided by' or 'lasting at most'",
		[BDL_RULE_REPORT] = "a phrase such as 'stating', 'of kinds' or 'tell'",
		[BDL_RULE_REGISTER] = "a phrase such as 'holding', 'kept by' or 'seen by'",
		[BDL_RULE_DESK] = "a phrase such as 'during' or 'tell'",
		[BDL_RULE_CASE] = "a phrase such as 'decided by' or 'stating'",
		[BDL_RULE_CHECK] = "a phrase such as 'tell'",
		[BDL_RULE_SIGN] = "a phrase such as 'within', 'again' or 'tell'",
		[BDL_RULE_APPROVE] = "a phrase such as 'by' or 'stating'",
		[BDL_RULE_SHOW] = "the phrase 'at'",
		[BDL_RULE_LET] = "a phrase such as 'during' or 'unless'",
		[BDL_RULE_KEEP] = "another rule",
	};

	return phrases[kind];
}

/* What the reader makes up itself, and exceptions that rules of a door do not know. */
static bool is_left_out(int token, int after, enum bdl_rule_kind kind)
{
	return token == BDL_TK_RESUME_ || token == BDL_TK_SEP_ ||
	    (after == BDL_TK_UNLESS && kind <= BDL_RULE_FORCE &&
		(token == BDL_TK_SEALED || token == BDL_TK_CRITICAL));
}

static void write_items(struct expectation *e)
{
	for (size_t i = 0; i < e->n_items; i++) {
		const char *quote = e->items[i].is_word ? "'" : "";

		if (i)
			(void)bdl_buf_add_str(&e->text,
			    i + 1 < e->n_items                ? ", "
				: e->phrases || e->conditions ? ", or "
							      : " or ");
		(void)bdl_buf_printf(&e->text, "%s%s%s", quote, e->items[i].text, quote);
	}
}

/* What a word that the grammar does not take was meant to be; a word that it knows is no slip. */
static const char *meant_by(const struct expectation *e, struct bdl_token at)
{
	static const struct {
		int kind;
		const char *meant;
	} halves[] = { { BDL_TK_CATEGORY, "to category" }, { BDL_TK_HOST, "to host" },
		{ BDL_TK_PATH, "to path" }, { BDL_TK_METHOD, "with method" },
		{ BDL_TK_WORDS, "with words" }, { BDL_TK_TYPES, "with types" },
		{ BDL_TK_PHRASES, "with phrases" }, { BDL_TK_UNREAD, "with unread" },
		{ BDL_TK_PICTURES, "with pictures" }, { BDL_TK_FILES, "with files" },
		{ BDL_TK_LINKS, "with links" }, { BDL_TK_MARKINGS, "with markings" },
		{ BDL_TK_PROGRAMS, "with programs" },
		{ BDL_TK_PERSONAL_DATA, "with personal-data" }, { BDL_TK_MORE, "of more" },
		{ BDL_TK_ON, "during 00:00-24:00 on" } };
	/* One slip turns most words of two letters into most others. */
	const char *near = at.text.n > 2 ? bdl_near_miss(at.text, e->words, e->n_words) : NULL;

	for (size_t i = 0; e->whole && i < BDL_ARRAY_LEN(halves); i++)
		if (halves[i].kind == at.kind)
			return halves[i].meant;
	return near && !bdl_view_is(at.text, near) ? near : NULL;
}

/* The suggestion of the last finding, unless there was no room for one more. */
static const char *kept_suggestion(const struct bdl_findings *f)
{
	return f->n_left_out ? NULL : f->items[f->n - 1].suggestion;
}

const char *bdl_expect(struct bdl_rule_builder *b, const void *grammar, int value,
    struct bdl_token at, const char *what)
{
	struct expectation e = {
		.text = BDL_BUF(EXPECTED_MAX),
		.whole = bdl_grammar_would_take(grammar, BDL_TK_ALWAYS),
	};
	enum bdl_rule_kind kind = b->rule.kind;
	const char *expected;

	BDL_BUG_IF(bdl_grammar_tokens() > TOKENS_MAX);
	if (bdl_grammar_would_take(grammar, BDL_TK_ACT_))
		expect_acts(&e);
	for (int token = 1; token < bdl_grammar_tokens(); token++)
		if (!is_left_out(token, value, kind) && bdl_grammar_would_take(grammar, token))
			expect_token(&e, token, value, kind);
	if (bdl_grammar_would_take(grammar, BDL_TK_PERMIT)) {
		e.too_many = false; /* the beginning of a rule: there are a dozen words for it */
		e.n_items = 0;
		expect_item(
		    &e, "a verdict such as block, coach or note, or a word such as permit", false);
	}
	if (e.conditions)
		expect_item(&e, "a condition such as 'to', 'by' or 'during'", false);
	else if (e.phrases)
		expect_item(&e, bdl_expect_phrases(kind), false);
	write_items(&e);
	expected = e.n_items && !e.too_many ? bdl_buf_str(&e.text) : NULL;
	if (at.kind) {
		bdl_build_complain(b, at, expected, meant_by(&e, at), what);
	} else {
		b->bad = true;
		bdl_find(b->findings, BDL_ERROR, at.line, at.column, expected, NULL,
		    "the rule ends too early");
	}
	bdl_buf_done(&e.text);
	return kept_suggestion(b->findings);
}
