#include "record/replay/replay.h"
#include "base/alloc.h"
#include "base/clock.h"
#include "base/hash.h"
#include "record/acts/act_facts.h"
#include "record/replay/replay_int.h"
#include "record/visits/visits_int.h"

#define KEYS_FIRST   4096
#define KEYS_MAX     (2 * 1024 * 1024) /* sets of facts that are remembered: 64 MB */
#define KEPT_MAX     100000            /* different texts of what was kept */
#define SCRATCH_MAX  (1024 * 1024)     /* of one act */
#define SUM_WITHHELD UINT32_MAX        /* it cannot be judged again */
#define TENS         6

/* All that a verdict depends on, where no path matters. */
struct key {
	uint32_t class, site, basis, kept;
	uint16_t time; /* the number of its minute, or BDL_NO_TIME */
	uint8_t upload, part;
};

struct known {
	struct key key;
	uint32_t sum;
	bool otherwise, used;
};

struct bdl_replay_work {
	const struct bdl_replay *p;
	struct bdl_replay_names *names;
	struct bdl_replay_sums *sums;
	struct bdl_region *scratch;
	struct known *known;
	size_t n_known, n_slots;
	/* Of each class the first that the rulesets do not tell from it, plus one; 0: not looked at. */
	uint32_t *alike;
	size_t n_alike;
	struct bdl_index *seen; /* what they tell apart */
	uint32_t *first;        /* of each number of that */
	size_t n_first, cap_first;
	uint8_t *sites; /* by number: 0 not looked at, 1 paths do not matter, 2 they do */
	size_t n_sites;
	int64_t withheld, otherwise;
	uint16_t times[BDL_WEEK_MINUTES];
	unsigned n_times;
};

static void work_begin(struct bdl_replay_work *w, const struct bdl_replay *p)
{
	w->p = p;
	w->names = bdl_replay_names_new();
	w->sums = bdl_replay_sums_new(p);
	w->scratch = bdl_region_new(SCRATCH_MAX);
	w->n_slots = KEYS_FIRST;
	w->known = bdl_xcalloc(w->n_slots, sizeof(*w->known));
	w->seen = bdl_index_new();
	w->n_times = bdl_replay_times(p, w->times);
}

static void work_done(struct bdl_replay_work *w)
{
	bdl_replay_sums_free(w->sums);
	bdl_replay_names_free(w->names);
	bdl_region_free(w->scratch);
	bdl_index_free(w->seen);
	free(w->known);
	free(w->alike);
	free(w->first);
	free(w->sites);
}

/* --- judging --- */

static bool facts_of(const struct bdl_replay_work *w, const struct bdl_act *a,
    const struct bdl_replay_row *row, struct bdl_replay_facts f[BDL_REPLAY_SIDES])
{
	for (int side = 0; side < BDL_REPLAY_SIDES; side++) {
		const struct bdl_ruleset *r = bdl_replay_ruleset(w->p, (enum bdl_replay_side)side);

		if (!bdl_act_facts(a, r, w->scratch, &f[side].facts))
			return false;
		bdl_replay_counted(r, a->kept, w->scratch, &f[side].counted);
		if (row->minute == BDL_NO_TIME)
			f[side].facts.told &= ~BDL_TOLD(TIME);
	}
	return true;
}

/* The sum that the row counts in. */
static uint32_t judge(struct bdl_replay_work *w, const struct bdl_replay_row *row, bool *ret_other)
{
	struct bdl_replay_facts f[BDL_REPLAY_SIDES];
	struct bdl_replay_outcome o;
	struct bdl_act a;

	bdl_region_reset(w->scratch);
	bdl_replay_act_of(w->names, row->client.class, row->site, row->basis, row->kept, &a);
	a.kind = row->kind;
	a.path = row->path;
	if (row->minute != BDL_NO_TIME) {
		a.weekday = (uint8_t)(row->minute / (24 * 60));
		a.minute = (uint16_t)(row->minute % (24 * 60));
	}
	if (!facts_of(w, &a, row, f)) {
		*ret_other = false;
		return SUM_WITHHELD;
	}
	const struct bdl_replay_given given = { a.action, a.clauses };
	bdl_replay_judge(w->p, f, &given, &o);
	*ret_other = o.otherwise;
	return bdl_replay_sum_of(w->sums, &o);
}

/* --- sets of facts that were judged before --- */

static struct known *find(struct bdl_replay_work *w, const struct key *key)
{
	size_t at = bdl_hash64(key, sizeof(*key), 0) & (w->n_slots - 1);

	while (w->known[at].used && memcmp(&w->known[at].key, key, sizeof(*key)) != 0)
		at = (at + 1) & (w->n_slots - 1);
	return &w->known[at];
}

static void forget(struct bdl_replay_work *w)
{
	memset(w->known, 0, w->n_slots * sizeof(*w->known));
	w->n_known = 0;
}

static void grow(struct bdl_replay_work *w)
{
	struct known *old = w->known;
	size_t n_old = w->n_slots;

	if (w->n_known >= KEYS_MAX) {
		forget(w);
		return;
	}
	w->n_slots *= 2;
	w->known = bdl_xcalloc(w->n_slots, sizeof(*w->known));
	for (size_t i = 0; i < n_old; i++)
		if (old[i].used)
			*find(w, &old[i].key) = old[i];
	free(old);
}

/* Groups that no rule and no policy names make no difference: most people are alike. */
static uint32_t look_at_class(struct bdl_replay_work *w, const struct bdl_replay_row *row)
{
	struct bdl_buf key BDL_AUTO_IN(bdl_buf_done) = BDL_BUF(BDL_ACT_BYTES_MAX);
	uint64_t groups[BDL_REPLAY_SIDES] = { 0 };
	struct bdl_view words, word;
	struct bdl_act a;
	bool is_new;

	bdl_replay_act_of(w->names, row->client.class, row->site, row->basis, row->kept, &a);
	for (int side = 0; side < BDL_REPLAY_SIDES; side++) {
		const struct bdl_ruleset *r = bdl_replay_ruleset(w->p, (enum bdl_replay_side)side);

		words = a.groups;
		while (bdl_view_cut(&words, ' ', &word))
			groups[side] |= bdl_ruleset_group(r, word);
	}
	(void)bdl_buf_add(&key, groups, sizeof(groups)); /* what an act has fits */
	(void)bdl_buf_printf(
	    &key, "%d %zu %.*s %.*s", a.known, a.place.n, BDL_FMT(a.place), BDL_FMT(a.equipment));
	uint32_t number = bdl_index_put(w->seen, bdl_buf_view(&key), &is_new);
	if (is_new) {
		w->first = bdl_xgrow(w->first, w->n_first, &w->cap_first, sizeof(*w->first));
		w->first[w->n_first++] = row->client.class;
	}
	return w->first[number];
}

static uint32_t class_of(struct bdl_replay_work *w, const struct bdl_replay_row *row)
{
	uint32_t class = row->client.class;

	if (class >= w->n_alike) {
		size_t n = 2 * (size_t) class + KEYS_FIRST;
		uint32_t *alike = bdl_xcalloc(n, sizeof(*alike));

		if (w->n_alike)
			memcpy(alike, w->alike, w->n_alike * sizeof(*alike));
		free(w->alike);
		w->alike = alike;
		w->n_alike = n;
	}
	if (!w->alike[class])
		w->alike[class] = look_at_class(w, row) + 1;
	return w->alike[class] - 1;
}

static struct known recall(struct bdl_replay_work *w, const struct bdl_replay_row *row)
{
	const struct key key = {
		.class = class_of(w, row),
		.site = row->site,
		.basis = row->basis,
		.kept = row->kept,
		.time = row->minute == BDL_NO_TIME ? BDL_NO_TIME : w->times[row->minute],
		.upload = row->kind == BDL_KIND_UPLOAD,
		.part = row->parts > 0,
	};
	struct known *known = find(w, &key);

	if (known->used)
		return *known;
	struct known new = { .key = key, .used = true };
	new.sum = judge(w, row, &new.otherwise);
	*known = new;
	if (2 * ++w->n_known > w->n_slots)
		grow(w);
	return new;
}

void bdl_replay_take(struct bdl_replay_work *w, const struct bdl_replay_row *row)
{
	struct known k = { 0 };

	if (row->path.n)
		k.sum = judge(w, row, &k.otherwise);
	else
		k = recall(w, row);
	int64_t weight = row->parts ? row->parts : 1;
	if (k.sum == SUM_WITHHELD) {
		w->withheld += weight;
		return;
	}
	w->otherwise += k.otherwise ? weight : 0;
	uint32_t host = bdl_replay_host_of(w->names, row->site);
	bdl_replay_sum_add(w->sums, k.sum, row, host, bdl_replay_host_name(w->names, host));
}

bool bdl_replay_tidy(struct bdl_replay_work *w)
{
	if (bdl_replay_kept_size(w->names) <= KEPT_MAX)
		return false;
	bdl_replay_kept_forget(w->names);
	forget(w);
	return true;
}

/* --- what matters --- */

static uint8_t look_at_site(struct bdl_replay_work *w, uint32_t site)
{
	struct bdl_replay_facts f[BDL_REPLAY_SIDES] = { 0 };
	struct bdl_act a;

	bdl_region_reset(w->scratch);
	a = (struct bdl_act){ .host = bdl_replay_host_name(
				  w->names, bdl_replay_host_of(w->names, site)),
		.categories = bdl_replay_categories_of(w->names, site) };
	for (int side = 0; side < BDL_REPLAY_SIDES; side++)
		/* Nothing was kept of it, so nothing is withheld. */
		(void)bdl_act_facts(&a, bdl_replay_ruleset(w->p, (enum bdl_replay_side)side),
		    w->scratch, &f[side].facts);
	return bdl_replay_reads_path(w->p, f) ? 2 : 1;
}

bool bdl_replay_site_reads_path(struct bdl_replay_work *w, uint32_t site)
{
	if (site >= w->n_sites) {
		size_t n = 2 * (size_t)site + KEYS_FIRST;
		uint8_t *sites = bdl_xcalloc(n, 1);

		if (w->n_sites)
			memcpy(sites, w->sites, w->n_sites);
		free(w->sites);
		w->sites = sites;
		w->n_sites = n;
	}
	if (!w->sites[site])
		w->sites[site] = look_at_site(w, site);
	return w->sites[site] == 2;
}

static uint16_t minute_of_week(int64_t at_ms, int64_t utc_offset)
{
	uint8_t weekday;
	uint16_t minute;

	bdl_act_local(at_ms, utc_offset, &weekday, &minute);
	return (uint16_t)(weekday * 24 * 60 + minute);
}

uint16_t bdl_replay_minute_of(
    const struct bdl_replay_work *w, int64_t hour, unsigned tens, int64_t utc_offset)
{
	uint16_t first = BDL_NO_TIME;

	for (unsigned ten = 0; ten < TENS; ten++) {
		int64_t from_ms = hour * BDL_HOUR_MS + ten * (int64_t)BDL_TEN_MS;

		for (int64_t ms = 0; (tens >> ten & 1) && ms < BDL_TEN_MS; ms += BDL_MINUTE_MS) {
			uint16_t minute = minute_of_week(from_ms + ms, utc_offset);

			if (first == BDL_NO_TIME)
				first = minute;
			if (w->n_times == 1)
				return first;
			if (w->times[minute] != w->times[first])
				return BDL_NO_TIME;
		}
	}
	return first;
}

int bdl_replay_run(struct bdl_store *s, const struct bdl_replay *p, int64_t since_ms,
    int64_t until_ms, struct bdl_region *region, struct bdl_replay_report *ret, struct bdl_err *err)
{
	struct bdl_replay_work w BDL_AUTO_IN(work_done) = { 0 };
	struct bdl_replay_report report = { .since_ms = since_ms, .until_ms = until_ms };

	work_begin(&w, p);
	int rc = bdl_replay_read(s, w.names, &w, since_ms, until_ms, err);
	if (rc == 0)
		rc = bdl_replay_sums_report(w.sums, region, &report, err);
	if (rc < 0)
		return rc;
	report.withheld = w.withheld;
	report.otherwise = w.otherwise;
	*ret = report;
	return 0;
}
