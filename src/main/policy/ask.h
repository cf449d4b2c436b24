/* What the policies in force would say to an address, asked at the command line. */
#ifndef BDL_MAIN_POLICY_ASK_H
#define BDL_MAIN_POLICY_ASK_H

#include "base/buf.h"
#include "main/data.h"

/*
 * Judge a page load of `url` by `person` (NULL: unknown) at the time `at` (base/clock.h; NULL:
 * now), by what the store has in force and the lists, as the web door would that has brought both up
 * to date, and append the answer with each rule's part in it. Nothing is recorded.
 */
int bdl_ask(const struct bdl_conf *conf, const char *url, const char *person, const char *at,
    struct bdl_buf *out, struct bdl_err *err) BDL_MUST_USE;

#endif
