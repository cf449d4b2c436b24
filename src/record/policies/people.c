#include "record/policies/people.h"
#include "record/store/store_int.h"

static int set_when(struct bdl_store *s, int64_t *ret, struct bdl_err *err)
{
	struct bdl_stmt *st BDL_AUTO(bdl_stmt_rest) = NULL;

	int rc = bdl_stmt_find(s, "SELECT set_ms FROM roll WHERE school = ?1", &st, err);
	if (rc >= 0)
		*ret = rc > 0 ? bdl_col_int(st, 0) : 0;
	return rc < 0 ? rc : 0;
}

int bdl_people_refresh(
    struct bdl_store *s, struct bdl_roll **roll, int64_t *set_ms, struct bdl_err *err)
{
	struct bdl_stmt *st BDL_AUTO(bdl_stmt_rest) = NULL;
	struct bdl_roll *fresh = NULL;
	int64_t at_ms = 0;

	int rc = set_when(s, &at_ms, err);
	if (rc || at_ms == *set_ms)
		return rc;
	rc = bdl_stmt_find(s, "SELECT csv FROM roll WHERE school = ?1", &st, err);
	if (rc > 0)
		rc = bdl_roll_parse(bdl_col_view(st, 0), "the roll", &fresh, err);
	if (rc < 0)
		return rc;
	bdl_roll_free(*roll);
	*roll = fresh;
	*set_ms = at_ms;
	return 0;
}
