/* What `beadle judge` judges by: documents, lists and a roll; and the facts of the act. */
#include "main/judge_bench.h"
#include "base/clock.h"
#include "main/data.h"
#include "main/shipped.h"
#include "main/text.h"

#define BENCH_BYTES_MAX (1 << 24) /* of facts and steps */

void bdl_bench_done(struct bdl_bench *b)
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

/* --- reading --- */

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
	int rc = 0;

	for (size_t i = 0; i < b->n && rc == 0; i++) {
		rc = check_policy(b, i, paths[i], findings[i]);
		if (rc < 0)
			(void)bdl_fail(err, rc, "'%s' has errors", paths[i]);
	}
	return rc;
}

static int parse_policies(struct bdl_bench *b, char *const *paths, size_t n,
    struct bdl_findings **findings, struct bdl_err *err)
{
	for (size_t i = 0; i < n; i++) {
		findings[i] = bdl_findings_new();
		int rc = bdl_text_parse(paths[i], findings[i], &b->documents[i], err);
		if (rc < 0)
			return rc;
	}
	b->n = n;
	return check_policies(b, paths, findings, err);
}

static int read_policies(struct bdl_bench *b, char *const *paths, size_t n, struct bdl_err *err)
{
	struct bdl_findings *findings[BDL_POLICIES_MAX] = { NULL };
	struct bdl_source sources[BDL_POLICIES_MAX];

	if (n > BDL_POLICIES_MAX)
		return bdl_fail(err, BDL_E_LIMIT, "more than %d policies", BDL_POLICIES_MAX);
	int rc = parse_policies(b, paths, n, findings, err);
	for (size_t i = 0; i < n; i++)
		bdl_findings_free(findings[i]);
	for (size_t i = 0; i < n && rc == 0; i++)
		sources[i] =
		    (struct bdl_source){ bdl_text_policy_name(paths[i]), b->documents[i]->bytes };
	if (rc == 0)
		rc = bdl_ruleset_new(sources, n, &b->carried_out, err);
	return rc < 0 ? rc : bdl_ruleset_new_whole(sources, n, &b->whole, err);
}

static int read_lists(
    struct bdl_bench *b, const struct bdl_question *q, const char *policy, struct bdl_err *err)
{
	char path[BDL_PATH_MAX];
	if (q->lists)
		return bdl_shipped_lists(q->lists, &b->lists, err);
	int rc = bdl_shipped_find(policy, "demo/lists", path, sizeof(path), err);
	if (rc < 0)
		return bdl_fail_in(err, rc, "say which lists: --lists FOLDER");
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
	int rc = bdl_shipped_find(policy, "demo/people.csv", path, sizeof(path), err);
	if (rc < 0)
		return bdl_fail_in(err, rc, "say who is who: --people FILE, or --group GROUP");
	return bdl_shipped_roll(path, &b->roll, err);
}

int bdl_bench_open(struct bdl_bench *b, const struct bdl_question *q, char *const *paths, size_t n,
    struct bdl_err *err)
{
	b->region = bdl_region_new(BENCH_BYTES_MAX);
	int rc = read_policies(b, paths, n, err);
	if (rc == 0)
		rc = read_lists(b, q, paths[0], err);
	return rc == 0 ? read_roll(b, q, paths[0], err) : rc;
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

/* What the lists have, and what the rules name: these can be tried before a list of them is there. */
static size_t known_categories(const struct bdl_bench *b, const char **ret)
{
	size_t n = 0;

	for (unsigned i = 0; i < bdl_lists_categories(b->lists); i++)
		ret[n++] = bdl_lists_category(b->lists, i);
	for (unsigned i = 0; i < bdl_ruleset_categories(b->whole); i++)
		ret[n++] = bdl_ruleset_category(b->whole, i);
	return n;
}

int bdl_bench_given(struct bdl_bench *b, const struct bdl_question *q, struct bdl_err *err)
{
	struct bdl_buf words BDL_AUTO_IN(bdl_buf_done) = BDL_BUF(BDL_DOCUMENT_MAX);
	const char *categories[BDL_LIST_CATEGORIES_MAX + BDL_RULESET_CATEGORIES_MAX];
	const struct bdl_document *others[BDL_POLICIES_MAX];
	struct bdl_check_context context = {
		.categories = categories,
		.n_categories = known_categories(b, categories),
		.others = others,
	};

	for (size_t i = 0; i < b->n; i++)
		others[context.n_others++] = b->documents[i];
	(void)bdl_buf_add_str(&words, q->given ? q->given : "");
	for (size_t i = 0; i < q->n_grants; i++)
		(void)bdl_buf_printf(
		    &words, "%sgranted %.*s", words.n ? ", " : "", BDL_FMT(q->grants[i].name));
	if (bdl_buf_broken(&words))
		return bdl_fail(err, BDL_E_LIMIT, "too much is told of the act");
	int rc =
	    bdl_given_parse(bdl_view_of(q->door), bdl_buf_view(&words), &context, &b->given, err);
	return rc < 0 ? rc : check_given(&b->given, err);
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
	bdl_lists_find(b->lists, f->host, q->parts.path, &b->listed);
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
