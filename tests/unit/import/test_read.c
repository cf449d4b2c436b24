#include "../check.h"
#include "base/alloc.h"
#include "import/read.h"
#include <zip.h>

#define WORD "<w:document xmlns:w=\"w\"><w:body>"
#define END  "</w:body></w:document>"

struct file {
	const char *name, *text;
	size_t n;
};

/* A zip of these files, in memory. */
static void pack_all(const struct file *files, size_t n_files, struct bdl_buf *out)
{
	zip_source_t *all = zip_source_buffer_create(NULL, 0, 0, NULL);
	zip_t *zip = zip_open_from_source(all, ZIP_TRUNCATE, NULL);
	zip_stat_t st;
	char *room;

	zip_source_keep(all);
	for (size_t i = 0; i < n_files; i++)
		assert_true(zip_file_add(zip, files[i].name,
				zip_source_buffer(zip, files[i].text, files[i].n, 0), 0) >= 0);
	assert_int_equal(zip_close(zip), 0);
	assert_int_equal(zip_source_stat(all, &st), 0);
	assert_int_equal(zip_source_open(all), 0);
	room = bdl_buf_room(out, st.size);
	assert_int_equal(zip_source_read(all, room, st.size), st.size);
	bdl_buf_commit(out, st.size);
	(void)zip_source_close(all);
	zip_source_free(all);
}

static void pack(const char *name, const char *text, size_t n, struct bdl_buf *out)
{
	pack_all(&(struct file){ name, text, n }, 1, out);
}

static int read_docx(const char *xml, struct bdl_buf *out, struct bdl_err *err)
{
	BDL_AUTO_IN(bdl_buf_done) struct bdl_buf file = BDL_BUF(1 << 20);

	pack("word/document.xml", xml, strlen(xml), &file);
	return bdl_import_read(bdl_buf_view(&file), BDL_LIT("a.docx"), out, err);
}

static void expect_docx(const char *xml, const char *want)
{
	BDL_AUTO_IN(bdl_buf_done) struct bdl_buf out = BDL_BUF(1 << 16);
	struct bdl_err err;

	if (read_docx(xml, &out, &err) < 0)
		fail_msg("%s", err.text);
	assert_string_equal(bdl_buf_str(&out), want);
}

static void reads_word_documents(void **state)
{
	(void)state;
	expect_docx(WORD
	    "<w:p><w:pPr><w:pStyle w:val=\"Heading2\"/></w:pPr><w:r><w:t>Phones</w:t>"
	    "</w:r></w:p><w:p><w:r><w:t>They </w:t></w:r><w:r><w:t>stay off.</w:t></w:r>"
	    "</w:p>" END,
	    "\n## Phones\n\nThey stay off.\n");
	expect_docx(WORD
	    "<w:p><w:pPr><w:numPr><w:ilvl w:val=\"1\"/></w:numPr></w:pPr><w:r><w:t>An "
	    "item</w:t></w:r></w:p><w:p><w:r><w:rPr><w:b/></w:rPr><w:t>Bold</w:t></w:r>"
	    "</w:p>" END,
	    "\n  - An item\n\n**Bold**\n");
	expect_docx(WORD
	    "<w:p><w:del><w:r><w:t>gone</w:t></w:r></w:del><w:ins><w:r><w:t>kept</w:t>"
	    "</w:r></w:ins></w:p><w:tbl><w:tr><w:tc><w:p><w:r><w:t>Owner</w:t></w:r></w:p>"
	    "</w:tc><w:tc><w:p><w:r><w:t>Head</w:t></w:r></w:p></w:tc></w:tr></w:tbl>" END,
	    "\nkept\n\nOwner\tHead\t\n");
}

#define P(level, words)                                \
	"<w:p><w:pPr><w:numPr><w:ilvl w:val=\"" level  \
	"\"/><w:numId w:val=\"7\"/></w:numPr></w:pPr>" \
	"<w:r><w:t>" words "</w:t></w:r></w:p>"
#define LEVEL(at, format, text)                                                    \
	"<w:lvl w:ilvl=\"" at "\"><w:start w:val=\"1\"/><w:numFmt w:val=\"" format \
	"\"/><w:lvlText w:val=\"" text "\"/></w:lvl>"

/* Word keeps the numbers of paragraphs apart from them. */
static void counts_as_word_does(void **state)
{
	static const char document[] = WORD P("0", "Aims") P("1", "We care.") P("1", "We ask.") P(
	    "2", "An item") P("2", "Another") P("0", "Phones") P("1",
	    "They rest.") "<w:p><w:pPr><w:pStyle w:val=\"Heading2\"/></w:pPr><w:r><w:t>Mail</w:t></w:r></w:p>"
			  "<w:p><w:pPr><w:pStyle w:val=\"Heading2\"/><w:numPr><w:numId w:val=\"0\"/></w:numPr></w:pPr>"
			  "<w:r><w:t>Plain</w:t></w:r></w:p>"
			  "<w:p><w:pPr><w:numPr><w:numId w:val=\"9\"/></w:numPr></w:pPr><w:r><w:t>A dot</w:t></w:r></w:p>" END;
	static const char numbering[] =
	    "<w:numbering xmlns:w=\"w\"><w:abstractNum w:abstractNumId=\"3\">" LEVEL(
		"0", "decimal", "%1.") LEVEL("1", "decimal", "%1.%2") LEVEL("2", "lowerLetter",
		"(%3)") "</w:abstractNum><w:abstractNum w:abstractNumId=\"4\">" LEVEL("0", "bullet",
		"o") "</w:abstractNum><w:num w:numId=\"7\"><w:abstractNumId w:val=\"3\"/></w:num>"
		     "<w:num w:numId=\"9\"><w:abstractNumId w:val=\"4\"/></w:num></w:numbering>";
	static const char styles[] =
	    "<w:styles xmlns:w=\"w\"><w:style w:styleId=\"Base\"><w:pPr><w:numPr><w:numId w:val=\"7\"/>"
	    "</w:numPr></w:pPr></w:style><w:style w:styleId=\"Heading2\"><w:basedOn w:val=\"Base\"/>"
	    "</w:style></w:styles>";
	static const char want[] = "\n- 1. Aims\n\n  - 1.1 We care.\n\n  - 1.2 We ask.\n"
				   "\n    - (a) An item\n\n    - (b) Another\n\n- 2. Phones\n"
				   "\n  - 2.1 They rest.\n\n## 3. Mail\n\n## Plain\n\n- A dot\n";
	const struct file files[] = { { "word/document.xml", document, strlen(document) },
		{ "word/numbering.xml", numbering, strlen(numbering) },
		{ "word/styles.xml", styles, strlen(styles) } };
	BDL_AUTO_IN(bdl_buf_done) struct bdl_buf file = BDL_BUF(1 << 20);
	BDL_AUTO_IN(bdl_buf_done) struct bdl_buf out = BDL_BUF(1 << 16);
	struct bdl_err err;

	(void)state;
	pack_all(files, 3, &file);
	if (bdl_import_read(bdl_buf_view(&file), BDL_LIT("a.docx"), &out, &err) < 0)
		fail_msg("%s", err.text);
	assert_string_equal(bdl_buf_str(&out), want);
}

static void refuses_entities_and_what_is_none(void **state)
{
	BDL_AUTO_IN(bdl_buf_done) struct bdl_buf out = BDL_BUF(1 << 16);
	BDL_AUTO_IN(bdl_buf_done) struct bdl_buf file = BDL_BUF(1 << 20);
	struct bdl_err err;

	(void)state;
	assert_int_equal(
	    read_docx(
		"<!DOCTYPE d [<!ENTITY a SYSTEM \"file:///etc/passwd\">]><d>&a;</d>", &out, &err),
	    BDL_E_INVALID);
	assert_string_equal(err.text, "the document is not as Word writes it");
	assert_int_equal(read_docx("<w:p>", &out, &err), BDL_E_INVALID);
	pack("content.xml", "<a/>", 4, &file);
	assert_int_equal(
	    bdl_import_read(bdl_buf_view(&file), BDL_LIT("a.odt"), &out, &err), BDL_E_INVALID);
	assert_int_equal(out.n, 0);
}

static void unpacks_no_more_than_it_says(void **state)
{
	BDL_AUTO_IN(bdl_buf_done) struct bdl_buf out = BDL_BUF(1 << 16);
	BDL_AUTO_IN(bdl_buf_done) struct bdl_buf file = BDL_BUF(1 << 20);
	BDL_AUTO_FREE char *much = bdl_xalloc(BDL_DOCX_XML_MAX + 1);

	(void)state;
	pack("word/document.xml", much, BDL_DOCX_XML_MAX + 1, &file);
	assert_true(file.n < 100000);
	assert_int_equal(
	    bdl_import_read(bdl_buf_view(&file), BDL_LIT("a.docx"), &out, NULL), BDL_E_LIMIT);
}

static void reads_html(void **state)
{
	static const char page[] =
	    "<!doctype html><title>t</title><nav>menu</nav><h2>Phones</h2><p>They <b>stay</b>\noff."
	    "<ul><li>One<li>Two</ul><table><tr><th>Owner<td><p>Head</p></table><script>x</script>";
	BDL_AUTO_IN(bdl_buf_done) struct bdl_buf out = BDL_BUF(1 << 16);
	struct bdl_err err;

	(void)state;
	if (bdl_import_read(bdl_view_of(page), BDL_LIT("p.html"), &out, &err) < 0)
		fail_msg("%s", err.text);
	assert_non_null(strstr(bdl_buf_str(&out), "\n## Phones\n\nThey stay off.\n"));
	assert_non_null(strstr(bdl_buf_str(&out), "\n- One\n\n- Two\n"));
	assert_non_null(strstr(bdl_buf_str(&out), "Owner\tHead \t\n"));
	assert_null(strstr(bdl_buf_str(&out), "menu"));
	assert_null(strstr(bdl_buf_str(&out), "x"));
}

static void keeps_text_and_refuses_other_files(void **state)
{
	BDL_AUTO_IN(bdl_buf_done) struct bdl_buf out = BDL_BUF(64);
	struct bdl_err err;

	(void)state;
	assert_int_equal(bdl_import_read(BDL_LIT("Be kind."), BDL_LIT("p.txt"), &out, NULL), 0);
	assert_string_equal(bdl_buf_str(&out), "Be kind.");
	assert_int_equal(bdl_import_read(BDL_LIT("\xd0\xcf\x11\xe0"), BDL_LIT("p.doc"), &out, &err),
	    BDL_E_INVALID);
	assert_non_null(strstr(err.text, "save it as .docx"));
	assert_int_equal(bdl_import_read(BDL_LIT("a\0b"), BDL_LIT("p"), &out, NULL), BDL_E_INVALID);
	bdl_buf_clear(&out);
	assert_int_equal(bdl_import_read(BDL_LIT("0123456789012345678901234567890123456789"
						 "0123456789012345678901234567890123456789"),
			     BDL_LIT("p.txt"), &out, NULL),
	    BDL_E_LIMIT);
}

static void finds_the_columns_of_a_page(void **state)
{
	BDL_AUTO_IN(bdl_buf_done) struct bdl_buf out = BDL_BUF(1024);

	(void)state;
	bdl_pdf_columns(BDL_LIT("      Owner      Head\n  two  blanks\n"), &out);
	assert_string_equal(bdl_buf_str(&out), "      Owner\tHead\n  two  blanks\n");
}

static void tells_columns_of_text_from_tables(void **state)
{
	BDL_AUTO_IN(bdl_buf_done) struct bdl_buf text = BDL_BUF(1 << 16);

	(void)state;
	for (int i = 0; i < 9; i++)
		(void)bdl_buf_add_str(
		    &text, "these words stand in the left column\tand these in the right of it\n");
	assert_true(bdl_pdf_is_in_columns(bdl_buf_view(&text)));
	for (int i = 0; i < 10; i++)
		(void)bdl_buf_add_str(&text, "and here the text runs over the whole page\n");
	assert_false(bdl_pdf_is_in_columns(bdl_buf_view(&text)));
	bdl_buf_clear(&text);
	for (int i = 0; i < 20; i++)
		(void)bdl_buf_add_str(&text, "Owner\tThe headteacher of the school, always\n");
	assert_false(bdl_pdf_is_in_columns(bdl_buf_view(&text)));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_word_documents),
		cmocka_unit_test(counts_as_word_does),
		cmocka_unit_test(refuses_entities_and_what_is_none),
		cmocka_unit_test(unpacks_no_more_than_it_says),
		cmocka_unit_test(reads_html),
		cmocka_unit_test(keeps_text_and_refuses_other_files),
		cmocka_unit_test(finds_the_columns_of_a_page),
		cmocka_unit_test(tells_columns_of_text_from_tables),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
