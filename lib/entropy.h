/* Random numbers of the kernel, for keys. */
#ifndef LIB_ENTROPY_H
#define LIB_ENTROPY_H

#include <stddef.h>

/* Waits until the kernel can give them: early in the boot of a machine without a source of noise
 * that takes a while, and only a call that blocks makes the kernel gather some by itself
 * (try_to_generate_entropy(), Linux 5.4). Uses SIGALRM and its timer: for workers, not for PID 1.
 * 0; -EAGAIN: not within @limit_s seconds; -errno. */
int entropy_wait(unsigned limit_s);

/* 0, or -errno and nothing in @out that may be used; does not wait. */
int entropy_fill(void *out, size_t len);

#endif
