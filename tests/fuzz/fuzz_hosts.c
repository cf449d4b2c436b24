/*
 * The hosts of the lists as a file: whatever it holds, it is refused or read within its bounds. A
 * file of our own form has its size and its checksum put right first, so that the records are reached.
 */
#include "base/hash.h"
#include "fuzz.h"
#include "lists/hosts.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define HEAD 56 /* docs/formats.md */
#define NAME 64

static void put_right(uint8_t *file, size_t size)
{
	uint64_t n = size, sum;
	uint32_t categories;

	memcpy(&categories, file + 8, sizeof(categories));
	memcpy(file + 40, &n, sizeof(n));
	if (categories > (size - HEAD) / NAME)
		return;
	sum = bdl_hash64(file, 48, 0);
	sum = bdl_hash64(file + HEAD, (size_t)categories * NAME, sum);
	sum = bdl_hash64(
	    file + HEAD + (size_t)categories * NAME, size - HEAD - (size_t)categories * NAME, sum);
	memcpy(file + 48, &sum, sizeof(sum));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char path[] = "/tmp/beadle-hosts-XXXXXX";
	struct bdl_hosts *h = NULL;
	uint8_t *file = malloc(size + 1);
	uint64_t n = 0;

	MUST(file != NULL);
	memcpy(file, data, size);
	if (size >= HEAD)
		put_right(file, size);
	int fd = mkstemp(path);
	MUST(fd >= 0 && write(fd, file, size) == (ssize_t)size && close(fd) == 0);
	int r = bdl_hosts_open(path, &h, NULL);
	MUST((r == 0) == (h != NULL));
	for (const struct bdl_host_record *at = NULL; h && (at = bdl_hosts_next(h, at)); n++) {
		MUST(at->kind < BDL_HOST_KINDS && at->n > 0);
		MUST(at->kind == BDL_HOST_PROTECTED || bdl_hosts_category(h, at->number)[0]);
	}
	MUST(h == NULL || n == bdl_hosts_count(h));
	bdl_hosts_close(h);
	free(file);
	MUST(unlink(path) == 0);
	return 0;
}
