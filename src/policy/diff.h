/*
 * What changed between two versions of a policy, clause by clause, and whom each change binds: for
 * those who approve the newer one, and for those whom it will bind.
 *
 * Clauses are the same where their ids are. Rules are compared by what they say: neither their layout
 * nor the order of their phrases and names counts, nor that of the rules within a clause, as none of
 * these ever changes a verdict.
 */
#ifndef BDL_POLICY_DIFF_H
#define BDL_POLICY_DIFF_H

#include "base/buf.h"
#include "base/region.h"
#include "policy/document.h"

#define BDL_DIFF_MAX (128 * 1024 * 1024) /* a region in which any two documents are compared */

struct bdl_clause_diff {
	const struct bdl_clause *old, *now; /* NULL where it was added, or removed */
	bool moved;                         /* it has another number, or stands elsewhere */
	bool title, sentence, rules;        /* these differ */
	bool text;                          /* what stands in it below its sentence differs */
};

struct bdl_diff {
	const struct bdl_document *old, *now;
	/* Those that differ in anything: of `now` in its order, then those that were removed. */
	struct bdl_clause_diff *clauses;
	size_t n;
	/* A clause that only moved is not counted as changed; one that changed may have moved too. */
	size_t n_added, n_changed, n_moved, n_removed;
	bool front;   /* the front matter says something else */
	bool outside; /* text that belongs to no clause differs */
};

/* The documents must outlive the result, which lies in the region. BDL_E_LIMIT past its maximum. */
int bdl_diff_make(const struct bdl_document *old, const struct bdl_document *now,
    struct bdl_region *region, struct bdl_diff *ret, struct bdl_err *err) BDL_MUST_USE;

/*
 * Whether rule `i` of the clause is not there as often in the other one (NULL: in none): what the
 * newer clause has beyond the older was put in, and the other way round it was taken out.
 */
bool bdl_diff_rule_is_new(
    const struct bdl_clause *clause, size_t i, const struct bdl_clause *other);

static inline bool bdl_diff_any(const struct bdl_diff *d)
{
	return d->n || d->front || d->outside;
}

/* Append it as text for people; the buffer's owner looks whether it broke. */
void bdl_diff_write(const struct bdl_diff *d, struct bdl_buf *out);

/* Append it in a line: "1 clause added, 2 changed, 1 removed", or "no clause changed". */
void bdl_diff_summary(const struct bdl_diff *d, struct bdl_buf *out);

#endif
