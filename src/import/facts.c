/* What a policy says of itself: whose it is, who approved it, when it is looked at again. */
#include "base/alloc.h"
#include "base/ascii.h"
#include "import/import_int.h"
#include <stdio.h>

#define CELLS_MAX   16 /* of a row */
#define TITLE_LINES 12
#define KEY_WORDS   5
#define KEY_BYTES   48

static const char *const fact_words[BDL_FACTS] = { "title", "school", "owner", "approver", "review",
	"binds", "companions", "approved on", "reviewed on", "next review", "issues", "trust",
	"terms", "holidays" };

const char *bdl_fact_word(enum bdl_fact fact)
{
	return fact_words[fact];
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

/* How long what divides a key from its value is, where it stands here: a colon, a dash; 0: nothing does. */
static size_t separator(struct bdl_view v)
{
	static const char *const marks[] = { ":", "- ", "\xe2\x80\x93 ", "\xe2\x80\x94 " };

	for (size_t i = 0; i < BDL_ARRAY_LEN(marks); i++)
		if (bdl_view_starts(v, bdl_view_of(marks[i])))
			return strlen(marks[i]);
	return 0;
}

/* A value of our own words. */
static void put(struct finder *f, enum bdl_fact fact, struct bdl_view value)
{
	f->m->facts[fact] = (struct bdl_import_fact){ .value = value, .found = value.n > 0 };
}

static void set(
    struct finder *f, enum bdl_fact fact, struct bdl_view value, const struct bdl_statement *s)
{
	struct bdl_import_fact *to = &f->m->facts[fact];

	value = bdl_view_trim(value);
	for (size_t n; (n = separator(value)) > 0;)
		value = bdl_view_trim(bdl_view_from(value, n));
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

	if (fact == BDL_FACT_APPROVED_ON) {
		set_day(f, fact, value, s);
	} else if (fact == BDL_FACT_REVIEWED_ON || fact == BDL_FACT_NEXT_REVIEW ||
	    fact == BDL_FACT_REVIEW) {
		if (months && !f->months)
			f->months = months;
		if (fact == BDL_FACT_REVIEW || is_to_come(f, value))
			fact = BDL_FACT_NEXT_REVIEW;
		set_day(f, fact, value, s);
	} else if (fact == BDL_FACT_APPROVER) {
		set(f, fact, before_day(value), s);
		set_day(f, BDL_FACT_APPROVED_ON, value, s);
	} else if (fact == BDL_FACT_TITLE || fact == BDL_FACT_SCHOOL || fact == BDL_FACT_TRUST ||
	    fact == BDL_FACT_OWNER) {
		if (!bdl_import_day_find(value, &(struct bdl_import_day){ 0 }))
			set(f, fact, value, s);
	} /* no table says the others in so many words */
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

/* Many things are approved. */
static bool speaks_of_policy(struct bdl_view text)
{
	static const char *const marks[] = { "policy", "governor", "governing", "document",
		"trustee", "agreement", "board" };

	for (size_t i = 0; i < BDL_ARRAY_LEN(marks); i++)
		if (bdl_import_has(text, marks[i]))
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

/* The key right before a colon that another value stands before: "... 2024 Review: ..."; its first byte. */
static size_t key_before(struct bdl_view words, size_t from, size_t colon, enum bdl_fact *ret)
{
	size_t best = colon;

	*ret = BDL_FACTS;
	for (size_t at = colon, n = 0; at > from && n < KEY_WORDS; at--) {
		enum bdl_fact fact;

		if (words.p[at - 1] != ' ' || words.p[at] < 'A' || words.p[at] > 'Z')
			continue;
		n++;
		fact = bdl_fact_of_key(bdl_view_at(words.p + at, colon - at));
		best = best == colon || fact != BDL_FACTS
		    ? at
		    : best; /* of an unknown key its last word */
		*ret = fact != BDL_FACTS ? fact : *ret;
	}
	return best;
}

/* "Date ratified by the Trust Board: ..." says who did it, too. */
static void read_key(
    struct finder *f, enum bdl_fact fact, struct bdl_view key, const struct bdl_statement *s)
{
	const char *by = memmem(key.p, key.n, " by ", 4);
	struct bdl_view who;

	if (fact != BDL_FACT_APPROVED_ON || !by)
		return;
	who = bdl_view_from(key, (size_t)(by - key.p) + 4);
	set(f, BDL_FACT_APPROVER,
	    bdl_view_istarts(who, BDL_LIT("the ")) ? bdl_view_from(who, 4) : who, s);
}

/* "Owner: Mrs Reed Review: July 2027", "Owner - Mrs Reed"; false where no key begins it. */
static bool read_pairs(struct finder *f, const struct bdl_statement *s)
{
	struct bdl_view words = s->words;
	enum bdl_fact fact = BDL_FACTS, next;
	size_t from = 0, at = 0;

	while (at < words.n && at <= KEY_BYTES && separator(bdl_view_from(words, at)) == 0)
		at++;
	if (at < words.n && at <= KEY_BYTES)
		fact = bdl_fact_of_key(bdl_view_at(words.p, at));
	if (fact == BDL_FACTS)
		return false;
	read_key(f, fact, bdl_view_at(words.p, at), s);
	from = at + separator(bdl_view_from(words, at));
	for (at = from; at < words.n; at++) {
		size_t key = words.p[at] == ':' ? key_before(words, from, at, &next) : at;

		if (key == at)
			continue;
		take(f, fact, bdl_view_at(words.p + from, key - from), s);
		fact = next;
		from = at + 1;
	}
	take(f, fact, bdl_view_from(words, from), s);
	return true;
}

static void read_sentence(struct finder *f, const struct bdl_statement *s)
{
	unsigned months = bdl_import_interval(s->words);
	enum bdl_fact fact;

	if (read_pairs(f, s))
		return;
	/* "Reviewed January 2021" */
	fact = bdl_fact_of_key(
	    bdl_view_at(s->words.p, s->words.n < KEY_BYTES ? s->words.n : KEY_BYTES));
	if (fact == BDL_FACT_REVIEWED_ON || fact == BDL_FACT_NEXT_REVIEW ||
	    fact == BDL_FACT_APPROVED_ON)
		set_day(f, fact, s->words, s);
	if (months && !f->months && bdl_import_has(s->words, "policy") &&
	    bdl_import_has(s->words, "review"))
		f->months = months;
	read_approval(f, s);
}

/* --- the school, and its year --- */

/* A trust's policy that names no school is the trust's own. */
static void find_school(struct finder *f)
{
	struct bdl_import_fact *trust = &f->m->facts[BDL_FACT_TRUST];

	set(f, BDL_FACT_TRUST, bdl_trust_find(f->m->text), NULL);
	set(f, BDL_FACT_SCHOOL, bdl_school_find(f->m->text), NULL);
	if (trust->found)
		set(f, BDL_FACT_SCHOOL, trust->value, NULL);
}

/* The year that the heading of the statement names, where it speaks of terms. */
static unsigned year_above(const struct bdl_statements *all, const struct bdl_statement *s)
{
	uint32_t above = s->lead != BDL_NO_STATEMENT ? s->lead : s->heading;
	struct bdl_view words =
	    above == BDL_NO_STATEMENT ? (struct bdl_view){ 0 } : all->items[above].words;

	return bdl_import_has(words, "term") || bdl_import_has(words, "holiday")
	    ? bdl_terms_year(words)
	    : 0;
}

static void find_terms(struct finder *f)
{
	BDL_AUTO_IN(bdl_buf_done) struct bdl_buf terms = BDL_BUF(BDL_IMPORT_TERMS_MAX);
	BDL_AUTO_IN(bdl_buf_done) struct bdl_buf holidays = BDL_BUF(BDL_IMPORT_TERMS_MAX);
	const struct bdl_statements *all = &f->m->statements;

	for (size_t i = 0; i < all->n; i++)
		bdl_terms_read(
		    all->items[i].words, year_above(all, &all->items[i]), &terms, &holidays);
	put(f, BDL_FACT_TERMS, bdl_region_view(f->m->region, bdl_buf_view(&terms)));
	put(f, BDL_FACT_HOLIDAYS, bdl_region_view(f->m->region, bdl_buf_view(&holidays)));
}

/* --- what is left --- */

static void find_whom(struct finder *f, const struct bdl_meanings *meanings)
{
	BDL_AUTO_IN(bdl_buf_done) struct bdl_buf companions = BDL_BUF(BDL_IMPORT_VALUE_MAX);
	BDL_AUTO_IN(bdl_buf_done) struct bdl_buf binds = BDL_BUF(BDL_IMPORT_VALUE_MAX);

	bdl_whom_find(f->m, f->terms, meanings, &binds, &companions);
	set(f, BDL_FACT_BINDS, bdl_region_view(f->m->region, bdl_buf_view(&binds)), NULL);
	set(f, BDL_FACT_COMPANIONS, bdl_region_view(f->m->region, bdl_buf_view(&companions)), NULL);
}

static bool is_title(struct bdl_view text)
{
	static const char *const marks[] = { "policy", "acceptable use", "agreement",
		"code of conduct", "regulations", "handbook" };

	for (size_t i = 0; i < BDL_ARRAY_LEN(marks); i++)
		if (bdl_import_has(text, marks[i]))
			return text.n < 100 && !strchr(".?", text.p[text.n - 1]);
	return false;
}

/* "Author: the head" is a key with its value. */
static bool is_pair(const struct bdl_statement *s)
{
	size_t colon = bdl_view_find(s->words, ':');

	return colon < s->words.n && bdl_fact_of_key(bdl_view_at(s->words.p, colon)) != BDL_FACTS;
}

/* What says that it is a policy, else the first heading that is not the school's name. */
static void find_title(struct finder *f)
{
	const struct bdl_statements *all = &f->m->statements;
	struct bdl_view school = f->m->facts[BDL_FACT_SCHOOL].value;

	for (unsigned pass = 0; pass < 2; pass++)
		for (size_t i = 0; i < all->n && i < TITLE_LINES; i++) {
			const struct bdl_statement *s = &all->items[i];

			if (is_pair(s))
				continue;
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
	find_terms(&f);
	find_title(&f);
	find_review(&f);
	find_whom(&f, meanings);
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
