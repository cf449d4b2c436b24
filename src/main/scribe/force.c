#include "main/scribe/work.h"

#include "base/clock.h"
#include "record/policies/force.h"
#include "record/policies/versions.h"
#include "sys/log.h"

#define FORCE_MS   2000  /* between two looks at whether force/ is still as it was written */
#define REFUSED_MS 60000 /* before a version that could not come into force is tried again */

/*
 * What waits comes into force when its moment is there. What cannot be enforced is no fault of the
 * store's: the version before it stays, and the log says why.
 */
static int bring_due(struct bdl_scribe_work *s, struct bdl_err *err)
{
	size_t n = 0;
	int64_t now_ms = bdl_now_ms();
	int rc = bdl_versions_bring(s->store, now_ms, &n, err);
	if (rc == BDL_E_INVALID || rc == BDL_E_LIMIT) {
		bdl_log_err(BDL_LOG_ERR, "version-refused", err);
		s->next_ms = now_ms + REFUSED_MS;
		return 0;
	}
	if (n > 0)
		bdl_log(BDL_LOG_NOTICE, "version-in-force", "%zu policies that waited", n);
	return rc < 0 ? rc : bdl_versions_next(s->store, &s->next_ms, err);
}

/*
 * Somebody published a policy or a roll, or a version's day has come: the doors read it from the
 * force folder. And somebody may have laid hands on that folder: it is compared with the store
 * every two seconds and mended.
 */
int bdl_work_force(struct bdl_scribe_work *s, struct bdl_err *err)
{
	int64_t now = 0;
	struct bdl_force_written force = { 0 };
	int rc = bdl_store_change(s->store, &now, err);
	bool is_news = !s->has_seen || now != s->seen || bdl_now_ms() >= s->next_ms;
	if (rc < 0 || (!is_news && bdl_tick_ms() - s->force_tick_ms < FORCE_MS))
		return rc;
	if (is_news)
		rc = bring_due(s, err);
	if (rc == 0)
		rc = bdl_force_write(s->store, s->force_path, &force, err);
	if (rc < 0)
		return rc;
	/* News of the store may be of anything: this is the same for the same policies and roll. */
	bool is_mended =
	    s->has_seen && memcmp(&force.manifest, &s->manifest, sizeof(s->manifest)) == 0;
	s->seen = now;
	s->has_seen = true;
	s->manifest = force.manifest;
	s->force_tick_ms = bdl_tick_ms();
	if (force.changed && is_mended)
		bdl_log(BDL_LOG_ERR, "force-mended",
		    "what the doors enforce was not what the store says, and has been put right");
	if (force.changed && !is_mended) {
		bdl_count(s->role->slot, BDL_COUNT_RELOADS, 1);
		bdl_log(
		    BDL_LOG_NOTICE, "force-written", "what the doors enforce has been replaced");
	}
	return 0;
}
