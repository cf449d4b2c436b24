/* Until when a record stays: by the policies in force, the manual's defaults and legal holds. */
#include "keeping_int.h"
#include "pages_int.h"
#include "policy/format.h"
#include "record/retention/holds.h"

static const char *from_day(const struct bdl_request *r, int64_t from_ms)
{
	if (from_ms == BDL_KEPT_EVER)
		return "Never";
	return bdl_region_printf(r->region, "From %s on", bdl_day_of(r, from_ms).title);
}

/* What one policy says of violations; of visits the shortest that any says. */
static bool rule_of(const struct bdl_request *r, enum bdl_kept kept, struct bdl_view policy,
    struct bdl_retention_rule *ret, struct bdl_view *ret_policy)
{
	struct bdl_retention_rule says;
	bool said = false;

	for (size_t i = 0; i < bdl_ruleset_policies(r->ruleset); i++) {
		struct bdl_view name = bdl_ruleset_policy_name(r->ruleset, i);
		if ((kept == BDL_KEPT_VIOLATIONS && !bdl_view_eq(name, policy)) ||
		    !bdl_retention_says(
			bdl_ruleset_document(r->ruleset, i), kept, r->now_ms, &says) ||
		    (said && says.before_ms <= ret->before_ms))
			continue;
		*ret = says;
		*ret_policy = name;
		said = true;
	}
	return said;
}

static void keep_by_rule(const struct bdl_request *r, const struct bdl_retention_rule *says,
    int64_t at_ms, struct bdl_kept_until *ret)
{
	struct bdl_buf line BDL_AUTO_IN(bdl_buf_done) = BDL_BUF(BDL_BLOCK_MAX);

	bdl_rule_on_one_line(says->rule->text, &line);
	ret->text = from_day(r,
	    says->before_ms == BDL_KEPT_EVER ? BDL_KEPT_EVER
					     : bdl_span_past(says->rule->head.span, at_ms));
	ret->clause = says->clause->id;
	ret->title = bdl_clause_heading(r, says->clause);
	ret->rule = bdl_region_str(r->region, bdl_buf_view(&line));
}

static void keep_by_default(
    const struct bdl_request *r, enum bdl_kept kept, int64_t at_ms, struct bdl_kept_until *ret)
{
	const struct bdl_span visits = { BDL_KEEP_VISITS_DAYS, BDL_UNIT_DAY };
	const struct bdl_span violations = { BDL_KEEP_VIOLATIONS_YEARS, BDL_UNIT_YEAR };
	bool is_visits = kept == BDL_KEPT_VISITS;

	ret->text =
	    bdl_region_printf(r->region, "%s: no clause says otherwise, so %s is kept for %s",
		from_day(r, bdl_span_past(is_visits ? visits : violations, at_ms)),
		is_visits ? "what broke none" : "what broke a clause",
		is_visits ? "90 days" : "1 year");
}

/* The oldest hold that keeps what this person did against this clause; 0: none does. */
static int add_hold(const struct bdl_request *r, struct bdl_view person, struct bdl_view clause,
    struct bdl_kept_until *ret, struct bdl_err *err)
{
	struct bdl_hold_row *rows;
	size_t n;

	int rc = bdl_holds_list(r->store, r->region, &rows, &n, err);
	for (size_t i = 0; rc == 0 && i < n && !ret->hold; i++)
		if ((!rows[i].person.n || bdl_view_eq(rows[i].person, person)) &&
		    (!rows[i].clause.n || bdl_view_eq(rows[i].clause, clause)))
			ret->hold = rows[i].id;
	return rc;
}

int bdl_kept_until(const struct bdl_request *r, enum bdl_kept kept, const struct bdl_act *a,
    struct bdl_kept_until *ret, struct bdl_err *err)
{
	struct bdl_retention_rule says;
	struct bdl_kept_until until = { 0 };

	if (rule_of(r, kept, a->policy, &says, &until.policy))
		keep_by_rule(r, &says, a->at_ms, &until);
	else
		keep_by_default(r, kept, a->at_ms, &until);
	int rc = add_hold(r, a->person, a->clause, &until, err);
	if (rc == 0)
		*ret = until;
	return rc;
}
