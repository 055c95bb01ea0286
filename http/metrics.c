#include "http/metrics.h"

#include "http/page_parts.h"

#include "lib/klibc.h"
#include "lib/meminfo.h"

#include <string.h>

#define TEXT_METRICS "text/plain; version=0.0.4; charset=utf-8"
#define OWN_SIZE     8192 /* of what the worker adds, at most */

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

static void put_counter(struct buf *out, const char *name, const char *help,
			uint64_t value)
{
	put_metric(out, name, "counter", help);
	buf_printf(out, "rootling_%s %llu\n", name, (unsigned long long)value);
}

/* The second number of statm, in pages. */
static uint64_t resident_bytes(int statm_fd)
{
	char statm[128];
	ssize_t len = pread(statm_fd, statm, sizeof(statm), 0);
	struct text rest = { statm, len > 0 ? (size_t)len : 0 };
	uint64_t pages = 0;

	(void)text_take_until(&rest, ' ');
	(void)text_parse_u64(text_take_until(&rest, ' '), &pages); /* 0 without /proc */
	return pages * (size_t)getpagesize();
}

static void put_http(const struct http_counters *counters, struct buf *out)
{
	put_metric(out, "http_requests_total", "counter", "Answers by status.");
	for (unsigned i = 0; i < RESPONSE_STATUSES; i++)
		if (response_status(i))
			buf_printf(out,
				   "rootling_http_requests_total{code=\"%u\"} %llu\n",
				   response_status(i),
				   (unsigned long long)counters->answers[i]);
	put_counter(out, "http_connections_accepted_total",
		    "Connections that were served.", counters->accepted);
	put_counter(out, "http_connections_refused_total",
		    "Connections that were closed for a limit.", counters->refused);
	put_counter(out, "http_sent_bytes_total", "Bytes sent to clients.",
		    counters->bytes_sent);
	put_gauge(out, "http_connections", "Connections open now.",
		  counters->connections);
}

void metrics_answer(const struct http_context *context,
		    const struct http_exchange *exchange, struct response *response)
{
	struct buf out = response_start_text(response, 200, TEXT_METRICS);
	struct meminfo memory = meminfo_read(context->meminfo_fd);

	/* whole lines, the newest; PID 1 writes less than there is room for */
	out.len += page_read(context, "metrics.prom", out.data, out.size - OWN_SIZE);
	put_gauge(&out, "up", "The initramfs is running.", 1);
	put_gauge(&out, "boot_failed", "1 if the boot cannot go on by itself.",
		  context->health->failed != 0);
	put_gauge(&out, "uptime_seconds", "Since the kernel started.",
		  exchange->now_ms / 1000);
	put_gauge(&out, "memory_total_bytes", "Memory of the machine.",
		  memory.total_bytes);
	put_gauge(&out, "memory_available_bytes", "Memory that can be had.",
		  memory.available_bytes);
	put_http(context->counters, &out);
	put_gauge(&out, "http_resident_bytes", "Memory of the HTTP worker.",
		  resident_bytes(context->statm_fd));
	response_end_text(response, &out);
	response->own = true;
}
