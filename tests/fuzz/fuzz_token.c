/*
 * Tokens of coach pages: text that we did not sign is refused; bytes that we did sign are a token
 * that is written as it was read, or none.
 */
#include "doors/web/token.h"
#include "fuzz.h"
#include <sodium.h>

#define VARIANT sodium_base64_VARIANT_URLSAFE_NO_PADDING

static const uint8_t key[BDL_TOKEN_KEY] = { 1, 2, 3 };
static const struct bdl_view who = { .p = "person t.ashdown", .n = 16 };

/* As token.h says: base64url of the bytes and their code. */
static struct bdl_view sign(struct bdl_view bytes, struct bdl_buf *room)
{
	uint64_t lengths[2] = { bytes.n, who.n };
	uint8_t mac[crypto_auth_hmacsha512256_BYTES];
	crypto_auth_hmacsha512256_state state;
	BDL_AUTO_IN(bdl_buf_done) struct bdl_buf all = BDL_BUF(BDL_TOKEN_TEXT_MAX);

	MUST(crypto_auth_hmacsha512256_init(&state, key, sizeof(key)) == 0);
	(void)crypto_auth_hmacsha512256_update(&state, (uint8_t *)lengths, sizeof(lengths));
	(void)crypto_auth_hmacsha512256_update(&state, (const uint8_t *)bytes.p, bytes.n);
	(void)crypto_auth_hmacsha512256_update(&state, (const uint8_t *)who.p, who.n);
	(void)crypto_auth_hmacsha512256_final(&state, mac);
	MUST(bdl_buf_add_view(&all, bytes) == 0 && bdl_buf_add(&all, mac, sizeof(mac)) == 0);
	size_t size = sodium_base64_ENCODED_LEN(all.n, VARIANT);
	char *text = bdl_buf_room(room, size);
	MUST(text != NULL);
	MUST(sodium_bin2base64(text, size, (const uint8_t *)all.p, all.n, VARIANT) != NULL);
	return bdl_view_at(text, size - 1);
}

static void check_same(const struct bdl_token *t, struct bdl_view text)
{
	BDL_AUTO_IN(bdl_buf_done) struct bdl_buf again = BDL_BUF(2 * BDL_TOKEN_TEXT_MAX);

	if (t->url.n > BDL_TOKEN_URL_MAX)
		return; /* longer than any that we write */
	MUST(bdl_token_write(key, who, t, &again) == 0);
	MUST(bdl_view_eq(bdl_buf_view(&again), text));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	BDL_AUTO(bdl_region_free)
	struct bdl_region *region = bdl_region_new(8 * BDL_TOKEN_TEXT_MAX);
	BDL_AUTO_IN(bdl_buf_done) struct bdl_buf room = BDL_BUF(2 * BDL_TOKEN_TEXT_MAX);
	struct bdl_view v = fuzz_view(data, size);
	struct bdl_token t;

	MUST(bdl_token_read(key, who, v, region, &t, NULL) < 0);
	if (size > BDL_TOKEN_TEXT_MAX / 2)
		return 0;
	struct bdl_view text = sign(v, &room);
	MUST(bdl_token_read(key, BDL_LIT("person b.okoro"), text, region, &t, NULL) < 0);
	if (bdl_token_read(key, who, text, region, &t, NULL) == 0)
		check_same(&t, text);
	return 0;
}
