/*
 * beadle backup [--to FILE]      copy the store, while it is used or not
 * beadle restore-drill FILE      show that a backup can be restored
 */
#include "base/clock.h"
#include "main/clerk/clerk.h"
#include "main/command.h"
#include "main/data.h"
#include "record/backup/backup.h"
#include "sys/file.h"

#include <inttypes.h>
#include <stdio.h>
#include <sys/stat.h>

#define SAID_MAX (256 * 1024)

/* Where the clerk would put it. */
static int place(const struct bdl_conf *conf, char *out, size_t size, struct bdl_err *err)
{
	char folder[BDL_PATH_MAX], name[BDL_BACKUP_NAME];

	bdl_backup_folder(conf, folder, sizeof(folder));
	bdl_backup_name(bdl_now_ms(), name);
	(void)snprintf(out, size, "%s/%s", folder, name); /* the caller's fits */
	return bdl_file_mkdirs(folder, err);
}

int bdl_cmd_backup(struct bdl_args *a)
{
	const char *to = bdl_args_option(a, "--to");
	char store[BDL_CONF_STORE_MAX], ours[BDL_PATH_MAX + BDL_BACKUP_NAME];
	struct bdl_conf conf;
	struct bdl_err err;
	int64_t bytes = 0;

	if (!bdl_args_fit(a, 0, 0))
		return BDL_EXIT_USAGE;
	int rc = bdl_data_open(a->data, false, &conf, &err);
	if (rc == 0)
		rc = bdl_data_become_owner(&conf, &err);
	if (rc == 0 && !to)
		rc = place(&conf, ours, sizeof(ours), &err);
	if (rc < 0)
		return bdl_complain(&err);
	bdl_conf_store(&conf, store);
	to = to ? to : ours;
	rc = bdl_backup_make(store, to, &bytes, &err);
	if (rc < 0)
		return bdl_complain(&err);
	printf("%s has %" PRId64 " bytes; beadle restore-drill shows that it can be restored\n", to,
	    bytes);
	return BDL_EXIT_FINE;
}

int bdl_cmd_restore_drill(struct bdl_args *a)
{
	BDL_AUTO_IN(bdl_buf_done) struct bdl_buf said = BDL_BUF(SAID_MAX);
	bool passed = false;
	struct bdl_err err;

	if (!bdl_args_fit(a, 1, 1))
		return BDL_EXIT_USAGE;
	int rc = bdl_backup_drill(a->words[0], &said, &passed, &err);
	fputs(bdl_buf_str(&said), stdout);
	if (rc < 0)
		return bdl_complain(&err);
	puts(passed ? "PASSED" : "FAILED: do not rely on this backup");
	return passed ? BDL_EXIT_FINE : BDL_EXIT_FAILED;
}
