#include "record/status/hosts.h"
#include "record/store/store_int.h"

struct bdl_host_row bdl_host_look(struct bdl_board *board)
{
	struct bdl_host_row row = { 0 };
	const struct bdl_slot *slot;
	char name[BDL_SLOT_NAME];

	for (size_t i = 0; (slot = bdl_board_at(board, i)); i++) {
		bdl_slot_read_name(slot, name);
		if (!bdl_view_starts(bdl_view_of(name), BDL_LIT("web-")) ||
		    atomic_load(&slot->state) != BDL_STATE_UP)
			continue;
		uint64_t ruleset =
		    atomic_load_explicit(&slot->counters[BDL_COUNT_RULESET], memory_order_relaxed);
		row.is_mixed |= row.doors > 0 && ruleset != row.ruleset;
		row.ruleset = ruleset;
		row.doors++;
	}
	if (row.is_mixed)
		row.ruleset = 0;
	return row;
}

static int row_put(struct bdl_store *s, const struct bdl_host_row *row, struct bdl_err *err)
{
	struct bdl_stmt *st BDL_AUTO(bdl_stmt_rest) = NULL;

	int rc = bdl_stmt_get_of(s,
	    "INSERT INTO door_host (school, host, seen_ms, doors, ruleset, is_mixed)"
	    " VALUES (?1, ?2, ?3, ?4, ?5, ?6) ON CONFLICT (school, host) DO UPDATE SET"
	    " seen_ms = excluded.seen_ms, doors = excluded.doors, ruleset = excluded.ruleset,"
	    " is_mixed = excluded.is_mixed",
	    row->host, &st, err);
	if (rc)
		return rc;
	bdl_bind_int(st, 3, row->seen_ms);
	bdl_bind_int(st, 4, row->doors);
	bdl_bind_int(st, 5, (int64_t)row->ruleset); /* sixty-four bits, whatever they say */
	bdl_bind_int(st, 6, row->is_mixed);
	return bdl_stmt_run(s, st, err);
}

/* Those of which nobody has heard for long: their machines are gone. */
static int old_drop(struct bdl_store *s, int64_t before_ms, struct bdl_err *err)
{
	struct bdl_stmt *st BDL_AUTO(bdl_stmt_rest) = NULL;

	int rc =
	    bdl_stmt_get(s, "DELETE FROM door_host WHERE school = ?1 AND seen_ms < ?2", &st, err);
	if (rc)
		return rc;
	bdl_bind_int(st, 1, BDL_SCHOOL);
	bdl_bind_int(st, 2, before_ms);
	return bdl_stmt_run(s, st, err);
}

int bdl_hosts_say(struct bdl_store *s, struct bdl_host_row row, struct bdl_err *err)
{
	int rc = bdl_store_now(s, &row.seen_ms, err);
	if (!rc)
		rc = bdl_store_begin_volume(s, err);
	if (rc)
		return rc;
	rc = row_put(s, &row, err);
	if (!rc)
		rc = old_drop(s, row.seen_ms - BDL_HOST_KEPT_MS, err);
	if (!rc)
		rc = bdl_store_commit(s, err);
	bdl_store_rollback(s);
	return rc;
}

static int host_row(struct bdl_stmt *st, struct bdl_region *region, void *row, struct bdl_err *err)
{
	struct bdl_host_row *ret = row;

	(void)err; /* what is no text or number reads as one all the same */
	*ret = (struct bdl_host_row){
		.host = bdl_col_text(st, 0, region),
		.seen_ms = bdl_col_int(st, 1),
		.doors = bdl_col_int(st, 2),
		.ruleset = (uint64_t)bdl_col_int(st, 3),
		.is_mixed = bdl_col_int(st, 4),
	};
	return 0;
}

int bdl_hosts_list(struct bdl_store *s, struct bdl_region *region, struct bdl_host_row **ret,
    size_t *ret_n, struct bdl_err *err)
{
	struct bdl_stmt *st BDL_AUTO(bdl_stmt_rest) = NULL;
	void *rows;

	int rc = bdl_stmt_get(s,
	    "SELECT host, seen_ms, doors, ruleset, is_mixed FROM door_host WHERE school = ?1"
	    " ORDER BY host",
	    &st, err);
	if (rc)
		return rc;
	bdl_bind_int(st, 1, BDL_SCHOOL);
	rc = bdl_rows_read(s, st, region, sizeof(struct bdl_host_row), host_row, &rows, ret_n, err);
	if (!rc)
		*ret = rows;
	return rc;
}
