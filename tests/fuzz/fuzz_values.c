/* A value's name up to the first blank, then a sentence: what is read from it is a value of rules. */
#include "fuzz.h"
#include "import/concepts_int.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	BDL_AUTO_IN(bdl_buf_done) struct bdl_buf out = BDL_BUF(64);
	struct bdl_view rest = fuzz_view(data, size), name;

	if (!bdl_view_cut(&rest, ' ', &name) || !bdl_value_put(name, rest, &out))
		return 0;
	MUST(bdl_value_is_known(name));
	MUST(out.n >= 3 && out.n <= 16 && !bdl_buf_broken(&out));
	MUST(out.p[0] >= '0' && out.p[0] <= '9');
	return 0;
}
