/* Looks from a journal: whatever decodes is within the bytes, fits the ledger, encodes to the same. */
#include "fuzz.h"
#include "record/ledger/ledger.h"
#include "record/ledger/look.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	BDL_AUTO_IN(bdl_buf_done) struct bdl_buf again = BDL_BUF(BDL_LOOK_BYTES_MAX);
	struct bdl_view in = fuzz_view(data, size);
	struct bdl_err err = { 0 };
	struct bdl_look l;

	if (bdl_look_decode(in, &l, &err)) {
		MUST(err.code == BDL_E_INVALID && err.text[0]);
		return 0;
	}
	MUST(fuzz_within(l.actor, in) && fuzz_within(l.subject, in) && fuzz_within(l.record, in));
	MUST(l.actor.n > 0 && l.actor.n <= BDL_LEDGER_PERSON_MAX && l.at_ms >= 0);
	MUST(l.subject.n <= BDL_LEDGER_PERSON_MAX && bdl_ledger_record_ok(l.record));
	MUST(!bdl_look_encode(&l, &again) && bdl_view_eq(bdl_buf_view(&again), in));
	return 0;
}
