#include "proto/media.h"
#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#define AUDIO    (1u << BDL_MEDIA_AUDIO)
#define BOOK     (1u << BDL_MEDIA_BOOK)
#define DOCUMENT (1u << BDL_MEDIA_DOCUMENT)
#define MACRO    (1u << BDL_MEDIA_MACRO)
#define PICTURE  (1u << BDL_MEDIA_PICTURE)
#define PROGRAM  (1u << BDL_MEDIA_PROGRAM)
#define VIDEO    (1u << BDL_MEDIA_VIDEO)

static const struct {
	const char *path, *lines;
	const char *type;
	uint32_t kinds;
	bool is_file, attachment;
} rows[] = {
	{ "/", "Content-Type: Text/HTML; charset=utf-8\r\n", "text/html", 0, false, false },
	{ "/setup.exe", "Content-Type: text/html\r\n", "text/html", 0, false, false },
	{ "/setup.exe", "Content-Type: text/html\r\nContent-Disposition: attachment\r\n",
	    "text/html", PROGRAM, true, true },
	{ "/setup.EXE?x=1", "Content-Type: application/octet-stream\r\n",
	    "application/octet-stream", PROGRAM, true, false },
	{ "/a/setup%2Eexe", "", "", PROGRAM, true, false },
	{ "/a\\setup.exe.", "Content-Type: application/zip\r\n", "application/zip", PROGRAM, true,
	    false },
	{ "/get", "Content-Type: application/x-msdownload\r\n", "application/x-msdownload", PROGRAM,
	    true, false },
	{ "/get",
	    "Content-Type: application/octet-stream\r\n"
	    "Content-Disposition: attachment; filename=\"a \\\"b\\\".exe\"\r\n",
	    "application/octet-stream", PROGRAM, true, true },
	{ "/get",
	    "Content-Disposition: Attachment;filename=ok.txt; filename*=UTF-8''na%C3%AFve%2Eexe\r\n",
	    "", PROGRAM, true, true },
	{ "/get", "Content-Disposition: attachment; x=\"a;filename=b.exe\"; filename=c.pdf\r\n", "",
	    DOCUMENT, true, true },
	{ "/get", "Content-Disposition: inline; filename = report.pdf \r\n", "", DOCUMENT, true,
	    false },
	{ "/get", "Content-Disposition: attachment; filename\r\n", "", 0, true, true },
	{ "/x", "Content-Type: video/mp4\r\n", "video/mp4", VIDEO, true, false },
	{ "/x", "Content-Type: image/png\r\n", "image/png", PICTURE, false, false },
	{ "/x", "Content-Type: application/epub+zip\r\n", "application/epub+zip", BOOK, true,
	    false },
	{ "/x", "Content-Type: audio/mpeg\r\n", "audio/mpeg", AUDIO, true, false },
	{ "/x.docm", "Content-Type: application/octet-stream\r\n", "application/octet-stream",
	    MACRO | DOCUMENT, true, false },
	{ "/x", "Content-Type: application/vnd.ms-excel.sheet.macroEnabled.12\r\n",
	    "application/vnd.ms-excel.sheet.macroenabled.12", MACRO | DOCUMENT, true, false },
	{ "/live", "Content-Type: text/event-stream\r\n", "text/event-stream", 0, false, false },
	{ "/x.js", "Content-Type: application/javascript\r\n", "application/javascript", 0, false,
	    false },
	{ "/api", "", "", 0, false, false },
	{ "/x", "Content-Type: text/html\r\ncontent-type: application/x-msdownload\r\n",
	    "application/x-msdownload", PROGRAM, true, false },
	{ "/x", "Content-Type: application/x-msdownload, text/html\r\n", "text/html", PROGRAM, true,
	    false },
	{ "/x.exe", "Content-Type: nonsense\r\n", "", PROGRAM, true, false },
	{ "/x", "Content-Type: multipart/mixed; boundary=\"a,b\"\r\n", "multipart/mixed", 0, false,
	    false },
	{ "/x", "Content-Type: video/a\x01z\r\n", "video/a?z", VIDEO, true, false },
	{ "/x",
	    "Content-Type: application/x-msdownload"
	    "0123456789012345678901234567890123456789012345678901234567890123456789\r\n",
	    "application/x-msdownload0123456789012345678901234567890123456789012345678901234",
	    PROGRAM, true, false },
};

static struct bdl_http_head head_of(const char *lines, char room[1024])
{
	struct bdl_http_head h;

	(void)snprintf(room, 1024, "HTTP/1.1 200 OK\r\n%s\r\n", lines);
	assert_int_equal(bdl_http_parse_response(bdl_view_of(room), &h, NULL), 0);
	return h;
}

static void tells_kinds(void **state)
{
	(void)state;
	for (size_t i = 0; i < BDL_ARRAY_LEN(rows); i++) {
		char room[1024];
		struct bdl_http_head h = head_of(rows[i].lines, room);
		struct bdl_media m;

		bdl_media_read(&h, bdl_view_of(rows[i].path), &m);
		if (strcmp(m.type, rows[i].type) != 0 || m.kinds != rows[i].kinds ||
		    m.is_file != rows[i].is_file || m.attachment != rows[i].attachment)
			fail_msg("row %zu %s: '%s' kinds %x file %d attachment %d", i, rows[i].path,
			    m.type, m.kinds, m.is_file, m.attachment);
	}
}

static void tells_sizes(void **state)
{
	(void)state;
	static const struct {
		const char *lines;
		bool has_size;
		uint64_t size, bytes;
	} sizes[] = {
		{ "", false, 0, 0 },
		{ "Content-Length: 7\r\n", true, 7, 7 },
		{ "Content-Length: -7\r\n", false, 0, 0 },
		{ "Content-Length: 99999999999999999999\r\n", false, 0, 0 },
		{ "Content-Length: 100\r\nContent-Range: bytes 0-99/12345\r\n", true, 12345, 100 },
		{ "Content-Length: 100\r\nContent-Range: bytes 0-99/*\r\n", true, 100, 100 },
	};

	for (size_t i = 0; i < BDL_ARRAY_LEN(sizes); i++) {
		char room[1024];
		struct bdl_http_head h = head_of(sizes[i].lines, room);
		struct bdl_media m;

		bdl_media_read(&h, BDL_LIT("/"), &m);
		if (m.has_size != sizes[i].has_size || m.size != sizes[i].size ||
		    m.bytes != sizes[i].bytes)
			fail_msg(
			    "row %zu: %d %" PRIu64 " %" PRIu64, i, m.has_size, m.size, m.bytes);
	}
}

static void tells_pieces(void **state)
{
	static const struct {
		const char *status, *lines;
		bool is_piece, is_pieces;
	} answers[] = {
		{ "206", "Content-Range: bytes 0-99/100\r\n", false, false },
		{ "206", "Content-Range: Bytes 0-0/1\r\n", false, false },
		{ "206", "Content-Range: bytes 0-98/100\r\n", true, false },
		{ "206", "Content-Range: bytes 1-99/100\r\n", true, false },
		{ "206", "Content-Range: bytes 0-99/*\r\n", true, false },
		{ "206", "Content-Range: pages 0-99/100\r\n", true, false },
		{ "206", "Content-Range: bytes 0-99/100\r\nContent-Range: bytes 7-8/100\r\n", true,
		    false },
		{ "206", "", true, false },
		{ "206", "Content-Type: Multipart/ByteRanges; boundary=a\r\n", true, true },
		{ "206", "Content-Type: multipart/x-byteranges; boundary=a\r\n", true, true },
		{ "206",
		    "Content-Type: multipart/byteranges; boundary=a\r\nContent-Type: image/png\r\n",
		    true, true },
		{ "200", "Content-Range: bytes 1-99/100\r\n", false, false },
		{ "200", "Content-Type: multipart/byteranges; boundary=a\r\n", false, false },
	};

	(void)state;
	for (size_t i = 0; i < BDL_ARRAY_LEN(answers); i++) {
		char room[1024];
		struct bdl_http_head h = head_of(answers[i].lines, room);

		h.start[1] = bdl_view_of(answers[i].status);
		if (bdl_media_is_piece(&h) != answers[i].is_piece ||
		    bdl_media_is_pieces(&h) != answers[i].is_pieces)
			fail_msg("row %zu: %s", i, answers[i].lines);
	}
}

static void long_names_end_where_they_end(void **state)
{
	(void)state;
	char lines[900], room[1024];
	struct bdl_media m;
	int n = snprintf(
	    lines, sizeof(lines), "Content-Disposition: attachment; filename=%0*d.exe\r\n", 600, 0);

	assert_true(n > 600 && n < (int)sizeof(lines));
	struct bdl_http_head h = head_of(lines, room);
	bdl_media_read(&h, BDL_LIT("/"), &m);
	assert_int_equal(m.kinds, PROGRAM);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(tells_kinds),
		cmocka_unit_test(tells_sizes),
		cmocka_unit_test(tells_pieces),
		cmocka_unit_test(long_names_end_where_they_end),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
