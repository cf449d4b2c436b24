/* What the pages share: the frame around them, moments, titles of words. */
#include "base/clock.h"
#include "pages_int.h"
#include "portal/assets.h"

struct bdl_layout_portal bdl_frame(
    const struct bdl_request *r, struct bdl_view title, enum bdl_section section)
{
	return (struct bdl_layout_portal){
		.title = title,
		.school = r->school,
		.css = bdl_asset_digest("app.css"),
		.js = bdl_asset_digest("app.js"),
		.at_overview = section == BDL_AT_OVERVIEW,
		.at_acts = section == BDL_AT_ACTS,
		.at_violations = section == BDL_AT_VIOLATIONS,
		.at_policies = section == BDL_AT_POLICIES,
	};
}

const char *bdl_when(const struct bdl_request *r, int64_t at_ms)
{
	char text[BDL_LONG_LEN];
	struct bdl_civil at = bdl_civil_local(at_ms), now = bdl_civil_local(r->now_ms);

	if (at.year == now.year && at.month == now.month && at.day == now.day)
		return bdl_region_printf(
		    r->region, "today, %02d:%02d:%02d", at.minute / 60, at.minute % 60, at.second);
	bdl_time_long(at_ms, text);
	const char *day = strchr(text, ' '); /* without the weekday */
	return bdl_region_str(r->region, bdl_view_of(day ? day + 1 : text));
}

const char *bdl_when_iso(const struct bdl_request *r, int64_t at_ms)
{
	char text[BDL_ISO_LEN];
	bdl_time_iso(at_ms, text);
	return bdl_region_str(r->region, bdl_view_of(text));
}

const char *bdl_count_text(const struct bdl_request *r, uint64_t n, bool or_nothing)
{
	char text[32];
	char *p = text + sizeof(text) - 1;
	int digits = 0;

	if (n == 0 && or_nothing)
		return "";
	*p = '\0';
	do {
		if (digits > 0 && digits % 3 == 0)
			*--p = ',';
		*--p = (char)('0' + n % 10);
		n /= 10;
		digits++;
	} while (n > 0);
	return bdl_region_str(r->region, bdl_view_of(p));
}

const char *bdl_digest_short(const struct bdl_request *r, const struct bdl_digest *d)
{
	char hex[BDL_DIGEST_HEX];
	bdl_digest_hex(d, hex);
	return bdl_region_printf(r->region, "%.12s", hex);
}

const char *bdl_action_title(enum bdl_action a)
{
	static const char *const titles[BDL_ACTIONS] = { "Allowed", "Noted", "Coached", "Held",
		"Blocked" };
	return a < BDL_ACTIONS ? titles[a] : "Unknown";
}

const char *bdl_kind_title(enum bdl_act_kind k)
{
	static const char *const titles[BDL_KINDS] = { "Page", "Part of a page", "Upload",
		"Download" };
	return k < BDL_KINDS ? titles[k] : "Unknown";
}

int bdl_action_chosen(const struct bdl_request *r)
{
	struct bdl_view word = bdl_request_query(r, "verdict");
	return word.n > 0 ? bdl_action_find(word) : -1;
}

int bdl_kind_chosen(const struct bdl_request *r)
{
	struct bdl_view word = bdl_request_query(r, "kind");
	for (int i = 0; i < BDL_KINDS; i++)
		if (bdl_view_is(word, bdl_kind_word((enum bdl_act_kind)i)))
			return i;
	return -1;
}

const struct bdl_clause *bdl_clause_find(
    const struct bdl_ruleset *rs, struct bdl_view policy, struct bdl_view id)
{
	for (size_t i = 0; rs && id.n > 0 && i < bdl_ruleset_policies(rs); i++) {
		if (!bdl_view_eq(bdl_ruleset_policy_name(rs, i), policy))
			continue;
		const struct bdl_document *d = bdl_ruleset_document(rs, i);
		for (size_t j = 0; j < d->n_clauses; j++)
			if (bdl_view_eq(d->clauses[j].id, id))
				return &d->clauses[j];
	}
	return NULL;
}

const char *bdl_clause_heading(const struct bdl_request *r, const struct bdl_clause *c)
{
	return bdl_region_printf(r->region, "%.*s%s%.*s", BDL_FMT(c->number),
	    c->number.n > 0 ? " " : "", BDL_FMT(c->title));
}

const char *bdl_clause_title(
    const struct bdl_request *r, struct bdl_view policy, struct bdl_view id)
{
	const struct bdl_clause *c = bdl_clause_find(r->ruleset, policy, id);
	return c ? bdl_clause_heading(r, c) : bdl_region_str(r->region, id);
}
