/* Tables of networks: whatever is taken answers for any address, with what stands in the text. */
#include "base/utf8.h"
#include "fuzz.h"
#include "policy/networks.h"

static void check_text(struct bdl_view v, size_t max)
{
	MUST(v.n <= max && bdl_utf8_printable(v));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	BDL_AUTO(bdl_networks_free) struct bdl_networks *n = NULL;
	struct bdl_err err = { 0 };
	uint8_t ip[BDL_IP_SIZE] = { [10] = 0xff, [11] = 0xff };

	if (bdl_networks_parse(fuzz_view(data, size), "f", &n, &err) < 0) {
		MUST(err.text[0] == 'f' && n == NULL);
		return 0;
	}
	MUST(bdl_networks_size(n) <= size);
	/* The first and the last address of IPv4, and one that the input itself chooses. */
	for (unsigned i = 0; i < 3; i++) {
		struct bdl_network found;

		if (i == 1)
			memset(ip + 12, 0xff, 4);
		if (i == 2)
			memcpy(ip, data, size < sizeof(ip) ? size : sizeof(ip));
		found = bdl_networks_find(n, ip);
		check_text(found.place, 48);
		check_text(found.kind, 15);
		check_text(found.person, 128);
	}
	return 0;
}
