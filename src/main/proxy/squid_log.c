/*
 * Squid's log of bytes is turned over by its supervisor, as Squid itself only knows one name: a link.
 * Signals are cheap, files are few, so all that there is to know is asked of the folder.
 */
#include "main/proxy/squid.h"

#include "base/clock.h"
#include "record/visits/bytes.h"
#include "sys/file.h"
#include "sys/log.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <pwd.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#define FOLDER_MAX (BDL_SQUID_STATE_MAX + 8)
#define FILE_MAX   (FOLDER_MAX + 24)
#define STILL_MS   2000 /* Squid, told to, has let the file before go by then */

struct logs {
	uint64_t oldest, newest, before; /* `before`: the newest but one; 0: there is none */
	size_t n;
};

static void folder_of(const struct bdl_squid *s, char out[FOLDER_MAX])
{
	(void)snprintf(out, FOLDER_MAX, "%s/bytes", s->state); /* fits */
}

static void file_of(const struct bdl_squid *s, uint64_t number, char out[FILE_MAX])
{
	(void)snprintf(out, FILE_MAX, "%s/bytes/%llu.log", s->state, (unsigned long long)number);
}

static int look(const struct bdl_squid *s, struct logs *ret, struct bdl_err *err)
{
	char folder[FOLDER_MAX];
	struct logs l = { 0 };
	folder_of(s, folder);
	DIR *d = opendir(folder);
	if (!d && errno != ENOENT)
		return bdl_fail_sys(err, "list '%s'", folder);
	*ret = l;
	if (!d) /* somebody deleted it */
		return 0;
	for (struct dirent *e; (e = readdir(d));) {
		uint64_t number = bdl_bytes_number(e->d_name);
		if (!number)
			continue;
		l.n++;
		if (!l.oldest || number < l.oldest)
			l.oldest = number;
		if (number > l.newest) {
			l.before = l.newest;
			l.newest = number;
		} else if (number > l.before) {
			l.before = number;
		}
	}
	(void)closedir(d); /* it was only read */
	*ret = l;
	return 0;
}

/* Where Squid is another user the folder is that user's, and of our group, whom its files are left to. */
static int make_folder(const struct bdl_squid *s, const struct passwd *pw, struct bdl_err *err)
{
	char folder[FOLDER_MAX];
	folder_of(s, folder);
	int rc = bdl_file_mkdirs(folder, err);
	if (rc == 0 && pw && (chown(folder, pw->pw_uid, getegid()) < 0 || chmod(folder, 02770) < 0))
		rc = bdl_fail_sys(err, "give '%s' to %s", folder, s->user);
	return rc;
}

static int make_file(const char *path, const struct passwd *pw, struct bdl_err *err)
{
	BDL_AUTO_FD int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0640);
	if (fd < 0)
		return bdl_fail_sys(err, "make '%s'", path);
	if (pw && fchown(fd, pw->pw_uid, getegid()) < 0)
		return bdl_fail_sys(err, "give '%s' away", path);
	return 0;
}

static int turn_link(const struct bdl_squid *s, uint64_t number, struct bdl_err *err)
{
	char link[FILE_MAX], beside[FILE_MAX], to[32];
	(void)snprintf(link, sizeof(link), "%s/bytes/now", s->state); /* these fit */
	(void)snprintf(beside, sizeof(beside), "%s/bytes/next", s->state);
	(void)snprintf(to, sizeof(to), "%llu.log", (unsigned long long)number);
	(void)unlink(beside); /* what a crash left */
	if (symlink(to, beside) < 0 || rename(beside, link) < 0)
		return bdl_fail_sys(err, "turn '%s' to %s", link, to);
	return 0;
}

/* Nobody has read them for long: what stands in them counts nowhere. */
static int drop_oldest(const struct bdl_squid *s, struct bdl_err *err)
{
	char path[FILE_MAX];
	struct logs l;
	int rc = look(s, &l, err);
	while (rc == 0 && l.n > BDL_SQUID_LOGS_MAX) {
		file_of(s, l.oldest, path);
		if (unlink(path) < 0 && errno != ENOENT)
			return bdl_fail_sys(err, "delete '%s'", path);
		bdl_log(BDL_LOG_WARN, "bytes-lost",
		    "nobody reads how many bytes pass: the oldest of it was deleted");
		rc = look(s, &l, err);
	}
	return rc;
}

int bdl_squid_log_begin(struct bdl_squid *s, struct bdl_err *err)
{
	const struct passwd *pw = s->user[0] ? getpwnam(s->user) : NULL;
	char path[FILE_MAX];
	struct logs l;
	int rc = make_folder(s, pw, err);
	if (rc == 0)
		rc = look(s, &l, err);
	if (rc < 0)
		return rc;
	file_of(s, l.newest + 1, path);
	rc = make_file(path, pw, err);
	if (rc == 0)
		rc = turn_link(s, l.newest + 1, err);
	if (rc < 0)
		(void)unlink(path); /* it would be tried again under the same name */
	s->log_tick_ms = bdl_tick_ms();
	return rc < 0 ? rc : drop_oldest(s, err);
}

/* False where there is no such file. */
static bool file_look(const struct bdl_squid *s, uint64_t number, struct stat *ret)
{
	char path[FILE_MAX];
	file_of(s, number, path);
	return number && stat(path, ret) == 0;
}

static int64_t changed_ms(const struct stat *st)
{
	return (int64_t)st->st_mtim.tv_sec * 1000 + st->st_mtim.tv_nsec / 1000000;
}

/* Squid was told to take the newest, and goes on with the one before: a crash of ours, or a lost signal. */
static bool is_unheard(const struct bdl_squid *s, const struct logs *l, const struct stat *newest)
{
	struct stat before;
	return newest->st_size == 0 && file_look(s, l->before, &before) &&
	    changed_ms(&before) > changed_ms(newest) + STILL_MS;
}

static bool is_enough(const struct bdl_squid *s, const struct stat *newest)
{
	return newest->st_size >= BDL_SQUID_LOG_SIZE ||
	    (newest->st_size > 0 && bdl_tick_ms() - s->log_tick_ms >= BDL_SQUID_LOG_MS);
}

int bdl_squid_log_turn(struct bdl_squid *s, struct bdl_err *err)
{
	struct stat newest;
	struct logs l;
	int rc = look(s, &l, err);
	if (rc < 0)
		return rc;
	if (!file_look(s, l.newest, &newest) || is_enough(s, &newest))
		rc = bdl_squid_log_begin(s, err);
	else if (is_unheard(s, &l, &newest))
		rc = turn_link(s, l.newest, err);
	else
		return 0;
	return rc < 0 ? rc : 1;
}
