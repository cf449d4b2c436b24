#include "policy/phrase.h"
#include "base/defs.h"

#define K(kind) (1u << BDL_RULE_##kind)
#define D(door) (1u << BDL_DOOR_##door)

#define DOORS  (K(VERDICT) | K(SPLICE) | K(FORCE))
#define WEB    D(WEB)
#define MAIL   D(MAIL)
#define ALL    (D(WEB) | D(MAIL) | D(SCREEN) | D(DNS) | D(LOGS))
#define PERSON (D(WEB) | D(MAIL) | D(SCREEN) | D(LOGS)) /* doors that know one */
#define ONE    true
#define MANY   false

#define N1(a)                 \
	{                     \
		BDL_NAMES_##a \
	}
#define N2(a, b)                             \
	{                                    \
		BDL_NAMES_##a, BDL_NAMES_##b \
	}
#define N3(a, b, c)                                         \
	{                                                   \
		BDL_NAMES_##a, BDL_NAMES_##b, BDL_NAMES_##c \
	}

/* words, English, part, rules, doors, once, names */
static const struct bdl_phrase_info infos[BDL_PHRASE_FORMS] = {
	[BDL_PHRASE_NONE] = { "", "", BDL_PART_RESULT, 0, 0, MANY, N1(NONE) },

#define TARGET(form, words, english, doors, ...) \
	[BDL_PHRASE_##form] = { words, english, BDL_PART_TARGET, DOORS, doors, MANY, __VA_ARGS__ }
	TARGET(CATEGORY, "to category", "in the category %a", WEB | MAIL | D(DNS), N1(CATEGORY)),
	TARGET(HOST, "to host", "on %a", WEB | D(DNS), N1(HOST)),
	TARGET(PATH, "to path", "under the path %a", WEB, N1(PATH)),
	TARGET(METHOD, "with method", "requested with the method %a", WEB, N1(METHOD)),
	TARGET(RECIPIENTS, "to", "to %a", MAIL, N1(RECIPIENT)),
	TARGET(RECIPIENT_COUNT, "to more than", "to more than %n recipients", MAIL, N1(NONE)),
	TARGET(SENDERS, "from", "from %a", MAIL, N1(SENDER)),
	TARGET(WORDS, "with words", "with the words %q", WEB | MAIL | D(SCREEN), N1(TEXT)),
	TARGET(TYPES, "with types", "of the media type %a", WEB | MAIL, N1(TYPE)),
	TARGET(PHRASES, "with phrases", "with %m phrases of %a", WEB | MAIL | D(SCREEN), N1(OWN)),
	TARGET(UNREAD, "with unread text", "sending text that cannot be read", WEB, N1(NONE)),
	TARGET(PICTURES, "with pictures", "with %m pictures of %a", WEB | MAIL | D(SCREEN),
	    N1(PICTURE)),
	TARGET(FILES, "with files", "with files of the kind %a", WEB | MAIL, N1(FILE)),
	TARGET(LINKS, "with links", "with links of the kind %a", MAIL, N1(LINK)),
	TARGET(MARKINGS, "with markings", "marked %a", WEB | MAIL, N1(OWN)),
	TARGET(PROGRAMS, "with programs", "with programs of the kind %a", D(SCREEN), N1(PROGRAM)),
	TARGET(DATA, "with personal-data", "with personal data%1%N", WEB | MAIL, N1(DATA)),
	TARGET(SIZE, "of more than", "%z", WEB, N1(NONE)),
	TARGET(FORWARDED, "forwarded more than", "forwarded more than %n times", MAIL, N1(NONE)),
	TARGET(OF_OTHERS, "of others", "of other people", D(LOGS), N1(NONE)),

#define CIRCUMSTANCE(form, words, english, doors, ...) \
	[BDL_PHRASE_##                                 \
	    form] = { words, english, BDL_PART_CIRCUMSTANCE, DOORS, doors, MANY, __VA_ARGS__ }
	[BDL_PHRASE_BY] = { "by", "for %A", BDL_PART_CIRCUMSTANCE, DOORS | K(CHECK), PERSON, MANY,
	    N1(GROUP) },
	[BDL_PHRASE_USING] = { "using", "using %a", BDL_PART_CIRCUMSTANCE, DOORS | K(CHECK),
	    WEB | D(SCREEN), MANY, N1(DEVICE) },
	CIRCUMSTANCE(USING_OTHERS, "using devices of others", "using a device of somebody else",
	    D(LOGS), N1(NONE)),
	CIRCUMSTANCE(
	    USING_COUNT, "using devices", "from a person's %o device within %s", D(LOGS), N1(NONE)),
	[BDL_PHRASE_AT] = { "at", "at %a", BDL_PART_CIRCUMSTANCE, DOORS | K(CHECK), WEB, MANY,
	    N1(PLACE) },
	[BDL_PHRASE_TIME] = { "during", "%p", BDL_PART_CIRCUMSTANCE, DOORS | K(DESK) | K(LET),
	    PERSON, MANY, N1(NONE) },
	[BDL_PHRASE_CALENDAR] = { "during", "during %a", BDL_PART_CIRCUMSTANCE,
	    DOORS | K(DESK) | K(LET), PERSON, MANY, N1(CALENDAR) },
	CIRCUMSTANCE(COUNT, "after", "from a person's %o time in %s", PERSON, N1(NONE)),

#define STATE(form, words, english, kinds, doors, ...) \
	[BDL_PHRASE_##form] = { words, english, BDL_PART_STATE, kinds, doors, MANY, __VA_ARGS__ }
	STATE(GRANTED, "granted", "for people granted %a%2", DOORS, PERSON, N2(PERMISSION, OWN)),
	STATE(REGISTERED, "registered in", "where it is registered in %a", DOORS, PERSON,
	    N1(REGISTER)),
	STATE(SIGNED, "signed", "for people who have signed", DOORS, PERSON, N1(NONE)),
	STATE(ENCRYPTED, "encrypted", "where it is encrypted", DOORS, MAIL | D(SCREEN), N1(NONE)),
	STATE(SHARED, "shared", "where the owner has shared it", DOORS, D(LOGS), N1(NONE)),
	STATE(UNLESS_CRITICAL, "critical", "unless it is critical", K(DESK), 0, N1(NONE)),
	STATE(UNLESS_SEALED, "sealed", "unless it is sealed", K(LET), 0, N1(NONE)),

#define RESULT(form, words, english, kinds, once, ...) \
	[BDL_PHRASE_##form] = { words, english, BDL_PART_RESULT, kinds, PERSON, once, __VA_ARGS__ }
	RESULT(TELL, "tell", "%a told%t",
	    K(VERDICT) | K(REPORT) | K(DESK) | K(CASE) | K(CHECK) | K(SIGN), MANY, N1(OFFICER)),
	RESULT(ESCALATE, "tell", "told to %a and, where %w, to %b%3", K(REPORT), MANY,
	    N3(ROLE, ROLE, OWN)),
	[BDL_PHRASE_ALWAYS] = { "always", "nothing lifts this", BDL_PART_RESULT, K(VERDICT), ALL,
	    ONE, N1(NONE) },
	RESULT(KEEPING, "keeping", "%k", K(VERDICT), ONE, N1(NONE)),
	RESULT(RELEASED, "released by", "%a may release it", K(VERDICT), ONE, N1(ROLE)),
	RESULT(RETURNED, "returned after", "what is not released goes back after %s", K(VERDICT),
	    ONE, N1(NONE)),
	RESULT(MARKED, "marked", "a line is put at the top: \"%a\"", K(VERDICT), ONE, N1(TEXT)),
	RESULT(OPENING_TICKET, "opening ticket", "a ticket is opened: %a", K(VERDICT) | K(REPORT),
	    MANY, N1(OWN)),
	RESULT(OPENING_CASE, "opening case", "a case is opened", K(REPORT), ONE, N1(NONE)),
	RESULT(OVER, "over", "this lifts the clause %A", K(VERDICT), MANY, N1(CLAUSE)),

	RESULT(
	    ASKED, "asked by", "asked for by %a%2", K(PERMIT) | K(CASE), MANY, N2(PEOPLE, PEOPLE)),
	RESULT(STATING, "stating", "stating %A",
	    K(PERMIT) | K(REPORT) | K(DESK) | K(CASE) | K(APPROVE), MANY, N1(OWN)),
	RESULT(NEEDING_CONSENT, "needing consent for",
	    "given only where everyone concerned consented to: %a", K(PERMIT), MANY, N1(OWN)),
	RESULT(NEEDING_NO_NAMES, "needing no names in text",
	    "given only where the text names nobody", K(PERMIT), ONE, N1(NONE)),
	RESULT(NEEDING_REGISTERED, "needing registered in",
	    "given only for what is registered in %a", K(PERMIT), MANY, N1(REGISTER)),
	RESULT(NEEDING_GRANTED, "needing granted", "another department's need the permission %a",
	    K(REGISTER), MANY, N1(PERMISSION)),
	RESULT(ADVISED, "advised by", "seen first by %a, who may advise",
	    K(PERMIT) | K(REGISTER) | K(CASE), MANY, N1(ROLE)),
	RESULT(DECIDED, "decided by", "decided by %a", K(PERMIT) | K(REGISTER) | K(CASE), ONE,
	    N1(ROLE)),
	RESULT(ANSWERED, "answered within", "answered within %s", K(PERMIT), ONE, N1(NONE)),
	RESULT(LASTING, "lasting at most", "lasting at most %s", K(PERMIT) | K(REGISTER) | K(CASE),
	    ONE, N1(NONE)),
	RESULT(ENDED, "ended by confirming", "open until the person confirms %A", K(PERMIT), MANY,
	    N1(OWN)),
	RESULT(REMINDING, "reminding", "reminding %a every %s", K(PERMIT) | K(REGISTER), MANY,
	    N1(OFFICER)),
	RESULT(LIFTING, "lifting", "lifting the clauses %A for the host that is stated", K(PERMIT),
	    MANY, N1(CLAUSE)),
	RESULT(RECORDED_ONLY, "recorded only", "recorded, and nothing in the systems changes",
	    K(PERMIT), ONE, N1(NONE)),
	RESULT(KINDS, "of kinds", "of the kinds %A", K(REPORT), MANY, N1(OWN)),
	RESULT(NAMING, "naming", "with %A filled in by the system", K(REPORT), MANY, N1(OWN)),
	RESULT(REACHED, "reached by", "also offered by %a", K(REPORT), MANY, N1(WAY)),
	RESULT(ANONYMOUS, "anonymous if wished", "with no name if one wishes", K(REPORT), ONE,
	    N1(NONE)),
	RESULT(THEN, "then", "then the web door %v the %a that were reported", K(REPORT), MANY,
	    N1(OWN)),
	RESULT(AGREED, "agreed by", "once %a agree", K(REPORT), ONE, N1(ROLE)),
	RESULT(UNTIL, "until decided by", "until it is decided by %a", K(REPORT), ONE, N1(ROLE)),
	RESULT(DUE, "due in", "due in %s", K(REPORT) | K(CASE), ONE, N1(NONE)),
	RESULT(PRINTED, "printed for", "printed for %a", K(REPORT) | K(SIGN), ONE, N1(ROLE)),
	RESULT(KEPT_IN, "kept in", "kept in the list %a", K(REPORT) | K(DESK), ONE, N1(OWN)),
	RESULT(HOLDING, "holding", "holding %A", K(REGISTER), MANY, N1(OWN)),
	RESULT(ABOUT, "about", "about %A", K(REGISTER), MANY, N1(PEOPLE)),
	RESULT(FOR, "for", "with an answer each for %A", K(REGISTER), MANY, N1(OWN)),
	RESULT(KEPT_BY, "kept by", "kept by %a", K(REGISTER), ONE, N1(ROLE)),
	RESULT(ENTERED, "entered by", "entered by %a", K(REGISTER), MANY, N1(PEOPLE)),
	RESULT(BOOKED, "booked by", "booked by %a", K(REGISTER), MANY, N1(PEOPLE)),
	RESULT(SEEN, "seen by", "also seen by %a", K(REGISTER), MANY, N1(PEOPLE)),
	RESULT(
	    CONFIRMED, "confirmed by", "confirmed by %a every %s", K(REGISTER), ONE, N1(OFFICER)),
	RESULT(CHECKED, "checked at", "checked at %A for %B", K(REGISTER), MANY, N2(OWN, OWN)),
	RESULT(WHEN_CRITICAL, "when critical", "where it is critical", K(DESK), ONE, N1(NONE)),
	RESULT(REVIEWED, "reviewed every", "looked at again every %s", K(CASE), ONE, N1(NONE)),
	RESULT(SORTED_BY, "by", "by %a", K(CASE), MANY, N1(ROLE)),
	RESULT(EXCEPT, "except", "except %a", K(CASE), MANY, N1(OWN)),
	RESULT(GROUPED, "grouped by", "grouped by %A", K(CASE), MANY, N1(OWN)),
	RESULT(HIDING_NAMES, "hiding names", "with the names hidden", K(CASE), ONE, N1(NONE)),
	RESULT(WITHOUT, "without category", "without mail of the category %a", K(CASE), MANY,
	    N1(CATEGORY)),
	RESULT(SHOWN, "shown for", "shown for the clauses %A", K(CASE), MANY, N1(CLAUSE)),
	RESULT(ALLOWING, "allowing", "up to %s old is good enough", K(CHECK), ONE, N1(NONE)),
	RESULT(AHEAD, "ahead", "%A days ahead", K(CHECK), ONE, N1(OWN)),
	RESULT(WITHIN, "within", "within %s of joining", K(SIGN), ONE, N1(NONE)),
	RESULT(
	    AGAIN_CHANGED, "again when changed", "again when it changes", K(SIGN), ONE, N1(NONE)),
	RESULT(AGAIN_EVERY, "again every", "again every %s", K(SIGN), ONE, N1(NONE)),
	RESULT(BY_PARENTS, "by parents for", "also by %a for %B", K(SIGN), MANY, N2(PEOPLE, GROUP)),
	RESULT(BY_HOLDERS, "by holders of", "by those who stand in the register %a", K(SIGN), MANY,
	    N1(REGISTER)),
	RESULT(CONSULTING, "after consulting", "after %A are asked", K(APPROVE), MANY, N1(OWN)),
	RESULT(BY_BODY, "by", "by %a", K(APPROVE), ONE, N1(OWN)),
	RESULT(SHOWN_AT, "at", "at %A", K(SHOW), MANY, N1(OCCASION)),

#define HEAD(form, words, english, kind, ...) \
	[BDL_PHRASE_##form] = { words, english, BDL_PART_HEAD, K(kind), PERSON, MANY, __VA_ARGS__ }
	HEAD(SPLICE, "splice", "are passed on unopened", SPLICE, N1(NONE)),
	HEAD(FORCE, "force", "are made with %a on", FORCE, N1(SWITCH)),
	HEAD(PERMIT, "permit", "The permission %a", PERMIT, N1(OWN)),
	HEAD(REPORT, "report", "The report %a", REPORT, N1(OWN)),
	HEAD(REGISTER, "register", "The register %a", REGISTER, N1(OWN)),
	HEAD(DESK_OPEN, "desk open", "The technicians' desk is open %p", DESK, N1(NONE)),
	HEAD(DESK_REACHED, "desk reached by", "The technicians' desk is reached by %a", DESK,
	    N1(WAY)),
	HEAD(DESK_SAME_DAY, "desk answers same-day", "The technicians' desk answers the same day",
	    DESK, N1(NONE)),
	HEAD(DESK_NEXT_DAY, "desk answers next-day",
	    "The technicians' desk answers the next school day%c", DESK, N1(NONE)),
	HEAD(DESK_AT_ONCE, "desk answers at once", "The technicians' desk answers at once", DESK,
	    N1(NONE)),
	HEAD(DESK_TAKES, "desk takes", "The technicians' desk takes tickets for %A", DESK, N1(OWN)),
	HEAD(CASE_STEP, "case step", "A case may come to the step %a", CASE, N1(OWN)),
	HEAD(CASE_SEALED, "case sealed for", "Cases of %A begin sealed from the person", CASE,
	    N1(OWN)),
	HEAD(CASE_REFER, "case refer to", "A case may be referred to %a", CASE, N1(OWN)),
	HEAD(CASE_SEARCH, "case search of mail", "School mail may be searched for a case", CASE,
	    N1(NONE)),
	HEAD(CASE_REQUEST, "case request for own-data",
	    "People may ask for what is held about them", CASE, N1(NONE)),
	HEAD(CASE_TRIAGE, "case triage", "What the systems find is sorted", CASE, N1(NONE)),
	HEAD(CASE_PROCEDURE, "case procedure", "The procedure %a", CASE, N1(OWN)),
	HEAD(CHECK, "check", "The check of %a%e", CHECK, N1(OWN)),
	HEAD(
	    CHECK_GRANTS, "check grants", "The check of those granted %a%e", CHECK, N1(PERMISSION)),
	HEAD(SIGN_POLICY, "sign policy", "Everyone bound signs the policy", SIGN, N1(NONE)),
	HEAD(SIGN_COMPANIONS, "sign companions",
	    "Each companion paper is opened before the policy is signed", SIGN, N1(NONE)),
	HEAD(SIGN_SEPARATELY, "sign separately", "This clause is signed by itself", SIGN, N1(NONE)),
	HEAD(APPROVE, "approve policy", "The policy is approved", APPROVE, N1(NONE)),
	HEAD(SHOW, "show this clause", "This clause is shown", SHOW, N1(NONE)),
	HEAD(LET, "let", "%A may see %b", LET, N2(PEOPLE, SIGHT)),
	HEAD(LET_OWN_CLASS, "let", "%A may see %b of their own class", LET, N2(PEOPLE, SIGHT)),
	HEAD(LET_FOR_CASE, "let", "%A may see %b for a case", LET, N2(PEOPLE, SIGHT)),
	HEAD(KEEP, "keep", "Records of %a are kept for %s", KEEP, N1(KEPT)),
	HEAD(KEEP_AFTER_END, "keep", "Records of %a are kept for %s after their end", KEEP,
	    N1(KEPT)),
	HEAD(KEEP_EVER, "keep", "Records of %a are kept for ever", KEEP, N1(KEPT)),
};

const struct bdl_phrase_info *bdl_phrase_info(enum bdl_phrase_form form)
{
	BDL_BUG_IF((unsigned)form >= BDL_PHRASE_FORMS || !infos[form].words);
	return &infos[form];
}

const char *bdl_rule_kind_word(enum bdl_rule_kind kind)
{
	static const char *const words[BDL_RULE_KINDS] = { "a rule of a door", "splice", "force",
		"permit", "report", "register", "desk", "case", "check", "sign", "approve", "show",
		"let", "keep" };

	BDL_BUG_IF((unsigned)kind >= BDL_RULE_KINDS);
	return words[kind];
}

static const struct bdl_deed_info deeds[BDL_DEEDS] = {
	[BDL_DEED_WEB_SEARCH] = { BDL_DOOR_WEB, "search", "searches" },
	[BDL_DEED_WEB_DOWNLOAD] = { BDL_DOOR_WEB, "download", "downloads" },
	[BDL_DEED_WEB_UPLOAD] = { BDL_DOOR_WEB, "upload", "uploads" },
	[BDL_DEED_MAIL_IN] = { BDL_DOOR_MAIL, "in", "messages from outside" },
	[BDL_DEED_MAIL_OUT] = { BDL_DOOR_MAIL, "out", "messages to the outside" },
	[BDL_DEED_MAIL_REPLY_ALL] = { BDL_DOOR_MAIL, "reply-all", "answers to all" },
	[BDL_DEED_SCREEN_TEXT] = { BDL_DOOR_SCREEN, "text", "texts on a screen" },
	[BDL_DEED_SCREEN_PICTURE] = { BDL_DOOR_SCREEN, "picture", "pictures on a screen" },
	[BDL_DEED_SCREEN_PROGRAM] = { BDL_DOOR_SCREEN, "program", "starts of a program" },
	[BDL_DEED_SCREEN_HARDWARE] = { BDL_DOOR_SCREEN, "hardware", "attachments of hardware" },
	[BDL_DEED_SCREEN_STORAGE] = { BDL_DOOR_SCREEN, "storage",
	    "attachments of a stick or drive" },
	[BDL_DEED_SCREEN_COPIED] = { BDL_DOOR_SCREEN, "copied", "copies to a stick or drive" },
	[BDL_DEED_SCREEN_SETTING] = { BDL_DOOR_SCREEN, "setting", "changes of a setting" },
	[BDL_DEED_SCREEN_STOPPED] = { BDL_DOOR_SCREEN, "stopped", "stops of the computer's guard" },
	[BDL_DEED_SCREEN_MISSING_PART] = { BDL_DOOR_SCREEN, "missing-part", "missing parts" },
	[BDL_DEED_LOGS_LOGON] = { BDL_DOOR_LOGS, "logon", "log-ons" },
	[BDL_DEED_LOGS_FILE_OPENED] = { BDL_DOOR_LOGS, "opened", "files opened" },
	[BDL_DEED_LOGS_FILE_CHANGED] = { BDL_DOOR_LOGS, "changed", "files changed" },
	[BDL_DEED_LOGS_FILE_DELETED] = { BDL_DOOR_LOGS, "deleted", "files deleted" },
};

const struct bdl_deed_info *bdl_deed_info(enum bdl_deed kind)
{
	BDL_BUG_IF((unsigned)kind >= BDL_DEEDS);
	return &deeds[kind];
}

int bdl_deed_find(enum bdl_door door, struct bdl_view word)
{
	for (int i = 0; i < BDL_DEEDS; i++)
		if (deeds[i].door == door && bdl_view_is(word, deeds[i].word))
			return i;
	return -1;
}
