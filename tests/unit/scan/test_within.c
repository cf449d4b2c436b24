/* What is sifted out, 64 bytes at a time where the machine can. */
#include "../check.h"
#include "scan/within_int.h"
#include "scan/words_int.h"

#define KEYS 30

static uint32_t next_random(uint32_t *state)
{
	*state = *state * 1664525u + 1013904223u;
	return *state >> 8;
}

static char some_letter(uint32_t *state)
{
	return " eeetaoinshrdlucmfwypvbgkjqxz0@"[next_random(state) % 31];
}

/* The same by one byte after the other. */
static bool passes(const struct bdl_sift *s, const char *p)
{
	unsigned one = 0, two = 0;

	for (unsigned i = 0; i < BDL_SIFT_BYTES; i++) {
		one |= s->one[0][i][p[0] & 63] & s->one[1][i][p[1] & 63] & s->one[2][i][p[2] & 63] &
		    s->one[3][i][p[3] & 63];
		two |= s->two[0][i][p[1] & 63] & s->two[1][i][p[2] & 63] & s->two[2][i][p[3] & 63];
	}
	return one != 0 && two != 0;
}

static size_t pick_each(
    const struct bdl_sift *s, const char *p, size_t at, size_t end, uint16_t *ret)
{
	size_t n = 0;

	for (size_t i = at; i < end; i++)
		if (passes(s, p + i))
			ret[n++] = (uint16_t)i;
	return n;
}

static void test_sift(void **state)
{
	static char text[3000 + 66];
	static uint16_t places[3000 + 32];
	struct bdl_words_met met;
	struct bdl_sift sift;
	uint32_t seed = 5;

	(void)state;
	bdl_words_count_met(&met);
	bdl_sift_begin(&sift, met.ones);
	print_message("this machine %s\n",
	    sift.can ? "sifts 64 bytes at a time" : "cannot sift: only the tables are looked at");
	for (size_t round = 0; round < 100; round++) {
		char keys[KEYS][BDL_WITHIN_BYTES];
		size_t at = next_random(&seed) % 100, end = 1000 + next_random(&seed) % 2000, k = 0;
		bdl_sift_begin(&sift, met.ones);
		for (size_t i = 0; i < sizeof(text); i++)
			text[i] = some_letter(&seed);
		for (size_t i = 0; i < KEYS; i++) {
			for (size_t b = 0; b < BDL_WITHIN_BYTES; b++)
				keys[i][b] = some_letter(&seed);
			bdl_sift_mark(
			    &sift, bdl_within_class(keys[i]), (unsigned char)keys[i][3] & 31u);
			memcpy(text + next_random(&seed) % 3000, keys[i], BDL_WITHIN_BYTES);
		}
		size_t n = sift.can ? bdl_sift_pick(&sift, text, at, end, places)
				    : pick_each(&sift, text, at, end, places);
		assert_in_range(n, 1, (end - at) / 2);
		for (size_t i = at; i < end; i++) {
			bool is_picked = k < n && places[k] == i;
			assert_int_equal(is_picked, passes(&sift, text + i));
			for (size_t key = 0; key < KEYS; key++)
				assert_true(is_picked ||
				    memcmp(text + i, keys[key], BDL_WITHIN_BYTES) != 0);
			k += is_picked;
		}
		assert_int_equal(k, n);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_sift) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
