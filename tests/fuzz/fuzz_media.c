/* What a head says of its body: a path on the first line, then lines of a head. */
#include "fuzz.h"
#include "proto/media.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct bdl_view rest = fuzz_view(data, size), path = { 0 };
	struct bdl_http_head head;
	struct bdl_media m;

	(void)bdl_view_cut(&rest, '\n', &path); /* what is missing is empty */
	if (bdl_http_parse_fields(rest, &head, NULL) < 0)
		return 0;
	bdl_media_read(&head, path, &m);
	MUST(strlen(m.type) < sizeof(m.type));
	MUST(m.kinds < 1u << BDL_MEDIA_KINDS);
	MUST(m.is_file || !m.attachment);
	head.start[1] = BDL_LIT("206");
	MUST(bdl_media_is_piece(&head) || m.has_size); /* what is whole says how long it is */
	MUST(m.has_size || (m.size == 0 && m.bytes == 0));
	return 0;
}
