/* The reader of a rules block: from tokens to rules, and what was wrong with them. */
#include "policy/rule.h"
#include "base/alloc.h"
#include "base/near.h"
#include "policy/document.h"
#include "policy/rules_int.h"
#include "policy/text_int.h"
#include "rules.h"

/* One block being read. */
struct reader {
	struct bdl_lexer lexer;
	struct bdl_token token; /* the next one */
	struct bdl_token comma; /* held back until it is known what it separates; kind 0: none */
	int last;        /* kind of the last token that the grammar took: what was expected */
	int list;        /* the keyword of the values being read: what a comma leads to */
	bool skipping;   /* to the next phrase, after a mistake */
	unsigned indent; /* of the rule's first line */
	bool after_rule; /* a rule stands before this one */
	void *grammar;
	struct bdl_rule_builder builder;
	struct bdl_rule *rules;
	size_t n, cap;
};

static const char *const phrase_words[] = { "to", "by", "during", "unless", "tell" };
static const char *const target_words[] = { "category", "host" };
static const char *const more_words[] = { "to", "by", "during", "unless", "tell", "on", "as" };
static const char *const critical_words[] = { "critical" };

static bool begins_phrase(int kind)
{
	return kind == BDL_TK_TO || kind == BDL_TK_BY || kind == BDL_TK_DURING ||
	    kind == BDL_TK_UNLESS || kind == BDL_TK_TELL;
}

/* Before these a comma or a new line may stand and means nothing. */
static bool stands_after_comma(int kind)
{
	return begins_phrase(kind) || kind == BDL_TK_ON || kind == BDL_TK_AS;
}

/* What the language allows after each keyword, in words. */
struct expectation {
	int after;
	const char *expected;
	const char *const *words; /* to suggest from */
	size_t n;
};

static const struct expectation expectations[] = {
	{ 0, "a verdict: block, coach or note", bdl_action_words, BDL_ACTIONS },
	{ BDL_TK_ACTION, "a door such as web", bdl_door_words, BDL_DOORS },
	{ BDL_TK_DOOR, "'to', 'by', 'during', 'unless' or 'tell'", phrase_words,
	    BDL_ARRAY_LEN(phrase_words) },
	{ BDL_TK_TO, "'category' or 'host'", target_words, BDL_ARRAY_LEN(target_words) },
	{ BDL_TK_CATEGORY, "a category such as gambling", NULL, 0 },
	{ BDL_TK_HOST, "a host such as example.org", NULL, 0 },
	{ BDL_TK_BY, "a group such as staff", bdl_group_words, BDL_GROUPS_BUILT_IN },
	{ BDL_TK_DURING, "a period such as 08:45-12:15", NULL, 0 },
	{ BDL_TK_ON, "days such as mon-fri", bdl_day_words, 7 },
	{ BDL_TK_UNLESS, "'to', 'by' or 'during'", phrase_words, 3 },
	{ BDL_TK_TELL, "a role such as technicians", bdl_role_words, BDL_ROLES },
	{ BDL_TK_AS, "'critical'", critical_words, 1 },
	/* After a value: */
	{ BDL_TK_WORD, "a comma and another, or 'to', 'by', 'during', 'unless' or 'tell'",
	    more_words, BDL_ARRAY_LEN(more_words) },
	{ BDL_TK_RANGE, "'on' and days, or a comma and another period", more_words,
	    BDL_ARRAY_LEN(more_words) },
	{ BDL_TK_CRITICAL, "'to', 'by', 'during', 'unless' or 'tell'", phrase_words,
	    BDL_ARRAY_LEN(phrase_words) },
};

static const struct expectation *expectation_after(int kind)
{
	for (size_t i = 0; i < BDL_ARRAY_LEN(expectations); i++)
		if (expectations[i].after == kind)
			return &expectations[i];
	return &expectations[0];
}

/* The grammar did not take the token (or a rule's end, kind 0). */
static void tell_mistake(struct reader *r, struct bdl_token at)
{
	const struct expectation *e = expectation_after(r->last);
	const char *near = at.kind == BDL_TK_WORD ? bdl_near_miss(at.text, e->words, e->n) : NULL;

	r->skipping = true;
	r->comma.kind = 0;
	if (at.kind == 0) {
		r->builder.bad = true;
		bdl_find(r->builder.findings, BDL_ERROR, at.line, at.column, e->expected, NULL,
		    "the rule ends too early");
	} else if (r->last == 0 && r->after_rule && begins_phrase(at.kind)) {
		bdl_build_complain(&r->builder, at,
		    "a verdict; a line that belongs to the rule above stands further in", NULL,
		    "no rule begins with");
	} else {
		bdl_build_complain(&r->builder, at, e->expected, near,
		    at.first ? "unexpected line" : "unexpected");
	}
}

/* A keyword where the grammar takes a value is a value: a category may be called `mail`. */
static int kind_in_place(int kind, int last)
{
	bool in_place = true;

	if (kind == BDL_TK_ACTION)
		in_place = last == 0;
	else if (kind == BDL_TK_DOOR)
		in_place = last == BDL_TK_ACTION;
	else if (kind == BDL_TK_CATEGORY || kind == BDL_TK_HOST)
		in_place = last == BDL_TK_TO;
	else if (kind == BDL_TK_CRITICAL)
		in_place = last == BDL_TK_AS;
	return in_place ? kind : BDL_TK_WORD;
}

static bool grammar_takes(struct reader *r, struct bdl_token t)
{
	bdl_grammar(r->grammar, t.kind, t);
	if (r->builder.syntax_failed) {
		r->builder.syntax_failed = false;
		return false;
	}
	if (t.kind == BDL_TK_COMMA || t.kind == BDL_TK_AND) {
		r->last = r->list;
		return true;
	}
	r->last = kind_in_place(t.kind, r->last);
	if (r->last != BDL_TK_WORD && r->last != BDL_TK_RANGE)
		r->list = r->last;
	return true;
}

static void restart_grammar(struct reader *r)
{
	bdl_grammarFinalize(r->grammar);
	bdl_grammarInit(r->grammar, &r->builder);
	r->builder.words_taken = r->builder.n_words;
	r->builder.periods_taken = r->builder.n_periods;
	r->last = 0;
}

/*
 * After a mistake the next phrase is read as though all before it had been right, so that its own
 * mistakes are found too: the grammar takes it where the values before the mistake were whole, and
 * else begins anew.
 */
static void resume_at(struct reader *r, struct bdl_token phrase)
{
	struct bdl_token action = { .kind = BDL_TK_ACTION, .text = BDL_LIT("block") };
	struct bdl_token door = { .kind = BDL_TK_DOOR, .text = BDL_LIT("web") };

	r->skipping = false;
	if (grammar_takes(r, phrase))
		return;
	restart_grammar(r);
	BDL_BUG_IF(
	    !grammar_takes(r, action) || !grammar_takes(r, door) || !grammar_takes(r, phrase));
}

static void push(struct reader *r, struct bdl_token t)
{
	if (grammar_takes(r, t))
		return;
	tell_mistake(r, t);
	if (begins_phrase(t.kind))
		resume_at(r, t);
}

static void feed(struct reader *r, struct bdl_token t)
{
	if (r->skipping) {
		if (begins_phrase(t.kind))
			resume_at(r, t);
		else if (t.kind == 0)
			(void)grammar_takes(r, t); /* the mistake was told already */
		return;
	}
	if (r->comma.kind && !stands_after_comma(t.kind)) {
		push(r, r->comma);
		r->comma.kind = 0;
	} else if (t.first && r->last && t.kind && !stands_after_comma(t.kind)) {
		tell_mistake(r, t); /* a new line, and neither a phrase nor after a comma */
	}
	if (r->skipping)
		return;
	if (t.kind == BDL_TK_COMMA) {
		r->comma = t;
		return;
	}
	r->comma.kind = 0;
	push(r, t);
}

static struct bdl_word *copy_words(
    struct bdl_region *region, const struct bdl_word *words, size_t n)
{
	struct bdl_word *copy = n ? bdl_region_array(region, n, sizeof(*copy)) : NULL;

	if (copy)
		memcpy(copy, words, n * sizeof(*copy));
	return copy;
}

static struct bdl_cond *copy_conds(
    struct bdl_region *region, const struct bdl_cond *conds, size_t n)
{
	struct bdl_cond *copy = n ? bdl_region_array(region, n, sizeof(*copy)) : NULL;

	if (!copy)
		return NULL;
	memcpy(copy, conds, n * sizeof(*copy));
	for (size_t i = 0; i < n; i++) {
		size_t periods = copy[i].n_periods;

		copy[i].words = copy_words(region, conds[i].words, conds[i].n_words);
		copy[i].periods =
		    periods ? bdl_region_array(region, periods, sizeof(*copy[i].periods)) : NULL;
		if (copy[i].periods)
			memcpy(
			    copy[i].periods, conds[i].periods, periods * sizeof(*copy[i].periods));
	}
	return copy;
}

static void keep_rule(
    struct reader *r, struct bdl_region *region, struct bdl_token first, const char *end)
{
	const struct bdl_rule_builder *b = &r->builder;

	r->rules = bdl_xgrow(r->rules, r->n, &r->cap, sizeof(*r->rules));
	r->rules[r->n++] = (struct bdl_rule){
		.action = b->action,
		.door = b->door,
		.conds = copy_conds(region, b->conds, b->n_conds),
		.n_conds = b->n_conds,
		.unless = copy_conds(region, b->unless, b->n_unless),
		.n_unless = b->n_unless,
		.tell = copy_words(region, b->tell, b->n_tell),
		.n_tell = b->n_tell,
		.critical = b->critical,
		.line = first.line,
		.column = first.column,
		.text = bdl_view_at(first.text.p, (size_t)(end - first.text.p)),
		.broken = b->bad,
	};
}

static void begin_rule(struct reader *r)
{
	struct bdl_findings *findings = r->builder.findings;

	r->builder = (struct bdl_rule_builder){ .findings = findings };
	r->indent = r->token.indent;
	r->skipping = false;
	r->comma.kind = 0;
	restart_grammar(r);
}

/* One rule, from the next token to where another begins. */
static void read_rule(struct reader *r, struct bdl_region *region)
{
	struct bdl_token first = r->token, end = first;

	begin_rule(r);
	do {
		end = r->token;
		feed(r, r->token);
		(void)bdl_rules_lex(&r->lexer, &r->token);
	} while (r->token.kind && !(r->token.first && r->token.indent <= r->indent));
	end.column += bdl_text_chars(end.text);
	end.text = bdl_view_at(end.text.p + end.text.n, 0);
	end.kind = 0;
	feed(r, end);
	if (r->n < BDL_RULES_MAX)
		keep_rule(r, region, first, end.text.p);
	else if (!r->builder.bad)
		bdl_build_complain(
		    &r->builder, first, "at most 1,024 rules", NULL, "no room for the rule at");
	r->after_rule = true;
}

void bdl_rules_parse(struct bdl_view block, unsigned first_line, struct bdl_region *region,
    struct bdl_findings *findings, struct bdl_rule **ret_rules, size_t *ret_n)
{
	struct reader *r = bdl_xalloc(sizeof(*r));
	const char *start = block.n ? block.p : "";

	r->lexer = (struct bdl_lexer){ start, start + block.n, start, first_line, false };
	r->builder.findings = findings;
	r->grammar = bdl_grammarAlloc(malloc, &r->builder);
	BDL_BUG_IF(!r->grammar); /* a few kilobytes: as bdl_xalloc */
	(void)bdl_rules_lex(&r->lexer, &r->token);
	while (r->token.kind)
		read_rule(r, region);
	bdl_grammarFree(r->grammar, free);

	*ret_rules = r->n ? bdl_region_array(region, r->n, sizeof(**ret_rules)) : NULL;
	*ret_n = *ret_rules && !bdl_region_broken(region) ? r->n : 0;
	if (*ret_n)
		memcpy(*ret_rules, r->rules, r->n * sizeof(**ret_rules));
	free(r->rules);
	free(r);
}
