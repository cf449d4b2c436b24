/* The document as HTML for people: our own writer over cmark's tree, for it knows ids and rules. */
#include "proto/html.h"
#include "policy/document_int.h"
#include "policy/explain.h"

#define REGION_MAX   (16 * 1024 * 1024)
#define SENTENCE_MAX (64 * 1024)

struct writer {
	const struct bdl_document *d;
	struct bdl_body body;
	struct bdl_region *region;
	struct bdl_buf *out;
	size_t next_rule; /* of the clause being written: rules come in the tree's order */
	const struct bdl_clause *clause;
};

static void say(struct writer *w, const char *s)
{
	(void)bdl_buf_add_str(w->out, s); /* the caller looks once whether the buffer broke */
}

/* One rule: what it does in English, then its own words. */
static void write_rule(struct writer *w, const struct bdl_rule *rule)
{
	struct bdl_buf sentence BDL_AUTO_IN(bdl_buf_done) = BDL_BUF(SENTENCE_MAX);

	if (rule->broken)
		(void)bdl_buf_add_str(&sentence, "This rule has an error.");
	else
		bdl_explain_rule(rule, &sentence);
	say(w, "<p>");
	bdl_html_text(w->out, bdl_buf_view(&sentence));
	if (!rule->broken && !bdl_rule_carried_out(rule))
		say(w, " <em>This version does not carry it out.</em>");
	say(w, " <code>");
	bdl_html_text(w->out, rule->text);
	say(w, "</code></p>\n");
}

static bool inside(struct bdl_view whole, struct bdl_view part)
{
	return part.p >= whole.p && part.p < whole.p + whole.n;
}

static void write_rules(struct writer *w, cmark_node *node)
{
	struct bdl_fence fence = bdl_body_fence(&w->body, node);

	say(w, "<div class=\"rules\">\n");
	while (w->clause && w->next_rule < w->clause->n_rules &&
	    inside(fence.inside, w->clause->rules[w->next_rule].text))
		write_rule(w, &w->clause->rules[w->next_rule++]);
	say(w, "</div>\n");
}

static void write_code_block(struct writer *w, cmark_node *node)
{
	if (bdl_node_is_rules(node)) {
		write_rules(w, node);
		return;
	}
	say(w, "<pre><code>");
	bdl_html_text(w->out, bdl_view_of(cmark_node_get_literal(node)));
	say(w, "</code></pre>\n");
}

static const struct bdl_clause *clause_on(const struct bdl_document *d, unsigned line)
{
	for (size_t i = 0; i < d->n_clauses; i++)
		if (d->clauses[i].line == line)
			return &d->clauses[i];
	return NULL;
}

/* A heading is written whole from its parts: the id is an attribute and not for reading. */
static void write_heading(struct writer *w, cmark_node *node)
{
	struct bdl_heading h = bdl_heading_read(&w->body, node, w->region);
	int level = cmark_node_get_heading_level(node);

	w->clause = clause_on(w->d, h.line);
	w->next_rule = 0;
	(void)bdl_buf_printf(w->out, "<h%d", level);
	if (h.id.n) {
		say(w, " id=\"");
		bdl_html_attr(w->out, h.id);
		say(w, "\"");
	}
	say(w, ">");
	if (h.number.n) {
		bdl_html_text(w->out, h.number);
		say(w, " ");
	}
	bdl_html_text(w->out, h.title);
	(void)bdl_buf_printf(w->out, "</h%d>\n", level);
}

/* Only what html.h takes for a safe address becomes a link; else its text alone is written. */
static void write_link(struct writer *w, cmark_node *node, bool entering)
{
	struct bdl_buf url BDL_AUTO_IN(bdl_buf_done) = BDL_BUF(8192);

	bdl_html_url(&url, bdl_view_of(cmark_node_get_url(node)));
	if (bdl_buf_broken(&url) || bdl_view_is(bdl_buf_view(&url), "#blocked"))
		return;
	if (!entering) {
		say(w, "</a>");
		return;
	}
	say(w, "<a href=\"");
	(void)bdl_buf_add_view(w->out, bdl_buf_view(&url));
	say(w, "\">");
}

static bool is_in_tight_list(cmark_node *paragraph)
{
	cmark_node *item = cmark_node_parent(paragraph);
	cmark_node *list = item ? cmark_node_parent(item) : NULL;

	return list && cmark_node_get_type(list) == CMARK_NODE_LIST &&
	    cmark_node_get_list_tight(list);
}

static void write_list(struct writer *w, cmark_node *node, bool entering)
{
	bool ordered = cmark_node_get_list_type(node) == CMARK_ORDERED_LIST;
	int start = cmark_node_get_list_start(node);

	if (!entering)
		say(w, ordered ? "</ol>\n" : "</ul>\n");
	else if (ordered && start != 1)
		(void)bdl_buf_printf(w->out, "<ol start=\"%d\">\n", start);
	else
		say(w, ordered ? "<ol>\n" : "<ul>\n");
}

/* What stands at both ends of a node that only wraps others. */
static const char *tag_of(cmark_node *node, bool entering)
{
	switch ((int)cmark_node_get_type(node)) {
	case CMARK_NODE_BLOCK_QUOTE:
		return entering ? "<blockquote>\n" : "</blockquote>\n";
	case CMARK_NODE_ITEM:
		return entering ? "<li>" : "</li>\n";
	case CMARK_NODE_PARAGRAPH:
		return is_in_tight_list(node) ? "" : entering ? "<p>" : "</p>\n";
	case CMARK_NODE_EMPH:
		return entering ? "<em>" : "</em>";
	case CMARK_NODE_STRONG:
		return entering ? "<strong>" : "</strong>";
	case CMARK_NODE_THEMATIC_BREAK:
		return "<hr>\n";
	case CMARK_NODE_SOFTBREAK:
		return "\n";
	case CMARK_NODE_LINEBREAK:
		return "<br>\n";
	default: /* raw HTML and pictures are left out; a picture's text stays */
		return "";
	}
}

static void write_node(struct writer *w, cmark_node *node, bool entering)
{
	switch ((int)cmark_node_get_type(node)) {
	case CMARK_NODE_TEXT:
		bdl_html_text(w->out, bdl_view_of(cmark_node_get_literal(node)));
		break;
	case CMARK_NODE_CODE:
		say(w, "<code>");
		bdl_html_text(w->out, bdl_view_of(cmark_node_get_literal(node)));
		say(w, "</code>");
		break;
	case CMARK_NODE_CODE_BLOCK:
		write_code_block(w, node);
		break;
	case CMARK_NODE_LINK:
		write_link(w, node, entering);
		break;
	case CMARK_NODE_LIST:
		write_list(w, node, entering);
		break;
	default:
		say(w, tag_of(node, entering));
	}
}

static void write_tree(struct writer *w)
{
	cmark_iter *iter = cmark_iter_new(w->body.root);
	cmark_event_type event;

	while ((event = cmark_iter_next(iter)) != CMARK_EVENT_DONE) {
		cmark_node *node = cmark_iter_get_node(iter);

		if (cmark_node_get_type(node) == CMARK_NODE_HEADING) {
			write_heading(w, node);
			cmark_iter_reset(iter, node, CMARK_EVENT_EXIT);
			continue;
		}
		write_node(w, node, event == CMARK_EVENT_ENTER);
	}
	cmark_iter_free(iter);
}

int bdl_document_html(const struct bdl_document *d, struct bdl_buf *out)
{
	struct bdl_region *region BDL_AUTO(bdl_region_free) = bdl_region_new(REGION_MAX);
	struct writer w = { .d = d, .region = region, .out = out };

	if (!bdl_body_open(d, region, &w.body))
		return BDL_E_LIMIT;
	write_tree(&w);
	bdl_body_close(&w.body);
	return bdl_buf_broken(out) || bdl_region_broken(region) ? BDL_E_LIMIT : 0;
}
