/* The scribe's look at the file of lists: a little of it at a time, as it may have hundreds of megabytes. */
#include "base/alloc.h"
#include "base/clock.h"
#include "record/ledger/ledger.h"
#include "record/ledger/lists.h"
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#define READ_BYTES (64 * 1024)

struct bdl_lists_watch {
	char *path, *host;
	int fd;           /* of the file that is being read, or -1 */
	struct stat seen; /* of the last that was entered, or passed over */
	struct stat now;  /* of the one behind fd */
	struct bdl_digesting digesting;
	char bytes[READ_BYTES];
};

struct bdl_lists_watch *bdl_lists_watch_new(const char *path, const char *host)
{
	struct bdl_lists_watch *w = bdl_xalloc(sizeof(*w));

	w->path = bdl_xstrdup(path);
	w->host = bdl_xstrdup(host);
	w->fd = -1;
	return w;
}

static void file_close(struct bdl_lists_watch *w)
{
	bdl_close_auto(&w->fd);
	w->fd = -1;
}

void bdl_lists_watch_free(struct bdl_lists_watch *w)
{
	if (!w)
		return;
	file_close(w);
	free(w->path);
	free(w->host);
	free(w);
}

static bool is_same(const struct stat *a, const struct stat *b)
{
	return a->st_dev == b->st_dev && a->st_ino == b->st_ino && a->st_size == b->st_size &&
	    a->st_mtim.tv_sec == b->st_mtim.tv_sec && a->st_mtim.tv_nsec == b->st_mtim.tv_nsec;
}

static bool file_begin(struct bdl_lists_watch *w)
{
	struct stat st;

	if (stat(w->path, &st) < 0 || is_same(&st, &w->seen))
		return false;
	w->fd = open(w->path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (w->fd < 0 || fstat(w->fd, &w->now) < 0 || !S_ISREG(w->now.st_mode)) {
		w->seen = st;
		file_close(w);
		return false;
	}
	bdl_digest_begin(&w->digesting);
	return true;
}

/* 1: all of it is read; 0: there is more; negative: it cannot be read. */
static int file_read(struct bdl_lists_watch *w)
{
	for (size_t left = BDL_LISTS_PIECE; left > 0;) {
		ssize_t n = read(w->fd, w->bytes, left < READ_BYTES ? left : READ_BYTES);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return n < 0 ? BDL_E_IO : 1;
		bdl_digest_add(&w->digesting, w->bytes, (size_t)n);
		left -= (size_t)n;
	}
	return 0;
}

static int news_enter(
    struct bdl_store *s, const struct bdl_lists_news *news, bool *ret_is_news, struct bdl_err *err)
{
	int rc = bdl_store_begin(s, err);

	if (rc)
		return rc;
	rc = bdl_lists_enter(s, news, ret_is_news, err);
	if (!rc)
		rc = bdl_store_commit(s, err);
	bdl_store_rollback(s);
	return rc;
}

/* What was read is entered, where the lists of that name are the same file still. */
static int file_enter(
    struct bdl_lists_watch *w, struct bdl_store *s, bool *ret_is_news, struct bdl_err *err)
{
	struct bdl_lists *lists BDL_AUTO(bdl_lists_close) = NULL;
	struct stat st;

	if (bdl_lists_open(w->path, &lists, NULL))
		lists = NULL; /* which the entry says */
	if (stat(w->path, &st) < 0 || !is_same(&st, &w->now))
		return 0;
	const struct bdl_lists_news news = {
		.host = w->host,
		.digest = bdl_digest_end(&w->digesting),
		.lists = lists,
		.by = BDL_LIT(BDL_ACTOR_SCRIBE),
		.at_ms = bdl_now_ms(),
	};
	int rc = news_enter(s, &news, ret_is_news, err);
	if (!rc)
		w->seen = w->now;
	return rc;
}

int bdl_lists_look(
    struct bdl_lists_watch *w, struct bdl_store *s, bool *ret_is_news, struct bdl_err *err)
{
	*ret_is_news = false;
	if (w->fd < 0 && !file_begin(w))
		return 0;
	int rc = file_read(w);
	if (rc == 0)
		return 0;
	if (rc < 0)
		w->seen = w->now;
	rc = rc > 0 ? file_enter(w, s, ret_is_news, err) : 0;
	file_close(w);
	return rc;
}
