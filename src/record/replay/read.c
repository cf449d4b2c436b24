/*
 * The rows of a replay. Clients, sites and bases are read first, each once, and texts of page loads a
 * day at a time, so that a visit and a page load are numbers only. A statement reads one hour, or so
 * many rows: PostgreSQL gives all of a statement's rows at once.
 */
#include "base/alloc.h"
#include "record/replay/replay_int.h"
#include "record/store/store_int.h"
#include "record/visits/visits_int.h"

#define ROWS_MAX  20000              /* of one statement that has no hour */
#define IDS_MAX   (64 * 1024 * 1024) /* a name's number in the store; 12 bytes of memory for each */
#define DAY_BYTES ((size_t)1 << 30)  /* texts of one day */

/* What a name's number in the store stands for. */
struct named {
	void *items;
	size_t size, cap; /* of an item; in items */
	int64_t last;     /* the highest number that was read */
};

struct text {
	struct bdl_view text;
	uint32_t kept; /* its number plus one; 0: it has none yet */
};

struct reader {
	struct bdl_store *s;
	struct bdl_replay_names *names;
	struct bdl_replay_work *w;
	int64_t since_ms, until_ms;
	struct named clients, sites, bases;
	struct bdl_region *texts; /* of the day */
	struct named day_texts;
	int64_t day;
};

static void reader_done(struct reader *r)
{
	free(r->clients.items);
	free(r->sites.items);
	free(r->bases.items);
	free(r->day_texts.items);
	bdl_region_free(r->texts);
}

/* --- names by their numbers in the store --- */

static void *item_at(const struct named *n, int64_t id)
{
	return (char *)n->items + (size_t)id * n->size;
}

static int named_room(struct named *n, int64_t id, struct bdl_err *err)
{
	size_t cap = n->cap ? n->cap : 1024;

	if (id < 0 || id > IDS_MAX)
		return bdl_fail(err, BDL_E_LIMIT,
		    "a name has the number %lld, which is too high to be looked at", (long long)id);
	while (cap <= (size_t)id)
		cap *= 2;
	if (cap == n->cap)
		return 0;
	void *items = bdl_xcalloc(cap, n->size);
	if (n->cap)
		memcpy(items, n->items, n->cap * n->size);
	free(n->items);
	n->items = items;
	n->cap = cap;
	return 0;
}

/* Make an item of the row where the statement stands. */
typedef void read_fn(struct reader *r, struct bdl_stmt *st, void *item);

static void read_client(struct reader *r, struct bdl_stmt *st, void *item)
{
	const struct bdl_act a = {
		.known = bdl_col_int(st, 1),
		.person = bdl_col_view(st, 2),
		.address = bdl_col_view(st, 3),
		.groups = bdl_col_view(st, 4),
		.place = bdl_col_view(st, 5),
		.equipment = bdl_col_view(st, 6),
	};

	*(struct bdl_replay_client *)item = bdl_replay_client_of(r->names, &a);
}

static void read_site(struct reader *r, struct bdl_stmt *st, void *item)
{
	const struct bdl_act a = {
		.host = bdl_col_view(st, 1),
		.categories = bdl_col_view(st, 2),
	};

	*(uint32_t *)item = bdl_replay_site_of(r->names, &a);
}

static void read_basis(struct reader *r, struct bdl_stmt *st, void *item)
{
	const struct bdl_act a = {
		.door = (enum bdl_door)bdl_col_int(st, 1),
		.action = (enum bdl_action)bdl_col_int(st, 3),
		.method = bdl_col_view(st, 4),
		.clauses = bdl_col_view(st, 5),
	};

	*(struct bdl_replay_basis *)item =
	    (struct bdl_replay_basis){ bdl_replay_basis_of(r->names, &a), bdl_col_int(st, 2) };
}

static void read_text(struct reader *r, struct bdl_stmt *st, void *item)
{
	*(struct text *)item = (struct text){ .text = bdl_col_text(st, 1, r->texts) };
}

/* One statement's rows into the table; *ret_n is how many. ?2 is the last number that is known. */
static int read_some(struct reader *r, struct bdl_stmt *st, struct named *n, read_fn *read,
    size_t *ret_n, struct bdl_err *err)
{
	int rc;

	*ret_n = 0;
	while ((rc = bdl_stmt_step(r->s, st, err)) > 0) {
		int64_t id = bdl_col_int(st, 0);

		rc = named_room(n, id, err);
		if (rc < 0)
			return rc;
		read(r, st, item_at(n, id));
		n->last = id;
		++*ret_n;
	}
	return rc;
}

/* All names of the statement behind the last that is known. */
static int read_names(
    struct reader *r, const char *sql, struct named *n, read_fn *read, struct bdl_err *err)
{
	size_t got = ROWS_MAX;
	int rc = 0;

	while (rc == 0 && got == ROWS_MAX) {
		struct bdl_stmt *st BDL_AUTO(bdl_stmt_rest) = NULL;

		rc = bdl_stmt_get(r->s, sql, &st, err);
		if (rc < 0)
			return rc;
		bdl_bind_int(st, 1, BDL_SCHOOL);
		bdl_bind_int(st, 2, n->last);
		bdl_bind_int(st, 3, ROWS_MAX);
		if (n == &r->day_texts)
			bdl_bind_int(st, 4, r->day);
		rc = read_some(r, st, n, read, &got, err);
	}
	return rc;
}

static int read_all_names(struct reader *r, struct bdl_err *err)
{
	int rc = read_names(r,
	    "SELECT id, known, person, address, person_groups, place, equipment FROM client"
	    " WHERE school = ?1 AND id > ?2 ORDER BY id LIMIT ?3",
	    &r->clients, read_client, err);
	if (rc == 0)
		rc = read_names(r,
		    "SELECT id, host, categories FROM site"
		    " WHERE school = ?1 AND id > ?2 ORDER BY id LIMIT ?3",
		    &r->sites, read_site, err);
	if (rc == 0)
		rc = read_names(r,
		    "SELECT id, door, utc_offset, action, method, clauses FROM basis"
		    " WHERE school = ?1 AND id > ?2 ORDER BY id LIMIT ?3",
		    &r->bases, read_basis, err);
	if (rc == 0 && bdl_replay_names_are_too_many(r->names))
		rc = bdl_fail(err, BDL_E_LIMIT, "there are too many names to be looked at at once");
	return rc;
}

/* Of rows that came while names were read the names may be newer: they are read on. */
static int know(struct reader *r, int64_t client, int64_t site, int64_t basis, struct bdl_err *err)
{
	if (client <= r->clients.last && site <= r->sites.last && basis <= r->bases.last)
		return 0;
	int rc = read_all_names(r, err);
	if (rc == 0 && (client > r->clients.last || site > r->sites.last || basis > r->bases.last))
		rc = bdl_fail(err, BDL_E_STORE, "store: a visit has a name that is not there");
	return rc;
}

static void put_names(
    const struct reader *r, int64_t client, int64_t site, int64_t basis, struct bdl_replay_row *row)
{
	row->client = *(struct bdl_replay_client *)item_at(&r->clients, client);
	row->site = *(uint32_t *)item_at(&r->sites, site);
	row->basis = ((struct bdl_replay_basis *)item_at(&r->bases, basis))->number;
}

static int64_t offset_of(const struct reader *r, int64_t basis)
{
	return ((struct bdl_replay_basis *)item_at(&r->bases, basis))->utc_offset;
}

/* --- hours --- */

/* The first hour from ?2 on that has any; 0: there is none. */
static int next_hour(
    struct reader *r, const char *sql, int64_t from, int64_t *ret, struct bdl_err *err)
{
	struct bdl_stmt *st BDL_AUTO(bdl_stmt_rest) = NULL;

	int rc = bdl_stmt_get(r->s, sql, &st, err);
	if (rc < 0)
		return rc;
	bdl_bind_int(st, 1, BDL_SCHOOL);
	bdl_bind_int(st, 2, from);
	rc = bdl_stmt_step(r->s, st, err);
	*ret = rc > 0 ? bdl_col_int(st, 0) : 0;
	return rc < 0 ? rc : 0;
}

typedef int hour_row_fn(struct reader *r, struct bdl_stmt *st, int64_t hour, struct bdl_err *err);

static int read_hour(
    struct reader *r, const char *sql, int64_t hour, hour_row_fn *take, struct bdl_err *err)
{
	struct bdl_stmt *st BDL_AUTO(bdl_stmt_rest) = NULL;

	int rc = bdl_stmt_get(r->s, sql, &st, err);
	if (rc < 0)
		return rc;
	bdl_bind_int(st, 1, BDL_SCHOOL);
	bdl_bind_int(st, 2, hour);
	while ((rc = bdl_stmt_step(r->s, st, err)) > 0) {
		rc = take(r, st, hour, err);
		if (rc < 0)
			return rc;
	}
	return rc;
}

/* --- parts of visits --- */

static int take_parts(struct reader *r, struct bdl_stmt *st, int64_t hour, struct bdl_err *err)
{
	int64_t client = bdl_col_int(st, 0), site = bdl_col_int(st, 1), basis = bdl_col_int(st, 2);
	struct bdl_replay_row row = {
		.at_ms = hour * BDL_HOUR_MS,
		.parts = bdl_col_int(st, 4),
		.kind = BDL_KIND_PART,
	};

	int rc = know(r, client, site, basis, err);
	if (rc < 0)
		return rc;
	put_names(r, client, site, basis, &row);
	row.minute =
	    bdl_replay_minute_of(r->w, hour, (unsigned)bdl_col_int(st, 3), offset_of(r, basis));
	row.kept = bdl_replay_kept_of(r->names, (struct bdl_view){ 0 });
	bdl_replay_take(r->w, &row);
	return 0;
}

static int read_visits(struct reader *r, struct bdl_err *err)
{
	int64_t hour = r->since_ms / BDL_HOUR_MS;
	int rc = 0;

	while (rc == 0) {
		rc = next_hour(r,
		    "SELECT hour FROM visit WHERE school = ?1 AND hour >= ?2"
		    " ORDER BY hour LIMIT 1",
		    hour, &hour, err);
		if (rc < 0 || !hour || hour * BDL_HOUR_MS >= r->until_ms)
			return rc;
		rc = read_hour(r,
		    "SELECT client, site, basis, tens, parts FROM visit"
		    " WHERE school = ?1 AND hour = ?2 AND parts > 0",
		    hour, take_parts, err);
		hour++;
	}
	return rc;
}

/* --- page loads --- */

static struct bdl_view day_text(const struct reader *r, int64_t id)
{
	if (id <= 0 || (size_t)id >= r->day_texts.cap)
		return (struct bdl_view){ 0 };
	return ((struct text *)item_at(&r->day_texts, id))->text;
}

/* The number of what was kept, worked out once for each text of a day. */
static uint32_t day_kept(const struct reader *r, int64_t id)
{
	struct text *t;

	if (id <= 0 || (size_t)id >= r->day_texts.cap)
		return bdl_replay_kept_of(r->names, (struct bdl_view){ 0 });
	t = item_at(&r->day_texts, id);
	if (!t->kept)
		t->kept = bdl_replay_kept_of(r->names, t->text) + 1;
	return t->kept - 1;
}

static void forget_kept(struct reader *r)
{
	struct text *t = r->day_texts.items;

	if (!bdl_replay_tidy(r->w))
		return;
	for (size_t i = 0; i < r->day_texts.cap; i++)
		t[i].kept = 0;
}

static int read_day(struct reader *r, int64_t day, struct bdl_err *err)
{
	bdl_region_reset(r->texts);
	if (r->day_texts.cap)
		memset(r->day_texts.items, 0, r->day_texts.cap * r->day_texts.size);
	r->day_texts.last = 0;
	r->day = day;
	int rc = read_names(r,
	    "SELECT id, text FROM page_text WHERE school = ?1 AND day = ?4 AND id > ?2"
	    " ORDER BY id LIMIT ?3",
	    &r->day_texts, read_text, err);
	if (rc == 0 && bdl_region_broken(r->texts))
		rc = bdl_fail(err, BDL_E_LIMIT, "the texts of a day do not fit into memory");
	return rc;
}

static int take_load(struct reader *r, struct bdl_stmt *st, int64_t hour, struct bdl_err *err)
{
	int64_t client = bdl_col_int(st, 0), site = bdl_col_int(st, 1), basis = bdl_col_int(st, 2);
	struct bdl_replay_row row = {
		.at_ms = hour * BDL_HOUR_MS + bdl_col_int(st, 3),
		.kind = (enum bdl_act_kind)bdl_col_int(st, 4),
	};
	uint8_t weekday;
	uint16_t minute;

	if (row.at_ms < r->since_ms || row.at_ms >= r->until_ms)
		return 0;
	int rc = know(r, client, site, basis, err);
	if (rc < 0)
		return rc;
	put_names(r, client, site, basis, &row);
	bdl_act_local(row.at_ms, offset_of(r, basis), &weekday, &minute);
	row.minute = (uint16_t)(weekday * 24 * 60 + minute);
	row.kept = day_kept(r, bdl_col_int(st, 6));
	if (bdl_replay_site_reads_path(r->w, row.site)) {
		int64_t path = bdl_col_int(st, 5);
		row.path = path ? day_text(r, path) : bdl_col_view(st, 7);
	}
	bdl_replay_take(r->w, &row);
	return 0;
}

static int read_loads(struct reader *r, struct bdl_err *err)
{
	int64_t hour = r->since_ms / BDL_HOUR_MS;
	int rc = 0;

	while (rc == 0) {
		rc = next_hour(r,
		    "SELECT hour FROM page_load WHERE school = ?1 AND hour >= ?2"
		    " ORDER BY hour LIMIT 1",
		    hour, &hour, err);
		if (rc < 0 || !hour || hour * BDL_HOUR_MS >= r->until_ms)
			return rc;
		/* What comes of this day while it is read has no text yet: then it has no path. */
		if (hour / 24 != r->day)
			rc = read_day(r, hour / 24, err);
		if (rc == 0)
			rc = read_hour(r,
			    "SELECT client, site, basis, hour_ms, kind, path, kept, own_path"
			    " FROM page_load WHERE school = ?1 AND hour = ?2",
			    hour, take_load, err);
		forget_kept(r);
		hour++;
	}
	return rc;
}

/* --- acts --- */

static void take_act(struct reader *r, struct bdl_stmt *st)
{
	int64_t weekday = bdl_col_int(st, 3), minute = bdl_col_int(st, 4);
	bool has_time = weekday >= 0 && weekday < 7 && minute >= 0 && minute < 24 * 60;
	const struct bdl_act a = {
		.door = (enum bdl_door)bdl_col_int(st, 5),
		.action = (enum bdl_action)bdl_col_int(st, 6),
		.known = bdl_col_int(st, 7),
		.person = bdl_col_view(st, 8),
		.groups = bdl_col_view(st, 9),
		.address = bdl_col_view(st, 10),
		.method = bdl_col_view(st, 11),
		.host = bdl_col_view(st, 12),
		.categories = bdl_col_view(st, 14),
		.clauses = bdl_col_view(st, 15),
		.place = bdl_col_view(st, 16),
		.equipment = bdl_col_view(st, 17),
	};
	struct bdl_replay_row row = {
		.at_ms = bdl_col_int(st, 1),
		.kind = (enum bdl_act_kind)bdl_col_int(st, 2),
		.minute = has_time ? (uint16_t)(weekday * 24 * 60 + minute) : BDL_NO_TIME,
		.client = bdl_replay_client_of(r->names, &a),
		.site = bdl_replay_site_of(r->names, &a),
		.basis = bdl_replay_basis_of(r->names, &a),
		.kept = bdl_replay_kept_of(r->names, bdl_col_view(st, 18)),
	};

	row.parts = row.kind == BDL_KIND_PART;
	if (bdl_replay_site_reads_path(r->w, row.site))
		row.path = bdl_col_view(st, 13);
	bdl_replay_take(r->w, &row);
	forget_kept(r);
}

/* *last is the last number that was looked at; *ret_n how many there were. */
static int read_some_acts(struct reader *r, int64_t *last, size_t *ret_n, struct bdl_err *err)
{
	struct bdl_stmt *st BDL_AUTO(bdl_stmt_rest) = NULL;

	int rc = bdl_stmt_get(r->s,
	    "SELECT id, at_ms, kind, weekday, minute, door, action, known, person, person_groups,"
	    " address, method, host, path, categories, clauses, place, equipment, kept FROM act"
	    " WHERE school = ?1 AND id > ?2 AND +at_ms >= ?3 AND +at_ms < ?4"
	    " AND source <> 'probe' ORDER BY id LIMIT ?5",
	    &st, err);
	if (rc < 0)
		return rc;
	bdl_bind_int(st, 1, BDL_SCHOOL);
	bdl_bind_int(st, 2, *last);
	bdl_bind_int(st, 3, r->since_ms);
	bdl_bind_int(st, 4, r->until_ms);
	bdl_bind_int(st, 5, ROWS_MAX);
	*ret_n = 0;
	while ((rc = bdl_stmt_step(r->s, st, err)) > 0) {
		*last = bdl_col_int(st, 0);
		take_act(r, st);
		++*ret_n;
	}
	return rc;
}

static int read_acts(struct reader *r, struct bdl_err *err)
{
	size_t n = ROWS_MAX;
	int64_t last = 0;
	int rc = 0;

	while (rc == 0 && n == ROWS_MAX)
		rc = read_some_acts(r, &last, &n, err);
	return rc;
}

int bdl_replay_read(struct bdl_store *s, struct bdl_replay_names *names, struct bdl_replay_work *w,
    int64_t since_ms, int64_t until_ms, struct bdl_err *err)
{
	struct reader r BDL_AUTO_IN(reader_done) = {
		.s = s,
		.names = names,
		.w = w,
		.since_ms = since_ms,
		.until_ms = until_ms,
		.clients.size = sizeof(struct bdl_replay_client),
		.sites.size = sizeof(uint32_t),
		.bases.size = sizeof(struct bdl_replay_basis),
		.day_texts.size = sizeof(struct text),
	};

	r.texts = bdl_region_new(DAY_BYTES);
	int rc = read_all_names(&r, err);
	if (rc == 0)
		rc = read_acts(&r, err);
	if (rc == 0)
		rc = read_loads(&r, err);
	if (rc == 0)
		rc = read_visits(&r, err);
	if (rc == 0 && bdl_replay_names_are_too_many(names))
		rc = bdl_fail(err, BDL_E_LIMIT, "there are too many names to be looked at at once");
	return rc;
}
