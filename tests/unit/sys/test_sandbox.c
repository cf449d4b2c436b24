#include "base/clock.h"
#include "base/hash.h"
#include "place.h"
#include "sys/loop.h"
#include "sys/sandbox.h"
#include "sys/sandbox_int.h"
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <netinet/in.h>
#include <pthread.h>
#include <sched.h>
#include <setjmp.h>
#include <signal.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <sys/wait.h>

#include <cmocka.h>

/* In the forked process, where cmocka's asserts would run the rest of the tests twice. */
#define CHECK(cond)                                                                              \
	do {                                                                                     \
		if (!(cond)) {                                                                   \
			(void)fprintf(                                                           \
			    stderr, "%s:%d: %s (errno %d)\n", __FILE__, __LINE__, #cond, errno); \
			_exit(1);                                                                \
		}                                                                                \
	} while (0)
#define CHECK_FAILS(call, number) CHECK((call) == -1 && errno == (number))

static struct place place;

static int make_place(void **state)
{
	(void)state;
	place = place_new();
	return mkdir(place_path(&place, "in"), 0755) == 0 &&
		mkdir(place_path(&place, "out"), 0755) == 0 &&
		mkdir(place_path(&place, "read"), 0755) == 0 &&
		close(creat(place_path(&place, "out/secret"), 0644)) == 0 &&
		close(creat(place_path(&place, "read/list"), 0644)) == 0 &&
		close(creat(place_path(&place, "single"), 0644)) == 0
	    ? 0
	    : -1;
}

static int remove_place(void **state)
{
	(void)state;
	place_done(&place);
	return 0;
}

/* The wait status of `act` in a process of its own. */
static int status_of(void (*act)(void))
{
	pid_t pid = fork();
	int status = -1;

	assert_true(pid >= 0);
	if (pid == 0) {
		alarm(20);
		act();
		_exit(0);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	return status;
}

static void assert_passes(void (*act)(void))
{
	assert_int_equal(status_of(act), 0);
}

static void assert_killed(void (*act)(void))
{
	int status = status_of(act);

	assert_true(WIFSIGNALED(status));
	assert_int_equal(WTERMSIG(status), SIGSYS);
}

static void close_calls(unsigned calls)
{
	struct bdl_err err = { 0 };

	if (bdl_sandbox_calls(calls, &err) < 0) {
		(void)fprintf(stderr, "%s\n", err.text);
		_exit(1);
	}
}

/* ---- Files ---- */

static bool enter_files(void)
{
	const struct bdl_path_right rights[] = {
		{ place_path(&place, "in"), BDL_MAY_WRITE },
		{ place_path(&place, "read"), BDL_MAY_READ },
		{ place_path(&place, "single"), BDL_MAY_WRITE },
		{ place_path(&place, "absent"), BDL_MAY_WRITE },
	};
	bool landlock = false;
	struct bdl_err err = { 0 };

	if (bdl_sandbox_files(rights, BDL_ARRAY_LEN(rights), &landlock, &err) < 0) {
		(void)fprintf(stderr, "%s\n", err.text);
		_exit(1);
	}
	return landlock;
}

static void only_these_files(void)
{
	CHECK(close(open("/etc/passwd", O_RDONLY)) == 0); /* before: the refusal below is new */
	if (!enter_files())
		_exit(77);
	CHECK(close(open(place_path(&place, "in/new"), O_CREAT | O_RDWR | O_TRUNC, 0600)) == 0);
	CHECK(truncate(place_path(&place, "in/new"), 10) == 0);
	CHECK(mkdir(place_path(&place, "in/sub"), 0700) == 0);
	CHECK(rename(place_path(&place, "in/new"), place_path(&place, "in/sub/newer")) == 0);
	CHECK(unlink(place_path(&place, "in/sub/newer")) == 0);
	CHECK(rmdir(place_path(&place, "in/sub")) == 0);
	CHECK(close(open(place_path(&place, "read/list"), O_RDONLY)) == 0);
	CHECK(close(open(place_path(&place, "single"), O_RDWR)) == 0);

	CHECK_FAILS(open("/etc/passwd", O_RDONLY), EACCES);
	CHECK_FAILS(open(place_path(&place, "out/secret"), O_RDONLY), EACCES);
	CHECK_FAILS(open(place_path(&place, "in/../out/secret"), O_RDONLY), EACCES);
	CHECK_FAILS(open(place_path(&place, "out/new"), O_CREAT | O_WRONLY, 0600), EACCES);
	CHECK_FAILS(open(place_path(&place, "read/list"), O_WRONLY), EACCES);
	CHECK_FAILS(unlink(place_path(&place, "read/list")), EACCES);
	CHECK_FAILS(mkdir(place_path(&place, "out/sub"), 0700), EACCES);
	CHECK_FAILS(symlink("/etc", place_path(&place, "in/etc")), EACCES);
	CHECK(rename(place_path(&place, "single"), place_path(&place, "in/single")) == -1);
}

static void files_are_fenced(void **state)
{
	(void)state;
	int status = status_of(only_these_files);

	if (WIFEXITED(status) && WEXITSTATUS(status) == 77)
		skip(); /* a kernel without Landlock */
	assert_int_equal(status, 0);
}

/* ---- Calls ---- */

static int tcp_listener(struct sockaddr_in *at)
{
	socklen_t len = sizeof(*at);
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	*at = (struct sockaddr_in){ .sin_family = AF_INET,
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	CHECK(bind(fd, (struct sockaddr *)at, len) == 0 && listen(fd, 8) == 0);
	CHECK(getsockname(fd, (struct sockaddr *)at, &len) == 0);
	return fd;
}

static void serves_what_is_open(void)
{
	struct sockaddr_in at;
	char got[3] = "";
	int listener = tcp_listener(&at), client = socket(AF_INET, SOCK_STREAM, 0);
	int unbound = socket(AF_INET, SOCK_STREAM, 0);

	CHECK(connect(client, (struct sockaddr *)&at, sizeof(at)) == 0);
	close_calls(BDL_CALLS_SERVE);
	int peer = accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
	CHECK(peer >= 0);
	CHECK(send(client, "hi", 2, MSG_NOSIGNAL) == 2 && recv(peer, got, 2, 0) == 2);
	CHECK(strcmp(got, "hi") == 0);

	at.sin_port = 0;
	CHECK_FAILS(socket(AF_INET, SOCK_STREAM, 0), EPERM);
	CHECK_FAILS(bind(unbound, (struct sockaddr *)&at, sizeof(at)), EPERM);
	CHECK_FAILS(listen(unbound, 1), EPERM);
	CHECK_FAILS(connect(unbound, (struct sockaddr *)&at, sizeof(at)), EPERM);
	if (!BDL_SANITIZED)
		CHECK_FAILS(open("/etc/passwd", O_RDONLY), EPERM); /* no BDL_CALLS_FILES */
}

static void connects_and_serves_nobody(void)
{
	struct sockaddr_in at;
	int listener = tcp_listener(&at);

	CHECK(listener >= 0);
	close_calls(BDL_CALLS_CONNECT);
	int client = socket(AF_INET, SOCK_STREAM, 0);
	CHECK(client >= 0);
	CHECK(connect(client, (struct sockaddr *)&at, sizeof(at)) == 0);
	CHECK(send(client, "hi", 2, MSG_NOSIGNAL) == 2);

	int unbound = socket(AF_INET, SOCK_STREAM, 0);
	CHECK_FAILS(listen(unbound, 1), EPERM);
	CHECK_FAILS(accept4(listener, NULL, NULL, 0), EPERM);
	CHECK_FAILS(socket(AF_PACKET, SOCK_RAW, 0), EPERM);
}

static void does_its_daily_work(void)
{
	bdl_civil_local(bdl_now_ms());
	close_calls(BDL_CALLS_FILES);
	unsigned char bytes[16];
	char *large = malloc(8 << 20);

	CHECK(large != NULL);
	memset(large, 1, 8 << 20);
	large = realloc(large, 32 << 20);
	CHECK(large != NULL && large[(8 << 20) - 1] == 1);
	free(large);
	bdl_random(bytes, sizeof(bytes));
	CHECK(bdl_civil_local(bdl_now_ms()).year >= 2024);
	CHECK(bdl_tick_ms() > 0);
	int fd = open(place_path(&place, "in/work"), O_CREAT | O_RDWR, 0600);
	CHECK(
	    fd >= 0 && pwrite(fd, "x", 1, 100) == 1 && fdatasync(fd) == 0 && ftruncate(fd, 0) == 0);
	CHECK(unlink(place_path(&place, "in/work")) == 0);
}

static void stays_alone(void)
{
	close_calls(BDL_CALLS_FILES | BDL_CALLS_SERVE | BDL_CALLS_LOCKS | BDL_CALLS_THREADS);
	CHECK_FAILS(setpgid(0, 0), EPERM);
	CHECK_FAILS(setuid(0), EPERM);
	if (BDL_SANITIZED)
		return; /* its leak check makes a process, and may signal it */
	CHECK_FAILS(fork(), EPERM);
	CHECK_FAILS(kill(getppid(), 0), EPERM);
	CHECK(mmap(NULL, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) ==
	    MAP_FAILED);
}

static void *nothing(void *arg)
{
	return arg;
}

static void threads_when_allowed(void)
{
	pthread_t thread;

	close_calls(BDL_CALLS_THREADS);
	CHECK(pthread_create(&thread, NULL, nothing, NULL) == 0);
	CHECK(pthread_join(thread, NULL) == 0);
}

static void no_threads_otherwise(void)
{
	pthread_t thread;

	close_calls(BDL_CALLS_FILES);
	CHECK(pthread_create(&thread, NULL, nothing, NULL) == EPERM);
}

static void locks_when_allowed(void)
{
	struct flock lock = { .l_type = F_WRLCK };
	int fd = open(place_path(&place, "in/lock"), O_CREAT | O_RDWR, 0600);

	close_calls(BDL_CALLS_LOCKS);
	CHECK(fcntl(fd, F_SETLK, &lock) == 0);
	CHECK(fcntl(fd, F_OFD_SETLK, &lock) == -1 && errno != EPERM); /* held, not forbidden */
}

static void no_locks_otherwise(void)
{
	struct flock lock = { .l_type = F_WRLCK };
	int fd = open(place_path(&place, "in/lock"), O_CREAT | O_RDWR, 0600);

	close_calls(BDL_CALLS_FILES);
	CHECK(fcntl(fd, F_GETFL) >= 0);
	CHECK_FAILS(fcntl(fd, F_SETLK, &lock), EPERM);
}

static void speaks_to_others_when_allowed(void)
{
	struct sockaddr_in nobody = { .sin_family = AF_INET,
		.sin_port = htons(9),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	pthread_t thread;
	int pair[2];

	close_calls(BDL_CALLS_CONNECT);
	int fd = socket(AF_INET, SOCK_STREAM, 0);
	CHECK(fd >= 0);
	CHECK(connect(fd, (const struct sockaddr *)(const void *)&nobody, sizeof(nobody)) == 0 ||
	    errno != EPERM); /* nobody may be there, but one may knock */
	CHECK(socketpair(AF_UNIX, SOCK_STREAM, 0, pair) == 0);
	CHECK(pthread_create(&thread, NULL, nothing, NULL) == 0);
	CHECK(pthread_join(thread, NULL) == 0);
	CHECK_FAILS(socket(AF_UNIX, SOCK_STREAM, 0), EPERM);
	CHECK_FAILS(socket(AF_NETLINK, SOCK_RAW, 0), EPERM);
	CHECK_FAILS(socket(AF_PACKET, SOCK_RAW, 0), EPERM);
	CHECK_FAILS(listen(fd, 1), EPERM);
}

static void speaks_to_this_machine_when_allowed(void)
{
	const struct sockaddr_un nobody = { .sun_family = AF_UNIX, .sun_path = "/nobody" };

	close_calls(BDL_CALLS_CONNECT | BDL_CALLS_LOCAL);
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);
	CHECK(fd >= 0);
	CHECK_FAILS(connect(fd, (const struct sockaddr *)&nobody, sizeof(nobody)), ENOENT);
	CHECK_FAILS(listen(fd, 1), EPERM);
	CHECK_FAILS(socket(AF_NETLINK, SOCK_RAW, 0), EPERM);
}

/* Whoever may have children hands them its own rights, and they may give up more. */
static void has_children_when_allowed(void)
{
	int status = -1;

	close_calls(BDL_CALLS_CHILDREN | BDL_CALLS_CONNECT | BDL_CALLS_FILES);
	pid_t pid = fork();
	if (pid == 0) {
		CHECK(close(socket(AF_INET, SOCK_STREAM, 0)) == 0);
		(void)enter_files();
		close_calls(BDL_CALLS_FILES);
		CHECK_FAILS(socket(AF_INET, SOCK_STREAM, 0), EPERM);
		CHECK(BDL_SANITIZED || (fork() == -1 && errno == EPERM));
		_exit(0);
	}
	CHECK(pid > 0 && waitpid(pid, &status, 0) == pid && status == 0);
	if (!BDL_SANITIZED) /* there any clone is allowed */
		CHECK_FAILS(
		    syscall(SYS_clone, CLONE_NEWUSER | SIGCHLD, NULL, NULL, NULL, 0), EPERM);
	CHECK_FAILS(bind(-1, NULL, 0), EBADF);
	CHECK_FAILS(setuid(0), EPERM);
}

static void calls_are_fenced(void **state)
{
	(void)state;
	assert_passes(serves_what_is_open);
	assert_passes(connects_and_serves_nobody);
	assert_passes(does_its_daily_work);
	assert_passes(stays_alone);
	assert_passes(locks_when_allowed);
	assert_passes(no_locks_otherwise);
	assert_passes(threads_when_allowed);
	if (!BDL_SANITIZED)
		assert_passes(no_threads_otherwise);
	assert_passes(speaks_to_others_when_allowed);
	assert_passes(speaks_to_this_machine_when_allowed);
	assert_passes(has_children_when_allowed);
}

static void try_execve(void)
{
	char *argv[] = { (char[]){ "true" }, NULL };

	close_calls(~0u);
	execve("/bin/true", argv, NULL);
}

static void try_ptrace(void)
{
	close_calls(~0u);
	ptrace(PTRACE_TRACEME, 0, NULL, NULL);
}

static void try_read_parent(void)
{
	char c;
	struct iovec v = { &c, 1 };

	close_calls(~0u);
	process_vm_readv(getppid(), &v, 1, &v, 1, 0);
}

static void try_unshare(void)
{
	close_calls(~0u);
	unshare(CLONE_NEWUSER);
}

static void the_deadly_end_the_process(void **state)
{
	(void)state;
	assert_killed(try_execve);
	assert_killed(try_read_parent);
	assert_killed(try_unshare);
	if (!BDL_SANITIZED)
		assert_killed(try_ptrace);
}

/* ---- Threads made before ---- */

static int go[2], result[2];

static void *try_in_thread(void *arg)
{
	char c;
	int found[2] = { -1, -1 };

	if (read(go[0], &c, 1) != 1)
		return arg;
	if (open("/etc/passwd", O_RDONLY) < 0)
		found[0] = errno;
	if (socket(AF_INET, SOCK_STREAM, 0) < 0)
		found[1] = errno;
	(void)!write(result[1], found, sizeof(found));
	return arg;
}

static void an_older_thread_is_inside(void)
{
	pthread_t thread;
	int found[2] = { 0, 0 };

	CHECK(pipe(go) == 0 && pipe(result) == 0);
	bool landlock = enter_files();
	CHECK(pthread_create(&thread, NULL, try_in_thread, NULL) == 0);
	close_calls(BDL_CALLS_FILES);
	CHECK(write(go[1], "g", 1) == 1);
	CHECK(read(result[0], found, sizeof(found)) == sizeof(found));
	CHECK(found[0] == (landlock ? EACCES : -1));
	CHECK(found[1] == EPERM); /* TSYNC reached it */
}

static int pool_errno, pool_file;

static void pool_work(uv_work_t *work)
{
	(void)work;
	pool_file = open(place_path(&place, "in/pool"), O_CREAT | O_RDWR, 0600);
	pool_errno = socket(AF_INET, SOCK_STREAM, 0) < 0 ? errno : 0;
}

static void pool_done(uv_work_t *work, int status)
{
	(void)status;
	bdl_loop_stop(work->data);
}

static void the_warmed_pool_works(void)
{
	struct bdl_loop loop;
	uv_work_t work = { .data = &loop };
	bool root = false;

	CHECK(bdl_sandbox_drop("", "/", &root, NULL) == 0);
	CHECK(bdl_loop_init(&loop, NULL, NULL, NULL) == 0);
	enter_files();
	bdl_loop_warm_pool(&loop);
	close_calls(BDL_CALLS_FILES);
	CHECK(uv_queue_work(&loop.uv, &work, pool_work, pool_done) == 0);
	bdl_loop_run(&loop);
	CHECK(pool_file >= 0);
	CHECK(pool_errno == EPERM);
}

static void older_threads_are_inside(void **state)
{
	(void)state;
	assert_passes(an_older_thread_is_inside);
	assert_passes(the_warmed_pool_works);
}

static void leaves_in_order(void)
{
	enter_files();
	close_calls(BDL_CALLS_FILES);
	exit(0); /* with all that runs at exit: under ASan the leak check too */
}

static void a_fenced_process_can_end(void **state)
{
	(void)state;
	assert_passes(leaves_in_order);
}

/* ---- Rights ---- */

static void check_dropped(void)
{
	struct rlimit core;

	CHECK(prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) == 1);
	CHECK(getrlimit(RLIMIT_CORE, &core) == 0 && core.rlim_cur == 0 && core.rlim_max == 0);
	CHECK(umask(0) == 027);
}

static void becomes_nobody(void)
{
	bool root = true;
	int death = 0;
	gid_t groups[8];

	CHECK(prctl(PR_SET_PDEATHSIG, SIGTERM) == 0);
	CHECK(setgroups(1, (gid_t[]){ 0 }) == 0);
	CHECK(bdl_sandbox_drop("nobody", place.dir, &root, NULL) == 0);
	CHECK(!root);
	CHECK(getuid() == 65534 && geteuid() == 65534 && getegid() == 65534);
	CHECK(setuid(0) == -1);
	int n = getgroups(8, groups);
	for (int i = 0; i < n; i++)
		CHECK(groups[i] != 0);
	CHECK(prctl(PR_GET_PDEATHSIG, &death) == 0 && death == SIGTERM);
	CHECK(syscall(SYS_io_uring_setup, 1, NULL) == -1 && errno == ENOSYS);
	check_dropped();
}

static void becomes_the_owner(void)
{
	bool root = true;

	CHECK(chown(place_path(&place, "in"), 12345, 54321) == 0); /* one without a name */
	CHECK(bdl_sandbox_drop("", place_path(&place, "in"), &root, NULL) == 0);
	CHECK(!root && getuid() == 12345 && getgid() == 54321);
	check_dropped();
}

static void stays_root(void)
{
	bool root = false;

	CHECK(bdl_sandbox_drop("", "/", &root, NULL) == 0);
	CHECK(root);
	check_dropped();
}

static void knows_no_such_user(void)
{
	struct bdl_err err;
	bool root = false;

	CHECK(bdl_sandbox_drop("no-such-user", "/", &root, &err) == BDL_E_MISSING);
	CHECK(strcmp(err.text, "there is no user 'no-such-user'") == 0);
	CHECK(!root);
}

static void an_ordinary_user_stays_it(void)
{
	bool root = true;

	CHECK(geteuid() != 0 || setresuid(65534, 65534, 65534) == 0);
	uid_t before = getuid();
	CHECK(bdl_sandbox_drop("root", "/", &root, NULL) == 0);
	CHECK(!root && getuid() == before);
	check_dropped();
}

static void rights_are_given_up(void **state)
{
	(void)state;
	assert_passes(an_ordinary_user_stays_it);
	if (geteuid() != 0)
		skip(); /* the others begin as root */
	assert_passes(becomes_nobody);
	assert_passes(becomes_the_owner);
	assert_passes(stays_root);
	assert_passes(knows_no_such_user);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(files_are_fenced),
		cmocka_unit_test(calls_are_fenced),
		cmocka_unit_test(the_deadly_end_the_process),
		cmocka_unit_test(older_threads_are_inside),
		cmocka_unit_test(a_fenced_process_can_end),
		cmocka_unit_test(rights_are_given_up),
	};
	return cmocka_run_group_tests(tests, make_place, remove_place);
}
