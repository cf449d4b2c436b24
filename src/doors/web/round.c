/*
 * What came in one turn of the loop, dealt with together: all of it is read first, then judged, then
 * answered. So each of the three finds its code where the one before it left it, and the proxy, which
 * sleeps between answers that come one by one, is woken once for all of them.
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

static void after_waiting(uv_check_t *h)
{
	run(h->data);
}

void bdl_round_begin(struct bdl_web *web)
{
	/* Neither fails for a loop and a callback that are there. */
	BDL_BUG_IF(uv_check_init(&web->loop.uv, &web->round) != 0);
	BDL_BUG_IF(uv_check_start(&web->round, after_waiting) != 0);
	web->round.data = web;
}

void bdl_round_end(struct bdl_web *web)
{
	uv_close((uv_handle_t *)&web->round, NULL);
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
