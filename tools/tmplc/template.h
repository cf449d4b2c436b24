/*
 * A template as the compiler sees it. docs/templates.md is the manual of the language.
 *
 * Everything lives in one region until the process ends; texts are views into the file's bytes.
 * The passes are: declaration (declare.c), body (parse.c), the check that resolves names and gives
 * each value the escape of the place where it stands (check.c, by html.c), and C (emit.c).
 */
#ifndef BDL_TMPLC_TEMPLATE_H
#define BDL_TMPLC_TEMPLATE_H

#include "base/buf.h"
#include "base/err.h"
#include "base/region.h"

#define TEMPLATE_MAX (1024 * 1024) /* bytes of a file */
#define NESTING_MAX  32            /* blocks within blocks, lists within lists */

enum template_kind { KIND_PAGE, KIND_LAYOUT, KIND_PART };

enum field_type { TYPE_TEXT, TYPE_STR, TYPE_NUMBER, TYPE_BOOL, TYPE_RAW, TYPE_LIST, TYPE_PART };

struct field {
	struct field *next;
	struct bdl_view name;
	enum field_type type;
	struct bdl_view remark; /* what stands after '#'; kept in the header */
	struct bdl_view item;   /* of a list: the name of its items; of a part: its name */
	struct field *fields;   /* of a list: those of its items */
};

enum node_kind { NODE_STATIC, NODE_VALUE, NODE_IF, NODE_FOR, NODE_PART, NODE_CONTENT };

/* How a value is written; NONE until the check has been there. */
enum escape { ESC_NONE, ESC_TEXT, ESC_ATTR, ESC_URL, ESC_QUERY, ESC_NUMBER, ESC_RAW };

/* A field as it is named in the body: "title", or "row.title" in a loop over rows. */
struct path {
	const char *at;
	struct bdl_view loop; /* empty: the template's own field */
	struct bdl_view name;
	const struct field *field; /* set by the check */
};

/* What a part is handed: a field or a quoted text. */
struct argument {
	struct argument *next;
	const char *at;
	struct bdl_view name;
	bool quoted;
	struct bdl_view text;      /* quoted */
	struct path path;          /* else */
	const struct field *field; /* of the part; set by the check */
};

struct node {
	struct node *next;
	enum node_kind kind;
	const char *at;
	struct bdl_view text; /* static: the text; for: the loop's name; part: the part's name */
	struct path path;     /* value, if, for */
	bool negated;         /* if not */
	enum escape escape;   /* value */
	struct node *body, *other; /* if, for: what stands before and after else */
	const char *end;           /* if, for: where it is closed */
	struct argument *arguments;
	const struct template *part;
};

struct template
{
	struct bdl_region *region;
	const char *file;
	struct bdl_view bytes;
	enum template_kind kind;
	struct bdl_view name;
	struct bdl_view layout; /* of a page; may be empty */
	struct field *fields;
	const char *body_at;
	struct node *body;
	struct parts *parts; /* those it uses, in the order of their first use; its fields' first */
};

struct parts {
	struct parts *next;
	const struct template *part;
};

/* "FILE:LINE:COLUMN: error: ..." for a place in the template's bytes. */
int template_fail(const struct template *t, const char *at, struct bdl_err *err, const char *fmt,
    ...) BDL_PRINTF(4, 5);

/* The file's bytes, at most TEMPLATE_MAX. */
int template_read(struct bdl_region *region, const char *file, struct bdl_view *ret,
    struct bdl_err *err) BDL_MUST_USE;

/* Memory of the compiler's own: never NULL (the process ends where there is none). */
void *template_get(const struct template *t, size_t n);

/* Read the file and its declaration, not its body. */
int template_declare(struct bdl_region *region, const char *file, struct template **ret,
    struct bdl_err *err) BDL_MUST_USE;
int template_parse(struct template *t, struct bdl_err *err) BDL_MUST_USE;
int template_check(struct template *t, struct bdl_err *err) BDL_MUST_USE;

void template_emit_header(const struct template *t, struct bdl_buf *out);
void template_emit_source(const struct template *t, struct bdl_buf *out);

/* A lower-case name that C takes as well: letters, digits, underscores; no word of C. */
bool template_name_ok(struct bdl_view v);

/* The word in front of *rest (letters, digits, '_'), taken off it with the spaces before it. */
struct bdl_view template_word(struct bdl_view *rest);

const struct field *template_field(const struct field *fields, struct bdl_view name);
const char *template_type_word(enum field_type type);
const char *template_kind_word(enum template_kind kind);

#endif
