/*
 * What `explain` says is what the judge does: rules at random are put into English, the English is
 * read by a reader that knows nothing else (english.c), and both are asked about acts at random.
 */
#include "english.h"
#include "policy/explain.h"
#include "policy_test.h"

#define RULES 4000
#define ACTS  40

/* How the language says what the English says of a slot. */
static const struct form {
	const char *words;
	enum slot slot; /* SLOTS: `more` instead of names */
	enum bdl_phrase_form form;
	enum bdl_manner manner;
	const char *more[3];
} forms[] = {
#define NAMED(words, slot, form, manner)                             \
	{                                                            \
		words, slot, BDL_PHRASE_##form, BDL_MANNER_##manner, \
		{                                                    \
			NULL                                         \
		}                                                    \
	}
#define SAID(words, form, ...)                                    \
	{                                                         \
		words, SLOTS, BDL_PHRASE_##form, BDL_MANNER_NONE, \
		{                                                 \
			__VA_ARGS__                               \
		}                                                 \
	}
	NAMED("to category", SLOT_CATEGORY, CATEGORY, NONE),
	NAMED("with method", SLOT_METHOD, METHOD, NONE),
	NAMED("to", SLOT_RECIPIENT, RECIPIENTS, NONE),
	NAMED("from", SLOT_SENDER, SENDERS, NONE),
	NAMED("using", SLOT_DEVICE, USING, NONE),
	NAMED("at", SLOT_PLACE, AT, NONE),
	NAMED("during", SLOT_CALENDAR, CALENDAR, NONE),
	NAMED("with phrases", SLOT_ANY_PHRASES, PHRASES, NONE),
	NAMED("with serious phrases", SLOT_SERIOUS_PHRASES, PHRASES, SERIOUS),
	NAMED("with certain phrases", SLOT_CERTAIN_PHRASES, PHRASES, CERTAIN),
	NAMED("with likely pictures", SLOT_LIKELY_PICTURES, PICTURES, LIKELY),
	NAMED("with certain pictures", SLOT_CERTAIN_PICTURES, PICTURES, CERTAIN),
	NAMED("with files", SLOT_FILE, FILES, NONE),
	NAMED("with links", SLOT_LINK, LINKS, NONE),
	NAMED("with markings", SLOT_MARKING, MARKINGS, NONE),
	NAMED("with programs", SLOT_PROGRAM, PROGRAMS, NONE),
	NAMED("with personal-data", SLOT_DATA, DATA, NONE),
	NAMED("with types", SLOT_TYPE, TYPES, NONE),
	NAMED("granted", SLOT_GRANTED, GRANTED, NONE),
	NAMED("registered in", SLOT_REGISTER, REGISTERED, NONE),
	NAMED("by", SLOT_GROUP, BY, NONE),
	NAMED("by", SLOT_GROUP, BY, NONE),
	SAID("to host", HOST, "a.example", "www.a.example, b.example", "b.example"),
	SAID("to path", PATH, "/live", "/live/today, /b", "/b, /live"),
	SAID("with words", WORDS, "\"Essay  Mill\"", "\"essay mill\", \"buy an essay\"",
	    "\"an essay\""),
	SAID("during", TIME, "08:00-12:00", "22:00-02:00 on fri, 09:00-10:00",
	    "08:00-09:00 on mon, wed, 13:00-14:00 on mon and wed, 20:00-06:00 on sat-mon"),
	SAID("with personal-data", DATA, "", "of more than 5 people",
	    "health of more than 2 people"),
	SAID("of more than", SIZE, "2 GB", "500 MB", "3 GB a day"),
	SAID("to more than", RECIPIENT_COUNT, "5 recipients", "20 recipients", "1 recipients"),
	SAID("forwarded more than", FORWARDED, "1 times", "4 times", "2 times"),
	SAID("after", COUNT, "3 in 1 hour", "2 in 30 minutes", "11 in 2 hours"),
	SAID("using", USING_COUNT, "2 devices in 10 minutes", "3 devices in 10 minutes",
	    "2 devices in 30 minutes"),
	SAID("using devices of others", USING_OTHERS, "", "", ""),
	SAID("of others", OF_OTHERS, "", "", ""),
	SAID("with unread text", UNREAD, "", "", ""),
	SAID("signed", SIGNED, "", "", ""),
	SAID("encrypted", ENCRYPTED, "", "", ""),
	SAID("shared", SHARED, "", "", ""),
};

/* What comes in, in the language and in English. */
static const struct deed {
	enum bdl_door door;
	const char *words, *english;
	enum bdl_deed deed; /* BDL_DEEDS: anything at the door */
	const char *things;
} deeds[] = {
	{ BDL_DOOR_WEB, "web", "", BDL_DEEDS, "pages" },
	{ BDL_DOOR_WEB, "web search", "searches", BDL_DEED_WEB_SEARCH, "pages" },
	{ BDL_DOOR_WEB, "web download", "downloads", BDL_DEED_WEB_DOWNLOAD, "pages" },
	{ BDL_DOOR_WEB, "web upload", "uploads", BDL_DEED_WEB_UPLOAD, "pages" },
	{ BDL_DOOR_MAIL, "mail", "", BDL_DEEDS, "messages" },
	{ BDL_DOOR_MAIL, "mail in", "messages from outside", BDL_DEED_MAIL_IN, "messages" },
	{ BDL_DOOR_MAIL, "mail out", "messages to the outside", BDL_DEED_MAIL_OUT, "messages" },
	{ BDL_DOOR_MAIL, "mail reply-all", "answers to all", BDL_DEED_MAIL_REPLY_ALL, "messages" },
	{ BDL_DOOR_SCREEN, "screen text", "texts on a screen", BDL_DEED_SCREEN_TEXT, "screens" },
	{ BDL_DOOR_SCREEN, "screen picture", "pictures on a screen", BDL_DEED_SCREEN_PICTURE,
	    "screens" },
	{ BDL_DOOR_SCREEN, "screen program", "starts of a program", BDL_DEED_SCREEN_PROGRAM,
	    "screens" },
	{ BDL_DOOR_LOGS, "logs logon", "log-ons", BDL_DEED_LOGS_LOGON, "events" },
	{ BDL_DOOR_LOGS, "logs file opened, deleted", "files opened", BDL_DEED_LOGS_FILE_OPENED,
	    "events" },
	{ BDL_DOOR_LOGS, "logs file deleted", "files deleted", BDL_DEED_LOGS_FILE_DELETED,
	    "events" },
};

/* The language's word for an English name. */
static const char *word_of(const char *english)
{
	if (strcmp(english, "the head") == 0)
		return "head";
	return strcmp(english, "unknown people") == 0 ? "unknown" : english;
}

static unsigned names_of(enum slot slot)
{
	unsigned n = 0;

	while (english_names[slot][n])
		n++;
	return n;
}

static void write_names(uint64_t *seed, enum slot slot, struct bdl_buf *out)
{
	bool one = slot == SLOT_GRANTED || slot == SLOT_REGISTER;
	unsigned n = names_of(slot), first = below(seed, n), many = one ? 1 : 1 + below(seed, 3);

	for (unsigned i = 0; i < many && i < n; i++)
		(void)bdl_buf_printf(
		    out, "%s%s", i ? ", " : " ", word_of(english_names[slot][(first + i) % n]));
}

/* A phrase that fits the door; states only behind `unless`. */
static void write_phrase(uint64_t *seed, enum bdl_door door, bool unless, struct bdl_buf *out)
{
	for (;;) {
		const struct form *form = &forms[below(seed, BDL_ARRAY_LEN(forms))];
		const struct bdl_phrase_info *info = bdl_phrase_info(form->form);

		if (!(info->doors >> door & 1) || (info->part == BDL_PART_STATE && !unless))
			continue;
		(void)bdl_buf_printf(out, "\n  %s%s", unless ? "unless " : "", form->words);
		if (form->slot == SLOTS)
			(void)bdl_buf_printf(out, " %s", form->more[below(seed, 3)]);
		else
			write_names(seed, form->slot, out);
		return;
	}
}

static void write_telling(uint64_t *seed, struct bdl_buf *out)
{
	static const char *const how[] = { "", " as critical", " daily", " after 3 in 1 hour",
		" as critical after 2 in 30 minutes" };
	static const char *const who[] = { "head", "technicians, office",
		"head, office, safeguarding-lead" };

	(void)bdl_buf_printf(
	    out, "\n  tell %s%s", who[below(seed, 3)], how[below(seed, BDL_ARRAY_LEN(how))]);
}

static void write_rule(uint64_t *seed, struct bdl_buf *out)
{
	const struct deed *deed = &deeds[below(seed, BDL_ARRAY_LEN(deeds))];
	enum bdl_action action;

	do
		action = (enum bdl_action)(BDL_NOTE + below(seed, BDL_ACTIONS - BDL_NOTE));
	while (!bdl_action_fits(action, deed->door));
	(void)bdl_buf_printf(out, "%s %s", bdl_action_word(action), deed->words);
	for (unsigned n = below(seed, 4); n > 0; n--)
		write_phrase(seed, deed->door, false, out);
	for (unsigned n = below(seed, 4); n > 0; n--)
		write_phrase(seed, deed->door, true, out);
	if (action == BDL_HOLD)
		(void)bdl_buf_add_str(out, "\n  released by office\n  returned after 2 days");
	for (unsigned n = below(seed, 3); n > 0; n--)
		write_telling(seed, out);
}

/* The ruleset of one rule that the check takes. */
static struct bdl_ruleset *make_rule(uint64_t *seed)
{
	for (;;) {
		struct bdl_buf rule BDL_AUTO_IN(bdl_buf_done) = BDL_BUF(1 << 16);
		struct bdl_buf text BDL_AUTO_IN(bdl_buf_done) = BDL_BUF(1 << 16);
		struct bdl_source source = { .name = BDL_LIT("p") };
		struct bdl_ruleset *r;

		write_rule(seed, &rule);
		source.bytes = document_of(&text, "staff, pupils, governors", bdl_buf_str(&rule));
		if (bdl_ruleset_new_whole(&source, 1, &r, NULL) == 0)
			return r;
	}
}

/* Whatever is so in a world is likely enough that a rule of some conditions applies. */
static struct world make_world(uint64_t *seed, const struct deed *deed)
{
	static const char *const hosts[] = { "a.example", "x.www.a.example", "b.example",
		"ba.example" };
	static const char *const paths[] = { "/live", "/live/today", "/livestock", "/b/c" };
	static const char *const texts[] = { "the essay mill", "buy an essay mill", "essays", "" };
	struct world w = {
		.known = below(seed, 6) > 0,
		.deed = deed->english,
		.things = deed->things,
		.host = hosts[below(seed, 4)],
		.path = paths[below(seed, 4)],
		.text = texts[below(seed, 4)],
		.minute = below(seed, 1440),
		.weekday = below(seed, 7),
		.recipients = below(seed, 24),
		.forwarded = below(seed, 6),
		.people = below(seed, 8),
		.bytes = below(seed, 8) * 500000000ULL,
		.bytes_counted = below(seed, 8) * 1000000000ULL,
		.times = 1 + below(seed, 12),
		.devices = 1 + below(seed, 3),
		.signed_it = below(seed, 4) == 0,
		.encrypted = below(seed, 4) == 0,
		.shared = below(seed, 4) == 0,
		.others_file = below(seed, 2) == 0,
		.unread = below(seed, 2) == 0,
		.others_device = below(seed, 2) == 0,
	};

	for (unsigned slot = 0; slot < SLOTS; slot++)
		w.names[slot] = below(seed, 1u << names_of((enum slot)slot));
	/* What is certain is serious, and what is serious is a phrase. */
	w.names[SLOT_SERIOUS_PHRASES] |= w.names[SLOT_CERTAIN_PHRASES];
	w.names[SLOT_ANY_PHRASES] |= w.names[SLOT_SERIOUS_PHRASES];
	w.names[SLOT_LIKELY_PICTURES] |= w.names[SLOT_CERTAIN_PICTURES];
	/* One picture is of the whole family, and nothing is of the family alone. */
	w.names[SLOT_TYPE] = (w.names[SLOT_TYPE] & 3) | (w.names[SLOT_TYPE] & 1) << 2;
	w.names[SLOT_GROUP] &= w.known ? 0xf : 0;
	w.bound = (w.names[SLOT_GROUP] & 7) != 0;
	return w;
}

static void tell_names(const struct bdl_ruleset *r, const struct world *w, const struct form *form,
    struct bdl_facts *f)
{
	for (unsigned i = 0; english_names[form->slot][i]; i++) {
		struct bdl_view name = bdl_view_of(word_of(english_names[form->slot][i]));

		if (!(w->names[form->slot] >> i & 1) || bdl_view_ends(name, BDL_LIT("/*")))
			continue;
		if (form->form == BDL_PHRASE_CATEGORY) {
			int category = bdl_ruleset_category_find(r, name);

			if (category >= 0)
				bdl_catset_add(&f->categories, (unsigned)category);
		} else if (form->form == BDL_PHRASE_BY) {
			f->groups |= bdl_ruleset_group(r, name);
		} else {
			bdl_facts_add(r, f, form->form, name, form->manner);
		}
	}
}

static void tell_states(const struct bdl_ruleset *r, const struct world *w, struct bdl_facts *f)
{
	const struct {
		bool so;
		enum bdl_phrase_form form;
	} states[] = { { w->signed_it, BDL_PHRASE_SIGNED }, { w->encrypted, BDL_PHRASE_ENCRYPTED },
		{ w->shared, BDL_PHRASE_SHARED }, { w->others_file, BDL_PHRASE_OF_OTHERS },
		{ w->unread, BDL_PHRASE_UNREAD }, { w->others_device, BDL_PHRASE_USING_OTHERS },
		/* data of no kind that a rule names is personal data all the same */
		{ w->names[SLOT_DATA] != 0, BDL_PHRASE_DATA } };

	for (size_t i = 0; i < BDL_ARRAY_LEN(states); i++)
		if (states[i].so)
			bdl_facts_add(r, f, states[i].form, BDL_LIT(""), BDL_MANNER_NONE);
}

/* The world as a door would tell it. */
static struct bdl_facts facts_of_world(const struct bdl_ruleset *r, const struct world *w,
    const struct deed *deed, uint64_t counts[BDL_COUNTERS_MAX])
{
	struct bdl_facts f = {
		.door = deed->door,
		.told = UINT64_MAX,
		.deeds = deed->deed == BDL_DEEDS ? 0 : 1u << deed->deed,
		.known = w->known,
		.host = bdl_view_of(w->host),
		.path = bdl_view_of(w->path),
		.text = bdl_view_of(w->text),
		.minute = (uint16_t)w->minute,
		.weekday = (uint8_t)w->weekday,
		.numbers = { w->bytes, w->recipients, w->forwarded, w->people },
		.counts = counts,
	};

	for (size_t i = 0; i < BDL_ARRAY_LEN(forms); i++)
		if (forms[i].slot < SLOTS)
			tell_names(r, w, &forms[i], &f);
	tell_states(r, w, &f);
	for (size_t i = 0; i < bdl_ruleset_counters(r); i++) {
		enum bdl_counter_kind kind = bdl_ruleset_counter(r, i)->kind;

		counts[i] = kind == BDL_COUNTER_TIMES ? w->times
		    : kind == BDL_COUNTER_DEVICES     ? w->devices
						      : w->bytes_counted;
	}
	return f;
}

static uint32_t roles_told(const struct bdl_verdict *v)
{
	uint32_t told = 0;

	for (unsigned i = 0; i < ENGLISH_ROLES; i++)
		for (unsigned role = 0; role < BDL_ROLES; role++)
			if ((v->tell >> role & 1) &&
			    strcmp(bdl_role_title((enum bdl_role_word)role), english_roles[i]) == 0)
				told |= 1u << i;
	return told;
}

static void compare(
    const struct bdl_ruleset *r, const char *english, uint64_t *seed, size_t *applied)
{
	static const char *const verdicts[BDL_ACTIONS] = { "allowed", "noted", "coached", "held",
		"blocked" };
	const struct bdl_rule *rule = bdl_ruleset_rule(r, 0).rule;

	for (unsigned i = 0; i < ACTS; i++) {
		const struct deed *deed = &deeds[below(seed, BDL_ARRAY_LEN(deeds))];
		struct world w = make_world(seed, deed);
		uint64_t counts[BDL_COUNTERS_MAX] = { 0 };
		struct bdl_facts f = facts_of_world(r, &w, deed, counts);
		struct reading said = english_read(english, &w);
		struct bdl_verdict v;

		bdl_judge(r, &f, &v);
		if (!said.understood)
			fail_msg("not understood from '%s': %s\n%.*s", said.stuck, english,
			    BDL_FMT(rule->text));
		if (said.applies != (v.rule != BDL_NO_RULE) || said.told != roles_told(&v) ||
		    said.critical != v.critical ||
		    (said.applies && strcmp(said.verdict, verdicts[v.action]) != 0))
			fail_msg("the English %s (told %x), the judge %s (told %x): %s\n%.*s",
			    said.applies ? said.verdict : "passes", said.told,
			    v.rule != BDL_NO_RULE ? verdicts[v.action] : "passes", roles_told(&v),
			    english, BDL_FMT(rule->text));
		applied[v.action] += said.applies;
	}
}

static void what_is_said_is_what_is_done(void **state)
{
	(void)state;
	size_t applied[BDL_ACTIONS] = { 0 };
	uint64_t seed = 7;

	for (int i = 0; i < RULES; i++) {
		struct bdl_ruleset *r BDL_AUTO(bdl_ruleset_free) = make_rule(&seed);
		struct bdl_buf english BDL_AUTO_IN(bdl_buf_done) = BDL_BUF(1 << 16);

		assert_int_equal(school_rules(r), 1);
		bdl_explain_rule(bdl_ruleset_rule(r, 0).rule, &english);
		compare(r, bdl_buf_str(&english), &seed, applied);
	}
	/* Rules of every verdict applied, or the above has shown little. */
	for (int action = BDL_NOTE; action < BDL_ACTIONS; action++)
		assert_true(applied[action] > 300);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_said_is_what_is_done),
	};

	return cmocka_run_group_tests_name("policy/english", tests, NULL, NULL);
}
