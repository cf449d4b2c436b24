/* Statements put together as the clauses of a draft. */
#include "base/alloc.h"
#include "base/ascii.h"
#include "import/import_int.h"

#define IDS_MAX     12 /* of one statement */
#define GAP_MAX     28 /* percent below the surest: what is less sure is an echo of its words */
#define TITLE_CHARS 60 /* bytes of a title that is made of their words */

struct maker {
	struct bdl_import *m;
	const struct bdl_import_terms *terms;
	const struct bdl_meanings *meanings;
	struct bdl_import_clause *parts;
	size_t n, cap;
	bool open; /* the last part may go on */
};

/* Where a kind of clause is meant most surely. */
struct best {
	size_t part; /* from 1; 0: nowhere */
	uint8_t sure;
};

static size_t count_matched(const struct bdl_meanings *m)
{
	size_t n = 0;

	while (n < m->n && n < IDS_MAX && m->items[n].sure >= BDL_SURE_MATCHED &&
	    m->items[n].sure + GAP_MAX >= m->items[0].sure)
		n++;
	return n;
}

/* --- parts --- */

static void begin(struct maker *k, size_t at, enum bdl_import_state state)
{
	const struct bdl_statement *s = &k->m->statements.items[at];

	k->parts = bdl_xgrow(k->parts, k->n, &k->cap, sizeof(*k->parts));
	k->parts[k->n++] = (struct bdl_import_clause){
		.state = state,
		.from = s->from,
		.to = s->to,
		.line = s->line,
		.first = at,
		.last = at,
	};
	k->open = true;
}

static void go_on(struct maker *k, size_t at)
{
	struct bdl_import_clause *p = &k->parts[k->n - 1];

	p->last = at;
	p->to = k->m->statements.items[at].to;
}

/* A question that means nothing by itself goes to what answers it. */
static size_t with_question(struct maker *k, size_t at)
{
	uint32_t asked = bdl_statement_asked(&k->m->statements, at);

	if (asked == BDL_NO_STATEMENT || !k->open || k->n == 0 ||
	    k->parts[k->n - 1].first != asked || k->parts[k->n - 1].last + 1 != at ||
	    k->parts[k->n - 1].state == BDL_IMPORT_MATCHED)
		return at;
	k->n--;
	return asked;
}

/* The same clauses as the last part's: it goes on about them. */
static bool says_the_same(const struct maker *k, const struct bdl_meanings *means, size_t n)
{
	const struct bdl_meanings *last = &k->parts[k->n - 1].means;

	for (size_t i = 0; i < n; i++) {
		size_t j = 0;

		while (j < last->n && last->items[j].kind != means->items[i].kind)
			j++;
		if (j == last->n)
			return false;
	}
	return true;
}

static void take(struct maker *k, size_t at)
{
	const struct bdl_statement *s = &k->m->statements.items[at];
	const struct bdl_import_clause *last = k->open ? &k->parts[k->n - 1] : NULL;
	bool same_block = last && k->m->statements.items[last->last].block == s->block;
	struct bdl_meanings means = k->meanings[at];
	size_t matched = count_matched(&means);

	if (last && s->kind == BDL_STATEMENT_ROW && last->last + 1 == at &&
	    k->m->statements.items[last->last].kind == BDL_STATEMENT_ROW) {
		same_block = true; /* rows of one table */
		if (last->state == BDL_IMPORT_UNMATCHED && means.n > 0)
			same_block = false;
	}
	if (matched > 0) {
		if (same_block && last->state == BDL_IMPORT_MATCHED &&
		    says_the_same(k, &means, matched)) {
			go_on(k, at);
			return;
		}
		means.n = matched;
		begin(k, with_question(k, at), BDL_IMPORT_MATCHED);
		go_on(k, at);
		k->parts[k->n - 1].means = means;
	} else if (same_block) {
		go_on(k, at);
	} else if (means.n > 0) {
		begin(k, at, BDL_IMPORT_UNSURE);
		k->parts[k->n - 1].means = means;
	} else if (last && last->state == BDL_IMPORT_UNMATCHED) {
		go_on(k, at);
	} else {
		begin(k, at, BDL_IMPORT_UNMATCHED);
	}
}

/* --- ids and titles --- */

static bool is_taken(const struct maker *k, struct bdl_view id, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (bdl_view_eq(k->parts[i].id, id))
			return true;
	return false;
}

/* `base`, or "base-2", "base-3" where that is taken by one of the first n parts or wanted by any. */
static struct bdl_view free_id(struct maker *k, struct bdl_view base, size_t n, bool again)
{
	struct bdl_view id = base;

	if (base.n > BDL_ID_MAX - 5)
		base.n = BDL_ID_MAX - 5;
	for (unsigned i = 2; again || is_taken(k, id, n); i++) {
		const char *made = bdl_region_printf(k->m->region, "%.*s-%u", BDL_FMT(base), i);

		again = false;
		id = bdl_view_of(made);
		if (!made)
			break; /* the region is broken, which is seen at the end */
	}
	return id;
}

static struct bdl_view title_of_kind(const struct maker *k, struct bdl_view id, uint16_t kind)
{
	for (size_t i = 0; i < k->terms->n_models; i++) {
		const struct bdl_document *d = k->terms->models[i];

		for (size_t j = 0; j < d->n_clauses; j++)
			if (bdl_view_eq(d->clauses[j].id, id))
				return d->clauses[j].title;
	}
	return bdl_concepts_title(k->terms->concepts, kind);
}

/* The words' beginning, at most some bytes and not cut within a word. */
static struct bdl_view title_of_words(struct bdl_view words)
{
	size_t n = words.n;

	if (n > TITLE_CHARS) {
		n = TITLE_CHARS;
		while (n > 0 && words.p[n] != ' ')
			n--;
	}
	while (n > 0 && strchr(" :;,.-\t", words.p[n - 1]))
		n--;
	for (size_t i = 0; i < n; i++)
		if (words.p[i] == '\t')
			n = i;
	return bdl_view_at(words.p, n);
}

/* "own.using-our-network" of a heading. */
static struct bdl_view slug_of(struct maker *k, struct bdl_view words)
{
	char id[BDL_ID_MAX] = "own.";
	size_t n = 4;

	for (size_t i = 0; i < words.n && n < 40; i++) {
		char c = bdl_lower(words.p[i]);

		if (bdl_is_letter(c) || bdl_is_digit(c))
			id[n++] = c;
		else if (id[n - 1] != '-' && id[n - 1] != '.' && c != '\'' && n < 32)
			id[n++] = '-';
		else if (n >= 32)
			break;
	}
	while (n > 4 && id[n - 1] == '-')
		n--;
	if (n == 4)
		return BDL_LIT("own.words");
	return bdl_region_view(k->m->region, bdl_view_at(id, n));
}

static void name_own(struct maker *k, size_t i)
{
	struct bdl_import_clause *p = &k->parts[i];
	const struct bdl_statement *s = &k->m->statements.items[p->first];
	struct bdl_view words =
	    s->heading == BDL_NO_STATEMENT ? s->words : k->m->statements.items[s->heading].words;

	p->title = title_of_words(p->state == BDL_IMPORT_UNSURE ? s->words : words);
	if (p->title.n == 0)
		p->title = BDL_LIT("In their words");
	p->id = free_id(k, slug_of(k, title_of_words(words)), i, false);
}

/* Past the region's maximum it has none, which is seen at the end. */
static void take_rules(const struct maker *k, struct bdl_import_clause *p, struct bdl_view rules)
{
	if (!bdl_rules_listed(k->terms, rules, k->m->region, &p->rules, &p->left_out))
		p->rules = (struct bdl_view){ 0 };
}

/* The meaning that this part is the best for comes first; what others say better goes. */
static void name_matched(struct maker *k, size_t i, const struct best *best)
{
	struct bdl_import_clause *p = &k->parts[i];
	struct bdl_meaning *items = p->means.items, first;
	size_t at = 0;

	while (at < p->means.n && best[items[at].kind].part != i + 1)
		at++;
	p->again = at == p->means.n;
	if (!p->again && at > 0) {
		first = items[at];
		memmove(items + 1, items, at * sizeof(*items));
		items[0] = first;
	}
	p->id = bdl_concepts_id(k->terms->concepts, items[0].kind);
	p->title = title_of_kind(k, p->id, items[0].kind);
	if (p->title.n == 0)
		p->title = title_of_words(k->m->statements.items[p->first].words);
	p->id = free_id(k, p->id, i, p->again);
	if (!p->again)
		take_rules(k, p, items[0].rules);
}

/* A sentence that holds several clauses stands under each that no other sentence means more surely. */
static void copy_others(struct maker *k, size_t i, const struct best *best,
    struct bdl_import_clause **out, size_t *n, size_t *cap)
{
	const struct bdl_import_clause *p = &k->parts[i];

	*out = bdl_xgrow(*out, *n, cap, sizeof(**out));
	(*out)[(*n)++] = *p;
	for (size_t j = 1; p->state == BDL_IMPORT_MATCHED && !p->again && j < p->means.n; j++) {
		const struct bdl_meaning *also = &p->means.items[j];
		struct bdl_import_clause copy = *p;

		if (best[also->kind].part != i + 1)
			continue;
		copy.copy = true;
		copy.id = bdl_concepts_id(k->terms->concepts, also->kind);
		copy.title = title_of_kind(k, copy.id, also->kind);
		take_rules(k, &copy, also->rules);
		copy.means = (struct bdl_meanings){ p->means.items + j, 1 };
		*out = bdl_xgrow(*out, *n, cap, sizeof(**out));
		(*out)[(*n)++] = copy;
	}
}

static void find_best(const struct maker *k, struct best *best)
{
	for (size_t i = 0; i < k->n; i++)
		for (size_t j = 0;
		     k->parts[i].state == BDL_IMPORT_MATCHED && j < k->parts[i].means.n; j++) {
			const struct bdl_meaning *means = &k->parts[i].means.items[j];
			struct best *b = &best[means->kind];

			if (b->part == 0 || means->sure > b->sure)
				*b = (struct best){ i + 1, means->sure };
		}
}

bool bdl_needs_lead(const struct bdl_statements *s, size_t at)
{
	static const char *const words[] = { "must", "will", "should", "may", "understand", "agree",
		"shall", "can", "cannot", "are", "is" };
	struct bdl_view rest = s->items[at].words, word;

	if (s->items[at].lead == BDL_NO_STATEMENT || s->items[at].kind == BDL_STATEMENT_ROW ||
	    (at > 0 && s->items[at - 1].block == s->items[at].block))
		return false;
	for (unsigned n = 0; n < 5 && bdl_view_cut(&rest, ' ', &word); n++)
		for (size_t i = 0; i < BDL_ARRAY_LEN(words); i++)
			if (bdl_view_iis(word, words[i]))
				return false;
	return true;
}

/* "Staff must not:" stands with each item below it, unless it means something itself; so do heads of tables. */
static bool is_carried(const struct maker *k, size_t at)
{
	const struct bdl_statements *s = &k->m->statements;

	return at + 1 < s->n && s->items[at + 1].lead == at &&
	    (s->items[at].kind == BDL_STATEMENT_ROW ||
		(bdl_needs_lead(s, at + 1) && count_matched(&k->meanings[at]) == 0));
}

static bool keep(struct maker *k, struct best *best)
{
	struct bdl_import *m = k->m;
	struct bdl_import_clause *out = NULL;
	size_t n = 0, cap = 0;

	find_best(k, best);
	for (size_t i = 0; i < k->n; i++) {
		if (k->parts[i].state == BDL_IMPORT_MATCHED)
			name_matched(k, i, best);
		else
			name_own(k, i);
		copy_others(k, i, best, &out, &n, &cap);
	}
	m->clauses = bdl_region_array(m->region, n, sizeof(*m->clauses));
	if (m->clauses && n > 0)
		memcpy(m->clauses, out, n * sizeof(*out));
	m->n_clauses = m->clauses ? n : 0;
	free(out);
	return m->clauses != NULL;
}

bool bdl_parts_make(
    struct bdl_import *m, const struct bdl_import_terms *terms, const struct bdl_meanings *meanings)
{
	struct maker k = { .m = m, .terms = terms, .meanings = meanings };
	BDL_AUTO_FREE struct best *best =
	    bdl_xalloc((bdl_concepts_count(terms->concepts) + 1) * sizeof(*best));
	bool fine;

	for (size_t i = 0; i < m->statements.n; i++) {
		if (m->statements.items[i].kind == BDL_STATEMENT_HEADING || is_carried(&k, i))
			k.open = false;
		else
			take(&k, i);
	}
	fine = keep(&k, best);
	free(k.parts);
	return fine;
}
