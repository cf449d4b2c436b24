/* The hosts as text: what the sources had, exceptions and protected hosts told apart. */
#include "base/buf.h"
#include "lists/hosts.h"
#include "lists/protect.h"
#include "lists_test.h"
#include "sys/file.h"

static struct bdl_hosts *hosts_of(void *const *state, struct bdl_list_build *b)
{
	struct bdl_hosts *h = NULL;
	struct bdl_err err = { 0 };

	bdl_lists_close(compiled(state, b));
	if (bdl_hosts_write(b, below(state, "lists.hosts"), 1795262400000, &err) != 0 ||
	    bdl_hosts_open(below(state, "lists.hosts"), &h, &err) != 0)
		fail_msg("%s", err.text);
	return h;
}

/* "games a.example, -games b.example, *c.example" */
static void say(const struct bdl_hosts *h, struct bdl_buf *out)
{
	const struct bdl_host_record *r = NULL;

	while ((r = bdl_hosts_next(h, r)) != NULL) {
		(void)bdl_buf_add_str(out, out->n > 0 ? ", " : "");
		if (r->kind == BDL_HOST_PROTECTED)
			(void)bdl_buf_add_str(out, "*");
		else
			(void)bdl_buf_printf(out, "%s%s ", r->kind == BDL_HOST_EXCEPTED ? "-" : "",
			    bdl_hosts_category(h, r->number));
		(void)bdl_buf_add_view(out, bdl_host_record_view(r));
	}
}

static void keeps_what_the_sources_had(void **state)
{
	BDL_AUTO(bdl_list_build_free) struct bdl_list_build *b = bdl_list_build_new();
	BDL_AUTO_IN(bdl_buf_done) struct bdl_buf said = BDL_BUF(4096);
	struct bdl_list_source source = { .path = "games.txt", .category = "games" };

	assert_int_equal(
	    bdl_list_build_protect(b, BDL_LIT("help.example\n"), "protected", NULL), 0);
	add(b, "adult", "Example");
	assert_int_equal(bdl_list_build_text(b, &source,
			     BDL_LIT("z.example\n@@fine.z.example\np.example/page\n192.0.2.0/24\n"
				     "www.help.example\nz.example\n"),
			     0, NULL),
	    0);
	source.category = "spoilt";
	assert_int_equal(bdl_list_build_text(b, &source, BDL_LIT("<html>\na.example\n"), 0, NULL),
	    BDL_E_INVALID); /* nothing of it is kept */
	BDL_AUTO(bdl_hosts_close) struct bdl_hosts *h = hosts_of(state, b);
	BDL_AUTO(bdl_lists_close) struct bdl_lists *l = NULL;
	say(h, &said);
	assert_string_equal(bdl_buf_str(&said),
	    "*help.example, adult example, games z.example, -games fine.z.example, "
	    "games z.example, -adult help.example");
	assert_int_equal(bdl_hosts_count(h), 6);
	assert_int_equal(bdl_lists_open(below(state, "lists.map"), &l, NULL), 0);
	assert_true(bdl_hosts_key(h) == bdl_lists_key(l));
}

static void may_be_empty(void **state)
{
	BDL_AUTO(bdl_list_build_free) struct bdl_list_build *b = bdl_list_build_new();
	BDL_AUTO(bdl_hosts_close) struct bdl_hosts *h = hosts_of(state, b);

	assert_null(bdl_hosts_next(h, NULL));
	assert_int_equal(bdl_hosts_categories(h), 0);
}

/* Each byte changed in turn, and each length cut: never taken. */
static void refuses_what_was_changed(void **state)
{
	BDL_AUTO(bdl_list_build_free) struct bdl_list_build *b = bdl_list_build_new();
	BDL_AUTO_IN(bdl_buf_done) struct bdl_buf file = BDL_BUF(4096);

	add(b, "games", "a.example");
	add(b, "games", "b.example");
	bdl_hosts_close(hosts_of(state, b));
	assert_int_equal(bdl_file_read(below(state, "lists.hosts"), &file, NULL), 0);
	for (size_t i = 0; i < 2 * file.n; i++) {
		struct bdl_hosts *h = NULL;
		size_t n = i < file.n ? file.n : i - file.n;

		if (i < file.n)
			file.p[i] ^= 0x21;
		assert_int_equal(
		    bdl_file_replace(below(state, "changed"), file.p, n, 0644, NULL), 0);
		assert_int_equal(bdl_hosts_open(below(state, "changed"), &h, NULL), BDL_E_INVALID);
		if (i < file.n)
			file.p[i] ^= 0x21;
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
		    keeps_what_the_sources_had, make_folder, remove_folder),
		cmocka_unit_test_setup_teardown(may_be_empty, make_folder, remove_folder),
		cmocka_unit_test_setup_teardown(
		    refuses_what_was_changed, make_folder, remove_folder),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
