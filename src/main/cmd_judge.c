/*
 * beadle judge POLICY... [--door DOOR] [--url URL] [--person LOGIN] [--group GROUP,...] [--from IP]
 *                        [--at TIME] [--grant NAME[=AMOUNT|HOST]]... [--given PHRASES] [--whole]
 *                        [--lists FOLDER|FILE] [--people FILE]
 *
 * Documents, lists and a roll in, a verdict out, as one line of JSON: nothing is served, kept or
 * looked up anywhere else. For trying a policy out, and for tests that compare verdicts.
 */
#include "base/clock.h"
#include "base/utf8.h"
#include "main/command.h"
#include "main/judge_bench.h"

#include <arpa/inet.h>
#include <stdio.h>

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
	int rc = understand_door(q, err);
	return rc < 0 ? rc : understand_url(q, err);
}

static int take_grants(struct bdl_args *a, struct bdl_question *q, struct bdl_err *err)
{
	const char *text;

	while ((text = bdl_args_next(a, "--grant"))) {
		int rc = q->n_grants == BDL_GRANTS_MAX
		    ? bdl_fail(err, BDL_E_LIMIT, "more than %d grants", BDL_GRANTS_MAX)
		    : read_grant(text, &q->grants[q->n_grants], err);
		if (rc < 0)
			return rc;
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

/* What is wrong is the command line's fault where *ret_usage. */
static int judge(const struct bdl_question *q, char *const *policies, size_t n, bool *ret_usage,
    struct bdl_err *err)
{
	struct bdl_bench b BDL_AUTO_IN(bdl_bench_done) = { 0 };

	int rc = bdl_bench_open(&b, q, policies, n, err);
	*ret_usage = false;
	if (rc < 0)
		return rc;
	rc = bdl_bench_given(&b, q, err);
	*ret_usage = rc < 0;
	return rc < 0 ? rc : bdl_bench_answer(&b, q, err);
}

int bdl_cmd_judge(struct bdl_args *a)
{
	struct bdl_err err;
	bool usage = true;
	struct bdl_question q = take_question(a);
	int rc = take_grants(a, &q, &err);

	if (rc == 0 && !bdl_args_fit(a, 1, SIZE_MAX))
		return BDL_EXIT_USAGE;
	if (rc == 0)
		rc = understand(&q, &err);
	if (rc == 0)
		rc = judge(&q, a->words, a->n, &usage, &err);
	if (rc == 0)
		return BDL_EXIT_FINE;
	return usage ? bdl_complain_usage(&err) : bdl_complain(&err);
}
