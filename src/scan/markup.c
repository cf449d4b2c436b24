/* The tokenizer: one function for each state, each takes what it can of what came. */
#include "base/ascii.h"
#include "scan/block_int.h"
#include "scan/markup_int.h"

#define ENTITY_MAX 32 /* bytes of a name */

/* What bytes end within a tag. */
#define BLANK    1
#define ENDS_TAG 2
#define EQUALS   4
static const uint8_t ends[256] = {
	[' '] = BLANK,
	['\n'] = BLANK,
	['\t'] = BLANK,
	['\r'] = BLANK,
	['\f'] = BLANK,
	['/'] = ENDS_TAG,
	['>'] = ENDS_TAG,
	['='] = EQUALS,
};

void bdl_markup_begin(struct bdl_markup *h, struct bdl_fold *fold)
{
	h->fold = fold;
	h->state = BDL_MARKUP_TEXT;
	h->n_name = h->n_attr = h->n_entity = h->dashes = 0;
	h->n_value = h->n_said = h->n_held = 0;
	h->skip_depth = 0;
	memset(h->skip, 0, sizeof(h->skip));
	memset(h->raw, 0, sizeof(h->raw));
	memset(&h->tags, 0, sizeof(h->tags));
	memset(&h->attrs, 0, sizeof(h->attrs));
}

static bool is_blank(char c)
{
	return ends[(unsigned char)c] == BLANK;
}

/* --- what is said --- */

static void emit(struct bdl_markup *h, struct bdl_view v)
{
	if (h->skip[0] == '\0' && v.n > 0)
		bdl_fold_add(h->fold, v);
}

/* A break, and behind it what attributes said since the last. */
static void emit_break(struct bdl_markup *h)
{
	struct bdl_view rest = bdl_view_at(h->held, h->n_held), said;

	bdl_fold_break(h->fold);
	h->n_held = 0;
	while (bdl_view_cut(&rest, '\0', &said)) {
		bdl_fold_add(h->fold, said);
		bdl_fold_break(h->fold);
	}
}

static void hold(struct bdl_markup *h, struct bdl_view said)
{
	if (said.n == 0 || h->skip[0] != '\0')
		return;
	if (said.n + 1 > sizeof(h->held) - h->n_held)
		emit_break(h);
	memcpy(h->held + h->n_held, said.p, said.n);
	h->n_held += said.n;
	h->held[h->n_held++] = '\0';
}

/* --- text and its entities --- */

static void emit_entity(struct bdl_markup *h, bool ended)
{
	struct bdl_view name = bdl_view_at(h->entity, h->n_entity);
	char out[4];
	size_t used = 0;

	struct bdl_view text = bdl_entity(name, ended, out, &used);
	if (used == 0)
		emit(h, BDL_LIT("&"));
	emit(h, text);
	emit(h, bdl_view_from(name, used));
	h->n_entity = 0;
	h->state = h->raw[0] != '\0' ? BDL_MARKUP_RAW : BDL_MARKUP_TEXT;
}

static size_t in_entity(struct bdl_markup *h, struct bdl_view v)
{
	for (size_t i = 0; i < v.n; i++) {
		char c = v.p[i];
		bool goes_on =
		    bdl_is_letter(c) || bdl_is_digit(c) || (c == '#' && h->n_entity == 0);
		if (!goes_on || h->n_entity == ENTITY_MAX) {
			emit_entity(h, c == ';');
			return c == ';' ? i + 1 : i;
		}
		h->entity[h->n_entity++] = c;
	}
	return v.n;
}

/* Text up to the next '<' or '&', which is what most of a page is. */
static size_t in_text(struct bdl_markup *h, struct bdl_view v)
{
	size_t n = bdl_find_either(v, '<', '&');

	emit(h, bdl_view_at(v.p, n));
	if (n == v.n)
		return n;
	h->state = v.p[n] == '&' ? BDL_MARKUP_ENTITY : BDL_MARKUP_OPEN;
	return n + 1;
}

/* --- raw text --- */

static size_t in_raw(struct bdl_markup *h, struct bdl_view v)
{
	size_t n = h->raw_text ? bdl_find_either(v, '<', '&') : bdl_view_find(v, '<');

	if (h->raw_text)
		emit(h, bdl_view_at(v.p, n));
	if (n == v.n)
		return n;
	h->n_name = 0;
	h->state = v.p[n] == '&' ? BDL_MARKUP_ENTITY : BDL_MARKUP_RAW_OPEN;
	return n + 1;
}

static bool is_raw_so_far(const struct bdl_markup *h, char c)
{
	return h->n_name == 0 ? c == '/' : bdl_lower(c) == h->raw[h->n_name - 1] && c != '\0';
}

/* "<" was met; "/NAME" and a byte that ends the name are awaited. */
static size_t in_raw_open(struct bdl_markup *h, struct bdl_view v)
{
	for (size_t i = 0; i < v.n; i++) {
		char c = v.p[i];
		bool whole = h->n_name > 0 && h->raw[h->n_name - 1] == '\0';
		if (whole && (is_blank(c) || c == '/' || c == '>')) {
			memcpy(h->name, h->raw, sizeof(h->name));
			memset(h->raw, 0, sizeof(h->raw));
			h->closes = true;
			h->hides = h->no_value = h->says = h->shadow = false;
			h->n_said = 0;
			h->state = BDL_MARKUP_IN_TAG;
			return i;
		}
		if (whole || !is_raw_so_far(h, c)) {
			if (h->raw_text) { /* what was taken for an end tag was text */
				bdl_fold_blank(h->fold);
				emit(h, bdl_view_at(h->raw, h->n_name > 0 ? h->n_name - 1u : 0));
			}
			h->state = BDL_MARKUP_RAW;
			return i;
		}
		h->n_name++;
	}
	return v.n;
}

/* --- tags --- */

static size_t in_open(struct bdl_markup *h, struct bdl_view v)
{
	char c = v.p[0];

	h->n_name = h->dashes = 0;
	h->closes = false;
	if (bdl_is_letter(c)) {
		h->state = BDL_MARKUP_NAME_OF_TAG;
		return 0;
	}
	if (c == '/' || c == '!' || c == '?') {
		h->state = c == '/' ? BDL_MARKUP_CLOSE
		    : c == '!'      ? BDL_MARKUP_MARK
				    : BDL_MARKUP_TO_END;
		return 1;
	}
	emit(h, BDL_LIT("<"));
	h->state = BDL_MARKUP_TEXT;
	return 0;
}

static size_t in_close(struct bdl_markup *h, struct bdl_view v)
{
	h->closes = true;
	if (v.p[0] == '>') { /* "</>" is nothing */
		h->state = BDL_MARKUP_TEXT;
		return 1;
	}
	h->state = bdl_is_letter(v.p[0]) ? BDL_MARKUP_NAME_OF_TAG : BDL_MARKUP_TO_END;
	return 0;
}

/* Bytes of a name, up to one that ends it. */
static size_t take_name(char name[BDL_MARKUP_NAME], uint8_t *n, struct bdl_view v, unsigned until)
{
	size_t i = 0;

	if (*n == 0)
		memset(name, 0, BDL_MARKUP_NAME);
	for (; i < v.n && (ends[(unsigned char)v.p[i]] & until) == 0; i++) {
		if (*n < BDL_MARKUP_NAME - 1)
			name[(*n)++] = v.p[i] != '\0' ? bdl_lower(v.p[i]) : '?';
		else
			name[BDL_MARKUP_NAME - 1] = '?'; /* longer than any that is known */
	}
	return i;
}

static size_t in_name(struct bdl_markup *h, struct bdl_view v)
{
	size_t n = take_name(h->name, &h->n_name, v, BLANK | ENDS_TAG);

	if (n < v.n) {
		h->state = BDL_MARKUP_IN_TAG;
		h->hides = h->no_value = h->says = h->shadow = false;
		h->n_said = 0;
	}
	return n;
}

static bool is_named(const struct bdl_markup *h, const char *name)
{
	return strncmp(h->name, name, BDL_MARKUP_NAME) == 0;
}

/* What stood in "value" or "content", where the tag is one of which a reader sees it. */
static void say_said(struct bdl_markup *h)
{
	if (h->n_said == 0) /* as with nearly all tags */
		return;
	bool seen = is_named(h, "meta") ? h->says
					: !h->no_value &&
		(is_named(h, "input") || is_named(h, "button") || is_named(h, "option"));

	if (seen)
		hold(h, bdl_view_at(h->said, h->n_said));
}

/*
 * The end of what did not begin within: it ends the hidden element too, whose own end is missing. Where
 * it belongs to nothing at all a browser passes it over, and a little that is hidden is read.
 */
static bool ends_around(struct bdl_markup *h, unsigned does)
{
	bool is_loose = (does & BDL_TAG_LOOSE) != 0;
	uint32_t *open = is_loose ? &h->skip_loose : &h->skip_blocks;

	if ((does & BDL_TAG_BREAK) == 0 || (does & BDL_TAG_EMPTY) != 0)
		return false;
	if (!h->closes) {
		++*open;
		return false;
	}
	if (*open == 0)
		return true;
	--*open;
	if (!is_loose) /* a list's end is that of what stands in it as well */
		h->skip_loose = 0;
	return false;
}

/* Within what is hidden only its end is looked for. A template ends with its own end only. */
static void skip_tag(struct bdl_markup *h, unsigned does)
{
	bool is_template =
	    (bdl_markup_known(&h->tags, bdl_markup_tag, h->skip) & BDL_TAG_SKIP) != 0;

	if (memcmp(h->name, h->skip, sizeof(h->name)) != 0) {
		if (!is_template && ends_around(h, does))
			memset(h->skip, 0, sizeof(h->skip));
	} else if (!h->closes) {
		h->skip_depth++;
	} else if (--h->skip_depth == 0) {
		memset(h->skip, 0, sizeof(h->skip));
	}
}

static void end_tag(struct bdl_markup *h)
{
	unsigned does = bdl_markup_known(&h->tags, bdl_markup_tag, h->name);
	bool is_hidden = ((does & BDL_TAG_SKIP) != 0 && !h->shadow) ||
	    (h->hides && (does & (BDL_TAG_EMPTY | BDL_TAG_LOOSE | BDL_TAG_PLAIN)) == 0);

	h->state = BDL_MARKUP_TEXT;
	if (does & BDL_TAG_BREAK)
		emit_break(h);
	else if (does & BDL_TAG_BLANK)
		bdl_fold_blank(h->fold);
	if (h->skip[0] != '\0') {
		skip_tag(h, does);
	} else if (!h->closes && is_hidden) {
		memcpy(h->skip, h->name, sizeof(h->skip));
		h->skip_depth = 1;
		h->skip_blocks = h->skip_loose = 0;
	} else if (!h->closes) {
		say_said(h);
	}
	if (!h->closes && (does & (BDL_TAG_RAW | BDL_TAG_PLAIN))) {
		memcpy(h->raw, h->name, sizeof(h->raw));
		h->raw_text = (does & BDL_TAG_PLAIN) != 0;
		h->state = BDL_MARKUP_RAW;
	}
}

static size_t in_tag(struct bdl_markup *h, struct bdl_view v)
{
	size_t i = 0;

	while (i < v.n && (is_blank(v.p[i]) || v.p[i] == '/'))
		i++;
	if (i == v.n)
		return i;
	if (v.p[i] == '>') {
		end_tag(h);
		return i + 1;
	}
	h->n_attr = 0;
	h->n_value = 0;
	h->state = BDL_MARKUP_NAME_OF_ATTR;
	return i;
}

/* --- attributes --- */

static bool holds_word(struct bdl_view v, const char *word)
{
	return memmem(v.p, v.n, word, strlen(word)) != NULL;
}

/* "display: NONE" in any spelling: small, without blanks. */
static bool style_hides(struct bdl_view style)
{
	char plain[BDL_MARKUP_VALUE];
	size_t n = 0;

	for (size_t i = 0; i < style.n; i++)
		if (!is_blank(style.p[i]))
			plain[n++] = bdl_lower(style.p[i]);
	return holds_word(bdl_view_at(plain, n), "display:none") ||
	    holds_word(bdl_view_at(plain, n), "visibility:hidden");
}

/* Entities of a whole value, in place: what stands for something is never shorter than it. */
static struct bdl_view decoded(char *p, size_t n)
{
	size_t to = 0, used = 0;
	char out[4];

	for (size_t i = 0; i < n;) {
		if (p[i] != '&') {
			p[to++] = p[i++];
			continue;
		}
		size_t end = ++i;
		while (end < n && end - i < ENTITY_MAX &&
		    (bdl_is_letter(p[end]) || bdl_is_digit(p[end]) || p[end] == '#'))
			end++;
		bool ended = end < n && p[end] == ';';
		struct bdl_view text = bdl_entity(bdl_view_at(p + i, end - i), ended, out, &used);
		if (text.n > used + 1)
			text.n = 0; /* longer than what stood there: no such letter */
		if (used == 0)
			p[to++] = '&';
		memcpy(p + to, text.p != NULL ? text.p : "", text.n);
		to += text.n;
		i += used;
		if (ended && i == end && used > 0)
			i++;
	}
	return bdl_view_at(p, to);
}

static bool is_about(struct bdl_view name)
{
	return bdl_view_iis(name, "keywords") || bdl_view_iis(name, "description") ||
	    bdl_view_iis(name, "og:title") || bdl_view_iis(name, "og:description") ||
	    bdl_view_iis(name, "twitter:title") || bdl_view_iis(name, "twitter:description");
}

static void end_attr(struct bdl_markup *h)
{
	h->state = BDL_MARKUP_IN_TAG;
	if (h->attr_is == BDL_ATTR_OTHER)
		return;
	struct bdl_view value = decoded(h->value, h->n_value);
	h->n_value = 0;
	switch (h->attr_is) {
	case BDL_ATTR_SHOWN:
		hold(h, value);
		break;
	case BDL_ATTR_SAID:
		memcpy(h->said, value.p, value.n);
		h->n_said = value.n;
		break;
	case BDL_ATTR_TYPE:
		h->no_value = bdl_view_iis(value, "hidden") || bdl_view_iis(value, "password");
		break;
	case BDL_ATTR_NAME:
		h->says = h->says || is_about(value);
		break;
	case BDL_ATTR_HIDDEN:
		h->hides = !bdl_view_iis(value, "until-found");
		break;
	case BDL_ATTR_STYLE:
		h->hides = h->hides || style_hides(value);
		break;
	case BDL_ATTR_SHADOW:
		h->shadow = true;
		break;
	case BDL_ATTR_OTHER:
		break;
	}
}

static size_t in_attr(struct bdl_markup *h, struct bdl_view v)
{
	/* A '=' in front belongs to the name, as the standard has it. */
	bool first = h->n_attr == 0 && v.p[0] == '=';
	size_t n = first ? 1 : 0;

	if (first) {
		memset(h->attr, 0, sizeof(h->attr));
		h->attr[h->n_attr++] = '=';
	}
	n += take_name(h->attr, &h->n_attr, bdl_view_from(v, n), BLANK | ENDS_TAG | EQUALS);
	if (n < v.n) {
		h->state = BDL_MARKUP_AFTER_NAME;
		h->attr_is = h->closes
		    ? BDL_ATTR_OTHER
		    : (enum bdl_markup_attr)bdl_markup_known(&h->attrs, bdl_markup_attr, h->attr);
	}
	return n;
}

static size_t in_after_name(struct bdl_markup *h, struct bdl_view v)
{
	size_t i = 0;

	while (i < v.n && is_blank(v.p[i]))
		i++;
	if (i == v.n)
		return i;
	if (v.p[i] == '=') {
		h->state = BDL_MARKUP_BEFORE_VALUE;
		return i + 1;
	}
	end_attr(h);
	return i;
}

static size_t in_before_value(struct bdl_markup *h, struct bdl_view v)
{
	size_t i = 0;

	while (i < v.n && is_blank(v.p[i]))
		i++;
	if (i == v.n)
		return i;
	if (v.p[i] == '"' || v.p[i] == '\'') {
		h->quote = v.p[i];
		h->state = BDL_MARKUP_QUOTED;
		return i + 1;
	}
	h->state = BDL_MARKUP_BARE;
	return i;
}

static void add_value(struct bdl_markup *h, struct bdl_view v)
{
	size_t room = sizeof(h->value) - h->n_value, n = v.n < room ? v.n : room;

	if (h->attr_is == BDL_ATTR_OTHER) /* most are, and nobody looks at them */
		return;
	memcpy(h->value + h->n_value, v.p, n);
	h->n_value += n;
}

static size_t in_quoted(struct bdl_markup *h, struct bdl_view v)
{
	size_t n = bdl_find_either(v, h->quote, h->quote);

	add_value(h, bdl_view_at(v.p, n));
	if (n == v.n)
		return n;
	end_attr(h);
	return n + 1;
}

static size_t in_bare(struct bdl_markup *h, struct bdl_view v)
{
	size_t n = 0;

	while (n < v.n && !is_blank(v.p[n]) && v.p[n] != '>')
		n++;
	add_value(h, bdl_view_at(v.p, n));
	if (n < v.n)
		end_attr(h);
	return n;
}

/* --- what is no tag --- */

/* "<!--" begins a comment, "<![CDATA[" is passed over, all else ends with '>'. */
static size_t in_mark(struct bdl_markup *h, struct bdl_view v)
{
	static const char cdata[] = "[CDATA[";
	char c = v.p[0];

	if (h->n_name == 0 && c == '-') {
		/* Both dashes of "<!-->" count for its end too. */
		if (++h->dashes == 2)
			h->state = BDL_MARKUP_COMMENT;
		return 1;
	}
	if (h->dashes == 0 && c == cdata[h->n_name]) {
		h->n_name++;
		if (h->n_name == sizeof(cdata) - 1) {
			bdl_fold_blank(h->fold);
			h->state = BDL_MARKUP_TEXT;
		}
		return 1;
	}
	h->state = BDL_MARKUP_TO_END;
	return 0;
}

static size_t in_comment(struct bdl_markup *h, struct bdl_view v)
{
	size_t i = 0;

	for (; i < v.n; i++) {
		if (h->dashes == 0) {
			i += bdl_view_find(bdl_view_from(v, i), '-');
			if (i == v.n)
				break;
		}
		char c = v.p[i];
		if (c == '>' && h->dashes >= 2) {
			h->state = BDL_MARKUP_TEXT;
			return i + 1;
		}
		if (c == '-')
			h->dashes =
			    (uint8_t)(h->dashes < 2 || h->dashes == 3 ? h->dashes % 3 + 1 : 2);
		else
			h->dashes = c == '!' && h->dashes == 2 ? 3 : 0;
	}
	return i;
}

static size_t in_to_end(struct bdl_markup *h, struct bdl_view v)
{
	size_t n = bdl_find_either(v, '>', '>');

	if (n == v.n)
		return n;
	h->state = BDL_MARKUP_TEXT;
	return n + 1;
}

void bdl_markup_add(struct bdl_markup *h, struct bdl_view v)
{
	static size_t (*const states[])(struct bdl_markup *, struct bdl_view) = {
		[BDL_MARKUP_TEXT] = in_text,
		[BDL_MARKUP_ENTITY] = in_entity,
		[BDL_MARKUP_OPEN] = in_open,
		[BDL_MARKUP_CLOSE] = in_close,
		[BDL_MARKUP_NAME_OF_TAG] = in_name,
		[BDL_MARKUP_IN_TAG] = in_tag,
		[BDL_MARKUP_NAME_OF_ATTR] = in_attr,
		[BDL_MARKUP_AFTER_NAME] = in_after_name,
		[BDL_MARKUP_BEFORE_VALUE] = in_before_value,
		[BDL_MARKUP_QUOTED] = in_quoted,
		[BDL_MARKUP_BARE] = in_bare,
		[BDL_MARKUP_MARK] = in_mark,
		[BDL_MARKUP_COMMENT] = in_comment,
		[BDL_MARKUP_TO_END] = in_to_end,
		[BDL_MARKUP_RAW] = in_raw,
		[BDL_MARKUP_RAW_OPEN] = in_raw_open,
	};

	while (v.n > 0)
		v = bdl_view_from(v, states[h->state](h, v));
}

void bdl_markup_end(struct bdl_markup *h)
{
	if (h->state == BDL_MARKUP_ENTITY)
		emit_entity(h, false);
	else if (h->state == BDL_MARKUP_OPEN)
		emit(h, BDL_LIT("<"));
	emit_break(h);
}
