#include "doors/dns/zone.h"
#include "doors/dns/answers.h"
#include "doors/dns/order.h"
#include "proto/url.h"

#include <stdio.h>
#include <stdlib.h>

#define LABELS_MAX     (BDL_DNS_NAME_MAX / 2 + 2)
#define DATA_MAX       1024           /* bytes of what a blocked name is answered with */
#define BDL_HOST_RULED BDL_HOST_KINDS /* a host that a rule names; its number is the condition's */
#define OWN_BYTES      ((size_t)64 << 20) /* of the hosts that rules name, and of the answers */
#define NO_ANSWER      (-1)

_Static_assert(BDL_DNS_CONDS_MAX <= 256, "a condition's number is one byte of a record");

/* A name on the way from the root to the one that is looked at. */
struct frame {
	struct bdl_view name;
	struct bdl_catset categories;
	struct bdl_dns_met met;
	bool is_protected, blocked, written;
};

struct walk {
	const struct bdl_dns_names *names;
	struct bdl_writer *w;
	struct bdl_dns_count *count;
	struct frame frames[LABELS_MAX];
	size_t top;
	char blocked[DATA_MAX]; /* what follows the name of a blocked one */
};

/* --- collecting --- */

struct points {
	struct bdl_dns_point *p;
	size_t n, cap;
	uint64_t left_out;
};

static void points_done(struct points *points)
{
	free(points->p);
}

static int points_add(
    struct points *points, const struct bdl_host_record *record, struct bdl_err *err)
{
	if (!bdl_dns_name_fits(bdl_host_record_view(record))) {
		points->left_out++;
		return 0;
	}
	if (points->n == points->cap) {
		size_t cap = points->cap > 0 ? 2 * points->cap : 1024;
		void *p = realloc(points->p, cap * sizeof(*points->p));

		if (!p)
			return bdl_fail(err, BDL_E_NOMEM, "no memory for %zu names", cap);
		points->p = p;
		points->cap = cap;
	}
	points->p[points->n++] = bdl_dns_point_of(record);
	return 0;
}

/* Protected hosts, and those of the categories that rules name. */
static int add_listed(struct points *points, const struct bdl_dns_names *names,
    const struct bdl_hosts *hosts, struct bdl_err *err)
{
	const struct bdl_host_record *r = NULL;
	int rc = 0;

	while (rc == 0 && hosts && (r = bdl_hosts_next(hosts, r)) != NULL)
		if (r->kind == BDL_HOST_PROTECTED || bdl_catset_has(&names->asked, r->number))
			rc = points_add(points, r, err);
	return rc;
}

static int add_ruled(struct points *points, const struct bdl_dns_names *names,
    struct bdl_region *region, struct bdl_err *err)
{
	char host[BDL_HOST_MAX + 1];
	bool is_ip;
	int rc = 0;

	for (size_t i = 0; i < names->n_conds; i++) {
		const struct bdl_dns_cond *cond = &names->conds[i];

		for (size_t j = 0; cond->is_host && rc == 0 && j < cond->words->n; j++) {
			rc = bdl_host_normalise(cond->words->words[j].text, host, &is_ip, err);
			if (rc < 0)
				break;
			const struct bdl_host_record *r = bdl_dns_record_make(
			    (unsigned)i, BDL_HOST_RULED, bdl_view_of(host), region);
			rc = r ? points_add(points, r, err)
			       : bdl_fail(err, BDL_E_LIMIT, "the rules name too many hosts");
		}
	}
	return rc;
}

static int add_answered(struct points *points, const struct bdl_dns_names *names,
    struct bdl_region *region, struct bdl_err *err)
{
	size_t n;
	const struct bdl_host_record **records =
	    bdl_dns_answers_make(names->safe_search, names->keeps_own_dns, region, &n);
	int rc = records ? 0 : bdl_fail(err, BDL_E_LIMIT, "the rules name too many hosts");

	for (size_t i = 0; rc == 0 && i < n; i++)
		rc = points_add(points, records[i], err);
	return rc;
}

/* --- writing --- */

static void put(struct walk *k, const char *before, struct bdl_view name, const char *data)
{
	bdl_writer_add_str(k->w, before);
	bdl_writer_add_view(k->w, name);
	bdl_writer_add_str(k->w, data);
}

static void put_both(struct walk *k, const struct frame *f)
{
	const char *data = f->blocked ? k->blocked : " CNAME rpz-passthru.\n";

	put(k, "", f->name, data);
	put(k, "*.", f->name, data);
	k->count->blocked += f->blocked;
	k->count->passed += !f->blocked;
}

/* Blocked names between the last that was written and the one that is about to be. */
static void put_gap(struct walk *k)
{
	size_t from = k->top - 1;

	while (!k->frames[from].written)
		from--;
	for (size_t i = from + 1; i < k->top; i++) {
		put_both(k, &k->frames[i]);
		k->frames[i].written = true;
	}
}

/* The top of the frames is complete: write what its parent's wildcard does not say. */
static void put_top(struct walk *k, int answer)
{
	struct frame *f = &k->frames[k->top];
	bool above = k->frames[k->top - 1].blocked;
	bool is_none = answer != NO_ANSWER && strcmp(bdl_dns_answers[answer].target, ".") == 0;
	bool answers = is_none || (answer != NO_ANSWER && !f->blocked);

	if (f->blocked == above && !answers)
		return;
	if (above)
		put_gap(k);
	f->written = true;
	if (!answers) {
		put_both(k, f);
		return;
	}
	put(k, "", f->name, " CNAME ");
	put(k, bdl_dns_answers[answer].target, bdl_view_of(NULL), "\n");
	if (f->blocked || above)
		put(k, "*.", f->name, f->blocked ? k->blocked : " CNAME rpz-passthru.\n");
	k->count->answered++;
}

/* --- walking --- */

/* A frame for each label from the nearest name above on, the last of them for the host itself. */
static void descend(struct walk *k, struct bdl_view host)
{
	while (k->top > 0 && !bdl_host_below(host, k->frames[k->top].name))
		k->top--;
	for (size_t at = host.n - k->frames[k->top].name.n; at > 0;) {
		struct frame *f = &k->frames[k->top + 1];

		at -= k->top > 0; /* the dot */
		while (at > 0 && host.p[at - 1] != '.')
			at--;
		*f = k->frames[k->top++];
		f->name = bdl_view_from(host, at);
		f->written = false;
	}
}

/* The records of one host: the closest entry decides, and an exception among equals. */
static int take(struct frame *f, const struct bdl_dns_point *points, size_t n)
{
	struct bdl_catset has = { 0 }, except = { 0 };
	int answer = NO_ANSWER;

	for (size_t i = 0; i < n; i++) {
		const struct bdl_host_record *r = points[i].record;

		if (r->kind == BDL_HOST_LISTED)
			bdl_catset_add(&has, r->number);
		else if (r->kind == BDL_HOST_EXCEPTED)
			bdl_catset_add(&except, r->number);
		else if (r->kind == BDL_HOST_PROTECTED)
			f->is_protected = true;
		else if (r->kind == BDL_HOST_RULED)
			f->met.w[r->number / 64] |= 1ULL << (r->number % 64);
		else
			answer = r->number;
	}
	bdl_catset_join(&f->categories, &has);
	bdl_catset_take(&f->categories, &except);
	return answer;
}

static void walk_host(struct walk *k, const struct bdl_dns_point *points, size_t n)
{
	static const struct bdl_dns_met none;

	descend(k, bdl_host_record_view(points[0].record));
	struct frame *f = &k->frames[k->top];
	int answer = take(f, points, n);
	f->blocked =
	    bdl_dns_names_blocks(k->names, &f->categories, f->is_protected ? &none : &f->met);
	put_top(k, answer);
}

static void walk_all(struct walk *k, const struct points *points)
{
	size_t next;

	k->frames[0] = (struct frame){ .written = true };
	for (size_t i = 0; i < points->n; i = next) {
		struct bdl_view host = bdl_host_record_view(points->p[i].record);

		next = i + 1;
		while (next < points->n &&
		    bdl_view_eq(bdl_host_record_view(points->p[next].record), host))
			next++;
		walk_host(k, points->p + i, next - i);
	}
}

/* --- the whole --- */

/* What follows a blocked name: its addresses, each on a line of its own, or that there is none. */
static void make_data(struct walk *k, const struct bdl_dns_zone *zone)
{
	size_t n = 0;

	if (zone->n_page == 0)
		(void)snprintf(k->blocked, sizeof(k->blocked), " CNAME .\n"); /* fits */
	for (size_t i = 0; i < zone->n_page; i++) {
		char text[BDL_IP_TEXT];

		bdl_ip_text(zone->page[i], text);
		int m = snprintf(k->blocked + n, sizeof(k->blocked) - n, " %s %s\n",
		    bdl_ip_is_v4(zone->page[i]) ? "A" : "AAAA", text);
		BDL_BUG_IF(
		    m < 0 || (size_t)m >= sizeof(k->blocked) - n); /* the settings take few */
		n += (size_t)m;
	}
}

static void put_head(struct bdl_writer *w, const struct bdl_dns_zone *zone)
{
	struct bdl_view rest = zone->remarks, line;
	char state[BDL_DIGEST_HEX], soa[256];

	bdl_digest_hex(&zone->state, state);
	bdl_writer_add_str(w, "; beadle dns zone 1\n; state ");
	bdl_writer_add_str(w, state);
	bdl_writer_add_str(w, "\n;\n");
	while (bdl_view_cut(&rest, '\n', &line)) {
		bdl_writer_add_str(w, "; ");
		bdl_writer_add_view(w, line);
		bdl_writer_add_str(w, "\n");
	}
	(void)snprintf(soa, sizeof(soa),
	    ";\n$TTL %d\n$ORIGIN " BDL_DNS_ORIGIN
	    ".\n@ SOA localhost. nobody.invalid. %u 3600 600 86400 %d\n"
	    " NS localhost.\n",
	    BDL_DNS_TTL, (unsigned)zone->serial, BDL_DNS_TTL); /* fits */
	bdl_writer_add_str(w, soa);
}

int bdl_dns_zone_write(const struct bdl_dns_names *names, const struct bdl_hosts *hosts,
    const struct bdl_dns_zone *zone, struct bdl_writer *w, struct bdl_dns_count *ret,
    struct bdl_err *err)
{
	struct bdl_region *region BDL_AUTO(bdl_region_free) = bdl_region_new(OWN_BYTES);
	BDL_AUTO_IN(points_done) struct points points = { 0 };
	struct bdl_dns_count count = { 0 };
	struct walk k = { .names = names, .w = w, .count = &count };

	int rc = add_listed(&points, names, hosts, err);
	if (rc == 0)
		rc = add_ruled(&points, names, region, err);
	if (rc == 0)
		rc = add_answered(&points, names, region, err);
	if (rc < 0)
		return rc;
	bdl_dns_sort(points.p, points.n);
	make_data(&k, zone);
	put_head(w, zone);
	walk_all(&k, &points);
	count.left_out = points.left_out;
	*ret = count;
	return 0;
}
