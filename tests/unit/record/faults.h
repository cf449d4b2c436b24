/*
 * Faults of the machine, for tests: the n-th call of a kind from now on fails, wherever in this process
 * it is made, in SQLite as well. Calls of files are taken in the place of the C library's; memory is
 * ours by the linker's --wrap, and SQLite's by its own switch.
 */
#ifndef BDL_TESTS_RECORD_FAULTS_H
#define BDL_TESTS_RECORD_FAULTS_H

#include <stdbool.h>

enum fault_kind {
	FAULT_NONE,
	FAULT_MEMORY,
	FAULT_OPEN,  /* open, openat, of files and folders */
	FAULT_READ,  /* read, pread */
	FAULT_WRITE, /* write, pwrite */
	FAULT_SYNC,  /* fsync, fdatasync */
	FAULT_ROOM,  /* posix_fallocate, ftruncate */
	FAULT_MAP,   /* mmap of a file */
	FAULT_NAME,  /* rename, link, unlink */
	FAULT_KINDS
};

#define FAULT_SHORT 0 /* in the place of an error: half of the bytes are read or written */

/* Once, before SQLite is used. */
void faults_init(void);

void fault_order(enum fault_kind kind, int nth, int error); /* errno, or FAULT_SHORT */
bool fault_end(void); /* whether it has happened; from now on nothing fails */

#endif
