/* A build, as the files that fill it (build.c, source.c, protect.c) and write.c share it. */
#ifndef BDL_LISTS_BUILD_INT_H
#define BDL_LISTS_BUILD_INT_H

#include "lists/compile.h"
#include "lists/entry_int.h"
#include "lists/hosts.h"
#include "lists/protect.h"

/*
 * An entry as it is added. Equal ones are joined when the file is made: `rest` is the tag above,
 * and below BDL_LISTS_TAG_SHIFT what is said of it.
 */
struct bdl_list_record {
	uint64_t place, rest;
};
#define BDL_RECORD_CATEGORY 0xff /* bits 0 to 7 */
#define BDL_RECORD_EXCEPT   (1U << 8)
#define BDL_RECORD_KIND     9                   /* bits 9 and 10: enum bdl_lists_hashed */
#define BDL_RECORD_BELOW    ((uint32_t)1 << 16) /* says nothing but that the host has paths */

struct bdl_list_build {
	uint64_t key;
	char names[BDL_LIST_CATEGORIES_MAX][BDL_LISTS_NAME];
	unsigned n_categories;
	bool may_be_illegal; /* the slot's own build */
	struct bdl_list_record *records;
	size_t n_records, cap_records;
	unsigned char *hosts;      /* struct bdl_host_record, one behind the other */
	size_t n_hosts, cap_hosts; /* bytes */
	uint64_t v4_lengths, v6_lengths[3];
	struct bdl_list_report *reports;
	size_t n_reports, cap_reports;
	struct bdl_buf notes;
	struct bdl_protected *protected; /* NULL: no host is */
};

/* The category's number; a new one where the name is new. */
int bdl_list_category(
    struct bdl_list_build *b, struct bdl_view name, unsigned *ret, struct bdl_err *err);

/*
 * Add an entry of that category, or an exception. *ret_kept_out (may be NULL) says whether it was
 * left out to spare a protected host.
 */
int bdl_list_put(struct bdl_list_build *b, unsigned category, struct bdl_view entry, bool except,
    bool *ret_kept_out, struct bdl_err *err);

/* Keep the text of a host that is put; the slot's build keeps none. */
int bdl_list_keep_host(struct bdl_list_build *b, unsigned number, enum bdl_host_kind kind,
    struct bdl_view host, struct bdl_err *err);

/* One more report, of that source. */
struct bdl_list_report *bdl_list_new_report(
    struct bdl_list_build *b, const struct bdl_list_source *s, int64_t time_ms);

/* The file's bytes, malloc'd: what bdl_list_build_write writes. */
int bdl_list_make_file(struct bdl_list_build *b, int64_t now_ms, unsigned char **ret, size_t *ret_n,
    struct bdl_err *err);

/*
 * Whether an entry for the host, or for a page of it, may be added to the category. It is noted
 * where not, and where a domain stands above a protected host.
 */
bool bdl_protect_allows(
    struct bdl_list_build *b, unsigned category, struct bdl_view host, bool is_domain);

/* Exceptions for protected hosts that an entry above them would block. Before a file is made. */
int bdl_protect_settle(struct bdl_list_build *b, struct bdl_err *err);
void bdl_protected_free(struct bdl_protected *p); /* takes NULL */

#endif
