/* A machine without a battery for its clock begins in 1970, when no certificate is valid yet. It
 * cannot be earlier than when this program was made. */
#ifndef LIB_CLOCK_FLOOR_H
#define LIB_CLOCK_FLOOR_H

#include <stdint.h>

/* When it was made, since 1970-01-01 UTC: SOURCE_DATE_EPOCH, or the time of the commit; 0: not
 * known. */
uint32_t clock_floor_s(void);

/* Sets the clock if it is before the floor. 1: it was set; 0: there was no need; -errno. */
int clock_floor_raise(void);

#endif
