/* Phrases in plain English: the words of phrase.c with their values filled in. */
#include "policy/explain_int.h"

#define ALL_DAYS 0x7f

void bdl_say(struct bdl_buf *out, const char *s)
{
	(void)bdl_buf_add_str(out, s);
}

void bdl_say_between(struct bdl_buf *out, size_t i, size_t n, const char *last)
{
	if (i == 0)
		return;
	bdl_say(out, i + 1 < n ? ", " : " ");
	if (i + 1 < n)
		return;
	bdl_say(out, last);
	bdl_say(out, " ");
}

void bdl_say_words(struct bdl_buf *out, const struct bdl_list *names, const char *last)
{
	for (size_t i = 0; i < names->n; i++) {
		bdl_say_between(out, i, names->n, last);
		(void)bdl_buf_add_view(out, names->words[i].text);
	}
}

void bdl_say_names(
    struct bdl_buf *out, const struct bdl_list *names, enum bdl_name_class class, const char *last)
{
	bool roles = class == BDL_NAMES_ROLE || class == BDL_NAMES_OFFICER ||
	    class == BDL_NAMES_PEOPLE || class == BDL_NAMES_GROUP;

	for (size_t i = 0; i < names->n; i++) {
		int role = roles ? bdl_role_find(names->words[i].text) : -1;

		bdl_say_between(out, i, names->n, last);
		if (role >= 0)
			bdl_say(out, bdl_role_title((enum bdl_role_word)role));
		else if (roles && bdl_view_is(names->words[i].text, "unknown"))
			bdl_say(out, "unknown people");
		else if (roles &&
		    (bdl_view_is(names->words[i].text, "person") ||
			bdl_view_is(names->words[i].text, "holder")))
			(void)bdl_buf_printf(out, "the %.*s", BDL_FMT(names->words[i].text));
		else
			(void)bdl_buf_add_view(out, names->words[i].text);
	}
}

static const char *const day_names[] = { "Monday", "Tuesday", "Wednesday", "Thursday", "Friday",
	"Saturday", "Sunday" };

static bool has_day(uint8_t days, unsigned day)
{
	return days >> (day % 7) & 1;
}

/* A run of three days and more is "Monday to Friday". */
static void say_days(struct bdl_buf *out, uint8_t days)
{
	unsigned first = 0, n = (unsigned)__builtin_popcount(days), said = 0;

	if (n == 7) {
		bdl_say(out, " every day");
		return;
	}
	while (first < 7 && !(has_day(days, first) && !has_day(days, first + 6)))
		first++; /* a day that begins a run, be it over the week's end */
	bdl_say(out, " on ");
	for (unsigned i = first; i < first + 7;) {
		unsigned run = 0;

		while (run < n && has_day(days, i + run))
			run++;
		if (run >= 3) {
			bdl_say_between(out, said > 0, said + run >= n ? 2 : 3, "and");
			(void)bdl_buf_printf(
			    out, "%s to %s", day_names[i % 7], day_names[(i + run - 1) % 7]);
		} else {
			for (unsigned j = 0; j < run; j++) {
				bdl_say_between(
				    out, said + j > 0, said + j + 1 >= n ? 2 : 3, "and");
				bdl_say(out, day_names[(i + j) % 7]);
			}
		}
		said += run;
		i += run ? run : 1;
	}
}

/* Days stand once behind periods that share them; "starting" where one runs past midnight. */
static void say_periods(struct bdl_buf *out, const struct bdl_phrase *c)
{
	bool overnight = false;

	for (size_t i = 0; i < c->n_periods; i++) {
		const struct bdl_period *p = &c->periods[i];
		bool days_follow = i + 1 < c->n_periods && c->periods[i + 1].days == p->days;
		bool next_day = p->from > p->to && p->days != ALL_DAYS;

		bdl_say_between(out, i, c->n_periods, "and");
		(void)bdl_buf_printf(out, "from %02d:%02d to %02d:%02d%s", p->from / 60,
		    p->from % 60, p->to / 60, p->to % 60, next_day ? " the next day" : "");
		overnight |= next_day;
		if (days_follow)
			continue;
		bdl_say(out, overnight ? " starting" : "");
		overnight = false;
		say_days(out, p->days);
	}
}

static void say_span(struct bdl_buf *out, struct bdl_span span)
{
	static const char *const units[BDL_UNITS] = { "minute", "hour", "day", "week", "month",
		"term", "year" };

	(void)bdl_buf_printf(out, "%u %s%s", span.n, units[span.unit], span.n == 1 ? "" : "s");
}

static void say_size(struct bdl_buf *out, const struct bdl_phrase *phrase)
{
	uint64_t mb = phrase->number / 1000000;

	(void)bdl_buf_printf(out, "%s%llu %s",
	    phrase->span.n ? "past a person's " : "of more than ",
	    (unsigned long long)(mb % 1000 ? mb : mb / 1000), mb % 1000 ? "MB" : "GB");
	if (phrase->span.n) {
		bdl_say(out, " in ");
		say_span(out, phrase->span);
	}
}

static const char *ordinal_end(uint64_t n)
{
	if (n % 100 / 10 == 1)
		return "th";
	return n % 10 == 1 ? "st" : n % 10 == 2 ? "nd" : n % 10 == 3 ? "rd" : "th";
}

static void say_ordinal(struct bdl_buf *out, uint64_t n)
{
	(void)bdl_buf_printf(out, "%llu%s", (unsigned long long)n, ordinal_end(n));
}

static const char *manner_words(const struct bdl_phrase *phrase)
{
	static const char *const words[BDL_MANNERS] = { "", "serious", "likely", "certain",
		", in one message a day", ", as critical", " when it is late" };

	if (phrase->form == BDL_PHRASE_PHRASES && phrase->manner == BDL_MANNER_NONE)
		return "any";
	return words[phrase->manner] ? words[phrase->manner] : "";
}

static const char *kept(enum bdl_manner manner)
{
	if (manner == BDL_MANNER_NOTHING)
		return "it is counted without the person, and nothing else is kept";
	if (manner == BDL_MANNER_WORDS)
		return "the facts are kept, with a line around the words that were found";
	if (manner == BDL_MANNER_PICTURE)
		return "the facts are kept, the words, and one sealed picture of the screen";
	return "the facts are kept, and none of the content";
}

void bdl_say_telling(struct bdl_buf *out, const struct bdl_phrase *phrase)
{
	bdl_say(out, manner_words(phrase));
	if (phrase->number) {
		bdl_say(out, ", from a person's ");
		say_ordinal(out, phrase->number);
		bdl_say(out, " time in ");
	} else if (phrase->span.n) {
		bdl_say(out, ", after ");
	}
	if (phrase->span.n)
		say_span(out, phrase->span);
}

/* The words between a first list and a second one that may not be there. */
static void say_second(struct bdl_buf *out, const struct bdl_phrase *phrase)
{
	const struct bdl_phrase_info *info = bdl_phrase_info(phrase->form);

	if (phrase->lists[1].n == 0)
		return;
	bdl_say(out, phrase->form == BDL_PHRASE_GRANTED ? ", up to the " : " for ");
	bdl_say_names(out, &phrase->lists[1], info->names[1], "or");
	bdl_say(out, phrase->form == BDL_PHRASE_GRANTED ? " granted" : "");
}

static void say_third(struct bdl_buf *out, const struct bdl_phrase *phrase)
{
	if (phrase->lists[2].n == 0)
		return;
	bdl_say(out, ", for ");
	bdl_say_words(out, &phrase->lists[2], "and");
}

static void say_kinds_of_data(struct bdl_buf *out, const struct bdl_phrase *phrase)
{
	if (phrase->lists[0].n) {
		bdl_say(out, " of the kind ");
		bdl_say_words(out, &phrase->lists[0], "or");
	}
}

static void say_people(struct bdl_buf *out, const struct bdl_phrase *phrase)
{
	if (phrase->number)
		(void)bdl_buf_printf(
		    out, " of more than %llu people", (unsigned long long)phrase->number);
}

static void say_clock(struct bdl_buf *out, const struct bdl_phrase *phrase)
{
	if (phrase->number)
		(void)bdl_buf_printf(out, " what comes after %02u:%02u",
		    (unsigned)phrase->number / 60, (unsigned)phrase->number % 60);
}

static void say_unread(struct bdl_buf *out, const struct bdl_phrase *phrase)
{
	bdl_say(out, "nobody has read it");
	if (phrase->span.n) {
		bdl_say(out, " within ");
		say_span(out, phrase->span);
	}
}

static void say_every(struct bdl_buf *out, const struct bdl_phrase *phrase)
{
	if (phrase->span.n) {
		bdl_say(out, " every ");
		say_span(out, phrase->span);
	}
}

/* A list by its letter: %a, %b with "or", %A, %B with "and". */
static void say_list(struct bdl_buf *out, const struct bdl_phrase *phrase, char which)
{
	size_t i = which == 'b' || which == 'B';

	bdl_say_names(out, &phrase->lists[i], bdl_phrase_info(phrase->form)->names[i],
	    which == 'A' || which == 'B' ? "and" : "or");
}

/* "a", "b c" or "d": as they were quoted. */
static void say_quoted(struct bdl_buf *out, const struct bdl_phrase *phrase)
{
	const struct bdl_list *texts = &phrase->lists[0];

	for (size_t i = 0; i < texts->n; i++) {
		bdl_say_between(out, i, texts->n, "or");
		(void)bdl_buf_printf(out, "\"%.*s\"", BDL_FMT(texts->words[i].text));
	}
}

static void say_value(struct bdl_buf *out, const struct bdl_phrase *phrase, char which)
{
	static const struct {
		char which;
		void (*say)(struct bdl_buf *out, const struct bdl_phrase *phrase);
	} values[] = { { 'p', say_periods }, { 'z', say_size }, { 't', bdl_say_telling },
		{ '2', say_second }, { '3', say_third }, { '1', say_kinds_of_data },
		{ 'N', say_people }, { 'q', say_quoted }, { 'c', say_clock }, { 'w', say_unread },
		{ 'e', say_every } };

	for (size_t i = 0; i < BDL_ARRAY_LEN(values); i++)
		if (values[i].which == which) {
			values[i].say(out, phrase);
			return;
		}
	if (which == 's')
		say_span(out, phrase->span);
	else if (which == 'n')
		(void)bdl_buf_printf(out, "%llu", (unsigned long long)phrase->number);
	else if (which == 'o')
		say_ordinal(out, phrase->number);
	else if (which == 'm')
		bdl_say(out, manner_words(phrase));
	else if (which == 'k')
		bdl_say(out, kept(phrase->manner));
	else if (which == 'v')
		bdl_say(out, phrase->number == BDL_COACH ? "coaches" : "blocks");
	else
		say_list(out, phrase, which);
}

/* The form's sentence; a place in it is a percent sign and a letter. */
void bdl_say_phrase(struct bdl_buf *out, const struct bdl_phrase *phrase)
{
	const char *english = bdl_phrase_info(phrase->form)->english;

	if (phrase->form == BDL_PHRASE_CATEGORY && phrase->lists[0].n > 1)
		english = "in the categories %a";
	else if (phrase->form == BDL_PHRASE_PATH && phrase->lists[0].n > 1)
		english = "under the paths %a";
	else if (phrase->form == BDL_PHRASE_OVER && phrase->lists[0].n > 1)
		english = "this lifts the clauses %A";
	for (const char *p = english; *p; p++) {
		if (*p == '%')
			say_value(out, phrase, *++p);
		else
			(void)bdl_buf_add_char(out, *p);
	}
}
