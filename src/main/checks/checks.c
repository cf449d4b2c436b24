/* Which checks there are, which are due, and what becomes of what they find. */
#include "main/checks/checks.h"
#include "base/alloc.h"
#include "base/clock.h"
#include "main/checks/checks_int.h"
#include "main/data.h"

#define RULES_MAX   256              /* `check` in all policies in force */
#define AGAIN_MS    (10 * 60 * 1000) /* what did not pass is tried again by then */
#define PLACES_MAX  128
#define DEVICES_MAX 3
#define EARLY_MS    30000 /* a job that comes a little early is not put off to the next time */

/* One rule `check`, and by which clause. */
struct due_rule {
	struct bdl_check_key key;
	const struct bdl_document *document;
	const struct bdl_rule *rule;
	enum bdl_own_check what;
};

static const struct {
	bdl_check_fn *of_people; /* for each group and place; NULL: nothing */
	bdl_check_fn *once[2];
} kinds[BDL_CHECKS] = {
	[BDL_CHECK_DOORS] = { bdl_check_doors, { bdl_check_streams, bdl_check_journal } },
	[BDL_CHECK_FILTER] = { bdl_check_filter, { NULL } },
	[BDL_CHECK_HELP_LINES] = { bdl_check_help_lines, { NULL } },
	[BDL_CHECK_BLOCK_PAGE] = { bdl_check_block_page, { NULL } },
	[BDL_CHECK_SAFE_SEARCH] = { bdl_check_safe_search, { NULL } },
	[BDL_CHECK_TEXTS] = { bdl_check_texts, { NULL } },
	[BDL_CHECK_STREAMS] = { NULL, { bdl_check_streams } },
	[BDL_CHECK_LISTS] = { NULL, { bdl_check_lists } },
	[BDL_CHECK_ILLEGAL_LIST] = { NULL, { bdl_check_illegal_list, bdl_check_illegal_test } },
	[BDL_CHECK_DNS] = { NULL, { bdl_check_dns } },
	[BDL_CHECK_JOURNAL] = { NULL, { bdl_check_journal } },
	[BDL_CHECK_BACKUP] = { NULL, { bdl_check_backup } },
	[BDL_CHECK_RESTORE] = { NULL, { bdl_check_restore } },
};

/* --- the rules --- */

static size_t find_rules(struct bdl_checking *c, const char *host, struct due_rule *out)
{
	size_t n = 0;

	for (size_t p = 0; p < bdl_ruleset_policies(c->asking); p++) {
		const struct bdl_document *d = bdl_ruleset_document(c->asking, p);

		for (size_t i = 0; i < d->n_clauses; i++)
			for (size_t k = 0; k < d->clauses[i].n_rules && n < RULES_MAX; k++) {
				const struct bdl_rule *rule = &d->clauses[i].rules[k];
				if (rule->kind != BDL_RULE_CHECK || !bdl_rule_carried_out(rule))
					continue;
				struct bdl_view name = rule->head.lists[0].words[0].text;
				out[n++] = (struct due_rule){
					.key = { bdl_view_of(host),
					    bdl_ruleset_policy_name(c->asking, p), d->clauses[i].id,
					    name },
					.document = d,
					.rule = rule,
					.what = (enum bdl_own_check)bdl_own_check_find(name),
				};
			}
	}
	return n;
}

static bool is_due(
    const struct due_rule *r, const struct bdl_check_row *last, size_t n, int64_t now_ms)
{
	int64_t began_ms = INT64_MIN;
	bool passed = true;

	for (size_t i = 0; i < n; i++) {
		if (!bdl_view_eq(last[i].key.host, r->key.host) ||
		    !bdl_view_eq(last[i].key.policy, r->key.policy) ||
		    !bdl_view_eq(last[i].key.clause, r->key.clause) ||
		    !bdl_view_eq(last[i].key.name, r->key.name))
			continue;
		began_ms = last[i].began_ms > began_ms ? last[i].began_ms : began_ms;
		passed = passed && last[i].outcome == BDL_CHECK_PASSED;
	}
	/* Never, or in a time to come: a clock was put right. */
	if (began_ms == INT64_MIN || began_ms > now_ms)
		return true;
	int64_t every_ms = bdl_own_check_every_ms(r->rule);
	return now_ms - began_ms >=
	    (passed || every_ms < AGAIN_MS ? every_ms : AGAIN_MS) - EARLY_MS;
}

/* --- for whom and where --- */

/* Each once, ended by a NUL. */
static size_t add_name(
    struct bdl_checking *c, struct bdl_view name, struct bdl_view *out, size_t n, size_t max)
{
	for (size_t i = 0; i < n; i++)
		if (bdl_view_eq(out[i], name))
			return n;
	const char *text = bdl_region_str(c->region, name);
	if (n < max && text)
		out[n++] = bdl_view_of(text);
	return n;
}

static size_t names_of(struct bdl_checking *c, const struct bdl_rule *rule,
    enum bdl_phrase_form form, struct bdl_view *out, size_t max)
{
	size_t n = 0;

	for (size_t i = 0; i < rule->n_conds; i++)
		for (size_t k = 0; rule->conds[i].form == form && k < rule->conds[i].lists[0].n;
		     k++)
			n = add_name(c, rule->conds[i].lists[0].words[k].text, out, n, max);
	return n;
}

/*
 * Where the check says nothing: nowhere in particular, and each place that a rule in force speaks
 * of.
 */
static size_t places_of(struct bdl_checking *c, const struct bdl_rule *rule, struct bdl_view *out)
{
	size_t n = names_of(c, rule, BDL_PHRASE_AT, out, PLACES_MAX);

	if (n > 0)
		return n;
	out[n++] = bdl_view_of("");
	for (uint16_t i = 0; c->networks && i < bdl_ruleset_rules(c->ruleset); i++) {
		const struct bdl_rule *r = bdl_ruleset_rule(c->ruleset, i).rule;
		struct bdl_view more[PLACES_MAX];
		size_t n_more = names_of(c, r, BDL_PHRASE_AT, more, PLACES_MAX);
		for (size_t k = 0; k < n_more; k++)
			n = add_name(c, more[k], out, n, PLACES_MAX);
	}
	return n;
}

/* Where the check says nothing: each group that the policy binds, and people whom nobody knows. */
static size_t groups_of(struct bdl_checking *c, const struct due_rule *r, struct bdl_view *out)
{
	size_t n = names_of(c, r->rule, BDL_PHRASE_BY, out, BDL_CHECK_RESULTS_MAX);

	if (n > 0)
		return n;
	for (size_t i = 0; i < r->document->front.n_binds; i++)
		n = add_name(c, r->document->front.binds[i], out, n, BDL_CHECK_RESULTS_MAX - 1);
	out[n++] = bdl_view_of("unknown");
	return n;
}

/* Somebody of a group that a policy does not bind by its own name is of one that it does. */
static struct bdl_view groups_text(
    struct bdl_checking *c, const struct due_rule *r, struct bdl_view group)
{
	const struct bdl_front *front = &r->document->front;

	if (bdl_view_is(group, "unknown"))
		return bdl_view_of("");
	for (size_t i = 0; i < front->n_binds; i++)
		if (bdl_view_eq(front->binds[i], group))
			return group;
	const char *both = bdl_region_printf(c->region, "%.*s %.*s", BDL_FMT(group),
	    BDL_FMT(front->n_binds ? front->binds[0] : bdl_view_of("")));
	return bdl_view_of(both);
}

/* --- running one --- */

static struct bdl_view tell_of(struct bdl_checking *c, const struct bdl_rule *rule)
{
	struct bdl_buf text BDL_AUTO_IN(bdl_buf_done) = BDL_BUF(1024);

	for (size_t i = 0; i < rule->n_phrases; i++)
		for (size_t k = 0;
		     rule->phrases[i].form == BDL_PHRASE_TELL && k < rule->phrases[i].lists[0].n;
		     k++) {
			if (text.n)
				(void)bdl_buf_add_char(&text, ' '); /* of roles there are few */
			(void)bdl_buf_add_view(&text, rule->phrases[i].lists[0].words[k].text);
		}
	return bdl_region_view(c->region, bdl_buf_view(&text));
}

static int make(struct bdl_checking *c, bdl_check_fn *const *fns, size_t n_fns,
    const struct bdl_stand *stand, struct bdl_finding_of *f, struct bdl_err *err)
{
	int rc = 0;

	f->outcome = BDL_CHECK_PASSED;
	f->is_passing = f->is_unanswered = false;
	bdl_buf_clear(&f->said);
	bdl_buf_clear(&f->mend);
	for (size_t i = 0; i < n_fns && rc == 0 && !f->is_unanswered; i++)
		rc = fns[i] ? fns[i](c, stand, f, err) : 0;
	return rc;
}

/*
 * What does not pass is told once it does not pass by what is in force and held by the doors, and for
 * nothing that goes by.
 */
static int make_until_told(struct bdl_checking *c, bdl_check_fn *const *fns, size_t n_fns,
    const struct bdl_stand *stand, struct bdl_finding_of *f, int64_t *ret_began_ms,
    struct bdl_err *err)
{
	bool again = true;
	int rc = 0;

	for (int tries = 1; rc == 0 && again; tries++) {
		*ret_began_ms = bdl_now_ms();
		rc = make(c, fns, n_fns, stand, f, err);
		again = false;
		if (rc == 0 && f->outcome != BDL_CHECK_PASSED)
			rc = bdl_checks_settle(c, tries, f->is_passing, &again, err);
	}
	return rc;
}

static int run_one(struct bdl_checking *c, const struct due_rule *r, bdl_check_fn *const *fns,
    size_t n_fns, const struct bdl_stand *stand, struct bdl_check_row *ret, struct bdl_err *err)
{
	struct bdl_finding_of f = {
		.rule = r->rule,
		.clause = bdl_region_printf(
		    c->region, "%.*s#%.*s", BDL_FMT(r->key.policy), BDL_FMT(r->key.clause)),
		.said = BDL_BUF(BDL_CHECK_SAID_MAX),
		.mend = BDL_BUF(BDL_CHECK_SAID_MAX),
	};
	int64_t begun_ms = bdl_tick_ms(), began_ms = 0;

	int rc = make_until_told(c, fns, n_fns, stand, &f, &began_ms, err);
	ret->key = r->key;
	ret->tell = tell_of(c, r->rule);
	ret->outcome = f.outcome;
	ret->began_ms = began_ms;
	ret->took_ms = bdl_tick_ms() - begun_ms;
	ret->asked = f.asked;
	ret->said = bdl_region_view(c->region, bdl_buf_view(&f.said));
	ret->mend = bdl_region_view(c->region, bdl_buf_view(&f.mend));
	bdl_buf_done(&f.said);
	bdl_buf_done(&f.mend);
	return rc;
}

/* What is left out is said. */
static void add_untried(
    struct bdl_checking *c, const struct due_rule *r, struct bdl_check_row *row, size_t n)
{
	*row = (struct bdl_check_row){
		.key = r->key,
		.tell = tell_of(c, r->rule),
		.who = BDL_LIT("others"),
		.outcome = BDL_CHECK_NOT_RUN,
		.began_ms = bdl_now_ms(),
		.said = bdl_view_of(
		    bdl_region_printf(c->region, "Of groups by places %zu more are not tried.", n)),
		.mend = BDL_LIT(
		    "Write several checks that name theirs: check filter by pupils at library."),
	};
}

static int run_people(struct bdl_checking *c, const struct due_rule *r, struct bdl_check_row *rows,
    size_t *n, struct bdl_err *err)
{
	struct bdl_view groups[BDL_CHECK_RESULTS_MAX], places[PLACES_MAX], devices[DEVICES_MAX];
	size_t n_groups = groups_of(c, r, groups), n_places = places_of(c, r->rule, places);
	size_t n_devices = names_of(c, r->rule, BDL_PHRASE_USING, devices, DEVICES_MAX);
	int rc = 0;

	if (n_devices == 0)
		devices[n_devices++] = bdl_view_of("");
	for (size_t i = 0; i < n_groups * n_places * n_devices && rc == 0; i++) {
		struct bdl_view place = places[i / n_devices % n_places],
				device = devices[i % n_devices];
		struct bdl_view group = groups[i / n_devices / n_places];
		struct bdl_stand stand = { groups_text(c, r, group), place, device };
		if (*n == BDL_CHECK_RESULTS_MAX) {
			add_untried(c, r, &rows[(*n)++], n_groups * n_places * n_devices - i);
			return 0;
		}
		struct bdl_check_row *row = &rows[(*n)++];
		rc = run_one(c, r, &kinds[r->what].of_people, 1, &stand, row, err);
		row->who = group;
		row->place = device.n ? bdl_view_of(bdl_region_printf(c->region, "%s%s%s", place.p,
					    place.n ? ", " : "", device.p))
				      : place;
	}
	return rc;
}

static int run_rule(struct bdl_checking *c, const struct due_rule *r, struct bdl_checks_done *sum,
    struct bdl_err *err)
{
	struct bdl_check_row *rows = bdl_region_array(
	    c->region, BDL_CHECK_RESULTS_MAX + 1, sizeof(*rows)); /* what is left out */
	const struct bdl_stand nobody = {
		.group = r->document->front.n_binds
		    ? bdl_region_view(c->region, r->document->front.binds[0])
		    : bdl_view_of(""),
		.place = bdl_view_of(""),
		.equipment = bdl_view_of(""),
	};
	size_t n = 0;
	int rc = 0;

	if (!rows)
		return bdl_fail(err, BDL_E_LIMIT, "there is no room for what checks find");
	if (kinds[r->what].once[0])
		rc = run_one(c, r, kinds[r->what].once, 2, &nobody, &rows[n++], err);
	if (rc == 0 && kinds[r->what].of_people)
		rc = run_people(c, r, rows, &n, err);
	if (rc == 0)
		rc = bdl_checks_keep(c->store, &r->key, rows, n, err);
	for (size_t i = 0; rc == 0 && i < n; i++) {
		sum->run++;
		sum->passed += rows[i].outcome == BDL_CHECK_PASSED;
		sum->failed += rows[i].outcome == BDL_CHECK_FAILED;
		sum->not_run += rows[i].outcome == BDL_CHECK_NOT_RUN;
	}
	return rc;
}

static int run_all(struct bdl_checking *c, const struct bdl_checks_wanted *wanted, const char *host,
    struct bdl_checks_done *ret, struct bdl_err *err)
{
	struct due_rule *rules = bdl_region_array(c->region, RULES_MAX, sizeof(*rules));
	struct bdl_check_key *keys = bdl_region_array(c->region, RULES_MAX, sizeof(*keys));
	struct bdl_check_row *last;
	size_t n_last, tried = 0;

	if (!rules || !keys)
		return bdl_fail(err, BDL_E_LIMIT, "there is no room for the checks");
	size_t n = find_rules(c, host, rules);
	int rc = bdl_checks_last(c->store, c->region, &last, &n_last, err);
	for (size_t i = 0; i < n && rc == 0; i++) {
		keys[i] = rules[i].key;
		if (wanted->name && !bdl_view_is(rules[i].key.name, wanted->name))
			continue;
		tried++;
		if (wanted->is_asked_for || is_due(&rules[i], last, n_last, bdl_now_ms()))
			rc = run_rule(c, &rules[i], ret, err);
	}
	if (rc == 0)
		rc = bdl_checks_sweep(c->store, bdl_view_of(host), keys, n, bdl_now_ms(), err);
	if (rc == 0 && tried == 0 && wanted->is_asked_for)
		return bdl_fail(err, BDL_E_MISSING,
		    "no policy in force has a rule 'check %s' that this version carries out",
		    wanted->name ? wanted->name : "NAME");
	return rc;
}

int bdl_checks_run(const struct bdl_conf *conf, const struct bdl_checks_wanted *wanted,
    struct bdl_checks_done *ret, struct bdl_err *err)
{
	char host[BDL_DATA_HOST_MAX] = "";
	BDL_AUTO(bdl_checking_free) struct bdl_checking *c = bdl_checking_new(conf);

	c->has_server = wanted->listener >= 0;
	*ret = (struct bdl_checks_done){ 0 };
	int rc = conf->store[0] ? bdl_data_host(conf, host, err) : 0;
	/* Started first, for what is left of this process does without the network. */
	if (rc == 0)
		rc = bdl_asker_start(conf, wanted->listener, &c->asker, err);
	if (rc == 0 && wanted->fence)
		rc = wanted->fence(conf, err);
	if (rc == 0)
		rc = bdl_checking_open(c, err);
	return rc < 0 ? rc : run_all(c, wanted, host, ret, err);
}
