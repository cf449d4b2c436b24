#include "policy/rule.h"
#include "policy_test.h"

struct fixture {
	struct bdl_region *region;
	struct bdl_findings *findings;
	struct bdl_rule *rules;
	size_t n;
	struct bdl_buf text;
};

static void parse(struct fixture *x, const char *text)
{
	*x = (struct fixture){
		.region = bdl_region_new(1 << 20),
		.findings = bdl_findings_new(),
		.text = BDL_BUF(1 << 20),
	};
	bdl_rules_parse(bdl_view_of(text), 1, x->region, x->findings, &x->rules, &x->n);
	bdl_findings_write(x->findings, "t", &x->text);
}

static size_t whole_rules(const struct fixture *x)
{
	size_t n = 0;

	for (size_t i = 0; i < x->n; i++)
		n += !x->rules[i].broken;
	return n;
}

static void done(struct fixture *x)
{
	bdl_region_free(x->region);
	bdl_findings_free(x->findings);
	bdl_buf_done(&x->text);
}

/* A rule as one line of text, in the order of the struct: what the parser understood. */
static void show_words(struct bdl_buf *out, const struct bdl_word *words, size_t n)
{
	for (size_t i = 0; i < n; i++)
		(void)bdl_buf_printf(out, "%s%.*s", i ? "," : "", BDL_FMT(words[i].text));
}

static void show_conds(
    struct bdl_buf *out, const char *what, const struct bdl_cond *conds, size_t n)
{
	static const char *const kinds[] = { "category", "host", "by", "during" };

	for (size_t i = 0; i < n; i++) {
		(void)bdl_buf_printf(out, " %s %s(", what, kinds[conds[i].kind]);
		show_words(out, conds[i].words, conds[i].n_words);
		for (size_t j = 0; j < conds[i].n_periods; j++)
			(void)bdl_buf_printf(out, "%s%u-%u/%02x", j ? "," : "",
			    conds[i].periods[j].from, conds[i].periods[j].to,
			    conds[i].periods[j].days);
		(void)bdl_buf_add_char(out, ')');
	}
}

static void show(struct bdl_buf *out, const struct bdl_rule *rules, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		(void)bdl_buf_printf(out, "%s%s %s", i ? "; " : "",
		    bdl_action_word(rules[i].action), bdl_door_word(rules[i].door));
		show_conds(out, "if", rules[i].conds, rules[i].n_conds);
		show_conds(out, "unless", rules[i].unless, rules[i].n_unless);
		if (rules[i].n_tell)
			(void)bdl_buf_add_str(out, " tell ");
		show_words(out, rules[i].tell, rules[i].n_tell);
		(void)bdl_buf_add_str(out, rules[i].critical ? " critical" : "");
	}
}

static void understands(void **state)
{
	(void)state;
	static const struct {
		const char *text, *want;
	} rows[] = {
		{ "", "" },
		{ "\n  \n# only a comment\n", "" },
		{ "block web", "block web" },
		{ "block web to category gambling", "block web if category(gambling)" },
		{ "block web to category gambling\n  tell technicians",
		    "block web if category(gambling) tell technicians" },
		{ "block web, tell technicians, to category a, b",
		    "block web if category(a,b) tell technicians" },
		{ "block web to category a by staff tell head",
		    "block web if category(a) if by(staff) tell head" },
		{ "block web\n\tto host a.example,\n\t\tb.example # two\n\n\tby pupils",
		    "block web if host(a.example,b.example) if by(pupils)" },
		{ "coach web\r\n  to category a\r\n  unless by x, y\r\n",
		    "coach web if category(a) unless by(x,y)" },
		{ "note web unless by x, unless to host h.example, by y",
		    "note web if by(y) unless by(x) unless host(h.example)" },
		{ "block web during 08:45-12:15", "block web if during(525-735/7f)" },
		{ "block web during 08:45-12:15 on mon-fri, 13:15-15:30 on mon, wed and fri",
		    "block web if during(525-735/1f,795-930/15)" },
		{ "block web during 22:00-06:00 on fri-mon", "block web if during(1320-360/71)" },
		{ "block web during 00:00-24:00 on sun", "block web if during(0-1440/40)" },
		{ "block web unless during 9:00-10:00,\n  on sat",
		    "block web unless during(540-600/20)" },
		{ "block web tell technicians as critical", "block web tell technicians critical" },
		{ "block web tell technicians,\n  head,\n  as critical",
		    "block web tell technicians,head critical" },
		{ "block web tell technicians, tell head", "block web tell technicians,head" },
		{ "hold mail to category mail, host, critical",
		    "hold mail if category(mail,host,critical)" },
		{ "block web to category a\nblock web to category b\n",
		    "block web if category(a); block web if category(b)" },
		{ "  block web to category a\n  block web to category b",
		    "block web if category(a); block web if category(b)" },
		{ "  block web to category a\n block web\n  to category b",
		    "block web if category(a); block web if category(b)" },
		{ "block web to host \xc3\xa9t\xc3\xa9.example",
		    "block web if host(\xc3\xa9t\xc3\xa9.example)" },
	};
	for (size_t i = 0; i < BDL_ARRAY_LEN(rows); i++) {
		struct bdl_buf got BDL_AUTO_IN(bdl_buf_done) = BDL_BUF(4096);
		struct fixture x;

		parse(&x, rows[i].text);
		show(&got, x.rules, x.n);
		if (strcmp(bdl_buf_str(&got), rows[i].want) != 0 || x.findings->n)
			fail_msg("'%s'\n got '%s'\nwant '%s'\n%s", rows[i].text, bdl_buf_str(&got),
			    rows[i].want, bdl_buf_str(&x.text));
		done(&x);
	}
}

static void names_mistakes(void **state)
{
	(void)state;
	static const struct {
		const char *text, *want;
	} rows[] = {
		{ "blok web to category a",
		    "t:1:1: error: unexpected line 'blok'; expected a verdict: block, coach or note (did "
		    "you mean 'block'?)\n" },
		{ "block wbe to category a",
		    "t:1:7: error: unexpected 'wbe'; expected a door such as web (did you mean 'web'?)\n" },
		{ "block web two category a",
		    "t:1:11: error: unexpected 'two'; expected 'to', 'by', 'during', 'unless' or 'tell' "
		    "(did you mean 'to'?)\n" },
		{ "block web to categroy a",
		    "t:1:14: error: unexpected 'categroy'; expected 'category' or 'host' (did you mean "
		    "'category'?)\n" },
		{ "block web to category a b",
		    "t:1:25: error: unexpected 'b'; expected a comma and another, or 'to', 'by', "
		    "'during', 'unless' or 'tell'\n" },
		{ "block web to category a\n  tel head",
		    "t:2:3: error: unexpected line 'tel'; expected a comma and another, or 'to', 'by', "
		    "'during', 'unless' or 'tell' (did you mean 'tell'?)\n" },
		{ "block web to category",
		    "t:1:22: error: the rule ends too early; expected a category such as gambling\n" },
		{ "block web to category a,",
		    "t:1:25: error: the rule ends too early; expected a category such as gambling\n" },
		{ "block web to category mail,, b",
		    "t:1:28: error: unexpected ','; expected a category such as gambling\n" },
		{ "block web, during 08:00-09:00 on mon and 09:00-10:00",
		    "t:1:42: error: unexpected '09:00-10:00'; expected days such as mon-fri\n" },
		{ "block web to category mail web",
		    "t:1:28: error: unexpected 'web'; expected a comma and another, or 'to', 'by', "
		    "'during', 'unless' or 'tell'\n" },
		{ "block web unless tell head",
		    "t:1:18: error: unexpected 'tell'; expected 'to', 'by' or 'during'\n" },
		{ "block web tell head as urgent",
		    "t:1:24: error: unexpected 'urgent'; expected 'critical'\n" },
		{ "block web during 8am-9am",
		    "t:1:18: error: unexpected '8am-9am'; expected a period such as 08:45-12:15\n" },
		{ "block web during 08:45-25:00",
		    "t:1:18: error: no such time '08:45-25:00'; expected times from 00:00 to 24:00, such "
		    "as 08:45-12:15\n" },
		{ "block web during 08:45-12:60",
		    "t:1:18: error: no such time '08:45-12:60'; expected times from 00:00 to 24:00, such "
		    "as 08:45-12:15\n" },
		{ "block web during 24:00-12:00",
		    "t:1:18: error: no such time '24:00-12:00'; expected times from 00:00 to 24:00, such "
		    "as 08:45-12:15\n" },
		{ "block web during 09:00-09:00",
		    "t:1:18: error: an empty period '09:00-09:00'; expected an end that differs from the "
		    "start (the whole day is 00:00-24:00)\n" },
		{ "block web during 09:00-10:00 on Monday",
		    "t:1:33: error: unknown days 'Monday'; expected days such as mon-fri (did you mean "
		    "'mon'?)\n" },
		{ "block web during 09:00-10:00, mon",
		    "t:1:31: error: a day without 'on': 'mon'; expected 'on' before the days\n" },
		{ "block web to host \xc3\xa9\xc3\xa9 b",
		    "t:1:22: error: unexpected 'b'; expected a comma and another, or 'to', 'by', "
		    "'during', 'unless' or 'tell'\n" },
		{ "block web to category a\x01, b c\x1b[2J",
		    "t:1:29: error: unexpected 'c?[2J'; expected a comma and another, or 'to', 'by', "
		    "'during', 'unless' or 'tell'\n" },
	};
	for (size_t i = 0; i < BDL_ARRAY_LEN(rows); i++) {
		struct fixture x;

		parse(&x, rows[i].text);
		if (strcmp(bdl_buf_str(&x.text), rows[i].want) != 0 || whole_rules(&x) != 0)
			fail_msg("'%s' (%zu rules)\n got %swant %s", rows[i].text, whole_rules(&x),
			    bdl_buf_str(&x.text), rows[i].want);
		done(&x);
	}
}

static void finds_all_mistakes_at_once(void **state)
{
	(void)state;
	struct fixture x;

	parse(&x,
	    "blok web to categroy a\n  tell head as urgent\nblock web to category ok\n"
	    "coach web during 99:00-10:00, by staff x\nnote web to host ok.example\n");
	assert_string_equal(bdl_buf_str(&x.text),
	    "t:1:1: error: unexpected line 'blok'; expected a verdict: block, coach or note (did you "
	    "mean 'block'?)\n"
	    "t:1:13: error: unexpected 'categroy'; expected 'category' or 'host' (did you mean "
	    "'category'?)\n"
	    "t:2:16: error: unexpected 'urgent'; expected 'critical'\n"
	    "t:4:18: error: no such time '99:00-10:00'; expected times from 00:00 to 24:00, such as "
	    "08:45-12:15\n"
	    "t:4:40: error: unexpected 'x'; expected a comma and another, or 'to', 'by', 'during', "
	    "'unless' or 'tell'\n");
	assert_int_equal(x.findings->n_errors, 5);
	assert_int_equal(x.n, 4);
	assert_int_equal(whole_rules(&x), 2);
	assert_true(x.rules[0].broken && x.rules[2].broken);
	assert_int_equal(x.rules[1].line, 3);
	assert_int_equal(x.rules[3].line, 5);
	done(&x);
}

static void drops_what_a_mistake_cut_off(void **state)
{
	(void)state;
	struct bdl_buf got BDL_AUTO_IN(bdl_buf_done) = BDL_BUF(4096);
	struct fixture x;

	/* What was not whole, "tell head as" and "to host h,", is dropped and joins no other list. */
	parse(&x, "note web tell head as urgent, by staff, to host h,,\n  tell office");
	show(&got, x.rules, x.n);
	assert_int_equal(x.findings->n_errors, 2);
	assert_string_equal(bdl_buf_str(&got), "block web if by(staff) tell office");
	done(&x);
	bdl_buf_clear(&got);
	parse(&x, "note web tell head urgent, by staff");
	show(&got, x.rules, x.n);
	assert_string_equal(bdl_buf_str(&got), "note web if by(staff) tell head");
	assert_true(x.rules[0].broken);
	done(&x);
}

static void asks_to_indent(void **state)
{
	(void)state;
	struct fixture x;

	parse(&x, "block web to category a\ntell head\n");
	assert_string_equal(bdl_buf_str(&x.text),
	    "t:2:1: error: no rule begins with 'tell'; expected a verdict; a line that belongs to the "
	    "rule above stands further in\n");
	assert_int_equal(whole_rules(&x), 1);
	done(&x);
	parse(&x, "tell head\n");
	assert_string_equal(bdl_buf_str(&x.text),
	    "t:1:1: error: unexpected line 'tell'; expected a verdict: block, coach or note\n");
	done(&x);
}

static void keeps_places_and_words(void **state)
{
	(void)state;
	struct fixture x;

	parse(&x, "# first\n  note web to category a\n\n    tell head # why\n  block web\n");
	assert_int_equal(x.n, 2);
	assert_int_equal(x.rules[0].line, 2);
	assert_int_equal(x.rules[0].column, 3);
	assert_true(bdl_view_is(x.rules[0].text, "note web to category a\n\n    tell head"));
	assert_int_equal(x.rules[0].tell[0].line, 4);
	assert_int_equal(x.rules[0].tell[0].column, 10);
	assert_true(bdl_view_is(x.rules[1].text, "block web"));
	done(&x);
}

static void holds_to_its_limits(void **state)
{
	(void)state;
	struct bdl_buf text BDL_AUTO_IN(bdl_buf_done) = BDL_BUF(1 << 20);
	struct fixture x;

	(void)bdl_buf_add_str(&text, "block web to category a");
	for (int i = 0; i < 255; i++)
		(void)bdl_buf_add_str(&text, ",a");
	parse(&x, bdl_buf_str(&text));
	assert_int_equal(x.n, 1);
	assert_int_equal(x.rules[0].conds[0].n_words, 256);
	done(&x);
	(void)bdl_buf_add_str(&text, ",a,a,a");
	parse(&x, bdl_buf_str(&text));
	assert_int_equal(whole_rules(&x), 0);
	assert_int_equal(x.findings->n_errors, 1);
	done(&x);

	bdl_buf_clear(&text);
	(void)bdl_buf_add_str(&text, "block web");
	for (int i = 0; i < 33; i++)
		(void)bdl_buf_add_str(&text, " by a");
	parse(&x, bdl_buf_str(&text));
	assert_int_equal(whole_rules(&x), 0);
	assert_non_null(strstr(bdl_buf_str(&x.text), "too long a rule"));
	done(&x);

	bdl_buf_clear(&text);
	(void)bdl_buf_add_str(&text, "block web tell head");
	for (int i = 0; i < 32; i++)
		(void)bdl_buf_add_str(&text, ",head");
	parse(&x, bdl_buf_str(&text));
	assert_int_equal(whole_rules(&x), 0);
	assert_non_null(strstr(bdl_buf_str(&x.text), "too many are told"));
	done(&x);

	bdl_buf_clear(&text);
	for (int i = 0; i < 300; i++)
		(void)bdl_buf_add_str(&text, "blok\n");
	parse(&x, bdl_buf_str(&text));
	assert_int_equal(x.findings->n, BDL_FINDINGS_MAX);
	assert_int_equal(x.findings->n_left_out, 100);
	assert_int_equal(x.findings->n_errors, 300);
	assert_non_null(strstr(bdl_buf_str(&x.text), "t: and 100 more\n"));
	done(&x);
}

static void takes_bytes_that_are_no_text(void **state)
{
	(void)state;
	static const char bytes[] = "block web to category a\0b, \xff\xfe # \0\nnote web by \0";
	struct bdl_region *region = bdl_region_new(1 << 20);
	struct bdl_findings *findings = bdl_findings_new();
	struct bdl_rule *rules;
	size_t n;

	bdl_rules_parse(bdl_view_at(bytes, sizeof(bytes) - 1), 7, region, findings, &rules, &n);
	assert_true(findings->n_errors > 0);
	assert_int_equal(findings->items[0].line, 7);
	bdl_region_free(region);

	region = bdl_region_new(64); /* too small for a rule */
	bdl_rules_parse(BDL_LIT("block web to category a"), 1, region, findings, &rules, &n);
	assert_int_equal(n, 0);
	assert_true(bdl_region_broken(region));
	bdl_region_free(region);
	bdl_findings_free(findings);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(understands),
		cmocka_unit_test(names_mistakes),
		cmocka_unit_test(finds_all_mistakes_at_once),
		cmocka_unit_test(drops_what_a_mistake_cut_off),
		cmocka_unit_test(asks_to_indent),
		cmocka_unit_test(keeps_places_and_words),
		cmocka_unit_test(holds_to_its_limits),
		cmocka_unit_test(takes_bytes_that_are_no_text),
	};

	return cmocka_run_group_tests_name("policy/rule", tests, NULL, NULL);
}
