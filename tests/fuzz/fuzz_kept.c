/* What was kept of an act, read back by a ruleset that asks for all of it. */
#include "fuzz.h"
#include "policy/judge.h"

static struct bdl_ruleset *ruleset(void)
{
	static struct bdl_ruleset *r;
	static const char text[] =
	    "---\ntitle: T\nschool: S\nowner: o\napprover: a\nreview: every 12 months\n"
	    "binds: staff\n---\n\n# T\n\n## A {#a}\n\nA sentence.\n\n```rules\n"
	    "block web search with words \"a b\"\nblock web download with files program\n"
	    "note web with types video/*\nblock web download of more than 1 MB\n"
	    "block web after 3 in 1 hour\nblock web of more than 1 GB a day\n```\n";
	struct bdl_source source = { BDL_LIT("t"), bdl_view_of(text) };

	if (!r)
		MUST(bdl_ruleset_new(&source, 1, &r, NULL) == 0);
	return r;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	BDL_AUTO(bdl_region_free) struct bdl_region *region = bdl_region_new(1 << 20);
	struct bdl_view kept = fuzz_view(data, size), name, value;
	struct bdl_facts f = { .known = true };
	struct bdl_verdict v;
	size_t total = 0;

	for (struct bdl_view rest = kept; bdl_kept_next(&rest, region, &name, &value);)
		total += name.n + value.n;
	MUST(total <= size);
	if (!bdl_facts_recall(ruleset(), &f, kept, region))
		return 0;
	bdl_judge(ruleset(), &f, &v);
	MUST(v.rule == BDL_NO_RULE || bdl_verdict_matched(&v, v.rule));
	return 0;
}
