/*
 * The portal's pages, without a socket: a store is made as the scribe and the commands make it, then
 * read through bdl_portal_answer. Each test begins with an empty store: begin and end are its set-up
 * and its end.
 */
#ifndef BDL_TESTS_PORTAL_ASKED_H
#define BDL_TESTS_PORTAL_ASKED_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "lists/compile.h"
#include "lists/illegal.h"
#include "policy/judge.h"
#include "portal/assets.h"
#include "portal/request.h"
#include "record/acts/acts.h"
#include "record/policies/drafts.h"
#include "record/policies/force.h"
#include "record/policies/versions.h"
#include "record/visits/visits_int.h"
#include <sodium.h>
#include <stdio.h>
#include <unistd.h>

static const char staff[] = "---\n"
			    "title: Using <ICT> & more\n"
			    "school: North\"gate School\n"
			    "owner: data protection officer\n"
			    "approver: full governing body\n"
			    "review: every 12 months\n"
			    "binds: staff, volunteers\n"
			    "---\n"
			    "# ICT\n\n"
			    "## 2.2 Gambling {#web.gambling}\n\n"
			    "You do not gamble here.\n\n"
			    "```rules\n"
			    "block web to category gambling\n"
			    "  tell technicians\n"
			    "```\n\n"
			    "## 2.3 Leisure {#web.leisure}\n\n"
			    "Not in lessons.\n\n"
			    "```rules\n"
			    "coach web to host games.example\n"
			    "  unless by volunteers\n"
			    "```\n\n"
			    "<script>alert(1)</script>\n";

static char folder[64], store_path[96], lists_path[96];
static struct bdl_digest version;
static int64_t start_ms;

static inline struct bdl_store *open_store(void)
{
	struct bdl_store *s;
	struct bdl_err err;
	if (bdl_store_open(store_path, BDL_STORE_WRITE, &s, &err) < 0)
		fail_msg("%s", err.text);
	return s;
}

/* Approve the text as the policy "staff"; without a second person nothing comes into force. */
static inline void approve_text(const char *text, const char *second, int64_t from_ms)
{
	struct bdl_store *s BDL_AUTO(bdl_store_close) = open_store();
	struct bdl_region *region BDL_AUTO(bdl_region_free) = bdl_region_new(1024 * 1024);
	struct bdl_findings *findings BDL_AUTO(bdl_findings_free) = bdl_findings_new();
	struct bdl_document *d BDL_AUTO(bdl_document_free) = NULL;
	const struct bdl_approval approval = { .minute = BDL_LIT("FGB <12>"),
		.by = BDL_LIT("the clerk"),
		.first = BDL_LIT("A. <Head>"),
		.second = bdl_view_of(second),
		.from_ms = from_ms };
	struct bdl_version_row row;
	struct bdl_err err;

	if (bdl_document_parse(bdl_view_of(text), findings, &d, &err) < 0 ||
	    bdl_versions_publish(s, BDL_LIT("staff"), d, &approval, start_ms, &row, region, &err) <
		0)
		fail_msg("%s", err.text);
}

static inline void publish_text(const char *text)
{
	struct bdl_ruleset *rs BDL_AUTO(bdl_ruleset_free) = NULL;
	const struct bdl_source source = { BDL_LIT("staff"), bdl_view_of(text) };
	struct bdl_err err;

	approve_text(text, "B. Chair", 0);
	if (bdl_ruleset_new(&source, 1, &rs, &err) < 0)
		fail_msg("%s", err.text);
	version = *bdl_ruleset_version(rs);
}

static inline void publish(void)
{
	publish_text(staff);
}

/* An act of the staff; fields that differ are set by the caller. */
static inline struct bdl_act act_of(const char *host, enum bdl_action action, const char *clause)
{
	struct bdl_civil local = bdl_civil_local(start_ms);

	return (struct bdl_act){
		.at_ms = start_ms,
		.door = BDL_DOOR_WEB,
		.kind = BDL_KIND_PAGE,
		.action = action,
		.known = true,
		.minute = (uint16_t)local.minute,
		.weekday = (uint8_t)local.weekday,
		.version = version,
		.person = BDL_LIT("t.ashdown"),
		.groups = BDL_LIT("staff"),
		.address = BDL_LIT("10.0.0.7"),
		.method = BDL_LIT("GET"),
		.scheme = BDL_LIT("https"),
		.host = bdl_view_of(host),
		.path = BDL_LIT("/"),
		.policy = clause[0] ? BDL_LIT("staff") : BDL_LIT(""),
		.clause = bdl_view_of(clause),
	};
}

static inline void add(const struct bdl_act *a)
{
	struct bdl_store *s BDL_AUTO(bdl_store_close) = open_store();
	struct bdl_err err;
	if (bdl_store_begin(s, &err) < 0 || bdl_acts_add(s, a, &err) < 0 ||
	    bdl_store_commit(s, &err) < 0)
		fail_msg("%s", err.text);
}

/* --- asking --- */

static inline struct bdl_reply ask(
    struct bdl_worker *w, const char *target, const char *host, bool reads)
{
	struct bdl_view rest = bdl_view_of(target), path, pair, name;
	struct bdl_request r = {
		.reads = reads,
		.host = bdl_view_of(host),
		.now_ms = start_ms + 1000,
	};
	struct bdl_reply reply;
	struct bdl_err err;

	(void)bdl_view_cut(&rest, '?', &path);
	r.path = path;
	while (bdl_view_cut(&rest, '&', &pair)) {
		(void)bdl_view_cut(&pair, '=', &name);
		r.queries[r.n_queries++] = (struct bdl_query){ name, pair };
	}
	bdl_portal_answer(w, &r, &reply, &err);
	if (reply.status >= 500)
		print_message("%s: %s\n", target, err.text);
	return reply;
}

/* The page at `target` has this status, and every one of these texts; '!' before one: not this. */
static inline void expect(const char *target, unsigned status, const char *const *wants)
{
	const struct bdl_site site = {
		.dir = folder, .store_path = store_path, .lists_path = lists_path
	};
	struct bdl_worker *w BDL_AUTO(bdl_worker_free) = bdl_worker_new(&site);
	struct bdl_reply reply = ask(w, target, "localhost:8080", true);
	char *body BDL_AUTO_FREE =
	    bdl_xview_dup(reply.fixed.n ? reply.fixed : bdl_buf_view(&reply.body));

	bdl_buf_done(&reply.body);
	if (reply.status != status)
		fail_msg("%s: got %u, want %u", target, reply.status, status);
	for (; *wants; wants++) {
		bool not_this = (*wants)[0] == '!';
		const char *text = *wants + not_this;
		if ((strstr(body, text) != NULL) == not_this)
			fail_msg("%s: %s '%s' in:\n%s", target, not_this ? "there is" : "no", text,
			    body);
	}
}
#define EXPECT(target, status, ...) \
	expect(target, status, (const char *const[]){ __VA_ARGS__, NULL })

/* --- before and after a test --- */

static inline int begin(void **state)
{
	(void)state;
	snprintf(folder, sizeof(folder), "/tmp/test_portal.XXXXXX");
	if (!mkdtemp(folder))
		return -1;
	snprintf(store_path, sizeof(store_path), "%s/store.db", folder);
	snprintf(lists_path, sizeof(lists_path), "%s/lists.map", folder);
	start_ms = bdl_now_ms();
	bdl_store_close(open_store());
	return 0;
}

static inline int end(void **state)
{
	static const char *const names[] = { "", "-wal", "-shm" };
	char path[128];
	(void)state;
	for (size_t i = 0; i < BDL_ARRAY_LEN(names); i++) {
		snprintf(path, sizeof(path), "%s%s", store_path, names[i]);
		(void)unlink(path); /* SQLite may have removed it */
	}
	(void)unlink(lists_path); /* few tests make it, nor what follows */
	snprintf(path, sizeof(path), "%s/illegal.map", folder);
	(void)unlink(path);
	snprintf(path, sizeof(path), "%s/illegal.key", folder);
	(void)unlink(path);
	return rmdir(folder);
}

#endif
