/* System calls and a first instruction for programs without a libc, x86_64. Any program
 * of the bench defines start(), which does not return. */
#ifndef BENCH_SYS_H
#define BENCH_SYS_H

#include <asm/unistd.h>

static inline long sys5(long number, long a, long b, long c, long d, long e)
{
	register long r10 __asm__("r10") = d;
	register long r8 __asm__("r8") = e;
	long result;

	__asm__ volatile("syscall"
			 : "=a"(result)
			 : "0"(number), "D"(a), "S"(b), "d"(c), "r"(r10), "r"(r8)
			 : "rcx", "r11", "memory");
	return result;
}

#define sys0(number)	      sys5(number, 0, 0, 0, 0, 0)
#define sys1(number, a)	      sys5(number, (long)(a), 0, 0, 0, 0)
#define sys2(number, a, b)    sys5(number, (long)(a), (long)(b), 0, 0, 0)
#define sys3(number, a, b, c) sys5(number, (long)(a), (long)(b), (long)(c), 0, 0)
#define sys4(number, a, b, c, d) \
	sys5(number, (long)(a), (long)(b), (long)(c), (long)(d), 0)

static inline long sys_mount(const char *source, const char *target, const char *type,
			     unsigned long flags)
{
	return sys5(__NR_mount, (long)source, (long)target, (long)type, (long)flags, 0);
}

void start(void) __attribute__((noreturn));

/* The stack is aligned at entry; compiled code expects it as a call leaves it. */
__asm__(".globl _start\n_start: xor %ebp, %ebp\n\tcall start\n");

#endif
