/*
 * Sources of lists. The first byte says which form is forced (0: as it is recognised) and whether
 * the lines name their categories. What is taken is compiled and found again, and whatever was bad
 * can be shown in a terminal.
 */
#include "base/utf8.h"
#include "fuzz.h"
#include "lists/build_int.h"
#include "lists/compile.h"
#include <sys/mman.h>
#include <unistd.h>

static void check_report(const struct bdl_list_build *b, struct bdl_view text)
{
	size_t n = 0, lines = 1;
	const struct bdl_list_report *rep = bdl_list_build_reports(b, &n);

	for (size_t i = 0; i < text.n; i++)
		lines += text.p[i] == '\n';
	MUST(n == 1 && rep->taken + rep->passed + rep->bad <= lines);
	MUST(rep->n_named <= BDL_LIST_NAMED && rep->n_named <= rep->bad);
	for (size_t i = 0; i < rep->n_named; i++)
		MUST(bdl_utf8_printable(bdl_view_of(rep->named[i])));
	MUST(bdl_utf8_printable(bdl_view_of(rep->title)));
}

/* The file opens, and a plain domain that was the first line is found, but for exceptions. */
static void check_file(struct bdl_list_build *b, bool has_category, struct bdl_view text)
{
	BDL_AUTO(bdl_lists_close) struct bdl_lists *l = NULL;
	BDL_AUTO_FREE unsigned char *file = NULL;
	struct bdl_catset set = { 0 };
	struct bdl_view line;
	char path[64];
	size_t n = 0;

	MUST(bdl_list_make_file(b, 1, &file, &n, NULL) == 0);
	BDL_AUTO_FD int fd = memfd_create("lists", MFD_CLOEXEC);
	MUST(fd >= 0 && write(fd, file, n) == (ssize_t)n);
	(void)snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	MUST(bdl_lists_open(path, &l, NULL) == 0 && bdl_lists_verify(l, NULL) == 0);
	if (!has_category || !bdl_view_cut(&text, '\n', &line) || !bdl_list_is_domain(line) ||
	    memmem(text.p, text.n, "@@", 2) != NULL)
		return;
	bdl_lists_find(l, line, BDL_LIT("/"), &set);
	MUST(bdl_catset_has(&set, 0));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	BDL_AUTO(bdl_list_build_free) struct bdl_list_build *b = NULL;
	struct bdl_list_source s = { .path = "source" };
	struct bdl_view text;

	if (size == 0)
		return 0;
	s.format = (enum bdl_list_format)(data[0] % BDL_LIST_FORMATS);
	s.category = data[0] & 0x20 ? NULL : "games";
	text = fuzz_view(data + 1, size - 1);
	b = bdl_list_build_new();
	int r = bdl_list_build_text(b, &s, text, 1, NULL);
	MUST(r == 0 || r == BDL_E_INVALID || r == BDL_E_LIMIT || r == BDL_E_DENIED);
	check_report(b, text);
	if (r == 0)
		check_file(b, s.category != NULL && s.format == BDL_LIST_PLAIN, text);
	return 0;
}
