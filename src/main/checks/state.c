/* What is looked at where it lies: lists and copies. */
#include "base/clock.h"
#include "main/checks/checks_int.h"
#include "proto/url.h"

#include <inttypes.h>
#include <stdio.h>

#define LISTS_MS  (31 * (int64_t)BDL_DAY_MS)
#define BACKUP_MS (2 * (int64_t)BDL_DAY_MS)
#define DRILL_MS  (8 * (int64_t)BDL_DAY_MS)

static int64_t days(int64_t ms)
{
	return ms / BDL_DAY_MS;
}

/* --- lists --- */

/* The lists that rules to stop something name, and that have nothing on them. */
static void look_for_missing(struct bdl_checking *c, struct bdl_finding_of *f)
{
	for (unsigned i = 0; i < bdl_ruleset_categories(c->ruleset); i++) {
		struct bdl_view name = bdl_view_of(bdl_ruleset_category(c->ruleset, i));
		int at = c->lists ? bdl_lists_category_find(c->lists, name) : -1;

		if (bdl_view_is(name, BDL_CATEGORY_ILLEGAL) ||
		    (at >= 0 && !bdl_lists_category_is_empty(c->lists, (unsigned)at)))
			continue;
		bdl_finding_add(f, BDL_CHECK_FAILED,
		    "Install it: beadle lists compile, or a source in lists/lists.conf.",
		    "There is no list of %.*s, which a rule names.", BDL_FMT(name));
	}
}

static void look_at_age(struct bdl_checking *c, struct bdl_finding_of *f)
{
	int64_t now_ms = bdl_now_ms(), oldest_ms = now_ms;
	int64_t allowed_ms = bdl_own_check_allowed_ms(f->rule, LISTS_MS);
	struct bdl_view rest = bdl_lists_notes(c->lists);
	struct bdl_lists_note note;

	while (bdl_lists_note_next(&rest, &note)) {
		f->asked++;
		if (note.time_ms == 0)
			continue; /* nobody knows how old it is */
		oldest_ms = note.time_ms < oldest_ms ? note.time_ms : oldest_ms;
		if (now_ms - note.time_ms > allowed_ms)
			bdl_finding_add(f, BDL_CHECK_FAILED,
			    "See by beadle clerk list how fetching went, and by lists/lists.conf where "
			    "from; a list that nobody updates any more is better replaced.",
			    "The list of %.*s is %" PRId64 " days old; %" PRId64 " are allowed.",
			    BDL_FMT(note.category), days(now_ms - note.time_ms), days(allowed_ms));
	}
	bdl_finding_add(f, BDL_CHECK_PASSED, NULL,
	    "%" PRId64 " lists are there; the oldest is %" PRId64 " days old.", f->asked,
	    days(now_ms - oldest_ms));
}

/* Doors that hold other lists than are installed stop other things than the school thinks. */
static void look_at_doors(struct bdl_checking *c, struct bdl_finding_of *f)
{
	for (size_t i = 0; i < c->status.n_processes; i++)
		if (bdl_status_has_old_lists(&c->status, &c->status.processes[i]))
			bdl_finding_add(f, BDL_CHECK_FAILED,
			    "The log says why the new ones were not taken: lists-unreadable.",
			    "%s uses other lists than those that are installed.",
			    c->status.processes[i].name);
}

int bdl_check_lists(struct bdl_checking *c, const struct bdl_stand *stand, struct bdl_finding_of *f,
    struct bdl_err *err)
{
	const struct bdl_job_row *job = bdl_status_job(&c->status, "lists");
	(void)stand; /* lists are everybody's */
	(void)err;   /* what is not there is a finding */

	look_for_missing(c, f);
	look_at_doors(c, f);
	if (job && job->failures > 0)
		bdl_finding_add(f, BDL_CHECK_FAILED, "beadle clerk run lists tries it now.",
		    "Fetching them fails: %.*s.", BDL_FMT(job->result));
	if (c->lists)
		look_at_age(c, f);
	return 0;
}

int bdl_check_illegal_list(struct bdl_checking *c, const struct bdl_stand *stand,
    struct bdl_finding_of *f, struct bdl_err *err)
{
	const struct bdl_status_lists *l = &c->status.lists;
	(void)stand; /* it binds everybody */
	(void)err;   /* what is not there is a finding */

	f->asked++;
	if (l->illegal_fault || l->illegal.is_missing)
		bdl_finding_add(f, BDL_CHECK_FAILED,
		    "Install it again: beadle lists install-illegal. Find out who deleted it.",
		    "The list of illegal material was installed and %s.",
		    l->illegal_fault ? "cannot be read" : "is MISSING");
	else if (!l->illegal.is_there)
		bdl_finding_add(f, BDL_CHECK_FAILED,
		    "The school's internet provider has to filter illegal material until a list is "
		    "installed: beadle lists install-illegal takes what its provider sends.",
		    "A list of illegal material is NOT INSTALLED.");
	else
		bdl_finding_add(f, BDL_CHECK_PASSED, NULL,
		    "A signed list of %" PRIu64 " entries is installed, issued %" PRId64
		    " days ago.",
		    l->illegal.entries, days(bdl_now_ms() - l->illegal.issued_ms));
	look_at_doors(c, f);
	return 0;
}

/* Its other names are nobody's to know. What is found says nothing of the address either. */
int bdl_check_illegal_test(struct bdl_checking *c, const struct bdl_stand *stand,
    struct bdl_finding_of *f, struct bdl_err *err)
{
	int number = bdl_ruleset_category_find(c->ruleset, BDL_LIT(BDL_CATEGORY_ILLEGAL));
	struct bdl_expected wanted;
	struct bdl_url url;

	err->code = 0;
	if (c->conf->illegal_test[0] == '\0' || f->outcome != BDL_CHECK_PASSED)
		return 0;
	int rc = bdl_url_parse(
	    bdl_view_of(c->conf->illegal_test), bdl_view_of(NULL), BDL_SCHEME_HTTP, &url, err);
	if (rc < 0)
		return rc;
	const char *path = bdl_region_str(c->region, url.path.n ? url.path : BDL_LIT("/"));
	bdl_checks_expect(c, stand, bdl_view_of(url.host), bdl_view_of(path), &wanted);
	if (number < 0 || !bdl_catset_has(&wanted.categories, (unsigned)number))
		bdl_finding_add(f, BDL_CHECK_FAILED,
		    "See what the list's provider says of tests now, and put that into the setting illegal test.",
		    "What the setting illegal test names does not stand on the list.");
	else if (!path || !bdl_checks_ask(c, stand, bdl_view_of(url.host), "http", path, f, err))
		return err->code;
	else if (wanted.verdict.action != BDL_BLOCK || strcmp(c->asked.verdict, wanted.text) != 0)
		bdl_finding_add(f, BDL_CHECK_FAILED,
		    "See by beadle status whether all doors have the list.",
		    "What stands on it for tests was answered with '%s' in place of '%s'.",
		    c->asked.verdict, wanted.text);
	else
		bdl_finding_add(f, BDL_CHECK_PASSED, NULL,
		    "What stands on it for tests is blocked at the doors.");
	return 0;
}

/* --- copies --- */

static void look_at_job(struct bdl_checking *c, const char *name, int64_t or_else_ms,
    const char *done, struct bdl_finding_of *f)
{
	const struct bdl_job_row *job = bdl_status_job(&c->status, name);
	int64_t allowed_ms = bdl_own_check_allowed_ms(f->rule, or_else_ms);
	int64_t age_ms = job ? bdl_now_ms() - job->ended_ms : 0;
	char mend[128];

	f->asked++;
	f->is_passing = job && job->holder.n > 0 && job->until_ms > c->status.now_ms;
	(void)snprintf(mend, sizeof(mend), "beadle clerk run %s does it now and says why.", name);
	if (job && job->next_ms == INT64_MAX)
		bdl_finding_add(f, BDL_CHECK_NOT_RUN,
		    "See that the means of the store's own server do it, and keep their word for it.",
		    "The store is not backed up by Beadle, which so cannot tell.");
	else if (!job || job->ended_ms == 0)
		bdl_finding_add(f, BDL_CHECK_NOT_RUN, mend, "It was not done yet.");
	else if (job->failures > 0)
		bdl_finding_add(f, BDL_CHECK_FAILED, mend, "It fails: %.*s.", BDL_FMT(job->result));
	else if (age_ms > allowed_ms)
		bdl_finding_add(f, BDL_CHECK_FAILED, mend,
		    "It was done %" PRId64 " days ago; %" PRId64 " are allowed.", days(age_ms),
		    days(allowed_ms));
	else
		bdl_finding_add(f, BDL_CHECK_PASSED, NULL, "%s %" PRId64 " hours ago: %.*s.", done,
		    age_ms / BDL_HOUR_MS, BDL_FMT(job->result));
}

int bdl_check_backup(struct bdl_checking *c, const struct bdl_stand *stand,
    struct bdl_finding_of *f, struct bdl_err *err)
{
	(void)stand; /* everybody's */
	(void)err;   /* what is not there is a finding */
	look_at_job(c, "backup", BACKUP_MS, "The store was backed up", f);
	return 0;
}

int bdl_check_restore(struct bdl_checking *c, const struct bdl_stand *stand,
    struct bdl_finding_of *f, struct bdl_err *err)
{
	(void)stand; /* likewise */
	(void)err;
	look_at_job(c, "drill", DRILL_MS, "The newest backup was restored beside itself", f);
	/* The drill is fine where there is nothing to try. */
	if (f->outcome == BDL_CHECK_PASSED && strstr(bdl_buf_str(&f->said), "no backup"))
		bdl_finding_add(f, BDL_CHECK_NOT_RUN, "beadle clerk run backup makes one.",
		    "There is no backup yet.");
	return 0;
}
