/*
 * The log: one logfmt line per event to standard error (systemd's journal adds the time).
 *
 *   level=warn mod=web ev=peer-refused msg="10.0.0.7 is not among the trusted peers"
 *
 * `ev` is a stable word that tests and operators may match. Values are quoted where they need it
 * and control bytes are escaped, so no peer can forge a line. Only processes (src/main, doors,
 * portal, the scribe) log; libraries return errors. Personal data (person, address, URL) never
 * enters the log: it belongs in the journal, which has retention and an owner.
 *
 * Each (mod, ev) pair is limited to 20 lines in 10 seconds; the next line after a silence says how
 * many were left out (`suppressed=`).
 */
#ifndef BDL_SYS_LOG_H
#define BDL_SYS_LOG_H

#include "base/defs.h"
#include "base/err.h"

enum bdl_level {
	BDL_LOG_ERR,
	BDL_LOG_WARN,
	BDL_LOG_NOTICE,
	BDL_LOG_INFO,
	BDL_LOG_DEBUG,
	BDL_LOG_LEVELS
};
extern const char *const bdl_level_words[BDL_LOG_LEVELS]; /* "err" .. "debug" */

/* `mod` names the process in every line; `lowest` is the last level that is written. */
void bdl_log_init(const char *mod, enum bdl_level lowest);

/* One event; the format makes the message (msg=), which is quoted and escaped whole. */
void bdl_log(enum bdl_level level, const char *ev, const char *fmt, ...) BDL_PRINTF(3, 4);

/* The error's text as the message, its code word as a field. */
void bdl_log_err(enum bdl_level level, const char *ev, const struct bdl_err *err);

/*
 * For tests: lines, without the newline, go to this function instead of standard error (NULL:
 * back). It must not log.
 */
void bdl_log_divert(void (*to)(const char *line, void *arg), void *arg);

#endif
