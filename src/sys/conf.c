#include "sys/conf.h"
#include "base/alloc.h"
#include "base/near.h"
#include "sys/conf_int.h"
#include "sys/file.h"
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>

#define FILE_MAX 65536

static int set(
    struct bdl_conf *conf, const struct bdl_setting *s, struct bdl_view v, struct bdl_err *err)
{
	return s->parse(v, (char *)conf + s->at, s->size, err);
}

static const struct bdl_setting *find_setting(struct bdl_view name)
{
	for (size_t i = 0; i < BDL_SETTINGS; i++)
		if (bdl_view_is(name, bdl_settings[i].name))
			return &bdl_settings[i];
	return NULL;
}

static int unknown(struct bdl_view name, struct bdl_err *err)
{
	const char *names[BDL_SETTINGS];

	for (size_t i = 0; i < BDL_SETTINGS; i++)
		names[i] = bdl_settings[i].name;
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
	const struct bdl_setting *s = find_setting(name);
	if (!s)
		return unknown(name, err);
	size_t *first = &seen[s - bdl_settings];
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
	size_t seen[BDL_SETTINGS] = { 0 };
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
	for (size_t i = 0; i < BDL_SETTINGS; i++) {
		const struct bdl_setting *s = &bdl_settings[i];
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
	int rc = bdl_conf_put_text(bdl_view_of(full), conf->dir, sizeof(conf->dir), err);
	return rc < 0 ? bdl_fail_in(err, rc, "the data folder's path") : 0;
}

static void set_defaults(struct bdl_conf *conf)
{
	for (size_t i = 0; i < BDL_SETTINGS; i++)
		BDL_BUG_IF(
		    set(conf, &bdl_settings[i], bdl_view_of(bdl_settings[i].fallback), NULL) < 0);
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
	for (size_t i = 0; i < BDL_SETTINGS; i++) {
		const struct bdl_setting *s = &bdl_settings[i];

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
