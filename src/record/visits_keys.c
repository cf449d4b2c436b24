#include "record/visits_int.h"

#define MINUTE_MS    60000
#define WEEK_MINUTES (7 * 24 * 60)
#define EPOCH_MINUTE (3 * 24 * 60) /* 1970 began on a Thursday */

/* The parts of an act fit BDL_NAME_KEY_MAX, so what these return says nothing. */
static void put_number(struct bdl_buf *b, int64_t v)
{
	(void)bdl_buf_add(b, &v, sizeof(v));
}

static void put_text(struct bdl_buf *b, struct bdl_view v)
{
	uint32_t n = (uint32_t)v.n;

	(void)bdl_buf_add(b, &n, sizeof(n));
	(void)bdl_buf_add_view(b, v);
}

void bdl_name_client(struct bdl_buf *key, const struct bdl_act *a)
{
	put_number(key, a->known);
	put_text(key, a->person);
	put_text(key, a->address);
	put_text(key, a->groups);
	put_text(key, a->source);
	put_text(key, a->place);
	put_text(key, a->equipment);
}

void bdl_name_site(struct bdl_buf *key, const struct bdl_act *a)
{
	put_text(key, a->host);
	put_text(key, a->categories);
}

int64_t bdl_visits_offset(const struct bdl_act *a)
{
	int64_t utc = (a->at_ms / MINUTE_MS + EPOCH_MINUTE) % WEEK_MINUTES;
	int64_t ahead = a->weekday * 24 * 60 + a->minute - utc;

	if (ahead < -WEEK_MINUTES / 2)
		ahead += WEEK_MINUTES;
	return ahead >= WEEK_MINUTES / 2 ? ahead - WEEK_MINUTES : ahead;
}

void bdl_visits_local(int64_t at_ms, int64_t utc_offset, uint8_t *ret_weekday, uint16_t *ret_minute)
{
	int64_t minute =
	    (at_ms / MINUTE_MS + EPOCH_MINUTE + utc_offset + WEEK_MINUTES) % WEEK_MINUTES;

	*ret_weekday = (uint8_t)(minute / (24 * 60));
	*ret_minute = (uint16_t)(minute % (24 * 60));
}

void bdl_name_basis(struct bdl_buf *key, const struct bdl_act *a, bool with_method)
{
	static const struct bdl_view none;

	(void)bdl_buf_add(key, a->version.b, sizeof(a->version.b));
	put_number(key, a->door);
	put_number(key, bdl_visits_offset(a));
	put_number(key, a->action);
	put_number(key, a->critical);
	put_number(key, a->passed);
	put_text(key, with_method ? a->method : none);
	put_text(key, with_method ? a->scheme : none);
	put_text(key, a->policy);
	put_text(key, a->clause);
	put_text(key, a->clauses);
	put_text(key, a->tell);
}

void bdl_name_text(struct bdl_buf *key, int64_t at_ms, struct bdl_view text)
{
	put_number(key, at_ms / BDL_DAY_MS);
	put_text(key, text);
}
