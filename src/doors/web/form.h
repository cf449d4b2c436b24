/*
 * Forms as browsers post them: application/x-www-form-urlencoded (WHATWG URL, section 5). Pure.
 * A value may hold any byte; what goes on to people is made plain by bdl_form_plain.
 */
#ifndef BDL_DOORS_WEB_FORM_H
#define BDL_DOORS_WEB_FORM_H

#include "base/buf.h"
#include "base/err.h"
#include "base/region.h"

#define BDL_FORM_MAX        (16 * 1024) /* bytes of a body */
#define BDL_FORM_FIELDS_MAX 16

struct bdl_form {
	struct {
		struct bdl_view name, value;
	} fields[BDL_FORM_FIELDS_MAX];
	size_t n;
};

/* Texts are made in the region. BDL_E_LIMIT past the limits. */
int bdl_form_parse(struct bdl_view body, struct bdl_region *region, struct bdl_form *ret,
    struct bdl_err *err) BDL_MUST_USE;

/* The first field of that name; empty where there is none. */
struct bdl_view bdl_form_get(const struct bdl_form *f, const char *name);

/*
 * A text as one plain line: line ends, tabs and other control bytes become single spaces, invalid
 * UTF-8 becomes U+FFFD, outer spaces go. Returns the number of characters (code points).
 */
size_t bdl_form_plain(struct bdl_view text, struct bdl_buf *out);

#endif
