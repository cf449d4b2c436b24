/* The status as text for Prometheus (exposition format 0.0.4), of some kilobytes. */
#ifndef BDL_RECORD_STATUS_METRICS_H
#define BDL_RECORD_STATUS_METRICS_H

#include "base/buf.h"
#include "record/status/status.h"

#define BDL_METRICS_TYPE "text/plain; version=0.0.4; charset=utf-8"

/* Append it; the buffer's owner looks whether it broke. */
void bdl_status_metrics(const struct bdl_status *s, struct bdl_buf *out);

#endif
