#include "policy/law.h"
#include "policy/law_int.h"

struct bdl_view bdl_law_bytes(void)
{
	return bdl_view_at((const char *)bdl_law_files[0].bytes, bdl_law_files[0].n);
}

bool bdl_is_law(struct bdl_view name)
{
	return bdl_view_is(name, BDL_LAW_NAME);
}
