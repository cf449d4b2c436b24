#include "policy/document.h"
#include "policy_test.h"
#include <stdlib.h>

struct fixture {
	struct bdl_findings *findings;
	struct bdl_document *d;
	struct bdl_buf text;
};

static void parse_view(struct fixture *x, struct bdl_view bytes)
{
	struct bdl_err err;

	*x = (struct fixture){ .findings = bdl_findings_new(), .text = BDL_BUF(1 << 20) };
	if (bdl_document_parse(bytes, x->findings, &x->d, &err) < 0)
		fail_msg("%s", err.text);
	bdl_findings_write(x->findings, "t", &x->text);
}

static void parse(struct fixture *x, const char *text)
{
	parse_view(x, bdl_view_of(text));
}

static void done(struct fixture *x)
{
	bdl_findings_free(x->findings);
	bdl_document_free(x->d);
	bdl_buf_done(&x->text);
}

#define assert_view(v, want)                                                                       \
	do {                                                                                       \
		struct bdl_view got_ = (v);                                                        \
		if (!bdl_view_is(got_, want))                                                      \
			fail_msg("line %d: got '%.*s', want '%s'", __LINE__, BDL_FMT(got_), want); \
	} while (0)

static const char whole[] = "---\n"
			    "title: Using ICT\n"
			    "school: \"Northgate: the School\"\n"
			    "owner: head\n"
			    "approver: governors\n"
			    "review: 2027-09-01\n"
			    "binds: [staff, parents]\n"
			    "companions:\n"
			    "  - safety\n"
			    "  - conduct\n"
			    "---\n"
			    "# The title\n"
			    "\n"
			    "Words.\n"
			    "\n"
			    "## 3.2 *Gambling* and `bets` {#web.gambling} ##\n"
			    "\n"
			    "You do **not** gamble\n"
			    "here, [ever](http://a.example).\n"
			    "\n"
			    "More.\n"
			    "\n"
			    "```rules\n"
			    "block web to category gambling\n"
			    "  tell head\n"
			    "```\n"
			    "\n"
			    "~~~~ rules\n"
			    "note web to category bets\n"
			    "~~~~\n";

static void check_whole(struct fixture *x)
{
	const struct bdl_front *f = &x->d->front;
	const struct bdl_clause *c = x->d->clauses;

	assert_string_equal(bdl_buf_str(&x->text), "");
	assert_view(f->title, "Using ICT");
	assert_view(f->school, "Northgate: the School");
	assert_view(f->review, "2027-09-01");
	assert_int_equal(f->n_binds, 2);
	assert_view(f->binds[1], "parents");
	assert_int_equal(f->n_companions, 2);
	assert_view(f->companions[1], "conduct");
	assert_int_equal(x->d->n_clauses, 1);
	assert_view(c[0].id, "web.gambling");
	assert_view(c[0].number, "3.2");
	assert_view(c[0].title, "Gambling and bets");
	assert_view(c[0].text, "You do not gamble here, ever.");
	assert_int_equal(c[0].line, 16);
	assert_int_equal(c[0].level, 2);
	assert_int_equal(c[0].n_rules, 2);
	assert_int_equal(c[0].rules[0].line, 24);
	assert_int_equal(c[0].rules[1].line, 29);
	assert_int_equal(c[0].rules[1].action, BDL_NOTE);
}

static void reads_a_document(void **state)
{
	(void)state;
	struct bdl_digest digest = bdl_digest_of(whole, sizeof(whole) - 1);
	struct fixture x;

	parse(&x, whole);
	check_whole(&x);
	assert_true(bdl_digest_eq(&x.d->digest, &digest));
	assert_true(bdl_view_is(x.d->bytes, whole));
	done(&x);
}

static void takes_any_line_end(void **state)
{
	(void)state;
	static const char *const ends[] = { "\r\n", "\r", "\n" };
	for (size_t e = 0; e < BDL_ARRAY_LEN(ends); e++) {
		struct bdl_buf text BDL_AUTO_IN(bdl_buf_done) = BDL_BUF(1 << 16);
		struct fixture x;

		(void)bdl_buf_add_str(&text, "\xef\xbb\xbf");
		for (size_t i = 0; i < sizeof(whole) - 1; i++) {
			if (whole[i] == '\n')
				(void)bdl_buf_add_str(&text, ends[e]);
			else
				(void)bdl_buf_add_char(&text, whole[i]);
		}
		parse_view(&x, bdl_buf_view(&text));
		check_whole(&x);
		assert_true(bdl_view_eq(x.d->bytes, bdl_buf_view(&text)));
		done(&x);
	}
}

static void takes_headings_apart(void **state)
{
	(void)state;
	static const struct {
		const char *text, *id, *number, *title;
	} rows[] = {
		{ "# Plain {#a}\n", "a", "", "Plain" },
		{ "###### 1.2.3 Deep {#a.b-c.D9}  \n", "a.b-c.D9", "1.2.3", "Deep" },
		{ "## 7. Dotted {#x}\n", "x", "7", "Dotted" },
		{ "## 3.2\t{#x}\n", "x", "3.2", "" },
		{ "## 3rd party {#x}\n", "x", "", "3rd party" },
		{ "## 10 {#not} this {#but.this}\n", "but.this", "10", "{#not} this" },
		{ "## A & B \\{ c {#x} ###\n", "x", "", "A & B { c" },
		{ "Under lined {#x}\n=====\n", "x", "", "Under lined" },
		{ "Two\nlines {#x}\n---\n", "x", "", "Two lines" },
		{ "  ## In a little {#x}\n", "x", "", "In a little" },
		{ "## {#x}\n", "x", "", "" },
	};
	for (size_t i = 0; i < BDL_ARRAY_LEN(rows); i++) {
		struct bdl_buf text BDL_AUTO_IN(bdl_buf_done) = BDL_BUF(1 << 16);
		const struct bdl_clause *c;
		struct fixture x;

		(void)bdl_buf_printf(&text, FRONT("staff") "\n%s\nWords.\n", rows[i].text);
		parse_view(&x, bdl_buf_view(&text));
		if (x.d->n_clauses != 1 || x.findings->n)
			fail_msg("'%s': %zu clauses\n%s", rows[i].text, x.d->n_clauses,
			    bdl_buf_str(&x.text));
		c = x.d->clauses;
		if (!bdl_view_is(c->id, rows[i].id) || !bdl_view_is(c->number, rows[i].number) ||
		    !bdl_view_is(c->title, rows[i].title))
			fail_msg("'%s': got '%.*s' '%.*s' '%.*s'", rows[i].text, BDL_FMT(c->id),
			    BDL_FMT(c->number), BDL_FMT(c->title));
		done(&x);
	}
}

static void finds_what_is_wrong(void **state)
{
	(void)state;
	static const struct {
		const char *text, *want;
	} rows[] = {
		{ "",
		    "t:1:1: error: the document has no front matter; expected a first line '---' and "
		    "keys such as title below it\n" },
		{ "---\ntitle: x\n",
		    "t:1:1: error: the front matter does not end; expected a line '---' "
		    "below the keys\n" },
		{ "---\n---\n", "" }, /* what it lacks is for the check to say */
		{ "---\ntitel: x\n---\n",
		    "t:2:1: warning: unknown key 'titel'; expected title, school, owner, approver, review, "
		    "binds or companions (did you mean 'title'?)\n" },
		{ "---\ntitle: x\ntitle: y\n---\n",
		    "t:3:1: error: 'title' is given twice; expected each key once\n" },
		{ "---\nreview: monthly\n---\n",
		    "t:2:1: error: the review is neither a term nor a date; expected 'every 12 months' or a "
		    "date such as 2027-09-01\n" },
		{ "---\nreview: 2027-13-01\n---\n",
		    "t:2:1: error: the review is neither a term nor a date; expected 'every 12 months' or a "
		    "date such as 2027-09-01\n" },
		{ "---\nreview: 2027-02-29\n---\n",
		    "t:2:1: error: the review is neither a term nor a date; expected 'every 12 months' or a "
		    "date such as 2027-09-01\n" },
		{ "---\nreview: 1999-09-01\n---\n",
		    "t:2:1: error: the review is neither a term nor a date; expected 'every 12 months' or a "
		    "date such as 2027-09-01\n" },
		{ "---\nbinds: staf, Parents!\n---\n",
		    "t:2:1: warning: 'staf' is taken for a group of the school's own (did you mean "
		    "'staff'?)\nt:2:1: error: 'Parents!' cannot name a group; expected lower-case letters, "
		    "digits and hyphens\n" },
		{ "---\ntitle: [a, b]\n---\n",
		    "t:2:8: error: a list where there is one value; expected one line of text\n" },
		{ "---\nbinds: [a, [b]]\n---\n",
		    "t:2:12: error: a list inside a list; expected a plain list of words\n" },
		{ "---\ntitle: {a: b}\n---\n",
		    "t:2:8: error: the front matter is one level deep; expected a text or a list of "
		    "words\n" },
		{ "---\nschool: &a [x]\ntitle: *a\n---\n",
		    "t:2:9: error: the front matter takes no anchors and aliases; expected the value "
		    "itself\n" },
		{ "---\njust words\n---\n",
		    "t:2:1: error: the front matter is no list of keys; expected "
		    "lines of the form 'key: value'\n" },
		{ "---\ntitle: 'x\n---\n",
		    "t:3:1: error: the front matter cannot be read: found unexpected end of stream; "
		    "expected lines of the form 'key: value'\n" },
		{ FRONT("staff") "## A {#a b}\n",
		    "t:9:6: error: 'a b' cannot be an id; expected up to 64 letters, digits, dots and "
		    "hyphens\n" },
		{ FRONT("staff") "## \xc3\x89 {#}\n",
		    "t:9:6: error: '' cannot be an id; expected up to 64 letters, digits, dots and "
		    "hyphens\n" },
		{ FRONT("staff") "## A {web.a}\n",
		    "t:9:1: warning: the braces at the end of this heading hold no id; expected an id of "
		    "the form {#web.gambling}\n" },
		{ FRONT("staff") "```rules\nblock web by staff\n```\n",
		    "t:9:1: error: rules that belong to no clause; expected a heading above it that ends "
		    "in an id such as {#web.gambling}\n" },
		{ FRONT("staff") "# A {#a}\n# B\n```rules\nblock web by staff\n```\n",
		    "t:11:1: error: rules that belong to no clause; expected a heading above it that ends "
		    "in an id such as {#web.gambling}\n" },
		{ FRONT("staff") "# A {#a}\n```rules\nblock web by staff\n",
		    "t:10:1: error: the rules block does not end; expected a line ``` below the rules\n" },
		{ FRONT("staff") "# A {#a}\n- x\n\n  ```rules\n  block web by staff\n  ```\n",
		    "t:12:1: error: a rules block inside a list or a quotation is not read; expected it at "
		    "the left margin\n" },
		{ FRONT("staff") "# A {#a}\n```rule\nblock web by staff\n```\n",
		    "t:10:1: error: a block marked 'rule' is not read (did you mean 'rules'?)\n" },
		{ FRONT("staff") "# A {#a}\n\n\n```rules\n\n  blok web\n```\n",
		    "t:14:3: error: unexpected line 'blok'; expected a verdict such as block, coach or note, or a word such as permit (did "
		    "you mean 'block'?)\n" },
	};
	for (size_t i = 0; i < BDL_ARRAY_LEN(rows); i++) {
		struct fixture x;

		parse(&x, rows[i].text);
		if (strcmp(bdl_buf_str(&x.text), rows[i].want) != 0)
			fail_msg("'%s'\n got %swant %s", rows[i].text, bdl_buf_str(&x.text),
			    rows[i].want);
		done(&x);
	}
}

static void refuses_what_is_no_document(void **state)
{
	(void)state;
	struct bdl_findings *findings = bdl_findings_new();
	struct bdl_document *d = NULL;
	struct bdl_err err;
	char *large = calloc(1, BDL_DOCUMENT_MAX + 1);

	assert_non_null(large);
	memset(large, 'a', BDL_DOCUMENT_MAX + 1);
	assert_int_equal(
	    bdl_document_parse(bdl_view_at(large, BDL_DOCUMENT_MAX + 1), findings, &d, &err),
	    BDL_E_LIMIT);
	assert_int_equal(bdl_document_parse(BDL_LIT("a\xc3("), findings, &d, &err), BDL_E_INVALID);
	assert_string_equal(err.text, "the document is no UTF-8 text: byte 2 is 0xc3");
	assert_int_equal(bdl_document_parse(BDL_LIT("a\0b"), findings, &d, &err), BDL_E_INVALID);
	memset(large, '\n', BDL_DOCUMENT_MAX);
	for (int i = 0; i < BDL_BLOCK_MAX; i++)
		large[i] = i % 100 == 99 ? '\n' : 'a';
	assert_int_equal(
	    bdl_document_parse(bdl_view_at(large, BDL_BLOCK_MAX + 200), findings, &d, &err), 0);
	bdl_document_free(d);
	d = NULL;
	memset(large + BDL_BLOCK_MAX, 'a', 400);
	assert_int_equal(
	    bdl_document_parse(bdl_view_at(large, BDL_DOCUMENT_MAX), findings, &d, &err),
	    BDL_E_LIMIT);
	assert_string_equal(err.text, "line 328: more than 32 KiB without a blank line between");
	assert_null(d);
	free(large);
	bdl_findings_free(findings);
}

static void holds_to_its_limits(void **state)
{
	(void)state;
	struct bdl_buf text BDL_AUTO_IN(bdl_buf_done) = BDL_BUF(BDL_DOCUMENT_MAX);
	struct fixture x;

	(void)bdl_buf_add_str(&text, FRONT("staff"));
	for (int i = 0; i < BDL_CLAUSES_MAX + 3; i++)
		(void)bdl_buf_printf(&text, "# A {#a%d}\n", i);
	parse_view(&x, bdl_buf_view(&text));
	assert_int_equal(x.d->n_clauses, BDL_CLAUSES_MAX);
	assert_string_equal(bdl_buf_str(&x.text),
	    "t:521:1: error: too many clauses with an id; expected at most 512\n");
	done(&x);

	bdl_buf_clear(&text);
	(void)bdl_buf_add_str(&text, FRONT("staff") "# A {#a}\n");
	for (int block = 0; block < 3; block++) {
		(void)bdl_buf_add_str(&text, "```rules\n");
		for (int i = 0; i < 400; i++)
			(void)bdl_buf_add_str(&text, "block web by staff\n");
		(void)bdl_buf_add_str(&text, "```\n");
	}
	parse_view(&x, bdl_buf_view(&text));
	assert_int_equal(x.d->clauses[0].n_rules, BDL_RULES_MAX);
	assert_int_equal(x.findings->n_errors, 1);
	done(&x);

	bdl_buf_clear(&text);
	(void)bdl_buf_add_str(&text, "---\nbinds: a");
	for (int i = 0; i < 40; i++)
		(void)bdl_buf_printf(&text, ", a%d", i);
	(void)bdl_buf_add_str(&text, "\n---\n");
	parse_view(&x, bdl_buf_view(&text));
	assert_int_equal(x.d->front.n_binds, 32);
	assert_true(x.findings->n_errors > 0);
	done(&x);
}

/* What is approved is what is seen: nothing steers a terminal or turns the order of a line. */
static void nothing_steers_what_is_shown(void **state)
{
	(void)state;
	static const char raw[] = FRONT("staff") "\xef\xbb\xbf# A \x1b[31mb {#a}\n"
						 "\n"
						 "\tOne\tline.\r\n"
						 "\n"
						 "Two \xc2\x9b 3 \xe2\x80\xaelines.\f\n"
						 "\n"
						 "\xd7\xa9\xd7\x9c\xe2\x80\x8f is fine.\n"
						 "```rules\n"
						 "block web by staff # \xe2\x81\xa6 not\n"
						 "```\n";
	struct fixture x;

	parse(&x, raw);
	assert_string_equal(bdl_buf_str(&x.text),
	    "t:9:5: error: U+001B is not seen, and changes how the text is shown; expected text that is "
	    "seen\n"
	    "t:13:5: error: U+009B is not seen, and changes how the text is shown; expected text that is "
	    "seen\n"
	    "t:17:22: error: U+2066 is not seen, and changes how the text is shown; expected text that is "
	    "seen\n");
	done(&x);

	parse(&x,
	    "---\ntitle: \"A \\e[2J\"\nbinds: [\"a\\u202e\", staff]\n---\n# A &#27;[31m&#x9b; b {#a}\n\nOne "
	    "&#8238;line&#127;.\n");
	assert_int_equal(x.d->front.title.n, 0);
	assert_int_equal(x.d->front.n_binds, 1);
	assert_view(x.d->clauses[0].title, "A  [31m  b");
	assert_view(x.d->clauses[0].text, "One  line .");
	assert_non_null(strstr(bdl_buf_str(&x.text),
	    "t:2:8: error: a character that is not seen; expected one line of text\n"));
	done(&x);
}

static void a_long_sentence_is_cut(void **state)
{
	(void)state;
	struct bdl_buf text BDL_AUTO_IN(bdl_buf_done) = BDL_BUF(BDL_BLOCK_MAX);
	struct fixture x;

	assert_int_equal(bdl_buf_add_str(&text, "# A {#a}\n\nIt begins *so* "), 0);
	while (text.n < 20000)
		assert_int_equal(bdl_buf_add_str(&text, "\xc3\xa9"), 0);
	assert_int_equal(bdl_buf_add_str(&text, " and *ends* so."), 0);
	parse_view(&x, bdl_buf_view(&text));
	struct bdl_view got = x.d->clauses[0].text;
	assert_in_range(got.n, 16383, 16384);
	assert_true(bdl_view_starts(got, BDL_LIT("It begins so \xc3\xa9")));
	assert_true(bdl_view_ends(got, BDL_LIT("\xc3\xa9"))); /* nothing from behind the cut */
	done(&x);
}

static void writes_a_page(void **state)
{
	(void)state;
	static const struct {
		const char *text, *want;
	} rows[] = {
		{ "## 1.1 A *b* & c {#web.a}\n", "<h2 id=\"web.a\">1.1 A b &amp; c</h2>\n" },
		{ "# B\n\n<script>x</script>\n\na <b>c</b> `<d>` *e* **f**\\\ng\n",
		    "<h1>B</h1>\n<p>a c <code>&lt;d&gt;</code> <em>e</em> <strong>f</strong><br>\ng</p>\n" },
		{ "[a](https://a.example/?b=1&c \"t\") [b](javascript:alert(1)) [c](/d) "
		  "[e](mailto:f@g.example) ![h](i.png)\n",
		    "<p><a href=\"https://a.example/?b=1&amp;c\">a</a> b <a href=\"/d\">c</a> <a "
		    "href=\"mailto:f@g.example\">e</a> h</p>\n" },
		{ "- a\n- b\n\n3. c\n\n   d\n\n> e\n\n---\n\n    f<\n",
		    "<ul>\n<li>a</li>\n<li>b</li>\n</ul>\n<ol "
		    "start=\"3\">\n<li><p>c</p>\n<p>d</p>\n</li>\n</ol>\n<blockquote>\n<p>e</p>\n</"
		    "blockquote>\n<hr>\n<pre><code>f&lt;\n</code></pre>\n" },
		{ "## A {#a}\n\n```rules\nblock web to host a.example\n\n# no\nnote web to category "
		  "b\n```\n\n```rules\ncoach web by staff\n```\n",
		    "<h2 id=\"a\">A</h2>\n<div class=\"rules\">\n<p>Pages on a.example are blocked for everyone. Nobody is told. "
		    "<code>block web to host a.example</code></p>\n<p>Pages in the category b are allowed, "
		    "and each is noted, for everyone. Nobody is told. <code>note web to category b</code></p>\n</div>\n<div "
		    "class=\"rules\">\n<p>All pages open only after a reminder of this clause, for staff. Nobody is told. "
		    "<code>coach web by staff</code></p>\n</div>\n" },
	};
	for (size_t i = 0; i < BDL_ARRAY_LEN(rows); i++) {
		struct bdl_buf text BDL_AUTO_IN(bdl_buf_done) = BDL_BUF(1 << 16);
		struct bdl_buf got BDL_AUTO_IN(bdl_buf_done) = BDL_BUF(1 << 16);
		struct bdl_buf small BDL_AUTO_IN(bdl_buf_done) = BDL_BUF(8);
		struct fixture x;

		(void)bdl_buf_printf(&text, FRONT("staff") "%s", rows[i].text);
		parse_view(&x, bdl_buf_view(&text));
		assert_int_equal(bdl_document_html(x.d, &got), 0);
		if (strcmp(bdl_buf_str(&got), rows[i].want) != 0)
			fail_msg("'%s'\n got %s\nwant %s", rows[i].text, bdl_buf_str(&got),
			    rows[i].want);
		assert_int_equal(bdl_document_html(x.d, &small), BDL_E_LIMIT);
		done(&x);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_a_document),
		cmocka_unit_test(takes_any_line_end),
		cmocka_unit_test(takes_headings_apart),
		cmocka_unit_test(finds_what_is_wrong),
		cmocka_unit_test(refuses_what_is_no_document),
		cmocka_unit_test(holds_to_its_limits),
		cmocka_unit_test(nothing_steers_what_is_shown),
		cmocka_unit_test(a_long_sentence_is_cut),
		cmocka_unit_test(writes_a_page),
	};

	return cmocka_run_group_tests_name("policy/document", tests, NULL, NULL);
}
