#include "base/alloc.h"
#include "base/clock.h"
#include "record/acts/acts.h"
#include "record/ledger/ledger.h"
#include "record/ledger/look.h"
#include "record/scribe/scribe_int.h"
#include "record/store/numbers_int.h"
#include "record/store/store_int.h"
#include "record/visits/visits_int.h"
#include <stdio.h>

/*
 * A transaction aims at half of what people's writes may wait for. What its rows cost differs from
 * machine to machine and with the size of the store, so how many it takes follows what the last ones
 * took; the weights are how long rows take beside each other, a visit's being one.
 */
#define AIM_US 2500
/*
 * Where the database is a server, people's writes do not wait for this (bdl_store_begin_volume), and
 * each transaction has to go there and back a dozen times: fewer and longer ones bring more.
 */
#define AIM_SHARED_US 100000
#define ROOM_FIRST    512 /* weight of a transaction's rows */
#define ROOM_LEAST    64
#define ROOM_MOST     BDL_SCRIBE_BATCH
#define ACT_WEIGHT    32
#define LOAD_WEIGHT   6

#define BYTES_MAX (16 * 1024 * 1024) /* of entries, however few */

/* An entry that becomes a row of its own: an act, a look, or one that does not decode. */
struct single {
	const char *source;
	enum bdl_entry_type type;
	bool is_act; /* that decodes; the others are of the ledger too */
	struct bdl_journal_place after;
	size_t at, n; /* of its payload in the batch's bytes */
};

struct bdl_batch {
	struct bdl_rollup *rollup;
	struct single *singles;
	struct bdl_buf bytes;
	size_t n_singles, cap_singles, entries, entry_bytes;
	size_t n_others; /* of the singles: no acts */
	int64_t aim_us;
	size_t room;      /* weight of the rows that one transaction takes */
	int64_t since_ms; /* when its first entry was read, on the ticking clock */
	bool is_urgent;
};

struct bdl_batch *bdl_batch_new(bool is_shared)
{
	struct bdl_batch *b = bdl_xalloc(sizeof(*b));

	b->rollup = bdl_rollup_new();
	b->bytes = BDL_BUF(BYTES_MAX + BDL_JOURNAL_ENTRY_MAX);
	b->room = ROOM_FIRST;
	b->aim_us = is_shared ? AIM_SHARED_US : AIM_US;
	return b;
}

void bdl_batch_free(struct bdl_batch *b)
{
	if (!b)
		return;
	bdl_rollup_free(b->rollup);
	bdl_buf_done(&b->bytes);
	free(b->singles);
	free(b);
}

/* --- in memory --- */

void bdl_batch_clear(struct bdl_batch *b)
{
	bdl_rollup_clear(b->rollup);
	bdl_buf_clear(&b->bytes);
	b->n_singles = b->n_others = b->entries = b->entry_bytes = 0;
	b->is_urgent = false;
}

static size_t weight(const struct bdl_batch *b)
{
	return bdl_rollup_visits(b->rollup) + LOAD_WEIGHT * bdl_rollup_loads(b->rollup) +
	    ACT_WEIGHT * b->n_singles;
}

bool bdl_batch_is_full(const struct bdl_batch *b)
{
	return b->entries == BDL_SCRIBE_BATCH || b->entry_bytes >= BYTES_MAX ||
	    weight(b) >= b->room;
}

/*
 * Whether the source may say such things. A door that was taken over is not to say who looked at whom,
 * nor the portal, which speaks to browsers, what was done. "HOST/portal" where several share a store.
 */
static bool may_say(const char *source, enum bdl_entry_type type)
{
	const char *name = strrchr(source, '/');
	bool is_portal = !strcmp(name ? name + 1 : source, BDL_LOOK_SOURCE);

	return type == BDL_ENTRY_LOOK ? is_portal : !is_portal;
}

void bdl_batch_add(struct bdl_batch *b, const char *source, const struct bdl_journal_entry *e)
{
	struct bdl_act act;

	if (!b->entries++)
		b->since_ms = bdl_tick_ms();
	b->entry_bytes += e->payload.n;
	bool is_act = e->type == BDL_ENTRY_ACT && may_say(source, e->type) &&
	    !bdl_act_decode(e->payload, &act, NULL);
	if (is_act && bdl_visits_take(&act)) {
		bdl_rollup_add(b->rollup, &act);
		return;
	}
	b->is_urgent = true;
	b->n_others += !is_act;
	b->singles = bdl_xgrow(b->singles, b->n_singles, &b->cap_singles, sizeof(*b->singles));
	b->singles[b->n_singles++] = (struct single){
		.source = source,
		.type = e->type,
		.is_act = is_act,
		.after = e->after,
		.at = b->bytes.n,
		.n = e->payload.n,
	};
	(void)bdl_buf_add_view(&b->bytes, e->payload); /* its maximum holds one past a full batch */
}

size_t bdl_batch_entries(const struct bdl_batch *b)
{
	return b->entries;
}

void bdl_batch_hurry(struct bdl_batch *b)
{
	b->is_urgent = true;
}

bool bdl_batch_may_wait(const struct bdl_batch *b, int64_t hold_ms)
{
	return b->entries && !b->is_urgent && !bdl_batch_is_full(b) &&
	    bdl_tick_ms() - b->since_ms < hold_ms;
}

/* --- into the store --- */

/* The ledger knows what was refused, too: it may be the sign of somebody at work. */
static int refused_enter(struct bdl_store *s, int64_t id, const struct bdl_journal_entry *e,
    int64_t now_ms, struct bdl_err *err)
{
	char record[32];

	(void)snprintf(record, sizeof(record), "refused/%lld", (long long)id); /* fits */
	const struct bdl_ledger_entry entry = {
		.kind = BDL_LEDGER_REFUSED,
		.at_ms = now_ms,
		.actor = BDL_LIT(BDL_ACTOR_SCRIBE),
		.record = bdl_view_of(record),
		.content = e->payload,
	};
	return bdl_ledger_add(s, &entry, err);
}

static int refuse(struct bdl_store *s, const char *source, const struct bdl_journal_entry *e,
    const char *reason, struct bdl_err *err)
{
	static const char digits[] = "0123456789abcdef";
	struct bdl_buf hex BDL_AUTO_IN(bdl_buf_done) = BDL_BUF(2 * BDL_JOURNAL_ENTRY_MAX);
	struct bdl_stmt *st BDL_AUTO(bdl_stmt_rest) = NULL;
	int64_t now_ms = bdl_now_ms(), id;

	for (size_t i = 0; i < e->payload.n; i++) {
		unsigned char c = (unsigned char)e->payload.p[i];
		/* The maximum holds the largest entry. */
		(void)bdl_buf_add_char(&hex, digits[c >> 4]);
		(void)bdl_buf_add_char(&hex, digits[c & 15]);
	}
	int rc = bdl_number_next(s, BDL_NUMBERED_REFUSED, &id, err);
	if (!rc)
		rc = bdl_stmt_get(s,
		    "INSERT INTO refused (school, id, refused_ms, source, segment, byte_after,"
		    " entry_type, reason, payload_hex)"
		    " VALUES (?1, ?9, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
		    &st, err);
	if (rc)
		return rc;
	bdl_bind_int(st, 1, BDL_SCHOOL);
	bdl_bind_int(st, 2, now_ms);
	bdl_bind_text(st, 3, bdl_view_of(source));
	bdl_bind_int(st, 4, (int64_t)e->after.segment);
	bdl_bind_int(st, 5, (int64_t)e->after.offset);
	bdl_bind_int(st, 6, (int64_t)e->type);
	bdl_bind_text(st, 7, bdl_view_of(reason));
	bdl_bind_text(st, 8, bdl_buf_view(&hex));
	bdl_bind_int(st, 9, id);
	rc = bdl_stmt_run(s, st, err);
	return rc ? rc : refused_enter(s, id, e, now_ms, err);
}

static int single_store(struct bdl_batch *b, struct bdl_store *s, const struct single *one,
    size_t *refused, struct bdl_err *err)
{
	const struct bdl_journal_entry e = {
		.type = one->type,
		.payload = bdl_view_at(b->bytes.p + one->at, one->n),
		.after = one->after,
	};
	struct bdl_err why = { 0 };
	struct bdl_act act;
	struct bdl_look look;

	if (!may_say(one->source, one->type))
		(void)bdl_fail(&why, BDL_E_INVALID,
		    "an entry of type %u, which is not this source's",
		    (unsigned)e.type); /* for its text */
	else if (e.type == BDL_ENTRY_LOOK && !bdl_look_decode(e.payload, &look, &why))
		return bdl_look_enter(s, &look, err);
	else if (e.type == BDL_ENTRY_ACT && !bdl_act_decode(e.payload, &act, &why))
		return bdl_acts_add(s, &act, err);
	else if (!why.code)
		(void)bdl_fail(&why, BDL_E_INVALID, "an entry of the unknown type %u",
		    (unsigned)e.type); /* for its text */
	++*refused;
	return refuse(s, one->source, &e, why.text, err);
}

int bdl_batch_store(
    struct bdl_batch *b, struct bdl_store *s, size_t *ret_refused, struct bdl_err *err)
{
	size_t refused = 0;
	int rc = 0;

	for (size_t i = 0; !rc && i < b->n_singles; i++)
		if (b->singles[i].is_act)
			rc = single_store(b, s, &b->singles[i], &refused, err);
	if (!rc)
		rc = bdl_rollup_store(b->rollup, s, err);
	if (!rc && b->n_others)
		rc = bdl_store_join(s, err);
	for (size_t i = 0; !rc && b->n_others && i < b->n_singles; i++)
		if (!b->singles[i].is_act)
			rc = single_store(b, s, &b->singles[i], &refused, err);
	if (!rc)
		*ret_refused = refused;
	return rc;
}

void bdl_batch_reset(struct bdl_batch *b)
{
	bdl_batch_clear(b);
	bdl_rollup_reset(b->rollup);
}

/*
 * More or fewer rows for the next transaction, by what this one took: at most twice as many, at least
 * half, since what one took may have been another process's turn at the processor.
 */
void bdl_batch_adapt(struct bdl_batch *b, int64_t took_us)
{
	if (took_us > 2 * b->aim_us)
		b->room /= 2;
	else if (took_us > b->aim_us)
		b->room = b->room * (size_t)b->aim_us / (size_t)took_us;
	else if (bdl_batch_is_full(b))
		b->room += b->room * (size_t)(b->aim_us - took_us) / (size_t)b->aim_us;
	if (b->room < ROOM_LEAST)
		b->room = ROOM_LEAST;
	if (b->room > ROOM_MOST)
		b->room = ROOM_MOST;
}
