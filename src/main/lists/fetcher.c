#include "main/lists/fetcher.h"

#include "base/alloc.h"
#include "lists/offer.h"
#include "main/data.h"
#include "sys/file.h"
#include "sys/proc.h"
#include "sys/sandbox.h"

#include <curl/curl.h>
#include <errno.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

#define PIECE_BYTES 65536
#define ITS_END     3 /* the descriptor that the process keeps */

struct bdl_fetcher {
	pid_t pid;
	int fd;
};

struct ask {
	char url[BDL_FETCHER_URL_MAX];
	char etag[sizeof(((struct bdl_fetched *)NULL)->etag)];
};

/* Followed by so many bytes of what was fetched. */
struct answer {
	int code; /* 0 or a bdl_code */
	struct bdl_fetched fetched;
	size_t n;
	char why[sizeof(((struct bdl_err *)NULL)->text)];
};

static bool get(int fd, void *p, size_t n)
{
	for (size_t done = 0; done < n;) {
		ssize_t some = read(fd, (char *)p + done, n - done);
		if (some == 0 || (some < 0 && errno != EINTR))
			return false;
		done += some > 0 ? (size_t)some : 0;
	}
	return true;
}

/* --- the process --- */

static int confine(const struct bdl_conf *conf, struct bdl_err *err)
{
	/* Who it asks for addresses, and whose certificates it believes. */
	static const struct bdl_path_right rights[] = {
		{ "/etc/resolv.conf", BDL_MAY_READ },
		{ "/etc/hosts", BDL_MAY_READ },
		{ "/etc/nsswitch.conf", BDL_MAY_READ },
		{ "/etc/host.conf", BDL_MAY_READ },
		{ "/etc/gai.conf", BDL_MAY_READ },
		{ "/etc/services", BDL_MAY_READ },
		{ "/etc/ssl", BDL_MAY_READ },
		{ "/usr/lib/ssl", BDL_MAY_READ },
		{ "/usr/share/ca-certificates", BDL_MAY_READ },
		{ "/usr/local/share/ca-certificates", BDL_MAY_READ },
	};
	bool landlock = false; /* who started it says where there is none */
	int rc = conf ? bdl_data_become_owner(conf, err) : 0;
	if (rc == 0)
		rc = bdl_sandbox_files(rights, BDL_ARRAY_LEN(rights), &landlock, err);
	if (rc == 0 && curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK)
		rc = bdl_fail(err, BDL_E_NOMEM, "the library that fetches cannot be used");
	return rc < 0 ? rc : bdl_sandbox_calls(BDL_CALLS_CONNECT | BDL_CALLS_FILES, err);
}

static bool serve_one(const struct ask *ask, const struct bdl_err *broken)
{
	BDL_AUTO_IN(bdl_buf_done) struct bdl_buf text = BDL_BUF(BDL_OFFER_BYTES_MAX);
	struct answer answer = { .code = broken->code };
	struct bdl_err err = *broken;

	if (!answer.code)
		answer.code = bdl_fetch(ask->url, ask->etag, ITS_END, &text, &answer.fetched, &err);
	if (answer.code)
		(void)snprintf(answer.why, sizeof(answer.why), "%s", err.text);
	answer.n = answer.code ? 0 : text.n;
	return bdl_file_put(ITS_END, &answer, sizeof(answer)) &&
	    bdl_file_put(ITS_END, text.p, answer.n);
}

/* Until nobody asks any more. One that cannot close its sandbox fetches nothing, and says why. */
BDL_NORETURN static void serve(const struct bdl_conf *conf)
{
	struct bdl_err broken = { 0 };
	struct ask ask;

	(void)confine(conf, &broken); /* the code stands in it */
	while (get(ITS_END, &ask, sizeof(ask)) && serve_one(&ask, &broken))
		continue;
	_exit(0);
}

/* --- who asks it --- */

int bdl_fetcher_start(const struct bdl_conf *conf, struct bdl_fetcher **ret, struct bdl_err *err)
{
	int fd;
	pid_t pid = bdl_proc_fork_paired(SOCK_STREAM, &fd, err);

	if (pid < 0)
		return BDL_E_IO;
	if (pid == 0)
		serve(conf);
	struct bdl_fetcher *f = bdl_xalloc(sizeof(*f));
	*f = (struct bdl_fetcher){ .pid = pid, .fd = fd };
	*ret = f;
	return 0;
}

void bdl_fetcher_end(struct bdl_fetcher *f)
{
	if (!f)
		return;
	bdl_proc_end_paired(f->pid, f->fd);
	free(f);
}

static int take_bytes(int fd, size_t n, struct bdl_buf *into, struct bdl_err *err)
{
	while (n > 0) {
		size_t piece = n < PIECE_BYTES ? n : PIECE_BYTES;
		char *room = bdl_buf_room(into, piece);
		if (!room)
			return bdl_fail(err, BDL_E_LIMIT, "more than %zu bytes", into->max);
		if (!get(fd, room, piece))
			return bdl_fail(err, BDL_E_IO, "the process that fetches has ended");
		bdl_buf_commit(into, piece);
		n -= piece;
	}
	return 0;
}

int bdl_fetcher_get(struct bdl_fetcher *f, const char *url, const char *etag, struct bdl_buf *into,
    struct bdl_fetched *ret, struct bdl_err *err)
{
	struct answer answer;
	struct ask ask = { 0 };

	if (strlen(url) >= sizeof(ask.url) || strlen(etag) >= sizeof(ask.etag))
		return bdl_fail(err, BDL_E_LIMIT, "the address '%.100s...' is too long", url);
	memcpy(ask.url, url, strlen(url));
	memcpy(ask.etag, etag, strlen(etag));
	if (!bdl_file_put(f->fd, &ask, sizeof(ask)) || !get(f->fd, &answer, sizeof(answer)))
		return bdl_fail(err, BDL_E_IO, "%s: the process that fetches has ended", url);
	bdl_proc_tame(answer.why, sizeof(answer.why));
	bdl_proc_tame(answer.fetched.etag, sizeof(answer.fetched.etag));
	bdl_proc_tame(answer.fetched.type, sizeof(answer.fetched.type));
	if (answer.code != 0)
		return bdl_fail(err,
		    answer.code >= BDL_E_STORE && answer.code < 0 ? (enum bdl_code)answer.code
								  : BDL_E_IO,
		    "%s", answer.why);
	int rc = take_bytes(f->fd, answer.n, into, err);
	if (rc == 0)
		*ret = answer.fetched;
	return rc < 0 ? bdl_fail_in(err, rc, "%s", url) : 0;
}
