/*
 * The lists file. The first byte says whether its checksum is made right, which no mutation would
 * find by itself, so that what is behind it is reached as well.
 */
#include "fuzz.h"
#include "lists/format_int.h"
#include <stdio.h>
#include <sys/mman.h>
#include <unistd.h>

static const char *const hosts[] = { "casino.example", "www.casino.example", "a.b.c.d.example",
	"games.example", "192.0.2.33", "2001:db8::1", "..", "example" };

static void use_host(const struct bdl_lists *l, struct bdl_view host, struct bdl_catset *set)
{
	struct bdl_lists_hit hits[4];

	bdl_lists_host(l, host, set);
	bdl_lists_find(l, host, BDL_LIT("/a/b.html?c=1&d"), set);
	size_t n = bdl_lists_explain(l, host, BDL_LIT("/a/b.html?c=1&d"), hits, 4);
	MUST(n <= 4);
	for (size_t i = 0; i < n; i++)
		MUST(strnlen(hits[i].entry, sizeof(hits[i].entry)) < sizeof(hits[i].entry));
}

static void use(const struct bdl_lists *l)
{
	struct bdl_catset set = { 0 };
	unsigned n = bdl_lists_categories(l);

	for (size_t i = 0; i < BDL_ARRAY_LEN(hosts); i++)
		use_host(l, bdl_view_of(hosts[i]), &set);
	for (unsigned i = 0; i < BDL_LIST_CATEGORIES_MAX; i++)
		MUST(i < n || !bdl_catset_has(&set, i));
	for (unsigned i = 0; i < n; i++) {
		int found = bdl_lists_category_find(l, bdl_view_of(bdl_lists_category(l, i)));
		MUST(found >= 0 && (unsigned)found <= i);
	}
	int r = bdl_lists_verify(l, NULL);
	MUST(r == 0 || r == BDL_E_INVALID);
}

/* Right only where the counts fit the size, as the file's reader finds out by itself. */
static void make_sum_right(uint8_t *file, size_t n)
{
	struct bdl_lists_header *h = (struct bdl_lists_header *)(void *)file;

	if (n < sizeof(*h) || h->n_categories > BDL_LIST_CATEGORIES_MAX ||
	    h->n_sets > BDL_LISTS_SETS_MAX || h->n_lines > n || h->notes_size > n ||
	    bdl_lists_layout_of(h).end != n)
		return;
	h->file_size = n;
	h->head_sum = bdl_lists_head_sum(file);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	BDL_AUTO(bdl_lists_close) struct bdl_lists *l = NULL;
	char path[64];

	if (size == 0)
		return 0;
	BDL_AUTO_FREE uint8_t *file = malloc(size);
	BDL_AUTO_FD int fd = memfd_create("lists", MFD_CLOEXEC);
	MUST(file != NULL && fd >= 0);
	memcpy(file, data + 1, size - 1);
	if (data[0] & 1)
		make_sum_right(file, size - 1);
	MUST(write(fd, file, size - 1) == (ssize_t)(size - 1));
	(void)snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	if (bdl_lists_open(path, &l, NULL) == 0)
		use(l);
	return 0;
}
