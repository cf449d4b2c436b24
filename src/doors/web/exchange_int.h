/*
 * One request of a connection, shared by exchange.c (what comes of it), outcome.c (what becomes of it) and
 * deliver.c (what goes out). Its heads lie in the connection's buffer: `icap_head` is the ICAP head, `heads` the
 * HTTP heads behind it, and both are gone once more is taken in. What is written to c->answer is looked at when it goes
 * out: where it is broken, 500 is said in its place.
 */
#ifndef BDL_DOORS_WEB_EXCHANGE_INT_H
#define BDL_DOORS_WEB_EXCHANGE_INT_H

#include "doors/web/conn_int.h"

/* --- outcome.c --- */

/* Judge it by its heads, and write to c->answer what is said of it, or see to it that its body is read first. */
void bdl_outcome_request(struct bdl_conn *c, const struct bdl_icap_request *r,
    struct bdl_view icap_head, struct bdl_view heads, const struct bdl_http_head *http);
void bdl_outcome_response(struct bdl_conn *c, const struct bdl_icap_request *r,
    struct bdl_view icap_head, struct bdl_view heads);

/* The HTTP request within; false where there is none that can be read. */
bool bdl_outcome_parse(
    const struct bdl_icap_request *r, struct bdl_view heads, struct bdl_http_head *ret);

/* All of a body is there that was waited for: judge it, and answer. A form's; or one that was held. */
void bdl_outcome_form(struct bdl_conn *c);
void bdl_outcome_text(struct bdl_conn *c);
bool bdl_outcome_is_held(const struct bdl_conn *c);
/* What was held goes on, and `more` behind it, unless what is known by now refuses it. */
void bdl_outcome_release(struct bdl_conn *c, struct bdl_view more);

/* Its refusal stands in c->answer, and is said when its body has come (BDL_WEB_REFUSED_MAX). */
void bdl_outcome_await_rest(struct bdl_conn *c);
/* It was waited for long enough; what more comes of it is dropped behind the answer. */
void bdl_outcome_refuse_now(struct bdl_conn *c);

/* --- deliver.c --- */

void bdl_exchange_enter(struct bdl_conn *c, enum bdl_stage stage);
struct bdl_icap_service bdl_exchange_service(const struct bdl_conn *c, enum bdl_icap_method method);
/* Send c->answer, once what it refuses is on the disk; what is left of the body decides what comes next. */
void bdl_exchange_deliver(struct bdl_conn *c);

#endif
