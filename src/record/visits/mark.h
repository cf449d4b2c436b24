/*
 * The mark of a visit: what the web door gives the proxy with an act that goes on, so that the bytes
 * that passed of it, which the proxy's log tells when it is over, find the visit that it is counted in
 * (record/visits/visits.h). It names the moment of the act, and by a part of their digests the client, the
 * site and the basis; no address and no name. Whoever knows the names can compute it.
 *
 *   MARK  = AT-MS "-" CLIENT "-" SITE "-" BASIS       hexadecimal; the three are not 0
 *   LINE  = MARK SP BYTES-TO-CLIENT SP BYTES-FROM-CLIENT [SP BYTES-OF-THE-REQUEST'S-HEAD]
 *
 * What somebody sent is the bytes from the client without the head: every look at a page has one of
 * those, of half a kilobyte and more, in which an upload would be lost. A proxy that still runs with a
 * configuration of before leaves the head's away.
 *
 * Pure.
 */
#ifndef BDL_RECORD_VISITS_MARK_H
#define BDL_RECORD_VISITS_MARK_H

#include "base/buf.h"
#include "record/acts/act.h"

#define BDL_MARK_TEXT_MAX  64                 /* bytes, without a NUL */
#define BDL_MARK_AT_MAX    253402300799999    /* ms: the year 9999, as of acts */
#define BDL_MARK_LINE_MAX  128                /* bytes; whatever is longer is no line */
#define BDL_MARK_BYTES_MAX (INT64_C(1) << 48) /* of one act, and of a visit */

struct bdl_mark {
	int64_t at_ms;
	int64_t client, site, basis; /* 64 bits as the store keeps them */
};

/* Of an act that is recorded; its method and scheme say nothing, as those of visits do not. */
void bdl_mark_of(const struct bdl_act *a, struct bdl_mark *ret);

/*
 * The same for who makes many, as a door does: it remembers marks of names, a hundred kilobytes of
 * them. For one thread.
 */
struct bdl_marks;
struct bdl_marks *bdl_marks_new(void);
void bdl_marks_free(struct bdl_marks *m); /* takes NULL */
BDL_DEFINE_AUTO(struct bdl_marks, bdl_marks_free);
void bdl_marks_of(struct bdl_marks *m, const struct bdl_act *a, struct bdl_mark *ret);

/* Append the mark; it always fits BDL_MARK_TEXT_MAX. */
void bdl_mark_write(const struct bdl_mark *m, struct bdl_buf *out);

bool bdl_mark_read(struct bdl_view text, struct bdl_mark *ret);

/*
 * A line without its line feed. false for what is none: also that of an act without a mark ("-"). *ret_up
 * has no head in it.
 */
bool bdl_mark_read_line(
    struct bdl_view line, struct bdl_mark *ret, int64_t *ret_down, int64_t *ret_up);

#endif
