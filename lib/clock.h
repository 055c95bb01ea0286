/* Time, in the units its names say. */
#ifndef LIB_CLOCK_H
#define LIB_CLOCK_H

#include <stdint.h>

/* Since the kernel started; does not run while suspended; what systemd calls monotonic.
 */
uint64_t clock_monotonic_us(void);
uint64_t clock_monotonic_ms(void);

#define CLOCK_NEVER UINT64_MAX /* as a time to come */

/* What poll() is told so that it waits until @until_ms, or so far as it can, of clock_monotonic_ms():
 * 0 when that is over, -1 for CLOCK_NEVER. */
int clock_poll_ms(uint64_t until_ms);

/* Since 1970-01-01 UTC, as far as the machine knows. */
uint64_t clock_realtime_us(void);

#endif
