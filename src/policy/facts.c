#include "policy/facts.h"
#include "base/defs.h"

/* The kind of fact that each form asks for. */
struct form_fact {
	enum bdl_phrase_form form;
	enum bdl_fact fact;
};

static const struct form_fact forms[] = {
	{ BDL_PHRASE_CATEGORY, BDL_FACT_CATEGORY },
	{ BDL_PHRASE_HOST, BDL_FACT_HOST },
	{ BDL_PHRASE_PATH, BDL_FACT_PATH },
	{ BDL_PHRASE_METHOD, BDL_FACT_METHOD },
	{ BDL_PHRASE_RECIPIENTS, BDL_FACT_RECIPIENTS },
	{ BDL_PHRASE_RECIPIENT_COUNT, BDL_FACT_RECIPIENTS },
	{ BDL_PHRASE_SENDERS, BDL_FACT_SENDERS },
	{ BDL_PHRASE_BY, BDL_FACT_PERSON },
	{ BDL_PHRASE_USING, BDL_FACT_DEVICE },
	{ BDL_PHRASE_USING_OTHERS, BDL_FACT_OTHERS_USING },
	{ BDL_PHRASE_USING_COUNT, BDL_FACT_DEVICES },
	{ BDL_PHRASE_AT, BDL_FACT_PLACE },
	{ BDL_PHRASE_TIME, BDL_FACT_TIME },
	{ BDL_PHRASE_CALENDAR, BDL_FACT_CALENDAR },
	{ BDL_PHRASE_WORDS, BDL_FACT_WORDS },
	{ BDL_PHRASE_TYPES, BDL_FACT_TYPES },
	{ BDL_PHRASE_PHRASES, BDL_FACT_PHRASES },
	{ BDL_PHRASE_UNREAD, BDL_FACT_UNREAD },
	{ BDL_PHRASE_PICTURES, BDL_FACT_PICTURES },
	{ BDL_PHRASE_FILES, BDL_FACT_FILES },
	{ BDL_PHRASE_LINKS, BDL_FACT_LINKS },
	{ BDL_PHRASE_MARKINGS, BDL_FACT_MARKINGS },
	{ BDL_PHRASE_PROGRAMS, BDL_FACT_PROGRAMS },
	{ BDL_PHRASE_DATA, BDL_FACT_DATA },
	{ BDL_PHRASE_SIZE, BDL_FACT_SIZE },
	{ BDL_PHRASE_FORWARDED, BDL_FACT_FORWARDED },
	{ BDL_PHRASE_OF_OTHERS, BDL_FACT_OTHERS_FILE },
	{ BDL_PHRASE_COUNT, BDL_FACT_TIMES },
	{ BDL_PHRASE_GRANTED, BDL_FACT_GRANTED },
	{ BDL_PHRASE_REGISTERED, BDL_FACT_REGISTERED },
	{ BDL_PHRASE_SIGNED, BDL_FACT_SIGNED },
	{ BDL_PHRASE_ENCRYPTED, BDL_FACT_ENCRYPTED },
	{ BDL_PHRASE_SHARED, BDL_FACT_SHARED },
};

static enum bdl_fact fact_of(enum bdl_phrase_form form)
{
	for (size_t i = 0; i < BDL_ARRAY_LEN(forms); i++)
		if (forms[i].form == form)
			return forms[i].fact;
	return BDL_FACTS;
}

enum bdl_fact bdl_fact_of(const struct bdl_phrase *phrase)
{
	bool of_a_span = phrase->form == BDL_PHRASE_SIZE && phrase->span.n > 0;

	return of_a_span ? BDL_FACT_VOLUME : fact_of(phrase->form);
}

enum bdl_fact bdl_fact_of_deed(enum bdl_deed deed)
{
	if (deed == BDL_DEED_WEB_SEARCH)
		return BDL_FACT_SEARCH;
	if (deed == BDL_DEED_WEB_DOWNLOAD)
		return BDL_FACT_DOWNLOAD;
	return deed == BDL_DEED_WEB_UPLOAD ? BDL_FACT_UPLOAD : BDL_FACT_DEED;
}

const char *bdl_fact_words(enum bdl_fact fact)
{
	static const char *const words[BDL_FACTS] = {
		[BDL_FACT_PERSON] = "who the person is",
		[BDL_FACT_CATEGORY] = "which categories the host is in",
		[BDL_FACT_HOST] = "which host it is",
		[BDL_FACT_PATH] = "which page of the host it is",
		[BDL_FACT_METHOD] = "by which method it was asked for",
		[BDL_FACT_TIME] = "what time it was",
		[BDL_FACT_CALENDAR] = "what the calendar says of the time",
		[BDL_FACT_PLACE] = "at which place it was",
		[BDL_FACT_DEVICE] = "whose device it is",
		[BDL_FACT_OTHERS_USING] = "whether the device is somebody else's",
		[BDL_FACT_WORDS] = "which words are in it",
		[BDL_FACT_PHRASES] = "which phrases are in it",
		[BDL_FACT_UNREAD] = "whether what was sent could be read",
		[BDL_FACT_PICTURES] = "what its pictures show",
		[BDL_FACT_FILES] = "which kinds of files are in it",
		[BDL_FACT_TYPES] = "of which media type it is",
		[BDL_FACT_LINKS] = "which links are in it",
		[BDL_FACT_MARKINGS] = "how it is marked",
		[BDL_FACT_PROGRAMS] = "which kind of program it is",
		[BDL_FACT_DATA] = "which personal data is in it",
		[BDL_FACT_SIZE] = "how large it is",
		[BDL_FACT_RECIPIENTS] = "who its recipients are",
		[BDL_FACT_SENDERS] = "whom it is from",
		[BDL_FACT_FORWARDED] = "how often it was forwarded",
		[BDL_FACT_OTHERS_FILE] = "whether the file is somebody else's",
		[BDL_FACT_TIMES] = "how often it happened before",
		[BDL_FACT_DEVICES] = "on how many devices it happened",
		[BDL_FACT_VOLUME] = "how much it is together with what went before",
		[BDL_FACT_GRANTED] = "what the person was granted",
		[BDL_FACT_REGISTERED] = "what stands in the register",
		[BDL_FACT_SIGNED] = "whether the person has signed",
		[BDL_FACT_ENCRYPTED] = "whether it is encrypted",
		[BDL_FACT_SHARED] = "whether its owner has shared it",
		[BDL_FACT_SEARCH] = "whether it is a search",
		[BDL_FACT_DOWNLOAD] = "whether it is a download",
		[BDL_FACT_UPLOAD] = "whether it is an upload",
		[BDL_FACT_DEED] = "which kind of act it is",
	};

	BDL_BUG_IF((unsigned)fact >= BDL_FACTS);
	return words[fact];
}

static void add(const struct bdl_ruleset *r, struct bdl_facts *f, enum bdl_phrase_form form,
    struct bdl_view name, enum bdl_manner manner)
{
	int atom = bdl_ruleset_atom(r, form, name, manner);

	if (atom >= 0)
		bdl_atomset_add(&f->atoms, (unsigned)atom);
}

/* "image/png" is also of the family "image/" and a star. */
static void add_family(const struct bdl_ruleset *r, struct bdl_facts *f, struct bdl_view type)
{
	char family[64];
	size_t n = bdl_view_find(type, '/');

	if (n == type.n || n + 3 > sizeof(family))
		return;
	memcpy(family, type.p, n + 1);
	family[n + 1] = '*';
	add(r, f, BDL_PHRASE_TYPES, bdl_view_at(family, n + 2), BDL_MANNER_NONE);
}

void bdl_facts_add(const struct bdl_ruleset *r, struct bdl_facts *f, enum bdl_phrase_form form,
    struct bdl_view name, enum bdl_manner manner)
{
	enum bdl_fact fact = fact_of(form);

	if (fact != BDL_FACTS)
		f->told |= 1ULL << fact;
	add(r, f, form, name, manner);
	if (manner == BDL_MANNER_CERTAIN) {
		add(r, f, form, name, BDL_MANNER_SERIOUS);
		add(r, f, form, name, BDL_MANNER_LIKELY);
	}
	if (manner != BDL_MANNER_NONE)
		add(r, f, form, name, BDL_MANNER_NONE);
	if (form == BDL_PHRASE_FILES || form == BDL_PHRASE_LINKS)
		add(r, f, form, BDL_LIT("any"), BDL_MANNER_NONE);
	else if (form == BDL_PHRASE_DATA)
		add(r, f, form, BDL_LIT(""), BDL_MANNER_NONE);
	else if (form == BDL_PHRASE_TYPES)
		add_family(r, f, name);
}

void bdl_facts_grant(
    const struct bdl_ruleset *r, struct bdl_facts *f, struct bdl_view permission, uint64_t amount)
{
	int slot = bdl_ruleset_amount(r, permission);

	bdl_facts_add(r, f, BDL_PHRASE_GRANTED, permission, BDL_MANNER_NONE);
	if (slot >= 0 && f->amounts[slot] < amount)
		f->amounts[slot] = amount;
}
