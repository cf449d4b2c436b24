/*
 * The board: a small mapped file (DIR/run/board) on which each process of one `beadle run` has a
 * line with its state and counters, so that `beadle status`, the portal and the tests can read how
 * things stand without asking anyone. Counters are relaxed atomics: cheap, and good enough to show.
 */
#ifndef BDL_SYS_BOARD_H
#define BDL_SYS_BOARD_H

#include "base/err.h"
#include <stdatomic.h>

#define BDL_BOARD_SLOTS 32

enum bdl_state {
	BDL_STATE_NONE,
	BDL_STATE_STARTING,
	BDL_STATE_UP,
	BDL_STATE_DOWN,
	BDL_STATE_STOPPED
};

enum bdl_counter {
	BDL_COUNT_ACTS,       /* judged by this process since it started; who: news it has taken */
	BDL_COUNT_STRICT,     /* of these: block, coach, hold */
	BDL_COUNT_PEERS,      /* connections now open */
	BDL_COUNT_UNRECORDED, /* acts that could not be journaled */
	BDL_COUNT_STORED,     /* scribe: journal entries brought to the store */
	BDL_COUNT_RELOADS,    /* rulesets taken into force */
	BDL_COUNT_REFUSED,    /* peers, packets and events that were not let in */
	BDL_COUNT_UNREAD,     /* web: texts that went on unread, though a rule asks what they say */
	/* clerk: jobs whose last run failed; scribe: it cannot store; web: it cannot record. Goes down */
	BDL_COUNT_FAILING,
	/* These are no counts: they say how things are, and are put there anew (bdl_slot_put). */
	BDL_COUNT_SEGMENT, /* who keeps a journal: the number of the segment that is written */
	BDL_COUNT_OFFSET,  /* and where in it the next entry goes; both 0: none was written yet */
	BDL_COUNT_RULESET, /* web: the mark of the ruleset in use (bdl_digest_mark); 0: no policy */
	BDL_COUNT_LISTS,   /* web: the mark of the lists in use (bdl_lists_mark); 0: none */
	BDL_COUNT_LAST_MS, /* scribe: when it last brought something to the store */
	BDL_COUNT_WORDLESS, /* web: 1 where rules in force ask for phrases and there are none */
	BDL_COUNT_PHRASES,  /* web: the mark of the phrases in use (bdl_phrases_mark); 0: none */
	BDL_COUNTERS
};

#define BDL_SLOT_NAME 24
#define BDL_SLOT_NOTE 96

/* The texts are another process's writing: read them with bdl_slot_read_name and _note. */
struct bdl_slot {
	char name[BDL_SLOT_NAME];
	_Atomic int32_t pid;
	_Atomic uint32_t state; /* enum bdl_state */
	_Atomic uint32_t starts;
	_Atomic int64_t started_ms;
	_Atomic uint64_t counters[BDL_COUNTERS];
	/* A short line for people, set whole: "policy 3f9a01c2, lists of 21 Nov". */
	char note[BDL_SLOT_NOTE];
};

struct bdl_board;

/* The supervisor makes it anew (mode 0640); children and readers open it. */
int bdl_board_create(const char *path, struct bdl_board **ret, struct bdl_err *err) BDL_MUST_USE;
int bdl_board_open(const char *path, bool write, struct bdl_board **ret, struct bdl_err *err)
    BDL_MUST_USE;
void bdl_board_close(struct bdl_board *b); /* takes NULL */
BDL_DEFINE_AUTO(struct bdl_board, bdl_board_close);

/*
 * For who made it, a few times a second: a file that somebody cut short or emptied is brought back
 * to what it was when last looked at. True where it had to be. Between two looks such a file does
 * not end the process either (a handler of SIGBUS lengthens it); others it does.
 */
bool bdl_board_mend(struct bdl_board *b);

/* The slot of that name, made where absent (supervisor). NULL: full, or absent (others). */
struct bdl_slot *bdl_board_slot(struct bdl_board *b, const char *name);
struct bdl_slot *bdl_board_at(struct bdl_board *b, size_t i); /* NULL past the last in use */

int32_t bdl_board_supervisor(const struct bdl_board *b); /* its process id */

/*
 * Whether what was past its time in the store has been deleted since the supervisor started: a
 * backup that was restored brings such records back, and nobody is to read them. The scribe says
 * so, and it stays said.
 */
void bdl_board_cleaned(struct bdl_board *b);
bool bdl_board_is_clean(const struct bdl_board *b);

static inline void bdl_count(struct bdl_slot *slot, enum bdl_counter c, uint64_t n)
{
	if (slot)
		atomic_fetch_add_explicit(&slot->counters[c], n, memory_order_relaxed);
}
static inline void bdl_slot_put(struct bdl_slot *slot, enum bdl_counter c, uint64_t value)
{
	if (slot)
		atomic_store_explicit(&slot->counters[c], value, memory_order_relaxed);
}
void bdl_slot_note(struct bdl_slot *slot, const char *fmt, ...) BDL_PRINTF(2, 3); /* takes NULL */

/* For the process itself, as it starts: what was counted may be of one that was killed. */
void bdl_slot_reset(struct bdl_slot *slot);

/* For the process itself, before it ends: it does not serve, and why. */
void bdl_slot_failed(struct bdl_slot *slot, const struct bdl_err *err);

/* Copies that end, whatever a broken process wrote. */
void bdl_slot_read_name(const struct bdl_slot *slot, char out[BDL_SLOT_NAME]);
void bdl_slot_read_note(const struct bdl_slot *slot, char out[BDL_SLOT_NOTE]);

/* One word for a slot's state ("up"); "unknown" for a number that is none. */
const char *bdl_state_word(uint32_t state);

#endif
