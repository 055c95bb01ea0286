/* Would a kernel refuse modules without a signature? */
#ifndef INITRAMFS_SIGNATURE_POLICY_H
#define INITRAMFS_SIGNATURE_POLICY_H

#include "initramfs/kconfig_file.h"

/* Which option of @config, without CONFIG_, makes the kernel refuse them, for a message; NULL: nothing does. */
const char *signature_policy_of_config(const struct kernel_config *config);

/* The same of the machine whose /sys is at @sys. */
const char *signature_policy_of_machine(const char *sys);

#endif
