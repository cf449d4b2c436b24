#include "main/command.h"

#include <stdio.h>
#include <string.h>

static void take_out(struct bdl_args *a, size_t at, size_t n)
{
	memmove(a->words + at, a->words + at + n, (a->n - at - n) * sizeof(*a->words));
	a->n -= n;
}

const char *bdl_args_option(struct bdl_args *a, const char *name)
{
	const char *value = NULL;
	size_t len = strlen(name);
	for (size_t i = 0; i < a->n;) {
		const char *w = a->words[i];
		bool joined = strncmp(w, name, len) == 0 && w[len] == '=';
		bool apart = strcmp(w, name) == 0 && i + 1 < a->n;
		if (joined || apart) {
			value = joined ? w + len + 1 : a->words[i + 1];
			take_out(a, i, joined ? 1 : 2);
		} else {
			i++;
		}
	}
	return value;
}

const char *bdl_args_next(struct bdl_args *a, const char *name)
{
	size_t len = strlen(name);
	for (size_t i = 0; i < a->n; i++) {
		const char *w = a->words[i], *value = NULL;
		bool joined = strncmp(w, name, len) == 0 && w[len] == '=';
		if (!joined && (strcmp(w, name) != 0 || i + 1 == a->n))
			continue;
		value = joined ? w + len + 1 : a->words[i + 1];
		take_out(a, i, joined ? 1 : 2);
		return value;
	}
	return NULL;
}

bool bdl_args_flag(struct bdl_args *a, const char *name)
{
	bool found = false;
	for (size_t i = 0; i < a->n;) {
		if (strcmp(a->words[i], name) == 0) {
			found = true;
			take_out(a, i, 1);
		} else {
			i++;
		}
	}
	return found;
}

bool bdl_args_fit(const struct bdl_args *a, size_t least, size_t most)
{
	for (size_t i = 0; i < a->n; i++) {
		if (a->words[i][0] != '-')
			continue;
		fprintf(stderr, "beadle %s: '%s' is not an option here, or lacks its value\n",
		    a->command, a->words[i]);
		fprintf(stderr, "use: beadle %s\n", a->use);
		return false;
	}
	if (a->n >= least && a->n <= most)
		return true;
	if (a->n > most)
		fprintf(
		    stderr, "beadle %s: '%s' is one word too many\n", a->command, a->words[most]);
	else
		fprintf(stderr, "beadle %s: something is missing\n", a->command);
	fprintf(stderr, "use: beadle %s\n", a->use);
	return false;
}

bool bdl_args_verb(const struct bdl_args *a, const char *verb)
{
	if (a->n > 0 && strcmp(a->words[0], verb) == 0)
		return true;
	fprintf(stderr, "beadle %s: what it does is '%s'%s%s\nuse: beadle %s\n", a->command, verb,
	    a->n > 0 ? ", not " : "", a->n > 0 ? a->words[0] : "", a->use);
	return false;
}

int bdl_verbs_run(const struct bdl_verb *verbs, size_t n, struct bdl_args *a)
{
	for (size_t i = 0; a->n > 0 && i < n; i++) {
		if (strcmp(a->words[0], verbs[i].name) == 0) {
			a->use = verbs[i].use;
			return verbs[i].run(a);
		}
	}
	if (a->n > 0)
		fprintf(
		    stderr, "beadle %s: it has no '%s'; what it has:\n", a->command, a->words[0]);
	else
		fprintf(stderr, "beadle %s: say what it shall do:\n", a->command);
	for (size_t i = 0; i < n; i++)
		fprintf(stderr, "  beadle %s\n", verbs[i].use);
	return BDL_EXIT_USAGE;
}

int bdl_verbs_help(const char *command, const struct bdl_verb *verbs, size_t n, const char *verb)
{
	bool found = false;

	for (size_t i = 0; i < n; i++) {
		if (verb && strcmp(verb, verbs[i].name) != 0)
			continue;
		printf("use: beadle %s\n", verbs[i].use);
		found = true;
	}
	if (!found)
		fprintf(stderr, "beadle %s: it has no '%s'\n", command, verb);
	return found ? BDL_EXIT_FINE : BDL_EXIT_USAGE;
}

int bdl_complain(const struct bdl_err *err)
{
	fprintf(stderr, "beadle: %s\n", err->text);
	return BDL_EXIT_FAILED;
}

int bdl_complain_usage(const struct bdl_err *err)
{
	(void)bdl_complain(err); /* the status is another */
	return BDL_EXIT_USAGE;
}
