/* Marks of many acts: of names that come again the digest is made once. */
#include "base/alloc.h"
#include "record/visits/mark.h"
#include "record/visits/visits_int.h"

#define PLACES \
	1024 /* a school asks for fewer sites at a time; of others the digest is made again */
#define KEY_MAX 236 /* bytes of a key that is kept: nearly all are shorter */

/* Keys of different kinds may share a place: a mark is of the key's bytes alone. */
struct place {
	int64_t mark; /* 0: free */
	uint16_t n;
	char key[KEY_MAX];
};

struct bdl_marks {
	struct bdl_buf key; /* being made */
	struct place places[PLACES];
};

struct bdl_marks *bdl_marks_new(void)
{
	struct bdl_marks *m = bdl_xalloc(sizeof(*m));

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
	struct place *p = &m->places[bdl_hash64(key.p, key.n, 0) % PLACES];

	m->key.n = 0;
	if (key.n > KEY_MAX)
		return bdl_name_mark(key);
	if (p->mark && bdl_view_eq(bdl_view_at(p->key, p->n), key))
		return p->mark;
	memcpy(p->key, key.p, key.n);
	p->n = (uint16_t)key.n;
	p->mark = bdl_name_mark(key);
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
