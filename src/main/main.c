/* One binary: the first word says what to do, and this table says what each word does. */
#include "base/near.h"
#include "base/view.h"
#include "main/command.h"
#include "sys/conf.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct command {
	const char *name;
	const char *use;  /* the command line after "beadle " */
	const char *help; /* one line; NULL for what only the supervisor calls */
	int (*run)(struct bdl_args *a);
	int (*help_verb)(const char *verb); /* of one that has several verbs; else NULL */
};

static int cmd_help(struct bdl_args *a);
static int cmd_version(struct bdl_args *a);

static const struct command commands[] = {
	{ "run", "run", "serve: start the doors, the scribe, the portal and the proxy", bdl_cmd_run,
	    NULL },
	{ "status", "status [--metrics]", "say whether all is well, and what is not",
	    bdl_cmd_status, NULL },
	{ "policy",
	    "policy check|coverage|draft|publish|confirm|withdraw|versions|explain|diff|format ...",
	    "check a policy document, put it in force, or say in plain English what it does",
	    bdl_cmd_policy, bdl_help_policy },
	{ "judge",
	    "judge POLICY... [--door DOOR] [--url URL] [--person LOGIN] [--group GROUP,...] [--from IP]\n"
	    "           [--at TIME] [--grant NAME[=AMOUNT|HOST]]... [--given PHRASES] [--whole]\n"
	    "           [--lists FOLDER|FILE] [--people FILE]",
	    "judge an act by documents alone, as JSON: by what this build carries out, or --whole",
	    bdl_cmd_judge, NULL },
	{ "people", "people import FILE [--empty]",
	    "replace the roll by a CSV of login,name,groups", bdl_cmd_people, NULL },
	{ "networks", "networks import FILE",
	    "replace the table of networks by a CSV of network,place,kind,person", bdl_cmd_networks,
	    NULL },
	{ "who", "who list | who token NAME [--network RANGE]",
	    "say who is at which address, or make a token for log-on events", bdl_cmd_who,
	    bdl_help_who },
	{ "lists", "lists compile|show|find|status|install-illegal|update ...",
	    "make the lists of categories, say what they hold, and why a page is on one",
	    bdl_cmd_lists, bdl_help_lists },
	{ "phrases", "phrases compile|show|test|bench|import ...",
	    "make the phrases that texts are looked through for, and try them", bdl_cmd_phrases,
	    bdl_help_phrases },
	{ "clerk", "clerk list | clerk run JOB",
	    "say when timed work is due and how it went, or do a piece of it now", bdl_cmd_clerk,
	    NULL },
	{ "check", "check [NAME] [--now] | --reviewed PERSON --note TEXT",
	    "say what the checks of itself came to, or make them now", bdl_cmd_check, NULL },
	{ "backup", "backup [--to FILE]", "copy the store to a file, while it is used",
	    bdl_cmd_backup, NULL },
	{ "restore-drill", "restore-drill FILE", "show that a backup can be restored",
	    bdl_cmd_restore_drill, NULL },
	{ "ledger",
	    "ledger verify [--head FILE]... [--key KEY] | ledger show [--last N] [--person LOGIN] |\n"
	    "            ledger export-head [FILE] | ledger forget PERSON --reason TEXT",
	    "verify the ledger, show its last entries, or export its signed head", bdl_cmd_ledger,
	    NULL },
	{ "hold",
	    "hold add [--person LOGIN] [--clause ID] --by PERSON --and PERSON --reason TEXT --review DAY\n"
	    "       | hold list | hold end NUMBER --by PERSON --and PERSON --reason TEXT",
	    "keep records past their time, since somebody may have to answer for them",
	    bdl_cmd_hold, NULL },
	{ "dns", "dns export [POLICY.md...] [--to FILE] [--check]",
	    "write the names that policies keep everyone from, as a zone for Unbound", bdl_cmd_dns,
	    NULL },
	{ "demo", "demo --from FOLDER", "fill a data folder with the demonstration school",
	    bdl_cmd_demo, NULL },
	{ "proxy", "proxy write",
	    "write the Squid configuration and, once, its certificate authority", bdl_cmd_proxy,
	    NULL },
	{ "version", "version", "print the version", cmd_version, NULL },
	{ "help", "help [COMMAND|settings]", "print this, how to use one command, or the settings",
	    cmd_help, NULL },
	{ "role", "role NAME", NULL, bdl_cmd_role, NULL },
};

static const struct command *command_find(const char *name)
{
	for (size_t i = 0; i < BDL_ARRAY_LEN(commands); i++) {
		if (bdl_view_is(bdl_view_of(name), commands[i].name))
			return &commands[i];
	}
	return NULL;
}

static int unknown(const char *name)
{
	const char *names[BDL_ARRAY_LEN(commands)];
	for (size_t i = 0; i < BDL_ARRAY_LEN(commands); i++)
		names[i] = commands[i].name;
	const char *near = bdl_near_miss(bdl_view_of(name), names, BDL_ARRAY_LEN(names));
	fprintf(stderr, "beadle: there is no command '%s'", name);
	if (near)
		fprintf(stderr, "; did you mean '%s'?", near);
	fputs("\nbeadle help lists them all\n", stderr);
	return BDL_EXIT_USAGE;
}

static void overview(FILE *to)
{
	fputs("Beadle runs a school's ICT acceptable use policy.\n\n"
	      "use: beadle COMMAND [--data DIR]\n\n",
	    to);
	for (size_t i = 0; i < BDL_ARRAY_LEN(commands); i++) {
		if (commands[i].help)
			fprintf(to, "  %-13s %s\n", commands[i].name, commands[i].help);
	}
	fputs(
	    "\nThe data folder is --data DIR, else BEADLE_DATA, else ./var. The manual: man beadle.\n",
	    to);
}

static int settings(void)
{
	struct bdl_buf text BDL_AUTO_IN(bdl_buf_done) = BDL_BUF(64 * 1024);
	bdl_conf_describe(&text);
	fputs(bdl_buf_str(&text), stdout);
	return BDL_EXIT_FINE;
}

static int cmd_help(struct bdl_args *a)
{
	if (!bdl_args_fit(a, 0, 2))
		return BDL_EXIT_USAGE;
	if (a->n == 0) {
		overview(stdout);
		return BDL_EXIT_FINE;
	}
	if (bdl_view_is(bdl_view_of(a->words[0]), "settings"))
		return settings();
	const struct command *c = command_find(a->words[0]);
	if (!c || !c->help)
		return unknown(a->words[0]);
	if (c->help_verb)
		return c->help_verb(a->n > 1 ? a->words[1] : NULL);
	if (a->n > 1 &&
	    !bdl_view_starts(
		bdl_view_from(bdl_view_of(c->use), strlen(c->name) + 1), bdl_view_of(a->words[1])))
		return unknown(a->words[1]);
	printf("use: beadle %s\n%s\n", c->use, c->help);
	return BDL_EXIT_FINE;
}

static int cmd_version(struct bdl_args *a)
{
	if (!bdl_args_fit(a, 0, 0))
		return BDL_EXIT_USAGE;
	puts("beadle " BDL_VERSION);
	return BDL_EXIT_FINE;
}

int main(int argc, char **argv)
{
	struct bdl_args a = { .command = "", .use = "COMMAND [--data DIR]" };
	if (argc > 0) {
		a.words = argv + 1;
		a.n = (size_t)argc - 1;
	}
	const char *data = bdl_args_option(&a, "--data");
	if (!data)
		data = getenv("BEADLE_DATA");
	a.data = data && *data ? data : "var";

	if (a.n == 0) {
		overview(stderr);
		return BDL_EXIT_USAGE;
	}
	const char *name = a.words[0];
	if (bdl_view_is(bdl_view_of(name), "--help") || bdl_view_is(bdl_view_of(name), "-h"))
		name = "help";
	if (bdl_view_is(bdl_view_of(name), "--version"))
		name = "version";
	const struct command *c = command_find(name);
	if (!c)
		return unknown(name);
	a.command = c->name;
	a.use = c->use;
	a.words++;
	a.n--;
	return c->run(&a);
}
