/* Heads: signed, exported once a day, and nothing but what was signed. */
#include "../check.h"
#include "ledgered.h"
#include "record/ledger/head.h"
#include "sys/file.h"
#include <sys/stat.h>

#define DAY_MS 86400000

struct school {
	struct folder folder;
	struct bdl_store *store;
	char keys[FOLDER_PATH], heads[FOLDER_PATH], file[FOLDER_PATH];
};

static int set_up(void **state)
{
	struct school *s = calloc(1, sizeof(*s));

	BDL_BUG_IF(!s);
	s->folder = folder_make();
	s->store = store_make(&s->folder);
	(void)folder_path(&s->folder, "keys", s->keys);
	(void)folder_path(&s->folder, "heads", s->heads);
	(void)folder_path(&s->folder, "one.head", s->file);
	ledger_make(s->store, 5);
	*state = s;
	return 0;
}

static int tear_down(void **state)
{
	struct school *s = *state;

	bdl_store_close(s->store);
	folder_done(&s->folder);
	free(s);
	return 0;
}

static struct bdl_head exported(struct school *s)
{
	struct bdl_err err = { 0 };
	struct bdl_head h;

	if (bdl_head_export(s->store, s->keys, s->file, LEDGER_T0, &h, &err))
		fail_msg("%s", err.text);
	return h;
}

static void reads_what_it_wrote(void **state)
{
	struct school *s = *state;
	struct bdl_head h = exported(s), again;
	struct bdl_public_key key;
	struct bdl_err err = { 0 };

	assert_int_equal(bdl_head_load(s->file, &again, &err), 0);
	assert_memory_equal(&h, &again, sizeof(h));
	assert_int_equal(h.entries, 5);
	assert_int_equal(h.at_ms, LEDGER_T0);
	assert_int_equal(bdl_ledger_public(s->keys, &key, NULL), 0);
	assert_true(bdl_public_key_eq(&key, &h.key));
	assert_int_equal(ledger_look(s->store, &h).heads, 1);
}

static void takes_no_other_bytes(void **state)
{
	struct school *s = *state;
	struct bdl_buf text BDL_AUTO_IN(bdl_buf_done) = BDL_BUF(BDL_HEAD_TEXT_MAX);
	struct bdl_head h = exported(s), again;

	bdl_head_write(&h, &text);
	assert_int_equal(bdl_head_read(bdl_buf_view(&text), &again, NULL), 0);
	for (size_t i = 0; i < text.n; i++) {
		for (unsigned bit = 0; bit < 8; bit++) {
			text.p[i] = (char)(text.p[i] ^ (1 << bit));
			if (bdl_head_read(bdl_buf_view(&text), &again, NULL) != BDL_E_INVALID)
				fail_msg("byte %zu, bit %u was taken", i, bit);
			text.p[i] = (char)(text.p[i] ^ (1 << bit));
		}
	}
	for (size_t n = 0; n < text.n; n++)
		assert_int_equal(
		    bdl_head_read(bdl_view_at(text.p, n), &again, NULL), BDL_E_INVALID);
}

static void the_secret_key_is_its_owners(void **state)
{
	struct school *s = *state;
	char path[FOLDER_PATH];
	struct bdl_secret_key a, b;
	struct bdl_public_key p, q;
	struct stat st;

	assert_int_equal(bdl_ledger_public(s->keys, &p, NULL), BDL_E_MISSING);
	assert_int_equal(bdl_ledger_keys(s->keys, &a, &p, NULL), 0);
	assert_int_equal(bdl_ledger_keys(s->keys, &b, &q, NULL), 0);
	assert_memory_equal(&a, &b, sizeof(a)); /* it is made once */
	assert_true(bdl_public_key_eq(&p, &q));
	assert_int_equal(stat(folder_path(&s->folder, "keys/ledger.key", path), &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
	assert_int_equal(bdl_file_replace(path, "no key\n", 7, 0600, NULL), 0);
	assert_int_equal(bdl_ledger_keys(s->keys, &a, &p, NULL), BDL_E_INVALID);
}

static void never_takes_the_place_of_a_head(void **state)
{
	struct school *s = *state;
	struct bdl_head h = exported(s), other, kept;

	ledger_make(s->store, 1);
	assert_int_equal(
	    bdl_head_export(s->store, s->keys, s->file, LEDGER_T0, &other, NULL), BDL_E_CONFLICT);
	assert_int_equal(bdl_head_load(s->file, &kept, NULL), 0);
	assert_int_equal(kept.entries, h.entries);
}

static void exports_one_a_day(void **state)
{
	struct school *s = *state;
	struct bdl_region *region BDL_AUTO(bdl_region_free) = bdl_region_new(1 << 20);
	struct bdl_ledger_found found;
	struct bdl_head *heads;
	struct bdl_err err = { 0 };
	bool made = false;
	size_t n;

	for (int day = 0; day < 3; day++) {
		if (bdl_head_of_day(
			s->store, s->keys, s->heads, LEDGER_T0 + day * DAY_MS, &made, &err))
			fail_msg("%s", err.text);
		assert_true(made);
		ledger_make(s->store, 10);
		assert_int_equal(bdl_head_of_day(s->store, s->keys, s->heads,
				     LEDGER_T0 + day * DAY_MS + 1, &made, NULL),
		    0);
		assert_false(made);
	}
	assert_int_equal(bdl_heads_load(s->heads, region, &heads, &n, &err), 0);
	assert_int_equal(n, 3);
	assert_int_equal(bdl_ledger_verify(s->store, heads, n, &found, NULL), 0);
	check_long("broken", found.broken, 0);
	check_long("heads", (long long)found.heads, 3);
	/* Between the heads of two days it is known between which entries it was changed. */
	heads[1].hash.b[0] ^= 1;
	assert_int_equal(bdl_ledger_verify(s->store, heads, n, &found, NULL), 0);
	check_long("first that is in doubt", found.broken, 6);
}

/* What the store's file has by itself, as if all that no sync waited for had been lost. */
static struct bdl_store *after_a_power_cut(struct school *s, struct folder *to)
{
	struct bdl_buf bytes BDL_AUTO_IN(bdl_buf_done) = BDL_BUF(64 << 20);
	char path[FOLDER_PATH];

	assert_int_equal(bdl_file_read(folder_path(&s->folder, "store.db", path), &bytes, NULL), 0);
	assert_int_equal(
	    bdl_file_make(folder_path(to, "store.db", path), bytes.p, bytes.n, 0600, NULL), 0);
	return store_make(to);
}

/* The scribe's commits do not wait for the disk, and a head lasts for ever. */
static void what_is_signed_is_on_the_disk(void **state)
{
	struct school *s = *state;
	struct folder f BDL_AUTO_IN(folder_done) = folder_make();
	char path[FOLDER_PATH];
	struct bdl_head h;
	bool made = true;

	if (store_is_pg()) /* whose log can only be lost with the server */
		return;
	struct bdl_store *reader BDL_AUTO(bdl_store_close) = store_make(&s->folder);
	struct bdl_stmt *reading BDL_AUTO(bdl_stmt_rest) = NULL;
	bdl_store_relax(s->store);
	assert_int_equal(bdl_stmt_get(reader, "SELECT entry FROM ledger_entry", &reading, NULL), 0);
	assert_int_equal(bdl_stmt_step(reader, reading, NULL), 1);
	ledger_make(s->store, 3);
	/* While somebody reads what is older the new does not get there: no head of it is made. */
	assert_int_equal(bdl_head_of_day(s->store, s->keys, s->heads, LEDGER_T0, &made, NULL), 0);
	assert_false(made);
	bdl_stmt_rest(reading);
	assert_int_equal(bdl_head_of_day(s->store, s->keys, s->heads, LEDGER_T0, &made, NULL), 0);
	assert_true(made);
	(void)folder_path(&s->folder, "heads/2026-11-21.head", path);
	assert_int_equal(bdl_head_load(path, &h, NULL), 0);
	check_long("entries", h.entries, 8);
	struct bdl_store *cut BDL_AUTO(bdl_store_close) = after_a_power_cut(s, &f);
	check_long("broken", ledger_look(cut, &h).broken, 0);
}

static void no_folder_has_no_heads_and_no_entry_makes_none(void **state)
{
	(void)state;
	struct folder f BDL_AUTO_IN(folder_done) = folder_make();
	struct bdl_store *s BDL_AUTO(bdl_store_close) = store_make(&f);
	struct bdl_region *region BDL_AUTO(bdl_region_free) = bdl_region_new(1 << 20);
	char keys[FOLDER_PATH], heads_path[FOLDER_PATH];
	struct bdl_head *heads;
	bool made = true;
	size_t n = 1;

	assert_int_equal(bdl_head_of_day(s, folder_path(&f, "keys", keys),
			     folder_path(&f, "heads", heads_path), LEDGER_T0, &made, NULL),
	    0);
	assert_false(made);
	assert_int_equal(bdl_heads_load(heads_path, region, &heads, &n, NULL), 0);
	assert_int_equal(n, 0);
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		TEST(reads_what_it_wrote),
		TEST(takes_no_other_bytes),
		TEST(the_secret_key_is_its_owners),
		TEST(never_takes_the_place_of_a_head),
		TEST(exports_one_a_day),
		TEST(what_is_signed_is_on_the_disk),
		cmocka_unit_test(no_folder_has_no_heads_and_no_entry_makes_none),
	};

	return cmocka_run_group_tests_name("ledger_head", tests, NULL, NULL);
}
