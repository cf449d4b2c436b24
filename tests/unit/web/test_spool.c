/* What waits on the disk: in order, without a name, and gone when it was taken. */
#include "../check.h"
#include "doors/web/spool.h"

#include <dirent.h>
#include <stdlib.h>
#include <unistd.h>

#define PIECE 1000

static char folder[] = "/tmp/test-spool-XXXXXX";

static size_t files(void)
{
	DIR *d = opendir(folder);
	size_t n = 0;

	assert_non_null(d);
	for (const struct dirent *e; (e = readdir(d)) != NULL;)
		n += e->d_name[0] != '.';
	closedir(d);
	return n;
}

static void fill(char *p, unsigned seed)
{
	for (size_t i = 0; i < PIECE; i++)
		p[i] = (char)(i * 7 + seed);
}

static void test_order(void **state)
{
	struct bdl_spool s = { 0 };
	char piece[PIECE], out[3 * PIECE], want[3 * PIECE];

	(void)state;
	for (unsigned i = 0; i < 3; i++) {
		fill(piece, i);
		memcpy(want + (size_t)i * PIECE, piece, PIECE);
		assert_true(bdl_spool_add(&s, folder, bdl_view_at(piece, PIECE)));
	}
	assert_false(bdl_spool_is_empty(&s));
	assert_int_equal(files(), 0); /* it has no name */
	assert_int_equal(bdl_spool_take(&s, out, 1), 1);
	assert_int_equal(bdl_spool_take(&s, out + 1, 2 * PIECE), 2 * PIECE);
	assert_false(bdl_spool_is_empty(&s));
	assert_int_equal(bdl_spool_take(&s, out + 2 * PIECE + 1, 3 * PIECE), PIECE - 1);
	assert_true(bdl_spool_is_empty(&s));
	assert_memory_equal(out, want, sizeof(want));
	assert_int_equal(bdl_spool_take(&s, out, 1), 0);
}

static void test_again(void **state)
{
	struct bdl_spool s = { 0 };
	char out[8];

	(void)state;
	for (int i = 0; i < 3; i++) {
		assert_true(bdl_spool_add(&s, folder, BDL_LIT("again")));
		assert_int_equal(s.end, 5);
		assert_int_equal(bdl_spool_take(&s, out, sizeof(out)), 5);
		assert_memory_equal(out, "again", 5);
	}
	assert_true(bdl_spool_add(&s, folder, BDL_LIT("left")));
	bdl_spool_done(&s);
	assert_true(bdl_spool_is_empty(&s));
	bdl_spool_done(&s);
}

static void test_no_room(void **state)
{
	struct bdl_spool s = { 0 };
	char out[8];

	(void)state;
	assert_false(bdl_spool_add(&s, "/nowhere", BDL_LIT("a")));
	assert_true(bdl_spool_is_empty(&s));
	assert_true(bdl_spool_add(&s, folder, BDL_LIT("a")));
	s.end += BDL_SPOOL_MAX - 1;
	assert_false(bdl_spool_add(&s, folder, BDL_LIT("b")));
	assert_int_equal(bdl_spool_take(&s, out, 1), 1);
	assert_int_equal(bdl_spool_take(&s, out, 1), -1); /* what the disk lost */
	bdl_spool_done(&s);
}

static int begin(void **state)
{
	(void)state;
	return mkdtemp(folder) != NULL ? 0 : -1;
}

static int end(void **state)
{
	(void)state;
	return rmdir(folder);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_order),
		cmocka_unit_test(test_again),
		cmocka_unit_test(test_no_room),
	};
	return cmocka_run_group_tests(tests, begin, end);
}
