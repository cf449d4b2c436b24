/*
 * The smaller files about lists: names of categories, protected hosts, overrides, a signed list
 * whose signature is right, and lists.conf. The first byte says which.
 */
#include "fuzz.h"
#include "lists/illegal.h"
#include "lists/plan.h"
#include "lists/protect.h"
#include <sodium.h>

static void check_signed(struct bdl_view list)
{
	static const unsigned char seed[crypto_sign_SEEDBYTES] = { 1 };
	unsigned char key[crypto_sign_PUBLICKEYBYTES], secret[crypto_sign_SECRETKEYBYTES];
	unsigned char signature[crypto_sign_BYTES];
	struct bdl_illegal_offer offer = { .list = list };
	int64_t issued_ms = 0;

	MUST(crypto_sign_seed_keypair(key, secret, seed) == 0);
	MUST(crypto_sign_detached(signature, NULL, (const unsigned char *)list.p, list.n, secret) ==
	    0);
	offer.signature = bdl_view_at((const char *)signature, sizeof(signature));
	int r = bdl_illegal_check(&offer, key, &issued_ms, NULL);
	MUST(r == 0 || r == BDL_E_INVALID);
	/* The same bytes as a signature: whatever they are, not that of the list. */
	offer.signature = list;
	r = bdl_illegal_check(&offer, key, &issued_ms, NULL);
	MUST(r == BDL_E_DENIED || r == BDL_E_INVALID);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	BDL_AUTO(bdl_list_build_free) struct bdl_list_build *b = bdl_list_build_new();
	BDL_AUTO(bdl_list_names_free) struct bdl_list_names *names = NULL;
	BDL_AUTO(bdl_plan_free) struct bdl_plan *plan = NULL;
	struct bdl_view text;
	int r = 0;

	if (size == 0)
		return 0;
	text = fuzz_view(data + 1, size - 1);
	switch (data[0] % 5) {
	case 0:
		r = bdl_list_names_parse(text, "names", &names, NULL);
		MUST((r == 0) == (names != NULL));
		break;
	case 1:
		r = bdl_list_build_protect(b, text, "protected", NULL);
		break;
	case 2:
		r = bdl_list_build_override(b, text, "overrides", 1795262400000, NULL);
		break;
	case 3:
		check_signed(text);
		break;
	default:
		r = bdl_plan_parse(text, "/lists.conf", &plan, NULL);
		MUST((r == 0) == (plan != NULL));
		break;
	}
	MUST(r == 0 || r == BDL_E_INVALID || r == BDL_E_LIMIT);
	r = bdl_list_build_add(b, BDL_LIT("games"), BDL_LIT("www.childline.example"), NULL);
	MUST(r == 0);
	return 0;
}
