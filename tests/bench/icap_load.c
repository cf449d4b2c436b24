/*
 * A load generator for ICAP: some connections, one request in flight on each, for a number of
 * seconds. Every answer is checked against the verdict that the URL should get, so that a server
 * that fails open or shut cannot look fast; a body that goes on must come back whole.
 *
 *   icap_load HOST PORT SERVICE URLS CONNECTIONS SECONDS [HEADER]
 *
 * URLS has a line per request, "VERDICT URL [FILE PLAIN [CODING]]": 0 is to be allowed, 1 blocked.
 * Without a file it is a REQMOD of a GET; else the RESPMOD of an answer with that HTML, which is
 * PLAIN bytes long once CODING is undone. A 204 is allowed for what a proxy would keep a copy of
 * anyway: Squid keeps 64 kB. HEADER is one more line of each ICAP head. Prints one line of JSON;
 * plain_mb_per_second counts bodies unpacked, first_p50_us is up to an answer's first byte. first_wrong
 * is a URL whose verdict was another one.
 */
#include "icap_answer.h"
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define LATENCY_SLOTS 2000000 /* of a microsecond each; slower ones count in the last */
#define PAGE_MAX      (16 * 1024 * 1024)
#define PATIENCE_NS   20000000000 /* for what is under way at the end */
#define KEPT_MAX      65536 /* of a body, by a proxy that may be told to go on with its own copy */

struct request {
	char *bytes;
	char *url;
	size_t n;
	size_t body, plain; /* 0: it has none */
	bool block;
};

struct client {
	int fd;
	size_t at;       /* which request is in flight */
	size_t sent;     /* bytes of it */
	bool is_stuck;   /* the socket takes no more for now */
	bool is_begun;   /* of its answer something came */
	bool was_served; /* an answer came on this connection before */
	int64_t begun_ns;
	struct icap_answer answer;
};

struct load {
	struct sockaddr_in to;
	const char *authority, *service, *header;
	struct request *requests;
	const char *first_wrong;
	size_t n_requests, next;
	uint64_t done, blocked, wrong, errors, closed, plain;
	uint32_t *whole, *first; /* latencies */
	size_t idle;             /* connections that take no more, as the time is over */
	bool is_over;
	int epoll;
	char in[256 * 1024];
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

static void *must(void *p)
{
	if (!p)
		die("memory");
	return p;
}

/* --- the requests --- */

static char *read_page(const char *path, size_t *ret_n)
{
	FILE *f = fopen(path, "r");
	char *page = must(malloc(PAGE_MAX));

	if (!f)
		die(path);
	*ret_n = fread(page, 1, PAGE_MAX, f);
	fclose(f);
	if (*ret_n == 0 || *ret_n == PAGE_MAX) {
		fprintf(stderr, "icap_load: %s is empty, or too large\n", path);
		exit(1);
	}
	return page;
}

static void make_answer(
    const struct load *l, struct request *r, const char *http, const char *file, const char *coding)
{
	char *page = read_page(file, &r->body), *response = NULL, *head = NULL;
	int n_response = asprintf(&response,
	    "HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\n%s%s%s"
	    "Content-Length: %zu\r\n\r\n",
	    coding ? "Content-Encoding: " : "", coding ? coding : "", coding ? "\r\n" : "",
	    r->body);
	int n = asprintf(&head,
	    "RESPMOD icap://%s/%s ICAP/1.0\r\nHost: %s\r\n%sX-Client-IP: 10.1.1.1\r\n%s"
	    "Encapsulated: req-hdr=0, res-hdr=%zu, res-body=%zu\r\n\r\n%s%s%zx\r\n",
	    l->authority, l->service, l->authority, r->body <= KEPT_MAX ? "Allow: 204\r\n" : "",
	    l->header, strlen(http), strlen(http) + (size_t)n_response, http, response, r->body);

	if (n_response < 0 || n < 0)
		die("memory");
	r->n = (size_t)n + r->body + 7;
	r->bytes = must(malloc(r->n));
	memcpy(r->bytes, head, (size_t)n);
	memcpy(r->bytes + n, page, r->body);
	memcpy(r->bytes + (size_t)n + r->body, "\r\n0\r\n\r\n", 7);
	free(page);
	free(head);
	free(response);
}

/* One line of the file, which is cut into its words. */
static void make_request(const struct load *l, struct request *r, char *line, size_t i)
{
	char *verdict = strtok(line, " \n"), *url = strtok(NULL, " \n");
	char *file = strtok(NULL, " \n"), *plain = strtok(NULL, " \n"), *http = NULL;
	const char *coding = strtok(NULL, " \n"), *host = url ? strstr(url, "://") : NULL;

	if (!host || (file && !plain)) {
		fprintf(stderr, "icap_load: line %zu is no request\n", i + 1);
		exit(1);
	}
	host += 3;
	int n = asprintf(&http,
	    "GET %s HTTP/1.1\r\nHost: %.*s\r\nUser-Agent: Mozilla/5.0 (X11; Linux x86_64)\r\n"
	    "Accept: text/html,application/xhtml+xml\r\nAccept-Language: en-GB\r\n\r\n",
	    url, (int)strcspn(host, "/"), host);
	if (n < 0)
		die("memory");
	*r = (struct request){ .block = verdict[0] == '1', .url = must(strdup(url)) };
	if (file) {
		r->plain = strtoul(plain, NULL, 10);
		make_answer(l, r, http, file, coding);
	} else {
		n = asprintf(&r->bytes,
		    "REQMOD icap://%s/%s ICAP/1.0\r\nHost: %s\r\nAllow: 204\r\n"
		    "X-Client-IP: 10.1.%zu.%zu\r\nX-Client-Username: user%zu\r\n%s"
		    "Encapsulated: req-hdr=0, null-body=%d\r\n\r\n%s",
		    l->authority, l->service, l->authority, i / 100 % 2, i % 100, i % 50, l->header,
		    n, http);
		if (n < 0)
			die("memory");
		r->n = (size_t)n;
	}
	free(http);
}

static void read_requests(struct load *l, const char *path)
{
	FILE *f = fopen(path, "r");
	char line[4096];
	size_t cap = 0;

	if (!f)
		die(path);
	while (fgets(line, sizeof(line), f)) {
		if (l->n_requests == cap) {
			cap = cap ? cap * 2 : 1024;
			l->requests = must(realloc(l->requests, cap * sizeof(*l->requests)));
		}
		make_request(l, &l->requests[l->n_requests], line, l->n_requests);
		l->n_requests++;
	}
	fclose(f);
	if (!l->n_requests) {
		fprintf(stderr, "icap_load: %s holds no requests\n", path);
		exit(1);
	}
}

/* --- the connections --- */

static void wait_for(const struct load *l, struct client *c, int how, bool is_stuck)
{
	struct epoll_event e = { .events = EPOLLIN | (is_stuck ? EPOLLOUT : 0), .data.ptr = c };

	if (how == EPOLL_CTL_MOD && c->is_stuck == is_stuck)
		return;
	c->is_stuck = is_stuck;
	if (epoll_ctl(l->epoll, how, c->fd, &e))
		die("epoll_ctl");
}

static void send_on(const struct load *l, struct client *c)
{
	const struct request *r = &l->requests[c->at];

	while (c->sent < r->n) {
		ssize_t n = send(c->fd, r->bytes + c->sent, r->n - c->sent, MSG_NOSIGNAL);
		if (n <= 0)
			break; /* where it is closed, reading tells */
		c->sent += (size_t)n;
	}
	wait_for(l, c, EPOLL_CTL_MOD, c->sent < r->n && errno == EAGAIN);
}

static void begin(const struct load *l, struct client *c)
{
	icap_answer_init(&c->answer);
	c->sent = 0;
	c->is_begun = false;
	c->begun_ns = now_ns();
	send_on(l, c);
}

static void take_next(struct load *l, struct client *c)
{
	if (l->is_over) {
		close(c->fd);
		l->idle++;
		return;
	}
	c->at = l->next++ % l->n_requests;
	begin(l, c);
}

static void open_client(const struct load *l, struct client *c)
{
	int one = 1;

	c->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (c->fd < 0 || connect(c->fd, (const struct sockaddr *)&l->to, sizeof(l->to)))
		die("connect");
	setsockopt(c->fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
	if (fcntl(c->fd, F_SETFL, O_NONBLOCK))
		die("fcntl");
	c->was_served = false;
	wait_for(l, c, EPOLL_CTL_ADD, false);
}

/* Some servers close after a block without saying so: then a request is sent again, as a proxy does. */
static void on_closed(struct load *l, struct client *c)
{
	if (c->was_served && !c->is_begun)
		l->closed++;
	else
		l->errors++;
	close(c->fd);
	if (l->is_over) {
		l->idle++;
		return;
	}
	open_client(l, c);
	begin(l, c);
}

static void count_latency(uint32_t *slots, const struct client *c)
{
	int64_t us = (now_ns() - c->begun_ns) / 1000;

	slots[us < LATENCY_SLOTS ? us : LATENCY_SLOTS - 1]++;
}

static void on_whole(struct load *l, struct client *c)
{
	const struct request *r = &l->requests[c->at];
	bool bad = c->answer.stage == ICAP_BAD;
	bool blocks = !bad && !icap_answer_passes(&c->answer, r->body > 0, r->body, r->plain);

	count_latency(l->whole, c);
	l->done++;
	l->plain += r->plain;
	l->blocked += blocks;
	l->errors += bad;
	if (!bad && blocks != r->block && l->wrong++ == 0)
		l->first_wrong = r->url;
	c->was_served = true;
	if (bad || c->sent < r->n) { /* answered before all of it was sent */
		close(c->fd);
		open_client(l, c);
	}
	take_next(l, c);
}

static void on_readable(struct load *l, struct client *c)
{
	ssize_t n = recv(c->fd, l->in, sizeof(l->in), 0);

	if (n < 0 && errno == EAGAIN)
		return;
	if (n <= 0) {
		on_closed(l, c);
		return;
	}
	if (!c->is_begun)
		count_latency(l->first, c);
	c->is_begun = true;
	size_t taken = icap_answer_feed(&c->answer, l->requests[c->at].body > 0, l->in, (size_t)n);
	if (taken < (size_t)n)
		c->answer.stage = ICAP_BAD; /* something behind the answer */
	if (c->answer.stage >= ICAP_WHOLE)
		on_whole(l, c);
}

static int percentile(const uint32_t *slots, double share)
{
	uint64_t all = 0, seen = 0;

	for (int i = 0; i < LATENCY_SLOTS; i++)
		all += slots[i];
	for (int i = 0; i < LATENCY_SLOTS; i++) {
		seen += slots[i];
		if ((double)seen > (double)all * share)
			return i;
	}
	return 0;
}

static void report(const struct load *l, double took)
{
	int max = LATENCY_SLOTS - 1;

	while (max > 0 && !l->whole[max])
		max--;
	printf("{\"requests\": %ju, \"per_second\": %.0f, \"plain_mb_per_second\": %.2f, "
	       "\"p50_us\": %d, \"p99_us\": %d, \"max_us\": %d, \"first_p50_us\": %d, "
	       "\"blocked\": %ju, \"wrong\": %ju, \"first_wrong\": \"%s\", \"errors\": %ju, "
	       "\"closed\": %ju}\n",
	    (uintmax_t)l->done, (double)l->done / took, (double)l->plain / took / 1e6,
	    percentile(l->whole, 0.5), percentile(l->whole, 0.99), max, percentile(l->first, 0.5),
	    (uintmax_t)l->blocked, (uintmax_t)l->wrong, l->first_wrong ? l->first_wrong : "",
	    (uintmax_t)l->errors, (uintmax_t)l->closed);
}

static void run(struct load *l, struct client *clients, int n, double seconds)
{
	struct epoll_event events[64];
	int64_t begin_ns = now_ns(), end_ns = begin_ns + (int64_t)(seconds * 1e9);

	for (int i = 0; i < n; i++) {
		open_client(l, &clients[i]);
		take_next(l, &clients[i]);
	}
	/* What is under way when the time is over is waited for, so that slow ones get their due. */
	for (int64_t now = begin_ns; l->idle < (size_t)n && now < end_ns + PATIENCE_NS;
	     now = now_ns()) {
		int k = epoll_wait(l->epoll, events, 64, 100);
		l->is_over = now >= end_ns;
		for (int i = 0; i < k; i++) {
			struct client *c = events[i].data.ptr;
			if (events[i].events & EPOLLOUT)
				send_on(l, c);
			if (events[i].events & ~(uint32_t)EPOLLOUT)
				on_readable(l, c);
		}
	}
	report(l, (double)(now_ns() - begin_ns) / 1e9);
}

int main(int argc, char **argv)
{
	struct load *l = must(calloc(1, sizeof(*l)));
	char authority[128], header[1024] = "";

	if (argc < 7 || argc > 8) {
		fprintf(stderr,
		    "usage: icap_load HOST PORT SERVICE URLS CONNECTIONS SECONDS [HEADER]\n");
		return 2;
	}
	int n = atoi(argv[5]);
	if (n < 1 || n > 1000 || inet_pton(AF_INET, argv[1], &l->to.sin_addr) != 1)
		return 2;
	l->to.sin_family = AF_INET;
	l->to.sin_port = htons((uint16_t)atoi(argv[2]));
	snprintf(authority, sizeof(authority), "%s:%s", argv[1], argv[2]);
	if (argc > 7)
		snprintf(header, sizeof(header), "%s\r\n", argv[7]);
	l->authority = authority;
	l->service = argv[3];
	l->header = header;
	read_requests(l, argv[4]);
	l->whole = must(calloc(LATENCY_SLOTS, sizeof(*l->whole)));
	l->first = must(calloc(LATENCY_SLOTS, sizeof(*l->first)));
	l->epoll = epoll_create1(EPOLL_CLOEXEC);
	struct client *clients = must(calloc((size_t)n, sizeof(*clients)));
	if (l->epoll < 0)
		die("epoll");
	run(l, clients, n, strtod(argv[6], NULL));
	return 0;
}
