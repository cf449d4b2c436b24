#include "proto/identity.h"
#include "base/utf8.h"
#include "proto/url_int.h"

#define SENT_MAX 512            /* longer than any login with its domain, in any encoding */
#define TEXT_MAX (2 * SENT_MAX) /* the same as UTF-8, where each byte was Latin-1 */

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
	/* Almost any bytes could be Latin-1, so that is believed only of what is plainly a name. */
	static const char mark[] = "://";
	bool is_named = v.n > 0 && memmem(v.p, v.n, mark, sizeof(mark) - 1) != NULL;

	for (size_t i = 0; i < v.n; i++) {
		char c = v.p[i];
		if ((unsigned char)c < 0x80 && !bdl_is_letter(c) && !bdl_is_digit(c) &&
		    (c == '\0' || strchr(".-_@\\/:=, $'", c) == NULL))
			return false;
	}
	return v.n > 0 && (is_named || bdl_utf8_printable(v));
}

/*
 * "andy" is base64 of "jwr". Encoded names nearly always have an upper-case letter or padding, and
 * plain ones are nearly always written in lower case, and where not ("Andy") seldom decode to
 * anything readable.
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

/* --- characters --- */

static bool is_utf8(struct bdl_view v)
{
	uint32_t ch;
	bool bad = false;

	while (v.n > 0 && !bad)
		v = bdl_view_from(v, bdl_utf8_next(v, &ch, &bad));
	return !bad;
}

/* What is not UTF-8 was written by something old: each byte is then a character of Latin-1. */
static struct bdl_view as_utf8(struct bdl_view v, char out[TEXT_MAX])
{
	size_t n = 0;

	if (is_utf8(v))
		return v;
	for (size_t i = 0; i < v.n; i++) {
		unsigned char c = (unsigned char)v.p[i];
		if (c >= 0x80)
			out[n++] = (char)(0xc0 | c >> 6);
		out[n++] = c >= 0x80 ? (char)(0x80 | (c & 0x3f)) : (char)c;
	}
	return bdl_view_at(out, n);
}

/* --- the login in it, and its realms --- */

#define REALMS_MAX 4 /* of one name: DOMAIN\login@REALM has two */

struct name {
	struct bdl_view login;
	struct bdl_view realms[REALMS_MAX];
	size_t n_realms;
	char dc[SENT_MAX]; /* the realm that a distinguished name spells in pieces */
};

static void add_realm(struct name *name, struct bdl_view realm)
{
	if (realm.n > 0 && name->n_realms < REALMS_MAX)
		name->realms[name->n_realms++] = realm;
}

/* One "TYPE=value" of a distinguished name; a comma after a backslash belongs to the value. */
static bool cut_part(struct bdl_view *rest, struct bdl_view *ret_type, struct bdl_view *ret_value)
{
	size_t end = 0;
	struct bdl_view part;

	if (rest->n == 0)
		return false;
	while (end < rest->n && rest->p[end] != ',')
		end += rest->p[end] == '\\' && end + 1 < rest->n ? 2 : 1;
	part = bdl_view_at(rest->p, end);
	*rest = bdl_view_from(*rest, end < rest->n ? end + 1 : end);
	*ret_type = (struct bdl_view){ 0 };
	if (bdl_view_find(part, '=') < part.n)
		(void)bdl_view_cut(&part, '=', ret_type); /* there is something: the sign */
	*ret_type = bdl_view_trim(*ret_type);
	*ret_value = bdl_view_trim(part);
	return true;
}

/* "CN=anna,OU=Staff,DC=school,DC=example": anna, of school.example. */
static void read_distinguished(struct bdl_view v, struct name *name)
{
	struct bdl_view type, value;
	size_t n = 0;

	name->login = (struct bdl_view){ 0 };
	if (cut_part(&v, &type, &value))
		name->login = value;
	while (cut_part(&v, &type, &value)) {
		if (!bdl_view_iis(type, "DC") || n + value.n + 1 > sizeof(name->dc))
			continue;
		if (n > 0)
			name->dc[n++] = '.';
		memcpy(name->dc + n, value.p, value.n);
		n += value.n;
	}
	add_realm(name, bdl_view_at(name->dc, n));
}

/*
 * "WinNT://SCHOOL/anna", "Local://anna", "LDAP://server/CN=anna,..."; else the whole is the login.
 * Whether there may be a realm in it still: a value of a directory is what it is.
 */
static bool read_address(struct bdl_view v, struct name *name)
{
	static const char mark[] = "://";
	const char *at = v.n > 0 ? memmem(v.p, v.n, mark, sizeof(mark) - 1) : NULL;
	struct bdl_view scheme, first;

	name->login = v;
	if (!at)
		return true;
	scheme = bdl_view_at(v.p, (size_t)(at - v.p));
	v = bdl_view_from(v, scheme.n + 3);
	name->login = v;
	if (bdl_view_find(v, '/') == v.n)
		return true;
	(void)bdl_view_cut(&v, '/', &first); /* it is not empty: there is a slash */
	if (bdl_view_iis(scheme, "LDAP") || bdl_view_iis(scheme, "LDAPS")) {
		read_distinguished(v, name);
		return false;
	}
	while (bdl_view_find(v, '/') < v.n)
		v = bdl_view_from(v, bdl_view_find(v, '/') + 1);
	name->login = v;
	if (!bdl_view_iis(scheme, "Local"))
		add_realm(name, first);
	return true;
}

static void read_name(struct bdl_view v, struct name *name)
{
	struct bdl_view part;

	if (!read_address(v, name))
		return;
	v = name->login;
	while (bdl_view_find(v, '\\') < v.n) {
		(void)bdl_view_cut(&v, '\\', &part); /* there is something: a backslash */
		add_realm(name, bdl_view_trim(part));
	}
	if (!bdl_view_cut(&v, '@', &name->login))
		name->login = v;
	name->login = bdl_view_trim(name->login);
	while (bdl_view_cut(&v, '@', &part))
		add_realm(name, bdl_view_trim(part));
}

static bool is_ours(struct bdl_view realm, struct bdl_view realms)
{
	struct bdl_view word, part;
	bool any = false;

	while (bdl_view_cut(&realms, ',', &part)) {
		while (bdl_view_cut(&part, ' ', &word)) {
			if (word.n > 0 && bdl_view_ieq(word, realm))
				return true;
			any = any || word.n > 0;
		}
	}
	return !any;
}

/* The first realm that is not the school's; an empty view where there is none. */
static struct bdl_view foreign_realm(const struct name *name, struct bdl_view realms)
{
	for (size_t i = 0; i < name->n_realms; i++) {
		if (!is_ours(name->realms[i], realms))
			return name->realms[i];
	}
	return (struct bdl_view){ 0 };
}

static bool is_machine(struct bdl_view login)
{
	return bdl_view_ends(login, BDL_LIT("$")) || bdl_view_istarts(login, BDL_LIT("host/"));
}

static void put_lower(struct bdl_view v, char *out)
{
	for (size_t i = 0; i < v.n; i++)
		out[i] = bdl_lower(v.p[i]);
	out[v.n] = '\0';
}

/* What nearly every login is: nothing of it can be encoded, a realm or a machine's. */
static bool take_plain(struct bdl_view v, char *out, size_t size)
{
	if (v.n == 0 || v.n >= size || v.n > SENT_MAX || bdl_view_is(v, "-"))
		return false;
	for (size_t i = 0; i < v.n; i++) {
		char c = v.p[i];

		if ((c < 'a' || c > 'z') && !bdl_is_digit(c) && c != '.' && c != '_' && c != '-')
			return false;
	}
	memcpy(out, v.p, v.n);
	out[v.n] = '\0';
	return true;
}

static enum bdl_identity read_any(
    struct bdl_view sent, struct bdl_view realms, char *out, size_t size)
{
	char decoded[SENT_MAX], text[TEXT_MAX];
	struct name name = { .n_realms = 0 };
	struct bdl_view v = bdl_view_trim(sent), foreign;

	if (v.n > SENT_MAX)
		return BDL_IDENTITY_NOBODY;
	read_name(as_utf8(decode(v, decoded), text), &name);
	v = name.login;
	foreign = foreign_realm(&name, realms);
	size_t n = v.n + (foreign.n > 0 ? 1 + foreign.n : 0);
	if (v.n == 0 || n >= size || bdl_view_is(v, "-") || !bdl_utf8_printable(v) ||
	    !bdl_utf8_printable(foreign))
		return BDL_IDENTITY_NOBODY;
	put_lower(v, out);
	if (is_machine(v))
		return BDL_IDENTITY_MACHINE;
	if (foreign.n == 0)
		return BDL_IDENTITY_PERSON;
	out[v.n] = '@';
	put_lower(foreign, out + v.n + 1);
	return BDL_IDENTITY_STRANGER;
}

enum bdl_identity bdl_identity_read(
    struct bdl_view sent, struct bdl_view realms, char *out, size_t size)
{
	return take_plain(sent, out, size) ? BDL_IDENTITY_PERSON
					   : read_any(sent, realms, out, size);
}
