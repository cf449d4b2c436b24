#include "main/text.h"
#include "base/clock.h"

#include "base/alloc.h"
#include "sys/file.h"

#include <stdio.h>
#include <string.h>

#define FINDINGS_BYTES_MAX (256 * 1024)

struct bdl_view bdl_text_policy_name(const char *path)
{
	const char *slash = strrchr(path, '/');
	struct bdl_view v = bdl_view_of(slash ? slash + 1 : path);
	if (bdl_view_ends(v, BDL_LIT(".md")))
		v.n -= 3;
	return v;
}

char *bdl_text_where(struct bdl_view name)
{
	return bdl_xprintf("policy '%.*s'", BDL_FMT(name));
}

int bdl_text_parse(
    const char *path, struct bdl_findings *findings, struct bdl_document **ret, struct bdl_err *err)
{
	struct bdl_buf bytes BDL_AUTO_IN(bdl_buf_done) = BDL_BUF(BDL_DOCUMENT_MAX);
	int rc = bdl_file_read(path, &bytes, err);
	if (rc < 0)
		return rc;
	rc = bdl_document_parse(bdl_buf_view(&bytes), findings, ret, err);
	return rc < 0 ? bdl_fail_in(err, rc, "%s", path) : 0;
}

void bdl_text_say(const char *where, struct bdl_findings *findings)
{
	struct bdl_buf said BDL_AUTO_IN(bdl_buf_done) = BDL_BUF(FINDINGS_BYTES_MAX);
	bdl_findings_write(findings, where, &said);
	fputs(bdl_buf_str(&said), stderr);
}

int bdl_text_document(const char *path, const struct bdl_check_context *context,
    struct bdl_document **ret, struct bdl_err *err)
{
	struct bdl_findings *findings BDL_AUTO(bdl_findings_free) = bdl_findings_new();
	struct bdl_document *d BDL_AUTO(bdl_document_free) = NULL;

	int rc = bdl_text_parse(path, findings, &d, err);
	if (rc < 0)
		return rc;
	bdl_document_check(d, context, findings);
	bdl_text_say(path, findings);
	if (findings->n_errors > 0)
		return bdl_fail(err, BDL_E_INVALID, "%s cannot be put in force: %zu %s to mend",
		    path, findings->n_errors, findings->n_errors == 1 ? "error" : "errors");
	*ret = bdl_steal(&d);
	return 0;
}

int bdl_text_read(const char *path, struct bdl_document **ret, struct bdl_err *err)
{
	struct bdl_findings *findings BDL_AUTO(bdl_findings_free) = bdl_findings_new();
	struct bdl_document *d BDL_AUTO(bdl_document_free) = NULL;

	int rc = bdl_text_parse(path, findings, &d, err);
	if (rc < 0)
		return rc;
	if (findings->n_errors > 0) {
		bdl_text_say(path, findings);
		return bdl_fail(err, BDL_E_INVALID, "%s cannot be read: %zu %s to mend", path,
		    findings->n_errors, findings->n_errors == 1 ? "error" : "errors");
	}
	*ret = bdl_steal(&d);
	return 0;
}

bool bdl_text_moment(const char *text, int64_t *ret_ms, bool *ret_day)
{
	*ret_day = bdl_day_parse(bdl_view_of(text), ret_ms);
	return *ret_day || bdl_time_parse(bdl_view_of(text), ret_ms);
}
