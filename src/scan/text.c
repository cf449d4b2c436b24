#include "scan/text_int.h"

static void to_form(void *context, struct bdl_view utf8)
{
	struct bdl_text *t = context;

	if (t->options.form == BDL_SCAN_HTML)
		bdl_markup_add(&t->markup, utf8);
	else
		bdl_plain_add(&t->plain, utf8);
}

static void to_charset(void *context, struct bdl_view bytes)
{
	struct bdl_text *t = context;

	if (t->read == BDL_SCAN_READ)
		t->read = bdl_charset_add(&t->charset, bytes, to_form, t);
}

void bdl_text_begin(
    struct bdl_text *t, const struct bdl_scan_options *options, struct bdl_fold *fold)
{
	t->fold = fold;
	t->options = *options;
	t->read = BDL_SCAN_READ;
	bdl_unpack_begin(&t->unpack, options->coding,
	    options->unpacked_max > 0 ? options->unpacked_max : BDL_SCAN_UNPACKED_MAX);
	bdl_charset_begin(&t->charset, options);
	if (options->form == BDL_SCAN_HTML)
		bdl_markup_begin(&t->markup, fold);
	else
		bdl_plain_begin(&t->plain, options, fold);
}

bool bdl_text_add(struct bdl_text *t, struct bdl_view *bytes, uint64_t *left)
{
	if (t->read == BDL_SCAN_READ && t->options.form != BDL_SCAN_OTHER) {
		enum bdl_scan_read read = bdl_unpack_add(&t->unpack, bytes, left, to_charset, t);
		if (t->read == BDL_SCAN_READ)
			t->read = read;
		if (t->read == BDL_SCAN_READ)
			return bytes->n == 0 && !t->unpack.is_behind;
	}
	*bytes = bdl_view_from(*bytes, bytes->n);
	return true;
}

void bdl_text_end(struct bdl_text *t)
{
	/* What came before the rest was given up is a text of its own. */
	enum bdl_scan_read read = bdl_charset_end(&t->charset, to_form, t);

	if (t->read == BDL_SCAN_READ)
		t->read = read;
	if (t->options.form == BDL_SCAN_HTML)
		bdl_markup_end(&t->markup);
	else
		bdl_plain_end(&t->plain);
}

void bdl_text_done(struct bdl_text *t)
{
	bdl_unpack_done(&t->unpack);
	bdl_charset_done(&t->charset);
}
