/*
 * Whatever charset a text is in, as UTF-8. A mark at its beginning decides, then what the header says,
 * then a <meta> or an XML declaration in the first 1,024 bytes, then whether those can be UTF-8, then
 * ICU's guess. A charset that browsers do not know counts as not said, since they show such a text all
 * the same. UTF-8 and ASCII are handed on as they are; bytes that do not fit are left to folding.
 */
#ifndef BDL_SCAN_CHARSET_INT_H
#define BDL_SCAN_CHARSET_INT_H

#include "base/view.h"
#include "scan/scan.h"

#define BDL_CHARSET_HEAD 1024 /* bytes that are looked at to find out */

struct bdl_charset {
	char name[BDL_SCAN_CHARSET_MAX]; /* as the header says */
	bool known, as_is;
	bool markup;     /* it may say it itself */
	bool is_unsure;  /* it may be no text at all */
	void *from, *to; /* UConverter, where it has to be changed */
	char head[BDL_CHARSET_HEAD];
	size_t n_head;
	void *pivot; /* of the two converters */
};

void bdl_charset_begin(struct bdl_charset *c, const struct bdl_scan_options *options);
/* BDL_SCAN_CODED where ICU cannot convert it, BDL_SCAN_BINARY where it is no text: both are final. */
enum bdl_scan_read bdl_charset_add(struct bdl_charset *c, struct bdl_view bytes,
    void (*sink)(void *context, struct bdl_view utf8), void *context);
enum bdl_scan_read bdl_charset_end(
    struct bdl_charset *c, void (*sink)(void *context, struct bdl_view utf8), void *context);
void bdl_charset_done(struct bdl_charset *c); /* takes a zeroed one */

/* The name that a <meta> or an XML declaration says; empty where there is none. */
struct bdl_view bdl_charset_said(struct bdl_view head);

#endif
