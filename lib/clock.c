#include "lib/clock.h"

#include "lib/klibc.h"

#include <limits.h>

static uint64_t now_us(clockid_t clock)
{
	struct timespec now = { 0 };

	(void)clock_gettime(clock, &now); /* these two clocks always exist */
	return (uint64_t)now.tv_sec * 1000000 + (uint64_t)now.tv_nsec / 1000;
}

uint64_t clock_monotonic_us(void)
{
	return now_us(CLOCK_MONOTONIC);
}

uint64_t clock_monotonic_ms(void)
{
	return clock_monotonic_us() / 1000;
}

int clock_poll_ms(uint64_t until_ms)
{
	uint64_t now_ms = clock_monotonic_ms();

	if (until_ms == CLOCK_NEVER)
		return -1;
	if (until_ms <= now_ms)
		return 0;
	return until_ms - now_ms > INT_MAX ? INT_MAX : (int)(until_ms - now_ms);
}

uint64_t clock_realtime_us(void)
{
	return now_us(CLOCK_REALTIME);
}
