/*
 * Asking as a real client does, in a process of its own: through the proxy, as a browser loads a
 * page. It speaks to the proxy, and to whom the proxy brings, so it may reach the network and holds
 * no file but the school's certificate authority. Who started it may do without the network then.
 */
#ifndef BDL_MAIN_CHECKS_ASKER_H
#define BDL_MAIN_CHECKS_ASKER_H

#include "doors/web/probe.h"
#include "proto/dns.h"
#include "sys/conf.h"

#define BDL_ASKED_BODY (96 * 1024) /* of an answer; the rest is left out */
#define BDL_ASKER_URL  1024

#define BDL_ASKER_PAGE 8192 /* of a page that the asker serves */

/* Of a stream: how long the first piece is waited for before the second is sent after it. */
#define BDL_STREAM_GAP_MS 3000

struct bdl_question {
	char url[BDL_ASKER_URL];
	char field[BDL_PROBE_TEXT_MAX + sizeof(BDL_PROBE_FIELD) + 3]; /* "X-Beadle-Probe: ..." */
	/*
	 * The address is made by the asker, who serves a stream there, in two pieces, or a page of HTML,
	 * and asks for it.
	 */
	bool is_stream;
	size_t page_n; /* 0: no page */
	char page[BDL_ASKER_PAGE];
	/* `url` is a name, whose addresses (IPv4) are asked for at the school's resolver. */
	bool is_name;
};

struct bdl_asked {
	int status;        /* 0: nothing came; `why` says why */
	bool is_refused;   /* nobody listens where the proxy, or the resolver, should */
	bool is_here;      /* the proxy is on this machine */
	char verdict[256]; /* what the door says; empty where none said anything */
	char type[80];
	int64_t took_ms;
	/*
	 * Of a stream: from the sending of its first piece to its coming; -1: it came behind the
	 * second.
	 */
	int64_t first_ms;
	struct bdl_dns_reply reply; /* of a name, where `status` is not 0 */
	char why[160];
	size_t n;
	char body[BDL_ASKED_BODY + 1]; /* with a NUL behind */
};

struct bdl_asker;

/*
 * A listener on loopback that the asker serves streams and pages at, opened before a sandbox is closed, which
 * forbids it. Never one of the first descriptors, which children take for others.
 */
int bdl_asker_listen(int *ret_fd, struct bdl_err *err) BDL_MUST_USE;

/*
 * Start it, from a process with one thread. `listener` may be -1: then it serves none. It ends
 * with its parent. A question takes a quarter of a minute at most.
 */
int bdl_asker_start(const struct bdl_conf *conf, int listener, struct bdl_asker **ret,
    struct bdl_err *err) BDL_MUST_USE;
void bdl_asker_end(struct bdl_asker *a); /* takes NULL */
BDL_DEFINE_AUTO(struct bdl_asker, bdl_asker_end);

/* BDL_E_IO where the process has ended; what the network did is in *ret. */
int bdl_asker_ask(struct bdl_asker *a, const struct bdl_question *q, struct bdl_asked *ret,
    struct bdl_err *err) BDL_MUST_USE;

#endif
