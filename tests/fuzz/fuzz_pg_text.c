/*
 * Texts on their way into PostgreSQL and back: any bytes go there as UTF-8 without a byte 0, two
 * different ones never become the same, and they come back as they were.
 */
#include "base/buf.h"
#include "base/utf8.h"
#include "fuzz.h"
#include "record/store/pg_int.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct bdl_buf there BDL_AUTO_IN(bdl_buf_done) = BDL_BUF(3 * size + 1);
	struct bdl_buf back BDL_AUTO_IN(bdl_buf_done) = BDL_BUF(size + 1);
	struct bdl_buf again BDL_AUTO_IN(bdl_buf_done) = BDL_BUF(size + 1);
	struct bdl_view v = fuzz_view(data, size);
	uint32_t ch;
	bool is_bad;

	bdl_pg_escape(v, &there);
	MUST(!bdl_buf_broken(&there));
	struct bdl_view rest = bdl_buf_view(&there);
	MUST(bdl_pg_is_plain(v) == bdl_view_eq(rest, v));
	bdl_pg_unescape(rest, &back);
	MUST(bdl_view_eq(bdl_buf_view(&back), v));
	while (rest.n) {
		size_t n = bdl_utf8_next(rest, &ch, &is_bad);
		MUST(!is_bad && ch);
		rest = bdl_view_from(rest, n);
	}
	bdl_pg_unescape(v, &again); /* whatever the database holds is read */
	MUST(!bdl_buf_broken(&again));
	return 0;
}
