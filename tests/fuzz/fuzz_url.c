/* URLs: what is normal stays as it is when it is normalised again. The Host is on a second line. */
#include "fuzz.h"
#include "proto/url.h"

static void check_host(const char *host, bool is_ip)
{
	char again[BDL_HOST_MAX + 1];
	bool still_ip = !is_ip;

	MUST(host[0] != '\0' && strlen(host) <= BDL_HOST_MAX);
	MUST(bdl_host_normalise(bdl_view_of(host), again, &still_ip, NULL) == 0);
	MUST(strcmp(host, again) == 0 && is_ip == still_ip);
	MUST(bdl_host_below(bdl_view_of(host), bdl_view_of(again)));
}

/* A plain name is read by a short way and any other by the long one, which an encoded letter takes. */
static void check_ways(struct bdl_view host)
{
	BDL_AUTO_IN(bdl_buf_done) struct bdl_buf encoded = BDL_BUF(8 * BDL_HOST_MAX);
	char one[BDL_HOST_MAX + 1], other[BDL_HOST_MAX + 1];
	bool is_ip = false, other_is_ip = true;

	if (host.n == 0 || host.n > 4 * BDL_HOST_MAX || host.p[0] == '%' || host.p[0] == '[' ||
	    bdl_view_find(host, ':') < host.n)
		return;
	(void)bdl_buf_printf(&encoded, "%%%02x", (unsigned)(unsigned char)host.p[0]);
	(void)bdl_buf_add_view(&encoded, bdl_view_from(host, 1));
	int rc = bdl_host_normalise(host, one, &is_ip, NULL);
	MUST(bdl_host_normalise(bdl_buf_view(&encoded), other, &other_is_ip, NULL) == rc);
	MUST(rc < 0 || (strcmp(one, other) == 0 && is_ip == other_is_ip));
}

/* The same of a path that is in its one spelling already: behind a dot it takes the long way. */
static void check_path_ways(struct bdl_view path, struct bdl_view normal)
{
	BDL_AUTO_IN(bdl_buf_done) struct bdl_buf longer = BDL_BUF(4 * BDL_URL_MAX + 2);
	BDL_AUTO_IN(bdl_buf_done) struct bdl_buf same = BDL_BUF(4 * BDL_URL_MAX);

	if (path.n == 0 || path.p[0] != '/')
		return;
	(void)bdl_buf_add_str(&longer, "/.");
	(void)bdl_buf_add_view(&longer, path);
	MUST(bdl_url_path(bdl_buf_view(&longer), &same) == 0);
	MUST(bdl_view_eq(bdl_buf_view(&same), normal));
}

static void check_path(struct bdl_view path)
{
	BDL_AUTO_IN(bdl_buf_done) struct bdl_buf once = BDL_BUF(4 * BDL_URL_MAX);
	BDL_AUTO_IN(bdl_buf_done) struct bdl_buf twice = BDL_BUF(4 * BDL_URL_MAX);

	MUST(bdl_url_path(path, &once) == 0 && once.n > 0 && once.p[0] == '/');
	MUST(once.n <= 3 * path.n + 1);
	MUST(bdl_url_path(bdl_buf_view(&once), &twice) == 0);
	/* "%%34%31" becomes "%41", which is not decoded a second time on the wire either. */
	if (bdl_view_find(path, '%') == path.n)
		MUST(bdl_view_eq(bdl_buf_view(&once), bdl_buf_view(&twice)));
	check_path_ways(path, bdl_buf_view(&once));
}

static void check_url(const struct bdl_url *u, struct bdl_view in)
{
	check_host(u->host, u->is_ip);
	MUST(fuzz_within(u->path, in) || bdl_view_is(u->path, "/"));
	MUST(u->path.n <= BDL_URL_MAX);
	MUST(!u->cut || u->path.n == BDL_URL_MAX);
	check_path(u->path);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct bdl_view in = fuzz_view(data, size), host = in, target = { 0 };
	char name[BDL_HOST_MAX + 1];
	struct bdl_url u;
	bool is_ip;

	(void)bdl_view_cut(&host, '\n', &target); /* false for no input, and both are empty */
	if (bdl_url_parse(target, host, BDL_SCHEME_HTTP, &u, NULL) == 0)
		check_url(&u, in);
	if (bdl_url_parse_authority(target, &u, NULL) == 0)
		check_url(&u, in);
	if (bdl_host_normalise(host, name, &is_ip, NULL) == 0)
		check_host(name, is_ip);
	check_ways(host);
	return 0;
}
