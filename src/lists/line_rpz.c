/*
 * Response policy zones (BIND's, which Unbound, Knot and PowerDNS read too), a record a line. What
 * a name is answered with says what it is: rpz-passthru. is an exception, everything else stands in
 * its way. Records that are about clients or name servers are passed over.
 */
#include "base/ascii.h"
#include "lists/source_int.h"
#include <stdio.h>

/* Keep `in_brackets` for the next line: an SOA record is mostly written over several. */
static void count_brackets(struct bdl_reading *r, struct bdl_view v)
{
	for (size_t i = 0; i < v.n; i++) {
		if (v.p[i] == '(')
			r->in_brackets = true;
		else if (v.p[i] == ')')
			r->in_brackets = false;
	}
}

static int set_origin(struct bdl_reading *r, struct bdl_view rest, struct bdl_err *err)
{
	struct bdl_view word;
	bool is_ip;

	if (!bdl_list_word(&rest, &word))
		return bdl_fail(err, BDL_E_INVALID, "'$ORIGIN' and a name are expected");
	int rc = bdl_host_normalise(word, r->origin, &is_ip, err);
	return rc < 0 ? rc : BDL_LINE_EMPTY;
}

/* Skip a time to live and a class; the type and what follows are left. */
static bool find_type(struct bdl_view *rest, struct bdl_view *ret_type)
{
	while (bdl_list_word(rest, ret_type)) {
		if (!bdl_is_digit(ret_type->p[0]) && !bdl_view_iis(*ret_type, "IN"))
			return true;
	}
	return false;
}

/* The name below the zone: without the origin where it is written whole. */
static struct bdl_view below_origin(const struct bdl_reading *r, struct bdl_view owner)
{
	struct bdl_view origin = bdl_view_of(r->origin);

	if (owner.n == 0 || owner.p[owner.n - 1] != '.')
		return owner;
	owner.n--;
	if (origin.n > 0 && owner.n > origin.n + 1 && owner.p[owner.n - origin.n - 1] == '.' &&
	    bdl_view_ieq(bdl_view_from(owner, owner.n - origin.n), origin))
		owner.n -= origin.n + 1;
	return owner;
}

/* "24.0.2.0.192.rpz-ip" is 192.0.2.0/24; "48.zz.2.2001.rpz-ip" is 2001:2::/48. */
static bool net_of(struct bdl_view labels, char *out, size_t size)
{
	struct bdl_view parts[9], length;
	size_t n = 0, at = 0;

	(void)bdl_view_cut(&labels, '.', &length); /* what is missing then fails below */
	while (n < BDL_ARRAY_LEN(parts) && bdl_view_cut(&labels, '.', &parts[n]))
		n++;
	bool is_v4 = n == 4;
	for (size_t i = 0; i < n && is_v4; i++)
		is_v4 = !bdl_view_is(parts[i], "zz");
	for (size_t i = n; i-- > 0;) {
		bool zeroes = bdl_view_is(parts[i], "zz");
		struct bdl_view text = zeroes ? bdl_view_of(NULL) : parts[i];
		const char *before = i + 1 == n ? (zeroes ? ":" : "") : is_v4 ? "." : ":";
		const char *after = zeroes && i == 0 ? ":" : "";
		int put = snprintf(out + at, size - at, "%s%.*s%s", before, BDL_FMT(text), after);
		if (put < 0 || (size_t)put >= size - at)
			return false;
		at += (size_t)put;
	}
	int put = snprintf(out + at, size - at, "/%.*s", BDL_FMT(length));
	return labels.n == 0 && n > 0 && put > 1 && (size_t)put < size - at;
}

static int put_owner(struct bdl_reading *r, struct bdl_view owner, bool except, struct bdl_err *err)
{
	static const char *const others[] = { ".rpz-client-ip", ".rpz-nsdname", ".rpz-nsip" };
	struct bdl_view ip = BDL_LIT(".rpz-ip");
	char net[128];

	for (size_t i = 0; i < BDL_ARRAY_LEN(others); i++) {
		if (bdl_view_ends(owner, bdl_view_of(others[i])))
			return BDL_LINE_PASSED;
	}
	if (bdl_view_ends(owner, ip)) {
		if (!net_of(bdl_view_at(owner.p, owner.n - ip.n), net, sizeof(net)))
			return bdl_fail(
			    err, BDL_E_INVALID, "a network like 24.0.2.0.192.rpz-ip is expected");
		owner = bdl_view_of(net);
	}
	int rc = bdl_reading_put(r, owner, except, err);
	return rc < 0 ? rc : BDL_LINE_TAKEN;
}

/* Records of the zone itself, which list nothing; the SOA's owner is the origin. */
static bool is_of_zone(struct bdl_view owner, struct bdl_view type)
{
	return bdl_view_is(owner, "@") || bdl_view_iis(type, "SOA") || bdl_view_iis(type, "NS");
}

static int read_record(struct bdl_reading *r, struct bdl_view owner, struct bdl_view type,
    struct bdl_view rest, struct bdl_err *err)
{
	bool answers =
	    bdl_view_iis(type, "CNAME") || bdl_view_iis(type, "A") || bdl_view_iis(type, "AAAA");
	struct bdl_view data;

	if (!bdl_list_word(&rest, &data))
		return bdl_fail(err, BDL_E_INVALID, "a record without data");
	if (!answers || bdl_view_iis(data, "rpz-tcp-only."))
		return BDL_LINE_PASSED;
	return put_owner(r, below_origin(r, owner), bdl_view_iis(data, "rpz-passthru."), err);
}

int bdl_line_rpz(struct bdl_reading *r, struct bdl_view line, struct bdl_err *err)
{
	struct bdl_view v = bdl_view_at(line.p, bdl_view_find(line, ';')), owner, type;
	bool has_owner, was_in_brackets = r->in_brackets;

	if (v.n > 0 && v.p[v.n - 1] == '\r')
		v.n--;
	has_owner = v.n > 0 && v.p[0] != ' ' && v.p[0] != '\t';
	count_brackets(r, v);
	if (!bdl_list_word(&v, &owner) || was_in_brackets || !has_owner)
		return BDL_LINE_EMPTY; /* a second record of a name says nothing more */
	if (bdl_view_iis(owner, "$ORIGIN"))
		return set_origin(r, v, err);
	if (owner.p[0] == '$')
		return BDL_LINE_EMPTY;
	if (!find_type(&v, &type))
		return bdl_fail(err, BDL_E_INVALID, "a record is expected, such as 'CNAME .'");
	if (!is_of_zone(owner, type))
		return read_record(r, owner, type, v, err);
	if (r->origin[0] == '\0' && bdl_view_iis(type, "SOA") && !bdl_view_is(owner, "@"))
		return set_origin(r, owner, err);
	return BDL_LINE_EMPTY;
}
