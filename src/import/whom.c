/* Whom a policy binds, and what is to be read beside it, by the words that it has for them. */
#include "import/import_int.h"

#define PUPILS_LEAST 3 /* of what pupils say, where the title does not say whose it is */

struct listed {
	const char *words, *name;
};

/* Append the names whose words stand in the text and that are not there yet. */
static void add_listed(
    struct bdl_buf *out, struct bdl_view text, const struct listed *list, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (!bdl_import_has(text, list[i].words) ||
		    bdl_import_has(bdl_buf_view(out), list[i].name))
			continue;
		(void)bdl_buf_printf(out, "%s%s", out->n ? ", " : "", list[i].name);
	}
}

static bool means(
    const struct bdl_import_terms *terms, const struct bdl_meanings *m, const char *id)
{
	for (size_t i = 0; i < m->n; i++)
		if (bdl_view_is(bdl_concepts_id(terms->concepts, m->items[i].kind), id))
			return true;
	return false;
}

/* By its title; or pupils speak in it, and nothing is said to adults. */
static bool is_for_pupils(const struct bdl_import *m)
{
	static const char *const young[] = { "my teacher", "a teacher", "grown-up", "grown up",
		"my parents", "an adult", "as a learner", "as a student", "as a pupil",
		"year group", "child's name", "student:", "homework", "my class" };
	static const char *const grown[] = { "colleague", "staff must", "staff should", "all staff",
		"staff will", "employee", "my pupils", "my professional", "line manager",
		"staff and volunteers" };
	const struct bdl_statements *all = &m->statements;
	struct bdl_view title = m->facts[BDL_FACT_TITLE].value;
	unsigned said_young = 0, said_grown = 0;

	if (bdl_import_has(title, "staff") || bdl_import_has(title, "adult") ||
	    bdl_import_has(title, "volunteer"))
		return false;
	if (bdl_import_has(title, "pupil") || bdl_import_has(title, "student") ||
	    bdl_import_has(title, "child") || bdl_import_has(title, "learner"))
		return true;
	for (size_t i = 0; i < all->n; i++) {
		for (size_t k = 0; k < BDL_ARRAY_LEN(young); k++)
			said_young += bdl_import_has(all->items[i].words, young[k]);
		for (size_t k = 0; k < BDL_ARRAY_LEN(grown); k++)
			said_grown += bdl_import_has(all->items[i].words, grown[k]);
	}
	return said_young >= PUPILS_LEAST && said_young > 3 * said_grown;
}

void bdl_whom_find(const struct bdl_import *m, const struct bdl_import_terms *terms,
    const struct bdl_meanings *meanings, struct bdl_buf *binds, struct bdl_buf *companions)
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
	const struct bdl_statements *all = &m->statements;
	bool pupils = is_for_pupils(m);

	(void)bdl_buf_add_str(binds, pupils ? "pupils" : "staff");
	for (size_t i = 0; i < all->n; i++) {
		struct bdl_view text = all->items[i].words;

		if (means(terms, &meanings[i], "policy.companions"))
			add_listed(companions, text, papers, BDL_ARRAY_LEN(papers));
		if (!pupils &&
		    (means(terms, &meanings[i], "policy.scope") ||
			bdl_import_has(text, "staff and volunteers")))
			add_listed(binds, text, groups, BDL_ARRAY_LEN(groups));
	}
}
