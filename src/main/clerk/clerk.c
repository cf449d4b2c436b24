#include "main/clerk/clerk.h"

#include "base/clock.h"
#include "base/hash.h"
#include "main/data.h"
#include "sys/log.h"
#include "sys/proc.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

#define HOLD_MS  (BDL_JOB_LEASE_MS / 3) /* so two words may be lost */
#define HOST_MAX 48
#define ITS_END  3

/* What a child says of its run. */
struct outcome {
	bool went_well;
	char text[BDL_JOB_RESULT];
};

void bdl_clerk_init(struct bdl_clerk *c, const struct bdl_conf *conf, bool is_role)
{
	char host[HOST_MAX] = "";
	uint32_t number;

	*c = (struct bdl_clerk){ .conf = conf, .is_role = is_role, .listener = -1 };
	(void)gethostname(
	    host, sizeof(host) - 1); /* cut where it is long; the number tells them apart */
	bdl_random(&number, sizeof(number));
	(void)snprintf(c->holder, sizeof(c->holder), "%s, process %d, %08x",
	    host[0] ? host : "this host", (int)getpid(), (unsigned)number); /* fits */
	for (size_t i = 0; i < BDL_JOBS_MAX; i++)
		c->runs[i].from = -1;
}

void bdl_clerk_rest(struct bdl_clerk *c)
{
	bdl_store_close(bdl_steal(&c->store));
}

int bdl_job_names(
    const struct bdl_conf *conf, char out[BDL_JOBS_MAX][BDL_JOB_NAME], struct bdl_err *err)
{
	char host[BDL_DATA_HOST_MAX] = "";

	int rc = conf->store[0] ? bdl_data_host(conf, host, err) : 0;
	if (rc < 0)
		return rc;
	for (const struct bdl_job *job = bdl_jobs; job->name; job++)
		(void)snprintf(out[job - bdl_jobs], BDL_JOB_NAME, "%s%s%s",
		    job->is_hosts_own ? host : "", job->is_hosts_own && host[0] ? "/" : "",
		    job->name); /* fits */
	return 0;
}

int bdl_clerk_open(struct bdl_clerk *c, struct bdl_err *err)
{
	int rc = c->names[0][0] ? 0 : bdl_job_names(c->conf, c->names, err);

	return rc < 0 || c->store ? rc : bdl_data_store(c->conf, &c->store, err);
}

/* The same, and the moment by which all clerks of this store go. */
static int open_now(struct bdl_clerk *c, int64_t *ret_ms, struct bdl_err *err)
{
	int rc = bdl_clerk_open(c, err);

	return rc < 0 ? rc : bdl_store_now(c->store, ret_ms, err);
}

static struct bdl_view name_of(const struct bdl_clerk *c, const struct bdl_job *job)
{
	return bdl_view_of(c->names[job - bdl_jobs]);
}

static struct bdl_view holder(const struct bdl_clerk *c)
{
	return bdl_view_of(c->holder);
}

/* --- the child --- */

static void keep_words(const struct bdl_conf *conf, const struct bdl_job *job)
{
	char path[BDL_PATH_MAX];

	bdl_conf_path(conf, path, sizeof(path), "run/job-%s.log", job->name);
	BDL_AUTO_FD int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0640);
	/* Where it cannot be kept the result says the most important thing all the same. */
	if (fd >= 0 && dup2(fd, STDOUT_FILENO) >= 0)
		(void)dup2(fd, STDERR_FILENO);
}

BDL_NORETURN static void work(struct bdl_clerk *c, const struct bdl_job *job)
{
	struct outcome o = { 0 };
	struct bdl_err err;

	for (size_t i = 0; i < BDL_JOBS_MAX; i++)
		if (c->runs[i].from != ITS_END)
			bdl_close_auto(&c->runs[i].from); /* what others say of theirs */
	(void)alarm(job->limit_s);                        /* SIGALRM ends it; cannot fail */
	if (c->is_role)
		keep_words(c->conf, job);
	o.went_well = job->run(c, o.text, &err) == 0;
	if (!o.went_well)
		(void)snprintf(o.text, sizeof(o.text), "%.*s", BDL_JOB_RESULT - 1, err.text);
	(void)fflush(stdout); /* only words for people */
	ssize_t put = write(ITS_END, &o, sizeof(o));
	_exit(put == (ssize_t)sizeof(o) ? 0 : 1);
}

/* --- beginning --- */

static int start(struct bdl_clerk *c, const struct bdl_job *job, struct bdl_err *err)
{
	struct bdl_clerk_run *run = &c->runs[job - bdl_jobs];
	int ends[2];

	/* SQLite forbids that a connection goes through a fork. */
	bdl_clerk_rest(c);
	if (pipe2(ends, O_CLOEXEC) < 0)
		return bdl_fail_sys(err, "make a pipe");
	BDL_AUTO_FD int from = ends[0];
	BDL_AUTO_FD int to = ends[1];
	(void)fflush(stdout); /* or the child would print it again */
	pid_t pid = bdl_proc_fork(from, to, err);
	if (pid == 0)
		work(c, job);
	if (pid < 0)
		return BDL_E_IO;
	*run = (struct bdl_clerk_run){
		.cause = run->cause,
		.pid = pid,
		.from = bdl_steal_fd(&from),
		.began_tick_ms = bdl_tick_ms(),
	};
	return 0;
}

/* Take it in hand and begin; *ret_taken is false where it is not due, or in another's hand. */
static int take(struct bdl_clerk *c, const struct bdl_job *job, bool is_asked_for, bool *ret_taken,
    struct bdl_err *err)
{
	struct bdl_schedule schedule;
	int64_t now_ms = 0; /* the analyser cannot see it set */

	job->schedule(c->conf, &schedule);
	int rc = open_now(c, &now_ms, err);
	if (rc == 0)
		rc = bdl_job_plan(c->store, name_of(c, job), &schedule, now_ms, err);
	if (rc == 0)
		rc = bdl_job_take(
		    c->store, name_of(c, job), holder(c), is_asked_for, now_ms, ret_taken, err);
	if (rc < 0 || !*ret_taken)
		return rc;
	rc = start(c, job, err);
	if (rc < 0 && bdl_clerk_open(c, NULL) == 0)
		(void)bdl_job_drop(
		    c->store, name_of(c, job), holder(c), NULL); /* else its lease runs out */
	return rc;
}

int bdl_clerk_begin(struct bdl_clerk *c, const struct bdl_job *job, struct bdl_err *err)
{
	bool taken = false;
	int rc = take(c, job, true, &taken, err);

	if (rc == 0 && !taken)
		return bdl_fail(err, BDL_E_BUSY,
		    "'%s' is being done by another clerk: beadle clerk list says which", job->name);
	return rc;
}

/* Before a statement is spent on it: whether it would be taken. */
static bool is_due(struct bdl_view name, const struct bdl_job_row *rows, size_t n, int64_t now_ms)
{
	for (size_t i = 0; i < n; i++)
		if (bdl_view_eq(rows[i].name, name))
			return rows[i].next_ms <= now_ms && rows[i].until_ms <= now_ms;
	return false;
}

/*
 * Take it in hand where it is due, or where there is a cause that it was not begun for yet: one that
 * fails all the same waits for the clock, like any other.
 */
static int take_due(struct bdl_clerk *c, const struct bdl_job *job, const struct bdl_job_row *rows,
    size_t n, int64_t now_ms, struct bdl_err *err)
{
	struct bdl_clerk_run *run = &c->runs[job - bdl_jobs];
	uint64_t cause = job->cause ? job->cause(c->conf) : 0;
	bool is_called = cause != 0 && cause != run->cause;
	bool taken = false;

	if (!is_called && !is_due(name_of(c, job), rows, n, now_ms))
		return 0;
	int rc = take(c, job, is_called, &taken, err);
	if (taken)
		run->cause = cause;
	return rc;
}

int bdl_clerk_begin_due(struct bdl_clerk *c, struct bdl_err *err)
{
	struct bdl_region *region BDL_AUTO(bdl_region_free) = bdl_region_new(65536);
	struct bdl_schedule schedule;
	struct bdl_job_row *rows;
	int64_t now_ms = 0; /* the analyser cannot see it set */
	size_t n;

	int rc = open_now(c, &now_ms, err);
	for (const struct bdl_job *job = bdl_jobs; rc == 0 && job->name; job++) {
		job->schedule(c->conf, &schedule);
		rc = bdl_job_plan(c->store, name_of(c, job), &schedule, now_ms, err);
	}
	if (rc == 0)
		rc = bdl_jobs_list(c->store, region, &rows, &n, err);
	for (const struct bdl_job *job = bdl_jobs; rc == 0 && job->name; job++) {
		const struct bdl_clerk_run *run = &c->runs[job - bdl_jobs];
		if (run->pid == 0 && !run->has_ended)
			rc = take_due(c, job, rows, n, now_ms, err);
	}
	return rc;
}

/* --- ending --- */

static void settle(struct bdl_clerk_run *run, int status)
{
	struct outcome o = { 0 };
	ssize_t got = read(run->from, &o, sizeof(o));

	(void)close(bdl_steal_fd(&run->from)); /* a pipe */
	run->pid = 0;
	run->has_ended = true;
	run->end.took_ms = bdl_tick_ms() - run->began_tick_ms;
	run->end.went_well = got == (ssize_t)sizeof(o) && o.went_well;
	o.text[sizeof(o.text) - 1] = '\0';
	if (got == (ssize_t)sizeof(o))
		(void)snprintf(run->text, sizeof(run->text), "%s", o.text);
	else if (WIFSIGNALED(status) && WTERMSIG(status) == SIGALRM)
		(void)snprintf(run->text, sizeof(run->text), "it took too long and was ended");
	else
		(void)snprintf(run->text, sizeof(run->text), "ended by %s %d",
		    WIFSIGNALED(status) ? "signal" : "status",
		    WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status));
	run->end.result = bdl_view_of(run->text);
}

/* What went wrong may name an address, so it is in the store and not in the log. */
static void tell(const struct bdl_clerk *c, const struct bdl_job *job, bool held)
{
	const struct bdl_job_end *end = &c->runs[job - bdl_jobs].end;

	if (!c->is_role)
		return;
	if (!held)
		bdl_log(BDL_LOG_WARN, "job-lost", "%s was taken over by another clerk", job->name);
	else if (end->went_well)
		bdl_log(
		    BDL_LOG_INFO, "job-done", "%s, in %lld ms", job->name, (long long)end->took_ms);
	else
		bdl_log(
		    BDL_LOG_ERR, "job-failed", "%s failed: beadle clerk list says why", job->name);
}

static int put_down(struct bdl_clerk *c, const struct bdl_job *job, struct bdl_err *err)
{
	struct bdl_clerk_run *run = &c->runs[job - bdl_jobs];
	struct bdl_schedule schedule;
	int64_t now_ms = 0; /* the analyser cannot see it set */
	bool held = false;

	job->schedule(c->conf, &schedule);
	int rc = open_now(c, &now_ms, err);
	if (rc == 0)
		rc = bdl_job_end(
		    c->store, name_of(c, job), holder(c), &schedule, &run->end, now_ms, &held, err);
	if (rc < 0)
		return rc; /* kept, and tried again */
	run->has_ended = false;
	tell(c, job, held);
	return 0;
}

static int hold(struct bdl_clerk *c, const struct bdl_job *job, struct bdl_err *err)
{
	int64_t now_ms;
	bool held; /* one that was lost is told when it ends */
	int rc = open_now(c, &now_ms, err);

	return rc < 0 ? rc : bdl_job_hold(c->store, name_of(c, job), holder(c), now_ms, &held, err);
}

int bdl_clerk_look(struct bdl_clerk *c, size_t *ret_running, struct bdl_err *err)
{
	bool is_time = bdl_tick_ms() - c->held_tick_ms >= HOLD_MS;
	size_t running = 0;
	int status, rc = 0;

	for (const struct bdl_job *job = bdl_jobs; job->name; job++) {
		struct bdl_clerk_run *run = &c->runs[job - bdl_jobs];
		if (run->pid && waitpid(run->pid, &status, WNOHANG) == run->pid)
			settle(run, status);
		if (run->has_ended && rc == 0)
			rc = put_down(c, job, err);
		if (run->pid && is_time && rc == 0)
			rc = hold(c, job, err);
		running += run->pid != 0 || run->has_ended;
	}
	if (rc < 0)
		return rc;
	if (is_time)
		c->held_tick_ms = bdl_tick_ms();
	*ret_running = running;
	return 0;
}

void bdl_clerk_done(struct bdl_clerk *c)
{
	for (const struct bdl_job *job = bdl_jobs; job->name; job++) {
		struct bdl_clerk_run *run = &c->runs[job - bdl_jobs];
		/* Where this fails its lease runs out. */
		if (run->pid && bdl_clerk_open(c, NULL) == 0)
			(void)bdl_job_drop(c->store, name_of(c, job), holder(c), NULL);
		bdl_close_auto(&run->from);
	}
	bdl_close_auto(&c->listener);
	bdl_clerk_rest(c);
}
