#include "base/clock.h"
#include "place.h"
#include "sys/proc.h"
#include "sys/proc_int.h"
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include <cmocka.h>

#define DEADLINE_MS 20000

/* ---- The children: this program again, with the name of what to do. ---- */

BDL_NORETURN static void child_sleep(void)
{
	for (;;)
		pause();
}

static int child_deaf(void)
{
	(void)signal(SIGTERM, SIG_IGN);
	if (write(3, "r", 1) != 1)
		return 1;
	child_sleep();
}

/* What it found of its descriptors and signals, as one line to descriptor 3. */
static int child_look(void)
{
	char line[256];
	struct stat st, null;
	struct sigaction usr1;
	sigset_t mask;
	int extra = 0, blocked = 0;

	for (int fd = 5; fd < 256; fd++)
		extra += fcntl(fd, F_GETFD) != -1;
	sigprocmask(SIG_SETMASK, NULL, &mask);
	for (int s = 1; s < NSIG; s++)
		blocked += sigismember(&mask, s) == 1;
	sigaction(SIGUSR1, NULL, &usr1);
	bool four_null =
	    fstat(4, &st) == 0 && stat("/dev/null", &null) == 0 && st.st_rdev == null.st_rdev;
	bool in_null = fstat(0, &st) == 0 && st.st_rdev == null.st_rdev;
	int n = snprintf(line, sizeof(line), "extra=%d blocked=%d usr1=%d four=%d in=%d", extra,
	    blocked, usr1.sa_handler == SIG_DFL, four_null, in_null);
	return write(3, line, (size_t)n) == n ? 0 : 1;
}

static int child_main(const char *what)
{
	/* Should a test fail, no child of it stays for long. */
	alarm(60);
	if (strcmp(what, "sleep") == 0)
		child_sleep();
	if (strcmp(what, "deaf") == 0)
		return child_deaf();
	if (strcmp(what, "look") == 0)
		return child_look();
	return 3; /* "die" */
}

/* ---- The scene: a loop, a board, a supervisor and a script that is asked every 10 ms. ---- */

struct scene {
	struct place place;
	struct bdl_loop loop;
	struct bdl_board *board;
	struct bdl_supervisor *sup;
	uv_timer_t timer;
	bool (*script)(struct scene *s); /* true: all seen, stop the children */
	int64_t grace_ms, began_ms, stop_ms, gone_ms;
	bool late;
	pid_t a, b;
	int pipe[2];
	unsigned ends;
	int64_t pauses[16];
	char how[64];
};

static void on_gone(void *arg)
{
	struct scene *s = arg;

	s->gone_ms = bdl_tick_ms();
	bdl_supervisor_free(s->sup);
	s->sup = NULL;
	bdl_loop_stop(&s->loop);
}

static void on_ended(void *arg, const char *name, const char *how, int64_t pause_ms)
{
	struct scene *s = arg;

	(void)name;
	if (s->ends < BDL_ARRAY_LEN(s->pauses))
		s->pauses[s->ends] = pause_ms;
	s->ends++;
	(void)snprintf(s->how, sizeof(s->how), "%s", how);
}

static void on_tick(uv_timer_t *timer)
{
	struct scene *s = timer->data;

	s->late = bdl_tick_ms() - s->began_ms > DEADLINE_MS;
	if (!s->late && !s->script(s))
		return;
	uv_close((uv_handle_t *)timer, NULL);
	s->stop_ms = bdl_tick_ms();
	bdl_supervisor_stop(s->sup, s->grace_ms, on_gone, s);
}

static void open_scene(struct scene *s, bool (*script)(struct scene *s))
{
	struct bdl_err err;

	*s = (struct scene){ .place = place_new(), .script = script, .grace_ms = 5000 };
	assert_int_equal(bdl_board_create(place_path(&s->place, "board"), &s->board, &err), 0);
	assert_int_equal(bdl_loop_init(&s->loop, NULL, NULL, &err), 0);
	s->sup = bdl_supervisor_new(&s->loop, s->board);
	bdl_supervisor_on_end(s->sup, on_ended, s);
	assert_int_equal(pipe2(s->pipe, O_CLOEXEC | O_NONBLOCK), 0);
}

static void play(struct scene *s)
{
	s->began_ms = bdl_tick_ms();
	uv_timer_init(&s->loop.uv, &s->timer);
	s->timer.data = s;
	uv_timer_start(&s->timer, on_tick, 10, 10);
	bdl_loop_run(&s->loop);
	assert_false(s->late);
	assert_null(s->sup);
}

static void close_scene(struct scene *s)
{
	bdl_board_close(s->board);
	close(s->pipe[0]);
	close(s->pipe[1]);
	place_done(&s->place);
}

static void add(struct scene *s, const char *name, const char *what)
{
	struct bdl_err err = { 0 };
	struct bdl_child_spec spec = {
		.name = name, .args = { "child", what }, .fds = { s->pipe[1] }, .n_fds = 1
	};

	if (bdl_supervisor_add(s->sup, &spec, &err) < 0)
		fail_msg("%s", err.text);
}

static pid_t pid_of(struct scene *s, const char *name)
{
	return atomic_load(&bdl_board_slot(s->board, name)->pid);
}

static uint32_t starts_of(struct scene *s, const char *name)
{
	return atomic_load(&bdl_board_slot(s->board, name)->starts);
}

/* ---- The tests. ---- */

static bool kill_a_once(struct scene *s)
{
	if (!s->a) {
		s->a = pid_of(s, "a");
		s->b = pid_of(s, "b");
		kill(s->a, SIGKILL);
		return false;
	}
	return starts_of(s, "a") == 2 && pid_of(s, "a") != 0;
}

static void a_killed_child_comes_back(void **state)
{
	(void)state;
	struct scene s;

	open_scene(&s, kill_a_once);
	add(&s, "a", "sleep");
	add(&s, "b", "sleep");
	play(&s);
	assert_int_equal(s.pauses[0], 0); /* the first time at once */
	assert_int_equal(starts_of(&s, "b"), 1);
	assert_int_equal(s.ends, 3); /* one by our hand, two by the stop: b never before */
	assert_string_equal(s.how, "ended by signal 15");
	assert_int_equal(atomic_load(&bdl_board_slot(s.board, "b")->state), BDL_STATE_STOPPED);
	assert_int_equal(pid_of(&s, "a"), 0);
	assert_int_equal(kill(s.b, 0), -1); /* gone, and reaped */
	close_scene(&s);
}

static bool four_ends(struct scene *s)
{
	return s->ends >= 4;
}

static void pauses_grow(void **state)
{
	(void)state;
	static const int64_t want[] = { 0, 100, 200, 400 };
	struct scene s;

	open_scene(&s, four_ends);
	add(&s, "a", "die");
	play(&s);
	for (size_t i = 0; i < BDL_ARRAY_LEN(want); i++)
		assert_int_equal(s.pauses[i], want[i]);
	assert_true(s.stop_ms - s.began_ms >= 300); /* it did wait before the fourth */
	assert_string_equal(s.how, "ended with status 3");
	close_scene(&s);
}

static bool a_is_ready(struct scene *s)
{
	char c;

	return read(s->pipe[0], &c, 1) == 1;
}

static void the_deaf_are_killed_after_the_grace(void **state)
{
	(void)state;
	struct scene s;

	open_scene(&s, a_is_ready);
	s.grace_ms = 300;
	add(&s, "a", "deaf");
	play(&s);
	assert_in_range(s.gone_ms - s.stop_ms, 295, 5000);
	assert_string_equal(s.how, "ended by signal 9");
	assert_int_equal(s.pauses[0], -1);
	close_scene(&s);
}

static void a_missing_program_is_an_error(void **state)
{
	(void)state;
	struct bdl_child_spec spec = { .name = "gone", .program = "/nonexistent/program" };
	struct bdl_err err = { 0 };
	struct scene s;

	open_scene(&s, NULL);
	assert_int_equal(bdl_supervisor_add(s.sup, &spec, &err), BDL_E_IO);
	assert_int_equal(err.sys, ENOENT);
	assert_string_equal(
	    err.text, "gone: start '/nonexistent/program': No such file or directory");
	assert_int_equal(starts_of(&s, "gone"), 0);
	assert_int_equal(atomic_load(&bdl_board_slot(s.board, "gone")->state), BDL_STATE_DOWN);
	bdl_supervisor_free(s.sup);
	bdl_loop_stop(&s.loop);
	bdl_loop_run(&s.loop);
	close_scene(&s);
}

/* In a process of its own, since it takes descriptors 3 and 4 for the wrong things on purpose. */
BDL_NORETURN static void spawn_with_crossed_fds(int report)
{
	char *argv[] = { (char[]){ "beadle" }, (char[]){ "child" }, (char[]){ "look" }, NULL };
	const int fds[] = { 4, 3 }; /* each stands where the other must go */
	pid_t pid;
	sigset_t some;

	int out = fcntl(report, F_DUPFD, 100), null = open("/dev/null", O_RDWR);
	int stray = fcntl(null, F_DUPFD, 60); /* inheritable, and none of the child's business */
	if (stray < 0 || dup2(null, 3) < 0 || dup2(out, 4) < 0)
		_exit(1);
	/* Then /dev/null is opened there at once, and must outlive the exec all the same. */
	(void)close(STDIN_FILENO);
	(void)signal(SIGUSR1, SIG_IGN);
	sigemptyset(&some);
	sigaddset(&some, SIGHUP);
	sigprocmask(SIG_BLOCK, &some, NULL);
	if (bdl_spawn("/proc/self/exe", argv, fds, 2, &pid, NULL) < 0)
		_exit(2);
	_exit(waitpid(pid, NULL, 0) == pid ? 0 : 3);
}

static void descriptors_and_signals_are_clean(void **state)
{
	(void)state;
	char got[256] = "";
	int ends[2], status;

	assert_int_equal(pipe(ends), 0);
	pid_t pid = fork();
	if (pid == 0)
		spawn_with_crossed_fds(ends[1]);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
	close(ends[1]);
	assert_true(read(ends[0], got, sizeof(got) - 1) > 0);
	assert_string_equal(got, "extra=0 blocked=0 usr1=1 four=1 in=1");
	close(ends[0]);
}

static void a_bad_descriptor_is_told(void **state)
{
	(void)state;
	char *argv[] = { (char[]){ "beadle" }, (char[]){ "child" }, (char[]){ "sleep" }, NULL };
	const int fds[] = { 1000000 };
	struct bdl_err err = { 0 };
	pid_t pid = 0;

	assert_int_equal(bdl_spawn("/proc/self/exe", argv, fds, 1, &pid, &err), BDL_E_IO);
	assert_int_equal(err.sys, EBADF);
	assert_int_equal(pid, 0);
}

static void children_follow_their_parent(void **state)
{
	(void)state;
	char *argv[] = { (char[]){ "beadle" }, (char[]){ "child" }, (char[]){ "sleep" }, NULL };
	int ends[2];
	char c;

	assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
	pid_t parent = fork();
	if (parent == 0) {
		pid_t pid;

		if (bdl_spawn("/proc/self/exe", argv, &ends[1], 1, &pid, NULL) < 0)
			_exit(1);
		if (write(ends[1], "s", 1) != 1)
			_exit(1);
		child_sleep();
	}
	close(ends[1]);
	assert_int_equal(read(ends[0], &c, 1), 1); /* the grandchild is there */
	struct pollfd p = { .fd = ends[0], .events = POLLIN };
	assert_int_equal(poll(&p, 1, 100), 0); /* and stays */
	kill(parent, SIGKILL);
	waitpid(parent, NULL, 0);
	/* The end of the pipe comes when the grandchild, its last writer, is gone. */
	assert_int_equal(poll(&p, 1, DEADLINE_MS), 1);
	assert_int_equal(read(ends[0], &c, 1), 0);
	close(ends[0]);
}

static void a_paired_child_answers_and_ends_with_its_socket(void **state)
{
	char got[8] = { 0 };
	int fd = -1;

	(void)state;
	pid_t pid = bdl_proc_fork_paired(SOCK_SEQPACKET, &fd, NULL);
	if (pid == 0) {
		ssize_t n;

		while ((n = read(3, got, sizeof(got))) > 0)
			if (write(3, got, (size_t)n) != n)
				_exit(1);
		_exit(n == 0 ? 0 : 1); /* our end was closed, and the child holds no copy of it */
	}
	assert_true(pid > 0);
	for (int i = 0; i < 2; i++) {
		assert_int_equal(write(fd, "asked", 5), 5);
		assert_int_equal(read(fd, got, sizeof(got)), 5);
		assert_memory_equal(got, "asked", 5);
	}
	assert_int_equal(fcntl(fd, F_GETFD) & FD_CLOEXEC, FD_CLOEXEC);
	bdl_proc_end_paired(pid, fd);
	assert_int_equal(fcntl(fd, F_GETFD), -1);
	assert_int_equal(waitpid(pid, NULL, 0), -1); /* it is gone, and buried */
	assert_int_equal(errno, ECHILD);
}

static void what_a_child_says_moves_no_cursor(void **state)
{
	char endless[] = { 'a', '\x1b', '[', 'A', '\n', '\x7f', '\xc3', '\xa9', 'z' };

	(void)state;
	bdl_proc_tame(endless, sizeof(endless));
	assert_string_equal(endless, "a?[A??\xc3\xa9");
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		/* First: libuv, once used, keeps low descriptors and makes them anew in a fork. */
		cmocka_unit_test(descriptors_and_signals_are_clean),
		cmocka_unit_test(a_killed_child_comes_back),
		cmocka_unit_test(pauses_grow),
		cmocka_unit_test(the_deaf_are_killed_after_the_grace),
		cmocka_unit_test(a_missing_program_is_an_error),
		cmocka_unit_test(a_bad_descriptor_is_told),
		cmocka_unit_test(children_follow_their_parent),
		cmocka_unit_test(a_paired_child_answers_and_ends_with_its_socket),
		cmocka_unit_test(what_a_child_says_moves_no_cursor),
	};
	if (argc == 3 && strcmp(argv[1], "child") == 0)
		return child_main(argv[2]);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
