#include "../check.h"
#include "proto/url.h"

static const struct {
	struct bdl_view in;
	const char *want; /* NULL: refused */
	bool is_ip;
} hosts[] = {
	{ BDL_LIT("casino.example"), "casino.example", false },
	{ BDL_LIT("CASINO.Example."), "casino.example", false },
	{ BDL_LIT("cas%69no%2Eexample"), "casino.example", false },
	{ BDL_LIT("CAS%49NO.example%2e"), "casino.example", false },
	{ BDL_LIT("a_b-c.example"), "a_b-c.example", false },
	{ BDL_LIT("localhost"), "localhost", false },
	{ BDL_LIT("xn--caf-dma.example"), "xn--caf-dma.example", false },
	{ BDL_LIT("1.2.3.4.example"), "1.2.3.4.example", false },
	{ BDL_LIT("0xg.0xh"), "0xg.0xh", false },
	/* IDN: whatever a browser makes the same */
	{ BDL_LIT("café.example"), "xn--caf-dma.example", false },
	{ BDL_LIT("CAFÉ.Example."), "xn--caf-dma.example", false },
	{ BDL_LIT("cafe\u0301.example"), "xn--caf-dma.example", false },
	{ BDL_LIT("caf%C3%A9.example"), "xn--caf-dma.example", false },
	{ BDL_LIT("XN--CAF-dma.example"), "xn--caf-dma.example", false },
	{ BDL_LIT("ＣＡＳＩＮＯ。example"), "casino.example", false },
	{ BDL_LIT("cas\u00adino.example"), "casino.example", false },
	{ BDL_LIT("faß.example"), "xn--fa-hia.example", false },
	{ BDL_LIT("💩.example"), "xn--ls8h.example", false },
	{ BDL_LIT("r3---sn-é.example"), "xn--r3---sn--i1a.example", false },
	{ BDL_LIT("１９２.0.2.33"), "192.0.2.33", true },
	/* IPv4, in all the spellings of one address */
	{ BDL_LIT("192.0.2.33"), "192.0.2.33", true },
	{ BDL_LIT("192.0.2.33."), "192.0.2.33", true },
	{ BDL_LIT("3221226017"), "192.0.2.33", true },
	{ BDL_LIT("0xC0000221"), "192.0.2.33", true },
	{ BDL_LIT("030000001041"), "192.0.2.33", true },
	{ BDL_LIT("0300.0.02.041"), "192.0.2.33", true },
	{ BDL_LIT("0xc0.0x0.0x2.0x21"), "192.0.2.33", true },
	{ BDL_LIT("192.545"), "192.0.2.33", true },
	{ BDL_LIT("192.0.545"), "192.0.2.33", true },
	{ BDL_LIT("%31%39%32.0.2.33"), "192.0.2.33", true },
	{ BDL_LIT("127.1"), "127.0.0.1", true },
	{ BDL_LIT("0"), "0.0.0.0", true },
	{ BDL_LIT("0x"), "0.0.0.0", true },
	{ BDL_LIT("4294967295"), "255.255.255.255", true },
	/* IPv6 */
	{ BDL_LIT("[2001:DB8:0:0:0:0:0:1]"), "2001:db8::1", true },
	{ BDL_LIT("2001:db8::1"), "2001:db8::1", true },
	{ BDL_LIT("[::1]"), "::1", true },
	{ BDL_LIT("[::ffff:192.0.2.33]"), "192.0.2.33", true },
	{ BDL_LIT("[::ffff:c000:221]"), "192.0.2.33", true },
	/* refused */
	{ BDL_LIT(""), NULL, false },
	{ BDL_LIT("."), NULL, false },
	{ BDL_LIT(".casino.example"), NULL, false },
	{ BDL_LIT("casino..example"), NULL, false },
	{ BDL_LIT("casino.example.."), NULL, false },
	{ BDL_LIT("casino example"), NULL, false },
	{ BDL_LIT("casino\0.example"), NULL, false },
	{ BDL_LIT("casino%00.example"), NULL, false },
	{ BDL_LIT("casino%2fexample"), NULL, false },
	{ BDL_LIT("casino%2"), NULL, false },
	{ BDL_LIT("casino%zz"), NULL, false },
	{ BDL_LIT("casino%2525"), NULL, false },
	{ BDL_LIT("caf\xff.example"), NULL, false },
	{ BDL_LIT("caf%C3.example"), NULL, false },
	{ BDL_LIT("a\u200cb.example"), NULL, false },    /* a joiner where none may be */
	{ BDL_LIT("casino\uff0fexample"), NULL, false }, /* a wide slash */
	{ BDL_LIT("\u3002example"), NULL, false },
	{ BDL_LIT("*.example"), NULL, false },
	{ BDL_LIT("256.0.0.1"), NULL, false },
	{ BDL_LIT("1.2.3.256"), NULL, false },
	{ BDL_LIT("1.2.3.4.5"), NULL, false },
	{ BDL_LIT("08.0.0.1"), NULL, false },
	{ BDL_LIT("casino.1"), NULL, false },
	{ BDL_LIT("casino.0x1f"), NULL, false },
	{ BDL_LIT("4294967296"), NULL, false },
	{ BDL_LIT("99999999999999999999"), NULL, false },
	{ BDL_LIT("18446744073709551617"), NULL, false },
	{ BDL_LIT("1..2"), NULL, false },
	{ BDL_LIT("[]"), NULL, false },
	{ BDL_LIT("["), NULL, false },
	{ BDL_LIT("[::1"), NULL, false },
	{ BDL_LIT("[::g]"), NULL, false },
	{ BDL_LIT("[fe80::1%25eth0]"), NULL, false },
	{ BDL_LIT("[::1\0]"), NULL, false },
	{ BDL_LIT("[192.0.2.33]"), NULL, false },
	{ BDL_LIT(":"), NULL, false },
};

static void hosts_have_one_spelling(void **state)
{
	(void)state;
	for (size_t i = 0; i < BDL_ARRAY_LEN(hosts); i++) {
		char got[BDL_HOST_MAX + 1] = "untouched";
		bool is_ip = false;
		int r = bdl_host_normalise(hosts[i].in, got, &is_ip, NULL);
		check_long(hosts[i].in.p, r, hosts[i].want != NULL ? 0 : BDL_E_INVALID);
		check_view(hosts[i].in.p, bdl_view_of(got),
		    hosts[i].want != NULL ? hosts[i].want : "untouched");
		check_long(hosts[i].in.p, is_ip, hosts[i].is_ip);
		/* What is normal stays as it is. */
		if (r == 0) {
			char again[BDL_HOST_MAX + 1];
			r = bdl_host_normalise(bdl_view_of(got), again, &is_ip, NULL);
			check_long(got, r, 0);
			check_view(got, bdl_view_of(again), got);
			check_long(got, is_ip, hosts[i].is_ip);
		}
	}
}

static void hosts_have_a_length(void **state)
{
	char name[BDL_HOST_MAX + 3], got[BDL_HOST_MAX + 1];
	bool is_ip;

	(void)state;
	memset(name, 'a', sizeof(name));
	check_long("label of 63", bdl_host_normalise(bdl_view_at(name, 63), got, &is_ip, NULL), 0);
	check_long("label of 64", bdl_host_normalise(bdl_view_at(name, 64), got, &is_ip, NULL),
	    BDL_E_INVALID);
	for (size_t i = 49; i < sizeof(name); i += 50)
		name[i] = '.';
	check_long("253", bdl_host_normalise(bdl_view_at(name, 253), got, &is_ip, NULL), 0);
	check_long("all of it", (long)strlen(got), 253);
	check_long(
	    "254", bdl_host_normalise(bdl_view_at(name, 254), got, &is_ip, NULL), BDL_E_INVALID);
	name[253] = '.';
	check_long(
	    "253 and a dot", bdl_host_normalise(bdl_view_at(name, 254), got, &is_ip, NULL), 0);
	check_long(
	    "255", bdl_host_normalise(bdl_view_at(name, 255), got, &is_ip, NULL), BDL_E_INVALID);
}

static const struct {
	const char *target, *host_field;
	const char *host; /* NULL: refused */
	enum bdl_scheme scheme;
	unsigned port;
	const char *path;
} urls[] = {
	{ "http://casino.example/x?y=1", "", "casino.example", BDL_SCHEME_HTTP, 80, "/x?y=1" },
	{ "HTTPS://Casino.Example:443/", "", "casino.example", BDL_SCHEME_HTTPS, 443, "/" },
	{ "http://casino.example:8080", "", "casino.example", BDL_SCHEME_HTTP, 8080, "/" },
	{ "http://casino.example:/a", "", "casino.example", BDL_SCHEME_HTTP, 80, "/a" },
	{ "http://casino.example:00080/", "", "casino.example", BDL_SCHEME_HTTP, 80, "/" },
	{ "ws://casino.example/", "", "casino.example", BDL_SCHEME_WS, 80, "/" },
	{ "wss://casino.example/", "", "casino.example", BDL_SCHEME_WSS, 443, "/" },
	{ "ftp://casino.example/f", "", "casino.example", BDL_SCHEME_OTHER, 0, "/f" },
	{ "ftp://casino.example:21/f", "", "casino.example", BDL_SCHEME_OTHER, 21, "/f" },
	/* user information is not the host */
	{ "http://good.example@casino.example/", "", "casino.example", BDL_SCHEME_HTTP, 80, "/" },
	{ "http://good.example:80@casino.example/", "", "casino.example", BDL_SCHEME_HTTP, 80,
	    "/" },
	{ "http://a@b@casino.example/", "", "casino.example", BDL_SCHEME_HTTP, 80, "/" },
	{ "http://casino.example/@good.example", "", "casino.example", BDL_SCHEME_HTTP, 80,
	    "/@good.example" },
	{ "http://casino.example?@good.example/", "", "casino.example", BDL_SCHEME_HTTP, 80,
	    "?@good.example/" },
	{ "http://casino.example#@good.example/", "", "casino.example", BDL_SCHEME_HTTP, 80, "/" },
	/* slashes as browsers take them */
	{ "http:\\\\casino.example\\x", "", "casino.example", BDL_SCHEME_HTTP, 80, "\\x" },
	{ "http://casino.example\\@good.example/", "", "casino.example", BDL_SCHEME_HTTP, 80,
	    "\\@good.example/" },
	{ "http:/casino.example/", "", "casino.example", BDL_SCHEME_HTTP, 80, "/" },
	{ "http:casino.example/", "", "casino.example", BDL_SCHEME_HTTP, 80, "/" },
	{ "http:////casino.example/", "", "casino.example", BDL_SCHEME_HTTP, 80, "/" },
	{ "http://0x7f.1/", "", "127.0.0.1", BDL_SCHEME_HTTP, 80, "/" },
	{ "http://[2001:DB8::0:1]:81/", "", "2001:db8::1", BDL_SCHEME_HTTP, 81, "/" },
	{ "http://casino.example/a#b", "", "casino.example", BDL_SCHEME_HTTP, 80, "/a" },
	/* origin form */
	{ "/x", "casino.example:8443", "casino.example", BDL_SCHEME_HTTPS, 8443, "/x" },
	{ "/x", "CASINO.example.", "casino.example", BDL_SCHEME_HTTPS, 443, "/x" },
	{ "//other.example/x", "casino.example", "casino.example", BDL_SCHEME_HTTPS, 443,
	    "//other.example/x" },
	{ "*", "casino.example", "casino.example", BDL_SCHEME_HTTPS, 443, "*" },
	{ "http://casino.example/", "good.example", "casino.example", BDL_SCHEME_HTTP, 80, "/" },
	/* authority form */
	{ "casino.example:443", "good.example", "casino.example", BDL_SCHEME_HTTPS, 443, "" },
	{ "localhost:8443", "", "localhost", BDL_SCHEME_HTTPS, 8443, "" },
	{ "[::1]:443", "", "::1", BDL_SCHEME_HTTPS, 443, "" },
	/* refused */
	{ "", "casino.example", NULL, 0, 0, NULL },
	{ "/x", "", NULL, 0, 0, NULL },
	{ "/x", "casino.example/y", NULL, 0, 0, NULL },
	{ "/x", "good.example@casino.example", NULL, 0, 0, NULL },
	{ "/x", "casino.example, good.example", NULL, 0, 0, NULL },
	{ "/x", "2001:db8::1", NULL, 0, 0, NULL },
	{ "http://", "", NULL, 0, 0, NULL },
	{ "http:///", "", NULL, 0, 0, NULL },
	{ "http://@/", "", NULL, 0, 0, NULL },
	{ "http://:80/", "", NULL, 0, 0, NULL },
	{ "http://casino.example:65536/", "", NULL, 0, 0, NULL },
	{ "http://casino.example:-1/", "", NULL, 0, 0, NULL },
	{ "http://casino.example:80a/", "", NULL, 0, 0, NULL },
	{ "http://casino.example:80:80/", "", NULL, 0, 0, NULL },
	{ "http://[::1]x/", "", NULL, 0, 0, NULL },
	{ "http://[::1/", "", NULL, 0, 0, NULL },
	{ "http://cas\tino.example/", "", NULL, 0, 0, NULL },
	{ "http://casino.example/\n", "", NULL, 0, 0, NULL },
	{ "http://casino.example/a b", "", NULL, 0, 0, NULL },
	{ "/\x7f", "casino.example", NULL, 0, 0, NULL },
	{ "urn:isbn:0451450523", "", NULL, 0, 0, NULL },
	{ "javascript:alert(1)", "", NULL, 0, 0, NULL },
};

static void urls_are_taken_apart(void **state)
{
	struct bdl_view nothing = { 0 };

	(void)state;
	check_long("no bytes at all", bdl_url_parse(nothing, nothing, BDL_SCHEME_HTTP, NULL, NULL),
	    BDL_E_INVALID);
	for (size_t i = 0; i < BDL_ARRAY_LEN(urls); i++) {
		struct bdl_url u = { .port = 7 };
		const char *name = urls[i].target;
		int r = bdl_url_parse(bdl_view_of(urls[i].target), bdl_view_of(urls[i].host_field),
		    BDL_SCHEME_HTTPS, &u, NULL);
		check_long(name, r, urls[i].host != NULL ? 0 : BDL_E_INVALID);
		if (r < 0) {
			check_long("nothing was written", u.port, 7);
			continue;
		}
		check_view(name, bdl_view_of(u.host), urls[i].host);
		check_view(
		    name, bdl_view_of(bdl_scheme_word(u.scheme)), bdl_scheme_word(urls[i].scheme));
		check_long(name, u.port, urls[i].port);
		check_view(name, u.path, urls[i].path);
		check_long(name, u.cut, false);
	}
}

static void authorities_are_strict(void **state)
{
	struct bdl_url u;

	(void)state;
	check_long("plain", bdl_url_parse_authority(BDL_LIT("Casino.example:8443"), &u, NULL), 0);
	check_view("host", bdl_view_of(u.host), "casino.example");
	check_long("port", u.port, 8443);
	check_long("user", bdl_url_parse_authority(BDL_LIT("a@casino.example:443"), &u, NULL),
	    BDL_E_INVALID);
	check_long("path", bdl_url_parse_authority(BDL_LIT("casino.example:443/x"), &u, NULL),
	    BDL_E_INVALID);
}

static void long_urls_are_cut(void **state)
{
	static char text[BDL_URL_MAX + 32];
	const char start[] = "http://casino.example";
	size_t n = sizeof(start) - 1;
	struct bdl_url u;

	(void)state;
	memset(text, '/', sizeof(text));
	memcpy(text, start, n);
	struct bdl_view none = { 0 }, v = bdl_view_at(text, n + BDL_URL_MAX);
	check_long("fits", bdl_url_parse(v, none, BDL_SCHEME_HTTP, &u, NULL), 0);
	check_long("whole", u.cut, false);
	check_long("length", (long)u.path.n, BDL_URL_MAX);
	v.n++;
	check_long("longer", bdl_url_parse(v, none, BDL_SCHEME_HTTP, &u, NULL), 0);
	check_long("cut", u.cut, true);
	check_long("length", (long)u.path.n, BDL_URL_MAX);
	check_view("host", bdl_view_of(u.host), "casino.example");
}

static const struct {
	const char *in, *want;
} paths[] = {
	{ "", "/" },
	{ "/", "/" },
	{ "/a/b", "/a/b" },
	{ "/a/./b", "/a/b" },
	{ "/a/../b", "/b" },
	{ "/a/b/../../../c", "/c" },
	{ "/a/..", "/" },
	{ "/a/b/..", "/a/" },
	{ "/a/.", "/a/" },
	{ "/.", "/" },
	{ "/..", "/" },
	{ "/a/%2e%2E/b", "/b" },
	{ "/a/.%2e/b", "/b" },
	{ "/a/%2e/b", "/a/b" },
	{ "/a/.../b", "/a/.../b" },
	{ "/a//b/", "/a/b/" },
	{ "//a", "/a" },
	{ "/a/\\//", "/a/" },
	{ "/a//../b", "/b" },
	{ "/a%2Fb", "/a/b" },
	{ "/a%5cb%2f", "/a/b/" },
	{ "/a%2f..%2Fb", "/b" },
	{ "/a%2f%2e%2e", "/" },
	{ "/a%252fb", "/a%252fb" },
	{ "/a?b//c%2f..", "/a?b//c%2F.." },
	{ "\\a\\..\\b", "/b" },
	{ "/%41%7e%26%c3%a9", "/A~%26%C3%A9" },
	{ "/%40a%21:%2c", "/@a!:," },
	{ "/caf\xc3\xa9/<a>", "/caf%C3%A9/%3Ca%3E" },
	{ "/a b|c?\"d\"", "/a%20b%7Cc?%22d%22" },
	{ "/a?b%26c%3Dd%2B%3b", "/a?b%26c%3Dd%2B%3B" },
	{ "/a#b?c", "/a" },
	{ "/%", "/%" },
	{ "/%4", "/%4" },
	{ "/%zz%41", "/%zzA" },
	{ "/%2541", "/%2541" },
	{ "?a=1", "/?a=1" },
	{ "/a/../b?c/../%64", "/b?c/../d" },
};

static void paths_have_one_spelling(void **state)
{
	(void)state;
	for (size_t i = 0; i < BDL_ARRAY_LEN(paths); i++) {
		BDL_AUTO_IN(bdl_buf_done) struct bdl_buf out = BDL_BUF(100);
		assert_int_equal(bdl_buf_add_str(&out, "x/y"), 0);
		assert_int_equal(bdl_url_path(bdl_view_of(paths[i].in), &out), 0);
		struct bdl_view v = bdl_buf_view(&out);
		check_view("what stood there", bdl_view_at(v.p, 3), "x/y");
		check_view(paths[i].in, bdl_view_at(v.p + 3, v.n - 3), paths[i].want);
	}
}

static void hosts_below_a_domain(void **state)
{
	(void)state;
	assert_true(bdl_host_below(BDL_LIT("casino.example"), BDL_LIT("casino.example")));
	assert_true(bdl_host_below(BDL_LIT("www.casino.example"), BDL_LIT("casino.example")));
	assert_true(bdl_host_below(BDL_LIT("casino.example"), BDL_LIT("example")));
	assert_false(bdl_host_below(BDL_LIT("mycasino.example"), BDL_LIT("casino.example")));
	assert_false(bdl_host_below(BDL_LIT("example"), BDL_LIT("casino.example")));
	assert_false(bdl_host_below(BDL_LIT("casino.example"), BDL_LIT("")));
	assert_false(bdl_host_below(BDL_LIT(""), BDL_LIT("")));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(hosts_have_one_spelling),
		cmocka_unit_test(hosts_have_a_length),
		cmocka_unit_test(urls_are_taken_apart),
		cmocka_unit_test(authorities_are_strict),
		cmocka_unit_test(long_urls_are_cut),
		cmocka_unit_test(paths_have_one_spelling),
		cmocka_unit_test(hosts_below_a_domain),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
