#include "sys/loop.h"
#include "base/alloc.h"
#include "sys/file.h"
#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#define WATCH_MS      100
#define POOL_SLICE_NS 100000 /* the shortest that a kernel takes */

struct bdl_watch {
	uv_timer_t timer;
	char *path;
	struct bdl_file_id id;
	void (*changed)(void *arg);
	void *arg;
};

static uv_handle_t *handle(void *h)
{
	return h;
}

static void on_signal(uv_signal_t *s, int number)
{
	(void)number; /* both mean the same */
	bdl_loop_stop(s->data);
}

static int uv_failed(struct bdl_err *err, int rc, const char *what)
{
	errno = -rc;
	return bdl_fail_sys(err, "%s", what);
}

int bdl_loop_init(struct bdl_loop *l, void (*on_stop)(void *arg), void *arg, struct bdl_err *err)
{
	*l = (struct bdl_loop){ .on_stop = on_stop, .arg = arg };
	/* A peer that went away is an error of the write, not the end of the process. */
	(void)signal(SIGPIPE, SIG_IGN); /* fails only for a signal that there is not */

	int rc = uv_loop_init(&l->uv);
	if (rc < 0)
		return uv_failed(err, rc, "make an event loop");
	/* The loop has its pipe for signals already, without which alone these two would fail. */
	(void)uv_signal_init(&l->uv, &l->term);
	(void)uv_signal_init(&l->uv, &l->intr);
	l->term.data = l->intr.data = l;
	rc = uv_signal_start(&l->term, on_signal, SIGTERM);
	if (rc == 0)
		rc = uv_signal_start(&l->intr, on_signal, SIGINT);
	if (rc == 0)
		return 0;
	l->on_stop = NULL;
	bdl_loop_stop(l);
	bdl_loop_run(l);
	return uv_failed(err, rc, "watch for SIGTERM");
}

void bdl_loop_run(struct bdl_loop *l)
{
	(void)uv_run(&l->uv, UV_RUN_DEFAULT); /* 0: nobody calls uv_stop */
	/* A handle that is neither closed nor counted is one that somebody forgot. */
	BDL_BUG_IF(uv_loop_close(&l->uv) != 0);
}

void bdl_loop_stop(struct bdl_loop *l)
{
	if (l->stopping)
		return;
	l->stopping = true;
	uv_close(handle(&l->term), NULL);
	uv_close(handle(&l->intr), NULL);
	if (l->on_stop)
		l->on_stop(l->arg);
}

static void nothing(uv_work_t *work)
{
	(void)work; /* the thread's being there is all we want */
}

static void warmed(uv_work_t *work, int status)
{
	(void)status; /* nobody cancels it */
	*(bool *)work->data = true;
}

/* The kernel's struct sched_attr in its first form (sched_setattr(2)), which headers do not agree on. */
struct slice {
	uint32_t size, policy;
	uint64_t flags;
	int32_t nice;
	uint32_t priority;
	uint64_t runtime, deadline, period; /* nanoseconds */
};

/*
 * How long this thread, and those that it makes, want to run at a time; 0: as all others. One that asks
 * for less than what runs takes its place as soon as it has something to do. Kernels before 6.12 do not
 * look, and then it waits for its turn.
 */
static void ask_slice(uint64_t ns)
{
	struct slice how = { .size = sizeof(how), .policy = SCHED_OTHER, .runtime = ns };

	how.nice = getpriority(PRIO_PROCESS, 0);
	(void)syscall(SYS_sched_setattr, 0, &how, 0); /* slower without, not wrong */
}

void bdl_loop_warm_pool(struct bdl_loop *l)
{
	bool done = false;
	uv_work_t work = { .data = &done };

	ask_slice(POOL_SLICE_NS);
	/* The first piece of work makes all of the pool's threads and waits until each runs. */
	BDL_BUG_IF(uv_queue_work(&l->uv, &work, nothing, warmed) != 0);
	while (!done)
		(void)uv_run(&l->uv, UV_RUN_ONCE); /* whether more is to do is known by `done` */
	ask_slice(0);
}

static void look(uv_timer_t *timer)
{
	struct bdl_watch *w = timer->data;
	struct bdl_file_id now;

	(void)bdl_file_id(w->path, &now); /* an absent file is all zeros, and equal to itself */
	if (bdl_file_id_eq(&now, &w->id))
		return;
	w->id = now;
	w->changed(w->arg);
}

struct bdl_watch *bdl_watch_new(
    struct bdl_loop *l, const char *path, void (*changed)(void *arg), void *arg)
{
	struct bdl_watch *w = bdl_xalloc(sizeof(*w));

	w->path = bdl_xstrdup(path);
	w->changed = changed;
	w->arg = arg;
	(void)bdl_file_id(path, &w->id);        /* as above */
	(void)uv_timer_init(&l->uv, &w->timer); /* these two cannot fail with a callback given */
	w->timer.data = w;
	(void)uv_timer_start(&w->timer, look, WATCH_MS, WATCH_MS);
	return w;
}

static void free_watch(uv_handle_t *h)
{
	struct bdl_watch *w = h->data;

	free(w->path);
	free(w);
}

void bdl_watch_close(struct bdl_watch *w)
{
	if (w)
		uv_close(handle(&w->timer), free_watch);
}
