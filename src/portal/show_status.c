/* Is all well? In words first, then in figures; all of it from record/status/status.h. */
#include "base/clock.h"
#include "state_int.h"
#include "status.tmpl.h"
#include <inttypes.h>

#define FACTS_MAX 12

static void add_fact(
    struct bdl_page_status_fact *out, size_t *n, const char *name, const char *value)
{
	BDL_BUG_IF(*n == FACTS_MAX);
	out[(*n)++] = (struct bdl_page_status_fact){ name, value };
}

static void add_troubles(
    const struct bdl_request *r, const struct bdl_status *s, struct bdl_page_status *v)
{
	struct bdl_page_status_trouble *out =
	    bdl_region_array(r->region, s->n_troubles, sizeof(*out));

	for (size_t i = 0; out && i < s->n_troubles; i++)
		out[i] = (struct bdl_page_status_trouble){
			.fails = s->troubles[i].fails,
			.what = s->troubles[i].what,
			.means = s->troubles[i].means,
			.mend = s->troubles[i].mend,
		};
	v->troubles = out;
	v->n_troubles = out ? s->n_troubles : 0;
	v->failing = (int64_t)s->n_failing;
	v->attention = (int64_t)(s->n_troubles - s->n_failing);
}

/* --- figures --- */

static const char *today(const struct bdl_request *r, const struct bdl_status *s)
{
	const struct bdl_acts_totals *t = &s->today;

	return bdl_region_printf(r->region,
	    "%s judged, of these %s blocked, %s asked for a reason, %s noted; %s violations",
	    bdl_count_text(r, (uint64_t)t->acts, false),
	    bdl_count_text(r, (uint64_t)t->blocked, false),
	    bdl_count_text(r, (uint64_t)t->coached, false),
	    bdl_count_text(r, (uint64_t)t->noted, false),
	    bdl_count_text(r, (uint64_t)t->violations, false));
}

static const char *ledger(const struct bdl_request *r, const struct bdl_status_ledger *l)
{
	const struct bdl_job_row *job = l->verified;
	const char *text = bdl_region_printf(r->region, "%s entries, the last is %s",
	    bdl_count_text(r, (uint64_t)l->entries, false), bdl_digest_short(r, &l->hash));

	if (!job || !job->ended_ms)
		return bdl_region_printf(r->region, "%s; not looked through yet", text);
	return bdl_region_printf(r->region, "%s; looked through %s: %.*s", text,
	    bdl_when(r, job->ended_ms), BDL_FMT(job->result));
}

static const char *lists(const struct bdl_request *r, const struct bdl_status_lists *l)
{
	if (!l->is_there)
		return "None";
	return bdl_region_printf(r->region, "%s domains in %u categories, made %s",
	    bdl_count_text(r, l->domains, false), l->categories, bdl_when(r, l->made_ms));
}

static const char *illegal(const struct bdl_request *r, const struct bdl_status_lists *l)
{
	if (l->illegal_fault)
		return "CANNOT BE READ";
	if (!l->illegal.is_there)
		return l->illegal.is_missing ? "MISSING" : "NOT INSTALLED";
	return bdl_region_printf(r->region, "%s entries, issued %s",
	    bdl_count_text(r, l->illegal.entries, false), bdl_when(r, l->illegal.issued_ms));
}

static void add_facts(
    const struct bdl_request *r, const struct bdl_status *s, struct bdl_page_status *v)
{
	struct bdl_page_status_fact *out = bdl_region_array(r->region, FACTS_MAX, sizeof(*out));
	size_t n = 0;

	if (!out)
		return; /* the region is broken, which fails the page */
	if (!s->store_fault) {
		add_fact(out, &n, "Requests today", today(r, s));
		add_fact(out, &n, "Waiting for the store",
		    bdl_region_printf(r->region, "%s in the doors' journals",
			bdl_bytes_text(r, (uint64_t)s->waiting)));
		add_fact(out, &n, "Store written last",
		    bdl_when_or(r, s->last_ms, "not since the start"));
		add_fact(out, &n, "Policies in force",
		    bdl_region_printf(r->region, "%zu, as version %s", s->n_policies,
			bdl_digest_short(r, &s->ruleset)));
		add_fact(out, &n, "Ledger", ledger(r, &s->ledger));
	}
	add_fact(out, &n, "Lists", lists(r, &s->lists));
	add_fact(out, &n, "List of illegal material", illegal(r, &s->lists));
	if (s->disk_all)
		add_fact(out, &n, "Disk",
		    bdl_region_printf(r->region, "%s free of %s",
			bdl_bytes_text(r, (uint64_t)s->disk_free),
			bdl_bytes_text(r, (uint64_t)s->disk_all)));
	if (s->certificate_until_ms)
		add_fact(out, &n, "The proxy's certificate",
		    bdl_region_printf(r->region, "until %s", bdl_when(r, s->certificate_until_ms)));
	v->facts = out;
	v->n_facts = n;
}

/* --- processes and timed work --- */

/* The version of the policies in use, by the first digits of it, as digests are shown. */
static const char *version(const struct bdl_request *r, uint64_t mark)
{
	return mark ? bdl_region_printf(r->region, "version %012" PRIx64, mark >> 16)
		    : "the law alone";
}

static const char *judges_by(const struct bdl_request *r, const struct bdl_status_process *p)
{
	bool judges = p->is_door && p->state == BDL_STATE_UP;

	return judges ? version(r, p->counters[BDL_COUNT_RULESET]) : "";
}

static void add_processes(
    const struct bdl_request *r, const struct bdl_status *s, struct bdl_page_status *v)
{
	struct bdl_page_status_process *out =
	    bdl_region_array(r->region, s->n_processes, sizeof(*out));

	for (size_t i = 0; out && i < s->n_processes; i++) {
		const struct bdl_status_process *p = &s->processes[i];
		out[i] = (struct bdl_page_status_process){
			.name = p->name,
			.state =
			    p->state == BDL_STATE_NONE ? "not started" : bdl_state_word(p->state),
			.up = p->state == BDL_STATE_UP,
			.since = bdl_when_or(r, p->started_ms, ""),
			.restarts = p->restarts,
			.judges = judges_by(r, p),
			.old = bdl_status_is_behind(s, p) || bdl_status_has_old_lists(s, p),
			.says = p->note,
		};
	}
	v->processes = out;
	v->n_processes = out ? s->n_processes : 0;
	v->any_processes = v->n_processes > 0;
}

static void add_hosts(
    const struct bdl_request *r, const struct bdl_status *s, struct bdl_page_status *v)
{
	struct bdl_page_status_host *out = bdl_region_array(r->region, s->n_hosts, sizeof(*out));

	for (size_t i = 0; out && i < s->n_hosts; i++) {
		const struct bdl_host_row *h = &s->hosts[i];
		out[i] = (struct bdl_page_status_host){
			.name = h->host,
			.here = bdl_view_eq(h->host, s->host),
			.doors = h->doors,
			.judges = h->is_mixed ? "different versions"
			    : h->doors        ? version(r, h->ruleset)
					      : "",
			.old = bdl_status_host_is_behind(s, h),
			.seen = bdl_when(r, h->seen_ms),
		};
	}
	v->hosts = out;
	v->n_hosts = out ? s->n_hosts : 0;
	v->any_hosts = v->n_hosts > 0;
}

static const char *next_run(
    const struct bdl_request *r, const struct bdl_status *s, const struct bdl_job_row *job)
{
	if (job->holder.n > 0 && job->until_ms > s->store_ms)
		return "being done";
	if (job->next_ms == INT64_MAX)
		return "never";
	return job->next_ms <= s->store_ms ? "now" : bdl_when(r, job->next_ms);
}

static void add_jobs(
    const struct bdl_request *r, const struct bdl_status *s, struct bdl_page_status *v)
{
	struct bdl_page_status_job *out = bdl_region_array(r->region, s->n_jobs, sizeof(*out));

	for (size_t i = 0; out && i < s->n_jobs; i++) {
		const struct bdl_job_row *job = &s->jobs[i];
		out[i] = (struct bdl_page_status_job){
			.name = job->name,
			.schedule = job->schedule,
			.next = next_run(r, s, job),
			.last = job->ended_ms
			    ? bdl_region_printf(r->region, "%s, in %.1f\u00a0s",
				  bdl_when(r, job->ended_ms), (double)job->took_ms / 1000)
			    : "",
			.failed = job->failures > 0,
			.result = job->result,
		};
	}
	v->jobs = out;
	v->n_jobs = out ? s->n_jobs : 0;
	v->any_jobs = v->n_jobs > 0;
}

int bdl_show_status(struct bdl_request *r, struct bdl_reply *reply, struct bdl_err *err)
{
	const struct bdl_status *s = bdl_status_here(r);
	struct bdl_page_status v = {
		.portal = bdl_frame(r, BDL_LIT("Is all well?"), BDL_AT_STATE),
		.links = bdl_state_links(BDL_STATE_STATUS),
		.now = bdl_when(r, r->now_ms),
	};

	if (!s)
		return bdl_fail(err, BDL_E_LIMIT, "the page does not fit into memory");
	add_troubles(r, s, &v);
	add_facts(r, s, &v);
	add_processes(r, s, &v);
	add_hosts(r, s, &v);
	add_jobs(r, s, &v);
	if (!bdl_region_broken(r->region))
		bdl_page_status(&reply->body, &v);
	return 0;
}
