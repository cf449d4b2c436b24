/* Rules in plain English: who is bound, what happens, who hears of it. */
#include "policy/explain.h"
#include "policy/explain_int.h"

#define SENTENCE_MAX (64 * 1024)

/* "Files opened, files changed or files deleted", or all that comes in at the door. */
static void say_acts(struct bdl_buf *out, const struct bdl_rule *rule)
{
	static const char *const things[BDL_DOORS] = { "pages", "messages", "screens", "look-ups",
		"events" };
	size_t n = (size_t)__builtin_popcount(rule->deeds), said = 0;

	if (rule->kind == BDL_RULE_FORCE)
		bdl_say(
		    out, rule->door == BDL_DOOR_DNS ? "look-ups of search engines" : "searches");
	else if (n == 0)
		bdl_say(out, things[rule->door]);
	for (unsigned i = 0; i < BDL_DEEDS; i++) {
		if (!(rule->deeds >> i & 1))
			continue;
		bdl_say_between(out, said++, n, "or");
		bdl_say(out, bdl_deed_info((enum bdl_deed)i)->english);
	}
}

static bool is_place(enum bdl_phrase_form form)
{
	return form == BDL_PHRASE_CATEGORY || form == BDL_PHRASE_HOST || form == BDL_PHRASE_PATH;
}

/* "in the category a that are also on b.example", "to parents with files of the kind any". */
static const char *between_targets(const struct bdl_rule *rule, size_t i)
{
	if (!is_place(rule->conds[i].form))
		return " ";
	while (i-- > 0)
		if (is_place(rule->conds[i].form))
			return " that are also ";
	return " ";
}

static void say_subject(struct bdl_buf *out, const struct bdl_rule *rule)
{
	bool first = true;

	for (size_t i = 0; i < rule->n_conds; i++)
		first &= bdl_phrase_info(rule->conds[i].form)->part != BDL_PART_TARGET;
	bdl_say(out, first ? "all " : "");
	say_acts(out, rule);
	for (size_t i = 0; i < rule->n_conds; i++) {
		if (bdl_phrase_info(rule->conds[i].form)->part != BDL_PART_TARGET)
			continue;
		bdl_say(out, between_targets(rule, i));
		bdl_say_phrase(out, &rule->conds[i]);
	}
}

static const char *deed_of(const struct bdl_rule *rule)
{
	static const char *const deeds[BDL_ACTIONS] = {
		[BDL_ALLOW] = " are allowed",
		[BDL_NOTE] = " are allowed, and each is noted",
		[BDL_COACH] = " open only after a reminder of this clause",
		[BDL_HOLD] = " are held until somebody releases them",
		[BDL_BLOCK] = " are blocked",
	};

	if (rule->deeds && rule->door == BDL_DOOR_WEB && rule->action == BDL_COACH)
		return " go on only after a reminder of this clause";
	if (rule->door == BDL_DOOR_MAIL && rule->action == BDL_COACH)
		return " go only once their sender has read this clause and confirmed them";
	if (rule->door == BDL_DOOR_SCREEN || rule->door == BDL_DOOR_LOGS)
		return " are noted";
	return deeds[rule->action];
}

/* "for everyone", "for staff who are also governors". */
static void say_whose(struct bdl_buf *out, const struct bdl_rule *rule)
{
	size_t said = 0;

	for (size_t i = 0; i < rule->n_conds; i++) {
		if (rule->conds[i].form != BDL_PHRASE_BY)
			continue;
		if (said == 0)
			bdl_say_phrase(out, &rule->conds[i]);
		else
			bdl_say(out, said == 1 ? " who are also " : " and also ");
		if (said++)
			bdl_say_names(out, &rule->conds[i].lists[0], BDL_NAMES_GROUP, "or");
	}
	if (said == 0)
		bdl_say(out, "for everyone");
}

static void say_deed(struct bdl_buf *out, const struct bdl_rule *rule)
{
	bool pause =
	    rule->action == BDL_NOTE || rule->action == BDL_COACH || rule->action == BDL_HOLD;
	size_t said = 0;

	if (rule->kind == BDL_RULE_VERDICT) {
		bdl_say(out, deed_of(rule));
	} else {
		bdl_say(out, " ");
		bdl_say_phrase(out, &rule->head);
	}
	/* Whose, and then when: as one says it, whatever the order of writing. */
	bdl_say(out, pause ? ", " : " ");
	say_whose(out, rule);
	for (size_t i = 0; i < rule->n_conds; i++) {
		enum bdl_phrase_form form = rule->conds[i].form;

		if (bdl_phrase_info(form)->part != BDL_PART_CIRCUMSTANCE || form == BDL_PHRASE_BY)
			continue;
		bdl_say(out, said++ ? ", and only " : pause ? ", " : " ");
		bdl_say_phrase(out, &rule->conds[i]);
	}
}

/* With its first letter a capital. */
static void say_sentence(struct bdl_buf *out, struct bdl_buf *sentence)
{
	struct bdl_view v = bdl_buf_view(sentence);

	if (bdl_buf_broken(sentence) || v.n == 0)
		return;
	(void)bdl_buf_add_char(out, *v.p >= 'a' && *v.p <= 'z' ? (char)(*v.p - 'a' + 'A') : *v.p);
	(void)bdl_buf_add_view(out, bdl_view_from(v, 1));
	bdl_say(out, ".");
}

/* "The technicians are told." */
static void say_told(struct bdl_buf *out, const struct bdl_phrase *phrase)
{
	const struct bdl_list *roles = &phrase->lists[0];
	bool several =
	    roles->n > 1 || (roles->n == 1 && bdl_view_is(roles->words[0].text, "technicians"));

	bdl_say_names(out, roles, BDL_NAMES_OFFICER, "and");
	bdl_say(out, several ? " are told" : " is told");
	bdl_say_telling(out, phrase);
}

static void say_result(struct bdl_buf *out, const struct bdl_phrase *phrase)
{
	struct bdl_buf sentence BDL_AUTO_IN(bdl_buf_done) = BDL_BUF(SENTENCE_MAX);

	if (phrase->form == BDL_PHRASE_TELL)
		say_told(&sentence, phrase);
	else
		bdl_say_phrase(&sentence, phrase);
	bdl_say(out, " ");
	say_sentence(out, &sentence);
}

static void explain_door(const struct bdl_rule *rule, struct bdl_buf *out)
{
	struct bdl_buf sentence BDL_AUTO_IN(bdl_buf_done) = BDL_BUF(SENTENCE_MAX);

	say_subject(&sentence, rule);
	say_deed(&sentence, rule);
	for (size_t i = 0; i < rule->n_unless; i++) {
		bdl_say(&sentence, i ? ", or " : ", except ");
		bdl_say_phrase(&sentence, &rule->unless[i]);
	}
	say_sentence(out, &sentence);
	for (size_t i = 0; i < rule->n_phrases; i++)
		say_result(out, &rule->phrases[i]);
	if (rule->kind == BDL_RULE_VERDICT && !bdl_rule_phrase(rule, BDL_PHRASE_TELL))
		bdl_say(out, " Nobody is told.");
}

/* The school's own work: one sentence, its phrases one after the other. */
static void explain_work(const struct bdl_rule *rule, struct bdl_buf *out)
{
	struct bdl_buf sentence BDL_AUTO_IN(bdl_buf_done) = BDL_BUF(SENTENCE_MAX);
	const char *between = ": ";

	bdl_say_phrase(&sentence, &rule->head);
	for (size_t i = 0; i < rule->n_conds + rule->n_phrases; i++) {
		const struct bdl_phrase *phrase =
		    i < rule->n_conds ? &rule->conds[i] : &rule->phrases[i - rule->n_conds];

		bdl_say(&sentence, between);
		between = "; ";
		if (phrase->form == BDL_PHRASE_TELL)
			say_told(&sentence, phrase);
		else
			bdl_say_phrase(&sentence, phrase);
	}
	for (size_t i = 0; i < rule->n_unless; i++) {
		bdl_say(&sentence, ", ");
		bdl_say_phrase(&sentence, &rule->unless[i]);
	}
	say_sentence(out, &sentence);
}

void bdl_explain_rule(const struct bdl_rule *rule, struct bdl_buf *out)
{
	if (rule->kind <= BDL_RULE_FORCE)
		explain_door(rule, out);
	else
		explain_work(rule, out);
}
