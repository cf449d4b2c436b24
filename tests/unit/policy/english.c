#include "english.h"
#include <ctype.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const char *const english_names[SLOTS][NAMES_MAX + 1] = {
	[SLOT_CATEGORY] = { "games", "chat", "news" },
	[SLOT_METHOD] = { "get", "post", "put" },
	[SLOT_RECIPIENT] = { "parents", "pupils", "all-staff" },
	[SLOT_SENDER] = { "strangers", "forged", "nobody" },
	[SLOT_DEVICE] = { "own-devices", "school-devices", "unknown-devices" },
	[SLOT_PLACE] = { "cafe", "library" },
	[SLOT_CALENDAR] = { "contact", "breaks", "term" },
	[SLOT_ANY_PHRASES] = { "bullying", "hate" },
	[SLOT_SERIOUS_PHRASES] = { "bullying", "hate" },
	[SLOT_CERTAIN_PHRASES] = { "bullying", "hate" },
	[SLOT_LIKELY_PICTURES] = { "adult", "violence" },
	[SLOT_CERTAIN_PICTURES] = { "adult", "violence" },
	[SLOT_FILE] = { "program", "picture", "infected" },
	[SLOT_LINK] = { "mismatched", "look-alike" },
	[SLOT_MARKING] = { "confidential", "restricted" },
	[SLOT_PROGRAM] = { "bypass", "hidden" },
	[SLOT_DATA] = { "health", "bank-details" },
	[SLOT_TYPE] = { "image/png", "text/html", "image/*" },
	[SLOT_GRANTED] = { "leave", "trip" },
	[SLOT_REGISTER] = { "sticks", "services" },
	[SLOT_GROUP] = { "staff", "pupils", "governors", "the head", "unknown people" },
};

const char *const english_roles[ENGLISH_ROLES + 1] = { "the head", "the technicians", "the office",
	"the safeguarding lead" };

/* The rest of what is being read; reading stops where it is not understood. */
struct text {
	const char *p, *end;
	const struct world *w;
	bool stuck;
};

static bool starts(const struct text *t, const char *words)
{
	size_t n = strlen(words);

	return (size_t)(t->end - t->p) >= n && strncasecmp(t->p, words, n) == 0;
}

static bool take(struct text *t, const char *words)
{
	if (t->stuck || !starts(t, words))
		return false;
	t->p += strlen(words);
	return true;
}

static void need(struct text *t, const char *words)
{
	if (!take(t, words))
		t->stuck = true;
}

static uint64_t take_number(struct text *t)
{
	char *end = NULL;
	uint64_t n = strtoull(t->p, &end, 10);

	if (t->stuck || end == t->p || end > t->end)
		t->stuck = true;
	else
		t->p = end;
	return n;
}

/* A name ends where no letter of a name follows. */
static bool take_word(struct text *t, const char *name)
{
	const char *before = t->p;

	if (!take(t, name))
		return false;
	if (t->p == t->end || strchr(" ,.", *t->p))
		return true;
	t->p = before;
	return false;
}

/* "a", "a or b", "a, b and c": another follows where one of the names does. */
static bool take_between(struct text *t, const char *const *names)
{
	static const char *const between[] = { ", ", " or ", " and " };
	const char *before = t->p;

	for (size_t i = 0; i < 3; i++) {
		if (!take(t, between[i]))
			continue;
		for (size_t j = 0; names[j]; j++) {
			struct text ahead = *t;

			if (take_word(&ahead, names[j]))
				return true;
		}
		t->p = before;
	}
	return false;
}

static uint32_t take_list(struct text *t, const char *const *names)
{
	uint32_t bits = 0;

	do {
		size_t i = 0;

		while (names[i] && !take_word(t, names[i]))
			i++;
		if (!names[i]) {
			t->stuck = true;
			return 0;
		}
		bits |= 1u << i;
	} while (take_between(t, names));
	return bits;
}

static bool names_hold(struct text *t, enum slot slot)
{
	return (take_list(t, english_names[slot]) & t->w->names[slot]) != 0;
}

/* Whom it is for. Somebody unknown, or bound by no name, might be anybody. */
static bool group_holds(struct text *t, bool might_be)
{
	uint32_t unknown = 1u << 4, groups = take_list(t, english_names[SLOT_GROUP]);

	if ((groups & unknown) && !t->w->known)
		return true;
	if (!t->w->known || !t->w->bound)
		return might_be && (groups & ~unknown);
	return (groups & t->w->names[SLOT_GROUP]) != 0;
}

static bool is_below(const char *what, const char *above, char edge)
{
	size_t n = strlen(what), m = strlen(above);

	if (edge == '.') /* hosts: from the right */
		return n >= m && strcmp(what + n - m, above) == 0 &&
		    (n == m || what[n - m - 1] == '.');
	return strncmp(what, above, m) == 0 && (what[m] == '\0' || what[m] == edge);
}

static bool take_below(struct text *t, const char *const *all, const char *what, char edge)
{
	uint32_t named = take_list(t, all);
	bool any = false;

	for (unsigned i = 0; all[i]; i++)
		any |= (named >> i & 1) && is_below(what, all[i], edge);
	return any;
}

/* The words, whole, in the text, which is in small letters with single blanks. */
static bool has_words(const char *text, const char *quoted, size_t length)
{
	char words[64];
	size_t n = 0;

	for (size_t i = 0; i < length && n < sizeof(words); i++)
		if (quoted[i] != ' ' || n == 0 || words[n - 1] != ' ')
			words[n++] = (char)tolower((unsigned char)quoted[i]);
	for (const char *at = text; *at; at++)
		if (strncmp(at, words, n) == 0 && (at == text || at[-1] == ' ') &&
		    (at[n] == ' ' || at[n] == '\0'))
			return true;
	return false;
}

static bool take_quotes(struct text *t)
{
	bool any = false;

	do {
		const char *from, *to;

		need(t, "\"");
		from = t->p;
		to = t->stuck ? NULL : memchr(from, '"', (size_t)(t->end - from));
		if (!to) {
			t->stuck = true;
			return false;
		}
		any |= has_words(t->w->text, from, (size_t)(to - from));
		t->p = to + 1;
	} while ((starts(t, ", \"") && take(t, ", ")) || (starts(t, " or \"") && take(t, " or ")));
	return any;
}

static const char *const days[] = { "Monday", "Tuesday", "Wednesday", "Thursday", "Friday",
	"Saturday", "Sunday", NULL };

static unsigned take_day(struct text *t)
{
	for (unsigned i = 0; i < 7; i++)
		if (take_word(t, days[i]))
			return i;
	t->stuck = true;
	return 0;
}

static uint32_t take_days(struct text *t)
{
	uint32_t bits = 0;

	if (take(t, " every day"))
		return 0x7f;
	need(t, " on ");
	do {
		unsigned first = take_day(t), last = take(t, " to ") ? take_day(t) : first;

		for (unsigned day = first;; day = (day + 1) % 7) {
			bits |= 1u << day;
			if (day == last)
				break;
		}
	} while (!t->stuck && take_between(t, days));
	return bits;
}

static unsigned take_clock(struct text *t)
{
	unsigned hours = (unsigned)take_number(t);

	need(t, ":");
	return hours * 60 + (unsigned)take_number(t);
}

struct hours {
	unsigned from, to;
	bool next_day;
};

static bool hours_hold(const struct hours *h, uint32_t on, const struct world *w)
{
	uint32_t today = on >> w->weekday & 1, yesterday = on >> ((w->weekday + 6) % 7) & 1;

	if (h->from < h->to)
		return today && w->minute >= h->from && w->minute < h->to;
	return (today && w->minute >= h->from) || (yesterday && w->minute < h->to);
}

/* "from 08:00 to 09:00 and from 22:00 to 02:00 the next day starting on Friday": the days are
 * those of all hours since the last. */
static bool take_hours(struct text *t)
{
	struct hours h[8];
	size_t n = 0;
	bool any = false;

	do {
		need(t, "from ");
		h[n].from = take_clock(t);
		need(t, " to ");
		h[n].to = take_clock(t);
		h[n++].next_day = take(t, " the next day");
		if (starts(t, " every day") || starts(t, " on ") || take(t, " starting")) {
			uint32_t on = take_days(t);

			for (size_t i = 0; i < n; i++) {
				if (h[i].next_day && h[i].from < h[i].to)
					t->stuck = true;
				any |= hours_hold(&h[i], on, t->w);
			}
			n = 0;
		}
	} while (
	    !t->stuck && n < 8 && (take(t, " and ") || (starts(t, ", from ") && take(t, ", "))));
	if (n)
		t->stuck = true; /* hours of no day */
	return any;
}

static void take_ordinal_end(struct text *t)
{
	if (!take(t, "st") && !take(t, "nd") && !take(t, "rd"))
		need(t, "th");
}

/* "3rd time in 1 hour"; which span is a matter of the counter. */
static bool take_count(struct text *t)
{
	uint64_t n = take_number(t);

	take_ordinal_end(t);
	if (take(t, " time in ")) {
		(void)take_number(t);
		if (!take(t, " hours") && !take(t, " hour"))
			need(t, " minutes");
		return t->w->times >= n;
	}
	need(t, " device within ");
	(void)take_number(t);
	need(t, " minutes");
	return t->w->devices >= n;
}

static uint64_t take_size(struct text *t)
{
	uint64_t n = take_number(t);

	if (take(t, " GB"))
		return n * 1000000000;
	need(t, " MB");
	return n * 1000000;
}

/* Behind "of more than ". */
static bool take_more(struct text *t, bool data)
{
	struct text ahead = *t;
	uint64_t n = take_number(&ahead);

	if (take(&ahead, " people") && data) {
		*t = ahead;
		return t->w->people > n;
	}
	return t->w->bytes > take_size(t);
}

static bool take_data(struct text *t)
{
	bool holds = t->w->names[SLOT_DATA] != 0;

	if (take(t, " of the kind "))
		holds = names_hold(t, SLOT_DATA);
	if (take(t, " of more than "))
		return take_more(t, true) && holds;
	return holds;
}

/* What begins with these words is asked of the names that follow. */
static const struct {
	const char *words;
	enum slot slot;
} openings[] = {
	{ "in the categories ", SLOT_CATEGORY },
	{ "in the category ", SLOT_CATEGORY },
	{ "requested with the method ", SLOT_METHOD },
	{ "with any phrases of ", SLOT_ANY_PHRASES },
	{ "with serious phrases of ", SLOT_SERIOUS_PHRASES },
	{ "with certain phrases of ", SLOT_CERTAIN_PHRASES },
	{ "with likely pictures of ", SLOT_LIKELY_PICTURES },
	{ "with certain pictures of ", SLOT_CERTAIN_PICTURES },
	{ "with files of the kind ", SLOT_FILE },
	{ "with links of the kind ", SLOT_LINK },
	{ "with programs of the kind ", SLOT_PROGRAM },
	{ "of the media type ", SLOT_TYPE },
	{ "marked ", SLOT_MARKING },
	{ "where it is registered in ", SLOT_REGISTER },
	{ "for people granted ", SLOT_GRANTED },
	{ "using ", SLOT_DEVICE },
	{ "at ", SLOT_PLACE },
	{ "during ", SLOT_CALENDAR },
	{ "from ", SLOT_SENDER },
	{ "to ", SLOT_RECIPIENT },
};

static const struct {
	const char *words;
	size_t so; /* a member of struct world */
} states[] = {
	{ "for people who have signed", offsetof(struct world, signed_it) },
	{ "where it is encrypted", offsetof(struct world, encrypted) },
	{ "where the owner has shared it", offsetof(struct world, shared) },
	{ "of other people", offsetof(struct world, others_file) },
	{ "sending text that cannot be read", offsetof(struct world, unread) },
	{ "using a device of somebody else", offsetof(struct world, others_device) },
};

static bool take_to_more(struct text *t)
{
	uint64_t n = take_number(t);

	need(t, " recipients");
	return t->w->recipients > n;
}

static bool take_forwarded(struct text *t)
{
	uint64_t n = take_number(t);

	need(t, " times");
	return t->w->forwarded > n;
}

static bool take_volume(struct text *t)
{
	uint64_t n = take_size(t);

	need(t, " in 1 day");
	return t->w->bytes_counted > n;
}

/* Whether one thing that is said is so. `might_be` is for people of whom nothing is known. */
static bool take_saying(struct text *t, bool might_be)
{
	static const char *const hosts[] = { "a.example", "www.a.example", "b.example", NULL };
	static const char *const paths[] = { "/live/today", "/live", "/b", NULL };

	for (size_t i = 0; i < sizeof(states) / sizeof(*states); i++)
		if (take(t, states[i].words))
			return *(const bool *)((const char *)t->w + states[i].so);
	if (take(t, "on "))
		return take_below(t, hosts, t->w->host, '.');
	if (take(t, "under the paths ") || take(t, "under the path "))
		return take_below(t, paths, t->w->path, '/');
	if (take(t, "with the words "))
		return take_quotes(t);
	if (take(t, "with personal data"))
		return take_data(t);
	if (take(t, "past a person's "))
		return take_volume(t);
	if (take(t, "of more than "))
		return take_more(t, false);
	if (take(t, "to more than "))
		return take_to_more(t);
	if (take(t, "forwarded more than "))
		return take_forwarded(t);
	if (take(t, "from a person's "))
		return take_count(t);
	if (starts(t, "from 0") || starts(t, "from 1") || starts(t, "from 2"))
		return take_hours(t);
	for (size_t i = 0; i < sizeof(openings) / sizeof(*openings); i++)
		if (take(t, openings[i].words))
			return names_hold(t, openings[i].slot);
	need(t, "for ");
	return group_holds(t, might_be);
}

static const char *const things[] = { "messages from outside", "messages to the outside",
	"texts on a screen", "pictures on a screen", "starts of a program", "files opened",
	"files deleted", "answers to all", "pages", "searches", "downloads", "uploads", "messages",
	"screens", "events", "log-ons", NULL };

/* "Pages in the category games that are also on a.example". */
static bool take_subject(struct text *t)
{
	bool holds = false;
	uint32_t said;

	(void)take(t, "all ");
	said = take_list(t, things);
	for (unsigned i = 0; things[i]; i++)
		holds |= (said >> i & 1) &&
		    (strcmp(things[i], t->w->deed) == 0 || strcmp(things[i], t->w->things) == 0);
	while (!t->stuck && t->p < t->end) {
		need(t, " ");
		(void)take(t, "that are also ");
		holds &= take_saying(t, true);
	}
	return holds;
}

/* "for staff who are also governors, during contact, and only at cafe". */
static bool take_circumstances(struct text *t)
{
	bool holds = true;

	(void)take(t, ",");
	need(t, " ");
	if (!take(t, "for everyone")) {
		need(t, "for ");
		holds = group_holds(t, true);
		if (take(t, " who are also "))
			do
				holds &= group_holds(t, true);
			while (take(t, " and also "));
	}
	if (t->p < t->end) {
		(void)take(t, ",");
		need(t, " ");
		do
			holds &= take_saying(t, true);
		while (take(t, ", and only "));
	}
	if (t->p < t->end)
		t->stuck = true;
	return holds;
}

static bool take_exceptions(struct text *t)
{
	bool any = false;

	do
		any |= take_saying(t, false);
	while (take(t, ", or "));
	if (t->p < t->end)
		t->stuck = true;
	return any;
}

static const struct {
	const char *words, *verdict;
} verdicts[] = {
	{ " are blocked", "blocked" },
	{ " are held until somebody releases them", "held" },
	{ " open only after a reminder of this clause", "coached" },
	{ " go on only after a reminder of this clause", "coached" },
	{ " go only once their sender has read this clause and confirmed them", "coached" },
	{ " are allowed, and each is noted", "noted" },
	{ " are noted", "noted" },
};

static const char *find_within(const char *p, const char *end, const char *words)
{
	return memmem(p, (size_t)(end - p), words, strlen(words));
}

static void read_rule(struct text *t, struct reading *r)
{
	const char *end = t->end, *deed = NULL, *except = find_within(t->p, end, ", except ");
	size_t i = 0, n = sizeof(verdicts) / sizeof(*verdicts);

	while (i < n && !(deed = find_within(t->p, end, verdicts[i].words)))
		i++;
	if (i == n) {
		t->stuck = true;
		return;
	}
	r->verdict = verdicts[i].verdict;
	t->end = deed;
	r->applies = take_subject(t);
	if (t->stuck)
		return;
	t->p = deed + strlen(verdicts[i].words);
	t->end = except ? except : end;
	r->applies &= take_circumstances(t);
	if (t->stuck || !except)
		return;
	t->p = except + strlen(", except ");
	t->end = end;
	r->applies &= !take_exceptions(t);
}

/* "The head and the office are told, as critical, from a person's 3rd time in 1 hour". */
static bool take_telling(struct text *t, struct reading *r)
{
	uint32_t told = take_list(t, english_roles);
	bool critical;

	if (!take(t, " are told"))
		need(t, " is told");
	(void)take(t, ", in one message a day");
	critical = take(t, ", as critical");
	if (!take(t, ", from a person's ") || take_count(t)) {
		r->told |= told;
		r->critical |= critical;
	}
	return t->p == t->end && !t->stuck;
}

/* What says nothing of whether the rule applies. */
static bool is_aside(const struct text *t)
{
	static const char *const asides[] = { "Nobody is told", "Nothing lifts this",
		"The facts are kept", "The office may release it",
		"What is not released goes back after 2 days" };

	for (size_t i = 0; i < sizeof(asides) / sizeof(*asides); i++)
		if (starts(t, asides[i]))
			return true;
	return false;
}

struct reading english_read(const char *sentences, const struct world *w)
{
	struct reading r = { .understood = true };
	const char *p = sentences, *all_end = sentences + strlen(sentences);

	for (bool first = true; r.understood && p < all_end; first = false) {
		const char *stop = strstr(p, ". ");
		struct text t = { .p = p, .end = stop ? stop : all_end - 1, .w = w };

		if (first)
			read_rule(&t, &r);
		else if (!is_aside(&t))
			t.stuck |= !take_telling(&t, &r);
		r.understood = !t.stuck && *t.end == '.';
		r.stuck = t.p;
		p = stop ? stop + 2 : all_end;
	}
	if (!r.applies) {
		r.told = 0;
		r.critical = false;
	}
	return r;
}
