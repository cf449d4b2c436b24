/*
 * How Beadle stands: one look at the board, the store, the lists, the disk and the certificate, and
 * what in it is not well. `beadle status`, the portal's pages of state, /health and /metrics all say
 * what is here, so they cannot say different things.
 *
 * A look reads what others keep: no scan of a table, no verification, so it takes a few milliseconds
 * whatever the store holds. What cannot be read is no error but a trouble.
 */
#ifndef BDL_RECORD_STATUS_STATUS_H
#define BDL_RECORD_STATUS_STATUS_H

#include "base/hash.h"
#include "base/region.h"
#include "lists/illegal.h"
#include "record/acts/acts.h"
#include "record/checks/checks.h"
#include "record/jobs.h"
#include "record/status/hosts.h"
#include "record/store/store.h"
#include "sys/board.h"

#define BDL_STATUS_TROUBLES_MAX 64                        /* further ones are counted */
#define BDL_STATUS_MEMORY       ((size_t)8 * 1024 * 1024) /* a region in which a look has room */

/* Where to look; what is NULL is not there, or could not be opened. */
struct bdl_status_where {
	const char *dir;                /* the data folder */
	const char *lists;              /* DIR/lists/lists.map */
	struct bdl_store *store;        /* for reading */
	const struct bdl_err *unopened; /* why there is no store */
	struct bdl_board *board;        /* NULL: beadle run does not run */
};

/* One process of this host, as the board has it. */
struct bdl_status_process {
	char name[BDL_SLOT_NAME], note[BDL_SLOT_NOTE];
	uint32_t state; /* enum bdl_state */
	int32_t pid;
	uint32_t restarts;
	int64_t started_ms; /* 0: it was not started yet */
	uint64_t counters[BDL_COUNTERS];
	bool is_door;
	/* Bytes of its journal that are not in the store; 0 too where that is not known. */
	int64_t waiting;
};

struct bdl_status_lists {
	bool is_there;
	bool were_there;            /* the ledger has it that lists were installed */
	const char *fault;          /* why they cannot be read, or NULL */
	int64_t made_ms, placed_ms; /* compiled; put in the place of the former */
	uint64_t mark, domains, urls, nets;
	unsigned categories;
	const char *illegal_fault; /* of the slot, likewise */
	struct bdl_illegal_state illegal;
};

struct bdl_status_ledger {
	int64_t entries;
	struct bdl_digest hash; /* of the last */
	/* The clerk's verification; its row is that of the job `ledger`, NULL before the first. */
	const struct bdl_job_row *verified;
};

/* What is not well. Texts are sentences. */
struct bdl_trouble {
	bool fails;        /* something does not work; else it only asks for attention */
	const char *what;  /* it is */
	const char *means; /* for somebody who answers for the school */
	const char *mend;  /* what to do about it */
};

struct bdl_status {
	int64_t now_ms;
	int32_t supervisor; /* its process; 0: beadle run does not run */
	struct bdl_status_process processes[BDL_BOARD_SLOTS];
	size_t n_processes;
	int64_t waiting; /* bytes in all journals; their sum */
	int64_t last_ms; /* when something was last brought to the store; 0: not since the start */

	const char *store_fault; /* why the store cannot be read; what follows is then empty */
	struct bdl_acts_totals today;
	const struct bdl_job_row *jobs;
	size_t n_jobs;
	const struct bdl_check_row *checks; /* the last results, those that did not pass first */
	size_t n_checks;
	int64_t store_ms; /* the moment by the store's clock, which its jobs and hosts go by */
	const struct bdl_host_row *hosts; /* that share the store; none where it is one host's */
	size_t n_hosts;
	struct bdl_view host;       /* which of them this is; empty: not known */
	struct bdl_digest ruleset;  /* that the store has in force */
	int64_t in_force_ms;        /* since when, at least */
	size_t n_policies, n_alone; /* in force, and of these by one person's word */
	size_t n_holds, n_reviews;  /* legal holds, and those whose review is due */
	struct bdl_status_ledger ledger;

	struct bdl_status_lists lists;
	int64_t disk_free, disk_all;  /* bytes, of the data folder; both 0: not known */
	int64_t certificate_until_ms; /* 0: there is none, or it cannot be read */
	struct bdl_trouble troubles[BDL_STATUS_TROUBLES_MAX]; /* those that fail first */
	size_t n_troubles, n_failing;
};

/* Texts are in the region. */
void bdl_status_look(const struct bdl_status_where *where, int64_t now_ms,
    struct bdl_region *region, struct bdl_status *ret);

/* How many of the last results of checks came to this. */
size_t bdl_status_checks(const struct bdl_status *s, enum bdl_check_outcome outcome);

/* The row of that job, or NULL. */
const struct bdl_job_row *bdl_status_job(const struct bdl_status *s, const char *name);

/* Whether doors of a host judge by other policies than those in force, by its scribe's last word. */
bool bdl_status_host_is_behind(const struct bdl_status *s, const struct bdl_host_row *h);

/* Whether a door uses other policies, or other lists, than are to be used; false while it may change. */
bool bdl_status_is_behind(const struct bdl_status *s, const struct bdl_status_process *p);
bool bdl_status_has_old_lists(const struct bdl_status *s, const struct bdl_status_process *p);

#endif
