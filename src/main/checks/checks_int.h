/* What the files of the checks share. */
#ifndef BDL_MAIN_CHECKS_CHECKS_INT_H
#define BDL_MAIN_CHECKS_CHECKS_INT_H

#include "lists/hosts.h"
#include "main/checks/asker.h"
#include "main/checks/checks.h"
#include "policy/judge.h"
#include "policy/networks.h"
#include "policy/own_checks.h"
#include "policy/roll.h"
#include "record/status/status.h"
#include "scan/scan.h"

#define BDL_CHECK_RESULTS_MAX 512 /* of one rule: groups by places */
#define BDL_CHECK_SAID_MAX    500

/* Where all checks of a run stand. What is NULL is not there. */
struct bdl_checking {
	const struct bdl_conf *conf;
	struct bdl_region *region;
	struct bdl_ruleset *asking;  /* in force when the run began: whose rules `check` are made */
	struct bdl_ruleset *ruleset; /* in force as last read; perhaps the same */
	struct bdl_lists *lists;
	struct bdl_hosts *hosts;
	struct bdl_networks *networks;
	struct bdl_catmap map;
	struct bdl_store *store;
	struct bdl_asker *asker;
	bool has_server; /* of the asker's own, for streams and pages */
	bool has_key;    /* the doors' own: without it no probe is believed */
	uint8_t key[BDL_TOKEN_KEY];
	struct bdl_region *looked; /* of `status`, from look to look */
	struct bdl_status status;  /* as last looked at */
	uint64_t stamp;            /* of the files that were read: others have another */
	int64_t patience_ms;       /* left for waiting, in the whole run */
	bool has_answered;         /* a door, to some question */
	bool is_silent;            /* the proxy used it up and said nothing: it is asked no more */
	struct bdl_phrases *phrases; /* NULL: not needed yet, or none */
	struct bdl_scanner *scanner; /* of them */
	uint64_t phrases_mark;       /* of those that the file has, 0 for none */
	struct bdl_sample *samples;  /* by the ruleset's categories; NULL: not taken yet */
	struct bdl_asked asked;      /* the last answer */
	char probe[BDL_PROBE_ID];    /* the id of what was asked last */
};

/* For whom and where a check is made; empty views as in struct bdl_probe. Texts end with a NUL. */
struct bdl_stand {
	struct bdl_view group; /* or several, with blanks between; empty: nobody knows who it is */
	struct bdl_view place, equipment;
};

/* "pupils at library", cut where it is long. */
#define BDL_CHECK_WHO 128
const char *bdl_stand_text(const struct bdl_stand *stand, char out[BDL_CHECK_WHO]);

/* One result in the making. */
struct bdl_finding_of {
	const struct bdl_rule *rule;
	const char *clause; /* "staff#web.gambling": whose check it is */
	enum bdl_check_outcome outcome;
	int64_t asked;
	bool is_passing;    /* what keeps it from passing may be over soon: it is asked again */
	bool is_unanswered; /* the door did not answer, so asking more of it is of no use */
	struct bdl_buf said, mend;
};

/* The first that did not pass decides; what comes later is said behind it. */
void bdl_finding_add(struct bdl_finding_of *f, enum bdl_check_outcome outcome, const char *mend,
    const char *fmt, ...) BDL_PRINTF(4, 5);

/* --- held.c: what checks go by --- */

struct bdl_checking *bdl_checking_new(const struct bdl_conf *conf);
void bdl_checking_free(struct bdl_checking *c); /* takes NULL */
BDL_DEFINE_AUTO(struct bdl_checking, bdl_checking_free);

/*
 * Read all that is in force, and wait until all doors hold it, half the run's patience at most.
 * BDL_E_MISSING where no policy is in force.
 */
int bdl_checking_open(struct bdl_checking *c, struct bdl_err *err) BDL_MUST_USE;

/*
 * After a result that did not pass, the `tries`th of the same: read anew what is in force, and wait
 * until all doors hold it, or the run's patience is at an end. *ret_again: whether it is to be
 * made again, which is so once at least, and for as long as something changes or goes by.
 */
int bdl_checks_settle(struct bdl_checking *c, int tries, bool is_passing, bool *ret_again,
    struct bdl_err *err) BDL_MUST_USE;

/* --- samples.c: whose place a probe takes --- */

/* Some hosts that the lists have in a category, others in each run. */
#define BDL_SAMPLE_MAX 16
struct bdl_sample {
	struct bdl_view hosts[BDL_SAMPLE_MAX]; /* in the lists' bytes */
	uint64_t n;                            /* that there are in all */
};

/* Of that category of the ruleset; NULL where no lists are there. */
const struct bdl_sample *bdl_checks_sample(struct bdl_checking *c, unsigned category);

/* --- ask.c: asking the door --- */

/* What the documents say, by what the lists say of that page. */
struct bdl_expected {
	struct bdl_verdict verdict;
	struct bdl_catset categories; /* in the ruleset's numbers */
	char text[256];               /* as bdl_probe_verdict writes it */
};
void bdl_checks_expect(struct bdl_checking *c, const struct bdl_stand *stand, struct bdl_view host,
    struct bdl_view path, struct bdl_expected *ret);

/* The same of a page that is in this category alone, whether a list has any or not. */
void bdl_checks_expect_category(struct bdl_checking *c, const struct bdl_stand *stand,
    unsigned category, struct bdl_expected *ret);

/* The same of a page of the test host whose text came to these scores, by the names of c->phrases. */
void bdl_checks_expect_text(struct bdl_checking *c, const struct bdl_stand *stand,
    const struct bdl_scan_result *result, struct bdl_expected *ret);

/*
 * Ask through the proxy in place of that host (empty: the test host's own). true: the door
 * answered, and what it said is in c->asked. false: that is in the finding already, or in *err with
 * a code.
 */
bool bdl_checks_ask(struct bdl_checking *c, const struct bdl_stand *stand, struct bdl_view host,
    const char *scheme, const char *path, struct bdl_finding_of *f, struct bdl_err *err);

/*
 * Likewise for what the asker serves itself: a stream, and a page (HTML, of at most BDL_ASKER_PAGE bytes)
 * that is judged as the test host's. true, too, where it came without a word of a door's, with status 200.
 */
bool bdl_checks_stream(struct bdl_checking *c, const struct bdl_stand *stand,
    struct bdl_finding_of *f, struct bdl_err *err);
bool bdl_checks_page(struct bdl_checking *c, const struct bdl_stand *stand, struct bdl_view page,
    struct bdl_finding_of *f, struct bdl_err *err);

/* Whether the proxy can reach what the asker serves: one probe. false: as above. */
bool bdl_checks_reach_server(struct bdl_checking *c, const struct bdl_stand *stand,
    struct bdl_finding_of *f, struct bdl_err *err);

/*
 * --- what is checked: each adds to the finding; errors are the store's, or of the asker's end ---
 */

typedef int bdl_check_fn(struct bdl_checking *c, const struct bdl_stand *stand,
    struct bdl_finding_of *f, struct bdl_err *err);

/* web.c */
bdl_check_fn bdl_check_filter, bdl_check_help_lines, bdl_check_block_page, bdl_check_safe_search,
    bdl_check_streams, bdl_check_journal, bdl_check_doors;
/* texts.c */
bdl_check_fn bdl_check_texts;
/* Whether a rule keeps them from some page by its text, and that can be tried. */
bool bdl_checks_try_texts(struct bdl_checking *c, const struct bdl_stand *stand);
/* dns.c */
bdl_check_fn bdl_check_dns;
/* state.c */
bdl_check_fn bdl_check_lists, bdl_check_illegal_list, bdl_check_illegal_test, bdl_check_backup,
    bdl_check_restore;

#endif
