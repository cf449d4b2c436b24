/* Words over the edges of chunks, and all that is found compared with looking for every spelling everywhere. */
#include "base/alloc.h"
#include "scan/phrases_int.h"
#include "scan/scan_int.h"
#include "scan/weigh_int.h"
#include "scan_test.h"

static const char phrases[] = "class harm\n"
			      "15 kill, gun, poison*, *cide\n"
			      "8 *toxin*\n"
			      "30 kill myself\n"
			      "40 end my life\n"
			      "10 the end [up to 9]\n"
			      "25 pills + swallow + all [within 5]\n"
			      "35 near + school + knife [within 12]\n"
			      "45 how to + pills [within 3]\n"
			      "20 near + the + far [within page]\n"
			      "5 (go|come) (home|there|*ward)\n"
			      "9 *ard room*, *eor*\n"
			      "11 *ing th*, *ell *, of all the pil*\n"
			      "7 *near school + *de* [within 9]\n"
			      "class other\n"
			      "15 gun\n"
			      "12 school + bunk off [within 32]\n"
			      "3 *ns*, *w*, *rd*, *l the*, *kill m*, *ool*\n"
			      "common\n"
			      "0 the gun show, kill time\n";

static struct scan_test t;

/* --- over an edge --- */

#define LONG (2 * BDL_FOLD_CHUNK + 400)

/* A text that has `what` from byte `at` on, and else words of no phrase. */
static void fill(char text[LONG], const char *what, size_t at)
{
	for (size_t i = 0; i < LONG; i++)
		text[i] = "filler "[i % 7];
	text[at - 1] = ' ';
	memcpy(text + at, what, strlen(what));
	text[at + strlen(what)] = ' ';
}

static int score_at(const char *what, size_t at)
{
	static char text[LONG];
	struct bdl_scan_options o = { .form = BDL_SCAN_PLAIN, .charset = "utf-8" };
	struct bdl_scan_result r;

	fill(text, what, at);
	struct bdl_scan *s = scan_test_run(&t, bdl_view_at(text, LONG), &o, 1000);
	bdl_scan_result(s, &r);
	bdl_scan_done(s);
	return r.scores[0].found;
}

/* Parts that are everyday words count by what is near them, on whichever side of an edge they stand. */
static void test_edges(void **state)
{
	static const struct {
		const char *what;
		bool counts;
	} texts[] = {
		{ "all of those that you swallow pills", false },
		{ "all that you swallow pills", true },
		{ "pills and swallow them all", true },
		{ "swallow all the p1lls", true },
		{ "near any of the wide gates at school a knife", true },
		{ "near any of the wide gates at your old junior school with a knife", false },
		{ "pills how to", true },
		{ "how to get to eat pills", false },
		{ "kill myself", true },
		{ "two postcard roomsful", true },
		{ "a card on a room", false },
	};

	(void)state;
	for (size_t i = 0; i < BDL_ARRAY_LEN(texts); i++)
		for (size_t at = BDL_FOLD_CHUNK - 90; at < BDL_FOLD_CHUNK + 20; at++)
			check_long(texts[i].what, score_at(texts[i].what, at) > 0, texts[i].counts);
}

/* --- all that is found --- */

static void keep(void *context, const char *p, size_t n)
{
	assert_int_equal(bdl_buf_add(context, p, n), 0);
}

static int by_end(const void *a, const void *b)
{
	const struct bdl_weigh_find *x = a, *y = b;

	if (x->end != y->end)
		return x->end < y->end ? -1 : 1;
	if (x->at != y->at)
		return x->at < y->at ? -1 : 1;
	return (x->literal > y->literal) - (x->literal < y->literal);
}

static uint32_t blanks_before(struct bdl_view text, size_t end)
{
	uint32_t n = 0;

	for (size_t i = 0; i < end; i++)
		n += text.p[i] == ' ';
	return n;
}

/* Every place of every spelling, in the order of their ends. */
static struct bdl_weigh_find *all_finds(struct bdl_view text, size_t *ret_n)
{
	struct bdl_weigh_find *finds = NULL;
	size_t n = 0, cap = 0;

	for (uint32_t i = 0; i < t.p->h->n_plain; i++) {
		const struct bdl_phrases_literal *l = &t.p->plain[i];
		for (size_t from = 0; from < text.n; from++) {
			const char *at =
			    memmem(text.p + from, text.n - from, t.p->strings + l->text, l->n);
			if (at == NULL)
				break;
			from = (size_t)(at - text.p);
			finds = bdl_xgrow(finds, n, &cap, sizeof(*finds));
			finds[n++] = (struct bdl_weigh_find){
				.at = from,
				.end = from + l->n,
				.literal = i,
				.word = blanks_before(text, from + l->n - 1),
			};
		}
	}
	qsort(finds, n, sizeof(*finds), by_end);
	*ret_n = n;
	return finds;
}

/* What a hit says but for its number, so that hits can be sorted. */
static char *hit_line(const struct bdl_scan_hit *h)
{
	char *line = NULL;

	assert_true(asprintf(&line, "%.*s/%zu (%.*s) %u covered %u by %.*s word %llu",
			BDL_FMT(h->phrase), h->class_, BDL_FMT(h->found), h->times, h->covered,
			BDL_FMT(h->by), (unsigned long long)h->word) > 0);
	return line;
}

struct lines {
	size_t n;
	char *of[BDL_SCAN_HITS_MAX];
};

static int by_text(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static void lines_done(struct lines *l)
{
	for (size_t i = 0; i < l->n; i++)
		free(l->of[i]);
}

static struct lines lines_of_scan(struct bdl_view text, size_t piece)
{
	struct bdl_scan_options o = { .form = BDL_SCAN_PLAIN, .charset = "utf-8" };
	struct bdl_scan *s = scan_test_run(&t, text, &o, piece);
	struct lines l = { 0 };
	struct bdl_scan_result r;
	struct bdl_scan_hit h;

	bdl_scan_result(s, &r);
	for (; l.n < r.n_hits; l.n++) {
		bdl_scan_hit(s, l.n, &h);
		l.of[l.n] = hit_line(&h);
	}
	bdl_scan_done(s);
	qsort(l.of, l.n, sizeof(*l.of), by_text);
	return l;
}

static struct lines lines_of_finds(struct bdl_view text)
{
	static struct bdl_weigh w;
	BDL_AUTO_IN(bdl_buf_done) struct bdl_buf folded = BDL_BUF(1 << 20);
	struct bdl_scan_result r = { 0 };
	struct lines l = { 0 };
	struct bdl_scan_hit h;
	struct bdl_fold *f = bdl_xalloc(sizeof(*f));
	size_t n = 0;

	bdl_fold_init(f, &t.p->fold, keep, &folded);
	bdl_fold_add(f, text);
	bdl_fold_end(f);
	free(f);
	BDL_AUTO_FREE struct bdl_weigh_find *finds = all_finds(bdl_buf_view(&folded), &n);
	bdl_weigh_begin(&w, t.p, NULL);
	for (size_t i = 0; i < n; i++)
		bdl_weigh_add(&w, &finds[i], bdl_view_at(NULL, 0));
	bdl_weigh_settle(&w, UINT64_MAX);
	bdl_weigh_scores(&w, 1, &r);
	for (; l.n < r.n_hits; l.n++) {
		bdl_weigh_hit(&w, l.n, &h);
		l.of[l.n] = hit_line(&h);
	}
	qsort(l.of, l.n, sizeof(*l.of), by_text);
	return l;
}

static uint32_t next_random(uint32_t *state)
{
	*state = *state * 1664525u + 1013904223u;
	return *state >> 8;
}

/*
 * A word that may be longer than a chunk, or than what is kept of one. Combinations do not reach over so
 * many bytes, so other words stand around it.
 */
static size_t long_word(size_t length, char *out, size_t size)
{
	size_t n = 0;

	if (size < length + 2 * 40 * 5 + 64)
		return 0;
	for (size_t i = 0; i < 40 * 5; i++)
		out[n++] = "word "[i % 5];
	for (size_t i = 0; i < length; i++)
		out[n++] = "suicidetoxinpoison"[i % 18];
	for (size_t i = 0; i < 40 * 5; i++)
		out[n++] = " word"[i % 5];
	out[n++] = ' ';
	return n;
}

/* Words of phrases, thickly or thinly strewn among others. */
static struct bdl_view some_text(uint32_t *state, char *out, size_t size)
{
	static const char *const words[] = { "kill", "myself", "Gun", "poisoner", "suicide", "end",
		"my", "life", "the", "pills", "swallow", "all", "near", "school", "knife", "how",
		"to", "far", "go", "come", "home", "there", "homeward", "bunk", "off", "show",
		"time", "card", "rooms", "cardroom", "telling", "them", "ell", "of", "postcard" };
	static const char *const others[] = { "word ", "and ", "Of, ", "between. ", "schools ",
		"kilo ", "farther ", "pill\n", "them; ", "lives ", "without the ", "- ", "very " };
	unsigned thick = next_random(state) % 40 + 1;
	size_t n = 0, most = next_random(state) % (size - 64);

	while (n < most) {
		bool of_phrase = next_random(state) % 40 < thick;
		uint32_t k = next_random(state);
		const char *word =
		    of_phrase ? words[k % BDL_ARRAY_LEN(words)] : others[k % BDL_ARRAY_LEN(others)];
		if (next_random(state) % 400 == 0)
			n += long_word(k % 12000, out + n, size - n);
		n += (size_t)snprintf(out + n, size - n, of_phrase ? "%s " : "%s", word);
	}
	return bdl_view_at(out, n);
}

static void test_all(void **state)
{
	static char text[30000];
	uint32_t seed = 20261121;

	(void)state;
	for (int i = 0; i < 150; i++) {
		if (i == 75) /* as machines do it that have no AVX-512 */
			t.p->within->sift.can = t.scanner->walk->is_wide = false;
		struct bdl_view v = some_text(&seed, text, sizeof(text));
		struct lines want = lines_of_finds(v), got = lines_of_scan(v, 1 + seed % 9000);
		check_long("hits", (long long)got.n, (long long)want.n);
		for (size_t k = 0; k < got.n; k++)
			assert_string_equal(got.of[k], want.of[k]);
		lines_done(&want);
		lines_done(&got);
	}
}

static int begin(void **state)
{
	(void)state;
	t = scan_test_with(phrases);
	return 0;
}

static int end(void **state)
{
	(void)state;
	scan_test_done(&t);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_edges),
		cmocka_unit_test(test_all),
	};
	return cmocka_run_group_tests(tests, begin, end);
}
