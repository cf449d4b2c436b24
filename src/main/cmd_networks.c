/* beadle networks import FILE */
#include "main/command.h"
#include "main/publish.h"
#include "policy/networks.h"
#include "sys/file.h"

#include <stdio.h>

static int put(const struct bdl_conf *conf, struct bdl_view csv, struct bdl_err *err)
{
	char path[BDL_PATH_MAX];
	bdl_conf_path(conf, path, sizeof(path), "networks");
	int rc = bdl_file_mkdirs(path, err);
	bdl_conf_path(conf, path, sizeof(path), "networks/networks.csv");
	return rc == 0 ? bdl_file_replace(path, csv.p ? csv.p : "", csv.n, 0640, err) : rc;
}

int bdl_cmd_networks(struct bdl_args *a)
{
	struct bdl_err err;
	struct bdl_conf conf;
	char by[BDL_OPERATOR_MAX];
	struct bdl_buf csv BDL_AUTO_IN(bdl_buf_done) = BDL_BUF(BDL_NETWORKS_BYTES_MAX);
	struct bdl_networks *networks BDL_AUTO(bdl_networks_free) = NULL;

	if (!bdl_args_fit(a, 2, 2) || !bdl_args_verb(a, "import"))
		return BDL_EXIT_USAGE;
	const char *file = a->words[1];
	bdl_operator(by);
	int rc = bdl_file_read(file, &csv, &err);
	if (rc == 0)
		rc = bdl_networks_parse(bdl_buf_view(&csv), file, &networks, &err);
	if (rc == 0)
		rc = bdl_data_open(a->data, false, &conf, &err);
	if (rc == 0)
		rc = bdl_data_become_owner(&conf, &err);
	if (rc == 0)
		rc = bdl_publish_enter(
		    &conf, BDL_LEDGER_NETWORKS, "networks", bdl_buf_view(&csv), by, &err);
	if (rc == 0)
		rc = put(&conf, bdl_buf_view(&csv), &err);
	if (rc < 0)
		return bdl_complain(&err);
	printf("the table of networks now has %zu %s\n", bdl_networks_size(networks),
	    bdl_networks_size(networks) == 1 ? "row" : "rows");
	return BDL_EXIT_FINE;
}
