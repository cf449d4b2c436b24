#include "base/alloc.h"
#include "base/clock.h"
#include "record/ledger/segment.h"
#include "record/scribe/scribe_int.h"
#include "record/visits/bytes.h"
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>

#define SOURCES_MAX     256
#define SOURCE_NAME_MAX 64
#define PAUSE_MS        5000 /* a source that could not be read is left alone for so long */
#define BYTES_KEY       "log:bytes"
#define TURN_ENTRIES    64 /* of one source, before the next has its turn */

struct source {
	char *name, *folder;
	char *key;                         /* its name in the store */
	struct bdl_journal_reader *reader; /* NULL: to be opened at the place that the store has */
	struct bdl_journal_place stored;
	uint64_t entered;   /* segments below this number are in the ledger */
	uint64_t forgotten; /* and below this one they are deleted */
	int64_t again_ms;   /* on the ticking clock */
	bool is_dry;        /* this round has read all there is */
	bool is_broken;     /* it cannot be read on */
};

struct bdl_scribe {
	struct bdl_store *store;
	char *folder, *host; /* host: NULL where the store is this host's alone */
	struct source sources[SOURCES_MAX];
	size_t n, turn; /* whose turn it is to be read first */
	struct bdl_batch *batch;
	struct bdl_bytes *bytes; /* NULL: nobody counts them */
};

struct bdl_scribe *bdl_scribe_new(struct bdl_store *s, const char *folder)
{
	struct bdl_scribe *scribe = bdl_xalloc(sizeof(*scribe));

	scribe->store = s;
	scribe->folder = bdl_xstrdup(folder);
	scribe->batch = bdl_batch_new(bdl_store_is_shared(s));
	bdl_store_relax(s);
	return scribe;
}

void bdl_scribe_bytes(struct bdl_scribe *s, const char *folder)
{
	/* No journal's folder is called so. */
	char *key = s->host ? bdl_xprintf("%s/" BYTES_KEY, s->host) : bdl_xstrdup(BYTES_KEY);

	bdl_bytes_free(s->bytes);
	s->bytes = bdl_bytes_new(folder, key);
	free(key);
}

void bdl_scribe_free(struct bdl_scribe *s)
{
	if (!s)
		return;
	bdl_bytes_free(s->bytes);
	for (size_t i = 0; i < s->n; i++) {
		bdl_journal_reader_close(s->sources[i].reader);
		free(s->sources[i].name);
		free(s->sources[i].folder);
		free(s->sources[i].key);
	}
	bdl_batch_free(s->batch);
	free(s->folder);
	free(s->host);
	free(s);
}

void bdl_scribe_of_host(struct bdl_scribe *s, const char *host)
{
	BDL_BUG_IF(s->host || s->n);
	s->host = bdl_xstrdup(host);
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
		source->key = s->host ? bdl_xprintf("%s/%s", s->host, name) : bdl_xstrdup(name);
	}
	(void)closedir(d); /* it was only read */
	return rc;
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
	if (bdl_place_same(next, source->stored))
		return 0;
	int rc = bdl_place_get(s, source->key, &now, err);
	if (!rc && !bdl_place_same(now, source->stored))
		rc = bdl_fail(
		    err, BDL_E_BUSY, "another scribe brings the journal '%s'", source->folder);
	return rc ? rc : bdl_place_set(s, source->key, next, err);
}

/* In one transaction the rows, and with them the places where reading goes on. */
static int batch_store(struct bdl_scribe *s, size_t *refused, struct bdl_err *err)
{
	int rc = 0;

	for (size_t i = 0; !rc && i < s->n; i++)
		rc = place_move(s->store, &s->sources[i], err);
	if (!rc)
		rc = bdl_batch_store(s->batch, s->store, refused, err);
	return rc ? rc : bdl_store_commit(s->store, err);
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

	int rc = bdl_store_begin_volume(s->store, err);
	int64_t begun_us = bdl_tick_us();
	if (!rc)
		rc = batch_store(s, &refused, err);
	bdl_store_rollback(s->store);
	if (rc) {
		bdl_batch_reset(s->batch);
		for (size_t i = 0; i < s->n; i++)
			source_close(&s->sources[i]);
		return rc;
	}
	ret->took_us = bdl_tick_us() - begun_us;
	ret->stored = bdl_batch_entries(s->batch);
	ret->refused = refused;
	for (size_t i = 0; i < s->n; i++)
		if (s->sources[i].reader)
			s->sources[i].stored = bdl_journal_reader_place(s->sources[i].reader);
	bdl_batch_adapt(s->batch, ret->took_us);
	bdl_batch_clear(s->batch);
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
	int rc = bdl_place_get(s->store, source->key, &source->stored, err);
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

	for (int i = 0; i < TURN_ENTRIES && !bdl_batch_is_full(s->batch); i++) {
		int rc = bdl_journal_next(source->reader, &e, &what);
		if (rc > 0) {
			bdl_batch_add(s->batch, source->key, &e);
			continue;
		}
		source->is_dry = true;
		if (rc < 0) {
			bdl_batch_hurry(s->batch);
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
	while (is_more && !bdl_batch_is_full(s->batch)) {
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
		    !bdl_place_same(bdl_journal_reader_place(source->reader), source->stored))
			return true;
	}
	return false;
}

/* Segments all of which is in the store go into the ledger, before anything deletes them. */
static int segments_enter(
    struct bdl_scribe *s, bool *ret_is_due, struct bdl_scribe_round *round, struct bdl_err *err)
{
	struct bdl_err what;
	bool is_due = false;

	for (size_t i = 0; i < s->n; i++) {
		struct source *source = &s->sources[i];
		if (source->entered < source->stored.segment) {
			int rc = bdl_ledger_segments(s->store, source->key, source->folder,
			    source->stored.segment, &source->entered, &what, err);
			if (rc)
				return rc;
			if (what.code)
				tell_journal(round, &what);
		}
		is_due = is_due || source->forgotten < source->entered;
	}
	*ret_is_due = is_due;
	return 0;
}

/*
 * What is stored for good, and in the ledger, need not be kept in the journal: once the store's own
 * disk has both, which no commit of the scribe waits for.
 */
static int journals_forget(struct bdl_scribe *s, struct bdl_scribe_round *ret, struct bdl_err *err)
{
	struct bdl_err what = { 0 };
	bool is_due = false, is_synced = false;

	int rc = segments_enter(s, &is_due, ret, err);
	is_due = is_due || (s->bytes && bdl_bytes_is_due(s->bytes));
	if (rc || (!is_due && !bdl_store_is_long(s->store)))
		return rc;
	rc = bdl_store_sync(s->store, &is_synced, err);
	if (rc || !is_synced)
		return rc;
	if (s->bytes && bdl_bytes_forget(s->bytes, &what))
		tell_journal(ret, &what);
	for (size_t i = 0; i < s->n; i++) {
		struct source *source = &s->sources[i];
		const struct bdl_journal_place until = { .segment = source->entered };
		if (source->forgotten >= source->entered)
			continue;
		if (bdl_journal_forget(source->folder, until, &what))
			tell_journal(ret, &what);
		else
			source->forgotten = source->entered;
	}
	return 0;
}

/* What the log has now; before the journals are read, see record/visits/bytes.h. */
static int bytes_read(struct bdl_scribe *s, struct bdl_scribe_round *ret, struct bdl_err *err)
{
	struct bdl_err what = { 0 };

	if (!s->bytes)
		return 0;
	int rc = bdl_bytes_read(s->bytes, s->store, &what, err);
	if (what.code)
		tell_journal(ret, &what);
	return rc;
}

static bool is_all_stored(const struct bdl_scribe *s)
{
	for (size_t i = 0; i < s->n; i++)
		if (!s->sources[i].is_dry)
			return false;
	return !bdl_batch_entries(s->batch);
}

static int bytes_store(struct bdl_scribe *s, struct bdl_scribe_round *ret, struct bdl_err *err)
{
	if (!s->bytes || !bdl_bytes_waits(s->bytes) || !is_all_stored(s))
		return 0;
	size_t lines = bdl_bytes_lines(s->bytes);
	int rc = bdl_bytes_store(s->bytes, s->store, err);
	if (!rc)
		ret->lines = lines;
	return rc;
}

int bdl_scribe_round(
    struct bdl_scribe *s, int64_t hold_ms, struct bdl_scribe_round *ret, struct bdl_err *err)
{
	struct bdl_err what = { 0 };

	*ret = (struct bdl_scribe_round){ 0 };
	int rc = bytes_read(s, ret, err);
	if (sources_find(s, &what))
		tell_journal(ret, &what);
	if (!rc)
		rc = batch_fill(s, ret, err);
	if (!rc && has_moved(s) && !bdl_batch_may_wait(s->batch, hold_ms))
		rc = batch_commit(s, ret, err);
	if (!rc)
		rc = bytes_store(s, ret, err);
	if (rc)
		return rc;
	for (size_t i = 0; i < s->n; i++)
		if (s->sources[i].is_broken)
			source_pause(&s->sources[i]);
	return journals_forget(s, ret, err);
}
