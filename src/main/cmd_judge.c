/*
 * beadle judge POLICY... --url URL [--door web] [--person LOGIN] [--group GROUP,...] [--from IP]
 *                        [--at TIME] [--lists FOLDER|FILE] [--people FILE]
 *
 * Documents, lists and a roll in, a verdict out, as one line of JSON: nothing is served, kept or
 * looked up anywhere else. For trying a policy out, and for tests that compare verdicts.
 */
#include "base/clock.h"
#include "base/utf8.h"
#include "main/command.h"
#include "main/data.h"
#include "main/shipped.h"
#include "main/text.h"
#include "policy/judge.h"
#include "proto/url.h"

#include <arpa/inet.h>
#include <jansson.h>
#include <stdio.h>

/* The command line, as it was given and as it was understood. */
struct question {
	const char *door, *url, *person, *group, *from, *at, *lists, *people;
	struct bdl_url parts;
	int64_t at_ms;
};

/* What it is judged by. */
struct bench {
	struct bdl_document *documents[BDL_POLICIES_MAX];
	struct bdl_ruleset *ruleset;
	struct bdl_lists *lists;
	struct bdl_roll *roll;
	struct bdl_catset listed; /* of the host, in the lists' numbers */
	struct bdl_region *region;
	struct bdl_facts facts;
	struct bdl_view groups; /* of the person, between blanks or commas */
};

static void bench_done(struct bench *b)
{
	for (size_t i = 0; i < BDL_POLICIES_MAX; i++)
		bdl_document_free(b->documents[i]);
	bdl_region_free(b->region);
	bdl_ruleset_free(b->ruleset);
	bdl_lists_close(b->lists);
	bdl_roll_free(b->roll);
}

/* --- the question --- */

static bool is_address(const char *text)
{
	struct in6_addr any;
	return inet_pton(AF_INET, text, &any) == 1 || inet_pton(AF_INET6, text, &any) == 1;
}

/* What is wrong with the command line, or 0. */
static int understand(struct question *q, struct bdl_err *err)
{
	if (!q->url)
		return bdl_fail(err, BDL_E_INVALID, "say what is judged: --url URL");
	if (q->door && strcmp(q->door, "web") != 0)
		return bdl_fail(err, BDL_E_INVALID,
		    "'%s' is no door that this build judges; it judges at the door web", q->door);
	if (q->from && !is_address(q->from))
		return bdl_fail(err, BDL_E_INVALID, "'%s' is no address such as 10.1.2.3", q->from);
	if (q->person && !bdl_utf8_printable(bdl_view_of(q->person)))
		return bdl_fail(err, BDL_E_INVALID, "that person's login is no text");
	if (q->group && !bdl_utf8_printable(bdl_view_of(q->group)))
		return bdl_fail(err, BDL_E_INVALID, "that group is no text");
	if (q->at && !bdl_time_parse(bdl_view_of(q->at), &q->at_ms))
		return bdl_fail(
		    err, BDL_E_INVALID, "'%s' is no time such as 2026-11-23T09:30", q->at);
	return bdl_url_parse(
	    bdl_view_of(q->url), bdl_view_of(NULL), BDL_SCHEME_HTTP, &q->parts, err);
}

static struct question take_question(struct bdl_args *a)
{
	return (struct question){
		.door = bdl_args_option(a, "--door"),
		.url = bdl_args_option(a, "--url"),
		.person = bdl_args_option(a, "--person"),
		.group = bdl_args_option(a, "--group"),
		.from = bdl_args_option(a, "--from"),
		.at = bdl_args_option(a, "--at"),
		.lists = bdl_args_option(a, "--lists"),
		.people = bdl_args_option(a, "--people"),
		.at_ms = bdl_now_ms(),
	};
}

/* --- what it is judged by --- */

static int read_policies(struct bench *b, char *const *paths, size_t n, struct bdl_err *err)
{
	struct bdl_source sources[BDL_POLICIES_MAX];
	if (n > BDL_POLICIES_MAX)
		return bdl_fail(err, BDL_E_LIMIT, "more than %d policies", BDL_POLICIES_MAX);
	for (size_t i = 0; i < n; i++) {
		int r = bdl_text_document(paths[i], NULL, &b->documents[i], err);
		if (r < 0)
			return r;
		sources[i].name = bdl_text_policy_name(paths[i]);
		sources[i].bytes = b->documents[i]->bytes;
	}
	return bdl_ruleset_new(sources, n, &b->ruleset, err);
}

static int read_lists(
    struct bench *b, const struct question *q, const char *policy, struct bdl_err *err)
{
	char path[BDL_PATH_MAX];
	if (q->lists)
		return bdl_shipped_lists(q->lists, &b->lists, err);
	int r = bdl_shipped_find(policy, "demo/lists", path, sizeof(path), err);
	if (r < 0)
		return bdl_fail_in(err, r, "say which lists: --lists FOLDER");
	return bdl_shipped_lists(path, &b->lists, err);
}

/* The roll is asked only of a person whose groups are not given. */
static int read_roll(
    struct bench *b, const struct question *q, const char *policy, struct bdl_err *err)
{
	char path[BDL_PATH_MAX];
	if (q->people)
		return bdl_shipped_roll(q->people, &b->roll, err);
	if (!q->person || q->group)
		return 0;
	int r = bdl_shipped_find(policy, "demo/people.csv", path, sizeof(path), err);
	if (r < 0)
		return bdl_fail_in(err, r, "say who is who: --people FILE, or --group GROUP");
	return bdl_shipped_roll(path, &b->roll, err);
}

/* The next of the groups; false where there is no further one. */
static bool group_next(struct bdl_view *rest, struct bdl_view *ret)
{
	size_t n = 0;
	while (rest->n && strchr(" \t,", rest->p[0]))
		*rest = bdl_view_from(*rest, 1);
	while (n < rest->n && !strchr(" \t,", rest->p[n]))
		n++;
	*ret = bdl_view_at(rest->p, n);
	*rest = bdl_view_from(*rest, n);
	return n > 0;
}

/* As at the door: who is on the roll is known. Groups that are given make a person known too. */
static void find_facts(struct bench *b, const struct question *q)
{
	struct bdl_facts *f = &b->facts;
	struct bdl_civil civil = bdl_civil_local(q->at_ms);
	const struct bdl_person *who =
	    b->roll && q->person ? bdl_roll_find(b->roll, bdl_view_of(q->person)) : NULL;
	struct bdl_web_request request = { bdl_view_of(q->parts.host), q->parts.path,
		BDL_LIT("GET"), false };
	struct bdl_catmap map;
	struct bdl_view group;

	b->groups = q->group ? bdl_view_of(q->group) : who ? who->groups : bdl_view_of(NULL);
	bdl_facts_request(b->ruleset, f, &request, b->region);
	f->known = q->group || who;
	for (struct bdl_view rest = b->groups; group_next(&rest, &group);)
		f->groups |= bdl_ruleset_group(b->ruleset, group);
	f->minute = (uint16_t)civil.minute;
	f->weekday = (uint8_t)civil.weekday;
	bdl_catmap_make(b->lists, b->ruleset, &map);
	bdl_lists_find(b->lists, f->host, q->parts.path, &b->listed);
	bdl_catmap_apply(&map, &b->listed, &f->categories);
}

/* --- the answer --- */

/* Texts are UTF-8 by now; without memory jansson gives NULL, which the printing finds. */
static json_t *text(struct bdl_view v)
{
	return json_stringn(v.p ? v.p : "", v.n);
}

static json_t *clause_name(struct bdl_rule_ref ref)
{
	return json_sprintf("%.*s#%.*s", BDL_FMT(ref.policy_name), BDL_FMT(ref.clause->id));
}

static json_t *clauses_json(const struct bench *b, const struct bdl_verdict *v)
{
	json_t *list = json_array();
	const struct bdl_clause *last = NULL;
	for (size_t i = 0; i < bdl_ruleset_rules(b->ruleset); i++) {
		struct bdl_rule_ref ref = bdl_ruleset_rule(b->ruleset, (uint16_t)i);
		if (!bdl_verdict_matched(v, (uint16_t)i) || ref.clause == last)
			continue;
		(void)json_array_append_new(list, clause_name(ref)); /* no memory: see above */
		last = ref.clause; /* the rules of one clause stand together */
	}
	return list;
}

static json_t *tell_json(uint32_t tell)
{
	json_t *list = json_array();
	for (unsigned i = 0; i < BDL_ROLES; i++)
		if (tell >> i & 1)
			(void)json_array_append_new(
			    list, json_string(bdl_role_word((enum bdl_role_word)i)));
	return list;
}

static json_t *reason_json(const struct bdl_rule_ref *ref)
{
	if (!ref)
		return json_string("no clause speaks of it");
	return json_sprintf("%.*s%s%.*s", BDL_FMT(ref->clause->number),
	    ref->clause->number.n ? " " : "", BDL_FMT(ref->clause->text));
}

static json_t *facts_json(const struct bench *b, const struct question *q)
{
	static const char *const days[] = { "mon", "tue", "wed", "thu", "fri", "sat", "sun" };
	json_t *categories = json_array(), *groups = json_array();
	struct bdl_view group;
	for (unsigned i = 0; i < bdl_lists_categories(b->lists); i++)
		if (bdl_catset_has(&b->listed, i))
			(void)json_array_append_new(
			    categories, json_string(bdl_lists_category(b->lists, i)));
	for (struct bdl_view rest = b->groups; group_next(&rest, &group);)
		(void)json_array_append_new(groups, text(group));
	return json_pack("{s:s, s:s?, s:b, s:o, s:s, s:o, s:i, s:s, s:s?}", "door", "web", "person",
	    q->person, "known", (int)b->facts.known, "groups", groups, "host", q->parts.host,
	    "categories", categories, "minute", (int)b->facts.minute, "weekday",
	    days[b->facts.weekday], "place", q->from);
}

static int print(const struct bench *b, const struct question *q, const struct bdl_verdict *v,
    struct bdl_err *err)
{
	char version[BDL_DIGEST_HEX];
	struct bdl_rule_ref ref = { 0 };
	bool decided = v->rule != BDL_NO_RULE;
	if (decided)
		ref = bdl_ruleset_rule(b->ruleset, v->rule);
	bdl_digest_hex(bdl_ruleset_version(b->ruleset), version);
	json_t *line = json_pack("{s:s, s:o, s:o, s:o, s:o, s:b, s:s, s:o}", "verdict",
	    bdl_action_word(v->action), "clause", decided ? clause_name(ref) : json_null(),
	    "clauses", clauses_json(b, v), "reason", reason_json(decided ? &ref : NULL), "tell",
	    tell_json(v->tell), "critical", (int)v->critical, "version", version, "facts",
	    facts_json(b, q));
	bool written =
	    line && json_dumpf(line, stdout, JSON_SORT_KEYS) == 0 && putchar('\n') != EOF;
	json_decref(line);
	return written ? 0 : bdl_fail(err, BDL_E_IO, "the answer could not be written");
}

static int judge(const struct question *q, char *const *policies, size_t n, struct bdl_err *err)
{
	struct bench b BDL_AUTO_IN(bench_done) = { .region = bdl_region_new(1 << 20) };
	struct bdl_verdict v;

	int r = read_policies(&b, policies, n, err);
	if (r == 0)
		r = read_lists(&b, q, policies[0], err);
	if (r == 0)
		r = read_roll(&b, q, policies[0], err);
	if (r < 0)
		return r;
	find_facts(&b, q);
	bdl_judge(b.ruleset, &b.facts, &v);
	return print(&b, q, &v, err);
}

int bdl_cmd_judge(struct bdl_args *a)
{
	struct bdl_err err;
	struct question q = take_question(a);
	if (!bdl_args_fit(a, 1, SIZE_MAX))
		return BDL_EXIT_USAGE;
	if (understand(&q, &err) < 0) {
		(void)bdl_complain(&err); /* the status is another */
		return BDL_EXIT_USAGE;
	}
	return judge(&q, a->words, a->n, &err) < 0 ? bdl_complain(&err) : BDL_EXIT_FINE;
}
