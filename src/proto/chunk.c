#include "proto/chunk.h"
#include "base/ascii.h"

enum {
	SIZE_FIRST, /* the first digit of a size */
	SIZE,
	EXT_BLANK, /* blanks where an extension may follow */
	EXT_NAME,  /* between ';' and '=', ';' or the line's end */
	EXT_VALUE,
	EXT_QUOTED, /* in a quoted string, where ';' is no end */
	EXT_ESCAPE, /* after a backslash in it */
	SIZE_LF,
	DATA,
	DATA_CR,
	DATA_LF,
	TRAILER_FIRST, /* the first byte of a trailer line, or of the empty line */
	TRAILER,
	TRAILER_LF,
	END_LF,
	ENDED,
};

void bdl_chunks_init(struct bdl_chunks *c)
{
	*c = (struct bdl_chunks){ .state = SIZE_FIRST };
}

static bool is_control(char ch)
{
	return ((unsigned char)ch < 0x20 && ch != '\t') || ch == 0x7f;
}

static int malformed(struct bdl_err *err, const char *what)
{
	return bdl_fail(err, BDL_E_INVALID, "chunked body: %s", what);
}

/* An extension's name is over. "ieof" means something only at the last chunk. */
static void name_over(struct bdl_chunks *c)
{
	if (c->left == 0 && c->name_n == 4 && memcmp(c->name, "ieof", 4) == 0)
		c->ieof = true;
	c->name_n = 0;
}

static int feed_size(struct bdl_chunks *c, char ch, struct bdl_err *err)
{
	int digit = bdl_hex_digit(ch);

	if (digit >= 0) {
		/* 2^60 bytes are more than any body; one digit more could overflow. */
		if (c->left >> 56 != 0)
			return bdl_fail(err, BDL_E_LIMIT, "chunked body: a chunk of giant size");
		c->left = c->left << 4 | (uint64_t)digit;
		c->state = SIZE;
		return 0;
	}
	if (c->state == SIZE_FIRST)
		return malformed(err, "a size is not hexadecimal");
	if (ch == '\r')
		c->state = SIZE_LF;
	else if (ch == ';')
		c->state = EXT_NAME;
	else if (ch == ' ' || ch == '\t')
		c->state = EXT_BLANK;
	else
		return malformed(err, "a size is not hexadecimal");
	return 0;
}

static int feed_blank(struct bdl_chunks *c, char ch, struct bdl_err *err)
{
	if (ch == '\r')
		c->state = SIZE_LF;
	else if (ch == ';')
		c->state = EXT_NAME;
	else if (ch != ' ' && ch != '\t')
		return malformed(err, "a size is followed by something else");
	return 0;
}

static int feed_name(struct bdl_chunks *c, char ch, struct bdl_err *err)
{
	if (ch == '\r' || ch == ';' || ch == '=') {
		name_over(c);
		c->state = ch == '\r' ? SIZE_LF : ch == ';' ? EXT_NAME : EXT_VALUE;
	} else if (is_control(ch)) {
		return malformed(err, "an extension holds a control byte");
	} else if (ch != ' ' && ch != '\t') {
		if (c->name_n < sizeof(c->name))
			c->name[c->name_n] = ch;
		if (c->name_n <= sizeof(c->name))
			c->name_n++;
	}
	return 0;
}

static int feed_value(struct bdl_chunks *c, char ch, struct bdl_err *err)
{
	if (ch == '\r')
		c->state = SIZE_LF;
	else if (ch == ';')
		c->state = EXT_NAME;
	else if (ch == '"')
		c->state = EXT_QUOTED;
	else if (is_control(ch))
		return malformed(err, "an extension holds a control byte");
	return 0;
}

static int feed_quoted(struct bdl_chunks *c, char ch, struct bdl_err *err)
{
	if (is_control(ch))
		return malformed(err, "an extension holds a control byte");
	if (c->state == EXT_ESCAPE)
		c->state = EXT_QUOTED;
	else if (ch == '\\')
		c->state = EXT_ESCAPE;
	else if (ch == '"')
		c->state = EXT_VALUE;
	return 0;
}

/* Bytes that must be just that one. */
static int feed_exact(struct bdl_chunks *c, char ch, char want, int next, struct bdl_err *err)
{
	if (ch != want)
		return malformed(err, "a line or a chunk does not end in CR LF");
	c->state = next;
	c->line_n = 0;
	return 0;
}

static int feed_trailer(struct bdl_chunks *c, char ch, struct bdl_err *err)
{
	if (++c->trailer_n > BDL_CHUNK_TRAILER_MAX)
		return bdl_fail(err, BDL_E_LIMIT, "chunked body: more than %d bytes of trailers",
		    BDL_CHUNK_TRAILER_MAX);
	if (ch == '\r')
		c->state = c->state == TRAILER_FIRST ? END_LF : TRAILER_LF;
	else if (is_control(ch))
		return malformed(err, "a trailer holds a control byte");
	else
		c->state = TRAILER;
	return 0;
}

/* One byte of anything but data. */
static int feed_byte(struct bdl_chunks *c, char ch, struct bdl_err *err)
{
	if (++c->line_n > BDL_CHUNK_LINE_MAX)
		return bdl_fail(err, BDL_E_LIMIT, "chunked body: a line of more than %d bytes",
		    BDL_CHUNK_LINE_MAX);
	switch (c->state) {
	case SIZE_FIRST:
	case SIZE:
		return feed_size(c, ch, err);
	case EXT_BLANK:
		return feed_blank(c, ch, err);
	case EXT_NAME:
		return feed_name(c, ch, err);
	case EXT_VALUE:
		return feed_value(c, ch, err);
	case EXT_QUOTED:
	case EXT_ESCAPE:
		return feed_quoted(c, ch, err);
	case SIZE_LF:
		return feed_exact(c, ch, '\n', c->left > 0 ? DATA : TRAILER_FIRST, err);
	case DATA_CR:
		return feed_exact(c, ch, '\r', DATA_LF, err);
	case DATA_LF:
		return feed_exact(c, ch, '\n', SIZE_FIRST, err);
	case TRAILER_FIRST:
	case TRAILER:
		return feed_trailer(c, ch, err);
	case TRAILER_LF:
		return feed_exact(c, ch, '\n', TRAILER_FIRST, err);
	case END_LF:
		return feed_exact(c, ch, '\n', ENDED, err);
	default:
		bdl_bug(__FILE__, __LINE__, "an unknown state of the chunk decoder");
	}
}

int bdl_chunks_feed(
    struct bdl_chunks *c, struct bdl_view *in, struct bdl_view *ret_data, struct bdl_err *err)
{
	while (in->n > 0 && c->state != DATA && c->state != ENDED) {
		int rc = feed_byte(c, in->p[0], err);
		if (rc < 0)
			return rc;
		*in = bdl_view_from(*in, 1);
	}
	if (c->state == ENDED)
		return BDL_CHUNK_END;
	if (in->n == 0)
		return BDL_CHUNK_MORE;
	size_t n = c->left < in->n ? (size_t)c->left : in->n;
	*ret_data = bdl_view_at(in->p, n);
	*in = bdl_view_from(*in, n);
	c->left -= n;
	if (c->left == 0)
		c->state = DATA_CR;
	return BDL_CHUNK_DATA;
}

void bdl_chunks_give_back(struct bdl_chunks *c, size_t n)
{
	if (n == 0)
		return;
	c->left += n;
	c->state = DATA;
}

int bdl_chunk_write(struct bdl_buf *out, struct bdl_view data)
{
	if (data.n == 0)
		return 0;
	(void)bdl_buf_add_hex(out, data.n); /* the last append tells of all */
	(void)bdl_buf_add_str(out, "\r\n");
	(void)bdl_buf_add_view(out, data);
	(void)bdl_buf_add_str(out, "\r\n");
	return bdl_buf_broken(out) ? BDL_E_LIMIT : 0;
}

int bdl_chunk_write_end(struct bdl_buf *out)
{
	return bdl_buf_add_str(out, "0\r\n\r\n");
}
