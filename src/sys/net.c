#include "sys/net.h"
#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <unistd.h>

#define BACKLOG 1024

/* ::ffff:0:0/96, in which IPv4 addresses are kept. */
static const uint8_t mapped[12] = { [10] = 0xff, [11] = 0xff };

static struct sockaddr_in *as_v4(struct bdl_addr *a)
{
	return (struct sockaddr_in *)(void *)&a->sa;
}

static struct sockaddr_in6 *as_v6(struct bdl_addr *a)
{
	return (struct sockaddr_in6 *)(void *)&a->sa;
}

/* inet_pton wants a string; what does not fit, or ends before its end, is no address. */
static bool pton(int family, struct bdl_view v, void *ret)
{
	char s[INET6_ADDRSTRLEN];

	if (v.n == 0 || v.n >= sizeof(s) || memchr(v.p, '\0', v.n))
		return false;
	memcpy(s, v.p, v.n);
	s[v.n] = '\0';
	return inet_pton(family, s, ret) == 1;
}

static bool parse_addr(struct bdl_view v, struct bdl_addr *ret)
{
	bool v6 = bdl_view_starts(v, BDL_LIT("["));
	struct bdl_addr a = { 0 };
	struct bdl_view host;
	uint64_t port;

	if (v6)
		v = bdl_view_from(v, 1);
	if (!bdl_view_cut(&v, v6 ? ']' : ':', &host))
		return false;
	if (v6 && !bdl_view_starts(v, BDL_LIT(":")))
		return false;
	if (v6)
		v = bdl_view_from(v, 1);
	if (!bdl_view_uint(v, UINT16_MAX, &port))
		return false;
	if (v6) {
		as_v6(&a)->sin6_family = AF_INET6;
		as_v6(&a)->sin6_port = htons((uint16_t)port);
		a.len = sizeof(struct sockaddr_in6);
	} else {
		as_v4(&a)->sin_family = AF_INET;
		as_v4(&a)->sin_port = htons((uint16_t)port);
		a.len = sizeof(struct sockaddr_in);
	}
	if (!pton(v6 ? AF_INET6 : AF_INET, host,
		v6 ? (void *)&as_v6(&a)->sin6_addr : (void *)&as_v4(&a)->sin_addr))
		return false;
	*ret = a;
	return true;
}

int bdl_addr_parse(struct bdl_view v, struct bdl_addr *ret, struct bdl_err *err)
{
	if (parse_addr(v, ret))
		return 0;
	return bdl_fail(err, BDL_E_INVALID,
	    "'%.*s' is not an address and port, such as 127.0.0.1:8080 or [::1]:8080", BDL_FMT(v));
}

void bdl_addr_text(const struct bdl_addr *a, char out[BDL_ADDR_TEXT])
{
	struct bdl_addr copy = *a;
	bool v6 = copy.sa.ss_family == AF_INET6;
	char host[INET6_ADDRSTRLEN] = "?";

	/* Fails only for a family that no parser of ours makes; then "?" stands. */
	(void)inet_ntop(copy.sa.ss_family,
	    v6 ? (void *)&as_v6(&copy)->sin6_addr : (void *)&as_v4(&copy)->sin_addr, host,
	    sizeof(host));
	(void)snprintf(
	    out, BDL_ADDR_TEXT, v6 ? "[%.45s]:%u" : "%.45s:%u", host, (unsigned)bdl_addr_port(a));
}

uint16_t bdl_addr_port(const struct bdl_addr *a)
{
	struct bdl_addr copy = *a;

	return ntohs(
	    copy.sa.ss_family == AF_INET6 ? as_v6(&copy)->sin6_port : as_v4(&copy)->sin_port);
}

bool bdl_ip_of(const struct sockaddr *sa, uint8_t ret[BDL_IP_SIZE])
{
	if (sa->sa_family == AF_INET) {
		struct sockaddr_in in;

		memcpy(&in, sa, sizeof(in));
		memcpy(ret, mapped, sizeof(mapped));
		memcpy(ret + sizeof(mapped), &in.sin_addr, 4);
		return true;
	}
	if (sa->sa_family == AF_INET6) {
		struct sockaddr_in6 in6;

		memcpy(&in6, sa, sizeof(in6));
		memcpy(ret, &in6.sin6_addr, BDL_IP_SIZE);
		return true;
	}
	return false;
}

bool bdl_ip_parse(struct bdl_view v, uint8_t ret[BDL_IP_SIZE])
{
	uint8_t ip[BDL_IP_SIZE];

	memcpy(ip, mapped, sizeof(mapped));
	if (!pton(AF_INET, v, ip + sizeof(mapped)) && !pton(AF_INET6, v, ip))
		return false;
	memcpy(ret, ip, sizeof(ip));
	return true;
}

bool bdl_ip_is_v4(const uint8_t ip[BDL_IP_SIZE])
{
	return memcmp(ip, mapped, sizeof(mapped)) == 0;
}

void bdl_ip_text(const uint8_t ip[BDL_IP_SIZE], char out[BDL_IP_TEXT])
{
	bool v4 = bdl_ip_is_v4(ip);

	/* Cannot fail: both families are known, and there is room for the longest text. */
	(void)inet_ntop(v4 ? AF_INET : AF_INET6, v4 ? ip + sizeof(mapped) : ip, out, BDL_IP_TEXT);
}

void bdl_ip_mask(uint8_t ip[BDL_IP_SIZE], unsigned bits)
{
	for (unsigned i = 0; i < BDL_IP_SIZE; i++) {
		unsigned kept = bits > 8 * i ? bits - 8 * i : 0;

		if (kept < 8)
			ip[i] &= (uint8_t)(0xff00 >> kept);
	}
}

bool bdl_addr_is_loopback(const struct bdl_addr *a)
{
	static const uint8_t one[16] = { [15] = 1 };
	uint8_t ip[16];

	if (!bdl_ip_of((const struct sockaddr *)(const void *)&a->sa, ip))
		return false;
	return memcmp(ip, one, sizeof(one)) == 0 ||
	    (memcmp(ip, mapped, sizeof(mapped)) == 0 && ip[12] == 127);
}

int bdl_net_parse(struct bdl_view v, struct bdl_net *ret, struct bdl_err *err)
{
	struct bdl_net net = { .bits = 128 };
	struct bdl_view host = { 0 }, rest = v;
	uint64_t bits = 128, most = 128, base = 0;

	bool has_bits = bdl_view_find(v, '/') < v.n;
	bool ok = bdl_view_cut(&rest, '/', &host);
	if (ok && pton(AF_INET, host, net.ip + sizeof(mapped))) {
		memcpy(net.ip, mapped, sizeof(mapped));
		base = 96;
		most = bits = 32;
	} else if (ok) {
		ok = pton(AF_INET6, host, net.ip);
	}
	if (!ok || (has_bits && !bdl_view_uint(rest, most, &bits)))
		return bdl_fail(err, BDL_E_INVALID,
		    "'%.*s' is not an address range, such as 10.0.0.0/8 or ::1", BDL_FMT(v));
	net.bits = (uint8_t)(base + bits);
	*ret = net;
	return 0;
}

bool bdl_net_holds_ip(const struct bdl_net *net, const uint8_t ip[BDL_IP_SIZE])
{
	size_t whole = net->bits / 8;
	unsigned left = net->bits % 8;

	if (memcmp(ip, net->ip, whole) != 0)
		return false;
	return left == 0 || (ip[whole] ^ net->ip[whole]) >> (8 - left) == 0;
}

bool bdl_net_holds(const struct bdl_net *net, const struct sockaddr *sa)
{
	uint8_t ip[BDL_IP_SIZE];

	return bdl_ip_of(sa, ip) && bdl_net_holds_ip(net, ip);
}

static int bind_failed(const struct bdl_addr *a, struct bdl_err *err)
{
	char text[BDL_ADDR_TEXT];

	bdl_addr_text(a, text);
	if (errno == EADDRINUSE)
		return bdl_fail(err, BDL_E_BUSY, "%s is in use by another program", text);
	if (errno == EACCES || errno == EPERM)
		return bdl_fail(err, BDL_E_DENIED, "the system does not let us listen on %s", text);
	return bdl_fail_sys(err, "listen on %s", text);
}

static int open_socket(const struct bdl_addr *a, int type, int *ret_fd, struct bdl_err *err)
{
	const int off = 0;
	BDL_AUTO_FD int fd = socket(a->sa.ss_family, type | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

	if (fd < 0)
		return bdl_fail_sys(err, "make a socket");
	/* [::] means both protocols, whatever this machine's default is. */
	if (a->sa.ss_family == AF_INET6 &&
	    setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &off, sizeof(off)) < 0)
		return bdl_fail_sys(err, "set IPV6_V6ONLY");
	*ret_fd = bdl_steal_fd(&fd);
	return 0;
}

int bdl_net_datagrams(const struct bdl_addr *a, int *ret_fd, struct bdl_err *err)
{
	BDL_AUTO_FD int fd = -1;

	int rc = open_socket(a, SOCK_DGRAM, &fd, err);
	if (rc < 0)
		return rc;
	if (bind(fd, (const struct sockaddr *)(const void *)&a->sa, a->len) < 0)
		return bind_failed(a, err);
	*ret_fd = bdl_steal_fd(&fd);
	return 0;
}

static int open_listener(const struct bdl_addr *a, bool reuseport, int *ret_fd, struct bdl_err *err)
{
	const int on = 1;
	BDL_AUTO_FD int fd = -1;

	int rc = open_socket(a, SOCK_STREAM, &fd, err);
	if (rc < 0)
		return rc;
	/* Connections of an earlier life in TIME_WAIT must not keep us from starting again. */
	if (setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)) < 0)
		return bdl_fail_sys(err, "set SO_REUSEADDR");
	if (reuseport && setsockopt(fd, SOL_SOCKET, SO_REUSEPORT, &on, sizeof(on)) < 0)
		return bdl_fail_sys(err, "set SO_REUSEPORT");
	if (bind(fd, (const struct sockaddr *)(const void *)&a->sa, a->len) < 0 ||
	    listen(fd, BACKLOG) < 0)
		return bind_failed(a, err);
	*ret_fd = bdl_steal_fd(&fd);
	return 0;
}

int bdl_net_probe(const struct bdl_addr *a, struct bdl_err *err)
{
	BDL_AUTO_FD int fd = -1;

	return open_listener(a, false, &fd, err);
}

int bdl_net_listen(const struct bdl_addr *a, enum bdl_listen how, int *ret_fd, struct bdl_err *err)
{
	if (how == BDL_LISTEN_SHARED) {
		/* Otherwise we would join the group of another Beadle and split its traffic. */
		int rc = bdl_net_probe(a, err);

		if (rc < 0)
			return rc;
	}
	return open_listener(a, how != BDL_LISTEN_ALONE, ret_fd, err);
}
