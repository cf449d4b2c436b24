/*
 * The template compiler: templates that must not compile, each with the place and the words of its
 * refusal, and the C of one that does.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "base/alloc.h"
#include "template.h"
#include <stdio.h>
#include <unistd.h>

#define VIEW                                                                 \
	"page x\n  word text\n  s str\n  n number\n  yes bool\n  html raw\n" \
	"  rows list of row\n    name text\n    own part tag\n  whole part tag\n---\n"
#define BODY_LINE 12 /* the first line after VIEW */

static char folder[64];

static char *path_of(const char *name)
{
	return bdl_xprintf("%s/%s.html", folder, name);
}

static void put(const char *name, const char *text)
{
	BDL_AUTO_FREE char *path = path_of(name);
	FILE *f = fopen(path, "we");
	assert_non_null(f);
	assert_int_equal(fwrite(text, 1, strlen(text), f), strlen(text));
	assert_int_equal(fclose(f), 0);
}

/* Compile the template called `name`; the outputs may be NULL. */
static int compile(
    const char *name, struct bdl_buf *source, struct bdl_buf *header, struct bdl_err *err)
{
	BDL_AUTO(bdl_region_free) struct bdl_region *region = bdl_region_new(16 * 1024 * 1024);
	BDL_AUTO_FREE char *path = path_of(name);
	struct template *t;

	int e = template_declare(region, path, &t, err);
	if (e == 0)
		e = template_parse(t, err);
	if (e == 0)
		e = template_check(t, err);
	if (e == 0 && source)
		template_emit_source(t, source);
	if (e == 0 && header)
		template_emit_header(t, header);
	return e;
}

static const struct {
	const char *body;
	unsigned line, column;
	const char *want; /* part of the message; NULL: it compiles */
} bodies[] = {
	/* places of values */
	{ "<p title=\"{{word}}\">{{word}}</p>", 0, 0, NULL },
	{ "<title>{{word}}</title><textarea>{{word}}</textarea>", 0, 0, NULL },
	{ "<script>{{word}}</script>", 0, 9, "in a script or a style sheet" },
	{ "<SCRIPT >\nvar a = \"{{word}}\";</SCRIPT>", 1, 10, "in a script or a style sheet" },
	{ "<style>a { color: {{word}} }</style>", 0, 19, "in a script or a style sheet" },
	{ "<script></script>{{word}}", 0, 0, NULL },
	{ "<script>'</scriptx>{{word}}'</script>", 0, 20, "in a script" },
	{ "<script><!--</script>", 0, 9, "where a script ends" },
	{ "<p onclick=\"{{word}}\">", 0, 13, "event handler" },
	{ "<p ONclick=\"f('{{word}}')\">", 0, 16, "event handler" },
	{ "<p style=\"color: {{word}}\">", 0, 18, "style attribute" },
	{ "<p title={{word}}>", 0, 10, "double quotes" },
	{ "<p title=a{{word}}>", 0, 11, "double quotes" },
	{ "<p title='{{word}}'>", 0, 11, "double quotes" },
	{ "<p {{word}}>", 0, 4, "outside an attribute's double quotes" },
	{ "<p {{word}}=\"a\">", 0, 4, "outside an attribute's double quotes" },
	{ "<p a{{word}}>", 0, 5, "outside an attribute's double quotes" },
	{ "<p a=\"\"{{word}}>", 0, 8, "outside an attribute's double quotes" },
	{ "<h{{n}}>", 0, 3, "outside an attribute's double quotes" },
	{ "<{{word}}>", 0, 1, "a tag's name cannot come from" },
	{ "</{{word}}>", 0, 1, "a tag's name cannot come from" },
	{ "<!-- {{word}} -->", 0, 6, "in a comment" },
	{ "<!-- > -->{{word}}", 0, 0, NULL },
	{ "<!doctype {{word}}>", 0, 11, "in a comment or a declaration" },
	{ "<iframe srcdoc=\"\">", 0, 18, "not for templates" },
	{ "<a srcdoc=\"{{word}}\">", 0, 12, "in this attribute" },
	{ "<img srcset=\"{{word}}\">", 0, 14, "in this attribute" },
	{ "<meta http-equiv=\"refresh\" content=\"0;url={{word}}\">", 0, 43, "in this attribute" },
	{ "<svg><animate to=\"{{word}}\"/></svg>", 0, 19, "in this attribute" },
	{ "<script src=\"{{word}}\"></script>", 0, 14, "address of code" },
	{ "<script src=\"/assets/{{word}}/a.js\"></script>", 0, 0, NULL },
	{ "<base href=\"{{word}}\">", 0, 13, "address of code" },
	{ "<svg><title/><a href=\"{{word}}\"></svg>", 0, 13, "write the closing tag" },
	/* HTML itself */
	{ "a < b", 0, 3, "write &lt;" },
	{ "<p a\"b>", 0, 5, "cannot stand in a tag" },
	{ "<p a=\"b\"c>", 0, 9, "a space, '/' or '>'" },
	{ "<p =a>", 0, 4, "no attribute's name" },
	{ "<p a=>", 0, 6, "value is missing" },
	{ "<p title=\"a", 0, 12, "ends inside a tag" },
	{ "<script>", 0, 9, "ends inside a tag or an element" },
	{ "<!-- a", 0, 7, "ends inside a comment" },
	/* types and names */
	{ "{{wrod}}", 0, 3, "unknown field 'wrod'" },
	{ "\n  é{{wrod}}", 1, 6, "unknown field 'wrod'" },
	{ "{{yes}}", 0, 1, "is a bool" },
	{ "{{rows}}", 0, 1, "is a list" },
	{ "<p title=\"{{html}}\">", 0, 11, "raw value can only stand between tags" },
	{ "<title>{{html}}</title>", 0, 8, "raw value can only stand between tags" },
	{ "{{row.name}}", 0, 3, "no loop around this place is called 'row'" },
	{ "{{for row in rows}}{{row.nme}}{{end}}", 0, 22, "unknown field 'nme'" },
	{ "{{for row in rows}}{{name}}{{end}}", 0, 22, "unknown field 'name'" },
	{ "{{for row in rows}}{{else}}{{row.name}}{{end}}", 0, 30, "no loop around" },
	{ "{{for row in rows}}{{for row in rows}}{{end}}{{end}}", 0, 20, "a loop around this one" },
	{ "{{for row in word}}{{end}}", 0, 14, "not a list" },
	/* directives */
	{ "{{word", 0, 1, "not closed by }}" },
	{ "{{}}", 0, 3, "expected the name of a field" },
	{ "{{word.}}", 0, 8, "expected a field after the dot" },
	{ "{{word word}}", 0, 8, "unexpected text" },
	{ "{{if yes}}", 0, 1, "no {{end}}" },
	{ "{{end}}", 0, 3, "no block is open" },
	{ "{{if yes}}{{else}}{{else}}{{end}}", 0, 21, "an {{else}} already" },
	{ "{{content}}", 0, 1, "only a layout" },
	/* blocks end where they began */
	{ "<p{{if yes}} class=\"a\"{{end}}>", 0, 0, NULL },
	{ "<p {{if yes}}hidden{{else}}class=\"a\"{{end}}>", 0, 0, NULL },
	{ "<p class=\"a{{if yes}} b{{end}}\">", 0, 0, NULL },
	{ "<p {{if yes}}hidden{{end}}{{if yes}}class{{end}}>", 0, 37, "a space, '/' or '>'" },
	{ "<p {{if yes}}>{{end}}", 0, 4, "does not end at the place" },
	{ "{{if yes}}<p title=\"{{end}}{{word}}\">", 0, 1, "does not end at the place" },
	{ "{{if yes}}<script>{{end}}</script>", 0, 21, "block cannot stand in a script" },
	{ "<a href=\"{{if yes}}/a{{end}}{{word}}\">", 0, 10, "does not end at the place" },
	{ "<p {{for row in rows}}class=\"a\"{{end}}>", 0, 4, "does not end at the place" },
	{ "<p title={{if yes}}a{{end}}>", 0, 10, "double quotes" },
	{ "<!-- {{if yes}}a{{end}} -->", 0, 6, "comment" },
	/* parts */
	{ "{{part tag word: word, colour: \"red\"}}", 0, 0, NULL },
	{ "{{part tag word: s, colour: s}}", 0, 0, NULL },
	{ "{{part tag word: word}}", 0, 1, "needs 'colour'" },
	{ "{{part tag word: word, colour: word}}", 0, 24, "'colour' is a str, not a text" },
	{ "{{part tag wrd: word}}", 0, 12, "has no field 'wrd'" },
	{ "{{part tag word: \"a\", word: \"b\"}}", 0, 23, "given twice" },
	{ "{{part tag word: \"a}}", 0, 18, "quote is not closed" },
	{ "{{part nosuch}}", 0, 1, "no part 'nosuch'" },
	{ "{{part frame}}", 0, 1, "is a layout, not a part" },
	{ "<p title=\"{{part tag word: word, colour: s}}\">", 0, 11, "between tags" },
	{ "{{whole}}{{for row in rows}}<p>{{row.own}}</p>{{end}}", 0, 0, NULL },
	{ "<p title=\"{{whole}}\">", 0, 11, "between tags" },
	{ "<title>{{whole}}</title>", 0, 8, "between tags" },
	{ "{{if whole}}a{{end}}", 0, 6, "it is only written" },
	{ "{{for row in whole}}a{{end}}", 0, 14, "it is only written" },
	{ "{{whole.word}}", 0, 3, "no loop around" },
	{ "{{part tag word: whole, colour: s}}", 0, 12, "'word' is a text, not a part" },
};

static void check_refusal(
    const char *text, unsigned line, unsigned column, const char *want, int code, const char *got)
{
	BDL_AUTO_FREE char *place = bdl_xprintf("%s/x.html:%u:%u: error: ", folder, line, column);
	bool good = want ? code < 0 && strncmp(got, place, strlen(place)) == 0 &&
		strstr(got + strlen(place), want)
			 : code == 0;
	if (!good)
		fail_msg("%s\n   got: %s\n  want: %s...%s", text, code < 0 ? got : "(it compiles)",
		    want ? place : "", want ? want : "(it compiles)");
}

static void bodies_are_judged(void **state)
{
	(void)state;
	put("tag",
	    "part tag\n  word text\n  colour str\n---\n<b class=\"{{colour}}\">{{word}}</b>\n");
	put("frame", "layout frame\n---\n<body>{{content}}</body>\n");
	for (size_t i = 0; i < BDL_ARRAY_LEN(bodies); i++) {
		struct bdl_err err = { 0 };
		BDL_AUTO_FREE char *text = bdl_xprintf("%s%s", VIEW, bodies[i].body);
		put("x", text);
		int code = compile("x", NULL, NULL, &err);
		check_refusal(bodies[i].body, BODY_LINE + bodies[i].line, bodies[i].column,
		    bodies[i].want, code, err.text);
	}
}

static const struct {
	const char *text;
	unsigned line, column;
	const char *want;
} declarations[] = {
	{ "page x\n---\na", 0, 0, NULL },
	{ "page x\n", 1, 1, "expected a declaration" },
	{ "pgae x\n---\n", 1, 1, "expected 'page NAME'" },
	{ "page y\n---\n", 1, 6, "its file must be 'y.html'" },
	{ "page x on base\n---\n", 1, 8, "expected 'in LAYOUT'" },
	{ "part x in base\n---\n", 1, 7, "unexpected text" },
	{ "page x\n  a txt\n---\n", 2, 5, "expected a type" },
	{ "page x\n  a text b\n---\n", 2, 9, "unexpected text after" },
	{ "page x\n  int number\n---\n", 2, 3, "no reserved word" },
	{ "page x\n  a text\n  a str\n---\n", 3, 3, "stands here twice" },
	{ "page x\n  a list of b\n---\n", 2, 3, "two spaces further in" },
	{ "page x\n  a list of b\n    c text\n  d list of b\n    c text\n---\n", 4, 13,
	    "another list has items called 'b'" },
	{ "page x\n  a part\n---\n", 2, 9, "expected the name of a part" },
	{ "page x\n  a part nosuch\n---\n", 2, 10, "no part 'nosuch'" },
	{ "page x\n  a part frame\n---\n", 2, 10, "is a layout, not a part" },
	{ "part x\n  rows list of row\n    a part x\n---\n", 3, 12, "field of its own" },
	{ "page x\n   a text\n---\n", 2, 3, "expected 2 spaces" },
	{ "page x\na text\n---\n", 2, 1, "expected two spaces" },
	{ "page x\n  a text # */ int\n---\n", 2, 12, "cannot hold '*/'" },
	{ "layout x\n---\na\n", 4, 1, "a layout needs {{content}}" },
	{ "layout x\n  a bool\n---\n{{if a}}{{content}}{{end}}\n", 5, 1, "needs {{content}}" },
	{ "layout x\n---\n{{content}}{{content}}\n", 3, 12, "stands once" },
	{ "layout x\n---\n<p title=\"{{content}}\">", 3, 11, "between tags" },
};

static void declarations_are_judged(void **state)
{
	(void)state;
	put("frame", "layout frame\n---\n<body>{{content}}</body>\n");
	for (size_t i = 0; i < BDL_ARRAY_LEN(declarations); i++) {
		struct bdl_err err = { 0 };
		put("x", declarations[i].text);
		int code = compile("x", NULL, NULL, &err);
		check_refusal(declarations[i].text, declarations[i].line, declarations[i].column,
		    declarations[i].want, code, err.text);
	}
}

static void the_c_is_as_the_manual_says(void **state)
{
	BDL_AUTO_IN(bdl_buf_done) struct bdl_buf source = BDL_BUF(65536);
	BDL_AUTO_IN(bdl_buf_done) struct bdl_buf header = BDL_BUF(65536);
	struct bdl_err err = { 0 };

	(void)state;
	put("x",
	    "page x\n  rows list of row  # newest first\n    id number\n---\n"
	    "<ul>\n  {{for row in rows}}\n  <li><a href=\"/x?id={{row.id}}\">\"</a>\n  "
	    "{{end}}\n</ul>\n");
	assert_int_equal(compile("x", &source, &header, &err), 0);
	assert_string_equal(bdl_buf_str(&header),
	    "/* Made by tmplc from x.html: change that instead. */\n"
	    "#ifndef BDL_TMPL_page_x\n"
	    "#define BDL_TMPL_page_x\n\n"
	    "#include \"base/buf.h\"\n\n"
	    "struct bdl_page_x_row {\n"
	    "\tint64_t id;\n"
	    "};\n\n"
	    "struct bdl_page_x {\n"
	    "\tconst struct bdl_page_x_row *rows; /* newest first */\n"
	    "\tsize_t n_rows;\n"
	    "};\n\n"
	    "void bdl_page_x(struct bdl_buf *out, const struct bdl_page_x *v);\n\n"
	    "#endif\n");
	assert_string_equal(bdl_buf_str(&source),
	    "/* Made by tmplc from x.html: change that instead. */\n"
	    "#include \"x.tmpl.h\"\n"
	    "#include \"proto/html.h\"\n\n"
	    "void bdl_page_x(struct bdl_buf *out, const struct bdl_page_x *v)\n"
	    "{\n"
	    "\t(void)v;\n"
	    "\tbdl_buf_add_view(out, BDL_LIT(\"<ul>\\n\"));\n"
	    "\tfor (size_t i_row = 0; i_row < v->n_rows; i_row++) {\n"
	    "\t\tconst struct bdl_page_x_row *at_row = &v->rows[i_row];\n"
	    "\t\t(void)at_row;\n"
	    "\t\tbdl_buf_add_view(out, BDL_LIT(\"  <li><a href=\\\"/x?id=\"));\n"
	    "\t\tbdl_html_number(out, at_row->id);\n"
	    "\t\tbdl_buf_add_view(out, BDL_LIT(\"\\\">\\\"</a>\\n\"));\n"
	    "\t}\n"
	    "\tbdl_buf_add_view(out, BDL_LIT(\"</ul>\\n\"));\n"
	    "}\n");
}

static void a_part_is_a_field(void **state)
{
	BDL_AUTO_IN(bdl_buf_done) struct bdl_buf source = BDL_BUF(65536);
	BDL_AUTO_IN(bdl_buf_done) struct bdl_buf header = BDL_BUF(65536);
	struct bdl_err err = { 0 };

	(void)state;
	put("x",
	    "page x\n  rows list of row\n    own part tag\n---\n"
	    "{{for row in rows}}{{row.own}}{{end}}");
	assert_int_equal(compile("x", &source, &header, &err), 0);
	assert_non_null(strstr(bdl_buf_str(&header),
	    "#include \"base/buf.h\"\n#include \"tag.tmpl.h\"\n\n"
	    "struct bdl_page_x_row {\n\tstruct bdl_part_tag own;\n};\n"));
	assert_non_null(strstr(bdl_buf_str(&source), "\t\tbdl_part_tag(out, &at_row->own);\n"));
}

static int make_folder(void **state)
{
	(void)state;
	snprintf(folder, sizeof(folder), "/tmp/test_tmplc.XXXXXX");
	return mkdtemp(folder) ? 0 : -1;
}

static int remove_folder(void **state)
{
	static const char *const names[] = { "x", "tag", "frame" };
	(void)state;
	for (size_t i = 0; i < BDL_ARRAY_LEN(names); i++) {
		BDL_AUTO_FREE char *path = path_of(names[i]);
		(void)unlink(path); /* some tests make fewer files */
	}
	return rmdir(folder);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(bodies_are_judged),
		cmocka_unit_test(declarations_are_judged),
		cmocka_unit_test(the_c_is_as_the_manual_says),
		cmocka_unit_test(a_part_is_a_field),
	};
	return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
