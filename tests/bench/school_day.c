#include "school_day.h"
#include "base/alloc.h"
#include "base/buf.h"
#include <math.h>

#define PEOPLE       1700
#define STAFF        200
#define SITES        20000
#define SHARED       300 /* hosts of parts that all sites draw on */
#define SHARED_USED  8   /* of these, by one site */
#define OWN_HOSTS    4
#define PARTS        30 /* of a page, on average */
#define PATHS        40 /* of a site that many open */
#define DAY_MS       (24 * 60 * 60 * 1000)
#define MORNING_MS   INT64_C(1795422600000) /* Monday 23 November 2026, 8:30 UTC */
#define SCHOOL_MS    (7 * 60 * 60 * 1000)
#define SLICE_MS     10000 /* what is made at once, and put into the order of time */
#define TEXTS        9
#define TEXT_MAX     256
#define PART_LATE_MS 4000 /* parts come within this after their page */

struct request {
	int64_t at_ms;
	uint32_t person, site, host; /* host 0: the site itself */
	uint32_t path;               /* of a page: which, or a number of its own */
	bool page;
};

struct person {
	uint32_t site;
	int64_t busy_until_ms, idle_until_ms;
};

struct school_day {
	uint64_t state;
	int64_t slice_ms;
	unsigned day;
	double zipf[SITES], zipf_shared[SHARED];
	struct person people[PEOPLE];
	struct request *requests;
	size_t n, at, cap;
	struct bdl_buf texts[TEXTS];
};

/* --- chance --- */

static uint64_t next_number(struct school_day *d)
{
	uint64_t z = (d->state += 0x9e3779b97f4a7c15);

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
	z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
	return z ^ (z >> 31);
}

static uint32_t below(struct school_day *d, uint32_t n)
{
	return (uint32_t)(next_number(d) % n);
}

static double fraction(struct school_day *d)
{
	return (double)(next_number(d) >> 11) / 9007199254740992.0;
}

static void zipf_make(double *sums, size_t n)
{
	double all = 0;

	for (size_t i = 0; i < n; i++)
		sums[i] = all += 1.0 / (double)(i + 1);
	for (size_t i = 0; i < n; i++)
		sums[i] /= all;
}

static uint32_t zipf(struct school_day *d, const double *sums, uint32_t n)
{
	double x = fraction(d);
	uint32_t low = 0, high = n - 1;

	while (low < high) {
		uint32_t middle = (low + high) / 2;
		if (sums[middle] < x)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

/* A number that belongs to another, always the same. */
static uint32_t mixed(uint32_t a, uint32_t b)
{
	uint64_t z = ((uint64_t)a << 32 | b) * 0x9e3779b97f4a7c15;

	return (uint32_t)(z >> 33);
}

/* --- requests --- */

static void request_add(struct school_day *d, struct request r)
{
	d->requests = bdl_xgrow(d->requests, d->n, &d->cap, sizeof(*d->requests));
	d->requests[d->n++] = r;
}

/* A page and its parts, most of them from the site's own hosts. */
static void page_add(struct school_day *d, uint32_t person, int64_t at_ms)
{
	struct person *p = &d->people[person];
	uint32_t parts = 1 + below(d, 2 * PARTS - 1);

	if (!below(d, 3))
		p->site = zipf(d, d->zipf, SITES);
	struct request r = {
		.at_ms = at_ms,
		.person = person,
		.site = p->site,
		.path = below(d, 5) < 2 ? below(d, PATHS) : PATHS + below(d, UINT32_MAX - PATHS),
		.page = true,
	};
	request_add(d, r);
	r.page = false;
	for (uint32_t i = 0; i < parts; i++) {
		r.at_ms = at_ms + below(d, PART_LATE_MS);
		r.host = 1 + below(d, OWN_HOSTS);
		if (below(d, 5) < 2)
			r.host = 1 + OWN_HOSTS + below(d, SHARED_USED);
		request_add(d, r);
	}
}

static int by_time(const void *a, const void *b)
{
	const struct request *x = a, *y = b;

	return x->at_ms < y->at_ms ? -1 : x->at_ms > y->at_ms;
}

/* People work in stretches of ten minutes or so, with as long between: half of them at any time. */
static bool is_busy(struct school_day *d, struct person *p, int64_t at_ms)
{
	if (at_ms >= p->idle_until_ms) {
		p->busy_until_ms = at_ms + 300000 + below(d, 900000);
		p->idle_until_ms = p->busy_until_ms + 300000 + below(d, 1200000);
	}
	return at_ms < p->busy_until_ms;
}

/* What is asked for in the next ten seconds; parts that come later than those stay for the next. */
static void slice_make(struct school_day *d)
{
	size_t late = 0;
	double pages = (double)SCHOOL_DAY_REQUESTS / (PARTS + 1) / PEOPLE / (SCHOOL_MS / SLICE_MS);

	for (size_t i = d->at; i < d->n; i++)
		d->requests[late++] = d->requests[i];
	d->n = late;
	d->at = 0;
	if (d->slice_ms >= SCHOOL_MS) {
		d->slice_ms = 0;
		d->day++;
	}
	int64_t now_ms =
	    MORNING_MS + (int64_t)(d->day + d->day / SCHOOL_WEEK_DAYS * 2) * DAY_MS + d->slice_ms;
	for (uint32_t i = 0; i < PEOPLE; i++) {
		if (!is_busy(d, &d->people[i], now_ms))
			continue;
		/* People are busy for 750 s of every 1,650 or so, and open all their pages then. */
		for (double x = fraction(d); x < pages * 2.2; x += 1)
			page_add(d, i, now_ms + below(d, SLICE_MS));
	}
	if (d->n)
		qsort(d->requests, d->n, sizeof(*d->requests), by_time);
	d->slice_ms += SLICE_MS;
}

struct school_day *school_day_new(uint64_t seed)
{
	struct school_day *d = bdl_xalloc(sizeof(*d));

	d->state = seed;
	for (size_t i = 0; i < TEXTS; i++)
		d->texts[i] = BDL_BUF(TEXT_MAX);
	zipf_make(d->zipf, SITES);
	zipf_make(d->zipf_shared, SHARED);
	for (size_t i = 0; i < PEOPLE; i++) {
		d->people[i].site = zipf(d, d->zipf, SITES);
		d->people[i].idle_until_ms = MORNING_MS + below(d, 1500000);
	}
	return d;
}

void school_day_free(struct school_day *d)
{
	for (size_t i = 0; i < TEXTS; i++)
		bdl_buf_done(&d->texts[i]);
	free(d->requests);
	free(d);
}

/* --- texts --- */

/* The i-th text of the act, made anew. */
#define TEXT(d, i, ...)                                                                   \
	(bdl_buf_clear(&(d)->texts[i]),                                                   \
	    bdl_buf_printf(&(d)->texts[i], __VA_ARGS__) ? bdl_bug(__FILE__, __LINE__, "") \
							: (void)0,                        \
	    bdl_buf_view(&(d)->texts[i]))

static const char *const categories[] = { "learning", "news", "search", "video", "social-networks",
	"shopping", "games", "sport", "music", "software", "advertising", "reference", "forums",
	"leisure", "mail" };

static void host_put(struct school_day *d, const struct request *r, struct bdl_act *a)
{
	uint32_t of = r->site;
	const char *first = categories[mixed(of, 1) % BDL_ARRAY_LEN(categories)];

	if (!r->host) {
		a->host = TEXT(d, 0, "www.site-%u.example", of);
	} else if (r->host <= OWN_HOSTS) {
		a->host = TEXT(d, 0, "static-%u.site-%u.example", r->host, of);
	} else {
		uint64_t state = d->state;
		d->state = mixed(of, r->host);
		of = SITES + zipf(d, d->zipf_shared, SHARED);
		d->state = state;
		a->host = TEXT(d, 0, "cdn.parts-%u.example", of);
		first = categories[mixed(of, 2) % BDL_ARRAY_LEN(categories)];
	}
	if (mixed(of, 3) % 4)
		a->categories = bdl_view_of(first);
	if (mixed(of, 3) % 4 == 3)
		a->categories = TEXT(d, 1, "%s leisure", first);
}

static void person_put(struct school_day *d, const struct request *r, struct bdl_act *a)
{
	bool staff = r->person < STAFF;

	a->known = true;
	a->person = TEXT(d, 2, "%s.%u", staff ? "staff" : "pupil", r->person);
	a->groups = staff ? TEXT(d, 3, "staff teacher department-%u", r->person % 12)
			  : TEXT(d, 3, "pupils year-%u", 7 + r->person % 7);
	a->address = TEXT(d, 4, "10.20.%u.%u", r->person / 250, 2 + r->person % 250);
	a->source = BDL_LIT("radius");
	a->place = BDL_LIT("main-site");
	a->equipment = bdl_view_of(r->person % 3 ? "school-devices" : "own-devices");
}

static void path_put(struct school_day *d, const struct request *r, struct bdl_act *a)
{
	static const char query[] =
	    "?q=how+do+plants+make+sugar+from+light+and+air&source=hp&page=1"
	    "&session=8f14e45fceea167a5a36dedd4bea2543&lang=en-GB";

	if (r->path == 0)
		a->path = BDL_LIT("/");
	else if (r->path < PATHS)
		a->path = TEXT(d, 5, "/section-%u/page-%u.html", r->path % 5, r->path);
	else
		a->path = TEXT(d, 5, "/articles/%u/%.*s", r->path, (int)(r->path % 110), query);
}

/* What the door found out: every fifth site searches, and every fortieth page is such a search. */
static void kept_put(struct school_day *d, const struct request *r, struct bdl_act *a)
{
	a->kept = BDL_LIT("stage=request");
	if (!r->page || r->site % 5 || r->path % 8)
		return;
	a->kind = BDL_KIND_SEARCH;
	a->kept = TEXT(d, 8, "stage=request terms=how%%20do%%20plants%%20make%%20sugar%%20%u",
	    r->path % 100000);
}

static void verdict_put(struct school_day *d, const struct request *r, struct bdl_act *a)
{
	uint32_t chance = below(d, 200);

	if (r->page && chance < 2)
		a->action = chance ? BDL_BLOCK : BDL_COACH;
	else if (r->page && chance < 6)
		a->action = BDL_NOTE;
	else if (!r->page && chance < 4)
		a->action = BDL_BLOCK;
	if (a->action == BDL_ALLOW)
		return;
	a->policy = bdl_view_of(r->person < STAFF ? "staff" : "pupils");
	a->clause = TEXT(d, 6, "web.clause-%u", r->site % 6);
	a->clauses = TEXT(d, 7, "%.*s#%.*s", BDL_FMT(a->policy), BDL_FMT(a->clause));
	if (a->action != BDL_NOTE)
		a->tell = BDL_LIT("technicians");
	if (!r->page)
		path_put(d, r, a);
}

void school_day_next(struct school_day *d, struct bdl_act *ret)
{
	int64_t end_ms;
	do {
		end_ms = MORNING_MS + (int64_t)(d->day + d->day / SCHOOL_WEEK_DAYS * 2) * DAY_MS +
		    d->slice_ms;
		if (d->at < d->n && d->requests[d->at].at_ms < end_ms)
			break;
		slice_make(d);
	} while (true);
	const struct request *r = &d->requests[d->at++];
	struct bdl_act a = {
		.at_ms = r->at_ms,
		.kind = r->page ? BDL_KIND_PAGE : BDL_KIND_PART,
		.minute = (uint16_t)(r->at_ms / 60000 % 1440),
		.weekday = (uint8_t)((r->at_ms / DAY_MS + 3) % 7),
		.method = BDL_LIT("GET"),
		.scheme = BDL_LIT("https"),
	};
	memset(a.version.b, 7, sizeof(a.version.b));
	host_put(d, r, &a);
	person_put(d, r, &a);
	verdict_put(d, r, &a);
	if (r->page)
		path_put(d, r, &a);
	kept_put(d, r, &a);
	*ret = a;
}
