#include "sys/proc.h"
#include "base/alloc.h"
#include "base/clock.h"
#include "sys/proc_int.h"
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <sys/wait.h>

#define PAUSE_FIRST_MS 100
#define PAUSE_MAX_MS   5000
#define STEADY_MS      10000 /* who lived this long is not in a loop of dying */

struct child {
	struct bdl_supervisor *sup;
	uv_timer_t timer; /* until the next start */
	char *name, *program;
	char *argv[BDL_CHILD_ARGS_MAX + 1];
	int fds[BDL_CHILD_FDS_MAX];
	size_t n_fds;
	struct bdl_slot *slot;
	pid_t pid;          /* 0: not running */
	int64_t started_ms; /* by bdl_tick_ms */
	unsigned deaths;    /* in a row, without a steady life between */
};

struct bdl_supervisor {
	struct bdl_loop *loop;
	struct bdl_board *board;
	uv_signal_t sigchld;
	uv_timer_t grace;
	struct child **children;
	size_t n, cap, open_handles;
	bool stopping, closing, orphan;
	bdl_child_ended_fn *ended;
	void *ended_arg;
	void (*done)(void *arg);
	void *done_arg;
};

static uv_handle_t *handle(void *h)
{
	return h;
}

static void set_state(struct child *c, enum bdl_state state)
{
	if (!c->slot)
		return;
	atomic_store(&c->slot->pid, (int32_t)c->pid);
	atomic_store(&c->slot->state, (uint32_t)state);
}

static void free_child(struct child *c)
{
	free(c->name);
	free(c->program);
	for (size_t i = 0; i < BDL_ARRAY_LEN(c->argv); i++)
		free(c->argv[i]);
	free(c);
}

static void free_all(struct bdl_supervisor *s)
{
	for (size_t i = 0; i < s->n; i++)
		free_child(s->children[i]);
	free(s->children);
	free(s);
}

static void on_closed(uv_handle_t *h)
{
	struct bdl_supervisor *s = h->data;

	if (--s->open_handles > 0)
		return;
	if (s->orphan) {
		free_all(s);
		return;
	}
	if (s->done)
		s->done(s->done_arg); /* may free s */
}

static void close_handles(struct bdl_supervisor *s)
{
	if (s->closing)
		return;
	s->closing = true;
	for (size_t i = 0; i < s->n; i++) {
		s->children[i]->timer.data = s;
		uv_close(handle(&s->children[i]->timer), on_closed);
	}
	uv_close(handle(&s->sigchld), on_closed);
	uv_close(handle(&s->grace), on_closed);
}

static bool any_alive(const struct bdl_supervisor *s)
{
	for (size_t i = 0; i < s->n; i++)
		if (s->children[i]->pid)
			return true;
	return false;
}

static int start(struct child *c, struct bdl_err *err)
{
	/* Before the fork: the child says "up" itself, and we must not take that back. */
	c->pid = 0;
	set_state(c, BDL_STATE_STARTING);
	c->started_ms = bdl_tick_ms();
	int rc = bdl_spawn(
	    c->program ? c->program : "/proc/self/exe", c->argv, c->fds, c->n_fds, &c->pid, err);

	if (rc < 0) {
		set_state(c, BDL_STATE_DOWN);
		return rc;
	}
	if (c->slot) {
		atomic_store(&c->slot->pid, (int32_t)c->pid);
		atomic_store(&c->slot->started_ms, bdl_now_ms());
		atomic_fetch_add(&c->slot->starts, 1);
	}
	return 0;
}

static void on_restart(uv_timer_t *timer);

static int64_t pause_after(unsigned deaths)
{
	int64_t pause_ms = 0;

	for (unsigned i = 1; i < deaths && pause_ms < PAUSE_MAX_MS; i++)
		pause_ms = pause_ms ? pause_ms * 2 : PAUSE_FIRST_MS;
	return pause_ms < PAUSE_MAX_MS ? pause_ms : PAUSE_MAX_MS;
}

/* After a death or a start that failed. A pause of 0 still goes round the loop: no recursion. */
static int64_t plan_restart(struct child *c)
{
	if (bdl_tick_ms() - c->started_ms >= STEADY_MS)
		c->deaths = 0;
	c->deaths++;
	int64_t pause_ms = pause_after(c->deaths);
	/* Fails only for a closing timer, and close_handles comes after `stopping` is set. */
	(void)uv_timer_start(&c->timer, on_restart, (uint64_t)pause_ms, 0);
	return pause_ms;
}

static void on_restart(uv_timer_t *timer)
{
	struct child *c = timer->data;
	struct bdl_err err;

	if (c->sup->stopping || start(c, &err) == 0)
		return;
	int64_t pause_ms = plan_restart(c);
	if (c->sup->ended)
		c->sup->ended(c->sup->ended_arg, c->name, err.text, pause_ms);
}

static void tell_end(struct child *c, int status, int64_t pause_ms)
{
	char how[64];

	if (!c->sup->ended)
		return;
	if (WIFSIGNALED(status))
		(void)snprintf(how, sizeof(how), "ended by signal %d", WTERMSIG(status));
	else
		(void)snprintf(how, sizeof(how), "ended with status %d", WEXITSTATUS(status));
	c->sup->ended(c->sup->ended_arg, c->name, how, pause_ms);
}

static void on_sigchld(uv_signal_t *sig, int number)
{
	struct bdl_supervisor *s = sig->data;
	int status;
	(void)number; /* SIGCHLD */

	/* Each by its number: children that others of this process started are not ours to reap. */
	for (size_t i = 0; i < s->n; i++) {
		struct child *c = s->children[i];

		if (!c->pid || waitpid(c->pid, &status, WNOHANG) != c->pid)
			continue;
		c->pid = 0;
		set_state(c, s->stopping ? BDL_STATE_STOPPED : BDL_STATE_DOWN);
		tell_end(c, status, s->stopping ? -1 : plan_restart(c));
	}
	if (s->stopping && !any_alive(s))
		close_handles(s);
}

struct bdl_supervisor *bdl_supervisor_new(struct bdl_loop *loop, struct bdl_board *board)
{
	struct bdl_supervisor *s = bdl_xalloc(sizeof(*s));

	s->loop = loop;
	s->board = board;
	(void)uv_timer_init(&loop->uv, &s->grace);    /* cannot fail */
	(void)uv_signal_init(&loop->uv, &s->sigchld); /* the loop has its signal pipe already */
	BDL_BUG_IF(uv_signal_start(&s->sigchld, on_sigchld, SIGCHLD) != 0);
	s->grace.data = s->sigchld.data = s;
	s->open_handles = 2;
	return s;
}

void bdl_supervisor_on_end(struct bdl_supervisor *s, bdl_child_ended_fn *ended, void *arg)
{
	s->ended = ended;
	s->ended_arg = arg;
}

void bdl_supervisor_free(struct bdl_supervisor *s)
{
	if (!s)
		return;
	BDL_BUG_IF(any_alive(s));
	if (s->open_handles == 0) {
		free_all(s);
		return;
	}
	s->stopping = true;
	s->orphan = true; /* freed by the loop, as its handles are */
	close_handles(s);
}

static struct child *new_child(struct bdl_supervisor *s, const struct bdl_child_spec *spec)
{
	struct child *c = bdl_xalloc(sizeof(*c));

	BDL_BUG_IF(spec->n_fds > BDL_CHILD_FDS_MAX || s->stopping);
	c->sup = s;
	c->name = bdl_xstrdup(spec->name);
	c->program = spec->program ? bdl_xstrdup(spec->program) : NULL;
	c->argv[0] = bdl_xstrdup(spec->program ? spec->program : program_invocation_name);
	for (size_t i = 0; i + 1 < BDL_CHILD_ARGS_MAX && spec->args[i]; i++)
		c->argv[i + 1] = bdl_xstrdup(spec->args[i]);
	c->n_fds = spec->n_fds;
	for (size_t i = 0; i < spec->n_fds; i++)
		c->fds[i] = spec->fds[i];
	c->slot = s->board ? bdl_board_slot(s->board, spec->name) : NULL;
	(void)uv_timer_init(&s->loop->uv, &c->timer); /* cannot fail */
	c->timer.data = c;
	s->open_handles++;
	s->children = bdl_xgrow(s->children, s->n, &s->cap, sizeof(s->children[0]));
	s->children[s->n++] = c;
	return c;
}

int bdl_supervisor_add(
    struct bdl_supervisor *s, const struct bdl_child_spec *spec, struct bdl_err *err)
{
	struct child *c = new_child(s, spec);
	int rc = start(c, err);

	/* It stays in the table, not running: the caller gives up, or goes on without it. */
	return rc < 0 ? bdl_fail_in(err, rc, "%s", spec->name) : 0;
}

bool bdl_supervisor_signal(struct bdl_supervisor *s, const char *name, int number)
{
	for (size_t i = 0; i < s->n; i++) {
		const struct child *c = s->children[i];

		/* Ours and not reaped yet, as below. */
		if (c->pid && !strcmp(c->name, name))
			return kill(c->pid, number) == 0;
	}
	return false;
}

static void signal_all(struct bdl_supervisor *s, int number)
{
	/* Each is ours and not reaped yet, so the number cannot be another process's. */
	for (size_t i = 0; i < s->n; i++)
		if (s->children[i]->pid)
			(void)kill(s->children[i]->pid, number); /* fails only where it is gone */
}

static void on_grace(uv_timer_t *timer)
{
	signal_all(timer->data, SIGKILL);
}

void bdl_supervisor_stop(
    struct bdl_supervisor *s, int64_t grace_ms, void (*done)(void *arg), void *arg)
{
	if (s->stopping)
		return;
	s->stopping = true;
	s->done = done;
	s->done_arg = arg;
	for (size_t i = 0; i < s->n; i++) {
		struct child *c = s->children[i];

		(void)uv_timer_stop(&c->timer); /* cannot fail */
		if (!c->pid)
			set_state(c, BDL_STATE_STOPPED);
	}
	signal_all(s, SIGTERM);
	if (any_alive(s))
		(void)uv_timer_start(&s->grace, on_grace, (uint64_t)grace_ms, 0); /* not closing */
	else
		close_handles(s);
}
