/* Addresses and networks: what is taken is written as it is read, and a network holds its own. */
#include "fuzz.h"
#include "sys/net.h"
#include <arpa/inet.h>

static void check_addr(const struct bdl_addr *a)
{
	char text[BDL_ADDR_TEXT];
	struct bdl_addr again;

	bdl_addr_text(a, text);
	MUST(bdl_addr_parse(bdl_view_of(text), &again, NULL) == 0);
	MUST(again.len == a->len && memcmp(&again.sa, &a->sa, a->len) == 0);
	MUST(bdl_addr_port(&again) == bdl_addr_port(a));
}

static void check_net(const struct bdl_net *net)
{
	struct sockaddr_in6 in6 = { .sin6_family = AF_INET6 };

	MUST(net->bits <= 128);
	memcpy(&in6.sin6_addr, net->ip, sizeof(net->ip));
	MUST(bdl_net_holds(net, (const struct sockaddr *)(const void *)&in6));
	if (net->bits == 0)
		return;
	in6.sin6_addr.s6_addr[0] ^= 0x80; /* the first bit counts in every network but the whole */
	MUST(!bdl_net_holds(net, (const struct sockaddr *)(const void *)&in6));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct bdl_view v = fuzz_view(data, size);
	struct bdl_addr addr;
	struct bdl_net net;

	if (bdl_addr_parse(v, &addr, NULL) == 0)
		check_addr(&addr);
	if (bdl_net_parse(v, &net, NULL) == 0)
		check_net(&net);
	return 0;
}
