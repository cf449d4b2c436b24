/* What the tests of the door dns share: policies of a few lines, lists, and the zone as a text. */
#ifndef BDL_TESTS_DNS_TEST_H
#define BDL_TESTS_DNS_TEST_H

#include "../lists/lists_test.h"
#include "doors/dns/zone.h"
#include "lists/protect.h"
#include "sys/file.h"
#include <stdio.h>

struct policy_lines {
	const char *name, *binds, *rules; /* the rules of the clause a.clause */
};

/* A ruleset of these, up to the one without a name. */
static inline struct bdl_ruleset *ruleset_of(const struct policy_lines *lines)
{
	struct bdl_buf texts[8] = { { 0 } };
	struct bdl_source sources[8] = { 0 };
	struct bdl_ruleset *r = NULL;
	struct bdl_err err = { 0 };
	size_t n = 0;

	for (; lines[n].name; n++) {
		texts[n] = BDL_BUF(1 << 20);
		(void)bdl_buf_printf(&texts[n],
		    "---\ntitle: t\nschool: s\nowner: o\napprover: a\nreview: every 1 month\nbinds: %s\n"
		    "---\n# A {#a.clause}\n\nIts sentence.\n\n```rules\n%s\n```\n",
		    lines[n].binds, lines[n].rules);
		sources[n] =
		    (struct bdl_source){ bdl_view_of(lines[n].name), bdl_buf_view(&texts[n]) };
	}
	if (bdl_ruleset_new(sources, n, &r, &err) < 0)
		fail_msg("%s", err.text);
	for (size_t i = 0; i < n; i++)
		bdl_buf_done(&texts[i]);
	return r;
}

/* The hosts of a build, written and opened again. */
static inline struct bdl_hosts *hosts_of(void *const *state, struct bdl_list_build *b)
{
	struct bdl_hosts *h = NULL;
	struct bdl_err err = { 0 };

	bdl_lists_close(
	    compiled(state, b)); /* which also makes the exceptions of protected hosts */
	if (bdl_hosts_write(b, below(state, "lists.hosts"), 1, &err) < 0 ||
	    bdl_hosts_open(below(state, "lists.hosts"), &h, &err) < 0)
		fail_msg("%s", err.text);
	return h;
}

/* The zone as a file has it. */
static inline struct bdl_dns_count zone_of(void *const *state, const struct bdl_ruleset *r,
    const struct bdl_hosts *hosts, const struct bdl_dns_zone *zone, struct bdl_buf *out)
{
	struct bdl_dns_names *names = calloc(1, sizeof(*names));
	struct bdl_writer *w = NULL;
	struct bdl_dns_count count = { 0 };
	struct bdl_err err = { 0 };

	assert_non_null(names);
	if (bdl_dns_names_make(r, hosts, names, &err) < 0 ||
	    bdl_writer_open(below(state, "zone"), 0644, &w, &err) < 0 ||
	    bdl_dns_zone_write(names, hosts, zone, w, &count, &err) < 0 ||
	    bdl_writer_commit(w, &err) < 0)
		fail_msg("%s", err.text);
	bdl_writer_close(w);
	free(names);
	if (bdl_file_read(below(state, "zone"), out, &err) < 0)
		fail_msg("%s", err.text);
	return count;
}

#endif
