#include "../check.h"
#include "proto/icap.h"

static const struct {
	struct bdl_view sent;
	const char *want; /* NULL: nobody */
} users[] = {
	{ BDL_LIT("anna"), "anna" },
	{ BDL_LIT("  Anna.Smith "), "anna.smith" },
	{ BDL_LIT("NORTHGATE\\asmith"), "asmith" },
	{ BDL_LIT("asmith@NORTHGATE.EXAMPLE"), "asmith" },
	{ BDL_LIT("NORTHGATE\\asmith@NORTHGATE.EXAMPLE"), "asmith" },
	{ BDL_LIT("WinNT://NORTHGATE/asmith"), "asmith" },
	{ BDL_LIT("Local://asmith"), "asmith" },
	{ BDL_LIT("anna%20smith"), "anna smith" },
	{ BDL_LIT("NORTHGATE%5casmith"), "asmith" },
	{ BDL_LIT("si%C3%A2n"), "siân" },
	{ BDL_LIT("siân"), "siân" },
	{ BDL_LIT("100%"), "100%" },
	{ BDL_LIT("50%of"), "50%of" },
	/* base64 */
	{ BDL_LIT("YW5uYQ=="), "anna" },
	{ BDL_LIT("YW5uYS5zbWl0aA=="), "anna.smith" },
	{ BDL_LIT("Tk9SVEhHQVRFXGFzbWl0aA=="), "asmith" },
	{ BDL_LIT("V2luTlQ6Ly9OT1JUSEdBVEUvYXNtaXRo"), "asmith" },
	{ BDL_LIT("c2nDom4="), "siân" },
	/* plain, though it could be decoded */
	{ BDL_LIT("andy"), "andy" },
	{ BDL_LIT("test"), "test" },
	{ BDL_LIT("Test"), "test" },
	{ BDL_LIT("JSmith12"), "jsmith12" },
	{ BDL_LIT("MrsJones"), "mrsjones" },
	{ BDL_LIT("YW5u"), "ann" },
	{ BDL_LIT("YW5uYQ="), "yw5uyq=" },
	/* nobody */
	{ BDL_LIT(""), NULL },
	{ BDL_LIT("  "), NULL },
	{ BDL_LIT("-"), NULL },
	{ BDL_LIT("LQ=="), NULL },
	{ BDL_LIT("%2D"), NULL },
	{ BDL_LIT("NORTHGATE\\"), NULL },
	{ BDL_LIT("@NORTHGATE"), NULL },
	{ BDL_LIT("anna%0d%0aX: y"), NULL },
	{ BDL_LIT("anna%00"), NULL },
	{ BDL_LIT("anna%ff"), NULL },
	{ BDL_LIT("an\tna"), NULL },
	{ BDL_LIT("an\xffna"), NULL },
	{ BDL_LIT("\xc2\x80"), NULL },
};

static void users_are_named(void **state)
{
	(void)state;
	for (size_t i = 0; i < BDL_ARRAY_LEN(users); i++) {
		char got[64] = "untouched";
		bool named = bdl_icap_user(users[i].sent, got, sizeof(got));
		check_long(users[i].sent.p, named, users[i].want != NULL);
		check_view(users[i].sent.p, bdl_view_of(got),
		    users[i].want != NULL ? users[i].want : "untouched");
	}
}

static void what_does_not_fit_is_refused(void **state)
{
	char sent[1000], got[8] = "";

	(void)state;
	assert_true(bdl_icap_user(BDL_LIT("1234567"), got, sizeof(got)));
	assert_false(bdl_icap_user(BDL_LIT("12345678"), got, sizeof(got)));
	assert_true(bdl_icap_user(BDL_LIT("A-LONG-DOMAIN\\1234567"), got, sizeof(got)));
	memset(sent, 'A', sizeof(sent));
	memcpy(sent + sizeof(sent) - 2, "\\a", 2);
	assert_false(bdl_icap_user(bdl_view_at(sent, sizeof(sent)), got, sizeof(got)));
	assert_true(bdl_icap_user(bdl_view_at(sent + 900, 100), got, sizeof(got)));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(users_are_named),
		cmocka_unit_test(what_does_not_fit_is_refused),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
