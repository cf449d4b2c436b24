#include "base/alloc.h"
#include "base/ascii.h"
#include "base/utf8.h"
#include "scan/binary_int.h"
#include "scan/charset_int.h"

#include <unicode/ucnv.h>
#include <unicode/ucsdet.h>

#define PIVOT 1024 /* units of UTF-16 between the two */
#define OUT   4096
#define SURE  30 /* of a hundred: below it a guess of ICU's is worth less than windows-1252 */

struct pivot {
	UChar units[PIVOT], *source, *target;
};

struct outlet {
	void (*sink)(void *context, struct bdl_view utf8);
	void *context;
};

void bdl_charset_begin(struct bdl_charset *c, const struct bdl_scan_options *options)
{
	c->known = c->as_is = false;
	c->from = c->to = c->pivot = NULL;
	c->n_head = 0;
	c->markup = options->form == BDL_SCAN_HTML;
	c->is_unsure = options->is_unsure;
	(void)snprintf(c->name, sizeof(c->name), "%s", options->charset);
}

void bdl_charset_done(struct bdl_charset *c)
{
	if (c->from != NULL)
		ucnv_close(c->from);
	if (c->to != NULL)
		ucnv_close(c->to);
	free(c->pivot);
	c->from = c->to = c->pivot = NULL;
}

/* --- what it says itself --- */

static size_t find_word(struct bdl_view v, size_t at, const char *word)
{
	size_t n = strlen(word);

	for (; at + n <= v.n; at++)
		if (bdl_view_ieq(bdl_view_at(v.p + at, n), bdl_view_of(word)))
			return at;
	return v.n;
}

/* What follows "charset" or "encoding": '=', then a name, in quotes or not. */
static struct bdl_view name_after(struct bdl_view v, size_t at)
{
	while (at < v.n && (v.p[at] == ' ' || v.p[at] == '='))
		at++;
	if (at < v.n && (v.p[at] == '"' || v.p[at] == '\''))
		at++;
	size_t end = at;
	while (end < v.n &&
	    (bdl_is_letter(v.p[end]) || bdl_is_digit(v.p[end]) || memchr("-_:.", v.p[end], 4)))
		end++;
	return bdl_view_at(v.p + at, end - at);
}

/* The next '<' from `at` on that no comment holds. */
static size_t next_tag(struct bdl_view v, size_t at)
{
	for (;;) {
		at += bdl_view_find(bdl_view_from(v, at), '<');
		struct bdl_view rest = bdl_view_from(v, at);
		if (!bdl_view_starts(rest, BDL_LIT("<!--")))
			return at;
		/* The dashes that begin it may end it, too. */
		at = find_word(v, at + strlen("<!"), "-->");
	}
}

struct bdl_view bdl_charset_said(struct bdl_view head)
{
	size_t at = 0;

	if (bdl_view_starts(head, BDL_LIT("<?xml"))) {
		struct bdl_view line = bdl_view_at(head.p, bdl_view_find(head, '>'));
		at = find_word(line, 0, "encoding");
		if (at < line.n)
			return name_after(line, at + strlen("encoding"));
	}
	for (at = next_tag(head, 0); at < head.n; at = next_tag(head, at + 1)) {
		struct bdl_view rest = bdl_view_from(head, at);
		struct bdl_view tag = bdl_view_at(rest.p, bdl_view_find(rest, '>'));
		size_t charset = find_word(tag, 0, "charset");
		if (bdl_view_istarts(tag, BDL_LIT("<meta")) && charset < tag.n)
			return name_after(tag, charset + strlen("charset"));
	}
	return bdl_view_at(NULL, 0);
}

/* Whether it can be UTF-8; a last character that is cut does not count against it. */
static bool is_utf8(struct bdl_view v)
{
	uint32_t ch = 0;
	bool bad = false;

	while (v.n > 0) {
		size_t n = bdl_utf8_next(v, &ch, &bad);
		if (bad)
			return v.n < 4;
		v = bdl_view_from(v, n);
	}
	return true;
}

/* --- which one it is --- */

static const char *by_mark(struct bdl_view v)
{
	if (bdl_view_starts(v, BDL_LIT("\xef\xbb\xbf")))
		return "utf-8";
	if (bdl_view_starts(v, BDL_LIT("\xff\xfe")))
		return "utf-16le";
	return bdl_view_starts(v, BDL_LIT("\xfe\xff")) ? "utf-16be" : NULL;
}

static void guess(struct bdl_charset *c, struct bdl_view head)
{
	UErrorCode status = U_ZERO_ERROR;
	UCharsetDetector *d = ucsdet_open(&status);
	const char *name = NULL;

	ucsdet_setText(d, head.p, (int32_t)head.n, &status);
	const UCharsetMatch *match = ucsdet_detect(d, &status);
	if (U_SUCCESS(status) && match != NULL && ucsdet_getConfidence(match, &status) >= SURE)
		name = ucsdet_getName(match, &status);
	(void)snprintf(c->name, sizeof(c->name), "%s",
	    U_SUCCESS(status) && name != NULL ? name : "windows-1252");
	ucsdet_close(d);
}

static bool is_as_is(const char *name)
{
	static const char *const names[] = { "utf-8", "utf8", "us-ascii", "ascii",
		"unicode-1-1-utf-8" };

	for (size_t i = 0; i < BDL_ARRAY_LEN(names); i++)
		if (bdl_view_iis(bdl_view_of(name), names[i]))
			return true;
	return false;
}

/* What other names mean to a browser: the Encoding Standard has it otherwise than ICU. */
static const struct {
	const char *said, *means;
} meanings[] = {
	{ "iso-8859-1", "windows-1252" },
	{ "latin1", "windows-1252" },
	{ "utf-16", "utf-16le" },
	{ "unicode", "utf-16le" },
	{ "unicodefeff", "utf-16le" },
	{ "unicodefffe", "utf-16be" },
	{ "ucs-2", "utf-16le" },
	{ "iso-10646-ucs-2", "utf-16le" },
	{ "csunicode", "utf-16le" },
};

/* Browsers take no UTF-16 from a <meta>: who could read that is not reading UTF-16. */
static void settle_name(struct bdl_charset *c, bool from_meta)
{
	for (size_t i = 0; i < BDL_ARRAY_LEN(meanings); i++)
		if (bdl_view_iis(bdl_view_of(c->name), meanings[i].said))
			(void)snprintf(c->name, sizeof(c->name), "%s", meanings[i].means);
	if (from_meta && bdl_view_istarts(bdl_view_of(c->name), BDL_LIT("utf-16")))
		(void)snprintf(c->name, sizeof(c->name), "utf-8");
}

/*
 * Whether browsers know a charset of this name. ICU knows many more (UTF-7, EBCDIC): a page that claimed
 * one of those would be shown as plain letters, and read here as something else.
 */
static bool is_of_browsers(const char *name)
{
	static const char *const names[] = { "utf-8", "us-ascii", "utf-16le", "utf-16be", "ibm866",
		"iso-8859-1", "iso-8859-2", "iso-8859-3", "iso-8859-4", "iso-8859-5", "iso-8859-6",
		"iso-8859-7", "iso-8859-8", "iso-8859-9", "iso-8859-10", "iso-8859-13",
		"iso-8859-14", "iso-8859-15", "iso-8859-16", "koi8-r", "koi8-u", "macintosh",
		"windows-874", "tis-620", "windows-1250", "windows-1251", "windows-1252",
		"windows-1253", "windows-1254", "windows-1255", "windows-1256", "windows-1257",
		"windows-1258", "x-mac-cyrillic", "gb2312", "gbk", "gb18030", "big5", "big5-hkscs",
		"euc-jp", "iso-2022-jp", "shift_jis", "euc-kr", "windows-949" };
	UErrorCode status = U_ZERO_ERROR;
	uint16_t aliases = ucnv_countAliases(name, &status);

	for (uint16_t i = 0; i < aliases; i++) {
		const char *alias = ucnv_getAlias(name, i, &status);
		for (size_t k = 0; alias != NULL && k < BDL_ARRAY_LEN(names); k++)
			if (ucnv_compareNames(alias, names[k]) == 0)
				return true;
	}
	return false;
}

/* Plain bytes below 0x20 in every second place: UTF-16 without a mark. */
static bool has_nul(struct bdl_view head)
{
	return memchr(head.p, '\0', head.n) != NULL;
}

static enum bdl_scan_read open_converters(struct bdl_charset *c)
{
	UErrorCode status = U_ZERO_ERROR;

	c->from = ucnv_open(c->name, &status);
	c->to = ucnv_open("UTF-8", &status);
	if (U_FAILURE(status))
		return BDL_SCAN_CODED;
	struct pivot *p = bdl_xalloc(sizeof(*p));
	p->source = p->target = p->units;
	c->pivot = p;
	return BDL_SCAN_READ;
}

static enum bdl_scan_read find_out(struct bdl_charset *c)
{
	struct bdl_view head = bdl_view_at(c->head, c->n_head);
	const char *mark = by_mark(head);
	struct bdl_view said = c->markup ? bdl_charset_said(head) : bdl_view_at(NULL, 0);

	c->known = true;
	settle_name(c, false);
	/* A name that nobody knows is as good as none, here as in a browser. */
	if (c->name[0] != '\0' && !is_as_is(c->name) && !is_of_browsers(c->name))
		c->name[0] = '\0';
	if (mark != NULL) {
		(void)snprintf(c->name, sizeof(c->name), "%s", mark);
	} else if (c->name[0] == '\0' && said.n > 0 && said.n < sizeof(c->name)) {
		memcpy(c->name, said.p, said.n);
		c->name[said.n] = '\0';
		settle_name(c, true);
		if (!is_as_is(c->name) && !is_of_browsers(c->name))
			c->name[0] = '\0';
	}
	if (c->name[0] == '\0' && is_utf8(head) && !has_nul(head)) {
		c->as_is = true;
		return BDL_SCAN_READ;
	}
	if (c->name[0] == '\0') {
		guess(c, head);
		settle_name(c, false);
	}
	c->as_is = is_as_is(c->name);
	return c->as_is ? BDL_SCAN_READ : open_converters(c);
}

/* --- changing it --- */

static enum bdl_scan_read convert(
    struct bdl_charset *c, struct bdl_view v, bool is_end, const struct outlet *o)
{
	char out[OUT];
	struct pivot *p = c->pivot;
	const char *from = v.p, *end = v.p + v.n;
	UErrorCode status = U_BUFFER_OVERFLOW_ERROR;

	while (status == U_BUFFER_OVERFLOW_ERROR) {
		char *to = out;
		status = U_ZERO_ERROR;
		ucnv_convertEx(c->to, c->from, &to, out + sizeof(out), &from, end, p->units,
		    &p->source, &p->target, p->units + PIVOT, 0, is_end, &status);
		if (to > out)
			o->sink(o->context, bdl_view_at(out, (size_t)(to - out)));
	}
	return U_FAILURE(status) ? BDL_SCAN_CODED : BDL_SCAN_READ;
}

static enum bdl_scan_read hand_on(struct bdl_charset *c, struct bdl_view v, const struct outlet *o)
{
	if (!c->as_is)
		return convert(c, v, false, o);
	o->sink(o->context, v);
	return BDL_SCAN_READ;
}

static enum bdl_scan_read begin_text(struct bdl_charset *c, const struct outlet *o)
{
	if (c->is_unsure && bdl_is_binary(bdl_view_at(c->head, c->n_head))) {
		c->known = true;
		return BDL_SCAN_BINARY;
	}
	enum bdl_scan_read read = find_out(c);
	return read == BDL_SCAN_READ ? hand_on(c, bdl_view_at(c->head, c->n_head), o) : read;
}

enum bdl_scan_read bdl_charset_add(struct bdl_charset *c, struct bdl_view bytes,
    void (*sink)(void *context, struct bdl_view utf8), void *context)
{
	struct outlet o = { sink, context };
	enum bdl_scan_read read = BDL_SCAN_READ;

	if (!c->known) {
		size_t room = sizeof(c->head) - c->n_head;
		size_t n = bytes.n < room ? bytes.n : room;
		memcpy(c->head + c->n_head, bytes.p, n);
		c->n_head += n;
		bytes = bdl_view_from(bytes, n);
		if (c->n_head < sizeof(c->head))
			return BDL_SCAN_READ;
		read = begin_text(c, &o);
	}
	return read == BDL_SCAN_READ && bytes.n > 0 ? hand_on(c, bytes, &o) : read;
}

enum bdl_scan_read bdl_charset_end(
    struct bdl_charset *c, void (*sink)(void *context, struct bdl_view utf8), void *context)
{
	struct outlet o = { sink, context };
	enum bdl_scan_read read = BDL_SCAN_READ;

	if (!c->known && c->n_head > 0)
		read = begin_text(c, &o);
	if (read == BDL_SCAN_READ && c->from != NULL)
		read = convert(c, bdl_view_at("", 0), true, &o);
	return read;
}
