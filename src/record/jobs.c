#include "record/jobs.h"
#include "record/store/store_int.h"

#define COLUMNS                                                                                 \
	"name, schedule, result, holder, next_ms, until_ms, began_ms, ended_ms, took_ms, runs," \
	" failures"
#define ROWS_BYTES (64 * 1024)

static int job_row(struct bdl_stmt *st, struct bdl_region *region, void *row, struct bdl_err *err)
{
	struct bdl_job_row *ret = row;
	(void)err; /* what is not text or a number reads as one all the same */

	*ret = (struct bdl_job_row){
		.name = bdl_col_text(st, 0, region),
		.schedule = bdl_col_text(st, 1, region),
		.result = bdl_col_text(st, 2, region),
		.holder = bdl_col_text(st, 3, region),
		.next_ms = bdl_col_int(st, 4),
		.until_ms = bdl_col_int(st, 5),
		.began_ms = bdl_col_int(st, 6),
		.ended_ms = bdl_col_int(st, 7),
		.took_ms = bdl_col_int(st, 8),
		.runs = bdl_col_int(st, 9),
		.failures = bdl_col_int(st, 10),
	};
	return 0;
}

struct bdl_view bdl_job_word(struct bdl_view name)
{
	size_t slash = bdl_view_find(name, '/');

	return slash < name.n ? bdl_view_from(name, slash + 1) : name;
}

int bdl_jobs_list(struct bdl_store *s, struct bdl_region *region, struct bdl_job_row **ret,
    size_t *ret_n, struct bdl_err *err)
{
	struct bdl_stmt *st BDL_AUTO(bdl_stmt_rest) = NULL;
	void *rows;

	int rc = bdl_stmt_get(
	    s, "SELECT " COLUMNS " FROM job WHERE school = ?1 ORDER BY name", &st, err);
	if (rc)
		return rc;
	bdl_bind_int(st, 1, BDL_SCHOOL);
	rc = bdl_rows_read(s, st, region, sizeof(struct bdl_job_row), job_row, &rows, ret_n, err);
	if (!rc)
		*ret = rows;
	return rc;
}

/* A zeroed row where there is none: its schedule is no text that a schedule has. */
static int job_find(struct bdl_store *s, struct bdl_view name, struct bdl_region *region,
    struct bdl_job_row *ret, struct bdl_err *err)
{
	struct bdl_stmt *st BDL_AUTO(bdl_stmt_rest) = NULL;

	int rc = bdl_stmt_find_of(
	    s, "SELECT " COLUMNS " FROM job WHERE school = ?1 AND name = ?2", name, &st, err);
	if (rc < 0)
		return rc;
	*ret = (struct bdl_job_row){ 0 };
	return rc > 0 ? job_row(st, region, ret, err) : 0;
}

/* Run a statement of one row at most in a transaction of its own; whether there was a row. */
static int change(struct bdl_store *s, struct bdl_stmt *st, bool *ret_any, struct bdl_err *err)
{
	int rc = bdl_store_begin(s, err);
	if (rc)
		return rc;
	int step = bdl_stmt_step(s, st, err);
	if (step > 0)
		rc = bdl_stmt_step(s, st, err); /* to its end, or nothing is committed */
	bdl_stmt_rest(st);
	if (step < 0 || rc) {
		bdl_store_rollback(s);
		return step < 0 ? step : rc;
	}
	rc = bdl_store_commit(s, err);
	if (rc) {
		bdl_store_rollback(s);
		return rc;
	}
	*ret_any = step > 0;
	return 0;
}

int bdl_job_plan(struct bdl_store *s, struct bdl_view name, const struct bdl_schedule *schedule,
    int64_t now_ms, struct bdl_err *err)
{
	struct bdl_stmt *st BDL_AUTO(bdl_stmt_rest) = NULL;
	struct bdl_region *region BDL_AUTO(bdl_region_free) = bdl_region_new(ROWS_BYTES);
	char text[BDL_SCHEDULE_TEXT];
	struct bdl_job_row row;
	bool any;

	bdl_schedule_write(schedule, text);
	int rc = job_find(s, name, region, &row, err);
	if (rc)
		return rc;
	bool is_new = !bdl_view_is(row.schedule, text);
	int64_t next_ms = is_new ? bdl_schedule_first(schedule, now_ms)
				 : bdl_schedule_mend(schedule, row.next_ms, now_ms);
	/* A holder whose clock was set back lengthens its lease by itself; any other runs out. */
	int64_t until_ms =
	    row.until_ms > now_ms + 2 * BDL_JOB_LEASE_MS ? now_ms + BDL_JOB_LEASE_MS : row.until_ms;
	if (!is_new && next_ms == row.next_ms && until_ms == row.until_ms)
		return 0;
	rc = bdl_stmt_get_of(s,
	    "INSERT INTO job (school, name, schedule, next_ms) VALUES (?1, ?2, ?3, ?4)"
	    " ON CONFLICT (school, name) DO UPDATE SET schedule = excluded.schedule,"
	    " next_ms = excluded.next_ms,"
	    " until_ms = CASE WHEN job.until_ms > ?5 THEN ?5 ELSE job.until_ms END"
	    " RETURNING name",
	    name, &st, err);
	if (rc)
		return rc;
	bdl_bind_text(st, 3, bdl_view_of(text));
	bdl_bind_int(st, 4, next_ms);
	bdl_bind_int(st, 5, until_ms);
	return change(s, st, &any, err);
}

int bdl_job_take(struct bdl_store *s, struct bdl_view name, struct bdl_view holder,
    bool is_asked_for, int64_t now_ms, bool *ret_taken, struct bdl_err *err)
{
	struct bdl_stmt *st BDL_AUTO(bdl_stmt_rest) = NULL;

	int rc = bdl_stmt_get_of(s,
	    "UPDATE job SET"
	    " failures = failures + CASE WHEN holder = '' THEN 0 ELSE 1 END,"
	    " result = CASE WHEN holder = '' THEN result ELSE 'ended in the middle' END,"
	    " holder = ?3, until_ms = ?4, began_ms = ?5"
	    " WHERE school = ?1 AND name = ?2 AND until_ms <= ?5 AND (next_ms <= ?5 OR ?6 = 1)"
	    " RETURNING name",
	    name, &st, err);
	if (rc)
		return rc;
	bdl_bind_text(st, 3, holder);
	bdl_bind_int(st, 4, now_ms + BDL_JOB_LEASE_MS);
	bdl_bind_int(st, 5, now_ms);
	bdl_bind_int(st, 6, is_asked_for);
	return change(s, st, ret_taken, err);
}

int bdl_job_hold(struct bdl_store *s, struct bdl_view name, struct bdl_view holder, int64_t now_ms,
    bool *ret_held, struct bdl_err *err)
{
	struct bdl_stmt *st BDL_AUTO(bdl_stmt_rest) = NULL;

	int rc = bdl_stmt_get_of(s,
	    "UPDATE job SET until_ms = ?4 WHERE school = ?1 AND name = ?2 AND holder = ?3"
	    " RETURNING name",
	    name, &st, err);
	if (rc)
		return rc;
	bdl_bind_text(st, 3, holder);
	bdl_bind_int(st, 4, now_ms + BDL_JOB_LEASE_MS);
	return change(s, st, ret_held, err);
}

int bdl_job_end(struct bdl_store *s, struct bdl_view name, struct bdl_view holder,
    const struct bdl_schedule *schedule, const struct bdl_job_end *end, int64_t now_ms,
    bool *ret_held, struct bdl_err *err)
{
	struct bdl_stmt *st BDL_AUTO(bdl_stmt_rest) = NULL;
	struct bdl_region *region BDL_AUTO(bdl_region_free) = bdl_region_new(ROWS_BYTES);
	struct bdl_job_row row;

	/* Only the holder changes this number, so it is the same when it is written. */
	int rc = job_find(s, name, region, &row, err);
	if (rc)
		return rc;
	int64_t failures = end->went_well ? 0 : row.failures + 1;
	rc = bdl_stmt_get_of(s,
	    "UPDATE job SET holder = '', until_ms = 0, next_ms = ?4, ended_ms = ?5, took_ms = ?6,"
	    " runs = runs + 1, failures = ?7, result = ?8"
	    " WHERE school = ?1 AND name = ?2 AND holder = ?3 RETURNING name",
	    name, &st, err);
	if (rc)
		return rc;
	bdl_bind_text(st, 3, holder);
	bdl_bind_int(st, 4,
	    end->went_well ? bdl_schedule_after(schedule, now_ms)
			   : bdl_schedule_retry(schedule, now_ms, failures));
	bdl_bind_int(st, 5, now_ms);
	bdl_bind_int(st, 6, end->took_ms);
	bdl_bind_int(st, 7, failures);
	bdl_bind_text(st, 8, end->result);
	return change(s, st, ret_held, err);
}

int bdl_job_drop(
    struct bdl_store *s, struct bdl_view name, struct bdl_view holder, struct bdl_err *err)
{
	struct bdl_stmt *st BDL_AUTO(bdl_stmt_rest) = NULL;
	bool any; /* where it was not ours any more there is nothing to let go */

	int rc = bdl_stmt_get_of(s,
	    "UPDATE job SET holder = '', until_ms = 0"
	    " WHERE school = ?1 AND name = ?2 AND holder = ?3 RETURNING name",
	    name, &st, err);
	if (rc)
		return rc;
	bdl_bind_text(st, 3, holder);
	return change(s, st, &any, err);
}
