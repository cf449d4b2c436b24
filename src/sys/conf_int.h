/* The settings, as conf_values.c holds them and conf.c reads and tells them. */
#ifndef BDL_SYS_CONF_INT_H
#define BDL_SYS_CONF_INT_H

#include "sys/conf.h"

#define BDL_SETTINGS 24

struct bdl_setting {
	const char *name;
	const char *env; /* NULL: not by the environment */
	const char *fallback;
	int (*parse)(struct bdl_view v, void *to, size_t size, struct bdl_err *err);
	size_t at, size; /* its field in struct bdl_conf */
	const char *help;
};
extern const struct bdl_setting bdl_settings[BDL_SETTINGS];

/* The text and a NUL; BDL_E_LIMIT where they do not fit. */
int bdl_conf_put_text(struct bdl_view v, char *to, size_t size, struct bdl_err *err) BDL_MUST_USE;

/* The setting `store`, which names a PostgreSQL or nothing: conf_store.c. */
int bdl_conf_parse_store(struct bdl_view v, void *to, size_t size, struct bdl_err *err)
    BDL_MUST_USE;

#endif
