/* What is tried out by acts at the web door. */
#include "base/clock.h"
#include "main/checks/checks_int.h"
#include "proto/html.h"
#include "proto/search.h"

#include <inttypes.h>
#include <stdio.h>
#include <unistd.h>

#define HELP_LINES 12 /* that are asked for, spread over all of them */
#define ARRIVE_MS  20000
#define ARRIVE_NAP 100000 /* us */
#define GONE_ON    " Beadle asks again by itself; beadle check --now does it at once."

static const char mend_door[] =
    "See by beadle status whether the doors hold the policies and lists in force, and by beadle lists "
    "find what the lists say." GONE_ON;

/* --- the filter --- */

/* Names of that list are nobody's to know, so none can be asked for. */
static bool is_illegal(const struct bdl_checking *c, unsigned category)
{
	return strcmp(bdl_ruleset_category(c->ruleset, category), BDL_CATEGORY_ILLEGAL) == 0;
}

/* A host that the lists have in this category; false where there is none. */
static bool find_sample(struct bdl_checking *c, const struct bdl_stand *stand, unsigned category,
    struct bdl_view *ret, struct bdl_expected *expected)
{
	const struct bdl_sample *sample = bdl_checks_sample(c, category);

	for (size_t i = 0; sample && i < sample->n && i < BDL_SAMPLE_MAX; i++) {
		*ret = sample->hosts[i];
		bdl_checks_expect(c, stand, *ret, BDL_LIT("/"), expected);
		if (bdl_catset_has(&expected->categories, category))
			return true;
	}
	return false;
}

/* Whether the door says what is expected. false: it said nothing. */
static bool compare(struct bdl_checking *c, const struct bdl_stand *stand, struct bdl_view host,
    const char *what, struct bdl_finding_of *f, struct bdl_err *err)
{
	struct bdl_expected expected;
	char who[BDL_CHECK_WHO];

	bdl_checks_expect(c, stand, host, BDL_LIT("/"), &expected);
	if (!bdl_checks_ask(c, stand, host, "http", "/", f, err))
		return false;
	if (strcmp(c->asked.verdict, expected.text) != 0)
		bdl_finding_add(f, BDL_CHECK_FAILED, mend_door,
		    "For %s %s was answered with '%s'; the policies in force say '%s'.",
		    bdl_stand_text(stand, who), what, c->asked.verdict, expected.text);
	return true;
}

static int check_category(struct bdl_checking *c, const struct bdl_stand *stand, unsigned category,
    const char *wanted, struct bdl_finding_of *f, struct bdl_err *err)
{
	const char *name = bdl_ruleset_category(c->ruleset, category);
	struct bdl_expected expected;
	struct bdl_view host;
	char what[128], who[BDL_CHECK_WHO];

	if (!find_sample(c, stand, category, &host, &expected)) {
		bdl_finding_add(f, BDL_CHECK_FAILED,
		    "Install a list of it: beadle lists compile, or a source in lists/lists.conf.",
		    "There is no list of %s, so '%s' stops nothing for %s.", name, wanted,
		    bdl_stand_text(stand, who));
		return 0;
	}
	(void)snprintf(what, sizeof(what), "a page on the list of %s", name);
	(void)compare(c, stand, host, what, f, err);
	return err->code;
}

int bdl_check_filter(struct bdl_checking *c, const struct bdl_stand *stand,
    struct bdl_finding_of *f, struct bdl_err *err)
{
	struct bdl_expected wanted;
	size_t tried = 0;
	char who[BDL_CHECK_WHO];

	err->code = 0;
	for (unsigned i = 0; i < bdl_ruleset_categories(c->ruleset); i++) {
		bdl_checks_expect_category(c, stand, i, &wanted);
		if (is_illegal(c, i) || wanted.verdict.action < BDL_COACH)
			continue;
		tried++;
		if (check_category(c, stand, i, wanted.text, f, err) < 0 || f->is_unanswered)
			return err->code;
	}
	if (tried == 0)
		bdl_finding_add(f, BDL_CHECK_NOT_RUN,
		    "Write a rule such as 'block web to category gambling', or let the check go.",
		    "No rule keeps %s from any category here and now, so there is nothing to try.",
		    bdl_stand_text(stand, who));
	else if (compare(c, stand, BDL_LIT(BDL_PROBE_HOST), "a page on no list", f, err) &&
	    err->code == 0)
		bdl_finding_add(f, BDL_CHECK_PASSED, NULL,
		    "Pages of %zu %s and one on no list were answered as the policies say.", tried,
		    tried == 1 ? "category" : "categories");
	return err->code;
}

/* --- help lines --- */

static size_t count_protected(const struct bdl_hosts *hosts)
{
	size_t n = 0;

	for (const struct bdl_host_record *r = NULL; (r = bdl_hosts_next(hosts, r));)
		n += r->kind == BDL_HOST_PROTECTED;
	return n;
}

static bool check_help_line(struct bdl_checking *c, const struct bdl_stand *stand,
    struct bdl_view host, struct bdl_finding_of *f, struct bdl_err *err)
{
	char who[BDL_CHECK_WHO];

	if (!bdl_checks_ask(c, stand, host, "http", "/", f, err))
		return false;
	if (bdl_view_starts(bdl_view_of(c->asked.verdict), BDL_LIT("allow")) ||
	    bdl_view_starts(bdl_view_of(c->asked.verdict), BDL_LIT("note")))
		return true;
	bdl_finding_add(f, BDL_CHECK_FAILED,
	    "Write an exception into that clause, such as 'unless to category help-lines'." GONE_ON,
	    "%.*s is not open to %s: '%s'.", BDL_FMT(host), bdl_stand_text(stand, who),
	    c->asked.verdict);
	return true;
}

int bdl_check_help_lines(struct bdl_checking *c, const struct bdl_stand *stand,
    struct bdl_finding_of *f, struct bdl_err *err)
{
	size_t all = c->hosts ? count_protected(c->hosts) : 0, at = 0, tried = 0;
	size_t step = all > HELP_LINES ? all / HELP_LINES : 1;

	err->code = 0;
	if (all == 0)
		bdl_finding_add(f, BDL_CHECK_NOT_RUN,
		    "Compile the lists with protected.domains among their sources: beadle lists compile.",
		    "The lists name no help lines.");
	for (const struct bdl_host_record *r = NULL;
	     all > 0 && tried < HELP_LINES && (r = bdl_hosts_next(c->hosts, r));) {
		if (r->kind != BDL_HOST_PROTECTED || at++ % step != 0)
			continue;
		tried++;
		if (!check_help_line(c, stand, bdl_host_record_view(r), f, err))
			return err->code;
	}
	if (tried > 0)
		bdl_finding_add(f, BDL_CHECK_PASSED, NULL,
		    "%zu of %zu help lines were tried, and are open.", tried, all);
	return 0;
}

/* --- the page --- */

/* The clause that a verdict names: "block staff#web.gambling". */
static const struct bdl_clause *clause_of(const struct bdl_checking *c, uint16_t rule)
{
	return bdl_ruleset_rule(c->ruleset, rule).clause;
}

static void look_at_page(
    struct bdl_checking *c, const struct bdl_expected *expected, struct bdl_finding_of *f)
{
	struct bdl_buf title BDL_AUTO_IN(bdl_buf_done) = BDL_BUF(4096);
	const struct bdl_clause *clause = clause_of(c, expected->verdict.rule);

	bdl_html_text(&title, clause->title);
	if (c->asked.status != 403 ||
	    !bdl_view_starts(bdl_view_of(c->asked.type), BDL_LIT("text/html")) ||
	    !strstr(c->asked.body, bdl_buf_str(&title)))
		bdl_finding_add(f, BDL_CHECK_FAILED,
		    "Look at the page in a browser: what stands between it and the proxy changes it.",
		    "The page that should name the clause %.*s does not: it came with status %d, as '%s'.",
		    BDL_FMT(clause->id), c->asked.status, c->asked.type);
	else
		bdl_finding_add(f, BDL_CHECK_PASSED, NULL,
		    "The page came by HTTPS in %" PRId64 " ms, with the clause %.*s on it.",
		    c->asked.took_ms, BDL_FMT(clause->id));
}

static bool ask_page(struct bdl_checking *c, const struct bdl_stand *stand, struct bdl_view host,
    struct bdl_finding_of *f, struct bdl_err *err)
{
	bool answered = bdl_checks_ask(c, stand, host, "https", "/", f, err);

	/* Certificates are what HTTPS has besides: what is said of them is worth more. */
	if (!answered && err->code == 0 && c->has_answered && c->asked.status == 0 &&
	    !c->asked.is_refused && !c->is_silent)
		bdl_finding_add(f, BDL_CHECK_FAILED,
		    "Give squid/ca.crt to all devices again where it was made anew, and start the proxy.",
		    "By HTTPS the page cannot be read: %s.", c->asked.why);
	return answered;
}

int bdl_check_block_page(struct bdl_checking *c, const struct bdl_stand *stand,
    struct bdl_finding_of *f, struct bdl_err *err)
{
	struct bdl_expected expected, wanted;
	struct bdl_view host;
	char who[BDL_CHECK_WHO];

	err->code = 0;
	for (unsigned i = 0; i < bdl_ruleset_categories(c->ruleset); i++) {
		bdl_checks_expect_category(c, stand, i, &wanted);
		if (is_illegal(c, i) || wanted.verdict.action != BDL_BLOCK ||
		    !find_sample(c, stand, i, &host, &expected) ||
		    expected.verdict.action != BDL_BLOCK)
			continue;
		if (ask_page(c, stand, host, f, err))
			look_at_page(c, &expected, f);
		return err->code;
	}
	bdl_finding_add(f, BDL_CHECK_NOT_RUN, "beadle check filter says why.",
	    "Nothing on a list is blocked for %s, so there is no page to look at.",
	    bdl_stand_text(stand, who));
	return 0;
}

/* --- safe search --- */

/* Of what would go on: the request line with the parameter, or the field, or the other host. */
static bool is_safe(const struct bdl_checking *c, const struct bdl_safe_search *safe)
{
	char text[256];

	if (safe->parameter) {
		(void)snprintf(text, sizeof(text), "%s=%s", safe->parameter, safe->value);
		return strstr(c->asked.body, text) != NULL;
	}
	if (safe->header) {
		(void)snprintf(text, sizeof(text), "%s: %s", safe->header, safe->header_value);
		return strstr(c->asked.body, text) != NULL;
	}
	return safe->host && strstr(c->asked.body, safe->host) != NULL;
}

int bdl_check_safe_search(struct bdl_checking *c, const struct bdl_stand *stand,
    struct bdl_finding_of *f, struct bdl_err *err)
{
	static const struct {
		const char *host, *path;
	} engines[] = { { "www.google.com", "/search?q=beadle" },
		{ "www.bing.com", "/search?q=beadle" }, { "duckduckgo.com", "/?q=beadle" },
		{ "www.youtube.com", "/results?search_query=beadle" } };
	struct bdl_safe_search safe;
	size_t tried = 0;
	char who[BDL_CHECK_WHO];

	for (size_t i = 0; i < BDL_ARRAY_LEN(engines); i++) {
		struct bdl_view host = bdl_view_of(engines[i].host);

		if (!bdl_search_safe(host, bdl_view_of(engines[i].path), &safe))
			continue;
		if (!bdl_checks_ask(c, stand, host, "http", engines[i].path, f, err))
			return err->code;
		tried++;
		/* One that is not open at all is as safe as can be. */
		if (c->asked.status == 200 && !is_safe(c, &safe))
			bdl_finding_add(f, BDL_CHECK_FAILED,
			    "See that the rule 'force web safe-search' stands in a policy that binds them, "
			    "and is in force: beadle policy versions.",
			    "%s would be asked without safe search for %s (%s).", engines[i].host,
			    bdl_stand_text(stand, who), f->clause);
	}
	bdl_finding_add(f, BDL_CHECK_PASSED, NULL,
	    "%zu search engines would be asked for safe results.", tried);
	return 0;
}

/* --- streams and the journal --- */

int bdl_check_streams(struct bdl_checking *c, const struct bdl_stand *stand,
    struct bdl_finding_of *f, struct bdl_err *err)
{
	err->code = 0;
	if (!bdl_checks_reach_server(c, stand, f, err))
		return err->code;
	if (!bdl_checks_stream(c, stand, f, err))
		return err->code;
	if (c->asked.verdict[0] != '\0')
		bdl_finding_add(f, BDL_CHECK_NOT_RUN,
		    "Let the check stand under a policy whose people may reach this machine.",
		    "A page of this machine is not open to those who try it: '%s'.",
		    c->asked.verdict);
	else if (c->asked.first_ms < 0) {
		bdl_finding_add(f, BDL_CHECK_FAILED,
		    "See whether something else than Beadle's proxy collects answers, such as a virus "
		    "scanner behind it.",
		    "The first piece of a stream came only when the next was sent already, %d s later.",
		    BDL_STREAM_GAP_MS / 1000);
		f->is_passing = true; /* a machine that was busy for so long */
	} else
		bdl_finding_add(f, BDL_CHECK_PASSED, NULL,
		    "The first piece of a stream came after %" PRId64 " ms.", c->asked.first_ms);
	return 0;
}

int bdl_check_journal(struct bdl_checking *c, const struct bdl_stand *stand,
    struct bdl_finding_of *f, struct bdl_err *err)
{
	int64_t since_ms = bdl_now_ms() - 60000, begun_ms = bdl_tick_ms();
	bool arrived = false;
	int rc = 0;

	if (!bdl_checks_ask(c, stand, BDL_LIT(BDL_PROBE_HOST), "http", "/", f, err))
		return err->code;
	while (rc == 0 && !arrived && bdl_tick_ms() - begun_ms < ARRIVE_MS) {
		rc = bdl_checks_arrived(c->store, bdl_view_of(c->probe), since_ms, &arrived, err);
		if (rc == 0 && !arrived)
			(void)usleep(ARRIVE_NAP); /* only a nap */
	}
	if (rc < 0)
		return rc;
	if (arrived)
		bdl_finding_add(f, BDL_CHECK_PASSED, NULL,
		    "An act reached the store after %" PRId64 " ms.", bdl_tick_ms() - begun_ms);
	else
		bdl_finding_add(f, BDL_CHECK_FAILED,
		    "See by beadle status whether the scribe runs and can write; what waits is not lost.",
		    "An act that the door recorded did not reach the store within %d seconds.",
		    ARRIVE_MS / 1000);
	return 0;
}

int bdl_check_doors(struct bdl_checking *c, const struct bdl_stand *stand, struct bdl_finding_of *f,
    struct bdl_err *err)
{
	int rc = bdl_check_filter(c, stand, f, err);

	if (rc == 0 && !f->is_unanswered && c->hosts && count_protected(c->hosts) > 0)
		rc = bdl_check_help_lines(c, stand, f, err);
	if (rc == 0 && !f->is_unanswered && bdl_checks_try_texts(c, stand))
		rc = bdl_check_texts(c, stand, f, err);
	return rc < 0 || f->is_unanswered ? rc : bdl_check_block_page(c, stand, f, err);
}
