/* Heads: their text, their signature, and where they are kept. */
#include "record/ledger/head.h"
#include "base/clock.h"
#include "record/store/store_int.h"
#include "sys/file.h"
#include <dirent.h>
#include <errno.h>
#include <sodium.h>
#include <stdio.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define TITLE     "beadle ledger head 1"
#define SUFFIX    ".head"
#define PATH_ROOM 1024
#define FILE_MODE 0644

#define SETTLE_LOOKS  50 /* for somebody who reads what is older to be done */
#define SETTLE_NAP_MS 100

/* --- the text --- */

/* All but the signature, which is over these bytes. */
static void body_write(const struct bdl_head *h, struct bdl_buf *out)
{
	char hash[BDL_DIGEST_HEX], key[BDL_KEY_HEX], when[BDL_ISO_LEN];

	bdl_digest_hex(&h->hash, hash);
	bdl_public_key_hex(&h->key, key);
	bdl_time_iso(h->at_ms, when);
	(void)bdl_buf_printf(out, /* broken is seen at the end */
	    TITLE "\nschool %lld\nentries %lld\nhash %s\ntime %s\nkey %s\n", (long long)h->school,
	    (long long)h->entries, hash, when, key);
}

void bdl_head_write(const struct bdl_head *h, struct bdl_buf *out)
{
	char signature[2 * sizeof(h->signature) + 1];

	body_write(h, out);
	(void)sodium_bin2hex(
	    signature, sizeof(signature), h->signature, sizeof(h->signature)); /* returns it */
	(void)bdl_buf_printf(out, "signature %s\n", signature); /* the caller looks */
}

static bool field(struct bdl_view *text, const char *name, struct bdl_view *ret)
{
	struct bdl_view line, word;

	if (!bdl_view_cut(text, '\n', &line) || !bdl_view_cut(&line, ' ', &word) ||
	    !bdl_view_is(word, name))
		return false;
	*ret = line;
	return true;
}

static bool number(struct bdl_view *text, const char *name, int64_t *ret)
{
	struct bdl_view v;
	uint64_t n;

	if (!field(text, name, &v) || !bdl_view_uint(v, INT64_MAX, &n))
		return false;
	*ret = (int64_t)n;
	return true;
}

static bool signature_parse(struct bdl_view hex, uint8_t out[64])
{
	struct bdl_digest half[2];

	if (hex.n != 128 || !bdl_digest_parse(bdl_view_at(hex.p, 64), &half[0]) ||
	    !bdl_digest_parse(bdl_view_at(hex.p + 64, 64), &half[1]))
		return false;
	memcpy(out, half, 64);
	return true;
}

static bool head_parse(struct bdl_view text, struct bdl_head *ret)
{
	struct bdl_view line, hash, time, key, signature;
	struct bdl_head h = { 0 };

	if (!bdl_view_cut(&text, '\n', &line) || !bdl_view_is(line, TITLE) ||
	    !number(&text, "school", &h.school) || !number(&text, "entries", &h.entries) ||
	    !field(&text, "hash", &hash) || !field(&text, "time", &time) ||
	    !field(&text, "key", &key) || !field(&text, "signature", &signature) || text.n)
		return false;
	if (!bdl_digest_parse(hash, &h.hash) || !bdl_time_parse(time, &h.at_ms) ||
	    !bdl_public_key_parse(key, &h.key) || !signature_parse(signature, h.signature))
		return false;
	*ret = h;
	return h.at_ms >= 0;
}

static bool is_signed(const struct bdl_head *h)
{
	struct bdl_buf body BDL_AUTO_IN(bdl_buf_done) = BDL_BUF(BDL_HEAD_TEXT_MAX);

	body_write(h, &body);
	BDL_BUG_IF(bdl_buf_broken(&body));
	return crypto_sign_verify_detached(
		   h->signature, (const unsigned char *)bdl_buf_str(&body), body.n, h->key.b) == 0;
}

int bdl_head_read(struct bdl_view text, struct bdl_head *ret, struct bdl_err *err)
{
	struct bdl_buf again BDL_AUTO_IN(bdl_buf_done) = BDL_BUF(BDL_HEAD_TEXT_MAX);
	struct bdl_head h;

	if (text.n > BDL_HEAD_TEXT_MAX || !head_parse(text, &h))
		return bdl_fail(err, BDL_E_INVALID, "this is no head of a ledger");
	bdl_head_write(&h, &again);
	if (!bdl_view_eq(bdl_buf_view(&again), text))
		return bdl_fail(
		    err, BDL_E_INVALID, "this is no head of a ledger as one is written");
	if (!is_signed(&h))
		return bdl_fail(err, BDL_E_INVALID,
		    "the head was changed since it was signed, or signed with another key");
	*ret = h;
	return 0;
}

void bdl_head_sign(struct bdl_head *h, const struct bdl_secret_key *key)
{
	struct bdl_buf body BDL_AUTO_IN(bdl_buf_done) = BDL_BUF(BDL_HEAD_TEXT_MAX);

	_Static_assert(sizeof(key->b) == crypto_sign_SECRETKEYBYTES, "an ed25519 key");
	_Static_assert(sizeof(h->signature) == crypto_sign_BYTES, "an ed25519 signature");
	(void)crypto_sign_ed25519_sk_to_pk(h->key.b, key->b); /* copies: the key ends with it */
	body_write(h, &body);
	BDL_BUG_IF(bdl_buf_broken(&body));
	(void)crypto_sign_detached(h->signature, NULL, (const unsigned char *)bdl_buf_str(&body),
	    body.n, key->b); /* always 0 */
}

/* --- exporting --- */

int bdl_head_now(struct bdl_store *s, int64_t at_ms, struct bdl_head *ret, struct bdl_err *err)
{
	struct bdl_stmt *st BDL_AUTO(bdl_stmt_rest) = NULL;
	struct bdl_head h = { .school = BDL_SCHOOL, .at_ms = at_ms };

	int rc =
	    bdl_stmt_find(s, "SELECT entries, hash FROM ledger_head WHERE school = ?1", &st, err);
	if (rc <= 0)
		return rc ? rc : bdl_fail(err, BDL_E_STORE, "store: the ledger has no head");
	h.entries = bdl_col_int(st, 0);
	rc = bdl_col_digest(st, 1, &h.hash, err);
	if (!rc)
		*ret = h;
	return rc;
}

/*
 * The head as it is on the disk. The scribe's commits do not wait for that, so a power cut may take
 * back what was just read here; with a head of it signed it would look for ever as if somebody had
 * written those entries anew. *ret_settled is false where it is not there yet: try again later.
 */
static int head_settled(struct bdl_store *s, int64_t at_ms, struct bdl_head *ret, bool *ret_settled,
    struct bdl_err *err)
{
	*ret_settled = false;
	int rc = bdl_head_now(s, at_ms, ret, err);
	return rc ? rc : bdl_store_sync(s, ret_settled, err);
}

static int export(struct bdl_head *h, const char *keys, const char *path, struct bdl_err *err)
{
	struct bdl_buf text BDL_AUTO_IN(bdl_buf_done) = BDL_BUF(BDL_HEAD_TEXT_MAX);
	struct bdl_secret_key key BDL_AUTO_IN(bdl_secret_key_done) = { 0 };
	struct bdl_public_key public;

	int rc = bdl_ledger_keys(keys, &key, &public, err);
	if (rc)
		return rc;
	bdl_head_sign(h, &key);
	bdl_head_write(h, &text);
	return path ? bdl_file_make(path, text.p, text.n, FILE_MODE, err) : 0;
}

int bdl_head_export(struct bdl_store *s, const char *keys, const char *path, int64_t now_ms,
    struct bdl_head *ret, struct bdl_err *err)
{
	const struct timespec nap = { .tv_nsec = SETTLE_NAP_MS * 1000000L };
	bool is_settled = false;
	struct bdl_head h;
	int rc = 0;

	for (int i = 0; !rc && !is_settled && i < SETTLE_LOOKS; i++) {
		if (i)
			(void)nanosleep(&nap, NULL); /* woken early it looks early */
		rc = head_settled(s, now_ms, &h, &is_settled, err);
	}
	if (!rc && !is_settled)
		rc = bdl_fail(err, BDL_E_BUSY,
		    "the ledger's last entries are not on the disk yet: somebody reads the store");
	if (!rc)
		rc = export(&h, keys, path, err);
	if (!rc)
		*ret = h;
	return rc;
}

int bdl_head_of_day(struct bdl_store *s, const char *keys, const char *folder, int64_t now_ms,
    bool *ret_made, struct bdl_err *err)
{
	struct bdl_civil day = bdl_civil_local(now_ms);
	struct bdl_file_id id;
	bool is_settled;
	struct bdl_head h;
	char path[PATH_ROOM];

	*ret_made = false;
	int n = snprintf(
	    path, sizeof(path), "%s/%04d-%02d-%02d" SUFFIX, folder, day.year, day.month, day.day);
	if (n < 0 || (size_t)n >= sizeof(path))
		return bdl_fail(err, BDL_E_LIMIT, "the path of the heads is too long");
	if (bdl_file_id(path, &id))
		return 0;
	int rc = head_settled(s, now_ms, &h, &is_settled, err);
	if (rc || !h.entries || !is_settled)
		return rc;
	rc = bdl_file_mkdirs(folder, err);
	if (!rc)
		rc = export(&h, keys, path, err);
	if (rc == BDL_E_CONFLICT)
		return 0; /* another was faster */
	*ret_made = !rc;
	return rc;
}

/* --- loading --- */

int bdl_head_load(const char *path, struct bdl_head *ret, struct bdl_err *err)
{
	struct bdl_buf text BDL_AUTO_IN(bdl_buf_done) = BDL_BUF(BDL_HEAD_TEXT_MAX);

	int rc = bdl_file_read(path, &text, err);
	if (rc)
		return rc;
	rc = bdl_head_read(bdl_buf_view(&text), ret, err);
	return rc ? bdl_fail_in(err, rc, "'%s'", path) : 0;
}

static int folder_load(DIR *d, const char *folder, struct bdl_head *heads, size_t max,
    size_t *ret_n, struct bdl_err *err)
{
	char path[PATH_ROOM];
	size_t n = 0;

	for (struct dirent *e; (e = readdir(d));) {
		if (!bdl_view_ends(bdl_view_of(e->d_name), BDL_LIT(SUFFIX)))
			continue;
		int len = snprintf(path, sizeof(path), "%s/%s", folder, e->d_name);
		if (len < 0 || (size_t)len >= sizeof(path) || n == max)
			return bdl_fail(err, BDL_E_LIMIT,
			    "more heads in '%s' than are read, or a longer path", folder);
		int rc = bdl_head_load(path, &heads[n], err);
		if (rc)
			return rc;
		n++;
	}
	*ret_n = n;
	return 0;
}

static size_t folder_count(DIR *d)
{
	size_t n = 0;

	for (struct dirent *e; (e = readdir(d)) && n < BDL_HEADS_MAX;)
		n += bdl_view_ends(bdl_view_of(e->d_name), BDL_LIT(SUFFIX));
	rewinddir(d);
	return n;
}

int bdl_heads_load(const char *folder, struct bdl_region *region, struct bdl_head **ret,
    size_t *ret_n, struct bdl_err *err)
{
	DIR *d = opendir(folder);
	struct bdl_head *heads;
	size_t n = 0;

	if (!d && errno != ENOENT)
		return bdl_fail_sys(err, "list '%s'", folder);
	size_t max = d ? folder_count(d) : 0;
	heads = bdl_region_array(region, max + 1, sizeof(*heads));
	int rc = heads ? 0 : bdl_fail(err, BDL_E_LIMIT, "the heads do not fit into memory");
	if (!rc && d)
		rc = folder_load(d, folder, heads, max, &n, err);
	if (d)
		(void)closedir(d); /* it was only read */
	if (rc)
		return rc;
	*ret = heads;
	*ret_n = n;
	return 0;
}
