/*
 * What is enforced at one moment: the policies in force, the roll, the lists, the networks.
 * Immutable; a new one takes its place whole, between two requests.
 */
#ifndef BDL_DOORS_WEB_SNAPSHOT_H
#define BDL_DOORS_WEB_SNAPSHOT_H

#include "doors/web/reader.h"
#include "lists/lists.h"
#include "policy/networks.h"
#include "policy/roll.h"
#include "policy/ruleset.h"
#include "sys/conf.h"

#define BDL_ISTAG_SIZE 33 /* 32 characters and NUL (RFC 3507 4.7) */

struct bdl_snapshot {
	struct bdl_ruleset *ruleset; /* never NULL; of the law alone where no policy is in force */
	bool in_force;               /* a policy is */
	struct bdl_roll *roll;       /* NULL where none is */
	struct bdl_lists *lists;     /* NULL: none are installed, or they could not be read */
	struct bdl_networks *networks; /* NULL: there is no table, or it could not be read */
	struct bdl_reader *reader;     /* NULL: there are no phrases, or they could not be read */
	bool keeps_words;              /* a rule keeps a line around phrases that were found */
	struct bdl_catmap map;
	struct bdl_digest version;  /* of the policies in force; zero without */
	char istag[BDL_ISTAG_SIZE]; /* changes whenever answers may */
	char summary[80];           /* "policy 3f9a01c2, lists of 21 Nov": for people */
};

/*
 * Reads DIR/force, all of DIR/lists/lists.map and of DIR/phrases/phrases.map; may block, touches
 * nothing shared. Nothing published, no lists, no phrases and no table of networks are no errors. What
 * of these cannot be read is left NULL and says why in *ret_wrong (its codes are 0 otherwise), so that
 * the rules that do not need it still hold. BDL_E_CONFLICT: the files are being replaced, try again.
 */
struct bdl_snapshot_wrong {
	struct bdl_err lists, networks, phrases;
};
int bdl_snapshot_read(const struct bdl_conf *conf, struct bdl_snapshot **ret,
    struct bdl_snapshot_wrong *ret_wrong, struct bdl_err *err) BDL_MUST_USE;

/* Take over an older one's reader, as there is none. */
void bdl_snapshot_take_reader(struct bdl_snapshot *s, struct bdl_snapshot *older);

/* Whether a rule keeps the words around what it was found by. */
bool bdl_snapshot_keeps_words(const struct bdl_rule *rule);

/* Nothing in force but the law: what a door begins with when it can read nothing. */
struct bdl_snapshot *bdl_snapshot_empty(void);

void bdl_snapshot_free(struct bdl_snapshot *s); /* takes NULL */
BDL_DEFINE_AUTO(struct bdl_snapshot, bdl_snapshot_free);

#endif
