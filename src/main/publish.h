/* What `policy publish`, `people import`, `lists compile` and `demo` have in common. */
#ifndef BDL_MAIN_PUBLISH_H
#define BDL_MAIN_PUBLISH_H

#include "lists/compile.h"
#include "main/data.h"
#include "policy/document.h"
#include "record/versions.h"

/* The categories that DIR/lists/lists.map knows; an empty context where there are no lists yet. */
struct bdl_known_lists {
	struct bdl_lists *lists; /* NULL: none compiled */
	const char *names[BDL_LIST_CATEGORIES_MAX];
	struct bdl_check_context context;
};
int bdl_known_lists_open(
    const struct bdl_conf *conf, struct bdl_known_lists *ret, struct bdl_err *err) BDL_MUST_USE;
void bdl_known_lists_done(struct bdl_known_lists *k); /* takes a zeroed one */

/*
 * Who gives the command, as the system knows them; behind sudo, the person who used it. To be asked
 * before bdl_data_become_owner, which changes the answer.
 */
#define BDL_OPERATOR_MAX 64
void bdl_operator(char out[BDL_OPERATOR_MAX]);

/*
 * Put the document in force under this name and say so on standard output. BDL_E_CONFLICT where
 * the very same is in force already.
 */
int bdl_publish_policy(const struct bdl_conf *conf, struct bdl_view name,
    const struct bdl_document *d, const struct bdl_approval *approval, struct bdl_err *err)
    BDL_MUST_USE;

/*
 * Replace the roll. The CSV has been read; `where` names it in errors. One with nobody on it is
 * refused unless it may be empty: a school's roll is seldom, a file that went wrong often.
 */
int bdl_publish_people(const struct bdl_conf *conf, struct bdl_view csv, const char *where,
    bool may_be_empty, struct bdl_err *err) BDL_MUST_USE;

/* Write DIR/lists/lists.map; running doors take it at once. */
int bdl_publish_lists(
    const struct bdl_conf *conf, struct bdl_list_build *build, struct bdl_err *err) BDL_MUST_USE;

#endif
