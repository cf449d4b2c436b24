#include "record/ledger/ledger.h"
#include "base/ascii.h"
#include "record/ledger/ledger_int.h"
#include "record/store/store_int.h"

const char *bdl_ledger_kind_word(int64_t kind)
{
	static const char *const words[BDL_LEDGER_KINDS] = {
		[BDL_LEDGER_DRAFT] = "draft kept",
		[BDL_LEDGER_APPROVED] = "policy approved",
		[BDL_LEDGER_CONFIRMED] = "policy confirmed",
		[BDL_LEDGER_WITHDRAWN] = "policy withdrawn",
		[BDL_LEDGER_IN_FORCE] = "policy in force",
		[BDL_LEDGER_OVERTAKEN] = "policy overtaken",
		[BDL_LEDGER_ROLL] = "roll replaced",
		[BDL_LEDGER_LISTS] = "lists replaced",
		[BDL_LEDGER_ILLEGAL] = "illegal list offered",
		[BDL_LEDGER_NETWORKS] = "networks replaced",
		[BDL_LEDGER_SEGMENT] = "segment stored",
		[BDL_LEDGER_SEGMENT_GONE] = "SEGMENT GONE",
		[BDL_LEDGER_REFUSED] = "entry refused",
		[BDL_LEDGER_LOOKED] = "looked",
		[BDL_LEDGER_DELETED] = "records deleted",
		[BDL_LEDGER_HOLD] = "hold added",
		[BDL_LEDGER_HOLD_ENDED] = "hold ended",
		[BDL_LEDGER_FORGOTTEN] = "person forgotten",
		[BDL_LEDGER_CHECKED] = "check changed",
		[BDL_LEDGER_REVIEWED] = "checks reviewed",
	};

	return kind > 0 && kind < BDL_LEDGER_KINDS ? words[kind] : "unknown";
}

void bdl_ledger_field(struct bdl_buf *content, struct bdl_view field)
{
	uint8_t n[8];

	for (size_t i = 0; i < sizeof(n); i++)
		n[i] = (uint8_t)((uint64_t)field.n >> (8 * i));
	(void)bdl_buf_add(content, n, sizeof(n)); /* broken is seen at the end */
	(void)bdl_buf_add_view(content, field);
}

/* --- adding --- */

bool bdl_ledger_record_ok(struct bdl_view v)
{
	for (size_t i = 0; i < v.n; i++) {
		char c = v.p[i];
		if (!bdl_is_letter(c) && !bdl_is_digit(c) && c != '-' && c != '.' && c != '/')
			return false;
	}
	return v.n > 0 && v.n <= BDL_LEDGER_RECORD_MAX;
}

static int entry_check(const struct bdl_ledger_entry *e, struct bdl_err *err)
{
	if (!e->actor.n)
		return bdl_fail(err, BDL_E_INVALID, "ledger: nobody did it");
	if (!bdl_ledger_record_ok(e->record))
		return bdl_fail(
		    err, BDL_E_INVALID, "ledger: '%.*s' names no record", BDL_FMT(e->record));
	return 0;
}

/*
 * The head, moved on by one. That comes first: it is what makes a second writer wait where the
 * database lets two write at once.
 */
static int head_take(
    struct bdl_store *s, int64_t *ret_entry, struct bdl_digest *ret_former, struct bdl_err *err)
{
	struct bdl_stmt *st BDL_AUTO(bdl_stmt_rest) = NULL;

	int rc = bdl_stmt_get(
	    s, "UPDATE ledger_head SET entries = entries + 1 WHERE school = ?1", &st, err);
	if (rc)
		return rc;
	bdl_bind_int(st, 1, BDL_SCHOOL);
	rc = bdl_stmt_run(s, st, err);
	if (!rc)
		rc = bdl_stmt_find(
		    s, "SELECT entries, hash FROM ledger_head WHERE school = ?1", &st, err);
	if (rc <= 0)
		return rc ? rc : bdl_fail(err, BDL_E_STORE, "store: the ledger has no head");
	*ret_entry = bdl_col_int(st, 0);
	return bdl_col_digest(st, 1, ret_former, err);
}

static int head_put(struct bdl_store *s, const struct bdl_digest *hash, struct bdl_err *err)
{
	struct bdl_stmt *st BDL_AUTO(bdl_stmt_rest) = NULL;

	int rc = bdl_stmt_get(s, "UPDATE ledger_head SET hash = ?2 WHERE school = ?1", &st, err);
	if (rc)
		return rc;
	bdl_bind_int(st, 1, BDL_SCHOOL);
	bdl_bind_digest(st, 2, hash);
	return bdl_stmt_run(s, st, err);
}

static int row_put(struct bdl_store *s, const struct bdl_ledger_row *row,
    const struct bdl_digest *digest, const struct bdl_digest *hash, struct bdl_err *err)
{
	struct bdl_stmt *st BDL_AUTO(bdl_stmt_rest) = NULL;

	int rc = bdl_stmt_get(s,
	    "INSERT INTO ledger_entry (school, entry, at_ms, kind, actor, subject, record, digest,"
	    " hash) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
	    &st, err);
	if (rc)
		return rc;
	bdl_bind_int(st, 1, row->school);
	bdl_bind_int(st, 2, row->entry);
	bdl_bind_int(st, 3, row->at_ms);
	bdl_bind_int(st, 4, row->kind);
	bdl_bind_text(st, 5, row->actor);
	bdl_bind_text(st, 6, row->subject);
	bdl_bind_text(st, 7, row->record);
	bdl_bind_digest(st, 8, digest);
	bdl_bind_digest(st, 9, hash);
	return bdl_stmt_run(s, st, err);
}

static int salt_put(
    struct bdl_store *s, int64_t entry, const struct bdl_digest *salt, struct bdl_err *err)
{
	struct bdl_stmt *st BDL_AUTO(bdl_stmt_rest) = NULL;

	int rc = bdl_stmt_get(
	    s, "INSERT INTO ledger_salt (school, entry, salt) VALUES (?1, ?2, ?3)", &st, err);
	if (rc)
		return rc;
	bdl_bind_int(st, 1, BDL_SCHOOL);
	bdl_bind_int(st, 2, entry);
	bdl_bind_digest(st, 3, salt);
	return bdl_stmt_run(s, st, err);
}

static struct bdl_digest salted(const struct bdl_digest *salt, struct bdl_view content)
{
	struct bdl_digesting d;

	bdl_digest_begin(&d);
	bdl_digest_add(&d, salt->b, sizeof(salt->b));
	bdl_digest_add(&d, content.p, content.n);
	return bdl_digest_end(&d);
}

int bdl_ledger_add(struct bdl_store *s, const struct bdl_ledger_entry *e, struct bdl_err *err)
{
	char actor[BDL_PSEUDONYM_LEN + 1], subject[BDL_PSEUDONYM_LEN + 1];
	struct bdl_ledger_row row = {
		.school = BDL_SCHOOL,
		.at_ms = e->at_ms,
		.kind = e->kind,
		.record = e->record,
	};
	struct bdl_digest former, salt;

	BDL_BUG_IF(!bdl_store_has_joined(s));
	int rc = entry_check(e, err);
	if (!rc)
		rc = bdl_pseudonym_get(s, e->actor, actor, err);
	if (!rc)
		rc = bdl_pseudonym_get(s, e->subject, subject, err);
	if (!rc)
		rc = head_take(s, &row.entry, &former, err);
	if (rc)
		return rc;
	row.actor = bdl_view_of(actor);
	row.subject = bdl_view_of(subject);
	bdl_random(salt.b, sizeof(salt.b));
	struct bdl_digest digest = salted(&salt, e->content);
	struct bdl_digest hash = bdl_ledger_hash(&row, &digest, &former);
	rc = row_put(s, &row, &digest, &hash, err);
	if (!rc)
		rc = salt_put(s, row.entry, &salt, err);
	return rc ? rc : head_put(s, &hash, err);
}

int bdl_ledger_salts_drop(
    struct bdl_store *s, enum bdl_ledger_kind kind, int64_t before_ms, struct bdl_err *err)
{
	struct bdl_stmt *st BDL_AUTO(bdl_stmt_rest) = NULL;

	int rc = bdl_stmt_get(s,
	    "DELETE FROM ledger_salt WHERE school = ?1 AND entry IN (SELECT entry FROM ledger_entry"
	    " WHERE school = ?1 AND kind = ?2 AND at_ms < ?3)",
	    &st, err);
	if (rc)
		return rc;
	bdl_bind_int(st, 1, BDL_SCHOOL);
	bdl_bind_int(st, 2, kind);
	bdl_bind_int(st, 3, before_ms);
	return bdl_stmt_run(s, st, err);
}

/* --- reading --- */

/* The name behind a pseudonym in column i, whose person and key are in the two behind it. */
static struct bdl_view person_col(struct bdl_stmt *st, int i, struct bdl_region *region)
{
	struct bdl_view pseudonym = bdl_col_view(st, i), person = bdl_col_view(st, i + 1);

	if (person.n && bdl_pseudonym_is(pseudonym, person, bdl_col_view(st, i + 2)))
		return bdl_region_view(region, person);
	return bdl_region_view(region, pseudonym);
}

static int line_row(struct bdl_stmt *st, struct bdl_region *region, void *row, struct bdl_err *err)
{
	struct bdl_ledger_line *ret = row;

	(void)err;
	*ret = (struct bdl_ledger_line){
		.entry = bdl_col_int(st, 0),
		.at_ms = bdl_col_int(st, 1),
		.kind = bdl_col_int(st, 2),
		.record = bdl_col_text(st, 3, region),
		.actor = person_col(st, 4, region),
		.subject = person_col(st, 7, region),
	};
	return 0;
}

#define LINE_SELECT                                                                           \
	"SELECT e.entry, e.at_ms, e.kind, e.record, e.actor, a.person, a.key_hex, e.subject," \
	" b.person, b.key_hex FROM ledger_entry e"                                            \
	" LEFT JOIN ledger_person a ON a.school = e.school AND a.pseudonym = e.actor"         \
	" LEFT JOIN ledger_person b ON b.school = e.school AND b.pseudonym = e.subject"       \
	" WHERE e.school = ?1"
#define LINE_ORDER " ORDER BY e.entry DESC LIMIT ?2"

int bdl_ledger_list(struct bdl_store *s, size_t n, struct bdl_region *region,
    struct bdl_ledger_line **ret, size_t *ret_n, struct bdl_err *err)
{
	return bdl_ledger_about(
	    s, bdl_view_at(NULL, 0), bdl_view_at(NULL, 0), n, region, ret, ret_n, err);
}

int bdl_ledger_about(struct bdl_store *s, struct bdl_view person, struct bdl_view record, size_t n,
    struct bdl_region *region, struct bdl_ledger_line **ret, size_t *ret_n, struct bdl_err *err)
{
	/* The empty subject stands in the condition, so that the index on the others is taken. */
	static const char *const statements[] = { LINE_SELECT LINE_ORDER,
		LINE_SELECT
		" AND e.subject <> '' AND e.subject = (SELECT p.pseudonym"
		" FROM ledger_person p WHERE p.school = ?1 AND p.person = ?3)" LINE_ORDER,
		LINE_SELECT " AND e.subject <> '' AND e.subject = (SELECT p.pseudonym"
			    " FROM ledger_person p WHERE p.school = ?1 AND p.person = ?3)"
			    " AND e.record = ?4" LINE_ORDER };
	struct bdl_stmt *st BDL_AUTO(bdl_stmt_rest) = NULL;
	void *rows;

	int rc =
	    bdl_stmt_get(s, statements[(person.n > 0) + (person.n > 0 && record.n > 0)], &st, err);
	if (rc)
		return rc;
	bdl_bind_int(st, 1, BDL_SCHOOL);
	bdl_bind_int(st, 2, (int64_t)n);
	if (person.n)
		bdl_bind_text(st, 3, person);
	if (person.n && record.n)
		bdl_bind_text(st, 4, record);
	rc = bdl_rows_read(
	    s, st, region, sizeof(struct bdl_ledger_line), line_row, &rows, ret_n, err);
	if (!rc)
		*ret = rows;
	return rc;
}
