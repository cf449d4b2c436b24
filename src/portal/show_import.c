/* A school's own text beside what an import made of it (record/policies/imports.h). */
#include "import.tmpl.h"
#include "pages_int.h"
#include "policy/explain.h"
#include "record/policies/drafts.h"
#include "record/policies/imports.h"

#define PER_PAGE    30
#define RULE_MAX    (64 * 1024)
#define ABOVE_MAX   4096 /* bytes of headings above a part */
#define MEANS_SHOWN 6
#define ALL         BDL_PART_STATES

struct side {
	const struct bdl_kept_import *kept;
	const struct bdl_document *draft; /* NULL: there is none any more, or it does not read */
	enum bdl_kept_state show;         /* or ALL, which is all but what is lacking */
	size_t page;                      /* from 1 */
};

static const char *const words[] = { "matched", "unsure", "unmatched", "lacking" };

static enum bdl_kept_state shown(const struct bdl_request *r)
{
	struct bdl_view show = bdl_request_query(r, "show");

	for (size_t i = 0; i < BDL_ARRAY_LEN(words); i++)
		if (bdl_view_is(show, words[i]))
			return (enum bdl_kept_state)i;
	return ALL;
}

static bool is_shown(const struct side *s, const struct bdl_kept_part *p)
{
	return p->state != BDL_PART_LACKING && (s->show == ALL || s->show == p->state);
}

/* --- one part --- */

static void add_means(
    const struct bdl_request *r, const struct bdl_kept_part *p, struct bdl_page_import_row *row)
{
	struct bdl_page_import_mean *out = bdl_region_array(r->region, MEANS_SHOWN, sizeof(*out));
	struct bdl_view rest = p->means, line;

	while (out && row->n_means < MEANS_SHOWN && bdl_view_cut(&rest, '\n', &line)) {
		struct bdl_page_import_mean *m = &out[row->n_means];

		if (!bdl_view_cut(&line, '\t', &m->id) || !bdl_view_cut(&line, '\t', &m->sure) ||
		    !bdl_view_cut(&line, '\t', &m->read))
			continue;
		if (m->id.n == 0) {
			row->left_out = line;
			continue;
		}
		m->why = line;
		row->n_means++;
	}
	row->means = out;
}

static void add_rules(const struct bdl_request *r, const struct bdl_document *draft,
    struct bdl_view id, struct bdl_page_import_row *row)
{
	const struct bdl_clause *c = NULL;

	for (size_t i = 0; draft && i < draft->n_clauses; i++)
		if (bdl_view_eq(draft->clauses[i].id, id))
			c = &draft->clauses[i];
	if (!c)
		return;
	struct bdl_page_import_rule *out = bdl_region_array(r->region, c->n_rules, sizeof(*out));
	for (size_t i = 0; out && i < c->n_rules; i++) {
		struct bdl_buf text BDL_AUTO_IN(bdl_buf_done) = BDL_BUF(RULE_MAX);

		bdl_explain_rule(&c->rules[i], &text);
		out[row->n_rules++].says = bdl_region_view(r->region, bdl_buf_view(&text));
	}
	row->rules = out;
}

/* A line without the marks of Markdown before it. */
static struct bdl_view without_marks(struct bdl_view line)
{
	line = bdl_view_trim(line);
	while (line.n > 0 && strchr("-*#|\t", line.p[0]))
		line = bdl_view_trim(bdl_view_from(line, 1));
	return line;
}

/* Cells of a row, divided so that it is seen. */
static void put_cells(struct bdl_buf *out, struct bdl_view row)
{
	bool first = true;

	for (struct bdl_view cell; bdl_view_cut(&row, '\t', &cell);) {
		cell = bdl_view_trim(cell);
		if (cell.n > 0)
			(void)bdl_buf_printf(out, "%s%.*s", first ? "" : " | ", BDL_FMT(cell));
		first = first && cell.n == 0;
	}
}

/* Headings stand between parts; where parts follow each other only blanks and marks do. */
static struct bdl_view above(const struct bdl_request *r, const struct bdl_kept_import *k, size_t i)
{
	struct bdl_buf out BDL_AUTO_IN(bdl_buf_done) = BDL_BUF(ABOVE_MAX);
	size_t from = 0, to = k->parts[i].from;

	for (size_t j = 0; j < i; j++)
		if (k->parts[j].state != BDL_PART_LACKING && k->parts[j].to > from)
			from = k->parts[j].to;
	if (from >= to)
		return (struct bdl_view){ 0 };
	for (struct bdl_view rest = bdl_view_at(k->words.p + from, to - from), line;
	     bdl_view_cut(&rest, '\n', &line);) {
		line = without_marks(line);
		if (line.n > 2 && out.n > 0)
			(void)bdl_buf_add_char(&out, '\n');
		if (line.n > 2)
			put_cells(&out, line);
	}
	return bdl_region_view(r->region, bdl_buf_view(&out)); /* what does not fit is left out */
}

static struct bdl_view words_of(
    const struct bdl_request *r, const struct bdl_kept_import *k, const struct bdl_kept_part *p)
{
	struct bdl_view text = bdl_view_at(k->words.p + p->from, p->to - p->from);
	struct bdl_buf out BDL_AUTO_IN(bdl_buf_done) = BDL_BUF(3 * BDL_KEPT_WORDS_MAX);

	if (bdl_view_find(text, '\t') == text.n)
		return text;
	put_cells(&out, text);
	return bdl_region_view(r->region, bdl_buf_view(&out));
}

static struct bdl_page_import_row row_of(
    const struct bdl_request *r, const struct side *s, size_t i)
{
	static const char *const titles[] = { "Matched", "Unsure", "Unmatched", "Lacking" };
	static const char *const shades[] = { "up", "coach", "none", "none" };
	const struct bdl_kept_part *p = &s->kept->parts[i];
	struct bdl_page_import_row row = {
		.above = above(r, s->kept, i),
		.words = words_of(r, s->kept, p),
		.state = titles[p->state],
		.shade = shades[p->state],
		.id = p->clause,
		.title = p->title,
		.choose = p->state == BDL_PART_UNSURE,
		.again = p->again,
	};

	add_means(r, p, &row);
	add_rules(r, s->draft, p->clause, &row);
	return row;
}

/* --- all of them --- */

static void add_rows(const struct bdl_request *r, const struct side *s, struct bdl_page_import *v)
{
	struct bdl_page_import_row *out = bdl_region_array(r->region, PER_PAGE, sizeof(*out));
	size_t n = 0, from = (s->page - 1) * PER_PAGE;

	for (size_t i = 0; out && i < s->kept->n_parts; i++) {
		if (!is_shown(s, &s->kept->parts[i]))
			continue;
		if (n >= from && n < from + PER_PAGE)
			out[v->n_rows++] = row_of(r, s, i);
		n++;
	}
	v->rows = out;
	v->before_page = (int64_t)s->page - 1;
	v->next_page = n > from + PER_PAGE ? (int64_t)s->page + 1 : 0;
	if (v->n_rows > 0)
		v->where = bdl_region_printf(
		    r->region, "%zu to %zu of %zu", from + 1, from + v->n_rows, n);
}

static void add_lacks(const struct bdl_request *r, const struct side *s, struct bdl_page_import *v)
{
	struct bdl_page_import_lack *out =
	    bdl_region_array(r->region, s->kept->n_parts, sizeof(*out));

	for (size_t i = 0; out && i < s->kept->n_parts; i++)
		if (s->kept->parts[i].state == BDL_PART_LACKING)
			out[v->n_lacks++] = (struct bdl_page_import_lack){
				.id = s->kept->parts[i].clause,
				.title = s->kept->parts[i].title,
			};
	v->lacks = out;
}

static void add_counts(const struct bdl_request *r, const struct side *s, struct bdl_page_import *v)
{
	const char **const counts[] = { &v->matched, &v->unsure, &v->unmatched, &v->lacking };
	uint64_t n[BDL_PART_STATES] = { 0 };

	for (size_t i = 0; i < s->kept->n_parts; i++)
		n[s->kept->parts[i].state]++;
	for (size_t i = 0; i < BDL_PART_STATES; i++)
		*counts[i] = bdl_count_text(r, n[i], false);
	v->all = s->show == ALL;
	v->only_matched = s->show == BDL_PART_MATCHED;
	v->only_unsure = s->show == BDL_PART_UNSURE;
	v->only_unmatched = s->show == BDL_PART_UNMATCHED;
	v->only_lacking = s->show == BDL_PART_LACKING;
	v->show = s->show == ALL ? "" : words[s->show];
}

/* A draft that is gone, or that today's program does not read, has no rules to show. */
static int read_draft(const struct bdl_request *r, struct bdl_view name, struct bdl_document **ret,
    struct bdl_err *err)
{
	struct bdl_findings *findings BDL_AUTO(bdl_findings_free) = bdl_findings_new();
	struct bdl_view bytes;

	int rc = bdl_drafts_document(r->store, name, r->region, &bytes, err);
	if (rc == 0)
		rc = bdl_document_parse(bytes, findings, ret, err);
	return rc == BDL_E_MISSING || rc == BDL_E_INVALID ? 0 : rc;
}

int bdl_show_import(struct bdl_request *r, struct bdl_reply *reply, struct bdl_err *err)
{
	struct bdl_document *draft BDL_AUTO(bdl_document_free) = NULL;
	struct bdl_page_import v = { .name = bdl_request_query(r, "draft") };
	int64_t page = bdl_request_number(r, "page");
	struct bdl_kept_import k;

	if (!v.name.n) {
		r->fault = "Say of which draft: ?draft=staff";
		return bdl_fail(err, BDL_E_INVALID, "%s", r->fault);
	}
	int rc = bdl_imports_get(r->store, v.name, r->region, &k, err);
	if (rc == 0)
		rc = read_draft(r, v.name, &draft, err);
	if (rc < 0)
		return rc;
	const struct side s = {
		.kept = &k,
		.draft = draft,
		.show = shown(r),
		.page = page > 0 && page <= BDL_KEPT_PARTS_MAX ? (size_t)page : 1,
	};
	v.title = draft ? draft->front.title : v.name;
	v.file = k.file;
	v.kept = bdl_when(r, k.kept_ms);
	v.changed = !draft || !bdl_digest_eq(&draft->digest, &k.draft);
	v.portal = bdl_frame(r, BDL_LIT("An imported policy"), BDL_AT_POLICIES);
	add_counts(r, &s, &v);
	if (s.show == BDL_PART_LACKING)
		add_lacks(r, &s, &v);
	else
		add_rows(r, &s, &v);
	if (!bdl_region_broken(r->region))
		bdl_page_import(&reply->body, &v);
	return 0;
}
