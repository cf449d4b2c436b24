#include "main/publish.h"

#include "base/clock.h"
#include "lists/hosts.h"
#include "policy/roll.h"
#include "record/ledger/lists.h"
#include "record/policies/force.h"
#include "sys/file.h"

#include <limits.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define ROW_BYTES_MAX (2 * BDL_DOCUMENT_MAX)

static void begin(struct bdl_known_lists *k)
{
	struct bdl_civil now = bdl_civil_local(bdl_now_ms());

	*k = (struct bdl_known_lists){ 0 };
	(void)snprintf(k->today, sizeof(k->today), "%04d-%02d-%02d", now.year, now.month, now.day);
	k->context.today = k->today;
}

int bdl_known_lists_open(
    const struct bdl_conf *conf, struct bdl_known_lists *ret, struct bdl_err *err)
{
	char path[BDL_PATH_MAX];
	begin(ret);
	bdl_conf_path(conf, path, sizeof(path), "lists/lists.map");
	int rc = bdl_lists_open(path, &ret->lists, err);
	if (rc == BDL_E_MISSING)
		return 0;
	if (rc < 0)
		return rc;
	unsigned n = bdl_lists_categories(ret->lists);
	for (unsigned i = 0; i < n; i++) {
		ret->names[i] = bdl_lists_category(ret->lists, i);
		ret->empty[i] = bdl_lists_category_is_empty(ret->lists, i);
	}
	if (!bdl_lists_has_illegal(ret->lists, NULL)) { /* a number is kept for it */
		ret->names[n] = BDL_CATEGORY_ILLEGAL;
		ret->empty[n++] = true;
	}
	ret->context.categories = ret->names;
	ret->context.empty = ret->empty;
	ret->context.n_categories = n;
	return 0;
}

int bdl_known_lists_of(const char *data, struct bdl_known_lists *ret, struct bdl_err *err)
{
	struct bdl_conf conf;

	int rc = bdl_data_open(data, false, &conf, err);
	begin(ret);
	if (rc == BDL_E_MISSING)
		return 0;
	return rc < 0 ? rc : bdl_known_lists_open(&conf, ret, err);
}

void bdl_known_lists_done(struct bdl_known_lists *k)
{
	bdl_lists_close(k->lists);
}

void bdl_operator(char out[BDL_OPERATOR_MAX])
{
	/* Only root's word counts for who is behind root; anybody can set a variable. */
	const char *behind = getuid() == 0 ? getenv("SUDO_USER") : NULL;
	const struct passwd *pw = getpwuid(getuid());
	const char *name = behind && *behind ? behind : pw ? pw->pw_name : "unknown";
	snprintf(out, BDL_OPERATOR_MAX, "%s", name);
}

void bdl_publish_say(const struct bdl_conf *conf, const struct bdl_version_row *v)
{
	char digest[BDL_DIGEST_HEX], moment[BDL_LONG_LEN] = "";

	bdl_digest_hex(&v->digest, digest);
	if (v->from_ms > 0)
		bdl_time_long(v->from_ms, moment);
	printf("policy '%.*s', issue %lld (%.*s), ", BDL_FMT(v->name), (long long)v->issue,
	    BDL_DIGEST_SHOWN, digest);
	if (v->state == BDL_VERSION_WAITS)
		printf("comes into force on %s", moment);
	else if (v->state == BDL_VERSION_IN_FORCE)
		printf("is in force%s",
		    bdl_data_unlocked(conf, NULL) == BDL_E_BUSY
			? ""
			: " from the next start of beadle run");
	else
		printf("is approved by %.*s and waits for a second person", BDL_FMT(v->first));
	printf(": %.*s\n", BDL_FMT(v->title));
	if (v->state != BDL_VERSION_APPROVED)
		return;
	printf("nothing that is enforced changes by one person alone: what is in force stays\n"
	       "once somebody else has confirmed it, it comes into force %s%s:\n"
	       "  beadle policy confirm %.*s --issue %lld --and PERSON\n",
	    moment[0] ? "on " : "at once", moment, BDL_FMT(v->name), (long long)v->issue);
}

int bdl_publish_policy(const struct bdl_conf *conf, struct bdl_store *store, struct bdl_view name,
    const struct bdl_document *d, const struct bdl_approval *approval, struct bdl_err *err)
{
	struct bdl_region *region BDL_AUTO(bdl_region_free) = bdl_region_new(ROW_BYTES_MAX);
	struct bdl_version_row row;

	int rc = bdl_versions_publish(store, name, d, approval, bdl_now_ms(), &row, region, err);
	if (rc == 0)
		bdl_publish_say(conf, &row);
	return rc;
}

int bdl_publish_people(const struct bdl_conf *conf, struct bdl_view csv, const char *where,
    bool may_be_empty, const char *by, struct bdl_err *err)
{
	struct bdl_roll *roll BDL_AUTO(bdl_roll_free) = NULL;
	struct bdl_store *store BDL_AUTO(bdl_store_close) = NULL;
	int rc = bdl_roll_parse(csv, where, &roll, err);
	if (rc == 0 && bdl_roll_size(roll) == 0 && !may_be_empty)
		rc = bdl_fail(err, BDL_E_INVALID,
		    "%s has nobody on it; if that is meant, say --empty", where);
	if (rc == 0)
		rc = bdl_data_store(conf, &store, err);
	if (rc == 0)
		rc = bdl_force_roll_set(store, csv, bdl_view_of(by), err);
	if (rc < 0)
		return rc;
	printf("the roll now has %zu %s\n", bdl_roll_size(roll),
	    bdl_roll_size(roll) == 1 ? "person" : "people");
	return 0;
}

/* A list that has only its first lines reads as if it stopped something. */
static void say_empty(const struct bdl_lists *lists)
{
	const char *between = "without entries, so that rules on them stop nothing: ";

	for (unsigned i = 0; i < bdl_lists_categories(lists); i++) {
		if (!bdl_lists_category_is_empty(lists, i))
			continue;
		printf("%s%s", between, bdl_lists_category(lists, i));
		between = ", ";
	}
	if (between[0] == ',')
		putchar('\n');
}

/* A rule on what no list has any more stops nothing, and nobody would see it. */
static void say_lost(const struct bdl_lists *before, const struct bdl_lists *now)
{
	bool any = false;

	for (unsigned i = 0; i < bdl_lists_categories(before); i++) {
		const char *name = bdl_lists_category(before, i);
		if (bdl_lists_category_find(now, bdl_view_of(name)) >= 0)
			continue;
		fprintf(
		    stderr, "%s%s", any ? ", " : "beadle: warning: no list is left for: ", name);
		any = true;
	}
	if (any)
		fputs(
		    "\nbeadle: rules on these stop nothing from now on. What is compiled replaces all "
		    "that was there: name every folder and file, or use a LISTS.conf\n",
		    stderr);
}

int bdl_publish_enter(const struct bdl_conf *conf, enum bdl_ledger_kind kind, const char *record,
    struct bdl_view content, const char *by, struct bdl_err *err)
{
	struct bdl_store *store BDL_AUTO(bdl_store_close) = NULL;
	const struct bdl_ledger_entry entry = {
		.kind = kind,
		.at_ms = bdl_now_ms(),
		.actor = bdl_view_of(by),
		.record = bdl_view_of(record),
		.content = content,
	};

	int rc = bdl_data_store(conf, &store, err);
	if (rc == 0)
		rc = bdl_store_begin(store, err);
	if (rc == 0)
		rc = bdl_ledger_add(store, &entry, err);
	if (rc == 0)
		rc = bdl_store_commit(store, err);
	if (store)
		bdl_store_rollback(store);
	return rc;
}

/* So that the scribe, which looks at the file, does not enter it once more. */
static int lists_enter(const struct bdl_conf *conf, const char *fresh, const struct bdl_map *map,
    const char *by, struct bdl_err *err)
{
	struct bdl_store *store BDL_AUTO(bdl_store_close) = NULL;
	struct bdl_lists *lists BDL_AUTO(bdl_lists_close) = NULL;
	char host[BDL_DATA_HOST_MAX] = "";
	bool is_news;

	int rc = conf->store[0] ? bdl_data_host(conf, host, err) : 0;
	if (rc == 0)
		rc = bdl_lists_open(fresh, &lists, err);
	if (rc == 0)
		rc = bdl_data_store(conf, &store, err);
	if (rc == 0)
		rc = bdl_store_begin(store, err);
	if (rc < 0)
		return rc;
	const struct bdl_lists_news news = {
		.host = host,
		.digest = bdl_digest_of(map->p, map->n),
		.lists = lists,
		.by = bdl_view_of(by),
		.at_ms = bdl_now_ms(),
	};
	rc = bdl_lists_enter(store, &news, &is_news, err);
	if (rc == 0)
		rc = bdl_store_commit(store, err);
	bdl_store_rollback(store);
	return rc;
}

/*
 * A file of lists that is whole takes its place, once the ledger knows which one it is. Its hosts come
 * before it: who reads both sees by the key which belong together.
 */
static int lists_install(const struct bdl_conf *conf, const struct bdl_list_build *build,
    const char *fresh, const char *path, const char *by, struct bdl_err *err)
{
	struct bdl_map map BDL_AUTO_IN(bdl_file_unmap) = { 0 };
	char hosts[BDL_PATH_MAX];

	bdl_conf_path(conf, hosts, sizeof(hosts), "lists/lists.hosts");
	int rc = bdl_hosts_write(build, hosts, bdl_now_ms(), err);
	if (by && rc == 0)
		rc = bdl_file_map(fresh, &map, err);
	if (by && rc == 0)
		rc = lists_enter(conf, fresh, &map, by, err);
	return rc == 0 ? bdl_file_rename(fresh, path, err) : rc;
}

int bdl_publish_lists(
    const struct bdl_conf *conf, struct bdl_list_build *build, const char *by, struct bdl_err *err)
{
	char path[BDL_PATH_MAX], fresh[PATH_MAX];
	struct bdl_lists *before BDL_AUTO(bdl_lists_close) = NULL;
	struct bdl_lists *lists BDL_AUTO(bdl_lists_close) = NULL;
	bdl_conf_path(conf, path, sizeof(path), "lists");
	int rc = bdl_file_mkdirs(path, err);
	bdl_conf_path(conf, path, sizeof(path), "lists/lists.map");
	/* None at first, and one that cannot be read is replaced by one that can. */
	bool replaces = bdl_lists_open(path, &before, NULL) == 0;
	if (rc == 0)
		rc = bdl_file_beside(path, fresh, err);
	if (rc < 0)
		return rc;
	rc = bdl_list_build_write(build, fresh, bdl_now_ms(), err);
	if (rc == 0)
		rc = lists_install(conf, build, fresh, path, by, err);
	if (rc < 0)
		(void)unlink(fresh); /* it may never have been made */
	if (rc == 0)
		rc = bdl_lists_open(path, &lists, err);
	if (rc < 0)
		return rc;
	printf("the lists now have %llu domains in %u categories",
	    (unsigned long long)bdl_lists_domains(lists), bdl_lists_categories(lists));
	if (bdl_lists_urls(lists) > 0)
		printf(", %llu pages", (unsigned long long)bdl_lists_urls(lists));
	if (bdl_lists_nets(lists) > 0)
		printf(", %llu networks", (unsigned long long)bdl_lists_nets(lists));
	putchar('\n');
	say_empty(lists);
	if (replaces)
		say_lost(before, lists);
	return 0;
}
