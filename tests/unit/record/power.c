#include "power.h"
#include "base/alloc.h"
#include <dlfcn.h>
#include <fcntl.h>
#include <sys/stat.h>

#define AS(name)  __asm__(name) __attribute__((visibility("default")))
#define PAGE      512 /* what a disk writes whole */
#define FILES_MAX 512
#define NAMES_MAX 1024

struct file {
	ino_t ino; /* 0: it has no name any more, and another file may get its number */
	char *p;   /* what was synced last */
	size_t n;
};

struct name {
	char path[FOLDER_PATH]; /* below the folder */
	struct file *file;      /* NULL: a folder */
};

static struct {
	const char *folder; /* NULL: nothing is recorded */
	void (*on_sync)(void);
	struct file files[FILES_MAX];
	size_t n_files;
	struct name names[NAMES_MAX]; /* those that are on the disk */
	size_t n_names;
	struct name *seen; /* of a walk: those that are in the folder now */
	size_t n_seen;
} disk;

/* --- what there is --- */

static struct file *file_of(ino_t ino)
{
	for (size_t i = 0; i < disk.n_files; i++)
		if (disk.files[i].ino == ino)
			return &disk.files[i];
	BDL_BUG_IF(disk.n_files == FILES_MAX);
	disk.files[disk.n_files] = (struct file){ .ino = ino };
	return &disk.files[disk.n_files++];
}

static bool is_of_no_concern(const char *path)
{
	const char *end = strrchr(path, '-');

	return end && !strcmp(end, "-shm"); /* memory that has a name, made anew after a cut */
}

static int see(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	const char *below = path + strlen(disk.folder);

	(void)ftw;
	if (!*below || is_of_no_concern(below))
		return 0;
	BDL_BUG_IF(disk.n_seen == NAMES_MAX);
	struct name *name = &disk.seen[disk.n_seen++];
	(void)snprintf(name->path, sizeof(name->path), "%s", below + 1);
	name->file = type == FTW_D ? NULL : file_of(st->st_ino);
	return 0;
}

static void look(struct name seen[NAMES_MAX])
{
	disk.seen = seen;
	disk.n_seen = 0;
	BDL_BUG_IF(nftw(disk.folder, see, 8, FTW_PHYS));
}

static char *read_whole(int fd, size_t *ret_n)
{
	struct stat st;

	BDL_BUG_IF(fstat(fd, &st));
	*ret_n = (size_t)st.st_size;
	char *p = bdl_xalloc(*ret_n + 1);
	BDL_BUG_IF(pread(fd, p, *ret_n, 0) != (ssize_t)*ret_n);
	return p;
}

static char *read_path(const char *below, size_t *ret_n)
{
	char path[2 * FOLDER_PATH];

	(void)snprintf(path, sizeof(path), "%s/%s", disk.folder, below);
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	BDL_BUG_IF(fd < 0);
	char *p = read_whole(fd, ret_n);
	(void)close(fd);
	return p;
}

/* --- what a sync brings to the disk --- */

static bool is_in(const char *path, const char *folder)
{
	size_t n = strlen(folder);

	if (n && (strncmp(path, folder, n) != 0 || path[n] != '/'))
		return false;
	return !strchr(path + n + (n > 0), '/');
}

/* The names of that folder are now those that it has. */
static void names_sync(const char *folder)
{
	static struct name seen[NAMES_MAX];
	size_t kept = 0;

	look(seen);
	for (size_t i = 0; i < disk.n_names; i++)
		if (!is_in(disk.names[i].path, folder))
			disk.names[kept++] = disk.names[i];
	disk.n_names = kept;
	for (size_t i = 0; i < disk.n_seen; i++) {
		if (!is_in(seen[i].path, folder))
			continue;
		BDL_BUG_IF(disk.n_names == NAMES_MAX);
		disk.names[disk.n_names++] = seen[i];
	}
}

static void file_sync(int fd, ino_t ino)
{
	struct file *file = file_of(ino);

	free(file->p);
	file->p = read_whole(fd, &file->n);
}

static void note_sync(int fd)
{
	char link[64], path[2 * FOLDER_PATH] = "";
	size_t n = disk.folder ? strlen(disk.folder) : 0;
	struct stat st;

	(void)snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
	ssize_t len = n ? readlink(link, path, sizeof(path) - 1) : -1;
	if (len < 0 || strncmp(path, disk.folder, n) != 0)
		return;
	disk.on_sync();
	BDL_BUG_IF(fstat(fd, &st));
	if (S_ISDIR(st.st_mode))
		names_sync(path[n] ? path + n + 1 : path + n);
	else
		file_sync(fd, st.st_ino);
}

int take_fsync(int fd) AS("fsync");
int take_fsync(int fd)
{
	note_sync(fd);
	return 0;
}

int take_fdatasync(int fd) AS("fdatasync");
int take_fdatasync(int fd)
{
	note_sync(fd);
	return 0;
}

/* A number that is free again must not be taken for the file that had it. */
static void forget(int at, const char *path)
{
	struct stat st;

	if (!disk.folder || fstatat(at, path, &st, AT_SYMLINK_NOFOLLOW))
		return;
	for (size_t i = 0; i < disk.n_files; i++)
		if (disk.files[i].ino == st.st_ino)
			disk.files[i].ino = 0;
}

int take_unlink(const char *path) AS("unlink");
int take_unlink(const char *path)
{
	int (*f)(const char *) = (int (*)(const char *))dlsym(RTLD_NEXT, "unlink");

	forget(AT_FDCWD, path);
	return f(path);
}

int take_unlinkat(int at, const char *path, int flags) AS("unlinkat");
int take_unlinkat(int at, const char *path, int flags)
{
	int (*f)(int, const char *, int) =
	    (int (*)(int, const char *, int))dlsym(RTLD_NEXT, "unlinkat");

	forget(at, path);
	return f(at, path, flags);
}

void power_begin(const struct folder *f, void (*on_sync)(void))
{
	static struct name seen[NAMES_MAX];

	disk.folder = f->path;
	disk.on_sync = on_sync;
	look(seen);
	memcpy(disk.names, seen, disk.n_seen * sizeof(*seen));
	disk.n_names = disk.n_seen;
	for (size_t i = 0; i < disk.n_names; i++)
		if (disk.names[i].file)
			disk.names[i].file->p =
			    read_path(disk.names[i].path, &disk.names[i].file->n);
}

void power_end(void)
{
	for (size_t i = 0; i < disk.n_files; i++)
		free(disk.files[i].p);
	memset(&disk, 0, sizeof(disk));
}

/* --- what a cut leaves --- */

static uint64_t next(uint64_t *seed)
{
	*seed = *seed * 6364136223846793005u + 1442695040888963407u;
	return *seed >> 33;
}

/* Of each page the one or the other; one of the two ends. */
static char *mix(
    const struct file *synced, const char *now, size_t n, uint64_t *seed, size_t *ret_n)
{
	size_t most = n > synced->n ? n : synced->n;
	char *p = bdl_xalloc(most + 1);

	for (size_t at = 0; at < most; at += PAGE) {
		bool is_new = next(seed) % 2;
		const char *from = is_new ? now : synced->p;
		size_t end = is_new ? n : synced->n;
		if (from && at < end)
			memcpy(p + at, from + at, end - at < PAGE ? end - at : PAGE);
	}
	*ret_n = next(seed) % 2 ? n : synced->n;
	return p;
}

static void lay_out(const struct folder *to, const char *below, const char *p, size_t n)
{
	char path[2 * FOLDER_PATH];

	(void)snprintf(path, sizeof(path), "%s/%s", to->path, below);
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0640);
	if (fd < 0)
		return; /* the folder itself is lost */
	BDL_BUG_IF(n && write(fd, p, n) != (ssize_t)n);
	(void)close(fd);
}

static void leave(
    const struct folder *to, const struct name *name, bool is_there, enum cut how, uint64_t *seed)
{
	char path[2 * FOLDER_PATH];
	size_t n = 0, mixed_n = 0;

	if (!name->file) {
		(void)snprintf(path, sizeof(path), "%s/%s", to->path, name->path);
		(void)mkdir(path, 0750); /* in one that is lost it is lost */
		return;
	}
	if (how == CUT_NOTHING || !is_there) {
		lay_out(to, name->path, name->file->p, name->file->n);
		return;
	}
	BDL_AUTO_FREE char *now = read_path(name->path, &n);
	if (how == CUT_ALL) {
		lay_out(to, name->path, now, n);
		return;
	}
	BDL_AUTO_FREE char *mixed = mix(name->file, now, n, seed, &mixed_n);
	lay_out(to, name->path, mixed, mixed_n);
}

static const struct name *find(const struct name *names, size_t n, const struct name *which)
{
	for (size_t i = 0; i < n; i++)
		if (!strcmp(names[i].path, which->path) && names[i].file == which->file)
			return &names[i];
	return NULL;
}

static int by_path(const void *a, const void *b)
{
	const struct name *x = a, *y = b;

	return strcmp(x->path, y->path);
}

/* Folders are made before what is in them: a walk sees them in this order, and so they are sorted. */
void power_cut(enum cut how, uint64_t seed, const struct folder *to)
{
	static struct name seen[NAMES_MAX];

	look(seen);
	qsort(disk.names, disk.n_names, sizeof(*disk.names), by_path);
	for (size_t i = 0; i < disk.n_names; i++) {
		bool is_there = find(seen, disk.n_seen, &disk.names[i]) != NULL;
		if (is_there || how == CUT_NOTHING || (how == CUT_SOME && next(&seed) % 2))
			leave(to, &disk.names[i], is_there, how, &seed);
	}
	for (size_t i = 0; i < disk.n_seen; i++) {
		if (find(disk.names, disk.n_names, &seen[i]) || how == CUT_NOTHING)
			continue;
		if (how == CUT_ALL || next(&seed) % 2)
			leave(to, &seen[i], true, how, &seed);
	}
}
