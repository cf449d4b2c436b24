/*
 * Texts that are no markup: as they are, JSON (its strings, each for itself), and what forms send,
 * urlencoded or in parts. All in UTF-8; `fold` gets what a person wrote.
 */
#ifndef BDL_SCAN_PLAIN_INT_H
#define BDL_SCAN_PLAIN_INT_H

#include "base/view.h"
#include "scan/fold.h"
#include "scan/scan.h"

#define BDL_PLAIN_LINE 1024 /* bytes of a part's head that are read */

enum bdl_plain_part { BDL_PART_BEFORE, BDL_PART_HEAD, BDL_PART_TEXT, BDL_PART_FILE };

struct bdl_plain {
	struct bdl_fold *fold;
	enum bdl_scan_form form;
	uint8_t n_escape; /* bytes of an escape so far */
	char escape[12];
	uint32_t high; /* the first half of a pair of \u, waiting for the other */
	/* of parts */
	enum bdl_plain_part part;
	char delimiter[BDL_SCAN_BOUNDARY_MAX + 3];
	size_t n_delimiter;
	char line[BDL_PLAIN_LINE];
	size_t n_line;
	bool long_line, is_text;
};

void bdl_plain_begin(struct bdl_plain *p, const struct bdl_scan_options *o, struct bdl_fold *fold);
void bdl_plain_add(struct bdl_plain *p, struct bdl_view utf8);
void bdl_plain_end(struct bdl_plain *p);

#endif
