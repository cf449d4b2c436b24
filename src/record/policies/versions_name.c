/* Names of policies. */
#include "policy/law.h"
#include "record/policies/versions_int.h"

bool bdl_policy_name_ok(struct bdl_view name)
{
	if (!name.n || name.n > BDL_POLICY_NAME_MAX || name.p[0] == '-')
		return false;
	for (size_t i = 0; i < name.n; i++) {
		char c = name.p[i];
		if (!(c >= 'a' && c <= 'z') && !(c >= '0' && c <= '9') && c != '-')
			return false;
	}
	return true;
}

int bdl_policy_name_check(struct bdl_view name, struct bdl_err *err)
{
	if (bdl_is_law(name))
		return bdl_fail(err, BDL_E_INVALID,
		    "no policy is named '" BDL_LAW_NAME "': it is the document that is built in");
	if (bdl_policy_name_ok(name))
		return 0;
	return bdl_fail(err, BDL_E_INVALID,
	    "'%.*s' is no name of a policy: lower-case letters, digits and hyphens, at most %d",
	    BDL_FMT(name), BDL_POLICY_NAME_MAX);
}
