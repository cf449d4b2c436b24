/* What the pages share: the frame around them, moments, titles of words. */
#include "base/clock.h"
#include "issues_int.h"
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
		.icon = bdl_asset_digest("icon.svg"),
		.at_overview = section == BDL_AT_OVERVIEW,
		.at_acts = section == BDL_AT_ACTS,
		.at_visits = section == BDL_AT_VISITS,
		.at_violations = section == BDL_AT_VIOLATIONS,
		.at_policies = section == BDL_AT_POLICIES,
		.at_figures = section == BDL_AT_FIGURES,
		.at_state = section == BDL_AT_STATE,
	};
}

static bool is_today(const struct bdl_request *r, const struct bdl_civil *at)
{
	struct bdl_civil now = bdl_civil_local(r->now_ms);

	return at->year == now.year && at->month == now.month && at->day == now.day;
}

static const char *when_of_old(const struct bdl_request *r, int64_t at_ms)
{
	char text[BDL_LONG_LEN];

	bdl_time_long(at_ms, text);
	const char *day = strchr(text, ' '); /* without the weekday */
	return bdl_region_str(r->region, bdl_view_of(day ? day + 1 : text));
}

const char *bdl_when(const struct bdl_request *r, int64_t at_ms)
{
	struct bdl_civil at = bdl_civil_local(at_ms);

	if (!is_today(r, &at))
		return when_of_old(r, at_ms);
	return bdl_region_printf(
	    r->region, "today, %02d:%02d:%02d", at.minute / 60, at.minute % 60, at.second);
}

const char *bdl_when_hour(const struct bdl_request *r, int64_t at_ms)
{
	struct bdl_civil at = bdl_civil_local(at_ms);

	if (!is_today(r, &at))
		return when_of_old(r, at_ms);
	return bdl_region_printf(r->region, "today, %02d:%02d", at.minute / 60, at.minute % 60);
}

struct bdl_day bdl_day_of(const struct bdl_request *r, int64_t at_ms)
{
	struct bdl_civil c = bdl_civil_local(at_ms);
	char text[BDL_LONG_LEN];
	int64_t from_ms = bdl_midnight(at_ms);

	bdl_time_long(from_ms, text);
	char *comma = strchr(text, ',');
	if (comma)
		*comma = '\0';
	return (struct bdl_day){
		.from_ms = from_ms,
		.before_ms =
		    bdl_midnight(from_ms + 36 * BDL_HOUR_MS), /* days have 23 to 25 hours */
		.word = bdl_region_printf(r->region, "%04d-%02d-%02d", c.year, c.month, c.day),
		.title = bdl_region_str(r->region, bdl_view_of(text)),
	};
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

#define HARD_SPACE "\xc2\xa0" /* a number and its unit stay together */

const char *bdl_bytes_text(const struct bdl_request *r, uint64_t n)
{
	static const char *const units[] = { "kB", "MB", "GB", "TB", "PB", "EB" };
	uint64_t unit = 1000;
	size_t i = 0;

	if (n < unit)
		return bdl_region_printf(
		    r->region, "%u" HARD_SPACE "%s", (unsigned)n, n == 1 ? "byte" : "bytes");
	for (; n / unit >= 1000; i++)
		unit *= 1000;
	unsigned tenths = (unsigned)(n / (unit / 10));
	return tenths < 100
	    ? bdl_region_printf(
		  r->region, "%u.%u" HARD_SPACE "%s", tenths / 10, tenths % 10, units[i])
	    : bdl_region_printf(r->region, "%u" HARD_SPACE "%s", tenths / 10, units[i]);
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
		"Download", "Search" };
	return k < BDL_KINDS ? titles[k] : "Unknown";
}

static const struct bdl_clause *clause_in(const struct bdl_document *d, struct bdl_view id)
{
	for (size_t i = 0; d && i < d->n_clauses; i++)
		if (bdl_view_eq(d->clauses[i].id, id))
			return &d->clauses[i];
	return NULL;
}

const struct bdl_clause *bdl_clause_find(
    const struct bdl_ruleset *rs, struct bdl_view policy, struct bdl_view id)
{
	for (size_t i = 0; rs && id.n > 0 && i <= bdl_ruleset_policies(rs);
	     i++) { /* with the law */
		if (!bdl_view_eq(bdl_ruleset_policy_name(rs, i), policy))
			continue;
		return clause_in(bdl_ruleset_document(rs, i), id);
	}
	return NULL;
}

const char *bdl_clause_heading(const struct bdl_request *r, const struct bdl_clause *c)
{
	return bdl_region_printf(r->region, "%.*s%s%.*s", BDL_FMT(c->number),
	    c->number.n > 0 ? " " : "", BDL_FMT(c->title));
}

const char *bdl_clause_title(
    const struct bdl_request *r, struct bdl_view policy, int64_t issue, struct bdl_view id)
{
	const struct bdl_clause *c = NULL;
	if (issue > 0 && id.n > 0)
		c = clause_in(bdl_issues_find(r->issues, r->store, policy, issue), id);
	if (!c)
		c = bdl_clause_find(r->ruleset, policy, id);
	return c ? bdl_clause_heading(r, c) : bdl_region_str(r->region, id);
}

struct bdl_view bdl_person_name(const struct bdl_request *r, struct bdl_view login)
{
	const struct bdl_person *p = r->roll && login.n > 0 ? bdl_roll_find(r->roll, login) : NULL;
	return p ? p->name : bdl_view_at(NULL, 0);
}

const char *bdl_told(const struct bdl_request *r, struct bdl_view words)
{
	struct bdl_view word;
	const char *text = "";

	while (text && bdl_view_cut(&words, ' ', &word)) {
		int role = bdl_role_find(word);
		if (role < 0)
			continue;
		text = bdl_region_printf(r->region, "%s%s%s", text, text[0] ? ", " : "",
		    bdl_role_title((enum bdl_role_word)role));
	}
	return text;
}

const char *bdl_joined(const struct bdl_request *r, const struct bdl_view *list, size_t n)
{
	const char *text = "";

	for (size_t i = 0; text && i < n; i++)
		text = bdl_region_printf(
		    r->region, "%s%s%.*s", text, i > 0 ? ", " : "", BDL_FMT(list[i]));
	return text;
}
