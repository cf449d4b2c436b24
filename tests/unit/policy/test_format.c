/* The layout of rules: what comes of each kind of line, and that nothing else ever changes. */
#include "generate_forms.h"
#include "policy/explain.h"
#include "policy/format.h"

static struct bdl_document *parse(struct bdl_view bytes)
{
	struct bdl_findings *findings BDL_AUTO(bdl_findings_free) = bdl_findings_new();
	struct bdl_document *d = NULL;
	struct bdl_err err = { 0 };

	if (bdl_document_parse(bytes, findings, &d, &err) < 0 || findings->n_errors)
		fail_msg("%s\n%.*s", err.text, BDL_FMT(bytes));
	return d;
}

static void format(struct bdl_view bytes, struct bdl_buf *out)
{
	struct bdl_document *d BDL_AUTO(bdl_document_free) = parse(bytes);
	struct bdl_err err = { 0 };

	if (bdl_document_format(d, out, &err) < 0)
		fail_msg("%s\n%.*s", err.text, BDL_FMT(bytes));
}

static void lays_out(void **state)
{
	(void)state;
	static const struct {
		const char *from, *to;
	} cases[] = {
		{ "block web", "block web" },
		{ "  block  \t web  ", "block web" },
		{ "block web to category a ,b,c", "block web to category a, b, c" },
		{ "block web to category a,\n\t   b", "block web to category a,\n  b" },
		{ "block web\n\ttell head", "block web\n  tell head" },
		{ "    block web\n     tell head\n   note web",
		    "block web\n  tell head\nnote web" },
		{ "block web\n\n\n tell head", "block web\n  tell head" },
		{ "\n\nblock web\n\n\n\nnote web\n\n", "block web\n\nnote web" },
		{ "#a\n   #b  c  \nblock web   #", "#a\n#b  c\nblock web  #" },
		{ "block web to host a#b  # c", "block web to host a#b  # c" },
		{ "block web tell head,# x\n office", "block web tell head,  # x\n  office" },
		{ "block web\n # in\n\n# out\nnote web", "block web\n  # in\n\n# out\nnote web" },
		{ "block web to host \"a.b\"  ,d", "block web to host \"a.b\", d" },
	};

	for (size_t i = 0; i < BDL_ARRAY_LEN(cases); i++) {
		struct bdl_buf in BDL_AUTO_IN(bdl_buf_done) = BDL_BUF(BDL_DOCUMENT_MAX);
		struct bdl_buf want BDL_AUTO_IN(bdl_buf_done) = BDL_BUF(BDL_DOCUMENT_MAX);
		struct bdl_buf out BDL_AUTO_IN(bdl_buf_done) = BDL_BUF(BDL_DOCUMENT_MAX);

		(void)document_of(&in, "staff", cases[i].from);
		(void)document_of(&want, "staff", cases[i].to);
		format(bdl_buf_view(&in), &out);
		assert_string_equal(bdl_buf_str(&out), bdl_buf_str(&want));
	}
}

static void says_a_rule_on_one_line(void **state)
{
	(void)state;
	static const struct {
		const char *from, *to;
	} cases[] = {
		{ "block web", "block web" },
		{ "block  web\n\n  to category a ,b # why\n # who\n\ttell head",
		    "block web, to category a, b, tell head" },
		{ "block web,\r\n tell head", "block web, tell head" },
		{ "block web\n , tell head", "block web, tell head" },
		{ "block web to words \"a  b ,c\"  ,d", "block web to words \"a  b ,c\", d" },
		{ "", "" },
	};

	for (size_t i = 0; i < BDL_ARRAY_LEN(cases); i++) {
		struct bdl_buf out BDL_AUTO_IN(bdl_buf_done) = BDL_BUF(4096);

		bdl_rule_on_one_line(bdl_view_of(cases[i].from), &out);
		assert_string_equal(bdl_buf_str(&out), cases[i].to);
	}
}

static void does_not_outgrow_a_document(void **state)
{
	(void)state;
	struct bdl_buf in BDL_AUTO_IN(bdl_buf_done) = BDL_BUF(2 * BDL_DOCUMENT_MAX);
	struct bdl_buf out BDL_AUTO_IN(bdl_buf_done) = BDL_BUF(16);
	struct bdl_document *d BDL_AUTO(bdl_document_free) =
	    parse(document_of(&in, "staff", "block web"));

	assert_int_equal(bdl_document_format(d, &out, NULL), BDL_E_LIMIT);
}

/* The same text with blanks, lines and comments wherever the language lets them be. */
static void untidy(uint64_t *seed, struct bdl_view rules, struct bdl_buf *out)
{
	bool quoted = false;

	for (size_t i = 0; i < rules.n; i++) {
		char c = rules.p[i];

		quoted ^= c == '"';
		if (c == '\n' && below(seed, 3) == 0)
			(void)bdl_buf_add_str(out, below(seed, 2) ? "  # why" : " \t");
		(void)bdl_buf_add_char(out, c);
		if (c == ' ' && !quoted && below(seed, 3) == 0)
			(void)bdl_buf_add_str(out, below(seed, 2) ? " \t" : "   ");
		if (c == '\n' && below(seed, 3) == 0)
			(void)bdl_buf_add_str(out, below(seed, 2) ? "\n \n" : "     # who\n");
	}
}

static void explain(const struct bdl_document *d, struct bdl_buf *out)
{
	for (size_t i = 0; i < d->n_clauses; i++)
		for (size_t j = 0; j < d->clauses[i].n_rules; j++)
			bdl_explain_rule(&d->clauses[i].rules[j], out);
}

/* Where the block begins and where the fence below it stands. */
static void assert_same_outside(struct bdl_view a, struct bdl_view b)
{
	const char *open = "```rules\n", *close = "\n```";
	const char *a_in = strstr(a.p, open), *b_in = strstr(b.p, open);

	assert_int_equal(a_in - a.p, b_in - b.p);
	assert_memory_equal(a.p, b.p, (size_t)(a_in - a.p) + strlen(open));
	assert_string_equal(strstr(a_in, close), strstr(b_in, close));
}

static void changes_no_rule_and_nothing_else(void **state)
{
	(void)state;
	uint64_t seed = 11;
	size_t changed = 0;

	for (int i = 0; i < 400; i++) {
		struct bdl_buf text BDL_AUTO_IN(bdl_buf_done) = BDL_BUF(1 << 16);
		struct bdl_buf once BDL_AUTO_IN(bdl_buf_done) = BDL_BUF(1 << 16);
		struct bdl_buf twice BDL_AUTO_IN(bdl_buf_done) = BDL_BUF(1 << 16);
		struct bdl_buf said BDL_AUTO_IN(bdl_buf_done) = BDL_BUF(1 << 16);
		struct bdl_buf said_after BDL_AUTO_IN(bdl_buf_done) = BDL_BUF(1 << 16);
		char *clause BDL_AUTO_FREE = write_clause(&seed, 1);
		char *rules = strstr(clause, "```rules\n") + strlen("```rules\n");
		char *end = strstr(rules, "```");

		(void)bdl_buf_printf(
		    &text, FRONT("staff, governors") "%.*s", (int)(rules - clause), clause);
		untidy(&seed, bdl_view_at(rules, (size_t)(end - rules)), &text);
		(void)bdl_buf_printf(&text, "%s\nAnd   so  on .\n", end);
		struct bdl_document *before BDL_AUTO(bdl_document_free) =
		    parse(bdl_buf_view(&text));
		format(bdl_buf_view(&text), &once);
		struct bdl_document *after BDL_AUTO(bdl_document_free) = parse(bdl_buf_view(&once));
		format(bdl_buf_view(&once), &twice);
		assert_string_equal(bdl_buf_str(&once), bdl_buf_str(&twice));
		assert_same_outside(bdl_buf_view(&text), bdl_buf_view(&once));
		explain(before, &said);
		explain(after, &said_after);
		assert_string_equal(bdl_buf_str(&said), bdl_buf_str(&said_after));
		changed += !bdl_view_eq(bdl_buf_view(&text), bdl_buf_view(&once));
	}
	assert_true(changed > 300); /* or the above has shown nothing */
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lays_out),
		cmocka_unit_test(says_a_rule_on_one_line),
		cmocka_unit_test(does_not_outgrow_a_document),
		cmocka_unit_test(changes_no_rule_and_nothing_else),
	};

	return cmocka_run_group_tests_name("policy/format", tests, NULL, NULL);
}
