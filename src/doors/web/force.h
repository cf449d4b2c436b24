/*
 * Switches that rules put on (`force web safe-search`): the request goes on changed. Pure. It is the
 * request within a tunnel that is changed, never CONNECT itself.
 */
#ifndef BDL_DOORS_WEB_FORCE_H
#define BDL_DOORS_WEB_FORCE_H

#include "proto/http.h"
#include "proto/url.h"

/*
 * Append the head of the request with the switches (bits of enum bdl_switch) put on, which nothing
 * in the request itself undoes: its own settings are taken out. `whole`: the answer is to be whole, so
 * Range and If-Range are left out (RFC 9110 14.2). false where there is nothing to change. What of the
 * head has nothing to do with them stays as it came.
 */
bool bdl_force_apply(uint32_t switches, bool whole, const struct bdl_url *url,
    const struct bdl_http_head *request, struct bdl_buf *out);

#endif
