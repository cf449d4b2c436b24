/* How a source's categories are called here. */
#include "base/alloc.h"
#include "base/ascii.h"
#include "base/utf8.h"
#include "lists/source_int.h"

#define NAMES_MAX 1024

struct name {
	char theirs[64], ours[BDL_CATEGORY_NAME_MAX + 1]; /* ours is "" where it is left out */
};

struct bdl_list_names {
	struct name *names;
	size_t n, cap;
};

void bdl_list_names_free(struct bdl_list_names *n)
{
	if (n == NULL)
		return;
	free(n->names);
	free(n);
}

static const struct name *find(const struct bdl_list_names *n, struct bdl_view theirs)
{
	for (size_t i = 0; n != NULL && i < n->n; i++) {
		if (bdl_view_iis(theirs, n->names[i].theirs))
			return &n->names[i];
	}
	return NULL;
}

static int add(struct bdl_list_names *n, struct bdl_view line, struct bdl_err *err)
{
	struct bdl_view theirs, ours = line;
	struct name name = { 0 };

	(void)bdl_view_cut(&ours, '=', &theirs); /* the line is not empty */
	theirs = bdl_view_trim(theirs);
	ours = bdl_view_trim(ours);
	if (theirs.n == 0 || theirs.n >= sizeof(name.theirs) ||
	    (!bdl_view_is(ours, "-") && !bdl_is_category(ours)))
		return bdl_fail(err, BDL_E_INVALID,
		    "'%.*s', expected 'their name = our category' or 'their name = -'",
		    BDL_FMT(line));
	if (find(n, theirs) != NULL)
		return bdl_fail(err, BDL_E_INVALID, "'%.*s' has two names", BDL_FMT(theirs));
	if (n->n == NAMES_MAX)
		return bdl_fail(err, BDL_E_LIMIT, "more than %d names", NAMES_MAX);
	memcpy(name.theirs, theirs.p, theirs.n);
	if (!bdl_view_is(ours, "-"))
		memcpy(name.ours, ours.p, ours.n);
	n->names = bdl_xgrow(n->names, n->n, &n->cap, sizeof(*n->names));
	n->names[n->n++] = name;
	return 0;
}

int bdl_list_names_parse(
    struct bdl_view text, const char *where, struct bdl_list_names **ret, struct bdl_err *err)
{
	BDL_AUTO(bdl_list_names_free) struct bdl_list_names *n = bdl_xalloc(sizeof(*n));
	struct bdl_view line;

	text = bdl_utf8_without_mark(text);
	for (size_t i = 1; bdl_view_cut(&text, '\n', &line); i++) {
		line = bdl_list_bare(line);
		if (line.n == 0)
			continue;
		int rc = add(n, line, err);
		if (rc < 0)
			return bdl_fail_in(err, rc, "%s:%zu", where, i);
	}
	*ret = bdl_steal(&n);
	return 0;
}

/* As a name would be here: "Social Networks" and "social_networks" are "social-networks". */
static int spell(struct bdl_view theirs, char out[BDL_CATEGORY_NAME_MAX + 1], struct bdl_err *err)
{
	if (theirs.n == 0 || theirs.n > BDL_CATEGORY_NAME_MAX)
		return bdl_fail(
		    err, BDL_E_INVALID, "a category has 1 to %d letters", BDL_CATEGORY_NAME_MAX);
	for (size_t i = 0; i < theirs.n; i++) {
		char c = bdl_lower(theirs.p[i]);
		out[i] = c == '_' || c == ' ' ? '-' : c;
	}
	out[theirs.n] = '\0';
	if (!bdl_is_category(bdl_view_of(out)))
		return bdl_fail(err, BDL_E_INVALID,
		    "'%.*s' is no category: letters, digits and hyphens, at most %d",
		    BDL_FMT(theirs), BDL_CATEGORY_NAME_MAX);
	return 0;
}

int bdl_list_name(const struct bdl_list_names *n, struct bdl_view theirs,
    char out[BDL_CATEGORY_NAME_MAX + 1], struct bdl_err *err)
{
	const struct name *found = find(n, theirs);

	if (found == NULL)
		return spell(theirs, out, err);
	memcpy(out, found->ours, sizeof(found->ours));
	return 0;
}
