/* Files of keys, the second after a line of "--": what is taken has names, and secrets long enough. */
#include "doors/who/keys.h"
#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char mark[] = "\n--\n";
	BDL_AUTO(bdl_keys_free) struct bdl_keys *k = NULL;
	struct bdl_view clients = fuzz_view(data, size), senders = { 0 };
	struct bdl_err err = { 0 };
	uint8_t ip[BDL_IP_SIZE] = { [10] = 0xff, [11] = 0xff, 10, 0, 0, 7 };

	const char *at = size > 0 ? memmem(data, size, mark, sizeof(mark) - 1) : NULL;
	if (at) {
		size_t n = (size_t)(at - clients.p) + sizeof(mark) - 1;

		senders = bdl_view_from(clients, n);
		clients.n = (size_t)(at - clients.p) + 1;
	}
	if (bdl_keys_parse(clients, senders, &k, &err) < 0) {
		MUST(err.text[0] && k == NULL);
		return 0;
	}
	MUST(bdl_keys_clients(k) <= clients.n && bdl_keys_senders(k) <= senders.n);
	const struct bdl_client *c = bdl_keys_client(k, ip);
	if (c)
		MUST(c->name.n > 0 && c->secret.n >= BDL_SECRET_MIN);
	(void)bdl_keys_sender(k, clients); /* whoever that is: all digests are looked at */
	return 0;
}
