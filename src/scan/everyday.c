/*
 * Words that texts have all the time, the commonest first, and those that pages for schools have. They
 * only decide which part of a combination is looked for first: nothing that is found hangs on them.
 */
#include "scan/words_int.h"

#define WORST 4096 /* of the commonest word */
#define RARE  1    /* of a pair of letters that no everyday word has */

static const char everyday[] =
    " the to and of a in is it you that i for was on with he as be at his have this are they we or"
    " an by not she but from had all her my me can will so if your when what there out up one do get"
    " how about who them like no just more their would go him has its could been make time know than"
    " then now some into other over also back only two may new good first see very think after people"
    " because us any our want way did these give day most come here look where use find work well"
    " even year years too much need help old take thing things week still before through down should"
    " right many such those off last long great little own never must always school best free home"
    " school's online page class children child pupils students teacher teachers parents young family"
    " friends friend girl girls boy boys man men woman women life world live name place read write"
    " made being does im i'm don't dont going really someone anyone everyone every each both while"
    " same another around near next side end again part since let keep put tell told say said says"
    " which were person tell text line lines local case device alone block hold message needs unless"
    " allowed send system problem nobody somebody others reason idea answer question word words"
    " numbers data test level second third points point change turn try tried trying looking making"
    " said asked knew thought told gave called found held brought bring carry pull push throw"
    " uk today tomorrow night minutes hours months under without between against during before site"
    " sites website web link links game games play video videos watch photo photos picture pictures"
    " phone number call message chat send post share group show join buy sale sell shop price order"
    " delivery cheap money cash pay pounds book books story list check real big small hard high low"
    " open close top full hot local body head hand hands face eyes food eat water house car room door"
    " street town city country road bus war history news police law doctor health hospital medical"
    " drug drugs use used using something anything nothing white black red blue green left start"
    " began begin stop run walk went came took got put feel feeling felt believe better bad love hate"
    " kill die dead death fight hit beat cut hurt leave alone lost lose win kind true sure maybe why"
    " step steps build mix add set box bag party lunch london england british english google year's"
    " ask talk listen speak meet visit enter type click download computer chromebook internet";

static unsigned word_cost(struct bdl_view word)
{
	char padded[BDL_PHRASES_LITERAL_MAX + 2];

	if (word.n + 2 > sizeof(padded))
		return 1;
	padded[0] = padded[word.n + 1] = ' ';
	memcpy(padded + 1, word.p, word.n);
	/* The length of what stands before it grows with its rank. */
	const char *at = memmem(everyday, sizeof(everyday) - 1, padded, word.n + 2);
	if (at == NULL)
		return 1;
	return WORST / ((unsigned)(at - everyday) / 4 + 8) + 2;
}

unsigned bdl_words_everyday(struct bdl_view spelling)
{
	struct bdl_view rest = bdl_view_trim(spelling), word;
	unsigned least = WORST, words = 0;

	while (bdl_view_cut(&rest, ' ', &word)) {
		unsigned cost = word_cost(word);
		least = cost < least ? cost : least;
		words++;
	}
	for (; words > 1 && least > 1; words--)
		least /= 8;
	return least > 0 ? least : 1;
}

void bdl_words_count_met(struct bdl_words_met *ret)
{
	/* What no everyday word has is met all the same: in names, numbers, other languages. */
	for (unsigned a = 0; a < 32; a++) {
		ret->ones[a] = 32 * RARE;
		for (unsigned b = 0; b < 32; b++)
			ret->pairs[a][b] = RARE;
	}
	for (size_t i = 1; i < sizeof(everyday) - 1; i++) {
		unsigned a = everyday[i - 1] & 31, b = everyday[i] & 31;
		double times = (double)WORST / ((double)i / 4 + 8) + 2;
		ret->ones[b] += times;
		ret->pairs[a][b] += times;
	}
}
