/*
 * The model policies: they are read together without a finding, the one for staff has every clause
 * that a school's policy is asked for, and each of their rules has its plain English.
 */
#include "policy/explain.h"
#include "policy/format.h"
#include "policy_test.h"
#include "sys/file.h"

static const char *const ids[] = { "policy.header", "policy.versions", "policy.approval",
	"policy.sign", "policy.companions", "policy.scope", "policy.training", "policy.breach",
	"policy.entitlement", "account.own", "account.secret", "account.others", "account.visitor",
	"account.purpose", "device.permitted", "device.personal", "device.encrypt",
	"device.transport", "device.store", "device.trolley", "device.booking", "device.care",
	"device.area", "device.damage", "device.install", "device.hardware", "device.settings",
	"device.harm", "device.antivirus", "device.workphone", "web.abuse", "web.adult", "web.hate",
	"web.extremism", "web.illegal", "web.offensive", "web.selfharm", "web.drugs",
	"web.violence", "web.malware", "web.misinformation", "web.ai", "web.safesearch",
	"web.gambling", "web.gain", "web.bypass", "web.bulk", "web.personal", "web.social",
	"web.copyright", "web.inadvertent", "web.blocknow", "web.approvedapps", "mail.attachments",
	"mail.links", "mail.private", "mail.personaladdress", "mail.webmail", "mail.blanket",
	"mail.replyall", "mail.chain", "mail.anonymous", "mail.threat", "mail.tone",
	"mail.phishing", "mail.personaldata", "mail.channels", "mail.lists", "mail.review",
	"data.files", "data.confidential", "data.loss", "data.sar", "data.backup", "data.offsite",
	"data.transport", "data.cloud", "data.proprietary", "image.permission", "image.ownphone",
	"image.publish", "image.names", "image.register", "image.work", "image.social",
	"image.store", "image.staff", "social.pupils", "social.parents", "social.contact",
	"social.declare", "social.posts", "social.school", "social.privacy", "social.harass",
	"phone.contact", "phone.parents", "phone.security", "phone.data", "phone.trips",
	"monitor.notice", "monitor.keywords", "monitor.scripts", "monitor.images",
	"monitor.screenshot", "monitor.triage", "monitor.lesson", "monitor.all", "monitor.mail",
	"monitor.police", "monitor.bullying", "report.harm", "report.sheet", "report.virus",
	"report.fault", "report.exam", "report.misuse", "desk.channels", "desk.hours",
	"desk.sameday", "desk.cutoff", "desk.encrypt", "desk.advice", "conduct.copyright",
	"conduct.remote", "conduct.professional" };

static const char *const categories[] = { "adult", "ai", "alcohol", "banking", "bypass",
	"campaigning", "child-abuse", "cloud-storage", "drug-education", "drugs", "encrypted-dns",
	"extremism", "file-sharing", "gambling", "growing-up", "hacking", "hate", "health",
	"help-lines", "history", "illegal", "learning", "leisure", "malware", "misinformation",
	"news", "offensive", "phishing", "ripping", "self-harm", "social-networks", "terrorism",
	"tobacco", "trade-unions", "trading", "violence", "weapons", "webmail" };
static const char *const places[] = { "cafe", "corridors", "guest-network", "sixth-form-study" };
static const char *const times[] = { "contact", "lessons", "night", "school-day", "term" };

enum { STAFF, PUPILS, POLICIES };

struct models {
	struct bdl_document *documents[POLICIES];
	struct bdl_findings *findings[POLICIES];
};

static void read_model(const char *name, struct bdl_findings *findings, struct bdl_document **ret)
{
	struct bdl_buf bytes BDL_AUTO_IN(bdl_buf_done) = BDL_BUF(BDL_DOCUMENT_MAX);
	char path[4096];
	struct bdl_err err;

	(void)snprintf(path, sizeof(path), "%s/policy/model/%s.md", SOURCE_ROOT, name);
	if (bdl_file_read(path, &bytes, &err) < 0 ||
	    bdl_document_parse(bdl_buf_view(&bytes), findings, ret, &err) < 0)
		fail_msg("%s", err.text);
}

static int read_models(void **state)
{
	static const char *const names[POLICIES] = { "staff", "pupils" };
	struct models *m = test_calloc(1, sizeof(*m));

	for (int i = 0; i < POLICIES; i++) {
		m->findings[i] = bdl_findings_new();
		read_model(names[i], m->findings[i], &m->documents[i]);
	}
	*state = m;
	return 0;
}

static int free_models(void **state)
{
	struct models *m = *state;

	for (int i = 0; i < POLICIES; i++) {
		bdl_document_free(m->documents[i]);
		bdl_findings_free(m->findings[i]);
	}
	test_free(m);
	return 0;
}

static void are_without_a_finding(void **state)
{
	struct models *m = *state;

	for (int i = 0; i < POLICIES; i++) {
		const struct bdl_document *others[] = { m->documents[!i] };
		const struct bdl_check_context context = {
			.categories = categories,
			.n_categories = BDL_ARRAY_LEN(categories),
			.others = others,
			.n_others = 1,
			.places = places,
			.n_places = BDL_ARRAY_LEN(places),
			.times = times,
			.n_times = BDL_ARRAY_LEN(times),
		};
		struct bdl_buf said BDL_AUTO_IN(bdl_buf_done) = BDL_BUF(1 << 20);

		bdl_document_check(m->documents[i], &context, m->findings[i]);
		bdl_findings_write(m->findings[i], i == STAFF ? "staff" : "pupils", &said);
		assert_string_equal(bdl_buf_str(&said), "");
	}
}

static const struct bdl_clause *find_clause(const struct bdl_document *d, const char *id)
{
	for (size_t i = 0; i < d->n_clauses; i++)
		if (bdl_view_is(d->clauses[i].id, id))
			return &d->clauses[i];
	return NULL;
}

static void have_every_clause(void **state)
{
	struct models *m = *state;

	for (size_t i = 0; i < BDL_ARRAY_LEN(ids); i++)
		if (!find_clause(m->documents[STAFF], ids[i]))
			fail_msg("the policy for staff has no clause %s", ids[i]);
	for (size_t i = 0; i < m->documents[PUPILS]->n_clauses; i++) {
		struct bdl_view id = m->documents[PUPILS]->clauses[i].id;
		size_t j = 0;

		while (j < BDL_ARRAY_LEN(ids) && !bdl_view_is(id, ids[j]))
			j++;
		if (j == BDL_ARRAY_LEN(ids))
			fail_msg("the policy for pupils invents %.*s", BDL_FMT(id));
	}
}

/* A sentence begins with a capital, ends in a full stop, and every place in it was filled. */
static void expect_english(const struct bdl_rule *rule, bool seen[BDL_RULE_KINDS])
{
	struct bdl_buf text BDL_AUTO_IN(bdl_buf_done) = BDL_BUF(1 << 16);
	struct bdl_view said;

	bdl_explain_rule(rule, &text);
	said = bdl_buf_view(&text);
	assert_true(said.n > 10 && said.p[0] >= 'A' && said.p[0] <= 'Z');
	if (!bdl_view_ends(said, BDL_LIT(".")) || strchr(bdl_buf_str(&text), '%') ||
	    strstr(bdl_buf_str(&text), "  "))
		fail_msg("%s", bdl_buf_str(&text));
	seen[rule->kind] = true;
}

static void are_explained(void **state)
{
	struct models *m = *state;
	bool seen[BDL_RULE_KINDS] = { false };

	for (int p = 0; p < POLICIES; p++)
		for (size_t i = 0; i < m->documents[p]->n_clauses; i++)
			for (size_t j = 0; j < m->documents[p]->clauses[i].n_rules; j++)
				expect_english(&m->documents[p]->clauses[i].rules[j], seen);
	for (int kind = 0; kind < BDL_RULE_KINDS; kind++)
		assert_true(seen[kind]);
}

/* What is in the ruleset is what this build carries out, and nothing else. */
static void compile_to_what_is_carried_out(void **state)
{
	struct models *m = *state;
	struct bdl_source sources[POLICIES] = {
		{ BDL_LIT("staff"), m->documents[STAFF]->bytes },
		{ BDL_LIT("pupils"), m->documents[PUPILS]->bytes },
	};
	struct bdl_ruleset *r BDL_AUTO(bdl_ruleset_free) = NULL;
	size_t carried_out = 0, all = 0;
	struct bdl_err err;

	for (int p = 0; p < POLICIES; p++)
		for (size_t i = 0; i < m->documents[p]->n_clauses; i++)
			for (size_t j = 0; j < m->documents[p]->clauses[i].n_rules; j++, all++) {
				const struct bdl_rule *rule = &m->documents[p]->clauses[i].rules[j];
				/* What is kept is no matter of a door's. */
				carried_out +=
				    rule->kind <= BDL_RULE_FORCE && bdl_rule_carried_out(rule);
			}
	if (bdl_ruleset_new(sources, POLICIES, &r, &err) < 0)
		fail_msg("%s", err.text);
	assert_true(carried_out > 20 && carried_out < all);
	assert_int_equal(school_rules(r), carried_out);
	for (uint16_t i = 0; i < carried_out; i++) {
		const struct bdl_rule *rule = bdl_ruleset_rule(r, i).rule;

		assert_true(rule->kind <= BDL_RULE_FORCE);
		assert_true(rule->door == BDL_DOOR_WEB || rule->door == BDL_DOOR_DNS);
		assert_int_equal(bdl_rule_beyond(rule).n, 0);
	}
}

/* The lines outside the fences of rules; or, untidy, all, with those inside laid out badly. */
static void pick_lines(struct bdl_view text, bool untidy, struct bdl_buf *out)
{
	bool inside = false;

	while (text.n) {
		size_t n = bdl_view_find(text, '\n') + 1;
		struct bdl_view line = bdl_view_at(text.p, n < text.n ? n : text.n);
		bool fence = bdl_view_starts(line, BDL_LIT("```"));

		text = bdl_view_from(text, line.n);
		if (fence)
			inside = !inside && bdl_view_starts(line, BDL_LIT("```rules"));
		if (untidy && inside && !fence)
			(void)bdl_buf_printf(out, "%s%.*s  \n\n", line.p[0] == ' ' ? "\t" : "",
			    (int)line.n - 1, line.p);
		else if (untidy || !inside || fence)
			(void)bdl_buf_add_view(out, line);
	}
}

/* Laying out touches rules alone, puts a mess in order, and what is in order stays. */
static void format_to_themselves(void **state)
{
	struct models *m = *state;

	for (int i = 0; i < POLICIES; i++) {
		struct bdl_buf mess BDL_AUTO_IN(bdl_buf_done) = BDL_BUF(BDL_DOCUMENT_MAX);
		struct bdl_buf once BDL_AUTO_IN(bdl_buf_done) = BDL_BUF(BDL_DOCUMENT_MAX);
		struct bdl_buf twice BDL_AUTO_IN(bdl_buf_done) = BDL_BUF(BDL_DOCUMENT_MAX);
		struct bdl_buf before BDL_AUTO_IN(bdl_buf_done) = BDL_BUF(BDL_DOCUMENT_MAX);
		struct bdl_buf after BDL_AUTO_IN(bdl_buf_done) = BDL_BUF(BDL_DOCUMENT_MAX);
		struct bdl_findings *findings BDL_AUTO(bdl_findings_free) = bdl_findings_new();
		struct bdl_document *messy BDL_AUTO(bdl_document_free) = NULL;
		struct bdl_document *tidy BDL_AUTO(bdl_document_free) = NULL;

		pick_lines(m->documents[i]->bytes, true, &mess);
		assert_int_equal(
		    bdl_document_parse(bdl_buf_view(&mess), findings, &messy, NULL), 0);
		assert_int_equal(bdl_document_format(messy, &once, NULL), 0);
		assert_int_equal(bdl_document_parse(bdl_buf_view(&once), findings, &tidy, NULL), 0);
		assert_int_equal(findings->n_errors, 0);
		assert_int_equal(bdl_document_format(tidy, &twice, NULL), 0);
		assert_true(bdl_view_eq(bdl_buf_view(&once), bdl_buf_view(&twice)));
		assert_false(bdl_view_eq(bdl_buf_view(&once), bdl_buf_view(&mess)));
		pick_lines(m->documents[i]->bytes, false, &before);
		pick_lines(bdl_buf_view(&once), false, &after);
		assert_true(before.n > 10000);
		assert_true(bdl_view_eq(bdl_buf_view(&before), bdl_buf_view(&after)));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(are_without_a_finding),
		cmocka_unit_test(have_every_clause),
		cmocka_unit_test(are_explained),
		cmocka_unit_test(compile_to_what_is_carried_out),
		cmocka_unit_test(format_to_themselves),
	};

	return cmocka_run_group_tests_name("policy/model", tests, read_models, free_models);
}
