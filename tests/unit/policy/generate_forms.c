#include "generate_forms.h"

#define W     (1u << BDL_DOOR_WEB)
#define M     (1u << BDL_DOOR_MAIL)
#define S     (1u << BDL_DOOR_SCREEN)
#define D     (1u << BDL_DOOR_DNS)
#define L     (1u << BDL_DOOR_LOGS)
#define KNOWN (W | M | S | L) /* doors that know a person */

const char *const named_groups[] = { "staff", "pupils", "governors", "head" };
const char *const named_categories[] = { "games", "chat", "news", "bets" };

struct written {
	unsigned doors;
	const char *text;
};

static const struct written written_conds[] = {
	{ W | M | D, "to category games, chat" },
	{ W | M | D, "to category news" },
	{ W | M | D, "to category games, bets" },
	{ W | D, "to host a.example" },
	{ W | D, "to host b.example, c.example" },
	{ W, "to path /live, /shorts" },
	{ W, "to path /live/one" },
	{ W, "with method post, put" },
	{ W | M | S, "with words \"essay mill\", \"bet\"" },
	{ W | M, "with types image/*, text/html" },
	{ W | M | S, "with phrases cruel" },
	{ W | M | S, "with serious phrases cruel, odd" },
	{ W | M | S, "with certain phrases odd" },
	{ W | M | S, "with likely pictures adult" },
	{ W | M | S, "with certain pictures adult, violence" },
	{ W | M, "with files any" },
	{ W | M, "with files macro, video" },
	{ M, "with links any" },
	{ M, "with links mismatched" },
	{ W | M, "with markings secret" },
	{ S, "with programs bypass" },
	{ W | M, "with personal-data" },
	{ W | M, "with personal-data health of more than 2 people" },
	{ W | M, "with personal-data of more than 3 people" },
	{ W, "of more than 2 MB" },
	{ W, "of more than 2 MB a day" },
	{ M, "to parents, pupils" },
	{ M, "to more than 2 recipients" },
	{ M, "from strangers" },
	{ M, "forwarded more than 2 times" },
	{ L, "of others" },
	{ L, "using devices of others" },
	{ L, "using 2 devices in 10 minutes" },
	{ W | S, "using own-devices, unknown-devices" },
	{ W | S, "using school-devices" },
	{ W, "at cafe" },
	{ KNOWN, "by governors" },
	{ KNOWN, "by head, governors" },
	{ KNOWN, "by unknown, head" },
	{ KNOWN, "by unknown" },
	{ KNOWN, "during contact, breaks" },
	{ KNOWN, "during 08:00-16:00 on mon-fri" },
	{ KNOWN, "during 22:00-06:00" },
	{ KNOWN, "during 22:00-02:00 on fri, 09:00-10:00" },
	{ KNOWN, "after 2 in 1 hour" },
};

static const struct written written_states[] = {
	{ KNOWN, "granted leave" },
	{ KNOWN, "granted large up to amount" },
	{ KNOWN, "registered in sticks" },
	{ KNOWN, "signed" },
	{ M | S, "encrypted" },
	{ L, "shared" },
};

static const struct written written_heads[] = {
	{ W, "block web" },
	{ W, "coach web" },
	{ W, "note web search" },
	{ W, "block web download" },
	{ W, "note web upload" },
	{ W, "allow web" },
	{ W, "allow web" },
	{ M, "block mail out" },
	{ M, "hold mail" },
	{ M, "coach mail reply-all" },
	{ M, "note mail in" },
	{ M, "allow mail" },
	{ S, "note screen" },
	{ S, "note screen text" },
	{ D, "block dns" },
	{ L, "note logs" },
	{ L, "note logs file opened, deleted" },
	{ L, "note logs logon" },
	{ W, "splice web" },
	{ W, "force web safe-search" },
};

/* Every policy begins with these: what its rules name, and clauses that others lift. */
#define DEFINITIONS                                                                          \
	"# D {#d}\n\nSo.\n\n```rules\npermit leave asked by staff, decided by head\n"        \
	"permit large asked by staff, stating amount, decided by head\n"                     \
	"register sticks kept by office\n"                                                   \
	"permit page asked by staff, decided by head, lifting base for stated host\n```\n"   \
	"# B {#base}\n\nSo.\n\n```rules\nblock web to category games\nnote web\ncoach mail " \
	"to parents\nblock web to category bets, always\n```\n"

static const struct written *written_for(
    uint64_t *seed, const struct written *all, size_t n, unsigned door)
{
	for (;;) {
		const struct written *one = &all[below(seed, (unsigned)n)];

		if (one->doors & door)
			return one;
	}
}

static void write_rule(uint64_t *seed, struct bdl_buf *out)
{
	const struct written *head = &written_heads[below(seed, BDL_ARRAY_LEN(written_heads))];
	bool verdict = head->text[0] != 's' && head->text[0] != 'f';
	bool always = head->doors == D || below(seed, 6) == 0;

	(void)bdl_buf_add_str(out, head->text);
	for (unsigned n = below(seed, 4); n > 0; n--)
		(void)bdl_buf_printf(out, "\n  %s",
		    written_for(seed, written_conds, BDL_ARRAY_LEN(written_conds), head->doors)
			->text);
	for (unsigned n = always ? 0 : below(seed, 3); n > 0; n--) {
		bool state = below(seed, 2) == 0;

		(void)bdl_buf_printf(out, "\n  unless %s",
		    state ? written_for(
				seed, written_states, BDL_ARRAY_LEN(written_states), head->doors)
				->text
			  : written_for(
				seed, written_conds, BDL_ARRAY_LEN(written_conds), head->doors)
				->text);
	}
	if (head->text[0] == 'a')
		(void)bdl_buf_add_str(out, "\n  over base");
	else if (verdict && always)
		(void)bdl_buf_add_str(out, "\n  always");
	if (head->text[0] == 'h')
		(void)bdl_buf_add_str(out, "\n  released by office\n  returned after 1 day");
	if (verdict && head->doors != D && below(seed, 2))
		(void)bdl_buf_printf(out, "\n  tell %s%s%s", bdl_role_words[below(seed, BDL_ROLES)],
		    below(seed, 3) ? "" : " as critical",
		    below(seed, 3) ? "" : " after 3 in 1 day");
	(void)bdl_buf_add_str(out, "\n");
}

char *write_clause(uint64_t *seed, unsigned number)
{
	for (;;) {
		struct bdl_buf text BDL_AUTO_IN(bdl_buf_done) = BDL_BUF(1 << 16);
		struct bdl_buf clause BDL_AUTO_IN(bdl_buf_done) = BDL_BUF(1 << 16);
		struct bdl_ruleset *r = NULL;

		(void)bdl_buf_printf(&clause, "# Clause {#c%u}\n\nSo.\n\n```rules\n", number);
		for (unsigned n = 1 + below(seed, 2); n > 0; n--)
			write_rule(seed, &clause);
		(void)bdl_buf_add_str(&clause, "```\n");
		(void)bdl_buf_printf(
		    &text, FRONT("staff, governors") DEFINITIONS "%s", bdl_buf_str(&clause));
		struct bdl_source source = { BDL_LIT("p"), bdl_buf_view(&text) };
		if (bdl_ruleset_new_whole(&source, 1, &r, NULL) == 0) {
			bdl_ruleset_free(r);
			return bdl_buf_take(&clause);
		}
	}
}

struct bdl_ruleset *ruleset_of_two(char *const *clauses, const unsigned *order, unsigned n)
{
	struct bdl_buf text[2] = { BDL_BUF(1 << 20), BDL_BUF(1 << 20) };
	struct bdl_source sources[2] = { { .name = BDL_LIT("p") }, { .name = BDL_LIT("q") } };
	struct bdl_ruleset *r = NULL;
	struct bdl_err err;

	(void)bdl_buf_add_str(&text[0], FRONT("staff, governors") DEFINITIONS);
	(void)bdl_buf_add_str(&text[1], FRONT("pupils, governors") DEFINITIONS);
	for (unsigned i = 0; i < n; i++)
		(void)bdl_buf_add_str(&text[order[i] % 2], clauses[order[i]]);
	for (unsigned i = 0; i < 2; i++)
		sources[i].bytes = bdl_buf_view(&text[i]);
	if (bdl_ruleset_new_whole(sources, 2, &r, &err) < 0)
		fail_msg("%s", err.text);
	for (unsigned i = 0; i < 2; i++)
		bdl_buf_done(&text[i]);
	return r;
}

const struct thing some_things[] = {
	{ BDL_PHRASE_METHOD, "post", BDL_MANNER_NONE },
	{ BDL_PHRASE_METHOD, "get", BDL_MANNER_NONE },
	{ BDL_PHRASE_TYPES, "image/png", BDL_MANNER_NONE },
	{ BDL_PHRASE_TYPES, "text/html", BDL_MANNER_NONE },
	{ BDL_PHRASE_TYPES, "text/plain", BDL_MANNER_NONE },
	{ BDL_PHRASE_PHRASES, "cruel", BDL_MANNER_NONE },
	{ BDL_PHRASE_PHRASES, "cruel", BDL_MANNER_CERTAIN },
	{ BDL_PHRASE_PHRASES, "odd", BDL_MANNER_SERIOUS },
	{ BDL_PHRASE_UNREAD, "", BDL_MANNER_NONE },
	{ BDL_PHRASE_PICTURES, "adult", BDL_MANNER_LIKELY },
	{ BDL_PHRASE_PICTURES, "violence", BDL_MANNER_CERTAIN },
	{ BDL_PHRASE_FILES, "macro", BDL_MANNER_NONE },
	{ BDL_PHRASE_FILES, "audio", BDL_MANNER_NONE },
	{ BDL_PHRASE_LINKS, "mismatched", BDL_MANNER_NONE },
	{ BDL_PHRASE_LINKS, "look-alike", BDL_MANNER_NONE },
	{ BDL_PHRASE_MARKINGS, "secret", BDL_MANNER_NONE },
	{ BDL_PHRASE_PROGRAMS, "bypass", BDL_MANNER_NONE },
	{ BDL_PHRASE_DATA, "health", BDL_MANNER_NONE },
	{ BDL_PHRASE_DATA, "card", BDL_MANNER_NONE },
	{ BDL_PHRASE_RECIPIENTS, "parents", BDL_MANNER_NONE },
	{ BDL_PHRASE_SENDERS, "strangers", BDL_MANNER_NONE },
	{ BDL_PHRASE_OF_OTHERS, "", BDL_MANNER_NONE },
	{ BDL_PHRASE_USING_OTHERS, "", BDL_MANNER_NONE },
	{ BDL_PHRASE_USING, "own-devices", BDL_MANNER_NONE },
	{ BDL_PHRASE_USING, "school-devices", BDL_MANNER_NONE },
	{ BDL_PHRASE_AT, "cafe", BDL_MANNER_NONE },
	{ BDL_PHRASE_CALENDAR, "contact", BDL_MANNER_NONE },
	{ BDL_PHRASE_REGISTERED, "sticks", BDL_MANNER_NONE },
	{ BDL_PHRASE_SIGNED, "", BDL_MANNER_NONE },
	{ BDL_PHRASE_ENCRYPTED, "", BDL_MANNER_NONE },
	{ BDL_PHRASE_SHARED, "", BDL_MANNER_NONE },
	{ BDL_PHRASE_GRANTED, "leave", BDL_MANNER_NONE },
	{ BDL_PHRASE_GRANTED, "page", BDL_MANNER_NONE },
};

struct situation make_situation(uint64_t *seed)
{
	static const char *const hosts[] = { "a.example", "x.b.example", "d.example" };
	static const char *const paths[] = { "/live", "/live/one?two", "/lively", "/shorts/1",
		"/" };
	static const char *const texts[] = { "buy an essay mill", "better", "bet", "" };
	static const enum bdl_door doors[] = { BDL_DOOR_WEB, BDL_DOOR_WEB, BDL_DOOR_WEB,
		BDL_DOOR_MAIL, BDL_DOOR_MAIL, BDL_DOOR_SCREEN, BDL_DOOR_DNS, BDL_DOOR_LOGS };
	struct situation s = {
		.door = doors[below(seed, BDL_ARRAY_LEN(doors))],
		.deeds =
		    (uint32_t)(next_number(seed) & next_number(seed)) & ((1u << BDL_DEEDS) - 1),
		.known = below(seed, 6) > 0,
		.groups = below(seed, 16),
		.categories = below(seed, 16),
		.things = next_number(seed) & next_number(seed) & ((1ULL << THINGS) - 1),
		.host = hosts[below(seed, 3)],
		.path = paths[below(seed, 5)],
		.text = texts[below(seed, 4)],
		.minute = (uint16_t)below(seed, 1440),
		.weekday = (uint8_t)below(seed, 7),
		.numbers = { below(seed, 4) * 1000001, below(seed, 5), below(seed, 5),
		    below(seed, 6) },
		.large = below(seed, 4) == 0,
		.amount = below(seed, 2) ? 2 : 2000003,
		.counts = { below(seed, 5), below(seed, 4) * 1000001, below(seed, 4) },
	};

	if (below(seed, 2)) /* often all is known; else a few things are not */
		s.told = UINT64_MAX;
	else
		s.told = next_number(seed) | next_number(seed) | next_number(seed);
	return s;
}

struct bdl_facts facts_of_situation(
    const struct bdl_ruleset *r, const struct situation *s, uint64_t *counts)
{
	struct bdl_facts f = {
		.door = s->door,
		.deeds = s->deeds,
		.known = s->known,
		.host = bdl_view_of(s->host),
		.path = bdl_view_of(s->path),
		.text = bdl_view_of(s->text),
		.minute = s->minute,
		.weekday = s->weekday,
		.counts = counts,
	};

	memcpy(f.numbers, s->numbers, sizeof(f.numbers));
	for (unsigned i = 0; i < 4; i++) {
		int c = bdl_ruleset_category_find(r, bdl_view_of(named_categories[i]));

		if (s->groups >> i & 1)
			f.groups |= bdl_ruleset_group(r, bdl_view_of(named_groups[i]));
		if ((s->categories >> i & 1) && c >= 0)
			bdl_catset_add(&f.categories, (unsigned)c);
	}
	for (size_t i = 0; i < THINGS; i++)
		if (s->things >> i & 1)
			bdl_facts_add(r, &f, some_things[i].form, bdl_view_of(some_things[i].name),
			    some_things[i].manner);
	if (s->large)
		bdl_facts_grant(r, &f, BDL_LIT("large"), s->amount);
	for (size_t i = 0; i < bdl_ruleset_counters(r); i++)
		counts[i] = s->counts[bdl_ruleset_counter(r, i)->kind];
	f.told = s->told;
	return f;
}
