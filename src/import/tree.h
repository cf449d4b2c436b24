/* Trees of libxml2, as the readers of .docx and HTML walk them. Private to import/. */
#ifndef BDL_IMPORT_TREE_H
#define BDL_IMPORT_TREE_H

#include "base/buf.h"

struct _xmlNode; /* libxml2's own name */

/* An element of this name, of whatever namespace. */
bool bdl_node_named(const struct _xmlNode *node, const char *name);

/* The attribute's value, or NULL: owned by the tree. */
const char *bdl_node_attr(const struct _xmlNode *node, const char *name);

/* The first child of this name, or NULL. */
const struct _xmlNode *bdl_node_child(const struct _xmlNode *node, const char *name);

/* Begin a new line where something stands on the last. */
void bdl_text_line(struct bdl_buf *out);

/* Append words with single blanks between them, and none at the beginning of a line. */
void bdl_text_words(struct bdl_buf *out, struct bdl_view words);

#endif
