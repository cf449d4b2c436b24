/*
 * The sandbox of a process, in the order that works:
 *
 *   configuration, privileged opens      (the caller)
 *   bdl_sandbox_drop      own user, no new privileges        while single-threaded
 *   bdl_loop_init         loops of libuv                     (one made before would keep its io_uring)
 *   bdl_sandbox_files     Landlock: only these paths         while single-threaded
 *   bdl_loop_warm_pool    thread pools made and warmed       (one made before Landlock is free of it)
 *   bdl_sandbox_calls     seccomp on every thread (TSYNC)    (a pool made after it would abort)
 *
 * A kernel without Landlock is not an error: the result says so and the process logs it.
 */
#ifndef BDL_SYS_SANDBOX_H
#define BDL_SYS_SANDBOX_H

#include "base/err.h"

/*
 * Where the process is root: become `user` (or, where it is empty, the owner of `dir`), with its
 * groups; elsewhere nothing. Always: no new privileges, no core dumps, no io_uring, umask 027. An empty user
 * and a folder of root's: stays root, *ret_still_root says so. The signal of bdl_proc_follow_parent
 * is kept. A change of user makes the process undumpable, and that is left so: its /proc/self then
 * belongs to root.
 */
int bdl_sandbox_drop(const char *user, const char *dir, bool *ret_still_root, struct bdl_err *err)
    BDL_MUST_USE;

enum bdl_access {
	BDL_MAY_READ,
	BDL_MAY_WRITE, /* read, make, replace and remove below */
	BDL_MAY_RUN,   /* read, and become it: a program and its libraries */
};

struct bdl_path_right {
	const char *path; /* a file or a folder with all below it; one that is absent is skipped */
	enum bdl_access access;
};

/*
 * From now on no file but these can be opened, and, where the kernel knows how to forbid it, no TCP
 * port bound and no process outside signalled. *ret_landlock is false on a kernel without it. The
 * capabilities of root, where the process has any, are given up on every kernel: who stays root
 * owns its files and is master of no others.
 */
int bdl_sandbox_files(const struct bdl_path_right *rights, size_t n, bool *ret_landlock,
    struct bdl_err *err) BDL_MUST_USE;

/*
 * What libc, OpenSSL and libpq read to connect to another machine by its name: for the rights of who
 * has BDL_CALLS_CONNECT and BDL_CALLS_LOCAL.
 */
#define BDL_CONNECT_RIGHTS                                                                    \
	{ "/etc/hosts", BDL_MAY_READ }, { "/etc/resolv.conf", BDL_MAY_READ },                 \
	    { "/etc/host.conf", BDL_MAY_READ }, { "/etc/gai.conf", BDL_MAY_READ },            \
	    { "/etc/nsswitch.conf", BDL_MAY_READ }, { "/etc/services", BDL_MAY_READ },        \
	    { "/etc/passwd", BDL_MAY_READ }, { "/etc/ssl", BDL_MAY_READ },                    \
	    { "/usr/lib/ssl", BDL_MAY_READ }, { "/usr/share/ca-certificates", BDL_MAY_READ }, \
	    { "/run/systemd/resolve", BDL_MAY_READ },                                         \
	{                                                                                     \
		"/run/postgresql", BDL_MAY_READ                                               \
	}

/* What a process may ask of the kernel; each adds to the common base (memory, time, poll, log). */
enum bdl_calls {
	BDL_CALLS_SERVE = 1,   /* accept and speak on sockets that are open; no new listeners */
	BDL_CALLS_FILES = 2,   /* open, write, rename, sync, map files */
	BDL_CALLS_THREADS = 4, /* make threads later (microhttpd) */
	BDL_CALLS_LOCKS = 8,   /* file locks and shared memory (SQLite) */
	/* Sockets of its own to other hosts, IPv4 and IPv6, with the threads that look names up. */
	BDL_CALLS_CONNECT = 16,
	/* Fork, without another program, wait for it, and close a narrower sandbox in it. */
	BDL_CALLS_CHILDREN = 32,
	/* With BDL_CALLS_CONNECT: also to sockets of this machine that have a path. */
	BDL_CALLS_LOCAL = 64,
};

/*
 * A call outside the list fails with EPERM; execve, ptrace and the like end the process. But for
 * BDL_CALLS_CONNECT no socket is made, bound or connected after it, and none is ever listened on:
 * uv_listen and MHD_start_daemon come before. Who may have children hands them at most what it may
 * do itself.
 * No memory can be made executable, so no library is loaded after it either. A build with a
 * sanitizer gets the calls of its leak check at exit in addition, and /proc for reading.
 */
int bdl_sandbox_calls(unsigned calls, struct bdl_err *err) BDL_MUST_USE;

/*
 * For a process that is about to become another program, whose calls we cannot list: it may do what
 * programs do, but make no socket and no process, trace nobody, signal nobody but itself, and touch
 * neither mounts, keys nor the kernel. The program inherits it.
 */
int bdl_sandbox_program(struct bdl_err *err) BDL_MUST_USE;

#endif
