/* What the fields of a policy about itself are called. */
#include "base/ascii.h"
#include "import/import_int.h"

/* Keys as they begin; the first that fits is meant, so the longer ones come first. */
static const struct {
	const char *key;
	enum bdl_fact fact;
} keys[] = {
	{ "policy title", BDL_FACT_TITLE },
	{ "policy name", BDL_FACT_TITLE },
	{ "title", BDL_FACT_TITLE },
	{ "school name", BDL_FACT_SCHOOL },
	{ "name of school", BDL_FACT_SCHOOL },
	{ "school", BDL_FACT_SCHOOL },
	{ "name of trust", BDL_FACT_TRUST },
	{ "trust name", BDL_FACT_TRUST },
	{ "academy", BDL_FACT_SCHOOL },
	{ "originator", BDL_FACT_OWNER },
	{ "policy owner", BDL_FACT_OWNER },
	{ "document owner", BDL_FACT_OWNER },
	{ "document author", BDL_FACT_OWNER },
	{ "document lead", BDL_FACT_OWNER },
	{ "policy author", BDL_FACT_OWNER },
	{ "policy holder", BDL_FACT_OWNER },
	{ "regulation owner", BDL_FACT_OWNER },
	{ "maintained by", BDL_FACT_OWNER },
	{ "compiled by", BDL_FACT_OWNER },
	{ "drawn up by", BDL_FACT_OWNER },
	{ "created by", BDL_FACT_OWNER },
	{ "produced by", BDL_FACT_OWNER },
	{ "owner", BDL_FACT_OWNER },
	{ "author", BDL_FACT_OWNER },
	{ "written by", BDL_FACT_OWNER },
	{ "prepared by", BDL_FACT_OWNER },
	{ "policy lead", BDL_FACT_OWNER },
	{ "lead", BDL_FACT_OWNER },
	{ "responsible", BDL_FACT_OWNER },
	{ "responsibility", BDL_FACT_OWNER },
	{ "person responsible", BDL_FACT_OWNER },
	{ "staff responsible", BDL_FACT_OWNER },
	{ "member(s) of staff responsible", BDL_FACT_OWNER },
	{ "member of staff responsible", BDL_FACT_OWNER },
	{ "members of staff responsible", BDL_FACT_OWNER },
	{ "date of approval", BDL_FACT_APPROVED_ON },
	{ "date approved", BDL_FACT_APPROVED_ON },
	{ "date agreed", BDL_FACT_APPROVED_ON },
	{ "date ratified", BDL_FACT_APPROVED_ON },
	{ "date adopted", BDL_FACT_APPROVED_ON },
	{ "approval date", BDL_FACT_APPROVED_ON },
	{ "approved on", BDL_FACT_APPROVED_ON },
	{ "adopted on", BDL_FACT_APPROVED_ON },
	{ "ratified on", BDL_FACT_APPROVED_ON },
	{ "agreed on", BDL_FACT_APPROVED_ON },
	{ "date of ratification", BDL_FACT_APPROVED_ON },
	{ "signed off on", BDL_FACT_APPROVED_ON },
	{ "approved", BDL_FACT_APPROVER },
	{ "approval", BDL_FACT_APPROVER },
	{ "approver", BDL_FACT_APPROVER },
	{ "approving body", BDL_FACT_APPROVER },
	{ "ratified by", BDL_FACT_APPROVER },
	{ "ratified", BDL_FACT_APPROVER },
	{ "signed off", BDL_FACT_APPROVER },
	{ "adopted by", BDL_FACT_APPROVER },
	{ "agreed by", BDL_FACT_APPROVER },
	{ "governor responsible", BDL_FACT_APPROVER },
	{ "date of next review", BDL_FACT_NEXT_REVIEW },
	{ "date next review", BDL_FACT_NEXT_REVIEW },
	{ "next review", BDL_FACT_NEXT_REVIEW },
	{ "review due", BDL_FACT_NEXT_REVIEW },
	{ "due for review", BDL_FACT_NEXT_REVIEW },
	{ "to be reviewed", BDL_FACT_NEXT_REVIEW },
	{ "to be revised", BDL_FACT_NEXT_REVIEW },
	{ "date for review", BDL_FACT_NEXT_REVIEW },
	{ "date for next review", BDL_FACT_NEXT_REVIEW },
	{ "revision due", BDL_FACT_NEXT_REVIEW },
	{ "renewal date", BDL_FACT_NEXT_REVIEW },
	{ "valid until", BDL_FACT_NEXT_REVIEW },
	{ "review by", BDL_FACT_NEXT_REVIEW },
	{ "next due", BDL_FACT_NEXT_REVIEW },
	{ "due for renewal", BDL_FACT_NEXT_REVIEW },
	{ "to be looked at again", BDL_FACT_NEXT_REVIEW },
	{ "to be revisited", BDL_FACT_NEXT_REVIEW },
	{ "date of review", BDL_FACT_REVIEWED_ON },
	{ "date of last review", BDL_FACT_REVIEWED_ON },
	{ "date reviewed", BDL_FACT_REVIEWED_ON },
	{ "last updated", BDL_FACT_REVIEWED_ON },
	{ "last revised", BDL_FACT_REVIEWED_ON },
	{ "last review", BDL_FACT_REVIEWED_ON },
	{ "review date", BDL_FACT_REVIEWED_ON },
	{ "reviewed", BDL_FACT_REVIEWED_ON },
	{ "frequency of", BDL_FACT_REVIEW },
	{ "review frequency", BDL_FACT_REVIEW },
	{ "review cycle", BDL_FACT_REVIEW },
	{ "review period", BDL_FACT_REVIEW },
	{ "review interval", BDL_FACT_REVIEW },
	{ "review", BDL_FACT_REVIEW },
	{ "issue number", BDL_FACT_ISSUES },
	{ "version number", BDL_FACT_ISSUES },
	{ "version", BDL_FACT_ISSUES },
	{ "issue", BDL_FACT_ISSUES },
};

enum bdl_fact bdl_fact_of_key(struct bdl_view key)
{
	key = bdl_view_trim(key);
	while (key.n > 0 && strchr(":*-", key.p[key.n - 1]))
		key.n--;
	for (size_t i = 0; key.n <= 48 && i < BDL_ARRAY_LEN(keys); i++)
		if (bdl_view_istarts(key, bdl_view_of(keys[i].key))) {
			size_t n = strlen(keys[i].key);

			if (n == key.n || !bdl_is_letter(key.p[n]))
				return keys[i].fact;
		}
	return BDL_FACTS;
}
