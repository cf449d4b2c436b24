#include "base/alloc.h"
#include "scan/finder_int.h"

int bdl_finder_make(const struct bdl_phrases_literal *literals, size_t n, const char *strings,
    hs_database_t **ret, struct bdl_err *err)
{
	BDL_AUTO_FREE const char **texts = bdl_xcalloc(n, sizeof(*texts));
	BDL_AUTO_FREE unsigned *flags = bdl_xcalloc(n, sizeof(*flags));
	BDL_AUTO_FREE unsigned *ids = bdl_xcalloc(n, sizeof(*ids));
	BDL_AUTO_FREE size_t *sizes = bdl_xcalloc(n, sizeof(*sizes));
	hs_compile_error_t *why = NULL;

	for (size_t i = 0; i < n; i++) {
		texts[i] = strings + literals[i].text;
		sizes[i] = literals[i].n;
		ids[i] = (unsigned)i;
	}
	hs_error_t error = hs_compile_lit_multi(
	    texts, flags, ids, sizes, (unsigned)n, HS_MODE_BLOCK, NULL, ret, &why);
	if (error == HS_SUCCESS)
		return 0;
	int rc = bdl_fail(err, error == HS_NOMEM ? BDL_E_NOMEM : BDL_E_LIMIT,
	    "the finder refuses the phrases: %s", why != NULL ? why->message : "no memory");
	(void)hs_free_compile_error(why); /* it cannot fail for what hs made */
	return rc;
}
