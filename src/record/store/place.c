#include "record/store/place_int.h"
#include "record/store/store_int.h"

int bdl_place_get(
    struct bdl_store *s, const char *source, struct bdl_journal_place *ret, struct bdl_err *err)
{
	struct bdl_stmt *st BDL_AUTO(bdl_stmt_rest) = NULL;

	int rc = bdl_stmt_get(s,
	    "SELECT segment, byte_at FROM journal_place WHERE school = ?1 AND source = ?2", &st,
	    err);
	if (rc)
		return rc;
	bdl_bind_int(st, 1, BDL_SCHOOL);
	bdl_bind_text(st, 2, bdl_view_of(source));
	rc = bdl_stmt_step(s, st, err);
	if (rc < 0)
		return rc;
	*ret = (struct bdl_journal_place){ 0 };
	if (rc) {
		ret->segment = (uint64_t)bdl_col_int(st, 0);
		ret->offset = (uint64_t)bdl_col_int(st, 1);
	}
	return 0;
}

int bdl_place_set(
    struct bdl_store *s, const char *source, struct bdl_journal_place place, struct bdl_err *err)
{
	struct bdl_stmt *st BDL_AUTO(bdl_stmt_rest) = NULL;

	int rc = bdl_stmt_get_of(s,
	    "INSERT INTO journal_place (school, source, segment, byte_at) VALUES (?1, ?2, ?3, ?4)"
	    " ON CONFLICT (school, source) DO UPDATE SET segment = excluded.segment,"
	    " byte_at = excluded.byte_at",
	    bdl_view_of(source), &st, err);
	if (rc)
		return rc;
	bdl_bind_int(st, 3, (int64_t)place.segment);
	bdl_bind_int(st, 4, (int64_t)place.offset);
	return bdl_stmt_run(s, st, err);
}
