/*
 * The template compiler: tmplc PAGE.html PAGE.tmpl.c PAGE.tmpl.h DEPFILE.
 * What is wrong with a template is told as the C compilers do, and nothing is written.
 */
#include "template.h"
#include <stdio.h>

#define OUTPUT_MAX (8 * TEMPLATE_MAX)

static int write_file(const char *file, const struct bdl_buf *bytes, struct bdl_err *err)
{
	if (bdl_buf_broken(bytes))
		return bdl_fail(err, BDL_E_LIMIT, "%s: error: it would be larger than %d bytes",
		    file, OUTPUT_MAX);
	FILE *f = fopen(file, "we");
	if (!f)
		return bdl_fail_sys(err, "%s: error: cannot be written", file);
	size_t put = fwrite(bdl_buf_str(bytes), 1, bytes->n, f);
	if (fclose(f) != 0 || put != bytes->n)
		return bdl_fail_sys(err, "%s: error: cannot be written", file);
	return 0;
}

/* For ninja: the page is made again when a part that it uses changes its declaration. */
static void write_depfile(const struct template *t, const char *source, struct bdl_buf *out)
{
	bdl_buf_printf(out, "%s: %s", source, t->file);
	for (const struct parts *p = t->parts; p; p = p->next)
		bdl_buf_printf(out, " %s", p->part->file);
	bdl_buf_add_char(out, '\n');
}

static int compile(struct bdl_region *region, char **names, struct bdl_err *err)
{
	BDL_AUTO_IN(bdl_buf_done) struct bdl_buf source = BDL_BUF(OUTPUT_MAX);
	BDL_AUTO_IN(bdl_buf_done) struct bdl_buf header = BDL_BUF(OUTPUT_MAX);
	BDL_AUTO_IN(bdl_buf_done) struct bdl_buf depends = BDL_BUF(OUTPUT_MAX);
	struct template *t;

	int e = template_declare(region, names[0], &t, err);
	if (e == 0)
		e = template_parse(t, err);
	if (e == 0)
		e = template_check(t, err);
	if (e < 0)
		return e;
	template_emit_source(t, &source);
	template_emit_header(t, &header);
	write_depfile(t, names[1], &depends);
	e = write_file(names[1], &source, err);
	if (e == 0)
		e = write_file(names[2], &header, err);
	if (e == 0)
		e = write_file(names[3], &depends, err);
	return e;
}

int main(int argc, char **argv)
{
	BDL_AUTO(bdl_region_free) struct bdl_region *region = bdl_region_new(256 * 1024 * 1024UL);
	struct bdl_err err = { 0 };

	if (argc != 5) {
		fprintf(stderr, "usage: tmplc TEMPLATE.html SOURCE.c HEADER.h DEPFILE\n");
		return 2;
	}
	if (compile(region, argv + 1, &err) < 0) {
		fprintf(stderr, "%s\n", err.text);
		return 1;
	}
	return 0;
}
