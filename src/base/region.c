#include "base/region.h"
#include "base/alloc.h"
#include <stdalign.h>
#include <stdarg.h>
#include <stdio.h>

#define FIRST_BLOCK 4096
#define BLOCK_MAX   65536

struct block {
	struct block *next; /* the one before it in time */
	size_t used, cap;
	alignas(max_align_t) char bytes[];
};

struct bdl_region {
	struct block *now; /* the one that is being filled; the first made is the chain's end */
	size_t used, max;
	bool broken;
};

struct bdl_region *bdl_region_new(size_t max)
{
	struct bdl_region *r = bdl_xalloc(sizeof(*r));

	r->max = max;
	return r;
}

static void free_blocks(struct block *b, const struct block *end)
{
	while (b != end) {
		struct block *next = b->next;

		free(b);
		b = next;
	}
}

void bdl_region_free(struct bdl_region *r)
{
	if (!r)
		return;
	free_blocks(r->now, NULL);
	free(r);
}

static void *fail(struct bdl_region *r)
{
	r->broken = true;
	return NULL;
}

/* Blocks double, so that a large piece of work takes few of them; what is larger gets its own. */
static struct block *add_block(struct bdl_region *r, size_t need)
{
	size_t cap = r->now ? r->now->cap * 2 : FIRST_BLOCK;

	if (cap > BLOCK_MAX)
		cap = BLOCK_MAX;
	if (cap < need)
		cap = need;
	if (cap > SIZE_MAX - sizeof(struct block))
		return NULL;
	struct block *b = calloc(1, sizeof(*b) + cap);
	if (!b)
		return NULL;
	b->cap = cap;
	b->next = r->now;
	r->now = b;
	return b;
}

void *bdl_region_get(struct bdl_region *r, size_t n)
{
	const size_t step = alignof(max_align_t);

	if (r->broken || n > r->max - r->used || n > SIZE_MAX - step)
		return fail(r);
	/* At least one step, so that no two pieces share an address. */
	size_t need = n ? (n + step - 1) / step * step : step;
	if (need > r->max - r->used)
		return fail(r);

	struct block *b = r->now;
	if (!b || need > b->cap - b->used)
		b = add_block(r, need);
	if (!b)
		return fail(r);
	void *p = b->bytes + b->used;
	b->used += need;
	r->used += need;
	return p;
}

void *bdl_region_array(struct bdl_region *r, size_t n, size_t size)
{
	size_t whole;

	if (__builtin_mul_overflow(n, size, &whole))
		return fail(r);
	return bdl_region_get(r, whole);
}

char *bdl_region_str(struct bdl_region *r, struct bdl_view v)
{
	if (v.n == SIZE_MAX)
		return fail(r);
	char *s = bdl_region_get(r, v.n + 1);

	if (s && v.n)
		memcpy(s, v.p, v.n);
	return s;
}

struct bdl_view bdl_region_view(struct bdl_region *r, struct bdl_view v)
{
	char *s = bdl_region_str(r, v);

	return s ? bdl_view_at(s, v.n) : bdl_view_at(NULL, 0);
}

char *bdl_region_printf(struct bdl_region *r, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	int n = vsnprintf(NULL, 0, fmt, ap);
	va_end(ap);
	if (n < 0)
		return fail(r);
	char *s = bdl_region_get(r, (size_t)n + 1);
	if (!s)
		return NULL;
	va_start(ap, fmt);
	(void)vsnprintf(s, (size_t)n + 1, fmt, ap); /* measured above */
	va_end(ap);
	return s;
}

void bdl_region_reset(struct bdl_region *r)
{
	struct block *kept = r->now;

	while (kept && kept->cap > BLOCK_MAX) { /* for one piece alone */
		r->now = kept->next;
		free(kept);
		kept = r->now;
	}
	if (kept) { /* later ones are larger */
		free_blocks(kept->next, NULL);
		kept->next = NULL;
		memset(kept->bytes, 0, kept->used); /* what is given later is zeroed too */
		kept->used = 0;
	}
	r->used = 0;
	r->broken = false;
}

bool bdl_region_broken(const struct bdl_region *r)
{
	return r->broken;
}

size_t bdl_region_used(const struct bdl_region *r)
{
	return r->used;
}
