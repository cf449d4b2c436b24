#include "doors/web/form.h"
#include "base/ascii.h"
#include "base/utf8.h"

/* A '%' without two digits stands for itself, as browsers have it. NULL past the region. */
static char *decode(struct bdl_view v, struct bdl_region *region, size_t *ret_n)
{
	char *text = bdl_region_get(region, v.n + 1);
	size_t n = 0;
	if (!text)
		return NULL;
	for (size_t i = 0; i < v.n; i++) {
		int high = -1, low = -1;
		if (v.p[i] == '%' && v.n - i > 2) {
			high = bdl_hex_digit(v.p[i + 1]);
			low = bdl_hex_digit(v.p[i + 2]);
		}
		if (high >= 0 && low >= 0) {
			text[n++] = (char)(high << 4 | low);
			i += 2;
		} else {
			text[n++] = v.p[i] == '+' ? ' ' : v.p[i];
		}
	}
	*ret_n = n;
	return text;
}

int bdl_form_parse(
    struct bdl_view body, struct bdl_region *region, struct bdl_form *ret, struct bdl_err *err)
{
	struct bdl_form form = { 0 };
	struct bdl_view pair = { 0 };

	if (body.n > BDL_FORM_MAX)
		return bdl_fail(err, BDL_E_LIMIT, "a form of %zu bytes; at most %d are taken",
		    body.n, BDL_FORM_MAX);
	while (bdl_view_cut(&body, '&', &pair)) {
		struct bdl_view name = { 0 };
		if (pair.n == 0)
			continue;
		if (form.n == BDL_FORM_FIELDS_MAX)
			return bdl_fail(
			    err, BDL_E_LIMIT, "a form of more than %d fields", BDL_FORM_FIELDS_MAX);
		(void)bdl_view_cut(&pair, '=', &name); /* the pair is not empty */
		size_t name_n = 0, value_n = 0;
		char *n = decode(name, region, &name_n);
		char *v = decode(pair, region, &value_n);
		if (!n || !v)
			return bdl_fail(err, BDL_E_LIMIT, "no room for a form");
		form.fields[form.n].name = bdl_view_at(n, name_n);
		form.fields[form.n].value = bdl_view_at(v, value_n);
		form.n++;
	}
	*ret = form;
	return 0;
}

struct bdl_view bdl_form_get(const struct bdl_form *f, const char *name)
{
	for (size_t i = 0; i < f->n; i++) {
		if (bdl_view_is(f->fields[i].name, name))
			return f->fields[i].value;
	}
	return (struct bdl_view){ 0 };
}

static bool is_space(uint32_t c)
{
	return c <= 0x20 || (c >= 0x7f && c <= 0xa0) || c == 0x2028 || c == 0x2029;
}

size_t bdl_form_plain(struct bdl_view text, struct bdl_buf *out)
{
	bool owed = false; /* a space, before the next character */
	size_t count = 0;

	while (text.n > 0) {
		uint32_t c;
		bool bad;
		size_t n = bdl_utf8_next(text, &c, &bad);
		struct bdl_view bytes = bad ? BDL_LIT("\xef\xbf\xbd") : bdl_view_at(text.p, n);
		text = bdl_view_at(text.p + n, text.n - n);
		if (!bad && is_space(c)) {
			owed = true;
			continue;
		}
		if (owed && count > 0) {
			(void)bdl_buf_add_char(out, ' '); /* a full buffer is `broken` */
			count++;
		}
		owed = false;
		(void)bdl_buf_add_view(out, bytes);
		count++;
	}
	return count;
}
