/*
 * What an import made of a school's own text, kept beside the draft that came of it: the portal shows
 * the two side by side, and reads no files of strangers. One of each name. It stays when the draft
 * is kept anew, since that is what people do who go through it, and goes with the draft.
 */
#ifndef BDL_RECORD_POLICIES_IMPORTS_H
#define BDL_RECORD_POLICIES_IMPORTS_H

#include "base/hash.h"
#include "base/region.h"
#include "record/store/store.h"

#define BDL_KEPT_WORDS_MAX (512 * 1024) /* bytes of their text */
#define BDL_KEPT_PARTS_MAX 4096

enum bdl_kept_state {
	BDL_PART_MATCHED,
	BDL_PART_UNSURE,
	BDL_PART_UNMATCHED,
	BDL_PART_LACKING, /* a clause of a model policy that theirs has not: no span */
	BDL_PART_STATES
};

struct bdl_kept_part {
	enum bdl_kept_state state;
	bool again; /* another part, which is surer, has the rules */
	struct bdl_view clause, title;
	size_t from, to; /* bytes of `words` */
	/*
	 * "web.gambling\t90\t\tgamble\n": id, percent, what was read, why; by lines. A line without
	 * id has the categories that no list has, for which rules were left out.
	 */
	struct bdl_view means;
};

struct bdl_kept_import {
	struct bdl_digest draft; /* as the import made it */
	struct bdl_view file;    /* its name, without folders */
	struct bdl_view words;
	int64_t kept_ms;
	const struct bdl_kept_part *parts;
	size_t n_parts;
};

/*
 * In the place of the one before, inside a transaction of its own. BDL_E_CONFLICT where no draft of
 * this name has that digest, BDL_E_LIMIT past the maxima above.
 */
int bdl_imports_keep(struct bdl_store *s, struct bdl_view name, const struct bdl_kept_import *k,
    struct bdl_err *err) BDL_MUST_USE;

/*
 * Texts in the region; each span lies within the words. BDL_E_MISSING where there is none,
 * BDL_E_LIMIT without room.
 */
int bdl_imports_get(struct bdl_store *s, struct bdl_view name, struct bdl_region *region,
    struct bdl_kept_import *ret, struct bdl_err *err) BDL_MUST_USE;

/* In an open transaction: with the draft that came of it. */
int bdl_imports_forget(struct bdl_store *s, struct bdl_view name, struct bdl_err *err) BDL_MUST_USE;

int bdl_imports_has(struct bdl_store *s, struct bdl_view name, bool *ret, struct bdl_err *err)
    BDL_MUST_USE;

#endif
