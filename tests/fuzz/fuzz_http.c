/* HTTP heads: the length found in one go and bytewise is the same, and views stay in the input. */
#include "fuzz.h"
#include "proto/http.h"

static void check_head(const struct bdl_http_head *h, struct bdl_view in)
{
	MUST(h->n_fields <= BDL_HTTP_FIELDS_MAX);
	for (size_t i = 0; i < h->n_fields; i++) {
		MUST(h->fields[i].name.n > 0 && fuzz_within(h->fields[i].name, in));
		MUST(fuzz_within(h->fields[i].value, in));
		MUST(bdl_view_find(h->fields[i].value, '\n') == h->fields[i].value.n);
	}
	for (size_t i = 0; i < BDL_ARRAY_LEN(h->start); i++)
		MUST(fuzz_within(h->start[i], in));
	(void)bdl_http_has_token(h, "Connection", "close"); /* only that it survives */
	(void)bdl_http_field(h, "Host");
}

static void check_length(struct bdl_view v)
{
	size_t from = 0, stepped_from = 0;
	long n = bdl_http_head_length(v, &from), stepped = 0;

	for (size_t i = 0; i <= v.n && stepped == 0; i++)
		stepped = bdl_http_head_length(bdl_view_at(v.p, i), &stepped_from);
	MUST(n == stepped && (n < 0 || (size_t)n <= v.n));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct bdl_view v = fuzz_view(data, size);
	struct bdl_http_head h;

	if (size < 4096)
		check_length(v);
	if (bdl_http_parse_request(v, &h, NULL) == 0)
		check_head(&h, v);
	if (bdl_http_parse_response(v, &h, NULL) == 0)
		check_head(&h, v);
	if (bdl_http_parse_fields(v, &h, NULL) == 0)
		check_head(&h, v);
	return 0;
}
