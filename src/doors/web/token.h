/*
 * The token of a coach page: what lets one person go on, once, soon, to one address. It exists
 * only on the page that the person was shown, so no other page can go on in their name.
 *
 * Text: base64url of the fields below with lengths before the texts, then HMAC-SHA-512-256
 * (libsodium crypto_auth) over these bytes and the person. The person is not in the token: whoever
 * posts it must be the same one.
 */
#ifndef BDL_DOORS_WEB_TOKEN_H
#define BDL_DOORS_WEB_TOKEN_H

#include "base/buf.h"
#include "base/err.h"
#include "base/region.h"

#define BDL_TOKEN_KEY      32 /* bytes */
#define BDL_TOKEN_ID       16
#define BDL_TOKEN_URL_MAX  6000 /* past it one goes on to the front of the site */
#define BDL_TOKEN_TEXT_MAX 12000
#define BDL_TOKEN_MS       (10 * 60 * 1000)

struct bdl_token {
	int64_t until_ms;
	uint8_t id[BDL_TOKEN_ID]; /* random: for using it once */
	struct bdl_view policy, clause, url;
};

/*
 * The key that all workers share: 32 random bytes in a file of mode 0600, made by whoever comes
 * first. A file of another size is BDL_E_INVALID.
 */
int bdl_token_key(const char *path, uint8_t ret[BDL_TOKEN_KEY], struct bdl_err *err) BDL_MUST_USE;

/* Append the token's text. BDL_E_LIMIT past the limits. */
int bdl_token_write(const uint8_t key[BDL_TOKEN_KEY], struct bdl_view who,
    const struct bdl_token *t, struct bdl_buf *out);

/* BDL_E_DENIED: not ours, or not this person's; BDL_E_INVALID: no token. Time is the caller's. */
int bdl_token_read(const uint8_t key[BDL_TOKEN_KEY], struct bdl_view who, struct bdl_view text,
    struct bdl_region *region, struct bdl_token *ret, struct bdl_err *err) BDL_MUST_USE;

#endif
