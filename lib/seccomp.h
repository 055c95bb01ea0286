/* The kernel's filter of system calls (seccomp(2)) as a list of what stays allowed. */
#ifndef LIB_SECCOMP_H
#define LIB_SECCOMP_H

#include <stdint.h>

#define SECCOMP_CALLS_MAX 64

/* For ever, and for every process to come of this one: any call but @calls (__NR_ of this
 * architecture) ends the process with SIGSYS, and so does memory that shall be executable. mmap() and
 * mprotect() need not be in the list. The process must not be able to gain privileges any more
 * (privilege_drop()). 0; -E2BIG: more than SECCOMP_CALLS_MAX; -EINVAL: the kernel is built without; or
 * another -errno. */
int seccomp_allow(const uint16_t *calls, unsigned count);

#endif
