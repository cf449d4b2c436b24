/*
 * The grammar of one rule. A comma or a new line before a phrase is the reader's business
 * (rule.c), which gives SEP_ for it: elsewhere a comma only ever stands between two values.
 *
 * This file says what may be written; phrase.c where, rule_build.c makes a rule of it, check.c says
 * whether it makes sense.
 *
 * The words of the language are the names of the tokens in lower case, with a hyphen for each
 * underscore; a token whose name ends in an underscore is none. A word where the grammar takes a
 * value is a value (rule.c): a category may be called `mail`. Only the words that begin a phrase
 * are kept back.
 */
%name bdl_grammar
%token_prefix BDL_TK_
%token_type { struct bdl_token }
%extra_context { struct bdl_rule_builder *b }

%include {
#include "policy/rules_int.h"
#include <assert.h>
#include <ctype.h>

#define YYNOERRORRECOVERY /* what does not fit is told and dropped; the reader goes on (rule.c) */
#define YYCOVERAGE        /* keeps the names of the tokens */

#define F(form, at)   bdl_build_phrase(b, BDL_PHRASE_##form, at, BDL_MANNER_NONE)
#define FM(form, at, manner) bdl_build_phrase(b, BDL_PHRASE_##form, at, BDL_MANNER_##manner)
#define H(kind, form, at) bdl_build_kind(b, BDL_RULE_##kind, BDL_PHRASE_##form, at)
}

%syntax_error { b->syntax_failed = true; }
%stack_overflow { b->syntax_failed = true; }

/* A phrase takes what it can: "tell head after 3 in 1 hour" is one. */
%nonassoc SHORT_.
%nonassoc AFTER WITHIN FOR OF WHEN AT.

rule ::= head phrases.
rule ::= RESUME_ phrases. /* the head was read, or could not be */

phrases ::= .
phrases ::= phrases phrase.
phrases ::= phrases SEP_ phrase.

phrase ::= condition.                   { bdl_build_keep(b, false); }
phrase ::= result.                      { bdl_build_keep(b, false); }
phrase ::= UNLESS condition.            { bdl_build_keep(b, true); }
phrase ::= UNLESS state.                { bdl_build_keep(b, true); }

/* Heads. */
head ::= ACTION_(A) DOOR_(D) act.       { bdl_build_head(b, A, D); }
head ::= SPLICE(T) DOOR_(D).            { bdl_build_door(b, D); H(SPLICE, SPLICE, T); }
head ::= FORCE(T) DOOR_(D) name.        { bdl_build_door(b, D); H(FORCE, FORCE, T); }
act ::= .
act ::= ACT_(W).                        { bdl_build_deed(b, W); }
act ::= SEARCH(W).                      { bdl_build_deed(b, W); }
act ::= IN(W).                          { bdl_build_deed(b, W); }
act ::= TEXT(W).                        { bdl_build_deed(b, W); }
act ::= PICTURE(W).                     { bdl_build_deed(b, W); }
act ::= STORAGE(W).                     { bdl_build_deed(b, W); }
act ::= COPIED(W) TO STORAGE.           { bdl_build_deed(b, W); }
act ::= FILE deeds.
deeds ::= deed.
deeds ::= deeds COMMA_ deed.
deed ::= OPENED(W).                     { bdl_build_deed(b, W); }
deed ::= CHANGED(W).                    { bdl_build_deed(b, W); }
deed ::= DELETED(W).                    { bdl_build_deed(b, W); }

head ::= PERMIT(T) name.                { H(PERMIT, PERMIT, T); }
head ::= REPORT(T) name.                { H(REPORT, REPORT, T); }
head ::= REGISTER(T) name.              { H(REGISTER, REGISTER, T); }
head ::= DESK(T) REACHED BY names.      { H(DESK, DESK_REACHED, T); }
head ::= DESK(T) OPEN times.            { H(DESK, DESK_OPEN, T); }
head ::= DESK(T) ANSWERS SAME_DAY.      { H(DESK, DESK_SAME_DAY, T); }
head ::= DESK(T) ANSWERS NEXT_DAY.      { H(DESK, DESK_NEXT_DAY, T); } [SHORT_]
head ::= DESK(T) ANSWERS NEXT_DAY AFTER clock. { H(DESK, DESK_NEXT_DAY, T); }
head ::= DESK(T) ANSWERS AT ONCE.       { H(DESK, DESK_AT_ONCE, T); }
head ::= DESK(T) TAKES names.           { H(DESK, DESK_TAKES, T); }
head ::= CASE(T) STEP name.             { H(CASE, CASE_STEP, T); }
head ::= CASE(T) SEALED FOR names.      { H(CASE, CASE_SEALED, T); }
head ::= CASE(T) REFER TO names.        { H(CASE, CASE_REFER, T); }
head ::= CASE(T) SEARCH OF DOOR_.       { H(CASE, CASE_SEARCH, T); }
head ::= CASE(T) REQUEST FOR OWN_DATA.  { H(CASE, CASE_REQUEST, T); }
head ::= CASE(T) TRIAGE.                { H(CASE, CASE_TRIAGE, T); }
head ::= CASE(T) PROCEDURE name.        { H(CASE, CASE_PROCEDURE, T); }
head ::= CHECK(T) name.                 { H(CHECK, CHECK, T); }
head ::= CHECK(T) name EVERY span.      { H(CHECK, CHECK, T); }
head ::= CHECK(T) GRANTS name.          { H(CHECK, CHECK_GRANTS, T); }
head ::= CHECK(T) GRANTS name EVERY span. { H(CHECK, CHECK_GRANTS, T); }
head ::= SIGN(T) POLICY.                { H(SIGN, SIGN_POLICY, T); }
head ::= SIGN(T) COMPANIONS.            { H(SIGN, SIGN_COMPANIONS, T); }
head ::= SIGN(T) SEPARATELY.            { H(SIGN, SIGN_SEPARATELY, T); }
head ::= APPROVE(T) POLICY.             { H(APPROVE, APPROVE, T); }
head ::= SHOW(T) THIS CLAUSE.           { H(SHOW, SHOW, T); }
head ::= LET(T) names SEE name.         { H(LET, LET, T); } [SHORT_]
head ::= LET(T) names SEE name OF OWN_CLASS. { H(LET, LET_OWN_CLASS, T); }
head ::= LET(T) names SEE name FOR CASE. { H(LET, LET_FOR_CASE, T); }
head ::= KEEP(T) name FOR span.         { H(KEEP, KEEP, T); } [SHORT_]
head ::= KEEP(T) name FOR span AFTER END. { H(KEEP, KEEP_AFTER_END, T); }
head ::= KEEP(T) name FOR EVER.         { H(KEEP, KEEP_EVER, T); }

/* Conditions of the doors. */
condition ::= TO(T) CATEGORY names.     { F(CATEGORY, T); }
condition ::= TO(T) HOST names.         { F(HOST, T); }
condition ::= TO(T) PATH names.         { F(PATH, T); }
condition ::= TO(T) names.              { F(RECIPIENTS, T); }
condition ::= TO(T) MORE THAN number RECIPIENTS. { F(RECIPIENT_COUNT, T); }
condition ::= FROM(T) names.            { F(SENDERS, T); }
condition ::= BY(T) names.              { F(BY, T); } [SHORT_]
condition ::= USING(T) names.           { F(USING, T); }
condition ::= USING(T) DEVICES OF OTHERS. { F(USING_OTHERS, T); }
condition ::= USING(T) number DEVICES IN span. { F(USING_COUNT, T); }
condition ::= AT(T) names.              { F(AT, T); }
condition ::= DURING(T) times.          { F(TIME, T); }
condition ::= DURING(T) names.          { F(CALENDAR, T); }
condition ::= WITH(T) METHOD names.     { F(METHOD, T); }
condition ::= WITH(T) WORDS quoteds.    { F(WORDS, T); }
condition ::= WITH(T) TYPES names.      { F(TYPES, T); }
condition ::= WITH(T) PHRASES names.    { F(PHRASES, T); }
condition ::= WITH(T) SERIOUS PHRASES names. { FM(PHRASES, T, SERIOUS); }
condition ::= WITH(T) CERTAIN PHRASES names. { FM(PHRASES, T, CERTAIN); }
condition ::= WITH(T) UNREAD TEXT.      { F(UNREAD, T); }
condition ::= WITH(T) LIKELY PICTURES names. { FM(PICTURES, T, LIKELY); }
condition ::= WITH(T) CERTAIN PICTURES names. { FM(PICTURES, T, CERTAIN); }
condition ::= WITH(T) FILES names.      { F(FILES, T); }
condition ::= WITH(T) LINKS names.      { F(LINKS, T); }
condition ::= WITH(T) MARKINGS names.   { F(MARKINGS, T); }
condition ::= WITH(T) PROGRAMS names.   { F(PROGRAMS, T); }
condition ::= WITH(T) PERSONAL_DATA.    { F(DATA, T); } [SHORT_]
condition ::= WITH(T) PERSONAL_DATA names. { F(DATA, T); } [SHORT_]
condition ::= WITH(T) PERSONAL_DATA OF MORE THAN number PEOPLE. { F(DATA, T); }
condition ::= WITH(T) PERSONAL_DATA names OF MORE THAN number PEOPLE. { F(DATA, T); }
condition ::= OF(T) MORE THAN size.     { F(SIZE, T); }
condition ::= OF(T) MORE THAN size A unit. { F(SIZE, T); }
condition ::= OF(T) OTHERS.             { F(OF_OTHERS, T); }
condition ::= FORWARDED(T) MORE THAN number TIMES. { F(FORWARDED, T); }
condition ::= AFTER(T) count.           { F(COUNT, T); }

state ::= GRANTED(T) name.              { F(GRANTED, T); }
state ::= GRANTED(T) name UP TO name.   { F(GRANTED, T); }
state ::= REGISTERED(T) IN name.        { F(REGISTERED, T); }
state ::= SIGNED(T).                    { F(SIGNED, T); }
state ::= ENCRYPTED(T).                 { F(ENCRYPTED, T); }
state ::= SHARED(T).                    { F(SHARED, T); }
state ::= CRITICAL(T).                  { F(UNLESS_CRITICAL, T); }
state ::= SEALED(T).                    { F(UNLESS_SEALED, T); }

/* What follows. */
result ::= TELL(T) names.               { F(TELL, T); } [SHORT_]
result ::= TELL(T) names AFTER count.   { F(TELL, T); }
result ::= TELL(T) names AFTER span.    { F(TELL, T); }
result ::= TELL(T) names DAILY.         { FM(TELL, T, DAILY); }
result ::= TELL(T) names WHEN LATE.     { FM(TELL, T, LATE); }
result ::= TELL(T) names AS CRITICAL.   { FM(TELL, T, CRITICAL); } [SHORT_]
result ::= TELL(T) names AS CRITICAL AFTER count. { FM(TELL, T, CRITICAL); }
result ::= TELL(T) names else.          { F(ESCALATE, T); } [SHORT_]
result ::= TELL(T) names else FOR names. { F(ESCALATE, T); }
else ::= ELSE names.
else ::= WITHIN span ELSE names.
result ::= ALWAYS(T).                   { F(ALWAYS, T); }
result ::= KEEPING(T) NOTHING.          { FM(KEEPING, T, NOTHING); }
result ::= KEEPING(T) FACTS.            { FM(KEEPING, T, FACTS); }
result ::= KEEPING(T) WORDS.            { FM(KEEPING, T, WORDS); }
result ::= KEEPING(T) PICTURE.          { FM(KEEPING, T, PICTURE); }
result ::= RELEASED(T) BY names.        { F(RELEASED, T); }
result ::= RETURNED(T) AFTER span.      { F(RETURNED, T); }
result ::= MARKED(T) quoted.            { F(MARKED, T); }
result ::= OPENING(T) TICKET name.      { F(OPENING_TICKET, T); }
result ::= OPENING(T) CASE.             { F(OPENING_CASE, T); }
result ::= OVER(T) names.               { F(OVER, T); }

/* The school's own work. */
result ::= ASKED(T) BY names.           { F(ASKED, T); } [SHORT_]
result ::= ASKED(T) BY names FOR names. { F(ASKED, T); }
result ::= STATING(T) names.            { F(STATING, T); }
result ::= NEEDING(T) CONSENT FOR name. { F(NEEDING_CONSENT, T); }
result ::= NEEDING(T) NO NAMES IN TEXT. { F(NEEDING_NO_NAMES, T); }
result ::= NEEDING(T) REGISTERED IN name. { F(NEEDING_REGISTERED, T); }
result ::= NEEDING(T) GRANTED name WHEN DEPARTMENT DIFFERS. { F(NEEDING_GRANTED, T); }
result ::= ADVISED(T) BY names.         { F(ADVISED, T); }
result ::= DECIDED(T) BY names.         { F(DECIDED, T); }
result ::= ANSWERED(T) WITHIN span.     { F(ANSWERED, T); }
result ::= LASTING(T) AT MOST span.     { F(LASTING, T); }
result ::= ENDED(T) BY CONFIRMING names. { F(ENDED, T); }
result ::= REMINDING(T) names EVERY span. { F(REMINDING, T); }
result ::= LIFTING(T) names FOR STATED HOST. { F(LIFTING, T); }
result ::= RECORDED(T) ONLY.            { F(RECORDED_ONLY, T); }
result ::= OF(T) KINDS names.           { F(KINDS, T); }
result ::= NAMING(T) names.             { F(NAMING, T); }
result ::= REACHED(T) BY names.         { F(REACHED, T); }
result ::= ANONYMOUS(T) IF WISHED.      { F(ANONYMOUS, T); }
result ::= THEN(T) deed_now TO REPORTED name. { F(THEN, T); }
deed_now ::= ACTION_(A) DOOR_(D).       { bdl_build_then(b, A, D); }
result ::= AGREED(T) BY names.          { F(AGREED, T); }
result ::= UNTIL(T) DECIDED BY names.   { F(UNTIL, T); }
result ::= DUE(T) IN span.              { F(DUE, T); }
result ::= PRINTED(T) FOR names.        { F(PRINTED, T); }
result ::= KEPT(T) IN name.             { F(KEPT_IN, T); }
result ::= KEPT(T) BY names.            { F(KEPT_BY, T); }
result ::= HOLDING(T) names.            { F(HOLDING, T); }
result ::= ABOUT(T) names.              { F(ABOUT, T); }
result ::= FOR(T) names.                { F(FOR, T); }
result ::= ENTERED(T) BY names.         { F(ENTERED, T); }
result ::= BOOKED(T) BY names.          { F(BOOKED, T); }
result ::= SEEN(T) BY names.            { F(SEEN, T); }
result ::= CONFIRMED(T) BY names EVERY span. { F(CONFIRMED, T); }
result ::= CHECKED(T) AT names FOR names. { F(CHECKED, T); }
result ::= WHEN(T) CRITICAL.            { F(WHEN_CRITICAL, T); }
result ::= REVIEWED(T) EVERY span.      { F(REVIEWED, T); }
result ::= EXCEPT(T) names.             { F(EXCEPT, T); }
result ::= GROUPED(T) BY names.         { F(GROUPED, T); }
result ::= HIDING(T) NAMES.             { F(HIDING_NAMES, T); }
result ::= WITHOUT(T) CATEGORY names.   { F(WITHOUT, T); }
result ::= SHOWN(T) FOR names.          { F(SHOWN, T); }
result ::= ALLOWING(T) span.            { F(ALLOWING, T); }
result ::= AHEAD(T) days_ahead.         { F(AHEAD, T); }
result ::= WITHIN(T) span OF JOINING.   { F(WITHIN, T); }
result ::= AGAIN(T) WHEN CHANGED.       { F(AGAIN_CHANGED, T); }
result ::= AGAIN(T) EVERY span.         { F(AGAIN_EVERY, T); }
result ::= BY(T) names FOR names.       { F(BY_PARENTS, T); }
result ::= BY(T) HOLDERS OF name.       { F(BY_HOLDERS, T); }
result ::= AFTER(T) CONSULTING names.   { F(CONSULTING, T); }

/* Values. */
name ::= WORD_(W).                      { bdl_build_list(b); bdl_build_word(b, W); }
quoted ::= QUOTED_(W).                  { bdl_build_list(b); bdl_build_quoted(b, W); }
quoteds ::= quoted.
quoteds ::= quoteds COMMA_ QUOTED_(W).  { bdl_build_quoted(b, W); }
names ::= WORD_(W).                     { bdl_build_list(b); bdl_build_word(b, W); }
names ::= names COMMA_ WORD_(W).        { bdl_build_word(b, W); }
days_ahead ::= numbers DAYS.
numbers ::= NUMBER_(W).                 { bdl_build_list(b); bdl_build_word(b, W); }
numbers ::= numbers COMMA_ NUMBER_(W).  { bdl_build_word(b, W); }

number ::= NUMBER_(N).                  { bdl_build_number(b, N); }
span ::= NUMBER_(N) unit.               { bdl_build_span(b, N); }
unit ::= UNIT_(U).                      { bdl_build_unit(b, U); }
unit ::= DAYS(U).                       { bdl_build_unit(b, U); }
count ::= number IN span.
size ::= NUMBER_(N) SIZE_(U).           { bdl_build_size(b, N, U); }
clock ::= CLOCK_(C).                    { bdl_build_clock(b, C); }

/* "08:45-12:15 on mon-fri, 13:15-15:30 on mon, wed and fri": days belong to the period before. */
times ::= period.
times ::= times COMMA_ period.
times ::= times COMMA_ days.
times ::= times AND days.
period ::= RANGE_(R).                   { bdl_build_period(b, R, false); }
period ::= range_on days.
range_on ::= RANGE_(R) ON.              { bdl_build_period(b, R, true); }
days ::= WORD_(W).                      { bdl_build_days(b, W); }

%code {
/* The action of one state for one token, and not for what the token might stand for. */
static YYACTIONTYPE action_for(YYACTIONTYPE state, int token)
{
	int i;

	if (state > YY_MAX_SHIFT)
		return state; /* a reduction that waits */
	i = yy_shift_ofst[state] + token;
	return yy_lookahead[i] == token ? yy_action[i] : yy_default[state];
}

bool bdl_grammar_would_take(const void *grammar, int token)
{
	const yyParser *p = grammar;
	YYACTIONTYPE stack[YYSTACKDEPTH + 1];
	int top = (int)(p->yytos - p->yystack);

	for (int i = 0; i <= top; i++)
		stack[i] = p->yystack[i].stateno;
	for (;;) {
		YYACTIONTYPE act = action_for(stack[top], token);

		if (act < YY_MIN_REDUCE)
			return act <= YY_MAX_SHIFTREDUCE || act == YY_ACCEPT_ACTION;
		top += yyRuleInfoNRhs[act - YY_MIN_REDUCE]; /* which is negative */
		act = yy_find_reduce_action(stack[top], (YYCODETYPE)yyRuleInfoLhs[act - YY_MIN_REDUCE]);
		if (act == YY_ACCEPT_ACTION)
			return true;
		if (top == YYSTACKDEPTH)
			return false;
		stack[++top] = act;
	}
}

/* Whether the text is a token's name as people write it. */
static bool is_spelling(struct bdl_view v, const char *name)
{
	size_t i = 0;

	for (; i < v.n && name[i]; i++)
		if ((name[i] == '_' ? '-' : tolower((unsigned char)name[i])) != v.p[i])
			return false;
	return i == v.n && !name[i];
}

int bdl_grammar_word(struct bdl_view v)
{
	for (int token = 1; token < YYNTOKEN && v.n; token++)
		if (tolower((unsigned char)yyTokenName[token][0]) == v.p[0] &&
		    is_spelling(v, yyTokenName[token]))
			return token;
	return 0;
}

int bdl_grammar_tokens(void)
{
	return YYNTOKEN;
}

bool bdl_grammar_spell(int token, char ret[BDL_SPELLING_MAX])
{
	const char *name = yyTokenName[token];
	size_t n = strlen(name);

	if (n == 0 || n >= BDL_SPELLING_MAX || name[n - 1] == '_' || name[0] == '$')
		return false;
	for (size_t i = 0; i <= n; i++)
		ret[i] = name[i] == '_' ? '-' : (char)tolower((unsigned char)name[i]);
	return true;
}
}
