#include "sys/pace.h"
#include "base/clock.h"
#include "base/view.h"
#include <time.h>

#define LOOK_US 50000
#define CALM_US 1000000 /* requests come in bursts: between two a door that is busy looks idle */

/* Of all threads of that process; negative where there is none. */
static int64_t cpu_us_of(int32_t pid)
{
	struct timespec t;
	clockid_t clock;

	if (pid <= 0 || clock_getcpuclockid(pid, &clock) != 0 || clock_gettime(clock, &t) < 0)
		return -1;
	return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

static bool is_door(const struct bdl_slot *slot)
{
	char name[BDL_SLOT_NAME];

	bdl_slot_read_name(slot, name);
	return bdl_view_starts(bdl_view_of(name), BDL_LIT("web-"));
}

bool bdl_pace_is_busy(struct bdl_pace *p, struct bdl_board *board)
{
	int64_t now_us = bdl_tick_us(), passed_us = now_us - p->tick_us;
	struct bdl_slot *slot;

	if (p->tick_us && passed_us < (p->busy ? CALM_US : LOOK_US))
		return p->busy;
	p->busy = false;
	for (size_t i = 0; i < BDL_BOARD_SLOTS && (slot = bdl_board_at(board, i)); i++) {
		int32_t pid = is_door(slot) ? atomic_load(&slot->pid) : 0;
		int64_t cpu_us = cpu_us_of(pid);

		if (cpu_us >= 0 && p->tick_us && pid == p->doors[i].pid &&
		    (double)(cpu_us - p->doors[i].cpu_us) > BDL_PACE_BUSY * (double)passed_us)
			p->busy = true;
		p->doors[i].pid = cpu_us >= 0 ? pid : 0;
		p->doors[i].cpu_us = cpu_us;
	}
	p->tick_us = now_us;
	return p->busy;
}
