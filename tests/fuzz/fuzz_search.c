/* A host, a line's end, and a path: whether it is a search, and its words. */
#include "fuzz.h"
#include "proto/search.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	BDL_AUTO_IN(bdl_buf_done) struct bdl_buf words = BDL_BUF(4 * BDL_SEARCH_MAX);
	struct bdl_view path = fuzz_view(data, size), host = { 0 };

	(void)bdl_view_cut(&path, '\n', &host); /* false for no input, and both are empty */
	bool search = bdl_search_words(host, path, &words);
	MUST(search == (words.n > 0));
	MUST(words.n <= BDL_SEARCH_MAX && !bdl_buf_broken(&words));
	for (size_t i = 0; i < words.n; i++) {
		unsigned char c = (unsigned char)words.p[i];

		MUST(c >= 0x20 && c != 0x7f);
		MUST(c != ' ' || (i > 0 && i + 1 < words.n && words.p[i - 1] != ' '));
	}
	return 0;
}
