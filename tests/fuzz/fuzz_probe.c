/*
 * Headers of probes: text that we did not sign is refused; text that we did sign is a probe whose fields
 * can be written again, or none.
 */
#include "doors/web/probe.h"
#include "fuzz.h"
#include <sodium.h>

#define NOW INT64_C(1795000000000)

static const uint8_t key[BDL_TOKEN_KEY] = { 1, 2, 3 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	BDL_AUTO_IN(bdl_buf_done) struct bdl_buf text = BDL_BUF(2 * BDL_PROBE_TEXT_MAX);
	BDL_AUTO_IN(bdl_buf_done) struct bdl_buf again = BDL_BUF(2 * BDL_PROBE_TEXT_MAX);
	char hex[2 * crypto_auth_BYTES + 1];
	uint8_t mac[crypto_auth_BYTES];
	struct bdl_probe p;

	MUST(!bdl_probe_read(key, fuzz_view(data, size), NOW, &p));
	if (size > BDL_PROBE_TEXT_MAX)
		return 0;
	(void)crypto_auth(mac, data, size, key);
	(void)sodium_bin2hex(hex, sizeof(hex), mac, sizeof(mac));
	MUST(bdl_buf_add_view(&text, fuzz_view(data, size)) == 0);
	MUST(bdl_buf_printf(&text, "|%s", hex) == 0);
	if (!bdl_probe_read(key, bdl_buf_view(&text), NOW, &p))
		return 0;
	MUST(p.until_ms > NOW && p.until_ms <= NOW + BDL_PROBE_MS);
	if (bdl_probe_write(key, &p, &again) == 0)
		MUST(bdl_probe_read(key, bdl_buf_view(&again), NOW, &p));
	return 0;
}
