/*
 * Reading a source line by line. Each form has a reader in line_NAME.c; source.c chooses it, counts
 * what it says and keeps the first bad lines.
 */
#ifndef BDL_LISTS_SOURCE_INT_H
#define BDL_LISTS_SOURCE_INT_H

#include "lists/build_int.h"

/* What a line was. Errors other than BDL_E_INVALID end the reading. */
enum bdl_line { BDL_LINE_TAKEN, BDL_LINE_EMPTY, BDL_LINE_PASSED };

struct bdl_reading {
	struct bdl_list_build *build;
	const struct bdl_list_source *source;
	struct bdl_list_report *report;
	bool has_category; /* false: each line names its own, or all is left out */
	unsigned category;
	/* What zones remember from line to line. */
	char origin[BDL_HOST_MAX + 1];
	bool in_brackets;
};

/* Each returns an enum bdl_line, or an error that says what is wrong with the line. */
int bdl_line_plain(struct bdl_reading *r, struct bdl_view line, struct bdl_err *err);
int bdl_line_hosts(struct bdl_reading *r, struct bdl_view line, struct bdl_err *err);
int bdl_line_adblock(struct bdl_reading *r, struct bdl_view line, struct bdl_err *err);
int bdl_line_rpz(struct bdl_reading *r, struct bdl_view line, struct bdl_err *err);
int bdl_line_csv(struct bdl_reading *r, struct bdl_view line, struct bdl_err *err);

/* Add an entry to the reading's category. */
int bdl_reading_put(struct bdl_reading *r, struct bdl_view entry, bool except, struct bdl_err *err);

/* The line without a # comment, the CR of Windows and the blanks around it. */
struct bdl_view bdl_list_bare(struct bdl_view line);

/* The next word between blanks; false where there is none. */
bool bdl_list_word(struct bdl_view *rest, struct bdl_view *ret);

/* Our name of a source's category; "" where it is left out. BDL_E_INVALID for what is none. */
int bdl_list_name(const struct bdl_list_names *n, struct bdl_view theirs,
    char out[BDL_CATEGORY_NAME_MAX + 1], struct bdl_err *err);

#endif
