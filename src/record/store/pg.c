/* The store on PostgreSQL: the connection and its transactions. */
#include "base/alloc.h"
#include "base/clock.h"
#include "policy/document.h"
#include "proto/identity.h"
#include "proto/url.h"
#include "record/store/pg_int.h"
#include <errno.h>
#include <libpq-fe.h>
#include <stdio.h>

#define VERSION_LEAST       150000
#define PARTITIONS_MS       3600000 /* between two looks whether next month's partitions are there */
#define PARTITIONS_AGAIN_MS 60000   /* the same where somebody read what was to be moved */
#define PARTITIONS_WAIT_MS  1000    /* for them; who reads after us waits so long as well */
#define SCRIPT_MAX          (1024 * 1024)
_Static_assert(BDL_SCHOOL == 1, "settings and locks name the school");

/*
 * An index takes so many bytes of a row, and a scribe whose act did not fit would stand still. The
 * longest is that of violations: by person, host and clause, each byte escaped at worst, and two
 * numbers. The doors write nothing longer.
 */
#define INDEX_MAX 2700
#define ESCAPED   3 /* bytes for one */
_Static_assert(ESCAPED *(BDL_LOGIN_SIZE + BDL_HOST_MAX + BDL_ID_MAX) + 64 < INDEX_MAX,
    "what doors write fits every index");

/*
 * Of every connection. A host that is gone in the middle of a transaction holds up the others no
 * longer than the time-out. Each statement has its index, which of a table that was empty a moment
 * ago the planner may not know: so it is told never to read whole tables where there is one.
 */
static const char settings_for_all[] = "SET client_min_messages = warning;"
				       "SET beadle.school = '1';"
				       "SET idle_in_transaction_session_timeout = '20s';"
				       "SET enable_seqscan = off;";

/* --- errors --- */

static enum bdl_code code_of(struct bdl_view state)
{
	/*
	 * A statement that took too long, a lock that did not come, a deadlock, two transactions that
	 * cannot both have been alone.
	 */
	if (bdl_view_is(state, "57014") || bdl_view_is(state, "55P03") ||
	    bdl_view_is(state, "40P01") || bdl_view_is(state, "40001"))
		return BDL_E_BUSY;
	/* No connection, no resources, an operator who ends it, the system. */
	if (!state.n || bdl_view_starts(state, BDL_LIT("08")) ||
	    bdl_view_starts(state, BDL_LIT("53")) || bdl_view_starts(state, BDL_LIT("57P")) ||
	    bdl_view_starts(state, BDL_LIT("58")))
		return BDL_E_IO;
	return BDL_E_STORE;
}

int bdl_pg_fail(struct bdl_pg_store *s, PGresult *r, const char *what, struct bdl_err *err)
{
	struct bdl_view state = bdl_view_of(r ? PQresultErrorField(r, PG_DIAG_SQLSTATE) : "");
	const char *said = r ? PQresultErrorField(r, PG_DIAG_MESSAGE_PRIMARY) : NULL;
	struct bdl_view text = bdl_view_of(said ? said : PQerrorMessage(s->conn));
	enum bdl_code code = code_of(state);

	text.n = bdl_view_find(text, '\n'); /* what follows may name values */
	bdl_fail(err, code, "store: %s: %.*s", what, BDL_FMT(text));
	if (err && code == BDL_E_IO)
		err->sys = bdl_view_is(state, "53100") ? ENOSPC : 0;
	PQclear(r);
	return code;
}

int bdl_pg_exec(struct bdl_pg_store *s, const char *sql, struct bdl_err *err)
{
	PGresult *r = PQexec(s->conn, sql);
	ExecStatusType status = PQresultStatus(r);

	if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK)
		return bdl_pg_fail(s, r, "run", err);
	PQclear(r);
	return 0;
}

/* --- the connection --- */

static void say_nothing(void *arg, const char *text)
{
	(void)arg; /* libraries never log */
	(void)text;
}

static int hurry_set(struct bdl_pg_store *s, struct bdl_err *err)
{
	char sql[64];

	(void)snprintf(
	    sql, sizeof(sql), "SET statement_timeout = %lld", (long long)s->hurry_ms); /* fits */
	return bdl_pg_exec(s, sql, err);
}

static int settle(struct bdl_pg_store *s, struct bdl_err *err)
{
	if (PQstatus(s->conn) != CONNECTION_OK)
		return bdl_pg_fail(s, NULL, "connect", err);
	if (PQserverVersion(s->conn) < VERSION_LEAST)
		return bdl_fail(err, BDL_E_CONFLICT, "store: PostgreSQL is older than 15");
	s->generation++;
	s->is_heard = false;
	s->changes++; /* who knows what happened meanwhile */
	int rc = bdl_pg_exec(s, settings_for_all, err);
	if (!rc && s->base.mode == BDL_STORE_READ)
		rc = bdl_pg_exec(s, "SET default_transaction_read_only = on", err);
	if (!rc && s->is_relaxed)
		rc = bdl_pg_exec(s, "SET synchronous_commit = off", err);
	if (!rc && s->hurry_ms)
		rc = hurry_set(s, err);
	return rc || !s->claim ? rc : bdl_pg_claim_again(s, err);
}

int bdl_pg_mend(struct bdl_pg_store *s, struct bdl_err *err)
{
	if (PQstatus(s->conn) == CONNECTION_OK)
		return 0;
	PQreset(s->conn);
	return settle(s, err);
}

static void pg_close(struct bdl_store *base)
{
	struct bdl_pg_store *s = bdl_pg_of(base);

	PQfinish(s->conn);
	free(s->claim);
	free(base);
}

/* --- the pipeline --- */

/* One result and its end; the first failure is the one that is told. */
static int take(struct bdl_pg_store *s, struct bdl_err *err)
{
	PGresult *r = PQgetResult(s->conn);
	ExecStatusType status = PQresultStatus(r);

	s->pending--;
	if (r)
		PQclear(PQgetResult(s->conn)); /* NULL: the end of that command's results */
	if (r && (status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK)) {
		PQclear(r);
		return 0;
	}
	s->has_failed = true;
	return bdl_pg_fail(s, r, "run", err);
}

int bdl_pg_drain(struct bdl_pg_store *s, size_t left, struct bdl_err *err)
{
	int rc = 0;

	while (s->pending > left) {
		int one = take(s, rc ? NULL : err);
		rc = rc ? rc : one;
	}
	return rc;
}

/* Everything up to the end of the pipeline, and out of it. */
static int pipeline_end(struct bdl_pg_store *s, struct bdl_err *err)
{
	if (!PQpipelineSync(s->conn))
		return bdl_pg_fail(s, NULL, "send", err);
	int rc = bdl_pg_drain(s, 0, err);
	PGresult *r = PQgetResult(s->conn);
	if (!rc && PQresultStatus(r) != PGRES_PIPELINE_SYNC) {
		rc = bdl_pg_fail(s, r, "run", err);
		r = NULL;
	}
	PQclear(r);
	if (!PQexitPipelineMode(s->conn) && !rc)
		rc = bdl_pg_fail(s, NULL, "run", err);
	return rc;
}

static int queue(struct bdl_pg_store *s, const char *sql, struct bdl_err *err)
{
	if (!PQsendQueryParams(s->conn, sql, 0, NULL, NULL, NULL, NULL, 0))
		return bdl_pg_fail(s, NULL, "send", err);
	s->pending++;
	return 0;
}

/* --- transactions --- */

static bool pg_is_open(const struct bdl_store *s)
{
	return ((const struct bdl_pg_store *)s)->is_open;
}

static void pg_rollback(struct bdl_store *base)
{
	struct bdl_pg_store *s = bdl_pg_of(base);

	/* What fails here has failed before, and a connection that is lost has rolled back. */
	if (PQpipelineStatus(s->conn) != PQ_PIPELINE_OFF)
		(void)pipeline_end(s, NULL);
	(void)bdl_pg_exec(s, "ROLLBACK", NULL);
	if (s->has_failed) {
		/* What was to be prepared behind a failure never was. */
		(void)bdl_pg_exec(s, "DEALLOCATE ALL", NULL);
		s->generation++;
	}
	s->pending = 0;
	s->is_open = s->has_failed = false;
}

/*
 * Whoever writes for a school waits for whoever does, as in a file of SQLite's: numbers are given one
 * after the other, and no transaction ever has to be begun anew. The locks end with the transaction.
 * There are two: what comes in volume takes its turns apart from people, so that these do not wait
 * for it. Who takes both takes that of volume first, or each could wait for the other.
 */
#define LOCK_PEOPLE "SELECT pg_advisory_xact_lock(hashtextextended(current_schema(), 1))"
#define LOCK_VOLUME \
	"SELECT pg_advisory_xact_lock(hashtextextended(current_schema() || '/volume', 1))"

/*
 * The partitions of this month and those beside it, looked after by who writes the most, in a
 * transaction of its own. To join one to its table waits for everybody who reads what lies in the rest,
 * and pg_dump does for hours: what cannot be done now is done later, and the rest takes the rows.
 */
static int partitions_make(struct bdl_pg_store *s, struct bdl_err *err)
{
	char sql[320];

	if (!s->is_relaxed || bdl_tick_ms() < s->partitions_tick_ms)
		return 0;
	(void)snprintf(sql, sizeof(sql),
	    "BEGIN; SET LOCAL lock_timeout = %d; " LOCK_VOLUME
	    "; SELECT beadle_months(%d, %lld); COMMIT",
	    PARTITIONS_WAIT_MS, BDL_SCHOOL, (long long)bdl_now_ms()); /* fits */
	int rc = bdl_pg_exec(s, sql, err);
	if (rc)
		(void)bdl_pg_exec(s, "ROLLBACK", NULL); /* where there is one */
	s->partitions_tick_ms = bdl_tick_ms() + (rc ? PARTITIONS_AGAIN_MS : PARTITIONS_MS);
	return rc == BDL_E_BUSY ? 0 : rc;
}

static int pg_begin(struct bdl_store *base, struct bdl_err *err)
{
	struct bdl_pg_store *s = bdl_pg_of(base);
	char sql[200];

	int rc = bdl_pg_mend(s, err);
	if (!rc)
		rc = partitions_make(s, err);
	if (rc)
		return rc;
	(void)snprintf(sql, sizeof(sql), "BEGIN; SET LOCAL lock_timeout = %lld; %s",
	    (long long)base->busy_ms, base->has_joined ? LOCK_PEOPLE : LOCK_VOLUME); /* fits */
	s->is_open = true;
	rc = bdl_pg_exec(s, sql, err);
	if (!rc && !PQenterPipelineMode(s->conn))
		rc = bdl_pg_fail(s, NULL, "begin", err);
	if (rc)
		pg_rollback(base);
	return rc;
}

static int pg_join(struct bdl_store *base, struct bdl_err *err)
{
	return queue(bdl_pg_of(base), LOCK_PEOPLE, err); /* what comes behind it waits for it */
}

static int pg_commit(struct bdl_store *base, struct bdl_err *err)
{
	struct bdl_pg_store *s = bdl_pg_of(base);

	/* Of what comes in volume nobody wants to hear. */
	int rc = base->has_joined ? queue(s, BDL_PG_NOTIFY, err) : 0;
	if (!rc)
		rc = queue(s, "COMMIT", err);
	if (!rc)
		rc = pipeline_end(s, err);
	if (!rc)
		s->is_open = false;
	return rc;
}

static void pg_relax(struct bdl_store *base)
{
	struct bdl_pg_store *s = bdl_pg_of(base);

	s->is_relaxed = true;
	(void)bdl_pg_exec(s, "SET synchronous_commit = off", NULL); /* else they wait: right too */
}

static int pg_hurry(struct bdl_store *base, int64_t for_ms, struct bdl_err *err)
{
	struct bdl_pg_store *s = bdl_pg_of(base);

	if (s->hurry_ms == for_ms)
		return 0;
	s->hurry_ms = for_ms;
	int rc = bdl_pg_mend(s, err);
	return rc ? rc : hurry_set(s, err);
}

static bool pg_is_long(const struct bdl_store *base)
{
	(void)base; /* PostgreSQL tidies its log by itself */
	return false;
}

/*
 * A commit that waits for the disk has all before it there too, since the log has them in their
 * order; it has to have written something.
 */
static int pg_sync(struct bdl_store *base, bool *ret_synced, struct bdl_err *err)
{
	struct bdl_pg_store *s = bdl_pg_of(base);

	int rc = bdl_pg_exec(s,
	    "BEGIN; SET LOCAL synchronous_commit = on;"
	    " SELECT pg_logical_emit_message(true, 'beadle', ''); COMMIT",
	    err);
	if (rc)
		(void)bdl_pg_exec(s, "ROLLBACK", NULL); /* where there is one */
	else
		*ret_synced = true;
	return rc;
}

/* What others committed is told by the server: nothing is asked. The first call begins to listen. */
static int pg_change(struct bdl_store *base, int64_t *ret, struct bdl_err *err)
{
	struct bdl_pg_store *s = bdl_pg_of(base);

	if (!s->is_heard) {
		int rc = bdl_pg_mend(s, err);
		if (!rc)
			rc = bdl_pg_exec(s, "LISTEN beadle", err);
		if (rc)
			return rc;
		s->is_heard = true;
	}
	if (!PQconsumeInput(s->conn))
		return bdl_pg_fail(s, NULL, "listen", err);
	for (PGnotify *n; (n = PQnotifies(s->conn)); PQfreemem(n))
		s->changes += n->be_pid != PQbackendPID(s->conn);
	*ret = s->changes;
	return 0;
}

static int pg_now(struct bdl_store *s, int64_t *ret, struct bdl_err *err)
{
	return bdl_stmt_number(s,
	    "SELECT CAST(floor(extract(epoch FROM clock_timestamp()) * 1000) AS BIGINT)", ret, err);
}

/* It looks after its tables by itself, but for what it knows of those in partitions as a whole. */
static int pg_optimise(struct bdl_store *base, struct bdl_err *err)
{
	struct bdl_pg_store *s = bdl_pg_of(base);

	int rc = bdl_pg_mend(s, err);
	return rc ? rc : bdl_pg_exec(s, "ANALYZE act, visit, page_load, page_text", err);
}

/* --- the schema --- */

static int pg_script(struct bdl_store *base, const char *sql, struct bdl_err *err)
{
	struct bdl_pg_store *s = bdl_pg_of(base);
	struct bdl_buf text BDL_AUTO_IN(bdl_buf_done) = BDL_BUF(SCRIPT_MAX);

	(void)bdl_pg_sql(sql, &text);
	if (bdl_buf_broken(&text))
		return bdl_fail(err, BDL_E_LIMIT, "store: a script is too long");
	if (!s->is_open)
		return bdl_pg_exec(s, bdl_buf_str(&text), err);
	/* Several commands at once are not for a pipeline. */
	int rc = pipeline_end(s, err);
	if (!rc)
		rc = bdl_pg_exec(s, bdl_buf_str(&text), err);
	if (!rc && !PQenterPipelineMode(s->conn))
		rc = bdl_pg_fail(s, NULL, "run", err);
	return rc;
}

static int pg_has_schema(struct bdl_store *s, struct bdl_err *err)
{
	int64_t there = 0;

	int rc =
	    bdl_stmt_number(s, "SELECT to_regclass('schema_version') IS NOT NULL", &there, err);
	return rc ? rc : (int)there;
}

/* What is PostgreSQL's own, and for each new table that a row is of the school that asks for it. */
static int pg_migrated(struct bdl_store *base, int64_t version, struct bdl_err *err)
{
	struct bdl_pg_store *s = bdl_pg_of(base);
	char number[24];

	(void)snprintf(number, sizeof(number), "%04lld_", (long long)version); /* fits */
	int rc = pipeline_end(s, err);
	for (const struct bdl_migration *m = bdl_pg_migrations; !rc && m->name; m++) {
		if (!bdl_view_starts(bdl_view_of(m->name), bdl_view_of(number)))
			continue;
		rc = bdl_pg_exec(s, (const char *)m->sql, err);
		if (rc)
			rc = bdl_fail_in(err, rc, "migration %s", m->name);
	}
	if (!rc)
		rc = bdl_pg_exec(s, "SELECT beadle_guard()", err);
	if (!rc && !PQenterPipelineMode(s->conn))
		rc = bdl_pg_fail(s, NULL, "run", err);
	return rc;
}

/* --- opening --- */

static const struct bdl_backend postgresql = {
	.close = pg_close,
	.prepare = bdl_pg_prepare,
	.finish = bdl_pg_finish,
	.rest = bdl_pg_rest,
	.is_busy = bdl_pg_is_busy,
	.step = bdl_pg_step,
	.run = bdl_pg_run,
	.each = bdl_pg_each,
	.changed = bdl_pg_changed,
	.bind_int = bdl_pg_bind_int,
	.bind_null = bdl_pg_bind_null,
	.bind_text = bdl_pg_bind_text,
	.col_int = bdl_pg_col_int,
	.col_view = bdl_pg_col_view,
	.is_open = pg_is_open,
	.begin = pg_begin,
	.join = pg_join,
	.commit = pg_commit,
	.rollback = pg_rollback,
	.relax = pg_relax,
	.hurry = pg_hurry,
	.claim = bdl_pg_claim,
	.is_long = pg_is_long,
	.sync = pg_sync,
	.change = pg_change,
	.now = pg_now,
	.optimise = pg_optimise,
	.script = pg_script,
	.drop_month = bdl_pg_drop_month,
	.has_schema = pg_has_schema,
	.migrated = pg_migrated,
	.is_shared = true,
};

bool bdl_pg_is_url(const char *where)
{
	struct bdl_view v = bdl_view_of(where);

	return bdl_view_starts(v, BDL_LIT("postgresql://")) ||
	    bdl_view_starts(v, BDL_LIT("postgres://"));
}

int bdl_pg_open(
    const char *url, enum bdl_store_mode mode, struct bdl_store **ret, struct bdl_err *err)
{
	/* What stands in the address comes after, and counts more: a network that is gone is noticed. */
	static const char *const names[] = { "application_name", "connect_timeout",
		"tcp_user_timeout", "keepalives_idle", "keepalives_interval", "dbname",
		"client_encoding", NULL };
	const char *const values[] = { "beadle", "5", "10000", "10", "3", url, "UTF8", NULL };
	struct bdl_store *base BDL_AUTO(bdl_store_close) = bdl_xalloc(sizeof(struct bdl_pg_store));
	struct bdl_pg_store *s = bdl_pg_of(base);

	base->back = &postgresql;
	base->mode = mode;
	base->busy_ms = BDL_STORE_BUSY_MS;
	s->conn = PQconnectdbParams(names, values, 1);
	if (!s->conn)
		return bdl_fail(err, BDL_E_NOMEM, "store: no memory");
	(void)PQsetNoticeProcessor(s->conn, say_nothing, NULL); /* returns the former one */
	int rc = settle(s, err);
	if (!rc)
		*ret = bdl_steal(&base);
	return rc;
}
