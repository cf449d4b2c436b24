#include "fold_test.h"
#include "scan/markup_int.h"

static const struct {
	const char *name, *html, *text; /* '/' stands for a break */
} cases[] = {
	{ "tags in a word", "k<b>il</b>l <i>my</i><wbr>self", "kill myself" },
	{ "blocks break", "kill<p>myself<div>now</div>", "kill/myself/now" },
	{ "br is a blank", "kill<br>myself<BR/>now", "kill myself now" },
	{ "unknown tags do not break", "k<my-tag x=y>ill</my-tag>", "kill" },
	{ "script", "a<script>if (a < b) x('</b>') </script>b", "ab" },
	{ "script with a type", "a <SCRIPT type=\"x\">no</sCrIpT >b", "a b" },
	{ "style", "a <style>p { color: red }</style> b", "a b" },
	{ "no end of a name", "<script>a</scripty>b</script>c", "c" },
	{ "template", "a <template><p>no</p><template>no</template>no</template> b", "a/b" },
	{ "comment", "a<!-- no > no -->b", "ab" },
	{ "short comments", "a<!-->b<!--->c", "abc" },
	{ "odd end", "a<!-- no --!>b", "ab" },
	{ "dashes", "a<!-- no - -- no --->b", "ab" },
	{ "no comment", "a<![-no>b", "ab" },
	{ "no comment either", "a<!-x>b", "ab" },
	{ "doctype", "<!DOCTYPE html>a<?php no ?>b", "ab" },
	{ "cdata", "<![CDATA[kill me]]>", "kill me" },
	{ "hidden", "a <span hidden>no</span> b", "a b" },
	{ "hidden in itself", "a<div hidden>no<div>no</div>no</div>b", "a/b" },
	{ "style hides", "a<div style=\"color:red; Display : None\">no</div>b", "a/b" },
	{ "visibility", "a <b style='visibility:hidden'>no</b> b", "a b" },
	{ "hidden paragraphs may have no end", "<p hidden>yes<p>b", "yes/b" },
	{ "hidden without its end", "<div>a <span hidden>no <b>no</b></div>kill", "a/kill" },
	{ "and around a list", "<td><span hidden>no<ul><li>no<li>no</li></ul></td>kill", "kill" },
	{ "blocks within it end there", "<div hidden>no<section>no</section>no</div>b", "b" },
	{ "a template that is shown", "<template shadowrootmode=open>kill</template> b", "kill b" },
	{ "a template's odd end", "<div><template>no</div>no</template></div>b", "b" },
	{ "plaintext", "a<plaintext><script>kill", "a/script kill" },
	{ "until found", "<div hidden=until-found>yes</div>", "yes" },
	/* What docs/security.md says of hidden text. */
	{ "white on white",
	    "<p style='color:#fff;background:#fff'>yes</p><font color=white>yes</font>",
	    "yes/yes" },
	{ "too small, too faint, too far",
	    "<i style=font-size:0>yes</i> <i style=opacity:0>yes</i> "
	    "<i style='position:absolute;left:-9999px'>yes</i>",
	    "yes yes yes" },
	{ "hidden by a style sheet", "<style>.a { display: none }</style><p class=a>yes</p>",
	    "yes" },
	{ "hidden from screen readers", "<p aria-hidden=true>yes</p>", "yes" },
	{ "folded up", "<details><summary>a</summary>yes</details><dialog>yes</dialog>",
	    "a/yes/yes" },
	{ "what a script writes", "<p id=a></p><script>a.innerText = 'no'</script>b", "b" },
	{ "what a style sheet writes", "<style>p::before { content: 'no' }</style><p>b</p>", "b" },
	{ "data of scripts",
	    "<p data-text=no onclick=\"say('no')\">b</p>"
	    "<script type='application/json'>{\"a\": \"no\"}</script>",
	    "b" },
	{ "where no script runs", "<noscript>yes</noscript>", "yes" },
	{ "title", "<title>A <b> &amp; kill</title>b", "a b kill/b" },
	{ "title holds no script", "<title><script></title>kill", "script/kill" },
	{ "title ends late", "<title>a</titl b</title>c", "a titl b/c" },
	{ "textarea", "<textarea name=x>kill</textarea>", "kill" },
	{ "attributes come behind", "kill <img alt=\"a cat\" title='b'>me</p>x",
	    "kill me/a cat/b/x" },
	{ "attributes", "<input placeholder=p><a aria-label=l>x</a><option label=o>", "x/p/l/o" },
	{ "values",
	    "<input value=a><input type=hidden value=b><input value=c type=password>"
	    "<button value=d></button>",
	    "a/d" },
	{ "descriptions",
	    "<meta content='a' name='Description'><meta property=og:title content=b>"
	    "<meta name=robots content=c>",
	    "a/b" },
	{ "entities", "&lt;k&#105;ll&#x20;me&excl; caf&eacute;", "kill me cafe" },
	{ "without an end", "caf&eacute s &amp me &ampx", "cafe s me x" },
	{ "no entity", "&nosuch; &; &#; a&b", "nosuch a b" },
	{ "windows number", "don&#146;t", "don t" },
	{ "entities of attributes", "<img alt='caf&eacute; &amp &#107;ill'>", "cafe kill" },
	{ "unquoted", "<img alt=kill/me class=x>", "kill me" },
	{ "angles in quotes", "<a title=\">kill<\" href='>'>x</a>", "x/kill" },
	{ "no tag", "a < b <3 </ no> c", "a b 3 c" },
	{ "empty tags", "<>a</>b", "ab" },
	{ "odd attributes", "<p =x alt = kill / a><p a=>b", "kill/b" },
	{ "a NUL", "<p x>a", "a" },
	{ "iframe", "a<iframe>no</iframe>b", "a b" },
	{ "unended", "kill <b", "kill" },
	{ "unended entity", "kill&am", "kill am" },
	{ "soft hyphen", "sui&shy;cide", "suicide" },
	{ "a tag in a tag", "<p <b>kill", "kill" },
};

struct kept {
	char p[4096];
	size_t n;
};

static void keep(void *context, const char *p, size_t n)
{
	struct kept *k = context;

	assert_true(k->n + n <= sizeof(k->p));
	memcpy(k->p + k->n, p, n);
	k->n += n;
}

/* The text of a page that comes in pieces; " \n " as '/'. */
static void read_in(struct bdl_view html, size_t piece, struct kept *ret)
{
	static struct bdl_fold fold;
	static struct bdl_markup markup;
	struct kept k = { .n = 0 };

	bdl_fold_init(&fold, &table, keep, &k);
	bdl_markup_begin(&markup, &fold);
	while (html.n > 0) {
		size_t n = html.n < piece ? html.n : piece;
		bdl_markup_add(&markup, bdl_view_at(html.p, n));
		html = bdl_view_from(html, n);
	}
	bdl_markup_end(&markup);
	bdl_fold_end(&fold);
	ret->n = 0;
	for (size_t i = 0; i < k.n; i++) {
		bool is_break = i + 2 < k.n && memcmp(k.p + i, " \n ", 3) == 0;
		bool at_end = ret->n == 0 || i + 3 >= k.n;
		if (is_break && !at_end)
			ret->p[ret->n++] = '/';
		else if (k.p[i] != '\n' && !is_break &&
		    !(k.p[i] == ' ' && (i == 0 || i + 1 == k.n)))
			ret->p[ret->n++] = k.p[i];
		i += is_break ? 2 : 0;
	}
}

static void test_cases(void **state)
{
	static struct kept k;

	(void)state;
	for (size_t i = 0; i < BDL_ARRAY_LEN(cases); i++) {
		for (size_t piece = 1; piece < 40; piece = piece < 4 ? piece + 1 : piece * 2) {
			read_in(bdl_view_of(cases[i].html), piece, &k);
			check_view(cases[i].name, bdl_view_at(k.p, k.n), cases[i].text);
		}
		read_in(bdl_view_of(cases[i].html), SIZE_MAX, &k);
		check_view(cases[i].name, bdl_view_at(k.p, k.n), cases[i].text);
	}
}

/* A tag that is known is found: the tables are in the order that looking up takes for granted. */
static void test_names(void **state)
{
	static const char *const tags[] = { "address", "area", "br", "caption", "dd", "description",
		"details", "div", "fieldset", "figcaption", "h1", "h6", "head", "hr", "iframe",
		"img", "input", "item", "legend", "li", "meta", "noembed", "ol", "option", "p",
		"pre", "rp", "script", "section", "style", "svg", "table", "td", "template",
		"textarea", "title", "tr", "ul", "video", "wbr", "xmp" };
	static const char *const attrs[] = { "alt", "aria-label", "content", "hidden", "label",
		"name", "placeholder", "property", "style", "summary", "title", "type", "value" };

	(void)state;
	for (size_t i = 0; i < BDL_ARRAY_LEN(tags); i++) {
		char name[BDL_MARKUP_NAME] = { 0 };
		memcpy(name, tags[i], strlen(tags[i]));
		check_long(tags[i], bdl_markup_tag(name) != 0, true);
	}
	for (size_t i = 0; i < BDL_ARRAY_LEN(attrs); i++) {
		char name[BDL_MARKUP_NAME] = { 0 };
		memcpy(name, attrs[i], strlen(attrs[i]));
		check_long(attrs[i], bdl_markup_attr(name) != BDL_ATTR_OTHER, true);
	}
	assert_int_equal(bdl_markup_tag((char[BDL_MARKUP_NAME]){ "span" }), 0);
}

/* Those that are looked at before the table are what they are in it. */
static void test_everyday_entities(void **state)
{
	static const struct {
		const char *name, *text;
	} some[] = { { "amp", "&" }, { "nbsp", "\302\240" }, { "quot", "\"" }, { "lt", "<" },
		{ "gt", ">" } };

	(void)state;
	for (size_t i = 0; i < BDL_ARRAY_LEN(some); i++) {
		struct bdl_view name = bdl_view_of(some[i].name);
		char out[4];
		size_t used;
		for (int ended = 0; ended < 2; ended++) {
			struct bdl_view text = bdl_entity(name, ended, out, &used);
			assert_true(bdl_view_is(text, some[i].text));
			check_long("used", (long long)used, (long long)name.n);
		}
	}
	/* Longer ones that begin alike are others. */
	char out[4];
	size_t used;
	assert_true(bdl_view_is(bdl_entity(BDL_LIT("ltimes"), true, out, &used), "\342\213\211"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_cases),
		cmocka_unit_test(test_names),
		cmocka_unit_test(test_everyday_entities),
	};
	return cmocka_run_group_tests(tests, make, unmake);
}
