/*
 * A load generator for ICAP: some connections, one request in flight on each, for a number
 * of seconds. Every answer is checked against the verdict that the URL should get, so that a
 * server that fails open or shut cannot look fast.
 *
 *   icap_load HOST PORT SERVICE URLS CONNECTIONS SECONDS [PAGE [CODING]]
 *
 * URLS has a line per request: "0 http://..." to be allowed, "1 http://..." to be blocked. Where a
 * file PAGE is given, of less than 100 kB, each is the RESPMOD of an answer with that HTML, or what
 * CODING has made of it; else each is a REQMOD. Prints one JSON line: requests, per_second,
 * bodies_per_second (in MB), p50_us, p99_us, max_us, blocked, wrong, errors.
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
#include <time.h>
#include <unistd.h>

#define ANSWER_MAX    (128 * 1024)
#define PAGE_MAX      (100 * 1024)
#define LATENCY_SLOTS 200000 /* of a microsecond each; slower ones count in the last */

struct request {
	char *bytes;
	size_t n;
	bool block;
};

struct client {
	int fd;
	size_t at; /* which request is in flight */
	int64_t sent_ns;
	char in[ANSWER_MAX];
	size_t n;
};

struct load {
	struct sockaddr_in to;
	struct request *requests;
	size_t n_requests, next;
	char *page; /* NULL: requests are judged */
	size_t n_page;
	const char *coding;
	uint64_t done, blocked, wrong, errors;
	uint64_t *slots;
	int epoll;
};

static int64_t now_ns(void)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

static void die(const char *what)
{
	fprintf(stderr, "icap_load: %s: %s\n", what, strerror(errno));
	exit(1);
}

/* The host between "://" and the next slash. */
static void url_host(const char *url, char *host, size_t size)
{
	const char *from = strstr(url, "://");
	from = from ? from + 3 : url;
	snprintf(host, size, "%.*s", (int)strcspn(from, "/"), from);
}

static void make_answer(struct request *r, const struct load *l, const char *http,
    const char *authority, const char *service)
{
	char *response = NULL, *head = NULL;
	int n_response = asprintf(&response,
	    "HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\n%s%s%s"
	    "Content-Length: %zu\r\n\r\n",
	    l->coding ? "Content-Encoding: " : "", l->coding ? l->coding : "",
	    l->coding ? "\r\n" : "", l->n_page);
	if (n_response < 0)
		die("asprintf");
	int n = asprintf(&head,
	    "RESPMOD icap://%s/%s ICAP/1.0\r\nHost: %s\r\nAllow: 204\r\nX-Client-IP: 10.1.1.1\r\n"
	    "Encapsulated: req-hdr=0, res-hdr=%zu, res-body=%zu\r\n\r\n%s%s%zx\r\n",
	    authority, service, authority, strlen(http), strlen(http) + (size_t)n_response, http,
	    response, l->n_page);
	if (n < 0)
		die("asprintf");
	r->n = (size_t)n + l->n_page + 7;
	r->bytes = malloc(r->n);
	if (!r->bytes)
		die("malloc");
	memcpy(r->bytes, head, (size_t)n);
	memcpy(r->bytes + n, l->page, l->n_page);
	memcpy(r->bytes + (size_t)n + l->n_page, "\r\n0\r\n\r\n", 7);
	free(head);
	free(response);
}

static void make_request(const struct load *l, struct request *r, const char *line,
    const char *authority, const char *service, size_t i)
{
	char host[1024], *http = NULL;
	const char *url = line + 2;

	url_host(url, host, sizeof(host));
	int n_http = asprintf(&http,
	    "GET %s HTTP/1.1\r\nHost: %s\r\nUser-Agent: Mozilla/5.0 (X11; Linux x86_64)\r\n"
	    "Accept: text/html,application/xhtml+xml\r\nAccept-Language: en-GB\r\n\r\n",
	    url, host);
	if (n_http < 0)
		die("asprintf");
	r->block = line[0] == '1';
	r->bytes = NULL;
	if (l->page) {
		make_answer(r, l, http, authority, service);
		free(http);
		return;
	}
	int n = asprintf(&r->bytes,
	    "REQMOD icap://%s/%s ICAP/1.0\r\nHost: %s\r\nAllow: 204\r\n"
	    "X-Client-IP: 10.1.%zu.%zu\r\nX-Client-Username: user%zu\r\n"
	    "Encapsulated: req-hdr=0, null-body=%d\r\n\r\n%s",
	    authority, service, authority, i / 100 % 2, i % 100, i % 50, n_http, http);
	if (n < 0)
		die("asprintf");
	free(http);
	r->n = (size_t)n;
}

static void read_requests(
    struct load *l, const char *path, const char *authority, const char *service)
{
	FILE *f = fopen(path, "r");
	char line[1024];
	size_t cap = 0;

	if (!f)
		die(path);
	while (fgets(line, sizeof(line), f)) {
		line[strcspn(line, "\r\n")] = '\0';
		if (l->n_requests == cap) {
			cap = cap ? cap * 2 : 1024;
			l->requests = realloc(l->requests, cap * sizeof(*l->requests));
			if (!l->requests)
				die("realloc");
		}
		make_request(
		    l, &l->requests[l->n_requests], line, authority, service, l->n_requests);
		l->n_requests++;
	}
	fclose(f);
	if (!l->n_requests) {
		fprintf(stderr, "icap_load: %s holds no requests\n", path);
		exit(1);
	}
}

static void read_page(struct load *l, const char *path)
{
	FILE *f = fopen(path, "r");

	l->page = malloc(PAGE_MAX);
	if (!f || !l->page)
		die(path);
	l->n_page = fread(l->page, 1, PAGE_MAX, f);
	fclose(f);
	if (l->n_page == 0 || l->n_page == PAGE_MAX) {
		fprintf(stderr, "icap_load: %s is empty or has 100 kB or more\n", path);
		exit(1);
	}
}

static void send_next(struct load *l, struct client *c)
{
	c->at = l->next++ % l->n_requests;
	c->n = 0;
	c->sent_ns = now_ns();
	struct request *r = &l->requests[c->at];
	size_t sent = 0;
	while (sent < r->n) {
		ssize_t got = send(c->fd, r->bytes + sent, r->n - sent, MSG_NOSIGNAL);
		if (got <= 0)
			die("send");
		sent += (size_t)got;
	}
}

static void connect_client(struct load *l, struct client *c)
{
	int one = 1;

	c->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (c->fd < 0 || connect(c->fd, (struct sockaddr *)&l->to, sizeof(l->to)))
		die("connect");
	setsockopt(c->fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
	struct epoll_event e = { .events = EPOLLIN, .data.ptr = c };
	if (epoll_ctl(l->epoll, EPOLL_CTL_ADD, c->fd, &e))
		die("epoll_ctl");
	send_next(l, c);
}

/*
 * Whether the answer is whole, and whether it blocks. An echoed request ("req-hdr") allows: some
 * servers name a body there that never comes, so none is waited for, since ours has none.
 */
static bool answer_whole(const struct client *c, bool *blocks, bool *bad)
{
	const char *end = memmem(c->in, c->n, "\r\n\r\n", 4);
	if (!end)
		return false;
	size_t head = (size_t)(end - c->in) + 4;
	int status = c->n > 12 ? atoi(c->in + 9) : 0;

	*blocks = *bad = false;
	if (status == 204)
		return true;
	if (status != 200) {
		*bad = true;
		return true;
	}
	const char *parts = memmem(c->in, head, "ncapsulated:", 12);
	if (!parts) {
		*bad = true;
		return true;
	}
	if (memmem(parts, head - (size_t)(parts - c->in), "req-hdr", 7))
		return memmem(c->in + head, c->n - head, "\r\n\r\n", 4) != NULL;
	/* Else it is an answer's own head, handed back. */
	*blocks = c->n - head < 12 || memcmp(c->in + head, "HTTP/1.1 200", 12) != 0;
	if (memmem(parts, head - (size_t)(parts - c->in), "null-body", 9))
		return memmem(c->in + head, c->n - head, "\r\n\r\n", 4) != NULL;
	return c->n >= 5 && memcmp(c->in + c->n - 5, "0\r\n\r\n", 5) == 0;
}

static void reconnect(struct load *l, struct client *c)
{
	close(c->fd);
	connect_client(l, c);
}

static void on_readable(struct load *l, struct client *c)
{
	bool blocks, bad;
	ssize_t got = recv(c->fd, c->in + c->n, sizeof(c->in) - c->n, 0);

	if (got <= 0) {
		l->errors++;
		reconnect(l, c);
		return;
	}
	c->n += (size_t)got;
	if (!answer_whole(c, &blocks, &bad)) {
		if (c->n == sizeof(c->in))
			die("an answer larger than 128 kB");
		return;
	}
	int64_t us = (now_ns() - c->sent_ns) / 1000;
	l->slots[us < LATENCY_SLOTS ? us : LATENCY_SLOTS - 1]++;
	l->done++;
	l->blocked += blocks;
	l->errors += bad;
	l->wrong += !bad && blocks != l->requests[c->at].block;
	/* Some servers close after a block without saying so: the next read tells. */
	send_next(l, c);
}

static int64_t percentile(const struct load *l, double share)
{
	uint64_t want = (uint64_t)((double)l->done * share), seen = 0;

	for (int i = 0; i < LATENCY_SLOTS; i++) {
		seen += l->slots[i];
		if (seen > want)
			return i;
	}
	return LATENCY_SLOTS - 1;
}

static void run(struct load *l, struct client *clients, int n, double seconds)
{
	struct epoll_event events[64];
	int64_t begin = now_ns(), end = begin + (int64_t)(seconds * 1e9);

	for (int i = 0; i < n; i++)
		connect_client(l, &clients[i]);
	while (now_ns() < end) {
		int k = epoll_wait(l->epoll, events, 64, 1000);
		if (k <= 0) {
			fprintf(stderr, "icap_load: no answer for a second\n");
			l->errors++;
		}
		for (int i = 0; i < k; i++)
			on_readable(l, events[i].data.ptr);
	}
	double took = (double)(now_ns() - begin) / 1e9;
	int max = LATENCY_SLOTS - 1;
	while (max > 0 && !l->slots[max])
		max--;
	printf(
	    "{\"requests\": %llu, \"per_second\": %.0f, \"bodies_per_second\": %.1f, \"p50_us\": %lld, \"p99_us\": %lld, "
	    "\"max_us\": %d, \"blocked\": %llu, \"wrong\": %llu, \"errors\": %llu}\n",
	    (unsigned long long)l->done, (double)l->done / took,
	    (double)l->done * (double)l->n_page / took / 1e6, (long long)percentile(l, 0.5),
	    (long long)percentile(l, 0.99), max, (unsigned long long)l->blocked,
	    (unsigned long long)l->wrong, (unsigned long long)l->errors);
}

int main(int argc, char **argv)
{
	struct load l = { .to = { .sin_family = AF_INET } };
	char authority[128];

	if (argc < 7 || argc > 9) {
		fprintf(stderr,
		    "usage: icap_load HOST PORT SERVICE URLS CONNECTIONS SECONDS [PAGE [CODING]]\n");
		return 2;
	}
	int n = atoi(argv[5]);
	if (n < 1 || n > 1000 || inet_pton(AF_INET, argv[1], &l.to.sin_addr) != 1)
		return 2;
	l.to.sin_port = htons((uint16_t)atoi(argv[2]));
	snprintf(authority, sizeof(authority), "%s:%s", argv[1], argv[2]);
	if (argc > 7)
		read_page(&l, argv[7]);
	l.coding = argc > 8 ? argv[8] : NULL;
	read_requests(&l, argv[4], authority, argv[3]);
	l.slots = calloc(LATENCY_SLOTS, sizeof(*l.slots));
	l.epoll = epoll_create1(EPOLL_CLOEXEC);
	struct client *clients = calloc((size_t)n, sizeof(*clients));
	if (!l.slots || !clients || l.epoll < 0)
		die("start");
	run(&l, clients, n, strtod(argv[6], NULL));
	return 0;
}
