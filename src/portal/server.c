#include "portal/server.h"
#include "base/alloc.h"
#include "base/clock.h"
#include "sys/log.h"
#include <microhttpd.h>
#include <pthread.h>
#include <unistd.h>

#define THREADS         2u
#define CONNECTIONS_MAX 800u /* below the 1,024 descriptors that a process is given */
#define IDLE_S          5u   /* so that those who say nothing do not hold the places for long */
#define HEAD_MEMORY     ((size_t)32 * 1024) /* of one connection: its request's head must fit */

struct bdl_server {
	struct MHD_Daemon *daemon;
	const struct bdl_site *site;
	pthread_key_t worker; /* struct bdl_worker of each thread, freed when the thread ends */
};

static void worker_free(void *w)
{
	bdl_worker_free(w);
}

static struct bdl_worker *worker_of_thread(struct bdl_server *s)
{
	struct bdl_worker *w = pthread_getspecific(s->worker);
	if (!w) {
		w = bdl_worker_new(s->site);
		BDL_BUG_IF(pthread_setspecific(s->worker, w) != 0);
	}
	return w;
}

static struct bdl_view view_of_n(const char *p, size_t n)
{
	return bdl_view_at(p, p ? n : 0);
}

static enum MHD_Result add_query(void *arg, enum MHD_ValueKind kind, const char *name,
    size_t name_size, const char *value, size_t value_size)
{
	struct bdl_request *r = arg;
	(void)kind;
	if (r->n_queries == BDL_QUERIES_MAX)
		return MHD_NO;
	r->queries[r->n_queries++] = (struct bdl_query){
		.name = view_of_n(name, name_size),
		.value = view_of_n(value, value_size),
	};
	return MHD_YES;
}

/*
 * Called with the target before the library takes it apart. It would take memory of the connection
 * for every field of the query, and neither answer nor close where that is used up; so the fields
 * that are not looked at anyway are cut off here, in the library's buffer.
 */
static void *cut_query(void *arg, const char *target, struct MHD_Connection *connection)
{
	char *p = (char *)(uintptr_t)target;
	unsigned fields = 0;

	(void)arg;
	(void)connection;
	for (; *p; p++) {
		if (*p == '&' && ++fields == BDL_QUERIES_MAX) {
			*p = '\0';
			break;
		}
	}
	return NULL; /* of the request's state, which begins with it */
}

static const char *const headers[][2] = {
	{ "Content-Security-Policy",
	    "default-src 'none'; style-src 'self'; img-src 'self'; script-src 'self'; "
	    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'" },
	{ "X-Content-Type-Options", "nosniff" },
	{ "Referrer-Policy", "no-referrer" },
	{ "Cross-Origin-Opener-Policy", "same-origin" },
	{ "Cross-Origin-Resource-Policy", "same-origin" },
};

static void add_header(struct MHD_Response *response, const char *name, const char *value)
{
	/* Fails only for values with line breaks, and ours are fixed. */
	BDL_BUG_IF(MHD_add_response_header(response, name, value) != MHD_YES);
}

static enum MHD_Result send_reply(struct MHD_Connection *connection, struct bdl_reply *reply)
{
	struct MHD_Response *response;

	if (reply->fixed.n > 0) {
		response = MHD_create_response_from_buffer(
		    reply->fixed.n, (void *)(uintptr_t)reply->fixed.p, MHD_RESPMEM_PERSISTENT);
	} else {
		size_t n = reply->body.n;
		response = MHD_create_response_from_buffer(
		    n, bdl_buf_take(&reply->body), MHD_RESPMEM_MUST_FREE);
	}
	if (!response)
		return MHD_NO;
	for (size_t i = 0; i < BDL_ARRAY_LEN(headers); i++)
		add_header(response, headers[i][0], headers[i][1]);
	add_header(response, MHD_HTTP_HEADER_CONTENT_TYPE, reply->type);
	add_header(response, MHD_HTTP_HEADER_CACHE_CONTROL,
	    reply->keeping == BDL_KEEP_FOR_EVER ? "public, max-age=31536000, immutable"
						: "no-store");
	if (reply->status == MHD_HTTP_UNAUTHORIZED)
		add_header(response, MHD_HTTP_HEADER_WWW_AUTHENTICATE, "Bearer");
	if (reply->status == MHD_HTTP_METHOD_NOT_ALLOWED)
		add_header(response, MHD_HTTP_HEADER_ALLOW, "GET, HEAD");
	enum MHD_Result result = MHD_queue_response(connection, reply->status, response);
	MHD_destroy_response(response);
	return result;
}

static void reply_done(struct bdl_reply *reply)
{
	bdl_buf_done(&reply->body);
}

static struct bdl_view field(struct MHD_Connection *connection, const char *name)
{
	return bdl_view_of(MHD_lookup_connection_value(connection, MHD_HEADER_KIND, name));
}

static enum MHD_Result answer(
    struct bdl_server *s, struct MHD_Connection *connection, const char *path, bool reads)
{
	BDL_AUTO_IN(reply_done) struct bdl_reply reply = { 0 };
	struct bdl_err err;
	struct bdl_request r = {
		.reads = reads,
		.host = field(connection, MHD_HTTP_HEADER_HOST),
		.authorization = field(connection, MHD_HTTP_HEADER_AUTHORIZATION),
		.fetch_site = field(connection, "Sec-Fetch-Site"),
		.fetch_dest = field(connection, "Sec-Fetch-Dest"),
		.path = bdl_view_of(path),
		.now_ms = bdl_now_ms(),
	};

	(void)MHD_get_connection_values_n(connection, MHD_GET_ARGUMENT_KIND, add_query, &r);
	bdl_portal_answer(worker_of_thread(s), &r, &reply, &err);
	if (reply.status >= 500 && err.code) /* /health says that of what is no fault of a page */
		bdl_log_err(BDL_LOG_ERR, "page-failed", &err);
	return send_reply(connection, &reply);
}

/*
 * Called once with the head and, for what has a body, again with its pieces. What only reads is
 * answered when all of it is there, as the library asks; anything else is refused at the head.
 */
static enum MHD_Result on_request(void *arg, struct MHD_Connection *connection, const char *path,
    const char *method, const char *version, const char *upload, size_t *upload_size, void **state)
{
	static char seen;
	struct bdl_server *s = arg;
	bool reads =
	    strcmp(method, MHD_HTTP_METHOD_GET) == 0 || strcmp(method, MHD_HTTP_METHOD_HEAD) == 0;

	(void)version;
	(void)upload;
	if (reads && !*state) {
		*state = &seen;
		return MHD_YES;
	}
	if (reads && *upload_size > 0) {
		*upload_size = 0; /* a body is read past: nothing here has a use for one */
		return MHD_YES;
	}
	return answer(s, connection, path, reads);
}

int bdl_server_start(
    int listener, const struct bdl_site *site, struct bdl_server **ret, struct bdl_err *err)
{
	struct bdl_server *s = bdl_xalloc(sizeof(*s));
	s->site = site;
	BDL_BUG_IF(pthread_key_create(&s->worker, worker_free) != 0);
	s->daemon = MHD_start_daemon(MHD_USE_EPOLL_INTERNAL_THREAD | MHD_USE_ITC, 0, NULL, NULL,
	    on_request, s, MHD_OPTION_LISTEN_SOCKET, listener, MHD_OPTION_THREAD_POOL_SIZE, THREADS,
	    MHD_OPTION_CONNECTION_LIMIT, CONNECTIONS_MAX, MHD_OPTION_CONNECTION_TIMEOUT, IDLE_S,
	    MHD_OPTION_CONNECTION_MEMORY_LIMIT, HEAD_MEMORY, MHD_OPTION_URI_LOG_CALLBACK, cut_query,
	    NULL, MHD_OPTION_END);
	if (!s->daemon) {
		int rc = bdl_fail_sys(err, "start the HTTP server");
		(void)pthread_key_delete(s->worker); /* it was made above */
		free(s);
		return rc;
	}
	*ret = s;
	return 0;
}

void bdl_server_stop(struct bdl_server *s)
{
	if (!s)
		return;
	/*
	 * The library would shut the listening socket down, which ends it for every process that
	 * holds it; the supervisor hands the same one to our successor. So it is taken out first.
	 */
	MHD_socket listener = MHD_quiesce_daemon(s->daemon);
	MHD_stop_daemon(s->daemon);
	if (listener != MHD_INVALID_SOCKET)
		(void)close(listener);       /* nothing is written through it */
	(void)pthread_key_delete(s->worker); /* the threads that had one are gone */
	free(s);
}
