/* What the words of a rule say of an address or of what is sent: hosts, paths, media types,
 * words. */
#include "base/ascii.h"
#include "base/near.h"
#include "policy/check_int.h"
#include "policy/facts.h"
#include "proto/url.h"

static bool has_byte(struct bdl_view v, char c)
{
	return bdl_view_find(v, c) < v.n;
}

/* The host inside what people write for one: "*.x.example", "https://x.example/page". */
static struct bdl_view host_inside(struct bdl_view v)
{
	struct bdl_view rest = v, head;
	size_t scheme = bdl_view_find(v, ':');

	if (scheme + 2 < v.n && v.p[scheme + 1] == '/' && v.p[scheme + 2] == '/')
		rest = bdl_view_from(v, scheme + 3);
	if (bdl_view_cut(&rest, '/', &head))
		v = head;
	if (bdl_view_starts(v, BDL_LIT("*.")))
		v = bdl_view_from(v, 2);
	return v;
}

void bdl_check_host(const struct bdl_checker *c, const struct bdl_word *word)
{
	struct bdl_view inside = host_inside(word->text);
	char host[BDL_HOST_MAX + 1];
	bool is_ip;
	int rc = bdl_host_normalise(word->text, host, &is_ip, NULL);

	if (rc == 0 && !has_byte(word->text, '*'))
		return;
	if (bdl_host_normalise(inside, host, &is_ip, NULL) < 0 || has_byte(inside, '*'))
		host[0] = '\0';
	bdl_check_word(c, BDL_ERROR, word, "a plain host, which stands for itself and all below it",
	    host[0] ? host : NULL, "no host is named");
}

/* What a browser sends for letters that are not plain: "%C3%A9". */
static void encode(struct bdl_view v, struct bdl_buf *out)
{
	for (size_t i = 0; i < v.n; i++)
		if ((unsigned char)v.p[i] < 0x80)
			(void)bdl_buf_add_char(out, v.p[i]);
		else
			(void)bdl_buf_printf(out, "%%%02X", (unsigned char)v.p[i]);
}

/*
 * The path inside what people write for one: "live/", "https://x.example/live?list=1", or with a
 * star behind its last slash. Empty where there is none.
 */
static struct bdl_view path_inside(struct bdl_view v, struct bdl_buf *plain)
{
	struct bdl_buf encoded BDL_AUTO_IN(bdl_buf_done) = BDL_BUF(BDL_URL_MAX);
	struct bdl_view rest = v;
	size_t scheme = bdl_view_find(v, ':');

	if (bdl_view_starts(bdl_view_from(v, scheme), BDL_LIT("://"))) {
		rest = bdl_view_from(v, scheme + 3);
		rest = bdl_view_from(rest, bdl_view_find(rest, '/'));
	}
	(void)bdl_view_cut(&rest, '?', &v);
	if (bdl_view_ends(v, BDL_LIT("/*")))
		v.n--;
	encode(v, &encoded);
	if (bdl_buf_broken(&encoded) || bdl_url_path(bdl_buf_view(&encoded), plain) < 0)
		return (struct bdl_view){ NULL, 0 };
	v = bdl_buf_view(plain);
	while (v.n && v.p[v.n - 1] == '/')
		v.n--;
	return has_byte(v, '*') ? bdl_view_at(v.p, 0) : v;
}

/* As requests are compared: one spelling, no query, and a slash at the end says nothing. */
void bdl_check_path(const struct bdl_checker *c, const struct bdl_word *word)
{
	struct bdl_buf buf BDL_AUTO_IN(bdl_buf_done) = BDL_BUF(BDL_URL_MAX);
	struct bdl_view plain = path_inside(word->text, &buf);

	if (plain.n && bdl_view_eq(plain, word->text))
		return;
	bdl_check_word(c, BDL_ERROR, word,
	    "a path such as /live, which stands for itself and all below it",
	    plain.n ? bdl_region_str(c->findings->region, plain) : NULL, "no path is written");
}

/* Blanks and marks are not compared: of those alone nothing is ever found. */
void bdl_check_words(const struct bdl_checker *c, const struct bdl_word *word)
{
	struct bdl_buf folded BDL_AUTO_IN(bdl_buf_done) = BDL_BUF(BDL_DOCUMENT_MAX);

	bdl_text_fold(word->text, &folded);
	if (folded.n == 0)
		bdl_check_word(c, BDL_ERROR, word, "words with letters or digits", NULL,
		    "no words to look for are in");
}

/* "image/png", or all of a family: "image/" and a star. */
void bdl_check_type(const struct bdl_checker *c, const struct bdl_word *word)
{
	static const char *const families[] = { "application", "audio", "font", "image", "message",
		"model", "multipart", "text", "video" };
	struct bdl_view family, rest = word->text;
	const char *near;
	bool named = bdl_view_cut(&rest, '/', &family) && rest.n > 0, known = false;

	for (size_t i = 0; i < rest.n && !bdl_view_is(rest, "*"); i++)
		named &= (rest.p[i] >= 'a' && rest.p[i] <= 'z') || bdl_is_digit(rest.p[i]) ||
		    (i > 0 && bdl_view_find(BDL_LIT("-+._"), rest.p[i]) < 4);
	for (size_t i = 0; i < BDL_ARRAY_LEN(families); i++)
		known |= bdl_view_is(family, families[i]);
	if (named && known)
		return;
	near = bdl_near_miss(family, families, BDL_ARRAY_LEN(families));
	if (near && named)
		near = bdl_region_printf(c->findings->region, "%s/%.*s", near, BDL_FMT(rest));
	else if (near)
		near = bdl_region_printf(c->findings->region, "%s/*", near);
	bdl_check_word(c, BDL_ERROR, word,
	    "a media type such as video/mp4, or a family such as image/*", near,
	    "no media type is");
}
