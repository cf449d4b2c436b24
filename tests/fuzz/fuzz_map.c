/*
 * Compiled phrases with other bytes in our tables. The sum is made anew, so that the checks behind it
 * are met; libhs's own tables, which it trusts, stay. What opens can be used.
 */
#include "scan/format_int.h"
#include "scan_fuzz.h"

/* Triples: where (two bytes), and what is added there. */
static void change(unsigned char *file, size_t end, const uint8_t *data, size_t size)
{
	for (size_t i = 0; i + 2 < size; i += 3) {
		size_t at = ((size_t)data[i] << 8 | data[i + 1]) % end;
		file[at] = (unsigned char)(file[at] + data[i + 2]);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char text[] = "class a\n10 kill me, b + c\ncommon\n0 kill time\n";
	static unsigned char *made, *file;
	static size_t n;
	BDL_AUTO(bdl_phrases_close) struct bdl_phrases *p = NULL;
	BDL_AUTO(bdl_scanner_free) struct bdl_scanner *scanner = NULL;
	struct bdl_phrases_header h;

	if (made == NULL) {
		made = scan_fuzz_file(bdl_view_at(text, sizeof(text) - 1), &n);
		file = malloc(n);
		MUST(file != NULL);
	}
	memcpy(file, made, n);
	memcpy(&h, made, sizeof(h));
	change(file, bdl_phrases_layout_of(&h).tables, data, size);
	memcpy(&h, file, sizeof(h));
	h.sum = bdl_phrases_sum(file, n);
	memcpy(file, &h, sizeof(h));
	if (scan_fuzz_open(file, n, &p) < 0)
		return 0;
	MUST(bdl_scanner_new(p, &scanner, NULL) == 0);
	struct bdl_scan_options o = { .keep_around = true };
	struct bdl_scan_result r;
	BDL_AUTO(bdl_scan_done) struct bdl_scan *s = bdl_scan_begin(scanner, &o);
	bdl_scan_add(
	    s, BDL_LIT("kill me, k1ll me, kill time, b and c, caf\xc3\xa9 \xd0\xba\xd1\x96ll me"));
	bdl_scan_end(s);
	bdl_scan_result(s, &r);
	return 0;
}
