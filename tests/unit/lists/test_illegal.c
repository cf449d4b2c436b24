/* The illegal slot: who may fill it, that nobody empties it, and that it tells nothing. */
#include "lists/illegal.h"
#include "lists_test.h"
#include <sodium.h>
#include <utime.h>

#define NOW 1795262400000 /* 21 November 2026 */

struct signer {
	unsigned char public_key[crypto_sign_PUBLICKEYBYTES], secret[crypto_sign_SECRETKEYBYTES];
	unsigned char signature[crypto_sign_BYTES];
};

static struct signer new_signer(void)
{
	struct signer s;

	assert_int_equal(crypto_sign_keypair(s.public_key, s.secret), 0);
	return s;
}

static struct bdl_illegal_offer offer_of(struct signer *s, const char *list)
{
	assert_int_equal(crypto_sign_detached(s->signature, NULL, (const unsigned char *)list,
			     strlen(list), s->secret),
	    0);
	return (struct bdl_illegal_offer){
		.list = bdl_view_of(list),
		.signature = bdl_view_at((const char *)s->signature, sizeof(s->signature)),
		.key = bdl_view_at((const char *)s->public_key, sizeof(s->public_key)),
	};
}

static int install(void *const *state, const struct bdl_illegal_offer *offer, struct bdl_err *err)
{
	struct bdl_illegal_state got;

	return bdl_illegal_install(below(state, "lists.map"), offer, NOW, &got, err);
}

static struct bdl_lists *opened(void *const *state)
{
	struct bdl_lists *l = NULL;
	struct bdl_err err = { 0 };

	if (bdl_lists_open(below(state, "lists.map"), &l, &err) != 0)
		fail_msg("%s", err.text);
	return l;
}

static const char list[] = "# title: Test\n# issued: 2026-11-20T09:00:00Z\nworst.example\n"
			   "ok.example/worst/page\n192.0.2.66\n";

static void a_signed_list_is_taken(void **state)
{
	BDL_AUTO(bdl_list_build_free) struct bdl_list_build *b = bdl_list_build_new();
	struct signer s = new_signer();
	struct bdl_illegal_offer offer = offer_of(&s, list);
	struct bdl_illegal_state got = { .is_there = true };
	struct bdl_err err = { 0 };
	int64_t issued_ms = 0;

	assert_int_equal(bdl_illegal_look(below(state, "lists.map"), &got, &err), 0);
	assert_false(got.is_there || got.is_pinned);
	add(b, "games", "worst.example");
	BDL_AUTO(bdl_lists_close) struct bdl_lists *before = compiled(state, b);
	assert_false(bdl_lists_has_illegal(before, NULL));
	assert_int_equal(bdl_lists_category_find(before, BDL_LIT("illegal")), -1);
	if (bdl_illegal_install(below(state, "lists.map"), &offer, NOW, &got, &err) != 0)
		fail_msg("%s", err.text);
	assert_true(got.is_there && got.is_pinned);
	assert_int_equal(got.entries, 3);
	assert_int_equal(got.issued_ms, 1795165200000);
	BDL_AUTO(bdl_lists_close) struct bdl_lists *l = opened(state);
	assert_int_equal(bdl_lists_verify(l, NULL), 0);
	assert_true(bdl_lists_mark(l) != bdl_lists_mark(before));
	assert_true(bdl_lists_has_illegal(l, &issued_ms));
	assert_int_equal(issued_ms, 1795165200000);
	assert_int_equal(bdl_lists_categories(l), 2);
	assert_string_equal(bdl_lists_category(l, 1), "illegal");
	check_host(l, "www.worst.example", "games illegal");
	check_page(l, "ok.example", "/Worst//page?x", "illegal");
	check_page(l, "ok.example", "/", "");
	check_host(l, "192.0.2.66", "illegal");
	assert_int_equal(bdl_lists_domains(l), 1); /* what the slot holds is not counted */
	/* The lists may be compiled again: the slot stays. */
	BDL_AUTO(bdl_lists_close) struct bdl_lists *again = compiled(state, b);
	check_host(again, "worst.example", "games illegal");
	assert_true(bdl_lists_mark(again) == bdl_lists_mark(l)); /* byte for byte the same */
	add(b, "games", "other.example");
	BDL_AUTO(bdl_lists_close) struct bdl_lists *more = compiled(state, b);
	assert_true(bdl_lists_mark(again) != bdl_lists_mark(more));
}

static void its_entries_are_told_to_nobody(void **state)
{
	struct signer s = new_signer();
	struct bdl_illegal_offer offer = offer_of(&s, list);
	struct bdl_lists_hit hits[4];
	char bytes[4096];
	size_t n;

	assert_int_equal(install(state, &offer, NULL), 0); /* with no lists before it, too */
	BDL_AUTO(bdl_lists_close) struct bdl_lists *l = opened(state);
	n = bdl_lists_explain(l, BDL_LIT("worst.example"), BDL_LIT("/x"), hits, 4);
	assert_int_equal(n, 1);
	assert_true(hits[0].sealed);
	assert_string_equal(hits[0].entry, "");
	check_set(l, &hits[0].gives, "worst.example", "", "illegal");
	FILE *f = fopen(below(state, "illegal.map"), "r");
	assert_non_null(f);
	n = fread(bytes, 1, sizeof(bytes), f);
	assert_int_equal(fclose(f), 0);
	assert_in_range(n, 136, sizeof(bytes));
	assert_null(memmem(bytes, n, "worst", 5));
}

static void only_its_signer_replaces_it(void **state)
{
	struct signer s = new_signer(), other = new_signer();
	struct bdl_illegal_offer offer = offer_of(&s, list);
	struct bdl_err err = { 0 };

	offer.key = bdl_view_of(NULL);
	assert_int_equal(install(state, &offer, &err), BDL_E_MISSING); /* whose is the first? */
	offer.key = bdl_view_at((const char *)other.public_key, sizeof(other.public_key));
	assert_int_equal(install(state, &offer, &err), BDL_E_DENIED);
	offer = offer_of(&s, list);
	assert_int_equal(install(state, &offer, &err), 0);
	struct bdl_illegal_offer foreign = offer_of(&other, list);
	assert_int_equal(install(state, &foreign, &err), BDL_E_DENIED);
	check_refused("another key", -1, err.text, "not the key of the first list");
	foreign.key = bdl_view_of(NULL);
	assert_int_equal(install(state, &foreign, &err), BDL_E_DENIED);
	check_refused("another signature", -1, err.text, "not that of this list");
	/* With the kept key alone; in hexadecimal and base64; a byte changed. */
	offer.key = bdl_view_of(NULL);
	assert_int_equal(install(state, &offer, &err), 0);
	char hex[2 * crypto_sign_BYTES + 2], base64[100];
	(void)sodium_bin2hex(hex, sizeof(hex), s.signature, sizeof(s.signature));
	offer.signature = bdl_view_of(strcat(hex, "\n"));
	assert_int_equal(install(state, &offer, &err), 0);
	(void)sodium_bin2base64(base64, sizeof(base64), s.signature, sizeof(s.signature),
	    sodium_base64_VARIANT_ORIGINAL);
	offer.signature = bdl_view_of(base64);
	assert_int_equal(install(state, &offer, &err), 0);
	base64[3] = base64[3] == 'A' ? 'B' : 'A';
	assert_int_equal(install(state, &offer, &err), BDL_E_DENIED);
	offer.signature = bdl_view_of("short");
	assert_int_equal(install(state, &offer, &err), BDL_E_INVALID);
}

static const struct {
	const char *list;
	int code;
	const char *want;
} refused[] = {
	{ "# issued: 2026-11-19\nworst.example\n", BDL_E_DENIED, "older than the one" },
	{ "# issued: 2026-12-19\nworst.example\n", BDL_E_DENIED, "from the future" },
	{ "worst.example\n", BDL_E_INVALID, "when it was issued" },
	{ "# issued: yesterday\nworst.example\n", BDL_E_INVALID, "when it was issued" },
	{ "worst.example\n# issued: 2026-11-21\n", BDL_E_INVALID, "when it was issued" },
	{ "# issued: 2026-11-21\n", BDL_E_INVALID, "is empty" },
	{ "# issued: 2026-11-21\nworst.example\nhidden secret\n", BDL_E_INVALID, "1 lines" },
	{ "# issued: 2026-11-21\nhidden secret\n", BDL_E_INVALID, "1 lines" },
	{ "", BDL_E_INVALID, "when it was issued" },
};

static void what_is_no_newer_list_is_refused(void **state)
{
	struct signer s = new_signer();
	struct bdl_illegal_offer offer = offer_of(&s, list);

	assert_int_equal(install(state, &offer, NULL), 0);
	for (size_t i = 0; i < BDL_ARRAY_LEN(refused); i++) {
		struct bdl_err err = { 0 };
		offer = offer_of(&s, refused[i].list);
		int r = install(state, &offer, &err);
		check_long(refused[i].list, r, refused[i].code);
		check_refused(refused[i].list, r, err.text, refused[i].want);
		assert_null(strstr(err.text, "hidden"));
	}
	BDL_AUTO(bdl_lists_close) struct bdl_lists *l = opened(state);
	check_host(l, "worst.example", "illegal");
}

/* Whatever is done to its files, the lists do not open as if there had never been one. */
static void it_does_not_go_quietly(void **state)
{
	struct signer s = new_signer();
	struct bdl_illegal_offer offer = offer_of(&s, list);
	struct bdl_illegal_state got;
	struct bdl_lists *l = NULL;
	struct bdl_err err = { 0 };

	assert_int_equal(install(state, &offer, NULL), 0);
	write_file(state, "illegal.map", "nothing");
	assert_int_equal(bdl_lists_open(below(state, "lists.map"), &l, &err), BDL_E_INVALID);
	assert_int_equal(bdl_illegal_look(below(state, "lists.map"), &got, &err), BDL_E_INVALID);
	assert_int_equal(unlink(below(state, "illegal.map")), 0);
	assert_int_equal(bdl_lists_open(below(state, "lists.map"), &l, &err), BDL_E_INVALID);
	check_refused("gone", -1, err.text, "install it again");
	assert_int_equal(bdl_illegal_look(below(state, "lists.map"), &got, &err), 0);
	assert_true(got.is_missing && !got.is_there);
	assert_int_equal(unlink(below(state, "lists.map")), 0);
	assert_int_equal(bdl_lists_open(below(state, "lists.map"), &l, &err), BDL_E_INVALID);
	assert_null(l);
	assert_int_equal(install(state, &offer, &err), 0);
	BDL_AUTO(bdl_lists_close) struct bdl_lists *again = opened(state);
	check_host(again, "worst.example", "illegal");
}

static void forget(void *const *state, const char *name)
{
	assert_int_equal(unlink(below(state, name)), 0);
}

/* In a data folder it is known that there was a list when every file of the slot is gone. */
static void a_second_place_knows_of_it(void **state)
{
	struct signer s = new_signer(), other = new_signer();
	struct bdl_illegal_offer offer = offer_of(&s, list);
	struct bdl_illegal_state got;
	struct bdl_lists *l = NULL;
	struct bdl_err err = { 0 };
	char path[256];

	assert_int_equal(mkdir(below(state, "lists"), 0700), 0);
	(void)snprintf(path, sizeof(path), "%s/lists/lists.map", (const char *)*state);
	assert_int_equal(bdl_illegal_look(path, &got, &err), 0);
	assert_false(got.is_missing);
	assert_int_equal(bdl_illegal_install(path, &offer, NOW, &got, &err), 0);
	uint64_t entries = got.entries;
	forget(state, "lists/illegal.key");
	assert_int_equal(bdl_illegal_look(path, &got, &err), 0);
	assert_true(got.is_there && !got.is_missing);
	forget(state, "lists/illegal.map");
	assert_true(bdl_illegal_is_missing(path));
	assert_int_equal(bdl_illegal_look(path, &got, &err), 0);
	assert_true(got.is_missing && !got.is_there);
	assert_int_equal(got.entries, entries);
	assert_int_equal(bdl_lists_open(path, &l, &err), BDL_E_INVALID);
	assert_non_null(strstr(err.text, "ILLEGAL LIST MISSING"));
	forget(state, "lists/lists.map");
	assert_int_equal(bdl_lists_open(path, &l, &err), BDL_E_INVALID);

	/* Its key is still the only one that is taken, and an older list is none. */
	struct bdl_illegal_offer foreign = offer_of(&other, list);
	assert_int_equal(bdl_illegal_install(path, &foreign, NOW, &got, &err), BDL_E_DENIED);
	foreign = offer_of(&s, "# issued: 2020-01-01\nworst.example\n");
	assert_int_equal(bdl_illegal_install(path, &foreign, NOW, &got, &err), BDL_E_DENIED);
	offer = offer_of(&s, list);
	offer.key = (struct bdl_view){ 0 };
	assert_int_equal(bdl_illegal_install(path, &offer, NOW, &got, &err), 0);
	assert_true(got.is_there && got.is_pinned && !got.is_missing);

	/* A lists file that goes by itself takes the list with it, which is as loud. */
	forget(state, "lists/lists.map");
	assert_int_equal(bdl_lists_open(path, &l, &err), BDL_E_INVALID);
	assert_non_null(strstr(err.text, "compile the lists"));
	assert_null(l);
}

/* A second place that was damaged still says that there was a list. */
static void a_damaged_second_place_is_no_way_out(void **state)
{
	struct signer s = new_signer();
	struct bdl_illegal_offer offer = offer_of(&s, list);
	struct bdl_illegal_state got;
	char path[256];

	assert_int_equal(mkdir(below(state, "lists"), 0700), 0);
	(void)snprintf(path, sizeof(path), "%s/lists/lists.map", (const char *)*state);
	assert_int_equal(bdl_illegal_install(path, &offer, NOW, &got, NULL), 0);
	write_file(state, "run/illegal", "x");
	forget(state, "lists/illegal.map");
	forget(state, "lists/illegal.key");
	assert_int_equal(bdl_illegal_look(path, &got, NULL), 0);
	assert_true(got.is_missing);
	assert_int_equal(got.entries, 0);
	assert_int_equal(bdl_illegal_install(path, &offer, NOW, &got, NULL), 0);
	assert_true(got.is_there && !got.is_missing);
}

/* A lists file under the slot's name is no slot. */
static void only_its_own_category_fits(void **state)
{
	BDL_AUTO(bdl_list_build_free) struct bdl_list_build *b = bdl_list_build_new();
	struct bdl_lists *l = NULL;

	add(b, "games", "games.example");
	bdl_lists_close(compiled(state, b));
	char lists[256];
	(void)snprintf(lists, sizeof(lists), "%s/lists.map", (const char *)*state);
	assert_int_equal(link(lists, below(state, "illegal.map")), 0);
	assert_int_equal(bdl_lists_open(below(state, "lists.map"), &l, NULL), BDL_E_INVALID);
	assert_null(l);
}

/* Whoever watches lists.map sees that something changed. */
static void the_doors_are_woken(void **state)
{
	BDL_AUTO(bdl_list_build_free) struct bdl_list_build *b = bdl_list_build_new();
	struct signer s = new_signer();
	struct bdl_illegal_offer offer = offer_of(&s, list);
	struct utimbuf old = { 1, 1 };
	struct stat st;

	bdl_lists_close(compiled(state, b));
	assert_int_equal(utime(below(state, "lists.map"), &old), 0);
	assert_int_equal(install(state, &offer, NULL), 0);
	assert_int_equal(stat(below(state, "lists.map"), &st), 0);
	assert_true(st.st_mtime > 1);
}

#define IN_FOLDER(f) cmocka_unit_test_setup_teardown(f, make_folder, remove_folder)

int main(void)
{
	const struct CMUnitTest tests[] = {
		IN_FOLDER(a_signed_list_is_taken),
		IN_FOLDER(its_entries_are_told_to_nobody),
		IN_FOLDER(only_its_signer_replaces_it),
		IN_FOLDER(what_is_no_newer_list_is_refused),
		IN_FOLDER(it_does_not_go_quietly),
		IN_FOLDER(a_second_place_knows_of_it),
		IN_FOLDER(a_damaged_second_place_is_no_way_out),
		IN_FOLDER(only_its_own_category_fits),
		IN_FOLDER(the_doors_are_woken),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
