/* What a web request alone tells, read alike by the door, by the portal and by the tools. */
#include "base/ascii.h"
#include "policy/facts.h"
#include "proto/search.h"
#include "proto/url.h"

#define METHOD_MAX 32

static void add_method(
    const struct bdl_ruleset *r, struct bdl_facts *f, const struct bdl_web_request *q)
{
	char method[METHOD_MAX];
	size_t n = 0;

	for (; n < q->method.n && n < sizeof(method); n++)
		method[n] = bdl_lower(q->method.p[n]);
	bdl_facts_add(r, f, BDL_PHRASE_METHOD, bdl_view_at(method, n), BDL_MANNER_NONE);
}

/* false where there is no memory for it: then nobody can tell. */
static bool add_path(struct bdl_facts *f, struct bdl_view path, struct bdl_region *region)
{
	struct bdl_buf normal BDL_AUTO_IN(bdl_buf_done) = BDL_BUF(3 * BDL_URL_MAX);

	if (bdl_url_path(path, &normal) < 0)
		return false;
	f->path = bdl_region_view(region, bdl_buf_view(&normal));
	return f->path.n > 0;
}

static void add_search(struct bdl_facts *f, struct bdl_region *region)
{
	struct bdl_buf words BDL_AUTO_IN(bdl_buf_done) = BDL_BUF(BDL_SEARCH_TERMS_MAX);
	struct bdl_buf folded BDL_AUTO_IN(bdl_buf_done) = BDL_BUF(2 * BDL_SEARCH_TERMS_MAX);

	struct bdl_view none = { 0 };

	f->told &= ~BDL_TOLD(WORDS); /* of a page nobody knows them */
	if (bdl_search_find(f->host, f->path, none, &words) != BDL_SEARCH_TERMS)
		return;
	bdl_text_fold(bdl_buf_view(&words), &folded);
	f->text = bdl_region_view(region, bdl_buf_view(&folded));
	f->deeds |= 1u << BDL_DEED_WEB_SEARCH;
	f->told |= BDL_TOLD(WORDS);
}

#define BY_PATH (BDL_TOLD(PATH) | BDL_TOLD(SEARCH) | BDL_TOLD(WORDS))

void bdl_facts_request(const struct bdl_ruleset *r, struct bdl_facts *f,
    const struct bdl_web_request *q, struct bdl_region *region)
{
	uint64_t asked = bdl_ruleset_asked(r);

	f->door = BDL_DOOR_WEB;
	f->told |= bdl_door_told(BDL_DOOR_WEB) & ~(BDL_TOLD(PLACE) | BDL_TOLD(DEVICE));
	f->host = q->host;
	if (q->upload)
		f->deeds |= 1u << BDL_DEED_WEB_UPLOAD;
	if (asked & BDL_TOLD(METHOD))
		add_method(r, f, q);
	if (!q->path.n || ((asked & BY_PATH) && !add_path(f, q->path, region)))
		f->told &= ~BY_PATH;
	else if (asked & (BDL_TOLD(SEARCH) | BDL_TOLD(WORDS)))
		add_search(f, region);
}

void bdl_facts_network(const struct bdl_ruleset *r, struct bdl_facts *f, struct bdl_view place,
    struct bdl_view equipment)
{
	f->told |= BDL_TOLD(PLACE) | BDL_TOLD(DEVICE);
	if (place.n)
		bdl_facts_add(r, f, BDL_PHRASE_AT, place, BDL_MANNER_NONE);
	bdl_facts_add(r, f, BDL_PHRASE_USING, equipment.n ? equipment : BDL_LIT("unknown-devices"),
	    BDL_MANNER_NONE);
}
