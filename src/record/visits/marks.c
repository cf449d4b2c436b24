/* Marks of many acts: of names that come again the digest is made once. */
#include "base/alloc.h"
#include "record/visits/mark.h"
#include "record/visits/visits_int.h"

#define PLACES \
	4096 /* a school asks for fewer sites at a time; of others the digest is made again */

/*
 * Keys of different kinds may share a place: a mark is of the key's bytes alone. Of the key only a hash is
 * kept, so that most places are in the processor's caches; by a seed that nobody knows.
 */
struct place {
	struct bdl_hash128 key;
	int64_t mark; /* 0: free */
};

struct bdl_marks {
	uint64_t seed;
	struct bdl_buf key; /* being made */
	struct place places[PLACES];
};

struct bdl_marks *bdl_marks_new(void)
{
	struct bdl_marks *m = bdl_xalloc(sizeof(*m));

	bdl_random(&m->seed, sizeof(m->seed));
	m->key = BDL_BUF(BDL_NAME_KEY_MAX);
	return m;
}

void bdl_marks_free(struct bdl_marks *m)
{
	if (!m)
		return;
	bdl_buf_done(&m->key);
	free(m);
}

/* Of the key that was just made; the next one begins. */
static int64_t take_mark(struct bdl_marks *m)
{
	struct bdl_view key = bdl_buf_view(&m->key);
	struct bdl_hash128 hash = bdl_hash128(key.p, key.n, m->seed);
	struct place *p = &m->places[hash.low % PLACES];

	m->key.n = 0;
	if (p->mark && p->key.low == hash.low && p->key.high == hash.high)
		return p->mark;
	*p = (struct place){ hash, bdl_name_mark(key) };
	return p->mark;
}

void bdl_marks_of(struct bdl_marks *m, const struct bdl_act *a, struct bdl_mark *ret)
{
	ret->at_ms = a->at_ms;
	bdl_buf_clear(&m->key);
	bdl_name_client(&m->key, a);
	ret->client = take_mark(m);
	bdl_name_site(&m->key, a);
	ret->site = take_mark(m);
	bdl_name_basis(&m->key, a, false);
	ret->basis = take_mark(m);
}
