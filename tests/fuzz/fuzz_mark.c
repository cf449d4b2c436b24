/* Lines of the proxy's log of bytes: what is taken is what would be written, and within its limits. */
#include "fuzz.h"
#include "record/visits/mark.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct bdl_view rest = fuzz_view(data, size), line = { 0 };
	struct bdl_mark m, same;
	int64_t down, up;

	while (bdl_view_cut(&rest, '\n', &line)) {
		BDL_AUTO_IN(bdl_buf_done) struct bdl_buf text = BDL_BUF(BDL_MARK_TEXT_MAX);

		if (!bdl_mark_read_line(line, &m, &down, &up))
			continue;
		MUST(line.n <= BDL_MARK_LINE_MAX);
		MUST(
		    down >= 0 && down <= BDL_MARK_BYTES_MAX && up >= 0 && up <= BDL_MARK_BYTES_MAX);
		MUST(m.at_ms >= 0 && m.at_ms <= BDL_MARK_AT_MAX && m.client && m.site && m.basis);
		bdl_mark_write(&m, &text);
		MUST(!bdl_buf_broken(&text) && bdl_mark_read(bdl_buf_view(&text), &same));
		MUST(same.at_ms == m.at_ms && same.client == m.client && same.site == m.site &&
		    same.basis == m.basis);
	}
	return 0;
}
