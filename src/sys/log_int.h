/* The limit on lines of one event, apart from the clock so that it can be tested. */
#ifndef BDL_SYS_LOG_INT_H
#define BDL_SYS_LOG_INT_H

#include "base/defs.h"

#define BDL_LOG_LINES     20
#define BDL_LOG_WINDOW_MS 10000

struct bdl_log_limit {
	int64_t since_ms;
	unsigned lines, suppressed;
};

/* Whether a line may be written now; *ret_suppressed gets how many were left out before it. */
bool bdl_log_admit(struct bdl_log_limit *l, int64_t now_ms, unsigned *ret_suppressed);

#endif
