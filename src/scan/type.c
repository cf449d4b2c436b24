/* How a body is to be read, by what its header says. */
#include "scan/scan.h"

struct word {
	const char *name;
	int means;
};

static const struct word forms[] = {
	{ "text/html", BDL_SCAN_HTML },
	{ "application/xhtml+xml", BDL_SCAN_HTML },
	{ "application/xml", BDL_SCAN_HTML },
	{ "text/xml", BDL_SCAN_HTML },
	{ "application/json", BDL_SCAN_JSON },
	{ "text/json", BDL_SCAN_JSON },
	{ "application/x-ndjson", BDL_SCAN_JSON },
	{ "application/x-www-form-urlencoded", BDL_SCAN_FORM },
	{ "multipart/form-data", BDL_SCAN_PARTS },
	{ "text/css", BDL_SCAN_OTHER },
	{ "text/javascript", BDL_SCAN_OTHER },
	{ "text/event-stream", BDL_SCAN_OTHER },
	/* These say nothing (is_unsure): a browser shows a page where it looks like one. */
	{ "*/*", BDL_SCAN_HTML },
	{ "unknown/unknown", BDL_SCAN_HTML },
	{ "application/unknown", BDL_SCAN_HTML },
};

static const struct word codings[] = {
	{ "", BDL_SCAN_AS_IS },
	{ "identity", BDL_SCAN_AS_IS },
	{ "gzip", BDL_SCAN_GZIP },
	{ "x-gzip", BDL_SCAN_GZIP },
	{ "deflate", BDL_SCAN_DEFLATE },
	{ "br", BDL_SCAN_BROTLI },
};

static int look_up(const struct word *words, size_t n, struct bdl_view name, int otherwise)
{
	for (size_t i = 0; i < n; i++)
		if (bdl_view_iis(name, words[i].name))
			return words[i].means;
	return otherwise;
}

static enum bdl_scan_form form_of(struct bdl_view type)
{
	enum bdl_scan_form otherwise = BDL_SCAN_OTHER;

	if (type.n == 0 || bdl_view_istarts(type, BDL_LIT("text/")))
		otherwise = BDL_SCAN_PLAIN;
	else if (type.n > 4 && bdl_view_iis(bdl_view_from(type, type.n - 4), "+xml"))
		otherwise = BDL_SCAN_HTML; /* SVG too, which a browser shows with its text */
	else if (type.n > 5 && bdl_view_iis(bdl_view_from(type, type.n - 5), "+json"))
		otherwise = BDL_SCAN_JSON;
	else if (bdl_view_find(type, '/') == type.n)
		otherwise = BDL_SCAN_HTML; /* no type at all */
	return (enum bdl_scan_form)look_up(forms, BDL_ARRAY_LEN(forms), type, (int)otherwise);
}

/*
 * Whether all browsers look at the bytes themselves: no type, or the very word that servers send for
 * anything. Of what is packed they do not look at the same bytes, or at none.
 */
static bool is_unsure(struct bdl_view content_type, struct bdl_view type, struct bdl_view coding)
{
	if (coding.n > 0)
		return false;
	return bdl_view_find(type, '/') == type.n || bdl_view_iis(type, "*/*") ||
	    bdl_view_iis(type, "unknown/unknown") || bdl_view_iis(type, "application/unknown") ||
	    bdl_view_is(content_type, "text/plain");
}

static struct bdl_view unquoted(struct bdl_view v)
{
	if (v.n >= 2 && v.p[0] == '"' && v.p[v.n - 1] == '"')
		return bdl_view_at(v.p + 1, v.n - 2);
	return v;
}

static void copy(char *out, size_t size, struct bdl_view v)
{
	if (v.n < size) {
		memcpy(out, v.p, v.n);
		out[v.n] = '\0';
	}
}

static struct bdl_view type_of(struct bdl_view content_type)
{
	struct bdl_view type = { 0 };

	(void)bdl_view_cut(&content_type, ';', &type); /* empty where there is none */
	return bdl_view_trim(type);
}

static void read_type(struct bdl_view content_type, struct bdl_scan_options *ret)
{
	struct bdl_view rest = content_type, item, name;

	ret->form = form_of(type_of(content_type));
	(void)bdl_view_cut(&rest, ';', &item); /* as above */
	while (bdl_view_cut(&rest, ';', &item)) {
		struct bdl_view value = item;
		if (!bdl_view_cut(&value, '=', &name))
			continue;
		name = bdl_view_trim(name);
		value = unquoted(bdl_view_trim(value));
		if (bdl_view_iis(name, "charset"))
			copy(ret->charset, sizeof(ret->charset), value);
		else if (bdl_view_iis(name, "boundary"))
			copy(ret->boundary, sizeof(ret->boundary), value);
	}
	if (ret->form == BDL_SCAN_PARTS && ret->boundary[0] == '\0')
		ret->form = BDL_SCAN_PLAIN; /* nobody can tell its parts: all of it is read */
}

/* Browsers take one of several, not all the same one: where any is a page's it is read as a page. */
static void read_others(struct bdl_view list, struct bdl_scan_options *ret)
{
	struct bdl_view item;

	while (ret->form != BDL_SCAN_HTML && bdl_view_cut(&list, ',', &item)) {
		struct bdl_scan_options one = { .coding = ret->coding };
		if (bdl_view_find(item, '/') == item.n)
			continue; /* no type, but perhaps a piece of a value in quotes */
		read_type(bdl_view_trim(item), &one);
		if (one.form == BDL_SCAN_HTML || ret->form == BDL_SCAN_OTHER)
			*ret = one;
	}
}

void bdl_scan_options_of(
    struct bdl_view content_type, struct bdl_view content_encoding, struct bdl_scan_options *ret)
{
	*ret = (struct bdl_scan_options){ 0 };
	ret->coding = (enum bdl_scan_coding)look_up(
	    codings, BDL_ARRAY_LEN(codings), bdl_view_trim(content_encoding), BDL_SCAN_UNKNOWN);
	read_type(content_type, ret);
	if (bdl_view_find(content_type, ',') < content_type.n)
		read_others(content_type, ret);
	else
		ret->is_unsure = is_unsure(content_type, type_of(content_type), content_encoding);
}
