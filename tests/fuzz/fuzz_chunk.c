/* Chunked bodies: any cutting gives the same bytes, and what we write of them reads back. */
#include "fuzz.h"
#include "proto/chunk.h"

static int decode(
    struct bdl_view in, size_t step, struct bdl_buf *out, size_t *ret_used, bool *ret_ieof)
{
	struct bdl_chunks c;
	size_t at = 0;
	int r = BDL_CHUNK_MORE;

	bdl_chunks_init(&c);
	while (at < in.n && r == BDL_CHUNK_MORE) {
		size_t n = step < in.n - at ? step : in.n - at;
		struct bdl_view piece = bdl_view_at(in.p + at, n), data;
		while ((r = bdl_chunks_feed(&c, &piece, &data, NULL)) == BDL_CHUNK_DATA) {
			MUST(data.n > 0 && fuzz_within(data, in));
			MUST(bdl_buf_add_view(out, data) == 0);
		}
		MUST(r < 0 || r == BDL_CHUNK_END || piece.n == 0);
		at += n - piece.n;
	}
	*ret_used = at;
	*ret_ieof = c.ieof;
	return r;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	BDL_AUTO_IN(bdl_buf_done) struct bdl_buf whole = BDL_BUF(size + 1);
	BDL_AUTO_IN(bdl_buf_done) struct bdl_buf cut = BDL_BUF(size + 1);
	BDL_AUTO_IN(bdl_buf_done) struct bdl_buf written = BDL_BUF(size + 100);
	size_t used = 0, cut_used = 0;
	bool ieof = false, cut_ieof = false;
	int r = decode(fuzz_view(data, size), size, &whole, &used, &ieof);
	int cut_r = decode(fuzz_view(data, size), 1 + size % 3, &cut, &cut_used, &cut_ieof);

	MUST(r == cut_r && used == cut_used && ieof == cut_ieof);
	MUST(bdl_view_eq(bdl_buf_view(&whole), bdl_buf_view(&cut)));
	MUST(bdl_chunk_write(&written, bdl_buf_view(&whole)) == 0);
	MUST(bdl_chunk_write_end(&written) == 0);
	bdl_buf_clear(&cut);
	r = decode(bdl_buf_view(&written), 7, &cut, &used, &ieof);
	MUST(r == BDL_CHUNK_END && used == written.n && !ieof);
	MUST(bdl_view_eq(bdl_buf_view(&whole), bdl_buf_view(&cut)));
	return 0;
}
