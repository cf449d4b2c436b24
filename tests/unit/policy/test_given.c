/* Facts told in the language's own words: what is understood, and what is refused. */
#include "policy/given.h"
#include "policy_test.h"

static const char policy[] = FRONT("staff") CLAUSE("a",
    "note web to category games, using own-devices\n"
    "  unless signed\n"
    "note logs logon using 2 devices in 1 hour\n"
    "coach mail out to more than 20 recipients\n"
    "  unless encrypted\n");

/* The document is the caller's. */
static int parse(const char *act, struct bdl_view words, struct bdl_document **ret_document,
    struct bdl_given *ret, struct bdl_err *err)
{
	struct bdl_findings *findings BDL_AUTO(bdl_findings_free) = bdl_findings_new();

	assert_int_equal(bdl_document_parse(bdl_view_of(policy), findings, ret_document, NULL), 0);
	const struct bdl_document *others[] = { *ret_document };
	struct bdl_check_context context = { .others = others, .n_others = 1 };
	return bdl_given_parse(bdl_view_of(act), words, &context, ret, err);
}

static void tells_what_is_so(void **state)
{
	(void)state;
	struct bdl_given g BDL_AUTO_IN(bdl_given_done) = { 0 };
	struct bdl_document *d BDL_AUTO(bdl_document_free) = NULL;
	struct bdl_region *region BDL_AUTO(bdl_region_free) = bdl_region_new(1 << 16);
	struct bdl_ruleset *r BDL_AUTO(bdl_ruleset_free) = NULL;
	struct bdl_source source = { BDL_LIT("p"), bdl_view_of(policy) };
	uint64_t counts[BDL_COUNTERS_MAX] = { 0 };
	struct bdl_facts f = { 0 };
	int atom;

	assert_int_equal(
	    parse("mail out",
		BDL_LIT("to more than 20 recipients, not encrypted, using own-devices"), &d, &g,
		NULL),
	    BDL_E_INVALID); /* whose device it is nobody knows of a message */
	bdl_document_free(bdl_steal(&d));
	assert_int_equal(
	    parse("mail out", BDL_LIT("to more than 20 recipients, not encrypted"), &d, &g, NULL),
	    0);
	assert_int_equal(g.door, BDL_DOOR_MAIL);
	assert_int_equal(g.n, 2);
	assert_false(g.phrases[0].is_not);
	assert_true(g.phrases[1].is_not);
	assert_int_equal(bdl_ruleset_new_whole(&source, 1, &r, NULL), 0);
	bdl_given_tell(&g, r, &f, counts, region);
	assert_int_equal(f.door, BDL_DOOR_MAIL);
	assert_int_equal(f.deeds, 1u << BDL_DEED_MAIL_OUT);
	assert_int_equal(f.numbers[BDL_NUMBER_RECIPIENTS], 21);
	/* Told of, and not so. */
	atom = bdl_ruleset_atom(r, BDL_PHRASE_ENCRYPTED, BDL_LIT(""), BDL_MANNER_NONE);
	assert_true(atom >= 0);
	assert_false(bdl_atomset_has(&f.atoms, (unsigned)atom));
	assert_true(f.told & BDL_TOLD(ENCRYPTED));
	assert_false(f.told & BDL_TOLD(DEVICE)); /* not spoken of */
}

static void tells_names_and_counts(void **state)
{
	(void)state;
	struct bdl_given g BDL_AUTO_IN(bdl_given_done) = { 0 };
	struct bdl_document *d BDL_AUTO(bdl_document_free) = NULL;
	struct bdl_region *region BDL_AUTO(bdl_region_free) = bdl_region_new(1 << 16);
	struct bdl_ruleset *r BDL_AUTO(bdl_ruleset_free) = NULL;
	struct bdl_source source = { BDL_LIT("p"), bdl_view_of(policy) };
	uint64_t counts[BDL_COUNTERS_MAX] = { 0 };
	struct bdl_facts f = { 0 };
	int atom;

	assert_int_equal(
	    parse("web", BDL_LIT("to category news, games, using own-devices, with words \"a, b\""),
		&d, &g, NULL),
	    0);
	assert_int_equal(g.n, 3); /* a comma within quotes or between names begins nothing */
	assert_int_equal(bdl_ruleset_new_whole(&source, 1, &r, NULL), 0);
	bdl_given_tell(&g, r, &f, counts, region);
	atom = bdl_ruleset_atom(r, BDL_PHRASE_USING, BDL_LIT("own-devices"), BDL_MANNER_NONE);
	assert_true(atom >= 0 && bdl_atomset_has(&f.atoms, (unsigned)atom));
	assert_true(bdl_catset_has(
	    &f.categories, (unsigned)bdl_ruleset_category_find(r, BDL_LIT("games"))));
	assert_true(bdl_view_is(f.text, "a b"));
}

static void tells_counts_by_their_span(void **state)
{
	(void)state;
	struct bdl_region *region BDL_AUTO(bdl_region_free) = bdl_region_new(1 << 16);
	struct bdl_ruleset *r BDL_AUTO(bdl_ruleset_free) = NULL;
	struct bdl_source source = { BDL_LIT("p"), bdl_view_of(policy) };
	static const struct {
		const char *words;
		uint64_t count;
	} told[] = { { "using 2 devices in 1 hour", 2 }, { "using 2 devices in 10 minutes", 0 },
		{ "after 2 in 1 hour", 0 } };

	assert_int_equal(bdl_ruleset_new_whole(&source, 1, &r, NULL), 0);
	assert_int_equal(bdl_ruleset_counters(r), 1);
	for (size_t i = 0; i < BDL_ARRAY_LEN(told); i++) {
		struct bdl_given g BDL_AUTO_IN(bdl_given_done) = { 0 };
		struct bdl_document *d BDL_AUTO(bdl_document_free) = NULL;
		uint64_t counts[BDL_COUNTERS_MAX] = { 0 };
		struct bdl_facts f = { 0 };

		assert_int_equal(parse("logs logon", bdl_view_of(told[i].words), &d, &g, NULL), 0);
		bdl_given_tell(&g, r, &f, counts, region);
		if (counts[0] != told[i].count)
			fail_msg("row %zu: %llu", i, (unsigned long long)counts[0]);
	}
}

static void refuses(void **state)
{
	(void)state;
	static const struct {
		const char *act, *words, *why;
	} wrong[] = {
		{ "door", "signed", "door" },
		{ "web", "using own-device", "did you mean 'own-devices'?" },
		{ "web", "tell head", "expected" },
		{ "web", "not", "expected" },
		{ "web", "signed,,encrypted", "expected" },
		{ "web\nblock web", "", "what is given" },
	};

	for (size_t i = 0; i < BDL_ARRAY_LEN(wrong); i++) {
		struct bdl_given g BDL_AUTO_IN(bdl_given_done) = { 0 };
		struct bdl_document *d BDL_AUTO(bdl_document_free) = NULL;
		struct bdl_err err = { 0 };

		assert_int_equal(
		    parse(wrong[i].act, bdl_view_of(wrong[i].words), &d, &g, &err), BDL_E_INVALID);
		if (!strstr(err.text, wrong[i].why))
			fail_msg("row %zu: %s", i, err.text);
		assert_int_equal(g.n, 0);
	}
}

/* What does not fit is not left out in silence: it would be taken for not so. */
static void holds_to_its_limits(void **state)
{
	(void)state;
	struct bdl_buf words BDL_AUTO_IN(bdl_buf_done) = BDL_BUF(2 * BDL_DOCUMENT_MAX);
	struct bdl_given g BDL_AUTO_IN(bdl_given_done) = { 0 };
	struct bdl_document *d BDL_AUTO(bdl_document_free) = NULL;
	struct bdl_err err = { 0 };

	for (size_t i = 0; i <= BDL_GIVEN_MAX; i++)
		(void)bdl_buf_add_str(&words, i ? ", signed" : "signed");
	assert_int_equal(parse("web", bdl_buf_view(&words), &d, &g, &err), BDL_E_LIMIT);
	bdl_document_free(bdl_steal(&d));
	bdl_buf_clear(&words);
	(void)bdl_buf_add_str(&words, "signed, with words \"");
	while (words.n < BDL_DOCUMENT_MAX)
		(void)bdl_buf_add_str(&words, "word ");
	(void)bdl_buf_add_str(&words, "\", using own-devices");
	assert_int_equal(parse("web", bdl_buf_view(&words), &d, &g, &err), BDL_E_LIMIT);
	assert_int_equal(g.n, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(tells_what_is_so),
		cmocka_unit_test(tells_names_and_counts),
		cmocka_unit_test(tells_counts_by_their_span),
		cmocka_unit_test(refuses),
		cmocka_unit_test(holds_to_its_limits),
	};

	return cmocka_run_group_tests_name("policy/given", tests, NULL, NULL);
}
