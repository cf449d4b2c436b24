#include "../check.h"
#include "import/concepts_int.h"

static void expect(const char *name, const char *sentence, const char *want)
{
	BDL_AUTO_IN(bdl_buf_done) struct bdl_buf out = BDL_BUF(256);
	bool found = bdl_value_put(bdl_view_of(name), bdl_view_of(sentence), &out);

	if (found != (want[0] != '\0') || !bdl_view_is(bdl_buf_view(&out), want))
		fail_msg("%s of '%s' is '%s', not '%s'", name, sentence, bdl_buf_str(&out), want);
}

static void reads_hours(void **state)
{
	(void)state;
	expect("hours", "The desk is open from 8.30am to 4pm.", "08:30-16:00");
	expect("hours", "Support is there between 9 and 5 on weekdays.", "09:00-17:00");
	expect("hours", "Room 104, 8 am to 5 p.m.", "08:00-17:00");
	expect("hours",
	    "Ring 08:00\xe2\x80\x93"
	    "16:30 please.",
	    "08:00-16:30");
	expect("hours", "From 1 to 3 pm.", "13:00-15:00");
	expect("hours", "Open from nine until noon.", "09:00-12:00");
	expect("hours", "An answer takes 3 to 5 days.", "");
	expect("hours", "Years 3 and 4 are taught.", "");
	expect("hours", "Clauses 4 to 9 apply.", "");
	expect("hours", "From 25:00 to 26:00.", "");
	expect("hours", "Open.", "");
}

static void reads_times(void **state)
{
	(void)state;
	expect("time", "Calls after half past three wait.", "15:30");
	expect("time", "Calls after 4 pm wait.", "16:00");
	expect("time", "Calls after 3.45 wait.", "15:45");
	expect("time", "Calls after 09:15 wait.", "09:15");
	expect("time", "After 2 days it is deleted.", "");
	expect("time", "Look after 30 laptops.", "");
}

static void reads_spans_and_sizes(void **state)
{
	(void)state;
	expect("within", "Tell the head within 24 hours.", "24 hours");
	expect("within", "It is answered within one working day.", "1 day");
	expect("within", "Within two weeks we reply.", "2 weeks");
	expect("within", "It stays within the school.", "");
	expect("within", "within 30 metres", "");
	expect("within", "within 0 days", "");
	expect("within", "within", "");
	expect("size", "Nothing larger than 10MB is sent.", "10 MB");
	expect("size", "Ask before you fetch 2 gigabytes.", "2 GB");
	expect("size", "Ten pages.", "");
	expect("speed", "10 MB", "");
}

static void fills_rules(void **state)
{
	BDL_AUTO_IN(bdl_buf_done) struct bdl_buf out = BDL_BUF(256);
	BDL_AUTO_IN(bdl_buf_done) struct bdl_buf read = BDL_BUF(256);

	(void)state;
	assert_true(bdl_values_fill(BDL_LIT("open {hours}, due {within}\n"),
	    BDL_LIT("From 9 to 4 pm, within 2 hours."), &out, &read));
	assert_string_equal(bdl_buf_str(&out), "open 09:00-16:00, due 2 hours\n");
	assert_string_equal(bdl_buf_str(&read), "09:00-16:00, 2 hours");
	bdl_buf_clear(&out);
	bdl_buf_clear(&read);
	assert_false(bdl_values_fill(BDL_LIT("due {within}"), BDL_LIT("Soon."), &out, &read));
	bdl_buf_clear(&out);
	assert_true(bdl_values_fill(BDL_LIT("always\n"), BDL_LIT("Soon."), &out, &read));
	assert_string_equal(bdl_buf_str(&out), "always\n");
	assert_int_equal(read.n, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_hours),
		cmocka_unit_test(reads_times),
		cmocka_unit_test(reads_spans_and_sizes),
		cmocka_unit_test(fills_rules),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
