#include "record/scribe.h"
#include "base/alloc.h"
#include "base/buf.h"
#include "base/clock.h"
#include "record/acts.h"
#include "record/journal.h"
#include "record/ledger.h"
#include "record/ledger_look.h"
#include "record/ledger_segment.h"
#include "record/store_int.h"
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>

#define SOURCES_MAX     256
#define SOURCE_NAME_MAX 64
#define PAUSE_MS        5000 /* a source that could not be read is left alone for so long */

struct source {
	char *name, *folder;
	struct bdl_journal_reader *reader; /* NULL: to be opened at the place that the store has */
	struct bdl_journal_place stored;
	uint64_t forgotten; /* segments below this number are deleted */
	int64_t again_ms;   /* on the ticking clock */
};

struct bdl_scribe {
	struct bdl_store *store;
	char *folder;
	struct source sources[SOURCES_MAX];
	size_t n;
};

/* What came of one batch. */
struct batch {
	size_t stored, refused;
	bool in_transaction;
	int journal_rc; /* of the reader: what could not be read is said, what was read is stored */
	struct bdl_err journal;
};

struct bdl_scribe *bdl_scribe_new(struct bdl_store *s, const char *folder)
{
	struct bdl_scribe *scribe = bdl_xalloc(sizeof(*scribe));

	scribe->store = s;
	scribe->folder = bdl_xstrdup(folder);
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

/* Read again from the place in the store: what was read since did not get there. */
static void source_close(struct source *source)
{
	bdl_journal_reader_close(source->reader);
	source->reader = NULL;
}

/* --- entries --- */

/* The ledger knows what was refused, too: it may be the sign of somebody at work. */
static int refused_enter(
    struct bdl_store *s, const struct bdl_journal_entry *e, struct bdl_err *err)
{
	sqlite3_stmt *st BDL_AUTO(bdl_stmt_rest) = NULL;
	char record[32];

	int rc = bdl_stmt_get(s, "SELECT max(id) FROM refused WHERE school = ?1", &st, err);
	if (rc)
		return rc;
	bdl_bind_int(st, 1, BDL_SCHOOL);
	rc = bdl_stmt_step(s, st, err);
	if (rc < 0)
		return rc;
	(void)snprintf(record, sizeof(record), "refused/%lld", (long long)bdl_col_int(st, 0));
	const struct bdl_ledger_entry entry = {
		.kind = BDL_LEDGER_REFUSED,
		.at_ms = bdl_now_ms(),
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
	rc = bdl_stmt_run(s, st, err);
	return rc ? rc : refused_enter(s, e, err);
}

static int entry_store(struct bdl_store *s, const char *source, const struct bdl_journal_entry *e,
    struct batch *b, struct bdl_err *err)
{
	struct bdl_err why = { 0 };
	struct bdl_act act;
	struct bdl_look look;
	int rc;

	b->stored++;
	switch (e->type) {
	case BDL_ENTRY_ACT:
		rc = bdl_act_decode(e->payload, &act, &why);
		if (!rc)
			return bdl_acts_add(s, &act, err);
		break;
	case BDL_ENTRY_LOOK:
		rc = bdl_look_decode(e->payload, &look, &why);
		if (!rc)
			return bdl_look_enter(s, &look, err);
		break;
	default:
		(void)bdl_fail(&why, BDL_E_INVALID, "an entry of the unknown type %u",
		    (unsigned)e->type); /* for its text */
		break;
	}
	b->refused++;
	return refuse(s, source, e, why.text, err);
}

/*
 * Begin the batch's transaction, where that was not done yet. In it the store's place must be the
 * one that reading began at: a scribe whose supervisor was killed may still be at its last turn,
 * and what it commits after we looked is not to be brought a second time.
 */
static int batch_begin(
    struct bdl_store *s, const struct source *source, struct batch *b, struct bdl_err *err)
{
	struct bdl_journal_place now;

	if (b->in_transaction)
		return 0;
	int rc = bdl_store_begin(s, err);
	if (rc)
		return rc;
	b->in_transaction = true;
	rc = place_get(s, source->name, &now, err);
	if (!rc && !same_place(now, source->stored))
		rc = bdl_fail(
		    err, BDL_E_BUSY, "another scribe brings the journal '%s'", source->folder);
	return rc;
}

/* Entries into one transaction, and with them the place where reading goes on. */
static int entries_bring(
    struct bdl_store *s, struct source *source, struct batch *b, struct bdl_err *err)
{
	struct bdl_journal_entry e;
	int rc;

	while (b->stored < BDL_SCRIBE_BATCH &&
	    (b->journal_rc = bdl_journal_next(source->reader, &e, &b->journal)) > 0) {
		rc = batch_begin(s, source, b, err);
		if (!rc)
			rc = entry_store(s, source->name, &e, b, err);
		if (rc)
			return rc;
	}
	struct bdl_journal_place place = bdl_journal_reader_place(source->reader);
	if (same_place(place, source->stored))
		return 0;
	rc = batch_begin(s, source, b, err);
	if (!rc)
		rc = place_set(s, source->name, place, err);
	if (!rc)
		rc = bdl_store_commit(s, err);
	if (!rc)
		source->stored = place;
	return rc;
}

/* Leave a source alone whose journal cannot be opened or read. */
static void source_pause(struct source *source)
{
	source_close(source);
	source->again_ms = bdl_tick_ms() + PAUSE_MS;
}

/* Negative where the store failed; what is wrong with the journal is left in the batch. */
static int source_bring(
    struct bdl_scribe *s, struct source *source, struct batch *b, struct bdl_err *err)
{
	if (!source->reader) {
		int rc = place_get(s->store, source->name, &source->stored, err);
		if (rc)
			return rc;
		b->journal_rc = bdl_journal_reader_open(
		    source->folder, source->stored, &source->reader, &b->journal);
	}
	if (b->journal_rc < 0) {
		source_pause(source);
		return 0;
	}
	struct bdl_journal_place before = source->stored;
	int rc = entries_bring(s->store, source, b, err);
	bdl_store_rollback(s->store);
	if (rc)
		source_close(source);
	else if (b->journal_rc < 0 && b->journal_rc != BDL_E_INVALID &&
	    same_place(before, source->stored))
		source_pause(source); /* at damage the reader itself waits, and has told of it */
	return rc;
}

/*
 * What is stored for good, and in the ledger, need not be kept in the journal. Negative where the
 * store failed; what is wrong with the journal is left in the batch.
 */
static int source_forget(
    struct bdl_store *s, struct source *source, struct batch *b, struct bdl_err *err)
{
	struct bdl_journal_place until = { 0 };

	if (source->forgotten == source->stored.segment || b->journal_rc < 0)
		return 0;
	int rc = bdl_ledger_segments(
	    s, source->name, source->folder, source->stored.segment, &until.segment, err);
	if (rc)
		return rc;
	b->journal_rc = bdl_journal_forget(source->folder, until, &b->journal);
	if (b->journal_rc >= 0)
		source->forgotten = until.segment;
	return 0;
}

/* The first that is wrong with a journal is the one that is told. */
static void tell_journal(struct bdl_scribe_round *round, const struct bdl_err *what)
{
	if (!round->journal.code)
		round->journal = *what;
}

int bdl_scribe_round(struct bdl_scribe *s, struct bdl_scribe_round *ret, struct bdl_err *err)
{
	struct bdl_err what = { 0 };

	*ret = (struct bdl_scribe_round){ 0 };
	if (sources_find(s, &what))
		tell_journal(ret, &what);
	for (size_t i = 0; i < s->n; i++) {
		struct source *source = &s->sources[i];
		struct batch b = { 0 };
		if (source->again_ms > bdl_tick_ms())
			continue;
		int rc = source_bring(s, source, &b, err);
		if (rc)
			return rc;
		ret->stored += b.stored;
		ret->refused += b.refused;
		rc = source_forget(s->store, source, &b, err);
		if (rc)
			return rc;
		if (b.journal_rc < 0)
			tell_journal(ret, &b.journal);
	}
	return 0;
}
