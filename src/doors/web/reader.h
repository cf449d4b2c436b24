/*
 * What texts are read by: the phrases of one moment with a scanner of them. Those in force may be
 * replaced while texts are being read, and the phrases must stay open as long as a scan of them is
 * there; so each that uses a reader holds it. Opened on any thread, used by one.
 */
#ifndef BDL_DOORS_WEB_READER_H
#define BDL_DOORS_WEB_READER_H

#include "scan/scan.h"

struct bdl_reader {
	struct bdl_phrases *phrases;
	struct bdl_scanner *scanner;
	uint64_t mark; /* bdl_phrases_mark */
	unsigned holders;
};

/* Held by the caller. BDL_E_MISSING, BDL_E_INVALID: see bdl_phrases_open. */
int bdl_reader_open(const char *path, struct bdl_reader **ret, struct bdl_err *err) BDL_MUST_USE;
struct bdl_reader *bdl_reader_hold(struct bdl_reader *r);
void bdl_reader_drop(struct bdl_reader *r); /* takes NULL; the last one closes it */
BDL_DEFINE_AUTO(struct bdl_reader, bdl_reader_drop);

#endif
