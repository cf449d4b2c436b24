/* The tokens of the rules language; re2c makes the automaton. */
#include "policy/rules_int.h"
#include "policy/text_int.h"
#include "rules.h"

#define TAB_STOP 4 /* as in Markdown */

static void begin_line(struct bdl_lexer *l)
{
	l->line++;
	l->line_start = l->cursor;
	l->line_begun = false;
}

static int give(struct bdl_lexer *l, int kind, const char *start, struct bdl_token *ret)
{
	*ret = (struct bdl_token){
		.kind = kind,
		.text = bdl_view_at(start, (size_t)(l->cursor - start)),
		.line = l->line,
		.column = bdl_text_chars(bdl_view_at(l->line_start, (size_t)(start - l->line_start))) + 1,
		.first = !l->line_begun,
	};
	if (ret->first)
		for (const char *p = l->line_start; p < start; p++)
			ret->indent = *p == '\t' ? (ret->indent / TAB_STOP + 1) * TAB_STOP : ret->indent + 1;
	l->line_begun = true;
	return kind;
}

/* One of the grammar's own words, or one of a set that it takes as a whole, or just a word. */
int bdl_rules_word_kind(struct bdl_view v)
{
	int kind = bdl_grammar_word(v);

	if (kind)
		return kind;
	if (bdl_action_find(v) >= 0)
		return BDL_TK_ACTION_;
	if (bdl_door_find(v) >= 0)
		return BDL_TK_DOOR_;
	if (bdl_unit_find(v) >= 0)
		return BDL_TK_UNIT_;
	for (int door = 0; door < BDL_DOORS; door++)
		if (bdl_deed_find((enum bdl_door)door, v) >= 0)
			return BDL_TK_ACT_;
	return BDL_TK_WORD_;
}

static int kind_of_word(const struct bdl_lexer *l, const char *start)
{
	return bdl_rules_word_kind(bdl_view_at(start, (size_t)(l->cursor - start)));
}

/* The block is no string, so a NUL past its end is pretended; one inside it is a word of its own. */
#define YYPEEK()    (unsigned char)(l->cursor < l->limit ? *l->cursor : '\0')
#define YYSKIP()    (void)l->cursor++
#define YYBACKUP()  marker = l->cursor
#define YYRESTORE() l->cursor = marker

int bdl_rules_lex(struct bdl_lexer *l, struct bdl_token *ret)
{
	const char *start, *marker = l->cursor;

	for (;;) {
		start = l->cursor;
		if (start == l->limit)
			return give(l, 0, start, ret);
		/*!re2c
		re2c:define:YYCTYPE = "unsigned char";
		re2c:flags:input = custom;
		re2c:yyfill:enable = 0;

		end   = [\x00];
		blank = [ \t];
		word  = [^ \t\r\n,#\x00] [^ \t\r\n,\x00]*;
		time  = [0-9]+ ":" [0-9]+;

		blank+              { continue; }
		"#" [^\r\n\x00]*    { continue; }
		"\r\n" | "\n" | "\r" { begin_line(l); continue; }
		","                 { return give(l, BDL_TK_COMMA_, start, ret); }
		time "-" time       { return give(l, BDL_TK_RANGE_, start, ret); }
		time                { return give(l, BDL_TK_CLOCK_, start, ret); }
		[0-9]+              { return give(l, BDL_TK_NUMBER_, start, ret); }
		"MB" | "GB"         { return give(l, BDL_TK_SIZE_, start, ret); }
		["] [^"\r\n\x00]* ["] { return give(l, BDL_TK_QUOTED_, start, ret); }
		word | end          { return give(l, kind_of_word(l, start), start, ret); }
		*/
	}
}
