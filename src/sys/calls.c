#include "sys/sandbox.h"
#include "sys/sandbox_int.h"
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <seccomp.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

/*
 * The lists are of what libc, libuv, libmicrohttpd and SQLite do on our behalf, not of what strace
 * saw once: a call that comes only under load or in a failure must be there too.
 */

/* Memory, time, threads' own housekeeping, polling, and reading and writing what is open. */
static const int base_calls[] = {
	SCMP_SYS(brk),
	SCMP_SYS(mremap),
	SCMP_SYS(munmap),
	SCMP_SYS(madvise),
	SCMP_SYS(msync),
	SCMP_SYS(clock_gettime),
	SCMP_SYS(clock_getres),
	SCMP_SYS(clock_nanosleep),
	SCMP_SYS(gettimeofday),
	SCMP_SYS(nanosleep),
	SCMP_SYS(time),
	SCMP_SYS(times),
	SCMP_SYS(getrandom),
	SCMP_SYS(futex),
	SCMP_SYS(rseq),
	SCMP_SYS(membarrier),
	SCMP_SYS(set_robust_list),
	SCMP_SYS(get_robust_list),
	SCMP_SYS(set_tid_address),
	SCMP_SYS(arch_prctl),
	SCMP_SYS(sched_yield),
	SCMP_SYS(sched_getaffinity),
	SCMP_SYS(sched_getparam),
	SCMP_SYS(sched_getscheduler),
	SCMP_SYS(getcpu),
	SCMP_SYS(rt_sigaction),
	SCMP_SYS(rt_sigprocmask),
	SCMP_SYS(rt_sigreturn),
	SCMP_SYS(rt_sigpending),
	SCMP_SYS(rt_sigtimedwait),
	SCMP_SYS(sigaltstack),
	SCMP_SYS(restart_syscall),
	SCMP_SYS(exit),
	SCMP_SYS(exit_group),
	SCMP_SYS(pause),
	SCMP_SYS(getpid),
	SCMP_SYS(gettid),
	SCMP_SYS(getppid),
	SCMP_SYS(getuid),
	SCMP_SYS(geteuid),
	SCMP_SYS(getgid),
	SCMP_SYS(getegid),
	SCMP_SYS(getresuid),
	SCMP_SYS(getresgid),
	SCMP_SYS(getgroups),
	SCMP_SYS(getrlimit),
	SCMP_SYS(getrusage),
	SCMP_SYS(sysinfo),
	SCMP_SYS(uname),
	SCMP_SYS(read),
	SCMP_SYS(readv),
	SCMP_SYS(pread64),
	SCMP_SYS(preadv),
	SCMP_SYS(write),
	SCMP_SYS(writev),
	SCMP_SYS(close),
	SCMP_SYS(close_range),
	SCMP_SYS(lseek),
	SCMP_SYS(dup),
	SCMP_SYS(dup2),
	SCMP_SYS(dup3),
	SCMP_SYS(pipe),
	SCMP_SYS(pipe2),
	SCMP_SYS(eventfd2),
	SCMP_SYS(timerfd_create),
	SCMP_SYS(timerfd_settime),
	SCMP_SYS(timerfd_gettime),
	SCMP_SYS(epoll_create),
	SCMP_SYS(epoll_create1),
	SCMP_SYS(epoll_ctl),
	SCMP_SYS(epoll_wait),
	SCMP_SYS(epoll_pwait),
	SCMP_SYS(epoll_pwait2),
	SCMP_SYS(poll),
	SCMP_SYS(ppoll),
	SCMP_SYS(select),
	SCMP_SYS(pselect6),
	SCMP_SYS(fstat),
	SCMP_SYS(stat),
	SCMP_SYS(lstat),
	SCMP_SYS(newfstatat),
	SCMP_SYS(statx),
};

/* No socket, bind or connect: what a door speaks on was open before, or comes by accept. */
static const int serve_calls[] = {
	SCMP_SYS(accept),
	SCMP_SYS(accept4),
	SCMP_SYS(recvfrom),
	SCMP_SYS(recvmsg),
	SCMP_SYS(recvmmsg),
	SCMP_SYS(sendto),
	SCMP_SYS(sendmsg),
	SCMP_SYS(sendmmsg),
	SCMP_SYS(sendfile),
	SCMP_SYS(splice),
	SCMP_SYS(shutdown),
	SCMP_SYS(getsockname),
	SCMP_SYS(getpeername),
	SCMP_SYS(getsockopt),
	SCMP_SYS(setsockopt),
};

static const int file_calls[] = {
	SCMP_SYS(open),
	SCMP_SYS(openat),
	SCMP_SYS(creat),
	SCMP_SYS(access),
	SCMP_SYS(faccessat),
	SCMP_SYS(faccessat2),
	SCMP_SYS(readlink),
	SCMP_SYS(readlinkat),
	SCMP_SYS(getdents64),
	SCMP_SYS(getcwd),
	SCMP_SYS(statfs),
	SCMP_SYS(fstatfs),
	SCMP_SYS(pwrite64),
	SCMP_SYS(pwritev),
	SCMP_SYS(pwritev2),
	SCMP_SYS(fsync),
	SCMP_SYS(fdatasync),
	SCMP_SYS(sync_file_range),
	SCMP_SYS(fadvise64),
	SCMP_SYS(truncate),
	SCMP_SYS(ftruncate),
	SCMP_SYS(fallocate),
	SCMP_SYS(copy_file_range),
	SCMP_SYS(rename),
	SCMP_SYS(renameat),
	SCMP_SYS(renameat2),
	SCMP_SYS(link),
	SCMP_SYS(linkat),
	SCMP_SYS(unlink),
	SCMP_SYS(unlinkat),
	SCMP_SYS(mkdir),
	SCMP_SYS(mkdirat),
	SCMP_SYS(rmdir),
	SCMP_SYS(fchmod),
	SCMP_SYS(utimensat),
	SCMP_SYS(umask),
};

static const int lock_calls[] = { SCMP_SYS(flock), SCMP_SYS(mlock), SCMP_SYS(munlock) };

/* What a client does on a socket; which sockets it may make is said below. */
static const int connect_calls[] = {
	SCMP_SYS(connect),
	SCMP_SYS(bind), /* to any port of ours, as resolvers do; Landlock forbids it for TCP */
	SCMP_SYS(recvfrom),
	SCMP_SYS(recvmsg),
	SCMP_SYS(recvmmsg),
	SCMP_SYS(sendto),
	SCMP_SYS(sendmsg),
	SCMP_SYS(sendmmsg),
	SCMP_SYS(shutdown),
	SCMP_SYS(getsockname),
	SCMP_SYS(getpeername),
	SCMP_SYS(getsockopt),
	SCMP_SYS(setsockopt),
};
static const unsigned connect_domains[] = { AF_INET, AF_INET6 };
static const unsigned local_domains[] = { AF_UNIX };
static const unsigned pair_domains[] = { AF_UNIX };

/* Sandboxes may be closed within a sandbox: each only takes away. */
static const int child_calls[] = {
	SCMP_SYS(wait4),
	SCMP_SYS(alarm),
	SCMP_SYS(setitimer), /* the same, where there is no alarm */
	SCMP_SYS(seccomp),
	SCMP_SYS(landlock_create_ruleset),
	SCMP_SYS(landlock_add_rule),
	SCMP_SYS(landlock_restrict_self),
	SCMP_SYS(capset),
};
#define FORK_FLAGS (CLONE_CHILD_CLEARTID | CLONE_CHILD_SETTID | SIGCHLD) /* libc's fork */

static const unsigned base_fcntl[] = { F_GETFD, F_SETFD, F_GETFL, F_SETFL, F_DUPFD,
	F_DUPFD_CLOEXEC };
static const unsigned lock_fcntl[] = { F_GETLK, F_SETLK, F_SETLKW, F_OFD_GETLK, F_OFD_SETLK,
	F_OFD_SETLKW };
static const unsigned base_ioctl[] = { FIONBIO, FIONREAD, FIOCLEX, FIONCLEX, TCGETS };
static const unsigned base_prctl[] = { PR_SET_NAME, PR_GET_NAME, PR_GET_DUMPABLE, PR_SET_PDEATHSIG,
	PR_GET_PDEATHSIG };

/* Nothing of ours ever does these; who does has taken the process over. */
static const int deadly_calls[] = {
	SCMP_SYS(execve),
	SCMP_SYS(execveat),
	SCMP_SYS(process_vm_readv),
	SCMP_SYS(process_vm_writev),
	SCMP_SYS(kexec_load),
	SCMP_SYS(kexec_file_load),
	SCMP_SYS(bpf),
	SCMP_SYS(mount),
	SCMP_SYS(umount2),
	SCMP_SYS(move_mount),
	SCMP_SYS(open_tree),
	SCMP_SYS(fsopen),
	SCMP_SYS(fsmount),
	SCMP_SYS(mount_setattr),
	SCMP_SYS(pivot_root),
	SCMP_SYS(chroot),
	SCMP_SYS(unshare),
	SCMP_SYS(setns),
	SCMP_SYS(init_module),
	SCMP_SYS(finit_module),
	SCMP_SYS(delete_module),
	SCMP_SYS(reboot),
	SCMP_SYS(swapon),
	SCMP_SYS(swapoff),
	SCMP_SYS(add_key),
	SCMP_SYS(request_key),
	SCMP_SYS(keyctl),
	SCMP_SYS(perf_event_open),
	SCMP_SYS(userfaultfd),
	SCMP_SYS(open_by_handle_at),
	SCMP_SYS(iopl),
	SCMP_SYS(ioperm),
	SCMP_SYS(pidfd_getfd),
};

/* What a sanitizer's runtime does at exit and in its reports: see sandbox_int.h. */
static const int sanitizer_calls[] = {
	SCMP_SYS(ptrace),
	SCMP_SYS(clone),
	SCMP_SYS(prctl),
	SCMP_SYS(wait4),
	SCMP_SYS(waitid),
	SCMP_SYS(mmap),
	SCMP_SYS(mprotect),
	SCMP_SYS(open),
	SCMP_SYS(openat),
	SCMP_SYS(readlink),
	SCMP_SYS(readlinkat),
	SCMP_SYS(access),
	SCMP_SYS(getdents),
	SCMP_SYS(getdents64),
	SCMP_SYS(tgkill),
	SCMP_SYS(kill),
	SCMP_SYS(prlimit64),
	SCMP_SYS(getcwd),
};

/* A filter that is being built; the first rule that fails is remembered, later ones are left. */
struct filter {
	scmp_filter_ctx ctx;
	int rc;
};

static void add_list(struct filter *f, uint32_t action, const int *calls, size_t n)
{
	for (size_t i = 0; i < n && f->rc == 0; i++)
		f->rc = seccomp_rule_add_array(f->ctx, action, calls[i], 0, NULL);
}

static void add_arg(struct filter *f, int call, struct scmp_arg_cmp arg)
{
	if (f->rc == 0)
		f->rc = seccomp_rule_add_array(f->ctx, SCMP_ACT_ALLOW, call, 1, &arg);
}

/* The call with one of these numbers as its argument `at`, of which 32 bits count. */
static void add_numbers(struct filter *f, int call, unsigned at, const unsigned *numbers, size_t n)
{
	for (size_t i = 0; i < n; i++)
		add_arg(f, call, SCMP_CMP32(at, SCMP_CMP_MASKED_EQ, UINT32_MAX, numbers[i]));
}

/* Calls that are harmless or not by what they are asked. */
static void add_base_args(struct filter *f)
{
	/* No memory that can be run: what we run was mapped before. */
	add_arg(f, SCMP_SYS(mmap), SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC, 0));
	add_arg(f, SCMP_SYS(mprotect), SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC, 0));
	/* abort and raise, not other processes. */
	add_arg(
	    f, SCMP_SYS(tgkill), SCMP_A0(SCMP_CMP_MASKED_EQ, UINT32_MAX, (scmp_datum_t)getpid()));
	/* A limit may be asked for, not set. */
	add_arg(f, SCMP_SYS(prlimit64), SCMP_A2(SCMP_CMP_MASKED_EQ, UINT64_MAX, 0));
	add_numbers(f, SCMP_SYS(fcntl), 1, base_fcntl, BDL_ARRAY_LEN(base_fcntl));
	add_numbers(f, SCMP_SYS(ioctl), 1, base_ioctl, BDL_ARRAY_LEN(base_ioctl));
	add_numbers(f, SCMP_SYS(prctl), 0, base_prctl, BDL_ARRAY_LEN(base_prctl));
	/* Its flags lie in memory, where no filter looks; told that it is not there, libc uses clone. */
	if (f->rc == 0)
		f->rc = seccomp_rule_add_array(
		    f->ctx, SCMP_ACT_ERRNO(ENOSYS), SCMP_SYS(clone3), 0, NULL);
}

static void add_connect(struct filter *f)
{
	add_list(f, SCMP_ACT_ALLOW, connect_calls, BDL_ARRAY_LEN(connect_calls));
	add_numbers(f, SCMP_SYS(socket), 0, connect_domains, BDL_ARRAY_LEN(connect_domains));
	/* Within the process: what looks names up wakes its asker by one. */
	add_numbers(f, SCMP_SYS(socketpair), 0, pair_domains, BDL_ARRAY_LEN(pair_domains));
}

static void add_children(struct filter *f)
{
	static const unsigned closing[] = { PR_SET_NO_NEW_PRIVS };

	add_list(f, SCMP_ACT_ALLOW, child_calls, BDL_ARRAY_LEN(child_calls));
	add_arg(f, SCMP_SYS(clone), SCMP_A0(SCMP_CMP_MASKED_EQ, UINT64_MAX, FORK_FLAGS));
	add_numbers(f, SCMP_SYS(prctl), 0, closing, BDL_ARRAY_LEN(closing));
}

static void add_rules(struct filter *f, unsigned calls)
{
	const int ptrace_call = SCMP_SYS(ptrace);

	add_list(f, SCMP_ACT_KILL_PROCESS, deadly_calls, BDL_ARRAY_LEN(deadly_calls));
	if (BDL_SANITIZED)
		add_list(f, SCMP_ACT_ALLOW, sanitizer_calls, BDL_ARRAY_LEN(sanitizer_calls));
	else
		add_list(f, SCMP_ACT_KILL_PROCESS, &ptrace_call, 1);
	add_list(f, SCMP_ACT_ALLOW, base_calls, BDL_ARRAY_LEN(base_calls));
	add_base_args(f);
	if (calls & BDL_CALLS_SERVE)
		add_list(f, SCMP_ACT_ALLOW, serve_calls, BDL_ARRAY_LEN(serve_calls));
	if (calls & BDL_CALLS_FILES)
		add_list(f, SCMP_ACT_ALLOW, file_calls, BDL_ARRAY_LEN(file_calls));
	if (calls & (BDL_CALLS_THREADS | BDL_CALLS_CONNECT))
		add_arg(
		    f, SCMP_SYS(clone), SCMP_A0(SCMP_CMP_MASKED_EQ, CLONE_THREAD, CLONE_THREAD));
	if (calls & BDL_CALLS_CONNECT)
		add_connect(f);
	if (calls & BDL_CALLS_LOCAL)
		add_numbers(f, SCMP_SYS(socket), 0, local_domains, BDL_ARRAY_LEN(local_domains));
	if (calls & BDL_CALLS_CHILDREN)
		add_children(f);
	if (calls & BDL_CALLS_LOCKS) {
		add_list(f, SCMP_ACT_ALLOW, lock_calls, BDL_ARRAY_LEN(lock_calls));
		add_numbers(f, SCMP_SYS(fcntl), 1, lock_fcntl, BDL_ARRAY_LEN(lock_fcntl));
	}
}

/* Every thread there is, or none; and no other machine's calls (32-bit) as a way round. */
static int load(struct filter *f, struct bdl_err *err)
{
	if (f->rc == 0)
		f->rc = seccomp_attr_set(f->ctx, SCMP_FLTATR_CTL_TSYNC, 1);
	if (f->rc == 0)
		f->rc = seccomp_attr_set(f->ctx, SCMP_FLTATR_ACT_BADARCH, SCMP_ACT_KILL_PROCESS);
	if (f->rc == 0)
		f->rc = seccomp_load(f->ctx);
	seccomp_release(f->ctx);
	if (f->rc == 0)
		return 0;
	errno = f->rc < 0 ? -f->rc : f->rc;
	return bdl_fail_sys(err, "close the filter of system calls");
}

int bdl_sandbox_calls(unsigned calls, struct bdl_err *err)
{
	struct filter f = { .ctx = seccomp_init(SCMP_ACT_ERRNO(EPERM)) };

	if (!f.ctx)
		return bdl_fail(err, BDL_E_IO, "make a filter of system calls");
	add_rules(&f, calls);
	return load(&f, err);
}

int bdl_sandbox_no_rings(struct bdl_err *err)
{
	/* Whoever started this process may have seen to it. */
	if (syscall(SYS_io_uring_setup, 0, NULL) < 0 && errno == ENOSYS)
		return 0;

	struct filter f = { .ctx = seccomp_init(SCMP_ACT_ALLOW) };

	if (!f.ctx)
		return bdl_fail(err, BDL_E_IO, "make a filter of system calls");
	f.rc = seccomp_rule_add_array(
	    f.ctx, SCMP_ACT_ERRNO(ENOSYS), SCMP_SYS(io_uring_setup), 0, NULL);
	return load(&f, err);
}

/* What another program has no business with, whatever it reads. */
static const int foreign_calls[] = {
	SCMP_SYS(socket),
	SCMP_SYS(socketpair),
	SCMP_SYS(connect),
	SCMP_SYS(bind),
	SCMP_SYS(listen),
	SCMP_SYS(accept),
	SCMP_SYS(accept4),
	SCMP_SYS(fork),
	SCMP_SYS(vfork),
	SCMP_SYS(ptrace),
	SCMP_SYS(kill),
	SCMP_SYS(tkill),
	SCMP_SYS(io_uring_setup),
	SCMP_SYS(io_uring_enter),
	SCMP_SYS(io_uring_register),
	SCMP_SYS(setrlimit),
};

int bdl_sandbox_program(struct bdl_err *err)
{
	struct filter f = { .ctx = seccomp_init(SCMP_ACT_ALLOW) };
	const struct scmp_arg_cmp no_thread = SCMP_A0(SCMP_CMP_MASKED_EQ, CLONE_THREAD, 0);
	/* The first two of the list are how it becomes the program; Landlock says which. */
	const size_t execs = 2;

	if (!f.ctx)
		return bdl_fail(err, BDL_E_IO, "make a filter of system calls");
	add_list(
	    &f, SCMP_ACT_KILL_PROCESS, deadly_calls + execs, BDL_ARRAY_LEN(deadly_calls) - execs);
	add_list(&f, SCMP_ACT_ERRNO(EPERM), foreign_calls, BDL_ARRAY_LEN(foreign_calls));
	if (f.rc == 0)
		f.rc = seccomp_rule_add_array(
		    f.ctx, SCMP_ACT_ERRNO(EPERM), SCMP_SYS(clone), 1, &no_thread);
	/* As above: its flags lie in memory. */
	if (f.rc == 0)
		f.rc = seccomp_rule_add_array(
		    f.ctx, SCMP_ACT_ERRNO(ENOSYS), SCMP_SYS(clone3), 0, NULL);
	return load(&f, err);
}
