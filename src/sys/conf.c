#include "sys/conf.h"
#include "base/alloc.h"
#include "base/ascii.h"
#include "base/near.h"
#include "sys/file.h"
#include "sys/log.h"
#include <errno.h>
#include <limits.h>
#include <sched.h>
#include <stdarg.h>
#include <stdio.h>

#define FILE_MAX  65536
#define HOURS_MAX 168 /* a week: BDL_ADDRESSES_LIMIT_MS of record/addresses.h */

struct setting {
	const char *name;
	const char *env; /* NULL: not by the environment */
	const char *fallback;
	int (*parse)(struct bdl_view v, void *to, size_t size, struct bdl_err *err);
	size_t at, size; /* its field in struct bdl_conf */
	const char *help;
};

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

static int put_text(struct bdl_view v, char *to, size_t size, struct bdl_err *err)
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
	return put_text(v, to, size, err);
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
	return put_text(v, to, size, err);
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
	return put_text(v, to, size, err);
}

static int parse_store(struct bdl_view v, void *to, size_t size, struct bdl_err *err)
{
	bool is_url = bdl_view_starts(v, BDL_LIT("postgresql://")) ||
	    bdl_view_starts(v, BDL_LIT("postgres://"));

	if (v.n && !is_url) /* not repeated: it may hold a password */
		return bdl_fail(err, BDL_E_INVALID,
		    "is not an address such as postgresql://beadle@db.school.example/beadle");
	return put_text(v, to, size, err);
}

static int parse_program(struct bdl_view v, void *to, size_t size, struct bdl_err *err)
{
	if (!bdl_view_starts(v, BDL_LIT("/")))
		return bdl_fail(err, BDL_E_INVALID, "'%.*s' is not a path from /", BDL_FMT(v));
	return put_text(v, to, size, err);
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

#define FIELD(m) offsetof(struct bdl_conf, m), sizeof(((struct bdl_conf *)0)->m)

static const struct setting settings[] = {
	{ "portal", "BEADLE_PORTAL", "127.0.0.1:8080", parse_addr, FIELD(portal),
	    "Where the portal listens: address and port." },
	{ "store", "BEADLE_STORE", "", parse_store, FIELD(store),
	    "Where the store is, where it is not store.db in the data folder: a PostgreSQL's address, "
	    "such as postgresql://beadle@db.school.example/beadle." },
	{ "web", "BEADLE_WEB", "127.0.0.1:1344", parse_addr, FIELD(web),
	    "Where the web door listens for the proxy's ICAP." },
	{ "proxy", "BEADLE_PROXY", "127.0.0.1:3128", parse_addr, FIELD(proxy),
	    "Where Squid listens, when Beadle starts it." },
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
	{ "squid program", NULL, "/usr/sbin/squid", parse_program, FIELD(squid_program),
	    "Squid, built with OpenSSL (Debian's squid-openssl)." },
	{ "certgen program", NULL, "/usr/lib/squid/security_file_certgen", parse_program,
	    FIELD(certgen_program), "Squid's helper that makes certificates." },
	{ "log level", NULL, "info", parse_level, FIELD(log_level),
	    "The least urgent lines to log: err, warn, notice, info or debug." },
};

static int set(
    struct bdl_conf *conf, const struct setting *s, struct bdl_view v, struct bdl_err *err)
{
	return s->parse(v, (char *)conf + s->at, s->size, err);
}

static const struct setting *find_setting(struct bdl_view name)
{
	for (size_t i = 0; i < BDL_ARRAY_LEN(settings); i++)
		if (bdl_view_is(name, settings[i].name))
			return &settings[i];
	return NULL;
}

static int unknown(struct bdl_view name, struct bdl_err *err)
{
	const char *names[BDL_ARRAY_LEN(settings)];

	for (size_t i = 0; i < BDL_ARRAY_LEN(settings); i++)
		names[i] = settings[i].name;
	const char *near = bdl_near_miss(name, names, BDL_ARRAY_LEN(names));
	if (near)
		return bdl_fail(err, BDL_E_INVALID, "'%.*s' is not a setting; did you mean '%s'?",
		    BDL_FMT(name), near);
	return bdl_fail(err, BDL_E_INVALID, "'%.*s' is not a setting", BDL_FMT(name));
}

/* One line; `seen` has the line of each setting that was given, 0 for none. */
static int parse_line(
    struct bdl_conf *conf, struct bdl_view line, size_t number, size_t *seen, struct bdl_err *err)
{
	struct bdl_view name;

	if (bdl_view_ends(line, BDL_LIT("\r")))
		line.n--;
	line = bdl_view_trim(line);
	if (line.n == 0 || line.p[0] == '#')
		return 0;
	if (memchr(line.p, '\0', line.n))
		return bdl_fail(err, BDL_E_INVALID, "has a NUL byte");
	if (bdl_view_find(line, '=') == line.n)
		return bdl_fail(err, BDL_E_INVALID, "'%.*s' is not 'name = value'", BDL_FMT(line));
	(void)bdl_view_cut(&line, '=', &name); /* the line is not empty */
	name = bdl_view_trim(name);
	const struct setting *s = find_setting(name);
	if (!s)
		return unknown(name, err);
	size_t *first = &seen[s - settings];
	if (*first)
		return bdl_fail(
		    err, BDL_E_CONFLICT, "'%s' stands in line %zu already", s->name, *first);
	*first = number;
	int rc = set(conf, s, bdl_view_trim(line), err);
	return rc < 0 ? bdl_fail_in(err, rc, "%s", s->name) : 0;
}

static int parse_text(
    struct bdl_conf *conf, struct bdl_view text, const char *where, struct bdl_err *err)
{
	size_t seen[BDL_ARRAY_LEN(settings)] = { 0 };
	struct bdl_view line;

	for (size_t number = 1; bdl_view_cut(&text, '\n', &line); number++) {
		int rc = parse_line(conf, line, number, seen, err);
		if (rc < 0)
			return bdl_fail_in(err, rc, "%s:%zu", where, number);
	}
	return 0;
}

static int read_file(struct bdl_conf *conf, const char *path, struct bdl_err *err)
{
	BDL_AUTO_IN(bdl_buf_done) struct bdl_buf text = BDL_BUF(FILE_MAX);

	int rc = bdl_file_read(path, &text, err);
	if (rc == BDL_E_MISSING)
		return 0;
	return rc < 0 ? rc : parse_text(conf, bdl_buf_view(&text), path, err);
}

static int read_environment(struct bdl_conf *conf, struct bdl_err *err)
{
	for (size_t i = 0; i < BDL_ARRAY_LEN(settings); i++) {
		const struct setting *s = &settings[i];
		const char *value = s->env ? getenv(s->env) : NULL;

		if (!value || !*value)
			continue;
		int rc = set(conf, s, bdl_view_trim(bdl_view_of(value)), err);
		if (rc < 0)
			return bdl_fail_in(err, rc, "%s", s->env);
	}
	return 0;
}

static int set_dir(struct bdl_conf *conf, const char *dir, struct bdl_err *err)
{
	BDL_AUTO_FREE char *full = realpath(dir, NULL);

	if (!full && (errno == ENOENT || errno == ENOTDIR))
		return bdl_fail(err, BDL_E_MISSING, "there is no data folder '%s'", dir);
	if (!full)
		return bdl_fail_sys(err, "the data folder '%s'", dir);
	int rc = put_text(bdl_view_of(full), conf->dir, sizeof(conf->dir), err);
	return rc < 0 ? bdl_fail_in(err, rc, "the data folder's path") : 0;
}

static void set_defaults(struct bdl_conf *conf)
{
	for (size_t i = 0; i < BDL_ARRAY_LEN(settings); i++)
		BDL_BUG_IF(set(conf, &settings[i], bdl_view_of(settings[i].fallback), NULL) < 0);
}

/* What follows from other settings where it was not given. */
static void complete(struct bdl_conf *conf)
{
	char addr[BDL_ADDR_TEXT];

	if (conf->portal_url[0])
		return;
	bdl_addr_text(&conf->portal, addr);
	(void)snprintf(conf->portal_url, sizeof(conf->portal_url), "http://%s", addr); /* fits */
	conf->portal_is_here = bdl_addr_is_loopback(&conf->portal);
}

int bdl_conf_parse(
    struct bdl_view text, const char *where, struct bdl_conf *ret, struct bdl_err *err)
{
	struct bdl_conf conf = { 0 };

	set_defaults(&conf);
	int rc = parse_text(&conf, text, where, err);
	if (rc < 0)
		return rc;
	complete(&conf);
	*ret = conf;
	return 0;
}

int bdl_conf_load(const char *dir, struct bdl_conf *ret, struct bdl_err *err)
{
	struct bdl_conf conf = { 0 };
	char path[sizeof(conf.dir) + 16];

	int rc = set_dir(&conf, dir, err);
	if (rc < 0)
		return rc;
	set_defaults(&conf);
	bdl_conf_path(&conf, path, sizeof(path), "beadle.conf");
	rc = read_file(&conf, path, err);
	if (rc == 0)
		rc = read_environment(&conf, err);
	if (rc < 0)
		return rc;
	complete(&conf);
	*ret = conf;
	return 0;
}

void bdl_conf_describe(struct bdl_buf *out)
{
	/* The caller looks at bdl_buf_broken once. */
	for (size_t i = 0; i < BDL_ARRAY_LEN(settings); i++) {
		const struct setting *s = &settings[i];

		(void)bdl_buf_printf(out, "%s%s = %s\n", i ? "\n" : "", s->name, s->fallback);
		(void)bdl_buf_printf(out, "    %s\n", s->help);
		if (s->env)
			(void)bdl_buf_printf(out, "    Environment: %s\n", s->env);
		else
			(void)bdl_buf_add_str(out, "    No variable of the environment sets it.\n");
	}
}

void bdl_conf_store(const struct bdl_conf *conf, char out[BDL_CONF_STORE_MAX])
{
	if (conf->store[0])
		memcpy(out, conf->store, sizeof(conf->store));
	else
		bdl_conf_path(conf, out, BDL_CONF_STORE_MAX, "store.db");
}

void bdl_conf_path(const struct bdl_conf *conf, char *out, size_t size, const char *fmt, ...)
{
	va_list ap;
	int n = snprintf(out, size, "%s/", conf->dir);

	BDL_BUG_IF(n < 0 || (size_t)n >= size);
	va_start(ap, fmt);
	int m = vsnprintf(out + n, size - (size_t)n, fmt, ap);
	va_end(ap);
	BDL_BUG_IF(m < 0 || (size_t)m >= size - (size_t)n);
}
