#include "record/visits/visits_int.h"

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

void bdl_name_basis(struct bdl_buf *key, const struct bdl_act *a, bool with_method)
{
	static const struct bdl_view none;

	(void)bdl_buf_add(key, a->version.b, sizeof(a->version.b));
	put_number(key, a->door);
	put_number(key, bdl_act_offset(a));
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
