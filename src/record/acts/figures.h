/*
 * Figures: how many acts were judged and how many violations began, by the day, for charts and for
 * what a governing body compares terms with. They are counted in the transaction that brings the acts,
 * so they are right after a crash.
 *
 * A figure names a clause or a category and never a person, an address or a site, so retention
 * (record/retention/retention.h) leaves figures alone: they outlast the records that were counted.
 * Days and hours are the school's, as the door that judged the act showed them; days are counted
 * from 1970.
 */
#ifndef BDL_RECORD_ACTS_FIGURES_H
#define BDL_RECORD_ACTS_FIGURES_H

#include "base/region.h"
#include "record/acts/act.h"
#include "record/store/store.h"

#define BDL_FIGURE_ROWS_MAX 4096 /* that one list gives */

struct bdl_figure {
	int64_t day;               /* by the day: which; else 0 */
	struct bdl_view name;      /* an hour ("09"), a clause's id, a category; "" for none */
	struct bdl_view policy;    /* of a clause; else "" */
	int64_t acts[BDL_ACTIONS]; /* by what was done */
	int64_t violations;        /* by their first act */
};

/*
 * By the day and by the hour in the order of time, those without anything left out; by the clause that
 * decided and by the category with the most violations first, then the most acts. An act of two
 * categories counts for both, one without any under "".
 */
enum bdl_figures_by {
	BDL_FIGURES_BY_DAY,
	BDL_FIGURES_BY_HOUR,
	BDL_FIGURES_BY_CLAUSE,
	BDL_FIGURES_BY_CATEGORY,
};

/* Of the days from `from_day`, and before `before_day`. Rows and texts lie in the region. */
int bdl_figures_list(struct bdl_store *s, enum bdl_figures_by by, int64_t from_day,
    int64_t before_day, struct bdl_region *region, struct bdl_figure **ret, size_t *ret_n,
    struct bdl_err *err) BDL_MUST_USE;

/* Together. */
static inline int64_t bdl_figure_acts(const struct bdl_figure *f)
{
	int64_t n = 0;

	for (int i = 0; i < BDL_ACTIONS; i++)
		n += f->acts[i];
	return n;
}

#endif
