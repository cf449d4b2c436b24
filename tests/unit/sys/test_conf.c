#include "place.h"
#include "sys/conf.h"
#include "sys/file.h"
#include "sys/log.h"
#include <setjmp.h>
#include <stdint.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include <cmocka.h>

static const char *const variables[] = { "BEADLE_PORTAL", "BEADLE_WEB", "BEADLE_PROXY",
	"BEADLE_USER", "BEADLE_PORTAL_URL", "BEADLE_RADIUS", "BEADLE_LOGON", "BEADLE_STORE" };

static int clear(void **state)
{
	(void)state;
	for (size_t i = 0; i < BDL_ARRAY_LEN(variables); i++)
		unsetenv(variables[i]);
	return 0;
}

static int load(const struct place *p, const char *text, struct bdl_conf *ret, struct bdl_err *err)
{
	assert_int_equal(
	    bdl_file_replace(place_path(p, "beadle.conf"), text, strlen(text), 0600, NULL), 0);
	return bdl_conf_load(p->dir, ret, err);
}

static void assert_addr(const struct bdl_addr *a, const char *want)
{
	char got[BDL_ADDR_TEXT];

	bdl_addr_text(a, got);
	assert_string_equal(got, want);
}

static void has_defaults(void **state)
{
	(void)state;
	PLACE(p);
	struct bdl_conf c;
	struct bdl_err err;

	if (bdl_conf_load(p.dir, &c, &err) < 0)
		fail_msg("%s", err.text);
	assert_addr(&c.portal, "127.0.0.1:8080");
	assert_addr(&c.web, "127.0.0.1:1344");
	assert_addr(&c.proxy, "127.0.0.1:3128");
	assert_in_range(c.web_workers, 1, BDL_CONF_WORKERS_MAX);
	assert_false(c.run_proxy);
	assert_string_equal(c.user, "");
	char where[BDL_CONF_STORE_MAX];
	bdl_conf_store(&c, where);
	assert_string_equal(where + strlen(c.dir), "/store.db");
	assert_string_equal(c.portal_url, "http://127.0.0.1:8080");
	assert_true(c.portal_is_here);
	assert_string_equal(c.squid_program, "/usr/sbin/squid");
	assert_string_equal(c.certgen_program, "/usr/lib/squid/security_file_certgen");
	assert_int_equal(c.log_level, BDL_LOG_INFO);
	assert_int_equal(c.n_peers, 2);
	assert_int_equal(c.radius.len, 0);
	assert_int_equal(c.logon.len, 0);
	assert_string_equal(c.realms, "");
	assert_int_equal(c.address_limit_ms, 12 * 3600 * 1000);
}

static void says_who_it_is(void **state)
{
	(void)state;
	PLACE(p);
	struct bdl_conf c;
	struct bdl_err err;

	if (load(&p,
		"radius = 10.0.0.5:1813\nlogon = [::1]:8081\n"
		"identity realms = NORTHGATE, northgate.example\naddress hours = 1\n",
		&c, &err) < 0)
		fail_msg("%s", err.text);
	assert_addr(&c.radius, "10.0.0.5:1813");
	assert_addr(&c.logon, "[::1]:8081");
	assert_string_equal(c.realms, "NORTHGATE, northgate.example");
	assert_int_equal(c.address_limit_ms, 3600 * 1000);
	assert_int_equal(load(&p, "radius = 1813\n", &c, &err), BDL_E_INVALID);
	assert_int_equal(load(&p, "address hours = 0\n", &c, &err), BDL_E_INVALID);
	assert_int_equal(load(&p, "address hours = 169\n", &c, &err), BDL_E_INVALID);
	assert_int_equal(load(&p, "identity realms = a@b\n", &c, &err), BDL_E_INVALID);
	assert_non_null(strstr(err.text, "beadle.conf:1: identity realms: 'a@b' are not realms"));
}

static void reads_all_of_them(void **state)
{
	(void)state;
	PLACE(p);
	struct bdl_conf c;
	struct bdl_err err;
	struct bdl_addr peer;

	int rc = load(&p,
	    "# the school's settings\n\n"
	    "portal = [::1]:80\r\n"
	    "\tweb=10.0.0.1:1  \n"
	    "proxy = 10.0.0.1:2\n"
	    "web workers = 3\n"
	    "store = postgresql://beadle@db.example/beadle?passfile=/x\n"
	    "run proxy = yes\n"
	    "user = beadle\n"
	    "portal url = https://aup.school.example/a=b/\n"
	    "trusted peers = 10.1.0.0/16 , ::1\n"
	    "squid program = /opt/squid\n"
	    "certgen program = /opt/certgen\n"
	    "log level = debug", /* no newline at the end */
	    &c, &err);
	if (rc < 0)
		fail_msg("%s", err.text);
	assert_addr(&c.portal, "[::1]:80");
	assert_addr(&c.web, "10.0.0.1:1");
	assert_addr(&c.proxy, "10.0.0.1:2");
	assert_int_equal(c.web_workers, 3);
	assert_true(c.run_proxy);
	char where[BDL_CONF_STORE_MAX];
	bdl_conf_store(&c, where);
	assert_string_equal(where, "postgresql://beadle@db.example/beadle?passfile=/x");
	assert_string_equal(c.user, "beadle");
	assert_string_equal(c.portal_url, "https://aup.school.example/a=b");
	assert_false(c.portal_is_here);
	assert_int_equal(c.n_peers, 2);
	assert_int_equal(bdl_addr_parse(BDL_LIT("10.1.2.3:1"), &peer, NULL), 0);
	assert_true(bdl_net_holds(&c.peers[0], (struct sockaddr *)(void *)&peer.sa));
	assert_string_equal(c.squid_program, "/opt/squid");
	assert_string_equal(c.certgen_program, "/opt/certgen");
	assert_int_equal(c.log_level, BDL_LOG_DEBUG);
}

static void takes_what_libpq_takes_for_a_store(void **state)
{
	static const char *const stores[] = {
		"",
		"postgresql:///beadle",
		"postgresql:///beadle?host=/run/postgresql",
		"postgresql://beadle:50%25%40%2F%3F:%5B@db.example:5433/beadle",
		"postgres://beadle@[::1]:5432/beadle",
		"postgresql://[::1]/beadle",
		"postgresql://%2Frun%2Fpostgresql/beadle",
		"postgresql://beadle@db.example:,db2.example:5433/beadle?target_session_attrs=any",
	};
	PLACE(p);
	struct bdl_conf c;
	struct bdl_err err;
	char text[200];

	(void)state;
	for (size_t i = 0; i < BDL_ARRAY_LEN(stores); i++) {
		(void)snprintf(text, sizeof(text), "store = %s", stores[i]);
		if (load(&p, text, &c, &err) < 0)
			fail_msg("%s", err.text);
		assert_string_equal(c.store, stores[i]);
	}
}

/* What may hold a password is not repeated. */
#define NO_STORE                                                                              \
	":1: store: is not an address such as postgresql://beadle@db.school.example/beadle; " \
	"in a name or password % is written %25, @ %40, / %2F and ? %3F"

static void says_where_and_what(void **state)
{
	(void)state;
	static const struct {
		const char *text, *want; /* what stands after the file's name */
	} rows[] = {
		{ "\nportl = 1", ":2: 'portl' is not a setting; did you mean 'portal'?" },
		{ "webworkers = 1",
		    ":1: 'webworkers' is not a setting; did you mean 'web workers'?" },
		{ "Portal = 1", ":1: 'Portal' is not a setting; did you mean 'portal'?" },
		{ "bananas = 1", ":1: 'bananas' is not a setting" },
		{ "= 1", ":1: '' is not a setting" },
		{ "portal", ":1: 'portal' is not 'name = value'" },
		{ "web workers = 17",
		    ":1: web workers: '17' is not a number from 0 (one per core) to 16" },
		{ "store = beadle:secret@db", NO_STORE },
		{ "store = postgresql://beadle:50%off@db/beadle", NO_STORE },
		{ "store = postgresql://beadle:secret%2@db", NO_STORE },
		{ "store = postgresql://beadle:s@cret@db/beadle", NO_STORE },
		{ "store = postgresql://beadle:12/cret@db/beadle", NO_STORE },
		{ "store = postgresql://beadle:se/cret@db/beadle", NO_STORE },
		{ "store = postgresql://beadle:12?cret@db/beadle", NO_STORE },
		{ "store = postgresql://beadle:secret@db:port/beadle", NO_STORE },
		{ "store = postgresql://beadle:secret@[::1/beadle", NO_STORE },
		{ "store = postgresql://beadle:secret@[::1]5432/beadle", NO_STORE },
		{ "run proxy = maybe", ":1: run proxy: 'maybe' is neither yes nor no" },
		{ "log level = loud",
		    ":1: log level: 'loud' is none of err, warn, notice, info, debug" },
		{ "portal = 8080",
		    ":1: portal: '8080' is not an address and port, such as "
		    "127.0.0.1:8080 or [::1]:8080" },
		{ "user = a b", ":1: user: 'a b' is not a user's name" },
		{ "user = 1a", ":1: user: '1a' is not a user's name" },
		{ "squid program = squid", ":1: squid program: 'squid' is not a path from /" },
		{ "trusted peers =",
		    ":1: trusted peers: are at least one range, such as 127.0.0.0/8" },
		{ "trusted peers = ::1, x",
		    ":1: trusted peers: 'x' is not an address range, such as 10.0.0.0/8 or ::1" },
		{ "web = 1.1.1.1:1\n#\nweb = 1.1.1.1:1", ":3: 'web' stands in line 1 already" },
		{ "portal url = ftp://x",
		    ":1: portal url: 'ftp://x' is not an address such as "
		    "http://beadle.school.example" },
		{ "portal url = http:///",
		    ":1: portal url: 'http:///' is not an address such as "
		    "http://beadle.school.example" },
		{ "portal url = http://a\"b",
		    ":1: portal url: 'http://a\"b' is not an address such as "
		    "http://beadle.school.example" },
	};
	PLACE(p);
	char want[400];

	for (size_t i = 0; i < BDL_ARRAY_LEN(rows); i++) {
		struct bdl_conf c = { .log_level = 99 };
		struct bdl_err err = { 0 };

		assert_true(load(&p, rows[i].text, &c, &err) < 0);
		(void)snprintf(
		    want, sizeof(want), "%s%s", place_path(&p, "beadle.conf"), rows[i].want);
		assert_string_equal(err.text, want);
		assert_int_equal(c.log_level, 99); /* untouched */
		assert_int_equal(bdl_conf_load(p.dir, &c, NULL), err.code);
	}
}

static void the_environment_comes_last(void **state)
{
	(void)state;
	PLACE(p);
	struct bdl_conf c;
	struct bdl_err err;

	setenv("BEADLE_PORTAL", "127.0.0.1:9999", 1);
	setenv("BEADLE_WEB", "127.0.0.1:9998", 1);
	setenv("BEADLE_PROXY", "", 1); /* empty is not given */
	assert_int_equal(load(&p, "portal = 127.0.0.1:1\nproxy = 127.0.0.1:7\n", &c, &err), 0);
	assert_addr(&c.portal, "127.0.0.1:9999");
	assert_addr(&c.web, "127.0.0.1:9998");
	assert_addr(&c.proxy, "127.0.0.1:7");
	assert_string_equal(c.portal_url, "http://127.0.0.1:9999");
	setenv("BEADLE_PORTAL_URL", "https://x.example", 1);
	assert_int_equal(load(&p, "", &c, &err), 0);
	assert_string_equal(c.portal_url, "https://x.example");
	setenv("BEADLE_WEB", "nonsense", 1);
	assert_int_equal(load(&p, "", &c, &err), BDL_E_INVALID);
	assert_memory_equal(err.text, "BEADLE_WEB: 'nonsense' is not", 29);
}

static void limits_hold(void **state)
{
	(void)state;
	PLACE(p);
	BDL_AUTO_IN(bdl_buf_done) struct bdl_buf text = BDL_BUF(1 << 20);
	struct bdl_conf c;
	struct bdl_err err;

	while (text.n < 70000)
		assert_int_equal(bdl_buf_add_str(&text, "# a comment\n"), 0);
	assert_int_equal(load(&p, text.p, &c, &err), BDL_E_LIMIT);
	bdl_buf_clear(&text);
	assert_int_equal(bdl_buf_add_str(&text, "trusted peers = ::1"), 0);
	for (int i = 0; i < BDL_CONF_PEERS_MAX; i++)
		assert_int_equal(bdl_buf_add_str(&text, ",::1"), 0);
	assert_int_equal(load(&p, text.p, &c, &err), BDL_E_LIMIT);
	bdl_buf_clear(&text);
	assert_int_equal(bdl_buf_add_str(&text, "squid program = /"), 0);
	for (int i = 0; i < 256; i++)
		assert_int_equal(bdl_buf_add_char(&text, 'x'), 0);
	assert_int_equal(load(&p, text.p, &c, &err), BDL_E_LIMIT);
	assert_int_equal(bdl_conf_load("/nonexistent/folder", &c, &err), BDL_E_MISSING);
}

static void paths_are_below_the_folder(void **state)
{
	(void)state;
	PLACE(p);
	struct bdl_conf c;
	char path[600], want[600], here[512];

	/* A relative folder, by a way round, is made absolute. */
	assert_non_null(getcwd(here, sizeof(here)));
	assert_int_equal(mkdir(place_path(&p, "data"), 0700), 0);
	assert_int_equal(chdir(p.dir), 0);
	assert_int_equal(bdl_conf_load("data/../data/.", &c, NULL), 0);
	assert_int_equal(chdir(here), 0);
	assert_string_equal(c.dir, place_path(&p, "data"));
	bdl_conf_path(&c, path, sizeof(path), "run/%s-%d", "web", 1);
	(void)snprintf(want, sizeof(want), "%.500s/run/web-1", c.dir);
	assert_string_equal(path, want);

	pid_t pid = fork();
	int status;
	if (pid == 0) {
		close(STDERR_FILENO);
		bdl_conf_path(&c, path, strlen(c.dir) + 4, "run");
		bdl_conf_path(&c, path, strlen(c.dir) + 4, "cut");
		bdl_conf_path(&c, path, strlen(c.dir) + 4, "cuts");
		_exit(0);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT);
}

static void the_manual_names_each(void **state)
{
	(void)state;
	static const char *const want[] = { "portal = 127.0.0.1:8080\n", "web workers = 0\n",
		"run proxy = no\n", "trusted peers = 127.0.0.0/8, ::1\n", "log level = info\n",
		"Environment: BEADLE_PORTAL_URL\n", "Environment: BEADLE_PROXY\n" };
	BDL_AUTO_IN(bdl_buf_done) struct bdl_buf b = BDL_BUF(1 << 16);

	bdl_conf_describe(&b);
	assert_false(bdl_buf_broken(&b));
	for (size_t i = 0; i < BDL_ARRAY_LEN(want); i++)
		if (!strstr(bdl_buf_str(&b), want[i]))
			fail_msg("no '%s' in:\n%s", want[i], bdl_buf_str(&b));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(has_defaults, clear),
		cmocka_unit_test_setup(says_who_it_is, clear),
		cmocka_unit_test_setup(reads_all_of_them, clear),
		cmocka_unit_test_setup(takes_what_libpq_takes_for_a_store, clear),
		cmocka_unit_test_setup(says_where_and_what, clear),
		cmocka_unit_test_setup(the_environment_comes_last, clear),
		cmocka_unit_test_setup(limits_hold, clear),
		cmocka_unit_test_setup(paths_are_below_the_folder, clear),
		cmocka_unit_test_setup(the_manual_names_each, clear),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
