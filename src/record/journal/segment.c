#include "base/hash.h"
#include "record/journal/journal_int.h"
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <unistd.h>

/* In the machine's own byte order: a journal is read where it was written. */
struct segment_head {
	char magic[8];
	uint64_t number;
	uint64_t size;
	uint64_t checksum; /* of the bytes before it */
};

struct entry_head {
	uint32_t length; /* of this head and the payload, without padding; 0: nothing here yet */
	uint32_t type;
	uint64_t checksum;
};

_Static_assert(sizeof(struct segment_head) == BDL_SEGMENT_HEAD, "the head has no padding");
_Static_assert(sizeof(struct entry_head) == BDL_ENTRY_HEAD, "an entry's head has no padding");

static const char segment_magic[8] = "BDLJRNL1";

void bdl_segment_name(uint64_t number, const char *suffix, char out[BDL_SEGMENT_NAME])
{
	int n = snprintf(out, BDL_SEGMENT_NAME, "%012" PRIu64 "%s", number, suffix);
	BDL_BUG_IF(n < 0 || n >= BDL_SEGMENT_NAME);
}

void bdl_segment_head_put(char *map, uint64_t number, size_t size)
{
	struct segment_head h = { .number = number, .size = size };

	memcpy(h.magic, segment_magic, sizeof(h.magic));
	h.checksum = bdl_hash64(&h, offsetof(struct segment_head, checksum), 0);
	memcpy(map, &h, sizeof(h));
}

enum bdl_segment_state bdl_segment_head_get(struct bdl_view file, uint64_t number, size_t *ret_size)
{
	static const struct segment_head blank;
	struct segment_head h;

	if (file.n < sizeof(h))
		return BDL_SEGMENT_BLANK;
	memcpy(&h, file.p, sizeof(h));
	if (!memcmp(&h, &blank, sizeof(h)))
		return BDL_SEGMENT_BLANK;
	if (memcmp(h.magic, segment_magic, sizeof(h.magic)) != 0 || h.number != number ||
	    h.checksum != bdl_hash64(&h, offsetof(struct segment_head, checksum), 0) ||
	    h.size < BDL_SEGMENT_MIN || h.size > BDL_SEGMENT_MAX)
		return BDL_SEGMENT_DAMAGED;
	*ret_size = (size_t)h.size;
	return BDL_SEGMENT_GOOD;
}

/* The seed ties an entry to its place: bytes that land elsewhere do not pass for an entry. */
static uint64_t entry_checksum(uint64_t number, size_t at, uint32_t type, struct bdl_view payload)
{
	return bdl_hash64(payload.p, payload.n, type ^ (uint64_t)at << 8 ^ number << 40);
}

void bdl_entry_put(
    char *map, uint64_t number, size_t at, enum bdl_entry_type type, struct bdl_view payload)
{
	struct entry_head *e = (struct entry_head *)(void *)(map + at);

	e->type = (uint32_t)type;
	e->checksum = entry_checksum(number, at, e->type, payload);
	if (payload.n)
		memcpy(map + at + sizeof(*e), payload.p, payload.n);
	__atomic_store_n(&e->length, (uint32_t)(sizeof(*e) + payload.n), __ATOMIC_RELEASE);
}

int bdl_entry_get(struct bdl_view piece, size_t from, size_t size, uint64_t number, size_t at,
    struct bdl_journal_entry *ret)
{
	size_t end = piece.n < size - from ? from + piece.n : size;

	if (at > size || size - at < sizeof(struct entry_head))
		return 0;
	if (at > end || end - at < sizeof(struct entry_head))
		return -1;
	const char *p = piece.p + (at - from);
	const struct entry_head *e = (const struct entry_head *)(const void *)p;
	uint32_t length = __atomic_load_n(&e->length, __ATOMIC_ACQUIRE);
	if (!length)
		return 0;
	if (length < sizeof(*e) || length > BDL_ENTRY_MAX || length > end - at)
		return -1;
	struct bdl_view payload = bdl_view_at(p + sizeof(*e), length - sizeof(*e));
	if (e->checksum != entry_checksum(number, at, e->type, payload))
		return -1;
	*ret = (struct bdl_journal_entry){
		.type = (enum bdl_entry_type)e->type,
		.payload = payload,
		.after = { number, at + bdl_entry_room(payload.n) },
	};
	return 1;
}

static bool number_of(const char *name, uint64_t *ret)
{
	char again[BDL_SEGMENT_NAME];
	struct bdl_view v = bdl_view_of(name);

	if (!bdl_view_ends(v, BDL_LIT(".seg")))
		return false;
	v.n -= strlen(".seg");
	if (!bdl_view_uint(v, BDL_SEGMENT_NUMBER_MAX, ret) || !*ret)
		return false;
	bdl_segment_name(*ret, ".seg", again);
	return !strcmp(again, name);
}

int bdl_segment_list(int folder, uint64_t after, struct bdl_segment_list *ret, struct bdl_err *err)
{
	struct bdl_segment_list l = { 0 };
	uint64_t number;

	int fd = openat(folder, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return bdl_fail_sys(err, "list a journal's folder");
	DIR *d = fdopendir(fd);
	if (!d) {
		int rc = bdl_fail_sys(err, "list a journal's folder");
		(void)close(fd); /* nothing was written through it */
		return rc;
	}
	errno = 0;
	for (struct dirent *e; (e = readdir(d));) {
		if (!number_of(e->d_name, &number))
			continue;
		if (number > after && (!l.next || number < l.next))
			l.next = number;
		if (!l.oldest || number < l.oldest)
			l.oldest = number;
		if (number > l.newest)
			l.newest = number;
	}
	int rc = errno ? bdl_fail_sys(err, "list a journal's folder") : 0;
	(void)closedir(d); /* it was only read */
	if (!rc)
		*ret = l;
	return rc;
}
