/*
 * Files of other programs as text that can be cut: headings begin with "# ", items with "- ", the
 * cells of a row are divided by tabs, pages end in \f. Files are strangers': each is read in a process
 * of its own (sys/apart.h), and nothing unpacks beyond the maxima here.
 */
#ifndef BDL_IMPORT_READ_H
#define BDL_IMPORT_READ_H

#include "base/buf.h"
#include "base/err.h"

#define BDL_IMPORT_FILE_MAX (32 * 1024 * 1024) /* bytes of a file: pictures are in it */
#define BDL_DOCX_XML_MAX    (8 * 1024 * 1024)  /* of the document in a .docx, unpacked */

/*
 * What kind of file it is is told by its bytes; `name` only says that plain text is HTML. Word
 * documents (.docx), PDF by pdftotext, HTML, and else plain text. BDL_E_INVALID for a file of another
 * kind and for one that is broken, with what to do; BDL_E_LIMIT; BDL_E_MISSING without pdftotext.
 */
int bdl_import_read(struct bdl_view bytes, struct bdl_view name, struct bdl_buf *out,
    struct bdl_err *err) BDL_MUST_USE;

/* The readers themselves, in this process: bytes of the file to text. For tests and fuzzing. */
int bdl_docx_read(struct bdl_view bytes, struct bdl_buf *out, struct bdl_err *err) BDL_MUST_USE;
int bdl_html_read(struct bdl_view bytes, struct bdl_buf *out, struct bdl_err *err) BDL_MUST_USE;

/* pdftotext's lines: wide gaps within a line become tabs, as between the cells of a row. */
void bdl_pdf_columns(struct bdl_view text, struct bdl_buf *out);

/* Whether most lines of that are two that stand beside each other, as where text runs in columns. */
bool bdl_pdf_is_in_columns(struct bdl_view text);

#endif
