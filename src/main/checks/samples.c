/*
 * Hosts of the lists, by chance: what is tried is another page of a list in each run, so that nobody
 * can see to the first one of it alone.
 */
#include "base/hash.h"
#include "main/checks/checks_int.h"

/* The ruleset's number of each category of the lists; -1: no rule speaks of it. */
static int16_t *numbers_of(struct bdl_checking *c)
{
	unsigned n = bdl_hosts_categories(c->hosts);
	size_t of_rules = bdl_ruleset_categories(c->ruleset);
	int16_t *numbers = bdl_region_array(c->looked, n + 1, sizeof(*numbers));

	for (unsigned i = 0; numbers && i < n; i++) {
		numbers[i] = -1;
		for (size_t k = 0; k < of_rules; k++)
			if (strcmp(bdl_hosts_category(c->hosts, i),
				bdl_ruleset_category(c->ruleset, (unsigned)k)) == 0)
				numbers[i] = (int16_t)k;
	}
	return numbers;
}

/* Each host of a category is as likely to be kept as any other (Vitter's algorithm R). */
static void keep(struct bdl_sample *s, struct bdl_view host, uint64_t chance)
{
	uint64_t at = s->n < BDL_SAMPLE_MAX ? s->n : chance % (s->n + 1);

	if (at < BDL_SAMPLE_MAX)
		s->hosts[at] = host;
	s->n++;
}

const struct bdl_sample *bdl_checks_sample(struct bdl_checking *c, unsigned category)
{
	uint64_t seed, place = 0;

	if (c->samples || !c->hosts)
		return c->samples ? &c->samples[category] : NULL;
	const int16_t *numbers = numbers_of(c);
	c->samples = bdl_region_array(
	    c->looked, bdl_ruleset_categories(c->ruleset) + 1, sizeof(*c->samples));
	if (!c->samples || !numbers)
		return NULL;
	bdl_random(&seed, sizeof(seed));
	for (const struct bdl_host_record *r = NULL; (r = bdl_hosts_next(c->hosts, r)); place++)
		if (r->kind == BDL_HOST_LISTED && numbers[r->number] >= 0)
			keep(&c->samples[numbers[r->number]], bdl_host_record_view(r),
			    bdl_hash64(&place, sizeof(place), seed));
	return &c->samples[category];
}
