/*
 * Entries and the addresses that they stand for. An entry is found by itself, as a page and below
 * its host; the second line is an address that is looked up as it comes.
 */
#include "fuzz.h"
#include "lists/build_int.h"
#include "proto/url.h"
#include <stdio.h>
#include <sys/mman.h>
#include <unistd.h>

static struct bdl_lists *lists_of(struct bdl_list_build *b)
{
	BDL_AUTO_FREE unsigned char *file = NULL;
	struct bdl_lists *l = NULL;
	char path[64];
	size_t n = 0;

	MUST(bdl_list_make_file(b, 1, &file, &n, NULL) == 0);
	BDL_AUTO_FD int fd = memfd_create("lists", MFD_CLOEXEC);
	MUST(fd >= 0 && write(fd, file, n) == (ssize_t)n);
	(void)snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	MUST(bdl_lists_open(path, &l, NULL) == 0);
	return l;
}

static void check_found(const struct bdl_lists *l, const struct bdl_list_entry *e)
{
	struct bdl_view path = bdl_view_of(e->page_n > 0 ? e->page + strlen(e->host) : "/");
	char sub[BDL_HOST_MAX + 8];
	struct bdl_catset set = { 0 };
	struct bdl_lists_hit hit;

	/* Written down again, a percent sign may begin another encoding than it came from. */
	if (bdl_view_find(path, '%') < path.n)
		return;
	bdl_lists_find(l, bdl_view_of(e->host), path, &set);
	MUST(bdl_catset_has(&set, 0));
	MUST(bdl_lists_explain(l, bdl_view_of(e->host), path, &hit, 1) == 1);
	if (e->kind == BDL_LISTS_NET || strlen(e->host) + 2 > BDL_HOST_MAX)
		return;
	set = (struct bdl_catset){ 0 };
	(void)snprintf(sub, sizeof(sub), "w.%s", e->host);
	if (strchr(e->host, ':') == NULL)
		bdl_lists_find(l, bdl_view_of(sub), path, &set);
	MUST(bdl_catset_has(&set, 0) || strchr(e->host, ':') != NULL);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	BDL_AUTO(bdl_list_build_free) struct bdl_list_build *b = bdl_list_build_new();
	BDL_AUTO(bdl_lists_close) struct bdl_lists *l = NULL;
	struct bdl_view asked = fuzz_view(data, size), text = { 0 };
	struct bdl_list_entry e;
	struct bdl_url u;

	(void)bdl_view_cut(&asked, '\n', &text); /* false for no input, and both are empty */
	int r = bdl_list_entry_parse(text, &e, NULL);
	MUST((r == 0) == (bdl_list_build_add(b, BDL_LIT("games"), text, NULL) == 0));
	l = lists_of(b);
	if (r == 0)
		check_found(l, &e);
	if (bdl_url_parse(asked, bdl_view_of(NULL), BDL_SCHEME_HTTP, &u, NULL) == 0) {
		struct bdl_catset set = { 0 }, none = { 0 };
		struct bdl_lists_hit hits[4];
		bdl_lists_find(l, bdl_view_of(u.host), u.path, &set);
		size_t n = bdl_lists_explain(l, bdl_view_of(u.host), u.path, hits, 4);
		MUST((n > 0) == (memcmp(&set, &none, sizeof(set)) != 0));
	}
	return 0;
}
