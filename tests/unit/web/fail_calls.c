/*
 * Put before the C library (LD_PRELOAD), this lets one call of a process fail when a test says so:
 * the n-th from now of one kind, with an errno, or short. The orders stand in a file that both map,
 * named by BEADLE_FAIL; tests/live/test_solid_faults.py gives them.
 */
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

/* In the order of KINDS in the test. */
enum kind { NONE, MEMORY, READ, WRITE, ACCEPT, SYNC, ROOM, OPEN, MAP, WATCH };

struct orders {
	_Atomic int kind;   /* which calls are counted */
	_Atomic int left;   /* the call that brings this to 0 fails */
	_Atomic int error;  /* with this; 0: it is short, or fails with EINTR where it cannot be */
	_Atomic int failed; /* whether it has */
};

static struct orders *orders;

/* The C library's own, for while the orders are not there yet and for what does not fail. */
void *__libc_malloc(size_t n);
void *__libc_calloc(size_t n, size_t size);
void *__libc_realloc(void *p, size_t n);

__attribute__((constructor)) static void find_orders(void)
{
	const char *path = getenv("BEADLE_FAIL");
	int fd = path ? open(path, O_RDWR | O_CLOEXEC) : -1;
	void *p =
	    fd >= 0 ? mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0) : MAP_FAILED;

	if (p == MAP_FAILED)
		abort(); /* a test that fails nothing would pass */
	(void)close(fd);
	orders = p;
}

static bool is_to_fail(enum kind kind)
{
	if (!orders || atomic_load(&orders->kind) != (int)kind ||
	    atomic_fetch_sub(&orders->left, 1) != 1)
		return false;
	atomic_store(&orders->failed, 1);
	errno = atomic_load(&orders->error) ? atomic_load(&orders->error) : EINTR;
	return true;
}

static bool is_short(void)
{
	return atomic_load(&orders->error) == 0;
}

/* The next function of that name, which is the C library's. */
#define NEXT(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

void *malloc(size_t n)
{
	return is_to_fail(MEMORY) ? NULL : __libc_malloc(n);
}

void *calloc(size_t n, size_t size)
{
	return is_to_fail(MEMORY) ? NULL : __libc_calloc(n, size);
}

void *realloc(void *p, size_t n)
{
	return is_to_fail(MEMORY) ? NULL : __libc_realloc(p, n);
}

ssize_t recv(int fd, void *p, size_t n, int flags)
{
	if (is_to_fail(READ)) {
		if (!is_short())
			return -1;
		n = n > 1 ? 1 : n;
	}
	return NEXT(recv)(fd, p, n, flags);
}

ssize_t send(int fd, const void *p, size_t n, int flags)
{
	if (is_to_fail(WRITE)) {
		if (!is_short())
			return -1;
		n = n > 1 ? 1 : n;
	}
	return NEXT(send)(fd, p, n, flags);
}

int accept4(int fd, struct sockaddr *a, socklen_t *n, int flags)
{
	return is_to_fail(ACCEPT) ? -1 : NEXT(accept4)(fd, a, n, flags);
}

int fdatasync(int fd)
{
	return is_to_fail(SYNC) ? -1 : NEXT(fdatasync)(fd);
}

int fsync(int fd)
{
	return is_to_fail(SYNC) ? -1 : NEXT(fsync)(fd);
}

int msync(void *p, size_t n, int flags)
{
	return is_to_fail(SYNC) ? -1 : NEXT(msync)(p, n, flags);
}

int posix_fallocate(int fd, off_t at, off_t n)
{
	return is_to_fail(ROOM) ? errno : NEXT(posix_fallocate)(fd, at, n);
}

int fallocate(int fd, int mode, off_t at, off_t n)
{
	return is_to_fail(ROOM) ? -1 : NEXT(fallocate)(fd, mode, at, n);
}

int open(const char *path, int flags, ...)
{
	int (*next)(const char *, int, ...) =
	    (int (*)(const char *, int, ...))dlsym(RTLD_NEXT, "open");
	__builtin_va_list ap;
	int mode = 0;

	__builtin_va_start(ap, flags);
	if (flags & O_CREAT)
		mode = __builtin_va_arg(ap, int);
	__builtin_va_end(ap);
	return is_to_fail(OPEN) ? -1 : next(path, flags, mode);
}

void *mmap(void *p, size_t n, int prot, int flags, int fd, off_t at)
{
	return is_to_fail(MAP) ? MAP_FAILED : NEXT(mmap)(p, n, prot, flags, fd, at);
}

/* What is added alone takes room of the kernel's. */
int epoll_ctl(int fd, int what, int of, struct epoll_event *e)
{
	return what == EPOLL_CTL_ADD && is_to_fail(WATCH) ? -1 : NEXT(epoll_ctl)(fd, what, of, e);
}
