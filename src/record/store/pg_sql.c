/* SQL and texts, as PostgreSQL has them. */
#include "base/ascii.h"
#include "base/utf8.h"
#include "record/store/pg_int.h"

#define ESCAPE 1

/* --- statements --- */

static bool is_word(char c)
{
	return bdl_is_letter(c) || bdl_is_digit(c) || c == '_';
}

/* How far what begins here is not ours to change: a text, a name in quotes, a comment. */
static size_t untouched(struct bdl_view sql)
{
	size_t n = 0;

	if (sql.n == 0)
		return 0;
	char quote = sql.p[0];
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

/* A parameter, ?1 and so on, behind what stands before its number. Returns how far it goes. */
static size_t param(struct bdl_view sql, const char *before, int *params, struct bdl_buf *out)
{
	int number = 0;
	size_t n = 1;

	(void)bdl_buf_add_str(out, before);
	for (; n < sql.n && bdl_is_digit(sql.p[n]) && number < 1000; n++) {
		number = number * 10 + (sql.p[n] - '0');
		(void)bdl_buf_add_char(out, sql.p[n]);
	}
	*params = number > *params ? number : *params;
	return n;
}

static int translate(struct bdl_view sql, const char *before, struct bdl_buf *out)
{
	int params = 0;

	while (sql.n) {
		size_t n = untouched(sql);
		char next = sql.n > 1 ? sql.p[1] : ' ';
		if (n) {
			(void)bdl_buf_add_view(out, bdl_view_at(sql.p, n));
		} else if (sql.p[0] == '?' && bdl_is_digit(next)) {
			n = param(sql, before, &params, out);
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

int bdl_pg_sql(const char *sql, struct bdl_buf *out)
{
	return translate(bdl_view_of(sql), "$", out);
}

/* --- for many items --- */

/* " FROM unnest($1, $2) WITH ORDINALITY AS k(p1, p2, i)" */
static void from_items(int params, struct bdl_buf *out)
{
	(void)bdl_buf_add_str(out, " FROM unnest(");
	for (int i = 1; i <= params; i++)
		(void)bdl_buf_printf(out, "%s$%d", i > 1 ? ", " : "", i);
	(void)bdl_buf_add_str(out, ") WITH ORDINALITY AS k(");
	for (int i = 1; i <= params; i++)
		(void)bdl_buf_printf(out, "p%d, ", i);
	(void)bdl_buf_add_str(out, "i)");
}

/* Where what begins with an opening bracket is closed. */
static size_t closed(struct bdl_view sql)
{
	size_t depth = 0;

	for (size_t i = 0; i < sql.n; i++) {
		size_t n = untouched(bdl_view_from(sql, i));
		i += n;
		if (i >= sql.n)
			break;
		depth += sql.p[i] == '(';
		depth -= sql.p[i] == ')';
		if (!depth)
			return i;
	}
	return sql.n;
}

/* Where a text begins; all of it where it is not there. */
static size_t find_text(struct bdl_view in, struct bdl_view text)
{
	const char *at = memmem(in.p, in.n, text.p, text.n);

	return at ? (size_t)(at - in.p) : in.n;
}

static void each_insert(struct bdl_view sql, int params, struct bdl_buf *out)
{
	static const struct bdl_view values = BDL_LIT("VALUES (");
	size_t at = find_text(sql, values);
	struct bdl_view list = bdl_view_from(sql, at + values.n - 1);
	size_t end = closed(list);

	BDL_BUG_IF(at == sql.n || end == list.n);
	(void)translate(bdl_view_at(sql.p, at), "k.p", out);
	(void)bdl_buf_add_str(out, "SELECT ");
	(void)translate(bdl_view_at(list.p + 1, end - 1), "k.p", out);
	from_items(params, out);
	(void)translate(bdl_view_from(list, end + 1), "k.p", out);
}

static void each_update(struct bdl_view sql, int params, struct bdl_buf *out)
{
	size_t at = find_text(sql, BDL_LIT(" WHERE "));

	BDL_BUG_IF(at == sql.n);
	(void)translate(bdl_view_at(sql.p, at), "k.p", out);
	from_items(params, out);
	(void)translate(bdl_view_from(sql, at), "k.p", out);
}

int bdl_pg_sql_each(const char *text, struct bdl_buf *out)
{
	struct bdl_buf none BDL_AUTO_IN(bdl_buf_done) = BDL_BUF(BDL_PG_SQL_MAX);
	struct bdl_view sql = bdl_view_of(text);
	int params = translate(sql, "$", &none);

	if (bdl_view_starts(sql, BDL_LIT("INSERT "))) {
		each_insert(sql, params, out);
	} else if (bdl_view_starts(sql, BDL_LIT("UPDATE "))) {
		each_update(sql, params, out);
	} else {
		(void)bdl_buf_add_str(out, "SELECT f.*, k.i");
		from_items(params, out);
		(void)bdl_buf_add_str(out, " CROSS JOIN LATERAL (");
		(void)translate(sql, "k.p", out);
		(void)bdl_buf_add_str(out, ") f");
	}
	return bdl_buf_broken(out) ? BDL_E_LIMIT : 0;
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
