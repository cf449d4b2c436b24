#include "record/ledger/lists.h"
#include "record/ledger/ledger.h"
#include "record/store/store_int.h"
#include <inttypes.h>
#include <stdio.h>

#define SAID_MAX 16384
#define SAID_ONE 512 /* of one list at most: names have their limits */

/* --- what changed, for people --- */

/* Behind what was said: one list, as long as there is room for it. */
#define SAY(said, more, ...)                               \
	((said)->n + SAID_ONE > SAID_MAX ? (void)++*(more) \
					 : (void)bdl_buf_printf(said, __VA_ARGS__))

static int count_find(struct bdl_store *s, const char *host, const struct bdl_lists_note *note,
    int64_t *ret, struct bdl_err *err)
{
	struct bdl_stmt *st BDL_AUTO(bdl_stmt_rest) = NULL;

	int rc = bdl_stmt_get_of(s,
	    "SELECT entries FROM lists_count WHERE school = ?1 AND host = ?2 AND category = ?3"
	    " AND source = ?4",
	    bdl_view_of(host), &st, err);
	if (rc)
		return rc;
	bdl_bind_text(st, 3, note->category);
	bdl_bind_text(st, 4, note->source);
	rc = bdl_stmt_step(s, st, err);
	*ret = rc > 0 ? bdl_col_int(st, 0) : -1;
	return rc < 0 ? rc : 0;
}

static int64_t entries_of(const struct bdl_lists_note *note)
{
	uint64_t n = 0;

	return bdl_view_uint(note->entries, INT64_MAX, &n) ? (int64_t)n : 0;
}

/* Those that are new or have another number of entries than before. */
static int say_present(struct bdl_store *s, const struct bdl_lists_news *news, struct bdl_buf *said,
    size_t *more, struct bdl_err *err)
{
	struct bdl_view rest = bdl_lists_notes(news->lists);
	struct bdl_lists_note note;
	int64_t before;

	while (bdl_lists_note_next(&rest, &note)) {
		int64_t now = entries_of(&note);
		int rc = count_find(s, news->host, &note, &before, err);
		if (rc)
			return rc;
		if (before < 0)
			SAY(said, more, "; %.*s of %.*s is new, with %" PRId64,
			    BDL_FMT(note.category), BDL_FMT(note.source), now);
		else if (before != now)
			SAY(said, more, "; %.*s of %.*s has %" PRId64 " and had %" PRId64,
			    BDL_FMT(note.category), BDL_FMT(note.source), now, before);
	}
	return 0;
}

static bool is_present(
    const struct bdl_lists *lists, struct bdl_view category, struct bdl_view source)
{
	struct bdl_view rest = bdl_lists_notes(lists);
	struct bdl_lists_note note;

	while (bdl_lists_note_next(&rest, &note))
		if (bdl_view_eq(note.category, category) && bdl_view_eq(note.source, source))
			return true;
	return false;
}

static int say_gone(struct bdl_store *s, const struct bdl_lists_news *news, struct bdl_buf *said,
    size_t *more, struct bdl_err *err)
{
	struct bdl_stmt *st BDL_AUTO(bdl_stmt_rest) = NULL;

	int rc = bdl_stmt_get_of(s,
	    "SELECT category, source, entries FROM lists_count WHERE school = ?1 AND host = ?2"
	    " ORDER BY category, source",
	    bdl_view_of(news->host), &st, err);
	if (rc)
		return rc;
	while ((rc = bdl_stmt_step(s, st, err)) > 0) {
		struct bdl_view category = bdl_col_view(st, 0), source = bdl_col_view(st, 1);
		if (!is_present(news->lists, category, source))
			SAY(said, more, "; %.*s of %.*s is gone, and had %" PRId64,
			    BDL_FMT(category), BDL_FMT(source), bdl_col_int(st, 2));
	}
	return rc;
}

static int say_changes(struct bdl_store *s, const struct bdl_lists_news *news, struct bdl_buf *said,
    struct bdl_err *err)
{
	size_t more = 0;

	if (!news->lists)
		return bdl_buf_printf(said, "no file of lists that can be read");
	(void)bdl_buf_printf(said, "%" PRIu64 " domains, %" PRIu64 " pages, %" PRIu64 " networks",
	    bdl_lists_domains(news->lists), bdl_lists_urls(news->lists),
	    bdl_lists_nets(news->lists)); /* seen at the end */
	int rc = say_present(s, news, said, &more, err);
	if (!rc)
		rc = say_gone(s, news, said, &more, err);
	if (more)
		(void)bdl_buf_printf(said, "; and %zu more", more);
	if (!rc && bdl_buf_broken(said))
		rc = bdl_fail(err, BDL_E_LIMIT, "the lists have names that are too long");
	return rc;
}

/* --- into the store --- */

static int counts_clear(struct bdl_store *s, const char *host, struct bdl_err *err)
{
	return bdl_stmt_run_of(
	    s, "DELETE FROM lists_count WHERE school = ?1 AND host = ?2", bdl_view_of(host), err);
}

static int counts_keep(struct bdl_store *s, const struct bdl_lists_news *news, struct bdl_err *err)
{
	struct bdl_view rest = news->lists ? bdl_lists_notes(news->lists) : bdl_view_at(NULL, 0);
	struct bdl_stmt *st BDL_AUTO(bdl_stmt_rest) = NULL;
	struct bdl_lists_note note;

	int rc = counts_clear(s, news->host, err);
	while (!rc && bdl_lists_note_next(&rest, &note)) {
		bdl_stmt_rest(bdl_steal(&st));
		rc = bdl_stmt_get_of(s,
		    "INSERT INTO lists_count (school, host, category, source, entries)"
		    " VALUES (?1, ?2, ?3, ?4, ?5) ON CONFLICT (school, host, category, source)"
		    " DO UPDATE SET entries = excluded.entries",
		    bdl_view_of(news->host), &st, err);
		if (rc)
			return rc;
		bdl_bind_text(st, 3, note.category);
		bdl_bind_text(st, 4, note.source);
		bdl_bind_int(st, 5, entries_of(&note));
		rc = bdl_stmt_run(s, st, err);
	}
	return rc;
}

/* Whether the host's last change was to another digest, or there was none; and the next number. */
static int last_compare(struct bdl_store *s, const struct bdl_lists_news *news, bool *ret_is_news,
    int64_t *ret_id, struct bdl_err *err)
{
	struct bdl_stmt *st BDL_AUTO(bdl_stmt_rest) = NULL;
	char hex[BDL_DIGEST_HEX];

	bdl_digest_hex(&news->digest, hex);
	int rc = bdl_stmt_find_of(s,
	    "SELECT coalesce(max(id), 0) + 1,"
	    " coalesce((SELECT c.digest FROM lists_change c WHERE c.school = ?1 AND c.host = ?2"
	    " ORDER BY c.id DESC LIMIT 1), '') FROM lists_change WHERE school = ?1",
	    bdl_view_of(news->host), &st, err);
	if (rc < 0)
		return rc;
	*ret_id = bdl_col_int(st, 0);
	*ret_is_news = !bdl_view_eq(bdl_col_view(st, 1), bdl_view_of(hex));
	return 0;
}

static int change_add(struct bdl_store *s, const struct bdl_lists_news *news, int64_t id,
    struct bdl_view said, struct bdl_err *err)
{
	struct bdl_stmt *st BDL_AUTO(bdl_stmt_rest) = NULL;

	int rc = bdl_stmt_get(s,
	    "INSERT INTO lists_change (school, id, host, at_ms, digest, said)"
	    " VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
	    &st, err);
	if (rc)
		return rc;
	bdl_bind_int(st, 1, BDL_SCHOOL);
	bdl_bind_int(st, 2, id);
	bdl_bind_text(st, 3, bdl_view_of(news->host));
	bdl_bind_int(st, 4, news->at_ms);
	bdl_bind_digest(st, 5, &news->digest);
	bdl_bind_text(st, 6, said);
	return bdl_stmt_run(s, st, err);
}

static int entry_add(struct bdl_store *s, const struct bdl_lists_news *news, int64_t id,
    struct bdl_view said, struct bdl_err *err)
{
	struct bdl_buf content BDL_AUTO_IN(bdl_buf_done) = BDL_BUF(SAID_MAX + SAID_ONE);
	char record[BDL_LEDGER_RECORD_MAX];

	bdl_ledger_field(&content, bdl_view_of(news->host));
	bdl_ledger_field(
	    &content, bdl_view_at((const char *)news->digest.b, sizeof(news->digest.b)));
	bdl_ledger_field(&content, said);
	if (bdl_buf_broken(&content))
		return bdl_fail(err, BDL_E_LIMIT, "what changed of the lists is too long");
	(void)snprintf(record, sizeof(record), "lists/%" PRId64, id);
	const struct bdl_ledger_entry e = {
		.kind = BDL_LEDGER_LISTS,
		.at_ms = news->at_ms,
		.actor = news->by,
		.record = bdl_view_of(record),
		.content = bdl_buf_view(&content),
	};
	return bdl_ledger_add(s, &e, err);
}

int bdl_lists_enter(
    struct bdl_store *s, const struct bdl_lists_news *news, bool *ret_is_news, struct bdl_err *err)
{
	struct bdl_buf said BDL_AUTO_IN(bdl_buf_done) = BDL_BUF(SAID_MAX + SAID_ONE);
	bool is_news = false;
	int64_t id = 0;

	int rc = last_compare(s, news, &is_news, &id, err);
	if (!rc && is_news)
		rc = say_changes(s, news, &said, err);
	if (!rc && is_news)
		rc = counts_keep(s, news, err);
	if (!rc && is_news)
		rc = change_add(s, news, id, bdl_buf_view(&said), err);
	if (!rc && is_news)
		rc = entry_add(s, news, id, bdl_buf_view(&said), err);
	if (!rc)
		*ret_is_news = is_news;
	return rc;
}

int bdl_lists_changes(struct bdl_store *s, size_t n, struct bdl_region *region,
    struct bdl_lists_change **ret, size_t *ret_n, struct bdl_err *err)
{
	struct bdl_stmt *st BDL_AUTO(bdl_stmt_rest) = NULL;
	struct bdl_lists_change *rows = bdl_region_array(region, n + 1, sizeof(*rows));
	size_t got = 0;

	if (!rows)
		return bdl_fail(err, BDL_E_LIMIT, "the changes do not fit into memory");
	int rc = bdl_stmt_get(s,
	    "SELECT id, at_ms, host, said, digest FROM lists_change WHERE school = ?1"
	    " ORDER BY id DESC LIMIT ?2",
	    &st, err);
	if (rc)
		return rc;
	bdl_bind_int(st, 1, BDL_SCHOOL);
	bdl_bind_int(st, 2, (int64_t)n);
	while ((rc = bdl_stmt_step(s, st, err)) > 0) {
		struct bdl_lists_change *row = &rows[got++];
		row->id = bdl_col_int(st, 0);
		row->at_ms = bdl_col_int(st, 1);
		row->host = bdl_col_text(st, 2, region);
		row->said = bdl_col_text(st, 3, region);
		rc = bdl_col_digest(st, 4, &row->digest, err);
		if (rc)
			return rc;
	}
	if (!rc && bdl_region_broken(region))
		rc = bdl_fail(err, BDL_E_LIMIT, "the changes do not fit into memory");
	if (rc)
		return rc;
	*ret = rows;
	*ret_n = got;
	return 0;
}
