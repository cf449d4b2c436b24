/* The builder: what the grammar calls while it reads one rule. */
#include "policy/rules_int.h"
#include "policy/text_int.h"

#define ALL_DAYS   0x7f
#define NUMBER_MAX 1000000

const char *const bdl_day_words[7] = { "mon", "tue", "wed", "thu", "fri", "sat", "sun" };

void bdl_build_complain(struct bdl_rule_builder *b, struct bdl_token at, const char *expected,
    const char *suggestion, const char *what)
{
	struct bdl_view quote = bdl_text_cut(at.text, BDL_QUOTE_MAX);

	b->bad = true;
	bdl_find(b->findings, BDL_ERROR, at.line, at.column, expected, suggestion, "%s '%.*s%s'",
	    what, BDL_FMT(quote), quote.n < at.text.n ? "..." : "");
}

/* Heads. */

void bdl_build_door(struct bdl_rule_builder *b, struct bdl_token door)
{
	int d = bdl_door_find(door.text);

	BDL_BUG_IF(d < 0);
	b->rule.door = (enum bdl_door)d;
}

/* What comes in at the door, more closely: noted until the head says which door it is. */
void bdl_build_deed(struct bdl_rule_builder *b, struct bdl_token word)
{
	if (b->n_lists == 0)
		bdl_build_list(b);
	bdl_build_word(b, word);
}

/* "'in', 'out' or 'reply-all'": what comes in at the door; there are several or none. */
static void list_deeds(enum bdl_door door, struct bdl_buf *out)
{
	const char *last = NULL;

	bdl_buf_clear(out);
	for (int i = 0; i < BDL_DEEDS; i++) {
		const struct bdl_deed_info *deed = bdl_deed_info((enum bdl_deed)i);

		if (deed->door != door)
			continue;
		if (last)
			(void)bdl_buf_printf(out, "%s'%s'", out->n ? ", " : "", last);
		last = deed->word;
	}
	if (last)
		(void)bdl_buf_printf(out, " or '%s'", last);
	else
		(void)bdl_buf_add_str(out, "nothing between the door and its phrases");
}

static void find_deeds(struct bdl_rule_builder *b)
{
	struct bdl_buf deeds BDL_AUTO_IN(bdl_buf_done) = BDL_BUF(512);
	const struct bdl_list *words = &b->values.lists[0];

	for (size_t i = 0; i < words->n; i++) {
		const struct bdl_word *w = &words->words[i];
		int act = bdl_deed_find(b->rule.door, w->text);

		if (act >= 0) {
			b->rule.deeds |= 1u << act;
			continue;
		}
		b->bad = true;
		list_deeds(b->rule.door, &deeds);
		bdl_find(b->findings, BDL_ERROR, w->line, w->column, bdl_buf_str(&deeds), NULL,
		    "there is no '%.*s' at the door '%s'", BDL_FMT(w->text),
		    bdl_door_word(b->rule.door));
	}
}

void bdl_build_head(struct bdl_rule_builder *b, struct bdl_token action, struct bdl_token door)
{
	int a = bdl_action_find(action.text);

	BDL_BUG_IF(a < 0);
	bdl_build_door(b, door);
	b->rule.kind = BDL_RULE_VERDICT;
	b->rule.action = (enum bdl_action)a;
	b->head_read = true;
	find_deeds(b);
	bdl_build_drop_values(b);
}

void bdl_build_kind(struct bdl_rule_builder *b, enum bdl_rule_kind kind, enum bdl_phrase_form form,
    struct bdl_token at)
{
	b->rule.kind = kind;
	b->head_read = true;
	bdl_build_phrase(b, form, at, BDL_MANNER_NONE);
	b->rule.head = b->phrase;
}

/* Values. */

void bdl_build_drop_values(struct bdl_rule_builder *b)
{
	b->n_lists = 0;
	b->values = (struct bdl_phrase){ 0 };
	b->periods_taken = b->n_periods;
}

void bdl_build_list(struct bdl_rule_builder *b)
{
	BDL_BUG_IF(b->n_lists == BDL_PHRASE_LISTS);
	b->values.lists[b->n_lists++].words = b->words + b->n_words;
}

void bdl_build_word(struct bdl_rule_builder *b, struct bdl_token word)
{
	BDL_BUG_IF(b->n_lists == 0);
	if (b->n_words < BDL_RULE_WORDS_MAX) {
		b->words[b->n_words++] = (struct bdl_word){ word.text, word.line, word.column };
		b->values.lists[b->n_lists - 1].n++;
	} else if (!b->bad) {
		bdl_build_complain(b, word, "at most 256 names in one rule", NULL, "no room for");
	}
}

void bdl_build_quoted(struct bdl_rule_builder *b, struct bdl_token quoted)
{
	if (quoted.text.n <= 2)
		bdl_build_complain(b, quoted, "words between the quotes", NULL, "an empty line");
	quoted.text = bdl_view_at(quoted.text.p + 1, quoted.text.n - 2);
	bdl_build_word(b, quoted);
}

static uint64_t number_of(struct bdl_rule_builder *b, struct bdl_token number)
{
	uint64_t n = 0;

	if (!bdl_view_uint(number.text, NUMBER_MAX, &n) || n == 0)
		bdl_build_complain(
		    b, number, "a number from 1 to 1000000", NULL, "no such number:");
	return n;
}

void bdl_build_number(struct bdl_rule_builder *b, struct bdl_token number)
{
	b->values.number = number_of(b, number);
}

void bdl_build_span(struct bdl_rule_builder *b, struct bdl_token number)
{
	b->values.span.n = (uint32_t)number_of(b, number);
}

static const char *const unit_words[BDL_UNITS] = { "minute", "hour", "day", "week", "month", "term",
	"year" };

int bdl_unit_find(struct bdl_view v)
{
	struct bdl_view one = v.n && v.p[v.n - 1] == 's' ? bdl_view_at(v.p, v.n - 1) : v;

	for (int i = 0; i < BDL_UNITS; i++)
		if (bdl_view_is(one, unit_words[i]))
			return i;
	return -1;
}

/* "2 days"; "of more than 2 GB a day" is one of it. */
void bdl_build_unit(struct bdl_rule_builder *b, struct bdl_token unit)
{
	int found = bdl_unit_find(unit.text);

	BDL_BUG_IF(found < 0);
	b->values.span.unit = (enum bdl_unit)found;
	if (b->values.span.n == 0)
		b->values.span.n = 1;
}

void bdl_build_size(struct bdl_rule_builder *b, struct bdl_token number, struct bdl_token unit)
{
	b->values.number = number_of(b, number) * (unit.text.p[0] == 'G' ? 1000000000 : 1000000);
}

/* What a report does at once: the verdict is kept as its number. */
void bdl_build_then(struct bdl_rule_builder *b, struct bdl_token action, struct bdl_token door)
{
	int a = bdl_action_find(action.text);

	if (a != BDL_BLOCK && a != BDL_COACH)
		bdl_build_complain(b, action, "'block' or 'coach'", NULL, "a report cannot");
	if (!bdl_view_is(door.text, "web"))
		bdl_build_complain(b, door, "'web'", NULL, "a report cannot change the door");
	b->values.number = a > 0 ? (uint64_t)a : BDL_BLOCK;
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

void bdl_build_clock(struct bdl_rule_builder *b, struct bdl_token clock)
{
	uint16_t minutes;

	if (parse_time(clock.text, &minutes))
		b->values.number = minutes;
	else
		bdl_build_complain(
		    b, clock, "a time from 00:00 to 24:00, such as 15:30", NULL, "no such time");
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

/* Some words say another thing in another rule. */
static enum bdl_phrase_form form_in(enum bdl_rule_kind kind, enum bdl_phrase_form form)
{
	if (form == BDL_PHRASE_BY && kind == BDL_RULE_CASE)
		return BDL_PHRASE_SORTED_BY;
	if (form == BDL_PHRASE_BY && kind == BDL_RULE_APPROVE)
		return BDL_PHRASE_BY_BODY;
	if (form == BDL_PHRASE_AT && kind == BDL_RULE_SHOW)
		return BDL_PHRASE_SHOWN_AT;
	return form;
}

void bdl_build_phrase(struct bdl_rule_builder *b, enum bdl_phrase_form form, struct bdl_token at,
    enum bdl_manner manner)
{
	b->phrase = b->values;
	b->phrase.form = form_in(b->rule.kind, form);
	b->phrase.manner = manner;
	b->phrase.periods = b->periods + b->periods_taken;
	b->phrase.n_periods = b->n_periods - b->periods_taken;
	b->phrase.line = at.line;
	b->phrase.column = at.column;
	bdl_build_drop_values(b);
}

static void keep_in(struct bdl_rule_builder *b, struct bdl_phrase *phrases, size_t *n)
{
	if (*n < BDL_RULE_PHRASES_MAX) {
		phrases[(*n)++] = b->phrase;
		return;
	}
	if (!b->bad)
		bdl_find(b->findings, BDL_ERROR, b->phrase.line, b->phrase.column,
		    "at most 32 conditions, 32 exceptions and 32 other phrases", NULL,
		    "too long a rule");
	b->bad = true;
}

/* A phrase that says nothing in this kind of rule. */
static bool is_out_of_place(struct bdl_rule_builder *b)
{
	const struct bdl_phrase_info *info = bdl_phrase_info(b->phrase.form);
	bool door = b->rule.kind <= BDL_RULE_FORCE;

	if (!b->head_read || (info->kinds >> b->rule.kind & 1))
		return false;
	b->bad = true;
	bdl_find(b->findings, BDL_ERROR, b->phrase.line, b->phrase.column,
	    bdl_expect_phrases(b->rule.kind), NULL,
	    door ? "'%s' does not belong to %s" : "'%s' does not belong to '%s'", info->words,
	    bdl_rule_kind_word(door ? BDL_RULE_VERDICT : b->rule.kind));
	return true;
}

void bdl_build_keep(struct bdl_rule_builder *b, bool unless)
{
	enum bdl_phrase_part part = bdl_phrase_info(b->phrase.form)->part;

	if (is_out_of_place(b))
		return;
	if (unless)
		keep_in(b, b->unless, &b->rule.n_unless);
	else if (part == BDL_PART_TARGET || part == BDL_PART_CIRCUMSTANCE)
		keep_in(b, b->conds, &b->rule.n_conds);
	else
		keep_in(b, b->phrases, &b->rule.n_phrases);
}
