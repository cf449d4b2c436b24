#include "import_test.h"

struct fixture {
	struct shipped shipped;
	struct bdl_import *m;
	struct bdl_document *d; /* the draft */
};

/* With the lists of a school, NULL: it has none. */
static void take_by(struct fixture *x, const char *text, const char *const *lists, size_t n)
{
	BDL_AUTO(bdl_findings_free) struct bdl_findings *findings = bdl_findings_new();
	BDL_AUTO_IN(bdl_buf_done) struct bdl_buf said = BDL_BUF(1 << 20);
	struct bdl_import_terms terms = { .today = "2026-11-21", .name = BDL_LIT("rules") };
	const struct bdl_document *models[2];
	struct bdl_err err;

	*x = (struct fixture){ 0 };
	shipped_open(&x->shipped);
	memcpy(models, x->shipped.models, sizeof(models));
	terms.concepts = x->shipped.concepts;
	terms.models = models;
	terms.n_models = 2;
	terms.categories = lists;
	terms.n_categories = n;
	if (bdl_import_make(bdl_view_of(text), &terms, &x->m, &err) < 0 ||
	    bdl_document_parse(x->m->draft, findings, &x->d, &err) < 0)
		fail_msg("%s", err.text);
	bdl_document_check(x->d, NULL, findings);
	bdl_findings_write(findings, "draft", &said);
	if (findings->n > 0)
		fail_msg("%.*s%s", BDL_FMT(x->m->draft), bdl_buf_str(&said));
}

static void take(struct fixture *x, const char *text)
{
	take_by(x, text, NULL, 0);
}

static void done(struct fixture *x)
{
	bdl_document_free(x->d);
	bdl_import_free(x->m);
	shipped_done(&x->shipped);
}

static void expect_fact(const struct fixture *x, enum bdl_fact fact, const char *value, bool found)
{
	const struct bdl_import_fact *f = &x->m->facts[fact];

	if (!bdl_view_is(f->value, value) || f->found != found)
		fail_msg("%s is '%.*s', %s", bdl_fact_word(fact), BDL_FMT(f->value),
		    f->found ? "found" : "not found");
}

static const struct bdl_clause *clause(const struct fixture *x, const char *id)
{
	for (size_t i = 0; i < x->d->n_clauses; i++)
		if (bdl_view_is(x->d->clauses[i].id, id))
			return &x->d->clauses[i];
	fail_msg("no clause '%s' in %.*s", id, BDL_FMT(x->m->draft));
	return NULL;
}

static void finds_what_it_says_of_itself(void **state)
{
	struct fixture x;

	(void)state;
	take(&x,
	    "Computers at Fernbrook Primary School: acceptable use policy\n\n"
	    "Policy owner\tMrs Reed\tApproved by\tFull governing body\n"
	    "Date approved\t3 May 2025\tNext review date\tMay 2027\n\n"
	    "It applies to all staff, governors and visitors.\n\n"
	    "Issue number\tDate\tSummary of changes\n1\t2023\tFirst\n2\t2025\tPhones\n\n"
	    "Read it in conjunction with our safeguarding policy.\n");
	expect_fact(&x, BDL_FACT_SCHOOL, "Fernbrook Primary School", true);
	expect_fact(&x, BDL_FACT_OWNER, "Mrs Reed", true);
	expect_fact(&x, BDL_FACT_APPROVER, "Full governing body", true);
	expect_fact(&x, BDL_FACT_APPROVED_ON, "2025-05-03", true);
	expect_fact(&x, BDL_FACT_REVIEW, "every 24 months", true);
	expect_fact(&x, BDL_FACT_BINDS, "staff, governors, visitors", true);
	expect_fact(&x, BDL_FACT_COMPANIONS, "safeguarding", true);
	expect_fact(&x, BDL_FACT_ISSUES, "2", true);
	assert_int_equal(x.d->front.n_binds, 3);
	done(&x);
}

static void finds_it_in_other_shapes(void **state)
{
	struct fixture x;

	(void)state;
	take(&x,
	    "FERNBROOK SCHOOL\n\nSTAFF HANDBOOK\n\nMaintained by: Mrs A. Reed. Signed off by "
	    "governors: 8/10/2025. Valid until: October 2028.\n");
	expect_fact(&x, BDL_FACT_TITLE, "STAFF HANDBOOK", true);
	expect_fact(&x, BDL_FACT_SCHOOL, "FERNBROOK SCHOOL", true);
	expect_fact(&x, BDL_FACT_OWNER, "Mrs A. Reed", true);
	expect_fact(&x, BDL_FACT_APPROVED_ON, "2025-10-08", true);
	expect_fact(&x, BDL_FACT_NEXT_REVIEW, "2028-10", true);
	expect_fact(&x, BDL_FACT_REVIEW, "every 36 months", true);
	done(&x);
	take(&x,
	    "Regulation owner\tBursar.\nRatified\tTrust Board, 30th June 2024\n"
	    "Review interval\t2 years\nReview date\t1 May 2027\n\nBe kind.\n");
	expect_fact(&x, BDL_FACT_OWNER, "Bursar", true);
	expect_fact(&x, BDL_FACT_APPROVER, "Trust Board", true);
	expect_fact(&x, BDL_FACT_APPROVED_ON, "2024-06-30", true);
	expect_fact(&x, BDL_FACT_NEXT_REVIEW, "2027-05-01", true);
	expect_fact(&x, BDL_FACT_REVIEW, "every 24 months", true);
	done(&x);
	take(&x, "Review date: 1 May 2021. Agreed by the governing board 12 May 2020.\n");
	expect_fact(&x, BDL_FACT_REVIEWED_ON, "2021-05-01", true); /* it is past */
	expect_fact(&x, BDL_FACT_APPROVER, "governing board", true);
	done(&x);
}

static void reads_keys_one_after_the_other(void **state)
{
	struct fixture x;

	(void)state;
	take(&x,
	    "Title: Computers and safety Issued: May 2025 Review: May 2027 Page 1\n\n"
	    "- Policy owner - Mrs A. Reed\n- Date ratified by the Trust Board: 25 October 2025\n\n"
	    "You must: be kind.\n");
	expect_fact(&x, BDL_FACT_TITLE, "Computers and safety", true);
	expect_fact(&x, BDL_FACT_NEXT_REVIEW, "2027-05", true);
	expect_fact(&x, BDL_FACT_OWNER, "Mrs A. Reed", true);
	expect_fact(&x, BDL_FACT_APPROVER, "Trust Board", true);
	expect_fact(&x, BDL_FACT_APPROVED_ON, "2025-10-25", true);
	done(&x);
	take(&x, "Approved By - Full Governing Body\n\nTo be revised: 25th July 2027\n");
	expect_fact(&x, BDL_FACT_APPROVER, "Full Governing Body", true);
	expect_fact(&x, BDL_FACT_NEXT_REVIEW, "2027-07-25", true);
	done(&x);
}

static void finds_the_trust_and_the_year(void **state)
{
	struct fixture x;

	(void)state;
	take(&x,
	    "RIVERS ACADEMY TRUST\n\nRules of computers\n\nTerm dates 2026/27\n\n"
	    "- Autumn term: 3 September to 18 December\n- Half term: 26 to 30 October\n");
	expect_fact(&x, BDL_FACT_TRUST, "RIVERS ACADEMY TRUST", true);
	expect_fact(&x, BDL_FACT_SCHOOL, "RIVERS ACADEMY TRUST", true); /* it names no school */
	expect_fact(&x, BDL_FACT_TERMS, "autumn 2026-09-03 to 2026-12-18", true);
	expect_fact(&x, BDL_FACT_HOLIDAYS, "half-term 2026-10-26 to 2026-10-30", true);
	done(&x);
	take(&x, "Rivers Academy Trust\n\nHilltop School\n\nRules\n");
	expect_fact(&x, BDL_FACT_TRUST, "Rivers Academy Trust", true);
	expect_fact(&x, BDL_FACT_SCHOOL, "Hilltop School", true);
	expect_fact(&x, BDL_FACT_TERMS, "", false);
	done(&x);
}

static void knows_whom_it_binds(void **state)
{
	struct fixture x;

	(void)state;
	take(&x,
	    "Our promises\n\nI ask my teacher first. I tell a grown-up what I saw. My parents "
	    "help me.\n");
	expect_fact(&x, BDL_FACT_BINDS, "pupils", true);
	done(&x);
	take(&x, "Our promises\n\nAll staff teach pupils to tell an adult, a teacher say.\n");
	expect_fact(&x, BDL_FACT_BINDS, "staff", true);
	done(&x);
}

static void puts_stopgaps_and_says_so(void **state)
{
	struct fixture x;

	(void)state;
	take(&x, "Be kind to each other.\n");
	expect_fact(&x, BDL_FACT_TITLE, "rules", false);
	expect_fact(&x, BDL_FACT_OWNER, "to be named", false);
	expect_fact(&x, BDL_FACT_REVIEW, "every 12 months", false);
	done(&x);
}

static void makes_clauses_with_rules(void **state)
{
	struct fixture x;

	(void)state;
	take(&x,
	    "# Rules\n\n4.2 Never tell anybody your password.\n\n"
	    "Kites are flown on the field.\n\nStaff must not:\n- place bets online\n"
	    "- hum\n\nYour password must not be known.\n");
	assert_true(
	    bdl_view_is(clause(&x, "account.secret")->text, "Never tell anybody your password."));
	assert_true(bdl_view_is(clause(&x, "account.secret")->number, "4.2"));
	assert_true(bdl_view_is(clause(&x, "account.secret")->title, "Passwords"));
	assert_true(clause(&x, "account.secret")->n_rules > 0);
	/* With what leads it: the page that shows it would else say the opposite. */
	assert_true(
	    bdl_view_is(clause(&x, "web.gambling")->text, "Staff must not: place bets online"));
	assert_int_equal(clause(&x, "web.gambling")->n_rules, 1);
	assert_int_equal(clause(&x, "account.secret-2")->n_rules, 0);
	assert_true(bdl_view_is(clause(&x, "own.rules")->text, "Kites are flown on the field."));
	assert_int_equal(clause(&x, "own.rules")->n_rules, 0);
	for (size_t i = 0; i < x.m->n_lacks; i++)
		assert_false(bdl_view_is(x.m->lacks[i].id, "web.gambling"));
	assert_true(x.m->n_lacks > 90);
	done(&x);
}

static void a_sentence_may_hold_several(void **state)
{
	struct fixture x;

	(void)state;
	take(&x, "Nobody may view pornography or gamble on our network.\n");
	assert_true(bdl_view_eq(clause(&x, "web.adult")->text, clause(&x, "web.gambling")->text));
	assert_int_equal(clause(&x, "web.adult")->n_rules, 1);
	assert_int_equal(clause(&x, "web.gambling")->n_rules, 1);
	done(&x);
}

static bool says(const struct fixture *x, const char *words)
{
	return memmem(x->m->draft.p, x->m->draft.n, words, strlen(words)) != NULL;
}

static void puts_heads_of_columns_before_cells(void **state)
{
	struct fixture x;

	(void)state;
	take(&x, "Topic\tDo\tDon't\nKites\tFly them\tEat them\nPasswords\tKeep them\tShare them\n");
	assert_true(says(&x, "Topic: Kites | Do: Fly them | Don't: Eat them"));
	assert_true(bdl_view_is(clause(&x, "account.secret")->text,
	    "Topic: Passwords | Do: Keep them | Don't: Share them"));
	assert_false(says(&x, "Topic | Do"));
	done(&x);
}

static void a_question_stands_with_its_answer(void **state)
{
	struct fixture x;

	(void)state;
	take(&x, "Rules\n\nMay I tell anybody my password? No. Never.\n\nKites fly.\n");
	assert_true(bdl_view_is(
	    clause(&x, "account.secret")->text, "May I tell anybody my password? No. Never."));
	done(&x);
}

static void leaves_out_what_no_list_has(void **state)
{
	static const char *const lists[] = { "gambling", "campaigning" };
	struct fixture x;
	const struct bdl_import_clause *c;

	(void)state;
	take_by(&x,
	    "You must not gamble online.\n\nYou must not view pornography.\n\n"
	    "You must not run a private business for personal gain.\n",
	    lists, BDL_ARRAY_LEN(lists));
	assert_int_equal(clause(&x, "web.gambling")->n_rules, 1);
	assert_int_equal(clause(&x, "web.adult")->n_rules, 0);
	assert_true(says(&x, "coach web to category campaigning\n"));
	for (size_t i = 0; i < x.m->n_clauses; i++) {
		c = &x.m->clauses[i];
		assert_true(bdl_view_is(c->left_out,
		    bdl_view_is(c->id, "web.adult")      ? "adult"
			: bdl_view_is(c->id, "web.gain") ? "trading"
							 : ""));
	}
	done(&x);
}

static void reads_values_into_rules(void **state)
{
	struct fixture x;
	const struct bdl_import_clause *c;

	(void)state;
	take(&x,
	    "IT support is open from 8.30am until 4pm.\n\n"
	    "The loss of any laptop must be reported to the head within 24 hours.\n\n"
	    "Do not download large files over 200 MB.\n");
	assert_true(says(&x, "desk open 08:30-16:00 on mon-fri\n"));
	assert_true(says(&x, "  due in 24 hours\n"));
	assert_true(says(&x, "coach web download of more than 200 MB\n"));
	c = &x.m->clauses[0];
	assert_true(bdl_view_is(c->means.items[0].read, "08:30-16:00"));
	done(&x);
	take(&x, "The loss of any laptop must be reported to the head at once.\n");
	assert_true(says(&x, "  due in 72 hours\n"));
	assert_int_equal(x.m->clauses[0].means.items[0].read.n, 0);
	done(&x);
}

static void keeps_words_as_they_are(void **state)
{
	static const char odd[] =
	    "1. Never *share* _passwords_ <b>at</b> `home` [x](y) # & \\ {#id}";
	struct fixture x;

	(void)state;
	take(&x, odd);
	assert_true(bdl_view_is(clause(&x, "account.secret")->text, odd + 3));
	done(&x);
	take(&x, "Staff\n\n# Heading {#a.b}\n\n- * item that never says gambling is fun\n");
	assert_int_equal(x.d->n_clauses, 1); /* what looks like an id in their heading is none */
	done(&x);
}

static void points_into_the_text(void **state)
{
	struct fixture x;
	const struct bdl_import_clause *c;

	(void)state;
	take(&x, "Hello there.\n\nNever gamble\nat school.\n");
	c = &x.m->clauses[1];
	assert_int_equal(c->state, BDL_IMPORT_MATCHED);
	assert_int_equal(c->line, 3);
	assert_true(bdl_view_is(
	    bdl_view_at(x.m->text.p + c->from, c->to - c->from), "Never gamble\nat school."));
	done(&x);
}

static void refuses_nothing_and_too_much(void **state)
{
	BDL_AUTO(bdl_concepts_free) struct bdl_concepts *c = bdl_concepts_new();
	BDL_AUTO_IN(bdl_buf_done) struct bdl_buf text = BDL_BUF(BDL_IMPORT_TEXT_MAX);
	const struct bdl_import_terms terms = { .concepts = c };
	struct bdl_import *m;

	(void)state;
	assert_int_equal(bdl_import_make(BDL_LIT(" \n\n"), &terms, &m, NULL), BDL_E_INVALID);
	for (size_t i = 0; i < BDL_CLAUSES_MAX + 1; i++)
		(void)bdl_buf_printf(&text, "# Heading\n\nWords here.\n\n");
	assert_int_equal(bdl_import_make(bdl_buf_view(&text), &terms, &m, NULL), BDL_E_LIMIT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(finds_what_it_says_of_itself),
		cmocka_unit_test(finds_it_in_other_shapes),
		cmocka_unit_test(reads_keys_one_after_the_other),
		cmocka_unit_test(finds_the_trust_and_the_year),
		cmocka_unit_test(knows_whom_it_binds),
		cmocka_unit_test(puts_stopgaps_and_says_so),
		cmocka_unit_test(makes_clauses_with_rules),
		cmocka_unit_test(a_sentence_may_hold_several),
		cmocka_unit_test(puts_heads_of_columns_before_cells),
		cmocka_unit_test(a_question_stands_with_its_answer),
		cmocka_unit_test(leaves_out_what_no_list_has),
		cmocka_unit_test(reads_values_into_rules),
		cmocka_unit_test(keeps_words_as_they_are),
		cmocka_unit_test(points_into_the_text),
		cmocka_unit_test(refuses_nothing_and_too_much),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
