/*
 * The slot of illegal-content lists (IWF, CTIRU): one signed list at a time, compiled to hashes
 * beside the lists file, opened with it, and with no way to switch it off. Nothing of Beadle shows
 * what its entries are. Whoever holds candidates can still try them, as they can at the proxy.
 *
 * The list is plain (lists/source.h) and says when it was issued: "# issued: 2026-11-20" or with a
 * time, "# issued: 2026-11-20T09:00:00Z". Its signature is Ed25519 over all its bytes, in a file of
 * 64 bytes, or of those in hexadecimal or base64; so is the key, of 32. The key of the first list
 * is kept, and no other is taken after it. A list older than the one that is there is refused, as
 * is one with a bad line.
 *
 * Of a data folder's list the key, its date and how many entries it had are kept a second time, in
 * DIR/run/illegal. So a slot whose files are deleted is missing, and not as if there had never been
 * one: the lists do not open, and running doors go on with what they have mapped.
 */
#ifndef BDL_LISTS_ILLEGAL_H
#define BDL_LISTS_ILLEGAL_H

#include "base/err.h"
#include "base/view.h"

#define BDL_ILLEGAL_BYTES_MAX (64 << 20)

struct bdl_illegal_offer {
	struct bdl_view list;
	struct bdl_view signature, key; /* as the files hold them; without a key the kept one */
};

/* What was installed. */
struct bdl_illegal_state {
	bool is_there;
	bool is_missing;  /* it is not, and was: ILLEGAL LIST MISSING */
	bool is_pinned;   /* its key is kept */
	uint64_t entries; /* of the one that is there, or was; 0 where that is not known any more */
	int64_t issued_ms;
};

/*
 * Check the list and put it beside the lists file. BDL_E_DENIED for a signature, a key or an age
 * that is not right; BDL_E_INVALID for a list that is none. No error names an entry. Whoever has
 * the lists open takes the slot when lists.map changes: it is made where there is none, else
 * touched.
 */
int bdl_illegal_install(const char *lists_path, const struct bdl_illegal_offer *offer,
    int64_t now_ms, struct bdl_illegal_state *ret, struct bdl_err *err) BDL_MUST_USE;

/*
 * What is there; *ret is zeroed where nothing is or was. BDL_E_INVALID where it cannot be read; that
 * it is missing is no error.
 */
int bdl_illegal_look(const char *lists_path, struct bdl_illegal_state *ret, struct bdl_err *err)
    BDL_MUST_USE;

/* Whether a list was installed and its file is gone. Asks for names only, so any process may. */
bool bdl_illegal_is_missing(const char *lists_path);

/* The list alone, signature and all: for whoever tries one out. *ret_issued_ms is its date. */
int bdl_illegal_check(const struct bdl_illegal_offer *offer, const unsigned char key[32],
    int64_t *ret_issued_ms, struct bdl_err *err) BDL_MUST_USE;

#endif
