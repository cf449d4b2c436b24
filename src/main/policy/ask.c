#include "main/policy/ask.h"

#include "base/clock.h"
#include "lists/lists.h"
#include "main/data.h"
#include "policy/explain.h"
#include "proto/url.h"
#include "record/policies/people.h"
#include "record/policies/versions.h"

#define STEPS_MAX (256 * 1024)

static int categorise(const struct bdl_conf *conf, const struct bdl_ruleset *ruleset,
    struct bdl_view page, struct bdl_facts *facts, struct bdl_err *err)
{
	char path[BDL_PATH_MAX];
	struct bdl_lists *lists BDL_AUTO(bdl_lists_close) = NULL;
	struct bdl_catmap map;
	struct bdl_catset listed = { 0 };
	bdl_conf_path(conf, path, sizeof(path), "lists/lists.map");
	int rc = bdl_lists_open(path, &lists, err);
	if (rc < 0)
		return rc == BDL_E_MISSING ? 0 : rc;
	bdl_catmap_make(lists, ruleset, &map);
	bdl_lists_find(lists, facts->host, page, &listed);
	bdl_catmap_apply(&map, &listed, &facts->categories);
	return 0;
}

static void write_step(
    const struct bdl_ruleset *ruleset, const struct bdl_step *step, struct bdl_buf *out)
{
	static const char *const words[] = {
		[BDL_STEP_APPLIED] = "applies",
		[BDL_STEP_NOT_BOUND] = "does not bind",
		[BDL_STEP_NOT_MET] = "does not apply",
		[BDL_STEP_LIFTED] = "is lifted",
		[BDL_STEP_CANNOT_TELL] = "cannot be told",
	};
	struct bdl_rule_ref ref = bdl_ruleset_rule(ruleset, step->rule);
	bdl_buf_printf(out, "  %c %.*s#%.*s %s: %s\n", step->decided ? '*' : ' ',
	    BDL_FMT(ref.policy_name), BDL_FMT(ref.clause->id), words[step->kind], step->why);
}

static int answer(const struct bdl_ruleset *ruleset, const struct bdl_facts *facts,
    struct bdl_buf *out, struct bdl_err *err)
{
	struct bdl_region *region BDL_AUTO(bdl_region_free) = bdl_region_new(STEPS_MAX);
	struct bdl_verdict verdict;
	size_t n = 0;
	bdl_judge(ruleset, facts, &verdict);
	bdl_buf_printf(out, "%s", bdl_action_word(verdict.action));
	if (verdict.rule != BDL_NO_RULE) {
		struct bdl_rule_ref ref = bdl_ruleset_rule(ruleset, verdict.rule);
		bdl_buf_printf(out, ", by clause %.*s of the policy %.*s: %.*s",
		    BDL_FMT(ref.clause->id), BDL_FMT(ref.policy_name), BDL_FMT(ref.clause->text));
	} else {
		bdl_buf_add_str(out, ": no clause speaks of it");
	}
	bdl_buf_add_char(out, '\n');

	const struct bdl_step *steps = bdl_explain_act(ruleset, facts, region, &n);
	if (!steps && n > 0)
		return bdl_fail(err, BDL_E_LIMIT, "there are too many rules to explain at once");
	for (size_t i = 0; i < n; i++)
		write_step(ruleset, &steps[i], out);
	return 0;
}

/* By the store, so that what was published a moment ago counts, and before Beadle ever ran too. */
static int in_force(const struct bdl_conf *conf, struct bdl_ruleset **ret, struct bdl_roll **roll,
    struct bdl_err *err)
{
	struct bdl_store *store BDL_AUTO(bdl_store_close) = NULL;
	struct bdl_region *region BDL_AUTO(bdl_region_free) = bdl_region_new(BDL_SOURCES_MAX);
	struct bdl_source *sources = NULL;
	int64_t set_ms = 0;
	size_t n = 0;
	int rc = bdl_data_store_read(conf, &store, err);
	if (rc == 0)
		rc = bdl_versions_in_force(store, region, &sources, &n, err);
	if ((rc == 0 && n == 0) || rc == BDL_E_MISSING)
		return bdl_fail(err, BDL_E_MISSING,
		    "no policy is in force in '%s' yet: publish one", conf->dir);
	if (rc == 0)
		rc = bdl_people_refresh(store, roll, &set_ms, err);
	return rc < 0 ? rc : bdl_ruleset_new(sources, n, ret, err);
}

int bdl_ask(const struct bdl_conf *conf, const char *url, const char *person, const char *at,
    struct bdl_buf *out, struct bdl_err *err)
{
	struct bdl_ruleset *ruleset BDL_AUTO(bdl_ruleset_free) = NULL;
	struct bdl_roll *roll BDL_AUTO(bdl_roll_free) = NULL;
	struct bdl_region *region BDL_AUTO(bdl_region_free) = bdl_region_new(STEPS_MAX);
	struct bdl_facts facts = { 0 };
	struct bdl_url parts;
	int64_t at_ms = bdl_now_ms();

	if (at && !bdl_time_parse(bdl_view_of(at), &at_ms))
		return bdl_fail(err, BDL_E_INVALID, "'%s' is no time such as 2026-11-23T09:30", at);
	int rc = bdl_url_parse(bdl_view_of(url), bdl_view_of(NULL), BDL_SCHEME_HTTP, &parts, err);
	if (rc < 0)
		return rc;
	rc = in_force(conf, &ruleset, &roll, err);
	if (rc < 0)
		return rc;

	struct bdl_civil civil = bdl_civil_local(at_ms);
	struct bdl_web_request q = { bdl_view_of(parts.host), parts.path, BDL_LIT("GET"), false };
	bdl_facts_request(ruleset, &facts, &q, region);
	facts.minute = (uint16_t)civil.minute;
	facts.weekday = (uint8_t)civil.weekday;
	const struct bdl_person *who =
	    person && roll ? bdl_roll_find(roll, bdl_view_of(person)) : NULL;
	if (person && !who)
		return bdl_fail(err, BDL_E_MISSING, "'%s' is not on the roll", person);
	facts.known = who != NULL;
	facts.groups = who ? bdl_person_groups(who, ruleset) : 0;
	rc = categorise(conf, ruleset, parts.path, &facts, err);
	return rc < 0 ? rc : answer(ruleset, &facts, out, err);
}
