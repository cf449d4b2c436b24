/*
 * How figures are counted: one act at once, or many in memory first, which touches each row of a
 * transaction once.
 */
#ifndef BDL_RECORD_ACTS_FIGURES_INT_H
#define BDL_RECORD_ACTS_FIGURES_INT_H

#include "record/acts/figures.h"

/* Inside an open transaction: this act, and the violation that it began, if it began one. */
int bdl_figures_act(struct bdl_store *s, const struct bdl_act *a, bool began_violation,
    struct bdl_err *err) BDL_MUST_USE;

struct bdl_figures;

struct bdl_figures *bdl_figures_new(void);
void bdl_figures_free(struct bdl_figures *f); /* takes NULL */

/* So many acts like this one, of the same day and hour. */
void bdl_figures_add(struct bdl_figures *f, const struct bdl_act *a, int64_t acts);

/* Bring it to the store, inside an open transaction; what was counted stays until it is cleared. */
int bdl_figures_store(struct bdl_figures *f, struct bdl_store *s, struct bdl_err *err) BDL_MUST_USE;
void bdl_figures_clear(struct bdl_figures *f);

#endif
