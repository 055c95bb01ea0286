/* The one poll loop of PID 1. Sources are served in the order they were added, so whoever
 * is added first is heard first within a round. */
#ifndef INIT_LOOP_H
#define INIT_LOOP_H

#include <stdbool.h>
#include <stdint.h>

#define LOOP_SOURCES_MAX 24
#define LOOP_TIMERS_MAX	 16

typedef void (*loop_callback)(void *ctx);

struct loop {
	struct {
		int fd;
		loop_callback ready;
		void *ctx;
	} sources[LOOP_SOURCES_MAX];
	unsigned source_count;
	struct {
		uint64_t at_ms; /* clock_monotonic_ms(); 0: free */
		loop_callback due;
		void *ctx;
	} timers[LOOP_TIMERS_MAX];
	loop_callback
		before; /* … each wait, when all that was served has left its traces; or NULL */
	void *before_ctx;
};

/* @ready is called when @fd can be read or has ended; it must read or remove it. 0;
 * -ENOSPC. */
int loop_add(struct loop *loop, int fd, loop_callback ready, void *ctx);
void loop_remove(struct loop *loop, int fd);

/* Calls @due once at @at_ms. One timer per @due and @ctx: a second call moves it. */
int loop_set_timer(struct loop *loop, uint64_t at_ms, loop_callback due, void *ctx);
void loop_clear_timer(struct loop *loop, loop_callback due, void *ctx);

/* One round: waits for a source, a timer or @until_ms (0: no limit), then serves all that
 * is ready. False when there was nothing to serve before @until_ms. */
bool loop_round(struct loop *loop, uint64_t until_ms);

/* Closes every source: for a forked child, which must not hold what belongs to PID 1. */
void loop_close_all(struct loop *loop);

#endif
