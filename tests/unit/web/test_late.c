#include "base/alloc.h"
#include "doors/web/late.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

#define NOW    INT64_C(1795262400000)
#define MINUTE 60000

static const uint8_t key[BDL_LATE_KEY] = "0123456789abcdef0123456789abcde";
static const struct bdl_late_page sample = { BDL_LIT("person t"), BDL_LIT("http://a.example/x"),
	7 };

struct fixture {
	char folder[64];
	char *path;
	struct bdl_late *late;
};

static int setup(void **state)
{
	struct fixture *f = bdl_xalloc(sizeof(*f));
	struct bdl_err err = { 0 };
	(void)snprintf(f->folder, sizeof(f->folder), "/tmp/beadle-late-XXXXXX");
	assert_non_null(mkdtemp(f->folder));
	f->path = bdl_xprintf("%s/late", f->folder);
	if (bdl_late_open(f->path, key, &f->late, &err) < 0)
		fail_msg("%s", err.text);
	*state = f;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *f = *state;
	bdl_late_close(f->late);
	assert_int_equal(unlink(f->path), 0);
	assert_int_equal(rmdir(f->folder), 0); /* nothing was left beside it */
	free(f->path);
	free(f);
	return 0;
}

/* The score of the class, or -1 where nothing was found of it. */
static int score_of(
    const struct fixture *f, const struct bdl_late_page *page, size_t class_, int64_t now_ms)
{
	struct bdl_late_score found[BDL_LATE_CLASSES_MAX];
	size_t n = bdl_late_find(f->late, page, now_ms, found);

	for (size_t i = 0; i < n; i++)
		if (found[i].class_ == class_)
			return found[i].score;
	return -1;
}

static void is_found_for_an_hour(void **state)
{
	struct fixture *f = *state;

	assert_false(bdl_late_any(f->late, NOW));
	assert_int_equal(score_of(f, &sample, 3, NOW), -1);
	bdl_late_add(f->late, &sample, 3, 120, NOW);
	bdl_late_add(f->late, &sample, 63, 5000, NOW);
	assert_true(bdl_late_any(f->late, NOW));
	assert_int_equal(score_of(f, &sample, 3, NOW), 120);
	assert_int_equal(score_of(f, &sample, 63, NOW), BDL_LATE_SCORE_MAX);
	assert_int_equal(score_of(f, &sample, 3, NOW + 59 * MINUTE), 120);
	assert_int_equal(score_of(f, &sample, 3, NOW + 60 * MINUTE), -1);
	assert_false(bdl_late_any(f->late, NOW + 61 * MINUTE));
	/* Found again, it holds longer and says what was found last. */
	bdl_late_add(f->late, &sample, 3, 130, NOW + 50 * MINUTE);
	assert_int_equal(score_of(f, &sample, 3, NOW + 100 * MINUTE), 130);
}

static void is_of_one_page_of_one_person(void **state)
{
	struct fixture *f = *state;
	struct bdl_late_page other = sample;

	bdl_late_add(f->late, &sample, 3, 120, NOW);
	other.who = BDL_LIT("person u");
	assert_int_equal(score_of(f, &other, 3, NOW), -1);
	other = sample;
	other.url = BDL_LIT("http://a.example/y");
	assert_int_equal(score_of(f, &other, 3, NOW), -1);
	other = sample;
	other.mark++; /* other phrases */
	assert_int_equal(score_of(f, &other, 3, NOW), -1);
}

static void ends_when_the_clock_is_set_back(void **state)
{
	struct fixture *f = *state;

	bdl_late_add(f->late, &sample, 3, 120, NOW);
	assert_int_equal(score_of(f, &sample, 3, NOW - 5 * MINUTE), -1);
}

static void a_full_row_gives_way(void **state)
{
	struct fixture *f = *state;

	for (size_t i = 0; i < 64; i++)
		bdl_late_add(f->late, &sample, i, 100 + (int)i, NOW + (int64_t)i * MINUTE / 8);
	assert_int_equal(score_of(f, &sample, 63, NOW + 8 * MINUTE), 163);
	assert_int_equal(score_of(f, &sample, 0, NOW + 8 * MINUTE), -1);
}

static void outlives_the_process(void **state)
{
	struct fixture *f = *state;
	struct bdl_err err = { 0 };

	bdl_late_add(f->late, &sample, 3, 120, NOW);
	bdl_late_close(f->late);
	assert_int_equal(bdl_late_open(f->path, key, &f->late, &err), 0);
	assert_int_equal(score_of(f, &sample, 3, NOW), 120);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(is_found_for_an_hour, setup, teardown),
		cmocka_unit_test_setup_teardown(is_of_one_page_of_one_person, setup, teardown),
		cmocka_unit_test_setup_teardown(ends_when_the_clock_is_set_back, setup, teardown),
		cmocka_unit_test_setup_teardown(a_full_row_gives_way, setup, teardown),
		cmocka_unit_test_setup_teardown(outlives_the_process, setup, teardown),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
