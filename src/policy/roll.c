#include "policy/roll.h"
#include "base/alloc.h"
#include "base/ascii.h"
#include "proto/csv.h"

#define LOGIN_MAX 128
#define FIELDS    3
#define NAMES     "login,name,groups"

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

static int add_person(struct bdl_roll *roll, const struct bdl_csv *c,
    const struct bdl_view fields[FIELDS], unsigned line, struct bdl_err *err)
{
	struct bdl_view login = bdl_view_trim(fields[0]);

	if (!login.n || login.n > LOGIN_MAX)
		return bdl_csv_fail(c, line, err, "a login has 1 to 128 bytes");
	if (roll->n == BDL_ROLL_MAX)
		return bdl_fail(
		    err, BDL_E_LIMIT, "%s:%u: more than %d people", c->where, line, BDL_ROLL_MAX);
	make_lower(roll->bytes + (login.p - roll->bytes), login.n);
	roll->entries = bdl_xgrow(roll->entries, roll->n, &roll->cap, sizeof(*roll->entries));
	roll->entries[roll->n++] = (struct entry){
		.person = { login, bdl_view_trim(fields[1]), bdl_view_trim(fields[2]) },
		.line = line,
	};
	return 0;
}

static int read_people(struct bdl_roll *roll, struct bdl_csv *c, struct bdl_err *err)
{
	struct bdl_view fields[FIELDS];
	unsigned line;

	int rc = bdl_csv_heading(c, FIELDS, NAMES, err);
	while (rc >= 0 && (rc = bdl_csv_row(c, FIELDS, NAMES, fields, &line, err)) > 0)
		rc = add_person(roll, c, fields, line, err);
	return rc;
}

static int index_people(struct bdl_roll *roll, const struct bdl_csv *c, struct bdl_err *err)
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
			return bdl_csv_fail(c, e->line, err,
			    "the login '%.*s' is on line %u already", BDL_FMT(e->person.login),
			    roll->entries[*slot - 1].line);
		*slot = (uint32_t)i + 1;
	}
	return 0;
}

int bdl_roll_parse(
    struct bdl_view csv, const char *where, struct bdl_roll **ret, struct bdl_err *err)
{
	struct bdl_roll *roll BDL_AUTO(bdl_roll_free) = NULL;
	struct bdl_csv c;

	if (csv.n > BDL_ROLL_BYTES_MAX)
		return bdl_fail(err, BDL_E_LIMIT, "%s: %zu bytes, more than 32 MiB", where, csv.n);
	roll = bdl_xalloc(sizeof(*roll));
	roll->digest = bdl_digest_of(csv.p, csv.n);
	roll->bytes = bdl_xview_dup(csv);
	bdl_csv_init(&c, roll->bytes, csv.n, where);
	int rc = read_people(roll, &c, err);
	if (rc == 0)
		rc = index_people(roll, &c, err);
	if (rc < 0)
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
