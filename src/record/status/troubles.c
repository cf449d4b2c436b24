/*
 * Weighing: what is not well, what that means for the school, and what to do. One function for each
 * part; the order in which they are called is that in which troubles of one weight are told.
 */
#include "base/clock.h"
#include "record/status/status_int.h"
#include <inttypes.h>

#define MINUTE_MS      INT64_C(60000)
#define HOUR_MS        (60 * MINUTE_MS)
#define DAY_MS         (24 * HOUR_MS)
#define SETTLE_MS      (30 * 1000) /* in which doors take what is new, lists of millions too */
#define CERTIFICATE_MS (60 * DAY_MS)
#define BACKUP_MS      (8 * DAY_MS)    /* without a backup */
#define SILENT_MS      (5 * MINUTE_MS) /* a host's scribe speaks twice a minute */
#define CLOCKS_MS      MINUTE_MS
#define WAITING        (INT64_C(64) << 20)
#define DISK_LITTLE    (INT64_C(2) << 30)
#define DISK_NOTHING   (INT64_C(256) << 20)
#define MB             INT64_C(1000000)

struct weighing {
	struct bdl_status *s;
	struct bdl_region *region;
};

static void add(
    struct weighing *w, bool fails, const char *what, const char *means, const char *mend)
{
	struct bdl_status *s = w->s;
	struct bdl_trouble *t = s->troubles;
	size_t at = fails ? s->n_failing : s->n_troubles;

	if (s->n_troubles == BDL_STATUS_TROUBLES_MAX)
		return; /* so many are told */
	memmove(t + at + 1, t + at, (s->n_troubles - at) * sizeof(*t));
	/* NULL is a region without room, whose owner looks. */
	t[at] =
	    (struct bdl_trouble){ fails, what ? what : "", means ? means : "", mend ? mend : "" };
	s->n_troubles++;
	s->n_failing += fails;
}

/* --- processes --- */

static const char *without(const char *name)
{
	static const struct {
		const char *name, *means;
	} roles[] = {
		{ "web-",
		    "Requests wait for the other workers of the web door; where there is none, "
		    "nothing passes the proxy." },
		{ "scribe",
		    "The doors go on judging, and keep what they decide in their journals. "
		    "Pages show nothing newer, and a policy that is published is not "
		    "enforced, until it runs again." },
		{ "clerk",
		    "Timed work is not done: lists are not fetched, the store is not backed up." },
		{ "portal", "Nobody can read these pages." },
		{ "squid", "Browsers that use the proxy reach nothing." },
		{ "who",
		    "Nobody hears who is at which address: people become unknown, and every "
		    "policy binds them." },
	};

	for (size_t i = 0; i < BDL_ARRAY_LEN(roles); i++)
		if (bdl_view_starts(bdl_view_of(name), bdl_view_of(roles[i].name)))
			return roles[i].means;
	return "What it does is not done.";
}

/* It runs, and says that it cannot do its work. */
static void weigh_failing(struct weighing *w, const struct bdl_status_process *p)
{
	if (bdl_view_is(bdl_view_of(p->name), "scribe"))
		add(w, true, "The scribe cannot write the store.",
		    "The doors go on judging, and what they decide is kept in their journals until "
		    "it can be written. Pages show nothing newer.",
		    bdl_region_printf(w->region,
			"It says: %s. The log says more. Mostly the disk is full or, where the store "
			"is in PostgreSQL, its server is away. It is tried again by itself. Where "
			"another scribe has this host's name, this data folder is a copy of that "
			"host's: the operator's guide says under Several hosts what to do.",
			p->note));
	else if (p->is_door)
		add(w, true,
		    bdl_region_printf(w->region, "%s cannot record what it decides.", p->name),
		    "Filtering goes on as ever, but nobody will be able to say what was asked for "
		    "meanwhile.",
		    "Mostly the disk is full: make room. The log says what the system answered.");
}

static void weigh_process(struct weighing *w, const struct bdl_status_process *p)
{
	uint64_t lost = p->counters[BDL_COUNT_UNRECORDED];

	if (p->state != BDL_STATE_UP)
		add(w, true,
		    bdl_region_printf(w->region, "The process %s is not running: it is %s.",
			p->name,
			p->state == BDL_STATE_NONE ? "not started" : bdl_state_word(p->state)),
		    without(p->name),
		    bdl_region_printf(w->region,
			"%s%s%sIt is started again by itself. Where it stays so, the log says why: "
			"journalctl -u beadle.",
			p->note[0] ? "It says: " : "", p->note, p->note[0] ? ". " : ""));
	else if (p->counters[BDL_COUNT_FAILING])
		weigh_failing(w, p);
	if (lost)
		add(w, false,
		    bdl_region_printf(w->region,
			"%" PRIu64 " requests were judged by %s and are on no record.", lost,
			p->name),
		    "They were allowed or blocked as the policies say, but nobody can look up what "
		    "they were.",
		    "The disk was too full even for the journal. The number goes back to 0 when "
		    "Beadle starts.");
}

/* What is new may be on its way to the doors. */
static bool is_settled(
    const struct bdl_status *s, const struct bdl_status_process *p, int64_t since_ms)
{
	return p->is_door && p->state == BDL_STATE_UP && s->now_ms - since_ms > SETTLE_MS &&
	    s->now_ms - p->started_ms > SETTLE_MS;
}

bool bdl_status_is_behind(const struct bdl_status *s, const struct bdl_status_process *p)
{
	uint64_t mark = s->n_policies ? bdl_digest_mark(&s->ruleset) : 0;

	return !s->store_fault && is_settled(s, p, s->in_force_ms) &&
	    p->counters[BDL_COUNT_RULESET] != mark;
}

bool bdl_status_has_old_lists(const struct bdl_status *s, const struct bdl_status_process *p)
{
	return s->lists.is_there && is_settled(s, p, s->lists.placed_ms) &&
	    p->counters[BDL_COUNT_LISTS] != s->lists.mark;
}

static void weigh_versions(struct weighing *w, const struct bdl_status_process *p)
{
	if (bdl_status_is_behind(w->s, p))
		add(w, true,
		    bdl_region_printf(
			w->region, "%s judges by other policies than those in force.", p->name),
		    "What was approved last is not what people meet.",
		    "See that the scribe runs, and what the log says of force-unreadable.");
	if (bdl_status_has_old_lists(w->s, p))
		add(w, true,
		    bdl_region_printf(
			w->region, "%s uses other lists than those that are installed.", p->name),
		    "Sites that came onto a list since are not found by it.",
		    "The log says why the new ones were not taken: lists-unreadable.");
}

/* All doors read the same phrases, so it is said once. */
static void weigh_phrases(struct weighing *w)
{
	const struct bdl_status *s = w->s;
	size_t i = 0;

	while (i < s->n_processes &&
	    !(s->processes[i].is_door && s->processes[i].state == BDL_STATE_UP &&
		s->processes[i].counters[BDL_COUNT_WORDLESS]))
		i++;
	if (i < s->n_processes)
		add(w, true, "There are NO PHRASES, and policies in force ask for them.",
		    "No text is read: clauses that go by what a page or a search says stop nothing.",
		    "beadle phrases compile makes them; the doors take them at once.");
}

static void weigh_processes(struct weighing *w)
{
	const struct bdl_status *s = w->s;

	for (size_t i = 0; i < s->n_processes; i++) {
		weigh_process(w, &s->processes[i]);
		weigh_versions(w, &s->processes[i]);
	}
	weigh_phrases(w);
	if (s->waiting >= WAITING)
		add(w, false,
		    bdl_region_printf(w->region,
			"%" PRId64 " MB of what the doors recorded wait for the store.",
			s->waiting / MB),
		    "Nothing is lost, but pages and reports are behind.",
		    "After a lesson's rush it goes down by itself within minutes; else look whether "
		    "the scribe runs and the disk is quick.");
}

/* --- the store and what is in it --- */

/* What it means that this work is not done. */
static const char *undone(struct bdl_view name)
{
	static const struct {
		const char *name, *means;
	} jobs[] = {
		{ "lists", "The lists that are there stay in use, and grow old." },
		{ "backup", "There is no newer backup of the record." },
		{ "drill", "The newest backup may be of no use when it is needed." },
		{ "dns", "Resolvers go on with the names that they have, which grow old." },
		{ "storage", "Nobody sees how the store grows." },
	};

	for (size_t i = 0; i < BDL_ARRAY_LEN(jobs); i++)
		if (bdl_view_is(name, jobs[i].name))
			return jobs[i].means;
	return "What it looks after is not looked after.";
}

static void weigh_job(struct weighing *w, const struct bdl_job_row *job)
{
	bool in_hand = job->holder.n > 0 && job->until_ms > w->s->store_ms;
	struct bdl_view word = bdl_job_word(job->name);

	if (job->failures > 0 && bdl_view_is(word, "ledger"))
		add(w, true, "The ledger does not verify.",
		    "The record of decisions and of who looked may have been changed. What it says "
		    "cannot be relied upon until that is explained.",
		    bdl_region_printf(w->region,
			"%.*s. Keep the data folder as it is, and compare with a backup and with "
			"heads that left this machine: beadle ledger verify.",
			BDL_FMT(job->result)));
	else if (job->failures > 0)
		add(w, true,
		    bdl_region_printf(w->region, "Timed work fails: %.*s.", BDL_FMT(job->name)),
		    undone(word),
		    bdl_region_printf(w->region,
			"%.*s%s. It is tried again by itself; beadle clerk run %.*s does it now.",
			BDL_FMT(job->result), job->failures > 1 ? " (not for the first time)" : "",
			BDL_FMT(word)));
	else if (!in_hand && job->next_ms != INT64_MAX && w->s->store_ms - job->next_ms > HOUR_MS)
		add(w, false,
		    bdl_region_printf(
			w->region, "Timed work is overdue: %.*s.", BDL_FMT(job->name)),
		    "It should have been done by now.", "See whether the clerk runs.");
}

static bool is_same_check(const struct bdl_check_row *a, const struct bdl_check_row *b)
{
	return a->outcome == b->outcome && bdl_view_eq(a->key.name, b->key.name) &&
	    bdl_view_eq(a->key.policy, b->key.policy) && bdl_view_eq(a->key.clause, b->key.clause);
}

/* Rows of one check stand together: the first of them is told, and how many more there are. */
static void weigh_check(struct weighing *w, const struct bdl_check_row *row, size_t more)
{
	bool fails = row->outcome == BDL_CHECK_FAILED;
	/* What mends it may be a command, which ends without a full stop. */
	const char *others = bdl_region_printf(w->region, "%s And %zu more: beadle check %.*s.",
	    bdl_view_ends(row->mend, BDL_LIT(".")) ? "" : ".", more, BDL_FMT(row->key.name));

	add(w, fails,
	    bdl_region_printf(w->region, "The check %.*s of clause %.*s#%.*s %s%s%.*s%s%.*s.",
		BDL_FMT(row->key.name), BDL_FMT(row->key.policy), BDL_FMT(row->key.clause),
		fails ? "fails" : "could not run", row->who.n ? " for " : "", BDL_FMT(row->who),
		row->place.n ? " at " : "", BDL_FMT(row->place)),
	    bdl_region_str(w->region, row->said),
	    bdl_region_printf(
		w->region, "%.*s%s", BDL_FMT(row->mend), more > 0 && others ? others : ""));
}

static void weigh_checks(struct weighing *w)
{
	const struct bdl_status *s = w->s;

	for (size_t i = 0, n; i < s->n_checks && s->checks[i].outcome != BDL_CHECK_PASSED; i += n) {
		for (n = 1; i + n < s->n_checks && is_same_check(&s->checks[i], &s->checks[i + n]);)
			n++;
		weigh_check(w, &s->checks[i], n - 1);
	}
}

static void weigh_backup(struct weighing *w)
{
	const struct bdl_job_row *job = bdl_status_job(w->s, "backup");

	if (!job || job->failures > 0)
		return;
	if (job->next_ms == INT64_MAX)
		add(w, false, "The store is not backed up by Beadle.",
		    "Where this machine breaks, the record of the school is gone, unless somebody "
		    "else keeps copies of it.",
		    "See that your own backups hold it; one in PostgreSQL is backed up on its server, "
		    "as the operator's guide says. For one in a file, set backup in beadle.conf.");
	else if (job->ended_ms == 0)
		add(w, false, "The clerk has made no backup yet.",
		    "Where this machine breaks, the record of the school is gone, unless somebody made a "
		    "copy of it.",
		    "It makes the first one at its time; beadle clerk run backup does it now.");
	else if (w->s->store_ms - job->ended_ms > BACKUP_MS)
		add(w, false, "The newest backup is old.",
		    "Where this machine breaks, what was recorded since is gone.",
		    "beadle clerk run backup makes one now.");
}

bool bdl_status_host_is_behind(const struct bdl_status *s, const struct bdl_host_row *h)
{
	uint64_t mark = s->n_policies ? bdl_digest_mark(&s->ruleset) : 0;

	return h->doors > 0 && h->seen_ms - s->in_force_ms > SETTLE_MS &&
	    (h->is_mixed || h->ruleset != mark);
}

static void weigh_host(struct weighing *w, const struct bdl_host_row *h)
{
	int64_t silent_ms = w->s->store_ms - h->seen_ms;

	if (silent_ms > SILENT_MS)
		add(w, false,
		    bdl_region_printf(w->region,
			"The host %.*s has said nothing for %" PRId64 " minutes.", BDL_FMT(h->host),
			silent_ms / MINUTE_MS),
		    "Its doors go on with what they have. What they record is not in the store yet, "
		    "and nobody can say from here by what they judge.",
		    "See that Beadle runs there and reaches the store. One that is gone for good is "
		    "forgotten after a week.");
	else if (bdl_status_host_is_behind(w->s, h))
		add(w, true,
		    bdl_region_printf(w->region,
			"The host %.*s judges by other policies than those in force.",
			BDL_FMT(h->host)),
		    "What was approved last is not what people meet there.",
		    "See there that the scribe runs, and what the log says of force-unreadable.");
}

/* This one's processes are told of by the board, which is newer. */
static void weigh_hosts(struct weighing *w)
{
	const struct bdl_status *s = w->s;
	int64_t ahead_ms = s->now_ms - s->store_ms;

	if (ahead_ms > CLOCKS_MS || ahead_ms < -CLOCKS_MS)
		add(w, false,
		    bdl_region_printf(w->region,
			"The clock of this host is %" PRId64
			" seconds %s that of the store's server.",
			(ahead_ms < 0 ? -ahead_ms : ahead_ms) / 1000,
			ahead_ms < 0 ? "behind" : "ahead of"),
		    "Acts of this host stand at other times than those of others, and rules that "
		    "name a time apply at another.",
		    "See that all hosts are set by the network's time.");
	for (size_t i = 0; i < s->n_hosts; i++)
		if (!bdl_view_eq(s->hosts[i].host, s->host))
			weigh_host(w, &s->hosts[i]);
}

static void weigh_store(struct weighing *w)
{
	const struct bdl_status *s = w->s;

	if (s->store_fault) {
		add(w, true, "The store cannot be read.",
		    "Filtering goes on and nothing is lost, but nobody can look anything up.",
		    bdl_region_printf(w->region, "It was refused: %s.", s->store_fault));
		return;
	}
	for (size_t i = 0; i < s->n_jobs; i++)
		weigh_job(w, &s->jobs[i]);
	weigh_hosts(w);
	weigh_backup(w);
	weigh_checks(w);
	if (s->n_policies == 0)
		add(w, false, "No policy is in force.",
		    "Everything is allowed and recorded, but for what the law forbids.",
		    "Have one approved and publish it: beadle policy publish.");
	if (s->n_alone)
		add(w, false, "A policy is in force by one person's word.",
		    "Two people are to answer for what is enforced.",
		    "beadle policy versions says which; beadle policy confirm names the second.");
	if (s->n_reviews)
		add(w, false,
		    bdl_region_printf(w->region, "The review of %zu legal %s is due.", s->n_reviews,
			s->n_reviews == 1 ? "hold" : "holds"),
		    "Records are kept past their time, and somebody is to look whether that is "
		    "still needed.",
		    "beadle hold list says which; beadle hold end ends one.");
}

/* --- lists --- */

static void weigh_illegal(struct weighing *w)
{
	const struct bdl_status_lists *l = &w->s->lists;

	if (l->illegal_fault)
		add(w, true, "The list of illegal material cannot be read.",
		    "Doors that run still hold it; none can start.",
		    bdl_region_printf(w->region, "%s. Install it again.", l->illegal_fault));
	else if (l->illegal.is_missing)
		add(w, true, "ILLEGAL LIST MISSING: it was installed, and its file is gone.",
		    "Doors that run still hold it; none can start without it.",
		    "Install it again with beadle lists install-illegal, and find out who deleted "
		    "it.");
	else if (!l->illegal.is_there)
		add(w, false, "A list of illegal material is NOT INSTALLED.",
		    "Lists such as the Internet Watch Foundation's are given to members only. Until "
		    "the school has one, its internet provider must filter illegal material.",
		    "beadle lists install-illegal takes what the provider of the list sends.");
}

static void weigh_lists(struct weighing *w)
{
	const struct bdl_status_lists *l = &w->s->lists;

	if (l->fault)
		add(w, true, "The lists of sites cannot be read.",
		    "Doors that run go on with those they have; none can start.",
		    bdl_region_printf(w->region, "%s. Compile them again.", l->fault));
	else if (!l->is_there)
		add(w, l->were_there,
		    l->were_there ? "The lists of sites are gone: they were installed."
				  : "No lists of sites are installed.",
		    l->were_there ? "Doors that run keep those they have; from their next start "
				    "rules that name a category stop nothing."
				  : "Rules that name a category stop nothing.",
		    l->were_there ? "Compile them again, and find out who deleted them."
				  : "beadle lists compile makes them.");
	weigh_illegal(w);
}

/* --- the machine --- */

static void weigh_machine(struct weighing *w)
{
	const struct bdl_status *s = w->s;

	if (s->disk_all && s->disk_free < DISK_LITTLE)
		add(w, s->disk_free < DISK_NOTHING,
		    bdl_region_printf(w->region,
			"The disk is nearly full: %" PRId64 " MB are free.", s->disk_free / MB),
		    "Where it is full nothing more is recorded. Doors that run go on filtering; none can "
		    "start.",
		    "Make room, or move older backups away.");
	if (!s->certificate_until_ms)
		return;
	int64_t left_ms = s->certificate_until_ms - s->now_ms;
	if (left_ms < CERTIFICATE_MS)
		add(w, left_ms <= 0,
		    left_ms <= 0 ? "The certificate of the proxy has run out."
				 : bdl_region_printf(w->region,
				       "The certificate of the proxy runs out in %" PRId64 " days.",
				       left_ms / DAY_MS),
		    "Browsers refuse every site by HTTPS once it has run out.",
		    "Delete squid/ca.pem and squid/ca.crt, start Beadle again, and give the new "
		    "ca.crt to all devices.");
}

void bdl_status_weigh(struct bdl_status *s, struct bdl_region *region)
{
	struct weighing w = { s, region };

	weigh_processes(&w);
	weigh_store(&w);
	weigh_lists(&w);
	weigh_machine(&w);
}
