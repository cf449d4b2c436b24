/* The order of names: that of the whole comparison, whatever the names and however many. */
#include "../check.h"
#include "base/buf.h"
#include "base/region.h"
#include "doors/dns/answers.h"
#include "doors/dns/order.h"
#include <stdlib.h>

static void knows_what_can_stand_in_a_zone(void **state)
{
	(void)state;
	static const struct {
		const char *name;
		bool fits;
	} rows[] = {
		{ "a", true },
		{ "casino.example", true },
		{ "_dns.resolver.arpa", true },
		{ "xn--bcher-kva.example", true },
		{ "1.example", true },
		{ "a.1e", true },
		{ "192.0.2.1", false },
		{ "7", false },
		{ "", false },
		{ ".", false },
		{ "a..example", false },
		{ ".a", false },
		{ "a.", false },
		{ "A.example", false },
		{ "a b.example", false },
		{ "a\n.example", false },
		{ "a;b.example", false },
		{ "*.example", false },
		{ "2001:db8::1", false },
	};
	char label[65], name[300];

	for (size_t i = 0; i < BDL_ARRAY_LEN(rows); i++)
		if (bdl_dns_name_fits(bdl_view_of(rows[i].name)) != rows[i].fits)
			fail_msg("'%s'", rows[i].name);
	memset(label, 'x', sizeof(label));
	assert_true(bdl_dns_name_fits(bdl_view_at(label, 63)));
	assert_false(bdl_dns_name_fits(bdl_view_at(label, 64)));
	for (size_t i = 0; i < sizeof(name); i++)
		name[i] = i % 2 ? '.' : 'x';
	assert_true(bdl_dns_name_fits(bdl_view_at(name, BDL_DNS_NAME_MAX - 1)));
	assert_false(bdl_dns_name_fits(bdl_view_at(name, BDL_DNS_NAME_MAX + 1)));
}

static void puts_what_is_below_behind(void **state)
{
	(void)state;
	static const char *const names[] = { "example", "a.example", "z.a.example", "b.example",
		"ba.example", "aexample", "-example" };

	for (size_t i = 0; i < BDL_ARRAY_LEN(names); i++) {
		struct bdl_view v = bdl_view_of(names[i]);

		assert_int_equal(bdl_dns_name_cmp(v, v), 0);
	}
	assert_true(bdl_dns_name_cmp(BDL_LIT("example"), BDL_LIT("a.example")) < 0);
	assert_true(bdl_dns_name_cmp(BDL_LIT("z.a.example"), BDL_LIT("b.example")) < 0);
	assert_true(bdl_dns_name_cmp(BDL_LIT("z.example"), BDL_LIT("-example")) < 0);
	assert_true(bdl_dns_name_cmp(BDL_LIT("b.example"), BDL_LIT("a.example")) > 0);
}

static uint64_t random_of(uint64_t *seed)
{
	*seed = *seed * 6364136223846793005u + 1442695040888963407u;
	return *seed >> 33;
}

/* Short names of few letters, so that many are equal, and long ones that differ late. */
static void make_name(uint64_t *seed, struct bdl_buf *out)
{
	size_t labels = 1 + random_of(seed) % 4;

	bdl_buf_clear(out);
	for (size_t i = 0; i < labels; i++) {
		size_t n = random_of(seed) % 8 ? 1 + random_of(seed) % 2 : 20;

		for (size_t j = 0; j < n; j++)
			(void)bdl_buf_add_char(out, (char)('a' + random_of(seed) % 3));
		(void)bdl_buf_add_char(out, '.');
	}
	(void)bdl_buf_add_str(out, "example");
}

static void sorts(void **state)
{
	(void)state;
	static const size_t sizes[] = { 0, 1, 2, 16, 17, 100, 5000, 60000 };
	uint64_t seed = 1;

	for (size_t k = 0; k < BDL_ARRAY_LEN(sizes); k++) {
		struct bdl_region *region BDL_AUTO(bdl_region_free) = bdl_region_new(1 << 26);
		BDL_AUTO_IN(bdl_buf_done) struct bdl_buf name = BDL_BUF(256);
		size_t n = sizes[k], sum = 0, after = 0;
		struct bdl_dns_point *points = calloc(n + 1, sizeof(*points));

		assert_non_null(points);
		for (size_t i = 0; i < n; i++) {
			make_name(&seed, &name);
			points[i] = bdl_dns_point_of(
			    bdl_dns_record_make((unsigned)i % 200, 0, bdl_buf_view(&name), region));
			sum += (size_t)points[i].record;
		}
		bdl_dns_sort(points, n);
		for (size_t i = 0; i < n; i++) {
			after += (size_t)points[i].record; /* each is still there */
			if (i > 0)
				assert_true(
				    bdl_dns_name_cmp(bdl_host_record_view(points[i - 1].record),
					bdl_host_record_view(points[i].record)) <= 0);
		}
		assert_int_equal(sum, after);
		free(points);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(knows_what_can_stand_in_a_zone),
		cmocka_unit_test(puts_what_is_below_behind),
		cmocka_unit_test(sorts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
