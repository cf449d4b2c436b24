/*
 * Looking up. All lines that a host may be in are asked for at once, before the first is read: a
 * look-up then waits for memory once, not once for each domain above the host.
 */
#include "base/alloc.h"
#include "base/ascii.h"
#include "lists/lists_int.h"
#include "lists/page_int.h"
#include "proto/url.h"
#include <arpa/inet.h>
#include <stdio.h>

/* What has been found in one file so far, from the closest entry on. */
struct gather {
	const struct bdl_lists_part *part;
	struct bdl_catset found, excepted;
	struct bdl_lists_hit *hits; /* NULL: nobody asks why */
	size_t n_hits, max_hits;
};

/* --- words --- */

/*
 * The word of that entry, or 0. The lines are not trusted beyond their bounds. All words of a line
 * are compared, though the first ones would mostly do: how many those are no processor can guess.
 */
static uint64_t find_word(const struct bdl_lists_part *p, struct bdl_lists_place at)
{
	uint64_t n_lines = p->header->n_lines;
	uint64_t line = bdl_lists_line_of(at.place, n_lines), found = 0;

	for (uint64_t i = 0; i <= p->header->reach; i++) {
		const uint64_t *words = p->lines[line].words;
		for (unsigned k = 0; k < BDL_LISTS_LINE; k++)
			found = words[k] >> BDL_LISTS_TAG_SHIFT == at.tag ? words[k] : found;
		if (found != 0 || words[BDL_LISTS_LINE - 1] == 0)
			return found;
		line = line + 1 < n_lines ? line + 1 : 0;
	}
	return 0;
}

static bool is_empty(const struct bdl_catset *s)
{
	return (s->w[0] | s->w[1] | s->w[2] | s->w[3]) == 0;
}

static struct bdl_lists_hit *new_hit(struct gather *g, enum bdl_lists_kind kind,
    const struct bdl_catset *gives, const struct bdl_catset *excepts)
{
	if (g->n_hits == g->max_hits || (is_empty(gives) && is_empty(excepts)))
		return NULL;
	struct bdl_lists_hit *hit = &g->hits[g->n_hits++];
	*hit = (struct bdl_lists_hit){ .kind = kind, .gives = *gives, .excepts = *excepts };
	return hit;
}

/* An entry was met. Returns where to write what it is called, or NULL where nobody asks. */
static struct bdl_lists_hit *take(struct gather *g, uint64_t word, enum bdl_lists_kind kind)
{
	uint64_t number = word & (BDL_LISTS_SETS_MAX - 1);

	if (number >= g->part->header->n_sets)
		return NULL;
	const struct bdl_lists_set *s = &g->part->sets[number];
	struct bdl_catset gives = s->has;
	bdl_catset_join(&g->excepted, &s->except);
	bdl_catset_take(&gives, &g->excepted);
	bdl_catset_join(&g->found, &gives);
	return g->hits != NULL ? new_hit(g, kind, &gives, &s->except) : NULL;
}

/* --- hosts --- */

static void name_domain(struct bdl_lists_hit *hit, struct bdl_view domain)
{
	if (hit == NULL)
		return;
	if (domain.n >= sizeof(hit->entry))
		domain.n = sizeof(hit->entry) - 1;
	memcpy(hit->entry, domain.p, domain.n); /* it was zeroed */
}

/* Where the host and each domain above it begins; how many. Without a branch for each letter. */
static unsigned find_starts(struct bdl_view host, uint8_t starts[BDL_HOST_MAX + 2])
{
	unsigned n = 1;

	starts[0] = 0;
	for (unsigned i = 0; i < host.n; i++) {
		starts[n] = (uint8_t)(i + 1);
		n += host.p[i] == '.';
	}
	return starts[n - 1] < host.n ? n : n - 1; /* nothing stands behind a last dot */
}

/* The places of the domains from that one on, their lines asked for. How many these are. */
static unsigned ask_for(const struct bdl_lists_part *p, const struct bdl_lists_ahead *q,
    unsigned from, struct bdl_lists_place ret[BDL_LISTS_AHEAD])
{
	unsigned some = q->n - from < BDL_LISTS_AHEAD ? q->n - from : BDL_LISTS_AHEAD;

	for (unsigned i = 0; i < some; i++) {
		struct bdl_view domain = bdl_view_from(q->host, q->starts[from + i]);

		ret[i] = bdl_lists_place_of(domain.p, domain.n, BDL_HASHED_HOST, p->header->key);
		__builtin_prefetch(&p->lines[bdl_lists_line_of(ret[i].place, p->header->n_lines)]);
	}
	return some;
}

static void expect(
    const struct bdl_lists_part *p, struct bdl_view host, struct bdl_lists_ahead *ret)
{
	ret->host = host;
	ret->n = host.n > 0 && host.n <= BDL_HOST_MAX ? find_starts(host, ret->starts) : 0;
	(void)ask_for(p, ret, 0, ret->at);
}

void bdl_lists_expect(const struct bdl_lists *l, struct bdl_view host, struct bdl_lists_ahead *ret)
{
	expect(&l->main, host, ret);
}

/* All domains of a host, the host first. Whether one of them has paths among the entries. */
static bool take_domains(struct gather *g, const struct bdl_lists_ahead *q)
{
	struct bdl_lists_place more[BDL_LISTS_AHEAD];
	const struct bdl_lists_place *at = q->at;
	bool below = false;

	for (unsigned i = 0; i < q->n; i++) {
		unsigned k = i % BDL_LISTS_AHEAD;
		if (k == 0 && i > 0) {
			(void)ask_for(g->part, q, i, more);
			at = more;
		}
		uint64_t word = find_word(g->part, at[k]);
		if (word == 0)
			continue;
		below = below || (word & BDL_LISTS_BELOW) != 0;
		name_domain(take(g, word, BDL_LISTS_DOMAIN), bdl_view_from(q->host, q->starts[i]));
	}
	return below;
}

/* --- networks --- */

static bool has_length(const struct bdl_lists_header *h, bool is_v6, unsigned bits)
{
	return is_v6 ? h->v6_lengths[bits / 64] >> (bits % 64) & 1 : h->v4_lengths >> bits & 1;
}

static void name_net(struct bdl_lists_hit *hit, const struct bdl_lists_net *net, unsigned bits)
{
	char text[INET6_ADDRSTRLEN];
	bool is_v6 = net->n > 5;

	if (hit == NULL)
		return;
	(void)inet_ntop(is_v6 ? AF_INET6 : AF_INET, net->bytes, text, sizeof(text)); /* fits */
	if (bits == (is_v6 ? 128 : 32))
		(void)snprintf(hit->entry, sizeof(hit->entry), "%s", text);
	else
		(void)snprintf(hit->entry, sizeof(hit->entry), "%s/%u", text, bits);
}

static void take_address(struct gather *g, const uint8_t *address, bool is_v6)
{
	const struct bdl_lists_header *h = g->part->header;
	unsigned n = is_v6 ? 16 : 4;

	for (unsigned bits = 8 * n + 1; bits-- > 0;) {
		if (!has_length(h, is_v6, bits))
			continue;
		struct bdl_lists_net net = bdl_lists_net_of(address, n, bits);
		uint64_t word = find_word(
		    g->part, bdl_lists_place_of(net.bytes, net.n, BDL_HASHED_NET, h->key));
		if (word != 0)
			name_net(take(g, word, BDL_LISTS_NET), &net, bits);
	}
}

/*
 * The IPv4 address that an IPv6 address leads to, through a translator (RFC 6052), 6to4 (RFC 3056)
 * or as the oldest hosts wrote it (::192.0.2.33); NULL for others.
 */
static const uint8_t *wrapped(const uint8_t a[16])
{
	static const uint8_t translator[12] = { 0, 0x64, 0xff, 0x9b }, old[12] = { 0 };

	if (memcmp(a, translator, sizeof(translator)) == 0 || memcmp(a, old, sizeof(old)) == 0)
		return a + 12;
	return a[0] == 0x20 && a[1] == 0x02 ? a + 2 : NULL;
}

/* The host, where it is an address. A name that ends in a digit only looks like one. */
static void take_nets(struct gather *g, struct bdl_view host)
{
	const struct bdl_lists_header *h = g->part->header;
	char text[INET6_ADDRSTRLEN];
	uint8_t a[16];

	if (host.n >= sizeof(text) || h->n_nets == 0)
		return;
	memcpy(text, host.p, host.n);
	text[host.n] = '\0';
	if (bdl_view_find(host, ':') < host.n && inet_pton(AF_INET6, text, a) == 1) {
		take_address(g, a, true);
		if (wrapped(a) != NULL)
			take_address(g, wrapped(a), false);
	} else if (bdl_is_digit(text[host.n - 1]) && inet_pton(AF_INET, text, a) == 1) {
		take_address(g, a, false);
	}
}

/* Whether an entry with a path may apply. */
static bool take_host(struct gather *g, const struct bdl_lists_ahead *q)
{
	if (q->n == 0)
		return false;
	take_nets(g, q->host);
	return take_domains(g, q);
}

/* --- pages --- */

static void take_page(
    struct gather *g, const struct bdl_buf *page, size_t start, size_t n, bool exact)
{
	struct bdl_view v = bdl_view_at(page->p + start, n - start);
	uint64_t word;

	if (v.n > BDL_PAGE_MAX)
		return;
	word = find_word(g->part,
	    bdl_lists_place_of(
		v.p, v.n, exact ? BDL_HASHED_EXACT : BDL_HASHED_PREFIX, g->part->header->key));
	if (word != 0)
		name_domain(take(g, word, exact ? BDL_LISTS_EXACT : BDL_LISTS_PREFIX), v);
}

/*
 * The beginnings of a page of one domain, the longest first. An exact entry stands for the page
 * with whatever query, or where it has a query itself for that one and whatever follows it: a
 * parameter that is added gets round nothing.
 */
static void take_beginnings(
    struct gather *g, const struct bdl_buf *page, size_t start, size_t host_end, size_t query)
{
	struct bdl_view all = bdl_buf_view(page);
	size_t ends[BDL_PAGE_STEPS], n = 0;

	for (size_t at = bdl_page_step(all, host_end); at > 0 && n < BDL_PAGE_STEPS; n++) {
		ends[n] = at;
		at = bdl_page_step(all, at);
	}
	while (n-- > 0) {
		if (ends[n] >= query)
			take_page(g, page, start, ends[n], true);
		take_page(g, page, start, ends[n], false);
	}
	if (query == host_end) /* the front page */
		take_page(g, page, start, host_end, true);
}

/*
 * Each parameter as if it stood alone behind the path: an entry "/watch?v=1" is met by
 * "/watch?app=2&v=1" as well, however many stand before it: what is in an address bounds the work.
 */
static void take_parameters(
    struct gather *g, const struct bdl_buf *page, size_t start, size_t query)
{
	BDL_AUTO_IN(bdl_buf_done) struct bdl_buf alone = BDL_BUF(BDL_PAGE_MAX + BDL_HOST_MAX);
	struct bdl_view rest = bdl_view_from(bdl_buf_view(page), query), parameter;

	if (rest.n == 0)
		return;
	rest = bdl_view_from(rest, 1);
	(void)bdl_view_cut(&rest, '&', &parameter); /* the first was among the beginnings */
	while (bdl_view_cut(&rest, '&', &parameter)) {
		if (parameter.n == 0)
			continue;
		bdl_buf_clear(&alone);
		(void)bdl_buf_add_view(&alone, bdl_view_at(page->p, query + 1));
		if (bdl_buf_add_view(&alone, parameter) < 0 || bdl_buf_broken(&alone))
			continue; /* longer than any entry */
		take_page(g, &alone, start, alone.n, true);
		take_page(g, &alone, start, alone.n, false);
	}
}

/* Entries with a path, of the host and the domains above it. */
static void take_pages(struct gather *g, struct bdl_view host, struct bdl_view path)
{
	BDL_AUTO_IN(bdl_buf_done) struct bdl_buf page = BDL_BUF(4 * (BDL_URL_MAX + BDL_HOST_MAX));
	struct bdl_view rest = host, label;
	size_t query;

	if (bdl_buf_add_view(&page, host) < 0 || bdl_page_add(&page, path) < 0)
		return;
	query = bdl_view_find(bdl_buf_view(&page), '?');
	while (rest.n > 0) {
		struct bdl_lists_place at =
		    bdl_lists_place_of(rest.p, rest.n, BDL_HASHED_HOST, g->part->header->key);
		size_t start = host.n - rest.n;
		if ((find_word(g->part, at) & BDL_LISTS_BELOW) != 0) {
			take_parameters(g, &page, start, query);
			take_beginnings(g, &page, start, host.n, query);
		}
		(void)bdl_view_cut(&rest, '.', &label); /* it is not empty */
	}
}

/* --- questions --- */

/* Pages are closer than hosts, so they come first, but only a host says that there are any. */
static void look(struct gather *g, const struct bdl_lists_ahead *q, struct bdl_view path)
{
	struct gather before = *g;

	if (!take_host(g, q))
		return;
	*g = before;
	take_pages(g, q->host, path);
	(void)take_host(g, q);
}

/* The illegal file's only category has the number after those of the main file. */
static unsigned illegal_number(const struct bdl_lists *l)
{
	return l->main.header->n_categories;
}

void bdl_lists_host(const struct bdl_lists *l, struct bdl_view host, struct bdl_catset *set)
{
	struct gather g = { .part = &l->main };
	struct bdl_lists_ahead q BDL_UNSET;

	expect(&l->main, host, &q);
	(void)take_host(&g, &q);
	bdl_catset_join(set, &g.found);
	if (!l->has_illegal)
		return;
	g = (struct gather){ .part = &l->illegal };
	expect(&l->illegal, host, &q);
	(void)take_host(&g, &q);
	if (bdl_catset_has(&g.found, 0))
		bdl_catset_add(set, illegal_number(l));
}

void bdl_lists_find_expected(const struct bdl_lists *l, const struct bdl_lists_ahead *ahead,
    struct bdl_view path, struct bdl_catset *set)
{
	struct gather g = { .part = &l->main };
	struct bdl_lists_ahead q BDL_UNSET; /* of the other file, which has a key of its own */

	look(&g, ahead, path);
	bdl_catset_join(set, &g.found);
	if (!l->has_illegal)
		return;
	g = (struct gather){ .part = &l->illegal };
	expect(&l->illegal, ahead->host, &q);
	look(&g, &q, path);
	if (bdl_catset_has(&g.found, 0))
		bdl_catset_add(set, illegal_number(l));
}

void bdl_lists_find(
    const struct bdl_lists *l, struct bdl_view host, struct bdl_view path, struct bdl_catset *set)
{
	struct bdl_lists_ahead q BDL_UNSET;

	expect(&l->main, host, &q);
	bdl_lists_find_expected(l, &q, path, set);
}

/* What the entries of the illegal slot are is told to nobody: one hit stands for all. */
static bool seal(const struct bdl_lists *l, const struct gather *g, struct bdl_lists_hit *ret)
{
	if (!bdl_catset_has(&g->found, 0))
		return false;
	*ret = (struct bdl_lists_hit){ .kind = BDL_LISTS_DOMAIN, .sealed = true };
	bdl_catset_add(&ret->gives, illegal_number(l));
	return true;
}

size_t bdl_lists_explain(const struct bdl_lists *l, struct bdl_view host, struct bdl_view path,
    struct bdl_lists_hit *ret, size_t max)
{
	struct gather g = { .part = &l->main, .hits = ret, .max_hits = max };
	struct bdl_lists_ahead q BDL_UNSET;
	size_t n;

	expect(&l->main, host, &q);
	look(&g, &q, path);
	n = g.n_hits;
	if (!l->has_illegal || n == max)
		return n;
	g = (struct gather){ .part = &l->illegal };
	expect(&l->illegal, host, &q);
	look(&g, &q, path);
	return n + seal(l, &g, &ret[n]);
}
