/* Names that other systems send: printable, lower-case, and never longer than the room for them. */
#include "base/utf8.h"
#include "fuzz.h"
#include "proto/identity.h"

#define ROOM 32

static void check_one(struct bdl_view sent, struct bdl_view realms)
{
	char *out = malloc(ROOM); /* on the heap, where a byte too many is seen */

	MUST(out != NULL);
	enum bdl_identity kind = bdl_identity_read(sent, realms, out, ROOM);
	if (kind != BDL_IDENTITY_NOBODY) {
		size_t n = strnlen(out, ROOM);
		MUST(n > 0 && n < ROOM && bdl_utf8_printable(bdl_view_at(out, n)));
		for (size_t i = 0; i < n; i++)
			MUST(out[i] < 'A' || out[i] > 'Z');
		if (kind == BDL_IDENTITY_STRANGER)
			MUST(strchr(out, '@') != NULL);
		if (realms.n == 0)
			MUST(kind != BDL_IDENTITY_STRANGER);
	}
	free(out);
}

/* The name, and after a line end the realms. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct bdl_view realms = fuzz_view(data, size), sent = { 0 };

	(void)bdl_view_cut(&realms, '\n', &sent); /* nothing gives an empty name */
	check_one(sent, realms);
	check_one(sent, (struct bdl_view){ 0 });
	return 0;
}
