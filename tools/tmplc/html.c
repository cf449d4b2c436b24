#include "html.h"
#include "base/ascii.h"

static bool is_space(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f';
}

static void name_start(char name[HTML_NAME_MAX])
{
	name[0] = '\0';
}

static void name_add(char name[HTML_NAME_MAX], char c)
{
	size_t n = strlen(name);
	if (n + 1 < HTML_NAME_MAX) {
		name[n] = bdl_lower(c);
		name[n + 1] = '\0';
	}
}

static bool is_one_of(const char *name, const char *const *names)
{
	for (; *names; names++)
		if (strcmp(name, *names) == 0)
			return true;
	return false;
}

static const char *const code_tags[] = { "script", "style", NULL };
static const char *const caption_tags[] = { "title", "textarea", NULL };
static const char *const refused_tags[] = { "xmp", "iframe", "noembed", "noframes", "plaintext",
	NULL };

/* A '>' ends the tag: what stands after it depends on the element that it opened. */
static const char *tag_end(struct html *h, bool self_closing)
{
	bool special = is_one_of(h->tag, code_tags) || is_one_of(h->tag, caption_tags);
	if (!h->closing && is_one_of(h->tag, refused_tags))
		return "this element is not for templates: browsers read its inside in ways of their "
		       "own";
	if (special && self_closing)
		return "browsers do not agree on '/>' here: write the closing tag";
	if (h->closing || !special)
		h->state = HTML_TEXT;
	else
		h->state = is_one_of(h->tag, code_tags) ? HTML_CODE : HTML_CAPTION;
	return NULL;
}

/* '<' in text: a tag, a comment or a declaration. Moves *p past what was settled. */
static const char *tag_start(struct html *h, const char **p, const char *end)
{
	struct bdl_view rest = bdl_view_at(*p, (size_t)(end - *p));
	if (bdl_view_starts(rest, BDL_LIT("<!--"))) {
		h->state = HTML_COMMENT;
		*p += 4;
		return NULL;
	}
	bool closing = bdl_view_starts(rest, BDL_LIT("</"));
	size_t name = closing ? 2 : 1;
	if (bdl_view_starts(rest, BDL_LIT("<!")) && rest.n > 2 && bdl_is_letter(rest.p[2])) {
		h->state = HTML_MARKUP;
		*p += 2;
		return NULL;
	}
	if (rest.n == name)
		return "a tag's name cannot come from a value or a block";
	if (!bdl_is_letter(rest.p[name]))
		return "no tag begins like this: write &lt; for a '<' that is text";
	h->closing = closing;
	h->state = HTML_TAG_NAME;
	name_start(h->tag);
	*p += name;
	return NULL;
}

/* Inside a tag, outside a value. */
static const char *in_tag(struct html *h, char c, char before)
{
	if (c == '>')
		return tag_end(h, before == '/');
	if (is_space(c)) {
		bool named = h->state == HTML_ATTR_NAME || h->state == HTML_ATTR_AFTER;
		h->state = named ? HTML_ATTR_AFTER : HTML_GAP;
		return NULL;
	}
	if (c == '/') {
		h->state = HTML_EDGE;
		return NULL;
	}
	if (c == '=') {
		if (h->state != HTML_ATTR_NAME && h->state != HTML_ATTR_AFTER)
			return "no attribute's name stands before this '='";
		h->state = HTML_VALUE_BEFORE;
		return NULL;
	}
	if (strchr("\"'<`{}", c) || (unsigned char)c < 0x20)
		return "this character cannot stand in a tag";
	if (h->state == HTML_EDGE)
		return "a space, '/' or '>' must stand here";
	if (h->state == HTML_GAP || h->state == HTML_ATTR_AFTER) {
		h->state = HTML_ATTR_NAME;
		name_start(h->attr);
	}
	name_add(h->state == HTML_TAG_NAME ? h->tag : h->attr, c);
	return NULL;
}

static const char *in_value(struct html *h, char c)
{
	switch ((int)h->state) {
	case HTML_VALUE_BEFORE:
		h->begun = false;
		if (c == '"')
			h->state = HTML_VALUE_DOUBLE;
		else if (c == '\'')
			h->state = HTML_VALUE_SINGLE;
		else if (c == '>')
			return "the attribute's value is missing";
		else if (!is_space(c))
			h->state = HTML_VALUE_BARE;
		return NULL;
	case HTML_VALUE_BARE:
		if (is_space(c))
			h->state = HTML_GAP;
		else if (c == '>')
			return tag_end(h, false);
		else if (strchr("\"'<=`", c))
			return "this character cannot stand in an attribute without quotes";
		return NULL;
	default:
		if (c == (h->state == HTML_VALUE_DOUBLE ? '"' : '\''))
			h->state = HTML_EDGE;
		h->begun = true;
		return NULL;
	}
}

/* In script, style, title or textarea: only their own end tag ends them. */
static bool at_end_tag(const struct html *h, struct bdl_view rest)
{
	size_t n = strlen(h->tag);
	return rest.n > n + 2 && rest.p[0] == '<' && rest.p[1] == '/' &&
	    bdl_view_iis(bdl_view_at(rest.p + 2, n), h->tag) &&
	    (is_space(rest.p[n + 2]) || rest.p[n + 2] == '>' || rest.p[n + 2] == '/');
}

/* Outside tags; *p moves past what was read. */
static const char *in_text(struct html *h, const char **p, const char *end)
{
	struct bdl_view rest = bdl_view_at(*p, (size_t)(end - *p));

	switch ((int)h->state) {
	case HTML_TEXT:
		if (rest.p[0] == '<')
			return tag_start(h, p, end);
		break;
	case HTML_CODE:
	case HTML_CAPTION:
		if (h->state == HTML_CODE && bdl_view_starts(rest, BDL_LIT("<!--")))
			return "'<!--' changes where a script ends: leave it out";
		if (at_end_tag(h, rest))
			return tag_start(h, p, end);
		break;
	case HTML_COMMENT:
		if (bdl_view_starts(rest, BDL_LIT("-->"))) {
			h->state = HTML_TEXT;
			*p += 2;
		}
		break;
	default:
		if (rest.p[0] == '>')
			h->state = HTML_TEXT;
		break;
	}
	(*p)++;
	return NULL;
}

/* One step; *p moves past what was read. */
static const char *step(struct html *h, const char *start, const char **p, const char *end)
{
	const char *why;

	if (h->state >= HTML_TAG_NAME && h->state <= HTML_ATTR_AFTER)
		why = in_tag(h, **p, *p > start ? (*p)[-1] : ' ');
	else if (h->state >= HTML_VALUE_BEFORE && h->state <= HTML_VALUE_BARE)
		why = in_value(h, **p);
	else
		return in_text(h, p, end);
	if (!why)
		(*p)++;
	return why;
}

const char *html_feed(struct html *h, struct bdl_view text, const char **ret_at)
{
	const char *p = text.p, *end = text.p + text.n;

	while (p < end) {
		const char *why = step(h, text.p, &p, end);
		if (why) {
			*ret_at = p;
			return why;
		}
	}
	return NULL;
}

const char *html_break(struct html *h)
{
	switch ((int)h->state) {
	case HTML_CODE:
		return "a block cannot stand in a script or a style sheet";
	case HTML_COMMENT:
	case HTML_MARKUP:
		return "a block cannot stand in a comment or a declaration: use {{# ... }} for remarks";
	case HTML_VALUE_BEFORE:
	case HTML_VALUE_SINGLE:
	case HTML_VALUE_BARE:
		return "a block in an attribute needs double quotes around the attribute";
	case HTML_TAG_NAME:
	case HTML_ATTR_NAME:
		h->state = HTML_EDGE;
		return NULL;
	case HTML_ATTR_AFTER:
		h->state = HTML_GAP;
		return NULL;
	default:
		return NULL;
	}
}

static const char *const url_attrs[] = { "href", "src", "action", "formaction", "cite", "poster",
	"data", "background", "longdesc", "manifest", "xlink:href", NULL };
/* Their addresses bring code or change what other addresses mean. */
static const char *const code_sources[] = { "script", "link", "base", "object", "embed", "use",
	NULL };
static const char *const barred_attrs[] = { "srcdoc", "srcset", "imagesrcset", "ping", "nonce",
	"http-equiv", NULL };
/* They change other elements' attributes while the page is shown. */
static const char *const barred_tags[] = { "set", "animate", "animatemotion", "animatetransform",
	NULL };

static enum escape attribute_value(const struct html *h, const char **ret_why)
{
	if (h->attr[0] == 'o' && h->attr[1] == 'n') {
		*ret_why = "a value cannot stand in an event handler, which is code";
		return ESC_NONE;
	}
	if (strcmp(h->attr, "style") == 0) {
		*ret_why = "a value cannot stand in a style attribute: choose a class";
		return ESC_NONE;
	}
	if (is_one_of(h->attr, barred_attrs) || is_one_of(h->tag, barred_tags) ||
	    (strcmp(h->tag, "meta") == 0 && strcmp(h->attr, "content") == 0)) {
		*ret_why = "a value cannot stand in this attribute: browsers read it in ways of "
			   "their own";
		return ESC_NONE;
	}
	if (!is_one_of(h->attr, url_attrs))
		return ESC_ATTR;
	if (h->begun)
		return ESC_QUERY;
	if (is_one_of(h->tag, code_sources)) {
		*ret_why = "the address of code cannot begin with a value";
		return ESC_NONE;
	}
	return ESC_URL;
}

enum escape html_value(struct html *h, const char **ret_why)
{
	enum escape escape = ESC_NONE;

	switch (h->state) {
	case HTML_TEXT:
	case HTML_CAPTION:
		return ESC_TEXT;
	case HTML_VALUE_DOUBLE:
		escape = attribute_value(h, ret_why);
		h->begun = true;
		return escape;
	case HTML_CODE:
		*ret_why = "a value cannot stand in a script or a style sheet";
		return ESC_NONE;
	case HTML_COMMENT:
	case HTML_MARKUP:
		*ret_why = "a value cannot stand in a comment or a declaration";
		return ESC_NONE;
	case HTML_VALUE_BEFORE:
	case HTML_VALUE_SINGLE:
	case HTML_VALUE_BARE:
		*ret_why = "a value in an attribute needs double quotes around the attribute";
		return ESC_NONE;
	case HTML_TAG_NAME:
	case HTML_GAP:
	case HTML_EDGE:
	case HTML_ATTR_NAME:
	case HTML_ATTR_AFTER:
		*ret_why = "a value cannot stand in a tag outside an attribute's double quotes";
		return ESC_NONE;
	}
	return escape;
}

bool html_join(struct html *h, const struct html *other)
{
	bool in_tag_here = h->state == HTML_GAP || h->state == HTML_EDGE;
	bool in_tag_there = other->state == HTML_GAP || other->state == HTML_EDGE;

	if (in_tag_here && in_tag_there && h->closing == other->closing &&
	    strcmp(h->tag, other->tag) == 0) {
		if (other->state == HTML_EDGE)
			h->state = HTML_EDGE;
		return true;
	}
	if (h->state != other->state)
		return false;
	switch ((int)h->state) {
	case HTML_TEXT:
		return true;
	case HTML_CAPTION:
		return strcmp(h->tag, other->tag) == 0;
	case HTML_VALUE_DOUBLE:
		/* Whether an address has begun decides how its next value is written. */
		if (is_one_of(h->attr, url_attrs) && h->begun != other->begun)
			return false;
		h->begun = h->begun && other->begun;
		return strcmp(h->tag, other->tag) == 0 && strcmp(h->attr, other->attr) == 0;
	default:
		return false;
	}
}
