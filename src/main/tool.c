#include "main/tool.h"

#include "base/view.h"

#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define SAID_MAX 200 /* the last words of a program that failed, as an error repeats them */

/* Keep the end of what comes from the pipe, with line ends as spaces. */
static size_t listen_to(int fd, char said[SAID_MAX])
{
	char chunk[512];
	size_t n = 0;
	for (;;) {
		ssize_t got = read(fd, chunk, sizeof(chunk));
		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0)
			return n;
		for (ssize_t i = 0; i < got; i++) {
			if (n == SAID_MAX) {
				memmove(said, said + 1, SAID_MAX - 1);
				n--;
			}
			said[n++] = chunk[i] == '\n' ? ' ' : chunk[i];
		}
	}
}

static int spawn(const char *const argv[], int out, pid_t *ret_pid)
{
	posix_spawn_file_actions_t actions;
	int rc = posix_spawn_file_actions_init(&actions);
	if (rc != 0)
		return rc;
	rc = posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
	if (rc == 0)
		rc = posix_spawn_file_actions_adddup2(&actions, out, 1);
	if (rc == 0)
		rc = posix_spawn_file_actions_adddup2(&actions, out, 2);
	/* POSIX keeps argv's strings unchanged but could not say so in C's types. */
	if (rc == 0)
		rc = posix_spawnp(
		    ret_pid, argv[0], &actions, NULL, (char **)(uintptr_t)argv, environ);
	(void)posix_spawn_file_actions_destroy(&actions); /* cannot fail where init did not */
	return rc;
}

int bdl_tool_run(const char *const argv[], struct bdl_err *err)
{
	int ends[2];
	if (pipe2(ends, O_CLOEXEC) < 0)
		return bdl_fail_sys(err, "run %s: pipe", argv[0]);
	int from BDL_AUTO_FD = ends[0];
	int to BDL_AUTO_FD = ends[1];

	pid_t pid = -1;
	int rc = spawn(argv, to, &pid);
	if (rc == ENOENT)
		return bdl_fail(err, BDL_E_MISSING, "the program %s is not installed", argv[0]);
	if (rc != 0) {
		errno = rc;
		return bdl_fail_sys(err, "run %s", argv[0]);
	}
	(void)close(bdl_steal_fd(&to)); /* ours only: the program has its own */

	char said[SAID_MAX];
	struct bdl_view v = bdl_view_trim(bdl_view_at(said, listen_to(from, said)));
	int status = 0;
	while (waitpid(pid, &status, 0) < 0) {
		if (errno != EINTR)
			return bdl_fail_sys(err, "wait for %s", argv[0]);
	}
	if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
		return 0;
	return bdl_fail(err, BDL_E_IO, "%s failed: %.*s", argv[0], BDL_FMT(v));
}
