/*
 * What main's table and the commands share: the words of the command line, the exit statuses, and
 * the commands themselves, one file each (cmd_NAME.c).
 */
#ifndef BDL_MAIN_COMMAND_H
#define BDL_MAIN_COMMAND_H

#include "base/err.h"

enum bdl_exit {
	BDL_EXIT_FINE = 0,
	BDL_EXIT_FAILED = 1, /* it failed, or it found something: what, stands on standard error */
	BDL_EXIT_USAGE = 2,  /* the command line was not understood; nothing was done */
};

/* The words after the command's name. Options are taken out as they are read. */
struct bdl_args {
	const char *command; /* its name, for complaints */
	const char *use;     /* "policy publish FILE --minute REFERENCE" */
	const char *data;    /* the data folder as it was given, never NULL */
	char **words;
	size_t n;
};

/* Take `--name VALUE` or `--name=VALUE` out; the last one wins. NULL where it is not given. */
const char *bdl_args_option(struct bdl_args *a, const char *name);

/* The same of one that may be given several times: the next of them, NULL after the last. */
const char *bdl_args_next(struct bdl_args *a, const char *name);

/* Take `--name` out; whether it was there. */
bool bdl_args_flag(struct bdl_args *a, const char *name);

/*
 * After all options were taken: at least `least` and at most `most` words are left, and none of
 * them is an option that nobody knows. Says what is wrong otherwise; the caller returns
 * BDL_EXIT_USAGE.
 */
bool bdl_args_fit(const struct bdl_args *a, size_t least, size_t most);

/*
 * The first word is this verb; says what is wrong otherwise. For commands with one verb, so that
 * `beadle lists FOLDER` is not taken for what it does not say.
 */
bool bdl_args_verb(const struct bdl_args *a, const char *verb);

/* A verb of a command that has several, such as `publish` of `policy`. */
struct bdl_verb {
	const char *name, *use; /* as in struct bdl_args */
	int (*run)(struct bdl_args *a);
};

/* Run the verb that the first word is; where it is none, say which there are. The exit status. */
int bdl_verbs_run(const struct bdl_verb *verbs, size_t n, struct bdl_args *a);

/* Print how to use this verb of the command, or each where it is NULL. The exit status. */
int bdl_verbs_help(const char *command, const struct bdl_verb *verbs, size_t n, const char *verb);

/* "beadle: TEXT" on standard error; returns BDL_EXIT_FAILED. */
int bdl_complain(const struct bdl_err *err);
/* The same of what the command line says; returns BDL_EXIT_USAGE. */
int bdl_complain_usage(const struct bdl_err *err);

int bdl_cmd_run(struct bdl_args *a);
int bdl_cmd_status(struct bdl_args *a);
int bdl_cmd_policy(struct bdl_args *a);
int bdl_cmd_judge(struct bdl_args *a);
int bdl_cmd_people(struct bdl_args *a);
int bdl_cmd_networks(struct bdl_args *a);
int bdl_cmd_who(struct bdl_args *a);
int bdl_cmd_lists(struct bdl_args *a);
int bdl_cmd_phrases(struct bdl_args *a);
int bdl_cmd_clerk(struct bdl_args *a);
int bdl_cmd_check(struct bdl_args *a);
int bdl_cmd_backup(struct bdl_args *a);
int bdl_cmd_restore_drill(struct bdl_args *a);
int bdl_cmd_hold(struct bdl_args *a);
int bdl_cmd_ledger(struct bdl_args *a);
int bdl_cmd_dns(struct bdl_args *a);
int bdl_cmd_demo(struct bdl_args *a);
int bdl_cmd_proxy(struct bdl_args *a);
int bdl_cmd_role(struct bdl_args *a);

/* How to use this verb of the command, or each where it is NULL. */
int bdl_help_policy(const char *verb);
int bdl_help_lists(const char *verb);
int bdl_help_phrases(const char *verb);
int bdl_help_who(const char *verb);

#endif
