#include "proto/http.h"
#include "base/ascii.h"
#include "base/block.h"
#include "proto/http_int.h"

long bdl_http_head_length(struct bdl_view v, size_t *from)
{
	/* *from is where the unfinished line begins: a line is searched again, never a whole head. */
	size_t at = *from;

	while (at < v.n) {
		const char *lf = memchr(v.p + at, '\n', v.n - at);
		size_t n = lf != NULL ? (size_t)(lf - v.p) - at + 1 : v.n - at;
		if (n > BDL_HTTP_LINE_MAX || at + n > BDL_HTTP_HEAD_MAX)
			return BDL_E_LIMIT;
		if (lf == NULL)
			break;
		bool empty = n == 1 || (n == 2 && v.p[at] == '\r');
		at += n;
		if (empty)
			return (long)at;
	}
	*from = at;
	return 0;
}

/* One line off the front, whatever bytes it holds. */
static int cut_line(struct bdl_view *rest, struct bdl_view *ret, struct bdl_err *err)
{
	const char *lf = rest->n > 0 ? memchr(rest->p, '\n', rest->n) : NULL;

	if (lf == NULL)
		return bdl_fail(err, BDL_E_INVALID, "a line has no end");
	size_t n = (size_t)(lf - rest->p);
	if (n == 0 || lf[-1] != '\r')
		return bdl_fail(err, BDL_E_INVALID, "a line ends in LF without CR");
	*ret = bdl_view_at(rest->p, n - 1);
	*rest = bdl_view_from(*rest, n + 1);
	return 0;
}

/* What is wrong with a line in which another control byte comes before its end. */
static int refuse_line(struct bdl_view rest, char control, struct bdl_err *err)
{
	struct bdl_view line;
	int rc = cut_line(&rest, &line, err);

	return rc < 0 ? rc
		      : bdl_fail(err, BDL_E_INVALID, "a line holds the control byte %#x",
			    (unsigned)(unsigned char)control);
}

/* The first control byte of a line is the CR that ends it: so one look finds its end and what is wrong. */
int bdl_http_line(struct bdl_view *rest, struct bdl_view *ret, struct bdl_err *err)
{
	size_t n = bdl_find_control(*rest, 0x20, '\t');

	if (n + 1 >= rest->n || rest->p[n] != '\r' || rest->p[n + 1] != '\n')
		return refuse_line(*rest, n < rest->n ? rest->p[n] : '\0', err);
	*ret = bdl_view_at(rest->p, n);
	*rest = bdl_view_from(*rest, n + 2);
	return 0;
}

/* The characters of a token, RFC 9110 section 5.6.2. */
static const bool token_chars[256] = { ['a' ... 'z'] = true,
	['A' ... 'Z'] = true,
	['0' ... '9'] = true,
	['!'] = true,
	['#'] = true,
	['$'] = true,
	['%'] = true,
	['&'] = true,
	['\''] = true,
	['*'] = true,
	['+'] = true,
	['-'] = true,
	['.'] = true,
	['^'] = true,
	['_'] = true,
	['`'] = true,
	['|'] = true,
	['~'] = true };

/* How many bytes at the front may stand in a token. */
static size_t token_length(struct bdl_view v)
{
	size_t n = 0;

	while (n < v.n && token_chars[(unsigned char)v.p[n]])
		n++;
	return n;
}

static bool has_blank(struct bdl_view v)
{
	return bdl_view_find(v, ' ') < v.n || bdl_view_find(v, '\t') < v.n;
}

int bdl_http_request_line(struct bdl_view line, struct bdl_view ret[3], struct bdl_err *err)
{
	size_t n = token_length(line);
	struct bdl_view target = { 0 };

	if (n == 0 || n == line.n || line.p[n] != ' ')
		return bdl_fail(
		    err, BDL_E_INVALID, "the request line does not begin with a method");
	struct bdl_view rest = bdl_view_from(line, n + 1);
	if (!bdl_view_cut(&rest, ' ', &target) || target.n == 0 ||
	    bdl_view_find(target, '\t') < target.n)
		return bdl_fail(err, BDL_E_INVALID, "the request line has no target");
	if (rest.n == 0 || has_blank(rest))
		return bdl_fail(err, BDL_E_INVALID, "the request line does not end with a version");
	ret[0] = bdl_view_at(line.p, n);
	ret[1] = target;
	ret[2] = rest;
	return 0;
}

/* "HTTP/1.x": the major version decides how a message is read, the minor one does not. */
static bool is_http1(struct bdl_view version)
{
	return version.n == 8 && memcmp(version.p, "HTTP/1.", 7) == 0 && bdl_is_digit(version.p[7]);
}

/* "VERSION status reason"; the reason may be missing, with or without the space before it. */
static int response_line(struct bdl_view line, struct bdl_view ret[3], struct bdl_err *err)
{
	struct bdl_view rest = line, version = { 0 }, status = { 0 };
	uint64_t code = 0;

	/* Streams of the Shoutcast kind answer "ICY 200 OK", and the proxy hands that on. */
	if (!bdl_view_cut(&rest, ' ', &version) ||
	    (!is_http1(version) && !bdl_view_is(version, "ICY")))
		return bdl_fail(err, BDL_E_INVALID, "the status line has no HTTP/1 version");
	if (!bdl_view_cut(&rest, ' ', &status) || status.n != 3 ||
	    !bdl_view_uint(status, 999, &code) || code < 100)
		return bdl_fail(
		    err, BDL_E_INVALID, "the status line has no status of three digits");
	ret[0] = version;
	ret[1] = status;
	ret[2] = rest;
	return 0;
}

static int refuse_field(struct bdl_view line, struct bdl_err *err)
{
	if (line.p[0] == ' ' || line.p[0] == '\t')
		return bdl_fail(err, BDL_E_INVALID, "a header line is folded");
	if (bdl_view_find(line, ':') == line.n)
		return bdl_fail(err, BDL_E_INVALID, "a header line has no colon");
	return bdl_fail(err, BDL_E_INVALID, "a header line's name is not a token");
}

static int parse_field(struct bdl_view line, struct bdl_field *ret, struct bdl_err *err)
{
	size_t n = token_length(line);

	if (n == 0 || n == line.n || line.p[n] != ':')
		return refuse_field(line, err);
	ret->name = bdl_view_at(line.p, n);
	ret->value = bdl_view_trim(bdl_view_from(line, n + 1));
	return 0;
}

typedef int line_reader(struct bdl_view *rest, struct bdl_view *ret, struct bdl_err *err);

static int parse_fields(
    struct bdl_view rest, line_reader *read_line, struct bdl_http_head *h, struct bdl_err *err)
{
	h->n_fields = 0;
	for (;;) {
		struct bdl_view line;
		int rc = read_line(&rest, &line, err);
		if (rc < 0)
			return rc;
		if (line.n == 0)
			break;
		if (h->n_fields == BDL_HTTP_FIELDS_MAX)
			return bdl_fail(
			    err, BDL_E_LIMIT, "more than %d header lines", BDL_HTTP_FIELDS_MAX);
		rc = parse_field(line, &h->fields[h->n_fields], err);
		if (rc < 0)
			return rc;
		h->n_fields++;
	}
	if (rest.n > 0)
		return bdl_fail(err, BDL_E_INVALID, "the head goes on after its empty line");
	return 0;
}

void bdl_http_take(struct bdl_http_head *to, const struct bdl_http_head *from)
{
	memcpy(to->start, from->start, sizeof(to->start));
	memcpy(to->fields, from->fields, from->n_fields * sizeof(to->fields[0]));
	to->n_fields = from->n_fields;
}

int bdl_http_parse_fields(struct bdl_view lines, struct bdl_http_head *ret, struct bdl_err *err)
{
	struct bdl_http_head h BDL_UNSET;
	int rc = parse_fields(lines, bdl_http_line, &h, err);

	memset(h.start, 0, sizeof(h.start));
	if (rc == 0)
		bdl_http_take(ret, &h);
	return rc;
}

int bdl_http_only_once(const struct bdl_http_head *h, const char *name, struct bdl_err *err)
{
	size_t n = 0;

	for (size_t i = 0; i < h->n_fields; i++)
		n += bdl_view_iis(h->fields[i].name, name);
	return n > 1 ? bdl_fail(err, BDL_E_INVALID, "%s is given %zu times", name, n) : 0;
}

int bdl_http_parse_request(struct bdl_view head, struct bdl_http_head *ret, struct bdl_err *err)
{
	struct bdl_http_head h BDL_UNSET;
	struct bdl_view line;
	int rc = bdl_http_line(&head, &line, err);

	if (rc == 0)
		rc = bdl_http_request_line(line, h.start, err);
	if (rc == 0 && !is_http1(h.start[2]))
		rc = bdl_fail(err, BDL_E_INVALID, "the request line has no HTTP/1 version");
	if (rc == 0)
		rc = parse_fields(head, bdl_http_line, &h, err);
	/* Two hosts: the proxy may have read one and we the other. */
	if (rc == 0)
		rc = bdl_http_only_once(&h, "Host", err);
	if (rc == 0)
		bdl_http_take(ret, &h);
	return rc;
}

int bdl_http_parse_response(struct bdl_view head, struct bdl_http_head *ret, struct bdl_err *err)
{
	struct bdl_http_head h BDL_UNSET;
	struct bdl_view line;
	int rc = bdl_http_line(&head, &line, err);

	if (rc == 0)
		rc = response_line(line, h.start, err);
	if (rc == 0)
		rc = parse_fields(head, cut_line, &h, err); /* browsers take them so */
	if (rc == 0)
		bdl_http_take(ret, &h);
	return rc;
}

struct bdl_view bdl_http_last_field(const struct bdl_http_head *h, const char *name)
{
	for (size_t i = h->n_fields; i > 0; i--) {
		if (bdl_view_iis(h->fields[i - 1].name, name))
			return h->fields[i - 1].value;
	}
	return (struct bdl_view){ 0 };
}

bool bdl_http_has_token(const struct bdl_http_head *h, const char *name, const char *token)
{
	for (size_t i = 0; i < h->n_fields; i++) {
		struct bdl_view rest = h->fields[i].value, item;
		if (!bdl_view_iis(h->fields[i].name, name))
			continue;
		while (bdl_view_cut(&rest, ',', &item)) {
			if (bdl_view_iis(bdl_view_trim(item), token))
				return true;
		}
	}
	return false;
}
