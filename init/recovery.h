/* When the boot cannot go on: say why, keep the ways in that policy allows, watch, try
 * again. */
#ifndef INIT_RECOVERY_H
#define INIT_RECOVERY_H

#include "init/boot.h"

/* Says boot->verdict and writes the report, then obeys the policy: reboot, power off or
 * halt; or a shell, and wait. Returns when the failed stage is worth another try: a
 * device appeared, the shell was left. */
void recovery_run(struct boot *boot);

/* Somebody asks for another try of the stage that failed, or to go on at rd.break=. False: the boot
 * does not wait for that. */
bool recovery_retry(struct boot *boot);
bool recovery_continue(struct boot *boot);

/* rd.break=@stage: shells, until one of them is left. */
void recovery_break(struct boot *boot, const char *stage);

/* Ends everything in order, then the machine with a LINUX_REBOOT_CMD_ word. Does not
 * return. */
void recovery_end(struct boot *boot, unsigned command) __attribute__((noreturn));

/* The same without waiting for anybody. */
void recovery_end_now(struct boot *boot, unsigned command) __attribute__((noreturn));

#endif
