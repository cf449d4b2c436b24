/*
 * What the process `scribe` has in hand, and the pieces of its work. Each is done in short turns, one
 * after the other (role.c); none waits for another process.
 */
#ifndef BDL_MAIN_SCRIBE_WORK_H
#define BDL_MAIN_SCRIBE_WORK_H

#include "main/data.h"
#include "record/ledger/lists.h"
#include "record/retention/deletion_clock.h"
#include "record/retention/retention.h"
#include "record/retention/storage.h"
#include "record/scribe/scribe.h"
#include "record/status/hosts.h"
#include "sys/loop.h"
#include "sys/pace.h"
#include "sys/role.h"

struct bdl_scribe_work {
	struct bdl_role *role;
	struct bdl_loop loop;
	uv_timer_t timer;
	char journal_path[BDL_PATH_MAX], force_path[BDL_PATH_MAX];
	char keys_path[BDL_PATH_MAX], heads_path[BDL_PATH_MAX];
	char bytes_path[BDL_PATH_MAX];
	char lists_path[BDL_PATH_MAX];
	char host[BDL_DATA_HOST_MAX]; /* this host's name in a store that several write to */
	struct bdl_store *store;      /* NULL while it is away */
	struct bdl_scribe *reader;
	struct bdl_lists_watch *lists;
	int64_t seen;  /* bdl_store_change at the last look */
	bool has_seen; /* false: the force folder has not been compared with this store yet */
	struct bdl_digest manifest; /* of what it said then */
	int64_t force_tick_ms;      /* when it was compared last */
	int64_t next_ms;         /* when a version that waits comes into force, or is tried again */
	int64_t heads_tick_ms;   /* when it is looked again for the head of the day */
	int64_t reviews_tick_ms; /* when it is looked for reviews that are due */
	int64_t host_tick_ms;    /* when it is said again what this host's doors use */
	struct bdl_host_row said;           /* of them the last time */
	struct bdl_retention_run *deletion; /* NULL: none is under way */
	int64_t deletion_tick_ms;           /* when the next begins */
	uint64_t deleted_by; /* bdl_retention_basis of the last whole run; 0: there was none */
	struct bdl_deletion_clock clock;
	bool has_clock, is_doubted; /* the clock: asked of the store, and not believed */
	struct bdl_pace pace;
	int64_t brief_tick_ms; /* when a little was last read, the doors being busy */
	int64_t read_tick_ms;  /* when all that stood in the journals was last read */
	bool in_trouble;
	bool is_taken;                                     /* this host's name, by another */
	char told[sizeof(((struct bdl_err *)NULL)->text)]; /* what was said of a journal last */
	int64_t told_tick_ms;
	bool is_noted; /* the board shows it */
	int64_t noted_tick_ms;
};

/* role.c: what the board says of the scribe while nothing is wrong. */
void bdl_work_note(struct bdl_scribe_work *s);

/* --- journal.c: what the doors and the portal recorded --- */

/*
 * Bring it to the store, for at most `for_ms`, but what may wait `hold_ms`. 1: there may be more. A
 * journal that cannot be read is told, and is no error.
 */
int bdl_work_journal(
    struct bdl_scribe_work *s, int64_t for_ms, int64_t hold_ms, struct bdl_err *err) BDL_MUST_USE;

/* Whether the scribe is to read little at a time, because of busy doors. */
bool bdl_work_gives_way(struct bdl_scribe_work *s);

/* --- force.c: what the doors enforce --- */

/* Bring into force what is due, and lay out force/ as the store has it. */
int bdl_work_force(struct bdl_scribe_work *s, struct bdl_err *err) BDL_MUST_USE;

/* --- deletion.c: records past their time --- */

int bdl_work_deletion(struct bdl_scribe_work *s, struct bdl_err *err) BDL_MUST_USE;

/* --- chores.c: what is looked at once in a while --- */

/* Export the ledger's head of the day. That it cannot be written is told, and is no error. */
void bdl_work_head(struct bdl_scribe_work *s);

/* Say once a day how many legal holds are to be looked at again. */
int bdl_work_reviews(struct bdl_scribe_work *s, struct bdl_err *err) BDL_MUST_USE;

/* Enter into the ledger which lists there are now. */
int bdl_work_lists(struct bdl_scribe_work *s, struct bdl_err *err) BDL_MUST_USE;

/* Say in the store what this host's doors use; where the store is this host's alone, nothing. */
int bdl_work_host(struct bdl_scribe_work *s, struct bdl_err *err) BDL_MUST_USE;

#endif
