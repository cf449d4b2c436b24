/*
 * Word documents: a zip (libzip) with the document as XML (libxml2) in it, and beside it how its
 * paragraphs are numbered. Only these files are unpacked.
 * Entities are never resolved: a document that declares any is refused, since Word writes none.
 */
#include "base/alloc.h"
#include "base/ascii.h"
#include "import/numbering.h"
#include "import/read.h"
#include "import/tree.h"
#include <libxml/parser.h>
#include <string.h>
#include <zip.h>

#define NUMBER_MAX 64  /* bytes of what stands before a paragraph */
#define ROW_MAX    300 /* bytes of a row; a longer one is text that was laid out in columns */

/* --- the zip --- */

enum part { DOCUMENT, NUMBERING, STYLES, PARTS };

static const char *const names[] = { "word/document.xml", "word/numbering.xml", "word/styles.xml" };

/* Of the parts that are not the document nothing is said: without them it has no numbers. */
static int unpack_entry(zip_t *archive, enum part part, struct bdl_buf *out, struct bdl_err *err)
{
	zip_stat_t st;
	zip_file_t *file;
	zip_int64_t got;
	char *room;

	if (zip_stat(archive, names[part], 0, &st) < 0 || !(st.valid & ZIP_STAT_SIZE))
		return bdl_fail(err, BDL_E_INVALID,
		    "this is no Word document: a policy is imported from .docx, .pdf, .html or text");
	if (st.size > out->max)
		return bdl_fail(err, BDL_E_LIMIT, "the document in it has more than 8 MiB");
	file = zip_fopen(archive, names[part], 0);
	if (!file)
		return bdl_fail(err, BDL_E_INVALID, "the document is locked or broken: %s",
		    zip_strerror(archive));
	/* One byte more than is allowed: what the size says is the file's word only. */
	room = bdl_xalloc((size_t)st.size + 1);
	got = zip_fread(file, room, st.size + 1);
	(void)zip_fclose(file); /* of a file that is only read */
	if (got == (zip_int64_t)st.size)
		(void)bdl_buf_add(out, room, (size_t)got); /* it was looked that it fits */
	free(room);
	return got == (zip_int64_t)st.size
	    ? 0
	    : bdl_fail(err, BDL_E_INVALID, "the document is broken: it does not unpack");
}

static int unpack(struct bdl_view bytes, struct bdl_buf out[PARTS], struct bdl_err *err)
{
	zip_error_t why;
	zip_source_t *source;
	zip_t *archive;
	int rc;

	zip_error_init(&why);
	source = zip_source_buffer_create(bytes.p, bytes.n, 0, &why);
	archive = source ? zip_open_from_source(source, ZIP_RDONLY, &why) : NULL;
	if (!archive) {
		rc = bdl_fail(
		    err, BDL_E_INVALID, "the document is broken: %s", zip_error_strerror(&why));
		zip_source_free(source); /* takes NULL */
		zip_error_fini(&why);
		return rc;
	}
	rc = unpack_entry(archive, DOCUMENT, &out[DOCUMENT], err);
	for (enum part i = NUMBERING; rc == 0 && i < PARTS; i++)
		(void)unpack_entry(archive, i, &out[i], NULL);
	zip_discard(archive);
	zip_error_fini(&why);
	return rc;
}

/* --- paragraphs --- */

struct writer {
	struct bdl_buf *out;
	struct bdl_numbering *numbers;
};

/* The words of a paragraph: runs of text, with deleted ones and second copies left out. */
static void put_runs(const xmlNode *node, struct bdl_buf *out, bool *ret_plain)
{
	for (const xmlNode *child = node->children; child; child = child->next) {
		if (bdl_node_named(child, "t") && child->children) {
			const xmlNode *look = bdl_node_child(bdl_node_child(node, "rPr"), "b");

			*ret_plain = *ret_plain || !look;
			bdl_text_words(out, bdl_view_of((const char *)child->children->content));
		} else if (bdl_node_named(child, "tab") || bdl_node_named(child, "ptab")) {
			(void)bdl_buf_add_char(out, '\t'); /* a broken buffer is seen at the end */
		} else if (bdl_node_named(child, "br") || bdl_node_named(child, "cr")) {
			(void)bdl_buf_add_char(out, '\n');
		} else if (bdl_node_named(child, "noBreakHyphen")) {
			(void)bdl_buf_add_char(out, '-');
		} else if (child->type == XML_ELEMENT_NODE && !bdl_node_named(child, "del") &&
		    !bdl_node_named(child, "Fallback") && !bdl_node_named(child, "pPr") &&
		    !bdl_node_named(child, "rPr")) {
			put_runs(child, out, ret_plain);
		}
	}
}

/* The order of a heading, by its style or outline; 0: it is none. */
static unsigned level_of(const xmlNode *properties)
{
	const xmlNode *style = bdl_node_child(properties, "pStyle");
	const xmlNode *outline = bdl_node_child(properties, "outlineLvl");
	const char *name = style ? bdl_node_attr(style, "val") : NULL;
	const char *level = outline ? bdl_node_attr(outline, "val") : NULL;
	struct bdl_view v = bdl_view_of(name);

	if (bdl_view_iis(v, "Title"))
		return 1;
	if (bdl_view_istarts(v, BDL_LIT("Heading")) && bdl_is_digit(v.p[v.n - 1]))
		level = v.p + v.n - 1;
	else if (level && *level >= '0' && *level < '6')
		return (unsigned)(*level - '0') + 1;
	return level && *level >= '1' && *level <= '6' ? (unsigned)(*level - '0') : 0;
}

/* "4.3" and "4." are numbers of lists as people type them, and so is "(a)". */
static void put_number(struct bdl_view number, struct bdl_buf *out)
{
	bool digits = number.n > 0 && bdl_is_digit(number.p[number.n - 1]);
	const char *before = digits ? "" : "(";
	const char *behind = !digits ? ") " : bdl_view_find(number, '.') == number.n ? ". " : " ";

	if (number.n > 0)
		(void)bdl_buf_printf(out, "%s%.*s%s", before, BDL_FMT(number), behind);
}

static void put_paragraph(const xmlNode *node, struct writer *w)
{
	BDL_AUTO_IN(bdl_buf_done) struct bdl_buf words = BDL_BUF(w->out->max);
	BDL_AUTO_IN(bdl_buf_done) struct bdl_buf number = BDL_BUF(NUMBER_MAX);
	const xmlNode *properties = bdl_node_child(node, "pPr");
	unsigned level = level_of(properties), depth = 0;
	bool plain = false, listed;
	struct bdl_view v;

	put_runs(node, &words, &plain);
	v = bdl_view_trim(bdl_buf_view(&words));
	bdl_text_line(w->out);
	if (v.n == 0)
		return;
	listed = bdl_numbering_next(w->numbers, properties, &number, &depth);
	(void)bdl_buf_add_char(w->out, '\n');
	if (level > 0 && bdl_view_find(v, '\n') == v.n) {
		(void)bdl_buf_printf(w->out, "%.*s ", (int)level, "######");
		put_number(bdl_buf_view(&number), w->out);
	} else if (listed) {
		for (unsigned i = 0; i < depth; i++)
			(void)bdl_buf_add_str(w->out, "  ");
		(void)bdl_buf_add_str(w->out, "- ");
		put_number(bdl_buf_view(&number), w->out);
	} else if (!plain && bdl_view_find(v, '\n') == v.n && bdl_view_find(v, '\t') == v.n) {
		(void)bdl_buf_printf(w->out, "**%.*s**\n", BDL_FMT(v)); /* all of it is bold */
		return;
	}
	(void)bdl_buf_add_view(w->out, v);
	bdl_text_line(w->out);
}

static void put_block(const xmlNode *node, struct writer *w);

static void put_blocks(const xmlNode *node, struct writer *w)
{
	for (const xmlNode *child = node->children; child; child = child->next)
		put_block(child, w);
}

/* --- tables --- */

/* A cell's paragraphs on one line. */
static void put_cell(const xmlNode *cell, struct bdl_buf *out)
{
	BDL_AUTO_IN(bdl_buf_done) struct bdl_buf text = BDL_BUF(out->max);
	bool plain = false;

	for (const xmlNode *child = cell->children; child; child = child->next)
		if (bdl_node_named(child, "p")) {
			put_runs(child, &text, &plain);
			(void)bdl_buf_add_char(&text, ' ');
		}
	bdl_text_words(out, bdl_view_trim(bdl_buf_view(&text)));
}

/* A row with one cell that holds something, or with much in it, is text beside text. */
static void put_row(const xmlNode *row, struct writer *w)
{
	BDL_AUTO_IN(bdl_buf_done) struct bdl_buf line = BDL_BUF(w->out->max);
	unsigned filled = 0;

	for (const xmlNode *cell = row->children; cell; cell = cell->next) {
		size_t before = line.n;

		if (!bdl_node_named(cell, "tc"))
			continue;
		put_cell(cell, &line);
		filled += line.n > before;
		(void)bdl_buf_add_char(&line, '\t');
	}
	bdl_text_line(w->out);
	if (filled > 1 && line.n <= ROW_MAX) {
		(void)bdl_buf_add_view(w->out, bdl_buf_view(&line));
		(void)bdl_buf_add_char(w->out, '\n');
		return;
	}
	for (const xmlNode *cell = row->children; cell; cell = cell->next)
		if (bdl_node_named(cell, "tc"))
			put_blocks(cell, w);
}

static void put_block(const xmlNode *node, struct writer *w)
{
	if (bdl_node_named(node, "p"))
		put_paragraph(node, w);
	else if (bdl_node_named(node, "tr"))
		put_row(node, w);
	else if (bdl_node_named(node, "tbl"))
		(void)bdl_buf_add_char(w->out, '\n'), put_blocks(node, w);
	else if (node->type == XML_ELEMENT_NODE && !bdl_node_named(node, "del"))
		put_blocks(node, w);
}

/* --- the document --- */

static bool declares(struct bdl_view xml)
{
	return memmem(xml.p, xml.n, "<!DOCTYPE", 9) || memmem(xml.p, xml.n, "<!ENTITY", 8);
}

/* The root of what may not be there, and is not looked at where it is odd. */
static xmlDocPtr parse(const struct bdl_buf *xml)
{
	if (xml->n == 0 || declares(bdl_buf_view(xml)))
		return NULL;
	return xmlReadMemory(xml->p, (int)xml->n, NULL, "UTF-8",
	    XML_PARSE_NONET | XML_PARSE_NOERROR | XML_PARSE_NOWARNING | XML_PARSE_COMPACT);
}

static int read_parts(struct bdl_buf xml[PARTS], struct bdl_buf *out, struct bdl_err *err)
{
	const xmlNode *roots[PARTS];
	xmlDocPtr docs[PARTS];

	for (enum part i = 0; i < PARTS; i++) {
		docs[i] = parse(&xml[i]);
		roots[i] = docs[i] ? xmlDocGetRootElement(docs[i]) : NULL;
	}
	if (roots[DOCUMENT]) {
		BDL_AUTO(bdl_numbering_free)
		struct bdl_numbering *numbers = bdl_numbering_new(roots[NUMBERING], roots[STYLES]);
		struct writer w = { out, numbers };

		put_blocks(roots[DOCUMENT], &w);
	}
	for (enum part i = 0; i < PARTS; i++)
		xmlFreeDoc(docs[i]); /* takes NULL */
	return roots[DOCUMENT]
	    ? 0
	    : bdl_fail(err, BDL_E_INVALID, "the document is broken: it is no XML");
}

int bdl_docx_read(struct bdl_view bytes, struct bdl_buf *out, struct bdl_err *err)
{
	struct bdl_buf xml[PARTS] = { BDL_BUF(BDL_DOCX_XML_MAX), BDL_BUF(BDL_DOCX_XML_MAX),
		BDL_BUF(BDL_DOCX_XML_MAX) };
	int rc = unpack(bytes, xml, err);

	if (rc == 0 && (xml[DOCUMENT].n == 0 || declares(bdl_buf_view(&xml[DOCUMENT]))))
		rc = bdl_fail(err, BDL_E_INVALID, "the document is not as Word writes it");
	if (rc == 0)
		rc = read_parts(xml, out, err);
	for (enum part i = 0; i < PARTS; i++)
		bdl_buf_done(&xml[i]);
	return rc;
}
