/* What a door found out of an act, as it is kept with it. */
#include "base/ascii.h"
#include "policy/facts.h"
#include "scan/scan.h"

/* What an answer tells and a request cannot. */
#define OF_ANSWERS \
	(BDL_TOLD(DOWNLOAD) | BDL_TOLD(TYPES) | BDL_TOLD(FILES) | BDL_TOLD(SIZE) | BDL_TOLD(VOLUME))
#define OF_COUNTERS (BDL_TOLD(TIMES) | BDL_TOLD(VOLUME))

static bool is_plain(char c)
{
	return c > ' ' && c < 0x7f && c != '%';
}

static size_t encoded_length(struct bdl_view value)
{
	size_t n = value.n;

	for (size_t i = 0; i < value.n; i++)
		n += is_plain(value.p[i]) ? 0 : 2;
	return n;
}

static void put_encoded(char *to, struct bdl_view value)
{
	static const char digits[] = "0123456789ABCDEF";

	for (size_t i = 0; i < value.n; i++) {
		unsigned char c = (unsigned char)value.p[i];

		*to++ = is_plain(value.p[i]) ? value.p[i] : '%';
		if (is_plain(value.p[i]))
			continue;
		*to++ = digits[c >> 4];
		*to++ = digits[c & 15];
	}
}

/* A word whole, or not at all. */
void bdl_kept_add(struct bdl_buf *kept, const char *name, struct bdl_view value)
{
	size_t blank = kept->n > 0, name_n = strlen(name);

	if (value.n > BDL_KEPT_MAX)
		return;
	size_t n = blank + name_n + 1 + encoded_length(value);
	char *to = n <= kept->max - kept->n ? bdl_buf_room(kept, n) : NULL;
	if (!to)
		return;
	if (blank)
		*to++ = ' ';
	memcpy(to, name, name_n);
	to[name_n] = '=';
	put_encoded(to + name_n + 1, value);
	bdl_buf_commit(kept, n);
}

static struct bdl_view decoded(struct bdl_view v, struct bdl_region *region)
{
	char *p = bdl_region_get(region, v.n + 1);
	size_t n = 0;

	for (size_t i = 0; p && i < v.n; i++) {
		uint64_t byte;

		if (v.p[i] == '%' && v.n - i > 2 &&
		    bdl_view_hex(bdl_view_at(v.p + i + 1, 2), 255, &byte)) {
			p[n++] = (char)byte;
			i += 2;
		} else {
			p[n++] = v.p[i];
		}
	}
	return bdl_view_at(p, n);
}

bool bdl_kept_next(struct bdl_view *rest, struct bdl_region *region, struct bdl_view *ret_name,
    struct bdl_view *ret_value)
{
	struct bdl_view word, name = { 0 };

	do {
		if (!bdl_view_cut(rest, ' ', &word))
			return false;
	} while (!bdl_view_cut(&word, '=', &name));
	*ret_name = name;
	*ret_value = decoded(word, region);
	return true;
}

static void set_stage(struct bdl_facts *f, struct bdl_view stage)
{
	if (bdl_view_is(stage, "connect")) {
		f->told &= ~BDL_TOLD_BY_REQUESTS;
		f->deeds = 0;
	} else if (bdl_view_is(stage, "request")) {
		f->told |= BDL_TOLD(UNREAD);
	} else if (bdl_view_is(stage, "response")) {
		f->told |= BDL_TOLD(DOWNLOAD) | BDL_TOLD(TYPES) | BDL_TOLD(FILES);
		f->fresh = OF_ANSWERS;
		f->deeds = 0; /* what was sent had its say; this is what comes back */
	} else if (bdl_view_is(stage, "page")) {
		f->told |= BDL_TOLD(DOWNLOAD) | BDL_TOLD(TYPES) | BDL_TOLD(FILES);
		f->fresh = BDL_TOLD(PHRASES);
		f->deeds = 0;
	} else if (bdl_view_is(stage, "sent")) {
		f->fresh = BDL_TOLD(PHRASES);
	}
	f->told |= OF_COUNTERS;
}

static void recall_terms(struct bdl_facts *f, struct bdl_view terms, struct bdl_region *region)
{
	struct bdl_buf text BDL_AUTO_IN(bdl_buf_done) = BDL_BUF(2 * BDL_KEPT_MAX);

	bdl_text_fold(terms, &text);
	if (!f->text.n) /* else the address has them, and whole */
		f->text = bdl_region_view(region, bdl_buf_view(&text));
	f->deeds |= 1u << BDL_DEED_WEB_SEARCH;
	f->told |= BDL_TOLD(SEARCH) | BDL_TOLD(WORDS);
}

/* "drugs:120" */
static void recall_score(const struct bdl_ruleset *r, struct bdl_facts *f, struct bdl_view value)
{
	static const enum bdl_manner manners[] = { [BDL_SCAN_NOTED] = BDL_MANNER_NONE,
		[BDL_SCAN_SERIOUS] = BDL_MANNER_SERIOUS,
		[BDL_SCAN_CERTAIN] = BDL_MANNER_CERTAIN };
	struct bdl_scan_limits limits;
	struct bdl_view class_ = { 0 };
	uint64_t score;

	if (!bdl_view_cut(&value, ':', &class_) || !bdl_view_uint(value, INT32_MAX, &score) ||
	    !bdl_scan_limits_named(BDL_LIT(BDL_PHRASES_LIMITS), &limits))
		return;
	enum bdl_scan_level level = bdl_scan_level_of(&limits, (int)score);
	if (level > BDL_SCAN_NOTHING)
		bdl_facts_add(r, f, BDL_PHRASE_PHRASES, class_, manners[level]);
}

/* "00000000deadbeef:3" */
bool bdl_kept_count(struct bdl_view value, uint64_t *ret_id, uint64_t *ret_n)
{
	struct bdl_view id = { 0 };

	return bdl_view_cut(&value, ':', &id) && bdl_view_hex(id, UINT64_MAX, ret_id) &&
	    bdl_view_uint(value, UINT64_MAX, ret_n);
}

/* One that no rule of this ruleset counts by is passed over. */
static void recall_count(const struct bdl_ruleset *r, uint64_t *counts, struct bdl_view value)
{
	uint64_t id, n;

	if (!bdl_kept_count(value, &id, &n))
		return;
	for (size_t i = 0; i < bdl_ruleset_counters(r); i++)
		if (bdl_ruleset_counter(r, i)->id == id)
			counts[i] = n;
}

static void recall_word(const struct bdl_ruleset *r, struct bdl_facts *f, struct bdl_view name,
    struct bdl_view value, struct bdl_region *region)
{
	if (bdl_view_is(name, "terms")) {
		recall_terms(f, value, region);
	} else if (bdl_view_is(name, "download")) {
		f->deeds |= 1u << BDL_DEED_WEB_DOWNLOAD;
	} else if (bdl_view_is(name, "read")) {
		f->told |= BDL_TOLD(PHRASES);
	} else if (bdl_view_is(name, "score")) {
		recall_score(r, f, value);
	} else if (bdl_view_is(name, "unread")) {
		bdl_facts_add(r, f, BDL_PHRASE_UNREAD, BDL_LIT(""), BDL_MANNER_NONE);
	} else if (bdl_view_is(name, "type")) {
		bdl_facts_add(r, f, BDL_PHRASE_TYPES, value, BDL_MANNER_NONE);
	} else if (bdl_view_is(name, "file")) {
		bdl_facts_add(r, f, BDL_PHRASE_FILES, value, BDL_MANNER_NONE);
	} else if (bdl_view_is(name, "size") &&
	    bdl_view_uint(value, UINT64_MAX, &f->numbers[BDL_NUMBER_SIZE])) {
		f->told |= BDL_TOLD(SIZE);
	}
}

bool bdl_facts_recall(const struct bdl_ruleset *r, struct bdl_facts *f, struct bdl_view kept,
    struct bdl_region *region)
{
	size_t n = bdl_ruleset_counters(r);
	uint64_t *counts = n ? bdl_region_array(region, n, sizeof(*counts)) : NULL;
	struct bdl_view name, value;

	for (struct bdl_view rest = kept; bdl_kept_next(&rest, region, &name, &value);) {
		if (bdl_view_is(name, "stage") && bdl_view_is(value, "withheld"))
			return false;
		if (bdl_view_is(name, "stage"))
			set_stage(f, value);
		else if (bdl_view_is(name, "count") && counts)
			recall_count(r, counts, value);
		else
			recall_word(r, f, name, value, region);
	}
	f->counts = counts;
	return true;
}
