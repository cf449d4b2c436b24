/*
 * Coach passes: who gave a reason may go on for a while. One small mapped file (DIR/run/passes)
 * shared by all workers of the door, which outlives each of them.
 *
 * A pass is one 64-bit word, so there is no lock to be left behind and no half-written pass: a
 * kill at any moment leaves the old word or the new one. The word holds 32 bits of a keyed hash of
 * the pass and the second at which it ends; further bits of the hash choose one of 4,096 rows of
 * 16 words. Two passes look alike once in 2^32/16 times, which nobody can bring about without the
 * key, and which then spares somebody one coach page.
 *
 * The same words also mark tokens as used.
 */
#ifndef BDL_DOORS_WEB_PASSES_H
#define BDL_DOORS_WEB_PASSES_H

#include "base/err.h"
#include "base/view.h"

#define BDL_PASS_MS    (15 * 60 * 1000)
#define BDL_PASSES_KEY 32 /* bytes */
#define BDL_ONCE_ID    16 /* bytes */

struct bdl_passes;

/* What a pass is good for: one person (or address), one clause, one host. */
struct bdl_pass {
	struct bdl_view who, policy, clause, host;
};

/* Opens the table, made where absent or not of this format. `key` is copied. */
int bdl_passes_open(const char *path, const uint8_t key[BDL_PASSES_KEY], struct bdl_passes **ret,
    struct bdl_err *err) BDL_MUST_USE;
void bdl_passes_close(struct bdl_passes *p); /* takes NULL */
BDL_DEFINE_AUTO(struct bdl_passes, bdl_passes_close);

/*
 * Where a row is full of passes that still hold, the one that ends first gives way. `until_ms` is at
 * most BDL_PASS_MS from now; what ends later than that, as the clock was set back, does not hold.
 */
void bdl_passes_add(
    struct bdl_passes *p, const struct bdl_pass *pass, int64_t now_ms, int64_t until_ms);
bool bdl_passes_holds(const struct bdl_passes *p, const struct bdl_pass *pass, int64_t now_ms);

/* true for the first caller of all workers with this id until `until_ms`, false for all others. */
bool bdl_passes_once(
    struct bdl_passes *p, const uint8_t id[BDL_ONCE_ID], int64_t now_ms, int64_t until_ms);

#endif
