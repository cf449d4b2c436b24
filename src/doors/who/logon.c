#include "doors/who/logon.h"
#include "base/hash.h"
#include "base/utf8.h"
#include "doors/who/sessions.h"
#include <jansson.h>

static void json_free(json_t *j)
{
	json_decref(j);
}
BDL_DEFINE_AUTO(json_t, json_free);

/* A text of 1 to size - 1 bytes without control characters, copied with its NUL. */
static int take_text(
    const char *name, const json_t *value, char *out, size_t size, struct bdl_err *err)
{
	struct bdl_view v = { json_string_value(value), json_string_length(value) };

	if (!v.p || v.n == 0 || v.n >= size || !bdl_utf8_printable(v))
		return bdl_fail(err, BDL_E_INVALID, "\"%s\" must be a plain text of 1 to %zu bytes",
		    name, size - 1);
	memcpy(out, v.p, v.n);
	out[v.n] = '\0';
	return 0;
}

static int take_event(const json_t *value, struct bdl_logon *l, struct bdl_err *err)
{
	struct bdl_view v = { json_string_value(value), json_string_length(value) };

	l->off = bdl_view_is(v, "logoff");
	if (!l->off && !bdl_view_is(v, "logon"))
		return bdl_fail(err, BDL_E_INVALID, "\"event\" must be \"logon\" or \"logoff\"");
	return 0;
}

static int take_address(const json_t *value, struct bdl_logon *l, struct bdl_err *err)
{
	struct bdl_view v = { json_string_value(value), json_string_length(value) };

	l->has_address = v.p && bdl_ip_parse(v, l->ip);
	if (!l->has_address)
		return bdl_fail(err, BDL_E_INVALID,
		    "\"address\" must be an address, such as \"10.0.0.7\" or \"2001:db8::7\"");
	return 0;
}

static int take_member(
    const char *name, const json_t *value, struct bdl_logon *l, struct bdl_err *err)
{
	struct bdl_view v = bdl_view_of(name);

	if (bdl_view_is(v, "event"))
		return take_event(value, l, err);
	if (bdl_view_is(v, "login"))
		return take_text(name, value, l->login, sizeof(l->login), err);
	if (bdl_view_is(v, "device"))
		return take_text(name, value, l->device, sizeof(l->device), err);
	if (bdl_view_is(v, "address"))
		return take_address(value, l, err);
	return bdl_fail(err, BDL_E_INVALID,
	    "there is a name that is none of \"event\", \"login\", \"address\", \"device\"");
}

int bdl_logon_parse(struct bdl_view json, struct bdl_logon *ret, struct bdl_err *err)
{
	struct bdl_logon l = { 0 };
	json_error_t wrong;
	const char *name;
	json_t *value;

	if (json.n > BDL_LOGON_MAX)
		return bdl_fail(err, BDL_E_INVALID, "an event has at most %d bytes", BDL_LOGON_MAX);
	BDL_AUTO(json_free)
	json_t *root = json_loadb(json.p ? json.p : "", json.n, JSON_REJECT_DUPLICATES, &wrong);
	if (!root)
		return bdl_fail(
		    err, BDL_E_INVALID, "no JSON: line %d, column %d", wrong.line, wrong.column);
	if (!json_is_object(root))
		return bdl_fail(err, BDL_E_INVALID, "an event is one JSON object");
	json_object_foreach(root, name, value)
	{
		int rc = take_member(name, value, &l, err);
		if (rc < 0)
			return rc;
	}
	if (!json_object_get(root, "event") || !l.login[0])
		return bdl_fail(err, BDL_E_INVALID, "\"event\" and \"login\" must both be there");
	*ret = l;
	return 0;
}

static int read_login(const struct bdl_who_books *books, const struct bdl_logon *event,
    struct bdl_presence *ret, struct bdl_err *err)
{
	switch (bdl_identity_read(
	    bdl_view_of(event->login), books->realms, ret->login, sizeof(ret->login))) {
	case BDL_IDENTITY_PERSON:
	case BDL_IDENTITY_STRANGER:
		return 0;
	case BDL_IDENTITY_MACHINE:
		return bdl_fail(
		    err, BDL_E_INVALID, "\"login\" is a computer's account, and no person");
	case BDL_IDENTITY_NOBODY:
		break;
	}
	return bdl_fail(err, BDL_E_INVALID, "\"login\" names nobody");
}

/* Each log-on is a session of its own, so that a person can log on again right after logging off. */
static uint64_t new_session(void)
{
	uint64_t id;

	bdl_random(&id, sizeof(id));
	return id ? id : 1;
}

static void log_on(struct bdl_who_books *books, const struct bdl_presence *p, int64_t now_ms)
{
	struct bdl_presence there;
	struct bdl_session_address address = { .bits = 128 };
	struct bdl_session s = {
		.news = BDL_NEWS_BEGINS,
		.source = BDL_KNOWN_BY_LOGON,
		.id = new_session(),
		.login = p->login,
		.device = p->device,
		.at_ms = now_ms,
		.began_ms = now_ms,
		.addresses = &address,
		.n_addresses = 1,
	};

	/* Who has it already by RADIUS keeps it so: then it also ends when they leave the network. */
	if (bdl_addresses_get(books->table, p->ip, 128, &there) &&
	    bdl_presence_holds(&there, now_ms) && strcmp(there.login, p->login) == 0) {
		there.until_ms = now_ms + books->limit_ms;
		(void)bdl_addresses_put(books->table, &there, now_ms); /* into its own place */
		return;
	}
	memcpy(address.ip, p->ip, sizeof(address.ip));
	books->pushed_out += bdl_sessions_take(books->table, &s, now_ms, books->limit_ms);
}

int bdl_logon_take(struct bdl_who_books *books, const struct bdl_sender *sender,
    const uint8_t from[BDL_IP_SIZE], const struct bdl_logon *event, int64_t now_ms,
    struct bdl_presence *ret, struct bdl_err *err)
{
	struct bdl_presence p = { .bits = 128, .source = BDL_KNOWN_BY_LOGON };

	memcpy(p.ip, event->has_address ? event->ip : from, sizeof(p.ip));
	memcpy(p.device, event->device, sizeof(p.device));
	if (!bdl_sender_may(sender, from, p.ip))
		return bdl_fail(err, BDL_E_DENIED, "this token does not speak for that address");
	int rc = read_login(books, event, &p, err);
	if (rc < 0)
		return rc;
	if (event->off)
		(void)bdl_sessions_end_person(books->table, p.ip, p.login, now_ms); /* or gone */
	else
		log_on(books, &p, now_ms);
	*ret = p;
	return 0;
}
