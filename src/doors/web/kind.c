#include "doors/web/kind.h"
#include "proto/media.h"

/* The first media type of Accept, which is what a browser wants most. */
static struct bdl_view first_accepted(const struct bdl_http_head *request)
{
	struct bdl_view rest = bdl_http_field(request, "Accept");
	struct bdl_view range = { 0 }, type = { 0 };
	(void)bdl_view_cut(&rest, ',', &range); /* an empty field leaves it empty */
	(void)bdl_view_cut(&range, ';', &type);
	return bdl_view_trim(type);
}

static bool is_html(struct bdl_view type)
{
	return bdl_view_iis(type, "text/html") || bdl_view_iis(type, "application/xhtml+xml");
}

static bool starts_with(struct bdl_view v, const char *prefix)
{
	struct bdl_view p = bdl_view_of(prefix);
	return v.n >= p.n && bdl_view_ieq(bdl_view_at(v.p, p.n), p);
}

/* Scripts post small packets of bytes all day long; what is large is a file, or does not say. */
#define PACKET_MAX (64 * 1024)

/* A body that is a picture, a film, a document, a program; or bytes of no kind, and many of them. */
static bool is_file(const struct bdl_http_head *request)
{
	struct bdl_view none = { 0 };
	struct bdl_media m;

	bdl_media_read(request, none, &m);
	return m.kinds != 0 || (m.is_file && (!m.has_size || m.bytes > PACKET_MAX));
}

/* A plain form or a script's post is no upload: those are how pages talk to their servers. */
static bool is_upload(const struct bdl_http_head *request)
{
	struct bdl_view method = request->start[0];
	if (bdl_view_is(method, "PUT"))
		return true;
	if (!bdl_view_is(method, "POST") && !bdl_view_is(method, "PATCH"))
		return false;
	return starts_with(bdl_http_field(request, "Content-Type"), "multipart/form-data") ||
	    is_file(request);
}

enum bdl_act_kind bdl_kind_of(const struct bdl_http_head *request)
{
	if (is_upload(request))
		return BDL_KIND_UPLOAD;
	struct bdl_view dest = bdl_http_field(request, "Sec-Fetch-Dest");
	if (dest.n > 0)
		return bdl_view_iis(dest, "document") ? BDL_KIND_PAGE : BDL_KIND_PART;
	if (bdl_http_field(request, "X-Requested-With").n > 0)
		return BDL_KIND_PART;
	struct bdl_view accept = first_accepted(request);
	if (bdl_view_is(bdl_http_field(request, "Upgrade-Insecure-Requests"), "1") ||
	    is_html(accept))
		return BDL_KIND_PAGE;
	bool anything = accept.n == 0 || bdl_view_is(accept, "*/*");
	if (anything && bdl_http_field(request, "Referer").n == 0)
		return BDL_KIND_PAGE;
	return BDL_KIND_PART;
}

bool bdl_kind_needs_whole(const struct bdl_http_head *request)
{
	static const char *const shown[] = { "document", "iframe", "frame", "fencedframe" };
	struct bdl_view dest = bdl_http_field(request, "Sec-Fetch-Dest");
	size_t n = 0;

	for (size_t i = 0; i < request->n_fields; i++) {
		struct bdl_view range = request->fields[i].value;

		if (!bdl_view_iis(request->fields[i].name, "Range"))
			continue;
		n += bdl_view_find(range, ',') < range.n ? 2 : 1;
	}
	if (n != 1)
		return n > 1;
	for (size_t i = 0; i < BDL_ARRAY_LEN(shown); i++)
		if (bdl_view_iis(dest, shown[i]))
			return true;
	return dest.n == 0 && is_html(first_accepted(request));
}

enum bdl_taste bdl_taste_of(const struct bdl_http_head *request, enum bdl_act_kind kind)
{
	static const char *const framed[] = { "iframe", "frame", "embed", "object", "fencedframe" };
	struct bdl_view dest = bdl_http_field(request, "Sec-Fetch-Dest");
	struct bdl_view accept = first_accepted(request);

	if (bdl_view_iis(dest, "document"))
		return BDL_TASTE_PAGE;
	for (size_t i = 0; i < BDL_ARRAY_LEN(framed); i++) {
		if (bdl_view_iis(dest, framed[i]))
			return BDL_TASTE_TEXT;
	}
	if (bdl_view_iis(dest, "image"))
		return BDL_TASTE_IMAGE;
	if (bdl_view_iis(accept, "application/json"))
		return BDL_TASTE_JSON;
	if (dest.n > 0)
		return BDL_TASTE_EMPTY;
	if (is_html(accept))
		return BDL_TASTE_PAGE;
	if (starts_with(accept, "image/"))
		return BDL_TASTE_IMAGE;
	return kind == BDL_KIND_PART ? BDL_TASTE_EMPTY : BDL_TASTE_TEXT;
}
