#include "lists/hosts.h"
#include "base/alloc.h"
#include "lists/build_int.h"
#include "sys/file.h"
#include "sys/writer.h"

#define MAGIC "BDLHOST1"
#define HEAD  offsetof(struct bdl_host_record, host)

struct header {
	char magic[8];
	uint32_t n_categories;
	uint32_t reserved; /* 0 */
	uint64_t key;
	uint64_t n_hosts;
	int64_t made_ms;
	uint64_t size; /* of the file */
	uint64_t sum;  /* of what is before it, and with that as the seed of what is behind it */
};
_Static_assert(sizeof(struct header) == 56, "docs/formats.md says so");

struct bdl_hosts {
	struct bdl_map map;
	struct header h;
	const char *names;
	const unsigned char *first, *end;
};

/* --- writing --- */

static int grow(struct bdl_list_build *b, size_t more, struct bdl_err *err)
{
	size_t cap = b->cap_hosts > 0 ? b->cap_hosts : 65536;
	void *p;

	while (cap < b->n_hosts + more)
		cap *= 2;
	if (cap == b->cap_hosts)
		return 0;
	p = realloc(b->hosts, cap);
	if (p == NULL)
		return bdl_fail(err, BDL_E_NOMEM, "no memory for %zu bytes of hosts", cap);
	b->hosts = p;
	b->cap_hosts = cap;
	return 0;
}

int bdl_list_keep_host(struct bdl_list_build *b, unsigned number, enum bdl_host_kind kind,
    struct bdl_view host, struct bdl_err *err)
{
	const unsigned char head[HEAD] = { (unsigned char)number, (unsigned char)kind,
		(unsigned char)host.n };
	int rc;

	if (b->may_be_illegal) /* what is in the slot is kept as hashes only */
		return 0;
	rc = grow(b, HEAD + host.n, err);
	if (rc < 0)
		return rc;
	memcpy(b->hosts + b->n_hosts, head, HEAD);
	memcpy(b->hosts + b->n_hosts + HEAD, host.p, host.n);
	b->n_hosts += HEAD + host.n;
	return 0;
}

static const struct bdl_host_record *record_at(const unsigned char *p)
{
	return (const struct bdl_host_record *)p;
}

static size_t size_of(const struct bdl_host_record *r)
{
	return HEAD + r->n;
}

static uint64_t count(const unsigned char *p, const unsigned char *end)
{
	uint64_t n = 0;

	for (; p < end; p += size_of(record_at(p)))
		n++;
	return n;
}

static uint64_t sum_of(
    const struct header *h, const void *names, const unsigned char *records, size_t n)
{
	uint64_t sum = bdl_hash64(h, offsetof(struct header, sum), 0);

	sum = bdl_hash64(names, (size_t)h->n_categories * BDL_LISTS_NAME, sum);
	return bdl_hash64(records, n, sum);
}

int bdl_hosts_write(
    const struct bdl_list_build *b, const char *path, int64_t now_ms, struct bdl_err *err)
{
	BDL_AUTO(bdl_writer_close) struct bdl_writer *w = NULL;
	size_t names = (size_t)b->n_categories * BDL_LISTS_NAME;
	struct header h = {
		.n_categories = b->n_categories,
		.key = b->key,
		.n_hosts = b->n_hosts > 0 ? count(b->hosts, b->hosts + b->n_hosts) : 0,
		.made_ms = now_ms,
		.size = sizeof(h) + names + b->n_hosts,
	};
	int rc = bdl_writer_open(path, 0644, &w, err);

	if (rc < 0)
		return rc;
	memcpy(h.magic, MAGIC, sizeof(h.magic));
	h.sum = sum_of(&h, b->names, b->hosts, b->n_hosts);
	bdl_writer_add(w, &h, sizeof(h));
	bdl_writer_add(w, b->names, names);
	if (b->n_hosts > 0)
		bdl_writer_add(w, b->hosts, b->n_hosts);
	return bdl_writer_commit(w, err);
}

/* --- reading --- */

static int bad(const char *path, const char *what, struct bdl_err *err)
{
	return bdl_fail(err, BDL_E_INVALID, "'%s' is no file of hosts: %s", path, what);
}

static bool names_fit(const struct bdl_hosts *h)
{
	for (unsigned i = 0; i < h->h.n_categories; i++) {
		const char *name = h->names + (size_t)i * BDL_LISTS_NAME;
		size_t n = strnlen(name, BDL_LISTS_NAME);

		if (n == BDL_LISTS_NAME || !bdl_is_category(bdl_view_at(name, n)))
			return false;
	}
	return true;
}

static bool record_fits(const struct bdl_hosts *h, const unsigned char *p)
{
	size_t left = (size_t)(h->end - p);
	const struct bdl_host_record *r = record_at(p);

	if (left < HEAD || left < size_of(r) || r->n == 0 || r->n > BDL_HOST_MAX)
		return false;
	if (r->kind == BDL_HOST_PROTECTED)
		return r->number == 0;
	return r->kind < BDL_HOST_KINDS && r->number < h->h.n_categories;
}

static bool records_fit(const struct bdl_hosts *h)
{
	uint64_t n = 0;

	for (const unsigned char *p = h->first; p < h->end; p += size_of(record_at(p)), n++)
		if (!record_fits(h, p))
			return false;
	return n == h->h.n_hosts;
}

static int check(struct bdl_hosts *h, const char *path, struct bdl_err *err)
{
	size_t names;

	if (h->map.n < sizeof(h->h))
		return bad(path, "it is too short", err);
	memcpy(&h->h, h->map.p, sizeof(h->h));
	names = (size_t)h->h.n_categories * BDL_LISTS_NAME;
	if (memcmp(h->h.magic, MAGIC, sizeof(h->h.magic)) != 0 ||
	    h->h.n_categories > BDL_LIST_CATEGORIES_MAX)
		return bad(path, "its head is another", err);
	if (h->h.size != h->map.n || h->map.n < sizeof(h->h) + names)
		return bad(path, "it has another size than it says", err);
	h->names = (const char *)h->map.p + sizeof(h->h);
	h->first = h->map.p + sizeof(h->h) + names;
	h->end = h->map.p + h->map.n;
	if (sum_of(&h->h, h->names, h->first, (size_t)(h->end - h->first)) != h->h.sum)
		return bad(path, "its checksum is another", err);
	return names_fit(h) && records_fit(h) ? 0 : bad(path, "an entry does not fit", err);
}

int bdl_hosts_open(const char *path, struct bdl_hosts **ret, struct bdl_err *err)
{
	BDL_AUTO(bdl_hosts_close) struct bdl_hosts *h = bdl_xalloc(sizeof(*h));
	int rc = bdl_file_map(path, &h->map, err);

	if (rc == 0)
		rc = check(h, path, err);
	if (rc == 0)
		*ret = bdl_steal(&h);
	return rc;
}

void bdl_hosts_close(struct bdl_hosts *h)
{
	if (h == NULL)
		return;
	bdl_file_unmap(&h->map);
	free(h);
}

uint64_t bdl_hosts_key(const struct bdl_hosts *h)
{
	return h->h.key;
}

uint64_t bdl_hosts_count(const struct bdl_hosts *h)
{
	return h->h.n_hosts;
}

unsigned bdl_hosts_categories(const struct bdl_hosts *h)
{
	return h->h.n_categories;
}

const char *bdl_hosts_category(const struct bdl_hosts *h, unsigned i)
{
	BDL_BUG_IF(i >= h->h.n_categories);
	return h->names + (size_t)i * BDL_LISTS_NAME;
}

const struct bdl_host_record *bdl_hosts_next(
    const struct bdl_hosts *h, const struct bdl_host_record *r)
{
	const unsigned char *p = r == NULL ? h->first : (const unsigned char *)r + size_of(r);

	return p < h->end ? record_at(p) : NULL;
}
