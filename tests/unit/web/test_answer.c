#include "doors/web/answer.h"
#include <jansson.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#define EVIL "<script>alert(1)</script>\"'&"

static struct bdl_answer sample(enum bdl_taste taste, enum bdl_action action)
{
	return (struct bdl_answer){
		.taste = taste,
		.action = action,
		.school = BDL_LIT("Northgate School"),
		.policy = BDL_LIT("staff"),
		.policy_title = BDL_LIT("Using ICT"),
		.clause = BDL_LIT("web.gambling"),
		.number = BDL_LIT("2.2"),
		.title = BDL_LIT("Gambling"),
		.sentence = BDL_LIT("You do not gamble here."),
		.host = BDL_LIT("casino.example"),
		.told = 1u << BDL_ROLE_TECHNICIANS,
		.portal_url = BDL_LIT("http://127.0.0.1:8080"),
		.reference = BDL_LIT("261121-114001-234"),
	};
}

struct written {
	struct bdl_buf head, body;
};

static struct written written(const struct bdl_answer *a)
{
	struct written w = { BDL_BUF(BDL_ANSWER_HEAD_MAX), BDL_BUF(BDL_ANSWER_BODY_MAX) };
	bdl_answer_write(a, &w.head, &w.body);
	assert_false(bdl_buf_broken(&w.head));
	assert_false(bdl_buf_broken(&w.body));
	return w;
}

static void done(struct written *w)
{
	bdl_buf_done(&w->head);
	bdl_buf_done(&w->body);
}

static void has(const struct bdl_buf *b, const char *text)
{
	if (!strstr(bdl_buf_str(b), text))
		fail_msg("no '%s' in:\n%s", text, bdl_buf_str(b));
}

static void has_not(const struct bdl_buf *b, const char *text)
{
	if (strstr(bdl_buf_str(b), text))
		fail_msg("'%s' in:\n%s", text, bdl_buf_str(b));
}

/* The head parses, says 403, and its length is that of the body. */
static struct bdl_view field(const struct written *w, const char *name)
{
	static struct bdl_http_head h; /* views of it are handed out */
	struct bdl_err err = { 0 };
	if (bdl_http_parse_response(bdl_buf_view(&w->head), &h, &err) < 0)
		fail_msg("%s:\n%s", err.text, bdl_buf_str(&w->head));
	assert_true(bdl_view_is(h.start[1], "403"));
	return bdl_http_field(&h, name);
}

static void check_length(const struct written *w)
{
	uint64_t n = 0;
	assert_true(bdl_view_uint(field(w, "Content-Length"), 1 << 20, &n));
	assert_int_equal(n, w->body.n);
}

static void block_page(void **state)
{
	(void)state;
	struct bdl_answer a = sample(BDL_TASTE_PAGE, BDL_BLOCK);
	struct written w = written(&a);
	static const char *const shown[] = { "Northgate School", "2.2", "Gambling",
		"You do not gamble here.", "Using ICT", "casino.example",
		"This is reported to the technicians.", "261121-114001-234",
		"href=\"http://127.0.0.1:8080/policies/staff#web.gambling\"", "lang=\"en" };
	for (size_t i = 0; i < BDL_ARRAY_LEN(shown); i++)
		has(&w.body, shown[i]);
	has_not(&w.body, "<form");
	has_not(&w.body, "<script");
	check_length(&w);
	assert_true(bdl_view_is(field(&w, "Content-Type"), "text/html; charset=utf-8"));
	assert_true(bdl_view_is(field(&w, "Cache-Control"), "no-store"));
	assert_true(bdl_view_is(field(&w, "X-Content-Type-Options"), "nosniff"));
	assert_true(bdl_view_is(field(&w, "X-Beadle-Clause"), "staff#web.gambling"));
	has(&w.head, "default-src 'none'; style-src 'sha256-");
	has(&w.head, "frame-ancestors 'none'");
	done(&w);
	a.told = 0;
	w = written(&a);
	has_not(&w.body, "This is reported");
	done(&w);
}

static void coach_page(void **state)
{
	(void)state;
	struct bdl_answer a = sample(BDL_TASTE_PAGE, BDL_COACH);
	a.token = BDL_LIT("TOKEN-1");
	struct written w = written(&a);
	has(&w.body, "action=\"/.beadle/continue\"");
	has(&w.body, "name=\"token\" value=\"TOKEN-1\"");
	has(&w.body, "maxlength=\"500\"");
	has_not(&w.body, "aria-invalid=\"");
	done(&w);
	a.typed = BDL_LIT("half a reason");
	a.problem = BDL_LIT("Say why.");
	w = written(&a);
	has(&w.body, ">half a reason</textarea>");
	has(&w.body, "Say why.");
	has(&w.body, "aria-invalid=\"true\"");
	done(&w);
	a.token = (struct bdl_view){ 0 };
	w = written(&a);
	has_not(&w.body, "<form");
	done(&w);
}

static void everything_is_escaped(void **state)
{
	(void)state;
	struct bdl_answer a = sample(BDL_TASTE_PAGE, BDL_COACH);
	a.school = a.policy_title = a.number = a.title = a.sentence = a.host = a.reference =
	    a.token = a.typed = a.problem = a.clause = BDL_LIT(EVIL);
	a.portal_url = BDL_LIT("javascript:alert(1)");
	for (int round = 0; round < 2; round++) {
		struct written w = written(&a);
		has(&w.body, "&lt;script&gt;");
		has_not(&w.body, "<script");
		has_not(&w.body, "</script");
		has_not(&w.body, "\"'&\"");
		has_not(&w.body, "javascript:");
		done(&w);
		a.action = BDL_BLOCK;
	}
	a.typed = BDL_LIT("</textarea><b>");
	a.action = BDL_COACH;
	struct written w = written(&a);
	has(&w.body, "&lt;/textarea");
	done(&w);
}

static void line_of_text(void **state)
{
	(void)state;
	struct bdl_answer a = sample(BDL_TASTE_TEXT, BDL_BLOCK);
	struct written w = written(&a);
	assert_string_equal(bdl_buf_str(&w.body),
	    "Blocked by 2.2 Gambling (staff, web.gambling): You do not gamble here. Reported to: the "
	    "technicians. Reference: 261121-114001-234.\n");
	check_length(&w);
	done(&w);
	a.number = (struct bdl_view){ 0 };
	a.told = 0;
	w = written(&a);
	has(&w.body, "Blocked by Gambling (staff");
	has_not(&w.body, "Reported");
	done(&w);
}

static void object(void **state)
{
	(void)state;
	struct bdl_answer a = sample(BDL_TASTE_JSON, BDL_BLOCK);
	a.number = (struct bdl_view){ 0 };
	a.sentence = BDL_LIT(EVIL);
	a.told |= 1u << BDL_ROLE_HEAD;
	struct written w = written(&a);
	json_error_t error;
	json_t *o = json_loadb(w.body.p, w.body.n, 0, &error);
	if (!o)
		fail_msg("%s in %s", error.text, bdl_buf_str(&w.body));
	assert_string_equal(json_string_value(json_object_get(o, "verdict")), "block");
	assert_string_equal(json_string_value(json_object_get(o, "clause")), "web.gambling");
	assert_string_equal(json_string_value(json_object_get(o, "sentence")), EVIL);
	assert_int_equal(json_array_size(json_object_get(o, "told")), 2);
	json_decref(o);
	assert_true(bdl_view_is(field(&w, "Content-Type"), "application/json"));
	done(&w);
}

static void embedded(void **state)
{
	(void)state;
	struct bdl_answer a = sample(BDL_TASTE_IMAGE, BDL_BLOCK);
	struct written w = written(&a);
	assert_int_equal(w.body.n, 43);
	assert_memory_equal(w.body.p, "GIF89a\1\0\1\0", 10);
	assert_int_equal((unsigned char)w.body.p[42], 0x3b);
	check_length(&w);
	done(&w);
	a.taste = BDL_TASTE_EMPTY;
	w = written(&a);
	assert_int_equal(w.body.n, 0);
	assert_int_equal(field(&w, "Content-Type").n, 0);
	check_length(&w);
	done(&w);
}

static void head_has_no_body(void **state)
{
	(void)state;
	struct bdl_answer a = sample(BDL_TASTE_TEXT, BDL_BLOCK);
	a.head_only = true;
	struct written w = written(&a);
	assert_int_equal(w.body.n, 0);
	assert_true(field(&w, "Content-Length").n >= 2); /* that of the body it stands for */
	done(&w);
}

static void redirect(void **state)
{
	(void)state;
	BDL_AUTO_IN(bdl_buf_done) struct bdl_buf head = BDL_BUF(BDL_ANSWER_HEAD_MAX);
	bdl_answer_redirect(BDL_LIT("http://a/b c\r\nSet-Cookie: x\xc3\xa9"), &head);
	has(&head, "Location: http://a/b%20c%0D%0ASet-Cookie:%20x%C3%A9\r\n");
	has(&head, "HTTP/1.1 303 ");
}

static void roles(void **state)
{
	(void)state;
	static const struct {
		uint32_t roles;
		const char *want;
	} cases[] = {
		{ 0, "" },
		{ 1u << BDL_ROLE_HEAD, "the head" },
		{ 1u << BDL_ROLE_TECHNICIANS | 1u << BDL_ROLE_HEAD,
		    "the technicians and the head" },
		{ 1u << BDL_ROLE_TECHNICIANS | 1u << BDL_ROLE_HEAD |
			1u << BDL_ROLE_SAFEGUARDING_LEAD,
		    "the technicians, the head and the safeguarding lead" },
	};
	for (size_t i = 0; i < BDL_ARRAY_LEN(cases); i++) {
		BDL_AUTO_IN(bdl_buf_done) struct bdl_buf out = BDL_BUF(1024);
		bdl_answer_roles(cases[i].roles, &out);
		if (strcmp(bdl_buf_str(&out), cases[i].want) != 0)
			fail_msg("got '%s', want '%s'", bdl_buf_str(&out), cases[i].want);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(block_page),
		cmocka_unit_test(coach_page),
		cmocka_unit_test(everything_is_escaped),
		cmocka_unit_test(line_of_text),
		cmocka_unit_test(object),
		cmocka_unit_test(embedded),
		cmocka_unit_test(head_has_no_body),
		cmocka_unit_test(redirect),
		cmocka_unit_test(roles),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
