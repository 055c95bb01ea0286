#include "lib/seccomp.h"

#include <asm/unistd.h>
#include <errno.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <sys/mman.h>
#include <sys/prctl.h>

#if defined(__x86_64__)
#define ARCHITECTURE AUDIT_ARCH_X86_64
#elif defined(__aarch64__)
#define ARCHITECTURE AUDIT_ARCH_AARCH64
#endif

/* Instructions before and behind the list. A jump counts from the next one, at most 255 of them. */
#define BEFORE_LIST 4
#define BEHIND_LIST 7

static struct sock_filter load(unsigned offset)
{
	return (struct sock_filter)BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offset);
}

static struct sock_filter if_equal(unsigned value, unsigned yes, unsigned no)
{
	return (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, value,
					    (uint8_t)yes, (uint8_t)no);
}

static struct sock_filter end_with(unsigned action)
{
	return (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, action);
}

/* Numbers mean something else on the other architectures that the kernel may serve. */
static unsigned make_program(const uint16_t *calls, unsigned count,
			     struct sock_filter *program)
{
	unsigned at = 0;

	program[at++] = load(offsetof(struct seccomp_data, arch));
	program[at++] = if_equal(ARCHITECTURE, 1, 0);
	program[at++] = end_with(SECCOMP_RET_KILL_PROCESS);
	program[at++] = load(offsetof(struct seccomp_data, nr));
	for (unsigned i = 0; i < count; i++) /* to the end, which allows it */
		program[at++] = if_equal(calls[i], count - i - 1 + BEHIND_LIST - 1, 0);
	program[at++] = if_equal(__NR_mmap, 2, 0);
	program[at++] = if_equal(__NR_mprotect, 1, 0);
	program[at++] = end_with(SECCOMP_RET_KILL_PROCESS);
	/* the lower half of their third argument, on machines that begin with it */
	program[at++] = load(offsetof(struct seccomp_data, args[2]));
	program[at++] =
		(struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, PROT_EXEC, 0, 1);
	program[at++] = end_with(SECCOMP_RET_KILL_PROCESS);
	program[at++] = end_with(SECCOMP_RET_ALLOW);
	return at;
}

int seccomp_allow(const uint16_t *calls, unsigned count)
{
	struct sock_filter program[BEFORE_LIST + SECCOMP_CALLS_MAX + BEHIND_LIST];
	struct sock_fprog prog = { .filter = program };

	if (count > SECCOMP_CALLS_MAX)
		return -E2BIG;
	prog.len = (unsigned short)make_program(calls, count, program);
	return prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, (unsigned long)&prog, 0, 0) < 0
		       ? -errno
		       : 0;
}
