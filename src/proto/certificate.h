/*
 * Until when a certificate holds: of X.509 (RFC 5280, section 4.1) as PEM (RFC 7468) only what leads
 * to its dates is read, and no signature is looked at. For saying when it runs out, never for trust.
 */
#ifndef BDL_PROTO_CERTIFICATE_H
#define BDL_PROTO_CERTIFICATE_H

#include "base/err.h"
#include "base/view.h"

#define BDL_CERTIFICATE_MAX 16384 /* bytes of DER */

/* The first certificate of the text; milliseconds since 1970. BDL_E_INVALID, BDL_E_LIMIT. */
int bdl_certificate_dates(struct bdl_view pem, int64_t *ret_from_ms, int64_t *ret_until_ms,
    struct bdl_err *err) BDL_MUST_USE;

#endif
