#include "icap_answer.h"
#include <stdlib.h>
#include <string.h>

void icap_answer_init(struct icap_answer *a)
{
	a->stage = ICAP_HEAD;
	a->n_head = a->left = a->n_http = 0;
	a->http[0] = '\0';
	a->is_request = a->has_body = false;
	a->status = 0;
	a->body = 0;
}

/* The ICAP head is whole: what comes behind it? */
static void take_head(struct icap_answer *a, bool sent_body)
{
	const char *parts, *body;

	a->head[a->n_head] = '\0';
	a->status = a->n_head > 12 ? atoi(a->head + 9) : 0;
	a->stage = a->status == 204 ? ICAP_WHOLE : ICAP_BAD;
	if (a->status != 200)
		return;
	parts = strcasestr(a->head, "\nEncapsulated:");
	body = parts ? strstr(parts, "-body=") : NULL;
	if (!body)
		return;
	const char *end = strchr(parts + 1, '\r');
	const char *request = strstr(parts, "req-hdr"), *none = strstr(parts, "null-body");
	a->is_request = request && request < end;
	a->has_body = !(none && none < end) && (sent_body || !a->is_request);
	a->left = strtoul(body + 6, NULL, 10);
	a->stage = ICAP_PARTS;
}

static size_t feed_head(struct icap_answer *a, bool sent_body, const char *p, size_t n)
{
	size_t old = a->n_head, room = ICAP_ANSWER_HEAD_MAX - old, k = n < room ? n : room;
	size_t from = old < 3 ? 0 : old - 3;

	memcpy(a->head + old, p, k);
	const char *end = memmem(a->head + from, old + k - from, "\r\n\r\n", 4);
	if (!end) {
		a->n_head += k;
		if (a->n_head == ICAP_ANSWER_HEAD_MAX)
			a->stage = ICAP_BAD;
		return k;
	}
	a->n_head = (size_t)(end - a->head) + 4;
	take_head(a, sent_body);
	return a->n_head - old;
}

static size_t feed_parts(struct icap_answer *a, const char *p, size_t n)
{
	size_t k = n < a->left ? n : a->left;

	for (size_t i = 0; i < k && a->n_http < sizeof(a->http) - 1; i++)
		a->http[a->n_http++] = p[i];
	a->http[a->n_http] = '\0';
	a->left -= k;
	if (a->left == 0)
		a->stage = a->has_body ? ICAP_SIZE : ICAP_WHOLE;
	return k;
}

/* The line with a chunk's size; a->left gathers it. */
static size_t feed_size(struct icap_answer *a, char c)
{
	if (c == '\n') {
		a->body += a->left;
		a->stage = a->left ? ICAP_DATA : ICAP_END;
		a->left += 2; /* and the line's end behind it */
		return 1;
	}
	if (c >= '0' && c <= '9')
		a->left = a->left * 16 + (size_t)(c - '0');
	else if ((c | 32) >= 'a' && (c | 32) <= 'f')
		a->left = a->left * 16 + (size_t)((c | 32) - 'a' + 10);
	else if (c != '\r')
		a->stage = ICAP_BAD;
	return 1;
}

size_t icap_answer_feed(struct icap_answer *a, bool sent_body, const char *p, size_t n)
{
	size_t at = 0, k;

	while (a->stage < ICAP_WHOLE && (at < n || (a->stage == ICAP_PARTS && !a->left))) {
		if (a->stage == ICAP_HEAD) {
			at += feed_head(a, sent_body, p + at, n - at);
		} else if (a->stage == ICAP_PARTS) {
			at += feed_parts(a, p + at, n - at);
		} else if (a->stage == ICAP_SIZE) {
			at += feed_size(a, p[at]);
		} else { /* data, or the end of them */
			k = n - at < a->left ? n - at : a->left;
			a->left -= k;
			at += k;
			if (!a->left)
				a->stage = a->stage == ICAP_DATA ? ICAP_SIZE : ICAP_WHOLE;
		}
	}
	return at;
}

bool icap_answer_passes(
    const struct icap_answer *a, bool sent_body, uint64_t as_sent, uint64_t plain)
{
	if (a->status == 204 || a->is_request)
		return true;
	return sent_body && a->has_body && !memcmp(a->http + 8, " 200", 4) &&
	    (a->body == as_sent || a->body == plain);
}
