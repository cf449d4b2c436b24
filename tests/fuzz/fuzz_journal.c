/*
 * A segment's bytes. The first byte of the input says whether they are taken as they are, or with
 * the head and the checksums put right, as no mutation finds those by itself.
 */
#include "fuzz.h"
#include "record/journal/journal_int.h"
#include <string.h>

#define NUMBER 1

/* What the writer puts is what the reader gets, wherever it lies. */
static void put_right(char *file, size_t n, size_t size)
{
	size_t at = BDL_SEGMENT_HEAD;
	uint32_t words[2];

	bdl_segment_head_put(file, NUMBER, size);
	while (at <= n && n - at >= BDL_ENTRY_HEAD) {
		struct bdl_journal_entry e;
		memcpy(words, file + at, sizeof(words));
		if (words[0] < BDL_ENTRY_HEAD || words[0] > n - at ||
		    words[0] > BDL_ENTRY_HEAD + BDL_JOURNAL_ENTRY_MAX)
			return;
		size_t len = words[0] - BDL_ENTRY_HEAD;
		char *payload = malloc(len > 0 ? len : 1);
		MUST(payload);
		memcpy(payload, file + at + BDL_ENTRY_HEAD, len);
		struct bdl_view want = bdl_view_at(payload, len);
		bdl_entry_put(file, NUMBER, at, (enum bdl_entry_type)words[1], want);
		MUST(bdl_entry_get(bdl_view_at(file, n), 0, size, NUMBER, at, &e) == 1);
		MUST((uint32_t)e.type == words[1] && bdl_view_eq(e.payload, want));
		MUST(bdl_entry_get(bdl_view_at(file, n), 0, size, NUMBER + 1, at, &e) == -1);
		free(payload);
		at += bdl_entry_room(len);
	}
}

static void read_all(struct bdl_view file)
{
	struct bdl_journal_entry e;
	size_t size = 0, at = BDL_SEGMENT_HEAD;

	if (bdl_segment_head_get(file, NUMBER, &size) != BDL_SEGMENT_GOOD)
		return;
	MUST(size >= BDL_SEGMENT_MIN && size <= BDL_SEGMENT_MAX);
	while (bdl_entry_get(file, 0, size, NUMBER, at, &e) > 0) {
		MUST(fuzz_within(e.payload, file) && e.payload.n <= BDL_JOURNAL_ENTRY_MAX);
		MUST(e.after.segment == NUMBER && e.after.offset > at && e.after.offset % 8 == 0);
		at = (size_t)e.after.offset;
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (size < 1)
		return 0;
	size_t n = size - 1;
	char *file = malloc(n > 0 ? n : 1); /* aligned as a map is, and no byte longer */
	MUST(file);
	memcpy(file, data + 1, n);
	if ((data[0] & 1) && n >= BDL_SEGMENT_HEAD)
		put_right(file, n, n < BDL_SEGMENT_MIN ? BDL_SEGMENT_MIN : n);
	read_all(bdl_view_at(file, n));
	free(file);
	return 0;
}
