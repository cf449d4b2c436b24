/*
 * beadle who list                           who is at which address now
 * beadle who token NAME [--network RANGE]   a new sender of log-on events, and its token
 */
#include "base/clock.h"
#include "base/hash.h"
#include "doors/who/keys.h"
#include "main/command.h"
#include "main/data.h"
#include "record/addresses.h"
#include "sys/file.h"

#include <sodium.h>
#include <stdio.h>

#define TOKEN_BYTES 32
#define TOKEN_TEXT  sodium_base64_ENCODED_LEN(TOKEN_BYTES, sodium_base64_VARIANT_URLSAFE_NO_PADDING)

static void print_presence(const struct bdl_presence *p)
{
	char address[BDL_IP_TEXT + 4], since[BDL_LONG_LEN], until[BDL_LONG_LEN];
	bdl_ip_text(p->ip, address);
	if (p->bits < 128)
		(void)snprintf(address + strlen(address), 5, "/%u", (unsigned)p->bits); /* fits */
	bdl_time_long(p->since_ms, since);
	bdl_time_long(p->until_ms, until);
	printf("%-43s %-32s %-7s %-18s since %s, until %s at the latest\n", address, p->login,
	    bdl_known_by_word(p->source), p->device[0] ? p->device : "-", since, until);
}

static int list(const struct bdl_conf *conf, struct bdl_err *err)
{
	struct bdl_addresses *t BDL_AUTO(bdl_addresses_close) = NULL;
	struct bdl_presence p;
	struct bdl_file_id id;
	char path[BDL_PATH_MAX];
	int64_t now_ms = bdl_now_ms();
	bdl_conf_path(conf, path, sizeof(path), "run/addresses");
	if (!bdl_file_id(path, &id))
		return 0; /* to open it would make it */
	int rc = bdl_addresses_open(path, false, &t, err);
	if (rc < 0)
		return rc;
	for (long i = 0; (i = bdl_addresses_next(t, i, &p)) >= 0; i++) {
		if (bdl_presence_holds(&p, now_ms) && p.login[0])
			print_presence(&p);
	}
	return 0;
}

/* A name that is one field of the file, whatever is in it. */
static bool is_name(struct bdl_view v)
{
	bool ok = v.n > 0 && v.n <= 64;
	for (size_t i = 0; i < v.n && ok; i++)
		ok = v.p[i] > ' ' && v.p[i] < 0x7f && v.p[i] != ',' && v.p[i] != '"';
	return ok;
}

static bool has_row(struct bdl_view csv, struct bdl_view name)
{
	struct bdl_view line, first;
	while (bdl_view_cut(&csv, '\n', &line)) {
		if (bdl_view_cut(&line, ',', &first) && bdl_view_eq(bdl_view_trim(first), name))
			return true;
	}
	return false;
}

/* The file with one more row; what it would be is read once before it is written. */
static int add_sender(const struct bdl_conf *conf, struct bdl_view name, const char *network,
    const char *token, struct bdl_err *err)
{
	struct bdl_buf csv BDL_AUTO_IN(bdl_buf_done) = BDL_BUF(BDL_KEYS_BYTES_MAX);
	struct bdl_keys *keys BDL_AUTO(bdl_keys_free) = NULL;
	struct bdl_digest digest = bdl_digest_of(token, strlen(token));
	char path[BDL_PATH_MAX], hex[BDL_DIGEST_HEX];
	bdl_digest_hex(&digest, hex);
	bdl_conf_path(conf, path, sizeof(path), "who/senders.csv");
	int rc = bdl_file_read(path, &csv, err);
	if (rc < 0 && rc != BDL_E_MISSING)
		return rc;
	if (has_row(bdl_buf_view(&csv), name))
		return bdl_fail(err, BDL_E_CONFLICT,
		    "%s has a sender '%.*s' already; to give it a new token take its line out",
		    path, BDL_FMT(name));
	if (csv.n == 0)
		(void)bdl_buf_add_str(&csv, "name,network,token\n");
	else if (csv.p[csv.n - 1] != '\n')
		(void)bdl_buf_add_char(&csv, '\n');
	(void)bdl_buf_printf(&csv, "%.*s,%s,%s\n", BDL_FMT(name), network, hex);
	if (bdl_buf_broken(&csv))
		return bdl_fail(err, BDL_E_LIMIT, "%s would be too large", path);
	rc = bdl_keys_parse((struct bdl_view){ 0 }, bdl_buf_view(&csv), &keys, err);
	return rc < 0 ? rc : bdl_file_replace(path, csv.p, csv.n, 0640, err);
}

static int token(
    const struct bdl_conf *conf, const char *name, const char *network, struct bdl_err *err)
{
	uint8_t random[TOKEN_BYTES];
	char text[TOKEN_TEXT], folder[BDL_PATH_MAX];
	if (!is_name(bdl_view_of(name)))
		return bdl_fail(err, BDL_E_INVALID,
		    "'%s' is no name of a sender: 1 to 64 characters without spaces and commas",
		    name);
	bdl_random(random, sizeof(random));
	sodium_bin2base64(
	    text, sizeof(text), random, sizeof(random), sodium_base64_VARIANT_URLSAFE_NO_PADDING);
	bdl_conf_path(conf, folder, sizeof(folder), "who");
	int rc = bdl_file_mkdirs(folder, err);
	if (rc == 0)
		rc = add_sender(conf, bdl_view_of(name), network ? network : "own", text, err);
	if (rc == 0)
		printf("%s\n", text);
	return rc;
}

static int with_folder(struct bdl_args *a, struct bdl_conf *conf, struct bdl_err *err)
{
	int rc = bdl_data_open(a->data, false, conf, err);
	return rc < 0 ? rc : bdl_data_become_owner(conf, err);
}

static int run_list(struct bdl_args *a)
{
	struct bdl_err err;
	struct bdl_conf conf;
	if (!bdl_args_fit(a, 1, 1))
		return BDL_EXIT_USAGE;
	int rc = with_folder(a, &conf, &err);
	if (rc == 0)
		rc = list(&conf, &err);
	return rc == 0 ? BDL_EXIT_FINE : bdl_complain(&err);
}

static int run_token(struct bdl_args *a)
{
	struct bdl_err err;
	struct bdl_conf conf;
	const char *network = bdl_args_option(a, "--network");
	if (!bdl_args_fit(a, 2, 2))
		return BDL_EXIT_USAGE;
	int rc = with_folder(a, &conf, &err);
	if (rc == 0)
		rc = token(&conf, a->words[1], network, &err);
	return rc == 0 ? BDL_EXIT_FINE : bdl_complain(&err);
}

static const struct bdl_verb verbs[] = {
	{ "list", "who list", run_list },
	{ "token", "who token NAME [--network RANGE]", run_token },
};

int bdl_cmd_who(struct bdl_args *a)
{
	return bdl_verbs_run(verbs, BDL_ARRAY_LEN(verbs), a);
}

int bdl_help_who(const char *verb)
{
	return bdl_verbs_help("who", verbs, BDL_ARRAY_LEN(verbs), verb);
}
