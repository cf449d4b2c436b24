#include "policy/words.h"
#include "policy_test.h"

static void finds_every_word(void **state)
{
	(void)state;
	for (int i = 0; i < BDL_ACTIONS; i++)
		assert_int_equal(
		    bdl_action_find(bdl_view_of(bdl_action_word((enum bdl_action)i))), i);
	for (int i = 0; i < BDL_DOORS; i++)
		assert_int_equal(bdl_door_find(bdl_view_of(bdl_door_word((enum bdl_door)i))), i);
	for (int i = 0; i < BDL_GROUPS_BUILT_IN; i++)
		assert_int_equal(bdl_group_find(bdl_view_of(bdl_group_words[i])), i);
	for (int i = 0; i < BDL_ROLES; i++) {
		assert_int_equal(
		    bdl_role_find(bdl_view_of(bdl_role_word((enum bdl_role_word)i))), i);
		assert_true(bdl_view_starts(
		    bdl_view_of(bdl_role_title((enum bdl_role_word)i)), BDL_LIT("the ")));
	}
	assert_string_equal(bdl_action_word(BDL_BLOCK), "block");
	assert_string_equal(bdl_role_title(BDL_ROLE_SAFEGUARDING_LEAD), "the safeguarding lead");
	assert_int_equal(bdl_action_find(BDL_LIT("Block")), -1);
	assert_int_equal(bdl_door_find(BDL_LIT("")), -1);
	assert_int_equal(bdl_role_find(BDL_LIT("technician")), -1);
}

static void fits_verdicts_to_doors(void **state)
{
	(void)state;
	assert_true(bdl_action_fits(BDL_BLOCK, BDL_DOOR_WEB));
	assert_true(bdl_action_fits(BDL_COACH, BDL_DOOR_WEB));
	assert_false(bdl_action_fits(BDL_HOLD, BDL_DOOR_WEB));
	assert_true(bdl_action_fits(BDL_HOLD, BDL_DOOR_MAIL));
	assert_true(bdl_action_fits(BDL_COACH, BDL_DOOR_MAIL));
	assert_false(bdl_action_fits(BDL_NOTE, BDL_DOOR_DNS));
	assert_false(bdl_action_fits(BDL_BLOCK, BDL_DOOR_SCREEN));
	assert_false(bdl_action_fits(BDL_COACH, BDL_DOOR_DNS));
	assert_true(bdl_action_fits(BDL_BLOCK, BDL_DOOR_DNS));
	assert_true(bdl_action_fits(BDL_NOTE, BDL_DOOR_LOGS));
	assert_false(bdl_action_fits(BDL_BLOCK, BDL_DOOR_LOGS));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(finds_every_word),
		cmocka_unit_test(fits_verdicts_to_doors),
	};

	return cmocka_run_group_tests_name("policy/words", tests, NULL, NULL);
}
