/* Signals of a process that is about to become another program. */
#ifndef LIB_SIGNALS_H
#define LIB_SIGNALS_H

/* Every signal back to its default and none blocked: both would survive an exec. */
void signals_default(void);

#endif
