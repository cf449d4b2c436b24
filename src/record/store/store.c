#include "base/alloc.h"
#include "base/clock.h"
#include "record/store/back.h"

/* --- statements --- */

void bdl_stmt_rest(struct bdl_stmt *st)
{
	if (st)
		st->store->back->rest(st);
}

static struct bdl_stmt *statement_take_at(struct bdl_store *s, size_t i)
{
	struct bdl_stmt *st = s->statements[i];

	s->n_statements--;
	memmove(s->statements + i, s->statements + i + 1,
	    (s->n_statements - i) * sizeof(struct bdl_stmt *));
	return st;
}

/* The statement of that text, taken out of those that are kept; NULL where it is not among them. */
static struct bdl_stmt *statement_take(struct bdl_store *s, const char *sql)
{
	for (size_t i = s->n_statements; i-- > 0;)
		if (!strcmp(s->statements[i]->sql, sql))
			return statement_take_at(s, i);
	return NULL;
}

static void statement_free(struct bdl_stmt *st)
{
	free(st->sql);
	st->store->back->finish(st);
}

int bdl_stmt_get(struct bdl_store *s, const char *sql, struct bdl_stmt **ret, struct bdl_err *err)
{
	struct bdl_stmt *st = statement_take(s, sql);

	if (!st) {
		int rc = s->back->prepare(s, sql, &st, err);
		if (rc)
			return rc;
		st->sql = bdl_xstrdup(sql);
	}
	BDL_BUG_IF(s->back->is_busy(st));
	if (s->n_statements == BDL_STORE_STATEMENTS_MAX) {
		/* The one whose last use is longest ago; no more than a handful are in use at once. */
		struct bdl_stmt *oldest = statement_take_at(s, 0);
		BDL_BUG_IF(s->back->is_busy(oldest));
		statement_free(oldest);
	}
	s->statements[s->n_statements++] = st;
	*ret = st;
	return 0;
}

int bdl_stmt_step(struct bdl_store *s, struct bdl_stmt *st, struct bdl_err *err)
{
	return s->back->step(st, err);
}

int bdl_stmt_run(struct bdl_store *s, struct bdl_stmt *st, struct bdl_err *err)
{
	int rc = s->back->run(st, err);

	bdl_stmt_rest(st);
	return rc;
}

int bdl_stmt_each(struct bdl_store *s, const char *sql, size_t n, bdl_item_bind_fn *bind,
    bdl_item_row_fn *row, void *arg, struct bdl_err *err)
{
	struct bdl_stmt *st BDL_AUTO(bdl_stmt_rest) = NULL;

	BDL_BUG_IF(!bdl_store_is_writing(s));
	int rc = n ? bdl_stmt_get(s, sql, &st, err) : 0;
	return rc || !n ? rc : s->back->each(st, n, bind, row, arg, err);
}

int bdl_store_drop_month(struct bdl_store *s, int64_t before_hour, char ret_month[BDL_MONTH_ROOM],
    int64_t *ret_rows, struct bdl_err *err)
{
	BDL_BUG_IF(!bdl_store_has_joined(s));
	return s->back->drop_month(s, before_hour, ret_month, ret_rows, err);
}

int bdl_stmt_change(struct bdl_store *s, struct bdl_stmt *st, int64_t *ret_n, struct bdl_err *err)
{
	int rc = s->back->step(st, err);

	BDL_BUG_IF(rc > 0);
	if (!rc)
		*ret_n = s->back->changed(st);
	bdl_stmt_rest(st);
	return rc;
}

void bdl_bind_int(struct bdl_stmt *st, int i, int64_t v)
{
	st->store->back->bind_int(st, i, v);
}

void bdl_bind_null(struct bdl_stmt *st, int i)
{
	st->store->back->bind_null(st, i);
}

void bdl_bind_text(struct bdl_stmt *st, int i, struct bdl_view v)
{
	st->store->back->bind_text(st, i, v, false);
}

void bdl_bind_digest(struct bdl_stmt *st, int i, const struct bdl_digest *d)
{
	char hex[BDL_DIGEST_HEX];

	bdl_digest_hex(d, hex);
	st->store->back->bind_text(st, i, bdl_view_at(hex, BDL_DIGEST_HEX - 1), true);
}

int64_t bdl_col_int(struct bdl_stmt *st, int i)
{
	return st->store->back->col_int(st, i);
}

struct bdl_view bdl_col_view(struct bdl_stmt *st, int i)
{
	return st->store->back->col_view(st, i);
}

struct bdl_view bdl_col_text(struct bdl_stmt *st, int i, struct bdl_region *region)
{
	return bdl_region_view(region, bdl_col_view(st, i));
}

int bdl_col_digest(struct bdl_stmt *st, int i, struct bdl_digest *ret, struct bdl_err *err)
{
	if (!bdl_digest_parse(bdl_col_view(st, i), ret))
		return bdl_fail(err, BDL_E_STORE, "store: a digest is not one");
	return 0;
}

/* Room for one more row, or BDL_E_LIMIT. */
static int rows_grow(
    struct bdl_region *region, void **rows, size_t n, size_t *cap, size_t size, struct bdl_err *err)
{
	if (n < *cap)
		return 0;
	size_t more = *cap ? *cap * 2 : 16;
	void *p = bdl_region_array(region, more, size);
	if (!p)
		return bdl_fail(err, BDL_E_LIMIT, "the rows do not fit into %zu bytes",
		    bdl_region_used(region));
	if (n)
		memcpy(p, *rows, n * size);
	*rows = p;
	*cap = more;
	return 0;
}

int bdl_rows_read(struct bdl_store *s, struct bdl_stmt *st, struct bdl_region *region, size_t size,
    bdl_row_fn *read, void **ret, size_t *ret_n, struct bdl_err *err)
{
	void *rows = NULL;
	size_t n = 0, cap = 0;
	int rc;

	while ((rc = bdl_stmt_step(s, st, err)) > 0) {
		rc = rows_grow(region, &rows, n, &cap, size, err);
		if (!rc)
			rc = read(st, region, (char *)rows + n * size, err);
		if (rc)
			return rc;
		if (bdl_region_broken(region))
			return bdl_fail(err, BDL_E_LIMIT, "the rows do not fit into memory");
		n++;
	}
	if (rc)
		return rc;
	*ret = rows;
	*ret_n = n;
	return 0;
}

int bdl_stmt_number(struct bdl_store *s, const char *sql, int64_t *ret, struct bdl_err *err)
{
	struct bdl_stmt *st BDL_AUTO(bdl_stmt_rest) = NULL;

	int rc = bdl_stmt_get(s, sql, &st, err);
	if (rc)
		return rc;
	rc = bdl_stmt_step(s, st, err);
	if (rc < 0)
		return rc;
	*ret = rc ? bdl_col_int(st, 0) : 0;
	return 0;
}

/* --- of the school, and of one name --- */

int bdl_stmt_get_of(struct bdl_store *s, const char *sql, struct bdl_view name,
    struct bdl_stmt **ret, struct bdl_err *err)
{
	int rc = bdl_stmt_get(s, sql, ret, err);

	if (rc)
		return rc;
	bdl_bind_int(*ret, 1, BDL_SCHOOL);
	bdl_bind_text(*ret, 2, name);
	return 0;
}

int bdl_stmt_find_of(struct bdl_store *s, const char *sql, struct bdl_view name,
    struct bdl_stmt **ret, struct bdl_err *err)
{
	int rc = bdl_stmt_get_of(s, sql, name, ret, err);

	return rc ? rc : bdl_stmt_step(s, *ret, err);
}

int bdl_stmt_find(struct bdl_store *s, const char *sql, struct bdl_stmt **ret, struct bdl_err *err)
{
	int rc = bdl_stmt_get(s, sql, ret, err);

	if (rc)
		return rc;
	bdl_bind_int(*ret, 1, BDL_SCHOOL);
	return bdl_stmt_step(s, *ret, err);
}

int bdl_stmt_find_by(struct bdl_store *s, const char *sql, int64_t number, struct bdl_stmt **ret,
    struct bdl_err *err)
{
	int rc = bdl_stmt_get(s, sql, ret, err);

	if (rc)
		return rc;
	bdl_bind_int(*ret, 1, BDL_SCHOOL);
	bdl_bind_int(*ret, 2, number);
	return bdl_stmt_step(s, *ret, err);
}

int bdl_stmt_run_of(struct bdl_store *s, const char *sql, struct bdl_view name, struct bdl_err *err)
{
	struct bdl_stmt *st BDL_AUTO(bdl_stmt_rest) = NULL;

	int rc = bdl_stmt_get_of(s, sql, name, &st, err);
	return rc ? rc : bdl_stmt_run(s, st, err);
}

/* --- transactions --- */

int bdl_store_begin(struct bdl_store *s, struct bdl_err *err)
{
	BDL_BUG_IF(s->mode != BDL_STORE_WRITE || s->back->is_open(s));
	s->has_joined = true;
	return s->back->begin(s, err);
}

int bdl_store_begin_volume(struct bdl_store *s, struct bdl_err *err)
{
	BDL_BUG_IF(s->mode != BDL_STORE_WRITE || s->back->is_open(s));
	s->has_joined = false;
	return s->back->begin(s, err);
}

int bdl_store_join(struct bdl_store *s, struct bdl_err *err)
{
	BDL_BUG_IF(!bdl_store_is_writing(s));
	if (s->has_joined)
		return 0;
	s->has_joined = true;
	return s->back->join(s, err);
}

bool bdl_store_has_joined(const struct bdl_store *s)
{
	return bdl_store_is_writing(s) && s->has_joined;
}

bool bdl_store_is_writing(const struct bdl_store *s)
{
	return s->mode == BDL_STORE_WRITE && s->back->is_open(s);
}

int bdl_store_commit(struct bdl_store *s, struct bdl_err *err)
{
	return s->back->commit(s, err);
}

void bdl_store_rollback(struct bdl_store *s)
{
	if (s->back->is_open(s))
		s->back->rollback(s);
}

void bdl_store_relax(struct bdl_store *s)
{
	s->back->relax(s);
}

bool bdl_store_is_long(const struct bdl_store *s)
{
	return s->back->is_long(s);
}

int bdl_store_sync(struct bdl_store *s, bool *ret_synced, struct bdl_err *err)
{
	return s->back->sync(s, ret_synced, err);
}

int bdl_store_change(struct bdl_store *s, int64_t *ret, struct bdl_err *err)
{
	return s->back->change(s, ret, err);
}

int bdl_store_hurry(struct bdl_store *s, int64_t for_ms, struct bdl_err *err)
{
	return s->back->hurry(s, for_ms, err);
}

int bdl_store_now(struct bdl_store *s, int64_t *ret_ms, struct bdl_err *err)
{
	return s->back->now(s, ret_ms, err);
}

bool bdl_store_is_shared(const struct bdl_store *s)
{
	return s->back->is_shared;
}

int bdl_store_claim(struct bdl_store *s, const char *name, struct bdl_err *err)
{
	return s->back->claim ? s->back->claim(s, name, err) : 0;
}

int bdl_store_optimise(struct bdl_store *s, struct bdl_err *err)
{
	return s->back->optimise(s, err);
}

/* --- the schema --- */

static int schema_version(struct bdl_store *s, int64_t *ret, struct bdl_err *err)
{
	return bdl_stmt_number(s, "SELECT max(version) FROM schema_version", ret, err);
}

static int64_t schema_newest(void)
{
	int64_t n = 0;

	while (bdl_migrations[n].name)
		n++;
	return n;
}

static int schema_refuse(int64_t version, struct bdl_err *err)
{
	return bdl_fail(err, BDL_E_CONFLICT, "the store has schema %lld, this program has %lld: %s",
	    (long long)version, (long long)schema_newest(),
	    version > schema_newest() ? "it was made by a newer Beadle"
				      : "it is brought up to date when Beadle starts");
}

/* Inside a transaction: the migration that is due, or none. *ret_more: whether one was run. */
static int migrate_one(struct bdl_store *s, bool *ret_more, struct bdl_err *err)
{
	struct bdl_stmt *st BDL_AUTO(bdl_stmt_rest) = NULL;
	int64_t version;

	int rc = schema_version(s, &version, err);
	if (rc)
		return rc;
	if (version > schema_newest())
		return schema_refuse(version, err);
	*ret_more = version < schema_newest();
	if (!*ret_more)
		return 0;
	const struct bdl_migration *m = &bdl_migrations[version];
	rc = s->back->script(s, (const char *)m->sql, err);
	if (rc)
		return bdl_fail_in(err, rc, "migration %s", m->name);
	rc = bdl_stmt_get(
	    s, "INSERT INTO schema_version (version, applied_ms) VALUES (?1, ?2)", &st, err);
	if (rc)
		return rc;
	bdl_bind_int(st, 1, version + 1);
	bdl_bind_int(st, 2, bdl_now_ms());
	rc = bdl_stmt_run(s, st, err);
	return rc ? rc : s->back->migrated(s, version + 1, err);
}

/* Each in its own transaction, which looks again: another process may migrate as well. */
static int migrate(struct bdl_store *s, struct bdl_err *err)
{
	bool more = true;
	int rc = s->back->script(s,
	    "CREATE TABLE IF NOT EXISTS schema_version (version BIGINT NOT NULL PRIMARY KEY,"
	    " applied_ms BIGINT NOT NULL)",
	    err);

	while (!rc && more) {
		rc = bdl_store_begin_volume(s, err); /* nobody else writes anything */
		if (rc)
			return rc;
		rc = bdl_store_join(s, err);
		if (!rc)
			rc = migrate_one(s, &more, err);
		if (!rc)
			rc = bdl_store_commit(s, err);
		bdl_store_rollback(s);
	}
	return rc;
}

static int schema_look(struct bdl_store *s, struct bdl_err *err)
{
	int64_t version = 0;

	int rc = s->back->has_schema(s, err);
	if (rc == 0 && s->back->is_shared)
		return bdl_fail(err, BDL_E_MISSING, "there is no store yet");
	if (rc > 0)
		rc = schema_version(s, &version, err);
	if (rc < 0)
		return rc;
	return version == schema_newest() ? 0 : schema_refuse(version, err);
}

/* --- opening --- */

void bdl_store_close(struct bdl_store *s)
{
	if (!s)
		return;
	for (size_t i = 0; i < s->n_statements; i++)
		statement_free(s->statements[i]);
	s->back->close(s);
}

int bdl_store_open(
    const char *where, enum bdl_store_mode mode, struct bdl_store **ret, struct bdl_err *err)
{
	struct bdl_store *s BDL_AUTO(bdl_store_close) = NULL;

	bool is_url = bdl_pg_is_url(where);
	int rc = is_url ? bdl_pg_open(where, mode, &s, err) : bdl_sqlite_open(where, mode, &s, err);
	if (!rc)
		rc = mode == BDL_STORE_WRITE ? migrate(s, err) : schema_look(s, err);
	if (rc && s && !is_url) /* which may hold a password */
		return bdl_fail_in(err, rc, "'%s'", where);
	if (!rc)
		*ret = bdl_steal(&s);
	return rc;
}
