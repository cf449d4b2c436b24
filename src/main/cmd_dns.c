/* beadle dns export [POLICY.md...] [--to FILE] [--check]: the names that everyone is kept from. */
#include "base/alloc.h"
#include "main/command.h"
#include "main/data.h"
#include "main/dns_export.h"
#include "main/text.h"
#include "record/policies/force.h"
#include "sys/file.h"

#include <inttypes.h>
#include <stdio.h>

static int read_force(const struct bdl_conf *conf, struct bdl_ruleset **ret, struct bdl_err *err)
{
	BDL_AUTO(bdl_roll_free) struct bdl_roll *roll = NULL;
	char folder[BDL_PATH_MAX];

	bdl_conf_path(conf, folder, sizeof(folder), "force");
	return bdl_force_read(folder, ret, &roll, err);
}

/* Documents instead of those in force; what is wrong in one is said on standard error. */
static int read_documents(
    char *const *paths, size_t n, struct bdl_ruleset **ret, struct bdl_err *err)
{
	struct bdl_document *documents[BDL_POLICIES_MAX] = { NULL };
	struct bdl_source sources[BDL_POLICIES_MAX];
	int rc = n <= BDL_POLICIES_MAX
	    ? 0
	    : bdl_fail(err, BDL_E_LIMIT, "more than %d policies", BDL_POLICIES_MAX);

	for (size_t i = 0; i < n && rc == 0; i++) {
		rc = bdl_text_read(paths[i], &documents[i], err);
		if (rc == 0)
			sources[i] = (struct bdl_source){ bdl_text_policy_name(paths[i]),
				documents[i]->bytes };
	}
	if (rc == 0)
		rc = bdl_ruleset_new(sources, n, ret, err);
	for (size_t i = 0; i < n && i < BDL_POLICIES_MAX; i++)
		bdl_document_free(documents[i]);
	return rc;
}

static void say(const struct bdl_dns_export *what, const struct bdl_dns_exported *done)
{
	fputs(bdl_buf_str(&done->remarks), stdout);
	if (done->is_fresh) {
		printf("%s is fresh: serial %" PRIu32 "\n", what->path, done->serial);
		return;
	}
	if (what->only_looks || done->was_there)
		fputs(bdl_buf_str(&done->changes), stdout);
	printf("%s%s: %" PRIu64 " %s blocked, %" PRIu64 " passed on, %" PRIu64 " answered; ",
	    what->path, what->only_looks ? " would have" : "", done->count.blocked,
	    done->count.blocked == 1 ? "name" : "names", done->count.passed, done->count.answered);
	printf("%" PRIu64 " new, %" PRIu64 " gone, %" PRIu64 " with another answer\n",
	    done->change.added, done->change.removed, done->change.changed);
	if (done->count.left_out > 0)
		printf("%" PRIu64 " %s cannot stand in a zone: an address, or too long\n",
		    done->count.left_out, done->count.left_out == 1 ? "host" : "hosts");
}

static int export(const struct bdl_conf *conf, const struct bdl_dns_export *what)
{
	BDL_AUTO_IN(bdl_dns_exported_done) struct bdl_dns_exported done = { 0 };
	struct bdl_err err;
	int rc = bdl_dns_export(conf, what, &done, &err);

	if (rc < 0)
		return bdl_complain(&err);
	say(what, &done);
	bool differs = done.change.added + done.change.removed + done.change.changed > 0;
	return what->only_looks && differs ? BDL_EXIT_FAILED : BDL_EXIT_FINE;
}

/* The folder of the zone that doors have is made where it is missing. */
static int make_folder(const struct bdl_conf *conf, struct bdl_err *err)
{
	char folder[BDL_PATH_MAX];

	bdl_conf_path(conf, folder, sizeof(folder), "dns");
	return bdl_file_mkdirs(folder, err);
}

static int run_export(struct bdl_args *a)
{
	BDL_AUTO(bdl_ruleset_free) struct bdl_ruleset *ruleset = NULL;
	const char *to = bdl_args_option(a, "--to");
	bool check = bdl_args_flag(a, "--check");
	char path[BDL_PATH_MAX];
	struct bdl_conf conf;
	struct bdl_err err;

	if (!bdl_args_fit(a, 1, SIZE_MAX))
		return BDL_EXIT_USAGE;
	if (a->n > 1 && !to && !check) {
		fputs("beadle dns: documents that are not in force go to a file of their own: "
		      "--to FILE, or --check\n",
		    stderr);
		return BDL_EXIT_USAGE;
	}
	int rc = bdl_data_open(a->data, false, &conf, &err);
	if (rc == 0 && a->n > 1)
		rc = read_documents(a->words + 1, a->n - 1, &ruleset, &err);
	if (rc == 0 && !to)
		rc = bdl_data_become_owner(&conf, &err);
	if (rc == 0 && a->n == 1)
		rc = read_force(&conf, &ruleset, &err);
	if (rc == 0 && !to)
		rc = make_folder(&conf, &err);
	if (rc < 0)
		return bdl_complain(&err);
	bdl_dns_zone_path(&conf, path);
	const struct bdl_dns_export what = {
		.ruleset = ruleset,
		.path = to ? to : path,
		.only_looks = check,
	};
	return export(&conf, &what);
}

static const struct bdl_verb verbs[] = {
	{ "export", "dns export [POLICY.md...] [--to FILE] [--check]", run_export },
};

int bdl_cmd_dns(struct bdl_args *a)
{
	return bdl_verbs_run(verbs, BDL_ARRAY_LEN(verbs), a);
}
