/*
 * beadle lists update LISTS.conf, and what the clerk does of it.
 *
 * Fetches every source that has an address, once, and compiles the lists. What a server sends takes
 * the place of a source only where lists/offer.h has nothing against it; else the old one stays and
 * is compiled, and the command says why and fails in the end.
 */
#include "base/alloc.h"
#include "base/clock.h"
#include "lists/offer.h"
#include "main/data.h"
#include "main/lists/fetcher.h"
#include "main/lists/verbs.h"
#include "main/publish.h"
#include "sys/file.h"

#include <stdio.h>
#include <unistd.h>

/* What the last fetch was called, kept in FILE.etag; "" where there was none. */
static void read_etag(const char *path, char *out, size_t size)
{
	BDL_AUTO_IN(bdl_buf_done) struct bdl_buf text = BDL_BUF(size - 1);
	BDL_AUTO_FREE char *etag = bdl_xprintf("%s.etag", path);

	out[0] = '\0';
	/* Without the list itself what is kept of it says nothing. */
	if (access(path, R_OK) == 0 && bdl_file_read(etag, &text, NULL) == 0)
		(void)snprintf(out, size, "%s", bdl_buf_str(&text));
}

/* The list first: an entity tag without its list would keep the old one for ever. */
static int keep(const char *path, const struct bdl_buf *text, const char *etag, struct bdl_err *err)
{
	BDL_AUTO_FREE char *etag_path = bdl_xprintf("%s.etag", path);
	int rc;

	(void)unlink(etag_path); /* there may be none */
	rc = bdl_file_replace(path, text->p, text->n, 0644, err);
	if (rc == 0 && etag[0] != '\0')
		rc = bdl_file_replace(etag_path, etag, strlen(etag), 0644, err);
	return rc;
}

static int offer(const struct bdl_plan_source *s, const struct bdl_buf *text,
    const struct bdl_fetched *got, struct bdl_list_report *ret, struct bdl_err *err)
{
	BDL_AUTO(bdl_list_names_free) struct bdl_list_names *names = NULL;
	BDL_AUTO_IN(bdl_buf_done) struct bdl_buf former = BDL_BUF(BDL_OFFER_BYTES_MAX);
	int rc = s->names ? bdl_list_names_read(s->names, &names, err) : 0;

	if (rc == 0)
		rc = bdl_file_read(s->path, &former, err);
	if (rc < 0 && rc != BDL_E_MISSING)
		return rc;
	struct bdl_list_offer o = {
		.text = bdl_buf_view(text),
		.declared = got->declared,
		.content_type = got->type,
		.former = bdl_buf_view(&former),
		.source = { .path = s->path,
		    .category = s->category,
		    .format = s->format,
		    .names = names },
	};
	return bdl_list_offer_check(&o, ret, err);
}

static int update(struct bdl_fetcher *f, const struct bdl_plan_source *s,
    struct bdl_lists_brought *sum, struct bdl_err *err)
{
	BDL_AUTO_IN(bdl_buf_done) struct bdl_buf text = BDL_BUF(BDL_OFFER_BYTES_MAX);
	struct bdl_list_report rep;
	struct bdl_fetched got;
	char etag[sizeof(got.etag)];

	read_etag(s->path, etag, sizeof(etag));
	int rc = bdl_fetcher_get(f, s->url, etag, &text, &got, err);
	if (rc == 0 && got.unchanged) {
		sum->unchanged++;
		printf("%s: unchanged\n", s->path);
		return 0;
	}
	if (rc == 0)
		rc = offer(s, &text, &got, &rep, err);
	if (rc == 0)
		rc = keep(s->path, &text, got.etag, err);
	if (rc == 0) {
		printf("%s: %zu entries\n", s->path, rep.taken);
		sum->fetched++;
	}
	return rc;
}

static void update_all(
    const struct bdl_plan *p, struct bdl_fetcher *f, struct bdl_lists_brought *sum)
{
	for (size_t i = 0; i < p->n; i++) {
		struct bdl_err err;
		if (p->sources[i].url == NULL || update(f, &p->sources[i], sum, &err) == 0)
			continue;
		fprintf(stderr, "beadle: %s\nbeadle: %s %s\n", err.text, p->sources[i].path,
		    access(p->sources[i].path, F_OK) == 0
			? "stays as it was"
			: "was never fetched, so no list can be compiled");
		if (sum->failed++ == 0)
			sum->first = err;
	}
}

int bdl_lists_bring(const struct bdl_plan *plan, struct bdl_fetcher *f, const char *data,
    struct bdl_list_build *build, struct bdl_lists_brought *ret, struct bdl_err *err)
{
	struct bdl_lists_brought sum = { 0 };

	update_all(plan, f, &sum);
	int rc = bdl_lists_protect(build, data, err);
	if (rc == 0)
		rc = bdl_list_build_plan(build, plan, bdl_now_ms(), err);
	bdl_lists_say(build);
	if (rc == 0)
		*ret = sum;
	return rc;
}

int bdl_lists_plan_read(const char *path, struct bdl_plan **ret, struct bdl_err *err)
{
	BDL_AUTO_IN(bdl_buf_done) struct bdl_buf text = BDL_BUF(BDL_PLAN_BYTES_MAX);
	int rc = bdl_file_read(path, &text, err);

	return rc == 0 ? bdl_plan_parse(bdl_buf_view(&text), path, ret, err) : rc;
}

int bdl_lists_update(struct bdl_args *a)
{
	BDL_AUTO(bdl_plan_free) struct bdl_plan *plan = NULL;
	BDL_AUTO(bdl_fetcher_end) struct bdl_fetcher *fetcher = NULL;
	struct bdl_list_build *build BDL_AUTO(bdl_list_build_free) = bdl_list_build_new();
	struct bdl_lists_brought sum = { 0 };
	struct bdl_conf conf;
	struct bdl_err err;
	char by[BDL_OPERATOR_MAX];

	if (!bdl_args_fit(a, 2, 2))
		return BDL_EXIT_USAGE;
	bdl_operator(by);
	int rc = bdl_lists_plan_read(a->words[1], &plan, &err);
	if (rc == 0)
		rc = bdl_data_open(a->data, false, &conf, &err);
	if (rc == 0)
		rc = bdl_fetcher_start(&conf, &fetcher, &err);
	if (rc == 0)
		rc = bdl_lists_bring(plan, fetcher, a->data, build, &sum, &err);
	if (rc == 0)
		rc = bdl_data_become_owner(&conf, &err);
	if (rc == 0)
		rc = bdl_publish_lists(&conf, build, by, &err);
	if (rc < 0)
		return bdl_complain(&err);
	return sum.failed == 0 ? BDL_EXIT_FINE : BDL_EXIT_FAILED;
}
