/*
 * beadle status --metrics: the same for Prometheus, to be put where its node exporter reads files.
 * beadle status: what is not well, the figures behind it, and the board of a running `beadle run` as
 * a table. The portal's page /status says the same, from the same look (record/status/status.h).
 */
#include "base/clock.h"
#include "main/command.h"
#include "main/data.h"
#include "main/lists/verbs.h"
#include "main/status.h"
#include "record/status/metrics.h"

#include <inttypes.h>
#include <stdio.h>

#define MB          INT64_C(1000000)
#define METRICS_MAX (256 * 1024)

static void print_troubles(const struct bdl_status *s)
{
	if (s->n_troubles == 0)
		puts("all is well");
	for (size_t i = 0; i < s->n_troubles; i++) {
		const struct bdl_trouble *t = &s->troubles[i];
		printf("%s: %s\n    %s\n    %s\n", t->fails ? "FAILS" : "attention", t->what,
		    t->means, t->mend);
	}
}

static void print_moment(const char *before, int64_t at_ms)
{
	char text[BDL_LONG_LEN];

	bdl_time_long(at_ms, text);
	printf("%s%s", before, text);
}

static void print_ledger(const struct bdl_status_ledger *l)
{
	char hex[BDL_DIGEST_HEX];

	bdl_digest_hex(&l->hash, hex);
	printf("ledger: %" PRId64 " entries, head %.12s", l->entries, hex);
	if (l->verified && l->verified->ended_ms) {
		print_moment("; looked through on ", l->verified->ended_ms);
		printf(": %.*s", BDL_FMT(l->verified->result));
	}
	putchar('\n');
}

/* "hosts: north, 4 doors by version 0123456789ab; ..." where several share the store. */
static void print_hosts(const struct bdl_status *s)
{
	for (size_t i = 0; i < s->n_hosts; i++) {
		const struct bdl_host_row *h = &s->hosts[i];

		printf("%s%.*s, %" PRId64 " %s by ", i ? "; " : "hosts: ", BDL_FMT(h->host),
		    h->doors, h->doors == 1 ? "door" : "doors");
		if (h->is_mixed)
			fputs("different versions", stdout);
		else if (h->ruleset)
			printf("version %012" PRIx64, h->ruleset >> 16);
		else
			fputs("the law alone", stdout);
	}
	if (s->n_hosts)
		putchar('\n');
}

static void print_store(const struct bdl_status *s)
{
	char hex[BDL_DIGEST_HEX];

	if (s->store_fault)
		return; /* it is among the troubles */
	printf("today: %" PRId64 " requests judged, %" PRId64 " blocked, %" PRId64
	       " asked for a reason, %" PRId64 " noted; %" PRId64 " violations\n",
	    s->today.acts, s->today.blocked, s->today.coached, s->today.noted, s->today.violations);
	printf("store: %" PRId64 " kB of journals wait for it", s->waiting / 1000);
	if (s->last_ms)
		print_moment("; written last on ", s->last_ms);
	bdl_digest_hex(&s->ruleset, hex);
	printf("\npolicies: %zu in force, as version %.12s\n", s->n_policies, hex);
	print_hosts(s);
	print_ledger(&s->ledger);
}

static void print_figures(const struct bdl_status *s)
{
	print_store(s);
	if (s->lists.is_there) {
		printf("lists: %" PRIu64 " domains in %u categories", s->lists.domains,
		    s->lists.categories);
		print_moment(", made on ", s->lists.made_ms);
		putchar('\n');
	}
	printf(
	    "disk: %" PRId64 " MB free of %" PRId64 " MB\n", s->disk_free / MB, s->disk_all / MB);
	if (s->certificate_until_ms) {
		print_moment("certificate: until ", s->certificate_until_ms);
		putchar('\n');
	}
}

/* How long it has been running: "12 s", or "-" for what was not started yet. */
static void since(const struct bdl_status_process *p, int64_t now_ms, char out[24])
{
	if (p->started_ms > 0)
		(void)snprintf(out, 24, "%" PRId64 " s", (now_ms - p->started_ms) / 1000);
	else
		(void)snprintf(out, 24, "-");
}

static void print_process(const struct bdl_status_process *p, int64_t now_ms)
{
	char up[24];

	since(p, now_ms, up);
	printf("%-10s %-9s %7d %10s %8u %9" PRIu64 " %8" PRIu64 " %10" PRIu64 " %8" PRIu64 "  %s\n",
	    p->name, bdl_state_word(p->state), (int)p->pid, up, p->restarts,
	    p->counters[BDL_COUNT_ACTS], p->counters[BDL_COUNT_STRICT],
	    p->counters[BDL_COUNT_UNRECORDED], p->counters[BDL_COUNT_REFUSED], p->note);
}

static void print_status(const struct bdl_conf *conf, const struct bdl_status *s)
{
	printf("beadle " BDL_VERSION ", process %d, data in %s\n\n", (int)s->supervisor, conf->dir);
	print_troubles(s);
	putchar('\n');
	print_figures(s);
	(void)bdl_lists_say_illegal(conf); /* what is wrong with it is among the troubles */
	putchar('\n');
	printf("%-10s %-9s %7s %10s %8s %9s %8s %10s %8s\n", "NAME", "STATE", "PROCESS", "SINCE",
	    "RESTARTS", "ACTS", "STRICT", "UNRECORDED", "REFUSED");
	for (size_t i = 0; i < s->n_processes; i++)
		print_process(&s->processes[i], s->now_ms);
}

int bdl_status_of(const struct bdl_conf *conf, struct bdl_region *region, struct bdl_status *ret,
    struct bdl_err *err)
{
	struct bdl_board *board BDL_AUTO(bdl_board_close) = NULL;
	struct bdl_store *store BDL_AUTO(bdl_store_close) = NULL;
	struct bdl_err unopened = { 0 };
	char path[BDL_PATH_MAX], lists[BDL_PATH_MAX];

	bdl_conf_path(conf, lists, sizeof(lists), "lists/lists.map");
	if (bdl_data_unlocked(conf, err) < 0) { /* somebody holds the lock: beadle run runs */
		bdl_conf_path(conf, path, sizeof(path), "run/board");
		int rc = err->code == BDL_E_BUSY ? bdl_board_open(path, false, &board, err)
						 : (int)err->code;
		if (rc < 0)
			return rc;
	}
	/* One that cannot be opened is a trouble, and no error. */
	if (bdl_data_store_read(conf, &store, &unopened) < 0)
		store = NULL;
	const struct bdl_status_where where = { conf->dir, lists, store, &unopened, board };
	bdl_status_look(&where, bdl_now_ms(), region, ret);
	return 0;
}

/* What is not well is in it, so the exit status says only whether it could be told. */
static int print_metrics(const struct bdl_status *s)
{
	struct bdl_buf text BDL_AUTO_IN(bdl_buf_done) = BDL_BUF(METRICS_MAX);

	bdl_status_metrics(s, &text);
	fputs(bdl_buf_str(&text), stdout);
	return bdl_buf_broken(&text) ? BDL_EXIT_FAILED : BDL_EXIT_FINE;
}

int bdl_cmd_status(struct bdl_args *a)
{
	struct bdl_region *region BDL_AUTO(bdl_region_free) = bdl_region_new(BDL_STATUS_MEMORY);
	static struct bdl_status s;
	struct bdl_conf conf;
	struct bdl_err err;
	bool metrics = bdl_args_flag(a, "--metrics");

	if (!bdl_args_fit(a, 0, 0))
		return BDL_EXIT_USAGE;
	int rc = bdl_data_open(a->data, false, &conf, &err);
	if (rc == 0)
		rc = bdl_data_become_owner(&conf, &err);
	if (rc == 0)
		rc = bdl_status_of(&conf, region, &s, &err);
	if (rc < 0)
		return bdl_complain(&err);
	if (metrics)
		return print_metrics(&s);
	if (!s.supervisor) {
		printf("beadle run is not running on '%s'\n", conf.dir);
		return BDL_EXIT_FAILED;
	}
	print_status(&conf, &s);
	return s.n_failing ? BDL_EXIT_FAILED : BDL_EXIT_FINE;
}
