/*
 * Sources of lists, as schools find them, and what was found in one. The form is told by the text
 * itself, or given.
 *
 *	plain	 an entry a line: a domain ("casino.example", "*.casino.example") stands for itself
 *		 and all below; "casino.example/a" for all pages that begin so; "=casino.example/a"
 *		 for that page; "192.0.2.0/24" for a network; "@@" before any of them makes it an
 *		 exception of the category. # comments. squidGuard's `domains` and `urls` are plain.
 *	hosts	 "0.0.0.0 casino.example", one address and its names
 *	adblock	 "||casino.example^", "||casino.example/a", "|http://casino.example/a|", and "@@" for
 *		 exceptions; what is about parts of pages, third parties or patterns is passed over
 *	rpz	 a response policy zone: names with CNAME, A or AAAA, rpz-ip, rpz-passthru
 *	csv	 "casino.example,gambling": each line names its category
 *
 * A bad line stops nothing: it is counted, and the first few are kept. A source of which more than
 * BDL_LIST_BAD_PERCENT of the lines are bad, and at least three of them, or that has bad lines
 * alone, is no list. Nor is one that begins like a page of HTML.
 */
#ifndef BDL_LISTS_SOURCE_H
#define BDL_LISTS_SOURCE_H

#include "base/err.h"
#include "base/view.h"
#include "lists/lists.h"

#define BDL_LIST_BAD_PERCENT 10
#define BDL_LIST_NAMED       5 /* bad lines that are told */

enum bdl_list_format {
	BDL_LIST_ANY, /* as the text says */
	BDL_LIST_PLAIN,
	BDL_LIST_HOSTS,
	BDL_LIST_ADBLOCK,
	BDL_LIST_RPZ,
	BDL_LIST_CSV,
	BDL_LIST_FORMATS
};
const char *bdl_list_format_word(enum bdl_list_format f);
bool bdl_list_format_parse(struct bdl_view word, enum bdl_list_format *ret);

/* What the text looks like: never BDL_LIST_ANY; plain where nothing speaks for another. */
enum bdl_list_format bdl_list_recognise(struct bdl_view text);

/* How a source's categories are called here: "adult = adult", "publicite = -" (left out). */
struct bdl_list_names;
int bdl_list_names_parse(struct bdl_view text, const char *where, struct bdl_list_names **ret,
    struct bdl_err *err) BDL_MUST_USE;
void bdl_list_names_free(struct bdl_list_names *n); /* takes NULL */
BDL_DEFINE_AUTO(struct bdl_list_names, bdl_list_names_free);

struct bdl_list_source {
	const char *path;
	/* NULL: the source says, by its lines (csv) or by the file's name. As a source writes it. */
	const char *category;
	enum bdl_list_format format;
	const struct bdl_list_names *names; /* NULL: as they are */
};

struct bdl_list_report {
	char path[256];
	char category[BDL_CATEGORY_NAME_MAX + 1]; /* "" where it has several or was left out */
	char title[80];                           /* of a comment "# title: ..." */
	char terms[160]; /* of a comment "# licence: ...", else of "# source: ..." */
	enum bdl_list_format format;
	int64_t time_ms;
	size_t taken;  /* lines that gave entries */
	size_t passed; /* lines that are right but are nothing for us, or of a category left out */
	size_t bad;
	size_t kept_out;                 /* entries that would have blocked a protected host */
	bool is_patterns;                /* squidGuard's `expressions`: nothing of it is taken */
	char named[BDL_LIST_NAMED][256]; /* "FILE:LINE: what is wrong" */
	size_t n_named;
};

#endif
