#include "base/alloc.h"
#include "base/buf.h"
#include "record/store_int.h"
#include "record/visits_int.h"

#define SLOTS_MIN 4096
#define NAMES_MAX 100000             /* past these, all are forgotten and looked up anew */
#define TEXTS_MAX (16 * 1024 * 1024) /* bytes of keys, likewise */
#define KEYS_MAX  (64 * 1024 * 1024) /* those and what one transaction may add */

struct name {
	uint64_t hash;
	struct bdl_view key; /* visits_keys.c */
	int64_t number;      /* 0: the store has not been asked */
	int64_t hour; /* of a site: when it was seen last, plus one; and whether a page of it was */
	bool has_pages;
	int64_t day; /* of what has a mark: the newest that the store was told, plus one */
	enum bdl_name_kind kind;
};

struct bdl_names {
	struct name *names;
	size_t n, cap;
	uint32_t *slots; /* index of a name plus one; 0: free */
	size_t n_slots;  /* a power of two, at least twice n */
	struct bdl_region *keys;
	struct bdl_buf key;    /* being made */
	int64_t times_deleted; /* names in the store, when numbers were last looked for anew */
	/* The highest numbers, known for as long as a transaction keeps other writers out. */
	struct last {
		int64_t number, day;
		bool is_known;
	} last[BDL_NAME_KINDS];
};

/* `add` has the name's number as its last parameter, behind those of the key. */
struct shape {
	unsigned digests, numbers, texts;
	const char *find; /* NULL: never looked for, as no index finds it */
	const char *last; /* the highest number there is; of a path's day, where `is_by_day` */
	const char *add;
	const char *use; /* keeps its mark, and the day where it has one; NULL: neither */
	bool has_day;
	bool is_by_day;
};

static const struct shape shapes[BDL_NAME_KINDS] = {
	[BDL_NAME_CLIENT] = {
		.numbers = 1,
		.texts = 6,
		.find = "SELECT id FROM client WHERE school = ?1 AND known = ?2 AND person = ?3"
			" AND address = ?4 AND person_groups = ?5 AND source = ?6 AND place = ?7"
			" AND equipment = ?8",
		.last = "SELECT coalesce(max(id), 0) FROM client WHERE school = ?1",
		.add = "INSERT INTO client (school, known, person, address, person_groups, source,"
		       " place, equipment, id) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
		.use = "UPDATE client SET mark = ?3, last_day = CASE WHEN last_day < ?4 THEN ?4"
		       " ELSE last_day END WHERE school = ?1 AND id = ?2"
		       " AND (mark <> ?3 OR last_day < ?4)",
		.has_day = true,
	},
	[BDL_NAME_SITE] = {
		.texts = 2,
		.find = "SELECT id FROM site WHERE school = ?1 AND host = ?2 AND categories = ?3",
		.last = "SELECT coalesce(max(id), 0) FROM site WHERE school = ?1",
		.add = "INSERT INTO site (school, host, categories, id) VALUES (?1, ?2, ?3, ?4)",
		.use = "UPDATE site SET mark = ?3 WHERE school = ?1 AND id = ?2 AND mark <> ?3",
	},
	[BDL_NAME_BASIS] = {
		.digests = 1,
		.numbers = 5,
		.texts = 6,
		.find = "SELECT id FROM basis WHERE school = ?1 AND ruleset = ?2 AND door = ?3"
			" AND utc_offset = ?4 AND action = ?5 AND critical = ?6 AND passed = ?7"
			" AND method = ?8 AND scheme = ?9 AND policy = ?10 AND clause = ?11"
			" AND clauses = ?12 AND tell = ?13",
		.last = "SELECT coalesce(max(id), 0) FROM basis WHERE school = ?1",
		.add = "INSERT INTO basis (school, ruleset, door, utc_offset, action, critical,"
		       " passed, method, scheme, policy, clause, clauses, tell, id)"
		       " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14)",
		.use = "UPDATE basis SET mark = ?3, last_day = CASE WHEN last_day < ?4 THEN ?4"
		       " ELSE last_day END WHERE school = ?1 AND id = ?2"
		       " AND (mark <> ?3 OR last_day < ?4)",
		.has_day = true,
	},
	[BDL_NAME_TEXT] = {
		.numbers = 1,
		.texts = 1,
		.last = "SELECT coalesce(max(id), 0) FROM page_text WHERE school = ?1 AND day = ?2",
		.add = "INSERT INTO page_text (school, day, text, id) VALUES (?1, ?2, ?3, ?4)",
		.is_by_day = true,
	},
};

struct bdl_names *bdl_names_new(void)
{
	struct bdl_names *n = bdl_xalloc(sizeof(*n));

	n->keys = bdl_region_new(KEYS_MAX);
	n->key = BDL_BUF(BDL_NAME_KEY_MAX);
	n->n_slots = SLOTS_MIN;
	n->slots = bdl_xcalloc(n->n_slots, sizeof(*n->slots));
	return n;
}

void bdl_names_free(struct bdl_names *n)
{
	if (!n)
		return;
	bdl_region_free(n->keys);
	bdl_buf_done(&n->key);
	free(n->names);
	free(n->slots);
	free(n);
}

bool bdl_names_are_many(const struct bdl_names *n)
{
	return n->n > NAMES_MAX || bdl_region_used(n->keys) > TEXTS_MAX;
}

void bdl_names_forget(struct bdl_names *n)
{
	bdl_region_reset(n->keys);
	memset(n->slots, 0, n->n_slots * sizeof(*n->slots));
	n->n = 0;
}

/* --- keys: a digest where there is one, then numbers, then texts --- */

static int64_t take_number(struct bdl_view *key)
{
	int64_t v;

	memcpy(&v, key->p, sizeof(v));
	*key = bdl_view_from(*key, sizeof(v));
	return v;
}

static struct bdl_view take_text(struct bdl_view *key)
{
	uint32_t n;

	memcpy(&n, key->p, sizeof(n));
	struct bdl_view text = bdl_view_at(key->p + sizeof(n), n);
	*key = bdl_view_from(*key, sizeof(n) + n);
	return text;
}

static struct bdl_digest take_digest(struct bdl_view *key)
{
	struct bdl_digest d;

	memcpy(d.b, key->p, sizeof(d.b));
	*key = bdl_view_from(*key, sizeof(d.b));
	return d;
}

/* --- in memory --- */

static void slots_double(struct bdl_names *n)
{
	n->n_slots *= 2;
	free(n->slots);
	n->slots = bdl_xcalloc(n->n_slots, sizeof(*n->slots));
	for (size_t i = 0; i < n->n; i++) {
		size_t at = n->names[i].hash & (n->n_slots - 1);
		while (n->slots[at])
			at = (at + 1) & (n->n_slots - 1);
		n->slots[at] = (uint32_t)i + 1;
	}
}

/* The index of the key that was made. */
static uint32_t key_index(struct bdl_names *n, enum bdl_name_kind kind)
{
	struct bdl_view key = bdl_buf_view(&n->key);
	uint64_t hash = bdl_hash64(key.p, key.n, kind);
	size_t at = hash & (n->n_slots - 1);

	BDL_BUG_IF(bdl_buf_broken(&n->key));
	for (; n->slots[at]; at = (at + 1) & (n->n_slots - 1)) {
		const struct name *known = &n->names[n->slots[at] - 1];
		if (known->hash == hash && known->kind == kind && bdl_view_eq(known->key, key))
			return n->slots[at] - 1;
	}
	n->names = bdl_xgrow(n->names, n->n, &n->cap, sizeof(*n->names));
	n->names[n->n++] = (struct name){
		.hash = hash,
		.key = bdl_region_view(n->keys, key),
		.kind = kind,
	};
	BDL_BUG_IF(bdl_region_broken(n->keys)); /* it is looked after between the batches */
	n->slots[at] = (uint32_t)n->n;
	uint32_t index = (uint32_t)n->n - 1;
	if (2 * n->n > n->n_slots)
		slots_double(n);
	return index;
}

uint32_t bdl_names_client(struct bdl_names *n, const struct bdl_act *a)
{
	bdl_buf_clear(&n->key);
	bdl_name_client(&n->key, a);
	return key_index(n, BDL_NAME_CLIENT);
}

uint32_t bdl_names_site(struct bdl_names *n, const struct bdl_act *a)
{
	bdl_buf_clear(&n->key);
	bdl_name_site(&n->key, a);
	return key_index(n, BDL_NAME_SITE);
}

uint32_t bdl_names_basis(struct bdl_names *n, const struct bdl_act *a, bool with_method)
{
	bdl_buf_clear(&n->key);
	bdl_name_basis(&n->key, a, with_method);
	return key_index(n, BDL_NAME_BASIS);
}

uint32_t bdl_names_text(struct bdl_names *n, int64_t at_ms, struct bdl_view text)
{
	bdl_buf_clear(&n->key);
	bdl_name_text(&n->key, at_ms, text);
	return key_index(n, BDL_NAME_TEXT);
}

void bdl_names_act(
    const struct bdl_names *n, uint32_t client, uint32_t site, uint32_t basis, struct bdl_act *ret)
{
	struct bdl_view key = n->names[client].key;

	ret->known = take_number(&key);
	ret->person = take_text(&key);
	ret->address = take_text(&key);
	key = n->names[site].key;
	ret->host = take_text(&key);
	ret->categories = take_text(&key);
	key = n->names[basis].key;
	ret->version = take_digest(&key);
	ret->door = (enum bdl_door)take_number(&key);
	bdl_visits_local(ret->at_ms, take_number(&key), &ret->weekday, &ret->minute);
	ret->action = (enum bdl_action)take_number(&key);
	ret->critical = take_number(&key);
	ret->passed = take_number(&key);
	ret->method = take_text(&key);
	ret->scheme = take_text(&key);
	ret->policy = take_text(&key);
	ret->clause = take_text(&key);
	ret->clauses = take_text(&key);
	ret->tell = take_text(&key);
}

bool bdl_names_hour(struct bdl_names *n, uint32_t site, int64_t hour, bool has_pages)
{
	struct name *name = &n->names[site];

	if (name->hour == hour + 1 && name->has_pages >= has_pages)
		return false;
	name->has_pages = has_pages || (name->hour == hour + 1 && name->has_pages);
	name->hour = hour + 1;
	return true;
}

/* --- in the store --- */

static int bind_key(struct bdl_store *s, struct bdl_stmt *st, const struct name *name,
    int *ret_next, struct bdl_err *err)
{
	const struct shape *shape = &shapes[name->kind];
	struct bdl_view key = name->key;
	int i = 1;

	bdl_bind_int(st, i++, BDL_SCHOOL);
	if (shape->digests) {
		struct bdl_digest version = take_digest(&key);
		int64_t ruleset;
		int rc = bdl_ruleset_id(s, &version, &ruleset, err);
		if (rc)
			return rc;
		bdl_bind_int(st, i++, ruleset);
	}
	for (unsigned k = 0; k < shape->numbers; k++)
		bdl_bind_int(st, i++, take_number(&key));
	for (unsigned k = 0; k < shape->texts; k++)
		bdl_bind_text(st, i++, take_text(&key));
	*ret_next = i;
	return 0;
}

/* 1: its number is found; 0: the store does not have it. */
static int find(struct bdl_store *s, struct name *name, struct bdl_err *err)
{
	struct bdl_stmt *st BDL_AUTO(bdl_stmt_rest) = NULL;
	int next;

	int rc = bdl_stmt_get(s, shapes[name->kind].find, &st, err);
	if (!rc)
		rc = bind_key(s, st, name, &next, err);
	if (!rc)
		rc = bdl_stmt_step(s, st, err);
	if (rc > 0)
		name->number = bdl_col_int(st, 0);
	return rc;
}

/* The highest number of its kind: asked for once in a transaction, then counted on. */
static int last_find(
    struct bdl_store *s, const struct name *name, struct last *last, struct bdl_err *err)
{
	struct bdl_stmt *st BDL_AUTO(bdl_stmt_rest) = NULL;
	const struct shape *shape = &shapes[name->kind];
	struct bdl_view key = name->key;
	int64_t day = shape->is_by_day ? take_number(&key) : 0;

	if (last->is_known && last->day == day)
		return 0;
	int rc = bdl_stmt_get(s, shape->last, &st, err);
	if (rc)
		return rc;
	bdl_bind_int(st, 1, BDL_SCHOOL);
	if (shape->is_by_day)
		bdl_bind_int(st, 2, day);
	rc = bdl_stmt_step(s, st, err);
	if (rc < 0)
		return rc;
	*last = (struct last){ .number = bdl_col_int(st, 0), .day = day, .is_known = true };
	return 0;
}

static int add(struct bdl_names *n, struct bdl_store *s, struct name *name, struct bdl_err *err)
{
	struct bdl_stmt *st BDL_AUTO(bdl_stmt_rest) = NULL;
	struct last *last = &n->last[name->kind];
	int next;

	int rc = last_find(s, name, last, err);
	if (!rc)
		rc = bdl_stmt_get(s, shapes[name->kind].add, &st, err);
	if (!rc)
		rc = bind_key(s, st, name, &next, err);
	if (rc)
		return rc;
	bdl_bind_int(st, next, last->number + 1);
	rc = bdl_stmt_run(s, st, err);
	if (!rc)
		name->number = ++last->number;
	return rc;
}

int bdl_names_begin(struct bdl_names *n, struct bdl_store *s, struct bdl_err *err)
{
	struct bdl_stmt *st BDL_AUTO(bdl_stmt_rest) = NULL;

	int rc = bdl_stmt_get(s, "SELECT times FROM names_deleted WHERE school = ?1", &st, err);
	if (rc)
		return rc;
	bdl_bind_int(st, 1, BDL_SCHOOL);
	rc = bdl_stmt_step(s, st, err);
	if (rc < 0)
		return rc;
	int64_t times = bdl_col_int(st, 0);
	for (size_t i = 0; times != n->times_deleted && i < n->n; i++)
		n->names[i].number = n->names[i].hour = n->names[i].day = 0;
	n->times_deleted = times;
	memset(n->last, 0, sizeof(n->last));
	return 0;
}

/* Told once a day and name: the day by which it is deleted, and the mark by which bytes find it. */
static int use_keep(struct bdl_store *s, struct name *name, int64_t day, struct bdl_err *err)
{
	const char *sql = shapes[name->kind].use;
	struct bdl_stmt *st BDL_AUTO(bdl_stmt_rest) = NULL;

	if (!sql || name->day > day)
		return 0;
	int rc = bdl_stmt_get(s, sql, &st, err);
	if (rc)
		return rc;
	bdl_bind_int(st, 1, BDL_SCHOOL);
	bdl_bind_int(st, 2, name->number);
	bdl_bind_int(st, 3, bdl_name_mark(name->key));
	if (shapes[name->kind].has_day)
		bdl_bind_int(st, 4, day);
	rc = bdl_stmt_run(s, st, err);
	if (!rc)
		name->day = day + 1;
	return rc;
}

int bdl_names_number(struct bdl_names *n, struct bdl_store *s, uint32_t index, int64_t day,
    int64_t *ret, struct bdl_err *err)
{
	struct name *name = &n->names[index];
	int rc = 0;

	if (!name->number && shapes[name->kind].find)
		rc = find(s, name, err);
	if (rc >= 0 && !name->number)
		rc = add(n, s, name, err);
	if (rc >= 0)
		rc = use_keep(s, name, day, err);
	if (rc < 0)
		return rc;
	*ret = name->number;
	return 0;
}
