/*
 * The hosts of the lists as text (DIR/lists/lists.hosts): written together with the lists file, which
 * holds none, for whoever writes names out. One mapped, read-only file, in the order in which the
 * sources had them, the same host as often as they had it; docs/formats.md has the layout. Pages,
 * networks and the slot of illegal content are not in it.
 */
#ifndef BDL_LISTS_HOSTS_H
#define BDL_LISTS_HOSTS_H

#include "lists/compile.h"

/* A host as it lies in the file, and as others may lay out hosts of their own to sort with them. */
enum bdl_host_kind {
	BDL_HOST_LISTED,    /* it and all below it are in the category of that number */
	BDL_HOST_EXCEPTED,  /* they are taken out of it */
	BDL_HOST_PROTECTED, /* no list may block them; the number is 0 */
	BDL_HOST_KINDS
};
struct bdl_host_record {
	uint8_t number, kind, n;
	char host[]; /* n bytes, normalised; no NUL */
};
static inline struct bdl_view bdl_host_record_view(const struct bdl_host_record *r)
{
	return bdl_view_at(r->host, r->n);
}

struct bdl_hosts;

/*
 * Maps and reads all of it: BDL_E_MISSING, BDL_E_INVALID where it does not fit its format. Records
 * that are handed out later have a kind, a number and a length that are right.
 */
int bdl_hosts_open(const char *path, struct bdl_hosts **ret, struct bdl_err *err) BDL_MUST_USE;
void bdl_hosts_close(struct bdl_hosts *h); /* takes NULL */
BDL_DEFINE_AUTO(struct bdl_hosts, bdl_hosts_close);

uint64_t bdl_hosts_key(const struct bdl_hosts *h); /* bdl_lists_key of the file it belongs to */
uint64_t bdl_hosts_count(const struct bdl_hosts *h);
unsigned bdl_hosts_categories(const struct bdl_hosts *h);
const char *bdl_hosts_category(const struct bdl_hosts *h, unsigned i);

/* The record behind `r`, the first one behind NULL; NULL behind the last. */
const struct bdl_host_record *bdl_hosts_next(
    const struct bdl_hosts *h, const struct bdl_host_record *r);

/* Write the file of a build, atomically. Before its lists file takes its place. */
int bdl_hosts_write(const struct bdl_list_build *b, const char *path, int64_t now_ms,
    struct bdl_err *err) BDL_MUST_USE;

#endif
