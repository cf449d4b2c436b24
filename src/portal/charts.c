#include "base/clock.h"
#include "charts_int.h"
#include "pages_int.h"
#include "portal/chart.h"

#define CHART_MAX   (64 * 1024)
#define BAR_MAX     512
#define LABELS_MOST 7 /* below an axis, on a phone too */
#define HOURS       24
#define HOURS_FIRST 8 /* shown in any case: those of a school day */
#define HOURS_LAST  16
#define HOURS_LABEL 3 /* every third has one */
#define THURSDAY    3 /* the weekday on which 1970 began */

static const char *const months[] = { "January", "February", "March", "April", "May", "June",
	"July", "August", "September", "October", "November", "December" };
static const char *const days[] = { "Monday", "Tuesday", "Wednesday", "Thursday", "Friday",
	"Saturday", "Sunday" };

/* --- times --- */

int64_t bdl_day_number(int64_t at_ms)
{
	struct bdl_civil local = bdl_civil_local(at_ms);

	return bdl_civil_day(&local);
}

const char *bdl_day_word(const struct bdl_request *r, int64_t day)
{
	struct bdl_civil c = bdl_civil_of_day(day);

	return bdl_region_printf(r->region, "%04d-%02d-%02d", c.year, c.month, c.day);
}

struct bdl_weeks bdl_weeks_of(int64_t day, int64_t weeks)
{
	int64_t monday = day - (day + THURSDAY) % BDL_DAYS_A_WEEK;

	return (struct bdl_weeks){ monday - (weeks - 1) * BDL_DAYS_A_WEEK, weeks };
}

int64_t bdl_weeks_before_day(const struct bdl_weeks *s)
{
	return s->from_day + s->n * BDL_DAYS_A_WEEK;
}

const char *bdl_weeks_title(const struct bdl_request *r, const struct bdl_weeks *s)
{
	struct bdl_civil from = bdl_civil_of_day(s->from_day);
	struct bdl_civil to = bdl_civil_of_day(bdl_weeks_before_day(s) - 1);
	const char *begin = bdl_region_printf(r->region, "%d", from.day);

	if (from.year != to.year)
		begin = bdl_region_printf(
		    r->region, "%d %s %d", from.day, months[from.month - 1], from.year);
	else if (from.month != to.month)
		begin = bdl_region_printf(r->region, "%d %s", from.day, months[from.month - 1]);
	return bdl_region_printf(
	    r->region, "%s to %d %s %d", begin, to.day, months[to.month - 1], to.year);
}

static const char *day_title(const struct bdl_request *r, int64_t day)
{
	struct bdl_civil c = bdl_civil_of_day(day);

	return bdl_region_printf(
	    r->region, "%s %d %s %d", days[c.weekday], c.day, months[c.month - 1], c.year);
}

/* "16 Nov" */
static const char *day_label(const struct bdl_request *r, int64_t day)
{
	struct bdl_civil c = bdl_civil_of_day(day);

	return bdl_region_printf(r->region, "%d %.3s", c.day, months[c.month - 1]);
}

/* --- what is drawn --- */

/* One column of both charts, and its row of the table. */
struct step {
	const char *name, *label, *link; /* of the row; below the axis; where the row leads to */
	const char *violations_link;     /* where its column of violations leads to */
	struct bdl_figure sum;
};

static void sum_add(struct bdl_figure *to, const struct bdl_figure *f)
{
	for (int i = 0; i < BDL_ACTIONS; i++)
		to->acts[i] += f->acts[i];
	to->violations += f->violations;
}

static struct bdl_view chart_text(const struct bdl_request *r, const struct bdl_chart *c)
{
	BDL_AUTO_IN(bdl_buf_done) struct bdl_buf text = BDL_BUF(CHART_MAX);

	bdl_chart_write(c, &text);
	BDL_BUG_IF(bdl_buf_broken(&text)); /* columns are few, and their texts ours */
	return bdl_region_view(r->region, bdl_buf_view(&text));
}

static struct bdl_view chart_of(const struct bdl_request *r, const struct step *steps, size_t n,
    const char *title, bool of_violations)
{
	struct bdl_chart_column *columns = bdl_region_array(r->region, n, sizeof(*columns));

	for (size_t i = 0; columns && i < n; i++) {
		const struct step *s = &steps[i];
		int64_t value = of_violations ? s->sum.violations : bdl_figure_acts(&s->sum);
		columns[i] = (struct bdl_chart_column){
			.label = s->label,
			.says = bdl_region_printf(r->region, "%s: %s", s->name,
			    bdl_count_text(r, (uint64_t)value, false)),
			.href = !value      ? ""
			    : of_violations ? s->violations_link
					    : s->link,
			.value = value,
		};
	}
	if (bdl_region_broken(r->region))
		return bdl_view_at(NULL, 0); /* which fails the page */
	return chart_text(r, &(struct bdl_chart){ title, columns, n });
}

static struct bdl_part_charts_row table_row(const struct bdl_request *r, const struct step *s)
{
	const struct bdl_figure *f = &s->sum;

	return (struct bdl_part_charts_row){
		.name = s->name,
		.link = bdl_figure_acts(f) ? s->link : "",
		.acts = bdl_count_text(r, (uint64_t)bdl_figure_acts(f), false),
		.blocked = bdl_count_text(r, (uint64_t)f->acts[BDL_BLOCK], false),
		.coached = bdl_count_text(r, (uint64_t)f->acts[BDL_COACH], false),
		.noted = bdl_count_text(r, (uint64_t)f->acts[BDL_NOTE], false),
		.violations = bdl_count_text(r, (uint64_t)f->violations, false),
	};
}

/* `by` and `over` say of what: "by day", "26 October to 22 November 2026". */
static struct bdl_part_charts charts_of(const struct bdl_request *r, const struct step *steps,
    size_t n, const char *unit, const char *by, const char *over)
{
	struct bdl_part_charts_row *rows = bdl_region_array(r->region, n, sizeof(*rows));
	const char *where = "The figures stand in the table below.";
	struct bdl_part_charts ret = {
		.first_title = bdl_region_printf(r->region, "Requests judged, %s", by),
		.second_title = bdl_region_printf(r->region, "Violations, %s", by),
		.caption = bdl_region_printf(r->region, "Figures %s, %s", by, over),
		.unit = unit,
		.rows = rows,
		.n_rows = rows ? n : 0,
	};

	for (size_t i = 0; rows && i < n; i++) {
		rows[i] = table_row(r, &steps[i]);
		ret.any = ret.any || bdl_figure_acts(&steps[i].sum);
	}
	if (bdl_region_broken(r->region) || !ret.any)
		return ret;
	ret.first = chart_of(r, steps, n,
	    bdl_region_printf(r->region, "Requests judged %s, %s. %s", by, over, where), false);
	ret.second = chart_of(r, steps, n,
	    bdl_region_printf(r->region, "Violations %s, %s. %s", by, over, where), true);
	return ret;
}

/* --- by the day, or the week --- */

static struct step day_step(const struct bdl_request *r, int64_t day, bool labelled)
{
	const char *word = bdl_day_word(r, day);

	return (struct step){
		.name = day_title(r, day),
		.label = labelled ? day_label(r, day) : "",
		.link = bdl_region_printf(r->region, "/visits?day=%s", word),
		.violations_link = bdl_region_printf(r->region, "/violations?day=%s", word),
	};
}

static struct step week_step(const struct bdl_request *r, int64_t monday, bool labelled)
{
	const char *link =
	    bdl_region_printf(r->region, "/figures?span=week&day=%s", bdl_day_word(r, monday));

	return (struct step){
		.name = bdl_weeks_title(r, &(struct bdl_weeks){ monday, 1 }),
		.label = labelled ? day_label(r, monday) : "",
		.link = link,
		.violations_link = link,
	};
}

int bdl_charts_by_day(const struct bdl_request *r, const struct bdl_weeks *s,
    struct bdl_part_charts *ret, struct bdl_err *err)
{
	bool by_week = s->n > BDL_WEEKS_BY_DAY;
	int64_t each = by_week ? BDL_DAYS_A_WEEK : 1;
	size_t n = (size_t)(s->n * BDL_DAYS_A_WEEK / each), n_rows;
	/* Of days each Monday is labelled, unless there is room for all. */
	int64_t labels = by_week ? (s->n + LABELS_MOST - 1) / LABELS_MOST
	    : n <= LABELS_MOST   ? 1
				 : BDL_DAYS_A_WEEK;
	struct step *steps = bdl_region_array(r->region, n, sizeof(*steps));
	struct bdl_figure *rows;

	int rc = bdl_figures_list(r->store, BDL_FIGURES_BY_DAY, s->from_day,
	    bdl_weeks_before_day(s), r->region, &rows, &n_rows, err);
	if (rc < 0)
		return rc;
	if (!steps)
		return bdl_fail(err, BDL_E_LIMIT, "the page does not fit into memory");
	for (size_t i = 0; i < n; i++) {
		int64_t day = s->from_day + (int64_t)i * each;
		bool labelled = (int64_t)i % labels == 0;
		steps[i] = by_week ? week_step(r, day, labelled) : day_step(r, day, labelled);
	}
	for (size_t i = 0; i < n_rows; i++)
		sum_add(&steps[(rows[i].day - s->from_day) / each].sum, &rows[i]);
	*ret = charts_of(r, steps, n, by_week ? "Week" : "Day",
	    by_week ? "week by week" : "day by day", bdl_weeks_title(r, s));
	return 0;
}

/* --- by the hour --- */

/* The hours of a school day, and those beside them in which there was anything. */
static void hours_shown(const struct bdl_figure *sums, int *ret_from, int *ret_to)
{
	int from = HOURS_FIRST, to = HOURS_LAST;

	for (int i = 0; i < HOURS; i++) {
		if (!bdl_figure_acts(&sums[i]) && !sums[i].violations)
			continue;
		from = i < from ? i : from;
		to = i > to ? i : to;
	}
	*ret_from = from;
	*ret_to = to;
}

int bdl_charts_by_hour(const struct bdl_request *r, int64_t from_day, int64_t before_day,
    struct bdl_part_charts *ret, struct bdl_err *err)
{
	struct bdl_figure sums[HOURS] = { 0 };
	struct step steps[HOURS] = { 0 };
	const struct bdl_weeks span = { from_day, (before_day - from_day) / BDL_DAYS_A_WEEK };
	struct bdl_figure *rows;
	size_t n;
	int from, to;

	int rc = bdl_figures_list(
	    r->store, BDL_FIGURES_BY_HOUR, from_day, before_day, r->region, &rows, &n, err);
	if (rc < 0)
		return rc;
	for (size_t i = 0; i < n; i++) {
		uint64_t hour;
		if (bdl_view_uint(rows[i].name, HOURS - 1, &hour))
			sum_add(&sums[hour], &rows[i]);
	}
	hours_shown(sums, &from, &to);
	for (int i = from; i <= to; i++)
		steps[i - from] = (struct step){
			.name = bdl_region_printf(r->region, "%02d:00 to %02d:00", i, i + 1),
			.label = (i - from) % HOURS_LABEL == 0
			    ? bdl_region_printf(r->region, "%02d", i)
			    : "",
			.link = "",
			.violations_link = "",
			.sum = sums[i],
		};
	*ret = charts_of(r, steps, (size_t)(to - from + 1), "Hour", "hour by hour",
	    span.n ? bdl_weeks_title(r, &span) : day_title(r, from_day));
	return 0;
}

/* --- one bar --- */

struct bdl_view bdl_bar(const struct bdl_request *r, int64_t value, int64_t most)
{
	BDL_AUTO_IN(bdl_buf_done) struct bdl_buf text = BDL_BUF(BAR_MAX);

	bdl_chart_write_bar(value, most, &text);
	BDL_BUG_IF(bdl_buf_broken(&text)); /* it is always as long */
	return bdl_region_view(r->region, bdl_buf_view(&text));
}
