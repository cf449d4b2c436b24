#include "main/policy/replay_report.h"

#include "base/clock.h"
#include "main/json.h"

#include <inttypes.h>
#include <stdio.h>

#define COUNT_LEN 32 /* "-9,223,372,036,854,775,808" and NUL */

/* --- text --- */

/* 1234567 as "1,234,567". */
static const char *grouped(int64_t n, char out[COUNT_LEN])
{
	char digits[COUNT_LEN];
	size_t at = 0, len = (size_t)snprintf(digits, sizeof(digits), "%" PRId64, n);

	for (size_t i = 0; i < len; i++) {
		if (i > 0 && (len - i) % 3 == 0)
			out[at++] = ',';
		out[at++] = digits[i];
	}
	out[at] = '\0';
	return out;
}

static void say_number(int64_t n, const char *one, const char *many)
{
	char text[COUNT_LEN];

	printf("%s %s", grouped(n, text), n == 1 ? one : many);
}

/* "12 acts and 40 parts of pages"; what there is none of is left out, where the other is there. */
static void say_two(
    int64_t n, const char *one, const char *many, int64_t m, const char *other, const char *others)
{
	if (n || !m)
		say_number(n, one, many);
	if (n && m)
		fputs(" and ", stdout);
	if (m)
		say_number(m, other, others);
}

/* "12 acts and 40 parts of pages, of 3 people and 1 address that nobody knew, at 2 hosts" */
static void say_count(const struct bdl_replay_count *n)
{
	say_two(n->acts, "act", "acts", n->parts, "part of a page", "parts of pages");
	fputs(", of ", stdout);
	say_two(n->people, "person", "people", n->addresses, "address that nobody knew",
	    "addresses that nobody knew");
	fputs(", at ", stdout);
	say_number(n->hosts, "host", "hosts");
}

static const char *done(enum bdl_action action)
{
	static const char *const words[BDL_ACTIONS] = { "allowed", "noted", "coached", "held",
		"blocked" };
	return words[action];
}

static void say_verdict(enum bdl_action action, struct bdl_view policy, struct bdl_view clause)
{
	fputs(done(action), stdout);
	if (clause.n)
		printf(" by %.*s#%.*s", BDL_FMT(policy), BDL_FMT(clause));
}

static void say_examples(const struct bdl_replay_change *c)
{
	char at[BDL_SHORT_LEN];

	for (size_t i = 0; i < c->n_examples; i++)
		printf("      %s  %.*s\n", bdl_time_short(c->examples[i].at_ms, at),
		    BDL_FMT(c->examples[i].host));
}

static void say_change(const struct bdl_replay_change *c)
{
	fputs("  ", stdout);
	say_verdict(c->to, c->to_policy, c->to_clause);
	fputs("; now ", stdout);
	say_verdict(c->from, c->from_policy, c->from_clause);
	fputs("\n      ", stdout);
	say_count(&c->n);
	putchar('\n');
	say_examples(c);
}

static void say_unknown(const struct bdl_replay_change *c)
{
	printf("  %.*s#%.*s%s", BDL_FMT(c->to_policy), BDL_FMT(c->to_clause),
	    c->dropped ? " of today's policy" : "");
	if (c->missing.n)
		printf(", as it was not kept %.*s", BDL_FMT(c->missing));
	else
		fputs(", as nobody can tell of the rule that lifts it", stdout);
	fputs("; now ", stdout);
	say_verdict(c->from, c->from_policy, c->from_clause);
	fputs("\n      ", stdout);
	say_count(&c->n);
	putchar('\n');
	say_examples(c);
}

static bool is_of(const struct bdl_replay_change *c, int to)
{
	if (c->kind == BDL_REPLAY_UNKNOWN)
		return to < 0;
	return c->from == c->to ? to == BDL_ACTIONS : to == (int)c->to;
}

/* `to`: an action; BDL_ACTIONS: the same verdict by another clause; less than 0: what is unknown. */
static void say_section(const struct bdl_replay_report *r, int to, const char *title)
{
	bool begun = false;

	for (size_t i = 0; i < r->n_changes; i++) {
		const struct bdl_replay_change *c = &r->changes[i];

		if (!is_of(c, to))
			continue;
		if (!begun)
			printf("\n%s\n", title);
		begun = true;
		if (c->kind == BDL_REPLAY_UNKNOWN)
			say_unknown(c);
		else
			say_change(c);
	}
}

static void say_beside(const struct bdl_replay_told *t, const struct bdl_replay_report *r)
{
	if (r->otherwise) {
		say_number(r->otherwise, "was", "were");
		puts(" judged otherwise then than today's policies would; the comparison is with "
		     "today's");
	}
	if (r->withheld) {
		say_number(r->withheld, "was", "were");
		puts(" not looked at, as the policy keeps nothing of what was done");
	}
	if (t->left_out)
		printf("%zu of its rules %s not carried out by this version, and change nothing\n",
		    t->left_out, t->left_out == 1 ? "is" : "are");
	if (r->n_left_out)
		printf("%zu more differences, of the fewest acts, are left out\n", r->n_left_out);
}

void bdl_replay_report_text(const struct bdl_replay_told *t, const struct bdl_replay_report *r)
{
	char since[BDL_SHORT_LEN], until[BDL_SHORT_LEN];

	printf("What '%.*s' would have done, by %s", BDL_FMT(t->name), t->where);
	if (r->since_ms > 0)
		printf(", from %s to", bdl_time_short(r->since_ms, since));
	else
		fputs(", with all that was recorded until", stdout);
	printf(" %s\n\nlooked at:  ", bdl_time_short(r->until_ms, until));
	say_count(&r->all);
	fputs("\ndifferent:  ", stdout);
	if (r->changed.acts || r->changed.parts)
		say_count(&r->changed);
	else
		fputs("nothing", stdout);
	if (r->unknown.acts || r->unknown.parts) {
		fputs("\nunknown:    ", stdout);
		say_count(&r->unknown);
	}
	putchar('\n');
	say_beside(t, r);
	say_section(r, BDL_BLOCK, "Newly blocked");
	say_section(r, BDL_HOLD, "Newly held");
	say_section(r, BDL_COACH, "Newly coached");
	say_section(r, BDL_NOTE, "Newly noted");
	say_section(r, BDL_ALLOW, "Newly allowed");
	say_section(r, BDL_ACTIONS, "The same verdict by another clause");
	say_section(r, -1, "Nobody can tell of these clauses what they would have done");
}

/* --- JSON --- */

static json_t *count_json(const struct bdl_replay_count *n)
{
	return json_pack("{s:I, s:I, s:I, s:I, s:I}", "acts", (json_int_t)n->acts, "parts",
	    (json_int_t)n->parts, "people", (json_int_t)n->people, "addresses",
	    (json_int_t)n->addresses, "hosts", (json_int_t)n->hosts);
}

static json_t *verdict_json(enum bdl_action action, struct bdl_view policy, struct bdl_view clause)
{
	if (!clause.n)
		return json_pack("{s:s}", "verdict", bdl_action_word(action));
	return json_pack("{s:s, s:o, s:o}", "verdict", bdl_action_word(action), "policy",
	    bdl_json_text(policy), "clause", bdl_json_text(clause));
}

static json_t *examples_json(const struct bdl_replay_change *c)
{
	json_t *all = json_array();
	char at[BDL_ISO_LEN];

	for (size_t i = 0; i < c->n_examples; i++) {
		bdl_time_iso(c->examples[i].at_ms, at);
		bdl_json_add(&all,
		    json_pack("{s:s, s:o}", "at", at, "host", bdl_json_text(c->examples[i].host)));
	}
	return all;
}

static json_t *change_json(const struct bdl_replay_change *c)
{
	json_t *now = verdict_json(c->from, c->from_policy, c->from_clause);

	if (c->kind == BDL_REPLAY_CHANGED)
		return json_pack("{s:o, s:o, s:o, s:o}", "now", now, "then",
		    verdict_json(c->to, c->to_policy, c->to_clause), "count", count_json(&c->n),
		    "examples", examples_json(c));
	return json_pack("{s:o, s:o, s:o, s:b, s:o, s:o, s:o}", "now", now, "policy",
	    bdl_json_text(c->to_policy), "clause", bdl_json_text(c->to_clause), "dropped",
	    c->dropped, "not_kept", bdl_json_text(c->missing), "count", count_json(&c->n),
	    "examples", examples_json(c));
}

static json_t *changes_json(const struct bdl_replay_report *r, enum bdl_replay_kind kind)
{
	json_t *all = json_array();

	for (size_t i = 0; i < r->n_changes; i++)
		if (r->changes[i].kind == kind)
			bdl_json_add(&all, change_json(&r->changes[i]));
	return all;
}

int bdl_replay_report_json(
    const struct bdl_replay_told *t, const struct bdl_replay_report *r, struct bdl_err *err)
{
	char since[BDL_ISO_LEN], until[BDL_ISO_LEN];

	bdl_time_iso(r->since_ms, since);
	bdl_time_iso(r->until_ms, until);
	return bdl_json_print(
	    json_pack("{s:o, s:s, s:s, s:I, s:o, s:o, s:o, s:I, s:I, s:I, s:I, s:o, s:o}", "policy",
		bdl_json_text(t->name), "since", since, "until", until, "took_ms",
		(json_int_t)t->took_ms, "looked_at", count_json(&r->all), "different",
		count_json(&r->changed), "unknown", count_json(&r->unknown), "judged_otherwise",
		(json_int_t)r->otherwise, "withheld", (json_int_t)r->withheld, "rules_left_out",
		(json_int_t)t->left_out, "differences_left_out", (json_int_t)r->n_left_out,
		"changes", changes_json(r, BDL_REPLAY_CHANGED), "unknown_clauses",
		changes_json(r, BDL_REPLAY_UNKNOWN)),
	    JSON_INDENT(2), err);
}
