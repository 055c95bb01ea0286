#include "init/timeline.h"

#include <inttypes.h>

struct timeline_span *timeline_start(struct timeline *t, const char *name,
				     uint64_t now_us)
{
	struct timeline_span *span;

	if (t->count < TIMELINE_MAX)
		t->count++;
	span = &t->spans[t->count - 1];
	*span = (struct timeline_span){ .name = name, .start_us = now_us };
	return span;
}

void timeline_end(struct timeline_span *span, uint64_t now_us, int result)
{
	span->end_us = now_us;
	span->result = result;
}

void timeline_print(const struct timeline *t, struct buf *out)
{
	buf_puts(out, "{\"displayTimeUnit\":\"ms\",\"traceEvents\":[");
	for (unsigned i = 0; i < t->count; i++) {
		const struct timeline_span *span = &t->spans[i];

		buf_printf(out,
			   "%s\n{\"name\":\"%s\",\"ph\":\"%s\",\"pid\":1,\"tid\":1,"
			   "\"ts\":%" PRIu64,
			   i ? "," : "", span->name, span->end_us ? "X" : "B",
			   span->start_us);
		if (span->end_us)
			buf_printf(out, ",\"dur\":%" PRIu64 ",\"args\":{\"result\":%d}",
				   span->end_us - span->start_us, span->result);
		buf_puts(out, "}");
	}
	buf_puts(out, "\n]}\n");
}
