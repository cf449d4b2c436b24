/* beadle people import FILE [--empty] */
#include "main/command.h"
#include "main/publish.h"
#include "policy/roll.h"
#include "sys/file.h"

int bdl_cmd_people(struct bdl_args *a)
{
	struct bdl_err err;
	struct bdl_conf conf;
	char by[BDL_OPERATOR_MAX];
	struct bdl_buf csv BDL_AUTO_IN(bdl_buf_done) = BDL_BUF(BDL_ROLL_BYTES_MAX);

	bool may_be_empty = bdl_args_flag(a, "--empty");
	if (!bdl_args_fit(a, 2, 2) || !bdl_args_verb(a, "import"))
		return BDL_EXIT_USAGE;
	const char *file = a->words[1];
	bdl_operator(by);
	int rc = bdl_file_read(file, &csv, &err);
	if (rc == 0)
		rc = bdl_data_open(a->data, false, &conf, &err);
	if (rc == 0)
		rc = bdl_data_become_owner(&conf, &err);
	if (rc == 0)
		rc = bdl_publish_people(&conf, bdl_buf_view(&csv), file, may_be_empty, by, &err);
	return rc == 0 ? BDL_EXIT_FINE : bdl_complain(&err);
}
