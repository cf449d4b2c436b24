/*
 * A load generator for a program that rewrites URLs for Squid: a line in for each request, a line
 * out. Some requests are under way at once; every answer is checked.
 *
 *   line_load URLS AT_ONCE SECONDS COMMAND...
 *
 * URLS is that of icap_load, without files. An answer that names a URL blocks. Prints one line of
 * JSON; cpu_us is what the command took of processor time a request.
 */
#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define LATENCY_SLOTS 1000000 /* of a microsecond each; slower ones count in the last */
#define URLS_MAX      100000
#define AT_ONCE_MAX   1000

struct load {
	char *lines[URLS_MAX];
	bool block[URLS_MAX];
	size_t n, sent, done; /* done: in the order of sending */
	int64_t begun_ns[AT_ONCE_MAX];
	uint64_t wrong, blocked;
	uint32_t slots[LATENCY_SLOTS];
	int to, from;
	pid_t pid;
	char line[4096]; /* the one that is coming in */
	size_t n_line;
};

static int64_t now_ns(void)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

static void die(const char *what)
{
	fprintf(stderr, "line_load: %s: %s\n", what, strerror(errno));
	exit(1);
}

static void read_urls(struct load *l, const char *path)
{
	FILE *f = fopen(path, "r");
	char line[1024];

	if (!f)
		die(path);
	while (l->n < URLS_MAX && fgets(line, sizeof(line), f)) {
		l->block[l->n] = line[0] == '1';
		if (asprintf(&l->lines[l->n], "%.*s 10.1.%zu.%zu/- user%zu GET\n",
			(int)strcspn(line + 2, "\n"), line + 2, l->n / 100 % 2, l->n % 100,
			l->n % 50) < 0)
			die("memory");
		l->n++;
	}
	fclose(f);
	if (!l->n)
		die("no requests");
}

static void start(struct load *l, char **command)
{
	int in[2], out[2];

	if (pipe(in) || pipe(out))
		die("pipe");
	l->pid = fork();
	if (l->pid < 0)
		die("fork");
	if (l->pid == 0) {
		dup2(in[0], 0);
		dup2(out[1], 1);
		close(in[1]);
		close(out[0]);
		execvp(command[0], command);
		die(command[0]);
	}
	close(in[0]);
	close(out[1]);
	l->to = in[1];
	l->from = out[0];
}

/* What is free to be sent goes in one write, as Squid's would. */
static void send_up_to(struct load *l, size_t at_once)
{
	static char text[60000];
	size_t n = 0;

	while (l->sent < l->done + at_once) {
		const char *line = l->lines[l->sent % l->n];
		if (n + strlen(line) > sizeof(text))
			break;
		n = (size_t)(stpcpy(text + n, line) - text);
		l->begun_ns[l->sent++ % AT_ONCE_MAX] = now_ns();
	}
	if (n && write(l->to, text, n) != (ssize_t)n)
		die("write");
}

static void take_answer(struct load *l)
{
	int64_t us = (now_ns() - l->begun_ns[l->done % AT_ONCE_MAX]) / 1000;

	l->line[l->n_line] = '\0';
	bool blocks = strstr(l->line, "http") != NULL;
	l->n_line = 0;
	l->slots[us < LATENCY_SLOTS ? us : LATENCY_SLOTS - 1]++;
	l->blocked += blocks;
	l->wrong += blocks != l->block[l->done % l->n];
	l->done++;
}

/* All that has come; one answer at least. */
static void take_answers(struct load *l)
{
	static char in[65536];

	for (size_t before = l->done; l->done == before;) {
		ssize_t n = read(l->from, in, sizeof(in));
		if (n <= 0)
			die("it ended");
		for (ssize_t i = 0; i < n; i++) {
			if (in[i] == '\n')
				take_answer(l);
			else if (l->n_line < sizeof(l->line) - 1)
				l->line[l->n_line++] = in[i];
		}
	}
}

static int percentile(const struct load *l, double share)
{
	uint64_t seen = 0;

	for (int i = 0; i < LATENCY_SLOTS; i++) {
		seen += l->slots[i];
		if ((double)seen > (double)l->done * share)
			return i;
	}
	return LATENCY_SLOTS - 1;
}

int main(int argc, char **argv)
{
	struct load *l = calloc(1, sizeof(*l));
	struct rusage used;

	if (argc < 5 || !l) {
		fprintf(stderr, "usage: line_load URLS AT_ONCE SECONDS COMMAND...\n");
		return 2;
	}
	size_t at_once = strtoul(argv[2], NULL, 10);
	if (!at_once || at_once > AT_ONCE_MAX)
		return 2;
	read_urls(l, argv[1]);
	start(l, argv + 4);
	send_up_to(l, 1);
	take_answers(l); /* it is ready then */
	int64_t begin = now_ns(), end = begin + (int64_t)(strtod(argv[3], NULL) * 1e9);
	size_t before = l->done;
	while (now_ns() < end) {
		send_up_to(l, at_once);
		take_answers(l);
	}
	double took = (double)(now_ns() - begin) / 1e9;
	close(l->to);
	if (wait4(l->pid, NULL, 0, &used) < 0)
		die("wait");
	double cpu = (double)(used.ru_utime.tv_sec + used.ru_stime.tv_sec) * 1e6 +
	    (double)(used.ru_utime.tv_usec + used.ru_stime.tv_usec);
	printf(
	    "{\"requests\": %zu, \"per_second\": %.0f, \"p50_us\": %d, \"p99_us\": %d, "
	    "\"blocked\": %ju, \"wrong\": %ju, \"errors\": 0, \"cpu_us\": %.2f, \"rss_mb\": %.1f}\n",
	    l->done - before, (double)(l->done - before) / took, percentile(l, 0.5),
	    percentile(l, 0.99), (uintmax_t)l->blocked, (uintmax_t)l->wrong, cpu / (double)l->done,
	    (double)used.ru_maxrss / 1024);
	return 0;
}
