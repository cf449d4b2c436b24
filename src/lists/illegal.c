#include "lists/illegal.h"
#include "base/ascii.h"
#include "base/clock.h"
#include "base/utf8.h"
#include "lists/build_int.h"
#include "lists/illegal_int.h"
#include "lists/lists_int.h"
#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <stdio.h>
#include <sys/stat.h>

#define KEY_BYTES  BDL_ILLEGAL_KEY_BYTES
#define SIGN_BYTES crypto_sign_ed25519_BYTES
#define AHEAD_MS   86400000 /* clocks differ; a list from farther ahead could never be replaced */

int bdl_illegal_path(
    const char *lists_path, const char *name, char ret[PATH_MAX], struct bdl_err *err)
{
	const char *slash = strrchr(lists_path, '/');
	size_t n = slash != NULL ? (size_t)(slash + 1 - lists_path) : 0, name_n = strlen(name);

	if (n + name_n >= PATH_MAX)
		return bdl_fail(err, BDL_E_LIMIT, "a path is too long");
	memcpy(ret, lists_path, n);
	memcpy(ret + n, name, name_n + 1);
	return 0;
}

/* --- keys and signatures --- */

static struct bdl_view without_blanks(struct bdl_view v)
{
	while (v.n > 0 && strchr(" \t\r\n", v.p[0]) != NULL)
		v = bdl_view_from(v, 1);
	while (v.n > 0 && strchr(" \t\r\n", v.p[v.n - 1]) != NULL)
		v.n--;
	return v;
}

/* `n` bytes, as they are, in hexadecimal or in base64. */
static bool read_bytes(struct bdl_view text, unsigned char *out, size_t n)
{
	struct bdl_view v = without_blanks(text);
	size_t got = 0;

	if (text.n == n) {
		memcpy(out, text.p, n);
		return true;
	}
	if (v.n == 2 * n)
		return sodium_hex2bin(out, n, v.p, v.n, NULL, &got, NULL) == 0 && got == n;
	return v.n > 0 &&
	    sodium_base642bin(out, n, v.p, v.n, NULL, &got, NULL, sodium_base64_VARIANT_ORIGINAL) ==
	    0 &&
	    got == n;
}

/* --- the list --- */

/* "# issued: DAY" or "# issued: TIME" among the first comments. */
static int find_issued(struct bdl_view list, int64_t *ret_ms, struct bdl_err *err)
{
	struct bdl_view line, word = BDL_LIT("issued:");
	char time[40];

	list = bdl_utf8_without_mark(list);
	while (bdl_view_cut(&list, '\n', &line) && line.n > 0 && line.p[0] == '#') {
		struct bdl_view v = without_blanks(bdl_view_from(line, 1));
		if (!bdl_view_istarts(v, word))
			continue;
		v = without_blanks(bdl_view_from(v, word.n));
		(void)snprintf(time, sizeof(time), v.n == 10 ? "%.*sT00:00:00Z" : "%.*s",
		    v.n < 30 ? (int)v.n : 30, v.p);
		if (bdl_time_parse(bdl_view_of(time), ret_ms))
			return 0;
		break;
	}
	return bdl_fail(err, BDL_E_INVALID,
	    "the list does not say when it was issued: '# issued: 2026-11-20' among its first "
	    "lines");
}

int bdl_illegal_check(const struct bdl_illegal_offer *offer, const unsigned char key[32],
    int64_t *ret_issued_ms, struct bdl_err *err)
{
	unsigned char signature[SIGN_BYTES];

	if (!read_bytes(offer->signature, signature, sizeof(signature)))
		return bdl_fail(err, BDL_E_INVALID,
		    "the signature is not 64 bytes, plain, in hexadecimal or in base64");
	if (crypto_sign_ed25519_verify_detached(
		signature, (const unsigned char *)offer->list.p, offer->list.n, key) != 0)
		return bdl_fail(
		    err, BDL_E_DENIED, "the signature is not that of this list by this key");
	return find_issued(offer->list, ret_issued_ms, err);
}

/* Every line has to be right, and what is wrong with one is said without showing it. */
static int fill(struct bdl_list_build *b, struct bdl_view list, struct bdl_err *err)
{
	struct bdl_list_source source = {
		.path = "the list", .category = BDL_CATEGORY_ILLEGAL, .format = BDL_LIST_PLAIN
	};
	size_t n = 0;

	b->may_be_illegal = true;
	int rc = bdl_list_build_text(b, &source, list, 0, err);
	const struct bdl_list_report *rep = bdl_list_build_reports(b, &n);
	if ((rc == BDL_E_INVALID || rc == 0) && rep->bad > 0)
		return bdl_fail(err, BDL_E_INVALID,
		    "%zu lines of the list are neither a domain, a page nor an address", rep->bad);
	if (rc == 0 && rep->taken == 0)
		return bdl_fail(err, BDL_E_INVALID, "the list is empty");
	bdl_buf_clear(&b->notes);
	return rc;
}

/* --- installing --- */

/* The key that lies beside the list; BDL_E_MISSING where none does. */
static int read_beside(const char *path, unsigned char key[KEY_BYTES], struct bdl_err *err)
{
	BDL_AUTO_IN(bdl_buf_done) struct bdl_buf text = BDL_BUF(256);
	int rc = bdl_file_read(path, &text, err);

	if (rc == 0 && !read_bytes(bdl_buf_view(&text), key, KEY_BYTES))
		return bdl_fail(err, BDL_E_INVALID, "%s: not a key", path);
	return rc;
}

/*
 * The key that was kept, there or in the second place; BDL_E_MISSING where none was, or where the
 * first is gone and the second cannot be read.
 */
static int read_pinned(
    const char *lists_path, const char *path, unsigned char key[KEY_BYTES], struct bdl_err *err)
{
	struct bdl_illegal_kept kept;
	int rc = read_beside(path, key, err);

	if (rc != BDL_E_MISSING)
		return rc;
	if (bdl_illegal_kept(lists_path, &kept, NULL) < 0)
		return rc;
	memcpy(key, kept.key, KEY_BYTES);
	return 0;
}

static int choose_key(const char *lists_path, const char *path, struct bdl_view given,
    unsigned char key[KEY_BYTES], struct bdl_err *err)
{
	unsigned char pinned[KEY_BYTES];
	int rc = read_pinned(lists_path, path, pinned, err);

	if (rc < 0 && rc != BDL_E_MISSING)
		return rc;
	if (rc == BDL_E_MISSING && given.n == 0)
		return bdl_fail(
		    err, BDL_E_MISSING, "no key was kept yet: say which one with the first list");
	if (given.n > 0 && !read_bytes(given, key, KEY_BYTES))
		return bdl_fail(err, BDL_E_INVALID,
		    "the key is not 32 bytes, plain, in hexadecimal or in base64");
	if (rc == 0 && given.n > 0 && sodium_memcmp(key, pinned, KEY_BYTES) != 0)
		return bdl_fail(
		    err, BDL_E_DENIED, "that is not the key of the first list, which was kept");
	if (rc == 0)
		memcpy(key, pinned, KEY_BYTES);
	return 0;
}

int bdl_illegal_look(const char *lists_path, struct bdl_illegal_state *ret, struct bdl_err *err)
{
	char path[PATH_MAX], key[PATH_MAX];
	BDL_AUTO(bdl_lists_close) struct bdl_lists *l = NULL;
	struct bdl_illegal_kept kept = { 0 };
	struct bdl_illegal_state state = { 0 };
	int rc = bdl_illegal_path(lists_path, BDL_ILLEGAL_MAP, path, err);

	if (rc == 0)
		rc = bdl_illegal_path(lists_path, BDL_ILLEGAL_KEY, key, err);
	if (rc < 0)
		return rc;
	state.is_pinned = access(key, F_OK) == 0;
	state.is_missing = bdl_illegal_is_missing(lists_path);
	if (state.is_missing && bdl_illegal_kept(lists_path, &kept, NULL) == 0) {
		state.entries = kept.entries;
		state.issued_ms = kept.issued_ms;
	}
	if (access(path, F_OK) == 0) {
		/* As a lists file of its own; with it comes the slot beside it, which it is. */
		rc = bdl_lists_open(path, &l, err);
		if (rc < 0)
			return bdl_fail_in(err, BDL_E_INVALID, "the illegal-content list");
		state.is_there = true;
		state.entries = bdl_lists_domains(l) + bdl_lists_urls(l) + bdl_lists_nets(l);
		state.issued_ms = bdl_lists_made_ms(l);
	}
	*ret = state;
	return 0;
}

bool bdl_illegal_is_missing(const char *lists_path)
{
	char map[PATH_MAX], key[PATH_MAX];

	if (bdl_illegal_path(lists_path, BDL_ILLEGAL_MAP, map, NULL) < 0 ||
	    bdl_illegal_path(lists_path, BDL_ILLEGAL_KEY, key, NULL) < 0 || access(map, F_OK) == 0)
		return false;
	return access(key, F_OK) == 0 || bdl_illegal_is_kept(lists_path);
}

static int check_age(const char *lists_path, int64_t issued_ms, int64_t now_ms, struct bdl_err *err)
{
	struct bdl_illegal_state before = { 0 };

	/* One that cannot be read any more is replaced by whatever is right. */
	if (bdl_illegal_look(lists_path, &before, NULL) < 0)
		before = (struct bdl_illegal_state){ 0 };
	if (issued_ms > now_ms + AHEAD_MS)
		return bdl_fail(err, BDL_E_DENIED, "the list says it is from the future");
	if ((before.is_there || before.is_missing) && issued_ms < before.issued_ms)
		return bdl_fail(err, BDL_E_DENIED, "the list is older than the one that %s",
		    before.is_there ? "is there" : "was there");
	return 0;
}

static int write_slot(
    const char *lists_path, struct bdl_list_build *b, int64_t issued_ms, struct bdl_err *err)
{
	BDL_AUTO_FREE unsigned char *file = NULL;
	char path[PATH_MAX];
	size_t n = 0;
	int rc = bdl_illegal_path(lists_path, BDL_ILLEGAL_MAP, path, err);

	if (rc == 0)
		rc = bdl_list_make_file(b, issued_ms, &file, &n, err);
	return rc == 0 ? bdl_file_replace(path, file, n, 0644, err) : rc;
}

static int pin(const char *path, const unsigned char key[KEY_BYTES], struct bdl_err *err)
{
	char hex[2 * KEY_BYTES + 1];

	(void)sodium_bin2hex(hex, sizeof(hex), key, KEY_BYTES); /* returns hex */
	hex[2 * KEY_BYTES] = '\n';
	return bdl_file_replace(path, hex, sizeof(hex), 0644, err);
}

/* Beside the list and in the second place. */
static int keep(const char *lists_path, const char *key_path, const unsigned char key[KEY_BYTES],
    struct bdl_err *err)
{
	struct bdl_illegal_state state;
	struct bdl_illegal_kept kept;
	int rc = pin(key_path, key, err);

	if (rc == 0)
		rc = bdl_illegal_look(lists_path, &state, err);
	if (rc < 0)
		return rc;
	kept = (struct bdl_illegal_kept){ .entries = state.entries, .issued_ms = state.issued_ms };
	memcpy(kept.key, key, KEY_BYTES);
	return bdl_illegal_keep(lists_path, &kept, err);
}

/* Who watches lists.map opens it again, and the slot with it. */
static int wake(const char *lists_path, int64_t now_ms, struct bdl_err *err)
{
	BDL_AUTO(bdl_list_build_free) struct bdl_list_build *empty = NULL;

	if (utimensat(AT_FDCWD, lists_path, NULL, 0) == 0)
		return 0;
	if (errno != ENOENT)
		return bdl_fail_sys(err, "touch '%s'", lists_path);
	empty = bdl_list_build_new();
	return bdl_list_build_write(empty, lists_path, now_ms, err);
}

int bdl_illegal_install(const char *lists_path, const struct bdl_illegal_offer *offer,
    int64_t now_ms, struct bdl_illegal_state *ret, struct bdl_err *err)
{
	BDL_AUTO(bdl_list_build_free) struct bdl_list_build *b = bdl_list_build_new();
	unsigned char key[KEY_BYTES];
	char key_path[PATH_MAX];
	int64_t issued_ms = 0;
	int rc = bdl_illegal_path(lists_path, BDL_ILLEGAL_KEY, key_path, err);

	if (rc == 0)
		rc = choose_key(lists_path, key_path, offer->key, key, err);
	if (rc == 0)
		rc = bdl_illegal_check(offer, key, &issued_ms, err);
	if (rc == 0)
		rc = check_age(lists_path, issued_ms, now_ms, err);
	if (rc == 0)
		rc = fill(b, offer->list, err);
	/* The key last: a key without a list means that one was taken away. */
	if (rc == 0)
		rc = write_slot(lists_path, b, issued_ms, err);
	if (rc == 0)
		rc = keep(lists_path, key_path, key, err);
	if (rc == 0)
		rc = wake(lists_path, now_ms, err);
	return rc == 0 ? bdl_illegal_look(lists_path, ret, err) : rc;
}
