#include "doors/web/answer.h"
#include "base/hash.h"
#include "block.tmpl.h"
#include "coach.tmpl.h"
#include <jansson.h>
#include <sodium.h>

#define SOURCE_SIZE 64 /* of a style sheet's digest, as CSP has it */

/* A GIF of one transparent pixel. */
static const unsigned char pixel[] = { 'G', 'I', 'F', '8', '9', 'a', 1, 0, 1, 0, 0x80, 0, 0, 0, 0,
	0, 0, 0, 0, 0x21, 0xf9, 4, 1, 0, 0, 0, 0, 0x2c, 0, 0, 0, 0, 1, 0, 1, 0, 0, 2, 2, 0x44, 1, 0,
	0x3b };

void bdl_answer_roles(uint32_t roles, struct bdl_buf *out)
{
	for (unsigned i = 0; i < BDL_ROLES; i++) {
		uint32_t bit = 1u << i;
		if (!(roles & bit))
			continue;
		bool is_first = (roles & (bit - 1)) == 0, is_last = roles >> i == 1;
		if (!is_first)
			(void)bdl_buf_add_str(out, is_last ? " and " : ", ");
		(void)bdl_buf_add_str(out, bdl_role_title((enum bdl_role_word)i));
	}
}

/* A line of a head, in pieces; its owner looks whether it broke. */
static void add_line(struct bdl_buf *head, const char *before, struct bdl_view v, const char *after)
{
	(void)bdl_buf_add_str(head, before);
	(void)bdl_buf_add_view(head, v);
	(void)bdl_buf_add_str(head, after);
}

static void write_head(const struct bdl_answer *a, const char *type, const char *style,
    size_t length, struct bdl_buf *head)
{
	(void)bdl_buf_add_str(head, "HTTP/1.1 403 Forbidden\r\nContent-Length: "); /* as above */
	(void)bdl_buf_add_uint(head, length);
	add_line(head,
	    "\r\nCache-Control: no-store\r\n"
	    "Content-Security-Policy: default-src 'none'; style-src ",
	    bdl_view_of(style), "; form-action 'self'; base-uri 'none'; frame-ancestors ");
	(void)bdl_buf_add_str(head, a->taste == BDL_TASTE_PAGE ? "'none'" : "*");
	add_line(head,
	    "\r\nReferrer-Policy: same-origin\r\n"
	    "X-Content-Type-Options: nosniff\r\n"
	    "X-Beadle-Clause: ",
	    a->policy, "#");
	add_line(head, "", a->clause, "\r\n");
	if (type)
		add_line(head, "Content-Type: ", bdl_view_of(type), "\r\n");
	(void)bdl_buf_add_str(head, "\r\n");
}

/* What a person calls it; a part is only ever seen as a page of its own. */
static struct bdl_view what(enum bdl_act_kind kind)
{
	return bdl_view_of(kind == BDL_KIND_PART ? "page" : bdl_kind_word(kind));
}

/* What was done there, where it is more than to open a page. */
static struct bdl_view deed(enum bdl_act_kind kind)
{
	switch (kind) {
	case BDL_KIND_SEARCH:
		return BDL_LIT("a search at");
	case BDL_KIND_DOWNLOAD:
		return BDL_LIT("a download from");
	case BDL_KIND_UPLOAD:
		return BDL_LIT("an upload to");
	case BDL_KIND_PAGE:
	case BDL_KIND_PART:
	case BDL_KINDS:
		break;
	}
	return bdl_view_of(NULL);
}

static void write_block(const struct bdl_answer *a, struct bdl_view told, struct bdl_buf *body)
{
	struct bdl_page_block v = {
		.door = { BDL_LIT("Blocked"), a->school, a->reference },
		.what = what(a->kind),
		.deed = deed(a->kind),
		.host = a->host,
		.number = a->number,
		.title = a->title,
		.sentence = a->sentence,
		.policy = a->policy,
		.policy_title = a->policy_title,
		.clause = a->clause,
		.portal_url = a->portal_url,
		.told = told,
	};
	bdl_page_block(body, &v);
}

static void write_coach(const struct bdl_answer *a, struct bdl_view told, struct bdl_buf *body)
{
	struct bdl_page_coach v = {
		.door = { a->problem.n > 0 ? BDL_LIT("Error: before you go on")
					   : BDL_LIT("Before you go on"),
		    a->school, a->reference },
		.what = what(a->kind),
		.deed = deed(a->kind),
		.host = a->host,
		.number = a->number,
		.title = a->title,
		.sentence = a->sentence,
		.policy = a->policy,
		.policy_title = a->policy_title,
		.clause = a->clause,
		.portal_url = a->portal_url,
		.told = told,
		.token = a->token,
		.typed = a->typed,
		.problem = a->problem,
	};
	bdl_page_coach(body, &v);
}

static void write_text(const struct bdl_answer *a, struct bdl_view told, struct bdl_buf *body)
{
	bool coach = a->action == BDL_COACH;
	(void)bdl_buf_printf(body, "%s %.*s%s%.*s (%.*s, %.*s): %.*s",
	    coach ? "A reason is asked for by" : "Blocked by", BDL_FMT(a->number),
	    a->number.n > 0 ? " " : "", BDL_FMT(a->title), BDL_FMT(a->policy), BDL_FMT(a->clause),
	    BDL_FMT(a->sentence));
	if (told.n > 0)
		(void)bdl_buf_printf(body, " Reported to: %.*s.", BDL_FMT(told));
	(void)bdl_buf_printf(body, "%s Reference: %.*s.\n",
	    coach ? " Open it in a browser to give one." : "", BDL_FMT(a->reference));
}

static void write_json(const struct bdl_answer *a, struct bdl_buf *body)
{
	json_t *told = json_array();
	for (unsigned i = 0; i < BDL_ROLES; i++) {
		if (a->told >> i & 1)
			(void)json_array_append_new(
			    told, json_string(bdl_role_word((enum bdl_role_word)i)));
	}
	json_t *o = json_pack("{s:s, s:s%, s:s%, s:s%, s:s%, s:s%, s:s%, s:o, s:s%}", "verdict",
	    bdl_action_word(a->action), "policy", a->policy.p, a->policy.n, "clause", a->clause.p,
	    a->clause.n, "number", a->number.p ? a->number.p : "", a->number.n, "title", a->title.p,
	    a->title.n, "sentence", a->sentence.p, a->sentence.n, "host", a->host.p, a->host.n,
	    "told", told, "reference", a->reference.p, a->reference.n);
	char *text = o ? json_dumps(o, JSON_COMPACT) : NULL;
	(void)bdl_buf_add_str(body, text ? text : "{}");
	(void)bdl_buf_add_char(body, '\n');
	free(text);
	json_decref(o);
}

/* The CSP source that allows just the style sheet of this page; empty without memory for the page. */
static void make_source(const struct bdl_buf *page, char out[SOURCE_SIZE])
{
	if (bdl_buf_broken(page))
		return; /* it is not sent, and the next one tells */
	const char *from = strstr(bdl_buf_str(page), "<style>");
	const char *to = from ? strstr(from, "</style>") : NULL;
	char base64[48];
	BDL_BUG_IF(!to); /* the layout has it, and no value can hold a '<' */
	from += strlen("<style>");
	struct bdl_digest d = bdl_digest_of(from, (size_t)(to - from));
	(void)sodium_bin2base64(
	    base64, sizeof(base64), d.b, sizeof(d.b), sodium_base64_VARIANT_ORIGINAL);
	(void)snprintf(out, SOURCE_SIZE, "'sha256-%s'", base64); /* 8 + 44 + 1 */
}

/* No value stands in a style sheet, so it is the same on every page of its kind, and looked at once. */
static const char *write_page(
    const struct bdl_answer *a, struct bdl_view told, struct bdl_buf *body)
{
	static char block[SOURCE_SIZE], coach[SOURCE_SIZE];
	char *source = a->action == BDL_COACH ? coach : block;

	if (a->action == BDL_COACH)
		write_coach(a, told, body);
	else
		write_block(a, told, body);
	if (!source[0])
		make_source(body, source);
	return source;
}

void bdl_answer_write(const struct bdl_answer *a, struct bdl_buf *head, struct bdl_buf *body)
{
	BDL_AUTO_IN(bdl_buf_done) struct bdl_buf told = BDL_BUF(2048);
	const char *style = "'none'", *type = NULL;

	bdl_answer_roles(a->told, &told);
	switch (a->taste) {
	case BDL_TASTE_PAGE:
		style = write_page(a, bdl_buf_view(&told), body);
		type = "text/html; charset=utf-8";
		break;
	case BDL_TASTE_TEXT:
		write_text(a, bdl_buf_view(&told), body);
		type = "text/plain; charset=utf-8";
		break;
	case BDL_TASTE_JSON:
		write_json(a, body);
		type = "application/json";
		break;
	case BDL_TASTE_IMAGE:
		(void)bdl_buf_add(body, pixel, sizeof(pixel));
		type = "image/gif";
		break;
	case BDL_TASTE_EMPTY:
		break;
	}
	write_head(a, type, style, body->n, head);
	if (a->head_only)
		bdl_buf_clear(body);
}

void bdl_answer_redirect(struct bdl_view url, struct bdl_buf *head)
{
	(void)bdl_buf_add_str(head, "HTTP/1.1 303 See Other\r\nLocation: ");
	for (size_t i = 0; i < url.n; i++) {
		unsigned char c = (unsigned char)url.p[i];
		if (c > 0x20 && c < 0x7f)
			(void)bdl_buf_add_char(head, url.p[i]);
		else
			(void)bdl_buf_printf(head, "%%%02X", c);
	}
	(void)bdl_buf_add_str(head, "\r\nContent-Length: 0\r\nCache-Control: no-store\r\n\r\n");
}

void bdl_answer_plain(
    int status, const char *reason, const char *text, struct bdl_buf *head, struct bdl_buf *body)
{
	(void)bdl_buf_printf(body, "%s\n", text);
	(void)bdl_buf_printf(head,
	    "HTTP/1.1 %d %s\r\n"
	    "Content-Type: text/plain; charset=utf-8\r\n"
	    "Content-Length: %zu\r\n"
	    "Cache-Control: no-store\r\n"
	    "Content-Security-Policy: default-src 'none'\r\n"
	    "X-Content-Type-Options: nosniff\r\n\r\n",
	    status, reason, body->n);
}
