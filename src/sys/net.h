/* Addresses, networks and listening sockets. */
#ifndef BDL_SYS_NET_H
#define BDL_SYS_NET_H

#include "base/err.h"
#include "base/view.h"
#include <netinet/in.h>
#include <sys/socket.h>

#define BDL_ADDR_TEXT 56 /* "[ipv6]:port" and NUL */

struct bdl_addr {
	struct sockaddr_storage sa;
	socklen_t len;
};

/* "127.0.0.1:1344" or "[::1]:1344"; port 0 is allowed (the system chooses). */
int bdl_addr_parse(struct bdl_view v, struct bdl_addr *ret, struct bdl_err *err) BDL_MUST_USE;
void bdl_addr_text(const struct bdl_addr *a, char out[BDL_ADDR_TEXT]);
uint16_t bdl_addr_port(const struct bdl_addr *a);
bool bdl_addr_is_loopback(const struct bdl_addr *a);

/* An address range: "10.0.0.0/8", "::1", "192.168.1.7". IPv4 is kept as mapped IPv6. */
struct bdl_net {
	uint8_t ip[16];
	uint8_t bits; /* 0..128 */
};
int bdl_net_parse(struct bdl_view v, struct bdl_net *ret, struct bdl_err *err) BDL_MUST_USE;
bool bdl_net_holds(const struct bdl_net *net, const struct sockaddr *sa);

/*
 * An address alone, in sixteen bytes, IPv4 as mapped IPv6 (::ffff:10.0.0.7), so that the two ways
 * of writing one are one. false for what is none, and for other families.
 */
#define BDL_IP_SIZE 16
#define BDL_IP_TEXT INET6_ADDRSTRLEN
bool bdl_ip_parse(struct bdl_view v, uint8_t ret[BDL_IP_SIZE]);
bool bdl_ip_of(const struct sockaddr *sa, uint8_t ret[BDL_IP_SIZE]);
bool bdl_ip_is_v4(const uint8_t ip[BDL_IP_SIZE]);
void bdl_ip_text(const uint8_t ip[BDL_IP_SIZE], char out[BDL_IP_TEXT]);
void bdl_ip_mask(uint8_t ip[BDL_IP_SIZE], unsigned bits); /* clears all bits after the first */
bool bdl_net_holds_ip(const struct bdl_net *net, const uint8_t ip[BDL_IP_SIZE]);

/* A bound UDP socket, as below. */
int bdl_net_datagrams(const struct bdl_addr *a, int *ret_fd, struct bdl_err *err) BDL_MUST_USE;

/*
 * A listening TCP socket (close-on-exec, non-blocking). `shared` sets SO_REUSEPORT, after making
 * sure by an exclusive bind that no one else holds the port; further sockets of the same group
 * pass `again`. BDL_E_BUSY where the port is in use, BDL_E_DENIED where we may not have it.
 */
enum bdl_listen { BDL_LISTEN_ALONE, BDL_LISTEN_SHARED, BDL_LISTEN_SHARED_AGAIN };
int bdl_net_listen(const struct bdl_addr *a, enum bdl_listen how, int *ret_fd, struct bdl_err *err)
    BDL_MUST_USE;

/* Whether a listener could be had now: 0, or the error of bdl_net_listen. */
int bdl_net_probe(const struct bdl_addr *a, struct bdl_err *err) BDL_MUST_USE;

#endif
