/* Leaving the initramfs for the real root, in two steps: the first may refuse, the second
 * has nothing left that can be foreseen. Order and reasons: util-linux switch_root(8),
 * klibc run-init(8), systemd's switch_root(). */
#ifndef MOUNT_SWITCH_ROOT_H
#define MOUNT_SWITCH_ROOT_H

#include <stddef.h>

#define SWITCH_ROOT_PATH_SIZE 256
#define SWITCH_ROOT_ARGS_MAX  40

struct switch_root {
	const char *root; /* mount point of the real root */
	const char *init; /* absolute path inside it; NULL: the kernel's list of four */

	/* filled by the check */
	char path[SWITCH_ROOT_PATH_SIZE];     /* of init, as it was given or found */
	char resolved[SWITCH_ROOT_PATH_SIZE]; /* the file behind its links, "" if unknown
					       */
	char why[320]; /* on refusal: what and why, for the verdict */
};

/* Touches nothing. 0 or -errno with plan->why set: not PID 1, / is not an initramfs,
 * @root is not a mount of its own, no init in it, or the kernel would not execute it: no
 * file, not executable, for another machine, or without its interpreter or loader. */
int switch_root_check(struct switch_root *plan);

/* The part of the check that looks for init, for a @root that is any folder. */
int switch_root_check_init(struct switch_root *plan);

/* Moves the API file systems and the root, executes init and, when that has succeeded,
 * frees the initramfs in a child. Returns only on failure, -errno, back in the initramfs.
 */
int switch_root_commit(const struct switch_root *plan, char *const argv[],
		       char *const envp[]);

#endif
