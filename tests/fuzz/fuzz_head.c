/* Heads of the ledger that somebody hands in: whatever is taken is written again byte for byte. */
#include "fuzz.h"
#include "record/ledger/head.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	BDL_AUTO_IN(bdl_buf_done) struct bdl_buf again = BDL_BUF(BDL_HEAD_TEXT_MAX);
	struct bdl_view in = fuzz_view(data, size);
	struct bdl_err err = { 0 };
	struct bdl_head h;

	if (bdl_head_read(in, &h, &err)) {
		MUST(err.code == BDL_E_INVALID && err.text[0]);
		return 0;
	}
	MUST(h.entries >= 0 && h.school >= 0 && h.at_ms >= 0);
	bdl_head_write(&h, &again);
	MUST(!bdl_buf_broken(&again) && bdl_view_eq(bdl_buf_view(&again), in));
	return 0;
}
