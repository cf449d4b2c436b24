/*
 * The endpoint of log-on events. libmicrohttpd is driven from our own loop, on its thread: the table
 * has one writer, and an event that is answered is in it.
 */
#include "base/alloc.h"
#include "base/ascii.h"
#include "base/buf.h"
#include "base/clock.h"
#include "doors/who/who_int.h"
#include <jansson.h>
#include <microhttpd.h>
#include <unistd.h>

#define CONNECTIONS_MAX  512u
#define FROM_ONE_ADDRESS 64u /* a directory server sends for all; nobody may take every place */
#define IDLE_S           5u
#define HEAD_MEMORY      ((size_t)16 * 1024) /* of one connection: its request's head must fit */
#define SCHEME           "Bearer "

struct bdl_http {
	struct bdl_who *who;
	struct MHD_Daemon *daemon;
	uv_poll_t poll;
	uv_timer_t again;
};

/* One request while its body comes. */
struct post {
	const struct bdl_sender *sender;
	struct bdl_buf body;
};

static void drive(struct bdl_http *h);

/* --- answers --- */

static enum MHD_Result send_json(
    struct MHD_Connection *connection, unsigned status, json_t *object, const char *allow)
{
	char *text = json_dumps(object, JSON_COMPACT);
	json_decref(object);
	if (!text)
		return MHD_NO;
	struct MHD_Response *r =
	    MHD_create_response_from_buffer(strlen(text), text, MHD_RESPMEM_MUST_FREE);
	if (!r) {
		free(text);
		return MHD_NO;
	}
	/* These fail only for values with line breaks, and ours are fixed. */
	(void)MHD_add_response_header(r, MHD_HTTP_HEADER_CONTENT_TYPE, "application/json");
	(void)MHD_add_response_header(r, MHD_HTTP_HEADER_CACHE_CONTROL, "no-store");
	if (allow)
		(void)MHD_add_response_header(r, MHD_HTTP_HEADER_ALLOW, allow);
	if (status == MHD_HTTP_UNAUTHORIZED)
		(void)MHD_add_response_header(r, MHD_HTTP_HEADER_WWW_AUTHENTICATE, "Bearer");
	enum MHD_Result result = MHD_queue_response(connection, status, r);
	MHD_destroy_response(r);
	return result;
}

static enum MHD_Result refuse(
    struct bdl_http *h, struct MHD_Connection *connection, unsigned status, const char *why)
{
	struct bdl_err err;

	(void)bdl_fail(&err, BDL_E_DENIED, "%s", why);
	bdl_who_refused(h->who, "event-refused", &err);
	return send_json(connection, status, json_pack("{s:s}", "error", why),
	    status == MHD_HTTP_METHOD_NOT_ALLOWED ? "POST" : NULL);
}

/* --- requests --- */

/* The far end's address, in sixteen bytes. */
static bool far_end(struct MHD_Connection *connection, uint8_t ret[BDL_IP_SIZE])
{
	const union MHD_ConnectionInfo *info =
	    MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CLIENT_ADDRESS);

	return info && info->client_addr && bdl_ip_of(info->client_addr, ret);
}

/* Who sends, by "Authorization: Bearer TOKEN"; NULL for nobody whom we know. */
static const struct bdl_sender *sender_of(struct bdl_http *h, struct MHD_Connection *connection)
{
	struct bdl_view v = bdl_view_of(MHD_lookup_connection_value(
	    connection, MHD_HEADER_KIND, MHD_HTTP_HEADER_AUTHORIZATION));

	if (!bdl_view_istarts(v, BDL_LIT(SCHEME)))
		return NULL;
	v = bdl_view_trim(bdl_view_from(v, sizeof(SCHEME) - 1));
	return v.n > 0 ? bdl_keys_sender(h->who->keys, v) : NULL;
}

/* What the head says already: 0, or the status and reason of a refusal. */
static unsigned check_head(struct bdl_http *h, struct MHD_Connection *connection, const char *path,
    const char *method, const struct bdl_sender **ret, const char **ret_why)
{
	struct bdl_view length = bdl_view_of(MHD_lookup_connection_value(
	    connection, MHD_HEADER_KIND, MHD_HTTP_HEADER_CONTENT_LENGTH));
	uint64_t n;

	*ret_why = "there is only /logon here";
	if (strcmp(path, "/logon") != 0)
		return MHD_HTTP_NOT_FOUND;
	*ret_why = "events are posted";
	if (strcmp(method, MHD_HTTP_METHOD_POST) != 0)
		return MHD_HTTP_METHOD_NOT_ALLOWED;
	*ret_why = "no sender has this token";
	*ret = sender_of(h, connection);
	if (!*ret)
		return MHD_HTTP_UNAUTHORIZED;
	*ret_why = "an event has at most 4096 bytes";
	if (length.n > 0 && !bdl_view_uint(length, BDL_LOGON_MAX, &n))
		return MHD_HTTP_CONTENT_TOO_LARGE;
	return 0;
}

static enum MHD_Result take_event(
    struct bdl_http *h, struct MHD_Connection *connection, const struct post *post)
{
	char address[BDL_IP_TEXT];
	uint8_t from[BDL_IP_SIZE];
	struct bdl_presence p;
	struct bdl_logon event;
	struct bdl_err err;

	if (bdl_buf_broken(&post->body))
		return refuse(
		    h, connection, MHD_HTTP_CONTENT_TOO_LARGE, "an event has at most 4096 bytes");
	if (!far_end(connection, from))
		return MHD_NO;
	int rc = bdl_logon_parse(bdl_buf_view(&post->body), &event, &err);
	if (rc == 0)
		rc = bdl_logon_take(
		    &h->who->books, post->sender, from, &event, bdl_now_ms(), &p, &err);
	if (rc < 0)
		return refuse(h, connection,
		    rc == BDL_E_DENIED ? MHD_HTTP_FORBIDDEN : MHD_HTTP_BAD_REQUEST, err.text);
	bdl_who_taken(h->who);
	bdl_ip_text(p.ip, address);
	return send_json(connection, MHD_HTTP_OK,
	    json_pack("{s:s, s:s, s:s}", "event", event.off ? "logoff" : "logon", "login", p.login,
		"address", address),
	    NULL);
}

static void post_free(struct post *post)
{
	if (!post)
		return;
	bdl_buf_done(&post->body);
	free(post);
}

/* Called once with the head, then with each piece of the body, then when all of it is there. */
static enum MHD_Result on_request(void *arg, struct MHD_Connection *connection, const char *path,
    const char *method, const char *version, const char *upload, size_t *upload_size, void **state)
{
	struct bdl_http *h = arg;
	struct post *post = *state;
	const struct bdl_sender *sender;
	const char *why;

	(void)version;
	if (!post) {
		unsigned status = check_head(h, connection, path, method, &sender, &why);
		if (status)
			return refuse(h, connection, status, why);
		post = bdl_xalloc(sizeof(*post));
		post->body = BDL_BUF(BDL_LOGON_MAX);
		*state = post;
		return MHD_YES;
	}
	if (*upload_size > 0) {
		/* A piece too many marks the buffer, which is looked at when all has come. */
		(void)bdl_buf_add(&post->body, upload, *upload_size);
		*upload_size = 0;
		return MHD_YES;
	}
	/* Tokens may have been read anew while the body came: `sender` could be gone. */
	post->sender = sender_of(h, connection);
	if (!post->sender)
		return refuse(h, connection, MHD_HTTP_UNAUTHORIZED, "no sender has this token");
	return take_event(h, connection, post);
}

static void on_request_end(
    void *arg, struct MHD_Connection *connection, void **state, enum MHD_RequestTerminationCode why)
{
	(void)arg;
	(void)connection;
	(void)why;
	post_free(*state);
	*state = NULL;
}

/* --- the loop --- */

static void on_readable(uv_poll_t *poll, int status, int events)
{
	(void)status; /* what is wrong with a connection, the library finds out */
	(void)events;
	drive(poll->data);
}

static void on_again(uv_timer_t *timer)
{
	drive(timer->data);
}

static void drive(struct bdl_http *h)
{
	MHD_UNSIGNED_LONG_LONG wait_ms;

	(void)MHD_run(h->daemon); /* fails only for a daemon that has threads of its own */
	/* Cannot fail: the callback is given, and the handle is closed with the daemon. */
	if (MHD_get_timeout(h->daemon, &wait_ms) == MHD_YES)
		(void)uv_timer_start(&h->again, on_again, wait_ms, 0);
}

static int watch(struct bdl_http *h, struct bdl_err *err)
{
	uv_loop_t *loop = &h->who->loop.uv;
	const union MHD_DaemonInfo *info = MHD_get_daemon_info(h->daemon, MHD_DAEMON_INFO_EPOLL_FD);

	BDL_BUG_IF(!info);
	int rc = uv_poll_init(loop, &h->poll, info->epoll_fd);
	if (rc < 0)
		return bdl_fail(err, BDL_E_IO, "watch the HTTP server: %s", uv_strerror(rc));
	h->poll.data = h;
	(void)uv_timer_init(loop, &h->again); /* neither of these can fail */
	h->again.data = h;
	(void)uv_poll_start(&h->poll, UV_READABLE, on_readable);
	return 0;
}

int bdl_http_start(struct bdl_who *who, int listener, struct bdl_http **ret, struct bdl_err *err)
{
	struct bdl_http *h = bdl_xalloc(sizeof(*h));
	h->who = who;
	h->daemon = MHD_start_daemon(MHD_USE_EPOLL, 0, NULL, NULL, on_request, h,
	    MHD_OPTION_LISTEN_SOCKET, listener, MHD_OPTION_CONNECTION_LIMIT, CONNECTIONS_MAX,
	    MHD_OPTION_PER_IP_CONNECTION_LIMIT, FROM_ONE_ADDRESS, MHD_OPTION_CONNECTION_TIMEOUT,
	    IDLE_S, MHD_OPTION_CONNECTION_MEMORY_LIMIT, HEAD_MEMORY, MHD_OPTION_NOTIFY_COMPLETED,
	    on_request_end, NULL, MHD_OPTION_END);
	if (!h->daemon) {
		int rc = bdl_fail_sys(err, "start the HTTP server");
		free(h);
		return rc;
	}
	int rc = watch(h, err);
	if (rc < 0) {
		MHD_stop_daemon(h->daemon);
		free(h);
		return rc;
	}
	*ret = h;
	return 0;
}

void bdl_http_stop(struct bdl_http *h)
{
	if (!h)
		return;
	uv_close((uv_handle_t *)&h->poll, NULL);
	uv_close((uv_handle_t *)&h->again, NULL);
	/*
	 * The library would shut the listening socket down, which ends it for every process that
	 * holds it; the supervisor hands the same one to our successor. So it is taken out first.
	 */
	MHD_socket listener = MHD_quiesce_daemon(h->daemon);
	MHD_stop_daemon(h->daemon);
	if (listener != MHD_INVALID_SOCKET)
		(void)close(listener); /* nothing is written through it */
}

void bdl_http_free(struct bdl_http *h)
{
	free(h);
}
