#include "policy/roll.h"
#include "base/alloc.h"
#include "base/ascii.h"
#include "base/utf8.h"

#define LOGIN_MAX 128
#define FIELDS    3

struct entry {
	struct bdl_person person;
	unsigned line;
};

struct bdl_roll {
	char *bytes; /* a copy of the text, in which quoted fields are undone */
	struct entry *entries;
	size_t n, cap;
	uint32_t *slots; /* open addressing: number of an entry + 1, 0 where free */
	size_t n_slots;  /* a power of two, at least twice the entries */
	uint64_t seed;   /* random, so that nobody can craft logins that collide */
	struct bdl_digest digest;
};

/* The text being cut into fields, in place. */
struct reader {
	char *p, *end;
	unsigned line; /* of what is read next */
	const char *where;
	struct bdl_err *err;
};

/* What ended a field. */
enum stop { STOP_FIELD, STOP_ROW };

static int fail_at(const struct reader *r, unsigned line, const char *what)
{
	return bdl_fail(r->err, BDL_E_INVALID, "%s:%u: %s", r->where, line, what);
}

/* Past the comma or the line's end on which the reader stands, or the text's. */
static int take_stop(struct reader *r, enum stop *ret)
{
	*ret = STOP_ROW;
	if (r->p == r->end)
		return 0;
	if (*r->p == ',') {
		*ret = STOP_FIELD;
		r->p++;
		return 0;
	}
	if (*r->p == '\r')
		r->p++;
	if (r->p < r->end && *r->p == '\n')
		r->p++;
	else if (r->p[-1] != '\r')
		return fail_at(r, r->line, "text after a closing quotation mark");
	r->line++;
	return 0;
}

/* From after the opening quotation mark: "" stands for one, and commas and lines for themselves. */
static int take_quoted(struct reader *r, struct bdl_view *ret, enum stop *ret_stop)
{
	unsigned first_line = r->line;
	char *start = r->p, *to = r->p;

	for (;; r->p++) {
		if (r->p == r->end)
			return fail_at(r, first_line, "a quotation mark that is never closed");
		if (*r->p == '"' && ++r->p < r->end && *r->p != '"')
			break;
		if (r->p == r->end)
			break;
		r->line += *r->p == '\n';
		*to++ = *r->p;
	}
	*ret = bdl_view_at(start, (size_t)(to - start));
	return take_stop(r, ret_stop);
}

static int take_field(struct reader *r, struct bdl_view *ret, enum stop *ret_stop)
{
	char *start = r->p;

	if (r->p < r->end && *r->p == '"') {
		r->p++;
		return take_quoted(r, ret, ret_stop);
	}
	while (r->p < r->end && *r->p != ',' && *r->p != '\n' && *r->p != '\r') {
		if (*r->p == '"')
			return fail_at(r, r->line,
			    "a quotation mark inside a field; put the whole field in "
			    "quotation marks and double it");
		r->p++;
	}
	*ret = bdl_view_trim(bdl_view_at(start, (size_t)(r->p - start)));
	return take_stop(r, ret_stop);
}

/* One row of three fields; *ret_n is 0 for a blank line. */
static int take_row(struct reader *r, struct bdl_view ret[FIELDS], size_t *ret_n)
{
	unsigned line = r->line;
	struct bdl_view field;
	enum stop stop;
	size_t n = 0;
	int rc;

	do {
		if ((rc = take_field(r, &field, &stop)) < 0)
			return rc;
		if (!bdl_utf8_printable(field))
			return fail_at(r, line, "a field that is no plain text in UTF-8");
		if (n < FIELDS)
			ret[n] = field;
		n++;
	} while (stop == STOP_FIELD);
	if (n == 1 && ret[0].n == 0)
		n = 0;
	if (n != 0 && n != FIELDS)
		return fail_at(r, line, "not three fields: login, name, groups");
	*ret_n = n;
	return 0;
}

static int take_heading(struct reader *r)
{
	struct bdl_view fields[FIELDS];
	size_t n;
	int rc = take_row(r, fields, &n);

	if (rc < 0)
		return rc;
	if (n != FIELDS || !bdl_view_iis(fields[0], "login") || !bdl_view_iis(fields[1], "name") ||
	    !bdl_view_iis(fields[2], "groups"))
		return fail_at(r, 1, "the first line must be login,name,groups");
	return 0;
}

/* A login lies in the reader's text, which is ours to change. */
static void make_lower(char *p, size_t n)
{
	for (size_t i = 0; i < n; i++)
		p[i] = bdl_lower(p[i]);
}

static size_t slot_of(const struct bdl_roll *roll, struct bdl_view login)
{
	size_t i = bdl_hash64(login.p, login.n, roll->seed) & (roll->n_slots - 1);

	while (
	    roll->slots[i] && !bdl_view_eq(roll->entries[roll->slots[i] - 1].person.login, login))
		i = (i + 1) & (roll->n_slots - 1);
	return i;
}

static int add_person(struct bdl_roll *roll, const struct reader *r,
    const struct bdl_view fields[FIELDS], unsigned line)
{
	struct bdl_view login = bdl_view_trim(fields[0]);

	if (!login.n || login.n > LOGIN_MAX)
		return fail_at(r, line, "a login has 1 to 128 bytes");
	if (roll->n == BDL_ROLL_MAX)
		return bdl_fail(r->err, BDL_E_LIMIT, "%s:%u: more than %d people", r->where, line,
		    BDL_ROLL_MAX);
	make_lower(roll->bytes + (login.p - roll->bytes), login.n);
	roll->entries = bdl_xgrow(roll->entries, roll->n, &roll->cap, sizeof(*roll->entries));
	roll->entries[roll->n++] = (struct entry){
		.person = { login, bdl_view_trim(fields[1]), bdl_view_trim(fields[2]) },
		.line = line,
	};
	return 0;
}

static int read_people(struct bdl_roll *roll, struct reader *r)
{
	int rc = 0;

	while (r->p < r->end && rc == 0) {
		struct bdl_view fields[FIELDS];
		unsigned line = r->line;
		size_t n;

		rc = take_row(r, fields, &n);
		if (rc == 0 && n)
			rc = add_person(roll, r, fields, line);
	}
	return rc;
}

static int index_people(struct bdl_roll *roll, const struct reader *r)
{
	roll->n_slots = 16;
	while (roll->n_slots < roll->n * 2)
		roll->n_slots *= 2;
	roll->slots = bdl_xcalloc(roll->n_slots, sizeof(*roll->slots));
	bdl_random(&roll->seed, sizeof(roll->seed));
	for (size_t i = 0; i < roll->n; i++) {
		const struct entry *e = &roll->entries[i];
		uint32_t *slot = &roll->slots[slot_of(roll, e->person.login)];

		if (*slot)
			return bdl_fail(r->err, BDL_E_INVALID,
			    "%s:%u: the login '%.*s' is on line %u already", r->where, e->line,
			    BDL_FMT(e->person.login), roll->entries[*slot - 1].line);
		*slot = (uint32_t)i + 1;
	}
	return 0;
}

int bdl_roll_parse(
    struct bdl_view csv, const char *where, struct bdl_roll **ret, struct bdl_err *err)
{
	struct bdl_roll *roll BDL_AUTO(bdl_roll_free) = NULL;
	struct reader r = { .line = 1, .where = where, .err = err };
	int rc;

	if (csv.n > BDL_ROLL_BYTES_MAX)
		return bdl_fail(err, BDL_E_LIMIT, "%s: %zu bytes, more than 32 MiB", where, csv.n);
	csv = bdl_utf8_without_mark(csv);
	roll = bdl_xalloc(sizeof(*roll));
	roll->digest = bdl_digest_of(csv.p, csv.n);
	roll->bytes = bdl_xview_dup(csv);
	r.p = roll->bytes;
	r.end = roll->bytes + csv.n;
	if (csv.n && ((rc = take_heading(&r)) < 0 || (rc = read_people(roll, &r)) < 0))
		return rc;
	if ((rc = index_people(roll, &r)) < 0)
		return rc;
	*ret = bdl_steal(&roll);
	return 0;
}

void bdl_roll_free(struct bdl_roll *r)
{
	if (!r)
		return;
	free(r->bytes);
	free(r->entries);
	free(r->slots);
	free(r);
}

const struct bdl_person *bdl_roll_find(const struct bdl_roll *r, struct bdl_view login)
{
	uint32_t number = r->slots[slot_of(r, login)];

	return number ? &r->entries[number - 1].person : NULL;
}

const struct bdl_person *bdl_roll_at(const struct bdl_roll *r, size_t i)
{
	BDL_BUG_IF(i >= r->n);
	return &r->entries[i].person;
}

size_t bdl_roll_size(const struct bdl_roll *r)
{
	return r->n;
}

const struct bdl_digest *bdl_roll_digest(const struct bdl_roll *r)
{
	return &r->digest;
}

uint64_t bdl_person_groups(const struct bdl_person *p, const struct bdl_ruleset *ruleset)
{
	struct bdl_view rest = p->groups, group;
	uint64_t groups = 0;

	while (bdl_view_cut(&rest, ' ', &group))
		groups |= bdl_ruleset_group(ruleset, group);
	return groups;
}
