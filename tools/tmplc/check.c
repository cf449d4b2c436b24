/* Names, types and places: every value finds its field and the escape of where it stands. */
#include "html.h"
#include "template.h"

/* The loops around the place that is checked, innermost first. */
struct scope {
	const struct scope *outer;
	struct bdl_view name;
	const struct field *list;
};

struct check {
	struct template *t;
	struct html html;
	bool has_content;
};

static int resolve(
    const struct check *c, const struct scope *scope, struct path *p, struct bdl_err *err)
{
	const struct field *fields = c->t->fields;

	if (p->loop.n > 0) {
		while (scope && !bdl_view_eq(scope->name, p->loop))
			scope = scope->outer;
		if (!scope)
			return template_fail(c->t, p->at, err,
			    "no loop around this place is called '%.*s'", BDL_FMT(p->loop));
		fields = scope->list->fields;
	}
	p->field = template_field(fields, p->name);
	if (!p->field)
		return template_fail(c->t, p->at, err, "unknown field '%.*s'", BDL_FMT(p->name));
	return 0;
}

static int check_value(
    struct check *c, const struct scope *scope, struct node *n, struct bdl_err *err)
{
	const char *why = NULL;
	int e = resolve(c, scope, &n->path, err);
	if (e < 0)
		return e;
	enum field_type type = n->path.field->type;
	if (type == TYPE_BOOL || type == TYPE_LIST)
		return template_fail(c->t, n->at, err, "'%.*s' is a %s: it cannot be written",
		    BDL_FMT(n->path.name), template_type_word(type));
	if (type == TYPE_PART)
		return c->html.state == HTML_TEXT
		    ? 0
		    : template_fail(c->t, n->at, err, "a part can only stand between tags");
	enum html_state state = c->html.state;
	n->escape = html_value(&c->html, &why);
	if (n->escape == ESC_NONE)
		return template_fail(c->t, n->at, err, "%s", why);
	if (type == TYPE_RAW && state != HTML_TEXT)
		return template_fail(c->t, n->at, err, "a raw value can only stand between tags");
	if (type == TYPE_RAW)
		n->escape = ESC_RAW;
	if (type == TYPE_NUMBER)
		n->escape = ESC_NUMBER;
	return 0;
}

/* Load a part that stands beside this template, once. */
static int find_part(struct check *c, struct bdl_view name, const char *at,
    const struct template **ret, struct bdl_err *err)
{
	struct parts **last = &c->t->parts;
	for (; *last; last = &(*last)->next)
		if (bdl_view_eq((*last)->part->name, name)) {
			*ret = (*last)->part;
			return 0;
		}
	const char *slash = strrchr(c->t->file, '/');
	size_t folder = slash ? (size_t)(slash + 1 - c->t->file) : 0;
	const char *file = bdl_region_printf(
	    c->t->region, "%.*s%.*s.html", (int)folder, c->t->file, BDL_FMT(name));
	BDL_BUG_IF(!file);
	struct template *part;
	int e = template_declare(c->t->region, file, &part, err);
	if (e == BDL_E_MISSING)
		return template_fail(c->t, at, err, "there is no part '%.*s'", BDL_FMT(name));
	if (e < 0)
		return e;
	if (part->kind != KIND_PART)
		return template_fail(c->t, at, err, "'%.*s' is a %s, not a part", BDL_FMT(name),
		    template_kind_word(part->kind));
	*last = template_get(c->t, sizeof(**last));
	(*last)->part = part;
	*ret = part;
	return 0;
}

/* The parts that fields are; in the order in which the header needs them. */
static int find_field_parts(struct check *c, const struct field *fields, struct bdl_err *err)
{
	const struct template *part;
	int e = 0;

	for (const struct field *f = fields; f && e == 0; f = f->next) {
		if (f->type == TYPE_LIST)
			e = find_field_parts(c, f->fields, err);
		if (f->type != TYPE_PART)
			continue;
		if (c->t->kind == KIND_PART && bdl_view_eq(f->item, c->t->name))
			return template_fail(
			    c->t, f->item.p, err, "a part cannot be a field of its own");
		e = find_part(c, f->item, f->item.p, &part, err);
	}
	return e;
}

/* Whether a value of type `from` may be handed over as `to`. */
static bool type_fits(enum field_type from, enum field_type to)
{
	return from != TYPE_LIST && from != TYPE_PART &&
	    (from == to || (from == TYPE_STR && to == TYPE_TEXT));
}

static int check_argument(struct check *c, const struct scope *scope, struct argument *a,
    const struct template *part, struct bdl_err *err)
{
	a->field = template_field(part->fields, a->name);
	if (!a->field)
		return template_fail(c->t, a->at, err, "the part '%.*s' has no field '%.*s'",
		    BDL_FMT(part->name), BDL_FMT(a->name));
	enum field_type type = TYPE_STR;
	if (!a->quoted) {
		int e = resolve(c, scope, &a->path, err);
		if (e < 0)
			return e;
		type = a->path.field->type;
	}
	if (!type_fits(type, a->field->type))
		return template_fail(c->t, a->at, err, "'%.*s' is a %s, not a %s", BDL_FMT(a->name),
		    template_type_word(a->field->type), template_type_word(type));
	return 0;
}

static int check_part(
    struct check *c, const struct scope *scope, struct node *n, struct bdl_err *err)
{
	if (c->html.state != HTML_TEXT)
		return template_fail(c->t, n->at, err, "a part can only stand between tags");
	int e = find_part(c, n->text, n->at, &n->part, err);
	for (struct argument *a = n->arguments; a && e == 0; a = a->next) {
		for (const struct argument *b = n->arguments; b != a; b = b->next)
			if (bdl_view_eq(a->name, b->name))
				return template_fail(
				    c->t, a->at, err, "'%.*s' is given twice", BDL_FMT(a->name));
		e = check_argument(c, scope, a, n->part, err);
	}
	for (const struct field *f = e == 0 ? n->part->fields : NULL; f; f = f->next) {
		const struct argument *a = n->arguments;
		while (a && !bdl_view_eq(a->name, f->name))
			a = a->next;
		if (!a)
			return template_fail(c->t, n->at, err, "the part '%.*s' needs '%.*s'",
			    BDL_FMT(n->part->name), BDL_FMT(f->name));
	}
	return e;
}

static int check_nodes(
    struct check *c, const struct scope *scope, struct node *n, struct bdl_err *err);

/* Both ways through an if, and any number of rounds of a for, must lead to one place in HTML. */
static int check_block(
    struct check *c, const struct scope *scope, struct node *n, struct bdl_err *err)
{
	struct scope inner = { .outer = scope, .name = n->text };
	const char *why = html_break(&c->html);
	if (why)
		return template_fail(c->t, n->at, err, "%s", why);
	int e = resolve(c, scope, &n->path, err);
	if (e < 0)
		return e;
	inner.list = n->path.field;
	if (inner.list->type == TYPE_PART)
		return template_fail(c->t, n->path.at, err, "'%.*s' is a part: it is only written",
		    BDL_FMT(n->path.name));
	if (n->kind == NODE_FOR && inner.list->type != TYPE_LIST)
		return template_fail(c->t, n->path.at, err, "'%.*s' is a %s, not a list",
		    BDL_FMT(n->path.name), template_type_word(inner.list->type));
	for (const struct scope *s = scope; s && n->kind == NODE_FOR; s = s->outer)
		if (bdl_view_eq(s->name, n->text))
			return template_fail(c->t, n->at, err,
			    "a loop around this one is called '%.*s'", BDL_FMT(n->text));

	struct html start = c->html;
	e = check_nodes(c, n->kind == NODE_FOR ? &inner : scope, n->body, err);
	if (e == 0 && (why = html_break(&c->html)))
		return template_fail(c->t, n->end, err, "%s", why);
	struct html after = c->html;
	bool round = n->kind == NODE_IF || after.state == start.state;
	c->html = start;
	if (e == 0)
		e = check_nodes(c, scope, n->other, err);
	if (e == 0 && (why = html_break(&c->html)))
		return template_fail(c->t, n->end, err, "%s", why);
	if (e < 0)
		return e;
	if (!round || !html_join(&c->html, &after))
		return template_fail(c->t, n->at, err,
		    "this block does not end at the place in HTML where it began");
	return 0;
}

static int check_node(
    struct check *c, const struct scope *scope, struct node *n, struct bdl_err *err)
{
	const char *why, *at = n->at;

	switch (n->kind) {
	case NODE_STATIC:
		why = html_feed(&c->html, n->text, &at);
		return why ? template_fail(c->t, at, err, "%s", why) : 0;
	case NODE_VALUE:
		return check_value(c, scope, n, err);
	case NODE_IF:
	case NODE_FOR:
		return check_block(c, scope, n, err);
	case NODE_PART:
		return check_part(c, scope, n, err);
	case NODE_CONTENT:
		break;
	}
	if (c->t->kind != KIND_LAYOUT)
		return template_fail(c->t, n->at, err, "only a layout has {{content}}");
	if (c->has_content || c->html.state != HTML_TEXT)
		return template_fail(
		    c->t, n->at, err, "{{content}} stands once in a layout, between tags");
	c->has_content = true;
	return 0;
}

static int check_nodes(
    struct check *c, const struct scope *scope, struct node *n, struct bdl_err *err)
{
	int e = 0;
	for (; n && e == 0; n = n->next)
		e = check_node(c, scope, n, err);
	return e;
}

int template_check(struct template *t, struct bdl_err *err)
{
	struct check c = { .t = t };
	int e = find_field_parts(&c, t->fields, err);
	if (e == 0)
		e = check_nodes(&c, NULL, t->body, err);
	if (e < 0)
		return e;
	const char *end = t->bytes.p + t->bytes.n;
	if (c.html.state != HTML_TEXT)
		return template_fail(t, end, err, "the template ends inside %s",
		    c.html.state == HTML_COMMENT ? "a comment"
						 : "a tag or an element like script or title");
	bool outermost = false;
	for (const struct node *n = t->body; n; n = n->next)
		outermost |= n->kind == NODE_CONTENT;
	if (t->kind == KIND_LAYOUT && !outermost)
		return template_fail(t, end, err, "a layout needs {{content}}, outside all blocks");
	return 0;
}
