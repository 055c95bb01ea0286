#include "lib/clock_floor.h"

#include "lib/clock.h"

#include <errno.h>
#include <stddef.h>
#include <sys/time.h>

uint32_t clock_floor_s(void)
{
	return CLOCK_FLOOR_S; /* of the build: kconfig/rules.mk */
}

int clock_floor_raise(void)
{
	struct timeval floor = { .tv_sec = clock_floor_s() };

	if (clock_realtime_us() / 1000000 >= clock_floor_s())
		return 0;
	return settimeofday(&floor, NULL) ? -errno : 1;
}
