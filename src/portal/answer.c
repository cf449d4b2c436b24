/* From a request to a reply: the worker's things, the route table, the pages for what went wrong. */
#include "base/alloc.h"
#include "base/clock.h"
#include "issues_int.h"
#include "message.tmpl.h"
#include "pages_int.h"
#include "portal/looks.h"
#include "portal/seen.h"
#include "record/ledger/ledger.h"
#include "record/policies/versions.h"

#define PAGE_MS     8000 /* no page is asked for longer: two threads answer everybody */
#define STANDING_MS 2000 /* the policies in force are read anew after this */

struct bdl_worker {
	const struct bdl_site *site;
	struct bdl_region *region;
	struct bdl_store *store;     /* NULL while it cannot be opened */
	struct bdl_ruleset *ruleset; /* NULL until it is read */
	int64_t ruleset_tick_ms;     /* when it was read; 0: never */
	struct bdl_issues issues;
	struct bdl_seen *seen; /* its own; NULL: the site has one for all */
	struct bdl_roll *roll;
	int64_t roll_set_ms;
};

struct bdl_worker *bdl_worker_new(const struct bdl_site *site)
{
	struct bdl_worker *w = bdl_xalloc(sizeof(*w));
	w->site = site;
	w->seen = site->seen ? NULL : bdl_seen_new();
	w->region = bdl_region_new(BDL_REQUEST_MEMORY);
	return w;
}

void bdl_worker_free(struct bdl_worker *w)
{
	if (!w)
		return;
	bdl_ruleset_free(w->ruleset);
	bdl_issues_clear(&w->issues);
	bdl_roll_free(w->roll);
	bdl_seen_free(w->seen);
	bdl_store_close(w->store);
	bdl_region_free(w->region);
	free(w);
}

/* --- routes --- */

enum need {
	NOTHING,
	A_STORE_OR_NOT, /* it tells what it can without one */
	THE_STORE,
	/* From here on it shows people's records: none past its time, and each look is recorded. */
	A_LOOK,
	A_LOOK_BY_NAME, /* the same, where '*' names the person: so it is no part of the record */
};

struct route {
	const char *path; /* '*' stands for one segment */
	int (*show)(struct bdl_request *r, struct bdl_reply *reply, struct bdl_err *err);
	enum need needs;
};

/* All answer GET and HEAD; nothing here changes anything. */
static const struct route routes[] = {
	{ "/", bdl_show_overview, A_LOOK },
	{ "/acts", bdl_show_acts, A_LOOK },
	{ "/acts/*", bdl_show_act, A_LOOK },
	{ "/visits", bdl_show_visits, A_LOOK },
	{ "/visits/*", bdl_show_visitor, A_LOOK_BY_NAME },
	{ "/violations", bdl_show_violations, A_LOOK },
	{ "/figures", bdl_show_figures, THE_STORE },
	{ "/policies", bdl_show_policies, THE_STORE },
	{ "/policies/*", bdl_show_policy, THE_STORE },
	{ "/policies/*/changes", bdl_show_changes, THE_STORE },
	{ "/policies/*/*", bdl_show_issue, THE_STORE },
	{ "/replay", bdl_show_replay, A_LOOK },
	{ "/import", bdl_show_import, THE_STORE },
	{ "/storage", bdl_show_storage, A_LOOK },
	{ "/checks", bdl_show_checks, A_LOOK },
	{ "/status", bdl_show_status, A_STORE_OR_NOT },
	{ "/coverage", bdl_show_coverage, THE_STORE },
	{ "/lists", bdl_show_lists, THE_STORE },
	{ "/metrics", bdl_show_metrics, A_STORE_OR_NOT },
	{ "/health", bdl_show_health, A_STORE_OR_NOT },
	{ "/assets/*/*", bdl_show_asset, NOTHING },
	{ "/favicon.ico", bdl_show_favicon, NOTHING },
};

static bool route_fits(const struct route *route, struct bdl_request *r)
{
	struct bdl_view want = bdl_view_of(route->path + 1), path = r->path, segment, pattern;
	size_t n = 0;

	if (path.n == 0 || path.p[0] != '/')
		return false;
	path = bdl_view_at(path.p + 1, path.n - 1);
	while (bdl_view_cut(&want, '/', &pattern)) {
		if (!bdl_view_cut(&path, '/', &segment) || segment.n == 0)
			return false;
		if (bdl_view_is(pattern, "*"))
			r->args[n++] = segment;
		else if (!bdl_view_eq(pattern, segment))
			return false;
	}
	return path.n == 0;
}

static const struct route *route_find(struct bdl_request *r)
{
	for (size_t i = 0; i < BDL_ARRAY_LEN(routes); i++)
		if (route_fits(&routes[i], r))
			return &routes[i];
	return NULL;
}

/* --- the store, and what is in force --- */

static int read_ruleset(struct bdl_worker *w, struct bdl_err *err)
{
	struct bdl_source *sources;
	size_t n;
	struct bdl_ruleset *ruleset = NULL;

	int rc = bdl_versions_in_force(w->store, w->region, &sources, &n, err);
	if (rc == 0)
		rc = bdl_ruleset_new(sources, n, &ruleset, err);
	if (rc < 0)
		return rc;
	bdl_ruleset_free(w->ruleset);
	w->ruleset = ruleset;
	w->ruleset_tick_ms = bdl_tick_ms();
	bdl_region_reset(w->region);
	return 0;
}

static int open_store(struct bdl_worker *w, struct bdl_request *r, struct bdl_err *err)
{
	int rc = 0;

	if (!w->store)
		rc = bdl_store_open(w->site->store_path, BDL_STORE_READ, &w->store, err);
	if (rc == 0)
		rc = bdl_store_hurry(w->store, PAGE_MS, err);
	if (rc == 0 &&
	    (w->ruleset_tick_ms == 0 || bdl_tick_ms() - w->ruleset_tick_ms > STANDING_MS))
		rc = read_ruleset(w, err);
	if (rc == 0)
		rc = bdl_people_refresh(w->store, &w->roll, &w->roll_set_ms, err);
	if (rc < 0)
		return rc == BDL_E_MISSING ? bdl_fail(err, BDL_E_STORE, "there is no store yet")
					   : rc;
	r->store = w->store;
	r->ruleset = w->ruleset;
	r->issues = &w->issues;
	r->seen = w->seen ? w->seen : w->site->seen;
	r->roll = w->roll;
	return 0;
}

/* Error pages as well are those of the school, where we know it. */
static struct bdl_view school(const struct bdl_worker *w)
{
	if (!w->ruleset || bdl_ruleset_policies(w->ruleset) == 0)
		return bdl_view_at(NULL, 0);
	return bdl_ruleset_document(w->ruleset, 0)->front.school;
}

/* --- who looked --- */

/*
 * Before it is shown, and where it cannot be recorded it is not shown. There is no sign-in yet, so all
 * that is known of who looks is that.
 */
static int keep_look(const struct bdl_request *r, const struct route *route, struct bdl_err *err)
{
	struct bdl_look looks[BDL_LOOKED_MAX];
	struct bdl_view record = bdl_view_at(r->path.p + 1, r->path.n - 1); /* behind the slash */
	/* All that is shown is one person's: however it was found, it was a look at them. */
	bool is_of_people = r->n_looked > 0 && (r->asks_for_people || r->n_looked == 1);
	size_t n = is_of_people ? r->n_looked : 1;

	if (!r->site->looks)
		return 0;
	if (route->needs == A_LOOK_BY_NAME)
		record.n = bdl_view_find(record, '/');
	for (size_t i = 0; i < n; i++)
		looks[i] = (struct bdl_look){
			.at_ms = r->now_ms,
			.actor = BDL_LIT(BDL_ACTOR_PORTAL),
			.subject = is_of_people ? r->looked[i] : bdl_view_at(NULL, 0),
			.record = record.n ? record : BDL_LIT("overview"),
		};
	return bdl_looks_keep(r->site->looks, looks, n, err);
}

/* --- what went wrong, said to people --- */

static const struct message {
	unsigned status;
	const char *title, *text;
} messages[] = {
	{ 400, "This address cannot be answered", NULL /* says what is wrong with it */ },
	{ 403, "Another site asked for this",
	    "The portal answers whoever opens it, and no page of another site." },
	{ 404, "Page not found",
	    "There is nothing under this address. If you followed a link, what it led to may have "
	    "been deleted since." },
	{ 405, "This cannot be done here",
	    "The portal shows what was recorded. Nothing can be changed here yet." },
	{ 421, "Wrong name for this service",
	    "The portal answers on this computer only, as localhost or 127.0.0.1." },
	{ 503, "The record cannot be read just now",
	    "Filtering goes on and nothing is lost. Try again in a minute; if this stays, tell the "
	    "technicians." },
	{ 500, "Something is wrong with this page",
	    "Filtering goes on and nothing is lost. The fault is in the log; tell the technicians "
	    "if you see this again." },
};

static void show_message(struct bdl_request *r, unsigned status, struct bdl_reply *reply)
{
	const struct message *m = messages;
	while (m->status != status && m->status != 500)
		m++;
	bdl_buf_clear(&reply->body);
	reply->status = m->status;
	reply->type = "text/html; charset=utf-8";
	reply->keeping = BDL_KEEP_NOT;
	reply->fixed = bdl_view_at(NULL, 0);
	bdl_page_message(&reply->body,
	    &(struct bdl_page_message){
		.portal = bdl_frame(r, bdl_view_of(m->title), BDL_AT_NOTHING),
		.title = m->title,
		.text = m->text ? m->text : r->fault,
		.why = m->status == 503, /* which the first page answers as well */
	    });
}

static unsigned status_of(const struct bdl_request *r, int rc)
{
	switch (rc) {
	case BDL_E_INVALID:
		return r->fault ? 400 : 500;
	case BDL_E_MISSING:
		return 404;
	case BDL_E_BUSY:
	case BDL_E_STORE:
	case BDL_E_IO:
		return 503;
	default:
		return 500;
	}
}

/*
 * A backup that was restored, or a long rest, brings records back whose time is over: they go before
 * anybody reads them, which the scribe sees to as it starts.
 */
static int wait_for_deletion(const struct bdl_request *r, struct bdl_err *err)
{
	if (!r->site->board || bdl_board_is_clean(r->site->board))
		return 0;
	return bdl_fail(err, BDL_E_BUSY, "what is past its time is being deleted first");
}

static int show(struct bdl_worker *w, struct bdl_request *r, const struct route *route,
    struct bdl_reply *reply, struct bdl_err *err)
{
	int rc = route->needs ? open_store(w, r, err) : 0;
	r->school = school(w);
	if (rc == 0 && route->needs >= A_LOOK)
		rc = wait_for_deletion(r, err);
	if (rc < 0 && route->needs == A_STORE_OR_NOT) {
		r->unopened = *err;
		*err = (struct bdl_err){ 0 };
		rc = 0;
	}
	if (rc == 0)
		rc = route->show(r, reply, err);
	if (rc == 0 && (bdl_buf_broken(&reply->body) || bdl_region_broken(r->region)))
		rc = bdl_fail(err, BDL_E_LIMIT, "the page is larger than its maximum");
	if (rc == 0 && route->needs >= A_LOOK)
		rc = keep_look(r, route, err);
	if (rc == BDL_E_STORE || rc == BDL_E_IO) {
		/* The file may have been replaced: begin anew with the next request. */
		bdl_store_close(bdl_steal(&w->store));
		bdl_issues_clear(&w->issues);
		r->store = NULL;
	}
	return rc;
}

void bdl_portal_answer(
    struct bdl_worker *w, struct bdl_request *r, struct bdl_reply *ret, struct bdl_err *ret_err)
{
	*ret = (struct bdl_reply){
		.status = 200,
		.type = "text/html; charset=utf-8",
		.body = BDL_BUF(BDL_REPLY_MAX),
	};
	*ret_err = (struct bdl_err){ 0 };
	bdl_region_reset(w->region);
	r->region = w->region;
	r->site = w->site;
	r->school = school(w);

	const struct route *route = route_find(r);
	if (!bdl_host_is_loopback(r->host)) {
		show_message(r, 421, ret);
	} else if (bdl_request_is_foreign(r)) {
		show_message(r, 403, ret);
	} else if (!route) {
		show_message(r, 404, ret);
	} else if (!r->reads) {
		show_message(r, 405, ret);
	} else {
		int rc = show(w, r, route, ret, ret_err);
		if (rc < 0)
			show_message(r, status_of(r, rc), ret);
	}
}
