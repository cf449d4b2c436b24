/*
 * From bytes to folded text: unpacked (unpack.c), in UTF-8 (charset.c), read by its form (markup.c,
 * plain.c). Each stage hands what it made to the next as it comes and keeps only what is not whole yet.
 */
#ifndef BDL_SCAN_TEXT_INT_H
#define BDL_SCAN_TEXT_INT_H

#include "scan/charset_int.h"
#include "scan/fold.h"
#include "scan/markup_int.h"
#include "scan/plain_int.h"
#include "scan/scan.h"
#include "scan/unpack_int.h"

struct bdl_text {
	struct bdl_fold *fold;
	struct bdl_scan_options options;
	enum bdl_scan_read read;
	struct bdl_unpack unpack;
	struct bdl_charset charset;
	union { /* by options.form */
		struct bdl_markup markup;
		struct bdl_plain plain;
	};
};

/* It is used again after bdl_text_done, or zeroed the first time. */
void bdl_text_begin(
    struct bdl_text *t, const struct bdl_scan_options *options, struct bdl_fold *fold);
/* As bdl_scan_add_some has it. */
bool bdl_text_add(struct bdl_text *t, struct bdl_view *bytes, uint64_t *left);
void bdl_text_end(struct bdl_text *t);
void bdl_text_done(struct bdl_text *t); /* what one text took; takes a zeroed one */

#endif
