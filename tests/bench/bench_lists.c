/*
 * How fast lists are compiled, opened and looked up, and what they weigh.
 *
 *   bench_lists [DOMAINS...]		1,000, 1,000,000 and 10,000,000 where none is given
 *
 * For each number a list of so many invented domains is written to a temporary folder and compiled
 * as `beadle lists compile` does it. Then a million hosts are looked up, each with all domains above
 * it, in an order that no cache can guess; half of them are listed. A line of JSON for each number.
 */
#include "base/alloc.h"
#include "base/clock.h"
#include "lists/compile.h"
#include "sys/file.h"
#include <stdio.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define LOOK_UPS 1000000
#define HOST_MAX 64

struct bench {
	char folder[64], text[80], map[80];
	uint64_t n;
	double compiled_s, opened_s, verified_s, look_up_s;
	uint64_t found;
};

static double seconds(void)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* Of this thread alone: what it waits for memory counts, what it waits for others does not. */
static double own_seconds(void)
{
	struct timespec t;
	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* The i-th of our numbers: splitmix64, the same on every machine. */
static uint64_t number(uint64_t i)
{
	uint64_t z = (i + 1) * 0x9e3779b97f4a7c15;
	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
	z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
	return z ^ (z >> 31);
}

/* The i-th domain: 8 to 18 letters and one of a few endings. */
static int domain(uint64_t i, char *out, size_t size)
{
	static const char *const tops[] = { "com", "net", "org", "co.uk", "de", "io", "site",
		"info" };
	uint64_t z = number(i), letters = number(~i);
	char name[20];
	unsigned n = 8 + (unsigned)(z % 11);

	for (unsigned k = 0; k < n; k++) {
		name[k] = (char)('a' + (k < 13 ? letters : z) % 26);
		letters /= 26;
	}
	name[n] = '\0';
	return snprintf(
	    out, size, "%s%llx.%s", name, (unsigned long long)(i & 0xff), tops[z >> 32 & 7]);
}

static int write_text(const struct bench *b, struct bdl_err *err)
{
	FILE *f = fopen(b->text, "w");
	char host[HOST_MAX];

	if (f == NULL)
		return bdl_fail_sys(err, "open '%s'", b->text);
	for (uint64_t i = 0; i < b->n; i++) {
		(void)domain(i, host, sizeof(host));
		(void)fprintf(f, "%s\n", host);
	}
	return fclose(f) != 0 ? bdl_fail_sys(err, "write '%s'", b->text) : 0;
}

static int compile(struct bench *b, struct bdl_err *err)
{
	BDL_AUTO(bdl_list_build_free) struct bdl_list_build *build = bdl_list_build_new();
	double begin = seconds();
	int r = bdl_list_build_folder(build, b->folder, err);

	if (r == 0)
		r = bdl_list_build_write(build, b->map, bdl_now_ms(), err);
	b->compiled_s = seconds() - begin;
	return r;
}

/* The hosts are made beforehand and read in order, so that only the lists are waited for. */
static void look_up(struct bench *b, const struct bdl_lists *l)
{
	char(*hosts)[HOST_MAX] = bdl_xcalloc(LOOK_UPS, HOST_MAX);
	char name[HOST_MAX];

	for (uint64_t i = 0; i < LOOK_UPS; i++) {
		(void)domain(i % 2 == 0 ? number(i) % b->n : ~i, name, sizeof(name));
		(void)snprintf(hosts[i], HOST_MAX, "www.%.50s", name);
	}
	double begin = own_seconds();
	for (size_t i = 0; i < LOOK_UPS; i++) {
		struct bdl_catset set = { 0 };
		bdl_lists_host(l, bdl_view_of(hosts[i]), &set);
		b->found += bdl_catset_has(&set, 0);
	}
	b->look_up_s = own_seconds() - begin;
	free(hosts);
}

static int measure(struct bench *b, struct bdl_err *err)
{
	BDL_AUTO(bdl_lists_close) struct bdl_lists *l = NULL;
	struct stat st;
	int r = write_text(b, err);

	if (r == 0)
		r = compile(b, err);
	if (r < 0)
		return r;
	double begin = seconds();
	r = bdl_lists_open(b->map, &l, err);
	b->opened_s = seconds() - begin;
	if (r == 0)
		r = bdl_lists_verify(l, err);
	b->verified_s = seconds() - begin;
	if (r < 0 || stat(b->map, &st) < 0)
		return r < 0 ? r : bdl_fail_sys(err, "look at '%s'", b->map);
	look_up(b, l);
	printf("{\"domains\": %llu, \"compiled_a_second\": %.0f, \"open_ms\": %.2f, "
	       "\"ready_ms\": %.2f, \"bytes_a_domain\": %.1f, \"look_ups\": %d, \"found\": %llu, "
	       "\"ns_a_look_up\": %.0f}\n",
	    (unsigned long long)bdl_lists_domains(l), (double)b->n / b->compiled_s,
	    b->opened_s * 1e3, b->verified_s * 1e3, (double)st.st_size / (double)b->n, LOOK_UPS,
	    (unsigned long long)b->found, b->look_up_s * 1e9 / LOOK_UPS);
	return fflush(stdout) == 0 ? 0 : bdl_fail_sys(err, "write");
}

static int run(uint64_t n)
{
	struct bench b = { .folder = "/tmp/bench-lists-XXXXXX", .n = n };
	struct bdl_err err = { 0 };

	if (mkdtemp(b.folder) == NULL)
		return 1;
	(void)snprintf(b.text, sizeof(b.text), "%s/bench.txt", b.folder);
	(void)snprintf(b.map, sizeof(b.map), "%s/lists.map", b.folder);
	int r = measure(&b, &err);
	if (r < 0)
		fprintf(stderr, "bench_lists: %s\n", err.text);
	(void)unlink(b.text);
	(void)unlink(b.map);
	(void)rmdir(b.folder);
	return r < 0;
}

int main(int argc, char **argv)
{
	static const uint64_t sizes[] = { 1000, 1000000, 10000000 };
	int failed = 0;

	for (int i = 1; i < argc; i++) {
		uint64_t n = 0;
		if (!bdl_view_uint(bdl_view_of(argv[i]), 50000000, &n) || n == 0) {
			fprintf(stderr, "use: bench_lists [DOMAINS...]\n");
			return 2;
		}
		failed |= run(n);
	}
	for (size_t i = 0; argc == 1 && i < BDL_ARRAY_LEN(sizes); i++)
		failed |= run(sizes[i]);
	return failed;
}
