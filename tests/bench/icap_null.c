/*
 * What this machine allows at most: an ICAP server of one thread that answers every request 204
 * without looking at it. It takes only what has no body.
 *
 *   icap_null PORT
 */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#define IN_MAX 32768

struct client {
	int fd;
	size_t n;
	char in[IN_MAX];
};

static const char answer[] =
    "ICAP/1.0 204 No Content\r\nISTag: \"null\"\r\nEncapsulated: null-body=0\r\n\r\n";

static void die(const char *what)
{
	fprintf(stderr, "icap_null: %s: %s\n", what, strerror(errno));
	exit(1);
}

/* How long the first request is; 0: it is not all there; -1: none that is taken here. */
static long request_length(const struct client *c)
{
	const char *end = memmem(c->in, c->n, "\r\n\r\n", 4);
	if (!end)
		return 0;
	size_t head = (size_t)(end - c->in) + 4;
	const char *body = memmem(c->in, head, "null-body=", 10);
	if (!body)
		return -1;
	size_t n = head + strtoul(body + 10, NULL, 10);
	return n <= c->n ? (long)n : 0;
}

/* false: it is over. */
static bool serve(struct client *c)
{
	ssize_t got = recv(c->fd, c->in + c->n, IN_MAX - c->n, 0);
	long n;

	if (got <= 0)
		return got < 0 && errno == EAGAIN;
	c->n += (size_t)got;
	while ((n = request_length(c)) > 0) {
		if (send(c->fd, answer, sizeof(answer) - 1, MSG_NOSIGNAL) !=
		    (ssize_t)sizeof(answer) - 1)
			return false;
		c->n -= (size_t)n;
		memmove(c->in, c->in + n, c->n);
	}
	return n == 0 && c->n < IN_MAX;
}

static void accept_one(int listener, int epoll)
{
	int fd = accept4(listener, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK), one = 1;
	struct client *c = calloc(1, sizeof(*c));

	if (fd < 0 || !c)
		die("accept");
	c->fd = fd;
	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
	if (epoll_ctl(epoll, EPOLL_CTL_ADD, fd,
		&(struct epoll_event){ .events = EPOLLIN, .data.ptr = c }))
		die("epoll_ctl");
}

int main(int argc, char **argv)
{
	struct sockaddr_in at = { .sin_family = AF_INET,
		.sin_port = htons((uint16_t)(argc == 2 ? atoi(argv[1]) : 0)),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), one = 1;
	int epoll = epoll_create1(EPOLL_CLOEXEC);
	struct epoll_event events[64] = { { .events = EPOLLIN } };

	if (argc != 2 || listener < 0 || epoll < 0)
		die("use: icap_null PORT");
	setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
	if (bind(listener, (struct sockaddr *)&at, sizeof(at)) || listen(listener, 1024) ||
	    epoll_ctl(epoll, EPOLL_CTL_ADD, listener, &events[0]))
		die("listen");
	for (;;) {
		int k = epoll_wait(epoll, events, 64, -1);
		for (int i = 0; i < k; i++) {
			struct client *c = events[i].data.ptr;
			if (!c) {
				accept_one(listener, epoll);
			} else if (!serve(c)) {
				close(c->fd);
				free(c);
			}
		}
	}
}
