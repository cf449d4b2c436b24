/*
 * What one connection of the web door takes and answers while texts are read: ICAP heads, previews, chunks,
 * bodies packed well and badly, in any pieces. The first byte says how it is cut. However that is, the
 * same is answered, unless something in it is damaged: then how much was read may differ.
 */
#include "base/alloc.h"
#include "doors/web/conn_int.h"
#include "scan_fuzz.h"
#include <sys/socket.h>

#define ANSWERS_MAX (4u << 20)

static const char policy[] = "---\ntitle: Fuzz\nschool: Fuzz\nowner: nobody\napprover: nobody\n"
			     "review: every 12 months\nbinds: staff\n---\n"
			     "## 1 Read {#web.read}\nNot this.\n\n"
			     "```rules\nblock web with serious phrases a\n"
			     "note web upload with phrases a, keeping words\n```\n";

static struct bdl_reader *new_reader(void)
{
	static const char phrases[] = "class a\n60 kill me, want to die [firm]\n120 s*\n";
	struct bdl_reader *r = bdl_xalloc(sizeof(*r));
	size_t n = 0;
	BDL_AUTO_FREE unsigned char *file =
	    scan_fuzz_file(bdl_view_at(phrases, sizeof(phrases) - 1), &n);

	r->holders = 1;
	r->mark = 1;
	MUST(scan_fuzz_open(file, n, &r->phrases) == 0);
	MUST(bdl_scanner_new(r->phrases, &r->scanner, NULL) == 0);
	return r;
}

/* What several processes share, in files that are gone as soon as they are open. */
static void open_shared(struct bdl_web *web)
{
	char folder[] = "/tmp/fuzz-reading-XXXXXX", path[64];

	MUST(mkdtemp(folder) != NULL);
	(void)snprintf(path, sizeof(path), "%s/shared", folder);
	MUST(bdl_passes_open(path, web->key, &web->passes, NULL) == 0);
	MUST(unlink(path) == 0);
	MUST(bdl_counters_open(path, web->key, &web->counters, NULL) == 0);
	MUST(unlink(path) == 0);
	MUST(bdl_late_open(path, web->key, &web->late, NULL) == 0);
	MUST(unlink(path) == 0);
	MUST(bdl_addresses_open(path, false, &web->addresses, NULL) == 0);
	(void)unlink(path); /* who only reads it need not make it */
	MUST(rmdir(folder) == 0);
}

/* A process of the door that records nothing, as there is no folder to record in. */
static struct bdl_web *the_door(void)
{
	static struct bdl_conf conf;
	static struct bdl_slot slot;
	static struct bdl_role role = { .conf = &conf, .slot = &slot, .name = "web-0" };
	static struct bdl_web *web;
	struct bdl_source source = { .name = BDL_LIT("fuzz") };

	if (web != NULL)
		return web;
	source.bytes = bdl_view_of(policy);
	conf.text_held = 64 * 1024;
	web = bdl_xalloc(sizeof(*web));
	web->role = &role;
	web->log_fd = -1;
	web->max_conns = 16;
	MUST(uv_loop_init(&web->loop.uv) == 0);
	bdl_round_begin(web);
	open_shared(web);
	/* Below what is no folder: nothing is ever kept, by root either. */
	web->recorder = bdl_recorder_new(&web->loop.uv, "/dev/null/journal", &slot);
	web->scratch = bdl_region_new(512 * 1024);
	web->marks = bdl_marks_new();
	web->now = bdl_snapshot_empty();
	bdl_ruleset_free(web->now->ruleset);
	MUST(bdl_ruleset_new(&source, 1, &web->now->ruleset, NULL) == 0);
	web->now->in_force = web->now->keeps_words = true;
	web->now->reader = new_reader();
	return web;
}

/* `ret_peer` gets the other end of it. */
static struct bdl_conn *connect_one(struct bdl_web *web, int *ret_peer)
{
	int ends[2];

	struct bdl_conn *c = bdl_xalloc(sizeof(*c));

	c->web = web;
	c->in = c->answer = c->heads = c->out = c->flight = BDL_BUF(ANSWERS_MAX);
	c->form = BDL_BUF(BDL_FORM_MAX);
	(void)snprintf(c->peer, sizeof(c->peer), "192.0.2.1");
	c->here = &web->conns;
	web->conns = c;
	web->n_conns++;
	MUST(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, ends) == 0);
	MUST(uv_poll_init_socket(&web->loop.uv, &c->poll, ends[0]) == 0);
	c->poll.data = c;
	c->fd = ends[0];
	*ret_peer = ends[1];
	return c;
}

/* It is in this list until it is closed, and no longer there soon after. */
static bool is_open(const struct bdl_web *web)
{
	return web->conns != NULL;
}

/* A piece comes; what is answered to it goes to `answers`. */
static void feed(struct bdl_web *web, struct bdl_view piece, int peer, struct bdl_buf *answers)
{
	struct bdl_conn *c = web->conns;
	char some[4096];
	ssize_t n;
	bool waits;

	MUST(bdl_buf_add_view(&c->in, piece) == 0);
	bdl_conn_advance(c);
	do {
		/* A refusal waits for the disk, on another thread; a long text for its next turn. */
		waits = is_open(web) && (c->waiting || c->writing || bdl_reading_is_behind(c));
		(void)uv_run(&web->loop.uv, waits && c->waiting ? UV_RUN_ONCE : UV_RUN_NOWAIT);
		while ((n = read(peer, some, sizeof(some))) > 0)
			MUST(bdl_buf_add(answers, some, (size_t)n) == 0);
	} while (waits);
}

/* The lines that begin answers. Of a connection that was cut what was not sent yet is lost: nothing. */
static void keep_statuses(const struct bdl_buf *answers, bool was_cut, struct bdl_buf *ret)
{
	struct bdl_view rest = bdl_buf_view(answers), line;

	while (!was_cut && bdl_view_cut(&rest, '\n', &line))
		if (bdl_view_starts(line, BDL_LIT("ICAP/1.0 ")))
			(void)bdl_buf_add_view(ret, line);
}

static void exchange(struct bdl_view bytes, size_t piece, struct bdl_buf *ret)
{
	BDL_AUTO_IN(bdl_buf_done) struct bdl_buf answers = BDL_BUF(ANSWERS_MAX);
	struct bdl_web *web = the_door();
	BDL_AUTO_FD int peer = -1;
	struct bdl_conn *c = connect_one(web, &peer);

	while (bytes.n > 0 && is_open(web) && c->stage != BDL_STAGE_OVER) {
		size_t n = bytes.n < piece ? bytes.n : piece;
		feed(web, bdl_view_at(bytes.p, n), peer, &answers);
		bytes = bdl_view_from(bytes, n);
	}
	keep_statuses(&answers, !is_open(web), ret);
	if (is_open(web))
		bdl_conn_close(c);
	(void)uv_run(&web->loop.uv, UV_RUN_NOWAIT); /* what is closed is freed there */
	MUST(web->n_conns == 0 && web->n_texts == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	BDL_AUTO_IN(bdl_buf_done) struct bdl_buf whole = BDL_BUF(ANSWERS_MAX);
	BDL_AUTO_IN(bdl_buf_done) struct bdl_buf cut = BDL_BUF(ANSWERS_MAX);

	if (size == 0 || size > 60000)
		return 0;
	struct bdl_view bytes = fuzz_view(data + 1, size - 1);
	exchange(bytes, SIZE_MAX, &whole);
	exchange(bytes, 1 + data[0] % 61, &cut);
	bool is_damaged =
	    whole.n == 0 || cut.n == 0 || memmem(bytes.p, bytes.n, "oding", 5) != NULL;
	MUST(is_damaged || bdl_view_eq(bdl_buf_view(&whole), bdl_buf_view(&cut)));
	return 0;
}
