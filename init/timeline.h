/* When each stage began and ended. The names are those of the stage table. */
#ifndef INIT_TIMELINE_H
#define INIT_TIMELINE_H

#include "lib/buf.h"

#include <stdint.h>

#define TIMELINE_MAX 32

struct timeline_span {
	const char *name;  /* static storage */
	uint64_t start_us; /* clock_monotonic_us() */
	uint64_t end_us;   /* 0: still running */
	int result;	   /* 0 or -errno */
};

struct timeline {
	struct timeline_span spans[TIMELINE_MAX];
	unsigned count;
};

/* Starts a span and returns it; when the timeline is full, the last one is given anew. */
struct timeline_span *timeline_start(struct timeline *t, const char *name,
				     uint64_t now_us);
void timeline_end(struct timeline_span *span, uint64_t now_us, int result);

/* Chrome's trace event format, for chrome://tracing, Perfetto and the web page. */
void timeline_print(const struct timeline *t, struct buf *out);

#endif
