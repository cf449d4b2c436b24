/* The person named by a proxy: bdl_icap_user of icap.h. */
#include "base/utf8.h"
#include "proto/icap.h"
#include "proto/url_int.h"

#define SENT_MAX 512 /* longer than any login with its domain, in any encoding */

/* --- percent-encoding --- */

/* Whether there is a '%', and each is followed by two digits: else the text is taken as it is. */
static bool is_percent_encoded(struct bdl_view v)
{
	bool found = false;

	for (size_t i = 0; i < v.n; i++) {
		if (v.p[i] != '%')
			continue;
		if (bdl_percent_byte(bdl_view_from(v, i)) < 0)
			return false;
		found = true;
	}
	return found;
}

static struct bdl_view percent_decode(struct bdl_view v, char out[SENT_MAX])
{
	size_t n = 0;

	for (size_t i = 0; i < v.n; i++) {
		int byte = bdl_percent_byte(bdl_view_from(v, i));
		out[n++] = byte < 0 ? v.p[i] : (char)byte;
		i += byte < 0 ? 0 : 2;
	}
	return bdl_view_at(out, n);
}

/* --- base64 --- */

static int sextet(char c)
{
	if (c >= 'A' && c <= 'Z')
		return c - 'A';
	if (c >= 'a' && c <= 'z')
		return c - 'a' + 26;
	if (c >= '0' && c <= '9')
		return c - '0' + 52;
	return c == '+' ? 62 : c == '/' ? 63 : -1;
}

/* An empty view where it is not base64. */
static struct bdl_view base64_decode(struct bdl_view v, char out[SENT_MAX])
{
	size_t pad = 0, n = 0;
	uint32_t bits = 0;

	if (v.n == 0 || v.n % 4 != 0)
		return (struct bdl_view){ 0 };
	while (pad < 2 && v.p[v.n - 1 - pad] == '=')
		pad++;
	for (size_t i = 0; i < v.n - pad; i++) {
		int s = sextet(v.p[i]);
		if (s < 0)
			return (struct bdl_view){ 0 };
		bits = bits << 6 | (uint32_t)s;
		if (i % 4 != 0)
			out[n++] = (char)(bits >> (6 - 2 * (i % 4)) & 0xff);
	}
	return bdl_view_at(out, n);
}

/* What a login with its domain is made of: letters, digits, a little punctuation, not ASCII. */
static bool is_login_text(struct bdl_view v)
{
	for (size_t i = 0; i < v.n; i++) {
		char c = v.p[i];
		if ((unsigned char)c < 0x80 && !bdl_is_letter(c) && !bdl_is_digit(c) &&
		    strchr(".-_@\\/:=, $'", c) == NULL)
			return false;
	}
	return v.n > 0 && memchr(v.p, '\0', v.n) == NULL && bdl_utf8_printable(v);
}

/*
 * Base64 cannot be told from a plain login for certain: "andy" is base64 of "jwr". Encoded names
 * nearly always have an upper-case letter or padding, and plain ones are nearly always written in
 * lower case, and where not ("Andy") seldom decode to anything readable.
 */
static bool looks_encoded(struct bdl_view v)
{
	bool upper = false;

	for (size_t i = 0; i < v.n; i++)
		upper = upper || (v.p[i] >= 'A' && v.p[i] <= 'Z');
	return upper || (v.n > 0 && v.p[v.n - 1] == '=');
}

static struct bdl_view decode(struct bdl_view sent, char out[SENT_MAX])
{
	if (is_percent_encoded(sent))
		return percent_decode(sent, out);
	if (looks_encoded(sent)) {
		struct bdl_view v = base64_decode(sent, out);
		if (is_login_text(v))
			return v;
	}
	return sent;
}

/* --- the login in it --- */

/* "WinNT://SCHOOL/anna", "SCHOOL\anna", "anna@SCHOOL.EXAMPLE": anna. */
static struct bdl_view login_of(struct bdl_view v)
{
	for (size_t i = 0; i + 2 < v.n; i++) {
		if (memcmp(v.p + i, "://", 3) != 0)
			continue;
		v = bdl_view_from(v, i + 3);
		while (bdl_view_find(v, '/') < v.n)
			v = bdl_view_from(v, bdl_view_find(v, '/') + 1);
		break;
	}
	while (bdl_view_find(v, '\\') < v.n)
		v = bdl_view_from(v, bdl_view_find(v, '\\') + 1);
	return bdl_view_trim(bdl_view_at(v.p, bdl_view_find(v, '@')));
}

bool bdl_icap_user(struct bdl_view sent, char *out, size_t size)
{
	char text[SENT_MAX];
	struct bdl_view v = bdl_view_trim(sent);

	if (v.n > SENT_MAX)
		return false;
	v = login_of(decode(v, text));
	if (v.n == 0 || v.n >= size || bdl_view_is(v, "-") || !bdl_utf8_printable(v))
		return false;
	for (size_t i = 0; i < v.n; i++)
		out[i] = bdl_lower(v.p[i]);
	out[v.n] = '\0';
	return true;
}
