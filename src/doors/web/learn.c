#include "doors/web/form.h"
#include "doors/web/web_int.h"
#include "proto/search.h"

/* Facts are taken from the text that is kept, so that judging again later sees the same. */
static void recall(struct bdl_web *web, struct bdl_ask *a)
{
	/* Never withheld: nothing was decided yet. */
	(void)bdl_facts_recall(web->now->ruleset, &a->facts, bdl_buf_view(&a->kept), web->scratch);
}

static void begin(struct bdl_web *web, struct bdl_ask *a, const char *stage)
{
	a->kept = (struct bdl_buf){ .p = web->kept, .cap = sizeof(web->kept), .max = BDL_KEPT_MAX };
	bdl_kept_add(&a->kept, "stage", bdl_view_of(stage));
	if (a->is_probe)
		bdl_kept_add(&a->kept, "probe", a->probe.id);
}

/* Of terms the record keeps the beginning, as one plain line: it fits whatever its bytes are. */
#define TERMS_KEPT 400

static void keep_terms(struct bdl_ask *a, struct bdl_view terms)
{
	BDL_AUTO_IN(bdl_buf_done) struct bdl_buf plain = BDL_BUF(3 * TERMS_KEPT);

	if (terms.n > TERMS_KEPT)
		terms.n = TERMS_KEPT;
	(void)bdl_form_plain(terms, &plain);
	bdl_kept_add(&a->kept, "terms", bdl_buf_view(&plain));
}

static void learn_terms(
    struct bdl_web *web, struct bdl_ask *a, struct bdl_view form, bool is_request)
{
	BDL_AUTO_IN(bdl_buf_done) struct bdl_buf terms = BDL_BUF(BDL_SEARCH_TERMS_MAX);
	BDL_AUTO_IN(bdl_buf_done) struct bdl_buf folded = BDL_BUF(2 * BDL_SEARCH_TERMS_MAX);

	if (bdl_search_find(bdl_view_of(a->url.host), a->url.path, form, &terms) !=
	    BDL_SEARCH_TERMS)
		return;
	if (a->kind == BDL_KIND_PAGE)
		a->kind = BDL_KIND_SEARCH;
	keep_terms(a, bdl_buf_view(&terms));
	if (is_request)
		bdl_read_terms(web, bdl_buf_view(&terms), a);
	/* All of them are judged, those of a form too, which stand nowhere else. */
	bdl_text_fold(bdl_buf_view(&terms), &folded);
	a->facts.text = bdl_region_view(web->scratch, bdl_buf_view(&folded));
}

static void learn_media(struct bdl_ask *a)
{
	const struct bdl_media *m = &a->media;
	char size[24];

	if (m->type[0])
		bdl_kept_add(&a->kept, "type", bdl_view_of(m->type));
	if (m->is_file)
		bdl_kept_add(&a->kept, "file", BDL_LIT("any"));
	for (unsigned i = 0; m->is_file && i < BDL_MEDIA_KINDS; i++)
		if (m->kinds >> i & 1)
			bdl_kept_add(
			    &a->kept, "file", bdl_view_of(bdl_media_word((enum bdl_media_kind)i)));
	if (!m->has_size)
		return;
	(void)snprintf(size, sizeof(size), "%llu", (unsigned long long)m->size); /* fits */
	bdl_kept_add(&a->kept, "size", bdl_view_of(size));
}

static void learn_upload(const struct bdl_http_head *request, struct bdl_ask *a)
{
	struct bdl_view none = { 0 };

	bdl_media_read(request, none, &a->media);
	if (bdl_view_starts(bdl_view_of(a->media.type), BDL_LIT("multipart/"))) {
		a->media.type[0] = '\0'; /* of the whole form, not of the files in it */
		a->media.is_file = false;
	} else {
		a->media.is_file = true;
	}
	learn_media(a);
}

void bdl_learn_request(struct bdl_web *web, const struct bdl_http_head *http, bool sends,
    struct bdl_view form, struct bdl_ask *a)
{
	begin(web, a, "request");
	learn_terms(web, a, form, true);
	bdl_read_before(web, a);
	if (a->kind == BDL_KIND_UPLOAD)
		learn_upload(http, a);
	if (sends && bdl_web_is_unreadable(http))
		bdl_kept_add(&a->kept, "unread", BDL_LIT("coding"));
	recall(web, a);
}

void bdl_learn_text(struct bdl_web *web, const struct bdl_http_head *request,
    const struct bdl_http_head *response, const struct bdl_read *t, struct bdl_ask *a)
{
	begin(web, a, response ? "page" : "sent");
	if (response) {
		bdl_media_read(response, a->url.path, &a->media);
		learn_media(a);
	} else if (a->kind == BDL_KIND_UPLOAD) {
		learn_upload(request, a);
	}
	bdl_read_keep(t->reader, t->scan, t->is_whole && !t->is_late ? "whole" : "part", a);
	recall(web, a);
}

void bdl_learn_connect(struct bdl_web *web, struct bdl_ask *a)
{
	begin(web, a, "connect");
	a->kind = BDL_KIND_PAGE;
	a->taste = BDL_TASTE_TEXT;
	recall(web, a);
}

void bdl_learn_response(struct bdl_web *web, const struct bdl_http_head *request,
    const struct bdl_http_head *response, struct bdl_ask *a)
{
	struct bdl_view none = { 0 };

	begin(web, a, "response");
	learn_terms(web, a, none, false);
	bdl_media_read(response, a->url.path, &a->media);
	learn_media(a);
	if (a->media.is_file) {
		bdl_kept_add(&a->kept, "download", BDL_LIT("1"));
		if (a->kind != BDL_KIND_PART || a->media.attachment)
			a->kind = BDL_KIND_DOWNLOAD;
	}
	a->taste = bdl_taste_of(request, a->kind);
	recall(web, a);
}
