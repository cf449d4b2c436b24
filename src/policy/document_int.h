/* What the readers and writers of a document share. Private to policy/. */
#ifndef BDL_POLICY_DOCUMENT_INT_H
#define BDL_POLICY_DOCUMENT_INT_H

#include "policy/document.h"
#include "policy/text_int.h"
#include <cmark.h>

#define BDL_FRONT_MAX      (16 * 1024) /* bytes of the front matter */
#define BDL_FRONT_LIST_MAX 32          /* values in one of its lists */

/*
 * Read the front matter at the head of the document. *ret_body_line is the line after it (1 where
 * there is none). What is wrong goes to findings.
 */
void bdl_front_parse(const struct bdl_lines *lines, struct bdl_region *region,
    struct bdl_findings *findings, struct bdl_front *ret, unsigned *ret_body_line);

/* The Markdown below the front matter as a tree: the caller frees it with cmark_node_free. */
struct bdl_body {
	struct bdl_lines lines; /* of the whole document */
	unsigned first_line;    /* of the body in it: add first_line - 1 to the tree's lines */
	cmark_node *root;
};
bool bdl_body_open(const struct bdl_document *d, struct bdl_region *region, struct bdl_body *ret)
    BDL_MUST_USE; /* false past the region's maximum */
void bdl_body_close(struct bdl_body *b);

/* The first line of a node, in the document. */
unsigned bdl_body_line(const struct bdl_body *b, cmark_node *node);

/* A fence marked `rules`. */
bool bdl_node_is_rules(cmark_node *node);

/* What is inside a fence, as it stands in the document. */
struct bdl_fence {
	struct bdl_view inside;
	unsigned line; /* the first inside */
	bool closed;
};
struct bdl_fence bdl_body_fence(const struct bdl_body *b, cmark_node *fence);

/* A heading taken apart: "3.2 Gambling {#web.gambling}". */
struct bdl_heading {
	struct bdl_view id;            /* into the document; empty where it has none */
	struct bdl_view number, title; /* in the region */
	unsigned line, id_line, id_column;
	bool id_misspelt; /* it ends in braces that hold no #id */
};
struct bdl_heading bdl_heading_read(
    const struct bdl_body *b, cmark_node *heading, struct bdl_region *region);

/* The text of a node without marks, in the region; soft breaks are spaces. Cut at 16 KiB. */
struct bdl_view bdl_node_text(cmark_node *node, struct bdl_region *region);

#endif
