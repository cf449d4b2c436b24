#include "record/addresses.h"
#include "base/alloc.h"
#include "base/hash.h"
#include "sys/table.h"
#include <stdatomic.h>

#define ROWS    4096
#define ROW     16
#define SLOTS   (ROWS * ROW)
#define WORDS   29 /* of one entry; its checksum follows */
#define TRIES   16 /* of a reader; each that fails means that the writer has moved on meanwhile */
#define NO_SLOT UINT32_MAX

/* An entry as it lies in the table: a whole number of words, in the machine's own order. */
struct record {
	uint8_t ip[BDL_IP_SIZE];
	uint8_t bits, ended, source, used;
	char device[BDL_ADDRESSES_DEVICE + 4];
	int64_t since_ms, until_ms;
	uint64_t session, server;
	char login[BDL_ADDRESSES_LOGIN + 7];
	uint64_t spare;
};
_Static_assert(sizeof(struct record) == WORDS * sizeof(uint64_t), "a record fills its words");
_Static_assert(SLOTS == BDL_ADDRESSES_ENTRIES, "as the header says");

/* The copy that counts is the one of `turn`'s last bit. */
struct slot {
	_Atomic uint64_t turn;
	_Atomic uint64_t copies[2][WORDS + 1];
	_Atomic uint64_t spare[3];
};
_Static_assert(sizeof(struct slot) == 512, "slots lie on lines of the cache");

/* Tags are a few bits of each entry's hash, so that a row is searched on one line of the cache. */
struct table {
	char magic[BDL_TABLE_MAGIC];
	_Atomic uint64_t seed;
	_Atomic uint64_t lengths[3]; /* of prefixes that were ever put in, as bits */
	char unused[4096 - 40];
	_Atomic uint32_t tags[ROWS][ROW];
	struct slot slots[ROWS][ROW];
};

static const char magic[BDL_TABLE_MAGIC] = { 'B', 'D', 'L', 'A', 'D', 'D', 'R', '1' };

struct bdl_addresses {
	struct table *table;
	/* The writer's own: chains of the slots of one session, by the session's hash. */
	uint32_t *first, *next;
};

struct place {
	uint32_t row, tag;
};

const char *bdl_known_by_word(enum bdl_known_by s)
{
	static const char *const words[BDL_KNOWN_BY_ALL] = { "", "proxy", "radius", "logon",
		"network", "probe" };

	return (unsigned)s < BDL_KNOWN_BY_ALL ? words[s] : "";
}

bool bdl_presence_holds(const struct bdl_presence *p, int64_t now_ms)
{
	return !p->ended && now_ms < p->until_ms && p->until_ms - now_ms <= BDL_ADDRESSES_LIMIT_MS;
}

/* --- one slot --- */

static uint64_t checksum(const uint64_t words[WORDS], uint32_t number)
{
	return bdl_hash64(words, WORDS * sizeof(*words), number + UINT64_C(1));
}

/* false where it is empty, damaged, or changes faster than it can be read. */
static bool read_slot(const struct slot *s, uint32_t number, struct record *ret)
{
	uint64_t words[WORDS + 1];

	for (int i = 0; i < TRIES; i++) {
		uint64_t turn = atomic_load_explicit(&s->turn, memory_order_acquire);
		const _Atomic uint64_t *copy = s->copies[turn & 1];

		for (size_t w = 0; w <= WORDS; w++)
			words[w] = atomic_load_explicit(&copy[w], memory_order_relaxed);
		atomic_thread_fence(memory_order_acquire);
		if (atomic_load_explicit(&s->turn, memory_order_relaxed) != turn)
			continue;
		memcpy(ret, words, sizeof(*ret));
		return ret->used && words[WORDS] == checksum(words, number);
	}
	return false;
}

static void write_copy(struct slot *s, uint32_t number, const struct record *r)
{
	uint64_t words[WORDS + 1];
	uint64_t turn = atomic_load_explicit(&s->turn, memory_order_relaxed);
	_Atomic uint64_t *copy = s->copies[(turn + 1) & 1];

	memcpy(words, r, sizeof(*r));
	words[WORDS] = checksum(words, number);
	/* Who sees any word of this copy also sees that the turn before was over. */
	atomic_thread_fence(memory_order_release);
	for (size_t w = 0; w <= WORDS; w++)
		atomic_store_explicit(&copy[w], words[w], memory_order_relaxed);
	atomic_store_explicit(&s->turn, turn + 1, memory_order_release);
}

/* Both copies, so that nothing stays of what was there before. */
static void write_slot(struct slot *s, uint32_t number, const struct record *r)
{
	write_copy(s, number, r);
	write_copy(s, number, r);
}

static struct slot *slot_at(const struct bdl_addresses *t, uint32_t number)
{
	return &t->table->slots[number / ROW][number % ROW];
}

static _Atomic uint32_t *tag_at(const struct bdl_addresses *t, uint32_t number)
{
	return &t->table->tags[number / ROW][number % ROW];
}

/* --- entries --- */

static void pack(const struct bdl_presence *p, struct record *r)
{
	*r = (struct record){
		.bits = p->bits,
		.ended = p->ended,
		.source = (uint8_t)p->source,
		.used = 1,
		.since_ms = p->since_ms,
		.until_ms = p->until_ms,
		.session = p->session,
		.server = p->server,
	};
	memcpy(r->ip, p->ip, sizeof(r->ip));
	memcpy(r->login, p->login, strnlen(p->login, sizeof(p->login) - 1));
	memcpy(r->device, p->device, strnlen(p->device, sizeof(p->device) - 1));
}

static void unpack(const struct record *r, struct bdl_presence *p)
{
	*p = (struct bdl_presence){
		.bits = r->bits,
		.ended = r->ended,
		.source =
		    r->source < BDL_KNOWN_BY_ALL ? (enum bdl_known_by)r->source : BDL_KNOWN_BY_NONE,
		.since_ms = r->since_ms,
		.until_ms = r->until_ms,
		.session = r->session,
		.server = r->server,
	};
	memcpy(p->ip, r->ip, sizeof(p->ip));
	memcpy(p->login, r->login, strnlen(r->login, sizeof(p->login) - 1));
	memcpy(p->device, r->device, strnlen(r->device, sizeof(p->device) - 1));
}

static struct place place_of(
    const struct bdl_addresses *t, const uint8_t ip[BDL_IP_SIZE], uint8_t bits)
{
	uint64_t seed = atomic_load_explicit(&t->table->seed, memory_order_relaxed);
	uint64_t hash = bdl_hash64(ip, BDL_IP_SIZE, seed + bits);

	return (struct place){ .row = (uint32_t)(hash % ROWS), .tag = (uint32_t)(hash >> 32) | 1 };
}

/* The slot of exactly this address, or NO_SLOT. */
static uint32_t find_slot(
    const struct bdl_addresses *t, const uint8_t ip[BDL_IP_SIZE], uint8_t bits, struct record *ret)
{
	struct place at = place_of(t, ip, bits);

	for (uint32_t i = 0; i < ROW; i++) {
		uint32_t number = at.row * ROW + i;

		if (atomic_load_explicit(tag_at(t, number), memory_order_acquire) == at.tag &&
		    read_slot(slot_at(t, number), number, ret) && ret->bits == bits &&
		    memcmp(ret->ip, ip, BDL_IP_SIZE) == 0)
			return number;
	}
	return NO_SLOT;
}

bool bdl_addresses_get(const struct bdl_addresses *t, const uint8_t ip[BDL_IP_SIZE], uint8_t bits,
    struct bdl_presence *ret)
{
	struct record r;

	if (find_slot(t, ip, bits, &r) == NO_SLOT)
		return false;
	unpack(&r, ret);
	return true;
}

static bool find_prefix(const struct bdl_addresses *t, const uint8_t ip[BDL_IP_SIZE], uint8_t bits,
    int64_t now_ms, struct bdl_presence *ret)
{
	uint8_t masked[BDL_IP_SIZE];
	struct bdl_presence p;

	memcpy(masked, ip, sizeof(masked));
	bdl_ip_mask(masked, bits);
	if (!bdl_addresses_get(t, masked, bits, &p) || !bdl_presence_holds(&p, now_ms))
		return false;
	*ret = p;
	return true;
}

bool bdl_addresses_find(const struct bdl_addresses *t, const uint8_t ip[BDL_IP_SIZE],
    int64_t now_ms, struct bdl_presence *ret)
{
	if (!t)
		return false;
	if (find_prefix(t, ip, 128, now_ms, ret))
		return true;
	if (bdl_ip_is_v4(ip))
		return false;
	for (unsigned bits = 127; bits >= BDL_ADDRESSES_SHORTEST; bits--) {
		uint64_t known =
		    atomic_load_explicit(&t->table->lengths[bits / 64], memory_order_relaxed);

		if ((known >> bits % 64 & 1) && find_prefix(t, ip, (uint8_t)bits, now_ms, ret))
			return true;
	}
	return false;
}

long bdl_addresses_next(const struct bdl_addresses *t, long i, struct bdl_presence *ret)
{
	struct record r;

	for (; i >= 0 && i < SLOTS; i++) {
		uint32_t number = (uint32_t)i;

		if (atomic_load_explicit(tag_at(t, number), memory_order_acquire) == 0 ||
		    !read_slot(slot_at(t, number), number, &r))
			continue;
		unpack(&r, ret);
		return i;
	}
	return -1;
}

/* --- the writer's chains --- */

static uint32_t *chain_of(const struct bdl_addresses *t, uint64_t session)
{
	return &t->first[session % SLOTS];
}

static void link_slot(struct bdl_addresses *t, uint32_t number, uint64_t session)
{
	uint32_t *first = chain_of(t, session);

	t->next[number] = *first;
	*first = number;
}

static void unlink_slot(struct bdl_addresses *t, uint32_t number, uint64_t session)
{
	uint32_t *here = chain_of(t, session);

	while (*here != NO_SLOT && *here != number)
		here = &t->next[*here];
	if (*here == number)
		*here = t->next[number];
}

size_t bdl_addresses_of(const struct bdl_addresses *t, uint64_t session, long *ret, size_t max)
{
	struct record r;
	size_t n = 0;

	for (uint32_t i = *chain_of(t, session); i != NO_SLOT && n < max; i = t->next[i]) {
		if (read_slot(slot_at(t, i), i, &r) && r.session == session)
			ret[n++] = i;
	}
	return n;
}

/* --- writing --- */

/* Where a new entry goes: a free slot, else the one that matters least. */
static uint32_t choose(const struct bdl_addresses *t, uint32_t row, int64_t now_ms, bool *ret_held)
{
	uint32_t best = row * ROW;
	int64_t best_ms = INT64_MAX;

	*ret_held = false;
	for (uint32_t number = row * ROW; number < (row + 1) * ROW; number++) {
		struct bdl_presence p;
		struct record r;

		if (!read_slot(slot_at(t, number), number, &r))
			return number;
		unpack(&r, &p);
		bool holds = bdl_presence_holds(&p, now_ms);
		int64_t until_ms = holds ? p.until_ms : INT64_MIN;
		if (until_ms < best_ms) {
			best_ms = until_ms;
			best = number;
		}
	}
	*ret_held = best_ms != INT64_MIN;
	return best;
}

static void empty_slot(struct bdl_addresses *t, uint32_t number)
{
	static const struct record nothing;
	struct record old;

	if (read_slot(slot_at(t, number), number, &old))
		unlink_slot(t, number, old.session);
	atomic_store_explicit(tag_at(t, number), 0, memory_order_release);
	write_slot(slot_at(t, number), number, &nothing);
}

bool bdl_addresses_put(struct bdl_addresses *t, const struct bdl_presence *p, int64_t now_ms)
{
	struct place at = place_of(t, p->ip, p->bits);
	bool pushed_out = false;
	struct record r;

	uint32_t number = find_slot(t, p->ip, p->bits, &r);
	if (number != NO_SLOT) {
		unlink_slot(t, number, r.session);
	} else {
		number = choose(t, at.row, now_ms, &pushed_out);
		empty_slot(t, number);
	}
	pack(p, &r);
	write_slot(slot_at(t, number), number, &r);
	atomic_store_explicit(tag_at(t, number), at.tag, memory_order_release);
	atomic_fetch_or(&t->table->lengths[p->bits / 64], UINT64_C(1) << p->bits % 64);
	link_slot(t, number, p->session);
	return pushed_out;
}

void bdl_addresses_remove(struct bdl_addresses *t, const uint8_t ip[BDL_IP_SIZE], uint8_t bits)
{
	struct record r;
	uint32_t number = find_slot(t, ip, bits, &r);

	if (number != NO_SLOT)
		empty_slot(t, number);
}

/*
 * Our predecessor may have been killed between an entry and its tag, or between its two copies. The
 * tags and chains are made anew from the entries, and both copies become the one that counts.
 */
static void take_over(struct bdl_addresses *t)
{
	struct record r;

	t->first = bdl_xcalloc(SLOTS, sizeof(*t->first));
	t->next = bdl_xcalloc(SLOTS, sizeof(*t->next));
	memset(t->first, 0xff, SLOTS * sizeof(*t->first)); /* NO_SLOT */
	if (atomic_load(&t->table->seed) == 0) {
		uint64_t seed;
		bdl_random(&seed, sizeof(seed));
		atomic_store(&t->table->seed, seed | 1);
	}
	for (uint32_t number = 0; number < SLOTS; number++) {
		if (!read_slot(slot_at(t, number), number, &r)) {
			if (atomic_load(tag_at(t, number)) != 0)
				empty_slot(t, number);
			continue;
		}
		struct place at = place_of(t, r.ip, r.bits);
		write_copy(slot_at(t, number), number, &r);
		atomic_store(tag_at(t, number), at.row == number / ROW ? at.tag : 0);
		link_slot(t, number, r.session);
	}
}

int bdl_addresses_open(
    const char *path, bool write, struct bdl_addresses **ret, struct bdl_err *err)
{
	void *table = NULL;

	int rc = bdl_table_open(path, magic, sizeof(struct table), write, &table, err);
	if (rc < 0)
		return rc;
	struct bdl_addresses *t = bdl_xalloc(sizeof(*t));
	t->table = table;
	if (write)
		take_over(t);
	*ret = t;
	return 0;
}

void bdl_addresses_close(struct bdl_addresses *t)
{
	if (!t)
		return;
	bdl_table_close(t->table, sizeof(*t->table));
	free(t->first);
	free(t->next);
	free(t);
}
