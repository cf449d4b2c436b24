/*
 * How a segment lies in memory, shared by the writer (journal.c) and the reader (read.c);
 * docs/formats.md has it byte by byte. Pure, but for the listing of a folder.
 */
#ifndef BDL_RECORD_JOURNAL_JOURNAL_INT_H
#define BDL_RECORD_JOURNAL_JOURNAL_INT_H

#include "record/journal/journal.h"

#define BDL_SEGMENT_HEAD 32 /* bytes before the first entry */
#define BDL_ENTRY_HEAD   16 /* bytes before an entry's payload */
#define BDL_ENTRY_MAX    (BDL_ENTRY_HEAD + BDL_JOURNAL_ENTRY_MAX)
#define BDL_SEGMENT_MIN  4096
#define BDL_SEGMENT_MAX  (1024 * 1024 * 1024)

/* As many digits as names have. Behind the last one nothing is written, rather than unread. */
#define BDL_SEGMENT_NUMBER_MAX 999999999999

#define BDL_SEGMENT_NAME 32 /* room for "000000000001.seg" and ".damaged" */
void bdl_segment_name(uint64_t number, const char *suffix, char out[BDL_SEGMENT_NAME]);

#define BDL_SPARE_NAME "spare" /* of the segment that comes next; no reader looks at it */

struct bdl_journal_spare {
	int folder; /* the journal's */
	size_t size;
	int fd; /* -1: there is none */
	char *map;
	bool is_ready, is_making;
};

/* Let go of it, and of its file. */
void bdl_spare_drop(struct bdl_journal_spare *s);

/* Bytes that an entry with such a payload takes. */
static inline size_t bdl_entry_room(size_t payload)
{
	return (BDL_ENTRY_HEAD + payload + 7) & ~(size_t)7;
}

void bdl_segment_head_put(char *map, uint64_t number, size_t size);

/* Put an entry where there is room for it; its length word last. */
void bdl_entry_put(
    char *map, uint64_t number, size_t at, enum bdl_entry_type type, struct bdl_view payload);

enum bdl_segment_state {
	BDL_SEGMENT_GOOD,
	BDL_SEGMENT_BLANK, /* a power cut before its first sync left no bytes in it */
	BDL_SEGMENT_DAMAGED,
};

/* Look at the head. *ret_size is the size that a good one gives. */
enum bdl_segment_state bdl_segment_head_get(
    struct bdl_view file, uint64_t number, size_t *ret_size);

/*
 * The entry at `at`, a multiple of 8: 1 and *ret, 0 where none is written, -1 where what is there
 * is damaged. `piece` is what the disk holds from `from` on, which is a multiple of 8 and not above
 * `at`; `size` is what the head says.
 */
int bdl_entry_get(struct bdl_view piece, size_t from, size_t size, uint64_t number, size_t at,
    struct bdl_journal_entry *ret);

/*
 * Segments in the folder: the lowest number above `after` (0: none), the lowest of all and the
 * highest of all.
 */
struct bdl_segment_list {
	uint64_t next, oldest, newest;
};
int bdl_segment_list(int folder, uint64_t after, struct bdl_segment_list *ret, struct bdl_err *err)
    BDL_MUST_USE;

#endif
