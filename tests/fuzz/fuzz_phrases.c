/* Phrase files, and lists of e2guardian: what is taken compiles and opens, the rest says where. */
#include "base/utf8.h"
#include "scan/build_int.h"
#include "scan_fuzz.h"

static void check_compiled(struct bdl_phrases_build *b)
{
	BDL_AUTO(bdl_phrases_close) struct bdl_phrases *p = NULL;
	BDL_AUTO_FREE unsigned char *file = NULL;
	struct bdl_err err;
	size_t n = 0;

	int rc = bdl_phrases_make_file(b, 1, &file, &n, &err);
	MUST(rc == 0 || rc == BDL_E_INVALID);
	if (rc < 0)
		return;
	MUST(scan_fuzz_open(file, n, &p) == 0);
	for (size_t i = 0; i < bdl_phrases_count(p); i++)
		MUST(bdl_phrases_at(p, i).text.n > 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct bdl_phrases_build *b;
	BDL_AUTO_IN(bdl_buf_done) struct bdl_buf out = BDL_BUF(1 << 20);
	struct bdl_view text = fuzz_view(data, size);
	struct bdl_phrases_imported n;
	struct bdl_err err;

	if (bdl_view_starts(text, BDL_LIT("<"))) {
		if (bdl_phrases_import(text, BDL_LIT("x"), &out, &n, &err) < 0)
			return 0;
		text = bdl_buf_view(&out);
	}
	if (b == NULL)
		MUST(bdl_phrases_build_new(&b, &err) == 0);
	bdl_phrases_build_clear(b);
	int rc = bdl_phrases_build_text(b, "f", text, &err);
	MUST(rc == 0 || rc == BDL_E_INVALID || rc == BDL_E_LIMIT);
	if (rc == 0)
		check_compiled(b);
	else
		MUST(strncmp(err.text, "f:", 2) == 0);
	return 0;
}
