/*
 * Lists are in the ledger by the digest of lists.map. A command that compiles them enters what it
 * is about to put there; the clerk's job may not touch the store, and a file may be changed by
 * hand, so the scribe looks at the file and enters what it does not know. Each change is a row with
 * what people can read of it: which lists, how many entries, and how many they had before.
 */
#ifndef BDL_RECORD_LEDGER_LISTS_H
#define BDL_RECORD_LEDGER_LISTS_H

#include "base/hash.h"
#include "base/region.h"
#include "lists/lists.h"
#include "record/store/store.h"

struct bdl_lists_news {
	const char *host;         /* whose file it is; "" where the store is one host's alone */
	struct bdl_digest digest; /* of all of the file */
	const struct bdl_lists *lists; /* the same file; NULL: it is none that can be read */
	struct bdl_view by;            /* who did it */
	int64_t at_ms;
};

/*
 * In an open transaction: the entry and the row, where the digest is not that of the host's last
 * change. *ret_is_news: whether it was another.
 */
int bdl_lists_enter(struct bdl_store *s, const struct bdl_lists_news *news, bool *ret_is_news,
    struct bdl_err *err) BDL_MUST_USE;

/* Looks at a file of lists from time to time. */
struct bdl_lists_watch;
struct bdl_lists_watch *bdl_lists_watch_new(const char *path, const char *host);
void bdl_lists_watch_free(struct bdl_lists_watch *w); /* takes NULL */
BDL_DEFINE_AUTO(struct bdl_lists_watch, bdl_lists_watch_free);

/*
 * One look: nothing where the file is as it was, else a piece of it is read, at most BDL_LISTS_PIECE
 * bytes, and behind the last its digest entered in a transaction of its own. A file that is not there
 * or cannot be read is passed over until it is another. Only the store makes it fail.
 */
#define BDL_LISTS_PIECE ((size_t)4 * 1024 * 1024)
int bdl_lists_look(struct bdl_lists_watch *w, struct bdl_store *s, bool *ret_is_news,
    struct bdl_err *err) BDL_MUST_USE;

struct bdl_lists_change {
	int64_t id, at_ms;
	struct bdl_view host, said;
	struct bdl_digest digest;
};

/* The last `n` changes, newest first. Texts in the region. */
int bdl_lists_changes(struct bdl_store *s, size_t n, struct bdl_region *region,
    struct bdl_lists_change **ret, size_t *ret_n, struct bdl_err *err) BDL_MUST_USE;

#endif
