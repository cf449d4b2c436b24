#include "sys/pace.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

/* As if it had worked for 60 ms since the last look, whatever this machine has to do besides. */
static void work(struct bdl_pace *p)
{
	(void)usleep(60000);
	for (size_t i = 0; i < BDL_BOARD_SLOTS; i++)
		p->doors[i].cpu_us -= 60000;
}

static void board_with(const char *name, int32_t pid, struct bdl_board **ret)
{
	char path[] = "/tmp/beadle-pace-XXXXXX";
	struct bdl_err err = { 0 };
	int fd = mkstemp(path);

	assert_true(fd >= 0);
	(void)close(fd); /* the board is made in its place */
	if (bdl_board_create(path, ret, &err) < 0)
		fail_msg("%s", err.text);
	assert_int_equal(unlink(path), 0);
	atomic_store(&bdl_board_slot(*ret, name)->pid, pid);
}

static void a_door_that_works_is_busy(void **state)
{
	(void)state;
	BDL_AUTO(bdl_board_close) struct bdl_board *board = NULL;
	struct bdl_pace pace = { 0 };

	board_with("web-0", getpid(), &board);
	assert_false(bdl_pace_is_busy(&pace, board)); /* nothing to compare with */
	pace.busy = true;
	assert_true(bdl_pace_is_busy(&pace, board)); /* so soon it is not looked again */
	pace.busy = false;
	work(&pace);
	assert_true(bdl_pace_is_busy(&pace, board));
	(void)usleep(80000);
	assert_true(bdl_pace_is_busy(&pace, board)); /* it may be between two bursts */
	pace.tick_us -= 1000000;
	assert_false(bdl_pace_is_busy(&pace, board));
}

static void others_may_work(void **state)
{
	(void)state;
	BDL_AUTO(bdl_board_close) struct bdl_board *board = NULL;
	struct bdl_pace pace = { 0 };

	board_with("clerk", getpid(), &board);
	assert_false(bdl_pace_is_busy(&pace, board));
	work(&pace);
	assert_false(bdl_pace_is_busy(&pace, board));
}

static void one_that_is_gone_is_not_busy(void **state)
{
	(void)state;
	BDL_AUTO(bdl_board_close) struct bdl_board *board = NULL;
	struct bdl_pace pace = { 0 };

	board_with("web-0", INT32_MAX, &board);
	assert_false(bdl_pace_is_busy(&pace, board));
	(void)usleep(60000);
	assert_false(bdl_pace_is_busy(&pace, board));
	/* Another that took its place: what it did before the first look does not count. */
	atomic_store(&bdl_board_slot(board, "web-0")->pid, getpid());
	(void)usleep(60000);
	assert_false(bdl_pace_is_busy(&pace, board));
	work(&pace);
	assert_true(bdl_pace_is_busy(&pace, board));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_door_that_works_is_busy),
		cmocka_unit_test(others_may_work),
		cmocka_unit_test(one_that_is_gone_is_not_busy),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
