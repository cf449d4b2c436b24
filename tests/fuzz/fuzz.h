/* What fuzz targets share. */
#ifndef BDL_TESTS_FUZZ_H
#define BDL_TESTS_FUZZ_H

#include "base/defs.h"
#include "base/view.h"
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* What must hold for every input; a crash is what a fuzzer finds. */
#define MUST(cond)               \
	do {                     \
		if (!(cond))     \
			abort(); \
	} while (0)

static inline struct bdl_view fuzz_view(const uint8_t *data, size_t size)
{
	return bdl_view_at((const char *)data, size);
}

/* A view that was handed out lies within the input, so a caller who reads it reads nothing else. */
static inline bool fuzz_within(struct bdl_view v, struct bdl_view input)
{
	return v.n == 0 ||
	    (v.p >= input.p && v.n <= input.n && (size_t)(v.p - input.p) <= input.n - v.n);
}

#endif
