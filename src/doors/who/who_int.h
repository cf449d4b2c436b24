/* What the files of the process share. */
#ifndef BDL_DOORS_WHO_WHO_INT_H
#define BDL_DOORS_WHO_WHO_INT_H

#include "doors/who/logon.h"
#include "sys/loop.h"
#include "sys/role.h"

struct bdl_http;

struct bdl_who {
	const struct bdl_role *role;
	struct bdl_loop loop;
	uv_udp_t udp;
	uv_timer_t tick;
	struct bdl_watch *watches[2];
	bool receiving, ticking; /* these two handles are there to be closed */
	struct bdl_http *http;   /* NULL: no log-on events are taken */
	struct bdl_keys *keys;   /* never NULL while serving */
	struct bdl_who_books books;
	unsigned holding, swept; /* at the last sweep; ticks since */
	char input[BDL_RADIUS_MAX];
};

/* --- http.c: log-on events --- */

/* Take POST /logon on the listener, on the loop's thread. Stopped by bdl_http_stop. */
int bdl_http_start(struct bdl_who *who, int listener, struct bdl_http **ret, struct bdl_err *err)
    BDL_MUST_USE;
void bdl_http_stop(struct bdl_http *h); /* takes NULL; its handles are closed by the loop */
void bdl_http_free(struct bdl_http *h); /* after the loop has ended; takes NULL */

/* --- who.c --- */

/* News was taken, or refused: counted, and refusals logged a few at a time. */
void bdl_who_taken(struct bdl_who *who);
void bdl_who_refused(struct bdl_who *who, const char *ev, const struct bdl_err *err);

#endif
