#include "record/visits/mark.h"
#include "record/visits/visits_int.h"

int64_t bdl_name_mark(struct bdl_view key)
{
	struct bdl_digest d = bdl_digest_of(key.p, key.n);
	int64_t mark;

	memcpy(&mark, d.b, sizeof(mark));
	return mark ? mark : 1; /* 0 is a name of which none was kept */
}

void bdl_mark_of(const struct bdl_act *a, struct bdl_mark *ret)
{
	BDL_AUTO_IN(bdl_buf_done) struct bdl_buf key = BDL_BUF(BDL_NAME_KEY_MAX);

	ret->at_ms = a->at_ms;
	bdl_name_client(&key, a);
	ret->client = bdl_name_mark(bdl_buf_view(&key));
	bdl_buf_clear(&key);
	bdl_name_site(&key, a);
	ret->site = bdl_name_mark(bdl_buf_view(&key));
	bdl_buf_clear(&key);
	bdl_name_basis(&key, a, false);
	ret->basis = bdl_name_mark(bdl_buf_view(&key));
}

void bdl_mark_write(const struct bdl_mark *m, struct bdl_buf *out)
{
	const int64_t names[] = { m->client, m->site, m->basis };

	(void)bdl_buf_add_hex(out, (uint64_t)m->at_ms); /* without memory: the visit has no bytes */
	for (size_t i = 0; i < BDL_ARRAY_LEN(names); i++) {
		(void)bdl_buf_add_char(out, '-');
		(void)bdl_buf_add_hex(out, (uint64_t)names[i]);
	}
}

static bool read_name(struct bdl_view *text, int64_t *ret)
{
	struct bdl_view part = { 0 };
	uint64_t v;

	if (!bdl_view_cut(text, '-', &part) || !bdl_view_hex(part, UINT64_MAX, &v) || v == 0)
		return false;
	*ret = (int64_t)v;
	return true;
}

bool bdl_mark_read(struct bdl_view text, struct bdl_mark *ret)
{
	struct bdl_view part = { 0 };
	struct bdl_mark m;
	uint64_t at;

	if (text.n > BDL_MARK_TEXT_MAX || text.n == 0 || text.p[text.n - 1] == '-' ||
	    !bdl_view_cut(&text, '-', &part) || !bdl_view_hex(part, BDL_MARK_AT_MAX, &at) ||
	    !read_name(&text, &m.client) || !read_name(&text, &m.site) ||
	    !read_name(&text, &m.basis) || text.n != 0)
		return false;
	m.at_ms = (int64_t)at;
	*ret = m;
	return true;
}

/* "SENT" or "SENT HEAD", where SENT counts the head of the request too. */
static bool read_sent(struct bdl_view text, int64_t *ret)
{
	struct bdl_view all = { 0 };
	uint64_t sent, head = 0;
	bool has_head = bdl_view_find(text, ' ') < text.n;

	if (!bdl_view_cut(&text, ' ', &all) || !bdl_view_uint(all, BDL_MARK_BYTES_MAX, &sent) ||
	    (has_head && !bdl_view_uint(text, BDL_MARK_BYTES_MAX, &head)))
		return false;
	*ret = sent > head ? (int64_t)(sent - head) : 0;
	return true;
}

bool bdl_mark_read_line(
    struct bdl_view line, struct bdl_mark *ret, int64_t *ret_down, int64_t *ret_up)
{
	struct bdl_view mark = { 0 }, down = { 0 };
	uint64_t to_client;
	int64_t up;

	if (line.n > BDL_MARK_LINE_MAX || !bdl_view_cut(&line, ' ', &mark) ||
	    !bdl_view_cut(&line, ' ', &down) ||
	    !bdl_view_uint(down, BDL_MARK_BYTES_MAX, &to_client) || !read_sent(line, &up) ||
	    !bdl_mark_read(mark, ret))
		return false;
	*ret_down = (int64_t)to_client;
	*ret_up = up;
	return true;
}
