/* What the clerk does for the record itself: counts it, verifies the ledger, tries a backup out. */
#include "main/clerk/keep.h"
#include "base/clock.h"
#include "main/clerk/clerk.h"
#include "main/data.h"
#include "record/backup/backup.h"
#include "record/ledger/verify.h"
#include "record/retention/storage.h"

#include <inttypes.h>
#include <stdio.h>

#define HEADS_MEMORY ((size_t)32 * 1024 * 1024)
#define SAID_MAX     65536

/* --- figures of storage --- */

int bdl_job_storage(const struct bdl_clerk *c, char result[BDL_JOB_RESULT], struct bdl_err *err)
{
	const struct bdl_conf *conf = c->conf;
	/* Zeros, because the analyser cannot see it filled. */
	struct bdl_storage_row rows[BDL_STORAGE_KINDS] = { 0 };
	struct bdl_store *store BDL_AUTO(bdl_store_close) = NULL;
	int64_t counted_ms, bytes = 0;

	int rc = bdl_job_fence(conf, BDL_JOB_STORE, err);
	if (rc == 0)
		rc = bdl_data_store(conf, &store, err);
	if (rc == 0)
		rc = bdl_storage_count(store, bdl_now_ms(), err);
	if (rc == 0)
		rc = bdl_storage_read(store, rows, &counted_ms, err);
	if (rc < 0)
		return rc;
	for (int i = 0; i < BDL_STORAGE_KINDS; i++)
		bytes += rows[i].bytes > 0 ? rows[i].bytes : 0;
	(void)snprintf(
	    result, BDL_JOB_RESULT, "the store holds %" PRId64 " kB", bytes / 1000); /* fits */
	return 0;
}

/* --- the ledger --- */

/* The heads of the data folder; each has to be signed with the school's own key. */
static int heads_read(const struct bdl_conf *conf, struct bdl_region *region, struct bdl_head **ret,
    size_t *ret_n, struct bdl_err *err)
{
	struct bdl_public_key key;
	char path[BDL_PATH_MAX];

	bdl_conf_path(conf, path, sizeof(path), "heads");
	int rc = bdl_heads_load(path, region, ret, ret_n, err);
	if (rc < 0 || *ret_n == 0)
		return rc;
	bdl_conf_path(conf, path, sizeof(path), "keys");
	rc = bdl_ledger_public(path, &key, err);
	for (size_t i = 0; rc == 0 && i < *ret_n; i++)
		if (!bdl_public_key_eq(&(*ret)[i].key, &key))
			rc = bdl_fail(err, BDL_E_CONFLICT,
			    "a head in heads/ was signed with another key than the school's");
	return rc;
}

int bdl_job_ledger(const struct bdl_clerk *c, char result[BDL_JOB_RESULT], struct bdl_err *err)
{
	const struct bdl_conf *conf = c->conf;
	struct bdl_region *region BDL_AUTO(bdl_region_free) = bdl_region_new(HEADS_MEMORY);
	struct bdl_store *store BDL_AUTO(bdl_store_close) = NULL;
	struct bdl_ledger_found found = { 0 }; /* the analyser cannot see it set */
	struct bdl_head *heads = NULL;
	size_t n = 0;

	int rc = bdl_job_fence(conf, BDL_JOB_STORE, err);
	if (rc == 0)
		rc = bdl_data_store(conf, &store, err);
	if (rc == 0)
		rc = heads_read(conf, region, &heads, &n, err);
	if (rc == 0)
		rc = bdl_ledger_verify(store, heads, n, &found, err);
	if (rc < 0)
		return rc;
	if (found.broken)
		return bdl_fail(err, BDL_E_CONFLICT, "it breaks at entry %" PRId64 ": %s",
		    found.broken, found.what);
	(void)snprintf(result, BDL_JOB_RESULT,
	    "%" PRId64 " entries are whole and agree with %zu %s", found.entries, n,
	    n == 1 ? "head" : "heads"); /* fits */
	return 0;
}

/* --- a drill --- */

int bdl_job_drill(const struct bdl_clerk *c, char result[BDL_JOB_RESULT], struct bdl_err *err)
{
	const struct bdl_conf *conf = c->conf;
	struct bdl_buf said BDL_AUTO_IN(bdl_buf_done) = BDL_BUF(SAID_MAX);
	char folder[BDL_PATH_MAX], name[BDL_BACKUP_NAME], path[BDL_PATH_MAX + BDL_BACKUP_NAME];
	bool passed = false;

	bdl_backup_folder(conf, folder, sizeof(folder));
	int rc = bdl_job_fence(conf, BDL_JOB_BACKUP, err);
	if (rc == 0)
		rc = bdl_backup_newest(folder, bdl_now_ms(), name, err);
	if (rc == BDL_E_MISSING) {
		(void)snprintf(result, BDL_JOB_RESULT, "there is no backup to try yet"); /* fits */
		return 0;
	}
	(void)snprintf(path, sizeof(path), "%s/%s", folder, name); /* fits */
	if (rc == 0)
		rc = bdl_backup_drill(path, &said, &passed, err);
	if (rc < 0)
		return rc;
	fputs(bdl_buf_str(&said), stdout); /* run/job-drill.log */
	if (!passed)
		return bdl_fail(err, BDL_E_CONFLICT,
		    "%s FAILED: beadle restore-drill says what is wrong with it", name);
	(void)snprintf(result, BDL_JOB_RESULT, "%s PASSED", name); /* fits */
	return 0;
}
