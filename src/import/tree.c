#include "import/tree.h"
#include <libxml/tree.h>
#include <string.h>

bool bdl_node_named(const xmlNode *node, const char *name)
{
	return node->type == XML_ELEMENT_NODE && strcmp((const char *)node->name, name) == 0;
}

const char *bdl_node_attr(const xmlNode *node, const char *name)
{
	for (const xmlAttr *a = node->properties; a; a = a->next)
		if (strcmp((const char *)a->name, name) == 0 && a->children)
			return (const char *)a->children->content;
	return NULL;
}

const xmlNode *bdl_node_child(const xmlNode *node, const char *name)
{
	for (const xmlNode *child = node ? node->children : NULL; child; child = child->next)
		if (bdl_node_named(child, name))
			return child;
	return NULL;
}

static bool at_line(const struct bdl_buf *out)
{
	return out->n == 0 || out->p[out->n - 1] == '\n';
}

/* Past the buffer's maximum it is broken, which its owner looks at; here and below. */
void bdl_text_line(struct bdl_buf *out)
{
	if (!at_line(out))
		(void)bdl_buf_add_char(out, '\n');
}

void bdl_text_words(struct bdl_buf *out, struct bdl_view words)
{
	for (size_t i = 0; i < words.n; i++) {
		bool blank = strchr(" \t\r\n\f", words.p[i]) && words.p[i];

		if (!blank)
			(void)bdl_buf_add_char(out, words.p[i]);
		else if (!at_line(out) && !strchr(" \t", out->p[out->n - 1]))
			(void)bdl_buf_add_char(out, ' ');
	}
}
