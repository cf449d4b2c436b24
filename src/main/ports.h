/* The sockets that `beadle run` opens before it starts anything, and keeps while children come and go. */
#ifndef BDL_MAIN_PORTS_H
#define BDL_MAIN_PORTS_H

#include "sys/conf.h"

struct bdl_ports {
	int portal;
	int radius, logon;             /* -1 where they are not asked for */
	int web[BDL_CONF_WORKERS_MAX]; /* one for each worker, of one SO_REUSEPORT group */
};

/* All closed: what bdl_ports_done takes besides open ones. */
void bdl_ports_init(struct bdl_ports *p);
void bdl_ports_done(struct bdl_ports *p);

/*
 * Open them, and make sure that Squid's is free where Beadle is to start it. An error names the
 * setting: "BEADLE_WEB: 127.0.0.1:1344 is in use by another program; ...". What was opened before
 * it stays in *p.
 */
int bdl_ports_open(struct bdl_ports *p, const struct bdl_conf *conf, struct bdl_err *err)
    BDL_MUST_USE;

#endif
