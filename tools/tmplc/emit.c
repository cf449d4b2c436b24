/* C for a template that was checked: a struct for its view and a function that writes it. */
#include "template.h"

/* --- the header --- */

/* "bdl_page_overview", "bdl_page_overview_row" for the items of its lists. */
static void emit_tag(const struct template *t, struct bdl_view item, struct bdl_buf *out)
{
	bdl_buf_printf(out, "bdl_%s_%.*s", template_kind_word(t->kind), BDL_FMT(t->name));
	if (item.n > 0)
		bdl_buf_printf(out, "_%.*s", BDL_FMT(item));
}

static void emit_member(const struct template *t, const struct field *f, struct bdl_buf *out)
{
	static const char *const c_types[] = { "struct bdl_view ", "const char *", "int64_t ",
		"bool ", "struct bdl_view " };

	bdl_buf_add_char(out, '\t');
	if (f->type == TYPE_LIST) {
		bdl_buf_add_str(out, "const struct ");
		emit_tag(t, f->item, out);
		bdl_buf_printf(out, " *%.*s;", BDL_FMT(f->name));
	} else if (f->type == TYPE_PART) {
		bdl_buf_printf(
		    out, "struct bdl_part_%.*s %.*s;", BDL_FMT(f->item), BDL_FMT(f->name));
	} else {
		bdl_buf_printf(out, "%s%.*s;", c_types[f->type], BDL_FMT(f->name));
	}
	if (f->remark.n > 0)
		bdl_buf_printf(out, " /* %.*s */", BDL_FMT(f->remark));
	else if (f->type == TYPE_RAW)
		bdl_buf_add_str(out, " /* HTML, written as it is */");
	bdl_buf_add_char(out, '\n');
	if (f->type == TYPE_LIST)
		bdl_buf_printf(out, "\tsize_t n_%.*s;\n", BDL_FMT(f->name));
}

/* Items first, so that each struct stands before its use. */
static void emit_struct(
    const struct template *t, struct bdl_view item, const struct field *fields, struct bdl_buf *out)
{
	for (const struct field *f = fields; f; f = f->next)
		if (f->type == TYPE_LIST)
			emit_struct(t, f->item, f->fields, out);
	bdl_buf_add_str(out, "struct ");
	emit_tag(t, item, out);
	bdl_buf_add_str(out, " {\n");
	if (item.n == 0 && t->layout.n > 0)
		bdl_buf_printf(out, "\tstruct bdl_layout_%.*s %.*s;\n", BDL_FMT(t->layout),
		    BDL_FMT(t->layout));
	for (const struct field *f = fields; f; f = f->next)
		emit_member(t, f, out);
	if (!fields && (item.n > 0 || t->layout.n == 0))
		bdl_buf_add_str(out, "\tchar unused; /* it has no fields */\n");
	bdl_buf_add_str(out, "};\n\n");
}

static void emit_signature(const struct template *t, const char *suffix, struct bdl_buf *out)
{
	bdl_buf_add_str(out, "void ");
	emit_tag(t, bdl_view_at(NULL, 0), out);
	bdl_buf_printf(out, "%s(struct bdl_buf *out, const struct ", suffix);
	emit_tag(t, bdl_view_at(NULL, 0), out);
	bdl_buf_add_str(out, " *v)");
}

static void emit_origin(const struct template *t, struct bdl_buf *out)
{
	bdl_buf_printf(
	    out, "/* Made by tmplc from %.*s.html: change that instead. */\n", BDL_FMT(t->name));
}

/* Whether a field, or one of a list's items, is that part. */
static bool holds_part(const struct field *fields, struct bdl_view name)
{
	for (const struct field *f = fields; f; f = f->next)
		if ((f->type == TYPE_PART && bdl_view_eq(f->item, name)) ||
		    (f->type == TYPE_LIST && holds_part(f->fields, name)))
			return true;
	return false;
}

void template_emit_header(const struct template *t, struct bdl_buf *out)
{
	emit_origin(t, out);
	bdl_buf_printf(out, "#ifndef BDL_TMPL_%s_%.*s\n#define BDL_TMPL_%s_%.*s\n\n",
	    template_kind_word(t->kind), BDL_FMT(t->name), template_kind_word(t->kind),
	    BDL_FMT(t->name));
	bdl_buf_add_str(out, "#include \"base/buf.h\"\n");
	if (t->layout.n > 0)
		bdl_buf_printf(out, "#include \"%.*s.tmpl.h\"\n", BDL_FMT(t->layout));
	for (const struct parts *p = t->parts; p; p = p->next)
		if (holds_part(t->fields, p->part->name))
			bdl_buf_printf(out, "#include \"%.*s.tmpl.h\"\n", BDL_FMT(p->part->name));
	bdl_buf_add_char(out, '\n');
	emit_struct(t, bdl_view_at(NULL, 0), t->fields, out);
	emit_signature(t, t->kind == KIND_LAYOUT ? "_top" : "", out);
	bdl_buf_add_str(out, ";\n");
	if (t->kind == KIND_LAYOUT) {
		emit_signature(t, "_bottom", out);
		bdl_buf_add_str(out, ";\n");
	}
	bdl_buf_add_str(out, "\n#endif\n");
}

/* --- the source --- */

static void emit_indent(unsigned depth, struct bdl_buf *out)
{
	while (depth-- > 0)
		bdl_buf_add_char(out, '\t');
}

/* A string literal, a line of it for each line of the text. */
static void emit_literal(struct bdl_view text, unsigned depth, struct bdl_buf *out)
{
	bdl_buf_add_char(out, '"');
	for (size_t i = 0; i < text.n; i++) {
		char c = text.p[i];
		if (c == '\n' && i + 1 < text.n) {
			bdl_buf_add_str(out, "\\n\"\n");
			emit_indent(depth, out);
			bdl_buf_add_char(out, '"');
		} else if (c == '\n') {
			bdl_buf_add_str(out, "\\n");
		} else if (c == '"' || c == '\\' || (c == '?' && i > 0 && text.p[i - 1] == '?')) {
			bdl_buf_printf(out, "\\%c", c);
		} else if ((unsigned char)c < 0x20) {
			bdl_buf_printf(out, "\\%03o", (unsigned)c);
		} else {
			bdl_buf_add_char(out, c);
		}
	}
	bdl_buf_add_char(out, '"');
}

/* "v->title", "at_row->title"; `prefix` is "n_" for the length of a list. */
static void emit_path(const struct path *p, const char *prefix, struct bdl_buf *out)
{
	if (p->loop.n > 0)
		bdl_buf_printf(out, "at_%.*s->", BDL_FMT(p->loop));
	else
		bdl_buf_add_str(out, "v->");
	bdl_buf_printf(out, "%s%.*s", prefix, BDL_FMT(p->name));
}

static void emit_value(const struct node *n, struct bdl_buf *out)
{
	static const char *const writers[] = { "", "bdl_html_text", "bdl_html_attr", "bdl_html_url",
		"bdl_html_query", "bdl_html_number", "bdl_buf_add_view" };
	bool str = n->path.field->type == TYPE_STR;

	if (n->path.field->type == TYPE_PART) {
		bdl_buf_printf(out, "bdl_part_%.*s(out, &", BDL_FMT(n->path.field->item));
		emit_path(&n->path, "", out);
		bdl_buf_add_str(out, ");\n");
		return;
	}
	BDL_BUG_IF(n->escape == ESC_NONE);
	bdl_buf_printf(out, "%s(out, %s", writers[n->escape], str ? "bdl_view_of(" : "");
	emit_path(&n->path, "", out);
	bdl_buf_printf(out, "%s);\n", str ? ")" : "");
}

/* Whether there is something: the meaning of "if" for each type. */
static void emit_test(const struct path *p, struct bdl_buf *out)
{
	switch (p->field->type) {
	case TYPE_TEXT:
	case TYPE_RAW:
		emit_path(p, "", out);
		bdl_buf_add_str(out, ".n > 0");
		return;
	case TYPE_STR:
		bdl_buf_add_str(out, "bdl_view_of(");
		emit_path(p, "", out);
		bdl_buf_add_str(out, ").n > 0");
		return;
	case TYPE_NUMBER:
		emit_path(p, "", out);
		bdl_buf_add_str(out, " != 0");
		return;
	case TYPE_LIST:
		emit_path(p, "n_", out);
		bdl_buf_add_str(out, " > 0");
		return;
	case TYPE_BOOL:
		emit_path(p, "", out);
		return;
	case TYPE_PART:
		BDL_BUG_IF(true); /* the check refuses it */
	}
}

static void emit_nodes(const struct template *t, const struct node *n, const struct node *until,
    unsigned depth, struct bdl_buf *out);

static void emit_if(
    const struct template *t, const struct node *n, unsigned depth, struct bdl_buf *out)
{
	bdl_buf_printf(out, "if (%s", n->negated ? "!(" : "");
	emit_test(&n->path, out);
	bdl_buf_printf(out, "%s) {\n", n->negated ? ")" : "");
	emit_nodes(t, n->body, NULL, depth + 1, out);
	if (n->other) {
		emit_indent(depth, out);
		bdl_buf_add_str(out, "} else {\n");
		emit_nodes(t, n->other, NULL, depth + 1, out);
	}
	emit_indent(depth, out);
	bdl_buf_add_str(out, "}\n");
}

static void emit_for(
    const struct template *t, const struct node *n, unsigned depth, struct bdl_buf *out)
{
	bdl_buf_printf(
	    out, "for (size_t i_%.*s = 0; i_%.*s < ", BDL_FMT(n->text), BDL_FMT(n->text));
	emit_path(&n->path, "n_", out);
	bdl_buf_printf(out, "; i_%.*s++) {\n", BDL_FMT(n->text));
	emit_indent(depth + 1, out);
	bdl_buf_add_str(out, "const struct ");
	emit_tag(t, n->path.field->item, out);
	bdl_buf_printf(out, " *at_%.*s = &", BDL_FMT(n->text));
	emit_path(&n->path, "", out);
	bdl_buf_printf(out, "[i_%.*s];\n", BDL_FMT(n->text));
	emit_indent(depth + 1, out);
	bdl_buf_printf(out, "(void)at_%.*s;\n", BDL_FMT(n->text));
	emit_nodes(t, n->body, NULL, depth + 1, out);
	emit_indent(depth, out);
	bdl_buf_add_str(out, "}\n");
	if (!n->other)
		return;
	emit_indent(depth, out);
	bdl_buf_add_str(out, "if (");
	emit_path(&n->path, "n_", out);
	bdl_buf_add_str(out, " == 0) {\n");
	emit_nodes(t, n->other, NULL, depth + 1, out);
	emit_indent(depth, out);
	bdl_buf_add_str(out, "}\n");
}

static void emit_argument(const struct argument *a, unsigned depth, struct bdl_buf *out)
{
	emit_indent(depth + 2, out);
	bdl_buf_printf(out, ".%.*s = ", BDL_FMT(a->name));
	bool view = a->field->type == TYPE_TEXT;
	if (a->quoted) {
		bdl_buf_add_str(out, view ? "BDL_LIT(" : "");
		emit_literal(a->text, depth + 2, out);
	} else {
		view = view && a->path.field->type == TYPE_STR;
		bdl_buf_add_str(out, view ? "bdl_view_of(" : "");
		emit_path(&a->path, "", out);
	}
	bdl_buf_add_str(out, view ? "),\n" : ",\n");
}

static void emit_part(const struct node *n, unsigned depth, struct bdl_buf *out)
{
	bdl_buf_printf(out, "bdl_part_%.*s(out,\n", BDL_FMT(n->text));
	emit_indent(depth + 1, out);
	bdl_buf_printf(out, "&(struct bdl_part_%.*s){\n", BDL_FMT(n->text));
	for (const struct argument *a = n->arguments; a; a = a->next)
		emit_argument(a, depth, out);
	if (!n->arguments) {
		emit_indent(depth + 2, out);
		bdl_buf_add_str(out, ".unused = 0,\n");
	}
	emit_indent(depth + 1, out);
	bdl_buf_add_str(out, "});\n");
}

/* The nodes from n up to, not with, `until`. */
static void emit_nodes(const struct template *t, const struct node *n, const struct node *until,
    unsigned depth, struct bdl_buf *out)
{
	for (; n != until; n = n->next) {
		emit_indent(depth, out);
		switch (n->kind) {
		case NODE_STATIC:
			bdl_buf_add_str(out, "bdl_buf_add_view(out, BDL_LIT(");
			emit_literal(n->text, depth + 1, out);
			bdl_buf_add_str(out, "));\n");
			break;
		case NODE_VALUE:
			emit_value(n, out);
			break;
		case NODE_IF:
			emit_if(t, n, depth, out);
			break;
		case NODE_FOR:
			emit_for(t, n, depth, out);
			break;
		case NODE_PART:
			emit_part(n, depth, out);
			break;
		case NODE_CONTENT:
			BDL_BUG_IF(true); /* the layout's two functions end and begin there */
		}
	}
}

static void emit_function(const struct template *t, const char *suffix, const struct node *from,
    const struct node *until, struct bdl_buf *out)
{
	bdl_buf_add_char(out, '\n');
	emit_signature(t, suffix, out);
	bdl_buf_add_str(out, "\n{\n\t(void)v;\n");
	if (t->layout.n > 0)
		bdl_buf_printf(out, "\tbdl_layout_%.*s_top(out, &v->%.*s);\n", BDL_FMT(t->layout),
		    BDL_FMT(t->layout));
	emit_nodes(t, from, until, 1, out);
	if (t->layout.n > 0)
		bdl_buf_printf(out, "\tbdl_layout_%.*s_bottom(out, &v->%.*s);\n",
		    BDL_FMT(t->layout), BDL_FMT(t->layout));
	bdl_buf_add_str(out, "}\n");
}

void template_emit_source(const struct template *t, struct bdl_buf *out)
{
	emit_origin(t, out);
	bdl_buf_printf(out, "#include \"%.*s.tmpl.h\"\n", BDL_FMT(t->name));
	for (const struct parts *p = t->parts; p; p = p->next)
		bdl_buf_printf(out, "#include \"%.*s.tmpl.h\"\n", BDL_FMT(p->part->name));
	bdl_buf_add_str(out, "#include \"proto/html.h\"\n");

	const struct node *content = t->body;
	while (content && content->kind != NODE_CONTENT)
		content = content->next;
	emit_function(t, content ? "_top" : "", t->body, content, out);
	if (content)
		emit_function(t, "_bottom", content->next, NULL, out);
}
