/*
 * Texts made to take long: each is scanned at two sizes, and eight times the bytes may not take more
 * than thirty times the time, which anything quadratic would (sixty-four). What is masked is compared with what is
 * disguised otherwise, too, since it may be read in many ways.
 */
#include "scan_test.h"

#include <time.h>

#define SMALL (1u << 18)
#define LARGE (SMALL * 8)

#define MASKED "s***e "

static struct scan_test t;

static const struct {
	const char *name, *piece;
	enum bdl_scan_form form;
} hostile[] = {
	{ "hits", "kill ", BDL_SCAN_PLAIN },
	{ "disguises", "k1ll ", BDL_SCAN_PLAIN },
	{ "single letters", "k i l l ", BDL_SCAN_PLAIN },
	{ "no blank", "k1", BDL_SCAN_PLAIN },
	{ "look-alikes", "\xd0\xba\xd1\x96", BDL_SCAN_PLAIN },
	{ "symbols", "$", BDL_SCAN_PLAIN },
	{ "cut characters", "\xe2\x80", BDL_SCAN_PLAIN },
	{ "angles", "<", BDL_SCAN_HTML },
	{ "open tags", "<a ", BDL_SCAN_HTML },
	{ "open titles", "<title></titl", BDL_SCAN_HTML },
	{ "open scripts", "<script></scrip", BDL_SCAN_HTML },
	{ "comments", "<!--", BDL_SCAN_HTML },
	{ "dashes", "-", BDL_SCAN_HTML },
	{ "ampersands", "&am", BDL_SCAN_HTML },
	{ "attributes", "<img alt=kill title='&amp;'>", BDL_SCAN_HTML },
	{ "hidden", "<div hidden>", BDL_SCAN_HTML },
	{ "escapes", "\\u00", BDL_SCAN_JSON },
	{ "percents", "%", BDL_SCAN_FORM },
	{ "combined", "one two ", BDL_SCAN_PLAIN },
	{ "covered", "kill kill kill time ", BDL_SCAN_PLAIN },
	{ "masked", MASKED, BDL_SCAN_PLAIN },
	{ "masked, and single letters", "s***e i k i l l a ", BDL_SCAN_PLAIN },
};

static double seconds(void)
{
	struct timespec now;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static double took(const char *text, size_t n, enum bdl_scan_form form)
{
	struct bdl_scan_options o = { .form = form };
	double begin = seconds();

	bdl_scan_done(scan_test_run(&t, bdl_view_at(text, n), &o, 65536));
	return seconds() - begin;
}

static void test_linear(void **state)
{
	char *text = malloc(LARGE + 64);

	(void)state;
	assert_non_null(text);
	for (size_t i = 0; i < BDL_ARRAY_LEN(hostile); i++) {
		size_t n = strlen(hostile[i].piece);
		for (size_t at = 0; at < LARGE; at += n)
			memcpy(text + at, hostile[i].piece, n);
		double small = took(text, SMALL, hostile[i].form);
		double large = took(text, LARGE, hostile[i].form);
		if (large > 30 * small + 0.05)
			fail_msg("%s: %.4f s for %u bytes, %.4f s for eight times as many",
			    hostile[i].name, small, SMALL, large);
	}
	free(text);
}

/* A word that has as many readings as any, beside one that is looked through once. */
static void test_masked(void **state)
{
	char *text = malloc(LARGE + 64);
	double cpu[2];

	(void)state;
	assert_non_null(text);
	for (size_t i = 0; i < 2; i++) {
		const char *piece = i == 0 ? "k1ll " : MASKED;
		size_t n = strlen(piece), count = LARGE / 6;
		for (size_t k = 0; k < count; k++)
			memcpy(text + k * n, piece, n);
		cpu[i] = took(text, count * n, BDL_SCAN_PLAIN);
	}
	print_message("disguised %.4f s, masked %.4f s\n", cpu[0], cpu[1]);
	if (cpu[1] > 3 * cpu[0] + 0.05)
		fail_msg("masked %.4f s, disguised %.4f s", cpu[1], cpu[0]);
	free(text);
}

static int begin(void **state)
{
	(void)state;
	t = scan_test_with("class x\n1 kill, kill kill, kill kill kill time, kill time [up to 20]\n"
			   "1 one + two [within 3]\n1 (a|b|c)(a|b|c)(a|b|c)\n"
			   "1 s(a|e|o|u)(b|d|f|p)se, see\n1 slate, spare, since\n");
	return 0;
}

static int end(void **state)
{
	(void)state;
	scan_test_done(&t);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_linear),
		cmocka_unit_test(test_masked),
	};

	return cmocka_run_group_tests(tests, begin, end);
}
