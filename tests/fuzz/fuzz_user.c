/* Names that a proxy sends: printable, lower-case, and never longer than the room for them. */
#include "base/utf8.h"
#include "fuzz.h"
#include "proto/icap.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *out = malloc(32); /* on the heap, where a byte too many is seen */

	MUST(out != NULL);
	if (bdl_icap_user(fuzz_view(data, size), out, 32)) {
		size_t n = strnlen(out, 32);
		MUST(n > 0 && n < 32 && bdl_utf8_printable(bdl_view_at(out, n)));
		for (size_t i = 0; i < n; i++)
			MUST((out[i] < 'A' || out[i] > 'Z') && out[i] != '\\' && out[i] != '@');
	}
	free(out);
	return 0;
}
