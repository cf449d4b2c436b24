/* The table of folding, which a file of tests makes once (cmocka_run_group_tests). */
#ifndef BDL_TESTS_FOLD_TEST_H
#define BDL_TESTS_FOLD_TEST_H

#include "../check.h"
#include "scan/fold.h"

static struct bdl_fold_made made;
static struct bdl_fold_table table;

static int make(void **state)
{
	struct bdl_err err = { 0 };

	(void)state;
	if (bdl_fold_make(&made, &err) < 0)
		fail_msg("%s", err.text);
	table = bdl_fold_made_table(&made);
	return 0;
}

static int unmake(void **state)
{
	(void)state;
	bdl_fold_made_done(&made);
	return 0;
}

#endif
