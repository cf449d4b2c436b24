/* Escaping: whatever goes in, nothing comes out that could end the text, attribute or value. */
#include "base/utf8.h"
#include "fuzz.h"
#include "proto/html.h"

static void check(const struct bdl_buf *out, const char *forbidden)
{
	struct bdl_view v = bdl_buf_view(out);

	MUST(!bdl_buf_broken(out));
	for (size_t i = 0; i < v.n; i++)
		MUST(v.p[i] != '\0' && strchr(forbidden, v.p[i]) == NULL);
	for (size_t n; v.n > 0; v = bdl_view_at(v.p + n, v.n - n)) {
		uint32_t ch;
		bool bad;
		n = bdl_utf8_next(v, &ch, &bad);
		MUST(!bad && (ch >= 0x20 || ch == '\n' || ch == '\t') && (ch < 0x7f || ch > 0x9f));
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct bdl_view v = fuzz_view(data, size);
	BDL_AUTO_IN(bdl_buf_done) struct bdl_buf out = BDL_BUF(6 * size + 8);

	bdl_html_text(&out, v);
	check(&out, "<>\"'\r");
	bdl_buf_clear(&out);
	bdl_html_attr(&out, v);
	check(&out, "<>\"'\r\n\t");
	bdl_buf_clear(&out);
	bdl_html_query(&out, v);
	check(&out, "<>\"'\r\n\t &=#+?/:");
	bdl_buf_clear(&out);
	bdl_html_url(&out, v);
	check(&out, "<>\"'\r\n\t \\`");
	MUST(!bdl_view_starts(bdl_buf_view(&out), BDL_LIT("//")));
	return 0;
}
