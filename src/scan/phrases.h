/*
 * The compiled phrases: what is looked for in texts, and what each find weighs. One mapped, read-only
 * file (DIR/phrases/phrases.map), shared by all processes, made and replaced whole by scan/compile.h.
 * docs/formats.md has its layout.
 *
 * A phrase belongs to a class (self-harm, weapons), to a context that excuses classes (health, news),
 * or to the common ones, which weigh nothing and only cover others.
 */
#ifndef BDL_SCAN_PHRASES_H
#define BDL_SCAN_PHRASES_H

#include "base/err.h"
#include "base/view.h"

#define BDL_PHRASES_CLASSES_MAX 64
#define BDL_PHRASES_CLASS_NAME  32 /* lower-case letters, digits, hyphens; with the NUL */

enum bdl_phrases_kind { BDL_PHRASES_CLASS, BDL_PHRASES_CONTEXT, BDL_PHRASES_COMMON };

struct bdl_phrases;

/*
 * Maps the file and reads all of it: BDL_E_MISSING, BDL_E_INVALID. The finder's tables were made for
 * one kind of processor; on another they are made anew here, which takes a second for 20,000 phrases.
 */
int bdl_phrases_open(const char *path, struct bdl_phrases **ret, struct bdl_err *err) BDL_MUST_USE;
void bdl_phrases_close(struct bdl_phrases *p); /* takes NULL; no scanner may use it any more */
BDL_DEFINE_AUTO(struct bdl_phrases, bdl_phrases_close);

size_t bdl_phrases_classes(const struct bdl_phrases *p);
const char *bdl_phrases_class(const struct bdl_phrases *p, size_t i); /* its name */
enum bdl_phrases_kind bdl_phrases_class_kind(const struct bdl_phrases *p, size_t i);
int bdl_phrases_class_find(const struct bdl_phrases *p, struct bdl_view name); /* or -1 */

/* A phrase, as it was written in its file; `combined` ones need several parts near each other. */
struct bdl_phrases_one {
	struct bdl_view text;
	size_t class_;
	int weight;
	bool firm, combined;
};
size_t bdl_phrases_count(const struct bdl_phrases *p);
struct bdl_phrases_one bdl_phrases_at(const struct bdl_phrases *p, size_t i);

/* How many spellings are looked for, and how many disguised ones. */
size_t bdl_phrases_spellings(const struct bdl_phrases *p);
/*
 * The heaviest phrase of a class that the i-th of them is all of, not one part of several. false: there
 * is none. The spelling is as texts are folded (scan/fold.h), without blanks around it.
 */
bool bdl_phrases_spelling(const struct bdl_phrases *p, size_t i, size_t class_,
    struct bdl_view *ret_text, int *ret_weight);
size_t bdl_phrases_disguises(const struct bdl_phrases *p);
int64_t bdl_phrases_made_ms(const struct bdl_phrases *p);
size_t bdl_phrases_bytes(const struct bdl_phrases *p); /* of the file */

/* Another number for any other phrases. */
uint64_t bdl_phrases_mark(const struct bdl_phrases *p);
/* The same by the head of the file alone, which is not opened; 0 where that is none. */
uint64_t bdl_phrases_mark_of(const char *path);

#endif
