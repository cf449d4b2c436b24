/* What a policy says of itself: whose it is, who approved it, when it is looked at again. */
#include "base/alloc.h"
#include "base/ascii.h"
#include "import/import_int.h"
#include <stdio.h>

#define CELLS_MAX    16 /* of a row */
#define PUPILS_LEAST 3  /* of what pupils say, where the title does not say whose it is */
#define TITLE_LINES  12
#define SCHOOL_LINES 400 /* in which a school that has a name has said it */

static const char *const words[BDL_FACTS] = { "title", "school", "owner", "approver", "review",
	"binds", "companions", "approved on", "reviewed on", "next review", "issues" };

const char *bdl_fact_word(enum bdl_fact fact)
{
	return words[fact];
}

/* --- finding them --- */

struct finder {
	struct bdl_import *m;
	const struct bdl_import_terms *terms;
	struct bdl_import_day days[BDL_FACTS];
	unsigned months; /* between reviews */
	unsigned issues; /* rows of a table of versions */
	bool in_issues;
};

static void set(
    struct finder *f, enum bdl_fact fact, struct bdl_view value, const struct bdl_statement *s)
{
	struct bdl_import_fact *to = &f->m->facts[fact];

	value = bdl_view_trim(value);
	while (value.n > 0 && strchr(".,;:", value.p[value.n - 1]))
		value.n--; /* the end of a sentence is none of a name */
	if (to->found || value.n == 0 || value.n > BDL_IMPORT_VALUE_MAX)
		return;
	to->value = value;
	to->found = true;
	to->from = s ? s->from : 0;
	to->to = s ? s->to : 0;
}

static void set_day(
    struct finder *f, enum bdl_fact fact, struct bdl_view value, const struct bdl_statement *s)
{
	struct bdl_import_day d;
	const char *text;

	if (f->m->facts[fact].found || !bdl_import_day_find(value, &d))
		return;
	f->days[fact] = d;
	text = d.day ? bdl_region_printf(f->m->region, "%04u-%02u-%02u", d.year, d.month, d.day)
		     : bdl_region_printf(f->m->region, "%04u-%02u", d.year, d.month);
	set(f, fact, bdl_view_of(text), s);
}

/* "Trust Board, 30 June 2024" without what begins the day. */
static struct bdl_view before_day(struct bdl_view value)
{
	static const char *const joins[] = { ", ", " on ", " in ", " at ", " - ", " (", " " };
	struct bdl_import_day d;

	if (!bdl_import_day_find(value, &d))
		return value;
	for (size_t at = 0; at < value.n; at++)
		for (size_t i = 0; i < BDL_ARRAY_LEN(joins); i++) {
			struct bdl_view rest = bdl_view_from(value, at), day;

			if (!bdl_view_istarts(rest, bdl_view_of(joins[i])))
				continue;
			day = bdl_view_from(rest, strlen(joins[i]));
			/* What is left begins with the day: a word less, and it is another or none. */
			if (bdl_import_day_begins(day))
				return bdl_view_at(value.p, at);
		}
	return (struct bdl_view){ 0 };
}

/* A review that is yet to come is the next one, whatever it is called. */
static bool is_to_come(const struct finder *f, struct bdl_view value)
{
	struct bdl_import_day d;
	char day[32];

	if (!f->terms->today || !bdl_import_day_find(value, &d))
		return false;
	(void)snprintf(day, sizeof(day), "%04u-%02u-%02u", d.year % 10000, d.month % 100,
	    d.day ? d.day % 100 : 28);
	return strcmp(day, f->terms->today) > 0;
}

static void take(
    struct finder *f, enum bdl_fact fact, struct bdl_view value, const struct bdl_statement *s)
{
	unsigned months = bdl_import_interval(value);

	switch (fact) {
	case BDL_FACT_APPROVED_ON:
		set_day(f, fact, value, s);
		break;
	case BDL_FACT_REVIEWED_ON:
	case BDL_FACT_NEXT_REVIEW:
	case BDL_FACT_REVIEW:
		if (months && !f->months)
			f->months = months;
		if (fact == BDL_FACT_REVIEW || is_to_come(f, value))
			fact = BDL_FACT_NEXT_REVIEW;
		set_day(f, fact, value, s);
		break;
	case BDL_FACT_APPROVER:
		set(f, fact, before_day(value), s);
		set_day(f, BDL_FACT_APPROVED_ON, value, s);
		break;
	case BDL_FACT_TITLE:
	case BDL_FACT_SCHOOL:
	case BDL_FACT_OWNER:
		if (!bdl_import_day_find(value, &(struct bdl_import_day){ 0 }))
			set(f, fact, value, s);
		break;
	case BDL_FACT_BINDS:
	case BDL_FACT_COMPANIONS:
	case BDL_FACT_ISSUES:
	case BDL_FACTS:
	default:
		break; /* no table says them in so many words */
	}
}

/* --- tables --- */

static size_t split(const struct bdl_statement *s, struct bdl_view cells[CELLS_MAX])
{
	struct bdl_view rest = s->words;
	char mark = bdl_view_find(rest, '\t') < rest.n ? '\t' : '|';
	size_t n = 0;

	while (n < CELLS_MAX && bdl_view_cut(&rest, mark, &cells[n])) {
		cells[n] = bdl_view_trim(cells[n]);
		n++;
	}
	return n;
}

/* A row of keys over a row of values. */
static bool is_head(const struct bdl_view *cells, size_t n)
{
	size_t known = 0, filled = 0;

	for (size_t i = 0; i < n; i++) {
		known += bdl_fact_of_key(cells[i]) != BDL_FACTS;
		filled += cells[i].n > 0;
	}
	return n >= 3 && known >= 2 && 2 * known > filled;
}

/* "Key, value, key, value" */
static void take_row(
    struct finder *f, const struct bdl_statement *s, const struct bdl_view *cells, size_t n)
{
	enum bdl_fact fact = BDL_FACTS, next;

	for (size_t i = 0; i < n; i++) {
		if (cells[i].n == 0)
			continue;
		next = bdl_fact_of_key(cells[i]);
		if (fact != BDL_FACTS && (next == BDL_FACTS || i % 2 == 1)) {
			take(f, fact, cells[i], s);
			next = BDL_FACTS;
		}
		fact = next;
	}
}

static void read_rows(struct finder *f)
{
	const struct bdl_statements *all = &f->m->statements;
	struct bdl_view head[CELLS_MAX], cells[CELLS_MAX];
	size_t n_head = 0;

	for (size_t i = 0; i < all->n; i++) {
		const struct bdl_statement *s = &all->items[i];
		size_t n = s->kind == BDL_STATEMENT_ROW ? split(s, cells) : 0;
		bool is_row = n > 0;

		if (!is_row) {
			n_head = 0;
			f->in_issues = false;
		} else if (n_head > 0 && f->in_issues) {
			f->issues++;
		} else if (n_head > 0) {
			for (size_t k = 0; k < n && k < n_head; k++)
				take(f, bdl_fact_of_key(head[k]), cells[k], s);
		} else if (is_head(cells, n) ||
		    (n >= 2 && bdl_fact_of_key(cells[0]) == BDL_FACT_ISSUES)) {
			f->in_issues = bdl_fact_of_key(cells[0]) == BDL_FACT_ISSUES;
			memcpy(head, cells, n * sizeof(*cells));
			n_head = n;
		} else {
			take_row(f, s, cells, n);
		}
	}
}

/* --- sentences --- */

static bool has(struct bdl_view text, const char *what)
{
	struct bdl_view w = bdl_view_of(what);

	for (size_t i = 0; i + w.n <= text.n; i++)
		if (bdl_view_ieq(bdl_view_at(text.p + i, w.n), w))
			return true;
	return false;
}

/* Many things are approved. */
static bool speaks_of_policy(struct bdl_view text)
{
	static const char *const marks[] = { "policy", "governor", "governing", "document",
		"trustee", "agreement", "board" };

	for (size_t i = 0; i < BDL_ARRAY_LEN(marks); i++)
		if (has(text, marks[i]))
			return true;
	return false;
}

/* "approved by the governing body on 3 May 2025": what stands between "by" and the day. */
static void read_approval(struct finder *f, const struct bdl_statement *s)
{
	static const char *const marks[] = { "approved by ", "ratified by ", "adopted by ",
		"agreed by ", "signed off by " };
	static const char *const ends[] = { " on ", " in ", " at ", " and ", ".", ",", ":" };
	struct bdl_view rest = s->words;

	for (size_t i = 0; i < BDL_ARRAY_LEN(marks); i++)
		for (size_t at = 0; at + strlen(marks[i]) < rest.n; at++) {
			struct bdl_view body = bdl_view_from(rest, at);
			size_t end;

			if (!bdl_view_istarts(body, bdl_view_of(marks[i])))
				continue;
			body = bdl_view_from(body, strlen(marks[i]));
			if (bdl_view_istarts(body, BDL_LIT("the ")))
				body = bdl_view_from(body, 4);
			end = body.n;
			for (size_t k = 0; k < BDL_ARRAY_LEN(ends); k++)
				for (size_t e = 0; e < end; e++)
					if (bdl_view_istarts(
						bdl_view_from(body, e), bdl_view_of(ends[k])))
						end = e;
			if (end <= 48 && speaks_of_policy(s->words))
				set(f, BDL_FACT_APPROVER, before_day(bdl_view_at(body.p, end)), s);
			set_day(f, BDL_FACT_APPROVED_ON, body, s);
			return;
		}
}

static void read_sentence(struct finder *f, const struct bdl_statement *s)
{
	size_t colon = bdl_view_find(s->words, ':');
	enum bdl_fact fact = bdl_fact_of_key(bdl_view_at(s->words.p, colon));
	unsigned months = bdl_import_interval(s->words);

	if (colon < s->words.n && fact != BDL_FACTS) {
		take(f, fact, bdl_view_from(s->words, colon + 1), s);
		return;
	}
	/* "Reviewed January 2021" */
	fact = bdl_fact_of_key(bdl_view_at(s->words.p, s->words.n < 48 ? s->words.n : 48));
	if (fact == BDL_FACT_REVIEWED_ON || fact == BDL_FACT_NEXT_REVIEW ||
	    fact == BDL_FACT_APPROVED_ON)
		set_day(f, fact, s->words, s);
	if (months && !f->months && has(s->words, "policy") && has(s->words, "review"))
		f->months = months;
	read_approval(f, s);
}

/* --- the school --- */

static bool is_capital(struct bdl_view word)
{
	return word.n > 1 && word.p[0] >= 'A' && word.p[0] <= 'Z' && bdl_is_letter(word.p[1]);
}

/* Words with a capital that begin sentences and titles, and no school's name. */
static bool is_common(struct bdl_view word)
{
	static const char *const common[] = { "The", "Our", "This", "At", "For", "In", "All",
		"Personal", "Use", "Using", "Acceptable", "Policy", "Internet", "Staff", "Pupils",
		"Students", "Your", "Any", "When", "If", "Each", "Every", "Within", "Outside",
		"Social", "Media", "Computers", "Technology", "Sixth", "Leave", "Out", "After",
		"Before", "During", "Your", "New", "Private", "Only", "Under", "Devices", "ICT",
		"IT", "Trust" };

	for (size_t i = 0; i < BDL_ARRAY_LEN(common); i++)
		if (bdl_view_iis(word, common[i]))
			return true;
	return false;
}

static bool ends_name(struct bdl_view word)
{
	return bdl_view_is(word, "School") || bdl_view_is(word, "Academy") ||
	    bdl_view_is(word, "College") || bdl_view_is(word, "SCHOOL") ||
	    bdl_view_is(word, "ACADEMY") || bdl_view_is(word, "COLLEGE");
}

/* Words with capitals that end in "School": "Hill Road Primary School". Empty where there is none. */
static struct bdl_view school_in(struct bdl_view text)
{
	struct bdl_view rest = text, word, name = { 0 };
	const char *from = NULL;
	unsigned capitals = 0;

	while (bdl_view_cut(&rest, ' ', &word)) {
		bool ends = word.n > 0 && strchr(".,;:)", word.p[word.n - 1]);
		bool joins = bdl_view_is(word, "of") || bdl_view_is(word, "and") ||
		    bdl_view_is(word, "the") || bdl_view_is(word, "&");

		if (ends)
			word.n--;
		if (from && capitals > 0 && ends_name(word))
			return bdl_view_at(from, (size_t)(word.p + word.n - from));
		if (is_capital(word) && !is_common(word) && !ends_name(word)) {
			from = from ? from : word.p;
			capitals++;
		} else if (!joins || !from) {
			from = NULL;
			capitals = 0;
		}
		if (ends) {
			from = NULL;
			capitals = 0;
		}
	}
	return name;
}

/* The next line of a text, without its end. */
static bool cut_line(struct bdl_view *rest, struct bdl_view *ret)
{
	size_t n = 0;

	while (n < rest->n && rest->p[n] != '\n' && rest->p[n] != '\f')
		n++;
	*ret = bdl_view_at(rest->p, n);
	if (rest->n == 0)
		return false;
	*rest = bdl_view_from(*rest, n + (n < rest->n));
	return true;
}

static unsigned count_lines_with(struct bdl_view text, struct bdl_view name)
{
	struct bdl_view line;
	unsigned n = 0;

	while (cut_line(&text, &line))
		n += bdl_view_eq(school_in(line), name);
	return n;
}

/* The name that stands in the text most often; also where each page begins with it. */
static void find_school(struct finder *f)
{
	struct bdl_view rest = f->m->text, line, best = { 0 };
	unsigned most = 0, number = 0, first = 0;

	for (; number < SCHOOL_LINES && cut_line(&rest, &line); number++) {
		struct bdl_view name = school_in(line);
		unsigned n = name.n > 0 ? count_lines_with(f->m->text, name) : 0;

		if (n > most) {
			most = n;
			best = name;
			first = number;
		}
	}
	/* Once is enough near the beginning only: another school may be named in passing. */
	if (most > 1 || (most == 1 && first < 20))
		set(f, BDL_FACT_SCHOOL, best, NULL);
}

/* --- lists --- */

struct listed {
	const char *words, *name;
};

/* Append the names whose words stand in the text and that are not there yet. */
static void add_listed(
    struct bdl_buf *out, struct bdl_view text, const struct listed *list, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (!has(text, list[i].words) || has(bdl_buf_view(out), list[i].name))
			continue;
		(void)bdl_buf_printf(out, "%s%s", out->n ? ", " : "", list[i].name);
	}
}

static bool means(const struct finder *f, const struct bdl_meanings *m, const char *id)
{
	for (size_t i = 0; i < m->n; i++)
		if (bdl_view_is(bdl_concepts_id(f->terms->concepts, m->items[i].kind), id))
			return true;
	return false;
}

/* By its title; or pupils speak in it, and nothing is said to adults. */
static bool is_for_pupils(const struct finder *f)
{
	static const char *const young[] = { "my teacher", "a teacher", "grown-up", "grown up",
		"my parents", "an adult", "as a learner", "as a student", "as a pupil",
		"year group", "child's name", "student:", "homework", "my class" };
	static const char *const grown[] = { "colleague", "staff must", "staff should", "all staff",
		"staff will", "employee", "my pupils", "my professional", "line manager",
		"staff and volunteers" };
	const struct bdl_statements *all = &f->m->statements;
	struct bdl_view title = f->m->facts[BDL_FACT_TITLE].value;
	unsigned said_young = 0, said_grown = 0;

	if (has(title, "staff") || has(title, "adult") || has(title, "volunteer"))
		return false;
	if (has(title, "pupil") || has(title, "student") || has(title, "child") ||
	    has(title, "learner"))
		return true;
	for (size_t i = 0; i < all->n; i++) {
		for (size_t k = 0; k < BDL_ARRAY_LEN(young); k++)
			said_young += has(all->items[i].words, young[k]);
		for (size_t k = 0; k < BDL_ARRAY_LEN(grown); k++)
			said_grown += has(all->items[i].words, grown[k]);
	}
	return said_young >= PUPILS_LEAST && said_young > 3 * said_grown;
}

static void find_lists(struct finder *f, const struct bdl_meanings *meanings)
{
	static const struct listed papers[] = { { "online safety", "online-safety" },
		{ "e-safety", "online-safety" }, { "safeguarding", "safeguarding" },
		{ "child protection", "safeguarding" }, { "code of conduct", "staff-conduct" },
		{ "staff conduct", "staff-conduct" }, { "data protection", "data-protection" },
		{ "behaviour", "behaviour" }, { "social media", "social-media" },
		{ "remote", "remote-teaching" }, { "privacy notice", "privacy-notice" },
		{ "safer working practice", "safer-working-practice" } };
	static const struct listed groups[] = { { "volunteer", "volunteers" },
		{ "governor", "governors" }, { "trustee", "governors" }, { "supply", "supply" },
		{ "visitor", "visitors" }, { "contractor", "visitors" } };
	BDL_AUTO_IN(bdl_buf_done) struct bdl_buf companions = BDL_BUF(BDL_IMPORT_VALUE_MAX);
	BDL_AUTO_IN(bdl_buf_done) struct bdl_buf binds = BDL_BUF(BDL_IMPORT_VALUE_MAX);
	const struct bdl_statements *all = &f->m->statements;
	bool pupils = is_for_pupils(f);

	(void)bdl_buf_add_str(&binds, pupils ? "pupils" : "staff");
	for (size_t i = 0; i < all->n; i++) {
		struct bdl_view text = all->items[i].words;

		if (means(f, &meanings[i], "policy.companions"))
			add_listed(&companions, text, papers, BDL_ARRAY_LEN(papers));
		if (!pupils &&
		    (means(f, &meanings[i], "policy.scope") || has(text, "staff and volunteers")))
			add_listed(&binds, text, groups, BDL_ARRAY_LEN(groups));
	}
	set(f, BDL_FACT_BINDS, bdl_region_view(f->m->region, bdl_buf_view(&binds)), NULL);
	set(f, BDL_FACT_COMPANIONS, bdl_region_view(f->m->region, bdl_buf_view(&companions)), NULL);
}

/* --- what is left --- */

static bool is_title(struct bdl_view text)
{
	static const char *const marks[] = { "policy", "acceptable use", "agreement",
		"code of conduct", "regulations", "handbook" };

	for (size_t i = 0; i < BDL_ARRAY_LEN(marks); i++)
		if (has(text, marks[i]))
			return text.n < 100 && !strchr(".?", text.p[text.n - 1]);
	return false;
}

/* What says that it is a policy, else the first heading that is not the school's name. */
static void find_title(struct finder *f)
{
	const struct bdl_statements *all = &f->m->statements;
	struct bdl_view school = f->m->facts[BDL_FACT_SCHOOL].value;

	for (unsigned pass = 0; pass < 2; pass++)
		for (size_t i = 0; i < all->n && i < TITLE_LINES; i++) {
			const struct bdl_statement *s = &all->items[i];

			if (pass == 0 ? s->kind != BDL_STATEMENT_ROW && is_title(s->words)
				      : s->kind == BDL_STATEMENT_HEADING &&
				    !bdl_view_ieq(s->words, school))
				set(f, BDL_FACT_TITLE, s->words, s);
		}
	if (all->n > 0 && all->items[0].kind == BDL_STATEMENT_HEADING)
		set(f, BDL_FACT_TITLE, all->items[0].words, &all->items[0]);
}

/* From two days of review how far they are apart; else the day itself, if it is to come. */
static void find_review(struct finder *f)
{
	const struct bdl_import_day *next = &f->days[BDL_FACT_NEXT_REVIEW];
	const struct bdl_import_day *last = f->days[BDL_FACT_REVIEWED_ON].year
	    ? &f->days[BDL_FACT_REVIEWED_ON]
	    : &f->days[BDL_FACT_APPROVED_ON];
	char day[32];
	unsigned months = 0;

	if (next->year && last->year)
		months = next->year * 12 + next->month - (last->year * 12 + last->month);
	if (months % 12 == 1 || months % 12 == 11) /* a meeting earlier or later: years are meant */
		months = (months + 1) / 12 * 12;
	if (!f->months && months >= 1 && months <= 60)
		f->months = months;
	if (f->months) {
		set(f, BDL_FACT_REVIEW,
		    bdl_view_of(bdl_region_printf(
			f->m->region, "every %u month%s", f->months, f->months == 1 ? "" : "s")),
		    NULL);
		return;
	}
	(void)snprintf(day, sizeof(day), "%04u-%02u-%02u", next->year % 10000, next->month % 100,
	    next->day ? next->day % 100 : 1);
	if (next->year && f->terms->today && strcmp(day, f->terms->today) > 0)
		set(f, BDL_FACT_REVIEW, bdl_region_view(f->m->region, bdl_view_of(day)), NULL);
}

static void put_stopgap(struct bdl_import *m, enum bdl_fact fact, struct bdl_view value)
{
	if (!m->facts[fact].found)
		m->facts[fact].value = value;
}

void bdl_facts_find(
    struct bdl_import *m, const struct bdl_import_terms *terms, const struct bdl_meanings *meanings)
{
	struct finder f = { .m = m, .terms = terms };

	for (size_t i = 0; i < BDL_ARRAY_LEN(terms->values); i++)
		set(&f, (enum bdl_fact)i, terms->values[i], NULL);
	read_rows(&f);
	for (size_t i = 0; i < m->statements.n; i++)
		if (m->statements.items[i].kind != BDL_STATEMENT_ROW)
			read_sentence(&f, &m->statements.items[i]);
	find_school(&f);
	find_title(&f);
	find_review(&f);
	find_lists(&f, meanings);
	if (f.issues > 0)
		set(&f, BDL_FACT_ISSUES, bdl_view_of(bdl_region_printf(m->region, "%u", f.issues)),
		    NULL);
	put_stopgap(
	    m, BDL_FACT_TITLE, terms->name.n ? terms->name : BDL_LIT("Acceptable use policy"));
	put_stopgap(m, BDL_FACT_SCHOOL, BDL_LIT("our school"));
	put_stopgap(m, BDL_FACT_OWNER, BDL_LIT("to be named"));
	put_stopgap(m, BDL_FACT_APPROVER, BDL_LIT("to be named"));
	put_stopgap(m, BDL_FACT_REVIEW, BDL_LIT("every 12 months"));
}
