#include "record/store/numbers_int.h"
#include "record/store/store_int.h"

#define NEXT(table)                                                                   \
	"SELECT coalesce(max(n.id), 0) + 1 FROM (SELECT max(id) AS id FROM " table    \
	" WHERE school = ?1 UNION ALL SELECT last FROM number_gone WHERE school = ?1" \
	" AND kind = '" table "') n"
#define KEEP(table)                                                                  \
	"INSERT INTO number_gone (school, kind, last) SELECT ?1, '" table "',"       \
	" coalesce(max(id), 0) FROM " table " WHERE school = ?1"                     \
	" ON CONFLICT (school, kind) DO UPDATE SET last = CASE WHEN excluded.last >" \
	" number_gone.last THEN excluded.last ELSE number_gone.last END"

static const struct {
	const char *next, *keep;
} kinds[BDL_NUMBERED_KINDS] = {
	[BDL_NUMBERED_ACT] = { NEXT("act"), KEEP("act") },
	[BDL_NUMBERED_VIOLATION] = { NEXT("violation"), KEEP("violation") },
	[BDL_NUMBERED_REFUSED] = { NEXT("refused"), KEEP("refused") },
	[BDL_NUMBERED_RULESET] = { NEXT("ruleset"), KEEP("ruleset") },
	[BDL_NUMBERED_HOLD] = { NEXT("legal_hold"), KEEP("legal_hold") },
	[BDL_NUMBERED_REVIEW] = { NEXT("check_review"), KEEP("check_review") },
};

int bdl_number_next(struct bdl_store *s, enum bdl_numbered kind, int64_t *ret, struct bdl_err *err)
{
	struct bdl_stmt *st BDL_AUTO(bdl_stmt_rest) = NULL;

	BDL_BUG_IF(!bdl_store_is_writing(s));
	int rc = bdl_stmt_find(s, kinds[kind].next, &st, err);
	if (rc < 0)
		return rc;
	*ret = bdl_col_int(st, 0);
	return 0;
}

int bdl_number_keep(struct bdl_store *s, enum bdl_numbered kind, struct bdl_err *err)
{
	struct bdl_stmt *st BDL_AUTO(bdl_stmt_rest) = NULL;

	BDL_BUG_IF(!bdl_store_is_writing(s));
	int rc = bdl_stmt_get(s, kinds[kind].keep, &st, err);
	if (rc)
		return rc;
	bdl_bind_int(st, 1, BDL_SCHOOL);
	return bdl_stmt_run(s, st, err);
}
