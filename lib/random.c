#include "lib/random.h"

#include "lib/clock.h"
#include "lib/klibc.h"

uint32_t random_seed(uint32_t salt)
{
	uint32_t seed;

	if (getrandom(&seed, sizeof(seed), GRND_NONBLOCK) != sizeof(seed))
		seed = salt ^ (uint32_t)clock_monotonic_us();
	return seed ? seed : 1;
}

uint32_t random_next(uint32_t *state)
{
	*state ^= *state << 13;
	*state ^= *state >> 17;
	*state ^= *state << 5;
	return *state;
}
