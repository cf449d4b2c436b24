#include "main/proxy/squid.h"

#include "base/clock.h"
#include "base/hash.h"
#include "main/tool.h"
#include "sys/file.h"

#include <errno.h>
#include <ifaddrs.h>
#include <limits.h>
#include <net/if.h>
#include <netdb.h>
#include <netinet/in.h>
#include <pwd.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#define AUTHORITY_DAYS "3650"
#define PEM_MAX        (64 * 1024)
#define CONF_MAX       (64 * 1024)
#define UNPRIVILEGED   "proxy" /* Debian's user for Squid, made by its package */

static void path_in(const struct bdl_conf *conf, const char *name, char out[BDL_SQUID_PATH_MAX])
{
	bdl_conf_path(conf, out, BDL_SQUID_PATH_MAX, "squid/%s", name);
}

static bool exists(const char *path)
{
	return access(path, F_OK) == 0;
}

/* Squid splits its lines at blanks and knows no escape that all of its directives understand. */
static int check_path(const struct bdl_conf *conf, struct bdl_err *err)
{
	for (const char *p = conf->dir; *p; p++) {
		if ((unsigned char)*p <= ' ' || *p == '#' || *p == '"' || *p == '\'' || *p == '\\')
			return bdl_fail(err, BDL_E_INVALID,
			    "the data folder '%s' has a blank, quote or # in its path, which Squid's "
			    "configuration cannot hold; choose another folder with --data DIR",
			    conf->dir);
	}
	return 0;
}

/* What the authority is called and may do, as openssl reads it. */
static int write_request(const char *path, struct bdl_err *err)
{
	struct bdl_buf text BDL_AUTO_IN(bdl_buf_done) = BDL_BUF(4096);
	char host[HOST_NAME_MAX + 1] = "";
	struct bdl_civil day = bdl_civil_local(bdl_now_ms());
	if (gethostname(host, sizeof(host) - 1) < 0)
		host[0] = '\0';
	/* X.520 allows 64 bytes for a common name. */
	bdl_buf_printf(&text,
	    "[req]\nprompt = no\ndistinguished_name = name\nx509_extensions = authority\n"
	    "string_mask = utf8only\n"
	    "[name]\nO = Beadle\nCN = Beadle at %.30s, since %04d-%02d-%02d\n"
	    "[authority]\nbasicConstraints = critical, CA:TRUE, pathlen:0\n"
	    "keyUsage = critical, keyCertSign, cRLSign\nsubjectKeyIdentifier = hash\n",
	    host[0] ? host : "this school", day.year, day.month, day.day);
	return bdl_file_replace(path, text.p, text.n, 0600, err);
}

/* The key is written last: with it there, the authority is whole. */
static int keep_authority(
    const struct bdl_conf *conf, const char *key, const char *cert, struct bdl_err *err)
{
	struct bdl_buf pem BDL_AUTO_IN(bdl_buf_done) = BDL_BUF(PEM_MAX);
	char path[BDL_SQUID_PATH_MAX];
	int rc = bdl_file_read(cert, &pem, err);
	path_in(conf, "ca.crt", path);
	if (rc == 0)
		rc = bdl_file_replace(path, pem.p, pem.n, 0644, err);
	if (rc == 0)
		rc = bdl_file_read(key, &pem, err);
	path_in(conf, "ca.pem", path);
	if (rc == 0)
		rc = bdl_file_replace(path, pem.p, pem.n, 0600, err);
	if (pem.p)
		explicit_bzero(pem.p, pem.n);
	return rc;
}

static int make_authority(const struct bdl_conf *conf, struct bdl_err *err)
{
	char whole[BDL_SQUID_PATH_MAX], request[BDL_SQUID_PATH_MAX];
	char key[BDL_SQUID_PATH_MAX], cert[BDL_SQUID_PATH_MAX];
	path_in(conf, "ca.pem", whole);
	path_in(conf, "ca.cnf", request);
	path_in(conf, "ca.key.new", key);
	path_in(conf, "ca.crt.new", cert);
	if (exists(whole))
		return 0;

	const char *const argv[] = { "openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes",
		"-days", AUTHORITY_DAYS, "-config", request, "-keyout", key, "-out", cert, NULL };
	int rc = write_request(request, err);
	if (rc == 0) {
		mode_t before = umask(077);
		rc = bdl_tool_run(argv, err);
		umask(before);
	}
	if (rc == 0)
		rc = keep_authority(conf, key, cert, err);
	(void)unlink(key); /* what is left of them is of no use: the next start makes new ones */
	(void)unlink(cert);
	(void)unlink(request);
	return rc < 0 ? bdl_fail_in(err, rc, "make the proxy's certificate authority") : 0;
}

static int make_local(const struct bdl_conf *conf, struct bdl_err *err)
{
	static const char text[] =
	    "# The school's own lines for Squid; Beadle reads this file in and never changes it.\n"
	    "#\n"
	    "# The clients of the school (without this only this machine may use the proxy):\n"
	    "#   acl school src 10.0.0.0/8\n"
	    "#   http_access allow school\n"
	    "#\n"
	    "# People who sign in are known by name. In an Active Directory domain:\n"
	    "#   auth_param negotiate program /usr/lib/squid/negotiate_kerberos_auth -s GSS_C_NO_NAME\n"
	    "#   acl signed_in proxy_auth REQUIRED\n"
	    "#   http_access deny !signed_in\n"
	    "# before the lines that allow.\n";
	char path[BDL_SQUID_PATH_MAX];
	path_in(conf, "local.conf", path);
	return exists(path) ? 0 : bdl_file_replace(path, text, sizeof(text) - 1, 0640, err);
}

/* A short name of the data folder, for what lies outside it. */
static void folder_id(const struct bdl_conf *conf, char out[BDL_DIGEST_HEX])
{
	struct bdl_digest d = bdl_digest_of(conf->dir, strlen(conf->dir));
	bdl_digest_hex(&d, out);
	out[12] = '\0';
}

void bdl_squid_state(const struct bdl_conf *conf, char *out)
{
	char id[BDL_DIGEST_HEX];
	folder_id(conf, id);
	if (geteuid() == 0)
		snprintf(out, BDL_SQUID_STATE_MAX, "/run/beadle-%.12s", id);
	else
		bdl_conf_path(conf, out, BDL_SQUID_STATE_MAX, "squid");
}

/* Whose Squid will be, and where its state lies. See the header for root. */
static int choose_state(const struct bdl_conf *conf, struct bdl_squid *s, struct bdl_err *err)
{
	char id[BDL_DIGEST_HEX];
	folder_id(conf, id);
	snprintf(s->service, sizeof(s->service), "beadle%.12s", id);
	path_in(conf, "squid.conf", s->conf_path);
	bdl_squid_state(conf, s->state);
	if (geteuid() != 0)
		return 0;
	const struct passwd *pw = getpwnam(UNPRIVILEGED);
	if (!pw)
		return bdl_fail(err, BDL_E_MISSING,
		    "the data folder is root's, and Squid, which refuses to be root, finds no user '%s'; "
		    "give the folder to a user of its own: chown -R beadle '%s'",
		    UNPRIVILEGED, conf->dir);
	snprintf(s->user, sizeof(s->user), "%s", pw->pw_name);
	if (mkdir(s->state, 0700) < 0 && errno != EEXIST)
		return bdl_fail_sys(err, "make '%s'", s->state);
	/* Our group passes through it to the log of bytes. */
	if (chown(s->state, pw->pw_uid, getegid()) < 0 || chmod(s->state, 0710) < 0)
		return bdl_fail_sys(err, "give '%s' to %s", s->state, s->user);
	return 0;
}

/* Squid run by another user reads a copy of the key that is that user's. */
static int lend_key(const struct bdl_conf *conf, const struct bdl_squid *s, struct bdl_err *err)
{
	struct bdl_buf pem BDL_AUTO_IN(bdl_buf_done) = BDL_BUF(PEM_MAX);
	char from[BDL_SQUID_PATH_MAX];
	char to[BDL_SQUID_PATH_MAX + 8];
	path_in(conf, "ca.pem", from);
	snprintf(to, sizeof(to), "%s/ca.pem", s->state);
	const struct passwd *pw = s->user[0] ? getpwnam(s->user) : NULL;
	if (!pw)
		return 0;
	int rc = bdl_file_read(from, &pem, err);
	if (rc == 0)
		rc = bdl_file_replace(to, pem.p, pem.n, 0600, err);
	if (pem.p)
		explicit_bzero(pem.p, pem.n);
	if (rc == 0 && lchown(to, pw->pw_uid, pw->pw_gid) < 0)
		rc = bdl_fail_sys(err, "give '%s' to %s", to, s->user);
	return rc;
}

void bdl_squid_done(const struct bdl_squid *s)
{
	char key[BDL_SQUID_STATE_MAX + 8];
	snprintf(key, sizeof(key), "%s/ca.pem", s->state);
	if (s->user[0])
		(void)unlink(key); /* gone already, or /run is being cleared */
}

static int give_away(const char *path, const struct passwd *pw, struct bdl_err *err)
{
	const char *const argv[] = { "chown", "-R", pw->pw_name, path, NULL };
	return bdl_tool_run(argv, err);
}

/* The cache is named after the authority, so a new authority never meets certificates of the old. */
static int make_certs(const struct bdl_conf *conf, struct bdl_squid *s, struct bdl_err *err)
{
	struct bdl_buf pem BDL_AUTO_IN(bdl_buf_done) = BDL_BUF(PEM_MAX);
	char crt[BDL_SQUID_PATH_MAX];
	char id[BDL_DIGEST_HEX];
	path_in(conf, "ca.crt", crt);
	int rc = bdl_file_read(crt, &pem, err);
	if (rc < 0)
		return rc;
	struct bdl_digest d = bdl_digest_of(pem.p, pem.n);
	bdl_digest_hex(&d, id);
	snprintf(s->certs, sizeof(s->certs), "%s/ssl_db-%.12s", s->state, id);
	if (exists(s->certs))
		return 0;
	const char *const argv[] = { conf->certgen_program, "-c", "-s", s->certs, "-M", "4MB",
		NULL };
	rc = bdl_tool_run(argv, err);
	const struct passwd *pw = s->user[0] ? getpwnam(s->user) : NULL;
	return rc == 0 && pw ? give_away(s->certs, pw, err) : rc;
}

/* The log of one start, and of the one before: it has no other bound. */
static void turn_log(const struct bdl_squid *s)
{
	char log[BDL_SQUID_PATH_MAX + 16];
	char before[BDL_SQUID_PATH_MAX + 16];
	snprintf(log, sizeof(log), "%s/cache.log", s->state);
	snprintf(before, sizeof(before), "%s/cache.log.1", s->state);
	(void)rename(log, before); /* absent at the first start */
}

/* The addresses by which this machine is reached, loopback left out: the configuration names it. */
static int own_hosts(struct bdl_squid *s, struct bdl_err *err)
{
	struct bdl_buf hosts BDL_AUTO_IN(bdl_buf_done) = BDL_BUF(sizeof(s->own_hosts) - 1);
	char ip[NI_MAXHOST];
	struct ifaddrs *all;

	if (getifaddrs(&all) < 0)
		return bdl_fail_sys(err, "ask for this machine's addresses");
	for (const struct ifaddrs *i = all; i; i = i->ifa_next) {
		int family = i->ifa_addr ? i->ifa_addr->sa_family : AF_UNSPEC;
		socklen_t n =
		    family == AF_INET6 ? sizeof(struct sockaddr_in6) : sizeof(struct sockaddr_in);
		if ((family != AF_INET && family != AF_INET6) || i->ifa_flags & IFF_LOOPBACK ||
		    getnameinfo(i->ifa_addr, n, ip, sizeof(ip), NULL, 0, NI_NUMERICHOST) != 0)
			continue;
		ip[strcspn(ip, "%")] = '\0'; /* the link of a link-local address */
		(void)bdl_buf_printf(&hosts, " %s", ip);
	}
	freeifaddrs(all);
	if (bdl_buf_broken(&hosts))
		return bdl_fail(err, BDL_E_LIMIT, "this machine has too many addresses");
	snprintf(s->own_hosts, sizeof(s->own_hosts), "%s", bdl_buf_str(&hosts));
	return 0;
}

int bdl_squid_prepare(const struct bdl_conf *conf, struct bdl_squid *ret, struct bdl_err *err)
{
	struct bdl_buf text BDL_AUTO_IN(bdl_buf_done) = BDL_BUF(CONF_MAX);
	struct bdl_squid s = { 0 };
	char folder[BDL_SQUID_PATH_MAX];
	bdl_conf_path(conf, folder, sizeof(folder), "squid");

	int rc = check_path(conf, err);
	if (rc == 0)
		rc = bdl_file_mkdirs(folder, err);
	if (rc == 0)
		rc = make_authority(conf, err);
	if (rc == 0)
		rc = make_local(conf, err);
	if (rc == 0)
		rc = own_hosts(&s, err);
	if (rc == 0)
		rc = choose_state(conf, &s, err);
	if (rc == 0)
		rc = lend_key(conf, &s, err);
	if (rc == 0)
		rc = make_certs(conf, &s, err);
	if (rc == 0)
		rc = bdl_squid_log_begin(&s, err);
	if (rc < 0)
		return rc;
	turn_log(&s);
	bdl_squid_conf(conf, &s, &text);
	if (bdl_buf_broken(&text))
		return bdl_fail(err, BDL_E_LIMIT, "the Squid configuration grew past its limit");
	rc = bdl_file_replace(s.conf_path, text.p, text.n, 0640, err);
	if (rc == 0)
		*ret = s;
	return rc;
}
