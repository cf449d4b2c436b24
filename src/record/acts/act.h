/*
 * What is kept of an act: the journal's payload and the store's row. Encoded compactly with a
 * format number, decoded with every length checked: a damaged entry is refused, never trusted.
 */
#ifndef BDL_RECORD_ACTS_ACT_H
#define BDL_RECORD_ACTS_ACT_H

#include "base/buf.h"
#include "base/err.h"
#include "base/hash.h"
#include "policy/words.h"

#define BDL_ACT_BYTES_MAX (32 * 1024) /* encoded; longer texts are cut to fit by the door */

/* How an act came about: people load pages and search; pages load their parts by themselves. */
enum bdl_act_kind {
	BDL_KIND_PAGE,
	BDL_KIND_PART,
	BDL_KIND_UPLOAD,
	BDL_KIND_DOWNLOAD,
	BDL_KIND_SEARCH,
	BDL_KINDS
};
const char *bdl_kind_word(enum bdl_act_kind k);

struct bdl_act {
	int64_t at_ms;
	enum bdl_door door;
	enum bdl_act_kind kind;
	enum bdl_action action; /* the verdict */
	bool critical;
	bool known;                /* the person was on the roll */
	bool passed;               /* coached, and the person went on with a reason */
	uint16_t minute;           /* facts: local minute of the day */
	uint8_t weekday;           /* facts: 0 Monday */
	struct bdl_digest version; /* of the ruleset */
	struct bdl_view person;    /* login as the proxy told it; empty: unknown */
	struct bdl_view groups;    /* facts: of that person, separated by spaces */
	struct bdl_view address;   /* of the client */
	struct bdl_view method, scheme, host;
	struct bdl_view path;       /* with the query; empty for parts that were allowed */
	struct bdl_view categories; /* facts: names, separated by spaces, of all lists */
	struct bdl_view policy;     /* name of the deciding clause's; empty where no rule applied */
	struct bdl_view clause;     /* id of the deciding clause */
	struct bdl_view clauses;    /* all that matched: "staff#web.gambling pupils#web.games" */
	struct bdl_view tell;       /* roles, separated by spaces */
	struct bdl_view reason;     /* what a coached person gave */
	struct bdl_view source;    /* how the door knew who: bdl_known_by_word; empty: it did not */
	struct bdl_view place;     /* facts: where the address is; empty: nobody knows */
	struct bdl_view equipment; /* facts: whose it is, "own-devices"; empty: not told */
	struct bdl_view kept;      /* facts: what the door found out (policy/facts.h) */
};

/* Whether Beadle did it itself, to see whether it works: it is nobody's, and counts in no figure. */
bool bdl_act_is_probe(const struct bdl_act *a);

/* By how many minutes the act's own clock was ahead of UTC. */
int64_t bdl_act_offset(const struct bdl_act *a);

/* The local time of the facts again, from that. */
void bdl_act_local(int64_t at_ms, int64_t utc_offset, uint8_t *ret_weekday, uint16_t *ret_minute);

/* Append the encoded act to `out`. */
int bdl_act_encode(const struct bdl_act *a, struct bdl_buf *out);

/* The views of *ret lie in `bytes`. */
int bdl_act_decode(struct bdl_view bytes, struct bdl_act *ret, struct bdl_err *err) BDL_MUST_USE;

/*
 * What a person quotes who asks about an act: its moment in local time, to the millisecond, as in
 * "261121-114001-234". Several acts may share one, and where the clocks go back two moments do.
 */
#define BDL_REFERENCE_LEN     18 /* with its NUL */
#define BDL_REFERENCE_MOMENTS 2
void bdl_reference_write(int64_t at_ms, char out[BDL_REFERENCE_LEN]);

/* The moments that have this reference; how many, 0 for a text that is none. Of this century. */
size_t bdl_reference_read(struct bdl_view text, int64_t ret_ms[BDL_REFERENCE_MOMENTS]);

#endif
