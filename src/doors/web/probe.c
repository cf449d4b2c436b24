#include "doors/web/probe.h"
#include <inttypes.h>
#include <sodium.h>

#define FORM   "1"
#define FIELDS 8 /* with the form */

static void sign(
    const uint8_t key[BDL_TOKEN_KEY], struct bdl_view bytes, char hex[2 * crypto_auth_BYTES + 1])
{
	uint8_t mac[crypto_auth_BYTES];

	(void)crypto_auth(mac, (const uint8_t *)bytes.p, bytes.n, key); /* cannot fail */
	(void)sodium_bin2hex(hex, 2 * crypto_auth_BYTES + 1, mac, sizeof(mac));
}

/* Neither what ends a field, nor what ends a header. */
static bool is_field(struct bdl_view v)
{
	for (size_t i = 0; i < v.n; i++)
		if (v.p[i] < ' ' || v.p[i] > '~' || v.p[i] == '|')
			return false;
	return true;
}

int bdl_probe_write(
    const uint8_t key[BDL_TOKEN_KEY], const struct bdl_probe *p, struct bdl_buf *out)
{
	BDL_AUTO_IN(bdl_buf_done) struct bdl_buf text = BDL_BUF(BDL_PROBE_TEXT_MAX);
	const struct bdl_view fields[] = { p->id, p->goes_on ? BDL_LIT("on") : BDL_LIT("here"),
		p->groups, p->place, p->equipment, p->host };
	char hex[2 * crypto_auth_BYTES + 1];

	(void)bdl_buf_printf(&text, FORM "|%" PRId64, p->until_ms); /* looked at in the end */
	for (size_t i = 0; i < BDL_ARRAY_LEN(fields); i++) {
		if (!is_field(fields[i]))
			return BDL_E_INVALID;
		(void)bdl_buf_add_char(&text, '|');
		(void)bdl_buf_add_view(&text, fields[i]);
	}
	sign(key, bdl_buf_view(&text), hex);
	(void)bdl_buf_printf(&text, "|%s", hex);
	if (bdl_buf_broken(&text))
		return BDL_E_LIMIT;
	return bdl_buf_add_view(out, bdl_buf_view(&text)) < 0 ? BDL_E_LIMIT : 0;
}

static bool is_ours(const uint8_t key[BDL_TOKEN_KEY], struct bdl_view text)
{
	char hex[2 * crypto_auth_BYTES + 1];
	const size_t n = sizeof(hex) - 1;

	if (text.n > BDL_PROBE_TEXT_MAX || text.n <= n || text.p[text.n - n - 1] != '|')
		return false;
	sign(key, bdl_view_at(text.p, text.n - n - 1), hex);
	return sodium_memcmp(hex, text.p + text.n - n, n) == 0;
}

bool bdl_probe_read(
    const uint8_t key[BDL_TOKEN_KEY], struct bdl_view text, int64_t now_ms, struct bdl_probe *ret)
{
	struct bdl_view fields[FIELDS];
	uint64_t until_ms;

	if (!is_ours(key, text))
		return false;
	/* Only we can have written what follows; it is checked all the same. */
	for (size_t i = 0; i < FIELDS; i++)
		if (!bdl_view_cut(&text, '|', &fields[i]))
			return false;
	if (!bdl_view_is(fields[0], FORM) || !bdl_view_uint(fields[1], INT64_MAX, &until_ms) ||
	    (int64_t)until_ms <= now_ms || (int64_t)until_ms > now_ms + BDL_PROBE_MS)
		return false;
	*ret = (struct bdl_probe){
		.until_ms = (int64_t)until_ms,
		.id = fields[2],
		.goes_on = bdl_view_is(fields[3], "on"),
		.groups = fields[4],
		.place = fields[5],
		.equipment = fields[6],
		.host = fields[7],
	};
	return true;
}

void bdl_probe_verdict(
    const struct bdl_ruleset *r, const struct bdl_verdict *v, struct bdl_buf *out)
{
	(void)bdl_buf_add_str(out, bdl_action_word(v->action)); /* the caller looks at the end */
	if (v->rule == BDL_NO_RULE)
		return;
	struct bdl_rule_ref ref = bdl_ruleset_rule(r, v->rule);
	(void)bdl_buf_printf(out, " %.*s#%.*s", BDL_FMT(ref.policy_name), BDL_FMT(ref.clause->id));
}
