/* A door, a line's end, and facts in the language's words: told to a ruleset of many forms. */
#include "fuzz.h"
#include "policy/given.h"
#include "policy/judge.h"

static const char policy[] =
    "---\ntitle: t\nschool: s\nowner: o\napprover: a\nreview: every 12 months\nbinds: staff\n---\n"
    "# A {#a}\n\nA.\n\n```rules\nnote web search with words \"a\", using own-devices unless signed\n"
    "block web download of more than 2 GB a day unless granted leave up to amount\n"
    "coach mail to more than 20 recipients unless encrypted\n"
    "note logs file deleted after 3 in 10 minutes, tell head after 2 in 1 hour\n"
    "permit leave asked by staff, stating amount, decided by head\n```\n";

static struct bdl_document *document;
static struct bdl_ruleset *ruleset;

static void begin(void)
{
	struct bdl_source source = { BDL_LIT("p"), bdl_view_of(policy) };
	struct bdl_findings *findings BDL_AUTO(bdl_findings_free) = bdl_findings_new();

	MUST(bdl_document_parse(source.bytes, findings, &document, NULL) == 0);
	MUST(bdl_ruleset_new_whole(&source, 1, &ruleset, NULL) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct bdl_given given BDL_AUTO_IN(bdl_given_done) = { 0 };
	struct bdl_view words = fuzz_view(data, size), act = { 0 };
	struct bdl_check_context context = { .n_others = 1 };
	uint64_t counts[BDL_COUNTERS_MAX] = { 0 };
	struct bdl_facts f = { .host = BDL_LIT("a.example") };
	struct bdl_err err = { 0 };
	struct bdl_verdict v;

	if (!ruleset)
		begin();
	const struct bdl_document *others[] = { document };
	context.others = others;
	(void)bdl_view_cut(&words, '\n', &act); /* false for no input, and both are empty */
	if (bdl_given_parse(act, words, &context, &given, &err) < 0) {
		MUST(err.text[0] && given.n == 0);
		return 0;
	}
	MUST(given.n <= 2 * BDL_GIVEN_MAX && given.door < BDL_DOORS);
	BDL_AUTO(bdl_region_free) struct bdl_region *region = bdl_region_new(1 << 20);
	bdl_given_tell(&given, ruleset, &f, counts, region);
	for (size_t i = 0; i < given.n; i++)
		MUST(f.told >> bdl_fact_of(given.phrases[i].phrase) & 1);
	bdl_judge(ruleset, &f, &v);
	return 0;
}
