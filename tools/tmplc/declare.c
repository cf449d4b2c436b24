/* The declaration: what kind of template it is, its name, and the fields of its view. */
#include "template.h"

static const char *const type_words[] = { "text", "str", "number", "bool", "raw", "list", "part" };

/* Words of C, which would make a struct that does not compile, and words of directives. */
static const char *const reserved_words[] = { "auto", "break", "case", "char", "const", "continue",
	"default", "do", "double", "else", "enum", "extern", "float", "for", "goto", "if", "inline",
	"int", "long", "register", "restrict", "return", "short", "signed", "sizeof", "static",
	"struct", "switch", "typedef", "typeof", "union", "unsigned", "void", "volatile", "while",
	"asm", "bool", "true", "false", "content", "end", "in", "not", "part" };

const char *template_type_word(enum field_type type)
{
	return type_words[type];
}

const char *template_kind_word(enum template_kind kind)
{
	static const char *const words[] = { "page", "layout", "part" };
	return words[kind];
}

static bool is_name_char(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
}

bool template_name_ok(struct bdl_view v)
{
	if (v.n == 0 || v.n > 40 || v.p[0] < 'a' || v.p[0] > 'z')
		return false;
	for (size_t i = 0; i < v.n; i++)
		if (!is_name_char(v.p[i]))
			return false;
	for (size_t i = 0; i < BDL_ARRAY_LEN(reserved_words); i++)
		if (bdl_view_is(v, reserved_words[i]))
			return false;
	return true;
}

struct bdl_view template_word(struct bdl_view *rest)
{
	size_t skip = 0, n = 0;
	while (skip < rest->n && (rest->p[skip] == ' ' || rest->p[skip] == '\n'))
		skip++;
	*rest = bdl_view_from(*rest, skip);
	while (n < rest->n && is_name_char(rest->p[n]))
		n++;
	struct bdl_view word = bdl_view_at(rest->p, n);
	*rest = bdl_view_from(*rest, n);
	return word;
}

const struct field *template_field(const struct field *fields, struct bdl_view name)
{
	for (; fields; fields = fields->next)
		if (bdl_view_eq(fields->name, name))
			return fields;
	return NULL;
}

/* Names of items, each of which becomes a struct of its own. */
struct item {
	struct item *next;
	struct bdl_view name;
};

/* The lines of the declaration that are still to be read. */
struct lines {
	struct template *t;
	struct bdl_view rest;
	struct item *items;
};

static size_t indent_of(struct bdl_view line)
{
	size_t n = 0;
	while (n < line.n && line.p[n] == ' ')
		n++;
	return n;
}

/* The next line that says something, without taking it; false at the end. */
static bool peek_line(struct lines *l, struct bdl_view *ret)
{
	struct bdl_view before = l->rest;
	while (bdl_view_cut(&l->rest, '\n', ret)) {
		if (bdl_view_trim(*ret).n > 0) {
			l->rest = before;
			return true;
		}
		before = l->rest;
	}
	return false;
}

static int parse_fields(
    struct lines *l, size_t indent, unsigned depth, struct field **ret, struct bdl_err *err);

/* "NAME TYPE", "NAME list of ITEM", "NAME part PART", each with "# remark" after it if you like. */
static int parse_field(struct lines *l, struct bdl_view line, struct field *f, struct bdl_err *err)
{
	const struct template *t = l->t;
	struct bdl_view code = bdl_view_at(line.p, bdl_view_find(line, '#'));
	if (code.n < line.n)
		f->remark = bdl_view_trim(bdl_view_at(line.p + code.n + 1, line.n - code.n - 1));
	if (f->remark.n > 0 && memmem(f->remark.p, f->remark.n, "*/", 2))
		return template_fail(t, f->remark.p, err, "a remark cannot hold '*/'");
	f->name = template_word(&code);
	if (!template_name_ok(f->name))
		return template_fail(t, f->name.p, err,
		    "expected a field's name: lower-case letters, digits and '_', no reserved word");
	struct bdl_view type = template_word(&code);
	int found = -1;
	for (int i = 0; i < (int)BDL_ARRAY_LEN(type_words); i++)
		if (bdl_view_is(type, type_words[i]))
			found = i;
	if (found < 0)
		return template_fail(t, type.p, err,
		    "expected a type: text, str, number, bool, raw, list of ITEM or part PART");
	f->type = (enum field_type)found;
	if (f->type == TYPE_LIST) {
		if (!bdl_view_is(template_word(&code), "of"))
			return template_fail(t, type.p, err, "expected 'list of ITEM'");
		f->item = template_word(&code);
		if (!template_name_ok(f->item))
			return template_fail(t, f->item.p, err, "expected the name of an item");
	}
	if (f->type == TYPE_PART) {
		f->item = template_word(&code);
		if (!template_name_ok(f->item))
			return template_fail(t, f->item.p, err, "expected the name of a part");
	}
	if (bdl_view_trim(code).n > 0)
		return template_fail(t, code.p, err, "unexpected text after the field's type");
	return 0;
}

static int parse_list(
    struct lines *l, size_t indent, unsigned depth, struct field *f, struct bdl_err *err)
{
	if (depth >= NESTING_MAX)
		return template_fail(l->t, f->name.p, err, "lists stand too deep in each other");
	for (const struct item *i = l->items; i; i = i->next)
		if (bdl_view_eq(i->name, f->item))
			return template_fail(l->t, f->item.p, err,
			    "another list has items called '%.*s'", BDL_FMT(f->item));
	struct item *item = template_get(l->t, sizeof(*item));
	*item = (struct item){ .next = l->items, .name = f->item };
	l->items = item;
	int e = parse_fields(l, indent + 2, depth + 1, &f->fields, err);
	if (e < 0)
		return e;
	if (!f->fields)
		return template_fail(l->t, f->name.p, err,
		    "the fields of a list's items stand below it, two spaces further in");
	return 0;
}

static int parse_fields(
    struct lines *l, size_t indent, unsigned depth, struct field **ret, struct bdl_err *err)
{
	struct field *first = NULL, **last = &first;
	struct bdl_view line;

	while (peek_line(l, &line) && indent_of(line) >= indent) {
		if (indent_of(line) > indent)
			return template_fail(l->t, line.p + indent, err,
			    "expected %zu spaces before this field", indent);
		l->rest =
		    bdl_view_at(line.p + line.n, l->rest.n - (size_t)(line.p - l->rest.p) - line.n);
		if (l->rest.n > 0)
			l->rest = bdl_view_at(l->rest.p + 1, l->rest.n - 1);
		struct field *f = template_get(l->t, sizeof(*f));
		int e = parse_field(l, line, f, err);
		if (e < 0)
			return e;
		if (template_field(first, f->name))
			return template_fail(l->t, f->name.p, err,
			    "the field '%.*s' stands here twice", BDL_FMT(f->name));
		if (f->type == TYPE_LIST && (e = parse_list(l, indent, depth, f, err)) < 0)
			return e;
		*last = f;
		last = &f->next;
	}
	*ret = first;
	return 0;
}

/* "page overview in base": the first line. */
static int parse_title(struct template *t, struct bdl_view line, struct bdl_err *err)
{
	struct bdl_view kind = template_word(&line);
	int found = -1;
	for (int i = KIND_PAGE; i <= KIND_PART; i++)
		if (bdl_view_is(kind, template_kind_word((enum template_kind)i)))
			found = i;
	if (found < 0)
		return template_fail(t, kind.p, err,
		    "expected 'page NAME', 'page NAME in LAYOUT', 'layout NAME' or 'part NAME'");
	t->kind = (enum template_kind)found;
	t->name = template_word(&line);
	if (!template_name_ok(t->name))
		return template_fail(t, t->name.p, err, "expected the template's name");
	if (t->kind == KIND_PAGE && bdl_view_trim(line).n > 0) {
		struct bdl_view in = template_word(&line);
		t->layout = template_word(&line);
		if (!bdl_view_is(in, "in") || !template_name_ok(t->layout))
			return template_fail(t, in.p, err, "expected 'in LAYOUT'");
	}
	if (bdl_view_trim(line).n > 0)
		return template_fail(t, line.p, err, "unexpected text after the template's name");
	const char *slash = strrchr(t->file, '/');
	struct bdl_view base = bdl_view_of(slash ? slash + 1 : t->file);
	if (!bdl_view_starts(base, t->name) ||
	    !bdl_view_is(bdl_view_at(base.p + t->name.n, base.n - t->name.n), ".html"))
		return template_fail(t, t->name.p, err,
		    "the template is called '%.*s', so its file must be '%.*s.html'",
		    BDL_FMT(t->name), BDL_FMT(t->name));
	return 0;
}

int template_declare(
    struct bdl_region *region, const char *file, struct template **ret, struct bdl_err *err)
{
	struct template *t = bdl_region_get(region, sizeof(*t));
	BDL_BUG_IF(!t);
	*t = (struct template){ .region = region, .file = file };
	int e = template_read(region, file, &t->bytes, err);
	if (e < 0)
		return e;

	struct lines l = { .t = t, .rest = t->bytes };
	struct bdl_view title;
	const char *end = memmem(t->bytes.p, t->bytes.n, "\n---\n", 5);
	if (!end || !bdl_view_cut(&l.rest, '\n', &title))
		return template_fail(
		    t, t->bytes.p, err, "expected a declaration, ended by a line '---'");
	e = parse_title(t, title, err);
	if (e < 0)
		return e;
	l.rest.n = (size_t)(end + 1 - l.rest.p);
	t->body_at = end + 5;
	e = parse_fields(&l, 2, 0, &t->fields, err);
	if (e < 0)
		return e;
	struct bdl_view left;
	if (peek_line(&l, &left))
		return template_fail(t, left.p, err, "expected two spaces before this field");
	*ret = t;
	return 0;
}
