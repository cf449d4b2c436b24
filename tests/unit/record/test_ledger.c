/* Adding to the ledger: what an entry holds, and that it shares the fate of its change. */
#include "../check.h"
#include "ledgered.h"

static const struct bdl_ledger_entry look = {
	.kind = BDL_LEDGER_LOOKED,
	.at_ms = LEDGER_T0,
	.actor = BDL_LIT("p.marlow"),
	.subject = BDL_LIT("adebayo"),
	.record = BDL_LIT("acts/17"),
	.content = BDL_LIT("what nobody is to read"),
};

static void add(struct bdl_store *s, const struct bdl_ledger_entry *e)
{
	struct bdl_err err = { 0 };

	assert_int_equal(bdl_store_begin(s, NULL), 0);
	if (bdl_ledger_add(s, e, &err))
		fail_msg("%s", err.text);
	assert_int_equal(bdl_store_commit(s, NULL), 0);
}

static void an_empty_ledger_is_whole(void **state)
{
	(void)state;
	struct folder f BDL_AUTO_IN(folder_done) = folder_make();
	struct bdl_store *s BDL_AUTO(bdl_store_close) = store_make(&f);
	struct bdl_ledger_found found = ledger_look(s, NULL);

	assert_int_equal(found.entries, 0);
	assert_int_equal(found.broken, 0);
}

static void holds_no_name_and_no_content(void **state)
{
	(void)state;
	struct folder f BDL_AUTO_IN(folder_done) = folder_make();
	struct bdl_store *s BDL_AUTO(bdl_store_close) = store_make(&f);
	static const char *const words[] = { "marlow", "adebayo", "nobody" };
	char sql[512];

	add(s, &look);
	assert_int_equal(ledger_look(s, NULL).entries, 1);
	for (size_t i = 0; i < BDL_ARRAY_LEN(words); i++) {
		(void)snprintf(sql, sizeof(sql),
		    "SELECT count(*) FROM ledger_entry, ledger_salt WHERE actor || subject || record"
		    " || digest || hash || salt LIKE '%%%s%%'",
		    words[i]);
		check_long(words[i], store_number(s, sql), 0);
	}
	assert_int_equal(
	    store_number(s, "SELECT length(actor) + length(subject) FROM ledger_entry"),
	    2 * BDL_PSEUDONYM_LEN);
}

static void the_same_person_has_one_pseudonym(void **state)
{
	(void)state;
	struct folder f BDL_AUTO_IN(folder_done) = folder_make();
	struct bdl_store *s BDL_AUTO(bdl_store_close) = store_make(&f);

	add(s, &look);
	add(s, &look);
	assert_int_equal(store_number(s, "SELECT count(DISTINCT actor) FROM ledger_entry"), 1);
	/* The same content twice is not seen to be the same. */
	assert_int_equal(store_number(s, "SELECT count(DISTINCT digest) FROM ledger_entry"), 2);
}

static void lists_names_while_their_keys_are_there(void **state)
{
	(void)state;
	struct folder f BDL_AUTO_IN(folder_done) = folder_make();
	struct bdl_store *s BDL_AUTO(bdl_store_close) = store_make(&f);
	struct bdl_region *region BDL_AUTO(bdl_region_free) = bdl_region_new(1 << 20);
	struct bdl_ledger_line *lines;
	struct bdl_err err = { 0 };
	size_t n;

	add(s, &look);
	assert_int_equal(bdl_ledger_list(s, 10, region, &lines, &n, &err), 0);
	assert_int_equal(n, 1);
	check_view("actor", lines[0].actor, "p.marlow");
	check_view("subject", lines[0].subject, "adebayo");
	check_view("record", lines[0].record, "acts/17");

	assert_int_equal(bdl_ledger_forget(s, BDL_LIT("adebayo"), BDL_LIT("p.marlow"),
			     BDL_LIT("left the school"), LEDGER_T0 + 1, &err),
	    0);
	assert_int_equal(bdl_ledger_list(s, 10, region, &lines, &n, &err), 0);
	assert_int_equal(n, 2);
	check_view("newest first", lines[1].actor, "p.marlow");
	assert_int_equal(lines[1].subject.n, BDL_PSEUDONYM_LEN);
	assert_string_equal(bdl_ledger_kind_word(lines[0].kind), "person forgotten");
	assert_int_equal(
	    store_number(s, "SELECT count(*) FROM ledger_person WHERE person = 'adebayo'"), 0);
	assert_int_equal(ledger_look(s, NULL).entries, 2);
	assert_int_equal(ledger_look(s, NULL).broken, 0);

	check_refused("nobody",
	    bdl_ledger_forget(
		s, BDL_LIT("adebayo"), BDL_LIT("p.marlow"), BDL_LIT("again"), LEDGER_T0, &err),
	    err.text, "knows nobody");
	check_refused("oneself",
	    bdl_ledger_forget(
		s, BDL_LIT("p.marlow"), BDL_LIT("p.marlow"), BDL_LIT("hide"), LEDGER_T0, &err),
	    err.text, "their own name");
}

static void lists_what_is_about_one_person(void **state)
{
	(void)state;
	struct folder f BDL_AUTO_IN(folder_done) = folder_make();
	struct bdl_store *s BDL_AUTO(bdl_store_close) = store_make(&f);
	struct bdl_region *region BDL_AUTO(bdl_region_free) = bdl_region_new(1 << 20);
	const struct bdl_view adebayo = BDL_LIT("adebayo"), none = { NULL, 0 };
	struct bdl_ledger_entry other = look;
	struct bdl_ledger_line *lines;
	struct bdl_err err = { 0 };
	size_t n;

	add(s, &look);
	other.record = BDL_LIT("acts/18");
	add(s, &other);
	other.subject = BDL_LIT("office");
	add(s, &other);
	other.subject = none;
	add(s, &other);
	assert_int_equal(bdl_ledger_about(s, adebayo, none, 10, region, &lines, &n, &err), 0);
	assert_int_equal(n, 2);
	check_view("newest first", lines[0].record, "acts/18");
	check_view("who looked", lines[1].actor, "p.marlow");
	assert_int_equal(bdl_ledger_about(s, adebayo, none, 1, region, &lines, &n, &err), 0);
	assert_int_equal(n, 1);
	assert_int_equal(
	    bdl_ledger_about(s, adebayo, BDL_LIT("acts/17"), 10, region, &lines, &n, &err), 0);
	assert_int_equal(n, 1);
	assert_int_equal(lines[0].entry, 1);
	/* Who did something is not whose record it is; and nobody is not everybody without a name. */
	assert_int_equal(
	    bdl_ledger_about(s, BDL_LIT("p.marlow"), none, 10, region, &lines, &n, &err), 0);
	assert_int_equal(n, 0);
	assert_int_equal(
	    bdl_ledger_about(s, BDL_LIT("stranger"), none, 10, region, &lines, &n, &err), 0);
	assert_int_equal(n, 0);
	assert_int_equal(bdl_ledger_forget(s, adebayo, BDL_LIT("p.marlow"),
			     BDL_LIT("left the school"), LEDGER_T0 + 1, &err),
	    0);
	assert_int_equal(bdl_ledger_about(s, adebayo, none, 10, region, &lines, &n, &err), 0);
	assert_int_equal(n, 0);
}

/* Whoever swaps two rows of names does not make one person's deeds another's. */
static void a_name_that_does_not_make_the_pseudonym_is_not_shown(void **state)
{
	(void)state;
	struct folder f BDL_AUTO_IN(folder_done) = folder_make();
	struct bdl_store *s BDL_AUTO(bdl_store_close) = store_make(&f);
	struct bdl_region *region BDL_AUTO(bdl_region_free) = bdl_region_new(1 << 20);
	struct bdl_ledger_line *lines;
	size_t n;

	add(s, &look);
	store_run(s, "UPDATE ledger_person SET person = 'a.head' WHERE person = 'p.marlow'");
	assert_int_equal(bdl_ledger_list(s, 1, region, &lines, &n, NULL), 0);
	assert_int_equal(lines[0].actor.n, BDL_PSEUDONYM_LEN);
}

static void verifies_without_salts(void **state)
{
	(void)state;
	struct folder f BDL_AUTO_IN(folder_done) = folder_make();
	struct bdl_store *s BDL_AUTO(bdl_store_close) = store_make(&f);

	ledger_make(s, 100);
	assert_int_equal(store_number(s, "SELECT count(*) FROM ledger_salt"), 100);
	assert_int_equal(bdl_store_begin(s, NULL), 0);
	assert_int_equal(bdl_ledger_salts_drop(s, BDL_LEDGER_LOOKED, LEDGER_T0 + 50, NULL), 0);
	assert_int_equal(bdl_store_commit(s, NULL), 0);
	assert_int_equal(store_number(s, "SELECT count(*) FROM ledger_salt"), 75);
	assert_int_equal(ledger_look(s, NULL).broken, 0);
	store_run(s, "DELETE FROM ledger_salt");
	assert_int_equal(ledger_look(s, NULL).broken, 0);
	assert_int_equal(ledger_look(s, NULL).entries, 100);
}

static void refuses_what_is_no_entry(void **state)
{
	(void)state;
	struct folder f BDL_AUTO_IN(folder_done) = folder_make();
	struct bdl_store *s BDL_AUTO(bdl_store_close) = store_make(&f);
	struct bdl_ledger_entry no_actor = look, no_record = look, name = look, long_name = look;
	static char long_text[BDL_LEDGER_PERSON_MAX + 2];
	struct bdl_err err = { 0 };

	memset(long_text, 'x', sizeof(long_text) - 1);
	no_actor.actor.n = 0;
	no_record.record.n = 0;
	name.record = BDL_LIT("acts of Adebayo");
	long_name.actor = bdl_view_of(long_text);
	assert_int_equal(bdl_store_begin(s, NULL), 0);
	check_refused("actor", bdl_ledger_add(s, &no_actor, &err), err.text, "nobody did it");
	check_refused("record", bdl_ledger_add(s, &no_record, &err), err.text, "names no record");
	check_refused("a name", bdl_ledger_add(s, &name, &err), err.text, "names no record");
	check_refused("long", bdl_ledger_add(s, &long_name, &err), err.text, "longer than");
	bdl_store_rollback(s);
}

/* The change and its entry: a commit that fails takes both back. */
static void change_and_entry_are_both_or_neither(void **state)
{
	(void)state;
	struct folder f BDL_AUTO_IN(folder_done) = folder_make();
	struct bdl_store *s BDL_AUTO(bdl_store_close) = store_make(&f);
	struct bdl_err err = { 0 };

	ledger_make(s, 3);
	/* A reference that is looked at when the transaction is committed, and leads nowhere. */
	store_run(s, "CREATE TABLE fails_not (a BIGINT NOT NULL PRIMARY KEY)");
	store_run(s,
	    "CREATE TABLE fails (a BIGINT REFERENCES fails_not (a) DEFERRABLE INITIALLY"
	    " DEFERRED)");
	assert_int_equal(bdl_store_begin(s, NULL), 0);
	store_run(s, "INSERT INTO roll (school, csv, set_ms) VALUES (1, '', 1)");
	assert_int_equal(bdl_ledger_add(s, &look, &err), 0);
	store_run(s, "INSERT INTO fails (a) VALUES (1)");
	assert_true(bdl_store_commit(s, &err) < 0);
	bdl_store_rollback(s);
	assert_int_equal(store_number(s, "SELECT count(*) FROM roll"), 0);
	assert_int_equal(ledger_look(s, NULL).entries, 3);
	assert_int_equal(ledger_look(s, NULL).broken, 0);
	add(s, &look);
	assert_int_equal(ledger_look(s, NULL).entries, 4);
	assert_int_equal(ledger_look(s, NULL).broken, 0);
}

static void fields_of_a_content_are_kept_apart(void **state)
{
	(void)state;
	struct bdl_buf a BDL_AUTO_IN(bdl_buf_done) = BDL_BUF(64);
	struct bdl_buf b BDL_AUTO_IN(bdl_buf_done) = BDL_BUF(64);

	bdl_ledger_field(&a, BDL_LIT("ab"));
	bdl_ledger_field(&a, BDL_LIT("c"));
	bdl_ledger_field(&b, BDL_LIT("a"));
	bdl_ledger_field(&b, BDL_LIT("bc"));
	assert_false(bdl_view_eq(bdl_buf_view(&a), bdl_buf_view(&b)));
}

static void each_kind_has_a_word(void **state)
{
	(void)state;
	for (int i = 1; i < BDL_LEDGER_KINDS; i++)
		if (!bdl_ledger_kind_word(i) || !strcmp(bdl_ledger_kind_word(i), "unknown"))
			fail_msg("kind %d", i);
	assert_string_equal(bdl_ledger_kind_word(0), "unknown");
	assert_string_equal(bdl_ledger_kind_word(BDL_LEDGER_KINDS), "unknown");
	assert_string_equal(bdl_ledger_kind_word(-1), "unknown");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_empty_ledger_is_whole),
		cmocka_unit_test(holds_no_name_and_no_content),
		cmocka_unit_test(the_same_person_has_one_pseudonym),
		cmocka_unit_test(lists_names_while_their_keys_are_there),
		cmocka_unit_test(lists_what_is_about_one_person),
		cmocka_unit_test(a_name_that_does_not_make_the_pseudonym_is_not_shown),
		cmocka_unit_test(verifies_without_salts),
		cmocka_unit_test(refuses_what_is_no_entry),
		cmocka_unit_test(change_and_entry_are_both_or_neither),
		cmocka_unit_test(fields_of_a_content_are_kept_apart),
		cmocka_unit_test(each_kind_has_a_word),
	};

	return cmocka_run_group_tests_name("ledger", tests, NULL, NULL);
}
