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
		if (out->p[i] != '/' || i + 1 != end)
			out->p[to++] = bdl_lower(out->p[i]);
	}
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
