/*
 * The Squid configuration. Each choice was tried on Squid 5.7 with real browsers; the written file
 * repeats the reasons, because the technician reads that file and not this one.
 */
#include "main/proxy/squid.h"

#include "base/view.h"
#include "doors/web/probe.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>

static bool is_any(const struct bdl_addr *a)
{
	if (a->sa.ss_family == AF_INET)
		return ((const struct sockaddr_in *)(const void *)&a->sa)->sin_addr.s_addr ==
		    INADDR_ANY;
	return IN6_IS_ADDR_UNSPECIFIED(
	    &((const struct sockaddr_in6 *)(const void *)&a->sa)->sin6_addr);
}

/* Where Squid finds the web door: a door that listens everywhere is asked on loopback. */
static void icap_address(const struct bdl_conf *conf, char out[BDL_ADDR_TEXT])
{
	if (!is_any(&conf->web))
		bdl_addr_text(&conf->web, out);
	else
		snprintf(out, BDL_ADDR_TEXT, "%s:%u",
		    conf->web.sa.ss_family == AF_INET ? "127.0.0.1" : "[::1]",
		    (unsigned)bdl_addr_port(&conf->web));
}

static void write_doors(
    const struct bdl_conf *conf, const struct bdl_squid *squid, struct bdl_buf *out)
{
	char proxy[BDL_ADDR_TEXT];
	char icap[BDL_ADDR_TEXT];
	bdl_addr_text(&conf->proxy, proxy);
	icap_address(conf, icap);
	bdl_buf_printf(out,
	    "# --- Where browsers come in. HTTPS is opened at once, before the site is asked, so that\n"
	    "# a blocked page needs no answer from it and shows Beadle's page, not a broken tunnel.\n"
	    "http_port %s ssl-bump tls-cert=%s/ca.pem generate-host-certificates=on "
	    "dynamic_cert_mem_cache_size=4MB\n"
	    "sslcrtd_program %s -s %s -M 4MB\n"
	    "sslcrtd_children 8 startup=1 idle=1\n"
	    "# Sites that the policy keeps sealed are passed on unopened: the web door judges their\n"
	    "# host at CONNECT and says so in a header, which it takes from everyone else.\n"
	    "acl beadle_sealed req_header X-Beadle-Sealed ^1$\n"
	    "request_header_access X-Beadle-Sealed deny all\n"
	    "# What Beadle's own probes say to the door is said to nobody else.\n"
	    "request_header_access " BDL_PROBE_FIELD " deny all\n"
	    "ssl_bump splice beadle_sealed\n"
	    "ssl_bump bump all\n\n",
	    proxy, squid->state, conf->certgen_program, squid->certs);
	bdl_buf_printf(out,
	    "# --- Every request and answer is judged by Beadle's web door. bypass=off: where the\n"
	    "# door does not answer, nothing passes. A door that was restarted is used again at once,\n"
	    "# and a failure never takes it out of service for the minutes that Squid would choose.\n"
	    "icap_enable on\n"
	    "icap_preview_enable on\n"
	    "icap_206_enable off\n"
	    "icap_service_failure_limit -1\n"
	    "icap_service_revival_delay 1\n"
	    "icap_connect_timeout 5 seconds\n"
	    "icap_service beadle_request reqmod_precache bypass=off icap://%s/request\n"
	    "icap_service beadle_response respmod_precache bypass=off icap://%s/response\n"
	    "adaptation_access beadle_request allow all\n"
	    "adaptation_access beadle_response allow all\n"
	    "# Who asks: the address always, the login where local.conf makes people sign in.\n"
	    "adaptation_send_client_ip on\n"
	    "adaptation_send_username on\n"
	    "icap_client_username_header X-Client-Username\n"
	    "icap_client_username_encode off\n"
	    "# The mark that the door gives a request goes with it, to be told with its answer again.\n"
	    "adaptation_masterx_shared_names X-Beadle-Visit\n\n",
	    icap, icap);
}

static void write_traffic(struct bdl_buf *out)
{
	bdl_buf_add_str(out,
	    "# --- What passes. Nothing is cached: an answer from the cache would skip the door and\n"
	    "# could hand one person's page to another.\n"
	    "cache deny all\n"
	    "cache_mem 8 MB\n"
	    "# WebSockets work; what is said inside them is not seen.\n"
	    "http_upgrade_request_protocols websocket allow all\n"
	    "# Squid up to 6.10 takes a client that sends faster than its body is taken for one that\n"
	    "# has gone, once this is full. The web door takes long bodies as fast as they come; this\n"
	    "# is for the moments when it has other work. More would not help: Squid copies all that\n"
	    "# waits with every 4 kB that come, and where it is full in the end the client is cut off.\n"
	    "client_request_buffer_max_size 2 MB\n"
	    "# No zstd: only encodings that the door can look into.\n"
	    "request_header_access Accept-Encoding deny all\n"
	    "request_header_replace Accept-Encoding gzip, deflate, br\n"
	    "# Sites do not learn that there is a proxy, nor the addresses inside the school.\n"
	    "via off\n"
	    "forwarded_for delete\n\n");
}

static void write_access(
    const struct bdl_conf *conf, const struct bdl_squid *squid, struct bdl_buf *out)
{
	bdl_buf_printf(out,
	    "# --- Who may use the proxy, first answer wins. Beadle's own doors are refused to every\n"
	    "# one, or a browser could speak in the proxy's name to the web door, or to the one that\n"
	    "# hears who has logged on, and which asks who is speaking; services on this\n"
	    "# machine are refused to other machines, or the proxy would be a way round its firewall.\n"
	    "# A tunnel inside a tunnel is refused: Squid opens the outer one only, so what passes in\n"
	    "# the inner one would be seen by nobody.\n"
	    "acl this_machine src 127.0.0.0/8 ::1\n"
	    "acl this_host dst 127.0.0.0/8 0.0.0.0/32 ::1/128 ::/128%s\n"
	    "acl opened connections_encrypted\n",
	    squid->own_hosts);
	bdl_buf_printf(out, "acl beadle_ports port %u %u %u",
	    (unsigned)bdl_addr_port(&conf->portal), (unsigned)bdl_addr_port(&conf->web),
	    (unsigned)bdl_addr_port(&conf->proxy));
	if (conf->logon.len > 0)
		bdl_buf_printf(out, " %u", (unsigned)bdl_addr_port(&conf->logon));
	bdl_buf_printf(out,
	    "\n"
	    "acl web_ports port 80 443 1025-65535\n"
	    "http_access deny manager\n"
	    "http_access deny CONNECT opened\n"
	    "# Beadle tries itself out by a name that leads nowhere; no login is asked for it.\n"
	    "acl beadle_test dstdomain " BDL_PROBE_HOST "\n"
	    "http_access allow this_machine beadle_test\n"
	    "http_access deny beadle_ports this_host\n"
	    "http_access deny this_host !this_machine\n"
	    "http_access deny !web_ports\n\n"
	    "# The school's own lines: which clients, how they sign in, which certificates to trust.\n"
	    "include %s/squid/local.conf\n\n"
	    "http_access allow this_machine\n"
	    "http_access deny all\n\n",
	    conf->dir);
}

static void write_house(
    const struct bdl_conf *conf, const struct bdl_squid *squid, struct bdl_buf *out)
{
	char icap[BDL_ADDR_TEXT];
	icap_address(conf, icap);
	bdl_buf_printf(out,
	    "# --- The process. Beadle starts and ends it and knows its process id. The record of what\n"
	    "# people do is Beadle's, with its rules about who sees it and for how long; Squid keeps\n"
	    "# no second one. What it tells the web door is a note of the door's own and how many\n"
	    "# bytes passed, for rules that count them; no address and no name. Each line goes at once:\n"
	    "# Squid would else collect lines until a datagram is full.\n"
	    "logformat beadle_released %%{X-Beadle-Count}adapt::<last_h %%<st %%>st\n"
	    "# And for the record of visits the mark of each request, the same bytes and those of its head,\n"
	    "# in a file that is read and deleted soon; where it cannot be written that must stop nobody.\n"
	    "# Beadle turns it over itself, and tells Squid.\n"
	    "logformat beadle_bytes %%{X-Beadle-Visit}adapt::<last_h %%<st %%>st %%>sh\n"
	    "visible_hostname beadle\n"
	    "httpd_suppress_version_string on\n"
	    "email_err_data off\n"
	    "pid_filename none\n"
	    "access_log udp://%s logformat=beadle_released buffer-size=0KB\n"
	    "access_log stdio:%s/bytes/now logformat=beadle_bytes on-error=drop\n"
	    "logfile_rotate 0\n"
	    "cache_store_log none\n"
	    "cache_log %s/cache.log\n"
	    "coredump_dir %s\n"
	    "netdb_filename none\n"
	    "pinger_enable off\n"
	    "icp_port 0\n"
	    "shutdown_lifetime 1 second\n",
	    icap, squid->state, squid->state, squid->state);
	if (squid->user[0])
		bdl_buf_printf(out, "cache_effective_user %s\n", squid->user);
}

void bdl_squid_conf(const struct bdl_conf *conf, const struct bdl_squid *squid, struct bdl_buf *out)
{
	bdl_buf_add_str(out,
	    "# Written by Beadle at each start: changes made here are lost.\n"
	    "# The school's own lines belong into local.conf beside this file.\n\n");
	write_doors(conf, squid, out);
	write_traffic(out);
	write_access(conf, squid, out);
	write_house(conf, squid, out);
}
