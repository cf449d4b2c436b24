/*
 * Acts from a journal: whatever decodes is within the bytes, and encodes to the same bytes; those of
 * the format before this one as this one writes them, with three more texts that are empty.
 */
#include "fuzz.h"
#include "record/acts/act.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	BDL_AUTO_IN(bdl_buf_done) struct bdl_buf again = BDL_BUF(BDL_ACT_BYTES_MAX);
	struct bdl_view in = fuzz_view(data, size);
	struct bdl_err err = { 0 };
	struct bdl_act a;

	if (bdl_act_decode(in, &a, &err)) {
		MUST(err.code == BDL_E_INVALID && err.text[0]);
		return 0;
	}
	MUST(fuzz_within(a.person, in) && fuzz_within(a.host, in) && fuzz_within(a.reason, in));
	MUST(a.door < BDL_DOORS && a.kind < BDL_KINDS && a.action < BDL_ACTIONS);
	MUST(a.minute < 24 * 60 && a.weekday < 7 && a.at_ms >= 0);
	/* The first format has fewer texts; an act of it may grow past the maximum by their lengths. */
	size_t more = data[0] == 1 ? 8 : 0;
	MUST(!bdl_act_encode(&a, &again) || (more && in.n + more > BDL_ACT_BYTES_MAX));
	MUST(bdl_buf_broken(&again) || again.n == 0 || again.n == in.n + more);
	MUST(again.n == 0 || memcmp(again.p + 1, in.p + 1, in.n - 1) == 0);
	MUST(!more || (a.source.n == 0 && a.place.n == 0 && a.equipment.n == 0 && a.kept.n == 0));
	return 0;
}
