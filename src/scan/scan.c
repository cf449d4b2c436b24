/* Scans: the stages put together, and the finder run over what they make. */
#include "scan/scan.h"
#include "base/alloc.h"
#include "scan/disguise_int.h"
#include "scan/text_int.h"
#include "scan/wide_int.h"

#define AROUND_BEFORE 32 /* bytes of a line before a find */

/* --- scanners --- */

int bdl_scanner_new(const struct bdl_phrases *p, struct bdl_scanner **ret, struct bdl_err *err)
{
	BDL_AUTO(bdl_scanner_free) struct bdl_scanner *s = bdl_xalloc(sizeof(*s));

	s->p = p;
	if (p->find_disguised != NULL &&
	    hs_alloc_scratch(p->find_disguised, &s->scratch) != HS_SUCCESS)
		return bdl_fail(err, BDL_E_NOMEM, "no memory to scan with");
	s->window = bdl_xalloc(sizeof(*s->window));
	s->word = bdl_xalloc(sizeof(*s->word));
	s->odd = bdl_xalloc(sizeof(*s->odd));
	s->masked = bdl_xcalloc(BDL_FOLD_MASKS, sizeof(*s->masked));
	s->walk = bdl_xalloc(sizeof(*s->walk));
	s->walk->is_wide = bdl_wide_can();
	s->walk->spans = bdl_xcalloc(p->h->n_plain + 1, sizeof(*s->walk->spans));
	*ret = bdl_steal(&s);
	return 0;
}

static void free_scan(struct bdl_scan *s)
{
	if (s->text != NULL)
		bdl_text_done(s->text);
	free(s->text);
	free(s->lines);
	free(s);
}

void bdl_scanner_free(struct bdl_scanner *s)
{
	if (s == NULL)
		return;
	while (s->idle != NULL) {
		struct bdl_scan *next = s->idle->next;
		free_scan(s->idle);
		s->idle = next;
	}
	(void)hs_free_scratch(s->scratch); /* takes NULL */
	free(s->window);
	free(s->word);
	free(s->odd);
	free(s->masked);
	if (s->walk != NULL) {
		free(s->walk->open);
		free(s->walk->spans);
	}
	free(s->walk);
	free(s);
}

/* --- what is found --- */

struct bdl_view bdl_scan_around(struct bdl_view text, size_t from, size_t n)
{
	size_t begin = from > AROUND_BEFORE ? from - AROUND_BEFORE : 0;
	size_t end = begin + BDL_SCAN_AROUND_MAX;

	if (end < from + n)
		end = from + n;
	if (end - begin > BDL_SCAN_AROUND_MAX)
		end = begin + BDL_SCAN_AROUND_MAX;
	if (end > text.n)
		end = text.n;
	/* No character is cut. */
	while (begin < end && ((unsigned char)text.p[begin] & 0xc0) == 0x80)
		begin++;
	while (end > begin && end < text.n && ((unsigned char)text.p[end] & 0xc0) == 0x80)
		end--;
	return bdl_view_trim(bdl_view_at(text.p + begin, end - begin));
}

/* The folded text up to `end`, of which n bytes stand at p and what is kept before them. */
static void take_in_hand(struct bdl_scan *s, const char *p, size_t n, uint64_t end)
{
	uint64_t before = end - n;
	size_t kept = before < BDL_FOLD_KEPT ? (size_t)before : BDL_FOLD_KEPT;

	s->text_in_hand = bdl_view_at(p - kept, n + kept);
	s->text_at = before - kept;
}

static void on_chunk(void *context, const char *p, size_t n)
{
	struct bdl_scan *s = context;

	s->chunk_at += n;
	take_in_hand(s, p, n, s->chunk_at);
	bdl_walk_begin(s, n);
	if (s->chunk_at > BDL_SCAN_AHEAD)
		bdl_scan_disguises(s, s->chunk_at - BDL_SCAN_AHEAD);
	bdl_walk_end(s, false);
}

/* --- a scan --- */

static struct bdl_scan *make(struct bdl_scanner *scanner)
{
	struct bdl_scan *s = bdl_xalloc(sizeof(*s));

	s->scanner = scanner;
	s->text = bdl_xalloc(sizeof(*s->text));
	return s;
}

struct bdl_scan *bdl_scan_begin(struct bdl_scanner *scanner, const struct bdl_scan_options *options)
{
	struct bdl_scan *s = scanner->idle != NULL ? scanner->idle : make(scanner);

	scanner->idle = s->next; /* of a new one that is NULL, as the list is */
	s->next = NULL;
	s->options = *options;
	if (options->keep_around && s->lines == NULL)
		s->lines = bdl_xalloc(sizeof(*s->lines));
	if (!options->keep_around && s->lines != NULL) {
		free(s->lines);
		s->lines = NULL;
	}
	s->bytes = s->chunk_at = s->odd_from = 0;
	memset(&s->walk, 0, offsetof(struct bdl_walk_state, odd));
	s->ended = false;
	s->read = BDL_SCAN_READ;
	bdl_weigh_begin(&s->weigh, scanner->p, s->lines);
	bdl_fold_init(&s->fold, &scanner->p->fold, on_chunk, s);
	bdl_text_begin(s->text, options, &s->fold);
	return s;
}

bool bdl_scan_add_some(struct bdl_scan *s, struct bdl_view *bytes, uint64_t *left)
{
	size_t n = bytes->n;

	BDL_BUG_IF(s->ended);
	bool is_all = bdl_text_add(s->text, bytes, left);
	s->bytes += n - bytes->n;
	s->read = s->text->read;
	return is_all;
}

void bdl_scan_add(struct bdl_scan *s, struct bdl_view bytes)
{
	uint64_t left = UINT64_MAX;

	BDL_BUG_IF(!bdl_scan_add_some(s, &bytes, &left)); /* no text is so long */
}

void bdl_scan_end(struct bdl_scan *s)
{
	if (s->ended)
		return;
	s->ended = true;
	bdl_text_end(s->text);
	s->read = s->text->read;
	bdl_fold_end(&s->fold);
	/* What was handed on last stands where the next chunk would be kept beside. */
	take_in_hand(s, s->fold.buf + BDL_FOLD_KEPT, 0, s->chunk_at);
	bdl_walk_begin(s, 0);
	bdl_scan_disguises(s, s->chunk_at);
	bdl_walk_end(s, true);
	bdl_weigh_settle(&s->weigh, UINT64_MAX);
	bdl_text_done(s->text);
}

void bdl_scan_done(struct bdl_scan *s)
{
	if (s == NULL)
		return;
	bdl_text_done(s->text);
	s->next = s->scanner->idle;
	s->scanner->idle = s;
}

void bdl_scan_result(struct bdl_scan *s, struct bdl_scan_result *ret)
{
	memset(ret, 0, sizeof(*ret));
	ret->read = s->read;
	ret->bytes = s->bytes;
	ret->words = s->walk.words;
	bdl_weigh_scores(&s->weigh, s->walk.words, ret);
}

enum bdl_scan_read bdl_scan_read_so_far(const struct bdl_scan *s)
{
	return s->read;
}

void bdl_scan_hit(const struct bdl_scan *s, size_t i, struct bdl_scan_hit *ret)
{
	bdl_weigh_hit(&s->weigh, i, ret);
}

/* --- levels --- */

bool bdl_scan_limits_named(struct bdl_view name, struct bdl_scan_limits *ret)
{
	static const struct {
		const char *name;
		struct bdl_scan_limits limits;
	} known[] = {
		{ "light", { 100, 160, 250 } },
		{ "normal", { 50, 100, 160 } },
		{ "strict", { 25, 60, 120 } },
	};

	for (size_t i = 0; i < BDL_ARRAY_LEN(known); i++) {
		if (bdl_view_is(name, known[i].name)) {
			*ret = known[i].limits;
			return true;
		}
	}
	return false;
}

enum bdl_scan_level bdl_scan_level_of(const struct bdl_scan_limits *limits, int score)
{
	if (score <= 0)
		return BDL_SCAN_NOTHING;
	return score >= limits->certain ? BDL_SCAN_CERTAIN
	    : score >= limits->serious  ? BDL_SCAN_SERIOUS
	    : score >= limits->noted    ? BDL_SCAN_NOTED
					: BDL_SCAN_NOTHING;
}

const char *bdl_scan_level_word(enum bdl_scan_level level)
{
	static const char *const words[] = { "", "noted", "serious", "certain" };

	return words[level];
}
