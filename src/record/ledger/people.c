/* Pseudonyms: whose they are stands in a table of its own, a row of which can be deleted. */
#include "base/person.h"
#include "record/ledger/ledger_int.h"
#include "record/store/store_int.h"
#include <sodium.h>

#define KEY_BYTES crypto_auth_hmacsha256_KEYBYTES
#define KEY_HEX   (2 * KEY_BYTES + 1)

static void pseudonym_make(
    const uint8_t key[KEY_BYTES], struct bdl_view person, char out[BDL_PSEUDONYM_LEN + 1])
{
	uint8_t mac[crypto_auth_hmacsha256_BYTES];
	crypto_auth_hmacsha256_state h;

	/* None of these can fail. */
	(void)crypto_auth_hmacsha256_init(&h, key, KEY_BYTES);
	(void)crypto_auth_hmacsha256_update(&h, (const unsigned char *)person.p, person.n);
	(void)crypto_auth_hmacsha256_final(&h, mac);
	(void)sodium_bin2hex(out, BDL_PSEUDONYM_LEN + 1, mac, BDL_PSEUDONYM_LEN / 2);
}

bool bdl_pseudonym_is(struct bdl_view pseudonym, struct bdl_view person, struct bdl_view key_hex)
{
	char made[BDL_PSEUDONYM_LEN + 1];
	struct bdl_digest key;

	_Static_assert(sizeof(key.b) == KEY_BYTES, "a key is as long as a digest");
	if (!bdl_digest_parse(key_hex, &key))
		return false;
	pseudonym_make(key.b, person, made);
	return bdl_view_is(pseudonym, made);
}

static int person_add(struct bdl_store *s, struct bdl_view person, char out[BDL_PSEUDONYM_LEN + 1],
    struct bdl_err *err)
{
	struct bdl_stmt *st BDL_AUTO(bdl_stmt_rest) = NULL;
	uint8_t key[KEY_BYTES];
	char hex[KEY_HEX];

	bdl_random(key, sizeof(key));
	(void)sodium_bin2hex(hex, sizeof(hex), key, sizeof(key)); /* returns hex */
	pseudonym_make(key, person, out);
	int rc = bdl_stmt_get_of(s,
	    "INSERT INTO ledger_person (school, person, pseudonym, key_hex)"
	    " VALUES (?1, ?2, ?3, ?4)",
	    person, &st, err);
	if (rc)
		return rc;
	bdl_bind_text(st, 3, bdl_view_of(out));
	bdl_bind_text(st, 4, bdl_view_of(hex));
	return bdl_stmt_run(s, st, err);
}

int bdl_pseudonym_get(struct bdl_store *s, struct bdl_view person, char out[BDL_PSEUDONYM_LEN + 1],
    struct bdl_err *err)
{
	struct bdl_stmt *st BDL_AUTO(bdl_stmt_rest) = NULL;

	out[0] = '\0';
	if (!person.n)
		return 0;
	if (person.n > BDL_LEDGER_PERSON_MAX)
		return bdl_fail(err, BDL_E_LIMIT, "a person's name is longer than %d bytes",
		    BDL_LEDGER_PERSON_MAX);
	int rc = bdl_stmt_find_of(s,
	    "SELECT pseudonym FROM ledger_person WHERE school = ?1 AND person = ?2", person, &st,
	    err);
	if (rc < 0)
		return rc;
	if (!rc)
		return person_add(s, person, out, err);
	struct bdl_view v = bdl_col_view(st, 0);
	if (v.n != BDL_PSEUDONYM_LEN)
		return bdl_fail(err, BDL_E_STORE, "store: a pseudonym is not one");
	memcpy(out, v.p, v.n);
	out[v.n] = '\0';
	return 0;
}

/* --- forgetting --- */

static int person_drop(struct bdl_store *s, struct bdl_view person, struct bdl_err *err)
{
	struct bdl_stmt *st BDL_AUTO(bdl_stmt_rest) = NULL;

	int rc = bdl_stmt_find_of(
	    s, "SELECT 1 FROM ledger_person WHERE school = ?1 AND person = ?2", person, &st, err);
	if (rc < 0)
		return rc;
	if (!rc)
		return bdl_fail(
		    err, BDL_E_MISSING, "the ledger knows nobody called '%.*s'", BDL_FMT(person));
	bdl_stmt_rest(st);
	rc = bdl_stmt_get_of(
	    s, "DELETE FROM ledger_person WHERE school = ?1 AND person = ?2", person, &st, err);
	if (rc)
		return rc;
	return bdl_stmt_run(s, st, err);
}

/* Those who are nobody, and whoever a hold names: the school may have to say who looked at them. */
static int may_forget(struct bdl_store *s, struct bdl_view person, struct bdl_err *err)
{
	static const char *const nobody[] = { BDL_ACTOR_SCRIBE, BDL_ACTOR_CLOCK, BDL_ACTOR_PORTAL };
	struct bdl_stmt *st BDL_AUTO(bdl_stmt_rest) = NULL;

	for (size_t i = 0; i < BDL_ARRAY_LEN(nobody); i++)
		if (bdl_view_is(person, nobody[i]))
			return bdl_fail(err, BDL_E_INVALID, "'%s' is no person's name", nobody[i]);
	int rc = bdl_stmt_find_of(s,
	    "SELECT id FROM legal_hold WHERE school = ?1 AND person = ?2 AND ended_ms = 0 LIMIT 1",
	    person, &st, err);
	if (rc > 0)
		return bdl_fail(err, BDL_E_DENIED,
		    "hold %lld keeps what there is of '%.*s', and their name with it",
		    (long long)bdl_col_int(st, 0), BDL_FMT(person));
	return rc;
}

int bdl_ledger_forget(struct bdl_store *s, struct bdl_view person, struct bdl_view by,
    struct bdl_view why, int64_t now_ms, struct bdl_err *err)
{
	/* Not whose key it was: that would undo it. */
	const struct bdl_ledger_entry entry = {
		.kind = BDL_LEDGER_FORGOTTEN,
		.at_ms = now_ms,
		.actor = by,
		.record = BDL_LIT("person"),
		.content = why,
	};

	if (bdl_person_same(person, by))
		return bdl_fail(
		    err, BDL_E_INVALID, "nobody takes their own name out of the ledger");
	if (!bdl_view_trim(why).n)
		return bdl_fail(err, BDL_E_INVALID, "the reason is missing");
	int rc = bdl_store_begin(s, err);
	if (rc)
		return rc;
	rc = may_forget(s, person, err);
	if (!rc)
		rc = person_drop(s, person, err);
	if (!rc)
		rc = bdl_ledger_add(s, &entry, err);
	if (!rc)
		rc = bdl_store_commit(s, err);
	bdl_store_rollback(s);
	return rc;
}
