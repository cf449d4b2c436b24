#include "portal/chart.h"
#include "proto/html.h"

/* Pixels, from the top. */
#define HEIGHT     196
#define PLOT_TOP   14
#define PLOT_FLOOR 170
#define LABEL_AT   188
#define BAR_HEIGHT 14

/* Hundredths of a hundredth of the width. */
#define WHOLE     10000
#define LEFT      1000 /* the numbers of the axis stand in it */
#define TICK_END  900
#define BAR_SHARE 72 /* of a column, in hundredths; the rest is air */

#define LINES_MOST 4

/* --- numbers --- */

struct bdl_chart_scale bdl_chart_scale_of(int64_t most)
{
	static const int64_t steps[] = { 1, 2, 5 };
	int64_t power = 1;

	if (most < 1)
		most = 1;
	while (power <= INT64_MAX / 100 && (most - 1) / (5 * power) >= LINES_MOST)
		power *= 10;
	size_t i = 0;
	while (i + 1 < BDL_ARRAY_LEN(steps) && (most - 1) / (steps[i] * power) >= LINES_MOST)
		i++;
	int64_t step = steps[i] * power;
	return (struct bdl_chart_scale){ step, ((most - 1) / step + 1) * step };
}

/* "12", "1,500", "20k", "1.5M": as short as the axis asks for. What a page does not hold shows there. */
static void put_tick(struct bdl_buf *out, int64_t n)
{
	if (n >= 1000000 && n % 100000 == 0 && n % 1000000 != 0)
		(void)bdl_buf_printf(
		    out, "%lld.%lldM", (long long)(n / 1000000), (long long)(n / 100000 % 10));
	else if (n >= 1000000 && n % 1000000 == 0)
		(void)bdl_buf_printf(out, "%lldM", (long long)(n / 1000000));
	else if (n >= 10000 && n % 1000 == 0)
		(void)bdl_buf_printf(out, "%lldk", (long long)(n / 1000));
	else if (n >= 1000)
		(void)bdl_buf_printf(
		    out, "%lld,%03lld", (long long)(n / 1000), (long long)(n % 1000));
	else
		(void)bdl_buf_printf(out, "%lld", (long long)n);
}

static void put_percent(struct bdl_buf *out, const char *name, int64_t part)
{
	(void)bdl_buf_printf(
	    out, " %s=\"%lld.%02lld%%\"", name, (long long)(part / 100), (long long)(part % 100));
}

static void put_pixels(struct bdl_buf *out, const char *name, int64_t n)
{
	(void)bdl_buf_printf(out, " %s=\"%lld\"", name, (long long)n);
}

/* What there is shows, be it ever so little. */
static int64_t share(int64_t value, int64_t most, int64_t whole)
{
	if (value <= 0 || most <= 0)
		return 0;
	if (value >= most)
		return whole;
	int64_t part = value > INT64_MAX / whole ? value / (most / whole) : value * whole / most;
	int64_t least = whole / 100;
	return part > least ? part : least;
}

/* --- columns --- */

static int64_t most_of(const struct bdl_chart *c)
{
	int64_t most = 0;

	for (size_t i = 0; i < c->n; i++)
		if (c->columns[i].value > most)
			most = c->columns[i].value;
	return most;
}

static int64_t column_left(const struct bdl_chart *c, size_t i)
{
	return LEFT + (WHOLE - LEFT) * (int64_t)i / (int64_t)c->n;
}

static void put_axis(struct bdl_buf *out, struct bdl_chart_scale scale)
{
	for (int64_t at = 0; at <= scale.top; at += scale.step) {
		int64_t y = PLOT_FLOOR - share(at, scale.top, PLOT_FLOOR - PLOT_TOP);
		(void)bdl_buf_add_str(out, "<line class=\"bdl-chart__line\"");
		put_percent(out, "x1", LEFT);
		(void)bdl_buf_add_str(out, " x2=\"100%\"");
		put_pixels(out, "y1", y);
		put_pixels(out, "y2", y);
		(void)bdl_buf_add_str(out, "/><text class=\"bdl-chart__tick\"");
		put_percent(out, "x", TICK_END);
		put_pixels(out, "y", y + 5);
		(void)bdl_buf_add_char(out, '>');
		put_tick(out, at);
		(void)bdl_buf_add_str(out, "</text>\n");
	}
}

static void put_column(struct bdl_buf *out, const struct bdl_chart *c, size_t i, int64_t top)
{
	const struct bdl_chart_column *column = &c->columns[i];
	int64_t left = column_left(c, i), width = column_left(c, i + 1) - left;
	int64_t air = width * (100 - BAR_SHARE) / 200;
	int64_t height = share(column->value, top, PLOT_FLOOR - PLOT_TOP);

	if (height) {
		(void)bdl_buf_add_str(out, "<rect class=\"bdl-chart__bar\"");
		put_percent(out, "x", left + air);
		put_percent(out, "width", width - 2 * air);
		put_pixels(out, "y", PLOT_FLOOR - height);
		put_pixels(out, "height", height);
		(void)bdl_buf_add_str(out, "/>");
	}
	if (column->label[0]) {
		(void)bdl_buf_add_str(out, "<text class=\"bdl-chart__label\"");
		put_percent(out, "x", left + width / 2);
		put_pixels(out, "y", LABEL_AT);
		(void)bdl_buf_add_char(out, '>');
		bdl_html_text(out, bdl_view_of(column->label));
		(void)bdl_buf_add_str(out, "</text>");
	}
	(void)bdl_buf_add_char(out, '\n');
}

static void put_says(struct bdl_buf *out, const struct bdl_chart_column *column)
{
	(void)bdl_buf_add_str(out, "<title>");
	bdl_html_text(out, bdl_view_of(column->says));
	(void)bdl_buf_add_str(out, "</title>");
}

/* The whole height of a column, to point at. */
static void put_place(struct bdl_buf *out, const struct bdl_chart *c, size_t i)
{
	const struct bdl_chart_column *column = &c->columns[i];
	int64_t left = column_left(c, i);
	bool leads = column->href[0] != '\0';

	if (leads) {
		(void)bdl_buf_add_str(out, "<a href=\"");
		bdl_html_url(out, bdl_view_of(column->href));
		(void)bdl_buf_add_str(out, "\">");
		put_says(out, column);
	}
	(void)bdl_buf_add_str(out, "<rect class=\"bdl-chart__place\"");
	put_percent(out, "x", left);
	put_percent(out, "width", column_left(c, i + 1) - left);
	put_pixels(out, "y", PLOT_TOP);
	put_pixels(out, "height", PLOT_FLOOR - PLOT_TOP);
	(void)bdl_buf_add_char(out, '>');
	if (!leads)
		put_says(out, column);
	(void)bdl_buf_printf(out, "</rect>%s\n", leads ? "</a>" : "");
}

static bool leads_anywhere(const struct bdl_chart *c)
{
	for (size_t i = 0; i < c->n; i++)
		if (c->columns[i].href[0])
			return true;
	return false;
}

void bdl_chart_write(const struct bdl_chart *c, struct bdl_buf *out)
{
	struct bdl_chart_scale scale = bdl_chart_scale_of(most_of(c));

	if (!c->n)
		return;
	(void)bdl_buf_printf(out,
	    "<svg class=\"bdl-chart\" width=\"100%%\" height=\"%d\" role=\"%s\" aria-label=\"",
	    HEIGHT, leads_anywhere(c) ? "group" : "img");
	bdl_html_attr(out, bdl_view_of(c->title));
	(void)bdl_buf_add_str(out, "\">\n<g aria-hidden=\"true\">\n");
	put_axis(out, scale);
	for (size_t i = 0; i < c->n; i++)
		put_column(out, c, i, scale.top);
	(void)bdl_buf_add_str(out, "</g>\n<g class=\"bdl-chart__places\">\n");
	for (size_t i = 0; i < c->n; i++)
		put_place(out, c, i);
	(void)bdl_buf_add_str(out, "</g>\n</svg>");
}

/* --- one bar --- */

void bdl_chart_write_bar(int64_t value, int64_t most, struct bdl_buf *out)
{
	(void)bdl_buf_printf(out,
	    "<svg class=\"bdl-bar\" width=\"100%%\" height=\"%d\" aria-hidden=\"true\" focusable=\"false\">"
	    "<rect class=\"bdl-chart__bar\" height=\"%d\"",
	    BAR_HEIGHT, BAR_HEIGHT);
	put_percent(out, "width", share(value, most, WHOLE));
	(void)bdl_buf_add_str(out, "/></svg>");
}
