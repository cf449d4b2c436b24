/* The data folder: its settings, whose it is, and that only one `beadle run` serves it. */
#ifndef BDL_MAIN_DATA_H
#define BDL_MAIN_DATA_H

#include "record/store/store.h"
#include "sys/conf.h"

#define BDL_PATH_MAX 1024

/* Read its settings; BDL_E_MISSING where there is no such folder. `make` makes it. */
int bdl_data_open(const char *dir, bool make, struct bdl_conf *ret, struct bdl_err *err)
    BDL_MUST_USE;

/*
 * Where root runs a command, go on as the folder's owner (or the setting `user`), so that what
 * the command writes can be read by those who serve it. Read files of the operator's before this.
 */
int bdl_data_become_owner(const struct bdl_conf *conf, struct bdl_err *err) BDL_MUST_USE;

/*
 * The store, for whoever writes it; made where there is none. But where policies are in force one
 * was there: then it is BDL_E_MISSING, for a new one would take in what the old one should hold.
 */
int bdl_data_store(const struct bdl_conf *conf, struct bdl_store **ret, struct bdl_err *err)
    BDL_MUST_USE;

/* The store, for who only reads it. BDL_E_MISSING where there is none. */
int bdl_data_store_read(const struct bdl_conf *conf, struct bdl_store **ret, struct bdl_err *err)
    BDL_MUST_USE;

/* Either, with all that comes before it: the folder's settings, and to go on as its owner. */
int bdl_data_store_of(const char *dir, enum bdl_store_mode mode, struct bdl_conf *ret_conf,
    struct bdl_store **ret, struct bdl_err *err) BDL_MUST_USE;

/*
 * This host's name in a store that several hosts write to: that of the machine and a random number,
 * made once and kept in DIR/host. A data folder that is copied to be a second host's begins without.
 */
#define BDL_DATA_HOST_MAX 96
int bdl_data_host(const struct bdl_conf *conf, char ret[BDL_DATA_HOST_MAX], struct bdl_err *err)
    BDL_MUST_USE;

/*
 * Hold DIR/run/lock until the process ends; *ret_fd keeps it. BDL_E_BUSY names the process that
 * holds it. bdl_data_unlocked only looks, changes nothing, and is fine where no lock was ever made.
 */
int bdl_data_lock(const struct bdl_conf *conf, int *ret_fd, struct bdl_err *err) BDL_MUST_USE;
int bdl_data_unlocked(const struct bdl_conf *conf, struct bdl_err *err) BDL_MUST_USE;

#endif
