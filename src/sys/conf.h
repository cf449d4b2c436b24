/*
 * The settings: one table (conf.c) gives each its name, environment variable, default, check and
 * help; the manual's list is made from the same table. Read from DIR/beadle.conf ("name = value"
 * lines, # comments), then overridden by the environment.
 *
 * An unknown name or a bad value is an error with file, line and what was expected, and near
 * misses get a suggestion.
 */
#ifndef BDL_SYS_CONF_H
#define BDL_SYS_CONF_H

#include "base/buf.h"
#include "base/err.h"
#include "base/schedule.h"
#include "sys/net.h"

#define BDL_CONF_WORKERS_MAX 16
#define BDL_CONF_PEERS_MAX   16
#define BDL_CONF_PAGES_MAX   4
#define BDL_CONF_STORE_MAX   1024
#define BDL_CONF_TOKEN_MAX   129

#define BDL_CONF_TEXT_HELD_MAX ((size_t)1024 * 1024)

struct bdl_conf {
	char dir[512]; /* the data folder, absolute */
	char store
	    [BDL_CONF_STORE_MAX]; /* BEADLE_STORE: postgresql://...; empty: store.db in the folder */
	struct bdl_addr portal;   /* BEADLE_PORTAL, 127.0.0.1:8080 */
	struct bdl_addr web;      /* BEADLE_WEB, 127.0.0.1:1344 */
	struct bdl_addr proxy;    /* BEADLE_PROXY, 127.0.0.1:3128 */
	unsigned web_workers;     /* 0 in the file: one per core */
	bool run_proxy;           /* `run proxy = yes`: beadle run starts Squid too */
	/* Whom to become where started as root; empty: the folder's owner. */
	char user[64];
	/* How people reach the portal, for block pages; made of `portal` where it is not given. */
	char portal_url[256];
	bool portal_is_here; /* of a loopback address: other machines cannot follow it */
	/* Who may speak ICAP to us; loopback by default. */
	struct bdl_net peers[BDL_CONF_PEERS_MAX];
	size_t n_peers;
	/* What blocked names are answered with by DNS; none: that there is no such name. */
	uint8_t dns_page[BDL_CONF_PAGES_MAX][BDL_IP_SIZE];
	size_t n_dns_page;
	/* What the provider of the list of illegal content put on it for tests; empty: nothing. */
	char illegal_test[256];
	struct bdl_addr dns_resolver; /* whom the check of names asks; its len is 0: nobody */
	/* Who it is, where no proxy says so; both are off where their len is 0. */
	struct bdl_addr radius;   /* BEADLE_RADIUS: RADIUS accounting, by UDP */
	struct bdl_addr logon;    /* BEADLE_LOGON: log-on events, by HTTP */
	char realms[512];         /* the school's, with commas or spaces between; empty: all */
	int64_t address_limit_ms; /* how long an address is a person's without a word of it */
	size_t text_held;         /* bytes of a text that are held back while it is read */
	char squid_program[256];
	char certgen_program[256];
	struct bdl_schedule backup; /* when the clerk backs the store up */
	char backup_folder[256];    /* where to; empty: DIR/backup */
	unsigned backups_kept;
	char metrics_token[BDL_CONF_TOKEN_MAX]; /* who has it may read /metrics; empty: nobody */
	int log_level;                          /* enum bdl_level */
};

/* `dir` is the data folder. A missing beadle.conf means defaults. */
int bdl_conf_load(const char *dir, struct bdl_conf *ret, struct bdl_err *err) BDL_MUST_USE;

/* The text of a beadle.conf alone, over the defaults; ret->dir is empty. Errors name `where`. */
int bdl_conf_parse(struct bdl_view text, const char *where, struct bdl_conf *ret,
    struct bdl_err *err) BDL_MUST_USE;

/* The table as people read it: name, environment variable, default, help; one entry a paragraph. */
void bdl_conf_describe(struct bdl_buf *out);

/* Where the store is, as bdl_store_open takes it; room for BDL_CONF_STORE_MAX bytes. */
void bdl_conf_store(const struct bdl_conf *conf, char out[BDL_CONF_STORE_MAX]);

/* A path below the data folder: "DIR/" and the rest. Cut paths are a bug, so they abort. */
void bdl_conf_path(const struct bdl_conf *conf, char *out, size_t size, const char *fmt, ...)
    BDL_PRINTF(4, 5);

#endif
