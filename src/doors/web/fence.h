/*
 * What a process of the web door may still do once it serves: the rights that stand here are all
 * that a stranger has who takes it over by its parsers. In the order of sys/sandbox.h.
 */
#ifndef BDL_DOORS_WEB_FENCE_H
#define BDL_DOORS_WEB_FENCE_H

#include "sys/conf.h"

/*
 * From now on: read DIR/force, DIR/lists, DIR/networks and DIR/phrases, write DIR/journal/NAME, which
 * are there.
 * What is shared in DIR/run is mapped before. While single-threaded. A kernel without Landlock is
 * said in the log.
 */
int bdl_fence_files(const struct bdl_conf *conf, const char *name, struct bdl_err *err)
    BDL_MUST_USE;

/* From now on: speak on what is open or accepted, and use those files. With all threads made. */
int bdl_fence_calls(struct bdl_err *err) BDL_MUST_USE;

#endif
