#include "portal/looks.h"
#include "base/alloc.h"
#include "record/journal/journal.h"
#include <pthread.h>

#define SEGMENT (256 * 1024) /* some thousands of looks */

struct bdl_looks {
	struct bdl_journal *journal;
	pthread_mutex_t lock; /* a journal has one writer at a time */
};

int bdl_looks_open(const char *folder, struct bdl_looks **ret, struct bdl_err *err)
{
	struct bdl_journal *journal = NULL;

	int rc = bdl_journal_open(folder, SEGMENT, &journal, err);
	if (rc)
		return rc;
	struct bdl_looks *l = bdl_xalloc(sizeof(*l));
	l->journal = journal;
	BDL_BUG_IF(pthread_mutex_init(&l->lock, NULL) != 0);
	*ret = l;
	return 0;
}

void bdl_looks_close(struct bdl_looks *l)
{
	if (!l)
		return;
	bdl_journal_close(l->journal);
	(void)pthread_mutex_destroy(&l->lock); /* nobody holds it */
	free(l);
}

static int keep(struct bdl_looks *l, const struct bdl_look *looks, size_t n, struct bdl_err *err)
{
	struct bdl_buf bytes BDL_AUTO_IN(bdl_buf_done) = BDL_BUF(BDL_LOOK_BYTES_MAX);
	int rc = 0;

	for (size_t i = 0; !rc && i < n; i++) {
		bdl_buf_clear(&bytes);
		rc = bdl_look_encode(&looks[i], &bytes);
		if (rc)
			return bdl_fail(err, BDL_E_LIMIT, "a look is too long to be recorded");
		rc = bdl_journal_append(l->journal, BDL_ENTRY_LOOK, bdl_buf_view(&bytes), err);
	}
	struct bdl_journal_sync *sync = bdl_journal_sync_begin(l->journal);
	if (sync) {
		struct bdl_err why;
		int synced = bdl_journal_sync_run(sync, rc ? &why : err);
		bdl_journal_sync_end(l->journal, sync);
		rc = rc ? rc : synced;
	}
	return rc;
}

int bdl_looks_keep(struct bdl_looks *l, const struct bdl_look *looks, size_t n, struct bdl_err *err)
{
	BDL_BUG_IF(pthread_mutex_lock(&l->lock) != 0);
	int rc = keep(l, looks, n, err);
	BDL_BUG_IF(pthread_mutex_unlock(&l->lock) != 0);
	return rc;
}
