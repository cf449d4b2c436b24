/*
 * beadle policy diff OLD NEW
 * beadle policy format FILE... [--check]
 */
#include "main/text.h"
#include "main/policy/verbs.h"
#include "policy/diff.h"
#include "policy/format.h"
#include "sys/file.h"

#include <limits.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#define TEXT_MAX (16 * 1024 * 1024) /* of the diff as text */

static int diff(const char *old_path, const char *now_path, struct bdl_err *err)
{
	struct bdl_region *region BDL_AUTO(bdl_region_free) = bdl_region_new(BDL_DIFF_MAX);
	struct bdl_buf text BDL_AUTO_IN(bdl_buf_done) = BDL_BUF(TEXT_MAX);
	struct bdl_document *old BDL_AUTO(bdl_document_free) = NULL;
	struct bdl_document *now BDL_AUTO(bdl_document_free) = NULL;
	struct bdl_diff d;

	int rc = bdl_text_read(old_path, &old, err);
	if (rc == 0)
		rc = bdl_text_read(now_path, &now, err);
	if (rc == 0)
		rc = bdl_diff_make(old, now, region, &d, err);
	if (rc < 0)
		return rc;
	bdl_diff_write(&d, &text);
	if (bdl_buf_broken(&text))
		return bdl_fail(err, BDL_E_LIMIT, "the difference is too long to print");
	fputs(bdl_buf_str(&text), stdout);
	return 0;
}

int bdl_policy_diff(struct bdl_args *a)
{
	struct bdl_err err;
	if (!bdl_args_fit(a, 3, 3))
		return BDL_EXIT_USAGE;
	return diff(a->words[1], a->words[2], &err) < 0 ? bdl_complain(&err) : BDL_EXIT_FINE;
}

/* Put the text in the file's place: the file itself where the path is a link, and still its owner's. */
static int replace(const char *path, struct bdl_view text, struct bdl_err *err)
{
	char real[PATH_MAX];
	struct stat st;
	if (!realpath(path, real) || stat(real, &st) < 0)
		return bdl_fail_sys(err, "look at '%s'", path);
	int rc = bdl_file_replace(real, text.p, text.n, st.st_mode & 07777, err);
	if (rc == 0 && geteuid() == 0 && chown(real, st.st_uid, st.st_gid) < 0)
		rc = bdl_fail_sys(err, "give '%s' back to its owner", real);
	return rc;
}

/* *ret_other: whether the file was not in the layout. */
static int format(const char *path, bool check, bool *ret_other, struct bdl_err *err)
{
	struct bdl_buf text BDL_AUTO_IN(bdl_buf_done) = BDL_BUF(BDL_DOCUMENT_MAX);
	struct bdl_document *d BDL_AUTO(bdl_document_free) = NULL;

	int rc = bdl_text_read(path, &d, err);
	if (rc == 0) {
		rc = bdl_document_format(d, &text, err);
		if (rc < 0)
			rc = bdl_fail_in(err, rc, "%s", path);
	}
	if (rc < 0)
		return rc;
	*ret_other = !bdl_view_eq(bdl_buf_view(&text), d->bytes);
	return *ret_other && !check ? replace(path, bdl_buf_view(&text), err) : 0;
}

int bdl_policy_format(struct bdl_args *a)
{
	bool check = bdl_args_flag(a, "--check");
	int status = BDL_EXIT_FINE;
	if (!bdl_args_fit(a, 2, SIZE_MAX))
		return BDL_EXIT_USAGE;
	for (size_t i = 1; i < a->n; i++) {
		struct bdl_err err;
		bool other = false;
		if (format(a->words[i], check, &other, &err) < 0) {
			status = bdl_complain(&err);
			continue;
		}
		if (!other)
			printf("%s: in the layout\n", a->words[i]);
		else if (check)
			printf("%s: not in the layout\n", a->words[i]);
		else
			printf("%s: laid out\n", a->words[i]);
		if (other && check)
			status = BDL_EXIT_FAILED;
	}
	return status;
}
