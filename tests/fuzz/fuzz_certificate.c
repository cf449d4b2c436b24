/* Until when a certificate holds. */
#include "fuzz.h"
#include "proto/certificate.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	int64_t from_ms = -1, until_ms = -1;
	int rc = bdl_certificate_dates(fuzz_view(data, size), &from_ms, &until_ms, NULL);

	MUST(rc == 0 || (from_ms == -1 && until_ms == -1));
	return 0;
}
