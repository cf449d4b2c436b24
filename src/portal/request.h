/*
 * A request and its reply, apart from any socket: what the pages are written against and what the
 * tests call.
 *
 * A page function reads the request, fills a view in the request's region and writes the reply's
 * body. It returns 0, BDL_E_MISSING (the page says that there is no such thing), BDL_E_INVALID with
 * `fault` set (the page says what is wrong with the address) or another error (the page says nothing
 * internal; the process logs it).
 */
#ifndef BDL_PORTAL_REQUEST_H
#define BDL_PORTAL_REQUEST_H

#include "base/buf.h"
#include "base/err.h"
#include "base/region.h"
#include "policy/roll.h"
#include "policy/ruleset.h"
#include "record/store/store.h"
#include "sys/board.h"

#define BDL_REQUEST_MEMORY (48 * 1024 * 1024) /* of a request's region */
#define BDL_REPLY_MAX      (8 * 1024 * 1024)
#define BDL_QUERIES_MAX    16 /* further ones are not looked at */
#define BDL_PATH_ARGS_MAX  2
#define BDL_LOOKED_MAX     64 /* people that one page tells of by name: no list is longer */

/* What all requests share; it outlives them. */
struct bdl_site {
	const char *dir; /* the data folder */
	const char *store_path;
	const char *lists_path;
	const char *metrics_token; /* of who may read /metrics; empty or NULL: nobody may */
	struct bdl_seen *seen;     /* NULL: each worker has its own */
	struct bdl_board *board;   /* NULL: there is none to show */
	struct bdl_looks *looks;   /* NULL: who looks is not recorded, which is for tests */
};

struct bdl_issues; /* issues_int.h */
struct bdl_looks;  /* portal/looks.h */
struct bdl_seen;   /* portal/seen.h */

/* What one thread keeps from request to request. */
struct bdl_worker;

struct bdl_worker *bdl_worker_new(const struct bdl_site *site);
void bdl_worker_free(struct bdl_worker *w); /* takes NULL */
BDL_DEFINE_AUTO(struct bdl_worker, bdl_worker_free);

struct bdl_query {
	struct bdl_view name, value; /* decoded */
};

struct bdl_request {
	/* Set by who takes it in. */
	bool reads;                    /* GET or HEAD */
	struct bdl_view host;          /* the field, as it was sent; empty where it was not */
	struct bdl_view authorization; /* likewise */
	/* Sec-Fetch-Site and -Dest: what a browser says of who asks, and for what; empty without one. */
	struct bdl_view fetch_site, fetch_dest;
	struct bdl_view path; /* decoded, without the query */
	struct bdl_query queries[BDL_QUERIES_MAX];
	size_t n_queries;
	int64_t now_ms;

	/* Set by bdl_portal_answer. */
	const struct bdl_site *site;
	struct bdl_region *region;
	struct bdl_store *store;
	struct bdl_err unopened; /* why there is no store, for pages that do without one */
	/* Of the policies in force and the law; NULL: no store. */
	const struct bdl_ruleset *ruleset;
	struct bdl_issues *issues;
	struct bdl_seen *seen;
	const struct bdl_roll *roll; /* who people are; NULL where there is none */
	const char *fault;           /* with BDL_E_INVALID: what is wrong with the address */
	struct bdl_view school;
	struct bdl_view args[BDL_PATH_ARGS_MAX]; /* what stood for '*' in the route */

	/*
	 * Set by pages that show people's records: whose, and whether the address asks for some
	 * people and not for whoever comes first.
	 */
	struct bdl_view looked[BDL_LOOKED_MAX];
	size_t n_looked;
	bool asks_for_people;
};

enum bdl_keeping { BDL_KEEP_NOT, BDL_KEEP_FOR_EVER };

struct bdl_reply {
	unsigned status;
	const char *type;
	enum bdl_keeping keeping;
	struct bdl_view fixed; /* bytes that live as long as the program, in place of the body */
	struct bdl_buf body;
};

/*
 * Answer: always fills *ret, with an error page where need be. The reply's body is the caller's to
 * free; its texts do not depend on the request. *ret_err says what an error page does not.
 */
void bdl_portal_answer(
    struct bdl_worker *w, struct bdl_request *r, struct bdl_reply *ret, struct bdl_err *ret_err);

/* The value of that name, without outer spaces; empty where there is none. */
struct bdl_view bdl_request_query(const struct bdl_request *r, const char *name);

/* The same as a number from 1; 0 where it is none. */
int64_t bdl_request_number(const struct bdl_request *r, const char *name);

/* Say that this person's records are shown; who is empty or there already is left out. */
void bdl_request_looked(struct bdl_request *r, struct bdl_view person);

/*
 * Whether a page of another site asks, behind its reader's back: for a picture, a frame, by a script. A
 * link that somebody follows is their own doing.
 */
bool bdl_request_is_foreign(const struct bdl_request *r);

/* Whether the Host field names this machine: localhost, 127.0.0.0/8 or ::1, with any port. */
bool bdl_host_is_loopback(struct bdl_view host);

#endif
