#include "record/policies/force.h"
#include "base/alloc.h"
#include "base/clock.h"
#include "record/ledger/ledger.h"
#include "record/policies/versions.h"
#include "record/store/store_int.h"
#include "sys/file.h"
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <unistd.h>

#define MANIFEST     "manifest"
#define ROLL         "roll"
#define DIGITS_SHOWN 16 /* of a digest, in a file's name */
#define FILES_MAX    (BDL_POLICIES_MAX + 1)
#define MANIFEST_MAX (FILES_MAX * 256)
#define FILE_MODE    0640

/* --- the roll in the store --- */

int bdl_force_roll_set(
    struct bdl_store *s, struct bdl_view csv, struct bdl_view by, struct bdl_err *err)
{
	const struct bdl_ledger_entry entry = {
		.kind = BDL_LEDGER_ROLL,
		.at_ms = bdl_now_ms(),
		.actor = by,
		.record = BDL_LIT("roll"),
		.content = csv,
	};
	struct bdl_roll *roll BDL_AUTO(bdl_roll_free) = NULL;
	struct bdl_stmt *st BDL_AUTO(bdl_stmt_rest) = NULL;

	int rc = bdl_roll_parse(csv, "the roll", &roll, err);
	if (rc)
		return rc;
	rc = bdl_store_begin(s, err);
	if (rc)
		return rc;
	rc = bdl_stmt_get(s,
	    "INSERT INTO roll (school, csv, set_ms) VALUES (?1, ?2, ?3)"
	    " ON CONFLICT (school) DO UPDATE SET csv = excluded.csv, set_ms = excluded.set_ms",
	    &st, err);
	if (!rc) {
		bdl_bind_int(st, 1, BDL_SCHOOL);
		bdl_bind_text(st, 2, csv);
		bdl_bind_int(st, 3, entry.at_ms);
		rc = bdl_stmt_run(s, st, err);
	}
	if (!rc)
		rc = bdl_ledger_add(s, &entry, err);
	if (!rc)
		rc = bdl_store_commit(s, err);
	bdl_store_rollback(s);
	return rc;
}

/* --- writing --- */

struct force {
	const char *folder;
	struct bdl_buf *manifest;
	bool changed; /* something was written */
};

/* Write the file where it is not there as it should be, and name it in the manifest. */
static int file_bring(struct force *f, struct bdl_view name, const char *suffix,
    struct bdl_view bytes, struct bdl_err *err)
{
	struct bdl_buf there BDL_AUTO_IN(bdl_buf_done) = BDL_BUF(BDL_ROLL_BYTES_MAX);
	char hex[BDL_DIGEST_HEX];

	struct bdl_digest digest = bdl_digest_of(bytes.p, bytes.n);
	bdl_digest_hex(&digest, hex);
	char *file BDL_AUTO_FREE =
	    bdl_xprintf("%.*s.%.*s%s", BDL_FMT(name), DIGITS_SHOWN, hex, suffix);
	char *path BDL_AUTO_FREE = bdl_xprintf("%s/%s", f->folder, file);
	if (bdl_buf_printf(f->manifest, "%s %s\n", file, hex))
		return bdl_fail(err, BDL_E_LIMIT, "too many policies are in force");
	if (!bdl_file_read(path, &there, NULL) && bdl_view_eq(bdl_buf_view(&there), bytes))
		return 0;
	f->changed = true;
	return bdl_file_replace(path, bytes.p, bytes.n, FILE_MODE, err);
}

static int policies_bring(struct force *f, struct bdl_store *s, size_t *ret_n, struct bdl_err *err)
{
	struct bdl_region *region BDL_AUTO(bdl_region_free) = bdl_region_new(BDL_SOURCES_MAX);
	struct bdl_source *sources;
	size_t n;

	int rc = bdl_versions_in_force(s, region, &sources, &n, err);
	for (size_t i = 0; !rc && i < n; i++)
		rc = file_bring(f, sources[i].name, ".md", sources[i].bytes, err);
	if (!rc)
		*ret_n = n;
	return rc;
}

static int roll_bring(struct force *f, struct bdl_store *s, struct bdl_err *err)
{
	struct bdl_stmt *st BDL_AUTO(bdl_stmt_rest) = NULL;

	int rc = bdl_stmt_find(s, "SELECT csv FROM roll WHERE school = ?1", &st, err);
	return rc > 0 ? file_bring(f, BDL_LIT(ROLL), ".csv", bdl_col_view(st, 0), err) : rc;
}

static bool is_named(struct bdl_view manifest, const char *file)
{
	struct bdl_view line, name;

	while (bdl_view_cut(&manifest, '\n', &line))
		if (bdl_view_cut(&line, ' ', &name) && bdl_view_is(name, file))
			return true;
	return false;
}

/* A document or roll, or what a kill left half written of one. */
static bool is_ours(struct bdl_view file)
{
	return bdl_view_ends(file, BDL_LIT(".md")) || bdl_view_ends(file, BDL_LIT(".csv")) ||
	    bdl_view_ends(file, BDL_LIT(".new"));
}

/* What the manifest does not name is out of force, and goes once it stands. */
static int others_remove(const struct force *f, struct bdl_err *err)
{
	DIR *d = opendir(f->folder);
	int rc = 0;

	if (!d)
		return bdl_fail_sys(err, "list '%s'", f->folder);
	for (struct dirent *e; !rc && (e = readdir(d));) {
		if (!is_ours(bdl_view_of(e->d_name)) ||
		    is_named(bdl_buf_view(f->manifest), e->d_name))
			continue;
		if (unlinkat(dirfd(d), e->d_name, 0) && errno != ENOENT)
			rc = bdl_fail_sys(err, "remove '%s/%s'", f->folder, e->d_name);
	}
	(void)closedir(d); /* it was only read */
	return rc;
}

static int manifest_bring(struct force *f, struct bdl_err *err)
{
	struct bdl_buf there BDL_AUTO_IN(bdl_buf_done) = BDL_BUF(MANIFEST_MAX);
	char *path BDL_AUTO_FREE = bdl_xprintf("%s/" MANIFEST, f->folder);

	if (!bdl_file_read(path, &there, NULL) &&
	    bdl_view_eq(bdl_buf_view(&there), bdl_buf_view(f->manifest)))
		return 0;
	f->changed = true;
	return bdl_file_replace(path, f->manifest->p, f->manifest->n, FILE_MODE, err);
}

int bdl_force_write(
    struct bdl_store *s, const char *folder, struct bdl_force_written *ret, struct bdl_err *err)
{
	struct bdl_buf manifest BDL_AUTO_IN(bdl_buf_done) = BDL_BUF(MANIFEST_MAX);
	struct force f = { .folder = folder, .manifest = &manifest };
	size_t n = 0;

	int rc = bdl_file_mkdirs(folder, err);
	if (!rc)
		rc = policies_bring(&f, s, &n, err);
	if (!rc && n) {
		rc = roll_bring(&f, s, err);
		if (!rc)
			rc = manifest_bring(&f, err);
		if (!rc)
			rc = others_remove(&f, err);
	}
	if (rc)
		return rc;
	ret->changed = f.changed;
	ret->manifest = bdl_digest_of(manifest.p, manifest.n);
	return 0;
}

/* --- reading --- */

/* What the manifest names, read and compared with its digests. */
struct taken {
	struct bdl_source sources[BDL_POLICIES_MAX];
	struct bdl_buf bytes[BDL_POLICIES_MAX];
	size_t n;
	struct bdl_buf roll;
};

static void taken_done(struct taken *t)
{
	for (size_t i = 0; i < t->n; i++)
		bdl_buf_done(&t->bytes[i]);
	bdl_buf_done(&t->roll);
}

/* A plain name of our own making: no folder, nothing hidden. */
static bool is_plain(struct bdl_view name)
{
	for (size_t i = 0; i < name.n; i++)
		if (name.p[i] == '/' || name.p[i] == '\0')
			return false;
	return name.n && name.p[0] != '.';
}

static int file_take(const char *folder, struct bdl_view name, const struct bdl_digest *digest,
    struct bdl_buf *into, struct bdl_err *err)
{
	char *path BDL_AUTO_FREE = bdl_xprintf("%s/%.*s", folder, BDL_FMT(name));

	int rc = bdl_file_read(path, into, err);
	if (rc && rc != BDL_E_MISSING && rc != BDL_E_LIMIT)
		return rc;
	struct bdl_digest found = bdl_digest_of(into->p, into->n);
	if (rc || !bdl_digest_eq(&found, digest))
		return bdl_fail(err, BDL_E_CONFLICT, "'%s' is not what the manifest says", path);
	return 0;
}

/* Up to its first dot: no policy's name has one. */
static struct bdl_view name_of(struct bdl_view file)
{
	struct bdl_view name = { 0 };

	(void)bdl_view_cut(&file, '.', &name); /* a plain name is not empty */
	return name;
}

static int line_take(struct taken *t, const char *folder, struct bdl_view line, struct bdl_err *err)
{
	struct bdl_view file, rest = line;
	struct bdl_digest digest;

	if (!bdl_view_cut(&rest, ' ', &file) || !is_plain(file) || !bdl_digest_parse(rest, &digest))
		return bdl_fail(
		    err, BDL_E_INVALID, "'%s/" MANIFEST "' has a line that is none", folder);
	if (bdl_view_is(name_of(file), ROLL) && bdl_view_ends(file, BDL_LIT(".csv"))) {
		bdl_buf_done(&t->roll);
		t->roll = BDL_BUF(BDL_ROLL_BYTES_MAX);
		return file_take(folder, file, &digest, &t->roll, err);
	}
	if (!bdl_view_ends(file, BDL_LIT(".md")) || t->n == BDL_POLICIES_MAX)
		return bdl_fail(
		    err, BDL_E_INVALID, "'%s/" MANIFEST "' names what is no policy", folder);
	size_t i = t->n++;
	t->bytes[i] = BDL_BUF(BDL_DOCUMENT_MAX);
	int rc = file_take(folder, file, &digest, &t->bytes[i], err);
	t->sources[i].name = name_of(file);
	t->sources[i].bytes = bdl_buf_view(&t->bytes[i]);
	return rc;
}

int bdl_force_read(const char *folder, struct bdl_ruleset **ret_ruleset, struct bdl_roll **ret_roll,
    struct bdl_err *err)
{
	struct bdl_buf manifest BDL_AUTO_IN(bdl_buf_done) = BDL_BUF(MANIFEST_MAX);
	struct taken t BDL_AUTO_IN(taken_done) = { 0 };
	struct bdl_ruleset *ruleset BDL_AUTO(bdl_ruleset_free) = NULL;
	struct bdl_roll *roll BDL_AUTO(bdl_roll_free) = NULL;
	char *path BDL_AUTO_FREE = bdl_xprintf("%s/" MANIFEST, folder);
	struct bdl_view line;

	int rc = bdl_file_read(path, &manifest, err);
	if (rc == BDL_E_MISSING)
		return bdl_fail(
		    err, BDL_E_MISSING, "no policy is in force: '%s' is not there", path);
	struct bdl_view rest = bdl_buf_view(&manifest);
	while (!rc && bdl_view_cut(&rest, '\n', &line))
		rc = line_take(&t, folder, line, err);
	if (!rc && !t.n)
		rc = bdl_fail(err, BDL_E_INVALID, "'%s' names no policy", path);
	if (!rc)
		rc = bdl_ruleset_new(t.sources, t.n, &ruleset, err);
	if (!rc)
		rc = bdl_roll_parse(bdl_buf_view(&t.roll), "the roll", &roll, err);
	if (rc)
		return rc;
	*ret_ruleset = bdl_steal(&ruleset);
	*ret_roll = bdl_steal(&roll);
	return 0;
}
