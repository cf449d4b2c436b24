/* The day on which a policy was to be looked at again. */
#include "policy/check_int.h"

#include <stdio.h>
#include <string.h>

#define DAY_CHARS 10 /* "2026-11-21" */
#define DAY_SIZE  48 /* for whatever numbers the compiler thinks possible */

/* The day so many months later; the last of a month where that has no such day. */
static bool months_later(const char *day, unsigned months, char ret[DAY_SIZE])
{
	static const unsigned lengths[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
	struct bdl_view rest = bdl_view_of(day), part;
	uint64_t year, month, of_month;
	unsigned last;

	if (!bdl_view_cut(&rest, '-', &part) || !bdl_view_uint(part, 9000, &year) ||
	    !bdl_view_cut(&rest, '-', &part) || !bdl_view_uint(part, 12, &month) || month == 0 ||
	    !bdl_view_uint(rest, 31, &of_month))
		return false;
	month += months - 1; /* counted from 0 */
	year += month / 12;
	month %= 12;
	last = lengths[month];
	if (month == 1 && year % 4 == 0 && (year % 100 != 0 || year % 400 == 0))
		last++;
	return snprintf(ret, DAY_SIZE, "%04u-%02u-%02u", (unsigned)year, (unsigned)month + 1,
		   of_month < last ? (unsigned)of_month : last) == DAY_CHARS;
}

/* "every 12 months": 12; 0 where a day is given instead. */
static unsigned term_of(struct bdl_view review)
{
	struct bdl_view word;
	uint64_t months = 0;

	if (!bdl_view_cut(&review, ' ', &word) || !bdl_view_is(word, "every") ||
	    !bdl_view_cut(&review, ' ', &word) || !bdl_view_uint(word, 120, &months))
		return 0;
	return (unsigned)months;
}

void bdl_check_review(const struct bdl_checker *c)
{
	const struct bdl_front *front = &c->d->front;
	const struct bdl_check_context *context = c->context;
	unsigned months = term_of(front->review);
	char due[DAY_SIZE] = "";

	if (!context || !context->today)
		return;
	if (months == 0 && front->review.n == DAY_CHARS)
		memcpy(due, front->review.p, front->review.n);
	else if (months == 0 || !context->approved_on ||
	    !months_later(context->approved_on, months, due))
		return;
	if (strcmp(due, context->today) < 0)
		bdl_find(c->findings, BDL_WARNING, front->review_line, front->review_column,
		    "a review, and its next day", NULL,
		    "the policy should have been reviewed by %s", due);
}
