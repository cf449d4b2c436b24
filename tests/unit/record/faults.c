#include "faults.h"
#include "base/defs.h"
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <sqlite3.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

/* The C library's name for a function of ours, whatever the headers make of it. */
#define AS(name) __asm__(name) __attribute__((visibility("default")))

static struct {
	enum fault_kind kind;
	int left, error;
	bool happened;
} order;

static sqlite3_mem_methods memory;

void fault_order(enum fault_kind kind, int nth, int error)
{
	order.left = nth;
	order.error = error;
	order.happened = false;
	order.kind = kind;
}

bool fault_end(void)
{
	order.kind = FAULT_NONE;
	return order.happened;
}

static bool is_to_fail(enum fault_kind kind)
{
	if (order.kind != kind || --order.left != 0)
		return false;
	order.happened = true;
	errno = order.error;
	return true;
}

/* --- memory --- */

void *__real_malloc(size_t n);
void *__real_calloc(size_t n, size_t size);
void *__real_realloc(void *p, size_t n);
void *__real_reallocarray(void *p, size_t n, size_t size);
void *__wrap_malloc(size_t n);
void *__wrap_calloc(size_t n, size_t size);
void *__wrap_realloc(void *p, size_t n);
void *__wrap_reallocarray(void *p, size_t n, size_t size);

void *__wrap_malloc(size_t n)
{
	return is_to_fail(FAULT_MEMORY) ? NULL : __real_malloc(n);
}

void *__wrap_calloc(size_t n, size_t size)
{
	return is_to_fail(FAULT_MEMORY) ? NULL : __real_calloc(n, size);
}

void *__wrap_realloc(void *p, size_t n)
{
	return is_to_fail(FAULT_MEMORY) ? NULL : __real_realloc(p, n);
}

void *__wrap_reallocarray(void *p, size_t n, size_t size)
{
	return is_to_fail(FAULT_MEMORY) ? NULL : __real_reallocarray(p, n, size);
}

static void *sqlite_malloc(int n)
{
	return is_to_fail(FAULT_MEMORY) ? NULL : memory.xMalloc(n);
}

static void *sqlite_realloc(void *p, int n)
{
	return is_to_fail(FAULT_MEMORY) ? NULL : memory.xRealloc(p, n);
}

void faults_init(void)
{
	sqlite3_mem_methods mine;

	BDL_BUG_IF(sqlite3_config(SQLITE_CONFIG_GETMALLOC, &memory));
	mine = memory;
	mine.xMalloc = sqlite_malloc;
	mine.xRealloc = sqlite_realloc;
	BDL_BUG_IF(sqlite3_config(SQLITE_CONFIG_MALLOC, &mine));
	/* Else SQLite carves small pieces out of large ones, and few of its requests come here. */
	BDL_BUG_IF(sqlite3_config(SQLITE_CONFIG_LOOKASIDE, 0, 0));
	BDL_BUG_IF(sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 1));
}

/* --- files --- */

/* The C library's own function of that name. */
static void *real(const char *name)
{
	void *p = dlsym(RTLD_NEXT, name);

	BDL_BUG_IF(!p);
	return p;
}

static int open_any(const char *name, const char *path, int flags, va_list ap)
{
	int (*f)(const char *, int, ...) = (int (*)(const char *, int, ...))real(name);
	int mode = flags & (O_CREAT | O_TMPFILE) ? va_arg(ap, int) : 0;

	return is_to_fail(FAULT_OPEN) ? -1 : f(path, flags, mode);
}

static int openat_any(const char *name, int at, const char *path, int flags, va_list ap)
{
	int (*f)(int, const char *, int, ...) = (int (*)(int, const char *, int, ...))real(name);
	int mode = flags & (O_CREAT | O_TMPFILE) ? va_arg(ap, int) : 0;

	return is_to_fail(FAULT_OPEN) ? -1 : f(at, path, flags, mode);
}

#define OPEN(name)                                                   \
	int take_##name(const char *path, int flags, ...) AS(#name); \
	int take_##name(const char *path, int flags, ...)            \
	{                                                            \
		va_list ap;                                          \
		va_start(ap, flags);                                 \
		int fd = open_any(#name, path, flags, ap);           \
		va_end(ap);                                          \
		return fd;                                           \
	}
OPEN(open)
OPEN(open64)

#define OPENAT(name)                                                         \
	int take_##name(int at, const char *path, int flags, ...) AS(#name); \
	int take_##name(int at, const char *path, int flags, ...)            \
	{                                                                    \
		va_list ap;                                                  \
		va_start(ap, flags);                                         \
		int fd = openat_any(#name, at, path, flags, ap);             \
		va_end(ap);                                                  \
		return fd;                                                   \
	}
OPENAT(openat)
OPENAT(openat64)

/* How many of n bytes are to be moved; 0 bytes: it fails. */
static size_t bytes_of(enum fault_kind kind, size_t n)
{
	if (!is_to_fail(kind))
		return n ? n : SIZE_MAX;
	return order.error != FAULT_SHORT ? 0 : n > 1 ? n / 2 : n;
}

#define READ(name, kind, buffer)                                                                  \
	ssize_t take_##name(int fd, buffer p, size_t n) AS(#name);                                \
	ssize_t take_##name(int fd, buffer p, size_t n)                                           \
	{                                                                                         \
		ssize_t (*f)(int, buffer, size_t) = (ssize_t(*)(int, buffer, size_t))real(#name); \
		size_t some = bytes_of(kind, n);                                                  \
		return some ? f(fd, p, some == SIZE_MAX ? 0 : some) : -1;                         \
	}
READ(read, FAULT_READ, void *)
READ(write, FAULT_WRITE, const void *)

#define PREAD(name, kind, buffer)                                             \
	ssize_t take_##name(int fd, buffer p, size_t n, off_t at) AS(#name);  \
	ssize_t take_##name(int fd, buffer p, size_t n, off_t at)             \
	{                                                                     \
		ssize_t (*f)(int, buffer, size_t, off_t) =                    \
		    (ssize_t(*)(int, buffer, size_t, off_t))real(#name);      \
		size_t some = bytes_of(kind, n);                              \
		return some ? f(fd, p, some == SIZE_MAX ? 0 : some, at) : -1; \
	}
PREAD(pread, FAULT_READ, void *)
PREAD(pread64, FAULT_READ, void *)
PREAD(pwrite, FAULT_WRITE, const void *)
PREAD(pwrite64, FAULT_WRITE, const void *)

/* What is built to look at the sizes of its buffers reads by these. */
ssize_t take_read_chk(int fd, void *p, size_t n, size_t size) AS("__read_chk");
ssize_t take_read_chk(int fd, void *p, size_t n, size_t size)
{
	BDL_BUG_IF(n > size);
	return take_read(fd, p, n);
}

ssize_t take_pread_chk(int fd, void *p, size_t n, off_t at, size_t size) AS("__pread64_chk");
ssize_t take_pread_chk(int fd, void *p, size_t n, off_t at, size_t size)
{
	BDL_BUG_IF(n > size);
	return take_pread64(fd, p, n, at);
}

/* No power is cut here, so nothing has to wait for the disk. */
int take_fsync(int fd) AS("fsync");
int take_fsync(int fd)
{
	(void)fd;
	return is_to_fail(FAULT_SYNC) ? -1 : 0;
}

int take_fdatasync(int fd) AS("fdatasync");
int take_fdatasync(int fd)
{
	(void)fd;
	return is_to_fail(FAULT_SYNC) ? -1 : 0;
}

#define TRUNCATE(name)                                                   \
	int take_##name(int fd, off_t n) AS(#name);                      \
	int take_##name(int fd, off_t n)                                 \
	{                                                                \
		int (*f)(int, off_t) = (int (*)(int, off_t))real(#name); \
		return is_to_fail(FAULT_ROOM) ? -1 : f(fd, n);           \
	}
TRUNCATE(ftruncate)
TRUNCATE(ftruncate64)

#define ALLOCATE(name)                                                                 \
	int take_##name(int fd, off_t at, off_t n) AS(#name);                          \
	int take_##name(int fd, off_t at, off_t n)                                     \
	{                                                                              \
		int (*f)(int, off_t, off_t) = (int (*)(int, off_t, off_t))real(#name); \
		return is_to_fail(FAULT_ROOM) ? errno : f(fd, at, n);                  \
	}
ALLOCATE(posix_fallocate)
ALLOCATE(posix_fallocate64)

#define MAP(name)                                                                              \
	void *take_##name(void *p, size_t n, int prot, int flags, int fd, off_t at) AS(#name); \
	void *take_##name(void *p, size_t n, int prot, int flags, int fd, off_t at)            \
	{                                                                                      \
		void *(*f)(void *, size_t, int, int, int, off_t) =                             \
		    (void *(*)(void *, size_t, int, int, int, off_t))real(#name);              \
		return fd >= 0 && is_to_fail(FAULT_MAP) ? MAP_FAILED                           \
							: f(p, n, prot, flags, fd, at);        \
	}
MAP(mmap)
MAP(mmap64)

int take_rename(const char *from, const char *to) AS("rename");
int take_rename(const char *from, const char *to)
{
	int (*f)(const char *, const char *) = (int (*)(const char *, const char *))real("rename");

	return is_to_fail(FAULT_NAME) ? -1 : f(from, to);
}

int take_renameat(int from_at, const char *from, int to_at, const char *to) AS("renameat");
int take_renameat(int from_at, const char *from, int to_at, const char *to)
{
	int (*f)(int, const char *, int, const char *) =
	    (int (*)(int, const char *, int, const char *))real("renameat");

	return is_to_fail(FAULT_NAME) ? -1 : f(from_at, from, to_at, to);
}

int take_link(const char *from, const char *to) AS("link");
int take_link(const char *from, const char *to)
{
	int (*f)(const char *, const char *) = (int (*)(const char *, const char *))real("link");

	return is_to_fail(FAULT_NAME) ? -1 : f(from, to);
}

int take_unlink(const char *path) AS("unlink");
int take_unlink(const char *path)
{
	int (*f)(const char *) = (int (*)(const char *))real("unlink");

	return is_to_fail(FAULT_NAME) ? -1 : f(path);
}

int take_unlinkat(int at, const char *path, int flags) AS("unlinkat");
int take_unlinkat(int at, const char *path, int flags)
{
	int (*f)(int, const char *, int) = (int (*)(int, const char *, int))real("unlinkat");

	return is_to_fail(FAULT_NAME) ? -1 : f(at, path, flags);
}
