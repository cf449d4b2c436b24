#include "portal/request.h"
#include "sys/net.h"
#include <string.h>

struct bdl_view bdl_request_query(const struct bdl_request *r, const char *name)
{
	for (size_t i = 0; i < r->n_queries; i++)
		if (bdl_view_is(r->queries[i].name, name))
			return bdl_view_trim(r->queries[i].value);
	return bdl_view_at(NULL, 0);
}

int64_t bdl_request_number(const struct bdl_request *r, const char *name)
{
	uint64_t n = 0;
	return bdl_view_uint(bdl_request_query(r, name), INT64_MAX, &n) ? (int64_t)n : 0;
}

bool bdl_host_is_loopback(struct bdl_view host)
{
	struct bdl_addr addr;
	char text[BDL_ADDR_TEXT + 8];
	uint64_t port;

	/* Without the port, which a tunnel may change. */
	size_t n = host.n;
	while (n > 0 && host.p[n - 1] >= '0' && host.p[n - 1] <= '9')
		n--;
	struct bdl_view name = host;
	if (n > 0 && host.p[n - 1] == ':') {
		if (!bdl_view_uint(bdl_view_at(host.p + n, host.n - n), 65535, &port))
			return false;
		name.n = n - 1;
	}
	if (bdl_view_iis(name, "localhost"))
		return true;
	/* As an address it must be whole: "127.0.0.1.evil.example" is a name. */
	if (name.n == 0 || name.n >= BDL_ADDR_TEXT)
		return false;
	memcpy(text, name.p, name.n);
	memcpy(text + name.n, ":80", sizeof(":80"));
	return bdl_addr_parse(bdl_view_of(text), &addr, NULL) == 0 && bdl_addr_is_loopback(&addr);
}

void bdl_request_looked(struct bdl_request *r, struct bdl_view person)
{
	if (!person.n)
		return;
	for (size_t i = 0; i < r->n_looked; i++)
		if (bdl_view_eq(r->looked[i], person))
			return;
	BDL_BUG_IF(r->n_looked == BDL_LOOKED_MAX);
	r->looked[r->n_looked++] = person;
}

bool bdl_request_is_foreign(const struct bdl_request *r)
{
	return r->fetch_site.n > 0 && !bdl_view_is(r->fetch_site, "same-origin") &&
	    !bdl_view_is(r->fetch_site, "none") && !bdl_view_is(r->fetch_dest, "document");
}
