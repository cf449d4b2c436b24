/*
 * Where the store is. An address may hold a password, so nothing of one that is wrong is repeated;
 * and what libpq would read otherwise than it was meant, such as a password with an @ in it, is
 * refused here, since libpq's own errors name the part that they stumble on.
 */
#include "base/ascii.h"
#include "sys/conf_int.h"

/* Each % with two digits behind it. */
static bool has_whole_escapes(struct bdl_view v)
{
	for (size_t i = 0; i < v.n; i++)
		if (v.p[i] == '%' &&
		    (v.n - i < 3 || bdl_hex_digit(v.p[i + 1]) < 0 || bdl_hex_digit(v.p[i + 2]) < 0))
			return false;
	return true;
}

/* "db.school.example", "[::1]:5432": behind the name nothing but a port. */
static bool is_host(struct bdl_view v)
{
	bool is_ip6 = bdl_view_starts(v, BDL_LIT("["));
	size_t end = bdl_view_find(v, is_ip6 ? ']' : ':');

	if (is_ip6 && end++ == v.n)
		return false;
	struct bdl_view port = bdl_view_from(v, end);
	if (port.n && port.p[0] != ':')
		return false;
	for (size_t i = 1; i < port.n; i++)
		if (!bdl_is_digit(port.p[i]))
			return false;
	return true;
}

/* Up to the path or the query: "beadle:secret@db.school.example,db2.school.example:5433". */
static size_t authority_end(struct bdl_view v)
{
	size_t slash = bdl_view_find(v, '/'), question = bdl_view_find(v, '?');

	return slash < question ? slash : question;
}

static bool is_address(struct bdl_view v)
{
	static const struct bdl_view schemes[] = { BDL_LIT("postgresql://"),
		BDL_LIT("postgres://") };
	size_t scheme = 0;
	struct bdl_view host;

	for (size_t i = 0; i < BDL_ARRAY_LEN(schemes); i++)
		if (bdl_view_starts(v, schemes[i]))
			scheme = schemes[i].n;
	if (!scheme || !has_whole_escapes(v))
		return false;
	v = bdl_view_from(v, scheme);
	size_t n = authority_end(v);
	struct bdl_view hosts = bdl_view_at(v.p, n), tail = bdl_view_from(v, n);
	size_t at = bdl_view_find(hosts, '@');
	if (at < n)
		hosts = bdl_view_from(hosts, at + 1);
	if (bdl_view_find(hosts, '@') < hosts.n || bdl_view_find(tail, '@') < tail.n)
		return false;
	while (bdl_view_cut(&hosts, ',', &host))
		if (!is_host(host))
			return false;
	return true;
}

int bdl_conf_parse_store(struct bdl_view v, void *to, size_t size, struct bdl_err *err)
{
	if (v.n && !is_address(v))
		return bdl_fail(err, BDL_E_INVALID,
		    "is not an address such as postgresql://beadle@db.school.example/beadle; in a "
		    "name or password %% is written %%25, @ %%40, / %%2F and ? %%3F");
	return bdl_conf_put_text(v, to, size, err);
}
