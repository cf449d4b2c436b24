/* Headers of probes: what is written is read, for a minute, by who has the key, and nothing else is. */
#include "../check.h"
#include "doors/web/probe.h"

#define NOW INT64_C(1795000000000)

static const uint8_t key[BDL_TOKEN_KEY] = { 1, 2, 3 };

static const struct bdl_probe whole = {
	.until_ms = NOW + BDL_PROBE_MS,
	.goes_on = true,
	.id = BDL_LIT("0123456789abcdef"),
	.groups = BDL_LIT("pupils older-pupils"),
	.place = BDL_LIT("library"),
	.equipment = BDL_LIT("own-devices"),
	.host = BDL_LIT("casino.example"),
};

static void reads_what_was_written(void **state)
{
	BDL_AUTO_IN(bdl_buf_done) struct bdl_buf text = BDL_BUF(BDL_PROBE_TEXT_MAX);
	struct bdl_probe got;
	(void)state;

	assert_int_equal(bdl_probe_write(key, &whole, &text), 0);
	assert_true(bdl_probe_read(key, bdl_buf_view(&text), NOW, &got));
	assert_int_equal(got.until_ms, whole.until_ms);
	assert_true(got.goes_on);
	assert_true(bdl_view_eq(got.id, whole.id));
	assert_true(bdl_view_eq(got.groups, whole.groups));
	assert_true(bdl_view_eq(got.place, whole.place));
	assert_true(bdl_view_eq(got.equipment, whole.equipment));
	assert_true(bdl_view_eq(got.host, whole.host));
}

static void keeps_what_is_empty_empty(void **state)
{
	const struct bdl_probe bare = { .until_ms = NOW + 1, .id = BDL_LIT("0") };
	BDL_AUTO_IN(bdl_buf_done) struct bdl_buf text = BDL_BUF(BDL_PROBE_TEXT_MAX);
	struct bdl_probe got;
	(void)state;

	assert_int_equal(bdl_probe_write(key, &bare, &text), 0);
	assert_true(bdl_probe_read(key, bdl_buf_view(&text), NOW, &got));
	assert_false(got.goes_on);
	assert_int_equal(got.groups.n + got.place.n + got.equipment.n + got.host.n, 0);
}

static void holds_for_its_time(void **state)
{
	BDL_AUTO_IN(bdl_buf_done) struct bdl_buf text = BDL_BUF(BDL_PROBE_TEXT_MAX);
	struct bdl_probe got;
	(void)state;

	assert_int_equal(bdl_probe_write(key, &whole, &text), 0);
	assert_true(bdl_probe_read(key, bdl_buf_view(&text), NOW + BDL_PROBE_MS - 1, &got));
	assert_false(bdl_probe_read(key, bdl_buf_view(&text), NOW + BDL_PROBE_MS, &got));
	assert_false(bdl_probe_read(key, bdl_buf_view(&text), NOW - 1, &got));
}

/* Each byte that is another makes it another's. */
static void is_nobody_elses(void **state)
{
	BDL_AUTO_IN(bdl_buf_done) struct bdl_buf text = BDL_BUF(BDL_PROBE_TEXT_MAX);
	const uint8_t other[BDL_TOKEN_KEY] = { 1, 2, 4 };
	struct bdl_probe got;
	(void)state;

	assert_int_equal(bdl_probe_write(key, &whole, &text), 0);
	assert_false(bdl_probe_read(other, bdl_buf_view(&text), NOW, &got));
	for (size_t i = 0; i < text.n; i++) {
		text.p[i] ^= 1;
		assert_false(bdl_probe_read(key, bdl_buf_view(&text), NOW, &got));
		text.p[i] ^= 1;
		assert_false(bdl_probe_read(key, bdl_view_at(text.p, i), NOW, &got));
	}
	assert_true(bdl_probe_read(key, bdl_buf_view(&text), NOW, &got));
}

static void refuses_what_would_end_a_field(void **state)
{
	static const char *const wrong[] = { "a|b", "a\r\nX: b", "a\nb", "caf\xc3\xa9" };
	BDL_AUTO_IN(bdl_buf_done) struct bdl_buf text = BDL_BUF(BDL_PROBE_TEXT_MAX);
	char long_host[BDL_PROBE_TEXT_MAX + 1];
	struct bdl_probe p = whole;
	(void)state;

	for (size_t i = 0; i < BDL_ARRAY_LEN(wrong); i++) {
		p.host = bdl_view_of(wrong[i]);
		assert_int_equal(bdl_probe_write(key, &p, &text), BDL_E_INVALID);
		assert_int_equal(text.n, 0);
	}
	memset(long_host, 'a', sizeof(long_host));
	p.host = bdl_view_at(long_host, sizeof(long_host));
	assert_int_equal(bdl_probe_write(key, &p, &text), BDL_E_LIMIT);
	assert_int_equal(text.n, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_what_was_written),
		cmocka_unit_test(keeps_what_is_empty_empty),
		cmocka_unit_test(holds_for_its_time),
		cmocka_unit_test(is_nobody_elses),
		cmocka_unit_test(refuses_what_would_end_a_field),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
