/* Log-on events: what is taken has a login, and texts that end where they say. */
#include "base/utf8.h"
#include "doors/who/logon.h"
#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct bdl_err err = { 0 };
	struct bdl_logon l;

	if (bdl_logon_parse(fuzz_view(data, size), &l, &err) < 0) {
		MUST(err.code == BDL_E_INVALID && bdl_utf8_printable(bdl_view_of(err.text)));
		return 0;
	}
	size_t login = strnlen(l.login, sizeof(l.login));
	size_t device = strnlen(l.device, sizeof(l.device));
	MUST(size <= BDL_LOGON_MAX && login > 0 && login < sizeof(l.login));
	MUST(device < sizeof(l.device));
	MUST(bdl_utf8_printable(bdl_view_at(l.login, login)));
	MUST(bdl_utf8_printable(bdl_view_at(l.device, device)));
	return 0;
}
