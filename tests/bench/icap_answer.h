/*
 * What an ICAP server answers to one request, read as it comes and without keeping it: whether it is
 * whole, and what was done about the message. RFC 3507; trailers are not expected.
 */
#ifndef BDL_TESTS_BENCH_ICAP_ANSWER_H
#define BDL_TESTS_BENCH_ICAP_ANSWER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define ICAP_ANSWER_HEAD_MAX 16384

enum icap_stage { ICAP_HEAD, ICAP_PARTS, ICAP_SIZE, ICAP_DATA, ICAP_END, ICAP_WHOLE, ICAP_BAD };

struct icap_answer {
	enum icap_stage stage;
	char head[ICAP_ANSWER_HEAD_MAX + 1];
	size_t n_head;
	size_t left;   /* bytes of this stage that are still to come */
	char http[13]; /* the beginning of the encapsulated head: "HTTP/1.1 200" */
	size_t n_http;
	bool is_request; /* what came back is a request's head: it goes on */
	bool has_body;
	int status;
	uint64_t body; /* bytes of it */
};

void icap_answer_init(struct icap_answer *a);

/*
 * Read n more bytes. Returns how many of them belong to this answer: all, unless it is now whole or
 * bad. `sent_body`: the message had one. Some servers announce a body of a request that had none, and
 * never send it: none is waited for.
 */
size_t icap_answer_feed(struct icap_answer *a, bool sent_body, const char *p, size_t n);

/* A whole one lets the message go on as it was: its body then has one of these sizes, if it came. */
bool icap_answer_passes(
    const struct icap_answer *a, bool sent_body, uint64_t as_sent, uint64_t plain);

#endif
