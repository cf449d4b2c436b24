#include "record/acts/values.h"
#include "base/alloc.h"
#include "base/buf.h"
#include "record/store/store_int.h"
#include <string.h>

#define SLOTS_MIN 1024

/* Names one after the other, each with a line break behind it, and a table of where each begins. */
struct names {
	struct bdl_buf text;
	uint32_t *slots;   /* where it begins, plus one; 0: free */
	size_t n, n_slots; /* a power of two, at least twice n */
};

/* Where names come from: rows with a number that grows, read on from the last. */
enum source { OF_SITES, OF_CLIENTS, OF_ACTS, SOURCES };

struct bdl_values {
	struct names names[BDL_VALUES];
	int64_t last[SOURCES];
	int64_t times_deleted; /* as the table names_deleted has it */
};

static void names_clear(struct names *n)
{
	bdl_buf_clear(&n->text);
	memset(n->slots, 0, n->n_slots * sizeof(*n->slots));
	n->n = 0;
}

struct bdl_values *bdl_values_new(void)
{
	struct bdl_values *v = bdl_xalloc(sizeof(*v));

	for (size_t i = 0; i < BDL_VALUES; i++) {
		v->names[i].text = BDL_BUF(BDL_VALUES_BYTES_MAX);
		v->names[i].n_slots = SLOTS_MIN;
		v->names[i].slots = bdl_xcalloc(SLOTS_MIN, sizeof(*v->names[i].slots));
	}
	return v;
}

void bdl_values_free(struct bdl_values *v)
{
	if (!v)
		return;
	for (size_t i = 0; i < BDL_VALUES; i++) {
		bdl_buf_done(&v->names[i].text);
		free(v->names[i].slots);
	}
	free(v);
}

/* --- adding --- */

/* The name that begins there. */
static struct bdl_view name_at(const struct names *n, size_t at)
{
	const char *begin = n->text.p + at;
	const char *end = memchr(begin, '\n', n->text.n - at);

	return bdl_view_at(begin, end ? (size_t)(end - begin) : 0);
}

static void slots_double(struct names *n)
{
	n->n_slots *= 2;
	free(n->slots);
	n->slots = bdl_xcalloc(n->n_slots, sizeof(*n->slots));
	for (size_t begin = 0; begin < n->text.n;) {
		struct bdl_view name = name_at(n, begin);
		size_t at = bdl_hash64(name.p, name.n, 0) & (n->n_slots - 1);
		while (n->slots[at])
			at = (at + 1) & (n->n_slots - 1);
		n->slots[at] = (uint32_t)begin + 1;
		begin += name.n + 1;
	}
}

/* Past the maximum, and with a line break in it, a name is not added. */
static void names_add(struct names *n, struct bdl_view name)
{
	size_t at = bdl_hash64(name.p, name.n, 0) & (n->n_slots - 1);

	if (!name.n || memchr(name.p, '\n', name.n) || n->text.n + name.n + 1 > n->text.max)
		return;
	for (; n->slots[at]; at = (at + 1) & (n->n_slots - 1))
		if (bdl_view_eq(name_at(n, n->slots[at] - 1), name))
			return;
	n->slots[at] = (uint32_t)n->text.n + 1;
	(void)bdl_buf_add_view(&n->text, name); /* there is room */
	(void)bdl_buf_add_char(&n->text, '\n');
	if (2 * ++n->n > n->n_slots)
		slots_double(n);
}

/* --- from the store --- */

/* Number, person, host. */
static const char *const added[SOURCES] = {
	[OF_SITES] = "SELECT id, '', host FROM site WHERE school = ?1 AND id > ?2 ORDER BY id",
	[OF_CLIENTS] =
	    "SELECT id, person, '' FROM client WHERE school = ?1 AND id > ?2 ORDER BY id",
	[OF_ACTS] = "SELECT id, person, host FROM act WHERE school = ?1 AND id > ?2 ORDER BY id",
};

static int read_added(
    struct bdl_values *v, struct bdl_store *s, enum source source, struct bdl_err *err)
{
	struct bdl_stmt *st BDL_AUTO(bdl_stmt_rest) = NULL;

	int rc = bdl_stmt_get(s, added[source], &st, err);
	if (rc)
		return rc;
	bdl_bind_int(st, 1, BDL_SCHOOL);
	bdl_bind_int(st, 2, v->last[source]);
	while ((rc = bdl_stmt_step(s, st, err)) > 0) {
		v->last[source] = bdl_col_int(st, 0);
		names_add(&v->names[BDL_VALUE_PERSON], bdl_col_view(st, 1));
		names_add(&v->names[BDL_VALUE_HOST], bdl_col_view(st, 2));
	}
	return rc;
}

/*
 * Of acts there are many and each is long: at first the different values alone are read, by the
 * indexes on them, one step each.
 */
#define DIFFERENT(column)                                                         \
	"WITH RECURSIVE v(x) AS ("                                                \
	" SELECT min(" column ") FROM act WHERE school = ?1 AND " column " <> ''" \
	" UNION ALL"                                                              \
	" SELECT (SELECT min(" column ") FROM act WHERE school = ?1 AND " column  \
	" > v.x AND " column " <> '') FROM v WHERE v.x IS NOT NULL)"              \
	" SELECT x FROM v WHERE x IS NOT NULL"

static int read_different(
    struct names *n, struct bdl_store *s, const char *sql, struct bdl_err *err)
{
	struct bdl_stmt *st BDL_AUTO(bdl_stmt_rest) = NULL;

	int rc = bdl_stmt_get(s, sql, &st, err);
	if (rc)
		return rc;
	bdl_bind_int(st, 1, BDL_SCHOOL);
	while ((rc = bdl_stmt_step(s, st, err)) > 0)
		names_add(n, bdl_col_view(st, 0));
	return rc;
}

static int number(struct bdl_store *s, const char *sql, int64_t *ret, struct bdl_err *err)
{
	struct bdl_stmt *st BDL_AUTO(bdl_stmt_rest) = NULL;

	int rc = bdl_stmt_find(s, sql, &st, err);
	if (rc < 0)
		return rc;
	*ret = bdl_col_int(st, 0);
	return 0;
}

/* The newest act first: those that come meanwhile are read with the next. */
static int read_first_acts(struct bdl_values *v, struct bdl_store *s, struct bdl_err *err)
{
	int64_t newest;

	int rc = number(s, "SELECT max(id) FROM act WHERE school = ?1", &newest, err);
	if (!rc)
		rc = read_different(&v->names[BDL_VALUE_PERSON], s, DIFFERENT("person"), err);
	if (!rc)
		rc = read_different(&v->names[BDL_VALUE_HOST], s, DIFFERENT("host"), err);
	if (!rc)
		v->last[OF_ACTS] = newest;
	return rc;
}

int bdl_values_refresh(struct bdl_values *v, struct bdl_store *s, struct bdl_err *err)
{
	int64_t times;

	int rc = number(s, "SELECT times FROM names_deleted WHERE school = ?1", &times, err);
	if (rc)
		return rc;
	if (times != v->times_deleted) {
		for (size_t i = 0; i < BDL_VALUES; i++)
			names_clear(&v->names[i]);
		memset(v->last, 0, sizeof(v->last));
		v->times_deleted = times;
	}
	if (!v->last[OF_ACTS])
		rc = read_first_acts(v, s, err);
	for (int i = 0; !rc && i < SOURCES; i++)
		rc = read_added(v, s, (enum source)i, err);
	return rc;
}

/* --- finding --- */

/* Into its place among the shortest; `n` are there. */
static void keep_shortest(struct bdl_view *ret, size_t n, size_t max, struct bdl_view name)
{
	size_t at = n < max ? n : max - 1;

	if (n >= max && name.n >= ret[max - 1].n)
		return;
	for (; at > 0 && ret[at - 1].n > name.n; at--)
		ret[at] = ret[at - 1];
	ret[at] = name;
}

size_t bdl_values_find(const struct bdl_values *v, enum bdl_value which, struct bdl_view part,
    struct bdl_view *ret, size_t max)
{
	const struct names *names = &v->names[which];
	const char *from = names->text.p, *end = names->text.p + names->text.n;
	size_t n = 0;

	while (from && max && part.n && from < end) {
		const char *hit = memmem(from, (size_t)(end - from), part.p, part.n);
		if (!hit)
			break;
		const char *begin = hit;
		while (begin > from && begin[-1] != '\n')
			begin--;
		struct bdl_view name = name_at(names, (size_t)(begin - names->text.p));
		if (part.n > (size_t)(name.p + name.n - hit)) {
			from = name.p + name.n + 1; /* the part holds a line break: no name does */
			continue;
		}
		keep_shortest(ret, n < max ? n : max, max, name);
		n++;
		from = name.p + name.n + 1;
	}
	return n;
}
