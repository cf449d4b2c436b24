/* Reading phrase files. docs/formats.md has the format; here is one place for each of its sentences. */
#include "base/alloc.h"
#include "base/ascii.h"
#include "base/utf8.h"
#include "scan/build_int.h"
#include "sys/file.h"

#include <dirent.h>
#include <limits.h>

#define FILE_MAX      (4 << 20)
#define LINE_MAX_N    4096
#define SPELLINGS_MAX 512
#define SPELLING_MAX  256 /* bytes of one, before it is folded */
#define WEIGHT_MAX    1000
#define WITHIN_MAX    200
#define UP_TO_MAX     20

struct source {
	struct bdl_phrases_build *b;
	const char *name;
	size_t line;
	struct bdl_view text; /* of the line */
	int class_;           /* that its phrases belong to; -1 before it is said */
	struct bdl_err *err;
};

/* "name:line:column: what"; `at` lies in the line. */
static int wrong(const struct source *s, const char *at, const char *what)
{
	return bdl_fail(s->err, BDL_E_INVALID, "%s:%zu:%zu: %s", s->name, s->line,
	    (size_t)(at - s->text.p) + 1, what);
}

static int too_much(const struct source *s, const char *at, const char *what)
{
	(void)wrong(s, at, what);
	if (s->err != NULL)
		s->err->code = BDL_E_LIMIT;
	return BDL_E_LIMIT;
}

/* --- heads --- */

/* Take the word off the front of the line, where it is that word. */
static bool take_word(struct bdl_view *rest, const char *word)
{
	struct bdl_view after = *rest;
	size_t n = strlen(word);

	if (!bdl_view_starts(*rest, bdl_view_of(word)))
		return false;
	after = bdl_view_from(after, n);
	if (after.n > 0 && after.p[0] != ' ' && after.p[0] != '\t')
		return false;
	*rest = bdl_view_trim(after);
	return true;
}

static bool is_name(struct bdl_view v)
{
	for (size_t i = 0; i < v.n; i++)
		if (!(v.p[i] >= 'a' && v.p[i] <= 'z') && !bdl_is_digit(v.p[i]) && v.p[i] != '-')
			return false;
	return v.n > 0 && v.n < BDL_PHRASES_CLASS_NAME;
}

static int begin_class(struct source *s, struct bdl_view name, enum bdl_phrases_kind kind)
{
	if (!is_name(name))
		return wrong(
		    s, name.p, "expected a name of small letters, digits and hyphens, 31 at most");
	s->class_ = bdl_phrases_build_class(s->b, name, kind);
	if (s->class_ < 0)
		return wrong(
		    s, name.p, "this name stands for something else, or there are too many");
	s->b->defined[s->class_] = true;
	return 0;
}

static void note_excuse(struct source *s, int context)
{
	struct bdl_phrases_build *b = s->b;
	struct bdl_phrases_excuse e = { .class_ = (size_t)s->class_, .context = (size_t)context };

	(void)snprintf(e.place, sizeof(e.place), "%.120s:%zu", s->name, s->line);
	b->excuses = bdl_xgrow(b->excuses, b->n_excuses, &b->cap_excuses, sizeof(e));
	b->excuses[b->n_excuses++] = e;
}

/* "health 50%, news" */
static int excused_by(struct source *s, struct bdl_view rest)
{
	struct bdl_view item;

	if (s->class_ < 0 || s->b->classes[s->class_].kind != BDL_PHRASES_CLASS)
		return wrong(s, s->text.p, "only a class is excused; say first which one");
	while (bdl_view_cut(&rest, ',', &item)) {
		item = bdl_view_trim(item);
		struct bdl_view name = bdl_view_at(item.p, bdl_view_find(item, ' '));
		struct bdl_view share = bdl_view_trim(bdl_view_from(item, name.n));
		uint64_t percent = 100;
		if (share.n > 0 &&
		    (!bdl_view_ends(share, BDL_LIT("%")) ||
			!bdl_view_uint(bdl_view_at(share.p, share.n - 1), 100, &percent)))
			return wrong(s, share.p, "expected a share from 0% to 100%");
		if (!is_name(name))
			return wrong(s, item.p, "expected the name of a context");
		int context = bdl_phrases_build_class(s->b, name, BDL_PHRASES_CONTEXT);
		if (context < 0)
			return wrong(s, item.p, "this is the name of no context");
		s->b->classes[s->class_].excused[context] = (uint8_t)percent;
		note_excuse(s, context);
	}
	return 0;
}

/* --- one phrase --- */

struct spellings {
	size_t n;
	uint16_t size[SPELLINGS_MAX];
	char text[SPELLINGS_MAX][SPELLING_MAX];
};

static bool append(struct spellings *v, size_t i, struct bdl_view text)
{
	if (v->size[i] + text.n > SPELLING_MAX)
		return false;
	memcpy(v->text[i] + v->size[i], text.p, text.n);
	v->size[i] = (uint16_t)(v->size[i] + text.n);
	return true;
}

static bool append_all(struct spellings *v, struct bdl_view text)
{
	for (size_t i = 0; i < v->n; i++)
		if (!append(v, i, text))
			return false;
	return true;
}

/* Each spelling so far with each of the alternatives "a|b|" behind it. */
static bool append_each(struct spellings *v, struct bdl_view choice)
{
	size_t n = v->n, first = 0;

	for (;;) {
		size_t bar = bdl_view_find(choice, '|');
		bool is_last = bar == choice.n;
		size_t to = is_last ? 0 : first + n;
		if (to + n > SPELLINGS_MAX)
			return false;
		/* The last takes the place of what all began with. */
		for (size_t i = 0; i < n && !is_last; i++) {
			v->size[to + i] = v->size[i];
			memcpy(v->text[to + i], v->text[i], v->size[i]);
		}
		for (size_t i = 0; i < n; i++)
			if (!append(v, to + i, bdl_view_at(choice.p, bar)))
				return false;
		if (is_last)
			break;
		first = to;
		v->n = to + n;
		choice = bdl_view_from(choice, bar + 1);
	}
	return true;
}

/* "(please)" may stand or not, "(i|im)" is one of them. */
static bool append_choice(struct spellings *v, struct bdl_view choice)
{
	char or_not[SPELLING_MAX + 1] = "|";

	if (bdl_view_find(choice, '|') < choice.n || choice.n > SPELLING_MAX)
		return append_each(v, choice);
	if (choice.n > 0)
		memcpy(or_not + 1, choice.p, choice.n);
	return append_each(v, bdl_view_at(or_not, choice.n + 1));
}

/* "(i|im) want to (die|end it)", every way to say it. */
static int spell(struct source *s, struct bdl_view text, struct spellings *v)
{
	v->n = 1;
	v->size[0] = 0;
	while (text.n > 0) {
		size_t plain = 0;
		while (plain < text.n && text.p[plain] != '(' && text.p[plain] != ')')
			plain++;
		if (!append_all(v, bdl_view_at(text.p, plain)))
			return too_much(s, text.p, "the phrase is too long");
		text = bdl_view_from(text, plain);
		if (text.n == 0)
			break;
		size_t close = bdl_view_find(text, ')');
		size_t inner =
		    text.p[0] == '(' ? bdl_view_find(bdl_view_from(text, 1), '(') + 1 : text.n;
		if (text.p[0] == ')' || close == text.n || inner < close)
			return wrong(s, text.p, "brackets stand in pairs, and not in each other");
		if (!append_choice(v, bdl_view_at(text.p + 1, close - 1)))
			return too_much(
			    s, text.p, "the phrase has more than 512 spellings, or too long ones");
		text = bdl_view_from(text, close + 1);
	}
	return 0;
}

/* "don't" is written "dont" as well. */
static int add_spelling(
    struct source *s, const char *at, struct bdl_view text, unsigned part, bool before, bool after)
{
	char without[SPELLING_MAX];
	size_t n = 0;
	int rc = bdl_phrases_build_spelling(s->b, text, part, before, after);

	for (size_t i = 0; i < text.n; i++)
		if (text.p[i] != '\'')
			without[n++] = text.p[i];
	if (rc == 0 && n < text.n)
		rc = bdl_phrases_build_spelling(s->b, bdl_view_at(without, n), part, before, after);
	if (rc == BDL_E_INVALID)
		return wrong(s, at, "there is no letter or digit to look for");
	return rc < 0 ? too_much(s, at, "a phrase has more than 94 letters, or there are too many")
		      : 0;
}

static int add_part(struct source *s, struct bdl_view text, unsigned part, struct spellings *v)
{
	struct bdl_view inner = text;
	bool before = text.n > 0 && text.p[0] == '*';

	if (before)
		inner = bdl_view_from(inner, 1);
	bool after = bdl_view_ends(inner, BDL_LIT("*"));
	if (after)
		inner.n--;
	int rc = spell(s, inner, v);
	for (size_t i = 0; rc == 0 && i < v->n; i++)
		rc = add_spelling(
		    s, text.p, bdl_view_at(v->text[i], v->size[i]), part, before, after);
	return rc;
}

/* Cut at the first " + ", which stands between the parts of a combination. */
static bool cut_part(struct bdl_view *rest, struct bdl_view *ret)
{
	if (rest->n == 0)
		return false;
	const char *plus = memmem(rest->p, rest->n, " + ", 3);
	size_t n = plus != NULL ? (size_t)(plus - rest->p) : rest->n;
	*ret = bdl_view_trim(bdl_view_at(rest->p, n));
	*rest = bdl_view_from(*rest, plus != NULL ? n + 3 : n);
	return true;
}

static int add_phrase(struct source *s, const struct bdl_phrases_phrase *like, struct bdl_view text)
{
	struct bdl_phrases_phrase p = *like;
	struct bdl_view rest = text, part;

	while (cut_part(&rest, &part))
		p.n_parts++;
	if (p.n_parts > BDL_PHRASES_PARTS_MAX)
		return wrong(s, text.p, "a combination has at most four parts");
	int rc = bdl_phrases_build_phrase(s->b, &p, text);
	if (rc < 0)
		return too_much(s, text.p, "there are more than 100,000 phrases");
	struct spellings *v BDL_AUTO_FREE = bdl_xalloc(sizeof(*v));
	rest = text;
	for (unsigned i = 0; rc == 0 && cut_part(&rest, &part); i++)
		rc = add_part(s, part, i, v);
	return rc;
}

/* --- a line of phrases --- */

/* "[firm, up to 3, within 8]" */
static int read_option(struct source *s, struct bdl_view word, struct bdl_phrases_phrase *p)
{
	struct bdl_view rest = word;
	uint64_t n = 0;

	if (bdl_view_is(word, "firm")) {
		p->flags |= BDL_PHRASES_FIRM;
	} else if (take_word(&rest, "up to") && bdl_view_uint(rest, UP_TO_MAX, &n) && n > 0) {
		p->up_to = (uint8_t)n;
	} else if (take_word(&rest, "within") &&
	    (bdl_view_is(rest, "page") || (bdl_view_uint(rest, WITHIN_MAX, &n) && n > 0))) {
		p->within = (uint16_t)n;
	} else {
		return wrong(s, word.p,
		    "expected firm, up to N (1 to 20), within N (1 to 200) or within page");
	}
	return 0;
}

static int read_options(struct source *s, struct bdl_view *text, struct bdl_phrases_phrase *p)
{
	size_t open = bdl_view_find(*text, '[');
	struct bdl_view list = bdl_view_from(*text, open), word;
	int rc = 0;

	if (list.n == 0)
		return 0;
	if (!bdl_view_ends(list, BDL_LIT("]")))
		return wrong(s, list.p, "expected ']' at the end of the line");
	list = bdl_view_at(list.p + 1, list.n - 2);
	while (rc == 0 && bdl_view_cut(&list, ',', &word))
		rc = read_option(s, bdl_view_trim(word), p);
	*text = bdl_view_trim(bdl_view_at(text->p, open));
	return rc;
}

static bool read_weight(struct bdl_view word, int16_t *ret)
{
	bool minus = bdl_view_starts(word, BDL_LIT("-"));
	uint64_t n = 0;

	if (!bdl_view_uint(minus ? bdl_view_from(word, 1) : word, WEIGHT_MAX, &n))
		return false;
	*ret = (int16_t)(minus ? -(int)n : (int)n);
	return true;
}

/* A comma within brackets does not end a phrase; there is none, since alternatives have bars. */
static int read_phrases(struct source *s, struct bdl_view line)
{
	size_t blank = 0;
	while (blank < line.n && line.p[blank] != ' ' && line.p[blank] != '\t')
		blank++;
	struct bdl_phrases_phrase p = { .up_to = 1, .within = 10 };
	struct bdl_view rest = bdl_view_trim(bdl_view_from(line, blank)), item;

	if (!read_weight(bdl_view_at(line.p, blank), &p.weight))
		return wrong(s, line.p,
		    "expected a weight from -1000 to 1000, class, context, common, excused by or "
		    "language");
	if (s->class_ < 0)
		return wrong(s, line.p, "expected class, context or common before phrases");
	p.class_ = (uint8_t)s->class_;
	if (s->b->classes[s->class_].kind == BDL_PHRASES_COMMON && p.weight != 0)
		return wrong(s, line.p, "common phrases weigh 0");
	int rc = read_options(s, &rest, &p);
	if (rc == 0 && rest.n == 0)
		return wrong(s, line.p + blank, "expected a phrase");
	while (rc == 0 && bdl_view_cut(&rest, ',', &item)) {
		item = bdl_view_trim(item);
		rc = item.n > 0 ? add_phrase(s, &p, item)
				: wrong(s, item.p, "expected a phrase between the commas");
	}
	return rc;
}

/* Tabs may stand where blanks do, and nothing else that steers. */
static bool is_text(struct bdl_view line)
{
	struct bdl_view field;

	while (bdl_view_cut(&line, '\t', &field))
		if (!bdl_utf8_printable(field))
			return false;
	return true;
}

static int read_line(struct source *s, struct bdl_view line)
{
	if (bdl_view_ends(line, BDL_LIT("\r")))
		line.n--;
	struct bdl_view rest = bdl_view_trim(line);

	s->text = line;
	if (line.n > LINE_MAX_N)
		return too_much(s, line.p + LINE_MAX_N, "the line has more than 4,096 bytes");
	if (!is_text(line))
		return wrong(s, line.p, "the line is no text in UTF-8");
	if (rest.n == 0 || rest.p[0] == '#')
		return 0;
	if (take_word(&rest, "class"))
		return begin_class(s, rest, BDL_PHRASES_CLASS);
	if (take_word(&rest, "context"))
		return begin_class(s, rest, BDL_PHRASES_CONTEXT);
	if (bdl_view_is(rest, "common"))
		return begin_class(s, rest, BDL_PHRASES_COMMON);
	if (take_word(&rest, "excused by"))
		return excused_by(s, rest);
	if (take_word(&rest, "language"))
		return is_name(rest) ? 0 : wrong(s, s->text.p, "expected a language, as en");
	return read_phrases(s, rest);
}

int bdl_phrases_build_text(
    struct bdl_phrases_build *b, const char *name, struct bdl_view text, struct bdl_err *err)
{
	struct source s = { .b = b, .name = name, .class_ = -1, .err = err };
	struct bdl_view line;
	int rc = 0;

	text = bdl_utf8_without_mark(text);
	while (rc == 0 && bdl_view_cut(&text, '\n', &line)) {
		s.line++;
		if (line.n > 0)
			rc = read_line(&s, line);
	}
	return rc;
}

int bdl_phrases_build_file(struct bdl_phrases_build *b, const char *path, struct bdl_err *err)
{
	BDL_AUTO_IN(bdl_buf_done) struct bdl_buf text = BDL_BUF(FILE_MAX);
	int rc = bdl_file_read(path, &text, err);

	return rc == 0 ? bdl_phrases_build_text(b, path, bdl_buf_view(&text), err) : rc;
}

static int is_phrase_file(const struct dirent *entry)
{
	return entry->d_name[0] != '.' &&
	    bdl_view_ends(bdl_view_of(entry->d_name), BDL_LIT(".txt"));
}

int bdl_phrases_build_folder(struct bdl_phrases_build *b, const char *path, struct bdl_err *err)
{
	struct dirent **entries = NULL;
	char file[PATH_MAX];
	int n = scandir(path, &entries, is_phrase_file, alphasort), rc = 0;

	if (n < 0)
		return bdl_fail_sys(err, "read the folder '%s'", path);
	for (int i = 0; i < n; i++) {
		int size = snprintf(file, sizeof(file), "%s/%s", path, entries[i]->d_name);
		if (rc == 0)
			rc = size < (int)sizeof(file)
			    ? bdl_phrases_build_file(b, file, err)
			    : bdl_fail(err, BDL_E_LIMIT, "the path '%.100s...' is too long", path);
		free(entries[i]);
	}
	free(entries);
	return rc;
}
