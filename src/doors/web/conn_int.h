/*
 * One ICAP connection, shared by conn.c (its socket), conns.c (all of them) and exchange.c (what is
 * said on them, with outcome.c and deliver.c).
 */
#ifndef BDL_DOORS_WEB_CONN_INT_H
#define BDL_DOORS_WEB_CONN_INT_H

#include "doors/web/form.h"
#include "doors/web/spool.h"
#include "doors/web/web_int.h"
#include "proto/chunk.h"

/* Unsent bytes past which nothing more is taken in. */
#define BDL_CONN_OUT_FULL (256 * 1024)

/* Requests of one connection are dealt with one after another, each in these stages. */
enum bdl_stage {
	BDL_STAGE_HEADS,   /* its ICAP head and the HTTP heads within: being read, or idle */
	BDL_STAGE_PREVIEW, /* the beginning of a body, which the peer sends before it waits */
	BDL_STAGE_FORM,    /* the body of a form */
	BDL_STAGE_READ,    /* a body that is read before anything of it goes on */
	BDL_STAGE_REFUSED, /* a body that nobody needs, before its refusal is said (BDL_WEB_REFUSED_MAX) */
	BDL_STAGE_SYNC,  /* the answer waits for the disk */
	BDL_STAGE_DRAIN, /* the rest of a body that nobody needs */
	BDL_STAGE_ECHO,  /* a body that goes back as it comes */
	BDL_STAGE_OVER,  /* nothing more is read; closed when the peer has the last answer */
};

/* A body that is being read. */
struct bdl_reading {
	struct bdl_conn *conn;
	struct bdl_reading *next_behind, **here_behind; /* in web->behind; NULL: it is not there */
	struct bdl_reader *reader;
	struct bdl_scan *scan;
	struct bdl_buf held;    /* of the body, where nothing of it went on yet */
	struct bdl_buf instead; /* a 204, where the peer takes one for all of it; else empty */
	int64_t since_ms;       /* on the loop's clock: its first byte */
	int64_t last_ms;        /* the same: its latest one */
	uint64_t whose;         /* as struct bdl_decision has it */
	unsigned levels;        /* that it had when it was judged last */
	size_t taken;           /* bytes of the piece that comes again */
	struct bdl_counted counted;
	bool is_held;
	bool is_watched; /* it may still be refused, though some of it went on */
};

struct bdl_conn {
	struct bdl_web *web;
	struct bdl_conn *next, **here; /* in web->conns */
	int fd;
	uv_poll_t poll;
	int events;    /* that the loop waits for on it */
	char peer[64]; /* its address, where the proxy names no client */
	enum bdl_stage stage;
	int64_t since_ms; /* on the loop's clock: what the stage's time limit counts from */

	struct bdl_buf in;
	size_t at;       /* how much of it has been dealt with */
	size_t need;     /* bytes from `at` before looking again is worth it */
	size_t searched; /* for bdl_http_head_length */
	bool reading, eof;

	/* The request at hand. */
	struct bdl_buf answer; /* ready, not yet sent */
	struct bdl_buf heads;  /* of a request that posts a form: looked at again with its body */
	struct bdl_buf form;   /* the form's body; broken where it is too large */
	struct bdl_chunks chunks;
	bool strict, last, has_body, is_form, is_echo;
	bool is_read_first;       /* its body is taken to its end before a refusal is said */
	bool is_refused;          /* by its head, and what is to be read first is not read yet */
	uint64_t refused;         /* bytes of it since it was refused */
	int64_t refused_ms;       /* on the loop's clock: when that was */
	bool is_midway;           /* of its body some was taken already when the answer goes */
	struct bdl_reading *text; /* NULL: the body is not read */
	struct bdl_waiter waiter;
	bool waiting;

	struct bdl_buf out, flight; /* to be sent, and being sent */
	struct bdl_spool spool;     /* what waits between the two */
	bool spools;                /* a long body of a request: it is taken as fast as it comes */
	size_t sent;                /* of what is in flight */
	bool writing, shut, closing, closed;
	size_t unsent; /* what was left to send when it was last looked at */
	size_t held;   /* this one's part of web->held */
};

/* --- exchange.c, outcome.c, deliver.c --- */

/* Deal with what has come. false where nothing more can be done for now. */
bool bdl_exchange_step(struct bdl_conn *c);

/* Whether a body has been waited for long enough. */
bool bdl_exchange_is_slow(const struct bdl_conn *c, int64_t now_ms);
/* Then: what is known of it decides, or its refusal is said. */
void bdl_exchange_release(struct bdl_conn *c);

/* Say this status, and that it is the last; then the connection ends. */
void bdl_exchange_end(struct bdl_conn *c, int status);

/* --- reading.c --- */

/*
 * Read the body of the message whose heads these are, as was decided; c->heads keeps them. false: it
 * goes on unread.
 */
bool bdl_reading_begin(struct bdl_conn *c, struct bdl_view icap_head, struct bdl_view heads,
    const struct bdl_decision *d);
void bdl_reading_end(struct bdl_conn *c); /* any number of times */

/*
 * Read a piece, as far as this turn of the loop has room for it. false: it is behind, since there is more
 * of the piece, or of what is packed in it. None of it may go on then: the next turn (round.c) goes on
 * with what was taken, and gives the whole piece again when it is behind no more.
 */
bool bdl_reading_read(struct bdl_conn *c, struct bdl_view data) BDL_MUST_USE;
void bdl_reading_go_on(struct bdl_conn *c);
bool bdl_reading_is_behind(const struct bdl_conn *c);
/* The one that waits longest goes to the end of those that are behind, of which there are some. */
struct bdl_conn *bdl_reading_next_behind(struct bdl_web *web);

/* Keep a piece that was read. false: no room was left for it, or it need not be held. */
bool bdl_reading_hold(struct bdl_conn *c, struct bdl_view data);
/* It turned out to be no text at all: it goes on, and is read no further. */
bool bdl_reading_is_over(const struct bdl_conn *c);
/* A piece was read that is about to go on. false: it must not, nor anything after it. */
bool bdl_reading_watch(struct bdl_conn *c);
/* The body is over, and its end is about to go on: as above. */
bool bdl_reading_passes(struct bdl_conn *c);

/* What is held is judged; the answer, where it is refused, goes to head and body. */
struct bdl_decision bdl_reading_judge(struct bdl_conn *c, bool is_whole,
    struct bdl_icap_request *ret_icap, struct bdl_buf *head, struct bdl_buf *body);

/* What is held has been for too long, or no more of it comes while it is held. */
bool bdl_reading_is_slow(const struct bdl_conn *c, int64_t now_ms);
/* Just so much is held of it that it may be stuck. */
bool bdl_reading_may_be_stuck(const struct bdl_conn *c);

/* --- round.c --- */

/* n bytes came: they are dealt with at the end of this turn of the loop, or before. */
void bdl_round_add(struct bdl_conn *c, size_t n);
/* An answer is ready that waited for the disk: it does not wait for those of this turn as well. */
void bdl_round_go_on(struct bdl_conn *c);

/* --- conn.c --- */

/* Whether the peer has not taken all yet that it was answered. */
static inline bool bdl_conn_is_sending(const struct bdl_conn *c)
{
	return c->writing || c->out.n > 0 || !bdl_spool_is_empty(&c->spool);
}

/* Deals with what has come until nothing moves; what is to be said of it waits for bdl_conn_advance. */
void bdl_conn_step(struct bdl_conn *c);
/* The same, then sends and reads as far as there is room. */
void bdl_conn_advance(struct bdl_conn *c);
void bdl_conn_close(struct bdl_conn *c); /* freed later, by the loop or by its waiter */
void bdl_conn_free(struct bdl_conn *c);  /* once it is closed and nothing waits */

#endif
