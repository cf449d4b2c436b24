#include "lists/compile.h"
#include "policy_test.h"
#include <stdlib.h>
#include <unistd.h>

#define RULES(text) "# A {#a}\nA.\n```rules\n" text "\n```\n"

static struct bdl_source source(const char *name, const char *text)
{
	return (struct bdl_source){ bdl_view_of(name), bdl_view_of(text) };
}

static void orders_by_name_and_names_the_version(void **state)
{
	(void)state;
	static const char x[] = FRONT("staff") RULES("block web to category x");
	static const char y[] = FRONT("pupils") RULES("note web to category y");
	struct bdl_source there[] = { source("one", x), source("two", y) };
	struct bdl_source back[] = { source("two", y), source("one", x) };
	struct bdl_source swapped[] = { source("one", y), source("two", x) };
	struct bdl_ruleset *a BDL_AUTO(bdl_ruleset_free) = NULL;
	struct bdl_ruleset *b BDL_AUTO(bdl_ruleset_free) = NULL;
	struct bdl_ruleset *c BDL_AUTO(bdl_ruleset_free) = NULL;
	struct bdl_digest dx = bdl_digest_of(x, sizeof(x) - 1),
			  dy = bdl_digest_of(y, sizeof(y) - 1);
	struct bdl_buf bytes BDL_AUTO_IN(bdl_buf_done) = BDL_BUF(256);
	struct bdl_digest want;

	assert_int_equal(bdl_ruleset_new(there, 2, &a, NULL), 0);
	assert_int_equal(bdl_ruleset_new(back, 2, &b, NULL), 0);
	assert_int_equal(bdl_ruleset_new(swapped, 2, &c, NULL), 0);
	(void)bdl_buf_add(&bytes, "one", 4);
	(void)bdl_buf_add(&bytes, dx.b, 32);
	(void)bdl_buf_add(&bytes, "two", 4);
	(void)bdl_buf_add(&bytes, dy.b, 32);
	want = bdl_digest_of(bytes.p, bytes.n);
	assert_true(bdl_digest_eq(bdl_ruleset_version(a), &want));
	assert_true(bdl_digest_eq(bdl_ruleset_version(b), &want));
	assert_false(bdl_digest_eq(bdl_ruleset_version(c), &want));

	assert_int_equal(bdl_ruleset_policies(b), 2);
	assert_true(bdl_view_is(bdl_ruleset_policy_name(b, 0), "one"));
	assert_true(bdl_digest_eq(&bdl_ruleset_document(b, 1)->digest, &dy));
	assert_int_equal(school_rules(b), 2);
	struct bdl_rule_ref ref = bdl_ruleset_rule(b, 1);
	assert_int_equal(ref.policy, 1);
	assert_true(bdl_view_is(ref.policy_name, "two"));
	assert_true(bdl_view_is(ref.clause->id, "a"));
	assert_int_equal(ref.rule->action, BDL_NOTE);
}

static void numbers_categories_and_groups(void **state)
{
	(void)state;
	struct bdl_ruleset *r BDL_AUTO(bdl_ruleset_free) = ruleset_of("staff, parents",
	    "block web to category one, two\nnote web to category two, three unless to category four");

	assert_int_equal(bdl_ruleset_categories(r), 5); /* with that of the law */
	for (unsigned i = 0; i < 5; i++)
		assert_int_equal(
		    bdl_ruleset_category_find(r, bdl_view_of(bdl_ruleset_category(r, i))), i);
	assert_int_equal(bdl_ruleset_category_find(r, BDL_LIT("five")), -1);
	assert_true(bdl_ruleset_group(r, BDL_LIT("staff")) != 0);
	assert_true(bdl_ruleset_group(r, BDL_LIT("parents")) != 0);
	assert_true(
	    bdl_ruleset_group(r, BDL_LIT("parents")) != bdl_ruleset_group(r, BDL_LIT("staff")));
	assert_true(bdl_ruleset_group(r, BDL_LIT("pupils")) == 0);
}

static void translates_categories(void **state)
{
	(void)state;
	struct bdl_catset from = { 0 }, to;
	struct bdl_catmap map;

	for (int i = 0; i < BDL_LIST_CATEGORIES_MAX; i++)
		map.to[i] = -1;
	map.to[0] = 3;
	map.to[63] = 64;
	map.to[64] = 0;
	map.to[255] = 255;
	bdl_catset_add(&from, 0);
	bdl_catset_add(&from, 1);
	bdl_catset_add(&from, 63);
	bdl_catset_add(&from, 255);
	memset(&to, 0xff, sizeof(to));
	bdl_catmap_apply(&map, &from, &to);
	for (unsigned i = 0; i < BDL_LIST_CATEGORIES_MAX; i++)
		assert_int_equal(bdl_catset_has(&to, i), i == 3 || i == 64 || i == 255);
}

static void maps_the_lists(void **state)
{
	(void)state;
	static const char *const listed[] = { "four", "unasked", "one" };
	struct bdl_ruleset *r BDL_AUTO(bdl_ruleset_free) =
	    ruleset_of("staff", "block web to category one, two\nnote web to category four");
	struct bdl_list_build *build BDL_AUTO(bdl_list_build_free) = bdl_list_build_new();
	struct bdl_lists *lists BDL_AUTO(bdl_lists_close) = NULL;
	struct bdl_catset from = { 0 }, to = { 0 };
	struct bdl_catmap map;
	char path[] = "/tmp/beadle-lists-XXXXXX";
	int fd = mkstemp(path);

	assert_true(fd >= 0);
	assert_int_equal(close(fd), 0);
	for (size_t i = 0; i < BDL_ARRAY_LEN(listed); i++)
		assert_int_equal(
		    bdl_list_build_add(build, bdl_view_of(listed[i]), BDL_LIT("x.example"), NULL),
		    0);
	assert_int_equal(bdl_list_build_write(build, path, 1, NULL), 0);
	assert_int_equal(bdl_lists_open(path, &lists, NULL), 0);
	assert_int_equal(unlink(path), 0);

	bdl_catmap_make(lists, r, &map);
	for (unsigned i = 0; i < BDL_LIST_CATEGORIES_MAX; i++) {
		bool known = i < bdl_lists_categories(lists);
		const char *name = known ? bdl_lists_category(lists, i) : "";

		assert_int_equal(map.to[i], bdl_ruleset_category_find(r, bdl_view_of(name)));
	}
	bdl_lists_host(lists, BDL_LIT("www.x.example"), &from);
	bdl_catmap_apply(&map, &from, &to);
	assert_true(bdl_catset_has(&to, (unsigned)bdl_ruleset_category_find(r, BDL_LIT("one"))));
	assert_false(bdl_catset_has(&to, (unsigned)bdl_ruleset_category_find(r, BDL_LIT("two"))));
	assert_true(bdl_catset_has(&to, (unsigned)bdl_ruleset_category_find(r, BDL_LIT("four"))));
}

static void refuses(void **state)
{
	(void)state;
	static const char good[] = FRONT("staff") RULES("block web by staff");
	static const struct {
		const char *text, *want;
		int code;
	} rows[] = {
		{ FRONT("staff") RULES("blok web"),
		    "p:12:1: unexpected line 'blok'; expected a verdict such as block, coach or note, or a word such as permit",
		    BDL_E_INVALID },
		{ FRONT("staff") RULES("block web by pupils"),
		    "p:12:14: this policy does not bind pupils: the rule can never apply; expected one of "
		    "the groups that the policy binds",
		    BDL_E_INVALID },
		{ "\xff", "p: the document is no UTF-8 text: byte 1 is 0xff", BDL_E_INVALID },
	};
	struct bdl_source sources[BDL_POLICIES_MAX + 1];
	struct bdl_ruleset *r = NULL;
	struct bdl_err err;

	for (size_t i = 0; i < BDL_ARRAY_LEN(rows); i++) {
		sources[0] = source("p", rows[i].text);
		assert_int_equal(bdl_ruleset_new(sources, 1, &r, &err), rows[i].code);
		assert_string_equal(err.text, rows[i].want);
		assert_null(r);
	}
	sources[0] = sources[1] = source("p", good);
	assert_int_equal(bdl_ruleset_new(sources, 2, &r, &err), BDL_E_INVALID);
	assert_string_equal(err.text, "two policies are named 'p'");
	sources[0] = source("law", good);
	assert_int_equal(bdl_ruleset_new(sources, 1, &r, &err), BDL_E_INVALID);
	assert_string_equal(
	    err.text, "no policy is named 'law': it is the document that is built in");
	assert_int_equal(bdl_ruleset_new(sources, BDL_POLICIES_MAX + 1, &r, &err), BDL_E_LIMIT);
	assert_int_equal(bdl_ruleset_new(sources, 0, &r, &err), 0);
	assert_int_equal(school_rules(r), 0);
	bdl_ruleset_free(r);
}

static void add_categories(struct bdl_buf *text, unsigned from, unsigned n)
{
	for (unsigned i = from; i < from + n; i++)
		(void)bdl_buf_printf(text, "note web to category c%u\n", i);
}

static void holds_to_its_limits(void **state)
{
	(void)state;
	struct bdl_buf one BDL_AUTO_IN(bdl_buf_done) = BDL_BUF(1 << 20);
	struct bdl_buf two BDL_AUTO_IN(bdl_buf_done) = BDL_BUF(1 << 20);
	struct bdl_ruleset *r = NULL;
	struct bdl_err err;

	(void)bdl_buf_add_str(&one, FRONT("staff") "# A {#a}\nA.\n```rules\n");
	(void)bdl_buf_add_view(&two, bdl_buf_view(&one));
	add_categories(&one, 0, 200);
	add_categories(&two, 100, 157); /* 257 in all */
	struct bdl_source sources[] = { source("one", bdl_buf_str(&one)),
		source("two", bdl_buf_str(&two)) };
	(void)bdl_buf_add_str(&one, "```\n");
	(void)bdl_buf_add_str(&two, "```\n");
	sources[0].bytes = bdl_buf_view(&one);
	sources[1].bytes = bdl_buf_view(&two);
	assert_int_equal(bdl_ruleset_new(sources, 2, &r, &err), BDL_E_LIMIT);
	assert_string_equal(err.text, "the policies name more than 256 categories");

	bdl_buf_clear(&one);
	(void)bdl_buf_add_str(&one, FRONT("staff") "# A {#a}\nA.\n```rules\n");
	for (int i = 0; i < 600; i++)
		(void)bdl_buf_add_str(&one, "note web by staff\n");
	(void)bdl_buf_add_str(&one, "```\n");
	sources[0].bytes = sources[1].bytes = bdl_buf_view(&one);
	assert_int_equal(bdl_ruleset_new(sources, 1, &r, &err), 0);
	bdl_ruleset_free(r);
	assert_int_equal(bdl_ruleset_new(sources, 2, &r, &err), BDL_E_LIMIT);
	assert_string_equal(err.text, "1200 rules in all policies, more than 1024");

	static const char *const names[] = { "a", "b", "c" };
	struct bdl_buf many[3] = { BDL_BUF(4096), BDL_BUF(4096), BDL_BUF(4096) };
	struct bdl_source three[3];
	for (unsigned i = 0; i < 3; i++) {
		(void)bdl_buf_add_str(&many[i],
		    "---\ntitle: t\nschool: s\nowner: o\napprover: a\n"
		    "review: every 1 month\nbinds: staff");
		for (unsigned j = 0; j < 30; j++)
			(void)bdl_buf_printf(&many[i], ", g%u-%u", i, j);
		(void)bdl_buf_add_str(&many[i], "\n---\n");
		three[i] = (struct bdl_source){ bdl_view_of(names[i]), bdl_buf_view(&many[i]) };
	}
	assert_int_equal(bdl_ruleset_new(three, 2, &r, &err), 0);
	bdl_ruleset_free(r);
	assert_int_equal(bdl_ruleset_new(three, 3, &r, &err), BDL_E_LIMIT);
	assert_string_equal(err.text, "the policies name more than 64 groups");
	for (unsigned i = 0; i < 3; i++)
		bdl_buf_done(&many[i]);
}

/* The text with the number wherever it has an '@'. */
static void add_numbered(struct bdl_buf *out, const char *text, unsigned number)
{
	for (const char *p = text; *p; p++) {
		if (*p == '@')
			(void)bdl_buf_printf(out, "%u", number);
		else
			(void)bdl_buf_add_char(out, *p);
	}
}

/* Rules enough for each limit of what the language names: one less fits, one more does not. */
static void limits_what_rules_name(void **state)
{
	(void)state;
	static const struct {
		const char *rule; /* with @ for a number a place for a number */
		unsigned max;
		const char *want;
	} rows[] = {
		{ "note screen with phrases p@\n", BDL_ATOMS_MAX,
		    "the policies name more than 512 things" },
		{ "note logs file deleted after @ in 1 day\n", BDL_COUNTERS_MAX,
		    "the policies name more than 256 counters" },
		{ "allow web to category c@ over b\n", 64,
		    "the policies name more than 64 rules 'allow'" },
		{ "note web of more than 1 GB unless granted p@ up to amount\npermit p@ stating "
		  "amount, asked by staff, decided by head\n",
		    BDL_AMOUNTS_MAX, "the policies name more than 16 permissions up to an amount" },
	};

	for (size_t i = 0; i < BDL_ARRAY_LEN(rows); i++)
		for (unsigned more = 0; more < 2; more++) {
			struct bdl_buf text BDL_AUTO_IN(bdl_buf_done) = BDL_BUF(1 << 20);
			struct bdl_ruleset *r BDL_AUTO(bdl_ruleset_free) = NULL;
			struct bdl_err err = { 0 };

			(void)bdl_buf_add_str(&text,
			    FRONT("staff") "# B {#b}\nB.\n```rules\nnote web to host b.example\n"
					   "```\n# A {#a}\nA.\n");
			for (unsigned n = 1; n <= rows[i].max + more; n++) {
				(void)bdl_buf_add_str(&text, "\n```rules\n");
				add_numbered(&text, rows[i].rule, n);
				(void)bdl_buf_add_str(&text, "```\n");
			}
			struct bdl_source one = source("p", bdl_buf_str(&text));
			int rc = bdl_ruleset_new_whole(&one, 1, &r, &err);

			if (rc != (more ? BDL_E_LIMIT : 0))
				fail_msg("row %zu: %d %s", i, rc, err.text);
			if (more)
				assert_string_equal(err.text, rows[i].want);
		}
}

/* A counter keeps its name while its rule stays, whatever else changes. */
static void names_counters(void **state)
{
	(void)state;
	static const char *const texts[] = {
		FRONT("staff") RULES("note logs logon after 3 in 1 hour"),
		FRONT("staff") "# N {#n}\nNew.\n```rules\nnote logs logon after 9 in 1 day\n```\n" RULES(
		    "note web\nnote logs logon after 3 in 1 hour"),
		FRONT("staff") RULES("note logs logon after 4 in 1 hour"),
	};
	uint64_t ids[3] = { 0 };

	for (size_t i = 0; i < 3; i++) {
		struct bdl_source one = source("p", texts[i]);
		struct bdl_ruleset *r BDL_AUTO(bdl_ruleset_free) = NULL;

		assert_int_equal(bdl_ruleset_new_whole(&one, 1, &r, NULL), 0);
		ids[i] = bdl_ruleset_counter(r, bdl_ruleset_counters(r) - 1)->id;
	}
	assert_true(ids[0] == ids[1] && ids[0] != ids[2]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(orders_by_name_and_names_the_version),
		cmocka_unit_test(numbers_categories_and_groups),
		cmocka_unit_test(translates_categories),
		cmocka_unit_test(maps_the_lists),
		cmocka_unit_test(refuses),
		cmocka_unit_test(holds_to_its_limits),
		cmocka_unit_test(limits_what_rules_name),
		cmocka_unit_test(names_counters),
	};

	return cmocka_run_group_tests_name("policy/ruleset", tests, NULL, NULL);
}
