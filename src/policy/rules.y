/*
 * The grammar of one rule. A comma or a new line before a phrase is the reader's business
 * (rule.c): here a comma only ever stands between two values.
 *
 * This file says what may be written; rule_build.c makes a rule of it, check.c says whether
 * it makes sense.
 */
%name bdl_grammar
%token_prefix BDL_TK_
%token_type { struct bdl_token }
%extra_context { struct bdl_rule_builder *b }

%include {
#include "policy/rules_int.h"
#include <assert.h>

#define YYNOERRORRECOVERY /* what does not fit is told and dropped; the reader goes on (rule.c) */
}

/* Only the words that begin a phrase are kept back: a category may be called `mail` or `host`. */
%fallback WORD ACTION DOOR CATEGORY HOST CRITICAL AND.

%syntax_error { b->syntax_failed = true; }
%stack_overflow { b->syntax_failed = true; }

rule ::= ACTION(A) DOOR(D) phrases.     { bdl_build_head(b, A, D); }

phrases ::= .
phrases ::= phrases phrase.

phrase ::= condition.                   { bdl_build_keep_cond(b); }
phrase ::= UNLESS condition.            { bdl_build_keep_unless(b); }
phrase ::= TELL names.                  { bdl_build_tell(b, false); }
phrase ::= TELL names AS CRITICAL.      { bdl_build_tell(b, true); }

condition ::= TO(T) CATEGORY names.     { bdl_build_cond(b, BDL_COND_CATEGORY, T); }
condition ::= TO(T) HOST names.         { bdl_build_cond(b, BDL_COND_HOST, T); }
condition ::= BY(T) names.              { bdl_build_cond(b, BDL_COND_GROUP, T); }
condition ::= DURING(T) times.          { bdl_build_cond(b, BDL_COND_TIME, T); }

names ::= WORD(W).                      { bdl_build_word(b, W); }
names ::= names COMMA WORD(W).          { bdl_build_word(b, W); }

/* "08:45-12:15 on mon-fri, 13:15-15:30 on mon, wed and fri": days belong to the period before. */
times ::= period.
times ::= times COMMA period.
times ::= times COMMA days.
times ::= times AND days.
period ::= RANGE(R).                    { bdl_build_period(b, R, false); }
period ::= range_on days.
range_on ::= RANGE(R) ON.               { bdl_build_period(b, R, true); }
days ::= WORD(W).                       { bdl_build_days(b, W); }
