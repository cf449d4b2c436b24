/* What a probe expects of the door, and what the door says. */
#include "base/clock.h"
#include "base/hash.h"
#include "main/checks/checks_int.h"
#include "policy/facts.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>

#define START_MS 10000 /* that the proxy takes to listen, on a busy machine */

const char *bdl_stand_text(const struct bdl_stand *stand, char out[BDL_CHECK_WHO])
{
	(void)snprintf(out, BDL_CHECK_WHO, "%.40s%s%.40s",
	    stand->group.n ? stand->group.p : "unknown people", stand->place.n ? " at " : "",
	    stand->place.n ? stand->place.p : ""); /* cut */
	return out;
}

void bdl_finding_add(struct bdl_finding_of *f, enum bdl_check_outcome outcome, const char *mend,
    const char *fmt, ...)
{
	char text[BDL_CHECK_SAID_MAX];
	va_list args;

	va_start(args, fmt);
	(void)vsnprintf(text, sizeof(text), fmt, args); /* cut where it is longer */
	va_end(args);
	if (outcome != BDL_CHECK_PASSED && f->outcome == BDL_CHECK_PASSED)
		bdl_buf_clear(&f->said); /* what is wrong first */
	if (f->outcome != BDL_CHECK_PASSED && outcome == BDL_CHECK_PASSED)
		return;
	if (f->outcome != BDL_CHECK_FAILED && outcome != BDL_CHECK_PASSED)
		f->outcome = outcome;
	/* What there is no room for is left out. */
	(void)bdl_buf_printf(&f->said, "%s%s", f->said.n ? " " : "", text);
	if (mend && f->mend.n == 0)
		(void)bdl_buf_add_str(&f->mend, mend);
}

/* --- what is expected --- */

/* What the door would know of it, but for the categories. */
static struct bdl_facts facts_of(struct bdl_checking *c, const struct bdl_stand *stand,
    struct bdl_view host, struct bdl_view path)
{
	const struct bdl_person person = { .groups = stand->group };
	const struct bdl_web_request q = { host, path, BDL_LIT("GET"), false };
	struct bdl_civil civil = bdl_civil_local(bdl_now_ms());
	struct bdl_facts facts = { .host = host, .known = stand->group.n > 0 };

	bdl_facts_request(c->ruleset, &facts, &q, c->region);
	if (c->networks)
		bdl_facts_network(c->ruleset, &facts, stand->place,
		    stand->equipment.n ? stand->equipment : BDL_LIT("unknown-devices"));
	if (facts.known)
		facts.groups = bdl_person_groups(&person, c->ruleset);
	facts.minute = (uint16_t)civil.minute;
	facts.weekday = (uint8_t)civil.weekday;
	return facts;
}

/* With what a door would keep of it (policy/facts.h). */
static void judge_kept(
    struct bdl_checking *c, struct bdl_facts *facts, struct bdl_view kept, struct bdl_expected *ret)
{
	struct bdl_buf text BDL_AUTO_IN(bdl_buf_done) = BDL_BUF(sizeof(ret->text) - 1);

	*ret = (struct bdl_expected){ .categories = facts->categories };
	/* Never withheld: nothing was decided yet. */
	(void)bdl_facts_recall(c->ruleset, facts, kept, c->region);
	bdl_judge(c->ruleset, facts, &ret->verdict);
	bdl_probe_verdict(c->ruleset, &ret->verdict, &text);
	(void)snprintf(ret->text, sizeof(ret->text), "%s", bdl_buf_str(&text));
}

static void judge(struct bdl_checking *c, struct bdl_facts *facts, struct bdl_expected *ret)
{
	judge_kept(c, facts, BDL_LIT("stage=request"), ret);
}

void bdl_checks_expect(struct bdl_checking *c, const struct bdl_stand *stand, struct bdl_view host,
    struct bdl_view path, struct bdl_expected *ret)
{
	struct bdl_facts facts = facts_of(c, stand, host, path);
	struct bdl_catset listed = { 0 };

	if (c->lists) {
		bdl_lists_find(c->lists, host, path, &listed);
		bdl_catmap_apply(&c->map, &listed, &facts.categories);
	}
	judge(c, &facts, ret);
}

void bdl_checks_expect_category(struct bdl_checking *c, const struct bdl_stand *stand,
    unsigned category, struct bdl_expected *ret)
{
	struct bdl_facts facts = facts_of(c, stand, BDL_LIT(BDL_PROBE_HOST), BDL_LIT("/"));

	bdl_catset_add(&facts.categories, category);
	judge(c, &facts, ret);
}

void bdl_checks_expect_text(struct bdl_checking *c, const struct bdl_stand *stand,
    const struct bdl_scan_result *result, struct bdl_expected *ret)
{
	struct bdl_facts facts = facts_of(c, stand, BDL_LIT(BDL_PROBE_HOST), BDL_LIT("/"));
	struct bdl_buf kept BDL_AUTO_IN(bdl_buf_done) = BDL_BUF(BDL_KEPT_MAX);

	(void)bdl_buf_add_str(&kept, "stage=page type=text/html read=whole"); /* fits */
	for (size_t i = 0; i < result->n_classes; i++) {
		char score[BDL_PHRASES_CLASS_NAME + 16];

		(void)snprintf(score, sizeof(score), "%s:%d", bdl_phrases_class(c->phrases, i),
		    result->scores[i].score); /* fits */
		bdl_kept_add(&kept, "score", bdl_view_of(score));
	}
	judge_kept(c, &facts, bdl_buf_view(&kept), ret);
}

/* --- asking --- */

static int write_field(struct bdl_checking *c, const struct bdl_stand *stand, struct bdl_view host,
    struct bdl_question *q, struct bdl_err *err)
{
	struct bdl_buf text BDL_AUTO_IN(bdl_buf_done) = BDL_BUF(BDL_PROBE_TEXT_MAX);
	uint64_t id;

	bdl_random(&id, sizeof(id));
	(void)snprintf(c->probe, sizeof(c->probe), "%016" PRIx64, id); /* fits */
	const struct bdl_probe p = {
		.until_ms = bdl_now_ms() + BDL_PROBE_MS,
		.goes_on = q->is_stream || q->page_n > 0,
		.id = bdl_view_of(c->probe),
		.groups = stand->group,
		.place = stand->place,
		.equipment = stand->equipment,
		.host = host,
	};
	int rc = bdl_probe_write(c->key, &p, &text);
	if (rc < 0)
		return bdl_fail(
		    err, (enum bdl_code)rc, "a probe cannot ask for '%.*s'", BDL_FMT(host));
	(void)snprintf(q->field, sizeof(q->field), BDL_PROBE_FIELD ": %s", bdl_buf_str(&text));
	return 0;
}

/* Whether Beadle's own proxy is on its way up. */
static bool proxy_starts(const struct bdl_checking *c)
{
	const struct bdl_status *s = &c->status;

	for (size_t i = 0; i < s->n_processes && s->supervisor; i++) {
		const struct bdl_status_process *p = &s->processes[i];
		if (bdl_view_is(bdl_view_of(p->name), "squid"))
			return p->state != BDL_STATE_UP || s->now_ms - p->started_ms < START_MS;
	}
	return false;
}

/* What kept the door from answering, as far as the proxy's answer tells. */
static void explain(const struct bdl_checking *c, struct bdl_finding_of *f)
{
	const struct bdl_asked *a = &c->asked;
	char proxy[BDL_ADDR_TEXT];

	bdl_addr_text(&c->conf->proxy, proxy);
	f->is_unanswered = true;
	/* A load that holds it up, or its start; for doors that start all is waited. */
	f->is_passing = a->status == 0 && (!a->is_refused || proxy_starts(c));
	if (a->is_refused && !c->conf->run_proxy)
		bdl_finding_add(f, BDL_CHECK_NOT_RUN,
		    "Say by the setting proxy where the school's proxy listens, and let this machine use it; "
		    "or let Beadle run one (run proxy = yes).",
		    "Not tried here, because Beadle runs no proxy and none listens at %s.", proxy);
	else if (a->is_refused)
		bdl_finding_add(f, BDL_CHECK_NOT_RUN,
		    "Start the proxy (run proxy = yes in beadle.conf), or say by the setting proxy where it "
		    "listens.",
		    "There is no proxy at %s.", proxy);
	else if (a->status == 407)
		bdl_finding_add(f, BDL_CHECK_NOT_RUN,
		    "In squid/local.conf let this machine in before people have to sign in: http_access "
		    "allow this_machine",
		    "The proxy asks for a login.");
	else if (a->status == 0)
		bdl_finding_add(f, BDL_CHECK_NOT_RUN,
		    "See squid/cache.log, and whether beadle status says that the proxy is up.",
		    "The proxy gave no answer: %s.", a->why);
	else
		bdl_finding_add(f, BDL_CHECK_FAILED,
		    "See that the proxy's configuration has the lines icap_service and adaptation_access "
		    "that beadle proxy write makes, that the web door is up (beadle status), and start the "
		    "proxy again.",
		    "The proxy answered %d, and not by Beadle's web door: what passes it is not judged.",
		    a->status);
}

static bool ask(struct bdl_checking *c, const struct bdl_stand *stand, struct bdl_view host,
    struct bdl_question *q, struct bdl_finding_of *f, struct bdl_err *err)
{
	err->code = 0;
	if (!c->has_key) {
		bdl_finding_add(f, BDL_CHECK_NOT_RUN, "Start Beadle: beadle run.",
		    "No web door has run here yet.");
		f->is_unanswered = true;
		f->is_passing = c->status.supervisor != 0;
		return false;
	}
	/* One that gives no answer is not waited for at each question. */
	if (c->is_silent)
		return true;
	if (write_field(c, stand, host, q, err) < 0 ||
	    bdl_asker_ask(c->asker, q, &c->asked, err) < 0)
		return false;
	f->asked++;
	if (c->asked.status == 0 && c->asked.verdict[0] == '\0') {
		c->patience_ms -= c->asked.took_ms;
		c->is_silent = c->patience_ms <= 0;
	}
	return true;
}

bool bdl_checks_ask(struct bdl_checking *c, const struct bdl_stand *stand, struct bdl_view host,
    const char *scheme, const char *path, struct bdl_finding_of *f, struct bdl_err *err)
{
	struct bdl_question q = { .is_stream = false };

	(void)snprintf(q.url, sizeof(q.url), "%s://" BDL_PROBE_HOST "%s", scheme, path);
	if (!ask(c, stand, host, &q, f, err))
		return false;
	if (c->asked.verdict[0] == '\0')
		explain(c, f);
	c->has_answered = c->has_answered || c->asked.verdict[0] != '\0';
	return c->asked.verdict[0] != '\0';
}

/* What is served by the asker bears no word of the door's where it passes. */
static bool ask_served(struct bdl_checking *c, const struct bdl_stand *stand, struct bdl_view host,
    struct bdl_question *q, struct bdl_finding_of *f, struct bdl_err *err)
{
	if (!ask(c, stand, host, q, f, err))
		return false;
	if (c->asked.verdict[0] == '\0' && c->asked.status != 200)
		explain(c, f);
	return c->asked.verdict[0] != '\0' || c->asked.status == 200;
}

bool bdl_checks_stream(struct bdl_checking *c, const struct bdl_stand *stand,
    struct bdl_finding_of *f, struct bdl_err *err)
{
	struct bdl_question q = { .is_stream = true };

	return ask_served(c, stand, bdl_view_of(NULL), &q, f, err);
}

bool bdl_checks_page(struct bdl_checking *c, const struct bdl_stand *stand, struct bdl_view page,
    struct bdl_finding_of *f, struct bdl_err *err)
{
	struct bdl_question q = { .page_n = page.n };

	BDL_BUG_IF(page.n == 0 || page.n > sizeof(q.page));
	memcpy(q.page, page.p, page.n);
	return ask_served(c, stand, BDL_LIT(BDL_PROBE_HOST), &q, f, err);
}

bool bdl_checks_reach_server(struct bdl_checking *c, const struct bdl_stand *stand,
    struct bdl_finding_of *f, struct bdl_err *err)
{
	if (!c->has_server) {
		bdl_finding_add(f, BDL_CHECK_NOT_RUN, "The log of the clerk says why: no-listener.",
		    "There is no server of our own to ask.");
		return false;
	}
	/* It has to find its way back to us. */
	if (!bdl_checks_ask(c, stand, BDL_LIT(BDL_PROBE_HOST), "http", "/", f, err))
		return false;
	if (!c->asked.is_here)
		bdl_finding_add(f, BDL_CHECK_NOT_RUN,
		    "Try one of your own through it: a page with an event stream, such as a chat, or one with "
		    "words that a rule names.",
		    "Not tried here, because the proxy is on another machine, which cannot reach our server.");
	return c->asked.is_here;
}
