/* From the documents' rules to what the judge compares. */
#include "policy/compile_int.h"

int bdl_compile_limit(struct bdl_err *err, const char *what, size_t max)
{
	return bdl_fail(err, BDL_E_LIMIT, "the policies name more than %zu %s", max, what);
}

int bdl_compile_no_room(struct bdl_err *err)
{
	return bdl_fail(err, BDL_E_LIMIT, "the policies need more memory than a ruleset may");
}

bool bdl_compile_takes(const struct bdl_compiler *c, const struct bdl_rule *rule)
{
	return c->whole || bdl_rule_carried_out(rule);
}

bool bdl_compile_is_always(const struct bdl_rule *rule)
{
	return bdl_rule_phrase(rule, BDL_PHRASE_ALWAYS) != NULL;
}

int bdl_compile_group(
    struct bdl_ruleset *r, struct bdl_view name, uint64_t *mask, struct bdl_err *err)
{
	uint64_t bit = bdl_ruleset_group(r, name);

	if (!bit && r->n_groups == BDL_GROUPS_MAX)
		return bdl_compile_limit(err, "groups", BDL_GROUPS_MAX);
	if (!bit) {
		bit = 1ULL << r->n_groups;
		r->groups[r->n_groups++] = name;
	}
	*mask |= bit;
	return 0;
}

/* Of the clause's name and the rule's text, so that it outlives a new version of other clauses. */
static uint64_t counter_id(const struct bdl_compiler *c, const struct bdl_phrase *phrase)
{
	struct bdl_buf text BDL_AUTO_IN(bdl_buf_done) = BDL_BUF(BDL_DOCUMENT_MAX);
	struct bdl_view policy = c->r->policies[c->out->policy].name;
	struct bdl_digest digest;
	uint64_t id = 0;

	(void)bdl_buf_printf(&text, "%.*s#%.*s %u:%u\n", BDL_FMT(policy), BDL_FMT(c->clause->id),
	    phrase->line - c->rule->line, phrase->column);
	(void)bdl_buf_add_view(&text, c->rule->text);
	digest = bdl_digest_of(text.p, text.n);
	for (size_t i = 0; i < sizeof(id); i++) /* the same number whatever the machine */
		id = id << 8 | digest.b[i];
	return id;
}

int bdl_compile_counter(const struct bdl_compiler *c, enum bdl_counter_kind kind,
    const struct bdl_phrase *phrase, uint16_t *ret)
{
	struct bdl_ruleset *r = c->r;
	uint64_t id = counter_id(c, phrase);

	for (*ret = 0; *ret < r->n_counters; (*ret)++)
		if (r->counters[*ret].id == id)
			return 0; /* the same rule twice in one clause counts once */
	if (r->n_counters == BDL_COUNTERS_MAX)
		return bdl_compile_limit(c->err, "counters", BDL_COUNTERS_MAX);
	r->counters[r->n_counters++] = (struct bdl_act_counter){
		.id = id,
		.kind = kind,
		.span = phrase->span,
		.rule = (uint16_t)(c->out - r->rules),
		.phrase = phrase,
	};
	return 0;
}

/* --- what follows --- */

static uint32_t roles_of(const struct bdl_phrase *phrase)
{
	uint32_t roles = 0;

	for (size_t i = 0; i < phrase->lists[0].n; i++) {
		int role = bdl_role_find(phrase->lists[0].words[i].text);

		BDL_BUG_IF(role < 0); /* the check refused it */
		roles |= 1u << role;
	}
	return roles;
}

static bool is_counted(const struct bdl_phrase *phrase)
{
	return phrase->form == BDL_PHRASE_TELL && phrase->number > 0;
}

static int compile_tellings(const struct bdl_compiler *c)
{
	const struct bdl_rule *rule = c->rule;
	struct bdl_telling *tellings =
	    bdl_region_array(c->r->region, rule->n_phrases + 1, sizeof(*tellings));

	if (!tellings)
		return bdl_compile_no_room(c->err);
	c->out->tellings = tellings;
	for (size_t i = 0; i < rule->n_phrases; i++) {
		const struct bdl_phrase *phrase = &rule->phrases[i];
		bool critical = phrase->manner == BDL_MANNER_CRITICAL;
		struct bdl_telling *t = &tellings[c->out->n_tellings];
		int rc;

		if (phrase->form != BDL_PHRASE_TELL || phrase->manner == BDL_MANNER_LATE)
			continue;
		if (!is_counted(phrase)) {
			c->out->tell |= roles_of(phrase);
			c->out->critical |= critical;
			continue;
		}
		*t = (struct bdl_telling){ phrase->number, roles_of(phrase), 0, critical };
		if ((rc = bdl_compile_counter(c, BDL_COUNTER_TIMES, phrase, &t->counter)) < 0)
			return rc;
		c->out->n_tellings++;
	}
	return 0;
}

static void compile_switches(const struct bdl_compiler *c)
{
	static const char *const words[BDL_SWITCHES] = { "safe-search" };
	const struct bdl_list *names = &c->rule->head.lists[0];

	for (size_t i = 0; i < names->n; i++)
		for (unsigned j = 0; j < BDL_SWITCHES; j++)
			if (bdl_view_is(names->words[i].text, words[j]))
				c->out->switches |= 1u << j;
}

static bool counts(const struct bdl_judged_rule *rule)
{
	for (size_t i = 0; i < (size_t)rule->n_conds + rule->n_unless; i++)
		if (rule->tests[i].measure == BDL_MEASURE_COUNTER)
			return true;
	return rule->n_tellings > 0;
}

static int compile_rule(const struct bdl_compiler *c)
{
	struct bdl_ruleset *r = c->r;
	const struct bdl_rule *rule = c->rule;
	int rc;

	c->out->action = (uint8_t)rule->action;
	c->out->deeds = rule->deeds;
	c->out->milder = rule->kind == BDL_RULE_SPLICE ||
	    (rule->kind == BDL_RULE_VERDICT && rule->action == BDL_ALLOW);
	for (uint32_t deeds = rule->deeds; deeds; deeds &= deeds - 1)
		c->out->needs |= 1ULL << bdl_fact_of_deed((enum bdl_deed)__builtin_ctz(deeds));
	if ((rc = bdl_compile_tests(c)) < 0 || (rc = compile_tellings(c)) < 0)
		return rc;
	r->asked |= c->out->needs;
	compile_switches(c);
	if (counts(c->out))
		r->counting[r->n_counting++] = (uint16_t)(c->out - r->rules);
	if (rule->kind == BDL_RULE_VERDICT && rule->action == BDL_ALLOW) {
		if (r->n_allows == BDL_ALLOWS_MAX)
			return bdl_compile_limit(c->err, "rules 'allow'", BDL_ALLOWS_MAX);
		c->out->allow = (uint8_t)r->n_allows;
		r->allows[r->n_allows++] = (uint16_t)(c->out - r->rules);
	}
	return 0;
}

/* --- the whole --- */

/* The compiler's rule, which comes next in the ruleset. */
static int add_rule(struct bdl_compiler *c, size_t policy)
{
	struct bdl_ruleset *r = c->r;

	c->out = &r->rules[r->n_rules];
	*c->out = (struct bdl_judged_rule){ .policy = (uint16_t)policy };
	r->refs[r->n_rules++] = (struct bdl_rule_ref){
		.policy = policy,
		.policy_name = r->policies[policy].name,
		.clause = c->clause,
		.rule = c->rule,
	};
	/* The law speaks at every door, and must not keep it from all sealing. */
	if (c->rule->kind == BDL_RULE_VERDICT && c->rule->action != BDL_ALLOW &&
	    policy < r->n_policies)
		r->spoken[c->rule->door] |= 1u << policy;
	return compile_rule(c);
}

static int add_rules_of(struct bdl_compiler *c, size_t policy, const struct bdl_clause *clause,
    enum bdl_door door, enum bdl_rule_kind kind)
{
	int rc = 0;

	c->clause = clause;
	for (size_t i = 0; i < clause->n_rules && rc == 0; i++) {
		c->rule = &clause->rules[i];
		if (c->rule->kind == kind && c->rule->door == door && bdl_compile_takes(c, c->rule))
			rc = add_rule(c, policy);
	}
	return rc;
}

/* The rules of one door and kind, of all documents. */
static int compile_stretch(struct bdl_compiler *c, enum bdl_door door, enum bdl_rule_kind kind)
{
	int rc = 0;

	for (size_t i = 0; i < c->r->n_policies; i++) {
		c->d = c->r->policies[i].document;
		for (size_t j = 0; j < c->d->n_clauses && rc == 0; j++)
			rc = add_rules_of(c, i, &c->d->clauses[j], door, kind);
	}
	return rc;
}

/* The law's rules of one door, all of them verdicts. */
static int compile_law(struct bdl_compiler *c, enum bdl_door door)
{
	int rc = 0;

	c->d = c->r->policies[c->r->n_policies].document;
	for (size_t i = 0; i < c->d->n_clauses && rc == 0; i++)
		rc = add_rules_of(c, c->r->n_policies, &c->d->clauses[i], door, BDL_RULE_VERDICT);
	return rc;
}

static size_t count_rules(const struct bdl_compiler *c, const struct bdl_document *d)
{
	size_t n = 0;

	for (size_t i = 0; i < d->n_clauses; i++)
		for (size_t j = 0; j < d->clauses[i].n_rules; j++)
			n += d->clauses[i].rules[j].kind <= BDL_RULE_FORCE &&
			    bdl_compile_takes(c, &d->clauses[i].rules[j]);
	return n;
}

static bool names_clause(const struct bdl_rule *allow, struct bdl_view clause)
{
	for (size_t i = 0; i < allow->n_phrases; i++) {
		const struct bdl_phrase *phrase = &allow->phrases[i];

		for (size_t j = 0; phrase->form == BDL_PHRASE_OVER && j < phrase->lists[0].n; j++)
			if (bdl_view_eq(phrase->lists[0].words[j].text, clause))
				return true;
	}
	return false;
}

/* Which rules `allow` lift which: of the same policy and door, and nothing that is always. */
static void link_allows(struct bdl_ruleset *r)
{
	for (size_t i = 0; i < r->n_allows; i++) {
		const struct bdl_rule_ref *allow = &r->refs[r->allows[i]];
		struct bdl_stretch door = r->stretches[allow->rule->door][BDL_RULE_VERDICT];

		for (size_t j = door.from; j < door.to; j++) {
			const struct bdl_rule_ref *ref = &r->refs[j];

			if (ref->policy == allow->policy && ref->rule->action != BDL_ALLOW &&
			    !bdl_compile_is_always(ref->rule) &&
			    names_clause(allow->rule, ref->clause->id))
				r->rules[j].lifters |= 1ULL << i;
		}
	}
}

static int make_room(struct bdl_compiler *c)
{
	struct bdl_ruleset *r = c->r;
	size_t n = 0;

	for (size_t i = 0; i < r->n_policies; i++) {
		const struct bdl_front *front = &r->policies[i].document->front;
		int rc;

		n += count_rules(c, r->policies[i].document);
		for (size_t j = 0; j < front->n_binds; j++)
			if ((rc = bdl_compile_group(
				 r, front->binds[j], &r->policies[i].binds, c->err)) < 0)
				return rc;
		r->bound |= r->policies[i].binds;
	}
	if (n > BDL_RULES_MAX)
		return bdl_fail(c->err, BDL_E_LIMIT, "%zu rules in all policies, more than %d", n,
		    BDL_RULES_MAX);
	size_t law = count_rules(c, r->policies[r->n_policies].document);
	BDL_BUG_IF(law == 0 || law > BDL_LAW_RULES_MAX); /* what is built in is there */
	n += law;
	r->rules = bdl_region_array(r->region, n, sizeof(*r->rules));
	r->refs = bdl_region_array(r->region, n, sizeof(*r->refs));
	r->counting = bdl_region_array(r->region, n, sizeof(*r->counting));
	return r->rules && r->refs && r->counting ? 0 : bdl_compile_no_room(c->err);
}

int bdl_ruleset_compile(struct bdl_ruleset *r, bool whole, struct bdl_err *err)
{
	struct bdl_compiler c = { .r = r, .whole = whole, .err = err };
	int rc = make_room(&c);

	for (int door = 0; door < BDL_DOORS; door++)
		for (int kind = BDL_RULE_VERDICT; kind <= BDL_RULE_FORCE && rc == 0; kind++) {
			struct bdl_stretch *stretch = &r->stretches[door][kind];

			stretch->from = (uint16_t)r->n_rules;
			rc = compile_stretch(&c, (enum bdl_door)door, (enum bdl_rule_kind)kind);
			stretch->to = (uint16_t)r->n_rules;
		}
	for (int door = 0; door < BDL_DOORS && rc == 0; door++) {
		r->law[door].from = (uint16_t)r->n_rules;
		rc = compile_law(&c, (enum bdl_door)door);
		r->law[door].to = (uint16_t)r->n_rules;
	}
	if (rc < 0)
		return rc;
	int illegal = bdl_ruleset_category_find(r, BDL_LIT(BDL_CATEGORY_ILLEGAL));
	BDL_BUG_IF(illegal < 0); /* the law names it */
	r->illegal = (uint16_t)illegal;
	link_allows(r);
	return bdl_region_broken(r->region) ? bdl_compile_no_room(err) : 0;
}
