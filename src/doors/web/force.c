#include "doors/web/force.h"
#include "policy/judge.h"
#include "proto/search.h"

/* Append the target with another host; the path, and the port that was given, stay. */
static void add_target(struct bdl_view target, const char *host, struct bdl_buf *out)
{
	size_t colon = bdl_view_find(target, ':');
	struct bdl_view rest = bdl_view_from(target, colon);

	if (!host || !bdl_view_starts(rest, BDL_LIT("://"))) {
		(void)bdl_buf_add_view(out, target); /* the caller looks at the end */
		return;
	}
	size_t end = colon + 3;
	while (end < target.n && !strchr("/?#\\", target.p[end]))
		end++;
	struct bdl_view authority = bdl_view_at(target.p + colon + 3, end - colon - 3);
	size_t at = bdl_view_find(authority, '@');
	if (at < authority.n)
		authority = bdl_view_from(authority, at + 1);
	(void)bdl_buf_add(out, target.p, colon + 3);
	(void)bdl_buf_add_str(out, host);
	(void)bdl_buf_add_view(out, bdl_view_from(authority, bdl_view_find(authority, ':')));
	(void)bdl_buf_add_view(out, bdl_view_from(target, end));
}

static void add_start(
    const struct bdl_http_head *request, const struct bdl_safe_search *s, struct bdl_buf *out)
{
	struct bdl_buf target BDL_AUTO_IN(bdl_buf_done) = BDL_BUF(2 * BDL_HTTP_LINE_MAX);

	add_target(request->start[1], s->host, &target);
	(void)bdl_buf_add_view(out, request->start[0]);
	(void)bdl_buf_add_char(out, ' ');
	if (s->parameter)
		bdl_search_set(bdl_buf_view(&target), s->parameter, s->value, out);
	else
		(void)bdl_buf_add_view(out, bdl_buf_view(&target));
	(void)bdl_buf_printf(out, " %.*s\r\n", BDL_FMT(request->start[2]));
	out->broken |= bdl_buf_broken(&target);
}

static bool is_of_pieces(struct bdl_view name)
{
	return bdl_view_iis(name, "Range") || bdl_view_iis(name, "If-Range");
}

static bool asks_for_pieces(const struct bdl_http_head *request)
{
	for (size_t i = 0; i < request->n_fields; i++)
		if (bdl_view_iis(request->fields[i].name, "Range"))
			return true;
	return false;
}

static void add_fields(const struct bdl_http_head *request, bool whole,
    const struct bdl_safe_search *s, struct bdl_buf *out)
{
	for (size_t i = 0; i < request->n_fields; i++) {
		const struct bdl_field *f = &request->fields[i];
		bool is_host = s->host && bdl_view_iis(f->name, "Host");
		struct bdl_view port = bdl_view_from(f->value, bdl_view_find(f->value, ':'));

		if ((s->header && bdl_view_iis(f->name, s->header)) ||
		    (whole && is_of_pieces(f->name)))
			continue;
		(void)bdl_buf_add_view(out, f->name);
		(void)bdl_buf_add_str(out, ": ");
		if (is_host)
			(void)bdl_buf_printf(out, "%s%.*s", s->host, BDL_FMT(port));
		else
			(void)bdl_buf_add_view(out, f->value);
		(void)bdl_buf_add_str(out, "\r\n");
	}
	if (s->header)
		(void)bdl_buf_printf(out, "%s: %s\r\n", s->header, s->header_value);
	(void)bdl_buf_add_str(out, "\r\n");
}

bool bdl_force_apply(uint32_t switches, bool whole, const struct bdl_url *url,
    const struct bdl_http_head *request, struct bdl_buf *out)
{
	struct bdl_safe_search safe;
	bool is_safe = (switches >> BDL_SWITCH_SAFE_SEARCH & 1) &&
	    bdl_search_safe(bdl_view_of(url->host), url->path, &safe);

	if (!is_safe && !(whole && asks_for_pieces(request)))
		return false;
	if (!is_safe)
		safe = (struct bdl_safe_search){ 0 };
	add_start(request, &safe, out);
	add_fields(request, whole, &safe, out);
	return true;
}
