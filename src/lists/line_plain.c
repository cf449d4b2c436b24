/* Plain lists, and those of hosts files. */
#include "base/ascii.h"
#include "lists/source_int.h"

struct bdl_view bdl_list_bare(struct bdl_view line)
{
	line.n = bdl_view_find(line, '#');
	if (line.n > 0 && line.p[line.n - 1] == '\r')
		line.n--;
	return bdl_view_trim(line);
}

bool bdl_list_word(struct bdl_view *rest, struct bdl_view *ret)
{
	struct bdl_view v = bdl_view_trim(*rest);
	size_t n = 0;

	while (n < v.n && v.p[n] != ' ' && v.p[n] != '\t')
		n++;
	*ret = bdl_view_at(v.p, n);
	*rest = bdl_view_from(v, n);
	return n > 0;
}

int bdl_reading_put(struct bdl_reading *r, struct bdl_view entry, bool except, struct bdl_err *err)
{
	bool kept_out = false;
	int rc = bdl_list_put(r->build, r->category, entry, except, &kept_out, err);

	if (rc == 0)
		r->report->kept_out += kept_out;
	return rc;
}

int bdl_line_plain(struct bdl_reading *r, struct bdl_view line, struct bdl_err *err)
{
	struct bdl_view v = bdl_list_bare(line);
	bool except = bdl_view_starts(v, BDL_LIT("@@"));

	if (v.n == 0)
		return BDL_LINE_EMPTY;
	int rc = bdl_reading_put(r, bdl_view_from(v, except ? 2 : 0), except, err);
	return rc < 0 ? rc : BDL_LINE_TAKEN;
}

/* Names that a hosts file has for the machine itself and its network. */
static bool is_own_name(struct bdl_view name)
{
	static const char *const own[] = { "localhost", "localhost.localdomain", "local",
		"broadcasthost", "0.0.0.0", "ip6-localhost", "ip6-loopback", "ip6-localnet",
		"ip6-mcastprefix", "ip6-allnodes", "ip6-allrouters", "ip6-allhosts" };

	for (size_t i = 0; i < BDL_ARRAY_LEN(own); i++) {
		if (bdl_view_iis(name, own[i]))
			return true;
	}
	return false;
}

/* Whether the address leads nowhere; others say where a host is, which lists nothing. */
static bool is_nowhere(const char *host)
{
	return strcmp(host, "0.0.0.0") == 0 || strncmp(host, "127.", 4) == 0 ||
	    strcmp(host, "::") == 0 || strcmp(host, "::1") == 0;
}

int bdl_line_hosts(struct bdl_reading *r, struct bdl_view line, struct bdl_err *err)
{
	struct bdl_view v = bdl_list_bare(line), word;
	char host[BDL_HOST_MAX + 1];
	bool is_ip = false, taken = false;

	if (!bdl_list_word(&v, &word))
		return BDL_LINE_EMPTY;
	/* A zone, as in "fe80::1%lo0", is the machine's own. */
	word.n = bdl_view_find(word, '%');
	int rc = bdl_host_normalise(word, host, &is_ip, err);
	if (rc < 0 || !is_ip)
		return bdl_fail(err, BDL_E_INVALID, "an address and a host are expected");
	if (!is_nowhere(host))
		return BDL_LINE_PASSED;
	while (bdl_list_word(&v, &word)) {
		if (is_own_name(word))
			continue;
		rc = bdl_reading_put(r, word, false, err);
		if (rc < 0)
			return rc;
		taken = true;
	}
	return taken ? BDL_LINE_TAKEN : BDL_LINE_PASSED;
}
