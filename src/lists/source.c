#include "lists/source.h"
#include "base/alloc.h"
#include "base/ascii.h"
#include "base/utf8.h"
#include "lists/source_int.h"
#include "sys/file.h"
#include <stdio.h>
#include <sys/stat.h>

#define LOOKED_AT 100 /* lines that tell a form */

static const char *const words[BDL_LIST_FORMATS] = { "any", "plain", "hosts", "adblock", "rpz",
	"csv" };

static int (*const forms[BDL_LIST_FORMATS])(
    struct bdl_reading *, struct bdl_view, struct bdl_err *) = {
	[BDL_LIST_ANY] = bdl_line_plain,
	[BDL_LIST_PLAIN] = bdl_line_plain,
	[BDL_LIST_HOSTS] = bdl_line_hosts,
	[BDL_LIST_ADBLOCK] = bdl_line_adblock,
	[BDL_LIST_RPZ] = bdl_line_rpz,
	[BDL_LIST_CSV] = bdl_line_csv,
};

const char *bdl_list_format_word(enum bdl_list_format f)
{
	return (size_t)f < BDL_LIST_FORMATS ? words[f] : words[0];
}

bool bdl_list_format_parse(struct bdl_view word, enum bdl_list_format *ret)
{
	for (size_t i = 0; i < BDL_LIST_FORMATS; i++) {
		if (bdl_view_is(word, words[i])) {
			*ret = (enum bdl_list_format)i;
			return true;
		}
	}
	return false;
}

/* --- which form --- */

static bool is_address(struct bdl_view v)
{
	char host[BDL_HOST_MAX + 1];
	bool is_ip = false;

	v.n = bdl_view_find(v, '%');
	return bdl_host_normalise(v, host, &is_ip, NULL) == 0 && is_ip;
}

static bool is_record(struct bdl_view rest)
{
	struct bdl_view word;

	for (int i = 0; i < 4 && bdl_list_word(&rest, &word); i++) {
		if (bdl_view_is(word, "CNAME") || bdl_view_is(word, "SOA"))
			return true;
	}
	return false;
}

static bool is_rule(struct bdl_view v)
{
	return bdl_view_starts(v, BDL_LIT("||")) || bdl_view_starts(v, BDL_LIT("@@|")) ||
	    v.p[0] == '!' || bdl_view_istarts(v, BDL_LIT("[adblock")) ||
	    (v.n > 3 && memmem(v.p, v.n, "##", 2) != NULL && v.p[0] != '#');
}

/* What one line speaks for; BDL_LIST_ANY where it is empty. */
static enum bdl_list_format form_of(struct bdl_view line)
{
	struct bdl_view whole = bdl_view_trim(line), v = bdl_list_bare(line), rest = v, first,
			second;

	if (whole.n > 0 && is_rule(whole))
		return BDL_LIST_ADBLOCK;
	if (bdl_view_starts(v, BDL_LIT("$TTL")) || bdl_view_starts(v, BDL_LIT("$ORIGIN")) ||
	    is_record(v))
		return BDL_LIST_RPZ;
	if (!bdl_list_word(&rest, &first) || first.p[0] == ';')
		return BDL_LIST_ANY;
	if (bdl_list_word(&rest, &second) && is_address(first))
		return BDL_LIST_HOSTS;
	return bdl_view_find(v, ',') < v.n ? BDL_LIST_CSV : BDL_LIST_PLAIN;
}

enum bdl_list_format bdl_list_recognise(struct bdl_view text)
{
	size_t votes[BDL_LIST_FORMATS] = { 0 }, n = 0;
	enum bdl_list_format best = BDL_LIST_PLAIN;
	struct bdl_view line;

	text = bdl_utf8_without_mark(text);
	while (n < LOOKED_AT && bdl_view_cut(&text, '\n', &line)) {
		enum bdl_list_format f = form_of(line);
		votes[f]++;
		n += f != BDL_LIST_ANY;
	}
	for (size_t i = BDL_LIST_PLAIN; i < BDL_LIST_FORMATS; i++) {
		if (votes[i] > votes[best])
			best = (enum bdl_list_format)i;
	}
	return best;
}

/* --- reading --- */

/* What a server says instead of a list. */
static bool is_html(struct bdl_view text)
{
	while (text.n > 0 && strchr(" \t\r\n", text.p[0]) != NULL && text.p[0] != '\0')
		text = bdl_view_from(text, 1);
	return bdl_view_istarts(text, BDL_LIT("<!doctype")) ||
	    bdl_view_istarts(text, BDL_LIT("<html")) || bdl_view_istarts(text, BDL_LIT("<?xml"));
}

/* "# WORD: text" of its first lines, where nothing is there yet. */
static bool note_header(struct bdl_view line, struct bdl_view word, char *out, size_t size)
{
	struct bdl_view v = bdl_view_trim(line);

	if (out[0] != '\0' || v.n < 2 || (v.p[0] != '#' && v.p[0] != '!'))
		return false;
	v = bdl_view_trim(bdl_view_from(v, 1));
	if (!bdl_view_istarts(v, word))
		return false;
	v = bdl_view_trim(bdl_view_from(v, word.n));
	if (v.n > 0 && v.p[v.n - 1] == '\r')
		v.n--;
	if (!bdl_utf8_printable(v) || v.n >= size)
		return false;
	memcpy(out, v.p, v.n); /* it is empty so far */
	return true;
}

/* What it says of itself. A licence is worth more than where it is from, wherever it stands. */
static void note_headers(struct bdl_list_report *rep, struct bdl_view line)
{
	char licence[sizeof(rep->terms)] = "";

	(void)note_header(line, BDL_LIT("title:"), rep->title, sizeof(rep->title));
	if (note_header(line, BDL_LIT("licence:"), licence, sizeof(licence)) ||
	    note_header(line, BDL_LIT("license:"), licence, sizeof(licence)))
		memcpy(rep->terms, licence, sizeof(licence));
	else
		(void)note_header(line, BDL_LIT("source:"), rep->terms, sizeof(rep->terms));
}

/* What a stranger wrote may go to a terminal: without what steers one. */
static void show_printable(char *text)
{
	if (bdl_utf8_printable(bdl_view_of(text)))
		return;
	for (; *text != '\0'; text++) {
		if ((unsigned char)*text < 0x20 || (unsigned char)*text > 0x7e)
			*text = '?';
	}
}

static void note_bad(
    struct bdl_list_report *rep, size_t n, struct bdl_view line, const struct bdl_err *err)
{
	rep->bad++;
	if (rep->n_named == BDL_LIST_NAMED)
		return;
	char text[sizeof(rep->named[0])], shown[41] = "";
	line = bdl_view_trim(line);
	if (line.n > 0)
		memcpy(shown, line.p, line.n < sizeof(shown) ? line.n : sizeof(shown) - 1);
	(void)snprintf(
	    text, sizeof(text), "%.80s:%zu: %.60s: '%s'", rep->path, n, err->text, shown);
	show_printable(text);
	memcpy(rep->named[rep->n_named++], text, sizeof(text));
}

static int read_line(struct bdl_reading *r, size_t n, struct bdl_view line, struct bdl_err *err)
{
	struct bdl_list_report *rep = r->report;
	int rc = forms[rep->format](r, line, err);

	switch (rc) {
	case BDL_LINE_TAKEN:
		rep->taken++;
		return 0;
	case BDL_LINE_EMPTY:
		note_headers(rep, line);
		return 0;
	case BDL_LINE_PASSED:
		rep->passed++;
		return 0;
	case BDL_E_INVALID:
		note_bad(rep, n, line, err);
		return 0;
	default:
		return rc;
	}
}

static int read_lines(struct bdl_reading *r, struct bdl_view text, struct bdl_err *err)
{
	struct bdl_view line;

	for (size_t n = 1; bdl_view_cut(&text, '\n', &line); n++) {
		int rc = read_line(r, n, line, err);
		if (rc < 0)
			return bdl_fail_in(err, rc, "%s:%zu", r->source->path, n);
	}
	return 0;
}

/* Whether so much of it was bad that it is no list. */
static int weigh(const struct bdl_list_report *rep, struct bdl_err *err)
{
	size_t all = rep->taken + rep->passed + rep->bad;
	bool many = rep->bad >= 3 && rep->bad * 100 > all * BDL_LIST_BAD_PERCENT;

	if (rep->bad == 0 || (!many && rep->taken + rep->passed > 0))
		return 0;
	return bdl_fail(err, BDL_E_INVALID, "%s: not a list: %zu of %zu lines are bad, such as %s",
	    rep->path, rep->bad, all, rep->named[0]);
}

static int note(struct bdl_list_build *b, const struct bdl_list_report *rep, struct bdl_err *err)
{
	int rc = bdl_buf_printf(&b->notes, "%s\t%s\t%s\t%zu\t%zu\t%lld\t%s\t%s\n", rep->category,
	    rep->path, bdl_list_format_word(rep->format), rep->taken, rep->bad,
	    (long long)rep->time_ms, rep->title, rep->terms);

	return rc < 0 ? bdl_fail(err, BDL_E_LIMIT, "too many sources to note them all") : 0;
}

/* The category by the source's own name for it; false where it is left out. */
static int begin_category(struct bdl_reading *r, struct bdl_view theirs, struct bdl_err *err)
{
	int rc = bdl_list_name(r->source->names, theirs, r->report->category, err);

	if (rc == 0 && r->report->category[0] != '\0') {
		rc = bdl_list_category(
		    r->build, bdl_view_of(r->report->category), &r->category, err);
		r->has_category = rc == 0;
	}
	return rc < 0 ? bdl_fail_in(err, rc, "%s", r->source->path) : 0;
}

struct bdl_list_report *bdl_list_new_report(
    struct bdl_list_build *b, const struct bdl_list_source *s, int64_t time_ms)
{
	b->reports = bdl_xgrow(b->reports, b->n_reports, &b->cap_reports, sizeof(*b->reports));
	struct bdl_list_report *rep = &b->reports[b->n_reports++];
	*rep = (struct bdl_list_report){ .format = s->format, .time_ms = time_ms };
	(void)snprintf(rep->path, sizeof(rep->path), "%s", s->path);
	show_printable(rep->path);
	return rep;
}

/* All of a text, in a form that is known. */
static int read_text(struct bdl_reading *r, struct bdl_view text, struct bdl_err *err)
{
	const struct bdl_list_source *s = r->source;
	int rc = 0;

	if (is_html(text))
		return bdl_fail(err, BDL_E_INVALID, "%s: a page of HTML, not a list", s->path);
	text = bdl_utf8_without_mark(text);
	if (s->format == BDL_LIST_ANY)
		r->report->format = bdl_list_recognise(text);
	if (s->category != NULL)
		rc = begin_category(r, bdl_view_of(s->category), err);
	else if (r->report->format != BDL_LIST_CSV)
		rc = bdl_fail(err, BDL_E_INVALID, "%s: which category is it?", s->path);
	if (rc < 0 || (s->category != NULL && !r->has_category))
		return rc;
	rc = read_lines(r, text, err);
	if (rc == 0)
		rc = weigh(r->report, err);
	return rc == 0 ? note(r->build, r->report, err) : rc;
}

int bdl_list_build_text(struct bdl_list_build *b, const struct bdl_list_source *source,
    struct bdl_view text, int64_t time_ms, struct bdl_err *err)
{
	size_t before = b->n_records, hosts_before = b->n_hosts, notes_before = b->notes.n;
	struct bdl_err own;
	struct bdl_reading r = {
		.build = b,
		.source = source,
		.report = bdl_list_new_report(b, source, time_ms),
	};

	err = err != NULL ? err : &own; /* bad lines are named by what it says */
	int rc = read_text(&r, text, err);
	if (rc < 0) {
		b->n_records = before;
		b->n_hosts = hosts_before;
		b->notes.n = notes_before;
	}
	return rc;
}

int bdl_list_build_source(
    struct bdl_list_build *b, const struct bdl_list_source *source, struct bdl_err *err)
{
	BDL_AUTO_IN(bdl_file_unmap) struct bdl_map map = { 0 };
	struct bdl_file_id id;
	int rc = bdl_file_map(source->path, &map, err);

	if (rc < 0)
		return rc;
	(void)bdl_file_id(source->path, &id); /* zero where it has just gone */
	return bdl_list_build_text(
	    b, source, bdl_view_at((const char *)map.p, map.n), id.mtime_ns / 1000000, err);
}
