/* Each form that a rule of a door may have, judged from facts: what holds, what does not, and what
 * nobody can tell. */
#include "policy/explain.h"
#include "policy_test.h"

enum { YES, NO, CANNOT_TELL };

/* Facts in the form of the judge; `what` is told of each row beside person, host and time. */
struct row {
	const char *rules;
	enum bdl_phrase_form form; /* NONE: nothing is added */
	const char *name;
	enum bdl_manner manner;
	uint32_t deeds;
	int number; /* enum bdl_number, or -1 */
	uint64_t value;
	int want;
};

#define PLAIN(form, name)          BDL_PHRASE_##form, name, BDL_MANNER_NONE, 0, -1, 0
#define MANNER(form, name, manner) BDL_PHRASE_##form, name, BDL_MANNER_##manner, 0, -1, 0
#define DEED(deed)                 BDL_PHRASE_NONE, "", BDL_MANNER_NONE, 1u << BDL_DEED_##deed, -1, 0
#define NUMBER(what, value)        BDL_PHRASE_NONE, "", BDL_MANNER_NONE, 0, BDL_NUMBER_##what, value
#define NOTHING                    PLAIN(NONE, "")

static const struct row rows[] = {
	{ "note web using own-devices", PLAIN(USING, "own-devices"), YES },
	{ "note web using own-devices", PLAIN(USING, "school-devices"), NO },
	{ "note web using own-devices", NOTHING, CANNOT_TELL },
	{ "note web at cafe, corridors", PLAIN(AT, "corridors"), YES },
	{ "note web at cafe, corridors", PLAIN(AT, "library"), NO },
	{ "note web during contact", PLAIN(CALENDAR, "contact"), YES },
	{ "note web during contact", PLAIN(CALENDAR, "breaks"), NO },
	{ "note web with method post, put", PLAIN(METHOD, "put"), YES },
	{ "note web with method post, put", PLAIN(METHOD, "get"), NO },
	{ "note web with types image/*", PLAIN(TYPES, "image/png"), YES },
	{ "note web with types image/*", PLAIN(TYPES, "video/mp4"), NO },
	{ "note web with types image/png", PLAIN(TYPES, "image/png"), YES },

	/* Heavier phrases are lighter ones too, and likely pictures may be certain. */
	{ "note screen text with phrases a", MANNER(PHRASES, "a", CERTAIN), CANNOT_TELL },
	{ "note screen with phrases a", MANNER(PHRASES, "a", NONE), YES },
	{ "note screen with phrases a", MANNER(PHRASES, "a", SERIOUS), YES },
	{ "note screen with phrases a", MANNER(PHRASES, "a", CERTAIN), YES },
	{ "note screen with phrases a", MANNER(PHRASES, "b", CERTAIN), NO },
	{ "note screen with serious phrases a", MANNER(PHRASES, "a", NONE), NO },
	{ "note screen with serious phrases a", MANNER(PHRASES, "a", SERIOUS), YES },
	{ "note screen with serious phrases a", MANNER(PHRASES, "a", CERTAIN), YES },
	{ "note screen with certain phrases a", MANNER(PHRASES, "a", SERIOUS), NO },
	{ "note web upload with unread text", PLAIN(UNREAD, ""), CANNOT_TELL },
	{ "note web with unread text", PLAIN(UNREAD, ""), YES },
	{ "note web with unread text", NOTHING, CANNOT_TELL },
	{ "note screen with likely pictures adult", MANNER(PICTURES, "adult", CERTAIN), YES },
	{ "note screen with certain pictures adult", MANNER(PICTURES, "adult", LIKELY), NO },

	/* One kind is any kind. */
	{ "note mail with files any", PLAIN(FILES, "video"), YES },
	{ "note mail with files macro", PLAIN(FILES, "video"), NO },
	{ "note mail with links any", PLAIN(LINKS, "mismatched"), YES },
	{ "note mail with personal-data", PLAIN(DATA, "health"), YES },
	{ "note mail with personal-data card", PLAIN(DATA, "health"), NO },
	{ "note mail with markings secret", PLAIN(MARKINGS, "secret"), YES },
	{ "note screen with programs bypass", PLAIN(PROGRAMS, "bypass"), YES },
	{ "note mail to parents", PLAIN(RECIPIENTS, "parents"), YES },
	{ "note mail from strangers", PLAIN(SENDERS, "strangers"), YES },
	{ "note logs of others", PLAIN(OF_OTHERS, ""), YES },
	{ "note logs using devices of others", PLAIN(USING_OTHERS, ""), YES },

	/* More than, never just as many. */
	{ "note mail to more than 20 recipients", NUMBER(RECIPIENTS, 20), NO },
	{ "note mail to more than 20 recipients", NUMBER(RECIPIENTS, 21), YES },
	{ "note mail forwarded more than 4 times", NUMBER(FORWARDED, 5), YES },
	{ "note web of more than 2 MB", NUMBER(SIZE, 2000000), NO },
	{ "note web of more than 2 MB", NUMBER(SIZE, 2000001), YES },

	/* Deeds. */
	{ "note web upload", DEED(WEB_UPLOAD), YES },
	{ "note web upload", DEED(WEB_SEARCH), CANNOT_TELL },
	{ "note logs file opened, deleted", DEED(LOGS_FILE_DELETED), YES },
	{ "note logs file opened, deleted", DEED(LOGS_FILE_CHANGED), NO },
	{ "note logs file opened, deleted", NOTHING, CANNOT_TELL },

	/* Exceptions: the absence of a fact is not its opposite. */
	{ "note web unless signed", PLAIN(SIGNED, ""), NO },
	{ "note web unless signed", NOTHING, CANNOT_TELL },
	{ "note screen unless encrypted", PLAIN(ENCRYPTED, ""), NO },
	{ "note logs unless shared", PLAIN(SHARED, ""), NO },
	{ "note web unless granted a\npermit a asked by staff, decided by head",
	    PLAIN(GRANTED, "a"), NO },
	{ "note web unless granted a\npermit a asked by staff, decided by head", NOTHING,
	    CANNOT_TELL },
	{ "note web unless registered in a\nregister a kept by office", PLAIN(REGISTERED, "b"),
	    YES },
	{ "note web unless registered in a\nregister a kept by office", PLAIN(REGISTERED, "a"),
	    NO },
	{ "note web to host y.example unless signed", NOTHING, NO },
	{ "note web unless signed, unless to host x.example", NOTHING, NO },
};

static uint64_t fact_of_number(int number)
{
	static const uint64_t facts[BDL_NUMBERS] = { BDL_TOLD(SIZE), BDL_TOLD(RECIPIENTS),
		BDL_TOLD(FORWARDED), BDL_TOLD(DATA) };

	return facts[number];
}

static struct bdl_facts facts_of(const struct bdl_ruleset *r, const struct row *row)
{
	struct bdl_facts f = {
		.told = BDL_TOLD(PERSON) | BDL_TOLD(HOST) | BDL_TOLD(TIME),
		.door = bdl_ruleset_rule(r, 0).rule->door,
		.known = true,
		.groups = groups_of(r, "staff"),
		.host = BDL_LIT("x.example"),
		.deeds = row->deeds,
	};

	if (row->form != BDL_PHRASE_NONE)
		bdl_facts_add(r, &f, row->form, bdl_view_of(row->name), row->manner);
	for (uint32_t deeds = row->deeds; deeds; deeds &= deeds - 1)
		f.told |= 1ULL << bdl_fact_of_deed((enum bdl_deed)__builtin_ctz(deeds));
	if (row->number >= 0) {
		f.numbers[row->number] = row->value;
		f.told |= fact_of_number(row->number);
	}
	return f;
}

static void judges_each_form(void **state)
{
	(void)state;
	for (size_t i = 0; i < BDL_ARRAY_LEN(rows); i++) {
		static const enum bdl_step_kind wanted[] = { BDL_STEP_APPLIED, BDL_STEP_NOT_MET,
			BDL_STEP_CANNOT_TELL };
		const struct row *row = &rows[i];
		struct bdl_region *region BDL_AUTO(bdl_region_free) = bdl_region_new(1 << 16);
		struct bdl_ruleset *r BDL_AUTO(bdl_ruleset_free) =
		    whole_ruleset_of("staff, pupils", row->rules);
		struct bdl_facts f = facts_of(r, row);
		struct bdl_verdict v;
		struct bdl_step *steps;
		enum bdl_step_kind kind;
		size_t n;

		bdl_judge(r, &f, &v);
		steps = bdl_explain_act(r, &f, region, &n);
		assert_non_null(steps);
		kind = steps[0].kind == BDL_STEP_LIFTED ? BDL_STEP_NOT_MET : steps[0].kind;
		if (kind != wanted[row->want] || (v.action == BDL_NOTE) != (row->want == YES))
			fail_msg("row %zu '%s': %s, '%s'", i, row->rules, bdl_action_word(v.action),
			    steps[0].why);
	}
}

/* Paths by whole segments, words where they stand whole. */
static void finds_paths_and_words(void **state)
{
	(void)state;
	static const struct {
		const char *rules, *path, *text;
		bool applies;
	} texts[] = {
		{ "note web to path /live, /shorts", "/shorts/abc", "", true },
		{ "note web to path /live", "/live", "", true },
		{ "note web to path /live", "/live?t=1", "", true },
		{ "note web to path /live", "/lively", "", false },
		{ "note web to path /live", "/a/live", "", false },
		{ "note web to path /live", "/Live", "", false },
		{ "note web to host x.example, to path /live", "/live", "", true },
		{ "note web to host y.example, to path /live", "/live", "", false },
		{ "note web with words \"essay mill\"", "/", "Best ESSAY   mill!", true },
		{ "note web with words \"Essay-Mill\", \"b\"", "/", "essay mill", true },
		{ "note web with words \"essay mill\"", "/", "essay mills", false },
		{ "note web with words \"essay mill\"", "/", "anessay mill", false },
		{ "note web with words \"mill\"", "/", "millmill mill", true },
		{ "note web with words \"caf\xc3\x89\"", "/", "CAF\xc3\xa9 au lait", true },
		{ "note web with words \"\xd0\x94\xd0\xb0\"", "/", "\xd0\xb4\xd0\x90!", true },
		{ "note web with words \"\xe2\x82\xac\"", "/", "\xe2\x82\xac 5", true },
		{ "note web with words \"\xf0\x9f\x98\x80\"", "/", "a \xf0\x9f\x98\x80", true },
		{ "note web with words \"a b\"", "/",
		    "a\xff\xc2\xa0"
		    "b",
		    true },
		{ "note web with words \"ab\"", "/",
		    "a\xe2\x80\x8b"
		    "b",
		    true },
		{ "note web with words \"abc\"", "/",
		    "a\xe2\x81\xa0"
		    "b\xef\xb8\x8f\xe2\x80\x8e\xcd\x8f"
		    "c",
		    true },
		{ "note web with words \"b\"", "/",
		    "a\xe2\x80\x94"
		    "b",
		    true },
		{ "note web with words \"ab1\"", "/",
		    "\xef\xbc\xa1\xef\xbd\x82\xef\xbc\x91\xef\xbc\x81", true },
		{ "note web with words \"a\"", "/", "", false },
	};

	for (size_t i = 0; i < BDL_ARRAY_LEN(texts); i++) {
		struct bdl_ruleset *r BDL_AUTO(bdl_ruleset_free) =
		    whole_ruleset_of("staff", texts[i].rules);
		struct bdl_buf folded BDL_AUTO_IN(bdl_buf_done) = BDL_BUF(1024);
		struct bdl_facts f = { .told = UINT64_MAX, .host = BDL_LIT("x.example") };
		struct bdl_verdict v;

		bdl_text_fold(bdl_view_of(texts[i].text), &folded);
		f.text = bdl_buf_view(&folded);
		f.path = bdl_view_of(texts[i].path);
		bdl_judge(r, &f, &v);
		if ((v.action == BDL_NOTE) != texts[i].applies)
			fail_msg("'%s': '%s' '%s'", texts[i].rules, texts[i].path, texts[i].text);
	}
}

/* A permission up to an amount is measured by what the rule measures. */
static void grants_up_to_an_amount(void **state)
{
	(void)state;
	struct bdl_ruleset *r BDL_AUTO(bdl_ruleset_free) = whole_ruleset_of("staff",
	    "coach mail to more than 20 recipients unless granted many up to amount\n"
	    "permit many asked by staff, stating amount, decided by head");
	struct bdl_facts f = { .told = UINT64_MAX,
		.door = BDL_DOOR_MAIL,
		.known = true,
		.groups = groups_of(r, "staff") };
	struct bdl_verdict v;

	f.numbers[BDL_NUMBER_RECIPIENTS] = 30;
	bdl_judge(r, &f, &v);
	assert_int_equal(v.action, BDL_COACH);
	bdl_facts_grant(r, &f, BDL_LIT("many"), 29);
	bdl_judge(r, &f, &v);
	assert_int_equal(v.action, BDL_COACH);
	bdl_facts_grant(r, &f, BDL_LIT("many"), 30);
	bdl_judge(r, &f, &v);
	assert_int_equal(v.action, BDL_ALLOW);
	bdl_facts_grant(r, &f, BDL_LIT("many"), 3); /* the larger of two stands */
	bdl_judge(r, &f, &v);
	assert_int_equal(v.action, BDL_ALLOW);
}

/* `permit ... lifting` is an exception that nobody writes: it asks for no fact. */
static void grants_lift_clauses(void **state)
{
	(void)state;
	struct bdl_ruleset *r BDL_AUTO(bdl_ruleset_free) = whole_ruleset_of("staff",
	    "block web to category a\nblock web to category b, always\n"
	    "permit page asked by staff, decided by head, lifting a.clause for stated host\n"
	    "coach web to category c");
	struct bdl_facts f = { .told = bdl_door_told(BDL_DOOR_WEB),
		.known = true,
		.groups = groups_of(r, "staff"),
		.categories = categories_of(r, "a") };
	struct bdl_verdict v;

	bdl_judge(r, &f, &v);
	assert_int_equal(v.action, BDL_BLOCK);
	bdl_facts_grant(r, &f, BDL_LIT("page"), UINT64_MAX);
	bdl_judge(r, &f, &v);
	assert_int_equal(v.action, BDL_ALLOW);
	assert_int_equal(v.rule, BDL_NO_RULE);
	f.categories = categories_of(r, "b");
	bdl_judge(r, &f, &v);
	assert_int_equal(v.action, BDL_BLOCK);
}

static struct bdl_ruleset *two_policies(void)
{
	static const char staff[] = FRONT("staff") CLAUSE("a", "block web to category a, tell head")
	    CLAUSE("b", "block web to category b, always\nnote web to category z")
		CLAUSE("c", "allow web to category help over a, b\n  unless by supply");
	static const char pupils[] = FRONT("pupils, supply") CLAUSE("a", "coach web to category a");
	struct bdl_source sources[] = { { BDL_LIT("pupils"), bdl_view_of(pupils) },
		{ BDL_LIT("staff"), bdl_view_of(staff) } };
	struct bdl_ruleset *r = NULL;
	struct bdl_err err;

	if (bdl_ruleset_new(sources, 2, &r, &err) < 0)
		fail_msg("%s", err.text);
	return r;
}

static void allows_over_clauses(void **state)
{
	(void)state;
	static const struct {
		const char *groups, *categories; /* groups NULL: unknown */
		enum bdl_action action;
		const char *clause; /* that decided, "" for none */
		uint64_t matched;   /* pupils a, staff a, b twice, c */
	} people[] = {
		{ "staff", "a", BDL_BLOCK, "a", 2 },
		{ "staff", "a,help", BDL_ALLOW, "c", 16 },
		{ "staff", "b,help", BDL_BLOCK, "b", 20 },
		{ "staff", "a,b,help", BDL_BLOCK, "b", 20 },
		{ "staff", "help", BDL_ALLOW, "", 16 },
		/* Another policy's rules are none of its business. */
		{ "staff,pupils", "a,help", BDL_COACH, "a", 17 },
		{ "staff,supply", "a,help", BDL_BLOCK, "a", 3 },
		/* Somebody unknown might be supply, whom it does not allow. */
		{ NULL, "a,help", BDL_BLOCK, "a", 3 },
	};
	struct bdl_ruleset *r BDL_AUTO(bdl_ruleset_free) = two_policies();

	for (size_t i = 0; i < BDL_ARRAY_LEN(people); i++) {
		struct bdl_facts f = {
			.told = bdl_door_told(BDL_DOOR_WEB),
			.known = people[i].groups != NULL,
			.groups = groups_of(r, people[i].groups),
			.categories = categories_of(r, people[i].categories),
		};
		struct bdl_verdict v;
		struct bdl_view clause = { 0 };

		bdl_judge(r, &f, &v);
		if (v.rule != BDL_NO_RULE)
			clause = bdl_ruleset_rule(r, v.rule).clause->id;
		if (v.action != people[i].action || v.matched[0] != people[i].matched ||
		    !bdl_view_is(clause, people[i].clause))
			fail_msg("row %zu: %s by '%.*s' matched %llx", i, bdl_action_word(v.action),
			    BDL_FMT(clause), (unsigned long long)v.matched[0]);
	}
}

/* "by unknown" is for those whom nobody knows, roles are names like groups. */
static void knows_the_unknown_from_the_unbound(void **state)
{
	(void)state;
	static const struct {
		const char *rules, *groups;
		bool applies;
	} people[] = {
		{ "note web by unknown", NULL, true },
		{ "note web by unknown", "staff", false },
		{ "note web by unknown", "clubs", false }, /* known, and bound by no policy */
		{ "note web by unknown, staff", "clubs", true },
		{ "note web by head", "staff,head", true },
		{ "note web by head", "staff", false },
		{ "note web by head", NULL, true },
		{ "note web unless by head", "staff,head", false },
		{ "note web unless by head", NULL, true },
	};

	for (size_t i = 0; i < BDL_ARRAY_LEN(people); i++) {
		struct bdl_ruleset *r BDL_AUTO(bdl_ruleset_free) =
		    ruleset_of("staff", people[i].rules);
		struct bdl_facts f = { .told = bdl_door_told(BDL_DOOR_WEB),
			.known = people[i].groups != NULL,
			.groups = groups_of(r, people[i].groups) };
		struct bdl_verdict v;

		assert_int_equal(school_rules(r), 1);
		bdl_judge(r, &f, &v);
		if ((v.action == BDL_NOTE) != people[i].applies)
			fail_msg("row %zu '%s'", i, people[i].rules);
	}
}

/* A door counts, the judge compares. */
static void counts(void **state)
{
	(void)state;
	struct bdl_ruleset *r BDL_AUTO(bdl_ruleset_free) = whole_ruleset_of("staff",
	    "note logs file deleted\n  after 3 in 10 minutes\n  tell head after 2 in 1 hour\n"
	    "note logs logon using 2 devices in 10 minutes\n"
	    "block web of more than 2 MB a day unless granted large up to amount\n"
	    "permit large asked by staff, stating amount, decided by head");
	uint64_t counts[BDL_COUNTERS_MAX] = { 0 };
	struct bdl_facts f = { .told = BDL_TOLD(PERSON) | BDL_TOLD(DEED) | BDL_TOLD(GRANTED),
		.door = BDL_DOOR_LOGS,
		.known = true,
		.groups = groups_of(r, "staff") };
	struct bdl_counterset set;
	struct bdl_verdict v;
	unsigned deleted = BDL_COUNTERS_MAX, told = 0, devices = 0, bytes = 0;

	assert_int_equal(bdl_ruleset_counters(r), 4);
	for (unsigned i = 0; i < 4; i++) {
		const struct bdl_act_counter *c = bdl_ruleset_counter(r, i);

		if (c->kind == BDL_COUNTER_DEVICES)
			devices = i;
		else if (c->kind == BDL_COUNTER_BYTES)
			bytes = i;
		else if (c->span.unit == BDL_UNIT_MINUTE)
			deleted = i;
		else
			told = i;
		assert_true(c->id != 0);
	}
	assert_false(bdl_judge_counters(r, &f, &set)); /* it is neither deed */
	f.deeds = 1u << BDL_DEED_LOGS_FILE_DELETED;
	assert_true(bdl_judge_counters(r, &f, &set));
	assert_true(set.w[0] == 1ULL << deleted);

	f.counts = counts;
	f.told |= BDL_TOLD(TIMES);
	for (counts[deleted] = 1; counts[deleted] <= 3; counts[deleted]++) {
		bool third = counts[deleted] == 3;

		bdl_judge(r, &f, &v);
		assert_int_equal(v.action, third ? BDL_NOTE : BDL_ALLOW);
		assert_true(bdl_judge_counters(r, &f, &set));
		assert_int_equal(bdl_counterset_has(&set, told), third);
	}
	counts[told] = 1;
	bdl_judge(r, &f, &v);
	assert_int_equal(v.tell, 0);
	counts[told] = 2;
	bdl_judge(r, &f, &v);
	assert_int_equal(v.tell, 1u << BDL_ROLE_HEAD);

	f.deeds = 1u << BDL_DEED_LOGS_LOGON;
	assert_true(bdl_judge_counters(r, &f, &set));
	assert_true(set.w[0] == 1ULL << devices);
	f.told |= BDL_TOLD(DEVICES);
	counts[devices] = 2;
	bdl_judge(r, &f, &v);
	assert_int_equal(v.action, BDL_NOTE);

	f.door = BDL_DOOR_WEB;
	assert_true(bdl_judge_counters(r, &f, &set));
	assert_true(set.w[0] == 1ULL << bytes);
	f.told |= BDL_TOLD(VOLUME);
	counts[bytes] = 2000001;
	bdl_judge(r, &f, &v);
	assert_int_equal(v.action, BDL_BLOCK);
	bdl_facts_grant(r, &f, BDL_LIT("large"), 5000000);
	assert_true(bdl_judge_counters(r, &f, &set)); /* what is granted is counted too */
	bdl_judge(r, &f, &v);
	assert_int_equal(v.action, BDL_ALLOW);
	counts[bytes] = 5000001;
	bdl_judge(r, &f, &v);
	assert_int_equal(v.action, BDL_BLOCK);
}

/* Sealed only where every policy that binds says so; a policy silent about the door has no say. */
static void splices_and_forces(void **state)
{
	(void)state;
	static const char a[] = FRONT("staff") CLAUSE("a",
	    "splice web to category bank\nnote web "
	    "to category x\nforce web safe-search "
	    "unless at office");
	static const char b[] = FRONT("pupils") CLAUSE("a",
	    "block web to category x\n"
	    "splice web to category own by pupils");
	static const char c[] = FRONT("staff, pupils") CLAUSE("a", "note mail to parents");
	struct bdl_source sources[] = { { BDL_LIT("a"), bdl_view_of(a) },
		{ BDL_LIT("b"), bdl_view_of(b) }, { BDL_LIT("c"), bdl_view_of(c) } };
	struct bdl_ruleset *r BDL_AUTO(bdl_ruleset_free) = NULL;
	static const struct {
		const char *groups, *categories;
		bool splice;
	} people[] = {
		{ "staff", "bank", true }, { "staff", "x", false }, { "pupils", "bank", false },
		{ "pupils", "own", true }, { "staff,pupils", "bank", false },
		{ "staff,pupils", "bank,own", true },
		{ NULL, "bank,own", false }, /* somebody unknown need not be a pupil */
	};

	assert_int_equal(bdl_ruleset_new_whole(sources, 3, &r, NULL), 0);
	for (size_t i = 0; i < BDL_ARRAY_LEN(people); i++) {
		struct bdl_facts f = { .told = bdl_door_told(BDL_DOOR_WEB) & ~BDL_TOLD(PLACE),
			.known = people[i].groups != NULL,
			.groups = groups_of(r, people[i].groups),
			.categories = categories_of(r, people[i].categories) };

		if (bdl_judge_splice(r, &f) != people[i].splice)
			fail_msg("row %zu", i);
		assert_int_equal(bdl_judge_force(r, &f), 0); /* nobody told the place */
		f.told |= BDL_TOLD(PLACE);
		assert_int_equal(bdl_judge_force(r, &f),
		    people[i].groups && strcmp(people[i].groups, "pupils") == 0
			? 0
			: 1u << BDL_SWITCH_SAFE_SEARCH);
		bdl_facts_add(r, &f, BDL_PHRASE_AT, BDL_LIT("office"), BDL_MANNER_NONE);
		assert_int_equal(bdl_judge_force(r, &f), 0);
	}
}

static void says_what_it_cannot_tell(void **state)
{
	(void)state;
	struct bdl_region *region BDL_AUTO(bdl_region_free) = bdl_region_new(1 << 16);
	struct bdl_ruleset *r BDL_AUTO(bdl_ruleset_free) = whole_ruleset_of("staff",
	    "block web upload to category a\n  using own-devices\n  unless granted g\n"
	    "permit g asked by staff, decided by head");
	struct bdl_facts f = { .told = BDL_TOLD(CATEGORY) | BDL_TOLD(PERSON),
		.known = true,
		.groups = groups_of(r, "staff"),
		.categories = categories_of(r, "a") };
	size_t n;
	struct bdl_step *steps = bdl_explain_act(r, &f, region, &n);

	assert_int_equal(steps[0].kind, BDL_STEP_CANNOT_TELL);
	assert_string_equal(steps[0].why,
	    "the door could not know whose device it is, what the person was granted and whether "
	    "it is an upload");
	f.told |= BDL_TOLD(UPLOAD);
	steps = bdl_explain_act(r, &f, region, &n);
	assert_int_equal(steps[0].kind, BDL_STEP_NOT_MET);
	assert_string_equal(steps[0].why, "the rule is only for uploads");
	f.deeds = 1u << BDL_DEED_WEB_UPLOAD;
	bdl_facts_add(r, &f, BDL_PHRASE_GRANTED, BDL_LIT("g"), BDL_MANNER_NONE);
	steps = bdl_explain_act(r, &f, region, &n);
	assert_int_equal(steps[0].kind, BDL_STEP_LIFTED);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(judges_each_form),
		cmocka_unit_test(finds_paths_and_words),
		cmocka_unit_test(grants_up_to_an_amount),
		cmocka_unit_test(grants_lift_clauses),
		cmocka_unit_test(allows_over_clauses),
		cmocka_unit_test(knows_the_unknown_from_the_unbound),
		cmocka_unit_test(counts),
		cmocka_unit_test(splices_and_forces),
		cmocka_unit_test(says_what_it_cannot_tell),
	};

	return cmocka_run_group_tests_name("policy/judge-forms", tests, NULL, NULL);
}
