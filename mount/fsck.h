/* What fsck(8) is asked and what its exit status means. Pure. */
#ifndef MOUNT_FSCK_H
#define MOUNT_FSCK_H

#include <stdbool.h>

enum fsck_outcome {
	FSCK_CLEAN,  /* or mended: the boot goes on */
	FSCK_REBOOT, /* mended what the running kernel has read already */
	FSCK_FAILED,
};

/* What follows from exit status @status, a sum of bits. Errors that are left count more than
 * the wish for a reboot, which would only lead back to them. */
enum fsck_outcome fsck_outcome(unsigned status);

/* The worst bit of @status in words. */
const char *fsck_meaning(unsigned status);

/* Is a checker of this type worth calling? Those of XFS and Btrfs only say that they do
 * nothing. */
bool fsck_has_checker(const char *type);

#endif
