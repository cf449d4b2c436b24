/* What opening (lists.c) and looking up (look.c) share. */
#ifndef BDL_LISTS_LISTS_INT_H
#define BDL_LISTS_LISTS_INT_H

#include "lists/format_int.h"
#include "sys/file.h"

/* One mapped file. */
struct bdl_lists_part {
	struct bdl_map map;
	const struct bdl_lists_header *header;
	const char *names;
	const struct bdl_lists_set *sets;
	const char *notes;
	const struct bdl_lists_line *lines;
};

struct bdl_lists {
	struct bdl_lists_part main, illegal;
	bool has_illegal; /* its category has the number after those of `main` */
};

#endif
