#include "doors/web/passes.h"
#include "base/alloc.h"
#include "sys/table.h"
#include <sodium.h>
#include <stdatomic.h>

#define ROWS  4096
#define ROW   16
#define TRIES 64 /* against other workers; each failure means that another has made progress */

/* One page in front keeps the rows on cache lines; the words are in the machine's own order. */
struct table {
	char magic[8];
	char spare[4088];
	_Atomic uint64_t words[ROWS][ROW];
};

static const char magic[8] = { 'B', 'D', 'L', 'P', 'A', 'S', 'S', '1' };

struct bdl_passes {
	struct table *table;
	uint8_t key[BDL_PASSES_KEY];
};

struct place {
	uint32_t row, tag;
};

int bdl_passes_open(const char *path, const uint8_t key[BDL_PASSES_KEY], struct bdl_passes **ret,
    struct bdl_err *err)
{
	void *table = NULL;
	int rc = bdl_table_open(path, magic, sizeof(struct table), true, &table, err);
	if (rc < 0)
		return rc;
	struct bdl_passes *p = bdl_xalloc(sizeof(*p));
	p->table = table;
	memcpy(p->key, key, BDL_PASSES_KEY);
	*ret = p;
	return 0;
}

void bdl_passes_close(struct bdl_passes *p)
{
	if (!p)
		return;
	bdl_table_close(p->table, sizeof(*p->table));
	sodium_memzero(p->key, sizeof(p->key));
	free(p);
}

static struct place place_of(
    const struct bdl_passes *p, const char *use, const struct bdl_view *texts, size_t n)
{
	crypto_generichash_state state;
	uint32_t out[4] = { 0 };
	(void)crypto_generichash_init(&state, p->key, sizeof(p->key), sizeof(out));
	(void)crypto_generichash_update(&state, (const unsigned char *)use, strlen(use) + 1);
	for (size_t i = 0; i < n; i++) {
		uint64_t length = texts[i].n; /* in front, so that texts cannot run together */
		(void)crypto_generichash_update(&state, (unsigned char *)&length, sizeof(length));
		(void)crypto_generichash_update(
		    &state, (const unsigned char *)texts[i].p, texts[i].n);
	}
	/* These calls fail only for sizes out of range, and ours are constants. */
	(void)crypto_generichash_final(&state, (unsigned char *)out, sizeof(out));
	return (struct place){ .row = out[0] % ROWS, .tag = out[1] };
}

static uint64_t word_of(uint32_t tag, int64_t until_ms)
{
	return (uint64_t)tag << 32 | (uint32_t)((until_ms + 999) / 1000);
}

static uint32_t tag_of(uint64_t word)
{
	return (uint32_t)(word >> 32);
}

/*
 * None is given for longer than BDL_PASS_MS: one that ends later was given before the clock was set
 * back, and would else hold until that time comes again. The second is that of word_of.
 */
static bool is_live(uint64_t word, int64_t now_ms)
{
	int64_t until_ms = (int64_t)(uint32_t)word * 1000;
	return until_ms > now_ms && until_ms - now_ms <= BDL_PASS_MS + 1000;
}

/* The first live word with that tag from `i` on, or -1. */
static int find(_Atomic uint64_t *row, int i, uint32_t tag, int64_t now_ms)
{
	for (; i < ROW; i++) {
		uint64_t word = atomic_load(&row[i]);
		if (tag_of(word) == tag && is_live(word, now_ms))
			return i;
	}
	return -1;
}

/* The word to be overwritten: one that no longer holds, else the one that ends first. */
static int find_room(_Atomic uint64_t *row, int64_t now_ms, uint64_t *ret_old)
{
	int best = 0;
	uint32_t soonest = UINT32_MAX;
	for (int i = 0; i < ROW; i++) {
		uint64_t word = atomic_load(&row[i]);
		uint32_t until = is_live(word, now_ms) ? (uint32_t)word : 0;
		if (until < soonest) {
			soonest = until;
			best = i;
			*ret_old = word;
		}
		if (until == 0)
			break;
	}
	return best;
}

void bdl_passes_add(
    struct bdl_passes *p, const struct bdl_pass *pass, int64_t now_ms, int64_t until_ms)
{
	struct bdl_view texts[] = { pass->who, pass->policy, pass->clause, pass->host };
	struct place at = place_of(p, "pass", texts, BDL_ARRAY_LEN(texts));
	_Atomic uint64_t *row = p->table->words[at.row];
	for (int i = 0; i < TRIES; i++) {
		uint64_t old = 0;
		int k = find(row, 0, at.tag, now_ms);
		if (k >= 0)
			old = atomic_load(&row[k]);
		else
			k = find_room(row, now_ms, &old);
		if (atomic_compare_exchange_strong(&row[k], &old, word_of(at.tag, until_ms)))
			return;
	}
}

bool bdl_passes_holds(const struct bdl_passes *p, const struct bdl_pass *pass, int64_t now_ms)
{
	struct bdl_view texts[] = { pass->who, pass->policy, pass->clause, pass->host };
	struct place at = place_of(p, "pass", texts, BDL_ARRAY_LEN(texts));
	return find(p->table->words[at.row], 0, at.tag, now_ms) >= 0;
}

/*
 * Two workers may both see no mark and put theirs in different words of the row. Both look again
 * after writing, and whoever sees another's mark has lost: at most one wins, and a loser is only
 * asked once more.
 */
bool bdl_passes_once(
    struct bdl_passes *p, const uint8_t id[BDL_ONCE_ID], int64_t now_ms, int64_t until_ms)
{
	struct bdl_view text = bdl_view_at((const char *)id, BDL_ONCE_ID);
	struct place at = place_of(p, "once", &text, 1);
	_Atomic uint64_t *row = p->table->words[at.row];
	for (int i = 0; i < TRIES; i++) {
		uint64_t old = 0;
		if (find(row, 0, at.tag, now_ms) >= 0)
			return false;
		int k = find_room(row, now_ms, &old);
		if (atomic_compare_exchange_strong(&row[k], &old, word_of(at.tag, until_ms)))
			return find(row, 0, at.tag, now_ms) == k &&
			    find(row, k + 1, at.tag, now_ms) < 0;
	}
	return false;
}
