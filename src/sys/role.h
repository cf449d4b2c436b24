/*
 * A role: what one process of Beadle does (web, portal, scribe, clerk). The common part (settings,
 * board, log, dropping rights) is done before run() is called; run() opens what it needs, closes
 * the sandbox behind itself, serves until SIGTERM, and returns the exit status.
 */
#ifndef BDL_SYS_ROLE_H
#define BDL_SYS_ROLE_H

#include "sys/board.h"
#include "sys/conf.h"

struct bdl_role {
	const struct bdl_conf *conf;
	struct bdl_slot *slot; /* its line on the board; never NULL */
	struct bdl_board *board;
	const char *name; /* "web-0" */
	unsigned index;   /* 0 */
	int listener;     /* the listening socket it was handed, or -1 */
	int datagrams;    /* the UDP socket it was handed, or -1 */
};

#endif
