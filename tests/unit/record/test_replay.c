/*
 * Replays over stores: what each kind of row still tells, what is counted, and that the very version
 * under which acts were recorded changes nothing, whatever it is.
 */
#include "published.h"
#include "record/acts/act_facts.h"
#include "record/acts/acts.h"
#include "record/policies/drafts.h"
#include "record/policies/replays.h"
#include "record/replay/replay.h"
#include "record/visits/visits_int.h"
#include "stored.h"
#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#define T0 1795261200000 /* Saturday 21 November 2026, 11:40 UTC, which is the school's time here */

/* --- rulesets of a few lines --- */

/* NULL where the rules do not pass the check. */
static struct bdl_ruleset *try_rules(const char *clauses, struct bdl_err *err)
{
	struct bdl_buf text BDL_AUTO_IN(bdl_buf_done) = BDL_BUF(BDL_DOCUMENT_MAX);
	struct bdl_source source = { .name = BDL_LIT("staff") };
	struct bdl_ruleset *r;

	(void)bdl_buf_printf(&text,
	    "---\ntitle: A policy\nschool: A school\nowner: head\napprover: governors\n"
	    "review: every 12 months\nbinds: staff\n---\n%s",
	    clauses);
	source.bytes = bdl_buf_view(&text);
	return bdl_ruleset_new(&source, 1, &r, err) < 0 ? NULL : r;
}

static struct bdl_ruleset *rules_of(const char *clauses)
{
	struct bdl_err err = { 0 };
	struct bdl_ruleset *r = try_rules(clauses, &err);

	if (!r)
		fail_msg("%s\n%s", err.text, clauses);
	return r;
}

#define CLAUSE(id, rules) "\n# C {#" id "}\n\nSo.\n\n```rules\n" rules "\n```\n"

/* --- a store, and acts as a door records them --- */

struct desk {
	struct folder folder;
	struct bdl_store *store;
	struct bdl_rollup *rollup;
	struct bdl_region *region;
	struct bdl_replay_report report;
};

static struct desk desk_make(void)
{
	struct desk d = { .folder = folder_make(),
		.rollup = bdl_rollup_new(),
		.region = bdl_region_new(16 * 1024 * 1024) };

	d.store = store_make(&d.folder);
	assert_int_equal(bdl_store_begin(d.store, NULL), 0);
	return d;
}

static void desk_done(struct desk *d)
{
	bdl_rollup_free(d->rollup);
	bdl_store_close(d->store);
	bdl_region_free(d->region);
	folder_done(&d->folder);
}

static struct bdl_view matched(
    const struct bdl_ruleset *r, const struct bdl_verdict *v, struct bdl_region *region)
{
	struct bdl_buf text BDL_AUTO_IN(bdl_buf_done) = BDL_BUF(8192);

	for (uint16_t i = 0; i < bdl_ruleset_rules(r); i++) {
		struct bdl_rule_ref ref = bdl_ruleset_rule(r, i);

		if (bdl_verdict_matched(v, i))
			(void)bdl_buf_printf(&text, "%s%.*s#%.*s", text.n ? " " : "",
			    BDL_FMT(ref.policy_name), BDL_FMT(ref.clause->id));
	}
	return bdl_region_view(region, bdl_buf_view(&text));
}

/* Counts as a door does: those of which all else holds, until no new ones come. */
static void count(const struct bdl_ruleset *r, struct bdl_act *a, uint64_t n, struct desk *d)
{
	struct bdl_buf kept BDL_AUTO_IN(bdl_buf_done) = BDL_BUF(BDL_KEPT_MAX);
	struct bdl_counterset set, done = { 0 };
	struct bdl_facts f;
	char word[48];
	bool any = true;

	(void)bdl_buf_add_view(&kept, a->kept);
	while (any) {
		any = false;
		a->kept = bdl_region_view(d->region, bdl_buf_view(&kept));
		assert_true(bdl_act_facts(a, r, d->region, &f));
		(void)bdl_judge_counters(r, &f, &set);
		for (unsigned i = 0; i < bdl_ruleset_counters(r); i++) {
			if (!bdl_counterset_has(&set, i) || bdl_counterset_has(&done, i))
				continue;
			(void)snprintf(word, sizeof(word), "%016" PRIx64 ":%" PRIu64,
			    bdl_ruleset_counter(r, i)->id, n);
			bdl_kept_add(&kept, "count", bdl_view_of(word));
			bdl_counterset_add(&done, i);
			any = true;
		}
	}
}

/* Judged under the ruleset and brought to the store, as it would come there. */
static void record(struct desk *d, const struct bdl_ruleset *r, struct bdl_act a, uint64_t n)
{
	struct bdl_verdict v;
	struct bdl_facts f;

	count(r, &a, n, d);
	assert_true(bdl_act_facts(&a, r, d->region, &f));
	bdl_judge(r, &f, &v);
	a.version = *bdl_ruleset_version(r);
	a.action = v.action;
	a.critical = v.critical;
	a.policy = a.clause = a.tell = (struct bdl_view){ 0 };
	a.clauses = matched(r, &v, d->region);
	if (v.rule != BDL_NO_RULE) {
		struct bdl_rule_ref ref = bdl_ruleset_rule(r, v.rule);
		a.policy = ref.policy_name;
		a.clause = ref.clause->id;
	}
	if (bdl_view_starts(a.kept, BDL_LIT("stage=response")) && v.rule == BDL_NO_RULE)
		return; /* answers of which no rule speaks are not recorded */
	if (a.kind == BDL_KIND_PART && a.action <= BDL_NOTE)
		a.path = (struct bdl_view){ 0 };
	if (bdl_visits_take(&a))
		bdl_rollup_add(d->rollup, &a);
	else
		assert_int_equal(bdl_acts_add(d->store, &a, NULL), 0);
}

static void stored(struct desk *d)
{
	struct bdl_err err = { 0 };

	if (bdl_rollup_store(d->rollup, d->store, &err) || bdl_store_commit(d->store, &err))
		fail_msg("%s", err.text);
	bdl_rollup_clear(d->rollup);
}

static void replay_since(
    struct desk *d, const struct bdl_ruleset *now, const struct bdl_ruleset *then, int64_t since_ms)
{
	struct bdl_replay *p BDL_AUTO(bdl_replay_free) = bdl_replay_new(now, then);
	struct bdl_err err = { 0 };

	if (bdl_replay_run(d->store, p, since_ms, INT64_MAX, d->region, &d->report, &err))
		fail_msg("%s", err.text);
}

static void replay(struct desk *d, const struct bdl_ruleset *now, const struct bdl_ruleset *then)
{
	replay_since(d, now, then, 0);
}

static struct bdl_act page(int64_t at_ms, const char *person, const char *host, const char *path)
{
	struct bdl_act a = page_blocked(at_ms);

	a.person = bdl_view_of(person);
	a.known = *person != '\0';
	a.groups = a.known ? BDL_LIT("staff") : (struct bdl_view){ 0 };
	a.host = bdl_view_of(host);
	a.path = bdl_view_of(path);
	a.minute = (uint16_t)(at_ms / 60000 % (24 * 60));
	a.weekday = 5;
	a.kept = BDL_LIT("stage=request");
	return a;
}

static struct bdl_act part(int64_t at_ms, const char *person, const char *host)
{
	struct bdl_act a = page(at_ms, person, host, "/x.js");

	a.kind = BDL_KIND_PART;
	return a;
}

/* --- what a report says --- */

static const struct bdl_replay_change *change_at(const struct desk *d, size_t i)
{
	if (i >= d->report.n_changes)
		fail_msg("there are only %zu changes", d->report.n_changes);
	return &d->report.changes[i];
}

static void assert_view(struct bdl_view got, const char *want)
{
	if (!bdl_view_is(got, want))
		fail_msg("got '%.*s', want '%s'", BDL_FMT(got), want);
}

static void assert_count(const struct bdl_replay_count *n, int64_t acts, int64_t parts,
    int64_t people, int64_t addresses, int64_t hosts)
{
	assert_int_equal(n->acts, acts);
	assert_int_equal(n->parts, parts);
	assert_int_equal(n->people, people);
	assert_int_equal(n->addresses, addresses);
	assert_int_equal(n->hosts, hosts);
}

#define GAMBLING CLAUSE("web.gambling", "block web to category gambling")
#define NEWS     CLAUSE("web.news", "coach web to host news.example")

static void says_clause_by_clause_what_would_change(void **state)
{
	(void)state;
	struct bdl_ruleset *now BDL_AUTO(bdl_ruleset_free) = rules_of(GAMBLING);
	struct bdl_ruleset *then BDL_AUTO(bdl_ruleset_free) = rules_of(NEWS);
	struct desk d = desk_make();

	record(&d, now, page(T0, "ada", "bets.example", "/"), 0);
	record(&d, now, page(T0 + 1000, "ben", "bets.example", "/a"), 0);
	struct bdl_act a = page(T0 + 2000, "ada", "news.example", "/");
	a.categories = BDL_LIT("news");
	record(&d, now, a, 0);
	a = page(T0 + 3000, "", "news.example", "/2");
	a.categories = BDL_LIT("news");
	record(&d, now, a, 0);
	a = page(T0 + 4000, "cy", "maps.example", "/");
	a.categories = BDL_LIT("maps");
	record(&d, now, a, 0);
	for (int i = 0; i < 5; i++)
		record(&d, now, part(T0 + i, "cy", "ads.bets.example"), 0);
	stored(&d);
	replay(&d, now, then);
	assert_count(&d.report.all, 5, 5, 3, 1, 4);
	assert_count(&d.report.changed, 4, 5, 3, 1, 3);
	assert_count(&d.report.unknown, 0, 0, 0, 0, 0);
	assert_int_equal(d.report.otherwise, 0);
	assert_int_equal(d.report.n_changes, 2);
	const struct bdl_replay_change *c = change_at(&d, 0);
	assert_int_equal(c->kind, BDL_REPLAY_CHANGED);
	assert_view(c->from_clause, "web.gambling");
	assert_view(c->from_policy, "staff");
	assert_view(c->to_clause, "");
	assert_int_equal(c->from, BDL_BLOCK);
	assert_int_equal(c->to, BDL_ALLOW);
	assert_count(&c->n, 2, 5, 3, 0, 2);
	assert_int_equal(c->n_examples, 2);
	assert_view(c->examples[0].host, "bets.example");
	assert_int_equal(c->examples[0].at_ms, T0 + 1000);
	c = change_at(&d, 1);
	assert_int_equal(c->from, BDL_ALLOW);
	assert_int_equal(c->to, BDL_COACH);
	assert_view(c->to_clause, "web.news");
	assert_count(&c->n, 2, 0, 1, 1, 1);
	desk_done(&d);
}

static void looks_at_what_was_since_then(void **state)
{
	(void)state;
	struct bdl_ruleset *now BDL_AUTO(bdl_ruleset_free) = rules_of(NEWS);
	struct bdl_ruleset *then BDL_AUTO(bdl_ruleset_free) = rules_of(GAMBLING);
	struct desk d = desk_make();

	for (int i = 0; i < 4; i++) {
		record(&d, now, page(T0 + i * BDL_HOUR_MS, "ada", "bets.example", "/"), 0);
		record(&d, now, page(T0 + i * BDL_HOUR_MS, "ada", "news.example", "/"), 0);
		record(&d, now, part(T0 + i * BDL_HOUR_MS, "ada", "bets.example"), 0);
	}
	stored(&d);
	replay_since(&d, now, then, T0 + 2 * BDL_HOUR_MS);
	assert_int_equal(d.report.all.acts, 4);
	assert_int_equal(d.report.all.parts, 2);
	replay_since(&d, now, then, T0 + 2 * BDL_HOUR_MS + 1);
	assert_int_equal(d.report.all.acts, 2);
	assert_int_equal(d.report.all.parts, 2); /* of the whole hour */
	replay_since(&d, now, then, T0 + 9 * BDL_HOUR_MS);
	assert_int_equal(d.report.all.acts + d.report.all.parts, 0);
	desk_done(&d);
}

/* A rule of the draft asks for what was not kept: of the acts it may concern nobody can tell. */
static void does_not_guess(void **state)
{
	(void)state;
	static const struct {
		const char *rules;
		int64_t acts, parts; /* unknown */
		enum bdl_fact fact;
	} rows[] = {
		{ "block web download to host bets.example", 2, 3, BDL_FACT_DOWNLOAD },
		{ "block web to host bets.example, after 3 in 1 hour", 2, 3, BDL_FACT_TIMES },
		{ "block web to host bets.example, to path /live", 0, 3, BDL_FACT_PATH },
		{ "block web to host bets.example, with method post", 0, 3, BDL_FACT_METHOD },
		{ "block web download to host other.example", 0, 0, BDL_FACT_DOWNLOAD },
		{ "block web to host bets.example during 11:45-11:47", 0, 3, BDL_FACT_TIME },
		{ "block web to host bets.example during 12:00-13:00", 0, 0, BDL_FACT_TIME },
	};

	for (size_t i = 0; i < BDL_ARRAY_LEN(rows); i++) {
		struct bdl_buf text BDL_AUTO_IN(bdl_buf_done) = BDL_BUF(1000);
		struct desk d = desk_make();

		(void)bdl_buf_printf(&text, "%s" CLAUSE("web.new", "%s"), GAMBLING, rows[i].rules);
		struct bdl_ruleset *now BDL_AUTO(bdl_ruleset_free) = rules_of(GAMBLING);
		struct bdl_ruleset *then BDL_AUTO(bdl_ruleset_free) = rules_of(bdl_buf_str(&text));
		struct bdl_act a = page(T0, "ada", "bets.example", "/sport");
		a.categories = (struct bdl_view){ 0 };
		record(&d, now, a, 0);
		a.at_ms += 1000;
		record(&d, now, a, 0);
		a.kind = BDL_KIND_PART;
		for (int k = 0; k < 3; k++) {
			a.at_ms = T0 + 5 * 60000; /* 11:45 */
			a.minute = 11 * 60 + 45;
			record(&d, now, a, 0);
		}
		stored(&d);
		replay(&d, now, then);
		if (d.report.unknown.acts != rows[i].acts ||
		    d.report.unknown.parts != rows[i].parts)
			fail_msg("%s: unknown %" PRId64 " and %" PRId64, rows[i].rules,
			    d.report.unknown.acts, d.report.unknown.parts);
		assert_int_equal(d.report.changed.acts + d.report.changed.parts, 0);
		if (rows[i].acts + rows[i].parts) {
			assert_view(change_at(&d, 0)->to_clause, "web.new");
			assert_non_null(memmem(change_at(&d, 0)->missing.p,
			    change_at(&d, 0)->missing.n, bdl_fact_words(rows[i].fact),
			    strlen(bdl_fact_words(rows[i].fact))));
		}
		replay(&d, then, then);
		assert_int_equal(d.report.unknown.acts + d.report.unknown.parts, 0);
		desk_done(&d);
	}
}

/* What the record says of a rule that nobody can judge again: that it applied, and that it did not. */
static void believes_the_record(void **state)
{
	(void)state;
	static const char counted[] =
	    CLAUSE("web.often", "block web to host bets.example, after 3 in 1 hour");
	struct bdl_ruleset *now BDL_AUTO(bdl_ruleset_free) = rules_of(counted);
	struct bdl_ruleset *then BDL_AUTO(bdl_ruleset_free) = rules_of(NEWS);
	struct bdl_ruleset *more BDL_AUTO(bdl_ruleset_free) =
	    rules_of(CLAUSE("web.often", "block web to host bets.example, after 3 in 1 hour")
		    CLAUSE("web.all", "coach web to host bets.example"));
	struct desk d = desk_make();

	record(&d, now, page(T0, "ada", "bets.example", "/"), 2);     /* allowed */
	record(&d, now, page(T0 + 1, "ada", "bets.example", "/"), 3); /* blocked */
	record(&d, now, part(T0 + 2, "ada", "bets.example"), 2);
	record(&d, now, part(T0 + 3, "ada", "bets.example"), 3);
	stored(&d);
	replay(&d, now, now);
	assert_int_equal(d.report.n_changes, 0);
	replay(&d, now, then);
	/* The counts of acts were kept; of the part that was blocked only that it was, by the clause. */
	assert_count(&d.report.changed, 1, 0, 1, 0, 1);
	assert_count(&d.report.unknown, 0, 1, 1, 0, 1);
	assert_true(change_at(&d, 1)->dropped);
	assert_view(change_at(&d, 1)->to_clause, "web.often");
	/* What was blocked would be again; what was not would be coached now. */
	replay(&d, now, more);
	assert_count(&d.report.changed, 1, 1, 1, 0, 1);
	assert_count(&d.report.unknown, 0, 0, 0, 0, 0);
	assert_int_equal(change_at(&d, 0)->to, BDL_COACH);
	desk_done(&d);
}

static void counts_what_is_withheld_and_what_was_judged_otherwise(void **state)
{
	(void)state;
	struct bdl_ruleset *then BDL_AUTO(bdl_ruleset_free) = rules_of(GAMBLING);
	struct bdl_ruleset *now BDL_AUTO(bdl_ruleset_free) = rules_of(NEWS);
	struct desk d = desk_make();
	struct bdl_act a = page_blocked(T0);

	a.kept = BDL_LIT("stage=withheld");
	assert_int_equal(bdl_acts_add(d.store, &a, NULL), 0);
	a = page_blocked(T0 + 1); /* of a version before `now` */
	a.kept = BDL_LIT("stage=request");
	assert_int_equal(bdl_acts_add(d.store, &a, NULL), 0);
	stored(&d);
	replay(&d, now, then);
	assert_int_equal(d.report.withheld, 1);
	assert_int_equal(d.report.otherwise, 1);
	assert_int_equal(d.report.all.acts, 1);
	assert_int_equal(change_at(&d, 0)->from, BDL_ALLOW);
	assert_int_equal(change_at(&d, 0)->to, BDL_BLOCK);
	desk_done(&d);
}

/* --- kept for the portal --- */

static struct bdl_document *draft_of(struct desk *d, const char *text)
{
	struct bdl_findings *findings BDL_AUTO(bdl_findings_free) = bdl_findings_new();
	char bytes[1024];
	struct bdl_draft_row former;
	struct bdl_document *doc = NULL;

	assert_int_equal(
	    bdl_document_parse(policy_text(bytes, "staff", "gambling", text), findings, &doc, NULL),
	    0);
	assert_int_equal(bdl_drafts_keep(d->store, BDL_LIT("staff"), doc, BDL_LIT("office"), T0,
			     &former, d->region, NULL),
	    0);
	return doc;
}

static void is_kept_beside_its_draft(void **state)
{
	(void)state;
	struct bdl_ruleset *now BDL_AUTO(bdl_ruleset_free) = rules_of(GAMBLING);
	struct bdl_ruleset *then BDL_AUTO(bdl_ruleset_free) =
	    rules_of(NEWS CLAUSE("web.new", "block web download to host maps.example"));
	struct desk d = desk_make();
	struct bdl_kept_replay k = { .compared = *bdl_ruleset_version(now) }, got;

	record(&d, now, page(T0, "ada", "bets.example", "/"), 0);
	record(&d, now, page(T0, "ada", "www.bets.example", "/"), 0);
	struct bdl_act a = page(T0, "", "maps.example", "/");
	a.categories = (struct bdl_view){ 0 };
	record(&d, now, a, 0);
	stored(&d);
	replay(&d, now, then);
	struct bdl_document *draft BDL_AUTO(bdl_document_free) = draft_of(&d, "One.");
	k.draft = draft->digest;
	k.report = d.report;
	assert_int_equal(
	    bdl_replays_get(d.store, BDL_LIT("staff"), d.region, &got, NULL), BDL_E_MISSING);
	for (int i = 0; i < 2; i++) /* again, in the place of the first */
		assert_int_equal(bdl_replays_keep(d.store, BDL_LIT("staff"), &k, NULL), 0);
	assert_int_equal(bdl_replays_get(d.store, BDL_LIT("staff"), d.region, &got, NULL), 0);
	assert_true(bdl_digest_eq(&got.draft, &k.draft));
	assert_true(bdl_digest_eq(&got.compared, &k.compared));
	assert_int_equal(got.report.until_ms, INT64_MAX);
	assert_count(&got.report.all, 3, 0, 1, 1, 3);
	assert_int_equal(got.report.changed.acts, 2);
	assert_int_equal(got.report.unknown.acts, 1);
	assert_int_equal(got.report.n_changes, 2);
	assert_view(got.report.changes[0].from_clause, "web.gambling");
	assert_int_equal(got.report.changes[0].to, BDL_ALLOW);
	assert_int_equal(got.report.changes[0].n_examples, 2);
	assert_int_equal(got.report.changes[0].examples[0].at_ms, T0);
	assert_view(got.report.changes[1].to_clause, "web.new");
	assert_view(got.report.changes[1].missing, "whether it is a download");
	struct bdl_document *next BDL_AUTO(bdl_document_free) = draft_of(&d, "Two.");
	assert_int_equal(
	    bdl_replays_get(d.store, BDL_LIT("staff"), d.region, &got, NULL), BDL_E_MISSING);
	assert_int_equal(bdl_replays_keep(d.store, BDL_LIT("staff"), &k, NULL), BDL_E_CONFLICT);
	k.draft = next->digest;
	assert_int_equal(bdl_replays_keep(d.store, BDL_LIT("staff"), &k, NULL), 0);
	struct bdl_version_row v;
	char bytes[1024];
	/* Other bytes come in force beside it: the draft stays, and what was found of it. */
	assert_int_equal(
	    publish(d.store, "staff", policy_text(bytes, "staff", "gambling", "Three."), T0 + 1, &v,
		d.region, NULL),
	    0);
	assert_int_equal(bdl_replays_get(d.store, BDL_LIT("staff"), d.region, &got, NULL), 0);
	assert_int_equal(publish(d.store, "staff", policy_text(bytes, "staff", "gambling", "Two."),
			     T0 + 2, &v, d.region, NULL),
	    0);
	assert_int_equal(
	    bdl_replays_get(d.store, BDL_LIT("staff"), d.region, &got, NULL), BDL_E_MISSING);
	desk_done(&d);
}

/* --- whatever the policy, whatever the acts --- */

static uint64_t next(uint64_t *seed)
{
	uint64_t z = (*seed += 0x9e3779b97f4a7c15);

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
	z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
	return z ^ (z >> 31);
}

static const char *one_of(uint64_t *seed, const char *const *words, size_t n)
{
	return words[next(seed) % n];
}

#define ONE_OF(seed, ...)                                  \
	one_of(seed, (const char *const[]){ __VA_ARGS__ }, \
	    sizeof((const char *const[]){ __VA_ARGS__ }) / sizeof(const char *))

#define CLAUSES 8

/* A clause with a rule of any kind of fact that the web door tells; it may be one that is refused. */
static void some_clause(uint64_t *seed, int i, struct bdl_buf *out)
{
	(void)bdl_buf_printf(out, "\n# C {#web.c%d}\n\nSo.\n\n```rules\n%s web%s %s", i,
	    ONE_OF(seed, "block", "coach", "note"),
	    ONE_OF(seed, "", "", "", " download", " upload", " search"),
	    ONE_OF(seed, "to category games", "to host a.example", "to category news",
		"to host b.example", "to category games, news"));
	(void)bdl_buf_add_str(out,
	    ONE_OF(seed, "", "", ", to path /live", ", with method post", ", by staff",
		", after 3 in 1 hour", " during 11:45-11:47", ", using own-devices", ", at library",
		" of more than 1 MB"));
	(void)bdl_buf_printf(out, "%s\n```\n",
	    ONE_OF(seed, "", "", ", unless by staff", ", unless at library",
		", unless to path /live/2", ", unless during 12:00-13:00"));
}

static struct bdl_ruleset *some_rules(uint64_t *seed)
{
	struct bdl_buf text BDL_AUTO_IN(bdl_buf_done) = BDL_BUF(BDL_DOCUMENT_MAX);

	for (int i = 0; i < CLAUSES;) {
		struct bdl_buf one BDL_AUTO_IN(bdl_buf_done) = BDL_BUF(1000);
		struct bdl_ruleset *alone BDL_AUTO(bdl_ruleset_free) = NULL;

		some_clause(seed, i, &one);
		alone = try_rules(bdl_buf_str(&one), NULL);
		if (!alone)
			continue;
		(void)bdl_buf_add_view(&text, bdl_buf_view(&one));
		i++;
	}
	return rules_of(bdl_buf_str(&text));
}

static struct bdl_act some_act(uint64_t *seed, int64_t at_ms)
{
	struct bdl_act a = page(at_ms, ONE_OF(seed, "ada", "ben", "cy", ""),
	    ONE_OF(seed, "a.example", "b.example", "c.example", "www.google.com"),
	    ONE_OF(seed, "/", "/live", "/live/2", "/search?q=cats", "/x?y"));
	static const enum bdl_act_kind kinds[] = { BDL_KIND_PAGE, BDL_KIND_PAGE, BDL_KIND_UPLOAD,
		BDL_KIND_SEARCH };

	a.kind = kinds[next(seed) % BDL_ARRAY_LEN(kinds)];
	a.groups = bdl_view_of(a.known ? ONE_OF(seed, "staff", "pupils", "staff head", "") : "");
	a.categories = bdl_view_of(ONE_OF(seed, "", "games", "news", "games news"));
	a.method = bdl_view_of(ONE_OF(seed, "GET", "GET", "POST"));
	a.place = bdl_view_of(ONE_OF(seed, "", "library"));
	a.equipment = bdl_view_of(ONE_OF(seed, "", "own-devices", "school-devices"));
	a.kept = bdl_view_of(ONE_OF(seed, "stage=request", "stage=request", "stage=connect",
	    "stage=request terms=cats", "stage=response type=video/mp4 download=1 size=2000000",
	    "stage=response type=text/html size=100", "stage=request size=3000000"));
	return a;
}

static void the_same_version_changes_nothing(void **state)
{
	(void)state;
	uint64_t seed = 20261121;
	int64_t judged = 0, strict = 0;

	for (int p = 0; p < 12; p++) {
		struct bdl_ruleset *r BDL_AUTO(bdl_ruleset_free) = some_rules(&seed);
		struct desk d = desk_make();

		for (int i = 0; i < 300; i++)
			record(&d, r, some_act(&seed, T0 + i * 60000), next(&seed) % 5);
		stored(&d);
		strict += store_number(d.store, "SELECT count(*) FROM act");
		replay(&d, r, r);
		assert_int_equal(d.report.n_changes, 0);
		assert_int_equal(d.report.otherwise, 0);
		judged += d.report.all.acts;
		/* Of parts not all is kept by which they were judged, and still nothing changes. */
		assert_int_equal(bdl_store_begin(d.store, NULL), 0);
		for (int i = 0; i < 300; i++) {
			struct bdl_act a = some_act(&seed, T0 + i * 60000);
			a.kind = BDL_KIND_PART;
			record(&d, r, a, next(&seed) % 5);
		}
		stored(&d);
		replay(&d, r, r);
		assert_int_equal(d.report.n_changes, 0);
		desk_done(&d);
	}
	assert_true(judged > 2000 && strict > 500);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(says_clause_by_clause_what_would_change),
		cmocka_unit_test(looks_at_what_was_since_then),
		cmocka_unit_test(does_not_guess),
		cmocka_unit_test(believes_the_record),
		cmocka_unit_test(counts_what_is_withheld_and_what_was_judged_otherwise),
		cmocka_unit_test(is_kept_beside_its_draft),
		cmocka_unit_test(the_same_version_changes_nothing),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
