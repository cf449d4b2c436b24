/* Counting an act where rules count, and telling the proxy's log what to put right of it. */
#include "doors/web/web_int.h"

/* What the act adds, if it goes on: parts are counted with their page, bytes as they are announced. */
static uint64_t amount_of(const struct bdl_ask *a, enum bdl_counter_kind kind)
{
	if (kind == BDL_COUNTER_BYTES)
		return a->media.bytes;
	return a->kind != BDL_KIND_PART;
}

static void count_one(struct bdl_web *web, struct bdl_ask *a, size_t i)
{
	const struct bdl_act_counter *counter = bdl_ruleset_counter(web->now->ruleset, i);
	struct bdl_window w = bdl_window_of(counter->kind, &counter->span, a->at_ms);
	uint64_t entry = bdl_counters_entry(web->counters, a->who, counter);
	bool is_again = counter->kind == BDL_COUNTER_TIMES && a->before &&
	    bdl_counterset_has(&a->before->set, (unsigned)i);
	uint64_t amount = is_again ? 0 : amount_of(a, counter->kind);
	char room[48]; /* what is written fits */
	struct bdl_buf text = { .p = room, .cap = sizeof(room), .max = sizeof(room) - 1 };

	if (counter->kind == BDL_COUNTER_TIMES && amount)
		a->counts[i] = bdl_counters_add(web->counters, entry, &w, amount, a->at_ms);
	else /* bytes count once it is known that they go on */
		a->counts[i] = bdl_counters_sum(web->counters, entry, &w, a->at_ms) + amount;
	for (int bits = 60; bits > 0 && !(counter->id >> bits); bits -= 4)
		(void)bdl_buf_add_char(&text, '0'); /* sixteen digits in all */
	(void)bdl_buf_add_hex(&text, counter->id);
	(void)bdl_buf_add_char(&text, ':');
	(void)bdl_buf_add_uint(&text, a->counts[i]);
	bdl_kept_add(&a->kept, "count", bdl_buf_view(&text));
}

/* Counts on what those that came before have made certain, until nothing new comes. */
void bdl_web_count(struct bdl_web *web, struct bdl_ask *a)
{
	const struct bdl_ruleset *r = web->now->ruleset;
	size_t n = bdl_ruleset_counters(r);
	struct bdl_counterset set;

	if (n == 0)
		return;
	a->counts = bdl_region_array(web->scratch, n, sizeof(*a->counts));
	a->facts.counts = a->counts;
	if (!a->counts)
		return;
	for (bool any = true; any && bdl_judge_counters(r, &a->facts, &set);) {
		any = false;
		for (unsigned i = 0; i < n; i++) {
			if (!bdl_counterset_has(&set, i) || bdl_counterset_has(&a->counted, i))
				continue;
			bdl_counterset_add(&a->counted, i);
			count_one(web, a, i);
			any = true;
		}
	}
}

void bdl_web_count_once(struct bdl_web *web, struct bdl_ask *a, struct bdl_counted *counted)
{
	uint64_t mark = bdl_digest_mark(&web->now->version);

	if (counted->ruleset != mark) /* other rules, other numbers */
		*counted = (struct bdl_counted){ .ruleset = mark };
	a->before = counted;
}

void bdl_web_counted(const struct bdl_ask *a, struct bdl_counted *counted)
{
	for (size_t i = 0; i < BDL_ARRAY_LEN(counted->set.w); i++)
		counted->set.w[i] |= a->counted.w[i];
}

struct bdl_view bdl_web_count_bytes(
    struct bdl_web *web, const struct bdl_ask *a, enum bdl_released_way way)
{
	const struct bdl_ruleset *r = web->now->ruleset;
	BDL_AUTO_IN(bdl_buf_done) struct bdl_buf text = BDL_BUF(BDL_RELEASED_TEXT_MAX);

	for (size_t i = 0; a->counts && i < bdl_ruleset_counters(r); i++) {
		const struct bdl_act_counter *counter = bdl_ruleset_counter(r, i);
		struct bdl_released one = { .way = way, .counted = a->media.bytes };

		if (counter->kind != BDL_COUNTER_BYTES ||
		    !bdl_counterset_has(&a->counted, (unsigned)i))
			continue;
		struct bdl_window w = bdl_window_of(counter->kind, &counter->span, a->at_ms);
		one.entry = bdl_counters_entry(web->counters, a->who, counter);
		one.step = w.step;
		/* An entry that is there now is one that the log can put right. */
		(void)bdl_counters_add(web->counters, one.entry, &w, one.counted, a->at_ms);
		bdl_released_write(&one, &text);
	}
	return bdl_region_view(web->scratch, bdl_buf_view(&text));
}
