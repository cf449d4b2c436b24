/* beadle proxy write */
#include "main/command.h"
#include "main/data.h"
#include "main/proxy/squid.h"

#include <stdio.h>

int bdl_cmd_proxy(struct bdl_args *a)
{
	struct bdl_err err;
	struct bdl_conf conf;
	struct bdl_squid squid;

	if (!bdl_args_fit(a, 1, 1) || !bdl_args_verb(a, "write"))
		return BDL_EXIT_USAGE;
	int rc = bdl_data_open(a->data, false, &conf, &err);
	if (rc == 0)
		rc = bdl_data_become_owner(&conf, &err);
	if (rc == 0)
		rc = bdl_squid_prepare(&conf, &squid, &err);
	if (rc < 0)
		return bdl_complain(&err);
	printf("wrote %s\n"
	       "browsers must trust %s/squid/ca.crt; keep %s/squid/ca.pem secret\n",
	    squid.conf_path, conf.dir, conf.dir);
	return BDL_EXIT_FINE;
}
