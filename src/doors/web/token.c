#include "doors/web/token.h"
#include "base/alloc.h"
#include "base/hash.h"
#include "sys/file.h"
#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <unistd.h>

_Static_assert(BDL_TOKEN_KEY == crypto_auth_KEYBYTES, "the key is crypto_auth's");

#define FORMAT    1
#define BYTES_MAX 8000 /* of a token before base64 */
#define BASE64    sodium_base64_VARIANT_URLSAFE_NO_PADDING

/* Written whole beside the path, then linked: a link never replaces the key of another. */
static int make_key(const char *path, struct bdl_err *err)
{
	uint8_t key[BDL_TOKEN_KEY];
	BDL_AUTO_FREE char *beside = bdl_xprintf("%s.%d", path, (int)getpid());
	bdl_random(key, sizeof(key));
	int rc = bdl_file_replace(beside, key, sizeof(key), 0600, err);
	sodium_memzero(key, sizeof(key));
	if (rc == 0 && link(beside, path) < 0 && errno != EEXIST)
		rc = bdl_fail_sys(err, "make '%s'", path);
	(void)unlink(beside); /* absent where it could not be written */
	return rc;
}

int bdl_token_key(const char *path, uint8_t ret[BDL_TOKEN_KEY], struct bdl_err *err)
{
	BDL_AUTO_IN(bdl_buf_done) struct bdl_buf key = BDL_BUF(BDL_TOKEN_KEY + 1);
	int rc = bdl_file_read(path, &key, err);
	if (rc == BDL_E_MISSING) {
		rc = make_key(path, err);
		if (rc == 0)
			rc = bdl_file_read(path, &key, err);
	}
	if (rc < 0)
		return rc;
	if (key.n != BDL_TOKEN_KEY)
		return bdl_fail(err, BDL_E_INVALID,
		    "'%s' holds %zu bytes, not %d: remove it and a new key is made", path, key.n,
		    BDL_TOKEN_KEY);
	memcpy(ret, key.p, BDL_TOKEN_KEY);
	sodium_memzero(key.p, key.n);
	return 0;
}

static void put_number(struct bdl_buf *out, uint64_t v, size_t bytes)
{
	for (size_t i = bytes; i > 0; i--)
		(void)bdl_buf_add_char(out, (char)(v >> (8 * (i - 1)))); /* looked at in the end */
}

static void put_text(struct bdl_buf *out, struct bdl_view v)
{
	put_number(out, v.n, 2);
	(void)bdl_buf_add_view(out, v); /* looked at in the end */
}

/* The code over the token's bytes and the person, who is added with their length. */
static void sign(const uint8_t key[BDL_TOKEN_KEY], struct bdl_view bytes, struct bdl_view who,
    uint8_t mac[crypto_auth_BYTES])
{
	uint64_t lengths[2] = { bytes.n, who.n };
	crypto_auth_hmacsha512256_state state;
	(void)crypto_auth_hmacsha512256_init(&state, key, BDL_TOKEN_KEY); /* cannot fail */
	(void)crypto_auth_hmacsha512256_update(&state, (uint8_t *)lengths, sizeof(lengths));
	(void)crypto_auth_hmacsha512256_update(&state, (const uint8_t *)bytes.p, bytes.n);
	(void)crypto_auth_hmacsha512256_update(&state, (const uint8_t *)who.p, who.n);
	(void)crypto_auth_hmacsha512256_final(&state, mac);
}

int bdl_token_write(const uint8_t key[BDL_TOKEN_KEY], struct bdl_view who,
    const struct bdl_token *t, struct bdl_buf *out)
{
	BDL_AUTO_IN(bdl_buf_done) struct bdl_buf bytes = BDL_BUF(BYTES_MAX);
	uint8_t mac[crypto_auth_BYTES];

	if (t->url.n > BDL_TOKEN_URL_MAX || t->policy.n > UINT16_MAX || t->clause.n > UINT16_MAX)
		return BDL_E_LIMIT;
	put_number(&bytes, FORMAT, 1);
	put_number(&bytes, (uint64_t)t->until_ms, 8);
	(void)bdl_buf_add(&bytes, t->id, sizeof(t->id));
	put_text(&bytes, t->policy);
	put_text(&bytes, t->clause);
	put_text(&bytes, t->url);
	sign(key, bdl_buf_view(&bytes), who, mac);
	(void)bdl_buf_add(&bytes, mac, sizeof(mac));
	if (bdl_buf_broken(&bytes))
		return BDL_E_LIMIT;
	size_t size = sodium_base64_ENCODED_LEN(bytes.n, BASE64); /* with a NUL */
	char *room = bdl_buf_room(out, size);
	if (!room)
		return BDL_E_LIMIT;
	(void)sodium_bin2base64(room, size, (const uint8_t *)bytes.p, bytes.n, BASE64);
	bdl_buf_commit(out, size - 1);
	return 0;
}

/* Takes from the front of *v; false where it is too short. */
static bool get_number(struct bdl_view *v, size_t bytes, uint64_t *ret)
{
	uint64_t n = 0;
	if (v->n < bytes)
		return false;
	for (size_t i = 0; i < bytes; i++)
		n = n << 8 | (unsigned char)v->p[i];
	v->p += bytes;
	v->n -= bytes;
	*ret = n;
	return true;
}

static bool get_text(struct bdl_view *v, struct bdl_view *ret)
{
	uint64_t n;
	if (!get_number(v, 2, &n) || v->n < n)
		return false;
	*ret = bdl_view_at(v->p, n);
	v->p += n;
	v->n -= n;
	return true;
}

int bdl_token_read(const uint8_t key[BDL_TOKEN_KEY], struct bdl_view who, struct bdl_view text,
    struct bdl_region *region, struct bdl_token *ret, struct bdl_err *err)
{
	uint8_t mac[crypto_auth_BYTES];
	struct bdl_token t = { 0 };
	uint64_t format = 0, until = 0;
	size_t n = 0;

	if (text.n == 0 || text.n > BDL_TOKEN_TEXT_MAX)
		return bdl_fail(err, BDL_E_INVALID, "no token");
	char *bytes = bdl_region_get(region, text.n);
	if (!bytes)
		return bdl_fail(err, BDL_E_LIMIT, "no room for a token");
	if (sodium_base642bin((uint8_t *)bytes, text.n, text.p, text.n, NULL, &n, NULL, BASE64) ||
	    n < sizeof(mac))
		return bdl_fail(err, BDL_E_INVALID, "no token");
	struct bdl_view v = bdl_view_at(bytes, n - sizeof(mac));
	sign(key, v, who, mac);
	if (sodium_memcmp(mac, v.p + v.n, sizeof(mac)) != 0)
		return bdl_fail(err, BDL_E_DENIED, "a token that is not ours");
	/* Only we can have written what follows; it is checked all the same. */
	if (!get_number(&v, 1, &format) || format != FORMAT || !get_number(&v, 8, &until) ||
	    v.n < sizeof(t.id))
		return bdl_fail(err, BDL_E_INVALID, "a token of another format");
	t.until_ms = (int64_t)until;
	memcpy(t.id, v.p, sizeof(t.id));
	v.p += sizeof(t.id);
	v.n -= sizeof(t.id);
	if (!get_text(&v, &t.policy) || !get_text(&v, &t.clause) || !get_text(&v, &t.url) || v.n)
		return bdl_fail(err, BDL_E_INVALID, "a token of another format");
	*ret = t;
	return 0;
}
