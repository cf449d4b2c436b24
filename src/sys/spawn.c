#include "sys/proc.h"
#include "sys/proc_int.h"
#include <errno.h>
#include <fcntl.h>
#include <linux/close_range.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#define FIRST_FD 3

struct launch {
	const char *program;
	char *const *argv;
	int fds[BDL_CHILD_FDS_MAX];
	int n_fds;
	int report; /* where the child tells errno; exec closes it */
	pid_t parent;
};

static void reset_signals(void)
{
	struct sigaction plain = { .sa_handler = SIG_DFL };
	sigset_t none;

	/* SIGKILL, SIGSTOP and those that libc keeps refuse; they need no reset. */
	for (int number = 1; number < NSIG; number++)
		(void)sigaction(number, &plain, NULL);
	(void)sigemptyset(&none);                    /* cannot fail */
	(void)sigprocmask(SIG_SETMASK, &none, NULL); /* nor this */
}

/* Put the descriptors at 3, 4, ... and let exec close all others. False with errno. */
static bool place_fds(struct launch *l)
{
	const int above = FIRST_FD + l->n_fds;

	/* First out of the way of every place, so that no dup2 hits one that is still to come. */
	l->report = fcntl(l->report, F_DUPFD_CLOEXEC, above);
	if (l->report < 0)
		return false;
	for (int i = 0; i < l->n_fds; i++) {
		l->fds[i] = fcntl(l->fds[i], F_DUPFD_CLOEXEC, above);
		if (l->fds[i] < 0)
			return false;
	}
	/* Not close-on-exec: where standard input was closed this is it, and the dup2 does nothing. */
	int null = open("/dev/null", O_RDONLY);
	if (null < 0 || dup2(null, STDIN_FILENO) < 0)
		return false;
	for (int i = 0; i < l->n_fds; i++)
		if (dup2(l->fds[i], FIRST_FD + i) < 0)
			return false;
	return close_range((unsigned)above, ~0u, CLOSE_RANGE_CLOEXEC) == 0;
}

/* Between fork and exec: only what is safe there, since threads of the parent may hold locks. */
BDL_NORETURN static void become(struct launch *l)
{
	/* Before all that may fail: it sets errno, which is what the parent is told. */
	reset_signals();
	bool ready = prctl(PR_SET_PDEATHSIG, SIGTERM) == 0 && place_fds(l);

	/* A parent that died before the line above will send nothing. */
	if (getppid() != l->parent)
		_exit(1);
	if (ready)
		(void)execve(l->program, l->argv, environ); /* returns only to fail */
	int sys = errno;
	/* Where even this fails the parent sees the end of the pipe and, by and by, status 127. */
	ssize_t put = write(l->report, &sys, sizeof(sys));
	_exit(put < 0 ? 126 : 127);
}

/* 0 where exec closed the pipe, else the child's errno. */
static int read_report(int fd)
{
	int sys = 0;
	ssize_t got;

	do
		got = read(fd, &sys, sizeof(sys));
	while (got < 0 && errno == EINTR);
	return got == (ssize_t)sizeof(sys) ? sys : 0;
}

static pid_t reap(pid_t pid)
{
	pid_t got;

	do
		got = waitpid(pid, NULL, 0);
	while (got < 0 && errno == EINTR);
	return got;
}

int bdl_spawn(const char *program, char *const argv[], const int *fds, size_t n_fds, pid_t *ret_pid,
    struct bdl_err *err)
{
	BDL_BUG_IF(n_fds > BDL_CHILD_FDS_MAX);
	struct launch l = { .program = program, .argv = argv, .n_fds = (int)n_fds };
	int ends[2];
	sigset_t all, before;

	if (pipe2(ends, O_CLOEXEC) < 0)
		return bdl_fail_sys(err, "make a pipe");
	BDL_AUTO_FD int from = ends[0];
	BDL_AUTO_FD int to = ends[1];
	for (size_t i = 0; i < n_fds; i++)
		l.fds[i] = fds[i];
	l.report = to;
	l.parent = getpid();
	/* No handler of ours may run in the child: libuv's would write to a pipe that we share. */
	(void)sigfillset(&all);                        /* cannot fail */
	(void)sigprocmask(SIG_SETMASK, &all, &before); /* nor these two */
	pid_t pid = fork();
	if (pid == 0)
		become(&l);
	int sys = errno;
	(void)sigprocmask(SIG_SETMASK, &before, NULL);
	errno = sys;
	if (pid < 0)
		return bdl_fail_sys(err, "make a process");
	(void)close(bdl_steal_fd(&to)); /* ours of the two writers; the read below ends by theirs */
	sys = read_report(from);
	if (sys != 0) {
		(void)reap(pid); /* it exits by itself after the report */
		errno = sys;
		return bdl_fail_sys(err, "start '%s'", program);
	}
	*ret_pid = pid;
	return 0;
}

/* After a fork: false where what the child needs cannot be had, or the parent is gone. */
static bool settle(pid_t parent, int ours, int handed)
{
	reset_signals();
	(void)signal(SIGPIPE, SIG_IGN); /* fails only for a signal that there is not */
	if (prctl(PR_SET_PDEATHSIG, SIGTERM) != 0 || getppid() != parent)
		return false;
	(void)close(ours); /* before its number is the other's */
	if (handed != FIRST_FD && (dup2(handed, FIRST_FD) < 0 || close(handed) < 0))
		return false;
	return true;
}

pid_t bdl_proc_fork(int ours, int handed, struct bdl_err *err)
{
	sigset_t all, before;
	pid_t parent = getpid();

	/* As in bdl_spawn: no handler of the parent's may run in the child. */
	(void)sigfillset(&all);                        /* cannot fail */
	(void)sigprocmask(SIG_SETMASK, &all, &before); /* nor these */
	pid_t pid = fork();
	if (pid == 0 && !settle(parent, ours, handed))
		_exit(1);
	int sys = errno;
	if (pid != 0)
		(void)sigprocmask(SIG_SETMASK, &before, NULL);
	errno = sys;
	if (pid < 0)
		(void)bdl_fail_sys(err, "make a process");
	return pid;
}

pid_t bdl_proc_fork_paired(int type, int *ret_fd, struct bdl_err *err)
{
	int ends[2];

	if (socketpair(AF_UNIX, type | SOCK_CLOEXEC, 0, ends) < 0) {
		(void)bdl_fail_sys(err, "make a pair of sockets");
		return -1;
	}
	BDL_AUTO_FD int ours = ends[0];
	BDL_AUTO_FD int its = ends[1];
	pid_t pid = bdl_proc_fork(ours, its, err);
	if (pid == 0)
		ours = its = -1; /* the one is closed, the other has another number */
	if (pid > 0)
		*ret_fd = bdl_steal_fd(&ours);
	return pid;
}

void bdl_proc_end_paired(pid_t pid, int fd)
{
	(void)close(fd); /* a socket; the process sees it and ends */
	/* In a sandbox that forbids to wait it is init's to bury. */
	(void)waitpid(pid, NULL, 0);
}

void bdl_proc_tame(char *text, size_t size)
{
	text[size - 1] = '\0';
	for (char *p = text; *p; p++)
		if ((unsigned char)*p < ' ' || *p == 0x7f)
			*p = '?';
}

void bdl_proc_follow_parent(void)
{
	pid_t parent = getppid();

	(void)prctl(PR_SET_PDEATHSIG, SIGTERM); /* fails only for a bad signal */
	if (getppid() != parent)
		(void)raise(SIGTERM); /* it died meanwhile; raise of a known signal works */
}
