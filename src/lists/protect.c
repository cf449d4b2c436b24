#include "lists/protect.h"
#include "base/alloc.h"
#include "base/clock.h"
#include "base/person.h"
#include "base/utf8.h"
#include "lists/build_int.h"
#include "sys/file.h"
#include <limits.h>
#include <stdio.h>

#define HARMLESS_MAX  64
#define OVERRIDES_MAX 256
#define SLOTS         65536 /* of the index: several times the hosts and the domains above them */
#define FILE_MAX      (4 << 20)

/* A protected host, or a domain above one. */
struct row {
	char *host;
	bool is_protected;
	struct bdl_catset listed;  /* categories that have an entry for a domain above */
	struct bdl_catset settled; /* of a protected host: exceptions that were made */
};

struct override {
	char host[BDL_HOST_MAX + 1];
	char category[BDL_CATEGORY_NAME_MAX + 1];
};

struct bdl_protected {
	struct row *rows;
	size_t n, cap;
	uint32_t *index; /* number of a row + 1, by its host's hash; 0 is empty */
	uint64_t key;
	char harmless[HARMLESS_MAX][BDL_CATEGORY_NAME_MAX + 1];
	size_t n_harmless;
	struct override overrides[OVERRIDES_MAX];
	size_t n_overrides;
	struct bdl_list_spared spared[BDL_SPARED_MAX];
	size_t n_spared, all_spared;
};

static struct bdl_protected *protection(struct bdl_list_build *b)
{
	if (b->protected == NULL) {
		b->protected = bdl_xalloc(sizeof(*b->protected));
		b->protected->index = bdl_xcalloc(SLOTS, sizeof(*b->protected->index));
		b->protected->key = b->key;
	}
	return b->protected;
}

void bdl_protected_free(struct bdl_protected *p)
{
	if (p == NULL)
		return;
	for (size_t i = 0; i < p->n; i++)
		free(p->rows[i].host);
	free(p->rows);
	free(p->index);
	free(p);
}

/* The slot of that host, or the empty one where it belongs. */
static uint32_t *slot_of(const struct bdl_protected *p, struct bdl_view host)
{
	size_t at = bdl_hash64(host.p, host.n, p->key) % SLOTS;

	while (p->index[at] != 0 && !bdl_view_is(host, p->rows[p->index[at] - 1].host))
		at = (at + 1) % SLOTS;
	return &p->index[at];
}

static struct row *find(const struct bdl_protected *p, struct bdl_view host)
{
	uint32_t *slot = slot_of(p, host);
	return *slot != 0 ? &p->rows[*slot - 1] : NULL;
}

static int add(
    struct bdl_protected *p, struct bdl_view host, bool is_protected, struct bdl_err *err)
{
	uint32_t *slot = slot_of(p, host);

	if (*slot == 0) {
		if (p->n == SLOTS / 2)
			return bdl_fail(err, BDL_E_LIMIT, "too many protected hosts");
		p->rows = bdl_xgrow(p->rows, p->n, &p->cap, sizeof(*p->rows));
		p->rows[p->n] = (struct row){ .host = bdl_xview_dup(host) };
		*slot = (uint32_t)++p->n;
	}
	p->rows[*slot - 1].is_protected |= is_protected;
	return 0;
}

/* --- the files --- */

static bool is_harmless(const struct bdl_protected *p, struct bdl_view category)
{
	for (size_t i = 0; i < p->n_harmless; i++) {
		if (bdl_view_is(category, p->harmless[i]))
			return true;
	}
	return false;
}

static int add_harmless(struct bdl_protected *p, struct bdl_view names, struct bdl_err *err)
{
	struct bdl_view name;

	while (bdl_view_cut(&names, ',', &name)) {
		name = bdl_view_trim(name);
		if (!bdl_is_category(name))
			return bdl_fail(err, BDL_E_INVALID,
			    "'%.*s' is no category; expected names with commas between",
			    BDL_FMT(name));
		if (is_harmless(p, name))
			continue;
		if (p->n_harmless == HARMLESS_MAX)
			return bdl_fail(
			    err, BDL_E_LIMIT, "more than %d harmless categories", HARMLESS_MAX);
		memcpy(p->harmless[p->n_harmless++], name.p, name.n);
	}
	return 0;
}

static int add_host(struct bdl_list_build *b, struct bdl_view text, struct bdl_err *err)
{
	struct bdl_protected *p = b->protected;
	struct bdl_view rest, label;
	char host[BDL_HOST_MAX + 1];
	bool is_ip = false;
	int rc = bdl_host_normalise(text, host, &is_ip, err);

	if (rc < 0)
		return bdl_fail_in(err, rc, "'%.*s', expected a host", BDL_FMT(text));
	if (is_ip)
		return bdl_fail(
		    err, BDL_E_INVALID, "'%.*s' is an address; expected a host", BDL_FMT(text));
	if (p->n >= BDL_PROTECTED_MAX)
		return bdl_fail(
		    err, BDL_E_LIMIT, "more than %d protected hosts", BDL_PROTECTED_MAX);
	rc = bdl_list_keep_host(b, 0, BDL_HOST_PROTECTED, bdl_view_of(host), err);
	rest = bdl_view_of(host);
	for (bool first = true; rc == 0 && rest.n > 0; first = false) {
		rc = add(p, rest, first, err);
		(void)bdl_view_cut(&rest, '.', &label); /* it is not empty */
	}
	return rc;
}

/* A line's text: without the CR of Windows and the blanks around it. */
static struct bdl_view bare(struct bdl_view line)
{
	if (line.n > 0 && line.p[line.n - 1] == '\r')
		line.n--;
	return bdl_view_trim(line);
}

int bdl_list_build_protect(
    struct bdl_list_build *b, struct bdl_view text, const char *where, struct bdl_err *err)
{
	struct bdl_protected *p = protection(b);
	struct bdl_view line, word = BDL_LIT("harmless:");

	text = bdl_utf8_without_mark(text);
	for (size_t n = 1; bdl_view_cut(&text, '\n', &line); n++) {
		struct bdl_view v = bare(bdl_view_at(line.p, bdl_view_find(line, '#')));
		struct bdl_view comment = line.n > 0 && line.p[0] == '#'
		    ? bare(bdl_view_from(line, 1))
		    : bdl_view_of(NULL);
		int rc = 0;
		if (bdl_view_starts(comment, word))
			rc = add_harmless(p, bdl_view_from(comment, word.n), err);
		else if (v.n > 0)
			rc = add_host(b, v, err);
		if (rc < 0)
			return bdl_fail_in(err, rc, "%s:%zu", where, n);
	}
	return 0;
}

/* "HOST, CATEGORY, PERSON, SECOND PERSON, UNTIL, REASON"; the reason may hold commas. */
static int add_override(
    struct bdl_protected *p, struct bdl_view line, int64_t now_ms, struct bdl_err *err)
{
	struct bdl_view fields[5], reason;
	struct override *o = &p->overrides[p->n_overrides];
	int64_t day_ms = 0;
	char day[] = "....-..-..T00:00:00Z";
	bool is_ip;

	for (size_t i = 0; i < BDL_ARRAY_LEN(fields); i++) {
		if (!bdl_view_cut(&line, ',', &fields[i]))
			fields[i] = line;
		fields[i] = bdl_view_trim(fields[i]);
	}
	reason = bdl_view_trim(line);
	if (!bdl_person_ok(fields[2]) || !bdl_person_ok(fields[3]) || reason.n == 0)
		return bdl_fail(err, BDL_E_INVALID,
		    "expected 'host, category, person, second person, until, reason'");
	if (bdl_person_same(fields[2], fields[3]))
		return bdl_fail(err, BDL_E_INVALID, "the second person is the first; expected two");
	int rc = bdl_host_normalise(fields[0], o->host, &is_ip, err);
	if (rc < 0)
		return bdl_fail_in(err, rc, "'%.*s', expected a host", BDL_FMT(fields[0]));
	if (!bdl_is_category(fields[1]))
		return bdl_fail(err, BDL_E_INVALID, "'%.*s' is no category", BDL_FMT(fields[1]));
	if (fields[4].n == 10)
		memcpy(day, fields[4].p, 10);
	if (fields[4].n != 10 || !bdl_time_parse(bdl_view_of(day), &day_ms))
		return bdl_fail(err, BDL_E_INVALID,
		    "'%.*s' is no day; expected one like 2027-01-31", BDL_FMT(fields[4]));
	memcpy(o->category, fields[1].p, fields[1].n);
	o->category[fields[1].n] = '\0';
	p->n_overrides += day_ms + BDL_DAY_MS > now_ms; /* one that has ended does nothing */
	return 0;
}

/* The other tables of a school begin with the names of their columns, so this one may too. */
static bool is_heading(struct bdl_view line)
{
	struct bdl_view host, category;

	return bdl_view_cut(&line, ',', &host) && bdl_view_cut(&line, ',', &category) &&
	    bdl_view_iis(bdl_view_trim(host), "host") &&
	    bdl_view_iis(bdl_view_trim(category), "category");
}

int bdl_list_build_override(struct bdl_list_build *b, struct bdl_view text, const char *where,
    int64_t now_ms, struct bdl_err *err)
{
	struct bdl_protected *p = protection(b);
	struct bdl_view line;

	text = bdl_utf8_without_mark(text);
	for (size_t n = 1; bdl_view_cut(&text, '\n', &line); n++) {
		struct bdl_view v = bare(line);
		if (v.n == 0 || v.p[0] == '#' || is_heading(v))
			continue;
		int rc = p->n_overrides < OVERRIDES_MAX
		    ? add_override(p, v, now_ms, err)
		    : bdl_fail(err, BDL_E_LIMIT, "more than %d overrides", OVERRIDES_MAX);
		if (rc < 0)
			return bdl_fail_in(err, rc, "%s:%zu", where, n);
	}
	return 0;
}

int bdl_list_build_protect_folder(
    struct bdl_list_build *b, const char *folder, int64_t now_ms, struct bdl_err *err)
{
	BDL_AUTO_IN(bdl_buf_done) struct bdl_buf text = BDL_BUF(FILE_MAX);
	BDL_AUTO_FREE char *hosts = bdl_xprintf("%s/protected.domains", folder);
	BDL_AUTO_FREE char *overrides = bdl_xprintf("%s/protected.overrides", folder);
	int rc = bdl_file_read(hosts, &text, err);

	if (rc == 0)
		rc = bdl_list_build_protect(b, bdl_buf_view(&text), hosts, err);
	if (rc < 0 && rc != BDL_E_MISSING)
		return rc;
	bdl_buf_clear(&text);
	rc = bdl_file_read(overrides, &text, err);
	if (rc == 0)
		rc = bdl_list_build_override(b, bdl_buf_view(&text), overrides, now_ms, err);
	return rc == BDL_E_MISSING ? 0 : rc;
}

/* --- entries --- */

static bool is_overridden(const struct bdl_protected *p, struct bdl_view host, const char *category)
{
	for (size_t i = 0; i < p->n_overrides; i++) {
		if (strcmp(p->overrides[i].category, category) == 0 &&
		    bdl_host_below(host, bdl_view_of(p->overrides[i].host)))
			return true;
	}
	return false;
}

static void spare(struct bdl_protected *p, struct bdl_view host, const char *category)
{
	p->all_spared++;
	if (p->n_spared == BDL_SPARED_MAX)
		return;
	struct bdl_list_spared *s = &p->spared[p->n_spared++];
	memcpy(s->host, host.p, host.n); /* a host is shorter than an entry, and *s is zeroed */
	(void)snprintf(s->category, sizeof(s->category), "%s", category);
}

bool bdl_protect_allows(
    struct bdl_list_build *b, unsigned category, struct bdl_view host, bool is_domain)
{
	struct bdl_protected *p = b->protected;
	struct bdl_view rest = host, label;
	const char *name = b->names[category];

	while (p != NULL && rest.n > 0) {
		struct row *row = find(p, rest);
		if (row != NULL && rest.n == host.n && is_domain)
			bdl_catset_add(&row->listed, category);
		if (row != NULL && row->is_protected && !is_harmless(p, bdl_view_of(name)) &&
		    !is_overridden(p, host, name)) {
			spare(p, host, name);
			return false;
		}
		(void)bdl_view_cut(&rest, '.', &label); /* it is not empty */
	}
	return true;
}

/* One protected host: the categories that a domain above it is in. */
static int settle_row(struct bdl_list_build *b, size_t i, struct bdl_err *err)
{
	struct bdl_protected *p = b->protected;
	struct bdl_view host = bdl_view_of(p->rows[i].host), rest = host, label;
	int rc = 0;

	(void)bdl_view_cut(&rest, '.', &label);
	while (rest.n > 0) {
		const struct row *above = find(p, rest);
		for (unsigned c = 0; rc == 0 && c < b->n_categories; c++) {
			if (!bdl_catset_has(&above->listed, c) ||
			    bdl_catset_has(&p->rows[i].settled, c) ||
			    is_harmless(p, bdl_view_of(b->names[c])) ||
			    is_overridden(p, host, b->names[c]))
				continue;
			bdl_catset_add(&p->rows[i].settled, c);
			spare(p, host, b->names[c]);
			rc = bdl_list_put(b, c, host, true, NULL, err);
		}
		(void)bdl_view_cut(&rest, '.', &label);
	}
	return rc;
}

int bdl_protect_settle(struct bdl_list_build *b, struct bdl_err *err)
{
	int rc = 0;

	for (size_t i = 0; rc == 0 && b->protected != NULL && i < b->protected->n; i++) {
		if (b->protected->rows[i].is_protected)
			rc = settle_row(b, i, err);
	}
	return rc;
}

const struct bdl_list_spared *bdl_list_build_spared(
    const struct bdl_list_build *b, size_t *ret_n, size_t *ret_all)
{
	*ret_n = b->protected != NULL ? b->protected->n_spared : 0;
	*ret_all = b->protected != NULL ? b->protected->all_spared : 0;
	return b->protected != NULL ? b->protected->spared : NULL;
}
