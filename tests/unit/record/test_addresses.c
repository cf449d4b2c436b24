#include "../check.h"
#include "../sys/place.h"
#include "base/buf.h"
#include "record/addresses.h"
#include "sys/file.h"
#include <signal.h>
#include <stdatomic.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>

#define NOW  INT64_C(1795262400000)
#define HOUR INT64_C(3600000)

static struct bdl_addresses *open_at(const struct place *p, bool write)
{
	struct bdl_addresses *t = NULL;
	struct bdl_err err;

	if (bdl_addresses_open(place_path(p, "addresses"), write, &t, &err) < 0)
		fail_msg("%s", err.text);
	return t;
}

static struct bdl_presence presence(const char *address, const char *login, uint64_t session)
{
	struct bdl_presence p = { .bits = 128,
		.source = BDL_KNOWN_BY_RADIUS,
		.since_ms = NOW,
		.until_ms = NOW + HOUR,
		.session = session,
		.server = 7 };

	assert_true(bdl_ip_parse(bdl_view_of(address), p.ip));
	(void)snprintf(p.login, sizeof(p.login), "%s", login);
	(void)snprintf(p.device, sizeof(p.device), "00-11-22-33-44-55");
	return p;
}

static void put(struct bdl_addresses *t, const char *address, const char *login, uint64_t session)
{
	struct bdl_presence p = presence(address, login, session);

	(void)bdl_addresses_put(t, &p, NOW); /* whom it pushes out matters to one test only */
}

/* "" for nobody known there. */
static const char *who(const struct bdl_addresses *t, const char *address, int64_t now_ms)
{
	static struct bdl_presence p;
	uint8_t ip[BDL_IP_SIZE];

	assert_true(bdl_ip_parse(bdl_view_of(address), ip));
	return bdl_addresses_find(t, ip, now_ms, &p) ? p.login : "";
}

static void readers_find_what_was_put(void **state)
{
	(void)state;
	PLACE(p);
	BDL_AUTO(bdl_addresses_close) struct bdl_addresses *reader = open_at(&p, false);
	BDL_AUTO(bdl_addresses_close) struct bdl_addresses *t = open_at(&p, true);
	struct bdl_presence got;

	assert_string_equal(who(reader, "10.0.0.7", NOW), "");
	put(t, "10.0.0.7", "anna", 1);
	put(t, "2001:db8::7", "ben", 2);
	assert_string_equal(who(reader, "10.0.0.7", NOW), "anna");
	assert_string_equal(who(reader, "::ffff:10.0.0.7", NOW), "anna");
	assert_string_equal(who(reader, "2001:db8::7", NOW), "ben");
	assert_string_equal(who(reader, "10.0.0.8", NOW), "");
	assert_string_equal(who(NULL, "10.0.0.7", NOW), "");
	put(t, "10.0.0.7", "carl", 3);
	assert_string_equal(who(reader, "10.0.0.7", NOW), "carl");

	struct bdl_presence want = presence("10.0.0.7", "carl", 3);
	assert_true(bdl_addresses_find(reader, want.ip, NOW, &got));
	assert_memory_equal(&got, &want, sizeof(got));
}

static void entries_end(void **state)
{
	(void)state;
	PLACE(p);
	BDL_AUTO(bdl_addresses_close) struct bdl_addresses *t = open_at(&p, true);
	struct bdl_presence one = presence("10.0.0.7", "anna", 1), got;

	(void)bdl_addresses_put(t, &one, NOW);
	assert_string_equal(who(t, "10.0.0.7", NOW + HOUR - 1), "anna");
	assert_string_equal(who(t, "10.0.0.7", NOW + HOUR), "");
	/* The clock was set back by more than an entry can last. */
	assert_string_equal(who(t, "10.0.0.7", NOW - BDL_ADDRESSES_LIMIT_MS), "");
	one.ended = true;
	(void)bdl_addresses_put(t, &one, NOW);
	assert_string_equal(who(t, "10.0.0.7", NOW), "");
	assert_true(bdl_addresses_get(t, one.ip, 128, &got) && got.ended);
	bdl_addresses_remove(t, one.ip, 128);
	assert_false(bdl_addresses_get(t, one.ip, 128, &got));
	bdl_addresses_remove(t, one.ip, 128); /* again, and nothing happens */
}

static void the_longest_prefix_counts(void **state)
{
	(void)state;
	PLACE(p);
	BDL_AUTO(bdl_addresses_close) struct bdl_addresses *t = open_at(&p, true);
	struct bdl_presence wide = presence("2001:db8:1::", "anna", 1);
	struct bdl_presence narrow = presence("2001:db8:1:2::", "ben", 2);

	wide.bits = 56;
	narrow.bits = 64;
	(void)bdl_addresses_put(t, &wide, NOW);
	(void)bdl_addresses_put(t, &narrow, NOW);
	put(t, "2001:db8:1:2::9", "carl", 3);
	assert_string_equal(who(t, "2001:db8:1:2::9", NOW), "carl");
	assert_string_equal(who(t, "2001:db8:1:2::8", NOW), "ben");
	assert_string_equal(who(t, "2001:db8:1:3::8", NOW), "anna");
	assert_string_equal(who(t, "2001:db8:1:100::8", NOW), "");
	narrow.ended = true;
	(void)bdl_addresses_put(t, &narrow, NOW);
	assert_string_equal(who(t, "2001:db8:1:2::8", NOW), "anna");
	/* Somebody whom the systems do not know, where another's prefix would hold. */
	put(t, "2001:db8:1:2::9", "", 4);
	assert_string_equal(who(t, "2001:db8:1:2::9", NOW), "");
}

static size_t sessions(const struct bdl_addresses *t, uint64_t session)
{
	long numbers[8];

	return bdl_addresses_of(t, session, numbers, 8);
}

static void sessions_are_found(void **state)
{
	(void)state;
	PLACE(p);
	struct bdl_addresses *t = open_at(&p, true);

	put(t, "10.0.0.7", "anna", 1);
	put(t, "2001:db8::7", "anna", 1);
	put(t, "10.0.0.8", "ben", 1 + BDL_ADDRESSES_ENTRIES); /* of the same chain */
	assert_int_equal(sessions(t, 1), 2);
	put(t, "10.0.0.7", "carl", 3);
	assert_int_equal(sessions(t, 1), 1);
	assert_int_equal(sessions(t, 3), 1);
	bdl_addresses_close(t);
	t = open_at(&p, true); /* another writer finds them too */
	assert_string_equal(who(t, "2001:db8::7", NOW), "anna");
	assert_int_equal(sessions(t, 1), 1);
	assert_int_equal(sessions(t, 1 + BDL_ADDRESSES_ENTRIES), 1);
	bdl_addresses_remove(t, presence("2001:db8::7", "", 0).ip, 128);
	assert_int_equal(sessions(t, 1), 0);
	bdl_addresses_close(t);
}

static bool file_has(const struct place *p, const char *text)
{
	BDL_AUTO_IN(bdl_buf_done) struct bdl_buf b = BDL_BUF(64 << 20);

	assert_int_equal(bdl_file_read(place_path(p, "addresses"), &b, NULL), 0);
	return memmem(b.p, b.n, text, strlen(text)) != NULL;
}

static void nothing_stays_of_who_was_there(void **state)
{
	(void)state;
	PLACE(p);
	BDL_AUTO(bdl_addresses_close) struct bdl_addresses *t = open_at(&p, true);
	struct stat st;

	assert_int_equal(stat(place_path(&p, "addresses"), &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
	put(t, "10.0.0.7", "anna.left.traces", 1);
	assert_true(file_has(&p, "anna.left.traces"));
	put(t, "10.0.0.7", "ben.came.after", 2);
	assert_false(file_has(&p, "anna.left.traces"));
	bdl_addresses_remove(t, presence("10.0.0.7", "", 0).ip, 128);
	assert_false(file_has(&p, "ben.came.after"));
}

static void a_file_that_is_no_table_is_replaced(void **state)
{
	(void)state;
	PLACE(p);
	struct bdl_err err;
	struct bdl_presence got;

	assert_int_equal(bdl_file_replace(place_path(&p, "addresses"), "x", 1, 0600, &err), 0);
	BDL_AUTO(bdl_addresses_close) struct bdl_addresses *t = open_at(&p, false);
	assert_int_equal(bdl_addresses_next(t, 0, &got), -1);
}

/* The nth address; those that come later end later. */
static struct bdl_presence numbered(uint32_t n)
{
	struct bdl_presence p = presence("10.0.0.0", "anna", n + 1);

	memcpy(p.ip + 12, &n, sizeof(n));
	p.until_ms = NOW + HOUR + n;
	return p;
}

static void full_rows_push_out_the_one_that_ends_first(void **state)
{
	(void)state;
	PLACE(p);
	BDL_AUTO(bdl_addresses_close) struct bdl_addresses *t = open_at(&p, true);
	const uint32_t all = BDL_ADDRESSES_ENTRIES * 3 / 2;
	struct bdl_presence got;
	unsigned pushed = 0, held = 0;

	for (uint32_t i = 0; i < all; i++) {
		struct bdl_presence one = numbered(i);

		pushed += bdl_addresses_put(t, &one, NOW);
		assert_true(bdl_addresses_find(t, one.ip, NOW, &got));
	}
	for (long i = 0; (i = bdl_addresses_next(t, i, &got)) >= 0; i++)
		held++;
	assert_int_equal(held + pushed, all);
	assert_true(held <= BDL_ADDRESSES_ENTRIES && held > BDL_ADDRESSES_ENTRIES * 9 / 10);
	/* Two of these fall into a row of sixteen on average, so none of them had to give way. */
	for (uint32_t i = all - BDL_ADDRESSES_ENTRIES / 8; i < all; i++)
		assert_true(bdl_addresses_find(t, numbered(i).ip, NOW, &got));
}

#define KEYS 64

/* What lies in shared memory for the test below. */
struct progress {
	_Atomic uint32_t acknowledged[KEYS];
};

/* Each put changes all of an entry: a mixture of two would be seen by its parts. */
static struct bdl_presence nth(uint32_t key, uint32_t n)
{
	struct bdl_presence p = presence("10.0.0.0", "", n);

	p.ip[15] = (uint8_t)key;
	p.since_ms = n;
	p.until_ms = NOW + HOUR + n;
	(void)snprintf(p.login, sizeof(p.login), "%08x%08x%08x%08x%08x", n, n, n, n, n);
	(void)snprintf(p.device, sizeof(p.device), "%08x%08x", n, n);
	return p;
}

static void write_until_killed(const struct place *p, struct progress *progress)
{
	struct bdl_addresses *t = NULL;

	if (bdl_addresses_open(place_path(p, "addresses"), true, &t, NULL) < 0)
		_exit(1);
	for (;;) {
		for (uint32_t key = 0; key < KEYS; key++) {
			uint32_t n = atomic_load(&progress->acknowledged[key]) + 1;
			struct bdl_presence one = nth(key, n);

			(void)bdl_addresses_put(t, &one, NOW);
			atomic_store(&progress->acknowledged[key], n);
		}
	}
}

static void check_entry(const struct bdl_addresses *t, struct progress *progress, uint32_t key)
{
	uint32_t before = atomic_load(&progress->acknowledged[key]);
	struct bdl_presence want = nth(key, 0), got;

	if (before == 0)
		return;
	if (!bdl_addresses_find(t, want.ip, NOW, &got))
		fail_msg("what was acknowledged %u times is lost", before);
	want = nth(key, (uint32_t)got.session);
	assert_memory_equal(&got, &want, sizeof(got));
	assert_true(got.session >= before);
}

/* Readers see whole entries while they are written, and a kill loses nothing. */
static void a_kill_loses_nothing(void **state)
{
	(void)state;
	PLACE(p);
	struct progress *progress = mmap(
	    NULL, sizeof(*progress), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	BDL_AUTO(bdl_addresses_close) struct bdl_addresses *t = open_at(&p, false);

	assert_true(progress != MAP_FAILED);
	for (int round = 0; round < 20; round++) {
		pid_t pid = fork();
		assert_true(pid >= 0);
		if (pid == 0)
			write_until_killed(&p, progress);
		uint32_t first = atomic_load(&progress->acknowledged[0]);
		for (uint32_t i = 0;
		     i < 20000 || atomic_load(&progress->acknowledged[0]) < first + 2; i++)
			check_entry(t, progress, i % KEYS);
		assert_int_equal(kill(pid, SIGKILL), 0);
		assert_int_equal(waitpid(pid, NULL, 0), pid);
		for (uint32_t key = 0; key < KEYS; key++)
			check_entry(t, progress, key);
	}
	munmap(progress, sizeof(*progress));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(readers_find_what_was_put),
		cmocka_unit_test(entries_end),
		cmocka_unit_test(the_longest_prefix_counts),
		cmocka_unit_test(sessions_are_found),
		cmocka_unit_test(nothing_stays_of_who_was_there),
		cmocka_unit_test(a_file_that_is_no_table_is_replaced),
		cmocka_unit_test(full_rows_push_out_the_one_that_ends_first),
		cmocka_unit_test(a_kill_loses_nothing),
	};
	return cmocka_run_group_tests_name("record/addresses", tests, NULL, NULL);
}
