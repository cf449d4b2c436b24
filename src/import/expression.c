/*
 * Conditions over concepts: "password and (share or write) and not \"save with leave\"", "under phone
 * and lesson". `and` binds closer than `or`.
 */
#include "base/ascii.h"
#include "import/concepts_int.h"

#define DEPTH_MAX 24

struct parser {
	struct bdl_concepts *c;
	struct bdl_view rest;
	unsigned depth;
	struct bdl_err *err;
};

static int either(struct parser *p, uint16_t *ret);
static int one(struct parser *p, uint16_t *ret);

static int add_node(struct parser *p, enum bdl_node_kind kind, size_t a, size_t b, uint16_t *ret)
{
	struct bdl_concepts *c = p->c;

	if (c->n_nodes == BDL_NODES_MAX)
		return bdl_fail(p->err, BDL_E_LIMIT, "too many conditions");
	c->nodes[c->n_nodes] = (struct bdl_node){ kind, (uint16_t)a, (uint16_t)b };
	*ret = (uint16_t)c->n_nodes++;
	return 0;
}

/* The next word, bracket or the first quote, which is not taken. */
static struct bdl_view peek(struct parser *p)
{
	size_t n = 0;

	p->rest = bdl_view_trim(p->rest);
	while (n < p->rest.n && !strchr(" \t()\"", p->rest.p[n]))
		n++;
	return bdl_view_at(p->rest.p, n == 0 && p->rest.n > 0 ? 1 : n);
}

static bool take(struct parser *p, const char *word)
{
	struct bdl_view next = peek(p);

	if (!bdl_view_is(next, word))
		return false;
	p->rest = bdl_view_trim(bdl_view_from(p->rest, next.n));
	return true;
}

/* Words in quotes are a concept without a name. */
static int quoted(struct parser *p, uint16_t *ret)
{
	struct bdl_concepts *c = p->c;
	struct bdl_view rest = p->rest, words = { 0 };
	uint16_t concept = (uint16_t)c->n_concepts;
	int rc;

	if (bdl_view_find(rest, '"') == rest.n)
		return bdl_fail(p->err, BDL_E_INVALID, "a quotation that does not end");
	if (c->n_concepts == BDL_CONCEPTS_MAX)
		return bdl_fail(p->err, BDL_E_LIMIT, "too many concepts");
	(void)bdl_view_cut(&rest, '"', &words); /* there is one */
	c->concepts[c->n_concepts++] = (struct bdl_concept){ 0 };
	p->rest = bdl_view_trim(rest);
	rc = bdl_pattern_add(c, concept, words, p->err);
	return rc < 0 ? rc : add_node(p, BDL_NODE_WORD, concept, 0, ret);
}

/* What stands behind `not` or `under`. */
static int prefixed(struct parser *p, enum bdl_node_kind kind, uint16_t *ret)
{
	uint16_t a;
	int rc;

	if (++p->depth > DEPTH_MAX)
		return bdl_fail(p->err, BDL_E_LIMIT, "too many words before one another");
	rc = one(p, &a);
	p->depth--;
	return rc < 0 ? rc : add_node(p, kind, a, 0, ret);
}

static int one(struct parser *p, uint16_t *ret)
{
	struct bdl_view name;
	uint16_t a;
	int rc;

	if (take(p, "not"))
		return prefixed(p, BDL_NODE_NOT, ret);
	if (take(p, "under"))
		return prefixed(p, BDL_NODE_UNDER, ret);
	if (take(p, "(")) {
		rc = either(p, ret);
		if (rc == 0 && !take(p, ")"))
			rc = bdl_fail(p->err, BDL_E_INVALID, "a bracket that does not end");
		return rc;
	}
	if (take(p, "\""))
		return quoted(p, ret);
	name = peek(p);
	if (!bdl_concept_find(p->c, name, &a) || name.n == 0)
		return bdl_fail(p->err, BDL_E_INVALID,
		    "no concept above is named '%.*s'; words of the text stand in quotes",
		    BDL_FMT(name));
	p->rest = bdl_view_trim(bdl_view_from(p->rest, name.n));
	return add_node(p, BDL_NODE_WORD, a, 0, ret);
}

static int both(struct parser *p, uint16_t *ret)
{
	uint16_t a, b;
	int rc = one(p, &a);

	while (rc == 0 && take(p, "and")) {
		rc = one(p, &b);
		if (rc == 0)
			rc = add_node(p, BDL_NODE_AND, a, b, &a);
	}
	if (rc == 0)
		*ret = a;
	return rc;
}

static int either(struct parser *p, uint16_t *ret)
{
	uint16_t a, b;
	int rc;

	if (++p->depth > DEPTH_MAX)
		return bdl_fail(p->err, BDL_E_LIMIT, "too many brackets within each other");
	rc = both(p, &a);
	while (rc == 0 && take(p, "or")) {
		rc = both(p, &b);
		if (rc == 0)
			rc = add_node(p, BDL_NODE_OR, a, b, &a);
	}
	p->depth--;
	if (rc == 0)
		*ret = a;
	return rc;
}

int bdl_expression_parse(
    struct bdl_concepts *c, struct bdl_view *rest, uint16_t *ret_node, struct bdl_err *err)
{
	struct parser p = { c, *rest, 0, err };
	uint16_t node;
	int rc = either(&p, &node);

	if (rc < 0)
		return rc;
	*rest = p.rest;
	*ret_node = node;
	return 0;
}
