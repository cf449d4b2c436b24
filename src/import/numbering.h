/* The numbers that Word puts before paragraphs and keeps apart from them. Private to import/. */
#ifndef BDL_IMPORT_NUMBERING_H
#define BDL_IMPORT_NUMBERING_H

#include "base/buf.h"

struct _xmlNode;
struct bdl_numbering;

/*
 * By the roots of word/numbering.xml and word/styles.xml, which may be NULL and outlive it. A document
 * that has none numbers nothing.
 */
struct bdl_numbering *bdl_numbering_new(
    const struct _xmlNode *numbering, const struct _xmlNode *styles);
void bdl_numbering_free(struct bdl_numbering *n); /* takes NULL */
BDL_DEFINE_AUTO(struct bdl_numbering, bdl_numbering_free);

/*
 * What stands before a paragraph with these properties (`pPr`, or NULL), which is counted by this:
 * "4.3" or "a" appended, nothing for a bullet. *ret_level is how far in it stands, from 0. False where
 * the paragraph is in no list.
 */
bool bdl_numbering_next(struct bdl_numbering *n, const struct _xmlNode *properties,
    struct bdl_buf *out, unsigned *ret_level);

#endif
