/* Rules and acts at random, from a seed: the same on every machine. */
#ifndef BDL_TESTS_GENERATE_H
#define BDL_TESTS_GENERATE_H

#include "policy_test.h"

static const char *const some_categories[] = { "games", "chat", "news", "bets" };
static const char *const some_hosts[] = { "a.example", "www.a.example", "b.example", "192.0.2.1" };
static const char *const some_groups[] = { "staff", "pupils", "governors" };
static const char *const some_times[] = { "08:00-12:00", "12:00-22:00 on mon-fri",
	"22:00-02:00 on fri, 09:00-10:00" };
static const char *const some_actions[] = { "note", "coach", "block" };

static inline unsigned below(uint64_t *seed, unsigned n)
{
	return (unsigned)(next_number(seed) % n);
}

static inline void generate_cond(uint64_t *seed, struct bdl_buf *out)
{
	switch (below(seed, 4)) {
	case 0:
		(void)bdl_buf_printf(out, " to category %s, %s", some_categories[below(seed, 4)],
		    some_categories[below(seed, 4)]);
		break;
	case 1:
		(void)bdl_buf_printf(out, " to host %s", some_hosts[below(seed, 4)]);
		break;
	case 2:
		(void)bdl_buf_printf(out, " by %s", some_groups[below(seed, 3)]);
		break;
	default:
		(void)bdl_buf_printf(out, " during %s", some_times[below(seed, 3)]);
	}
}

/* One clause with one rule. Its text may be one that the check refuses: see generate_ruleset. */
static inline void generate_clause(uint64_t *seed, unsigned number, struct bdl_buf *out)
{
	(void)bdl_buf_printf(out, "# Clause {#c%u}\n\nSo.\n\n```rules\n%s web", number,
	    some_actions[below(seed, 3)]);
	for (unsigned n = 1 + below(seed, 3); n > 0; n--)
		generate_cond(seed, out);
	for (unsigned n = below(seed, 3); n > 0; n--) {
		(void)bdl_buf_add_str(out, "\n  unless");
		generate_cond(seed, out);
	}
	(void)bdl_buf_printf(out, "\n  tell %s%s\n```\n", bdl_role_words[below(seed, BDL_ROLES)],
	    below(seed, 4) == 0 ? " as critical" : "");
}

/* A clause that, alone in its policy, passes the check; the caller frees it. */
static inline char *generate_good_clause(uint64_t *seed, unsigned number)
{
	for (;;) {
		struct bdl_buf text BDL_AUTO_IN(bdl_buf_done) = BDL_BUF(1 << 16);
		struct bdl_buf clause BDL_AUTO_IN(bdl_buf_done) = BDL_BUF(1 << 16);
		struct bdl_ruleset *r = NULL;

		generate_clause(seed, number, &clause);
		(void)bdl_buf_printf(
		    &text, FRONT("staff, pupils, governors") "%s", bdl_buf_str(&clause));
		struct bdl_source source = { BDL_LIT("p"), bdl_buf_view(&text) };
		if (bdl_ruleset_new(&source, 1, &r, NULL) == 0) {
			bdl_ruleset_free(r);
			return bdl_buf_take(&clause);
		}
	}
}

/* The ruleset of these clauses in this order. */
static inline struct bdl_ruleset *ruleset_of_clauses(
    char *const *clauses, const unsigned *order, unsigned n)
{
	struct bdl_buf text BDL_AUTO_IN(bdl_buf_done) = BDL_BUF(1 << 20);
	struct bdl_source source = { .name = BDL_LIT("p") };
	struct bdl_ruleset *r = NULL;
	struct bdl_err err;

	(void)bdl_buf_add_str(&text, FRONT("staff, pupils, governors"));
	for (unsigned i = 0; i < n; i++)
		(void)bdl_buf_add_str(&text, clauses[order[i]]);
	source.bytes = bdl_buf_view(&text);
	if (bdl_ruleset_new(&source, 1, &r, &err) < 0)
		fail_msg("%s", err.text);
	return r;
}

/* What a door might know: facts by name, since rulesets number categories differently. */
struct any_act {
	unsigned categories, groups; /* as bits of the arrays above */
	const char *host;
	bool known;
	uint16_t minute;
	uint8_t weekday;
};

static inline struct any_act generate_act(uint64_t *seed)
{
	static const char *const hosts[] = { "a.example", "x.www.a.example", "b.example",
		"c.example", "192.0.2.1", "xa.example" };

	return (struct any_act){
		.categories = below(seed, 16) & below(seed, 16),
		.groups = below(seed, 8),
		.host = hosts[below(seed, 6)],
		.known = below(seed, 8) > 0,
		.minute = (uint16_t)below(seed, 1440),
		.weekday = (uint8_t)below(seed, 7),
	};
}

static inline struct bdl_facts facts_of(const struct bdl_ruleset *r, const struct any_act *act)
{
	struct bdl_facts f = {
		.told = bdl_door_told(BDL_DOOR_WEB),
		.known = act->known,
		.host = bdl_view_of(act->host),
		.minute = act->minute,
		.weekday = act->weekday,
	};

	for (unsigned i = 0; i < 4; i++) {
		int number = bdl_ruleset_category_find(r, bdl_view_of(some_categories[i]));

		if ((act->categories >> i & 1) && number >= 0)
			bdl_catset_add(&f.categories, (unsigned)number);
	}
	for (unsigned i = 0; i < 3; i++)
		if (act->groups >> i & 1)
			f.groups |= bdl_ruleset_group(r, bdl_view_of(some_groups[i]));
	return f;
}

#endif
