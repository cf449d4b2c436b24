/* What the files of the web door share. */
#ifndef BDL_DOORS_WEB_WEB_INT_H
#define BDL_DOORS_WEB_WEB_INT_H

#include "base/clock.h"
#include "doors/web/answer.h"
#include "doors/web/counters.h"
#include "doors/web/late.h"
#include "doors/web/passes.h"
#include "doors/web/probe.h"
#include "doors/web/recorder.h"
#include "doors/web/released.h"
#include "doors/web/snapshot.h"
#include "doors/web/token.h"
#include "policy/judge.h"
#include "proto/icap.h"
#include "proto/identity.h"
#include "proto/media.h"
#include "proto/url.h"
#include "record/addresses.h"
#include "record/visits/mark.h"
#include "sys/loop.h"
#include "sys/role.h"

#define BDL_WEB_OPTIONS_TTL_S   60
#define BDL_WEB_HEAD_MS         30000  /* a request's heads must be whole within this time */
#define BDL_WEB_STALL_MS        60000  /* a body or an answer must move within this time */
#define BDL_WEB_IDLE_MS         600000 /* a connection without a request is closed */
#define BDL_WEB_CONNECTIONS_MAX 8192   /* of one process, where its descriptors suffice */
#define BDL_WEB_ROUND_MAX       64     /* of which what came is dealt with together */

/*
 * Bytes that the buffers of all connections take before those that hold more than an equal share
 * are told 503 when they send more. So all together never hold more than twice as much, and who
 * sends little is served whatever others do.
 */
#define BDL_WEB_HELD_MAX (32 * 1024 * 1024)
/*
 * Texts that one process reads at once: each takes up to 160 kB besides what is held of it, and one that
 * is packed by brotli as much as it unpacked to, up to its window (16 MB at most). Those past it go on
 * unread, which the log says.
 */
#define BDL_WEB_TEXTS_MAX 1024
/* Of these so many may be one person's, or one address's: a few slow pages must not blind the door. */
#define BDL_WEB_TEXTS_SHARE (BDL_WEB_TEXTS_MAX / 8)
/*
 * A request's body that is longer goes back to the proxy as it comes, and what waits of it lies on the disk
 * (spool.h): so many bytes of all connections together.
 */
#define BDL_WEB_BODY_LONG (256 * 1024)
#define BDL_WEB_SPOOL_MAX (4 * BDL_SPOOL_MAX)
/*
 * Of all packed texts so many bytes are unpacked and read before others have their turn: of what came in a
 * turn of the loop, and then of what was left of the turn before.
 */
#define BDL_WEB_TEXT_TURN (1024 * 1024)
/*
 * Who still sends a body when its refusal is said may never see it: Squid 5 ends the connection as soon as it
 * has said it, and what comes after that is answered by a reset, which takes the page from the browser. So a
 * body is taken to its end first, but none that is longer than this, nor once nothing came for so long, nor for
 * longer than that in all.
 */
#define BDL_WEB_REFUSED_MAX    (64 * 1024 * 1024)
#define BDL_WEB_REFUSED_MS     4000
#define BDL_WEB_REFUSED_ALL_MS 60000
/* What is held of a text that is read goes on after this time, and is read as it goes. */
#define BDL_WEB_TEXT_MS 4000
/*
 * Squid's buffer of an answer's body. Where that was full before it could hand the body on, Squid 5 reads no
 * more of its site until it has something of our answer (its bug 5352, mended in 6.10): what came is then all that will,
 * however long it is held. So a body of which just that much came, and for so long no more, goes on; and
 * one of which more came, after a longer silence, since the same may happen later.
 */
#define BDL_WEB_PIPE       65535
#define BDL_WEB_STUCK_MS   100
#define BDL_WEB_SILENCE_MS 1000
/* In a CONNECT that goes back to the proxy: its contents stay sealed. */
#define BDL_WEB_SEALED_HEADER "X-Beadle-Sealed"
/* The head that a decision writes: an answer's, or a request's that goes on changed. */
#define BDL_WEB_HEAD_MAX ((size_t)BDL_HTTP_HEAD_MAX + BDL_ANSWER_HEAD_MAX)

struct bdl_conn;

/* One process of the door. */
struct bdl_web {
	const struct bdl_role *role;
	struct bdl_loop loop;
	uv_poll_t listener;
	uv_timer_t tick;
	uv_timer_t stuck; /* runs while a body may be that Squid is stuck with (BDL_WEB_PIPE) */
	struct bdl_watch *watch_force, *watch_lists, *watch_networks, *watch_phrases;
	bool listening, ticking; /* these two handles are there to be closed */
	bool stopping;
	int64_t stop_tick_ms; /* on the loop's clock: when it began to stop */

	struct bdl_snapshot *now; /* never NULL while serving */
	struct bdl_recorder *recorder;
	struct bdl_passes *passes;
	struct bdl_addresses *addresses; /* who is where, as the process `who` writes it */
	struct bdl_counters *counters;
	struct bdl_late *late;
	struct bdl_marks *marks;
	uint64_t evicted; /* of which the log was told */
	int log_fd;       /* where the proxy's log comes in; -1: nowhere */
	uv_poll_t log_poll;
	uint8_t key[BDL_TOKEN_KEY];
	uint8_t probe_key[BDL_TOKEN_KEY];
	/* What the school's clocks show in one minute, which is asked for once. */
	int64_t minute;
	struct bdl_civil civil;

	/* For the request being judged: what lives as long, and what was found out of it. */
	struct bdl_region *scratch;
	char kept[BDL_KEPT_MAX + 1];
	struct bdl_buf head, body; /* of the answer being written */

	/* Reading the next snapshot on the pool, one at a time. */
	uv_work_t load;
	bool loading, load_again;
	int load_code;
	struct bdl_snapshot *loaded;
	struct bdl_err load_err;
	struct bdl_snapshot_wrong wrong;
	bool stale;             /* what is in force could not be read: `now` is older */
	int64_t retry_tick_ms;  /* when to try again; 0: no need */
	int64_t warned_tick_ms; /* when it was last said that policy or lists are none; 0: never */
	char shown[96];         /* the note on the board */

	struct bdl_conn *conns; /* all that are open */
	size_t n_conns, max_conns;
	uv_check_t round;
	uv_idle_t awake;                          /* while texts are behind */
	struct bdl_conn *came[BDL_WEB_ROUND_MAX]; /* of which something came in this turn */
	size_t n_came, came_bytes;
	bool paused;        /* who connects waits: tried again every second */
	size_t held;        /* bytes of memory that all their buffers take */
	size_t n_texts;     /* that are being read */
	uint64_t text_left; /* bytes of text that may be read in this turn of the loop */
	struct bdl_reading *behind, **behind_end; /* texts that wait for the next one (round.c) */
	size_t n_behind;
	bool texts_full;       /* and no more could be, which was said */
	bool texts_shared;     /* and somebody's no more could be, which was said */
	char spools[1024];     /* the folder where they lie */
	uint64_t spooled;      /* bytes in all of them */
	char input[64 * 1024]; /* what was just read; taken over at once */
};

/* --- current.c: what is in force --- */

/*
 * Reads it, and watches it from then on. Nothing published is fine, and everything is then allowed
 * but what the law forbids; no lists at all are fine too. But a policy or lists that are there and cannot be read are an
 * error, for there is nothing older to go on with. A table of networks that cannot be read is none,
 * and said so: it is edited by hand, and a slip in it must not stop the school.
 */
int bdl_current_begin(struct bdl_web *web, struct bdl_err *err) BDL_MUST_USE;
void bdl_current_tick(struct bdl_web *web); /* once a second */

/* --- ask.c: what the door knows of one request --- */

/* Where an act was counted already that is judged several times. */
struct bdl_counted {
	struct bdl_counterset set;
	uint64_t ruleset; /* of which these are the numbers: the mark of its version */
};

/* Views lie in the request's bytes, in the snapshot or in web->scratch. */
struct bdl_ask {
	int64_t at_ms;
	struct bdl_view method;
	struct bdl_url url;
	enum bdl_act_kind kind;
	enum bdl_taste taste;
	char login[BDL_LOGIN_SIZE];
	struct bdl_view address;
	enum bdl_known_by source;   /* how it is known who it is */
	struct bdl_network network; /* where the address is, by the table of networks */
	struct bdl_view who;        /* the login, else the address; the two never look alike */
	bool is_told;               /* `who` is not the proxy's own address, which is everybody's */
	const struct bdl_person *person; /* on the roll, or whom a probe stands for; or NULL */
	bool is_probe;
	struct bdl_probe probe;
	struct bdl_person stands_for; /* of a probe: groups alone */
	struct bdl_facts facts;
	struct bdl_catset listed;      /* categories in the lists' own numbers */
	struct bdl_media media;        /* of what is sent, or comes back */
	struct bdl_buf kept;           /* what was found out: see bdl_kept_add; in web->kept */
	uint64_t *counts;              /* by the ruleset's numbers; NULL where it counts nothing */
	struct bdl_counterset counted; /* the counters that it was counted in */
	const struct bdl_counted *before; /* NULL, or of earlier looks at the same act */
	struct bdl_view visit;            /* its mark, once it is recorded; empty: it is no visit */
};

/* BDL_E_INVALID: the address cannot be read. `peer` stands in where the proxy names no client. */
int bdl_ask_read(struct bdl_web *web, const struct bdl_icap_request *icap,
    const struct bdl_http_head *http, struct bdl_view peer, struct bdl_ask *ret,
    struct bdl_err *err) BDL_MUST_USE;

/* --- learn.c: what is found out beyond the request itself, kept and made facts of --- */

/*
 * Of a request; `form` is what was posted, or empty. Terms make it a search. `sends`: a body comes that
 * was not read yet.
 */
void bdl_learn_request(struct bdl_web *web, const struct bdl_http_head *http, bool sends,
    struct bdl_view form, struct bdl_ask *a);
/* Of a text that was read: `response` is NULL where it is what was sent. */
struct bdl_read;
void bdl_learn_text(struct bdl_web *web, const struct bdl_http_head *request,
    const struct bdl_http_head *response, const struct bdl_read *t, struct bdl_ask *a);
/* Of a tunnel, of which only the host is known. */
void bdl_learn_connect(struct bdl_web *web, struct bdl_ask *a);
/* Of the answer to a request. */
void bdl_learn_response(struct bdl_web *web, const struct bdl_http_head *request,
    const struct bdl_http_head *response, struct bdl_ask *a);

/* The whole address as a browser would take it, in the scratch region. NULL past its maximum. */
const char *bdl_ask_url(struct bdl_web *web, const struct bdl_ask *a);

/* The words of roles that stand in a mask, with blanks between them; in the scratch region. */
struct bdl_view bdl_ask_roles(struct bdl_web *web, uint32_t roles);

/* The act that is recorded of it; `v` may be NULL (no verdict was asked for). */
struct bdl_act bdl_ask_act(
    struct bdl_web *web, const struct bdl_ask *a, const struct bdl_verdict *v);

/* --- decide.c: from a request to what is done about it --- */

enum bdl_outcome {
	BDL_OUTCOME_PASS,   /* it goes on as it came */
	BDL_OUTCOME_CHANGE, /* it goes on with another head */
	BDL_OUTCOME_ANSWER, /* this is answered in its place */
	BDL_OUTCOME_FORM,   /* its body is needed first: bdl_web_decide_form */
};

struct bdl_decision {
	enum bdl_outcome outcome;
	bool strict; /* on the disk before it is answered */
	/* What the proxy's logs shall say of it; in web->scratch. */
	struct bdl_view count; /* put right a count (doors/web/released.h) */
	struct bdl_view visit; /* bring its bytes to the visit (record/visits/mark.h) */
	/*
	 * Where it goes on: the strictest that its text may come to. BDL_ALLOW: it is not read;
	 * BDL_NOTE: it is read as it goes; else it must not go before it is read.
	 */
	enum bdl_action awaits;
	struct bdl_scan_options how; /* it is read */
	uint64_t whose;              /* text it is: a hash; 0: the proxy does not say */
};

/*
 * Judge and record one REQMOD request. The HTTP answer, where there is one, is appended to `head`
 * and `body`.
 */
struct bdl_decision bdl_web_decide(struct bdl_web *web, const struct bdl_icap_request *icap,
    const struct bdl_http_head *http, struct bdl_view peer, struct bdl_buf *head,
    struct bdl_buf *body);

/* The same once the body is there that was asked for. */
struct bdl_decision bdl_web_decide_form(struct bdl_web *web, const struct bdl_icap_request *icap,
    const struct bdl_http_head *http, struct bdl_view peer, struct bdl_view form,
    struct bdl_buf *head, struct bdl_buf *body);

/* The same of a tunnel (CONNECT): splice.c. */
struct bdl_decision bdl_web_decide_connect(struct bdl_web *web, const struct bdl_icap_request *icap,
    const struct bdl_http_head *http, struct bdl_view peer, struct bdl_buf *head,
    struct bdl_buf *body);

/*
 * Judge one RESPMOD answer by its head, and record it where a rule speaks of it: response.c. `heads`
 * are those that were encapsulated. What cannot be read, and what no rule asks about, passes.
 */
struct bdl_decision bdl_web_decide_response(struct bdl_web *web,
    const struct bdl_icap_request *icap, struct bdl_view heads, struct bdl_view peer,
    struct bdl_buf *head, struct bdl_buf *body);

/* What cannot be read is refused, and why is said to who asked, and in the log. */
struct bdl_decision bdl_web_refuse_unread(
    const char *why, struct bdl_buf *head, struct bdl_buf *body);

/* --- read.c: texts that are read --- */

/* Whether it is a text that can be read, by its head, and how. Media and event streams never are. */
bool bdl_web_is_text(const struct bdl_web *web, const struct bdl_http_head *message, bool is_answer,
    struct bdl_scan_options *ret);

/* Whether what is sent is a text in a coding that nobody here can unpack. */
bool bdl_web_is_unreadable(const struct bdl_http_head *request);

/* Of a text of which the head is judged: what it may come to, by the rules (d->awaits). */
void bdl_web_await(struct bdl_web *web, struct bdl_ask *a, bool is_answer, struct bdl_decision *d);

/* Whether what answers this request may be refused for its text, as far as the request tells. */
bool bdl_web_may_refuse_text(const struct bdl_web *web, const struct bdl_ask *a);

/* One goes on unread though a rule asks what it says: it is counted (BDL_COUNT_UNREAD). */
void bdl_web_unread(struct bdl_web *web);

/* One that is being read, or was. */
struct bdl_read {
	const struct bdl_reader *reader;
	struct bdl_scan *scan;
	bool is_whole;               /* nothing more comes */
	bool is_late;                /* some of it went on already */
	struct bdl_counted *counted; /* it counts once, however often it is judged */
};

/*
 * Judge a message by its text, or by what came of it so far, and record what is refused, or once it
 * is whole where a rule speaks of it. BDL_OUTCOME_ANSWER of one that is late has no answer: it is cut,
 * and what was found in it is kept for the next load of the page.
 */
struct bdl_decision bdl_web_decide_text(struct bdl_web *web, const struct bdl_icap_request *icap,
    struct bdl_view heads, struct bdl_view peer, const struct bdl_read *t, struct bdl_buf *head,
    struct bdl_buf *body);

/* Keep the scores of the text so far and its weightiest phrases; `how` as policy/facts.h has it. */
void bdl_read_keep(
    const struct bdl_reader *reader, struct bdl_scan *scan, const char *how, struct bdl_ask *a);
/* Read what was searched for, where a rule asks for phrases. */
void bdl_read_terms(struct bdl_web *web, struct bdl_view terms, struct bdl_ask *a);
/* Keep what the same person's last load of the page came to, where that was found too late. */
void bdl_read_before(struct bdl_web *web, struct bdl_ask *a);

/* What came of judging: the parts that all of these share. */
struct bdl_judgement {
	struct bdl_verdict v;
	bool passed;  /* coached, and lifted by a pass */
	bool refused; /* it does not happen */
};
struct bdl_judgement bdl_web_judge(
    struct bdl_web *web, struct bdl_ask *a, const struct bdl_http_head *http);
void bdl_web_record(struct bdl_web *web, struct bdl_ask *a, const struct bdl_judgement *j);
struct bdl_decision bdl_web_refuse(struct bdl_web *web, const struct bdl_ask *a,
    const struct bdl_judgement *j, struct bdl_buf *head, struct bdl_buf *body);

/* The clause as a page shows it. */
struct bdl_answer bdl_web_answer(struct bdl_web *web, const struct bdl_ask *a,
    enum bdl_action action, const struct bdl_rule_ref *rule);

/* --- count.c: counters --- */

/* Count the act where rules count it, and make facts of what the counters stand at. */
void bdl_web_count(struct bdl_web *web, struct bdl_ask *a);

/* Before it is judged again: where it was counted it does not count once more. `counted` outlives it. */
void bdl_web_count_once(struct bdl_web *web, struct bdl_ask *a, struct bdl_counted *counted);
/* After it: what it was counted in now. */
void bdl_web_counted(const struct bdl_ask *a, struct bdl_counted *counted);

/*
 * It goes on: its announced bytes are counted. Returns the note for the proxy's log, by which they
 * are put right when it is over; empty where no bytes are counted. In web->scratch.
 */
struct bdl_view bdl_web_count_bytes(
    struct bdl_web *web, const struct bdl_ask *a, enum bdl_released_way way);

/* --- log_socket.c: the proxy's log --- */

/* Where it cannot be opened that is logged, and bytes are counted as they were announced. */
void bdl_log_socket_open(struct bdl_web *web);
void bdl_log_socket_close(struct bdl_web *web); /* any number of times */

/* --- coach.c: the way past a coach page --- */

#define BDL_COACH_PATH       "/.beadle/continue"
#define BDL_COACH_REASON_MAX 500 /* characters */

bool bdl_coach_is_form(const struct bdl_ask *a);

/* Whether passes lift every coach rule of the verdict; else the first that stands decides it. */
bool bdl_coach_lifted(struct bdl_web *web, const struct bdl_ask *a,
    const struct bdl_http_head *http, struct bdl_verdict *v);

/* The posted form: records, gives the pass, and answers in any case. */
struct bdl_decision bdl_coach_go_on(struct bdl_web *web, const struct bdl_icap_request *icap,
    const struct bdl_http_head *http, struct bdl_view peer, struct bdl_view form,
    struct bdl_buf *head, struct bdl_buf *body);

/* A new token for this request and clause. */
struct bdl_view bdl_coach_token(
    struct bdl_web *web, const struct bdl_ask *a, const struct bdl_rule_ref *rule);

/* --- round.c: what came in one turn of the loop --- */

void bdl_round_begin(struct bdl_web *web);
void bdl_round_end(struct bdl_web *web); /* nobody is connected any more */

/* --- conns.c: connections --- */

/* Take connections at role->listener: each is served, told 503 where all are taken, or closed. */
int bdl_conns_listen(struct bdl_web *web, struct bdl_err *err) BDL_MUST_USE;
void bdl_conns_refuse(struct bdl_web *web); /* no more of them; any number of times */

/* Once a second: those that waited, for want of memory or descriptors, are tried again. */
void bdl_conns_resume(struct bdl_web *web);

/* Whether this is the address of a proxy that the settings name. */
bool bdl_conns_trust(const struct bdl_web *web, const struct sockaddr *sa);

/* One may be stuck that is held: look soon whether it is, and let it go on (BDL_WEB_STUCK_MS). */
void bdl_conns_watch_stuck(struct bdl_web *web);

/* Cut what is too slow, and while stopping what is idle or has had its time. */
void bdl_conns_sweep(struct bdl_web *web);

#endif
