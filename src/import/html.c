/* HTML as text, by libxml2's parser: what a reader sees, block by block. */
#include "base/alloc.h"
#include "import/read.h"
#include "import/statement.h"
#include "import/tree.h"
#include <libxml/HTMLparser.h>

/* What an element is to us. */
enum element { INLINE, BLOCK, HEADING, ITEM, ROW, CELL, BREAK, UNSEEN };

static enum element kind_of(const xmlNode *node)
{
	static const struct {
		const char *names;
		enum element kind;
	} kinds[] = {
		{ " p div section article main body ul ol dl table tbody thead blockquote address "
		  "figure figcaption form fieldset pre hr html details summary header dt dd ",
		    BLOCK },
		{ " h1 h2 h3 h4 h5 h6 ", HEADING },
		{ " li ", ITEM },
		{ " tr ", ROW },
		{ " td th ", CELL },
		{ " br ", BREAK },
		{ " script style head nav footer noscript template iframe object svg select button "
		  "aside textarea ",
		    UNSEEN },
	};
	char name[16];
	size_t n = strlen((const char *)node->name);

	if (n > sizeof(name) - 3)
		return INLINE;
	name[0] = ' ';
	memcpy(name + 1, node->name, n);
	name[n + 1] = ' ';
	name[n + 2] = '\0';
	for (size_t i = 0; i < BDL_ARRAY_LEN(kinds); i++)
		if (strstr(kinds[i].names, name))
			return kinds[i].kind;
	return INLINE;
}

static void walk(const xmlNode *node, bool in_row, struct bdl_buf *out);

static void children(const xmlNode *node, bool in_row, struct bdl_buf *out)
{
	for (const xmlNode *child = node->children; child; child = child->next)
		walk(child, in_row, out);
}

/* Blocks within a row of a table stay on its line. */
static void block(const xmlNode *node, const char *mark, bool in_row, struct bdl_buf *out)
{
	if (in_row) {
		children(node, in_row, out);
		bdl_text_words(out, BDL_LIT(" "));
		return;
	}
	bdl_text_line(out);
	(void)bdl_buf_add_str(out, "\n"); /* past the maximum it is broken, here and below */
	(void)bdl_buf_add_str(out, mark);
	children(node, in_row, out);
	bdl_text_line(out);
}

static void heading(const xmlNode *node, bool in_row, struct bdl_buf *out)
{
	char mark[] = "###### ";
	size_t level = (size_t)(node->name[1] - '0');

	block(node, mark + (6 - level), in_row, out);
}

static void walk(const xmlNode *node, bool in_row, struct bdl_buf *out)
{
	if (node->type == XML_TEXT_NODE)
		bdl_text_words(out, bdl_view_of((const char *)node->content));
	if (node->type != XML_ELEMENT_NODE)
		return;
	switch (kind_of(node)) {
	case BLOCK:
		block(node, "", in_row, out);
		break;
	case HEADING:
		heading(node, in_row, out);
		break;
	case ITEM:
		block(node, "- ", in_row, out);
		break;
	case ROW:
		bdl_text_line(out);
		children(node, true, out);
		bdl_text_line(out);
		break;
	case CELL:
		children(node, true, out);
		(void)bdl_buf_add_char(out, '\t');
		break;
	case BREAK:
		if (!in_row)
			(void)bdl_buf_add_char(out, '\n');
		break;
	case UNSEEN:
		break;
	case INLINE:
	default:
		children(node, in_row, out);
		break;
	}
}

int bdl_html_read(struct bdl_view bytes, struct bdl_buf *out, struct bdl_err *err)
{
	BDL_AUTO(bdl_region_free) struct bdl_region *region = NULL;
	struct bdl_view text;
	const xmlNode *root;
	htmlDocPtr doc;

	if (bytes.n > BDL_IMPORT_TEXT_MAX * 8)
		return bdl_fail(err, BDL_E_LIMIT, "the page is larger than 4 MiB");
	/* In a charset that the parser needs no help with, whatever the page says of itself. */
	region = bdl_region_new(4 * bytes.n + 65536);
	text = bdl_import_clean(bytes, region);
	doc = htmlReadMemory(text.n ? text.p : "", (int)text.n, NULL, "UTF-8",
	    HTML_PARSE_RECOVER | HTML_PARSE_NOERROR | HTML_PARSE_NOWARNING | HTML_PARSE_NONET);
	if (!doc)
		return bdl_fail(err, BDL_E_INVALID, "there is no page in it");
	root = xmlDocGetRootElement(doc);
	if (root)
		walk(root, false, out);
	xmlFreeDoc(doc);
	return 0;
}
