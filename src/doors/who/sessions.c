#include "doors/who/sessions.h"

#define OF_ONE_SESSION 64 /* entries that are looked at together; a device has a handful */

/* All that is kept of an ended session: that it has ended. */
static void end_entry(struct bdl_addresses *t, const struct bdl_presence *p, int64_t now_ms)
{
	struct bdl_presence ended = *p;

	ended.ended = true;
	ended.until_ms = now_ms;
	memset(ended.login, 0, sizeof(ended.login));
	memset(ended.device, 0, sizeof(ended.device));
	(void)bdl_addresses_put(t, &ended, now_ms); /* into its own place: nobody gives way */
}

static bool ended_lately(const struct bdl_presence *p, int64_t now_ms)
{
	return p->ended && now_ms - p->until_ms < BDL_SESSIONS_LATE_MS;
}

/* Whether what the table has of this address stands against the news. */
static bool is_stale(const struct bdl_presence *there, const struct bdl_session *s, int64_t now_ms)
{
	bool counts = bdl_presence_holds(there, now_ms) || ended_lately(there, now_ms);

	if (there->session == s->id)
		return ended_lately(there, now_ms);
	/* News that a session goes on does not say that it is the newer one, unless it says when. */
	return counts && (s->began_ms == 0 || s->began_ms < there->since_ms);
}

static void copy_text(char *to, size_t size, const char *from)
{
	size_t n = strnlen(from, size - 1);

	memcpy(to, from, n);
	memset(to + n, 0, size - n);
}

static bool put_entry(struct bdl_addresses *t, const struct bdl_session *s,
    const struct bdl_session_address *a, int64_t now_ms, int64_t limit_ms)
{
	struct bdl_presence there;
	bool known = bdl_addresses_get(t, a->ip, a->bits, &there);

	if (known && is_stale(&there, s, now_ms))
		return false;
	struct bdl_presence p = {
		.bits = a->bits,
		.source = s->source,
		.since_ms = s->began_ms ? s->began_ms : s->at_ms,
		.until_ms = now_ms + limit_ms,
		.session = s->id,
		.server = s->server,
	};
	if (known && there.session == s->id && there.since_ms < p.since_ms)
		p.since_ms = there.since_ms;
	memcpy(p.ip, a->ip, sizeof(p.ip));
	copy_text(p.login, sizeof(p.login), s->login);
	copy_text(p.device, sizeof(p.device), s->device);
	return bdl_addresses_put(t, &p, now_ms);
}

static bool is_named(const struct bdl_session *s, const struct bdl_presence *p)
{
	for (size_t i = 0; i < s->n_addresses; i++) {
		if (s->addresses[i].bits == p->bits &&
		    memcmp(s->addresses[i].ip, p->ip, BDL_IP_SIZE) == 0)
			return true;
	}
	return false;
}

static bool names_v4(const struct bdl_session *s)
{
	for (size_t i = 0; i < s->n_addresses; i++) {
		if (bdl_ip_is_v4(s->addresses[i].ip))
			return true;
	}
	return false;
}

/* What the table has of the session already: ended, moved away from, or heard of again. */
static void go_over(
    struct bdl_addresses *t, const struct bdl_session *s, int64_t now_ms, int64_t limit_ms)
{
	long numbers[OF_ONE_SESSION];
	size_t n = bdl_addresses_of(t, s->id, numbers, OF_ONE_SESSION);
	bool moved = names_v4(s);

	for (size_t i = 0; i < n; i++) {
		struct bdl_presence p;

		if (bdl_addresses_next(t, numbers[i], &p) != numbers[i] || p.ended)
			continue;
		if (s->news == BDL_NEWS_ENDS || (moved && bdl_ip_is_v4(p.ip) && !is_named(s, &p))) {
			end_entry(t, &p, now_ms);
		} else {
			p.until_ms = now_ms + limit_ms;
			(void)bdl_addresses_put(t, &p, now_ms); /* into its own place */
		}
	}
}

/* An end that overtook its beginning is known, where the address is nobody else's. */
static unsigned mark_ended(struct bdl_addresses *t, const struct bdl_session *s, int64_t now_ms)
{
	unsigned pushed_out = 0;

	for (size_t i = 0; i < s->n_addresses; i++) {
		const struct bdl_session_address *a = &s->addresses[i];
		struct bdl_presence p = { 0 };

		if (bdl_addresses_get(t, a->ip, a->bits, &p) &&
		    (p.session == s->id || bdl_presence_holds(&p, now_ms)))
			continue;
		p = (struct bdl_presence){
			.bits = a->bits,
			.ended = true,
			.source = s->source,
			.since_ms = s->began_ms ? s->began_ms : s->at_ms,
			.until_ms = now_ms,
			.session = s->id,
			.server = s->server,
		};
		memcpy(p.ip, a->ip, sizeof(p.ip));
		pushed_out += bdl_addresses_put(t, &p, now_ms);
	}
	return pushed_out;
}

unsigned bdl_sessions_take(
    struct bdl_addresses *t, const struct bdl_session *s, int64_t now_ms, int64_t limit_ms)
{
	unsigned pushed_out = 0;

	go_over(t, s, now_ms, limit_ms);
	if (s->news == BDL_NEWS_ENDS)
		return mark_ended(t, s, now_ms);
	for (size_t i = 0; i < s->n_addresses; i++)
		pushed_out += put_entry(t, s, &s->addresses[i], now_ms, limit_ms);
	return pushed_out;
}

unsigned bdl_sessions_end_server(struct bdl_addresses *t, uint64_t server, int64_t now_ms)
{
	struct bdl_presence p;
	unsigned n = 0;

	for (long i = 0; (i = bdl_addresses_next(t, i, &p)) >= 0; i++) {
		if (p.server != server || p.ended)
			continue;
		end_entry(t, &p, now_ms);
		n++;
	}
	return n;
}

bool bdl_sessions_end_person(
    struct bdl_addresses *t, const uint8_t ip[BDL_IP_SIZE], const char *login, int64_t now_ms)
{
	struct bdl_presence p;

	if (!bdl_addresses_get(t, ip, 128, &p) || !bdl_presence_holds(&p, now_ms) ||
	    strcmp(p.login, login) != 0)
		return false;
	end_entry(t, &p, now_ms);
	return true;
}

unsigned bdl_sessions_sweep(struct bdl_addresses *t, int64_t now_ms)
{
	struct bdl_presence p;
	unsigned holding = 0;

	for (long i = 0; (i = bdl_addresses_next(t, i, &p)) >= 0; i++) {
		bool holds = bdl_presence_holds(&p, now_ms);
		/* Ended at a time that is still to come: the clock was set back. */
		bool late = ended_lately(&p, now_ms) && p.until_ms <= now_ms;

		if (!holds && !late)
			bdl_addresses_remove(t, p.ip, p.bits);
		holding += holds && p.login[0];
	}
	return holding;
}
