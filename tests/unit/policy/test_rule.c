#include "policy/rule.h"
#include "policy_test.h"

struct fixture {
	struct bdl_region *region;
	struct bdl_findings *findings;
	struct bdl_rule *rules;
	size_t n;
	struct bdl_buf text;
};

static void parse(struct fixture *x, const char *text)
{
	*x = (struct fixture){
		.region = bdl_region_new(1 << 20),
		.findings = bdl_findings_new(),
		.text = BDL_BUF(1 << 20),
	};
	bdl_rules_parse(bdl_view_of(text), 1, x->region, x->findings, &x->rules, &x->n);
	bdl_findings_write(x->findings, "t", &x->text);
}

static size_t whole_rules(const struct fixture *x)
{
	size_t n = 0;

	for (size_t i = 0; i < x->n; i++)
		n += !x->rules[i].broken;
	return n;
}

static void done(struct fixture *x)
{
	bdl_region_free(x->region);
	bdl_findings_free(x->findings);
	bdl_buf_done(&x->text);
}

/* A rule as one line of text: what the parser understood. */
static void show_words(struct bdl_buf *out, const struct bdl_list *list)
{
	for (size_t i = 0; i < list->n; i++)
		(void)bdl_buf_printf(out, "%s%.*s", i ? "," : "", BDL_FMT(list->words[i].text));
}

static void show_phrase(struct bdl_buf *out, const char *what, const struct bdl_phrase *p)
{
	static const char *const manners[BDL_MANNERS] = { "", " serious", " likely", " certain",
		" daily", " critical", " late", " nothing", " facts", " words", " picture" };

	(void)bdl_buf_printf(out, " %s%s(", what, bdl_phrase_info(p->form)->words);
	for (size_t i = 0; i < BDL_PHRASE_LISTS; i++) {
		(void)bdl_buf_add_str(out, i && p->lists[i].n ? ";" : "");
		show_words(out, &p->lists[i]);
	}
	for (size_t i = 0; i < p->n_periods; i++)
		(void)bdl_buf_printf(out, "%s%u-%u/%02x", i ? "," : "", p->periods[i].from,
		    p->periods[i].to, p->periods[i].days);
	if (p->number)
		(void)bdl_buf_printf(out, " n%llu", (unsigned long long)p->number);
	if (p->span.n)
		(void)bdl_buf_printf(out, " s%u/%d", p->span.n, (int)p->span.unit);
	(void)bdl_buf_printf(out, "%s)", manners[p->manner]);
}

static void show(struct bdl_buf *out, const struct bdl_rule *rules, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		const struct bdl_rule *r = &rules[i];

		(void)bdl_buf_add_str(out, i ? "; " : "");
		if (r->kind == BDL_RULE_VERDICT)
			(void)bdl_buf_printf(
			    out, "%s %s", bdl_action_word(r->action), bdl_door_word(r->door));
		else
			show_phrase(out, "", &r->head);
		if (r->deeds)
			(void)bdl_buf_printf(out, " acts%x", r->deeds);
		for (size_t j = 0; j < r->n_conds; j++)
			show_phrase(out, "if ", &r->conds[j]);
		for (size_t j = 0; j < r->n_unless; j++)
			show_phrase(out, "unless ", &r->unless[j]);
		for (size_t j = 0; j < r->n_phrases; j++)
			show_phrase(out, "", &r->phrases[j]);
	}
}

static const struct {
	const char *text, *want;
} understood[] = {
	{ "", "" },
	{ "\n  \n# only a comment\n", "" },
	{ "block web", "block web" },
	{ "block web to category gambling", "block web if to category(gambling)" },
	{ "block web to category gambling\n  tell technicians",
	    "block web if to category(gambling) tell(technicians)" },
	{ "block web, tell technicians, to category a, b",
	    "block web if to category(a,b) tell(technicians)" },
	{ "block web to category a by staff tell head",
	    "block web if to category(a) if by(staff) tell(head)" },
	{ "block web\n\tto host a.example,\n\t\tb.example # two\n\n\tby pupils",
	    "block web if to host(a.example,b.example) if by(pupils)" },
	{ "coach web\r\n  to category a\r\n  unless by x, y\r\n",
	    "coach web if to category(a) unless by(x,y)" },
	{ "note web unless by x, unless to host h.example, by y",
	    "note web if by(y) unless by(x) unless to host(h.example)" },
	{ "block web to path /live, /shorts to host v.example, unless to path /live/lesson",
	    "block web if to path(/live,/shorts) if to host(v.example) unless "
	    "to path(/live/lesson)" },
	{ "note web with method post, put, unless with method get",
	    "note web if with method(post,put) unless with method(get)" },
	{ "coach web search with words \"essay mill\",\n    \"buy, an essay\", by pupils",
	    "coach web acts1 if with words(essay mill,buy, an essay) if by(pupils)" },
	{ "block web download with types video/mp4, image/*\n  with types a/b",
	    "block web acts2 if with types(video/mp4,image/*) if with types(a/b)" },
	{ "block mail to method, path, types", "block mail if to(method,path,types)" },
	{ "block web during 08:45-12:15", "block web if during(525-735/7f)" },
	{ "block web during 08:45-12:15 on mon-fri, 13:15-15:30 on mon, wed and fri",
	    "block web if during(525-735/1f,795-930/15)" },
	{ "block web during 22:00-06:00 on fri-mon", "block web if during(1320-360/71)" },
	{ "block web during 00:00-24:00 on sun", "block web if during(0-1440/40)" },
	{ "block web unless during 9:00-10:00,\n  on sat", "block web unless during(540-600/20)" },
	{ "block web tell technicians as critical", "block web tell(technicians critical)" },
	{ "block web tell technicians,\n  head,\n  as critical",
	    "block web tell(technicians,head critical)" },
	{ "block web tell technicians, tell head", "block web tell(technicians) tell(head)" },
	{ "hold mail to category mail, host, critical",
	    "hold mail if to category(mail,host,critical)" },
	{ "block web to category a\nblock web to category b\n",
	    "block web if to category(a); block web if to category(b)" },
	{ "  block web to category a\n  block web to category b",
	    "block web if to category(a); block web if to category(b)" },
	{ "  block web to category a\n block web\n  to category b",
	    "block web if to category(a); block web if to category(b)" },
	{ "block mail in from strangers, nobody with files any",
	    "block mail acts8 if from(strangers,nobody) if with files(any)" },
	{ "hold mail out to category webmail\n  with personal-data health of more than 5 people\n"
	  "  unless to parents, unless encrypted\n  released by leader, head\n  returned after 2 days",
	    "hold mail acts10 if to category(webmail) if with personal-data(health n5) "
	    "unless to(parents) unless encrypted() released by(leader,head) returned "
	    "after( s2/2)" },
	{ "coach mail reply-all to more than 5 recipients\n  marked \"Look, again\"",
	    "coach mail acts20 if to more than( n5) marked(Look, again)" },
	{ "hold mail forwarded more than 4 times, with links look-alike, mismatched",
	    "hold mail if forwarded more than( n4) if with links(look-alike,mismatched)" },
	{ "note mail with markings restricted with certain phrases threats",
	    "note mail if with markings(restricted) if with phrases(threats certain)" },
	{ "block web download of more than 2 GB a day\n  unless granted large-transfer up to amount",
	    "block web acts2 if of more than( n2000000000 s1/2) unless "
	    "granted(large-transfer;amount)" },
	{ "block web upload of more than 500 MB, at cafe, during contact, lessons",
	    "block web acts4 if of more than( n500000000) if at(cafe) if "
	    "during(contact,lessons)" },
	{ "block web search with serious phrases hate, using own-devices",
	    "block web acts1 if with phrases(hate serious) if using(own-devices)" },
	{ "note screen copied to storage\n  unless encrypted\n  opening ticket encryption",
	    "note screen acts800 unless encrypted() opening ticket(encryption)" },
	{ "note screen picture with likely pictures adult keeping picture",
	    "note screen acts80 if with pictures(adult likely) keeping( picture)" },
	{ "note screen text, with phrases text, picture, keeping words",
	    "note screen acts40 if with phrases(text,picture) keeping( words)" },
	{ "note screen program with programs hidden unless registered in approved-programs",
	    "note screen acts100 if with programs(hidden) unless registered "
	    "in(approved-programs)" },
	{ "note logs file opened, changed, deleted\n  of others, unless shared",
	    "note logs acts70000 if of others() unless shared()" },
	{ "note logs logon using 2 devices in 10 minutes",
	    "note logs acts8000 if using devices( n2 s10/0)" },
	{ "note logs logon\n  using devices of others",
	    "note logs acts8000 if using devices of others()" },
	{ "note logs file deleted\n  tell technicians\n  after 100 in 10 minutes",
	    "note logs acts40000 if after( n100 s10/0) tell(technicians)" },
	{ "note logs file deleted\n  tell technicians after 100 in 10 minutes",
	    "note logs acts40000 tell(technicians n100 s10/0)" },
	{ "block web to category a unless signed tell head daily, tell office as critical after 3 in "
	  "1 hour",
	    "block web if to category(a) unless signed() tell(head daily) tell(office n3 "
	    "s1/1 critical)" },
	{ "allow web to category help-lines over web.selfharm, web.social\n  keeping nothing",
	    "allow web if to category(help-lines) over(web.selfharm,web.social) keeping( "
	    "nothing)" },
	{ "block dns to category a\n  always\nsplice web to category b\nforce web safe-search",
	    "block dns if to category(a) always();  splice() if to category(b);  "
	    "force(safe-search)" },
	{ "permit personal-use\n  asked by teacher for own-class, asked by staff\n  stating reason, end\n"
	  "  needing consent for purpose, needing no names in text\n  needing registered in services\n"
	  "  advised by head, decided by head, office\n  answered within 1 day\n"
	  "  lasting at most 1 term\n  lifting web.a, web.b for stated host",
	    " permit(personal-use) asked by(teacher;own-class) asked by(staff) "
	    "stating(reason,end) needing consent for(purpose) needing no names in text() "
	    "needing registered in(services) advised by(head) decided by(head,office) "
	    "answered within( s1/2) lasting at most( s1/5) lifting(web.a,web.b)" },
	{ "permit own-camera\n  ended by confirming moved, deleted\n  reminding person every 1 day\n"
	  "  recorded only",
	    " permit(own-camera) ended by confirming(moved,deleted) reminding(person s1/2) "
	    "recorded only()" },
	{ "report harm\n  of kinds illegal, other\n  naming address, time\n  reached by portal\n"
	  "  anonymous if wished\n  tell head else chair-of-governors\n"
	  "  tell safeguarding-lead within 30 minutes else head for illegal\n  opening case\n"
	  "  opening ticket virus, due in 72 hours, printed for office, kept in contacts",
	    " report(harm) of kinds(illegal,other) naming(address,time) reached by(portal) "
	    "anonymous if wished() tell(head;chair-of-governors) "
	    "tell(safeguarding-lead;head;illegal s30/0) opening case() opening "
	    "ticket(virus) due in( s72/1) printed for(office) kept in(contacts)" },
	{ "report bad-page\n  then block web to reported host\n    agreed by technicians\n"
	  "  then coach web to reported links, until decided by head",
	    " report(bad-page) then(host n4) agreed by(technicians) then(links n2) until "
	    "decided by(head)" },
	{ "register consents\n  about pupils, holding person, date\n  for press, work\n  kept by office\n"
	  "  entered by staff, booked by staff, seen by head\n  confirmed by holder every 1 year\n"
	  "  reminding office every 1 year, checked at start, return for tags\n"
	  "  needing granted trolley when department differs",
	    " register(consents) about(pupils) holding(person,date) for(press,work) kept "
	    "by(office) entered by(staff) booked by(staff) seen by(head) confirmed "
	    "by(holder s1/6) reminding(office s1/6) checked at(start,return;tags) needing "
	    "granted(trolley)" },
	{ "desk reached by portal, mail\ndesk open 08:00-16:00 on mon-fri during term\n"
	  "desk answers same-day, tell leader when late\n"
	  "desk answers next-day after 15:30\n  unless critical\n"
	  "desk answers at once, when critical\ndesk takes repair, virus",
	    " desk reached by(portal,mail);  desk open(480-960/1f) if during(term);  desk "
	    "answers same-day() tell(leader late);  desk answers next-day( n930) unless "
	    "critical();  desk answers at once() when critical();  desk takes(repair,virus)" },
	{ "case step warning, decided by head, lasting at most 4 weeks\n"
	  "case sealed for crime, misuse, reviewed every 28 days\n"
	  "case refer to police, prevent\ncase search of mail, without category trade-unions\n"
	  "  tell person after 30 days\ncase request for own-data\n"
	  "case triage by technicians, except crime, grouped by person, hiding names\n"
	  "case procedure stop-and-call, shown for web.abuse",
	    " case step(warning) decided by(head) lasting at most( s4/3);  case sealed "
	    "for(crime,misuse) reviewed every( s28/2);  case refer to(police,prevent);  "
	    "case search of mail() without category(trade-unions) tell(person s30/2);  "
	    "case request for own-data();  case triage() by(technicians) except(crime) "
	    "grouped by(person) hiding names();  case procedure(stop-and-call) shown "
	    "for(web.abuse)" },
	{ "check backup every 1 day, tell technicians\ncheck review ahead 90, 30, 7 days tell head\n"
	  "check grants social-media every 1 term, allowing 3 days",
	    " check(backup s1/2) tell(technicians);  check(review) ahead(90,30,7) "
	    "tell(head);  check grants(social-media s1/5) allowing( s3/2)" },
	{ "sign policy\n  within 5 days of joining\n  again when changed\n  by parents for younger-pupils\n"
	  "sign companions\nsign separately, by holders of work-phones, again every 1 year",
	    " sign policy() within( s5/2) again when changed() by parents "
	    "for(parents;younger-pupils);  sign companions();  sign separately() by "
	    "holders of(work-phones) again every( s1/6)" },
	{ "approve policy after consulting staff, unions, by full-governing-body\n"
	  "show this clause at signing, log-on\nlet head, teacher see visits for case\n"
	  "let teacher see screens of own-class during lessons\nlet person see own-case unless sealed\n"
	  "keep visits for 90 days\nkeep registers for 1 year after end\nkeep versions for ever",
	    " approve policy() after consulting(staff,unions) by(full-governing-body);  "
	    "show this clause() at(signing,log-on);  let(head,teacher;visits);  "
	    "let(teacher;screens) if during(lessons);  let(person;own-case) unless "
	    "sealed();  keep(visits s90/2);  keep(registers s1/6);  keep(versions)" },
	{ "block web to host \xc3\xa9t\xc3\xa9.example",
	    "block web if to host(\xc3\xa9t\xc3\xa9.example)" },
};

static void understands(void **state)
{
	(void)state;
	for (size_t i = 0; i < BDL_ARRAY_LEN(understood); i++) {
		struct bdl_buf got BDL_AUTO_IN(bdl_buf_done) = BDL_BUF(4096);
		struct fixture x;

		parse(&x, understood[i].text);
		show(&got, x.rules, x.n);
		if (strcmp(bdl_buf_str(&got), understood[i].want) != 0 || x.findings->n)
			fail_msg("'%s'\n got '%s'\nwant '%s'\n%s", understood[i].text,
			    bdl_buf_str(&got), understood[i].want, bdl_buf_str(&x.text));
		done(&x);
	}
}

static const struct {
	const char *text, *want;
} mistakes[] = {
	{ "blok web to category a",
	    "t:1:1: error: unexpected line 'blok'; expected a verdict such as block, coach "
	    "or note, or a word such as permit (did you mean 'block'?)\n" },
	{ "block wbe to category a",
	    "t:1:7: error: unexpected 'wbe'; expected a door such as web (did you mean "
	    "'web'?)\n" },
	{ "block web to category a on monday",
	    "t:1:25: error: unexpected 'on'; expected a comma and another, or a phrase such as "
	    "'to', 'by', 'during', 'unless' or 'tell' (did you mean 'during 00:00-24:00 on'?)\n" },
	{ "block web to category a or",
	    "t:1:25: error: unexpected 'or'; expected a comma and another, or a phrase such as "
	    "'to', 'by', 'during', 'unless' or 'tell'\n" },
	{ "desk open 8-4",
	    "t:1:11: error: unexpected '8-4'; expected a period such as 08:45-12:15\n" },
	{ "block web to category a\n  coach web to category b",
	    "t:2:3: error: unexpected line 'coach'; expected a phrase of the rule above; a rule of "
	    "its own begins at the margin\n" },
	{ "block web to category a\n  report b tell head",
	    "t:2:3: error: unexpected line 'report'; expected a phrase of the rule above; a rule of "
	    "its own begins at the margin\n" },
	{ "block web two category a",
	    "t:1:11: error: unexpected 'two'; expected a phrase such as 'to', 'by', "
	    "'during', 'unless' or 'tell' (did you mean 'to'?)\n" },
	{ "block web to categroy a",
	    "t:1:14: error: unexpected 'categroy'; expected 'category', 'host', 'path', 'more' or "
	    "people such as parents (did you mean 'category'?)\n" },
	{ "block web to category a b",
	    "t:1:25: error: unexpected 'b'; expected a comma and another, or a phrase such "
	    "as 'to', 'by', 'during', 'unless' or 'tell'\n" },
	{ "block web to category a\n  tel head",
	    "t:2:3: error: unexpected line 'tel'; expected a comma and another, or a "
	    "phrase such as 'to', 'by', 'during', 'unless' or 'tell' (did you mean "
	    "'tell'?)\n" },
	{ "block web to category",
	    "t:1:22: error: the rule ends too early; expected a category such as gambling\n" },
	{ "block web to category a,",
	    "t:1:25: error: the rule ends too early; expected a category such as gambling\n" },
	{ "block web to category mail,, b",
	    "t:1:28: error: unexpected ','; expected a category such as gambling\n" },
	{ "block web, during 08:00-09:00 on mon and 09:00-10:00",
	    "t:1:42: error: unknown days '09:00-10:00'; expected days such as mon-fri\n" },
	{ "block web to category mail web",
	    "t:1:28: error: unexpected 'web'; expected a comma and another, or a phrase "
	    "such as 'to', 'by', 'during', 'unless' or 'tell'\n" },
	{ "block web unless tell head",
	    "t:1:18: error: unexpected 'tell'; expected 'granted', 'registered', 'signed', "
	    "'encrypted', 'shared', or a condition such as 'to', 'by' or 'during'\n" },
	{ "block web tell head as urgent",
	    "t:1:24: error: unexpected 'urgent'; expected 'critical'\n" },
	{ "block web during 08:45-25:00",
	    "t:1:18: error: no such time '08:45-25:00'; expected times from 00:00 to "
	    "24:00, such as 08:45-12:15\n" },
	{ "block web during 08:45-12:60",
	    "t:1:18: error: no such time '08:45-12:60'; expected times from 00:00 to "
	    "24:00, such as 08:45-12:15\n" },
	{ "block web during 24:00-12:00",
	    "t:1:18: error: no such time '24:00-12:00'; expected times from 00:00 to "
	    "24:00, such as 08:45-12:15\n" },
	{ "block web during 09:00-09:00",
	    "t:1:18: error: an empty period '09:00-09:00'; expected an end that differs "
	    "from the start (the whole day is 00:00-24:00)\n" },
	{ "block web during 09:00-10:00 on Monday",
	    "t:1:33: error: unknown days 'Monday'; expected days such as mon-fri (did you "
	    "mean 'mon'?)\n" },
	{ "block web during 09:00-10:00, mon",
	    "t:1:31: error: a day without 'on': 'mon'; expected 'on' before the days\n" },
	{ "block web to host \xc3\xa9\xc3\xa9 b",
	    "t:1:22: error: unexpected 'b'; expected a comma and another, or a phrase such "
	    "as 'to', 'by', 'during', 'unless' or 'tell'\n" },
	{ "block mail to 5 recipients",
	    "t:1:17: error: unexpected 'recipients'; expected a comma and another, or a "
	    "phrase such as 'to', 'by', 'during', 'unless' or 'tell'\n" },
	{ "block mail to more than 0 recipients",
	    "t:1:25: error: no such number: '0'; expected a number from 1 to 1000000\n" },
	{ "block web asked by staff",
	    "t:1:11: error: 'asked by' does not belong to a rule of a door; expected a phrase such as 'to', 'by', 'during', 'unless' or 'tell'\n" },
	{ "permit a-thing by staff",
	    "t:1:16: error: 'by' does not belong to 'permit'; expected a phrase such as 'asked by', 'stating', 'decided by' or 'lasting at most'\n" },
	{ "block web sideways",
	    "t:1:11: error: unexpected 'sideways'; expected a phrase such as 'to', 'by', "
	    "'during', 'unless' or 'tell'\n" },
	{ "block mail upload",
	    "t:1:12: error: there is no 'upload' at the door 'mail'; expected 'in', 'out' or 'reply-all'\n" },
	{ "hold mail returned after 2 dais",
	    "t:1:28: error: unexpected 'dais'; expected a length of time such as days (did "
	    "you mean 'days'?)\n" },
	{ "hold mail marked plainly",
	    "t:1:18: error: unexpected 'plainly'; expected words in quotes\n" },
	{ "keep visits for 2 fortnights",
	    "t:1:19: error: unexpected 'fortnights'; expected a length of time such as "
	    "days\n" },
	{ "report bad-page then hold mail to reported host",
	    "t:1:22: error: a report cannot 'hold'; expected 'block' or 'coach'\nt:1:27: "
	    "error: a report cannot change the door 'mail'; expected 'web'\n" },
	{ "chek backup every 1 day",
	    "t:1:1: error: unexpected line 'chek'; expected a verdict such as block, coach "
	    "or note, or a word such as permit (did you mean 'check'?)\n" },
	{ "permit personal-use\n  decide by head",
	    "t:2:3: error: unexpected line 'decide'; expected a phrase such as 'asked by', "
	    "'stating', 'decided by' or 'lasting at most' (did you mean "
	    "'decided'?)\n" },
	{ "desk answer same-day tell leader wen late",
	    "t:1:6: error: unexpected 'answer'; expected 'reached', 'open', 'answers' or 'takes' (did "
	    "you mean 'answers'?)\n"
	    "t:1:34: error: unexpected 'wen'; expected a comma and another, 'daily', 'as', 'else', or a "
	    "phrase such as 'during' or 'tell' (did you mean 'when'?)\n" },
	{ "case serach of mail, askd by head",
	    "t:1:6: error: unexpected 'serach'; expected 'search', 'step', 'sealed', 'refer', "
	    "'request', 'triage' or 'procedure' (did you mean 'search'?)\n"
	    "t:1:22: error: unexpected 'askd'; expected a phrase such as 'decided by' or 'stating' (did "
	    "you mean 'asked'?)\n" },
	{ "block web category gambling, tell head",
	    "t:1:11: error: unexpected 'category'; expected a phrase such as 'to', 'by', 'during', "
	    "'unless' or 'tell' (did you mean 'to category'?)\n" },
	{ "block web unread text",
	    "t:1:11: error: unexpected 'unread'; expected a phrase such as 'to', 'by', 'during', "
	    "'unless' or 'tell' (did you mean 'with unread'?)\n" },
	{ "block web of more then 2 GB",
	    "t:1:19: error: unexpected 'then'; expected 'than' (did you mean 'than'?)\n" },
	{ "block web with program bypass",
	    "t:1:16: error: unexpected 'program'; expected 'method', 'words', 'types', 'phrases', "
	    "'serious', 'certain', 'unread', 'likely', 'files', 'links', 'markings', 'programs' or "
	    "'personal-data' (did you mean 'programs'?)\n" },
	{ "note web unless sign",
	    "t:1:17: error: unexpected 'sign'; expected 'granted', 'registered', 'signed', "
	    "'encrypted', 'shared', or a condition such as 'to', 'by' or 'during' (did you mean "
	    "'signed'?)\n" },
	{ "keep visits 90 days", "t:1:13: error: unexpected '90'; expected 'for'\n" },
	{ "check grant social-media every 1 term",
	    "t:1:7: error: unexpected 'grant'; expected 'grants' or a name (did you mean 'grants'?)\n" },

	{ "desk answers next-day after 25:00",
	    "t:1:29: error: no such time '25:00'; expected a time from 00:00 to 24:00, "
	    "such as 15:30\n" },
	{ "block web to category a\x01, b c\x1b[2J",
	    "t:1:29: error: unexpected 'c?[2J'; expected a comma and another, or a phrase "
	    "such as 'to', 'by', 'during', 'unless' or 'tell'\n" },
};

static void names_mistakes(void **state)
{
	(void)state;
	for (size_t i = 0; i < BDL_ARRAY_LEN(mistakes); i++) {
		struct fixture x;

		parse(&x, mistakes[i].text);
		if (strcmp(bdl_buf_str(&x.text), mistakes[i].want) != 0 || whole_rules(&x) != 0)
			fail_msg("'%s' (%zu rules)\n got %swant %s", mistakes[i].text,
			    whole_rules(&x), bdl_buf_str(&x.text), mistakes[i].want);
		done(&x);
	}
}

static void finds_all_mistakes_at_once(void **state)
{
	(void)state;
	struct fixture x;

	parse(&x,
	    "blok web to categroy a\n  tell head as urgent\nblock web to category ok\n"
	    "coach web during 99:00-10:00, by staff x\nnote web to host ok.example\n");
	assert_string_equal(bdl_buf_str(&x.text),
	    "t:1:1: error: unexpected line 'blok'; expected a verdict such as block, coach or note, or a word such as permit (did you "
	    "mean 'block'?)\n"
	    "t:1:13: error: unexpected 'categroy'; expected 'category', 'host', 'path', 'more' or people such as parents (did you mean "
	    "'category'?)\n"
	    "t:2:16: error: unexpected 'urgent'; expected 'critical'\n"
	    "t:4:18: error: no such time '99:00-10:00'; expected times from 00:00 to 24:00, such as "
	    "08:45-12:15\n"
	    "t:4:40: error: unexpected 'x'; expected a comma and another, or a phrase such as 'to', "
	    "'by', 'during', 'unless' or 'tell'\n");
	assert_int_equal(x.findings->n_errors, 5);
	assert_int_equal(x.n, 4);
	assert_int_equal(whole_rules(&x), 2);
	assert_true(x.rules[0].broken && x.rules[2].broken);
	assert_int_equal(x.rules[1].line, 3);
	assert_int_equal(x.rules[3].line, 5);
	done(&x);
}

static void drops_what_a_mistake_cut_off(void **state)
{
	(void)state;
	struct bdl_buf got BDL_AUTO_IN(bdl_buf_done) = BDL_BUF(4096);
	struct fixture x;

	/* What was not whole, "tell head as" and "to host h,", is dropped and joins no other list. */
	parse(&x, "note web tell head as urgent, by staff, to host h,,\n  tell office");
	show(&got, x.rules, x.n);
	assert_int_equal(x.findings->n_errors, 2);
	assert_string_equal(bdl_buf_str(&got), "note web if by(staff) tell(office)");
	done(&x);
	bdl_buf_clear(&got);
	parse(&x, "note web tell head urgent, by staff");
	show(&got, x.rules, x.n);
	assert_string_equal(bdl_buf_str(&got), "note web if by(staff) tell(head)");
	assert_true(x.rules[0].broken);
	done(&x);
}

static void asks_to_indent(void **state)
{
	(void)state;
	struct fixture x;

	parse(&x, "block web to category a\ntell head\n");
	assert_string_equal(bdl_buf_str(&x.text),
	    "t:2:1: error: no rule begins with 'tell'; expected a verdict; a line that belongs to the "
	    "rule above stands further in\n");
	assert_int_equal(whole_rules(&x), 1);
	done(&x);
	parse(&x, "tell head\n");
	assert_string_equal(bdl_buf_str(&x.text),
	    "t:1:1: error: unexpected line 'tell'; expected a verdict such as block, coach or note, or a word such as permit\n");
	done(&x);
}

static void keeps_places_and_words(void **state)
{
	(void)state;
	struct fixture x;

	parse(&x, "# first\n  note web to category a\n\n    tell head # why\n  block web\n");
	assert_int_equal(x.n, 2);
	assert_int_equal(x.rules[0].line, 2);
	assert_int_equal(x.rules[0].column, 3);
	assert_true(bdl_view_is(x.rules[0].text, "note web to category a\n\n    tell head"));
	assert_int_equal(x.rules[0].phrases[0].lists[0].words[0].line, 4);
	assert_int_equal(x.rules[0].phrases[0].lists[0].words[0].column, 10);
	assert_true(bdl_view_is(x.rules[1].text, "block web"));
	done(&x);
}

static void holds_to_its_limits(void **state)
{
	(void)state;
	struct bdl_buf text BDL_AUTO_IN(bdl_buf_done) = BDL_BUF(1 << 20);
	struct fixture x;

	(void)bdl_buf_add_str(&text, "block web to category a");
	for (int i = 0; i < 255; i++)
		(void)bdl_buf_add_str(&text, ",a");
	parse(&x, bdl_buf_str(&text));
	assert_int_equal(x.n, 1);
	assert_int_equal(x.rules[0].conds[0].lists[0].n, 256);
	done(&x);
	(void)bdl_buf_add_str(&text, ",a,a,a");
	parse(&x, bdl_buf_str(&text));
	assert_int_equal(whole_rules(&x), 0);
	assert_int_equal(x.findings->n_errors, 1);
	done(&x);

	bdl_buf_clear(&text);
	(void)bdl_buf_add_str(&text, "block web");
	for (int i = 0; i < 33; i++)
		(void)bdl_buf_add_str(&text, " by a");
	parse(&x, bdl_buf_str(&text));
	assert_int_equal(whole_rules(&x), 0);
	assert_non_null(strstr(bdl_buf_str(&x.text), "too long a rule"));
	done(&x);

	bdl_buf_clear(&text);
	for (int i = 0; i < 300; i++)
		(void)bdl_buf_add_str(&text, "blok web\n");
	parse(&x, bdl_buf_str(&text));
	assert_int_equal(x.findings->n, BDL_FINDINGS_MAX);
	assert_int_equal(x.findings->n_left_out, 100);
	assert_int_equal(x.findings->n_errors, 300);
	assert_non_null(strstr(bdl_buf_str(&x.text), "t: and 100 more\n"));
	done(&x);
}

/* What this build does, and what stands in the way of the rest. */
static void knows_what_is_carried_out(void **state)
{
	(void)state;
	static const struct {
		const char *rule, *beyond; /* "" where it is carried out */
	} rows[] = {
		{ "block web to category a by staff during 08:00-09:00 unless to host b.example tell head as "
		  "critical, always, keeping facts",
		    "" },
		{ "coach web", "" },
		{ "note web by staff", "" },
		{ "allow web to category a over b", "" },
		{ "block web upload to path /a with method put", "" },
		{ "note web search with words \"a\" unless with words \"b\"", "" },
		{ "note web with words \"a\"", "with words" },
		{ "block web to category a by head", "" },
		{ "block web to category a by unknown unless by office", "" },
		{ "block dns to category a, always", "" },
		{ "block dns to host a.example to category b", "" },
		{ "block dns", "all names" },
		{ "block dns to category a, illegal", "names of illegal content" },
		{ "force dns safe-search", "" },
		{ "force dns safe-search to host a.example", "to host" },
		{ "splice dns", "splice" },
		{ "note dns to category a", "note" },
		{ "note screen text", "screen" },
		{ "hold mail", "mail" },
		{ "block web download with files program, with types video/mp4 of more than 1 MB",
		    "" },
		{ "block web download of more than 2 GB a day", "" },
		{ "block web download with files infected, program", "with files" },
		{ "coach web search with words \"a b\"", "" },
		{ "splice web to category a by staff during 08:00-09:00", "" },
		{ "splice web to path /a", "to path" },
		{ "force web safe-search by pupils", "" },
		{ "force web safe-search with types a/b", "with types" },
		{ "block web to category a keeping words", "keeping" },
		{ "block web after 3 in 1 term", "after" },
		{ "permit leave", "permit" },
		{ "keep visits for 1 year", "" },
		{ "keep violations for ever", "" },
		{ "keep versions for ever", "" },
		{ "keep versions for 1 year", "keep" },
		{ "keep pictures for 30 days", "keep" },
		{ "keep visits for 1 year after end", "keep" },
		{ "block web during contact", "during" },
		{ "block web using own-devices", "" },
		{ "block web unless at cafe", "" },
		{ "block web with phrases a", "" },
		{ "block web upload with certain phrases a keeping words", "" },
		{ "block web unless with phrases a keeping words", "keeping" },
		{ "block web with phrases a keeping picture", "keeping" },
		{ "splice web with phrases a", "with phrases" },
		{ "block web upload with unread text", "" },
		{ "block web download with unread text", "with unread text" },
		{ "block web download unless with unread text", "with unread text" },
		{ "splice web with unread text", "with unread text" },
		{ "note screen text with phrases a", "screen" },
		{ "block web unless signed", "signed" },
		{ "block web unless granted leave", "granted" },
		{ "block web unless registered in a", "registered in" },
		{ "block web to category a after 3 in 1 day", "" },
		{ "block web tell head daily", "" },
		{ "block web tell head after 3 in 1 day", "" },
		{ "block web keeping nothing", "" },
		{ "block web opening ticket a", "opening ticket" },
		{ "check filter", "" },
		{ "check doors every 1 hour by pupils at library using own-devices, tell head",
		    "" },
		{ "check lists every 1 term allowing 3 days", "" },
		{ "check filter allowing 3 days", "allowing" },
		{ "check lists at library", "check" },
		{ "check loans every 1 day", "check" },
		{ "check grants a", "check grants" },
		{ "check review ahead 90 days", "check" },
		{ "check backup ahead 90 days", "ahead" },
		{ "check backup, tell head when late", "tell" },
	};
	for (size_t i = 0; i < BDL_ARRAY_LEN(rows); i++) {
		struct fixture x;
		struct bdl_view beyond;

		parse(&x, rows[i].rule);
		assert_int_equal(x.n, 1);
		beyond = bdl_rule_beyond(&x.rules[0]);
		if (!bdl_view_is(beyond, rows[i].beyond))
			fail_msg("'%s': got '%.*s'", rows[i].rule, BDL_FMT(beyond));
		assert_int_equal(bdl_rule_carried_out(&x.rules[0]), beyond.n == 0);
		done(&x);
	}
}

/* On one line a phrase takes what it can; behind a comma or on a line of its own it begins anew. */
static void takes_what_it_can(void **state)
{
	(void)state;
	static const struct {
		const char *text;
		size_t conds, phrases;
	} rows[] = {
		{ "note web tell head after 3 in 1 day", 0, 1 },
		{ "note web tell head, after 3 in 1 day", 1, 1 },
		{ "note web tell head\n  after 3 in 1 day", 1, 1 },
		{ "note web after 3 in 1 day tell head", 1, 1 },
	};
	for (size_t i = 0; i < BDL_ARRAY_LEN(rows); i++) {
		struct fixture x;

		parse(&x, rows[i].text);
		assert_int_equal(x.findings->n, 0);
		assert_int_equal(x.rules[0].n_conds, rows[i].conds);
		assert_int_equal(x.rules[0].n_phrases, rows[i].phrases);
		done(&x);
	}
}

/* Every word of the language but those that begin a phrase can be a name. */
static void takes_its_own_words_as_names(void **state)
{
	(void)state;
	static const char *const words[] = { "web", "block", "mail", "search", "upload", "day",
		"terms", "text", "picture", "permit", "report", "case", "policy", "clause", "host",
		"category", "names", "else", "daily", "up", "in", "signed", "critical", "own-data",
		"42", "every", "grants" };

	for (size_t i = 0; i < BDL_ARRAY_LEN(words); i++) {
		char text[256];
		struct fixture x;

		(void)snprintf(text, sizeof(text),
		    "block web to category %s, %s\nreport %s stating %s, b, tell head", words[i],
		    words[i], words[i], words[i]);
		parse(&x, text);
		if (x.findings->n)
			fail_msg("%s", bdl_buf_str(&x.text));
		assert_int_equal(x.n, 2);
		assert_true(bdl_view_is(x.rules[0].conds[0].lists[0].words[1].text, words[i]));
		assert_true(bdl_view_is(x.rules[1].head.lists[0].words[0].text, words[i]));
		done(&x);
	}
}

static void takes_bytes_that_are_no_text(void **state)
{
	(void)state;
	static const char bytes[] = "block web to category a\0b, \xff\xfe # \0\nnote web by \0";
	struct bdl_region *region = bdl_region_new(1 << 20);
	struct bdl_findings *findings = bdl_findings_new();
	struct bdl_rule *rules;
	size_t n;

	bdl_rules_parse(bdl_view_at(bytes, sizeof(bytes) - 1), 7, region, findings, &rules, &n);
	assert_true(findings->n_errors > 0);
	assert_int_equal(findings->items[0].line, 7);
	bdl_region_free(region);

	region = bdl_region_new(64); /* too small for a rule */
	bdl_rules_parse(BDL_LIT("block web to category a"), 1, region, findings, &rules, &n);
	assert_int_equal(n, 0);
	assert_true(bdl_region_broken(region));
	bdl_region_free(region);
	bdl_findings_free(findings);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(understands),
		cmocka_unit_test(names_mistakes),
		cmocka_unit_test(finds_all_mistakes_at_once),
		cmocka_unit_test(drops_what_a_mistake_cut_off),
		cmocka_unit_test(asks_to_indent),
		cmocka_unit_test(keeps_places_and_words),
		cmocka_unit_test(holds_to_its_limits),
		cmocka_unit_test(knows_what_is_carried_out),
		cmocka_unit_test(takes_what_it_can),
		cmocka_unit_test(takes_its_own_words_as_names),
		cmocka_unit_test(takes_bytes_that_are_no_text),
	};

	return cmocka_run_group_tests_name("policy/rule", tests, NULL, NULL);
}
