/* What is in force: read at the start, and again on the pool whenever it changes. */
#include "doors/web/web_int.h"
#include "lists/illegal.h"
#include "sys/log.h"

#define FIRST_TRIES  40    /* at the start, where the files are just being replaced */
#define FIRST_MS     50    /* between them */
#define RETRY_MS     1000  /* the same, later on */
#define RETRY_BAD_MS 10000 /* where they cannot be read: mostly for people to mend */
#define WARN_MS      60000

static int64_t loop_ms(struct bdl_web *web)
{
	return (int64_t)uv_now(&web->loop.uv);
}

/* Its file may be deleted with nothing else changed, so that no watch would tell. */
static bool illegal_is_missing(const struct bdl_web *web)
{
	char path[1024];

	bdl_conf_path(web->role->conf, path, sizeof(path), "lists/lists.map");
	return bdl_illegal_is_missing(path);
}

/* Whether rules ask for phrases and there are none. */
static bool lacks_phrases(const struct bdl_snapshot *now)
{
	return !now->reader && (bdl_ruleset_asked(now->ruleset) & BDL_TOLD(PHRASES));
}

static void show(struct bdl_web *web)
{
	char note[sizeof(web->shown)];
	const char *summary = web->now->summary;

	if (bdl_recorder_failing(web->recorder))
		(void)snprintf(note, sizeof(note), "RECORDING STOPPED: see the log");
	else if (illegal_is_missing(web))
		(void)snprintf(note, sizeof(note), "ILLEGAL LIST MISSING: install it again%s",
		    web->now->in_force ? "" : "; NO POLICY IN FORCE");
	else if (!web->now->in_force)
		(void)snprintf(note, sizeof(note), "NO POLICY IN FORCE");
	else
		(void)snprintf(note, sizeof(note), "%.70s%s", summary,
		    web->stale ? " (newer: unreadable)" : "");
	bdl_slot_put(
	    web->role->slot, BDL_COUNT_FAILING, bdl_recorder_failing(web->recorder) ? 1 : 0);
	if (strcmp(note, web->shown) == 0)
		return;
	memcpy(web->shown, note, sizeof(note));
	bdl_slot_note(web->role->slot, "%s", note);
}

/* Nothing takes a policy or lists out of force but others in their place: what is gone was taken. */
static void check_gone(struct bdl_web *web)
{
	if (web->load_code < 0)
		return;
	if (web->now->in_force && !web->loaded->in_force) {
		bdl_snapshot_free(bdl_steal(&web->loaded));
		web->load_code = bdl_fail(&web->load_err, BDL_E_MISSING,
		    "force/manifest is gone; what was in force before it went stays");
	} else if (web->now->lists && !web->loaded->lists && web->wrong.lists.code == 0) {
		(void)bdl_fail(&web->wrong.lists, BDL_E_MISSING,
		    "lists/lists.map is gone; the lists from before it went stay");
	} else if (web->now->networks && !web->loaded->networks && web->wrong.networks.code == 0) {
		(void)bdl_fail(&web->wrong.networks, BDL_E_MISSING,
		    "networks/networks.csv is gone; the table from before it went stays");
	} else if (web->now->reader && !web->loaded->reader && web->wrong.phrases.code == 0) {
		(void)bdl_fail(&web->wrong.phrases, BDL_E_MISSING,
		    "phrases/phrases.map is gone; the phrases from before it went stay");
	}
}

/* Take what was read, or keep what there is and say why. */
static void settle(struct bdl_web *web)
{
	web->retry_tick_ms = 0;
	web->stale = true;
	check_gone(web);
	if (web->load_code < 0) {
		bool changing = web->load_code == BDL_E_CONFLICT;
		web->retry_tick_ms = loop_ms(web) + (changing ? RETRY_MS : RETRY_BAD_MS);
		if (!changing)
			bdl_log_err(BDL_LOG_ERR, "force-unreadable", &web->load_err);
		return;
	}
	if (web->wrong.lists.code != 0) {
		bdl_log_err(BDL_LOG_ERR, "lists-unreadable", &web->wrong.lists);
		web->retry_tick_ms = loop_ms(web) + RETRY_BAD_MS;
		if (web->now->lists) { /* the older lists are better than none */
			bdl_snapshot_free(web->loaded);
			return;
		}
	}
	web->stale = web->wrong.lists.code != 0;
	if (web->wrong.networks.code != 0) { /* the older table stays; it is watched */
		bdl_log_err(BDL_LOG_ERR, "networks-unreadable", &web->wrong.networks);
		web->loaded->networks = bdl_steal(&web->now->networks);
	}
	if (web->wrong.phrases.code != 0) {
		bdl_log_err(BDL_LOG_ERR, "phrases-unreadable", &web->wrong.phrases);
		bdl_snapshot_take_reader(web->loaded, web->now);
	}
	bdl_snapshot_free(web->now);
	web->now = web->loaded;
	bdl_count(web->role->slot, BDL_COUNT_RELOADS, 1);
	bdl_slot_put(web->role->slot, BDL_COUNT_RULESET,
	    web->now->in_force ? bdl_digest_mark(bdl_ruleset_version(web->now->ruleset)) : 0);
	bdl_slot_put(web->role->slot, BDL_COUNT_LISTS,
	    web->now->lists ? bdl_lists_mark(web->now->lists) : 0);
	bdl_slot_put(
	    web->role->slot, BDL_COUNT_PHRASES, web->now->reader ? web->now->reader->mark : 0);
	bdl_slot_put(web->role->slot, BDL_COUNT_WORDLESS, lacks_phrases(web->now));
	bdl_log(BDL_LOG_NOTICE, "in-force", "%s", web->now->summary);
}

static void read_now(struct bdl_web *web)
{
	web->loaded = NULL;
	web->load_err = (struct bdl_err){ 0 };
	web->load_code =
	    bdl_snapshot_read(web->role->conf, &web->loaded, &web->wrong, &web->load_err);
}

static void reload(void *arg);

static void on_pool(uv_work_t *work)
{
	read_now(work->data);
}

static void on_loaded(uv_work_t *work, int status)
{
	(void)status; /* nobody cancels it */
	struct bdl_web *web = work->data;
	web->loading = false;
	if (web->stopping) {
		bdl_snapshot_free(web->loaded);
		return;
	}
	settle(web);
	show(web);
	if (web->load_again)
		reload(web);
}

static void reload(void *arg)
{
	struct bdl_web *web = arg;
	web->load_again = web->loading;
	if (web->loading)
		return;
	web->loading = true;
	web->load.data = web;
	/* Fails only without a function to call. */
	BDL_BUG_IF(uv_queue_work(&web->loop.uv, &web->load, on_pool, on_loaded) != 0);
}

/* At the start: whether a moment's patience may help. */
static bool is_unsettled(const struct bdl_web *web)
{
	return web->load_code == BDL_E_CONFLICT ||
	    (web->load_code == 0 && web->wrong.lists.code != 0);
}

int bdl_current_begin(struct bdl_web *web, struct bdl_err *err)
{
	char path[1024];
	web->now = bdl_snapshot_empty();
	bdl_conf_path(web->role->conf, path, sizeof(path), "force/manifest");
	web->watch_force = bdl_watch_new(&web->loop, path, reload, web);
	bdl_conf_path(web->role->conf, path, sizeof(path), "lists/lists.map");
	web->watch_lists = bdl_watch_new(&web->loop, path, reload, web);
	bdl_conf_path(web->role->conf, path, sizeof(path), "networks/networks.csv");
	web->watch_networks = bdl_watch_new(&web->loop, path, reload, web);
	bdl_conf_path(web->role->conf, path, sizeof(path), "phrases/phrases.map");
	web->watch_phrases = bdl_watch_new(&web->loop, path, reload, web);
	read_now(web); /* after the watches have looked, so that no change falls between */
	for (int i = 1; i < FIRST_TRIES && is_unsettled(web); i++) {
		uv_sleep(FIRST_MS); /* nobody is served yet */
		bdl_snapshot_free(web->loaded);
		read_now(web);
	}
	if (web->load_code < 0)
		return bdl_fail(err, (enum bdl_code)web->load_code,
		    "what is in force cannot be read: %s", web->load_err.text);
	if (web->wrong.lists.code != 0) {
		bdl_snapshot_free(bdl_steal(&web->loaded));
		return bdl_fail(err, web->wrong.lists.code, "the lists cannot be read: %s",
		    web->wrong.lists.text);
	}
	settle(web);
	return 0;
}

/* Whether rules ask for what only a table of networks could tell. */
static bool lacks_networks(const struct bdl_snapshot *now)
{
	const uint64_t wanted = BDL_TOLD(PLACE) | BDL_TOLD(DEVICE);

	return !now->networks && (bdl_ruleset_asked(now->ruleset) & wanted);
}

void bdl_current_tick(struct bdl_web *web)
{
	int64_t now_ms = loop_ms(web);
	if (web->retry_tick_ms != 0 && now_ms >= web->retry_tick_ms)
		reload(web);
	bool is_placeless = lacks_networks(web->now);
	bool is_wordless = lacks_phrases(web->now);
	bool is_bare = !web->now->in_force || !web->now->lists || is_placeless || is_wordless;
	if (is_bare && (web->warned_tick_ms == 0 || now_ms - web->warned_tick_ms >= WARN_MS)) {
		if (!web->now->in_force)
			bdl_log(BDL_LOG_WARN, "no-policy",
			    "no policy is in force: everything is allowed but what the law "
			    "forbids");
		else if (is_placeless)
			bdl_log(BDL_LOG_WARN, "no-networks",
			    "there is no table of networks: rules that ask for a place or a device "
			    "are not applied");
		if (is_wordless)
			bdl_log(BDL_LOG_WARN, "no-phrases",
			    "there are no phrases: no text is read, and rules that ask for phrases "
			    "are not applied");
		if (web->now->in_force && !web->now->lists)
			bdl_log(BDL_LOG_WARN, "no-lists",
			    "no lists are installed: rules about categories find nothing");
		web->warned_tick_ms = now_ms;
	}
	show(web);
}
