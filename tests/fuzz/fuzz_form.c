/*
 * Posted forms, and what is made of their texts: values are never longer than what was sent, a
 * plain line is one, and no token but ours is taken.
 */
#include "base/utf8.h"
#include "doors/web/form.h"
#include "doors/web/token.h"
#include "fuzz.h"

static void check_plain(struct bdl_view text)
{
	BDL_AUTO_IN(bdl_buf_done) struct bdl_buf once = BDL_BUF(3 * text.n + 1);
	BDL_AUTO_IN(bdl_buf_done) struct bdl_buf twice = BDL_BUF(3 * text.n + 1);
	size_t n = bdl_form_plain(text, &once);
	struct bdl_view line = bdl_buf_view(&once);

	MUST(!bdl_buf_broken(&once) && bdl_utf8_printable(line));
	MUST(n <= line.n && line.n <= 4 * n);
	MUST(line.n == 0 || (line.p[0] != ' ' && line.p[line.n - 1] != ' '));
	MUST(line.n == 0 || memmem(line.p, line.n, "  ", 2) == NULL);
	MUST(bdl_form_plain(line, &twice) == n && bdl_view_eq(line, bdl_buf_view(&twice)));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const uint8_t key[BDL_TOKEN_KEY] = { 1 };
	BDL_AUTO(bdl_region_free) struct bdl_region *region = bdl_region_new(1 << 17);
	struct bdl_form form;
	struct bdl_token token;
	size_t total = 0;

	check_plain(fuzz_view(data, size));
	if (bdl_form_parse(fuzz_view(data, size), region, &form, NULL) < 0)
		return 0;
	MUST(size <= BDL_FORM_MAX && form.n <= BDL_FORM_FIELDS_MAX);
	for (size_t i = 0; i < form.n; i++) {
		total += form.fields[i].name.n + form.fields[i].value.n;
		check_plain(form.fields[i].value);
		MUST(bdl_token_read(
			 key, BDL_LIT("person p"), form.fields[i].value, region, &token, NULL) < 0);
	}
	MUST(total <= size);
	return 0;
}
