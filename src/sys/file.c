#include "sys/file.h"
#include "base/hash.h"
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#define READ_STEP 65536

static int open_failed(struct bdl_err *err, const char *path)
{
	int rc = bdl_fail_sys(err, "open '%s'", path);

	/* The text stays; the code says what the caller can do about it. */
	if (errno == ENOENT || errno == ENOTDIR)
		rc = BDL_E_MISSING;
	else if (errno == EACCES || errno == EPERM)
		rc = BDL_E_DENIED;
	if (err)
		err->code = (enum bdl_code)rc;
	return rc;
}

bool bdl_file_has_room(int fd, uint64_t n)
{
	struct statfs st;

	return fstatfs(fd, &st) == 0 && (uint64_t)st.f_bavail * (uint64_t)st.f_bsize >= n;
}

/* Bytes read, 0 at the end; -1 with errno. */
static ssize_t read_some(int fd, void *p, size_t n)
{
	ssize_t got;

	do
		got = read(fd, p, n);
	while (got < 0 && errno == EINTR);
	return got;
}

static int read_all(int fd, const char *path, struct bdl_buf *into, struct bdl_err *err)
{
	for (;;) {
		size_t room = into->max - into->n;
		size_t step = room < READ_STEP ? room : READ_STEP;
		char one;
		char *to = step ? bdl_buf_room(into, step) : &one;

		if (!to)
			return bdl_fail(err, BDL_E_NOMEM, "read '%s': no memory", path);
		/* A full buffer is asked for one byte more: there must be none. */
		ssize_t got = read_some(fd, to, step ? step : 1);
		if (got < 0)
			return bdl_fail_sys(err, "read '%s'", path);
		if (got == 0)
			return 0;
		if (!step)
			return bdl_fail(
			    err, BDL_E_LIMIT, "'%s' is larger than %zu bytes", path, into->max);
		bdl_buf_commit(into, (size_t)got);
	}
}

int bdl_file_read(const char *path, struct bdl_buf *into, struct bdl_err *err)
{
	size_t before = into->n;
	BDL_AUTO_FD int fd = open(path, O_RDONLY | O_CLOEXEC);

	if (fd < 0)
		return open_failed(err, path);
	int rc = read_all(fd, path, into, err);
	if (rc < 0) {
		into->n = before;
		if (into->p)
			into->p[before] = '\0';
	}
	return rc;
}

bool bdl_file_put(int fd, const void *p, size_t n)
{
	for (size_t done = 0; done < n;) {
		ssize_t some = write(fd, (const char *)p + done, n - done);

		if (some < 0 && errno != EINTR)
			return false;
		done += some > 0 ? (size_t)some : 0;
	}
	return true;
}

/* A rename is safe from a power cut once the folder that holds it is on the disk. */
static int sync_folder_of(const char *path)
{
	char folder[PATH_MAX];
	const char *slash = strrchr(path, '/');
	size_t n = slash ? (size_t)(slash - path) : 0;

	if (!slash)
		memcpy(folder, ".", 2);
	else if (n == 0)
		memcpy(folder, "/", 2);
	else {
		memcpy(folder, path, n);
		folder[n] = '\0';
	}
	BDL_AUTO_FD int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	return fd < 0 ? -1 : fsync(fd);
}

/* Write and sync a new file; it is there whole or an error is returned. */
static int write_new(const char *path, const void *p, size_t n, unsigned mode, struct bdl_err *err)
{
	BDL_AUTO_FD int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, (mode_t)mode);

	if (fd < 0)
		return open_failed(err, path);
	if (!bdl_file_put(fd, p, n))
		return bdl_fail_sys(err, "write '%s'", path);
	if (fsync(fd) < 0)
		return bdl_fail_sys(err, "sync '%s'", path);
	/* Some file systems (NFS) tell of a full disk only here. */
	if (close(bdl_steal_fd(&fd)) < 0)
		return bdl_fail_sys(err, "close '%s'", path);
	return 0;
}

int bdl_file_beside(const char *path, char *out, struct bdl_err *err)
{
	uint64_t tail;

	bdl_random(&tail, sizeof(tail));
	int len = snprintf(out, PATH_MAX, "%s.%016" PRIx64 ".new", path, tail);
	if (len < 0 || len >= PATH_MAX)
		return bdl_fail(err, BDL_E_LIMIT, "the path '%.100s...' is too long", path);
	return 0;
}

int bdl_file_rename(const char *from, const char *to, struct bdl_err *err)
{
	if (rename(from, to) < 0)
		return bdl_fail_sys(err, "rename '%s' to '%s'", from, to);
	if (sync_folder_of(to) < 0)
		return bdl_fail_sys(err, "sync the folder of '%s'", to);
	return 0;
}

int bdl_file_replace(const char *path, const void *p, size_t n, unsigned mode, struct bdl_err *err)
{
	char beside[PATH_MAX];
	int rc = bdl_file_beside(path, beside, err);

	if (rc < 0)
		return rc;
	rc = write_new(beside, p, n, mode, err);
	if (rc == 0)
		rc = bdl_file_rename(beside, path, err);
	if (rc < 0)
		(void)unlink(beside); /* half a file helps no one; after the rename there is none */
	return rc;
}

int bdl_file_make(const char *path, const void *p, size_t n, unsigned mode, struct bdl_err *err)
{
	char beside[PATH_MAX];
	int rc = bdl_file_beside(path, beside, err);

	if (rc < 0)
		return rc;
	rc = write_new(beside, p, n, mode, err);
	/* A link, unlike a rename, takes nothing's place. */
	if (rc == 0 && linkat(AT_FDCWD, beside, AT_FDCWD, path, 0) < 0)
		rc = errno == EEXIST ? bdl_fail(err, BDL_E_CONFLICT, "'%s' is there already", path)
				     : bdl_fail_sys(err, "make '%s'", path);
	(void)unlink(beside); /* half a file, or the second name of a whole one */
	if (rc == 0 && sync_folder_of(path) < 0)
		rc = bdl_fail_sys(err, "sync the folder of '%s'", path);
	return rc;
}

/* One folder, whose name a power cut does not take back with all that was synced in it since. */
static int folder_make(const char *path, struct bdl_err *err)
{
	/* What cannot be made because it exists may still be no folder: the caller looks. */
	if (mkdir(path, 0750) < 0)
		return errno == EEXIST ? 0 : bdl_fail_sys(err, "make the folder '%s'", path);
	/* A folder that may be written to and not read cannot be synced by us. */
	if (sync_folder_of(path) < 0 && errno != EACCES)
		return bdl_fail_sys(err, "sync the folder of '%s'", path);
	return 0;
}

int bdl_file_mkdirs(const char *path, struct bdl_err *err)
{
	char part[PATH_MAX];
	size_t n = strlen(path);
	struct stat st;

	if (n == 0 || n >= sizeof(part))
		return bdl_fail(
		    err, BDL_E_LIMIT, "a folder's path has 1 to %zu bytes", sizeof(part) - 1);
	memcpy(part, path, n + 1);
	for (size_t i = 1; i <= n; i++) {
		if (part[i] != '/' && part[i] != '\0')
			continue;
		part[i] = '\0';
		int rc = folder_make(part, err);
		if (rc < 0)
			return rc;
		part[i] = i < n ? '/' : '\0';
	}
	if (stat(path, &st) < 0)
		return bdl_fail_sys(err, "look at '%s'", path);
	if (!S_ISDIR(st.st_mode))
		return bdl_fail(err, BDL_E_CONFLICT, "'%s' exists and is no folder", path);
	return 0;
}

int bdl_file_map(const char *path, struct bdl_map *ret, struct bdl_err *err)
{
	struct stat st;
	BDL_AUTO_FD int fd = open(path, O_RDONLY | O_CLOEXEC);

	if (fd < 0)
		return open_failed(err, path);
	if (fstat(fd, &st) < 0)
		return bdl_fail_sys(err, "look at '%s'", path);
	if (!S_ISREG(st.st_mode))
		return bdl_fail(err, BDL_E_INVALID, "'%s' is not a file", path);
	if (st.st_size == 0) {
		*ret = (struct bdl_map){ 0 };
		return 0;
	}
	void *p = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_SHARED, fd, 0);
	if (p == MAP_FAILED)
		return bdl_fail_sys(err, "map '%s'", path);
	*ret = (struct bdl_map){ .p = p, .n = (size_t)st.st_size };
	return 0;
}

void bdl_file_unmap(struct bdl_map *map)
{
	/* The bytes are const to readers; to the kernel they are an address. */
	if (map->p)
		(void)munmap((void *)(uintptr_t)map->p, map->n); /* fails only for a bad range */
	*map = (struct bdl_map){ 0 };
}

bool bdl_file_id(const char *path, struct bdl_file_id *ret)
{
	struct stat st;

	*ret = (struct bdl_file_id){ 0 };
	if (stat(path, &st) < 0)
		return false;
	*ret = (struct bdl_file_id){
		.dev = st.st_dev,
		.ino = st.st_ino,
		.size = (uint64_t)st.st_size,
		.mtime_ns = (int64_t)st.st_mtim.tv_sec * 1000000000 + st.st_mtim.tv_nsec,
	};
	return true;
}

bool bdl_file_id_eq(const struct bdl_file_id *a, const struct bdl_file_id *b)
{
	return a->dev == b->dev && a->ino == b->ino && a->size == b->size &&
	    a->mtime_ns == b->mtime_ns;
}
