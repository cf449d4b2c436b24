#include "found_int.h"
#include "policy/facts.h"

#define FOUND_MAX 64 /* lines: of no text are more kept */

/* "drugs:110:12:the phrase": its weight, and where it first stood */
static const char *hit(const struct bdl_request *r, struct bdl_view value)
{
	struct bdl_view class_ = { 0 }, weight = { 0 }, word = { 0 };

	if (!bdl_view_cut(&value, ':', &class_) || !bdl_view_cut(&value, ':', &weight) ||
	    !bdl_view_cut(&value, ':', &word))
		return NULL; /* another version's: it stays unsaid */
	return bdl_region_printf(r->region, "'%.*s' (%.*s, weight %.*s, word %.*s)", BDL_FMT(value),
	    BDL_FMT(class_), BDL_FMT(weight), BDL_FMT(word));
}

/* "drugs:120" */
static const char *score(const struct bdl_request *r, struct bdl_view value)
{
	struct bdl_view class_ = { 0 };

	return !bdl_view_cut(&value, ':', &class_)
	    ? NULL
	    : bdl_region_printf(
		  r->region, "phrases of %.*s: %.*s", BDL_FMT(class_), BDL_FMT(value));
}

/* "drugs:32:health,news"; "drugs:32" where no context did it, or an older door did not say which. */
static const char *excused(const struct bdl_request *r, struct bdl_view value)
{
	BDL_AUTO_IN(bdl_buf_done) struct bdl_buf text = BDL_BUF(BDL_KEPT_MAX);
	struct bdl_view class_ = { 0 }, much = { 0 }, context;
	const char *between = ", as it speaks of ";

	if (!bdl_view_cut(&value, ':', &class_) || !bdl_view_cut(&value, ':', &much))
		return NULL;
	(void)bdl_buf_printf(&text, "of %.*s excused: %.*s", BDL_FMT(class_), BDL_FMT(much));
	while (bdl_view_cut(&value, ',', &context)) {
		(void)bdl_buf_printf(&text, "%s%.*s", between, BDL_FMT(context));
		between = " and ";
	}
	return bdl_region_str(r->region, bdl_buf_view(&text)); /* shorter than what was kept */
}

static const char *size(const struct bdl_request *r, struct bdl_view value)
{
	uint64_t n;

	return bdl_view_uint(value, UINT64_MAX, &n)
	    ? bdl_region_printf(r->region, "size: %s", bdl_bytes_text(r, n))
	    : NULL;
}

static const char *read_how(const struct bdl_request *r, struct bdl_view value)
{
	static const char *const hows[][2] = {
		{ "whole", "its text was read to the end" },
		{ "part", "its text was read in part" },
		{ "terms", "what was searched for was read" },
		{ "before", "what the same page said a short while ago" },
	};

	(void)r; /* nothing has to be made */
	for (size_t i = 0; i < BDL_ARRAY_LEN(hows); i++)
		if (bdl_view_is(value, hows[i][0]))
			return hows[i][1];
	return NULL;
}

static const char *unread_why(const struct bdl_request *r, struct bdl_view value)
{
	(void)r; /* nothing has to be made */
	return bdl_view_is(value, "coding")
	    ? "what was sent is a text that could not be read: it is packed in a way that is not unpacked"
	    : NULL;
}

/* One kept word as a line; NULL: it is for the judge alone, or another version's. */
static const char *line_of(const struct bdl_request *r, struct bdl_view name, struct bdl_view value)
{
	static const struct {
		const char *name, *title; /* with a title: the value follows it as it is */
		const char *(*say)(const struct bdl_request *r, struct bdl_view value);
	} words[] = {
		{ "terms", "searched for", NULL },
		{ "type", "type", NULL },
		{ "file", "kind of file", NULL },
		{ "size", NULL, size },
		{ "read", NULL, read_how },
		{ "unread", NULL, unread_why },
		{ "score", NULL, score },
		{ "excused", NULL, excused },
		{ "hit", NULL, hit },
		{ "around", "it says", NULL },
		{ "daily", "told once a day", NULL },
		{ "probe", "Beadle's own probe", NULL },
	};

	for (size_t i = 0; i < BDL_ARRAY_LEN(words); i++) {
		if (!bdl_view_is(name, words[i].name))
			continue;
		return words[i].say
		    ? words[i].say(r, value)
		    : bdl_region_printf(r->region, "%s: %.*s", words[i].title, BDL_FMT(value));
	}
	return NULL;
}

void bdl_found_out(const struct bdl_request *r, struct bdl_view kept, struct bdl_page_act *v)
{
	struct bdl_page_act_finding *lines = bdl_region_array(r->region, FOUND_MAX, sizeof(*lines));
	struct bdl_view name, value;
	size_t n = 0;

	while (lines && n < FOUND_MAX && bdl_kept_next(&kept, r->region, &name, &value)) {
		const char *text = line_of(r, name, value);
		if (text)
			lines[n++].text = text;
	}
	v->found = lines;
	v->n_found = n;
}
