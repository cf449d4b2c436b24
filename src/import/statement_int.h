/* The lines of a text as the cutter sees them. Private to import/. */
#ifndef BDL_IMPORT_STATEMENT_INT_H
#define BDL_IMPORT_STATEMENT_INT_H

#include "import/statement.h"

struct bdl_line {
	struct bdl_view all;    /* without its end and the blanks around it */
	struct bdl_view body;   /* without marks and number */
	struct bdl_view number; /* "4.3", "a" */
	unsigned indent;        /* columns before it; a tab counts as eight */
	unsigned chars;         /* of `all` */
	unsigned level;         /* of a heading that is marked or numbered as one; else 0 */
	bool bullet;            /* an item of a list, by mark or number */
	bool row;               /* of a table */
	bool page;              /* the first of a page */
	bool dropped; /* at the top or foot of page after page, a page's number, contents */
};

/* All lines of the text, in the region; NULL past its maximum. */
struct bdl_line *bdl_lines_look(struct bdl_view text, struct bdl_region *region, size_t *ret_n);

/* contents.c: drop lists of contents; false past the region's maximum. */
bool bdl_contents_drop(struct bdl_line *lines, size_t n, struct bdl_region *region);

/* Whether it has a word that makes a sentence of a short line; whether it begins as a question does. */
bool bdl_line_says(struct bdl_view v);
bool bdl_line_asks(struct bdl_view v);

/* Whether the line looks like a heading, by mark, number or shape. `before` and `after` say that */
/* nothing stands on the line before it, or the one after. */
bool bdl_line_is_heading(const struct bdl_line *line, bool before, bool after);

/* Whether the line, which stands behind a blank one, is the heading of the next, right below it. */
bool bdl_line_heads(const struct bdl_line *line, const struct bdl_line *next);

/* "2. Passwords" above items that stand further in. */
bool bdl_line_heads_list(const struct bdl_line *line, const struct bdl_line *next);

/* Whether `next` goes on where `line` was broken for the width of a page, `width` characters. */
bool bdl_line_goes_on(const struct bdl_line *line, const struct bdl_line *next, unsigned width);

/* Where the first sentence of the words ends, blanks behind it included; v.n where it is the last. */
size_t bdl_sentence_end(struct bdl_view v);

#endif
