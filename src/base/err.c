#include "base/err.h"
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/*
 * Fill the text with these pieces, cut to what fits: an error is read by people, and its start
 * says what happened. The pieces do not lie in the text itself.
 */
static void set_text(struct bdl_err *err, const char *head, const char *tail)
{
	size_t room = sizeof(err->text) - 1;
	char *to = err->text;

	for (const char *s = head; *s && room > 0; room--)
		*to++ = *s++;
	for (const char *s = tail; *s && room > 0; room--)
		*to++ = *s++;
	*to = '\0';
}

int bdl_fail(struct bdl_err *err, enum bdl_code code, const char *fmt, ...)
{
	char text[sizeof(err->text)];
	va_list ap;

	if (!err)
		return code;
	va_start(ap, fmt);
	(void)vsnprintf(text, sizeof(text), fmt, ap); /* a cut is meant */
	va_end(ap);
	err->code = code;
	err->sys = 0;
	set_text(err, text, "");
	return code;
}

int bdl_fail_sys(struct bdl_err *err, const char *fmt, ...)
{
	int sys = errno;
	char text[sizeof(err->text)], why[64];
	va_list ap;

	if (!err)
		return BDL_E_IO;
	va_start(ap, fmt);
	(void)vsnprintf(text, sizeof(text), fmt, ap); /* a cut is meant */
	va_end(ap);
	/* Not strerror: that one is not safe between threads. */
	const char *meaning = strerrordesc_np(sys);
	(void)snprintf(why, sizeof(why), ": %s", meaning ? meaning : "unknown error");
	err->code = BDL_E_IO;
	err->sys = sys;
	set_text(err, text, why);
	errno = sys;
	return BDL_E_IO;
}

int bdl_fail_in(struct bdl_err *err, int code, const char *fmt, ...)
{
	char text[sizeof(err->text)], old[sizeof(err->text) + 2];
	va_list ap;

	if (!err)
		return code;
	va_start(ap, fmt);
	(void)vsnprintf(text, sizeof(text), fmt, ap); /* a cut is meant */
	va_end(ap);
	(void)snprintf(old, sizeof(old), ": %s", err->text);
	set_text(err, text, old);
	err->code = (enum bdl_code)code;
	return code;
}

const char *bdl_code_word(enum bdl_code code)
{
	switch (code) {
	case BDL_OK:
		return "ok";
	case BDL_E_NOMEM:
		return "nomem";
	case BDL_E_INVALID:
		return "invalid";
	case BDL_E_LIMIT:
		return "limit";
	case BDL_E_MISSING:
		return "missing";
	case BDL_E_DENIED:
		return "denied";
	case BDL_E_IO:
		return "io";
	case BDL_E_CONFLICT:
		return "conflict";
	case BDL_E_BUSY:
		return "busy";
	case BDL_E_STORE:
		return "store";
	}
	return "unknown";
}

void bdl_close_auto(int *fd)
{
	int sys = errno;

	if (*fd >= 0)
		(void)close(*fd); /* nothing can be done about it here; who must know syncs first */
	errno = sys;
}

void bdl_free_auto(void *pp)
{
	void *p;

	/* The address of any kind of pointer comes in, so its bytes are read, not its type. */
	memcpy(&p, pp, sizeof(p));
	free(p);
}

BDL_NORETURN void bdl_bug(const char *file, int line, const char *what)
{
	(void)fprintf(stderr, "beadle: bug at %s:%d: %s\n", file, line, what);
	abort();
}
