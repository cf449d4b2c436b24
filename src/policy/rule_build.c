/* The builder: what the grammar calls while it reads one rule. */
#include "policy/rules_int.h"
#include "policy/text_int.h"

#define ALL_DAYS 0x7f

const char *const bdl_day_words[7] = { "mon", "tue", "wed", "thu", "fri", "sat", "sun" };

void bdl_build_complain(struct bdl_rule_builder *b, struct bdl_token at, const char *expected,
    const char *suggestion, const char *what)
{
	struct bdl_view quote = bdl_text_cut(at.text, BDL_QUOTE_MAX);

	b->bad = true;
	bdl_find(b->findings, BDL_ERROR, at.line, at.column, expected, suggestion, "%s '%.*s%s'",
	    what, BDL_FMT(quote), quote.n < at.text.n ? "..." : "");
}

static struct bdl_word word_of(struct bdl_token t)
{
	return (struct bdl_word){ t.text, t.line, t.column };
}

void bdl_build_head(struct bdl_rule_builder *b, struct bdl_token action, struct bdl_token door)
{
	int a = bdl_action_find(action.text), d = bdl_door_find(door.text);

	BDL_BUG_IF(a < 0 || d < 0);
	b->action = (enum bdl_action)a;
	b->door = (enum bdl_door)d;
}

void bdl_build_word(struct bdl_rule_builder *b, struct bdl_token word)
{
	if (b->n_words < BDL_RULE_WORDS_MAX)
		b->words[b->n_words++] = word_of(word);
	else if (!b->bad)
		bdl_build_complain(b, word, "at most 256 names in one rule", NULL, "no room for");
}

/* "08:45": minutes of the day. */
static bool parse_time(struct bdl_view v, uint16_t *ret)
{
	struct bdl_view hours;
	uint64_t h, m;

	if (!bdl_view_cut(&v, ':', &hours) || v.n != 2 || !bdl_view_uint(hours, 24, &h) ||
	    !bdl_view_uint(v, 59, &m) || (h == 24 && m > 0))
		return false;
	*ret = (uint16_t)(h * 60 + m);
	return true;
}

void bdl_build_period(struct bdl_rule_builder *b, struct bdl_token range, bool days_asked)
{
	struct bdl_period p = { .days = days_asked ? 0 : ALL_DAYS };
	struct bdl_view from, to = range.text;

	b->days_asked = days_asked;
	(void)bdl_view_cut(&to, '-', &from); /* the token has its hyphen */
	if (!parse_time(from, &p.from) || !parse_time(to, &p.to) || p.from == 1440)
		bdl_build_complain(b, range, "times from 00:00 to 24:00, such as 08:45-12:15", NULL,
		    "no such time");
	else if (p.from == p.to)
		bdl_build_complain(b, range,
		    "an end that differs from the start (the whole day is 00:00-24:00)", NULL,
		    "an empty period");
	else if (b->n_periods == BDL_RULE_PERIODS_MAX)
		bdl_build_complain(b, range, "at most 64 periods in one rule", NULL, "no room for");
	else
		b->periods[b->n_periods++] = p;
}

static int find_day(struct bdl_view v)
{
	for (size_t i = 0; i < BDL_ARRAY_LEN(bdl_day_words); i++)
		if (bdl_view_is(v, bdl_day_words[i]))
			return (int)i;
	return -1;
}

/* "monday" and "Mon" are near enough to "mon" for a suggestion. */
static const char *near_day(struct bdl_view v)
{
	for (size_t i = 0; i < BDL_ARRAY_LEN(bdl_day_words); i++)
		if (v.n > 2 && bdl_view_ieq(bdl_view_at(v.p, 3), bdl_view_of(bdl_day_words[i])))
			return bdl_day_words[i];
	return NULL;
}

void bdl_build_days(struct bdl_rule_builder *b, struct bdl_token span)
{
	struct bdl_view last = span.text, first;
	int from, to;
	uint8_t days = 0;

	(void)bdl_view_cut(&last, '-', &first); /* a single day leaves `last` empty */
	from = find_day(first);
	to = first.n == span.text.n ? from : find_day(last);
	if (from < 0 || to < 0) {
		bool plain = bdl_view_find(span.text, '-') == span.text.n;

		bdl_build_complain(b, span, "days such as mon-fri",
		    plain ? near_day(span.text) : NULL, "unknown days");
		return;
	}
	if (!b->days_asked) {
		bdl_build_complain(b, span, "'on' before the days", NULL, "a day without 'on':");
		return;
	}
	for (int day = from;; day = (day + 1) % 7) { /* "fri-mon" runs over the week's end */
		days |= (uint8_t)(1u << day);
		if (day == to)
			break;
	}
	if (b->n_periods > b->periods_taken)
		b->periods[b->n_periods - 1].days |= days;
}

void bdl_build_cond(struct bdl_rule_builder *b, enum bdl_cond_kind kind, struct bdl_token at)
{
	b->cond = (struct bdl_cond){
		.kind = kind,
		.words = b->words + b->words_taken,
		.n_words = b->n_words - b->words_taken,
		.periods = b->periods + b->periods_taken,
		.n_periods = b->n_periods - b->periods_taken,
		.line = at.line,
		.column = at.column,
	};
	b->words_taken = b->n_words;
	b->periods_taken = b->n_periods;
}

static void keep_cond(struct bdl_rule_builder *b, struct bdl_cond *conds, size_t *n)
{
	if (*n < BDL_RULE_CONDS_MAX) {
		conds[(*n)++] = b->cond;
		return;
	}
	if (!b->bad)
		bdl_find(b->findings, BDL_ERROR, b->cond.line, b->cond.column,
		    "at most 32 conditions and 32 exceptions", NULL, "too long a rule");
	b->bad = true;
}

void bdl_build_keep_cond(struct bdl_rule_builder *b)
{
	keep_cond(b, b->conds, &b->n_conds);
}

void bdl_build_keep_unless(struct bdl_rule_builder *b)
{
	keep_cond(b, b->unless, &b->n_unless);
}

void bdl_build_tell(struct bdl_rule_builder *b, bool critical)
{
	b->critical |= critical;
	for (size_t i = b->words_taken; i < b->n_words; i++) {
		if (b->n_tell < BDL_RULE_ROLES_MAX) {
			b->tell[b->n_tell++] = b->words[i];
			continue;
		}
		if (!b->bad)
			bdl_find(b->findings, BDL_ERROR, b->words[i].line, b->words[i].column,
			    "at most 32 roles in one rule", NULL, "too many are told");
		b->bad = true;
	}
	b->words_taken = b->n_words;
}
