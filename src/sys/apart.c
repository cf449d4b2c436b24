#include "sys/apart.h"
#include "base/clock.h"
#include "sys/file.h"
#include "sys/proc.h"
#include "sys/sandbox.h"
#include "sys/sandbox_int.h"
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#define ITS_END     3 /* the descriptor of the result, in the process */
#define FILES_OPEN  64
#define PIECE_BYTES 65536

/* What the work came to, before the bytes that it wrote. */
struct outcome {
	int code;
	char text[sizeof(((struct bdl_err *)NULL)->text)];
};

/* --- in the process --- */

static int limit(int what, rlim_t most, struct bdl_err *err)
{
	const struct rlimit to = { most, most };

	return setrlimit((__rlimit_resource_t)what, &to) < 0 ? bdl_fail_sys(err, "set a limit") : 0;
}

static int set_limits(const struct bdl_apart_limits *l, struct bdl_err *err)
{
	bool still_root;
	int rc = bdl_sandbox_drop("nobody", "/", &still_root, err);

	if (rc == 0)
		rc = limit(RLIMIT_CPU, l->cpu_s, err);
	if (rc == 0)
		rc = limit(RLIMIT_FSIZE, 0, err);
	if (rc == 0)
		rc = limit(RLIMIT_NOFILE, FILES_OPEN, err);
	/* A sanitizer maps terabytes that it does not use. */
	if (rc == 0 && l->memory > 0 && !BDL_SANITIZED)
		rc = limit(RLIMIT_AS, l->memory, err);
	return rc;
}

BDL_NORETURN static void work_and_end(
    bdl_apart_work_fn *work, struct bdl_view in, const struct bdl_apart_limits *limits, size_t max)
{
	struct bdl_buf out = BDL_BUF(max);
	struct bdl_err err = { 0 };
	struct outcome o = { 0 };
	bool landlock;

	o.code = set_limits(limits, &err);
	if (o.code == 0)
		o.code = bdl_sandbox_files(NULL, 0, &landlock, &err);
	if (o.code == 0)
		o.code = bdl_sandbox_calls(0, &err);
	if (o.code == 0)
		o.code = work(in, &out, &err);
	if (o.code == 0 && bdl_buf_broken(&out))
		o.code = bdl_fail(&err, BDL_E_LIMIT, "what it holds is too much");
	if (o.code < 0)
		memcpy(o.text, err.text, sizeof(o.text));
	_exit(bdl_file_put(ITS_END, &o, sizeof(o)) &&
		    (o.code < 0 || bdl_file_put(ITS_END, out.p, out.n))
		? 0
		: 1);
}

/* The program's own files, and no others. */
static int confine_program(const char *program, struct bdl_err *err)
{
	const struct bdl_path_right rights[] = {
		{ program, BDL_MAY_RUN },
		{ "/usr/lib", BDL_MAY_RUN },
		{ "/lib", BDL_MAY_RUN },
		{ "/lib64", BDL_MAY_RUN },
		{ "/etc/ld.so.cache", BDL_MAY_READ },
		{ "/etc/fonts", BDL_MAY_READ },
		{ "/usr/share/fonts", BDL_MAY_READ },
		{ "/usr/share/fontconfig", BDL_MAY_READ },
		{ "/usr/share/poppler", BDL_MAY_READ },
		{ "/var/cache/fontconfig", BDL_MAY_READ },
	};
	bool landlock;
	int rc = bdl_sandbox_files(rights, BDL_ARRAY_LEN(rights), &landlock, err);

	return rc < 0 ? rc : bdl_sandbox_program(err);
}

BDL_NORETURN static void become(
    const char *const argv[], int in, const struct bdl_apart_limits *limits)
{
	const char *const nothing[] = { "LC_ALL=C.UTF-8", NULL };
	int null = open("/dev/null", O_WRONLY | O_CLOEXEC);
	bool ready = null >= 0 && dup2(in, STDIN_FILENO) >= 0 &&
	    dup2(ITS_END, STDOUT_FILENO) >= 0 && dup2(null, STDERR_FILENO) >= 0 &&
	    close_range(ITS_END, ~0u, 0) == 0;

	if (ready && set_limits(limits, NULL) == 0 && confine_program(argv[0], NULL) == 0)
		/* POSIX keeps these strings unchanged but could not say so in C's types. */
		(void)execve(argv[0], (char **)(uintptr_t)argv, (char **)(uintptr_t)nothing);
	_exit(127); /* execve returns only to fail */
}

/* --- who asks --- */

/* All that comes until its end, or BDL_E_LIMIT past the time or the buffer. */
static int listen_to(int fd, int64_t until_ms, struct bdl_buf *out, struct bdl_err *err)
{
	for (;;) {
		struct pollfd p = { .fd = fd, .events = POLLIN };
		int64_t left_ms = until_ms - bdl_tick_ms();
		int ready = left_ms > 0 ? poll(&p, 1, (int)left_ms) : 0;
		char *room = bdl_buf_room(out, PIECE_BYTES);
		ssize_t got;

		if (ready == 0)
			return bdl_fail(err, BDL_E_LIMIT, "it took too long and was ended");
		if (!room)
			return bdl_fail(err, BDL_E_LIMIT, "what it holds is too much");
		got = ready < 0 ? -1 : read(fd, room, PIECE_BYTES);
		if (got < 0 && errno != EINTR)
			return bdl_fail_sys(err, "listen to a process");
		if (got == 0)
			return 0;
		bdl_buf_commit(out, got > 0 ? (size_t)got : 0);
	}
}

/* End it where it has not ended, and take its status. */
static int reap(pid_t pid, bool end)
{
	int status = 0;

	if (end)
		(void)kill(pid, SIGKILL); /* fails where it has ended, which is as well */
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		continue;
	return status;
}

static int hear(pid_t pid, int fd, const struct bdl_apart_limits *limits, struct bdl_buf *said,
    int *ret_status, struct bdl_err *err)
{
	int rc = listen_to(fd, bdl_tick_ms() + limits->wall_ms, said, err);

	*ret_status = reap(pid, rc < 0);
	return rc;
}

int bdl_apart_do(bdl_apart_work_fn *work, struct bdl_view in, const struct bdl_apart_limits *limits,
    struct bdl_buf *out, struct bdl_err *err)
{
	/* With room for a last piece: the buffer asks for it before it knows that nothing comes. */
	BDL_AUTO_IN(bdl_buf_done)
	struct bdl_buf said = BDL_BUF(sizeof(struct outcome) + out->max + PIECE_BYTES);
	struct outcome o;
	int ends[2], status;

	if (pipe2(ends, O_CLOEXEC) < 0)
		return bdl_fail_sys(err, "make a pipe");
	BDL_AUTO_FD int from = ends[0];
	BDL_AUTO_FD int to = ends[1];
	pid_t pid = bdl_proc_fork(from, to, err);
	if (pid == 0)
		work_and_end(work, in, limits, out->max);
	if (pid < 0)
		return BDL_E_IO;
	(void)close(bdl_steal_fd(&to)); /* ours of the two writers */
	int rc = hear(pid, from, limits, &said, &status, err);
	if (rc < 0)
		return rc;
	if (status != 0 || said.n < sizeof(o))
		return bdl_fail(err, BDL_E_LIMIT, "it needs more time or memory than it may have");
	memcpy(&o, said.p, sizeof(o));
	o.text[sizeof(o.text) - 1] = '\0';
	if (o.code < 0)
		return bdl_fail(err, (enum bdl_code)o.code, "%s", o.text);
	return bdl_buf_add(out, said.p + sizeof(o), said.n - sizeof(o)) < 0
	    ? bdl_fail(err, BDL_E_LIMIT, "what it holds is too much")
	    : 0;
}

/* The bytes as a file in memory, to be read from its beginning, out of the way of the result's place. */
static int as_file(struct bdl_view in, int *ret, struct bdl_err *err)
{
	BDL_AUTO_FD int fd = memfd_create("input", MFD_CLOEXEC);
	BDL_AUTO_FD int away = fd < 0 ? -1 : fcntl(fd, F_DUPFD_CLOEXEC, ITS_END + 1);

	if (away < 0 || !bdl_file_put(away, in.p, in.n) || lseek(away, 0, SEEK_SET) < 0)
		return bdl_fail_sys(err, "hold a file in memory");
	*ret = bdl_steal_fd(&away);
	return 0;
}

int bdl_apart_run(const char *const argv[], struct bdl_view in,
    const struct bdl_apart_limits *limits, struct bdl_buf *out, struct bdl_err *err)
{
	BDL_AUTO_IN(bdl_buf_done) struct bdl_buf said = BDL_BUF(out->max + PIECE_BYTES);
	BDL_AUTO_FD int file = -1;
	int ends[2], status;

	if (access(argv[0], X_OK) < 0)
		return bdl_fail(err, BDL_E_MISSING, "the program %s is not installed", argv[0]);
	int rc = as_file(in, &file, err);
	if (rc < 0)
		return rc;
	if (pipe2(ends, O_CLOEXEC) < 0)
		return bdl_fail_sys(err, "make a pipe");
	BDL_AUTO_FD int from = ends[0];
	BDL_AUTO_FD int to = ends[1];
	pid_t pid = bdl_proc_fork(from, to, err);
	if (pid == 0)
		become(argv, file, limits);
	if (pid < 0)
		return BDL_E_IO;
	(void)close(bdl_steal_fd(&to)); /* as above */
	rc = hear(pid, from, limits, &said, &status, err);
	if (rc < 0)
		return rc;
	if (!WIFEXITED(status))
		return bdl_fail(err, BDL_E_LIMIT, "it needs more time or memory than it may have");
	if (WEXITSTATUS(status) != 0)
		return bdl_fail(err, BDL_E_INVALID, "%s can make nothing of it", argv[0]);
	return bdl_buf_add(out, said.p, said.n) < 0
	    ? bdl_fail(err, BDL_E_LIMIT, "what it holds is too much")
	    : 0;
}
