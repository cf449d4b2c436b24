/* Content codings, unpacked piece by piece, never past what the caller allows. */
#ifndef BDL_SCAN_UNPACK_INT_H
#define BDL_SCAN_UNPACK_INT_H

#include "base/view.h"
#include "scan/scan.h"

#define BDL_UNPACK_PIECE     16384
#define BDL_UNPACK_DENSE_MIN (4u << 20) /* so much may come out at any ratio */

struct bdl_unpack {
	enum bdl_scan_coding coding;
	uint64_t max, came_in, came_out;
	struct bdl_inflating *inflate; /* or NULL */
	void *brotli;                  /* BrotliDecoderState, or NULL */
	bool between;                  /* members of gzip: another one may follow */
	bool is_behind;                /* more may come out of what was taken in already */
	bool ended;
	bool has_first;
	uint8_t first; /* byte of what is inflated */
};

void bdl_unpack_begin(struct bdl_unpack *u, enum bdl_scan_coding coding, uint64_t max);
/*
 * Takes bytes from the front of *bytes (which shrinks) until none are left, or until *left bytes were
 * unpacked, and lowers that by as many: 0 tells that there may be more, of no further bytes even. It ends
 * up to 32 kB late. `sink` gets what comes out. Anything but BDL_SCAN_READ is final: all bytes are taken.
 */
enum bdl_scan_read bdl_unpack_add(struct bdl_unpack *u, struct bdl_view *bytes, uint64_t *left,
    void (*sink)(void *context, struct bdl_view v), void *context);
void bdl_unpack_done(struct bdl_unpack *u); /* takes a zeroed one */

#endif
