/* A build of phrases: what source.c reads, build.c gathers and write.c lays out. */
#ifndef BDL_SCAN_BUILD_INT_H
#define BDL_SCAN_BUILD_INT_H

#include "base/buf.h"
#include "scan/compile.h"
#include "scan/format_int.h"
#include "scan/skeleton.h"

/* Literals of one kind, each once. */
struct bdl_phrases_set {
	struct bdl_phrases_literal *items;
	size_t n, cap;
	uint32_t *index; /* number + 1, by hash */
	size_t n_index;  /* a power of two */
};

/* A use before uses are put in the order of their literals. */
struct bdl_phrases_tie {
	uint32_t literal;
	struct bdl_phrases_use use;
	bool disguised;
};

/* What a class says of a context, until all files are read. */
struct bdl_phrases_excuse {
	size_t class_, context;
	char place[160]; /* "file:line" */
};

struct bdl_phrases_build {
	struct bdl_fold_made fold;
	struct bdl_fold_table table;
	struct bdl_phrases_class classes[BDL_PHRASES_CLASSES_MAX];
	bool defined[BDL_PHRASES_CLASSES_MAX]; /* not only named as an excuse */
	size_t n_classes;
	struct bdl_phrases_phrase *phrases;
	size_t n_phrases, cap_phrases;
	struct bdl_phrases_set plain, disguised;
	struct bdl_phrases_tie *ties;
	size_t n_ties, cap_ties;
	struct bdl_phrases_excuse *excuses;
	size_t n_excuses, cap_excuses;
	struct bdl_buf strings;
	struct bdl_skeleton skeleton; /* scratch */
};

/* As a new one, but for what ICU said, which is kept. */
void bdl_phrases_build_clear(struct bdl_phrases_build *b);

/* The class of that name and kind, made where it is new; -1: it is of another kind, or too many. */
int bdl_phrases_build_class(
    struct bdl_phrases_build *b, struct bdl_view name, enum bdl_phrases_kind kind);

/* Begin a phrase; its spellings follow. BDL_E_LIMIT. */
int bdl_phrases_build_phrase(struct bdl_phrases_build *b, const struct bdl_phrases_phrase *like,
    struct bdl_view text) BDL_MUST_USE;

/*
 * A spelling of the last phrase's part: folded here, with its disguises. BDL_E_INVALID where nothing
 * is left of it, BDL_E_LIMIT where it is too long or there are too many.
 */
int bdl_phrases_build_spelling(struct bdl_phrases_build *b, struct bdl_view text, unsigned part,
    bool open_before, bool open_after) BDL_MUST_USE;

#endif
