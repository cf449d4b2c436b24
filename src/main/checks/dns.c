/*
 * Names that everyone is kept from: whether the zone is of what is in force, and whether the school's
 * resolver, where the settings name it, answers by it.
 */
#include "base/alloc.h"
#include "main/checks/checks_int.h"
#include "main/dns_export.h"

#include <inttypes.h>

#define RCODE_FINE 0
#define RCODE_NONE 3

static const char mend_zone[] =
    "beadle clerk run dns writes it now and says why it cannot; beadle dns export --check says what "
    "would change.";
static const char mend_resolver[] =
    "See that the resolver reads the zone anew, and that devices use it: the operator's guide says how, "
    "under DNS in ten minutes.";

static void look_at_zone(struct bdl_checking *c, struct bdl_finding_of *f)
{
	const struct bdl_job_row *job = bdl_status_job(&c->status, "dns");
	struct bdl_dns_stand stand = { 0 };
	struct bdl_err why = { 0 };

	f->asked++;
	/* The clerk is told of a change within seconds. */
	f->is_passing = job && job->holder.n > 0 && job->until_ms > c->status.now_ms;
	if (bdl_dns_look(c->conf, c->ruleset, c->hosts, &stand, &why) < 0)
		bdl_finding_add(
		    f, BDL_CHECK_FAILED, mend_zone, "The zone cannot be read: %s.", why.text);
	else if (!(stand.is_there && stand.is_fresh) && f->is_passing)
		bdl_finding_add(f, BDL_CHECK_NOT_RUN, "The next run will find it there.",
		    "The zone is just being written.");
	else if (!stand.is_there || !stand.is_fresh) {
		bdl_finding_add(f, BDL_CHECK_FAILED, mend_zone,
		    stand.is_there ? "The zone is not of the policies and lists in force."
				   : "There is no zone.");
		f->is_passing = true;
	} else
		bdl_finding_add(f, BDL_CHECK_PASSED, NULL,
		    "The zone is of what is in force, with the serial %" PRIu32 ".", stand.serial);
}

/* --- the resolver --- */

/* false: it gave no answer, which is in the finding. */
static bool ask(
    struct bdl_checking *c, struct bdl_view name, struct bdl_finding_of *f, struct bdl_err *err)
{
	struct bdl_question q = { .is_name = true };
	char resolver[BDL_ADDR_TEXT];

	BDL_BUG_IF(name.n >= sizeof(q.url)); /* no host has so many */
	memcpy(q.url, name.p, name.n);
	err->code = 0;
	if (bdl_asker_ask(c->asker, &q, &c->asked, err) < 0)
		return false;
	f->asked++;
	if (c->asked.status != 0)
		return true;
	bdl_addr_text(&c->conf->dns_resolver, resolver);
	bdl_finding_add(f, BDL_CHECK_NOT_RUN,
	    "See that it runs and lets this machine ask, or name another by the setting dns resolver.",
	    "The resolver %s cannot be asked: %s.", resolver, c->asked.why);
	return false;
}

/* Whether the last answer is that of the zone for what it blocks: an address of the page, or none. */
static bool is_blocked(const struct bdl_checking *c)
{
	const struct bdl_dns_reply *r = &c->asked.reply;
	size_t pages = 0, met = 0;

	for (size_t k = 0; k < c->conf->n_dns_page; k++) {
		pages += bdl_ip_is_v4(c->conf->dns_page[k]);
		for (size_t i = 0; i < r->n; i++)
			met += memcmp(r->addresses[i], c->conf->dns_page[k], BDL_IP_SIZE) == 0;
	}
	return c->conf->n_dns_page == 0 ? r->rcode == RCODE_NONE
					: r->rcode == RCODE_FINE && r->n == met && r->n >= pages;
}

/* A name of that category which the lists keep there; false where there is none. */
static bool find_name(struct bdl_checking *c, unsigned category, struct bdl_view *ret)
{
	const struct bdl_sample *sample = bdl_checks_sample(c, category);

	for (size_t i = 0; sample && i < sample->n && i < BDL_SAMPLE_MAX; i++) {
		struct bdl_catset listed = { 0 }, of_rules = { 0 };
		bdl_lists_find(c->lists, sample->hosts[i], BDL_LIT("/"), &listed);
		bdl_catmap_apply(&c->map, &listed, &of_rules);
		*ret = sample->hosts[i];
		if (bdl_catset_has(&of_rules, category))
			return true;
	}
	return false;
}

static bool try_category(struct bdl_checking *c, const char *category, struct bdl_view name,
    struct bdl_finding_of *f, struct bdl_err *err)
{
	if (!ask(c, name, f, err))
		return false;
	if (is_blocked(c))
		return true;
	bdl_finding_add(f, BDL_CHECK_FAILED, mend_resolver,
	    "A name on the list of %s is answered as if nothing blocked it.", category);
	f->is_passing = true; /* a resolver that reads it once a minute */
	return true;
}

/* A help line's name has to be found, and not at the page. */
static bool try_help_line(struct bdl_checking *c, struct bdl_finding_of *f, struct bdl_err *err)
{
	const struct bdl_host_record *r = NULL;

	while ((r = bdl_hosts_next(c->hosts, r)) && r->kind != BDL_HOST_PROTECTED) {
	}
	if (!r)
		return true;
	struct bdl_view name = bdl_host_record_view(r);
	if (!ask(c, name, f, err))
		return false;
	if (c->asked.reply.rcode != RCODE_FINE && c->asked.reply.rcode != RCODE_NONE)
		bdl_finding_add(f, BDL_CHECK_NOT_RUN, "See what the resolver's own log says.",
		    "The resolver cannot look %.*s up (code %u).", BDL_FMT(name),
		    c->asked.reply.rcode);
	else if (c->asked.reply.rcode == RCODE_NONE || (c->conf->n_dns_page > 0 && is_blocked(c)))
		bdl_finding_add(f, BDL_CHECK_FAILED, mend_resolver,
		    "The name of the help line %.*s is blocked.", BDL_FMT(name));
	return true;
}

static int try_resolver(struct bdl_checking *c, const struct bdl_dns_names *names,
    struct bdl_finding_of *f, struct bdl_err *err)
{
	static const struct bdl_dns_met none;
	size_t tried = 0;

	for (unsigned i = 0; i < bdl_hosts_categories(c->hosts); i++) {
		const char *category = bdl_hosts_category(c->hosts, i);
		int number = bdl_ruleset_category_find(c->ruleset, bdl_view_of(category));
		struct bdl_catset one = { 0 };
		struct bdl_view name;

		bdl_catset_add(&one, i);
		if (number < 0 || !bdl_dns_names_blocks(names, &one, &none) ||
		    !find_name(c, (unsigned)number, &name))
			continue;
		tried++;
		if (!try_category(c, category, name, f, err))
			return err->code;
	}
	if (tried > 0 && try_help_line(c, f, err))
		bdl_finding_add(f, BDL_CHECK_PASSED, NULL,
		    "The resolver blocks names of %zu %s, and finds a help line.", tried,
		    tried == 1 ? "category" : "categories");
	return tried > 0 ? err->code : 0;
}

int bdl_check_dns(struct bdl_checking *c, const struct bdl_stand *stand, struct bdl_finding_of *f,
    struct bdl_err *err)
{
	BDL_AUTO_FREE struct bdl_dns_names *names = bdl_xalloc(sizeof(*names));
	(void)stand; /* names are everybody's */

	err->code = 0;
	int rc = bdl_dns_names_make(c->ruleset, c->hosts, names, err);
	if (rc < 0)
		return rc;
	if (names->n_rules == 0 && !names->safe_search) {
		bdl_finding_add(f, BDL_CHECK_NOT_RUN,
		    "Write a rule such as 'block dns to category gambling', or let the check go.",
		    "No rule keeps a name from everyone, so there is nothing to try.");
		return 0;
	}
	look_at_zone(c, f);
	if (f->outcome == BDL_CHECK_PASSED && c->conf->dns_resolver.len > 0 && c->hosts)
		return try_resolver(c, names, f, err);
	return 0;
}
