#include "doors/web/counters.h"
#include "base/alloc.h"
#include "base/clock.h"
#include "sys/table.h"
#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <stdatomic.h>
#include <unistd.h>

#define ROW  8
#define ROWS (BDL_COUNTERS_MANY / ROW)
#define LOCK_TRIES \
	2000 /* others hold a row for less than a microsecond; a stopped one must not stop us */

#define STEP_BITS  24
#define VALUE_BITS (64 - STEP_BITS)
#define VALUE_MAX  ((UINT64_C(1) << VALUE_BITS) - 1) /* a terabyte in one step */
#define STEP_MASK  ((1u << STEP_BITS) - 1)

/* A word holds the step it is of and what was counted in it; the step says where it stands. */
struct entry {
	_Atomic uint64_t name; /* 0: free */
	_Atomic int64_t used_ms;
	_Atomic uint64_t words[BDL_COUNTERS_STEPS_MAX];
};

struct table {
	char magic[BDL_TABLE_MAGIC];
	_Atomic uint64_t evicted;
	char spare[4080];
	struct entry rows[ROWS][ROW];
};

static const char magic[BDL_TABLE_MAGIC] = { 'B', 'D', 'L', 'C', 'N', 'T', 'S', '1' };

struct bdl_counters {
	struct table *table;
	int fd; /* for its locks */
	uint8_t key[BDL_COUNTERS_KEY];
};

int bdl_counters_open(const char *path, const uint8_t key[BDL_COUNTERS_KEY],
    struct bdl_counters **ret, struct bdl_err *err)
{
	void *table = NULL;
	int rc = bdl_table_open(path, magic, sizeof(struct table), true, &table, err);
	if (rc < 0)
		return rc;
	int fd = open(path, O_RDWR | O_CLOEXEC);
	if (fd < 0) {
		rc = bdl_fail_sys(err, "open '%s'", path);
		bdl_table_close(table, sizeof(struct table));
		return rc;
	}
	struct bdl_counters *c = bdl_xalloc(sizeof(*c));
	c->table = table;
	c->fd = fd;
	memcpy(c->key, key, BDL_COUNTERS_KEY);
	*ret = c;
	return 0;
}

void bdl_counters_close(struct bdl_counters *c)
{
	if (!c)
		return;
	bdl_table_close(c->table, sizeof(*c->table));
	(void)close(c->fd); /* nothing was written through it */
	sodium_memzero(c->key, sizeof(c->key));
	free(c);
}

/* --- spans --- */

/* Days since 1970 of a local date, by the calendar's own arithmetic. */
static uint32_t day_of(int64_t at_ms)
{
	struct bdl_civil c = bdl_civil_local(at_ms);
	int64_t year = c.year - (c.month <= 2);
	int64_t shifted = (c.month + 9) % 12; /* the year begins in March: leap days come last */
	int64_t day =
	    year * 365 + year / 4 - year / 100 + year / 400 + (shifted * 153 + 2) / 5 + c.day - 1;

	return (uint32_t)(day - 719468);
}

static int64_t unit_ms(enum bdl_unit unit)
{
	static const int64_t minutes[BDL_UNITS] = {
		[BDL_UNIT_MINUTE] = 1,
		[BDL_UNIT_HOUR] = 60,
		[BDL_UNIT_DAY] = 24 * 60,
		[BDL_UNIT_WEEK] = 7 * 24 * 60,
		[BDL_UNIT_MONTH] = 30 * 24 * 60,
		[BDL_UNIT_TERM] = 90 * 24 * 60, /* no rule that counts by terms is carried out */
		[BDL_UNIT_YEAR] = 365 * 24 * 60,
	};

	return minutes[unit] * 60 * 1000;
}

struct bdl_window bdl_window_of(
    enum bdl_counter_kind kind, const struct bdl_span *span, int64_t at_ms)
{
	const unsigned parts = 24;
	unsigned days = span->unit == BDL_UNIT_DAY ? 1 : span->unit == BDL_UNIT_WEEK ? 7 : 0;
	int64_t step_ms = unit_ms(span->unit) * span->n / parts;

	if (kind == BDL_COUNTER_BYTES && days && span->n <= BDL_COUNTERS_STEPS_MAX / days)
		return (struct bdl_window){ day_of(at_ms), days * span->n };
	return (struct bdl_window){ (uint32_t)(at_ms / step_ms) & STEP_MASK, parts + 1 };
}

/* --- rows --- */

uint64_t bdl_counters_entry(
    const struct bdl_counters *c, struct bdl_view who, const struct bdl_act_counter *counter)
{
	crypto_generichash_state state;
	uint64_t out[2] = { 0 };

	/* These calls fail only for sizes out of range, and ours are constants. */
	(void)crypto_generichash_init(&state, c->key, sizeof(c->key), sizeof(out));
	(void)crypto_generichash_update(&state, (const unsigned char *)&counter->id, 8);
	(void)crypto_generichash_update(&state, (const unsigned char *)who.p, who.n);
	(void)crypto_generichash_final(&state, (unsigned char *)out, sizeof(out));
	return out[0] ? out[0] : 1;
}

static bool lock(const struct bdl_counters *c, uint64_t row, short how)
{
	struct flock l = { .l_type = how, .l_whence = SEEK_SET, .l_start = (off_t)row, .l_len = 1 };

	for (int i = 0; i < LOCK_TRIES; i++)
		if (fcntl(c->fd, F_OFD_SETLK, &l) == 0)
			return true;
	return false; /* words and names change whole, and a sum is over all that two begin at once */
}

static struct entry *find(struct entry *row, uint64_t name)
{
	for (int i = 0; i < ROW; i++)
		if (atomic_load(&row[i].name) == name)
			return &row[i];
	return NULL;
}

/*
 * A free entry, else the one that was not used for longest. Its words are nothing before it has the
 * name, so that somebody who goes on without the lock never takes away what is counted already.
 */
static struct entry *claim(struct bdl_counters *c, struct entry *row, uint64_t name)
{
	for (;;) {
		struct entry *e = &row[0];

		for (int i = 1; i < ROW && atomic_load(&e->name); i++)
			if (!atomic_load(&row[i].name) ||
			    atomic_load(&row[i].used_ms) < atomic_load(&e->used_ms))
				e = &row[i];
		uint64_t before = atomic_load(&e->name);
		for (int i = 0; before && i < BDL_COUNTERS_STEPS_MAX; i++)
			atomic_store(&e->words[i], 0);
		if (atomic_compare_exchange_strong(&e->name, &before, name)) {
			if (before)
				atomic_fetch_add(&c->table->evicted, 1);
			return e;
		}
		if (before == name)
			return e;
	}
}

static uint64_t words_of(const struct entry *e, const struct bdl_window *w)
{
	uint64_t sum = 0;

	for (unsigned i = 0; i < w->steps; i++) {
		uint32_t step = (w->step - i) & STEP_MASK;
		uint64_t word = atomic_load(&e->words[step % BDL_COUNTERS_STEPS_MAX]);

		if (word >> VALUE_BITS == step)
			sum += word & VALUE_MAX;
	}
	return sum;
}

/* Over all entries of a name: two who had no lock may each have begun one. */
static uint64_t sum_of(const struct entry *row, uint64_t name, const struct bdl_window *w)
{
	uint64_t sum = 0;

	for (int i = 0; i < ROW; i++)
		if (atomic_load(&row[i].name) == name)
			sum += words_of(&row[i], w);
	return sum;
}

/* A step's word with so much more or less in it, within what it can hold. */
static void change(struct entry *e, uint32_t step, uint64_t more, uint64_t less)
{
	_Atomic uint64_t *word = &e->words[step % BDL_COUNTERS_STEPS_MAX];
	uint64_t old = atomic_load(word), value;

	do {
		value = old >> VALUE_BITS == (step & STEP_MASK) ? old & VALUE_MAX : 0;
		value = more > VALUE_MAX - value ? VALUE_MAX : value + more;
		value = less > value ? 0 : value - less;
		value |= (uint64_t)(step & STEP_MASK) << VALUE_BITS;
	} while (!atomic_compare_exchange_weak(word, &old, value));
}

uint64_t bdl_counters_sum(
    struct bdl_counters *c, uint64_t entry, const struct bdl_window *w, int64_t now_ms)
{
	struct entry *row = c->table->rows[entry % ROWS];
	struct entry *e = find(row, entry);

	if (!e)
		return 0;
	atomic_store(&e->used_ms, now_ms);
	return sum_of(row, entry, w);
}

uint64_t bdl_counters_add(struct bdl_counters *c, uint64_t entry, const struct bdl_window *w,
    uint64_t amount, int64_t now_ms)
{
	uint64_t at = entry % ROWS;
	struct entry *row = c->table->rows[at];
	bool locked = lock(c, at, F_WRLCK);
	struct entry *e = find(row, entry);

	if (!e)
		e = claim(c, row, entry);
	change(e, w->step, amount, 0);
	atomic_store(&e->used_ms, now_ms);
	uint64_t sum = sum_of(row, entry, w);
	if (locked)
		(void)lock(c, at, F_UNLCK); /* cannot fail for our own */
	return sum;
}

void bdl_counters_settle(
    struct bdl_counters *c, uint64_t entry, uint32_t step, uint64_t counted, uint64_t passed)
{
	uint64_t at = entry % ROWS;
	bool locked = lock(c, at, F_WRLCK);
	struct entry *e = find(c->table->rows[at], entry);
	uint64_t word = e ? atomic_load(&e->words[step % BDL_COUNTERS_STEPS_MAX]) : 0;

	/* A word that was given to a later step meanwhile is of no concern any more. */
	if (e && (word == 0 || word >> VALUE_BITS == (step & STEP_MASK)))
		change(e, step, passed, counted);
	if (locked)
		(void)lock(c, at, F_UNLCK); /* cannot fail for our own */
}

uint64_t bdl_counters_evicted(const struct bdl_counters *c)
{
	return atomic_load(&c->table->evicted);
}
