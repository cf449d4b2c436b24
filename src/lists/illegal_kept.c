/*
 * What is remembered of the illegal slot in a second place: DIR/run/illegal, beside the folder of
 * DIR/lists/lists.map. Whoever takes the files of the slot away does not take this with them, so
 * that it is noticed, and no other key passes for the first.
 */
#include "base/hash.h"
#include "lists/illegal_int.h"
#include "sys/file.h"
#include <stddef.h>
#include <string.h>

#define MAGIC "BDLKEPT1"

/* As it lies in the file; docs/formats.md. */
struct kept_file {
	char magic[8];
	uint64_t sum; /* of all that follows */
	uint64_t entries;
	int64_t issued_ms;
	unsigned char key[BDL_ILLEGAL_KEY_BYTES];
};

static uint64_t sum_of(const struct kept_file *f)
{
	const size_t from = offsetof(struct kept_file, entries);

	return bdl_hash64((const char *)f + from, sizeof(*f) - from, 0);
}

/* The folder that holds the folder `lists` of the file; false where it is in another. */
static bool data_folder(const char *lists_path, struct bdl_view *ret)
{
	static const struct bdl_view lists = { "lists", 5 };
	const char *slash = strrchr(lists_path, '/');
	struct bdl_view folder = bdl_view_at(lists_path, slash ? (size_t)(slash - lists_path) : 0);

	if (!bdl_view_ends(folder, lists))
		return false;
	folder.n -= lists.n;
	if (folder.n > 0 && folder.p[folder.n - 1] != '/')
		return false;
	*ret = folder.n > 0 ? folder : BDL_LIT("./");
	return true;
}

/* BDL_E_MISSING where the lists are in no data folder, and there is no second place. */
static int kept_path(
    const char *lists_path, const char *name, char ret[PATH_MAX], struct bdl_err *err)
{
	struct bdl_view data;

	if (!data_folder(lists_path, &data))
		return bdl_fail(err, BDL_E_MISSING, "%s: not in a data folder", lists_path);
	size_t n = strlen(name);
	if (data.n + n + sizeof("run") > PATH_MAX)
		return bdl_fail(err, BDL_E_LIMIT, "a path is too long");
	memcpy(ret, data.p, data.n);
	memcpy(ret + data.n, "run", 3);
	memcpy(ret + data.n + 3, name, n + 1);
	return 0;
}

bool bdl_illegal_is_kept(const char *lists_path)
{
	char path[PATH_MAX];

	return kept_path(lists_path, "/illegal", path, NULL) == 0 && access(path, F_OK) == 0;
}

int bdl_illegal_kept(const char *lists_path, struct bdl_illegal_kept *ret, struct bdl_err *err)
{
	BDL_AUTO_IN(bdl_buf_done) struct bdl_buf bytes = BDL_BUF(2 * sizeof(struct kept_file));
	struct kept_file f;
	char path[PATH_MAX];
	int rc = kept_path(lists_path, "/illegal", path, err);

	if (rc == 0)
		rc = bdl_file_read(path, &bytes, err);
	if (rc < 0)
		return rc;
	if (bytes.n != sizeof(f))
		return bdl_fail(err, BDL_E_INVALID, "%s: not of its size", path);
	memcpy(&f, bytes.p, sizeof(f));
	if (memcmp(f.magic, MAGIC, sizeof(f.magic)) != 0 || f.sum != sum_of(&f))
		return bdl_fail(err, BDL_E_INVALID, "%s: its checksum is wrong", path);
	*ret = (struct bdl_illegal_kept){ .entries = f.entries, .issued_ms = f.issued_ms };
	memcpy(ret->key, f.key, sizeof(ret->key));
	return 0;
}

int bdl_illegal_keep(
    const char *lists_path, const struct bdl_illegal_kept *kept, struct bdl_err *err)
{
	struct kept_file f = { .entries = kept->entries, .issued_ms = kept->issued_ms };
	char path[PATH_MAX];
	int rc = kept_path(lists_path, "", path, NULL);

	if (rc == BDL_E_MISSING)
		return 0;
	if (rc == 0)
		rc = bdl_file_mkdirs(path, err);
	if (rc == 0)
		rc = kept_path(lists_path, "/illegal", path, err);
	if (rc < 0)
		return rc;
	memcpy(f.magic, MAGIC, sizeof(f.magic));
	memcpy(f.key, kept->key, sizeof(f.key));
	f.sum = sum_of(&f);
	return bdl_file_replace(path, &f, sizeof(f), 0644, err);
}
