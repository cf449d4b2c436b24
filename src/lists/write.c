/*
 * The file that a build becomes. Its records are first put in the order of their places, so that
 * equal ones meet and the lines are filled from the first to the last: memory is run through, never
 * jumped about in, which is what makes a million domains a second.
 */
#include "base/alloc.h"
#include "lists/build_int.h"
#include "sys/file.h"
#include <limits.h>
#include <unistd.h>

#define A_PART      32  /* records that belong into one part, about */
#define PARTS_BITS  18  /* at most so many bits of the place tell the part */
#define INSERT_MOST 256 /* longer parts are left to qsort */
#define TEN_LINES   46  /* entries that ten lines hold, about, of eighty that they could */
#define INDEX_SLOTS (2 * BDL_LISTS_SETS_MAX) /* never more than half full */

/* The distinct sets, while a file is made. */
struct sets {
	struct bdl_lists_set *sets;
	size_t n, cap;
	uint32_t *index; /* number of a set + 1, by its hash; 0 is empty */
	uint64_t key;
};

static void sets_done(struct sets *s)
{
	free(s->sets);
	free(s->index);
}

/* What one file is made of. */
struct making {
	struct bdl_list_record *sorted; /* later, from the front: place, and the entry's word */
	size_t n;                       /* of records, then of entries */
	struct sets sets;
	struct bdl_lists_header h;
};

static void making_done(struct making *m)
{
	free(m->sorted);
	sets_done(&m->sets);
}

/* --- order --- */

static int compare(const struct bdl_list_record *a, const struct bdl_list_record *b)
{
	if (a->place != b->place)
		return a->place < b->place ? -1 : 1;
	return a->rest < b->rest ? -1 : a->rest > b->rest;
}

static int compare_any(const void *a, const void *b)
{
	return compare(a, b);
}

static void sort_part(struct bdl_list_record *p, size_t n)
{
	if (n > INSERT_MOST) {
		qsort(p, n, sizeof(*p), compare_any);
		return;
	}
	for (size_t i = 1; i < n; i++) {
		struct bdl_list_record r = p[i];
		size_t at = i;
		for (; at > 0 && compare(&r, &p[at - 1]) < 0; at--)
			p[at] = p[at - 1];
		p[at] = r;
	}
}

static unsigned part_bits(size_t n)
{
	unsigned bits = 0;

	while (bits < PARTS_BITS && ((size_t)A_PART << bits) < n)
		bits++;
	return bits;
}

static size_t part_of(uint64_t place, unsigned bits)
{
	return bits > 0 ? (size_t)(place >> (64 - bits)) : 0;
}

/* A copy of the build's records in order. */
static int sort(const struct bdl_list_build *b, struct making *m, struct bdl_err *err)
{
	unsigned bits = part_bits(b->n_records);
	size_t n_parts = (size_t)1 << bits, sum = 0, start = 0;
	BDL_AUTO_FREE size_t *ends = bdl_xcalloc(n_parts, sizeof(*ends));

	m->n = b->n_records;
	m->sorted = calloc(m->n > 0 ? m->n : 1, sizeof(*m->sorted));
	if (m->sorted == NULL)
		return bdl_fail(err, BDL_E_NOMEM, "no memory to sort %zu entries", m->n);
	for (size_t i = 0; i < m->n; i++)
		ends[part_of(b->records[i].place, bits)]++;
	for (size_t i = 0; i < n_parts; i++) {
		size_t n = ends[i];
		ends[i] = sum;
		sum += n;
	}
	for (size_t i = 0; i < m->n; i++)
		m->sorted[ends[part_of(b->records[i].place, bits)]++] = b->records[i];
	for (size_t i = 0; i < n_parts; i++) {
		sort_part(m->sorted + start, ends[i] - start);
		start = ends[i];
	}
	return 0;
}

/* --- entries --- */

/* The number of that set; a new one where the combination is new. */
static int set_number(
    struct sets *s, const struct bdl_lists_set *set, uint64_t *ret, struct bdl_err *err)
{
	size_t at = bdl_hash64(set, sizeof(*set), s->key) % INDEX_SLOTS;

	for (; s->index[at] != 0; at = (at + 1) % INDEX_SLOTS) {
		if (memcmp(&s->sets[s->index[at] - 1], set, sizeof(*set)) == 0) {
			*ret = s->index[at] - 1;
			return 0;
		}
	}
	if (s->n == BDL_LISTS_SETS_MAX)
		return bdl_fail(err, BDL_E_LIMIT, "more than %d combinations of categories",
		    BDL_LISTS_SETS_MAX);
	s->sets = bdl_xgrow(s->sets, s->n, &s->cap, sizeof(*s->sets));
	s->sets[s->n] = *set;
	*ret = s->n;
	s->index[at] = (uint32_t)++s->n;
	return 0;
}

static void count_entry(struct bdl_lists_header *h, uint64_t rest)
{
	switch ((enum bdl_lists_hashed)(rest >> BDL_RECORD_KIND & 3)) {
	case BDL_HASHED_HOST:
		h->n_domains++;
		break;
	case BDL_HASHED_NET:
		h->n_nets++;
		break;
	case BDL_HASHED_PREFIX:
	case BDL_HASHED_EXACT:
		h->n_urls++;
		break;
	}
}

/* Join equal records to one entry; entries come to stand at the front. */
static int join(struct making *m, struct bdl_err *err)
{
	size_t n = 0, next;

	for (size_t i = 0; i < m->n; i = next) {
		struct bdl_list_record first = m->sorted[i];
		uint64_t tag = first.rest >> BDL_LISTS_TAG_SHIFT, number = 0, below = 0;
		struct bdl_lists_set set = { 0 };
		bool counts = false;
		for (next = i; next < m->n && m->sorted[next].place == first.place &&
		     m->sorted[next].rest >> BDL_LISTS_TAG_SHIFT == tag;
		     next++) {
			uint64_t rest = m->sorted[next].rest;
			bool is_sign = (rest & BDL_RECORD_BELOW) != 0;
			below |= is_sign ? BDL_LISTS_BELOW : 0;
			counts = counts || !is_sign;
			if (!is_sign)
				bdl_catset_add(rest & BDL_RECORD_EXCEPT ? &set.except : &set.has,
				    (unsigned)(rest & BDL_RECORD_CATEGORY));
		}
		int rc = set_number(&m->sets, &set, &number, err);
		if (rc < 0)
			return rc;
		if (counts)
			count_entry(&m->h, first.rest);
		m->sorted[n++] = (struct bdl_list_record){
			.place = first.place,
			.rest = tag << BDL_LISTS_TAG_SHIFT | below | number,
		};
	}
	m->n = n;
	return 0;
}

/* --- the file --- */

/* Each word into the first line from its own on that has room. There are more lines than full. */
static void fill(struct making *m, struct bdl_lists_line *lines)
{
	uint64_t n_lines = m->h.n_lines;

	for (size_t i = 0; i < m->n; i++) {
		uint64_t at = bdl_lists_line_of(m->sorted[i].place, n_lines), moved = 0;
		while (lines[at].words[BDL_LISTS_LINE - 1] != 0) {
			at = at + 1 < n_lines ? at + 1 : 0;
			moved++;
		}
		unsigned k = 0;
		while (lines[at].words[k] != 0)
			k++;
		lines[at].words[k] = m->sorted[i].rest;
		if (moved > m->h.reach)
			m->h.reach = moved;
	}
}

static int begin(
    const struct bdl_list_build *b, int64_t now_ms, struct making *m, struct bdl_err *err)
{
	int rc = sort(b, m, err);

	m->sets.index = bdl_xcalloc(INDEX_SLOTS, sizeof(*m->sets.index));
	m->sets.key = b->key;
	m->h = (struct bdl_lists_header){
		.n_categories = b->n_categories,
		.key = b->key,
		.made_ms = now_ms,
		.v4_lengths = b->v4_lengths,
		.v6_lengths = { b->v6_lengths[0], b->v6_lengths[1], b->v6_lengths[2] },
		.notes_size = b->notes.n,
	};
	memcpy(m->h.magic, BDL_LISTS_MAGIC, sizeof(m->h.magic));
	if (rc == 0)
		rc = join(m, err);
	m->h.n_sets = (uint32_t)m->sets.n;
	m->h.n_lines = m->n * 10 / TEN_LINES + 1;
	return rc;
}

/* Lay the parts out. The sums come last. */
static void lay_out(const struct bdl_list_build *b, struct making *m, unsigned char *file)
{
	struct bdl_lists_layout at = bdl_lists_layout_of(&m->h);
	struct bdl_lists_header *h = (struct bdl_lists_header *)(void *)file;

	fill(m, (struct bdl_lists_line *)(void *)(file + at.lines));
	m->h.file_size = at.end;
	memcpy(file, &m->h, sizeof(m->h));
	memcpy(file + at.names, b->names, at.sets - at.names);
	if (m->sets.n > 0)
		memcpy(file + at.sets, m->sets.sets, at.notes - at.sets);
	if (b->notes.n > 0)
		memcpy(file + at.notes, b->notes.p, b->notes.n);
	h->lines_sum = bdl_lists_lines_sum(file);
	h->head_sum = bdl_lists_head_sum(file);
}

int bdl_list_make_file(struct bdl_list_build *b, int64_t now_ms, unsigned char **ret, size_t *ret_n,
    struct bdl_err *err)
{
	BDL_AUTO_IN(making_done) struct making m = { 0 };
	BDL_AUTO_FREE unsigned char *file = NULL;
	int rc = bdl_protect_settle(b, err);

	if (rc == 0)
		rc = begin(b, now_ms, &m, err);
	if (rc < 0)
		return rc;
	size_t n = bdl_lists_layout_of(&m.h).end;
	file = aligned_alloc(64, (n + 63) / 64 * 64);
	if (file == NULL)
		return bdl_fail(err, BDL_E_NOMEM, "no memory for a file of %zu bytes", n);
	memset(file, 0, n);
	lay_out(b, &m, file);
	if (m.h.reach > BDL_LISTS_REACH_MAX)
		return bdl_fail(err, BDL_E_CONFLICT, "the entries crowd together; compile again");
	*ret = bdl_steal(&file);
	*ret_n = n;
	return 0;
}

/* Read back what was written, as the doors will. */
static int check_written(const char *path, struct bdl_err *err)
{
	BDL_AUTO(bdl_lists_close) struct bdl_lists *l = NULL;
	int rc = bdl_lists_open(path, &l, err);

	return rc == 0 ? bdl_lists_verify(l, err) : rc;
}

int bdl_list_build_write(
    struct bdl_list_build *b, const char *path, int64_t now_ms, struct bdl_err *err)
{
	BDL_AUTO_FREE unsigned char *file = NULL;
	char fresh[PATH_MAX];
	size_t n = 0;
	int rc = bdl_file_beside(path, fresh, err);

	if (rc < 0)
		return rc;
	rc = bdl_list_make_file(b, now_ms, &file, &n, err);
	if (rc == 0)
		rc = bdl_file_replace(fresh, file, n, 0644, err);
	if (rc == 0)
		rc = check_written(fresh, err);
	if (rc == 0)
		rc = bdl_file_rename(fresh, path, err);
	if (rc < 0)
		(void)unlink(fresh); /* it may never have been made */
	return rc;
}
