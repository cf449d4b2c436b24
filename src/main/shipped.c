#include "main/shipped.h"

#include "base/clock.h"
#include "lists/compile.h"
#include "main/data.h"
#include "sys/file.h"

#include <errno.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

/* FOLDER/BELOW/NAME; whether it is there. */
static bool look(
    struct bdl_view folder, const char *below, const char *name, char *ret, size_t size)
{
	int n = snprintf(ret, size, "%.*s/%s%s", BDL_FMT(folder), below, name);
	return n > 0 && (size_t)n < size && access(ret, R_OK) == 0;
}

/* "a/b/c" is in "a/b"; "c" is in ".". */
static struct bdl_view folder_of(const char *path)
{
	const char *slash = strrchr(path, '/');
	return slash ? bdl_view_at(path, (size_t)(slash - path)) : BDL_LIT(".");
}

int bdl_shipped_find(
    const char *policy_path, const char *name, char *ret, size_t size, struct bdl_err *err)
{
	char program[BDL_PATH_MAX];
	ssize_t n = readlink("/proc/self/exe", program, sizeof(program) - 1);
	program[n > 0 ? n : 0] = '\0';
	if (look(folder_of(policy_path), "", name, ret, size) ||
	    look(folder_of(program), "../policy/", name, ret, size) ||
	    look(bdl_view_of(BDL_SHARE), "policy/", name, ret, size))
		return 0;
	return bdl_fail(err, BDL_E_MISSING,
	    "'%s' of the policy folder that ships is not found: it is looked for beside the "
	    "program's folder, as in a checkout, and in %s/policy",
	    name, BDL_SHARE);
}

/* The lists file can only be mapped from a disk: it stands in a folder of its own for a moment. */
static int compile(struct bdl_list_build *build, struct bdl_lists **ret, struct bdl_err *err)
{
	char folder[] = "/tmp/beadle-lists-XXXXXX";
	char path[sizeof(folder) + 16];
	if (!mkdtemp(folder))
		return bdl_fail_sys(err, "make a folder in /tmp");
	(void)snprintf(path, sizeof(path), "%s/lists.map", folder); /* fits */
	int rc = bdl_list_build_write(build, path, bdl_now_ms(), err);
	if (rc == 0)
		rc = bdl_lists_open(path, ret, err);
	if ((unlink(path) < 0 && errno != ENOENT) || rmdir(folder) < 0) {
		if (rc == 0) {
			bdl_lists_close(*ret);
			rc = bdl_fail_sys(err, "remove '%s'", folder);
		}
	}
	return rc;
}

int bdl_shipped_lists(const char *path, struct bdl_lists **ret, struct bdl_err *err)
{
	struct bdl_list_build *build BDL_AUTO(bdl_list_build_free) = NULL;
	struct stat st;
	if (stat(path, &st) < 0)
		return bdl_fail_sys(err, "look at '%s'", path);
	if (!S_ISDIR(st.st_mode))
		return bdl_lists_open(path, ret, err);
	build = bdl_list_build_new();
	int rc = bdl_list_build_folder(build, path, err);
	return rc == 0 ? compile(build, ret, err) : rc;
}

int bdl_shipped_roll(const char *path, struct bdl_roll **ret, struct bdl_err *err)
{
	struct bdl_buf csv BDL_AUTO_IN(bdl_buf_done) = BDL_BUF(BDL_ROLL_BYTES_MAX);
	int rc = bdl_file_read(path, &csv, err);
	return rc == 0 ? bdl_roll_parse(bdl_buf_view(&csv), path, ret, err) : rc;
}
