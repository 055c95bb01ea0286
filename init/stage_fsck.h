/* Checking a file system before it is mounted. */
#ifndef INIT_STAGE_FSCK_H
#define INIT_STAGE_FSCK_H

#include "init/boot.h"

/* Runs /sbin/fsck.TYPE of the image on @device ("/dev/vda") as fsck.mode= and fsck.repair= say;
 * @types as of filesystem_types(), a list of them is not checked. After a check,
 * /run/initramfs/fsck-@name tells the real init that it need not do it again; if that file is
 * there already, nothing is done. 0, also without a checker; or -errno with a verdict. Does not
 * return when the checker wants a reboot. */
int fsck_check(struct boot *boot, const char *device, const char *types,
	       const char *name);

/* A child has ended. Was it the checker? */
void fsck_reap(struct boot *boot, pid_t pid, int status);

/* The next root= may be checked again. */
void fsck_forget(void);

#endif
