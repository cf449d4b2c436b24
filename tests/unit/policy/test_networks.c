#include "../check.h"
#include "base/buf.h"
#include "policy/networks.h"
#include <stdio.h>

static struct bdl_networks *parse(const char *csv)
{
	struct bdl_networks *n = NULL;
	struct bdl_err err;

	if (bdl_networks_parse(bdl_view_of(csv), "n.csv", &n, &err) < 0)
		fail_msg("%s", err.text);
	return n;
}

static struct bdl_network find(const struct bdl_networks *n, const char *address)
{
	uint8_t ip[BDL_IP_SIZE];

	assert_true(bdl_ip_parse(bdl_view_of(address), ip));
	return bdl_networks_find(n, ip);
}

static void the_longest_prefix_wins(void **state)
{
	(void)state;
	BDL_AUTO(bdl_networks_free)
	struct bdl_networks *n = parse("\xef\xbb\xbfNetwork,Place,Kind,Person\r\n"
				       "0.0.0.0/0,elsewhere,unknown-devices,\r\n"
				       "10.20.4.17,,,J.Smith\r\n"
				       "10.20.0.0/16,site,school-devices,\r\n"
				       "\r\n"
				       "10.20.90.0/24,guest-network,own-devices,\r\n"
				       "10.20.90.128/25,cafe,,\r\n"
				       "10.20.90.7/32,,school-devices,\"kiosk\"\r\n"
				       "2001:db8:20::/48,site,school-devices,\r\n"
				       "2001:db8:20:90::/64,guest-network,own-devices,");
	static const struct {
		const char *address, *place, *kind, *person;
	} rows[] = {
		{ "10.20.4.16", "site", "school-devices", "" },
		{ "10.20.4.17", "site", "school-devices", "j.smith" },
		{ "::ffff:10.20.4.17", "site", "school-devices", "j.smith" },
		{ "10.20.90.6", "guest-network", "own-devices", "" },
		{ "10.20.90.7", "guest-network", "school-devices", "kiosk" },
		{ "10.20.90.127", "guest-network", "own-devices", "" },
		{ "10.20.90.128", "cafe", "own-devices", "" },
		{ "10.20.90.255", "cafe", "own-devices", "" },
		{ "10.20.91.0", "site", "school-devices", "" },
		{ "10.19.255.255", "elsewhere", "unknown-devices", "" },
		{ "2001:db8:20:1::5", "site", "school-devices", "" },
		{ "2001:db8:20:90::5", "guest-network", "own-devices", "" },
		{ "2001:db8:21::5", "", "", "" },
	};

	assert_int_equal(bdl_networks_size(n), 8);
	for (size_t i = 0; i < BDL_ARRAY_LEN(rows); i++) {
		struct bdl_network got = find(n, rows[i].address);

		check_view(rows[i].address, got.place, rows[i].place);
		check_view(rows[i].address, got.kind, rows[i].kind);
		check_view(rows[i].address, got.person, rows[i].person);
	}
}

static void an_empty_table_knows_nothing(void **state)
{
	(void)state;
	static const char *const texts[] = { "", "network,place,kind,person\n" };

	for (size_t i = 0; i < BDL_ARRAY_LEN(texts); i++) {
		BDL_AUTO(bdl_networks_free) struct bdl_networks *n = parse(texts[i]);

		assert_int_equal(bdl_networks_size(n), 0);
		assert_int_equal(find(n, "10.0.0.1").place.n, 0);
	}
	assert_int_equal(find(NULL, "10.0.0.1").place.n, 0);
}

#define HEAD "network,place,kind,person\n"

static void mistakes_are_named(void **state)
{
	(void)state;
	static const struct {
		const char *csv, *want;
	} rows[] = {
		{ "10.0.0.0/8,site,,\n",
		    "n.csv:1: the first line must be network,place,kind,person" },
		{ HEAD "10.0.0.0/8,site,\n",
		    "n.csv:2: 3 fields, not the 4 of network,place,kind,person" },
		{ HEAD "\n10.0.0.0/33,,,\n",
		    "n.csv:3: '10.0.0.0/33' is not an address range, such as 10.0.0.0/8 or ::1" },
		{ HEAD "guest,,,\n",
		    "n.csv:2: 'guest' is not an address range, such as 10.0.0.0/8 or ::1" },
		{ HEAD "10.0.0.7/8,,,\n",
		    "n.csv:2: '10.0.0.7/8' has bits past its prefix; the network begins at 10.0.0.0" },
		{ HEAD "2001:db8::1/64,,,\n",
		    "n.csv:2: '2001:db8::1/64' has bits past its prefix; the network begins at "
		    "2001:db8::" },
		{ HEAD "10.0.0.0/8,,school,\n",
		    "n.csv:2: 'school' is none of school-devices, own-devices, unknown-devices" },
		{ HEAD "10.0.0.0/8,Guest Network,,\n",
		    "n.csv:2: 'Guest Network' is not a place: lower-case letters, digits and hyphens, "
		    "at most 48" },
		{ HEAD "10.0.0.0/8,a,,\n10.0.0.0/9,a,,\n10.0.0.0/8,b,,\n",
		    "n.csv:4: this network is on line 2 already" },
		{ HEAD "::ffff:10.0.0.1,a,,\n10.0.0.1/32,a,,\n",
		    "n.csv:3: this network is on line 2 already" },
		{ HEAD "10.0.0.0/8,\"a,,\n", "n.csv:2: a quotation mark that is never closed" },
		{ HEAD "10.0.0.0/8,a,,\xff\n", "n.csv:2: a field that is no plain text in UTF-8" },
	};

	for (size_t i = 0; i < BDL_ARRAY_LEN(rows); i++) {
		struct bdl_networks *n = NULL;
		struct bdl_err err = { .text = "" };
		int rc = bdl_networks_parse(bdl_view_of(rows[i].csv), "n.csv", &n, &err);

		if (rc != BDL_E_INVALID || strcmp(err.text, rows[i].want) != 0 || n)
			fail_msg("'%s': got %d '%s', want '%s'", rows[i].csv, rc, err.text,
			    rows[i].want);
	}
}

static void limits_hold(void **state)
{
	(void)state;
	BDL_AUTO_IN(bdl_buf_done) struct bdl_buf csv = BDL_BUF(BDL_NETWORKS_BYTES_MAX);
	struct bdl_networks *n = NULL;
	struct bdl_err err;

	(void)bdl_buf_add_str(&csv, HEAD);
	for (unsigned i = 0; i < BDL_NETWORKS_MAX; i++)
		(void)bdl_buf_printf(&csv, "10.1.%u.%u,site,,p%u\n", i >> 8, i & 255, i);
	assert_int_equal(bdl_networks_parse(bdl_buf_view(&csv), "n", &n, &err), 0);
	check_view("the last", find(n, "10.1.255.255").person, "p65535");
	check_view("one between", find(n, "10.1.3.232").person, "p1000");
	bdl_networks_free(bdl_steal(&n));
	(void)bdl_buf_add_str(&csv, "10.2.0.0,site,,\n");
	assert_int_equal(bdl_networks_parse(bdl_buf_view(&csv), "n", &n, &err), BDL_E_LIMIT);
	assert_string_equal(err.text, "n:65538: more than 65536 networks");
	assert_null(n);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_longest_prefix_wins),
		cmocka_unit_test(an_empty_table_knows_nothing),
		cmocka_unit_test(mistakes_are_named),
		cmocka_unit_test(limits_hold),
	};
	return cmocka_run_group_tests_name("policy/networks", tests, NULL, NULL);
}
