/*
 * beadle judge POLICY... --url URL [--door DOOR] [--person LOGIN] [--group GROUP,...] [--from IP]
 *                        [--at TIME] [--grant NAME[=AMOUNT]]... [--given PHRASES] [--whole]
 *                        [--lists FOLDER|FILE] [--people FILE]
 *
 * Documents, lists and a roll in, a verdict out, as one line of JSON: nothing is served, kept or
 * looked up anywhere else. For trying a policy out, and for tests that compare verdicts.
 */
#include "base/clock.h"
#include "base/utf8.h"
#include "main/command.h"
#include "main/data.h"
#include "main/judge_bench.h"
#include "main/shipped.h"
#include "main/text.h"

#include <arpa/inet.h>
#include <stdio.h>

static void bench_done(struct bdl_bench *b)
{
	bdl_given_done(&b->given);
	for (size_t i = 0; i < BDL_POLICIES_MAX; i++)
		bdl_document_free(b->documents[i]);
	bdl_region_free(b->region);
	bdl_ruleset_free(b->carried_out);
	bdl_ruleset_free(b->whole);
	bdl_lists_close(b->lists);
	bdl_roll_free(b->roll);
}

/* --- the question --- */

static bool is_address(const char *text)
{
	struct in6_addr any;
	return inet_pton(AF_INET, text, &any) == 1 || inet_pton(AF_INET6, text, &any) == 1;
}

/* "5", "5GB", "200 MB": a number that is plain, or bytes. */
static bool read_amount(struct bdl_view v, uint64_t *ret)
{
	static const struct {
		const char *word;
		uint64_t bytes;
	} units[] = { { "MB", 1000000 }, { "GB", 1000000000 } };
	uint64_t unit = 1, n;

	for (size_t i = 0; i < BDL_ARRAY_LEN(units); i++)
		if (bdl_view_ends(v, bdl_view_of(units[i].word))) {
			unit = units[i].bytes;
			v.n -= 2;
		}
	if (!bdl_view_uint(bdl_view_trim(v), 1000000000, &n))
		return false;
	*ret = n * unit;
	return true;
}

static int read_grant(const char *text, struct bdl_grant *ret, struct bdl_err *err)
{
	struct bdl_view value = bdl_view_of(text);
	bool is_ip;

	*ret = (struct bdl_grant){ .amount = UINT64_MAX };
	(void)bdl_view_cut(&value, '=', &ret->name); /* without a value there is none */
	if (ret->name.n == strlen(text) || read_amount(value, &ret->amount))
		return 0;
	if (bdl_view_find(value, '.') == value.n ||
	    bdl_host_normalise(value, ret->normal, &is_ip, NULL) < 0)
		return bdl_fail(err, BDL_E_INVALID,
		    "'%.*s' is no amount; expected a number, a size such as 5GB, or a host such "
		    "as example.org",
		    BDL_FMT(value));
	ret->host = bdl_view_of(ret->normal);
	return 0;
}

static bool is_door(const struct bdl_question *q, const char *door)
{
	struct bdl_view words = bdl_view_of(q->door), first;

	return bdl_view_cut(&words, ' ', &first) && bdl_view_is(first, door);
}

static int understand_door(const struct bdl_question *q, struct bdl_err *err)
{
	for (int door = 0; door < BDL_DOORS; door++)
		if (is_door(q, bdl_door_words[door]))
			return 0;
	return bdl_fail(err, BDL_E_INVALID,
	    "'%s' is no door; expected web, mail, screen, dns or logs, or an act there such as "
	    "'web upload'",
	    q->door);
}

static int understand_url(struct bdl_question *q, struct bdl_err *err)
{
	bool takes = is_door(q, "web") || is_door(q, "dns");

	if (!takes && q->url)
		return bdl_fail(err, BDL_E_INVALID,
		    "--url is for the doors web and dns, not for '%s'", q->door);
	if (takes && !q->url)
		return bdl_fail(err, BDL_E_INVALID, "say what is judged: --url URL");
	return takes
	    ? bdl_url_parse(bdl_view_of(q->url), bdl_view_of(NULL), BDL_SCHEME_HTTP, &q->parts, err)
	    : 0;
}

/* What is wrong with the command line, or 0. */
static int understand(struct bdl_question *q, struct bdl_err *err)
{
	const char *texts[] = { q->person, q->group, q->door, q->given };

	for (size_t i = 0; i < BDL_ARRAY_LEN(texts); i++)
		if (texts[i] && !bdl_utf8_printable(bdl_view_of(texts[i])))
			return bdl_fail(
			    err, BDL_E_INVALID, "a value is no text; expected plain UTF-8");
	if (q->from && !is_address(q->from))
		return bdl_fail(err, BDL_E_INVALID, "'%s' is no address such as 10.1.2.3", q->from);
	if (q->at && !bdl_time_parse(bdl_view_of(q->at), &q->at_ms))
		return bdl_fail(
		    err, BDL_E_INVALID, "'%s' is no time such as 2026-11-23T09:30", q->at);
	int r = understand_door(q, err);
	return r < 0 ? r : understand_url(q, err);
}

static int take_grants(struct bdl_args *a, struct bdl_question *q, struct bdl_err *err)
{
	const char *text;

	while ((text = bdl_args_next(a, "--grant"))) {
		int r = q->n_grants == BDL_GRANTS_MAX
		    ? bdl_fail(err, BDL_E_LIMIT, "more than %d grants", BDL_GRANTS_MAX)
		    : read_grant(text, &q->grants[q->n_grants], err);
		if (r < 0)
			return r;
		q->n_grants++;
	}
	return 0;
}

static struct bdl_question take_question(struct bdl_args *a)
{
	struct bdl_question q = {
		.door = bdl_args_option(a, "--door"),
		.url = bdl_args_option(a, "--url"),
		.person = bdl_args_option(a, "--person"),
		.group = bdl_args_option(a, "--group"),
		.from = bdl_args_option(a, "--from"),
		.at = bdl_args_option(a, "--at"),
		.lists = bdl_args_option(a, "--lists"),
		.people = bdl_args_option(a, "--people"),
		.given = bdl_args_option(a, "--given"),
		.whole = bdl_args_flag(a, "--whole"),
		.at_ms = bdl_now_ms(),
	};

	if (!q.door)
		q.door = "web";
	return q;
}

/* --- what it is judged by --- */

/* Read together: what one names, another may describe. */
static int check_policy(
    const struct bdl_bench *b, size_t i, const char *path, struct bdl_findings *findings)
{
	const struct bdl_document *others[BDL_POLICIES_MAX];
	struct bdl_check_context context = { .others = others };

	for (size_t j = 0; j < b->n; j++)
		if (j != i)
			others[context.n_others++] = b->documents[j];
	bdl_document_check(b->documents[i], &context, findings);
	bdl_text_say(path, findings);
	return findings->n_errors ? BDL_E_INVALID : 0;
}

static int check_policies(const struct bdl_bench *b, char *const *paths,
    struct bdl_findings *const *findings, struct bdl_err *err)
{
	int r = 0;

	for (size_t i = 0; i < b->n && r == 0; i++) {
		r = check_policy(b, i, paths[i], findings[i]);
		if (r < 0)
			(void)bdl_fail(err, r, "'%s' has errors", paths[i]);
	}
	return r;
}

static int parse_policies(struct bdl_bench *b, char *const *paths, size_t n,
    struct bdl_findings **findings, struct bdl_err *err)
{
	for (; b->n < n; b->n++) {
		findings[b->n] = bdl_findings_new();
		int r = bdl_text_parse(paths[b->n], findings[b->n], &b->documents[b->n], err);
		if (r < 0)
			return r;
	}
	return check_policies(b, paths, findings, err);
}

static int read_policies(struct bdl_bench *b, char *const *paths, size_t n, struct bdl_err *err)
{
	struct bdl_findings *findings[BDL_POLICIES_MAX] = { NULL };
	struct bdl_source sources[BDL_POLICIES_MAX];

	if (n > BDL_POLICIES_MAX)
		return bdl_fail(err, BDL_E_LIMIT, "more than %d policies", BDL_POLICIES_MAX);
	int r = parse_policies(b, paths, n, findings, err);
	for (size_t i = 0; i < n; i++)
		bdl_findings_free(findings[i]);
	for (size_t i = 0; i < n && r == 0; i++)
		sources[i] =
		    (struct bdl_source){ bdl_text_policy_name(paths[i]), b->documents[i]->bytes };
	if (r == 0)
		r = bdl_ruleset_new(sources, n, &b->carried_out, err);
	return r < 0 ? r : bdl_ruleset_new_whole(sources, n, &b->whole, err);
}

static int read_lists(
    struct bdl_bench *b, const struct bdl_question *q, const char *policy, struct bdl_err *err)
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
    struct bdl_bench *b, const struct bdl_question *q, const char *policy, struct bdl_err *err)
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
bool bdl_bench_group_next(struct bdl_view *rest, struct bdl_view *ret)
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

/* --- what was told --- */

/* What options of their own say is not said again. */
static int check_given(const struct bdl_given *g, struct bdl_err *err)
{
	static const struct {
		enum bdl_phrase_form form;
		const char *option;
	} options[] = { { BDL_PHRASE_HOST, "--url" }, { BDL_PHRASE_PATH, "--url" },
		{ BDL_PHRASE_BY, "--group" }, { BDL_PHRASE_TIME, "--at" } };

	for (size_t i = 0; i < g->n; i++)
		for (size_t j = 0; j < BDL_ARRAY_LEN(options); j++)
			if (g->phrases[i].phrase->form == options[j].form)
				return bdl_fail(err, BDL_E_INVALID, "'%s' is said by %s",
				    bdl_phrase_info(options[j].form)->words, options[j].option);
	return 0;
}

/* --given and the names of --grant, read by the grammar of the rules. */
static int read_given(struct bdl_bench *b, const struct bdl_question *q, struct bdl_err *err)
{
	struct bdl_buf words BDL_AUTO_IN(bdl_buf_done) = BDL_BUF(BDL_DOCUMENT_MAX);
	const char *categories[BDL_LIST_CATEGORIES_MAX];
	const struct bdl_document *others[BDL_POLICIES_MAX];
	struct bdl_check_context context = { .categories = categories, .others = others };

	for (size_t i = 0; i < b->n; i++)
		others[context.n_others++] = b->documents[i];
	for (unsigned i = 0; i < bdl_lists_categories(b->lists); i++)
		categories[context.n_categories++] = bdl_lists_category(b->lists, i);
	(void)bdl_buf_add_str(&words, q->given ? q->given : "");
	for (size_t i = 0; i < q->n_grants; i++)
		(void)bdl_buf_printf(
		    &words, "%sgranted %.*s", words.n ? ", " : "", BDL_FMT(q->grants[i].name));
	int r =
	    bdl_given_parse(bdl_view_of(q->door), bdl_buf_view(&words), &context, &b->given, err);
	return r < 0 ? r : check_given(&b->given, err);
}

/* A grant for another host is none of this act's. */
static bool is_for_this(const struct bdl_grant *g, const struct bdl_facts *f)
{
	return !g->host.n || bdl_host_below(f->host, g->host);
}

/* The grants that are named are all that the person has: as with groups, there is no other. */
static void tell_grants(
    const struct bdl_question *q, const struct bdl_ruleset *r, struct bdl_facts *f)
{
	int atom;

	f->told |= BDL_TOLD(GRANTED);
	for (size_t i = 0; i < q->n_grants; i++) {
		const struct bdl_grant *g = &q->grants[i];

		if (is_for_this(g, f)) {
			bdl_facts_grant(r, f, g->name, g->amount);
			continue;
		}
		atom = bdl_ruleset_atom(r, BDL_PHRASE_GRANTED, g->name, BDL_MANNER_NONE);
		if (atom >= 0)
			f->atoms.w[atom / 64] &= ~(1ULL << (atom % 64));
	}
}

/* As at the door: who is on the roll is known. Groups that are given make a person known too. */
static void tell_person(struct bdl_bench *b, const struct bdl_question *q,
    const struct bdl_ruleset *r, struct bdl_facts *f)
{
	const struct bdl_person *who =
	    b->roll && q->person ? bdl_roll_find(b->roll, bdl_view_of(q->person)) : NULL;
	struct bdl_view group;

	b->groups = q->group ? bdl_view_of(q->group) : who ? who->groups : bdl_view_of(NULL);
	f->known = q->group || who;
	for (struct bdl_view rest = b->groups; bdl_bench_group_next(&rest, &group);)
		f->groups |= bdl_ruleset_group(r, group);
	f->told |= BDL_TOLD(PERSON);
}

static void tell_host(struct bdl_bench *b, const struct bdl_question *q,
    const struct bdl_ruleset *r, struct bdl_facts *f)
{
	struct bdl_catmap map;

	f->host = bdl_view_of(q->parts.host);
	f->told |= BDL_TOLD(HOST) | BDL_TOLD(CATEGORY);
	bdl_catmap_make(b->lists, r, &map);
	b->listed = (struct bdl_catset){ 0 };
	bdl_lists_host(b->lists, f->host, &b->listed);
	bdl_catmap_apply(&map, &b->listed, &f->categories);
}

static bool gives(const struct bdl_given *g, enum bdl_phrase_form form)
{
	for (size_t i = 0; i < g->n; i++)
		if (g->phrases[i].phrase->form == form)
			return true;
	return false;
}

void bdl_bench_tell(struct bdl_bench *b, const struct bdl_question *q, const struct bdl_ruleset *r,
    struct bdl_told *ret)
{
	struct bdl_facts *f = &ret->facts;
	struct bdl_civil civil = bdl_civil_local(q->at_ms);

	*ret = (struct bdl_told){ 0 };
	if (b->given.door == BDL_DOOR_WEB) {
		struct bdl_web_request request = { bdl_view_of(q->parts.host), q->parts.path,
			gives(&b->given, BDL_PHRASE_METHOD) ? BDL_LIT("") : BDL_LIT("GET"), false };

		bdl_facts_request(r, f, &request, b->region);
	}
	if (b->given.door == BDL_DOOR_WEB || b->given.door == BDL_DOOR_DNS)
		tell_host(b, q, r, f);
	if (b->given.door != BDL_DOOR_DNS) /* which knows nobody */
		tell_person(b, q, r, f);
	f->minute = (uint16_t)civil.minute;
	f->weekday = (uint8_t)civil.weekday;
	f->told |= BDL_TOLD(TIME);
	bdl_given_tell(&b->given, r, f, ret->counts, b->region);
	if (b->given.door != BDL_DOOR_DNS)
		tell_grants(q, r, f);
}

/* --- */

/* What is wrong is the command line's fault where *ret_usage. */
static int judge(const struct bdl_question *q, char *const *policies, size_t n, bool *ret_usage,
    struct bdl_err *err)
{
	struct bdl_bench b BDL_AUTO_IN(bench_done) = { .region = bdl_region_new(1 << 24) };

	*ret_usage = false;
	int r = read_policies(&b, policies, n, err);
	if (r == 0)
		r = read_lists(&b, q, policies[0], err);
	if (r == 0)
		r = read_roll(&b, q, policies[0], err);
	if (r < 0)
		return r;
	r = read_given(&b, q, err);
	*ret_usage = r < 0;
	return r < 0 ? r : bdl_bench_answer(&b, q, err);
}

int bdl_cmd_judge(struct bdl_args *a)
{
	struct bdl_err err;
	bool usage = true;
	struct bdl_question q = take_question(a);
	int r = take_grants(a, &q, &err);

	if (r == 0 && !bdl_args_fit(a, 1, SIZE_MAX))
		return BDL_EXIT_USAGE;
	if (r == 0)
		r = understand(&q, &err);
	if (r == 0)
		r = judge(&q, a->words, a->n, &usage, &err);
	if (r == 0)
		return BDL_EXIT_FINE;
	(void)bdl_complain(&err); /* the status may be another */
	return usage ? BDL_EXIT_USAGE : BDL_EXIT_FAILED;
}
