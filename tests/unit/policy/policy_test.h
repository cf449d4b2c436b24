/* What the tests of policy/ share: documents and rulesets from a few lines of rules. */
#ifndef BDL_TESTS_POLICY_TEST_H
#define BDL_TESTS_POLICY_TEST_H

#include "policy/judge.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#define FRONT(binds)                                                                     \
	"---\ntitle: A policy\nschool: A school\nowner: the head\napprover: governors\n" \
	"review: every 12 months\nbinds: " binds "\n---\n"
#define FRONT_LINES       8
#define CLAUSE(id, rules) "\n# C {#" id "}\n\nSo.\n\n```rules\n" rules "\n```\n"

/* A document of one clause with these rules, which begin on its line 14. */
#define RULES_LINE (FRONT_LINES + 6)
static inline struct bdl_view document_of(struct bdl_buf *buf, const char *binds, const char *rules)
{
	bdl_buf_clear(buf);
	(void)bdl_buf_printf(buf,
	    "---\ntitle: A policy\nschool: A school\nowner: the head\napprover: governors\n"
	    "review: every 12 months\nbinds: %s\n---\n"
	    "\n## 1.1 A clause {#a.clause}\n\nIts sentence.\n```rules\n%s\n```\n",
	    binds, rules);
	assert_false(bdl_buf_broken(buf));
	return bdl_buf_view(buf);
}

/* The ruleset of one policy with these rules; fails the test where they have errors. */
static inline struct bdl_ruleset *any_ruleset_of(const char *binds, const char *rules, bool whole)
{
	struct bdl_buf buf BDL_AUTO_IN(bdl_buf_done) = BDL_BUF(BDL_DOCUMENT_MAX);
	struct bdl_source source = { BDL_LIT("school"), document_of(&buf, binds, rules) };
	struct bdl_ruleset *r;
	struct bdl_err err;

	if ((whole ? bdl_ruleset_new_whole : bdl_ruleset_new)(&source, 1, &r, &err) < 0)
		fail_msg("%s\n%s", err.text, rules);
	return r;
}
static inline struct bdl_ruleset *ruleset_of(const char *binds, const char *rules)
{
	return any_ruleset_of(binds, rules, false);
}
static inline struct bdl_ruleset *whole_ruleset_of(const char *binds, const char *rules)
{
	return any_ruleset_of(binds, rules, true);
}

/* How many of the ruleset's rules are those of the school's policies, and not of the law. */
static inline size_t school_rules(const struct bdl_ruleset *r)
{
	size_t n = 0;

	while (n < bdl_ruleset_rules(r) &&
	    bdl_ruleset_rule(r, (uint16_t)n).policy < bdl_ruleset_policies(r))
		n++;
	return n;
}

/* Facts: categories separated by commas, of which those that no rule names are left out. */
static inline struct bdl_catset categories_of(const struct bdl_ruleset *r, const char *names)
{
	struct bdl_view rest = bdl_view_of(names), name;
	struct bdl_catset set = { 0 };

	while (bdl_view_cut(&rest, ',', &name)) {
		int i = bdl_ruleset_category_find(r, name);

		if (i >= 0)
			bdl_catset_add(&set, (unsigned)i);
	}
	return set;
}

static inline uint64_t groups_of(const struct bdl_ruleset *r, const char *names)
{
	struct bdl_view rest = bdl_view_of(names), name;
	uint64_t groups = 0;

	while (bdl_view_cut(&rest, ',', &name))
		groups |= bdl_ruleset_group(r, name);
	return groups;
}

/* A generator of numbers that is the same on every machine (SplitMix64). */
static inline uint64_t next_number(uint64_t *state)
{
	uint64_t z = (*state += 0x9e3779b97f4a7c15);

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
	z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
	return z ^ (z >> 31);
}

static inline unsigned below(uint64_t *state, unsigned n)
{
	return (unsigned)(next_number(state) % n);
}

#endif
