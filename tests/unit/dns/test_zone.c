/*
 * The zone, asked as Unbound asks it, and held against the lists and the rules themselves: of every
 * name of small random trees both say the same.
 */
#include "dns_test.h"
#include "proto/url.h"

/* --- asking the zone --- */

static bool is_line_of(struct bdl_view line, struct bdl_view owner)
{
	return bdl_view_starts(line, owner) && line.n > owner.n && line.p[owner.n] == ' ';
}

/* What stands behind the name in the first of its lines; empty where it has none. */
static struct bdl_view record_of(const struct bdl_buf *zone, const char *star, struct bdl_view name)
{
	BDL_AUTO_IN(bdl_buf_done) struct bdl_buf owner = BDL_BUF(512);
	struct bdl_view rest = bdl_buf_view(zone), line;

	(void)bdl_buf_add_str(&owner, star);
	(void)bdl_buf_add_view(&owner, name);
	while (bdl_view_cut(&rest, '\n', &line))
		if (is_line_of(line, bdl_buf_view(&owner)))
			return bdl_view_from(line, owner.n + 1);
	return bdl_view_of(NULL);
}

/* Whether the name or anything below it is in the zone. */
static bool is_there(const struct bdl_buf *zone, struct bdl_view name)
{
	struct bdl_view rest = bdl_buf_view(zone), line;

	while (bdl_view_cut(&rest, '\n', &line)) {
		struct bdl_view owner = bdl_view_at(line.p, bdl_view_find(line, ' '));

		if (owner.n > 0 && bdl_host_below(owner, name))
			return true;
	}
	return false;
}

/* RFC 4592: the name itself, or the wildcard of the closest name above it that is there. */
static struct bdl_view look_up(const struct bdl_buf *zone, struct bdl_view name)
{
	struct bdl_view record = record_of(zone, "", name), above = name, label;

	if (record.n > 0 || is_there(zone, name))
		return record;
	while (bdl_view_cut(&above, '.', &label) && above.n > 0)
		if (is_there(zone, above))
			return record_of(zone, "*.", above);
	return bdl_view_of(NULL);
}

/* --- random trees --- */

static uint64_t seed;

static unsigned any(unsigned n)
{
	seed = seed * 6364136223846793005u + 1442695040888963407u;
	return (unsigned)(seed >> 33) % n;
}

/* One of the 4 + 16 + 64 names of up to three labels, below "x". */
static void any_name(char out[16])
{
	size_t n = 0;

	for (unsigned labels = 1 + any(3); labels > 0; labels--) {
		out[n++] = (char)('a' + any(4));
		out[n++] = '.';
	}
	memcpy(out + n, "x", 2);
}

struct tree {
	struct bdl_list_build *build;
	char ruled[2][16], protected[2][16];
};

static void grow(struct tree *t)
{
	static const char *const categories[] = { "adult", "games", "quiet" };
	struct bdl_list_source source = { .path = "s", .format = BDL_LIST_PLAIN };
	char name[16], line[32];

	t->build = bdl_list_build_new();
	for (int i = 0; i < 2; i++) {
		any_name(t->ruled[i]);
		any_name(t->protected[i]);
		assert_int_equal(
		    bdl_list_build_protect(t->build, bdl_view_of(t->protected[i]), "p", NULL), 0);
	}
	for (unsigned i = 1 + any(12); i > 0; i--) {
		any_name(name);
		source.category = categories[any(3)];
		(void)snprintf(line, sizeof(line), "%s%s\n", any(3) ? "" : "@@", name);
		assert_int_equal(
		    bdl_list_build_text(t->build, &source, bdl_view_of(line), 0, NULL), 0);
	}
}

/* By the rules below: adult or games, the first ruled host, the second where it is quiet. */
static bool wants_blocked(const struct tree *t, const struct bdl_lists *l, struct bdl_view name)
{
	struct bdl_catset set = { 0 };
	bool is_protected = bdl_host_below(name, bdl_view_of(t->protected[0])) ||
	    bdl_host_below(name, bdl_view_of(t->protected[1]));
	int adult = bdl_lists_category_find(l, BDL_LIT("adult")),
	    games = bdl_lists_category_find(l, BDL_LIT("games")),
	    quiet = bdl_lists_category_find(l, BDL_LIT("quiet"));

	bdl_lists_host(l, name, &set);
	if ((adult >= 0 && bdl_catset_has(&set, (unsigned)adult)) ||
	    (games >= 0 && bdl_catset_has(&set, (unsigned)games)))
		return true;
	if (is_protected)
		return false;
	return bdl_host_below(name, bdl_view_of(t->ruled[0])) ||
	    (bdl_host_below(name, bdl_view_of(t->ruled[1])) && quiet >= 0 &&
		bdl_catset_has(&set, (unsigned)quiet));
}

static void check_name(
    const struct tree *t, const struct bdl_lists *l, const struct bdl_buf *zone, const char *name)
{
	struct bdl_view got = look_up(zone, bdl_view_of(name));
	bool blocked = bdl_view_is(got, "A 10.0.0.5");

	if (!blocked && got.n > 0 && !bdl_view_is(got, "CNAME rpz-passthru."))
		fail_msg("%s: '%.*s'", name, BDL_FMT(got));
	if (blocked != wants_blocked(t, l, bdl_view_of(name)))
		fail_msg(
		    "%s is %s\n%s", name, blocked ? "blocked" : "not blocked", bdl_buf_str(zone));
}

/* Every name of four labels, which stands for all longer ones, and what is above it. */
static void check_names(const struct tree *t, const struct bdl_lists *l, const struct bdl_buf *zone)
{
	char name[] = "a.a.a.a.x";

	for (int i = 0; i < 4 * 4 * 4 * 5; i++) {
		name[0] = (char)('a' + i % 5);
		name[2] = (char)('a' + i / 5 % 4);
		name[4] = (char)('a' + i / 20 % 4);
		name[6] = (char)('a' + i / 80 % 4);
		for (size_t from = 0; from < sizeof(name); from += 2)
			check_name(t, l, zone, name + from);
	}
}

static void says_what_lists_and_rules_say(void **state)
{
	static const uint8_t page[][BDL_IP_SIZE] = {
		{ [10] = 0xff, [11] = 0xff, [12] = 10, [15] = 5 }
	};

	for (seed = 1; seed < 60000; seed += 1000) {
		struct tree t = { 0 };
		char rules[256];
		uint64_t began = seed;

		grow(&t);
		(void)snprintf(rules, sizeof(rules),
		    "block dns to category adult, games\nblock dns to host %s\n"
		    "block dns to host %s to category quiet",
		    t.ruled[0], t.ruled[1]);
		const struct policy_lines lines[] = { { "all", "staff", rules }, { 0 } };
		struct bdl_ruleset *r BDL_AUTO(bdl_ruleset_free) = ruleset_of(lines);
		BDL_AUTO(bdl_lists_close) struct bdl_lists *l = compiled(state, t.build);
		BDL_AUTO(bdl_hosts_close) struct bdl_hosts *hosts = hosts_of(state, t.build);
		BDL_AUTO_IN(bdl_buf_done) struct bdl_buf zone = BDL_BUF(1 << 20);
		struct bdl_dns_zone spec = { .page = page, .n_page = 1 };

		(void)zone_of(state, r, hosts, &spec, &zone);
		check_names(&t, l, &zone);
		bdl_list_build_free(t.build);
		seed = began;
	}
}

/* --- one zone, line by line --- */

static void looks_like_this(void **state)
{
	static const struct policy_lines lines[] = {
		{ "all", "staff",
		    "block dns to category games, encrypted-dns\n"
		    "block dns to host shop.example" },
		{ 0 }
	};
	static const uint8_t page[][BDL_IP_SIZE] = {
		{ [10] = 0xff, [11] = 0xff, [12] = 10, [15] = 5 }, { 0xfd, [15] = 5 }
	};
	BDL_AUTO(bdl_list_build_free) struct bdl_list_build *b = bdl_list_build_new();
	BDL_AUTO_IN(bdl_buf_done) struct bdl_buf zone = BDL_BUF(1 << 20);
	struct bdl_list_source source = { .path = "s", .category = "games" };
	struct bdl_dns_zone spec = {
		.serial = 7, .page = page, .n_page = 2, .remarks = BDL_LIT("one\ntwo\n")
	};

	assert_int_equal(bdl_list_build_protect(b, BDL_LIT("help.shop.example\n"), "p", NULL), 0);
	assert_int_equal(bdl_list_build_text(b, &source,
			     BDL_LIT("games.example\nwww.games.example\n@@fine.deep.games.example\n"
				     "192.0.2.1\nxn--bcher-kva.example\n"),
			     0, NULL),
	    0);
	add(b, "encrypted-dns", "mask.icloud.com");
	struct bdl_ruleset *r BDL_AUTO(bdl_ruleset_free) = ruleset_of(lines);
	BDL_AUTO(bdl_hosts_close) struct bdl_hosts *hosts = hosts_of(state, b);
	struct bdl_dns_count count = zone_of(state, r, hosts, &spec, &zone);
#define PAGE " A 10.0.0.5\n AAAA fd00::5\n"
	assert_string_equal(bdl_buf_str(&zone),
	    "; beadle dns zone 1\n"
	    "; state 0000000000000000000000000000000000000000000000000000000000000000\n;\n"
	    "; one\n; two\n;\n$TTL 60\n$ORIGIN beadle.rpz.\n"
	    "@ SOA localhost. nobody.invalid. 7 3600 600 86400 60\n NS localhost.\n"
	    "_dns.resolver.arpa CNAME .\n"
	    "xn--bcher-kva.example" PAGE "*.xn--bcher-kva.example" PAGE "shop.example" PAGE
	    "*.shop.example" PAGE
	    "help.shop.example CNAME rpz-passthru.\n*.help.shop.example CNAME rpz-passthru.\n"
	    "games.example" PAGE "*.games.example" PAGE "deep.games.example" PAGE
	    "*.deep.games.example" PAGE "fine.deep.games.example CNAME rpz-passthru.\n"
	    "*.fine.deep.games.example CNAME rpz-passthru.\n"
	    "mask-h2.icloud.com CNAME .\n"
	    "mask.icloud.com CNAME .\n*.mask.icloud.com" PAGE "use-application-dns.net CNAME .\n");
	assert_int_equal(count.blocked, 4);
	assert_int_equal(count.passed, 2);
	assert_int_equal(count.answered, 4);
}

/* An engine that is blocked is blocked; one whose domain is blocked but for itself is answered. */
static void answers_what_is_not_blocked(void **state)
{
	static const struct policy_lines lines[] = {
		{ "all", "staff",
		    "force dns safe-search\nblock dns to host duckduckgo.com, bing.com" },
		{ 0 }
	};
	BDL_AUTO(bdl_list_build_free) struct bdl_list_build *b = bdl_list_build_new();
	BDL_AUTO_IN(bdl_buf_done) struct bdl_buf zone = BDL_BUF(1 << 20);
	struct bdl_dns_zone spec = { 0 };

	assert_int_equal(bdl_list_build_protect(b, BDL_LIT("www.bing.com\n"), "p", NULL), 0);
	struct bdl_ruleset *r BDL_AUTO(bdl_ruleset_free) = ruleset_of(lines);
	BDL_AUTO(bdl_hosts_close) struct bdl_hosts *hosts = hosts_of(state, b);
	(void)zone_of(state, r, hosts, &spec, &zone);
	static const struct {
		const char *name, *record;
	} want[] = {
		{ "www.google.co.uk", "CNAME forcesafesearch.google.com." },
		{ "www.youtube.com", "CNAME restrict.youtube.com." },
		{ "duckduckgo.com", "CNAME ." },
		{ "start.duckduckgo.com", "CNAME ." },
		{ "bing.com", "CNAME ." },
		{ "cn.bing.com", "CNAME ." },
		{ "www.bing.com", "CNAME strict.bing.com." },
		{ "a.www.bing.com", "CNAME rpz-passthru." },
		{ "a.www.google.com", "" },
		{ "mail.google.com", "" },
		{ "use-application-dns.net", "" },
	};
	for (size_t i = 0; i < BDL_ARRAY_LEN(want); i++) {
		struct bdl_view got = look_up(&zone, bdl_view_of(want[i].name));

		if (!bdl_view_is(got, want[i].record))
			fail_msg("%s: '%.*s'", want[i].name, BDL_FMT(got));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
		    says_what_lists_and_rules_say, make_folder, remove_folder),
		cmocka_unit_test_setup_teardown(looks_like_this, make_folder, remove_folder),
		cmocka_unit_test_setup_teardown(
		    answers_what_is_not_blocked, make_folder, remove_folder),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
