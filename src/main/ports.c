#include "main/ports.h"

void bdl_ports_init(struct bdl_ports *p)
{
	p->portal = p->radius = p->logon = -1;
	for (size_t i = 0; i < BDL_CONF_WORKERS_MAX; i++)
		p->web[i] = -1;
}

void bdl_ports_done(struct bdl_ports *p)
{
	bdl_close_auto(&p->portal);
	bdl_close_auto(&p->radius);
	bdl_close_auto(&p->logon);
	for (size_t i = 0; i < BDL_CONF_WORKERS_MAX; i++)
		bdl_close_auto(&p->web[i]);
	bdl_ports_init(p);
}

/* Put the setting's name before what is wrong with its address. */
static int port_taken(const char *setting, const struct bdl_addr *a, int rc, struct bdl_err *err)
{
	char text[BDL_ADDR_TEXT];
	bdl_addr_text(a, text);
	if (rc == BDL_E_BUSY)
		return bdl_fail(err, rc,
		    "%s: %s is in use by another program; choose another address with %s=...",
		    setting, text, setting);
	return rc < 0 ? bdl_fail_in(err, rc, "%s: %s", setting, text) : 0;
}

static int check_port(const char *setting, const struct bdl_addr *a, struct bdl_err *err)
{
	if (bdl_addr_port(a) == 0)
		return bdl_fail(err, BDL_E_INVALID, "%s: needs a port of its own, not 0", setting);
	return 0;
}

/*
 * The portal has no sign-in yet. It looks at its socket itself too; but a child that refuses to
 * start is started again without end, and here it can be said before anything is.
 */
static int check_portal(const struct bdl_addr *a, struct bdl_err *err)
{
	char text[BDL_ADDR_TEXT];
	if (bdl_addr_is_loopback(a))
		return 0;
	bdl_addr_text(a, text);
	return bdl_fail(err, BDL_E_DENIED,
	    "BEADLE_PORTAL: %s is not this machine's own: sign-in is not built yet, so the portal "
	    "serves loopback addresses only, such as 127.0.0.1:8080",
	    text);
}

static int check_settings(const struct bdl_conf *c, struct bdl_err *err)
{
	int rc = check_port("BEADLE_PORTAL", &c->portal, err);
	if (rc == 0)
		rc = check_portal(&c->portal, err);
	if (rc == 0)
		rc = check_port("BEADLE_WEB", &c->web, err);
	if (rc == 0 && c->run_proxy)
		rc = check_port("BEADLE_PROXY", &c->proxy, err);
	if (rc == 0 && c->radius.len > 0)
		rc = check_port("BEADLE_RADIUS", &c->radius, err);
	if (rc == 0 && c->logon.len > 0)
		rc = check_port("BEADLE_LOGON", &c->logon, err);
	return rc;
}

/* Where it is heard who is at which address, if anywhere. */
static int open_who(struct bdl_ports *p, const struct bdl_conf *c, struct bdl_err *err)
{
	int rc = 0;
	if (c->radius.len > 0)
		rc = port_taken("BEADLE_RADIUS", &c->radius,
		    bdl_net_datagrams(&c->radius, &p->radius, err), err);
	if (rc == 0 && c->logon.len > 0)
		rc = port_taken("BEADLE_LOGON", &c->logon,
		    bdl_net_listen(&c->logon, BDL_LISTEN_ALONE, &p->logon, err), err);
	return rc;
}

int bdl_ports_open(struct bdl_ports *p, const struct bdl_conf *c, struct bdl_err *err)
{
	int rc = check_settings(c, err);
	if (rc < 0)
		return rc;
	rc = bdl_net_listen(&c->portal, BDL_LISTEN_ALONE, &p->portal, err);
	if (rc < 0)
		return port_taken("BEADLE_PORTAL", &c->portal, rc, err);
	for (unsigned i = 0; i < c->web_workers; i++) {
		enum bdl_listen how = i == 0 ? BDL_LISTEN_SHARED : BDL_LISTEN_SHARED_AGAIN;
		rc = bdl_net_listen(&c->web, how, &p->web[i], err);
		if (rc < 0)
			return port_taken("BEADLE_WEB", &c->web, rc, err);
	}
	rc = open_who(p, c, err);
	if (rc < 0)
		return rc;
	if (!c->run_proxy)
		return 0;
	rc = bdl_net_probe(&c->proxy, err);
	return port_taken("BEADLE_PROXY", &c->proxy, rc, err);
}
