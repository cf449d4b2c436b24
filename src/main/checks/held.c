/*
 * What checks go by: the documents and lists in force, and how all stands. And whether the doors hold
 * the same, for what differs only meanwhile is no failure.
 */
#include "base/alloc.h"
#include "base/clock.h"
#include "base/hash.h"
#include "main/checks/checks_int.h"
#include "main/data.h"
#include "main/status.h"
#include "record/policies/force.h"
#include "sys/file.h"

#include <stdlib.h>
#include <unistd.h>

#define MEMORY    ((size_t)64 * 1024 * 1024)
#define TRIES_MAX 5    /* of one result, where something goes by */
#define NAP_MS    200  /* between two looks at the doors */
#define PAUSE_MS  1000 /* before something that goes by is asked again */

struct bdl_checking *bdl_checking_new(const struct bdl_conf *conf)
{
	struct bdl_checking *c = bdl_xalloc(sizeof(*c));

	c->conf = conf;
	c->region = bdl_region_new(MEMORY);
	c->looked = bdl_region_new(BDL_STATUS_MEMORY);
	c->patience_ms = BDL_CHECKS_PATIENCE_MS;
	return c;
}

static void let_go(struct bdl_checking *c)
{
	bdl_hosts_close(bdl_steal(&c->hosts));
	bdl_lists_close(bdl_steal(&c->lists));
	bdl_networks_free(bdl_steal(&c->networks));
	bdl_scanner_free(bdl_steal(&c->scanner));
	bdl_phrases_close(bdl_steal(&c->phrases));
	if (c->ruleset != c->asking)
		bdl_ruleset_free(c->ruleset);
	c->ruleset = NULL;
	c->samples = NULL;
}

void bdl_checking_free(struct bdl_checking *c)
{
	if (!c)
		return;
	bdl_asker_end(c->asker);
	let_go(c);
	bdl_ruleset_free(c->asking);
	bdl_store_close(c->store);
	explicit_bzero(c->key, sizeof(c->key));
	bdl_region_free(c->looked);
	bdl_region_free(c->region);
	free(c);
}

/* --- reading --- */

/*
 * Lists that cannot be read are none, which checks find. Their hosts are of the same lists or left
 * out.
 */
static void open_lists(struct bdl_checking *c)
{
	char path[BDL_PATH_MAX];

	bdl_conf_path(c->conf, path, sizeof(path), "lists/lists.map");
	if (bdl_lists_open(path, &c->lists, NULL) < 0)
		return;
	bdl_catmap_make(c->lists, c->ruleset, &c->map);
	bdl_conf_path(c->conf, path, sizeof(path), "lists/lists.hosts");
	if (bdl_hosts_open(path, &c->hosts, NULL) == 0 &&
	    bdl_hosts_key(c->hosts) != bdl_lists_key(c->lists))
		bdl_hosts_close(bdl_steal(&c->hosts));
}

/* A number that changes with what is in force, seen by the files alone. */
static uint64_t stamp_of(const struct bdl_conf *conf)
{
	static const char *const names[] = { "force/manifest", "lists/lists.map",
		"lists/lists.hosts", "networks/networks.csv", "phrases/phrases.map" };
	struct bdl_file_id ids[BDL_ARRAY_LEN(names)];
	char path[BDL_PATH_MAX];

	for (size_t i = 0; i < BDL_ARRAY_LEN(names); i++) {
		bdl_conf_path(conf, path, sizeof(path), "%s", names[i]);
		(void)bdl_file_id(path, &ids[i]); /* zeroed where it is not there */
	}
	return bdl_hash64(ids, sizeof(ids), 0);
}

/* All anew. A conflict is a file that is just being replaced. */
static int read_all(struct bdl_checking *c, struct bdl_err *err)
{
	struct bdl_ruleset *ruleset BDL_AUTO(bdl_ruleset_free) = NULL;
	BDL_AUTO(bdl_roll_free) struct bdl_roll *roll = NULL;
	char path[BDL_PATH_MAX];

	c->stamp = stamp_of(c->conf);
	bdl_conf_path(c->conf, path, sizeof(path), "force");
	int rc = bdl_force_read(path, &ruleset, &roll, err);
	if (rc < 0)
		return rc;
	let_go(c);
	c->ruleset = bdl_steal(&ruleset);
	bdl_conf_path(c->conf, path, sizeof(path), "networks/networks.csv");
	if (bdl_networks_read(path, &c->networks, NULL) < 0)
		c->networks = NULL; /* as the doors do */
	open_lists(c);
	bdl_conf_path(c->conf, path, sizeof(path), "phrases/phrases.map");
	c->phrases_mark = bdl_phrases_mark_of(path);
	/* Made by the doors: where it is not there, none has run. */
	bdl_conf_path(c->conf, path, sizeof(path), BDL_PROBE_KEY_FILE);
	c->has_key = access(path, R_OK) == 0 && bdl_token_key(path, c->key, NULL) == 0;
	bdl_region_reset(c->looked);
	return bdl_status_of(c->conf, c->looked, &c->status, err);
}

/* --- waiting --- */

static bool door_holds(const struct bdl_checking *c, const struct bdl_status_process *door)
{
	uint64_t policies = bdl_digest_mark(bdl_ruleset_version(c->ruleset));
	uint64_t lists = c->lists ? bdl_lists_mark(c->lists) : 0;

	/* Where the phrases are gone a door keeps those that it has, for as long as it runs. */
	return door->state == BDL_STATE_UP && door->counters[BDL_COUNT_RULESET] == policies &&
	    door->counters[BDL_COUNT_LISTS] == lists &&
	    (c->phrases_mark == 0 || door->counters[BDL_COUNT_PHRASES] == c->phrases_mark);
}

/* Whether the store, the files and each door that runs have the same in force. */
static bool doors_hold(const struct bdl_checking *c)
{
	const struct bdl_status *s = &c->status;
	uint64_t policies = bdl_digest_mark(bdl_ruleset_version(c->ruleset));
	bool is_so = s->store_fault || bdl_digest_mark(&s->ruleset) == policies;

	for (size_t i = 0; i < s->n_processes && is_so && s->supervisor; i++)
		is_so = !s->processes[i].is_door || door_holds(c, &s->processes[i]);
	return is_so;
}

static void nap(struct bdl_checking *c, int64_t ms)
{
	(void)usleep((useconds_t)ms * 1000); /* only a nap */
	c->patience_ms -= ms;
}

/* Read all, and again until the doors hold it or so much patience is left. */
static int read_what_doors_hold(struct bdl_checking *c, int64_t left_ms, struct bdl_err *err)
{
	int rc = read_all(c, err);

	while ((rc == BDL_E_CONFLICT || (rc == 0 && !doors_hold(c))) && c->patience_ms > left_ms) {
		nap(c, NAP_MS);
		rc = read_all(c, err);
	}
	return rc;
}

int bdl_checking_open(struct bdl_checking *c, struct bdl_err *err)
{
	int rc = read_what_doors_hold(c, BDL_CHECKS_PATIENCE_MS / 2, err);

	if (rc == BDL_E_MISSING && !c->ruleset)
		return bdl_fail(err, BDL_E_MISSING, "no policy is in force, so nothing is checked");
	if (rc == 0)
		rc = bdl_data_store(c->conf, &c->store, err);
	c->asking = c->ruleset;
	return rc;
}

int bdl_checks_settle(
    struct bdl_checking *c, int tries, bool is_passing, bool *ret_again, struct bdl_err *err)
{
	uint64_t made_by = c->stamp;
	bool was_held = doors_hold(c);

	if (is_passing && tries == TRIES_MAX)
		c->patience_ms = 0; /* it did not go by, and is not waited for another time */
	if (is_passing && c->patience_ms > 0)
		nap(c, PAUSE_MS);
	int rc = read_what_doors_hold(c, 0, err);
	/* Once it is held by all and was so all the time, what was found stands. */
	*ret_again = tries == 1 ||
	    (c->patience_ms > 0 && tries < TRIES_MAX &&
		(is_passing || !was_held || made_by != c->stamp));
	return rc == BDL_E_CONFLICT ? 0 : rc; /* what was read before stays */
}
