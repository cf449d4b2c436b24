/*
 * Whoever changes the ledger by hand is found out: 10,000 entries, and against the head that was
 * exported last each of many random single-bit flips, deletions, swaps, insertions, cuts and tails
 * that were written anew. Changes are made in transactions that are rolled back. Of each kind there
 * are a hundred (fewer on PostgreSQL); `test_record_ledger_tamper 1000` makes a thousand, which takes two minutes.
 */
#include "../check.h"
#include "ledgered.h"

#define ENTRIES 10000
#define AFTER   50 /* entries that came after the head */

static int rounds = 100;

/* The same numbers at each run; a seed of its own for each kind of change. */
static uint64_t next(uint64_t *seed)
{
	*seed = *seed * 6364136223846793005u + 1442695040888963407u;
	return *seed >> 33;
}

static int64_t pick(uint64_t *seed, int64_t n)
{
	return 1 + (int64_t)(next(seed) % (uint64_t)n);
}

struct school {
	struct folder folder;
	struct bdl_store *store;
	struct bdl_head head;
};

static int set_up(void **state)
{
	struct school *s = calloc(1, sizeof(*s));

	BDL_BUG_IF(!s);
	s->folder = folder_make();
	s->store = store_make(&s->folder);
	ledger_make(s->store, ENTRIES - AFTER);
	BDL_BUG_IF(bdl_head_now(s->store, LEDGER_T0, &s->head, NULL));
	ledger_make(s->store, AFTER);
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

static void run(struct bdl_store *s, const char *sql, int64_t a, int64_t b)
{
	struct bdl_stmt *st BDL_AUTO(bdl_stmt_rest) = NULL;

	BDL_BUG_IF(bdl_stmt_get(s, sql, &st, NULL));
	bdl_bind_int(st, 1, a);
	if (strstr(sql, "?2"))
		bdl_bind_int(st, 2, b);
	BDL_BUG_IF(bdl_stmt_run(s, st, NULL));
}

/* It breaks at `want` (0: anywhere), and nowhere once the change is taken back. */
static void found(struct school *s, const char *what, int64_t at, int64_t want)
{
	struct bdl_ledger_found f = ledger_look(s->store, &s->head);

	if (!f.broken || !f.what[0] || (want && f.broken != want))
		fail_msg("%s at %lld: broken %lld, want %lld (%s)", what, (long long)at,
		    (long long)f.broken, (long long)want, f.what);
	bdl_store_rollback(s->store);
}

static void is_whole(void **state)
{
	struct school *s = *state;
	struct bdl_ledger_found f = ledger_look(s->store, &s->head);

	check_long("broken", f.broken, 0);
	check_long("entries", f.entries, ENTRIES);
	check_long("heads", (long long)f.heads, 1);
}

/* --- a bit of a field --- */

static void flip_number(struct bdl_store *s, const char *field, int64_t entry, unsigned bit)
{
	char sql[128];

	(void)snprintf(sql, sizeof(sql),
	    "UPDATE ledger_entry SET %s = (%s | ?2) - (%s & ?2) WHERE entry = ?1", field, field,
	    field);
	run(s, sql, entry, INT64_C(1) << bit);
}

/* A bit of a text's byte; an empty text has none, so the bit makes one of nothing. */
static void flip_text(struct bdl_store *s, const char *field, int64_t entry, uint64_t *seed)
{
	struct bdl_stmt *st BDL_AUTO(bdl_stmt_rest) = NULL;
	char sql[128], text[256];

	(void)snprintf(sql, sizeof(sql), "SELECT %s FROM ledger_entry WHERE entry = ?1", field);
	BDL_BUG_IF(bdl_stmt_get(s, sql, &st, NULL));
	bdl_bind_int(st, 1, entry);
	BDL_BUG_IF(bdl_stmt_step(s, st, NULL) != 1);
	struct bdl_view v = bdl_col_view(st, 0);
	memcpy(text, v.p, v.n);
	size_t n = v.n ? v.n : 1, at = next(seed) % n;
	text[at] = (char)((v.n ? (unsigned char)text[at] : 0) ^ (1u << next(seed) % 7));
	bdl_stmt_rest(st);
	(void)snprintf(sql, sizeof(sql), "UPDATE ledger_entry SET %s = ?2 WHERE entry = ?1", field);
	BDL_BUG_IF(bdl_stmt_get(s, sql, &st, NULL));
	bdl_bind_int(st, 1, entry);
	bdl_bind_text(st, 2, bdl_view_at(text, n));
	BDL_BUG_IF(bdl_stmt_run(s, st, NULL));
}

static void finds_each_bit(void **state)
{
	static const char *const texts[] = { "actor", "subject", "record", "digest", "hash" };
	struct school *s = *state;
	uint64_t seed = 1;

	for (int i = 0; i < rounds; i++) {
		int64_t at = pick(&seed, ENTRIES);
		size_t which = next(&seed) % 7;
		assert_int_equal(bdl_store_begin(s->store, NULL), 0);
		if (which < 5)
			flip_text(s->store, texts[which], at, &seed);
		else
			flip_number(s->store, which == 5 ? "at_ms" : "kind", at,
			    (unsigned)(next(&seed) % 62));
		found(s, which < 5 ? texts[which] : "number", at, at);
	}
}

/* --- entries that go, change places or come --- */

static void finds_what_is_gone(void **state)
{
	struct school *s = *state;
	uint64_t seed = 2;

	for (int i = 0; i < rounds; i++) {
		int64_t at = i ? pick(&seed, ENTRIES) : ENTRIES; /* the last as well */
		assert_int_equal(bdl_store_begin(s->store, NULL), 0);
		run(s->store, "DELETE FROM ledger_entry WHERE entry = ?1", at, 0);
		found(s, "gone", at, at);
	}
}

static void finds_what_changed_places(void **state)
{
	struct school *s = *state;
	uint64_t seed = 3;

	for (int i = 0; i < rounds; i++) {
		int64_t a = pick(&seed, ENTRIES), b = pick(&seed, ENTRIES);
		if (a == b)
			continue;
		assert_int_equal(bdl_store_begin(s->store, NULL), 0);
		run(s->store, "UPDATE ledger_entry SET entry = 0 WHERE entry = ?1", a, 0);
		run(s->store, "UPDATE ledger_entry SET entry = ?1 WHERE entry = ?2", a, b);
		run(s->store, "UPDATE ledger_entry SET entry = ?1 WHERE entry = 0", b, 0);
		found(s, "swapped", a, a < b ? a : b);
	}
}

/* A copy of another entry between two, with all behind it moved on. */
static void finds_what_was_put_in(void **state)
{
	struct school *s = *state;
	uint64_t seed = 4;

	for (int i = 0; i < rounds; i++) {
		int64_t at = ENTRIES - pick(&seed, 500), copied = pick(&seed, ENTRIES);
		assert_int_equal(bdl_store_begin(s->store, NULL), 0);
		run(s->store, "UPDATE ledger_entry SET entry = -entry - 1 WHERE entry >= ?1", at,
		    0);
		run(s->store, "UPDATE ledger_entry SET entry = -entry WHERE entry < ?1", 0, 0);
		run(s->store,
		    "INSERT INTO ledger_entry SELECT school, ?1, at_ms, kind, actor, subject,"
		    " record, digest, hash FROM ledger_entry WHERE entry = ?2",
		    at, copied >= at ? copied + 1 : copied);
		run(s->store, "UPDATE ledger_head SET entries = entries + ?1", 1, 0);
		/* A copy of the very entry stands well in its place; what follows it does not. */
		found(s, "put in", at, copied == at ? at + 1 : at);
	}
}

/* --- an attacker who knows how hashes are made --- */

/* Make all hashes from this entry on anew, and the store's head. */
static void make_anew(struct bdl_store *s, int64_t from)
{
	struct bdl_ledger_walk w = { .entries = from - 1 };
	struct bdl_stmt *st BDL_AUTO(bdl_stmt_rest) = NULL;
	struct bdl_stmt *put BDL_AUTO(bdl_stmt_rest) = NULL;
	struct bdl_digest digest;

	BDL_BUG_IF(bdl_stmt_get(s, "SELECT hash FROM ledger_entry WHERE entry = ?1", &st, NULL));
	bdl_bind_int(st, 1, from - 1);
	if (bdl_stmt_step(s, st, NULL) > 0)
		BDL_BUG_IF(bdl_col_digest(st, 0, &w.hash, NULL));
	bdl_stmt_rest(st);
	BDL_BUG_IF(bdl_stmt_get(s,
	    "SELECT entry, at_ms, kind, actor, subject, record, digest FROM ledger_entry"
	    " WHERE school = 1 AND entry >= ?1 ORDER BY entry",
	    &st, NULL));
	BDL_BUG_IF(bdl_stmt_get(
	    s, "UPDATE ledger_entry SET hash = ?2 WHERE school = 1 AND entry = ?1", &put, NULL));
	bdl_bind_int(st, 1, from);
	while (bdl_stmt_step(s, st, NULL) > 0) {
		const struct bdl_ledger_row row = { 1, bdl_col_int(st, 0), bdl_col_int(st, 1),
			bdl_col_int(st, 2), bdl_col_view(st, 3), bdl_col_view(st, 4),
			bdl_col_view(st, 5), { 0 }, { 0 } };
		BDL_BUG_IF(bdl_col_digest(st, 6, &digest, NULL));
		w.hash = bdl_ledger_hash(&row, &digest, &w.hash);
		w.entries = row.entry;
		bdl_bind_int(put, 1, row.entry);
		bdl_bind_digest(put, 2, &w.hash);
		BDL_BUG_IF(bdl_stmt_run(s, put, NULL));
	}
	BDL_BUG_IF(bdl_stmt_get(s, "UPDATE ledger_head SET entries = ?1, hash = ?2", &put, NULL));
	bdl_bind_int(put, 1, w.entries);
	bdl_bind_digest(put, 2, &w.hash);
	BDL_BUG_IF(bdl_stmt_run(s, put, NULL));
}

/* Without a head from before it this is not found, which is why heads are exported. */
static void finds_a_tail_that_was_written_anew(void **state)
{
	struct school *s = *state;
	uint64_t seed = 5;

	for (int i = 0; i < rounds; i++) {
		int64_t at = ENTRIES - AFTER - pick(&seed, 300) + 1;
		assert_int_equal(bdl_store_begin(s->store, NULL), 0);
		run(s->store, "UPDATE ledger_entry SET at_ms = at_ms + 1 WHERE entry = ?1", at, 0);
		make_anew(s->store, at);
		if (i == 0)
			check_long("chain", ledger_look(s->store, NULL).broken, 0);
		found(s, "anew", at, 0);
	}
}

static void finds_what_was_cut_off(void **state)
{
	struct school *s = *state;
	uint64_t seed = 6;

	for (int i = 0; i < rounds; i++) {
		int64_t keep = ENTRIES - AFTER - pick(&seed, 300);
		assert_int_equal(bdl_store_begin(s->store, NULL), 0);
		run(s->store, "DELETE FROM ledger_entry WHERE entry > ?1", keep, 0);
		make_anew(s->store, keep + 1);
		if (i == 0)
			check_long("chain", ledger_look(s->store, NULL).broken, 0);
		found(s, "cut", keep, keep + 1);
	}
}

/* What came after the last head is held by the store's own head. */
static void finds_what_the_head_in_the_store_does_not_know(void **state)
{
	struct school *s = *state;

	assert_int_equal(bdl_store_begin(s->store, NULL), 0);
	run(s->store, "DELETE FROM ledger_entry WHERE entry > ?1", ENTRIES - 1, 0);
	found(s, "the last", ENTRIES, ENTRIES);
	assert_int_equal(bdl_store_begin(s->store, NULL), 0);
	run(s->store, "UPDATE ledger_head SET entries = entries - ?1", 1, 0);
	found(s, "the head", ENTRIES, ENTRIES);
	assert_int_equal(bdl_store_begin(s->store, NULL), 0);
	run(s->store, "DELETE FROM ledger_head WHERE school = ?1", 1, 0);
	found(s, "no head", 0, 1);
}

int main(int argc, char **argv)
{
	uint64_t n;

	const struct CMUnitTest tests[] = {
		cmocka_unit_test(is_whole),
		cmocka_unit_test(finds_each_bit),
		cmocka_unit_test(finds_what_is_gone),
		cmocka_unit_test(finds_what_changed_places),
		cmocka_unit_test(finds_what_was_put_in),
		cmocka_unit_test(finds_a_tail_that_was_written_anew),
		cmocka_unit_test(finds_what_was_cut_off),
		cmocka_unit_test(finds_what_the_head_in_the_store_does_not_know),
		cmocka_unit_test(is_whole),
	};

	if (argc > 1 && bdl_view_uint(bdl_view_of(argv[1]), 1000000, &n))
		rounds = (int)n;
	return cmocka_run_group_tests_name("ledger_tamper", tests, set_up, tear_down);
}
