#include "sys/net.h"
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <unistd.h>

#include <cmocka.h>

static struct bdl_addr addr(const char *text)
{
	struct bdl_addr a = { 0 };

	if (bdl_addr_parse(bdl_view_of(text), &a, NULL) < 0)
		fail_msg("'%s' is refused", text);
	return a;
}

static void reads_addresses(void **state)
{
	(void)state;
	static const struct {
		const char *text, *want; /* NULL: refused */
		bool loopback;
	} rows[] = {
		{ "127.0.0.1:8080", "127.0.0.1:8080", true },
		{ "127.9.9.9:0", "127.9.9.9:0", true },
		{ "10.0.0.7:65535", "10.0.0.7:65535", false },
		{ "[::1]:1344", "[::1]:1344", true },
		{ "[::ffff:127.0.0.1]:1", "[::ffff:127.0.0.1]:1", true },
		{ "[2001:DB8::7]:3128", "[2001:db8::7]:3128", false },
		{ "[::]:80", "[::]:80", false },
		{ "127.0.0.1", NULL, false },
		{ "127.0.0.1:", NULL, false },
		{ "127.0.0.1:65536", NULL, false },
		{ "127.0.0.1:-1", NULL, false },
		{ "127.0.0.1:80x", NULL, false },
		{ "127.0.0:80", NULL, false },
		{ ":80", NULL, false },
		{ "::1:80", NULL, false },
		{ "[::1]", NULL, false },
		{ "[::1]80", NULL, false },
		{ "[::1", NULL, false },
		{ "[127.0.0.1]:80", NULL, false },
		{ "localhost:80", NULL, false },
		{ "[0000:0000:0000:0000:0000:0000:0000:0000:0000:0000:0000:0001]:80", NULL, false },
		{ "", NULL, false },
	};
	for (size_t i = 0; i < BDL_ARRAY_LEN(rows); i++) {
		struct bdl_addr a;
		struct bdl_err err;
		char got[BDL_ADDR_TEXT];
		int rc = bdl_addr_parse(bdl_view_of(rows[i].text), &a, &err);

		if (rc != (rows[i].want ? 0 : BDL_E_INVALID))
			fail_msg("'%s': got %d", rows[i].text, rc);
		if (rc < 0)
			continue;
		bdl_addr_text(&a, got);
		assert_string_equal(got, rows[i].want);
		assert_int_equal(bdl_addr_is_loopback(&a), rows[i].loopback);
	}
	struct bdl_addr a = addr("[::1]:1344");
	assert_int_equal(bdl_addr_port(&a), 1344);
}

static void holds_addresses(void **state)
{
	(void)state;
	static const struct {
		const char *net, *addr;
		bool holds;
	} rows[] = {
		{ "10.0.0.0/8", "10.255.0.1:1", true },
		{ "10.0.0.0/8", "11.0.0.1:1", false },
		{ "10.0.0.0/8", "[::ffff:10.1.1.1]:1", true },
		{ "192.168.1.7", "192.168.1.7:1", true },
		{ "192.168.1.7", "192.168.1.6:1", false },
		{ "192.168.1.128/25", "192.168.1.200:1", true },
		{ "192.168.1.128/25", "192.168.1.127:1", false },
		{ "172.16.0.0/12", "172.31.255.255:1", true },
		{ "172.16.0.0/12", "172.32.0.0:1", false },
		{ "0.0.0.0/0", "8.8.8.8:1", true },
		{ "0.0.0.0/0", "[2001:db8::1]:1", false },
		{ "::1", "[::1]:1", true },
		{ "::1", "127.0.0.1:1", false },
		{ "2001:db8::/33", "[2001:db8:7fff::1]:1", true },
		{ "2001:db8::/33", "[2001:db8:8000::1]:1", false },
		{ "::/0", "127.0.0.1:1", true },
	};
	for (size_t i = 0; i < BDL_ARRAY_LEN(rows); i++) {
		struct bdl_net net;
		struct bdl_addr a = addr(rows[i].addr);

		assert_int_equal(bdl_net_parse(bdl_view_of(rows[i].net), &net, NULL), 0);
		if (bdl_net_holds(&net, (struct sockaddr *)(void *)&a.sa) != rows[i].holds)
			fail_msg("%s holds %s: want %d", rows[i].net, rows[i].addr, rows[i].holds);
	}
	static const char *const bad[] = { "", "/8", "10.0.0.0/", "10.0.0.0/33", "::1/129",
		"10.0.0.0/-1", "10.0.0", "10.0.0.0/8/8", "school" };
	for (size_t i = 0; i < BDL_ARRAY_LEN(bad); i++) {
		struct bdl_net net;

		if (bdl_net_parse(bdl_view_of(bad[i]), &net, NULL) != BDL_E_INVALID)
			fail_msg("'%s' is taken", bad[i]);
	}
	struct bdl_net all;
	assert_int_equal(bdl_net_parse(BDL_LIT("::/0"), &all, NULL), 0);
	assert_false(bdl_net_holds(&all, &(struct sockaddr){ .sa_family = AF_UNIX }));
}

static void reads_addresses_alone(void **state)
{
	(void)state;
	static const struct {
		const char *text, *want; /* NULL: refused */
		bool v4;
		unsigned bits; /* kept by the mask, whose result is `masked` */
		const char *masked;
	} rows[] = {
		{ "10.20.30.40", "10.20.30.40", true, 96 + 23, "10.20.30.0" },
		{ "::ffff:10.20.30.40", "10.20.30.40", true, 96, "0.0.0.0" },
		{ "2001:DB8::7", "2001:db8::7", false, 32, "2001:db8::" },
		{ "2001:db8:ffff::1", "2001:db8:ffff::1", false, 33, "2001:db8:8000::" },
		{ "::1", "::1", false, 128, "::1" },
		{ "ffff::1", "ffff::1", false, 0, "::" },
		{ "10.20.30", NULL, false, 0, NULL },
		{ "10.20.30.40/32", NULL, false, 0, NULL },
		{ "fe80::1%eth0", NULL, false, 0, NULL },
		{ "", NULL, false, 0, NULL },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		uint8_t ip[BDL_IP_SIZE];
		char got[BDL_IP_TEXT];

		if (bdl_ip_parse(bdl_view_of(rows[i].text), ip) != (rows[i].want != NULL))
			fail_msg("'%s' is taken for what it is not", rows[i].text);
		if (!rows[i].want)
			continue;
		bdl_ip_text(ip, got);
		assert_string_equal(got, rows[i].want);
		assert_int_equal(bdl_ip_is_v4(ip), rows[i].v4);
		bdl_ip_mask(ip, rows[i].bits);
		bdl_ip_text(ip, got);
		assert_string_equal(got, rows[i].masked);
	}
}

static void datagrams_have_a_port_of_their_own(void **state)
{
	(void)state;
	struct bdl_addr want = addr("127.0.0.1:0"), at = { .len = sizeof(at.sa) };
	BDL_AUTO_FD int one = -1;
	BDL_AUTO_FD int two = -1;
	struct bdl_err err;

	assert_int_equal(bdl_net_datagrams(&want, &one, &err), 0);
	assert_int_equal(getsockname(one, (struct sockaddr *)(void *)&at.sa, &at.len), 0);
	assert_int_equal(fcntl(one, F_GETFL) & O_NONBLOCK, O_NONBLOCK);
	assert_int_equal(bdl_net_datagrams(&at, &two, &err), BDL_E_BUSY);
	assert_int_equal(two, -1);
}

static struct bdl_addr listen_at(const char *text, enum bdl_listen how, int *fd)
{
	struct bdl_addr want = addr(text), got = { .len = sizeof(got.sa) };
	struct bdl_err err;

	if (bdl_net_listen(&want, how, fd, &err) < 0)
		fail_msg("%s", err.text);
	/* The system chose the port. */
	assert_int_equal(getsockname(*fd, (struct sockaddr *)(void *)&got.sa, &got.len), 0);
	return got;
}

static void a_port_in_use_is_named(void **state)
{
	(void)state;
	BDL_AUTO_FD int first = -1, second = -1;
	char text[BDL_ADDR_TEXT], want[100];
	struct bdl_addr at = listen_at("127.0.0.1:0", BDL_LISTEN_ALONE, &first);
	struct bdl_err err;

	assert_int_equal(fcntl(first, F_GETFD) & FD_CLOEXEC, FD_CLOEXEC);
	assert_int_equal(fcntl(first, F_GETFL) & O_NONBLOCK, O_NONBLOCK);
	bdl_addr_text(&at, text);
	(void)snprintf(want, sizeof(want), "%s is in use by another program", text);
	assert_int_equal(bdl_net_listen(&at, BDL_LISTEN_ALONE, &second, &err), BDL_E_BUSY);
	assert_string_equal(err.text, want);
	assert_int_equal(bdl_net_probe(&at, &err), BDL_E_BUSY);
	assert_int_equal(bdl_net_listen(&at, BDL_LISTEN_SHARED, &second, &err), BDL_E_BUSY);
	assert_int_equal(second, -1);
	close(bdl_steal_fd(&first));
	assert_int_equal(bdl_net_probe(&at, &err), 0);
}

static void a_group_shares_and_others_stay_out(void **state)
{
	(void)state;
	BDL_AUTO_FD int one = -1, two = -1, other = -1;
	struct bdl_addr at = listen_at("127.0.0.1:0", BDL_LISTEN_SHARED, &one);
	struct bdl_err err;

	assert_int_equal(bdl_net_listen(&at, BDL_LISTEN_SHARED_AGAIN, &two, &err), 0);
	/* A second Beadle that starts a group of its own must not slip into ours. */
	assert_int_equal(bdl_net_listen(&at, BDL_LISTEN_SHARED, &other, &err), BDL_E_BUSY);
	assert_int_equal(bdl_net_listen(&at, BDL_LISTEN_ALONE, &other, &err), BDL_E_BUSY);
}

static void a_restart_is_not_refused(void **state)
{
	(void)state;
	BDL_AUTO_FD int listener = -1, again = -1;
	struct bdl_addr at = listen_at("127.0.0.1:0", BDL_LISTEN_ALONE, &listener);
	BDL_AUTO_FD int client = socket(AF_INET, SOCK_STREAM, 0);
	char c;

	assert_int_equal(connect(client, (struct sockaddr *)(void *)&at.sa, at.len), 0);
	int peer = accept(listener, NULL, NULL);
	assert_true(peer >= 0);
	/* We close first, so the connection stays on our port in TIME_WAIT. */
	close(peer);
	assert_int_equal(read(client, &c, 1), 0);
	close(bdl_steal_fd(&client));
	close(bdl_steal_fd(&listener));
	assert_int_equal(bdl_net_listen(&at, BDL_LISTEN_SHARED, &again, NULL), 0);
}

static void an_address_of_others_is_an_error(void **state)
{
	(void)state;
	struct bdl_addr far = addr("192.0.2.1:0"); /* RFC 5737: nobody's */
	struct bdl_err err;
	int fd = -1;

	assert_int_equal(bdl_net_listen(&far, BDL_LISTEN_ALONE, &fd, &err), BDL_E_IO);
	assert_int_equal(err.sys, EADDRNOTAVAIL);
	assert_int_equal(fd, -1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_addresses),
		cmocka_unit_test(holds_addresses),
		cmocka_unit_test(reads_addresses_alone),
		cmocka_unit_test(datagrams_have_a_port_of_their_own),
		cmocka_unit_test(a_port_in_use_is_named),
		cmocka_unit_test(a_group_shares_and_others_stay_out),
		cmocka_unit_test(a_restart_is_not_refused),
		cmocka_unit_test(an_address_of_others_is_an_error),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
