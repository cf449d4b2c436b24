/* How a row is read, for the files of this folder. */
#ifndef BDL_RECORD_CHECKS_CHECKS_INT_H
#define BDL_RECORD_CHECKS_CHECKS_INT_H

#include "record/checks/checks.h"
#include "record/store/store_int.h"

#define BDL_CHECK_COLUMNS                                                                   \
	"id, host, policy, clause, name, who, place, outcome, is_news, began_ms, took_ms, " \
	"asked, said, mend, tell"

/* For bdl_rows_read: a struct bdl_check_row of these columns. */
int bdl_check_row_read(
    struct bdl_stmt *st, struct bdl_region *region, void *row, struct bdl_err *err);

#endif
