/* Texts packed by brotli: read as far as they came, however long and in whatever turns. */
#include "scan_test.h"

#include <brotli/encode.h>

static struct scan_test t;

/* So many bytes of short words without a sense, the same each time, which pack to a third or so. */
static char *make_text(size_t n)
{
	char *text = malloc(n);
	uint32_t seed = 1;

	assert_non_null(text);
	for (size_t i = 0; i < n; i++) {
		seed = seed * 1664525 + 1013904223;
		text[i] = (char)(seed >> 29 ? 'b' + (seed >> 24) % 8 : ' ');
	}
	return text;
}

static void say(char *text, size_t at)
{
	memcpy(text + at, " kill myself ", 13);
}

static unsigned char *pack(const char *text, size_t n, int window, size_t *ret_n)
{
	size_t room = BrotliEncoderMaxCompressedSize(n);
	unsigned char *out = malloc(room);

	assert_non_null(out);
	assert_int_equal(BrotliEncoderCompress(
			     5, window, BROTLI_MODE_GENERIC, n, (const uint8_t *)text, &room, out),
	    BROTLI_TRUE);
	*ret_n = room;
	return out;
}

static void check(struct bdl_view packed, size_t piece, unsigned times, int read)
{
	struct bdl_scan_options o = { .coding = BDL_SCAN_BROTLI };
	struct bdl_scan_result r;
	struct bdl_scan_hit hit;
	struct bdl_scan *s = scan_test_run(&t, packed, &o, piece);

	bdl_scan_result(s, &r);
	assert_int_equal(r.n_hits, 1);
	bdl_scan_hit(s, 0, &hit);
	assert_int_equal(hit.times, times);
	assert_int_equal(r.read, read);
	bdl_scan_done(s);
}

/* Browsers show what came of one that never ends, so it is read: each of the words as it comes. */
static void test_cut(void **state)
{
	const size_t size = 300000;
	size_t n = 0;

	(void)state;
	char *text = make_text(size);
	for (size_t i = 1; i <= 10; i++)
		say(text, i * 29000);
	unsigned char *packed = pack(text, size, 22, &n);
	for (size_t piece = 1000; piece <= n; piece *= 8)
		check(bdl_view_at((char *)packed, n - 1), piece, 10, BDL_SCAN_READ);
	check(bdl_view_at((char *)packed, n - 1), n, 10, BDL_SCAN_READ);
	free(text);
	free(packed);
}

static void test_windows(void **state)
{
	const size_t size = 9u << 20;
	size_t n = 0;

	(void)state;
	char *text = make_text(size);
	say(text, 1000);
	say(text, size - 1000);
	unsigned char *packed = pack(text, size, 22, &n);
	check(bdl_view_at((char *)packed, n), 60000, 2, BDL_SCAN_READ);
	free(packed);
	packed = pack(text, size, 24, &n);
	check(bdl_view_at((char *)packed, n), 60000, 2, BDL_SCAN_READ);
	free(text);
	free(packed);
}

/* However little is left of a turn, all comes out in the end, and no more at once than was asked for. */
static void test_turns(void **state)
{
	const size_t size = 2u << 20, most = 50000;
	struct bdl_scan_options o = { .coding = BDL_SCAN_BROTLI };
	struct bdl_scan_result r;
	uint64_t left = most;
	size_t n = 0, turns = 1;

	(void)state;
	char *text = malloc(size);
	assert_non_null(text);
	memset(text, ' ', size);
	say(text, size - 100);
	unsigned char *packed = pack(text, size, 22, &n);
	struct bdl_view rest = bdl_view_at((char *)packed, n);
	struct bdl_scan *s = bdl_scan_begin(t.scanner, &o);
	for (; !bdl_scan_add_some(s, &rest, &left); turns++)
		left = most;
	assert_in_range(turns, size / (most + 32768), size / most + 1);
	bdl_scan_end(s);
	bdl_scan_result(s, &r);
	assert_int_equal(r.n_hits, 1);
	bdl_scan_done(s);
	free(text);
	free(packed);
}

static int begin(void **state)
{
	(void)state;
	t = scan_test_with("class harm\n10 kill myself\n");
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
		cmocka_unit_test(test_cut),
		cmocka_unit_test(test_windows),
		cmocka_unit_test(test_turns),
	};

	return cmocka_run_group_tests(tests, begin, end);
}
