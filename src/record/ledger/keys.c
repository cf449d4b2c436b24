/* The pair of keys that signs heads. */
#include "record/ledger/head.h"
#include "sys/file.h"
#include <sodium.h>
#include <stdio.h>

#define PATH_ROOM   1024
#define SEED_BYTES  crypto_sign_SEEDBYTES
#define SECRET_MODE 0600
#define PUBLIC_MODE 0644

void bdl_secret_key_done(struct bdl_secret_key *k)
{
	sodium_memzero(k->b, sizeof(k->b));
}

void bdl_public_key_hex(const struct bdl_public_key *k, char out[BDL_KEY_HEX])
{
	(void)sodium_bin2hex(out, BDL_KEY_HEX, k->b, sizeof(k->b)); /* returns out */
}

bool bdl_public_key_parse(struct bdl_view hex, struct bdl_public_key *ret)
{
	struct bdl_digest d;

	if (!bdl_digest_parse(hex, &d))
		return false;
	memcpy(ret->b, d.b, sizeof(ret->b));
	return true;
}

bool bdl_public_key_eq(const struct bdl_public_key *a, const struct bdl_public_key *b)
{
	return memcmp(a->b, b->b, sizeof(a->b)) == 0;
}

static int path_of(const char *folder, const char *name, char out[PATH_ROOM], struct bdl_err *err)
{
	int n = snprintf(out, PATH_ROOM, "%s/%s", folder, name);

	if (n < 0 || n >= PATH_ROOM)
		return bdl_fail(err, BDL_E_LIMIT, "the path of the keys is too long");
	return 0;
}

/* A line of 64 digits: the seed of the pair, or its public half. */
static int digits_read(const char *path, struct bdl_digest *ret, struct bdl_err *err)
{
	char line[BDL_DIGEST_HEX + 1];
	struct bdl_buf text = BDL_BUF(sizeof(line));

	int rc = bdl_file_read(path, &text, err);
	struct bdl_view v = bdl_buf_view(&text);
	if (!rc &&
	    (!bdl_view_ends(v, BDL_LIT("\n")) || !bdl_digest_parse(bdl_view_at(v.p, v.n - 1), ret)))
		rc = bdl_fail(err, BDL_E_INVALID, "'%s' is no key of 64 digits", path);
	if (text.p)
		sodium_memzero(text.p, text.cap);
	bdl_buf_done(&text);
	return rc;
}

static int seed_make(const char *path, struct bdl_err *err)
{
	char line[BDL_DIGEST_HEX];
	struct bdl_digest seed;

	bdl_random(seed.b, sizeof(seed.b));
	bdl_digest_hex(&seed, line);
	line[BDL_DIGEST_HEX - 1] = '\n'; /* in the place of the NUL */
	int rc = bdl_file_make(path, line, sizeof(line), SECRET_MODE, err);
	sodium_memzero(&seed, sizeof(seed));
	sodium_memzero(line, sizeof(line));
	return rc == BDL_E_CONFLICT ? 0 : rc; /* another was faster: its key is read */
}

/* The public half stands beside, for who is not to read the secret one. */
static int public_put(const char *folder, const struct bdl_public_key *public, struct bdl_err *err)
{
	char path[PATH_ROOM], line[BDL_KEY_HEX];
	struct bdl_public_key there;

	if (bdl_ledger_public(folder, &there, NULL) == 0 && bdl_public_key_eq(&there, public))
		return 0;
	int rc = path_of(folder, "ledger.pub", path, err);
	bdl_public_key_hex(public, line);
	line[BDL_KEY_HEX - 1] = '\n';
	return rc ? rc : bdl_file_replace(path, line, sizeof(line), PUBLIC_MODE, err);
}

int bdl_ledger_keys(const char *folder, struct bdl_secret_key *ret,
    struct bdl_public_key *ret_public, struct bdl_err *err)
{
	struct bdl_public_key public;
	struct bdl_digest seed;
	char path[PATH_ROOM];

	_Static_assert(sizeof(seed.b) == SEED_BYTES, "a seed is as long as a digest");
	int rc = path_of(folder, "ledger.key", path, err);
	if (!rc)
		rc = bdl_file_mkdirs(folder, err);
	if (!rc)
		rc = digits_read(path, &seed, err);
	if (rc == BDL_E_MISSING) {
		rc = seed_make(path, err);
		if (!rc)
			rc = digits_read(path, &seed, err);
	}
	if (rc)
		return rc;
	(void)crypto_sign_seed_keypair(public.b, ret->b, seed.b); /* always 0 */
	sodium_memzero(&seed, sizeof(seed));
	*ret_public = public;
	return public_put(folder, &public, err);
}

int bdl_ledger_public(const char *folder, struct bdl_public_key *ret, struct bdl_err *err)
{
	char path[PATH_ROOM];
	struct bdl_digest d;

	int rc = path_of(folder, "ledger.pub", path, err);
	if (!rc)
		rc = digits_read(path, &d, err);
	if (!rc)
		memcpy(ret->b, d.b, sizeof(ret->b));
	return rc;
}
