/* A zone that was written before: whatever it holds, its head and names are read within it. */
#include "doors/dns/order.h"
#include "doors/dns/zonefile.h"
#include "fuzz.h"

/* Every byte belongs to one name, in turn. */
static uint64_t walk(struct bdl_view names)
{
	struct bdl_view rest = names;
	struct bdl_dns_entry e;
	uint64_t n = 0;
	size_t bytes = 0;

	for (; bdl_dns_entry_next(&rest, &e); n++) {
		MUST(e.lines.n > 0 && e.lines.p == names.p + bytes);
		MUST(e.name.n <= e.lines.n);
		bytes += e.lines.n;
	}
	MUST(bytes == names.n);
	return n;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	BDL_AUTO_IN(bdl_buf_done) struct bdl_buf out = BDL_BUF(1 << 16);
	struct bdl_dns_change change;
	struct bdl_dns_head head;
	struct bdl_view zone = fuzz_view(data, size);
	size_t half = size / 2;

	if (bdl_dns_head_parse(zone, &head))
		zone = head.names;
	(void)walk(zone);
	if (zone.n < half)
		half = zone.n;
	struct bdl_view a = bdl_view_at(zone.p, half), b = bdl_view_from(zone, half);
	bdl_dns_compare(a, b, 10, &out, &change);
	/* Each name of either is one of: gone, new, or in both. */
	MUST(change.removed + change.changed <= walk(a));
	MUST(change.added + change.changed <= walk(b));
	bdl_dns_compare(a, a, 10, &out, &change);
	MUST(change.added + change.removed + change.changed == 0);
	return 0;
}
