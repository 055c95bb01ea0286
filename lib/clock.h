/* Time, in the units its names say. */
#ifndef LIB_CLOCK_H
#define LIB_CLOCK_H

#include <stdint.h>

/* Since the kernel started; does not run while suspended; what systemd calls monotonic.
 */
uint64_t clock_monotonic_us(void);
uint64_t clock_monotonic_ms(void);

/* Since 1970-01-01 UTC, as far as the machine knows. */
uint64_t clock_realtime_us(void);

#endif
