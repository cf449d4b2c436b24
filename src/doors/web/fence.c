#include "doors/web/fence.h"
#include "sys/log.h"
#include "sys/sandbox.h"

int bdl_fence_files(const struct bdl_conf *conf, const char *name, struct bdl_err *err)
{
	char force[1024], lists[1024], networks[1024], phrases[1024], journal[1024];
	const struct bdl_path_right rights[] = { { force, BDL_MAY_READ }, { lists, BDL_MAY_READ },
		{ networks, BDL_MAY_READ }, { phrases, BDL_MAY_READ }, { journal, BDL_MAY_WRITE } };
	bool landlock = false;

	bdl_conf_path(conf, force, sizeof(force), "force");
	bdl_conf_path(conf, lists, sizeof(lists), "lists");
	bdl_conf_path(conf, networks, sizeof(networks), "networks");
	bdl_conf_path(conf, phrases, sizeof(phrases), "phrases");
	bdl_conf_path(conf, journal, sizeof(journal), "journal/%s", name);
	int rc = bdl_sandbox_files(rights, BDL_ARRAY_LEN(rights), &landlock, err);
	if (rc == 0 && !landlock)
		bdl_log(BDL_LOG_WARN, "no-landlock", "this kernel cannot fence files off");
	return rc;
}

int bdl_fence_calls(struct bdl_err *err)
{
	return bdl_sandbox_calls(BDL_CALLS_SERVE | BDL_CALLS_FILES | BDL_CALLS_LOCKS, err);
}
