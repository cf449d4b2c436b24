#include "lists/format_int.h"
#include "lists_test.h"

static void hosts_are_found_with_those_below(void **state)
{
	BDL_AUTO(bdl_list_build_free) struct bdl_list_build *b = bdl_list_build_new();

	add(b, "gambling", "casino.example");
	add(b, "games", "www.casino.example");
	add(b, "games", "casino.example.org");
	add(b, "gambling", "casino.example"); /* twice is once */
	add(b, "bypass", "192.0.2.33");
	add(b, "bypass", "2001:db8::1");
	BDL_AUTO(bdl_lists_close) struct bdl_lists *l = compiled(state, b);
	assert_int_equal(bdl_lists_domains(l), 3);
	assert_int_equal(bdl_lists_nets(l), 2);
	assert_int_equal(bdl_lists_made_ms(l), 1795262400000);
	assert_int_equal(bdl_lists_verify(l, NULL), 0);
	check_host(l, "casino.example", "gambling");
	check_host(l, "shop.casino.example", "gambling");
	check_host(l, "www.casino.example", "gambling games");
	check_host(l, "a.b.www.casino.example", "gambling games");
	check_host(l, "mycasino.example", "");
	check_host(l, "example", "");
	check_host(l, "casino.example.net", "");
	check_host(l, "", "");
	check_host(l, ".", "");
	check_host(l, "..casino.example", "gambling");
	check_host(l, "192.0.2.33", "bypass");
	check_host(l, "2.33", "");
	check_host(l, "1.192.0.2.34", "");
	check_host(l, "2001:db8::1", "bypass");
	assert_int_equal(bdl_lists_category_find(l, BDL_LIT("games")), 1);
	assert_int_equal(bdl_lists_category_find(l, BDL_LIT("game")), -1);
	assert_int_equal(bdl_lists_category_find(l, BDL_LIT("")), -1);
}

static void what_is_found_is_added(void **state)
{
	BDL_AUTO(bdl_list_build_free) struct bdl_list_build *b = bdl_list_build_new();
	struct bdl_catset set = { 0 };

	add(b, "gambling", "casino.example");
	BDL_AUTO(bdl_lists_close) struct bdl_lists *l = compiled(state, b);
	bdl_catset_add(&set, 200);
	bdl_lists_host(l, BDL_LIT("casino.example"), &set);
	assert_true(bdl_catset_has(&set, 0));
	assert_true(bdl_catset_has(&set, 200));
}

/* Enough for the table to grow several times, in overlapping categories. */
static void many_domains(void **state)
{
	BDL_AUTO(bdl_list_build_free) struct bdl_list_build *b = bdl_list_build_new();
	static const char *const names[] = { "two", "three", "five" };
	static const int steps[] = { 2, 3, 5 };
	char domain[64];
	const int n = 40000;
	unsigned want = 0;

	for (int i = 0; i < n; i++) {
		(void)snprintf(domain, sizeof(domain), "host-%d.example", i);
		for (size_t k = 0; k < BDL_ARRAY_LEN(steps); k++) {
			if (i % steps[k] == 0)
				add(b, names[k], domain);
		}
		want += i % 2 == 0 || i % 3 == 0 || i % 5 == 0;
	}
	BDL_AUTO(bdl_lists_close) struct bdl_lists *l = compiled(state, b);
	assert_int_equal(bdl_lists_domains(l), want);
	for (int i = 0; i < n; i++) {
		struct bdl_catset set = { 0 };
		(void)snprintf(domain, sizeof(domain), "host-%d.example", i);
		bdl_lists_host(l, bdl_view_of(domain), &set);
		for (unsigned k = 0; k < BDL_ARRAY_LEN(steps); k++) {
			int c = bdl_lists_category_find(l, bdl_view_of(names[k]));
			if (bdl_catset_has(&set, (unsigned)c) != (i % steps[k] == 0))
				fail_msg("%s: wrong about %s", domain, names[k]);
		}
	}
	/* The promise of the header: at most 16 bytes a domain. */
	struct stat st;
	assert_int_equal(stat(below(state, "lists.map"), &st), 0);
	assert_in_range(st.st_size, 10 * want, 16 * want);
}

static void an_empty_file_knows_nothing(void **state)
{
	BDL_AUTO(bdl_list_build_free) struct bdl_list_build *b = bdl_list_build_new();
	BDL_AUTO(bdl_lists_close) struct bdl_lists *l = compiled(state, b);

	assert_int_equal(bdl_lists_domains(l), 0);
	assert_int_equal(bdl_lists_categories(l), 0);
	/* That no illegal list is beside it is no error, and leaves the caller's as it was. */
	struct bdl_err err = { 0 };
	struct bdl_lists *again = NULL;
	assert_int_equal(bdl_lists_open(below(state, "lists.map"), &again, &err), 0);
	bdl_lists_close(again);
	assert_int_equal(err.code, 0);
	check_host(l, "casino.example", "");
}

/* --- damaged files --- */

static size_t read_map(void *const *state, unsigned char *out, size_t size)
{
	FILE *f = fopen(below(state, "lists.map"), "r");

	assert_non_null(f);
	size_t n = fread(out, 1, size, f);
	assert_int_equal(fclose(f), 0);
	return n;
}

static int open_bytes(void *const *state, const unsigned char *p, size_t n, struct bdl_lists **ret)
{
	FILE *f = fopen(below(state, "damaged.map"), "w");

	assert_non_null(f);
	assert_int_equal(fwrite(p, 1, n, f), n);
	assert_int_equal(fclose(f), 0);
	return bdl_lists_open(below(state, "damaged.map"), ret, NULL);
}

static size_t small_file(void *const *state, unsigned char *out, size_t size)
{
	BDL_AUTO(bdl_list_build_free) struct bdl_list_build *b = bdl_list_build_new();

	add(b, "gambling", "casino.example");
	add(b, "games", "games.example");
	BDL_AUTO(bdl_lists_close) struct bdl_lists *l = compiled(state, b);
	check_host(l, "games.example", "games");
	return read_map(state, out, size);
}

static void damaged_files_are_refused(void **state)
{
	unsigned char good[2048], bytes[2048];
	size_t n = small_file(state, good, sizeof(good));
	const struct bdl_lists_header *h = (const void *)good;
	size_t lines = bdl_lists_layout_of(h).lines;

	for (size_t i = 0; i < n; i++) {
		BDL_AUTO(bdl_lists_close) struct bdl_lists *l = NULL;
		memcpy(bytes, good, n);
		bytes[i] ^= 0x10;
		int r = open_bytes(state, bytes, n, &l);
		if (r != (i < lines ? BDL_E_INVALID : 0))
			fail_msg("byte %zu changed: got %d", i, r);
		if (r == 0) /* opening does not read the entries; verifying does */
			assert_int_equal(bdl_lists_verify(l, NULL), BDL_E_INVALID);
	}
	for (size_t i = 0; i < n; i++) {
		struct bdl_lists *l = NULL;
		if (open_bytes(state, good, i, &l) != BDL_E_INVALID)
			fail_msg("cut to %zu bytes: was taken", i);
	}
	struct bdl_lists *l = NULL;
	assert_int_equal(bdl_lists_open(below(state, "none"), &l, NULL), BDL_E_MISSING);
	assert_null(l);
}

/* Whoever can write the file can make its sums right; look-ups stay within it all the same. */
static void forged_lines_are_survived(void **state)
{
	_Alignas(64) unsigned char bytes[2048];
	size_t n = small_file(state, bytes, sizeof(bytes));
	struct bdl_lists_header *h = (struct bdl_lists_header *)(void *)bytes;
	struct bdl_lists_layout at = bdl_lists_layout_of(h);
	uint64_t *words = (uint64_t *)(void *)(bytes + at.lines);
	struct bdl_catset set = { 0 };

	for (size_t i = 0; i < BDL_LISTS_LINE * h->n_lines; i++)
		words[i] |= words[i] != 0 ? 0xffff : 0; /* sets that are not there */
	h->reach = BDL_LISTS_REACH_MAX;
	h->head_sum = bdl_lists_head_sum(bytes);
	BDL_AUTO(bdl_lists_close) struct bdl_lists *l = NULL;
	assert_int_equal(open_bytes(state, bytes, n, &l), 0);
	check_host(l, "casino.example", "");
	memset(bytes + at.lines, 0xff, at.end - at.lines); /* no empty word */
	BDL_AUTO(bdl_lists_close) struct bdl_lists *full = NULL;
	assert_int_equal(open_bytes(state, bytes, n, &full), 0);
	bdl_lists_find(full, BDL_LIT("www.casino.example"), BDL_LIT("/a?b"), &set);
	check_host(full, "casino.example", "");
}

static void forged_heads_are_refused(void **state)
{
	_Alignas(64) unsigned char good[2048], bytes[2048];
	size_t n = small_file(state, good, sizeof(good));
	struct bdl_lists_header *h = (struct bdl_lists_header *)(void *)bytes;
	struct bdl_lists *l = NULL;
	struct bdl_lists_layout at;

	memcpy(bytes, good, n);
	at = bdl_lists_layout_of(h);
	memset(bytes + at.names, 'a', BDL_LISTS_NAME); /* a name without an end */
	h->head_sum = bdl_lists_head_sum(bytes);
	assert_int_equal(open_bytes(state, bytes, n, &l), BDL_E_INVALID);
	memcpy(bytes, good, n);
	bytes[at.sets + 1] = 1; /* category 8 of 2 */
	h->head_sum = bdl_lists_head_sum(bytes);
	assert_int_equal(open_bytes(state, bytes, n, &l), BDL_E_INVALID);
	memcpy(bytes, good, n);
	bytes[at.sets + sizeof(struct bdl_catset) + 1] = 1; /* the same, excepted */
	h->head_sum = bdl_lists_head_sum(bytes);
	assert_int_equal(open_bytes(state, bytes, n, &l), BDL_E_INVALID);
	memcpy(bytes, good, n);
	memcpy(bytes, "BDLLIST1", 8); /* the form of earlier versions */
	assert_int_equal(open_bytes(state, bytes, n, &l), BDL_E_INVALID);
	memcpy(bytes, good, n);
	h->reach = BDL_LISTS_REACH_MAX + 1;
	h->head_sum = bdl_lists_head_sum(bytes);
	assert_int_equal(open_bytes(state, bytes, n, &l), BDL_E_INVALID);
	assert_null(l);
}

#define IN_FOLDER(f) cmocka_unit_test_setup_teardown(f, make_folder, remove_folder)

int main(void)
{
	const struct CMUnitTest tests[] = {
		IN_FOLDER(hosts_are_found_with_those_below),
		IN_FOLDER(what_is_found_is_added),
		IN_FOLDER(many_domains),
		IN_FOLDER(an_empty_file_knows_nothing),
		IN_FOLDER(damaged_files_are_refused),
		IN_FOLDER(forged_lines_are_survived),
		IN_FOLDER(forged_heads_are_refused),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
