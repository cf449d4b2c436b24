/*
 * The act and what its door knew of it: all that the judge looks at. A plain struct on the caller's
 * stack; the views in it belong to the caller.
 *
 * What a door could not know is not the same as what is not so. `told` says which kinds of fact the
 * door had the means to know; of those, what is not in here is not so. A rule that asks for a kind
 * that was not told is not applied: nobody can tell (BDL_STEP_CANNOT_TELL in policy/explain.h).
 */
#ifndef BDL_POLICY_FACTS_H
#define BDL_POLICY_FACTS_H

#include "base/buf.h"
#include "base/region.h"
#include "policy/ruleset.h"

enum bdl_fact {
	BDL_FACT_PERSON, /* who it is, or that nobody knows */
	BDL_FACT_CATEGORY,
	BDL_FACT_HOST,
	BDL_FACT_PATH,
	BDL_FACT_METHOD,
	BDL_FACT_TIME,     /* minute and weekday */
	BDL_FACT_CALENDAR, /* contact, lessons, term */
	BDL_FACT_PLACE,
	BDL_FACT_DEVICE,       /* whose it is: own, the school's, unknown */
	BDL_FACT_OTHERS_USING, /* whether the device is somebody else's */
	BDL_FACT_WORDS,        /* the text that was searched for or typed */
	BDL_FACT_PHRASES,
	BDL_FACT_UNREAD, /* whether a text is sent that nobody here can read */
	BDL_FACT_PICTURES,
	BDL_FACT_FILES,
	BDL_FACT_TYPES,
	BDL_FACT_LINKS,
	BDL_FACT_MARKINGS,
	BDL_FACT_PROGRAMS,
	BDL_FACT_DATA, /* personal data, and of how many people */
	BDL_FACT_SIZE,
	BDL_FACT_RECIPIENTS, /* who, and how many */
	BDL_FACT_SENDERS,
	BDL_FACT_FORWARDED,
	BDL_FACT_OTHERS_FILE, /* whether the file is somebody else's */
	BDL_FACT_TIMES,       /* counters of times */
	BDL_FACT_DEVICES,     /* counters of devices */
	BDL_FACT_VOLUME,      /* counters of bytes */
	BDL_FACT_GRANTED,
	BDL_FACT_REGISTERED,
	BDL_FACT_SIGNED,
	BDL_FACT_ENCRYPTED,
	BDL_FACT_SHARED,
	BDL_FACT_SEARCH,   /* whether a web request is a search */
	BDL_FACT_DOWNLOAD, /* whether it is a download */
	BDL_FACT_UPLOAD,   /* whether it is an upload */
	BDL_FACT_DEED,     /* the same of the other doors: which of their deeds it is */
	BDL_FACTS
};
#define BDL_TOLD(fact) (1ULL << BDL_FACT_##fact)

/* What is told of a web request and of no tunnel. */
#define BDL_TOLD_BY_REQUESTS \
	(BDL_TOLD(PATH) | BDL_TOLD(METHOD) | BDL_TOLD(UPLOAD) | BDL_TOLD(SEARCH) | BDL_TOLD(WORDS))

/* The kind of fact that a condition or exception asks for; BDL_FACTS for other forms. */
enum bdl_fact bdl_fact_of(const struct bdl_phrase *phrase);
enum bdl_fact bdl_fact_of_deed(enum bdl_deed deed);
/* "whose device it is": what was not told, within a sentence. */
const char *bdl_fact_words(enum bdl_fact fact);

/*
 * Which kinds the doors of this build tell of every act (carried.c); 0 for one that is not there.
 * Others they tell only of acts or at moments that have them: of which type an answer is, say.
 */
uint64_t bdl_door_told(enum bdl_door door);

struct bdl_facts {
	enum bdl_door door;
	uint64_t told;        /* bits of enum bdl_fact */
	uint32_t deeds;       /* bits of enum bdl_deed: all that it is */
	bool known;           /* a person is known and on the roll; else every policy binds */
	uint64_t groups;      /* of that person: bdl_ruleset_group, or'ed */
	struct bdl_view host; /* normalised */
	struct bdl_view path; /* as bdl_url_path writes it; a query behind it is not looked at */
	struct bdl_view text; /* folded by bdl_text_fold */
	struct bdl_catset categories;      /* in the ruleset's numbers */
	struct bdl_atomset atoms;          /* the named things that are so: bdl_facts_add */
	uint16_t minute;                   /* local, of the day */
	uint8_t weekday;                   /* 0 Monday */
	uint64_t numbers[BDL_NUMBERS];     /* by enum bdl_number */
	uint64_t amounts[BDL_AMOUNTS_MAX]; /* granted, by bdl_ruleset_amount */
	/* What each counter of the ruleset stands at, this act included; NULL: none was told. */
	const uint64_t *counts;
	/*
	 * An act may be judged more than once: when a page is asked for, when its answer begins, when
	 * its text is read. From the second time on these are the kinds of fact that came since, and
	 * rules that ask for none of them have had their say. 0: all rules are judged.
	 */
	uint64_t fresh;
};

/*
 * Say that a named thing is so, with all that follows from it: certain phrases are serious ones,
 * and files of a kind are files of any. `name` is empty for forms without names (signed). What no
 * rule asks for costs a look and changes nothing. The kind of fact is marked as told.
 */
void bdl_facts_add(const struct bdl_ruleset *r, struct bdl_facts *f, enum bdl_phrase_form form,
    struct bdl_view name, enum bdl_manner manner);

/*
 * What a request tells by itself: door, host, path, method, whether it is an upload, and the words
 * of a search (proto/search.h) folded. Marks as told what the web door tells of every act
 * (bdl_door_told), of which the caller adds the rest: person, time, categories. Place and device are
 * told by bdl_facts_network only. A path that was not kept (empty) is not told. The path's comparable
 * form is made in the region, and only where a rule asks for it; the host's view is kept as it is.
 */
struct bdl_web_request {
	struct bdl_view host;   /* normalised */
	struct bdl_view path;   /* as struct bdl_url has it */
	struct bdl_view method; /* "GET" */
	bool upload;
};
void bdl_facts_request(const struct bdl_ruleset *r, struct bdl_facts *f,
    const struct bdl_web_request *q, struct bdl_region *region);

/*
 * Where the client's address is and whose equipment stands there, by the table of networks: both are
 * told, and an empty view says that the table knows no such thing of it. The equipment is then an
 * unknown device. Without a table a door does not call it, and nobody can tell.
 */
void bdl_facts_network(const struct bdl_ruleset *r, struct bdl_facts *f, struct bdl_view place,
    struct bdl_view equipment);

/*
 * What a door found out of an act beyond its request, kept with it as one text, so that the act can
 * be judged again by what its door knew. Words "name=value" with a blank between them; blanks, '%',
 * control bytes and bytes past ASCII of a value are percent-encoded:
 *
 *   stage=request   or connect (a tunnel: only the host is known), response (the answer began), sent
 *                   and page (the text of what is sent, or comes back, was read); withheld: the policy
 *                   keeps nothing of the act, and nobody can judge it again
 *   terms=          what was searched for, or how it begins
 *   download=1      the answer is one
 *   type=video/mp4  of what is sent
 *   file=program    a kind of file; "any" beside or without it
 *   size=1048576    bytes
 *   read=whole      a text was read: or part (of a page that is on its way already), terms (what was
 *                   searched for), before (what the same page said a short while ago)
 *   unread=coding   what was sent is a text in a coding that is not unpacked
 *   score=drugs:120 what the phrases of a class in it weigh (scan/scan.h)
 *   excused=drugs:32:health,news  what was taken from it, and by which contexts (by none: by phrases
 *                   of less than 0 alone)
 *   hit=            CLASS:WEIGHT:WORD:PHRASE, of what weighed most: where it first stood, and the phrase
 *                   as it is written in its file, or of a long one the spelling that was met
 *   around=         what stood around that phrase, where a rule keeps words
 *   count=ID:N      what the counter with this id (sixteen hexadecimal digits) stood at
 *   daily=          roles that hear of it once a day
 *   probe=ID        the act is a probe's (doors/web/probe.h)
 *
 * Doors take their own facts from this text too: what is kept is what was judged.
 */
#define BDL_KEPT_MAX       4096
#define BDL_PHRASES_LIMITS "normal" /* from which scores on phrases are some, serious, certain */
void bdl_kept_add(struct bdl_buf *kept, const char *name, struct bdl_view value);
/* The next word of the text, decoded into the region; false at its end. */
bool bdl_kept_next(struct bdl_view *rest, struct bdl_region *region, struct bdl_view *ret_name,
    struct bdl_view *ret_value);

/* The value of a word `count`, taken apart; false for one that is none. */
bool bdl_kept_count(struct bdl_view value, uint64_t *ret_id, uint64_t *ret_n);

/*
 * Take over what was kept; after bdl_facts_request. A text without a stage tells nothing: it is of
 * an act that was recorded before there were any. false: judged again it cannot be.
 */
bool bdl_facts_recall(const struct bdl_ruleset *r, struct bdl_facts *f, struct bdl_view kept,
    struct bdl_region *region);

/*
 * Texts for `with words`: letters small (bdl_utf8_lower), those of full width (U+FF01 to U+FF5E) plain,
 * each run of what is no letter or digit as one blank, none at the ends. Of both the rule's words and the act's text; words are found where
 * they stand whole.
 */
void bdl_text_fold(struct bdl_view text, struct bdl_buf *out);
bool bdl_text_has_words(struct bdl_view folded, struct bdl_view words);

/*
 * Say that the person was granted the permission, and up to how much (UINT64_MAX: as much as they
 * like). A grant for one host is told only of acts at that host or below it.
 */
void bdl_facts_grant(
    const struct bdl_ruleset *r, struct bdl_facts *f, struct bdl_view permission, uint64_t amount);

#endif
