#include "record/store/store_int.h"
#include "record/visits/visits.h"

#define DAY_HOURS 24

/*
 * A hold keeps a row of `r`, which has a client and a basis. Names are looked up only where there is a
 * hold.
 */
#define HELD                                                                              \
	"EXISTS (SELECT 1 FROM legal_hold h WHERE h.school = r.school AND h.ended_ms = 0" \
	" AND (h.person = '' OR h.person = (SELECT c.person FROM client c"                \
	" WHERE c.school = r.school AND c.id = r.client))"                                \
	" AND (h.clause = '' OR h.clause = (SELECT b.clause FROM basis b"                 \
	" WHERE b.school = r.school AND b.id = r.basis)))"

/*
 * What goes by the time it is of. The rows of one hour, or day, lie together: `find` has the oldest
 * from ?2 on and before ?3, `go` deletes some of it that are not held.
 */
struct timed {
	const char *find, *go;
	int64_t hours; /* of one */
};

enum stage {
	STAGE_LOADS,
	STAGE_TEXTS,
	STAGE_VISITS,
	STAGE_SITES,
	STAGE_CLIENTS,
	STAGE_BASES,
	STAGES
};

static const struct timed timed[] = {
	[STAGE_LOADS] = {
		"SELECT hour FROM page_load WHERE school = ?1 AND hour >= ?2 AND hour < ?3"
		" ORDER BY hour LIMIT 1",
		"DELETE FROM page_load WHERE (school, hour, client, id) IN"
		" (SELECT r.school, r.hour, r.client, r.id FROM page_load r WHERE r.school = ?1"
		" AND r.hour = ?2 AND NOT " HELD " LIMIT ?3)",
		1,
	},
	/* By now only loads that are held have texts of those days. */
	[STAGE_TEXTS] = {
		"SELECT day FROM page_text WHERE school = ?1 AND day >= ?2 AND day < ?3"
		" ORDER BY day LIMIT 1",
		"DELETE FROM page_text WHERE (school, day, id) IN (SELECT school, day, id"
		" FROM page_text WHERE school = ?1 AND day = ?2 AND id NOT IN"
		" (SELECT path FROM page_load WHERE school = ?1 AND hour >= 24 * ?2"
		" AND hour < 24 * ?2 + 24"
		" UNION ALL SELECT kept FROM page_load WHERE school = ?1 AND hour >= 24 * ?2"
		" AND hour < 24 * ?2 + 24) LIMIT ?3)",
		DAY_HOURS,
	},
	[STAGE_VISITS] = {
		"SELECT hour FROM visit WHERE school = ?1 AND hour >= ?2 AND hour < ?3"
		" ORDER BY hour LIMIT 1",
		"DELETE FROM visit WHERE (school, hour, client, site, basis) IN"
		" (SELECT r.school, r.hour, r.client, r.site, r.basis FROM visit r"
		" WHERE r.school = ?1 AND r.hour = ?2 AND NOT " HELD " LIMIT ?3)",
		1,
	},
};

/* Deletes what `sql` finds by ?1 to ?3; *ret_n is how many rows. */
static int delete_by(struct bdl_store *s, const char *sql, int64_t by, int64_t and_by,
    size_t *ret_n, struct bdl_err *err)
{
	struct bdl_stmt *st BDL_AUTO(bdl_stmt_rest) = NULL;
	int64_t n;

	int rc = bdl_stmt_get(s, sql, &st, err);
	if (rc)
		return rc;
	bdl_bind_int(st, 1, BDL_SCHOOL);
	bdl_bind_int(st, 2, by);
	bdl_bind_int(st, 3, and_by);
	rc = bdl_stmt_change(s, st, &n, err);
	if (!rc)
		*ret_n = (size_t)n;
	return rc;
}

/* 1: *ret_number is what `sql` finds first by ?1 to ?3; 0: nothing. */
static int find_by(struct bdl_store *s, const char *sql, int64_t from, int64_t before,
    int64_t *ret_number, struct bdl_err *err)
{
	struct bdl_stmt *st BDL_AUTO(bdl_stmt_rest) = NULL;

	int rc = bdl_stmt_get(s, sql, &st, err);
	if (rc)
		return rc;
	bdl_bind_int(st, 1, BDL_SCHOOL);
	bdl_bind_int(st, 2, from);
	bdl_bind_int(st, 3, before);
	rc = bdl_stmt_step(s, st, err);
	if (rc > 0)
		*ret_number = bdl_col_int(st, 0);
	return rc;
}

/* --- by the time --- */

/* Some rows of the oldest hour or day that has any; where none is left to go, on to the next. */
static int timed_step(struct bdl_store *s, struct bdl_visits_deletion *d, const struct timed *t,
    size_t limit, size_t *ret_n, struct bdl_err *err)
{
	int64_t at;

	int rc = find_by(s, t->find, d->from, d->before_hour / t->hours, &at, err);
	if (rc <= 0)
		return rc;
	rc = delete_by(s, t->go, at, (int64_t)limit, ret_n, err);
	if (rc)
		return rc;
	d->from = at + (*ret_n < limit);
	return 1;
}

/* --- names --- */

/* Days of a site of which nothing is left, and the site itself when none is. */
static int site_delete(
    struct bdl_store *s, int64_t site, int64_t before_hour, size_t *ret_n, struct bdl_err *err)
{
	size_t days = 0, sites = 0;

	int rc = delete_by(s,
	    "DELETE FROM site_day WHERE school = ?1 AND site = ?2 AND day < ?3 AND NOT EXISTS"
	    " (SELECT 1 FROM visit v WHERE v.school = ?1 AND v.hour >= 24 * site_day.day"
	    " AND v.hour < 24 * site_day.day + 24 AND v.site = ?2)",
	    site, before_hour / DAY_HOURS, &days, err);
	if (!rc)
		rc = delete_by(s,
		    "DELETE FROM site WHERE school = ?1 AND id = ?2 AND ?3 = 1 AND NOT EXISTS"
		    " (SELECT 1 FROM site_day d WHERE d.school = ?1 AND d.site = ?2)",
		    site, 1, &sites, err);
	if (!rc)
		*ret_n = days + sites;
	return rc;
}

/* All sites are looked at, as no index knows of which of them days have gone. */
static int sites_step(struct bdl_store *s, struct bdl_visits_deletion *d, size_t limit,
    size_t *ret_n, struct bdl_err *err)
{
	size_t all = 0, n;
	int rc = 1;

	for (size_t i = 0; i < limit && all < limit; i++) {
		int64_t site;
		rc = find_by(s,
		    "SELECT id FROM site WHERE school = ?1 AND id > ?2 AND id < ?3"
		    " ORDER BY id LIMIT 1",
		    d->from, INT64_MAX, &site, err);
		if (rc <= 0)
			break;
		rc = site_delete(s, site, d->before_hour, &n, err);
		if (rc)
			return rc;
		rc = 1;
		d->from = site;
		all += n;
	}
	if (rc >= 0)
		*ret_n = all;
	return rc;
}

/* Names that were last used on a day before; what is left of those days is held, and is little. */
static int used_step(struct bdl_store *s, const struct bdl_visits_deletion *d, const char *sql,
    size_t limit, size_t *ret_n, struct bdl_err *err)
{
	int rc = delete_by(s, sql, d->before_hour / DAY_HOURS, (int64_t)limit, ret_n, err);

	return rc ? rc : *ret_n == limit;
}

static int clients_step(struct bdl_store *s, const struct bdl_visits_deletion *d, size_t limit,
    size_t *ret_n, struct bdl_err *err)
{
	return used_step(s, d,
	    "DELETE FROM client WHERE school = ?1 AND id IN (SELECT id FROM client"
	    " WHERE school = ?1 AND last_day < ?2 AND id NOT IN"
	    " (SELECT client FROM visit WHERE school = ?1 AND hour < 24 * ?2) LIMIT ?3)",
	    limit, ret_n, err);
}

static int bases_step(struct bdl_store *s, const struct bdl_visits_deletion *d, size_t limit,
    size_t *ret_n, struct bdl_err *err)
{
	return used_step(s, d,
	    "DELETE FROM basis WHERE school = ?1 AND id IN (SELECT id FROM basis"
	    " WHERE school = ?1 AND last_day < ?2 AND id NOT IN"
	    " (SELECT basis FROM visit WHERE school = ?1 AND hour < 24 * ?2"
	    " UNION ALL SELECT basis FROM page_load WHERE school = ?1 AND hour < 24 * ?2) LIMIT ?3)",
	    limit, ret_n, err);
}

/* Whoever remembers numbers of names looks for them anew. */
static int names_tell(struct bdl_store *s, struct bdl_err *err)
{
	struct bdl_stmt *st BDL_AUTO(bdl_stmt_rest) = NULL;

	int rc = bdl_stmt_get(
	    s, "UPDATE names_deleted SET times = times + 1 WHERE school = ?1", &st, err);
	if (rc)
		return rc;
	bdl_bind_int(st, 1, BDL_SCHOOL);
	return bdl_stmt_run(s, st, err);
}

/* --- a step --- */

static int stage_step(struct bdl_store *s, struct bdl_visits_deletion *d, size_t limit,
    size_t *ret_n, struct bdl_err *err)
{
	switch ((enum stage)d->stage) {
	case STAGE_LOADS:
	case STAGE_TEXTS:
	case STAGE_VISITS:
		return timed_step(s, d, &timed[d->stage], limit, ret_n, err);
	case STAGE_SITES:
		return sites_step(s, d, limit, ret_n, err);
	case STAGE_CLIENTS:
		return clients_step(s, d, limit, ret_n, err);
	case STAGE_BASES:
		return bases_step(s, d, limit, ret_n, err);
	case STAGES:
		break;
	}
	return 0;
}

int bdl_visits_delete(struct bdl_store *s, struct bdl_visits_deletion *d, size_t limit,
    size_t *ret_n, struct bdl_err *err)
{
	size_t n = 0;
	int rc = stage_step(s, d, limit, &n, err);

	if (rc < 0)
		return rc;
	if (n && d->stage >= STAGE_SITES) {
		int told = names_tell(s, err);
		if (told)
			return told;
	}
	if (!rc) {
		d->stage++;
		d->from = 0;
	}
	*ret_n = n;
	return d->stage < STAGES;
}
