#include "doors/dns/zonefile.h"
#include "doors/dns/order.h"

#define SERIAL_FIELD 4 /* of the SOA line: "@ SOA localhost. nobody.invalid. SERIAL ..." */

/* --- the head --- */

static bool parse_soa(struct bdl_view line, uint32_t *ret)
{
	struct bdl_view word = { 0 };
	uint64_t serial;

	for (int i = 0; i <= SERIAL_FIELD; i++)
		if (!bdl_view_cut(&line, ' ', &word))
			return false;
	if (!bdl_view_uint(word, UINT32_MAX, &serial))
		return false;
	*ret = (uint32_t)serial;
	return true;
}

bool bdl_dns_head_parse(struct bdl_view zone, struct bdl_dns_head *ret)
{
	struct bdl_view rest = zone, line, state = BDL_LIT("; state "), soa = BDL_LIT("@ SOA ");
	struct bdl_dns_head head = { 0 };
	bool has_state = false;

	if (!bdl_view_cut(&rest, '\n', &line) || !bdl_view_is(line, "; beadle dns zone 1"))
		return false;
	while (bdl_view_cut(&rest, '\n', &line)) {
		if (!has_state && bdl_view_starts(line, state))
			has_state = bdl_digest_parse(bdl_view_from(line, state.n), &head.state);
		if (!bdl_view_starts(line, soa))
			continue;
		if (!has_state || !parse_soa(line, &head.serial) ||
		    !bdl_view_cut(&rest, '\n', &line)) /* the NS record */
			return false;
		head.names = rest;
		*ret = head;
		return true;
	}
	return false;
}

/* --- names --- */

/* The name that a line is about, without the asterisk of the wildcard; empty: that of the line before. */
static struct bdl_view owner_of(struct bdl_view line)
{
	struct bdl_view owner = bdl_view_at(line.p, bdl_view_find(line, ' '));

	return bdl_view_starts(owner, BDL_LIT("*.")) ? bdl_view_from(owner, 2) : owner;
}

bool bdl_dns_entry_next(struct bdl_view *rest, struct bdl_dns_entry *ret)
{
	struct bdl_view after = *rest, line;

	if (!bdl_view_cut(&after, '\n', &line))
		return false;
	*ret = (struct bdl_dns_entry){ .name = owner_of(line), .lines = *rest };
	*rest = after;
	while (bdl_view_cut(&after, '\n', &line)) {
		struct bdl_view owner = owner_of(line);

		if (owner.n > 0 && !bdl_view_eq(owner, ret->name))
			break;
		*rest = after;
	}
	ret->lines.n -= rest->n;
	return true;
}

/* --- differences --- */

static void say(struct bdl_buf *out, size_t *left, const char *sign, struct bdl_view name)
{
	if (*left == 0)
		return;
	(*left)--;
	(void)bdl_buf_printf(out, "%s %.*s\n", sign, BDL_FMT(name)); /* its owner sees it broken */
}

void bdl_dns_compare(struct bdl_view old_names, struct bdl_view new_names, size_t max,
    struct bdl_buf *out, struct bdl_dns_change *ret)
{
	struct bdl_dns_entry a, b;
	bool has_a = bdl_dns_entry_next(&old_names, &a), has_b = bdl_dns_entry_next(&new_names, &b);

	*ret = (struct bdl_dns_change){ 0 };
	while (has_a || has_b) {
		int order = !has_a ? 1 : !has_b ? -1 : bdl_dns_name_cmp(a.name, b.name);

		if (order < 0) {
			ret->removed++;
			say(out, &max, "-", a.name);
		} else if (order > 0) {
			ret->added++;
			say(out, &max, "+", b.name);
		} else if (!bdl_view_eq(a.lines, b.lines)) {
			ret->changed++;
			say(out, &max, "~", b.name);
		}
		if (order <= 0)
			has_a = bdl_dns_entry_next(&old_names, &a);
		if (order >= 0)
			has_b = bdl_dns_entry_next(&new_names, &b);
	}
}
