/*
 * What one core of the web door does for a request, its socket aside: heads are read, the act judged
 * by what is in force in DATA, recorded in a journal of its own below FOLDER, and answered. Requests are those of
 * `icap_load`, whose lines of URLS begin with 0: what is refused waits for the disk, which is another
 * figure.
 *
 *   bench_door DATA URLS FOLDER [REQUESTS]
 *
 * Prints one line of JSON: nanoseconds of processor time a request, the least of ten turns.
 */
#include "base/alloc.h"
#include "doors/web/conn_int.h"
#include "sys/log.h"
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#define TURNS    10
#define AT_ONCE  64 /* requests between two looks of the loop, as so many connections have it */
#define OUT_MAX  (1 << 20)
#define URLS_MAX 20000

static void must(bool well, const char *what)
{
	if (well)
		return;
	fprintf(stderr, "bench_door: %s\n", what);
	exit(1);
}

static void make_request(struct bdl_buf *request, const char *url, size_t i)
{
	BDL_AUTO_IN(bdl_buf_done) struct bdl_buf http = BDL_BUF(8192);
	const char *host = strstr(url, "://") + 3;

	(void)bdl_buf_printf(&http, "GET %s HTTP/1.1\r\nHost: ", url);
	(void)bdl_buf_add(&http, host, strcspn(host, "/"));
	(void)bdl_buf_add_str(&http,
	    "\r\nUser-Agent: Mozilla/5.0 (X11; Linux x86_64)\r\n"
	    "Accept: text/html,application/xhtml+xml\r\nAccept-Language: en-GB\r\n\r\n");
	*request = BDL_BUF(16384);
	(void)bdl_buf_printf(request,
	    "REQMOD icap://127.0.0.1:1344/request ICAP/1.0\r\nHost: 127.0.0.1:1344\r\n"
	    "Allow: 204\r\nX-Client-IP: 10.1.%zu.%zu\r\nX-Client-Username: user%zu\r\n"
	    "Encapsulated: req-hdr=0, null-body=%zu\r\n\r\n",
	    i / 100 % 2, i % 100, i % 50, http.n);
	(void)bdl_buf_add_view(request, bdl_buf_view(&http));
	must(!bdl_buf_broken(request) && !bdl_buf_broken(&http), "a line is too long");
}

static struct bdl_buf *read_requests(const char *path, size_t *ret_n)
{
	struct bdl_buf *requests = bdl_xcalloc(URLS_MAX, sizeof(*requests));
	FILE *f = fopen(path, "r");
	char line[4096], url[4096];
	size_t n = 0;

	must(f != NULL, path);
	while (n < URLS_MAX && fgets(line, sizeof(line), f))
		if (sscanf(line, "0 %4095s", url) == 1 && strstr(url, "://")) {
			make_request(&requests[n], url, n);
			n++;
		}
	(void)fclose(f); /* it was only read */
	must(n > 0, "no line begins with 0");
	*ret_n = n;
	return requests;
}

static void open_shared(struct bdl_web *web, const char *folder)
{
	char path[1024];

	(void)snprintf(path, sizeof(path), "%s/passes", folder);
	must(bdl_passes_open(path, web->key, &web->passes, NULL) == 0, path);
	(void)snprintf(path, sizeof(path), "%s/counters", folder);
	must(bdl_counters_open(path, web->key, &web->counters, NULL) == 0, path);
	(void)snprintf(path, sizeof(path), "%s/late", folder);
	must(bdl_late_open(path, web->key, &web->late, NULL) == 0, path);
	(void)snprintf(path, sizeof(path), "%s/addresses", folder);
	must(bdl_addresses_open(path, false, &web->addresses, NULL) == 0, path);
	(void)snprintf(path, sizeof(path), "%s/journal", folder);
	web->recorder = bdl_recorder_new(&web->loop.uv, path, web->role->slot);
}

static int64_t cpu_ns(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t); /* it is there on every Linux */
	return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

static void serve(struct bdl_conn *c, const struct bdl_buf *request)
{
	(void)bdl_buf_add_view(&c->in, bdl_buf_view(request)); /* it fits */
	must(bdl_exchange_step(c), "a request was not taken");
	must(c->stage == BDL_STAGE_HEADS && c->out.n > 0, "a request was not answered at once");
	must(memcmp(c->out.p + 9, "204", 3) == 0, "a request was refused");
	bdl_buf_eat(&c->in, c->at);
	c->at = 0;
	bdl_buf_clear(&c->out);
}

/* Nanoseconds a request, of one turn. */
static double turn(struct bdl_web *web, struct bdl_conn *c, const struct bdl_buf *requests,
    size_t n_requests, size_t n)
{
	int64_t all = 0;

	for (size_t i = 0; i < n;) {
		int64_t begun = cpu_ns();

		for (size_t k = 0; k < AT_ONCE && i < n; k++)
			serve(c, &requests[i++ % n_requests]);
		all += cpu_ns() - begun;
		(void)uv_run(&web->loop.uv, UV_RUN_NOWAIT); /* the journal is synced */
	}
	return (double)all / (double)n;
}

int main(int argc, char **argv)
{
	static struct bdl_conf conf;
	static struct bdl_slot slot;
	struct bdl_role role = { .conf = &conf, .slot = &slot, .name = "web-0" };
	struct bdl_web *web = bdl_xalloc(sizeof(*web));
	struct bdl_snapshot_wrong wrong;
	struct bdl_err err = { 0 };
	size_t n_requests = 0, n = argc > 4 ? strtoul(argv[4], NULL, 10) : 100000;

	must(argc == 4 || argc == 5, "use: bench_door DATA URLS FOLDER [REQUESTS]");
	must(bdl_conf_load(argv[1], &conf, &err) == 0, err.text);
	struct bdl_buf *requests = read_requests(argv[2], &n_requests);
	web->role = &role;
	web->max_conns = 64;
	must(uv_loop_init(&web->loop.uv) == 0, "a loop");
	must(bdl_snapshot_read(&conf, &web->now, &wrong, &err) == 0, err.text);
	open_shared(web, argv[3]);
	web->scratch = bdl_region_new(512 * 1024);
	web->marks = bdl_marks_new();
	struct bdl_conn *c = bdl_xalloc(sizeof(*c));
	c->web = web;
	c->in = c->answer = c->heads = c->out = BDL_BUF(OUT_MAX);
	(void)snprintf(c->peer, sizeof(c->peer), "127.0.0.1");
	double least = turn(web, c, requests, n_requests, n);
	for (int i = 1; i < TURNS; i++) {
		double ns = turn(web, c, requests, n_requests, n);
		least = ns < least ? ns : least;
	}
	printf("{\"requests\": %zu, \"ns_per_request\": %.0f}\n", n, least);
	return 0;
}
