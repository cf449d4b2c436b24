/*
 * Numbers of names in the store. What a transaction needs is collected and then asked for, kind by kind,
 * in one statement each.
 */
#include "base/alloc.h"
#include "record/store/store_int.h"
#include "record/visits/names_int.h"

/*
 * `add` has the name's number behind the parameters of the key, then its mark, where it has one, and
 * the day on which it was used, where that is kept.
 */
struct shape {
	unsigned digests, numbers, texts;
	const char *find; /* NULL: never looked for, as no index finds it */
	const char *last; /* the highest number there is; of a text's day */
	const char *add;
	const char *use; /* keeps its mark, and the day where it has one; NULL: neither */
	bool has_day;
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
		       " place, equipment, id, mark, last_day)"
		       " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)",
		.use = "UPDATE client SET mark = ?3, last_day = CASE WHEN last_day < ?4 THEN ?4"
		       " ELSE last_day END WHERE school = ?1 AND id = ?2"
		       " AND (mark <> ?3 OR last_day < ?4)",
		.has_day = true,
	},
	[BDL_NAME_SITE] = {
		.texts = 2,
		.find = "SELECT id FROM site WHERE school = ?1 AND host = ?2 AND categories = ?3",
		.last = "SELECT coalesce(max(id), 0) FROM site WHERE school = ?1",
		.add = "INSERT INTO site (school, host, categories, id, mark)"
		       " VALUES (?1, ?2, ?3, ?4, ?5)",
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
		       " passed, method, scheme, policy, clause, clauses, tell, id, mark, last_day)"
		       " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15,"
		       " ?16)",
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
	},
};

/* --- what is needed --- */

static void list_add(struct bdl_name_list *list, uint32_t index)
{
	list->at = bdl_xgrow(list->at, list->n, &list->cap, sizeof(*list->at));
	list->at[list->n++] = index;
}

void bdl_names_need(struct bdl_names *n, uint32_t index, int64_t day)
{
	struct bdl_name *name = &n->names[index];

	if (name->number && (!shapes[name->kind].use || name->day > day))
		return;
	if (!name->is_needed) {
		name->is_needed = true;
		name->needed_day = day;
		list_add(&n->needed[name->kind], index);
	} else if (day > name->needed_day) {
		name->needed_day = day;
	}
}

int64_t bdl_names_number(const struct bdl_names *n, uint32_t index)
{
	BDL_BUG_IF(!n->names[index].number);
	return n->names[index].number;
}

int bdl_names_begin(struct bdl_names *n, struct bdl_store *s, struct bdl_err *err)
{
	struct bdl_stmt *st BDL_AUTO(bdl_stmt_rest) = NULL;

	int rc = bdl_stmt_find(s, "SELECT times FROM names_deleted WHERE school = ?1", &st, err);
	if (rc < 0)
		return rc;
	int64_t times = bdl_col_int(st, 0);
	for (size_t i = 0; times != n->times_deleted && i < n->n; i++)
		n->names[i].number = n->names[i].hour = n->names[i].day = 0;
	n->times_deleted = times;
	return 0;
}

/* --- one statement for some of them --- */

static struct bdl_name *some_at(struct bdl_names *n, size_t i)
{
	return &n->names[n->some.at[i]];
}

/* Returns the next parameter's number. */
static int bind_key(struct bdl_stmt *st, const struct bdl_name *name)
{
	const struct shape *shape = &shapes[name->kind];
	struct bdl_view key = name->key;
	int i = 1;

	bdl_bind_int(st, i++, BDL_SCHOOL);
	if (shape->digests) {
		(void)bdl_name_take_digest(&key); /* which was looked up before */
		bdl_bind_int(st, i++, name->ruleset);
	}
	for (unsigned k = 0; k < shape->numbers; k++)
		bdl_bind_int(st, i++, bdl_name_take_number(&key));
	for (unsigned k = 0; k < shape->texts; k++)
		bdl_bind_text(st, i++, bdl_name_take_text(&key));
	return i;
}

static void bind_find(struct bdl_stmt *st, size_t i, void *arg)
{
	(void)bind_key(st, some_at(arg, i)); /* there is no other parameter */
}

static void read_number(struct bdl_stmt *st, size_t i, void *arg)
{
	some_at(arg, i)->number = bdl_col_int(st, 0);
}

static void bind_add(struct bdl_stmt *st, size_t i, void *arg)
{
	const struct bdl_name *name = some_at(arg, i);
	int next = bind_key(st, name);

	bdl_bind_int(st, next, name->number);
	if (shapes[name->kind].use)
		bdl_bind_int(st, next + 1, bdl_name_mark(name->key));
	if (shapes[name->kind].has_day)
		bdl_bind_int(st, next + 2, name->needed_day);
}

static void bind_use(struct bdl_stmt *st, size_t i, void *arg)
{
	const struct bdl_name *name = some_at(arg, i);

	bdl_bind_int(st, 1, BDL_SCHOOL);
	bdl_bind_int(st, 2, name->number);
	bdl_bind_int(st, 3, bdl_name_mark(name->key));
	if (shapes[name->kind].has_day)
		bdl_bind_int(st, 4, name->needed_day);
}

/* --- kind by kind --- */

/* Those of the needed that have no number, to `some`. */
static void take_unknown(struct bdl_names *n, enum bdl_name_kind kind)
{
	n->some.n = 0;
	for (size_t i = 0; i < n->needed[kind].n; i++)
		if (!n->names[n->needed[kind].at[i]].number)
			list_add(&n->some, n->needed[kind].at[i]);
}

/* Bases know their ruleset by its digest, and there are few. */
static int rulesets_find(struct bdl_names *n, struct bdl_store *s, struct bdl_err *err)
{
	struct bdl_digest last = { 0 };
	int64_t ruleset = 0;

	for (size_t i = 0; i < n->some.n; i++) {
		struct bdl_view key = some_at(n, i)->key;
		struct bdl_digest version = bdl_name_take_digest(&key);
		if (!ruleset || !bdl_digest_eq(&version, &last)) {
			int rc = bdl_ruleset_id(s, &version, &ruleset, err);
			if (rc)
				return rc;
			last = version;
		}
		some_at(n, i)->ruleset = ruleset;
	}
	return 0;
}

static int last_find(
    struct bdl_store *s, const char *sql, const int64_t *day, int64_t *ret, struct bdl_err *err)
{
	struct bdl_stmt *st BDL_AUTO(bdl_stmt_rest) = NULL;

	int rc = bdl_stmt_get(s, sql, &st, err);
	if (rc)
		return rc;
	bdl_bind_int(st, 1, BDL_SCHOOL);
	if (day)
		bdl_bind_int(st, 2, *day);
	rc = bdl_stmt_step(s, st, err);
	if (rc < 0)
		return rc;
	*ret = bdl_col_int(st, 0);
	return 0;
}

static int64_t day_of(const struct bdl_name *name)
{
	struct bdl_view key = name->key;

	return bdl_name_take_number(&key);
}

static int by_day(const void *a, const void *b, void *arg)
{
	const struct bdl_names *n = arg;
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
	int64_t day_x = day_of(&n->names[x]), day_y = day_of(&n->names[y]);

	if (day_x != day_y)
		return day_x < day_y ? -1 : 1;
	return (x > y) - (x < y);
}

/* Numbers for `some`, each the next after the highest; those of texts begin anew with each day. */
static int numbers_give(
    struct bdl_names *n, struct bdl_store *s, enum bdl_name_kind kind, struct bdl_err *err)
{
	bool is_text = kind == BDL_NAME_TEXT;
	int64_t last = 0, day = 0;

	if (is_text && n->some.n)
		qsort_r(n->some.at, n->some.n, sizeof(*n->some.at), by_day, n);
	for (size_t i = 0; i < n->some.n; i++) {
		int64_t its_day = is_text ? day_of(some_at(n, i)) : 0;
		if (i == 0 || its_day != day) {
			day = its_day;
			int rc = last_find(s, shapes[kind].last, is_text ? &day : NULL, &last, err);
			if (rc)
				return rc;
		}
		some_at(n, i)->number = ++last;
	}
	return 0;
}

static int kind_resolve(
    struct bdl_names *n, struct bdl_store *s, enum bdl_name_kind kind, struct bdl_err *err)
{
	const struct shape *shape = &shapes[kind];
	int rc = 0;

	take_unknown(n, kind);
	if (shape->digests)
		rc = rulesets_find(n, s, err);
	if (!rc && shape->find) {
		rc = bdl_stmt_each(s, shape->find, n->some.n, bind_find, read_number, n, err);
		take_unknown(n, kind);
	}
	if (!rc)
		rc = numbers_give(n, s, kind, err);
	if (!rc)
		rc = bdl_stmt_each(s, shape->add, n->some.n, bind_add, NULL, n, err);
	for (size_t i = 0; i < n->some.n; i++)
		some_at(n, i)->day = some_at(n, i)->needed_day + 1; /* it was added with that */
	return rc;
}

/* Told once a day and name: the day by which it is deleted, and the mark by which bytes find it. */
static int days_keep(
    struct bdl_names *n, struct bdl_store *s, enum bdl_name_kind kind, struct bdl_err *err)
{
	n->some.n = 0;
	for (size_t i = 0; i < n->needed[kind].n; i++) {
		struct bdl_name *name = &n->names[n->needed[kind].at[i]];
		name->is_needed = false;
		if (name->day > name->needed_day)
			continue;
		name->day = name->needed_day + 1;
		list_add(&n->some, n->needed[kind].at[i]);
	}
	n->needed[kind].n = 0;
	if (!shapes[kind].use)
		return 0;
	return bdl_stmt_each(s, shapes[kind].use, n->some.n, bind_use, NULL, n, err);
}

int bdl_names_resolve(struct bdl_names *n, struct bdl_store *s, struct bdl_err *err)
{
	int rc = 0;

	for (int kind = 0; !rc && kind < BDL_NAME_KINDS; kind++) {
		rc = kind_resolve(n, s, (enum bdl_name_kind)kind, err);
		if (!rc)
			rc = days_keep(n, s, (enum bdl_name_kind)kind, err);
	}
	return rc;
}
