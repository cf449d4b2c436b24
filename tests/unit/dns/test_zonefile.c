/* A zone read again, and two of them compared. */
#include "../check.h"
#include "doors/dns/zonefile.h"
#include <stdlib.h>

#define STATE "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff"
#define HEAD(serial)                                                                           \
	"; beadle dns zone 1\n; state " STATE "\n;\n; a: b\n;\n$TTL 60\n$ORIGIN beadle.rpz.\n" \
	"@ SOA localhost. nobody.invalid. " serial " 3600 600 86400 60\n NS localhost.\n"

static void reads_a_head(void **state)
{
	(void)state;
	struct bdl_dns_head head;
	char hex[BDL_DIGEST_HEX];

	assert_true(bdl_dns_head_parse(BDL_LIT(HEAD("1795262400") "a.example CNAME .\n"), &head));
	assert_int_equal(head.serial, 1795262400);
	bdl_digest_hex(&head.state, hex);
	assert_string_equal(hex, STATE);
	assert_true(bdl_view_is(head.names, "a.example CNAME .\n"));
	assert_true(bdl_dns_head_parse(BDL_LIT(HEAD("4294967295")), &head));
	assert_int_equal(head.names.n, 0);
}

static void refuses_what_is_no_zone_of_ours(void **state)
{
	(void)state;
	static const char *const texts[] = {
		"",
		"\n",
		"; beadle dns zone 2\n; state " STATE "\n@ SOA a b 1 2\n NS c\n",
		"; beadle dns zone 1\n@ SOA localhost. nobody.invalid. 1 3600\n NS localhost.\n",
		"; beadle dns zone 1\n; state 00\n@ SOA localhost. nobody.invalid. 1 3600\n NS l.\n",
		HEAD("x"),
		HEAD("4294967296"),
		"; beadle dns zone 1\n; state " STATE "\n@ SOA localhost.\n NS localhost.\n",
		"; beadle dns zone 1\n; state " STATE "\n@ SOA localhost. nobody.invalid. 1 3600\n",
	};
	struct bdl_dns_head head;

	for (size_t i = 0; i < BDL_ARRAY_LEN(texts); i++)
		if (bdl_dns_head_parse(bdl_view_of(texts[i]), &head))
			fail_msg("%s", texts[i]);
}

static void reads_names_one_after_the_other(void **state)
{
	(void)state;
	struct bdl_view rest =
	    BDL_LIT("a.example A 10.0.0.5\n AAAA fd00::5\n*.a.example A 10.0.0.5\n AAAA fd00::5\n"
		    "b.example CNAME rpz-passthru.\nc.example CNAME .");
	static const struct {
		const char *name, *lines;
	} want[] = {
		{ "a.example",
		    "a.example A 10.0.0.5\n AAAA fd00::5\n*.a.example A 10.0.0.5\n AAAA fd00::5\n" },
		{ "b.example", "b.example CNAME rpz-passthru.\n" },
		{ "c.example", "c.example CNAME ." },
	};
	struct bdl_dns_entry e;

	for (size_t i = 0; i < BDL_ARRAY_LEN(want); i++) {
		assert_true(bdl_dns_entry_next(&rest, &e));
		assert_true(bdl_view_is(e.name, want[i].name));
		assert_true(bdl_view_is(e.lines, want[i].lines));
	}
	assert_false(bdl_dns_entry_next(&rest, &e));
}

static void says_what_differs(void **state)
{
	(void)state;
	struct bdl_view before = BDL_LIT("example CNAME .\n*.example CNAME .\n"
					 "a.example CNAME rpz-passthru.\ngone.net CNAME .\n");
	struct bdl_view after = BDL_LIT("example CNAME .\n*.example CNAME .\n"
					"a.example A 10.0.0.5\nb.example CNAME rpz-passthru.\n"
					"new.net CNAME .\n");
	BDL_AUTO_IN(bdl_buf_done) struct bdl_buf out = BDL_BUF(4096), less = BDL_BUF(4096);
	struct bdl_dns_change change;

	bdl_dns_compare(before, after, 100, &out, &change);
	assert_string_equal(bdl_buf_str(&out), "~ a.example\n+ b.example\n- gone.net\n+ new.net\n");
	assert_int_equal(change.added, 2);
	assert_int_equal(change.removed, 1);
	assert_int_equal(change.changed, 1);
	bdl_dns_compare(before, after, 2, &less, &change);
	assert_string_equal(bdl_buf_str(&less), "~ a.example\n+ b.example\n");
	assert_int_equal(change.added, 2);
	bdl_buf_clear(&out);
	bdl_dns_compare(after, after, 100, &out, &change);
	assert_int_equal(out.n + change.added + change.removed + change.changed, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_a_head),
		cmocka_unit_test(refuses_what_is_no_zone_of_ours),
		cmocka_unit_test(reads_names_one_after_the_other),
		cmocka_unit_test(says_what_differs),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
