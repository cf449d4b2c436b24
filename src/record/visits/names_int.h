/* Names: what the memory of them (names.c) and their numbers (numbers.c) share. */
#ifndef BDL_RECORD_VISITS_NAMES_INT_H
#define BDL_RECORD_VISITS_NAMES_INT_H

#include "base/buf.h"
#include "base/hash.h"
#include "base/region.h"
#include "record/visits/visits_int.h"

struct bdl_name {
	uint64_t hash;
	struct bdl_view key; /* keys.c */
	int64_t number;      /* 0: the store has not been asked */
	int64_t hour; /* of a site: when it was seen last, plus one; and whether a page of it was */
	int64_t day;  /* of what has a mark: the newest that the store was told, plus one */
	int64_t needed_day; /* on which this transaction uses it */
	int64_t ruleset;    /* of a basis, while it is looked for */
	enum bdl_name_kind kind;
	bool has_pages;
	bool is_needed; /* stands in the list of those whose number or day is missing */
};

/* Indexes of names. */
struct bdl_name_list {
	uint32_t *at;
	size_t n, cap;
};

struct bdl_names {
	struct bdl_name *names;
	size_t n, cap;
	uint32_t *slots; /* index of a name plus one; 0: free */
	size_t n_slots;  /* a power of two, at least twice n */
	struct bdl_region *keys;
	struct bdl_buf key;    /* being made */
	int64_t times_deleted; /* names in the store, at the last transaction */
	struct bdl_name_list needed[BDL_NAME_KINDS]; /* of this transaction */
	struct bdl_name_list some;                   /* of these, what one statement is for */
};

/* The parts of a key, from its beginning on. */
int64_t bdl_name_take_number(struct bdl_view *key);
struct bdl_view bdl_name_take_text(struct bdl_view *key);
struct bdl_digest bdl_name_take_digest(struct bdl_view *key);

#endif
