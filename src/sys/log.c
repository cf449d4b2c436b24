#include "sys/log.h"
#include "base/ascii.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/utf8.h"
#include "sys/log_int.h"
#include <errno.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <unistd.h>

#define TEXT_MAX       1024
#define LINE_MAX_BYTES 8192
#define EVENTS_MAX     64

struct event {
	char ev[32];
	struct bdl_log_limit limit;
};

/* One log to a process, shared by its threads. */
static struct {
	pthread_mutex_t lock;
	char mod[32];
	enum bdl_level lowest;
	void (*to)(const char *line, void *arg);
	void *arg;
	struct event events[EVENTS_MAX];
	size_t n_events;
} the_log = { .lock = PTHREAD_MUTEX_INITIALIZER, .mod = "beadle", .lowest = BDL_LOG_INFO };

const char *const bdl_level_words[BDL_LOG_LEVELS] = { "err", "warn", "notice", "info", "debug" };

void bdl_log_init(const char *mod, enum bdl_level lowest)
{
	pthread_mutex_lock(&the_log.lock);
	(void)snprintf(the_log.mod, sizeof(the_log.mod), "%.31s", mod);
	the_log.lowest = lowest;
	the_log.n_events = 0;
	pthread_mutex_unlock(&the_log.lock);
}

void bdl_log_divert(void (*to)(const char *line, void *arg), void *arg)
{
	pthread_mutex_lock(&the_log.lock);
	the_log.to = to;
	the_log.arg = arg;
	pthread_mutex_unlock(&the_log.lock);
}

bool bdl_log_admit(struct bdl_log_limit *l, int64_t now_ms, unsigned *ret_suppressed)
{
	if (l->lines == 0 || now_ms - l->since_ms >= BDL_LOG_WINDOW_MS) {
		l->since_ms = now_ms;
		l->lines = 0;
	}
	if (l->lines >= BDL_LOG_LINES) {
		l->suppressed++;
		return false;
	}
	l->lines++;
	*ret_suppressed = l->suppressed;
	l->suppressed = 0;
	return true;
}

/* The event's place in the table; in a full table the one that was quiet longest gives way. */
static struct event *find_event(const char *ev)
{
	struct event *oldest = &the_log.events[0];

	for (size_t i = 0; i < the_log.n_events; i++) {
		struct event *e = &the_log.events[i];

		if (strncmp(e->ev, ev, sizeof(e->ev) - 1) == 0)
			return e;
		if (e->limit.since_ms < oldest->limit.since_ms)
			oldest = e;
	}
	struct event *e =
	    the_log.n_events < EVENTS_MAX ? &the_log.events[the_log.n_events++] : oldest;
	*e = (struct event){ 0 };
	(void)snprintf(e->ev, sizeof(e->ev), "%.31s", ev);
	return e;
}

/* Bytes of the character at the front that may be shown as they are; 0 for what may not. */
static size_t shown(struct bdl_view v)
{
	uint32_t ch;
	bool bad;
	size_t n = bdl_utf8_next(v, &ch, &bad);

	return bad || bdl_utf8_is_control(ch) ? 0 : n;
}

/* The buffer marks itself broken past its maximum: a line is then cut, which is what we want. */
static void put_quoted(struct bdl_buf *b, const char *s)
{
	(void)bdl_buf_add_char(b, '"');
	for (struct bdl_view v = bdl_view_of(s); v.n > 0;) {
		size_t n = shown(v), step = n ? n : 1;

		if (*v.p == '"' || *v.p == '\\')
			(void)bdl_buf_printf(b, "\\%c", *v.p);
		else if (*v.p == '\n')
			(void)bdl_buf_add_str(b, "\\n");
		else if (n == 0)
			(void)bdl_buf_printf(b, "\\x%02x", (unsigned)(unsigned char)*v.p);
		else
			(void)bdl_buf_add(b, v.p, n);
		v = bdl_view_from(v, step);
	}
	(void)bdl_buf_add_char(b, '"');
}

static bool is_word(const char *s)
{
	const char *p = s;

	while (bdl_is_letter(*p) || bdl_is_digit(*p) || *p == '-' || *p == '_' || *p == '.' ||
	    *p == '/')
		p++;
	return p != s && *p == '\0';
}

static void put_field(struct bdl_buf *b, const char *name, const char *value)
{
	(void)bdl_buf_printf(b, "%s%s=", b->n ? " " : "", name);
	if (is_word(value))
		(void)bdl_buf_add_str(b, value);
	else
		put_quoted(b, value);
}

/* One write, so that the lines of several processes do not mix. */
static void write_line(struct bdl_buf *b)
{
	if (the_log.to) {
		the_log.to(bdl_buf_str(b), the_log.arg);
		return;
	}
	(void)bdl_buf_add_char(b, '\n');
	for (size_t done = 0; done < b->n;) {
		ssize_t put = write(STDERR_FILENO, b->p + done, b->n - done);

		if (put < 0 && errno != EINTR)
			return; /* where the log itself fails there is no one to tell */
		if (put > 0)
			done += (size_t)put;
	}
}

static void log_line(enum bdl_level level, const char *ev, const char *code, const char *text)
{
	struct bdl_buf b = BDL_BUF(LINE_MAX_BYTES);
	unsigned suppressed = 0;
	int sys = errno;

	pthread_mutex_lock(&the_log.lock);
	if (bdl_log_admit(&find_event(ev)->limit, bdl_tick_ms(), &suppressed)) {
		put_field(&b, "level", bdl_level_words[level]);
		put_field(&b, "mod", the_log.mod);
		put_field(&b, "ev", ev);
		if (code)
			put_field(&b, "code", code);
		if (suppressed)
			(void)bdl_buf_printf(&b, " suppressed=%u", suppressed);
		(void)bdl_buf_add_str(&b, " msg=");
		put_quoted(&b, text);
		write_line(&b);
	}
	pthread_mutex_unlock(&the_log.lock);
	bdl_buf_done(&b);
	errno = sys;
}

void bdl_log(enum bdl_level level, const char *ev, const char *fmt, ...)
{
	char text[TEXT_MAX];
	va_list ap;

	if (level > the_log.lowest)
		return;
	va_start(ap, fmt);
	(void)vsnprintf(text, sizeof(text), fmt, ap); /* a cut is meant */
	va_end(ap);
	log_line(level, ev, NULL, text);
}

void bdl_log_err(enum bdl_level level, const char *ev, const struct bdl_err *err)
{
	if (level <= the_log.lowest)
		log_line(level, ev, bdl_code_word(err->code), err->text);
}
