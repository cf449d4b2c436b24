/*
 * beadle role NAME --data DIR: one process of a `beadle run`, started by its supervisor. NAME is
 * its place on the board: scribe, clerk, portal, who, web-0, web-1, ...; a role that listens finds its
 * socket at descriptor 3, and one that takes datagrams too at 3 or 4.
 */
#include "base/view.h"
#include "doors/web/web.h"
#include "doors/who/who.h"
#include "main/clerk/role.h"
#include "main/command.h"
#include "main/data.h"
#include "main/scribe/role.h"
#include "portal/portal.h"
#include "sys/log.h"
#include "sys/proc.h"

#include <stdio.h>
#include <sys/socket.h>

#define FIRST_SOCKET 3
#define LAST_SOCKET  4

struct kind {
	const char *name;
	bool listens;
	int (*run)(struct bdl_role *role);
};

static const struct kind kinds[] = {
	{ "scribe", false, bdl_scribe_run },
	{ "clerk", false, bdl_clerk_run },
	{ "portal", true, bdl_portal_run },
	{ "web", true, bdl_web_run },
	{ "who", true, bdl_who_run },
};

/* "web-1" is the kind "web" with the index 1. */
static const struct kind *kind_find(const char *name, unsigned *ret_index)
{
	struct bdl_view rest = bdl_view_of(name);
	struct bdl_view head;
	uint64_t index = 0;
	if (!bdl_view_cut(&rest, '-', &head))
		return NULL;
	if (rest.n > 0 && !bdl_view_uint(rest, BDL_CONF_WORKERS_MAX - 1, &index))
		return NULL;
	for (size_t i = 0; i < BDL_ARRAY_LEN(kinds); i++) {
		if (bdl_view_is(head, kinds[i].name)) {
			*ret_index = (unsigned)index;
			return &kinds[i];
		}
	}
	return NULL;
}

static int option_of(int fd, int name)
{
	int value = 0;
	socklen_t len = sizeof(value);
	return getsockopt(fd, SOL_SOCKET, name, &value, &len) == 0 ? value : 0;
}

/* Those that the supervisor handed over, told apart by what they are. */
static void find_sockets(struct bdl_role *role)
{
	for (int fd = FIRST_SOCKET; fd <= LAST_SOCKET; fd++) {
		if (option_of(fd, SO_ACCEPTCONN))
			role->listener = fd;
		else if (option_of(fd, SO_TYPE) == SOCK_DGRAM)
			role->datagrams = fd;
	}
}

static int prepare(
    const char *data, struct bdl_conf *conf, struct bdl_role *role, struct bdl_err *err)
{
	char path[BDL_PATH_MAX];
	int rc = bdl_data_open(data, false, conf, err);
	if (rc == 0)
		rc = bdl_data_become_owner(conf, err);
	if (rc < 0)
		return rc;
	/* After the change of user, which makes the kernel forget it. */
	bdl_proc_follow_parent();
	bdl_log_init(role->name, (enum bdl_level)conf->log_level);
	bdl_conf_path(conf, path, sizeof(path), "run/board");
	rc = bdl_board_open(path, true, &role->board, err);
	if (rc < 0)
		return rc;
	role->conf = conf;
	role->slot = bdl_board_slot(role->board, role->name);
	if (!role->slot)
		return bdl_fail(err, BDL_E_MISSING, "'%s' has no place on the board", role->name);
	return 0;
}

int bdl_cmd_role(struct bdl_args *a)
{
	struct bdl_err err;
	struct bdl_conf conf;
	struct bdl_role role = { .listener = -1, .datagrams = -1 };
	if (!bdl_args_fit(a, 1, 1))
		return BDL_EXIT_USAGE;
	role.name = a->words[0];
	const struct kind *kind = kind_find(role.name, &role.index);
	if (kind && kind->listens)
		find_sockets(&role);
	if (!kind || (kind->listens && role.listener < 0 && role.datagrams < 0)) {
		fprintf(stderr, "beadle role: '%s' is for beadle run to start, not for you\n",
		    role.name);
		return BDL_EXIT_USAGE;
	}
	if (prepare(a->data, &conf, &role, &err) < 0) {
		bdl_log_init(role.name, BDL_LOG_INFO);
		bdl_log_err(BDL_LOG_ERR, "start-failed", &err);
		bdl_board_close(role.board);
		return BDL_EXIT_FAILED;
	}
	int status = kind->run(&role);
	bdl_board_close(role.board);
	return status;
}
