/* Searches: host, address and posted form, each on a line. */
#include "fuzz.h"
#include "proto/search.h"

static void check_set(struct bdl_view target)
{
	BDL_AUTO_IN(bdl_buf_done) struct bdl_buf once = BDL_BUF(target.n + 64);
	BDL_AUTO_IN(bdl_buf_done) struct bdl_buf twice = BDL_BUF(target.n + 64);

	bdl_search_set(target, "safe", "active", &once);
	MUST(!bdl_buf_broken(&once) && once.n <= target.n + 12);
	MUST(bdl_view_ends(bdl_buf_view(&once), BDL_LIT("safe=active")));
	bdl_search_set(bdl_buf_view(&once), "safe", "active", &twice);
	MUST(bdl_view_eq(bdl_buf_view(&once), bdl_buf_view(&twice)));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	BDL_AUTO_IN(bdl_buf_done) struct bdl_buf terms = BDL_BUF(BDL_SEARCH_TERMS_MAX);
	struct bdl_view rest = fuzz_view(data, size), host = { 0 }, path = { 0 };
	struct bdl_safe_search safe;

	(void)bdl_view_cut(&rest, '\n', &host); /* what is missing is empty */
	(void)bdl_view_cut(&rest, '\n', &path);
	enum bdl_search kind = bdl_search_find(host, path, rest, &terms);
	MUST((kind == BDL_SEARCH_NONE) == (terms.n == 0));
	MUST(!bdl_buf_broken(&terms) && terms.n <= path.n + rest.n);
	if (bdl_search_safe(host, path, &safe))
		MUST((safe.parameter != NULL) != (safe.header != NULL));
	(void)bdl_search_takes_form(host, path);
	check_set(path);
	return 0;
}
