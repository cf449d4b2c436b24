/* A name that one connection has and no other: by an advisory lock of the session. */
#include "base/alloc.h"
#include "record/store/pg_int.h"
#include <libpq-fe.h>

#define KEY "hashtextextended(current_schema() || '/host/' || $1::text, 1)"

_Static_assert(BDL_SCHOOL == 1, "the lock names the school");

/* A scribe that was killed is gone from the server a moment later. */
#define PATIENCE "BEGIN; SET LOCAL lock_timeout = 2000"

/* Of a host whose network was cut the server would else believe for hours that it is there. */
#define KEEPALIVES                       \
	"SET tcp_keepalives_idle = 10; " \
	"SET tcp_keepalives_interval = 5; SET tcp_keepalives_count = 3"

static PGresult *ask(struct bdl_pg_store *s, const char *sql)
{
	const char *const values[] = { s->claim };

	return PQexecParams(s->conn, sql, 1, NULL, values, NULL, NULL, 0);
}

/* The server says from where the other connects, where it is the same role's, and over a network. */
static int refuse(struct bdl_pg_store *s, struct bdl_err *err)
{
	PGresult *r = ask(s,
	    "SELECT host(a.client_addr) FROM pg_locks l JOIN pg_stat_activity a ON a.pid = l.pid"
	    " WHERE l.locktype = 'advisory' AND l.granted AND a.client_addr IS NOT NULL"
	    " AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())"
	    " AND ((l.classid::bigint << 32) | l.objid::bigint) = " KEY);
	bool is_known = PQresultStatus(r) == PGRES_TUPLES_OK && PQntuples(r) > 0;

	int rc = bdl_fail(err, BDL_E_BUSY,
	    "another scribe%s%s has this host's name '%s': was the file 'host' copied?",
	    is_known ? ", from " : "", is_known ? PQgetvalue(r, 0, 0) : "", s->claim);
	PQclear(r);
	return rc;
}

int bdl_pg_claim_again(struct bdl_pg_store *s, struct bdl_err *err)
{
	int rc = bdl_pg_exec(s, KEEPALIVES, err);

	if (!rc)
		rc = bdl_pg_exec(s, PATIENCE, err);
	if (rc)
		return rc;
	PGresult *r = ask(s, "SELECT pg_advisory_lock(" KEY ")");
	if (PQresultStatus(r) != PGRES_TUPLES_OK) {
		rc = bdl_pg_fail(s, r, "claim", err);
		r = NULL;
	}
	PQclear(r);
	/* The lock is the session's, and outlasts the transaction. */
	int ended = bdl_pg_exec(s, rc ? "ROLLBACK" : "COMMIT", rc ? NULL : err);
	if (rc == BDL_E_BUSY)
		return refuse(s, err);
	return rc ? rc : ended;
}

int bdl_pg_claim(struct bdl_store *base, const char *name, struct bdl_err *err)
{
	struct bdl_pg_store *s = bdl_pg_of(base);

	BDL_BUG_IF(s->claim || s->is_open);
	int rc = bdl_pg_mend(s, err);
	if (rc)
		return rc;
	s->claim = bdl_xstrdup(name);
	return bdl_pg_claim_again(s, err);
}
