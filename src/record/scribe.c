#include "record/scribe.h"
#include "base/alloc.h"
#include "base/buf.h"
#include "base/clock.h"
#include "record/acts.h"
#include "record/journal.h"
#include "record/store_int.h"
#include "record/visits_int.h"
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>

#define SOURCES_MAX     256
#define SOURCE_NAME_MAX 64
#define PAUSE_MS        5000 /* a source that could not be read is left alone for so long */

/*
 * A transaction aims at half of what design allows it. What its rows cost differs from machine to
 * machine and with the size of the store, so how many it takes follows what the last ones took;
 * the weights are how long rows take beside each other, a visit's being one.
 */
#define AIM_US      2500
#define ROOM_FIRST  512 /* weight of a transaction's rows */
#define ROOM_LEAST  64
#define ROOM_MOST   BDL_SCRIBE_BATCH
#define ACT_WEIGHT  32
#define LOAD_WEIGHT 6

#define TURN_ENTRIES 64                /* of one source, before the next has its turn */
#define BATCH_BYTES  (2 * 1024 * 1024) /* of entries, however few */

struct source {
	char *name, *folder;
	struct bdl_journal_reader *reader; /* NULL: to be opened at the place that the store has */
	struct bdl_journal_place stored;
	uint64_t forgotten; /* segments below this number are deleted */
	int64_t again_ms;   /* on the ticking clock */
	bool is_dry;        /* this round has read all there is */
	bool is_broken;     /* it cannot be read on */
};

/* An entry that becomes a row of its own: an act, or one that does not decode. */
struct single {
	struct source *source;
	enum bdl_entry_type type;
	struct bdl_journal_place after;
	size_t at, n; /* of its payload in the batch's bytes */
};

/* What was read of all sources and is not in the store yet. */
struct batch {
	struct bdl_rollup *rollup;
	struct single singles[BDL_SCRIBE_BATCH];
	struct bdl_buf bytes;
	size_t n_singles, entries, entry_bytes;
	int64_t since_ms; /* when its first entry was read, on the ticking clock */
	bool urgent;      /* somebody may look for it: it does not wait for more */
};

struct bdl_scribe {
	struct bdl_store *store;
	char *folder;
	struct source sources[SOURCES_MAX];
	size_t n, turn; /* whose turn it is to be read first */
	struct batch batch;
	size_t room; /* weight of the rows that the next transaction takes */
};

struct bdl_scribe *bdl_scribe_new(struct bdl_store *s, const char *folder)
{
	struct bdl_scribe *scribe = bdl_xalloc(sizeof(*scribe));

	scribe->store = s;
	scribe->folder = bdl_xstrdup(folder);
	scribe->batch.rollup = bdl_rollup_new();
	scribe->batch.bytes = BDL_BUF(BATCH_BYTES + BDL_JOURNAL_ENTRY_MAX);
	scribe->room = ROOM_FIRST;
	bdl_store_relax(s);
	return scribe;
}

void bdl_scribe_free(struct bdl_scribe *s)
{
	if (!s)
		return;
	for (size_t i = 0; i < s->n; i++) {
		bdl_journal_reader_close(s->sources[i].reader);
		free(s->sources[i].name);
		free(s->sources[i].folder);
	}
	bdl_rollup_free(s->batch.rollup);
	bdl_buf_done(&s->batch.bytes);
	free(s->folder);
	free(s);
}

/* --- sources --- */

static bool is_known(const struct bdl_scribe *s, const char *name)
{
	for (size_t i = 0; i < s->n; i++)
		if (!strcmp(s->sources[i].name, name))
			return true;
	return false;
}

static bool is_folder(int fd, const char *name)
{
	struct stat st;

	return !fstatat(fd, name, &st, AT_SYMLINK_NOFOLLOW) && S_ISDIR(st.st_mode);
}

static int sources_find(struct bdl_scribe *s, struct bdl_err *err)
{
	DIR *d = opendir(s->folder);
	int rc = 0;

	if (!d)
		return errno == ENOENT ? 0 : bdl_fail_sys(err, "list '%s'", s->folder);
	for (struct dirent *e; (e = readdir(d));) {
		const char *name = e->d_name;
		if (name[0] == '.' || strlen(name) > SOURCE_NAME_MAX || is_known(s, name) ||
		    !is_folder(dirfd(d), name))
			continue;
		if (s->n == SOURCES_MAX) {
			rc = bdl_fail(err, BDL_E_LIMIT, "more than %d journals in '%s'",
			    SOURCES_MAX, s->folder);
			break;
		}
		struct source *source = &s->sources[s->n++];
		source->name = bdl_xstrdup(name);
		source->folder = bdl_xprintf("%s/%s", s->folder, name);
	}
	(void)closedir(d); /* it was only read */
	return rc;
}

static bool same_place(struct bdl_journal_place a, struct bdl_journal_place b)
{
	return a.segment == b.segment && a.offset == b.offset;
}

static int place_get(
    struct bdl_store *s, const char *source, struct bdl_journal_place *ret, struct bdl_err *err)
{
	sqlite3_stmt *st BDL_AUTO(bdl_stmt_rest) = NULL;

	int rc = bdl_stmt_get(s,
	    "SELECT segment, byte_at FROM journal_place WHERE school = ?1 AND source = ?2", &st,
	    err);
	if (rc)
		return rc;
	bdl_bind_int(st, 1, BDL_SCHOOL);
	bdl_bind_text(st, 2, bdl_view_of(source));
	rc = bdl_stmt_step(s, st, err);
	if (rc < 0)
		return rc;
	*ret = (struct bdl_journal_place){ 0 };
	if (rc) {
		ret->segment = (uint64_t)bdl_col_int(st, 0);
		ret->offset = (uint64_t)bdl_col_int(st, 1);
	}
	return 0;
}

static int place_set(
    struct bdl_store *s, const char *source, struct bdl_journal_place place, struct bdl_err *err)
{
	sqlite3_stmt *st BDL_AUTO(bdl_stmt_rest) = NULL;

	int rc = bdl_stmt_get(s,
	    "INSERT INTO journal_place (school, source, segment, byte_at) VALUES (?1, ?2, ?3, ?4)"
	    " ON CONFLICT (school, source) DO UPDATE SET segment = excluded.segment,"
	    " byte_at = excluded.byte_at",
	    &st, err);
	if (rc)
		return rc;
	bdl_bind_int(st, 1, BDL_SCHOOL);
	bdl_bind_text(st, 2, bdl_view_of(source));
	bdl_bind_int(st, 3, (int64_t)place.segment);
	bdl_bind_int(st, 4, (int64_t)place.offset);
	return bdl_stmt_run(s, st, err);
}

/* --- entries --- */

static int refuse(struct bdl_store *s, const char *source, const struct bdl_journal_entry *e,
    const char *reason, struct bdl_err *err)
{
	static const char digits[] = "0123456789abcdef";
	struct bdl_buf hex BDL_AUTO_IN(bdl_buf_done) = BDL_BUF(2 * BDL_JOURNAL_ENTRY_MAX);
	sqlite3_stmt *st BDL_AUTO(bdl_stmt_rest) = NULL;

	for (size_t i = 0; i < e->payload.n; i++) {
		unsigned char c = (unsigned char)e->payload.p[i];
		/* The maximum holds the largest entry. */
		(void)bdl_buf_add_char(&hex, digits[c >> 4]);
		(void)bdl_buf_add_char(&hex, digits[c & 15]);
	}
	int rc = bdl_stmt_get(s,
	    "INSERT INTO refused (school, id, refused_ms, source, segment, byte_after, entry_type,"
	    " reason, payload_hex) SELECT ?1, coalesce(max(id), 0) + 1, ?2, ?3, ?4, ?5, ?6, ?7, ?8"
	    " FROM refused WHERE school = ?1",
	    &st, err);
	if (rc)
		return rc;
	bdl_bind_int(st, 1, BDL_SCHOOL);
	bdl_bind_int(st, 2, bdl_now_ms());
	bdl_bind_text(st, 3, bdl_view_of(source));
	bdl_bind_int(st, 4, (int64_t)e->after.segment);
	bdl_bind_int(st, 5, (int64_t)e->after.offset);
	bdl_bind_int(st, 6, (int64_t)e->type);
	bdl_bind_text(st, 7, bdl_view_of(reason));
	bdl_bind_text(st, 8, bdl_buf_view(&hex));
	return bdl_stmt_run(s, st, err);
}

/* --- entries, in memory --- */

static void batch_clear(struct batch *b)
{
	bdl_rollup_clear(b->rollup);
	bdl_buf_clear(&b->bytes);
	b->n_singles = b->entries = b->entry_bytes = 0;
	b->urgent = false;
}

static size_t batch_weight(const struct batch *b)
{
	return bdl_rollup_visits(b->rollup) + LOAD_WEIGHT * bdl_rollup_loads(b->rollup) +
	    ACT_WEIGHT * b->n_singles;
}

static bool batch_is_full(const struct bdl_scribe *s)
{
	const struct batch *b = &s->batch;

	return b->entries == BDL_SCRIBE_BATCH || b->entry_bytes >= BATCH_BYTES ||
	    batch_weight(b) >= s->room;
}

static int entry_decode(const struct bdl_journal_entry *e, struct bdl_act *ret, struct bdl_err *err)
{
	if (e->type != BDL_ENTRY_ACT)
		return bdl_fail(
		    err, BDL_E_INVALID, "an entry of the unknown type %u", (unsigned)e->type);
	return bdl_act_decode(e->payload, ret, err);
}

static void batch_add(struct batch *b, struct source *source, const struct bdl_journal_entry *e)
{
	struct bdl_act act;

	if (!b->entries++)
		b->since_ms = bdl_tick_ms();
	b->entry_bytes += e->payload.n;
	if (!entry_decode(e, &act, NULL) && bdl_visits_take(&act)) {
		bdl_rollup_add(b->rollup, &act);
		return;
	}
	b->urgent = true;
	b->singles[b->n_singles++] = (struct single){
		.source = source,
		.type = e->type,
		.after = e->after,
		.at = b->bytes.n,
		.n = e->payload.n,
	};
	(void)bdl_buf_add_view(&b->bytes, e->payload); /* its maximum holds one past a full batch */
}

/* --- entries, into the store --- */

static int single_store(
    struct bdl_scribe *s, const struct single *one, size_t *refused, struct bdl_err *err)
{
	const struct bdl_journal_entry e = {
		.type = one->type,
		.payload = bdl_view_at(s->batch.bytes.p + one->at, one->n),
		.after = one->after,
	};
	struct bdl_err why = { 0 };
	struct bdl_act act;

	if (!entry_decode(&e, &act, &why))
		return bdl_acts_add(s->store, &act, err);
	++*refused;
	return refuse(s->store, one->source->name, &e, why.text, err);
}

/*
 * In the transaction the store's place must be the one that reading began at: a scribe whose
 * supervisor was killed may still be at its last turn, and what it commits after we looked is not
 * to be brought a second time.
 */
static int place_move(struct bdl_store *s, const struct source *source, struct bdl_err *err)
{
	struct bdl_journal_place now, next;

	if (!source->reader)
		return 0;
	next = bdl_journal_reader_place(source->reader);
	if (same_place(next, source->stored))
		return 0;
	int rc = place_get(s, source->name, &now, err);
	if (!rc && !same_place(now, source->stored))
		rc = bdl_fail(
		    err, BDL_E_BUSY, "another scribe brings the journal '%s'", source->folder);
	return rc ? rc : place_set(s, source->name, next, err);
}

/* In one transaction the rows, and with them the places where reading goes on. */
static int batch_store(struct bdl_scribe *s, size_t *refused, struct bdl_err *err)
{
	int rc = 0;

	for (size_t i = 0; !rc && i < s->n; i++)
		rc = place_move(s->store, &s->sources[i], err);
	for (size_t i = 0; !rc && i < s->batch.n_singles; i++)
		rc = single_store(s, &s->batch.singles[i], refused, err);
	if (!rc)
		rc = bdl_rollup_store(s->batch.rollup, s->store, err);
	return rc ? rc : bdl_store_commit(s->store, err);
}

/*
 * More or fewer rows for the next transaction, by what this one took: at most twice as many, at least
 * half, since what one took may have been another process's turn at the processor.
 */
static void room_adapt(struct bdl_scribe *s, int64_t took_us)
{
	if (took_us > 2 * AIM_US)
		s->room /= 2;
	else if (took_us > AIM_US)
		s->room = s->room * AIM_US / (size_t)took_us;
	else if (batch_is_full(s))
		s->room += s->room * (size_t)(AIM_US - took_us) / AIM_US;
	if (s->room < ROOM_LEAST)
		s->room = ROOM_LEAST;
	if (s->room > ROOM_MOST)
		s->room = ROOM_MOST;
}

/* Read again from the place in the store: what was read since did not get there. */
static void source_close(struct source *source)
{
	bdl_journal_reader_close(source->reader);
	source->reader = NULL;
}

static int batch_commit(struct bdl_scribe *s, struct bdl_scribe_round *ret, struct bdl_err *err)
{
	size_t refused = 0;

	int rc = bdl_store_begin(s->store, err);
	int64_t begun_us = bdl_tick_us();
	if (!rc)
		rc = batch_store(s, &refused, err);
	bdl_store_rollback(s->store);
	if (rc) {
		bdl_rollup_reset(s->batch.rollup);
		batch_clear(&s->batch);
		for (size_t i = 0; i < s->n; i++)
			source_close(&s->sources[i]);
		return rc;
	}
	ret->took_us = bdl_tick_us() - begun_us;
	ret->stored = s->batch.entries;
	ret->refused = refused;
	for (size_t i = 0; i < s->n; i++)
		if (s->sources[i].reader)
			s->sources[i].stored = bdl_journal_reader_place(s->sources[i].reader);
	room_adapt(s, ret->took_us);
	batch_clear(&s->batch);
	return 0;
}

/* --- rounds --- */

/* Leave a source alone whose journal cannot be opened or read. */
static void source_pause(struct source *source)
{
	source_close(source);
	source->is_broken = false;
	source->again_ms = bdl_tick_ms() + PAUSE_MS;
}

/* The first that is wrong with a journal is the one that is told. */
static void tell_journal(struct bdl_scribe_round *round, const struct bdl_err *what)
{
	if (!round->journal.code)
		round->journal = *what;
}

/* Negative where the store failed; what is wrong with the journal is told. */
static int source_open(
    struct bdl_scribe *s, struct source *source, struct bdl_scribe_round *ret, struct bdl_err *err)
{
	struct bdl_err what = { 0 };

	source->is_dry = source->again_ms > bdl_tick_ms();
	if (source->reader || source->is_dry)
		return 0;
	int rc = place_get(s->store, source->name, &source->stored, err);
	if (rc)
		return rc;
	if (bdl_journal_reader_open(source->folder, source->stored, &source->reader, &what)) {
		tell_journal(ret, &what);
		source->is_dry = true;
		source_pause(source);
	}
	return 0;
}

/*
 * What one source has, for one turn. At damage the reader itself waits or goes on behind it, and
 * that place is kept at once; a source that cannot be read is left alone when what was read of it
 * is stored.
 */
static void source_read(struct bdl_scribe *s, struct source *source, struct bdl_scribe_round *ret)
{
	struct bdl_journal_entry e;
	struct bdl_err what = { 0 };

	for (int i = 0; i < TURN_ENTRIES && !batch_is_full(s); i++) {
		int rc = bdl_journal_next(source->reader, &e, &what);
		if (rc > 0) {
			batch_add(&s->batch, source, &e);
			continue;
		}
		source->is_dry = true;
		if (rc < 0) {
			s->batch.urgent = true;
			source->is_broken = rc != BDL_E_INVALID;
			tell_journal(ret, &what);
		}
		return;
	}
}

/* Until the batch is full or all sources are dry, each in its turn. */
static int batch_fill(struct bdl_scribe *s, struct bdl_scribe_round *ret, struct bdl_err *err)
{
	bool is_more = s->n > 0;

	for (size_t i = 0; i < s->n; i++) {
		int rc = source_open(s, &s->sources[i], ret, err);
		if (rc)
			return rc;
	}
	while (is_more && !batch_is_full(s)) {
		is_more = false;
		for (size_t i = 0; i < s->n; i++) {
			struct source *source = &s->sources[s->turn++ % s->n];
			if (source->is_dry)
				continue;
			source_read(s, source, ret);
			is_more = true;
		}
	}
	return 0;
}

static bool has_moved(const struct bdl_scribe *s)
{
	for (size_t i = 0; i < s->n; i++) {
		const struct source *source = &s->sources[i];
		if (source->reader &&
		    !same_place(bdl_journal_reader_place(source->reader), source->stored))
			return true;
	}
	return false;
}

/*
 * What is stored for good need not be kept in the journal: once the store's own disk has it, which
 * no commit of the scribe waits for.
 */
static int journals_forget(struct bdl_scribe *s, struct bdl_scribe_round *ret, struct bdl_err *err)
{
	struct bdl_err what = { 0 };
	bool is_due = false, is_synced = false;

	for (size_t i = 0; i < s->n; i++)
		is_due = is_due || s->sources[i].forgotten != s->sources[i].stored.segment;
	if (!is_due && !bdl_store_is_long(s->store))
		return 0;
	int rc = bdl_store_sync(s->store, &is_synced, err);
	if (rc || !is_synced)
		return rc;
	for (size_t i = 0; i < s->n; i++) {
		struct source *source = &s->sources[i];
		if (source->forgotten == source->stored.segment)
			continue;
		if (bdl_journal_forget(source->folder, source->stored, &what))
			tell_journal(ret, &what);
		else
			source->forgotten = source->stored.segment;
	}
	return 0;
}

int bdl_scribe_round(
    struct bdl_scribe *s, int64_t hold_ms, struct bdl_scribe_round *ret, struct bdl_err *err)
{
	struct batch *b = &s->batch;
	struct bdl_err what = { 0 };

	*ret = (struct bdl_scribe_round){ 0 };
	if (sources_find(s, &what))
		tell_journal(ret, &what);
	int rc = batch_fill(s, ret, err);
	bool may_wait = b->entries && !b->urgent && !batch_is_full(s);
	if (!rc && has_moved(s) && (!may_wait || bdl_tick_ms() - b->since_ms >= hold_ms))
		rc = batch_commit(s, ret, err);
	if (rc)
		return rc;
	for (size_t i = 0; i < s->n; i++)
		if (s->sources[i].is_broken)
			source_pause(&s->sources[i]);
	return journals_forget(s, ret, err);
}
