/*
 * beadle ledger verify [--head FILE]... [--key KEY]   is it what was put there?
 * beadle ledger show [--last N] [--person LOGIN]      its last entries, or those about one person
 * beadle ledger export-head [FILE]                    its head, signed, to be kept elsewhere
 * beadle ledger forget PERSON --reason TEXT           take a person's name out of it
 */
#include "base/alloc.h"
#include "base/clock.h"
#include "main/command.h"
#include "main/publish.h"
#include "record/ledger/ledger.h"
#include "record/ledger/verify.h"

#include <stdio.h>

#define HEADS_GIVEN_MAX 64
#define SHOWN           20
#define SHOWN_MAX       100000
#define LINES_MAX       (64 * 1024 * 1024)
#define HEADS_MEMORY    (32 * 1024 * 1024)

/* --- verify --- */

/* What was given on the command line. */
struct given {
	struct bdl_head heads[HEADS_GIVEN_MAX];
	size_t n;
	struct bdl_public_key key;
	bool has_key;
};

/* The operator's files, read before the command becomes the data folder's owner. */
static int take_given(struct bdl_args *a, struct given *g, struct bdl_err *err)
{
	const char *key = bdl_args_option(a, "--key"), *file;

	*g = (struct given){ .has_key = key != NULL };
	if (key && !bdl_public_key_parse(bdl_view_of(key), &g->key))
		return bdl_fail(err, BDL_E_INVALID, "--key takes the 64 digits of a public key");
	while ((file = bdl_args_next(a, "--head"))) {
		if (g->n == HEADS_GIVEN_MAX)
			return bdl_fail(
			    err, BDL_E_LIMIT, "at most %d heads at once", HEADS_GIVEN_MAX);
		int rc = bdl_head_load(file, &g->heads[g->n++], err);
		if (rc < 0)
			return rc;
	}
	return 0;
}

/* Those that were given and those of the data folder, all signed by the school's key. */
static int gather(const struct bdl_conf *conf, struct given *g, struct bdl_region *region,
    struct bdl_head **ret, size_t *ret_n, struct bdl_err *err)
{
	char path[BDL_PATH_MAX];
	struct bdl_head *kept, *all;
	size_t n = 0;

	bdl_conf_path(conf, path, sizeof(path), "heads");
	int rc = bdl_heads_load(path, region, &kept, &n, err);
	if (rc < 0)
		return rc;
	all = bdl_region_array(region, n + g->n + 1, sizeof(*all));
	if (!all)
		return bdl_fail(err, BDL_E_LIMIT, "the heads do not fit into memory");
	memcpy(all, g->heads, g->n * sizeof(*all));
	memcpy(all + g->n, kept, n * sizeof(*all));
	*ret = all;
	*ret_n = n + g->n;
	if (*ret_n == 0)
		return 0;
	bdl_conf_path(conf, path, sizeof(path), "keys");
	rc = g->has_key ? 0 : bdl_ledger_public(path, &g->key, err);
	if (rc < 0)
		return rc;
	for (size_t i = 0; i < *ret_n; i++) {
		if (!bdl_public_key_eq(&all[i].key, &g->key))
			return bdl_fail(err, BDL_E_CONFLICT,
			    "the head of %lld entries was signed with another key than the school's",
			    (long long)all[i].entries);
	}
	return 0;
}

/* `n` heads, of which `given` came from elsewhere. */
static void say_whole(
    const struct bdl_ledger_found *found, const struct bdl_head *heads, size_t n, size_t given)
{
	char hash[BDL_DIGEST_HEX], when[BDL_LONG_LEN];

	bdl_digest_hex(&found->hash, hash);
	printf("the ledger is whole: %lld %s, the last with the hash\n%s\n",
	    (long long)found->entries, found->entries == 1 ? "entry" : "entries", hash);
	if (n == 0) {
		puts(
		    "no signed head was there to compare it with: whether the last entries were cut\n"
		    "off, or all were written anew, nobody can tell (beadle ledger export-head)");
		return;
	}
	bdl_time_long(heads[n - 1].at_ms, when);
	printf("it agrees with %zu signed %s, up to entry %lld of %s\n", n,
	    n == 1 ? "head" : "heads", (long long)heads[n - 1].entries, when);
	if (given == 0)
		puts(
		    "all of these lie beside the ledger: who can write both may have cut both, and that\n"
		    "shows only by a head that was kept elsewhere (--head FILE)");
}

static int verify(struct bdl_args *a)
{
	struct bdl_region *region BDL_AUTO(bdl_region_free) = bdl_region_new(HEADS_MEMORY);
	struct given *g BDL_AUTO_FREE = bdl_xalloc(sizeof(*g));
	struct bdl_store *store BDL_AUTO(bdl_store_close) = NULL;
	struct bdl_ledger_found found;
	struct bdl_head *heads = NULL;
	struct bdl_conf conf;
	struct bdl_err err;
	size_t n = 0;

	int rc = take_given(a, g, &err);
	if (!bdl_args_fit(a, 1, 1))
		return BDL_EXIT_USAGE;
	if (rc == 0)
		rc = bdl_data_store_of(a->data, BDL_STORE_READ, &conf, &store, &err);
	if (rc == 0)
		rc = gather(&conf, g, region, &heads, &n, &err);
	if (rc == 0)
		rc = bdl_ledger_verify(store, heads, n, &found, &err);
	if (rc < 0)
		return bdl_complain(&err);
	if (found.broken) {
		fprintf(stderr, "beadle: THE LEDGER BREAKS at entry %lld: %s\n",
		    (long long)found.broken, found.what);
		return BDL_EXIT_FAILED;
	}
	say_whole(&found, heads, n, g->n);
	return BDL_EXIT_FINE;
}

/* --- show --- */

static void print_line(const struct bdl_ledger_line *l)
{
	char when[BDL_ISO_LEN];

	bdl_time_iso(l->at_ms, when);
	printf("%8lld  %s  %-17s  %-24.*s  %.*s", (long long)l->entry, when,
	    bdl_ledger_kind_word(l->kind), BDL_FMT(l->record), BDL_FMT(l->actor));
	if (l->subject.n)
		printf(", of %.*s", BDL_FMT(l->subject));
	putchar('\n');
}

static int show(struct bdl_args *a)
{
	struct bdl_region *region BDL_AUTO(bdl_region_free) = bdl_region_new(LINES_MAX);
	struct bdl_store *store BDL_AUTO(bdl_store_close) = NULL;
	const char *last = bdl_args_option(a, "--last"), *person = bdl_args_option(a, "--person");
	struct bdl_ledger_line *lines;
	struct bdl_conf conf;
	struct bdl_err err;
	uint64_t n = SHOWN;
	size_t got = 0; /* the analyser cannot see it set */

	if (!bdl_args_fit(a, 1, 1))
		return BDL_EXIT_USAGE;
	if (last && (!bdl_view_uint(bdl_view_of(last), SHOWN_MAX, &n) || n == 0)) {
		fprintf(stderr, "beadle ledger: --last takes a number from 1 to %d\n", SHOWN_MAX);
		return BDL_EXIT_USAGE;
	}
	int rc = bdl_data_store_of(a->data, BDL_STORE_READ, &conf, &store, &err);
	if (rc == 0)
		rc = person ? bdl_ledger_about(store, bdl_view_of(person), bdl_view_at(NULL, 0),
				  (size_t)n, region, &lines, &got, &err)
			    : bdl_ledger_list(store, (size_t)n, region, &lines, &got, &err);
	if (rc < 0)
		return bdl_complain(&err);
	if (person && got == 0)
		fprintf(stderr, "beadle: the ledger has nothing that names '%s' as whose it is\n",
		    person);
	while (got-- > 0) /* the newest at the end, where one looks */
		print_line(&lines[got]);
	return BDL_EXIT_FINE;
}

/* --- export-head --- */

static int export_head(struct bdl_args *a)
{
	struct bdl_buf text BDL_AUTO_IN(bdl_buf_done) = BDL_BUF(BDL_HEAD_TEXT_MAX);
	struct bdl_store *store BDL_AUTO(bdl_store_close) = NULL;
	char keys[BDL_PATH_MAX], hex[BDL_KEY_HEX];
	struct bdl_conf conf;
	struct bdl_head head;
	struct bdl_err err;

	if (!bdl_args_fit(a, 1, 2))
		return BDL_EXIT_USAGE;
	const char *file = a->n > 1 ? a->words[1] : NULL;
	int rc = bdl_data_store_of(a->data, BDL_STORE_WRITE, &conf, &store, &err);
	if (rc == 0) {
		bdl_conf_path(&conf, keys, sizeof(keys), "keys");
		rc = bdl_head_export(store, keys, file, bdl_now_ms(), &head, &err);
	}
	if (rc < 0)
		return bdl_complain(&err);
	bdl_public_key_hex(&head.key, hex);
	bdl_head_write(&head, &text);
	if (file)
		printf("the head of %lld entries is in %s\n", (long long)head.entries, file);
	else
		fputs(bdl_buf_str(&text), stdout);
	fprintf(file ? stdout : stderr, "public key: %s\n", hex);
	return BDL_EXIT_FINE;
}

/* --- forget --- */

static int forget(struct bdl_args *a)
{
	struct bdl_store *store BDL_AUTO(bdl_store_close) = NULL;
	const char *reason = bdl_args_option(a, "--reason");
	char by[BDL_OPERATOR_MAX];
	struct bdl_conf conf;
	struct bdl_err err;

	bdl_operator(by);
	if (!bdl_args_fit(a, 2, 2))
		return BDL_EXIT_USAGE;
	if (!reason) {
		fputs("beadle ledger: say why: --reason TEXT\n", stderr);
		return BDL_EXIT_USAGE;
	}
	struct bdl_view person = bdl_view_of(a->words[1]);
	int rc = bdl_data_store_of(a->data, BDL_STORE_WRITE, &conf, &store, &err);
	if (rc == 0)
		rc = bdl_ledger_forget(
		    store, person, bdl_view_of(by), bdl_view_of(reason), bdl_now_ms(), &err);
	if (rc < 0)
		return bdl_complain(&err);
	printf("which entries are about %.*s nobody can tell any more\n", BDL_FMT(person));
	return BDL_EXIT_FINE;
}

int bdl_cmd_ledger(struct bdl_args *a)
{
	static const struct {
		const char *verb;
		int (*run)(struct bdl_args *a);
	} verbs[] = { { "verify", verify }, { "show", show }, { "export-head", export_head },
		{ "forget", forget } };

	for (size_t i = 0; i < BDL_ARRAY_LEN(verbs); i++) {
		if (a->n > 0 && bdl_view_is(bdl_view_of(a->words[0]), verbs[i].verb))
			return verbs[i].run(a);
	}
	fputs("beadle ledger: say verify, show, export-head or forget\n", stderr);
	return BDL_EXIT_USAGE;
}
