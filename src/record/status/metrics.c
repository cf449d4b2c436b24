/*
 * The status as Prometheus reads it, in its text format: names end in their unit, counters in _total.
 * Labels are names of processes, jobs and verdicts, of which there are few; nothing is of a person.
 */
#include "record/status/metrics.h"
#include <inttypes.h>

struct metric {
	const char *name, *type, *help;
};

static void begin(struct bdl_buf *out, const struct metric *m)
{
	(void)bdl_buf_printf(
	    out, "# HELP beadle_%s %s\n# TYPE beadle_%s %s\n", m->name, m->help, m->name, m->type);
}

static void one(
    struct bdl_buf *out, const char *name, const char *type, const char *help, int64_t value)
{
	const struct metric m = { name, type, help };

	begin(out, &m);
	(void)bdl_buf_printf(out, "beadle_%s %" PRId64 "\n", name, value);
}

static void labelled(
    struct bdl_buf *out, const char *name, const char *label, struct bdl_view value, int64_t n)
{
	(void)bdl_buf_printf(
	    out, "beadle_%s{%s=\"%.*s\"} %" PRId64 "\n", name, label, BDL_FMT(value), n);
}

/* --- processes --- */

static int64_t is_up(const struct bdl_status *s, const struct bdl_status_process *p)
{
	(void)s;
	return p->state == BDL_STATE_UP;
}

static int64_t start_s(const struct bdl_status *s, const struct bdl_status_process *p)
{
	(void)s;
	return p->started_ms / 1000;
}

static int64_t restarts(const struct bdl_status *s, const struct bdl_status_process *p)
{
	(void)s;
	return p->restarts;
}

static int64_t waiting(const struct bdl_status *s, const struct bdl_status_process *p)
{
	(void)s;
	return p->waiting;
}

static int64_t is_behind(const struct bdl_status *s, const struct bdl_status_process *p)
{
	return bdl_status_is_behind(s, p);
}

static int64_t has_old_lists(const struct bdl_status *s, const struct bdl_status_process *p)
{
	return bdl_status_has_old_lists(s, p);
}

/* What is told of each process, or of each door: what `read` finds, else that counter. */
static const struct {
	struct metric m;
	bool doors_only;
	int64_t (*read)(const struct bdl_status *s, const struct bdl_status_process *p);
	enum bdl_counter counter;
} of_processes[] = {
	{ { "process_up", "gauge", "Whether the process is up." }, false, is_up, 0 },
	{ { "process_start_time_seconds", "gauge", "When it was started, since 1970." }, false,
	    start_s, 0 },
	{ { "process_restarts_total", "counter", "How often it had to be started again." }, false,
	    restarts, 0 },
	{ { "requests_judged_total", "counter", "Requests judged since the door started." }, true,
	    NULL, BDL_COUNT_ACTS },
	{ { "requests_strict_total", "counter", "Of these blocked, held or asked for a reason." },
	    true, NULL, BDL_COUNT_STRICT },
	{ { "requests_unrecorded_total", "counter", "Of these on no record, as a disk was full." },
	    true, NULL, BDL_COUNT_UNRECORDED },
	{ { "texts_unread_total", "counter",
	      "Texts that a rule asks for and that went on unread." },
	    true, NULL, BDL_COUNT_UNREAD },
	{ { "peers_refused_total", "counter", "Connections and packets that were not let in." },
	    false, NULL, BDL_COUNT_REFUSED },
	{ { "connections", "gauge", "Connections of proxies that are open." }, true, NULL,
	    BDL_COUNT_PEERS },
	{ { "journal_waiting_bytes", "gauge", "Bytes of its journal that are not in the store." },
	    false, waiting, 0 },
	{ { "door_policies_outdated", "gauge",
	      "Whether it judges by other policies than those in "
	      "force." },
	    true, is_behind, 0 },
	{ { "door_lists_outdated", "gauge", "Whether it uses other lists than those installed." },
	    true, has_old_lists, 0 },
};

static void add_processes(const struct bdl_status *s, struct bdl_buf *out)
{
	for (size_t i = 0; s->n_processes && i < BDL_ARRAY_LEN(of_processes); i++) {
		begin(out, &of_processes[i].m);
		for (size_t k = 0; k < s->n_processes; k++) {
			const struct bdl_status_process *p = &s->processes[k];
			if (of_processes[i].doors_only && !p->is_door)
				continue;
			labelled(out, of_processes[i].m.name, "process", bdl_view_of(p->name),
			    of_processes[i].read ? of_processes[i].read(s, p)
						 : (int64_t)p->counters[of_processes[i].counter]);
		}
	}
}

/* --- timed work --- */

static int64_t job_failures(const struct bdl_job_row *job)
{
	return job->failures;
}

static int64_t job_ended_s(const struct bdl_job_row *job)
{
	return job->ended_ms / 1000;
}

static int64_t job_next_s(const struct bdl_job_row *job)
{
	return job->next_ms == INT64_MAX ? 0 : job->next_ms / 1000;
}

static const struct {
	struct metric m;
	int64_t (*read)(const struct bdl_job_row *job);
} of_jobs[] = {
	{ { "job_failures", "gauge", "Runs of the timed work that failed in a row." },
	    job_failures },
	{ { "job_last_run_timestamp_seconds", "gauge", "When its last run ended; 0: it had none." },
	    job_ended_s },
	{ { "job_next_run_timestamp_seconds", "gauge", "When it is due; 0: never." }, job_next_s },
};

static void add_jobs(const struct bdl_status *s, struct bdl_buf *out)
{
	for (size_t i = 0; s->n_jobs && i < BDL_ARRAY_LEN(of_jobs); i++) {
		begin(out, &of_jobs[i].m);
		for (size_t k = 0; k < s->n_jobs; k++)
			labelled(out, of_jobs[i].m.name, "job", s->jobs[k].name,
			    of_jobs[i].read(&s->jobs[k]));
	}
}

/* --- the store, lists, the machine --- */

static void add_store(const struct bdl_status *s, struct bdl_buf *out)
{
	static const struct metric today = { "acts_today", "gauge",
		"Requests of this day by their verdict, as far as they are in the store." };
	static const struct metric checks = { "checks", "gauge",
		"Last results of the checks of itself, by group and place." };

	one(out, "store_readable", "gauge", "Whether the store can be read.", !s->store_fault);
	if (s->store_fault)
		return;
	begin(out, &checks);
	for (int i = BDL_CHECK_PASSED; i <= BDL_CHECK_NOT_RUN; i++)
		labelled(out, checks.name, "outcome",
		    bdl_view_of(bdl_check_outcome_word((enum bdl_check_outcome)i)),
		    (int64_t)bdl_status_checks(s, (enum bdl_check_outcome)i));
	begin(out, &today);
	labelled(out, today.name, "verdict", BDL_LIT("block"), s->today.blocked);
	labelled(out, today.name, "verdict", BDL_LIT("coach"), s->today.coached);
	labelled(out, today.name, "verdict", BDL_LIT("note"), s->today.noted);
	one(out, "acts_judged_today", "gauge", "All requests of this day.", s->today.acts);
	one(out, "violations_today", "gauge", "Violations of this day.", s->today.violations);
	one(out, "store_last_write_timestamp_seconds", "gauge",
	    "When something was last brought to the store; 0: not since the start.",
	    s->last_ms / 1000);
	one(out, "policies_in_force", "gauge", "Policies in force.", (int64_t)s->n_policies);
	one(out, "legal_holds", "gauge", "Legal holds that hold.", (int64_t)s->n_holds);
	one(out, "ledger_entries", "gauge", "Entries of the ledger.", s->ledger.entries);
}

static void add_lists(const struct bdl_status_lists *l, struct bdl_buf *out)
{
	one(out, "lists_installed", "gauge", "Whether lists of sites are installed.", l->is_there);
	one(out, "lists_domains", "gauge", "Domains on them.", (int64_t)l->domains);
	one(out, "lists_categories", "gauge", "Categories that they have.", l->categories);
	one(out, "lists_compiled_timestamp_seconds", "gauge", "When they were compiled.",
	    l->made_ms / 1000);
	one(out, "illegal_list_installed", "gauge",
	    "Whether a list of illegal material is installed and can be read.",
	    l->illegal.is_there && !l->illegal_fault);
}

void bdl_status_metrics(const struct bdl_status *s, struct bdl_buf *out)
{
	static const struct metric troubles = { "troubles", "gauge",
		"What is not well, as the page /status tells it." };
	static const struct metric build = { "build_info", "gauge", "The version that runs." };

	begin(out, &build);
	labelled(out, build.name, "version", BDL_LIT(BDL_VERSION), 1);
	one(out, "up", "gauge", "Whether beadle run runs.", s->supervisor != 0);
	begin(out, &troubles);
	labelled(out, troubles.name, "severity", BDL_LIT("fails"), (int64_t)s->n_failing);
	labelled(out, troubles.name, "severity", BDL_LIT("attention"),
	    (int64_t)(s->n_troubles - s->n_failing));
	add_processes(s, out);
	add_jobs(s, out);
	add_store(s, out);
	add_lists(&s->lists, out);
	one(out, "disk_free_bytes", "gauge", "Room on the disk of the data folder.", s->disk_free);
	one(out, "disk_size_bytes", "gauge", "Its size.", s->disk_all);
	one(out, "certificate_expiry_timestamp_seconds", "gauge",
	    "When the proxy's certificate runs out; 0: there is none.",
	    s->certificate_until_ms / 1000);
}
