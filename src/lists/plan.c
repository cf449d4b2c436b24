#include "lists/plan.h"
#include "base/alloc.h"
#include "base/clock.h"
#include "base/near.h"
#include "base/region.h"
#include "base/utf8.h"
#include "lists/protect.h"
#include "lists/source_int.h"
#include "sys/file.h"
#include <sys/stat.h>

#define TEXT_MAX (4 << 20)

void bdl_plan_free(struct bdl_plan *p)
{
	if (p == NULL)
		return;
	bdl_region_free(p->region);
	free(p);
}

/* A path of the plan, from its folder on. */
static const char *path_of(struct bdl_plan *p, const char *where, struct bdl_view path)
{
	const char *slash = strrchr(where, '/');

	if (slash == NULL || path.p[0] == '/')
		return bdl_region_str(p->region, path);
	return bdl_region_printf(
	    p->region, "%.*s/%.*s", (int)(slash - where), where, BDL_FMT(path));
}

static int unknown(struct bdl_view word, const char *const *words, size_t n, struct bdl_err *err)
{
	const char *near = bdl_near_miss(word, words, n);

	return near != NULL
	    ? bdl_fail(err, BDL_E_INVALID, "'%.*s' says nothing here (did you mean '%s'?)",
		  BDL_FMT(word), near)
	    : bdl_fail(err, BDL_E_INVALID, "'%.*s' says nothing here", BDL_FMT(word));
}

/* "as CATEGORY", "format FORM", "names FILE", "from URL". */
static int add_phrase(struct bdl_plan *p, struct bdl_plan_source *s, const char *where,
    struct bdl_view word, struct bdl_view value, struct bdl_err *err)
{
	static const char *const words[] = { "as", "format", "names", "from" };

	if (value.n == 0)
		return bdl_fail(err, BDL_E_INVALID, "'%.*s' lacks what it is", BDL_FMT(word));
	if (bdl_view_is(word, "as") && bdl_is_category(value))
		s->category = bdl_region_str(p->region, value);
	else if (bdl_view_is(word, "as"))
		return bdl_fail(err, BDL_E_INVALID, "'%.*s' is no category", BDL_FMT(value));
	else if (bdl_view_is(word, "names"))
		s->names = path_of(p, where, value);
	else if (bdl_view_is(word, "from") &&
	    (bdl_view_starts(value, BDL_LIT("https://")) ||
		bdl_view_starts(value, BDL_LIT("http://"))))
		s->url = bdl_region_str(p->region, value);
	else if (bdl_view_is(word, "from"))
		return bdl_fail(err, BDL_E_INVALID, "'%.*s' is no address; expected https://...",
		    BDL_FMT(value));
	else if (!bdl_view_is(word, "format"))
		return unknown(word, words, BDL_ARRAY_LEN(words), err);
	else if (!bdl_list_format_parse(value, &s->format))
		return bdl_fail(err, BDL_E_INVALID,
		    "'%.*s' is no form; expected plain, hosts, adblock, rpz or csv",
		    BDL_FMT(value));
	return 0;
}

static int add_source(
    struct bdl_plan *p, const char *where, size_t line, struct bdl_view rest, struct bdl_err *err)
{
	struct bdl_plan_source s = { .line = line };
	struct bdl_view word, value;
	int rc = 0;

	if (!bdl_list_word(&rest, &word))
		return bdl_fail(err, BDL_E_INVALID, "a source needs a file or a folder");
	if (p->n == BDL_PLAN_SOURCES_MAX)
		return bdl_fail(err, BDL_E_LIMIT, "more than %d sources", BDL_PLAN_SOURCES_MAX);
	s.path = path_of(p, where, word);
	while (rc == 0 && bdl_list_word(&rest, &word)) {
		(void)bdl_list_word(&rest, &value); /* empty where it is missing */
		rc = add_phrase(p, &s, where, word, value, err);
	}
	if (rc == 0 && s.url != NULL && s.category == NULL && s.format != BDL_LIST_CSV)
		rc = bdl_fail(err, BDL_E_INVALID, "what is fetched needs 'as CATEGORY'");
	if (rc == 0)
		p->sources[p->n++] = s;
	return rc;
}

/* "every 1 day", "at 03:00", "never": the whole line, and not twice. */
static int add_schedule(struct bdl_plan *p, struct bdl_view line, struct bdl_err *err)
{
	if (p->has_schedule)
		return bdl_fail(err, BDL_E_CONFLICT, "there is a schedule already");
	if (!bdl_schedule_parse(line, &p->schedule))
		return bdl_fail(err, BDL_E_INVALID,
		    "'%.*s' is no schedule such as 'every 6 hours', 'at 03:00' or 'never'",
		    BDL_FMT(line));
	p->has_schedule = true;
	return 0;
}

static bool begins_schedule(struct bdl_view word)
{
	return bdl_view_is(word, "every") || bdl_view_is(word, "at") || bdl_view_is(word, "never");
}

static int add_line(
    struct bdl_plan *p, const char *where, size_t n, struct bdl_view line, struct bdl_err *err)
{
	static const char *const words[] = { "source", "protected", "overrides", "every", "at",
		"never" };
	struct bdl_view rest = bdl_list_bare(line), word, path, more;

	if (!bdl_list_word(&rest, &word))
		return 0;
	if (bdl_view_is(word, "source"))
		return add_source(p, where, n, rest, err);
	if (begins_schedule(word))
		return add_schedule(p, bdl_list_bare(line), err);
	if (!bdl_view_is(word, "protected") && !bdl_view_is(word, "overrides"))
		return unknown(word, words, BDL_ARRAY_LEN(words), err);
	if (!bdl_list_word(&rest, &path) || bdl_list_word(&rest, &more))
		return bdl_fail(
		    err, BDL_E_INVALID, "'%.*s' is followed by one file", BDL_FMT(word));
	*(bdl_view_is(word, "protected") ? &p->protected : &p->overrides) = path_of(p, where, path);
	return 0;
}

int bdl_plan_parse(
    struct bdl_view text, const char *where, struct bdl_plan **ret, struct bdl_err *err)
{
	BDL_AUTO(bdl_plan_free) struct bdl_plan *p = bdl_xalloc(sizeof(*p));
	struct bdl_view line;

	p->region = bdl_region_new(4 * BDL_PLAN_BYTES_MAX);
	p->schedule = (struct bdl_schedule){ .kind = BDL_SCHEDULE_EVERY, .every_ms = BDL_DAY_MS };
	text = bdl_utf8_without_mark(text);
	for (size_t n = 1; bdl_view_cut(&text, '\n', &line); n++) {
		int rc = add_line(p, where, n, line, err);
		if (rc < 0)
			return bdl_fail_in(err, rc, "%s:%zu", where, n);
	}
	if (bdl_region_broken(p->region))
		return bdl_fail(err, BDL_E_LIMIT, "%s: too long", where);
	*ret = bdl_steal(&p);
	return 0;
}

/* --- reading what it names --- */

int bdl_list_names_read(const char *path, struct bdl_list_names **ret, struct bdl_err *err)
{
	BDL_AUTO_IN(bdl_buf_done) struct bdl_buf text = BDL_BUF(TEXT_MAX);
	int rc = bdl_file_read(path, &text, err);

	return rc == 0 ? bdl_list_names_parse(bdl_buf_view(&text), path, ret, err) : rc;
}

static int read_protected(
    struct bdl_list_build *b, const struct bdl_plan *p, int64_t now_ms, struct bdl_err *err)
{
	BDL_AUTO_IN(bdl_buf_done) struct bdl_buf text = BDL_BUF(TEXT_MAX);
	int rc = 0;

	if (p->protected != NULL) {
		rc = bdl_file_read(p->protected, &text, err);
		if (rc == 0)
			rc = bdl_list_build_protect(b, bdl_buf_view(&text), p->protected, err);
	}
	bdl_buf_clear(&text);
	if (rc == 0 && p->overrides != NULL) {
		rc = bdl_file_read(p->overrides, &text, err);
		if (rc == 0)
			rc = bdl_list_build_override(
			    b, bdl_buf_view(&text), p->overrides, now_ms, err);
	}
	return rc;
}

static int read_source(
    struct bdl_list_build *b, const struct bdl_plan_source *from, struct bdl_err *err)
{
	BDL_AUTO(bdl_list_names_free) struct bdl_list_names *names = NULL;
	struct bdl_list_source s = {
		.path = from->path, .category = from->category, .format = from->format
	};
	struct stat st;

	if (stat(from->path, &st) < 0)
		return bdl_fail(err, BDL_E_MISSING, "%s: there is no such source%s", from->path,
		    from->url != NULL ? "; beadle lists update fetches it" : "");
	int rc = from->names != NULL ? bdl_list_names_read(from->names, &names, err) : 0;
	if (rc < 0)
		return rc;
	s.names = names;
	return S_ISDIR(st.st_mode) ? bdl_list_build_folder_as(b, from->path, &s, err)
				   : bdl_list_build_source(b, &s, err);
}

int bdl_list_build_plan(
    struct bdl_list_build *b, const struct bdl_plan *p, int64_t now_ms, struct bdl_err *err)
{
	int rc = read_protected(b, p, now_ms, err);

	for (size_t i = 0; rc == 0 && i < p->n; i++)
		rc = read_source(b, &p->sources[i], err);
	return rc;
}
