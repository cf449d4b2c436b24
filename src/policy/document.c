#include "policy/document.h"
#include "base/alloc.h"
#include "base/ascii.h"
#include "base/near.h"
#include "base/utf8.h"
#include "policy/document_int.h"

#define REGION_MAX (48 * 1024 * 1024)

/* A document being read: clauses and rules grow here and are then moved into the region. */
struct reader {
	struct bdl_document *d;
	struct bdl_body body;
	struct bdl_findings *findings;
	struct bdl_clause *clauses;
	size_t n_clauses, clauses_cap;
	struct bdl_rule *rules; /* of all clauses, in order */
	size_t n_rules, rules_cap;
	bool in_clause;    /* the last heading had an id */
	bool awaits_text;  /* the clause's first paragraph has not come yet */
	bool clauses_full; /* said once */
};

static bool is_id(struct bdl_view id)
{
	if (id.n == 0 || id.n > BDL_ID_MAX)
		return false;
	for (size_t i = 0; i < id.n; i++) {
		char c = id.p[i];

		if (!bdl_is_letter(c) && !bdl_is_digit(c) && c != '.' && c != '-')
			return false;
	}
	return true;
}

static void read_heading(struct reader *r, cmark_node *node)
{
	struct bdl_heading h = bdl_heading_read(&r->body, node, r->d->region);
	struct bdl_view shown = bdl_text_cut(h.id, BDL_QUOTE_MAX);

	r->in_clause = r->awaits_text = h.id_line > 0;
	if (h.id_misspelt)
		bdl_find(r->findings, BDL_WARNING, h.line, 1, "an id of the form {#web.gambling}",
		    NULL, "the braces at the end of this heading hold no id");
	if (!r->in_clause)
		return;
	if (!is_id(h.id))
		bdl_find(r->findings, BDL_ERROR, h.id_line, h.id_column,
		    "up to 64 letters, digits, dots and hyphens", NULL, "'%.*s' cannot be an id",
		    BDL_FMT(shown));
	if (r->n_clauses == BDL_CLAUSES_MAX) {
		if (!r->clauses_full)
			bdl_find(r->findings, BDL_ERROR, h.line, 1, "at most 512", NULL,
			    "too many clauses with an id");
		r->clauses_full = true;
		return;
	}
	r->clauses = bdl_xgrow(r->clauses, r->n_clauses, &r->clauses_cap, sizeof(*r->clauses));
	r->clauses[r->n_clauses++] = (struct bdl_clause){
		.id = h.id,
		.number = h.number,
		.title = h.title,
		.line = h.line,
		.level = (unsigned)cmark_node_get_heading_level(node),
	};
}

static void add_rules(struct reader *r, const struct bdl_rule *rules, size_t n, unsigned line)
{
	for (size_t i = 0; i < n; i++) {
		if (r->n_rules == BDL_RULES_MAX) {
			bdl_find(r->findings, BDL_ERROR, line, 1, "at most 1,024", NULL,
			    "too many rules in one document");
			return;
		}
		r->rules = bdl_xgrow(r->rules, r->n_rules, &r->rules_cap, sizeof(*r->rules));
		r->rules[r->n_rules++] = rules[i];
		r->clauses[r->n_clauses - 1].n_rules++;
	}
}

static void read_rules(struct reader *r, cmark_node *node)
{
	struct bdl_fence fence = bdl_body_fence(&r->body, node);
	struct bdl_rule *rules;
	size_t n;

	if (!fence.closed)
		bdl_find(r->findings, BDL_ERROR, fence.line - 1, 1, "a line ``` below the rules",
		    NULL, "the rules block does not end");
	bdl_rules_parse(fence.inside, fence.line, r->d->region, r->findings, &rules, &n);
	if (r->in_clause && !r->clauses_full)
		add_rules(r, rules, n, fence.line - 1);
	else if (!r->in_clause)
		bdl_find(r->findings, BDL_ERROR, fence.line - 1, 1,
		    "a heading above it that ends in an id such as {#web.gambling}", NULL,
		    "rules that belong to no clause");
}

/* What stands directly in the document, in order. */
static void read_nodes(struct reader *r)
{
	for (cmark_node *node = cmark_node_first_child(r->body.root); node;
	     node = cmark_node_next(node)) {
		cmark_node_type type = cmark_node_get_type(node);

		if (type == CMARK_NODE_HEADING)
			read_heading(r, node);
		else if (bdl_node_is_rules(node))
			read_rules(r, node);
		else if (type == CMARK_NODE_PARAGRAPH && r->awaits_text && !r->clauses_full) {
			r->clauses[r->n_clauses - 1].text = bdl_node_text(node, r->d->region);
			r->awaits_text = false;
		}
	}
}

/* Fences that look like rules and are not read as such would be a promise that nobody keeps. */
static void find_lost_rules(struct reader *r)
{
	static const char *const rules_word[] = { "rules" };
	cmark_iter *iter = cmark_iter_new(r->body.root);
	cmark_event_type event;

	while ((event = cmark_iter_next(iter)) != CMARK_EVENT_DONE) {
		cmark_node *node = cmark_iter_get_node(iter);
		struct bdl_view info;
		unsigned line;

		if (event != CMARK_EVENT_ENTER ||
		    cmark_node_get_type(node) != CMARK_NODE_CODE_BLOCK)
			continue;
		line = bdl_body_line(&r->body, node);
		info = bdl_text_cut(bdl_view_of(cmark_node_get_fence_info(node)), BDL_QUOTE_MAX);
		if (bdl_node_is_rules(node)) {
			if (cmark_node_parent(node) != r->body.root)
				bdl_find(r->findings, BDL_ERROR, line, 1, "it at the left margin",
				    NULL, "a rules block inside a list or a quotation is not read");
		} else if (bdl_near_miss(info, rules_word, 1)) {
			bdl_find(r->findings, BDL_ERROR, line, 1, NULL, "rules",
			    "a block marked '%.*s' is not read", BDL_FMT(info));
		}
	}
	cmark_iter_free(iter);
}

/* Move what was read into the document. */
static void settle(struct reader *r)
{
	struct bdl_document *d = r->d;
	struct bdl_rule *rules = bdl_region_array(d->region, r->n_rules, sizeof(*rules));
	struct bdl_clause *clauses = bdl_region_array(d->region, r->n_clauses, sizeof(*clauses));

	if (!rules || !clauses)
		return; /* the region is broken, which the caller sees */
	if (r->n_rules)
		memcpy(rules, r->rules, r->n_rules * sizeof(*rules));
	for (size_t i = 0; i < r->n_clauses; i++) {
		clauses[i] = r->clauses[i];
		clauses[i].rules = rules;
		rules += clauses[i].n_rules;
	}
	d->clauses = clauses;
	d->n_clauses = r->n_clauses;
}

static void read_body(struct bdl_document *d, struct bdl_findings *findings)
{
	struct reader r = { .d = d, .findings = findings };

	if (!bdl_body_open(d, d->region, &r.body))
		return;
	read_nodes(&r);
	find_lost_rules(&r);
	bdl_body_close(&r.body);
	settle(&r);
	free(r.clauses);
	free(r.rules);
}

static bool lifts(const struct bdl_rule *rule, struct bdl_view clause)
{
	for (size_t i = 0; i < rule->n_phrases; i++) {
		const struct bdl_phrase *phrase = &rule->phrases[i];

		if (phrase->form != BDL_PHRASE_OVER && phrase->form != BDL_PHRASE_LIFTING)
			continue;
		for (size_t j = 0; j < phrase->lists[0].n; j++)
			if (bdl_view_eq(phrase->lists[0].words[j].text, clause))
				return true;
	}
	return false;
}

static bool is_lifted(const struct bdl_document *d, struct bdl_view clause)
{
	for (size_t i = 0; i < d->n_clauses; i++)
		for (size_t j = 0; j < d->clauses[i].n_rules; j++)
			if (lifts(&d->clauses[i].rules[j], clause))
				return true;
	return false;
}

/* Which rules another rule may lift is known once all have been read. */
static void mark_lifted(struct bdl_document *d)
{
	for (size_t i = 0; i < d->n_clauses; i++) {
		bool lifted = d->clauses[i].n_rules && is_lifted(d, d->clauses[i].id);

		for (size_t j = 0; lifted && j < d->clauses[i].n_rules; j++)
			d->clauses[i].rules[j].can_be_lifted = true;
	}
}

/*
 * The line on which a block of lines without a blank one grows past its maximum, or 0. cmark 0.30.2
 * takes quadratic time over some texts ("![[]()" again and again), so a block must not be long.
 */
static unsigned find_long_block(const struct bdl_lines *lines)
{
	size_t n = 0;

	for (unsigned i = 1; i <= lines->n; i++) {
		struct bdl_view line = bdl_lines_get(lines, i);

		n = bdl_view_trim(line).n ? n + line.n : 0;
		if (n > BDL_BLOCK_MAX)
			return i;
	}
	return 0;
}

/* What people read and approve is to be what is enforced, on a terminal too. */
static void find_steering(const struct bdl_lines *lines, struct bdl_findings *findings)
{
	for (unsigned i = 1; i <= lines->n; i++) {
		struct bdl_view line = bdl_utf8_without_mark(bdl_lines_get(lines, i));
		uint32_t ch;
		size_t at = bdl_text_steering(line, &ch);

		if (at < line.n)
			bdl_find(findings, BDL_ERROR, i,
			    bdl_text_chars(bdl_view_at(line.p, at)) + 1, "text that is seen", NULL,
			    "U+%04X is not seen, and changes how the text is shown", ch);
	}
}

static int read_all(struct bdl_document *d, struct bdl_findings *findings, struct bdl_err *err)
{
	struct bdl_lines lines;
	unsigned line;

	if (!bdl_lines_make(d->bytes, d->region, &lines))
		return 0; /* the region is broken, which the caller sees */
	if ((line = find_long_block(&lines)))
		return bdl_fail(err, BDL_E_LIMIT,
		    "line %u: more than 32 KiB without a blank line between", line);
	find_steering(&lines, findings);
	bdl_front_parse(&lines, d->region, findings, &d->front, &d->body_line);
	read_body(d, findings);
	mark_lifted(d);
	return 0;
}

int bdl_document_parse(struct bdl_view bytes, struct bdl_findings *findings,
    struct bdl_document **ret, struct bdl_err *err)
{
	struct bdl_document *d BDL_AUTO(bdl_document_free) = NULL;
	size_t bad;
	int rc;

	if (bytes.n > BDL_DOCUMENT_MAX)
		return bdl_fail(
		    err, BDL_E_LIMIT, "the document has %zu bytes, more than 1 MiB", bytes.n);
	bad = bdl_text_bad_byte(bytes);
	if (bad < bytes.n)
		return bdl_fail(err, BDL_E_INVALID,
		    "the document is no UTF-8 text: byte %zu is 0x%02x", bad + 1,
		    (unsigned char)bytes.p[bad]);
	d = bdl_xalloc(sizeof(*d));
	d->region = bdl_region_new(REGION_MAX);
	d->bytes = bdl_region_view(d->region, bytes);
	d->digest = bdl_digest_of(bytes.p, bytes.n);
	if ((rc = read_all(d, findings, err)) < 0)
		return rc;
	if (bdl_region_broken(d->region))
		return bdl_fail(
		    err, BDL_E_LIMIT, "the document needs more memory than a policy may");
	*ret = bdl_steal(&d);
	return 0;
}

void bdl_document_free(struct bdl_document *d)
{
	if (!d)
		return;
	bdl_region_free(d->region);
	free(d);
}
