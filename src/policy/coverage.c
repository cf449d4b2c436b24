#include "policy/coverage.h"
#include "policy/facts.h"
#include "policy/format.h"
#include "policy/text_int.h"

#define COLUMNS 80

static const char *const area_words[BDL_AREAS] = { "web", "mail", "screen", "dns", "logs",
	"signing", "permissions", "reports", "registers", "desk", "cases", "checks", "approval",
	"showing", "seeing", "keeping" };

/* Of the kinds that belong to no door. */
static const enum bdl_area institutions[BDL_RULE_KINDS] = {
	[BDL_RULE_PERMIT] = BDL_AREA_PERMISSIONS,
	[BDL_RULE_REPORT] = BDL_AREA_REPORTS,
	[BDL_RULE_REGISTER] = BDL_AREA_REGISTERS,
	[BDL_RULE_DESK] = BDL_AREA_DESK,
	[BDL_RULE_CASE] = BDL_AREA_CASES,
	[BDL_RULE_CHECK] = BDL_AREA_CHECKS,
	[BDL_RULE_SIGN] = BDL_AREA_SIGNING,
	[BDL_RULE_APPROVE] = BDL_AREA_APPROVAL,
	[BDL_RULE_SHOW] = BDL_AREA_SHOWING,
	[BDL_RULE_LET] = BDL_AREA_SEEING,
	[BDL_RULE_KEEP] = BDL_AREA_KEEPING,
};

const char *bdl_area_word(enum bdl_area area)
{
	return area_words[area];
}

enum bdl_area bdl_rule_area(const struct bdl_rule *rule)
{
	_Static_assert((int)BDL_AREA_LOGS == (int)BDL_DOOR_LOGS, "doors come first");
	_Static_assert((int)BDL_AREA_SIGNING == (int)BDL_DOORS, "doors come first");
	enum bdl_area area = institutions[rule->kind];

	/* Only the rules of doors have no row above, which reads as the first area, a door. */
	return bdl_area_is_door(area) ? (enum bdl_area)rule->door : area;
}

void bdl_coverage_add(struct bdl_coverage *sum, const struct bdl_document *d)
{
	sum->n_clauses += d->n_clauses;
	for (size_t i = 0; i < d->n_clauses; i++) {
		const struct bdl_clause *clause = &d->clauses[i];

		sum->n_signed_only += clause->n_rules == 0;
		for (size_t j = 0; j < clause->n_rules; j++) {
			enum bdl_area area = bdl_rule_area(&clause->rules[j]);

			if (bdl_rule_carried_out(&clause->rules[j]))
				sum->carried_out[area]++;
			else
				sum->left[area]++;
		}
	}
}

/* --- what a rule waits for --- */

static bool has_entries(const struct bdl_lists *lists, struct bdl_view category)
{
	int i = lists ? bdl_lists_category_find(lists, category) : -1;

	return i >= 0 && !bdl_lists_category_is_empty(lists, (unsigned)i);
}

/* One more name of what is missing, behind what is there: `what` stands before the first. */
static void add_missing(struct bdl_view name, const char *what, bool *is_first, struct bdl_buf *out)
{
	if (*is_first)
		(void)bdl_buf_printf(out, "%s%s ", out->n ? "; " : "", what);
	else
		(void)bdl_buf_add_str(out, ", ");
	(void)bdl_buf_add_view(out, name);
	*is_first = false;
}

/* The categories of one condition that no list has. */
static void add_lists(
    const struct bdl_list *names, const struct bdl_lists *lists, struct bdl_buf *out)
{
	bool is_first = true;

	for (size_t i = 0; i < names->n; i++) {
		struct bdl_view name = names->words[i].text;
		if (!bdl_view_is(name, BDL_CATEGORY_ILLEGAL) && !has_entries(lists, name))
			add_missing(name, "a list of", &is_first, out);
	}
}

static bool is_class(const struct bdl_phrases *phrases, struct bdl_view name)
{
	int i = phrases ? bdl_phrases_class_find(phrases, name) : -1;

	return i >= 0 && bdl_phrases_class_kind(phrases, (size_t)i) == BDL_PHRASES_CLASS;
}

/* The classes of one condition that no phrases are of. */
static void add_classes(
    const struct bdl_list *names, const struct bdl_phrases *phrases, struct bdl_buf *out)
{
	bool is_first = true;

	for (size_t i = 0; i < names->n; i++)
		if (!is_class(phrases, names->words[i].text))
			add_missing(names->words[i].text, "phrases of", &is_first, out);
}

void bdl_coverage_waits(
    const struct bdl_rule *rule, const struct bdl_coverage_here *here, struct bdl_buf *out)
{
	struct bdl_buf said BDL_AUTO_IN(bdl_buf_done) = BDL_BUF(BDL_BLOCK_MAX);
	bool asks_networks = false;

	for (size_t i = 0; i < rule->n_conds; i++) {
		const struct bdl_phrase *phrase = &rule->conds[i];
		enum bdl_fact fact = bdl_fact_of(phrase);
		if (phrase->form == BDL_PHRASE_CATEGORY && here->has_lists)
			add_lists(&phrase->lists[0], here->lists, &said);
		if (phrase->form == BDL_PHRASE_PHRASES && here->has_phrases)
			add_classes(&phrase->lists[0], here->phrases, &said);
		asks_networks |= fact == BDL_FACT_PLACE || fact == BDL_FACT_DEVICE;
	}
	if (asks_networks && here->asks_networks && !here->has_networks)
		(void)bdl_buf_printf(&said, "%sa table of networks", said.n ? "; " : "");
	(void)bdl_buf_add_view(out, bdl_buf_view(&said));
}

const struct bdl_unseen bdl_unseen[] = {
	{ "What pictures, films, sound and files say",
	    "The text of pages and of what is sent is read where a rule asks for phrases, by what is "
	    "sent and not by what a script makes of it in the browser. No file is opened." },
	{ "What is said inside a WebSocket",
	    "Opening one is judged like any request; what goes through it afterwards is not seen." },
	{ "The inside of a site that a rule 'splice' keeps sealed",
	    "Its host is judged, and nothing else of it is known." },
	{ "What does not go through the proxy",
	    "QUIC, other proxies, a telephone's own network: the firewall must refuse what it can." },
	{ "A site that is asked for by its bare address",
	    "It is judged by that address; lists of names do not know it." },
	{ 0 },
};

/* --- text --- */

/* A writer of many pieces: the buffer's owner looks once whether it broke. */
static void put(struct bdl_buf *out, const char *s)
{
	(void)bdl_buf_add_str(out, s);
}

/* Word by word on lines of COLUMNS; all but the first stand `indent` in. A long word stays whole. */
static void put_wrapped(struct bdl_buf *out, struct bdl_view text, unsigned indent)
{
	unsigned column = 0;
	struct bdl_view word;

	while (bdl_view_cut(&text, ' ', &word)) {
		unsigned chars = bdl_text_chars(word);

		if (column > indent && column + 1 + chars > COLUMNS) {
			put(out, "\n");
			column = 0;
		} else if (column > indent) {
			put(out, " ");
			column++;
		}
		if (column == 0) {
			(void)bdl_buf_printf(out, "%*s", (int)indent, "");
			column = indent;
		}
		(void)bdl_buf_add_view(out, word);
		column += chars;
	}
	put(out, "\n");
}

/* What it waits for, behind "carried out". */
static void put_waits(
    struct bdl_buf *out, const struct bdl_rule *rule, const struct bdl_coverage_here *here)
{
	struct bdl_buf waits BDL_AUTO_IN(bdl_buf_done) = BDL_BUF(BDL_BLOCK_MAX);

	if (here)
		bdl_coverage_waits(rule, here, &waits);
	if (waits.n)
		(void)bdl_buf_printf(out, ": carried out; it waits for %s\n", bdl_buf_str(&waits));
	else
		put(out, ": carried out\n");
}

static void put_rule(
    struct bdl_buf *out, const struct bdl_rule *rule, const struct bdl_coverage_here *here)
{
	struct bdl_buf line BDL_AUTO_IN(bdl_buf_done) = BDL_BUF(BDL_BLOCK_MAX);
	struct bdl_view missing = bdl_rule_beyond(rule);

	put(out, "  ");
	put(out, bdl_area_word(bdl_rule_area(rule)));
	if (bdl_rule_carried_out(rule))
		put_waits(out, rule, here);
	else
		(void)bdl_buf_printf(
		    out, ": not carried out; this build lacks '%.*s'\n", BDL_FMT(missing));
	bdl_rule_on_one_line(rule->text, &line);
	put_wrapped(out, bdl_buf_view(&line), 4);
}

static void put_clause(
    struct bdl_buf *out, const struct bdl_clause *clause, const struct bdl_coverage_here *here)
{
	struct bdl_buf head BDL_AUTO_IN(bdl_buf_done) = BDL_BUF(BDL_BLOCK_MAX);

	(void)bdl_buf_printf(&head, "%.*s%s%.*s {#%.*s}", BDL_FMT(clause->number),
	    clause->number.n ? " " : "", BDL_FMT(clause->title), BDL_FMT(clause->id));
	put_wrapped(out, bdl_buf_view(&head), 0);
	for (size_t i = 0; i < clause->n_rules; i++)
		put_rule(out, &clause->rules[i], here);
	if (clause->n_rules == 0)
		put(out, "  signed only\n");
}

void bdl_coverage_write(
    const struct bdl_document *d, const struct bdl_coverage_here *here, struct bdl_buf *out)
{
	for (size_t i = 0; i < d->n_clauses; i++)
		put_clause(out, &d->clauses[i], here);
}

/* A line for each area of this sort that has rules, and what they come to. */
static void put_areas(
    struct bdl_buf *out, const struct bdl_coverage *sum, bool doors, size_t all[2])
{
	for (int i = 0; i < BDL_AREAS; i++) {
		if (bdl_area_is_door((enum bdl_area)i) != doors ||
		    sum->carried_out[i] + sum->left[i] == 0)
			continue;
		(void)bdl_buf_printf(out, "  %-14s  %11zu  %15zu\n", area_words[i],
		    sum->carried_out[i], sum->left[i]);
		all[0] += sum->carried_out[i];
		all[1] += sum->left[i];
	}
}

void bdl_coverage_write_totals(const struct bdl_coverage *sum, struct bdl_buf *out)
{
	size_t all[2] = { 0, 0 };

	(void)bdl_buf_printf(out, "%-16s  carried out  not carried out\n", "Rules of doors");
	put_areas(out, sum, true, all);
	put(out, "Rules of institutions\n");
	put_areas(out, sum, false, all);
	(void)bdl_buf_printf(out, "%-16s  %11zu  %15zu\n", "Together", all[0], all[1]);
	(void)bdl_buf_printf(out, "%zu %s; %zu without a rule: signed only\n", sum->n_clauses,
	    sum->n_clauses == 1 ? "clause" : "clauses", sum->n_signed_only);
}

void bdl_coverage_write_unseen(struct bdl_buf *out)
{
	put(out, "What no door sees\n");
	for (const struct bdl_unseen *u = bdl_unseen; u->what; u++) {
		(void)bdl_buf_printf(out, "  %s\n", u->what);
		put_wrapped(out, bdl_view_of(u->means), 4);
	}
}
