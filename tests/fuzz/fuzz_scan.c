/* Whole bodies: the first line is a Content-Type, the second a Content-Encoding. */
#include "scan_fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct bdl_view text = fuzz_view(data, size), type = { 0 }, coding = { 0 };
	struct bdl_scan_options o;

	(void)bdl_view_cut(&text, '\n', &type); /* empty where there is no line */
	(void)bdl_view_cut(&text, '\n', &coding);
	bdl_scan_options_of(type, coding, &o);
	o.unpacked_max = 1 << 20;
	o.keep_around = size % 2 == 0;
	scan_fuzz_both(&o, text);
	return 0;
}
