#include "doors/who/accounting.h"
#include "base/hash.h"
#include "doors/who/sessions.h"
#include "proto/identity.h"

#define DELAY_MAX_S 86400 /* what is said to have happened before yesterday did not */

/* One after the other, each with its length, so that they cannot run together. */
static uint64_t add_to_hash(uint64_t hash, struct bdl_view v)
{
	return bdl_hash64(v.p ? v.p : "", v.n, hash + v.n);
}

/* The one that serves the session, among those of one client, which may be a proxy for many. */
static uint64_t server_of(
    const struct bdl_radius *r, const struct bdl_client *client, const uint8_t from[BDL_IP_SIZE])
{
	uint64_t hash = add_to_hash(1, client->name);

	for (size_t i = 0; i < BDL_ARRAY_LEN(r->server); i++) {
		if (r->server[i].n > 0)
			return add_to_hash(hash, r->server[i]);
	}
	return add_to_hash(hash, bdl_view_at((const char *)from, BDL_IP_SIZE));
}

/* Acct-Session-Id names it; a server that sends none is served by device and name. */
static uint64_t session_of(const struct bdl_radius *r, uint64_t server)
{
	uint64_t hash = r->session.n > 0 ? add_to_hash(server, r->session)
					 : add_to_hash(add_to_hash(server + 1, r->device), r->user);

	return hash ? hash : 1; /* 0 is no session */
}

/* Printable ASCII only: a device's name is for people to read, and any byte may be sent. */
static void read_device(struct bdl_view v, char out[BDL_ADDRESSES_DEVICE])
{
	size_t n = 0;

	for (size_t i = 0; i < v.n && n < BDL_ADDRESSES_DEVICE - 1; i++) {
		if (v.p[i] > ' ' && v.p[i] < 0x7f)
			out[n++] = v.p[i];
	}
	out[n] = '\0';
}

static enum bdl_news news_of(uint32_t status)
{
	switch (status) {
	case BDL_RADIUS_START:
		return BDL_NEWS_BEGINS;
	case BDL_RADIUS_STOP:
		return BDL_NEWS_ENDS;
	default:
		return BDL_NEWS_GOES_ON;
	}
}

static size_t read_addresses(
    const struct bdl_radius *r, struct bdl_session_address out[BDL_RADIUS_ADDRESSES_MAX])
{
	size_t n = 0;

	for (size_t i = 0; i < r->n_addresses; i++) {
		const struct bdl_radius_address *a = &r->addresses[i];

		/* A shorter prefix is a site's, not a person's. */
		if (a->bits < BDL_ADDRESSES_SHORTEST)
			continue;
		memcpy(out[n].ip, a->ip, BDL_IP_SIZE);
		out[n++].bits = a->bits;
	}
	return n;
}

static void take_session(
    struct bdl_who_books *books, const struct bdl_radius *r, uint64_t server, int64_t now_ms)
{
	char login[BDL_ADDRESSES_LOGIN] = "", device[BDL_ADDRESSES_DEVICE];
	struct bdl_session_address addresses[BDL_RADIUS_ADDRESSES_MAX];
	uint32_t delay_s = r->delay_s < DELAY_MAX_S ? r->delay_s : DELAY_MAX_S;
	int64_t at_ms = now_ms - (int64_t)delay_s * 1000;

	if (bdl_identity_read(r->user, books->realms, login, sizeof(login)) <= BDL_IDENTITY_MACHINE)
		login[0] = '\0';
	read_device(r->device, device);
	struct bdl_session s = {
		.news = news_of(r->status),
		.source = BDL_KNOWN_BY_RADIUS,
		.id = session_of(r, server),
		.server = server,
		.login = login,
		.device = device,
		.at_ms = at_ms,
		.addresses = addresses,
		.n_addresses = read_addresses(r, addresses),
	};
	if (r->has_lasted)
		s.began_ms = at_ms - (int64_t)r->lasted_s * 1000;
	else if (s.news == BDL_NEWS_BEGINS)
		s.began_ms = at_ms;
	books->pushed_out += bdl_sessions_take(books->table, &s, now_ms, books->limit_ms);
}

int bdl_accounting_take(struct bdl_who_books *books, const uint8_t from[BDL_IP_SIZE],
    struct bdl_view datagram, int64_t now_ms, uint8_t *out, struct bdl_err *err)
{
	const struct bdl_client *client = bdl_keys_client(books->keys, from);
	char address[BDL_IP_TEXT];
	struct bdl_radius r;

	bdl_ip_text(from, address);
	if (!client)
		return bdl_fail(err, BDL_E_DENIED, "%s is no RADIUS client", address);
	int rc = bdl_radius_parse(datagram, &r, err);
	if (rc < 0)
		return bdl_fail_in(err, rc, "from %s", address);
	if (!bdl_radius_is_genuine(&r, client->secret))
		return bdl_fail(err, BDL_E_DENIED, "from %s: not made with its secret", address);
	uint64_t server = server_of(&r, client, from);
	switch (r.status) {
	case BDL_RADIUS_START:
	case BDL_RADIUS_STOP:
	case BDL_RADIUS_INTERIM:
		take_session(books, &r, server, now_ms);
		break;
	case BDL_RADIUS_ON:
	case BDL_RADIUS_OFF:
		(void)bdl_sessions_end_server(books->table, server, now_ms); /* however many */
		break;
	default:
		break; /* of no meaning to us; its sender must be answered all the same */
	}
	return (int)bdl_radius_write_response(&r, client->secret, out);
}
