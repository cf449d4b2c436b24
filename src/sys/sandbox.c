#include "sys/sandbox.h"
#include "sys/sandbox_int.h"
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/capability.h>
#include <linux/landlock.h>
#include <pwd.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#define NAMES_ROOM 16384

struct who {
	char name[64]; /* empty: a number without a name */
	uid_t uid;
	gid_t gid;
};

static void take_entry(struct who *w, const struct passwd *pw)
{
	size_t n = strnlen(pw->pw_name, sizeof(w->name) - 1);

	memcpy(w->name, pw->pw_name, n);
	w->name[n] = '\0';
	w->uid = pw->pw_uid;
	w->gid = pw->pw_gid;
}

/* Whom to become: the user of that name, or the folder's owner. */
static int find_who(const char *user, const char *dir, struct who *ret, struct bdl_err *err)
{
	BDL_AUTO_FREE char *room = malloc(NAMES_ROOM);
	struct passwd entry, *found = NULL;
	struct who w = { 0 };
	struct stat st;

	if (!room)
		return bdl_fail(err, BDL_E_NOMEM, "no memory to look a user up");
	if (user[0]) {
		int rc = getpwnam_r(user, &entry, room, NAMES_ROOM, &found);

		if (rc != 0) {
			errno = rc;
			return bdl_fail_sys(err, "look the user '%s' up", user);
		}
		if (!found)
			return bdl_fail(err, BDL_E_MISSING, "there is no user '%s'", user);
	} else {
		if (stat(dir, &st) < 0)
			return bdl_fail_sys(err, "look at '%s'", dir);
		w.uid = st.st_uid;
		w.gid = st.st_gid;
		/* An owner without a name is one all the same. */
		(void)getpwuid_r(w.uid, &entry, room, NAMES_ROOM, &found);
	}
	if (found)
		take_entry(&w, found);
	*ret = w;
	return 0;
}

static int become(const struct who *w, struct bdl_err *err)
{
	int rc = w->name[0] ? initgroups(w->name, w->gid) : setgroups(1, &w->gid);

	if (rc < 0)
		return bdl_fail_sys(err, "take the groups of user %u", (unsigned)w->uid);
	if (setresgid(w->gid, w->gid, w->gid) < 0 || setresuid(w->uid, w->uid, w->uid) < 0)
		return bdl_fail_sys(err, "become user %u", (unsigned)w->uid);
	/* Never trusted, always tried: if there is a way back to root, this was no drop. */
	if (setresuid(0, 0, 0) == 0 || setresgid(0, 0, 0) == 0 || getuid() != w->uid ||
	    geteuid() != w->uid || getegid() != w->gid)
		return bdl_fail(err, BDL_E_DENIED, "root's rights could not be given up");
	return 0;
}

int bdl_sandbox_drop(const char *user, const char *dir, bool *ret_still_root, struct bdl_err *err)
{
	const struct rlimit none = { 0 };
	struct who w = { 0 };
	int death = 0;

	/* After this no file of time zones may be within reach. */
	tzset();
	(void)umask(027); /* cannot fail */
	/* A core would put people's requests on the disk. */
	if (setrlimit(RLIMIT_CORE, &none) < 0)
		return bdl_fail_sys(err, "forbid core dumps");
	if (geteuid() == 0) {
		int rc = find_who(user, dir, &w, err);

		if (rc < 0)
			return rc;
		/* The kernel forgets at a change of user what bdl_spawn asked it to send. */
		(void)prctl(PR_GET_PDEATHSIG, &death); /* leaves 0 where it fails */
		rc = w.uid == 0 ? 0 : become(&w, err);
		if (rc < 0)
			return rc;
		if (death && prctl(PR_SET_PDEATHSIG, death) < 0)
			return bdl_fail_sys(err, "follow the parent's end");
	}
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
		return bdl_fail_sys(err, "forbid new privileges");
	*ret_still_root = geteuid() == 0;
	return bdl_sandbox_no_rings(err);
}

/*
 * Landlock's numbers are the kernel's for ever, but Debian 12's header knows the first two
 * versions only: the later ones are given here, and used where the running kernel has them.
 */
#define FS_TRUNCATE  (1ULL << 14) /* version 3 */
#define FS_IOCTL_DEV (1ULL << 15) /* version 5 */
#define NET_BIND_TCP (1ULL << 0)  /* version 4 */
#define SCOPES       (3ULL)       /* version 6: abstract sockets and signals stay inside */

struct ruleset_attr {
	uint64_t fs, net, scoped;
};

#define FS_READ (LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_READ_DIR)
#define FS_WRITE                                                                   \
	(FS_READ | LANDLOCK_ACCESS_FS_WRITE_FILE | LANDLOCK_ACCESS_FS_REMOVE_DIR | \
	    LANDLOCK_ACCESS_FS_REMOVE_FILE | LANDLOCK_ACCESS_FS_MAKE_DIR |         \
	    LANDLOCK_ACCESS_FS_MAKE_REG | LANDLOCK_ACCESS_FS_REFER | FS_TRUNCATE)
/* What can be granted on a file that is no folder. */
#define FS_OF_FILE                                                      \
	(LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_WRITE_FILE | \
	    LANDLOCK_ACCESS_FS_EXECUTE | FS_TRUNCATE)

static uint64_t known_fs(long version)
{
	uint64_t known = (1ULL << 13) - 1; /* version 1: thirteen rights */

	if (version >= 2)
		known |= LANDLOCK_ACCESS_FS_REFER;
	if (version >= 3)
		known |= FS_TRUNCATE;
	if (version >= 5)
		known |= FS_IOCTL_DEV;
	return known;
}

static size_t attr_size(long version)
{
	if (version < 4)
		return offsetof(struct ruleset_attr, net);
	return version < 6 ? offsetof(struct ruleset_attr, scoped) : sizeof(struct ruleset_attr);
}

static uint64_t rights_of(enum bdl_access access)
{
	switch (access) {
	case BDL_MAY_WRITE:
		return FS_WRITE;
	case BDL_MAY_RUN:
		return FS_READ | LANDLOCK_ACCESS_FS_EXECUTE;
	case BDL_MAY_READ:
	default:
		return FS_READ;
	}
}

static int grant(
    int ruleset, const struct bdl_path_right *right, uint64_t known, struct bdl_err *err)
{
	struct landlock_path_beneath_attr rule = { 0 };
	struct stat st;
	BDL_AUTO_FD int fd = open(right->path, O_PATH | O_CLOEXEC);

	if (fd < 0 && (errno == ENOENT || errno == ENOTDIR))
		return 0;
	if (fd < 0 || fstat(fd, &st) < 0)
		return bdl_fail_sys(err, "open '%s' for the sandbox", right->path);
	rule.parent_fd = fd;
	rule.allowed_access = rights_of(right->access) & known;
	if (!S_ISDIR(st.st_mode))
		rule.allowed_access &= FS_OF_FILE;
	if (syscall(SYS_landlock_add_rule, ruleset, LANDLOCK_RULE_PATH_BENEATH, &rule, 0) < 0)
		return bdl_fail_sys(err, "allow '%s' in the sandbox", right->path);
	return 0;
}

/* A root that stays it is then only the owner of its files, not the master of the machine. */
static int give_up_powers(struct bdl_err *err)
{
	struct __user_cap_header_struct head = { .version = _LINUX_CAPABILITY_VERSION_3 };
	const struct __user_cap_data_struct none[_LINUX_CAPABILITY_U32S_3] = { 0 };

	if (syscall(SYS_capset, &head, none) < 0)
		return bdl_fail_sys(err, "give up the powers of root");
	return 0;
}

int bdl_sandbox_files(
    const struct bdl_path_right *rights, size_t n, bool *ret_landlock, struct bdl_err *err)
{
	int rc = give_up_powers(err);
	if (rc < 0)
		return rc;
	long version =
	    syscall(SYS_landlock_create_ruleset, NULL, 0, LANDLOCK_CREATE_RULESET_VERSION);
	/* Right after the call above: these two are a kernel that lacks it or has it off. */
	if (version < 0 && (errno == ENOSYS || errno == EOPNOTSUPP)) {
		*ret_landlock = false;
		return 0;
	}
	if (version < 0)
		return bdl_fail_sys(err, "ask for Landlock");

	/* No port is granted: listeners are handed over open, so none is bound from here on. */
	struct ruleset_attr attr = { known_fs(version), NET_BIND_TCP, SCOPES };
	BDL_AUTO_FD int ruleset =
	    (int)syscall(SYS_landlock_create_ruleset, &attr, attr_size(version), 0);
	if (ruleset < 0)
		return bdl_fail_sys(err, "make a Landlock ruleset");
	for (size_t i = 0; i < n && rc == 0; i++)
		rc = grant(ruleset, &rights[i], attr.fs, err);
	if (rc == 0 && BDL_SANITIZED) {
		/* The leak check at exit reads the process's own maps and threads. */
		const struct bdl_path_right proc = { "/proc", BDL_MAY_READ };

		rc = grant(ruleset, &proc, attr.fs, err);
	}
	if (rc < 0)
		return rc;
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0 ||
	    syscall(SYS_landlock_restrict_self, ruleset, 0) < 0)
		return bdl_fail_sys(err, "enter the Landlock sandbox");
	*ret_landlock = true;
	return 0;
}
