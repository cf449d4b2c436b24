#include "doors/who/keys.h"
#include "base/alloc.h"
#include "base/buf.h"
#include "proto/csv.h"
#include "sys/file.h"
#include <limits.h>
#include <stdio.h>
#include <sys/stat.h>

#define FIELDS 3

struct bdl_keys {
	char *clients_text, *senders_text; /* in which the views lie */
	struct bdl_client *clients;
	struct bdl_sender *senders;
	size_t n_clients, n_senders, cap_clients, cap_senders;
};

void bdl_keys_free(struct bdl_keys *k)
{
	if (!k)
		return;
	/* Secrets do not stay behind in memory that something else is given next. */
	if (k->clients_text)
		explicit_bzero(k->clients_text, strlen(k->clients_text));
	free(k->clients_text);
	free(k->senders_text);
	free(k->clients);
	free(k->senders);
	free(k);
}

static int take_client(struct bdl_keys *k, const struct bdl_csv *c,
    const struct bdl_view fields[FIELDS], unsigned line, struct bdl_err *err)
{
	struct bdl_client client = { .name = fields[1], .secret = fields[2] };

	int rc = bdl_net_parse(fields[0], &client.net, err);
	if (rc < 0)
		return bdl_fail_in(err, rc, "%s:%u", c->where, line);
	if (client.name.n == 0)
		return bdl_csv_fail(c, line, err, "a client needs a name");
	if (client.secret.n < BDL_SECRET_MIN)
		return bdl_csv_fail(c, line, err, "a secret has at least %d bytes", BDL_SECRET_MIN);
	k->clients = bdl_xgrow(k->clients, k->n_clients, &k->cap_clients, sizeof(*k->clients));
	k->clients[k->n_clients++] = client;
	return 0;
}

static int take_sender(struct bdl_keys *k, const struct bdl_csv *c,
    const struct bdl_view fields[FIELDS], unsigned line, struct bdl_err *err)
{
	struct bdl_sender sender = { .name = fields[0], .own = bdl_view_is(fields[1], "own") };

	int rc = sender.own ? 0 : bdl_net_parse(fields[1], &sender.net, err);
	if (rc < 0)
		return bdl_csv_fail(c, line, err,
		    "'%.*s' is neither own nor an address range such as 10.0.0.0/8",
		    BDL_FMT(fields[1]));
	if (sender.name.n == 0)
		return bdl_csv_fail(c, line, err, "a sender needs a name");
	if (!bdl_digest_parse(fields[2], &sender.token))
		return bdl_csv_fail(c, line, err,
		    "a token's digest has 64 hexadecimal digits: beadle who token NAME makes one");
	k->senders = bdl_xgrow(k->senders, k->n_senders, &k->cap_senders, sizeof(*k->senders));
	k->senders[k->n_senders++] = sender;
	return 0;
}

typedef int take_row(struct bdl_keys *k, const struct bdl_csv *c,
    const struct bdl_view fields[FIELDS], unsigned line, struct bdl_err *err);

static int parse_file(struct bdl_keys *k, char *text, size_t n, const char *where,
    const char *names, take_row *take, struct bdl_err *err)
{
	struct bdl_view fields[FIELDS];
	struct bdl_csv c;
	unsigned line, rows = 0;

	bdl_csv_init(&c, text, n, where);
	int rc = bdl_csv_heading(&c, FIELDS, names, err);
	while (rc >= 0 && (rc = bdl_csv_row(&c, FIELDS, names, fields, &line, err)) > 0) {
		if (++rows > BDL_KEYS_MAX)
			return bdl_csv_fail(&c, line, err, "more than %d rows", BDL_KEYS_MAX);
		rc = take(k, &c, fields, line, err);
	}
	return rc;
}

int bdl_keys_parse(
    struct bdl_view clients, struct bdl_view senders, struct bdl_keys **ret, struct bdl_err *err)
{
	BDL_AUTO(bdl_keys_free) struct bdl_keys *k = bdl_xalloc(sizeof(*k));

	k->clients_text = bdl_xview_dup(clients);
	k->senders_text = bdl_xview_dup(senders);
	int rc = parse_file(
	    k, k->clients_text, clients.n, "clients.csv", "network,name,secret", take_client, err);
	if (rc == 0)
		rc = parse_file(k, k->senders_text, senders.n, "senders.csv", "name,network,token",
		    take_sender, err);
	if (rc < 0)
		return rc;
	*ret = bdl_steal(&k);
	return 0;
}

static int read_one(const char *folder, const char *name, struct bdl_buf *into, struct bdl_err *err)
{
	char path[PATH_MAX];
	struct stat st;

	(void)snprintf(path, sizeof(path), "%s/%s", folder, name); /* a cut one is not found */
	int rc = bdl_file_read(path, into, err);
	if (rc == BDL_E_MISSING)
		return 0;
	if (rc < 0)
		return rc;
	if (stat(path, &st) < 0)
		return bdl_fail_sys(err, "look at '%s'", path);
	if (st.st_mode & (S_IROTH | S_IWOTH))
		return bdl_fail(err, BDL_E_DENIED,
		    "'%s' is open to every user of this machine: chmod 640 '%s'", path, path);
	return 0;
}

static void buf_wipe(struct bdl_buf *b)
{
	if (b->p)
		explicit_bzero(b->p, b->n);
	bdl_buf_done(b);
}

int bdl_keys_read(const char *folder, struct bdl_keys **ret, struct bdl_err *err)
{
	BDL_AUTO_IN(buf_wipe) struct bdl_buf clients = BDL_BUF(BDL_KEYS_BYTES_MAX);
	BDL_AUTO_IN(bdl_buf_done) struct bdl_buf senders = BDL_BUF(BDL_KEYS_BYTES_MAX);

	int rc = read_one(folder, "clients.csv", &clients, err);
	if (rc == 0)
		rc = read_one(folder, "senders.csv", &senders, err);
	if (rc == 0)
		rc = bdl_keys_parse(bdl_buf_view(&clients), bdl_buf_view(&senders), ret, err);
	return rc;
}

const struct bdl_client *bdl_keys_client(const struct bdl_keys *k, const uint8_t ip[BDL_IP_SIZE])
{
	const struct bdl_client *best = NULL;

	for (size_t i = 0; i < k->n_clients; i++) {
		const struct bdl_client *c = &k->clients[i];

		if (bdl_net_holds_ip(&c->net, ip) && (!best || c->net.bits > best->net.bits))
			best = c;
	}
	return best;
}

const struct bdl_sender *bdl_keys_sender(const struct bdl_keys *k, struct bdl_view token)
{
	struct bdl_digest digest = bdl_digest_of(token.p, token.n);

	/* What is compared are digests, so its time tells nothing of a token. */
	for (size_t i = 0; i < k->n_senders; i++) {
		if (bdl_digest_eq(&k->senders[i].token, &digest))
			return &k->senders[i];
	}
	return NULL;
}

bool bdl_sender_may(
    const struct bdl_sender *s, const uint8_t from[BDL_IP_SIZE], const uint8_t about[BDL_IP_SIZE])
{
	return s->own ? memcmp(from, about, BDL_IP_SIZE) == 0 : bdl_net_holds_ip(&s->net, about);
}

size_t bdl_keys_clients(const struct bdl_keys *k)
{
	return k->n_clients;
}

size_t bdl_keys_senders(const struct bdl_keys *k)
{
	return k->n_senders;
}
