#include "portal/chart.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

static void the_axis_has_few_round_lines(void **state)
{
	(void)state;
	static const struct {
		int64_t most, step, top;
	} cases[] = {
		{ -7, 1, 1 },
		{ 0, 1, 1 },
		{ 1, 1, 1 },
		{ 4, 1, 4 },
		{ 5, 2, 6 },
		{ 8, 2, 8 },
		{ 9, 5, 10 },
		{ 20, 5, 20 },
		{ 21, 10, 30 },
		{ 100, 50, 100 },
		{ 74828, 20000, 80000 },
		{ 5000000, 2000000, 6000000 },
		{ INT64_MAX / 10, INT64_C(500000000000000000), INT64_C(1000000000000000000) },
	};

	for (size_t i = 0; i < BDL_ARRAY_LEN(cases); i++) {
		struct bdl_chart_scale got = bdl_chart_scale_of(cases[i].most);
		if (got.step != cases[i].step || got.top != cases[i].top)
			fail_msg("%lld: got %lld to %lld", (long long)cases[i].most,
			    (long long)got.step, (long long)got.top);
	}
}

/* As bytes: whoever changes how a chart looks sees here what it does to the page. */
static void writes_columns(void **state)
{
	(void)state;
	static const struct bdl_chart_column columns[] = {
		{ "Mon", "Monday: 4 <b>", "/violations?day=2026-11-16", 4 },
		{ "", "Tuesday: 0", "", 0 },
		{ "\"Wed\"", "Wednesday: 1", "javascript:alert(1)", 1 },
	};
	const struct bdl_chart chart = { "Violations \"by day\"", columns, BDL_ARRAY_LEN(columns) };
	struct bdl_buf out BDL_AUTO_IN(bdl_buf_done) = BDL_BUF(16384);

	bdl_chart_write(&chart, &out);
	assert_false(bdl_buf_broken(&out));
	assert_string_equal(bdl_buf_str(&out),
	    "<svg class=\"bdl-chart\" width=\"100%\" height=\"196\" role=\"group\" aria-label=\"Violations &quot;by day&quot;\">\n"
	    "<g aria-hidden=\"true\">\n"
	    "<line class=\"bdl-chart__line\" x1=\"10.00%\" x2=\"100%\" y1=\"170\" y2=\"170\"/><text class=\"bdl-chart__tick\" x=\"9.00%\" y=\"175\">0</text>\n"
	    "<line class=\"bdl-chart__line\" x1=\"10.00%\" x2=\"100%\" y1=\"131\" y2=\"131\"/><text class=\"bdl-chart__tick\" x=\"9.00%\" y=\"136\">1</text>\n"
	    "<line class=\"bdl-chart__line\" x1=\"10.00%\" x2=\"100%\" y1=\"92\" y2=\"92\"/><text class=\"bdl-chart__tick\" x=\"9.00%\" y=\"97\">2</text>\n"
	    "<line class=\"bdl-chart__line\" x1=\"10.00%\" x2=\"100%\" y1=\"53\" y2=\"53\"/><text class=\"bdl-chart__tick\" x=\"9.00%\" y=\"58\">3</text>\n"
	    "<line class=\"bdl-chart__line\" x1=\"10.00%\" x2=\"100%\" y1=\"14\" y2=\"14\"/><text class=\"bdl-chart__tick\" x=\"9.00%\" y=\"19\">4</text>\n"
	    "<rect class=\"bdl-chart__bar\" x=\"14.20%\" width=\"21.60%\" y=\"14\" height=\"156\"/><text class=\"bdl-chart__label\" x=\"25.00%\" y=\"188\">Mon</text>\n"
	    "\n"
	    "<rect class=\"bdl-chart__bar\" x=\"74.20%\" width=\"21.60%\" y=\"131\" height=\"39\"/><text class=\"bdl-chart__label\" x=\"85.00%\" y=\"188\">&quot;Wed&quot;</text>\n"
	    "</g>\n"
	    "<g class=\"bdl-chart__places\">\n"
	    "<a href=\"/violations?day=2026-11-16\"><title>Monday: 4 &lt;b&gt;</title><rect class=\"bdl-chart__place\" x=\"10.00%\" width=\"30.00%\" y=\"14\" height=\"156\"></rect></a>\n"
	    "<rect class=\"bdl-chart__place\" x=\"40.00%\" width=\"30.00%\" y=\"14\" height=\"156\"><title>Tuesday: 0</title></rect>\n"
	    "<a href=\"#blocked\"><title>Wednesday: 1</title><rect class=\"bdl-chart__place\" x=\"70.00%\" width=\"30.00%\" y=\"14\" height=\"156\"></rect></a>\n"
	    "</g>\n"
	    "</svg>");
}

static void nothing_makes_no_chart(void **state)
{
	(void)state;
	const struct bdl_chart chart = { "Nothing", NULL, 0 };
	struct bdl_buf out BDL_AUTO_IN(bdl_buf_done) = BDL_BUF(16384);

	bdl_chart_write(&chart, &out);
	assert_string_equal(bdl_buf_str(&out), "");
}

static void a_bar_is_a_share(void **state)
{
	(void)state;
	static const struct {
		int64_t value, most;
		const char *width;
	} cases[] = {
		{ 0, 10, " width=\"0.00%\"/>" },
		{ 0, 0, " width=\"0.00%\"/>" },
		{ -3, 10, " width=\"0.00%\"/>" },
		{ 5, 10, " width=\"50.00%\"/>" },
		{ 1, 3, " width=\"33.33%\"/>" },
		{ 10, 10, " width=\"100.00%\"/>" },
		{ 11, 10, " width=\"100.00%\"/>" },
		{ 1, 1000000, " width=\"1.00%\"/>" },
		{ INT64_MAX / 2, INT64_MAX, " width=\"50.00%\"/>" },
	};

	for (size_t i = 0; i < BDL_ARRAY_LEN(cases); i++) {
		struct bdl_buf out BDL_AUTO_IN(bdl_buf_done) = BDL_BUF(1024);
		bdl_chart_write_bar(cases[i].value, cases[i].most, &out);
		if (!strstr(bdl_buf_str(&out), cases[i].width))
			fail_msg("%zu: %s", i, bdl_buf_str(&out));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_axis_has_few_round_lines),
		cmocka_unit_test(writes_columns),
		cmocka_unit_test(nothing_makes_no_chart),
		cmocka_unit_test(a_bar_is_a_share),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
