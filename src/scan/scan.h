/*
 * Scanning: what a text is about, by the phrases in it. The bytes of a body come in any pieces and are
 * unpacked, decoded, read as a reader sees them, folded (scan/fold.h) and looked through once; the
 * answer is the same however they were cut. No text is kept but a short line around a find, and that
 * only where it is asked for.
 *
 * A scanner belongs to one thread. Its scans are kept and used again, so that one begins without an
 * allocation once there were as many before. A scan takes about 44 kB (120 kB more
 * while something is unpacked), whatever the size of the text; time is linear in it.
 *
 *     bdl_scanner_new(phrases, &scanner, err);
 *     bdl_scan_options_of(content_type, content_encoding, &options);
 *     scan = bdl_scan_begin(scanner, &options);
 *     bdl_scan_add(scan, piece); ...		(bdl_scan_result(scan, &result) at any time)
 *     bdl_scan_end(scan);
 *     bdl_scan_result(scan, &result);
 *     bdl_scan_done(scan);
 */
#ifndef BDL_SCAN_SCAN_H
#define BDL_SCAN_SCAN_H

#include "scan/phrases.h"

struct bdl_scanner;
struct bdl_scan;

/* The phrases must stay open as long as the scanner is there. */
int bdl_scanner_new(const struct bdl_phrases *p, struct bdl_scanner **ret, struct bdl_err *err)
    BDL_MUST_USE;
void bdl_scanner_free(struct bdl_scanner *s); /* takes NULL; after the last bdl_scan_done */
BDL_DEFINE_AUTO(struct bdl_scanner, bdl_scanner_free);

/* --- one text --- */

enum bdl_scan_form {
	BDL_SCAN_PLAIN,
	BDL_SCAN_HTML, /* and XML */
	BDL_SCAN_JSON,
	BDL_SCAN_FORM,  /* application/x-www-form-urlencoded */
	BDL_SCAN_PARTS, /* multipart/form-data: its texts, and the names of its files */
	BDL_SCAN_OTHER, /* no text: nothing is looked for in it */
};

enum bdl_scan_coding {
	BDL_SCAN_AS_IS,
	BDL_SCAN_GZIP,
	BDL_SCAN_DEFLATE, /* with zlib's head or without */
	BDL_SCAN_BROTLI,
	BDL_SCAN_UNKNOWN, /* another coding, or several: it cannot be read */
};

#define BDL_SCAN_CHARSET_MAX  40
#define BDL_SCAN_BOUNDARY_MAX 70 /* RFC 2046 */
#define BDL_SCAN_AROUND_MAX   96 /* bytes of a line around a find */

struct bdl_scan_options {
	enum bdl_scan_form form;
	enum bdl_scan_coding coding;
	char charset[BDL_SCAN_CHARSET_MAX];       /* as the header says; empty: look for it */
	char boundary[BDL_SCAN_BOUNDARY_MAX + 1]; /* of BDL_SCAN_PARTS */
	uint64_t unpacked_max;                    /* bytes; 0: BDL_SCAN_UNPACKED_MAX */
	bool keep_around;                         /* a short line around each find */
	/* Its type leaves open whether it is text at all: what begins as no text does is none. */
	bool is_unsure;
};
#define BDL_SCAN_UNPACKED_MAX (64u << 20)
#define BDL_SCAN_RATIO_MAX    200 /* unpacked to packed, past the first 4 MiB that come out */

/*
 * By the values of Content-Type and Content-Encoding; empty where there is none. Of several types, with
 * commas between, it is the one that is read most like a page.
 */
void bdl_scan_options_of(
    struct bdl_view content_type, struct bdl_view content_encoding, struct bdl_scan_options *ret);

struct bdl_scan *bdl_scan_begin(struct bdl_scanner *s, const struct bdl_scan_options *options)
    BDL_MUST_USE;
void bdl_scan_add(struct bdl_scan *s, struct bdl_view bytes);
/*
 * The same for who has others to serve in between: takes bytes from the front of *bytes (which shrinks)
 * until none are left, or until *left bytes were unpacked (up to 32 kB more), of which that is lowered.
 * false: there is more, even where *bytes is empty now; to be called again with *left raised. What is not
 * packed is no more than what came, and read at once.
 */
bool bdl_scan_add_some(struct bdl_scan *s, struct bdl_view *bytes, uint64_t *left) BDL_MUST_USE;
void bdl_scan_end(struct bdl_scan *s);
void bdl_scan_done(struct bdl_scan *s); /* takes NULL; gives it back to its scanner */
BDL_DEFINE_AUTO(struct bdl_scan, bdl_scan_done);

/* --- what came of it --- */

/*
 * How much of it could be read. Whatever was found before the rest was given up counts all the same;
 * what a door does with a text that it could not read to its end is for the door to say.
 */
enum bdl_scan_read {
	BDL_SCAN_READ,      /* as far as it came */
	BDL_SCAN_TOO_LARGE, /* it unpacks to more than unpacked_max */
	BDL_SCAN_TOO_DENSE, /* it unpacks past BDL_SCAN_RATIO_MAX */
	BDL_SCAN_DAMAGED,   /* what is packed is broken */
	BDL_SCAN_CODED,     /* BDL_SCAN_UNKNOWN, or what cannot be decoded */
	BDL_SCAN_BINARY,    /* `is_unsure`, and its first bytes are no text's (binary_int.h) */
};

struct bdl_scan_score {
	int score;         /* what counts: never less than 0 */
	int found;         /* of what was found, before anything excused it; scaled by length */
	int excused;       /* how much of that phrases of less than 0 and contexts took away */
	int firm;          /* of what nothing excuses */
	uint64_t contexts; /* that took from it: a bit for each, by its number among the classes */
};

struct bdl_scan_result {
	enum bdl_scan_read read;
	uint64_t bytes; /* that came in */
	uint64_t words; /* that were read */
	size_t n_hits;
	bool more_hits; /* more phrases were found than are kept: those are not counted */
	size_t n_classes;
	struct bdl_scan_score scores[BDL_PHRASES_CLASSES_MAX]; /* by bdl_phrases_class */
};
void bdl_scan_result(struct bdl_scan *s, struct bdl_scan_result *ret);
/* How much of it could be read so far: anything but BDL_SCAN_READ is final, and no more is looked at. */
enum bdl_scan_read bdl_scan_read_so_far(const struct bdl_scan *s);

/*
 * A phrase that was found. Views are good until the scan is given back. Of those that only excuse no more
 * than half of so many are kept, and half of the room is shared out to the classes, so that a page cannot
 * crowd out what counts.
 */
#define BDL_SCAN_HITS_MAX 256
struct bdl_scan_hit {
	struct bdl_view phrase; /* as it is written in its file */
	struct bdl_view found;  /* the spelling that was met first, folded, with blanks around */
	struct bdl_view around; /* what stood there, folded; empty where it was not kept */
	size_t class_;
	int weight;         /* of one find */
	int counted;        /* what it added: the weight, times what counts of `times` */
	unsigned times;     /* how often it was found and not covered */
	unsigned covered;   /* how often it stood within a longer phrase, and did not count */
	struct bdl_view by; /* that longer phrase, of the first time */
	uint64_t word;      /* the number of the last word of the first find, from 1 */
	bool disguised, firm;
};
void bdl_scan_hit(const struct bdl_scan *s, size_t i, struct bdl_scan_hit *ret);

/* --- what a score means --- */

enum bdl_scan_level { BDL_SCAN_NOTHING, BDL_SCAN_NOTED, BDL_SCAN_SERIOUS, BDL_SCAN_CERTAIN };

struct bdl_scan_limits {
	int noted, serious, certain; /* from which score on */
};
/* "light", "normal", "strict"; false for another word. */
bool bdl_scan_limits_named(struct bdl_view name, struct bdl_scan_limits *ret);
enum bdl_scan_level bdl_scan_level_of(const struct bdl_scan_limits *limits, int score);
const char *bdl_scan_level_word(enum bdl_scan_level level); /* "", "noted", "serious", "certain" */

#endif
