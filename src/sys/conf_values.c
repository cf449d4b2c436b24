/* What the settings may be, one row each, and how the value of each is read. */
#include "base/ascii.h"
#include "sys/conf_int.h"
#include "sys/log.h"
#include <sched.h>

#define TOKEN_LEAST     32
#define KEPT_MAX        1000
#define TEXT_HELD_LEAST 16
#define HOURS_MAX       168 /* a week: BDL_ADDRESSES_LIMIT_MS of record/addresses.h */

static int parse_addr(struct bdl_view v, void *to, size_t size, struct bdl_err *err)
{
	(void)size; /* a struct bdl_addr */
	return bdl_addr_parse(v, to, err);
}

/* Empty where it is not to listen at all. */
static int parse_addr_or_none(struct bdl_view v, void *to, size_t size, struct bdl_err *err)
{
	(void)size; /* a struct bdl_addr */
	if (v.n > 0)
		return bdl_addr_parse(v, to, err);
	*(struct bdl_addr *)to = (struct bdl_addr){ 0 };
	return 0;
}

/* Workers beyond the cores only queue. */
static unsigned cores(void)
{
	cpu_set_t set;
	int n = sched_getaffinity(0, sizeof(set), &set) == 0 ? CPU_COUNT(&set) : 1;

	return n > BDL_CONF_WORKERS_MAX ? BDL_CONF_WORKERS_MAX : (unsigned)n;
}

static int parse_workers(struct bdl_view v, void *to, size_t size, struct bdl_err *err)
{
	uint64_t n;
	(void)size; /* an unsigned */

	if (!bdl_view_uint(v, BDL_CONF_WORKERS_MAX, &n))
		return bdl_fail(err, BDL_E_INVALID,
		    "'%.*s' is not a number from 0 (one per core) to %d", BDL_FMT(v),
		    BDL_CONF_WORKERS_MAX);
	*(unsigned *)to = n ? (unsigned)n : cores();
	return 0;
}

static int parse_yes(struct bdl_view v, void *to, size_t size, struct bdl_err *err)
{
	bool yes = bdl_view_is(v, "yes");
	(void)size; /* a bool */

	if (!yes && !bdl_view_is(v, "no"))
		return bdl_fail(err, BDL_E_INVALID, "'%.*s' is neither yes nor no", BDL_FMT(v));
	*(bool *)to = yes;
	return 0;
}

int bdl_conf_put_text(struct bdl_view v, char *to, size_t size, struct bdl_err *err)
{
	if (v.n >= size)
		return bdl_fail(err, BDL_E_LIMIT, "is longer than %zu bytes", size - 1);
	if (v.n)
		memcpy(to, v.p, v.n);
	to[v.n] = '\0';
	return 0;
}

/* Names of realms and domains: what may stand in one, with commas or spaces between. */
static int parse_realms(struct bdl_view v, void *to, size_t size, struct bdl_err *err)
{
	for (size_t i = 0; i < v.n; i++) {
		char c = v.p[i];

		if (!bdl_is_letter(c) && !bdl_is_digit(c) && !strchr(".-_, ", c))
			return bdl_fail(err, BDL_E_INVALID,
			    "'%.*s' are not realms, such as NORTHGATE, northgate.example",
			    BDL_FMT(v));
	}
	return bdl_conf_put_text(v, to, size, err);
}

static int parse_hours(struct bdl_view v, void *to, size_t size, struct bdl_err *err)
{
	uint64_t hours;
	(void)size; /* an int64_t */

	if (!bdl_view_uint(v, HOURS_MAX, &hours) || hours == 0)
		return bdl_fail(err, BDL_E_INVALID, "'%.*s' is not a number of hours from 1 to %d",
		    BDL_FMT(v), HOURS_MAX);
	*(int64_t *)to = (int64_t)hours * 3600000;
	return 0;
}

static int parse_text_held(struct bdl_view v, void *to, size_t size, struct bdl_err *err)
{
	const uint64_t most = BDL_CONF_TEXT_HELD_MAX / 1024;
	uint64_t n;
	(void)size; /* a size_t */

	if (!bdl_view_uint(v, most, &n) || n < TEXT_HELD_LEAST)
		return bdl_fail(err, BDL_E_INVALID, "'%.*s' is not a number of kB from %d to %d",
		    BDL_FMT(v), TEXT_HELD_LEAST, (int)most);
	*(size_t *)to = (size_t)n * 1024;
	return 0;
}

static int parse_user(struct bdl_view v, void *to, size_t size, struct bdl_err *err)
{
	for (size_t i = 0; i < v.n; i++) {
		char c = v.p[i];
		bool letter = bdl_is_letter(c) || c == '_';
		bool other = bdl_is_digit(c) || c == '-' || c == '.' || c == '$';

		if (!letter && (i == 0 || !other))
			return bdl_fail(
			    err, BDL_E_INVALID, "'%.*s' is not a user's name", BDL_FMT(v));
	}
	return bdl_conf_put_text(v, to, size, err);
}

/* It goes into block pages and Squid's configuration, so nothing that could end a word there. */
static int parse_url(struct bdl_view v, void *to, size_t size, struct bdl_err *err)
{
	size_t scheme = bdl_view_starts(v, BDL_LIT("https://")) ? 8 : 7;
	bool is_web = scheme == 8 || bdl_view_starts(v, BDL_LIT("http://"));
	bool has_host = is_web && v.n > scheme && v.p[scheme] != '/';
	bool ok = has_host || v.n == 0;

	for (size_t i = 0; i < v.n && ok; i++)
		ok = v.p[i] > ' ' && v.p[i] < 0x7f && !strchr("\"'<>\\%?#", v.p[i]);
	if (!ok)
		return bdl_fail(err, BDL_E_INVALID,
		    "'%.*s' is not an address such as http://beadle.school.example", BDL_FMT(v));
	while (bdl_view_ends(v, BDL_LIT("/")))
		v.n--;
	return bdl_conf_put_text(v, to, size, err);
}

static int parse_program(struct bdl_view v, void *to, size_t size, struct bdl_err *err)
{
	if (!bdl_view_starts(v, BDL_LIT("/")))
		return bdl_fail(err, BDL_E_INVALID, "'%.*s' is not a path from /", BDL_FMT(v));
	return bdl_conf_put_text(v, to, size, err);
}

static int parse_schedule(struct bdl_view v, void *to, size_t size, struct bdl_err *err)
{
	(void)size; /* a struct bdl_schedule */
	if (!bdl_schedule_parse(v, to))
		return bdl_fail(err, BDL_E_INVALID,
		    "'%.*s' is no schedule such as 'at 02:30', 'every 6 hours' or 'never'",
		    BDL_FMT(v));
	return 0;
}

/* Empty: the data folder's own. */
static int parse_folder(struct bdl_view v, void *to, size_t size, struct bdl_err *err)
{
	if (v.n > 0 && v.p[0] != '/')
		return bdl_fail(err, BDL_E_INVALID, "'%.*s' is not a path from /", BDL_FMT(v));
	return bdl_conf_put_text(v, to, size, err);
}

static int parse_kept(struct bdl_view v, void *to, size_t size, struct bdl_err *err)
{
	uint64_t n;
	(void)size; /* an unsigned */

	if (!bdl_view_uint(v, KEPT_MAX, &n) || n == 0)
		return bdl_fail(err, BDL_E_INVALID, "'%.*s' is not a number from 1 to %d",
		    BDL_FMT(v), KEPT_MAX);
	*(unsigned *)to = (unsigned)n;
	return 0;
}

static int parse_level(struct bdl_view v, void *to, size_t size, struct bdl_err *err)
{
	(void)size; /* an int */

	for (size_t i = 0; i < BDL_LOG_LEVELS; i++) {
		if (bdl_view_is(v, bdl_level_words[i])) {
			*(int *)to = (int)i;
			return 0;
		}
	}
	return bdl_fail(
	    err, BDL_E_INVALID, "'%.*s' is none of err, warn, notice, info, debug", BDL_FMT(v));
}

/* `peers` and `n_peers` are filled together, so this one gets the whole of the settings. */
static int parse_peers(struct bdl_view v, void *to, size_t size, struct bdl_err *err)
{
	struct bdl_conf *conf = to;
	struct bdl_net nets[BDL_CONF_PEERS_MAX];
	struct bdl_view word;
	size_t n = 0;
	(void)size; /* a struct bdl_conf */

	while (bdl_view_cut(&v, ',', &word)) {
		word = bdl_view_trim(word);
		if (n == BDL_CONF_PEERS_MAX)
			return bdl_fail(
			    err, BDL_E_LIMIT, "are more than %d ranges", BDL_CONF_PEERS_MAX);
		int rc = bdl_net_parse(word, &nets[n], err);
		if (rc < 0)
			return rc;
		n++;
	}
	if (n == 0)
		return bdl_fail(err, BDL_E_INVALID, "are at least one range, such as 127.0.0.0/8");
	memcpy(conf->peers, nets, n * sizeof(nets[0]));
	conf->n_peers = n;
	return 0;
}

/* `dns_page` and `n_dns_page`, in the same way. */
static int parse_dns_page(struct bdl_view v, void *to, size_t size, struct bdl_err *err)
{
	struct bdl_conf *conf = to;
	uint8_t pages[BDL_CONF_PAGES_MAX][BDL_IP_SIZE];
	struct bdl_view word;
	size_t n = 0;
	(void)size; /* a struct bdl_conf */

	while (bdl_view_cut(&v, ',', &word)) {
		word = bdl_view_trim(word);
		if (n == BDL_CONF_PAGES_MAX)
			return bdl_fail(
			    err, BDL_E_LIMIT, "are more than %d addresses", BDL_CONF_PAGES_MAX);
		if (!bdl_ip_parse(word, pages[n++]))
			return bdl_fail(err, BDL_E_INVALID,
			    "'%.*s' is no address such as 10.20.0.5 or fd00::5", BDL_FMT(word));
	}
	memcpy(conf->dns_page, pages, n * sizeof(pages[0]));
	conf->n_dns_page = n;
	return 0;
}

/* What may stand in a header as a bearer token (RFC 6750), and is too long to be guessed. */
static int parse_token(struct bdl_view v, void *to, size_t size, struct bdl_err *err)
{
	bool ok = v.n == 0 || (v.n >= TOKEN_LEAST && v.n < size);

	for (size_t i = 0; ok && i < v.n; i++)
		ok = bdl_is_letter(v.p[i]) || bdl_is_digit(v.p[i]) || strchr("-._~+/=", v.p[i]);
	if (!ok) /* it is a secret, so it is not repeated */
		return bdl_fail(err, BDL_E_INVALID,
		    "is no token of %d to %zu letters, digits and -._~+/=", TOKEN_LEAST, size - 1);
	return bdl_conf_put_text(v, to, size, err);
}

#define FIELD(m) offsetof(struct bdl_conf, m), sizeof(((struct bdl_conf *)0)->m)

const struct bdl_setting bdl_settings[BDL_SETTINGS] = {
	{ "portal", "BEADLE_PORTAL", "127.0.0.1:8080", parse_addr, FIELD(portal),
	    "Where the portal listens: address and port." },
	{ "store", "BEADLE_STORE", "", bdl_conf_parse_store, FIELD(store),
	    "Where the store is, where it is not store.db in the data folder: a PostgreSQL's address, "
	    "such as postgresql://beadle@db.school.example/beadle." },
	{ "web", "BEADLE_WEB", "127.0.0.1:1344", parse_addr, FIELD(web),
	    "Where the web door listens for the proxy's ICAP." },
	{ "proxy", "BEADLE_PROXY", "127.0.0.1:3128", parse_addr, FIELD(proxy),
	    "Where Squid listens: where Beadle starts it, and where the checks ask the school's own." },
	{ "web workers", NULL, "0", parse_workers, FIELD(web_workers),
	    "How many web doors share the port; 0 makes one per core." },
	{ "run proxy", NULL, "no", parse_yes, FIELD(run_proxy),
	    "Whether `beadle run` starts Squid too, with the configuration that Beadle writes." },
	{ "user", "BEADLE_USER", "", parse_user, FIELD(user),
	    "Whom to become where started as root; empty means the data folder's owner." },
	{ "portal url", "BEADLE_PORTAL_URL", "", parse_url, FIELD(portal_url),
	    "How people reach the portal, for block pages; empty means http:// and `portal`." },
	{ "trusted peers", NULL, "127.0.0.0/8, ::1", parse_peers, 0, sizeof(struct bdl_conf),
	    "Who may speak ICAP to the web door: address ranges with commas between." },
	{ "identity realms", NULL, "", parse_realms, FIELD(realms),
	    "The school's own realms and domains, with commas between; who signs in with another "
	    "is nobody of the school. Empty means that all are the school's." },
	{ "radius", "BEADLE_RADIUS", "", parse_addr_or_none, FIELD(radius),
	    "Where RADIUS accounting is taken, such as 10.0.0.5:1813; empty means nowhere." },
	{ "logon", "BEADLE_LOGON", "", parse_addr_or_none, FIELD(logon),
	    "Where log-on events are taken by HTTP, such as 10.0.0.5:8081; empty means nowhere." },
	{ "address hours", NULL, "12", parse_hours, FIELD(address_limit_ms),
	    "How long an address stays a person's when nothing more is heard of it, 1 to 168." },
	{ "text held", NULL, "512", parse_text_held, FIELD(text_held),
	    "How many kB of a page or of what is sent are held back at most while its text is read, "
	    "16 to 1024; what comes later is read as it goes, and cut off." },
	{ "squid program", NULL, "/usr/sbin/squid", parse_program, FIELD(squid_program),
	    "Squid, built with OpenSSL (Debian's squid-openssl)." },
	{ "certgen program", NULL, "/usr/lib/squid/security_file_certgen", parse_program,
	    FIELD(certgen_program), "Squid's helper that makes certificates." },
	{ "backup", NULL, "at 02:30", parse_schedule, FIELD(backup),
	    "When the store is backed up: at a time of day, every so many hours or days, or never." },
	{ "backup folder", NULL, "", parse_folder, FIELD(backup_folder),
	    "Where backups are kept; empty means the folder backup in the data folder." },
	{ "backups kept", NULL, "14", parse_kept, FIELD(backups_kept),
	    "How many backups are kept, 1 to 1000; older ones are removed." },
	{ "dns page", NULL, "", parse_dns_page, 0, sizeof(struct bdl_conf),
	    "The addresses, with commas between, that blocked names are answered with by DNS, such "
	    "as 10.20.0.5, fd00::5; empty means that there is no such name." },
	{ "dns resolver", "BEADLE_DNS_RESOLVER", "", parse_addr_or_none, FIELD(dns_resolver),
	    "The school's resolver, such as 10.0.0.2:53, which the check dns asks for blocked names; "
	    "empty means that none is asked." },
	{ "illegal test", NULL, "", parse_url, FIELD(illegal_test),
	    "An address that stands on the list of illegal content for tests, as its provider tells its "
	    "members; the check illegal-list sees that the doors block it." },
	{ "metrics token", NULL, "", parse_token, FIELD(metrics_token),
	    "What Prometheus sends as its bearer token to read /metrics of the portal, 32 characters "
	    "or more; empty means that nobody may." },
	{ "log level", NULL, "info", parse_level, FIELD(log_level),
	    "The least urgent lines to log: err, warn, notice, info or debug." },
};
_Static_assert(BDL_ARRAY_LEN(bdl_settings) == BDL_SETTINGS, "as the header says");
