/* Rules blocks: what is read stands in the block, and a rule's own words read back as that rule. */
#include "fuzz.h"
#include "policy/explain.h"
#include "policy/rule.h"

static void check_words(const struct bdl_word *words, size_t n, struct bdl_view in)
{
	for (size_t i = 0; i < n; i++)
		MUST(words[i].text.n > 0 && fuzz_within(words[i].text, in) && words[i].line >= 1 &&
		    words[i].column >= 1);
}

static void check_phrase(const struct bdl_phrase *phrase, struct bdl_view in)
{
	MUST(phrase->form > BDL_PHRASE_NONE && phrase->form < BDL_PHRASE_FORMS);
	MUST(phrase->manner < BDL_MANNERS && phrase->span.unit < BDL_UNITS);
	for (size_t i = 0; i < BDL_PHRASE_LISTS; i++)
		check_words(phrase->lists[i].words, phrase->lists[i].n, in);
	for (size_t i = 0; i < phrase->n_periods; i++) {
		const struct bdl_period *p = &phrase->periods[i];

		MUST(p->from < 1440 && p->to <= 1440 && p->from != p->to && p->days < 0x80);
	}
}

static void check_phrases(const struct bdl_phrase *phrases, size_t n, struct bdl_view in)
{
	for (size_t i = 0; i < n; i++)
		check_phrase(&phrases[i], in);
}

/* Its text alone is the same rule, in the same plain English. */
static void check_again(const struct bdl_rule *rule, struct bdl_region *region)
{
	BDL_AUTO(bdl_findings_free) struct bdl_findings *findings = bdl_findings_new();
	BDL_AUTO_IN(bdl_buf_done) struct bdl_buf once = BDL_BUF(1 << 20);
	BDL_AUTO_IN(bdl_buf_done) struct bdl_buf twice = BDL_BUF(1 << 20);
	struct bdl_rule *rules;
	size_t n;

	bdl_rules_parse(rule->text, 1, region, findings, &rules, &n);
	if (bdl_region_broken(region))
		return;
	MUST(findings->n == 0 && n == 1);
	bdl_explain_rule(rule, &once);
	bdl_explain_rule(rules, &twice);
	MUST(bdl_view_eq(bdl_buf_view(&once), bdl_buf_view(&twice)));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	BDL_AUTO(bdl_region_free) struct bdl_region *region = bdl_region_new(8 << 20);
	BDL_AUTO(bdl_findings_free) struct bdl_findings *findings = bdl_findings_new();
	BDL_AUTO_IN(bdl_buf_done) struct bdl_buf text = BDL_BUF(1 << 20);
	struct bdl_view in = fuzz_view(data, size);
	struct bdl_rule *rules;
	size_t n;

	bdl_rules_parse(in, 1, region, findings, &rules, &n);
	for (size_t i = 0; i < n; i++) {
		MUST(fuzz_within(rules[i].text, in));
		if (rules[i].kind != BDL_RULE_VERDICT)
			check_phrase(&rules[i].head, in);
		check_phrases(rules[i].conds, rules[i].n_conds, in);
		check_phrases(rules[i].unless, rules[i].n_unless, in);
		check_phrases(rules[i].phrases, rules[i].n_phrases, in);
		MUST(findings->n_errors > 0 || !rules[i].broken);
		if (i < 16 && !rules[i].broken)
			check_again(&rules[i], region);
	}
	bdl_findings_write(findings, "f", &text);
	return 0;
}
