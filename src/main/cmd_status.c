/* beadle status: the board of a running `beadle run`, as a table. */
#include "base/clock.h"
#include "main/command.h"
#include "main/data.h"
#include "main/lists_verbs.h"
#include "sys/board.h"

#include <inttypes.h>
#include <stdio.h>

static uint64_t counter(const struct bdl_slot *s, enum bdl_counter c)
{
	return atomic_load_explicit(&s->counters[c], memory_order_relaxed);
}

/* How long it has been running: "12 s", or "-" for what was not started yet. */
static void since(const struct bdl_slot *s, int64_t now_ms, char out[24])
{
	int64_t started_ms = atomic_load(&s->started_ms);
	if (started_ms > 0)
		(void)snprintf(out, 24, "%" PRId64 " s", (now_ms - started_ms) / 1000);
	else
		(void)snprintf(out, 24, "-");
}

static void print_slot(const struct bdl_slot *s, int64_t now_ms)
{
	char name[BDL_SLOT_NAME], note[BDL_SLOT_NOTE], up[24];
	unsigned starts = atomic_load(&s->starts);
	bdl_slot_read_name(s, name);
	bdl_slot_read_note(s, note);
	since(s, now_ms, up);
	printf("%-10s %-9s %7d %10s %8u %9" PRIu64 " %8" PRIu64 " %10" PRIu64 " %8" PRIu64 "  %s\n",
	    name, bdl_state_word(atomic_load(&s->state)), (int)atomic_load(&s->pid), up,
	    starts > 0 ? starts - 1 : 0, counter(s, BDL_COUNT_ACTS), counter(s, BDL_COUNT_STRICT),
	    counter(s, BDL_COUNT_UNRECORDED), counter(s, BDL_COUNT_REFUSED), note);
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
	printf("beadle " BDL_VERSION ", process %d, data in %s\n", (int)bdl_board_supervisor(board),
	    conf.dir);
	bool readable = bdl_lists_say_illegal(&conf);
	putchar('\n');
	printf("%-10s %-9s %7s %10s %8s %9s %8s %10s %8s\n", "NAME", "STATE", "PROCESS", "SINCE",
	    "RESTARTS", "ACTS", "STRICT", "UNRECORDED", "REFUSED");
	for (size_t i = 0;; i++) {
		const struct bdl_slot *s = bdl_board_at(board, i);
		if (!s)
			break;
		print_slot(s, now_ms);
		all_up = all_up && atomic_load(&s->state) == BDL_STATE_UP &&
		    counter(s, BDL_COUNT_FAILING) == 0;
	}
	return all_up && readable ? BDL_EXIT_FINE : BDL_EXIT_FAILED;
}
