#include "main/scribe/work.h"

#include "base/clock.h"
#include "record/ledger/head.h"
#include "record/retention/holds.h"
#include "sys/log.h"

#define HEADS_MS   60000    /* between two looks at whether the head of the day is exported */
#define REVIEWS_MS 86400000 /* between two reminders of holds that are to be looked at again */

/*
 * The head of the ledger, signed, once a day. That it cannot be written is no fault of the store's: it
 * is said, and tried again.
 */
void bdl_work_head(struct bdl_scribe_work *s)
{
	struct bdl_err err;
	bool made = false;
	if (bdl_tick_ms() < s->heads_tick_ms)
		return;
	s->heads_tick_ms = bdl_tick_ms() + HEADS_MS;
	if (bdl_head_of_day(s->store, s->keys_path, s->heads_path, bdl_now_ms(), &made, &err) < 0)
		bdl_log_err(BDL_LOG_ERR, "head-not-exported", &err);
	else if (made)
		bdl_log(BDL_LOG_NOTICE, "head-exported",
		    "the ledger's head of the day is in heads/; keep a copy elsewhere");
}

/* Once a day and at each start, as the status says it at any time. */
int bdl_work_reviews(struct bdl_scribe_work *s, struct bdl_err *err)
{
	size_t n = 0;
	if (bdl_tick_ms() < s->reviews_tick_ms)
		return 0;
	int rc = bdl_holds_due(s->store, bdl_now_ms(), &n, err);
	if (rc < 0)
		return rc;
	s->reviews_tick_ms = bdl_tick_ms() + REVIEWS_MS;
	if (n > 0)
		bdl_log(BDL_LOG_NOTICE, "review-due",
		    "%zu legal %s to be looked at again: beadle hold list says which", n,
		    n == 1 ? "hold is" : "holds are");
	return 0;
}

/* The clerk may not touch the store, and a hand asks nobody: what the lists are now is entered here. */
int bdl_work_lists(struct bdl_scribe_work *s, struct bdl_err *err)
{
	bool is_news;
	int rc = bdl_lists_look(s->lists, s->store, &is_news, err);
	if (rc == 0 && is_news)
		bdl_log(BDL_LOG_NOTICE, "lists-entered",
		    "the lists are others than the ledger knew: beadle lists changes says which");
	return rc;
}

/* For the portals of other hosts, which do not see this one's board. */
int bdl_work_host(struct bdl_scribe_work *s, struct bdl_err *err)
{
	if (!bdl_store_is_shared(s->store))
		return 0;
	struct bdl_host_row now = bdl_host_look(s->role->board);
	bool is_news = now.doors != s->said.doors || now.ruleset != s->said.ruleset ||
	    now.is_mixed != s->said.is_mixed;
	if (!is_news && bdl_tick_ms() < s->host_tick_ms)
		return 0;
	now.host = bdl_view_of(s->host);
	int rc = bdl_hosts_say(s->store, now, err);
	if (rc < 0)
		return rc;
	s->said = now;
	s->host_tick_ms = bdl_tick_ms() + BDL_HOST_SAY_MS;
	return 0;
}
