/*
 * How fast texts are looked through, on one core, in MB of what came in a second of its time:
 *
 *   bench_scan PHRASES TEXTS [--quick]
 *
 * PHRASES is a folder of phrase files, TEXTS one of texts that people write (tests/corpus/benign). The
 * shipped phrases are run over plain text, HTML and gzip, and text of other letters; then phrases made
 * of two and three words as they stand next to each other in the very texts, a hundred to twenty
 * thousand, which is the hardest that phrases can be; ICU's own normaliser beside our folding; and what
 * memory a scan takes. Each figure is the best of several runs. Prints one object of JSON. With --quick
 * it only shows that all of it runs: little text, once, and few phrases.
 */
#include "base/alloc.h"
#include "base/clock.h"
#include "scan/compile.h"
#include "scan/scan.h"
#include "sys/file.h"

#include <dirent.h>
#include <limits.h>
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <time.h>
#include <unicode/unorm2.h>
#include <unicode/ustring.h>
#include <unistd.h>
#include <zlib.h>

#define PIECE 16384 /* as a door gets them */
#define SCANS 256   /* whose memory is measured */

/* How much is done. */
struct extent {
	int rounds;
	size_t text; /* bytes of a text that is measured at least: the folder's, again and again */
	size_t counts; /* of phrases that are made */
};
static const struct extent full = { 5, 4 << 20, 4 }, quick = { 1, 1 << 17, 2 };

struct bench {
	struct extent extent;
	struct bdl_phrases *p;
	struct bdl_scanner *scanner;
	bool is_next;
};

static void die(const char *what)
{
	fprintf(stderr, "bench_scan: %s\n", what);
	exit(1);
}

static double seconds(void)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now); /* it is there on every Linux */
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static void figure(struct bench *b, const char *name, double value)
{
	printf("%s\n \"%s\": %.*f", b->is_next ? "," : "{", name, value < 10 ? 2 : 0, value);
	b->is_next = true;
}

/* --- phrases --- */

static void open_phrases(struct bench *b, struct bdl_phrases_build *build)
{
	struct bdl_err err = { 0 };
	BDL_AUTO_FREE unsigned char *file = NULL;
	char path[64];
	size_t n = 0;

	bdl_scanner_free(b->scanner);
	bdl_phrases_close(b->p);
	b->scanner = NULL;
	b->p = NULL;
	if (bdl_phrases_make_file(build, bdl_now_ms(), &file, &n, &err) < 0)
		die(err.text);
	BDL_AUTO_FD int fd = memfd_create("phrases", MFD_CLOEXEC);
	if (fd < 0 || write(fd, file, n) != (ssize_t)n)
		die("no room for the phrases");
	(void)snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	if (bdl_phrases_open(path, &b->p, &err) < 0 || bdl_scanner_new(b->p, &b->scanner, &err) < 0)
		die(err.text);
}

static struct bdl_phrases_build *new_build(void)
{
	struct bdl_phrases_build *build = NULL;
	struct bdl_err err = { 0 };

	if (bdl_phrases_build_new(&build, &err) < 0)
		die(err.text);
	return build;
}

static void open_folder(struct bench *b, const char *folder)
{
	BDL_AUTO(bdl_phrases_build_free) struct bdl_phrases_build *build = new_build();
	struct bdl_err err = { 0 };

	if (bdl_phrases_build_folder(build, folder, &err) < 0)
		die(err.text);
	open_phrases(b, build);
}

/* A number that looks like chance and is the same in every run. */
static uint32_t next_random(uint32_t *state)
{
	*state = *state * 1664525u + 1013904223u;
	return *state >> 8;
}

static bool is_word_byte(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/* So many words from `at` on, as a phrase; false where a sign stands between them. */
static bool words_at(struct bdl_view text, size_t at, size_t words, struct bdl_view *ret)
{
	size_t end = at;

	if (at == 0 || text.p[at - 1] != ' ' || !is_word_byte(text.p[at]))
		return false;
	for (; words > 0 && end < text.n && end - at < 60; words--) {
		while (end < text.n && is_word_byte(text.p[end]))
			end++;
		if (end == text.n || text.p[end] != ' ')
			return false;
		end += words > 1;
	}
	*ret = bdl_view_at(text.p + at, end - at);
	return words == 0;
}

/* Phrases whose words are the text's: as they stand there, or one word of each of two places. */
static void open_made(struct bench *b, struct bdl_view text, size_t n)
{
	BDL_AUTO(bdl_phrases_build_free) struct bdl_phrases_build *build = new_build();
	BDL_AUTO_IN(bdl_buf_done) struct bdl_buf made = BDL_BUF(4 << 20);
	struct bdl_err err = { 0 };
	uint32_t state = 20261121;

	(void)bdl_buf_add_str(&made, "class made\n");
	for (size_t i = 0; i < n;) {
		struct bdl_view first, second;
		size_t at = next_random(&state) % text.n, to = next_random(&state) % text.n;
		if (i % 100 == 0
			? !words_at(text, at, 3, &first)
			: !words_at(text, at, 1, &first) || !words_at(text, to, 2, &second))
			continue;
		if (i % 100 == 0)
			(void)bdl_buf_printf(&made, "20 %.*s\n", BDL_FMT(first));
		else
			(void)bdl_buf_printf(
			    &made, "20 %.*s %.*s\n", BDL_FMT(first), BDL_FMT(second));
		i++;
	}
	if (bdl_phrases_build_text(build, "made", bdl_buf_view(&made), &err) < 0)
		die(err.text);
	open_phrases(b, build);
}

/* --- texts --- */

static struct bdl_view folder_text(const char *folder, size_t at_least, struct bdl_buf *buf)
{
	struct dirent **entries = NULL;
	struct bdl_err err = { 0 };
	char path[PATH_MAX];
	int n = scandir(folder, &entries, NULL, alphasort);

	for (int i = 0; i < n; i++) {
		(void)snprintf(path, sizeof(path), "%s/%s", folder, entries[i]->d_name);
		if (bdl_view_ends(bdl_view_of(path), BDL_LIT(".txt")) &&
		    bdl_file_read(path, buf, &err) < 0)
			die(err.text);
		free(entries[i]);
	}
	free(entries);
	if (buf->n == 0)
		die("there are no texts");
	size_t once = buf->n;
	while (buf->n < at_least) {
		BDL_AUTO_FREE char *again = bdl_xview_dup(bdl_view_at(buf->p, once));
		if (bdl_buf_add(buf, again, once) < 0)
			die("no room for the text");
	}
	return bdl_buf_view(buf);
}

/* A page as pages are: a third of it markup, and a script. */
static void add_page(struct bdl_buf *out, struct bdl_view text)
{
	struct bdl_view line;
	size_t i = 0;

	(void)bdl_buf_add_str(out,
	    "<!DOCTYPE html><html lang=\"en\"><head><title>A page</title><meta charset=\"utf-8\">"
	    "<script>window.page = {kind: 'text', parts: [1, 2, 3]};</script></head><body>\n");
	while (bdl_view_cut(&text, '\n', &line)) {
		(void)bdl_buf_printf(
		    out, "<div class=\"row text-body\" id=\"part-%zu\"><p class=\"lead\">", i++);
		(void)bdl_buf_add_view(out, line);
		(void)bdl_buf_printf(out,
		    "</p> <a href=\"/pages/%zu?from=here\" class=\"link\">More &amp; more</a>"
		    "</div>\n",
		    i);
	}
	(void)bdl_buf_add_str(out, "</body></html>\n");
}

static void add_accents(struct bdl_buf *out, struct bdl_view text)
{
	for (size_t i = 0; i < text.n; i++) {
		if (text.p[i] == 'e' && i % 3 == 0)
			(void)bdl_buf_add_str(out, "\xc3\xa9");
		else
			(void)bdl_buf_add(out, text.p + i, 1);
	}
}

/* Each letter as one of Cyrillic, so that lengths of words stay what they are. */
static void add_cyrillic(struct bdl_buf *out, struct bdl_view text)
{
	for (size_t i = 0; i < text.n; i++) {
		unsigned letter = ((unsigned char)text.p[i] | 0x20u) - 'a';
		char two[2] = { (char)0xd0, (char)(0xb0 + (letter & 15)) };
		if (letter < 26)
			(void)bdl_buf_add(out, two, 2);
		else
			(void)bdl_buf_add(out, text.p + i, 1);
	}
}

static void pack(struct bdl_buf *out, struct bdl_view text)
{
	z_stream z = { 0 };
	uLong room = compressBound(text.n) + 64;
	BDL_AUTO_FREE unsigned char *packed = bdl_xcalloc(1, room);
	BDL_AUTO_FREE char *in = bdl_xview_dup(text);

	z.next_in = (Bytef *)in;
	z.avail_in = (uInt)text.n;
	z.next_out = packed;
	z.avail_out = (uInt)room;
	if (deflateInit2(&z, 6, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY) != Z_OK ||
	    deflate(&z, Z_FINISH) != Z_STREAM_END ||
	    bdl_buf_add(out, (char *)packed, room - z.avail_out) < 0)
		die("it cannot be packed");
	(void)deflateEnd(&z); /* it is done with */
}

/* --- figures --- */

static double once(struct bench *b, struct bdl_view text, const struct bdl_scan_options *o)
{
	struct bdl_scan_result r;
	double begin = seconds();

	struct bdl_scan *s = bdl_scan_begin(b->scanner, o);
	while (text.n > 0) {
		size_t n = text.n < PIECE ? text.n : PIECE;
		bdl_scan_add(s, bdl_view_at(text.p, n));
		text = bdl_view_from(text, n);
	}
	bdl_scan_end(s);
	bdl_scan_result(s, &r);
	bdl_scan_done(s);
	if (r.read != BDL_SCAN_READ || r.words == 0)
		die("a text was not read");
	return seconds() - begin;
}

/* `n` is what counts as its size: of a packed text, what it unpacks to. */
static void measure(struct bench *b, const char *name, struct bdl_view text, size_t n,
    enum bdl_scan_form form, enum bdl_scan_coding coding)
{
	struct bdl_scan_options o = { .form = form, .coding = coding, .charset = "utf-8" };
	double best = 0;

	for (int i = 0; i < b->extent.rounds; i++) {
		double rate = (double)n / once(b, text, &o) / 1e6;
		best = rate > best ? rate : best;
	}
	figure(b, name, best);
}

static void measure_shipped(struct bench *b, struct bdl_view text)
{
	BDL_AUTO_IN(bdl_buf_done) struct bdl_buf page = BDL_BUF(64 << 20);
	BDL_AUTO_IN(bdl_buf_done) struct bdl_buf packed = BDL_BUF(64 << 20);
	BDL_AUTO_IN(bdl_buf_done) struct bdl_buf accents = BDL_BUF(64 << 20);
	BDL_AUTO_IN(bdl_buf_done) struct bdl_buf cyrillic = BDL_BUF(64 << 20);

	add_page(&page, text);
	pack(&packed, bdl_buf_view(&page));
	add_accents(&accents, text);
	add_cyrillic(&cyrillic, text);
	figure(b, "phrases", (double)bdl_phrases_count(b->p));
	figure(b, "spellings", (double)bdl_phrases_spellings(b->p));
	measure(b, "plain", text, text.n, BDL_SCAN_PLAIN, BDL_SCAN_AS_IS);
	measure(b, "html", bdl_buf_view(&page), page.n, BDL_SCAN_HTML, BDL_SCAN_AS_IS);
	measure(b, "html gzip", bdl_buf_view(&packed), page.n, BDL_SCAN_HTML, BDL_SCAN_GZIP);
	measure(b, "accents", bdl_buf_view(&accents), accents.n, BDL_SCAN_PLAIN, BDL_SCAN_AS_IS);
	measure(b, "cyrillic", bdl_buf_view(&cyrillic), cyrillic.n, BDL_SCAN_PLAIN, BDL_SCAN_AS_IS);
}

/* What NFKC with case folding costs by ICU alone, which our table of characters stands for. */
static void measure_icu(struct bench *b, struct bdl_view text)
{
	UErrorCode error = U_ZERO_ERROR;
	const UNormalizer2 *norm = unorm2_getNFKCCasefoldInstance(&error);
	BDL_AUTO_FREE UChar *from = bdl_xcalloc(text.n, sizeof(*from));
	BDL_AUTO_FREE UChar *to = bdl_xcalloc(text.n * 2, sizeof(*to));
	double begin = seconds();
	int32_t n = 0;

	u_strFromUTF8WithSub(
	    from, (int32_t)text.n, &n, text.p, (int32_t)text.n, 0xfffd, NULL, &error);
	(void)unorm2_normalize(norm, from, n, to, (int32_t)text.n * 2, &error);
	if (U_FAILURE(error))
		die(u_errorName(error));
	figure(b, "icu normaliser alone", (double)text.n / (seconds() - begin) / 1e6);
}

/* Bytes of the heap that one scan in the midst of a text takes. */
static void measure_memory(struct bench *b, struct bdl_view text)
{
	struct bdl_scan_options o = { .form = BDL_SCAN_HTML };
	struct bdl_scan *scans[SCANS];
	size_t before = mallinfo2().uordblks;

	for (size_t i = 0; i < SCANS; i++) {
		scans[i] = bdl_scan_begin(b->scanner, &o);
		bdl_scan_add(scans[i], bdl_view_at(text.p, PIECE));
	}
	figure(b, "bytes of a scan", (double)(mallinfo2().uordblks - before) / SCANS);
	for (size_t i = 0; i < SCANS; i++)
		bdl_scan_done(scans[i]);
}

int main(int argc, char **argv)
{
	static const size_t counts[] = { 100, 1000, 5000, 20000 };
	BDL_AUTO_IN(bdl_buf_done) struct bdl_buf buf = BDL_BUF(64 << 20);
	bool is_quick = argc == 4 && strcmp(argv[3], "--quick") == 0;
	struct bench b = { .extent = is_quick ? quick : full };
	char name[64];

	if (argc != 3 && !is_quick) {
		fprintf(stderr, "use: bench_scan PHRASES TEXTS [--quick]\n");
		return 2;
	}
	struct bdl_view text = folder_text(argv[2], b.extent.text, &buf);
	open_folder(&b, argv[1]);
	measure_shipped(&b, text);
	measure_icu(&b, text);
	measure_memory(&b, text);
	for (size_t i = 0; i < b.extent.counts; i++) {
		open_made(&b, text, counts[i]);
		(void)snprintf(name, sizeof(name), "plain, %zu phrases", counts[i]);
		measure(&b, name, text, text.n, BDL_SCAN_PLAIN, BDL_SCAN_AS_IS);
	}
	printf("\n}\n");
	bdl_scanner_free(b.scanner);
	bdl_phrases_close(b.p);
	return 0;
}
