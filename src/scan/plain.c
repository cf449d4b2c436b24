#include "base/ascii.h"
#include "base/utf8.h"
#include "scan/block_int.h"
#include "scan/plain_int.h"

void bdl_plain_begin(struct bdl_plain *p, const struct bdl_scan_options *o, struct bdl_fold *fold)
{
	p->fold = fold;
	p->form = o->form;
	p->n_escape = 0;
	p->high = 0;
	p->part = BDL_PART_BEFORE;
	p->n_line = 0;
	p->long_line = p->is_text = false;
	p->n_delimiter = (size_t)snprintf(p->delimiter, sizeof(p->delimiter), "--%s", o->boundary);
}

static void add_char(struct bdl_plain *p, uint32_t ch)
{
	char out[4];

	bdl_fold_add(p->fold, bdl_view_at(out, bdl_utf8_put(ch, out)));
}

/* --- JSON --- */

static bool hex4(const char *p, uint32_t *ret)
{
	uint64_t n = 0;

	if (!bdl_view_hex(bdl_view_at(p, 4), 0xffff, &n))
		return false;
	*ret = (uint32_t)n;
	return true;
}

static void end_pair(struct bdl_plain *p, uint32_t unit)
{
	uint32_t high = p->high;

	p->high = 0;
	if (high != 0 && unit >= 0xdc00 && unit <= 0xdfff) {
		add_char(p, 0x10000 + ((high - 0xd800) << 10) + (unit - 0xdc00));
		return;
	}
	if (high != 0)
		add_char(p, BDL_UTF8_BAD);
	if (unit >= 0xd800 && unit <= 0xdbff)
		p->high = unit;
	else if (unit != 0)
		add_char(p, unit);
}

/* One byte more of an escape; those that mean blanks of some kind all become one. */
static void add_escape(struct bdl_plain *p, char c)
{
	uint32_t unit = 0;

	p->escape[p->n_escape++] = c;
	if (p->n_escape == 2 && c != 'u') {
		p->n_escape = 0;
		end_pair(p, memchr("bfnrt", c, 5) != NULL ? ' ' : (unsigned char)c);
	} else if (p->n_escape == 6) {
		p->n_escape = 0;
		end_pair(p, hex4(p->escape + 2, &unit) ? unit : BDL_UTF8_BAD);
	}
}

static void add_json(struct bdl_plain *p, struct bdl_view v)
{
	while (v.n > 0) {
		if (p->n_escape > 0) {
			add_escape(p, v.p[0]);
			v = bdl_view_from(v, 1);
			continue;
		}
		if (p->high != 0 && v.p[0] != '\\')
			end_pair(p, 0);
		size_t n = bdl_find_either(v, '"', '\\');
		if (n > 0)
			bdl_fold_add(p->fold, bdl_view_at(v.p, n));
		if (n < v.n && v.p[n] == '"')
			bdl_fold_break(p->fold);
		else if (n < v.n)
			p->escape[p->n_escape++] = '\\';
		v = bdl_view_from(v, n < v.n ? n + 1 : n);
	}
}

/* --- urlencoded --- */

static void add_percent(struct bdl_plain *p, char c)
{
	p->escape[p->n_escape++] = c;
	if (p->n_escape < 3)
		return;
	int high = bdl_hex_digit(p->escape[1]), low = bdl_hex_digit(p->escape[2]);
	char byte = (char)(high * 16 + low);
	p->n_escape = 0;
	if (high < 0 || low < 0)
		bdl_fold_add(p->fold, bdl_view_at(p->escape, 3));
	else
		bdl_fold_add(p->fold, bdl_view_at(&byte, 1));
}

static void add_form(struct bdl_plain *p, struct bdl_view v)
{
	while (v.n > 0) {
		if (p->n_escape > 0) {
			add_percent(p, v.p[0]);
			v = bdl_view_from(v, 1);
			continue;
		}
		size_t n = 0;
		while (n < v.n && v.p[n] != '%' && v.p[n] != '&' && v.p[n] != '=')
			n++;
		if (n > 0) /* '+' is a blank to folding, as it is here */
			bdl_fold_add(p->fold, bdl_view_at(v.p, n));
		if (n < v.n && v.p[n] == '%')
			p->escape[p->n_escape++] = '%';
		else if (n < v.n)
			bdl_fold_break(p->fold);
		v = bdl_view_from(v, n < v.n ? n + 1 : n);
	}
}

/* --- parts --- */

/* "Content-Disposition: form-data; name=...; filename=..." and "Content-Type: ..." */
static void read_head(struct bdl_plain *p, struct bdl_view line)
{
	struct bdl_view rest = line, name, item;

	if (!bdl_view_cut(&rest, ':', &name))
		return;
	if (bdl_view_iis(name, "content-type")) {
		rest = bdl_view_trim(rest);
		p->is_text = bdl_view_istarts(rest, BDL_LIT("text/")) ||
		    bdl_view_istarts(rest, BDL_LIT("application/json"));
		return;
	}
	if (!bdl_view_iis(name, "content-disposition"))
		return;
	while (bdl_view_cut(&rest, ';', &item)) {
		item = bdl_view_trim(item);
		if (!bdl_view_istarts(item, BDL_LIT("filename")))
			continue;
		p->is_text = false; /* unless its type says so, which stands behind */
		bdl_fold_break(p->fold);
		bdl_fold_add(p->fold, bdl_view_from(item, strlen("filename")));
		bdl_fold_break(p->fold);
	}
}

/* A line of a body in parts is whole, without its end. */
static void end_line(struct bdl_plain *p)
{
	struct bdl_view line = bdl_view_at(p->line, p->n_line);

	if (bdl_view_ends(line, BDL_LIT("\r")))
		line.n--;
	p->n_line = 0;
	if (!p->long_line && bdl_view_starts(line, bdl_view_at(p->delimiter, p->n_delimiter))) {
		p->part = BDL_PART_HEAD;
		p->is_text = true;
		bdl_fold_break(p->fold);
	} else if (p->part == BDL_PART_HEAD && line.n == 0 && !p->long_line) {
		p->part = p->is_text ? BDL_PART_TEXT : BDL_PART_FILE;
	} else if (p->part == BDL_PART_HEAD && !p->long_line) {
		read_head(p, line);
	} else if (p->part == BDL_PART_TEXT) {
		bdl_fold_add(p->fold, line);
		bdl_fold_blank(p->fold);
	}
	p->long_line = false;
}

static void add_parts(struct bdl_plain *p, struct bdl_view v)
{
	while (v.n > 0) {
		size_t end = bdl_view_find(v, '\n'), room = sizeof(p->line) - p->n_line;
		size_t n = end < room ? end : room;
		memcpy(p->line + p->n_line, v.p, n);
		p->n_line += n;
		if (n == end && end < v.n) {
			end_line(p);
			n++;
		} else if (p->n_line == sizeof(p->line)) {
			/* Longer than any delimiter, so it is what a part holds. */
			if (p->part == BDL_PART_TEXT)
				bdl_fold_add(p->fold, bdl_view_at(p->line, p->n_line));
			p->n_line = 0;
			p->long_line = true;
		}
		v = bdl_view_from(v, n);
	}
}

void bdl_plain_add(struct bdl_plain *p, struct bdl_view utf8)
{
	if (p->form == BDL_SCAN_JSON)
		add_json(p, utf8);
	else if (p->form == BDL_SCAN_FORM)
		add_form(p, utf8);
	else if (p->form == BDL_SCAN_PARTS)
		add_parts(p, utf8);
	else
		bdl_fold_add(p->fold, utf8);
}

void bdl_plain_end(struct bdl_plain *p)
{
	if (p->form == BDL_SCAN_PARTS && p->n_line > 0)
		end_line(p);
}
