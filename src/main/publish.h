/* What `policy publish`, `people import`, `lists compile` and `demo` have in common. */
#ifndef BDL_MAIN_PUBLISH_H
#define BDL_MAIN_PUBLISH_H

#include "lists/compile.h"
#include "main/data.h"
#include "policy/document.h"
#include "record/ledger/ledger.h"
#include "record/policies/versions.h"

#define BDL_DAY_SIZE 40 /* "2026-11-21" and NUL; more for years that there are not */

/*
 * What a check asks about: the day, the categories that DIR/lists/lists.map knows, and which of them
 * have no entries. `illegal` is always known, since the law blocks it; without lists any category
 * will do. The context points into it, so it stays where it is.
 */
struct bdl_known_lists {
	struct bdl_lists *lists; /* NULL: none compiled */
	const char *names[BDL_LIST_CATEGORIES_MAX];
	bool empty[BDL_LIST_CATEGORIES_MAX];
	char today[BDL_DAY_SIZE];
	struct bdl_check_context context;
};
int bdl_known_lists_open(
    const struct bdl_conf *conf, struct bdl_known_lists *ret, struct bdl_err *err) BDL_MUST_USE;
/* The same for a data folder that need not be there. */
int bdl_known_lists_of(const char *data, struct bdl_known_lists *ret, struct bdl_err *err)
    BDL_MUST_USE;
void bdl_known_lists_done(struct bdl_known_lists *k); /* takes a zeroed one */

/*
 * Who gives the command, as the system knows them; behind sudo, the person who used it. To be asked
 * before bdl_data_become_owner, which changes the answer.
 */
#define BDL_OPERATOR_MAX 64
void bdl_operator(char out[BDL_OPERATOR_MAX]);

#define BDL_DIGEST_SHOWN 12 /* digits of a digest, where a version is told from others by it */

/* On standard output: what has become of a version that was approved or confirmed just now. */
void bdl_publish_say(const struct bdl_conf *conf, const struct bdl_version_row *v);

/* Approve the document as a policy of this name, as record/policies/versions.h has it, and say so. */
int bdl_publish_policy(const struct bdl_conf *conf, struct bdl_store *store, struct bdl_view name,
    const struct bdl_document *d, const struct bdl_approval *approval, struct bdl_err *err)
    BDL_MUST_USE;

/*
 * Replace the roll, on the word of `by`. The CSV has been read; `where` names it in errors. One
 * with nobody on it is refused unless it may be empty: a school's roll is seldom, a file that went
 * wrong often.
 */
int bdl_publish_people(const struct bdl_conf *conf, struct bdl_view csv, const char *where,
    bool may_be_empty, const char *by, struct bdl_err *err) BDL_MUST_USE;

/*
 * Write DIR/lists/lists.hosts and lists.map; running doors take the map at once. On the word of
 * `by`, which the ledger keeps; NULL: who must not touch the store, so that the scribe enters it.
 */
int bdl_publish_lists(const struct bdl_conf *conf, struct bdl_list_build *build, const char *by,
    struct bdl_err *err) BDL_MUST_USE;

/*
 * Enter into the ledger that a file of the data folder is about to be replaced by these bytes, of
 * which only a digest is kept. That comes before the file is touched: where a kill comes between,
 * the ledger says more than was done, and never less.
 */
int bdl_publish_enter(const struct bdl_conf *conf, enum bdl_ledger_kind kind, const char *record,
    struct bdl_view content, const char *by, struct bdl_err *err) BDL_MUST_USE;

#endif
