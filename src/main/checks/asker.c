#include "main/checks/asker_int.h"

#include "base/alloc.h"
#include "base/clock.h"
#include "base/hash.h"
#include "main/data.h"
#include "sys/net.h"
#include "sys/proc.h"
#include "sys/sandbox.h"

#include <curl/curl.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define ITS_END      3  /* the descriptor that the process keeps */
#define LISTENER     16 /* at least: below are those that a fork puts others in the place of */
#define CONNECT_MS   3000
#define WHOLE_MS     15000
#define REQUEST_MAX  16384
#define MESSAGE_ROOM (512 * 1024)

struct bdl_asker {
	pid_t pid;
	int fd;
};

int bdl_asker_listen(int *ret_fd, struct bdl_err *err)
{
	struct bdl_addr here;
	BDL_AUTO_FD int low = -1;

	BDL_BUG_IF(bdl_addr_parse(BDL_LIT("127.0.0.1:0"), &here, NULL) < 0);
	int rc = bdl_net_listen(&here, BDL_LISTEN_ALONE, &low, err);
	if (rc < 0)
		return rc;
	int fd = fcntl(low, F_DUPFD_CLOEXEC, LISTENER);
	if (fd < 0)
		return bdl_fail_sys(err, "keep a listener");
	*ret_fd = fd;
	return 0;
}

/* --- the process --- */

/* One question in hand. */
struct exchange {
	const struct bdl_question *question;
	struct bdl_asked *asked;
	int listener;
	int conn; /* of the proxy, to our own server; -1: none yet */
	bool is_head_read;
	char path[24];               /* that we serve: no other is asked for it */
	int64_t begun_ms;            /* on the ticking clock */
	int64_t first_ms, second_ms; /* when the pieces were sent; 0: not yet */
	bool is_first_there;
	bool is_over; /* the first was waited for long enough, by when what had come was read */
};

static size_t on_bytes(char *p, size_t size, size_t n, void *arg)
{
	struct exchange *x = arg;
	struct bdl_asked *a = x->asked;
	size_t room = BDL_ASKED_BODY - a->n;

	n *= size;
	if (x->first_ms && !x->is_first_there) {
		x->is_first_there = true;
		a->first_ms = x->second_ms ? -1 : bdl_tick_ms() - x->first_ms;
	}
	memcpy(a->body + a->n, p, n < room ? n : room);
	a->n += n < room ? n : room;
	return n;
}

static size_t on_header(char *p, size_t size, size_t n, void *arg)
{
	struct bdl_asked *a = ((struct exchange *)arg)->asked;
	struct bdl_view line = bdl_view_at(p, n), name;

	(void)size; /* always 1 */
	if (!bdl_view_cut(&line, ':', &name) || !bdl_view_iis(name, BDL_PROBE_VERDICT))
		return n;
	line = bdl_view_trim(line);
	while (line.n > 0 && (line.p[line.n - 1] == '\r' || line.p[line.n - 1] == '\n'))
		line.n--;
	if (line.n < sizeof(a->verdict)) {
		memcpy(a->verdict, line.p, line.n);
		a->verdict[line.n] = '\0';
	}
	return n;
}

/* An address of the proxy's that clients here can reach. */
static void proxy_of(const struct bdl_conf *conf, char out[BDL_ADDR_TEXT + 8])
{
	char text[BDL_ADDR_TEXT];
	unsigned port = bdl_addr_port(&conf->proxy);

	bdl_addr_text(&conf->proxy, text);
	if (bdl_view_starts(bdl_view_of(text), BDL_LIT("0.0.0.0:")))
		(void)snprintf(text, sizeof(text), "127.0.0.1:%u", port); /* fits */
	else if (bdl_view_starts(bdl_view_of(text), BDL_LIT("[::]:")))
		(void)snprintf(text, sizeof(text), "[::1]:%u", port); /* fits */
	(void)snprintf(out, BDL_ADDR_TEXT + 8, "http://%s", text);    /* fits */
}

static void set_up(CURL *curl, const struct bdl_conf *conf, const char *url,
    struct curl_slist *fields, struct exchange *x, char why[CURL_ERROR_SIZE])
{
	char proxy[BDL_ADDR_TEXT + 8], authority[BDL_PATH_MAX];

	proxy_of(conf, proxy);
	bdl_conf_path(conf, authority, sizeof(authority), "squid/ca.crt");
	/* These fail only for options that the library does not have; then the transfer tells. */
	(void)curl_easy_setopt(curl, CURLOPT_URL, url);
	(void)curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "http,https");
	(void)curl_easy_setopt(curl, CURLOPT_PROXY, proxy);
	(void)curl_easy_setopt(curl, CURLOPT_NOPROXY, ""); /* whatever the environment says */
	if (access(authority, R_OK) ==
	    0) /* else whom this machine trusts: a proxy of the school's */
		(void)curl_easy_setopt(curl, CURLOPT_CAINFO, authority);
	(void)curl_easy_setopt(curl, CURLOPT_HTTPHEADER, fields);
	(void)curl_easy_setopt(curl, CURLOPT_HEADEROPT, (long)CURLHEADER_SEPARATE);
	(void)curl_easy_setopt(curl, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
	(void)curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
	(void)curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT_MS, (long)CONNECT_MS);
	(void)curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, (long)WHOLE_MS);
	(void)curl_easy_setopt(curl, CURLOPT_FORBID_REUSE, 1L);
	(void)curl_easy_setopt(curl, CURLOPT_USERAGENT, "beadle/" BDL_VERSION);
	(void)curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, why);
	(void)curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, on_bytes);
	(void)curl_easy_setopt(curl, CURLOPT_WRITEDATA, x);
	(void)curl_easy_setopt(curl, CURLOPT_HEADERFUNCTION, on_header);
	(void)curl_easy_setopt(curl, CURLOPT_HEADERDATA, x);
}

/* A piece is sent whole or the connection is as good as lost: it is small, and the first to go. */
static void send_piece(struct exchange *x, struct bdl_view piece, int64_t *ret_ms)
{
	if (send(x->conn, piece.p, piece.n, MSG_NOSIGNAL | MSG_DONTWAIT) != (ssize_t)piece.n)
		bdl_close_auto(&x->conn);
	*ret_ms = bdl_tick_ms();
}

/*
 * A request of ours comes at one go. Whoever else comes is sent away: a proxy that gave an earlier
 * question up late, or somebody of this machine.
 */
static void take_in(struct exchange *x)
{
	char request[REQUEST_MAX];

	if (x->conn < 0)
		x->conn = accept4(x->listener, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
	if (x->conn < 0)
		return;
	ssize_t n = recv(x->conn, request, sizeof(request), MSG_DONTWAIT);
	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	x->is_head_read = n > 0 && memmem(request, (size_t)n, x->path, strlen(x->path)) != NULL;
	if (!x->is_head_read)
		bdl_close_auto(&x->conn);
}

/* Our end of the stream: one piece, and the other once that has come or was waited for long enough. */
static void serve_stream(struct exchange *x)
{
	if (!x->first_ms)
		send_piece(x,
		    BDL_LIT(
			"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nCache-Control: no-store\r\n"
			"Connection: close\r\n\r\ndata: 1\n\n"),
		    &x->first_ms);
	if (x->conn >= 0 && !x->second_ms && (x->is_first_there || x->is_over)) {
		send_piece(x, BDL_LIT("data: 2\n\n"), &x->second_ms);
		bdl_close_auto(&x->conn);
	}
}

/* The page, whole and at once. */
static void serve_page(struct exchange *x)
{
	char text[BDL_ASKER_PAGE + 256];

	int n = snprintf(text, sizeof(text),
	    "HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\nContent-Length: %zu\r\n"
	    "Cache-Control: no-store\r\nConnection: close\r\n\r\n",
	    x->question->page_n); /* fits */
	memcpy(text + n, x->question->page, x->question->page_n);
	send_piece(x, bdl_view_at(text, (size_t)n + x->question->page_n), &x->second_ms);
	bdl_close_auto(&x->conn);
}

/* Take the proxy in, read its request, and serve what it is for. */
static void serve_proxy(struct exchange *x)
{
	if (!x->is_head_read)
		take_in(x);
	if (x->conn < 0 || !x->is_head_read)
		return;
	if (x->question->is_stream)
		serve_stream(x);
	else
		serve_page(x);
}

static bool is_served(const struct bdl_question *q)
{
	return q->is_stream || q->page_n > 0;
}

static CURLcode transfer(CURLM *multi, struct exchange *x)
{
	CURLcode code = CURLE_OK;
	int running = 1, left;

	while (running > 0) {
		struct curl_waitfd own = { .fd = x->conn >= 0 ? x->conn : x->listener,
			.events = CURL_WAIT_POLLIN };
		bool waits = is_served(x->question) && !x->first_ms && !x->second_ms;

		x->is_over = x->first_ms && bdl_tick_ms() - x->first_ms >= BDL_STREAM_GAP_MS;
		if (curl_multi_perform(multi, &running) != CURLM_OK || running == 0)
			break;
		(void)curl_multi_wait(multi, &own, waits ? 1 : 0, 50, NULL); /* else it polls */
		if (is_served(x->question))
			serve_proxy(x);
	}
	for (CURLMsg *m; (m = curl_multi_info_read(multi, &left));)
		if (m->msg == CURLMSG_DONE)
			code = m->data.result;
	return code;
}

/* The two ends of a connection that stays on one machine have one address. */
static bool is_of_here(CURL *curl)
{
	const char *ours = NULL, *its = NULL;

	(void)curl_easy_getinfo(curl, CURLINFO_LOCAL_IP, &ours);
	(void)curl_easy_getinfo(curl, CURLINFO_PRIMARY_IP, &its);
	return ours && its && strcmp(ours, its) == 0;
}

static void finish(CURL *curl, CURLcode code, const char *why, struct exchange *x)
{
	struct bdl_asked *a = x->asked;
	const char *type = NULL;
	long status = 0;

	(void)curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
	if (status == 0) /* of a tunnel that the proxy refused */
		(void)curl_easy_getinfo(curl, CURLINFO_HTTP_CONNECTCODE, &status);
	(void)curl_easy_getinfo(curl, CURLINFO_CONTENT_TYPE, &type);
	a->status = code == CURLE_OK || status >= 400 ? (int)status : 0;
	a->is_refused = code == CURLE_COULDNT_CONNECT;
	a->is_here = is_of_here(curl);
	a->took_ms = bdl_tick_ms() - x->begun_ms;
	a->body[a->n] = '\0';
	(void)snprintf(a->type, sizeof(a->type), "%s", type ? type : "");
	if (code != CURLE_OK)
		(void)snprintf(a->why, sizeof(a->why), "%.150s",
		    why[0] != '\0' ? why : curl_easy_strerror(code));
}

static void served_url(int listener, struct exchange *x, char out[BDL_ASKER_URL])
{
	struct sockaddr_in here = { 0 };
	socklen_t n = sizeof(here);
	uint64_t number;

	bdl_random(&number, sizeof(number));
	(void)snprintf(x->path, sizeof(x->path), "/%016" PRIx64 " ", number); /* fits */

	(void)getsockname(listener, (struct sockaddr *)&here, &n); /* port 0 is refused then */
	(void)snprintf(out, BDL_ASKER_URL, "http://" BDL_PROBE_STREAM_HOST ":%u%.17s",
	    ntohs(here.sin_port), x->path);
}

static void answer(const struct bdl_conf *conf, int listener, CURLM *multi,
    const struct bdl_question *q, struct bdl_asked *ret)
{
	struct exchange x = { .question = q, .asked = ret, .listener = listener, .conn = -1 };
	struct curl_slist *fields = curl_slist_append(NULL, "Accept: text/html,*/*;q=0.8");
	char url[BDL_ASKER_URL], why[CURL_ERROR_SIZE] = "";
	CURL *curl = curl_easy_init();

	memset(ret, 0, sizeof(*ret)); /* no second one on the stack: it holds a whole body */
	(void)snprintf(url, sizeof(url), "%s", q->url);
	if (is_served(q))
		served_url(listener, &x, url);
	fields = curl_slist_append(fields, "Sec-Fetch-Dest: document");
	fields = curl_slist_append(fields, "Sec-Fetch-Mode: navigate");
	fields = curl_slist_append(fields, q->field);
	x.begun_ms = bdl_tick_ms();
	if (curl && fields) {
		set_up(curl, conf, url, fields, &x, why);
		(void)curl_multi_add_handle(multi, curl); /* fails for a handle that is in one */
		CURLcode code = transfer(multi, &x);
		finish(curl, code, why, &x);
		(void)curl_multi_remove_handle(multi, curl);
	}
	bdl_close_auto(&x.conn);
	curl_slist_free_all(fields);
	curl_easy_cleanup(curl);
}

static int confine(const struct bdl_conf *conf, struct bdl_err *err)
{
	char authority[BDL_PATH_MAX];
	const struct bdl_path_right rights[] = {
		{ authority, BDL_MAY_READ },
		{ "/etc/ssl", BDL_MAY_READ },
		{ "/usr/lib/ssl", BDL_MAY_READ },
	};
	bool landlock = false; /* who started it says where there is none */

	bdl_conf_path(conf, authority, sizeof(authority), "squid/ca.crt");
	int rc = bdl_sandbox_files(rights, BDL_ARRAY_LEN(rights), &landlock, err);
	return rc < 0
	    ? rc
	    : bdl_sandbox_calls(BDL_CALLS_CONNECT | BDL_CALLS_SERVE | BDL_CALLS_FILES, err);
}

/* A question and an answer are one message each; the kernel doubles what it is told, and caps it. */
static void make_room(int fd)
{
	const int room = MESSAGE_ROOM;

	(void)setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &room, sizeof(room));
}

/* Until nobody asks any more. */
BDL_NORETURN static void serve(const struct bdl_conf *conf, int listener)
{
	static struct bdl_question q;
	static struct bdl_asked asked;
	CURLM *multi = NULL;

	bdl_proc_follow_parent();
	make_room(ITS_END);
	if (curl_global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK)
		multi = curl_multi_init();
	if (!multi || confine(conf, NULL) < 0)
		_exit(1);
	while (recv(ITS_END, &q, sizeof(q), 0) == (ssize_t)sizeof(q)) {
		q.url[sizeof(q.url) - 1] = q.field[sizeof(q.field) - 1] = '\0';
		q.page_n = q.page_n < sizeof(q.page) ? q.page_n : sizeof(q.page);
		if (q.is_name)
			bdl_asker_name(conf, q.url, &asked);
		else
			answer(conf, listener, multi, &q, &asked);
		if (send(ITS_END, &asked, sizeof(asked), MSG_NOSIGNAL) < 0)
			break;
	}
	_exit(0);
}

/* --- who asks it --- */

int bdl_asker_start(
    const struct bdl_conf *conf, int listener, struct bdl_asker **ret, struct bdl_err *err)
{
	int fd;
	pid_t pid = bdl_proc_fork_paired(SOCK_SEQPACKET, &fd, err);

	if (pid < 0)
		return BDL_E_IO;
	if (pid == 0)
		serve(conf, listener);
	make_room(fd);
	struct bdl_asker *a = bdl_xalloc(sizeof(*a));
	*a = (struct bdl_asker){ .pid = pid, .fd = fd };
	*ret = a;
	return 0;
}

void bdl_asker_end(struct bdl_asker *a)
{
	if (!a)
		return;
	bdl_proc_end_paired(a->pid, a->fd);
	free(a);
}

int bdl_asker_ask(
    struct bdl_asker *a, const struct bdl_question *q, struct bdl_asked *ret, struct bdl_err *err)
{
	ssize_t got = -1;

	/* read and write: the job's own sandbox knows no more of sockets. */
	if (write(a->fd, q, sizeof(*q)) == (ssize_t)sizeof(*q))
		got = read(a->fd, ret, sizeof(*ret));
	if (got != (ssize_t)sizeof(*ret))
		return bdl_fail(err, BDL_E_IO, "the process that asks the proxy has ended");
	bdl_proc_tame(ret->verdict, sizeof(ret->verdict));
	bdl_proc_tame(ret->type, sizeof(ret->type));
	bdl_proc_tame(ret->why, sizeof(ret->why));
	ret->reply.n = ret->reply.n > BDL_DNS_ADDRESSES_MAX ? BDL_DNS_ADDRESSES_MAX : ret->reply.n;
	ret->n = ret->n > BDL_ASKED_BODY ? BDL_ASKED_BODY : ret->n;
	ret->body[ret->n] = '\0';
	return 0;
}
