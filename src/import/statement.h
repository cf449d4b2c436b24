/*
 * A policy that was written as people write, cut into statements: headings, sentences, items of
 * lists and rows of tables, each with its place in the text.
 *
 * The text is what a reader made of the file (import/read.h): UTF-8 with one line for each line of
 * the document. Marks as in Markdown are understood where they stand ("# " before a heading, "- "
 * before an item), tabs between the cells of a row; but nothing needs them: headings are also known by
 * their shape, lines that were broken for a page's width are joined, words that were divided are
 * mended, and what stands at the top or foot of each page again and again is left out, and so are
 * lists of contents.
 */
#ifndef BDL_IMPORT_STATEMENT_H
#define BDL_IMPORT_STATEMENT_H

#include "base/err.h"
#include "base/region.h"

#define BDL_IMPORT_TEXT_MAX (512 * 1024) /* bytes of a policy as text */
#define BDL_STATEMENTS_MAX  4096
#define BDL_NO_STATEMENT    UINT32_MAX

enum bdl_statement_kind {
	BDL_STATEMENT_HEADING,
	BDL_STATEMENT_SENTENCE,
	BDL_STATEMENT_ITEM, /* a sentence of an item of a list */
	BDL_STATEMENT_ROW,  /* of a table; its cells stay divided by tabs */
};

struct bdl_statement {
	enum bdl_statement_kind kind;
	size_t from, to;        /* its bytes in the text */
	unsigned line;          /* from 1 */
	struct bdl_view words;  /* on one line, in the region */
	struct bdl_view number; /* "4.3" before a heading or item, or empty */
	uint32_t block;         /* statements of one paragraph, item or row share it */
	uint32_t heading;       /* the statement that it stands under, or BDL_NO_STATEMENT */
	uint32_t
	    lead; /* "Staff must not:" above an item, "Do", "Don't" above rows, or BDL_NO_STATEMENT */
	unsigned level; /* of a heading, from 1 */
};

struct bdl_statements {
	struct bdl_statement *items;
	size_t n;
};

/*
 * Cut the text, which must be valid UTF-8 without unseen characters, as bdl_import_clean makes it.
 * BDL_E_LIMIT past the maxima above or the region's.
 */
int bdl_statements_cut(struct bdl_view text, struct bdl_region *region, struct bdl_statements *ret,
    struct bdl_err *err) BDL_MUST_USE;

/*
 * The question that the statement answers: right before it in its paragraph or as its heading, but for an
 * answer of a few words between them ("No."). BDL_NO_STATEMENT where it answers none.
 */
uint32_t bdl_statement_asked(const struct bdl_statements *s, size_t at);

/*
 * Bytes as text that can be cut, and stand in a policy: UTF-8 (what is none is read as
 * Windows-1252), lines that end in \n, pages that end in \f, spaces of any width as spaces, without
 * characters that are not seen. In the region; empty past its maximum, which its owner looks at.
 */
struct bdl_view bdl_import_clean(struct bdl_view bytes, struct bdl_region *region);

#endif
