#include "init/loop.h"

#include "lib/clock.h"

#include <errno.h>
#include <poll.h>
#include <unistd.h>

int loop_add(struct loop *loop, int fd, loop_callback ready, void *ctx)
{
	if (loop->source_count == LOOP_SOURCES_MAX)
		return -ENOSPC;
	loop->sources[loop->source_count].fd = fd;
	loop->sources[loop->source_count].ready = ready;
	loop->sources[loop->source_count].ctx = ctx;
	loop->source_count++;
	return 0;
}

void loop_remove(struct loop *loop, int fd)
{
	for (unsigned i = 0; i < loop->source_count; i++) {
		if (loop->sources[i].fd != fd)
			continue;
		loop->source_count--;
		for (; i < loop->source_count; i++)
			loop->sources[i] = loop->sources[i + 1];
	}
}

void loop_clear_timer(struct loop *loop, loop_callback due, void *ctx)
{
	for (unsigned i = 0; i < LOOP_TIMERS_MAX; i++)
		if (loop->timers[i].due == due && loop->timers[i].ctx == ctx)
			loop->timers[i].at_ms = 0;
}

int loop_set_timer(struct loop *loop, uint64_t at_ms, loop_callback due, void *ctx)
{
	loop_clear_timer(loop, due, ctx);
	for (unsigned i = 0; i < LOOP_TIMERS_MAX; i++) {
		if (loop->timers[i].at_ms)
			continue;
		loop->timers[i].at_ms = at_ms ? at_ms : 1;
		loop->timers[i].due = due;
		loop->timers[i].ctx = ctx;
		return 0;
	}
	return -ENOSPC;
}

static uint64_t earliest(const struct loop *loop, uint64_t until_ms)
{
	for (unsigned i = 0; i < LOOP_TIMERS_MAX; i++) {
		uint64_t at_ms = loop->timers[i].at_ms;

		if (at_ms && (!until_ms || at_ms < until_ms))
			until_ms = at_ms;
	}
	return until_ms;
}

static bool run_timers(struct loop *loop)
{
	uint64_t now_ms = clock_monotonic_ms();
	bool any = false;

	for (unsigned i = 0; i < LOOP_TIMERS_MAX; i++) {
		if (!loop->timers[i].at_ms || loop->timers[i].at_ms > now_ms)
			continue;
		loop->timers[i].at_ms = 0;
		loop->timers[i].due(loop->timers[i].ctx);
		any = true;
	}
	return any;
}

/* A callback may remove any source, so each is looked up again before it is called. */
static void serve(struct loop *loop, int fd)
{
	for (unsigned i = 0; i < loop->source_count; i++) {
		if (loop->sources[i].fd == fd) {
			loop->sources[i].ready(loop->sources[i].ctx);
			return;
		}
	}
}

bool loop_round(struct loop *loop, uint64_t until_ms)
{
	struct pollfd fds[LOOP_SOURCES_MAX];
	unsigned count = loop->source_count;
	uint64_t wake_ms;
	int ready;

	if (IS_ENABLED(CONFIG_HTTP) && loop->before)
		loop->before(loop->before_ctx);
	wake_ms = earliest(loop, until_ms);
	for (unsigned i = 0; i < count; i++)
		fds[i] = (struct pollfd){ .fd = loop->sources[i].fd, .events = POLLIN };
	ready = poll(fds, count, clock_poll_ms(wake_ms ? wake_ms : CLOCK_NEVER));
	for (unsigned i = 0; ready > 0 && i < count; i++)
		if (fds[i].revents)
			serve(loop, fds[i].fd);
	return run_timers(loop) || ready > 0;
}

void loop_close_all(struct loop *loop)
{
	while (loop->source_count)
		close(loop->sources[--loop->source_count].fd);
}
