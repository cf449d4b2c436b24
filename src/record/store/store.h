/*
 * The store: a connection to the database, a file of SQLite's (WAL, DIR/store.db) or a PostgreSQL, 15
 * or newer, which several hosts may share; every statement is prepared, every table has the school
 * first in its key. Only src/record speaks SQL; others call acts.h, versions.h and their like.
 */
#ifndef BDL_RECORD_STORE_STORE_H
#define BDL_RECORD_STORE_STORE_H

#include "base/err.h"
#include "base/view.h"

#define BDL_SCHOOL 1 /* the one school of this data folder */

struct bdl_store;

enum bdl_store_mode {
	BDL_STORE_READ,  /* never writes: the portal */
	BDL_STORE_WRITE, /* the scribe, the clerk, and commands that publish */
};

/*
 * Open a file by its path, or a PostgreSQL by its address, postgresql://... BDL_STORE_WRITE makes
 * it where absent and runs the migrations that are due (numbered files of
 * src/record/store/migrations, compiled in), each in its own transaction. A store that is newer
 * than this program is refused (BDL_E_CONFLICT); BDL_STORE_READ also refuses one that is older, and
 * says BDL_E_MISSING where there is none. A reader too has to be able to write the file
 * store.db-shm, where SQLite keeps its locks.
 */
int bdl_store_open(const char *path, enum bdl_store_mode mode, struct bdl_store **ret,
    struct bdl_err *err) BDL_MUST_USE;
void bdl_store_close(struct bdl_store *s); /* takes NULL */
BDL_DEFINE_AUTO(struct bdl_store, bdl_store_close);

/*
 * A transaction that writes; nested ones are a bug. BDL_E_BUSY where another connection has been
 * writing for five seconds. After a commit that failed, roll back. On PostgreSQL a connection that was
 * lost is made again with the next transaction, or with a reader's next statement; and where it is lost
 * within a commit, nobody knows whether that has come there.
 */
int bdl_store_begin(struct bdl_store *s, struct bdl_err *err) BDL_MUST_USE;

/*
 * The same for what comes in volume (acts, violations, visits and the journals' places), or again and
 * again (what a host's doors use). Who brings these waits for others who do, on PostgreSQL not for
 * people, nor people for them. What else it writes (the ledger, rulesets) comes after bdl_store_join,
 * by which it waits for people's turn too: so that is best at its end. A transaction that
 * bdl_store_begin began has joined.
 */
int bdl_store_begin_volume(struct bdl_store *s, struct bdl_err *err) BDL_MUST_USE;
int bdl_store_join(struct bdl_store *s, struct bdl_err *err) BDL_MUST_USE;

int bdl_store_commit(struct bdl_store *s, struct bdl_err *err) BDL_MUST_USE;
void bdl_store_rollback(struct bdl_store *s); /* fine where none is open */

/*
 * For a connection whose rows are safe elsewhere until they are on the disk (the scribe's, in the
 * journal): its commits no longer wait for the disk, nor do they tidy the write-ahead log; a power
 * cut may take back the last of them, whole ones, in their order. bdl_store_sync brings all that was
 * committed before it to its place in the file and to the disk, and holds up nobody who writes, but
 * for a moment where the log has grown far too long; *ret_synced is false where somebody was still
 * reading what is older: try again later. It is due when the log is long.
 */
void bdl_store_relax(struct bdl_store *s);
bool bdl_store_is_long(const struct bdl_store *s);
int bdl_store_sync(struct bdl_store *s, bool *ret_synced, struct bdl_err *err) BDL_MUST_USE;

/*
 * For who has somebody waiting: a statement that is not done in time fails with BDL_E_BUSY. The time
 * begins with this call in a file, where it is one for all that is asked until the next call, and
 * with each statement in PostgreSQL.
 */
int bdl_store_hurry(struct bdl_store *s, int64_t for_ms, struct bdl_err *err) BDL_MUST_USE;

/* Whether other hosts write to it as well: what this one brings needs the host's name with it. */
bool bdl_store_is_shared(const struct bdl_store *s);

/*
 * Take this host's name, once for a connection and before it writes, for as long as it lasts. BDL_E_BUSY
 * where another connection has that name, and then, too, from bdl_store_begin when a lost connection was
 * made again: two hosts of one name would take each other's places in the journals. In a store that is
 * not shared there is nothing to take.
 */
int bdl_store_claim(struct bdl_store *s, const char *name, struct bdl_err *err) BDL_MUST_USE;

/*
 * Changes whenever another connection has committed, but for what comes in volume: cheap to poll.
 * On PostgreSQL it begins to listen with the first call, and hears of a commit a moment after it.
 */
int bdl_store_change(struct bdl_store *s, int64_t *ret, struct bdl_err *err) BDL_MUST_USE;

/*
 * The moment by the one clock that all who share the store have: the server's, or in a file this
 * host's. For what one host takes and another waits for the end of.
 */
int bdl_store_now(struct bdl_store *s, int64_t *ret_ms, struct bdl_err *err) BDL_MUST_USE;

/*
 * Let the database look after itself: what it knows of its indices is brought up to date where that
 * is worth it, and SQLite's write-ahead log goes into the file as far as readers allow.
 */
int bdl_store_optimise(struct bdl_store *s, struct bdl_err *err) BDL_MUST_USE;

#endif
