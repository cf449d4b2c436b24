/*
 * What came in one turn of the loop, dealt with together: all of it is read first, then judged, then
 * answered. So each of the three finds its code where the one before it left it, and the proxy, which
 * sleeps between answers that come one by one, is woken once for all of them. Texts that take longer
 * to read than a turn should are read on at its end, so that others are answered in between.
 */
#include "doors/web/conn_int.h"

/* What has come and waits is bounded; past it a round is over before its turn is. */
#define ROUND_BYTES ((size_t)64 * 1024)

static void run(struct bdl_web *web)
{
	size_t n = web->n_came;

	/* Who is closed meanwhile is freed by the loop, after this. */
	for (size_t i = 0; i < n; i++)
		bdl_conn_step(web->came[i]);
	for (size_t i = 0; i < n; i++)
		bdl_conn_advance(web->came[i]);
	web->n_came = web->came_bytes = 0;
}

/* What was left of texts is read on, those first that wait longest. Whether the next turn is to do so too. */
static bool catch_up(struct bdl_web *web)
{
	web->text_left = BDL_WEB_TEXT_TURN;
	for (size_t n = web->n_behind; n > 0 && web->behind && web->text_left > 0; n--)
		bdl_conn_advance(bdl_reading_next_behind(web));
	/* Else those that are left wait for their peers or for the disk. */
	bool is_moving = web->text_left < BDL_WEB_TEXT_TURN;
	web->text_left = BDL_WEB_TEXT_TURN;
	return web->behind && is_moving;
}

static void on_awake(uv_idle_t *h)
{
	(void)h; /* that it is there keeps the loop from sleeping */
}

static void after_waiting(uv_check_t *h)
{
	struct bdl_web *web = h->data;

	run(web);
	if (catch_up(web))
		(void)uv_idle_start(&web->awake, on_awake); /* fails only without a function */
	else
		(void)uv_idle_stop(&web->awake); /* cannot fail */
}

void bdl_round_begin(struct bdl_web *web)
{
	/* Neither fails for a loop and a callback that are there. */
	BDL_BUG_IF(uv_check_init(&web->loop.uv, &web->round) != 0);
	BDL_BUG_IF(uv_check_start(&web->round, after_waiting) != 0);
	BDL_BUG_IF(uv_idle_init(&web->loop.uv, &web->awake) != 0);
	web->round.data = web;
	web->text_left = BDL_WEB_TEXT_TURN;
}

void bdl_round_end(struct bdl_web *web)
{
	uv_close((uv_handle_t *)&web->round, NULL);
	uv_close((uv_handle_t *)&web->awake, NULL);
}

void bdl_round_go_on(struct bdl_conn *c)
{
	struct bdl_web *web = c->web;

	bdl_conn_advance(c);
	/* What it has left to read is not to wait with the loop, which may be about to. */
	if (web->behind)
		(void)uv_idle_start(&web->awake, on_awake); /* fails only without a function */
}

void bdl_round_add(struct bdl_conn *c, size_t n)
{
	struct bdl_web *web = c->web;

	BDL_BUG_IF(web->n_came == BDL_WEB_ROUND_MAX); /* nobody is added while it is run */
	web->came[web->n_came++] = c;
	web->came_bytes += n;
	if (web->n_came == BDL_WEB_ROUND_MAX || web->came_bytes >= ROUND_BYTES)
		run(web);
}
