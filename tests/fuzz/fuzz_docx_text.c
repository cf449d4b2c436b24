/* Files as text: whatever they hold, what comes out fits and can be cut. */
#include "fuzz.h"
#include "import/read.h"
#include "import/statement.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	BDL_AUTO_IN(bdl_buf_done) struct bdl_buf out = BDL_BUF(BDL_IMPORT_TEXT_MAX);
	BDL_AUTO(bdl_region_free) struct bdl_region *region = bdl_region_new(32 << 20);
	struct bdl_statements s;
	int rc;

	if (bdl_docx_read(fuzz_view(data, size), &out, NULL) < 0)
		return 0;
	MUST(out.n <= BDL_IMPORT_TEXT_MAX);
	rc = bdl_statements_cut(bdl_import_clean(bdl_buf_view(&out), region), region, &s, NULL);
	MUST(rc == 0 || rc == BDL_E_LIMIT);
	return 0;
}
