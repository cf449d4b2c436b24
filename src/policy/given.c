#include "policy/given.h"

void bdl_given_done(struct bdl_given *g)
{
	bdl_document_free(g->document);
	*g = (struct bdl_given){ 0 };
}

/* --- reading: each phrase becomes an exception, on a line of its own, of a rule about the act --- */

/* Whether a phrase begins here; else it is one more name of the phrase before. */
static bool begins_phrase(struct bdl_view piece)
{
	struct bdl_view word = { 0 };

	(void)bdl_view_cut(&piece, ' ', &word); /* an empty piece leaves it empty */
	for (int form = BDL_PHRASE_CATEGORY; form < BDL_PHRASE_TELL; form++) {
		struct bdl_view words =
		    bdl_view_of(bdl_phrase_info((enum bdl_phrase_form)form)->words);
		struct bdl_view first;

		if (bdl_view_cut(&words, ' ', &first) && bdl_view_eq(first, word))
			return true;
	}
	return false;
}

/* Up to the next comma that stands in no quotes. */
static bool next_piece(struct bdl_view *rest, struct bdl_view *ret)
{
	bool quoted = false;
	size_t n = 0;

	if (!rest->n)
		return false;
	for (; n < rest->n && (quoted || rest->p[n] != ','); n++)
		quoted ^= rest->p[n] == '"';
	*ret = bdl_view_trim(bdl_view_at(rest->p, n));
	*rest = bdl_view_from(*rest, n < rest->n ? n + 1 : n);
	return true;
}

struct lines {
	struct bdl_buf *text;
	bool is_not[BDL_GIVEN_MAX + 1]; /* by line from 1 */
	unsigned n;
};

static int add_piece(struct lines *l, struct bdl_view piece, struct bdl_err *err)
{
	bool is_not = bdl_view_starts(piece, BDL_LIT("not "));

	if (is_not)
		piece = bdl_view_trim(bdl_view_from(piece, 4));
	if (!is_not && l->n && !begins_phrase(piece)) {
		(void)bdl_buf_printf(l->text, ", %.*s", BDL_FMT(piece));
		return 0;
	}
	if (l->n == BDL_GIVEN_MAX)
		return bdl_fail(err, BDL_E_LIMIT, "more than %d things are told", BDL_GIVEN_MAX);
	l->is_not[++l->n] = is_not;
	(void)bdl_buf_printf(l->text, "\n  unless %.*s", BDL_FMT(piece));
	return 0;
}

/* The policies before this one bind the group already. */
static bool is_bound(const struct bdl_check_context *context, size_t before, struct bdl_view group)
{
	for (size_t i = 0; i < before; i++)
		for (size_t j = 0; j < context->others[i]->front.n_binds; j++)
			if (bdl_view_eq(context->others[i]->front.binds[j], group))
				return true;
	return false;
}

static void add_front(struct bdl_buf *text, const struct bdl_check_context *context)
{
	const char *comma = "";

	(void)bdl_buf_add_str(text,
	    "---\ntitle: t\nschool: s\nowner: o\napprover: a\n"
	    "review: every 12 months\nbinds: ");
	for (size_t i = 0; i < context->n_others; i++)
		for (size_t j = 0; j < context->others[i]->front.n_binds; j++) {
			struct bdl_view group = context->others[i]->front.binds[j];

			if (is_bound(context, i, group))
				continue;
			(void)bdl_buf_printf(text, "%s%.*s", comma, BDL_FMT(group));
			comma = ", ";
		}
	(void)bdl_buf_add_str(text, "\n---\n\n# G {#given}\n\nG.\n\n```rules\n");
}

/* The first error, without the place: there is but one line that people know of. */
static int refuse(const struct bdl_findings *findings, struct bdl_err *err)
{
	for (size_t i = 0; i < findings->n; i++) {
		const struct bdl_finding *f = &findings->items[i];

		if (f->severity != BDL_ERROR)
			continue;
		return bdl_fail(err, BDL_E_INVALID, "%s%s%s%s%s%s", f->what,
		    f->expected ? "; expected " : "", f->expected ? f->expected : "",
		    f->suggestion ? " (did you mean '" : "", f->suggestion ? f->suggestion : "",
		    f->suggestion ? "'?)" : "");
	}
	return bdl_fail(err, BDL_E_INVALID, "what is given cannot be read");
}

static void take_phrases(struct bdl_given *g, const struct bdl_phrase *phrases, size_t n,
    const struct bdl_rule *rule, const struct lines *l)
{
	for (size_t i = 0; i < n; i++) {
		unsigned line = phrases[i].line - rule->line;

		g->phrases[g->n++] =
		    (struct bdl_given_phrase){ &phrases[i], line <= l->n && l->is_not[line] };
	}
}

static int read_rule(const struct bdl_check_context *context, const struct lines *l,
    struct bdl_given *g, struct bdl_err *err)
{
	struct bdl_findings *findings BDL_AUTO(bdl_findings_free) = bdl_findings_new();
	const struct bdl_rule *rule;
	int rc = bdl_document_parse(bdl_buf_view(l->text), findings, &g->document, err);

	if (rc < 0)
		return rc;
	bdl_document_check(g->document, context, findings);
	if (findings->n_errors || g->document->n_clauses != 1 ||
	    g->document->clauses[0].n_rules != 1)
		return refuse(findings, err);
	rule = &g->document->clauses[0].rules[0];
	if (rule->n_phrases)
		return bdl_fail(err, BDL_E_INVALID,
		    "'%s' is no fact; expected a condition such as 'using own-devices'",
		    bdl_phrase_info(rule->phrases[0].form)->words);
	g->door = rule->door;
	g->deeds = rule->deeds;
	take_phrases(g, rule->conds, rule->n_conds, rule, l);
	take_phrases(g, rule->unless, rule->n_unless, rule, l);
	return 0;
}

int bdl_given_parse(struct bdl_view act, struct bdl_view words,
    const struct bdl_check_context *context, struct bdl_given *ret, struct bdl_err *err)
{
	struct bdl_buf text BDL_AUTO_IN(bdl_buf_done) = BDL_BUF(BDL_DOCUMENT_MAX);
	struct bdl_given g BDL_AUTO_IN(bdl_given_done) = { 0 };
	struct lines l = { .text = &text };
	struct bdl_view piece;
	int rc = 0;

	add_front(&text, context);
	/* A verdict that fits the door: DNS knows only one. */
	(void)bdl_buf_printf(&text, "%s %.*s",
	    bdl_view_starts(act, BDL_LIT("dns")) ? "block" : "note", BDL_FMT(act));
	while (rc == 0 && next_piece(&words, &piece))
		rc = add_piece(&l, piece, err);
	(void)bdl_buf_add_str(&text, "\n```\n");
	if (rc == 0 && bdl_buf_broken(&text)) /* what is cut off would be told of as not so */
		rc = bdl_fail(err, BDL_E_LIMIT, "more is told than fits into a document");
	if (rc < 0 || (rc = read_rule(context, &l, &g, err)) < 0)
		return rc;
	*ret = g;
	g.document = NULL; /* handed over */
	return 0;
}

/* --- telling --- */

static void tell_names(const struct bdl_phrase *p, const struct bdl_ruleset *r, struct bdl_facts *f)
{
	if (!p->lists[0].n)
		bdl_facts_add(r, f, p->form, BDL_LIT(""), p->manner);
	for (size_t i = 0; i < p->lists[0].n; i++)
		bdl_facts_add(r, f, p->form, p->lists[0].words[i].text, p->manner);
}

static void tell_categories(
    const struct bdl_phrase *p, const struct bdl_ruleset *r, struct bdl_facts *f)
{
	for (size_t i = 0; i < p->lists[0].n; i++) {
		int number = bdl_ruleset_category_find(r, p->lists[0].words[i].text);

		if (number >= 0)
			bdl_catset_add(&f->categories, (unsigned)number);
	}
}

/* All the texts that are given, one after the other. */
static void tell_words(const struct bdl_phrase *p, struct bdl_facts *f, struct bdl_region *region)
{
	struct bdl_buf text BDL_AUTO_IN(bdl_buf_done) = BDL_BUF(BDL_DOCUMENT_MAX);

	(void)bdl_buf_add_view(&text, f->text);
	for (size_t i = 0; i < p->lists[0].n; i++) {
		if (text.n)
			(void)bdl_buf_add_char(&text, ' ');
		bdl_text_fold(p->lists[0].words[i].text, &text);
	}
	f->text = bdl_region_view(region, bdl_buf_view(&text));
}

static void tell_counts(const struct bdl_phrase *p, const struct bdl_ruleset *r, uint64_t *counts)
{
	enum bdl_counter_kind kind = p->form == BDL_PHRASE_SIZE ? BDL_COUNTER_BYTES
	    : p->form == BDL_PHRASE_USING_COUNT                 ? BDL_COUNTER_DEVICES
								: BDL_COUNTER_TIMES;

	for (size_t i = 0; i < bdl_ruleset_counters(r); i++) {
		const struct bdl_act_counter *c = bdl_ruleset_counter(r, i);

		if (c->kind == kind && c->span.n == p->span.n && c->span.unit == p->span.unit)
			counts[i] = p->number + (kind == BDL_COUNTER_BYTES);
	}
}

static void tell_number(const struct bdl_phrase *p, struct bdl_facts *f)
{
	enum bdl_number number = p->form == BDL_PHRASE_SIZE ? BDL_NUMBER_SIZE
	    : p->form == BDL_PHRASE_FORWARDED               ? BDL_NUMBER_FORWARDED
	    : p->form == BDL_PHRASE_DATA                    ? BDL_NUMBER_PEOPLE
							    : BDL_NUMBER_RECIPIENTS;

	f->numbers[number] = p->number + 1;
}

static void tell_phrase(const struct bdl_phrase *p, const struct bdl_ruleset *r,
    struct bdl_facts *f, uint64_t *counts, struct bdl_region *region)
{
	if (p->form == BDL_PHRASE_CATEGORY)
		tell_categories(p, r, f);
	else if (p->form == BDL_PHRASE_WORDS)
		tell_words(p, f, region);
	else if (p->span.n)
		tell_counts(p, r, counts);
	else if (p->form == BDL_PHRASE_GRANTED)
		bdl_facts_grant(r, f, p->lists[0].words[0].text, 0);
	else
		tell_names(p, r, f);
	if (p->number && !p->span.n)
		tell_number(p, f);
}

void bdl_given_tell(const struct bdl_given *g, const struct bdl_ruleset *r, struct bdl_facts *f,
    uint64_t *counts, struct bdl_region *region)
{
	f->door = g->door;
	f->deeds |= g->deeds;
	f->counts = counts;
	for (uint32_t deeds = g->deeds; deeds; deeds &= deeds - 1)
		f->told |= 1ULL << bdl_fact_of_deed((enum bdl_deed)__builtin_ctz(deeds));
	for (size_t i = 0; i < g->n; i++) {
		const struct bdl_phrase *p = g->phrases[i].phrase;

		f->told |= 1ULL << bdl_fact_of(p);
		if (!g->phrases[i].is_not)
			tell_phrase(p, r, f, counts, region);
	}
}
