/* A name, asked for at the school's resolver by UDP. */
#include "base/clock.h"
#include "base/hash.h"
#include "main/checks/asker_int.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

#define NAME_MS  1500 /* for a resolver to answer, before it is asked once more */
#define NAME_NAP 50

/* One datagram there, and the first that answers it back; twice, since one may be lost. */
void bdl_asker_name(const struct bdl_conf *conf, const char *name, struct bdl_asked *ret)
{
	const struct bdl_addr *to = &conf->dns_resolver;
	uint8_t question[BDL_DNS_QUESTION_MAX], reply[BDL_DNS_REPLY_MAX];
	BDL_AUTO_FD int fd = socket(to->sa.ss_family, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	int64_t begun_ms = bdl_tick_ms();
	uint16_t id;
	size_t n;

	memset(ret, 0, sizeof(*ret));
	bdl_random(&id, sizeof(id));
	if (fd < 0 || connect(fd, (const struct sockaddr *)&to->sa, to->len) < 0 ||
	    bdl_dns_question_write(id, bdl_view_of(name), BDL_DNS_A, question, &n, NULL) < 0) {
		(void)snprintf(ret->why, sizeof(ret->why), "it cannot be asked"); /* fits */
		return;
	}
	struct bdl_view asked = bdl_view_at((const char *)question, n);
	for (int64_t next_ms = 0, ms = 0; ret->status == 0 && ms < 2 * NAME_MS;
	     ms = bdl_tick_ms() - begun_ms) {
		struct pollfd p = { .fd = fd, .events = POLLIN };
		/* One that cannot be sent is tried again, as time allows. */
		if (ms >= next_ms && send(fd, question, n, MSG_NOSIGNAL) >= 0)
			next_ms += NAME_MS;
		if (poll(&p, 1, NAME_NAP) <= 0)
			continue;
		ssize_t got = recv(fd, reply, sizeof(reply), MSG_DONTWAIT);
		if (got < 0 && errno == ECONNREFUSED) {
			ret->is_refused = true;
			break;
		}
		struct bdl_view text = bdl_view_at((const char *)reply, got > 0 ? (size_t)got : 0);
		if (bdl_dns_reply_read(text, asked, &ret->reply, NULL) == 0)
			ret->status = 1;
	}
	ret->took_ms = bdl_tick_ms() - begun_ms;
	if (ret->is_refused)
		(void)snprintf(ret->why, sizeof(ret->why), "nobody answers there"); /* fits */
	else if (ret->status == 0)
		(void)snprintf(ret->why, sizeof(ret->why), "no answer in %d s", 2 * NAME_MS / 1000);
}
