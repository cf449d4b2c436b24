/* Every page, of records as they come. */
#include "asked.h"
#include "record/ledger/ledger.h"
#include "record/retention/holds.h"
#include "record/store/store_int.h"

static void an_empty_school_is_told_what_to_do(void **state)
{
	(void)state;
	EXPECT("/", 200, "No policy is in force", "No lists are installed", "Nobody has run into",
	    "Your school", "Sign-in is not built yet", "Everything works.", "Asks for attention: ");
	EXPECT("/acts", 200, "Nothing has been recorded yet", "!<table");
	EXPECT("/violations", 200, "Nobody has run into a rule yet", "!<table");
	EXPECT("/policies", 200, "No policy is in force", "!<table");
}

static void routes_are_what_the_table_says(void **state)
{
	(void)state;
	EXPECT("/health", 200, "ok\n");
	EXPECT("/nothing", 404, "Page not found");
	EXPECT("/acts/", 200, "Acts");
	EXPECT("/acts/1/2", 404, "Page not found");
	EXPECT("/acts/0x1", 404, "Page not found");
	EXPECT("/acts/99999999999999999999", 404, "Page not found");
	EXPECT("/acts/7", 404, "Page not found");
	EXPECT("/acts/495123-17-3", 404, "Page not found");
	EXPECT("/acts/1-2", 404, "Page not found");
	EXPECT("/visits/", 200, "Nothing has been recorded yet");
	EXPECT("/visits/nobody", 200, "No visits on this day", "None on this day");
	EXPECT("/policies/nobody", 404, "Page not found");
	EXPECT("//", 404, "Page not found");
	EXPECT("acts", 404, "Page not found");
	EXPECT("/assets/0000000000000000/app.css", 404, "Page not found");
	EXPECT("/assets/../app.css", 404, "Page not found");
}

static void assets_are_kept_by_their_digest(void **state)
{
	const struct bdl_site site = {
		.dir = folder, .store_path = store_path, .lists_path = lists_path
	};
	struct bdl_worker *w BDL_AUTO(bdl_worker_free) = bdl_worker_new(&site);
	char target[96];

	(void)state;
	assert_int_equal(strlen(bdl_asset_digest("app.css")), 16);
	snprintf(target, sizeof(target), "/assets/%s/app.css", bdl_asset_digest("app.css"));
	struct bdl_reply reply = ask(w, target, "127.0.0.1", true);
	assert_int_equal(reply.status, 200);
	assert_string_equal(reply.type, "text/css; charset=utf-8");
	assert_int_equal(reply.keeping, BDL_KEEP_FOR_EVER);
	assert_true(reply.fixed.n > 10000);
	bdl_buf_done(&reply.body);
	snprintf(
	    target, sizeof(target), "href=\"/assets/%s/app.css\"", bdl_asset_digest("app.css"));
	EXPECT("/", 200, target);
}

static void nothing_can_be_changed(void **state)
{
	const struct bdl_site site = {
		.dir = folder, .store_path = store_path, .lists_path = lists_path
	};
	struct bdl_worker *w BDL_AUTO(bdl_worker_free) = bdl_worker_new(&site);
	(void)state;
	struct bdl_reply reply = ask(w, "/acts", "localhost", false);
	assert_int_equal(reply.status, 405);
	bdl_buf_done(&reply.body);
}

static void only_names_of_this_machine_are_answered(void **state)
{
	static const struct {
		const char *host;
		bool want;
	} hosts[] = {
		{ "localhost", true },
		{ "LocalHost:8080", true },
		{ "127.0.0.1:8080", true },
		{ "127.9.9.9", true },
		{ "[::1]:8080", true },
		{ "[::1]", true },
		{ "", false },
		{ "localhost.evil.example", false },
		{ "127.0.0.1.evil.example", false },
		{ "evil.example:8080", false },
		{ "192.168.1.4:8080", false },
		{ "localhost:", false },
		{ "localhost:99999", false },
		{ "127.0.0.1:80:80", false },
		{ "0.0.0.0:8080", false },
		{ ":8080", false },
		{ "evil.example#localhost", false },
	};
	const struct bdl_site site = {
		.dir = folder, .store_path = store_path, .lists_path = lists_path
	};
	struct bdl_worker *w BDL_AUTO(bdl_worker_free) = bdl_worker_new(&site);

	(void)state;
	for (size_t i = 0; i < BDL_ARRAY_LEN(hosts); i++) {
		struct bdl_reply reply = ask(w, "/acts", hosts[i].host, true);
		bdl_buf_done(&reply.body);
		if (reply.status != (hosts[i].want ? 200u : 421u))
			fail_msg("Host '%s': got %u", hosts[i].host, reply.status);
	}
}

static void values_are_shown_as_text(void **state)
{
	(void)state;
	publish();
	struct bdl_act a = act_of("casino.example", BDL_BLOCK, "web.gambling");
	a.person = BDL_LIT("<img src=x onerror=alert(1)>");
	a.path = BDL_LIT("/\"><script>alert(2)</script>");
	a.reason = BDL_LIT("</dd><b>");
	add(&a);
	EXPECT("/acts", 200, "&lt;img src=x onerror=alert(1)&gt;",
	    "/&quot;&gt;&lt;script&gt;alert(2)", "!<img src=x", "!<script>alert");
	EXPECT("/acts/1", 200, "&lt;/dd&gt;&lt;b&gt;", "/visits/%3Cimg%20src", "!<script>alert");
	EXPECT("/violations", 200, "&lt;img src=x", "!<img src=x");
	EXPECT("/acts?person=\"><script>", 200, "value=\"&quot;&gt;&lt;script&gt;\"", "!<script>");
	EXPECT("/", 200, "North&quot;gate School", "Using &lt;ICT&gt; &amp; more", "!<ICT>");
	EXPECT("/policies/staff", 200, "You do not gamble here.", "FGB &lt;12&gt;",
	    "A. &lt;Head&gt; and B. Chair", "id=\"web.gambling\"", "!<script>alert");
}

static void filters_choose_and_pages_follow(void **state)
{
	char host[32];
	(void)state;
	publish();
	for (int i = 1; i <= 120; i++) {
		snprintf(host, sizeof(host), "h%03d.example", i);
		struct bdl_act a = act_of(host, BDL_ALLOW, "");
		add(&a);
	}
	struct bdl_act blocked = act_of("casino.example", BDL_BLOCK, "web.gambling");
	blocked.kind = BDL_KIND_DOWNLOAD;
	blocked.person = BDL_LIT("b.okoro");
	add(&blocked);
	struct bdl_act part = act_of("tracker.example", BDL_ALLOW, "");
	part.kind = BDL_KIND_PART;
	add(&part);

	EXPECT("/acts", 200, "casino.example", "h120.example", "h073.example", "!h072.example",
	    "href=\"/acts?after=73-0-0-0-0\"", "!>Newest<", "!Show all acts",
	    "<option value=\"any\" selected>");
	EXPECT("/acts?kind=page", 200, "!casino.example", "h120.example", "h071.example",
	    "!h070.example", "<option value=\"page\" selected>", "Show all acts");
	EXPECT("/acts?after=72-0-0-0-0", 200, "!h072.example", "h071.example", "h022.example",
	    "!h021.example", "after=22-0-0-0-0", ">Newest<");
	EXPECT("/acts?after=22-0-0-0-0", 200, "h021.example", "h001.example", "!Older acts");
	EXPECT("/acts?after=1-0-0-0-0", 200, "There are no older acts");
	EXPECT("/acts?verdict=block&kind=any", 200, "casino.example", "!h120.example",
	    "<option value=\"block\" selected>");
	EXPECT("/acts?verdict=allow", 200, "!casino.example", "h120.example",
	    "verdict=allow&amp;after=");
	EXPECT("/acts?kind=download", 200, "casino.example", "!h120.example");
	EXPECT("/acts?host=h007.example", 200, "h007.example<span", "!casino.example", "!h008");
	EXPECT("/acts?person=b.okoro&kind=any", 200, "casino.example", "!h120.example");
	EXPECT("/acts?person=nobody", 200, "No act fits this", "value=\"nobody\"");
	EXPECT(
	    "/acts?violation=1", 200, "Acts of one violation", "casino.example", "!h120.example");
	EXPECT("/violations", 200, "casino.example", "2.2 Gambling", "!h120.example");
	EXPECT("/", 200, "<strong>122</strong> requests judged", "<strong>1</strong> blocked");
}

/* As the scribe rolls it up. */
static void visit(const struct bdl_act *acts, size_t n)
{
	struct bdl_store *s BDL_AUTO(bdl_store_close) = open_store();
	struct bdl_rollup *rollup BDL_AUTO(bdl_rollup_free) = bdl_rollup_new();
	struct bdl_err err;

	for (size_t i = 0; i < n; i++) {
		assert_true(bdl_visits_take(&acts[i]));
		bdl_rollup_add(rollup, &acts[i]);
	}
	if (bdl_store_begin(s, &err) < 0 || bdl_rollup_store(rollup, s, &err) < 0 ||
	    bdl_store_commit(s, &err) < 0)
		fail_msg("%s", err.text);
}

/* The name of the page load with this path, as its address has it. */
static const char *load_of(const char *path)
{
	static char name[80];
	struct bdl_store *s BDL_AUTO(bdl_store_close) = open_store();
	struct bdl_region *region BDL_AUTO(bdl_region_free) = bdl_region_new(1024 * 1024);
	const struct bdl_visits_filter f = { .limit = 200 };
	struct bdl_load_place next;
	struct bdl_load_row *rows;
	size_t n;

	assert_int_equal(
	    bdl_loads_list(s, &f, (struct bdl_load_place){ 0 }, region, &rows, &n, &next, NULL), 0);
	for (size_t i = 0; i < n; i++)
		if (bdl_view_is(rows[i].act.path, path))
			snprintf(name, sizeof(name), "/acts/%lld-%lld-%lld",
			    (long long)rows[i].place.hour, (long long)rows[i].place.client,
			    (long long)rows[i].place.id);
	return name;
}

#define NOON INT64_C(1795262400000) /* Saturday 21 November 2026, 12:00 UTC */

/* Page loads a second apart, every tenth an act with a clause between them. */
static void mix(size_t n)
{
	static struct bdl_act loads[200];
	static char paths[200][16];

	for (size_t i = 0; i < n; i++) {
		snprintf(paths[i], sizeof(paths[i]), "/p%03zu.", i);
		loads[i] = act_of("ok.example", BDL_ALLOW, "");
		loads[i].at_ms = NOON + (int64_t)i * 1000;
		loads[i].path = bdl_view_of(paths[i]);
		if (i % 10)
			continue;
		struct bdl_act a = act_of("casino.example", BDL_BLOCK, "web.gambling");
		a.at_ms = loads[i].at_ms + 500;
		add(&a);
	}
	visit(loads, n);
}

/* Acts and page loads stand in one order, and page by page each comes once. */
static void acts_and_page_loads_are_one_list(void **state)
{
	const struct bdl_site site = {
		.dir = folder, .store_path = store_path, .lists_path = lists_path
	};
	struct bdl_worker *w BDL_AUTO(bdl_worker_free) = bdl_worker_new(&site);
	char target[256] = "/acts?day=2026-11-21", before[32] = "2027";
	size_t lines = 0, acts = 0, pages = 0;
	(void)state;
	publish();
	mix(120);
	for (bool older = true; older; pages++) {
		struct bdl_reply reply = ask(w, target, "localhost:8080", true);
		char *body BDL_AUTO_FREE = bdl_xview_dup(bdl_buf_view(&reply.body));
		const char *at = body;
		bdl_buf_done(&reply.body);
		while ((at = strstr(at, "<time datetime=\""))) {
			at += strlen("<time datetime=\"");
			assert_true(strncmp(at, before, 24) < 0);
			snprintf(before, sizeof(before), "%.24s", at);
			lines++;
			acts += strncmp(at + 19, ".500Z", 5) == 0;
		}
		const char *next = strstr(body, "&amp;after=");
		older = next != NULL;
		if (older) {
			struct bdl_view place = bdl_view_at(next + 11, strcspn(next + 11, "\""));
			assert_true(place.n < 100);
			snprintf(target, sizeof(target), "/acts?day=2026-11-21&after=%.*s",
			    (int)(place.n % 100), place.p);
		}
		assert_true(pages < 4);
	}
	assert_int_equal(lines, 132);
	assert_int_equal(acts, 12);
	assert_int_equal(pages, 3);
	EXPECT("/acts?verdict=allow", 200, "!casino.example", "/p119.", "/p070.", "!/p069.");
	EXPECT("/acts?verdict=block", 200, "casino.example", "!/p119.", "!Older acts");
	EXPECT("/acts?clause=web.gambling", 200, "casino.example", "!ok.example");
	EXPECT("/acts?host=ok.exa", 200, "!casino.example", "/p119.");
	EXPECT("/acts?day=2026-11-20", 200, "No act fits this");
	EXPECT("/violations?day=2026-11-20", 200, "No violation fits this");
	EXPECT("/violations?day=2026-11-21", 200, "casino.example");
}

static void pass(int64_t down, int64_t up)
{
	struct bdl_store *s BDL_AUTO(bdl_store_close) = open_store();
	struct bdl_stmt *st BDL_AUTO(bdl_stmt_rest) = NULL;

	assert_int_equal(
	    bdl_stmt_get(s, "UPDATE visit SET bytes_down = ?1, bytes_up = ?2", &st, NULL), 0);
	bdl_bind_int(st, 1, down);
	bdl_bind_int(st, 2, up);
	assert_int_equal(bdl_stmt_run(s, st, NULL), 0);
}

static void bytes_stand_with_visits(void **state)
{
	static const struct {
		int64_t n;
		const char *text;
	} texts[] = {
		{ 0,
		    ">0\xc2\xa0"
		    "bytes<" },
		{ 1,
		    ">1\xc2\xa0"
		    "byte<" },
		{ 999,
		    ">999\xc2\xa0"
		    "bytes<" },
		{ 1000,
		    ">1.0\xc2\xa0"
		    "kB<" },
		{ 4799,
		    ">4.7\xc2\xa0"
		    "kB<" },
		{ 9999,
		    ">9.9\xc2\xa0"
		    "kB<" },
		{ 10000,
		    ">10\xc2\xa0"
		    "kB<" },
		{ 999999,
		    ">999\xc2\xa0"
		    "kB<" },
		{ 1000000,
		    ">1.0\xc2\xa0"
		    "MB<" },
		{ 2147483648,
		    ">2.1\xc2\xa0"
		    "GB<" },
		{ INT64_MAX,
		    ">9.2\xc2\xa0"
		    "EB<" },
	};
	(void)state;
	struct bdl_act a[2] = { act_of("ok.example", BDL_ALLOW, ""),
		act_of("ok.example", BDL_ALLOW, "") };
	publish();
	a[0].at_ms = NOON;
	a[1].at_ms = NOON + 3600 * 1000; /* another hour */
	visit(a, 2);
	EXPECT("/visits", 200, ">Received<", ">Sent<",
	    "data-label=\"Received\">0\xc2\xa0"
	    "bytes<");
	for (size_t i = 0; i < BDL_ARRAY_LEN(texts); i++) {
		pass(texts[i].n, 77);
		EXPECT("/visits", 200, texts[i].text,
		    ">77\xc2\xa0"
		    "bytes<");
	}
	pass(1500000, 60);
	EXPECT("/visits/t.ashdown?day=2026-11-21", 200,
	    ">1.5\xc2\xa0"
	    "MB<",
	    ">60\xc2\xa0"
	    "bytes<",
	    "<strong>3.0\xc2\xa0MB</strong>",
	    "<strong>120\xc2\xa0"
	    "bytes</strong>");
}

/* What was allowed is explained as well: by its facts, which the visits keep. */
static void a_page_load_is_explained(void **state)
{
	struct bdl_act a[3];
	(void)state;
	publish();
	for (size_t i = 0; i < 3; i++) {
		a[i] = act_of("ok.example", BDL_ALLOW, "");
		a[i].kept = BDL_LIT("stage=request");
		a[i].source = BDL_LIT("radius");
		a[i].equipment = BDL_LIT("school-devices");
		a[i].place = BDL_LIT("room-12");
	}
	a[0].path = BDL_LIT("/find?q=crisp+facts");
	a[0].kind = BDL_KIND_SEARCH;
	a[0].kept = BDL_LIT("stage=request terms=crisp%20facts");
	a[1].path = BDL_LIT("/lesson");
	a[1].kept = BDL_LIT("stage=request unread=coding");
	a[2].path = BDL_LIT("/volunteer");
	a[2].host = BDL_LIT("games.example");
	a[2].groups = BDL_LIT("volunteers");
	visit(a, 3);
	EXPECT(load_of("/find?q=crisp+facts"), 200, "searched for: crisp facts",
	    "RADIUS accounting", "of the school-devices, at room-12",
	    "it comes to the same verdict", "No rule applied", "aria-current=\"page\">Search<");
	EXPECT(load_of("/lesson"), 200, "it comes to the same verdict",
	    "a text that could not be read",
	    "It counted that the host is not in the category gambling.",
	    "bdl-tag--block\">Blocked</span> by",
	    "It counted that the host is not games.example or below it.",
	    "bdl-tag--coach\">Coached</span> by");
	EXPECT(load_of("/volunteer"), 200, "it comes to the same verdict", "Lifted by an exception",
	    "It counted that the rule is not for volunteers.");
	a[0] = act_of("games.example", BDL_COACH, "web.leisure");
	add(&a[0]);
	EXPECT("/acts/1", 200, "It counted that the host is games.example or below it.",
	    "bdl-tag--allow\">Allowed</span> since this would not have applied:", "2.2 Gambling");
}

static void visits_are_shown_by_the_hour(void **state)
{
	struct bdl_act a[9];
	(void)state;
	publish();
	for (int i = 0; i < 9; i++) {
		a[i] = act_of("ok.example", BDL_ALLOW, "");
		a[i].at_ms = NOON - i / 3 * (int64_t)BDL_HOUR_MS + i;
		a[i].minute = (uint16_t)(720 - i / 3 * 60);
		a[i].weekday = 5;
		a[i].categories = BDL_LIT("learning");
		if (i % 3 == 0)
			a[i].path = BDL_LIT("/page");
		else
			a[i].kind = BDL_KIND_PART;
	}
	a[8].host = BDL_LIT("parts.example");
	a[8].person = BDL_LIT("b.okoro");
	visit(a, 9);
	EXPECT("/visits", 200, "ok.example", "learning", "parts.example",
	    "href=\"/visits/t.ashdown?day=2026-11-21\"", "!Show all visits", "!Older visits");
	EXPECT("/visits?person=OKO", 200, "parts.example", "!ok.example");
	/* Of a site an hour at a time. */
	EXPECT("/visits?host=parts", 200, "parts.example", "!ok.example");
	EXPECT("/visits?category=learning", 200, "ok.example", "Looked back as far as",
	    "Look further back");
	EXPECT("/visits?category=learn", 200, "No visit fits this");
	EXPECT("/visits?day=2026-11-20", 200, "No visit fits this");
	EXPECT("/visits?day=2026-11-21", 200, "ok.example");
	EXPECT("/visits/t.ashdown", 200, "Saturday 21 November 2026", "<strong>3</strong>",
	    "<strong>5</strong>", "day=2026-11-20", "/page", "!parts.example");
	EXPECT("/visits/b.okoro?day=2026-11-21", 200, "<strong>1</strong>", "None on this day");
	EXPECT("/visits/b.okoro?day=2026-11-20", 200, "No visits on this day");
}

/* Of each act its page says until when it stays, by what, and who looked at it. */
static void an_act_says_until_when_it_is_kept(void **state)
{
	static const char keeps[] = "\n## 9 Records {#records}\n\nWe keep them.\n\n```rules\n"
				    "keep violations for 2 years\nkeep visits for 30 days\n```\n";
	struct bdl_act a[2] = { act_of("casino.example", BDL_BLOCK, "web.gambling"),
		act_of("games.example", BDL_NOTE, "web.leisure") };
	const struct bdl_hold_word word = { BDL_LIT("A. Head"), BDL_LIT("B. Chair"),
		BDL_LIT("a claim") };
	char text[sizeof(staff) + sizeof(keeps)];
	struct bdl_err err;
	int64_t id;

	(void)state;
	publish();
	a[0].at_ms = a[1].at_ms = NOON;
	for (int i = 0; i < 2; i++)
		add(&a[i]);
	EXPECT("/acts/1", 200, "From Monday 22 November 2027 on: no clause says otherwise",
	    "what broke a clause is kept for 1 year", "By nobody before", "!Legal hold");
	EXPECT("/acts/2", 200, "From Saturday 20 February 2027 on",
	    "what broke none is kept for 90 days");
	snprintf(text, sizeof(text), "%s%s", staff, keeps);
	publish_text(text);
	struct bdl_store *s BDL_AUTO(bdl_store_close) = open_store();
	const struct bdl_ledger_entry look = { .kind = BDL_LEDGER_LOOKED,
		.at_ms = NOON,
		.actor = BDL_LIT(BDL_ACTOR_PORTAL),
		.subject = a[0].person,
		.record = BDL_LIT("acts/1") };
	if (bdl_holds_add(s, a[0].person, BDL_LIT("web.gambling"), BDL_LIT("2099-01-01"), &word,
		start_ms, &id, &err) < 0 ||
	    bdl_store_begin(s, &err) < 0 || bdl_ledger_add(s, &look, &err) < 0 ||
	    bdl_store_commit(s, &err) < 0)
		fail_msg("%s", err.text);
	EXPECT("/acts/1", 200, "From Wednesday 22 November 2028 on, by",
	    "href=\"/policies/staff#records\">9 Records</a>", "keep violations for 2 years",
	    "Not before two people end hold 1", "1 time before, last", "(portal, not signed in)");
	EXPECT("/acts/2", 200, "From Tuesday 22 December 2026 on, by", "keep visits for 30 days",
	    "!Legal hold", "By nobody before");
}

static void an_hour_of_today_has_no_seconds(void **state)
{
	struct bdl_act a = act_of("ok.example", BDL_ALLOW, "");
	struct bdl_civil c = bdl_civil_local(start_ms);
	char text[64];

	(void)state;
	a.at_ms = start_ms;
	publish();
	visit(&a, 1);
	snprintf(text, sizeof(text), ">today, %02d:00<", c.minute / 60);
	EXPECT("/visits", 200, text);
}

static void an_act_is_explained(void **state)
{
	static const char same[] = "it comes to the same verdict";
	(void)state;
	publish();
	struct bdl_act a = act_of("games.example", BDL_COACH, "web.leisure");
	a.passed = true;
	add(&a);
	EXPECT("/acts/1", 200, same, "This decided", "2.3 Leisure", "Applied",
	    "coach web to host games.example", "went on, with a reason",
	    "Rules that did not apply (1)", "category gambling", "Not in lessons.");
	a = act_of("casino.example", BDL_BLOCK, "web.gambling");
	a.categories = BDL_LIT("gambling other-list");
	add(&a);
	EXPECT(
	    "/acts/2", 200, same, "This decided", "gambling other-list", "You do not gamble here.");
	a = act_of("games.example", BDL_ALLOW, "");
	a.groups = BDL_LIT("volunteers");
	add(&a);
	EXPECT("/acts/3", 200, same, "No rule applied, so it was allowed", "Lifted by an exception",
	    "!This decided");
	/* Facts that do not lead to what was recorded. */
	a = act_of("casino.example", BDL_BLOCK, "web.gambling");
	add(&a);
	EXPECT("/acts/4", 200, "it comes to “Allowed”", "The recorded verdict stands");
	a = act_of("games.example", BDL_COACH, "web.gambling");
	add(&a);
	EXPECT("/acts/5", 200, "it comes to “Coached” by staff#web.leisure");
	/* Policies that nobody has. */
	a.version.b[3] ^= 1;
	add(&a);
	EXPECT("/acts/6", 200, "Cannot tell", "web.gambling", "!2.2 Gambling",
	    "!You do not gamble here.", "!it comes to");
}

static void an_act_keeps_the_sentence_of_its_day(void **state)
{
	static const char before[] = "You do not gamble here.", after[] = "Nobody gambles, ever.";
	char *changed BDL_AUTO_FREE = bdl_xstrdup(staff);
	(void)state;
	publish();
	struct bdl_act a = act_of("casino.example", BDL_BLOCK, "web.gambling");
	a.categories = BDL_LIT("gambling");
	add(&a);
	memcpy(strstr(changed, before), "Nobody gambles, ever.  ", strlen(before));
	publish_text(changed);
	a.version = version;
	add(&a);
	EXPECT("/acts/1", 200, before, "2.2 Gambling", "!Nobody gambles, ever.");
	EXPECT("/acts/2", 200, after, "2.2 Gambling", "!You do not gamble here.");
	EXPECT("/policies/staff", 200, after);
}

static void a_reference_finds_its_act(void **state)
{
	char reference[BDL_REFERENCE_LEN], target[96];
	(void)state;
	publish();
	for (int i = 0; i < 3; i++) {
		char *host BDL_AUTO_FREE = bdl_xprintf("h%d.example", i);
		struct bdl_act a = act_of(host, BDL_BLOCK, "web.gambling");
		a.at_ms = start_ms + i;
		add(&a);
	}
	bdl_reference_write(start_ms + 1, reference);
	snprintf(target, sizeof(target), "/acts?reference=%s", reference);
	EXPECT(target, 200, "h1.example", "!h0.example", "!h2.example", "Show all acts");
	snprintf(target, sizeof(target), "/acts?reference=%s&host=h2.example", reference);
	EXPECT(target, 200, "No act has this reference", "!<table");
	EXPECT("/acts/2", 200, reference);
	EXPECT("/acts?reference=261121", 200, "No act has this reference", "!<table",
	    "value=\"261121\"");
	EXPECT("/acts?reference=", 200, "h0.example", "h1.example", "h2.example");
}

static void a_wrong_filter_is_named(void **state)
{
	(void)state;
	EXPECT("/acts?verdict=blok", 400, "“blok” is no value of “verdict”");
	EXPECT("/acts?kind=<b>", 400, "“&lt;b&gt;” is no value of “kind”", "!<b>");
	EXPECT("/acts?after=x", 400, "“x” is no value of “after”");
	EXPECT("/acts?after=1-2-3-4-5-6", 400, "“after”");
	EXPECT("/visits?after=0-1-1-1", 400, "“after”");
	EXPECT("/visits/t.ashdown?day=1.1.2026", 400, "“day”");
	EXPECT("/violations?after=x", 400, "“x” is no value of “after”");
	EXPECT("/violations?after=5", 400, "“after”");
	EXPECT("/violations?after=5-0", 400, "“after”");
	EXPECT("/figures?span=decade", 400, "“decade” is no value of “span”");
	EXPECT("/acts?violation=-1", 400, "“violation”");
	EXPECT("/acts?verdict=&kind=&after=", 200, "Acts");
}

#define MOST "9223372036854775807"

/* Places of lists come from addresses, and those from anybody: the largest are as good as any. */
static void the_farthest_places_are_answered(void **state)
{
	(void)state;
	publish();
	mix(3);
	EXPECT("/acts?after=" MOST "-" MOST "-" MOST "-" MOST "-" MOST, 200, "Acts");
	EXPECT("/acts?after=" MOST "-1-" MOST "-" MOST "-" MOST, 200, "Acts");
	EXPECT("/visits?after=" MOST "-" MOST "-" MOST "-" MOST, 200, "Visits");
	EXPECT("/visits?after=" MOST "-0-0-0", 200, "Visits");
	EXPECT("/violations?after=" MOST "-" MOST, 200, "Violations");
	EXPECT("/violations?violation=" MOST, 200, "Violations");
	EXPECT("/acts?violation=" MOST, 200, "Acts");
	EXPECT("/acts/" MOST, 404, "Page not found");
	EXPECT("/acts/" MOST "-" MOST "-" MOST, 404, "Page not found");
	EXPECT("/acts?day=9999-12-31", 200, "Acts");
	EXPECT("/figures?day=9999-12-31&span=year", 200, "Figures");
	EXPECT("/policies/staff/" MOST, 404, "Page not found");
}

static void the_icon_is_served(void **state)
{
	(void)state;
	EXPECT("/favicon.ico", 200, "<svg");
	EXPECT("/", 200, "rel=\"icon\"", "/icon.svg\"");
}

static void set_roll(const char *csv)
{
	struct bdl_store *s BDL_AUTO(bdl_store_close) = open_store();
	struct bdl_err err;
	if (bdl_force_roll_set(s, bdl_view_of(csv), BDL_LIT("office"), &err) < 0)
		fail_msg("%s", err.text);
}

static void people_have_names(void **state)
{
	(void)state;
	publish();
	set_roll("login,name,groups\nt.ashdown,Tamsin Ashdown,staff\np.marlow,Pip Marlow,pupils\n");
	struct bdl_act a = act_of("casino.example", BDL_BLOCK, "web.gambling");
	a.categories = BDL_LIT("gambling");
	a.tell = BDL_LIT("technicians safeguarding-lead");
	add(&a);
	a = act_of("www.games.example", BDL_COACH, "web.leisure");
	a.person = BDL_LIT("p.marlow");
	a.groups = BDL_LIT("pupils");
	add(&a);
	EXPECT("/acts", 200, "Tamsin Ashdown", "t.ashdown", "Pip Marlow");
	EXPECT("/violations", 200, "Tamsin Ashdown", "Pip Marlow");
	EXPECT("/", 200, "Tamsin Ashdown");
	EXPECT("/acts/1", 200, "Tamsin Ashdown, <a", "the technicians, the safeguarding lead",
	    "!no policy binds");
	EXPECT("/acts/2", 200, "pupils: no policy binds pupils, so every policy does");
	/* A part, in either case, of a login or a name; of a site. */
	EXPECT("/acts?person=TAMSIN", 200, "casino.example", "!games.example");
	EXPECT("/acts?person=ash", 200, "casino.example", "!games.example");
	EXPECT("/acts?person=a", 200, "casino.example", "games.example");
	EXPECT("/acts?host=Casino", 200, "casino.example", "!games.example");
	EXPECT("/acts?host=example&person=pip", 200, "!casino.example", "games.example");
	EXPECT("/acts?person=tamsyn", 200, "No act fits this", "!<table");
	EXPECT("/violations?person=Marlow", 200, "games.example", "!casino.example");
	EXPECT("/violations?host=CASINO", 200, "casino.example", "!games.example");
}

static void long_addresses_are_cut_in_tables(void **state)
{
	char path[301] = "/";
	(void)state;
	publish();
	memset(path + 1, 'p', 299);
	struct bdl_act a = act_of("casino.example", BDL_BLOCK, "web.gambling");
	a.path = bdl_view_of(path);
	add(&a);
	EXPECT("/acts/1", 200, path);
	char *cut BDL_AUTO_FREE = bdl_xprintf("%.80s…<", path);
	EXPECT("/acts", 200, cut);
}

/* What was published before can be read, and an act leads to what it was judged by. */
static void every_issue_can_be_read(void **state)
{
	char *changed BDL_AUTO_FREE = bdl_xstrdup(staff);
	(void)state;
	publish();
	struct bdl_act a = act_of("casino.example", BDL_BLOCK, "web.gambling");
	a.categories = BDL_LIT("gambling");
	add(&a);
	/* The clause goes: its id is another's now, and its sentence too. */
	memcpy(strstr(changed, "2.2 Gambling {#web.gambling}"), "2.2 Wagering {#web.wagering}", 28);
	memcpy(strstr(changed, "You do not gamble here."), "Nobody wagers, ever....", 23);
	publish_text(changed);
	static const char link[] = "href=\"/policies/staff/1#web.gambling\"><bdi>2.2 Gambling";
	EXPECT("/acts", 200, link);
	EXPECT("/violations", 200, link);
	EXPECT("/", 200, link);
	EXPECT("/acts/1", 200, link, "You do not gamble here.", "!wagers");
	EXPECT("/policies/staff", 200, "Nobody wagers", "!You do not gamble here.",
	    "href=\"/policies/staff/1\"", "href=\"/policies/staff/2\"", "!It is not in force now");
	EXPECT("/policies/staff/1", 200, "You do not gamble here.", "id=\"web.gambling\"",
	    "This is issue 1", "It is not in force now");
	EXPECT("/policies/staff/2", 200, "Nobody wagers", "!It is not in force now");
	EXPECT("/policies/staff/3", 404, "Page not found");
	EXPECT("/policies/staff/x", 404, "Page not found");
	EXPECT("/policies/pupils/1", 404, "Page not found");
}

/* The document with its first sentence replaced by one of the same length. */
static const char *changed_text(const char *sentence)
{
	static char text[sizeof(staff)];

	memcpy(text, staff, sizeof(staff));
	assert_int_equal(strlen(sentence), strlen("You do not gamble here."));
	memcpy(strstr(text, "You do not gamble here."), sentence, strlen(sentence));
	return text;
}

static void withdraw(int64_t issue)
{
	struct bdl_store *s BDL_AUTO(bdl_store_close) = open_store();

	assert_int_equal(bdl_versions_withdraw(s, BDL_LIT("staff"), issue, BDL_LIT("C. <Clerk>"),
			     BDL_LIT("a <slip>"), start_ms, NULL),
	    0);
}

static void keep_draft(void)
{
	struct bdl_store *s BDL_AUTO(bdl_store_close) = open_store();
	struct bdl_region *region BDL_AUTO(bdl_region_free) = bdl_region_new(1024 * 1024);
	struct bdl_findings *findings BDL_AUTO(bdl_findings_free) = bdl_findings_new();
	struct bdl_document *d BDL_AUTO(bdl_document_free) = NULL;
	struct bdl_draft_row former;

	assert_int_equal(bdl_document_parse(bdl_view_of(staff), findings, &d, NULL), 0);
	assert_int_equal(bdl_drafts_keep(s, BDL_LIT("visitors"), d, BDL_LIT("a <hand>"), start_ms,
			     &former, region, NULL),
	    0);
}

static void every_state_is_shown_as_it_is(void **state)
{
	static const char tag[] = "The second person is missing";

	(void)state;
	/* Not in force yet: it can be read all the same, and everything is allowed. */
	approve_text(staff, "", 0);
	EXPECT("/", 200, "No policy is in force", "Not in force yet", "Waits for a second person",
	    "A. &lt;Head&gt; has approved it", "--issue 1", "as soon as it is confirmed",
	    "!<Head>");
	EXPECT("/policies/staff", 200, "This is issue 1, which A. &lt;Head&gt; has approved", tag,
	    "!Read what is in force", "The first");
	approve_text(changed_text("Issue 2, in force now.."), "B. Chair", 0);
	approve_text(changed_text("Issue 3, for a new year"), "B. Chair", start_ms + 86400000);
	approve_text(changed_text("Issue 4, with a mistake"), "", start_ms + 86400000);
	withdraw(4);
	keep_draft();
	EXPECT("/", 200, "Policies in force", "Waits for its day", "Draft", "visitors",
	    "kept by a &lt;hand&gt;", "!Issue 4");
	EXPECT("/policies", 200, "href=\"/policies/staff\"", "href=\"/policies/staff/3\"",
	    "!href=\"/policies/staff/4\"", "!href=\"/policies/visitors");
	EXPECT("/policies/staff", 200, "Issue 2, in force now..", "!govuk-warning-text",
	    ">In force<", ">Withdrawn<", "<span>never ", "href=\"#versions\"",
	    ">Waits for its day<", ">Waits for a second person<", "withdrawn by C. &lt;Clerk&gt;",
	    "a &lt;slip&gt;", "1 clause changed", "/policies/staff/changes?from=2&amp;to=3",
	    "<option value=\"2\" selected>2</option>", "<option value=\"4\" selected>4</option>");
	EXPECT("/policies/staff/1", 200, "waits for a second person and is not in force",
	    "Read what is in force");
	EXPECT("/policies/staff/3", 200, "Issue 3, for a new year", "It comes into force from");
	EXPECT("/policies/staff/4", 200, "It never was in force");
	EXPECT("/policies/visitors", 404, "Page not found");
}

static void two_issues_are_compared(void **state)
{
	static char other[2 * sizeof(staff)];
	const char *rest = strstr(staff, "## 2.3 Leisure");

	(void)state;
	publish();
	snprintf(other, sizeof(other),
	    "---\ntitle: Using <ICT> & more\nschool: North\"gate School\nowner: head\n"
	    "approver: full governing body\nreview: every 12 months\nbinds: staff\n---\n# ICT\n\n"
	    "## 2.2 Bets & games {#web.gambling}\n\nNo bets.\n\n```rules\n"
	    "block web to category gambling, betting\n```\n\n"
	    "## 2.4 New {#new}\n\nIt is new.\n\n```rules\nnote web by staff to host a.example\n```\n\n"
	    "%s",
	    strstr(rest, "<script>"));
	publish_text(other);
	EXPECT("/policies/staff/changes?from=1&to=2", 200, "What changes from issue 1 to issue 2",
	    "1 clause added, 1 changed, 1 removed", "Issue 2 binds staff.", ">Owner<",
	    "data protection officer", ">Binds<", "staff, volunteers", "!>Review<",
	    "<del>You do not gamble here.</del>", "<ins>No bets.</ins>", "Its title was",
	    "href=\"/policies/staff/2#web.gambling\">2.2 Bets &amp; games",
	    "href=\"/policies/staff/2#new\">2.4 New", "It is new.",
	    "href=\"/policies/staff/1#web.leisure\">2.3 Leisure", "Rules taken out", "Rules put in",
	    "gambling or betting", "!<script>alert");
	EXPECT("/policies/staff/changes?from=2&to=2", 200, "nothing changed", "!Rules put in");
	EXPECT("/policies/staff/changes", 400, "Say which issues to compare");
	EXPECT("/policies/staff/changes?from=1&to=x", 400, "Say which issues to compare");
	EXPECT("/policies/staff/changes?from=1&to=3", 404, "Page not found");
	EXPECT("/policies/nobody/changes?from=1&to=2", 404, "Page not found");
}

/* More issues than a thread keeps: those that make room for each other are never mixed up. */
static void many_issues_are_compared(void **state)
{
	char sentence[32];

	(void)state;
	for (int i = 1; i <= 40; i++) {
		snprintf(sentence, sizeof(sentence), "This is sentence %05d.", i);
		approve_text(changed_text(sentence), "B. Chair", 0);
	}
	EXPECT("/policies/staff", 200, "This is sentence 00040.", "1 clause changed", ">Compare<",
	    "changes?from=39&amp;to=40", "changes?from=1&amp;to=2", "The first");
	EXPECT("/policies/staff/1", 200, "This is sentence 00001.", "!This is sentence 00040.");
	EXPECT("/policies/staff/changes?from=3&to=31", 200, "<del>This is sentence 00003.</del>",
	    "<ins>This is sentence 00031.</ins>");
}

static void the_newest_violation_is_the_one_that_happened_last(void **state)
{
	(void)state;
	publish();
	struct bdl_act a = act_of("long.example", BDL_BLOCK, "web.gambling");
	struct bdl_act b = act_of("short.example", BDL_BLOCK, "web.gambling");
	start_ms -= 120000;
	a.at_ms = start_ms;
	b.at_ms = start_ms + 60000;
	add(&a);
	add(&b);
	a.at_ms = start_ms + 120000;
	add(&a);
	static const char *const pages[] = { "/", "/violations" };
	const struct bdl_site site = {
		.dir = folder, .store_path = store_path, .lists_path = lists_path
	};
	struct bdl_worker *w BDL_AUTO(bdl_worker_free) = bdl_worker_new(&site);
	char last[BDL_ISO_LEN];
	bdl_time_iso(a.at_ms, last);
	for (size_t i = 0; i < BDL_ARRAY_LEN(pages); i++) {
		struct bdl_reply reply = ask(w, pages[i], "localhost", true);
		const char *page = bdl_buf_str(&reply.body);
		const char *first = strstr(page, "long.example");
		assert_non_null(first);
		assert_true(first < strstr(page, "short.example"));
		assert_non_null(strstr(page, last));
		assert_true(strstr(page, last) < first);
		bdl_buf_done(&reply.body);
	}
}

/* A signed list of one host, by a key of our own. */
static void install_illegal(void)
{
	static const struct bdl_view list = BDL_LIT("# issued: 2026-11-20\nx.example\n");
	unsigned char public_key[crypto_sign_PUBLICKEYBYTES], secret[crypto_sign_SECRETKEYBYTES];
	unsigned char signature[crypto_sign_BYTES];
	struct bdl_illegal_state state;
	struct bdl_err err;

	assert_int_equal(crypto_sign_keypair(public_key, secret), 0);
	assert_int_equal(
	    crypto_sign_detached(signature, NULL, (const unsigned char *)list.p, list.n, secret),
	    0);
	struct bdl_illegal_offer offer = {
		.list = list,
		.signature = bdl_view_at((const char *)signature, sizeof(signature)),
		.key = bdl_view_at((const char *)public_key, sizeof(public_key)),
	};
	if (bdl_illegal_install(lists_path, &offer, 1795262400000, &state, &err) < 0)
		fail_msg("%s", err.text);
}

static void lists_are_described(void **state)
{
	struct bdl_list_build *b BDL_AUTO(bdl_list_build_free) = bdl_list_build_new();
	struct bdl_err err;
	(void)state;
	if (bdl_list_build_add(b, BDL_LIT("gambling"), BDL_LIT("casino.example"), &err) < 0 ||
	    bdl_list_build_write(b, lists_path, start_ms, &err) < 0)
		fail_msg("%s", err.text);
	EXPECT("/", 200, "1 in 1 categories", "NOT INSTALLED");
	for (int i = 1; i <= 1232; i++) {
		char *host BDL_AUTO_FREE = bdl_xprintf("h%d.example", i);
		if (bdl_list_build_add(b, BDL_LIT("gambling"), bdl_view_of(host), &err) < 0)
			fail_msg("%s", err.text);
	}
	if (bdl_list_build_write(b, lists_path, start_ms, &err) < 0)
		fail_msg("%s", err.text);
	install_illegal();
	EXPECT("/", 200, "1,233 in 2 categories", "!NOT INSTALLED");
	char map[512];
	(void)snprintf(map, sizeof(map), "%s/illegal.map", folder);
	assert_int_equal(unlink(map), 0);
	EXPECT("/", 200, "ILLEGAL LIST MISSING", "!NOT INSTALLED", "!No lists are installed");
}

static void the_law_can_be_read(void **state)
{
	(void)state;
	EXPECT("/policies", 200, "href=\"/policies/law\"", "What the law forbids", "Built in");
	EXPECT("/policies/law", 200, "it is against the law to look at or", "id=\"illegal\"",
	    "no policy of the school", "Pages in the category illegal are blocked for everyone",
	    "!Versions", "!Approved by");
	EXPECT("/policies/law/1", 404, "Page not found");
}

static void without_a_store_people_are_told(void **state)
{
	(void)state;
	assert_int_equal(end(NULL), 0);
	EXPECT("/", 503, "The record cannot be read just now",
	    "href=\"/status\">Is all well?</a> says", "!store.db", "!/tmp");
	EXPECT("/nothing", 404, "Page not found", "!says what is wrong");
	EXPECT("/health", 503, "The store cannot be read", "!ok");
	EXPECT("/status", 200, "Does not work", "The store cannot be read", "Filtering goes on");
	assert_int_equal(begin(NULL), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(an_empty_school_is_told_what_to_do, begin, end),
		cmocka_unit_test_setup_teardown(routes_are_what_the_table_says, begin, end),
		cmocka_unit_test_setup_teardown(assets_are_kept_by_their_digest, begin, end),
		cmocka_unit_test_setup_teardown(nothing_can_be_changed, begin, end),
		cmocka_unit_test_setup_teardown(
		    only_names_of_this_machine_are_answered, begin, end),
		cmocka_unit_test_setup_teardown(values_are_shown_as_text, begin, end),
		cmocka_unit_test_setup_teardown(filters_choose_and_pages_follow, begin, end),
		cmocka_unit_test_setup_teardown(bytes_stand_with_visits, begin, end),
		cmocka_unit_test_setup_teardown(acts_and_page_loads_are_one_list, begin, end),
		cmocka_unit_test_setup_teardown(a_page_load_is_explained, begin, end),
		cmocka_unit_test_setup_teardown(visits_are_shown_by_the_hour, begin, end),
		cmocka_unit_test_setup_teardown(an_hour_of_today_has_no_seconds, begin, end),
		cmocka_unit_test_setup_teardown(an_act_says_until_when_it_is_kept, begin, end),
		cmocka_unit_test_setup_teardown(an_act_is_explained, begin, end),
		cmocka_unit_test_setup_teardown(an_act_keeps_the_sentence_of_its_day, begin, end),
		cmocka_unit_test_setup_teardown(a_reference_finds_its_act, begin, end),
		cmocka_unit_test_setup_teardown(a_wrong_filter_is_named, begin, end),
		cmocka_unit_test_setup_teardown(the_farthest_places_are_answered, begin, end),
		cmocka_unit_test_setup_teardown(the_icon_is_served, begin, end),
		cmocka_unit_test_setup_teardown(people_have_names, begin, end),
		cmocka_unit_test_setup_teardown(long_addresses_are_cut_in_tables, begin, end),
		cmocka_unit_test_setup_teardown(every_issue_can_be_read, begin, end),
		cmocka_unit_test_setup_teardown(every_state_is_shown_as_it_is, begin, end),
		cmocka_unit_test_setup_teardown(two_issues_are_compared, begin, end),
		cmocka_unit_test_setup_teardown(many_issues_are_compared, begin, end),
		cmocka_unit_test_setup_teardown(
		    the_newest_violation_is_the_one_that_happened_last, begin, end),
		cmocka_unit_test_setup_teardown(lists_are_described, begin, end),
		cmocka_unit_test_setup_teardown(the_law_can_be_read, begin, end),
		cmocka_unit_test_setup_teardown(without_a_store_people_are_told, begin, end),
	};
	bdl_assets_init();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
