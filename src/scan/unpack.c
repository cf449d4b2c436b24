#include "base/alloc.h"
#include "scan/unpack_int.h"

#define ZLIB_CONST /* what it reads it leaves as it is */
#include <brotli/decode.h>
#include <zlib.h>

#define BITS_ZLIB 15
#define BITS_GZIP (15 + 16)
#define BITS_RAW  (-15)

void bdl_unpack_begin(struct bdl_unpack *u, enum bdl_scan_coding coding, uint64_t max)
{
	*u = (struct bdl_unpack){ .coding = coding, .max = max };
}

void bdl_unpack_done(struct bdl_unpack *u)
{
	if (u->inflate != NULL)
		(void)inflateEnd(u->inflate); /* it frees whatever the state is */
	free(u->inflate);
	if (u->brotli != NULL)
		BrotliDecoderDestroyInstance(u->brotli);
	*u = (struct bdl_unpack){ 0 };
}

struct outlet {
	void (*sink)(void *context, struct bdl_view v);
	void *context;
};

/* Hand on what came out, as much as is allowed. */
static enum bdl_scan_read hand_on(
    struct bdl_unpack *u, const struct outlet *o, const unsigned char *p, size_t n)
{
	uint64_t left = u->max - u->came_out;
	struct bdl_view v = bdl_view_at((const char *)p, n < left ? n : (size_t)left);

	if (v.n > 0)
		o->sink(o->context, v);
	u->came_out += v.n;
	if (v.n < n)
		return BDL_SCAN_TOO_LARGE;
	if (u->came_out > BDL_UNPACK_DENSE_MIN && u->came_out / BDL_SCAN_RATIO_MAX > u->came_in)
		return BDL_SCAN_TOO_DENSE;
	return BDL_SCAN_READ;
}

/* --- gzip and deflate --- */

/* "deflate" is zlib's format, but some servers send it without its head: the first byte tells. */
static int window_bits(const struct bdl_unpack *u, struct bdl_view bytes)
{
	if (u->coding == BDL_SCAN_GZIP)
		return BITS_GZIP;
	return ((unsigned char)bytes.p[0] & 0x0f) == Z_DEFLATED ? BITS_ZLIB : BITS_RAW;
}

/* Several members of gzip may follow each other; anything else behind the end is passed over. */
static void begin_member(struct bdl_unpack *u, z_stream *z)
{
	u->between = false;
	u->ended = *z->next_in != 0x1f || inflateReset(z) != Z_OK;
}

static enum bdl_scan_read inflate_some(
    struct bdl_unpack *u, z_stream *z, struct bdl_view bytes, const struct outlet *o)
{
	unsigned char out[BDL_UNPACK_PIECE];
	enum bdl_scan_read read = BDL_SCAN_READ;

	z->next_in = (const Bytef *)bytes.p;
	z->avail_in = (uInt)bytes.n;
	do {
		if (u->between)
			begin_member(u, z);
		if (u->ended)
			break;
		z->next_out = out;
		z->avail_out = sizeof(out);
		int status = inflate(z, Z_NO_FLUSH);
		size_t n = sizeof(out) - z->avail_out;
		if (n > 0)
			read = hand_on(u, o, out, n);
		if (status == Z_STREAM_END)
			u->between = true;
		else if (status == Z_BUF_ERROR)
			break; /* it needs more, which is no error */
		else if (status != Z_OK)
			return read == BDL_SCAN_READ ? BDL_SCAN_DAMAGED : read;
		u->ended = u->between && u->coding != BDL_SCAN_GZIP;
	} while (read == BDL_SCAN_READ && (z->avail_in > 0 || (z->avail_out == 0 && !u->between)));
	return read;
}

static enum bdl_scan_read add_inflate(
    struct bdl_unpack *u, struct bdl_view bytes, const struct outlet *o)
{
	enum bdl_scan_read read = BDL_SCAN_READ;

	if (u->inflate == NULL) {
		u->inflate = bdl_xalloc(sizeof(z_stream));
		if (inflateInit2((z_stream *)u->inflate, window_bits(u, bytes)) != Z_OK) {
			free(u->inflate);
			u->inflate = NULL;
			return BDL_SCAN_DAMAGED;
		}
	}
	while (bytes.n > 0 && read == BDL_SCAN_READ && !u->ended) {
		size_t n = bytes.n < UINT32_MAX / 2 ? bytes.n : UINT32_MAX / 2;
		read = inflate_some(u, u->inflate, bdl_view_at(bytes.p, n), o);
		bytes = bdl_view_from(bytes, n);
	}
	return read;
}

/* --- brotli --- */

static enum bdl_scan_read add_brotli(
    struct bdl_unpack *u, struct bdl_view bytes, const struct outlet *o)
{
	unsigned char out[BDL_UNPACK_PIECE];
	const uint8_t *in = (const uint8_t *)bytes.p;
	enum bdl_scan_read read = BDL_SCAN_READ;
	BrotliDecoderResult got = BROTLI_DECODER_RESULT_NEEDS_MORE_OUTPUT;

	if (u->brotli == NULL)
		u->brotli = BrotliDecoderCreateInstance(NULL, NULL, NULL);
	if (u->brotli == NULL)
		return BDL_SCAN_DAMAGED;
	while (read == BDL_SCAN_READ && got == BROTLI_DECODER_RESULT_NEEDS_MORE_OUTPUT) {
		uint8_t *to = out;
		size_t room = sizeof(out);
		got = BrotliDecoderDecompressStream(u->brotli, &bytes.n, &in, &room, &to, NULL);
		if (room < sizeof(out))
			read = hand_on(u, o, out, sizeof(out) - room);
	}
	u->ended = got == BROTLI_DECODER_RESULT_SUCCESS;
	return read == BDL_SCAN_READ && got == BROTLI_DECODER_RESULT_ERROR ? BDL_SCAN_DAMAGED
									   : read;
}

enum bdl_scan_read bdl_unpack_add(struct bdl_unpack *u, struct bdl_view bytes,
    void (*sink)(void *context, struct bdl_view v), void *context)
{
	struct outlet o = { sink, context };

	if (bytes.n == 0 || u->ended)
		return BDL_SCAN_READ;
	u->came_in += bytes.n;
	switch (u->coding) {
	case BDL_SCAN_AS_IS:
		sink(context, bytes);
		return BDL_SCAN_READ;
	case BDL_SCAN_GZIP:
	case BDL_SCAN_DEFLATE:
		return add_inflate(u, bytes, &o);
	case BDL_SCAN_BROTLI:
		return add_brotli(u, bytes, &o);
	case BDL_SCAN_UNKNOWN:
		break;
	}
	return BDL_SCAN_CODED;
}
