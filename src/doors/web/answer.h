/*
 * What a person, or a program, is given in place of what was asked for: an HTTP response in the
 * form that the asker can read. Pure.
 */
#ifndef BDL_DOORS_WEB_ANSWER_H
#define BDL_DOORS_WEB_ANSWER_H

#include "doors/web/kind.h"
#include "policy/ruleset.h"

#define BDL_ANSWER_HEAD_MAX 16384
#define BDL_ANSWER_BODY_MAX (256 * 1024)

/* A verdict as it is shown. Empty views are left out of what is shown. */
struct bdl_answer {
	enum bdl_taste taste;
	bool head_only;         /* the request was HEAD */
	enum bdl_action action; /* block or coach */
	struct bdl_view school;
	struct bdl_view policy, policy_title;
	struct bdl_view clause, number, title, sentence;
	struct bdl_view host;
	enum bdl_act_kind kind;         /* what is blocked: a page, a search, a download */
	uint32_t told;                  /* roles as bits; 0: nobody was told */
	struct bdl_view portal_url;     /* empty: the asker could not reach it */
	struct bdl_view reference;      /* what one quotes when asking about it */
	struct bdl_view token;          /* of a coach page; without it there is no form */
	struct bdl_view typed, problem; /* the reason as it was typed, and what is wrong with it */
};

/* 403 with the page, line, object or nothing that fits the taste. */
void bdl_answer_write(const struct bdl_answer *a, struct bdl_buf *head, struct bdl_buf *body);

/* 303 to an address. Bytes that may not stand in a header are percent-encoded. */
void bdl_answer_redirect(struct bdl_view url, struct bdl_buf *head);

/* A status with one line of plain text. */
void bdl_answer_plain(
    int status, const char *reason, const char *text, struct bdl_buf *head, struct bdl_buf *body);

/* "the technicians and the safeguarding lead"; nothing for 0. */
void bdl_answer_roles(uint32_t roles, struct bdl_buf *out);

#endif
