/*
 * beadle policy coverage FILE... [--json]: what of each clause this build carries out, and what of
 * that waits for lists or phrases which the data folder has not got, where there is a data folder.
 */
#include "policy/coverage.h"
#include "main/data.h"
#include "main/json.h"
#include "main/policy/verbs.h"
#include "main/publish.h"
#include "main/text.h"
#include "policy/format.h"

#include <stdio.h>

#define TEXT_MAX (16 * 1024 * 1024)

/* What was read so far; the documents are looked at once and go. */
struct report {
	bool json;
	json_t *policies;
	struct bdl_buf text;
	struct bdl_coverage sum;
	struct bdl_known_lists known;
	struct bdl_phrases *phrases;
	struct bdl_coverage_here here;
};

static json_t *waits_json(const struct bdl_rule *rule, const struct bdl_coverage_here *here)
{
	struct bdl_buf waits BDL_AUTO_IN(bdl_buf_done) = BDL_BUF(BDL_BLOCK_MAX);

	if (bdl_rule_carried_out(rule))
		bdl_coverage_waits(rule, here, &waits);
	return waits.n ? bdl_json_text(bdl_buf_view(&waits)) : json_null();
}

static json_t *rule_json(const struct bdl_rule *rule, const struct bdl_coverage_here *here)
{
	struct bdl_buf line BDL_AUTO_IN(bdl_buf_done) = BDL_BUF(BDL_BLOCK_MAX);
	enum bdl_area area = bdl_rule_area(rule);
	bool carried_out = bdl_rule_carried_out(rule);

	bdl_rule_on_one_line(rule->text, &line);
	return json_pack("{s:s, s:s, s:b, s:o, s:o, s:i}",
	    bdl_area_is_door(area) ? "door" : "institution", bdl_area_word(area), "rule",
	    bdl_buf_str(&line), "carried_out", (int)carried_out, "missing",
	    carried_out ? json_null() : bdl_json_text(bdl_rule_beyond(rule)), "waits_for",
	    waits_json(rule, here), "line", (int)rule->line);
}

static json_t *clause_json(const struct bdl_clause *clause, const struct bdl_coverage_here *here)
{
	json_t *rules = json_array();

	for (size_t i = 0; i < clause->n_rules; i++)
		bdl_json_add(&rules, rule_json(&clause->rules[i], here));
	return json_pack("{s:o, s:o, s:o, s:b, s:o}", "id", bdl_json_text(clause->id), "number",
	    bdl_json_text(clause->number), "title", bdl_json_text(clause->title), "signed_only",
	    (int)(clause->n_rules == 0), "rules", rules);
}

static json_t *policy_json(
    const char *path, const struct bdl_document *d, const struct bdl_coverage_here *here)
{
	char digest[BDL_DIGEST_HEX];
	json_t *clauses = json_array();

	bdl_digest_hex(&d->digest, digest);
	for (size_t i = 0; i < d->n_clauses; i++)
		bdl_json_add(&clauses, clause_json(&d->clauses[i], here));
	return json_pack("{s:s, s:o, s:s, s:o}", "file", path, "title",
	    bdl_json_text(d->front.title), "digest", digest, "clauses", clauses);
}

static json_t *totals_json(const struct bdl_coverage *sum)
{
	json_t *doors = json_object(), *institutions = json_object();

	for (int i = 0; i < BDL_AREAS; i++) {
		enum bdl_area area = (enum bdl_area)i;
		json_t *one = json_pack("{s:I, s:I}", "carried_out",
		    (json_int_t)sum->carried_out[i], "not_carried_out", (json_int_t)sum->left[i]);
		(void)json_object_set_new(
		    bdl_area_is_door(area) ? doors : institutions, bdl_area_word(area), one);
	}
	return json_pack("{s:I, s:I, s:o, s:o}", "clauses", (json_int_t)sum->n_clauses,
	    "signed_only", (json_int_t)sum->n_signed_only, "doors", doors, "institutions",
	    institutions);
}

static json_t *unseen_json(void)
{
	json_t *all = json_array();

	for (const struct bdl_unseen *u = bdl_unseen; u->what; u++)
		bdl_json_add(&all, json_pack("{s:s, s:s}", "what", u->what, "means", u->means));
	return all;
}

static void report_done(struct report *r)
{
	json_decref(r->policies);
	bdl_buf_done(&r->text);
	bdl_known_lists_done(&r->known);
	bdl_phrases_close(r->phrases);
}

/* Those of a data folder that need not be there, nor have any. */
static int open_phrases(const char *data, struct bdl_phrases **ret, struct bdl_err *err)
{
	char path[BDL_PATH_MAX];
	struct bdl_conf conf;

	int rc = bdl_data_open(data, false, &conf, err);
	if (rc == 0) {
		bdl_conf_path(&conf, path, sizeof(path), "phrases/phrases.map");
		rc = bdl_phrases_open(path, ret, err);
	}
	return rc == BDL_E_MISSING ? 0 : rc;
}

static int add(struct report *r, const char *path, struct bdl_err *err)
{
	struct bdl_document *d BDL_AUTO(bdl_document_free) = NULL;

	int rc = bdl_text_read(path, &d, err);
	if (rc < 0)
		return rc;
	bdl_coverage_add(&r->sum, d);
	if (r->json) {
		bdl_json_add(&r->policies, policy_json(path, d, &r->here));
		return 0;
	}
	(void)bdl_buf_printf(&r->text, "%s: %.*s\n\n", path, BDL_FMT(d->front.title));
	bdl_coverage_write(d, &r->here, &r->text);
	return bdl_buf_add_str(&r->text, "\n") == 0
	    ? 0
	    : bdl_fail(err, BDL_E_LIMIT, "the answer is too long");
}

static int print(struct report *r, struct bdl_err *err)
{
	if (!r->json) {
		bdl_coverage_write_totals(&r->sum, &r->text);
		(void)bdl_buf_add_char(&r->text, '\n');
		bdl_coverage_write_unseen(&r->text);
		fputs(bdl_buf_str(&r->text), stdout);
		return 0;
	}
	return bdl_json_print(json_pack("{s:O, s:o, s:o}", "policies", r->policies, "totals",
				  totals_json(&r->sum), "unseen", unseen_json()),
	    JSON_INDENT(2), err);
}

int bdl_policy_coverage(struct bdl_args *a)
{
	struct bdl_err err;
	bool json = bdl_args_flag(a, "--json");

	if (!bdl_args_fit(a, 2, SIZE_MAX))
		return BDL_EXIT_USAGE;
	struct report r BDL_AUTO_IN(report_done) = {
		.json = json,
		.policies = json ? json_array() : NULL,
		.text = BDL_BUF(TEXT_MAX),
	};
	/* A data folder need not be there; where it is, its lists are asked for. */
	if (bdl_known_lists_of(a->data, &r.known, &err) < 0 ||
	    open_phrases(a->data, &r.phrases, &err) < 0)
		return bdl_complain(&err);
	r.here.lists = r.known.lists;
	r.here.has_lists = r.known.lists != NULL;
	r.here.phrases = r.phrases;
	r.here.has_phrases = r.phrases != NULL;
	for (size_t i = 1; i < a->n; i++)
		if (add(&r, a->words[i], &err) < 0)
			return bdl_complain(&err);
	return print(&r, &err) < 0 ? bdl_complain(&err) : BDL_EXIT_FINE;
}
