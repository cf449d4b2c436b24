#include "../check.h"
#include "proto/identity.h"

#define P BDL_IDENTITY_PERSON
#define S BDL_IDENTITY_STRANGER
#define M BDL_IDENTITY_MACHINE
#define N BDL_IDENTITY_NOBODY

static const struct {
	struct bdl_view sent;
	enum bdl_identity kind;
	const char *want; /* of nobody: untouched */
} names[] = {
	{ BDL_LIT("anna"), P, "anna" },
	{ BDL_LIT("  Anna.Smith "), P, "anna.smith" },
	{ BDL_LIT("NORTHGATE\\asmith"), P, "asmith" },
	{ BDL_LIT("asmith@NORTHGATE.EXAMPLE"), P, "asmith" },
	{ BDL_LIT("NORTHGATE\\asmith@NORTHGATE.EXAMPLE"), P, "asmith" },
	{ BDL_LIT("WinNT://NORTHGATE/asmith"), P, "asmith" },
	{ BDL_LIT("winnt://northgate/PC-12/asmith"), P, "asmith" },
	{ BDL_LIT("Local://asmith"), P, "asmith" },
	{ BDL_LIT("Local://proxy-1/asmith"), P, "asmith" },
	{ BDL_LIT("anna%20smith"), P, "anna smith" },
	{ BDL_LIT("NORTHGATE%5casmith"), P, "asmith" },
	{ BDL_LIT("si%C3%A2n"), P, "siân" },
	{ BDL_LIT("siân"), P, "siân" },
	{ BDL_LIT("100%"), P, "100%" },
	{ BDL_LIT("50%of"), P, "50%of" },
	/* Latin-1 */
	{ BDL_LIT("si\xe2n"), P, "siân" },
	{ BDL_LIT("si%E2n"), P, "siân" },
	{ BDL_LIT("NORTHGATE\\si\xe2n"), P, "siân" },
	{ BDL_LIT("TG9jYWw6Ly9zaeJu"), P, "siân" },
	/* directories */
	{ BDL_LIT("LDAP://dc1/CN=anna,OU=Staff,DC=northgate,DC=example"), P, "anna" },
	{ BDL_LIT("ldaps://dc1/uid=Anna , ou=x, dc=northgate , dc=example"), P, "anna" },
	{ BDL_LIT("LDAP://dc1/CN=Smith\\, Anna,DC=northgate,DC=example"), P, "smith\\, anna" },
	{ BDL_LIT("LDAP://dc1/anna"), P, "anna" },
	{ BDL_LIT("TERBUDovL2RjMS9DTj1hbm5hLERDPW5vcnRoZ2F0ZSxEQz1leGFtcGxl"), P, "anna" },
	/* base64 */
	{ BDL_LIT("YW5uYQ=="), P, "anna" },
	{ BDL_LIT("YW5uYS5zbWl0aA=="), P, "anna.smith" },
	{ BDL_LIT("Tk9SVEhHQVRFXGFzbWl0aA=="), P, "asmith" },
	{ BDL_LIT("V2luTlQ6Ly9OT1JUSEdBVEUvYXNtaXRo"), P, "asmith" },
	{ BDL_LIT("TG9jYWw6Ly9hbm5h"), P, "anna" },
	{ BDL_LIT("c2nDom4="), P, "siân" },
	/* plain, though it could be decoded */
	{ BDL_LIT("andy"), P, "andy" },
	{ BDL_LIT("test"), P, "test" },
	{ BDL_LIT("Test"), P, "test" },
	{ BDL_LIT("JSmith12"), P, "jsmith12" },
	{ BDL_LIT("MrsJones"), P, "mrsjones" },
	{ BDL_LIT("YW5u"), P, "ann" },
	{ BDL_LIT("YW5uYQ="), P, "yw5uyq=" },
	/* of elsewhere */
	{ BDL_LIT("j.smith@other.example"), S, "j.smith@other.example" },
	{ BDL_LIT("OTHER\\J.Smith"), S, "j.smith@other" },
	{ BDL_LIT("NORTHGATE\\j.smith@OTHER.EXAMPLE"), S, "j.smith@other.example" },
	{ BDL_LIT("OTHER\\j.smith@NORTHGATE.EXAMPLE"), S, "j.smith@other" },
	{ BDL_LIT("j.smith@northgate.example@other.example"), S, "j.smith@other.example" },
	{ BDL_LIT("j.smith@pupils.northgate.example"), S, "j.smith@pupils.northgate.example" },
	{ BDL_LIT("WinNT://OTHER/anna"), S, "anna@other" },
	{ BDL_LIT("LDAP://dc1/CN=anna,DC=other,DC=example"), S, "anna@other.example" },
	/* computers */
	{ BDL_LIT("PC-12$"), M, "pc-12$" },
	{ BDL_LIT("NORTHGATE\\PC-12$"), M, "pc-12$" },
	{ BDL_LIT("PC-12$@NORTHGATE.EXAMPLE"), M, "pc-12$" },
	{ BDL_LIT("host/pc-12.northgate.example@NORTHGATE.EXAMPLE"), M,
	    "host/pc-12.northgate.example" },
	/* nobody */
	{ BDL_LIT(""), N, NULL },
	{ BDL_LIT("  "), N, NULL },
	{ BDL_LIT("-"), N, NULL },
	{ BDL_LIT("LQ=="), N, NULL },
	{ BDL_LIT("%2D"), N, NULL },
	{ BDL_LIT("NORTHGATE\\"), N, NULL },
	{ BDL_LIT("@NORTHGATE"), N, NULL },
	{ BDL_LIT("LDAP://dc1/"), N, NULL },
	{ BDL_LIT("LDAP://dc1/CN=,DC=northgate"), N, NULL },
	{ BDL_LIT("anna%0d%0aX: y"), N, NULL },
	{ BDL_LIT("anna%00"), N, NULL },
	{ BDL_LIT("an\tna"), N, NULL },
	{ BDL_LIT("an\x90na"), N, NULL },
	{ BDL_LIT("anna@oth\ter"), N, NULL },
	{ BDL_LIT("\xc2\x80"), N, NULL },
};

static void names_are_read(void **state)
{
	(void)state;
	for (size_t i = 0; i < BDL_ARRAY_LEN(names); i++) {
		char got[64] = "untouched";
		enum bdl_identity kind = bdl_identity_read(
		    names[i].sent, BDL_LIT("NORTHGATE, northgate.example"), got, sizeof(got));
		check_long(names[i].sent.p, kind, names[i].kind);
		check_view(names[i].sent.p, bdl_view_of(got),
		    names[i].want != NULL ? names[i].want : "untouched");
	}
}

/* Who has not said which realms are the school's has one only, mostly, and it is that. */
static void without_realms_every_realm_is_ours(void **state)
{
	const struct bdl_view none[] = { BDL_LIT(""), BDL_LIT(" , ,") };
	char got[64] = "";

	(void)state;
	for (size_t i = 0; i < BDL_ARRAY_LEN(none); i++) {
		assert_int_equal(bdl_identity_read(BDL_LIT("OTHER\\anna@else.example"), none[i],
				     got, sizeof(got)),
		    P);
		assert_string_equal(got, "anna");
	}
}

static void what_does_not_fit_is_nobody(void **state)
{
	const struct bdl_view none = { 0 };
	char sent[1000], got[8] = "";

	(void)state;
	assert_int_equal(bdl_identity_read(BDL_LIT("1234567"), none, got, sizeof(got)), P);
	assert_int_equal(bdl_identity_read(BDL_LIT("12345678"), none, got, sizeof(got)), N);
	assert_int_equal(
	    bdl_identity_read(BDL_LIT("A-LONG-DOMAIN\\1234567"), none, got, sizeof(got)), P);
	assert_int_equal(bdl_identity_read(BDL_LIT("123@567"), BDL_LIT("x"), got, sizeof(got)), S);
	assert_int_equal(bdl_identity_read(BDL_LIT("123@5678"), BDL_LIT("x"), got, sizeof(got)), N);
	memset(sent, 'A', sizeof(sent));
	memcpy(sent + sizeof(sent) - 2, "\\a", 2);
	assert_int_equal(
	    bdl_identity_read(bdl_view_at(sent, sizeof(sent)), none, got, sizeof(got)), N);
	assert_int_equal(
	    bdl_identity_read(bdl_view_at(sent + 900, 100), none, got, sizeof(got)), P);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names_are_read),
		cmocka_unit_test(without_realms_every_realm_is_ours),
		cmocka_unit_test(what_does_not_fit_is_nobody),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
