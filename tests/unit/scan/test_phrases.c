/* Phrase files: what is refused and where, what becomes of the rest; and damaged compiled files. */
#include "scan/format_int.h"
#include "scan_test.h"

static const struct {
	const char *name, *text, *want;
} wrongs[] = {
	{ "no class", "10 a", "p.txt:1:1: expected class, context or common before phrases" },
	{ "no weight", "class x\nten a", "p.txt:2:1: expected a weight" },
	{ "a heavy weight", "class x\n1001 a", "p.txt:2:1: expected a weight" },
	{ "a name", "class Big", "p.txt:1:7: expected a name" },
	{ "no phrase", "class x\n10", "p.txt:2:3: expected a phrase" },
	{ "between commas", "class x\n10 a,,b", "expected a phrase between the commas" },
	{ "open bracket", "class x\n10 a (b", "p.txt:2:6: brackets stand in pairs" },
	{ "brackets in brackets", "class x\n10 ((a))", "p.txt:2:4: brackets stand in pairs" },
	{ "closing bracket", "class x\n10 a) b", "p.txt:2:5: brackets stand in pairs" },
	{ "nothing to find", "class x\n10 ...", "p.txt:2:4: there is no letter or digit" },
	{ "an option", "class x\n10 a [loud]", "p.txt:2:7: expected firm" },
	{ "an open option", "class x\n10 a [firm", "p.txt:2:6: expected ']'" },
	{ "within nothing", "class x\n10 a + b [within 0]", "p.txt:2:11: expected firm" },
	{ "five parts", "class x\n10 a + b + c + d + e", "at most four parts" },
	{ "weighing the common", "common\n5 a", "p.txt:2:1: common phrases weigh 0" },
	{ "no such context", "class x\nexcused by news\n10 a", "p.txt:2: no file has the context" },
	{ "a share", "class x\nexcused by news 200%", "p.txt:2:17: expected a share" },
	{ "excusing a context", "context x\nexcused by y", "p.txt:2:1: only a class is excused" },
	{ "two kinds", "class x\ncontext x", "p.txt:2:9: this name stands for something else" },
	{ "no text", "class x\n10 a\x01", "p.txt:2:1: the line is no text" },
	{ "too many", "class x\n10 (a|b|c|d|e|f|g|h)(a|b|c|d|e|f|g|h)(a|b|c|d|e|f|g|h)(a|b)",
	    "more than 512 spellings" },
};

static void test_wrong(void **state)
{
	(void)state;
	for (size_t i = 0; i < BDL_ARRAY_LEN(wrongs); i++) {
		struct bdl_phrases_build *b = NULL;
		struct bdl_err err = { 0 };
		unsigned char *file = NULL;
		size_t n = 0;
		assert_int_equal(bdl_phrases_build_new(&b, &err), 0);
		int rc = bdl_phrases_build_text(b, "p.txt", bdl_view_of(wrongs[i].text), &err);
		if (rc == 0)
			rc = bdl_phrases_make_file(b, 1, &file, &n, &err);
		check_refused(wrongs[i].name, rc, err.text, wrongs[i].want);
		free(file);
		bdl_phrases_build_free(b);
	}
}

static void test_long(void **state)
{
	struct bdl_phrases_build *b = NULL;
	struct bdl_err err = { 0 };
	char text[200] = "class x\n10 ";

	(void)state;
	memset(text + strlen(text), 'a', 95);
	assert_int_equal(bdl_phrases_build_new(&b, &err), 0);
	int rc = bdl_phrases_build_text(b, "p.txt", bdl_view_of(text), &err);
	assert_int_equal(rc, BDL_E_LIMIT);
	check_refused("95 letters", rc, err.text, "p.txt:2:4: a phrase has more than 94 letters");
	bdl_phrases_build_free(b);
}

static void test_what_is_kept(void **state)
{
	struct scan_test t = scan_test_with("# a comment\r\n"
					    "class x\r\n"
					    "language en\n"
					    "excused by news 50%\n"
					    "10 don't, (a|b|) word\n"
					    "-20 tea + cake [within page, up to 3]\n"
					    "100 very bad [firm]\n"
					    "context news\n5 reporter\ncommon\n0 harmless\n");

	(void)state;
	assert_int_equal(bdl_phrases_classes(t.p), 3);
	assert_string_equal(bdl_phrases_class(t.p, 1), "news");
	assert_int_equal(bdl_phrases_class_kind(t.p, 1), BDL_PHRASES_CONTEXT);
	assert_int_equal(bdl_phrases_class_kind(t.p, 2), BDL_PHRASES_COMMON);
	assert_int_equal(bdl_phrases_count(t.p), 6);
	/* don t, dont; a word, b word, word; tea, cake; very bad; reporter; harmless */
	assert_int_equal(bdl_phrases_spellings(t.p), 10);
	struct bdl_phrases_one one = bdl_phrases_at(t.p, 3);
	check_view("text", one.text, "very bad");
	assert_true(one.firm && one.weight == 100 && !one.combined);
	one = bdl_phrases_at(t.p, 2);
	assert_true(!one.firm && one.weight == -20 && one.combined);
	scan_test_done(&t);
}

/* Of a file that is not opened: what has not its head has no mark. */
static void test_marks(void **state)
{
	static const char *const texts[] = { "class x\n10 a\n", "class x\n11 a\n" };
	char path[] = "/tmp/phrases-XXXXXX";
	uint64_t marks[2];
	int fd = mkstemp(path);

	(void)state;
	assert_true(fd >= 0);
	assert_int_equal(bdl_phrases_mark_of(path), 0);
	for (size_t i = 0; i < 2; i++) {
		struct bdl_phrases *p = NULL;
		struct bdl_err err = { 0 };
		size_t n = 0;
		unsigned char *file = scan_test_file(texts[i], &n);
		assert_int_equal(pwrite(fd, file, n, 0), n);
		free(file);
		assert_int_equal(bdl_phrases_open(path, &p, &err), 0);
		marks[i] = bdl_phrases_mark_of(path);
		assert_true(marks[i] == bdl_phrases_mark(p));
		bdl_phrases_close(p);
	}
	assert_true(marks[0] != marks[1]);
	assert_int_equal(pwrite(fd, "BDL?", 4, 0), 4);
	assert_int_equal(bdl_phrases_mark_of(path), 0);
	close(fd);
	unlink(path);
	assert_int_equal(bdl_phrases_mark_of(path), 0);
}

/* --- damage --- */

static void sum_anew(unsigned char *file, size_t n)
{
	struct bdl_phrases_header h;

	memcpy(&h, file, sizeof(h));
	h.sum = bdl_phrases_sum(file, n);
	memcpy(file, &h, sizeof(h));
}

static void test_damage(void **state)
{
	size_t n = 0;
	unsigned char *file = scan_test_file("class x\n10 a, b + c\n", &n);
	struct bdl_phrases *p = NULL;
	struct bdl_err err = { 0 };

	(void)state;
	for (size_t at = 0; at < n; at += at < 400 ? 1 : 97) {
		file[at] ^= 0x10;
		if (scan_test_open(file, n, &p, &err) == 0)
			fail_msg("a change of byte %zu was not seen", at);
		file[at] ^= 0x10;
	}
	check_refused("cut", scan_test_open(file, n - 8, &p, &err), err.text, "its size");
	check_refused("short", scan_test_open(file, 20, &p, &err), err.text, "too short");
	free(file);
}

/* The right sum over wrong numbers: none of them leads out of the file. */
static void test_wrong_numbers(void **state)
{
	size_t n = 0;
	unsigned char *file = scan_test_file("class x\n10 a, b + c\n", &n), *copy = malloc(n);
	struct bdl_phrases_header h;
	struct bdl_err err = { 0 };

	(void)state;
	assert_non_null(copy);
	memcpy(&h, file, sizeof(h));
	struct bdl_phrases_layout l = bdl_phrases_layout_of(&h);
	for (uint64_t at = l.classes; at < l.fold_pages; at++) {
		struct bdl_phrases *p = NULL;
		memcpy(copy, file, n);
		copy[at] ^= 0xff;
		sum_anew(copy, n);
		if (scan_test_open(copy, n, &p, &err) == 0)
			bdl_phrases_close(p);
	}
	memcpy(copy, file, n);
	copy[l.phrases + 8 + 2] = 9; /* the class of the first phrase */
	sum_anew(copy, n);
	struct bdl_phrases *p = NULL;
	check_refused(
	    "class 9", scan_test_open(copy, n, &p, &err), err.text, "a class or a phrase");
	memcpy(copy, file, n);
	memset(copy + l.plain, 0xff, 4); /* where the first spelling stands */
	sum_anew(copy, n);
	check_refused(
	    "far away", scan_test_open(copy, n, &p, &err), err.text, "a spelling is none");
	free(file);
	free(copy);
}

/* Tables of another processor or version are made anew, and find the same. */
static void test_other_processor(void **state)
{
	size_t n = 0;
	unsigned char *file = scan_test_file("class x\n10 apple\n", &n);
	struct bdl_phrases_header h;
	struct scan_test t = { 0 };
	struct bdl_err err = { 0 };

	(void)state;
	memcpy(&h, file, sizeof(h));
	file[bdl_phrases_layout_of(&h).tables + 4] ^= 1; /* hs's version */
	sum_anew(file, n);
	if (scan_test_open(file, n, &t.p, &err) < 0)
		fail_msg("%s", err.text);
	assert_int_equal(bdl_scanner_new(t.p, &t.scanner, &err), 0);
	assert_int_equal(scan_test_score(&t, "x", "an apple", BDL_SCAN_PLAIN), 10);
	scan_test_done(&t);
	free(file);
}

/* A class without phrases can be compiled and finds nothing. */
static void test_empty(void **state)
{
	struct scan_test t = scan_test_with("class x\n");

	(void)state;
	assert_int_equal(scan_test_score(&t, "x", "anything k1ll", BDL_SCAN_PLAIN), 0);
	scan_test_done(&t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_wrong),
		cmocka_unit_test(test_long),
		cmocka_unit_test(test_what_is_kept),
		cmocka_unit_test(test_marks),
		cmocka_unit_test(test_damage),
		cmocka_unit_test(test_wrong_numbers),
		cmocka_unit_test(test_other_processor),
		cmocka_unit_test(test_empty),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
