#include "import/read.h"
#include "base/alloc.h"
#include "import/statement.h"
#include "sys/apart.h"

#define PDFTOTEXT    "/usr/bin/pdftotext"
#define GAP          4  /* blanks between two columns of a page */
#define COLUMN_CHARS 24 /* of a line of a column; cells of tables are shorter */

static const struct bdl_apart_limits limits = {
	.cpu_s = 20,
	.wall_ms = 30000,
	.memory = 512 * 1024 * 1024,
};

static bool begins(struct bdl_view v, const char *what)
{
	return bdl_view_istarts(v, bdl_view_of(what));
}

/* Text that begins with a tag, or whose name says what it is. */
static bool is_html(struct bdl_view bytes, struct bdl_view name)
{
	size_t at = 0;

	if (name.n > 5 &&
	    (bdl_view_iis(bdl_view_from(name, name.n - 5), ".html") ||
		bdl_view_iis(bdl_view_from(name, name.n - 4), ".htm")))
		return true;
	while (at < bytes.n && strchr(" \t\r\n\xef\xbb\xbf", bytes.p[at]) && bytes.p[at])
		at++;
	bytes = bdl_view_from(bytes, at);
	return begins(bytes, "<!doctype html") || begins(bytes, "<html");
}

void bdl_pdf_columns(struct bdl_view text, struct bdl_buf *out)
{
	bool inside = false; /* a line's words have begun */

	for (size_t i = 0; i < text.n;) {
		size_t gap = i;

		while (gap < text.n && text.p[gap] == ' ')
			gap++;
		if (inside && gap - i >= GAP) {
			(void)bdl_buf_add_char(out, '\t'); /* the owner looks whether it broke */
			i = gap;
			continue;
		}
		if (text.p[i] == '\n' || text.p[i] == '\f')
			inside = false;
		else if (text.p[i] != ' ')
			inside = true;
		(void)bdl_buf_add_char(out, text.p[i++]);
	}
}

bool bdl_pdf_is_in_columns(struct bdl_view text)
{
	size_t lines = 0, beside = 0;

	for (struct bdl_view rest = text, line; bdl_view_cut(&rest, '\n', &line);) {
		struct bdl_view left = { 0 }, right;

		line = bdl_view_trim(line);
		lines += line.n > 0;
		right = line;
		if (bdl_view_find(line, '\t') == line.n || !bdl_view_cut(&right, '\t', &left))
			continue;
		beside += left.n >= COLUMN_CHARS && right.n >= COLUMN_CHARS &&
		    bdl_view_find(right, '\t') == right.n;
	}
	return beside > 8 && 2 * beside > lines;
}

/* Whether anything in it is locked: with a password of its owner's only it can be read all the same. */
static bool is_locked(struct bdl_view bytes)
{
	return memmem(bytes.p, bytes.n, "/Encrypt", 8) != NULL;
}

static int run_pdftotext(
    const char *const *argv, struct bdl_view bytes, struct bdl_buf *out, struct bdl_err *err)
{
	BDL_AUTO_IN(bdl_buf_done) struct bdl_buf text = BDL_BUF(4 * BDL_IMPORT_TEXT_MAX);
	int rc = bdl_apart_run(argv, bytes, &limits, &text, err);

	if (rc == BDL_E_MISSING)
		return bdl_fail(err, BDL_E_MISSING,
		    "a PDF is read by pdftotext, which is not installed: apt-get install poppler-utils");
	if (rc < 0 && rc != BDL_E_LIMIT && is_locked(bytes))
		return bdl_fail(err, BDL_E_INVALID,
		    "the PDF is locked by a password: open it and save it without one, then import that");
	if (rc < 0)
		return bdl_fail_in(err, rc, "the PDF cannot be read");
	bdl_buf_clear(out);
	bdl_pdf_columns(bdl_buf_view(&text), out);
	return 0;
}

/*
 * As it is laid out, since so the cells of tables stand beside each other; but where the text itself
 * runs in columns, one after the other.
 */
static int read_pdf(struct bdl_view bytes, struct bdl_buf *out, struct bdl_err *err)
{
	static const char *const layout[] = { PDFTOTEXT, "-q", "-layout", "-enc", "UTF-8", "-", "-",
		NULL };
	static const char *const in_order[] = { PDFTOTEXT, "-q", "-enc", "UTF-8", "-", "-", NULL };
	int rc = run_pdftotext(layout, bytes, out, err);

	if (rc == 0 && bdl_pdf_is_in_columns(bdl_buf_view(out)))
		rc = run_pdftotext(in_order, bytes, out, err);
	if (rc < 0)
		return rc;
	if (bdl_view_trim(bdl_buf_view(out)).n < 16)
		return bdl_fail(err, BDL_E_INVALID,
		    "there is no text in the PDF: it may be a picture of a page, which we cannot read");
	return 0;
}

int bdl_import_read(
    struct bdl_view bytes, struct bdl_view name, struct bdl_buf *out, struct bdl_err *err)
{
	int rc;

	if (begins(bytes, "%PDF-"))
		rc = read_pdf(bytes, out, err);
	else if (begins(bytes, "PK\3\4"))
		rc = bdl_apart_do(bdl_docx_read, bytes, &limits, out, err);
	else if (begins(bytes, "\xd0\xcf\x11\xe0") || begins(bytes, "{\\rtf"))
		return bdl_fail(err, BDL_E_INVALID,
		    "this is an older kind of Word document: save it as .docx, and import that");
	else if (is_html(bytes, name))
		rc = bdl_apart_do(bdl_html_read, bytes, &limits, out, err);
	else if (memchr(bytes.p ? bytes.p : "", '\0', bytes.n))
		return bdl_fail(err, BDL_E_INVALID,
		    "this is no text: a policy is imported from .docx, .pdf, .html, .md or .txt");
	else
		rc = bdl_buf_add_view(out, bytes);
	if (rc == 0 && bdl_buf_broken(out))
		rc = BDL_E_LIMIT;
	return rc == BDL_E_LIMIT && bdl_buf_broken(out)
	    ? bdl_fail(err, BDL_E_LIMIT, "its text is longer than %zu KiB", out->max / 1024)
	    : rc;
}
