#include "base/alloc.h"
#include "scan/unpack_int.h"

#include <brotli/decode.h>
#include <isa-l/igzip_lib.h>

#define ZLIB_METHOD 8    /* in the low half of the first byte of zlib's format (RFC 1950) */
#define GZIP_MARK   0x1f /* the first byte of a member of gzip */

struct bdl_inflating {
	struct inflate_state state;
	unsigned char
	    out[2 * BDL_UNPACK_PIECE]; /* it looks back so far, so less would be copied twice */
};

void bdl_unpack_begin(struct bdl_unpack *u, enum bdl_scan_coding coding, uint64_t max)
{
	*u = (struct bdl_unpack){ .coding = coding, .max = max };
}

static void release(struct bdl_unpack *u)
{
	free(bdl_steal(&u->inflate));
	if (u->brotli != NULL)
		BrotliDecoderDestroyInstance(bdl_steal(&u->brotli));
}

void bdl_unpack_done(struct bdl_unpack *u)
{
	release(u);
	*u = (struct bdl_unpack){ 0 };
}

struct outlet {
	void (*sink)(void *context, struct bdl_view v);
	void *context;
	uint64_t *left; /* that may come out for now */
};

/* What came out, as much as is allowed. */
static enum bdl_scan_read let_out(
    struct bdl_unpack *u, const struct outlet *o, const unsigned char *p, size_t n)
{
	uint64_t left = u->max - u->came_out;
	struct bdl_view v = bdl_view_at((const char *)p, n < left ? n : (size_t)left);

	if (v.n > 0)
		o->sink(o->context, v);
	*o->left -= v.n < *o->left ? v.n : *o->left;
	u->came_out += v.n;
	if (v.n < n)
		return BDL_SCAN_TOO_LARGE;
	if (u->came_out > BDL_UNPACK_DENSE_MIN && u->came_out / BDL_SCAN_RATIO_MAX > u->came_in)
		return BDL_SCAN_TOO_DENSE;
	return BDL_SCAN_READ;
}

static void add_as_is(struct bdl_view *bytes, const struct outlet *o)
{
	if (bytes->n > 0)
		o->sink(o->context, *bytes);
	*bytes = bdl_view_from(*bytes, bytes->n);
}

/* --- gzip and deflate --- */

/* "deflate" is zlib's format, but some servers send it without its head: its first two bytes tell. */
static uint32_t format_of(const struct bdl_unpack *u, struct bdl_view bytes)
{
	unsigned first = u->first, second = bytes.n > 0 ? (unsigned char)bytes.p[0] : 0;

	if (u->coding == BDL_SCAN_GZIP)
		return ISAL_GZIP;
	return (first & 0x0f) == ZLIB_METHOD && (first << 8 | second) % 31 == 0 ? ISAL_ZLIB
										: ISAL_DEFLATE;
}

/* Several members of gzip may follow each other; anything else behind the end is passed over. */
static void begin_member(struct bdl_unpack *u, struct inflate_state *z, uint8_t first)
{
	u->between = false;
	u->ended = first != GZIP_MARK;
	isal_inflate_reset(z);
}

/* It stops there in the state in which it began, or in that of the sum where the head came in pieces. */
static bool is_in_head(const struct bdl_unpack *u, const struct inflate_state *z)
{
	return u->coding == BDL_SCAN_GZIP && z->wrapper_flag == 0 &&
	    (z->block_state == ISAL_BLOCK_NEW_HDR || z->block_state == ISAL_GZIP_HCRC);
}

/* Browsers do not look whether the sum over a member's head is right. It was taken in with it. */
static void pass_over_head(struct inflate_state *z)
{
	z->tmp_in_size = 0;
	z->wrapper_flag = 1;
	z->block_state = ISAL_BLOCK_NEW_HDR;
}

/* One buffer full of what comes out, or less where no more bytes are there. */
static enum bdl_scan_read inflate_some(
    struct bdl_unpack *u, struct bdl_inflating *i, struct bdl_view *bytes, const struct outlet *o)
{
	struct inflate_state *z = &i->state;
	size_t most = bytes->n < UINT32_MAX ? bytes->n : UINT32_MAX;

	z->next_in = (uint8_t *)(uintptr_t)bytes->p; /* it only reads there */
	z->avail_in = (uint32_t)most;
	z->next_out = i->out;
	z->avail_out = sizeof(i->out);
	int status = isal_inflate(z);
	size_t n = sizeof(i->out) - z->avail_out, taken = most - z->avail_in;
	*bytes = bdl_view_from(*bytes, taken);
	u->came_in += taken;
	u->between = z->block_state == ISAL_BLOCK_FINISH;
	u->is_behind = z->avail_out == 0 && !u->between;
	enum bdl_scan_read read = n > 0 ? let_out(u, o, i->out, n) : BDL_SCAN_READ;
	if (status == ISAL_INCORRECT_CHECKSUM && is_in_head(u, z)) {
		pass_over_head(z);
		u->between = false;
		return read;
	}
	if (status < 0 || status == ISAL_NEED_DICT)
		return read == BDL_SCAN_READ ? BDL_SCAN_DAMAGED : read;
	u->ended = u->between && u->coding != BDL_SCAN_GZIP;
	return read;
}

static enum bdl_scan_read inflate(
    struct bdl_unpack *u, struct bdl_view *bytes, const struct outlet *o)
{
	enum bdl_scan_read read = BDL_SCAN_READ;

	while (
	    read == BDL_SCAN_READ && !u->ended && *o->left > 0 && (bytes->n > 0 || u->is_behind)) {
		if (u->between)
			begin_member(u, &u->inflate->state, (uint8_t)bytes->p[0]);
		if (!u->ended)
			read = inflate_some(u, u->inflate, bytes, o);
	}
	return read;
}

/* The first byte is kept until the second is there, since both tell what it is. */
static enum bdl_scan_read begin_inflate(
    struct bdl_unpack *u, struct bdl_view *bytes, const struct outlet *o)
{
	const char first = (char)u->first;
	struct bdl_view alone = bdl_view_at(&first, 1);

	if (bytes->n == 0)
		return BDL_SCAN_READ;
	u->inflate = bdl_xalloc(sizeof(*u->inflate));
	isal_inflate_init(&u->inflate->state);
	u->inflate->state.crc_flag = format_of(u, *bytes);
	enum bdl_scan_read read = inflate(u, &alone, o);
	return read == BDL_SCAN_READ ? inflate(u, bytes, o) : read;
}

static enum bdl_scan_read add_inflate(
    struct bdl_unpack *u, struct bdl_view *bytes, const struct outlet *o)
{
	if (u->inflate != NULL)
		return inflate(u, bytes, o);
	if (!u->has_first) {
		u->has_first = true;
		u->first = (unsigned char)bytes->p[0];
		/* Browsers show what says that it is gzip, and is not, as it came. */
		if (u->coding == BDL_SCAN_GZIP && u->first != GZIP_MARK) {
			u->coding = BDL_SCAN_AS_IS;
			add_as_is(bytes, o);
			return BDL_SCAN_READ;
		}
		*bytes = bdl_view_from(*bytes, 1);
	}
	return begin_inflate(u, bytes, o);
}

/* --- brotli --- */

static enum bdl_scan_read add_brotli(
    struct bdl_unpack *u, struct bdl_view *bytes, const struct outlet *o)
{
	unsigned char out[BDL_UNPACK_PIECE];
	enum bdl_scan_read read = BDL_SCAN_READ;
	BrotliDecoderResult got = BROTLI_DECODER_RESULT_NEEDS_MORE_OUTPUT;

	if (u->brotli == NULL)
		u->brotli = BrotliDecoderCreateInstance(NULL, NULL, NULL);
	if (u->brotli == NULL)
		return BDL_SCAN_DAMAGED;
	/* It asks for more bytes while it still has some to give. */
	for (u->is_behind = true; read == BDL_SCAN_READ && u->is_behind && *o->left > 0;) {
		const uint8_t *in = (const uint8_t *)bytes->p;
		uint8_t *to = out;
		size_t room = sizeof(out), n = bytes->n;
		got = BrotliDecoderDecompressStream(u->brotli, &n, &in, &room, &to, NULL);
		u->came_in += bytes->n - n;
		*bytes = bdl_view_from(*bytes, bytes->n - n);
		if (room < sizeof(out))
			read = let_out(u, o, out, sizeof(out) - room);
		u->is_behind = got == BROTLI_DECODER_RESULT_NEEDS_MORE_OUTPUT ||
		    (got == BROTLI_DECODER_RESULT_NEEDS_MORE_INPUT &&
			BrotliDecoderHasMoreOutput(u->brotli));
	}
	u->ended = got == BROTLI_DECODER_RESULT_SUCCESS;
	return read == BDL_SCAN_READ && got == BROTLI_DECODER_RESULT_ERROR ? BDL_SCAN_DAMAGED
									   : read;
}

static enum bdl_scan_read add(struct bdl_unpack *u, struct bdl_view *bytes, const struct outlet *o)
{
	switch (u->coding) {
	case BDL_SCAN_AS_IS:
		add_as_is(bytes, o);
		return BDL_SCAN_READ;
	case BDL_SCAN_GZIP:
	case BDL_SCAN_DEFLATE:
		return add_inflate(u, bytes, o);
	case BDL_SCAN_BROTLI:
		return add_brotli(u, bytes, o);
	case BDL_SCAN_UNKNOWN:
		break;
	}
	return BDL_SCAN_CODED;
}

enum bdl_scan_read bdl_unpack_add(struct bdl_unpack *u, struct bdl_view *bytes, uint64_t *left,
    void (*sink)(void *context, struct bdl_view v), void *context)
{
	struct outlet o = { sink, context, left };
	enum bdl_scan_read read = BDL_SCAN_READ;

	if (!u->ended && (*left > 0 || u->coding == BDL_SCAN_AS_IS) &&
	    (bytes->n > 0 || u->is_behind))
		read = add(u, bytes, &o);
	u->ended |= read != BDL_SCAN_READ;
	if (!u->ended)
		return read;
	*bytes = bdl_view_from(*bytes, bytes->n);
	u->is_behind = false;
	release(u);
	return read;
}
