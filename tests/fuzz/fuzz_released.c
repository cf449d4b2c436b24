/* Lines of the proxy's log: each note moves the line on, and is written as it was read. */
#include "doors/web/released.h"
#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct bdl_view line = fuzz_view(data, size);
	struct bdl_released note;
	uint64_t passed;

	for (size_t before = line.n; bdl_released_next(&line, &note, &passed); before = line.n) {
		BDL_AUTO_IN(bdl_buf_done) struct bdl_buf text = BDL_BUF(BDL_RELEASED_TEXT_MAX);
		struct bdl_released same;
		uint64_t none;

		MUST(line.n < before && fuzz_within(line, fuzz_view(data, size)));
		bdl_released_write(&note, &text);
		MUST(bdl_buf_add_str(&text, " 1 1") == 0);
		struct bdl_view written = bdl_buf_view(&text);
		MUST(bdl_released_next(&written, &same, &none));
		MUST(same.entry == note.entry && same.step == note.step);
		MUST(same.counted == note.counted && same.way == note.way);
	}
	return 0;
}
