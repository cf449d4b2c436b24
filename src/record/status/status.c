/* Looking: what is there. What of it is not well is told in troubles.c. */
#include "record/status/status.h"
#include "base/clock.h"
#include "policy/ruleset.h"
#include "proto/certificate.h"
#include "record/journal/journal.h"
#include "record/ledger/head.h"
#include "record/ledger/ledger.h"
#include "record/retention/holds.h"
#include "record/status/status_int.h"
#include "record/store/store_int.h"
#include "sys/file.h"
#include <sys/stat.h>
#include <sys/statvfs.h>

#define PEM_MAX  65536
#define HOST_MAX 256

/* Where the reading of a journal stands, by the store. */
struct read_place {
	struct bdl_view source;
	uint64_t segment, offset;
};

static const char *path_of(struct bdl_region *region, const char *dir, const char *name)
{
	const char *path = bdl_region_printf(region, "%s/%s", dir, name);

	return path ? path : "";
}

/* --- processes --- */

static void process_read(const struct bdl_slot *slot, struct bdl_status_process *ret)
{
	uint32_t starts = atomic_load(&slot->starts);

	bdl_slot_read_name(slot, ret->name);
	bdl_slot_read_note(slot, ret->note);
	ret->state = atomic_load(&slot->state);
	ret->pid = atomic_load(&slot->pid);
	ret->restarts = starts ? starts - 1 : 0;
	ret->started_ms = atomic_load(&slot->started_ms);
	for (int i = 0; i < BDL_COUNTERS; i++)
		ret->counters[i] = atomic_load_explicit(&slot->counters[i], memory_order_relaxed);
	ret->is_door = bdl_view_starts(bdl_view_of(ret->name), BDL_LIT("web-"));
}

static void processes_read(struct bdl_board *board, struct bdl_status *s)
{
	const struct bdl_slot *slot;

	if (!board)
		return;
	s->supervisor = bdl_board_supervisor(board);
	while ((slot = bdl_board_at(board, s->n_processes))) {
		struct bdl_status_process *p = &s->processes[s->n_processes++];
		process_read(slot, p);
		if (bdl_view_is(bdl_view_of(p->name), "scribe"))
			s->last_ms = (int64_t)p->counters[BDL_COUNT_LAST_MS];
	}
}

/* --- the store --- */

static int place_row(struct bdl_stmt *st, struct bdl_region *region, void *row, struct bdl_err *err)
{
	struct read_place *ret = row;

	(void)err; /* what is no text or number reads as one all the same */
	*ret = (struct read_place){
		.source = bdl_col_text(st, 0, region),
		.segment = (uint64_t)bdl_col_int(st, 1),
		.offset = (uint64_t)bdl_col_int(st, 2),
	};
	return 0;
}

/* Segments in between count as full ones. */
static int64_t bytes_waiting(const struct bdl_status_process *p, const struct read_place *read)
{
	uint64_t segment = p->counters[BDL_COUNT_SEGMENT], end = p->counters[BDL_COUNT_OFFSET];

	if (!segment || segment < read->segment)
		return 0;
	if (segment == read->segment)
		return end > read->offset ? (int64_t)(end - read->offset) : 0;
	uint64_t between = segment - read->segment - 1;
	uint64_t rest = read->offset < BDL_JOURNAL_SEGMENT ? BDL_JOURNAL_SEGMENT - read->offset : 0;
	return (int64_t)(between * BDL_JOURNAL_SEGMENT + rest + end);
}

/* What sources of this host begin with in a store that several hosts share; else empty. */
static const char *host_of(struct bdl_store *store, const char *dir, struct bdl_region *region)
{
	struct bdl_buf text BDL_AUTO_IN(bdl_buf_done) = BDL_BUF(HOST_MAX);
	const char *host = NULL;

	if (bdl_store_is_shared(store) &&
	    bdl_file_read(path_of(region, dir, "host"), &text, NULL) == 0)
		host =
		    bdl_region_printf(region, "%.*s/", BDL_FMT(bdl_view_trim(bdl_buf_view(&text))));
	return host ? host : "";
}

static bool is_journal_of(struct bdl_view source, const char *host, const char *name)
{
	size_t n = strlen(host);

	return bdl_view_starts(source, bdl_view_of(host)) &&
	    bdl_view_is(bdl_view_from(source, n), name);
}

static int waiting_read(struct bdl_store *store, const char *dir, struct bdl_region *region,
    struct bdl_status *s, struct bdl_err *err)
{
	struct bdl_stmt *st BDL_AUTO(bdl_stmt_rest) = NULL;
	const struct read_place *places;
	const char *host = host_of(store, dir, region);
	size_t n_host = strlen(host);
	void *rows;
	size_t n;

	int rc = bdl_stmt_get(store,
	    "SELECT source, segment, byte_at FROM journal_place WHERE school = ?1", &st, err);
	if (rc)
		return rc;
	bdl_bind_int(st, 1, BDL_SCHOOL);
	rc = bdl_rows_read(store, st, region, sizeof(*places), place_row, &rows, &n, err);
	if (rc)
		return rc;
	places = rows;
	s->host = bdl_view_at(host, n_host ? n_host - 1 : 0); /* without its slash */
	for (size_t i = 0; i < s->n_processes; i++)
		for (size_t k = 0; k < n; k++)
			if (is_journal_of(places[k].source, host, s->processes[i].name)) {
				s->processes[i].waiting =
				    bytes_waiting(&s->processes[i], &places[k]);
				s->waiting += s->processes[i].waiting;
			}
	return 0;
}

static int policies_read(
    struct bdl_store *store, struct bdl_region *region, struct bdl_status *s, struct bdl_err *err)
{
	struct bdl_stmt *st BDL_AUTO(bdl_stmt_rest) = NULL;
	struct bdl_ruleset_part parts[BDL_POLICIES_MAX];

	int rc = bdl_stmt_get(store,
	    "SELECT name, digest, alone, from_ms, published_ms, confirmed_ms FROM policy_version"
	    " WHERE school = ?1 AND in_force = 1",
	    &st, err);
	if (rc)
		return rc;
	bdl_bind_int(st, 1, BDL_SCHOOL);
	while ((rc = bdl_stmt_step(store, st, err)) > 0 && s->n_policies < BDL_POLICIES_MAX) {
		struct bdl_ruleset_part *part = &parts[s->n_policies++];
		part->name = bdl_col_text(st, 0, region);
		rc = bdl_col_digest(st, 1, &part->digest, err);
		if (rc < 0)
			return rc;
		s->n_alone += bdl_col_int(st, 2) != 0;
		for (int i = 3; i <= 5; i++) /* whichever was last */
			if (bdl_col_int(st, i) > s->in_force_ms)
				s->in_force_ms = bdl_col_int(st, i);
	}
	if (rc < 0)
		return rc;
	return bdl_ruleset_version_of(parts, s->n_policies, &s->ruleset, err);
}

static int holds_read(
    struct bdl_store *store, struct bdl_region *region, struct bdl_status *s, struct bdl_err *err)
{
	struct bdl_hold_row *rows;

	int rc = bdl_holds_list(store, region, &rows, &s->n_holds, err);
	return rc ? rc : bdl_holds_due(store, s->now_ms, &s->n_reviews, err);
}

static int lists_were_there(struct bdl_store *store, bool *ret, struct bdl_err *err)
{
	struct bdl_stmt *st BDL_AUTO(bdl_stmt_rest) = NULL;

	int rc = bdl_stmt_find_by(store,
	    "SELECT 1 FROM ledger_entry WHERE school = ?1 AND kind = ?2 LIMIT 1", BDL_LEDGER_LISTS,
	    &st, err);
	*ret = rc > 0;
	return rc < 0 ? rc : 0;
}

static int store_look(struct bdl_store *store, const char *dir, struct bdl_region *region,
    struct bdl_status *s, struct bdl_err *err)
{
	struct bdl_check_row *checks;
	struct bdl_host_row *hosts;
	struct bdl_job_row *jobs;
	struct bdl_head head;

	int rc = bdl_acts_totals(store, bdl_midnight(s->now_ms), &s->today, err);
	if (!rc && bdl_store_is_shared(store))
		rc = bdl_store_now(store, &s->store_ms, err);
	if (!rc)
		rc = bdl_hosts_list(store, region, &hosts, &s->n_hosts, err);
	if (rc)
		return rc;
	s->hosts = hosts;
	if (!rc)
		rc = bdl_jobs_list(store, region, &jobs, &s->n_jobs, err);
	if (rc)
		return rc;
	s->jobs = jobs;
	rc = bdl_checks_last(store, region, &checks, &s->n_checks, err);
	if (rc)
		return rc;
	s->checks = checks;
	s->ledger.verified = bdl_status_job(s, "ledger");
	rc = waiting_read(store, dir, region, s, err);
	if (!rc)
		rc = policies_read(store, region, s, err);
	if (!rc)
		rc = holds_read(store, region, s, err);
	if (!rc)
		rc = lists_were_there(store, &s->lists.were_there, err);
	if (!rc)
		rc = bdl_head_now(store, s->now_ms, &head, err);
	if (rc)
		return rc;
	s->ledger.entries = head.entries;
	s->ledger.hash = head.hash;
	return 0;
}

static void store_read(
    const struct bdl_status_where *where, struct bdl_region *region, struct bdl_status *s)
{
	struct bdl_err err = { 0 };
	struct bdl_status before = *s;

	if (where->store && store_look(where->store, where->dir, region, s, &err) == 0)
		return;
	if (where->store) {
		*s = before; /* half of it would look like all */
		s->store_fault = bdl_region_str(region, bdl_view_of(err.text));
	} else {
		s->store_fault = where->unopened
		    ? bdl_region_str(region, bdl_view_of(where->unopened->text))
		    : "there is none yet";
	}
}

/* --- lists --- */

static void lists_read(const char *path, struct bdl_region *region, struct bdl_status_lists *l)
{
	struct bdl_lists *lists BDL_AUTO(bdl_lists_close) = NULL;
	struct bdl_err err;
	struct stat st;

	if (bdl_illegal_look(path, &l->illegal, &err) < 0)
		l->illegal_fault = bdl_region_str(region, bdl_view_of(err.text));
	int rc = bdl_lists_open(path, &lists, &err);
	if (rc < 0 && (rc != BDL_E_MISSING || l->illegal.is_missing || l->illegal.is_there))
		l->fault = bdl_region_str(region, bdl_view_of(err.text));
	if (rc < 0)
		return;
	l->is_there = true;
	l->made_ms = bdl_lists_made_ms(lists);
	l->mark = bdl_lists_mark(lists);
	l->domains = bdl_lists_domains(lists);
	l->urls = bdl_lists_urls(lists);
	l->nets = bdl_lists_nets(lists);
	l->categories = bdl_lists_categories(lists);
	if (stat(path, &st) == 0)
		l->placed_ms = (int64_t)st.st_mtim.tv_sec * 1000;
}

/* --- the machine --- */

static void disk_read(const char *dir, struct bdl_status *s)
{
	struct statvfs st;

	if (statvfs(dir, &st) < 0)
		return; /* both stay 0: not known */
	s->disk_free = (int64_t)(st.f_bavail * st.f_frsize);
	s->disk_all = (int64_t)(st.f_blocks * st.f_frsize);
}

static void certificate_read(const char *dir, struct bdl_region *region, struct bdl_status *s)
{
	struct bdl_buf pem BDL_AUTO_IN(bdl_buf_done) = BDL_BUF(PEM_MAX);
	int64_t from_ms, until_ms;

	if (bdl_file_read(path_of(region, dir, "squid/ca.crt"), &pem, NULL) == 0 &&
	    bdl_certificate_dates(bdl_buf_view(&pem), &from_ms, &until_ms, NULL) == 0)
		s->certificate_until_ms = until_ms;
}

void bdl_status_look(const struct bdl_status_where *where, int64_t now_ms,
    struct bdl_region *region, struct bdl_status *ret)
{
	*ret = (struct bdl_status){ .now_ms = now_ms, .store_ms = now_ms };
	processes_read(where->board, ret);
	store_read(where, region, ret);
	lists_read(where->lists, region, &ret->lists);
	disk_read(where->dir, ret);
	certificate_read(where->dir, region, ret);
	bdl_status_weigh(ret, region);
}

size_t bdl_status_checks(const struct bdl_status *s, enum bdl_check_outcome outcome)
{
	size_t n = 0;

	for (size_t i = 0; i < s->n_checks; i++)
		n += s->checks[i].outcome == outcome;
	return n;
}

const struct bdl_job_row *bdl_status_job(const struct bdl_status *s, const char *name)
{
	for (size_t i = 0; i < s->n_jobs; i++)
		if (bdl_view_is(s->jobs[i].name, name))
			return &s->jobs[i];
	return NULL;
}
