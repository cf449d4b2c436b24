/*
 * Supervision: start child processes of a table, restart those that die, end all of them.
 *
 * A child is this binary again (or another program) with arguments of its own. Descriptors are
 * handed over at fixed numbers from 3 up. It gets SIGTERM when its supervisor dies. A child that
 * dies is started again at once the first time, then after 0.1, 0.2, 0.4 .. 5 s; ten seconds of
 * life set the pause back. One child's death never touches another.
 */
#ifndef BDL_SYS_PROC_H
#define BDL_SYS_PROC_H

#include "base/err.h"
#include "sys/board.h"
#include "sys/loop.h"
#include <sys/types.h>

#define BDL_CHILD_ARGS_MAX 12
#define BDL_CHILD_FDS_MAX  4

struct bdl_child_spec {
	const char *name;                     /* "web-0": its place on the board */
	const char *program;                  /* NULL: this binary */
	const char *args[BDL_CHILD_ARGS_MAX]; /* argv[1..], ended by NULL; copied */
	int fds[BDL_CHILD_FDS_MAX];           /* become 3, 4, ...; the supervisor keeps its own */
	size_t n_fds;
};

struct bdl_supervisor;

/* The board is the supervisor's own; NULL: no child has a line. Neither is freed by it. */
struct bdl_supervisor *bdl_supervisor_new(struct bdl_loop *loop, struct bdl_board *board);

/* After the last child has ended. Takes NULL; where stop was not called the loop frees the rest. */
void bdl_supervisor_free(struct bdl_supervisor *s);

/*
 * Called for each end of a child and each start that fails, for the log: `how` is "ended by signal
 * 9" or an error's text, `pause_ms` the time until the next start, -1 where none follows.
 */
typedef void bdl_child_ended_fn(void *arg, const char *name, const char *how, int64_t pause_ms);
void bdl_supervisor_on_end(struct bdl_supervisor *s, bdl_child_ended_fn *ended, void *arg);

/*
 * Start the child and keep it alive. Where the first start fails the error says so and it is not
 * tried again.
 */
int bdl_supervisor_add(
    struct bdl_supervisor *s, const struct bdl_child_spec *spec, struct bdl_err *err) BDL_MUST_USE;

/* Send the child of that name a signal. false where it is not running. */
bool bdl_supervisor_signal(struct bdl_supervisor *s, const char *name, int number);

/* SIGTERM to all, SIGKILL after `grace_ms`; `done` is called when all are gone. */
void bdl_supervisor_stop(
    struct bdl_supervisor *s, int64_t grace_ms, void (*done)(void *arg), void *arg);

/*
 * Called by a child at its start: SIGTERM when the parent dies, from now on. (Those that the
 * supervisor started have it from birth, and bdl_sandbox_drop keeps it.)
 */
void bdl_proc_follow_parent(void);

/*
 * Fork, without another program: 0 in the child, its id in the parent, -1 where it failed. To be
 * called while the process has one thread. The child gets SIGTERM when its parent dies, the plain
 * meaning of all signals but SIGPIPE, which it ignores, and `handed` as its descriptor 3, in place
 * of what was there; `ours`, the parent's end of the same, is closed in it. Other descriptors stay
 * open, for libuv closes its own at each fork by their numbers, which must not be another's by
 * then: close by name what the child has no use for. It must touch no event loop and no store that
 * its parent has, and end by _exit.
 */
pid_t bdl_proc_fork(int ours, int handed, struct bdl_err *err) BDL_MUST_USE;

/*
 * The same with a pair of sockets of that type (SOCK_STREAM, ...) between the two: the child's end is its
 * descriptor 3, the parent's *ret_fd. It ends when that is closed, and no other way.
 */
pid_t bdl_proc_fork_paired(int type, int *ret_fd, struct bdl_err *err) BDL_MUST_USE;
void bdl_proc_end_paired(pid_t pid, int fd);

/* A text of a child that a peer may have taken over: it ends within `size` bytes, and moves no cursor. */
void bdl_proc_tame(char *text, size_t size);

#endif
