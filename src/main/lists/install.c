/* beadle lists install-illegal FILE --signature FILE [--key FILE] */
#include "base/clock.h"
#include "lists/illegal.h"
#include "main/data.h"
#include "main/lists/verbs.h"
#include "main/publish.h"
#include "sys/file.h"

#include <stdio.h>

struct files {
	struct bdl_buf list, signature, key;
};

static void files_done(struct files *f)
{
	bdl_buf_done(&f->list);
	bdl_buf_done(&f->signature);
	bdl_buf_done(&f->key);
}

static int read_files(
    struct files *f, const char *list, const char *signature, const char *key, struct bdl_err *err)
{
	int rc = bdl_file_read(list, &f->list, err);

	if (rc == 0)
		rc = bdl_file_read(signature, &f->signature, err);
	if (rc == 0 && key)
		rc = bdl_file_read(key, &f->key, err);
	return rc;
}

int bdl_lists_install_illegal(struct bdl_args *a)
{
	BDL_AUTO_IN(files_done)
	struct files f = {
		.list = BDL_BUF(BDL_ILLEGAL_BYTES_MAX),
		.signature = BDL_BUF(1024),
		.key = BDL_BUF(1024),
	};
	const char *signature = bdl_args_option(a, "--signature");
	const char *key = bdl_args_option(a, "--key");
	struct bdl_illegal_state state;
	struct bdl_conf conf;
	struct bdl_err err;
	char path[BDL_PATH_MAX], by[BDL_OPERATOR_MAX];

	if (!bdl_args_fit(a, 2, 2))
		return BDL_EXIT_USAGE;
	bdl_operator(by);
	if (!signature) {
		fprintf(stderr, "beadle lists: say by what it is signed: --signature FILE\n");
		return BDL_EXIT_USAGE;
	}
	int rc = read_files(&f, a->words[1], signature, key, &err);
	if (rc == 0)
		rc = bdl_data_open(a->data, false, &conf, &err);
	if (rc == 0)
		rc = bdl_data_become_owner(&conf, &err);
	if (rc < 0)
		return bdl_complain(&err);
	struct bdl_illegal_offer offer = {
		.list = bdl_buf_view(&f.list),
		.signature = bdl_buf_view(&f.signature),
		.key = bdl_buf_view(&f.key),
	};
	bdl_conf_path(&conf, path, sizeof(path), "lists");
	rc = bdl_file_mkdirs(path, &err);
	bdl_conf_path(&conf, path, sizeof(path), "lists/lists.map");
	if (rc == 0)
		rc = bdl_publish_enter(
		    &conf, BDL_LEDGER_ILLEGAL, "lists/illegal", offer.list, by, &err);
	if (rc == 0)
		rc = bdl_illegal_install(path, &offer, bdl_now_ms(), &state, &err);
	if (rc < 0)
		return bdl_complain(&err);
	return bdl_lists_say_illegal(&conf) ? BDL_EXIT_FINE : BDL_EXIT_FAILED;
}
