#include "base/alloc.h"
#include "doors/web/token.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

static const uint8_t key[BDL_TOKEN_KEY] = "0123456789abcdef0123456789abcde";
static const struct bdl_token sample = {
	.until_ms = 1795262400123,
	.id = "abcdefghijklmno",
	.policy = BDL_LIT("staff"),
	.clause = BDL_LIT("web.social"),
	.url = BDL_LIT("https://social.example/a?b=c&d=%22"),
};

static int read_token(const uint8_t *with, const char *who, struct bdl_view text,
    struct bdl_region *r, struct bdl_token *ret)
{
	return bdl_token_read(with, bdl_view_of(who), text, r, ret, NULL);
}

static void comes_back(void **state)
{
	(void)state;
	BDL_AUTO(bdl_region_free) struct bdl_region *r = bdl_region_new(1 << 16);
	BDL_AUTO_IN(bdl_buf_done) struct bdl_buf text = BDL_BUF(BDL_TOKEN_TEXT_MAX);
	struct bdl_token got;

	assert_int_equal(bdl_token_write(key, BDL_LIT("person t"), &sample, &text), 0);
	assert_int_equal(read_token(key, "person t", bdl_buf_view(&text), r, &got), 0);
	assert_int_equal(got.until_ms, sample.until_ms);
	assert_memory_equal(got.id, sample.id, sizeof(got.id));
	assert_true(bdl_view_eq(got.policy, sample.policy));
	assert_true(bdl_view_eq(got.clause, sample.clause));
	assert_true(bdl_view_eq(got.url, sample.url));
}

static void belongs_to_one(void **state)
{
	(void)state;
	BDL_AUTO(bdl_region_free) struct bdl_region *r = bdl_region_new(1 << 16);
	BDL_AUTO_IN(bdl_buf_done) struct bdl_buf text = BDL_BUF(BDL_TOKEN_TEXT_MAX);
	uint8_t other[BDL_TOKEN_KEY] = { 1 };
	struct bdl_token got;

	assert_int_equal(bdl_token_write(key, BDL_LIT("person t"), &sample, &text), 0);
	struct bdl_view v = bdl_buf_view(&text);
	assert_int_equal(read_token(key, "person u", v, r, &got), BDL_E_DENIED);
	assert_int_equal(read_token(key, "address t", v, r, &got), BDL_E_DENIED);
	assert_int_equal(read_token(key, "person t ", v, r, &got), BDL_E_DENIED);
	assert_int_equal(read_token(other, "person t", v, r, &got), BDL_E_DENIED);
}

/* Every single changed character is seen, and so is every cut. */
static void cannot_be_changed(void **state)
{
	(void)state;
	BDL_AUTO(bdl_region_free) struct bdl_region *r = bdl_region_new(1 << 20);
	BDL_AUTO_IN(bdl_buf_done) struct bdl_buf text = BDL_BUF(BDL_TOKEN_TEXT_MAX);
	struct bdl_token got;

	assert_int_equal(bdl_token_write(key, BDL_LIT("person t"), &sample, &text), 0);
	assert_true(text.n > 100);
	for (size_t i = 0; i < text.n; i++) {
		char was = text.p[i];
		text.p[i] = was == 'A' ? 'B' : 'A';
		if (read_token(key, "person t", bdl_buf_view(&text), r, &got) == 0)
			fail_msg("character %zu changed and taken", i);
		text.p[i] = was;
		if (read_token(key, "person t", bdl_view_at(text.p, i), r, &got) == 0)
			fail_msg("cut to %zu characters and taken", i);
		bdl_region_reset(r);
	}
	assert_int_equal(read_token(key, "person t", bdl_buf_view(&text), r, &got), 0);
}

static void limits(void **state)
{
	(void)state;
	BDL_AUTO_IN(bdl_buf_done) struct bdl_buf text = BDL_BUF(BDL_TOKEN_TEXT_MAX);
	BDL_AUTO_FREE char *url = malloc(BDL_TOKEN_URL_MAX + 1);
	struct bdl_token t = sample;

	memset(url, 'u', BDL_TOKEN_URL_MAX + 1);
	t.url = bdl_view_at(url, BDL_TOKEN_URL_MAX);
	assert_int_equal(bdl_token_write(key, BDL_LIT("p"), &t, &text), 0);
	t.url.n++;
	assert_int_equal(bdl_token_write(key, BDL_LIT("p"), &t, &text), BDL_E_LIMIT);
}

static void one_key_for_all(void **state)
{
	(void)state;
	char folder[] = "/tmp/beadle-token-XXXXXX";
	uint8_t first[BDL_TOKEN_KEY], second[BDL_TOKEN_KEY], none[BDL_TOKEN_KEY] = { 0 };
	struct bdl_err err = { 0 };
	struct stat st;

	assert_non_null(mkdtemp(folder));
	BDL_AUTO_FREE char *path = bdl_xprintf("%s/coach.key", folder);
	if (bdl_token_key(path, first, &err) < 0)
		fail_msg("%s", err.text);
	assert_int_equal(bdl_token_key(path, second, &err), 0);
	assert_memory_equal(first, second, sizeof(first));
	assert_memory_not_equal(first, none, sizeof(first));
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
	assert_int_equal(st.st_size, BDL_TOKEN_KEY);
	assert_int_equal(truncate(path, 5), 0);
	assert_int_equal(bdl_token_key(path, second, &err), BDL_E_INVALID);
	assert_int_equal(unlink(path), 0);
	assert_int_equal(rmdir(folder), 0); /* nothing was left beside it */
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(comes_back),
		cmocka_unit_test(belongs_to_one),
		cmocka_unit_test(cannot_be_changed),
		cmocka_unit_test(limits),
		cmocka_unit_test(one_key_for_all),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
