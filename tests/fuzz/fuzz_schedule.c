/* A schedule: what is taken is written and read again as the same, and is always due later. */
#include "base/schedule.h"
#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const int64_t now_ms = INT64_C(1795261201234);
	struct bdl_schedule s, again;
	char text[BDL_SCHEDULE_TEXT];

	if (!bdl_schedule_parse(fuzz_view(data, size), &s))
		return 0;
	bdl_schedule_write(&s, text);
	MUST(bdl_schedule_parse(bdl_view_of(text), &again));
	MUST(s.kind == again.kind && s.every_ms == again.every_ms && s.minute == again.minute);
	MUST(bdl_schedule_after(&s, now_ms) > now_ms);
	MUST(bdl_schedule_retry(&s, now_ms, 3) > now_ms);
	return 0;
}
