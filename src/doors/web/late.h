/*
 * Pages whose text was found out too late: they were on their way already when what is in them came,
 * and were cut off. What was found is kept for a while in one small mapped file (DIR/run/late) shared
 * by all workers, so that the next load is judged by it before it is sent for.
 *
 * It is kept by address and person, not by address alone: behind one address everyone may see
 * something else (an inbox), and what one person was sent must not speak against another. The file
 * holds neither, only a hash, under a seed made of the door's key.
 *
 * As in doors/web/passes.h an entry is one 64-bit word, one for each class: 32 bits of the hash, the
 * minute at which it ends, the class's number and its score. A kill at any moment leaves the old word
 * or the new one. The hash is of the phrases too, so other phrases find nothing.
 */
#ifndef BDL_DOORS_WEB_LATE_H
#define BDL_DOORS_WEB_LATE_H

#include "doors/web/reader.h"

#define BDL_LATE_MINUTES     60
#define BDL_LATE_KEY         32   /* bytes */
#define BDL_LATE_SCORE_MAX   1023 /* larger ones are kept as this */
#define BDL_LATE_CLASSES_MAX 16   /* of one page; a row's words */

struct bdl_late;

/* Opens the table, made where absent or not of this format. */
int bdl_late_open(const char *path, const uint8_t key[BDL_LATE_KEY], struct bdl_late **ret,
    struct bdl_err *err) BDL_MUST_USE;
void bdl_late_close(struct bdl_late *l); /* takes NULL */
BDL_DEFINE_AUTO(struct bdl_late, bdl_late_close);

struct bdl_late_page {
	struct bdl_view who, url;
	uint64_t mark; /* of the phrases */
};

/* Where a row is full the word that ends first gives way. `class_` is that of bdl_phrases_class. */
void bdl_late_add(
    struct bdl_late *l, const struct bdl_late_page *page, size_t class_, int score, int64_t now_ms);

struct bdl_late_score {
	size_t class_;
	int score;
};
/* false: nothing is kept of any page, and bdl_late_find finds nothing. */
bool bdl_late_any(const struct bdl_late *l, int64_t now_ms);
/* How many classes were found in the page, most often 0. */
size_t bdl_late_find(const struct bdl_late *l, const struct bdl_late_page *page, int64_t now_ms,
    struct bdl_late_score ret[BDL_LATE_CLASSES_MAX]);

#endif
