#include "http/metrics.h"

#include "lib/clock.h"
#include "lib/fd.h"
#include "lib/klibc.h"
#include "lib/str.h"

#include <string.h>

static void put_metric(struct buf *out, const char *name, const char *type,
		       const char *help)
{
	buf_printf(out, "# HELP rootling_%s %s\n# TYPE rootling_%s %s\n", name, help,
		   name, type);
}

static void put_gauge(struct buf *out, const char *name, const char *help, uint64_t value)
{
	put_metric(out, name, "gauge", help);
	buf_printf(out, "rootling_%s %llu\n", name, (unsigned long long)value);
}

/* The second number of statm, in pages. 0 when /proc is not there. */
static uint64_t resident_bytes(void)
{
	char statm[128];
	char *start, *end;
	uint32_t pages;

	if (fd_read_file(AT_FDCWD, "/proc/self/statm", statm, sizeof(statm)) <= 0)
		return 0;
	start = strchr(statm, ' ');
	end = start ? strchr(start + 1, ' ') : NULL;
	if (!end)
		return 0;
	*end = '\0';
	return str_parse_u32(start + 1, 10, &pages)
		       ? 0
		       : (uint64_t)pages * (size_t)getpagesize();
}

void metrics_write(const struct http_context *context, struct buf *out)
{
	const struct http_counters *counters = context->counters;

	put_gauge(out, "up", "The initramfs is running.", 1);
	put_gauge(out, "boot_failed", "The boot cannot go on by itself.",
		  context->health->failed != 0);
	put_gauge(out, "uptime_seconds", "Since the kernel started.",
		  clock_monotonic_ms() / 1000);
	put_metric(out, "http_requests_total", "counter", "Answers by status.");
	for (unsigned i = 0; i < HTTP_STATUSES; i++)
		buf_printf(out, "rootling_http_requests_total{code=\"%u\"} %llu\n",
			   response_status(i), (unsigned long long)counters->answers[i]);
	put_gauge(out, "http_connections", "Open now.", counters->connections);
	put_gauge(out, "http_resident_bytes", "Memory of the HTTP worker.",
		  resident_bytes());
}
