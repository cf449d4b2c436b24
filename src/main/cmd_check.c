/*
 * beadle check [NAME]          what the checks came to the last time
 * beadle check [NAME] --now    make them now
 * beadle check --reviewed PERSON --note TEXT    keep that somebody looked through them
 */
#include "base/clock.h"
#include "main/checks/asker.h"
#include "main/checks/checks.h"
#include "main/command.h"
#include "main/data.h"

#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <unistd.h>

#define ROWS_BYTES ((size_t)8 * 1024 * 1024)

static void print_row(const struct bdl_check_row *row)
{
	char moment[BDL_LONG_LEN];

	bdl_time_long(row->began_ms, moment);
	printf("%.*s (%.*s#%.*s)%s%.*s%s%.*s: %s\n", BDL_FMT(row->key.name),
	    BDL_FMT(row->key.policy), BDL_FMT(row->key.clause), row->who.n ? ", " : "",
	    BDL_FMT(row->who), row->place.n ? " at " : "", BDL_FMT(row->place),
	    bdl_check_outcome_word(row->outcome));
	printf("  %s, in %" PRId64 " ms\n  %.*s\n", moment, row->took_ms, BDL_FMT(row->said));
	if (row->mend.n)
		printf("  %.*s\n", BDL_FMT(row->mend));
}

/* Of this host alone: what others share a store for is theirs to say. */
static int show(const struct bdl_conf *conf, const char *name, bool *ret_fine, struct bdl_err *err)
{
	struct bdl_region *region BDL_AUTO(bdl_region_free) = bdl_region_new(ROWS_BYTES);
	struct bdl_store *store BDL_AUTO(bdl_store_close) = NULL;
	char where[BDL_CONF_STORE_MAX], host[BDL_DATA_HOST_MAX] = "";
	struct bdl_check_row *rows;
	size_t n, shown = 0;

	bdl_conf_store(conf, where);
	int rc = conf->store[0] ? bdl_data_host(conf, host, err) : 0;
	if (rc == 0)
		rc = bdl_store_open(where, BDL_STORE_READ, &store, err);
	if (rc == 0)
		rc = bdl_checks_last(store, region, &rows, &n, err);
	if (rc < 0)
		return rc;
	*ret_fine = true;
	for (size_t i = 0; i < n; i++) {
		if (!bdl_view_is(rows[i].key.host, host) ||
		    (name && !bdl_view_is(rows[i].key.name, name)))
			continue;
		print_row(&rows[i]);
		shown++;
		*ret_fine = *ret_fine && rows[i].outcome == BDL_CHECK_PASSED;
	}
	if (shown == 0)
		return bdl_fail(
		    err, BDL_E_MISSING, "nothing was checked yet; beadle check --now does it now");
	return 0;
}

static int run_now(const struct bdl_conf *conf, const char *name, struct bdl_err *err)
{
	struct bdl_checks_wanted wanted = { .name = name, .is_asked_for = true, .listener = -1 };
	struct bdl_checks_done done;

	(void)signal(SIGPIPE, SIG_IGN); /* an asker that ends is an error, and not our end */
	int rc = bdl_asker_listen(&wanted.listener, err);
	if (rc == 0)
		rc = bdl_checks_run(conf, &wanted, &done, err);
	if (wanted.listener >= 0)
		(void)close(wanted.listener); /* a socket */
	return rc;
}

static int review(
    const struct bdl_conf *conf, const char *person, const char *note, struct bdl_err *err)
{
	struct bdl_store *store BDL_AUTO(bdl_store_close) = NULL;
	struct bdl_check_review r = {
		.at_ms = bdl_now_ms(), .person = bdl_view_of(person), .note = bdl_view_of(note)
	};

	int rc = bdl_data_store(conf, &store, err);
	if (rc == 0)
		rc = bdl_checks_review(store, &r, err);
	if (rc < 0)
		return rc;
	printf("reviewed by %s: %" PRId64 " passed, %" PRId64 " failed, %" PRId64
	       " could not run\n",
	    person, r.passed, r.failed, r.not_run);
	return 0;
}

int bdl_cmd_check(struct bdl_args *a)
{
	const char *person = bdl_args_option(a, "--reviewed"), *note = bdl_args_option(a, "--note");
	bool now = bdl_args_flag(a, "--now"), fine = false;
	struct bdl_conf conf;
	struct bdl_err err;

	if (!bdl_args_fit(a, 0, person ? 0 : 1))
		return BDL_EXIT_USAGE;
	if (person ? now : note != NULL) {
		fprintf(stderr,
		    "beadle check: --note goes with --reviewed PERSON, and --now does not\n");
		return BDL_EXIT_USAGE;
	}
	const char *name = a->n > 0 ? a->words[0] : NULL;
	int rc = bdl_data_open(a->data, false, &conf, &err);
	if (rc == 0)
		rc = bdl_data_become_owner(&conf, &err);
	if (rc == 0 && person)
		rc = review(&conf, person, note, &err);
	if (rc == 0 && now)
		rc = run_now(&conf, name, &err);
	if (rc == 0 && person)
		fine = true;
	else if (rc == 0)
		rc = show(&conf, name, &fine, &err);
	if (rc < 0)
		return bdl_complain(&err);
	return fine ? BDL_EXIT_FINE : BDL_EXIT_FAILED;
}
