#include "portal/seen.h"
#include "base/alloc.h"
#include <pthread.h>

struct bdl_seen {
	struct bdl_values *values;
	pthread_mutex_t lock;
};

struct bdl_seen *bdl_seen_new(void)
{
	struct bdl_seen *seen = bdl_xalloc(sizeof(*seen));

	seen->values = bdl_values_new();
	BDL_BUG_IF(pthread_mutex_init(&seen->lock, NULL) != 0);
	return seen;
}

void bdl_seen_free(struct bdl_seen *seen)
{
	if (!seen)
		return;
	bdl_values_free(seen->values);
	(void)pthread_mutex_destroy(&seen->lock); /* nobody holds it */
	free(seen);
}

int bdl_seen_warm(struct bdl_seen *seen, struct bdl_store *s, struct bdl_err *err)
{
	BDL_BUG_IF(pthread_mutex_lock(&seen->lock) != 0);
	int rc = bdl_values_refresh(seen->values, s, err);
	BDL_BUG_IF(pthread_mutex_unlock(&seen->lock) != 0);
	return rc;
}

int bdl_seen_find(struct bdl_seen *seen, struct bdl_store *s, enum bdl_value which,
    struct bdl_view part, struct bdl_region *region, struct bdl_view *ret, size_t max,
    size_t *ret_n, struct bdl_err *err)
{
	BDL_BUG_IF(pthread_mutex_lock(&seen->lock) != 0);
	int rc = bdl_values_refresh(seen->values, s, err);
	size_t n = rc < 0 ? 0 : bdl_values_find(seen->values, which, part, ret, max);
	for (size_t i = 0; i < n && i < max; i++)
		ret[i] = bdl_region_view(region, ret[i]); /* another thread may refresh it next */
	BDL_BUG_IF(pthread_mutex_unlock(&seen->lock) != 0);
	if (rc == 0)
		*ret_n = n;
	return rc;
}
