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
	int list;        /* the word before the values being read: what a comma leads to */
	bool skipping;   /* to the next phrase, after a mistake */
	unsigned indent; /* of the rule's first line */
	bool after_rule; /* a rule stands before this one */
	void *grammar;
	struct bdl_rule_builder builder;
	struct bdl_rule *rules;
	size_t n, cap;
};

/* Before these a comma or a new line may stand and means nothing. */
static bool goes_on(int kind)
{
	return kind == BDL_TK_ON || kind == BDL_TK_AS;
}

static bool stands_after_comma(int kind)
{
	return bdl_begins_phrase(kind) || goes_on(kind);
}

/* A word of the language where the grammar takes a value is a value. */
static struct bdl_token in_place(const struct reader *r, struct bdl_token t)
{
	if (t.text.n && !bdl_begins_phrase(t.kind) && t.kind != BDL_TK_COMMA_ &&
	    !bdl_grammar_would_take(r->grammar, t.kind) &&
	    bdl_grammar_would_take(r->grammar, BDL_TK_WORD_))
		t.kind = BDL_TK_WORD_;
	return t;
}

static bool is_value(int kind)
{
	return kind == BDL_TK_WORD_ || kind == BDL_TK_RANGE_ || kind == BDL_TK_NUMBER_ ||
	    kind == BDL_TK_UNIT_ || kind == BDL_TK_QUOTED_ || kind == BDL_TK_COMMA_ ||
	    kind == BDL_TK_AND;
}

/* "to categroy games" is a slip, and no message to people who are called so. */
static bool is_slip(const struct reader *r, struct bdl_token t)
{
	static const char *const targets[] = { "category", "host", "path" },
				 *const grants[] = { "grants" };

	if (t.kind != BDL_TK_WORD_)
		return false;
	return (r->last == BDL_TK_TO && bdl_near_miss(t.text, targets, BDL_ARRAY_LEN(targets))) ||
	    (r->last == BDL_TK_CHECK && bdl_near_miss(t.text, grants, BDL_ARRAY_LEN(grants)));
}

static bool grammar_takes(struct reader *r, struct bdl_token t)
{
	t = in_place(r, t);
	if (is_slip(r, t) || !bdl_grammar_would_take(r->grammar, t.kind))
		return false;
	bdl_grammar(r->grammar, t.kind, t);
	BDL_BUG_IF(r->builder.syntax_failed);
	r->last = t.kind;
	if (!is_value(t.kind))
		r->list = t.kind;
	return true;
}

/* A phrase that stands by itself, so that the one before it takes nothing of it. */
static void separate(struct reader *r)
{
	struct bdl_token sep = { .kind = BDL_TK_SEP_ };
	int list = r->list;

	if (grammar_takes(r, sep))
		r->list = list;
}

/* The grammar makes something of a head that is whole only when it sees what follows. */
static void settle_head(struct reader *r)
{
	if (!r->builder.head_read && r->last)
		separate(r);
}

/* What was meant is read in place of what was written: one slip, one message. */
static bool read_as(struct reader *r, struct bdl_token slip, const char *meant)
{
	if (!meant)
		return false;
	slip.text = bdl_view_of(meant);
	slip.kind = bdl_rules_word_kind(slip.text);
	if (slip.kind == BDL_TK_WORD_)
		return false;
	if (slip.first && bdl_begins_phrase(slip.kind))
		separate(r);
	return grammar_takes(r, slip);
}

/* Words that begin rules; those that mean other things too are left to the grammar. */
static bool begins_rule(int kind)
{
	return kind == BDL_TK_ACTION_ || kind == BDL_TK_SPLICE || kind == BDL_TK_FORCE ||
	    kind == BDL_TK_PERMIT || kind == BDL_TK_REPORT || kind == BDL_TK_REGISTER;
}

/*
 * The grammar did not take the token (or a rule's end, kind 0). What follows is left out up to the
 * next phrase, unless it is plain what was meant.
 */
static void tell_mistake(struct reader *r, struct bdl_token at)
{
	const char *meant = NULL;

	r->skipping = true;
	r->comma.kind = 0;
	if (!bdl_grammar_would_take(r->grammar, BDL_TK_ACT_))
		settle_head(r);
	if (r->last != 0 && at.first && begins_rule(at.kind))
		bdl_build_complain(&r->builder, at,
		    "a phrase of the rule above; a rule of its own begins at the margin", NULL,
		    "unexpected line");
	else if (r->last == 0 && r->after_rule && bdl_begins_phrase(at.kind))
		bdl_build_complain(&r->builder, at,
		    "a verdict; a line that belongs to the rule above stands further in", NULL,
		    "no rule begins with");
	else
		meant = bdl_expect(&r->builder, r->grammar, r->list, at,
		    at.first ? "unexpected line" : "unexpected");
	r->skipping = !read_as(r, at, meant);
	if (r->skipping)
		settle_head(r);
}

static void restart_grammar(struct reader *r)
{
	bdl_grammarFinalize(r->grammar);
	bdl_grammarInit(r->grammar, &r->builder);
	bdl_build_drop_values(&r->builder);
	r->last = r->list = 0;
}

/*
 * After a mistake the next phrase is read as though all before it had been right, so that its own
 * mistakes are found too: the grammar takes it where the values before the mistake were whole, and
 * else begins anew.
 */
static void resume_at(struct reader *r, struct bdl_token phrase)
{
	struct bdl_token again = { .kind = BDL_TK_RESUME_ };

	r->skipping = false;
	if (grammar_takes(r, phrase))
		return;
	restart_grammar(r);
	BDL_BUG_IF(!grammar_takes(r, again) || !grammar_takes(r, phrase));
}

static void push(struct reader *r, struct bdl_token t)
{
	if (grammar_takes(r, t))
		return;
	tell_mistake(r, t);
	if (r->skipping && bdl_begins_phrase(t.kind))
		resume_at(r, t);
}

static void feed(struct reader *r, struct bdl_token t)
{
	if (r->skipping) {
		if (bdl_begins_phrase(t.kind))
			resume_at(r, t);
		return;
	}
	if (r->comma.kind && !stands_after_comma(t.kind)) {
		if (t.kind && bdl_grammar_would_take(r->grammar, BDL_TK_SEP_) &&
		    !bdl_grammar_would_take(r->grammar, BDL_TK_COMMA_))
			separate(r); /* no list goes on here: the word after the comma is wrong */
		else
			push(r, r->comma);
	} else if (bdl_begins_phrase(t.kind) && (r->comma.kind || t.first)) {
		separate(r);
	} else if (t.first && r->last && t.kind && !goes_on(t.kind)) {
		tell_mistake(r, t); /* a new line, and neither a phrase nor after a comma */
		return;
	}
	r->comma.kind = 0;
	if (r->skipping)
		return;
	if (t.kind == BDL_TK_COMMA_)
		r->comma = t;
	else
		push(r, t);
}

static struct bdl_list copy_list(struct bdl_region *region, struct bdl_list list)
{
	struct bdl_word *copy = list.n ? bdl_region_array(region, list.n, sizeof(*copy)) : NULL;

	if (!copy)
		return (struct bdl_list){ NULL, 0 };
	memcpy(copy, list.words, list.n * sizeof(*copy));
	return (struct bdl_list){ copy, list.n };
}

static struct bdl_phrase copy_phrase(struct bdl_region *region, const struct bdl_phrase *phrase)
{
	struct bdl_phrase copy = *phrase;
	size_t n = copy.n_periods;

	for (size_t i = 0; i < BDL_PHRASE_LISTS; i++)
		copy.lists[i] = copy_list(region, phrase->lists[i]);
	copy.periods = n ? bdl_region_array(region, n, sizeof(*copy.periods)) : NULL;
	copy.n_periods = copy.periods ? n : 0;
	if (copy.periods)
		memcpy(copy.periods, phrase->periods, n * sizeof(*copy.periods));
	return copy;
}

static struct bdl_phrase *copy_phrases(
    struct bdl_region *region, const struct bdl_phrase *phrases, size_t n)
{
	struct bdl_phrase *copy = n ? bdl_region_array(region, n, sizeof(*copy)) : NULL;

	for (size_t i = 0; copy && i < n; i++)
		copy[i] = copy_phrase(region, &phrases[i]);
	return copy;
}

static void keep_rule(
    struct reader *r, struct bdl_region *region, struct bdl_token first, const char *end)
{
	const struct bdl_rule_builder *b = &r->builder;
	struct bdl_rule rule = b->rule;

	rule.head = copy_phrase(region, &rule.head);
	rule.conds = copy_phrases(region, b->conds, rule.n_conds);
	rule.unless = copy_phrases(region, b->unless, rule.n_unless);
	rule.phrases = copy_phrases(region, b->phrases, rule.n_phrases);
	rule.line = first.line;
	rule.column = first.column;
	rule.text = bdl_view_at(first.text.p, (size_t)(end - first.text.p));
	rule.broken = b->bad;
	r->rules = bdl_xgrow(r->rules, r->n, &r->cap, sizeof(*r->rules));
	r->rules[r->n++] = rule;
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

const struct bdl_phrase *bdl_rule_phrase(const struct bdl_rule *rule, enum bdl_phrase_form form)
{
	for (size_t i = 0; i < rule->n_phrases; i++)
		if (rule->phrases[i].form == form)
			return &rule->phrases[i];
	return NULL;
}
