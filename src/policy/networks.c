#include "policy/networks.h"
#include "base/alloc.h"
#include "base/ascii.h"
#include "base/buf.h"
#include "proto/csv.h"
#include "sys/file.h"

#define FIELDS    4
#define NAMES     "network,place,kind,person"
#define PLACE_MAX 48
#define LOGIN_MAX 128 /* as on the roll */
#define LENGTHS   129 /* of prefixes, the empty one too */

struct entry {
	struct bdl_net net;
	struct bdl_network says;
	unsigned line;
};

struct bdl_networks {
	char *bytes; /* the text, in which the views lie */
	/* By length of prefix, the longest first, and by address within one length. */
	struct entry *entries;
	size_t n, cap;
	/* The lengths that there are, and where the entries of each begin; one more for the end. */
	size_t starts[LENGTHS + 1];
	size_t n_lengths;
};

static int compare(const void *a, const void *b)
{
	const struct entry *x = a, *y = b;

	if (x->net.bits != y->net.bits)
		return x->net.bits > y->net.bits ? -1 : 1;
	return memcmp(x->net.ip, y->net.ip, BDL_IP_SIZE);
}

static bool is_place(struct bdl_view v)
{
	bool ok = v.n > 0 && v.n <= PLACE_MAX && v.p[0] != '-';

	for (size_t i = 0; i < v.n && ok; i++)
		ok = (v.p[i] >= 'a' && v.p[i] <= 'z') || bdl_is_digit(v.p[i]) || v.p[i] == '-';
	return ok;
}

static bool is_kind(struct bdl_view v)
{
	return bdl_view_is(v, "school-devices") || bdl_view_is(v, "own-devices") ||
	    bdl_view_is(v, "unknown-devices");
}

/* A login lies in our copy of the text; the roll has them in lower case. */
static void make_lower(struct bdl_view v)
{
	char *p = (char *)(uintptr_t)v.p;

	for (size_t i = 0; i < v.n; i++)
		p[i] = bdl_lower(p[i]);
}

static int check_row(
    const struct bdl_csv *c, const struct entry *e, struct bdl_view range, struct bdl_err *err)
{
	const struct bdl_network *says = &e->says;
	uint8_t masked[BDL_IP_SIZE];

	memcpy(masked, e->net.ip, sizeof(masked));
	bdl_ip_mask(masked, e->net.bits);
	if (memcmp(masked, e->net.ip, sizeof(masked)) != 0) {
		char text[BDL_IP_TEXT];

		bdl_ip_text(masked, text);
		return bdl_csv_fail(c, e->line, err,
		    "'%.*s' has bits past its prefix; the network begins at %s", BDL_FMT(range),
		    text);
	}
	if (says->place.n > 0 && !is_place(says->place))
		return bdl_csv_fail(c, e->line, err,
		    "'%.*s' is not a place: lower-case letters, digits and hyphens, at most %d",
		    BDL_FMT(says->place), PLACE_MAX);
	if (says->kind.n > 0 && !is_kind(says->kind))
		return bdl_csv_fail(c, e->line, err,
		    "'%.*s' is none of school-devices, own-devices, unknown-devices",
		    BDL_FMT(says->kind));
	if (says->person.n > LOGIN_MAX)
		return bdl_csv_fail(c, e->line, err, "a login has at most %d bytes", LOGIN_MAX);
	return 0;
}

static int add_row(struct bdl_networks *n, const struct bdl_csv *c,
    const struct bdl_view fields[FIELDS], unsigned line, struct bdl_err *err)
{
	struct entry e = { .says = { fields[1], fields[2], fields[3] }, .line = line };

	if (n->n == BDL_NETWORKS_MAX)
		return bdl_fail(err, BDL_E_LIMIT, "%s:%u: more than %d networks", c->where, line,
		    BDL_NETWORKS_MAX);
	int rc = bdl_net_parse(fields[0], &e.net, err);
	if (rc < 0)
		return bdl_fail_in(err, rc, "%s:%u", c->where, line);
	rc = check_row(c, &e, fields[0], err);
	if (rc < 0)
		return rc;
	make_lower(e.says.person);
	n->entries = bdl_xgrow(n->entries, n->n, &n->cap, sizeof(*n->entries));
	n->entries[n->n++] = e;
	return 0;
}

/* In order, each network once, with the beginning of every length. */
static int arrange(struct bdl_networks *n, const struct bdl_csv *c, struct bdl_err *err)
{
	if (n->n > 0)
		qsort(n->entries, n->n, sizeof(*n->entries), compare);
	for (size_t i = 0; i < n->n; i++) {
		const struct entry *e = &n->entries[i], *last = i > 0 ? e - 1 : NULL;

		if (last && compare(last, e) == 0) {
			unsigned first = last->line < e->line ? last->line : e->line;
			unsigned second = last->line < e->line ? e->line : last->line;

			return bdl_csv_fail(
			    c, second, err, "this network is on line %u already", first);
		}
		if (!last || last->net.bits != e->net.bits)
			n->starts[n->n_lengths++] = i;
	}
	n->starts[n->n_lengths] = n->n;
	return 0;
}

int bdl_networks_parse(
    struct bdl_view csv, const char *where, struct bdl_networks **ret, struct bdl_err *err)
{
	BDL_AUTO(bdl_networks_free) struct bdl_networks *n = NULL;
	struct bdl_view fields[FIELDS];
	struct bdl_csv c;
	unsigned line;

	if (csv.n > BDL_NETWORKS_BYTES_MAX)
		return bdl_fail(err, BDL_E_LIMIT, "%s: %zu bytes, more than 8 MiB", where, csv.n);
	n = bdl_xalloc(sizeof(*n));
	n->bytes = bdl_xview_dup(csv);
	bdl_csv_init(&c, n->bytes, csv.n, where);
	int rc = bdl_csv_heading(&c, FIELDS, NAMES, err);
	while (rc >= 0 && (rc = bdl_csv_row(&c, FIELDS, NAMES, fields, &line, err)) > 0)
		rc = add_row(n, &c, fields, line, err);
	if (rc == 0)
		rc = arrange(n, &c, err);
	if (rc < 0)
		return rc;
	*ret = bdl_steal(&n);
	return 0;
}

int bdl_networks_read(const char *path, struct bdl_networks **ret, struct bdl_err *err)
{
	BDL_AUTO_IN(bdl_buf_done) struct bdl_buf csv = BDL_BUF(BDL_NETWORKS_BYTES_MAX);

	int rc = bdl_file_read(path, &csv, err);
	return rc < 0 ? rc : bdl_networks_parse(bdl_buf_view(&csv), path, ret, err);
}

void bdl_networks_free(struct bdl_networks *n)
{
	if (!n)
		return;
	free(n->bytes);
	free(n->entries);
	free(n);
}

/* The network of this length that holds the address, or NULL. */
static const struct entry *find_in(
    const struct bdl_networks *n, size_t length, const uint8_t ip[BDL_IP_SIZE])
{
	const struct entry *first = &n->entries[n->starts[length]];
	struct entry want = { .net.bits = first->net.bits };

	memcpy(want.net.ip, ip, BDL_IP_SIZE);
	bdl_ip_mask(want.net.ip, want.net.bits);
	return bsearch(
	    &want, first, n->starts[length + 1] - n->starts[length], sizeof(*first), compare);
}

static void fill(struct bdl_view *v, struct bdl_view from)
{
	if (v->n == 0)
		*v = from;
}

struct bdl_network bdl_networks_find(const struct bdl_networks *n, const uint8_t ip[BDL_IP_SIZE])
{
	struct bdl_network found = { 0 };

	for (size_t i = 0; n && i < n->n_lengths; i++) {
		const struct entry *e = find_in(n, i, ip);

		if (!e)
			continue;
		fill(&found.place, e->says.place);
		fill(&found.kind, e->says.kind);
		fill(&found.person, e->says.person);
	}
	return found;
}

size_t bdl_networks_size(const struct bdl_networks *n)
{
	return n->n;
}
