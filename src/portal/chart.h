/*
 * Charts as SVG, written by the server: no script, no style attributes, nothing fetched. Widths are
 * parts of the place that a chart is given, heights and letters are of one size, so it fits a phone
 * and a wide screen alike. A chart has one series, so nothing has to be told apart by its colour; its
 * colours are those of the style sheet. Beside each chart stands its table.
 */
#ifndef BDL_PORTAL_CHART_H
#define BDL_PORTAL_CHART_H

#include "base/buf.h"

/* Values are counts; a negative one is drawn as none. Texts are plain, and escaped here. */
struct bdl_chart_column {
	const char *label; /* below the axis: "16 Nov"; "" where there is no room for one */
	const char *says;  /* all of it, for who points at it or hears it: "16 November: 12" */
	const char *href;  /* of our own, beginning with "/"; "": it leads nowhere */
	int64_t value;
};

struct bdl_chart {
	const char *title; /* for who hears it */
	const struct bdl_chart_column *columns;
	size_t n; /* 0: nothing is written */
};

void bdl_chart_write(const struct bdl_chart *c, struct bdl_buf *out);

/* One bar for a row of a table: `value` of `most`. Who hears the table hears the number beside it. */
void bdl_chart_write_bar(int64_t value, int64_t most, struct bdl_buf *out);

/*
 * Where the axis has its lines: the step is 1, 2 or 5 times a power of ten, and at most four of them
 * reach `most`.
 */
struct bdl_chart_scale {
	int64_t step, top;
};
struct bdl_chart_scale bdl_chart_scale_of(int64_t most);

#endif
