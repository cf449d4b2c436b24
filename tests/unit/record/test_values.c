#include "record/acts/acts.h"
#include "record/acts/values.h"
#include "record/visits/visits_int.h"
#include "stored.h"
#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#define T0   1795261200000
#define MOST 8

struct desk {
	struct folder folder;
	struct bdl_store *store;
	struct bdl_values *values;
	struct bdl_rollup *rollup;
};

static struct desk desk_make(void)
{
	struct desk d = { .folder = folder_make() };

	d.store = store_make(&d.folder);
	d.values = bdl_values_new();
	d.rollup = bdl_rollup_new();
	return d;
}

static void desk_done(struct desk *d)
{
	bdl_rollup_free(d->rollup);
	bdl_values_free(d->values);
	bdl_store_close(d->store);
	folder_done(&d->folder);
}

/* An act of its own, or one that becomes a visit. */
static void record(struct desk *d, const char *person, const char *host, bool is_visit)
{
	struct bdl_act a = page_blocked(T0);

	a.person = bdl_view_of(person);
	a.host = bdl_view_of(host);
	assert_int_equal(bdl_store_begin(d->store, NULL), 0);
	if (is_visit) {
		a.kind = BDL_KIND_PART;
		bdl_rollup_add(d->rollup, &a);
		assert_int_equal(bdl_rollup_store(d->rollup, d->store, NULL), 0);
		bdl_rollup_clear(d->rollup);
	} else {
		assert_int_equal(bdl_acts_add(d->store, &a, NULL), 0);
	}
	assert_int_equal(bdl_store_commit(d->store, NULL), 0);
}

/* How many hold the part, and the first of them: "3: a.example b.example". */
static const char *found(struct desk *d, enum bdl_value which, const char *part, size_t max)
{
	static char text[512];
	struct bdl_view names[MOST];

	assert_int_equal(bdl_values_refresh(d->values, d->store, NULL), 0);
	size_t n = bdl_values_find(d->values, which, bdl_view_of(part), names, max);
	int at = snprintf(text, sizeof(text), "%zu:", n);
	for (size_t i = 0; i < n && i < max; i++)
		at += snprintf(text + at, sizeof(text) - (size_t)at, " %.*s", BDL_FMT(names[i]));
	return text;
}

static void finds_parts_of_names(void **state)
{
	(void)state;
	struct desk d BDL_AUTO_IN(desk_done) = desk_make();

	assert_string_equal(found(&d, BDL_VALUE_HOST, "a", MOST), "0:");
	record(&d, "t.ashdown", "www.casino.example", false);
	record(&d, "t.ashdown", "casino.example", true);
	record(&d, "b.okoro", "casino.example", false);
	record(&d, "", "ok.example", true);
	assert_string_equal(
	    found(&d, BDL_VALUE_HOST, "casino", MOST), "2: casino.example www.casino.example");
	assert_string_equal(
	    found(&d, BDL_VALUE_HOST, "example", 2), "3: ok.example casino.example");
	assert_string_equal(found(&d, BDL_VALUE_HOST, "ok.example", MOST), "1: ok.example");
	assert_string_equal(found(&d, BDL_VALUE_HOST, "ashdown", MOST), "0:");
	assert_string_equal(found(&d, BDL_VALUE_PERSON, "ashdown", MOST), "1: t.ashdown");
	assert_string_equal(found(&d, BDL_VALUE_PERSON, "o", MOST), "2: b.okoro t.ashdown");
	/* Two names that stand one after the other are no name together. */
	assert_string_equal(found(&d, BDL_VALUE_HOST, "example\nok", MOST), "0:");
	assert_string_equal(found(&d, BDL_VALUE_HOST, "e\n", MOST), "0:");
	assert_string_equal(found(&d, BDL_VALUE_HOST, "", MOST), "0:");
	assert_string_equal(found(&d, BDL_VALUE_HOST, "example", 0), "0:");
}

/* What comes later is found as well, wherever it comes from; and what is gone is not. */
static void follows_the_store(void **state)
{
	(void)state;
	struct desk d BDL_AUTO_IN(desk_done) = desk_make();
	char host[32];

	record(&d, "bea", "first.example", false);
	assert_string_equal(found(&d, BDL_VALUE_HOST, "example", MOST), "1: first.example");
	record(&d, "bea", "then.example", false);
	record(&d, "zoe", "and.example", true);
	assert_string_equal(found(&d, BDL_VALUE_HOST, "example", MOST),
	    "3: and.example then.example first.example");
	assert_string_equal(found(&d, BDL_VALUE_PERSON, "e", MOST), "2: bea zoe");
	for (int i = 0; i < 3000; i++) {
		(void)snprintf(host, sizeof(host), "h%04d.example", i);
		record(&d, "bea", host, true);
	}
	assert_string_equal(found(&d, BDL_VALUE_HOST, "h1999", MOST), "1: h1999.example");
	assert_string_equal(found(&d, BDL_VALUE_HOST, "example", 1), "3003: and.example");
	store_run(d.store, "DELETE FROM site WHERE host LIKE 'h%'");
	store_run(d.store, "UPDATE names_deleted SET times = times + 1");
	assert_string_equal(found(&d, BDL_VALUE_HOST, "example", MOST),
	    "3: and.example then.example first.example");
	assert_string_equal(found(&d, BDL_VALUE_PERSON, "zoe", MOST), "1: zoe");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(finds_parts_of_names),
		cmocka_unit_test(follows_the_store),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
