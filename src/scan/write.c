/* The file that a build of phrases becomes. */
#include "base/alloc.h"
#include "scan/build_int.h"
#include "scan/finder_int.h"
#include "sys/file.h"

#include <limits.h>
#include <unistd.h>

struct tables {
	char *bytes; /* as hs keeps them in a file */
	size_t n;
};

struct making {
	struct tables tables;
	struct bdl_phrases_header h;
	struct bdl_phrases_use *uses;
};

static void making_done(struct making *m)
{
	free(m->tables.bytes);
	free(m->uses);
}

static int check_excuses(const struct bdl_phrases_build *b, struct bdl_err *err)
{
	for (size_t i = 0; i < b->n_excuses; i++) {
		const struct bdl_phrases_excuse *e = &b->excuses[i];
		if (!b->defined[e->context])
			return bdl_fail(err, BDL_E_INVALID, "%s: no file has the context '%s'",
			    e->place, b->classes[e->context].name);
	}
	return 0;
}

static int make_tables(const struct bdl_phrases_build *b, struct tables *ret, struct bdl_err *err)
{
	const struct bdl_phrases_set *set = &b->disguised;
	hs_database_t *database = NULL;

	if (set->n == 0)
		return 0;
	int rc = bdl_finder_make(set->items, set->n, b->strings.p, &database, err);
	if (rc < 0)
		return rc;
	if (hs_serialize_database(database, &ret->bytes, &ret->n) != HS_SUCCESS)
		rc = bdl_fail(err, BDL_E_NOMEM, "no memory for the finder's tables");
	(void)hs_free_database(database); /* made above */
	return rc;
}

static int by_literal(const void *a, const void *b)
{
	const struct bdl_phrases_tie *x = a, *y = b;

	if (x->disguised != y->disguised)
		return x->disguised ? 1 : -1;
	if (x->literal != y->literal)
		return x->literal < y->literal ? -1 : 1;
	if (x->use.phrase != y->use.phrase)
		return x->use.phrase < y->use.phrase ? -1 : 1;
	return x->use.part < y->use.part ? -1 : x->use.part > y->use.part;
}

/* Uses in the order of their literals, so that a literal's uses stand together. */
static void order_uses(struct bdl_phrases_build *b, struct making *m)
{
	if (b->n_ties > 0)
		qsort(b->ties, b->n_ties, sizeof(*b->ties), by_literal);
	m->uses = bdl_xcalloc(b->n_ties + 1, sizeof(*m->uses));
	for (size_t i = 0; i < b->plain.n; i++)
		b->plain.items[i].n_uses = 0;
	for (size_t i = 0; i < b->disguised.n; i++)
		b->disguised.items[i].n_uses = 0;
	for (size_t i = 0; i < b->n_ties; i++) {
		const struct bdl_phrases_tie *t = &b->ties[i];
		struct bdl_phrases_literal *l =
		    &(t->disguised ? &b->disguised : &b->plain)->items[t->literal];
		if (l->n_uses++ == 0)
			l->first = (uint32_t)i;
		m->uses[i] = t->use;
	}
}

static void fill_header(const struct bdl_phrases_build *b, int64_t now_ms, struct making *m)
{
	m->h = (struct bdl_phrases_header){
		.n_classes = (uint32_t)b->n_classes,
		.n_phrases = (uint32_t)b->n_phrases,
		.n_plain = (uint32_t)b->plain.n,
		.n_disguised = (uint32_t)b->disguised.n,
		.n_uses = (uint32_t)b->n_ties,
		.n_strings = (uint32_t)b->strings.n,
		.n_fold_entries = (uint32_t)b->fold.n_entries,
		.n_fold_text = (uint32_t)b->fold.n_text,
		.tables_size = m->tables.n,
		.made_ms = now_ms,
	};
	memcpy(m->h.magic, BDL_PHRASES_MAGIC, sizeof(m->h.magic));
	m->h.file_size = bdl_phrases_layout_of(&m->h).end;
}

static void copy(unsigned char *file, uint64_t at, const void *p, size_t n)
{
	if (n > 0)
		memcpy(file + at, p, n);
}

static void lay_out(const struct bdl_phrases_build *b, struct making *m, unsigned char *file)
{
	struct bdl_phrases_layout l = bdl_phrases_layout_of(&m->h);

	copy(file, l.classes, b->classes, b->n_classes * sizeof(*b->classes));
	copy(file, l.phrases, b->phrases, b->n_phrases * sizeof(*b->phrases));
	copy(file, l.plain, b->plain.items, b->plain.n * sizeof(*b->plain.items));
	copy(file, l.disguised, b->disguised.items, b->disguised.n * sizeof(*b->disguised.items));
	copy(file, l.uses, m->uses, b->n_ties * sizeof(*m->uses));
	copy(file, l.fold_pages, b->fold.pages, BDL_FOLD_PAGES * sizeof(*b->fold.pages));
	copy(file, l.fold_entries, b->fold.entries, b->fold.n_entries * sizeof(uint32_t));
	copy(file, l.fold_text, b->fold.text, b->fold.n_text);
	copy(file, l.strings, b->strings.p, b->strings.n);
	copy(file, l.tables, m->tables.bytes, m->tables.n);
	copy(file, 0, &m->h, sizeof(m->h));
	m->h.sum = bdl_phrases_sum(file, m->h.file_size);
	copy(file, 0, &m->h, sizeof(m->h));
}

int bdl_phrases_make_file(struct bdl_phrases_build *b, int64_t now_ms, unsigned char **ret,
    size_t *ret_n, struct bdl_err *err)
{
	BDL_AUTO_IN(making_done) struct making m = { 0 };
	int rc = check_excuses(b, err);

	if (rc == 0)
		rc = make_tables(b, &m.tables, err);
	if (rc < 0)
		return rc;
	order_uses(b, &m);
	fill_header(b, now_ms, &m);
	unsigned char *file = calloc(1, m.h.file_size);
	if (file == NULL)
		return bdl_fail(err, BDL_E_NOMEM, "no memory for a file of %llu bytes",
		    (unsigned long long)m.h.file_size);
	lay_out(b, &m, file);
	*ret = file;
	*ret_n = m.h.file_size;
	return 0;
}

/* Read back what was written, as the doors will. */
static int check_written(const char *path, struct bdl_err *err)
{
	BDL_AUTO(bdl_phrases_close) struct bdl_phrases *p = NULL;

	return bdl_phrases_open(path, &p, err);
}

int bdl_phrases_build_write(
    struct bdl_phrases_build *b, const char *path, int64_t now_ms, struct bdl_err *err)
{
	BDL_AUTO_FREE unsigned char *file = NULL;
	char fresh[PATH_MAX];
	size_t n = 0;
	int rc = bdl_file_beside(path, fresh, err);

	if (rc < 0)
		return rc;
	rc = bdl_phrases_make_file(b, now_ms, &file, &n, err);
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
