/* Charsets: the first byte says which one the header names, or none, and whether that is sure. */
#include "base/utf8.h"
#include "scan/charset_int.h"
#include "scan_fuzz.h"

/* What comes out of a charset that is changed is UTF-8. */
static void take(void *context, struct bdl_view utf8)
{
	*(size_t *)context += utf8.n;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char *const names[] = { "", "utf-8", "windows-1252", "shift_jis", "utf-16le",
		"utf-7", "iso-2022-jp", "gb18030", "nosuch" };
	BDL_AUTO_IN(bdl_charset_done) struct bdl_charset c = { 0 };
	struct bdl_scan_options o = { .form = BDL_SCAN_HTML };
	size_t n = 0;

	if (size == 0)
		return 0;
	const char *name = names[data[0] % BDL_ARRAY_LEN(names)];
	struct bdl_view text = fuzz_view(data + 1, size - 1);
	(void)snprintf(o.charset, sizeof(o.charset), "%s", name);
	o.is_unsure = data[0] & 0x80;
	bdl_charset_begin(&c, &o);
	enum bdl_scan_read read = bdl_charset_add(&c, text, take, &n);
	if (read == BDL_SCAN_READ)
		read = bdl_charset_end(&c, take, &n);
	MUST(read == BDL_SCAN_READ || read == BDL_SCAN_CODED || read == BDL_SCAN_BINARY);
	MUST(read != BDL_SCAN_BINARY || (o.is_unsure && n == 0));
	MUST(n <= text.n * 4 + 64);
	MUST(fuzz_within(bdl_charset_said(text), text));
	scan_fuzz_both(&o, text);
	return 0;
}
