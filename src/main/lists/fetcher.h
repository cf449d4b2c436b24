/*
 * Fetching in a process of its own. It speaks to servers, so it may reach the network, and holds
 * nothing that a server could be after: of files it reads the few that name resolvers and
 * certificate authorities, and it writes none. What it fetched goes through a pipe to who asked,
 * who may then do without the network.
 */
#ifndef BDL_MAIN_LISTS_FETCHER_H
#define BDL_MAIN_LISTS_FETCHER_H

#include "main/lists/fetch.h"
#include "sys/conf.h"

#define BDL_FETCHER_URL_MAX 2048 /* with a NUL */

struct bdl_fetcher;

/*
 * Start it, from a process with one thread. Where root fetches it becomes the owner of the data
 * folder of `conf`; NULL: it stays who it is. It ends about a second after its parent at the latest,
 * by itself: a sandbox of the parent's may keep the signal of its end from reaching it.
 */
int bdl_fetcher_start(const struct bdl_conf *conf, struct bdl_fetcher **ret, struct bdl_err *err)
    BDL_MUST_USE;
void bdl_fetcher_end(struct bdl_fetcher *f); /* takes NULL */
BDL_DEFINE_AUTO(struct bdl_fetcher, bdl_fetcher_end);

/*
 * As bdl_fetch does. BDL_E_LIMIT also for an address that is too long; BDL_E_IO also where the
 * process ended, as each call says from then on.
 */
int bdl_fetcher_get(struct bdl_fetcher *f, const char *url, const char *etag, struct bdl_buf *into,
    struct bdl_fetched *ret, struct bdl_err *err) BDL_MUST_USE;

#endif
