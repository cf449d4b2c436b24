/* The portal's HTTP over a real socket: what every answer carries, and what strange clients get. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "portal/assets.h"
#include "portal/server.h"
#include "sys/net.h"
#include <stdio.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

static char folder[64], store_path[96];
static struct bdl_site site;
static struct bdl_server *server;
static struct bdl_addr address;
static int held; /* the listening socket once more, as a supervisor keeps it */

static int start(void **state)
{
	struct bdl_store *store;
	struct bdl_addr any;
	struct bdl_err err;
	int listener;

	(void)state;
	snprintf(folder, sizeof(folder), "/tmp/test_server.XXXXXX");
	if (!mkdtemp(folder))
		return -1;
	snprintf(store_path, sizeof(store_path), "%s/store.db", folder);
	bdl_assets_init();
	if (bdl_store_open(store_path, BDL_STORE_WRITE, &store, &err) < 0)
		return -1;
	bdl_store_close(store);
	site = (struct bdl_site){ .dir = "/proc/nonexistent",
		.store_path = store_path,
		.lists_path = "/proc/nonexistent" };
	address = (struct bdl_addr){ .len = sizeof(address.sa) };
	if (bdl_addr_parse(BDL_LIT("127.0.0.1:0"), &any, &err) < 0 ||
	    bdl_net_listen(&any, BDL_LISTEN_ALONE, &listener, &err) < 0 ||
	    getsockname(listener, (struct sockaddr *)(void *)&address.sa, &address.len) < 0)
		return -1;
	held = dup(listener);
	return held < 0 ? -1 : bdl_server_start(listener, &site, &server, &err);
}

static int stop(void **state)
{
	static const char *const names[] = { "", "-wal", "-shm" };
	char path[128];

	(void)state;
	bdl_server_stop(server);
	close(held);
	for (size_t i = 0; i < BDL_ARRAY_LEN(names); i++) {
		snprintf(path, sizeof(path), "%s%s", store_path, names[i]);
		(void)unlink(path); /* SQLite may have removed it */
	}
	return rmdir(folder);
}

static int open_client(void)
{
	const struct timeval patience = { .tv_sec = 10 };
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	assert_true(fd >= 0);
	assert_int_equal(setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience)), 0);
	assert_int_equal(
	    connect(fd, (const struct sockaddr *)(const void *)&address.sa, address.len), 0);
	return fd;
}

/* Send, and read until the server closes. */
static char *talk(struct bdl_view bytes)
{
	BDL_AUTO_IN(bdl_buf_done) struct bdl_buf got = BDL_BUF(4 * 1024 * 1024);
	int fd BDL_AUTO_FD = open_client();
	char piece[4096];
	ssize_t n;

	for (size_t at = 0; at < bytes.n; at += (size_t)n) {
		n = send(fd, bytes.p + at, bytes.n - at, MSG_NOSIGNAL);
		if (n < 0)
			break; /* it closed on us, and has said why */
	}
	while ((n = recv(fd, piece, sizeof(piece), 0)) > 0)
		bdl_buf_add(&got, piece, (size_t)n);
	return bdl_xview_dup(bdl_buf_view(&got));
}

static const struct {
	const char *request;
	const char *status;
	const char *wants[3];
	const char *never;
} talks[] = {
	{ "GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n", "HTTP/1.1 200 ",
	    { "\r\nCache-Control: no-store\r\n", "\r\nContent-Type: text/html; charset=utf-8\r\n",
		"How it stands" },
	    NULL },
	{ "HEAD / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n", "HTTP/1.1 200 ",
	    { "\r\nContent-Length: " }, "<html" },
	{ "GET /nothing HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n", "HTTP/1.1 404 ",
	    { "Page not found" }, NULL },
	{ "GET / HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n", "HTTP/1.1 421 ",
	    { "Wrong name" }, "How it stands</h1>" },
	/* A picture on another site's page; a link there; a script of ours. */
	{ "GET /acts HTTP/1.1\r\nHost: localhost\r\nSec-Fetch-Site: cross-site\r\n"
	  "Sec-Fetch-Dest: image\r\nConnection: close\r\n\r\n",
	    "HTTP/1.1 403 ", { "Another site asked" }, "Each line leads" },
	{ "GET /acts HTTP/1.1\r\nHost: localhost\r\nSec-Fetch-Site: same-site\r\n"
	  "Sec-Fetch-Dest: iframe\r\nConnection: close\r\n\r\n",
	    "HTTP/1.1 403 ", { "Another site asked" }, "Each line leads" },
	{ "GET /acts HTTP/1.1\r\nHost: localhost\r\nSec-Fetch-Site: cross-site\r\n"
	  "Sec-Fetch-Dest: document\r\nConnection: close\r\n\r\n",
	    "HTTP/1.1 200 ", { "<html" }, NULL },
	{ "GET /acts HTTP/1.1\r\nHost: localhost\r\nSec-Fetch-Site: same-origin\r\n"
	  "Sec-Fetch-Dest: empty\r\nConnection: close\r\n\r\n",
	    "HTTP/1.1 200 ", { "<html" }, NULL },
	{ "POST /acts HTTP/1.1\r\nHost: localhost\r\nContent-Length: 7\r\n\r\nperson=",
	    "HTTP/1.1 405 ", { "\r\nAllow: GET, HEAD\r\n" }, "Each line leads" },
	{ "DELETE /acts/1 HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n",
	    "HTTP/1.1 405 ", { "\r\nAllow: GET, HEAD\r\n" }, NULL },
	{ "GET /acts?person=%3Cb%3E%00x&verdict=block&verdict=allow HTTP/1.1\r\nHost: localhost\r\n"
	  "Connection: close\r\n\r\n",
	    "HTTP/1.1 200 ", { "value=\"&lt;b&gt;x\"", "\"block\" selected" }, "<b>" },
	{ "GET /acts%00/1 HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n", "HTTP/1.1 ",
	    { "Content-Security-Policy" }, NULL },
	{ "GET /health HTTP/1.1\r\nHost: localhost\r\nContent-Length: 4\r\nConnection: close\r\n\r\nabcd",
	    "HTTP/1.1 200 ", { "\r\n\r\nok\n" }, NULL },
};

static void every_answer_is_guarded(void **state)
{
	static const char *const always[] = {
		("\r\nContent-Security-Policy: default-src 'none'; style-src 'self'; img-src 'self'; "
		 "script-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'\r\n"),
		"\r\nX-Content-Type-Options: nosniff\r\n",
		"\r\nReferrer-Policy: no-referrer\r\n",
	};
	(void)state;
	for (size_t i = 0; i < BDL_ARRAY_LEN(talks); i++) {
		char *got BDL_AUTO_FREE = talk(bdl_view_of(talks[i].request));
		bool good = bdl_view_starts(bdl_view_of(got), bdl_view_of(talks[i].status));
		for (size_t j = 0; j < BDL_ARRAY_LEN(always); j++)
			good = good && strstr(got, always[j]);
		for (size_t j = 0; j < BDL_ARRAY_LEN(talks[i].wants) && talks[i].wants[j]; j++)
			good = good && strstr(got, talks[i].wants[j]);
		if (!good || (talks[i].never && strstr(got, talks[i].never)))
			fail_msg("%s\n got: %.3000s", talks[i].request, got);
	}
}

static void strange_bytes_end_the_connection_only(void **state)
{
	BDL_AUTO_IN(bdl_buf_done) struct bdl_buf huge = BDL_BUF(1024 * 1024);
	(void)state;
	bdl_buf_add_str(&huge, "GET / HTTP/1.1\r\nHost: localhost\r\nX: ");
	for (int i = 0; i < 100000; i++)
		bdl_buf_add_char(&huge, 'a');
	bdl_buf_add_str(&huge, "\r\n\r\n");
	char *large BDL_AUTO_FREE = talk(bdl_buf_view(&huge));
	assert_null(strstr(large, "HTTP/1.1 200"));
	char *junk BDL_AUTO_FREE = talk(BDL_LIT("\x16\x03\x01\x02\x00\x01\xff\r\n\r\n"));
	assert_null(strstr(junk, "HTTP/1.1 200"));
	char *fine BDL_AUTO_FREE =
	    talk(BDL_LIT("GET /health HTTP/1.1\r\nHost: [::1]:1\r\nConnection: close\r\n\r\n"));
	assert_non_null(strstr(fine, "\r\n\r\nok\n"));
}

/* A hundred clients that say half a request each do not keep anyone else waiting. */
static void slow_clients_hold_nobody_up(void **state)
{
	int slow[100];
	(void)state;
	for (size_t i = 0; i < BDL_ARRAY_LEN(slow); i++) {
		slow[i] = open_client();
		assert_int_equal(send(slow[i], "GET / HTTP/1.1\r\nHo", 18, MSG_NOSIGNAL), 18);
	}
	char *fine BDL_AUTO_FREE =
	    talk(BDL_LIT("GET /acts HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"));
	for (size_t i = 0; i < BDL_ARRAY_LEN(slow); i++)
		close(slow[i]);
	assert_non_null(strstr(fine, "Nothing has been recorded yet"));
}

/* Fields that nobody reads cost memory of the connection's, and still get an answer. */
static void many_fields_are_answered(void **state)
{
	static const struct {
		const char *before, *field, *after;
	} kinds[] = {
		{ "GET /health?", "a&",
		    " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n" },
		{ "GET /health HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n", "a:\r\n",
		    "\r\n" },
		{ "GET /health HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nCookie: ", "a;",
		    "\r\n\r\n" },
	};
	static const int counts[] = { 100, 300, 500, 3000, 12000 };
	(void)state;
	for (size_t i = 0; i < BDL_ARRAY_LEN(kinds) * BDL_ARRAY_LEN(counts); i++) {
		size_t kind = i / BDL_ARRAY_LEN(counts);
		int n = counts[i % BDL_ARRAY_LEN(counts)];
		BDL_AUTO_IN(bdl_buf_done) struct bdl_buf request = BDL_BUF(128 * 1024);
		bdl_buf_add_str(&request, kinds[kind].before);
		for (int k = 0; k < n; k++)
			bdl_buf_add_str(&request, kinds[kind].field);
		bdl_buf_add_str(&request, kinds[kind].after);
		int64_t began_ms = bdl_tick_ms();
		char *got BDL_AUTO_FREE = talk(bdl_buf_view(&request));
		if (bdl_tick_ms() - began_ms > 2000)
			fail_msg("kind %zu, %d fields: it waited", kind, n);
		if (kind == 0 && n <= 3000 &&
		    !bdl_view_starts(bdl_view_of(got), BDL_LIT("HTTP/1.1 200 ")))
			fail_msg("%d fields of a query: %.40s", n, got);
	}
}

/* Those who connect and say nothing leave places for those who ask. */
static void idle_clients_leave_room(void **state)
{
	int idle[320];
	(void)state;
	for (size_t i = 0; i < BDL_ARRAY_LEN(idle); i++)
		idle[i] = open_client();
	int64_t began_ms = bdl_tick_ms();
	char *fine BDL_AUTO_FREE =
	    talk(BDL_LIT("GET /health HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"));
	for (size_t i = 0; i < BDL_ARRAY_LEN(idle); i++)
		close(idle[i]);
	assert_non_null(strstr(fine, "\r\n\r\nok\n"));
	assert_true(bdl_tick_ms() - began_ms < 2000);
}

static void a_successor_serves_the_same_socket(void **state)
{
	struct bdl_err err;
	(void)state;
	bdl_server_stop(bdl_steal(&server));
	if (bdl_server_start(dup(held), &site, &server, &err) < 0)
		fail_msg("%s", err.text);
	char *fine BDL_AUTO_FREE =
	    talk(BDL_LIT("GET /health HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"));
	assert_non_null(strstr(fine, "\r\n\r\nok\n"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_answer_is_guarded),
		cmocka_unit_test(strange_bytes_end_the_connection_only),
		cmocka_unit_test(slow_clients_hold_nobody_up),
		cmocka_unit_test(many_fields_are_answered),
		cmocka_unit_test(idle_clients_leave_room),
		cmocka_unit_test(a_successor_serves_the_same_socket),
	};
	return cmocka_run_group_tests(tests, start, stop);
}
