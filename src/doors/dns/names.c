#include "doors/dns/names.h"
#include "policy/format.h"
#include "policy/law.h"

/* --- making --- */

static uint64_t groups_of(const struct bdl_ruleset *r, const struct bdl_document *d)
{
	uint64_t groups = 0;

	for (size_t i = 0; i < d->front.n_binds; i++)
		groups |= bdl_ruleset_group(r, d->front.binds[i]);
	return groups;
}

static int hosts_category(const struct bdl_hosts *hosts, struct bdl_view name)
{
	for (unsigned i = 0; hosts && i < bdl_hosts_categories(hosts); i++)
		if (bdl_view_is(name, bdl_hosts_category(hosts, i)))
			return (int)i;
	return -1;
}

static void add_category(struct bdl_dns_names *names, struct bdl_dns_cond *cond, int category)
{
	if (category < 0) /* no list has it */
		return;
	bdl_catset_add(&cond->categories, (unsigned)category);
	bdl_catset_add(&names->asked, (unsigned)category);
}

static int add_cond(struct bdl_dns_names *names, struct bdl_dns_rule *rule,
    const struct bdl_phrase *phrase, const struct bdl_hosts *hosts, struct bdl_err *err)
{
	struct bdl_dns_cond *cond = &names->conds[names->n_conds];
	const struct bdl_list *words = &phrase->lists[0];

	if (names->n_conds == BDL_DNS_CONDS_MAX || rule->n_conds == BDL_DNS_EACH_MAX)
		return bdl_fail(err, BDL_E_LIMIT,
		    "the rules at the door dns have more than %d conditions, or one of them more than %d",
		    BDL_DNS_CONDS_MAX, BDL_DNS_EACH_MAX);
	*cond = (struct bdl_dns_cond){
		.is_host = phrase->form == BDL_PHRASE_HOST,
		.words = words,
	};
	for (size_t i = 0; !cond->is_host && i < words->n; i++)
		add_category(names, cond, hosts_category(hosts, words->words[i].text));
	rule->conds[rule->n_conds++] = (uint16_t)names->n_conds++;
	return 0;
}

static int add_rule(struct bdl_dns_names *names, uint16_t number, const struct bdl_hosts *hosts,
    struct bdl_err *err)
{
	struct bdl_rule_ref ref = bdl_ruleset_rule(names->ruleset, number);
	struct bdl_dns_rule *rule = &names->rules[names->n_rules];
	int rc = 0;

	if (names->n_rules == BDL_DNS_RULES_MAX)
		return bdl_fail(
		    err, BDL_E_LIMIT, "more than %d rules at the door dns", BDL_DNS_RULES_MAX);
	*rule = (struct bdl_dns_rule){
		.number = number,
		.groups =
		    groups_of(names->ruleset, bdl_ruleset_document(names->ruleset, ref.policy)),
	};
	for (size_t i = 0; i < ref.rule->n_conds && rc == 0; i++)
		rc = add_cond(names, rule, &ref.rule->conds[i], hosts, err);
	names->n_rules++;
	return rc;
}

static bool has_word(const struct bdl_list *words, const char *word)
{
	for (size_t i = 0; i < words->n; i++)
		if (bdl_view_is(words->words[i].text, word))
			return true;
	return false;
}

/* Whom rules bind that name the category and ask for nothing else. */
static uint64_t bound_by_category(const struct bdl_dns_names *names, const char *word)
{
	uint64_t groups = 0;

	for (size_t i = 0; i < names->n_rules; i++) {
		const struct bdl_dns_rule *rule = &names->rules[i];
		const struct bdl_dns_cond *cond = &names->conds[rule->conds[0]];

		if (rule->n_conds == 1 && !cond->is_host && has_word(cond->words, word))
			groups |= rule->groups;
	}
	return groups;
}

static bool is_everyone(const struct bdl_dns_names *names, uint64_t groups)
{
	return groups != 0 && (groups & names->everyone) == names->everyone;
}

int bdl_dns_names_make(const struct bdl_ruleset *r, const struct bdl_hosts *hosts,
    struct bdl_dns_names *ret, struct bdl_err *err)
{
	uint64_t forced = 0;
	int rc = 0;

	*ret = (struct bdl_dns_names){ .ruleset = r };
	for (size_t i = 0; i < bdl_ruleset_policies(r); i++)
		ret->everyone |= groups_of(r, bdl_ruleset_document(r, i));
	for (size_t i = 0; i < bdl_ruleset_rules(r) && rc == 0; i++) {
		struct bdl_rule_ref ref = bdl_ruleset_rule(r, (uint16_t)i);

		if (ref.rule->door != BDL_DOOR_DNS)
			continue;
		if (ref.rule->kind == BDL_RULE_FORCE)
			forced |= groups_of(r, bdl_ruleset_document(r, ref.policy));
		else if (ref.rule->kind == BDL_RULE_VERDICT && ref.rule->action == BDL_BLOCK)
			rc = add_rule(ret, (uint16_t)i, hosts, err);
	}
	ret->safe_search = is_everyone(ret, forced);
	ret->keeps_own_dns = is_everyone(ret, bound_by_category(ret, "bypass")) ||
	    is_everyone(ret, bound_by_category(ret, "encrypted-dns"));
	return rc;
}

/* --- asking --- */

static bool applies(const struct bdl_dns_names *names, const struct bdl_dns_rule *rule,
    const struct bdl_catset *categories, const struct bdl_dns_met *met)
{
	for (size_t i = 0; i < rule->n_conds; i++) {
		unsigned number = rule->conds[i];
		const struct bdl_dns_cond *cond = &names->conds[number];

		if (cond->is_host ? !(met->w[number / 64] >> (number % 64) & 1)
				  : !bdl_catset_meets(&cond->categories, categories))
			return false;
	}
	return true;
}

bool bdl_dns_names_blocks(const struct bdl_dns_names *names, const struct bdl_catset *categories,
    const struct bdl_dns_met *met)
{
	uint64_t groups = 0;

	for (size_t i = 0; i < names->n_rules; i++)
		if (applies(names, &names->rules[i], categories, met))
			groups |= names->rules[i].groups;
	return is_everyone(names, groups);
}

/* --- saying --- */

static void say(struct bdl_buf *out, const char *s)
{
	(void)bdl_buf_add_str(out, s); /* the buffer's owner looks whether it broke */
}

static void say_clause(struct bdl_buf *out, struct bdl_view policy, const struct bdl_clause *clause)
{
	(void)bdl_buf_printf(out, "%.*s %.*s: ", BDL_FMT(policy), BDL_FMT(clause->id));
}

/* The groups in `everyone` that are not in `groups`, by the names that the policies have for them. */
static void say_others(struct bdl_buf *out, const struct bdl_dns_names *names, uint64_t groups)
{
	uint64_t left = names->everyone & ~groups;
	const char *between = "";

	for (size_t i = 0; i < bdl_ruleset_policies(names->ruleset); i++) {
		const struct bdl_front *front = &bdl_ruleset_document(names->ruleset, i)->front;

		for (size_t j = 0; j < front->n_binds; j++) {
			uint64_t bit = bdl_ruleset_group(names->ruleset, front->binds[j]);

			if (!(left & bit))
				continue;
			left &= ~bit;
			(void)bdl_buf_printf(out, "%s%.*s", between, BDL_FMT(front->binds[j]));
			between = ", ";
		}
	}
}

/* Whom rules bind that block this word and ask for nothing else; `rule` itself may ask for more. */
static uint64_t bound_by_word(const struct bdl_dns_names *names, const struct bdl_dns_rule *rule,
    const struct bdl_dns_cond *asked, struct bdl_view word)
{
	uint64_t groups = rule->groups;

	for (size_t i = 0; i < names->n_rules; i++) {
		const struct bdl_dns_rule *other = &names->rules[i];
		const struct bdl_dns_cond *cond = &names->conds[other->conds[0]];

		if (other->n_conds != 1 || cond->is_host != asked->is_host)
			continue;
		for (size_t j = 0; j < cond->words->n; j++)
			if (bdl_view_eq(cond->words->words[j].text, word))
				groups |= other->groups;
	}
	return groups;
}

static void say_word(struct bdl_buf *out, const struct bdl_dns_names *names,
    const struct bdl_dns_rule *rule, const struct bdl_dns_cond *cond, struct bdl_view word)
{
	struct bdl_rule_ref ref = bdl_ruleset_rule(names->ruleset, rule->number);
	uint64_t groups = bound_by_word(names, rule, cond, word);

	say_clause(out, ref.policy_name, ref.clause);
	(void)bdl_buf_printf(out, "%s %.*s%s: ", cond->is_host ? "host" : "category", BDL_FMT(word),
	    rule->n_conds > 1 ? ", and what else its rule asks for" : "");
	if (is_everyone(names, groups)) {
		say(out, "blocked for everyone\n");
		return;
	}
	say(out, "not blocked here, for no such rule binds ");
	say_others(out, names, groups);
	say(out, "\n");
}

static void say_rule(
    struct bdl_buf *out, const struct bdl_dns_names *names, const struct bdl_dns_rule *rule)
{
	for (size_t i = 0; i < rule->n_conds; i++) {
		const struct bdl_dns_cond *cond = &names->conds[rule->conds[i]];

		for (size_t j = 0; j < cond->words->n; j++)
			say_word(out, names, rule, cond, cond->words->words[j].text);
	}
}

/* Rules at this door that are in no ruleset. */
static void say_left(struct bdl_buf *out, struct bdl_view policy, const struct bdl_clause *clause)
{
	BDL_AUTO_IN(bdl_buf_done) struct bdl_buf line = BDL_BUF(BDL_BLOCK_MAX);

	for (size_t i = 0; i < clause->n_rules; i++) {
		const struct bdl_rule *rule = &clause->rules[i];
		struct bdl_view beyond = bdl_rule_beyond(rule);

		if (rule->door != BDL_DOOR_DNS || rule->kind > BDL_RULE_FORCE || beyond.n == 0)
			continue;
		bdl_buf_clear(&line);
		bdl_rule_on_one_line(rule->text, &line);
		say_clause(out, policy, clause);
		(void)bdl_buf_printf(out, "not carried out, as a zone has nothing for '%.*s': %s\n",
		    BDL_FMT(beyond), bdl_buf_str(&line));
	}
}

void bdl_dns_names_write(const struct bdl_dns_names *names, struct bdl_buf *out)
{
	const struct bdl_ruleset *r = names->ruleset;

	for (size_t i = 0; i < names->n_rules; i++)
		say_rule(out, names, &names->rules[i]);
	for (size_t i = 0; i <= bdl_ruleset_policies(r); i++) { /* the law comes last */
		const struct bdl_document *d = bdl_ruleset_document(r, i);

		for (size_t j = 0; j < d->n_clauses; j++)
			say_left(out, bdl_ruleset_policy_name(r, i), &d->clauses[j]);
	}
	(void)bdl_buf_printf(out, "safe search: %s\n",
	    names->safe_search
		? "forced for everyone"
		: "not forced here, for not every policy says 'force dns safe-search'");
	(void)bdl_buf_printf(out, "names that keep browsers and devices on this resolver: %s\n",
	    names->keeps_own_dns
		? "answered"
		: "not answered, for neither bypass nor encrypted-dns is blocked for everyone");
}
