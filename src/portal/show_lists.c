/* The lists: where each is from, how old, which clauses use it, and what they say of a site. */
#include "lists/illegal.h"
#include "lists/plan.h"
#include "lists_int.h"
#include "record/jobs.h"
#include "sys/file.h"

#define USES_MAX 24  /* of one category; more are not named */
#define HOST_MAX 128 /* bytes of a host's name */

/* What is known of the fetching: the plan, and how the clerk fared with it. */
struct fetching {
	struct bdl_plan *plan; /* NULL: there is none that can be read */
	const struct bdl_job_row *job;
	bool is_late;
};

/* --- fetching --- */

static void plan_read(const struct bdl_request *r, struct fetching *f)
{
	struct bdl_buf text BDL_AUTO_IN(bdl_buf_done) = BDL_BUF(BDL_PLAN_BYTES_MAX);
	const char *path = bdl_region_printf(r->region, "%s/lists/lists.conf", r->site->dir);

	if (!path || bdl_file_read(path, &text, NULL) < 0 ||
	    bdl_plan_parse(bdl_buf_view(&text), path, &f->plan, NULL) < 0)
		f->plan = NULL; /* what is wrong with it is what the job says */
}

/* This host's own, which has its name where several share the store; one of a store of its own has none. */
static bool is_ours(const struct bdl_request *r, struct bdl_view name)
{
	struct bdl_buf host BDL_AUTO_IN(bdl_buf_done) = BDL_BUF(HOST_MAX);
	const char *path = bdl_region_printf(r->region, "%s/host", r->site->dir);
	struct bdl_view word = bdl_job_word(name);

	if (!bdl_view_is(word, "lists"))
		return false;
	if (word.n == name.n)
		return true;
	return path && !bdl_file_read(path, &host, NULL) &&
	    bdl_view_eq(
		bdl_view_trim(bdl_buf_view(&host)), bdl_view_at(name.p, name.n - word.n - 1));
}

static int fetching_read(const struct bdl_request *r, struct fetching *f, struct bdl_err *err)
{
	struct bdl_job_row *rows;
	size_t n;

	plan_read(r, f);
	int rc = bdl_jobs_list(r->store, r->region, &rows, &n, err);
	for (size_t i = 0; !rc && i < n; i++)
		if (is_ours(r, rows[i].name))
			f->job = &rows[i];
	if (!f->plan || !f->job || !f->job->ended_ms)
		return rc;
	/* Twice its time: once it may have failed. */
	int64_t next_ms = bdl_schedule_after(&f->plan->schedule, f->job->ended_ms);
	f->is_late = next_ms != INT64_MAX && r->now_ms > next_ms + (next_ms - f->job->ended_ms);
	return 0;
}

static void add_fetching(
    const struct bdl_request *r, const struct fetching *f, struct bdl_page_lists *v)
{
	const struct bdl_job_row *job = f->job;

	if (job && job->failures > 0) {
		v->failed = true;
		v->failure = job->result;
	}
	if (!job)
		v->schedule = "Not yet: the clerk begins when Beadle first runs.";
	else if (!f->plan && !v->failed)
		v->schedule = "Nothing is: there is no lists/lists.conf. The lists change when "
			      "somebody compiles them.";
	else
		v->schedule = bdl_region_printf(r->region, "By the clerk, %.*s; last %s.",
		    BDL_FMT(job->schedule), bdl_when_or(r, job->ended_ms, "never yet"));
}

/* Where the plan has it from: the source itself, or the folder that holds it. */
static const char *origin_of(const struct fetching *f, struct bdl_view source)
{
	for (size_t i = 0; f->plan && i < f->plan->n; i++) {
		struct bdl_view path = bdl_view_of(f->plan->sources[i].path);
		bool is_in = bdl_view_starts(source, path) &&
		    (source.n == path.n || source.p[path.n] == '/');
		if (is_in && f->plan->sources[i].url)
			return f->plan->sources[i].url;
	}
	return NULL;
}

/* --- categories --- */

/* The last two parts of a path are enough to know it by. */
static const char *short_path(const struct bdl_request *r, struct bdl_view path)
{
	size_t at = path.n, slashes = 0;

	while (at > 0 && (path.p[at - 1] != '/' || ++slashes < 2))
		at--;
	return bdl_region_str(r->region, bdl_view_from(path, at));
}

static struct bdl_page_lists_source source_row(
    const struct bdl_request *r, const struct fetching *f, const struct bdl_lists_note *note)
{
	const char *origin = origin_of(f, note->source);
	bool is_fresh = f->job && f->job->failures == 0 && f->job->ended_ms && !f->is_late;
	uint64_t entries = 0;

	if (!bdl_view_uint(note->entries, INT64_MAX, &entries))
		entries = 0; /* the notes are the compiler's own */
	return (struct bdl_page_lists_source){
		.name = short_path(r, note->source),
		.title = note->title,
		.form = note->format,
		.entries = bdl_count_text(r, entries, false),
		.bad = bdl_view_is(note->bad, "0") ? bdl_view_at(NULL, 0) : note->bad,
		.when = bdl_when_or(r, note->time_ms, "of no known day"),
		.origin = bdl_view_of(origin),
		.fresh = !origin ? ""
		    : is_fresh   ? "Fresh"
				 : "Stale",
		.shade = is_fresh ? "up" : "critical",
		.terms = note->terms,
	};
}

static void add_sources(const struct bdl_request *r, const struct fetching *f,
    const struct bdl_lists *l, struct bdl_page_lists_category *c)
{
	struct bdl_view rest = bdl_lists_notes(l);
	struct bdl_lists_note note;
	size_t n = 0;

	while (bdl_lists_note_next(&rest, &note))
		n += bdl_view_eq(note.category, c->name);
	struct bdl_page_lists_source *out = bdl_region_array(r->region, n, sizeof(*out));
	rest = bdl_lists_notes(l);
	while (out && bdl_lists_note_next(&rest, &note))
		if (bdl_view_eq(note.category, c->name))
			out[c->n_sources++] = source_row(r, f, &note);
	c->sources = out;
}

static bool clause_uses(const struct bdl_clause *c, struct bdl_view category)
{
	for (size_t i = 0; i < c->n_rules; i++)
		if (bdl_rule_names_category(&c->rules[i], category))
			return true;
	return false;
}

static void add_uses(const struct bdl_request *r, struct bdl_page_lists_category *c)
{
	struct bdl_page_lists_use *out = bdl_region_array(r->region, USES_MAX, sizeof(*out));

	for (size_t p = 0; out && p <= bdl_ruleset_policies(r->ruleset); p++) { /* with the law */
		const struct bdl_document *d = bdl_ruleset_document(r->ruleset, p);
		for (size_t i = 0; i < d->n_clauses && c->n_uses < USES_MAX; i++)
			if (clause_uses(&d->clauses[i], c->name))
				out[c->n_uses++] = (struct bdl_page_lists_use){
					.policy = bdl_ruleset_policy_name(r->ruleset, p),
					.clause = d->clauses[i].id,
					.title = bdl_clause_heading(r, &d->clauses[i]),
				};
	}
	c->uses = out;
}

static struct bdl_page_lists_category category_row(const struct bdl_request *r,
    const struct fetching *f, const struct bdl_lists *l, struct bdl_view name)
{
	int i = l ? bdl_lists_category_find(l, name) : -1;
	bool is_empty = i >= 0 && bdl_lists_category_is_empty(l, (unsigned)i);
	struct bdl_page_lists_category c = {
		.name = name,
		.state = i < 0 ? "No list"
		    : is_empty ? "Empty"
			       : "Listed",
		.shade = i < 0 || is_empty ? "coach" : "up",
	};

	if (l)
		add_sources(r, f, l, &c);
	add_uses(r, &c);
	return c;
}

/* Those that rules name and no list has, which is what a reader wants to see first; then the others. */
static void add_categories(const struct bdl_request *r, const struct fetching *f,
    const struct bdl_lists *l, struct bdl_page_lists *v)
{
	size_t listed = l ? bdl_lists_categories(l) : 0, named = bdl_ruleset_categories(r->ruleset);
	struct bdl_page_lists_category *out =
	    bdl_region_array(r->region, listed + named, sizeof(*out));

	for (unsigned i = 0; out && i < named; i++) {
		struct bdl_view name = bdl_view_of(bdl_ruleset_category(r->ruleset, i));
		bool is_listed = l && bdl_lists_category_find(l, name) >= 0;
		if (!is_listed && !bdl_view_is(name, BDL_CATEGORY_ILLEGAL))
			out[v->n_categories++] = category_row(r, f, l, name);
	}
	for (unsigned i = 0; out && i < listed; i++) {
		struct bdl_view name = bdl_view_of(bdl_lists_category(l, i));
		if (!bdl_view_is(name, BDL_CATEGORY_ILLEGAL))
			out[v->n_categories++] = category_row(r, f, l, name);
	}
	v->categories = out;
}

/* --- the whole --- */

static void add_illegal(const struct bdl_request *r, struct bdl_page_lists *v)
{
	struct bdl_illegal_state state;
	struct bdl_err err;

	if (bdl_illegal_look(r->site->lists_path, &state, &err) < 0) {
		v->illegal = bdl_region_printf(r->region, "It cannot be read: %s.", err.text);
		return;
	}
	v->illegal_missing = state.is_missing;
	v->illegal_there = state.is_there;
	if (state.is_there)
		v->illegal = bdl_region_printf(r->region, "A signed list of %s entries, issued %s",
		    bdl_count_text(r, state.entries, false), bdl_when(r, state.issued_ms));
}

static void add_compiled(
    const struct bdl_request *r, const struct bdl_lists *l, struct bdl_page_lists *v)
{
	v->any = true;
	v->made = bdl_when(r, bdl_lists_made_ms(l));
	v->domains = bdl_count_text(r, bdl_lists_domains(l), false);
	v->pages = bdl_count_text(r, bdl_lists_urls(l), false);
	v->networks = bdl_count_text(r, bdl_lists_nets(l), false);
}

int bdl_show_lists(struct bdl_request *r, struct bdl_reply *reply, struct bdl_err *err)
{
	struct bdl_lists *lists BDL_AUTO(bdl_lists_close) = NULL;
	struct fetching f = { 0 };
	struct bdl_err unread;
	struct bdl_page_lists v = {
		.portal = bdl_frame(r, BDL_LIT("Lists"), BDL_AT_STATE),
		.links = bdl_state_links(BDL_STATE_LISTS),
	};

	int rc = bdl_lists_open(r->site->lists_path, &lists, &unread);
	if (rc < 0 && rc != BDL_E_MISSING)
		v.fault = bdl_region_str(r->region, bdl_view_of(unread.text));
	rc = fetching_read(r, &f, err);
	if (rc == 0) {
		if (lists)
			add_compiled(r, lists, &v);
		add_illegal(r, &v);
		add_fetching(r, &f, &v);
		add_categories(r, &f, lists, &v);
		bdl_lists_look_up(r, lists, &v);
		if (!bdl_region_broken(r->region))
			bdl_page_lists(&reply->body, &v);
	}
	bdl_plan_free(f.plan);
	return rc;
}
