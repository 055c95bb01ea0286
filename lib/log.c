#include "lib/log.h"

#include "lib/buf.h"
#include "lib/clock.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

/* A record of /dev/kmsg may hold 992 bytes on older kernels, with their own prefix
 * counted. */
#define LINE_MAX_LEN 900
#define RING_SIZE    16384

/* The only writable state of the program outside main(): whoever fails must be able to
 * say so. All zeroes at the start, so that the program file needs no page of data. */
static struct {
	bool has_kmsg;
	int kmsg_fd;
	int verbosity;	  /* level - LOG_INFO */
	const char *name; /* NULL: "rootling" */
} state;

static struct {
	unsigned lines; /* ever */
	size_t len;
	char text[RING_SIZE];
} ring;

int log_open_kmsg(void)
{
	int fd = open("/dev/kmsg", O_WRONLY | O_CLOEXEC);

	if (fd < 0)
		return -errno;
	if (state.has_kmsg)
		close(state.kmsg_fd);
	state.has_kmsg = true;
	state.kmsg_fd = fd;
	return 0;
}

void log_set_level(enum log_level level)
{
	state.verbosity = (int)level - LOG_INFO;
}

void log_set_name(const char *name)
{
	state.name = name;
}

/* Keeps the newest lines: the oldest leave as whole lines to make room. */
static void ring_put(const char *line, size_t len)
{
	if (ring.len + len > RING_SIZE) {
		size_t drop = ring.len + len - RING_SIZE;
		const char *end = memchr(ring.text + drop - 1, '\n', ring.len - drop + 1);

		drop = end ? (size_t)(end - ring.text) + 1 : ring.len;
		ring.len -= drop;
		memmove(ring.text, ring.text + drop, ring.len);
	}
	memcpy(ring.text + ring.len, line, len);
	ring.len += len;
}

static void remember(const char *text)
{
	char line[LINE_MAX_LEN + 32];
	struct buf b = buf_init(line, sizeof(line) - 1);
	uint64_t now_us = clock_monotonic_us();

	buf_printf(&b, "[%5u.%06u] %s", (unsigned)(now_us / 1000000),
		   (unsigned)(now_us % 1000000), text);
	line[b.len++] = '\n';
	ring_put(line, b.len);
	ring.lines++;
}

void log_write(enum log_level level, const char *fmt, ...)
{
	char record[LINE_MAX_LEN + 2];
	struct buf b =
		buf_init(record, sizeof(record) - 1); /* keeps room for the newline */
	size_t text;
	va_list args;
	int saved_errno = errno;

	if ((int)level - LOG_INFO > state.verbosity)
		return;
	buf_printf(&b, "<%d>%s: ", level, state.name ? state.name : "rootling");
	text = b.len;
	va_start(args, fmt);
	buf_vprintf(&b, fmt, args);
	va_end(args);
	remember(record + text);
	record[b.len++] = '\n'; /* a kmsg record without one stays invisible to readers */
	if (!state.has_kmsg)
		(void)!write(STDERR_FILENO, record + 3, b.len - 3);
	else
		/* nowhere to report a failed log write */
		(void)!write(state.kmsg_fd, record, b.len);
	errno = saved_errno;
}

unsigned log_lines(void)
{
	return ring.lines;
}

size_t log_ring_read(char *out, size_t size)
{
	const char *start = ring.text;
	size_t len = ring.len;

	if (len >= size) {
		const char *cut = ring.text + (len - (size - 1));
		const char *end = memchr(cut, '\n', size - 1);

		start = end ? end + 1 : ring.text + len;
		len -= (size_t)(start - ring.text);
	}
	memcpy(out, start, len);
	out[len] = '\0';
	return len;
}
