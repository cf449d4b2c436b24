/* The law as the build embeds it. Private to policy/. */
#ifndef BDL_POLICY_LAW_INT_H
#define BDL_POLICY_LAW_INT_H

#include <stddef.h>

struct bdl_law_file {
	const char *name;
	const unsigned char *bytes;
	size_t n;
};
extern const struct bdl_law_file bdl_law_files[]; /* one, and a zeroed one */

#endif
