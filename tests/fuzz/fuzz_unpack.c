/* Content codings: the first byte says which. What comes out keeps to its limit. */
#include "scan/unpack_int.h"
#include "scan_fuzz.h"

#define MOST 100000

static void take(void *context, struct bdl_view v)
{
	*(size_t *)context += v.n;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	BDL_AUTO_IN(bdl_unpack_done) struct bdl_unpack u = { 0 };
	size_t n = 0;

	if (size == 0)
		return 0;
	enum bdl_scan_coding coding = (enum bdl_scan_coding)(1 + data[0] % 3);
	struct bdl_view packed = fuzz_view(data + 1, size - 1);
	bdl_unpack_begin(&u, coding, MOST);
	enum bdl_scan_read read = bdl_unpack_add(&u, packed, take, &n);
	MUST(n <= MOST && (read != BDL_SCAN_TOO_LARGE || n == MOST));
	struct bdl_scan_options o = { .coding = coding, .unpacked_max = MOST };
	scan_fuzz_both(&o, packed);
	return 0;
}
