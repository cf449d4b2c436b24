#include "record/acts/act_facts.h"

bool bdl_act_facts(const struct bdl_act *a, const struct bdl_ruleset *r, struct bdl_region *region,
    struct bdl_facts *ret)
{
	struct bdl_web_request q = { a->host, a->path, a->method, a->kind == BDL_KIND_UPLOAD };
	struct bdl_view words, word;

	*ret = (struct bdl_facts){
		.known = a->known,
		.minute = a->minute,
		.weekday = a->weekday,
	};
	bdl_facts_request(r, ret, &q, region);
	ret->door = a->door;
	if (!a->method.n) /* visits have none */
		ret->told &= ~BDL_TOLD(METHOD);
	if (a->equipment.n) /* else there was no table of networks */
		bdl_facts_network(r, ret, a->place, a->equipment);
	words = a->groups;
	while (bdl_view_cut(&words, ' ', &word))
		ret->groups |= bdl_ruleset_group(r, word);
	words = a->categories;
	while (bdl_view_cut(&words, ' ', &word)) {
		int i = bdl_ruleset_category_find(r, word);
		if (i >= 0)
			bdl_catset_add(&ret->categories, (unsigned)i);
	}
	return bdl_facts_recall(r, ret, a->kept, region);
}
