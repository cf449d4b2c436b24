#include "../check.h"
#include "proto/chunk.h"

/* Feed the bytes in pieces of `step`, gather the data, half of each twice. Returns the last event or the error. */
static int decode(struct bdl_view in, size_t step, struct bdl_chunks *c, struct bdl_buf *data,
    size_t *ret_rest, struct bdl_err *err)
{
	int r = BDL_CHUNK_MORE;

	bdl_chunks_init(c);
	for (size_t at = 0; at < in.n && r == BDL_CHUNK_MORE;) {
		size_t n = step < in.n - at ? step : in.n - at;
		struct bdl_view piece = bdl_view_at(in.p + at, n), got;
		while ((r = bdl_chunks_feed(c, &piece, &got, err)) == BDL_CHUNK_DATA) {
			assert_true(got.n > 0);
			size_t again = got.n / 2;
			bdl_chunks_give_back(c, again);
			piece = bdl_view_at(piece.p - again, piece.n + again);
			got.n -= again;
			assert_int_equal(bdl_buf_add_view(data, got), 0);
		}
		at += n;
		*ret_rest = in.n - at + piece.n;
	}
	return r;
}

static const struct {
	const char *name, *in;
	int want;
	const char *data;
	size_t rest;
	bool ieof;
} good[] = {
	{ "empty body", "0\r\n\r\n", BDL_CHUNK_END, "", 0, false },
	{ "two chunks", "5\r\nhello\r\n6\r\n world\r\n0\r\n\r\n", BDL_CHUNK_END, "hello world", 0,
	    false },
	{ "the next message stays", "1\r\na\r\n0\r\n\r\nOPTIONS", BDL_CHUNK_END, "a", 7, false },
	{ "data like a chunk", "5\r\n0\r\n\r\n\r\n0\r\n\r\n", BDL_CHUNK_END, "0\r\n\r\n", 0,
	    false },
	{ "hexadecimal", "00A\r\n0123456789\r\n000\r\n\r\n", BDL_CHUNK_END, "0123456789", 0,
	    false },
	{ "lower case", "a\r\n0123456789\r\n0\r\n\r\n", BDL_CHUNK_END, "0123456789", 0, false },
	{ "ieof", "0; ieof\r\n\r\n", BDL_CHUNK_END, "", 0, true },
	{ "ieof without a blank", "0;ieof\r\n\r\n", BDL_CHUNK_END, "", 0, true },
	{ "ieof after blanks", "0 \t; ieof \r\n\r\n", BDL_CHUNK_END, "", 0, true },
	{ "ieof after another", "0; a=b; ieof\r\n\r\n", BDL_CHUNK_END, "", 0, true },
	{ "ieof with a value", "0; ieof=1\r\n\r\n", BDL_CHUNK_END, "", 0, true },
	{ "not quite ieof", "0; ieofx\r\n\r\n", BDL_CHUNK_END, "", 0, false },
	{ "nearly ieof", "0; ieo\r\n\r\n", BDL_CHUNK_END, "", 0, false },
	{ "ieof as a value", "0; a=ieof\r\n\r\n", BDL_CHUNK_END, "", 0, false },
	{ "ieof in quotes", "0; a=\"; ieof\"\r\n\r\n", BDL_CHUNK_END, "", 0, false },
	{ "ieof after an escaped quote", "0; a=\"\\\"; ieof\"\r\n\r\n", BDL_CHUNK_END, "", 0,
	    false },
	{ "ieof at a chunk with data", "1; ieof\r\na\r\n0\r\n\r\n", BDL_CHUNK_END, "a", 0, false },
	{ "extension", "1;name=\"a b\"\r\na\r\n0\r\n\r\n", BDL_CHUNK_END, "a", 0, false },
	{ "trailers", "0\r\nA: b\r\nC: d\r\n\r\nX", BDL_CHUNK_END, "", 1, false },
	{ "not over", "5\r\nhel", BDL_CHUNK_MORE, "hel", 0, false },
	{ "not over at the line", "5", BDL_CHUNK_MORE, "", 0, false },
	{ "not over at the trailers", "0\r\nA: b\r\n", BDL_CHUNK_MORE, "", 0, false },
};

static void bodies_are_decoded_in_any_pieces(void **state)
{
	static const size_t steps[] = { 1, 2, 3, 1000 };

	(void)state;
	for (size_t i = 0; i < BDL_ARRAY_LEN(good) * BDL_ARRAY_LEN(steps); i++) {
		size_t at = i / BDL_ARRAY_LEN(steps), rest = 0;
		BDL_AUTO_IN(bdl_buf_done) struct bdl_buf data = BDL_BUF(1000);
		struct bdl_chunks c;
		struct bdl_err err = { 0 };
		int r = decode(bdl_view_of(good[at].in), steps[i % BDL_ARRAY_LEN(steps)], &c, &data,
		    &rest, &err);
		check_long(good[at].name, r, good[at].want);
		check_view(good[at].name, bdl_buf_view(&data), good[at].data);
		check_long(good[at].name, (long)rest, (long)good[at].rest);
		check_long(good[at].name, c.ieof, good[at].ieof);
	}
}

static const struct {
	const char *name;
	struct bdl_view in;
	const char *want;
} bad[] = {
	{ "no size", BDL_LIT("\r\n"), "not hexadecimal" },
	{ "minus", BDL_LIT("-1\r\n"), "not hexadecimal" },
	{ "0x", BDL_LIT("0x5\r\nhello"), "not hexadecimal" },
	{ "blank before the size", BDL_LIT(" 5\r\nhello"), "not hexadecimal" },
	{ "a word after the size", BDL_LIT("5 a\r\nhello"), "something else" },
	{ "bare LF after the size", BDL_LIT("5\nhello"), "not hexadecimal" },
	{ "bare LF in an extension", BDL_LIT("5;a\nhello"), "control byte" },
	{ "bare LF in a value", BDL_LIT("5;a=b\nhello"), "control byte" },
	{ "CR in a quoted value", BDL_LIT("5;a=\"\r\nhello"), "control byte" },
	{ "CR without LF", BDL_LIT("5\rhello"), "CR LF" },
	{ "more data than said", BDL_LIT("5\r\nhello!\r\n"), "CR LF" },
	{ "no CR LF after data", BDL_LIT("5\r\nhello\n0\r\n"), "CR LF" },
	{ "NUL in an extension", BDL_LIT("5;a\0b\r\nhello"), "control byte" },
	{ "NUL in a trailer", BDL_LIT("0\r\nA: \0\r\n\r\n"), "control byte" },
	{ "bare LF in the trailers", BDL_LIT("0\r\nA: b\n\r\n"), "control byte" },
	{ "bare LF at the end", BDL_LIT("0\r\n\n"), "control byte" },
	{ "CR at the end", BDL_LIT("0\r\n\r\r"), "CR LF" },
	{ "giant", BDL_LIT("FFFFFFFFFFFFFFFF\r\n"), "giant" },
	{ "overflows to a small one", BDL_LIT("10000000000000005\r\nhello"), "giant" },
};

static void bad_bodies_are_refused(void **state)
{
	(void)state;
	for (size_t i = 0; i < BDL_ARRAY_LEN(bad); i++) {
		for (size_t step = 1; step < 30; step += 28) {
			BDL_AUTO_IN(bdl_buf_done) struct bdl_buf data = BDL_BUF(1000);
			struct bdl_chunks c;
			struct bdl_err err = { 0 };
			size_t rest = 0;
			int r = decode(bad[i].in, step, &c, &data, &rest, &err);
			check_refused(bad[i].name, r, err.text, bad[i].want);
		}
	}
}

/* A peer that never comes to the point is cut off. */
static void endless_lines_are_refused(void **state)
{
	static const char *const starts[] = { "0;", "0;a=", "0;a=\"", "0 ", "0", "0\r\nA" };

	(void)state;
	for (size_t i = 0; i < BDL_ARRAY_LEN(starts); i++) {
		struct bdl_chunks c;
		struct bdl_view data, start = bdl_view_of(starts[i]);
		size_t n = 0;
		int r = 0;
		bdl_chunks_init(&c);
		assert_int_equal(bdl_chunks_feed(&c, &start, &data, NULL), BDL_CHUNK_MORE);
		const char *more = i == 3 ? " " : i == 4 ? "0" : "x";
		for (; r >= 0 && n < 2 * BDL_CHUNK_LINE_MAX; n++) {
			struct bdl_view byte = bdl_view_of(more);
			r = bdl_chunks_feed(&c, &byte, &data, NULL);
		}
		check_long(starts[i], r, BDL_E_LIMIT);
		assert_in_range(n, BDL_CHUNK_LINE_MAX - 8, BDL_CHUNK_LINE_MAX + 1);
	}
}

static void endless_trailers_are_refused(void **state)
{
	struct bdl_chunks c;
	struct bdl_view data, in = BDL_LIT("0\r\n");
	size_t n = 0;
	int r;

	(void)state;
	bdl_chunks_init(&c);
	r = bdl_chunks_feed(&c, &in, &data, NULL);
	for (; r >= 0 && n < 2 * BDL_CHUNK_TRAILER_MAX; n += 6) {
		in = BDL_LIT("A: b\r\n");
		r = bdl_chunks_feed(&c, &in, &data, NULL);
	}
	check_long("refused", r, BDL_E_LIMIT);
	assert_in_range(n, BDL_CHUNK_TRAILER_MAX, BDL_CHUNK_TRAILER_MAX * 6 / 5 + 12);
}

static void what_is_written_reads_back(void **state)
{
	BDL_AUTO_IN(bdl_buf_done) struct bdl_buf out = BDL_BUF(1000);
	BDL_AUTO_IN(bdl_buf_done) struct bdl_buf data = BDL_BUF(1000);
	struct bdl_chunks c;
	size_t rest = 0;

	(void)state;
	assert_int_equal(bdl_chunk_write(&out, BDL_LIT("0123456789abcdef")), 0);
	assert_int_equal(bdl_chunk_write(&out, BDL_LIT("")), 0);
	assert_int_equal(bdl_chunk_write(&out, BDL_LIT("x")), 0);
	assert_int_equal(bdl_chunk_write_end(&out), 0);
	check_view("written", bdl_buf_view(&out), "10\r\n0123456789abcdef\r\n1\r\nx\r\n0\r\n\r\n");
	check_long("read", decode(bdl_buf_view(&out), 7, &c, &data, &rest, NULL), BDL_CHUNK_END);
	check_view("read", bdl_buf_view(&data), "0123456789abcdefx");
	out.max = out.n + 4;
	check_long("past the maximum", bdl_chunk_write(&out, BDL_LIT("abc")), BDL_E_LIMIT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(bodies_are_decoded_in_any_pieces),
		cmocka_unit_test(bad_bodies_are_refused),
		cmocka_unit_test(endless_lines_are_refused),
		cmocka_unit_test(endless_trailers_are_refused),
		cmocka_unit_test(what_is_written_reads_back),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
