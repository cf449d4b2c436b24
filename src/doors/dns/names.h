/*
 * Which names the policies in force block for everyone. DNS knows no person, place or time, and what
 * it has said is kept by others; so of the ruleset's rules only those of the door dns count, which
 * nothing lifts (policy/rule.h, can_be_lifted), and a name is blocked only where they bind every
 * group that any policy in force binds: a rule of the pupils' policy alone never reaches the staff.
 */
#ifndef BDL_DOORS_DNS_NAMES_H
#define BDL_DOORS_DNS_NAMES_H

#include "lists/hosts.h"
#include "policy/ruleset.h"

#define BDL_DNS_RULES_MAX 256
#define BDL_DNS_CONDS_MAX 256 /* conditions of all these rules */
#define BDL_DNS_EACH_MAX  8   /* conditions of one of them */

/* Which conditions `to host` are met, by number. */
struct bdl_dns_met {
	uint64_t w[BDL_DNS_CONDS_MAX / 64];
};

struct bdl_dns_cond {
	bool is_host;                 /* met by bdl_dns_met; else by a category */
	struct bdl_catset categories; /* in the numbers of the file of hosts */
	const struct bdl_list *words;
};

struct bdl_dns_rule {
	uint64_t groups; /* that its policy binds */
	uint16_t conds[BDL_DNS_EACH_MAX];
	size_t n_conds;
	uint16_t number; /* in the ruleset */
};

struct bdl_dns_names {
	const struct bdl_ruleset *ruleset;
	uint64_t everyone; /* the groups that the policies bind */
	struct bdl_dns_rule rules[BDL_DNS_RULES_MAX];
	size_t n_rules;
	struct bdl_dns_cond conds[BDL_DNS_CONDS_MAX];
	size_t n_conds;
	struct bdl_catset asked; /* categories that any rule names */
	bool safe_search;        /* every policy forces it */
	bool keeps_own_dns; /* `bypass` or `encrypted-dns` is blocked: see doors/dns/answers.h */
};

/*
 * From a ruleset as the doors have it, and the hosts of the lists (NULL: there are none). BDL_E_LIMIT
 * past the limits above. The result points into both.
 */
int bdl_dns_names_make(const struct bdl_ruleset *r, const struct bdl_hosts *hosts,
    struct bdl_dns_names *ret, struct bdl_err *err) BDL_MUST_USE;

/* Whether a name is blocked that is in these categories and meets these conditions `to host`. */
bool bdl_dns_names_blocks(const struct bdl_dns_names *names, const struct bdl_catset *categories,
    const struct bdl_dns_met *met);

/*
 * Append, a line for each thing that rules at the door dns name, what becomes of it and why not more,
 * clause by clause: what people read on the screen and in the head of the zone.
 */
void bdl_dns_names_write(const struct bdl_dns_names *names, struct bdl_buf *out);

#endif
