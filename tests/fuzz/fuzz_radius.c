/* Datagrams at the accounting port: what is taken lies within, and its response is no longer. */
#include "fuzz.h"
#include "proto/radius.h"

static void check_views(const struct bdl_radius *r, struct bdl_view in)
{
	const struct bdl_view views[] = { r->packet, r->user, r->session, r->device, r->server[0],
		r->server[1], r->server[2] };

	for (size_t i = 0; i < BDL_ARRAY_LEN(views); i++)
		MUST(fuzz_within(views[i], in));
	MUST(r->n_addresses <= BDL_RADIUS_ADDRESSES_MAX);
	for (size_t i = 0; i < r->n_addresses; i++)
		MUST(r->addresses[i].bits > 0 && r->addresses[i].bits <= 128);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct bdl_view in = fuzz_view(data, size), secret = BDL_LIT("testing123");
	struct bdl_err err = { 0 };
	struct bdl_radius r;

	if (bdl_radius_parse(in, &r, &err) < 0) {
		MUST(err.text[0]);
		return 0;
	}
	check_views(&r, in);
	(void)bdl_radius_is_genuine(&r, secret); /* reads all of the packet, and no more */
	uint8_t *out = malloc(r.packet.n);       /* on the heap, where a byte too many is seen */
	MUST(out != NULL);
	size_t n = bdl_radius_write_response(&r, secret, out);
	MUST(n >= 20 && n <= r.packet.n && out[0] == 5 && out[1] == r.id);
	free(out);
	return 0;
}
