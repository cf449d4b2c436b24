/*
 * Who is meant by a name that another system sends: a proxy (ICAP's X-Client-Username and
 * X-Authenticated-User), an access server (RADIUS User-Name), a log-on script. Pure.
 *
 * What is understood, in either case of letters:
 *
 *   anna.smith                               plain, UTF-8 or Latin-1
 *   anna%2Esmith                             percent-encoded: a '%' with two digits after each
 *   TG9jYWw6Ly9hbm5h                         base64, mostly of one of the forms below
 *   Local://anna                             a user of the proxy's own, with no realm
 *   WinNT://DOMAIN/anna, DOMAIN\anna         the realm is DOMAIN
 *   anna@SCHOOL.EXAMPLE                      Kerberos, Negotiate, RADIUS: the realm follows
 *   LDAP://server/CN=anna,OU=x,DC=school     the first value; the realm is that of the DCs
 *   PC-12$, host/pc-12@REALM                 a computer's own account: no person
 *
 * Base64 cannot be told from a plain login for certain. It is what has a length that is a multiple
 * of four, only characters of base64, an upper-case letter or padding at the end, and decodes to
 * text such as logins are made of. Anything else is plain; so is, wrongly, the rare encoded name
 * without an upper-case letter.
 */
#ifndef BDL_PROTO_IDENTITY_H
#define BDL_PROTO_IDENTITY_H

#include "base/view.h"

#define BDL_LOGIN_SIZE 256 /* room for a login as it is written here, with its NUL */

enum bdl_identity {
	BDL_IDENTITY_NOBODY,   /* nothing, "-", not printable, or longer than the room */
	BDL_IDENTITY_MACHINE,  /* a computer's account */
	BDL_IDENTITY_STRANGER, /* somebody of a realm that is not the school's */
	BDL_IDENTITY_PERSON,   /* a login to be looked up on the roll */
};

/*
 * `realms` are the school's, separated by commas or spaces, compared in either case and whole;
 * where there are none every realm is taken for the school's. A name without a realm is a person.
 *
 * Written to out with ASCII letters in lower case, as the roll has them: a person's or a machine's
 * login without its realm, a stranger's as "login@realm", which no login of the roll can be taken
 * for. Nothing is written for nobody.
 */
enum bdl_identity bdl_identity_read(
    struct bdl_view sent, struct bdl_view realms, char *out, size_t size);

#endif
