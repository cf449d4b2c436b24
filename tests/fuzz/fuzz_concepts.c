/* Files of concepts: what is taken can be used. */
#include "fuzz.h"
#include "import/concepts.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char text[] =
	    "# Phones\n\nStaff must not:\n- share passwords\n- gamble online\n";
	BDL_AUTO(bdl_concepts_free) struct bdl_concepts *c = bdl_concepts_new();
	BDL_AUTO(bdl_region_free) struct bdl_region *region = bdl_region_new(16 << 20);
	struct bdl_statements s;
	struct bdl_meanings *means;

	if (bdl_concepts_add(c, fuzz_view(data, size), "fuzz", NULL) < 0)
		return 0;
	MUST(bdl_statements_cut(bdl_view_of(text), region, &s, NULL) == 0);
	if (bdl_concepts_match(c, &s, region, &means, NULL) < 0)
		return 0;
	for (size_t i = 0; i < s.n; i++)
		for (size_t k = 0; k < means[i].n; k++) {
			MUST(means[i].items[k].kind < bdl_concepts_count(c));
			MUST(means[i].items[k].sure >= BDL_SURE_UNSURE);
		}
	return 0;
}
