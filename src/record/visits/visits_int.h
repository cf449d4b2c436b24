/*
 * How the scribe makes visits: acts are counted in memory (the rollup), and what was counted goes to
 * the store within one transaction. Texts that come again and again are names: known in memory by a
 * small index, in the store by a number.
 */
#ifndef BDL_RECORD_VISITS_VISITS_INT_H
#define BDL_RECORD_VISITS_VISITS_INT_H

#include "record/acts/act.h"
#include "record/store/store.h"
#include "record/visits/visits.h"

/* --- names --- */

enum bdl_name_kind {
	BDL_NAME_CLIENT,
	BDL_NAME_SITE,
	BDL_NAME_BASIS,
	BDL_NAME_TEXT, /* of one day: a path, or what was found out */
	BDL_NAME_KINDS,
};

/*
 * A key is a name's columns in the order of its statements' parameters from ?2 on: a digest where
 * there is one, numbers of eight bytes, texts behind their lengths of four bytes. Appended to `key`,
 * whose maximum is BDL_NAME_KEY_MAX: that of an act always fits.
 */
#define BDL_NAME_KEY_MAX (BDL_ACT_BYTES_MAX + 256)
void bdl_name_client(struct bdl_buf *key, const struct bdl_act *a);
void bdl_name_site(struct bdl_buf *key, const struct bdl_act *a);
void bdl_name_basis(struct bdl_buf *key, const struct bdl_act *a, bool with_method);
void bdl_name_text(struct bdl_buf *key, int64_t at_ms, struct bdl_view text);

/* A part of its digest, by which bytes find it again (record/visits/mark.h); never 0. */
int64_t bdl_name_mark(struct bdl_view key);

struct bdl_names;

struct bdl_names *bdl_names_new(void);
void bdl_names_free(struct bdl_names *n); /* takes NULL */
BDL_DEFINE_AUTO(struct bdl_names, bdl_names_free);

/* The index of what the act has of that kind; a new name is kept in memory. */
uint32_t bdl_names_client(struct bdl_names *n, const struct bdl_act *a);
uint32_t bdl_names_site(struct bdl_names *n, const struct bdl_act *a);
uint32_t bdl_names_basis(struct bdl_names *n, const struct bdl_act *a, bool with_method);

/* *ret_is_first, which may be NULL: nobody has asked for this text of the day since names were forgotten. */
uint32_t bdl_names_text(
    struct bdl_names *n, int64_t at_ms, struct bdl_view text, bool *ret_is_first);
struct bdl_view bdl_names_text_of(const struct bdl_names *n, uint32_t text);

/*
 * A transaction begins: what others have added since the last one counts. Numbers are remembered,
 * and names of which nothing is left are deleted from the store: numbers are forgotten where any name
 * went meanwhile.
 */
int bdl_names_begin(struct bdl_names *n, struct bdl_store *s, struct bdl_err *err) BDL_MUST_USE;

/*
 * The transaction uses the name, on that day, counted from 1970. When all are said they are looked for
 * together, and added where they are missing, each with its mark, and it is kept when each was used last;
 * then each has its number.
 */
void bdl_names_need(struct bdl_names *n, uint32_t name, int64_t day);
int bdl_names_resolve(struct bdl_names *n, struct bdl_store *s, struct bdl_err *err) BDL_MUST_USE;
int64_t bdl_names_number(const struct bdl_names *n, uint32_t name);

/*
 * Is this the first time that the site is seen in that hour, or the first page of it? What a cache
 * of one hour for each site can tell: true may come again.
 */
bool bdl_names_hour(struct bdl_names *n, uint32_t site, int64_t hour, bool has_pages);

/*
 * Back to the act, as far as a violation and figures need it; its moment is there already. Texts lie in
 * the names' memory.
 */
void bdl_names_act(
    const struct bdl_names *n, uint32_t client, uint32_t site, uint32_t basis, struct bdl_act *ret);

/* Is it time to forget? Between two batches only: indexes are no good afterwards. */
bool bdl_names_are_many(const struct bdl_names *n);
void bdl_names_forget(struct bdl_names *n);

/* --- the rollup --- */

#define BDL_ROLLUP_ACTS_MAX 65536 /* of one transaction */

struct bdl_rollup;

struct bdl_rollup *bdl_rollup_new(void);
void bdl_rollup_free(struct bdl_rollup *r); /* takes NULL */
BDL_DEFINE_AUTO(struct bdl_rollup, bdl_rollup_free);

/* Count an act that is bdl_visits_take. At most BDL_ROLLUP_ACTS_MAX before it is cleared. */
void bdl_rollup_add(struct bdl_rollup *r, const struct bdl_act *a);

/* What was counted: rows of visits, and of page loads. */
size_t bdl_rollup_visits(const struct bdl_rollup *r);
size_t bdl_rollup_loads(const struct bdl_rollup *r);

/* Bring it to the store, inside an open transaction. */
int bdl_rollup_store(struct bdl_rollup *r, struct bdl_store *s, struct bdl_err *err) BDL_MUST_USE;

/* Begin anew after a commit. */
void bdl_rollup_clear(struct bdl_rollup *r);

/* After a transaction that did not come to its end: the numbers it gave are no numbers. */
void bdl_rollup_reset(struct bdl_rollup *r);

#endif
