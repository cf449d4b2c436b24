/*
 * Where in HTML a template stands: a small tokenizer fed with the static text between values. It
 * follows the states of the HTML standard (13.2.5) as far as they decide what a byte means, and
 * refuses what would make two readers disagree.
 */
#ifndef BDL_TMPLC_HTML_H
#define BDL_TMPLC_HTML_H

#include "base/view.h"
#include "template.h"

/* In this order: outside tags, in a tag, in a value; html.c compares. */
enum html_state {
	HTML_TEXT,    /* between tags */
	HTML_CAPTION, /* in title or textarea: text without tags */
	HTML_CODE,    /* in script or style */
	HTML_COMMENT,
	HTML_MARKUP, /* <!doctype html> */

	HTML_TAG_NAME, /* after '<' */
	HTML_GAP,      /* in a tag, after a space */
	HTML_EDGE,     /* in a tag, where a space, '/' or '>' must follow */
	HTML_ATTR_NAME,
	HTML_ATTR_AFTER, /* after the name and a space: '=' may still come */

	HTML_VALUE_BEFORE, /* after '=' */
	HTML_VALUE_DOUBLE,
	HTML_VALUE_SINGLE,
	HTML_VALUE_BARE,
};

#define HTML_NAME_MAX 24 /* of tags and attributes that we tell apart; longer ones are cut */

struct html {
	enum html_state state;
	bool closing;             /* in a closing tag */
	bool begun;               /* in a value: something stands before this place */
	char tag[HTML_NAME_MAX];  /* lower-case; of the tag, or of the element we are in */
	char attr[HTML_NAME_MAX]; /* lower-case */
};

/*
 * Feed static text. Returns NULL, or what is wrong, with *ret_at set to the byte where it is. The
 * text should come in pieces as long as possible: end tags and comment ends are found in one piece.
 */
const char *html_feed(struct html *h, struct bdl_view text, const char **ret_at);

/* A block begins or ends here: names are over, and nothing may be glued to them. */
const char *html_break(struct html *h);

/*
 * A value stands here: its escape, or ESC_NONE with the reason in *ret_why. Counts the value as
 * something that stands here.
 */
enum escape html_value(struct html *h, const char **ret_why);

/* The state after two ways that lead to the same place; false where they do not agree. */
bool html_join(struct html *h, const struct html *other);

#endif
