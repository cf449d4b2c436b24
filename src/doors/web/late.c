#include "doors/web/late.h"
#include "base/alloc.h"
#include "base/hash.h"
#include "sys/table.h"
#include <stdatomic.h>

#define ROWS        1024
#define ROW         BDL_LATE_CLASSES_MAX
#define TRIES       64 /* against other workers; each failure means that another has made progress */
#define MINUTE_MASK 0xffffu

struct table {
	char magic[BDL_TABLE_MAGIC];
	_Atomic uint64_t
	    last; /* the minute of the latest entry: past its time nothing is looked up */
	char spare[4080];
	_Atomic uint64_t words[ROWS][ROW];
};

static const char magic[BDL_TABLE_MAGIC] = { 'B', 'D', 'L', 'L', 'A', 'T', 'E', '1' };

struct bdl_late {
	struct table *table;
	uint64_t seed;
};

int bdl_late_open(
    const char *path, const uint8_t key[BDL_LATE_KEY], struct bdl_late **ret, struct bdl_err *err)
{
	void *table = NULL;
	int rc = bdl_table_open(path, magic, sizeof(struct table), true, &table, err);
	if (rc < 0)
		return rc;
	struct bdl_late *l = bdl_xalloc(sizeof(*l));
	struct bdl_digest d = bdl_digest_of(key, BDL_LATE_KEY);
	l->table = table;
	l->seed = bdl_digest_mark(&d);
	*ret = l;
	return 0;
}

void bdl_late_close(struct bdl_late *l)
{
	if (!l)
		return;
	bdl_table_close(l->table, sizeof(*l->table));
	free(l);
}

struct place {
	_Atomic uint64_t *row;
	uint32_t tag;
};

static struct place place_of(const struct bdl_late *l, const struct bdl_late_page *page)
{
	uint64_t who = bdl_hash64(page->who.p, page->who.n, l->seed);
	struct bdl_hash128 h = bdl_hash128(page->url.p, page->url.n, who ^ page->mark);

	return (struct place){ l->table->words[h.low % ROWS], (uint32_t)h.high };
}

static uint64_t minute_of(int64_t now_ms)
{
	return (uint64_t)(now_ms / 60000);
}

/* Minutes until it ends, 0 where it has: it lasts an hour at most, so its end needs few bits. */
static unsigned left(uint64_t word, int64_t now_ms)
{
	uint64_t until = word >> 16 & MINUTE_MASK;
	uint64_t minutes = (until - minute_of(now_ms)) & MINUTE_MASK;

	return word && minutes <= BDL_LATE_MINUTES ? (unsigned)minutes : 0;
}

/* The word of this page and class, else one that has ended, else the one that ends first. */
static int find_room(const struct place *at, size_t class_, int64_t now_ms, uint64_t *ret_old)
{
	unsigned soonest = UINT32_MAX;
	int best = 0;

	for (int i = 0; i < ROW; i++) {
		uint64_t word = atomic_load(&at->row[i]);
		bool is_same = word >> 32 == at->tag && (word >> 10 & 63) == class_;
		unsigned minutes = is_same ? 0 : left(word, now_ms);

		if (minutes < soonest || is_same) {
			soonest = minutes;
			best = i;
			*ret_old = word;
		}
		if (is_same)
			break;
	}
	return best;
}

void bdl_late_add(
    struct bdl_late *l, const struct bdl_late_page *page, size_t class_, int score, int64_t now_ms)
{
	struct place at = place_of(l, page);
	uint64_t until = (minute_of(now_ms) + BDL_LATE_MINUTES) & MINUTE_MASK;
	uint64_t kept = (uint64_t)(score < BDL_LATE_SCORE_MAX ? score : BDL_LATE_SCORE_MAX);
	uint64_t word = (uint64_t)at.tag << 32 | until << 16 | (class_ & 63) << 10 | kept;

	_Static_assert(BDL_PHRASES_CLASSES_MAX == 64, "a class is six bits");
	for (int i = 0; i < TRIES; i++) {
		uint64_t old = 0;
		int k = find_room(&at, class_, now_ms, &old);

		if (atomic_compare_exchange_strong(&at.row[k], &old, word))
			break;
	}
	atomic_store(&l->table->last, minute_of(now_ms));
}

bool bdl_late_any(const struct bdl_late *l, int64_t now_ms)
{
	return minute_of(now_ms) - atomic_load(&l->table->last) <= BDL_LATE_MINUTES;
}

size_t bdl_late_find(const struct bdl_late *l, const struct bdl_late_page *page, int64_t now_ms,
    struct bdl_late_score ret[BDL_LATE_CLASSES_MAX])
{
	size_t n = 0;

	struct place at = place_of(l, page);

	for (int i = 0; i < ROW; i++) {
		uint64_t word = atomic_load(&at.row[i]);

		if (word >> 32 == at.tag && left(word, now_ms))
			ret[n++] = (struct bdl_late_score){ word >> 10 & 63, (int)(word & 1023) };
	}
	return n;
}
