#include "base/alloc.h"
#include "base/ascii.h"
#include "base/clock.h"
#include "base/near.h"
#include "base/utf8.h"
#include "policy/document_int.h"
#include "policy/text_int.h"
#include <yaml.h>

enum key { TITLE, SCHOOL, OWNER, APPROVER, REVIEW, BINDS, COMPANIONS, KEYS };

static const char *const key_words[KEYS] = { "title", "school", "owner", "approver", "review",
	"binds", "companions" };

struct reader {
	yaml_parser_t yaml;
	struct bdl_region *region;
	struct bdl_findings *findings;
	unsigned first_line; /* of the YAML in the document */
	bool seen[KEYS];
	struct bdl_view values[KEYS][BDL_FRONT_LIST_MAX];
	size_t n[KEYS];
	unsigned review_line, review_column; /* of the key */
	bool whole;                          /* read to the end */
};

/* The place of a mark in the document: libyaml counts lines and characters from 0. */
static unsigned line_of(const struct reader *r, const yaml_mark_t *m)
{
	return r->first_line + (unsigned)m->line;
}

static unsigned column_of(const yaml_mark_t *m)
{
	return (unsigned)m->column + 1;
}

static void complain(
    struct reader *r, const yaml_event_t *e, const char *expected, const char *what)
{
	bdl_find(r->findings, BDL_ERROR, line_of(r, &e->start_mark), column_of(&e->start_mark),
	    expected, NULL, "%s", what);
}

/* The next event, to be deleted by the caller; false where the YAML ends or is none. */
static bool next_event(struct reader *r, yaml_event_t *e)
{
	if (!yaml_parser_parse(&r->yaml, e)) {
		bdl_find(r->findings, BDL_ERROR, line_of(r, &r->yaml.problem_mark),
		    column_of(&r->yaml.problem_mark), "lines of the form 'key: value'", NULL,
		    "the front matter cannot be read: %s",
		    r->yaml.problem ? r->yaml.problem : "no YAML");
		return false;
	}
	if (e->type == YAML_ALIAS_EVENT ||
	    (e->type == YAML_SCALAR_EVENT && e->data.scalar.anchor) ||
	    (e->type == YAML_SEQUENCE_START_EVENT && e->data.sequence_start.anchor) ||
	    (e->type == YAML_MAPPING_START_EVENT && e->data.mapping_start.anchor)) {
		complain(r, e, "the value itself", "the front matter takes no anchors and aliases");
		yaml_event_delete(e);
		return false;
	}
	return true;
}

static bool is_list(enum key key)
{
	return key == BINDS || key == COMPANIONS;
}

static void add_value(struct reader *r, enum key key, struct bdl_view v, const yaml_event_t *at)
{
	uint32_t ch;

	v = bdl_view_trim(v);
	if (!v.n)
		return;
	if (bdl_text_steering(v, &ch) < v.n) { /* YAML writes it "\e" */
		complain(r, at, "one line of text", "a character that is not seen");
		return;
	}
	if (r->n[key] == BDL_FRONT_LIST_MAX) {
		complain(r, at, "at most 32 values", "too long a list");
		return;
	}
	r->values[key][r->n[key]++] = bdl_region_view(r->region, v);
}

static struct bdl_view scalar_of(const yaml_event_t *e)
{
	return bdl_view_at((const char *)e->data.scalar.value, e->data.scalar.length);
}

static void add_scalar(struct reader *r, enum key key, const yaml_event_t *e)
{
	struct bdl_view rest = scalar_of(e), item;

	if (!is_list(key)) {
		add_value(r, key, rest, e);
		return;
	}
	while (bdl_view_cut(&rest, ',', &item))
		add_value(r, key, item, e);
}

/* The rest of a list; false where reading cannot go on. */
static bool read_sequence(struct reader *r, enum key key)
{
	for (;;) {
		yaml_event_t e;
		yaml_event_type_t type;

		if (!next_event(r, &e))
			return false;
		type = e.type;
		if (type == YAML_SCALAR_EVENT && key < KEYS)
			add_value(r, key, scalar_of(&e), &e);
		else if (type != YAML_SEQUENCE_END_EVENT && type != YAML_SCALAR_EVENT)
			complain(r, &e, "a plain list of words", "a list inside a list");
		yaml_event_delete(&e);
		if (type == YAML_SEQUENCE_END_EVENT)
			return true;
		if (type != YAML_SCALAR_EVENT)
			return false;
	}
}

static bool read_value(struct reader *r, enum key key)
{
	yaml_event_t e;
	bool go_on = true;

	if (!next_event(r, &e))
		return false;
	if (e.type == YAML_SCALAR_EVENT) {
		if (key < KEYS)
			add_scalar(r, key, &e);
	} else if (e.type == YAML_SEQUENCE_START_EVENT) {
		if (key < KEYS && !is_list(key))
			complain(r, &e, "one line of text", "a list where there is one value");
		go_on = read_sequence(r, key < KEYS && is_list(key) ? key : KEYS);
	} else {
		complain(r, &e, "a text or a list of words", "the front matter is one level deep");
		go_on = false;
	}
	yaml_event_delete(&e);
	return go_on;
}

/* Which key it is; KEYS for one that is unknown or came before. */
static enum key take_key(struct reader *r, const yaml_event_t *e)
{
	struct bdl_view word = scalar_of(e), shown = bdl_text_cut(word, BDL_QUOTE_MAX);
	unsigned line = line_of(r, &e->start_mark), column = column_of(&e->start_mark);

	for (enum key key = 0; key < KEYS; key++) {
		if (!bdl_view_is(word, key_words[key]))
			continue;
		if (!r->seen[key]) {
			r->seen[key] = true;
			return key;
		}
		bdl_find(r->findings, BDL_ERROR, line, column, "each key once", NULL,
		    "'%s' is given twice", key_words[key]);
		return KEYS;
	}
	bdl_find(r->findings, BDL_WARNING, line, column,
	    "title, school, owner, approver, review, binds or companions",
	    bdl_near_miss(word, key_words, KEYS), "unknown key '%.*s'", BDL_FMT(shown));
	return KEYS;
}

/* "2027-09-01", a day that there is, in this century or a later one. */
static bool is_day(struct bdl_view v)
{
	char noon[] = "YYYY-MM-DDT12:00Z";
	int64_t at_ms;

	if (v.n != 10 || bdl_view_cmp(v, BDL_LIT("2000")) < 0)
		return false;
	memcpy(noon, v.p, v.n);
	return bdl_time_parse(bdl_view_of(noon), &at_ms);
}

/* The review is judged here, where its place is known. */
static bool is_review(struct bdl_view v)
{
	struct bdl_view rest = v, word = { 0 };
	uint64_t n;

	if (!bdl_view_cut(&rest, ' ', &word) || !bdl_view_is(word, "every"))
		return is_day(v);
	return bdl_view_cut(&rest, ' ', &word) && bdl_view_uint(word, 120, &n) && n > 0 &&
	    bdl_view_is(rest, n == 1 ? "month" : "months");
}

static bool is_group_word(struct bdl_view v)
{
	if (v.n == 0 || v.n > BDL_ID_MAX || v.p[0] < 'a' || v.p[0] > 'z')
		return false;
	for (size_t i = 0; i < v.n; i++)
		if (!((v.p[i] >= 'a' && v.p[i] <= 'z') || bdl_is_digit(v.p[i]) || v.p[i] == '-'))
			return false;
	return true;
}

static void check_groups(struct reader *r, unsigned line, unsigned column)
{
	for (size_t i = 0; i < r->n[BINDS]; i++) {
		struct bdl_view word = r->values[BINDS][i],
				shown = bdl_text_cut(word, BDL_QUOTE_MAX);
		const char *near;

		if (bdl_group_find(word) >= 0)
			continue;
		near = bdl_near_miss(word, bdl_group_words, BDL_GROUPS_BUILT_IN);
		if (!is_group_word(word))
			bdl_find(r->findings, BDL_ERROR, line, column,
			    "lower-case letters, digits and hyphens", near,
			    "'%.*s' cannot name a group", BDL_FMT(shown));
		else if (near)
			bdl_find(r->findings, BDL_WARNING, line, column, NULL, near,
			    "'%.*s' is taken for a group of the school's own", BDL_FMT(shown));
	}
}

/* Key and value; false where reading cannot go on. */
static bool read_pair(struct reader *r, bool *ret_end)
{
	yaml_event_t e;
	enum key key;
	unsigned line, column;

	if (!next_event(r, &e))
		return false;
	*ret_end = e.type == YAML_MAPPING_END_EVENT;
	if (e.type != YAML_SCALAR_EVENT) {
		if (!*ret_end)
			complain(r, &e, "a key such as title", "no key");
		yaml_event_delete(&e);
		return *ret_end;
	}
	key = take_key(r, &e);
	line = line_of(r, &e.start_mark);
	column = column_of(&e.start_mark);
	yaml_event_delete(&e);
	if (!read_value(r, key))
		return false;
	if (key == REVIEW) {
		r->review_line = line;
		r->review_column = column;
	}
	if (key == REVIEW && r->n[REVIEW] && !is_review(r->values[REVIEW][0]))
		bdl_find(r->findings, BDL_ERROR, line, column,
		    "'every 12 months' or a date such as 2027-09-01", NULL,
		    "the review is neither a term nor a date");
	if (key == BINDS)
		check_groups(r, line, column);
	return true;
}

static void read_mapping(struct reader *r)
{
	yaml_event_t e;
	bool end = false;

	for (;;) {
		yaml_event_type_t type;

		if (!next_event(r, &e))
			return;
		type = e.type;
		if (type != YAML_STREAM_START_EVENT && type != YAML_DOCUMENT_START_EVENT &&
		    type != YAML_MAPPING_START_EVENT && type != YAML_STREAM_END_EVENT)
			complain(r, &e, "lines of the form 'key: value'",
			    "the front matter is no list of keys");
		yaml_event_delete(&e);
		if (type == YAML_MAPPING_START_EVENT)
			break;
		r->whole = type == YAML_STREAM_END_EVENT; /* there are no keys at all */
		if (type != YAML_STREAM_START_EVENT && type != YAML_DOCUMENT_START_EVENT)
			return;
	}
	while (!end && read_pair(r, &end))
		;
	r->whole = end;
}

static struct bdl_view *list_of(struct reader *r, enum key key, size_t *ret_n)
{
	size_t n = r->n[key];
	struct bdl_view *list = n ? bdl_region_array(r->region, n, sizeof(*list)) : NULL;

	if (list)
		memcpy(list, r->values[key], n * sizeof(*list));
	*ret_n = list ? n : 0;
	return list;
}

static void read_yaml(struct bdl_view text, unsigned first_line, struct bdl_region *region,
    struct bdl_findings *findings, struct bdl_front *ret)
{
	struct reader *r = bdl_xalloc(sizeof(*r));

	r->region = region;
	r->findings = findings;
	r->first_line = first_line;
	BDL_BUG_IF(!yaml_parser_initialize(&r->yaml)); /* small memory only */
	yaml_parser_set_encoding(&r->yaml, YAML_UTF8_ENCODING);
	yaml_parser_set_input_string(
	    &r->yaml, (const unsigned char *)(text.n ? text.p : ""), text.n);
	read_mapping(r);
	yaml_parser_delete(&r->yaml);

	ret->whole = r->whole;
	ret->title = r->values[TITLE][0];
	ret->school = r->values[SCHOOL][0];
	ret->owner = r->values[OWNER][0];
	ret->approver = r->values[APPROVER][0];
	ret->review = r->values[REVIEW][0];
	ret->review_line = r->review_line;
	ret->review_column = r->review_column;
	ret->binds = list_of(r, BINDS, &ret->n_binds);
	ret->companions = list_of(r, COMPANIONS, &ret->n_companions);
	free(r);
}

static bool is_rule_line(struct bdl_view line)
{
	return bdl_view_is(bdl_view_trim(line), "---");
}

void bdl_front_parse(const struct bdl_lines *lines, struct bdl_region *region,
    struct bdl_findings *findings, struct bdl_front *ret, unsigned *ret_body_line)
{
	struct bdl_view first = bdl_utf8_without_mark(bdl_lines_get(lines, 1));
	unsigned end = 2;

	*ret = (struct bdl_front){ 0 };
	*ret_body_line = 1;
	if (!is_rule_line(first)) {
		bdl_find(findings, BDL_ERROR, 1, 1,
		    "a first line '---' and keys such as title below it", NULL,
		    "the document has no front matter");
		return;
	}
	while (end <= lines->n && !is_rule_line(bdl_lines_get(lines, end)))
		end++;
	if (end > lines->n) {
		bdl_find(findings, BDL_ERROR, 1, 1, "a line '---' below the keys", NULL,
		    "the front matter does not end");
		return;
	}
	*ret_body_line = end + 1;
	if (bdl_lines_range(lines, 2, end - 1).n > BDL_FRONT_MAX)
		bdl_find(findings, BDL_ERROR, 1, 1, "at most 16 KiB", NULL,
		    "the front matter is too long");
	else
		read_yaml(bdl_lines_range(lines, 2, end - 1), 2, region, findings, ret);
}
