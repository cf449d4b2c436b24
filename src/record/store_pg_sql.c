/* SQL and texts, as PostgreSQL has them. */
#include "base/ascii.h"
#include "base/utf8.h"
#include "record/store_pg_int.h"

#define ESCAPE 1

/* --- statements --- */

static bool is_word(char c)
{
	return bdl_is_letter(c) || bdl_is_digit(c) || c == '_';
}

/* How far what begins here is not ours to change: a text, a name in quotes, a comment. */
static size_t untouched(struct bdl_view sql)
{
	char quote = sql.p[0];
	size_t n = 0;

	if (bdl_view_starts(sql, BDL_LIT("--"))) {
		n = bdl_view_find(sql, '\n');
	} else if (quote == '\'' || quote == '"') {
		n = 1 + bdl_view_find(bdl_view_from(sql, 1), quote);
		n = n < sql.n ? n + 1 : n;
	}
	return n;
}

/* A word, and what stands for it. Returns how far it goes. */
static size_t word(struct bdl_view sql, struct bdl_buf *out)
{
	static const struct bdl_view rowid = BDL_LIT("WITHOUT ROWID");
	size_t n = 0;

	if (bdl_view_starts(sql, rowid))
		return rowid.n;
	while (n < sql.n && is_word(sql.p[n]))
		n++;
	struct bdl_view w = bdl_view_at(sql.p, n);
	if (bdl_view_is(w, "instr"))
		(void)bdl_buf_add_str(out, "strpos"); /* the caller looks at the buffer once */
	else
		(void)bdl_buf_add_view(out, w);
	if (bdl_view_is(w, "TEXT"))
		(void)bdl_buf_add_str(out, " COLLATE \"C\"");
	return n;
}

int bdl_pg_sql(const char *text, struct bdl_buf *out)
{
	struct bdl_view sql = bdl_view_of(text);
	int params = 0, number;

	while (sql.n) {
		size_t n = untouched(sql);
		char next = sql.n > 1 ? sql.p[1] : ' ';
		if (n) {
			(void)bdl_buf_add_view(out, bdl_view_at(sql.p, n));
		} else if (sql.p[0] == '?' && bdl_is_digit(next)) {
			(void)bdl_buf_add_char(out, '$');
			number = 0;
			for (n = 1; n < sql.n && bdl_is_digit(sql.p[n]) && number < 1000; n++) {
				number = number * 10 + (sql.p[n] - '0');
				(void)bdl_buf_add_char(out, sql.p[n]);
			}
			params = number > params ? number : params;
		} else if (sql.p[0] == '+' && bdl_is_letter(next)) {
			n = 1;
		} else if (is_word(sql.p[0])) {
			n = word(sql, out);
		} else {
			(void)bdl_buf_add_char(out, sql.p[0]);
			n = 1;
		}
		sql = bdl_view_from(sql, n);
	}
	return params;
}

/* --- texts --- */

bool bdl_pg_is_plain(struct bdl_view text)
{
	bool is_bad = false;
	uint32_t ch;

	while (text.n && !is_bad) {
		size_t n = bdl_utf8_next(text, &ch, &is_bad);
		is_bad = is_bad || ch == 0 || ch == ESCAPE;
		text = bdl_view_from(text, n);
	}
	return !is_bad;
}

void bdl_pg_escape(struct bdl_view text, struct bdl_buf *out)
{
	uint32_t ch;
	bool is_bad;

	while (text.n) {
		size_t n = bdl_utf8_next(text, &ch, &is_bad);
		if (!is_bad && ch != 0 && ch != ESCAPE) {
			(void)bdl_buf_add_view(out, bdl_view_at(text.p, n));
			text = bdl_view_from(text, n);
			continue;
		}
		for (size_t i = 0; i < n; i++) /* the caller looks at the buffer once */
			(void)bdl_buf_printf(out, "%c%02x", ESCAPE, (unsigned char)text.p[i]);
		text = bdl_view_from(text, n);
	}
}

static int digit(char c)
{
	if (bdl_is_digit(c))
		return c - '0';
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

void bdl_pg_unescape(struct bdl_view text, struct bdl_buf *out)
{
	while (text.n) {
		int high = text.n > 2 ? digit(text.p[1]) : -1;
		int low = text.n > 2 ? digit(text.p[2]) : -1;
		bool is_escape = text.p[0] == ESCAPE && high >= 0 && low >= 0;
		(void)bdl_buf_add_char(out, is_escape ? (char)(high * 16 + low) : text.p[0]);
		text = bdl_view_from(text, is_escape ? 3 : 1);
	}
}
