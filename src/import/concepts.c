/* Reading files of concepts: docs/formats.md has their grammar. */
#include "import/concepts.h"
#include "base/alloc.h"
#include "base/ascii.h"
#include "base/buf.h"
#include "import/concepts_int.h"
#include <libstemmer.h>

#define EXAMPLE_WORDS 60
#define REGION_MAX    (8 * 1024 * 1024)

/* What the lines that stand further in belong to. */
enum part { NONE, CONCEPT, CLAUSE, RULES, NOTHING };

struct reader {
	struct bdl_concepts *c;
	const char *name;
	unsigned line;
	enum part part;
	uint16_t concept, kind;
	struct bdl_variant *variant;
	struct bdl_buf rules; /* of the variant, line by line */
	struct bdl_err *err;
};

/* --- concepts --- */

bool bdl_concept_find(const struct bdl_concepts *c, struct bdl_view name, uint16_t *ret)
{
	for (size_t i = 0; i < c->n_concepts; i++)
		if (bdl_view_eq(c->concepts[i].name, name)) {
			*ret = (uint16_t)i;
			return true;
		}
	return false;
}

/* The words up to the next "...". */
static bool cut_part(struct bdl_view *rest, struct bdl_view *ret)
{
	const char *gap;

	if (rest->n == 0)
		return false;
	gap = memmem(rest->p, rest->n, "...", 3);
	*ret = bdl_view_at(rest->p, gap ? (size_t)(gap - rest->p) : rest->n);
	*rest = bdl_view_from(*rest, ret->n + (gap ? 3 : 0));
	return true;
}

int bdl_pattern_add(
    struct bdl_concepts *c, uint16_t concept, struct bdl_view words, struct bdl_err *err)
{
	struct bdl_token tokens[BDL_PATTERN_LEN + 1];
	struct bdl_pattern *p = &c->patterns[c->n_patterns];
	struct bdl_view rest = words, part;
	bool fits = true;

	if (c->n_patterns == BDL_PATTERNS_MAX)
		return bdl_fail(err, BDL_E_LIMIT, "too many words");
	*p = (struct bdl_pattern){ .concept = concept };
	while (fits && cut_part(&rest, &part)) {
		size_t n = bdl_tokens_take(c, part, true, tokens, BDL_ARRAY_LEN(tokens));

		fits = n > 0 && p->n + n + (p->n > 0) <= BDL_PATTERN_LEN;
		if (fits && p->n > 0)
			p->stems[p->n++] = BDL_GAP_STEM;
		for (size_t i = 0; fits && i < n; i++)
			p->stems[p->n++] = tokens[i].stem;
	}
	if (!fits || p->n == 0 || bdl_view_ends(words, BDL_LIT("...")))
		return bdl_fail(
		    err, BDL_E_INVALID, "one to eight words, not '%.*s'", BDL_FMT(words));
	if (c->n_stems == BDL_STEMS_MAX)
		return bdl_fail(err, BDL_E_LIMIT, "too many words");
	p->next = c->stems[p->stems[0]].first;
	c->stems[p->stems[0]].first = (uint16_t)++c->n_patterns;
	return 0;
}

static bool is_name(struct bdl_view v)
{
	for (size_t i = 0; i < v.n; i++)
		if (!bdl_is_letter(v.p[i]) && !bdl_is_digit(v.p[i]) && v.p[i] != '-' &&
		    v.p[i] != '.')
			return false;
	return v.n > 0 && v.n <= 64;
}

static bool read_traits(struct bdl_view rest, unsigned *ret)
{
	static const char *const words[] = { "common", "duty", "opening", "aside", "back", "whom",
		"empty", "aim", "paper", "idiom" };
	struct bdl_view word;

	while (bdl_view_cut(&rest, ' ', &word)) {
		size_t i = 0;

		while (i < BDL_ARRAY_LEN(words) && !bdl_view_is(word, words[i]))
			i++;
		if (i == BDL_ARRAY_LEN(words))
			return false;
		*ret |= 1U << i;
	}
	return true;
}

static int begin_concept(struct reader *r, struct bdl_view rest)
{
	struct bdl_view name = { 0 };
	struct bdl_concepts *c = r->c;
	unsigned traits = 0;

	(void)bdl_view_cut(&rest, ' ', &name); /* a name is checked below */
	rest = bdl_view_trim(rest);
	if (!is_name(name) || !read_traits(rest, &traits))
		return bdl_fail(r->err, BDL_E_INVALID,
		    "'concept NAME', and behind it 'common', 'duty', 'opening', 'aside', 'back', 'whom', 'empty', 'aim', 'paper' or 'idiom'");
	if (!bdl_concept_find(c, name, &r->concept)) {
		if (c->n_concepts == BDL_CONCEPTS_MAX)
			return bdl_fail(r->err, BDL_E_LIMIT, "too many concepts");
		r->concept = (uint16_t)c->n_concepts++;
		c->concepts[r->concept].name = bdl_region_view(c->region, name);
	}
	c->concepts[r->concept].traits |= traits;
	r->part = CONCEPT;
	return 0;
}

static int add_words(struct reader *r, struct bdl_view rest)
{
	struct bdl_view words;
	int rc = 0;

	while (rc == 0 && bdl_view_cut(&rest, ',', &words))
		if (bdl_view_trim(words).n > 0)
			rc = bdl_pattern_add(r->c, r->concept, words, r->err);
	return rc;
}

/* --- clauses --- */

static int begin_clause(struct reader *r, struct bdl_view rest)
{
	struct bdl_concepts *c = r->c;
	struct bdl_view id = { 0 }, word;
	bool told = false, named = false, known = true;
	size_t kind;

	(void)bdl_view_cut(&rest, ' ', &id); /* an id is checked below */
	while (known && bdl_view_cut(&rest, ' ', &word)) {
		told = told || bdl_view_is(word, "told");
		named = named || bdl_view_is(word, "named");
		known = word.n == 0 || bdl_view_is(word, "told") || bdl_view_is(word, "named");
	}
	if (!is_name(id) || !known)
		return bdl_fail(r->err, BDL_E_INVALID,
		    "'clause' and an id such as web.gambling, and perhaps 'told' or 'named'");
	if (!bdl_concepts_find(c, id, &kind)) {
		if (c->n_kinds == BDL_KINDS_MAX)
			return bdl_fail(r->err, BDL_E_LIMIT, "too many clauses");
		kind = c->n_kinds++;
		c->kinds[kind].id = bdl_region_view(c->region, id);
	}
	c->kinds[kind].told = c->kinds[kind].told || told;
	c->kinds[kind].named = c->kinds[kind].named || named;
	r->kind = (uint16_t)kind;
	r->part = CLAUSE;
	return 0;
}

static int condition(struct reader *r, struct bdl_view text, uint16_t *ret)
{
	int rc = bdl_expression_parse(r->c, &text, ret, r->err);

	if (rc == 0 && text.n > 0)
		rc = bdl_fail(r->err, BDL_E_INVALID, "what is '%.*s'?", BDL_FMT(text));
	return rc;
}

static int add_hint(struct reader *r, struct bdl_view percent, struct bdl_view text)
{
	struct bdl_concepts *c = r->c;
	struct bdl_hint *hint = &c->hints[c->n_hints];
	uint64_t sure;

	if (!bdl_view_uint(percent, 99, &sure) || sure == 0)
		return bdl_fail(r->err, BDL_E_INVALID,
		    "a percentage from 1 to 99, 'title', 'like' or 'does', not '%.*s'",
		    BDL_FMT(percent));
	if (c->n_hints == BDL_LINES_MAX)
		return bdl_fail(r->err, BDL_E_LIMIT, "too many lines that say what means a clause");
	hint->kind = r->kind;
	hint->sure = (uint8_t)sure;
	c->n_hints++;
	return condition(r, text, &hint->node);
}

static int begin_rules(struct reader *r, struct bdl_view rest)
{
	struct bdl_kind *k = &r->c->kinds[r->kind];
	struct bdl_view when = { 0 };
	struct bdl_variant *v = bdl_region_get(r->c->region, sizeof(*v));

	if (!v)
		return bdl_fail(r->err, BDL_E_LIMIT, "the file needs too much memory");
	v->file = r->c->n_files;
	v->always = rest.n == 0;
	if (k->last && k->last->file != v->file)
		k->variants = k->last = NULL; /* an earlier file's */
	if (k->last)
		k->last->next = v;
	else
		k->variants = v;
	k->last = r->variant = v;
	r->part = RULES;
	bdl_buf_clear(&r->rules);
	if (v->always)
		return 0;
	(void)bdl_view_cut(&rest, ' ', &when); /* what stands there is looked at */
	if (!bdl_view_is(when, "when"))
		return bdl_fail(r->err, BDL_E_INVALID, "'does' or 'does when CONDITION'");
	return condition(r, bdl_view_trim(rest), &v->node);
}

/* The words become stems that are known, so that they can be found in a text. */
static int add_example(struct reader *r, uint16_t kind, struct bdl_view words)
{
	struct bdl_concepts *c = r->c;
	struct bdl_token tokens[EXAMPLE_WORDS + 1];
	size_t n = bdl_tokens_take(c, words, true, tokens, BDL_ARRAY_LEN(tokens));

	if (n == 0 || n > EXAMPLE_WORDS)
		return bdl_fail(
		    r->err, BDL_E_INVALID, "'like' and a sentence of 1 to %d words", EXAMPLE_WORDS);
	if (c->n_examples == BDL_EXAMPLES_MAX || c->n_stems == BDL_STEMS_MAX)
		return bdl_fail(r->err, BDL_E_LIMIT, "too many examples");
	c->n_example_words += n;
	c->examples[c->n_examples++] =
	    (struct bdl_example){ kind, bdl_region_view(c->region, words) };
	return 0;
}

static int add_to_clause(struct reader *r, struct bdl_view line)
{
	struct bdl_view rest = line, first = { 0 };

	(void)bdl_view_cut(&rest, ' ', &first); /* a line that is not empty has a first word */
	rest = bdl_view_trim(rest);
	if (bdl_view_is(first, "title"))
		r->c->kinds[r->kind].title = bdl_region_view(r->c->region, rest);
	else if (bdl_view_is(first, "does"))
		return begin_rules(r, rest);
	else if (bdl_view_is(first, "like"))
		return add_example(r, r->kind, rest);
	else
		return add_hint(r, first, rest);
	return 0;
}

/* What means no clause. */
static int add_to_nothing(struct reader *r, struct bdl_view rest)
{
	struct bdl_view first = { 0 };

	(void)bdl_view_cut(&rest, ' ', &first); /* as above */
	if (!bdl_view_is(first, "like"))
		return bdl_fail(r->err, BDL_E_INVALID, "'like' and a sentence");
	return add_example(r, BDL_NO_KIND, bdl_view_trim(rest));
}

/* --- lines --- */

static unsigned indent_of(struct bdl_view line)
{
	unsigned n = 0;

	while (n < line.n && line.p[n] == ' ')
		n++;
	return n;
}

/* A line of rules keeps what stands it further in than the first. */
static int add_rule_line(struct reader *r, struct bdl_view line)
{
	for (struct bdl_view rest = line; bdl_view_find(rest, '{') < rest.n;) {
		struct bdl_view name = bdl_view_from(rest, bdl_view_find(rest, '{') + 1);

		name.n = bdl_view_find(name, '}');
		if (!bdl_value_is_known(name))
			return bdl_fail(r->err, BDL_E_INVALID,
			    "a value is {hours}, {time}, {within} or {size}, not '{%.*s'",
			    BDL_FMT(name));
		rest = bdl_view_from(rest, (size_t)(name.p + name.n - rest.p));
	}
	(void)bdl_buf_add_view(&r->rules, bdl_view_from(line, 4));
	(void)bdl_buf_add_char(&r->rules, '\n'); /* it holds more than the file has */
	r->variant->rules = bdl_region_view(r->c->region, bdl_buf_view(&r->rules));
	return 0;
}

static int read_line(struct reader *r, struct bdl_view line)
{
	unsigned indent = indent_of(line);
	struct bdl_view rest = bdl_view_trim(line), first = { 0 };

	if (rest.n == 0 || rest.p[0] == '#')
		return 0;
	if (r->part == RULES && indent >= 4)
		return add_rule_line(r, line);
	if (indent > 0) {
		if (r->part == CONCEPT)
			return add_words(r, rest);
		if (r->part == CLAUSE || r->part == RULES)
			return add_to_clause(r, rest);
		if (r->part == NOTHING)
			return add_to_nothing(r, rest);
		return bdl_fail(r->err, BDL_E_INVALID, "this line belongs to nothing above it");
	}
	(void)bdl_view_cut(&rest, ' ', &first); /* as above */
	rest = bdl_view_trim(rest);
	if (bdl_view_is(first, "concept"))
		return begin_concept(r, rest);
	if (bdl_view_is(first, "clause"))
		return begin_clause(r, rest);
	if (bdl_view_is(first, "nothing") && rest.n == 0) {
		r->part = NOTHING;
		return 0;
	}
	return bdl_fail(
	    r->err, BDL_E_INVALID, "'concept', 'clause' or 'nothing', not '%.*s'", BDL_FMT(first));
}

int bdl_concepts_add(
    struct bdl_concepts *c, struct bdl_view text, const char *name, struct bdl_err *err)
{
	struct reader r = {
		.c = c, .name = name, .err = err, .rules = BDL_BUF(BDL_CONCEPTS_BYTES_MAX)
	};
	struct bdl_view line;
	int rc = 0;

	if (text.n > BDL_CONCEPTS_BYTES_MAX)
		return bdl_fail(err, BDL_E_LIMIT, "%s: longer than 512 KiB", name);
	c->n_files++;
	while (rc == 0 && bdl_view_cut(&text, '\n', &line)) {
		r.line++;
		if (line.n > 0 && line.p[line.n - 1] == '\r')
			line.n--;
		rc = read_line(&r, line);
	}
	bdl_buf_done(&r.rules);
	if (rc == 0 && bdl_region_broken(c->region))
		rc = bdl_fail(err, BDL_E_LIMIT, "the file needs too much memory");
	return rc < 0 ? bdl_fail_in(err, rc, "%s:%u", name, r.line) : 0;
}

struct bdl_concepts *bdl_concepts_new(void)
{
	struct bdl_concepts *c = bdl_xalloc(sizeof(*c));

	c->region = bdl_region_new(REGION_MAX);
	c->stemmer = sb_stemmer_new("english", "UTF_8");
	BDL_BUG_IF(!c->stemmer); /* a language that the library is built with */
	c->n_stems = 1;
	return c;
}

void bdl_concepts_free(struct bdl_concepts *c)
{
	if (!c)
		return;
	sb_stemmer_delete(c->stemmer);
	bdl_region_free(c->region);
	free(c);
}

/* --- what is known --- */

size_t bdl_concepts_count(const struct bdl_concepts *c)
{
	return c->n_kinds;
}

struct bdl_view bdl_concepts_id(const struct bdl_concepts *c, size_t kind)
{
	return c->kinds[kind].id;
}

struct bdl_view bdl_concepts_title(const struct bdl_concepts *c, size_t kind)
{
	return c->kinds[kind].title;
}

bool bdl_concepts_find(const struct bdl_concepts *c, struct bdl_view id, size_t *ret)
{
	for (size_t i = 0; i < c->n_kinds; i++)
		if (bdl_view_eq(c->kinds[i].id, id)) {
			*ret = i;
			return true;
		}
	return false;
}

struct bdl_view bdl_concepts_rules(const struct bdl_concepts *c, size_t kind, size_t at)
{
	const struct bdl_variant *v = c->kinds[kind].variants;

	while (v && at > 0) {
		v = v->next;
		at--;
	}
	return v ? v->rules : (struct bdl_view){ 0 };
}
