#include "policy_test.h"

/* The findings on a policy of these rules, with the categories that the lists have. */
static void check(
    struct bdl_buf *out, const char *binds, const char *rules, const char *const *known, size_t n)
{
	struct bdl_buf text BDL_AUTO_IN(bdl_buf_done) = BDL_BUF(1 << 16);
	struct bdl_findings *findings BDL_AUTO(bdl_findings_free) = bdl_findings_new();
	struct bdl_document *d BDL_AUTO(bdl_document_free) = NULL;
	struct bdl_check_context context = { .categories = known, .n_categories = n };
	struct bdl_err err;

	assert_int_equal(
	    bdl_document_parse(document_of(&text, binds, rules), findings, &d, &err), 0);
	assert_int_equal(findings->n, 0);
	bdl_document_check(d, &context, findings);
	bdl_findings_write(findings, "t", out);
}

static const char *const known[] = { "gambling", "leisure", "social-networks", "a", "b" };

#define TAKES_BACK                                                                                \
	"15:10: error: the exception takes back a condition: the rule can never apply; expected " \
	"an exception that is narrower than the rule\n"
#define NO_PATH(word)                                     \
	"14:19: error: no path is written '" word         \
	"'; expected a path such as /live, which stands " \
	"for itself and all below it"

static const struct {
	const char *rules, *want; /* its findings without "t:" */
} rows[] = {
	{ "block web to category gambling\n  by staff\n  unless by governors, to host x.example\n"
	  "  during 08:00-09:00\n  tell head, office as critical",
	    "" },
	{ "note web to category a, by staff, by governors", "" }, /* in both groups at once */
	{ "block web to category gambing",
	    "14:23: error: unknown category 'gambing'; expected a category that the lists have (did you "
	    "mean 'gambling'?)\n" },
	{ "block web to category Gambling",
	    "14:23: error: no category is named 'Gambling'; expected lower-case letters, digits and "
	    "hyphens\n" },
	{ "block web to category a tell technicans",
	    "14:30: error: unknown role 'technicans'; expected a role such as technicians or "
	    "safeguarding-lead (did you mean 'technicians'?)\n" },
	{ "block web to category a tell head, office, head",
	    "14:44: warning: 'head' is told twice\n" },
	{ "block web to category a, b, a", "14:29: warning: 'a' is named twice\n" },
	{ "block web by staf",
	    "14:14: error: unknown group 'staf'; expected one of the groups that the policy binds, or "
	    "a role (did you mean 'staff'?)\n" },
	{ "block web by heads",
	    "14:14: error: unknown group 'heads'; expected one of the groups that the policy binds, "
	    "or a role (did you mean 'head'?)\n" },
	{ "block web by parants",
	    "14:14: error: unknown group 'parants'; expected one of the groups that the policy binds, "
	    "or a role (did you mean 'parents'?)\n" },
	{ "block web by parents", "" },
	{ "block web to category a unless by governors, unknown",
	    "14:46: error: nobody is excepted for being 'unknown'; expected a group or a role: who is "
	    "unknown is held to the strictest\n" },
	{ "block web by pupils",
	    "14:14: error: this policy does not bind pupils: the rule can never apply; expected one of "
	    "the groups that the policy binds\n" },
	{ "block web to category a, unless by pupils",
	    "14:36: warning: this policy does not bind pupils: nothing to except; expected one of the "
	    "groups that the policy binds\n" },
	{ "block web to host *.games.example",
	    "14:19: error: no host is named '*.games.example'; expected a plain host, which stands for "
	    "itself and all below it (did you mean 'games.example'?)\n" },
	{ "note web to host A-1.example\nblock web to host a-1.example always",
	    "14:1: warning: the rule on line 15 always overrules this one; expected a stricter verdict "
	    "here, or a narrower rule there\n" },
	{ "note web to host xn--bcher-kva.example\nblock web to host 7.b.a.example\nnote web to host "
	  "c.b.a.example\nblock web to host b.a.example",
	    "15:1: warning: the rule on line 17 says this already; expected one of the two\n"
	    "t:16:1: warning: the rule on line 17 always overrules this one; expected a stricter verdict "
	    "here, or a narrower rule there\n" },
	{ "coach web search with words \"!!\", \"ok!\"",
	    "14:29: error: no words to look for are in '!!'; expected words with letters or digits\n" },
	{ "block web to host https://Games.example/page",
	    "14:19: error: no host is named 'https://Games.example/page'; expected a plain host, which "
	    "stands for itself and all below it (did you mean 'games.example'?)\n" },
	{ "block web to host *",
	    "14:19: error: no host is named '*'; expected a plain host, which stands for itself and all "
	    "below it\n" },
	{ "block web to path /live, /a/b.c, to host x.example, with method post\n  with types a/b",
	    "15:14: error: no media type is 'a/b'; expected a media type such as video/mp4, or a family "
	    "such as image/*\n" },
	{ "block web to path live/", NO_PATH("live/") " (did you mean '/live'?)\n" },
	{ "block web to path /a/*", NO_PATH("/a/*") " (did you mean '/a'?)\n" },
	{ "block web to path /b?x=1", NO_PATH("/b?x=1") " (did you mean '/b'?)\n" },
	{ "block web to path /%41", NO_PATH("/%41") " (did you mean '/A'?)\n" },
	{ "block web to path /\xc3\xa9", NO_PATH("/\xc3\xa9") " (did you mean '/%C3%A9'?)\n" },
	{ "block web to path https://x.example/c",
	    NO_PATH("https://x.example/c") " (did you mean '/c'?)\n" },
	{ "block web to path /", NO_PATH("/") "\n" },
	{ "block web to path *", NO_PATH("*") "\n" },
	{ "block web to path /*/a", NO_PATH("/*/a") "\n" },
	{ "block web with method POST, puts",
	    "14:23: error: unknown method 'POST'; expected a method such as post or put (did you mean "
	    "'post'?)\n"
	    "t:14:29: error: unknown method 'puts'; expected a method such as post or put (did you mean "
	    "'put'?)\n" },
	{ "block web with types video/mp4, image/*, application/vnd.ms-excel, text/*\n  with types imgae/png, "
	  "video, image/*/x",
	    "15:14: error: no media type is 'imgae/png'; expected a media type such as video/mp4, or a "
	    "family such as image/* (did you mean 'image/png'?)\n"
	    "t:15:25: error: no media type is 'video'; expected a media type such as video/mp4, or a "
	    "family such as image/* (did you mean 'video/*'?)\n"
	    "t:15:32: error: no media type is 'image/*/x'; expected a media type such as video/mp4, or a "
	    "family such as image/* (did you mean 'image/*'?)\n" },
	{ "block dns to path /a",
	    "14:11: error: 'to path' does not fit the door 'dns'; expected it at the door 'web'\n" },
	{ "force dns safe-search", "" },
	{ "force dns safe-search to host a.example",
	    "14:23: error: at the door 'dns' a switch takes no conditions; expected 'force dns' alone, which is for everyone\n" },
	{ "force mail safe-search",
	    "14:1: error: 'force' does not fit the door 'mail'; expected 'web' or 'dns'\n" },
	{ "splice dns", "14:1: error: 'splice' does not fit the door 'dns'; expected 'web'\n" },
	{ "block web to category a\nblock dns to category a\nallow web to host b.example over a.clause",
	    "15:1: warning: what can be lifted is not blocked at the door 'dns': this rule does nothing; expected 'always', or nothing that lifts the clause\n" },
	{ "block web to category a\nblock dns to category a\npermit b asked by staff decided by head lifting a.clause for stated host",
	    "15:1: warning: what can be lifted is not blocked at the door 'dns': this rule does nothing; expected 'always', or nothing that lifts the clause\n" },
	{ "block web to category a\nblock dns to category a always\nallow web to host b.example over a.clause",
	    "" },
	{ "block mail with method post",
	    "14:12: error: 'with method' does not fit the door 'mail'; expected it at the door 'web'\n" },
	{ "hold web to category a",
	    "14:1: error: 'hold' does not fit the door 'web'; expected 'allow', 'note', 'coach' or 'block'\n" },
	{ "coach dns to category a",
	    "14:1: error: 'coach' does not fit the door 'dns'; expected 'block'\n" },
	{ "hold mail to category a\n  released by head",
	    "14:1: error: 'returned after' is missing: what nobody releases must go back\n" },
	{ "hold mail to category a\n  released by head\n  returned after 2 days", "" },
	{ "block web to category a released by head",
	    "14:25: error: 'released by' says nothing here: only what is held is released\n" },
	{ "allow web to category a",
	    "14:1: error: 'over' is missing: a rule says which clauses it lifts\n" },
	{ "allow web to category a over a.clause", "" },
	{ "allow web to category a over a.claus",
	    "14:30: error: unknown clause 'a.claus'; expected the id of a clause of this policy (did you "
	    "mean 'a.clause'?)\n" },
	{ "block web to category a always\nallow web to category b over a.clause", "" },
	{ "coach web to category a unless granted leave",
	    "14:40: warning: unknown permission 'leave'; expected one that a rule 'permit' describes\n" },
	{ "coach web to category a unless granted leav\npermit leave\n  asked by staff, decided by head\n"
	  "  lifting a.clause for stated host",
	    "14:40: error: unknown permission 'leav'; expected one that a rule 'permit' describes (did you "
	    "mean 'leave'?)\n" },
	{ "permit leave\n  asked by staff\n  decided by head",
	    "14:8: warning: nothing uses the permission 'leave'; expected 'unless granted' in a rule, or "
	    "'recorded only' here\n" },
	{ "permit leave\n  asked by staff\n  recorded only",
	    "14:8: error: nobody asks for or decides the permission 'leave'; expected 'asked by' and "
	    "'decided by'\n" },
	{ "permit leave\n  recorded only\n  asked by staff\npermit leave\n  decided by head", "" },
	{ "permit leave\n  recorded only, asked by staff, decided by head\npermit leave\n  decided by office",
	    "17:3: error: 'decided by' is otherwise on line 15; expected the same in both places, or two names\n" },
	{ "permit leave\n  recorded only, asked by staff, decided by head, decided by office",
	    "15:51: error: 'decided by' can be said only once; expected one that says it all\n" },
	{ "report harm stating what",
	    "14:8: error: nobody gets the report 'harm'; expected a phrase such as 'tell head'\n" },
	{ "report harm stating what\nreport harm tell head", "" },
	{ "report harm tell hed",
	    "14:18: error: unknown role 'hed'; expected a role such as technicians or safeguarding-lead (did "
	    "you mean 'head'?)\n" },
	{ "report harm tell head else person",
	    "14:28: error: unknown role 'person'; expected a role such as technicians or safeguarding-lead\n" },
	{ "register keys holding tag",
	    "14:10: error: nobody keeps the register 'keys'; expected 'kept by', 'entered by' or 'booked "
	    "by'\n" },
	{ "note logs logon\n  using devices of others\n  unless registered in kees\nregister keys kept by office",
	    "16:24: error: unknown register 'kees'; expected one that a rule 'register' describes (did you "
	    "mean 'keys'?)\n" },
	{ "check backup every 1 day",
	    "14:1: error: nobody hears of this check; expected a phrase such as 'tell head'\n" },
	{ "check backup every 1 day tell person", "" },
	{ "block web to category a tell person",
	    "14:30: error: unknown role 'person'; expected a role such as technicians or safeguarding-lead\n" },
	{ "block web to category a during 8am-9am",
	    "14:32: error: no such time '8am-9am'; expected a period such as 08:45-12:15, or a name such as "
	    "contact\n" },
	{ "block web to category a during contcat",
	    "14:32: warning: unknown time 'contcat'; expected a time of the calendar such as contact or term "
	    "(did you mean 'contact'?)\n" },
	{ "block web to category a using own-device",
	    "14:31: error: unknown devices 'own-device'; expected own-devices, school-devices or "
	    "unknown-devices (did you mean 'own-devices'?)\n" },
	{ "block web to category a by unknown, office", "" },
	{ "block dns to category a during 08:00-09:00",
	    "14:25: error: 'during' does not fit the door 'dns'; expected it at the door 'web', 'mail', 'screen' or 'logs'\n" },
	{ "block dns to category a unless to category b",
	    "14:32: error: the door 'dns' takes no exceptions; expected a rule that holds for everyone, always\n" },
	{ "block dns to category a tell head",
	    "14:25: error: 'tell' does not fit the door 'dns'; expected it at the door 'web', 'mail', 'screen' or 'logs'\n" },
	{ "block mail using own-devices",
	    "14:12: error: 'using' does not fit the door 'mail'; expected it at the door 'web' or 'screen'\n" },
	{ "block web to gambling",
	    "14:11: error: 'to' does not fit the door 'web'; expected 'to category', 'to host' or 'to path' (did you mean 'to category gambling'?)\n" },
	{ "block web to gambeling",
	    "14:11: error: 'to' does not fit the door 'web'; expected 'to category', 'to host' or 'to path' (did you mean 'to category gambling'?)\n" },
	{ "coach web to games.example, b",
	    "14:11: error: 'to' does not fit the door 'web'; expected 'to category', 'to host' or 'to path' (did you mean 'to host games.example'?)\n" },
	{ "coach web unless to /live",
	    "14:18: error: 'to' does not fit the door 'web'; expected 'to category', 'to host' or 'to path' (did you mean 'to path /live'?)\n" },
	{ "block web to parents",
	    "14:11: error: 'to' does not fit the door 'web'; expected 'to category', 'to host' or 'to path'\n" },
	{ "note mail\n  with phrases a-thing\n  keeping picture",
	    "16:3: error: only at the door 'screen' can a picture be kept\n" },
	{ "block web to category a\n  always\n  unless to category b",
	    "16:10: error: an exception to what is 'always'; expected no 'unless', or no 'always'\n" },
	{ "splice mail to category a",
	    "14:1: error: 'splice' does not fit the door 'mail'; expected 'web'\n" },
	{ "block web to category a, b\ncoach web to category a by staff",
	    "15:1: warning: the rule on line 14 always overrules this one; expected a stricter verdict here, or a narrower rule there\n" },
	{ "block web to category a, b\ncoach web to category a by staff tell head", "" },
	{ "block web to category a\n  unless to category b\ncoach web to category a by staff", "" },
	{ "block web to category a\n  unless to category b\ncoach web to category a\n  unless to category b, by staff",
	    "16:1: warning: the rule on line 14 always overrules this one; expected a stricter verdict here, or a narrower rule there\n" },
	{ "block web to category a\n  unless granted leave\ncoach web to category a by staff\n  unless granted leave up to amount\npermit leave asked by staff, stating amount, decided by head",
	    "" },
	{ "block web to category a\n  unless granted leave up to amount\ncoach web to category a by staff\n  unless granted leave\npermit leave asked by staff, stating amount, decided by head",
	    "16:1: warning: the rule on line 14 always overrules this one; expected a stricter verdict here, or a narrower rule there\n" },
	{ "block web to host a.example\ncoach web to host www.a.example to path /b",
	    "15:1: warning: the rule on line 14 always overrules this one; expected a stricter verdict here, or a narrower rule there\n" },
	{ "block web to category a, b\nblock web to category a",
	    "15:1: warning: the rule on line 14 says this already; expected one of the two\n" },
	{ "block web to category a\nblock web to category a",
	    "15:1: warning: the rule on line 14 says this already; expected one of the two\n" },
	{ "block web to category a\nblock web to category a, b",
	    "14:1: warning: the rule on line 15 says this already; expected one of the two\n" },
	{ "block web to category a tell head\nblock web to category a tell office", "" },
	{ "block web upload to category a\ncoach web to category a", "" },
	{ "block web to category a\ncoach web upload to category a",
	    "15:1: warning: the rule on line 14 always overrules this one; expected a stricter verdict here, or a narrower rule there\n" },
	{ "block web with phrases a-thing\ncoach web with serious phrases a-thing",
	    "15:1: warning: the rule on line 14 always overrules this one; expected a stricter verdict here, or a narrower rule there\n" },
	{ "block web with serious phrases a-thing\ncoach web with phrases a-thing", "" },
	{ "block web upload of more than 2 GB\ncoach web upload of more than 3 GB",
	    "15:1: warning: the rule on line 14 always overrules this one; expected a stricter verdict here, or a narrower rule there\n" },
	{ "block web tell head",
	    "14:1: warning: this rule applies to everything at the door 'web'; expected a condition "
	    "such as 'to category gambling'\n" },
	{ "block web to category a\n  unless to category a, b", TAKES_BACK },
	{ "block web to category a, b\n  unless to category a", "" },
	{ "block web by staff\n  unless by staff", TAKES_BACK },
	{ "block web during 08:00-09:00 on mon\n  unless during 08:00-09:00 on mon-fri",
	    TAKES_BACK },
	{ "block web during 08:00-09:00 on mon-fri\n  unless during 08:00-09:00 on mon", "" },
	{ "block web during 08:00-09:00\n  during 10:00-11:00",
	    "15:3: error: this and another 'during' never come together: the rule can never apply; expected one 'during' with a comma between the periods\n" },
	{ "block web during 08:00-09:00 on mon\n  during 08:00-09:00 on tue",
	    "15:3: error: this and another 'during' never come together: the rule can never apply; expected one 'during' with a comma between the periods\n" },
	{ "block web during 22:00-02:00 on sun\n  during 02:00-03:00 on mon",
	    "15:3: error: this and another 'during' never come together: the rule can never apply; expected one 'during' with a comma between the periods\n" },
	{ "block web during 22:00-02:00 on sun\n  during 01:00-03:00 on mon", "" },
	{ "block web to host a.example\n  to host b.example, ba.example",
	    "15:3: error: this and another 'to host' never come together: the rule can never apply; expected one 'to host' with a comma between the names\n" },
	{ "block web to host A.example\n  to host www.a.example, b.example", "" },
	{ "block web to path /a\n  to path /ab, /b/a",
	    "15:3: error: this and another 'to path' never come together: the rule can never apply; expected one 'to path' with a comma between the names\n" },
	{ "block web to path /a\n  to path /a/b, /b", "" },
	{ "block web with method post\n  with method get, put",
	    "15:3: error: this and another 'with method' never come together: the rule can never apply; expected one 'with method' with a comma between the names\n" },
	{ "block web using own-devices\n  using school-devices",
	    "15:3: error: this and another 'using' never come together: the rule can never apply; expected one 'using' with a comma between the names\n" },
	{ "block web to category a\n  to category b, by staff, by governors", "" },
	{ "block web during 22:00-02:00 on sun unless during 23:00-01:00 on sun", "" },
	{ "block web during 23:00-01:00 on sun\n  unless during 22:00-02:00 on sat and sun",
	    TAKES_BACK },
	{ "block web during 00:30-01:00 on mon\n  unless during 22:00-02:00 on sun", TAKES_BACK },
	{ "block web to host www.a.example\n  unless to host a.example", TAKES_BACK },
	{ "block web to host a.example\n  unless to host www.a.example", "" },
	{ "block web to path /a/b\n  unless to path /a", TAKES_BACK },
	{ "block web to path /ab\n  unless to path /a", "15:10: warning: this and the rule's own 'to path' never come together: nothing to except; expected an exception that is narrower than the rule\n" },
	{ "block web with types image/png\n  unless with types image/*", TAKES_BACK },
	{ "block web with types image/*\n  unless with types image/png, text/*", "" },
	{ "block web to category a\n  unless by governors, parents, staff",
	    "15:10: warning: everyone whom the policy binds is excepted: the rule is for unknown people only; expected a narrower exception, or a rule 'by unknown'\n" },
	{ "block web by staff, to category a\n  unless by governors, parents", "" },

	{ "block web during 08:00-10:00\n  during 09:00-11:00", "" },
};

static void finds_what_makes_no_sense(void **state)
{
	(void)state;
	for (size_t i = 0; i < BDL_ARRAY_LEN(rows); i++) {
		struct bdl_buf got BDL_AUTO_IN(bdl_buf_done) = BDL_BUF(1 << 16);
		struct bdl_buf want BDL_AUTO_IN(bdl_buf_done) = BDL_BUF(1 << 16);

		check(
		    &got, "staff, governors, parents", rows[i].rules, known, BDL_ARRAY_LEN(known));
		(void)bdl_buf_printf(&want, "%s%s", *rows[i].want ? "t:" : "", rows[i].want);
		if (strcmp(bdl_buf_str(&got), bdl_buf_str(&want)) != 0)
			fail_msg("'%s'\n got %swant %s", rows[i].rules, bdl_buf_str(&got),
			    bdl_buf_str(&want));
	}
}

/* What can be read of a broken rule is checked all the same, but not as a whole. */
static void reads_on_in_a_broken_rule(void **state)
{
	(void)state;
	struct bdl_buf text BDL_AUTO_IN(bdl_buf_done) = BDL_BUF(1 << 16);
	struct bdl_buf got BDL_AUTO_IN(bdl_buf_done) = BDL_BUF(1 << 16);
	struct bdl_findings *findings BDL_AUTO(bdl_findings_free) = bdl_findings_new();
	struct bdl_document *d BDL_AUTO(bdl_document_free) = NULL;
	struct bdl_view bytes = document_of(&text, "staff",
	    "blok web\n  tell technicans\nhold web during 25:00-26:00 during 27:00-28:00\n  by pupil "
	    "unless during 29:00-30:00");
	struct bdl_ruleset *r = NULL;
	struct bdl_source source = { BDL_LIT("p"), bytes };

	assert_int_equal(bdl_document_parse(bytes, findings, &d, NULL), 0);
	assert_int_equal(findings->n_errors, 4);
	bdl_document_check(d, NULL, findings);
	bdl_findings_write(findings, "t", &got);
	assert_int_equal(findings->n_errors, 6);
	assert_non_null(strstr(bdl_buf_str(&got), "t:15:8: error: unknown role 'technicans'"));
	assert_non_null(strstr(bdl_buf_str(&got), "t:17:6: error: unknown group 'pupil'"));
	assert_int_equal(bdl_ruleset_new(&source, 1, &r, NULL), BDL_E_INVALID);
	assert_null(r);
}

static void asks_no_list_for_categories(void **state)
{
	(void)state;
	struct bdl_buf got BDL_AUTO_IN(bdl_buf_done) = BDL_BUF(1 << 16);

	check(&got, "staff", "block web to category unheard-of", NULL, 0);
	assert_string_equal(bdl_buf_str(&got), "");
	check(&got, "staff", "block web to category unheard-of", known, 0);
	assert_non_null(strstr(bdl_buf_str(&got), "unknown category 'unheard-of'"));
}

static struct bdl_document *parse_fine(struct bdl_buf *text, const char *rules)
{
	struct bdl_findings *findings BDL_AUTO(bdl_findings_free) = bdl_findings_new();
	struct bdl_document *d = NULL;

	assert_int_equal(
	    bdl_document_parse(document_of(text, "staff", rules), findings, &d, NULL), 0);
	assert_int_equal(findings->n, 0);
	return d;
}

static void check_with(
    const struct bdl_document *d, const struct bdl_check_context *context, const char *want)
{
	struct bdl_findings *findings BDL_AUTO(bdl_findings_free) = bdl_findings_new();
	struct bdl_buf got BDL_AUTO_IN(bdl_buf_done) = BDL_BUF(1 << 16);

	bdl_document_check(d, context, findings);
	bdl_findings_write(findings, "t", &got);
	assert_string_equal(bdl_buf_str(&got), want);
}

/* One describes what the other uses; places and times are those that the caller knows. */
static void reads_policies_together(void **state)
{
	(void)state;
	static const char *const places[] = { "cafe" }, *const times[] = { "contact" };
	struct bdl_buf text BDL_AUTO_IN(bdl_buf_done) = BDL_BUF(1 << 16);
	struct bdl_document *uses BDL_AUTO(bdl_document_free) =
	    parse_fine(&text, "block web at cafe during contact unless granted leave");
	struct bdl_document *describes BDL_AUTO(bdl_document_free) =
	    parse_fine(&text, "permit leave asked by staff, decided by head");
	struct bdl_document *neither BDL_AUTO(bdl_document_free) =
	    parse_fine(&text, "block web at coffee during contract");
	const struct bdl_document *others[] = { describes }, *users[] = { uses };
	struct bdl_check_context context = { .others = others, .n_others = 1 };

	check_with(uses, NULL,
	    "t:14:49: warning: unknown permission 'leave'; expected one that a rule 'permit' "
	    "describes\n");
	check_with(uses, &context, "");
	check_with(describes, NULL,
	    "t:14:8: warning: nothing uses the permission 'leave'; expected 'unless granted' in a rule, "
	    "or 'recorded only' here\n");
	context.others = users;
	check_with(describes, &context, "");
	check_with(uses, &context,
	    "t:14:49: error: unknown permission 'leave'; expected one that a rule 'permit' "
	    "describes\n");
	context = (struct bdl_check_context){
		.places = places, .n_places = 1, .times = times, .n_times = 1
	};
	check_with(neither, NULL,
	    "t:14:28: warning: unknown time 'contract'; expected a time of the calendar such as contact "
	    "or term (did you mean 'contact'?)\n");
	check_with(neither, &context,
	    "t:14:14: error: unknown place 'coffee'; expected a place of the register of places\n"
	    "t:14:28: error: unknown time 'contract'; expected a time of the calendar such as contact or "
	    "term (did you mean 'contact'?)\n");
}

/* Lifting a clause of which every rule is `always` would be a promise that cannot be kept. */
static void nothing_lifts_always(void **state)
{
	(void)state;
	static const char text[] = FRONT(
	    "staff") "# A {#a}\nA.\n```rules\nblock web to category a\n  always\n```\n"
		     "# B {#b}\nB.\n```rules\nallow web to category b over a\n"
		     "permit page\n  asked by staff\n  decided by head\n  lifting a, b for stated host\n```\n";
	struct bdl_findings *findings BDL_AUTO(bdl_findings_free) = bdl_findings_new();
	struct bdl_document *d BDL_AUTO(bdl_document_free) = NULL;

	assert_int_equal(bdl_document_parse(bdl_view_of(text), findings, &d, NULL), 0);
	check_with(d, NULL,
	    "t:18:30: error: an exception to what is 'always': the clause 'a'; expected a clause that something may lift\n"
	    "t:22:11: error: an exception to what is 'always': the clause 'a'; expected a clause that something may lift\n");
}

static void check_together(
    struct bdl_document *const *all, size_t n, size_t which, const char *want)
{
	const struct bdl_document *others[4];
	struct bdl_check_context context = { .others = others };

	assert_true(n <= BDL_ARRAY_LEN(others));
	for (size_t i = 0; i < n; i++)
		if (i != which)
			others[context.n_others++] = all[i];
	check_with(all[which], &context, want);
}

static struct bdl_document *parse_titled(const char *title, const char *binds, const char *body)
{
	struct bdl_buf text BDL_AUTO_IN(bdl_buf_done) = BDL_BUF(1 << 16);
	struct bdl_findings *findings BDL_AUTO(bdl_findings_free) = bdl_findings_new();
	struct bdl_document *d = NULL;

	(void)bdl_buf_printf(&text,
	    "---\ntitle: %s\nschool: s\nowner: o\napprover: a\nreview: every 1 month\nbinds: %s\n---\n%s",
	    title, binds, body);
	assert_int_equal(bdl_document_parse(bdl_buf_view(&text), findings, &d, NULL), 0);
	assert_int_equal(findings->n, 0);
	return d;
}

/* What one policy says against what another says; two that bind the same people may differ. */
static void sets_policies_side_by_side(void **state)
{
	(void)state;
	struct bdl_document *staff BDL_AUTO(bdl_document_free) =
	    parse_titled("Staff", "staff, supply",
		"# A {#a}\nA.\n```rules\nblock web to category a\n"
		"permit leave recorded only, asked by staff, decided by head\n"
		"register keys kept by office, holding tag\n"
		"report harm stating what, due in 1 day, tell head\n```\n");
	struct bdl_document *supply BDL_AUTO(bdl_document_free) = parse_titled("Supply", "supply",
	    "# A {#a}\nA.\n```rules\ncoach web to category a, to host x.example\n"
	    "permit leave recorded only, asked by supply, decided by leader\n"
	    "register keys kept by office, holding person\n"
	    "report harm stating where, due in 2 days, tell leader\n```\n");
	struct bdl_document *pupils BDL_AUTO(bdl_document_free) = parse_titled("Pupils", "pupils",
	    "# B {#b}\nB.\n```rules\ncoach web to category a\nallow web to category a over a\n```\n");
	struct bdl_document *all[] = { staff, supply, pupils };

	check_together(all, 3, 0,
	    "t:13:45: warning: 'decided by' is otherwise on line 13 of the policy 'Supply'; expected the same in both, or two names\n");
	check_together(all, 3, 1,
	    "t:12:1: warning: the rule on line 12 of the policy 'Staff' always overrules this one; expected a stricter verdict here, or a narrower rule there\n"
	    "t:13:46: warning: 'decided by' is otherwise on line 13 of the policy 'Staff'; expected the same in both, or two names\n");
	check_together(all, 3, 2,
	    "t:13:30: error: the clause 'a' is one of the policy 'Staff', which alone can lift it; expected the id of a clause of this policy\n");
	check_together(all + 2, 1, 0,
	    "t:13:30: error: unknown clause 'a'; expected the id of a clause of this policy\n");
}

/* A stricter rule that something may lift does not always overrule another one. */
static void knows_what_may_be_lifted(void **state)
{
	(void)state;
#define GAMES CLAUSE("a", "block web to category a") CLAUSE("b", "note web to category a by staff")
#define ALWAYS                                         \
	CLAUSE("a", "block web to category a, always") \
	CLAUSE("b", "note web to category a by staff")
	static const char overruled[] =
	    "t:23:1: warning: the rule on line 15 always overrules this one; expected a stricter "
	    "verdict here, or a narrower rule there\n";
	static const struct {
		const char *body, *want;
	} policies[] = {
		{ GAMES, overruled },
		{ GAMES CLAUSE("c", "allow web to host games.example, over a"), "" },
		{ GAMES CLAUSE("c", "allow web to host games.example, over b"), overruled },
		{ GAMES CLAUSE("c",
		      "permit page asked by staff, decided by head, lifting a for stated host"),
		    "" },
		{ ALWAYS CLAUSE("c", "note web to host games.example"), overruled },
	};

	for (size_t i = 0; i < BDL_ARRAY_LEN(policies); i++) {
		struct bdl_document *d BDL_AUTO(bdl_document_free) =
		    parse_titled("Staff", "staff", policies[i].body);

		check_together(&d, 1, 0, policies[i].want);
	}

	struct bdl_document *staff BDL_AUTO(bdl_document_free) = parse_titled("Staff", "staff",
	    CLAUSE("a", "block web to category a")
		CLAUSE("c", "allow web to host x.example, over a"));
	struct bdl_document *other BDL_AUTO(bdl_document_free) =
	    parse_titled("Other", "staff", CLAUSE("b", "note web to category a"));
	struct bdl_document *both[] = { staff, other };

	check_together(both, 2, 1, "");
#undef GAMES
#undef ALWAYS
}

static void check_due(
    const char *review, const char *today, const char *approved_on, const char *due)
{
	struct bdl_buf text BDL_AUTO_IN(bdl_buf_done) = BDL_BUF(1 << 16);
	struct bdl_buf want BDL_AUTO_IN(bdl_buf_done) = BDL_BUF(1 << 16);
	struct bdl_findings *findings BDL_AUTO(bdl_findings_free) = bdl_findings_new();
	struct bdl_document *d BDL_AUTO(bdl_document_free) = NULL;
	struct bdl_check_context context = { .today = today, .approved_on = approved_on };

	(void)bdl_buf_printf(&text,
	    "---\ntitle: t\nschool: s\nreview: %s\nowner: o\napprover: a\nbinds: staff\n---\n",
	    review);
	if (due)
		(void)bdl_buf_printf(&want,
		    "t:4:1: warning: the policy should have been reviewed by %s; expected a review, and its "
		    "next day\n",
		    due);
	assert_int_equal(bdl_document_parse(bdl_buf_view(&text), findings, &d, NULL), 0);
	check_with(d, &context, bdl_buf_str(&want));
}

static void knows_an_overdue_review(void **state)
{
	(void)state;
	check_due("2024-09-01", "2026-11-21", NULL, "2024-09-01");
	check_due("2024-09-01", "2024-09-02", NULL, "2024-09-01");
	check_due("2024-09-01", "2024-09-01", NULL, NULL);
	check_due("2024-09-01", NULL, NULL, NULL);
	check_due("every 12 months", "2026-11-21", NULL, NULL);
	check_due("every 12 months", "2026-11-21", "2025-11-20", "2026-11-20");
	check_due("every 12 months", "2026-11-21", "2025-11-21", NULL);
	check_due("every 1 month", "2024-03-01", "2024-01-31", "2024-02-29");
	check_due("every 1 month", "2024-02-29", "2024-01-31", NULL);
	check_due("every 1 month", "2023-03-01", "2023-01-31", "2023-02-28");
	check_due("every 3 months", "2027-02-01", "2026-10-31", "2027-01-31");
	check_due("every 120 months", "2037-01-01", "2026-12-31", "2036-12-31");
	check_due("every 12 months", "2026-11-21", "last year", NULL);
}

static void check_text(const char *text, const char *want)
{
	struct bdl_findings *findings BDL_AUTO(bdl_findings_free) = bdl_findings_new();
	struct bdl_document *d BDL_AUTO(bdl_document_free) = NULL;
	struct bdl_buf got BDL_AUTO_IN(bdl_buf_done) = BDL_BUF(1 << 16);
	struct bdl_err err;

	assert_int_equal(bdl_document_parse(bdl_view_of(text), findings, &d, &err), 0);
	bdl_document_check(d, NULL, findings);
	bdl_findings_write(findings, "t", &got);
	assert_string_equal(bdl_buf_str(&got), want);
}

static void looks_at_the_whole_document(void **state)
{
	(void)state;
	check_text(FRONT("staff") "# A {#a}\n\n# B {#b}\n\nB.\n\n# A again {#a}\n",
	    "t:15:1: error: the id 'a' is that of the clause on line 9; expected an id of its own\n");
	check_text(FRONT("staff") "# A {#a}\n\n```rules\nblock web by staff\n```\n",
	    "t:9:1: error: the clause 'a' has rules but no sentence; expected a first paragraph, which "
	    "the block page shows\n");
	check_text("---\nowner: x\nbinds:\n---\n",
	    "t:1:1: error: the front matter does not say 'title'; expected a line with this key\n"
	    "t:1:1: error: the front matter does not say 'school'; expected a line with this key\n"
	    "t:1:1: error: the front matter does not say 'approver'; expected a line with this key\n"
	    "t:1:1: error: the front matter does not say 'review'; expected a line with this key\n"
	    "t:1:1: error: the front matter does not say 'binds'; expected a line with this key\n");
	check_text("# A\n",
	    "t:1:1: error: the document has no front matter; expected a first line '---' "
	    "and keys such as title below it\n");
}

/* A category that the lists know and that nothing is in; and the one that the law blocks. */
static void tells_of_rules_that_do_not_do_what_they_say(void **state)
{
	(void)state;
#define BLOCKED                                                                              \
	"warning: what is in the category 'illegal' is blocked for everyone, whatever this " \
	"rule says; expected 'block', and no exception\n"
#define NO_ENTRIES(more)                                                                \
	"warning: category 'self-harm' has no entries" more "; expected a list of it: " \
	"beadle lists compile\n"
	static const char *const categories[] = { "gambling", "illegal", "self-harm" };
	static const bool empty[] = { false, false, true };
	static const struct {
		const char *rules, *want;
	} cases[] = {
		{ "block web to category gambling, illegal", "" },
		{ "block dns to category illegal, always", "" },
		{ "note web to category illegal", "t:14:22: " BLOCKED },
		{ "coach web to category gambling, illegal", "t:14:33: " BLOCKED },
		{ "splice web to category illegal", "t:14:24: " BLOCKED },
		{ "block web unless to category illegal", "t:14:30: " BLOCKED },
		{ "block web to category self-harm",
		    "t:14:23: " NO_ENTRIES(": this rule stops nothing yet") },
		{ "note web to category self-harm",
		    "t:14:22: " NO_ENTRIES(": this rule does nothing yet") },
		{ "block web to category gambling, self-harm", "t:14:33: " NO_ENTRIES("") },
		{ "block web to category gambling\n  unless to category self-harm",
		    "t:15:22: " NO_ENTRIES(": it excepts nothing yet") },
	};

	for (size_t i = 0; i < BDL_ARRAY_LEN(cases); i++) {
		struct bdl_buf text BDL_AUTO_IN(bdl_buf_done) = BDL_BUF(1 << 16);
		struct bdl_buf out BDL_AUTO_IN(bdl_buf_done) = BDL_BUF(1 << 16);
		struct bdl_findings *findings BDL_AUTO(bdl_findings_free) = bdl_findings_new();
		struct bdl_document *d BDL_AUTO(bdl_document_free) = NULL;
		struct bdl_check_context context = { .categories = categories,
			.n_categories = BDL_ARRAY_LEN(categories),
			.empty = empty };

		assert_int_equal(bdl_document_parse(document_of(&text, "staff", cases[i].rules),
				     findings, &d, NULL),
		    0);
		bdl_document_check(d, &context, findings);
		bdl_findings_write(findings, "t", &out);
		assert_string_equal(bdl_buf_str(&out), cases[i].want);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(finds_what_makes_no_sense),
		cmocka_unit_test(reads_on_in_a_broken_rule),
		cmocka_unit_test(asks_no_list_for_categories),
		cmocka_unit_test(reads_policies_together),
		cmocka_unit_test(sets_policies_side_by_side),
		cmocka_unit_test(knows_what_may_be_lifted),
		cmocka_unit_test(nothing_lifts_always),
		cmocka_unit_test(knows_an_overdue_review),
		cmocka_unit_test(looks_at_the_whole_document),
		cmocka_unit_test(tells_of_rules_that_do_not_do_what_they_say),
	};

	return cmocka_run_group_tests_name("policy/check", tests, NULL, NULL);
}
