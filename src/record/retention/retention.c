/* Which rule holds for which kind of record. */
#include "record/retention/retention.h"
#include "base/clock.h"
#include <stdio.h>

#define TERM_MONTHS 4
#define YEARS_MAX   1000                     /* what is kept longer is kept for ever */
#define LOOKED_MS   (200 * 366 * BDL_DAY_MS) /* and what goes later than that, to people */

/* The beginning of that local day. Where it has none, since the clocks go forward, an hour later. */
static bool day_begins(int year, int month, int day, int64_t *ret_ms)
{
	char text[64];

	for (int hour = 0; hour < 2; hour++) {
		(void)snprintf(text, sizeof(text), "%04d-%02d-%02dT%02d:00", year, month, day,
		    hour); /* fits */
		if (bdl_time_parse(bdl_view_of(text), ret_ms))
			return true;
	}
	return false;
}

/* The same day so many months ago, or the last of its month. */
static int64_t months_before(struct bdl_civil c, int64_t months)
{
	int64_t all = (int64_t)c.year * 12 + c.month - 1 - months, ms;

	if (all < 1970 * 12)
		return BDL_KEPT_EVER;
	for (int day = c.day; day >= 28; day--)
		if (day_begins((int)(all / 12), (int)(all % 12) + 1, day, &ms))
			return ms;
	return day_begins((int)(all / 12), (int)(all % 12) + 1, c.day, &ms) ? ms : BDL_KEPT_EVER;
}

/* So many days before this one begins; a day has 23 to 25 hours. */
static int64_t days_before(struct bdl_civil c, int64_t days)
{
	int64_t noon_ms, ms;

	if (!day_begins(c.year, c.month, c.day, &noon_ms))
		return BDL_KEPT_EVER;
	noon_ms += 12 * BDL_HOUR_MS - days * BDL_DAY_MS;
	if (noon_ms < 0)
		return BDL_KEPT_EVER;
	c = bdl_civil_local(noon_ms);
	return day_begins(c.year, c.month, c.day, &ms) ? ms : BDL_KEPT_EVER;
}

int64_t bdl_span_before(struct bdl_span span, int64_t now_ms)
{
	struct bdl_civil c = bdl_civil_local(now_ms);
	int64_t n = span.n;

	if (!n || n > YEARS_MAX * 366)
		return BDL_KEPT_EVER;
	switch (span.unit) {
	case BDL_UNIT_MINUTE:
		return now_ms - n * BDL_MINUTE_MS;
	case BDL_UNIT_HOUR:
		return now_ms - n * BDL_HOUR_MS;
	case BDL_UNIT_DAY:
		return days_before(c, n);
	case BDL_UNIT_WEEK:
		return days_before(c, 7 * n);
	case BDL_UNIT_MONTH:
		return months_before(c, n);
	case BDL_UNIT_TERM:
		return months_before(c, TERM_MONTHS * n);
	case BDL_UNIT_YEAR:
		return months_before(c, 12 * n);
	case BDL_UNITS:
		break;
	}
	return BDL_KEPT_EVER;
}

/*
 * Looked for, so that it is what deletion comes to in each month and time zone: what a later moment
 * reaches back to is never earlier.
 */
int64_t bdl_span_past(struct bdl_span span, int64_t at_ms)
{
	int64_t no_ms = at_ms, yes_ms = at_ms + LOOKED_MS;

	if (bdl_span_before(span, yes_ms) <= at_ms)
		return BDL_KEPT_EVER;
	while (yes_ms - no_ms > 1) {
		int64_t middle_ms = no_ms + (yes_ms - no_ms) / 2;
		if (bdl_span_before(span, middle_ms) > at_ms)
			yes_ms = middle_ms;
		else
			no_ms = middle_ms;
	}
	return yes_ms;
}

static bool names(const struct bdl_rule *rule, const char *kept)
{
	const struct bdl_list *list = &rule->head.lists[0];

	for (size_t i = 0; i < list->n; i++)
		if (bdl_view_is(list->words[i].text, kept))
			return true;
	return false;
}

bool bdl_retention_says(const struct bdl_document *d, enum bdl_kept kept, int64_t now_ms,
    struct bdl_retention_rule *ret)
{
	static const char *const words[] = { "visits", "violations" };
	bool said = false;

	for (size_t i = 0; i < d->n_clauses; i++) {
		const struct bdl_clause *c = &d->clauses[i];
		for (size_t k = 0; k < c->n_rules; k++) {
			const struct bdl_rule *rule = &c->rules[k];
			if (rule->kind != BDL_RULE_KEEP || rule->broken ||
			    !names(rule, words[kept]))
				continue;
			int64_t before_ms = rule->head.form == BDL_PHRASE_KEEP_EVER
			    ? BDL_KEPT_EVER
			    : bdl_span_before(rule->head.span, now_ms);
			if (!said || before_ms > ret->before_ms)
				*ret = (struct bdl_retention_rule){ before_ms, c, rule };
			said = true;
		}
	}
	return said;
}

void bdl_retention_of(const struct bdl_source *sources, const struct bdl_document *const *documents,
    size_t n, int64_t now_ms, struct bdl_retention *ret)
{
	const struct bdl_span visits = { BDL_KEEP_VISITS_DAYS, BDL_UNIT_DAY };
	const struct bdl_span violations = { BDL_KEEP_VIOLATIONS_YEARS, BDL_UNIT_YEAR };
	struct bdl_retention r = {
		.violations_before_ms = bdl_span_before(violations, now_ms),
	};
	struct bdl_retention_rule rule = { 0 };
	bool said = false;

	for (size_t i = 0; i < n; i++) {
		if (bdl_retention_says(documents[i], BDL_KEPT_VISITS, now_ms, &rule)) {
			if (!said || rule.before_ms > r.visits_before_ms)
				r.visits_before_ms = rule.before_ms;
			said = true;
		}
		if (r.n < BDL_POLICIES_MAX &&
		    bdl_retention_says(documents[i], BDL_KEPT_VIOLATIONS, now_ms, &rule)) {
			r.policies[r.n].policy = sources[i].name;
			r.policies[r.n++].violations_before_ms = rule.before_ms;
		}
	}
	if (!said)
		r.visits_before_ms = bdl_span_before(visits, now_ms);
	*ret = r;
}
