/*
 * How the web door is tried out: a probe asks through the real proxy for the test host, a name that
 * leads nowhere (RFC 6761), and says in a header whom it stands for, where, and in whose place the
 * test host is asked. So a page of any list is judged without being asked for. The header is signed
 * with a key of this machine's processes, and holds for a minute; the proxy sends it to nobody.
 *
 * Text: fields with '|' between them, none of which holds one: the form, the moment until which it
 * holds, the probe's id, how far it goes, groups, place, equipment, host; behind the last '|'
 * HMAC-SHA-512-256 over what is before it, in hexadecimal. Pure but for the key.
 *
 * The door answers with what it decided in a header, "block staff#web.gambling" or "allow". A probe
 * that is not refused is answered, too, with the head of the request as it would go on; but for one
 * that goes on, which is sent to the host that it asks for: the proxy's own machine, and no other.
 * The same header with any other address is none, so who overhears it within its minute can have the
 * same answer once more, and no page.
 */
#ifndef BDL_DOORS_WEB_PROBE_H
#define BDL_DOORS_WEB_PROBE_H

#include "base/buf.h"
#include "base/region.h"
#include "doors/web/token.h"
#include "policy/judge.h"

#define BDL_PROBE_HOST        "test.beadle.invalid"
#define BDL_PROBE_STREAM_HOST "127.0.0.1" /* whom alone one that goes on may ask */
#define BDL_PROBE_FIELD       "X-Beadle-Probe"
#define BDL_PROBE_VERDICT     "X-Beadle-Verdict"
#define BDL_PROBE_KEY_FILE    "run/probe.key" /* as bdl_token_key makes it */
#define BDL_PROBE_MS          60000
#define BDL_PROBE_TEXT_MAX    2048
#define BDL_PROBE_ID          17 /* sixteen hexadecimal digits and a NUL */

/*
 * Empty views: nobody knows who it is; it stands nowhere; its device is none; the host's own name.
 */
struct bdl_probe {
	int64_t until_ms;
	bool goes_on;
	struct bdl_view id;
	struct bdl_view groups; /* with blanks between them */
	struct bdl_view place, equipment;
	struct bdl_view host; /* normalised */
};

/* Append the header's value. BDL_E_INVALID where a field has what none may have, BDL_E_LIMIT. */
int bdl_probe_write(
    const uint8_t key[BDL_TOKEN_KEY], const struct bdl_probe *p, struct bdl_buf *out) BDL_MUST_USE;

/* false for a text that we did not write, or not in the last minute. The views lie in `text`. */
bool bdl_probe_read(
    const uint8_t key[BDL_TOKEN_KEY], struct bdl_view text, int64_t now_ms, struct bdl_probe *ret);

/* "block staff#web.gambling": what is said of a verdict. */
void bdl_probe_verdict(
    const struct bdl_ruleset *r, const struct bdl_verdict *v, struct bdl_buf *out);

#endif
