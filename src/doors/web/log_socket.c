/* Where the proxy's log comes in: by UDP, at the address and port number of the door itself. */
#include "doors/web/web_int.h"
#include "sys/log.h"
#include <errno.h>
#include <unistd.h>

#define AT_ONCE 64 /* datagrams in one turn of the loop, whoever sends them */

/* One socket a worker, all at one address: the kernel shares the datagrams out among them. */
static int open_socket(int listener, struct bdl_err *err)
{
	struct sockaddr_storage sa = { 0 };
	socklen_t n = sizeof(sa);
	int one = 1;

	if (getsockname(listener, (struct sockaddr *)&sa, &n) < 0)
		return bdl_fail_sys(err, "ask for the door's address");
	BDL_AUTO_FD int fd = socket(sa.ss_family, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0 || setsockopt(fd, SOL_SOCKET, SO_REUSEPORT, &one, sizeof(one)) < 0 ||
	    bind(fd, (struct sockaddr *)&sa, n) < 0)
		return bdl_fail_sys(err, "open the way for the proxy's log");
	return bdl_steal_fd(&fd);
}

static void take_line(struct bdl_web *web, struct bdl_view line)
{
	struct bdl_released note;
	uint64_t passed;

	while (bdl_released_next(&line, &note, &passed))
		bdl_counters_settle(web->counters, note.entry, note.step, note.counted, passed);
}

static void on_datagram(uv_poll_t *poll, int status, int events)
{
	struct bdl_web *web = poll->data;
	struct sockaddr_storage from;
	struct bdl_view rest, line;

	(void)events; /* only what can be read was asked for; an error of UDP is none of ours */
	if (status < 0)
		return;
	for (int i = 0; i < AT_ONCE; i++) {
		socklen_t n = sizeof(from);
		ssize_t got = recvfrom(web->log_fd, web->input, sizeof(web->input), MSG_DONTWAIT,
		    (struct sockaddr *)&from, &n);
		if (got <= 0)
			return;
		if (!bdl_conns_trust(web, (struct sockaddr *)&from))
			continue;
		rest = bdl_view_at(web->input, (size_t)got);
		while (bdl_view_cut(&rest, '\n', &line))
			take_line(web, line);
	}
}

void bdl_log_socket_open(struct bdl_web *web)
{
	struct bdl_err err = { 0 };

	BDL_AUTO_FD int fd = open_socket(web->role->listener, &err);
	int rc = fd < 0 ? 0 : uv_poll_init(&web->loop.uv, &web->log_poll, fd);
	if (rc < 0) /* the kernel watches as many as it may */
		(void)bdl_fail(&err, BDL_E_IO, "%s", uv_strerror(rc));
	if (fd < 0 || rc < 0) {
		bdl_log(BDL_LOG_WARN, "no-proxy-log",
		    "%s: bytes are counted as they are announced, not as they pass", err.text);
		return;
	}
	web->log_fd = bdl_steal_fd(&fd);
	web->log_poll.data = web;
	/* Fails only for a descriptor that is none, and without a function to call. */
	BDL_BUG_IF(uv_poll_start(&web->log_poll, UV_READABLE, on_datagram) != 0);
}

static void on_closed(uv_handle_t *handle)
{
	struct bdl_web *web = handle->data;

	(void)close(web->log_fd); /* nothing was written to it */
	web->log_fd = -1;
}

void bdl_log_socket_close(struct bdl_web *web)
{
	if (web->log_fd >= 0 && !uv_is_closing((uv_handle_t *)&web->log_poll))
		uv_close((uv_handle_t *)&web->log_poll, on_closed);
}
