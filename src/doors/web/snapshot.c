#include "doors/web/snapshot.h"
#include "base/alloc.h"
#include "base/clock.h"
#include "policy/facts.h"
#include "record/policies/force.h"
#include <inttypes.h>

static void describe(struct bdl_snapshot *s)
{
	static const char *const months[] = { "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul",
		"Aug", "Sep", "Oct", "Nov", "Dec" };
	char hex[BDL_DIGEST_HEX] = "none", roll[BDL_DIGEST_HEX] = "none";
	char lists[40] = "no lists";
	int64_t made_ms = s->lists ? bdl_lists_made_ms(s->lists) : 0;

	if (s->in_force)
		bdl_digest_hex(&s->version, hex);
	if (s->roll)
		bdl_digest_hex(bdl_roll_digest(s->roll), roll);
	if (s->lists) {
		struct bdl_civil c = bdl_civil_local(made_ms);
		(void)snprintf(
		    lists, sizeof(lists), "lists of %d %s", c.day, months[(c.month - 1) % 12]);
	}
	/* Both fit: at most 8 + 1 + 6 + 1 + 16 characters, and 7 + 8 + 2 + 39 + 12. */
	uint64_t mark =
	    (s->lists ? bdl_lists_mark(s->lists) : 0) ^ (s->reader ? s->reader->mark : 0);
	bool lacks_phrases = (bdl_ruleset_asked(s->ruleset) & BDL_TOLD(PHRASES)) && !s->reader;
	(void)snprintf(s->istag, sizeof(s->istag), "%.8s-%.6s-%" PRIx64, hex, roll, mark);
	(void)snprintf(s->summary, sizeof(s->summary), "policy %.8s, %s%s", hex, lists,
	    lacks_phrases ? ", NO PHRASES" : "");
}

struct bdl_snapshot *bdl_snapshot_empty(void)
{
	struct bdl_snapshot *s = bdl_xalloc(sizeof(*s));
	for (size_t i = 0; i < BDL_LIST_CATEGORIES_MAX; i++)
		s->map.to[i] = -1;
	/* The law is part of the program, and no input could be wrong. */
	BDL_BUG_IF(bdl_ruleset_new(NULL, 0, &s->ruleset, NULL) < 0);
	describe(s);
	return s;
}

void bdl_snapshot_free(struct bdl_snapshot *s)
{
	if (!s)
		return;
	bdl_ruleset_free(s->ruleset);
	bdl_roll_free(s->roll);
	bdl_lists_close(s->lists);
	bdl_networks_free(s->networks);
	bdl_reader_drop(s->reader);
	free(s);
}

/* The table too: a listed host must not pass because a byte of the disk has turned. */
static int lists_read(const char *path, struct bdl_lists **ret, struct bdl_err *err)
{
	BDL_AUTO(bdl_lists_close) struct bdl_lists *l = NULL;
	int rc = bdl_lists_open(path, &l, err);
	if (rc == 0)
		rc = bdl_lists_verify(l, err);
	if (rc == 0)
		*ret = bdl_steal(&l);
	return rc;
}

static void take_policies(struct bdl_snapshot *s, struct bdl_ruleset *ruleset)
{
	bdl_ruleset_free(s->ruleset);
	s->ruleset = ruleset;
	s->version = *bdl_ruleset_version(ruleset);
	s->in_force = true;
}

bool bdl_snapshot_keeps_words(const struct bdl_rule *rule)
{
	const struct bdl_phrase *keeping = bdl_rule_phrase(rule, BDL_PHRASE_KEEPING);

	return keeping && keeping->manner == BDL_MANNER_WORDS;
}

void bdl_snapshot_take_reader(struct bdl_snapshot *s, struct bdl_snapshot *older)
{
	s->reader = bdl_steal(&older->reader);
	describe(s);
}

/* An absent file is no error. */
static void set_wrong(int rc, const struct bdl_err *err, struct bdl_err *ret)
{
	*ret = rc == 0 || rc == BDL_E_MISSING ? (struct bdl_err){ 0 } : *err;
}

static void read_files(
    const struct bdl_conf *conf, struct bdl_snapshot *s, struct bdl_snapshot_wrong *wrong)
{
	struct bdl_err err = { 0 };
	char path[1024];

	bdl_conf_path(conf, path, sizeof(path), "lists/lists.map");
	set_wrong(lists_read(path, &s->lists, &err), &err, &wrong->lists);
	bdl_conf_path(conf, path, sizeof(path), "networks/networks.csv");
	set_wrong(bdl_networks_read(path, &s->networks, &err), &err, &wrong->networks);
	bdl_conf_path(conf, path, sizeof(path), "phrases/phrases.map");
	set_wrong(bdl_reader_open(path, &s->reader, &err), &err, &wrong->phrases);
}

int bdl_snapshot_read(const struct bdl_conf *conf, struct bdl_snapshot **ret,
    struct bdl_snapshot_wrong *ret_wrong, struct bdl_err *err)
{
	char path[1024];
	struct bdl_snapshot_wrong wrong = { 0 };
	BDL_AUTO(bdl_snapshot_free) struct bdl_snapshot *s = bdl_snapshot_empty();
	struct bdl_ruleset *ruleset = NULL;

	bdl_conf_path(conf, path, sizeof(path), "force");
	int rc = bdl_force_read(path, &ruleset, &s->roll, err);
	if (rc < 0 && rc != BDL_E_MISSING)
		return rc;
	if (ruleset)
		take_policies(s, ruleset);
	read_files(conf, s, &wrong);
	for (size_t i = 0; i < bdl_ruleset_rules(s->ruleset); i++)
		s->keeps_words |=
		    bdl_snapshot_keeps_words(bdl_ruleset_rule(s->ruleset, (uint16_t)i).rule);
	if (s->lists)
		bdl_catmap_make(s->lists, s->ruleset, &s->map);
	describe(s);
	*ret_wrong = wrong;
	*ret = bdl_steal(&s);
	return 0;
}
