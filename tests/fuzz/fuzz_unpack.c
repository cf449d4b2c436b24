/* Content codings: the first byte says which. What comes out keeps to its limit. */
#include "scan/unpack_int.h"
#include "scan_fuzz.h"

#define MOST 100000
#define LATE (2 * BDL_UNPACK_PIECE)

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
	enum bdl_scan_read read = BDL_SCAN_READ;
	struct bdl_view rest = packed;
	/* Some of it at a time, as doors do, and never much more than was asked for. */
	do {
		uint64_t some = 1 + data[0], left = some;
		size_t before = n;
		read = bdl_unpack_add(&u, &rest, &left, take, &n);
		size_t came = n - before;
		MUST(u.coding == BDL_SCAN_AS_IS || left == some - (came < some ? came : some));
		MUST(u.coding == BDL_SCAN_AS_IS || came < some + LATE);
		MUST(read != BDL_SCAN_READ || left == 0 || (rest.n == 0 && !u.is_behind));
	} while (read == BDL_SCAN_READ && (rest.n > 0 || u.is_behind));
	MUST(rest.n == 0 && n <= MOST && (read != BDL_SCAN_TOO_LARGE || n == MOST));
	struct bdl_scan_options o = { .coding = coding, .unpacked_max = MOST };
	scan_fuzz_both(&o, packed);
	return 0;
}
