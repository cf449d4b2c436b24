/* Lists replaced while others look things up: each sees one file whole, the old or the new. */
#include "lists_test.h"
#include <pthread.h>
#include <stdatomic.h>

#define ROUNDS  40
#define READERS 3
#define HOSTS   500

struct shared {
	char path[256];
	atomic_int newest; /* the round that surely is the file's */
	atomic_bool done;
	atomic_int wrong, opened;
};

/* In round r every host is in category "r0" to "r9" by r, and in no other. */
static void make(struct shared *s, int round)
{
	BDL_AUTO(bdl_list_build_free) struct bdl_list_build *b = bdl_list_build_new();
	char category[8], host[32];

	(void)snprintf(category, sizeof(category), "r%d", round % 10);
	for (int i = 0; i < HOSTS; i++) {
		(void)snprintf(host, sizeof(host), "h%d.example", i);
		add(b, category, host);
	}
	if (bdl_list_build_write(b, s->path, round, NULL) != 0)
		atomic_fetch_add(&s->wrong, 1);
	atomic_store(&s->newest, round);
}

static void look_at(struct shared *s, const struct bdl_lists *l, int at_least)
{
	int64_t round = bdl_lists_made_ms(l);
	char want[8], host[32];

	(void)snprintf(want, sizeof(want), "r%d", (int)(round % 10));
	bool fine = bdl_lists_verify(l, NULL) == 0 && round >= at_least &&
	    bdl_lists_categories(l) == 1 && strcmp(bdl_lists_category(l, 0), want) == 0;
	for (int i = 0; i < HOSTS; i++) {
		struct bdl_catset set = { 0 };
		(void)snprintf(host, sizeof(host), "www.h%d.example", i);
		bdl_lists_find(l, bdl_view_of(host), BDL_LIT("/a"), &set);
		fine = fine && bdl_catset_has(&set, 0);
	}
	atomic_fetch_add(&s->wrong, fine ? 0 : 1);
}

static void *read_lists(void *arg)
{
	struct shared *s = arg;

	while (!atomic_load(&s->done)) {
		BDL_AUTO(bdl_lists_close) struct bdl_lists *l = NULL;
		int at_least = atomic_load(&s->newest);
		if (bdl_lists_open(s->path, &l, NULL) != 0) {
			atomic_fetch_add(&s->wrong, 1);
			continue;
		}
		atomic_fetch_add(&s->opened, 1);
		look_at(s, l, at_least);
		look_at(s, l, at_least); /* it may have been replaced meanwhile: it stays whole */
	}
	return NULL;
}

static void readers_see_one_file_whole(void **state)
{
	struct shared s = { .wrong = 0 };
	pthread_t readers[READERS];

	(void)snprintf(s.path, sizeof(s.path), "%s", below(state, "lists.map"));
	make(&s, 0);
	for (int i = 0; i < READERS; i++)
		assert_int_equal(pthread_create(&readers[i], NULL, read_lists, &s), 0);
	for (int round = 1; round <= ROUNDS; round++)
		make(&s, round);
	while (atomic_load(&s.opened) < ROUNDS)
		(void)usleep(1000);
	atomic_store(&s.done, true);
	for (int i = 0; i < READERS; i++)
		assert_int_equal(pthread_join(readers[i], NULL), 0);
	assert_int_equal(atomic_load(&s.wrong), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
		    readers_see_one_file_whole, make_folder, remove_folder),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
