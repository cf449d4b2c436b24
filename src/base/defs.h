/*
 * Attributes and the cleanup macros that the whole tree uses.
 *
 * Ownership by cleanup attribute: a variable declared with BDL_AUTO(fn) is handed to fn when its
 * scope ends. Initialise it where it is declared, and leave with `return bdl_steal(&p)` to hand
 * the thing over. No goto in a function that uses it (the build refuses a jump past one).
 */
#ifndef BDL_BASE_DEFS_H
#define BDL_BASE_DEFS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define BDL_PRINTF(fmt, args) __attribute__((format(printf, fmt, args)))
#define BDL_MUST_USE          __attribute__((warn_unused_result))
#define BDL_NORETURN          __attribute__((noreturn))
#define BDL_UNUSED            __attribute__((unused))
/* A large variable that is written before it is read: the build's zeros would cost more than its use. */
#define BDL_UNSET __attribute__((uninitialized))

#define BDL_ARRAY_LEN(a) (sizeof(a) / sizeof((a)[0]))

/* The struct that holds the member `m` at `p`. */
#define BDL_CONTAINER(p, type, m) ((type *)(void *)((char *)(p)-offsetof(type, m)))

/*
 * Destructors come in two forms: `fn(type *)` for a heap object (declared as `type *p`), and
 * `fn(type *)` for a struct held in place. Both take NULL and half-built objects.
 */
#define BDL_DEFINE_AUTO(type, fn)              \
	static inline void fn##_auto(type **p) \
	{                                      \
		fn(*p);                        \
	}                                      \
	struct bdl_swallow_semicolon
#define BDL_AUTO(fn)    __attribute__((cleanup(fn##_auto))) /* for pointers */
#define BDL_AUTO_IN(fn) __attribute__((cleanup(fn)))        /* for structs in place */

/* Take the pointer out of `*pp`, so that its scope no longer frees it. */
#define bdl_steal(pp)                              \
	({                                         \
		__typeof__(*(pp)) stolen_ = *(pp); \
		*(pp) = NULL;                      \
		stolen_;                           \
	})

/* A file descriptor that closes itself; bdl_steal_fd hands it over. */
void bdl_close_auto(int *fd);
#define BDL_AUTO_FD __attribute__((cleanup(bdl_close_auto)))
#define bdl_steal_fd(pfd)         \
	({                        \
		int fd_ = *(pfd); \
		*(pfd) = -1;      \
		fd_;              \
	})

/* A plain malloc'd pointer that frees itself. */
void bdl_free_auto(void *pp);
#define BDL_AUTO_FREE __attribute__((cleanup(bdl_free_auto)))

/* A programming error: says where and aborts, in release builds as well. Never for input. */
BDL_NORETURN void bdl_bug(const char *file, int line, const char *what);
#define BDL_BUG_IF(cond)                                    \
	do {                                                \
		if (__builtin_expect(!!(cond), 0))          \
			bdl_bug(__FILE__, __LINE__, #cond); \
	} while (0)

#endif
