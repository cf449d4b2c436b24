#include "base/clock.h"
#include "place.h"
#include "sys/file.h"
#include "sys/loop.h"
#include <setjmp.h>
#include <signal.h>
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>

#include <cmocka.h>

struct scene {
	struct bdl_loop loop;
	struct bdl_watch *watch;
	uv_timer_t timer;
	unsigned stops, changes, step;
	const char *path;
	int64_t began_ms;
};

static void on_stop(void *arg)
{
	struct scene *s = arg;

	s->stops++;
	uv_close((uv_handle_t *)&s->timer, NULL);
	bdl_watch_close(s->watch);
}

static void open_scene(struct scene *s, uv_timer_cb tick)
{
	struct bdl_err err;

	*s = (struct scene){ .began_ms = bdl_tick_ms() };
	if (bdl_loop_init(&s->loop, on_stop, s, &err) < 0)
		fail_msg("%s", err.text);
	uv_timer_init(&s->loop.uv, &s->timer);
	s->timer.data = s;
	uv_timer_start(&s->timer, tick, 10, 10);
}

static void raise_term(uv_timer_t *t)
{
	(void)t;
	raise(SIGTERM);
	raise(SIGTERM);
	raise(SIGINT);
}

static void raise_int(uv_timer_t *t)
{
	(void)t;
	raise(SIGINT);
}

static void stop_twice(uv_timer_t *t)
{
	struct scene *s = t->data;

	bdl_loop_stop(&s->loop);
	bdl_loop_stop(&s->loop);
}

static void stops_once_and_returns(void **state)
{
	(void)state;
	static const uv_timer_cb ways[] = { raise_term, raise_int, stop_twice };

	for (size_t i = 0; i < BDL_ARRAY_LEN(ways); i++) {
		struct scene s;

		open_scene(&s, ways[i]);
		bdl_loop_run(&s.loop);
		assert_int_equal(s.stops, 1);
		assert_true(s.loop.stopping);
	}
}

static void a_peer_that_went_away_is_no_end(void **state)
{
	(void)state;
	struct scene s;
	int ends[2];

	(void)signal(SIGPIPE, SIG_DFL);
	open_scene(&s, stop_twice);
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0);
	close(ends[1]);
	assert_int_equal(write(ends[0], "x", 1), -1); /* SIGPIPE would have ended us here */
	close(ends[0]);
	bdl_loop_run(&s.loop);
}

static void on_change(void *arg)
{
	struct scene *s = arg;

	s->changes++;
}

/* Makes, replaces and removes the file; each next step waits until the one before was seen. */
static void change_step_by_step(uv_timer_t *t)
{
	struct scene *s = t->data;

	if (bdl_tick_ms() - s->began_ms > 10000) {
		bdl_loop_stop(&s->loop);
		return;
	}
	if (s->changes < s->step)
		return;
	switch (s->step++) {
	case 0:
	case 1:
		if (bdl_file_replace(s->path, "x", 1, 0600, NULL) < 0)
			abort();
		break;
	case 2:
		(void)unlink(s->path);
		break;
	default:
		bdl_loop_stop(&s->loop);
	}
}

static void sees_a_file_change(void **state)
{
	(void)state;
	PLACE(p);
	struct scene s;

	open_scene(&s, change_step_by_step);
	s.path = place_path(&p, "watched");
	s.watch = bdl_watch_new(&s.loop, s.path, on_change, &s);
	bdl_loop_run(&s.loop);
	assert_int_equal(s.changes, 3); /* made, replaced, removed: each once */
	assert_int_equal(s.step, 4);
	bdl_watch_close(NULL);
}

static void wait_a_while(uv_timer_t *t)
{
	struct scene *s = t->data;

	if (bdl_tick_ms() - s->began_ms > 350)
		bdl_loop_stop(&s->loop);
}

static void is_quiet_about_no_change(void **state)
{
	(void)state;
	PLACE(p);
	struct scene s;

	assert_int_equal(bdl_file_replace(place_path(&p, "f"), "x", 1, 0600, NULL), 0);
	open_scene(&s, wait_a_while);
	s.watch = bdl_watch_new(&s.loop, place_path(&p, "f"), on_change, &s);
	bdl_loop_run(&s.loop);
	assert_int_equal(s.changes, 0);
}

static void do_nothing(uv_timer_t *t)
{
	(void)t;
}

static unsigned threads(void)
{
	char line[256];
	unsigned n = 0;
	FILE *f = fopen("/proc/self/status", "re");

	assert_non_null(f);
	while (fgets(line, sizeof(line), f))
		if (strncmp(line, "Threads:", 8) == 0)
			n = (unsigned)strtoul(line + 8, NULL, 10);
	(void)fclose(f);
	return n;
}

static void the_pool_is_there_after_warming(void **state)
{
	(void)state;
	struct scene s;
	unsigned before = threads();

	open_scene(&s, do_nothing);
	bdl_loop_warm_pool(&s.loop);
	assert_int_equal(threads(), before + 4); /* libuv's default */
	bdl_loop_stop(&s.loop);
	bdl_loop_run(&s.loop);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(stops_once_and_returns),
		cmocka_unit_test(a_peer_that_went_away_is_no_end),
		cmocka_unit_test(sees_a_file_change),
		cmocka_unit_test(is_quiet_about_no_change),
		cmocka_unit_test(the_pool_is_there_after_warming),
	};
	unsetenv("UV_THREADPOOL_SIZE");
	return cmocka_run_group_tests(tests, NULL, NULL);
}
