/*
 * The text of a page as a reader sees it: what stands between tags, the title, and what pictures,
 * fields and buttons say of themselves (alt, title, placeholder, aria-label, label, a field's value, a
 * page's description and keywords). Not scripts, styles, templates, comments, nor elements that their
 * own tag hides. Tags within a word do not break it, those of blocks break what is said; what
 * attributes say comes after the block that they stand in, so that it breaks no sentence.
 *
 * It follows the tokenizer of the HTML standard closely enough that text cannot hide in what it takes
 * for markup, and takes any bytes. Limits: 1,024 bytes of an attribute's value are read, names of 15.
 */
#ifndef BDL_SCAN_MARKUP_INT_H
#define BDL_SCAN_MARKUP_INT_H

#include "base/view.h"
#include "scan/fold.h"

#define BDL_MARKUP_NAME  16
#define BDL_MARKUP_VALUE 1024
#define BDL_MARKUP_HELD  2048

enum bdl_markup_state {
	BDL_MARKUP_TEXT,
	BDL_MARKUP_ENTITY, /* '&' and more, in text */
	BDL_MARKUP_OPEN,   /* '<' */
	BDL_MARKUP_CLOSE,  /* '</' */
	BDL_MARKUP_NAME_OF_TAG,
	BDL_MARKUP_IN_TAG,
	BDL_MARKUP_NAME_OF_ATTR,
	BDL_MARKUP_AFTER_NAME,
	BDL_MARKUP_BEFORE_VALUE,
	BDL_MARKUP_QUOTED,
	BDL_MARKUP_BARE,
	BDL_MARKUP_MARK, /* '<!' and what may become a comment */
	BDL_MARKUP_COMMENT,
	BDL_MARKUP_TO_END,   /* up to the next '>' */
	BDL_MARKUP_RAW,      /* up to the end tag of `raw` */
	BDL_MARKUP_RAW_OPEN, /* the same, having met '<' and n_name bytes of it */
};

/* What a tag does; its name in small letters, padded to BDL_MARKUP_NAME (markup_tag.c). */
#define BDL_TAG_BREAK 1
#define BDL_TAG_BLANK 2
#define BDL_TAG_RAW   4  /* its contents are no markup, and not seen */
#define BDL_TAG_PLAIN 8  /* its contents are no markup, but text */
#define BDL_TAG_SKIP  16 /* its contents are not shown */
#define BDL_TAG_EMPTY 32 /* it has no contents */
#define BDL_TAG_LOOSE 64 /* its end tag may be missing, so that it hides nothing for us */
unsigned bdl_markup_tag(const char name[BDL_MARKUP_NAME]);

enum bdl_markup_attr {
	BDL_ATTR_OTHER,
	BDL_ATTR_SHOWN,
	BDL_ATTR_SAID, /* value, content */
	BDL_ATTR_TYPE,
	BDL_ATTR_NAME, /* name, property */
	BDL_ATTR_HIDDEN,
	BDL_ATTR_STYLE,
	BDL_ATTR_SHADOW, /* of a template: what is in it is shown after all */
};
unsigned bdl_markup_attr(const char name[BDL_MARKUP_NAME]); /* enum bdl_markup_attr */

/* Names that were met lately: a page has few, again and again. A zeroed one knows nothing. */
#define BDL_MARKUP_RECENT 16
struct bdl_markup_recent {
	char names[BDL_MARKUP_RECENT][BDL_MARKUP_NAME];
	unsigned mean[BDL_MARKUP_RECENT];
};
/* What look_up says of the name; nothing has an empty name, and that means 0. */
unsigned bdl_markup_known(struct bdl_markup_recent *recent,
    unsigned (*look_up)(const char name[BDL_MARKUP_NAME]), const char name[BDL_MARKUP_NAME]);

struct bdl_markup {
	struct bdl_fold *fold;
	enum bdl_markup_state state;
	char name[BDL_MARKUP_NAME]; /* of the tag, small letters, padded with NUL */
	char attr[BDL_MARKUP_NAME];
	char raw[BDL_MARKUP_NAME];  /* of the element whose contents are no markup */
	char skip[BDL_MARKUP_NAME]; /* of the element that is not shown; empty: all is */
	char entity[40];
	uint8_t n_name, n_attr, n_entity, dashes;
	enum bdl_markup_attr attr_is; /* of an end tag BDL_ATTR_OTHER */
	struct bdl_markup_recent tags, attrs;
	char quote;
	bool closes, raw_text; /* the tag is an end tag; what is raw is text all the same */
	bool hides, no_value, says, shadow;
	uint32_t skip_depth;
	uint32_t skip_blocks, skip_loose; /* that began within, and have not ended */
	size_t n_value, n_said, n_held;
	char value[BDL_MARKUP_VALUE];
	char said
	    [BDL_MARKUP_VALUE]; /* value or content, until the tag's end shows whether it is seen */
	char held
	    [BDL_MARKUP_HELD]; /* what attributes said, until the next break; each ends with NUL */
};

void bdl_markup_begin(struct bdl_markup *h, struct bdl_fold *fold);
void bdl_markup_add(struct bdl_markup *h, struct bdl_view utf8);
void bdl_markup_end(struct bdl_markup *h);

/*
 * The character or characters that "&NAME" stands for, NAME without '&' and ';'. `ended` says whether a
 * ';' stood there. *ret_used is how much of the name it took. Empty where it stands for nothing; the
 * view is in `out` or constant (entity.c).
 */
struct bdl_view bdl_entity(struct bdl_view name, bool ended, char out[4], size_t *ret_used);

#endif
