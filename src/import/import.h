/*
 * A school's existing policy as a draft of ours: clauses with proposed ids, titles and rules, their
 * text left word for word, and what of it is sure, what is to be asked about, and what is missing.
 *
 * Everything points into `text`, so that a page can show their words on the left and what is
 * proposed on the right.
 */
#ifndef BDL_IMPORT_IMPORT_H
#define BDL_IMPORT_IMPORT_H

#include "base/buf.h"
#include "import/concepts.h"
#include "policy/document.h"

#define BDL_IMPORT_VALUE_MAX 160 /* bytes of a fact's value */
#define BDL_IMPORT_TERMS_MAX \
	640 /* of dates of terms or of holidays; what does not fit is left out */

/* What a policy says of itself. */
enum bdl_fact {
	BDL_FACT_TITLE,
	BDL_FACT_SCHOOL,
	BDL_FACT_OWNER,
	BDL_FACT_APPROVER,
	BDL_FACT_REVIEW, /* "every 12 months", or a day */
	BDL_FACT_BINDS,  /* "staff, volunteers" */
	BDL_FACT_COMPANIONS,
	/* The rest stands in no front matter: it is said when the draft is published. */
	BDL_FACT_APPROVED_ON, /* "2025-10-10", or a month "2025-10" */
	BDL_FACT_REVIEWED_ON,
	BDL_FACT_NEXT_REVIEW,
	BDL_FACT_ISSUES,   /* rows of a table of versions, as a number */
	BDL_FACT_TRUST,    /* that the school belongs to */
	BDL_FACT_TERMS,    /* "autumn 2026-09-03 to 2026-12-18, spring 2027-01-04 to 2027-03-25" */
	BDL_FACT_HOLIDAYS, /* "half-term 2026-10-26 to 2026-10-30, inset 2026-09-02" */
	BDL_FACTS
};

const char *bdl_fact_word(enum bdl_fact fact); /* "owner", "next review" */

struct bdl_import_fact {
	struct bdl_view value; /* empty: not found, and none was put in its place */
	bool found;            /* in the text, or by who called; else the value is a stopgap */
	size_t from, to;       /* where in the text; both 0 where it is nowhere in one place */
};

enum bdl_import_state { BDL_IMPORT_MATCHED, BDL_IMPORT_UNSURE, BDL_IMPORT_UNMATCHED };

const char *bdl_import_state_word(enum bdl_import_state state); /* "matched" */

/* A clause of the draft: statements that belong together. */
struct bdl_import_clause {
	enum bdl_import_state state;
	struct bdl_view id, title;
	size_t from, to;           /* in the text */
	unsigned line;             /* in the text, from 1 */
	size_t first, last;        /* statements, both included */
	struct bdl_meanings means; /* of a match the clauses that it holds, else what it may be */
	struct bdl_view rules;     /* may be empty: people sign it */
	struct bdl_view left_out;  /* categories of rules that no list has: "ai, trading" */
	bool again;                /* another clause of the draft, which is surer, has the rules */
	bool copy; /* the sentence stands in the clause before, for another id of its own */
};

/* A clause of a model policy that nothing in the text means. */
struct bdl_import_lack {
	struct bdl_view id, title;
	size_t model; /* which of the models */
};

struct bdl_import {
	struct bdl_view text;
	struct bdl_statements statements;
	struct bdl_import_fact facts[BDL_FACTS];
	struct bdl_import_clause *clauses; /* in the order of the text */
	size_t n_clauses;
	struct bdl_import_lack *lacks; /* in the order of the models */
	size_t n_lacks;
	struct bdl_view draft;     /* the document */
	struct bdl_region *region; /* owns all of the above */
};

struct bdl_import_terms {
	const struct bdl_concepts *concepts;      /* outlive the import, as the models do */
	const struct bdl_document *const *models; /* titles, and what may be lacking */
	size_t n_models;
	struct bdl_view values[BDL_FACT_REVIEW + 3]; /* of the front matter, by fact: they win */
	struct bdl_view name;                        /* of the file, for want of a title */
	const char *const *categories; /* that the lists have; NULL: no lists, any will do */
	size_t n_categories;
	const char *today; /* "2026-11-21": a review that is past is none */
};

/*
 * Import a text as bdl_import_read gives it. The draft holds a front matter that is whole, and
 * reads without errors. BDL_E_INVALID for a text in which nothing stands, BDL_E_LIMIT past the
 * maxima of the text or of a document.
 */
int bdl_import_make(struct bdl_view text, const struct bdl_import_terms *terms,
    struct bdl_import **ret, struct bdl_err *err) BDL_MUST_USE;
void bdl_import_free(struct bdl_import *m); /* takes NULL */
BDL_DEFINE_AUTO(struct bdl_import, bdl_import_free);

#endif
