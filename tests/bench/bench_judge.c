/*
 * How long one verdict takes: the judge alone, with the policies given, once by what the doors carry
 * out and once by the whole of them, at every door. The acts are a page load of a host of each
 * category that a rule names or of none, and messages, screens and files with one thing in them that
 * a rule names or none. Every kind of fact is told, so that no rule is passed by for want of one.
 *
 *   bench_judge POLICY...
 */
#include "base/alloc.h"
#include "policy/judge.h"
#include "sys/file.h"
#include <stdio.h>
#include <time.h>

#define ROUNDS 2000000
#define ACTS   1024

static struct bdl_ruleset *load(char **paths, size_t n, bool whole)
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
		rc = (whole ? bdl_ruleset_new_whole : bdl_ruleset_new)(sources, n, &r, &err);
	if (rc)
		fprintf(stderr, "bench_judge: %s\n", err.text);
	for (size_t i = 0; i < n; i++)
		bdl_buf_done(&bytes[i]);
	free(bytes);
	free(sources);
	return r;
}

static struct bdl_facts act(const struct bdl_ruleset *r, enum bdl_door door, unsigned i)
{
	static const uint64_t counts[BDL_COUNTERS_MAX];
	struct bdl_facts f = { .told = UINT64_MAX,
		.door = door,
		.deeds = (i & 1) << (i % BDL_DEEDS),
		.known = i % 8 != 0,
		.groups = bdl_ruleset_group(r, i & 2 ? BDL_LIT("staff") : BDL_LIT("pupils")),
		.host = BDL_LIT("www.some-site.example"),
		.path = BDL_LIT("/some/page"),
		.text = BDL_LIT("a few words of a search"),
		.minute = (uint16_t)(i * 7 % 1440),
		.weekday = (uint8_t)(i % 7),
		.counts = counts };

	if (i % 4 == 0 && bdl_ruleset_categories(r))
		bdl_catset_add(&f.categories, i / 4 % (unsigned)bdl_ruleset_categories(r));
	if (i % 4 == 1 && bdl_ruleset_atoms(r))
		bdl_atomset_add(&f.atoms, i / 4 % (unsigned)bdl_ruleset_atoms(r));
	return f;
}

static void measure(const struct bdl_ruleset *r, const char *scope, enum bdl_door door)
{
	static struct bdl_facts acts[ACTS];
	struct timespec begin, end;
	unsigned strict = 0;
	double ns;

	for (unsigned i = 0; i < ACTS; i++)
		acts[i] = act(r, door, i);
	clock_gettime(CLOCK_MONOTONIC, &begin);
	for (unsigned i = 0; i < ROUNDS; i++) {
		struct bdl_verdict v;

		bdl_judge(r, &acts[i % ACTS], &v);
		strict += v.action >= BDL_COACH;
	}
	clock_gettime(CLOCK_MONOTONIC, &end);
	ns = (double)(end.tv_sec - begin.tv_sec) * 1e9 + (double)(end.tv_nsec - begin.tv_nsec);
	printf(
	    "{\"scope\": \"%s\", \"door\": \"%s\", \"rules\": %zu, \"calls\": %d, \"strict\": %u, "
	    "\"ns_a_call\": %.0f}\n",
	    scope, bdl_door_word(door), bdl_ruleset_rules(r), ROUNDS, strict, ns / ROUNDS);
}

int main(int argc, char **argv)
{
	if (argc < 2) {
		fprintf(stderr, "usage: bench_judge POLICY...\n");
		return 2;
	}
	for (int whole = 0; whole < 2; whole++) {
		BDL_AUTO(bdl_ruleset_free)
		struct bdl_ruleset *r = load(argv + 1, (size_t)argc - 1, whole);

		if (!r)
			return 1;
		measure(r, whole ? "whole" : "carried out", BDL_DOOR_WEB);
		for (int door = BDL_DOOR_MAIL; whole && door < BDL_DOORS; door++)
			measure(r, "whole", (enum bdl_door)door);
	}
	return 0;
}
