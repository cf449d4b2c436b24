#include "place.h"
#include "sys/board.h"
#include <fcntl.h>
#include <setjmp.h>
#include <stdint.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

static struct bdl_board *create(const char *path)
{
	struct bdl_board *b = NULL;
	struct bdl_err err;

	if (bdl_board_create(path, &b, &err) < 0)
		fail_msg("%s", err.text);
	return b;
}

static struct bdl_board *reader(const char *path, bool write)
{
	struct bdl_board *b = NULL;
	struct bdl_err err;

	if (bdl_board_open(path, write, &b, &err) < 0)
		fail_msg("%s", err.text);
	return b;
}

static void others_see_what_one_writes(void **state)
{
	(void)state;
	PLACE(p);
	const char *path = place_path(&p, "board");
	BDL_AUTO(bdl_board_close) struct bdl_board *mine = create(path);
	struct bdl_slot *slot = bdl_board_slot(mine, "web-0");
	char note[BDL_SLOT_NOTE], name[BDL_SLOT_NAME];
	struct stat st;

	assert_non_null(slot);
	pid_t pid = fork();
	if (pid == 0) {
		struct bdl_board *b = reader(path, true);
		struct bdl_slot *s = bdl_board_slot(b, "web-0");

		bdl_count(s, BDL_COUNT_ACTS, 40);
		bdl_count(s, BDL_COUNT_ACTS, 2);
		bdl_slot_note(s, "policy %s", "3f9a01c2");
		atomic_store(&s->state, BDL_STATE_UP);
		bdl_board_close(b);
		_exit(0);
	}
	assert_int_equal(waitpid(pid, NULL, 0), pid);
	BDL_AUTO(bdl_board_close) struct bdl_board *theirs = reader(path, false);
	const struct bdl_slot *seen = bdl_board_slot(theirs, "web-0");
	assert_false(bdl_board_is_clean(theirs));
	bdl_board_cleaned(mine);
	assert_true(bdl_board_is_clean(theirs));
	assert_non_null(seen);
	assert_int_equal(atomic_load(&seen->counters[BDL_COUNT_ACTS]), 42);
	assert_string_equal(bdl_state_word(atomic_load(&seen->state)), "up");
	bdl_slot_read_note(seen, note);
	assert_string_equal(note, "policy 3f9a01c2");
	bdl_slot_read_name(seen, name);
	assert_string_equal(name, "web-0");
	assert_int_equal(bdl_board_supervisor(theirs), getpid());
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 0777 & ~0640u, 0);
}

static void a_board_cut_short_comes_back(void **state)
{
	(void)state;
	PLACE(p);
	const char *path = place_path(&p, "board");
	BDL_AUTO(bdl_board_close) struct bdl_board *mine = create(path);
	struct bdl_slot *slot = bdl_board_slot(mine, "web-0");

	atomic_store(&slot->pid, 42);
	assert_false(bdl_board_mend(mine));
	assert_int_equal(truncate(path, 0), 0);
	atomic_store(&slot->state, BDL_STATE_UP); /* would end us */
	assert_true(bdl_board_mend(mine));
	assert_false(bdl_board_mend(mine));
	BDL_AUTO(bdl_board_close) struct bdl_board *theirs = reader(path, true);
	struct bdl_slot *seen = bdl_board_slot(theirs, "web-0");
	assert_non_null(seen);
	assert_int_equal(atomic_load(&seen->pid), 42);
	assert_int_equal(truncate(path, 0), 0);
	assert_true(bdl_board_mend(mine));
	assert_int_equal(atomic_load(&seen->pid), 42);
}

static void slots_are_few_and_named_by_the_supervisor(void **state)
{
	(void)state;
	PLACE(p);
	const char *path = place_path(&p, "board");
	BDL_AUTO(bdl_board_close) struct bdl_board *b = create(path);
	BDL_AUTO(bdl_board_close) struct bdl_board *r = reader(path, false);

	assert_null(bdl_board_at(b, 0));
	for (int i = 0; i < BDL_BOARD_SLOTS; i++) {
		char name[16];

		(void)snprintf(name, sizeof(name), "p-%d", i);
		assert_null(bdl_board_slot(r, name));
		struct bdl_slot *slot = bdl_board_slot(b, name);
		assert_non_null(slot);
		assert_ptr_equal(bdl_board_slot(b, name), slot); /* found, not made twice */
		assert_ptr_equal(bdl_board_at(b, (size_t)i), slot);
		assert_non_null(bdl_board_slot(r, name));
	}
	assert_null(bdl_board_slot(b, "one-more"));
	assert_null(bdl_board_at(b, BDL_BOARD_SLOTS));
}

static void a_note_is_cut_and_ends(void **state)
{
	(void)state;
	PLACE(p);
	BDL_AUTO(bdl_board_close) struct bdl_board *b = create(place_path(&p, "board"));
	struct bdl_slot *slot = bdl_board_slot(b, "x");
	char note[BDL_SLOT_NOTE], name[BDL_SLOT_NAME], text[500];

	memset(text, 'n', sizeof(text));
	text[sizeof(text) - 1] = '\0';
	bdl_slot_note(slot, "%s", text);
	bdl_slot_read_note(slot, note);
	assert_int_equal(strlen(note), BDL_SLOT_NOTE - 1);
	bdl_slot_note(slot, "short");
	bdl_slot_read_note(slot, note);
	assert_string_equal(note, "short");
	/* A process gone mad writes past every end. */
	memset(slot->note, 'm', sizeof(slot->note));
	memset(slot->name, 'm', sizeof(slot->name));
	bdl_slot_read_note(slot, note);
	bdl_slot_read_name(slot, name);
	assert_int_equal(strlen(note), BDL_SLOT_NOTE - 1);
	assert_int_equal(strlen(name), BDL_SLOT_NAME - 1);
	bdl_slot_note(NULL, "%d", 1);
	bdl_count(NULL, BDL_COUNT_ACTS, 1);
}

static void a_process_starts_at_nought_and_says_why_it_fails(void **state)
{
	(void)state;
	PLACE(p);
	BDL_AUTO(bdl_board_close) struct bdl_board *b = create(place_path(&p, "board"));
	struct bdl_slot *slot = bdl_board_slot(b, "web-0");
	char note[BDL_SLOT_NOTE];
	struct bdl_err err;

	for (unsigned i = 0; i < BDL_COUNTERS; i++)
		bdl_count(slot, (enum bdl_counter)i, 7);
	bdl_slot_reset(slot);
	for (unsigned i = 0; i < BDL_COUNTERS; i++)
		assert_int_equal(atomic_load(&slot->counters[i]), 0);
	atomic_store(&slot->state, BDL_STATE_UP);
	(void)bdl_fail(&err, BDL_E_IO, "no room"); /* its code is not what is looked at */
	bdl_slot_failed(slot, &err);
	bdl_slot_read_note(slot, note);
	assert_string_equal(note, "DOES NOT SERVE: no room");
	assert_string_equal(bdl_state_word(atomic_load(&slot->state)), "down");
}

static void a_new_board_leaves_the_old_whole(void **state)
{
	(void)state;
	PLACE(p);
	const char *path = place_path(&p, "board");
	BDL_AUTO(bdl_board_close) struct bdl_board *old = create(path);
	struct bdl_slot *slot = bdl_board_slot(old, "web-0");
	BDL_AUTO(bdl_board_close) struct bdl_board *new = create(path);

	bdl_count(slot, BDL_COUNT_ACTS, 1); /* not a fault, and not on the new one */
	assert_null(bdl_board_at(new, 0));
	assert_int_equal(atomic_load(&slot->counters[BDL_COUNT_ACTS]), 1);
}

static void refuses_what_is_no_board(void **state)
{
	(void)state;
	PLACE(p);
	const char *path = place_path(&p, "board");
	struct bdl_board *b = NULL;
	struct bdl_err err;
	struct stat st;

	assert_int_equal(bdl_board_open(path, false, &b, &err), BDL_E_MISSING);
	bdl_board_close(create(path));
	assert_int_equal(stat(path, &st), 0);
	int fd = open(path, O_RDWR);
	assert_int_equal(pwrite(fd, "X", 1, 0), 1);
	assert_int_equal(bdl_board_open(path, false, &b, &err), BDL_E_INVALID);
	assert_int_equal(ftruncate(fd, st.st_size - 1), 0);
	assert_int_equal(bdl_board_open(path, false, &b, &err), BDL_E_INVALID);
	assert_int_equal(ftruncate(fd, 0), 0);
	assert_int_equal(bdl_board_open(path, false, &b, &err), BDL_E_INVALID);
	assert_null(b);
	close(fd);
	assert_string_equal(bdl_state_word(77), "unknown");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(others_see_what_one_writes),
		cmocka_unit_test(a_board_cut_short_comes_back),
		cmocka_unit_test(slots_are_few_and_named_by_the_supervisor),
		cmocka_unit_test(a_note_is_cut_and_ends),
		cmocka_unit_test(a_process_starts_at_nought_and_says_why_it_fails),
		cmocka_unit_test(a_new_board_leaves_the_old_whole),
		cmocka_unit_test(refuses_what_is_no_board),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
