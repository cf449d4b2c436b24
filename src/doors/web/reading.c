/* A body that is read while it passes: held back while its text may still come to a refusal. */
#include "base/alloc.h"
#include "doors/web/conn_int.h"
#include "sys/log.h"

#define INSTEAD_MAX 8192 /* the head of a 204 */

/* Texts of so many levels' more have to be judged again. */
static unsigned levels_of(struct bdl_scan *scan)
{
	struct bdl_scan_limits limits;
	struct bdl_scan_result result;
	unsigned sum = 0;

	BDL_BUG_IF(!bdl_scan_limits_named(BDL_LIT(BDL_PHRASES_LIMITS), &limits));
	bdl_scan_result(scan, &result);
	for (size_t i = 0; i < result.n_classes; i++)
		sum += bdl_scan_level_of(&limits, result.scores[i].score);
	return sum;
}

static size_t texts_of(const struct bdl_web *web, uint64_t whose)
{
	size_t n = 0;

	for (const struct bdl_conn *c = web->conns; c; c = c->next)
		n += c->text && c->text->whose == whose;
	return n;
}

static bool has_room(struct bdl_web *web, uint64_t whose)
{
	bool is_full = web->n_texts >= BDL_WEB_TEXTS_MAX;
	/* Nobody is looked for while all together have no more than one may. */
	bool is_busy = web->n_texts >= BDL_WEB_TEXTS_SHARE;
	bool is_share = is_busy && whose != 0 && texts_of(web, whose) >= BDL_WEB_TEXTS_SHARE;

	if (is_full && !web->texts_full)
		bdl_log(BDL_LOG_WARN, "texts-full",
		    "%d texts are being read: those that come now go on unread", BDL_WEB_TEXTS_MAX);
	if (is_share && !web->texts_shared)
		bdl_log(BDL_LOG_WARN, "texts-shared",
		    "%d texts of one person are being read: more of theirs go on unread",
		    BDL_WEB_TEXTS_SHARE);
	web->texts_full = is_full;
	web->texts_shared = is_busy && (is_share || web->texts_shared);
	return !is_full && !is_share;
}

bool bdl_reading_begin(struct bdl_conn *c, struct bdl_view icap_head, struct bdl_view heads,
    const struct bdl_decision *d)
{
	struct bdl_web *web = c->web;
	struct bdl_reader *reader = web->now->reader;

	if (d->awaits == BDL_ALLOW || !c->has_body)
		return false;
	if (!has_room(web, d->whose)) {
		bdl_web_unread(web);
		return false;
	}
	bdl_buf_clear(&c->heads);
	(void)bdl_buf_add_view(&c->heads, icap_head); /* fits: its limit is theirs */
	(void)bdl_buf_add_view(&c->heads, heads);
	if (bdl_buf_broken(&c->heads)) {
		bdl_log(BDL_LOG_WARN, "no-memory", "a text goes on unread");
		bdl_web_unread(web);
		return false;
	}
	c->text = bdl_xalloc(sizeof(*c->text));
	c->text->conn = c;
	c->text->reader = bdl_reader_hold(reader);
	c->text->scan = bdl_scan_begin(reader->scanner, &d->how);
	c->text->whose = d->whose;
	c->text->held = BDL_BUF(web->role->conf->text_held);
	c->text->is_held = d->awaits > BDL_NOTE;
	c->text->is_watched = c->text->is_held;
	c->text->instead = BDL_BUF(INSTEAD_MAX);
	web->n_texts++;
	return true;
}

/* Those that are behind go on one after another. */
static void set_behind(struct bdl_conn *c, bool is_behind)
{
	struct bdl_web *web = c->web;
	struct bdl_reading *t = c->text;

	if (is_behind == (t->here_behind != NULL))
		return;
	web->n_behind += is_behind ? 1 : -(size_t)1;
	if (is_behind) {
		t->next_behind = NULL;
		t->here_behind = web->behind ? web->behind_end : &web->behind;
		*t->here_behind = t;
		web->behind_end = &t->next_behind;
		return;
	}
	*t->here_behind = t->next_behind;
	if (t->next_behind)
		t->next_behind->here_behind = t->here_behind;
	else
		web->behind_end = t->here_behind;
	t->here_behind = NULL;
}

struct bdl_conn *bdl_reading_next_behind(struct bdl_web *web)
{
	struct bdl_conn *c = web->behind->conn;

	set_behind(c, false);
	set_behind(c, true);
	return c;
}

bool bdl_reading_is_behind(const struct bdl_conn *c)
{
	return c->text && c->text->here_behind;
}

void bdl_reading_go_on(struct bdl_conn *c)
{
	struct bdl_view none = { 0 };

	c->since_ms = (int64_t)uv_now(&c->web->loop.uv); /* what takes its time is not the peer */
	set_behind(c, !bdl_scan_add_some(c->text->scan, &none, &c->web->text_left));
}

bool bdl_reading_read(struct bdl_conn *c, struct bdl_view data)
{
	struct bdl_reading *t = c->text;

	BDL_BUG_IF(data.n < t->taken); /* it comes again, and what has come since */
	struct bdl_view rest = bdl_view_from(data, t->taken);
	bool is_all = bdl_scan_add_some(t->scan, &rest, &c->web->text_left);
	set_behind(c, !is_all);
	t->taken = is_all ? 0 : data.n - rest.n;
	return is_all;
}

void bdl_reading_end(struct bdl_conn *c)
{
	if (!c->text)
		return;
	set_behind(c, false);
	bdl_scan_done(c->text->scan);
	bdl_reader_drop(c->text->reader);
	bdl_buf_done(&c->text->held);
	bdl_buf_done(&c->text->instead);
	free(c->text);
	c->text = NULL;
	c->web->n_texts--;
	bdl_buf_clear(&c->heads);
}

/* The heads as they came; they were parsed then. */
static struct bdl_view parse_heads(const struct bdl_conn *c, struct bdl_icap_request *ret)
{
	struct bdl_view all = bdl_buf_view(&c->heads);
	size_t from = 0;
	int status;

	long n = bdl_http_head_length(all, &from);
	BDL_BUG_IF(n <= 0 || bdl_icap_parse(bdl_view_at(all.p, (size_t)n), ret, &status, NULL) < 0);
	return bdl_view_from(all, (size_t)n);
}

struct bdl_decision bdl_reading_judge(struct bdl_conn *c, bool is_whole,
    struct bdl_icap_request *ret_icap, struct bdl_buf *head, struct bdl_buf *body)
{
	struct bdl_read t = {
		.reader = c->text->reader,
		.scan = c->text->scan,
		.is_whole = is_whole,
		.is_late = !c->text->is_held,
		.counted = &c->text->counted,
	};

	if (is_whole)
		bdl_scan_end(t.scan);
	c->text->levels = levels_of(t.scan);
	return bdl_web_decide_text(
	    c->web, ret_icap, parse_heads(c, ret_icap), bdl_view_of(c->peer), &t, head, body);
}

/* Whether what went on already would have been refused by what is known now. */
static bool is_found_late(struct bdl_conn *c, bool is_whole)
{
	BDL_AUTO_IN(bdl_buf_done) struct bdl_buf none = BDL_BUF(0);
	struct bdl_icap_request icap;

	return bdl_reading_judge(c, is_whole, &icap, &none, &none).outcome == BDL_OUTCOME_ANSWER;
}

bool bdl_reading_is_over(const struct bdl_conn *c)
{
	/* What is previewed is held in any case, since the peer still waits for an answer. */
	return c->stage != BDL_STAGE_PREVIEW &&
	    bdl_scan_read_so_far(c->text->scan) == BDL_SCAN_BINARY;
}

bool bdl_reading_may_be_stuck(const struct bdl_conn *c)
{
	return c->stage == BDL_STAGE_READ && c->text && c->text->is_held &&
	    c->text->held.n == BDL_WEB_PIPE;
}

bool bdl_reading_hold(struct bdl_conn *c, struct bdl_view data)
{
	struct bdl_reading *t = c->text;
	const size_t most = BDL_WEB_HELD_MAX / 2;
	/* Who sends little is held whatever others do. */
	bool is_crowded = c->web->held > most && t->held.n + data.n > most / c->web->n_conns;

	if (bdl_reading_is_over(c))
		return false;
	t->last_ms = (int64_t)uv_now(&c->web->loop.uv);
	if (t->held.n == 0)
		t->since_ms = t->last_ms;
	if (is_crowded || data.n > t->held.max - t->held.n || bdl_buf_add_view(&t->held, data) < 0)
		return false;
	if (bdl_reading_may_be_stuck(c))
		bdl_conns_watch_stuck(c->web);
	return true;
}

bool bdl_reading_watch(struct bdl_conn *c)
{
	struct bdl_reading *t = c->text;

	return !t->is_watched || levels_of(t->scan) <= t->levels || !is_found_late(c, false);
}

bool bdl_reading_is_slow(const struct bdl_conn *c, int64_t now_ms)
{
	const struct bdl_reading *t = c->text;

	if (c->stage != BDL_STAGE_READ || !t || !t->is_held)
		return false;
	/* Of what is behind more is here. */
	int64_t silent_ms = t->here_behind ? 0 : now_ms - t->last_ms;
	if ((t->held.n == BDL_WEB_PIPE && silent_ms >= BDL_WEB_STUCK_MS) ||
	    (t->held.n > BDL_WEB_PIPE && silent_ms >= BDL_WEB_SILENCE_MS))
		return true;
	return t->held.n > 0 ? now_ms - t->since_ms > BDL_WEB_TEXT_MS
			     : now_ms - c->since_ms > BDL_WEB_HEAD_MS;
}

bool bdl_reading_passes(struct bdl_conn *c)
{
	return !is_found_late(c, true) || !c->text->is_watched;
}
