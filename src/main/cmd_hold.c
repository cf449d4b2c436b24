/*
 * beadle hold add [--person LOGIN] [--clause ID] --by PERSON --and PERSON --reason TEXT --review DAY
 * beadle hold list
 * beadle hold end NUMBER --by PERSON --and PERSON --reason TEXT
 */
#include "base/clock.h"
#include "main/command.h"
#include "main/data.h"
#include "record/retention/holds.h"

#include <stdio.h>

#define ROWS_MAX (8 * 1024 * 1024)

static struct bdl_view option(struct bdl_args *a, const char *name)
{
	return bdl_view_trim(bdl_view_of(bdl_args_option(a, name)));
}

/* What two people say; false, after saying so, where something is missing. */
static bool take_word(struct bdl_args *a, struct bdl_hold_word *ret)
{
	*ret =
	    (struct bdl_hold_word){ option(a, "--by"), option(a, "--and"), option(a, "--reason") };
	if (ret->by.n && ret->second.n && ret->reason.n)
		return true;
	fputs("beadle hold: say who and why: --by PERSON --and PERSON --reason TEXT\n", stderr);
	return false;
}

static int add(struct bdl_args *a)
{
	struct bdl_store *store BDL_AUTO(bdl_store_close) = NULL;
	struct bdl_conf conf;
	struct bdl_view person = option(a, "--person"), clause = option(a, "--clause");
	struct bdl_view review = option(a, "--review");
	struct bdl_hold_word word;
	struct bdl_err err;
	int64_t id;
	bool any = false; /* the analyser cannot see it set */

	if (!take_word(a, &word) || !bdl_args_fit(a, 1, 1))
		return BDL_EXIT_USAGE;
	int rc = bdl_data_store_of(a->data, BDL_STORE_WRITE, &conf, &store, &err);
	if (rc == 0)
		rc = bdl_holds_add(store, person, clause, review, &word, bdl_now_ms(), &id, &err);
	if (rc < 0)
		return bdl_complain(&err);
	printf("hold %lld keeps what it names until it is ended; review on %.*s\n", (long long)id,
	    BDL_FMT(review));
	rc = bdl_holds_any(store, person, clause, &any, &err);
	if (rc < 0)
		return bdl_complain(&err);
	if (!any)
		fputs("beadle hold: nothing that is recorded until now is what it names: see that "
		      "login and clause are spelt as under Acts\n",
		    stderr);
	return BDL_EXIT_FINE;
}

static int end(struct bdl_args *a)
{
	struct bdl_store *store BDL_AUTO(bdl_store_close) = NULL;
	struct bdl_conf conf;
	struct bdl_hold_word word;
	struct bdl_err err;
	uint64_t id;

	if (!take_word(a, &word) || !bdl_args_fit(a, 2, 2))
		return BDL_EXIT_USAGE;
	if (!bdl_view_uint(bdl_view_of(a->words[1]), INT64_MAX, &id)) {
		fprintf(stderr, "beadle hold: '%s' is no number of a hold\n", a->words[1]);
		return BDL_EXIT_USAGE;
	}
	int rc = bdl_data_store_of(a->data, BDL_STORE_WRITE, &conf, &store, &err);
	if (rc == 0)
		rc = bdl_holds_end(store, (int64_t)id, &word, bdl_now_ms(), &err);
	if (rc < 0)
		return bdl_complain(&err);
	printf("hold %llu has ended; what is past its time goes with the next deletion\n",
	    (unsigned long long)id);
	return BDL_EXIT_FINE;
}

static void print_hold(const struct bdl_hold_row *h)
{
	char since[BDL_LONG_LEN];

	bdl_time_long(h->added_ms, since);
	printf("%4lld  %.*s  %.*s\n      since %s, by %.*s and %.*s: %.*s\n      review on %.*s\n",
	    (long long)h->id, BDL_FMT(h->person.n ? h->person : BDL_LIT("everybody")),
	    BDL_FMT(h->clause.n ? h->clause : BDL_LIT("all clauses")), since, BDL_FMT(h->by),
	    BDL_FMT(h->second), BDL_FMT(h->reason), BDL_FMT(h->review_on));
}

static int list(struct bdl_args *a)
{
	struct bdl_region *region BDL_AUTO(bdl_region_free) = bdl_region_new(ROWS_MAX);
	struct bdl_store *store BDL_AUTO(bdl_store_close) = NULL;
	struct bdl_conf conf;
	struct bdl_hold_row *rows;
	struct bdl_err err;
	size_t n = 0; /* the analyser cannot see it set */

	if (!bdl_args_fit(a, 1, 1))
		return BDL_EXIT_USAGE;
	int rc = bdl_data_store_of(a->data, BDL_STORE_WRITE, &conf, &store, &err);
	if (rc == 0)
		rc = bdl_holds_list(store, region, &rows, &n, &err);
	if (rc < 0)
		return bdl_complain(&err);
	for (size_t i = 0; i < n; i++)
		print_hold(&rows[i]);
	return BDL_EXIT_FINE;
}

int bdl_cmd_hold(struct bdl_args *a)
{
	static const struct {
		const char *verb;
		int (*run)(struct bdl_args *a);
	} verbs[] = { { "add", add }, { "end", end }, { "list", list } };

	for (size_t i = 0; i < BDL_ARRAY_LEN(verbs); i++) {
		if (a->n > 0 && bdl_view_is(bdl_view_of(a->words[0]), verbs[i].verb))
			return verbs[i].run(a);
	}
	fputs("beadle hold: say add, list or end\n", stderr);
	return BDL_EXIT_USAGE;
}
