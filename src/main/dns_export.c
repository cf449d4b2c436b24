#include "main/dns_export.h"

#include "base/alloc.h"
#include "base/clock.h"
#include "doors/dns/answers.h"
#include "main/data.h"
#include "sys/file.h"

#include <stdio.h>
#include <string.h>

void bdl_dns_exported_done(struct bdl_dns_exported *done)
{
	bdl_buf_done(&done->remarks);
	bdl_buf_done(&done->changes);
}

void bdl_dns_zone_path(const struct bdl_conf *conf, char *out)
{
	bdl_conf_path(conf, out, BDL_PATH_MAX, "dns/" BDL_DNS_ORIGIN);
}

/* --- what it is made of --- */

/* *ret stays NULL where no list was ever compiled. */
static int open_hosts(const struct bdl_conf *conf, struct bdl_hosts **ret, struct bdl_err *err)
{
	BDL_AUTO(bdl_lists_close) struct bdl_lists *lists = NULL;
	BDL_AUTO(bdl_hosts_close) struct bdl_hosts *hosts = NULL;
	char path[BDL_PATH_MAX];

	bdl_conf_path(conf, path, sizeof(path), "lists/lists.map");
	int rc = bdl_lists_open(path, &lists, err);
	if (rc == BDL_E_MISSING)
		return 0;
	if (rc < 0)
		return rc;
	bdl_conf_path(conf, path, sizeof(path), "lists/lists.hosts");
	rc = bdl_hosts_open(path, &hosts, err);
	/* A lists file without entries is made for the list of illegal content alone. */
	if (rc == BDL_E_MISSING && bdl_lists_categories(lists) == 0)
		return 0;
	if (rc == BDL_E_MISSING)
		return bdl_fail(err, BDL_E_MISSING,
		    "'%s' is not there; compile the lists again, and it will be", path);
	if (rc == 0 && bdl_hosts_key(hosts) != bdl_lists_key(lists))
		rc = bdl_fail(err, BDL_E_CONFLICT,
		    "'%s' belongs to other lists; try again, and if it stays so compile them",
		    path);
	if (rc == 0)
		*ret = bdl_steal(&hosts);
	return rc;
}

static struct bdl_digest state_of(
    const struct bdl_conf *conf, const struct bdl_ruleset *ruleset, const struct bdl_hosts *hosts)
{
	struct {
		char form[8];
		struct bdl_digest version, answers;
		uint64_t key, n_page;
		uint8_t page[BDL_CONF_PAGES_MAX][BDL_IP_SIZE];
	} s;

	memset(&s, 0, sizeof(s));
	memcpy(s.form, "zone 1\n", sizeof(s.form));
	s.version = *bdl_ruleset_version(ruleset);
	s.answers = bdl_dns_answers_digest();
	s.key = hosts ? bdl_hosts_key(hosts) : 0;
	s.n_page = conf->n_dns_page;
	memcpy(s.page, conf->dns_page, conf->n_dns_page * sizeof(s.page[0]));
	return bdl_digest_of(&s, sizeof(s));
}

/* --- the zone that is there --- */

struct before {
	struct bdl_map map;
	struct bdl_dns_head head;
	bool is_there;
};

static void before_done(struct before *b)
{
	bdl_file_unmap(&b->map);
}

static struct bdl_view view_of(const struct bdl_map *map)
{
	return bdl_view_at((const char *)map->p, map->n);
}

static int before_open(const char *path, struct before *ret, struct bdl_err *err)
{
	int rc = bdl_file_map(path, &ret->map, err);

	if (rc == BDL_E_MISSING)
		return 0;
	if (rc < 0)
		return rc;
	ret->is_there = bdl_dns_head_parse(view_of(&ret->map), &ret->head);
	return ret->is_there
	    ? 0
	    : bdl_fail(err, BDL_E_CONFLICT, "'%s' is there and is no zone of Beadle's", path);
}

/* It has to grow, and to look like a date to whoever compares it with others. */
static uint32_t next_serial(const struct before *b)
{
	uint32_t now = (uint32_t)(bdl_now_ms() / 1000);

	return b->is_there && b->head.serial >= now ? b->head.serial + 1 : now;
}

/* --- making --- */

static int compare(const struct bdl_writer *w, const struct before *b, struct bdl_dns_exported *ret,
    struct bdl_err *err)
{
	BDL_AUTO_IN(bdl_file_unmap) struct bdl_map map = { 0 };
	struct bdl_dns_head head = { 0 };

	if (!b->is_there) { /* a zone of gigabytes need not be read to know that all of it is new */
		ret->change.added = ret->count.blocked + ret->count.passed + ret->count.answered;
		return 0;
	}
	int rc = bdl_file_map(w->beside, &map, err);
	if (rc < 0)
		return rc;
	BDL_BUG_IF(!bdl_dns_head_parse(view_of(&map), &head)); /* we have just written it */
	bdl_dns_compare(b->head.names, head.names, BDL_DNS_LINES_MAX, &ret->changes, &ret->change);
	return 0;
}

static int make(const struct bdl_conf *conf, const struct bdl_dns_export *what,
    const struct bdl_dns_names *names, const struct bdl_hosts *hosts, const struct before *b,
    struct bdl_dns_exported *ret, struct bdl_err *err)
{
	BDL_AUTO(bdl_writer_close) struct bdl_writer *w = NULL;
	const struct bdl_dns_zone zone = {
		.serial = next_serial(b),
		.state = state_of(conf, what->ruleset, hosts),
		.remarks = bdl_buf_view(&ret->remarks),
		.page = conf->dns_page,
		.n_page = conf->n_dns_page,
	};

	ret->is_fresh =
	    !what->only_looks && b->is_there && bdl_digest_eq(&zone.state, &b->head.state);
	if (ret->is_fresh) {
		ret->serial = b->head.serial;
		return 0;
	}
	ret->serial = zone.serial;
	int rc = bdl_writer_open(what->path, 0644, &w, err);
	if (rc == 0)
		rc = bdl_dns_zone_write(names, hosts, &zone, w, &ret->count, err);
	if (rc == 0)
		rc = bdl_writer_finish(w, err);
	if (rc == 0)
		rc = compare(w, b, ret, err);
	return rc < 0 || what->only_looks ? rc : bdl_writer_commit(w, err);
}

int bdl_dns_look(const struct bdl_conf *conf, const struct bdl_ruleset *ruleset,
    const struct bdl_hosts *hosts, struct bdl_dns_stand *ret, struct bdl_err *err)
{
	BDL_AUTO_IN(before_done) struct before before = { 0 };
	char path[BDL_PATH_MAX];

	bdl_dns_zone_path(conf, path);
	int rc = before_open(path, &before, err);
	if (rc < 0)
		return rc;
	struct bdl_digest state = state_of(conf, ruleset, hosts);
	*ret = (struct bdl_dns_stand){
		.is_there = before.is_there,
		.is_fresh = before.is_there && bdl_digest_eq(&state, &before.head.state),
		.serial = before.head.serial,
	};
	return 0;
}

int bdl_dns_export(const struct bdl_conf *conf, const struct bdl_dns_export *what,
    struct bdl_dns_exported *ret, struct bdl_err *err)
{
	BDL_AUTO(bdl_hosts_close) struct bdl_hosts *hosts = NULL;
	BDL_AUTO_FREE struct bdl_dns_names *names = bdl_xalloc(sizeof(*names));
	BDL_AUTO_IN(before_done) struct before before = { 0 };

	*ret = (struct bdl_dns_exported){
		.remarks = BDL_BUF(BDL_DNS_SAID_MAX),
		.changes = BDL_BUF(BDL_DNS_SAID_MAX),
	};
	int rc = open_hosts(conf, &hosts, err);
	if (rc == 0)
		rc = bdl_dns_names_make(what->ruleset, hosts, names, err);
	if (rc == 0)
		rc = before_open(what->path, &before, err);
	if (rc < 0)
		return rc;
	bdl_dns_names_write(names, &ret->remarks);
	if (bdl_buf_broken(&ret->remarks))
		return bdl_fail(err, BDL_E_LIMIT, "there is too much to say of the rules");
	ret->was_there = before.is_there;
	return make(conf, what, names, hosts, &before, ret, err);
}
