#include "sys/table.h"
#include "base/alloc.h"
#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#define TRIES 3 /* another may make the file between our looking and our making */

/* A new table beside the path, moved there only where `replace` or nothing stands there yet. */
static int make(const char *path, const char magic[BDL_TABLE_MAGIC], size_t size, bool replace,
    struct bdl_err *err)
{
	BDL_AUTO_FREE char *beside = bdl_xprintf("%s.%d", path, (int)getpid());
	(void)unlink(beside); /* of a process that died with our number */
	BDL_AUTO_FD int fd = open(beside, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (fd < 0)
		return bdl_fail_sys(err, "make '%s'", beside);
	int rc = 0;
	errno = posix_fallocate(fd, 0, (off_t)size); /* returns what others leave there */
	if (errno != 0 || pwrite(fd, magic, BDL_TABLE_MAGIC, 0) != BDL_TABLE_MAGIC)
		rc = bdl_fail_sys(err, "write '%s'", beside);
	else if (replace ? rename(beside, path) < 0 : link(beside, path) < 0 && errno != EEXIST)
		rc = bdl_fail_sys(err, "make '%s'", path);
	(void)unlink(beside); /* gone already where it was renamed */
	return rc;
}

/* The mapped table, or NULL where the file is not one. */
static void *map(int fd, const char magic[BDL_TABLE_MAGIC], size_t size, bool write)
{
	struct stat st;
	if (fstat(fd, &st) < 0 || st.st_size != (off_t)size)
		return NULL;
	void *p = mmap(NULL, size, write ? PROT_READ | PROT_WRITE : PROT_READ, MAP_SHARED, fd, 0);
	if (p == MAP_FAILED)
		return NULL;
	if (memcmp(p, magic, BDL_TABLE_MAGIC) == 0)
		return p;
	(void)munmap(p, size); /* cannot fail for our own map */
	return NULL;
}

int bdl_table_open(const char *path, const char magic[BDL_TABLE_MAGIC], size_t size, bool write,
    void **ret, struct bdl_err *err)
{
	BDL_BUG_IF(size < BDL_TABLE_MAGIC);
	for (int attempt = 0; attempt < TRIES; attempt++) {
		BDL_AUTO_FD int fd = open(path, (write ? O_RDWR : O_RDONLY) | O_CLOEXEC);
		if (fd < 0 && errno != ENOENT)
			return bdl_fail_sys(err, "open '%s'", path);
		void *p = fd < 0 ? NULL : map(fd, magic, size, write);
		if (p) {
			*ret = p;
			return 0;
		}
		int rc = make(path, magic, size, fd >= 0, err);
		if (rc < 0)
			return rc;
	}
	return bdl_fail(err, BDL_E_INVALID, "'%s' cannot be made a table of this version", path);
}

void bdl_table_close(void *table, size_t size)
{
	if (table)
		(void)munmap(table, size); /* cannot fail for our own map */
}
