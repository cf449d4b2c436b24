/* The names of character references, in the order of their bytes; made by tools/entities.py. */
#ifndef BDL_SCAN_ENTITY_INT_H
#define BDL_SCAN_ENTITY_INT_H

#include <stdbool.h>
#include <stddef.h>

struct bdl_entity_name {
	const char *name, *text; /* without '&' and ';'; UTF-8 */
	bool old;                /* it may stand without ';' */
};
extern const struct bdl_entity_name bdl_entity_names[];
extern const size_t bdl_entity_names_n;

#endif
