#include "lists/compile.h"
#include "base/alloc.h"
#include "base/ascii.h"
#include "base/utf8.h"
#include "lists/format_int.h"
#include "proto/url.h"
#include "sys/file.h"
#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <sys/stat.h>
#include <unistd.h>

#define FIRST_SLOTS 4096
#define INDEX_SLOTS (2 * BDL_LISTS_SETS_MAX) /* never more than half full */

/* Domains by their hash; the same kind of table as the file's. */
struct table {
	uint64_t *hashes;
	uint16_t *numbers;
	uint64_t n_slots, n, reach;
};

struct bdl_list_build {
	uint64_t key;
	char names[BDL_LIST_CATEGORIES_MAX][BDL_LISTS_NAME];
	unsigned n_categories;
	struct bdl_catset *sets;
	size_t n_sets, cap_sets;
	uint32_t *index; /* number of a set + 1, by the set's hash; 0 is empty */
	struct table table;
};

/* --- the table --- */

static void table_done(struct table *t)
{
	free(t->hashes);
	free(t->numbers);
	*t = (struct table){ 0 };
}

static int table_init(struct table *t, uint64_t n_slots, struct bdl_err *err)
{
	*t = (struct table){
		.hashes = calloc(n_slots, sizeof(uint64_t)),
		.numbers = calloc(n_slots, sizeof(uint16_t)),
		.n_slots = n_slots,
	};
	if (t->hashes != NULL && t->numbers != NULL)
		return 0;
	table_done(t);
	(void)bdl_fail(
	    err, BDL_E_NOMEM, "no memory for a table of %llu domains", (unsigned long long)n_slots);
	return BDL_E_NOMEM; /* said plainly: an analyser does not see through bdl_fail */
}

/* The slot of the hash: its own, or the empty one where it belongs. The table has an empty slot. */
static uint64_t table_find(struct table *t, uint64_t hash)
{
	uint64_t at = bdl_lists_slot(hash, t->n_slots), moved = 0;

	for (; t->hashes[at] != 0 && t->hashes[at] != hash; moved++)
		at = at + 1 < t->n_slots ? at + 1 : 0;
	if (moved > t->reach)
		t->reach = moved;
	return at;
}

static void table_put(struct table *t, uint64_t at, uint64_t hash, uint16_t number)
{
	t->n += t->hashes[at] == 0;
	t->hashes[at] = hash;
	t->numbers[at] = number;
}

/* Both tables are in the order of the hashes, so this runs through memory from end to end. */
static void table_copy(struct table *to, const struct table *t)
{
	for (uint64_t i = 0; i < t->n_slots; i++) {
		if (t->hashes[i] != 0)
			table_put(to, table_find(to, t->hashes[i]), t->hashes[i], t->numbers[i]);
	}
}

/* Room for one more at two thirds full, where a search still passes few slots. */
static int table_grow(struct table *t, struct bdl_err *err)
{
	struct table bigger;

	if (t->n * 3 < t->n_slots * 2)
		return 0;
	if (t->n >= BDL_LISTS_DOMAINS_MAX)
		return bdl_fail(err, BDL_E_LIMIT, "more than %d domains", BDL_LISTS_DOMAINS_MAX);
	int r = table_init(&bigger, t->n_slots * 2, err);
	if (r < 0)
		return r;
	table_copy(&bigger, t);
	table_done(t);
	*t = bigger;
	return 0;
}

/* --- categories and their sets --- */

struct bdl_list_build *bdl_list_build_new(void)
{
	struct bdl_list_build *b = bdl_xalloc(sizeof(*b));

	bdl_random(&b->key, sizeof(b->key));
	b->index = bdl_xcalloc(INDEX_SLOTS, sizeof(*b->index));
	b->table = (struct table){
		.hashes = bdl_xcalloc(FIRST_SLOTS, sizeof(uint64_t)),
		.numbers = bdl_xcalloc(FIRST_SLOTS, sizeof(uint16_t)),
		.n_slots = FIRST_SLOTS,
	};
	return b;
}

void bdl_list_build_free(struct bdl_list_build *b)
{
	if (b == NULL)
		return;
	table_done(&b->table);
	free(b->index);
	free(b->sets);
	free(b);
}

/* The category's number; a new one where the name is new. */
static int intern_category(
    struct bdl_list_build *b, struct bdl_view name, unsigned *ret, struct bdl_err *err)
{
	for (unsigned i = 0; i < b->n_categories; i++) {
		if (bdl_view_is(name, b->names[i])) {
			*ret = i;
			return 0;
		}
	}
	if (!bdl_is_category(name))
		return bdl_fail(err, BDL_E_INVALID,
		    "'%.*s' is no category: lower-case letters, digits and hyphens, at most %d",
		    BDL_FMT(name), BDL_CATEGORY_NAME_MAX);
	if (b->n_categories == BDL_LIST_CATEGORIES_MAX)
		return bdl_fail(
		    err, BDL_E_LIMIT, "more than %d categories", BDL_LIST_CATEGORIES_MAX);
	memcpy(b->names[b->n_categories], name.p, name.n);
	*ret = b->n_categories++;
	return 0;
}

/* The number of that set; a new one where the combination is new. */
static int intern_set(
    struct bdl_list_build *b, const struct bdl_catset *set, uint16_t *ret, struct bdl_err *err)
{
	size_t at = bdl_hash64(set, sizeof(*set), b->key) % INDEX_SLOTS;

	for (; b->index[at] != 0; at = (at + 1) % INDEX_SLOTS) {
		uint32_t i = b->index[at] - 1;
		if (memcmp(&b->sets[i], set, sizeof(*set)) == 0) {
			*ret = (uint16_t)i;
			return 0;
		}
	}
	if (b->n_sets == BDL_LISTS_SETS_MAX)
		return bdl_fail(err, BDL_E_LIMIT, "more than %d combinations of categories",
		    BDL_LISTS_SETS_MAX);
	b->sets = bdl_xgrow(b->sets, b->n_sets, &b->cap_sets, sizeof(*b->sets));
	b->sets[b->n_sets] = *set;
	*ret = (uint16_t)b->n_sets;
	b->index[at] = (uint32_t)++b->n_sets;
	return 0;
}

/* --- domains --- */

static int add_domain(
    struct bdl_list_build *b, unsigned category, struct bdl_view domain, struct bdl_err *err)
{
	uint64_t hash = bdl_lists_hash(domain, b->key);
	struct bdl_catset set = { 0 };
	uint16_t number = 0;
	int r = table_grow(&b->table, err);

	if (r < 0)
		return r;
	uint64_t at = table_find(&b->table, hash);
	if (b->table.hashes[at] != 0)
		set = b->sets[b->table.numbers[at]];
	bdl_catset_add(&set, category);
	r = intern_set(b, &set, &number, err);
	if (r == 0)
		table_put(&b->table, at, hash, number);
	return r;
}

/*
 * Whether the domain is written as bdl_host_normalise would write it: true for nearly every line
 * of a list, and much cheaper. A last label that begins with a digit may be an address.
 */
static bool is_normal(struct bdl_view v)
{
	size_t label = 0;

	if (v.n > BDL_HOST_MAX)
		return false;
	for (size_t i = 0; i < v.n; i++) {
		char c = v.p[i];
		if ((c >= 'a' && c <= 'z') || bdl_is_digit(c) || c == '-' || c == '_')
			label++;
		else if (c == '.' && label > 0)
			label = 0;
		else
			return false;
		if (label > 63)
			return false;
	}
	return label > 0 && !bdl_is_digit(v.p[v.n - label]);
}

static int add_any_domain(
    struct bdl_list_build *b, unsigned category, struct bdl_view domain, struct bdl_err *err)
{
	char host[BDL_HOST_MAX + 1];
	bool is_ip;

	if (is_normal(domain))
		return add_domain(b, category, domain, err);
	int r = bdl_host_normalise(domain, host, &is_ip, err);
	if (r < 0)
		return bdl_fail_in(err, r, "'%.*s'", BDL_FMT(domain));
	return add_domain(b, category, bdl_view_of(host), err);
}

int bdl_list_build_add(
    struct bdl_list_build *b, struct bdl_view category, struct bdl_view domain, struct bdl_err *err)
{
	unsigned number = 0;
	int r = intern_category(b, category, &number, err);

	return r < 0 ? r : add_any_domain(b, number, domain, err);
}

/* --- texts and folders --- */

/* The domain on a line: without a comment, the blanks around it and the CR of Windows. */
static struct bdl_view domain_of(struct bdl_view line)
{
	struct bdl_view v = bdl_view_at(line.p, bdl_view_find(line, '#'));

	if (v.n > 0 && v.p[v.n - 1] == '\r')
		v.n--;
	return bdl_view_trim(v);
}

int bdl_list_build_text(struct bdl_list_build *b, struct bdl_view category, struct bdl_view text,
    const char *where, struct bdl_err *err)
{
	struct bdl_view line;
	unsigned number = 0;
	int r = intern_category(b, category, &number, err);

	if (r < 0)
		return bdl_fail_in(err, r, "%s", where);
	text = bdl_utf8_without_mark(text);
	for (size_t n = 1; bdl_view_cut(&text, '\n', &line); n++) {
		struct bdl_view domain = domain_of(line);
		if (domain.n == 0)
			continue;
		r = add_any_domain(b, number, domain, err);
		if (r < 0)
			return bdl_fail_in(err, r, "%s:%zu", where, n);
	}
	return 0;
}

/* "social_networks" of a public list is the category "social-networks". */
static int add_file(
    struct bdl_list_build *b, const char *path, struct bdl_view name, struct bdl_err *err)
{
	BDL_AUTO_IN(bdl_file_unmap) struct bdl_map map = { 0 };
	char category[BDL_LISTS_NAME] = "";
	int r = bdl_file_map(path, &map, err);

	if (r < 0)
		return r;
	if (name.n >= sizeof(category))
		return bdl_fail(err, BDL_E_INVALID, "%s: a category of more than %d letters", path,
		    BDL_CATEGORY_NAME_MAX);
	for (size_t i = 0; i < name.n; i++)
		category[i] = name.p[i] == '_' ? '-' : name.p[i];
	return bdl_list_build_text(
	    b, bdl_view_of(category), bdl_view_at((const char *)map.p, map.n), path, err);
}

/* What stands before ".txt" or ".domains" in the name of a file; nothing where it ends otherwise. */
static struct bdl_view category_of(struct bdl_view file)
{
	static const char *const endings[] = { ".txt", ".domains" };

	for (size_t i = 0; i < BDL_ARRAY_LEN(endings); i++) {
		struct bdl_view ending = bdl_view_of(endings[i]);
		if (bdl_view_ends(file, ending))
			return bdl_view_at(file.p, file.n - ending.n);
	}
	return bdl_view_at(file.p, 0);
}

/* FOLDER/CATEGORY.txt or .domains, or FOLDER/CATEGORY/domains; what is neither is no list. */
static int add_entry(
    struct bdl_list_build *b, const char *folder, const char *name, struct bdl_err *err)
{
	BDL_AUTO_FREE char *path = bdl_xprintf("%s/%s", folder, name);
	BDL_AUTO_FREE char *domains = bdl_xprintf("%s/domains", path);
	struct bdl_view v = bdl_view_of(name), category = category_of(v);
	struct stat st;

	if (stat(path, &st) < 0)
		return bdl_fail_sys(err, "%s", path);
	if (S_ISDIR(st.st_mode))
		return access(domains, F_OK) == 0 ? add_file(b, domains, v, err) : 0;
	if (!S_ISREG(st.st_mode) || category.n == 0)
		return 0;
	return add_file(b, path, category, err);
}

static int is_seen(const struct dirent *entry)
{
	return entry->d_name[0] != '.';
}

int bdl_list_build_folder(struct bdl_list_build *b, const char *folder, struct bdl_err *err)
{
	struct dirent **entries = NULL;
	/* In order of name, so that the same folder gives the same categories' numbers. */
	int n = scandir(folder, &entries, is_seen, alphasort);
	int r = 0;

	if (n < 0 && errno == ENOENT)
		return bdl_fail(err, BDL_E_MISSING, "%s: there is no such folder", folder);
	if (n < 0)
		return bdl_fail_sys(err, "%s", folder);
	for (int i = 0; i < n; i++) {
		if (r == 0)
			r = add_entry(b, folder, entries[i]->d_name, err);
		free(entries[i]);
	}
	free(entries);
	return r;
}

/* --- the file --- */

/* Fill in the header's sums, last. */
static void seal(unsigned char *file)
{
	struct bdl_lists_header *h = (struct bdl_lists_header *)(void *)file;

	h->table_sum = bdl_lists_table_sum(file);
	h->head_sum = bdl_lists_head_sum(file);
}

/* The whole file in memory, malloc'd. The table is made anew at the size that fits. */
static int make_file(const struct bdl_list_build *b, int64_t now_ms, unsigned char **ret,
    size_t *ret_n, struct bdl_err *err)
{
	struct bdl_lists_header h = {
		.n_categories = b->n_categories,
		.n_sets = (uint32_t)b->n_sets,
		.n_domains = b->table.n,
		.n_slots = b->table.n + b->table.n / 2 + 1,
		.key = b->key,
		.made_ms = now_ms,
	};
	struct bdl_lists_layout at = bdl_lists_layout_of(&h);
	unsigned char *file = calloc(1, at.end);

	if (file == NULL)
		return bdl_fail(err, BDL_E_NOMEM, "no memory for a file of %zu bytes", at.end);
	struct table fitting = {
		.hashes = (uint64_t *)(void *)(file + at.hashes),
		.numbers = (uint16_t *)(void *)(file + at.numbers),
		.n_slots = h.n_slots,
	};
	table_copy(&fitting, &b->table);
	memcpy(h.magic, BDL_LISTS_MAGIC, sizeof(h.magic));
	h.reach = fitting.reach;
	h.file_size = at.end;
	memcpy(file, &h, sizeof(h));
	memcpy(file + at.names, b->names, at.sets - at.names);
	if (b->n_sets > 0)
		memcpy(file + at.sets, b->sets, at.hashes - at.sets);
	seal(file);
	*ret = file;
	*ret_n = at.end;
	return 0;
}

/* Read back what was written, as the doors will. */
static int check_written(const char *path, uint64_t n_domains, struct bdl_err *err)
{
	BDL_AUTO(bdl_lists_close) struct bdl_lists *l = NULL;
	int r = bdl_lists_open(path, &l, err);

	if (r == 0)
		r = bdl_lists_verify(l, err);
	if (r == 0 && bdl_lists_domains(l) != n_domains)
		r = bdl_fail(err, BDL_E_INVALID, "%s: not the domains that were compiled", path);
	return r;
}

int bdl_list_build_write(
    struct bdl_list_build *b, const char *path, int64_t now_ms, struct bdl_err *err)
{
	BDL_AUTO_FREE unsigned char *file = NULL;
	char fresh[PATH_MAX];
	size_t n = 0;
	int r = bdl_file_beside(path, fresh, err);

	if (r < 0)
		return r;
	r = make_file(b, now_ms, &file, &n, err);
	if (r == 0)
		r = bdl_file_replace(fresh, file, n, 0644, err);
	if (r == 0)
		r = check_written(fresh, b->table.n, err);
	if (r == 0)
		r = bdl_file_rename(fresh, path, err);
	if (r < 0)
		(void)unlink(fresh); /* it may never have been made */
	return r;
}
