/* beadle status: the board of a running `beadle run`, as a table. */
#include "base/clock.h"
#include "main/command.h"
#include "main/data.h"
#include "sys/board.h"

#include <inttypes.h>
#include <stdio.h>

static const char *state_word(uint32_t state)
{
	static const char *const words[] = {
		[BDL_STATE_NONE] = "not started",
		[BDL_STATE_STARTING] = "starting",
		[BDL_STATE_UP] = "up",
		[BDL_STATE_DOWN] = "down",
		[BDL_STATE_STOPPED] = "stopped",
	};
	return state < BDL_ARRAY_LEN(words) ? words[state] : "unknown";
}

static uint64_t counter(const struct bdl_slot *s, enum bdl_counter c)
{
	return atomic_load_explicit(&s->counters[c], memory_order_relaxed);
}

static void print_slot(const struct bdl_slot *s, int64_t now_ms)
{
	int64_t up_s = (now_ms - atomic_load(&s->started_ms)) / 1000;
	unsigned starts = atomic_load(&s->starts);
	printf("%-10s %-9s %7d %8" PRId64 " s %8u %9" PRIu64 " %8" PRIu64 " %10" PRIu64 "  %.*s\n",
	    s->name, state_word(atomic_load(&s->state)), (int)atomic_load(&s->pid), up_s,
	    starts > 0 ? starts - 1 : 0, counter(s, BDL_COUNT_ACTS), counter(s, BDL_COUNT_STRICT),
	    counter(s, BDL_COUNT_UNRECORDED), (int)sizeof(s->note), s->note);
}

int bdl_cmd_status(struct bdl_args *a)
{
	struct bdl_err err;
	struct bdl_conf conf;
	struct bdl_board *board BDL_AUTO(bdl_board_close) = NULL;
	char path[BDL_PATH_MAX];

	if (!bdl_args_fit(a, 0, 0))
		return BDL_EXIT_USAGE;
	if (bdl_data_open(a->data, false, &conf, &err) < 0)
		return bdl_complain(&err);
	if (bdl_data_unlocked(&conf, &err) == 0) {
		printf("beadle run is not running on '%s'\n", conf.dir);
		return BDL_EXIT_FAILED;
	}
	bdl_conf_path(&conf, path, sizeof(path), "run/board");
	if (err.code != BDL_E_BUSY || bdl_board_open(path, false, &board, &err) < 0)
		return bdl_complain(&err);

	bool all_up = true;
	int64_t now_ms = bdl_now_ms();
	printf("beadle " BDL_VERSION ", process %d, data in %s\n\n",
	    (int)bdl_board_supervisor(board), conf.dir);
	printf("%-10s %-9s %7s %10s %8s %9s %8s %10s\n", "NAME", "STATE", "PROCESS", "SINCE",
	    "RESTARTS", "ACTS", "STRICT", "UNRECORDED");
	for (size_t i = 0;; i++) {
		const struct bdl_slot *s = bdl_board_at(board, i);
		if (!s)
			break;
		print_slot(s, now_ms);
		all_up = all_up && atomic_load(&s->state) == BDL_STATE_UP;
	}
	return all_up ? BDL_EXIT_FINE : BDL_EXIT_FAILED;
}
