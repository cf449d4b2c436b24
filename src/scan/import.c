/* Phrase lists of e2guardian, made into ours. */
#include "base/utf8.h"
#include "scan/compile.h"
#include "scan/format_int.h"

#define BANNED 200 /* what a phrase without a weight weighs: it bans by itself */

struct line {
	struct bdl_view parts[BDL_PHRASES_PARTS_MAX];
	size_t n_parts;
	int weight;
	bool firm;
};

/* A number with or without a minus. */
static bool read_weight(struct bdl_view v, int *ret)
{
	bool minus = bdl_view_starts(v, BDL_LIT("-"));
	uint64_t n = 0;

	if (!bdl_view_uint(minus ? bdl_view_from(v, 1) : v, 1000000, &n))
		return false;
	n = n > 1000 ? 1000 : n;
	*ret = minus ? -(int)n : (int)n;
	return true;
}

/* "<a>,<b><20>": the last in brackets is the weight, where it is a number. */
static bool read_line(struct bdl_view text, struct line *l)
{
	*l = (struct line){ .weight = BANNED, .firm = true };
	while (text.n > 0 && text.p[0] == '<') {
		size_t end = bdl_view_find(text, '>');
		struct bdl_view part = bdl_view_at(text.p + 1, end - 1);
		if (end == text.n)
			return false;
		bool follows = end > 0 && l->n_parts > 0 && text.p[-1] == '>';
		text = bdl_view_from(text, end + 1);
		if (follows && text.n == 0 && read_weight(part, &l->weight)) {
			l->firm = false;
			return l->n_parts > 0;
		}
		if (follows || l->n_parts == BDL_PHRASES_PARTS_MAX)
			return false;
		l->parts[l->n_parts++] = part;
		if (bdl_view_starts(text, BDL_LIT(",")))
			text = bdl_view_from(text, 1);
		else if (text.n > 0 && text.p[0] != '<')
			return false;
	}
	return l->n_parts > 0 && text.n == 0;
}

/*
 * What steers our own form is a blank in a phrase. A blank at an end asks for a whole word there;
 * without one e2guardian finds parts of words.
 */
static bool write_part(struct bdl_view part, struct bdl_buf *out)
{
	struct bdl_view inner = bdl_view_trim(part);
	bool before = part.n > 0 && part.p[0] != ' ',
	     after = part.n > 0 && part.p[part.n - 1] != ' ';
	bool any = false;

	if (before)
		(void)bdl_buf_add_char(out, '*'); /* the caller looks whether it was full */
	for (size_t i = 0; i < inner.n; i++) {
		bool steers = memchr("()|[],*+_", inner.p[i], 9) != NULL;
		any = any || (!steers && inner.p[i] > ' ') || (unsigned char)inner.p[i] >= 0x80;
		(void)bdl_buf_add_char(out, steers ? ' ' : inner.p[i]);
	}
	if (after)
		(void)bdl_buf_add_char(out, '*');
	return any;
}

static bool write_line(const struct line *l, struct bdl_buf *out)
{
	BDL_AUTO_IN(bdl_buf_done) struct bdl_buf line = BDL_BUF(4096);
	bool fine = true;

	(void)bdl_buf_printf(&line, "%d ", l->weight);
	for (size_t i = 0; i < l->n_parts; i++) {
		if (i > 0)
			(void)bdl_buf_add_str(&line, " + ");
		fine = write_part(l->parts[i], &line) && fine;
	}
	if (l->firm || l->n_parts > 1)
		(void)bdl_buf_printf(&line, " [%s%s%s]", l->firm ? "firm" : "",
		    l->firm && l->n_parts > 1 ? ", " : "", l->n_parts > 1 ? "within page" : "");
	(void)bdl_buf_add_char(&line, '\n');
	if (!fine || bdl_buf_broken(&line))
		return false;
	(void)bdl_buf_add_view(out, bdl_buf_view(&line)); /* shows at the end */
	return true;
}

int bdl_phrases_import(struct bdl_view text, struct bdl_view class_, struct bdl_buf *out,
    struct bdl_phrases_imported *ret, struct bdl_err *err)
{
	struct bdl_phrases_imported n = { 0 };
	struct bdl_view line;
	struct line l;

	(void)bdl_buf_add_str(out, "class ");
	(void)bdl_buf_add_view(out, class_);
	(void)bdl_buf_add_char(out, '\n');
	for (size_t number = 1; bdl_view_cut(&text, '\n', &line); number++) {
		if (bdl_view_ends(line, BDL_LIT("\r")))
			line.n--;
		line = bdl_view_trim(line);
		if (line.n == 0 || line.p[0] == '#' || bdl_view_starts(line, BDL_LIT(".Include")))
			continue;
		if (bdl_utf8_printable(line) && read_line(line, &l) && write_line(&l, out)) {
			n.taken++;
			continue;
		}
		n.left_out++;
		if (n.first_left_out == 0)
			n.first_left_out = number;
	}
	if (bdl_buf_broken(out))
		return bdl_fail(err, BDL_E_LIMIT, "the list is too long");
	*ret = n;
	return 0;
}
