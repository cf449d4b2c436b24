/*
 * beadle lists show [FILE]
 * beadle lists find URL|HOST [--lists FILE]
 * beadle lists status
 */
#include "base/alloc.h"
#include "base/clock.h"
#include "lists/illegal.h"
#include "main/data.h"
#include "main/lists/verbs.h"
#include "proto/url.h"

#include <stdio.h>
#include <string.h>

#define HITS_MAX 32

/* That file, else the data folder's. */
static int open_lists(
    const char *file, const char *data, struct bdl_lists **ret, struct bdl_err *err)
{
	char path[BDL_PATH_MAX];
	struct bdl_conf conf;

	if (file)
		return bdl_lists_open(file, ret, err);
	int rc = bdl_data_open(data, false, &conf, err);
	if (rc < 0)
		return rc;
	bdl_conf_path(&conf, path, sizeof(path), "lists/lists.map");
	rc = bdl_lists_open(path, ret, err);
	return rc == BDL_E_MISSING
	    ? bdl_fail(err, rc, "no lists are installed: make them with beadle lists compile")
	    : rc;
}

/* "3 days", "2 hours", "1 minute": how old something is, roughly. */
static void age(int64_t then_ms, char out[32])
{
	int64_t minutes = (bdl_now_ms() - then_ms) / 60000;

	if (minutes >= 48 * 60)
		(void)snprintf(out, 32, "%lld days", (long long)(minutes / (24 * 60)));
	else if (minutes >= 120)
		(void)snprintf(out, 32, "%lld hours", (long long)(minutes / 60));
	else
		(void)snprintf(out, 32, "%lld %s", (long long)(minutes > 0 ? minutes : 0),
		    minutes == 1 ? "minute" : "minutes");
}

static void print_note(const struct bdl_lists_note *note)
{
	char old[32] = "";

	if (note->time_ms > 0)
		age(note->time_ms, old);
	printf("%-24.*s %10.*s %6.*s  %-8.*s %-10s %.*s", BDL_FMT(note->category),
	    BDL_FMT(note->entries), BDL_FMT(note->bad), BDL_FMT(note->format), old,
	    BDL_FMT(note->source));
	printf(note->title.n > 0 ? " (%.*s)\n" : "\n", BDL_FMT(note->title));
}

int bdl_lists_show(struct bdl_args *a)
{
	BDL_AUTO(bdl_lists_close) struct bdl_lists *l = NULL;
	struct bdl_err err;
	struct bdl_lists_note note;
	struct bdl_view rest;
	char made[BDL_LONG_LEN];

	if (!bdl_args_fit(a, 1, 2))
		return BDL_EXIT_USAGE;
	if (open_lists(a->n > 1 ? a->words[1] : NULL, a->data, &l, &err) < 0 ||
	    bdl_lists_verify(l, &err) < 0)
		return bdl_complain(&err);
	bdl_time_long(bdl_lists_made_ms(l), made);
	printf("made on %s: %llu domains, %llu pages and %llu networks in %u categories\n\n", made,
	    (unsigned long long)bdl_lists_domains(l), (unsigned long long)bdl_lists_urls(l),
	    (unsigned long long)bdl_lists_nets(l), bdl_lists_categories(l));
	printf("%-24s %10s %6s  %-8s %-10s %s\n", "CATEGORY", "ENTRIES", "BAD", "FORM", "AGE",
	    "SOURCE");
	for (rest = bdl_lists_notes(l); bdl_lists_note_next(&rest, &note);)
		print_note(&note);
	if (bdl_lists_has_illegal(l, NULL))
		printf("%-24s %10s %6s  %-8s %-10s %s\n", BDL_CATEGORY_ILLEGAL, "-", "-", "signed",
		    "", "(its entries are not shown)");
	return BDL_EXIT_FINE;
}

/* --- why --- */

static void print_set(const struct bdl_lists *l, const struct bdl_catset *set, const char *before)
{
	const char *between = before;

	for (unsigned i = 0; i < bdl_lists_categories(l); i++) {
		if (!bdl_catset_has(set, i))
			continue;
		printf("%s%s", between, bdl_lists_category(l, i));
		between = ", ";
	}
}

static void print_hit(const struct bdl_lists *l, const struct bdl_lists_hit *hit)
{
	static const char *const kinds[] = {
		[BDL_LISTS_DOMAIN] = "the domain",
		[BDL_LISTS_PREFIX] = "all that begins with",
		[BDL_LISTS_EXACT] = "the page",
		[BDL_LISTS_NET] = "the network",
	};
	if (hit->sealed) {
		printf("  " BDL_CATEGORY_ILLEGAL ": by an entry of the signed list\n");
		return;
	}
	printf("  %s %s", kinds[hit->kind], hit->entry);
	print_set(l, &hit->gives, ": ");
	print_set(l, &hit->excepts, ": an exception of ");
	putchar('\n');
}

int bdl_lists_find_url(struct bdl_args *a)
{
	BDL_AUTO(bdl_lists_close) struct bdl_lists *l = NULL;
	const char *file = bdl_args_option(a, "--lists");
	struct bdl_lists_hit *hits BDL_AUTO_FREE = bdl_xcalloc(HITS_MAX, sizeof(*hits));
	struct bdl_catset set = { 0 }, none = { 0 };
	struct bdl_err err;
	struct bdl_url u;

	if (!bdl_args_fit(a, 2, 2))
		return BDL_EXIT_USAGE;
	char *url BDL_AUTO_FREE =
	    bdl_xprintf("%s%s", strstr(a->words[1], "://") ? "" : "http://", a->words[1]);
	if (bdl_url_parse(bdl_view_of(url), bdl_view_of(NULL), BDL_SCHEME_HTTP, &u, &err) < 0 ||
	    open_lists(file, a->data, &l, &err) < 0)
		return bdl_complain(&err);
	bdl_lists_find(l, bdl_view_of(u.host), u.path, &set);
	bool on_any = memcmp(&set, &none, sizeof(set)) != 0;
	printf("%s is %s", u.host, on_any ? "in " : "in no category");
	print_set(l, &set, "");
	putchar('\n');
	size_t n = bdl_lists_explain(l, bdl_view_of(u.host), u.path, hits, HITS_MAX);
	for (size_t i = 0; i < n; i++)
		print_hit(l, &hits[i]);
	return BDL_EXIT_FINE;
}

/* --- status --- */

bool bdl_lists_say_illegal(const struct bdl_conf *conf)
{
	struct bdl_illegal_state state;
	char path[BDL_PATH_MAX], old[32];
	struct bdl_err err;

	bdl_conf_path(conf, path, sizeof(path), "lists/lists.map");
	if (bdl_illegal_look(path, &state, &err) < 0) {
		printf("illegal content: CANNOT BE READ (%s)\n", err.text);
		return false;
	}
	if (state.is_missing) {
		printf("illegal content: ILLEGAL LIST MISSING: ");
		if (state.entries > 0)
			printf("a list of %llu entries", (unsigned long long)state.entries);
		else
			printf("a list");
		printf(" was installed, and its file is gone; install it again\n");
		return false;
	}
	if (!state.is_there) {
		printf("illegal content: NOT INSTALLED\n");
		return true;
	}
	age(state.issued_ms, old);
	printf("illegal content: %llu entries, issued %s ago%s\n",
	    (unsigned long long)state.entries, old, state.is_pinned ? "" : "; its key is not kept");
	return true;
}

int bdl_lists_status(struct bdl_args *a)
{
	BDL_AUTO(bdl_lists_close) struct bdl_lists *l = NULL;
	struct bdl_conf conf;
	struct bdl_err err;
	char path[BDL_PATH_MAX], old[32];

	if (!bdl_args_fit(a, 1, 1))
		return BDL_EXIT_USAGE;
	if (bdl_data_open(a->data, false, &conf, &err) < 0)
		return bdl_complain(&err);
	bdl_conf_path(&conf, path, sizeof(path), "lists/lists.map");
	int rc = bdl_lists_open(path, &l, &err);
	if (rc == 0)
		rc = bdl_lists_verify(l, &err);
	if (rc == 0) {
		age(bdl_lists_made_ms(l), old);
		printf("lists: %llu domains, %llu pages, %llu networks in %u categories, made %s "
		       "ago\n",
		    (unsigned long long)bdl_lists_domains(l), (unsigned long long)bdl_lists_urls(l),
		    (unsigned long long)bdl_lists_nets(l), bdl_lists_categories(l), old);
	} else if (rc == BDL_E_MISSING) {
		printf("lists: NOT INSTALLED\n");
	} else {
		printf("lists: CANNOT BE READ (%s)\n", err.text);
	}
	bool readable = bdl_lists_say_illegal(&conf);
	return readable && (rc == 0 || rc == BDL_E_MISSING) ? BDL_EXIT_FINE : BDL_EXIT_FAILED;
}
