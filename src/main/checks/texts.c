/*
 * Whether pages are read, and refused for what they say: pages made of phrases that the doors look for,
 * other ones in each run, and one of a help line's kind that is to come through.
 */
#include "base/hash.h"
#include "main/checks/checks_int.h"
#include "main/data.h"
#include "proto/html.h"

#include <limits.h>

#define SPELLINGS 96 /* that a page has at most */
#define ROUND     8  /* that come to it before it is weighed again */
#define HEAD_ROOM 512

/* What a school's people must be able to read. A test holds it against the phrases that ship. */
static const char help_line[] =
    "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\"><title>Talk to us</title></head><body>"
    "<h1>Whatever it is, you can talk to us</h1>"
    "<p>If you have thought about suicide or about hurting yourself, you are not alone, and it is not your "
    "fault. Our helpline is free, confidential and open day and night. A trained counsellor will listen "
    "and never judge you.</p>"
    "<p>People call us about self-harm and feeling low, about bullying, about drugs and alcohol at home, about "
    "somebody online who asks for pictures or wants them to keep a secret.</p>"
    "<p>If you or somebody else is in danger now, call 999. You can also tell an adult whom you trust, such as "
    "a parent, a teacher or the school nurse, and your doctor can help you to get support.</p></body></html>";

static struct bdl_scanner *scanner_of(struct bdl_checking *c)
{
	char path[BDL_PATH_MAX];

	bdl_conf_path(c->conf, path, sizeof(path), "phrases/phrases.map");
	/* Those that cannot be read are none, as for the doors. */
	if (!c->phrases && bdl_phrases_open(path, &c->phrases, NULL) < 0)
		c->phrases = NULL;
	if (c->phrases && !c->scanner && bdl_scanner_new(c->phrases, &c->scanner, NULL) < 0)
		c->scanner = NULL;
	return c->scanner;
}

/* What the doors are to make of it. */
static void weigh(struct bdl_checking *c, struct bdl_view page, struct bdl_scan_result *ret)
{
	const struct bdl_scan_options how = { .form = BDL_SCAN_HTML, .charset = "utf-8" };
	BDL_AUTO(bdl_scan_done) struct bdl_scan *scan = bdl_scan_begin(c->scanner, &how);

	bdl_scan_add(scan, page);
	bdl_scan_end(scan);
	bdl_scan_result(scan, ret);
}

/* Each spelling of the class that weighs something is as likely to be taken as any other. */
static size_t pick(struct bdl_checking *c, size_t class_, struct bdl_view out[SPELLINGS])
{
	uint64_t seed, seen = 0;
	struct bdl_view text;
	int weight;

	bdl_random(&seed, sizeof(seed));
	for (size_t i = 0; i < bdl_phrases_spellings(c->phrases); i++) {
		if (!bdl_phrases_spelling(c->phrases, i, class_, &text, &weight) || weight <= 0)
			continue;
		uint64_t chance = bdl_hash64(&i, sizeof(i), seed);
		uint64_t at = seen < SPELLINGS ? seen : chance % (seen + 1);
		if (at < SPELLINGS)
			out[at] = text;
		seen++;
	}
	return seen < SPELLINGS ? (size_t)seen : SPELLINGS;
}

/* As much of them as it takes to be certain, or as there is and fits. */
static void make_page(
    struct bdl_checking *c, size_t class_, struct bdl_buf *page, struct bdl_scan_result *ret)
{
	struct bdl_view spellings[SPELLINGS];
	struct bdl_scan_limits limits;
	size_t n = pick(c, class_, spellings), at = 0;

	BDL_BUG_IF(!bdl_scan_limits_named(BDL_LIT(BDL_PHRASES_LIMITS), &limits));
	*ret = (struct bdl_scan_result){ 0 };
	(void)bdl_buf_add_str(page, "<!doctype html><html lang=\"en\"><title>Beadle</title><body>");
	do {
		for (size_t i = 0; i < ROUND && at < n && page->n < BDL_ASKER_PAGE - HEAD_ROOM;
		     i++) {
			(void)bdl_buf_add_str(page, "<p>"); /* there is room for it */
			bdl_html_text(page, spellings[at++]);
			(void)bdl_buf_add_str(page, "</p>\n");
		}
		weigh(c, bdl_buf_view(page), ret);
	} while (ret->scores[class_].score < limits.certain && at < n &&
	    page->n < BDL_ASKER_PAGE - HEAD_ROOM);
}

/* --- what is expected --- */

/* Whether a rule keeps them from pages that are certain to be of this class, and of no other. */
static bool is_kept_from(struct bdl_checking *c, const struct bdl_stand *stand, size_t class_)
{
	struct bdl_scan_result most = { .n_classes = bdl_phrases_classes(c->phrases) };
	struct bdl_expected expected;

	most.scores[class_].score = INT_MAX;
	if (bdl_phrases_class_kind(c->phrases, class_) != BDL_PHRASES_CLASS)
		return false;
	bdl_checks_expect_text(c, stand, &most, &expected);
	return expected.verdict.action >= BDL_COACH;
}

/* Where pages are refused whatever they say their text is never read. */
static bool is_open(struct bdl_checking *c, const struct bdl_stand *stand)
{
	struct bdl_expected expected;

	bdl_checks_expect(c, stand, BDL_LIT(BDL_PROBE_HOST), BDL_LIT("/"), &expected);
	return expected.verdict.action < BDL_COACH;
}

static bool asks_phrases(const struct bdl_checking *c)
{
	return (bdl_ruleset_asked(c->ruleset) & BDL_TOLD(PHRASES)) != 0;
}

bool bdl_checks_try_texts(struct bdl_checking *c, const struct bdl_stand *stand)
{
	if (!c->has_server || !c->asked.is_here || !asks_phrases(c) || !is_open(c, stand))
		return false;
	if (!scanner_of(c))
		return true; /* and that is what is to be found */
	for (size_t i = 0; i < bdl_phrases_classes(c->phrases); i++)
		if (is_kept_from(c, stand, i))
			return true;
	return false;
}

/* --- asking --- */

/* What was answered: a clause, or the page itself. */
static const char *answered(const struct bdl_checking *c)
{
	return c->asked.verdict[0] != '\0' ? c->asked.verdict : "the whole page";
}

static int try_class(struct bdl_checking *c, const struct bdl_stand *stand, size_t class_,
    struct bdl_finding_of *f, struct bdl_err *err)
{
	BDL_AUTO_IN(bdl_buf_done) struct bdl_buf page = BDL_BUF(BDL_ASKER_PAGE);
	const char *name = bdl_phrases_class(c->phrases, class_);
	struct bdl_scan_result result;
	struct bdl_expected expected;
	char who[BDL_CHECK_WHO];

	make_page(c, class_, &page, &result);
	bdl_checks_expect_text(c, stand, &result, &expected);
	if (expected.verdict.action < BDL_COACH) {
		bdl_finding_add(f, BDL_CHECK_FAILED,
		    "Compile more phrases of it: beadle phrases compile policy/phrases FILE.",
		    "The phrases of %s weigh too little together for any page to be kept from %s.",
		    name, bdl_stand_text(stand, who));
		return 0;
	}
	if (!bdl_checks_page(c, stand, bdl_buf_view(&page), f, err))
		return err->code;
	if (strcmp(c->asked.verdict, expected.text) != 0)
		bdl_finding_add(f, BDL_CHECK_FAILED,
		    "See that the proxy's configuration has the lines of beadle_response that beadle proxy write "
		    "makes, and by beadle status whether the doors hold the phrases.",
		    "For %s a page with phrases of %s was answered with '%s'; the policies in force say '%s'.",
		    bdl_stand_text(stand, who), name, answered(c), expected.text);
	return 0;
}

static int try_help_line(struct bdl_checking *c, const struct bdl_stand *stand,
    struct bdl_finding_of *f, struct bdl_err *err)
{
	char who[BDL_CHECK_WHO];

	if (!bdl_checks_page(c, stand, bdl_view_of(help_line), f, err))
		return err->code;
	if (c->asked.verdict[0] != '\0')
		bdl_finding_add(f, BDL_CHECK_FAILED,
		    "beadle phrases test says what such a page weighs: take phrases out that people who help use.",
		    "The text of a help line does not come to %s: '%s'.",
		    bdl_stand_text(stand, who), c->asked.verdict);
	else if (strcmp(c->asked.body, help_line) != 0)
		bdl_finding_add(f, BDL_CHECK_FAILED,
		    "See what stands between the proxy and this machine.",
		    "The text of a help line came to %s changed.", bdl_stand_text(stand, who));
	return 0;
}

static int try_classes(struct bdl_checking *c, const struct bdl_stand *stand,
    struct bdl_finding_of *f, struct bdl_err *err)
{
	size_t tried = 0;
	char who[BDL_CHECK_WHO];
	int rc = 0;

	for (size_t i = 0; i < bdl_phrases_classes(c->phrases) && rc == 0 && !f->is_unanswered; i++)
		if (is_kept_from(c, stand, i)) {
			tried++;
			rc = try_class(c, stand, i, f, err);
		}
	if (tried == 0)
		bdl_finding_add(f, BDL_CHECK_NOT_RUN,
		    "Write a rule such as 'block web with serious phrases self-harm', or let the check go.",
		    "No rule keeps %s from pages by their text here and now, so there is nothing to try.",
		    bdl_stand_text(stand, who));
	if (rc < 0 || tried == 0 || f->is_unanswered)
		return rc;
	rc = try_help_line(c, stand, f, err);
	if (rc == 0 && !f->is_unanswered)
		bdl_finding_add(f, BDL_CHECK_PASSED, NULL,
		    "Pages with phrases of %zu %s were refused as the policies say, and a help line's came.",
		    tried, tried == 1 ? "class" : "classes");
	return rc;
}

int bdl_check_texts(struct bdl_checking *c, const struct bdl_stand *stand, struct bdl_finding_of *f,
    struct bdl_err *err)
{
	char who[BDL_CHECK_WHO];

	err->code = 0;
	if (!bdl_checks_reach_server(c, stand, f, err))
		return err->code;
	if (!is_open(c, stand))
		bdl_finding_add(f, BDL_CHECK_NOT_RUN,
		    "Name people, places or times by which pages are open.",
		    "For %s no page is open, whatever it says.", bdl_stand_text(stand, who));
	else if (asks_phrases(c) && !scanner_of(c))
		bdl_finding_add(f, BDL_CHECK_FAILED, "beadle phrases compile policy/phrases",
		    "There are no phrases, so no page is read, and rules 'with phrases' stop nothing.");
	else if (!scanner_of(c))
		bdl_finding_add(f, BDL_CHECK_NOT_RUN,
		    "Write a rule such as 'block web with serious phrases self-harm', or let the check go.",
		    "No rule asks for phrases, so there is nothing to try.");
	else
		return try_classes(c, stand, f, err);
	return 0;
}
