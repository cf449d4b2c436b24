/* Words and their stems, by Snowball's stemmer for English. */
#include "base/alloc.h"
#include "base/ascii.h"
#include "base/hash.h"
#include "base/utf8.h"
#include "import/concepts_int.h"
#include <libstemmer.h>

#define WORD_MAX 48 /* bytes; longer words are cut, as nothing we know is */

/* A letter or digit of a word, in small letters; 0 for what stands between words. */
static uint32_t letter_of(uint32_t ch)
{
	if (ch == 0x2019 || ch == '\'')
		return '\'';
	if (ch < 0x80)
		return bdl_is_letter((char)ch) || bdl_is_digit((char)ch)
		    ? (uint32_t)bdl_lower((char)ch)
		    : 0;
	return ch >= 0xc0 && ch < 0x2000 ? bdl_utf8_lower(ch) : 0;
}

/* "e-mail" is one word, and so is "on-line"; other parts that a hyphen joins are two. */
static bool joins(const char *word, size_t n, struct bdl_view rest)
{
	return rest.n > 1 && rest.p[0] == '-' && bdl_is_letter(rest.p[1]) &&
	    ((n == 1 && word[0] == 'e') || bdl_view_istarts(rest, BDL_LIT("-line")));
}

/* The next word of *rest in small letters; its bytes are from the result to *rest. 0: none is left. */
static size_t next_word(struct bdl_view *rest, char word[WORD_MAX + 4], const char **ret_from)
{
	size_t n = 0;

	while (rest->n > 0) {
		uint32_t ch, letter;
		bool bad;
		size_t took = bdl_utf8_next(*rest, &ch, &bad);

		letter = letter_of(ch);
		if (letter == '\'' && n == 0)
			letter = 0;
		if (!letter && n > 0 && !joins(word, n, *rest))
			return n;
		if (letter && n == 0)
			*ret_from = rest->p;
		if (letter && n < WORD_MAX) {
			if (letter < 0x80) {
				word[n++] = (char)letter;
			} else { /* of two bytes or three, as it came: only its case is another */
				memcpy(word + n, rest->p, took);
				n += took;
			}
		}
		*rest = bdl_view_from(*rest, took);
	}
	return n;
}

/*
 * Their stems are those of other words: inform, person, polite, author, responsible, examine, assess, bank,
 * accept, account, secure, safeguard, follow. They stay whole.
 */
static bool stays_whole(struct bdl_view word)
{
	static const char *const words[] = { "information", "personal", "political", "politics",
		"views", "others", "generative", "author", "authority", "authorities",
		"responsibilities", "examination", "examinations", "assessment", "assessments",
		"banking", "acceptable", "accountable", "security", "safeguarding", "following" };

	for (size_t i = 0; i < BDL_ARRAY_LEN(words); i++)
		if (bdl_view_is(word, words[i]))
			return true;
	return false;
}

/* "Authorized" is "authorised", or the stemmer would make an author of it. */
static void spell_british(char *word, size_t n)
{
	for (size_t i = 3; i + 2 < n; i++)
		if (word[i - 1] == 'i' && word[i] == 'z' && strchr("eia", word[i + 1]))
			word[i] = 's';
}

/* Verbs whose forms no ending makes. Not "broken", "left" and "known", which say something else. */
static size_t be_regular(char word[WORD_MAX + 4], size_t n)
{
	static const char *const forms[][2] = { { "bought", "buy" }, { "brought", "bring" },
		{ "caught", "catch" }, { "chosen", "choose" }, { "forgotten", "forget" },
		{ "found", "find" }, { "gave", "give" }, { "given", "give" }, { "held", "hold" },
		{ "hidden", "hide" }, { "kept", "keep" }, { "lent", "lend" }, { "lost", "lose" },
		{ "made", "make" }, { "met", "meet" }, { "saw", "see" }, { "seen", "see" },
		{ "sent", "send" }, { "shown", "show" }, { "spoke", "speak" },
		{ "spoken", "speak" }, { "stolen", "steal" }, { "taken", "take" },
		{ "taught", "teach" }, { "told", "tell" }, { "took", "take" },
		{ "understood", "understand" }, { "written", "write" }, { "wrote", "write" } };

	for (size_t i = 0; i < BDL_ARRAY_LEN(forms); i++)
		if (bdl_view_is(bdl_view_at(word, n), forms[i][0])) {
			n = strlen(forms[i][1]);
			memcpy(word, forms[i][1], n);
		}
	return n;
}

/* The number of a stem, or where it would stand in the table. */
static uint16_t find_stem(const struct bdl_concepts *c, struct bdl_view stem, size_t *ret_place)
{
	const size_t room = BDL_ARRAY_LEN(c->table);
	size_t place = bdl_hash64(stem.p, stem.n, 7) % room;

	while (c->table[place] && !bdl_view_eq(c->stems[c->table[place]].word, stem))
		place = (place + 1) % room;
	*ret_place = place;
	return c->table[place];
}

static uint16_t learn_stem(struct bdl_concepts *c, struct bdl_view stem, size_t place)
{
	uint16_t number = (uint16_t)c->n_stems;

	if (c->n_stems == BDL_STEMS_MAX)
		return BDL_NO_STEM;
	c->stems[number].word = bdl_region_view(c->region, stem);
	c->table[place] = number;
	c->n_stems++;
	return number;
}

/* Whether a sentence or a cell ends between two words. */
static bool parts(const char *from, const char *to)
{
	for (const char *p = from; p < to; p++)
		if (*p == '\t' || (strchr(".;:?!", *p) && p + 1 < to && strchr(" \t", p[1])))
			return true;
	return false;
}

static size_t take(const struct bdl_concepts *c, struct bdl_concepts *learner, struct bdl_view text,
    struct bdl_token *tokens, size_t max)
{
	struct bdl_view rest = text;
	char word[WORD_MAX + 4] = { 0 };
	const char *from = text.p;
	size_t n = 0, len, place;

	while (n < max && (len = next_word(&rest, word, &from)) > 0) {
		if (rest.p - from == 2 && memcmp(from, "IT", 2) == 0) {
			memcpy(word, "ict", 3); /* and not what "it" says */
			len = 3;
		}
		spell_british(word, len);
		len = be_regular(word, len);
		const sb_symbol *stem = stays_whole(bdl_view_at(word, len))
		    ? NULL
		    : sb_stemmer_stem(c->stemmer, (const sb_symbol *)word, (int)len);
		/* Without memory it gives none: then the word stands for itself. */
		struct bdl_view v = stem
		    ? bdl_view_at((const char *)stem, (size_t)sb_stemmer_length(c->stemmer))
		    : bdl_view_at(word, len);
		uint16_t number = find_stem(c, v, &place);

		if (!number && learner)
			number = learn_stem(learner, v, place);
		tokens[n] =
		    (struct bdl_token){ number, n > 0 && parts(text.p + tokens[n - 1].to, from),
			    (uint32_t)(from - text.p), (uint32_t)(rest.p - text.p) };
		n++;
	}
	return n;
}

size_t bdl_tokens_take(
    struct bdl_concepts *c, struct bdl_view text, bool learn, struct bdl_token *tokens, size_t max)
{
	return take(c, learn ? c : NULL, text, tokens, max);
}

size_t bdl_tokens_look(
    const struct bdl_concepts *c, struct bdl_view text, struct bdl_token *tokens, size_t max)
{
	return take(c, NULL, text, tokens, max);
}
