/*
 * lists.conf: which sources make the lists, for a school that has several or fetches them.
 *
 *	source blacklists				a folder, as bdl_list_build_folder reads it
 *	source feed.txt as malware format hosts		a file; "as" is its category
 *	source ads.txt as ads from https://lists.example/ads.txt
 *	source ut1 names ut1.names			how its categories are called here
 *	protected protected.domains
 *	overrides protected.overrides
 *	every 6 hours					when the clerk fetches (base/schedule.h)
 *
 * # comments; paths without blanks, relative to the folder of the file. Protected hosts are read
 * before all sources, wherever they stand.
 */
#ifndef BDL_LISTS_PLAN_H
#define BDL_LISTS_PLAN_H

#include "base/schedule.h"
#include "lists/compile.h"

#define BDL_PLAN_SOURCES_MAX 512
#define BDL_PLAN_BYTES_MAX   (1 << 20)

struct bdl_plan_source {
	const char *path;     /* with the folder before it */
	const char *category; /* NULL: it says */
	const char *names;    /* the path of its names, or NULL */
	const char *url;      /* where it is fetched from, or NULL */
	enum bdl_list_format format;
	size_t line; /* of the plan */
};

struct bdl_plan {
	struct bdl_region *region; /* all texts */
	struct bdl_plan_source sources[BDL_PLAN_SOURCES_MAX];
	size_t n;
	const char *protected, *overrides; /* NULL: none */
	struct bdl_schedule schedule;      /* once a day where it says nothing */
	bool has_schedule;
};

/* `where` is the file's path. BDL_E_INVALID with the line and what was expected there. */
int bdl_plan_parse(struct bdl_view text, const char *where, struct bdl_plan **ret,
    struct bdl_err *err) BDL_MUST_USE;
void bdl_plan_free(struct bdl_plan *p); /* takes NULL */
BDL_DEFINE_AUTO(struct bdl_plan, bdl_plan_free);

/* Read everything that it names. */
int bdl_list_build_plan(struct bdl_list_build *b, const struct bdl_plan *p, int64_t now_ms,
    struct bdl_err *err) BDL_MUST_USE;

/* Read the names of categories that a file holds. */
int bdl_list_names_read(const char *path, struct bdl_list_names **ret, struct bdl_err *err)
    BDL_MUST_USE;

#endif
