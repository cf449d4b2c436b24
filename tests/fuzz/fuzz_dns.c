/* Replies of resolvers: whatever comes behind a question that fits has addresses within its limit, or is none. */
#include "fuzz.h"
#include "proto/dns.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	uint8_t question[BDL_DNS_QUESTION_MAX], reply[BDL_DNS_REPLY_MAX];
	struct bdl_dns_reply r = { .rcode = 99 };
	size_t n = 0;

	MUST(bdl_dns_question_write(7, BDL_LIT("casino.example"),
		 size % 2 ? BDL_DNS_A : BDL_DNS_AAAA, question, &n, NULL) == 0);
	struct bdl_view asked = bdl_view_at((const char *)question, n);
	if (bdl_dns_reply_read(fuzz_view(data, size), asked, &r, NULL) == 0)
		MUST(r.rcode < 16 && r.n <= BDL_DNS_ADDRESSES_MAX);
	if (size < 3 || n + size - 3 > sizeof(reply))
		return 0;
	/* Behind what it has to repeat. */
	memcpy(reply, question, n);
	reply[2] = (uint8_t)(0x80 | (data[0] & 0x07));
	reply[3] = data[1];
	reply[7] = data[2];
	memcpy(reply + n, data + 3, size - 3);
	if (bdl_dns_reply_read(bdl_view_at((const char *)reply, n + size - 3), asked, &r, NULL) ==
	    0)
		MUST(r.rcode == (data[1] & 15U) && r.n <= BDL_DNS_ADDRESSES_MAX && r.n <= data[2]);
	return 0;
}
