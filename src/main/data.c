#include "main/data.h"

#include "base/ascii.h"
#include "base/hash.h"
#include "sys/file.h"
#include "sys/sandbox.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

int bdl_data_open(const char *dir, bool make, struct bdl_conf *ret, struct bdl_err *err)
{
	struct stat st;
	if (make) {
		int rc = bdl_file_mkdirs(dir, err);
		if (rc < 0)
			return rc;
	}
	bool there = stat(dir, &st) == 0;
	if (!there && errno != ENOENT && errno != ENOTDIR)
		return bdl_fail_sys(err, "look at the data folder '%s'", dir);
	if (!there || !S_ISDIR(st.st_mode))
		return bdl_fail(err, BDL_E_MISSING,
		    "there is no school in '%s', no data folder of that name; name another with --data "
		    "DIR or BEADLE_DATA, or make the folder: mkdir '%s', or beadle demo --from policy "
		    "to try things out",
		    dir, dir);
	return bdl_conf_load(dir, ret, err);
}

int bdl_data_become_owner(const struct bdl_conf *conf, struct bdl_err *err)
{
	bool still_root = false;
	return bdl_sandbox_drop(conf->user, conf->dir, &still_root, err);
}

/* A database that is there and empty, and one that is not there, are no store either. */
static int look_for_store(const char *where, struct bdl_err *err)
{
	struct bdl_store *store BDL_AUTO(bdl_store_close) = NULL;
	int rc = bdl_store_open(where, BDL_STORE_READ, &store, err);
	return rc == BDL_E_CONFLICT ? 0 : rc; /* one of another version is one */
}

int bdl_data_store(const struct bdl_conf *conf, struct bdl_store **ret, struct bdl_err *err)
{
	char where[BDL_CONF_STORE_MAX], manifest[BDL_PATH_MAX];
	struct stat st;
	int rc = 0;
	bdl_conf_store(conf, where);
	bdl_conf_path(conf, manifest, sizeof(manifest), "force/manifest");
	if (stat(manifest, &st) == 0)
		rc = conf->store[0]                           ? look_for_store(where, err)
		    : stat(where, &st) < 0 && errno == ENOENT ? BDL_E_MISSING
							      : 0;
	if (rc == BDL_E_MISSING)
		return bdl_fail(err, BDL_E_MISSING,
		    "'%s' is gone, though policies are in force: put it back; to begin anew without it, "
		    "remove '%s'",
		    conf->store[0] ? "the store in PostgreSQL" : where, manifest);
	return rc < 0 ? rc : bdl_store_open(where, BDL_STORE_WRITE, ret, err);
}

int bdl_data_store_read(const struct bdl_conf *conf, struct bdl_store **ret, struct bdl_err *err)
{
	char where[BDL_CONF_STORE_MAX];
	bdl_conf_store(conf, where);
	return bdl_store_open(where, BDL_STORE_READ, ret, err);
}

int bdl_data_store_of(const char *dir, enum bdl_store_mode mode, struct bdl_conf *ret_conf,
    struct bdl_store **ret, struct bdl_err *err)
{
	int rc = bdl_data_open(dir, false, ret_conf, err);
	if (rc == 0)
		rc = bdl_data_become_owner(ret_conf, err);
	if (rc < 0)
		return rc;
	return mode == BDL_STORE_READ ? bdl_data_store_read(ret_conf, ret, err)
				      : bdl_data_store(ret_conf, ret, err);
}

/* What other programs and people may read: letters, digits, dots, hyphens; the rest becomes hyphens. */
static void host_make(char out[BDL_DATA_HOST_MAX])
{
	char machine[BDL_DATA_HOST_MAX - 24] = "";
	uint64_t number;
	if (gethostname(machine, sizeof(machine) - 1) < 0 || !machine[0])
		(void)snprintf(machine, sizeof(machine), "host"); /* fits */
	for (char *p = machine; *p; p++)
		if (!bdl_is_letter(*p) && !bdl_is_digit(*p) && *p != '.')
			*p = '-';
	bdl_random(&number, sizeof(number));
	(void)snprintf(out, BDL_DATA_HOST_MAX, "%s-%016llx", machine, (unsigned long long)number);
}

int bdl_data_host(const struct bdl_conf *conf, char ret[BDL_DATA_HOST_MAX], struct bdl_err *err)
{
	struct bdl_buf text BDL_AUTO_IN(bdl_buf_done) = BDL_BUF(BDL_DATA_HOST_MAX - 1);
	char path[BDL_PATH_MAX], made[BDL_DATA_HOST_MAX];
	bdl_conf_path(conf, path, sizeof(path), "host");
	int rc = bdl_file_read(path, &text, err);
	if (rc == BDL_E_MISSING) {
		host_make(made);
		rc = bdl_file_make(path, made, strlen(made), 0640, err);
		if (rc == 0 || rc == BDL_E_CONFLICT) /* another was faster: its name is ours */
			rc = bdl_file_read(path, &text, err);
	}
	if (rc < 0)
		return rc;
	struct bdl_view host = bdl_view_trim(bdl_buf_view(&text));
	for (size_t i = 0; i < host.n; i++)
		if (!bdl_is_letter(host.p[i]) && !bdl_is_digit(host.p[i]) && host.p[i] != '.' &&
		    host.p[i] != '-')
			host.n = 0;
	if (!host.n)
		return bdl_fail(err, BDL_E_INVALID, "'%s' has no host's name", path);
	memcpy(ret, host.p, host.n);
	ret[host.n] = '\0';
	return 0;
}

static int busy(const struct bdl_conf *conf, int fd, struct bdl_err *err)
{
	char text[16] = "";
	uint64_t pid = 0;
	ssize_t n = pread(fd, text, sizeof(text) - 1, 0);
	struct bdl_view v = bdl_view_at(text, n > 0 ? (size_t)n : 0);
	if (bdl_view_ends(v, BDL_LIT("\n")))
		v.n--;
	if (!bdl_view_uint(v, INT32_MAX, &pid))
		return bdl_fail(
		    err, BDL_E_BUSY, "another beadle run serves '%s' already", conf->dir);
	return bdl_fail(err, BDL_E_BUSY,
	    "another beadle run (process %u) serves '%s' already; stop it first, or choose another "
	    "folder with --data DIR",
	    (unsigned)pid, conf->dir);
}

/* A lock of the open file, not of the process: a library that opens the file cannot drop it. */
static int lock_call(int fd, int op, short *ret_held)
{
	struct flock l = { .l_type = F_WRLCK, .l_whence = SEEK_SET };
	int rc = fcntl(fd, op, &l);
	*ret_held = l.l_type;
	return rc;
}

int bdl_data_unlocked(const struct bdl_conf *conf, struct bdl_err *err)
{
	char path[BDL_PATH_MAX];
	bdl_conf_path(conf, path, sizeof(path), "run/lock");
	int fd BDL_AUTO_FD = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return errno == ENOENT ? 0 : bdl_fail_sys(err, "open '%s'", path);
	short held = F_UNLCK;
	if (lock_call(fd, F_OFD_GETLK, &held) < 0)
		return bdl_fail_sys(err, "look at '%s'", path);
	return held == F_UNLCK ? 0 : busy(conf, fd, err);
}

int bdl_data_lock(const struct bdl_conf *conf, int *ret_fd, struct bdl_err *err)
{
	char path[BDL_PATH_MAX];
	char text[16];
	bdl_conf_path(conf, path, sizeof(path), "run/lock");
	int fd BDL_AUTO_FD = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0640);
	if (fd < 0)
		return bdl_fail_sys(err, "open '%s'", path);
	short held = F_UNLCK;
	if (lock_call(fd, F_OFD_SETLK, &held) < 0)
		return errno == EAGAIN || errno == EACCES ? busy(conf, fd, err)
							  : bdl_fail_sys(err, "lock '%s'", path);
	int n = snprintf(text, sizeof(text), "%d\n", (int)getpid());
	if (ftruncate(fd, 0) < 0 || pwrite(fd, text, (size_t)n, 0) != n)
		return bdl_fail_sys(err, "write '%s'", path);
	*ret_fd = bdl_steal_fd(&fd);
	return 0;
}
