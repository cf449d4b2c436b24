#include "main/lists/fetch.h"
#include "base/alloc.h"
#include "base/view.h"
#include "sys/net.h"

#include <curl/curl.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>

#define CONNECT_S  20
#define WHOLE_S    1800
#define SLOW_S     60 /* so long under SLOW_BYTES a second ends it */
#define SLOW_BYTES 100
#define REDIRECTS  5

/* How far inside an address lies. */
enum reach { OUTSIDE, IN_A_NETWORK, ON_A_LINK };

struct job {
	struct bdl_buf *into;
	struct bdl_fetched *fetched;
	int asker;
	CURL *curl;
	enum reach reach; /* of the server that we were told to ask */
	bool is_led_in;   /* it sent us further inside than it is itself */
};

static enum reach reach_of(const struct sockaddr *sa)
{
	static const struct {
		const char *net;
		enum reach reach;
	} nets[] = { { "127.0.0.0/8", ON_A_LINK }, { "::1", ON_A_LINK }, { "0.0.0.0/8", ON_A_LINK },
		{ "::", ON_A_LINK }, { "169.254.0.0/16", ON_A_LINK }, { "fe80::/10", ON_A_LINK },
		{ "10.0.0.0/8", IN_A_NETWORK }, { "172.16.0.0/12", IN_A_NETWORK },
		{ "192.168.0.0/16", IN_A_NETWORK }, { "100.64.0.0/10", IN_A_NETWORK },
		{ "fc00::/7", IN_A_NETWORK } };
	struct bdl_net net;

	for (size_t i = 0; i < BDL_ARRAY_LEN(nets); i++) {
		BDL_BUG_IF(bdl_net_parse(bdl_view_of(nets[i].net), &net, NULL) < 0);
		if (bdl_net_holds(&net, sa))
			return nets[i].reach;
	}
	return OUTSIDE;
}

/*
 * Whoever runs a list's server, or sits before it, is not to ask services inside the school by our
 * hand: a redirect may lead no further inside than where we were sent by the settings.
 */
static curl_socket_t on_connect(void *arg, curlsocktype purpose, struct curl_sockaddr *to)
{
	struct job *job = arg;
	enum reach reach = reach_of(&to->addr);
	long redirects = 0;

	(void)purpose; /* there is one */
	(void)curl_easy_getinfo(job->curl, CURLINFO_REDIRECT_COUNT, &redirects);
	if (redirects == 0 && reach > job->reach)
		job->reach = reach;
	if (redirects > 0 && reach > job->reach) {
		job->is_led_in = true;
		return CURL_SOCKET_BAD;
	}
	return socket(to->family, to->socktype | SOCK_CLOEXEC, to->protocol);
}

/* Called once a second at least, whatever the server does. Not 0: nobody waits for it any more. */
static int on_progress(
    void *arg, curl_off_t all, curl_off_t now, curl_off_t up_all, curl_off_t up_now)
{
	const struct job *job = arg;
	struct pollfd asker = { .fd = job->asker, .events = POLLRDHUP };
	(void)all; /* how far it is does not matter */
	(void)now;
	(void)up_all;
	(void)up_now;

	return poll(&asker, 1, 0) > 0;
}

static size_t on_bytes(char *p, size_t size, size_t n, void *arg)
{
	struct job *job = arg;

	return bdl_buf_add(job->into, p, size * n) < 0 ? 0 : size * n;
}

/* Of each answer of a chain of redirects; the last one's stays. */
static size_t on_header(char *p, size_t size, size_t n, void *arg)
{
	struct job *job = arg;
	struct bdl_view line = bdl_view_at(p, size * n), name;

	if (bdl_view_istarts(line, BDL_LIT("HTTP/")))
		job->fetched->etag[0] = '\0';
	if (!bdl_view_cut(&line, ':', &name) || !bdl_view_iis(name, "ETag"))
		return size * n;
	while (line.n > 0 && strchr(" \t\r\n", line.p[line.n - 1]) != NULL)
		line.n--;
	line = bdl_view_trim(line);
	if (line.n < sizeof(job->fetched->etag)) {
		memcpy(job->fetched->etag, line.p, line.n);
		job->fetched->etag[line.n] = '\0';
	}
	return size * n;
}

static void set_up(CURL *curl, const char *url, struct job *job, char why[CURL_ERROR_SIZE])
{
	bool is_https = bdl_view_istarts(bdl_view_of(url), BDL_LIT("https://"));

	/* These fail only for options that the library does not have; then the transfer tells. */
	(void)curl_easy_setopt(curl, CURLOPT_URL, url);
	(void)curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "http,https");
	(void)curl_easy_setopt(
	    curl, CURLOPT_REDIR_PROTOCOLS_STR, is_https ? "https" : "http,https");
	(void)curl_easy_setopt(curl, CURLOPT_FOLLOWLOCATION, 1L);
	(void)curl_easy_setopt(curl, CURLOPT_MAXREDIRS, (long)REDIRECTS);
	(void)curl_easy_setopt(curl, CURLOPT_FAILONERROR, 1L);
	(void)curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
	(void)curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT, (long)CONNECT_S);
	(void)curl_easy_setopt(curl, CURLOPT_TIMEOUT, (long)WHOLE_S);
	(void)curl_easy_setopt(curl, CURLOPT_LOW_SPEED_LIMIT, (long)SLOW_BYTES);
	(void)curl_easy_setopt(curl, CURLOPT_LOW_SPEED_TIME, (long)SLOW_S);
	(void)curl_easy_setopt(curl, CURLOPT_USERAGENT, "beadle/" BDL_VERSION);
	(void)curl_easy_setopt(curl, CURLOPT_NOPROGRESS, 0L);
	(void)curl_easy_setopt(curl, CURLOPT_XFERINFOFUNCTION, on_progress);
	(void)curl_easy_setopt(curl, CURLOPT_XFERINFODATA, job);
	(void)curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, why);
	(void)curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, on_bytes);
	(void)curl_easy_setopt(curl, CURLOPT_WRITEDATA, job);
	(void)curl_easy_setopt(curl, CURLOPT_HEADERFUNCTION, on_header);
	(void)curl_easy_setopt(curl, CURLOPT_HEADERDATA, job);
	(void)curl_easy_setopt(curl, CURLOPT_OPENSOCKETFUNCTION, on_connect);
	(void)curl_easy_setopt(curl, CURLOPT_OPENSOCKETDATA, job);
}

/* What the transfer came to. */
static int settle(CURL *curl, CURLcode code, const char *url, const char *why, struct job *job,
    struct bdl_err *err)
{
	const char *type = NULL;
	curl_off_t declared = -1;
	long status = 0;

	if (bdl_buf_broken(job->into))
		return bdl_fail(err, BDL_E_LIMIT, "%s: more than %zu bytes", url, job->into->max);
	if (job->is_led_in && code != CURLE_OK)
		return bdl_fail(err, BDL_E_DENIED,
		    "%s: the server sends us to an address further inside than its own", url);
	if (code == CURLE_PARTIAL_FILE)
		return bdl_fail(err, BDL_E_CONFLICT, "%s: cut short: %s", url, why);
	if (code != CURLE_OK)
		return bdl_fail(
		    err, BDL_E_IO, "%s: %s", url, why[0] != '\0' ? why : curl_easy_strerror(code));
	(void)curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
	(void)curl_easy_getinfo(curl, CURLINFO_CONTENT_TYPE, &type);
	(void)curl_easy_getinfo(curl, CURLINFO_CONTENT_LENGTH_DOWNLOAD_T, &declared);
	job->fetched->unchanged = status == 304;
	job->fetched->declared = declared;
	(void)snprintf(job->fetched->type, sizeof(job->fetched->type), "%s", type ? type : "");
	if (status != 200 && status != 304)
		return bdl_fail(err, BDL_E_IO, "%s: the server said %ld", url, status);
	return 0;
}

int bdl_fetch(const char *url, const char *etag, int asker, struct bdl_buf *into,
    struct bdl_fetched *ret, struct bdl_err *err)
{
	struct bdl_fetched fetched = { .declared = -1 };
	char why[CURL_ERROR_SIZE] = "";
	struct curl_slist *fields = NULL;
	CURL *curl = curl_easy_init();
	struct job job = { .into = into, .fetched = &fetched, .asker = asker, .curl = curl };

	if (!curl)
		return bdl_fail(err, BDL_E_NOMEM, "no memory to fetch with");
	set_up(curl, url, &job, why);
	if (etag[0] != '\0') {
		char *field BDL_AUTO_FREE = bdl_xprintf("If-None-Match: %s", etag);
		fields = curl_slist_append(NULL, field);
		(void)curl_easy_setopt(curl, CURLOPT_HTTPHEADER, fields);
	}
	int rc = settle(curl, curl_easy_perform(curl), url, why, &job, err);
	curl_slist_free_all(fields);
	curl_easy_cleanup(curl);
	if (rc == 0)
		*ret = fetched;
	return rc;
}
