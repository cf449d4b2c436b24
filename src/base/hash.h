/*
 * Digests name bytes for ever (SHA-256, by Nettle, which uses the processor's own instructions where it
 * has them: five times as fast); hashes find things in tables (XXH3, libxxhash) and are never shown to
 * people or kept beyond the file whose seed they use.
 */
#ifndef BDL_BASE_HASH_H
#define BDL_BASE_HASH_H

#include "base/defs.h"
#include "base/view.h"
#include <nettle/sha2.h>

#define BDL_DIGEST_HEX 65

struct bdl_digest {
	uint8_t b[32];
};

struct bdl_digest bdl_digest_of(const void *p, size_t n);

/* The same of bytes that come in pieces: begin, add each, end. */
struct bdl_digesting {
	struct sha256_ctx state;
};
void bdl_digest_begin(struct bdl_digesting *d);
void bdl_digest_add(struct bdl_digesting *d, const void *p, size_t n);
struct bdl_digest bdl_digest_end(struct bdl_digesting *d);

bool bdl_digest_eq(const struct bdl_digest *a, const struct bdl_digest *b);
void bdl_digest_hex(const struct bdl_digest *d, char out[BDL_DIGEST_HEX]);
bool bdl_digest_parse(struct bdl_view hex, struct bdl_digest *ret); /* 64 lower-case digits */

/* Its first eight bytes as a number, where few are to be told apart. */
uint64_t bdl_digest_mark(const struct bdl_digest *d);

uint64_t bdl_hash64(const void *p, size_t n, uint64_t seed);

/* For tables that hold no keys: two independent halves, one to find a place and one to compare. */
struct bdl_hash128 {
	uint64_t low, high;
};
struct bdl_hash128 bdl_hash128(const void *p, size_t n, uint64_t seed);

/* Random bytes from the system's generator; never fails (aborts where the kernel has none). */
void bdl_random(void *p, size_t n);

#endif
