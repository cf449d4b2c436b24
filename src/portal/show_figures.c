/* Figures: what was judged and broken in a week, four, a term or a year. */
#include "base/clock.h"
#include "charts_int.h"
#include "figures.tmpl.h"
#include "filter_int.h"
#include "pages_int.h"

#define CATEGORIES_SHOWN 20

static const struct choice {
	const char *word, *title;
	int64_t weeks;
} choices[] = {
	{ "month", "Four weeks", 4 },
	{ "week", "One week", 1 },
	{ "term", "A term: 13 weeks", 13 },
	{ "year", "A year: 52 weeks", 52 },
};

static const struct choice *choice_of(struct bdl_request *r, struct bdl_err *err)
{
	struct bdl_view word = bdl_request_query(r, "span");

	if (!word.n)
		return &choices[0];
	for (size_t i = 0; i < BDL_ARRAY_LEN(choices); i++)
		if (bdl_view_is(word, choices[i].word))
			return &choices[i];
	(void)bdl_chosen_refuse(r, "span", err); /* the caller says so */
	return NULL;
}

static void add_choices(
    const struct bdl_request *r, const struct choice *chosen, struct bdl_page_figures *v)
{
	struct bdl_page_figures_span *out =
	    bdl_region_array(r->region, BDL_ARRAY_LEN(choices), sizeof(*out));

	for (size_t i = 0; out && i < BDL_ARRAY_LEN(choices); i++)
		out[i] = (struct bdl_page_figures_span){ choices[i].word, choices[i].title,
			&choices[i] == chosen };
	v->spans = out;
	v->n_spans = out ? BDL_ARRAY_LEN(choices) : 0;
}

static int add_clauses(const struct bdl_request *r, const struct bdl_weeks *s,
    struct bdl_page_figures *v, struct bdl_err *err)
{
	struct bdl_figure *rows;
	size_t n;

	int rc = bdl_figures_list(r->store, BDL_FIGURES_BY_CLAUSE, s->from_day,
	    bdl_weeks_before_day(s), r->region, &rows, &n, err);
	if (rc < 0)
		return rc;
	struct bdl_page_figures_clause *out = bdl_region_array(r->region, n, sizeof(*out));
	for (size_t i = 0; out && i < n; i++)
		out[i] = (struct bdl_page_figures_clause){
			.policy = rows[i].policy,
			.clause = rows[i].name,
			.title = bdl_clause_title(r, rows[i].policy, 0, rows[i].name),
			.acts = bdl_count_text(r, (uint64_t)bdl_figure_acts(&rows[i]), false),
			.violations = bdl_count_text(r, (uint64_t)rows[i].violations, false),
			.bar = bdl_bar(r, rows[i].violations, rows[0].violations),
		};
	v->clauses = out;
	v->n_clauses = out ? n : 0;
	return 0;
}

static int64_t strict(const struct bdl_figure *f)
{
	return f->acts[BDL_COACH] + f->acts[BDL_HOLD] + f->acts[BDL_BLOCK];
}

static int add_categories(const struct bdl_request *r, const struct bdl_weeks *s,
    struct bdl_page_figures *v, struct bdl_err *err)
{
	struct bdl_figure *rows;
	size_t n;

	int rc = bdl_figures_list(r->store, BDL_FIGURES_BY_CATEGORY, s->from_day,
	    bdl_weeks_before_day(s), r->region, &rows, &n, err);
	if (rc < 0)
		return rc;
	size_t shown = n < CATEGORIES_SHOWN ? n : CATEGORIES_SHOWN;
	struct bdl_page_figures_category *out = bdl_region_array(r->region, shown, sizeof(*out));
	for (size_t i = 0; out && i < shown; i++)
		out[i] = (struct bdl_page_figures_category){
			.name = rows[i].name,
			.visited = rows[i].acts[BDL_ALLOW] > 0,
			.acts = bdl_count_text(r, (uint64_t)bdl_figure_acts(&rows[i]), false),
			.strict = bdl_count_text(r, (uint64_t)strict(&rows[i]), false),
			.violations = bdl_count_text(r, (uint64_t)rows[i].violations, false),
			.bar = bdl_bar(r, rows[i].violations, rows[0].violations),
		};
	v->categories = out;
	v->n_categories = out ? shown : 0;
	v->others = (int64_t)(n - shown);
	return 0;
}

static int fill(const struct bdl_request *r, const struct bdl_weeks *s, struct bdl_page_figures *v,
    struct bdl_err *err)
{
	int64_t before_day = bdl_weeks_before_day(s);

	v->period = bdl_weeks_title(r, s);
	v->earlier = bdl_day_word(r, s->from_day - 1);
	if (before_day <= bdl_day_number(r->now_ms))
		v->later = bdl_day_word(r, before_day + (s->n - 1) * BDL_DAYS_A_WEEK);
	int rc = bdl_charts_by_day(r, s, &v->by_day, err);
	if (rc == 0)
		rc = bdl_charts_by_hour(r, s->from_day, before_day, &v->by_hour, err);
	if (rc == 0)
		rc = add_clauses(r, s, v, err);
	return rc < 0 ? rc : add_categories(r, s, v, err);
}

int bdl_show_figures(struct bdl_request *r, struct bdl_reply *reply, struct bdl_err *err)
{
	const struct choice *chosen = choice_of(r, err);
	int64_t at_ms = r->now_ms;
	struct bdl_page_figures v = {
		.portal = bdl_frame(r, BDL_LIT("Figures"), BDL_AT_FIGURES),
		.day = bdl_request_query(r, "day"),
	};

	if (!chosen)
		return err->code;
	if (v.day.n && !bdl_day_parse(v.day, &at_ms))
		v.day_wrong = bdl_day_fault(r, v.day);
	v.span = chosen->word;
	add_choices(r, chosen, &v);
	reply->status = v.day_wrong ? 400 : 200;
	struct bdl_weeks span = bdl_weeks_of(bdl_day_number(at_ms), chosen->weeks);
	int rc = fill(r, &span, &v, err);
	if (rc == 0 && !bdl_region_broken(r->region))
		bdl_page_figures(&reply->body, &v);
	return rc;
}
