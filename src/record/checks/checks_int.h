/* How a row is read, for the files of this folder. */
#ifndef BDL_RECORD_CHECKS_CHECKS_INT_H
#define BDL_RECORD_CHECKS_CHECKS_INT_H

#include "record/checks/checks.h"
#include "record/store/store_int.h"

#define BDL_CHECK_COLUMNS                                                                   \
	"id, host, policy, clause, name, who, place, outcome, is_news, began_ms, took_ms, " \
	"asked, said, mend, tell"

/* Delete reviews of before then, in a transaction. */
int bdl_checks_reviews_drop(struct bdl_store *s, int64_t before_ms, struct bdl_err *err)
    BDL_MUST_USE;

/* For bdl_rows_read: a struct bdl_check_row of these columns. */
int bdl_check_row_read(
    struct bdl_stmt *st, struct bdl_region *region, void *row, struct bdl_err *err);

#endif
