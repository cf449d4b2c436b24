/*
 * The event loop of a process: libuv's, with the signals that end it and a watch on a file.
 *
 * SIGTERM and SIGINT call `on_stop` once; the process then closes what it holds, and bdl_loop_run
 * returns when no handle is left. SIGPIPE is ignored.
 */
#ifndef BDL_SYS_LOOP_H
#define BDL_SYS_LOOP_H

#include "base/err.h"
#include <uv.h>

struct bdl_loop {
	uv_loop_t uv;
	uv_signal_t term, intr;
	void (*on_stop)(void *arg);
	void *arg;
	bool stopping;
};

int bdl_loop_init(struct bdl_loop *l, void (*on_stop)(void *arg), void *arg, struct bdl_err *err)
    BDL_MUST_USE;

/* Run until bdl_loop_stop and the last handle is closed. */
void bdl_loop_run(struct bdl_loop *l);

/* End as if SIGTERM had come. Closes the loop's own handles. */
void bdl_loop_stop(struct bdl_loop *l);

/*
 * Start the pool's threads now (they must exist before seccomp); blocks until all have run. They bring to
 * the disk what people wait for, so on a core that the loop keeps busy they have their turn at once, and
 * short ones.
 */
void bdl_loop_warm_pool(struct bdl_loop *l);

/*
 * Calls `changed` on the loop when the file at `path` is replaced, made or removed, looking every
 * 100 ms (inotify does not cross bind mounts and network shares, a stat does).
 */
struct bdl_watch;
struct bdl_watch *bdl_watch_new(
    struct bdl_loop *l, const char *path, void (*changed)(void *arg), void *arg);
void bdl_watch_close(struct bdl_watch *w); /* takes NULL; freed by the loop */

#endif
