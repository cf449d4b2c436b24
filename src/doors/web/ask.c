#include "base/clock.h"
#include "doors/web/web_int.h"

/* What is kept of texts that a peer sizes; an act must fit BDL_ACT_BYTES_MAX whole. */
#define METHOD_KEPT 32
#define PATH_KEPT   8192
#define NAMES_KEPT  4096

static struct bdl_view cut(struct bdl_view v, size_t max)
{
	return v.n > max ? bdl_view_at(v.p, max) : v;
}

/* The login, where it is one of the roll: a stranger's has a realm and is on none. */
static void find_person(struct bdl_web *web, struct bdl_ask *a)
{
	if (a->login[0] && !strchr(a->login, '@') && web->now->roll)
		a->person = bdl_roll_find(web->now->roll, bdl_view_of(a->login));
}

/* Who signed in at the proxy; a computer's own account is nobody, and the address may say more. */
static bool is_signed_in(
    struct bdl_web *web, const struct bdl_icap_request *icap, struct bdl_ask *a)
{
	struct bdl_view realms = bdl_view_of(web->role->conf->realms);
	return bdl_identity_read(icap->user, realms, a->login, sizeof(a->login)) >
	    BDL_IDENTITY_MACHINE;
}

static void take_login(struct bdl_ask *a, struct bdl_view login, enum bdl_known_by source)
{
	size_t n = login.n < sizeof(a->login) ? login.n : 0; /* no login is longer */
	if (n > 0)
		memcpy(a->login, login.p, n);
	a->login[n] = '\0';
	a->source = n > 0 ? source : BDL_KNOWN_BY_NONE;
}

/* The best that is known: the proxy's word, then the address's person, then the device's own. */
static void read_login(
    struct bdl_web *web, const struct bdl_icap_request *icap, const uint8_t *ip, struct bdl_ask *a)
{
	struct bdl_presence p;

	if (is_signed_in(web, icap, a)) {
		a->source = BDL_KNOWN_BY_PROXY;
		return;
	}
	take_login(a, (struct bdl_view){ 0 }, BDL_KNOWN_BY_NONE);
	if (ip && bdl_addresses_find(web->addresses, ip, a->at_ms, &p))
		take_login(a, bdl_view_of(p.login), p.source);
	if (!a->login[0])
		take_login(a, a->network.person, BDL_KNOWN_BY_NETWORK);
}

static struct bdl_view named(struct bdl_web *web, struct bdl_view what, struct bdl_view name)
{
	char *p = bdl_region_get(web->scratch, what.n + name.n);

	if (!p)
		return (struct bdl_view){ 0 };
	memcpy(p, what.p, what.n);
	if (name.n)
		memcpy(p + what.n, name.p, name.n);
	return bdl_view_at(p, what.n + name.n);
}

/*
 * Who it is and where. What the proxy calls the client is recorded and named, so it must be what it
 * is said to be. The person, else the address, is marked, so that no login is an address.
 */
static void read_person(struct bdl_web *web, const struct bdl_icap_request *icap,
    struct bdl_view peer, struct bdl_ask *a)
{
	uint8_t ip[BDL_IP_SIZE];
	bool is_client = bdl_ip_parse(icap->client, ip);
	bool has_ip = is_client || bdl_ip_parse(peer, ip);

	a->address = cut(is_client ? icap->client : peer, 64);
	if (has_ip)
		a->network = bdl_networks_find(web->now->networks, ip);
	read_login(web, icap, has_ip ? ip : NULL, a);
	find_person(web, a);
	a->who = a->login[0] ? named(web, BDL_LIT("person "), bdl_view_of(a->login))
			     : named(web, BDL_LIT("address "), a->address);
	a->is_told = a->login[0] || is_client;
}

/*
 * What a probe may ask for: the test host, where the door itself answers it, and where it goes on the
 * proxy's own machine. Whoever came by its header could else be led on as somebody else, or to a page
 * that is judged as another. A tunnel is no probe's: what passes it bears no header.
 */
static bool may_ask(const struct bdl_probe *p, const struct bdl_http_head *http, const char *host)
{
	return !bdl_view_is(http->start[0], "CONNECT") &&
	    strcmp(host, p->goes_on ? BDL_PROBE_STREAM_HOST : BDL_PROBE_HOST) == 0;
}

/*
 * A probe says whom it stands for, where, and what it is to be judged as. Its own name is in the record
 * in place of a person's, so that nobody is taken for having done what it does.
 */
static bool read_probe(struct bdl_web *web, const struct bdl_icap_request *icap,
    const struct bdl_http_head *http, struct bdl_ask *a)
{
	struct bdl_view text = bdl_http_field(http, BDL_PROBE_FIELD);
	struct bdl_probe *p = &a->probe;

	if (text.n == 0 || !bdl_probe_read(web->probe_key, text, a->at_ms, p) ||
	    !may_ask(p, http, a->url.host) || p->host.n >= sizeof(a->url.host))
		return false;
	a->is_probe = true;
	a->source = BDL_KNOWN_BY_PROBE;
	a->address = cut(icap->client, 64);
	a->network = (struct bdl_network){ .place = p->place, .kind = p->equipment };
	a->stands_for.groups = p->groups;
	if (p->groups.n > 0)
		a->person = &a->stands_for;
	if (p->host.n > 0) {
		memcpy(a->url.host, p->host.p, p->host.n);
		a->url.host[p->host.n] = '\0';
	}
	a->who = bdl_view_of(bdl_region_printf(web->scratch, "probe %.*s", BDL_FMT(p->id)));
	return true;
}

/* Whose equipment it is, as it is judged and recorded; empty where no table could say. */
static struct bdl_view equipment_of(const struct bdl_web *web, const struct bdl_ask *a)
{
	if (!web->now->networks)
		return (struct bdl_view){ 0 };
	return a->network.kind.n > 0 ? a->network.kind : BDL_LIT("unknown-devices");
}

/* To the minute: no clock is ahead of another by less. */
static struct bdl_civil local_time(struct bdl_web *web, int64_t at_ms)
{
	if (web->minute != at_ms / BDL_MINUTE_MS)
		web->civil = bdl_civil_local(at_ms);
	web->minute = at_ms / BDL_MINUTE_MS;
	return web->civil;
}

static void read_facts(struct bdl_web *web, const struct bdl_lists_ahead *ahead, struct bdl_ask *a)
{
	const struct bdl_snapshot *now = web->now;
	struct bdl_civil civil = local_time(web, a->at_ms);
	struct bdl_facts *f = &a->facts;

	struct bdl_web_request q = { bdl_view_of(a->url.host), a->url.path, a->method,
		a->kind == BDL_KIND_UPLOAD };

	f->host = q.host;
	f->known = a->person != NULL;
	bdl_facts_request(now->ruleset, f, &q, web->scratch);
	if (now->networks)
		bdl_facts_network(now->ruleset, f, a->network.place, equipment_of(web, a));
	if (a->person)
		f->groups = bdl_person_groups(a->person, now->ruleset);
	f->minute = (uint16_t)civil.minute;
	f->weekday = (uint8_t)civil.weekday;
	if (!now->lists)
		return;
	bdl_lists_find_expected(now->lists, ahead, a->url.path, &a->listed);
	bdl_catmap_apply(&now->map, &a->listed, &f->categories);
}

int bdl_ask_read(struct bdl_web *web, const struct bdl_icap_request *icap,
    const struct bdl_http_head *http, struct bdl_view peer, struct bdl_ask *ret,
    struct bdl_err *err)
{
	struct bdl_view target = http->start[1];
	struct bdl_lists_ahead ahead BDL_UNSET;

	*ret =
	    (struct bdl_ask){ .at_ms = bdl_now_ms(), .method = cut(http->start[0], METHOD_KEPT) };
	if (bdl_view_is(target, "*")) /* OPTIONS of a whole server */
		target = BDL_LIT("/");
	int rc =
	    bdl_url_parse(target, bdl_http_field(http, "Host"), BDL_SCHEME_HTTP, &ret->url, err);
	if (rc < 0)
		return rc;
	if (web->now->lists)
		bdl_lists_expect(web->now->lists, bdl_view_of(ret->url.host), &ahead);
	ret->kind = bdl_kind_of(http);
	ret->taste = bdl_taste_of(http, ret->kind);
	if (!read_probe(web, icap, http, ret))
		read_person(web, icap, peer, ret);
	else if (web->now->lists) /* another host stands there now */
		bdl_lists_expect(web->now->lists, bdl_view_of(ret->url.host), &ahead);
	read_facts(web, &ahead, ret);
	return 0;
}

const char *bdl_ask_url(struct bdl_web *web, const struct bdl_ask *a)
{
	bool is_v6 = strchr(a->url.host, ':') != NULL;
	bool is_tls = a->url.scheme == BDL_SCHEME_HTTPS || a->url.scheme == BDL_SCHEME_WSS;
	bool has_slash = a->url.path.n > 0 && a->url.path.p[0] == '/';
	char port[8] = "";

	if (a->url.port != (is_tls ? 443 : 80))
		(void)snprintf(port, sizeof(port), ":%u", a->url.port); /* fits */
	return bdl_region_printf(web->scratch, "%s://%s%s%s%s%s%.*s",
	    bdl_scheme_word(a->url.scheme), is_v6 ? "[" : "", a->url.host, is_v6 ? "]" : "", port,
	    has_slash ? "" : "/", BDL_FMT(a->url.path));
}

/* The names of what a buffer collected, as a text of the scratch region, whole words only. */
static struct bdl_view words(struct bdl_web *web, const struct bdl_buf *b)
{
	return bdl_region_view(web->scratch, bdl_buf_view(b));
}

static void add_word(
    struct bdl_buf *b, struct bdl_view first, const char *mark, struct bdl_view second)
{
	size_t n = first.n + strlen(mark) + second.n + (b->n > 0);
	if (n > b->max - b->n)
		return; /* what does not fit is left out whole */
	if (b->n > 0)
		(void)bdl_buf_add_char(b, ' ');
	(void)bdl_buf_add_view(b, first);
	(void)bdl_buf_add_str(b, mark);
	(void)bdl_buf_add_view(b, second);
}

static struct bdl_view category_names(struct bdl_web *web, const struct bdl_ask *a)
{
	static const struct bdl_catset none;
	struct bdl_view nothing = { 0 };
	if (!web->now->lists || memcmp(&a->listed, &none, sizeof(none)) == 0)
		return nothing;
	BDL_AUTO_IN(bdl_buf_done) struct bdl_buf b = BDL_BUF(NAMES_KEPT);
	for (unsigned i = 0; i < bdl_lists_categories(web->now->lists); i++) {
		if (bdl_catset_has(&a->listed, i))
			add_word(
			    &b, bdl_view_of(bdl_lists_category(web->now->lists, i)), "", nothing);
	}
	return words(web, &b);
}

struct bdl_view bdl_ask_roles(struct bdl_web *web, uint32_t tell)
{
	struct bdl_view nothing = { 0 };
	if (tell == 0)
		return nothing;
	BDL_AUTO_IN(bdl_buf_done) struct bdl_buf b = BDL_BUF(NAMES_KEPT);
	for (unsigned i = 0; i < BDL_ROLES; i++) {
		if (tell >> i & 1)
			add_word(
			    &b, bdl_view_of(bdl_role_word((enum bdl_role_word)i)), "", nothing);
	}
	return words(web, &b);
}

/* "staff#web.gambling pupils#web.games": the clauses of all rules that applied, each once. */
static struct bdl_view clause_names(struct bdl_web *web, const struct bdl_verdict *v)
{
	const struct bdl_ruleset *r = web->now->ruleset;
	const struct bdl_clause *last = NULL;
	BDL_AUTO_IN(bdl_buf_done) struct bdl_buf b = BDL_BUF(NAMES_KEPT);
	size_t i = bdl_verdict_next(v, 0);
	for (; i < bdl_ruleset_rules(r); i = bdl_verdict_next(v, i + 1)) {
		struct bdl_rule_ref ref = bdl_ruleset_rule(r, (uint16_t)i);
		if (ref.clause != last) /* the rules of one clause stand together */
			add_word(&b, ref.policy_name, "#", ref.clause->id);
		last = ref.clause;
	}
	return words(web, &b);
}

/* Whether every rule that applied keeps nothing: one that keeps facts must have them. */
static bool keeps_nothing(const struct bdl_ruleset *r, const struct bdl_verdict *v)
{
	size_t i = bdl_verdict_next(v, 0);
	for (; i < bdl_ruleset_rules(r); i = bdl_verdict_next(v, i + 1)) {
		const struct bdl_phrase *keeping =
		    bdl_rule_phrase(bdl_ruleset_rule(r, (uint16_t)i).rule, BDL_PHRASE_KEEPING);

		if (!keeping || keeping->manner != BDL_MANNER_NOTHING)
			return false;
	}
	return true;
}

/* That it happened, when, where and by which clause: a count, without the person. */
static void withhold(struct bdl_act *act)
{
	struct bdl_view nothing = { 0 };

	act->person = act->groups = act->address = act->path = act->reason = nothing;
	act->source = act->place = act->equipment = nothing;
	act->known = false;
	act->kept = BDL_LIT("stage=withheld");
}

struct bdl_act bdl_ask_act(
    struct bdl_web *web, const struct bdl_ask *a, const struct bdl_verdict *v)
{
	struct bdl_act act = {
		.at_ms = a->at_ms,
		.door = BDL_DOOR_WEB,
		.kind = a->kind,
		.known = a->facts.known,
		.minute = a->facts.minute,
		.weekday = a->facts.weekday,
		.version = web->now->version,
		.person = bdl_view_of(a->login),
		.groups = a->person ? cut(a->person->groups, NAMES_KEPT) : (struct bdl_view){ 0 },
		.address = a->address,
		.method = a->method,
		.scheme = bdl_view_of(bdl_scheme_word(a->url.scheme)),
		.host = bdl_view_of(a->url.host),
		.path = cut(a->url.path, PATH_KEPT),
		.categories = category_names(web, a),
		.source = bdl_view_of(bdl_known_by_word(a->source)),
		.place = a->network.place,
		.equipment = equipment_of(web, a),
		.kept = bdl_buf_view(&a->kept),
	};
	if (!v || v->rule == BDL_NO_RULE)
		return act;
	struct bdl_rule_ref ref = bdl_ruleset_rule(web->now->ruleset, v->rule);
	act.action = v->action;
	act.critical = v->critical;
	act.policy = ref.policy_name;
	act.clause = ref.clause->id;
	act.clauses = clause_names(web, v);
	act.tell = bdl_ask_roles(web, v->tell);
	if (!a->is_probe && keeps_nothing(web->now->ruleset, v))
		withhold(&act);
	return act;
}
