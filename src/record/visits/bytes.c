#include "record/visits/bytes.h"
#include "base/alloc.h"
#include "record/store/place_int.h"
#include "record/store/store_int.h"
#include "record/visits/visits.h"
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#define SLOTS      ((size_t)2 * BDL_BYTES_ROWS_MAX)
#define BLOCK      (64 * 1024) /* bytes read at once */
#define BLOCKS_MAX 4           /* of one call */

/* What no visit goes beyond, so that nothing that adds visits up overflows. As text, for SQL. */
#define VISIT_MAX_TEXT "281474976710656"
_Static_assert(
    BDL_MARK_BYTES_MAX == 281474976710656, "a visit has as many bytes as a line at most");

struct key {
	int64_t hour, client, site, basis;
};

struct row {
	struct key key;
	int64_t down, up;
};

struct bdl_bytes {
	char *folder, *key;              /* `key` among the places of reading */
	int fd;                          /* of the file at `at`, or -1 */
	struct bdl_journal_place at;     /* up to where lines were taken in */
	struct bdl_journal_place stored; /* up to where they are in the store */
	bool has_place;                  /* false: the store has not been asked */
	uint64_t forgotten;              /* files below this number are deleted */
	size_t lines;
	struct row rows[BDL_BYTES_ROWS_MAX];
	size_t n;
	uint16_t slots[SLOTS]; /* index of a row plus one; 0: free */
	char block[BLOCK];
};

struct bdl_bytes *bdl_bytes_new(const char *folder, const char *key)
{
	struct bdl_bytes *b = bdl_xalloc(sizeof(*b));

	b->folder = bdl_xstrdup(folder);
	b->key = bdl_xstrdup(key);
	b->fd = -1;
	return b;
}

void bdl_bytes_free(struct bdl_bytes *b)
{
	if (!b)
		return;
	bdl_close_auto(&b->fd);
	free(b->folder);
	free(b->key);
	free(b);
}

size_t bdl_bytes_lines(const struct bdl_bytes *b)
{
	return b->lines;
}

bool bdl_bytes_waits(const struct bdl_bytes *b)
{
	return b->lines || (b->has_place && b->at.segment != b->stored.segment);
}

/* --- rows --- */

static void rows_clear(struct bdl_bytes *b)
{
	memset(b->slots, 0, sizeof(b->slots));
	b->n = b->lines = 0;
}

/* The row of a visit; NULL where there is no room for another. */
static struct row *row_of(struct bdl_bytes *b, const struct key *key)
{
	size_t at = bdl_hash64(key, sizeof(*key), 0) & (SLOTS - 1);

	for (; b->slots[at]; at = (at + 1) & (SLOTS - 1)) {
		struct row *row = &b->rows[b->slots[at] - 1];
		if (!memcmp(&row->key, key, sizeof(*key)))
			return row;
	}
	if (b->n == BDL_BYTES_ROWS_MAX)
		return NULL;
	b->rows[b->n] = (struct row){ .key = *key };
	b->slots[at] = (uint16_t)++b->n;
	return &b->rows[b->n - 1];
}

static int64_t at_most(int64_t bytes)
{
	return bytes < BDL_MARK_BYTES_MAX ? bytes : BDL_MARK_BYTES_MAX;
}

/* false where the line has to wait for the next transaction. What is no line is passed over. */
static bool line_take(struct bdl_bytes *b, struct bdl_view line)
{
	struct bdl_mark m;
	int64_t down, up;

	if (!bdl_mark_read_line(line, &m, &down, &up))
		return true;
	const struct key key = { m.at_ms / BDL_HOUR_MS, m.client, m.site, m.basis };
	struct row *row = row_of(b, &key);
	if (!row)
		return false;
	row->down = at_most(row->down + down);
	row->up = at_most(row->up + up);
	b->lines++;
	return true;
}

/* --- files --- */

uint64_t bdl_bytes_number(const char *name)
{
	struct bdl_view v = bdl_view_of(name), ending = BDL_LIT(".log");
	uint64_t number;

	if (!bdl_view_ends(v, ending) || *name == '0' ||
	    !bdl_view_uint(bdl_view_at(v.p, v.n - ending.n), UINT32_MAX, &number))
		return 0;
	return number;
}

/* The first file after that number; 0: there is none. */
static int file_find(const struct bdl_bytes *b, uint64_t after, uint64_t *ret, uint64_t *ret_newest,
    struct bdl_err *err)
{
	DIR *d = opendir(b->folder);

	*ret = *ret_newest = 0;
	if (!d)
		return errno == ENOENT ? 0 : bdl_fail_sys(err, "list '%s'", b->folder);
	for (struct dirent *e; (e = readdir(d));) {
		uint64_t number = bdl_bytes_number(e->d_name);
		if (number > *ret_newest)
			*ret_newest = number;
		if (number > after && (!*ret || number < *ret))
			*ret = number;
	}
	(void)closedir(d); /* it was only read */
	return 0;
}

/* The file behind the one that is read; where all are older than it the log was begun anew. */
static int file_next(const struct bdl_bytes *b, uint64_t *ret, struct bdl_err *err)
{
	uint64_t newest;

	int rc = file_find(b, b->at.segment, ret, &newest, err);
	return rc || !newest || newest >= b->at.segment ? rc : file_find(b, 0, ret, &newest, err);
}

static void path_of(const struct bdl_bytes *b, uint64_t number, char out[PATH_MAX])
{
	(void)snprintf(out, PATH_MAX, "%s/%llu.log", b->folder, (unsigned long long)number);
}

static bool has_lines(const struct bdl_bytes *b, uint64_t number)
{
	char path[PATH_MAX];
	struct stat st;

	path_of(b, number, path);
	return !stat(path, &st) && st.st_size > 0;
}

static void file_leave(struct bdl_bytes *b, struct bdl_journal_place next)
{
	bdl_close_auto(&b->fd);
	b->fd = -1;
	b->at = next;
}

/*
 * Open the file where reading goes on. Where it is gone, since nobody read it for long, the next takes
 * its place. 0: there is none yet.
 */
static int file_open(struct bdl_bytes *b, struct bdl_err *err)
{
	char path[PATH_MAX];
	uint64_t next;

	if (b->fd >= 0)
		return 1;
	path_of(b, b->at.segment, path);
	b->fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
	if (b->fd < 0 && errno != ENOENT)
		return bdl_fail_sys(err, "read '%s'", path);
	if (b->fd >= 0)
		return 1;
	int rc = file_next(b, &next, err);
	if (rc || !next)
		return rc;
	b->at = (struct bdl_journal_place){ .segment = next };
	path_of(b, next, path);
	b->fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
	return b->fd < 0 ? bdl_fail_sys(err, "read '%s'", path) : 1;
}

/* Whole lines of a block; true where all of them found room. */
static bool block_take(struct bdl_bytes *b, struct bdl_view block)
{
	struct bdl_view rest = block, line = { 0 };
	size_t taken = 0;

	while (bdl_view_find(rest, '\n') < rest.n && bdl_view_cut(&rest, '\n', &line)) {
		if (!line_take(b, line)) {
			b->at.offset += taken;
			return false;
		}
		taken = block.n - rest.n;
	}
	/* A block without the end of a line is none of ours. */
	b->at.offset += taken || block.n < BLOCK ? taken : block.n;
	return taken > 0 || block.n == BLOCK;
}

/* 1: there may be more; 0: for now that is all; negative: the log cannot be read. */
static int block_read(struct bdl_bytes *b, struct bdl_err *err)
{
	uint64_t next = 0;
	bool is_done = false;

	for (;;) {
		ssize_t got = pread(b->fd, b->block, BLOCK, (off_t)b->at.offset);
		if (got < 0)
			return bdl_fail_sys(err, "read the proxy's log of bytes");
		if (block_take(b, bdl_view_at(b->block, (size_t)got)))
			return 1;
		if (b->n == BDL_BYTES_ROWS_MAX)
			return 0;
		if (is_done) { /* as it was before this last look: nobody writes to it any more */
			file_leave(b, (struct bdl_journal_place){ .segment = next });
			return 1;
		}
		int rc = file_next(b, &next, err);
		if (rc || !next || !has_lines(b, next))
			return rc;
		is_done = true;
	}
}

static int log_read(struct bdl_bytes *b, struct bdl_err *err)
{
	int rc = 1;

	for (int i = 0; rc > 0 && i < BLOCKS_MAX; i++) {
		rc = file_open(b, err);
		if (rc > 0)
			rc = block_read(b, err);
	}
	return rc;
}

int bdl_bytes_read(
    struct bdl_bytes *b, struct bdl_store *s, struct bdl_err *ret_log, struct bdl_err *err)
{
	int rc = b->has_place ? 0 : bdl_place_get(s, b->key, &b->stored, err);

	*ret_log = (struct bdl_err){ 0 };
	if (rc)
		return rc;
	if (!b->has_place)
		file_leave(b, b->stored);
	b->has_place = true;
	if (log_read(b, ret_log) >= 0)
		*ret_log = (struct bdl_err){ 0 };
	return 0;
}

/* --- into the store --- */

static int row_compare(const void *a, const void *b)
{
	const struct key *x = &((const struct row *)a)->key, *y = &((const struct row *)b)->key;

	if (x->hour != y->hour)
		return x->hour < y->hour ? -1 : 1;
	return x->client < y->client ? -1 : x->client > y->client;
}

static void bind_row(struct bdl_stmt *st, size_t i, void *arg)
{
	const struct row *row = &((const struct bdl_bytes *)arg)->rows[i];

	bdl_bind_int(st, 1, BDL_SCHOOL);
	bdl_bind_int(st, 2, row->key.hour);
	bdl_bind_int(st, 3, row->key.client);
	bdl_bind_int(st, 4, row->key.site);
	bdl_bind_int(st, 5, row->key.basis);
	bdl_bind_int(st, 6, row->down);
	bdl_bind_int(st, 7, row->up);
}

#define SUM(column, added)                                                           \
	"CASE WHEN " column " + " added " > " VISIT_MAX_TEXT " THEN " VISIT_MAX_TEXT \
	" ELSE " column " + " added " END"

static int rows_store(struct bdl_bytes *b, struct bdl_store *s, struct bdl_err *err)
{
	return bdl_stmt_each(s,
	    "UPDATE visit SET bytes_down = " SUM("bytes_down", "?6") ", bytes_up = " SUM("bytes_up",
		"?7") " WHERE school = ?1 AND hour = ?2"
		      " AND client = (SELECT id FROM client WHERE school = ?1 AND mark = ?3 LIMIT 1)"
		      " AND site = (SELECT id FROM site WHERE school = ?1 AND mark = ?4 LIMIT 1)"
		      " AND basis = (SELECT id FROM basis WHERE school = ?1 AND mark = ?5 LIMIT 1)",
	    b->n, bind_row, NULL, b, err);
}

/* As with journals: a scribe that was left behind may have brought these lines meanwhile. */
static int place_move(struct bdl_bytes *b, struct bdl_store *s, struct bdl_err *err)
{
	struct bdl_journal_place now;

	int rc = bdl_place_get(s, b->key, &now, err);
	if (!rc && !bdl_place_same(now, b->stored))
		rc = bdl_fail(err, BDL_E_BUSY, "another scribe brings the log '%s'", b->folder);
	return rc ? rc : bdl_place_set(s, b->key, b->at, err);
}

int bdl_bytes_store(struct bdl_bytes *b, struct bdl_store *s, struct bdl_err *err)
{
	int rc = bdl_store_begin_volume(s, err);

	qsort(b->rows, b->n, sizeof(*b->rows), row_compare);
	if (!rc)
		rc = place_move(b, s, err);
	if (!rc)
		rc = rows_store(b, s, err);
	if (!rc)
		rc = bdl_store_commit(s, err);
	bdl_store_rollback(s);
	rows_clear(b);
	if (rc)
		b->has_place = false;
	else
		b->stored = b->at;
	return rc;
}

/* --- what is done with --- */

bool bdl_bytes_is_due(const struct bdl_bytes *b)
{
	return b->forgotten != b->stored.segment;
}

int bdl_bytes_forget(struct bdl_bytes *b, struct bdl_err *err)
{
	char path[PATH_MAX];
	uint64_t next = 0, newest;

	for (;;) {
		int rc = file_find(b, next, &next, &newest, err);
		if (rc)
			return rc;
		if (!next || next >= b->stored.segment)
			break;
		path_of(b, next, path);
		if (unlink(path) < 0 && errno != ENOENT)
			return bdl_fail_sys(err, "delete '%s'", path);
	}
	b->forgotten = b->stored.segment;
	return 0;
}
