#include "proto/media.h"
#include "base/ascii.h"
#include "proto/url_int.h"

#define NAME_MAX_KEPT 256 /* of a file name, its end counts */
#define LONGEST       INT64_MAX

struct known {
	const char *word; /* a type, "audio/" and the like, or the end of a name */
	enum bdl_media_kind kind;
};

static const struct known types[] = {
	{ "audio/", BDL_MEDIA_AUDIO },
	{ "video/", BDL_MEDIA_VIDEO },
	{ "image/", BDL_MEDIA_PICTURE },
	{ "application/ogg", BDL_MEDIA_AUDIO },
	{ "application/vnd.apple.mpegurl", BDL_MEDIA_VIDEO },
	{ "application/dash+xml", BDL_MEDIA_VIDEO },
	{ "application/epub+zip", BDL_MEDIA_BOOK },
	{ "application/x-mobipocket-ebook", BDL_MEDIA_BOOK },
	{ "application/vnd.amazon.ebook", BDL_MEDIA_BOOK },
	{ "application/pdf", BDL_MEDIA_DOCUMENT },
	{ "application/rtf", BDL_MEDIA_DOCUMENT },
	{ "application/msword", BDL_MEDIA_DOCUMENT },
	{ "application/vnd.ms-", BDL_MEDIA_DOCUMENT },
	{ "application/vnd.openxmlformats-", BDL_MEDIA_DOCUMENT },
	{ "application/vnd.oasis.opendocument.", BDL_MEDIA_DOCUMENT },
	{ "application/vnd.apple.pages", BDL_MEDIA_DOCUMENT },
	{ "application/vnd.apple.numbers", BDL_MEDIA_DOCUMENT },
	{ "application/vnd.apple.keynote", BDL_MEDIA_DOCUMENT },
	{ "application/x-msdownload", BDL_MEDIA_PROGRAM },
	{ "application/x-dosexec", BDL_MEDIA_PROGRAM },
	{ "application/x-ms-installer", BDL_MEDIA_PROGRAM },
	{ "application/x-msi", BDL_MEDIA_PROGRAM },
	{ "application/vnd.microsoft.portable-executable", BDL_MEDIA_PROGRAM },
	{ "application/msix", BDL_MEDIA_PROGRAM },
	{ "application/appx", BDL_MEDIA_PROGRAM },
	{ "application/java-archive", BDL_MEDIA_PROGRAM },
	{ "application/vnd.android.package-archive", BDL_MEDIA_PROGRAM },
	{ "application/x-executable", BDL_MEDIA_PROGRAM },
	{ "application/x-pie-executable", BDL_MEDIA_PROGRAM },
	{ "application/x-elf", BDL_MEDIA_PROGRAM },
	{ "application/x-mach-binary", BDL_MEDIA_PROGRAM },
	{ "application/x-apple-diskimage", BDL_MEDIA_PROGRAM },
	{ "application/vnd.debian.binary-package", BDL_MEDIA_PROGRAM },
	{ "application/x-debian-package", BDL_MEDIA_PROGRAM },
	{ "application/x-redhat-package-manager", BDL_MEDIA_PROGRAM },
	{ "application/x-rpm", BDL_MEDIA_PROGRAM },
	{ "application/x-chrome-extension", BDL_MEDIA_PROGRAM },
	{ "application/x-xpinstall", BDL_MEDIA_PROGRAM },
	{ "application/x-bat", BDL_MEDIA_PROGRAM },
	{ "application/x-sh", BDL_MEDIA_PROGRAM },
	{ "application/hta", BDL_MEDIA_PROGRAM },
};

#define ENDS(kind, ...)                     \
	{                                   \
		kind, (const char *const[]) \
		{                           \
			__VA_ARGS__, NULL   \
		}                           \
	}

static const struct {
	enum bdl_media_kind kind;
	const char *const *ends;
} names[] = {
	ENDS(BDL_MEDIA_AUDIO, "aac", "aif", "aiff", "flac", "m4a", "mp3", "oga", "ogg", "opus",
	    "wav", "wma"),
	ENDS(BDL_MEDIA_BOOK, "azw", "azw3", "epub", "fb2", "mobi"),
	ENDS(BDL_MEDIA_DOCUMENT, "doc", "docm", "docx", "dot", "dotm", "dotx", "key", "numbers",
	    "odp", "ods", "odt", "pages", "pdf", "pot", "potm", "pps", "ppsm", "ppsx", "ppt",
	    "pptm", "pptx", "rtf", "xls", "xlsb", "xlsm", "xlsx", "xltm"),
	ENDS(BDL_MEDIA_MACRO, "docm", "dotm", "potm", "ppam", "ppsm", "pptm", "xlam", "xlsb",
	    "xlsm", "xltm"),
	ENDS(BDL_MEDIA_PICTURE, "avif", "bmp", "gif", "heic", "heif", "ico", "jpeg", "jpg", "png",
	    "svg", "tif", "tiff", "webp"),
	ENDS(BDL_MEDIA_PROGRAM, "apk", "app", "appimage", "appx", "appxbundle", "bat", "bin", "cmd",
	    "com", "cpl", "crx", "deb", "dll", "dmg", "exe", "hta", "ipa", "jar", "jse", "lnk",
	    "msc", "msi", "msix", "msixbundle", "msp", "pif", "pkg", "ps1", "psm1", "reg", "rpm",
	    "run", "scr", "sh", "snap", "sys", "vbe", "vbs", "wsf", "xpi"),
	ENDS(BDL_MEDIA_VIDEO, "3gp", "avi", "flv", "m3u8", "m4v", "mkv", "mov", "mp4", "mpeg",
	    "mpg", "ogv", "webm", "wmv"),
};

/* What browsers show or feed to scripts: a file only where the server says so. */
static const char *const shown[] = { "text/", "font/", "image/", "multipart/", "application/json",
	"application/javascript", "application/x-javascript", "application/ecmascript",
	"application/xml", "application/xhtml+xml", "application/rss+xml", "application/atom+xml",
	"application/manifest+json", "application/ld+json", "application/problem+json",
	"application/wasm", "application/grpc", "application/x-www-form-urlencoded",
	"application/x-protobuf", "application/protobuf", "application/x-font-",
	"application/font-", "application/vnd.ms-fontobject", "application/ocsp-",
	"application/pkix-", "application/dns-message" };

const char *bdl_media_word(enum bdl_media_kind kind)
{
	static const char *const words[BDL_MEDIA_KINDS] = { "audio", "book", "document", "macro",
		"picture", "program", "video" };

	return words[kind];
}

/* --- types --- */

static uint32_t kinds_of_type(const char *type)
{
	struct bdl_view v = bdl_view_of(type);
	uint32_t kinds = 0;

	for (size_t i = 0; i < BDL_ARRAY_LEN(types); i++)
		if (bdl_view_starts(v, bdl_view_of(types[i].word)))
			kinds |= 1u << types[i].kind;
	if (strstr(type, "macroenabled"))
		kinds |= 1u << BDL_MEDIA_MACRO;
	return kinds;
}

static bool is_shown(const char *type)
{
	for (size_t i = 0; i < BDL_ARRAY_LEN(shown); i++)
		if (bdl_view_starts(bdl_view_of(type), bdl_view_of(shown[i])))
			return true;
	return false;
}

/* "Text/HTML; charset=utf-8" as "text/html"; what is longer than any that is known is cut. */
static void take_type(struct bdl_view item, char out[BDL_MEDIA_TYPE_MAX])
{
	struct bdl_view type = { 0 };
	size_t n = 0;

	(void)bdl_view_cut(&item, ';', &type); /* an empty one leaves it empty */
	type = bdl_view_trim(type);
	for (; n < type.n && n < BDL_MEDIA_TYPE_MAX - 1; n++)
		out[n] = type.p[n] > ' ' && type.p[n] < 0x7f ? bdl_lower(type.p[n]) : '?';
	out[n] = '\0';
}

/*
 * The last type counts, as for browsers, where fields are repeated or joined by commas; kinds are
 * those of all. Returns whether each is one that browsers show.
 */
static bool read_types(const struct bdl_http_head *head, struct bdl_media *m)
{
	bool shown_all = true;

	for (size_t i = 0; i < head->n_fields; i++) {
		struct bdl_view rest = head->fields[i].value, item;

		if (!bdl_view_iis(head->fields[i].name, "Content-Type"))
			continue;
		while (bdl_view_cut(&rest, ',', &item)) {
			char type[BDL_MEDIA_TYPE_MAX];

			take_type(item, type);
			if (!strchr(type, '/')) /* a piece of a boundary in quotes, or nothing */
				continue;
			memcpy(m->type, type, sizeof(type));
			m->kinds |= kinds_of_type(type);
			shown_all = shown_all && is_shown(type);
		}
	}
	return shown_all;
}

/* --- names --- */

/* The end of a file name, decoded, in small letters, without what Windows drops from it. */
struct name {
	char text[NAME_MAX_KEPT];
	size_t n;
};

static void add_char(struct name *name, char c)
{
	if (name->n == sizeof(name->text)) {
		memmove(name->text, name->text + 1, sizeof(name->text) - 1);
		name->n--;
	}
	name->text[name->n++] = bdl_lower(c);
}

static void add_encoded(struct name *name, struct bdl_view v)
{
	while (v.n) {
		int byte = bdl_percent_byte(v);

		add_char(name, byte < 0 ? v.p[0] : (char)byte);
		v = bdl_view_from(v, byte < 0 ? 1 : 3);
	}
}

static uint32_t kinds_of_name(struct name *name)
{
	size_t dot;
	uint32_t kinds = 0;

	while (name->n && strchr(" .", name->text[name->n - 1]))
		name->n--;
	for (dot = name->n; dot > 0 && name->text[dot - 1] != '.'; dot--)
		continue;
	if (dot == 0)
		return 0;
	struct bdl_view end = bdl_view_at(name->text + dot, name->n - dot);
	for (size_t i = 0; i < BDL_ARRAY_LEN(names); i++)
		for (const char *const *e = names[i].ends; *e; e++)
			if (bdl_view_is(end, *e))
				kinds |= 1u << names[i].kind;
	return kinds;
}

/* One parameter's value, quoted or not; *rest goes behind it. */
static void read_value(struct bdl_view *rest, struct name *ret)
{
	size_t i = 0;

	ret->n = 0;
	if (rest->n && rest->p[0] == '"') {
		for (i = 1; i < rest->n && rest->p[i] != '"'; i++) {
			if (rest->p[i] == '\\' && i + 1 < rest->n)
				i++;
			add_char(ret, rest->p[i]);
		}
		i += i < rest->n;
	} else {
		for (; i < rest->n && rest->p[i] != ';'; i++)
			add_char(ret, rest->p[i]);
	}
	*rest = bdl_view_from(*rest, i);
}

/* "UTF-8''na%C3%AFve.exe": the name behind the second quotation mark, decoded. */
static void decode_extended(struct name *name)
{
	struct name out = { .n = 0 };
	struct bdl_view v = bdl_view_at(name->text, name->n), part;

	(void)bdl_view_cut(&v, '\'', &part); /* the charset and the language */
	(void)bdl_view_cut(&v, '\'', &part);
	add_encoded(&out, v);
	*name = out;
}

/* Whether it is to be saved, and the kinds of every name that it is given. */
static void read_disposition(struct bdl_view field, struct bdl_media *m)
{
	struct bdl_view word = { 0 };

	(void)bdl_view_cut(&field, ';', &word); /* an empty field leaves it empty */
	word = bdl_view_trim(word);
	m->attachment = word.n > 0 && !bdl_view_iis(word, "inline");
	while (field.n) {
		size_t equals = bdl_view_find(field, '=');
		size_t semicolon = bdl_view_find(field, ';');
		struct bdl_view name = bdl_view_trim(bdl_view_at(field.p, equals));
		struct name value;

		if (equals == field.n)
			break;
		if (semicolon < equals) {
			field = bdl_view_from(field, semicolon + 1);
			continue;
		}
		field = bdl_view_from(field, equals + 1);
		while (field.n && (field.p[0] == ' ' || field.p[0] == '\t'))
			field = bdl_view_from(field, 1);
		read_value(&field, &value);
		if (bdl_view_iis(name, "filename*"))
			decode_extended(&value);
		if (bdl_view_iis(name, "filename") || bdl_view_iis(name, "filename*"))
			m->kinds |= kinds_of_name(&value);
		field = bdl_view_from(field, bdl_view_find(field, ';'));
		field = field.n ? bdl_view_from(field, 1) : field;
	}
}

static uint32_t kinds_of_path(struct bdl_view path)
{
	struct name name = { .n = 0 };
	size_t end = bdl_view_find(path, '?'), start = end;

	while (start > 0 && path.p[start - 1] != '/' && path.p[start - 1] != '\\')
		start--;
	add_encoded(&name, bdl_view_at(path.p + start, end - start));
	return kinds_of_name(&name);
}

/* --- sizes --- */

/* "bytes 0-99/12345": the size of the whole. */
static bool whole_size(struct bdl_view range, uint64_t *ret)
{
	size_t slash = bdl_view_find(range, '/');

	return slash < range.n && bdl_view_uint(bdl_view_from(range, slash + 1), LONGEST, ret);
}

void bdl_media_read(const struct bdl_http_head *head, struct bdl_view path, struct bdl_media *ret)
{
	struct bdl_media m = { 0 };

	bool shown_all = read_types(head, &m);
	read_disposition(bdl_http_field(head, "Content-Disposition"), &m);
	bool page = shown_all && m.type[0];
	/* A page about a program may bear its name: what is shown is not what its path says. */
	if (path.n && (!page || m.attachment))
		m.kinds |= kinds_of_path(path);
	m.is_file = m.attachment || !shown_all || (!page && m.kinds);
	if (bdl_view_uint(bdl_http_field(head, "Content-Length"), LONGEST, &m.bytes)) {
		m.has_size = true;
		m.size = m.bytes;
	}
	if (whole_size(bdl_http_field(head, "Content-Range"), &m.size))
		m.has_size = true;
	*ret = m;
}

/* --- pieces --- */

/* "bytes 0-99/100": all there is. */
static bool is_all(struct bdl_view range)
{
	struct bdl_view first = { 0 }, last = { 0 };
	uint64_t from, to, size;

	if (!bdl_view_istarts(range, BDL_LIT("bytes ")))
		return false;
	range = bdl_view_from(range, 6);
	return bdl_view_cut(&range, '-', &first) && bdl_view_cut(&range, '/', &last) &&
	    bdl_view_uint(first, LONGEST, &from) && bdl_view_uint(last, LONGEST, &to) &&
	    bdl_view_uint(range, LONGEST, &size) && from == 0 && to + 1 == size;
}

bool bdl_media_is_piece(const struct bdl_http_head *response)
{
	struct bdl_view first = bdl_http_field(response, "Content-Range");
	struct bdl_view last = bdl_http_last_field(response, "Content-Range");

	/* Of several lines nobody knows which one counts. */
	return bdl_view_is(response->start[1], "206") && !(first.p == last.p && is_all(first));
}

bool bdl_media_is_pieces(const struct bdl_http_head *response)
{
	bool any = false;

	for (size_t i = 0; i < response->n_fields; i++) {
		const struct bdl_field *f = &response->fields[i];

		any = any ||
		    (bdl_view_iis(f->name, "Content-Type") &&
			(bdl_view_istarts(f->value, BDL_LIT("multipart/byteranges")) ||
			    bdl_view_istarts(f->value, BDL_LIT("multipart/x-byteranges"))));
	}
	return any && bdl_view_is(response->start[1], "206");
}
