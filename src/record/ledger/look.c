#include "record/ledger/look.h"
#include "record/ledger/ledger_int.h"

#define FORMAT    1
#define FIXED     9               /* bytes before the texts */
#define LATEST_MS 253402300799999 /* the end of the year 9999 */

static void put_number(unsigned char *p, uint64_t v, size_t n)
{
	for (size_t i = 0; i < n; i++)
		p[i] = (unsigned char)(v >> (8 * i));
}

static uint64_t get_number(const char *p, size_t n)
{
	uint64_t v = 0;

	for (size_t i = 0; i < n; i++)
		v |= (uint64_t)(unsigned char)p[i] << (8 * i);
	return v;
}

/* It can be entered into the ledger; then it is as long as a journal keeps it, too. */
static bool is_whole(const struct bdl_look *l)
{
	_Static_assert(
	    FIXED + 3 * 2 + 2 * BDL_LEDGER_PERSON_MAX + BDL_LEDGER_RECORD_MAX <= BDL_LOOK_BYTES_MAX,
	    "what the ledger takes fits");
	return l->actor.n && l->actor.n <= BDL_LEDGER_PERSON_MAX &&
	    l->subject.n <= BDL_LEDGER_PERSON_MAX && bdl_ledger_record_ok(l->record);
}

int bdl_look_encode(const struct bdl_look *l, struct bdl_buf *out)
{
	const struct bdl_view texts[] = { l->actor, l->subject, l->record };
	unsigned char fixed[FIXED] = { FORMAT };

	if (!is_whole(l))
		return BDL_E_LIMIT;
	put_number(fixed + 1, (uint64_t)l->at_ms, 8);
	(void)bdl_buf_add(out, fixed, sizeof(fixed)); /* broken is seen at the end */
	for (size_t i = 0; i < BDL_ARRAY_LEN(texts); i++) {
		unsigned char length[2];
		put_number(length, texts[i].n, sizeof(length));
		(void)bdl_buf_add(out, length, sizeof(length));
		(void)bdl_buf_add_view(out, texts[i]);
	}
	return bdl_buf_broken(out) ? BDL_E_LIMIT : 0;
}

static bool text_take(struct bdl_view *rest, struct bdl_view *ret)
{
	if (rest->n < 2)
		return false;
	size_t n = (size_t)get_number(rest->p, 2);
	*rest = bdl_view_from(*rest, 2);
	if (rest->n < n)
		return false;
	*ret = bdl_view_at(rest->p, n);
	*rest = bdl_view_from(*rest, n);
	return true;
}

int bdl_look_decode(struct bdl_view bytes, struct bdl_look *ret, struct bdl_err *err)
{
	struct bdl_look l = { 0 };

	if (bytes.n < FIXED || bytes.n > BDL_LOOK_BYTES_MAX || bytes.p[0] != FORMAT)
		return bdl_fail(err, BDL_E_INVALID, "a look of an unknown format");
	uint64_t at_ms = get_number(bytes.p + 1, 8);
	struct bdl_view rest = bdl_view_from(bytes, FIXED);
	if (at_ms > LATEST_MS || !text_take(&rest, &l.actor) || !text_take(&rest, &l.subject) ||
	    !text_take(&rest, &l.record) || rest.n)
		return bdl_fail(err, BDL_E_INVALID, "a look that does not fit its format");
	if (!is_whole(&l))
		return bdl_fail(err, BDL_E_INVALID, "a look of nobody, or at nothing");
	l.at_ms = (int64_t)at_ms;
	*ret = l;
	return 0;
}

int bdl_look_enter(struct bdl_store *s, const struct bdl_look *l, struct bdl_err *err)
{
	const struct bdl_ledger_entry e = {
		.kind = BDL_LEDGER_LOOKED,
		.at_ms = l->at_ms,
		.actor = l->actor,
		.subject = l->subject,
		.record = l->record,
	};

	return bdl_ledger_add(s, &e, err);
}
