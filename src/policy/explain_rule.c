/* Rules in plain English: the sentences of phrase.c with their values filled in. */
#include "policy/explain.h"
#include "policy/explain_int.h"

#define SENTENCE_MAX (64 * 1024)

void bdl_say(struct bdl_buf *out, const char *s)
{
	(void)bdl_buf_add_str(out, s);
}

static void say_view(struct bdl_buf *out, struct bdl_view v)
{
	(void)bdl_buf_add_view(out, v);
}

/* What stands between the i-th of n things and the one before it: "a, b or c". */
static void say_between(struct bdl_buf *out, size_t i, size_t n, const char *last)
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
		say_between(out, i, names->n, last);
		say_view(out, names->words[i].text);
	}
}

/* Roles as a sentence needs them: "the head or the technicians". */
static void say_names(
    struct bdl_buf *out, const struct bdl_list *names, enum bdl_name_class class, const char *last)
{
	bool roles = class == BDL_NAMES_ROLE || class == BDL_NAMES_OFFICER ||
	    class == BDL_NAMES_PEOPLE || class == BDL_NAMES_GROUP;

	for (size_t i = 0; i < names->n; i++) {
		int role = roles ? bdl_role_find(names->words[i].text) : -1;

		say_between(out, i, names->n, last);
		if (role >= 0)
			bdl_say(out, bdl_role_title((enum bdl_role_word)role));
		else if (roles && bdl_view_is(names->words[i].text, "unknown"))
			bdl_say(out, "unknown people");
		else if (roles &&
		    (bdl_view_is(names->words[i].text, "person") ||
			bdl_view_is(names->words[i].text, "holder")))
			(void)bdl_buf_printf(out, "the %.*s", BDL_FMT(names->words[i].text));
		else
			say_view(out, names->words[i].text);
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
			say_between(out, said > 0, said + run >= n ? 2 : 3, "and");
			(void)bdl_buf_printf(
			    out, "%s to %s", day_names[i % 7], day_names[(i + run - 1) % 7]);
		} else {
			for (unsigned j = 0; j < run; j++) {
				say_between(out, said + j > 0, said + j + 1 >= n ? 2 : 3, "and");
				bdl_say(out, day_names[(i + j) % 7]);
			}
		}
		said += run;
		i += run ? run : 1;
	}
}

static void say_periods(struct bdl_buf *out, const struct bdl_phrase *c)
{
	for (size_t i = 0; i < c->n_periods; i++) {
		const struct bdl_period *p = &c->periods[i];
		bool days_follow = i + 1 < c->n_periods && c->periods[i + 1].days == p->days;

		say_between(out, i, c->n_periods, "and");
		(void)bdl_buf_printf(out, "from %02d:%02d to %02d:%02d", p->from / 60, p->from % 60,
		    p->to / 60, p->to % 60);
		if (!days_follow)
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

	(void)bdl_buf_printf(out, "%llu %s", (unsigned long long)(mb % 1000 ? mb : mb / 1000),
	    mb % 1000 ? "MB" : "GB");
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

/* When and how somebody hears of it. */
static void say_telling(struct bdl_buf *out, const struct bdl_phrase *phrase)
{
	bdl_say(out, manner_words(phrase));
	if (phrase->number) {
		bdl_say(out, ", from the ");
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
	say_names(out, &phrase->lists[1], info->names[1], "or");
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

	say_names(out, &phrase->lists[i], bdl_phrase_info(phrase->form)->names[i],
	    which == 'A' || which == 'B' ? "and" : "or");
}

/* "a", "b c" or "d": as they were quoted. */
static void say_quoted(struct bdl_buf *out, const struct bdl_phrase *phrase)
{
	const struct bdl_list *texts = &phrase->lists[0];

	for (size_t i = 0; i < texts->n; i++) {
		say_between(out, i, texts->n, "or");
		(void)bdl_buf_printf(out, "\"%.*s\"", BDL_FMT(texts->words[i].text));
	}
}

static void say_value(struct bdl_buf *out, const struct bdl_phrase *phrase, char which)
{
	static const struct {
		char which;
		void (*say)(struct bdl_buf *out, const struct bdl_phrase *phrase);
	} values[] = { { 'p', say_periods }, { 'z', say_size }, { 't', say_telling },
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
	for (const char *p = english; *p; p++) {
		if (*p == '%')
			say_value(out, phrase, *++p);
		else
			(void)bdl_buf_add_char(out, *p);
	}
}

/* Rules of the doors. */

/* "Files opened, files changed or files deleted", or all that comes in at the door. */
static void say_acts(struct bdl_buf *out, const struct bdl_rule *rule)
{
	static const char *const things[BDL_DOORS] = { "pages", "messages", "screens", "look-ups",
		"events" };
	size_t n = (size_t)__builtin_popcount(rule->deeds), said = 0;

	if (rule->kind == BDL_RULE_FORCE)
		bdl_say(out, "searches");
	else if (n == 0)
		bdl_say(out, things[rule->door]);
	for (unsigned i = 0; i < BDL_DEEDS; i++) {
		if (!(rule->deeds >> i & 1))
			continue;
		say_between(out, said++, n, "or");
		bdl_say(out, bdl_deed_info((enum bdl_deed)i)->english);
	}
}

static bool is_place(enum bdl_phrase_form form)
{
	return form == BDL_PHRASE_CATEGORY || form == BDL_PHRASE_HOST || form == BDL_PHRASE_PATH;
}

/* "in the category a that are also on b.example", "to parents with files of the kind any". */
static const char *between_targets(const struct bdl_rule *rule, size_t i)
{
	if (!is_place(rule->conds[i].form))
		return " ";
	while (i-- > 0)
		if (is_place(rule->conds[i].form))
			return " that are also ";
	return " ";
}

static void say_subject(struct bdl_buf *out, const struct bdl_rule *rule)
{
	bool first = true;

	for (size_t i = 0; i < rule->n_conds; i++)
		first &= bdl_phrase_info(rule->conds[i].form)->part != BDL_PART_TARGET;
	bdl_say(out, first ? "all " : "");
	say_acts(out, rule);
	for (size_t i = 0; i < rule->n_conds; i++) {
		if (bdl_phrase_info(rule->conds[i].form)->part != BDL_PART_TARGET)
			continue;
		bdl_say(out, between_targets(rule, i));
		bdl_say_phrase(out, &rule->conds[i]);
	}
}

static const char *deed_of(const struct bdl_rule *rule)
{
	static const char *const deeds[BDL_ACTIONS] = {
		[BDL_ALLOW] = " are allowed",
		[BDL_NOTE] = " are allowed, and each is noted",
		[BDL_COACH] = " open only after a reminder of this clause",
		[BDL_HOLD] = " are held until somebody releases them",
		[BDL_BLOCK] = " are blocked",
	};

	if (rule->door == BDL_DOOR_MAIL && rule->action == BDL_COACH)
		return " go only once their sender has read this clause and confirmed them";
	if (rule->door == BDL_DOOR_SCREEN || rule->door == BDL_DOOR_LOGS)
		return " are noted";
	return deeds[rule->action];
}

static void say_deed(struct bdl_buf *out, const struct bdl_rule *rule)
{
	bool pause = rule->action == BDL_NOTE || rule->action == BDL_COACH;

	if (rule->kind == BDL_RULE_VERDICT) {
		bdl_say(out, deed_of(rule));
	} else {
		bdl_say(out, " ");
		bdl_say_phrase(out, &rule->head);
	}
	/* Whose, and then when: as one says it, whatever the order of writing. */
	for (int round = 0; round < 2; round++)
		for (size_t i = 0; i < rule->n_conds; i++) {
			enum bdl_phrase_form form = rule->conds[i].form;

			if (bdl_phrase_info(form)->part != BDL_PART_CIRCUMSTANCE ||
			    (round == 0) != (form == BDL_PHRASE_BY))
				continue;
			bdl_say(out, pause ? ", " : " ");
			bdl_say_phrase(out, &rule->conds[i]);
		}
}

/* With its first letter a capital. */
static void say_sentence(struct bdl_buf *out, struct bdl_buf *sentence)
{
	struct bdl_view v = bdl_buf_view(sentence);

	if (bdl_buf_broken(sentence) || v.n == 0)
		return;
	(void)bdl_buf_add_char(out, *v.p >= 'a' && *v.p <= 'z' ? (char)(*v.p - 'a' + 'A') : *v.p);
	say_view(out, bdl_view_at(v.p + 1, v.n - 1));
	bdl_say(out, ".");
}

/* "The technicians are told." */
static void say_told(struct bdl_buf *out, const struct bdl_phrase *phrase)
{
	const struct bdl_list *roles = &phrase->lists[0];
	bool several =
	    roles->n > 1 || (roles->n == 1 && bdl_view_is(roles->words[0].text, "technicians"));

	say_names(out, roles, BDL_NAMES_OFFICER, "and");
	bdl_say(out, several ? " are told" : " is told");
	say_telling(out, phrase);
}

static void say_result(struct bdl_buf *out, const struct bdl_phrase *phrase)
{
	struct bdl_buf sentence BDL_AUTO_IN(bdl_buf_done) = BDL_BUF(SENTENCE_MAX);

	if (phrase->form == BDL_PHRASE_TELL)
		say_told(&sentence, phrase);
	else
		bdl_say_phrase(&sentence, phrase);
	bdl_say(out, " ");
	say_sentence(out, &sentence);
}

static void explain_door(const struct bdl_rule *rule, struct bdl_buf *out)
{
	struct bdl_buf sentence BDL_AUTO_IN(bdl_buf_done) = BDL_BUF(SENTENCE_MAX);

	say_subject(&sentence, rule);
	say_deed(&sentence, rule);
	for (size_t i = 0; i < rule->n_unless; i++) {
		bdl_say(&sentence, i ? " or " : ", except ");
		bdl_say_phrase(&sentence, &rule->unless[i]);
	}
	say_sentence(out, &sentence);
	for (size_t i = 0; i < rule->n_phrases; i++)
		say_result(out, &rule->phrases[i]);
}

/* The school's own work: one sentence, its phrases one after the other. */
static void explain_work(const struct bdl_rule *rule, struct bdl_buf *out)
{
	struct bdl_buf sentence BDL_AUTO_IN(bdl_buf_done) = BDL_BUF(SENTENCE_MAX);
	const char *between = ": ";

	bdl_say_phrase(&sentence, &rule->head);
	for (size_t i = 0; i < rule->n_conds + rule->n_phrases; i++) {
		const struct bdl_phrase *phrase =
		    i < rule->n_conds ? &rule->conds[i] : &rule->phrases[i - rule->n_conds];

		bdl_say(&sentence, between);
		between = "; ";
		if (phrase->form == BDL_PHRASE_TELL)
			say_told(&sentence, phrase);
		else
			bdl_say_phrase(&sentence, phrase);
	}
	for (size_t i = 0; i < rule->n_unless; i++) {
		bdl_say(&sentence, ", ");
		bdl_say_phrase(&sentence, &rule->unless[i]);
	}
	say_sentence(out, &sentence);
}

void bdl_explain_rule(const struct bdl_rule *rule, struct bdl_buf *out)
{
	if (rule->kind <= BDL_RULE_FORCE)
		explain_door(rule, out);
	else
		explain_work(rule, out);
}
