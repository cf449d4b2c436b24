#include "proto/icap.h"
#include "base/ascii.h"
#include "proto/chunk.h"
#include "proto/http_int.h"

/* --- requests --- */

static const char *const method_words[] = {
	[BDL_ICAP_OPTIONS] = "OPTIONS",
	[BDL_ICAP_REQMOD] = "REQMOD",
	[BDL_ICAP_RESPMOD] = "RESPMOD",
};

static enum bdl_icap_method method_of(struct bdl_view word)
{
	for (size_t i = 0; i < BDL_ARRAY_LEN(method_words); i++) {
		if (bdl_view_is(word, method_words[i]))
			return (enum bdl_icap_method)i;
	}
	return BDL_ICAP_OTHER;
}

/* "ICAP/d.d" is a version, ours or not; anything else is no ICAP. */
static bool is_version(struct bdl_view v)
{
	return v.n == 8 && memcmp(v.p, "ICAP/", 5) == 0 && bdl_is_digit(v.p[5]) && v.p[6] == '.' &&
	    bdl_is_digit(v.p[7]);
}

/* "request" of "icap://host:1344/request?x". */
static int parse_service(struct bdl_view uri, struct bdl_view *ret, struct bdl_err *err)
{
	struct bdl_view scheme = BDL_LIT("icap://");

	if (!bdl_view_istarts(uri, scheme))
		return bdl_fail(err, BDL_E_INVALID, "the target is not an icap:// URI");
	struct bdl_view rest = bdl_view_from(uri, scheme.n);
	size_t slash = bdl_view_find(rest, '/');
	if (slash == 0)
		return bdl_fail(err, BDL_E_INVALID, "the target names no host");
	if (slash < rest.n)
		slash++;
	rest = bdl_view_from(rest, slash);
	*ret = bdl_view_at(rest.p, bdl_view_find(rest, '?'));
	return 0;
}

enum part { PART_REQ_HEAD, PART_RES_HEAD, PART_REQ_BODY, PART_RES_BODY, PART_OPT_BODY, PART_NULL };

static const char *const part_words[] = { "req-hdr", "res-hdr", "req-body", "res-body", "opt-body",
	"null-body" };

/* Which parts a request of that method may carry, as bits (RFC 3507 section 4.4.1). */
static unsigned parts_of(enum bdl_icap_method method)
{
	if (method == BDL_ICAP_REQMOD)
		return 1u << PART_REQ_HEAD | 1u << PART_REQ_BODY | 1u << PART_NULL;
	if (method == BDL_ICAP_RESPMOD)
		return 1u << PART_REQ_HEAD | 1u << PART_RES_HEAD | 1u << PART_RES_BODY |
		    1u << PART_NULL;
	return 1u << PART_OPT_BODY | 1u << PART_NULL;
}

/* One "name=offset" of the field. */
static int parse_part(struct bdl_view item, enum part *ret, size_t *ret_at, struct bdl_err *err)
{
	struct bdl_view rest = bdl_view_trim(item), name = { 0 };
	uint64_t at = 0;
	unsigned i = 0;

	if (!bdl_view_cut(&rest, '=', &name) || !bdl_view_uint(rest, 2 * BDL_HTTP_HEAD_MAX, &at))
		return bdl_fail(
		    err, BDL_E_INVALID, "Encapsulated: '%.*s' has no sane offset", BDL_FMT(item));
	while (i < BDL_ARRAY_LEN(part_words) && !bdl_view_iis(name, part_words[i]))
		i++;
	if (i == BDL_ARRAY_LEN(part_words))
		return bdl_fail(
		    err, BDL_E_INVALID, "Encapsulated: '%.*s' is no part", BDL_FMT(name));
	*ret = (enum part)i;
	*ret_at = (size_t)at;
	return 0;
}

/* A head's length is known when the next part's offset is. */
static int close_head(struct bdl_icap_parts *p, enum part head, size_t end, struct bdl_err *err)
{
	size_t *n = head == PART_REQ_HEAD ? &p->req_n : &p->res_n;
	size_t at = head == PART_REQ_HEAD ? p->req_at : p->res_at;

	if (end <= at || end - at > BDL_HTTP_HEAD_MAX)
		return bdl_fail(err, BDL_E_INVALID, "Encapsulated: %s from %zu to %zu",
		    part_words[head], at, end);
	*n = end - at;
	return 0;
}

static void open_part(struct bdl_icap_parts *p, enum part part, size_t at)
{
	if (part == PART_REQ_HEAD) {
		p->has_req = true;
		p->req_at = at;
	} else if (part == PART_RES_HEAD) {
		p->has_res = true;
		p->res_at = at;
	} else {
		p->has_body = part != PART_NULL;
		p->body_at = at;
	}
}

/*
 * The parts stand in the order of the enum, each once, the first at 0 and the last a body: so each
 * byte of the message belongs to exactly one of them.
 */
static int parse_encapsulated(struct bdl_view field, enum bdl_icap_method method,
    struct bdl_icap_parts *ret, struct bdl_err *err)
{
	struct bdl_icap_parts p = { 0 };
	struct bdl_view item;
	int last = -1;

	while (bdl_view_cut(&field, ',', &item)) {
		enum part part = PART_NULL;
		size_t at = 0;
		int rc = parse_part(item, &part, &at, err);
		if (rc < 0)
			return rc;
		if ((int)part <= last || last > PART_RES_HEAD || !(parts_of(method) >> part & 1))
			return bdl_fail(err, BDL_E_INVALID, "Encapsulated: %s is out of place",
			    part_words[part]);
		if (last < 0 && at != 0)
			return bdl_fail(err, BDL_E_INVALID, "Encapsulated begins at %zu", at);
		if (last >= 0)
			rc = close_head(&p, (enum part)last, at, err);
		if (rc < 0)
			return rc;
		open_part(&p, part, at);
		last = (int)part;
	}
	if (last <= PART_RES_HEAD)
		return bdl_fail(err, BDL_E_INVALID, "Encapsulated has no body or null-body");
	*ret = p;
	return 0;
}

/*
 * The fields that say something to us. No two are of one length, so that tells which one a field may
 * be; of those that end in SINGLE_FIELDS two could be read differently by two readers.
 */
enum known {
	KNOWN_HOST,
	KNOWN_ENCAPSULATED,
	KNOWN_PREVIEW,
	KNOWN_CLIENT_USER,
	KNOWN_AUTHENTICATED_USER,
	KNOWN_CLIENT_IP,
	KNOWN_VISIT,
	SINGLE_FIELDS,
	KNOWN_ALLOW = SINGLE_FIELDS,
	KNOWN_CONNECTION,
	KNOWN_FIELDS
};

static const char *const known_names[KNOWN_FIELDS] = { "Host", "Encapsulated", "Preview",
	"X-Client-Username", "X-Authenticated-User", "X-Client-IP", "X-Beadle-Visit", "Allow",
	"Connection" };

#define KNOWN_LONGEST 20
static const int8_t known_lengths[KNOWN_LONGEST + 1] = { -1, -1, -1, -1, KNOWN_HOST, KNOWN_ALLOW,
	-1, KNOWN_PREVIEW, -1, -1, KNOWN_CONNECTION, KNOWN_CLIENT_IP, KNOWN_ENCAPSULATED, -1,
	KNOWN_VISIT, -1, -1, KNOWN_CLIENT_USER, -1, -1, KNOWN_AUTHENTICATED_USER };

/* The first of each, and how many there are. */
struct known_fields {
	struct bdl_view first[KNOWN_FIELDS];
	size_t n[KNOWN_FIELDS];
};

static void find_known(const struct bdl_http_head *h, struct known_fields *ret)
{
	*ret = (struct known_fields){ 0 };
	for (size_t i = 0; i < h->n_fields; i++) {
		struct bdl_view name = h->fields[i].name;
		int k = name.n <= KNOWN_LONGEST ? known_lengths[name.n] : -1;

		if (k < 0 || !bdl_view_same_letters(name.p, known_names[k], name.n))
			continue;
		if (ret->n[k]++ == 0)
			ret->first[k] = h->fields[i].value;
	}
}

static int parse_known_fields(struct bdl_icap_request *q, struct bdl_err *err)
{
	struct known_fields f;

	find_known(&q->head, &f);
	for (size_t i = 0; i < SINGLE_FIELDS; i++)
		if (f.n[i] > 1)
			return bdl_fail(
			    err, BDL_E_INVALID, "%s is given %zu times", known_names[i], f.n[i]);
	q->allow_204 = bdl_view_is(f.first[KNOWN_ALLOW], "204") || /* mostly that alone */
	    (f.n[KNOWN_ALLOW] && bdl_http_has_token(&q->head, "Allow", "204"));
	q->close = f.n[KNOWN_CONNECTION] && bdl_http_has_token(&q->head, "Connection", "close");
	q->user = f.first[KNOWN_CLIENT_USER];
	if (q->user.n == 0)
		q->user = f.first[KNOWN_AUTHENTICATED_USER];
	q->client = f.first[KNOWN_CLIENT_IP];
	q->visit = f.first[KNOWN_VISIT];
	q->has_preview = f.n[KNOWN_PREVIEW] > 0;
	if (q->has_preview && !bdl_view_uint(f.first[KNOWN_PREVIEW], INT32_MAX, &q->preview))
		return bdl_fail(err, BDL_E_INVALID, "Preview is not a sane number");
	if (q->method == BDL_ICAP_OTHER)
		return 0;
	if (f.n[KNOWN_ENCAPSULATED] == 0 && q->method == BDL_ICAP_OPTIONS)
		return 0;
	return parse_encapsulated(f.first[KNOWN_ENCAPSULATED], q->method, &q->parts, err);
}

int bdl_icap_parse(
    struct bdl_view head, struct bdl_icap_request *ret, int *ret_status, struct bdl_err *err)
{
	const size_t own = offsetof(struct bdl_icap_request, head); /* which is last, and large */
	struct bdl_icap_request q BDL_UNSET;
	struct bdl_view line, start[3] = { 0 };
	int status = 400;
	int rc = bdl_http_line(&head, &line, err);

	memset(&q, 0, own);
	if (rc == 0)
		rc = bdl_http_request_line(line, start, err);
	if (rc == 0 && !bdl_view_is(start[2], "ICAP/1.0")) {
		status = is_version(start[2]) ? 505 : 400;
		rc = bdl_fail(err, BDL_E_INVALID, "the version is not ICAP/1.0");
	}
	if (rc == 0)
		rc = parse_service(start[1], &q.service, err);
	if (rc == 0)
		rc = bdl_http_parse_fields(head, &q.head, err);
	if (rc == 0) {
		memcpy(q.head.start, start, sizeof(start));
		q.uri = start[1];
		q.method = method_of(start[0]);
		rc = parse_known_fields(&q, err);
	}
	if (rc < 0) {
		*ret_status = status;
		return rc;
	}
	memcpy(ret, &q, own);
	bdl_http_take(&ret->head, &q.head);
	return 0;
}

/* --- answers --- */

static const struct {
	int status;
	const char *reason;
} reasons[] = {
	{ 100, "Continue" },
	{ 200, "OK" },
	{ 204, "No Content" },
	{ 400, "Bad Request" },
	{ 403, "Forbidden" },
	{ 404, "ICAP Service Not Found" },
	{ 405, "Method Not Allowed For Service" },
	{ 408, "Request Timeout" },
	{ 413, "Request Too Large" },
	{ 500, "Server Error" },
	{ 501, "Method Not Implemented" },
	{ 502, "Bad Gateway" },
	{ 503, "Service Overloaded" },
	{ 505, "ICAP Version Not Supported" },
};

const char *bdl_icap_reason(int status)
{
	for (size_t i = 0; i < BDL_ARRAY_LEN(reasons); i++) {
		if (reasons[i].status == status)
			return reasons[i].reason;
	}
	return "Unknown";
}

static int result(const struct bdl_buf *out)
{
	return bdl_buf_broken(out) ? BDL_E_LIMIT : 0;
}

static void write_line(
    struct bdl_buf *out, const char *before, struct bdl_view v, const char *after)
{
	(void)bdl_buf_add_str(out, before); /* as write_start */
	(void)bdl_buf_add_view(out, v);
	(void)bdl_buf_add_str(out, after);
}

/* The lines that every answer begins with; writers of many pieces look once at the end. */
static void write_start(
    struct bdl_buf *out, const struct bdl_icap_service *s, int status, bool close)
{
	if (status == 204) /* what nearly every answer is */
		(void)bdl_buf_add_str(out, "ICAP/1.0 204 No Content\r\n");
	else if (status == 200) /* and most of the others */
		(void)bdl_buf_add_str(out, "ICAP/1.0 200 OK\r\n");
	else
		(void)bdl_buf_printf(out, "ICAP/1.0 %d %s\r\n", status, bdl_icap_reason(status));
	write_line(out, "ISTag: \"", bdl_view_of(s->istag), "\"\r\n");
	write_line(out, "Server: ", bdl_view_of(s->server), "\r\n");
	if (s->count.n)
		write_line(out, "X-Beadle-Count: ", s->count, "\r\n");
	if (s->visit.n)
		write_line(out, "X-Beadle-Visit: ", s->visit, "\r\n");
	if (close)
		(void)bdl_buf_add_str(out, "Connection: close\r\n");
}

int bdl_icap_write_options(struct bdl_buf *out, const struct bdl_icap_service *s)
{
	BDL_BUG_IF(s->method != BDL_ICAP_REQMOD && s->method != BDL_ICAP_RESPMOD);
	write_start(out, s, 200, false);
	(void)bdl_buf_printf(out, "Methods: %s\r\n", method_words[s->method]);
	(void)bdl_buf_printf(out, "Service: %s\r\n", s->server);
	(void)bdl_buf_printf(out, "Max-Connections: %u\r\n", s->max_connections);
	(void)bdl_buf_printf(out, "Options-TTL: %u\r\n", s->options_ttl_s);
	(void)bdl_buf_add_str(out, "Allow: 204\r\nPreview: 0\r\nTransfer-Preview: *\r\n");
	(void)bdl_buf_add_str(out, "Encapsulated: null-body=0\r\n\r\n");
	return result(out);
}

int bdl_icap_write_plain(
    struct bdl_buf *out, const struct bdl_icap_service *s, int status, bool close)
{
	write_start(out, s, status, close);
	(void)bdl_buf_add_str(out, "Encapsulated: null-body=0\r\n\r\n");
	return result(out);
}

int bdl_icap_write_continue(struct bdl_buf *out)
{
	return bdl_buf_add_str(out, "ICAP/1.0 100 Continue\r\n\r\n");
}

int bdl_icap_write_response(struct bdl_buf *out, const struct bdl_icap_service *s,
    struct bdl_view http_head, struct bdl_view body, bool close)
{
	write_start(out, s, 200, close);
	(void)bdl_buf_add_str(out, "Encapsulated: res-hdr=0, ");
	(void)bdl_buf_add_str(out, body.n > 0 ? "res-body=" : "null-body=");
	(void)bdl_buf_add_uint(out, http_head.n);
	(void)bdl_buf_add_str(out, "\r\n\r\n");
	(void)bdl_buf_add_view(out, http_head);
	if (body.n > 0) {
		(void)bdl_chunk_write(out, body);
		(void)bdl_chunk_write_end(out);
	}
	return result(out);
}

int bdl_icap_write_changed(struct bdl_buf *out, const struct bdl_icap_service *s,
    struct bdl_view http_head, bool has_body, bool close)
{
	write_start(out, s, 200, close);
	(void)bdl_buf_printf(out, "Encapsulated: req-hdr=0, %s-body=%zu\r\n\r\n",
	    has_body ? "req" : "null", http_head.n);
	(void)bdl_buf_add_view(out, http_head);
	return result(out);
}

int bdl_icap_write_echo(struct bdl_buf *out, const struct bdl_icap_service *s,
    const struct bdl_icap_parts *parts, struct bdl_view heads, bool close)
{
	/* A RESPMOD answer carries the response alone, though the request came with it. */
	bool response = s->method == BDL_ICAP_RESPMOD;
	bool has_head = response ? parts->has_res : parts->has_req;
	size_t at = response ? parts->res_at : parts->req_at;
	size_t n = response ? parts->res_n : parts->req_n;
	const char *kind = response ? "res" : "req";

	BDL_BUG_IF(at > heads.n || n > heads.n - at);
	write_start(out, s, 200, close);
	(void)bdl_buf_add_str(out, "Encapsulated: ");
	if (has_head)
		(void)bdl_buf_printf(out, "%s-hdr=0, ", kind);
	(void)bdl_buf_printf(out, "%s-body=%zu\r\n\r\n", parts->has_body ? kind : "null", n);
	if (has_head)
		(void)bdl_buf_add(out, heads.p + at, n);
	return result(out);
}
