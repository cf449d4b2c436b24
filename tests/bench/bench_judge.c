/*
 * How long one verdict takes: the judge alone, with the policies given, over hosts of every
 * category that their rules name and of none. Prints nanoseconds a call.
 *
 *   bench_judge POLICY...
 */
#include "base/alloc.h"
#include "policy/judge.h"
#include "sys/file.h"
#include <stdio.h>
#include <time.h>

#define ROUNDS 2000000

static struct bdl_ruleset *load(char **paths, size_t n)
{
	struct bdl_source *sources = bdl_xcalloc(n, sizeof(*sources));
	struct bdl_buf *bytes = bdl_xcalloc(n, sizeof(*bytes));
	struct bdl_ruleset *r = NULL;
	struct bdl_err err = { 0 };
	int rc = 0;

	for (size_t i = 0; i < n && rc == 0; i++) {
		bytes[i] = BDL_BUF(BDL_DOCUMENT_MAX);
		rc = bdl_file_read(paths[i], &bytes[i], &err);
		sources[i].name = bdl_view_of(paths[i]);
		sources[i].bytes = bdl_buf_view(&bytes[i]);
	}
	if (rc == 0)
		rc = bdl_ruleset_new(sources, n, &r, &err);
	if (rc)
		fprintf(stderr, "bench_judge: %s\n", err.text);
	for (size_t i = 0; i < n; i++)
		bdl_buf_done(&bytes[i]);
	free(bytes);
	free(sources);
	return r;
}

int main(int argc, char **argv)
{
	if (argc < 2) {
		fprintf(stderr, "usage: bench_judge POLICY...\n");
		return 2;
	}
	BDL_AUTO(bdl_ruleset_free) struct bdl_ruleset *r = load(argv + 1, (size_t)argc - 1);
	if (!r)
		return 1;
	size_t n_categories = bdl_ruleset_categories(r);
	uint64_t staff = bdl_ruleset_group(r, BDL_LIT("staff"));
	struct timespec begin, end;
	unsigned strict = 0;

	clock_gettime(CLOCK_MONOTONIC, &begin);
	for (unsigned i = 0; i < ROUNDS; i++) {
		struct bdl_facts f = { .told = UINT64_MAX,
			.known = i & 1,
			.groups = staff,
			.host = BDL_LIT("www.some-site.example"),
			.minute = (uint16_t)(i % 1440),
			.weekday = (uint8_t)(i % 7) };
		struct bdl_verdict v;
		if (n_categories && i % 4 == 0)
			bdl_catset_add(&f.categories, i / 4 % (unsigned)n_categories);
		bdl_judge(r, &f, &v);
		strict += v.action >= BDL_COACH;
	}
	clock_gettime(CLOCK_MONOTONIC, &end);
	double ns =
	    (double)(end.tv_sec - begin.tv_sec) * 1e9 + (double)(end.tv_nsec - begin.tv_nsec);
	printf("{\"rules\": %zu, \"calls\": %d, \"strict\": %u, \"ns_a_call\": %.0f}\n",
	    bdl_ruleset_rules(r), ROUNDS, strict, ns / ROUNDS);
	return 0;
}
