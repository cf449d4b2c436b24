/*
 * A process with the very rights of the web door tries to leave: what a stranger would do who had
 * taken it over by its parsers. Each attempt is refused, or ends the process; that the same calls
 * work for a process without the fence is shown first, where they do no harm.
 */
#include "doors/web/fence.h"
#include "place.h"
#include "sys/sandbox.h"
#include "sys/sandbox_int.h"
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <sched.h>
#include <setjmp.h>
#include <signal.h>
#include <stdint.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/personality.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>

#include <cmocka.h>

#define OWNER 65534 /* nobody */

static struct place place;
static int made_before; /* a socket from before the fence */

static const char *at(const char *below)
{
	return place_path(&place, "%s", below);
}

static bool make_folder(const char *below)
{
	return (!*below || mkdir(at(below), 0755) == 0) &&
	    (geteuid() != 0 || chown(at(below), OWNER, OWNER) == 0);
}

static bool make_file(const char *below)
{
	int fd = open(at(below), O_CREAT | O_WRONLY | O_TRUNC, 0600);
	bool ok = fd >= 0 && write(fd, "secret", 6) == 6 &&
	    (geteuid() != 0 || fchown(fd, OWNER, OWNER) == 0);
	return close(fd) == 0 && ok;
}

static int make_school(void **state)
{
	static const char *const folders[] = { "", "force", "lists", "journal", "journal/web-0",
		"journal/web-1", "run" };
	static const char *const files[] = { "store.db", "force/manifest", "lists/lists.map",
		"journal/web-1/1.seg", "run/coach.key" };
	bool ok = true;
	(void)state;
	place = place_new();
	for (size_t i = 0; ok && i < BDL_ARRAY_LEN(folders); i++)
		ok = make_folder(folders[i]);
	for (size_t i = 0; ok && i < BDL_ARRAY_LEN(files); i++)
		ok = make_file(files[i]);
	return ok ? 0 : -1;
}

static int remove_school(void **state)
{
	(void)state;
	place_done(&place);
	return 0;
}

static void die(const char *what, const struct bdl_err *err)
{
	(void)fprintf(stderr, "%s: %s\n", what, err->text);
	_exit(2);
}

/* As web.c does, in its order. */
static void enter(void)
{
	struct bdl_conf conf;
	struct bdl_err err = { 0 };
	bool root;

	made_before = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (bdl_conf_load(place.dir, &conf, &err) < 0)
		die("settings", &err);
	if (bdl_sandbox_drop(conf.user, conf.dir, &root, &err) < 0)
		die("drop", &err);
	if (bdl_fence_files(&conf, "web-0", &err) < 0 || bdl_fence_calls(&err) < 0)
		die("fence", &err);
}

/* ---- What is refused ---- */

static int reads_the_store(void)
{
	return open(at("store.db"), O_RDONLY);
}

static int writes_the_store(void)
{
	return open(at("store.db"), O_RDWR);
}

static int reads_the_store_by_a_way_round(void)
{
	return open(at("force/../store.db"), O_RDONLY);
}

static int cuts_the_store(void)
{
	return truncate(at("store.db"), 0);
}

static int removes_the_store(void)
{
	return unlink(at("store.db"));
}

static int opens_the_store_to_all(void)
{
	return chmod(at("store.db"), 0666);
}

static int takes_the_store_in(void)
{
	return rename(at("store.db"), at("journal/web-0/store.db"));
}

static int links_the_store_in(void)
{
	return link(at("store.db"), at("journal/web-0/store.db"));
}

static int leads_a_link_to_the_store(void)
{
	return symlink(at("store.db"), at("journal/web-0/store.db"));
}

static int reads_the_key(void)
{
	return open(at("run/coach.key"), O_RDONLY);
}

static int reads_anothers_journal(void)
{
	return open(at("journal/web-1/1.seg"), O_RDONLY);
}

static int changes_the_policies(void)
{
	return open(at("force/manifest"), O_WRONLY);
}

static int puts_lists_in_place(void)
{
	return rename(at("lists/lists.map"), at("lists/old"));
}

static int reads_passwords(void)
{
	return open("/etc/shadow", O_RDONLY);
}

static int reads_users(void)
{
	return open("/etc/passwd", O_RDONLY);
}

static int opens_a_device(void)
{
	return open("/dev/tty", O_RDWR) < 0 ? open("/dev/null", O_RDWR) : 0;
}

static int makes_a_socket(void)
{
	return socket(AF_INET, SOCK_STREAM, 0);
}

static int makes_a_local_socket(void)
{
	return socket(AF_UNIX, SOCK_STREAM, 0);
}

static int makes_a_pair(void)
{
	int pair[2];
	return socketpair(AF_UNIX, SOCK_STREAM, 0, pair);
}

static struct sockaddr_in somewhere(void)
{
	return (struct sockaddr_in){ .sin_family = AF_INET,
		.sin_port = htons(9),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
}

static int calls_out(void)
{
	struct sockaddr_in a = somewhere();
	return connect(made_before, (struct sockaddr *)&a, sizeof(a));
}

static int listens(void)
{
	struct sockaddr_in a = somewhere();
	a.sin_port = 0;
	return bind(made_before, (struct sockaddr *)&a, sizeof(a)) < 0 ? -1
								       : listen(made_before, 1);
}

static int signals_its_parent(void)
{
	return kill(getppid(), 0);
}

static int signals_a_thread_of_its_parent(void)
{
	return (int)syscall(SYS_tgkill, getppid(), getppid(), 0);
}

static int forks(void)
{
	return (int)syscall(SYS_fork);
}

static int maps_code(void)
{
	void *p = mmap(NULL, 4096, PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	return p == MAP_FAILED ? -1 : 0;
}

static int turns_data_into_code(void)
{
	void *p = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	return p == MAP_FAILED ? 0 : mprotect(p, 4096, PROT_READ | PROT_EXEC);
}

static int becomes_root(void)
{
	return setresuid(0, 0, 0);
}

static int raises_a_limit(void)
{
	const struct rlimit all = { RLIM_INFINITY, RLIM_INFINITY };
	return setrlimit(RLIMIT_CORE, &all);
}

static int types_at_the_terminal(void)
{
	return ioctl(0, TIOCSTI, "x");
}

static int changes_its_nature(void)
{
	return personality(ADDR_NO_RANDOMIZE);
}

static int makes_a_ring(void)
{
	char room[256] = { 0 };
	return (int)syscall(SYS_io_uring_setup, 1, room);
}

static int makes_a_file_of_memory(void)
{
	return (int)syscall(SYS_memfd_create, "x", 0);
}

static const struct attempt {
	const char *name;
	int (*act)(void);
	bool of_a_sanitizer; /* whose runtime needs it: see sandbox_int.h */
} attempts[] = {
	{ "reads the store", reads_the_store, false },
	{ "writes the store", writes_the_store, false },
	{ "reads the store by a way round", reads_the_store_by_a_way_round, false },
	{ "cuts the store", cuts_the_store, false },
	{ "removes the store", removes_the_store, false },
	{ "opens the store to all", opens_the_store_to_all, false },
	{ "takes the store in", takes_the_store_in, false },
	{ "links the store in", links_the_store_in, false },
	{ "leads a link to the store", leads_a_link_to_the_store, false },
	{ "reads the key", reads_the_key, false },
	{ "reads another's journal", reads_anothers_journal, false },
	{ "changes the policies", changes_the_policies, false },
	{ "puts lists in place", puts_lists_in_place, false },
	{ "reads passwords", reads_passwords, false },
	{ "reads users", reads_users, false },
	{ "opens a device", opens_a_device, false },
	{ "makes a socket", makes_a_socket, false },
	{ "makes a local socket", makes_a_local_socket, false },
	{ "makes a pair", makes_a_pair, false },
	{ "calls out", calls_out, false },
	{ "listens", listens, false },
	{ "signals its parent", signals_its_parent, true },
	{ "signals a thread of its parent", signals_a_thread_of_its_parent, true },
	{ "forks", forks, true },
	{ "maps code", maps_code, true },
	{ "turns data into code", turns_data_into_code, true },
	{ "becomes root", becomes_root, false },
	{ "raises a limit", raises_a_limit, true },
	{ "types at the terminal", types_at_the_terminal, false },
	{ "changes its nature", changes_its_nature, false },
	{ "makes a ring", makes_a_ring, false },
	{ "makes a file of memory", makes_a_file_of_memory, false },
};

/* Its exit status is the number of attempts that were not refused. */
static void try_all(void)
{
	int through = 0;

	enter();
	for (size_t i = 0; i < BDL_ARRAY_LEN(attempts); i++) {
		if (BDL_SANITIZED && attempts[i].of_a_sanitizer)
			continue;
		errno = 0;
		/* EXDEV is what Landlock says of a name in another folder. */
		if (attempts[i].act() == -1 &&
		    (errno == EPERM || errno == EACCES || errno == EXDEV))
			continue;
		(void)fprintf(stderr, "it %s (errno %d)\n", attempts[i].name, errno);
		through++;
	}
	_exit(through);
}

/* ---- What ends the process ---- */

static void runs_a_program(void)
{
	char *argv[] = { (char[]){ "sh" }, NULL };
	execve("/bin/sh", argv, NULL);
}

static void traces_its_parent(void)
{
	ptrace(PTRACE_ATTACH, getppid(), NULL, NULL);
}

static void reads_its_parents_memory(void)
{
	char c;
	struct iovec v = { &c, 1 };
	process_vm_readv(getppid(), &v, 1, &v, 1, 0);
}

static void makes_a_world_of_its_own(void)
{
	unshare(CLONE_NEWUSER);
}

#ifdef __x86_64__
/* The calls of 32-bit programs have other numbers. */
static void speaks_another_machines_calls(void)
{
	long ret = 20; /* getpid there */
	__asm__ volatile("int $0x80" : "+a"(ret) : : "memory");
}
#endif

static void in_the_fence(void (*act)(void))
{
	enter();
	act();
	_exit(0);
}

/* ---- What it is for ---- */

static void does_its_work(void)
{
	char got[8] = "";

	enter();
	int lists = open(at("lists/lists.map"), O_RDONLY);
	int own = open(at("journal/web-0/1.seg"), O_CREAT | O_RDWR, 0600);
	bool reads = lists >= 0 && read(lists, got, 6) == 6 && strcmp(got, "secret") == 0;
	bool writes = own >= 0 && ftruncate(own, 4096) == 0 && fdatasync(own) == 0;
	_exit(reads && writes ? 0 : 1);
}

static int status_of(void (*act)(void), void (*within)(void))
{
	pid_t pid = fork();
	int status = -1;

	assert_true(pid >= 0);
	if (pid == 0) {
		alarm(20);
		if (within)
			in_the_fence(within);
		act();
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	return status;
}

static void nothing_outside_is_reached(void **state)
{
	(void)state;
	/* Without the fence these are no refusals. */
	int store = reads_the_store(), one = makes_a_socket();
	assert_true(store >= 0 && one >= 0);
	close(store);
	close(one);
	assert_int_equal(kill(getpid(), 0), 0);
	assert_int_equal(turns_data_into_code(), 0);
	assert_int_equal(status_of(try_all, NULL), 0);
}

static void nor_where_it_stays_root(void **state)
{
	(void)state;
	if (geteuid() != 0)
		skip();
	assert_int_equal(chown(place.dir, 0, 0), 0);
	int status = status_of(try_all, NULL);
	assert_int_equal(chown(place.dir, OWNER, OWNER), 0);
	assert_int_equal(status, 0);
}

static void the_worst_end_it(void **state)
{
	static void (*const worst[])(void) = {
		runs_a_program, reads_its_parents_memory, makes_a_world_of_its_own,
#ifdef __x86_64__
		speaks_another_machines_calls,
#endif
		traces_its_parent, /* last: a sanitizer may */
	};
	(void)state;
	for (size_t i = 0; i < BDL_ARRAY_LEN(worst) - BDL_SANITIZED; i++) {
		int status = status_of(NULL, worst[i]);
		assert_true(WIFSIGNALED(status));
		assert_int_equal(WTERMSIG(status), SIGSYS);
	}
}

static void its_work_goes_on(void **state)
{
	(void)state;
	assert_int_equal(status_of(does_its_work, NULL), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(its_work_goes_on),
		cmocka_unit_test(nothing_outside_is_reached),
		cmocka_unit_test(nor_where_it_stays_root),
		cmocka_unit_test(the_worst_end_it),
	};
	return cmocka_run_group_tests_name("web/fence", tests, make_school, remove_school);
}
