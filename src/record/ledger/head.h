/*
 * Heads of the ledger: how many entries there are and the hash of the last one, with the time,
 * signed with ed25519. Nobody who has a head that left the machine can be shown a ledger that was
 * changed before it; a head that stayed beside the ledger proves little, since whoever can write the
 * one can write the other.
 *
 * As text, 6 lines and a signature over them; docs/formats.md has it. One spelling for one head.
 */
#ifndef BDL_RECORD_LEDGER_HEAD_H
#define BDL_RECORD_LEDGER_HEAD_H

#include "base/buf.h"
#include "base/hash.h"
#include "base/region.h"
#include "record/store/store.h"

#define BDL_HEAD_TEXT_MAX 512
#define BDL_HEADS_MAX     65536 /* in one folder: 170 years of days */
#define BDL_KEY_HEX       65

struct bdl_public_key {
	uint8_t b[32];
};

struct bdl_head {
	int64_t school;
	int64_t entries;
	struct bdl_digest hash; /* zeroes where there is no entry */
	int64_t at_ms;
	struct bdl_public_key key; /* that signed it */
	uint8_t signature[64];
};

/* Append the head as text, which takes at most BDL_HEAD_TEXT_MAX bytes. */
void bdl_head_write(const struct bdl_head *h, struct bdl_buf *out);

/* BDL_E_INVALID for a text that is no head, or one that the key it names has not signed. */
int bdl_head_read(struct bdl_view text, struct bdl_head *ret, struct bdl_err *err) BDL_MUST_USE;

/* --- keys --- */

/* What signs. It never leaves the process that read it, and no door reads it. */
struct bdl_secret_key {
	uint8_t b[64];
};
void bdl_secret_key_done(struct bdl_secret_key *k); /* wipes it */

/*
 * The pair of `folder`, which is DIR/keys: made at the first use, ledger.key for its owner's eyes
 * only, ledger.pub beside it.
 */
int bdl_ledger_keys(const char *folder, struct bdl_secret_key *ret,
    struct bdl_public_key *ret_public, struct bdl_err *err) BDL_MUST_USE;

/* The public half alone; BDL_E_MISSING where there is none yet. */
int bdl_ledger_public(const char *folder, struct bdl_public_key *ret, struct bdl_err *err)
    BDL_MUST_USE;

void bdl_public_key_hex(const struct bdl_public_key *k, char out[BDL_KEY_HEX]);
bool bdl_public_key_parse(struct bdl_view hex, struct bdl_public_key *ret);
bool bdl_public_key_eq(const struct bdl_public_key *a, const struct bdl_public_key *b);

void bdl_head_sign(struct bdl_head *h, const struct bdl_secret_key *key);

/* --- exporting --- */

/* The head as it is now, not signed yet; `at_ms` is to be the caller's. */
int bdl_head_now(struct bdl_store *s, int64_t at_ms, struct bdl_head *ret, struct bdl_err *err)
    BDL_MUST_USE;

/*
 * Sign the head of now, and write it to a file that is not there yet, else BDL_E_CONFLICT; a path of
 * NULL is no file. All of it is on the store's disk before it is signed, so the store is one that may
 * be written; BDL_E_BUSY where somebody who reads it kept it from there for five seconds.
 */
int bdl_head_export(struct bdl_store *s, const char *keys, const char *path, int64_t now_ms,
    struct bdl_head *ret, struct bdl_err *err) BDL_MUST_USE;

/*
 * The head of the day into `folder`, which is DIR/heads, as 2026-11-21.head (local), unless it is
 * there, there is no entry yet, or the last are not on the disk: then try again later. *ret_made:
 * whether it was made.
 */
int bdl_head_of_day(struct bdl_store *s, const char *keys, const char *folder, int64_t now_ms,
    bool *ret_made, struct bdl_err *err) BDL_MUST_USE;

/* One head from a file. */
int bdl_head_load(const char *path, struct bdl_head *ret, struct bdl_err *err) BDL_MUST_USE;

/* All of the folder that end in .head, in the region; a folder that is not there has none. */
int bdl_heads_load(const char *folder, struct bdl_region *region, struct bdl_head **ret,
    size_t *ret_n, struct bdl_err *err) BDL_MUST_USE;

#endif
