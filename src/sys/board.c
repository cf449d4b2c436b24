#include "sys/board.h"
#include "base/alloc.h"
#include "sys/file.h"
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

/* Bumped whenever struct page or struct bdl_slot changes. */
#define MAGIC 0x326472616f424542u /* "BEBoard2" */

struct page {
	uint64_t magic;
	uint32_t slot_size;
	_Atomic int32_t supervisor;
	_Atomic uint32_t used; /* slots with a name; grows only */
	_Atomic uint32_t is_clean;
	struct bdl_slot slots[BDL_BOARD_SLOTS];
};

struct bdl_board {
	struct page *page;
	bool ours;        /* we made it, so we give names to slots */
	int fd;           /* of one of ours, to bring it back to its size; else -1 */
	struct page kept; /* what ours was when it was last looked at */
};

/* The board that this process made; one at a time. */
static struct bdl_board *_Atomic guarded;

/*
 * The file belongs to whom its folder belongs to, and may be cut short below us: then to touch the
 * page raises SIGBUS. It is made as long again, and what was in it comes back with bdl_board_mend.
 */
static void on_bus(int number, siginfo_t *info, void *context)
{
	const struct bdl_board *b = atomic_load(&guarded);
	uintptr_t at = (uintptr_t)info->si_addr, page = b ? (uintptr_t)b->page : 0;

	(void)context;
	if (b && at >= page && at - page < sizeof(*b->page) &&
	    ftruncate(b->fd, sizeof(*b->page)) == 0)
		return;
	(void)signal(number, SIG_DFL); /* the access is repeated, and ends us as it should */
}

static void guard(struct bdl_board *b)
{
	struct sigaction act = { .sa_sigaction = on_bus, .sa_flags = SA_SIGINFO };

	atomic_store(&guarded, b);
	BDL_BUG_IF(sigaction(SIGBUS, &act, NULL) != 0);
}

static struct page *map_page(int fd, bool write)
{
	int prot = write ? PROT_READ | PROT_WRITE : PROT_READ;
	void *p = mmap(NULL, sizeof(struct page), prot, MAP_SHARED, fd, 0);

	return p == MAP_FAILED ? NULL : p;
}

/* The file under a name beside the final one, filled and mapped. */
static int make_page(const char *beside, struct page **ret, int *ret_fd, struct bdl_err *err)
{
	BDL_AUTO_FD int fd = open(beside, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0640);

	if (fd < 0)
		return bdl_fail_sys(err, "make the board '%s'", beside);
	/* Real blocks: on a full disk this fails, where a hole would end us by SIGBUS later. */
	int rc = posix_fallocate(fd, 0, sizeof(struct page));
	if (rc != 0) {
		errno = rc;
		return bdl_fail_sys(err, "make room for the board '%s'", beside);
	}
	struct page *page = map_page(fd, true);
	if (!page)
		return bdl_fail_sys(err, "map the board '%s'", beside);
	page->magic = MAGIC;
	page->slot_size = sizeof(struct bdl_slot);
	atomic_store(&page->supervisor, (int32_t)getpid());
	*ret = page;
	*ret_fd = bdl_steal_fd(&fd);
	return 0;
}

int bdl_board_create(const char *path, struct bdl_board **ret, struct bdl_err *err)
{
	char beside[PATH_MAX];
	struct page *page = NULL;
	BDL_AUTO_FD int fd = -1;
	int rc = bdl_file_beside(path, beside, err);

	if (rc < 0)
		return rc;
	/* Renamed into place: who still has the old board mapped keeps it, whole. */
	rc = make_page(beside, &page, &fd, err);
	if (rc == 0 && rename(beside, path) < 0)
		rc = bdl_fail_sys(err, "rename the board to '%s'", path);
	if (rc < 0) {
		(void)unlink(beside); /* the error is told already */
		if (page)
			(void)munmap(page, sizeof(*page)); /* fails only for a bad range */
		return rc;
	}
	struct bdl_board *b = bdl_xalloc(sizeof(*b));
	*b = (struct bdl_board){ .page = page, .ours = true, .fd = bdl_steal_fd(&fd) };
	memcpy(&b->kept, page, sizeof(b->kept));
	guard(b);
	*ret = b;
	return 0;
}

int bdl_board_open(const char *path, bool write, struct bdl_board **ret, struct bdl_err *err)
{
	struct stat st;
	BDL_AUTO_FD int fd = open(path, (write ? O_RDWR : O_RDONLY) | O_CLOEXEC);

	if (fd < 0 && errno == ENOENT)
		return bdl_fail(err, BDL_E_MISSING, "there is no board '%s'", path);
	if (fd < 0)
		return bdl_fail_sys(err, "open the board '%s'", path);
	if (fstat(fd, &st) < 0)
		return bdl_fail_sys(err, "look at the board '%s'", path);
	if (st.st_size != (off_t)sizeof(struct page))
		return bdl_fail(err, BDL_E_INVALID, "'%s' is not a board of this version", path);
	struct page *page = map_page(fd, write);
	if (!page)
		return bdl_fail_sys(err, "map the board '%s'", path);
	if (page->magic != MAGIC || page->slot_size != sizeof(struct bdl_slot)) {
		(void)munmap(page, sizeof(*page)); /* fails only for a bad range */
		return bdl_fail(err, BDL_E_INVALID, "'%s' is not a board of this version", path);
	}
	struct bdl_board *b = bdl_xalloc(sizeof(*b));
	*b = (struct bdl_board){ .page = page, .fd = -1 };
	*ret = b;
	return 0;
}

bool bdl_board_mend(struct bdl_board *b)
{
	struct stat st;
	BDL_BUG_IF(!b->ours);
	bool whole = fstat(b->fd, &st) == 0 && st.st_size == (off_t)sizeof(*b->page);

	if (whole && b->page->magic == MAGIC) {
		memcpy(&b->kept, b->page, sizeof(b->kept));
		return false;
	}
	/* Real blocks again; where there are none, the next touch is caught as well. */
	if (posix_fallocate(b->fd, 0, sizeof(*b->page)) == 0)
		memcpy(b->page, &b->kept, sizeof(b->kept));
	return true;
}

void bdl_board_close(struct bdl_board *b)
{
	if (!b)
		return;
	struct bdl_board *mine = b;
	(void)atomic_compare_exchange_strong(&guarded, &mine, NULL); /* another may be guarded */
	(void)munmap(b->page, sizeof(*b->page)); /* fails only for a bad range */
	bdl_close_auto(&b->fd);
	free(b);
}

struct bdl_slot *bdl_board_at(struct bdl_board *b, size_t i)
{
	/* The number is the file's, so it is not trusted to be within the table. */
	size_t used = atomic_load_explicit(&b->page->used, memory_order_acquire);

	return i < used && i < BDL_BOARD_SLOTS ? &b->page->slots[i] : NULL;
}

struct bdl_slot *bdl_board_slot(struct bdl_board *b, const char *name)
{
	size_t i = 0, n = strlen(name);
	struct bdl_slot *slot;

	for (; (slot = bdl_board_at(b, i)) != NULL; i++)
		if (strncmp(slot->name, name, sizeof(slot->name)) == 0)
			return slot;
	BDL_BUG_IF(n == 0 || n >= sizeof(slot->name));
	if (!b->ours || i >= BDL_BOARD_SLOTS)
		return NULL;
	slot = &b->page->slots[i];
	memcpy(slot->name, name, n + 1);
	/* Readers see the slot only once its name is there. */
	atomic_store_explicit(&b->page->used, (uint32_t)(i + 1), memory_order_release);
	return slot;
}

int32_t bdl_board_supervisor(const struct bdl_board *b)
{
	return atomic_load(&b->page->supervisor);
}

void bdl_board_cleaned(struct bdl_board *b)
{
	atomic_store(&b->page->is_clean, 1);
}

bool bdl_board_is_clean(const struct bdl_board *b)
{
	return atomic_load(&b->page->is_clean) != 0;
}

void bdl_slot_note(struct bdl_slot *slot, const char *fmt, ...)
{
	char text[sizeof(slot->note)] = "";
	va_list ap;

	if (!slot)
		return;
	va_start(ap, fmt);
	(void)vsnprintf(text, sizeof(text), fmt, ap); /* a cut is meant */
	va_end(ap);
	/* All its bytes at once, the last a NUL: whoever reads meanwhile still finds an end. */
	memcpy(slot->note, text, sizeof(text));
}

void bdl_slot_reset(struct bdl_slot *slot)
{
	for (size_t i = 0; i < BDL_COUNTERS; i++)
		atomic_store(&slot->counters[i], 0);
}

void bdl_slot_failed(struct bdl_slot *slot, const struct bdl_err *err)
{
	bdl_slot_note(slot, "DOES NOT SERVE: %.70s", err->text);
	atomic_store(&slot->state, BDL_STATE_DOWN);
}

/* Whatever the writer left there, the copy ends. */
static void copy_text(char *out, const char *from, size_t size)
{
	size_t n = strnlen(from, size - 1);

	memcpy(out, from, n);
	out[n] = '\0';
}

void bdl_slot_read_name(const struct bdl_slot *slot, char out[BDL_SLOT_NAME])
{
	copy_text(out, slot->name, BDL_SLOT_NAME);
}

void bdl_slot_read_note(const struct bdl_slot *slot, char out[BDL_SLOT_NOTE])
{
	copy_text(out, slot->note, BDL_SLOT_NOTE);
}

const char *bdl_state_word(uint32_t state)
{
	static const char *const words[] = { "none", "starting", "up", "down", "stopped" };

	return state < BDL_ARRAY_LEN(words) ? words[state] : "unknown";
}
