/* Starting a program with descriptors at fixed numbers; proc.c keeps it alive. */
#ifndef BDL_SYS_PROC_INT_H
#define BDL_SYS_PROC_INT_H

#include "base/err.h"
#include <sys/types.h>

/*
 * fork and exec; argv ends with NULL, fds become 3, 4, ..., standard input is /dev/null, and no
 * other descriptor, signal mask or handler of ours is left. It gets SIGTERM when we die. An exec
 * that fails is an error here, with the child already gone.
 */
int bdl_spawn(const char *program, char *const argv[], const int *fds, size_t n_fds, pid_t *ret_pid,
    struct bdl_err *err) BDL_MUST_USE;

#endif
