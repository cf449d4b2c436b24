#include "base/hash.h"
#include "base/ascii.h"
#include <errno.h>
#include <sodium.h>
#include <sys/random.h>
#include <xxhash.h>

struct bdl_digest bdl_digest_of(const void *p, size_t n)
{
	struct bdl_digesting d;

	bdl_digest_begin(&d);
	bdl_digest_add(&d, p, n);
	return bdl_digest_end(&d);
}

void bdl_digest_begin(struct bdl_digesting *d)
{
	sha256_init(&d->state);
}

void bdl_digest_add(struct bdl_digesting *d, const void *p, size_t n)
{
	if (n) /* nothing may have no address */
		sha256_update(&d->state, n, p);
}

struct bdl_digest bdl_digest_end(struct bdl_digesting *d)
{
	struct bdl_digest ret;

	_Static_assert(sizeof(ret.b) == SHA256_DIGEST_SIZE, "a SHA-256 has 32 bytes");
	sha256_digest(&d->state, sizeof(ret.b), ret.b);
	return ret;
}

bool bdl_digest_eq(const struct bdl_digest *a, const struct bdl_digest *b)
{
	return sodium_memcmp(a->b, b->b, sizeof(a->b)) == 0;
}

void bdl_digest_hex(const struct bdl_digest *d, char out[BDL_DIGEST_HEX])
{
	(void)sodium_bin2hex(out, BDL_DIGEST_HEX, d->b, sizeof(d->b)); /* returns out */
}

/* One spelling for one digest: no capitals. */
static int digit(char c)
{
	return c == bdl_lower(c) ? bdl_hex_digit(c) : -1;
}

bool bdl_digest_parse(struct bdl_view hex, struct bdl_digest *ret)
{
	struct bdl_digest d;

	if (hex.n != 2 * sizeof(d.b))
		return false;
	for (size_t i = 0; i < sizeof(d.b); i++) {
		int high = digit(hex.p[2 * i]), low = digit(hex.p[2 * i + 1]);

		if (high < 0 || low < 0)
			return false;
		d.b[i] = (uint8_t)(high << 4 | low);
	}
	*ret = d;
	return true;
}

uint64_t bdl_digest_mark(const struct bdl_digest *d)
{
	uint64_t mark = 0;

	for (size_t i = 0; i < 8; i++)
		mark = mark << 8 | d->b[i];
	return mark;
}

uint64_t bdl_hash64(const void *p, size_t n, uint64_t seed)
{
	return XXH3_64bits_withSeed(p, n, seed);
}

struct bdl_hash128 bdl_hash128(const void *p, size_t n, uint64_t seed)
{
	XXH128_hash_t h = XXH3_128bits_withSeed(p, n, seed);
	return (struct bdl_hash128){ .low = h.low64, .high = h.high64 };
}

void bdl_random(void *p, size_t n)
{
	/* The system call, not the library's device file: it works in a sandbox from the start. */
	for (char *to = p; n > 0;) {
		ssize_t got = getrandom(to, n, 0);

		BDL_BUG_IF(got < 0 && errno != EINTR);
		if (got > 0) {
			to += got;
			n -= (size_t)got;
		}
	}
}
