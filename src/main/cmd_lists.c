/* beadle lists compile FOLDER... */
#include "main/command.h"
#include "main/publish.h"

int bdl_cmd_lists(struct bdl_args *a)
{
	struct bdl_err err;
	struct bdl_conf conf;
	struct bdl_list_build *build BDL_AUTO(bdl_list_build_free) = bdl_list_build_new();

	if (!bdl_args_fit(a, 2, SIZE_MAX) || !bdl_args_verb(a, "compile"))
		return BDL_EXIT_USAGE;
	int rc = 0;
	for (size_t i = 1; rc == 0 && i < a->n; i++)
		rc = bdl_list_build_folder(build, a->words[i], &err);
	if (rc == 0)
		rc = bdl_data_open(a->data, false, &conf, &err);
	if (rc == 0)
		rc = bdl_data_become_owner(&conf, &err);
	if (rc == 0)
		rc = bdl_publish_lists(&conf, build, &err);
	return rc == 0 ? BDL_EXIT_FINE : bdl_complain(&err);
}
