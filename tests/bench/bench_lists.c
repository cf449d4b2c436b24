/*
 * How fast lists are compiled and looked up, and what they weigh.
 *
 *   bench_lists FOLDER HOSTS
 *
 * FOLDER is compiled to a temporary file; HOSTS has a host a line, each looked up with all its
 * parent domains.
 */
#include "base/alloc.h"
#include "base/clock.h"
#include "lists/compile.h"
#include "sys/file.h"
#include <stdio.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

static double seconds(void)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static int look_up_all(const struct bdl_lists *l, const char *path, struct bdl_err *err)
{
	BDL_AUTO_IN(bdl_buf_done) struct bdl_buf text = BDL_BUF(256 * 1024 * 1024);
	struct bdl_view rest, host;
	uint64_t hosts = 0, found = 0;

	int rc = bdl_file_read(path, &text, err);
	if (rc)
		return rc;
	double begin = seconds();
	for (int round = 0; round < 5; round++) {
		for (rest = bdl_buf_view(&text); bdl_view_cut(&rest, '\n', &host); hosts++) {
			struct bdl_catset set = { 0 }, none = { 0 };
			bdl_lists_host(l, host, &set);
			found += memcmp(&set, &none, sizeof(set)) != 0;
		}
	}
	double took = seconds() - begin;
	printf("\"look_ups\": %llu, \"found\": %llu, \"ns_a_look_up\": %.0f}\n",
	    (unsigned long long)hosts, (unsigned long long)found, took * 1e9 / (double)hosts);
	return 0;
}

static int measure(const char *folder, const char *hosts, const char *out, struct bdl_err *err)
{
	BDL_AUTO(bdl_list_build_free) struct bdl_list_build *b = bdl_list_build_new();
	BDL_AUTO(bdl_lists_close) struct bdl_lists *l = NULL;
	struct stat st;

	double begin = seconds();
	int rc = bdl_list_build_folder(b, folder, err);
	if (rc == 0)
		rc = bdl_list_build_write(b, out, bdl_now_ms(), err);
	double compiled = seconds();
	if (rc == 0)
		rc = bdl_lists_open(out, &l, err);
	double opened = seconds();
	if (rc)
		return rc;
	if (stat(out, &st))
		return bdl_fail_sys(err, "stat '%s'", out);
	double n = (double)bdl_lists_domains(l);
	printf("{\"domains\": %.0f, \"compiled_a_second\": %.0f, \"open_ms\": %.2f, "
	       "\"bytes_a_domain\": %.1f, ",
	    n, n / (compiled - begin), (opened - compiled) * 1e3, (double)st.st_size / n);
	return look_up_all(l, hosts, err);
}

int main(int argc, char **argv)
{
	char out[] = "/tmp/bench-lists-XXXXXX";
	struct bdl_err err = { 0 };

	if (argc != 3) {
		fprintf(stderr, "usage: bench_lists FOLDER HOSTS\n");
		return 2;
	}
	int fd = mkstemp(out);
	if (fd < 0)
		return 1;
	close(fd);
	int rc = measure(argv[1], argv[2], out, &err);
	if (rc)
		fprintf(stderr, "bench_lists: %s\n", err.text);
	unlink(out);
	return rc != 0;
}
