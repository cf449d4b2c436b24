/*
 * The journal: where a door appends what must not be lost, without waiting for anybody.
 *
 * DIR/journal/SOURCE/NUMBER.seg are segments of a fixed size whose disk space is allocated when
 * they are made, and which are mapped: an append is a copy into memory that outlives kill -9, and
 * costs no system call. An entry becomes visible when its length word is written, last. Each entry
 * carries a checksum; after a power cut a torn tail is told from whole entries by it, and nothing
 * that was synced can be torn. A writer always begins a new segment, numbered one above the
 * newest; a reader deletes segments it is done with, never the newest.
 *
 * Strict acts (block, coach, hold, report, grant) are synced before they are answered; allowed
 * ones within a second. docs/formats.md has the layout.
 */
#ifndef BDL_RECORD_JOURNAL_JOURNAL_H
#define BDL_RECORD_JOURNAL_JOURNAL_H

#include "base/err.h"
#include "base/view.h"

#define BDL_JOURNAL_SEGMENT      (8 * 1024 * 1024)
#define BDL_JOURNAL_ENTRY_MAX    (64 * 1024)
#define BDL_JOURNAL_UNSYNCED_MAX 64 /* segments that wait for a sync; then appends are refused */

enum bdl_entry_type {
	BDL_ENTRY_ACT = 1,  /* record/acts/act.h */
	BDL_ENTRY_LOOK = 2, /* record/ledger/look.h */
};

struct bdl_journal_place {
	uint64_t segment; /* number; 0: before the first */
	uint64_t offset;  /* in its file, of the next entry */
};

/* --- the writer: one process, one source --- */

struct bdl_journal;

/*
 * `folder` is DIR/journal/SOURCE, made where absent. BDL_E_BUSY where another writer holds it.
 * `segment_size` is a multiple of 4096, at most 1 GiB. No segment is made yet, so a full disk keeps
 * no door from opening. SIGXFSZ is ignored from now on.
 */
int bdl_journal_open(const char *folder, size_t segment_size, struct bdl_journal **ret,
    struct bdl_err *err) BDL_MUST_USE;

/* Syncs; no other sync may be under way, and no segment be made. Takes NULL. */
void bdl_journal_close(struct bdl_journal *j);
BDL_DEFINE_AUTO(struct bdl_journal, bdl_journal_close);

/*
 * Take room for an entry of so many bytes now, which must fit a segment: what was begun with room on
 * the disk can then record though the disk fills up. Fails as an append does.
 */
int bdl_journal_ready(struct bdl_journal *j, size_t payload, struct bdl_err *err) BDL_MUST_USE;

/*
 * Append. BDL_E_IO with ENOSPC (EFBIG at a limit on file sizes) where there is no room for the next
 * segment, BDL_E_BUSY where too many wait for a sync: nothing was written, the caller counts it
 * and goes on; the next append tries again.
 */
int bdl_journal_append(struct bdl_journal *j, enum bdl_entry_type type, struct bdl_view payload,
    struct bdl_err *err) BDL_MUST_USE;

/* Where the next entry goes; zeroed before the first segment is made. */
struct bdl_journal_place bdl_journal_end(const struct bdl_journal *j);

/*
 * Syncing without stopping the loop: `begin` (loop thread) takes note of what has been appended
 * so far, `run` (any one thread; blocks) brings exactly that to the disk, `end` (loop thread)
 * ends it. One sync at a time, which is the journal's. `begin` returns NULL where nothing is
 * unsynced.
 *
 * After a sync that failed nobody can say what is on the disk: its segments are given up, the next
 * append begins a new one, and the entries in question count as not recorded (a reader may still
 * find them).
 */
struct bdl_journal_sync *bdl_journal_sync_begin(struct bdl_journal *j);
int bdl_journal_sync_run(struct bdl_journal_sync *s, struct bdl_err *err) BDL_MUST_USE;
void bdl_journal_sync_end(struct bdl_journal *j, struct bdl_journal_sync *s);

/*
 * The segment that comes next can be made beside the loop, as a sync is run: `begin` and `end` on the
 * loop's thread, `run` on any one. `begin` returns NULL where it is there, or being made. It is written
 * full of zeroes and synced, so that syncs of what is appended to it wait for the disk once where those
 * of a segment that is made in a hurry wait twice. Where it cannot be made, appends make do without; what
 * is left of a disk that is nearly full is not taken for it.
 */
struct bdl_journal_spare *bdl_journal_spare_begin(struct bdl_journal *j);
int bdl_journal_spare_run(struct bdl_journal_spare *s, struct bdl_err *err) BDL_MUST_USE;
void bdl_journal_spare_end(struct bdl_journal *j);

/* --- the reader: the scribe --- */

struct bdl_journal_entry {
	enum bdl_entry_type type;
	struct bdl_view payload;        /* good until the next call */
	struct bdl_journal_place after; /* where reading goes on */
};

struct bdl_journal_reader;

/*
 * A folder that is not there yet is one without segments. A segment and its name are synced
 * before the first entry of it is handed out, so a place that was kept never names a segment that
 * a power cut takes back.
 */
int bdl_journal_reader_open(const char *folder, struct bdl_journal_place from,
    struct bdl_journal_reader **ret, struct bdl_err *err) BDL_MUST_USE;
void bdl_journal_reader_close(struct bdl_journal_reader *r); /* takes NULL */
BDL_DEFINE_AUTO(struct bdl_journal_reader, bdl_journal_reader_close);

/*
 * 1: an entry; 0: none for now; negative: an error. Damage (BDL_E_INVALID) is said as soon as it is
 * met, and the segment kept beside as NUMBER.damaged. An entry that is damaged is passed over by
 * itself where another is found behind it. At a tail that is damaged reading waits for one, and is
 * told so once; when there is a newer segment that tail is passed over, which is said again.
 * Nothing that is done to a segment's file ends the reader. BDL_E_CONFLICT: the journal ends before
 * the place reading began at, so it is not the one that was read.
 */
int bdl_journal_next(
    struct bdl_journal_reader *r, struct bdl_journal_entry *ret, struct bdl_err *err) BDL_MUST_USE;

/* Where the next call goes on: behind the last entry, or behind what was passed over. */
struct bdl_journal_place bdl_journal_reader_place(const struct bdl_journal_reader *r);

/* Delete the segments that lie wholly before `place`, never the newest. */
int bdl_journal_forget(const char *folder, struct bdl_journal_place place, struct bdl_err *err)
    BDL_MUST_USE;

#endif
