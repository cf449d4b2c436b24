/* A build: categories, and entries as they are added. What is made of them is in write.c. */
#include "base/alloc.h"
#include "lists/build_int.h"

struct bdl_list_build *bdl_list_build_new(void)
{
	struct bdl_list_build *b = bdl_xalloc(sizeof(*b));

	bdl_random(&b->key, sizeof(b->key));
	b->notes = BDL_BUF(BDL_LISTS_NOTES_MAX);
	return b;
}

void bdl_list_build_free(struct bdl_list_build *b)
{
	if (b == NULL)
		return;
	bdl_protected_free(b->protected);
	bdl_buf_done(&b->notes);
	free(b->reports);
	free(b->records);
	free(b->hosts);
	free(b);
}

/* One number is kept for the illegal slot, whose category is none of a build's. */
int bdl_list_category(
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
	if (bdl_view_is(name, BDL_CATEGORY_ILLEGAL) && !b->may_be_illegal)
		return bdl_fail(err, BDL_E_DENIED,
		    "the category '" BDL_CATEGORY_ILLEGAL
		    "' is that of a signed list: beadle lists install-illegal");
	if (b->n_categories == BDL_LIST_CATEGORIES_MAX - 1)
		return bdl_fail(
		    err, BDL_E_LIMIT, "more than %d categories", BDL_LIST_CATEGORIES_MAX - 1);
	memcpy(b->names[b->n_categories], name.p, name.n);
	*ret = b->n_categories++;
	return 0;
}

/* --- records --- */

static int grow(struct bdl_list_build *b, struct bdl_err *err)
{
	size_t cap = b->cap_records > 0 ? 2 * b->cap_records : 1024;
	void *p;

	if (b->n_records >= BDL_LISTS_ENTRIES_MAX)
		return bdl_fail(err, BDL_E_LIMIT, "more than %d entries", BDL_LISTS_ENTRIES_MAX);
	p = realloc(b->records, cap * sizeof(*b->records));
	if (p == NULL)
		return bdl_fail(err, BDL_E_NOMEM, "no memory for %zu entries", cap);
	b->records = p;
	b->cap_records = cap;
	return 0;
}

static int record(struct bdl_list_build *b, const void *p, size_t n, enum bdl_lists_hashed kind,
    uint32_t what, struct bdl_err *err)
{
	struct bdl_lists_place at = bdl_lists_place_of(p, n, kind, b->key);
	int rc = b->n_records == b->cap_records ? grow(b, err) : 0;

	if (rc < 0)
		return rc;
	b->records[b->n_records++] = (struct bdl_list_record){
		.place = at.place,
		.rest = at.tag << BDL_LISTS_TAG_SHIFT | (uint64_t)kind << BDL_RECORD_KIND | what,
	};
	return 0;
}

static int record_domain(
    struct bdl_list_build *b, struct bdl_view host, uint32_t what, struct bdl_err *err)
{
	enum bdl_host_kind kind = what & BDL_RECORD_EXCEPT ? BDL_HOST_EXCEPTED : BDL_HOST_LISTED;
	int rc = record(b, host.p, host.n, BDL_HASHED_HOST, what, err);

	return rc < 0 ? rc : bdl_list_keep_host(b, what & BDL_RECORD_CATEGORY, kind, host, err);
}

static int record_net(
    struct bdl_list_build *b, const struct bdl_list_entry *e, uint32_t what, struct bdl_err *err)
{
	if (e->net.n == 5)
		b->v4_lengths |= 1ULL << e->bits;
	else
		b->v6_lengths[e->bits / 64] |= 1ULL << (e->bits % 64);
	return record(b, e->net.bytes, e->net.n, BDL_HASHED_NET, what, err);
}

/* A page, and with its host a sign that there is one. */
static int record_page(
    struct bdl_list_build *b, const struct bdl_list_entry *e, uint32_t what, struct bdl_err *err)
{
	enum bdl_lists_hashed kind =
	    e->kind == BDL_LISTS_EXACT ? BDL_HASHED_EXACT : BDL_HASHED_PREFIX;
	int rc = record(b, e->page, e->page_n, kind, what, err);

	if (rc == 0)
		rc = record(b, e->host, strlen(e->host), BDL_HASHED_HOST, BDL_RECORD_BELOW, err);
	return rc;
}

static int put_any(struct bdl_list_build *b, unsigned category, struct bdl_view text, uint32_t what,
    bool *ret_kept_out, struct bdl_err *err)
{
	struct bdl_list_entry e;
	int rc = bdl_list_entry_parse(text, &e, err);

	if (rc < 0)
		return rc;
	if (e.kind == BDL_LISTS_NET)
		return record_net(b, &e, what, err);
	struct bdl_view host = bdl_view_of(e.host);
	if (!(what & BDL_RECORD_EXCEPT) &&
	    !bdl_protect_allows(b, category, host, e.kind == BDL_LISTS_DOMAIN)) {
		*ret_kept_out = true;
		return 0;
	}
	if (e.kind == BDL_LISTS_DOMAIN)
		return record_domain(b, host, what, err);
	return record_page(b, &e, what, err);
}

int bdl_list_put(struct bdl_list_build *b, unsigned category, struct bdl_view entry, bool except,
    bool *ret_kept_out, struct bdl_err *err)
{
	uint32_t what = (uint32_t)category | (except ? BDL_RECORD_EXCEPT : 0);
	bool kept_out = false;
	int rc;

	if (!bdl_list_is_domain(entry))
		rc = put_any(b, category, entry, what, &kept_out, err);
	else if (except || bdl_protect_allows(b, category, entry, true))
		rc = record_domain(b, entry, what, err);
	else {
		kept_out = true;
		rc = 0;
	}
	if (rc == 0 && ret_kept_out != NULL)
		*ret_kept_out = kept_out;
	return rc;
}

int bdl_list_build_add(
    struct bdl_list_build *b, struct bdl_view category, struct bdl_view entry, struct bdl_err *err)
{
	unsigned number = 0;
	int rc = bdl_list_category(b, category, &number, err);

	if (rc == 0)
		rc = bdl_list_put(b, number, entry, false, NULL, err);
	return rc == BDL_E_INVALID ? bdl_fail_in(err, rc, "'%.*s'", BDL_FMT(entry)) : rc;
}

const struct bdl_list_report *bdl_list_build_reports(const struct bdl_list_build *b, size_t *ret_n)
{
	*ret_n = b->n_reports;
	return b->reports;
}
