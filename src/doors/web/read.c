/* Texts that are read: which, and what is decided by what they say. */
#include "base/hash.h"
#include "doors/web/web_int.h"
#include "sys/log.h"

#define HITS_KEPT   6    /* phrases that a record names */
#define HIT_MAX     256  /* bytes of one */
#define EXCUSED_MAX 512  /* bytes of what was excused, and by what */
#define PHRASE_KEPT 120  /* bytes of a phrase as it is written; of a longer one what was met */
#define AROUND_KEPT 3    /* lines around them */
#define TERMS_READ  4096 /* bytes of what was searched for */

/* --- which texts are read --- */

/* By which it is packed. Of several lines each is a coding of its own. */
static struct bdl_view coding_of(const struct bdl_http_head *message)
{
	struct bdl_view first = bdl_http_field(message, "Content-Encoding");
	struct bdl_view last = bdl_http_last_field(message, "Content-Encoding");

	return first.p == last.p ? first : BDL_LIT("several");
}

/* What it says that it is; of several lines all, as one with commas, which is in `room`. */
static struct bdl_view types_of(const struct bdl_http_head *message, struct bdl_buf *room)
{
	struct bdl_view first = bdl_http_field(message, "Content-Type");

	if (first.p == bdl_http_last_field(message, "Content-Type").p)
		return first;
	for (size_t i = 0; i < message->n_fields; i++) {
		if (!bdl_view_iis(message->fields[i].name, "Content-Type"))
			continue;
		(void)bdl_buf_add_view(room, message->fields[i].value); /* they stood in a head */
		(void)bdl_buf_add_char(room, ',');
	}
	return bdl_buf_view(room);
}

bool bdl_web_is_text(const struct bdl_web *web, const struct bdl_http_head *message, bool is_answer,
    struct bdl_scan_options *ret)
{
	BDL_AUTO_IN(bdl_buf_done) struct bdl_buf room = BDL_BUF(BDL_HTTP_HEAD_MAX);
	struct bdl_view type = types_of(message, &room);

	if (!web->now->reader)
		return false;
	/* What says nothing of itself browsers take for a page where it looks like one. */
	if (type.n == 0 && is_answer)
		type = BDL_LIT("*/*");
	bdl_scan_options_of(type, coding_of(message), ret);
	/* "nosniff": what says that it is text is shown as such, whatever it looks like. */
	if (is_answer && bdl_http_has_token(message, "X-Content-Type-Options", "nosniff"))
		ret->is_unsure = false;
	return ret->form != BDL_SCAN_OTHER;
}

bool bdl_web_is_unreadable(const struct bdl_http_head *request)
{
	BDL_AUTO_IN(bdl_buf_done) struct bdl_buf room = BDL_BUF(BDL_HTTP_HEAD_MAX);
	struct bdl_scan_options how;

	bdl_scan_options_of(types_of(request, &room), coding_of(request), &how);
	return how.form != BDL_SCAN_OTHER && how.coding == BDL_SCAN_UNKNOWN;
}

void bdl_web_await(struct bdl_web *web, struct bdl_ask *a, bool is_answer, struct bdl_decision *d)
{
	if (is_answer && a->media.attachment) /* it is saved, not shown */
		return;
	if (is_answer)
		a->facts.deeds = 0; /* what was sent had its say */
	d->how.keep_around = web->now->keeps_words;
	d->awaits = bdl_judge_awaits(web->now->ruleset, &a->facts);
	d->whose = a->is_told ? bdl_hash64(a->who.p, a->who.n, 0) : 0;
}

bool bdl_web_may_refuse_text(const struct bdl_web *web, const struct bdl_ask *a)
{
	struct bdl_facts facts = a->facts;

	facts.deeds = 0; /* what is sent is another text */
	return web->now->reader && bdl_judge_awaits(web->now->ruleset, &facts) > BDL_NOTE;
}

void bdl_web_unread(struct bdl_web *web)
{
	bdl_count(web->role->slot, BDL_COUNT_UNREAD, 1);
}

/* --- what is kept of one that was read --- */

static struct bdl_scan_limits limits(void)
{
	struct bdl_scan_limits l;

	BDL_BUG_IF(!bdl_scan_limits_named(BDL_LIT(BDL_PHRASES_LIMITS), &l)); /* one of scan/ */
	return l;
}

static void keep_score(struct bdl_ask *a, const char *name, const char *class_, int score)
{
	char text[BDL_PHRASES_CLASS_NAME + 16];

	(void)snprintf(text, sizeof(text), "%s:%d", class_, score); /* fits */
	bdl_kept_add(&a->kept, name, bdl_view_of(text));
}

/* With the contexts, for people: "drugs:32:health,news". */
static void keep_excused(struct bdl_ask *a, const struct bdl_phrases *phrases, const char *class_,
    const struct bdl_scan_score *s)
{
	BDL_AUTO_IN(bdl_buf_done) struct bdl_buf text = BDL_BUF(EXCUSED_MAX);
	char between = ':';

	(void)bdl_buf_printf(&text, "%s:%d", class_, s->excused);
	for (size_t i = 0; i < bdl_phrases_classes(phrases); i++) {
		if (!(s->contexts & UINT64_C(1) << i))
			continue;
		(void)bdl_buf_printf(&text, "%c%s", between, bdl_phrases_class(phrases, i));
		between = ',';
	}
	bdl_kept_add(&a->kept, "excused", bdl_buf_view(&text)); /* what does not fit is left out */
}

static void keep_scores(
    const struct bdl_reader *reader, const struct bdl_scan_result *result, struct bdl_ask *a)
{
	for (size_t i = 0; i < result->n_classes; i++) {
		const char *class_ = bdl_phrases_class(reader->phrases, i);
		const struct bdl_scan_score *s = &result->scores[i];

		if (s->score > 0)
			keep_score(a, "score", class_, s->score);
		if (s->score > 0 && s->excused > 0)
			keep_excused(a, reader->phrases, class_, s);
	}
}

/* The numbers of the hits that weigh most, of classes that come to anything; how many. */
static size_t heaviest(const struct bdl_scan *scan, const struct bdl_scan_result *result, size_t n,
    size_t ret[HITS_KEPT])
{
	const struct bdl_scan_limits l = limits();
	int counted[HITS_KEPT];
	size_t found = 0;

	for (size_t i = 0; i < result->n_hits; i++) {
		struct bdl_scan_hit hit;
		size_t at = found;

		bdl_scan_hit(scan, i, &hit);
		if (hit.counted <= 0 || hit.class_ >= result->n_classes ||
		    result->scores[hit.class_].score < l.noted)
			continue;
		while (at > 0 && counted[at - 1] < hit.counted)
			at--;
		if (at >= n)
			continue;
		found = found < n ? found + 1 : n;
		memmove(ret + at + 1, ret + at, (found - at - 1) * sizeof(*ret));
		memmove(counted + at + 1, counted + at, (found - at - 1) * sizeof(*counted));
		ret[at] = i;
		counted[at] = hit.counted;
	}
	return found;
}

/* Of a phrase with many spellings a reader wants the one that was met, and there is room for it. */
static void add_phrase(struct bdl_buf *text, const struct bdl_scan_hit *hit)
{
	struct bdl_view first, rest = hit->phrase;
	bool is_long = hit->phrase.n > PHRASE_KEPT;

	if (is_long && bdl_view_cut(&rest, '+', &first) && rest.n > 0)
		(void)bdl_buf_add_str(text, "... + "); /* its last part is what was met */
	(void)bdl_buf_add_view(text, is_long ? bdl_view_trim(hit->found) : hit->phrase);
}

static void keep_hits(const struct bdl_reader *reader, const struct bdl_scan *scan,
    const struct bdl_scan_result *result, struct bdl_ask *a)
{
	size_t hits[HITS_KEPT];
	size_t n = heaviest(scan, result, HITS_KEPT, hits);

	for (size_t i = 0; i < n; i++) {
		BDL_AUTO_IN(bdl_buf_done) struct bdl_buf text = BDL_BUF(HIT_MAX);
		struct bdl_scan_hit hit;

		bdl_scan_hit(scan, hits[i], &hit);
		(void)bdl_buf_printf(&text,
		    "%s:%d:%llu:", bdl_phrases_class(reader->phrases, hit.class_), hit.counted,
		    (unsigned long long)hit.word);
		add_phrase(&text, &hit);
		if (!bdl_buf_broken(&text))
			bdl_kept_add(&a->kept, "hit", bdl_buf_view(&text));
	}
}

/* A line of the page stays only where a rule that applied says so. */
static void keep_words(
    struct bdl_web *web, const struct bdl_verdict *v, struct bdl_scan *scan, struct bdl_ask *a)
{
	const struct bdl_ruleset *r = web->now->ruleset;
	struct bdl_scan_result result;
	size_t hits[HITS_KEPT];
	bool keeps = false;

	for (size_t i = 0; web->now->keeps_words && i < bdl_ruleset_rules(r); i++)
		keeps |= bdl_verdict_matched(v, (uint16_t)i) &&
		    bdl_snapshot_keeps_words(bdl_ruleset_rule(r, (uint16_t)i).rule);
	if (!keeps)
		return;
	bdl_scan_result(scan, &result);
	size_t n = heaviest(scan, &result, AROUND_KEPT, hits);
	for (size_t i = 0; i < n; i++) {
		struct bdl_scan_hit hit;

		bdl_scan_hit(scan, hits[i], &hit);
		if (hit.around.n)
			bdl_kept_add(&a->kept, "around", hit.around);
	}
}

void bdl_read_keep(
    const struct bdl_reader *reader, struct bdl_scan *scan, const char *how, struct bdl_ask *a)
{
	struct bdl_scan_result result;

	bdl_scan_result(scan, &result);
	bdl_kept_add(&a->kept, "read", bdl_view_of(how));
	keep_scores(reader, &result, a);
	keep_hits(reader, scan, &result, a);
}

void bdl_read_terms(struct bdl_web *web, struct bdl_view terms, struct bdl_ask *a)
{
	const struct bdl_scan_options plain = { .form = BDL_SCAN_PLAIN, .charset = "utf-8" };
	BDL_AUTO(bdl_scan_done) struct bdl_scan *scan = NULL;
	struct bdl_reader *reader = web->now->reader;

	if (!reader || !(bdl_ruleset_asked(web->now->ruleset) & BDL_TOLD(PHRASES)))
		return;
	scan = bdl_scan_begin(reader->scanner, &plain);
	bdl_scan_add(scan, bdl_view_at(terms.p, terms.n < TERMS_READ ? terms.n : TERMS_READ));
	bdl_scan_end(scan);
	bdl_read_keep(reader, scan, "terms", a);
}

/* --- what was found out too late --- */

static struct bdl_late_page late_page(struct bdl_web *web, const struct bdl_ask *a)
{
	const char *url = bdl_ask_url(web, a);

	return (struct bdl_late_page){ a->who, bdl_view_of(url), web->now->reader->mark };
}

void bdl_read_before(struct bdl_web *web, struct bdl_ask *a)
{
	struct bdl_late_score scores[BDL_LATE_CLASSES_MAX];
	const struct bdl_reader *reader = web->now->reader;

	if (!reader || !(bdl_ruleset_asked(web->now->ruleset) & BDL_TOLD(PHRASES)) ||
	    !bdl_late_any(web->late, a->at_ms))
		return;
	struct bdl_late_page page = late_page(web, a);
	size_t n = bdl_late_find(web->late, &page, a->at_ms, scores);
	if (n > 0)
		bdl_kept_add(&a->kept, "read", BDL_LIT("before"));
	for (size_t i = 0; i < n; i++)
		if (scores[i].class_ < bdl_phrases_classes(reader->phrases))
			keep_score(a, "score", bdl_phrases_class(reader->phrases, scores[i].class_),
			    scores[i].score);
}

static void remember(struct bdl_web *web, const struct bdl_ask *a, const struct bdl_read *t)
{
	struct bdl_scan_result result;

	if (web->now->reader != t->reader) /* other phrases came meanwhile */
		return;
	struct bdl_late_page page = late_page(web, a);
	bdl_scan_result(t->scan, &result);
	for (size_t i = 0; i < result.n_classes; i++)
		if (result.scores[i].score >= limits().noted)
			bdl_late_add(web->late, &page, i, result.scores[i].score, a->at_ms);
}

/* --- deciding --- */

/* A piece was read by itself: what stands at its ends may be half of something. */
static bool is_piece_of_text(const struct bdl_read *t, const struct bdl_http_head *response)
{
	return bdl_media_is_piece(response) && bdl_scan_read_so_far(t->scan) != BDL_SCAN_BINARY;
}

static bool parse(const struct bdl_icap_parts *parts, struct bdl_view heads,
    struct bdl_http_head *request, struct bdl_http_head *response)
{
	struct bdl_view req = bdl_view_at(heads.p + parts->req_at, parts->req_n);
	struct bdl_view res = bdl_view_at(heads.p + parts->res_at, parts->res_n);

	return bdl_http_parse_request(req, request, NULL) == 0 &&
	    (!parts->has_res || bdl_http_parse_response(res, response, NULL) == 0);
}

struct bdl_decision bdl_web_decide_text(struct bdl_web *web, const struct bdl_icap_request *icap,
    struct bdl_view heads, struct bdl_view peer, const struct bdl_read *t, struct bdl_buf *head,
    struct bdl_buf *body)
{
	struct bdl_decision d = { .outcome = BDL_OUTCOME_PASS };
	bool is_answer = icap->method == BDL_ICAP_RESPMOD;
	struct bdl_http_head request, response;
	struct bdl_ask a;

	/* They were read before, when they came. */
	BDL_BUG_IF(!parse(&icap->parts, heads, &request, &response));
	bdl_region_reset(web->scratch);
	if (bdl_ask_read(web, icap, &request, peer, &a, NULL) < 0)
		return d;
	bdl_learn_text(web, &request, is_answer ? &response : NULL, t, &a);
	bdl_web_count_once(web, &a, t->counted);
	struct bdl_judgement j = bdl_web_judge(web, &a, &request);
	bdl_web_counted(&a, t->counted);
	keep_words(web, &j.v, t->scan, &a);
	if (j.refused || (t->is_whole && j.v.rule != BDL_NO_RULE))
		bdl_web_record(web, &a, &j);
	/* It was held, so it might have been refused had it been whole. */
	if (!j.refused && is_answer && !t->is_late && is_piece_of_text(t, &response))
		return bdl_web_refuse_unread(
		    "Only a piece of a text came, which cannot be read by itself. Ask for all of it.",
		    head, body);
	if (!j.refused)
		return d;
	if (t->is_late && is_answer)
		remember(web, &a, t);
	if (t->is_late)
		return (struct bdl_decision){ .outcome = BDL_OUTCOME_ANSWER };
	return bdl_web_refuse(web, &a, &j, head, body);
}
