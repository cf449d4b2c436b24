/*
 * Phrase files made into the one file that scanning uses. docs/formats.md says how phrases are
 * written; policy/phrases has those that ship.
 *
 * Limits: a file has 4 MiB, a line 4,096 bytes, a phrase 512 spellings of 96 folded bytes each; all
 * together 100,000 phrases and 400,000 spellings.
 */
#ifndef BDL_SCAN_COMPILE_H
#define BDL_SCAN_COMPILE_H

#include "base/buf.h"
#include "base/err.h"
#include "base/view.h"

struct bdl_phrases_build;

/* Reads what ICU knows of characters, which takes a third of a second. */
int bdl_phrases_build_new(struct bdl_phrases_build **ret, struct bdl_err *err) BDL_MUST_USE;
void bdl_phrases_build_free(struct bdl_phrases_build *b); /* takes NULL */
BDL_DEFINE_AUTO(struct bdl_phrases_build, bdl_phrases_build_free);

/*
 * Add the phrases of a text; `name` is the file's, for complaints: BDL_E_INVALID, BDL_E_LIMIT with
 * "name:line:column: what is wrong". After one the build is of no use.
 */
int bdl_phrases_build_text(struct bdl_phrases_build *b, const char *name, struct bdl_view text,
    struct bdl_err *err) BDL_MUST_USE;
int bdl_phrases_build_file(struct bdl_phrases_build *b, const char *path, struct bdl_err *err)
    BDL_MUST_USE;
/* Every file of the folder whose name ends in .txt, in the order of their names. */
int bdl_phrases_build_folder(struct bdl_phrases_build *b, const char *path, struct bdl_err *err)
    BDL_MUST_USE;

/* The file's bytes; the caller frees them. BDL_E_INVALID where a class is excused by no context. */
int bdl_phrases_make_file(struct bdl_phrases_build *b, int64_t now_ms, unsigned char **ret,
    size_t *ret_n, struct bdl_err *err) BDL_MUST_USE;
/* Replace the file, whole or not at all. */
int bdl_phrases_build_write(struct bdl_phrases_build *b, const char *path, int64_t now_ms,
    struct bdl_err *err) BDL_MUST_USE;

/*
 * A phrase list of e2guardian in our form: <phrase><weight>, <a>,<b><weight>, <phrase>. Lines that
 * cannot be said in it are left out and counted. `class_` names the class they become.
 */
struct bdl_phrases_imported {
	size_t taken, left_out;
	size_t first_left_out; /* its line, 0 for none */
};
int bdl_phrases_import(struct bdl_view text, struct bdl_view class_, struct bdl_buf *out,
    struct bdl_phrases_imported *ret, struct bdl_err *err) BDL_MUST_USE;

#endif
