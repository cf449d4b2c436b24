/*
 * Stands in for `beadle run` in the live tests of the web door:
 *
 *   door_host run DIR PORT NAME      one process of the door, until SIGTERM
 *   door_host lists DIR FOLDER       compile DIR/lists/lists.map from a folder of lists
 *   door_host acts DIR NAME          what its journal holds, an act a line, fields between tabs
 */
#include "base/clock.h"
#include "base/region.h"
#include "doors/web/web.h"
#include "lists/compile.h"
#include "record/acts/act.h"
#include "record/journal/journal.h"
#include "sys/file.h"
#include "sys/log.h"
#include "sys/net.h"
#include <stdio.h>

static int complain(const struct bdl_err *err)
{
	(void)fprintf(stderr, "door_host: %s\n", err->text); /* nobody is left to tell */
	return 1;
}

static int run(const char *dir, const char *port, const char *name)
{
	struct bdl_err err = { 0 };
	struct bdl_conf conf;
	struct bdl_addr addr;
	char text[512];
	struct bdl_role role = { .conf = &conf, .name = name };
	BDL_AUTO(bdl_board_close) struct bdl_board *board = NULL;

	(void)snprintf(text, sizeof(text), "127.0.0.1:%s", port); /* cut ones do not parse */
	if (bdl_conf_load(dir, &conf, &err) < 0 ||
	    bdl_addr_parse(bdl_view_of(text), &addr, &err) < 0 ||
	    bdl_net_listen(&addr, BDL_LISTEN_SHARED_AGAIN, &role.listener, &err) < 0)
		return complain(&err);
	bdl_conf_path(&conf, text, sizeof(text), "run");
	if (bdl_file_mkdirs(text, &err) < 0)
		return complain(&err);
	bdl_conf_path(&conf, text, sizeof(text), "run/board.%s", name);
	if (bdl_board_create(text, &board, &err) < 0)
		return complain(&err);
	role.board = board;
	role.slot = bdl_board_slot(board, name);
	bdl_log_init(name, BDL_LOG_INFO);
	return bdl_web_run(&role);
}

static int lists(const char *dir, const char *folder)
{
	struct bdl_err err = { 0 };
	char path[1024];
	BDL_AUTO(bdl_list_build_free) struct bdl_list_build *b = bdl_list_build_new();
	(void)snprintf(path, sizeof(path), "%s/lists/lists.map", dir); /* cut ones are not found */
	if (bdl_list_build_folder(b, folder, &err) < 0 ||
	    bdl_list_build_write(b, path, bdl_now_ms(), &err) < 0)
		return complain(&err);
	return 0;
}

static void print_act(const struct bdl_act *a)
{
	(void)printf("%s\t%s\t%d\t%.*s\t%.*s\t%.*s\t%.*s\t%.*s\t%.*s\t%.*s\t%.*s\n",
	    bdl_kind_word(a->kind), bdl_action_word(a->action), a->passed, BDL_FMT(a->person),
	    BDL_FMT(a->address), BDL_FMT(a->host), BDL_FMT(a->path), BDL_FMT(a->policy),
	    BDL_FMT(a->clause), BDL_FMT(a->tell), BDL_FMT(a->reason));
}

static int acts(const char *dir, const char *name)
{
	struct bdl_err err = { 0 };
	char path[1024];
	struct bdl_journal_reader *r = NULL;
	struct bdl_journal_entry e;
	int code;
	(void)snprintf(path, sizeof(path), "%s/journal/%s", dir, name); /* cut ones are not found */
	if (bdl_journal_reader_open(path, (struct bdl_journal_place){ 0 }, &r, &err) < 0)
		return complain(&err);
	while ((code = bdl_journal_next(r, &e, &err)) > 0) {
		struct bdl_act a;
		if (bdl_act_decode(e.payload, &a, &err) < 0)
			return complain(&err);
		print_act(&a);
	}
	bdl_journal_reader_close(r);
	return code < 0 ? complain(&err) : 0;
}

int main(int argc, char **argv)
{
	const char *command = argc > 1 ? argv[1] : "";
	if (strcmp(command, "run") == 0 && argc == 5)
		return run(argv[2], argv[3], argv[4]);
	if (strcmp(command, "lists") == 0 && argc == 4)
		return lists(argv[2], argv[3]);
	if (strcmp(command, "acts") == 0 && argc == 4)
		return acts(argv[2], argv[3]);
	(void)fputs(
	    "usage: door_host run DIR PORT NAME | lists DIR FOLDER | acts DIR NAME\n", stderr);
	return 2;
}
