/* Pages: any bytes are read, the same however they are cut. */
#include "scan_fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct bdl_scan_options o = { .form = BDL_SCAN_HTML, .charset = "utf-8" };

	scan_fuzz_both(&o, fuzz_view(data, size));
	return 0;
}
