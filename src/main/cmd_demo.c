/*
 * beadle demo --from FOLDER: the demonstration school. FOLDER is the policy folder of a checkout:
 * its policies, the phrases that texts are looked through for, and below demo/ lists of invented
 * sites and a roll of invented people.
 */
#include "base/clock.h"
#include "main/command.h"
#include "main/publish.h"
#include "main/text.h"
#include "policy/roll.h"
#include "scan/compile.h"
#include "sys/file.h"

#include <stdio.h>

static const char *const policies[] = { "staff", "pupils" };
#define N_POLICIES BDL_ARRAY_LEN(policies)

struct demo {
	struct bdl_list_build *lists;
	struct bdl_phrases_build *phrases;
	struct bdl_buf people;
	struct bdl_document *documents[N_POLICIES];
	char by[BDL_OPERATOR_MAX];
};

static void demo_done(struct demo *d)
{
	bdl_list_build_free(d->lists);
	bdl_phrases_build_free(d->phrases);
	bdl_buf_done(&d->people);
	for (size_t i = 0; i < N_POLICIES; i++)
		bdl_document_free(d->documents[i]);
}

static int path_in(
    const char *folder, const char *name, char out[BDL_PATH_MAX], struct bdl_err *err)
{
	if (snprintf(out, BDL_PATH_MAX, "%s/%s", folder, name) >= BDL_PATH_MAX)
		return bdl_fail(err, BDL_E_LIMIT, "the path of '%s' is too long", folder);
	return 0;
}

static int gather(struct demo *d, const char *folder, struct bdl_err *err)
{
	char path[BDL_PATH_MAX];
	int rc = path_in(folder, "demo/lists", path, err);
	if (rc == 0)
		rc = bdl_list_build_folder(d->lists, path, err);
	if (rc == 0)
		rc = path_in(folder, "phrases", path, err);
	if (rc == 0)
		rc = bdl_phrases_build_new(&d->phrases, err);
	if (rc == 0)
		rc = bdl_phrases_build_folder(d->phrases, path, err);
	if (rc == 0)
		rc = path_in(folder, "demo/people.csv", path, err);
	if (rc == 0)
		rc = bdl_file_read(path, &d->people, err);
	for (size_t i = 0; rc == 0 && i < N_POLICIES; i++) {
		char name[32];
		snprintf(name, sizeof(name), "%s.md", policies[i]);
		rc = path_in(folder, name, path, err);
		if (rc == 0)
			rc = bdl_text_document(path, NULL, &d->documents[i], err);
	}
	return rc;
}

/* The demonstration has its own proxy; settings that are there already are the operator's. */
static int settings(const struct bdl_conf *conf, struct bdl_err *err)
{
	static const char text[] =
	    "# Made by `beadle demo`. The manual (man beadle) lists the settings.\n"
	    "run proxy = yes\n";
	char path[BDL_PATH_MAX];
	struct bdl_file_id id;
	bdl_conf_path(conf, path, sizeof(path), "beadle.conf");
	return bdl_file_id(path, &id) ? 0
				      : bdl_file_replace(path, text, sizeof(text) - 1, 0640, err);
}

/*
 * People of the demonstration say who they are by any password. Only who sends a name is asked for
 * one, so that a browser works without.
 */
static int log_on(const struct bdl_conf *conf, struct bdl_err *err)
{
	static const char text[] =
	    "# Made by `beadle demo`, for a demonstration only: any password is taken for any name.\n"
	    "# Your own lines go here; man beadle says what this file is for.\n"
	    "auth_param basic program /usr/lib/squid/basic_fake_auth\n"
	    "auth_param basic realm the demonstration\n"
	    "acl gives_a_name req_header Proxy-Authorization .\n"
	    "acl named proxy_auth REQUIRED\n"
	    "http_access allow this_machine gives_a_name named\n";
	char path[BDL_PATH_MAX];
	struct bdl_file_id id;
	bdl_conf_path(conf, path, sizeof(path), "squid");
	int rc = bdl_file_mkdirs(path, err);
	bdl_conf_path(conf, path, sizeof(path), "squid/local.conf");
	if (rc < 0 || bdl_file_id(path, &id))
		return rc;
	return bdl_file_replace(path, text, sizeof(text) - 1, 0640, err);
}

static const struct bdl_approval invented = {
	.minute = BDL_LIT("demonstration"),
	.first = BDL_LIT("Hana Weiss (invented)"),
	.second = BDL_LIT("Gwen Penhale (invented)"),
};

/*
 * Invented people answer for what the demonstration puts in force. In a folder with policies that
 * real ones answered for, this would be one person changing alone what is enforced.
 */
static int is_demonstration(const struct bdl_conf *conf, struct bdl_err *err)
{
	struct bdl_region *region BDL_AUTO(bdl_region_free) = bdl_region_new(BDL_VERSIONS_MAX);
	struct bdl_store *store BDL_AUTO(bdl_store_close) = NULL;
	struct bdl_version_row *rows;
	size_t n = 0;

	int rc = bdl_data_store(conf, &store, err);
	if (rc == 0)
		rc = bdl_versions_list(store, region, &rows, &n, err);
	for (size_t i = 0; rc == 0 && i < n; i++)
		if (!bdl_view_eq(rows[i].first, invented.first) ||
		    !bdl_view_eq(rows[i].second, invented.second))
			rc = bdl_fail(err, BDL_E_CONFLICT,
			    "policy '%.*s', issue %lld, is no demonstration: say which folder to "
			    "fill by --data",
			    BDL_FMT(rows[i].name), (long long)rows[i].issue);
	return rc;
}

/* A policy that is in force already is left as it is, so that the command may be repeated. */
static int publish(const struct demo *d, const struct bdl_conf *conf, struct bdl_err *err)
{
	struct bdl_store *store BDL_AUTO(bdl_store_close) = NULL;
	struct bdl_approval approval = invented;

	approval.by = bdl_view_of(d->by);
	int rc = bdl_data_store(conf, &store, err);
	for (size_t i = 0; rc == 0 && i < N_POLICIES; i++) {
		rc = bdl_publish_policy(
		    conf, store, bdl_view_of(policies[i]), d->documents[i], &approval, err);
		if (rc == BDL_E_CONFLICT)
			rc = 0;
	}
	return rc;
}

static int publish_phrases(const struct demo *d, const struct bdl_conf *conf, struct bdl_err *err)
{
	char path[BDL_PATH_MAX];

	bdl_conf_path(conf, path, sizeof(path), "phrases");
	int rc = bdl_file_mkdirs(path, err);
	bdl_conf_path(conf, path, sizeof(path), "phrases/phrases.map");
	return rc == 0 ? bdl_phrases_build_write(d->phrases, path, bdl_now_ms(), err) : rc;
}

static int fill(const struct demo *d, const struct bdl_conf *conf, struct bdl_err *err)
{
	int rc = is_demonstration(conf, err);
	if (rc == 0)
		rc = settings(conf, err);
	if (rc == 0)
		rc = log_on(conf, err);
	if (rc == 0)
		rc = bdl_publish_lists(conf, d->lists, d->by, err);
	if (rc == 0)
		rc = publish_phrases(d, conf, err);
	if (rc == 0)
		rc = bdl_publish_people(
		    conf, bdl_buf_view(&d->people), "demo/people.csv", false, d->by, err);
	return rc == 0 ? publish(d, conf, err) : rc;
}

int bdl_cmd_demo(struct bdl_args *a)
{
	struct bdl_err err;
	struct bdl_conf conf;
	const char *from = bdl_args_option(a, "--from");
	if (!bdl_args_fit(a, 0, 0))
		return BDL_EXIT_USAGE;
	if (!from) {
		fputs("beadle demo: say where the policies are: --from policy\n", stderr);
		return BDL_EXIT_USAGE;
	}
	struct demo d BDL_AUTO_IN(demo_done) = {
		.lists = bdl_list_build_new(),
		.people = BDL_BUF(BDL_ROLL_BYTES_MAX),
	};
	bdl_operator(d.by);
	int rc = gather(&d, from, &err);
	if (rc == 0)
		rc = bdl_data_open(a->data, true, &conf, &err);
	if (rc == 0)
		rc = bdl_data_become_owner(&conf, &err);
	if (rc == 0)
		rc = fill(&d, &conf, &err);
	return rc == 0 ? BDL_EXIT_FINE : bdl_complain(&err);
}
