/*
 * A reader of the English that bdl_explain_rule writes, made for one test. It knows nothing of the
 * language of rules, of phrase.c or of the judge: only what somebody knows who reads the sentences.
 * It says of a world (an act, and all that is so of it) whether the sentences apply to it.
 */
#ifndef BDL_TESTS_ENGLISH_H
#define BDL_TESTS_ENGLISH_H

#include <stdbool.h>
#include <stdint.h>

/* What may be so in one of a few ways, by name: which names, stands in english.c. */
enum slot {
	SLOT_CATEGORY,
	SLOT_METHOD,
	SLOT_RECIPIENT,
	SLOT_SENDER,
	SLOT_DEVICE,
	SLOT_PLACE,
	SLOT_CALENDAR,
	SLOT_ANY_PHRASES, /* of at least this weight */
	SLOT_SERIOUS_PHRASES,
	SLOT_CERTAIN_PHRASES,
	SLOT_LIKELY_PICTURES,
	SLOT_CERTAIN_PICTURES,
	SLOT_FILE,
	SLOT_LINK,
	SLOT_MARKING,
	SLOT_PROGRAM,
	SLOT_DATA,
	SLOT_TYPE,
	SLOT_GRANTED,
	SLOT_REGISTER,
	SLOT_GROUP,
	SLOTS
};
#define NAMES_MAX 5

struct world {
	bool known;            /* the person is */
	bool bound;            /* by the policy, by the name of a group */
	uint32_t names[SLOTS]; /* bits of english_names */
	const char *deed;      /* "downloads", or "" where it is nothing more closely */
	const char *things;    /* "pages": what comes in at its door */
	const char *host, *path, *text;
	unsigned minute, weekday; /* 0 Monday */
	unsigned recipients, forwarded, people;
	uint64_t bytes, bytes_counted;
	unsigned times, devices; /* counted */
	bool signed_it, encrypted, shared, others_file, others_device, unread;
};

/* The names of a slot as the English has them; NULL past the last. */
extern const char *const english_names[SLOTS][NAMES_MAX + 1];

struct reading {
	bool understood;
	const char *stuck; /* where it was not */
	bool applies;
	const char *verdict; /* "blocked", "held", "coached", "noted" */
	uint32_t told;       /* bits of english_roles */
	bool critical;
};

#define ENGLISH_ROLES 4
extern const char *const english_roles[ENGLISH_ROLES + 1]; /* "the head"; NULL past the last */

struct reading english_read(const char *sentences, const struct world *w);

#endif
