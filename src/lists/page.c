#include "base/ascii.h"
#include "lists/page_int.h"
#include "proto/url.h"

int bdl_page_add(struct bdl_buf *out, struct bdl_view path)
{
	size_t start = out->n, to = start, end;
	int rc = bdl_url_path(path, out);

	if (rc < 0)
		return rc;
	end = start + bdl_view_find(bdl_view_at(out->p + start, out->n - start), '?');
	for (size_t i = start; i < out->n; i++) {
		char c = bdl_lower(out->p[i]);
		bool is_run = c == '/' && to > start && out->p[to - 1] == '/';
		bool is_last = c == '/' && i + 1 == end;
		if (i == end && to > start && out->p[to - 1] == '/')
			to--;
		if (i >= end || (!is_run && !is_last))
			out->p[to++] = c;
	}
	if (end == out->n && to > start && out->p[to - 1] == '/')
		to--;
	out->n = to;
	out->p[to] = '\0';
	return 0;
}

size_t bdl_page_step(struct bdl_view page, size_t at)
{
	if (at >= page.n)
		return 0;
	for (size_t i = at + 1; i < page.n; i++) {
		if (strchr("/?&;", page.p[i]) != NULL && page.p[i] != '\0')
			return i;
	}
	return page.n;
}
