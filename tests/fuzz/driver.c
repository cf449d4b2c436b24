/*
 * Runs a fuzz target without libFuzzer, as an ordinary test: every file of the folders that are
 * named as arguments (seeds, and inputs that once crashed it), and of each a number of mutations
 * that are the same in every run. A target fails by a crash, by an assertion of its own or by a
 * sanitizer; the file at work is named first, so that it can be found.
 */
#include "base/buf.h"
#include "base/err.h"
#include "sys/file.h"
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>

#define MUTATIONS 200
#define INPUT_MAX (1024 * 1024)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Xorshift: not for secrets, and the same numbers on every machine. */
static uint64_t next(uint64_t *seed)
{
	*seed ^= *seed << 13;
	*seed ^= *seed >> 7;
	*seed ^= *seed << 17;
	return *seed;
}

/* Change, take out, copy or cut a few bytes. The text never gets longer. */
static size_t mutate(char *p, size_t n, uint64_t *seed)
{
	static const char favourites[] = "\0\xff\r\n\t :;,=%\\\"/.@-0#<&[";

	for (uint64_t rounds = next(seed) % 4 + 1; rounds > 0 && n > 0; rounds--) {
		size_t at = next(seed) % n;
		switch (next(seed) % 5) {
		case 0:
			p[at] = (char)(p[at] ^ 1 << next(seed) % 8);
			break;
		case 1:
			p[at] = favourites[next(seed) % (sizeof(favourites) - 1)];
			break;
		case 2:
			memmove(p + at, p + at + 1, n - at - 1);
			n--;
			break;
		case 3:
			memmove(p + at, p + next(seed) % n, 1);
			break;
		default:
			n = at;
			break;
		}
	}
	return n;
}

/* A copy of just that size, so that a sanitizer sees a read past its end. */
static void run(const char *p, size_t n)
{
	uint8_t *copy = malloc(n > 0 ? n : 1);

	if (copy == NULL)
		abort();
	if (n > 0)
		memcpy(copy, p, n);
	(void)LLVMFuzzerTestOneInput(copy, n); /* always 0 */
	free(copy);
}

static int run_file(const char *path)
{
	BDL_AUTO_IN(bdl_buf_done) struct bdl_buf seed = BDL_BUF(INPUT_MAX);
	BDL_AUTO_IN(bdl_buf_done) struct bdl_buf work = BDL_BUF(INPUT_MAX);
	struct bdl_err err;
	uint64_t random = 0x9e3779b97f4a7c15;

	(void)printf("%s\n", path);
	(void)fflush(stdout);
	if (bdl_file_read(path, &seed, &err) < 0) {
		(void)fprintf(stderr, "%s\n", err.text);
		return -1;
	}
	run(seed.p, seed.n);
	for (int i = 0; i < MUTATIONS && seed.n > 0; i++) {
		bdl_buf_clear(&work);
		if (bdl_buf_add_view(&work, bdl_buf_view(&seed)) < 0)
			return -1;
		run(work.p, mutate(work.p, work.n, &random));
	}
	return 0;
}

static int is_seen(const struct dirent *entry)
{
	return entry->d_name[0] != '.';
}

/* How many files were run, or -1. A folder that is not there holds none. */
static int run_folder(const char *folder)
{
	struct dirent **entries = NULL;
	char path[4096];
	int n = scandir(folder, &entries, is_seen, alphasort), r = 0;

	for (int i = 0; i < n; i++) {
		(void)snprintf(path, sizeof(path), "%s/%s", folder, entries[i]->d_name);
		if (run_file(path) < 0)
			r = -1;
		free(entries[i]);
	}
	free(entries);
	return r < 0 ? -1 : n > 0 ? n : 0;
}

int main(int argc, char **argv)
{
	int total = 0;

	run("", 0);
	for (int i = 1; i < argc; i++) {
		int n = run_folder(argv[i]);
		if (n < 0)
			return 1;
		total += n;
	}
	(void)printf("%d files, %d mutations of each\n", total, MUTATIONS);
	if (total == 0)
		(void)fprintf(stderr, "no seeds: nothing was tested\n");
	return total > 0 ? 0 : 1;
}
