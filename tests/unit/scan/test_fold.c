#include "base/ascii.h"
#include "fold_test.h"
#include "scan/fold_int.h"

static const struct {
	const char *name, *in, *out;
} cases[] = {
	{ "capitals", "Hello WORLD", "hello world" },
	{ "one blank", "a,  b.\t\nc--d", "a b c d" },
	{ "apostrophe", "don't", "don t" },
	{ "accents", "caf\xc3\xa9 na\xc3\xafve \xc3\x85ngstr\xc3\xb6m", "cafe naive angstrom" },
	{ "loose accent", "cafe\xcc\x81", "cafe" },
	{ "full width", "\xef\xbc\xa6\xef\xbc\xb5\xef\xbc\xac\xef\xbc\xac", "full" },
	{ "mathematical", "\xf0\x9d\x93\xbd\xf0\x9d\x94\xa2\xf0\x9d\x95\xa9\xf0\x9d\x9a\x9d",
	    "text" },
	{ "circled and Roman", "\xe2\x91\xa0 \xe2\x85\xa3", "1 iv" },
	{ "ligature", "\xef\xac\x81sh", "fish" },
	{ "sharp s",
	    "stra\xc3\x9f"
	    "e",
	    "strasse" },
	{ "soft hyphen",
	    "sui\xc2\xad"
	    "cide",
	    "suicide" },
	{ "no width",
	    "sui\xe2\x80\x8b"
	    "cide \xe2\x80\xaetext",
	    "suicide text" },
	{ "curly quote", "don\xe2\x80\x99t", "don t" },
	{ "no-break space",
	    "a\xc2\xa0"
	    "b",
	    "a b" },
	{ "Cyrillic stays", "\xd0\x9f\xd0\xa0\xd0\x98", "\xd0\xbf\xd1\x80\xd0\xb8" },
	{ "Arabic digits", "\xd9\xa1\xd9\xa2", "12" },
	{ "emoji is a word",
	    "buy\xf0\x9f\x92\x8a"
	    "now",
	    "buy \xf0\x9f\x92\x8a now" },
	{ "skin is not seen", "\xf0\x9f\x91\x8d\xf0\x9f\x8f\xbd", "\xf0\x9f\x91\x8d" },
	{ "at in a word", "p@ss", "p@ss" },
	{ "dollars in front", "$hit a$$hole", "$hit a$$hole" },
	{ "a price", "cost $5 now", "cost 5 now" },
	{ "a name", "@fred", "fred" },
	{ "an exclamation", "stop!! now!", "stop now" },
	{ "important", "a !important", "a important" },
	{ "a bad byte", "caf\xe9 bar", "cafe bar" },
	{ "bad bytes",
	    "a\xff\xfe"
	    "b",
	    "ay\xc3\xbe"
	    "b" },
	{ "cut at the end", "abc\xe2\x80", "abca" },
	{ "windows quotes", "\x93hi\x94", "hi" },
	{ "nothing", " .,- ", "" },
	{ "a NUL", "", "" },
	{ "long", "The QUICK brown Fox, jumps over the lazy dog. And again; and AGAIN (and again)!",
	    "the quick brown fox jumps over the lazy dog and again and again and again" },
};

static void test_cases(void **state)
{
	(void)state;
	for (size_t i = 0; i < BDL_ARRAY_LEN(cases); i++) {
		char out[256];
		size_t n = 0;
		struct bdl_view in = bdl_view_of(cases[i].in);
		check_long(cases[i].name, bdl_fold_short(&table, in, out, sizeof(out), &n), 0);
		check_view(cases[i].name, bdl_view_at(out, n), cases[i].out);
	}
}

static void test_limit(void **state)
{
	char out[8];
	size_t n = 0;

	(void)state;
	assert_int_equal(bdl_fold_short(&table, BDL_LIT("123456"), out, sizeof(out), &n), 0);
	assert_int_equal(
	    bdl_fold_short(&table, BDL_LIT("1234567"), out, sizeof(out), &n), BDL_E_LIMIT);
}

/* --- streams --- */

struct kept {
	const struct bdl_fold *f;
	char p[40000];
	size_t n, chunks;
	struct {
		size_t at, n;
	} masks[4000]; /* by their places in `p` */
	size_t n_masks;
};

/* The masks of n bytes that are handed on; those behind them come with the next. */
static void keep_masks(struct kept *k, size_t n)
{
	for (size_t i = 0; i < k->f->n_masks; i++) {
		struct bdl_fold_mask m = k->f->masks[i];
		if (m.at < BDL_FOLD_KEPT || m.at >= BDL_FOLD_KEPT + n)
			continue;
		assert_true(k->n_masks < BDL_ARRAY_LEN(k->masks));
		k->masks[k->n_masks].at = k->n + m.at - BDL_FOLD_KEPT;
		k->masks[k->n_masks++].n = m.n;
	}
}

static void keep(void *context, const char *p, size_t n)
{
	struct kept *k = context;
	size_t before = k->n < BDL_FOLD_KEPT ? k->n : BDL_FOLD_KEPT;

	/* Chunks are of one size, but for the last, and follow what is kept of the one before. */
	assert_true(n <= BDL_FOLD_CHUNK && k->n % BDL_FOLD_CHUNK == 0);
	assert_memory_equal(p - before, k->p + k->n - before, before);
	assert_true(k->n + n <= sizeof(k->p));
	memcpy(k->p + k->n, p, n);
	keep_masks(k, n);
	k->n += n;
	k->chunks++;
}

/* The best that this machine can, what most can, what all can. */
enum machine { THIS, MOST, ANY, MACHINES };

static void fold_as(struct bdl_view text, size_t piece, enum machine as, struct kept *k)
{
	static struct bdl_fold f;

	k->f = &f;
	k->n = k->chunks = k->n_masks = 0;
	bdl_fold_init(&f, &table, keep, k);
	if (as != THIS)
		f.plain = bdl_fold_plain;
	if (as == ANY)
		f.put = bdl_fold_put_each;
	while (text.n > 0) {
		size_t n = text.n < piece ? text.n : piece;
		bdl_fold_add(&f, bdl_view_at(text.p, n));
		text = bdl_view_from(text, n);
	}
	bdl_fold_end(&f);
}

/* Where the machine has nothing better two of the three are the same. */
static void say_machine(const char *name)
{
	static struct bdl_fold f;

	bdl_fold_init(&f, &table, keep, NULL);
	print_message("%s: this machine folds %s bytes at a time and %s\n", name,
	    f.plain == bdl_fold_plain ? "16" : "64",
	    f.put == bdl_fold_put_each ? "puts each" : "shuffles them");
}

/* All kinds of pieces one after the other, so that every cut falls upon each of them. */
static size_t mixture(char *out, size_t size)
{
	static const char *const pieces[] = { "Some plain ASCII text, and more of it. ", "x$$y ",
		"\xc3\xa9", "\xf0\x9f\x92\x8a", "\xe2\x80", "\xff", "a@b", "! ", "$",
		"\xf0\x9d\x93\xbd", "1234567890abcdefABCDEF", "  \r\n", "\xd0\xbf\xd1\x80",
		"\xc2\xad", "@", "\xe2", "k*ll f#@k ", "*", "##", "a*b", "y******f@", "p$rn",
		"k***" };
	size_t n = 0;

	for (uint64_t seed = 7; n + 64 < size;
	     seed = seed * 6364136223846793005u + 1442695040888963407u) {
		const char *piece = pieces[(seed >> 33) % BDL_ARRAY_LEN(pieces)];
		memcpy(out + n, piece, strlen(piece));
		n += strlen(piece);
	}
	return n;
}

static void test_any_cut(void **state)
{
	static char text[24000];
	static struct kept whole, cut;
	struct bdl_view v = bdl_view_at(text, mixture(text, sizeof(text)));

	(void)state;
	say_machine("cuts");
	fold_as(v, SIZE_MAX, ANY, &whole);
	assert_true(whole.chunks >= 2 && whole.n_masks > 500);
	for (size_t way = MACHINES; way < 70 * MACHINES; way++) {
		size_t piece = way / MACHINES;
		fold_as(v, piece, way % MACHINES, &cut);
		if (cut.n != whole.n || memcmp(cut.p, whole.p, whole.n) != 0)
			fail_msg("pieces of %zu bytes fold to another text", piece);
		if (cut.n_masks != whole.n_masks ||
		    memcmp(cut.masks, whole.masks, whole.n_masks * sizeof(*whole.masks)) != 0)
			fail_msg("pieces of %zu bytes have other masks", piece);
	}
}

/* Plain ASCII without symbols as the header says it, a byte at a time. */
static size_t fold_slowly(struct bdl_view text, char *out)
{
	size_t n = 0;

	out[n++] = ' ';
	for (size_t i = 0; i < text.n; i++) {
		bool is_word = bdl_is_letter(text.p[i]) || bdl_is_digit(text.p[i]);
		if (is_word)
			out[n++] = bdl_lower(text.p[i]);
		else if (out[n - 1] != ' ')
			out[n++] = ' ';
	}
	if (out[n - 1] != ' ')
		out[n++] = ' ';
	return n;
}

static void test_blocks(void **state)
{
	static const char some[] = "abcXYZ0189aeiou   ..,-\n\t\x7f<>&;'";
	static char text[20000], slow[20010];
	static struct kept kept;
	uint32_t seed = 1;

	(void)state;
	for (size_t round = 0; round < 60; round++) {
		size_t thick = 1 + round % 20, n = 100 + 331 * round;
		for (size_t i = 0; i < n; i++) {
			seed = seed * 1664525u + 1013904223u;
			bool any = (seed >> 8) % 20 < thick;
			text[i] = any ? some[(seed >> 16) % (sizeof(some) - 1)] : 'q';
		}
		size_t n_slow = fold_slowly(bdl_view_at(text, n), slow);
		for (unsigned way = 0; way < 4 * MACHINES; way++) {
			fold_as(bdl_view_at(text, n), way < MACHINES ? SIZE_MAX : 10 + 7 * way,
			    way % MACHINES, &kept);
			assert_int_equal(kept.n, n_slow);
			assert_memory_equal(kept.p, slow, n_slow);
		}
	}
}

static void test_breaks(void **state)
{
	static struct bdl_fold f;
	static struct kept k;

	(void)state;
	bdl_fold_init(&f, &table, keep, &k);
	k.f = &f;
	k.n = 0;
	bdl_fold_add(&f, BDL_LIT("one"));
	bdl_fold_break(&f);
	bdl_fold_break(&f);
	bdl_fold_add(&f, BDL_LIT("two"));
	bdl_fold_blank(&f);
	bdl_fold_blank(&f);
	bdl_fold_add(&f, BDL_LIT("three"));
	bdl_fold_end(&f);
	check_view("breaks", bdl_view_at(k.p, k.n), " one \n two three ");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_cases),
		cmocka_unit_test(test_limit),
		cmocka_unit_test(test_any_cut),
		cmocka_unit_test(test_blocks),
		cmocka_unit_test(test_breaks),
	};
	return cmocka_run_group_tests(tests, make, unmake);
}
